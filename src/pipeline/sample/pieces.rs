//! Pieces of a text that are shown: all of it, or, if it is long, the beginning and what is around
//! its marked parts.

use std::cmp::Reverse;
use std::ops::Range;

/// Bytes of the beginning of a long text that are always shown: headline, dateline and lead.
const BEGINNING: usize = 1500;

/// Bytes that are shown before and after a marked part.
const AROUND: usize = 300;

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextPiece {
    /// Text that only this document has.
    Own(String),
    /// A marked part that both documents have: its number, and its text in this document.
    Shared(usize, String),
    /// Text that was removed as boilerplate.
    Boilerplate(String),
    /// Number of characters that are not shown.
    LeftOut(usize),
}

/// Cuts a text into pieces, given the bytes of its marked parts, by number, and of its boilerplate.
/// About `most` bytes are shown.
pub(super) fn pieces(
    text: &str,
    passages: &[Range<usize>],
    boilerplate: &[Range<usize>],
    most: usize,
) -> Vec<TextPiece> {
    let marks = marks(passages, boilerplate);
    let mut pieces = Vec::new();
    let mut end = 0;
    for window in windows(text, passages, most) {
        left_out(&text[end..window.start], &mut pieces);
        let mut at = window.start;
        for (bytes, passage) in &marks {
            let bytes = bytes.start.max(at)..bytes.end.min(window.end);
            if bytes.is_empty() {
                continue;
            }
            own(&text[at..bytes.start], &mut pieces);
            at = bytes.end;
            let piece = text[bytes].to_owned();
            pieces.push(match passage {
                Some(number) => TextPiece::Shared(*number, piece),
                None => TextPiece::Boilerplate(piece),
            });
        }
        own(&text[at..window.end], &mut pieces);
        end = window.end;
    }
    left_out(&text[end..], &mut pieces);
    pieces
}

fn own(text: &str, pieces: &mut Vec<TextPiece>) {
    if !text.is_empty() {
        pieces.push(TextPiece::Own(text.to_owned()));
    }
}

fn left_out(text: &str, pieces: &mut Vec<TextPiece>) {
    if !text.is_empty() {
        pieces.push(TextPiece::LeftOut(text.chars().count()));
    }
}

/// All marks in order: boilerplate without a number, and the rest of the marked parts with theirs.
fn marks(
    passages: &[Range<usize>],
    boilerplate: &[Range<usize>],
) -> Vec<(Range<usize>, Option<usize>)> {
    let mut marks: Vec<(Range<usize>, Option<usize>)> = Vec::new();
    for (number, passage) in passages.iter().enumerate() {
        let mut at = passage.start;
        for removed in boilerplate {
            if removed.start < passage.end && removed.end > at {
                marks.push((at..removed.start.max(at), Some(number)));
                at = removed.end;
            }
        }
        marks.push((at..passage.end.max(at), Some(number)));
    }
    marks.extend(boilerplate.iter().map(|removed| (removed.clone(), None)));
    marks.retain(|(bytes, _)| !bytes.is_empty());
    marks.sort_by_key(|(bytes, _)| bytes.start);
    marks
}

/// Ranges that are shown of a text, in order and disjoint.
///
/// If the text is too long, these are the beginning and what is around the marked parts, the
/// longest first, until the limit is reached. If bytes are left, the beginning becomes longer.
fn windows(text: &str, passages: &[Range<usize>], most: usize) -> Vec<Range<usize>> {
    if text.len() <= most {
        let whole = 0..text.len();
        return vec![whole];
    }
    let beginning = 0..BEGINNING.min(most);
    let mut windows = vec![beginning];
    let mut longest_first: Vec<&Range<usize>> = passages.iter().collect();
    longest_first.sort_by_key(|passage| (Reverse(passage.len()), passage.start));
    for passage in longest_first {
        let left = most.saturating_sub(windows.iter().map(Range::len).sum());
        let start = passage.start.saturating_sub(AROUND);
        let end = (passage.end + AROUND).min(text.len()).min(start + left);
        if end <= passage.start {
            continue;
        }
        windows.push(start..end);
        windows = joined(windows);
    }
    let left = most.saturating_sub(windows.iter().map(Range::len).sum());
    windows[0].end = (windows[0].end + left).min(text.len());
    // A character that is cut is left out, because with it the limit would be exceeded.
    let whole_characters = |bytes: Range<usize>| ceiling(text, bytes.start)..floor(text, bytes.end);
    joined(windows).into_iter().map(whole_characters).collect()
}

