//! What every command begins with: the corpus is read, boilerplate removed, and identical documents are collapsed.

use super::before::Sources;
use super::findings::Counts;
use super::observer::Observer;
use super::read::{self, Removed};
use super::settings::Settings;
use crate::boilerplate::{KnownBoilerplate, Profiles};
use crate::catalog::identical::{self, IdenticalGroup};
use crate::catalog::{Catalog, DocNo, ReadTally, SeenDocuments};
use crate::document::Corpus;
use crate::error::ReadError;

/// A corpus that was read, and of which boilerplate was taken out.
pub(super) struct Prepared {
    pub(super) catalog: Catalog,
    pub(super) read: ReadTally,
    pub(super) boilerplate: Profiles,
    pub(super) removed: Removed,
    pub(super) counts: Counts,
    /// Of the documents that take part.
    pub(super) twins: Vec<IdenticalGroup>,
}

/// Reads a corpus that comes after nothing.
pub(super) fn prepare_alone<C: Corpus>(
    corpus: &C,
    sources: &Sources<'_>,
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<Prepared, ReadError> {
    let (seen, known) = (SeenDocuments::default(), KnownBoilerplate::default());
    prepare(corpus, sources, seen, &known, settings, observer)
}

/// Reads a corpus that comes after what was `seen`, of which `known` boilerplate was learned.
pub(super) fn prepare<C: Corpus>(
    corpus: &C,
    sources: &Sources<'_>,
    seen: SeenDocuments,
    known: &KnownBoilerplate,
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<Prepared, ReadError> {
    let (mut catalog, read) = read::read(corpus, seen, settings, observer)?;
    let (boilerplate, removed) = read::strip(sources, &mut catalog, settings, known, observer)?;
    let mut counts = Counts::default();
    let documents = taking_part(&catalog, settings, &mut counts);
    let twins = identical::group_identical(&catalog, documents.into_iter());
    let later = twins.iter().flat_map(|twins| &twins.members[1..]);
    counts.documents.identical = later.filter(|&&doc| catalog.is_new(doc)).count() as u64;
    Ok(Prepared {
        catalog,
        read,
        boilerplate,
        removed,
        counts,
        twins,
    })
}

/// The documents with enough words to be compared, in canonical order; counts the others that are new.
pub(super) fn taking_part(
    catalog: &Catalog,
    settings: &Settings,
    counts: &mut Counts,
) -> Vec<DocNo> {
    let mut documents = Vec::with_capacity(catalog.len());
    for doc in catalog.documents() {
        let new = u64::from(catalog.is_new(doc));
        counts.documents.read += new;
        counts.documents.seen += 1 - new;
        match catalog.words(doc) {
            _ if read::boilerplate_only(catalog, doc) => counts.documents.boilerplate_only += new,
            0 => counts.documents.empty += new,
            words if words < settings.min_words => counts.documents.too_short += new,
            _ => documents.push(doc),
        }
    }
    documents
}
