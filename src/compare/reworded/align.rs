//! Alignment: pairs the sentences of two texts that tell the same, in one order, and measures how
//! much of the order of rare terms both texts keep.
//!
//! Sentences are aligned by dynamic programming (Needleman and Wunsch 1970, "A general method
//! applicable to the search for similarities in the amino acid sequence of two proteins") over the
//! steps of Gale and Church (1993, "A program for aligning sentences in bilingual corpora",
//! section 3): one with one, two with one, one with two, and one left out. The value of a step is
//! the similarity of its sentences in weighted terms, as in the alignment of texts of one language
//! (Barzilay and Elhadad 2003, "Sentence alignment for monolingual comparable corpora"), less the
//! similarity that unlike sentences on one topic have, times the weight that the step covers.
//!
//! The order is the longest common subsequence of the rare terms, by weight (Wagner and Fischer
//! 1974, "The string-to-string correction problem", section 5). Long lists with many common terms
//! have a long one in any order. So it is compared with the one that is left when the sentences of
//! one text are reversed: the same terms, as often, and each sentence unchanged.

use std::ops::Range;

use rustc_hash::FxHashMap;

/// Similarity, from 0 to 1, up to which two sentences tell nothing in common. On the twelve
/// invented stories of `data/reworded`, the best match of a sentence is below it for half of the
/// sentences of two independent reports, and for one in ten of a spin.
const UNLIKE: f64 = 0.2;

/// Deduction for a step with two sentences on one side. Without it, every neighbouring sentence
/// with a common word would be included.
const MERGING: f64 = 0.05;

/// A term of a text, with its weight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WeightedTerm {
    /// Number of the term, the same in both texts.
    pub number: u32,
    /// Weight of the term, from 0 to 1.
    pub weight: f64,
}

/// A step of an alignment: sentences that tell the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlignmentStep {
    /// One or two sentences of the first text.
    pub a: Range<usize>,
    /// One or two sentences of the second.
    pub b: Range<usize>,
}

/// The terms of a sentence, each once.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bag {
    /// Sorted by number.
    terms: Vec<WeightedTerm>,
    /// Sum of their weights.
    pub weight: f64,
}

impl Bag {
    /// Collects the terms of one or more sentences.
    pub fn of(terms: impl IntoIterator<Item = WeightedTerm>) -> Bag {
        let mut terms: Vec<WeightedTerm> = terms.into_iter().collect();
        terms.sort_unstable_by(|x, y| x.number.cmp(&y.number).then(y.weight.total_cmp(&x.weight)));
        terms.dedup_by_key(|term| term.number);
        let weight = terms.iter().map(|term| term.weight).sum();
        Bag { terms, weight }
    }

    fn joined_with(&self, other: &Bag) -> Bag {
        Bag::of(self.terms.iter().chain(&other.terms).copied())
    }

    /// Dice's coefficient by weight: twice the common weight, divided by the sum of both weights
    /// (Dice 1945, "Measures of the amount of ecologic association between species").
    fn similarity(&self, other: &Bag) -> f64 {
        let (mut x, mut y) = (self.terms.iter().peekable(), other.terms.iter().peekable());
        let mut both = 0.0;
        while let (Some(&one), Some(&another)) = (x.peek(), y.peek()) {
            match one.number.cmp(&another.number) {
                std::cmp::Ordering::Less => _ = x.next(),
                std::cmp::Ordering::Greater => _ = y.next(),
                std::cmp::Ordering::Equal => {
                    both += one.weight.min(another.weight);
                    x.next();
                    y.next();
                }
            }
        }
        let all = self.weight + other.weight;
        if all > 0.0 { 2.0 * both / all } else { 0.0 }
    }

    /// Value of a step that aligns the two.
    fn value(&self, other: &Bag) -> f64 {
        (self.similarity(other) - UNLIKE) * (self.weight + other.weight)
    }
}

/// Last move of the best alignment of the first sentences of both texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Move {
    /// Leaves out a sentence of the first text.
    LeaveA,
    /// Leaves out a sentence of the second text.
    LeaveB,
    /// Aligns so many sentences of the first text with so many of the second.
    Align(usize, usize),
}

/// Finds the steps of the best monotone alignment of two texts, in order. Of equals, the one that
/// leaves out more sentences.
pub fn align(a: &[Bag], b: &[Bag]) -> Vec<AlignmentStep> {
    let width = b.len() + 1;
    let moves = best_moves(a, b);
    let (mut i, mut j) = (a.len(), b.len());
    let mut steps = Vec::new();
    while (i, j) != (0, 0) {
        match moves[i * width + j] {
            Move::LeaveA => i -= 1,
            Move::LeaveB => j -= 1,
            Move::Align(of_a, of_b) => {
                steps.push(AlignmentStep {
                    a: i - of_a..i,
                    b: j - of_b..j,
                });
                (i, j) = (i - of_a, j - of_b);
            }
        }
    }
    steps.reverse();
    steps
}

