//! An explanation as text: facts first, then both texts, side by side if the width allows.

use std::io::{self, Write};
use std::mem;
use std::ops::Range;

use crate::pipeline::{ExplainedDocument, Explanation, PairMember, SegmentMark};
use crate::report::explain::{MarkedPiece, because, headline, passages, pieces, rows, sections};
use crate::text::escaping::{escaped, is_unsafe};
use textwrap::core::{Word, display_width};
use textwrap::{Options, WordSeparator, WordSplitter};
use unicode_width::UnicodeWidthChar;

use crate::cli::layout::TextLayout;

/// The fewest columns in which both texts stand side by side.
const SIDE_BY_SIDE: usize = 120;

/// The fewest columns of any layout.
const NARROWEST: usize = 40;

/// The separator of two texts side by side.
const BETWEEN: &str = " │ ";

/// The indents of the two texts when one is below the other.
const BELOW: [&str; 2] = ["", "    │ "];

/// Joins a sign to the word beside it; printed as a space.
const GLUE: char = '\u{a0}';

/// Colours of passages in turn: cyan, yellow, magenta, green, blue.
const COLOURS: [&str; 5] = ["36", "33", "35", "32", "34"];

/// Writes an explanation.
pub fn write(explained: &Explanation, layout: TextLayout, out: &mut impl Write) -> io::Result<()> {
    let layout = TextLayout {
        width: layout.width.max(NARROWEST),
        ..layout
    };
    write_facts(explained, layout, out)?;
    writeln!(out)?;
    write_key(explained, layout, out)?;
    writeln!(out)?;
    let of_each = passages(explained);
    if layout.width >= SIDE_BY_SIDE {
        return write_beside(explained, &of_each, layout, out);
    }
    if explained.retelling.is_some() {
        return write_below(explained, &of_each, layout, out);
    }
    let sides = PairMember::ALL.into_iter().zip(&explained.documents);
    for ((which, side), passages) in sides.zip(&of_each) {
        let title = format!("{}: {}", which.name(), side.id);
        writeln!(out, "{}", layout.strong(&escaped(&title)))?;
        let whole = 0..side.text.len();
        for line in laid_out(side, passages, &whole, layout.width, layout) {
            writeln!(out, "{}", line.text)?;
        }
        if which == PairMember::A {
            writeln!(out)?;
        }
    }
    Ok(())
}

/// Writes the headline and all facts about the pair.
fn write_facts(
    explained: &Explanation,
    layout: TextLayout,
    out: &mut impl Write,
) -> io::Result<()> {
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
    Ok(())
}

/// Writes the meaning of signs and colours.
fn write_key(explained: &Explanation, layout: TextLayout, out: &mut impl Write) -> io::Result<()> {
    let sentences = match explained.retelling {
        Some(_) => "Sentences that match are next to each other. ",
        None => "",
    };
    let styles = match layout.colour {
        true => "boilerplate is dim, quotation is in italics",
        false => "{~ and ~} enclose boilerplate",
    };
    let key = format!("{sentences}In both texts, [1| and |1] enclose passage 1, {styles}.");
    write_hanging(&key, 0, 0, layout, out)
}

/// Writes both texts side by side, row by row.
fn write_beside(
    explained: &Explanation,
    passages: &[Vec<Range<usize>>; 2],
    layout: TextLayout,
    out: &mut impl Write,
) -> io::Result<()> {
    let column = (layout.width - BETWEEN.chars().count()) / 2;
    let [a, b] = &explained.documents;
    let title = |which: PairMember, side: &ExplainedDocument| {
        let title = format!("{}: {}", which.name(), escaped(&side.id));
        StyledText::plain(&title).lines(column, layout)
    };
    let mut lines = vec![(title(PairMember::A, a), title(PairMember::B, b))];
    let rows = rows(explained);
    let last = rows.len().saturating_sub(1);
    for (number, [in_a, in_b]) in rows.iter().enumerate() {
        lines.push((
            laid_out(a, &passages[0], in_a, column, layout),
            laid_out(b, &passages[1], in_b, column, layout),
        ));
        let ends_line = |side: &ExplainedDocument, range: &Range<usize>| {
            let text = side.text.get(range.clone()).unwrap_or_default();
            text.trim_end_matches([' ', '\t', '\r']).ends_with('\n')
        };
        if number < last && (ends_line(a, in_a) || ends_line(b, in_b)) {
            lines.push((vec![PaintedLine::default()], Vec::new()));
        }
    }
    for (of_a, of_b) in lines {
        let nothing = PaintedLine::default();
        for at in 0..of_a.len().max(of_b.len()) {
            let left = of_a.get(at).unwrap_or(&nothing);
            let right = of_b.get(at).unwrap_or(&nothing);
            let room = " ".repeat(column.saturating_sub(left.width));
            let line = format!("{}{room}{BETWEEN}{}", left.text, right.text);
            writeln!(out, "{}", line.trim_end())?;
        }
    }
    Ok(())
}

