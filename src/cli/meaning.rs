//! What is meant by what was typed: validated settings that nothing after this checks again.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use jiff::{Span, SpanRelativeTo, Unit};
use wirecopy::attribution::credit::Credits;
use wirecopy::cluster::{Relation, Selection};
use wirecopy::compare::exact::{
    DEFAULT_CONTAINMENT, DEFAULT_CONTAINMENT_OF_CHARACTERS, DEFAULT_PASSAGE,
    DEFAULT_PASSAGE_OF_CHARACTERS, Excerpts,
};
use wirecopy::compare::reworded::{DEFAULT_WINDOW, Rewording};
use wirecopy::error::Size;
use wirecopy::pipeline::{LEAST_MEMORY, PageLimits, Settings, Surfacing};
use wirecopy::read::{self, FieldNames, dates};
use wirecopy::report::metrics;
use wirecopy::report::table::TableFormat;
use wirecopy::sketch::banding::{Banding, Bands, MOST_PERMUTATIONS, RecallTarget, Rows};
use wirecopy::text::domain;
use wirecopy::text::shingle::Shingle;

use super::args::{
    ComparingArguments, FindingArguments, InputFormat, OutputFormat, ReadingArguments,
    RelationName, RunningArguments, ScanArguments, SeenArguments, SourceArguments, When,
};
use super::outputs::{Named, Report, Target, Wanted};
use super::status::Stop;

/// The largest record that can be asked for: positions in a text are 32 bits, and normalising can lengthen a text threefold.
const LARGEST_RECORD: u64 = 1 << 30;

/// [`read::MAX_RECORD`] as it is typed.
pub const DEFAULT_MAX_RECORD: &str = "64M";

/// How a command reads its inputs and runs, whatever it does with them.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Files, directories or `-`, as given.
    pub inputs: Vec<String>,
    /// How to read them.
    pub reading: read::ReadSettings,
    /// The largest number of rejected records that is no failure; `None` for any number.
    pub most_rejects: Option<u64>,
    /// Whether a run that reads no document with a word fails.
    pub fail_if_empty: bool,
    /// The limit to memory, in bytes.
    pub memory: Option<u64>,
    /// The directory for temporary files.
    pub temp_dir: Option<PathBuf>,
    /// The number of threads; 0 means one a core.
    pub threads: usize,
    /// How much to say.
    pub talk: Talk,
}

impl Setup {
    /// Works out what the arguments mean.
    pub fn of(
        inputs: Vec<String>,
        reading: &ReadingArguments,
        running: &RunningArguments,
    ) -> Setup {
        Setup {
            inputs,
            reading: self::reading(reading, running),
            most_rejects: if reading.strict {
                Some(0)
            } else {
                reading.max_rejects
            },
            fail_if_empty: reading.fail_if_empty,
            memory: running.memory,
            temp_dir: running.temp_dir.clone(),
            threads: running.threads,
            talk: Talk::of(running),
        }
    }
}

/// A scan as it is meant.
pub struct Scan {
    /// What it reads, and how it runs.
    pub setup: Setup,
    /// What to find.
    pub settings: Settings,
    /// What to do with an index.
    pub index: Option<IndexPlan>,
    /// The reports to write, the summary and the metrics last.
    pub wanted: Vec<Wanted>,
    /// Labels that every metric gets.
    pub metrics_labels: Vec<(String, String)>,
}

/// What to do with an index.
#[derive(Debug, Clone)]
pub struct IndexPlan {
    pub directory: PathBuf,
    /// Whether the documents of the run join.
    pub adds: bool,
    /// Documents that joined before do not count.
    pub since: Option<i64>,
    /// When the documents of the run join.
    pub now: i64,
    /// The same if it was said: then a run may be made again.
    pub again: Option<i64>,
    /// Whether to wait for another run.
    pub wait: bool,
}

impl IndexPlan {
    /// What was meant.
    pub fn of(typed: SeenArguments, as_of: Option<i64>) -> Option<IndexPlan> {
        let adds = typed.adds();
        let now = as_of.unwrap_or_else(now);
        typed.index.map(|directory| IndexPlan {
            directory,
            adds,
            since: typed.keep.map(|keep| now.saturating_sub(keep)),
            now,
            again: as_of,
            wait: typed.wait,
        })
    }
}

/// How much to say on standard error.
#[derive(Debug, Clone, Copy)]
pub struct Talk {
    /// How far the run is.
    pub progress: When,
    /// What the run found.
    pub closing: bool,
    /// What each stage did and took, and every reject.
    pub details: bool,
}

