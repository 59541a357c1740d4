//! The explanation of two documents, in words: what every format of it says, in the same order.
//!
//! [`json`] and [`html`] are files; the program lays the words out for a terminal itself.

pub mod html;
pub mod json;
mod words;

use std::ops::Range;

use super::moment;
use crate::attribution::credit::Credit;
use crate::candidates::bands::HOT_BUCKET;
use crate::candidates::passages::{FEW, MOST_STORIES};
use crate::cluster::Relation;
use crate::compare::passage;
use crate::compare::reworded::FEWEST_ALIGNED;
use crate::document::Precision;
use crate::pipeline::{
    ClusterOfPair, ExplainedDocument, Explanation, PairMember, PairScores, Participation,
    RemovedRegion, Retelling, SegmentMark, Surfacing, WhyCandidate,
};

pub use words::told;
use words::{counted, score};

/// Passages of so many words begin a row where both texts stand side by side; more would cut them to pieces.
const WORDS_OF_A_ROW: usize = 20;

/// With more passages, rows would take too long to choose.
const MOST_ROWS: usize = 2000;

/// Characters of a region that are shown where the text is shown too.
const CHARACTERS_SHOWN: usize = 120;

/// Regions of a document that are listed.
const REGIONS_SHOWN: usize = 20;

/// Bands that are named.
const BANDS_SHOWN: usize = 12;

/// Facts under a title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// The title.
    pub title: String,
    /// The facts: what it is, and how it is.
    pub facts: Vec<(String, String)>,
}

/// A piece of a text of which all is marked alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece<'a> {
    /// How it reads.
    pub text: &'a str,
    /// What it is.
    pub mark: SegmentMark,
    /// Whether its passage begins with it.
    pub begins: bool,
    /// Whether its passage ends with it.
    pub ends: bool,
}

/// What it comes to, in a line.
pub fn headline(explained: &Explanation) -> String {
    match (explained.written, explained.relation) {
        (true, Some(relation)) => format!("A pair: {}.", relation.name()),
        (false, Some(relation)) => format!("No row, though the two are {}.", called(relation)),
        (_, None) => "No pair.".to_owned(),
    }
}

fn called(relation: Relation) -> &'static str {
    match relation {
        Relation::Exact => "exact",
        Relation::Near => "near",
        Relation::Excerpt => "an excerpt",
        Relation::Reworded => "reworded",
    }
}

/// Why it is so, a sentence each.
pub fn because(explained: &Explanation) -> Vec<String> {
    let mut sentences: Vec<String> = explained.reasons.iter().map(told).collect();
    if let (true, Some(scores), Some(relation)) =
        (explained.written, &explained.scores, explained.relation)
    {
        sentences.push(words::qualifies(explained, scores, relation));
    }
    sentences
}

/// All else that is known of the two, but for their texts.
pub fn sections(explained: &Explanation) -> Vec<Section> {
    let mut sections = Vec::new();
    for (which, side) in PairMember::ALL.into_iter().zip(&explained.documents) {
        sections.push(Section {
            title: format!("{}: {}", which.name(), side.id),
            facts: document(side),
        });
    }
    if let Some(scores) = &explained.scores {
        sections.push(Section {
            title: "What they share".to_owned(),
            facts: shared(explained, scores),
        });
    }
    if let Some(retelling) = &explained.retelling {
        sections.push(Section {
            title: "Sentence by sentence".to_owned(),
            facts: retold(explained, retelling),
        });
    }
    if let Some(candidacy) = &explained.candidacy {
        sections.push(Section {
            title: "How a scan meets them".to_owned(),
            facts: meeting(explained, candidacy),
        });
    }
    for (which, side) in PairMember::ALL.into_iter().zip(&explained.documents) {
        if !side.boilerplate.is_empty() {
            sections.push(Section {
                title: format!("RemovedRegion taken out of {}", which.name()),
                facts: boilerplate(side),
            });
        }
    }
    for story in &explained.clusters {
        sections.push(Section {
            title: format!("Cluster {}", story.name),
            facts: cluster(story),
        });
    }
    sections
}

