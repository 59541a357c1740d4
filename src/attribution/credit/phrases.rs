//! Phrases: sets of words that are looked up in a line, and patterns around an agency's name.

use rustc_hash::FxHashMap;

use super::line::FoldedLine;

/// A set of phrases of one or more words.
#[derive(Debug, Default)]
pub(super) struct PhraseSet {
    by_first: FxHashMap<String, Vec<Vec<String>>>,
    by_last: FxHashMap<String, Vec<Vec<String>>>,
}

impl PhraseSet {
    pub(super) fn add(&mut self, words: &[String]) {
        for (index, end) in [
            (&mut self.by_first, words.first()),
            (&mut self.by_last, words.last()),
        ] {
            if let Some(end) = end {
                index.entry(end.clone()).or_default().push(words.to_vec());
            }
        }
    }

    /// Number of words of the longest phrase that starts at `index`.
    pub(super) fn starting(&self, line: &FoldedLine<'_>, index: usize) -> Option<usize> {
        if index >= line.len() {
            return None;
        }
        let same_first = self.by_first.get(line.word(index))?;
        let found = same_first
            .iter()
            .filter(|words| line.starts_at(index, words));
        found.map(Vec::len).max()
    }

    /// Number of words of the longest phrase that ends before `index`.
    pub(super) fn ending(&self, line: &FoldedLine<'_>, index: usize) -> Option<usize> {
        let ends = |words: &&Vec<String>| {
            words.len() <= index && line.starts_at(index - words.len(), words)
        };
        let last = index.checked_sub(1)?;
        let same_last = self.by_last.get(line.word(last))?;
        same_last.iter().filter(ends).map(Vec::len).max()
    }
}

/// A phrase around an agency's name.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct AgencyPhrase {
    /// True if only the agency's own copy says so; otherwise it says that the agency contributed.
    pub(super) own: bool,
    /// Words before the name.
    pub(super) left: Vec<String>,
    /// True if names may be between these words and the agency's name.
    pub(super) gap_left: bool,
    /// Words after the name, in pieces with names between them.
    pub(super) right: Vec<Vec<String>>,
    /// True if names may be between the agency's name and the first piece.
    pub(super) gap_right: bool,
    /// True if the sentence must end with the phrase.
    pub(super) ends: bool,
}

impl AgencyPhrase {
    /// All words, before and after the name.
    pub(super) fn words(&self) -> impl Iterator<Item = &String> {
        self.left.iter().chain(self.right.iter().flatten())
    }
}
