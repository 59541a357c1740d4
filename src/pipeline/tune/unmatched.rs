//! Sample of the pairs that do not match even at the lowest thresholds.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::catalog::identical::IdenticalGroup;
use crate::catalog::{DocNo, DocPair};
use crate::compare::exact::Comparison;
use crate::error::ReadError;
use crate::pipeline::texts::{CorpusTexts, TextReader};
use crate::text::shingle::jaccard;

/// Documents of which every pair is compared, to estimate how many candidates unmatched pairs
/// make.
const DOCUMENTS: usize = 500;

/// Pairs of sampled documents that share a shingle but do not match.
#[derive(Debug, Default)]
pub(super) struct UnmatchedPairs {
    /// Their similarities.
    pub(super) jaccards: Vec<f64>,
    /// Number of pairs of the corpus for each pair of the sample.
    pub(super) weight: f64,
}

impl UnmatchedPairs {
    /// Compares documents at equal distances with each other; `matches` are the pairs that match.
    pub(super) fn sample(
        texts: &CorpusTexts<'_>,
        groups: &[IdenticalGroup],
        matches: &[Comparison],
    ) -> Result<UnmatchedPairs, ReadError> {
        let step = groups.len().div_ceil(DOCUMENTS).max(1);
        let representatives = groups.iter().map(IdenticalGroup::representative);
        let documents: Vec<DocNo> = representatives.step_by(step).collect();
        let shingles = read_shingle_sets(texts, &documents)?;
        let mut jaccards: Vec<f64> = shared_shingles(&shingles)
            .into_iter()
            .filter(|&((a, b), _)| {
                let pair = DocPair::of(documents[a as usize], documents[b as usize]);
                let known = matches.binary_search_by_key(&pair, |found| found.pair);
                known.is_err()
            })
            .map(|((a, b), shared)| {
                let sizes = [a, b].map(|number| shingles[number as usize].len() as u32);
                jaccard(shared, sizes)
            })
            .collect();
        // The sum of floating-point numbers depends on their order.
        jaccards.sort_unstable_by(f64::total_cmp);
        let pairs = |documents: usize| documents as f64 * (documents as f64 - 1.0) / 2.0;
        Ok(UnmatchedPairs {
            jaccards,
            weight: match documents.len() {
                0 | 1 => 0.0,
                sampled => pairs(groups.len()) / pairs(sampled),
            },
        })
    }
}

/// Distinct shingles of documents, sorted.
fn read_shingle_sets(
    texts: &CorpusTexts<'_>,
    documents: &[DocNo],
) -> Result<Vec<Vec<u64>>, ReadError> {
    documents
        .par_iter()
        .map_init(TextReader::default, |reader, &doc| {
            let mut shingles = Vec::new();
            texts.read(doc, reader, &mut |_, reader| {
                shingles.clone_from(&reader.shingler.shingles);
            })?;
            shingles.sort_unstable();
            shingles.dedup();
            Ok(shingles)
        })
        .collect()
}

/// Number of shingles that two sets share, by their indices; pairs that share none are left out.
fn shared_shingles(sets: &[Vec<u64>]) -> FxHashMap<(u32, u32), u32> {
    let mut holders: FxHashMap<u64, Vec<u32>> = FxHashMap::default();
    for (number, shingles) in (0..).zip(sets) {
        for &shingle in shingles {
            holders.entry(shingle).or_default().push(number);
        }
    }
    let mut shared: FxHashMap<(u32, u32), u32> = FxHashMap::default();
    for holders in holders.into_values() {
        for (at, &b) in holders.iter().enumerate() {
            for &a in &holders[..at] {
                *shared.entry((a, b)).or_default() += 1;
            }
        }
    }
    shared
}
