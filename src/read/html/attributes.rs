//! Counts the attributes of a tag that the tokenizer has not finished yet.
//!
//! The tokenizer hands over a tag at its end, and until then compares each new attribute with all
//! before it: a tag of a megabyte would take minutes. [`UnfinishedTag`] sees the same bytes and
//! follows the states of the HTML standard (section 13.2.5.32 and after). It does not know at which
//! of several `<` the tag starts, so it follows all of them at once: two that are in the same state
//! have the same future, and only the larger count is kept.

use super::error::MAX_ATTRIBUTES;

/// States of the tokenizer inside a tag.
const TAG_NAME: usize = 0;
const BEFORE_NAME: usize = 1;
const NAME: usize = 2;
const AFTER_NAME: usize = 3;
const BEFORE_VALUE: usize = 4;
const DOUBLE_QUOTED: usize = 5;
const SINGLE_QUOTED: usize = 6;
const UNQUOTED: usize = 7;
const STATES: usize = 8;

/// The states in which a tag that is still open may be, with the attributes counted on the way.
#[derive(Debug, Default)]
pub(super) struct UnfinishedTag {
    states: [Option<usize>; STATES],
}

impl UnfinishedTag {
    /// Follows more bytes. With `may_start`, a tag may start at each `<` in them.
    pub(super) fn follow(&mut self, bytes: &[u8], may_start: bool) {
        for (at, &byte) in bytes.iter().enumerate() {
            let mut next = [None; STATES];
            for (state, count) in self.states.iter().enumerate() {
                let Some(count) = *count else { continue };
                if let Some((to, more)) = step(state, byte) {
                    next[to] = next[to].max(Some(count + more));
                }
            }
            let starts = byte == b'<'
                && may_start
                && bytes
                    .get(at + 1)
                    .is_none_or(|next| next.is_ascii_alphabetic() || *next == b'/');
            if starts {
                next[TAG_NAME] = next[TAG_NAME].max(Some(0));
            }
            self.states = next;
        }
    }

    /// Tells whether a tag may have more attributes than are read.
    pub(super) fn has_too_many(&self) -> bool {
        self.states.iter().flatten().any(|&n| n > MAX_ATTRIBUTES)
    }
}

/// The state after a byte and the number of attributes that start with it; `None` after the tag.
fn step(state: usize, byte: u8) -> Option<(usize, usize)> {
    let space = matches!(byte, b'\t' | b'\n' | b'\x0c' | b'\r' | b' ');
    Some(match (state, byte) {
        (DOUBLE_QUOTED, b'"') | (SINGLE_QUOTED, b'\'') => (BEFORE_NAME, 0),
        (DOUBLE_QUOTED | SINGLE_QUOTED, _) => (state, 0),
        (_, b'>') => return None,
        (BEFORE_VALUE, b'"') => (DOUBLE_QUOTED, 0),
        (BEFORE_VALUE, b'\'') => (SINGLE_QUOTED, 0),
        (BEFORE_VALUE, _) if space => (BEFORE_VALUE, 0),
        (BEFORE_VALUE, _) => (UNQUOTED, 0),
        (UNQUOTED, _) if space => (BEFORE_NAME, 0),
        (UNQUOTED, _) => (UNQUOTED, 0),
        (TAG_NAME | BEFORE_NAME, _) if space || byte == b'/' => (BEFORE_NAME, 0),
        (TAG_NAME, _) => (TAG_NAME, 0),
        (BEFORE_NAME, _) => (NAME, 1),
        (NAME | AFTER_NAME, b'=') => (BEFORE_VALUE, 0),
        (NAME | AFTER_NAME, b'/') => (BEFORE_NAME, 0),
        (NAME | AFTER_NAME, _) if space => (AFTER_NAME, 0),
        (NAME, _) => (NAME, 0),
        (_, _) => (NAME, 1),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn most(bytes: &str) -> Option<usize> {
        let mut tag = UnfinishedTag::default();
        tag.follow(bytes.as_bytes(), true);
        tag.states.into_iter().flatten().max()
    }

    #[test]
    fn attributes_of_an_open_tag_are_counted() {
        for (bytes, expected) in [
            ("text", None),
            ("<", Some(0)),
            ("<p", Some(0)),
            ("<p>", None),
            ("<p a", Some(1)),
            ("<p a b  c=1 d = '2' e=\"3\"f", Some(6)),
            ("<p a=\"b c d", Some(1)),
            ("<p a=\"x > y\" b", Some(2)),
            ("<p a==\"b c d", Some(3)),
            ("<p a\" b c d", Some(4)),
            ("<p/a/b/c", Some(3)),
            ("< p a b c", None),
            ("<p a <b c d", Some(4)),
        ] {
            assert_eq!(most(bytes), expected, "{bytes}");
        }
    }
}
