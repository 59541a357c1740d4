//! Removal of boilerplate: learns what sites repeat, and reads the documents that hold some of it
//! once more.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::memory::bytes_per_round;
use super::observer::{Observer, Stage};
use super::removed::{Removed, RemovedTally};
use super::settings::Settings;
use super::signing::TextSigner;
use super::texts::DOCUMENTS_PER_TASK;
use crate::boilerplate::{KnownBoilerplate, Profiles};
use crate::catalog::{Catalog, DocNo, NO_SITE, SiteNo, Stripped};
use crate::document::Fetch;
use crate::error::ReadError;

/// Documents that are read again at a time: some 45 MB of hashes.
const DOCUMENTS_PER_BATCH: usize = 1 << 16;

/// Pages that the profile of a site is learned from at least, if that many were seen: most of its
/// boilerplate stands on some of them.
const PAGES_PER_SITE: usize = 500;

/// Most pages of earlier runs that are read again for each new page of their site.
const EARLIER_PAGES_PER_NEW_PAGE: usize = 10;

/// Learns what every site repeats and removes it from the new documents.
pub(super) fn strip(
    corpus: &dyn Fetch,
    catalog: &mut Catalog,
    settings: &Settings,
    known: &KnownBoilerplate,
    observer: &dyn Observer,
) -> Result<(Profiles, Removed), ReadError> {
    if !settings.boilerplate {
        return Ok(Default::default());
    }
    observer.begin(Stage::Boilerplate, None);
    let memory = settings.memory.as_ref();
    let mut documents = read_pages_to_learn_from(corpus, catalog, settings)?;
    let mut profiles = Profiles::learn(catalog, &documents, bytes_per_round(memory))?;
    profiles.add(catalog, known)?;
    catalog.forget_repeats();
    documents.retain(|&doc| catalog.is_new(doc) && profiles.touches(doc));
    // Reading in the order of the files is faster, and the order has no effect on the result.
    documents.par_sort_unstable_by_key(|&doc| catalog.place(doc));

    let mut removed = RemovedTally::default();
    for batch in documents.chunks(DOCUMENTS_PER_BATCH) {
        let (stripped, tally) = strip_batch(corpus, catalog, settings, &profiles, batch, observer)?;
        removed = removed.join(tally);
        catalog.replace(stripped);
        if let Some(memory) = memory
            && catalog.bytes_held() as u64 > memory.for_hashes()
        {
            catalog.move_to(&memory.store)?;
        }
    }
    let removed = removed.with_texts(corpus, catalog)?;
    Ok((profiles, removed))
}

/// Reads documents again and removes boilerplate; documents that lose nothing are left out.
fn strip_batch(
    corpus: &dyn Fetch,
    catalog: &Catalog,
    settings: &Settings,
    profiles: &Profiles,
    batch: &[DocNo],
    observer: &dyn Observer,
) -> Result<(Vec<Stripped>, RemovedTally), ReadError> {
    let strip_chunk = |signer: &mut TextSigner, chunk: &[DocNo]| {
        let mut stripped = Vec::new();
        let mut tally = RemovedTally::default();
        for &doc in chunk {
            let site = catalog.site(doc);
            corpus.fetch(catalog.place(doc), &mut |document| {
                signer.read_without(&document.text, profiles, site);
                if signer.regions().is_empty() {
                    return;
                }
                signer.trace(&document.text, false);
                let traces = signer.traces().clone();
                stripped.push(Stripped::new(doc, signer.words(), signer.removed(), traces));
                tally.add(site, doc, signer.regions());
            })?;
        }
        observer.advance(chunk.len() as u64);
        Ok((stripped, tally))
    };
    let read: Result<Vec<(Vec<Stripped>, RemovedTally)>, ReadError> = batch
        .par_chunks(DOCUMENTS_PER_TASK)
        .map_init(|| TextSigner::new(settings), strip_chunk)
        .collect();
    let (stripped, tallies): (Vec<_>, Vec<_>) = read?.into_iter().unzip();
    let tally = tallies
        .into_iter()
        .fold(RemovedTally::default(), RemovedTally::join);
    Ok((stripped.into_iter().flatten().collect(), tally))
}

/// Documents that the profiles of sites are learned from, in canonical order.
///
/// These are all new documents and, for sites with few of them, the pages that were seen last,
/// which are read again here.
fn read_pages_to_learn_from(
    corpus: &dyn Fetch,
    catalog: &mut Catalog,
    settings: &Settings,
) -> Result<Vec<DocNo>, ReadError> {
    let mut earlier = earlier_pages(catalog);
    earlier.par_sort_unstable_by_key(|&doc| catalog.place(doc));
    for batch in earlier.chunks(DOCUMENTS_PER_BATCH) {
        for (doc, repeats) in read_repeats(corpus, catalog, settings, batch)? {
            catalog.set_repeats(doc, &repeats);
        }
    }
    let mut documents: Vec<DocNo> = catalog
        .documents()
        .filter(|&doc| catalog.is_new(doc))
        .collect();
    documents.append(&mut earlier);
    documents.sort_unstable();
    Ok(documents)
}

/// Pages of earlier runs that are needed to learn what sites with new pages repeat.
fn earlier_pages(catalog: &Catalog) -> Vec<DocNo> {
    let mut new_pages: BTreeMap<SiteNo, usize> = BTreeMap::new();
    let documents = || catalog.documents().map(|doc| (doc, catalog.site(doc)));
    for (doc, site) in documents() {
        if catalog.is_new(doc) {
            *new_pages.entry(site).or_default() += 1;
        }
    }
    new_pages.remove(&NO_SITE);
    let mut by_site: BTreeMap<SiteNo, Vec<(u64, DocNo)>> = BTreeMap::new();
    for (doc, site) in documents() {
        let serial = catalog.serial(doc);
        if let Some(serial) = serial.filter(|_| new_pages.contains_key(&site)) {
            by_site.entry(site).or_default().push((serial, doc));
        }
    }
    let mut earlier: Vec<DocNo> = Vec::new();
    for (site, mut pages) in by_site {
        let wanted = PAGES_PER_SITE
            .saturating_sub(new_pages[&site])
            .min(EARLIER_PAGES_PER_NEW_PAGE * new_pages[&site]);
        pages.sort_unstable();
        earlier.extend(pages.iter().rev().take(wanted).map(|&(_, doc)| doc));
    }
    earlier
}

/// Fingerprints of a page that boilerplate is learned from.
type Repeats = (DocNo, Vec<u32>);

/// Reads documents again for the fingerprints that boilerplate is learned from.
fn read_repeats(
    corpus: &dyn Fetch,
    catalog: &Catalog,
    settings: &Settings,
    documents: &[DocNo],
) -> Result<Vec<Repeats>, ReadError> {
    let read: Result<Vec<Vec<Repeats>>, ReadError> = documents
        .par_chunks(DOCUMENTS_PER_TASK)
        .map_init(
            || TextSigner::new(settings),
            |signer, chunk| {
                let mut repeats = Vec::with_capacity(chunk.len());
                for &doc in chunk {
                    corpus.fetch(catalog.place(doc), &mut |document| {
                        signer.read(&document.text);
                        signer.trace_repeats();
                        repeats.push((doc, signer.traces().repeats.clone()));
                    })?;
                }
                Ok(repeats)
            },
        )
        .collect();
    Ok(read?.into_iter().flatten().collect())
}
