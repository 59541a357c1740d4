//! The sample and its pairs.

use super::pieces::TextPiece;
use super::strata::SampledStratum;
use crate::catalog::ReadTally;
use crate::cluster::Relation;
use crate::document::Published;
use crate::pipeline::findings::Counts;

/// Most pairs of a sample: with both texts of each, some 16 MB and some hours of reading.
pub const MOST_SAMPLED: u32 = 500;

/// Definition of a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sampling {
    /// Number of pairs, at most [`MOST_SAMPLED`].
    pub pairs: u32,
    /// Seed of the random choice: the same seed gives the same sample.
    pub seed: u64,
}

/// Pairs to be labelled.
#[derive(Debug)]
pub struct Sample {
    /// The pairs in random order, so that the order says nothing about them.
    pub pairs: Vec<SampledPair>,
    /// Requested number of pairs; there may be fewer.
    pub asked: u32,
    /// All strata that pairs were taken from, those nearest to a threshold first.
    pub strata: Vec<SampledStratum>,
    /// Counts of what was read and compared.
    pub counts: Counts,
    /// Records that were read and rejected.
    pub read: ReadTally,
}

/// Two documents to be labelled.
#[derive(Debug, Clone, PartialEq)]
pub struct SampledPair {
    /// The documents, in canonical order.
    pub documents: [SampledText; 2],
    /// Their relation by the settings; `None` if they are not a pair.
    pub relation: Option<Relation>,
    /// Their scores word by word.
    pub scores: SampledScores,
    /// Score of the comparison sentence by sentence, if that found them.
    pub reworded: Option<f64>,
    /// Kind of the marks in both texts.
    pub shared: MarkKind,
    /// Number of marks.
    pub marks: usize,
}

/// Kind of the parts that are marked in both texts of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkKind {
    /// Passages that both texts have.
    Passages,
    /// Sentences of which one may retell the other.
    Sentences,
}

/// Scores of two documents.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SampledScores {
    /// Exact Jaccard similarity of the shingle sets.
    pub jaccard: f64,
    /// Share of the shingles of each document that the other has.
    pub containment: [f64; 2],
    /// Number of words of the longest passage.
    pub longest: usize,
}

/// A document to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampledText {
    /// Its id.
    pub id: String,
    /// Its site; empty if unknown.
    pub site: String,
    /// Its time of publication.
    pub published: Option<Published>,
    /// Its headline; empty if unknown.
    pub title: String,
    /// Its url; empty if unknown.
    pub url: String,
    /// Its text, with the shared parts marked, and parts of a long text left out.
    pub pieces: Vec<TextPiece>,
}
