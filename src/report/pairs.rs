//! The pairs report: a row for every pair, in canonical order of its documents.

use std::io::{self, Write};
use std::ops::Range;

use super::details::details;
use super::moment;
use super::table::{TableCell, TableFormat};
use crate::attribution::credit::Credit;
use crate::catalog::DocNo;
use crate::pipeline::{PlacedPassage, ScanResult};

/// Columns of the report. Their order never changes; new ones go to the end.
pub const COLUMNS: [&str; 20] = [
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
    "passages",
];

/// Columns of a run that looked for reworded copy: two more before the last.
pub const COLUMNS_REWORDED: [&str; COLUMNS.len() + 2] = {
    let mut columns = [""; COLUMNS.len() + 2];
    let mut at = 0;
    while at < WITHOUT_PASSAGES {
        columns[at] = COLUMNS[at];
        at += 1;
    }
    columns[at] = "reworded_score";
    columns[at + 1] = "aligned_sentences";
    columns[at + 2] = COLUMNS[at];
    columns
};

/// Number of columns without the last one, which is there only if passages are listed and the
/// format can hold lists.
const WITHOUT_PASSAGES: usize = COLUMNS.len() - 1;

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
    let columns: &'static [&str] = match (with_reworded, with_passages) {
        (false, false) => &COLUMNS[..WITHOUT_PASSAGES],
        (false, true) => &COLUMNS,
        (true, false) => &COLUMNS_REWORDED[..COLUMNS_REWORDED.len() - 1],
        (true, true) => &COLUMNS_REWORDED,
    };
    format.write(columns, out, |rows| {
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
