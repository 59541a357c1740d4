//! The tune command: searches once at the lowest numbers, and shows what every choice would find.

pub mod meaning;
mod sample;
mod stored;
mod text;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::PathBuf;

use anyhow::anyhow;
use rayon::prelude::*;
use wirecopy::catalog::{DocNo, DocPair};
use wirecopy::compare::exact::Comparison;
use wirecopy::pipeline::{Choice, Effect, Settings, Tuner};
use wirecopy::read::labels::{self, LabelWords, Labels, PairLabel};
use wirecopy::report::tune::{
    Best, ChoiceRow, Labelled, Searched, Suggested, Tuned, Varied, csv, html, json,
};
use wirecopy::tuning::evaluation::{Confusion, Estimate};
use wirecopy::tuning::valley::deepest_valley;

use super::args::{TuneArguments, TuneFormat, When};
use super::progress::Progress;
use super::session::{Session, Watch};
use super::status::{Status, Stop};
use super::terminal::Terminal;
use meaning::{Report, Search, Tune};

/// Runs the command; `colour` is that of the text.
pub fn run(typed: TuneArguments, colour: When, terminal: Terminal) -> Result<Status, Stop> {
    if let Some(pairs) = typed.sample {
        return sample::run(typed, pairs, terminal);
    }
    let tune = Tune::of(typed, colour)?;
    let watch = Watch::start(tune.setup.talk, terminal)?;
    let labels = match tune.labels.is_empty() {
        true => None,
        false => Some(labels_of(&tune.labels, &tune.words)?),
    };
    let target = tune.wanted.iter().find_map(|wanted| match wanted.report {
        Report::Settings => Some(wanted.target.clone()),
        _ => None,
    });
    let session = Session::open(tune.setup, tune.wanted, true, watch)?;
    let before = target.as_ref().map(stored::read).transpose()?;

    let mut tuned = Tuned {
        rows: Vec::new(),
        searched: Searched::default(),
        labels: None,
        suggested: None,
        best: None,
    };
    let mut status = Status::Done;
    for (number, search) in tune.searches.iter().enumerate() {
        let clock = Clock::start(&session.progress);
        let tuner = run_search(&session, search)?;
        if number == 0 {
            let documents = tuner.counts().documents.read;
            status = session
                .judge_or_stop(tuner.read(), tuner.counts(), documents)?
                .status();
            tuned.searched = searched(&tuner, search);
        }
        let cost = clock.stop(&session.progress, tuner.counts().candidates.compared);
        let (pairs, known) = labelled(labels.as_ref(), &tuner);
        tuned.labels = labels.is_some().then_some(known);
        let judged = labels.is_some().then_some(&pairs[..]);
        tuned
            .rows
            .extend(session.install(|| rows(&tuner, search, judged, &cost)));
    }
    if tune.suggest {
        tuned.suggested = Some(Suggested {
            threshold: deepest_valley(&tuned.searched.jaccards),
            containment: deepest_valley(&tuned.searched.containments),
        });
    }
    tuned.best = best(&tuned, tune.min_precision)?;
    let settings = before.map(|before| to_store(&before, &tuned)).transpose()?;
    let settings = settings.unwrap_or_default();

    session.outputs.write(
        |_| true,
        |report, mut out| match report {
            Report::Choices(TuneFormat::Text) => text::write(&tuned, tune.layout, &mut out),
            Report::Choices(TuneFormat::Json) => json::write(&tuned, &mut out),
            Report::Choices(TuneFormat::Csv) => csv::write(&tuned, &mut out),
            Report::Page => html::write(&tuned, &mut out),
            Report::Settings => out.write_all(settings.as_bytes()),
        },
        None,
    )?;
    Ok(status)
}

/// Searches once, at the lowest numbers of all choices.
fn run_search(session: &Session<Report>, search: &Search) -> Result<Tuner, Stop> {
    let settings = Settings {
        memory: session.memory()?,
        ..search.settings.clone()
    };
    session.run(|progress| {
        Tuner::new(
            &session.inputs,
            &settings,
            search.lowest,
            search.surfacing,
            progress,
        )
    })
}

