//! The curves of the page, drawn between axes that begin at 0.

use crate::report::tune::tuned::{ChoiceRow, Suggested, Tuned, Varied};
use crate::sketch::banding::Banding;
use crate::tuning::evaluation::{Confusion, Estimate};
use crate::tuning::valley::{Valley, density};

/// Width between the axes, in units of the drawing.
const WIDTH: f64 = 560.0;

/// Height between the axes.
const HEIGHT: f64 = 200.0;

/// Number of colours. Further curves repeat them and are dashed.
const COLOURS: usize = 6;

/// Number of points of an S-curve.
const POINTS: usize = 50;

/// A drawing.
pub struct Chart {
    pub title: String,
    pub note: &'static str,
    pub lines: Vec<Curve>,
    pub below: Vec<Tick>,
    pub beside: Vec<Tick>,
    /// A marked position on the axis below.
    pub marked: Option<Tick>,
}

/// A curve.
pub struct Curve {
    pub name: String,
    /// Classes of its colour and dashes.
    pub class: String,
    /// Its points, as `x,y x,y`.
    pub points: String,
    /// Its points with their values; empty if there are many.
    pub dots: Vec<Dot>,
    /// Outline of its confidence interval; empty if it is exact.
    pub band: String,
}

/// A point of a curve.
pub struct Dot {
    pub x: String,
    pub y: String,
    pub title: String,
}

/// A number on an axis.
pub struct Tick {
    pub at: String,
    pub label: String,
}

/// A point before it is drawn: position, value and confidence interval.
type Point = (f64, f64, Option<[f64; 2]>);

/// All drawings that have something to show.
pub fn all(tuned: &Tuned) -> Vec<Chart> {
    let mut charts = Vec::new();
    for varied in [
        Varied::Threshold,
        Varied::Containment,
        Varied::Passage,
        Varied::RewordedScore,
    ] {
        let mut rows: Vec<(f64, &ChoiceRow)> = tuned
            .rows
            .iter()
            .filter(|row| row.varied == varied || row.varied == Varied::Nothing)
            .filter_map(|row| Some((row.number(varied)?, row)))
            .collect();
        rows.sort_by(|x, y| x.0.total_cmp(&y.0));
        rows.dedup_by(|x, y| x.0 == y.0);
        if rows.len() > 1 {
            charts.push(found(varied, &rows));
            charts.extend(judged(varied, &rows));
        }
    }
    charts.extend(s_curves(tuned));
    let valleys = tuned.suggested;
    let of = |valley: fn(&Suggested) -> Option<Valley>| valleys.as_ref().and_then(valley);
    charts.extend(scores(
        "Jaccard similarity of pairs",
        &tuned.searched.jaccards,
        of(|suggested| suggested.threshold),
    ));
    charts.extend(scores(
        "Containment of pairs: share of one document that the other contains",
        &tuned.searched.containments,
        of(|suggested| suggested.containment),
    ));
    charts
}

fn found(varied: Varied, rows: &[(f64, &ChoiceRow)]) -> Chart {
    let line = |count: fn(&ChoiceRow) -> u64| -> Vec<Point> {
        rows.iter()
            .map(|&(x, row)| (x, count(row) as f64, None))
            .collect()
    };
    chart(
        format!("What --{} finds", varied.name()),
        "pairs, pairs across sites, and clusters",
        vec![
            ("pairs".to_owned(), line(|row| row.effect.pairs)),
            ("across sites".to_owned(), line(|row| row.effect.cross_site)),
            ("clusters".to_owned(), line(|row| row.effect.clusters)),
        ],
        true,
    )
}

fn judged(varied: Varied, rows: &[(f64, &ChoiceRow)]) -> Option<Chart> {
    let line = |value: fn(&Confusion) -> Option<Estimate>| -> Vec<Point> {
        let points = rows.iter();
        points
            .filter_map(|&(x, row)| {
                let Estimate { value, interval } = value(row.confusion.as_ref()?)?;
                Some((x, value, Some(interval)))
            })
            .collect()
    };
    let lines = vec![
        ("precision".to_owned(), line(Confusion::precision)),
        ("recall".to_owned(), line(Confusion::recall)),
        ("F1".to_owned(), line(Confusion::f1)),
    ];
    let told = lines.iter().any(|(_, points)| points.len() > 1);
    told.then(|| {
        let title = format!("--{} against the labels", varied.name());
        chart(title, "with 95 % confidence intervals", lines, true)
    })
}

