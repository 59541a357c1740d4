//! The explanation as a page of HTML that needs nothing else: no script, no file, no net.
//!
//! Whatever a record holds is escaped by the template and written out where it could turn the order of the text. No url is a link.

use std::io::{self, Write};
use std::ops::Range;

use askama::Template;

use super::{Piece, Section, because, headline, passages, pieces, rows, sections};
use crate::pipeline::{ExplainedDocument, Explanation};
use crate::report::html;
use crate::text::escaping;

const STYLE: &str = html::style!("explain.css");

/// Colours that passages take in turn.
const COLOURS: usize = 5;

/// Writes the report.
///
/// # Errors
/// Those of `out`.
pub fn write(explained: &Explanation, out: &mut impl Write) -> io::Result<()> {
    let [a, b] = &explained.documents;
    let [of_a, of_b] = passages(explained);
    let row =
        |[range_a, range_b]: &[Range<usize>; 2]| [cell(a, &of_a, range_a), cell(b, &of_b, range_b)];
    let page = Page {
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

#[derive(Template)]
#[template(path = "explain/explain.html")]
struct Page {
    style: &'static str,
    policy: String,
    ids: [String; 2],
    headline: String,
    because: Vec<String>,
    sections: Vec<Section>,
    rows: Vec<[Vec<Marked>; 2]>,
}

/// A piece of text with its classes, and the number of the passage that begins with it.
struct Marked {
    text: String,
    class: String,
    number: Option<usize>,
}

fn inert_section(section: &Section) -> Section {
    let fact = |(name, fact): &(String, String)| (escaping::escaped(name), escaping::escaped(fact));
    Section {
        title: escaping::escaped(&section.title),
        facts: section.facts.iter().map(fact).collect(),
    }
}

fn cell(side: &ExplainedDocument, passages: &[Range<usize>], range: &Range<usize>) -> Vec<Marked> {
    pieces(side, passages, range).iter().map(marked).collect()
}

fn marked(piece: &Piece<'_>) -> Marked {
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
    Marked {
        text: inert_text(piece.text),
        class: classes.join(" "),
        number: piece
            .mark
            .passage
            .filter(|_| piece.begins)
            .map(|number| number + 1),
    }
}

/// The text with its lines as they are.
fn inert_text(text: &str) -> String {
    let lines: Vec<String> = text
        .split('\n')
        .map(|line| escaping::escaped(&line.trim_end_matches('\r').replace('\t', " ")))
        .collect();
    lines.join("\n")
}
