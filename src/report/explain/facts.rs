//! The facts about two documents, in sections.

use super::words::{self, counted, score};
use crate::attribution::credit::Credit;
use crate::candidates::bands::HOT_BUCKET;
use crate::candidates::passages::{FEW, MOST_STORIES};
use crate::compare::passage;
use crate::compare::reworded::FEWEST_ALIGNED;
use crate::document::Precision;
use crate::pipeline::{
    ClusterOfPair, ExplainedDocument, Explanation, PairMember, PairScores, RemovedRegion,
    Retelling, SharedPassage, Surfacing, WhyCandidate,
};
use crate::report::moment;
use crate::sketch::banding::Banding;

/// Most characters that are shown of a region of boilerplate.
const CHARACTERS_SHOWN: usize = 120;

/// Most regions of boilerplate that are listed for a document.
const REGIONS_SHOWN: usize = 20;

/// Most bands that are named.
const BANDS_SHOWN: usize = 12;

/// Facts with a title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// The title.
    pub title: String,
    /// Name and value of each fact.
    pub facts: Vec<(String, String)>,
}

/// Facts that are being collected; empty ones are left out.
#[derive(Default)]
struct Facts(Vec<(String, String)>);

impl Facts {
    fn add(&mut self, name: &str, fact: &str) {
        if !fact.is_empty() {
            self.0.push((name.to_owned(), fact.to_owned()));
        }
    }
}

/// All facts about the two documents except their texts.
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
            title: "How a scan finds them".to_owned(),
            facts: meeting(explained, candidacy),
        });
    }
    for (which, side) in PairMember::ALL.into_iter().zip(&explained.documents) {
        if !side.boilerplate.is_empty() {
            sections.push(Section {
                title: format!("Boilerplate removed from {}", which.name()),
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
        removed => format!(", {removed} more were removed as boilerplate"),
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

/// The date of publication, with a note on what it proves.
fn published(side: &ExplainedDocument) -> String {
    let Some(published) = side.published else {
        return "unknown".to_owned();
    };
    let note = match (side.when.bounds(), published.precision) {
        ((None, None), _) => " (in the future, or filled in by a system: no evidence of the order)",
        ((None, Some(_)), _) => {
            " (not from the publisher's clock: shows only that it was not later)"
        }
        (_, Precision::Day) => " (a day, time zone unknown)",
        (_, Precision::Midnight) => " (midnight, which counts as a day without a time)",
        (_, Precision::Local) => " (time zone unknown)",
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
        None => "; names no source, because the agency only contributed".to_owned(),
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
    if let Some(excerpts) = settings.excerpts
        && let Some(long) = excerpts.long_passage
    {
        let long = long.max(excerpts.passage);
        let words = counted(scores.unquoted_passage, "word");
        facts.add(
            "unquoted passage",
            &format!("{words} (excerpt from {long}, whatever the containment)"),
        );
    }
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
                "{} of the common words are within quotation marks",
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
    let order = match (a.when.is_before(b.when), a.when.hours_until(b.when)) {
        (true, Some(hours)) => format!("a is {hours:.2} hours earlier"),
        (true, None) => "a is earlier".to_owned(),
        (false, _) => "not known: the dates do not tell which was first".to_owned(),
    };
    facts.add("order", &order);
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
            "{} of rare names and numbers, minus what chance would give",
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
    match candidacy.surfacing {
        _ if candidacy.identical => {}
        Surfacing::Bands(banding) => bands(&mut facts, explained, candidacy, banding),
        Surfacing::Prefixes => facts.add(
            "whole copies",
            "by prefix filtering: every pair at or over the threshold is compared",
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

/// The bands that agree, and the buckets that hold both documents.
fn bands(facts: &mut Facts, explained: &Explanation, candidacy: &WhyCandidate, banding: Banding) {
    let jaccard = explained.scores.map_or(0.0, |scores| scores.jaccard);
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
            "{} that at least one agrees, at this Jaccard",
            score(candidacy.chance(jaccard, explained.settings.threshold))
        ),
    );
    if let Some(largest) = bands.iter().map(|band| band.documents).max() {
        let crowd = match hot {
            0 => String::new(),
            hot => {
                format!("; {hot} hot, with over {HOT_BUCKET}: not all pairs of those are compared")
            }
        };
        facts.add(
            "their buckets",
            &format!("{largest} documents at most{crowd}"),
        );
    }
}

fn fingerprints(passages: &[SharedPassage]) -> String {
    let Some(rarest) = passages.first() else {
        return "none in common".to_owned();
    };
    let stories = match rarest.stories {
        None => String::new(),
        Some(stories) if rarest.bounded() => format!(
            " of {stories} stories: more than {MOST_STORIES}, so each story was compared with \
             the first only"
        ),
        Some(stories) => {
            format!(" of {stories} stories: more than {FEW}, so one document of each was compared")
        }
    };
    format!(
        "{} in common; the rarest is in {} documents{stories}",
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
            Some(1) => "removed from this page only: ".to_owned(),
            Some(documents) => format!("removed from {documents} pages of the site: "),
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
        (None, "") if story.candidates.is_empty() => {
            "not known: there are no credits or dates, or all shared words are quoted from a third \
             party"
                .to_owned()
        }
        (None, "") => "not known: credits and dates do not decide".to_owned(),
        (Some(id), site) => format!("{id} {site}"),
        (None, site) => format!("{site}, which has no document here"),
    };
    let sureness = story.sureness.map_or("", |sureness| sureness.name());
    let evidence = match basis.is_empty() {
        true => String::new(),
        false => format!(", by {}: {sureness}", basis.join("+")),
    };
    facts.add("source", &format!("{}{evidence}", source.trim()));
    for candidate in &story.candidates {
        facts.add("may be", candidate);
    }
    facts.0
}
