//! Stripping: the regions of a text that its site repeats, and taking them out.

use std::ops::Range;

use super::{LONGEST_REGION, Profiles, Repeated, WIDEST_GAP, short};
use crate::catalog::SiteNo;
use crate::sketch::winnowing::{self, ChosenGram, EDGE, Fingerprinter, GRAM, Winnowing};

/// A region of a page: words that its site repeats, to be taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// Its words.
    pub words: Range<usize>,
    /// What regions that begin and end with the same repeated words have in common.
    pub key: u64,
    /// Whether some of it stands on very many pages.
    pub everywhere: bool,
}

/// Finds the regions of texts; keeps its buffers from one text to the next.
#[derive(Debug, Default)]
pub struct Stripper {
    fingerprinter: Fingerprinter,
    runs: Vec<u64>,
    found: Vec<(usize, u32, Repeated)>,
}

impl Stripper {
    /// Appends the regions to take out of a text of that site, in order, apart from each other; `lines` tells which of the words begin a line.
    pub fn regions(
        &mut self,
        profiles: &Profiles,
        site: SiteNo,
        words: &[u64],
        lines: &[usize],
        regions: &mut Vec<Region>,
    ) {
        self.find(profiles, site, words, regions);
        reach_line_ends(lines, words.len(), regions);
        // What stands within a line is a phrase that the site's own prose is fond of, unless it stands everywhere.
        let within_a_line = |region: &Region| {
            let line_end = lines.partition_point(|&line| line <= region.words.start);
            let (start, end) = (
                lines[line_end - 1],
                lines.get(line_end).copied().unwrap_or(words.len()),
            );
            start < region.words.start && region.words.end < end
        };
        if lines.len() > 1 {
            regions.retain(|region| region.everywhere || !within_a_line(region));
        }
    }

    fn find(
        &mut self,
        profiles: &Profiles,
        site: SiteNo,
        words: &[u64],
        regions: &mut Vec<Region>,
    ) {
        let winnowing = Winnowing::for_boilerplate();
        self.found.clear();
        winnowing::runs(words, &mut self.runs);
        for &ChosenGram { at, hash } in self.fingerprinter.choose(&self.runs, winnowing) {
            let repeated = profiles.look_up(site, hash);
            self.found
                .extend(repeated.map(|repeated| (at, short(hash), repeated)));
        }
        let within = |gap: usize| {
            move |x: &(usize, u32, Repeated), y: &(usize, u32, Repeated)| y.0 <= x.0 + GRAM + gap
        };
        for region in self.found.chunk_by(within(WIDEST_GAP)) {
            let whole = Region::of(region, words.len());
            if whole.words.len() <= LONGEST_REGION {
                regions.push(whole);
                continue;
            }
            // Too long for chrome, unless the site has it on very many pages, or embeds it without a break and nobody else has it.
            let here = |kept: fn(Repeated) -> bool| {
                move |&&(.., repeated): &&(usize, u32, Repeated)| kept(repeated)
            };
            let own: Vec<_> = region
                .iter()
                .filter(here(|repeated| repeated != Repeated::InStories))
                .copied()
                .collect();
            for run in own.chunk_by(within(0)) {
                let whole = Region::of(run, words.len());
                if whole.words.len() > LONGEST_REGION {
                    regions.push(whole);
                    continue;
                }
                let everywhere: Vec<_> = run
                    .iter()
                    .filter(here(|repeated| repeated == Repeated::OnManyPages))
                    .copied()
                    .collect();
                regions.extend(
                    everywhere
                        .chunk_by(within(0))
                        .map(|run| Region::of(run, words.len())),
                );
            }
        }
    }
}

/// Extends regions to the beginning or the end of a line (or of the text) that is as near as a repeated run can reach unseen: what is repeated
/// is most often whole lines.
fn reach_line_ends(lines: &[usize], words: usize, regions: &mut [Region]) {
    let mut before = 0;
    for at in 0..regions.len() {
        let after = regions.get(at + 1).map_or(words, |next| next.words.start);
        let Range { start, end } = regions[at].words;
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
        if line_end - end <= EDGE && line_end <= after {
            region.end = line_end;
        }
        before = region.end;
    }
}

