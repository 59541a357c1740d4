//! Quotation: which words of a text somebody else said, by quotation marks and by the signatures of embedded posts.
//!
//! Straight marks open and close in turn, others as they are shaped: German uses the English opening mark to close, Swedish the English
//! closing mark to open, behind white space. No quotation goes beyond its paragraph, so that a mark too few does not turn a text inside
//! out. A post is the paragraph that a line such as `— Name (@handle) date` follows, on its own or at the paragraph's end.

use memchr::{memchr3_iter, memmem};

use crate::text::words::Words;

/// What stands in the signature of a post.
const HANDLE: &str = "(@";

/// Whether each word of a text of `count` words is quoted; empty where words do not break at quotation marks.
pub fn quoted(text: &str, count: usize) -> Vec<bool> {
    let posts = memmem::find(text.as_bytes(), HANDLE.as_bytes()).is_some();
    if !posts && marks(text).next().is_none() {
        return vec![false; count];
    }
    let (mut words, mut scanner, mut hashes) = (Vec::new(), Words::default(), Vec::new());
    let signed = if posts { signed(text) } else { Vec::new() };
    for (number, paragraph) in text.split('\n').enumerate() {
        let post = signed.get(number).copied().unwrap_or(0);
        let (mut inside, mut from) = (false, 0);
        let mut add = |piece: &str, inside: bool| {
            hashes.clear();
            scanner.hash_into(piece, &mut hashes);
            words.resize(words.len() + hashes.len(), inside);
        };
        for (at, mark) in marks(paragraph) {
            add(&paragraph[from..at], inside || at <= post);
            let (before, after) = (&paragraph[..at], &paragraph[at + mark.len_utf8()..]);
            inside = match mark {
                '„' => true,
                '”' => !inside && opens(before, after),
                _ => !inside,
            };
            from = at + mark.len_utf8();
        }
        // What is signed has no mark between it and the signature, or was added.
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

/// Whether a mark between these can only open a quotation.
fn opens(before: &str, after: &str) -> bool {
    let begins = before.is_empty() || before.ends_with(char::is_whitespace);
    begins && !after.is_empty() && !after.starts_with(char::is_whitespace)
}

/// How much of each paragraph is a post: what goes before a signature in it, or all of it if the next line that is not empty is one.
fn signed(text: &str) -> Vec<usize> {
    let signature = |line: &str| line[..line.find(HANDLE)?].rfind(['—', '–']);
    let mut signed = Vec::new();
    let mut below = false;
    for paragraph in text.rsplit('\n') {
        signed.push(if below {
            paragraph.len()
        } else {
            signature(paragraph).unwrap_or(0)
        });
        let line = paragraph.trim();
        if !line.is_empty() {
            below = signature(line) == Some(0);
        }
    }
    signed.reverse();
    signed
}

/// The quotation marks of a text and where they stand.
fn marks(text: &str) -> impl Iterator<Item = (usize, char)> + '_ {
    // The first bytes of all of them; what else begins so is passed over.
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
    fn quotations_of_named_cases() {
        let cases: &[(&str, &str, &[&str])] = &[
            ("none", "he said no", &[]),
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
            ("apostrophes are no marks", "it's the dogs' 'own' day", &[]),
            (
                "unclosed to the end of its paragraph",
                "a \"b c\nd e",
                &["b", "c"],
            ),
            ("unopened", "a b\u{201D} c d", &[]),
            ("unopened, behind white space", "a b \u{201D} c d", &[]),
            ("unopened, at the end", "a b \u{201D}", &[]),
            (
                "reopened in every paragraph",
                "\u{201C}a b\n\u{201C}c d\u{201D} e",
                &["a", "b", "c", "d"],
            ),
            (
                "a signed post",
                "x\na b c\n\n\u{2014} Name (@handle) May 5\ny",
                &["a", "b", "c"],
            ),
            (
                "signed at its end",
                "a b \u{2014} Name (@handle) May 5\ny",
                &["a", "b"],
            ),
            ("a handle alone", "a b (@handle) c", &[]),
            ("two", "\"a\" b \"c\" d", &["a", "c"]),
            ("all of it", "\"a b c\"", &["a", "b", "c"]),
            ("nothing in it", "a \"\" b", &[]),
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
    fn a_million_empty_lines_are_looked_at_once() {
        let text = format!("(@a)\n{}", "\n".repeat(1_000_000));
        assert_eq!(quoted(&text, 1), [false]);
    }

    proptest! {
        #[test]
        fn every_word_is_quoted_or_not(text in "([a-z]{1,5}|[ .'“”„«»‹›\n]|א|東|\"){0,60}") {
            let quoted = quoted(&text, reference(&text).len());
            prop_assert!(quoted.is_empty() || quoted.len() == reference(&text).len());
        }

        #[test]
        fn quotations_never_panic(text in any::<String>()) {
            let quoted = quoted(&text, reference(&text).len());
            prop_assert!(quoted.is_empty() || quoted.len() == reference(&text).len());
        }
    }
}