fn document(side: &ExplainedDocument) -> Vec<(String, String)> {
    let mut facts = Facts::default();
    facts.add("title", &side.title);
    facts.add("site", &side.site);
    facts.add("published", &published(side));
    facts.add("crawled", &moment::written_or_empty(side.crawled));
    facts.add("url", &side.url);
    let canonical = match &side.canonical_site {
        Some(site) => format!("{}, which names {site} as its source", side.canonical),
        None => side.canonical.clone(),
    };
    facts.add("canonical", &canonical);
    facts.add("author", &side.author);
    facts.add("credit", &credit(side));
    facts.add(
        "read from",
        side.file.as_deref().unwrap_or("the index, seen before"),
    );
    let removed = match side.removed {
        0 => String::new(),
        removed => format!(", {removed} more were taken out as boilerplate"),
    };
    facts.add("words", &format!("{}{removed}", side.words));
    let others = match side.same_words {
        0 => String::new(),
        others => format!(
            "{} the same words",
            match others {
                1 => "1 other document has".to_owned(),
                others => format!("{others} other documents have"),
            }
        ),
    };
    facts.add("same words", &others);
    facts.add("known as", side.known_as.as_deref().unwrap_or_default());
    for rejected in &side.rejected {
        facts.add(
            "rejected",
            &format!("another record of this id: {rejected}"),
        );
    }
    facts.0
}

/// A date, and what it is worth.
fn published(side: &ExplainedDocument) -> String {
    let Some(published) = side.published else {
        return "unknown".to_owned();
    };
    let note = match (side.when.bounds(), published.precision) {
        ((None, None), _) => " (in the future: no evidence of who was first)",
        ((None, Some(_)), _) => {
            " (equal to the crawl or after it: tells only that it was not later)"
        }
        (_, Precision::Day) => " (a day, in whatever time zone)",
        (_, Precision::Midnight) => " (midnight, which counts as a day without a time)",
        (_, Precision::Second) => "",
    };
    format!("{}{note}", moment::written(published))
}

fn credit(side: &ExplainedDocument) -> String {
    let Some(credit) = &side.credit else {
        return String::new();
    };
    let places: Vec<&str> = credit.evidence.iter().map(|place| place.name()).collect();
    let source = match side.credited.first() {
        Some(site) => format!("; names {site} as its source"),
        None => "; names no source, for the agency only had a part in it".to_owned(),
    };
    format!(
        "{}, by {}{source}",
        Credit::label(credit),
        places.join(", ")
    )
}

fn shared(explained: &Explanation, scores: &PairScores) -> Vec<(String, String)> {
    let mut facts = Facts::default();
    let settings = &explained.settings;
    facts.add(
        "Jaccard",
        &format!(
            "{} (near from {})",
            score(scores.jaccard),
            settings.threshold
        ),
    );
    let asked = match settings.excerpts {
        Some(excerpts) => format!(" (excerpt from {} either way)", excerpts.containment),
        None => String::new(),
    };
    facts.add(
        "containment of a",
        &format!("{}{asked}", score(scores.containment_a)),
    );
    facts.add("containment of b", &score(scores.containment_b));
    facts.add(
        "shingles",
        &format!(
            "{} in both, of {} in a and {} in b ({})",
            scores.shared, scores.shingles_a, scores.shingles_b, settings.shingle
        ),
    );
    let asked = match settings.excerpts {
        Some(excerpts) => format!(" (excerpt from {})", excerpts.passage),
        None => String::new(),
    };
    facts.add(
        "longest passage",
        &format!("{}{asked}", counted(scores.longest_passage, "word")),
    );
    let words: usize = explained.passages.iter().map(|passage| passage.words).sum();
    facts.add(
        "passages",
        &match explained.passages.len() {
            0 => format!("none of {} words or more", passage::SHORTEST),
            passages => format!(
                "{passages} of {} words or more, {words} words in all",
                passage::SHORTEST
            ),
        },
    );
    if let Some(share) = scores.quoted_share.filter(|_| scores.shared > 0) {
        facts.add(
            "quoted share",
            &format!(
                "{} of the words in common stand within quotation marks",
                score(share)
            ),
        );
    }
    let across = match explained.cross_site {
        Some(true) => "on different sites",
        Some(false) => "on one site",
        None => "a site is unknown",
    };
    facts.add("sites", across);
    let [a, b] = &explained.documents;
    if let Some(hours) = moment::hours_between(a.published, b.published) {
        facts.add("lag", &format!("{hours:.2} hours"));
    }
    facts.0
}

