//! The corpus without its boilerplate: every document of a run once more, in the order in which the
//! documents were read.

use std::ops::Range;

use rayon::prelude::*;

use super::findings::ScanResult;
use super::prepare::is_boilerplate_only;
use super::settings::Settings;
use super::texts::{TextReader, remaining};
use crate::catalog::{Catalog, DocNo};
use crate::document::{Document, Fetch, SourcePlace};
use crate::error::ReadError;
use crate::text::shingle::Shingle;

/// Bytes of records in a batch, unless one record alone is larger.
const BATCH_BYTES: u64 = 8 << 20;

/// Most documents of a batch, because not every input counts its records in bytes.
const BATCH_DOCUMENTS: usize = 4096;

/// Documents that one task cleans at least.
const DOCUMENTS_PER_TASK: usize = 32;

/// A document whose text has no boilerplate.
#[derive(Debug, Clone, PartialEq)]
pub struct CleanDocument {
    /// Number of the document.
    pub doc: DocNo,
    /// The document. Its text is empty if next to no words are left.
    pub document: Document<'static>,
}

/// Every document of a scan without its boilerplate, in batches of bounded size.
pub struct CleanCorpus<'a> {
    corpus: &'a dyn Fetch,
    catalog: &'a Catalog,
    shingle: Shingle,
    records: Vec<(DocNo, SourcePlace)>,
}

impl<'a> CleanCorpus<'a> {
    /// The documents of a scan of this corpus, in the order in which they were read.
    pub fn of(corpus: &'a dyn Fetch, findings: &'a ScanResult, settings: &Settings) -> Self {
        let catalog = &findings.catalog;
        let new = catalog
            .documents()
            .filter(|&doc| catalog.is_new(doc) && !catalog.is_reference(doc));
        let new = new.map(|doc| (doc, catalog.place(doc)));
        let known = findings.read.known.iter();
        let known = known.map(|known| (known.doc, known.place));
        let mut records: Vec<(DocNo, SourcePlace)> = new.chain(known).collect();
        records.par_sort_unstable_by_key(|(_, place)| (place.source, place.offset));
        CleanCorpus {
            corpus,
            catalog,
            shingle: settings.shingle,
            records,
        }
    }

    /// Ranges of documents that are held in memory at a time.
    pub fn batches(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        let mut start = 0;
        std::iter::from_fn(move || {
            let rest = self.records.get(start..).filter(|rest| !rest.is_empty())?;
            let mut bytes = 0;
            let fits = |(_, place): &&(DocNo, SourcePlace)| {
                bytes += u64::from(place.length);
                bytes <= BATCH_BYTES
            };
            let fitting = rest.iter().take(BATCH_DOCUMENTS).take_while(fits).count();
            let batch = start..start + fitting.max(1);
            start = batch.end;
            Some(batch)
        })
    }

    /// Reads a batch.
    ///
    /// # Errors
    /// When a document cannot be read again.
    pub fn read(&self, batch: Range<usize>) -> Result<Vec<CleanDocument>, ReadError> {
        self.records[batch]
            .par_iter()
            .with_min_len(DOCUMENTS_PER_TASK)
            .map_init(TextReader::default, |reader, &(doc, place)| {
                let mut clean = None;
                self.corpus.fetch(place, &mut |document| {
                    let text = self.clean_text(doc, &document.text, reader);
                    clean = Some(document.with_text(text));
                })?;
                Ok(clean.map(|document| CleanDocument { doc, document }))
            })
            .filter_map(Result::transpose)
            .collect()
    }

    /// The text of a document without its boilerplate.
    fn clean_text(&self, doc: DocNo, text: &str, reader: &mut TextReader) -> String {
        if is_boilerplate_only(self.catalog.words(doc), self.catalog.removed(doc)) {
            return String::new();
        }
        let TextReader { shingler, regions } = reader;
        regions.clear();
        regions.extend(self.catalog.regions(doc));
        if regions.is_empty() {
            return text.to_owned();
        }
        shingler.read_without(text, self.shingle, |_, _| regions);
        joined(&remaining(shingler, regions, text))
    }
}

/// Joins the pieces that are left of a text.
///
/// Between two pieces stands the white space that ends the first or begins the second, whichever
/// has more line breaks, and a space if there is none: words never join, and paragraphs stay apart.
fn joined(pieces: &[&str]) -> String {
    let mut text = String::new();
    for (at, piece) in pieces.iter().enumerate() {
        let rest = piece.trim_start();
        if at > 0 {
            let kept = text.trim_end().len();
            let (before, after) = (&text[kept..], &piece[..piece.len() - rest.len()]);
            let breaks = |space: &str| (space.matches('\n').count(), space.len());
            if kept == 0 || breaks(after) > breaks(before) {
                text.truncate(kept);
                text.push_str(if kept == 0 { "" } else { after });
            } else if before.is_empty() {
                text.push(' ');
            }
            text.push_str(rest);
        } else {
            text.push_str(piece);
        }
    }
    if pieces.last().is_some_and(|last| last.trim().is_empty()) {
        text.truncate(text.trim_end().len());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::ranges;
    use crate::text::words::reference;
    use proptest::prelude::*;

    #[test]
    fn what_is_left_keeps_its_paragraphs() {
        for (pieces, expected) in [
            (&["whole\n"][..], "whole\n"),
            (&["A\n", "\nB"], "A\nB"),
            (&["A\n\n", "\n\nB\n"], "A\n\nB\n"),
            (&["A\n", "\n\nB"], "A\n\nB"),
            (&["A ", " b"], "A b"),
            (&["東", "都"], "東 都"),
            (&["", "\nB"], "B"),
            (&["A\n", ""], "A"),
            (&["A\n", "\n"], "A"),
            (&["A\n", "\n", "\n\nB"], "A\n\nB"),
            (&["", ""], ""),
        ] {
            assert_eq!(joined(pieces), expected, "{pieces:?}");
        }
    }

    proptest! {
        #[test]
        fn clean_texts_have_the_remaining_words(
            text in "([a-z]{1,3}|[A-Z]|[0-9]{1,2}|[ ]|\n|’|\"|東|é|ﬁ|\\.){0,60}",
            cuts in proptest::collection::vec(0usize..40, 0..6),
        ) {
            let mut cuts = cuts;
            cuts.sort_unstable();
            cuts.dedup();
            let words = reference(&text);
            cuts.retain(|&cut| cut <= words.len());
            let regions: Vec<Range<usize>> =
                cuts.chunks_exact(2).map(|ends| ends[0]..ends[1]).collect();
            let mut reader = TextReader::default();
            let shingle = Shingle::Words(5);
            reader.shingler.read_without(&text, shingle, |_, _| &regions);
            let clean = joined(&remaining(&reader.shingler, &regions, &text));
            let mut expected: Vec<&str> = words.iter().map(String::as_str).collect();
            ranges::remove(&mut expected, &regions);
            prop_assert_eq!(reference(&clean), expected);
        }
    }
}
