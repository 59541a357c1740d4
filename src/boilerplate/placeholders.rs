//! Texts that tools write where they have no text.

use std::sync::LazyLock;

use crate::text::words::hash_word;

/// What news interfaces, scrapers and tables write in place of a text, in normalised words. A page
/// with nothing else says nothing, so two of them are no copies of each other.
const PLACEHOLDERS: &[&str] = &[
    "removed",
    "deleted",
    "nan",
    "null",
    "nil",
    "none",
    "undefined",
    "na",
    "n a",
    "no text",
    "no content",
    "not available",
    "no content available",
];

static HASHES: LazyLock<Vec<Vec<u64>>> = LazyLock::new(|| {
    let hash = |word: &str| hash_word(word.as_bytes());
    let words = PLACEHOLDERS.iter().map(|text| text.split(' ').map(hash));
    words.map(Iterator::collect).collect()
});

/// Most words of a placeholder.
pub(super) const MOST_WORDS: u32 = 3;

/// Returns true for the words of a placeholder.
pub(super) fn is_one(words: &[u64]) -> bool {
    words.len() <= MOST_WORDS as usize && HASHES.iter().any(|placeholder| placeholder == words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::words::reference;

    #[test]
    fn placeholders_are_recognised_however_they_are_written() {
        let is_one = |text: &str| {
            let words = reference(text);
            let words: Vec<u64> = words
                .iter()
                .map(|word| hash_word(word.as_bytes()))
                .collect();
            is_one(&words)
        };
        for text in [
            "[Removed]",
            "nan",
            "NaN",
            "null",
            "None.",
            "N/A",
            "#N/A",
            "[deleted]",
        ] {
            assert!(is_one(text), "{text}");
        }
        for text in ["", "Removed from office", "Nan Goldin", "none of the above"] {
            assert!(!is_one(text), "{text}");
        }
    }

    #[test]
    fn no_placeholder_is_longer_than_the_limit() {
        assert!(
            PLACEHOLDERS
                .iter()
                .all(|text| text.split(' ').count() <= MOST_WORDS as usize)
        );
    }
}
