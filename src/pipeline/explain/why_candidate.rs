//! Reasons why two documents are a candidate, or could be: the hashes by which candidates are found
//! that they share.

use rustc_hash::{FxHashMap, FxHashSet};

use super::finished_scan::FinishedScan;
use crate::candidates::bands::HOT_BUCKET;
use crate::candidates::families::Families;
use crate::candidates::passages::{FEW, MOST_STORIES};
use crate::catalog::identical::IdenticalGroup;
use crate::catalog::{Catalog, DocNo, DocPair};
use crate::document::Corpus;
use crate::error::ReadError;
use crate::pipeline::settings::Surfacing;
use crate::sketch::winnowing::Fingerprint;

/// Hashes that two documents share. One document stands for all with the same words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhyCandidate {
    /// True if both have the same words, so that no search is needed.
    pub identical: bool,
    /// Method that finds candidates for whole copies.
    pub surfacing: Surfacing,
    /// Bands in which both have the same hash, in order; empty for identical documents.
    pub bands: Vec<SharedBand>,
    /// Passages with a fingerprint in both documents, fewest documents first; `None` if passages
    /// are not looked for.
    pub passages: Option<Vec<SharedPassage>>,
    /// True if they were compared and matched.
    pub found: bool,
}

impl WhyCandidate {
    /// True if a band made them a candidate for sure.
    pub fn by_bands(&self) -> bool {
        self.bands.iter().any(|band| !band.hot)
    }

    /// True if a passage made them a candidate for sure.
    pub fn by_passages(&self) -> bool {
        let passages = self.passages.iter().flatten();
        passages
            .into_iter()
            .any(|passage| passage.stories.is_none())
    }

    /// Probability that two documents become candidates, as [`Surfacing::chance`].
    pub fn chance(&self, jaccard: f64, threshold: f64) -> f64 {
        self.surfacing.chance(jaccard, threshold)
    }
}

/// A band in which two documents have the same hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SharedBand {
    /// Its number, from 1.
    pub band: usize,
    /// Number of documents with that hash.
    pub documents: usize,
    /// True if these are too many to compare every pair of them.
    pub hot: bool,
}

/// A passage with the same fingerprint in two documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SharedPassage {
    /// Number of documents with that fingerprint.
    pub documents: usize,
    /// Number of stories with the passage, if it is in too many documents to compare every pair of
    /// them. Then one document of each story was compared.
    pub stories: Option<usize>,
}

impl SharedPassage {
    /// True if the passage is in too many stories to compare every pair of them.
    pub fn bounded(&self) -> bool {
        self.stories.is_some_and(|stories| stories > MOST_STORIES)
    }
}

/// Finds the hashes that two documents share.
pub(super) fn why_candidate<C: Corpus>(
    scan: &FinishedScan<'_, C>,
    pair: DocPair,
) -> Result<WhyCandidate, ReadError> {
    let (a, b) = (scan.representative(pair.a), scan.representative(pair.b));
    let representatives: Vec<DocNo> = scan
        .groups
        .iter()
        .map(IdenticalGroup::representative)
        .collect();
    let catalog = &scan.result.catalog;
    let bounded = !scan.settings.selection.all_pairs;
    let both = DocPair::of(a, b);
    Ok(WhyCandidate {
        identical: a == b,
        surfacing: scan.settings.surfacing,
        bands: match a == b {
            true => Vec::new(),
            false => shared_bands(catalog, both, &representatives, bounded)?,
        },
        passages: match scan.settings.excerpts {
            Some(_) if a == b => Some(Vec::new()),
            Some(_) => Some(shared_passages(scan, both, &representatives)?),
            None => None,
        },
        found: scan
            .result
            .compared
            .binary_search_by_key(&both, |found| found.pair)
            .is_ok(),
    })
}

fn shared_bands(
    catalog: &Catalog,
    pair: DocPair,
    documents: &[DocNo],
    bounded: bool,
) -> Result<Vec<SharedBand>, ReadError> {
    let mut hashes: Vec<Vec<u32>> = vec![Vec::new(); 2];
    let both = [pair.a, pair.b];
    let reading = catalog.bands(&both);
    for piece in 0..reading.pieces() {
        reading.read(piece, &mut |number, list| {
            hashes[number as usize] = list.to_vec();
        })?;
    }
    let agreeing: Vec<(usize, u32)> = hashes[0]
        .iter()
        .zip(&hashes[1])
        .enumerate()
        .filter(|(_, (x, y))| x == y)
        .map(|(band, (&hash, _))| (band, hash))
        .collect();
    let mut counts = vec![0; agreeing.len()];
    let reading = catalog.bands(documents);
    for piece in 0..reading.pieces() {
        reading.read(piece, &mut |_, list| {
            for (count, &(band, hash)) in counts.iter_mut().zip(&agreeing) {
                *count += usize::from(list.get(band) == Some(&hash));
            }
        })?;
    }
    let shared = agreeing.iter().zip(counts);
    Ok(shared
        .map(|(&(band, _), documents)| SharedBand {
            band: band + 1,
            documents,
            hot: bounded && documents > HOT_BUCKET,
        })
        .collect())
}

