//! The tune command: searches once at the lowest numbers, and shows what each choice would find.

mod best;
mod cost;
mod plan;
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
use wirecopy::pipeline::{Choice, Settings, Tuner};
use wirecopy::read::labels::{self, LabelWords, Labels, PairLabel};
use wirecopy::report::tune::{
    ChoiceRow, Labelled, Searched, Suggested, Tuned, Varied, csv, html, json,
};
use wirecopy::tuning::evaluation::Confusion;
use wirecopy::tuning::valley::deepest_valley;

use super::args::running::UseWhen;
use super::args::tune::{TuneArguments, TuneFormat};
use super::session::{Session, Watch};
use super::status::{Status, Stop};
use super::terminal::Terminal;
use best::{best, nothing_to_store};
use cost::{SearchClock, SearchCost};
use plan::{TuneOutput, TunePlan, TuneSearch};

/// Runs the command; `colour` is that of the text.
pub fn run(typed: TuneArguments, colour: UseWhen, terminal: Terminal) -> Result<Status, Stop> {
    if let Some(pairs) = typed.sample {
        return sample::run(typed, pairs, terminal);
    }
    let plan = TunePlan::of(typed, colour)?;
    let watch = Watch::start(plan.setup.verbosity.progress, terminal)?;
    let labels = match plan.labels.is_empty() {
        true => None,
        false => Some(labels_of(&plan.labels, &plan.words)?),
    };
    let target = plan.wanted.iter().find_map(|wanted| match wanted.report {
        TuneOutput::Settings => Some(wanted.target.clone()),
        _ => None,
    });
    let session = Session::open(plan.setup, plan.wanted, true, watch)?;
    let before = target.as_ref().map(stored::read).transpose()?;

    let mut tuned = Tuned {
        rows: Vec::new(),
        searched: Searched::default(),
        labels: None,
        suggested: None,
        best: None,
    };
    let mut status = Status::Done;
    for (number, search) in plan.searches.iter().enumerate() {
        let clock = SearchClock::start(&session.progress);
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
    if plan.suggest {
        tuned.suggested = Some(Suggested {
            threshold: deepest_valley(&tuned.searched.jaccards),
            containment: deepest_valley(&tuned.searched.containments),
        });
    }
    tuned.best = best(&tuned, plan.min_precision)?;
    let settings = before.map(|before| to_store(&before, &tuned)).transpose()?;
    let settings = settings.unwrap_or_default();

    session.outputs.write(
        |_| true,
        |report, mut out| match report {
            TuneOutput::Choices(TuneFormat::Text) => text::write(&tuned, plan.layout, &mut out),
            TuneOutput::Choices(TuneFormat::Json) => json::write(&tuned, &mut out),
            TuneOutput::Choices(TuneFormat::Csv) => csv::write(&tuned, &mut out),
            TuneOutput::Page => html::write(&tuned, &mut out),
            TuneOutput::Settings => out.write_all(settings.as_bytes()),
        },
        None,
    )?;
    Ok(status)
}

/// Runs one search at the lowest numbers of its choices.
fn run_search(session: &Session<TuneOutput>, search: &TuneSearch) -> Result<Tuner, Stop> {
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

/// One row for each choice of a search, judged by labelled pairs if there are any.
fn rows(
    tuner: &Tuner,
    search: &TuneSearch,
    labelled: Option<&[(DocPair, bool)]>,
    cost: &SearchCost,
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

/// Reads all tables of labels.
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

/// The labelled pairs of the corpus, each with whether it is a copy, and counts of the labels.
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
        // A table written by hand may have a space after a comma.
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

/// Facts about a search.
fn searched(tuner: &Tuner, search: &TuneSearch) -> Searched {
    let passage = search.settings.excerpts.map(|excerpts| excerpts.passage);
    let with_passage = tuner
        .compared()
        .iter()
        .filter(|found| passage.is_some_and(|passage| found.passage_words >= passage));
    Searched {
        lowest: Some(search.lowest),
        documents: tuner.counts().documents.read,
        candidates: tuner.counts().candidates.compared,
        bounded: !tuner.is_complete(),
        not_compared: tuner.counts().bounded.buckets.pairs + tuner.counts().bounded.passages.pairs,
        jaccards: tuner.compared().iter().map(Comparison::jaccard).collect(),
        containments: with_passage.map(Comparison::containment).collect(),
    }
}

/// The text of a settings file with the best choice, or else the first one.
fn to_store(before: &str, tuned: &Tuned) -> Result<String, Stop> {
    if let Some(reason) = nothing_to_store(tuned) {
        return Err(Stop::Failed(anyhow!(
            "{reason} Nothing was written: drop --write to see the choices"
        )));
    }
    let chosen = tuned.best.as_ref().map_or(0, |best| best.row);
    stored::with(before, &tuned.rows[chosen], tuned.suggested)
}
