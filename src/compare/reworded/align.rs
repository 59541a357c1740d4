//! Alignment: which sentences of two texts tell the same, in one order, and how much of the order of rare terms both keep.
//!
//! Sentences are aligned by dynamic programming (Needleman and Wunsch 1970, "A general method applicable to the search for similarities in the amino
//! acid sequence of two proteins") over the steps that Gale and Church (1993, "A program for aligning sentences in bilingual corpora", section
//! 3) allow: one with one, two with one, one with two, and one left out. What a step is worth is the similarity of the sentences in weighted terms,
//! as where monolingual texts are aligned (Barzilay and Elhadad 2003, "Sentence alignment for monolingual comparable corpora"), less what unlike
//! sentences of one topic have, times the weight that it covers.
//!
//! The order is the longest common subsequence of the rare terms (Wagner and Fischer 1974, "The string-to-string correction problem", section 5), by
//! weight. Long lists with much in common have a long one in any order, so what counts is by how much it is longer than the one with the
//! sentences of one text in reverse: the same terms, as often, and each sentence as it was.

use std::ops::Range;

use rustc_hash::FxHashMap;

/// A term of a text: what it is, by number, and what it tells.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Item {
    /// The same for the same term in both texts.
    pub id: u32,
    /// From 0 to 1.
    pub weight: f64,
}

/// Sentences whose terms are that alike and no more (of 1) say nothing in common: on the twelve invented stories half of the best matches of sentences
/// of two independent reports are below it, and one in ten of those of a spin.
const UNLIKE: f64 = 0.2;

/// What a step with two sentences on one side loses: otherwise every neighbour with a word in common would be drawn in.
const MERGING: f64 = 0.05;

/// A step of an alignment: sentences that tell the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// One or two sentences of the first text.
    pub a: Range<usize>,
    /// One or two sentences of the second.
    pub b: Range<usize>,
}

/// The terms of a sentence, each once, sorted by number.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bag {
    items: Vec<Item>,
    /// Weight of all.
    pub weight: f64,
}

impl Bag {
    /// Of the terms of one sentence or several.
    pub fn of(items: impl IntoIterator<Item = Item>) -> Bag {
        let mut items: Vec<Item> = items.into_iter().collect();
        items.sort_unstable_by(|x, y| x.id.cmp(&y.id).then(y.weight.total_cmp(&x.weight)));
        items.dedup_by_key(|item| item.id);
        let weight = items.iter().map(|item| item.weight).sum();
        Bag { items, weight }
    }

    fn with(&self, other: &Bag) -> Bag {
        Bag::of(self.items.iter().chain(&other.items).copied())
    }

