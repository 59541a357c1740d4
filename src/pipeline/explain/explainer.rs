//! The explainer: runs a scan, then explains any two of its documents.

use std::mem::swap;

use super::clusters::clusters_of;
use super::document::{Participation, read_document};
use super::error::ExplainError;
use super::explanation::Explanation;
use super::finished_scan::FinishedScan;
use super::scores::PairScores;
use super::verdict::{PairVerdict, relation};
use super::why_candidate::why_candidate;
use crate::catalog::{DocNo, DocPair};
use crate::document::Corpus;
use crate::error::ReadError;
use crate::pipeline::details::are_in_order;
use crate::pipeline::earlier::EarlierRuns;
use crate::pipeline::findings::ScanResult;
use crate::pipeline::observer::Observer;
use crate::pipeline::rewording::Retelling;
use crate::pipeline::settings::Settings;

/// A finished scan that explains any two of its documents.
pub struct Explainer<'a, C> {
    scan: FinishedScan<'a, C>,
}

impl<'a, C: Corpus> Explainer<'a, C> {
    /// Runs a scan.
    ///
    /// # Errors
    /// When the corpus or a document of an earlier run cannot be read.
    pub fn new(
        corpus: &'a C,
        earlier: EarlierRuns,
        settings: &Settings,
        observer: &dyn Observer,
    ) -> Result<Explainer<'a, C>, ReadError> {
        let scan = FinishedScan::run(corpus, earlier, settings, observer)?;
        Ok(Explainer { scan })
    }

    /// Result of the scan.
    pub fn findings(&self) -> &ScanResult {
        &self.scan.result
    }

    /// The document with an id.
    ///
    /// # Errors
    /// When there is none.
    pub fn find(&self, id: &str) -> Result<DocNo, ExplainError> {
        let catalog = &self.scan.result.catalog;
        let found = catalog.documents().find(|&doc| catalog.id(doc) == id);
        found.ok_or_else(|| ExplainError::Unknown {
            id: id.to_owned(),
            documents: catalog.len(),
            rejected: self.scan.rejected(id),
        })
    }

    /// Explains two different documents, given in any order.
    ///
    /// # Errors
    /// When one of them cannot be read again.
    pub fn explain(&self, x: DocNo, y: DocNo) -> Result<Explanation, ReadError> {
        let scan = &self.scan;
        let (mut a, mut text_a) = read_document(scan, x)?;
        let (mut b, mut text_b) = read_document(scan, y)?;
        if !are_in_order(&scan.result.catalog, (a.doc, a.when), (b.doc, b.when)) {
            swap(&mut a, &mut b);
            swap(&mut text_a, &mut text_b);
        }
        let pair = DocPair { a: a.doc, b: b.doc };
        let passages = text_a.words.shared(&text_b.words);
        a.segments = text_a.segments(&a.text, passages.iter().map(|passage| &passage.words_a));
        b.segments = text_b.segments(&b.text, passages.iter().map(|passage| &passage.words_b));
        let documents = [a, b];
        let shingled = [&text_a.shingled, &text_b.shingled];
        let scores = PairScores::measure(&scan.texts(), pair, shingled)?;
        let retelling = self.retelling(pair, scores.as_ref())?;
        let verdict = PairVerdict::of(scan, pair, &documents, scores.as_ref(), retelling.as_ref());
        let candidacy = match documents
            .iter()
            .all(|document| document.part == Participation::Compared)
        {
            true => Some(why_candidate(scan, pair)?),
            false => None,
        };
        Ok(Explanation {
            documents,
            scores,
            relation: verdict.relation,
            written: verdict.written,
            reasons: verdict.reasons,
            cross_site: scan.result.catalog.cross_site(pair.a, pair.b),
            candidacy,
            passages,
            retelling,
            clusters: clusters_of(&scan.result, pair),
            settings: scan.settings.clone(),
        })
    }

    /// Compares two documents sentence by sentence, unless their common words make them a pair.
    fn retelling(
        &self,
        pair: DocPair,
        scores: Option<&PairScores>,
    ) -> Result<Option<Retelling>, ReadError> {
        let scan = &self.scan;
        let is_unrelated = |scores: &PairScores| {
            relation(&scan.result.catalog, pair, scores, &scan.settings).is_none()
        };
        if scan.settings.reworded.is_none() || !scores.is_some_and(is_unrelated) {
            return Ok(None);
        }
        let compared = &scan.result.compared;
        // In the order in which a search compares them.
        let searched = DocPair::of(pair.a, pair.b);
        let retelling = Retelling::of(&scan.texts(), &scan.groups, compared, searched)?;
        Ok(Some(match searched == pair {
            true => retelling,
            false => retelling.swapped(),
        }))
    }
}