/// Sorts ranges and joins those that touch.
fn joined(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| range.start);
    let mut joined: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match joined.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    joined
}

/// The last boundary of a character up to a position.
fn floor(text: &str, at: usize) -> usize {
    (0..=at)
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(0)
}

/// The first boundary of a character from a position on.
fn ceiling(text: &str, at: usize) -> usize {
    (at..text.len())
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use std::slice;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_short_text_is_shown_completely() {
        let text = "One two three. Sign in! Four five six.";
        assert_eq!(
            pieces(text, &[0..13, 24..37], slice::from_ref(&(15..23)), 1000),
            [
                TextPiece::Shared(0, "One two three".to_owned()),
                TextPiece::Own(". ".to_owned()),
                TextPiece::Boilerplate("Sign in!".to_owned()),
                TextPiece::Own(" ".to_owned()),
                TextPiece::Shared(1, "Four five six".to_owned()),
                TextPiece::Own(".".to_owned()),
            ]
        );
    }

    #[test]
    fn boilerplate_cuts_a_passage() {
        let text = "One two BUY three four.";
        assert_eq!(
            pieces(
                text,
                slice::from_ref(&(0..22)),
                slice::from_ref(&(8..11)),
                1000
            ),
            [
                TextPiece::Shared(0, "One two ".to_owned()),
                TextPiece::Boilerplate("BUY".to_owned()),
                TextPiece::Shared(0, " three four".to_owned()),
                TextPiece::Own(".".to_owned()),
            ]
        );
    }

    #[test]
    fn a_long_text_is_shown_around_its_passages() {
        let text = "é".repeat(50_000);
        let pieces = pieces(&text, slice::from_ref(&(60_000..60_200)), &[], 4000);
        let left_out: Vec<bool> = pieces
            .iter()
            .map(|piece| matches!(piece, TextPiece::LeftOut(_)))
            .collect();
        assert_eq!(left_out, [false, true, false, false, false, true]);
        assert!(matches!(&pieces[3], TextPiece::Shared(0, passage) if passage.len() == 200));
    }

    #[test]
    fn the_limit_of_bytes_is_kept() {
        let text = format!("{}a{}", "é".repeat(2000), "é".repeat(3000));
        // 300 bytes before the passage begins the second half of a letter.
        let pieces = pieces(&text, slice::from_ref(&(4001..4201)), &[], 3000);
        let shown = pieces.iter().map(|piece| match piece {
            TextPiece::Own(text) | TextPiece::Shared(_, text) | TextPiece::Boilerplate(text) => {
                text.len()
            }
            TextPiece::LeftOut(_) => 0,
        });
        let shown: usize = shown.sum();
        assert!((2990..=3000).contains(&shown), "{shown}");
    }

    proptest! {
        #[test]
        fn pieces_and_gaps_make_up_the_text(
            text in "[a-zé ]{0,3000}",
            ends in prop::collection::vec(0_usize..3000, 0..12),
            most in 0_usize..3000,
        ) {
            let ends = ends.iter().map(|&end| floor(&text, end.min(text.len())));
            let mut ends: Vec<usize> = ends.collect();
            ends.sort_unstable();
            let ranges = ends.chunks_exact(2).map(|ends| ends[0]..ends[1]);
            let ranges: Vec<Range<usize>> = ranges.collect();
            let (passages, boilerplate) = ranges.split_at(ranges.len() / 2);
            let pieces = pieces(&text, passages, boilerplate, most);
            let (mut at, mut shown) = (0, 0);
            for piece in &pieces {
                match piece {
                    TextPiece::Own(piece)
                    | TextPiece::Shared(_, piece)
                    | TextPiece::Boilerplate(piece) => {
                        prop_assert_eq!(piece, &text[at..at + piece.len()]);
                        at += piece.len();
                        shown += piece.len();
                    }
                    TextPiece::LeftOut(characters) => {
                        let left_out = text[at..].chars().take(*characters);
                        at += left_out.map(char::len_utf8).sum::<usize>();
                    }
                }
            }
            prop_assert_eq!(at, text.len());
            prop_assert!(shown <= most || text.len() <= most, "{shown} of {most}");
        }
    }
}
