//! The explanation as text: facts first, then both texts, side by side where there is room.

use std::io::{self, Write};
use std::ops::Range;

use unicode_width::UnicodeWidthChar;
use wirecopy::pipeline::{Explanation, Mark, Side, Which};
use wirecopy::report::explain::{TextPiece, because, headline, passages, pieces, rows, sections};
use wirecopy::text::escaping::{escaped, is_unsafe};

use crate::cli::layout::Layout;

/// From so many columns on, both texts stand side by side.
const SIDE_BY_SIDE: usize = 120;

/// The fewest columns that anything is laid out in.
const NARROWEST: usize = 40;

/// What stands between two texts.
const BETWEEN: &str = " │ ";

/// What stands before the lines of each text, where one is below the other.
const BELOW: [&str; 2] = ["", "    │ "];

/// Colours that passages take in turn: cyan, yellow, magenta, green, blue.
const COLOURS: [&str; 5] = ["36", "33", "35", "32", "34"];

/// Writes the text.
pub fn write(explained: &Explanation, layout: Layout, out: &mut impl Write) -> io::Result<()> {
    let layout = Layout {
        width: layout.width.max(NARROWEST),
        ..layout
    };
    let strong = |words: &str| layout.strong(&escaped(words));
    writeln!(out, "{}", strong(&headline(explained)))?;
    for sentence in because(explained) {
        write_hanging(&format!("- {sentence}"), 2, 0, layout, out)?;
    }
    for section in sections(explained) {
        writeln!(out, "\n{}", strong(&section.title))?;
        let names = section.facts.iter().map(|(name, _)| name.chars().count());
        let column = names.max().unwrap_or(0).min(layout.width / 3);
        for (name, fact) in &section.facts {
            let line = format!("  {name:column$}  {fact}");
            write_hanging(&line, column + 4, column + 4, layout, out)?;
        }
    }

    let boilerplate = match layout.colour {
        true => "boilerplate is dimmed",
        false => "boilerplate is {~ so ~}",
    };
    writeln!(out)?;
    let quotation = if layout.colour {
        ", quotation is in italics"
    } else {
        ""
    };
    let sentences = match explained.retelling {
        Some(_) => "sentences that go together stand beside each other, ",
        None => "",
    };
    write_hanging(
        &format!("Both texts: {sentences}passages are [1| so |1], {boilerplate}{quotation}"),
        0,
        0,
        layout,
        out,
    )?;
    writeln!(out)?;
    let of_each = passages(explained);
    if layout.width >= SIDE_BY_SIDE {
        return write_beside(explained, &of_each, layout, out);
    }
    if explained.retelling.is_some() {
        return write_below(explained, &of_each, layout, out);
    }
    for ((which, side), passages) in Which::ALL
        .into_iter()
        .zip(&explained.documents)
        .zip(&of_each)
    {
        writeln!(out, "{}", strong(&format!("{}: {}", which.name(), side.id)))?;
        let whole = 0..side.text.len();
        for line in laid_out(side, passages, &whole, layout.width, layout) {
            writeln!(out, "{}", painted(&line, layout))?;
        }
        if which == Which::A {
            writeln!(out)?;
        }
    }
    Ok(())
}

/// Writes both texts side by side, row by row.
fn write_beside(
    explained: &Explanation,
    passages: &[Vec<Range<usize>>; 2],
    layout: Layout,
    out: &mut impl Write,
) -> io::Result<()> {
    let column = (layout.width - BETWEEN.chars().count()) / 2;
    let [a, b] = &explained.documents;
    let title = |which: Which, side: &Side| {
        let title = format!("{}: {}", which.name(), escaped(&side.id));
        let glyphs = title.chars().map(|c| Glyph::of(c, Style::default()));
        wrapped(glyphs.collect(), column)
    };
    let mut lines = vec![(title(Which::A, a), title(Which::B, b))];
    let rows = rows(explained);
    let last = rows.len().saturating_sub(1);
    for (number, [in_a, in_b]) in rows.iter().enumerate() {
        lines.push((
            laid_out(a, &passages[0], in_a, column, layout),
            laid_out(b, &passages[1], in_b, column, layout),
        ));
        let ends_line = |side: &Side, range: &Range<usize>| {
            let text = side.text.get(range.clone()).unwrap_or_default();
            text.trim_end_matches([' ', '\t', '\r']).ends_with('\n')
        };
        if number < last && (ends_line(a, in_a) || ends_line(b, in_b)) {
            lines.push((vec![Vec::new()], vec![Vec::new()]));
        }
    }
    for (of_a, of_b) in lines {
        let nothing = Vec::new();
        for at in 0..of_a.len().max(of_b.len()) {
            let left = of_a.get(at).unwrap_or(&nothing);
            let right = of_b.get(at).unwrap_or(&nothing);
            let room: usize = column.saturating_sub(left.iter().map(|glyph| glyph.width).sum());
            let line = format!(
                "{}{}{BETWEEN}{}",
                painted(left, layout),
                " ".repeat(room),
                painted(right, layout)
            );
            writeln!(out, "{}", line.trim_end())?;
        }
    }
    Ok(())
}

