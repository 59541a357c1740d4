//! The tables of an index: documents, ties, names of clusters and boilerplate.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::columns::{self, Name, RowColumns, Table};
use super::error::IndexError;
use crate::boilerplate::{KnownBoilerplate, KnownRepeat};
use crate::catalog::{DocNo, DocPair};
use crate::compare::exact::Comparison;
use crate::compare::passage::Passage;
use crate::document::{Precision, Published};
use crate::pipeline::KnownPair;

/// Names of clusters by the serials of documents.
pub(super) type Names = HashMap<u64, Arc<str>>;

/// A row of the table of documents.
#[derive(Debug, Clone, Default)]
pub(super) struct DocumentRow<'a> {
    pub(super) serial: u64,
    /// The time when it was added, in seconds since 1970.
    pub(super) added: i64,
    pub(super) id: &'a str,
    pub(super) site: Option<Name<'a>>,
    /// Seconds of the time of publication; see [`DocumentRow::published`].
    pub(super) published: Option<i64>,
    /// The number of its precision.
    pub(super) precision: Option<u8>,
    pub(super) page: u64,
    pub(super) title: u32,
    pub(super) words: u32,
    pub(super) content: u128,
    pub(super) whole: u128,
    /// The words that were removed.
    pub(super) regions: Vec<Range<u32>>,
    /// Number of its fingerprints for passages.
    pub(super) passages: u32,
    pub(super) at: RecordPlace,
}

/// The place of a record: its frame, and its number in the frame.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct RecordPlace {
    pub(super) frame: u64,
    pub(super) frame_bytes: u32,
    pub(super) record: u32,
}

fn document_columns<'a>() -> RowColumns<'a, DocumentRow<'a>> {
    RowColumns::<'a, DocumentRow<'a>>::new()
        .with("serial", |row| &mut row.serial)
        .with("added", |row| &mut row.added)
        .with("id", |row| &mut row.id)
        .with("site", |row| &mut row.site)
        .with("published", |row| &mut row.published)
        .with("precision", |row| &mut row.precision)
        .with("page", |row| &mut row.page)
        .with("title", |row| &mut row.title)
        .with("words", |row| &mut row.words)
        .with("content", |row| &mut row.content)
        .with("whole", |row| &mut row.whole)
        .with("removed", |row| &mut row.regions)
        .with("passages", |row| &mut row.passages)
        .with("frame", |row| &mut row.at.frame)
        .with("frame_bytes", |row| &mut row.at.frame_bytes)
        .with("record", |row| &mut row.at.record)
}

/// Precisions by their numbers in the table, which never change.
const PRECISIONS: [Precision; 4] = [
    Precision::Day,
    Precision::Midnight,
    Precision::Second,
    Precision::Local,
];

impl<'a> DocumentRow<'a> {
    /// The same row with a time of publication.
    pub(super) fn with_published(self, published: Option<Published>) -> DocumentRow<'a> {
        let number = |precision| PRECISIONS.iter().position(|&known| known == precision);
        DocumentRow {
            published: published.map(|published| published.seconds),
            precision: published
                .and_then(|published| number(published.precision))
                .map(|number| number as u8),
            ..self
        }
    }

    pub(super) fn published(&self) -> Option<Published> {
        let precision = PRECISIONS.get(usize::from(self.precision.unwrap_or(0)));
        self.published.map(|seconds| Published {
            seconds,
            precision: precision.copied().unwrap_or(Precision::Second),
        })
    }
}

