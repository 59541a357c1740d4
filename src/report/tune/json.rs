//! The choices as JSON, for programs. Keys never change; new ones may be added.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::tuned::{
    Best, ChoiceRow, JudgedSite, Labelled, People, Searched, Suggested, Tuned, rounded,
};
use crate::pipeline::Choice;
use crate::text::escaping;
use crate::tuning::evaluation::{Confusion, Estimate};
use crate::tuning::valley::{Valley, density};

/// Writes the report.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(tuned: &Tuned, out: &mut impl Write) -> io::Result<()> {
    let value = json!({
        "choices": tuned.rows.iter().map(row).collect::<Vec<_>>(),
        "best": tuned.best.as_ref().map(best),
        "labels": tuned.labels.map(labels),
        "people": tuned.people.as_ref().map(people),
        "sites": tuned.sites.iter().map(|site| judged_site(site, tuned)).collect::<Vec<_>>(),
        "suggested": tuned.suggested.map(suggested),
        "searched": searched(&tuned.searched),
    });
    for line in serde_json::to_string_pretty(&value)?.split('\n') {
        writeln!(out, "{}", escaping::json(line))?;
    }
    Ok(())
}

/// A share with four decimals.
fn share(share: f64) -> Value {
    json!((share * 10_000.0).round() / 10_000.0)
}

fn choice(choice: &Choice) -> Value {
    json!({
        "threshold": choice.threshold,
        "containment": choice.excerpts.map(|excerpts| excerpts.containment),
        "passage": choice.excerpts.map(|excerpts| excerpts.passage),
        "reworded_score": choice.reworded_score,
    })
}

fn row(row: &ChoiceRow) -> Value {
    let effect = &row.effect;
    let banding = effect.banding();
    let mut value = json!({
        "varied": row.varied.name(),
        "shingle": row.shingle.to_string(),
        "pairs": effect.pairs,
        "cross_site": effect.cross_site,
        "exact": effect.exact,
        "near": effect.near,
        "excerpt": effect.excerpt,
        "reworded": effect.reworded,
        "clusters": effect.clusters,
        "biggest_cluster": effect.biggest_cluster,
        "documents": effect.documents,
        "bands": banding.map(|banding| banding.bands()),
        "rows": banding.map(|banding| banding.rows()),
        "recall_at_threshold": share(effect.recall_at_threshold),
        "expected_recall": share(effect.expected_recall),
        "expected_candidates": effect.expected_candidates.map(rounded),
        "expected_seconds": row.expected_seconds.map(|seconds| (seconds * 100.0).round() / 100.0),
        "labelled": row.confusion.as_ref().map(confusion),
        "clustered": effect.clustered.as_ref().map(|found| json!({
            "bcubed_precision": share(found.b_cubed.precision),
            "bcubed_recall": share(found.b_cubed.recall),
            "bcubed_f1": share(found.b_cubed.f1),
            "adjusted_rand": share(found.adjusted_rand),
        })),
    });
    if let (Value::Object(value), Value::Object(choice)) = (&mut value, choice(&effect.choice)) {
        value.extend(choice);
    }
    value
}

fn confusion(confusion: &Confusion) -> Value {
    let estimate = |estimate: Estimate| {
        let [low, high] = estimate.interval.map(share);
        json!({ "value": share(estimate.value), "interval": [low, high] })
    };
    json!({
        "true_positives": confusion.true_positives,
        "false_positives": confusion.false_positives,
        "false_negatives": confusion.false_negatives,
        "true_negatives": confusion.true_negatives,
        "precision": confusion.precision().map(estimate),
        "recall": confusion.recall().map(estimate),
        "f1": confusion.f1().map(estimate),
    })
}

fn best(best: &Best) -> Value {
    json!({ "choice": best.row, "why": best.why })
}

fn labels(labels: Labelled) -> Value {
    let Labelled {
        copies,
        others,
        unsure,
        missing,
        clustered,
    } = labels;
    let mut value =
        json!({ "copies": copies, "others": others, "unsure": unsure, "missing": missing });
    if let Some(documents) = clustered {
        value["clustered_documents"] = documents.into();
    }
    value
}

fn people(people: &People) -> Value {
    json!({
        "names": people.names,
        "agreement": people.agreement.map(|agreement| json!({
            "pairs": agreement.pairs,
            "unanimous": agreement.unanimous,
            "percent": share(agreement.percent),
            "cohen_kappa": agreement.kappa.map(share),
            "krippendorff_alpha": agreement.alpha.map(share),
        })),
        "conflicts": people.conflicts,
        "undecided": people.undecided,
    })
}

fn judged_site(site: &JudgedSite, tuned: &Tuned) -> Value {
    let best = site.best.as_ref();
    let row = best.and_then(|best| tuned.rows.get(best.row));
    json!({
        "site": site.site,
        "pairs": site.pairs,
        "labelled": confusion(&site.as_asked),
        "best": best.map(self::best),
        "best_flags": row.map(ChoiceRow::flags),
    })
}

fn suggested(suggested: Suggested) -> Value {
    let valley = |valley: Valley| json!({ "at": valley.at, "depth": share(valley.depth) });
    json!({
        "threshold": suggested.threshold.map(valley),
        "containment": suggested.containment.map(valley),
    })
}

fn searched(searched: &Searched) -> Value {
    let density =
        |scores: &[f64]| -> Vec<Value> { density(scores).into_iter().map(share).collect() };
    json!({
        "lowest": searched.lowest.as_ref().map(choice),
        "documents": searched.documents,
        "candidates": searched.candidates,
        "bounded": searched.bounded,
        "not_compared": searched.not_compared,
        "jaccard_density": density(&searched.jaccards),
        "containment_density": density(&searched.containments),
    })
}
