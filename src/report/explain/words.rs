//! Sentences of an explanation.

use crate::candidates::families::BIG_CLUSTER;
use crate::cluster::Relation;
use crate::pipeline::{
    Explanation, PairMember, PairScores, Reason, Retelling, Surfacing, WhyCandidate,
};

const REWORDED_ON_ONE_SITE: &str =
    "similar sentence by sentence, but on one site: reworded copy is looked for between sites";

const SEEN_BEFORE: &str = "both were in the index before: the pair was written when the later one \
    was added";

const NOT_SURFACED: &str = "it qualifies, but nothing surfaced it: no band and no rare passage is \
    shared, so a scan never compares the two; --recall 1 finds all whole copies";

/// A score with the same decimals as in the pairs file.
pub(super) fn score(score: f64) -> String {
    format!("{score:.4}")
}

/// A score that is below what is asked for, with enough decimals to show it.
fn below(score: f64, asked: f64) -> String {
    let decimals = (4..17).find(|&decimals| {
        let shown = format!("{score:.decimals$}");
        shown.parse::<f64>().is_ok_and(|shown| shown < asked)
    });
    format!("{score:.*}", decimals.unwrap_or(17))
}

/// A count and its noun.
pub(super) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// The reason why two documents are not reported as a pair, in a sentence.
pub(super) fn told(reason: &Reason) -> String {
    match reason {
        Reason::Empty(which) => format!("{} has no words, and is a copy of nothing", which.name()),
        Reason::TooShort {
            document,
            words,
            asked,
        } => too_short(*document, *words, *asked),
        Reason::BoilerplateOnly {
            document,
            left,
            removed,
        } => boilerplate_only(*document, *left, *removed),
        Reason::UnderThreshold { jaccard, asked } => format!(
            "not near: a Jaccard of {} is under {asked} (--threshold)",
            below(*jaccard, *asked)
        ),
        Reason::UnderContainment {
            containment,
            asked,
            unquoted_passage,
            long_passage,
        } => under_containment(*containment, *asked, *unquoted_passage, *long_passage),
        Reason::PassageTooShort { words, asked } => format!(
            "no excerpt: the longest passage is {}, and {asked} are needed (--passage)",
            counted(*words as usize, "word")
        ),
        Reason::TooQuoted { share, asked } => format!(
            "{} of the common words are quoted, and --max-quoted allows {asked}",
            score(*share)
        ),
        Reason::NoExcerpts => "excerpts are not looked for: --relations omits them".to_owned(),
        Reason::NotReworded { score, asked } => format!(
            "not reworded: sentence by sentence the score is {}, under {asked} (--reworded-score)",
            below(*score, *asked)
        ),
        Reason::RewordedOnOneSite => REWORDED_ON_ONE_SITE.to_owned(),
        Reason::RewordedNotCompared { score } => reworded_not_met(*score),
        Reason::SameSite { containment, asked } => format!(
            "two pages of one site: the larger containment is {}, under {asked} \
             (--same-site-containment)",
            below(*containment, *asked)
        ),
        Reason::UnwantedRelation(relation) => {
            format!("--relations omits {} pairs", relation.name())
        }
        Reason::OnNoWantedSite => "neither is on a site that --site names".to_owned(),
        Reason::OnUnwantedSite(which) => {
            format!("{} is on a site that --not-site names", which.name())
        }
        Reason::NotAcrossSites => "both are on one site, and --cross-site-only is set".to_owned(),
        Reason::NoSite(which) => format!(
            "the site of {} is unknown, and --cross-site-only is set",
            which.name()
        ),
        Reason::OutsideWindow { apart, asked } => format!(
            "published {} apart, and --window allows {}",
            span(*apart),
            span(*asked)
        ),
        Reason::NoDate(which) => format!("{} has no date, and --window is set", which.name()),
        Reason::SeenBefore => SEEN_BEFORE.to_owned(),
        Reason::Linked => format!(
            "they belong to a family of over {BIG_CLUSTER} whole copies, of which only one link \
             per document is written; --all-pairs writes every pair"
        ),
        Reason::NotSurfaced => NOT_SURFACED.to_owned(),
    }
}

fn under_containment(
    containment: f64,
    asked: f64,
    unquoted_passage: usize,
    long_passage: Option<u32>,
) -> String {
    let contained = format!(
        "no excerpt: neither contains {asked} of the other (--containment); the larger \
         containment is {}",
        below(containment, asked)
    );
    match long_passage {
        None => contained,
        Some(long) => format!(
            "{contained}, and no passage has {long} words outside quotations (--long-passage); \
             the most is {unquoted_passage}"
        ),
    }
}

