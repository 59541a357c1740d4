//! The explanation as JSON, for programs. Keys never change; new ones may be added.

use std::io::{self, Write};
use std::ops::Range;

use serde_json::{Value, json};

use super::verdict::because;
use super::words::told;
use crate::attribution::credit::Credit;
use crate::pipeline::{
    ClusterOfPair, ExplainedDocument, Explanation, PairScores, Participation, PlacedPassage,
    Reason, RemovedRegion, Retelling, SharedPassage, TextSegment, WhyCandidate,
};
use crate::report::moment;
use crate::text::escaping;

/// Writes the report.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(explained: &Explanation, out: &mut impl Write) -> io::Result<()> {
    let [a, b] = &explained.documents;
    let settings = &explained.settings;
    let value = json!({
        "relation": explained.relation.map(|relation| relation.name()),
        "written": explained.written,
        "reasons": explained.reasons.iter().map(reason).collect::<Vec<_>>(),
        "because": because(explained),
        "scores": explained.scores.as_ref().map(scores),
        "retelling": explained.retelling.as_ref().map(retold),
        "cross_site": explained.cross_site,
        "order_known": a.when.is_before(b.when),
        "lag_hours": a.when.hours_until(b.when).map(|hours| written(&format!("{hours:.2}"))),
        "candidates": explained
            .candidacy
            .as_ref()
            .map(|candidacy| candidates(explained, candidacy)),
        "clusters": explained.clusters.iter().map(cluster).collect::<Vec<_>>(),
        "documents": { "a": document(a), "b": document(b) },
        "passages": explained.passages.iter().map(|found| passage(a, found)).collect::<Vec<_>>(),
        "settings": {
            "shingle": settings.shingle.to_string(),
            "threshold": settings.threshold,
            "containment": settings.excerpts.map(|excerpts| excerpts.containment),
            "passage": settings.excerpts.map(|excerpts| excerpts.passage),
            "long_passage": settings.excerpts.and_then(|excerpts| excerpts.long_passage),
            "same_site_containment": settings.selection.same_site_containment,
            "min_words": settings.min_words,
            "boilerplate": settings.boilerplate,
        },
    });
    let pretty = serde_json::to_string_pretty(&value)?;
    for line in pretty.split('\n') {
        writeln!(out, "{}", escaping::json(line))?;
    }
    Ok(())
}

/// A score with the same decimals as in the pairs file.
fn rounded(score: f64) -> Value {
    written(&format!("{score:.4}"))
}

/// A number with the decimals of another report, so that both are rounded the same way.
fn written(decimals: &str) -> Value {
    decimals
        .parse::<f64>()
        .map_or(Value::Null, |number| json!(number))
}

fn ends(range: &Range<usize>) -> [usize; 2] {
    [range.start, range.end]
}

fn scores(scores: &PairScores) -> Value {
    json!({
        "jaccard": rounded(scores.jaccard),
        "containment_a": rounded(scores.containment_a),
        "containment_b": rounded(scores.containment_b),
        "longest_passage": scores.longest_passage,
        "unquoted_passage": scores.unquoted_passage,
        "shared_shingles": scores.shared,
        "shingles_a": scores.shingles_a,
        "shingles_b": scores.shingles_b,
        "quoted_share": scores.quoted_share.map(rounded),
    })
}

/// Evidence that one retells the other, with the bytes (half-open) of corresponding sentences.
fn retold(retelling: &Retelling) -> Value {
    let evidence = &retelling.evidence;
    let sentences = retelling.sentences.iter();
    json!({
        "reworded_score": rounded(evidence.score()),
        "aligned_sentences": evidence.aligned,
        "order": rounded(evidence.order),
        "coverage_a": rounded(evidence.coverage_a),
        "coverage_b": rounded(evidence.coverage_b),
        "sentences": sentences
            .map(|[a, b]| json!({ "bytes_a": ends(a), "bytes_b": ends(b) }))
            .collect::<Vec<_>>(),
    })
}

