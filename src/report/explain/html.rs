//! The explanation as an HTML page without script, other files or network.
//!
//! The template escapes all text of records, and characters that could reverse its order are
//! written out. Urls are not links.

use std::io::{self, Write};
use std::ops::Range;

use askama::Template;

use super::facts::{Section, sections};
use super::side_by_side::{MarkedPiece, passages, pieces, rows};
use super::verdict::{because, headline};
use crate::pipeline::{ExplainedDocument, Explanation};
use crate::report::html;
use crate::text::escaping;

const STYLE: &str = html::style!("explain.css");

/// Number of colours, which passages take in turn.
const COLOURS: usize = 5;

/// Writes the report.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(explained: &Explanation, out: &mut impl Write) -> io::Result<()> {
    let [a, b] = &explained.documents;
    let [of_a, of_b] = passages(explained);
    let row =
        |[range_a, range_b]: &[Range<usize>; 2]| [cell(a, &of_a, range_a), cell(b, &of_b, range_b)];
    let page = ExplainPage {
        style: STYLE,
        policy: html::policy(STYLE, None),
        ids: [escaping::escaped(&a.id), escaping::escaped(&b.id)],
        headline: headline(explained),
        because: because(explained)
            .iter()
            .map(|line| escaping::escaped(line))
            .collect(),
        sections: sections(explained).iter().map(inert_section).collect(),
        rows: rows(explained).iter().map(row).collect(),
    };
    page.write_into(out)
}

/// Values of the template.
#[derive(Template)]
#[template(path = "explain/explain.html")]
struct ExplainPage {
    style: &'static str,
    policy: String,
    ids: [String; 2],
    headline: String,
    because: Vec<String>,
    sections: Vec<Section>,
    rows: Vec<[Vec<HtmlSideText>; 2]>,
}

/// A piece of text with its CSS classes, and the number of the passage that begins with it.
struct HtmlSideText {
    text: String,
    class: String,
    number: Option<usize>,
}

/// The section with its texts made safe to show.
fn inert_section(section: &Section) -> Section {
    let fact = |(name, fact): &(String, String)| (escaping::escaped(name), escaping::escaped(fact));
    Section {
        title: escaping::escaped(&section.title),
        facts: section.facts.iter().map(fact).collect(),
    }
}

fn cell(
    side: &ExplainedDocument,
    passages: &[Range<usize>],
    range: &Range<usize>,
) -> Vec<HtmlSideText> {
    pieces(side, passages, range).iter().map(marked).collect()
}

fn marked(piece: &MarkedPiece<'_>) -> HtmlSideText {
    let mut classes = Vec::new();
    if let Some(number) = piece.mark.passage {
        classes.push(format!("p c{}", number % COLOURS));
    }
    if piece.mark.quoted {
        classes.push("q".to_owned());
    }
    if piece.mark.boilerplate {
        classes.push("bp".to_owned());
    }
    HtmlSideText {
        text: inert_text(piece.text),
        class: classes.join(" "),
        number: piece
            .mark
            .passage
            .filter(|_| piece.begins)
            .map(|number| number + 1),
    }
}

/// The text made safe to show, with its lines kept.
fn inert_text(text: &str) -> String {
    let lines: Vec<String> = text
        .split('\n')
        .map(|line| escaping::escaped(&line.trim_end_matches('\r').replace('\t', " ")))
        .collect();
    lines.join("\n")
}
