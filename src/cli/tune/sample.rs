//! A sample of pairs to label, which `tune --sample` writes instead of choices.

use crate::pipeline::{self, Sample, Sampling, Settings};
use crate::report::labelling;

use crate::cli::args::matching::FindingArguments;
use crate::cli::args::sources::SourceArguments;
use crate::cli::args::tune::TuneArguments;
use crate::cli::figures::{count, counted};
use crate::cli::outputs::{NamedOutput, OutputTarget, WantedOutput};
use crate::cli::plan::{RunSetup, now, settings};
use crate::cli::session::{Session, Watch};
use crate::cli::status::{Status, Stop};
use crate::cli::terminal::Terminal;

/// The labelling page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct LabellingOutput;

impl NamedOutput for LabellingOutput {
    fn name(self) -> &'static str {
        "page"
    }
}

/// Writes a page with this many pairs.
pub fn run(typed: TuneArguments, pairs: u32, terminal: &Terminal) -> Result<Status, Stop> {
    let wanted = wanted(&typed)?;
    let setup = RunSetup::of(typed.inputs, &typed.reading, &typed.running);
    let watch = Watch::start(setup.verbosity.progress, terminal)?;
    let session = Session::open(setup, vec![wanted], true, watch)?;
    let (sample, settings, status) = draw(&session, &typed.finding, pairs)?;
    session.outputs.write(
        |_| true,
        |LabellingOutput, mut out| labelling::write(&sample, &settings, &mut out),
        None,
    )?;
    if session.verbosity.closing {
        terminal.say(&closing_line(&sample));
    }
    Ok(status)
}

/// The page with this many pairs.
pub fn page(typed: TuneArguments, pairs: u32, watch: Watch) -> Result<String, Stop> {
    let setup = RunSetup::of(typed.inputs, &typed.reading, &typed.running);
    let session = Session::<LabellingOutput>::open(setup, Vec::new(), true, watch)?;
    let (sample, settings, _) = draw(&session, &typed.finding, pairs)?;
    let mut page = Vec::new();
    labelling::write(&sample, &settings, &mut page)?;
    Ok(String::from_utf8(page)?)
}

/// Draws the sample.
fn draw(
    session: &Session<LabellingOutput>,
    finding: &FindingArguments,
    pairs: u32,
) -> Result<(Sample, Settings, Status), Stop> {
    // A sample uses no credits and dates.
    let sources = SourceArguments {
        credits: None,
        as_of: None,
    };
    let settings = Settings {
        memory: session.memory()?,
        ..settings(finding, &sources, now())?
    };
    let sampling = Sampling {
        pairs,
        seed: settings.seed,
    };
    let sample =
        session.run(|progress| pipeline::sample(&session.inputs, &settings, sampling, progress))?;
    let documents = sample.counts.documents.read;
    let verdict = session.judge_or_stop(&sample.read, &sample.counts, documents)?;
    Ok((sample, settings, verdict.status()))
}

/// The page. Its name must end in .html or .htm, or have no extension.
fn wanted(typed: &TuneArguments) -> Result<WantedOutput<LabellingOutput>, Stop> {
    let target = OutputTarget::of_flag(typed.output.as_deref());
    if let OutputTarget::File(path) = &target
        && let Some(ending) = path.extension()
        && !["html", "htm"]
            .iter()
            .any(|html| ending.eq_ignore_ascii_case(html))
    {
        return Err(Stop::usage(format!(
            "--sample writes a page: use a name that ends in .html instead of --output {}",
            path.display()
        )));
    }
    Ok(WantedOutput {
        report: LabellingOutput,
        target,
    })
}

/// Counts of the sample.
fn closing_line(sample: &Sample) -> String {
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