fn retold(explained: &Explanation, retelling: &Retelling) -> Vec<(String, String)> {
    let mut facts = Facts::default();
    let evidence = &retelling.evidence;
    let asked = explained.settings.reworded.map(|rewording| rewording.score);
    let asked = asked.map_or(String::new(), |asked| format!(" (reworded from {asked})"));
    facts.add(
        "reworded score",
        &format!("{}{asked}", score(evidence.score())),
    );
    let few = match evidence.aligned < FEWEST_ALIGNED {
        true => format!(" (fewer than {FEWEST_ALIGNED} are no pattern)"),
        false => String::new(),
    };
    let aligned = counted(evidence.aligned as usize, "sentence");
    facts.add("aligned", &format!("{aligned}{few}"));
    facts.add(
        "order",
        &format!(
            "{} of rare names and numbers, less what chance would give",
            score(evidence.order)
        ),
    );
    for (which, coverage) in PairMember::ALL
        .into_iter()
        .zip([evidence.coverage_a, evidence.coverage_b])
    {
        facts.add(
            &format!("coverage of {}", which.name()),
            &format!("{} of its terms, by weight", score(coverage)),
        );
    }
    facts.0
}

fn meeting(explained: &Explanation, candidacy: &WhyCandidate) -> Vec<(String, String)> {
    let mut facts = Facts::default();
    let jaccard = explained.scores.map_or(0.0, |scores| scores.jaccard);
    match candidacy.surfacing {
        _ if candidacy.identical => {}
        Surfacing::Bands(banding) => {
            let bands = &candidacy.bands;
            let named = bands.iter().take(BANDS_SHOWN);
            let named: Vec<String> = named.map(|band| band.band.to_string()).collect();
            let more = if bands.len() > BANDS_SHOWN {
                ", …"
            } else {
                ""
            };
            let hot = bands.iter().filter(|band| band.hot).count();
            let agree = match bands.len() {
                0 => "none".to_owned(),
                agreeing => format!("{agreeing} (number {}{more})", named.join(", ")),
            };
            facts.add(
                "bands that agree",
                &format!("{agree} of {} of {} rows", banding.bands(), banding.rows()),
            );
            facts.add(
                "chance of that",
                &format!(
                    "{} that one at least agrees, at this Jaccard",
                    score(candidacy.chance(jaccard, explained.settings.threshold))
                ),
            );
            if let Some(largest) = bands.iter().map(|band| band.documents).max() {
                let crowd = match hot {
                    0 => String::new(),
                    hot => format!(
                        "; {hot} hot, with over {HOT_BUCKET}: of those not every two are compared"
                    ),
                };
                facts.add(
                    "their buckets",
                    &format!("{largest} documents at most{crowd}"),
                );
            }
        }
        Surfacing::Prefixes => facts.add(
            "whole copies",
            "by proof: every pair at or over the threshold is compared",
        ),
    }
    match &candidacy.passages {
        _ if candidacy.identical => {}
        None => facts.add("passages", "not looked for"),
        Some(passages) => facts.add("fingerprints", &fingerprints(passages)),
    }
    facts.add("so", &words::surfaced(explained, candidacy));
    facts.0
}

fn fingerprints(passages: &[crate::pipeline::SharedPassage]) -> String {
    let Some(rarest) = passages.first() else {
        return "none of a passage in common".to_owned();
    };
    let stories = match rarest.stories {
        None => String::new(),
        Some(stories) if rarest.bounded() => format!(
            " of {stories} stories: more than {MOST_STORIES}, so each story was only compared with the first"
        ),
        Some(stories) => {
            format!(" of {stories} stories: more than {FEW}, so one document of each was compared")
        }
    };
    format!(
        "{} of passages in common; the rarest stands in {} documents{stories}",
        passages.len(),
        rarest.documents
    )
}

fn boilerplate(side: &ExplainedDocument) -> Vec<(String, String)> {
    let mut facts = Facts::default();
    let region = |region: &RemovedRegion| {
        let text = side.text.get(region.bytes.clone()).unwrap_or_default();
        let cut = text.char_indices().nth(CHARACTERS_SHOWN);
        let shown = cut.map_or(text, |(at, _)| &text[..at]);
        let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
        let more = if cut.is_some() { "…" } else { "" };
        let documents = match region.documents {
            Some(1) => "gone from this page alone: ".to_owned(),
            Some(documents) => format!("gone from {documents} pages of the site: "),
            None => String::new(),
        };
        (
            counted(region.words, "word"),
            format!("{documents}{shown}{more}"),
        )
    };
    for found in side.boilerplate.iter().take(REGIONS_SHOWN) {
        let (name, text) = region(found);
        facts.add(&name, &text);
    }
    let more = side.boilerplate.len().saturating_sub(REGIONS_SHOWN);
    if more > 0 {
        facts.add("more", &counted(more, "region"));
    }
    facts.0
}

