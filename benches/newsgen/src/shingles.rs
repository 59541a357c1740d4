//! Exact Jaccard of word 5-shingles, for the truth file.
//!
//! A word is a lower-cased maximal run of letters and digits. In Han, kana and Thai, which have no
//! spaces, every letter is a word.

/// Words in a shingle.
const SHINGLE: usize = 5;

/// Distinct shingles of a text, sorted. Empty if the text has fewer than five words.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shingles(Vec<u64>);

impl Shingles {
    pub(crate) fn of(text: &str) -> Self {
        let mut shingles = in_order(text);
        shingles.sort_unstable();
        shingles.dedup();
        Self(shingles)
    }

    /// Returns the sizes of the intersection and of the union.
    pub(crate) fn overlap(&self, other: &Self) -> (usize, usize) {
        let (mut i, mut j, mut both) = (0, 0, 0);
        while i < self.0.len() && j < other.0.len() {
            let (a, b) = (self.0[i], other.0[j]);
            both += usize::from(a == b);
            i += usize::from(a <= b);
            j += usize::from(b <= a);
        }
        (both, self.0.len() + other.0.len() - both)
    }

    /// Returns the exact containment of this in the other and of the other in this; `None` if
    /// either text has no shingle.
    pub(crate) fn containments(&self, other: &Self) -> Option<(f64, f64)> {
        if self.0.is_empty() || other.0.is_empty() {
            return None;
        }
        let both = self.overlap(other).0 as f64;
        Some((both / self.0.len() as f64, both / other.0.len() as f64))
    }

    /// Counts the words of `text` in runs of five or more of which every five are here. Also
    /// returns the length of the longest such run.
    pub(crate) fn shared_words(&self, text: &str) -> (usize, usize) {
        let (mut all, mut longest, mut run, mut counted_to) = (0, 0, 0, 0);
        for (at, shingle) in in_order(text).into_iter().enumerate() {
            if self.0.binary_search(&shingle).is_err() {
                run = 0;
                continue;
            }
            run = if run == 0 { SHINGLE } else { run + 1 };
            longest = longest.max(run);
            // Two runs may overlap. Words of the second count from the end of the first.
            all += at + SHINGLE - at.max(counted_to);
            counted_to = at + SHINGLE;
        }
        (all, longest)
    }

    /// Returns the exact Jaccard; `None` if either text has no shingle.
    pub(crate) fn jaccard(&self, other: &Self) -> Option<f64> {
        if self.0.is_empty() || other.0.is_empty() {
            return None;
        }
        let (both, all) = self.overlap(other);
        Some(both as f64 / all as f64)
    }
}

/// Returns the shingles of a text in their order.
fn in_order(text: &str) -> Vec<u64> {
    let mut words = Vec::with_capacity(text.len() / 5);
    for_each_word(text, |hash| words.push(hash));
    let fold = |hash: u64, word: &u64| (hash.rotate_left(23) ^ word).wrapping_mul(PRIME);
    words
        .windows(SHINGLE)
        .map(|run| run.iter().fold(0, fold))
        .collect()
}

/// Counts the words of a text.
pub(crate) fn count_words(text: &str) -> usize {
    let mut count = 0;
    for_each_word(text, |_| count += 1);
    count
}

/// True if a letter is a word of its own: kana, Han, Thai.
pub(crate) fn is_unspaced(letter: char) -> bool {
    matches!(
        letter,
        '\u{0e00}'..='\u{0e7f}'
            | '\u{3040}'..='\u{30ff}'
            | '\u{3400}'..='\u{4dbf}'
            | '\u{4e00}'..='\u{9fff}'
    )
}

/// Odd multiplier from the digits of the golden ratio.
const PRIME: u64 = 0x9e37_79b9_7f4a_7c15;

fn for_each_word(text: &str, mut found: impl FnMut(u64)) {
    let mut hash = 0u64;
    let mut open = false;
    let letter = |hash: &mut u64, open: &mut bool, value: u64| {
        *hash = (*hash ^ (value + 1)).wrapping_mul(PRIME).rotate_left(29);
        *open = true;
    };
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        if byte.is_ascii() {
            at += 1;
            if byte.is_ascii_alphanumeric() {
                letter(&mut hash, &mut open, u64::from(byte.to_ascii_lowercase()));
                continue;
            }
        } else {
            let Some(c) = text[at..].chars().next() else {
                break;
            };
            at += c.len_utf8();
            // Fast path for quotation marks and dashes, which are by far the most frequent here.
            if !matches!(c, '\u{2010}'..='\u{201f}') && c.is_alphanumeric() {
                let alone = is_unspaced(c);
                if alone && open {
                    found(std::mem::take(&mut hash));
                }
                for lower in c.to_lowercase() {
                    letter(&mut hash, &mut open, u64::from(lower));
                }
                if !alone {
                    continue;
                }
            }
        }
        if std::mem::take(&mut open) {
            found(std::mem::take(&mut hash));
        }
    }
    if open {
        found(hash);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_words_of_every_script() {
        for (text, words) in [
            ("", 0),
            ("  -- ", 0),
            ("Don't stop", 3),
            ("“Don’t,” she said—twice.", 5),
            ("мама мыла раму", 3),
            ("新聞です", 4),
            ("abc新def", 3),
        ] {
            assert_eq!(count_words(text), words, "{text:?}");
        }
    }

    #[test]
    fn shared_words_by_hand() {
        let source = Shingles::of("one two three four five six seven eight");
        for (text, shared) in [
            ("one two three four", (0, 0)),
            ("one two three four five", (5, 5)),
            (
                "so one two three four five six and three four five six seven",
                (11, 6),
            ),
            ("two three four five six one two three four five", (10, 5)),
        ] {
            assert_eq!(source.shared_words(text), shared, "{text}");
        }
    }

    #[test]
    fn containments_by_hand() {
        let part = Shingles::of("two three four five six");
        let whole = Shingles::of("one two three four five six seven eight");
        assert_eq!(part.containments(&whole), Some((1.0, 0.25)));
        assert_eq!(whole.containments(&Shingles::of("too short")), None);
    }

    #[test]
    fn jaccard_by_hand() {
        let a = Shingles::of("one two three four five six");
        let b = Shingles::of("One two, three four FIVE seven");
        assert_eq!(a.overlap(&b), (1, 3));
        assert_eq!(a.jaccard(&a), Some(1.0));
        assert_eq!(a.jaccard(&Shingles::of("too short")), None);
    }
}
