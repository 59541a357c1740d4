//! A sample of pairs to be labelled: what `tune` writes in place of choices.

use std::sync::Arc;

use anyhow::Context;
use rayon::ThreadPoolBuilder;
use wirecopy::pipeline::{self, Sample, Sampling, Settings};
use wirecopy::read::Inputs;
use wirecopy::report::labelling;

use crate::cli::args::{SourceArguments, TuneArguments};
use crate::cli::figures::{count, counted};
use crate::cli::inputs::{empty, is_empty, memory, source_names, unreadable};
use crate::cli::meaning::{Talk, most_rejects, now, reading, settings};
use crate::cli::outputs::{Named, Outputs, Pending, Target, Wanted};
use crate::cli::progress::Progress;
use crate::cli::rejected::{self, Verdict};
use crate::cli::signals;
use crate::cli::status::{Status, Stop};
use crate::cli::terminal::Terminal;

/// The labelling page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Page;

impl Named for Page {
    fn name(self) -> &'static str {
        "page"
    }
}

/// Writes a page of so many pairs.
pub fn run(typed: TuneArguments, pairs: u32, terminal: Terminal) -> Result<Status, Stop> {
    let wanted = wanted(&typed)?;
    let talk = Talk::of(&typed.running);
    let pending = Arc::new(Pending::default());
    let progress = Arc::new(Progress::new(talk.progress, terminal));
    signals::watch(Arc::clone(&pending), Arc::clone(&progress), terminal)
        .context("cannot listen for signals")
        .map_err(Stop::Failed)?;

    let inputs =
        Inputs::open(&typed.inputs, reading(&typed.reading, &typed.running)).map_err(unreadable)?;
    let total = inputs.total_bytes();
    if let Some(total) = total {
        progress.expect_bytes(total);
    }
    let source_names = source_names(&inputs);
    let outputs = Outputs::check(vec![wanted], &source_names, pending)?;
    // Neither has a part in it.
    let sources = SourceArguments {
        credits: None,
        as_of: None,
    };
    let running = &typed.running;
    let settings = Settings {
        memory: memory(running.memory, running.temp_dir.as_deref(), total)?,
        ..settings(&typed.finding, &sources, now())?
    };
    let sampling = Sampling {
        pairs,
        seed: settings.seed,
    };
    let pool = ThreadPoolBuilder::new()
        .num_threads(running.threads)
        .build()?;
    let sample = pool.install(|| pipeline::sample(&inputs, &settings, sampling, &*progress));
    progress.stop();
    let sample = sample.map_err(unreadable)?;

    let rejects = &sample.read.rejects;
    let most_rejects = most_rejects(&typed.reading);
    let verdict = Verdict::of(&sample.read, sample.counts.documents.read, most_rejects);
    if verdict != Verdict::NothingLeft {
        rejected::show(rejects, &source_names, talk.details, true, terminal);
    }
    match verdict {
        Verdict::TooMany(most) => return Err(rejected::too_many(rejects, most)),
        Verdict::NothingLeft => return Err(rejected::nothing_left(rejects, &source_names)),
        Verdict::Clean | Verdict::SomeRejected => {}
    }
    if typed.reading.fail_if_empty && is_empty(&sample.read, &sample.counts) {
        return Err(empty(&sample.read, &sample.counts));
    }
    outputs.write(
        |_| true,
        |Page, mut out| labelling::write(&sample, &settings, &mut out),
        None,
    )?;
    if talk.closing {
        terminal.say(&closing(&sample));
    }
    Ok(verdict.status())
}

/// The page, whose name ends like one if it has an ending.
fn wanted(typed: &TuneArguments) -> Result<Wanted<Page>, Stop> {
    let target = typed.output.as_deref().map_or(Target::Stdout, Target::of);
    if let Target::File(path) = &target
        && let Some(ending) = path.extension()
        && !["html", "htm"]
            .iter()
            .any(|html| ending.eq_ignore_ascii_case(html))
    {
        return Err(Stop::usage(format!(
            "--sample writes a page: let --output {} end in .html",
            path.display()
        )));
    }
    Ok(Wanted {
        report: Page,
        target,
    })
}

/// What was drawn.
fn closing(sample: &Sample) -> String {
    let found: usize = sample.strata.iter().map(|sampled| sampled.found).sum();
    let drawn = sample.pairs.len() as u64;
    let mut line = format!(
        "{} to label, of {} found among {}",
        counted(drawn, "pair"),
        count(found as u64),
        counted(sample.counts.documents.read, "document")
    );
    if drawn < u64::from(sample.asked) {
        line += &format!("; {} were asked for", count(u64::from(sample.asked)));
    }
    line
}
