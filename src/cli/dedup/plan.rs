//! Checked settings of a dedup.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use wirecopy::cluster::duplicates::Keep;
use wirecopy::pipeline::Settings;
use wirecopy::report::table::TableFormat;

use crate::cli::args::{DedupArguments, KeepName};
use crate::cli::outputs::{NamedOutput, OutputTarget, WantedOutput};
use crate::cli::plan::{IndexPlan, RunSetup, one_on_standard_output, surfacing, wanted_table};
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

/// An output of a dedup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DedupOutput {
    Documents(OutputCompression),
    Removed(TableFormat),
    Rejects(TableFormat),
}

/// Compression of the documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputCompression {
    None,
    Gzip,
    Zstd,
}

impl DedupPlan {
    /// Checks the arguments of a dedup.
    pub fn of(typed: DedupArguments) -> Result<DedupPlan, Stop> {
        let wanted = wanted(&typed)?;
        Ok(DedupPlan {
            setup: RunSetup::of(typed.inputs, &typed.reading, &typed.running),
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
        report: DedupOutput::Documents(OutputCompression::of(&target)),
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

impl NamedOutput for DedupOutput {
    fn name(self) -> &'static str {
        match self {
            DedupOutput::Documents(_) => "documents",
            DedupOutput::Removed(_) => "list of removed documents",
            DedupOutput::Rejects(_) => "rejects",
        }
    }
}

impl OutputCompression {
    /// The compression that the file name asks for.
    fn of(target: &OutputTarget) -> OutputCompression {
        let OutputTarget::File(path) = target else {
            return OutputCompression::None;
        };
        let ending = path
            .extension()
            .map(|ending| ending.to_string_lossy().to_lowercase());
        match ending.as_deref() {
            Some("gz") => OutputCompression::Gzip,
            Some("zst") => OutputCompression::Zstd,
            _ => OutputCompression::None,
        }
    }

    /// Compresses the bytes that `fill` writes. The same bytes give the same file.
    pub fn write(
        self,
        mut out: &mut dyn Write,
        fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        match self {
            OutputCompression::None => fill(out),
            OutputCompression::Gzip => {
                let mut packed = GzEncoder::new(out, Compression::default());
                fill(&mut packed)?;
                packed.finish().map(|_| ())
            }
            OutputCompression::Zstd => {
                let mut packed = zstd::Encoder::new(&mut out, zstd::DEFAULT_COMPRESSION_LEVEL)?;
                fill(&mut packed)?;
                packed.finish().map(|_| ())
            }
        }
    }
}