/// A row for every choice of a search, judged by labelled pairs if there are any.
fn rows(
    tuner: &Tuner,
    search: &Search,
    labelled: Option<&[(DocPair, bool)]>,
    cost: &Cost,
) -> Vec<ChoiceRow> {
    let pairs = labelled.unwrap_or_default();
    let documents: Vec<DocPair> = pairs.iter().map(|&(pair, _)| pair).collect();
    let row = |&(varied, choice, surfacing): &(Varied, Choice, _)| {
        let effect = tuner.effect(choice, surfacing, &documents);
        let judged = effect.labelled.iter().copied();
        let is_copy = pairs.iter().map(|&(_, is_copy)| is_copy);
        ChoiceRow {
            varied,
            shingle: search.settings.shingle,
            confusion: labelled.map(|_| Confusion::of(judged.zip(is_copy))),
            expected_seconds: cost.of(&effect),
            effect,
        }
    };
    search.choices.par_iter().map(row).collect()
}

/// Seconds of all stages, and of comparing alone, when a search began.
struct Clock {
    all: f64,
    compared: f64,
}

impl Clock {
    fn start(progress: &Progress) -> Clock {
        Clock {
            all: seconds(progress, |_| true),
            compared: seconds(progress, is_verification),
        }
    }

    /// The cost of the search since then.
    fn stop(&self, progress: &Progress, candidates: u64) -> Cost {
        let compared = seconds(progress, is_verification) - self.compared;
        Cost {
            fixed: seconds(progress, |_| true) - self.all - compared,
            compared,
            candidates,
        }
    }
}

fn labels_of(paths: &[PathBuf], words: &LabelWords) -> Result<Labels, Stop> {
    let mut read = Labels::new();
    for path in paths {
        let name = path.display().to_string();
        let file = File::open(path)
            .map_err(|error| Stop::usage(format!("cannot read --labels {name}: {error}")))?;
        labels::read(&name, file, words, &mut read)?;
    }
    Ok(read)
}

/// The labelled pairs of the corpus, whether they are copies, and what the labels say in all.
fn labelled(labels: Option<&Labels>, tuner: &Tuner) -> (Vec<(DocPair, bool)>, Labelled) {
    let mut known = Labelled::default();
    let Some(labels) = labels else {
        return (Vec::new(), known);
    };
    let catalog = tuner.catalog();
    let documents: BTreeMap<&str, DocNo> = catalog
        .documents()
        .map(|doc| (catalog.id(doc), doc))
        .collect();
    let mut pairs = Vec::new();
    for ([a, b], label) in labels {
        // Who writes a table by hand may put a blank behind a comma.
        let find = |id: &str| documents.get(id).or_else(|| documents.get(id.trim()));
        let found = find(a).zip(find(b));
        let is_copy = match (found, label) {
            (_, PairLabel::Unsure) => {
                known.unsure += 1;
                continue;
            }
            (None, _) => {
                known.missing += 1;
                continue;
            }
            (Some(_), PairLabel::Copy) => true,
            (Some(_), PairLabel::Other) => false,
        };
        *match is_copy {
            true => &mut known.copies,
            false => &mut known.others,
        } += 1;
        pairs.extend(found.map(|(&a, &b)| (DocPair::of(a, b), is_copy)));
    }
    (pairs, known)
}

fn searched(tuner: &Tuner, search: &Search) -> Searched {
    let passage = search.settings.excerpts.map(|excerpts| excerpts.passage);
    let held = |found: &Comparison| found.containment_a().max(found.containment_b());
    let with_passage = tuner
        .compared()
        .iter()
        .filter(|found| passage.is_some_and(|passage| found.longest.words >= passage as usize));
    Searched {
        lowest: Some(search.lowest),
        documents: tuner.counts().documents.read,
        candidates: tuner.counts().candidates.compared,
        bounded: !tuner.is_complete(),
        not_compared: tuner.counts().bounded.buckets.pairs + tuner.counts().bounded.passages.pairs,
        jaccards: tuner.compared().iter().map(Comparison::jaccard).collect(),
        containments: with_passage.map(held).collect(),
    }
}

