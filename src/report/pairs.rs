//! The pairs report: a row for every pair, in canonical order of its documents. `a` is the document
//! known to be published earlier, else the one with the smaller id; `order_known` tells which.

use std::borrow::Cow;
use std::io::{self, Write};
use std::ops::Range;

use serde::Serialize;

use super::details::{details, title, url};
use super::table::TableEncoding;
use super::table::column::Column;
use crate::attribution::credit::Credit;
use crate::attribution::interval::PublicationInterval;
use crate::catalog::DocNo;
use crate::cluster::ReportedPair;
use crate::pipeline::{Details, PlacedPassage, ScanResult};

/// A pair, the details of its documents, and its passages if they are listed.
struct PairRow<'t> {
    pair: &'t ReportedPair,
    details_a: Option<&'t Details>,
    details_b: Option<&'t Details>,
    passages: &'t [PlacedPassage],
}

impl<'t> PairRow<'t> {
    fn of(findings: &'t ScanResult, number: usize, pair: &'t ReportedPair) -> Self {
        Self {
            pair,
            details_a: details(findings, pair.a),
            details_b: details(findings, pair.b),
            passages: findings.passages.get(number).map_or(&[], Vec::as_slice),
        }
    }

    fn a(&self) -> DocNo {
        self.pair.a
    }

    fn b(&self) -> DocNo {
        self.pair.b
    }

    /// Times in which `a` and `b` can have been published.
    fn when(&self) -> (PublicationInterval, PublicationInterval) {
        (
            Details::interval(self.details_a),
            Details::interval(self.details_b),
        )
    }
}

/// Writes the report. Columns of reworded copy follow if it was looked for, and passages if they
/// are listed and the format can hold lists.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(
    findings: &ScanResult,
    encoding: TableEncoding,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    let mut columns = columns(findings);
    if findings.counts.reworded.is_some() {
        columns.extend(reworded_columns());
    }
    if !findings.passages.is_empty() && encoding.format.holds_lists() {
        columns.push(Column::json("passages", |row: &PairRow| {
            listed(row.passages)
        }));
    }
    let pairs = findings.pairs.iter().enumerate();
    let rows = pairs.map(|(number, pair)| PairRow::of(findings, number, pair));
    encoding.write(&columns, rows, out)
}

/// Columns of every pairs file. Their order never changes; new ones go to the end of this list.
fn columns<'t>(findings: &'t ScanResult) -> Vec<Column<'t, PairRow<'t>>> {
    type Row<'t> = PairRow<'t>;
    let catalog = &findings.catalog;
    let site = |doc: DocNo| catalog.site_name(catalog.site(doc)).into();
    fn credit(details: Option<&Details>) -> Cow<'_, str> {
        let credit = details.and_then(|details| details.credit.as_ref());
        credit.map_or(Cow::Borrowed(""), Credit::label)
    }
    let published = |doc: DocNo| catalog.published(doc);
    let cluster = |number: u32| {
        let cluster = findings.clusters.get(number as usize);
        cluster.map_or("", |cluster| &*cluster.name)
    };
    vec![
        Column::text("id_a", |row: &Row| catalog.id(row.a()).into()),
        Column::text("id_b", |row: &Row| catalog.id(row.b()).into()),
        Column::text("relation", |row: &Row| row.pair.relation.name().into()),
        Column::score("jaccard", |row: &Row| Some(row.pair.jaccard)),
        Column::score("containment_a", |row: &Row| Some(row.pair.containment_a)),
        Column::score("containment_b", |row: &Row| Some(row.pair.containment_b)),
        Column::count("longest_passage", |row: &Row| {
            Some(row.pair.longest.words as u64)
        }),
        Column::flag("cross_site", |row: &Row| {
            catalog.cross_site(row.a(), row.b())
        }),
        Column::text("site_a", move |row: &Row| site(row.a())),
        Column::text("site_b", move |row: &Row| site(row.b())),
        Column::time("published_a", move |row: &Row| published(row.a())),
        Column::time("published_b", move |row: &Row| published(row.b())),
        Column::hours("lag_hours", |row: &Row| {
            let (a, b) = row.when();
            a.hours_until(b)
        }),
        Column::text("credit_a", |row: &Row| credit(row.details_a)),
        Column::text("credit_b", |row: &Row| credit(row.details_b)),
        Column::text("url_a", |row: &Row| url(row.details_a).into()),
        Column::text("url_b", |row: &Row| url(row.details_b).into()),
        Column::text("cluster", move |row: &Row| cluster(row.pair.cluster).into()),
        Column::score("quoted_share", |row: &Row| row.pair.quoted_share),
        Column::text("title_a", |row: &Row| title(row.details_a).into()),
        Column::text("title_b", |row: &Row| title(row.details_b).into()),
        Column::precision("precision_a", move |row: &Row| published(row.a())),
        Column::precision("precision_b", move |row: &Row| published(row.b())),
        Column::flag("order_known", |row: &Row| {
            let (a, b) = row.when();
            Some(a.is_before(b))
        }),
    ]
}

/// Columns of reworded copy.
fn reworded_columns<'t>() -> [Column<'t, PairRow<'t>>; 2] {
    [
        Column::score("reworded_score", |row: &PairRow| {
            row.pair.likeness.map(|likeness| likeness.score)
        }),
        Column::count("aligned_sentences", |row: &PairRow| {
            row.pair
                .likeness
                .map(|likeness| u64::from(likeness.aligned))
        }),
    ]
}

/// Passages as a JSON array: number of words, and beginning and end (half-open) in words and bytes
/// of both texts.
fn listed(passages: &[PlacedPassage]) -> String {
    let ends = |range: &Range<usize>| [range.start, range.end];
    let passages: Vec<ListedPassage> = passages
        .iter()
        .map(|passage| ListedPassage {
            bytes_a: ends(&passage.bytes_a),
            bytes_b: ends(&passage.bytes_b),
            words: passage.words,
            words_a: ends(&passage.words_a),
            words_b: ends(&passage.words_b),
        })
        .collect();
    // Numbers are always written.
    serde_json::to_string(&passages).unwrap_or_default()
}

/// A passage as it is listed.
#[derive(Serialize)]
struct ListedPassage {
    bytes_a: [usize; 2],
    bytes_b: [usize; 2],
    words: usize,
    words_a: [usize; 2],
    words_b: [usize; 2],
}