impl Scan {
    /// Works out what the arguments mean.
    pub fn of(typed: ScanArguments) -> Result<Scan, Stop> {
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
        Ok(Scan {
            setup: Setup::of(typed.inputs, &typed.reading, &typed.running),
            settings: Settings {
                list_passages: typed.passages,
                keep_hashes: typed.seen.adds(),
                page: typed
                    .report
                    .is_some()
                    .then(|| PageLimits::of_pairs(typed.report_limit)),
                ..settings(&typed.finding, &typed.sources, at)?
            },
            index: IndexPlan::of(typed.seen, typed.sources.as_of),
            wanted,
            metrics_labels: typed.metrics_label,
        })
    }
}

impl Talk {
    /// How much the arguments want to hear.
    pub fn of(typed: &RunningArguments) -> Talk {
        Talk {
            progress: if typed.quiet && typed.progress == When::Auto {
                When::Never
            } else {
                typed.progress
            },
            closing: !typed.quiet,
            details: typed.verbose,
        }
    }
}

/// What is to be found, and what speaks for a source, at that time.
pub fn settings(
    typed: &FindingArguments,
    sources: &SourceArguments,
    now: i64,
) -> Result<Settings, Stop> {
    let (containment, passage) = match typed.comparing.shingle {
        Shingle::Words(_) => (DEFAULT_CONTAINMENT, DEFAULT_PASSAGE),
        Shingle::Chars(_) => (
            DEFAULT_CONTAINMENT_OF_CHARACTERS,
            DEFAULT_PASSAGE_OF_CHARACTERS,
        ),
    };
    let selection = Selection {
        relations: typed.relations.iter().copied().map(relation).collect(),
        same_site_containment: typed.same_site_containment,
        sites: typed.site.iter().map(|site| site_name(site)).collect(),
        not_sites: typed.not_site.iter().map(|site| site_name(site)).collect(),
        cross_site_only: typed.cross_site_only,
        window: typed.window,
        all_pairs: typed.all_pairs,
    };
    let excerpts = selection.takes(Relation::Excerpt).then(|| Excerpts {
        containment: typed.containment.unwrap_or(containment),
        passage: typed.passage.unwrap_or(passage),
    });
    let credits = match &sources.credits {
        None => Credits::built_in(),
        Some(path) => credits(path)?,
    };
    Ok(Settings {
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
        as_of: Some(now),
        keep_hashes: false,
        memory: None,
        reworded: typed.reworded.then(|| Rewording {
            score: typed.reworded_score,
            window: typed.window.unwrap_or(DEFAULT_WINDOW),
        }),
        selection,
    })
}

/// How candidates are found that a threshold asks for.
pub fn surfacing(typed: &ComparingArguments, threshold: f64) -> Result<Surfacing, Stop> {
    Ok(match (typed.bands, typed.rows) {
        (Some(bands), Some(rows)) => {
            Surfacing::Bands(Banding::new(Bands(bands), Rows(rows)).map_err(Stop::usage)?)
        }
        _ if typed.recall == 1.0 => Surfacing::Prefixes,
        _ => {
            let target = RecallTarget {
                threshold,
                recall: typed.recall,
                permutations: typed.permutations,
            };
            Surfacing::Bands(Banding::for_recall(target).map_err(Stop::usage)?)
        }
    })
}

/// How inputs are to be read.
fn reading(typed: &ReadingArguments, running: &RunningArguments) -> read::ReadSettings {
    let fields = &typed.fields;
    let usual = FieldNames::default();
    let named =
        |typed: &Option<String>, usual: Vec<String>| typed.clone().map_or(usual, |name| vec![name]);
    read::ReadSettings {
        format: typed.input_format.map(|format| match format {
            InputFormat::Jsonl => read::SourceFormat::Jsonl,
            InputFormat::Csv => read::SourceFormat::Csv,
            InputFormat::Tsv => read::SourceFormat::Tsv,
            InputFormat::Text => read::SourceFormat::Text,
        }),
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
        max_record: typed.max_record.try_into().unwrap_or(usize::MAX),
        temp_dir: running.temp_dir.clone(),
        ..read::ReadSettings::default()
    }
}