fn shared_passages<C: Corpus>(
    scan: &FinishedScan<'_, C>,
    pair: DocPair,
    documents: &[DocNo],
) -> Result<Vec<SharedPassage>, ReadError> {
    let catalog = &scan.result.catalog;
    let mut grams_of: Vec<FxHashSet<u32>> = vec![FxHashSet::default(); 2];
    let both = [pair.a, pair.b];
    let reading = catalog.passages(&both);
    for piece in 0..reading.pieces() {
        reading.read(piece, &mut |number, list| {
            let grams = list.iter().map(|&bits| Fingerprint::from_bits(bits).gram());
            grams_of[number as usize] = grams.collect();
        })?;
    }
    let grams: FxHashSet<u32> = grams_of[0].intersection(&grams_of[1]).copied().collect();
    let mut holders: FxHashMap<u32, Vec<(Fingerprint, DocNo)>> = FxHashMap::default();
    let reading = catalog.passages(documents);
    for piece in 0..reading.pieces() {
        reading.read(piece, &mut |number, list| {
            for fingerprint in list.iter().map(|&bits| Fingerprint::from_bits(bits)) {
                let gram = fingerprint.gram();
                if grams.contains(&gram) {
                    let doc = documents[number as usize];
                    holders.entry(gram).or_default().push((fingerprint, doc));
                }
            }
        })?;
    }
    let mut families = Families::new(catalog, &scan.groups);
    let near = scan.result.compared.iter().filter(|found| found.near);
    near.for_each(|found| families.join(found.pair));
    let story = families.flat();
    let mut shared: Vec<SharedPassage> = holders
        .values()
        .filter_map(|holders| shared_passage(pair, holders, &story))
        .collect();
    shared.sort_unstable_by_key(|passage| (passage.documents, passage.stories));
    Ok(shared)
}

/// The passage that two documents share by the fingerprints of one gram, which are given with
/// their documents.
///
/// Follows the rule of [`crate::candidates::passages::shared`]. `None` if the fingerprints of the
/// two cannot belong to the same run of words.
fn shared_passage(
    pair: DocPair,
    holders: &[(Fingerprint, DocNo)],
    story: &dyn Fn(DocNo) -> usize,
) -> Option<SharedPassage> {
    let of = |wanted: DocNo| holders.iter().filter(move |(_, doc)| *doc == wanted);
    let distinct = |mut documents: Vec<DocNo>| {
        documents.sort_unstable();
        documents.dedup();
        documents
    };
    if holders.len() <= FEW {
        let may = of(pair.a).any(|&(x, _)| of(pair.b).any(|&(y, _)| x.may_share_run(y)));
        let documents = distinct(holders.iter().map(|&(_, doc)| doc).collect());
        return may.then_some(SharedPassage {
            documents: documents.len(),
            stories: None,
        });
    }
    let mut fewest: Option<SharedPassage> = None;
    for side in [Fingerprint::before, Fingerprint::after] {
        let of_b: FxHashSet<u16> = of(pair.b).filter_map(|&(y, _)| side(y)).collect();
        let mut beside: FxHashMap<u16, Vec<DocNo>> = FxHashMap::default();
        for &(fingerprint, doc) in holders {
            if let Some(same) = side(fingerprint).filter(|same| of_b.contains(same)) {
                beside.entry(same).or_default().push(doc);
            }
        }
        // Repetitive texts have many fingerprints of one gram, so each list is taken once.
        for &(x, _) in of(pair.a) {
            let Some(documents) = side(x).and_then(|same| beside.remove(&same)) else {
                continue;
            };
            let documents = distinct(documents);
            let stories = (documents.len() > FEW).then(|| {
                let stories: FxHashSet<usize> = documents.iter().map(|&doc| story(doc)).collect();
                stories.len()
            });
            let found = SharedPassage {
                documents: documents.len(),
                stories,
            };
            if fewest.is_none_or(|known| found.documents < known.documents) {
                fewest = Some(found);
            }
        }
    }
    fewest
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    /// The passage with fewest documents, by looking through all holders for every fingerprint.
    fn naive_shared_passage(
        pair: DocPair,
        holders: &[(Fingerprint, DocNo)],
        story: &dyn Fn(DocNo) -> usize,
    ) -> Option<SharedPassage> {
        let of = |wanted: DocNo| holders.iter().filter(move |(_, doc)| *doc == wanted);
        let mut fewest: Option<SharedPassage> = None;
        for side in [Fingerprint::before, Fingerprint::after] {
            for beside in of(pair.a).filter_map(|&(x, _)| side(x)) {
                if !of(pair.b).any(|&(y, _)| side(y) == Some(beside)) {
                    continue;
                }
                let same = holders.iter().filter(|(x, _)| side(*x) == Some(beside));
                let mut documents: Vec<DocNo> = same.map(|&(_, doc)| doc).collect();
                documents.sort_unstable();
                documents.dedup();
                let stories: FxHashSet<usize> = documents.iter().map(|&doc| story(doc)).collect();
                let found = SharedPassage {
                    documents: documents.len(),
                    stories: (documents.len() > FEW).then_some(stories.len()),
                };
                if fewest.is_none_or(|known| found.documents < known.documents) {
                    fewest = Some(found);
                }
            }
        }
        fewest
    }

    proptest! {
        #[test]
        fn common_passages_equal_naive_ones(
            holders in vec((vec(0u64..3, 8), 0u32..45), FEW + 1..300),
        ) {
            // Few different bytes make fingerprints agree on one side and not on the other.
            let bits = |bytes: &[u64]| bytes.iter().fold(0, |bits, byte| bits << 8 | byte);
            let holders: Vec<(Fingerprint, DocNo)> = holders
                .iter()
                .map(|(bytes, doc)| (Fingerprint::from_bits(bits(bytes)), DocNo(*doc)))
                .collect();
            let pair = DocPair { a: DocNo(0), b: DocNo(1) };
            let story = |doc: DocNo| doc.0 as usize / 3;
            let expected = naive_shared_passage(pair, &holders, &story);
            prop_assert_eq!(shared_passage(pair, &holders, &story), expected);
        }
    }
}
