//! The choices as CSV.

use std::io::{self, Write};

use super::tuned::{Tuned, rounded};
use crate::report::table::{Cell, TableFormat};
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
/// Those of `out`.
pub fn write(tuned: &Tuned, out: &mut impl Write) -> io::Result<()> {
    TableFormat::Csv.write(&COLUMNS, out, |rows| {
        for (at, row) in tuned.rows.iter().enumerate() {
            let effect = &row.effect;
            let excerpts = effect.choice.excerpts;
            let banding = effect.banding();
            let of = |estimate: Option<Estimate>| {
                let value = |value: fn(&Estimate) -> f64| {
                    Cell::known(estimate.as_ref().map(value), Cell::Score)
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
            let count = |count: usize| Cell::Count(count as u64);
            let counts = [
                Cell::Text(row.varied.name()),
                Cell::Score(effect.choice.threshold),
                Cell::known(excerpts.map(|excerpts| excerpts.containment), Cell::Score),
                Cell::known(
                    excerpts.map(|excerpts| excerpts.passage.into()),
                    Cell::Count,
                ),
                Cell::Text(&shingle),
                Cell::known(effect.choice.reworded_score, Cell::Score),
                Cell::Count(effect.pairs),
                Cell::Count(effect.cross_site),
                Cell::Count(effect.exact),
                Cell::Count(effect.near),
                Cell::Count(effect.excerpt),
                Cell::known(effect.reworded, Cell::Count),
                Cell::Count(effect.clusters),
                Cell::Count(effect.biggest_cluster),
                Cell::Count(effect.documents),
                Cell::known(banding.map(|banding| banding.bands()), count),
                Cell::known(banding.map(|banding| banding.rows()), count),
                Cell::Score(effect.recall_at_threshold),
                Cell::Score(effect.expected_recall),
                Cell::known(effect.expected_candidates.map(rounded), Cell::Count),
            ];
            let best = tuned.best.as_ref().is_some_and(|best| best.row == at);
            let best = [Cell::Flag(best)];
            rows.row(&[&counts[..], &precision, &recall, &f1, &best].concat())?;
        }
        Ok(())
    })
}
