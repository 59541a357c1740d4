//! Sentences of an explanation.

use crate::candidates::families::BIG_CLUSTER;
use crate::cluster::Relation;
use crate::pipeline::{
    Explanation, PairMember, PairScores, Reason, Retelling, Surfacing, WhyCandidate,
};

/// A score as the pairs file has it.
pub fn score(score: f64) -> String {
    format!("{score:.4}")
}

/// A score that misses what is asked for, with so many decimals that it shows.
fn missing(score: f64, asked: f64) -> String {
    let decimals = (4..17).find(|&decimals| {
        let shown = format!("{score:.decimals$}");
        shown.parse::<f64>().is_ok_and(|shown| shown < asked)
    });
    format!("{score:.*}", decimals.unwrap_or(17))
}

/// A count and its noun.
pub fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// Why two documents are no row, in a sentence.
pub fn told(reason: &Reason) -> String {
    let letter = |which: &PairMember| which.name();
    match reason {
        Reason::Empty(which) => format!("{} has no words, and is a copy of nothing", letter(which)),
        Reason::TooShort {
            document,
            words,
            asked,
        } => format!(
            "{} takes no part: it has {}, and --min-words asks for {asked}",
            letter(document),
            counted(*words as usize, "word")
        ),
        Reason::BoilerplateOnly {
            document,
            left,
            removed,
        } => format!(
            "{} is boilerplate only: {} went and {left} are left; --keep-boilerplate lets it take part",
            letter(document),
            counted(*removed as usize, "word")
        ),
        Reason::UnderThreshold { jaccard, asked } => format!(
            "not near: a Jaccard of {} is under {asked} (--threshold)",
            missing(*jaccard, *asked)
        ),
        Reason::UnderContainment { containment, asked } => format!(
            "no excerpt: neither holds {asked} of the other (--containment); the larger containment is {}",
            missing(*containment, *asked)
        ),
        Reason::PassageTooShort { words, asked } => format!(
            "no excerpt: the longest passage is {}, and {asked} are asked for (--passage)",
            counted(*words, "word")
        ),
        Reason::NoExcerpts => {
            "excerpts are not looked for: --relations does not name them".to_owned()
        }
        Reason::NotReworded { score, asked } => format!(
            "not reworded: sentence by sentence the score is {}, under {asked} (--reworded-score)",
            missing(*score, *asked)
        ),
        Reason::RewordedOnOneSite => {
            "alike sentence by sentence, but on one site: reworded copy is looked for between sites"
                .to_owned()
        }
        Reason::RewordedNotMet { score: is } => format!(
            "alike sentence by sentence, with a score of {}, but not compared: no names and numbers in order surfaced the two, or other documents of their stories stand for them",
            score(*is)
        ),
        Reason::SameSite { containment, asked } => format!(
            "two pages of one site: the larger containment is {}, under {asked} (--same-site-containment)",
            missing(*containment, *asked)
        ),
        Reason::UnwantedRelation(relation) => format!(
            "{} pairs are not wanted: --relations does not name them",
            relation.name()
        ),
        Reason::OnNoWantedSite => "neither is on a site that --site names".to_owned(),
        Reason::OnUnwantedSite(which) => {
            format!("{} is on a site that --not-site names", letter(which))
        }
        Reason::NotAcrossSites => "both are on one site, and --cross-site-only is set".to_owned(),
        Reason::NoSite(which) => format!(
            "the site of {} is unknown, and --cross-site-only is set",
            letter(which)
        ),
        Reason::OutsideWindow { apart, asked } => format!(
            "published {} apart, and --window allows {}",
            span(*apart),
            span(*asked)
        ),
        Reason::NoDate(which) => format!("{} has no date, and --window is set", letter(which)),
        Reason::SeenBefore => {
            "both were in the index before: its row was written when the later one joined".to_owned()
        }
        Reason::Linked => format!(
            "they belong to a family of over {BIG_CLUSTER} whole copies, of which one link a document is written; --all-pairs writes every pair"
        ),
        Reason::NotSurfaced => {
            "it qualifies, but nothing surfaced it: no band and no rare passage is shared, so a scan never compares the two; --recall 1 finds whole copies by proof".to_owned()
        }
    }
}

/// What makes a pair one.
pub fn qualifies(explained: &Explanation, scores: &PairScores, relation: Relation) -> String {
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
            format!(
                "{} holds {} of {}, and the longest passage is {}",
                holder.name(),
                score(scores.containment()),
                held.name(),
                counted(scores.longest_passage, "word")
            )
        }
        Relation::Reworded => {
            let of = |retelling: &Retelling| score(retelling.evidence.score());
            format!(
                "the same story sentence by sentence in other words, with a score of {}: likely, not exact",
                explained.retelling.as_ref().map(of).unwrap_or_default()
            )
        }
    }
}

/// What comes of what two documents share of hashes.
pub fn surfaced(explained: &Explanation, candidacy: &WhyCandidate) -> String {
    let compared = if candidacy.found {
        "they were compared"
    } else {
        "they may have been compared"
    };
    let jaccard = explained.scores.map_or(0.0, |scores| scores.jaccard);
    let by_proof =
        candidacy.surfacing == Surfacing::Prefixes && jaccard >= explained.settings.threshold;
    let hot = candidacy.bands.iter().any(|band| band.hot);
    let common = candidacy.passages.iter().flatten().next().is_some();
    let is_reworded = explained.written && explained.relation == Some(Relation::Reworded);
    match (candidacy.by_bands() || by_proof, candidacy.by_passages()) {
        _ if is_reworded => {
            "names and numbers in order make the two, or their stories, a candidate".to_owned()
        }
        _ if candidacy.identical => {
            "one stands for both while pairs are looked for, so nothing has to surface them"
                .to_owned()
        }
        (true, true) => "a band and a passage make them a candidate".to_owned(),
        (true, false) if by_proof => "they are a candidate by proof".to_owned(),
        (true, false) => "a band makes them a candidate".to_owned(),
        (false, true) => "a passage makes them a candidate".to_owned(),
        (false, false) if hot => format!("only hot buckets hold both; {compared}"),
        (false, false) if common => format!("only common passages stand in both; {compared}"),
        (false, false) if candidacy.found => "they were compared".to_owned(),
        (false, false) => "nothing surfaces them, so a scan does not compare them".to_owned(),
    }
}

/// A time that passed, in the units of `--window`.
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
    fn what_misses_shows_that_it_does() {
        for (score, asked, shown) in [
            (0.27, 0.3, "0.2700"),
            (0.49999, 0.5, "0.49999"),
            (0.299_999_96, 0.3, "0.29999996"),
        ] {
            assert_eq!(missing(score, asked), shown);
        }
    }

    #[test]
    fn spans() {
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
