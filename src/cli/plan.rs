//! Checked settings, worked out from what was typed. Later code does not check them again.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use crate::attribution::credit::Credits;
use crate::cluster::{Relation, Selection};
use crate::compare::exact::Excerpts;
use crate::compare::reworded::{DEFAULT_WINDOW, Rewording};
use crate::document::{Precision, Published};
use crate::pipeline::{PageLimits, Settings, Surfacing};
use crate::read::dates::DateSettings;
use crate::read::{self, FieldNames};
use crate::report::table::{FileCompression, TableEncoding, TableFormat};
use crate::sketch::banding::{Banding, Bands, RecallTarget, Rows};
use crate::text::domain;
use crate::text::words::WordRule;

use super::args::matching::{ComparingArguments, FindingArguments, RelationName};
use super::args::nightly::SeenArguments;
use super::args::reading::{QuoteName, ReadingArguments};
use super::args::reference::ReferenceArguments;
use super::args::running::{RunningArguments, UseWhen};
use super::args::scan::{OutputFormatName, ScanArguments};
use super::args::sources::SourceArguments;
use super::outputs::{NamedOutput, OutputTarget, ScanReport, WantedOutput};
use super::reference::ReferencePlan;
use super::rejected::PermittedRejects;
use super::status::Stop;

/// Encoding of a table on standard output.
const USUAL_ENCODING: TableEncoding = TableEncoding {
    format: TableFormat::Csv,
    compression: FileCompression::None,
    byte_order_mark: false,
};

/// Share of the limit to memory that rows in memory may take.
const SHARE_OF_ROWS: u64 = 4;

/// Inputs and resources of a command.
#[derive(Debug, Clone)]
pub struct RunSetup {
    /// Files, directories or `-`, as given.
    pub inputs: Vec<String>,
    /// Settings of the readers.
    pub reading: read::ReadSettings,
    /// Reference that the inputs are compared with instead of each other.
    pub reference: Option<ReferencePlan>,
    /// Largest number of rejected records with which a run succeeds; `None` for any number.
    pub permitted_rejects: PermittedRejects,
    /// True if a record whose id names another document of the index makes the run fail.
    pub strict: bool,
    /// True if a run without any word must fail.
    pub fail_if_empty: bool,
    /// Limit to memory, in bytes.
    pub memory: Option<u64>,
    /// Directory for temporary files.
    pub temp_dir: Option<PathBuf>,
    /// Number of threads; 0 means one per core.
    pub threads: usize,
    /// Messages to print.
    pub verbosity: Verbosity,
}

/// Messages to print on standard error.
#[derive(Debug, Clone, Copy)]
pub struct Verbosity {
    /// Progress of the run.
    pub progress: UseWhen,
    /// The closing lines.
    pub closing: bool,
    /// Details of each stage, and every rejected record.
    pub details: bool,
}

/// A scan to run.
pub struct ScanPlan {
    /// Inputs and resources.
    pub setup: RunSetup,
    /// Settings of the pipeline.
    pub settings: Settings,
    /// Use of an index.
    pub index: Option<IndexPlan>,
    /// Reports to write; the summary and the metrics come last.
    pub wanted: Vec<WantedOutput>,
    /// Labels of every metric.
    pub metrics_labels: Vec<(String, String)>,
}

/// Use of an index by a run.
#[derive(Debug, Clone)]
pub struct IndexPlan {
    /// Directory of the index.
    pub directory: PathBuf,
    /// True if the documents of the run are added.
    pub adds: bool,
    /// Documents that were added before this time are ignored.
    pub since: Option<i64>,
    /// Time at which the documents of the run are added.
    pub now: i64,
    /// The same time if the user gave it. The run can then be repeated.
    pub again: Option<i64>,
    /// True to wait for another run that writes to the index.
    pub wait: bool,
    /// True if documents of the same night that are not read again are withdrawn.
    pub replace_night: bool,
    /// True if most documents may replace one of the index, and may do so by their id alone.
    pub allow_replacing: bool,
}