/// The reports that were asked for. The summary and the metrics are the last, so that they can tell what writing the others took.
fn wanted(typed: &ScanArguments) -> Result<Vec<Wanted>, Stop> {
    let pairs_format = typed.format.map(|format| match format {
        OutputFormat::Csv => TableFormat::Csv,
        OutputFormat::Jsonl => TableFormat::Jsonl,
    });
    if typed.passages && !lists_fit(typed, pairs_format) {
        return Err(Stop::usage(
            "--passages needs pairs in .jsonl: let --output end so, or say --format jsonl"
                .to_owned(),
        ));
    }
    let pairs_target = typed.output.as_deref().map_or(Target::Stdout, Target::of);
    let mut wanted = vec![Wanted {
        report: Report::Pairs(table_format("--output", &pairs_target, pairs_format)?),
        target: pairs_target,
    }];
    let tables = [
        (
            "--clusters",
            &typed.clusters,
            Report::Clusters as fn(TableFormat) -> Report,
        ),
        ("--members", &typed.members, Report::Members),
        ("--sites", &typed.sites, Report::Sites),
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
    for (path, report) in [
        (&typed.report, Report::Page),
        (&typed.summary, Report::Summary),
        (&typed.metrics, Report::Metrics),
    ] {
        wanted.extend(path.as_deref().map(|path| Wanted {
            report,
            target: Target::of(path),
        }));
    }
    let cure = if typed.output.is_none() {
        "name a file for the pairs with --output"
    } else {
        "name a file for one"
    };
    one_on_standard_output(&wanted, cure)?;
    Ok(wanted)
}

/// Refuses two reports on standard output; `cure` is what to do.
pub fn one_on_standard_output<R: Named>(wanted: &[Wanted<R>], cure: &str) -> Result<(), Stop> {
    let mut on_standard_output = wanted
        .iter()
        .filter(|wanted| wanted.target == Target::Stdout);
    match (on_standard_output.next(), on_standard_output.next()) {
        (Some(first), Some(second)) => Err(Stop::usage(format!(
            "the {} and the {} cannot both go to standard output: {cure}",
            first.report.name(),
            second.report.name()
        ))),
        _ => Ok(()),
    }
}

fn lists_fit(typed: &ScanArguments, said: Option<TableFormat>) -> bool {
    let target = typed.output.as_deref().map_or(Target::Stdout, Target::of);
    table_format("--output", &target, said).is_ok_and(TableFormat::holds_lists)
}

fn relation(name: RelationName) -> Relation {
    match name {
        RelationName::Exact => Relation::Exact,
        RelationName::Near => Relation::Near,
        RelationName::Excerpt => Relation::Excerpt,
    }
}

/// A site as the corpus calls it: a host or a url stands for its registrable domain.
fn site_name(typed: &str) -> String {
    domain::registrable(typed).unwrap_or_else(|| typed.to_lowercase())
}

fn credits(path: &Path) -> Result<Credits, Stop> {
    let unreadable = |error: io::Error| {
        Stop::usage(format!("cannot read --credits {}: {error}", path.display()))
    };
    let table = fs::read_to_string(path).map_err(unreadable)?;
    Credits::extended(&table)
        .map_err(|error| Stop::usage(format!("--credits {}: {error}", path.display())))
}

pub fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

/// The format of a table: as its name ends, or as said where the name does not tell.
pub fn table_format(
    flag: &str,
    target: &Target,
    said: Option<TableFormat>,
) -> Result<TableFormat, Stop> {
    let Target::File(path) = target else {
        return Ok(said.unwrap_or(TableFormat::Csv));
    };
    let ending = ending(path);
    let told = TableFormat::ALL
        .into_iter()
        .find(|format| ending.as_deref() == Some(format.name()));
    match (told, said) {
        (Some(told), Some(said)) if told != said => Err(Stop::usage(format!(
            "{flag} {} ends in .{} but --format says {}: drop one of them",
            path.display(),
            told.name(),
            said.name()
        ))),
        (Some(format), _) | (None, Some(format)) => Ok(format),
        // A pipe or a device is what standard output might be too; a directory is refused for what it is.
        (None, None) if is_no_file(path) => Ok(TableFormat::Csv),
        (None, None) => {
            let endings = TableFormat::ALL
                .map(|format| format!(".{}", format.name()))
                .join(" or ");
            let or_said = if flag == "--output" {
                ", or say it with --format"
            } else {
                ""
            };
            Err(Stop::usage(format!(
                "cannot tell the format of {flag} {}: let the name end in {endings}{or_said}",
                path.display()
            )))
        }
    }
}

/// How a name ends, in small letters.
pub fn ending(path: &Path) -> Option<String> {
    let ending = path.extension()?;
    Some(ending.to_string_lossy().to_lowercase())
}

/// What the name of an output tells of its format, or what --format says, if they do not say different things.
pub fn agreed<F: PartialEq>(
    path: &Path,
    told: Option<F>,
    said: Option<F>,
) -> Result<Option<F>, Stop> {
    match (told, said) {
        (Some(told), Some(said)) if told != said => Err(Stop::usage(format!(
            "--output {} and --format say different things: drop one of them",
            path.display()
        ))),
        (told, said) => Ok(said.or(told)),
    }
}

/// Whether there is something that is no regular file.
fn is_no_file(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| !metadata.is_file())
}

/// A share over 0 and at most 1.
pub fn share(typed: &str) -> Result<f64, String> {
    let share: f64 = typed.parse().map_err(|_| "not a number".to_owned())?;
    if share > 0.0 && share <= 1.0 {
        Ok(share)
    } else {
        Err("it must be over 0 and at most 1".to_owned())
    }
}

