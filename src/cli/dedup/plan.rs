//! Checked settings of a dedup.

use crate::cluster::duplicates::Keep;
use crate::pipeline::{ReferencePassages, Settings};
use crate::report::table::TableEncoding;

use super::documents::MarkFields;
use crate::cli::args::dedup::{DedupArguments, PreferRule};
use crate::cli::outputs::{NamedOutput, OutputTarget, WantedOutput};
use crate::cli::plan::{
    IndexPlan, RunSetup, encoding_of, one_on_standard_output, site_name, surfacing, wanted_table,
};
use crate::cli::status::Stop;

/// A dedup to run.
pub struct DedupPlan {
    /// Inputs and resources.
    pub setup: RunSetup,
    /// Settings of the pipeline.
    pub settings: Settings,
    /// Rule that picks the duplicate to keep.
    pub prefer: PreferPlan,
    /// Fields that mark duplicates, if all documents are written.
    pub marks: Option<MarkFields>,
    /// Outputs to write.
    pub wanted: Vec<WantedOutput<DedupOutput>>,
    /// Use of an index.
    pub index: Option<IndexPlan>,
}

/// Rule that picks the duplicate to keep.
#[derive(Debug, Clone, Default)]
pub struct PreferPlan {
    /// Rule where nothing else decides.
    pub keep: Keep,
    /// Preferred sites, the most preferred first.
    pub sites: Vec<String>,
    /// Field whose largest number is preferred.
    pub field: Option<String>,
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
            setup: with_whole_records(RunSetup::of(typed.inputs, &typed.reading, &typed.running))
                .against(&typed.reference)?,
            settings: Settings {
                shingle: typed.comparing.shingle,
                threshold: typed.threshold,
                surfacing: surfacing(&typed.comparing, typed.threshold)?,
                excerpts: None,
                // A passage counts wherever it stands.
                boilerplate: !typed.comparing.keep_boilerplate && !typed.excerpts,
                seed: typed.comparing.seed,
                min_words: typed.comparing.min_words,
                keep_hashes: typed.seen.adds(),
                reference_passages: typed.excerpts.then_some(ReferencePassages {
                    words: typed.passage,
                    fewest_words: typed.min_reference_words,
                }),
                ..Settings::default()
            },
            prefer: PreferPlan::of(typed.prefer),
            wanted,
            index: IndexPlan::of(typed.seen, typed.as_of),
            marks: typed.mark.then_some(MarkFields {
                duplicate_of: typed.mark_field,
                group: typed.group_field,
            }),
        })
    }
}

impl PreferPlan {
    fn of(typed: PreferRule) -> PreferPlan {
        let by = |keep| PreferPlan {
            keep,
            ..PreferPlan::default()
        };
        match typed {
            PreferRule::FirstPublished => by(Keep::FirstPublished),
            PreferRule::LastPublished => by(Keep::LastPublished),
            PreferRule::Longest => by(Keep::Longest),
            PreferRule::FirstRead => by(Keep::FirstRead),
            PreferRule::Sites(sites) => PreferPlan {
                sites: sites.iter().map(|site| site_name(site)).collect(),
                ..PreferPlan::default()
            },
            PreferRule::Field(field) => PreferPlan {
                field: Some(field),
                ..PreferPlan::default()
            },
        }
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