fn too_short(document: PairMember, words: u32, asked: u32) -> String {
    format!(
        "{} takes no part: it has {}, and --min-words asks for {asked}",
        document.name(),
        counted(words as usize, "word")
    )
}

fn boilerplate_only(document: PairMember, left: u32, removed: u32) -> String {
    let verb = if removed == 1 { "was" } else { "were" };
    format!(
        "{} is boilerplate only: {} {verb} removed and {left} are left; --keep-boilerplate lets it \
         take part",
        document.name(),
        counted(removed as usize, "word")
    )
}

fn reworded_not_met(is: f64) -> String {
    format!(
        "similar sentence by sentence, with a score of {}, but not compared: no names and numbers \
         in order surfaced the two, or other documents of their stories stand for them",
        score(is)
    )
}

/// The reason why two documents are a pair.
pub(super) fn qualifies(
    explained: &Explanation,
    scores: &PairScores,
    relation: Relation,
) -> String {
    let settings = &explained.settings;
    match relation {
        Relation::Exact => "both have the same words in the same order".to_owned(),
        Relation::Near => format!(
            "a Jaccard of {} is at or over {}",
            score(scores.jaccard),
            settings.threshold
        ),
        Relation::Excerpt => {
            let (held, holder) = match scores.containment_a >= scores.containment_b {
                true => (PairMember::A, PairMember::B),
                false => (PairMember::B, PairMember::A),
            };
            let contained = settings
                .excerpts
                .is_none_or(|excerpts| scores.containment() >= excerpts.containment);
            let longest = match contained {
                true => counted(scores.longest_passage, "word"),
                false => format!(
                    "long enough for any share: {} outside quotations",
                    counted(scores.unquoted_passage, "word")
                ),
            };
            format!(
                "{} contains {} of {}, and the longest passage is {longest}",
                holder.name(),
                score(scores.containment()),
                held.name(),
            )
        }
        Relation::Reworded => {
            let of = |retelling: &Retelling| score(retelling.evidence.score());
            format!(
                "the same story sentence by sentence in other words, with a score of {}: likely, \
                 not exact",
                explained.retelling.as_ref().map(of).unwrap_or_default()
            )
        }
    }
}

/// Sentence on the hashes that two documents share, and the candidate that they make.
pub(super) fn surfaced(explained: &Explanation, candidacy: &WhyCandidate) -> String {
    let compared = if candidacy.found {
        "they were compared"
    } else {
        "they may have been compared"
    };
    let jaccard = explained.scores.map_or(0.0, |scores| scores.jaccard);
    let by_prefixes =
        candidacy.surfacing == Surfacing::Prefixes && jaccard >= explained.settings.threshold;
    let hot = candidacy.bands.iter().any(|band| band.hot);
    let common = candidacy.passages.iter().flatten().next().is_some();
    let is_reworded = explained.written && explained.relation == Some(Relation::Reworded);
    match (candidacy.by_bands() || by_prefixes, candidacy.by_passages()) {
        _ if is_reworded => {
            "names and numbers in order make the two, or their stories, a candidate".to_owned()
        }
        _ if candidacy.identical => {
            "one stands for both in the search for pairs, so nothing has to surface them".to_owned()
        }
        (true, true) => "a band and a passage make them a candidate".to_owned(),
        (true, false) if by_prefixes => "prefix filtering makes them a candidate".to_owned(),
        (true, false) => "a band makes them a candidate".to_owned(),
        (false, true) => "a passage makes them a candidate".to_owned(),
        (false, false) if hot => format!("only hot buckets hold both; {compared}"),
        (false, false) if common => format!("they share only common passages; {compared}"),
        (false, false) if candidacy.found => "they were compared".to_owned(),
        (false, false) => "nothing surfaces them, so a scan does not compare them".to_owned(),
    }
}

/// A duration in the units of `--window`.
fn span(seconds: u64) -> String {
    let units = [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")];
    let mut left = seconds;
    let mut out = String::new();
    for (unit, name) in units {
        if left >= unit {
            out += &format!("{}{name}", left / unit);
            left %= unit;
        }
    }
    if out.is_empty() { "0s".to_owned() } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_below_the_limit_shows_it() {
        for (score, asked, shown) in [
            (0.27, 0.3, "0.2700"),
            (0.49999, 0.5, "0.49999"),
            (0.299_999_96, 0.3, "0.29999996"),
        ] {
            assert_eq!(below(score, asked), shown);
        }
    }

    #[test]
    fn spans_are_written_in_days_to_seconds() {
        for (seconds, shown) in [
            (0, "0s"),
            (90, "1m30s"),
            (259_200, "3d"),
            (129_600, "1d12h"),
        ] {
            assert_eq!(span(seconds), shown);
        }
    }
}
