//! Hashes that are kept of a text so that others like it are found.

use std::ops::Range;

use super::hashes;
use super::numbers::DocNo;
use crate::sketch::winnowing::Fingerprint;

/// Hashes of one text that find others like it. They are made from the whole text first, and made
/// again for a document that turns out to hold boilerplate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Traces {
    /// Hash of each band; empty if bands are not used, or for a document that is in no bucket.
    pub bands: Vec<u32>,
    /// Fingerprints that find shared passages.
    pub passages: Vec<Fingerprint>,
    /// Fingerprints that show what a site repeats, shortened.
    pub repeats: Vec<u32>,
    /// Names and numbers, in order; `None` unless reworded copy is looked for.
    pub anchors: Option<Vec<u32>>,
}

/// A document that was read again and lost its boilerplate.
#[derive(Debug)]
pub struct Stripped {
    pub(super) doc: DocNo,
    pub(super) words: u32,
    pub(super) regions: Vec<Range<u32>>,
    pub(super) content: u128,
    pub(super) traces: Traces,
}

impl Stripped {
    /// A document with the words that are left, the positions of those that were removed, and the
    /// traces of what is left.
    pub fn new(doc: DocNo, words: &[u64], regions: &[Range<usize>], traces: Traces) -> Stripped {
        // Positions in a text are 32 bits.
        let region = |region: &Range<usize>| region.start as u32..region.end as u32;
        Stripped {
            doc,
            words: count(words),
            regions: regions.iter().map(region).collect(),
            content: hashes::of_words(words),
            traces,
        }
    }
}

/// Number of words, at most `u32::MAX`.
pub(super) fn count(words: &[u64]) -> u32 {
    words.len().try_into().unwrap_or(u32::MAX)
}

/// Fingerprints as the numbers that columns keep.
pub(super) fn bits(passages: &[Fingerprint]) -> impl ExactSizeIterator<Item = u64> + '_ {
    passages.iter().map(|fingerprint| fingerprint.to_bits())
}