impl RunSetup {
    /// Takes inputs and resources from the arguments.
    pub fn of(
        inputs: Vec<String>,
        reading: &ReadingArguments,
        running: &RunningArguments,
    ) -> RunSetup {
        RunSetup {
            inputs,
            reading: read_settings(reading, running),
            reference: None,
            permitted_rejects: PermittedRejects {
                most: if reading.strict {
                    Some(0)
                } else {
                    reading.max_rejects
                },
                unknown_loss: reading.allow_loss,
            },
            strict: reading.strict,
            fail_if_empty: reading.fail_if_empty,
            memory: running.memory,
            temp_dir: running.temp_dir.clone(),
            threads: running.threads,
            verbosity: Verbosity::of(running),
        }
    }

    /// The same with the reference that the arguments name.
    pub fn against(mut self, typed: &ReferenceArguments) -> Result<RunSetup, Stop> {
        self.reference = ReferencePlan::of(typed, &self.reading)?;
        Ok(self)
    }
}

impl Verbosity {
    fn of(typed: &RunningArguments) -> Verbosity {
        Verbosity {
            progress: if typed.quiet && typed.progress == UseWhen::Auto {
                UseWhen::Never
            } else {
                typed.progress
            },
            closing: !typed.quiet,
            details: typed.verbose,
        }
    }
}

impl ScanPlan {
    /// Checks the arguments of a scan.
    pub fn of(typed: ScanArguments) -> Result<ScanPlan, Stop> {
        let wanted = wanted(&typed)?;
        let labels = &typed.metrics_label;
        if let Some((_, (twice, _))) = labels
            .iter()
            .enumerate()
            .find(|(at, (name, _))| labels[..*at].iter().any(|(other, _)| other == name))
        {
            return Err(Stop::usage(format!("--metrics-label names {twice} twice")));
        }
        let at = typed.sources.as_of.unwrap_or_else(now);
        Ok(ScanPlan {
            setup: RunSetup::of(typed.inputs, &typed.reading, &typed.running)
                .against(&typed.reference)?,
            settings: Settings {
                list_passages: typed.passages,
                keep_hashes: typed.seen.adds(),
                page: typed
                    .report
                    .is_some()
                    .then(|| PageLimits::of_pairs(typed.report_limit)),
                ..settings(&typed.finding, &typed.sources, at)?
            },
            index: IndexPlan::of(typed.seen, typed.sources.as_of.map(|date| date.seconds)),
            wanted,
            metrics_labels: typed.metrics_label,
        })
    }
}

impl IndexPlan {
    /// Takes the use of an index from the arguments, if one is named.
    pub fn of(typed: SeenArguments, as_of: Option<i64>) -> Option<IndexPlan> {
        let adds = typed.adds();
        let now = as_of.unwrap_or_else(|| now().seconds);
        typed.index.map(|directory| IndexPlan {
            directory,
            adds,
            since: typed.keep.map(|keep| now.saturating_sub(keep)),
            now,
            again: as_of,
            wait: typed.wait,
            replace_night: typed.replace_night,
            allow_replacing: typed.allow_replacing,
        })
    }
}

