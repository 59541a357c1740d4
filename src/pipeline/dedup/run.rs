//! A run of deduplication, from the corpus to the result.

use rayon::prelude::*;

use super::excerpts::find_excerpts;
use super::outcome::Duplicates;
use super::turns::Turns;
use crate::catalog::{Catalog, DocNo};
use crate::cluster::Selection;
use crate::cluster::duplicates::{Preference, Ranking};
use crate::document::Corpus;
use crate::error::ReadError;
use crate::pipeline::corpus_and_archive::CorpusAndArchive;
use crate::pipeline::earlier::EarlierRuns;
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
    let settings = &Settings {
        excerpts: None,
        selection: Selection::default(),
        ..settings.clone()
    };
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
    let mut bare: Vec<DocNo> = catalog.documents().collect();
    bare.retain(|&doc| is_boilerplate_only(catalog.words(doc), catalog.removed(doc)));

    let numbers = read_numbers(&catalog, preference)?;
    let ranking = Ranking::new(&catalog, &groups, &bare, preference, &numbers);
    let texts = CorpusTexts::of(&sources, &catalog, settings);
    let search = PairSearch::new(&texts, &groups, &[], settings, observer);
    let found = Turns::new(&search, &ranking).run(&groups, &mut counts)?;
    let staying = found.staying(&ranking);
    let mut duplicates = found.duplicates;
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
