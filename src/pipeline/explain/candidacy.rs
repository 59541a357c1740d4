//! How two documents become a candidate pair, or cannot: what they share of the hashes that candidates are found by.

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::settings::Surfacing;
use super::Explainer;
use crate::candidates::bands::HOT_BUCKET;
use crate::candidates::families::Families;
use crate::candidates::passages::{FEW, MOST_STORIES};
use crate::catalog::{DocNo, DocPair};
use crate::document::Corpus;
use crate::error::ReadError;
use crate::sketch::winnowing::Fingerprint;

/// What two documents share of what candidates are found by. Of several documents with the same words one stands for all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidacy {
    /// Whether both have the same words: then they need not be found.
    pub identical: bool,
    /// How candidates for whole copies are found.
    pub surfacing: Surfacing,
    /// The bands in which both have the same hash, in order; of identical ones nothing is asked.
    pub bands: Vec<SharedBand>,
    /// The passages that both left a fingerprint of, fewest documents first; `None` if passages are not looked for.
    pub passages: Option<Vec<SharedPassage>>,
    /// Whether they were compared and found to be a pair.
    pub found: bool,
}

/// A band in which two documents have the same hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SharedBand {
    /// Its number, from 1.
    pub band: usize,
    /// Documents with that hash.
    pub documents: usize,
    /// Whether those are too many to compare every two of them.
    pub hot: bool,
}

/// A passage that two documents left the same fingerprint of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SharedPassage {
    /// Documents with that fingerprint.
    pub documents: usize,
    /// If those are too many to compare every two of them, in how many stories the passage stands: then one document of each was compared.
    pub stories: Option<usize>,
}

impl SharedPassage {
    /// Whether it stands in too many stories to compare every two of those.
    pub fn bounded(&self) -> bool {
        self.stories.is_some_and(|stories| stories > MOST_STORIES)
    }
}

impl Candidacy {
    /// Whether a band surfaced the two for sure.
    pub fn by_bands(&self) -> bool {
        self.bands.iter().any(|band| !band.hot)
    }

    /// Whether a passage did.
    pub fn by_passages(&self) -> bool {
        let passages = self.passages.iter().flatten();
        passages
            .into_iter()
            .any(|passage| passage.stories.is_none())
    }

    /// As [`Surfacing::chance`].
    pub fn chance(&self, jaccard: f64, threshold: f64) -> f64 {
        self.surfacing.chance(jaccard, threshold)
    }
}

impl<C: Corpus> Explainer<'_, C> {
    /// What the two share of what candidates are found by.
    pub(super) fn candidacy(&self, pair: DocPair) -> Result<Candidacy, ReadError> {
        let (a, b) = (self.representative(pair.a), self.representative(pair.b));
        let documents: Vec<DocNo> = self.twins.iter().map(|twins| twins.members[0]).collect();
        let compared = &self.findings.compared;
        let both = DocPair::of(a, b);
        Ok(Candidacy {
            identical: a == b,
            surfacing: self.settings.surfacing,
            bands: match a == b {
                true => Vec::new(),
                false => self.shared_bands(both, &documents)?,
            },
            passages: match self.settings.excerpts {
                Some(_) if a == b => Some(Vec::new()),
                Some(_) => Some(self.shared_passages(both, &documents)?),
                None => None,
            },
            found: compared
                .binary_search_by_key(&both, |found| found.pair)
                .is_ok(),
        })
    }

    fn shared_bands(
        &self,
        pair: DocPair,
        documents: &[DocNo],
    ) -> Result<Vec<SharedBand>, ReadError> {
        let mut own: Vec<Vec<u32>> = vec![Vec::new(); 2];
        let catalog = &self.findings.catalog;
        let two = [pair.a, pair.b];
        let reading = catalog.bands(&two);
        for piece in 0..reading.pieces() {
            reading.read(piece, &mut |number, list| {
                own[number as usize] = list.to_vec();
            })?;
        }
        let agreeing: Vec<(usize, u32)> = own[0]
            .iter()
            .zip(&own[1])
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
        let bounded = !self.settings.selection.all_pairs;
        let shared = agreeing.iter().zip(counts);
        Ok(shared
            .map(|(&(band, _), documents)| SharedBand {
                band: band + 1,
                documents,
                hot: bounded && documents > HOT_BUCKET,
            })
            .collect())
    }

    fn shared_passages(
        &self,
        pair: DocPair,
        documents: &[DocNo],
    ) -> Result<Vec<SharedPassage>, ReadError> {
        let catalog = &self.findings.catalog;
        let mut own: Vec<FxHashSet<u32>> = vec![FxHashSet::default(); 2];
        let two = [pair.a, pair.b];
        let reading = catalog.passages(&two);
        for piece in 0..reading.pieces() {
            reading.read(piece, &mut |number, list| {
                let grams = list.iter().map(|&bits| Fingerprint::from_bits(bits).gram());
                own[number as usize] = grams.collect();
            })?;
        }
        let grams: FxHashSet<u32> = own[0].intersection(&own[1]).copied().collect();
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
        let mut families = Families::new(catalog, &self.twins);
        let near = self.findings.compared.iter().filter(|found| found.near);
        near.for_each(|found| families.join(found.pair));
        let story = families.flat();
        let mut shared: Vec<SharedPassage> = holders
            .values()
            .filter_map(|list| shared_passage(pair, list, &story))
            .collect();
        shared.sort_unstable_by_key(|passage| (passage.documents, passage.stories));
        Ok(shared)
    }
}

/// What the fingerprints of one gram make of the two, as [`crate::candidates::passages::shared`] does; nothing if theirs cannot be of one run.
fn shared_passage(
    pair: DocPair,
    list: &[(Fingerprint, DocNo)],
    story: &dyn Fn(DocNo) -> usize,
) -> Option<SharedPassage> {
    let of = |wanted: DocNo| list.iter().filter(move |(_, doc)| *doc == wanted);
    let distinct = |mut documents: Vec<DocNo>| {
        documents.sort_unstable();
        documents.dedup();
        documents
    };
    if list.len() <= FEW {
        let may = of(pair.a).any(|&(x, _)| of(pair.b).any(|&(y, _)| x.may_share_run(y)));
        let documents = distinct(list.iter().map(|&(_, doc)| doc).collect());
        return may.then_some(SharedPassage {
            documents: documents.len(),
            stories: None,
        });
    }
    let mut fewest: Option<SharedPassage> = None;
    for side in [Fingerprint::before, Fingerprint::after] {
        for &(x, _) in of(pair.a) {
            let Some(beside) = side(x) else { continue };
            if !of(pair.b).any(|&(y, _)| side(y) == Some(beside)) {
                continue;
            }
            let holders = list
                .iter()
                .filter(|&&(fingerprint, _)| side(fingerprint) == Some(beside));
            let holders = distinct(holders.map(|&(_, doc)| doc).collect());
            let stories = (holders.len() > FEW).then(|| {
                let stories: FxHashSet<usize> = holders.iter().map(|&doc| story(doc)).collect();
                stories.len()
            });
            let found = SharedPassage {
                documents: holders.len(),
                stories,
            };
            if fewest.is_none_or(|known| found.documents < known.documents) {
                fewest = Some(found);
            }
        }
    }
    fewest
}
