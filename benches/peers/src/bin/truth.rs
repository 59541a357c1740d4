//! Finds every pair of documents with a Jaccard similarity at or over a threshold, exactly and
//! without LSH.
//!
//! Prefix filtering (Bayardo, Ma, Srikant 2007): with shingles ordered from rare to common, two
//! sets of similarity t share a shingle among the first |x| - ceil(t |x|) + 1 of each. Only
//! shingles in two or more documents are kept, in that order. The others come first in every prefix
//! and are only counted. Sets contain 64-bit XXH3 hashes.

use peers::{arguments, read};
use rayon::prelude::*;
use std::collections::HashSet;
use std::error::Error;
use xxhash_rust::xxh3::xxh3_64;

struct Document {
    /// Number of distinct shingles of the document.
    size: usize,
    /// Ranks of shingles that another document has too, rarest first.
    shared: Vec<u32>,
    /// Number of entries of `shared` that belong to the prefix.
    prefix: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let [corpus, threshold, out] = arguments("truth CORPUS.jsonl THRESHOLD TRUTH.csv")?;
    let threshold: f64 = threshold.parse()?;
    if !(threshold > 0.0 && threshold <= 1.0) {
        return Err("the threshold must be over 0 and at most 1".into());
    }
    let (ids, sets): (Vec<String>, Vec<Vec<u64>>) = read(&corpus, |words| {
        let mut set: Vec<u64> = words
            .shingles()
            .map(|shingle| xxh3_64(shingle.as_bytes()))
            .collect();
        set.sort_unstable();
        set.dedup();
        set.shrink_to_fit();
        set
    })?
    .into_iter()
    .unzip();
    let mut seen = HashSet::new();
    if let Some(twice) = ids.iter().find(|id| !seen.insert(*id)) {
        return Err(format!(
            "id {twice} stands twice: pairs are scored by id, so each must be unique"
        )
        .into());
    }

    let (documents, ranks) = rank(sets, threshold);
    let mut pairs = all_pairs(&documents, ranks, threshold);
    pairs.sort_unstable_by_key(|&(a, b, _)| (a, b));
    let mut table = csv::Writer::from_path(&out)?;
    table.write_record(["id_a", "id_b", "jaccard"])?;
    for (a, b, jaccard) in &pairs {
        table.write_record([&ids[*a as usize], &ids[*b as usize], &jaccard.to_string()])?;
    }
    table.flush()?;
    eprintln!(
        "{} documents with a shingle, {} pairs",
        documents.len(),
        pairs.len()
    );
    Ok(())
}

/// Turns hashes into ranks from rare to common and finds the prefix of each document. Also returns
/// the number of ranks.
fn rank(sets: Vec<Vec<u64>>, threshold: f64) -> (Vec<Document>, usize) {
    let mut all: Vec<u64> = sets.concat();
    all.par_sort_unstable();
    let mut shared: Vec<(u32, u64)> = all
        .chunk_by(|x, y| x == y)
        .filter(|run| run.len() > 1)
        .map(|run| (run.len() as u32, run[0]))
        .collect();
    drop(all);
    shared.par_sort_unstable();
    let mut by_hash: Vec<(u64, u32)> = shared
        .iter()
        .zip(0..)
        .map(|(&(_, hash), rank)| (hash, rank))
        .collect();
    by_hash.par_sort_unstable();
    let documents = sets
        .into_par_iter()
        .map(|set| {
            let found = set
                .iter()
                .filter_map(|hash| by_hash.binary_search_by_key(hash, |entry| entry.0).ok());
            let mut shared: Vec<u32> = found.map(|at| by_hash[at].1).collect();
            shared.sort_unstable();
            let size = set.len();
            let prefix = size - at_least(threshold * size as f64).min(size) + 1;
            Document {
                size,
                prefix: prefix.saturating_sub(size - shared.len()).min(shared.len()),
                shared,
            }
        })
        .collect();
    (documents, shared.len())
}

/// Rounds up, but never past a whole number by a rounding error: a prefix may be too long, but not
/// too short.
fn at_least(x: f64) -> usize {
    (x - 1e-9).ceil().max(1.0) as usize
}

fn all_pairs(documents: &[Document], ranks: usize, threshold: f64) -> Vec<(u32, u32, f64)> {
    let mut postings = vec![Vec::new(); ranks];
    for (at, document) in documents.iter().enumerate() {
        for &rank in &document.shared[..document.prefix] {
            postings[rank as usize].push(at as u32);
        }
    }
    (0..documents.len())
        .into_par_iter()
        .map_init(
            || vec![u32::MAX; documents.len()],
            |last_seen_by, at| {
                let document = &documents[at];
                let mut found = Vec::new();
                for &rank in &document.shared[..document.prefix] {
                    for &other in postings[rank as usize]
                        .iter()
                        .take_while(|&&other| (other as usize) < at)
                    {
                        if std::mem::replace(&mut last_seen_by[other as usize], at as u32)
                            != at as u32
                        {
                            let jaccard = jaccard(document, &documents[other as usize], threshold);
                            found.extend(jaccard.map(|jaccard| (other, at as u32, jaccard)));
                        }
                    }
                }
                found
            },
        )
        .flatten_iter()
        .collect()
}

/// Returns the Jaccard similarity if it is at or over the threshold.
fn jaccard(a: &Document, b: &Document, threshold: f64) -> Option<f64> {
    let most = a.shared.len().min(b.shared.len());
    if (most as f64) < threshold * a.size.max(b.size) as f64 - 1e-9 {
        return None;
    }
    let (mut i, mut j, mut common) = (0, 0, 0);
    while i < a.shared.len() && j < b.shared.len() {
        let (x, y) = (a.shared[i], b.shared[j]);
        common += usize::from(x == y);
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    let jaccard = common as f64 / (a.size + b.size - common) as f64;
    (jaccard >= threshold).then_some(jaccard)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_every_pair_compared_one_by_one() {
        let mut state = 7u64;
        let mut draw = |below: u64| {
            state = state
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            (state >> 33) % below
        };
        let sets: Vec<Vec<u64>> = (0..300)
            .map(|_| {
                let mut set: Vec<u64> = (0..1 + draw(20)).map(|_| draw(14) * draw(3)).collect();
                set.sort_unstable();
                set.dedup();
                set
            })
            .collect();
        for threshold in [0.1, 0.5, 0.7, 0.8, 1.0] {
            let mut expected = Vec::new();
            for b in 0..sets.len() {
                for a in 0..b {
                    let common = sets[a].iter().filter(|x| sets[b].contains(x)).count();
                    let jaccard = common as f64 / (sets[a].len() + sets[b].len() - common) as f64;
                    if jaccard >= threshold {
                        expected.push((a as u32, b as u32, jaccard));
                    }
                }
            }
            let (documents, ranks) = rank(sets.clone(), threshold);
            let mut found = all_pairs(&documents, ranks, threshold);
            expected.sort_unstable_by_key(|&(a, b, _)| (a, b));
            found.sort_unstable_by_key(|&(a, b, _)| (a, b));
            assert!(!expected.is_empty());
            assert_eq!(found, expected, "at {threshold}");
        }
    }
}