/// Settings of the pipeline. Dates after `as_of` are ignored as evidence of a source.
pub fn settings(
    typed: &FindingArguments,
    sources: &SourceArguments,
    as_of: Published,
) -> Result<Settings, Stop> {
    let usual = Excerpts::default_for(typed.comparing.shingle);
    let selection = Selection {
        relations: typed.relations.iter().copied().map(relation).collect(),
        same_site_containment: typed.same_site_containment,
        sites: typed.site.iter().map(|site| site_name(site)).collect(),
        not_sites: typed.not_site.iter().map(|site| site_name(site)).collect(),
        cross_site_only: typed.cross_site_only,
        window: typed.window,
        max_quoted: typed.max_quoted,
        all_pairs: typed.all_pairs,
    };
    let excerpts = selection.takes(Relation::Excerpt).then(|| Excerpts {
        containment: typed.containment.unwrap_or(usual.containment),
        passage: typed.passage.unwrap_or(usual.passage),
        long_passage: (typed.long_passage > 0).then_some(typed.long_passage),
    });
    let credits = match &sources.credits {
        None => Credits::built_in(),
        Some(path) => credits(path)?,
    };
    Ok(Settings {
        word_rule: WordRule::default(),
        shingle: typed.comparing.shingle,
        threshold: typed.threshold,
        surfacing: surfacing(&typed.comparing, typed.threshold)?,
        excerpts,
        boilerplate: !typed.comparing.keep_boilerplate,
        seed: typed.comparing.seed,
        min_words: typed.comparing.min_words,
        list_passages: false,
        page: None,
        credits: Arc::new(credits),
        as_of: Some(as_of),
        keep_hashes: false,
        memory: None,
        reference_passages: None,
        reworded: typed.reworded.then(|| Rewording {
            score: typed.reworded_score,
            window: typed.window.unwrap_or(DEFAULT_WINDOW),
        }),
        selection,
    })
}

/// Method that finds the candidates for a threshold.
pub fn surfacing(typed: &ComparingArguments, threshold: f64) -> Result<Surfacing, Stop> {
    Ok(match (typed.bands, typed.rows) {
        (Some(bands), Some(rows)) => {
            Surfacing::Bands(Banding::new(Bands(bands), Rows(rows)).map_err(Stop::usage)?)
        }
        _ => surfacing_for_recall(typed, threshold)?,
    })
}

/// Method that finds the candidates for a threshold and the given recall.
pub fn surfacing_for_recall(typed: &ComparingArguments, threshold: f64) -> Result<Surfacing, Stop> {
    Surfacing::for_recall(RecallTarget {
        threshold,
        recall: typed.recall,
        permutations: typed.permutations,
    })
    .map_err(Stop::usage)
}

/// Settings of the readers.
fn read_settings(typed: &ReadingArguments, running: &RunningArguments) -> read::ReadSettings {
    let fields = &typed.fields;
    let usual = FieldNames::default();
    let named =
        |typed: &Option<String>, usual: Vec<String>| typed.clone().map_or(usual, |name| vec![name]);
    read::ReadSettings {
        format: typed.input_format,
        encoding: typed.dialect.encoding,
        dialect: read::DialectSettings {
            delimiter: typed.dialect.delimiter,
            quotes: typed.dialect.quote.map(|quote| quote == QuoteName::Double),
        },
        header: match (&typed.dialect.columns, typed.dialect.no_header) {
            (Some(names), _) => read::HeaderLine::Given(names.clone()),
            (None, true) => read::HeaderLine::Inferred,
            (None, false) => read::HeaderLine::Present,
        },
        expansion: read::ExpansionLimit {
            ratio: typed.max_expansion,
        },
        fields: FieldNames {
            id: named(&fields.id_field, usual.id),
            text: named(&fields.text_field, usual.text),
            url: named(&fields.url_field, usual.url),
            site: named(&fields.site_field, usual.site),
            published: named(&fields.published_field, usual.published),
            title: named(&fields.title_field, usual.title),
            author: named(&fields.author_field, usual.author),
            canonical: named(&fields.canonical_field, usual.canonical),
            crawled: named(&fields.crawled_field, usual.crawled),
        },
        dates: DateSettings {
            formats: typed.date_format.clone(),
            time_zone: typed.time_zone.clone().unwrap_or_default(),
        },
        from_path: read::WantedFromPath {
            site: fields.site_from_path,
            date: fields.date_from_path,
        },
        plain_http: typed.allow_http,
        max_record: typed.max_record.try_into().unwrap_or(usize::MAX),
        kept_rows: running.memory.map(|limit| limit / SHARE_OF_ROWS),
        temp_dir: running.temp_dir.clone(),
        ..read::ReadSettings::default()
    }
}