    /// Dice's coefficient by weight: twice what both have, over what each has.
    fn likeness(&self, other: &Bag) -> f64 {
        let (mut x, mut y) = (self.items.iter().peekable(), other.items.iter().peekable());
        let mut both = 0.0;
        while let (Some(&one), Some(&another)) = (x.peek(), y.peek()) {
            match one.id.cmp(&another.id) {
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

    /// What a step with these is worth.
    fn worth(&self, other: &Bag) -> f64 {
        (self.likeness(other) - UNLIKE) * (self.weight + other.weight)
    }
}

/// How the best alignment comes to a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum From {
    LeavingA,
    LeavingB,
    /// So many sentences of either.
    Step(usize, usize),
}

/// The steps of the best monotone alignment of two texts, in order. Of equals, the one that leaves out more.
pub fn align(a: &[Bag], b: &[Bag]) -> Vec<Step> {
    let width = b.len() + 1;
    let worth = worths(a, b);
    let single = |i: usize, j: usize| worth[i * b.len() + j];
    let pairs =
        |bags: &[Bag]| -> Vec<Bag> { bags.windows(2).map(|two| two[0].with(&two[1])).collect() };
    let (twos_a, twos_b) = (pairs(a), pairs(b));
    let mut best = vec![0.0; (a.len() + 1) * width];
    let mut from = vec![From::LeavingB; best.len()];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            let mut most = 0.0;
            let mut way = if j > 0 {
                From::LeavingB
            } else {
                From::LeavingA
            };
            let mut take = |worth: f64, by: From| {
                if worth > most {
                    (most, way) = (worth, by);
                }
            };
            if j > 0 {
                take(best[i * width + j - 1], From::LeavingB);
            }
            if i > 0 {
                take(best[(i - 1) * width + j], From::LeavingA);
            }
            if i > 0 && j > 0 {
                let here = single(i - 1, j - 1);
                if let Some(here) = here.filter(|&here| here > 0.0) {
                    take(best[(i - 1) * width + j - 1] + here, From::Step(1, 1));
                }
                if i > 1 && here.is_some() && single(i - 2, j - 1).is_some() {
                    let merged = twos_a[i - 2].worth(&b[j - 1]) - MERGING;
                    take(best[(i - 2) * width + j - 1] + merged, From::Step(2, 1));
                }
                if j > 1 && here.is_some() && single(i - 1, j - 2).is_some() {
                    let merged = a[i - 1].worth(&twos_b[j - 2]) - MERGING;
                    take(best[(i - 1) * width + j - 2] + merged, From::Step(1, 2));
                }
            }
            (best[i * width + j], from[i * width + j]) = (most, way);
        }
    }
    let (mut i, mut j) = (a.len(), b.len());
    let mut steps = Vec::new();
    while (i, j) != (0, 0) {
        match from[i * width + j] {
            From::LeavingA => i -= 1,
            From::LeavingB => j -= 1,
            From::Step(of_a, of_b) => {
                steps.push(Step {
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

/// The worth of every sentence with every other, row by row; `None` where they have no term in common.
///
/// Most sentences have none, so what both have is gathered term by term.
fn worths(a: &[Bag], b: &[Bag]) -> Vec<Option<f64>> {
    let mut holders: FxHashMap<u32, Vec<(usize, f64)>> = FxHashMap::default();
    for (j, bag) in b.iter().enumerate() {
        for item in &bag.items {
            holders.entry(item.id).or_default().push((j, item.weight));
        }
    }
    let mut worths = Vec::with_capacity(a.len() * b.len());
    let mut both = vec![0.0; b.len()];
    for bag in a {
        both.fill(0.0);
        for item in &bag.items {
            for &(j, weight) in holders.get(&item.id).into_iter().flatten() {
                both[j] += item.weight.min(weight);
            }
        }
        worths.extend(both.iter().zip(b).map(|(&both, other)| {
            let all = bag.weight + other.weight;
            (both > 0.0).then(|| (2.0 * both / all - UNLIKE) * all)
        }));
    }
    worths
}

/// The weight of the heaviest common subsequence of two lists of terms; a term weighs what it does where that is less.
///
/// Only places that hold the same term matter, and texts have few of them (Hunt and Szymanski 1977, "A fast algorithm for computing longest common
/// subsequences"): the best that ends before a place of `b` is asked of a Fenwick tree of maxima.
pub fn common_order(a: &[Item], b: &[Item]) -> f64 {
    let mut places: FxHashMap<u32, Vec<usize>> = FxHashMap::default();
    for (j, item) in b.iter().enumerate() {
        places.entry(item.id).or_default().push(j);
    }
    let mut best = Maxima(vec![0.0; b.len() + 1]);
    for x in a {
        // From behind, so that no place builds on another of the same term of `a`.
        for &j in places.get(&x.id).into_iter().flatten().rev() {
            best.raise(j, best.before(j) + x.weight.min(b[j].weight));
        }
    }
    best.before(b.len())
}

/// The largest value of every beginning of a list whose values only rise (Fenwick 1994, "A new data structure for cumulative frequency tables").
struct Maxima(Vec<f64>);

impl Maxima {
    /// The largest value at the places before `end`; 0 if there is none.
    fn before(&self, mut end: usize) -> f64 {
        let mut most = 0.0f64;
        while end > 0 {
            most = most.max(self.0[end]);
            end &= end - 1;
        }
        most
    }

    /// Raises the value at a place.
    fn raise(&mut self, place: usize, value: f64) {
        let mut at = place + 1;
        while at < self.0.len() {
            self.0[at] = self.0[at].max(value);
            at += at & at.wrapping_neg();
        }
    }
}

/// Slow and plain: what the fast ways are held against.
#[cfg(test)]
mod naive {
    use super::*;

    /// The worth of the best alignment, by trying every step everywhere.
    pub(super) fn best(a: &[Bag], b: &[Bag]) -> f64 {
        let mut best: f64 = 0.0;
        if let [_, rest @ ..] = a {
            best = best.max(self::best(rest, b));
        }
        if let [_, rest @ ..] = b {
            best = best.max(self::best(a, rest));
        }
        if let ([x, rest_a @ ..], [y, rest_b @ ..]) = (a, b) {
            best = best.max(x.worth(y) + self::best(rest_a, rest_b));
            let common = |x: &Bag, y: &Bag| x.likeness(y) > 0.0;
            if let [next, rest @ ..] = rest_a
                && common(x, y)
                && common(next, y)
            {
                best = best.max(x.with(next).worth(y) - MERGING + self::best(rest, rest_b));
            }
            if let [next, rest @ ..] = rest_b
                && common(x, y)
                && common(x, next)
            {
                best = best.max(x.worth(&y.with(next)) - MERGING + self::best(rest_a, rest));
            }
        }
        best
    }

    /// The heaviest common subsequence, by leaving out or taking each first term.
    pub(super) fn common_order(a: &[Item], b: &[Item]) -> f64 {
        let ([x, rest_a @ ..], [y, rest_b @ ..]) = (a, b) else {
            return 0.0;
        };
        let apart = common_order(rest_a, b).max(common_order(a, rest_b));
        if x.id == y.id {
            apart.max(x.weight.min(y.weight) + common_order(rest_a, rest_b))
        } else {
            apart
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn items(ids: &[u32]) -> Vec<Item> {
        ids.iter()
            .map(|&id| Item {
                id,
                weight: f64::from(id % 4 + 1) / 4.0,
            })
            .collect()
    }

    fn bags(sentences: &[Vec<u32>]) -> Vec<Bag> {
        sentences.iter().map(|ids| Bag::of(items(ids))).collect()
    }

    fn worth(a: &[Bag], b: &[Bag], steps: &[Step]) -> f64 {
        let of = |bags: &[Bag]| {
            bags.iter()
                .skip(1)
                .fold(bags[0].clone(), |all, bag| all.with(bag))
        };
        let merging = |step: &Step| {
            if step.a.len() + step.b.len() > 2 {
                MERGING
            } else {
                0.0
            }
        };
        steps
            .iter()
            .map(|step| of(&a[step.a.clone()]).worth(&of(&b[step.b.clone()])) - merging(step))
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
    fn a_sentence_cut_in_two_stays_with_what_it_was() {
        let whole = bags(&[vec![1, 2, 3, 5, 6, 7], vec![9, 10, 11]]);
        let cut = bags(&[vec![1, 2, 3], vec![5, 6, 7], vec![9, 10, 11]]);
        let steps = align(&whole, &cut);
        assert_eq!(
            steps,
            [Step { a: 0..1, b: 0..2 }, Step { a: 1..2, b: 2..3 }]
        );
    }

    proptest! {
        #[test]
        fn nothing_aligns_better(a in proptest::collection::vec(proptest::collection::vec(0u32..9, 1..5), 0..6), b in proptest::collection::vec(proptest::collection::vec(0u32..9, 1..5), 0..6)) {
            let (a, b) = (bags(&a), bags(&b));
            let steps = align(&a, &b);
            prop_assert!(steps.windows(2).all(|two| two[0].a.end <= two[1].a.start && two[0].b.end <= two[1].b.start));
            let (found, best) = (worth(&a, &b, &steps), naive::best(&a, &b));
            prop_assert!((found - best).abs() < 1e-9, "{found} for {best}");
        }

        #[test]
        fn nothing_in_common_is_heavier(a in proptest::collection::vec(0u32..6, 0..9), b in proptest::collection::vec(0u32..6, 0..9)) {
            let (a, b) = (items(&a), items(&b));
            prop_assert!((common_order(&a, &b) - naive::common_order(&a, &b)).abs() < 1e-9);
        }
    }
}
