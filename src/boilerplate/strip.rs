//! Finds the regions of a text that its site repeats.

use std::ops::Range;

use super::limits::{FEWEST_CAPTIONS, LONGEST_REGION, SHORTEST_WITHIN_LINE, WIDEST_GAP};
use super::placeholders;
use super::profiles::{Profiles, Repeated, short};
use crate::catalog::SiteNo;
use crate::sketch::winnowing::{self, ChosenGram, EDGE, Fingerprinter, GRAM, Winnowing};

/// A region of a page: words that its site repeats, to be removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// Positions of its words in the page.
    pub words: Range<usize>,
    /// Its first and its last fingerprint in one number: regions with the same beginning and end
    /// have the same key.
    pub key: u64,
    /// True if some of it is in very many stories.
    pub everywhere: bool,
}

/// Finds the regions of texts; keeps its buffers from one text to the next.
#[derive(Debug, Default)]
pub struct Stripper {
    fingerprinter: Fingerprinter,
    runs: Vec<u64>,
    found: Vec<Found>,
}

/// A repeated fingerprint in a text.
#[derive(Debug, Clone, Copy)]
struct Found {
    /// Position of its first word.
    at: usize,
    fingerprint: u32,
    repeated: Repeated,
}

impl Stripper {
    /// Appends the regions to remove from a text of a site, in order and without overlaps.
    ///
    /// `lines` are the positions of the words that begin a line.
    pub fn regions(
        &mut self,
        profiles: &Profiles,
        site: SiteNo,
        words: &[u64],
        lines: &[usize],
        regions: &mut Vec<Region>,
    ) {
        if placeholders::is_one(words) {
            regions.push(Region {
                words: 0..words.len(),
                key: words.iter().fold(0, |key, word| key ^ word),
                everywhere: true,
            });
            return;
        }
        self.look_up(profiles, site, words);
        let before = regions.len();
        push_galleries(&mut self.found, words.len(), regions);
        for close in self.found.chunk_by(are_close(WIDEST_GAP)) {
            push_regions(close, words.len(), regions);
        }
        regions[before..].sort_unstable_by_key(|region| region.words.start);
        extend_to_line_ends(lines, words.len(), regions);
        regions.retain(|region| is_set_apart(region, lines, words.len()));
    }

    /// Finds the fingerprints of a text that are repeated.
    fn look_up(&mut self, profiles: &Profiles, site: SiteNo, words: &[u64]) {
        let winnowing = Winnowing::for_boilerplate();
        self.found.clear();
        winnowing::runs(words, &mut self.runs);
        for &ChosenGram { at, hash } in self.fingerprinter.choose(&self.runs, winnowing) {
            let repeated = profiles.look_up(site, hash);
            self.found.extend(repeated.map(|repeated| Found {
                at,
                fingerprint: short(hash),
                repeated,
            }));
        }
    }
}

impl Region {
    /// The region from the first fingerprint to the end of the last, in a text of `words` words.
    fn spanning(found: &[Found], words: usize) -> Region {
        let (first, last) = (found[0], found[found.len() - 1]);
        Region {
            words: first.at..(last.at + GRAM).min(words),
            key: u64::from(first.fingerprint) << 32 | u64::from(last.fingerprint),
            everywhere: found
                .iter()
                .any(|found| found.repeated == Repeated::InManyStories),
        }
    }
}

/// Appends the long runs without gaps that no other site has, such as an embedded gallery, and
/// removes their fingerprints from `found`. On a page without a gallery, what stands anywhere in
/// the stories of the site is background and is removed from `found`, too.
fn push_galleries(found: &mut Vec<Found>, words: usize, regions: &mut Vec<Region>) {
    let own = filtered(found, |repeated| repeated != Repeated::AtEnds);
    let galleries = own
        .chunk_by(are_close(0))
        .map(|unbroken| Region::spanning(unbroken, words))
        .filter(|region| region.words.len() > LONGEST_REGION);
    let before = regions.len();
    regions.extend(galleries);
    let galleries = &regions[before..];
    let has_gallery = !galleries.is_empty() || has_captions(found, words);
    found.retain(|found| {
        let after = galleries.partition_point(|gallery| gallery.words.start <= found.at);
        let inside = after > 0 && found.at < galleries[after - 1].words.end;
        !inside && (has_gallery || found.repeated != Repeated::AnywhereInOwnStories)
    });
}

