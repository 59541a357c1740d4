//! The choices as CSV.

use std::io::{self, Write};

use super::tuned::{Tuned, rounded};
use crate::report::table::{TableCell, TableFormat};
use crate::tuning::evaluation::Estimate;

/// Columns of the report. Their order never changes; new ones go to the end.
pub const COLUMNS: [&str; 30] = [
    "varied",
    "threshold",
    "containment",
    "passage",
    "shingle",
    "reworded_score",
    "pairs",
    "cross_site",
    "exact",
    "near",
    "excerpt",
    "reworded",
    "clusters",
    "biggest_cluster",
    "documents",
    "bands",
    "rows",
    "recall_at_threshold",
    "expected_recall",
    "expected_candidates",
    "precision",
    "precision_low",
    "precision_high",
    "recall",
    "recall_low",
    "recall_high",
    "f1",
    "f1_low",
    "f1_high",
    "best",
];

/// Writes the report.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(tuned: &Tuned, out: &mut impl Write) -> io::Result<()> {
    TableFormat::Csv.write(&COLUMNS, out, |rows| {
        for (at, row) in tuned.rows.iter().enumerate() {
            let effect = &row.effect;
            let excerpts = effect.choice.excerpts;
            let banding = effect.banding();
            let of = |estimate: Option<Estimate>| {
                let value = |value: fn(&Estimate) -> f64| {
                    TableCell::known(estimate.as_ref().map(value), TableCell::Score)
                };
                [
                    value(|estimate| estimate.value),
                    value(|estimate| estimate.interval[0]),
                    value(|estimate| estimate.interval[1]),
                ]
            };
            let confusion = row.confusion;
            let precision = of(confusion.and_then(|confusion| confusion.precision()));
            let recall = of(confusion.and_then(|confusion| confusion.recall()));
            let f1 = of(confusion.and_then(|confusion| confusion.f1()));
            let shingle = row.shingle.to_string();
            let count = |count: usize| TableCell::Count(count as u64);
            let counts = [
                TableCell::Text(row.varied.name()),
                TableCell::Score(effect.choice.threshold),
                TableCell::known(
                    excerpts.map(|excerpts| excerpts.containment),
                    TableCell::Score,
                ),
                TableCell::known(
                    excerpts.map(|excerpts| excerpts.passage.into()),
                    TableCell::Count,
                ),
                TableCell::Text(&shingle),
                TableCell::known(effect.choice.reworded_score, TableCell::Score),
                TableCell::Count(effect.pairs),
                TableCell::Count(effect.cross_site),
                TableCell::Count(effect.exact),
                TableCell::Count(effect.near),
                TableCell::Count(effect.excerpt),
                TableCell::known(effect.reworded, TableCell::Count),
                TableCell::Count(effect.clusters),
                TableCell::Count(effect.biggest_cluster),
                TableCell::Count(effect.documents),
                TableCell::known(banding.map(|banding| banding.bands()), count),
                TableCell::known(banding.map(|banding| banding.rows()), count),
                TableCell::Score(effect.recall_at_threshold),
                TableCell::Score(effect.expected_recall),
                TableCell::known(effect.expected_candidates.map(rounded), TableCell::Count),
            ];
            let best = tuned.best.as_ref().is_some_and(|best| best.row == at);
            let best = [TableCell::Flag(best)];
            rows.row(&[&counts[..], &precision, &recall, &f1, &best].concat())?;
        }
        Ok(())
    })
}