/// Writes both texts in turn, row by row, the second one indented.
fn write_below(
    explained: &Explanation,
    passages: &[Vec<Range<usize>>; 2],
    layout: Layout,
    out: &mut impl Write,
) -> io::Result<()> {
    let sides = explained.documents.iter().zip(passages);
    for ((which, side), before) in Which::ALL.into_iter().zip(&explained.documents).zip(BELOW) {
        let title = format!("{before}{}: {}", which.name(), side.id);
        write_hanging(&title, before.len(), before.chars().count(), layout, out)?;
    }
    for row in rows(explained) {
        writeln!(out)?;
        for (((side, passages), range), before) in sides.clone().zip(&row).zip(BELOW) {
            let width = layout.width - before.chars().count();
            for line in laid_out(side, passages, range, width, layout) {
                if !range.is_empty() {
                    writeln!(
                        out,
                        "{}",
                        format!("{before}{}", painted(&line, layout)).trim_end()
                    )?;
                }
            }
        }
    }
    Ok(())
}

/// Writes a line, wrapped; what follows the first is indented. The first `kept` characters have spaces that stay.
fn write_hanging(
    line: &str,
    indent: usize,
    kept: usize,
    layout: Layout,
    out: &mut impl Write,
) -> io::Result<()> {
    let line = escaped(line);
    let (start, rest) = match line.char_indices().nth(kept) {
        Some((at, _)) => line.split_at(at),
        None => (&*line, ""),
    };
    let room = layout.width.saturating_sub(indent).max(NARROWEST / 2);
    let glyphs = rest.chars().map(|c| Glyph::of(c, Style::default()));
    let before = " ".repeat(indent);
    // A name that is longer than its column pushes the first line out.
    let lines = wrapped(glyphs.collect(), room);
    for (number, line) in lines.iter().enumerate() {
        let lead = if number == 0 { start } else { &before };
        writeln!(out, "{lead}{}", painted(line, layout))?;
    }
    Ok(())
}

/// A character as it is shown, with what goes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Glyph {
    text: String,
    width: usize,
    style: Style,
}

/// How a character looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Style {
    mark: Mark,
    /// Whether it is no text but the sign where a passage begins or ends.
    sign: bool,
}

impl Glyph {
    fn of(c: char, style: Style) -> Glyph {
        let text = match c {
            '\t' => " ".to_owned(),
            c if is_unsafe(c) => c.escape_default().to_string(),
            c => c.to_string(),
        };
        let width = match is_unsafe(c) {
            true => text.len(),
            false => c.width().unwrap_or(0),
        };
        Glyph { text, width, style }
    }

    /// Whether a line may end after it: at a space but those of signs, and anywhere in scripts without any.
    fn ends_word(&self) -> bool {
        let is_space = self.text == " " && !self.style.sign;
        is_space || self.width > 1 && self.text.chars().count() == 1
    }
}

