//! The choices as an HTML page with curves, without script, other files or network.

mod charts;

use std::io::{self, Write};

use askama::Template;

use super::tuned::{ChoiceRow, Tuned, Varied, rounded};
use crate::report::html;
use crate::text::escaping;
use crate::tuning::evaluation::{Confusion, Estimate};
use charts::Chart;

const STYLE: &str = html::style!("tune.css");

/// Writes the report.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(tuned: &Tuned, out: &mut impl Write) -> io::Result<()> {
    let first = tuned.rows.first();
    let is_best = |at: usize| tuned.best.as_ref().is_some_and(|best| best.row == at);
    let page = TunePage {
        style: STYLE,
        policy: html::policy(STYLE, None),
        base: first.map(ChoiceRow::flags).unwrap_or_default(),
        best: tuned.best.as_ref().and_then(|best| {
            let row = tuned.rows.get(best.row)?;
            Some((row.flags(), escaping::escaped(&best.why)))
        }),
        labels: tuned.labels.map(|labels| {
            let mut said = format!(
                "{} copies and {} others, {} unsure, {} with a document that is not in the \
                 corpus. {}",
                labels.copies,
                labels.others,
                labels.unsure,
                labels.missing,
                labels.silence().unwrap_or_default()
            );
            if let Some(agreement) = tuned.people.as_ref().and_then(|people| people.agreement) {
                said += &agreement.sentence();
            }
            said
        }),
        lines: (0..)
            .zip(&tuned.rows)
            .map(|(at, row)| ChoiceLine::of(row, is_best(at)))
            .collect(),
        caution: tuned.searched.caution(),
        is_clustered: first.is_some_and(|row| row.effect.clustered.is_some()),
        has_reworded: tuned.rows.iter().any(|row| row.effect.reworded.is_some()),
        charts: charts::all(tuned),
    };
    page.write_into(out)
}

/// Values of the template.
#[derive(Template)]
#[template(path = "tune/tune.html")]
struct TunePage {
    style: &'static str,
    policy: String,
    base: String,
    best: Option<(String, String)>,
    labels: Option<String>,
    lines: Vec<ChoiceLine>,
    caution: Option<String>,
    is_clustered: bool,
    has_reworded: bool,
    charts: Vec<Chart>,
}

/// A row of the table.
struct ChoiceLine {
    choice: String,
    is_base: bool,
    is_best: bool,
    pairs: u64,
    cross_site: u64,
    exact: u64,
    near: u64,
    excerpt: u64,
    reworded: String,
    clusters: u64,
    biggest_cluster: u64,
    documents: u64,
    recall: String,
    candidates: String,
    labelled: Option<[String; 3]>,
    clustered: Option<[String; 3]>,
}

impl ChoiceLine {
    fn of(row: &ChoiceRow, is_best: bool) -> ChoiceLine {
        let effect = &row.effect;
        let estimate = |estimate: Option<Estimate>| match estimate {
            None => "–".to_owned(),
            Some(Estimate {
                value,
                interval: [low, high],
            }) => format!("{value:.3} ({low:.3} to {high:.3})"),
        };
        let labelled = |confusion: Confusion| {
            [
                estimate(confusion.precision()),
                estimate(confusion.recall()),
                estimate(confusion.f1()),
            ]
        };
        ChoiceLine {
            choice: match row.varied {
                Varied::Nothing => "as asked for".to_owned(),
                Varied::Several => row.flags(),
                _ => row.varied_flag(),
            },
            is_base: row.varied == Varied::Nothing,
            is_best,
            pairs: effect.pairs,
            cross_site: effect.cross_site,
            exact: effect.exact,
            near: effect.near,
            excerpt: effect.excerpt,
            reworded: effect
                .reworded
                .map_or("–".to_owned(), |pairs| pairs.to_string()),
            clusters: effect.clusters,
            biggest_cluster: effect.biggest_cluster,
            documents: effect.documents,
            recall: format!("{:.4}", effect.recall_at_threshold),
            candidates: match effect.expected_candidates {
                None => "by proof".to_owned(),
                Some(candidates) => rounded(candidates).to_string(),
            },
            labelled: row.confusion.map(labelled),
            clustered: effect.clustered.map(|found| {
                let measures = [
                    found.b_cubed.precision,
                    found.b_cubed.recall,
                    found.adjusted_rand,
                ];
                measures.map(|measure| format!("{measure:.3}"))
            }),
        }
    }
}
