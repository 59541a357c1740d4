//! The choices as CSV.

use std::io::{self, Write};

use super::tuned::{ChoiceRow, Tuned, rounded};
use crate::pipeline::ClusterAgreement;
use crate::report::table::column::Column;
use crate::report::table::{TableEncoding, TableFormat};
use crate::tuning::evaluation::{Confusion, Estimate};

/// A choice of settings.
struct TriedRow<'t> {
    choice: &'t ChoiceRow,
    is_best: bool,
}

/// Writes the report.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(tuned: &Tuned, out: &mut (dyn Write + Send)) -> io::Result<()> {
    let best = tuned.best.as_ref().map(|best| best.row);
    let rows = tuned.rows.iter().enumerate().map(|(at, choice)| TriedRow {
        choice,
        is_best: best == Some(at),
    });
    TableEncoding::from(TableFormat::Csv).write(&columns(), rows, out)
}

/// Columns of the report. Their order never changes; new ones go to the end.
fn columns<'t>() -> Vec<Column<'t, TriedRow<'t>>> {
    type Row<'t> = TriedRow<'t>;
    let mut columns = vec![
        Column::text("varied", |row: &Row| row.choice.varied.name().into()),
        Column::score("threshold", |row: &Row| {
            Some(row.choice.effect.choice.threshold)
        }),
        Column::score("containment", |row: &Row| {
            row.choice
                .effect
                .choice
                .excerpts
                .map(|excerpts| excerpts.containment)
        }),
        Column::count("passage", |row: &Row| {
            row.choice
                .effect
                .choice
                .excerpts
                .map(|excerpts| excerpts.passage.into())
        }),
        Column::text("shingle", |row: &Row| row.choice.shingle.to_string().into()),
        Column::score("reworded_score", |row: &Row| {
            row.choice.effect.choice.reworded_score
        }),
        Column::count("pairs", |row: &Row| Some(row.choice.effect.pairs)),
        Column::count("cross_site", |row: &Row| Some(row.choice.effect.cross_site)),
        Column::count("exact", |row: &Row| Some(row.choice.effect.exact)),
        Column::count("near", |row: &Row| Some(row.choice.effect.near)),
        Column::count("excerpt", |row: &Row| Some(row.choice.effect.excerpt)),
        Column::count("reworded", |row: &Row| row.choice.effect.reworded),
        Column::count("clusters", |row: &Row| Some(row.choice.effect.clusters)),
        Column::count("biggest_cluster", |row: &Row| {
            Some(row.choice.effect.biggest_cluster)
        }),
        Column::count("documents", |row: &Row| Some(row.choice.effect.documents)),
        Column::count("bands", |row: &Row| {
            row.choice
                .effect
                .banding()
                .map(|banding| banding.bands() as u64)
        }),
        Column::count("rows", |row: &Row| {
            row.choice
                .effect
                .banding()
                .map(|banding| banding.rows() as u64)
        }),
        Column::score("recall_at_threshold", |row: &Row| {
            Some(row.choice.effect.recall_at_threshold)
        }),
        Column::score("expected_recall", |row: &Row| {
            Some(row.choice.effect.expected_recall)
        }),
        Column::count("expected_candidates", |row: &Row| {
            row.choice.effect.expected_candidates.map(rounded)
        }),
    ];
    for (names, estimate) in ESTIMATES {
        let [value, low, high] = names;
        let of = move |row: &Row| row.choice.confusion.as_ref().and_then(estimate);
        columns.extend([
            Column::score(value, move |row: &Row| Some(of(row)?.value)),
            Column::score(low, move |row: &Row| Some(of(row)?.interval[0])),
            Column::score(high, move |row: &Row| Some(of(row)?.interval[1])),
        ]);
    }
    columns.push(Column::flag("best", |row: &Row| Some(row.is_best)));
    for (name, measure) in CLUSTER_MEASURES {
        columns.push(Column::score(name, move |row: &Row| {
            row.choice.effect.clustered.as_ref().map(measure)
        }));
    }
    columns
}

/// A function from the counts of labelled pairs to an estimate.
type EstimateOf = fn(&Confusion) -> Option<Estimate>;

/// Estimates from labels, with the columns of their value and of the ends of its interval.
const ESTIMATES: [([&str; 3], EstimateOf); 3] = [
    (
        ["precision", "precision_low", "precision_high"],
        Confusion::precision,
    ),
    (["recall", "recall_low", "recall_high"], Confusion::recall),
    (["f1", "f1_low", "f1_high"], Confusion::f1),
];

/// A measure of agreement with clusters.
type MeasureOf = fn(&ClusterAgreement) -> f64;

/// Measures of agreement with clusters that people made, with their columns.
const CLUSTER_MEASURES: [(&str, MeasureOf); 4] = [
    ("bcubed_precision", |found| found.b_cubed.precision),
    ("bcubed_recall", |found| found.b_cubed.recall),
    ("bcubed_f1", |found| found.b_cubed.f1),
    ("adjusted_rand", |found| found.adjusted_rand),
];