/// Writes both texts in turn, row by row, the second one indented.
fn write_below(
    explained: &Explanation,
    passages: &[Vec<Range<usize>>; 2],
    layout: TextLayout,
    out: &mut impl Write,
) -> io::Result<()> {
    let sides = explained.documents.iter().zip(passages);
    for ((which, side), before) in PairMember::ALL
        .into_iter()
        .zip(&explained.documents)
        .zip(BELOW)
    {
        let title = format!("{before}{}: {}", which.name(), side.id);
        write_hanging(&title, before.len(), before.chars().count(), layout, out)?;
    }
    for row in rows(explained) {
        writeln!(out)?;
        for (((side, passages), range), before) in sides.clone().zip(&row).zip(BELOW) {
            let width = layout.width - before.chars().count();
            for line in laid_out(side, passages, range, width, layout) {
                let line = format!("{before}{}", line.text);
                writeln!(out, "{}", line.trim_end())?;
            }
        }
    }
    Ok(())
}

/// Writes a line, wrapped; all lines but the first are indented. The first `kept` characters are
/// written as they are.
fn write_hanging(
    line: &str,
    indent: usize,
    kept: usize,
    layout: TextLayout,
    out: &mut impl Write,
) -> io::Result<()> {
    let line = escaped(line);
    let (start, rest) = match line.char_indices().nth(kept) {
        Some((at, _)) => line.split_at(at),
        None => (&*line, ""),
    };
    let room = layout.width.saturating_sub(indent).max(NARROWEST / 2);
    let before = " ".repeat(indent);
    // A name that is longer than its column pushes the first line out.
    let lines = StyledText::plain(rest).lines(room, layout);
    for (number, line) in lines.iter().enumerate() {
        let lead = if number == 0 { start } else { &before };
        writeln!(out, "{lead}{}", line.text)?;
    }
    Ok(())
}

/// The lines of a part of a document's text, without blank ones at both ends.
fn laid_out(
    side: &ExplainedDocument,
    passages: &[Range<usize>],
    range: &Range<usize>,
    width: usize,
    layout: TextLayout,
) -> Vec<PaintedLine> {
    let mut styled = StyledText::default();
    let pieces = pieces(side, passages, range);
    for (at, piece) in pieces.iter().enumerate() {
        let is_boilerplate =
            |piece: Option<&MarkedPiece<'_>>| piece.is_some_and(|p| p.mark.boilerplate);
        let before = at.checked_sub(1).and_then(|at| pieces.get(at));
        let (opens, closes) = match piece.mark.boilerplate && !layout.colour {
            true => (!is_boilerplate(before), !is_boilerplate(pieces.get(at + 1))),
            false => (false, false),
        };
        let number = piece.mark.passage.map_or(0, |number| number + 1);
        let mark = piece.mark;
        if piece.begins {
            styled.add_sign(&format!("[{number}|{GLUE}"), mark);
        }
        if opens {
            styled.add_sign(&format!("{{~{GLUE}"), mark);
        }
        styled.add(piece.text, TextStyle { mark, sign: false });
        if closes {
            styled.add_sign(&format!("{GLUE}~}}"), mark);
        }
        if piece.ends {
            styled.add_sign(&format!("{GLUE}|{number}]"), mark);
        }
    }
    let mut lines = styled.lines(width, layout);
    let is_text = |line: &PaintedLine| !line.text.is_empty();
    lines.truncate(lines.iter().rposition(is_text).map_or(0, |last| last + 1));
    lines.drain(..lines.iter().position(is_text).unwrap_or(0));
    lines
}

/// The style of a part of a text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct TextStyle {
    mark: SegmentMark,
    /// True for the sign of the start or end of a passage, not text.
    sign: bool,
}

/// A text that is safe to print, in parts of one style each.
#[derive(Debug, Default)]
struct StyledText {
    text: String,
    /// The end of each part in `text`, and its style.
    parts: Vec<(usize, TextStyle)>,
}

