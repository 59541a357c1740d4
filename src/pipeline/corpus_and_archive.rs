//! One place to read documents from: the corpus of this run, and the archive of earlier runs.

use std::sync::Arc;

use crate::document::{Corpus, Document, Fetch, SourcePlace};
use crate::error::ReadError;

/// A corpus and an archive; the sources of the archive are numbered after those of the corpus.
pub(super) struct CorpusAndArchive<'a> {
    corpus: &'a dyn Fetch,
    /// Number of sources that belong to the corpus.
    pub(super) corpus_sources: u32,
    archive: Option<Arc<dyn Fetch + Send>>,
}

impl<'a> CorpusAndArchive<'a> {
    pub(super) fn of<C: Corpus>(corpus: &'a C, archive: Option<Arc<dyn Fetch + Send>>) -> Self {
        CorpusAndArchive {
            corpus,
            corpus_sources: corpus.sources() as u32,
            archive,
        }
    }
}

impl Fetch for CorpusAndArchive<'_> {
    fn fetch(
        &self,
        place: SourcePlace,
        sink: &mut dyn FnMut(&Document<'_>),
    ) -> Result<(), ReadError> {
        match (place.source.checked_sub(self.corpus_sources), &self.archive) {
            (Some(source), Some(archive)) => archive.fetch(SourcePlace { source, ..place }, sink),
            _ => self.corpus.fetch(place, sink),
        }
    }
}