/// A reason: its kind, the document, the value it has, the value that is asked for, and a sentence.
fn reason(reason: &Reason) -> Value {
    let (kind, document, is, asked) = match reason {
        Reason::Empty(which) => ("empty", Some(which), Value::Null, Value::Null),
        Reason::TooShort {
            document,
            words,
            asked,
        } => ("too_short", Some(document), json!(words), json!(asked)),
        Reason::BoilerplateOnly { document, left, .. } => {
            ("boilerplate_only", Some(document), json!(left), Value::Null)
        }
        Reason::UnderThreshold { jaccard, asked } => {
            ("under_threshold", None, json!(jaccard), json!(asked))
        }
        Reason::UnderContainment {
            containment, asked, ..
        } => ("under_containment", None, json!(containment), json!(asked)),
        Reason::PassageTooShort { words, asked } => {
            ("passage_too_short", None, json!(words), json!(asked))
        }
        Reason::TooQuoted { share, asked } => ("too_quoted", None, json!(share), json!(asked)),
        Reason::NoExcerpts => ("no_excerpts", None, Value::Null, Value::Null),
        Reason::NotReworded { score, asked } => ("not_reworded", None, json!(score), json!(asked)),
        Reason::RewordedOnOneSite => ("reworded_on_one_site", None, Value::Null, Value::Null),
        Reason::RewordedNotCompared { score } => {
            ("reworded_not_met", None, json!(score), Value::Null)
        }
        Reason::SameSite { containment, asked } => {
            ("same_site", None, json!(containment), json!(asked))
        }
        Reason::UnwantedRelation(relation) => (
            "unwanted_relation",
            None,
            json!(relation.name()),
            Value::Null,
        ),
        Reason::OnNoWantedSite => ("on_no_wanted_site", None, Value::Null, Value::Null),
        Reason::OnUnwantedSite(which) => {
            ("on_unwanted_site", Some(which), Value::Null, Value::Null)
        }
        Reason::NotAcrossSites => ("not_across_sites", None, Value::Null, Value::Null),
        Reason::NoSite(which) => ("no_site", Some(which), Value::Null, Value::Null),
        Reason::OutsideWindow { apart, asked } => {
            ("outside_window", None, json!(apart), json!(asked))
        }
        Reason::NoDate(which) => ("no_date", Some(which), Value::Null, Value::Null),
        Reason::SeenBefore => ("seen_before", None, Value::Null, Value::Null),
        Reason::Linked => ("linked", None, Value::Null, Value::Null),
        Reason::NotSurfaced => ("not_surfaced", None, Value::Null, Value::Null),
    };
    json!({
        "kind": kind,
        "document": document.map(|which| which.name()),
        "is": is,
        "asked": asked,
        "told": told(reason),
    })
}

fn candidates(explained: &Explanation, candidacy: &WhyCandidate) -> Value {
    let jaccard = explained.scores.map_or(0.0, |scores| scores.jaccard);
    let banding = candidacy.surfacing.banding();
    let agreeing = candidacy
        .bands
        .iter()
        .map(|band| json!({ "band": band.band, "documents": band.documents, "hot": band.hot }));
    let passages = candidacy.passages.as_ref().map(|passages| {
        let passage = |passage: &SharedPassage| {
            json!({
                "documents": passage.documents,
                "stories": passage.stories,
                "bounded": passage.bounded(),
            })
        };
        passages.iter().map(passage).collect::<Vec<_>>()
    });
    json!({
        "identical": candidacy.identical,
        "found": candidacy.found,
        "bands": banding.map(|banding| banding.bands()),
        "rows": banding.map(|banding| banding.rows()),
        "chance": rounded(candidacy.chance(jaccard, explained.settings.threshold)),
        "agreeing_bands": agreeing.collect::<Vec<_>>(),
        "fingerprints": passages,
    })
}

fn cluster(story: &ClusterOfPair) -> Value {
    let [a, b] = story.roles.map(|role| role.map(|role| role.name()));
    let basis: Vec<&str> = story.basis.iter().map(|basis| basis.name()).collect();
    json!({
        "cluster": story.name.as_ref(),
        "documents": story.documents,
        "role_a": a,
        "role_b": b,
        "source_id": story.source_id,
        "source_site": story.source_site,
        "source_basis": basis,
        "source_sureness": story.sureness.map(|sureness| sureness.name()),
        "source_candidates": story.candidates,
    })
}

fn document(side: &ExplainedDocument) -> Value {
    let known = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let credit = |credit: &Credit| {
        let evidence: Vec<&str> = credit.evidence.iter().map(|place| place.name()).collect();
        json!({ "label": credit.label(), "evidence": evidence, "sites": side.credited })
    };
    let boilerplate = |region: &RemovedRegion| {
        json!({
            "words": region.words,
            "bytes": ends(&region.bytes),
            "documents": region.documents,
            "text": side.text.get(region.bytes.clone()),
        })
    };
    let quoted = |segment: &&TextSegment| segment.mark.quoted;
    let quotations = side.segments.iter().filter(quoted);
    json!({
        "id": side.id,
        "file": side.file,
        "site": known(&side.site),
        "url": known(&side.url),
        "title": known(&side.title),
        "author": known(&side.author),
        "canonical": known(&side.canonical),
        "canonical_site": side.canonical_site,
        "published": side.published.map(moment::written),
        "crawled": side.crawled.map(moment::written),
        "credit": side.credit.as_ref().map(credit),
        "words": side.words,
        "words_removed": side.removed,
        "part": part(side.part),
        "same_words": side.same_words,
        "rejected": side.rejected,
        "boilerplate": side.boilerplate.iter().map(boilerplate).collect::<Vec<_>>(),
        "quoted": quotations.map(|segment| ends(&segment.bytes)).collect::<Vec<_>>(),
        "text": side.text,
    })
}

/// Participation of a document, in one word.
fn part(part: Participation) -> &'static str {
    match part {
        Participation::Compared => "compared",
        Participation::Empty => "empty",
        Participation::TooShort => "too_short",
        Participation::BoilerplateOnly => "boilerplate_only",
    }
}

/// A passage: its number of words, its beginning and end (half-open) in words and bytes of both
/// texts, and its text in the first.
fn passage(a: &ExplainedDocument, passage: &PlacedPassage) -> Value {
    json!({
        "words": passage.words,
        "words_a": ends(&passage.words_a),
        "words_b": ends(&passage.words_b),
        "bytes_a": ends(&passage.bytes_a),
        "bytes_b": ends(&passage.bytes_b),
        "text": a.text.get(passage.bytes_a.clone()),
    })
}