/// Finds the last move of the best alignment of the first `i` sentences of `a` and the first `j` of
/// `b`, for all `i` and `j`, row by row.
fn best_moves(a: &[Bag], b: &[Bag]) -> Vec<Move> {
    let width = b.len() + 1;
    let values = pair_values(a, b);
    let value_of = |i: usize, j: usize| values[i * b.len() + j];
    let neighbours = |bags: &[Bag]| -> Vec<Bag> {
        let joined = |two: &[Bag]| two[0].joined_with(&two[1]);
        bags.windows(2).map(joined).collect()
    };
    let (twos_a, twos_b) = (neighbours(a), neighbours(b));
    let mut best = vec![0.0; (a.len() + 1) * width];
    let mut moves = vec![Move::LeaveB; best.len()];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            let mut highest = 0.0;
            let mut last = if j > 0 { Move::LeaveB } else { Move::LeaveA };
            let mut offer = |value: f64, by: Move| {
                if value > highest {
                    (highest, last) = (value, by);
                }
            };
            if j > 0 {
                offer(best[i * width + j - 1], Move::LeaveB);
            }
            if i > 0 {
                offer(best[(i - 1) * width + j], Move::LeaveA);
            }
            if i > 0
                && j > 0
                && let Some(here) = value_of(i - 1, j - 1)
            {
                if here > 0.0 {
                    offer(best[(i - 1) * width + j - 1] + here, Move::Align(1, 1));
                }
                if i > 1 && value_of(i - 2, j - 1).is_some() {
                    let merged = twos_a[i - 2].value(&b[j - 1]) - MERGING;
                    offer(best[(i - 2) * width + j - 1] + merged, Move::Align(2, 1));
                }
                if j > 1 && value_of(i - 1, j - 2).is_some() {
                    let merged = a[i - 1].value(&twos_b[j - 2]) - MERGING;
                    offer(best[(i - 1) * width + j - 2] + merged, Move::Align(1, 2));
                }
            }
            (best[i * width + j], moves[i * width + j]) = (highest, last);
        }
    }
    moves
}

/// The value of aligning each sentence of `a` with each of `b`, row by row; `None` if they have no
/// common term.
///
/// Most pairs of sentences have none, so common weights are collected term by term.
fn pair_values(a: &[Bag], b: &[Bag]) -> Vec<Option<f64>> {
    let mut holders: FxHashMap<u32, Vec<(usize, f64)>> = FxHashMap::default();
    for (j, bag) in b.iter().enumerate() {
        for term in &bag.terms {
            holders
                .entry(term.number)
                .or_default()
                .push((j, term.weight));
        }
    }
    let mut values = Vec::with_capacity(a.len() * b.len());
    let mut common = vec![0.0; b.len()];
    for bag in a {
        common.fill(0.0);
        for term in &bag.terms {
            for &(j, weight) in holders.get(&term.number).into_iter().flatten() {
                common[j] += term.weight.min(weight);
            }
        }
        values.extend(common.iter().zip(b).map(|(&common, other)| {
            let all = bag.weight + other.weight;
            (common > 0.0).then(|| (2.0 * common / all - UNLIKE) * all)
        }));
    }
    values
}

/// Returns the weight of the heaviest common subsequence of two lists of terms. If the two weights
/// of a term differ, the smaller one counts.
///
/// Only positions with the same term matter, and texts have few of them (Hunt and Szymanski 1977,
/// "A fast algorithm for computing longest common subsequences"). A Fenwick tree of maxima gives
/// the best subsequence that ends before a position of `b`.
pub fn common_order(a: &[WeightedTerm], b: &[WeightedTerm]) -> f64 {
    let mut places: FxHashMap<u32, Vec<usize>> = FxHashMap::default();
    for (j, term) in b.iter().enumerate() {
        places.entry(term.number).or_default().push(j);
    }
    let mut best = Maxima(vec![0.0; b.len() + 1]);
    for x in a {
        // From the end, so that no subsequence contains this term of `a` twice.
        for &j in places.get(&x.number).into_iter().flatten().rev() {
            best.raise(j, best.before(j) + x.weight.min(b[j].weight));
        }
    }
    best.before(b.len())
}

/// The largest value among the first entries of a list, for any number of entries. Values can only
/// be raised (Fenwick 1994, "A new data structure for cumulative frequency tables").
struct Maxima(Vec<f64>);

impl Maxima {
    /// The largest value at positions before `end`; 0 if there is none.
    fn before(&self, mut end: usize) -> f64 {
        let mut most = 0.0f64;
        while end > 0 {
            most = most.max(self.0[end]);
            end &= end - 1;
        }
        most
    }

    /// Raises the value at a position.
    fn raise(&mut self, place: usize, value: f64) {
        let mut at = place + 1;
        while at < self.0.len() {
            self.0[at] = self.0[at].max(value);
            at += at & at.wrapping_neg();
        }
    }
}

