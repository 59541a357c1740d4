//! The pairs report: a row for every pair, in canonical order of its documents.

use std::io::{self, Write};
use std::ops::Range;

use super::details::details;
use super::moment;
use super::table::{TableCell, TableFormat};
use crate::attribution::credit::Credit;
use crate::catalog::DocNo;
use crate::pipeline::{PlacedPassage, ScanResult};

/// Columns of every pairs file. Their order never changes; new ones go to the end of this list.
pub const COLUMNS: [&str; 19] = [
    "id_a",
    "id_b",
    "relation",
    "jaccard",
    "containment_a",
    "containment_b",
    "longest_passage",
    "cross_site",
    "site_a",
    "site_b",
    "published_a",
    "published_b",
    "lag_hours",
    "credit_a",
    "credit_b",
    "url_a",
    "url_b",
    "cluster",
    "quoted_share",
];

/// Columns that follow if reworded copy was looked for.
pub const REWORDED_COLUMNS: [&str; 2] = ["reworded_score", "aligned_sentences"];

/// The last column, if passages are listed and the format can hold lists.
pub const PASSAGES_COLUMN: &str = "passages";

/// Writes the report.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(findings: &ScanResult, format: TableFormat, out: &mut impl Write) -> io::Result<()> {
    let catalog = &findings.catalog;
    let url = |doc: DocNo| details(findings, doc).map_or("", |details| details.url.as_str());
    let credit = |doc: DocNo| {
        let credit = details(findings, doc).and_then(|details| details.credit.as_ref());
        credit.map_or_else(String::new, Credit::label)
    };
    let with_passages = !findings.passages.is_empty() && format.holds_lists();
    let with_reworded = findings.counts.reworded.is_some();
    let mut columns = COLUMNS.to_vec();
    if with_reworded {
        columns.extend(REWORDED_COLUMNS);
    }
    if with_passages {
        columns.push(PASSAGES_COLUMN);
    }
    format.write(&columns, out, |rows| {
        for (number, pair) in findings.pairs.iter().enumerate() {
            let (a, b) = (pair.a, pair.b);
            let (when_a, when_b) = (catalog.published(a), catalog.published(b));
            let listed = if with_passages {
                listed(&findings.passages[number])
            } else {
                String::new()
            };
            let likeness = pair.likeness;
            let fixed = [
                TableCell::Text(catalog.id(a)),
                TableCell::Text(catalog.id(b)),
                TableCell::Text(pair.relation.name()),
                TableCell::Score(pair.jaccard),
                TableCell::Score(pair.containment_a),
                TableCell::Score(pair.containment_b),
                TableCell::Count(pair.longest.words as u64),
                TableCell::known(catalog.cross_site(a, b), TableCell::Flag),
                TableCell::Text(catalog.site_name(catalog.site(a))),
                TableCell::Text(catalog.site_name(catalog.site(b))),
                TableCell::Text(&moment::written_or_empty(when_a)),
                TableCell::Text(&moment::written_or_empty(when_b)),
                TableCell::known(moment::hours_between(when_a, when_b), TableCell::Hours),
                TableCell::Text(&credit(a)),
                TableCell::Text(&credit(b)),
                TableCell::Text(url(a)),
                TableCell::Text(url(b)),
                TableCell::known(findings.clusters.get(pair.cluster as usize), |cluster| {
                    TableCell::Text(&cluster.name)
                }),
                TableCell::known(pair.quoted_share, TableCell::Score),
            ];
            let reworded = [
                TableCell::known(likeness.map(|likeness| likeness.score), TableCell::Score),
                TableCell::known(
                    likeness.map(|likeness| u64::from(likeness.aligned)),
                    TableCell::Count,
                ),
            ];
            let mut cells = Vec::from(fixed);
            if with_reworded {
                cells.extend(reworded);
            }
            if with_passages {
                cells.push(TableCell::Json(&listed));
            }
            rows.row(&cells)?;
        }
        Ok(())
    })
}

/// Passages as a JSON array: number of words, and beginning and end (half-open) in words and bytes
/// of both texts.
fn listed(passages: &[PlacedPassage]) -> String {
    let passage = |passage: &PlacedPassage| {
        let ends = |range: &Range<usize>| [range.start, range.end];
        serde_json::json!({
            "words": passage.words,
            "words_a": ends(&passage.words_a),
            "words_b": ends(&passage.words_b),
            "bytes_a": ends(&passage.bytes_a),
            "bytes_b": ends(&passage.bytes_b),
        })
    };
    serde_json::Value::from_iter(passages.iter().map(passage)).to_string()
}