/// What a search took, from which is told what others would.
struct Cost {
    /// Seconds for what every search does.
    fixed: f64,
    /// Seconds for comparing candidates.
    compared: f64,
    candidates: u64,
}

impl Cost {
    fn of(&self, effect: &Effect) -> Option<f64> {
        let share = effect.expected_candidates? / self.candidates.max(1) as f64;
        Some(self.fixed + self.compared * share.min(1.0))
    }
}

fn is_verification(stage: &str) -> bool {
    stage == "verify"
}

fn seconds(progress: &Progress, of: impl Fn(&str) -> bool) -> f64 {
    let costs = progress.costs();
    let costs = costs.iter().filter(|cost| of(cost.stage));
    costs.map(|cost| cost.seconds).sum()
}

/// The settings of a file, with the best choice, or else the first.
fn to_store(before: &str, tuned: &Tuned) -> Result<String, Stop> {
    if let Some(reason) = nothing_to_store(tuned) {
        return Err(Stop::Failed(anyhow!(
            "{reason} Nothing was written: leave --write out to see the choices"
        )));
    }
    let chosen = tuned.best.as_ref().map_or(0, |best| best.row);
    stored::with(before, &tuned.rows[chosen], tuned.suggested)
}

/// Why neither labels nor valleys, where they were asked for, say what to store.
fn nothing_to_store(tuned: &Tuned) -> Option<&'static str> {
    let no_valley = Suggested {
        threshold: None,
        containment: None,
    };
    match (tuned.labels, tuned.suggested) {
        (Some(labels), _) => labels.silence(),
        (_, Some(suggested)) if suggested == no_valley => Some("The scores have no valley."),
        _ => None,
    }
}

/// The choice that labels speak for.
fn best(tuned: &Tuned, min_precision: Option<f64>) -> Result<Option<Best>, Stop> {
    let Some(labels) = tuned.labels else {
        return Ok(None);
    };
    if let Some(reason) = labels.silence() {
        return match min_precision {
            None => Ok(None),
            Some(_) => Err(Stop::Failed(anyhow!(
                "{reason} Nothing was written: label such pairs, or leave --min-precision out"
            ))),
        };
    }
    let value = |row: &ChoiceRow, of: fn(&Confusion) -> Option<Estimate>| {
        row.confusion
            .as_ref()
            .and_then(of)
            .map_or(-1.0, |estimate| estimate.value)
    };
    let rows = || tuned.rows.iter().enumerate();
    let found = match min_precision {
        None => first_max(rows().map(|(at, row)| (at, [value(row, Confusion::f1), 0.0])))
            .map(|row| (row, "the highest F1 against the labels".to_owned())),
        Some(least) => {
            let fitting = rows().filter(|(_, row)| value(row, Confusion::precision) >= least);
            let scores = fitting.map(|(at, row)| {
                (
                    at,
                    [
                        value(row, Confusion::recall),
                        value(row, Confusion::precision),
                    ],
                )
            });
            let found = first_max(scores).ok_or_else(|| {
                Stop::Failed(anyhow!(
                    "no choice has a precision of {least} against the labels; nothing was written. Try higher numbers (--thresholds, --containments), or a lower --min-precision"
                ))
            })?;
            let why =
                format!("the highest recall of a precision of at least {least} against the labels");
            Some((found, why))
        }
    };
    Ok(found.map(|(row, why)| Best { row, why }))
}

/// The first of those with the highest scores.
fn first_max(scores: impl Iterator<Item = (usize, [f64; 2])>) -> Option<usize> {
    let first = scores.reduce(|best, next| match next.1 > best.1 {
        true => next,
        false => best,
    });
    first.map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_equals_the_first_is_best() {
        let scores = [
            (0, [0.5, 0.0]),
            (1, [0.9, 0.1]),
            (2, [0.9, 0.1]),
            (3, [0.2, 1.0]),
        ];
        assert_eq!(first_max(scores.into_iter()), Some(1));
        assert_eq!(first_max(std::iter::empty()), None);
    }
}
