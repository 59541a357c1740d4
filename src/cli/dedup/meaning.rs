//! What is meant by what was typed of a dedup.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use wirecopy::cluster::duplicates::Keep;
use wirecopy::pipeline::Settings;
use wirecopy::report::table::TableFormat;

use crate::cli::args::{DedupArguments, KeepName};
use crate::cli::meaning::{IndexPlan, Setup, one_on_standard_output, surfacing, table_format};
use crate::cli::outputs::{Named, Target, Wanted};
use crate::cli::status::Stop;

/// A dedup as it is meant.
pub struct Dedup {
    /// What it reads, and how it runs.
    pub setup: Setup,
    /// What a duplicate is.
    pub settings: Settings,
    /// Which of several stays.
    pub keep: Keep,
    /// The field that tells duplicates, if all documents are to be written.
    pub mark: Option<String>,
    /// What to write.
    pub wanted: Vec<Wanted<Report>>,
    /// What to do with an index.
    pub index: Option<IndexPlan>,
}

/// What a dedup writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Report {
    Documents(Packing),
    Removed(TableFormat),
    Rejects(TableFormat),
}

/// How the documents are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    None,
    Gzip,
    Zstd,
}

impl Dedup {
    /// Works out what the arguments mean.
    pub fn of(typed: DedupArguments) -> Result<Dedup, Stop> {
        let wanted = wanted(&typed)?;
        Ok(Dedup {
            setup: Setup::of(typed.inputs, &typed.reading, &typed.running),
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

/// What was asked for.
fn wanted(typed: &DedupArguments) -> Result<Vec<Wanted<Report>>, Stop> {
    let target = typed.output.as_deref().map_or(Target::Stdout, Target::of);
    let mut wanted = vec![Wanted {
        report: Report::Documents(Packing::of(&target)),
        target,
    }];
    let tables = [
        (
            "--removed",
            &typed.removed,
            Report::Removed as fn(TableFormat) -> Report,
        ),
        ("--rejects", &typed.rejects, Report::Rejects),
    ];
    for (flag, path, report) in tables {
        if let Some(path) = path {
            let target = Target::of(path);
            wanted.push(Wanted {
                report: report(table_format(flag, &target, None)?),
                target,
            });
        }
    }
    let cure = if typed.output.is_none() {
        "name a file for the documents with --output"
    } else {
        "name a file for one"
    };
    one_on_standard_output(&wanted, cure)?;
    Ok(wanted)
}

impl Named for Report {
    fn name(self) -> &'static str {
        match self {
            Report::Documents(_) => "documents",
            Report::Removed(_) => "list of removed documents",
            Report::Rejects(_) => "rejects",
        }
    }
}

impl Packing {
    /// As the name ends.
    fn of(target: &Target) -> Packing {
        let Target::File(path) = target else {
            return Packing::None;
        };
        let ending = path
            .extension()
            .map(|ending| ending.to_string_lossy().to_lowercase());
        match ending.as_deref() {
            Some("gz") => Packing::Gzip,
            Some("zst") => Packing::Zstd,
            _ => Packing::None,
        }
    }

    /// Packs what `fill` writes; the same bytes give the same file.
    pub fn write(
        self,
        mut out: &mut dyn Write,
        fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        match self {
            Packing::None => fill(out),
            Packing::Gzip => {
                let mut packed = GzEncoder::new(out, Compression::default());
                fill(&mut packed)?;
                packed.finish().map(|_| ())
            }
            Packing::Zstd => {
                let mut packed = zstd::Encoder::new(&mut out, zstd::DEFAULT_COMPRESSION_LEVEL)?;
                fill(&mut packed)?;
                packed.finish().map(|_| ())
            }
        }
    }
}
