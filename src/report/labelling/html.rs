//! The page as HTML, and the data of its script.

use std::io::{self, Write};

use askama::Template;
use serde::Serialize;
use serde::ser::{SerializeTuple, Serializer};
use xxhash_rust::xxh3::xxh3_128;

use crate::cluster::Relation;
use crate::pipeline::{
    Distance, MarkKind, Measure, Sample, SampledPair, SampledStratum, SampledText, Settings,
    TextPiece,
};
use crate::report::html::{self, count};
use crate::report::moment;
use crate::report::table::column::Column;
use crate::report::table::{TableEncoding, TableFormat};
use crate::text::escaping;

/// Columns of the labels.
pub const COLUMNS: [&str; 3] = ["id_a", "id_b", "label"];

/// Values of a label.
pub const LABELS: [&str; 3] = ["same", "different", "unsure"];

const STYLE: &str = html::style!("labelling.css");
const SCRIPT: &str = html::script!("labelling.js");

/// Most characters that are shown of an id or the name of a site.
const NAME: usize = 120;

/// Most characters that are shown of a title.
const TITLE: usize = 300;

/// Values of the template.
#[derive(Template)]
#[template(path = "labelling/labelling.html")]
struct LabellingPage<'a> {
    version: &'a str,
    style: &'a str,
    script: &'a str,
    policy: String,
    pairs: usize,
    found: String,
    documents: String,
    /// Number of pairs that were asked for, if there are fewer.
    missing: Option<u32>,
    reworded: bool,
    strata: Vec<StratumRow>,
    data: String,
}

/// A stratum in words.
struct StratumRow {
    what: String,
    found: String,
    taken: usize,
}

/// Data of the script.
#[derive(Serialize)]
struct LabellingData {
    /// Hash of the pairs, under which a browser keeps their labels.
    sample: String,
    /// Header line of the labels.
    header: String,
    labels: [&'static str; 3],
    pairs: Vec<PairToLabel>,
}

#[derive(Serialize)]
struct PairToLabel {
    /// Row of the labels up to the label.
    row: String,
    documents: [TextToLabel; 2],
    /// Name and value.
    measured: Vec<(&'static str, String)>,
    /// Name of what is marked: a passage or a sentence.
    shared: &'static str,
    /// Number of marks.
    marks: usize,
}

#[derive(Serialize)]
struct TextToLabel {
    id: String,
    site: String,
    published: String,
    title: String,
    url: Option<String>,
    pieces: Vec<ShownPiece>,
}

/// A piece of a text, written as a tuple of its kind and its text. The kind is 0, the number of a
/// passage, or a word.
enum ShownPiece {
    Own(String),
    Passage(usize, String),
    Boilerplate(String),
    LeftOut(usize),
}

impl Serialize for ShownPiece {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut tuple = serializer.serialize_tuple(2)?;
        match self {
            ShownPiece::Own(text) => (tuple.serialize_element(&0)?, tuple.serialize_element(text)?),
            ShownPiece::Passage(number, text) => (
                tuple.serialize_element(number)?,
                tuple.serialize_element(text)?,
            ),
            ShownPiece::Boilerplate(text) => (
                tuple.serialize_element("boilerplate")?,
                tuple.serialize_element(text)?,
            ),
            ShownPiece::LeftOut(characters) => (
                tuple.serialize_element("left out")?,
                tuple.serialize_element(characters)?,
            ),
        };
        tuple.end()
    }
}

/// Writes the page.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(sample: &Sample, settings: &Settings, out: &mut impl Write) -> io::Result<()> {
    let pairs: io::Result<Vec<PairToLabel>> = sample.pairs.iter().map(pair).collect();
    let pairs = pairs?;
    let data = LabellingData {
        sample: format!("{:032x}", xxh3_128(html::json(&pairs)?.as_bytes())),
        header: COLUMNS.join(","),
        labels: LABELS,
        pairs,
    };
    let found: usize = sample.strata.iter().map(|sampled| sampled.found).sum();
    let fewer = sample.pairs.len() < sample.asked as usize;
    let page = LabellingPage {
        version: env!("CARGO_PKG_VERSION"),
        style: STYLE,
        script: SCRIPT,
        policy: html::policy(STYLE, Some(SCRIPT)),
        pairs: sample.pairs.len(),
        found: count(found as u64),
        documents: count(sample.counts.documents.read),
        missing: fewer.then_some(sample.asked),
        reworded: settings.reworded.is_some(),
        strata: sample
            .strata
            .iter()
            .map(|sampled| row(sampled, settings))
            .collect(),
        data: escaping::json(&html::json(&data)?),
    };
    out.write_all(page.render().map_err(io::Error::other)?.as_bytes())
}

