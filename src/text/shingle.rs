//! Shingles: runs of `w` words, or of `c` characters, each hashed to 64 bits.
//!
//! A document's shingles are a set (Broder 1997, "On the resemblance and containment of documents"); here they are
//! listed by position, repeats included, because signing does not mind repeats and verification wants positions.
//! A text shorter than one shingle is one shingle; a text without a word has none.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use super::ranges;
use crate::text::words::{self, Words};

/// The multiplier of the polynomial over word hashes: odd, from the fraction of the golden ratio.
const BASE: u64 = 0x9E37_79B9_7F4A_7C15;

/// What `--shingle` is unless told otherwise. On real news word:3 to word:8 find the same within .02.
pub const DEFAULT_SHINGLE: Shingle = Shingle::Words(5);

/// The longest shingle that is taken, in words or characters.
pub const LONGEST: usize = 64;

/// What a shingle is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shingle {
    /// Runs of that many words.
    Words(usize),
    /// Runs of that many characters of the words joined by single spaces.
    Chars(usize),
}

impl FromStr for Shingle {
    type Err = String;

    fn from_str(s: &str) -> Result<Shingle, String> {
        let size = |n: &str| n.parse().ok().filter(|n| (1..=LONGEST).contains(n));
        let shingle = match s.split_once(':') {
            Some(("word", n)) => size(n).map(Shingle::Words),
            Some(("char", n)) => size(n).map(Shingle::Chars),
            _ => None,
        };
        shingle.ok_or_else(|| {
            format!("a shingle is word:N or char:N with N from 1 to {LONGEST}, for example word:5")
        })
    }
}

impl fmt::Display for Shingle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Shingle::Words(n) => write!(f, "word:{n}"),
            Shingle::Chars(n) => write!(f, "char:{n}"),
        }
    }
}

/// Turns texts into word hashes and shingle hashes; keeps its buffers from one text to the next.
#[derive(Debug, Default)]
pub struct Shingler {
    scanner: Words,
    /// The number of the first word of each line of the last text, if that was read by lines.
    pub(crate) lines: Vec<usize>,
    /// Word hashes of the last text, in order.
    pub words: Vec<u64>,
    /// Shingle hashes of the last text, one a position, repeats included.
    pub shingles: Vec<u64>,
}

impl Shingler {
    /// Reads `text`; `words` and `shingles` then hold what it gave.
    pub fn read(&mut self, text: &str, shingle: Shingle) {
        self.words.clear();
        self.scanner.hash_into(text, &mut self.words);
        self.shingle(text, shingle, &[]);
    }

    /// Reads `text` less the regions that `choose` picks, given its words and the number of the first word of each line. Shingles go across
    /// the joints.
    pub fn read_without<'r>(
        &mut self,
        text: &str,
        shingle: Shingle,
        choose: impl FnOnce(&[u64], &[usize]) -> &'r [Range<usize>],
    ) {
        self.words.clear();
        self.lines.clear();
        // White space never joins words, so lines can be read one by one.
        for line in text.split('\n') {
            self.lines.push(self.words.len());
            self.scanner.hash_into(line, &mut self.words);
        }
        let regions = choose(&self.words, &self.lines);
        ranges::remove(&mut self.words, regions);
        self.shingle(text, shingle, regions);
    }

    fn shingle(&mut self, text: &str, shingle: Shingle, regions: &[Range<usize>]) {
        self.shingles.clear();
        match shingle {
            Shingle::Words(width) => runs(&self.words, width, &mut self.shingles),
            Shingle::Chars(width) => {
                let words = words::reference(text);
                let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
                ranges::remove(&mut words, regions);
                let joined = words.join(" ");
                let chars: Vec<u64> = joined
                    .chars()
                    .map(|c| words::hash_word(c.encode_utf8(&mut [0; 4]).as_bytes()))
                    .collect();
                runs(&chars, width, &mut self.shingles);
            }
        }
    }
}

/// Appends the hash of every run of `width` entries; of all of them where there are fewer.
///
/// The hash is the polynomial of the run's entries in an odd base modulo 2^64, rolled along, then mixed.
pub fn runs(entries: &[u64], width: usize, out: &mut Vec<u64>) {
    let (first, rest) = entries.split_at(width.min(entries.len()));
    if first.is_empty() {
        return;
    }
    let leaving = BASE.wrapping_pow(first.len() as u32);
    let mut hash = first.iter().fold(0u64, |hash, &entry| {
        hash.wrapping_mul(BASE).wrapping_add(entry)
    });
    out.reserve(rest.len() + 1);
    out.push(mix(hash));
    out.extend(rest.iter().zip(entries).map(|(&enters, &leaves)| {
        hash = hash
            .wrapping_mul(BASE)
            .wrapping_add(enters)
            .wrapping_sub(leaves.wrapping_mul(leaving));
        mix(hash)
    }));
}

