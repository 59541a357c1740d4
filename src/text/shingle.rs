//! Shingles: runs of `w` words or of `c` characters, each hashed to 64 bits.
//!
//! The shingles of a document are a set, and Jaccard similarity compares two such sets. (Broder
//! 1997, "On the resemblance and containment of documents", calls the similarity resemblance, and
//! the set option B.) Here shingles are listed by position and repeats stay in, because signing is
//! not affected by repeats and exact comparison needs positions. A text shorter than one shingle is
//! one shingle. A text without words has none.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use super::ranges;
use super::word_hasher::WordHasher;
use super::words::{self, WordRule};

/// Multiplier of the polynomial over word hashes: odd, from the fraction of the golden ratio.
const BASE: u64 = 0x9E37_79B9_7F4A_7C15;

/// Default of `--shingle`. On real news, word:3 to word:8 give the same result within .02.
pub const DEFAULT_SHINGLE: Shingle = Shingle::Words(5);

/// Length of the longest shingle that can be chosen, in words or characters.
pub const LONGEST: usize = 64;

/// Unit and length of shingles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shingle {
    /// Runs of this many words.
    Words(usize),
    /// Runs of this many characters, in the normalised words of a text joined by single spaces.
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

/// Turns texts into word hashes and shingle hashes. Keeps its buffers from one text to the next.
#[derive(Debug, Default)]
pub struct Shingler {
    hasher: WordHasher,
    /// Number of the first word of each line of the last text, counted before regions were left
    /// out. Only [`Shingler::read_without`] sets it.
    pub(crate) lines: Vec<usize>,
    /// True if the last text has characters of a script without spaces.
    pub(crate) unspaced: bool,
    /// Word hashes of the last text, in order.
    pub words: Vec<u64>,
    /// Shingle hashes of the last text, one for each position, repeats included.
    pub shingles: Vec<u64>,
}

impl Shingler {
    /// A shingler whose words are those of a version of the definition.
    pub fn with_rule(rule: WordRule) -> Shingler {
        let mut shingler = Shingler::default();
        shingler.set_rule(rule);
        shingler
    }

    /// Sets the version of the definition of a word for the texts that follow.
    pub fn set_rule(&mut self, rule: WordRule) {
        self.hasher.rule = rule;
    }

    /// Reads `text` and sets `words` and `shingles`.
    pub fn read(&mut self, text: &str, shingle: Shingle) {
        self.words.clear();
        self.hasher.unspaced = false;
        self.hasher.hash_into(text, &mut self.words);
        self.shingle(text, shingle, &[]);
    }

    /// Reads `text` without some regions and sets `words` and `shingles`.
    ///
    /// `choose` is given the word hashes of the whole text and the number of the first word of
    /// each line. It returns the regions to leave out, as ranges of word numbers, in order and
    /// without overlap. Shingles run across the gaps.
    pub fn read_without<'r>(
        &mut self,
        text: &str,
        shingle: Shingle,
        choose: impl FnOnce(&[u64], &[usize]) -> &'r [Range<usize>],
    ) {
        self.words.clear();
        self.lines.clear();
        self.hasher.unspaced = false;
        // Reading line by line gives the same words, because white space never joins words.
        for line in text.split('\n') {
            self.lines.push(self.words.len());
            self.hasher.hash_into(line, &mut self.words);
        }
        let regions = choose(&self.words, &self.lines);
        ranges::remove(&mut self.words, regions);
        self.shingle(text, shingle, regions);
    }

    /// Sets `shingles`, given that `words` are those of `text` without `regions`.
    fn shingle(&mut self, text: &str, shingle: Shingle, regions: &[Range<usize>]) {
        self.shingles.clear();
        self.unspaced = self.hasher.unspaced;
        match shingle {
            Shingle::Words(width) => runs(&self.words, width, &mut self.shingles),
            Shingle::Chars(width) => {
                let words = words::reference_by(self.hasher.rule, text);
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

/// Appends the hash of every run of `width` entries to `out`. If there are fewer entries, all of
/// them are the only run.
///
/// The hash of a run `e_1 … e_w` is the polynomial `e_1 B^(w-1) + … + e_w` modulo 2^64 with an odd
/// base `B`, whose bits are then mixed. Karp and Rabin (1987) roll such a hash from each run to the
/// next.
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

/// Spreads every input bit over all output bits, by the last step of XXH3. It is a bijection, so it
/// adds no collision.
#[inline]
fn mix(hash: u64) -> u64 {
    let hash = (hash ^ hash >> 37).wrapping_mul(0x1656_6791_9E37_79F9);
    hash ^ hash >> 32
}

/// Returns the Jaccard similarity of two sets: the size of their intersection divided by that of
/// their union (resemblance in Broder 1997). `shared` is the size of the intersection, and `sizes`
/// are those of the sets, in any order.
///
/// The quotient is rounded once, correctly, so it compares exactly with a threshold written in
/// decimals.
pub fn jaccard(shared: u32, sizes: [u32; 2]) -> f64 {
    let union = u64::from(sizes[0]) + u64::from(sizes[1]) - u64::from(shared);
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
    fn numbers_of_shingles_at_the_boundaries() {
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
    fn shingles_are_parsed_and_checked() {
        assert_eq!("word:5".parse(), Ok(Shingle::Words(5)));
        assert_eq!("char:9".parse(), Ok(Shingle::Chars(9)));
        for bad in [
            "", "word", "word:0", "word:65", "char:x", "line:3", "word:-1",
        ] {
            assert!(bad.parse::<Shingle>().is_err(), "{bad}");
        }
        assert_eq!("word:64".parse(), Ok(Shingle::Words(64)));
    }

    /// Computed by `scripts/reference-vectors`. Every stored index holds hashes made from such
    /// hashes, so they must not change.
    #[test]
    fn shingle_hashes_equal_their_reference_vectors() {
        assert_eq!(
            shingles("the mayor of the town", Shingle::Words(5)),
            [0xF6BC_AEDA_DDF7_979C]
        );
        assert_eq!(shingles("news", Shingle::Chars(4)), [0x64C2_864A_CF09_746B]);
    }

    proptest! {
        #[test]
        fn reading_without_lines_equals_reading_the_other_lines(
            lines in proptest::collection::vec(
                ("([a-c]{1,3}[ ,.]|é |東)?([a-c]{1,3}[ ,.’]|é |東){0,8}", any::<bool>()),
                0..12,
            ),
            chars: bool,
            width in 1usize..6,
        ) {
            let shingle = if chars { Shingle::Chars(width) } else { Shingle::Words(width) };
            let join = |lines: Vec<&str>| lines.join("\n");
            let text = join(lines.iter().map(|(line, _)| &line[..]).collect());
            let others = lines.iter().filter(|(_, cut)| !cut);
            let rest = join(others.map(|(line, _)| &line[..]).collect());
            let mut expected = Shingler::default();
            expected.read(&rest, shingle);

            // Twice, to show that nothing is left over from the text before.
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
        fn rolled_hashes_equal_direct_ones(
            entries in proptest::collection::vec(any::<u64>(), 0..60),
            width in 1usize..12,
        ) {
            let mut rolled = Vec::new();
            runs(&entries, width, &mut rolled);
            let direct: Vec<u64> = if entries.is_empty() { vec![] } else {
                entries.windows(width.min(entries.len()))
                    .map(|run| run.iter().fold(0u64, |h, &e| h.wrapping_mul(BASE).wrapping_add(e)))
                    .map(mix)
                    .collect()
            };
            prop_assert_eq!(rolled, direct);
        }
    }
}