fn s_curves(tuned: &Tuned) -> Option<Chart> {
    let mut plans = Vec::new();
    for row in &tuned.rows {
        if let Some(banding) = row.effect.banding()
            && !plans.iter().any(|&(_, other)| other == banding)
        {
            plans.push((row.effect.choice.threshold, banding));
        }
    }
    plans.sort_by(|x, y| x.0.total_cmp(&y.0));
    let line = |(threshold, banding): (f64, Banding)| {
        let point = |at: usize| {
            let jaccard = at as f64 / POINTS as f64;
            (jaccard, banding.recall_at(jaccard), None)
        };
        let name = format!(
            "{threshold}: {} bands of {} rows",
            banding.bands(),
            banding.rows()
        );
        (name, (0..=POINTS).map(point).collect())
    };
    (!plans.is_empty()).then(|| {
        chart(
            "Chance that bands find a pair, by its Jaccard similarity".to_owned(),
            "one curve per threshold; passages find further pairs",
            plans.into_iter().map(line).collect(),
            false,
        )
    })
}

fn scores(title: &str, scores: &[f64], valley: Option<Valley>) -> Option<Chart> {
    if scores.is_empty() {
        return None;
    }
    let density = density(scores);
    let last = (density.len() - 1) as f64;
    let points = (0..).zip(&density);
    let points = points.map(|(at, &density)| (f64::from(at) / last, density, None));
    let lines = vec![("density".to_owned(), points.collect())];
    let mut chart = chart(
        title.to_owned(),
        "of the pairs that were searched",
        lines,
        false,
    );
    chart.marked = valley.map(|valley| Tick {
        at: number(valley.at * WIDTH),
        label: format!("valley at {}", valley.at),
    });
    Some(chart)
}

/// Draws curves, with a dot for each point if `dots`.
fn chart(title: String, note: &'static str, lines: Vec<(String, Vec<Point>)>, dots: bool) -> Chart {
    let points = || lines.iter().flat_map(|(_, points)| points);
    let right = nice(points().map(|point| point.0).fold(1.0, f64::max));
    let most = points().map(|point| point.1).fold(0.0, f64::max);
    let top = nice(most);
    let x = |value: f64| number(value / right * WIDTH);
    let y = |value: f64| number(HEIGHT - value / top * HEIGHT);
    let line = |(colour, (name, points)): (usize, &(String, Vec<Point>))| {
        let pair = |value: f64, height: f64| format!("{},{}", x(value), y(height));
        let dot = |&(value, height, _): &Point| Dot {
            x: x(value),
            y: y(height),
            title: format!("{name} at {value}: {}", told(height)),
        };
        let ends = |end: usize| {
            let ends = points.iter();
            ends.filter_map(move |&(value, _, interval)| Some(pair(value, interval?[end])))
        };
        let mut band: Vec<String> = ends(1).collect();
        let low: Vec<String> = ends(0).collect();
        band.extend(low.into_iter().rev());
        Curve {
            name: name.clone(),
            class: match colour / COLOURS {
                0 => format!("c{colour}"),
                _ => format!("c{} more", colour % COLOURS),
            },
            points: points
                .iter()
                .map(|&(value, height, _)| pair(value, height))
                .collect::<Vec<_>>()
                .join(" "),
            dots: points.iter().filter(|_| dots).map(dot).collect(),
            band: band.join(" "),
        }
    };
    let tick = |at: String, value: f64| Tick {
        at,
        label: told(value),
    };
    let quarters = || (0..=4).map(|quarter| f64::from(quarter) / 4.0);
    Chart {
        title,
        note,
        lines: lines.iter().enumerate().map(line).collect(),
        below: quarters()
            .map(|quarter| tick(x(quarter * right), quarter * right))
            .collect(),
        beside: quarters()
            .map(|quarter| tick(y(quarter * top), quarter * top))
            .collect(),
        marked: None,
    }
}

/// The end of an axis: a round number that is not less than the value.
fn nice(most: f64) -> f64 {
    if most <= 0.0 {
        return 1.0;
    }
    let unit = 10_f64.powf(most.log10().floor());
    let steps = [1.0, 2.0, 4.0, 6.0, 8.0, 10.0].into_iter();
    let fitting = steps.map(|step| step * unit).find(|&top| top >= most);
    fitting.unwrap_or(10.0 * unit)
}

fn number(number: f64) -> String {
    format!("{number:.1}")
}

/// A number with as many decimals as it needs, three at most.
fn told(number: f64) -> String {
    let told = format!("{number:.3}");
    told.trim_end_matches('0').trim_end_matches('.').to_owned()
}