/// Spreads every input bit over all output bits: the finaliser of XXH3 (a bijection, so nothing collides here).
#[inline]
fn mix(hash: u64) -> u64 {
    let hash = (hash ^ hash >> 37).wrapping_mul(0x1656_6791_9E37_79F9);
    hash ^ hash >> 32
}

/// The similarity of Jaccard: a correctly rounded quotient, so it compares exactly with a threshold written in decimals.
pub fn jaccard(shared: u32, a: u32, b: u32) -> f64 {
    let union = u64::from(a) + u64::from(b) - u64::from(shared);
    f64::from(shared) / union as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shingles(text: &str, shingle: Shingle) -> Vec<u64> {
        let mut shingler = Shingler::default();
        shingler.read(text, shingle);
        shingler.shingles
    }

    #[test]
    fn counts_at_the_boundaries() {
        for (text, count) in [
            ("", 0),
            ("one", 1),
            ("one two three four", 1),
            ("one two three four five", 1),
            ("one two three four five six", 2),
        ] {
            assert_eq!(shingles(text, Shingle::Words(5)).len(), count, "{text:?}");
        }
        assert_eq!(shingles("ab cd", Shingle::Chars(3)).len(), 3);
        assert_eq!(shingles("ab", Shingle::Chars(9)).len(), 1);
    }

    #[test]
    fn shingle_flags() {
        assert_eq!("word:5".parse(), Ok(Shingle::Words(5)));
        assert_eq!("char:9".parse(), Ok(Shingle::Chars(9)));
        for bad in [
            "", "word", "word:0", "word:65", "char:x", "line:3", "word:-1",
        ] {
            assert!(bad.parse::<Shingle>().is_err(), "{bad}");
        }
        assert_eq!("word:64".parse(), Ok(Shingle::Words(64)));
    }

    /// From `scripts/reference-vectors`. Changing these changes every stored index: do not.
    #[test]
    fn pinned_hashes() {
        assert_eq!(
            shingles("the mayor of the town", Shingle::Words(5)),
            [0xF6BC_AEDA_DDF7_979C]
        );
        assert_eq!(shingles("news", Shingle::Chars(4)), [0x64C2_864A_CF09_746B]);
    }

    proptest! {
        #[test]
        fn reading_without_regions_equals_reading_without_their_lines(
            lines in proptest::collection::vec(("([a-c]{1,3}[ ,.]|é |東)?([a-c]{1,3}[ ,.’]|é |東){0,8}", any::<bool>()), 0..12),
            chars: bool,
            width in 1usize..6,
        ) {
            let shingle = if chars { Shingle::Chars(width) } else { Shingle::Words(width) };
            let join = |lines: Vec<&str>| lines.join("\n");
            let text = join(lines.iter().map(|(line, _)| &line[..]).collect());
            let rest = join(lines.iter().filter(|(_, cut)| !cut).map(|(line, _)| &line[..]).collect());
            let mut expected = Shingler::default();
            expected.read(&rest, shingle);

            // Twice, so that nothing of the first time is left.
            let mut shingler = Shingler::default();
            for _ in 0..2 {
                let mut regions = Vec::new();
                let mut whole = Vec::new();
                shingler.read_without(&text, shingle, |words, starts| {
                    whole.extend_from_slice(words);
                    assert_eq!(starts.len(), lines.len().max(1));
                    for (at, _) in lines.iter().enumerate().filter(|(_, (_, cut))| *cut) {
                        let end = starts.get(at + 1).copied().unwrap_or(words.len());
                        if starts[at] < end {
                            regions.push(starts[at]..end);
                        }
                    }
                    &regions
                });
                prop_assert_eq!(&shingler.words, &expected.words);
                prop_assert_eq!(&shingler.shingles, &expected.shingles);
                let mut all = Shingler::default();
                all.read(&text, shingle);
                prop_assert_eq!(&whole, &all.words);
            }
        }

        #[test]
        fn rolling_equals_direct(entries in proptest::collection::vec(any::<u64>(), 0..60), width in 1usize..12) {
            let mut rolled = Vec::new();
            runs(&entries, width, &mut rolled);
            let direct: Vec<u64> = if entries.is_empty() { vec![] } else {
                entries.windows(width.min(entries.len()))
                    .map(|run| mix(run.iter().fold(0u64, |h, &e| h.wrapping_mul(BASE).wrapping_add(e))))
                    .collect()
            };
            prop_assert_eq!(rolled, direct);
        }
    }
}
