//! A sample of pairs to be labelled: what `tune` writes in place of choices.

use wirecopy::pipeline::{self, Sample, Sampling, Settings};
use wirecopy::report::labelling;

use crate::cli::args::{SourceArguments, TuneArguments};
use crate::cli::figures::{count, counted};
use crate::cli::meaning::{Setup, now, settings};
use crate::cli::outputs::{Named, Target, Wanted};
use crate::cli::session::{Session, Watch};
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
    let setup = Setup::of(typed.inputs, &typed.reading, &typed.running);
    let watch = Watch::start(setup.talk, terminal)?;
    let session = Session::open(setup, vec![wanted], true, watch)?;
    // Credits and dates have no part in a sample.
    let sources = SourceArguments {
        credits: None,
        as_of: None,
    };
    let settings = Settings {
        memory: session.memory()?,
        ..settings(&typed.finding, &sources, now())?
    };
    let sampling = Sampling {
        pairs,
        seed: settings.seed,
    };
    let sample =
        session.run(|progress| pipeline::sample(&session.inputs, &settings, sampling, progress))?;
    let documents = sample.counts.documents.read;
    let verdict = session.judge_or_stop(&sample.read, &sample.counts, documents)?;
    session.outputs.write(
        |_| true,
        |Page, mut out| labelling::write(&sample, &settings, &mut out),
        None,
    )?;
    if session.talk.closing {
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