/// A line as it is printed.
#[derive(Debug, Default)]
struct PaintedLine {
    text: String,
    /// Its columns, colours aside.
    width: usize,
}

impl StyledText {
    fn plain(text: &str) -> StyledText {
        let mut plain = StyledText::default();
        plain.add(text, TextStyle::default());
        plain
    }

    /// Adds a text; characters that could act on a terminal are escaped.
    fn add(&mut self, text: &str, style: TextStyle) {
        for c in text.chars() {
            match c {
                '\n' => self.text.push('\n'),
                '\r' => {}
                '\t' => self.text.push(' '),
                c if is_unsafe(c) => self.text.extend(c.escape_default()),
                c => self.text.push(c),
            }
        }
        self.end_part(style);
    }

    fn add_sign(&mut self, sign: &str, mark: SegmentMark) {
        self.text += sign;
        self.end_part(TextStyle { mark, sign: true });
    }

    fn end_part(&mut self, style: TextStyle) {
        self.parts.pop_if(|(_, last)| *last == style);
        self.parts.push((self.text.len(), style));
    }

    /// The text in lines of at most `width` columns; at least one line.
    fn lines(&self, width: usize, layout: TextLayout) -> Vec<PaintedLine> {
        let options = Options::new(width)
            .word_separator(WordSeparator::Custom(words))
            .word_splitter(WordSplitter::NoHyphenation);
        let mut end = 0;
        let lines = textwrap::wrap(&self.text, options).into_iter().map(|line| {
            // Only blanks are left out between two lines.
            let start = end + self.text[end..].find(&*line).unwrap_or(0);
            end = start + line.len();
            PaintedLine {
                text: self.painted(start..end, layout),
                width: display_width(&line),
            }
        });
        lines.collect()
    }

    fn painted(&self, range: Range<usize>, layout: TextLayout) -> String {
        let mut out = String::new();
        let mut start = range.start;
        let first = self.parts.partition_point(|(end, _)| *end <= start);
        for (end, style) in &self.parts[first..] {
            let end = range.end.min(*end);
            if start == end {
                break;
            }
            let part = &self.text[start..end];
            let text = if style.sign {
                part.replace(GLUE, " ")
            } else {
                part.to_owned()
            };
            let codes = codes(*style);
            if layout.colour && !codes.is_empty() {
                out.extend(["\x1b[", &codes.join(";"), "m", &text, "\x1b[0m"]);
            } else {
                out += &text;
            }
            start = end;
        }
        out
    }
}

/// The words of a line: it may break at spaces, and after a wide character where Unicode allows it
/// (UAX #14). Addresses and hyphenated words stay whole.
fn words(line: &str) -> Box<dyn Iterator<Item = Word<'_>> + '_> {
    let is_wide = |c: char| c.width() == Some(2);
    // Debug builds of the segmenter complain about Thai and other scripts without a dictionary.
    if !line.contains(is_wide) {
        return WordSeparator::AsciiSpace.find_words(line);
    }
    let (mut start, mut end) = (0, 0);
    let breaks = WordSeparator::UnicodeBreakProperties.find_words(line);
    Box::new(breaks.filter_map(move |word| {
        end += word.len() + word.whitespace.len();
        let ends = word.ends_with(is_wide) || !word.whitespace.is_empty() || end == line.len();
        ends.then(|| Word::from(&line[mem::replace(&mut start, end)..end]))
    }))
}

fn codes(TextStyle { mark, sign }: TextStyle) -> Vec<&'static str> {
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
        let layout = TextLayout {
            width,
            colour: false,
        };
        let lines = StyledText::plain(text).lines(width, layout);
        lines.into_iter().map(|line| line.text).collect()
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
                "no line begins with a full stop",
                "東京都東。京都",
                &["東京都", "東。京都"],
            ),
            (
                "an address stays whole",
                "an a/b-c/d.e",
                &["an", "a/b-c/d.e"],
            ),
            (
                "marks on letters take none",
                "e\u{301}e\u{301}e\u{301}e\u{301}e\u{301} abc",
                &["e\u{301}e\u{301}e\u{301}e\u{301}e\u{301} abc"],
            ),
            (
                "a character that could act on a terminal",
                "a\u{202e}",
                &["a\\u{202e}"],
            ),
        ];
        for (name, text, expected) in cases {
            assert_eq!(lines(text, 9), *expected, "{name}");
        }
    }
}
