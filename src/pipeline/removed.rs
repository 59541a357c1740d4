//! Report of the boilerplate that was removed.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::boilerplate::Region;
use crate::catalog::{Catalog, DocNo, SiteNo};
use crate::document::Fetch;
use crate::error::ReadError;
use crate::text::spans;

/// Passages that are reported for each site.
const PASSAGES_PER_SITE: usize = 10;

/// Sites whose passages are reported.
const SITES_WITH_PASSAGES: usize = 100;

/// Characters of a passage that are reported.
const CHARACTERS_PER_PASSAGE: usize = 300;

/// Boilerplate that was removed.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Removed {
    /// Documents that lost words.
    pub documents: u64,
    /// Words that were removed.
    pub words: u64,
    /// By site, most words first.
    pub sites: Vec<RemovedOnSite>,
}

/// Boilerplate that was removed from the pages of one site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemovedOnSite {
    /// The site.
    pub site: SiteNo,
    /// Its documents that lost words.
    pub documents: u64,
    /// Words that were removed.
    pub words: u64,
    /// The ten most frequent passages, most frequent first; empty after the first hundred sites.
    pub passages: Vec<RemovedPassage>,
}

/// A passage that a site repeats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemovedPassage {
    /// Hash of the beginning and the end of the passage; passages that differ only in the middle
    /// have the same key.
    pub key: u64,
    /// Documents with a passage of this key.
    pub documents: u64,
    /// Words of the passage in the first of these documents.
    pub words: u64,
    /// Text of the passage in that document; the end is cut if it is long.
    pub text: String,
}

/// A removed passage in the first document that has it.
#[derive(Clone, Copy)]
struct FirstPlace {
    documents: u64,
    /// The first document, and the first and last word of the passage in it.
    place: (DocNo, usize, usize),
}

/// Counts of what was removed.
#[derive(Default)]
pub(super) struct RemovedTally {
    /// Documents and words of each site.
    sites: BTreeMap<SiteNo, (u64, u64)>,
    /// By site and key of the passage.
    passages: BTreeMap<(SiteNo, u64), FirstPlace>,
}

impl RemovedTally {
    /// Counts the regions that were removed from a document.
    pub(super) fn add(&mut self, site: SiteNo, doc: DocNo, regions: &[Region]) {
        let (documents, words) = self.sites.entry(site).or_default();
        *documents += 1;
        *words += regions
            .iter()
            .map(|region| region.words.len() as u64)
            .sum::<u64>();
        for region in regions {
            let passage = FirstPlace {
                documents: 1,
                place: (doc, region.words.start, region.words.end),
            };
            self.add_passage((site, region.key), passage);
        }
    }

    fn add_passage(&mut self, key: (SiteNo, u64), more: FirstPlace) {
        let known = self.passages.entry(key).or_insert(FirstPlace {
            documents: 0,
            ..more
        });
        known.documents += more.documents;
        known.place = known.place.min(more.place);
    }

    pub(super) fn join(mut self, other: RemovedTally) -> RemovedTally {
        for (site, (documents, words)) in other.sites {
            let known = self.sites.entry(site).or_default();
            known.0 += documents;
            known.1 += words;
        }
        for (key, passage) in other.passages {
            self.add_passage(key, passage);
        }
        self
    }

    /// Makes the report, and reads the texts of the most frequent passages for it.
    pub(super) fn with_texts(
        self,
        corpus: &dyn Fetch,
        catalog: &Catalog,
    ) -> Result<Removed, ReadError> {
        let mut sites: Vec<RemovedOnSite> = self
            .sites
            .iter()
            .map(|(&site, &(documents, words))| RemovedOnSite {
                site,
                documents,
                words,
                passages: Vec::new(),
            })
            .collect();
        sites.sort_by_key(|on_site| (Reverse(on_site.words), on_site.site));
        let with_passages = sites.len().min(SITES_WITH_PASSAGES);
        sites[..with_passages]
            .par_iter_mut()
            .try_for_each(|on_site| {
                on_site.passages = self.read_passages(on_site.site, corpus, catalog)?;
                Ok::<(), ReadError>(())
            })?;
        Ok(Removed {
            documents: sites.iter().map(|on_site| on_site.documents).sum(),
            words: sites.iter().map(|on_site| on_site.words).sum(),
            sites,
        })
    }

    /// The most frequent passages of a site.
    fn read_passages(
        &self,
        site: SiteNo,
        corpus: &dyn Fetch,
        catalog: &Catalog,
    ) -> Result<Vec<RemovedPassage>, ReadError> {
        let passages = self.passages.range((site, 0)..=(site, u64::MAX));
        let mut passages: Vec<(u64, FirstPlace)> = passages
            .map(|(&(_, key), &passage)| (key, passage))
            .collect();
        passages.sort_by_key(|&(_, FirstPlace { documents, place })| {
            let (doc, start, _) = place;
            (Reverse(documents), doc, start)
        });
        let mut read = Vec::new();
        for (key, passage) in passages.into_iter().take(PASSAGES_PER_SITE) {
            let (doc, start, end) = passage.place;
            corpus.fetch(catalog.place(doc), &mut |document| {
                let spans = spans::of_words(&document.text);
                let text = match (spans.get(start), spans.get(end - 1)) {
                    (Some(first), Some(last)) => &document.text[first.start..last.end],
                    _ => "",
                };
                read.push(RemovedPassage {
                    key,
                    documents: passage.documents,
                    words: (end - start) as u64,
                    text: text.chars().take(CHARACTERS_PER_PASSAGE).collect(),
                });
            })?;
        }
        Ok(read)
    }
}