fn pair(pair: &SampledPair) -> io::Result<PairToLabel> {
    let [a, b] = &pair.documents;
    Ok(PairToLabel {
        row: begun(&a.id, &b.id)?,
        documents: [text(a), text(b)],
        measured: measured(pair),
        shared: match pair.shared {
            MarkKind::Passages => "passage",
            MarkKind::Sentences => "sentence",
        },
        marks: pair.marks,
    })
}

/// A row of the labels up to and including its last comma.
fn begun(id_a: &str, id_b: &str) -> io::Result<String> {
    let columns = [
        Column::text(COLUMNS[0], |ids: &[&str; 2]| ids[0].into()),
        Column::text(COLUMNS[1], |ids: &[&str; 2]| ids[1].into()),
        Column::text(COLUMNS[2], |_| "".into()),
    ];
    let mut table = Vec::new();
    let rows = [[id_a, id_b]];
    TableEncoding::from(TableFormat::Csv).write(&columns, rows, &mut table)?;
    let table = String::from_utf8(table).map_err(io::Error::other)?;
    let row = table.split_once('\n').map_or("", |(_, row)| row);
    Ok(row.strip_suffix('\n').unwrap_or(row).to_owned())
}

fn text(text: &SampledText) -> TextToLabel {
    let shown = |piece: &TextPiece| match piece {
        TextPiece::Own(text) => ShownPiece::Own(escaping::body(text)),
        TextPiece::Shared(number, text) => ShownPiece::Passage(number + 1, escaping::body(text)),
        TextPiece::Boilerplate(text) => ShownPiece::Boilerplate(escaping::body(text)),
        TextPiece::LeftOut(characters) => ShownPiece::LeftOut(*characters),
    };
    TextToLabel {
        id: escaping::field(&text.id, NAME),
        site: escaping::field(&text.site, NAME),
        published: moment::written_or_empty(text.published),
        title: escaping::field(&text.title, TITLE),
        url: escaping::link(&text.url),
        pieces: text.pieces.iter().map(shown).collect(),
    }
}

fn measured(pair: &SampledPair) -> Vec<(&'static str, String)> {
    let score = |score: f64| format!("{score:.4}");
    let [held_a, held_b] = pair.scores.containment;
    let mut measured = vec![
        (
            "wirecopy says",
            pair.relation.map_or("no pair", Relation::name).to_owned(),
        ),
        ("Jaccard", score(pair.scores.jaccard)),
        ("Share of the left text that is in the right", score(held_a)),
        ("Share of the right text that is in the left", score(held_b)),
        (
            "Longest passage",
            format!("{} words", count(pair.scores.longest as u64)),
        ),
    ];
    if let Some(reworded) = pair.reworded {
        measured.push(("Score of reworded copy, an estimate", score(reworded)));
    }
    measured
}

fn row(sampled: &SampledStratum, settings: &Settings) -> StratumRow {
    let stratum = sampled.stratum;
    let excerpts = settings.excerpts;
    let (measure, threshold) = match stratum.measure {
        Measure::Jaccard => ("Jaccard", Some(settings.threshold.to_string())),
        Measure::Containment => (
            "containment",
            excerpts.map(|excerpts| contained(excerpts.containment, settings)),
        ),
        Measure::Passage => (
            "longest passage",
            excerpts.map(|excerpts| format!("{} words", excerpts.passage)),
        ),
        Measure::LongPassage => (
            "long passage",
            excerpts
                .and_then(|excerpts| excerpts.long_passage)
                .map(|long| format!("{long} words")),
        ),
        Measure::Score => (
            "score of reworded copy",
            settings.reworded.map(|asked| asked.score.to_string()),
        ),
        Measure::Words => ("the same words", None),
    };
    let far = match stratum.distance {
        Distance::Close => "close ",
        Distance::Near => "near ",
        Distance::Far => "far ",
    };
    let side = if stratum.over { "over" } else { "under" };
    StratumRow {
        what: match threshold {
            Some(threshold) => format!("{measure} {far}{side} {threshold}"),
            None => measure.to_owned(),
        },
        found: count(sampled.found as u64),
        taken: sampled.taken,
    }
}

/// The containment of an excerpt, and the one within a site if it is higher.
fn contained(containment: f64, settings: &Settings) -> String {
    let within_site = settings.selection.same_site_containment;
    if within_site > containment {
        format!("{containment}, or {within_site} within one site")
    } else {
        containment.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_quoted_like_those_of_every_table() {
        for (a, b, row) in [
            ("x", "y", "x,y,"),
            ("a,\"b\"", "two\nlines", "\"a,\"\"b\"\"\",\"two\nlines\","),
            ("=1+1", "-2", "'=1+1,'-2,"),
            ("", "\u{202e}", ",\u{202e},"),
            ("ends\n", "\n", "\"ends\n\",\"'\n\","),
        ] {
            assert_eq!(begun(a, b).expect("a row"), row, "{a:?} {b:?}");
        }
    }
}