/// A number of permutations that can be signed.
pub fn permutations(typed: &str) -> Result<usize, String> {
    let count = typed
        .parse()
        .ok()
        .filter(|count| (1..=MOST_PERMUTATIONS).contains(count));
    count.ok_or_else(|| format!("it must be a whole number from 1 to {MOST_PERMUTATIONS}"))
}

/// A moment in seconds since 1970.
pub fn moment(typed: &str) -> Result<i64, String> {
    let moment = dates::parse(typed).ok_or("a date is 2026-03-08 or 2026-03-08T12:00:00Z")?;
    Ok(moment.seconds)
}

/// A label of metrics: a name that Prometheus takes and that no metric has itself, and a value.
pub fn label(typed: &str) -> Result<(String, String), String> {
    let (name, value) = typed.split_once('=').ok_or("a label is NAME=VALUE")?;
    if metrics::is_free_label(name) {
        Ok((name.to_owned(), value.to_owned()))
    } else {
        Err(format!(
            "the name of a label is of letters, digits and _, begins with a letter, and is none of {}",
            metrics::OWN_LABELS.join(", ")
        ))
    }
}

/// A span of time in seconds, days counting 24 hours.
pub fn window(typed: &str) -> Result<i64, String> {
    let advice = || {
        "a time is a number and a unit (w, d, h, m, s), or several such: 3d, 36h, 1d12h".to_owned()
    };
    let span: Span = typed.parse().map_err(|_| advice())?;
    if span.is_negative() {
        return Err("it must not be negative".to_owned());
    }
    // Months and years, whose length varies, have no such total.
    let seconds = span
        .total((Unit::Second, SpanRelativeTo::days_are_24_hours()))
        .map_err(|_| advice())?;
    Ok(seconds as i64)
}

/// A number of bytes, in units of 1024 where it ends in K, M or G.
pub fn record_size(typed: &str) -> Result<u64, String> {
    let bytes = size(typed).filter(|bytes| (1..=LARGEST_RECORD).contains(bytes));
    bytes.ok_or_else(|| {
        "the size of a record is from 1 byte to 1G: a number of bytes, or of units of 1024 such as 512K, 64M, 1G".to_owned()
    })
}

/// The same for memory.
pub fn memory_size(typed: &str) -> Result<u64, String> {
    let bytes = size(typed).filter(|&bytes| bytes >= LEAST_MEMORY);
    bytes.ok_or_else(|| {
        format!(
            "memory is {} or more: a number of bytes, or of units of 1024 such as 512M, 2G",
            Size(LEAST_MEMORY)
        )
    })
}

fn size(typed: &str) -> Option<u64> {
    let digits = typed.find(|c: char| !c.is_ascii_digit());
    let (digits, unit) = typed.split_at(digits.unwrap_or(typed.len()));
    let unit = match unit.to_ascii_uppercase().as_str() {
        "" => 1,
        "K" | "KB" | "KIB" => 1 << 10,
        "M" | "MB" | "MIB" => 1 << 20,
        "G" | "GB" | "GIB" => 1 << 30,
        "T" | "TB" | "TIB" => 1 << 40,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows() {
        for (typed, seconds) in [
            ("3d", 259_200),
            ("36h", 129_600),
            ("90m", 5400),
            ("1d12h", 129_600),
            ("1w", 604_800),
            ("0s", 0),
            ("1d 12h", 129_600),
            ("1.5h", 5400),
        ] {
            assert_eq!(window(typed), Ok(seconds), "{typed}");
        }
        for typed in [
            "",
            "3",
            "soon",
            "-3d",
            "1mo",
            "1y",
            "3d ago",
            "99999999999999d",
        ] {
            assert!(window(typed).is_err(), "{typed}");
        }
    }

    #[test]
    fn sizes() {
        for (typed, bytes) in [
            ("1", 1),
            ("512K", 524_288),
            ("64M", 67_108_864),
            ("1g", 1 << 30),
            ("2MiB", 2 << 20),
        ] {
            assert_eq!(record_size(typed), Ok(bytes), "{typed}");
        }
        for typed in ["", "0", "M", "-1", "1.5M", "64X", "1025M", "99999999999G"] {
            assert!(record_size(typed).is_err(), "{typed}");
        }
    }

    #[test]
    fn shares_on_both_sides_of_their_bounds() {
        for (typed, fits) in [
            ("0", false),
            ("0.000001", true),
            ("1", true),
            ("1.0000001", false),
            ("nan", false),
            ("-0.5", false),
            ("x", false),
        ] {
            assert_eq!(share(typed).is_ok(), fits, "{typed}");
        }
    }

    #[test]
    fn the_quoted_default_can_be_meant() {
        assert_eq!(record_size(DEFAULT_MAX_RECORD), Ok(read::MAX_RECORD as u64));
    }
}
