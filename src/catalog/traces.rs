//! Hashes of a text, kept to find other texts like it.

use std::ops::Range;

use super::hashes;
use super::numbers::DocNo;
use crate::sketch::winnowing::Fingerprint;

/// Hashes of one text by which others like it are found. They are first made from the whole text.
/// If boilerplate is found in it, they are made again from the words that are left.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Traces {
    /// Hash of each band; empty if bands are not used, or if the document belongs in no LSH bucket.
    pub bands: Vec<u32>,
    /// Fingerprints by which shared passages are found.
    pub passages: Vec<Fingerprint>,
    /// Shortened fingerprints from which the boilerplate of a site is learned.
    pub repeats: Vec<u32>,
    /// Hashes of names and numbers, in the order of the text; `None` unless the scan looks for
    /// reworded copy.
    pub anchors: Option<Vec<u32>>,
}

/// A document after its boilerplate was removed.
#[derive(Debug)]
pub struct Stripped {
    pub(super) doc: DocNo,
    pub(super) words: u32,
    pub(super) regions: Vec<Range<u32>>,
    pub(super) content: u128,
    pub(super) traces: Traces,
}

impl Stripped {
    /// Takes the hashes of the words that are left, the positions of the removed words in the whole
    /// text, and the traces of the words that are left.
    pub fn new(doc: DocNo, words: &[u64], regions: &[Range<usize>], traces: Traces) -> Stripped {
        // Word positions are stored in 32 bits.
        let region = |region: &Range<usize>| region.start as u32..region.end as u32;
        Stripped {
            doc,
            words: word_count(words),
            regions: regions.iter().map(region).collect(),
            content: hashes::of_words(words),
            traces,
        }
    }
}

/// Number of words, at most `u32::MAX`.
pub(super) fn word_count(words: &[u64]) -> u32 {
    words.len().try_into().unwrap_or(u32::MAX)
}

/// Converts fingerprints to the integers that are stored in a column.
pub(super) fn bits(passages: &[Fingerprint]) -> impl ExactSizeIterator<Item = u64> + '_ {
    passages.iter().map(|fingerprint| fingerprint.to_bits())
}
