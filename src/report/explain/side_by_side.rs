//! Both texts side by side: rows that put corresponding text next to each other, and marked pieces.

use std::cmp::Reverse;
use std::iter;
use std::ops::Range;

use crate::pipeline::{ExplainedDocument, Explanation, Retelling, SegmentMark, TextSegment};

/// Words of a passage that begins a new row; shorter ones would cut the texts to pieces.
const WORDS_OF_A_ROW: usize = 20;

/// Most passages that rows are chosen from; the time grows with their square.
const MOST_ROWS: usize = 2000;

/// A piece of a text with the same marks throughout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkedPiece<'a> {
    /// Its text.
    pub text: &'a str,
    /// Its marks.
    pub mark: SegmentMark,
    /// True if its passage begins here.
    pub begins: bool,
    /// True if its passage ends here.
    pub ends: bool,
}

/// Both texts cut into rows, so that corresponding text is next to each other. A row begins at each
/// longer passage that comes in the same order in both texts. If one retells the other, a row
/// begins at each sentence that corresponds to one of the other text.
pub fn rows(explained: &Explanation) -> Vec<[Range<usize>; 2]> {
    let [a, b] = &explained.documents;
    let mut cuts = match &explained.retelling {
        Some(retelling) => around_sentences(retelling, [&a.text, &b.text]),
        None => at_passages(explained),
    };
    cuts.push([a.text.len(), b.text.len()]);
    let mut rows = Vec::new();
    let mut from = [0, 0];
    for [to_a, to_b] in cuts {
        let to = [to_a.max(from[0]), to_b.max(from[1])];
        if to != from {
            rows.push([from[0]..to[0], from[1]..to[1]]);
        }
        from = to;
    }
    rows
}

/// Beginnings and ends of corresponding sentences. Text between them gets a row of its own.
fn around_sentences(retelling: &Retelling, [of_a, of_b]: [&str; 2]) -> Vec<[usize; 2]> {
    let with_space = |text: &str, place: usize| {
        let rest = text.get(place..).unwrap_or_default();
        place + rest.len() - rest.trim_start().len()
    };
    let sentences = retelling.sentences.iter();
    sentences
        .flat_map(|[a, b]| {
            let ends = [with_space(of_a, a.end), with_space(of_b, b.end)];
            [[a.start, b.start], ends]
        })
        .collect()
}

/// Beginnings of the longer passages that come in the same order in both texts.
fn at_passages(explained: &Explanation) -> Vec<[usize; 2]> {
    let [a, b] = &explained.documents;
    let long = explained
        .passages
        .iter()
        .filter(|passage| passage.words >= WORDS_OF_A_ROW);
    let starts: Vec<[usize; 2]> = long
        .clone()
        .map(|passage| [passage.bytes_a.start, passage.bytes_b.start])
        .collect();
    let weights: Vec<usize> = long.map(|passage| passage.words).collect();
    if starts.len() > MOST_ROWS {
        return Vec::new();
    }
    let chain = heaviest_chain(&starts, &weights).into_iter();
    chain
        .map(|[in_a, in_b]| [with_opening(&a.text, in_a), with_opening(&b.text, in_b)])
        .collect()
}

/// The position, or that of quotation marks and brackets directly before it.
fn with_opening(text: &str, place: usize) -> usize {
    let before = text.get(..place).unwrap_or_default();
    let is_opening = |c: char| !c.is_alphanumeric() && !c.is_whitespace();
    before.trim_end_matches(is_opening).len()
}

/// Positions that ascend in both texts and have the largest sum of weights, from `places` sorted by
/// the first.
fn heaviest_chain(places: &[[usize; 2]], weights: &[usize]) -> Vec<[usize; 2]> {
    // For each place, the weight of the heaviest chain that ends there, and the place before it.
    let mut best: Vec<(usize, Option<usize>)> = Vec::with_capacity(places.len());
    for (at, place) in places.iter().enumerate() {
        let before = (0..at)
            .filter(|&other| places[other][0] < place[0] && places[other][1] < place[1])
            .max_by_key(|&other| (best[other].0, Reverse(other)));
        let weight = weights[at] + before.map_or(0, |other| best[other].0);
        best.push((weight, before));
    }
    let last = (0..places.len()).max_by_key(|&at| (best[at].0, Reverse(at)));
    let mut chain: Vec<[usize; 2]> = iter::successors(last, |&at| best[at].1)
        .map(|at| places[at])
        .collect();
    chain.reverse();
    chain
}

/// The pieces of a range of the text of a document.
pub fn pieces<'a>(
    side: &'a ExplainedDocument,
    passages: &[Range<usize>],
    range: &Range<usize>,
) -> Vec<MarkedPiece<'a>> {
    let piece = |segment: &TextSegment| {
        let start = segment.bytes.start.max(range.start);
        let end = segment.bytes.end.min(range.end);
        let text = side.text.get(start..end).filter(|text| !text.is_empty())?;
        let passage = segment.mark.passage.and_then(|number| passages.get(number));
        Some(MarkedPiece {
            text,
            mark: segment.mark,
            begins: passage.is_some_and(|bytes| bytes.start == start),
            ends: passage.is_some_and(|bytes| bytes.end == end),
        })
    };
    side.segments.iter().filter_map(piece).collect()
}

/// The bytes of the passages in the text of each document.
pub fn passages(explained: &Explanation) -> [Vec<Range<usize>>; 2] {
    let passages = &explained.passages;
    [
        passages
            .iter()
            .map(|passage| passage.bytes_a.clone())
            .collect(),
        passages
            .iter()
            .map(|passage| passage.bytes_b.clone())
            .collect(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_begin_with_opening_quotation_marks() {
        for (before, opening) in [
            ("", ""),
            ("he said: ", "\u{201C}("),
            ("no space", "—"),
            ("\n", ""),
        ] {
            let text = format!("{before}{opening}word");
            let place = text.len() - "word".len();
            assert_eq!(with_opening(&text, place), before.len(), "{text:?}");
        }
    }

    #[test]
    fn the_heaviest_chain_of_named_cases() {
        type Points<'a> = &'a [[usize; 2]];
        let cases: &[(&str, Points<'_>, &[usize], Points<'_>)] = &[
            ("none", &[], &[], &[]),
            ("one", &[[3, 4]], &[20], &[[3, 4]]),
            ("in order", &[[1, 1], [2, 2]], &[20, 20], &[[1, 1], [2, 2]]),
            (
                "crossed: the heavier one",
                &[[1, 9], [5, 2]],
                &[20, 30],
                &[[5, 2]],
            ),
            (
                "crossed: the first of two equal ones",
                &[[1, 9], [5, 2]],
                &[20, 20],
                &[[1, 9]],
            ),
            (
                "the heavier continuation",
                &[[1, 1], [2, 9], [3, 3]],
                &[20, 15, 20],
                &[[1, 1], [3, 3]],
            ),
        ];
        for (name, places, weights, expected) in cases {
            assert_eq!(heaviest_chain(places, weights), *expected, "{name}");
        }
    }
}