/// Returns `true` if a page has many captions of a gallery, of which each page shows others.
fn has_captions(found: &[Found], words: usize) -> bool {
    let captions = filtered(found, |repeated| repeated == Repeated::AnywhereInOwnStories);
    let (mut count, mut length) = (0, 0);
    for close in captions.chunk_by(are_close(WIDEST_GAP)) {
        count += 1;
        length += Region::spanning(close, words).words.len();
    }
    count >= FEWEST_CAPTIONS && length > LONGEST_REGION
}

/// Appends the regions to remove for a series of fingerprints, each close to the next.
fn push_regions(close: &[Found], words: usize, regions: &mut Vec<Region>) {
    let whole = Region::spanning(close, words);
    if whole.words.len() <= LONGEST_REGION {
        regions.push(whole);
        return;
    }
    // A region of this length is more likely copied text. Only what is in very many stories is
    // removed from it.
    let everywhere = filtered(close, |repeated| repeated == Repeated::InManyStories);
    let everywhere = everywhere.chunk_by(are_close(0));
    regions.extend(everywhere.map(|unbroken| Region::spanning(unbroken, words)));
}

fn filtered(found: &[Found], is_wanted: fn(Repeated) -> bool) -> Vec<Found> {
    let found = found.iter().filter(|found| is_wanted(found.repeated));
    found.copied().collect()
}

/// Returns a test that is true if there are at most `gap` words between a fingerprint and the next.
fn are_close(gap: usize) -> impl Fn(&Found, &Found) -> bool {
    move |first, second| second.at <= first.at + GRAM + gap
}

/// Extends each region to the beginning and the end of its line, or of the text, if these are at
/// most [`EDGE`] words away. A repeated run can have up to that many words before its first
/// fingerprint and after its last one, and most boilerplate consists of whole lines.
///
/// A region ends where the next one begins: the first words of a gallery can be the last ones of a
/// fingerprint before it.
fn extend_to_line_ends(lines: &[usize], words: usize, regions: &mut [Region]) {
    let mut before = 0;
    for at in 0..regions.len() {
        let after = regions.get(at + 1).map_or(words, |next| next.words.start);
        let Range { start, end } = regions[at].words;
        let end = end.min(after);
        let line_start = lines[..lines.partition_point(|&line| line <= start)]
            .last()
            .copied()
            .unwrap_or(0);
        let line_end = lines
            .get(lines.partition_point(|&line| line < end))
            .copied()
            .unwrap_or(words);
        let region = &mut regions[at].words;
        if start - line_start <= EDGE && line_start >= before {
            region.start = line_start;
        }
        region.end = if line_end - end <= EDGE && line_end <= after {
            line_end
        } else {
            end
        };
        before = region.end;
    }
}

