//! A run of deduplication, from the corpus to the result.

use rayon::prelude::*;

use super::excerpts::find_excerpts;
use super::outcome::Duplicates;
use super::turns::Turns;
use crate::catalog::identical::IdenticalGroup;
use crate::catalog::{Catalog, DocNo};
use crate::cluster::Selection;
use crate::cluster::duplicates::{Duplicate, Preference, Ranking};
use crate::document::Corpus;
use crate::error::ReadError;
use crate::pipeline::corpus_and_archive::CorpusAndArchive;
use crate::pipeline::earlier::EarlierRuns;
use crate::pipeline::findings::Counts;
use crate::pipeline::observer::Observer;
use crate::pipeline::prepare::{PreparedCorpus, is_boilerplate_only, prepare};
use crate::pipeline::search::PairSearch;
use crate::pipeline::settings::Settings;
use crate::pipeline::texts::CorpusTexts;

/// Finds the duplicates of a corpus. The settings of excerpts, selection and reports are ignored.
///
/// # Errors
/// When the corpus cannot be read.
pub fn duplicates<C: Corpus>(
    corpus: &C,
    settings: &Settings,
    preference: Preference<'_>,
    observer: &dyn Observer,
) -> Result<Duplicates, ReadError> {
    let earlier = EarlierRuns::default();
    duplicates_after(corpus, earlier, settings, preference, observer)
}

/// Finds the duplicates of documents that come after those of earlier runs, which stay whatever
/// the preference.
///
/// # Errors
/// When the corpus or a document of an earlier run cannot be read.
pub fn duplicates_after<C: Corpus>(
    corpus: &C,
    earlier: EarlierRuns,
    settings: &Settings,
    preference: Preference<'_>,
    observer: &dyn Observer,
) -> Result<Duplicates, ReadError> {
    let settings = &for_duplicates(settings);
    let sources = CorpusAndArchive::of(corpus, earlier.archive);
    let PreparedCorpus {
        catalog,
        read,
        boilerplate,
        removed,
        mut counts,
        groups,
    } = prepare(
        corpus,
        &sources,
        earlier.seen,
        &earlier.boilerplate,
        settings,
        observer,
    )?;
    let numbers = read_numbers(&catalog, preference)?;
    let texts = CorpusTexts::of(&sources, &catalog, settings);
    let Decisions {
        mut duplicates,
        staying,
    } = decide(
        &texts,
        &groups,
        preference,
        &numbers,
        settings,
        observer,
        &mut counts,
    )?;
    let mut reference = None;
    if let Some(passages) = settings.reference_passages {
        let (excerpts, counts) =
            find_excerpts(&texts, &groups, &staying, settings, passages, observer)?;
        duplicates.extend(excerpts);
        duplicates.par_sort_unstable_by_key(|duplicate| duplicate.doc);
        reference = Some(counts);
    }
    let mut decided: Vec<DocNo> = catalog.documents().collect();
    decided.retain(|&doc| !(preference.seen)(&catalog, doc) && !catalog.is_reference(doc));
    decided.par_sort_unstable_by_key(|&doc| {
        let place = catalog.place(doc);
        (place.source, place.offset)
    });
    let is_without = |doc: &&DocNo| numbers.get(doc.0 as usize) == Some(&None);
    let without_number = decided.iter().filter(is_without).count() as u64;
    Ok(Duplicates {
        catalog,
        duplicates,
        decided,
        removed,
        read,
        counts,
        reference,
        without_number,
        boilerplate,
    })
}

/// The settings without those of excerpts and selection.
pub(in crate::pipeline) fn for_duplicates(settings: &Settings) -> Settings {
    Settings {
        excerpts: None,
        selection: Selection::default(),
        ..settings.clone()
    }
}

/// Decisions on the documents of a catalog.
pub(in crate::pipeline) struct Decisions {
    /// The documents that are removed, in canonical order.
    pub(in crate::pipeline) duplicates: Vec<Duplicate>,
    /// Representatives of the groups of which a document stays, in canonical order.
    pub(in crate::pipeline) staying: Vec<DocNo>,
}

/// Decides which documents are removed. `groups` has those that can be compared, and `numbers`
/// those of all documents by which they are preferred, if there are any.
///
/// # Errors
/// When a document cannot be read.
pub(in crate::pipeline) fn decide(
    texts: &CorpusTexts<'_>,
    groups: &[IdenticalGroup],
    preference: Preference<'_>,
    numbers: &[Option<f64>],
    settings: &Settings,
    observer: &dyn Observer,
    counts: &mut Counts,
) -> Result<Decisions, ReadError> {
    let catalog = texts.catalog;
    let mut bare: Vec<DocNo> = catalog.documents().collect();
    bare.retain(|&doc| is_boilerplate_only(catalog.words(doc), catalog.removed(doc)));
    let ranking = Ranking::new(catalog, groups, &bare, preference, numbers);
    let search = PairSearch::new(texts, groups, &[], settings, observer);
    let decided = Turns::new(&search, &ranking).run(groups, counts)?;
    Ok(Decisions {
        staying: decided.staying(&ranking),
        duplicates: decided.duplicates,
    })
}

/// The number of each document by which it is preferred, if there is such a field.
fn read_numbers(
    catalog: &Catalog,
    preference: Preference<'_>,
) -> Result<Vec<Option<f64>>, ReadError> {
    let Some(number) = preference.number else {
        return Ok(Vec::new());
    };
    let documents: Vec<DocNo> = catalog.documents().collect();
    let is_decided = |doc| !(preference.seen)(catalog, doc) && !catalog.is_reference(doc);
    documents
        .into_par_iter()
        .map(|doc| match is_decided(doc) {
            true => number(catalog.place(doc)),
            false => Ok(None),
        })
        .collect()
}
