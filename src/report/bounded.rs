//! Sentences about what a run did not compare or write because too many documents are alike, for
//! the last lines of the program and for the report page.

use super::html::count;
use crate::candidates::families::BIG_CLUSTER;
use crate::candidates::passages::MOST_STORIES;
use crate::pipeline::BoundedCounts;

/// One sentence, without a full stop, for each bound that was reached. `without_bound` is the flag
/// that compares all documents of a bucket.
pub fn sentences(counts: &BoundedCounts, without_bound: &str) -> Vec<String> {
    let BoundedCounts {
        buckets,
        passages,
        clusters,
    } = counts;
    let mut sentences = Vec::new();
    if buckets.pairs > 0 {
        sentences.push(format!(
            "{} too full to compare every pair in (the fullest holds {} documents): up to {} not \
             compared there; {without_bound} compares all",
            counted(buckets.number, "bucket"),
            count(buckets.largest),
            counted(buckets.pairs, "pair"),
        ));
    }
    if passages.number > 0 {
        sentences.push(format!(
            "{} in over {MOST_STORIES} stories (the most common in {}): each story compared with \
             the first only, up to {} not compared",
            counted(passages.number, "passage"),
            count(passages.most_stories),
            counted(passages.pairs, "pair"),
        ));
    }
    if clusters.pairs > 0 {
        sentences.push(format!(
            "{} of over {BIG_CLUSTER} documents written as links: up to {} more left out; \
             --all-pairs writes all",
            counted(clusters.number, "cluster"),
            counted(clusters.pairs, "pair"),
        ));
    }
    sentences
}

/// A number with its noun, which gets an `s` unless the number is 1.
pub fn counted(n: u64, noun: &str) -> String {
    format!("{} {noun}{}", count(n), if n == 1 { "" } else { "s" })
}
