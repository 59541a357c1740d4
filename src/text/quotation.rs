//! Quotation: the words of a text that somebody else said.
//!
//! Quotation marks show them, and so do the signatures of embedded posts.
//!
//! - A straight mark opens or closes in turn. Other marks do the same, with two exceptions: `„`
//!   always opens, and `”` outside a quotation opens only between white space and a word, as
//!   Swedish uses it. (German closes with the mark with which English opens.)
//! - A quotation ends with its paragraph, so a missing mark spoils one paragraph only.
//! - A post is the paragraph before a line such as `— Name (@handle) date`. The signature can also
//!   stand at the end of the post's own paragraph.

use memchr::{memchr3_iter, memmem};

use super::word_hasher::WordHasher;

/// Part of every signature of a post.
const HANDLE: &str = "(@";

/// Says for each word of a text if it is quoted. `count` is the number of words.
///
/// Returns an empty list if the words of the text do not break at its quotation marks, because
/// then the pieces between marks do not add up to `count` words.
pub fn quoted(text: &str, count: usize) -> Vec<bool> {
    let has_posts = memmem::find(text.as_bytes(), HANDLE.as_bytes()).is_some();
    if !has_posts && marks(text).next().is_none() {
        return vec![false; count];
    }
    let (mut words, mut hasher, mut hashes) = (Vec::new(), WordHasher::default(), Vec::new());
    let posts = if has_posts {
        post_lengths(text)
    } else {
        Vec::new()
    };
    for (number, paragraph) in text.split('\n').enumerate() {
        let post = posts.get(number).copied().unwrap_or(0);
        let (mut inside, mut from) = (false, 0);
        let mut add = |piece: &str, is_quoted: bool| {
            hashes.clear();
            hasher.hash_into(piece, &mut hashes);
            words.resize(words.len() + hashes.len(), is_quoted);
        };
        for (at, mark) in marks(paragraph) {
            add(&paragraph[from..at], inside || at <= post);
            let (before, after) = (&paragraph[..at], &paragraph[at + mark.len_utf8()..]);
            inside = match mark {
                '„' => true,
                '”' => !inside && can_open(before, after),
                _ => !inside,
            };
            from = at + mark.len_utf8();
        }
        // The post can end after the last mark.
        let rest = post.clamp(from, paragraph.len());
        add(&paragraph[from..rest], true);
        add(&paragraph[rest..], inside);
    }
    if words.len() == count {
        words
    } else {
        Vec::new()
    }
}

/// Returns true if a mark between these texts can only open a quotation.
fn can_open(before: &str, after: &str) -> bool {
    let begins = before.is_empty() || before.ends_with(char::is_whitespace);
    begins && !after.is_empty() && !after.starts_with(char::is_whitespace)
}

/// Returns how many bytes of each paragraph, from its beginning, are a post: all of it if the next
/// line that is not empty is a signature, else the part before a signature in it.
fn post_lengths(text: &str) -> Vec<usize> {
    let signature = |line: &str| line[..line.find(HANDLE)?].rfind(['—', '–']);
    let mut lengths = Vec::new();
    // Paragraphs are read from the last to the first, so the line below is known.
    let mut signature_below = false;
    for paragraph in text.rsplit('\n') {
        lengths.push(if signature_below {
            paragraph.len()
        } else {
            signature(paragraph).unwrap_or(0)
        });
        let line = paragraph.trim();
        if !line.is_empty() {
            signature_below = signature(line) == Some(0);
        }
    }
    lengths.reverse();
    lengths
}

/// Returns the quotation marks of a text, each with the byte at which it begins.
fn marks(text: &str) -> impl Iterator<Item = (usize, char)> + '_ {
    // Each mark begins with one of these three bytes. Other characters that do so are dropped.
    memchr3_iter(b'"', 0xE2, 0xC2, text.as_bytes()).filter_map(|at| {
        let mark = text[at..].chars().next()?;
        matches!(mark, '"' | '“' | '”' | '„' | '«' | '»' | '‹' | '›').then_some((at, mark))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::words::reference;
    use proptest::prelude::*;

    #[test]
    fn quoted_words_of_named_cases() {
        let cases: &[(&str, &str, &[&str])] = &[
            ("no mark", "he said no", &[]),
            ("straight", "he \"said no\" to it", &["said", "no"]),
            ("curly", "he \u{201C}said no\u{201D} to it", &["said", "no"]),
            (
                "guillemets",
                "il \u{AB} dit non \u{BB} encore",
                &["dit", "non"],
            ),
            (
                "guillemets inward",
                "er \u{BB}sagt nein\u{AB} dazu",
                &["sagt", "nein"],
            ),
            (
                "single guillemets",
                "er \u{2039}sagt\u{203A} dazu",
                &["sagt"],
            ),
            (
                "German",
                "er \u{201E}sagt nein\u{201C} dazu",
                &["sagt", "nein"],
            ),
            ("Swedish", "han \u{201D}said\u{201D} det", &["said"]),
            ("Polish", "on \u{201E}said\u{201D} to", &["said"]),
            ("apostrophes are not marks", "it's the dogs' 'own' day", &[]),
            (
                "unclosed to the end of its paragraph",
                "a \"b c\nd e",
                &["b", "c"],
            ),
            ("unopened", "a b\u{201D} c d", &[]),
            ("unopened, after white space", "a b \u{201D} c d", &[]),
            ("unopened, at the end", "a b \u{201D}", &[]),
            (
                "opened again in each paragraph",
                "\u{201C}a b\n\u{201C}c d\u{201D} e",
                &["a", "b", "c", "d"],
            ),
            (
                "a signed post",
                "x\na b c\n\n\u{2014} Name (@handle) May 5\ny",
                &["a", "b", "c"],
            ),
            (
                "a post signed at its end",
                "a b \u{2014} Name (@handle) May 5\ny",
                &["a", "b"],
            ),
            ("a handle alone", "a b (@handle) c", &[]),
            ("two quotations", "\"a\" b \"c\" d", &["a", "c"]),
            ("the whole text", "\"a b c\"", &["a", "b", "c"]),
            ("an empty quotation", "a \"\" b", &[]),
            (
                "single within double",
                "\"a \u{2018}b\u{2019} c\" d",
                &["a", "b", "c"],
            ),
        ];
        for (name, text, expected) in cases {
            let (words, quoted) = (reference(text), quoted(text, reference(text).len()));
            assert_eq!(words.len(), quoted.len(), "{name}");
            let found: Vec<&str> = words
                .iter()
                .zip(quoted)
                .filter(|(_, quoted)| *quoted)
                .map(|(word, _)| &word[..])
                .collect();
            assert_eq!(found, *expected, "{name}");
        }
        assert!(quoted("", 0).is_empty());
    }

    #[test]
    fn a_million_empty_lines_are_read_in_linear_time() {
        let text = format!("(@a)\n{}", "\n".repeat(1_000_000));
        assert_eq!(quoted(&text, 1), [false]);
    }

    proptest! {
        #[test]
        fn each_word_gets_an_answer(text in "([a-z]{1,5}|[ .'“”„«»‹›\n]|א|東|\"){0,60}") {
            let quoted = quoted(&text, reference(&text).len());
            prop_assert!(quoted.is_empty() || quoted.len() == reference(&text).len());
        }

        #[test]
        fn any_text_can_be_read(text in any::<String>()) {
            let quoted = quoted(&text, reference(&text).len());
            prop_assert!(quoted.is_empty() || quoted.len() == reference(&text).len());
        }
    }
}