impl Region {
    /// From the first fingerprint to the end of the last.
    fn of(found: &[(usize, u32, Repeated)], words: usize) -> Region {
        let ((first, starts, _), (last, ends, _)) = (found[0], found[found.len() - 1]);
        let end = (last + GRAM).min(words);
        Region {
            words: first..end,
            key: u64::from(starts) << 32 | u64::from(ends),
            everywhere: found
                .iter()
                .any(|&(.., repeated)| repeated == Repeated::OnManyPages),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boilerplate::key;
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

    /// Where the fingerprints of a text stand.
    fn places(words: &[u64]) -> Vec<usize> {
        chosen(words).iter().map(|chosen| chosen.at).collect()
    }

    /// Profiles by which the fingerprints at these places are repeated.
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

    /// Two fingerprints of a text that stand exactly so far apart, and not where its first line is near.
    fn apart(words: &[u64], distance: usize) -> (usize, usize) {
        let places = places(words);
        let pairs = places.iter().map(|&at| (at, at + distance));
        let mut found = pairs.filter(|(from, to)| *from > EDGE && places.contains(to));
        found.next().expect("a long text has them")
    }

    #[test]
    fn gaps_on_both_sides_of_the_widest() {
        let words = text(3_000);
        for (gap, joined) in [(0, true), (WIDEST_GAP, true), (WIDEST_GAP + 1, false)] {
            let (first, last) = apart(&words, GRAM + gap);
            let profiles = repeating(&words, |at| {
                [first, last].contains(&at).then_some(Repeated::InStories)
            });
            // One line of all, so that no end of a line is near.
            let ends = if joined {
                vec![]
            } else {
                vec![first + GRAM, last]
            };
            let ends: Vec<usize> = [vec![first], ends, vec![last + GRAM]].concat();
            let expected: Vec<Range<usize>> = ends.chunks(2).map(|ends| ends[0]..ends[1]).collect();
            assert_eq!(regions(&profiles, &words, &[0]), expected, "{gap} words");
        }
    }

    #[test]
    fn regions_on_both_sides_of_the_longest() {
        let words = text(3_000);
        let cases = [
            (
                "other sites have it",
                Repeated::InStories,
                LONGEST_REGION,
                true,
            ),
            (
                "other sites have it",
                Repeated::InStories,
                LONGEST_REGION + 1,
                false,
            ),
            (
                "nobody else has it",
                Repeated::InOwnStories,
                LONGEST_REGION + 1,
                true,
            ),
            (
                "on many pages",
                Repeated::OnManyPages,
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
    fn regions_reach_to_the_ends_of_lines_that_are_near() {
        let words = text(200);
        let places = places(&words);
        let first = places[places.partition_point(|&at| at < 80)];
        let end = first + GRAM;
        let profiles = repeating(&words, |at| (at == first).then_some(Repeated::InStories));
        for (name, lines, expected) in [
            ("no line near", vec![0], first..end),
            ("at both ends", vec![0, first, end], first..end),
            (
                "as far as can be",
                vec![0, first - EDGE, end + EDGE],
                first - EDGE..end + EDGE,
            ),
            (
                "empty lines",
                vec![0, first - 2, first - 2, end + 1, end + 1, end + 1],
                first - 2..end + 1,
            ),
            ("a line that begins within", vec![0, first + 1], first..end),
        ] {
            assert_eq!(regions(&profiles, &words, &lines), [expected], "{name}");
        }
        let lines = [0, first - EDGE - 1, end + EDGE + 1];
        assert!(
            regions(&profiles, &words, &lines).is_empty(),
            "a phrase within a line stays"
        );
        let profiles = repeating(&words, |at| (at == first).then_some(Repeated::OnManyPages));
        let found = regions(&profiles, &words, &lines);
        assert!(
            found.len() == 1 && found[0] == (first..end),
            "unless it stands everywhere"
        );
        let elsewhere = SiteNo(8);
        let mut found = Vec::new();
        Stripper::default().regions(&profiles, elsewhere, &words, &[0], &mut found);
        assert!(found.is_empty(), "another site's");
    }

    proptest! {
        #[test]
        fn regions_are_in_order_apart_and_within_the_text(
            repeated in proptest::collection::vec(proptest::option::of(0usize..3), 400),
            lines in proptest::collection::vec(0usize..400, 0..30),
            length in 0usize..400,
        ) {
            let words = text(length);
            let kinds = [Repeated::InStories, Repeated::InOwnStories, Repeated::OnManyPages];
            let profiles = repeating(&words, |at| repeated[at].map(|kind| kinds[kind]));
            let mut lines: Vec<usize> = lines.into_iter().filter(|&line| line <= length).chain([0]).collect();
            lines.sort_unstable();
            let found = regions(&profiles, &words, &lines);
            let mut before = 0;
            for region in found {
                prop_assert!(before <= region.start && region.start < region.end && region.end <= length);
                before = region.end;
            }
        }
    }
}
