//! Reads a corpus and splits it into shingles, for the truth program and the gaoya driver.
//!
//! `peer.py` splits the text of the Python peers in the same way: lower-case, words are runs of
//! Unicode letters and digits, a shingle is five words in a row joined by one space.

use rayon::prelude::*;
use regex::Regex;
use serde::Deserialize;
use std::borrow::Cow;
use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::ops::Range;
use std::sync::LazyLock;

pub const WORDS_A_SHINGLE: usize = 5;
const CHUNK: u64 = 16 << 20;

static WORD: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"[\p{L}\p{N}]+").expect("a valid pattern"));

#[derive(Deserialize)]
struct Record<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    text: Cow<'a, str>,
}

/// Words of a document joined by single spaces, and the span of each.
pub struct Words {
    joined: String,
    spans: Vec<Range<usize>>,
}

impl Words {
    pub fn of(text: &str) -> Self {
        let lower = text.to_lowercase();
        let mut joined = String::with_capacity(lower.len());
        let mut spans = Vec::with_capacity(lower.len() / 5);
        let mut add = |word: &str| {
            if !joined.is_empty() {
                joined.push(' ');
            }
            spans.push(joined.len()..joined.len() + word.len());
            joined.push_str(word);
        };
        if lower.is_ascii() {
            lower
                .split(|c: char| !c.is_ascii_alphanumeric())
                .filter(|word| !word.is_empty())
                .for_each(&mut add);
        } else {
            WORD.find_iter(&lower).for_each(|word| add(word.as_str()));
        }
        Self { joined, spans }
    }

    /// Iterates over all runs of five words as slices of the joined text.
    pub fn shingles(&self) -> impl Iterator<Item = &str> {
        self.spans
            .windows(WORDS_A_SHINGLE)
            .map(|run| &self.joined[run[0].start..run[WORDS_A_SHINGLE - 1].end])
    }
}

/// Reads a JSONL corpus in chunks and returns `sketch` of each document, in the order of the file.
///
/// Uses all threads. Leaves out documents shorter than one shingle, which have nothing to compare.
pub fn read<T: Send>(
    path: &str,
    sketch: impl Fn(&Words) -> T + Sync,
) -> Result<Vec<(String, T)>, Box<dyn Error>> {
    let mut input = BufReader::with_capacity(
        1 << 20,
        File::open(path).map_err(|e| format!("{path}: {e}"))?,
    );
    let (mut documents, mut chunk) = (Vec::new(), Vec::new());
    loop {
        chunk.clear();
        input.by_ref().take(CHUNK).read_to_end(&mut chunk)?;
        input.read_until(b'\n', &mut chunk)?;
        if chunk.is_empty() {
            return Ok(documents);
        }
        let lines: Vec<&[u8]> = chunk
            .split(|&b| b == b'\n')
            .filter(|line| !line.trim_ascii().is_empty())
            .collect();
        let read: Result<Vec<_>, serde_json::Error> = lines
            .par_iter()
            .map(|line| {
                let record: Record = serde_json::from_slice(line)?;
                let words = Words::of(&record.text);
                let long_enough = words.spans.len() >= WORDS_A_SHINGLE;
                Ok(long_enough.then(|| (record.id.into_owned(), sketch(&words))))
            })
            .collect();
        documents.extend(
            read.map_err(|e| format!("{path}: a line has no usable id and text: {e}"))?
                .into_iter()
                .flatten(),
        );
    }
}

/// Returns the arguments of the program, or its usage as an error.
pub fn arguments<const N: usize>(usage: &str) -> Result<[String; N], Box<dyn Error>> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    given
        .try_into()
        .map_err(|_| format!("usage: {usage}").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ascii_and_unicode_paths_cut_alike() {
        let text = "Don't PAY_it: 3.14 of the U.S. debt--now";
        let with_accent = Words::of(&format!("{text} é")).joined;
        assert_eq!(
            Words::of(text).joined,
            "don t pay it 3 14 of the u s debt now"
        );
        assert_eq!(with_accent, "don t pay it 3 14 of the u s debt now é");
    }

    #[test]
    fn a_shingle_is_five_words_in_a_row() {
        let words = Words::of("One two, three four five six");
        let shingles: Vec<_> = words.shingles().collect();
        assert_eq!(
            shingles,
            ["one two three four five", "two three four five six"]
        );
    }
}