/// Slow and simple versions that tests compare with.
#[cfg(test)]
mod naive {
    use super::*;

    /// Value of the best alignment, by trying every step everywhere.
    pub(super) fn best(a: &[Bag], b: &[Bag]) -> f64 {
        let mut best: f64 = 0.0;
        if let [_, rest @ ..] = a {
            best = best.max(self::best(rest, b));
        }
        if let [_, rest @ ..] = b {
            best = best.max(self::best(a, rest));
        }
        if let ([x, rest_a @ ..], [y, rest_b @ ..]) = (a, b) {
            best = best.max(x.value(y) + self::best(rest_a, rest_b));
            let common = |x: &Bag, y: &Bag| x.similarity(y) > 0.0;
            if let [next, rest @ ..] = rest_a
                && common(x, y)
                && common(next, y)
            {
                best = best.max(x.joined_with(next).value(y) - MERGING + self::best(rest, rest_b));
            }
            if let [next, rest @ ..] = rest_b
                && common(x, y)
                && common(x, next)
            {
                best = best.max(x.value(&y.joined_with(next)) - MERGING + self::best(rest_a, rest));
            }
        }
        best
    }

    /// Weight of the heaviest common subsequence, by leaving out or taking each first term.
    pub(super) fn common_order(a: &[WeightedTerm], b: &[WeightedTerm]) -> f64 {
        let ([x, rest_a @ ..], [y, rest_b @ ..]) = (a, b) else {
            return 0.0;
        };
        let apart = common_order(rest_a, b).max(common_order(a, rest_b));
        if x.number == y.number {
            apart.max(x.weight.min(y.weight) + common_order(rest_a, rest_b))
        } else {
            apart
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn terms(numbers: &[u32]) -> Vec<WeightedTerm> {
        numbers
            .iter()
            .map(|&number| WeightedTerm {
                number,
                weight: f64::from(number % 4 + 1) / 4.0,
            })
            .collect()
    }

    fn bags(sentences: &[Vec<u32>]) -> Vec<Bag> {
        let bag = |numbers: &Vec<u32>| Bag::of(terms(numbers));
        sentences.iter().map(bag).collect()
    }

    /// Value of an alignment.
    fn value(a: &[Bag], b: &[Bag], steps: &[AlignmentStep]) -> f64 {
        let of = |bags: &[Bag]| {
            bags.iter()
                .skip(1)
                .fold(bags[0].clone(), |all, bag| all.joined_with(bag))
        };
        let deduction = |step: &AlignmentStep| {
            if step.a.len() + step.b.len() > 2 {
                MERGING
            } else {
                0.0
            }
        };
        steps
            .iter()
            .map(|step| of(&a[step.a.clone()]).value(&of(&b[step.b.clone()])) - deduction(step))
            .sum()
    }

    #[test]
    fn a_story_aligns_with_itself_and_not_with_its_reverse() {
        let story: Vec<Vec<u32>> = (0..9).map(|n| vec![3 * n, 3 * n + 1, 3 * n + 2]).collect();
        let (there, back) = (
            bags(&story),
            bags(&story.iter().rev().cloned().collect::<Vec<_>>()),
        );
        assert_eq!(align(&there, &there).len(), 9);
        assert_eq!(align(&there, &back).len(), 1);
        assert_eq!(align(&there, &[]), []);
        assert_eq!(align(&[], &[]), []);
    }

    #[test]
    fn a_sentence_split_in_two_is_aligned_with_both_halves() {
        let whole = bags(&[vec![1, 2, 3, 5, 6, 7], vec![9, 10, 11]]);
        let split = bags(&[vec![1, 2, 3], vec![5, 6, 7], vec![9, 10, 11]]);
        let steps = align(&whole, &split);
        assert_eq!(
            steps,
            [
                AlignmentStep { a: 0..1, b: 0..2 },
                AlignmentStep { a: 1..2, b: 2..3 }
            ]
        );
    }

    /// The terms of up to five sentences.
    fn story() -> impl Strategy<Value = Vec<Vec<u32>>> {
        vec(vec(0u32..9, 1..5), 0..6)
    }

    proptest! {
        #[test]
        fn no_alignment_has_a_higher_value(a in story(), b in story()) {
            let (a, b) = (bags(&a), bags(&b));
            let steps = align(&a, &b);
            let in_order = steps
                .windows(2)
                .all(|two| two[0].a.end <= two[1].a.start && two[0].b.end <= two[1].b.start);
            prop_assert!(in_order);
            let (found, best) = (value(&a, &b, &steps), naive::best(&a, &b));
            prop_assert!((found - best).abs() < 1e-9, "{found} for {best}");
        }

        #[test]
        fn no_common_subsequence_is_heavier(a in vec(0u32..6, 0..9), b in vec(0u32..6, 0..9)) {
            let (a, b) = (terms(&a), terms(&b));
            prop_assert!((common_order(&a, &b) - naive::common_order(&a, &b)).abs() < 1e-9);
        }
    }
}