pub(super) fn write_documents(rows: &mut [DocumentRow<'_>]) -> Result<Vec<u8>, IndexError> {
    columns::write(document_columns(), rows)
}

/// The table of documents, as it is read.
pub(super) struct DocumentTable {
    table: Table,
    /// The names of sites, by the key of [`DocumentRow::site`].
    pub(super) sites: Vec<String>,
}

impl DocumentTable {
    pub(super) fn read(bytes: &[u8], file: &str) -> Result<DocumentTable, IndexError> {
        let table = Table::read(bytes, file)?;
        let sites = table.names("site")?;
        Ok(DocumentTable { table, sites })
    }

    pub(super) fn len(&self) -> usize {
        self.table.len()
    }

    pub(super) fn serials(&self) -> Result<&[u64], IndexError> {
        self.table.numbers("serial")
    }

    pub(super) fn added(&self) -> Result<&[i64], IndexError> {
        self.table.numbers("added")
    }

    pub(super) fn passages(&self) -> Result<&[u32], IndexError> {
        self.table.numbers("passages")
    }

    /// Passes each row to `each`.
    pub(super) fn each<'a>(
        &'a self,
        each: &mut dyn FnMut(DocumentRow<'a>) -> Result<(), IndexError>,
    ) -> Result<(), IndexError> {
        let blank = DocumentRow::default();
        self.table.each(document_columns(), &blank, each)
    }
}

fn tie_columns<'a>() -> RowColumns<'a, KnownPair> {
    RowColumns::<'a, KnownPair>::new()
        .with("a", |tie| &mut tie.a)
        .with("b", |tie| &mut tie.b)
        .with("shared", |tie| &mut tie.found.shared)
        .with("shingles_a", |tie| &mut tie.found.shingles_a)
        .with("shingles_b", |tie| &mut tie.found.shingles_b)
        .with("longest_a", |tie| &mut tie.found.longest.a)
        .with("longest_b", |tie| &mut tie.found.longest.b)
        .with("longest_words", |tie| &mut tie.found.longest.words)
        .with("near", |tie| &mut tie.found.near)
}

pub(super) fn write_ties(ties: &mut [KnownPair]) -> Result<Vec<u8>, IndexError> {
    columns::write(tie_columns(), ties)
}

/// Adds the ties of a table to `ties`.
pub(super) fn read_ties(
    bytes: &[u8],
    file: &str,
    ties: &mut Vec<KnownPair>,
) -> Result<(), IndexError> {
    let blank = KnownPair {
        a: 0,
        b: 0,
        found: Comparison {
            pair: DocPair {
                a: DocNo(0),
                b: DocNo(1),
            },
            shared: 0,
            shingles_a: 0,
            shingles_b: 0,
            longest: Passage::default(),
            passage_words: 0,
            long_passage: false,
            near: false,
        },
    };
    let table = Table::read(bytes, file)?;
    ties.reserve(table.len());
    table.each(tie_columns(), &blank, &mut |tie| {
        ties.push(tie);
        Ok(())
    })
}

/// The number of a document, and the name of its cluster; empty if it is in none.
type NameRow<'a> = (u64, Name<'a>);

fn name_columns<'a>() -> RowColumns<'a, NameRow<'a>> {
    RowColumns::<'a, NameRow<'a>>::new()
        .with("serial", |(serial, _)| serial)
        .with("cluster", |(_, cluster)| cluster)
}

pub(super) fn write_names(names: &[(u64, Arc<str>)]) -> Result<Vec<u8>, IndexError> {
    let rows = names
        .iter()
        .map(|(serial, name)| (*serial, Name::from(&**name)));
    columns::write(name_columns(), &mut rows.collect::<Vec<_>>())
}

/// Adds the names of a table to `names`, and replaces those of the same documents. A document that
/// has left its cluster gets an empty name.
pub(super) fn read_names(bytes: &[u8], file: &str, names: &mut Names) -> Result<(), IndexError> {
    let table = Table::read(bytes, file)?;
    // The documents of a cluster share one copy of its name.
    let clusters = table.names("cluster")?.into_iter().map(Arc::from);
    let clusters: Vec<Arc<str>> = clusters.collect();
    let blank = NameRow::default();
    table.each(name_columns(), &blank, &mut |(serial, name)| {
        let cluster = clusters.get(name.key as usize).cloned();
        names.insert(serial, cluster.unwrap_or_default());
        Ok(())
    })
}

/// A run of words that is known to be repeated, and the site, if it is not repeated on all sites.
type RepeatRow<'a> = (Option<Name<'a>>, KnownRepeat);

fn repeat_columns<'a>() -> RowColumns<'a, RepeatRow<'a>> {
    RowColumns::<'a, RepeatRow<'a>>::new()
        .with("site", |(site, _)| site)
        .with("fingerprint", |(_, repeat)| &mut repeat.fingerprint)
        .with("kind", |(_, repeat)| &mut repeat.kind)
        .with("learned", |(_, repeat)| &mut repeat.learned)
}

pub(super) fn write_boilerplate(known: &KnownBoilerplate) -> Result<Vec<u8>, IndexError> {
    let rows = known.repeats.iter().map(|&repeat| {
        let site = known.sites.get(repeat.site as usize);
        (site.map(|site| Name::from(&**site)), repeat)
    });
    columns::write(repeat_columns(), &mut rows.collect::<Vec<_>>())
}

pub(super) fn read_boilerplate(bytes: &[u8], file: &str) -> Result<KnownBoilerplate, IndexError> {
    let table = Table::read(bytes, file)?;
    let mut repeats = Vec::with_capacity(table.len());
    let everywhere = KnownRepeat {
        site: u32::MAX,
        fingerprint: 0,
        kind: 0,
        learned: 0,
    };
    table.each(repeat_columns(), &(None, everywhere), &mut |(
        site,
        repeat,
    )| {
        let site = site.map_or(u32::MAX, |site| site.key);
        repeats.push(KnownRepeat { site, ..repeat });
        Ok(())
    })?;
    Ok(KnownBoilerplate {
        sites: table.names("site")?,
        repeats,
    })
}