/// A table to write, if a file is named for it.
pub fn wanted_table<R>(
    flag: &str,
    path: Option<&Path>,
    report: impl Fn(TableEncoding) -> R,
) -> Result<Option<WantedOutput<R>>, Stop> {
    let Some(path) = path else { return Ok(None) };
    let target = OutputTarget::of(path);
    Ok(Some(WantedOutput {
        report: report(encoding_of(flag, &target)?.unwrap_or(USUAL_ENCODING)),
        target,
    }))
}

/// The corpus without boilerplate, if a file is named for it.
fn wanted_clean(typed: &ScanArguments) -> Result<Option<WantedOutput>, Stop> {
    let Some(path) = &typed.clean else {
        return Ok(None);
    };
    let target = OutputTarget::of(path);
    let encoding = encoding_of("--clean", &target)?;
    Ok(Some(WantedOutput {
        report: ScanReport::Clean(encoding.unwrap_or(TableFormat::Jsonl.into())),
        target,
    }))
}

/// The reports to write. The summary and the metrics come last, because they include the time that
/// writing the others took.
fn wanted(typed: &ScanArguments) -> Result<Vec<WantedOutput>, Stop> {
    let requested = typed.format.map(|format| match format {
        OutputFormatName::Csv => TableFormat::Csv,
        OutputFormatName::Tsv => TableFormat::Tsv,
        OutputFormatName::Jsonl => TableFormat::Jsonl,
        OutputFormatName::Parquet => TableFormat::Parquet,
        OutputFormatName::Arrow => TableFormat::Arrow,
    });
    let target = OutputTarget::of_flag(typed.output.as_deref());
    let encoding = pairs_encoding(&target, requested);
    if typed.passages && !matches!(encoding, Ok(encoding) if encoding.format.holds_lists()) {
        return Err(Stop::usage(
            "--passages needs pairs in .jsonl: name such a file with --output, or add \
             --format jsonl",
        ));
    }
    let mut wanted = vec![WantedOutput {
        report: ScanReport::Pairs(encoding?),
        target,
    }];
    let (clusters, members) = (typed.clusters.as_deref(), typed.members.as_deref());
    let (sites, rejects) = (typed.sites.as_deref(), typed.rejects.as_deref());
    wanted.extend(wanted_table("--clusters", clusters, ScanReport::Clusters)?);
    wanted.extend(wanted_table("--members", members, ScanReport::Members)?);
    wanted.extend(wanted_table("--sites", sites, ScanReport::Sites)?);
    wanted.extend(wanted_table("--rejects", rejects, ScanReport::Rejects)?);
    wanted.extend(wanted_clean(typed)?);
    if typed.bom {
        let mut marked = false;
        for output in &mut wanted {
            if let Some(encoding) = output.report.encoding_mut() {
                encoding.byte_order_mark = true;
                marked |= encoding.format.is_delimited();
            }
        }
        if !marked {
            return Err(Stop::usage(
                "--bom is for tables in .csv or .tsv, and there is none",
            ));
        }
    }
    for (path, report) in [
        (&typed.report, ScanReport::Page),
        (&typed.summary, ScanReport::Summary),
        (&typed.metrics, ScanReport::Metrics),
    ] {
        wanted.extend(path.as_deref().map(|path| WantedOutput {
            report,
            target: OutputTarget::of(path),
        }));
    }
    let advice = if typed.output.is_none() {
        "name a file for the pairs with --output"
    } else {
        "name a file for one"
    };
    one_on_standard_output(&wanted, advice)?;
    Ok(wanted)
}

/// Rejects two outputs on standard output. `advice` ends the message.
pub fn one_on_standard_output<R: NamedOutput>(
    wanted: &[WantedOutput<R>],
    advice: &str,
) -> Result<(), Stop> {
    let mut on_standard_output = wanted
        .iter()
        .filter(|wanted| wanted.target == OutputTarget::Stdout);
    match (on_standard_output.next(), on_standard_output.next()) {
        (Some(first), Some(second)) => Err(Stop::usage(format!(
            "the {} and the {} cannot both go to standard output: {advice}",
            first.report.name(),
            second.report.name()
        ))),
        _ => Ok(()),
    }
}

