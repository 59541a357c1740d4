//! A corpus of documents that are in memory already.
//!
//! May import: `document`, `error`, `text`.
//! Imported by: `scan`.

use std::borrow::Cow;

use crate::document::{BlockTally, Corpus, Document, Fetch, ParsedRecord, SourcePlace};
use crate::error::ReadError;
use crate::text::domain::{SiteCache, site_of};
use crate::text::mending::mended;

/// Name of the only source. A document without an id is called `documents:N`, N counted from 1.
const SOURCE: &str = "documents";

/// Documents of one block: enough to keep a thread busy, few enough to share 1,000 among threads.
const DOCUMENTS_PER_BLOCK: usize = 64;

/// Documents in a slice, in blocks of [`DOCUMENTS_PER_BLOCK`].
pub(crate) struct InMemory<'d, 't> {
    documents: &'d [Document<'t>],
    /// The site of each document, as a reader finds it.
    sites: Vec<Option<String>>,
}

impl<'d, 't> InMemory<'d, 't> {
    pub(crate) fn new(documents: &'d [Document<'t>]) -> InMemory<'d, 't> {
        let mut cache = SiteCache::default();
        let sites = documents.iter().map(|document| {
            let (given, url) = (document.site.as_deref(), document.url.as_deref());
            let mut buffer = String::new();
            let site = site_of(given, url, &mut cache, &mut buffer)?;
            Some(site.text(&buffer).to_owned())
        });
        InMemory {
            documents,
            sites: sites.collect(),
        }
    }

    /// The document as a reader hands it over: with its site, and its text repaired.
    fn document(&self, at: usize) -> Document<'_> {
        Document {
            site: self.sites[at].as_deref().map(Cow::Borrowed),
            text: mended(&self.documents[at].text),
            ..self.documents[at].borrowed()
        }
    }
}

impl Fetch for InMemory<'_, '_> {
    fn fetch(
        &self,
        place: SourcePlace,
        sink: &mut dyn FnMut(&Document<'_>),
    ) -> Result<(), ReadError> {
        sink(&self.document(place.offset as usize));
        Ok(())
    }
}

impl Corpus for InMemory<'_, '_> {
    type Block = std::ops::Range<usize>;

    fn sources(&self) -> usize {
        1
    }

    fn source_name(&self, _: usize) -> &str {
        SOURCE
    }

    fn blocks(
        &self,
        _: usize,
    ) -> Box<dyn Iterator<Item = Result<Self::Block, ReadError>> + Send + '_> {
        let count = self.documents.len();
        let starts = (0..count).step_by(DOCUMENTS_PER_BLOCK);
        Box::new(starts.map(move |start| Ok(start..count.min(start + DOCUMENTS_PER_BLOCK))))
    }

    fn parse(&self, block: Self::Block, sink: &mut dyn FnMut(ParsedRecord<'_>)) -> BlockTally {
        let mut tally = BlockTally::default();
        for at in block {
            let document = self.document(at);
            tally.bytes += document.text.len() as u64;
            tally.without_url += u64::from(document.url.is_none());
            sink(ParsedRecord {
                place: SourcePlace {
                    source: 0,
                    length: 0,
                    offset: at as u64,
                },
                record: tally.records,
                line: tally.records,
                document,
                open_date: None,
            });
            tally.records += 1;
            tally.lines += 1;
        }
        tally
    }
}
