//! The tune command: searches once at the lowest numbers, and shows what each choice would find.

mod best;
mod cost;
mod judge;
pub mod plan;
pub mod sample;
mod stored;
mod text;

use crate::catalog::DocPair;
use crate::compare::exact::Comparison;
use crate::pipeline::{Choice, Judged, Settings, Tuner};
use crate::report::tune::{ChoiceRow, Searched, Suggested, Tuned, Varied, csv, html, json};
use crate::tuning::evaluation::Confusion;
use crate::tuning::valley::deepest_valley;
use anyhow::anyhow;
use rayon::prelude::*;

use super::args::running::UseWhen;
use super::args::tune::{TuneArguments, TuneFormat};
use super::session::{Session, Watch};
use super::status::{Status, Stop};
use super::terminal::Terminal;
use best::{best, nothing_to_store};
use cost::{SearchClock, SearchCost};
use judge::{JudgedCorpus, ReadLabels, by_site};
use plan::{TuneOutput, TunePlan, TuneSearch};

/// Runs the command; `colour` is that of the text.
pub fn run(typed: TuneArguments, colour: UseWhen, terminal: &Terminal) -> Result<Status, Stop> {
    if let Some(pairs) = typed.sample {
        return sample::run(typed, pairs, terminal);
    }
    let plan = TunePlan::of(typed, colour)?;
    let watch = Watch::start(plan.setup.verbosity.progress, terminal)?;
    Ok(finish(plan, watch)?.1)
}

/// Compares choices and writes the outputs of the plan.
pub fn finish(plan: TunePlan, watch: Watch) -> Result<(Tuned, Status), Stop> {
    let labels = match plan.labels.is_empty() {
        true => None,
        false => Some(ReadLabels::of(
            &plan.labels,
            &plan.label_settings,
            plan.majority,
        )?),
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
        people: labels.as_ref().and_then(|labels| labels.people.clone()),
        sites: Vec::new(),
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
        let labels = labels.as_ref();
        let judged = labels.map(|labels| labels.in_corpus(tuner.catalog()));
        tuned.labels = judged.as_ref().map(|judged| judged.known);
        tuned
            .rows
            .extend(session.install(|| rows(&tuner, search, judged.as_ref(), &cost)));
        // Every search has read the same documents.
        if let Some(judged) = judged.filter(|_| number + 1 == plan.searches.len()) {
            tuned.sites = by_site(&tuned, &judged, tuner.catalog());
        }
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
    Ok((tuned, status))
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

/// One row for each choice of a search, judged by labels if there are any.
fn rows(
    tuner: &Tuner,
    search: &TuneSearch,
    judged: Option<&JudgedCorpus>,
    cost: &SearchCost,
) -> Vec<ChoiceRow> {
    let pairs = judged.map_or(&[][..], |judged| &judged.pairs);
    let documents: Vec<DocPair> = pairs.iter().map(|&(pair, _)| pair).collect();
    let nothing = Judged::Pairs(&[]);
    let row = |&(varied, choice, surfacing): &(Varied, Choice, _)| {
        let by = judged.map_or(nothing, |judged| judged.judged(&documents));
        let effect = tuner.effect(choice, surfacing, by);
        let is_copy = pairs.iter().map(|&(_, is_copy)| is_copy);
        let of_pairs = || Confusion::of(effect.labelled.iter().copied().zip(is_copy));
        let of_clusters = effect.clustered.map(|found| found.pairs);
        ChoiceRow {
            varied,
            shingle: search.settings.shingle,
            confusion: judged.map(|_| of_clusters.unwrap_or_else(of_pairs)),
            expected_seconds: cost.of(&effect),
            effect,
        }
    };
    search.choices.par_iter().map(row).collect()
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
