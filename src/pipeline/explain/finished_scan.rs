//! A scan that was run for an explanation, with its corpus.

use std::collections::HashMap;
use std::sync::Arc;

use crate::attribution::placeholders::PlaceholderTimes;
use crate::catalog::DocNo;
use crate::catalog::identical::{IdenticalGroup, group_identical};
use crate::document::{Corpus, Reject};
use crate::error::ReadError;
use crate::pipeline::corpus_and_archive::CorpusAndArchive;
use crate::pipeline::details::Dating;
use crate::pipeline::earlier::EarlierRuns;
use crate::pipeline::findings::{Counts, ScanResult};
use crate::pipeline::observer::Observer;
use crate::pipeline::prepare::taking_part;
use crate::pipeline::scan::scan_after;
use crate::pipeline::settings::Settings;
use crate::pipeline::texts::CorpusTexts;

/// A finished scan, and what is needed to read its documents again.
pub(super) struct FinishedScan<'a, C> {
    corpus: &'a C,
    sources: CorpusAndArchive<'a>,
    pub(super) settings: Settings,
    pub(super) result: ScanResult,
    placeholders: PlaceholderTimes,
    /// Groups of identical documents.
    pub(super) groups: Vec<IdenticalGroup>,
    /// Names of clusters in earlier runs, by the numbers of their documents in the archive.
    pub(super) earlier_names: HashMap<u64, Arc<str>>,
}

impl<'a, C: Corpus> FinishedScan<'a, C> {
    pub(super) fn run(
        corpus: &'a C,
        earlier: EarlierRuns,
        settings: &Settings,
        observer: &dyn Observer,
    ) -> Result<FinishedScan<'a, C>, ReadError> {
        let settings = Settings {
            keep_hashes: true,
            list_passages: false,
            page: None,
            ..settings.clone()
        };
        let earlier_names = earlier.cluster_names.clone();
        let sources = CorpusAndArchive::of(corpus, earlier.archive.clone());
        let result = scan_after(corpus, earlier, &settings, observer)?;
        let documents = taking_part(&result.catalog, &settings, &mut Counts::default());
        let groups = group_identical(&result.catalog, documents.into_iter());
        Ok(FinishedScan {
            corpus,
            sources,
            settings,
            placeholders: PlaceholderTimes::of(&result.catalog),
            result,
            groups,
            earlier_names,
        })
    }

    pub(super) fn texts(&self) -> CorpusTexts<'_> {
        CorpusTexts::of(&self.sources, &self.result.catalog, &self.settings)
    }

    pub(super) fn dating(&self) -> Dating<'_> {
        Dating::of(&self.result.catalog, &self.placeholders, &self.settings)
    }

    /// The first document with the same words, which stood for the document in the search.
    pub(super) fn representative(&self, doc: DocNo) -> DocNo {
        let content = |doc| self.result.catalog.content(doc);
        let representative = self
            .groups
            .iter()
            .map(IdenticalGroup::representative)
            .find(|&first| content(first) == content(doc));
        representative.unwrap_or(doc)
    }

    /// The file of a document; `None` if it is in the archive.
    pub(super) fn file(&self, doc: DocNo) -> Option<String> {
        let source = self.result.catalog.place(doc).source;
        let in_corpus = source < self.sources.corpus_sources;
        in_corpus.then(|| self.corpus.source_name(source as usize).to_owned())
    }

    /// Records with an id that were rejected, each with its place and the reason.
    pub(super) fn rejected(&self, id: &str) -> Vec<String> {
        let rejects = self.result.read.rejects.iter();
        let of_id = rejects.filter(|reject| reject.id.as_deref() == Some(id));
        let described = |reject: &Reject| {
            let file = self.corpus.source_name(reject.source as usize);
            format!("{file}:{}: {}", reject.line, reject.reason)
        };
        of_id.map(described).collect()
    }
}