/// The lines of a piece of a document's text.
fn laid_out(
    side: &Side,
    passages: &[Range<usize>],
    range: &Range<usize>,
    width: usize,
    layout: Layout,
) -> Vec<Vec<Glyph>> {
    let mut paragraphs: Vec<Vec<Glyph>> = vec![Vec::new()];
    let pieces = pieces(side, passages, range);
    for (at, piece) in pieces.iter().enumerate() {
        let is_boilerplate =
            |piece: Option<&TextPiece<'_>>| piece.is_some_and(|p| p.mark.boilerplate);
        let before = at.checked_sub(1).and_then(|at| pieces.get(at));
        let (opens, closes) = match piece.mark.boilerplate && !layout.colour {
            true => (!is_boilerplate(before), !is_boilerplate(pieces.get(at + 1))),
            false => (false, false),
        };
        let number = piece.mark.passage.map_or(0, |number| number + 1);
        let style = Style {
            mark: piece.mark,
            sign: false,
        };
        let mut add = |text: &str, style: Style| {
            for c in text.chars() {
                match (c, paragraphs.last_mut()) {
                    ('\n', _) | (_, None) => paragraphs.push(Vec::new()),
                    ('\r', _) => {}
                    (c, Some(paragraph)) => paragraph.push(Glyph::of(c, style)),
                }
            }
        };
        let sign = Style {
            sign: true,
            ..style
        };
        let signs = [
            (piece.begins, format!("[{number}| ")),
            (opens, "{~ ".to_owned()),
        ];
        signs
            .iter()
            .filter(|(is, _)| *is)
            .for_each(|(_, text)| add(text, sign));
        add(piece.text, style);
        let signs = [
            (closes, " ~}".to_owned()),
            (piece.ends, format!(" |{number}]")),
        ];
        signs
            .iter()
            .filter(|(is, _)| *is)
            .for_each(|(_, text)| add(text, sign));
    }
    let is_blank = |line: &Vec<Glyph>| line.iter().all(|glyph| glyph.text == " ");
    while paragraphs.len() > 1 && paragraphs.last().is_some_and(is_blank) {
        paragraphs.pop();
    }
    paragraphs
        .into_iter()
        .skip_while(is_blank)
        .flat_map(|paragraph| wrapped(paragraph, width))
        .collect()
}

/// A paragraph in lines of at most so many columns, at least one.
fn wrapped(paragraph: Vec<Glyph>, width: usize) -> Vec<Vec<Glyph>> {
    let mut lines = Vec::new();
    let mut line: Vec<Glyph> = Vec::new();
    let mut used = 0;
    for glyph in paragraph {
        if line.is_empty() && !lines.is_empty() && glyph.text == " " {
            continue;
        }
        if used + glyph.width > width && glyph.text != " " {
            let end = line.iter().rposition(Glyph::ends_word);
            let rest = end.map_or_else(Vec::new, |end| line.split_off(end + 1));
            lines.push(std::mem::replace(&mut line, rest));
            used = line.iter().map(|glyph| glyph.width).sum();
        }
        used += glyph.width;
        line.push(glyph);
    }
    lines.push(line);
    for line in &mut lines {
        while line.last().is_some_and(|glyph| glyph.text == " ") {
            line.pop();
        }
    }
    lines
}

/// A line as it is written.
fn painted(line: &[Glyph], layout: Layout) -> String {
    let mut out = String::new();
    for run in line.chunk_by(|x, y| x.style == y.style) {
        let text: String = run.iter().map(|glyph| glyph.text.as_str()).collect();
        let codes = codes(run[0].style);
        if layout.colour && !codes.is_empty() {
            out.extend(["\x1b[", &codes.join(";"), "m", &text, "\x1b[0m"]);
        } else {
            out += &text;
        }
    }
    out
}

fn codes(Style { mark, sign }: Style) -> Vec<&'static str> {
    let colour = mark.passage.map(|number| COLOURS[number % COLOURS.len()]);
    let signs = [(sign, "1"), (mark.boilerplate, "2"), (mark.quoted, "3")];
    let signs = signs
        .into_iter()
        .filter_map(|(is, code)| is.then_some(code));
    signs.chain(colour).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str, width: usize) -> Vec<String> {
        let glyphs = text.chars().map(|c| Glyph::of(c, Style::default()));
        let layout = Layout {
            width,
            colour: false,
        };
        wrapped(glyphs.collect(), width)
            .iter()
            .map(|line| painted(line, layout))
            .collect()
    }

    #[test]
    fn lines_of_named_cases() {
        let cases: &[(&str, &str, &[&str])] = &[
            ("nothing", "", &[""]),
            ("fits", "abc def", &["abc def"]),
            ("fits to the last column", "abcd efgh", &["abcd efgh"]),
            ("one too long", "abcd efghi", &["abcd", "efghi"]),
            (
                "spaces at the end of a line",
                "abcdefghi  jk",
                &["abcdefghi", "jk"],
            ),
            (
                "a word longer than a line",
                "abcdefghijkl m",
                &["abcdefghi", "jkl m"],
            ),
            (
                "two columns a character",
                "東京都東京都",
                &["東京都東", "京都"],
            ),
            (
                "marks on letters take none",
                "e\u{301}e\u{301}e\u{301}e\u{301}e\u{301} abc",
                &["e\u{301}e\u{301}e\u{301}e\u{301}e\u{301} abc"],
            ),
            ("what could do something", "a\u{202e}", &["a\\u{202e}"]),
        ];
        for (name, text, expected) in cases {
            assert_eq!(lines(text, 9), *expected, "{name}");
        }
    }
}
