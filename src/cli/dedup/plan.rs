//! Checked settings of a dedup.

use wirecopy::cluster::duplicates::Keep;
use wirecopy::pipeline::Settings;
use wirecopy::report::table::TableEncoding;

use crate::cli::args::dedup::{DedupArguments, KeepName};
use crate::cli::outputs::{NamedOutput, OutputTarget, WantedOutput};
use crate::cli::plan::{
    IndexPlan, RunSetup, encoding_of, one_on_standard_output, surfacing, wanted_table,
};
use crate::cli::status::Stop;

/// A dedup to run.
pub struct DedupPlan {
    /// Inputs and resources.
    pub setup: RunSetup,
    /// Settings of the pipeline.
    pub settings: Settings,
    /// Rule that picks the duplicate to keep.
    pub keep: Keep,
    /// Field that marks duplicates, if all documents are written.
    pub mark: Option<String>,
    /// Outputs to write.
    pub wanted: Vec<WantedOutput<DedupOutput>>,
    /// Use of an index.
    pub index: Option<IndexPlan>,
}

/// An output of a dedup. The encoding of the documents is `None` if no name asks for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DedupOutput {
    Documents(Option<TableEncoding>),
    Removed(TableEncoding),
    Rejects(TableEncoding),
}

impl DedupPlan {
    /// Checks the arguments of a dedup.
    pub fn of(typed: DedupArguments) -> Result<DedupPlan, Stop> {
        let wanted = wanted(&typed)?;
        Ok(DedupPlan {
            setup: with_whole_records(RunSetup::of(typed.inputs, &typed.reading, &typed.running)),
            settings: Settings {
                shingle: typed.comparing.shingle,
                threshold: typed.threshold,
                surfacing: surfacing(&typed.comparing, typed.threshold)?,
                excerpts: None,
                boilerplate: !typed.comparing.keep_boilerplate,
                seed: typed.comparing.seed,
                min_words: typed.comparing.min_words,
                keep_hashes: typed.seen.adds(),
                ..Settings::default()
            },
            keep: match typed.prefer {
                KeepName::FirstPublished => Keep::FirstPublished,
                KeepName::Longest => Keep::Longest,
                KeepName::FirstRead => Keep::FirstRead,
            },
            wanted,
            index: IndexPlan::of(typed.seen, typed.as_of),
            mark: typed.mark.then_some(typed.mark_field),
        })
    }
}

/// The outputs to write; the documents come first.
fn wanted(typed: &DedupArguments) -> Result<Vec<WantedOutput<DedupOutput>>, Stop> {
    let target = OutputTarget::of_flag(typed.output.as_deref());
    let mut wanted = vec![WantedOutput {
        report: DedupOutput::Documents(documents_encoding(&target)?),
        target,
    }];
    let removed = typed.removed.as_deref();
    wanted.extend(wanted_table("--removed", removed, DedupOutput::Removed)?);
    let rejects = typed.rejects.as_deref();
    wanted.extend(wanted_table("--rejects", rejects, DedupOutput::Rejects)?);
    let advice = if typed.output.is_none() {
        "name a file for the documents with --output"
    } else {
        "name a file for one"
    };
    one_on_standard_output(&wanted, advice)?;
    Ok(wanted)
}

/// The encoding that the name of the documents asks for; `None` if it has no ending.
fn documents_encoding(target: &OutputTarget) -> Result<Option<TableEncoding>, Stop> {
    match target {
        OutputTarget::File(path) if path.extension().is_none() => Ok(None),
        target => encoding_of("--output", target),
    }
}

impl NamedOutput for DedupOutput {
    fn name(self) -> &'static str {
        match self {
            DedupOutput::Documents(_) => "documents",
            DedupOutput::Removed(_) => "list of removed documents",
            DedupOutput::Rejects(_) => "rejects",
        }
    }
}

/// The set-up of a run that copies records with all their fields.
fn with_whole_records(mut setup: RunSetup) -> RunSetup {
    setup.reading.whole_records = true;
    setup
}
