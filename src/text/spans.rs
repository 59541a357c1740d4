//! Spans: the byte range of each word of a text.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::words::{reference, writes_no_spaces};

/// Returns the range of each word of `text`, in bytes. There is one for every word of
/// [`reference()`], in the same order.
///
/// A range is exact wherever the text itself breaks into words as its normalised form does, which
/// is nearly everywhere. Elsewhere, every word of a stretch between white space gets the range of
/// the whole stretch.
pub fn of_words(text: &str) -> Vec<Range<usize>> {
    let mut spans = Vec::new();
    let mut start = 0;
    for stretch in text.split(char::is_whitespace) {
        stretch_spans(stretch, start, &mut spans);
        start += stretch.len();
        start += text[start..].chars().next().map_or(0, char::len_utf8);
    }
    spans
}

/// Appends the span of each word of a stretch without white space, which begins at `start`.
fn stretch_spans(stretch: &str, start: usize, spans: &mut Vec<Range<usize>>) {
    if let Some(word) = only_word(stretch) {
        spans.push(start + word.start..start + word.end);
        return;
    }
    let first = spans.len();
    let words = reference(stretch);
    let mut found: Vec<String> = Vec::with_capacity(words.len());
    for (at, piece) in stretch.split_word_bound_indices() {
        let mut add = |at: usize, piece: &str| {
            let own = reference(piece);
            spans.extend(own.iter().map(|_| start + at..start + at + piece.len()));
            found.extend(own);
        };
        if piece.chars().any(writes_no_spaces) {
            piece
                .char_indices()
                .for_each(|(inside, c)| add(at + inside, c.encode_utf8(&mut [0; 4])));
        } else {
            add(at, piece);
        }
    }
    if found != words {
        spans.truncate(first);
        spans.extend(words.iter().map(|_| start..start + stretch.len()));
    }
}

/// The range of the only word of a stretch of ASCII letters and digits with punctuation around it;
/// `None` for any other stretch, and for one with an underscore, which belongs to the word.
fn only_word(stretch: &str) -> Option<Range<usize>> {
    let is_letter = u8::is_ascii_alphanumeric;
    let bytes = stretch.as_bytes();
    let start = bytes.iter().position(is_letter)?;
    let end = bytes.iter().rposition(is_letter)? + 1;
    let is_plain = bytes[start..end].iter().all(is_letter)
        && bytes.iter().all(|byte| byte.is_ascii() && *byte != b'_');
    is_plain.then_some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::word_hasher::WordHasher;
    use crate::text::words::hash_word;
    use proptest::prelude::*;

    /// Asserts that each span holds its word and nothing else, or all the words that share it; and
    /// that [`WordHasher`] sees the same words.
    fn check_spans(text: &str) {
        let (words, spans) = (reference(text), of_words(text));
        assert_eq!(spans.len(), words.len(), "{text:?}");
        let mut from = 0;
        for same in spans.chunk_by(|x, y| x == y) {
            let (slice, to) = (&text[same[0].clone()], from + same.len());
            assert_eq!(reference(slice), words[from..to], "{slice:?} in {text:?}");
            from = to;
        }
        assert!(spans.is_sorted_by_key(|span| span.start), "{text:?}");
        let mut hashes = Vec::new();
        WordHasher::default().hash_into(text, &mut hashes);
        let hashed = words.iter().map(|word| hash_word(word.as_bytes()));
        assert!(hashed.eq(hashes), "{text:?}");
    }

    #[test]
    fn spans_of_named_cases() {
        let cases: &[(&str, &str, &[&str])] = &[
            ("empty", "", &[]),
            ("no word", " -- !? ", &[]),
            ("punctuation", "\"No,\" he said.", &["No", "he", "said"]),
            ("apostrophe", "he can\u{2019}t", &["he", "can\u{2019}t"]),
            ("abbreviation", "the U.S. senate", &["the", "U.S", "senate"]),
            ("hyphen", "by-election", &["by", "election"]),
            (
                "white space of every kind",
                "a\u{A0}b\u{2003}c\r\n\td",
                &["a", "b", "c", "d"],
            ),
            ("decomposed", "cafe\u{301} x", &["cafe\u{301}", "x"]),
            (
                "Han beside Latin",
                "AI\u{6642}\u{4EE3} x",
                &["AI", "\u{6642}", "\u{4EE3}", "x"],
            ),
            ("at the end", "x y", &["x", "y"]),
        ];
        for (name, text, expected) in cases {
            let found: Vec<&str> = of_words(text).into_iter().map(|span| &text[span]).collect();
            assert_eq!(found, *expected, "{name}");
            check_spans(text);
        }
    }

    proptest! {
        #[test]
        fn spans_hold_their_words_in_text_like_news(
            pieces in proptest::collection::vec(
                "[a-zA-Z]{1,20}|[0-9]{1,5}\
                 |[ .,'’“”—…éÉßжЖςİﬁ①\u{301}\u{A0}\u{AD}\u{200D}\u{3099}_\n-]|東|か|ก|ß|א|\"",
                0..80,
            ),
        ) {
            let text = pieces.concat();
            check_spans(&text);
        }

        #[test]
        fn spans_hold_their_words_in_any_text(text in any::<String>()) {
            check_spans(&text);
        }
    }
}