fn relation(name: RelationName) -> Relation {
    match name {
        RelationName::Exact => Relation::Exact,
        RelationName::Near => Relation::Near,
        RelationName::Excerpt => Relation::Excerpt,
    }
}

/// The name of a site in the corpus. A host or a url stands for its registrable domain.
pub fn site_name(typed: &str) -> String {
    domain::registrable(typed).unwrap_or_else(|| typed.to_lowercase())
}

/// Reads a table of credits.
fn credits(path: &Path) -> Result<Credits, Stop> {
    let unreadable = |error: io::Error| {
        Stop::usage(format!("cannot read --credits {}: {error}", path.display()))
    };
    let table = fs::read_to_string(path).map_err(unreadable)?;
    Credits::extended(&table)
        .map_err(|error| Stop::usage(format!("--credits {}: {error}", path.display())))
}

/// The time now.
pub fn now() -> Published {
    Published {
        seconds: jiff::Timestamp::now().as_second(),
        precision: Precision::Second,
    }
}

/// The encoding of the pairs: that of the file name, or the format that is `requested` if the name
/// does not show it.
fn pairs_encoding(
    target: &OutputTarget,
    requested: Option<TableFormat>,
) -> Result<TableEncoding, Stop> {
    let (OutputTarget::File(path), Some(format)) = (target, requested) else {
        let encoding = encoding_of("--output", target).map_err(|stop| match stop {
            Stop::Usage(error) => Stop::usage(format!("{error}, or add --format")),
            other => other,
        });
        return Ok(encoding?
            .or(requested.map(TableEncoding::from))
            .unwrap_or(USUAL_ENCODING));
    };
    let name = path.to_string_lossy();
    match TableEncoding::of_name(&name) {
        Some(of_name) if of_name.format != format => Err(Stop::usage(format!(
            "--output {} has the ending of {} but --format is {}: drop one of them",
            path.display(),
            of_name.format.name(),
            format.name()
        ))),
        Some(of_name) => Ok(of_name),
        None => Ok(TableEncoding {
            format,
            compression: FileCompression::of_name(&name.to_ascii_lowercase()).0,
            byte_order_mark: false,
        }),
    }
}

/// The encoding that the name of an output asks for; `None` for standard output, a pipe or a
/// device. `flag` is the flag of the output, for messages.
pub fn encoding_of(flag: &str, target: &OutputTarget) -> Result<Option<TableEncoding>, Stop> {
    let OutputTarget::File(path) = target else {
        return Ok(None);
    };
    match TableEncoding::of_name(&path.to_string_lossy()) {
        Some(encoding) => Ok(Some(encoding)),
        // A directory gets its own error later.
        None if is_special(path) => Ok(None),
        None => Err(Stop::usage(format!(
            "cannot tell the format of {flag} {}: use a name that ends in {}",
            path.display(),
            TableFormat::known_endings()
        ))),
    }
}

/// The extension of a file name, in lower case.
pub fn ending(path: &Path) -> Option<String> {
    let ending = path.extension()?;
    Some(ending.to_string_lossy().to_lowercase())
}

/// The format of an output: that of its file name or of --format, which must not differ.
pub fn agreed<F: PartialEq>(
    path: &Path,
    of_name: Option<F>,
    requested: Option<F>,
) -> Result<Option<F>, Stop> {
    match (of_name, requested) {
        (Some(of_name), Some(requested)) if of_name != requested => Err(Stop::usage(format!(
            "--output {} and --format name different formats: drop one of them",
            path.display()
        ))),
        (of_name, requested) => Ok(requested.or(of_name)),
    }
}

/// Returns true if something other than a regular file has this path.
fn is_special(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| !metadata.is_file())
}
