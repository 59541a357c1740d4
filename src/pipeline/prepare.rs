//! First part of every command: reads the corpus, removes boilerplate, and groups identical
//! documents.

use super::corpus_and_archive::CorpusAndArchive;
use super::findings::Counts;
use super::observer::Observer;
use super::read::read;
use super::removed::Removed;
use super::settings::Settings;
use super::strip::strip;
use crate::boilerplate::{FEWEST_WORDS_LEFT, KnownBoilerplate, Profiles};
use crate::catalog::identical::{IdenticalGroup, group_identical};
use crate::catalog::{Catalog, DocNo, ReadTally, SeenDocuments};
use crate::document::Corpus;
use crate::error::ReadError;

/// A corpus that was read and from which boilerplate was removed.
pub(super) struct PreparedCorpus {
    pub(super) catalog: Catalog,
    pub(super) read: ReadTally,
    pub(super) boilerplate: Profiles,
    pub(super) removed: Removed,
    pub(super) counts: Counts,
    /// Groups of the documents that take part.
    pub(super) groups: Vec<IdenticalGroup>,
}

/// Prepares a corpus without earlier runs.
pub(super) fn prepare_alone<C: Corpus>(
    corpus: &C,
    sources: &CorpusAndArchive<'_>,
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<PreparedCorpus, ReadError> {
    let (seen, known) = (SeenDocuments::default(), KnownBoilerplate::default());
    prepare(corpus, sources, seen, &known, settings, observer)
}

/// Prepares a corpus, given the documents of earlier runs and the boilerplate that they taught.
pub(super) fn prepare<C: Corpus>(
    corpus: &C,
    sources: &CorpusAndArchive<'_>,
    seen: SeenDocuments,
    known: &KnownBoilerplate,
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<PreparedCorpus, ReadError> {
    let (mut catalog, read) = read(corpus, seen, settings, observer)?;
    let (boilerplate, removed) = strip(sources, &mut catalog, settings, known, observer)?;
    let mut counts = Counts::default();
    let documents = taking_part(&catalog, settings, &mut counts);
    let groups = group_identical(&catalog, documents.into_iter());
    let later_copies = groups.iter().flat_map(|group| &group.members[1..]);
    let new_copies = later_copies.filter(|&&doc| catalog.is_new(doc) && !catalog.is_reference(doc));
    counts.documents.identical = new_copies.count() as u64;
    Ok(PreparedCorpus {
        catalog,
        read,
        boilerplate,
        removed,
        counts,
        groups,
    })
}

/// Documents with enough words to be compared, in canonical order; counts all others that are new.
pub(super) fn taking_part(
    catalog: &Catalog,
    settings: &Settings,
    counts: &mut Counts,
) -> Vec<DocNo> {
    let mut documents = Vec::with_capacity(catalog.len());
    for doc in catalog.documents() {
        let is_reference = catalog.is_reference(doc);
        let new = u64::from(catalog.is_new(doc) && !is_reference);
        counts.documents.read += new;
        counts.documents.reference += u64::from(is_reference);
        counts.documents.seen += u64::from(!catalog.is_new(doc));
        match Fate::of(catalog.words(doc), catalog.removed(doc), settings) {
            Fate::BoilerplateOnly => counts.documents.boilerplate_only += new,
            Fate::Empty => counts.documents.empty += new,
            Fate::TooShort => counts.documents.too_short += new,
            Fate::TakesPart => documents.push(doc),
        }
        let is_left_out = documents.last() != Some(&doc);
        counts.documents.reference_not_compared += u64::from(is_reference && is_left_out);
    }
    documents
}

/// Fate of a document once its boilerplate is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It has next to no words left.
    BoilerplateOnly,
    /// It has no words.
    Empty,
    /// It has fewer words than are required.
    TooShort,
    /// It is compared with others.
    TakesPart,
}

impl Fate {
    /// Fate of a document with so many words, and so many removed ones.
    pub fn of(words: u32, removed: u32, settings: &Settings) -> Fate {
        match words {
            _ if is_boilerplate_only(words, removed) => Fate::BoilerplateOnly,
            0 => Fate::Empty,
            words if words < settings.min_words => Fate::TooShort,
            _ => Fate::TakesPart,
        }
    }
}

/// True if a document with so many words has next to none left without its boilerplate.
pub(super) fn is_boilerplate_only(left: u32, removed: u32) -> bool {
    removed >= left.max(1) && (left as usize) < FEWEST_WORDS_LEFT
}