fn cluster(story: &ClusterOfPair) -> Vec<(String, String)> {
    let mut facts = Facts::default();
    facts.add("documents", &story.documents.to_string());
    for (which, role) in PairMember::ALL.into_iter().zip(story.roles) {
        facts.add(which.name(), role.map_or("not in it", |role| role.name()));
    }
    let basis: Vec<&str> = story.basis.iter().map(|basis| basis.name()).collect();
    let source = match (&story.source_id, &*story.source_site) {
        (None, "") => {
            "unknown: credits and dates do not tell, or all that is shared was said by a third"
                .to_owned()
        }
        (Some(id), site) => format!("{id} {site}"),
        (None, site) => format!("{site}, which has no document here"),
    };
    let sureness = story.sureness.map_or("", |sureness| sureness.name());
    let evidence = match basis.is_empty() {
        true => String::new(),
        false => format!(", by {}: {sureness}", basis.join("+")),
    };
    facts.add("source", &format!("{}{evidence}", source.trim()));
    facts.0
}

/// Facts, of which empty ones are left out.
#[derive(Default)]
struct Facts(Vec<(String, String)>);

impl Facts {
    fn add(&mut self, name: &str, fact: &str) {
        if !fact.is_empty() {
            self.0.push((name.to_owned(), fact.to_owned()));
        }
    }
}

/// Whether a document takes no part, in a word.
pub fn part(part: Participation) -> &'static str {
    match part {
        Participation::Compared => "compared",
        Participation::Empty => "empty",
        Participation::TooShort => "too_short",
        Participation::BoilerplateOnly => "boilerplate_only",
    }
}

/// Both texts cut into rows, so that what stands beside each other is the same: a row begins at each longer passage that comes in the same order in
/// both, and of a retelling at each sentence that goes together with one of the other text.
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

/// Where the sentences begin and end that go together. What stands between them in one text has a row of its own.
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

/// Where the longer passages begin that come in the same order in both.
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

/// The place, or that of the quotation marks and brackets which stand before it without a space.
fn with_opening(text: &str, place: usize) -> usize {
    let before = text.get(..place).unwrap_or_default();
    let is_opening = |c: char| !c.is_alphanumeric() && !c.is_whitespace();
    before.trim_end_matches(is_opening).len()
}

/// Of places in two texts, sorted by the first, those that ascend in both and weigh most.
fn heaviest_chain(places: &[[usize; 2]], weights: &[usize]) -> Vec<[usize; 2]> {
    // By place: the weight of the heaviest chain that ends there, and the place before it.
    let mut best: Vec<(usize, Option<usize>)> = Vec::with_capacity(places.len());
    for (at, place) in places.iter().enumerate() {
        let before = (0..at)
            .filter(|&other| places[other][0] < place[0] && places[other][1] < place[1])
            .max_by_key(|&other| (best[other].0, std::cmp::Reverse(other)));
        let weight = weights[at] + before.map_or(0, |other| best[other].0);
        best.push((weight, before));
    }
    let last = (0..places.len()).max_by_key(|&at| (best[at].0, std::cmp::Reverse(at)));
    let mut chain: Vec<[usize; 2]> = std::iter::successors(last, |&at| best[at].1)
        .map(|at| places[at])
        .collect();
    chain.reverse();
    chain
}

/// The pieces of a range of a document's text.
pub fn pieces<'a>(
    side: &'a ExplainedDocument,
    passages: &[Range<usize>],
    range: &Range<usize>,
) -> Vec<Piece<'a>> {
    let piece = |segment: &crate::pipeline::TextSegment| {
        let start = segment.bytes.start.max(range.start);
        let end = segment.bytes.end.min(range.end);
        let text = side.text.get(start..end).filter(|text| !text.is_empty())?;
        let passage = segment.mark.passage.and_then(|number| passages.get(number));
        Some(Piece {
            text,
            mark: segment.mark,
            begins: passage.is_some_and(|bytes| bytes.start == start),
            ends: passage.is_some_and(|bytes| bytes.end == end),
        })
    };
    side.segments.iter().filter_map(piece).collect()
}

/// Where the passages of each document stand in its text.
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
    fn rows_begin_with_what_opens_them() {
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
        type Places<'a> = &'a [[usize; 2]];
        let cases: &[(&str, Places<'_>, &[usize], Places<'_>)] = &[
            ("none", &[], &[], &[]),
            ("one", &[[3, 4]], &[20], &[[3, 4]]),
            ("in order", &[[1, 1], [2, 2]], &[20, 20], &[[1, 1], [2, 2]]),
            (
                "crossed: the longer",
                &[[1, 9], [5, 2]],
                &[20, 30],
                &[[5, 2]],
            ),
            (
                "crossed: of equals the first",
                &[[1, 9], [5, 2]],
                &[20, 20],
                &[[1, 9]],
            ),
            (
                "the heavier way on",
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