/// Returns `true` if a region is set apart from the prose around it: it consists of whole lines, or
/// it is no mere phrase and its line has other words on one side only. Where a text has no lines,
/// or the region is in very many stories, it may have words on both sides.
fn is_set_apart(region: &Region, lines: &[usize], words: usize) -> bool {
    let next = lines.partition_point(|&line| line <= region.words.start);
    let line_start = next.checked_sub(1).map_or(0, |line| lines[line]);
    let line_end = lines[lines.partition_point(|&line| line < region.words.end)..].first();
    let line_end = line_end.copied().unwrap_or(words);
    let (before, after) = (line_start < region.words.start, region.words.end < line_end);
    let is_phrase = region.words.len() < SHORTEST_WITHIN_LINE;
    match (before, after) {
        (false, false) => true,
        (true, true) if lines.len() > 1 => !is_phrase && region.everywhere,
        _ => !is_phrase,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boilerplate::profiles::key;
    use proptest::prelude::*;

    const SITE: SiteNo = SiteNo(7);

    fn text(words: usize) -> Vec<u64> {
        (0..words as u64)
            .map(|word| word.wrapping_mul(0x9E37_79B9_7F4A_7C15))
            .collect()
    }

    fn chosen(words: &[u64]) -> Vec<ChosenGram> {
        let (mut fingerprinter, mut runs) = (Fingerprinter::default(), Vec::new());
        winnowing::runs(words, &mut runs);
        fingerprinter
            .choose(&runs, Winnowing::for_boilerplate())
            .to_vec()
    }

    /// Positions of the fingerprints of a text.
    fn places(words: &[u64]) -> Vec<usize> {
        chosen(words).iter().map(|chosen| chosen.at).collect()
    }

    /// Profiles in which a fingerprint is repeated if `at` returns a kind for its position.
    fn repeating(words: &[u64], at: impl Fn(usize) -> Option<Repeated>) -> Profiles {
        let repeated = chosen(words)
            .into_iter()
            .filter_map(|chosen| Some((key(SITE, short(chosen.hash)), at(chosen.at)?)));
        Profiles {
            repeated: repeated.collect(),
            ..Profiles::default()
        }
    }

    fn regions(profiles: &Profiles, words: &[u64], lines: &[usize]) -> Vec<Range<usize>> {
        let mut regions = Vec::new();
        Stripper::default().regions(profiles, SITE, words, lines, &mut regions);
        regions.into_iter().map(|region| region.words).collect()
    }

    /// Positions of two fingerprints that are `distance` words apart and not near the beginning.
    fn apart(words: &[u64], distance: usize) -> (usize, usize) {
        let places = places(words);
        let pairs = places.iter().map(|&at| (at, at + distance));
        let mut found = pairs.filter(|(from, to)| *from > EDGE && places.contains(to));
        found.next().expect("a long text has them")
    }

    #[test]
    fn a_gap_of_up_to_twenty_words_belongs_to_the_region() {
        let words = text(3_000);
        for (gap, joined) in [(0, true), (WIDEST_GAP, true), (WIDEST_GAP + 1, false)] {
            let (first, last) = apart(&words, GRAM + gap);
            let profiles = repeating(&words, |at| {
                [first, last].contains(&at).then_some(Repeated::AtEnds)
            });
            let ends = if joined {
                vec![]
            } else {
                vec![first + GRAM, last]
            };
            let ends: Vec<usize> = [vec![first], ends, vec![last + GRAM]].concat();
            let expected: Vec<Range<usize>> = ends.chunks(2).map(|ends| ends[0]..ends[1]).collect();
            assert_eq!(
                regions(
                    &profiles,
                    &words,
                    &[0, first, first + GRAM, last, last + GRAM]
                ),
                expected,
                "{gap} words"
            );
        }
    }

    #[test]
    fn a_longer_region_is_removed_only_with_further_evidence() {
        let words = text(3_000);
        let cases = [
            (
                "other sites have it",
                Repeated::AtEnds,
                LONGEST_REGION,
                true,
            ),
            (
                "other sites have it",
                Repeated::AtEnds,
                LONGEST_REGION + 1,
                false,
            ),
            (
                "no other site has it",
                Repeated::AtEndsOnlyHere,
                LONGEST_REGION + 1,
                true,
            ),
            (
                "in many stories",
                Repeated::InManyStories,
                LONGEST_REGION + 1,
                true,
            ),
        ];
        for (name, repeated, length, taken) in cases {
            let (first, last) = apart(&words, length - GRAM);
            let profiles = repeating(&words, |at| {
                (first..=last).contains(&at).then_some(repeated)
            });
            let expected: Vec<Range<usize>> =
                taken.then_some(first..first + length).into_iter().collect();
            assert_eq!(
                regions(&profiles, &words, &[0]),
                expected,
                "{name}, {length} words"
            );
        }
    }

    #[test]
    fn regions_are_extended_to_near_ends_of_lines() {
        let words = text(200);
        let places = places(&words);
        let first = places[places.partition_point(|&at| at < 80)];
        let last = places[places.partition_point(|&at| at < first + GRAM)];
        let end = last + GRAM;
        let repeated_as = |repeated| {
            repeating(&words, |at| {
                (first..=last).contains(&at).then_some(repeated)
            })
        };
        let profiles = repeated_as(Repeated::AtEnds);
        for (name, lines, expected) in [
            ("no line near", vec![0], first..end),
            ("at both ends", vec![0, first, end], first..end),
            (
                "at the largest distance",
                vec![0, first - EDGE, end + EDGE],
                first - EDGE..end + EDGE,
            ),
            (
                "empty lines",
                vec![0, first - 2, first - 2, end + 1, end + 1, end + 1],
                first - 2..end + 1,
            ),
            (
                "a line that begins inside",
                vec![0, first - 2, first + 1],
                first - 2..end,
            ),
        ] {
            assert_eq!(regions(&profiles, &words, &lines), [expected], "{name}");
        }
        let lines = [0, first - EDGE - 1, end + EDGE + 1];
        assert!(
            regions(&profiles, &words, &lines).is_empty(),
            "a phrase inside a line stays"
        );
        assert_eq!(
            regions(&repeated_as(Repeated::InManyStories), &words, &lines),
            vec![first..end],
            "unless it is in many stories"
        );
        let elsewhere = SiteNo(8);
        let mut found = Vec::new();
        Stripper::default().regions(&profiles, elsewhere, &words, &[0], &mut found);
        assert!(found.is_empty(), "the profile of another site is not used");
    }

    #[test]
    fn a_phrase_within_a_line_is_kept() {
        let words = text(200);
        let places = places(&words);
        let first = places[places.partition_point(|&at| at < 80)];
        for repeated in [Repeated::AtEnds, Repeated::InManyStories] {
            let profiles = repeating(&words, |at| (at == first).then_some(repeated));
            let whole_line = [0, first, first + GRAM];
            assert_eq!(
                regions(&profiles, &words, &whole_line),
                vec![first..first + GRAM]
            );
            for lines in [&[0][..], &[0, first], &[0, first - 30, first + 40]] {
                assert!(regions(&profiles, &words, lines).is_empty(), "{lines:?}");
            }
        }
    }

    #[test]
    fn what_stands_anywhere_is_removed_from_galleries_only() {
        let words = text(3_000);
        let lines: Vec<usize> = (0..words.len()).collect();
        let removed = |at: &dyn Fn(usize) -> bool| {
            let profiles = repeating(&words, |place| {
                at(place).then_some(Repeated::AnywhereInOwnStories)
            });
            let regions = regions(&profiles, &words, &lines);
            regions
                .into_iter()
                .map(|region| region.len())
                .sum::<usize>()
        };
        assert_eq!(removed(&|at| (300..380).contains(&at)), 0, "background");
        assert!(removed(&|at| (300..600).contains(&at)) >= 280, "a gallery");
        assert!(
            removed(&|at| at % 200 < 40) >= 400,
            "captions in many places"
        );
    }

    proptest! {
        #[test]
        fn regions_are_in_order_without_overlap_and_inside_the_text(
            // Runs of one kind, of which some are long enough for a gallery.
            runs in proptest::collection::vec((0usize..4, 1usize..3 * LONGEST_REGION), 8),
            noise in proptest::collection::vec(proptest::option::weighted(0.05, 0usize..4), 900),
            lines in proptest::collection::vec(0usize..900, 0..60),
            length in 0usize..900,
        ) {
            let words = text(length);
            let kinds = [
                None,
                Some(Repeated::AtEnds),
                Some(Repeated::AtEndsOnlyHere),
                Some(Repeated::InManyStories),
            ];
            let runs = runs.into_iter().flat_map(|(kind, length)| std::iter::repeat_n(kind, length));
            let kind_at: Vec<usize> = runs.take(length).collect();
            let profiles = repeating(&words, |at| {
                kinds[noise[at].or_else(|| kind_at.get(at).copied()).unwrap_or(0)]
            });
            let lines = lines.into_iter().filter(|&line| line <= length);
            let mut lines: Vec<usize> = lines.chain([0]).collect();
            lines.sort_unstable();
            let found = regions(&profiles, &words, &lines);
            let mut before = 0;
            for region in found {
                prop_assert!(before <= region.start && region.start < region.end);
                prop_assert!(region.end <= length);
                before = region.end;
            }
        }
    }
}
