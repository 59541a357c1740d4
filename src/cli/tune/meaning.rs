//! What is meant by what was typed of tuning.

use std::path::PathBuf;

use wirecopy::compare::exact::Excerpts;
use wirecopy::pipeline::{Choice, Settings, Surfacing};
use wirecopy::read::labels::LabelWords;
use wirecopy::report::tune::Varied;
use wirecopy::sketch::banding::{Banding, RecallTarget};
use wirecopy::text::shingle::Shingle;

use crate::cli::args::{FindingArguments, SourceArguments, TuneArguments, TuneFormat, When};
use crate::cli::layout::{self, Layout};
use crate::cli::meaning::{
    Setup, agreed, ending, now, one_on_standard_output, settings, surfacing,
};
use crate::cli::outputs::{Named, Target, Wanted};
use crate::cli::status::Stop;

/// What is tried unless told otherwise.
pub const THRESHOLDS: [f64; 7] = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
pub const CONTAINMENTS: [f64; 6] = [0.2, 0.3, 0.4, 0.5, 0.6, 0.8];
pub const PASSAGES: [u32; 6] = [15, 20, 25, 30, 40, 60];
pub const REWORDED_SCORES: [f64; 5] = [0.5, 0.8, 0.9, 0.97, 0.99];

/// More choices than anybody reads.
const MOST_CHOICES: usize = 2000;

/// Tuning as it is meant.
pub struct Tune {
    /// What it reads, and how it runs.
    pub setup: Setup,
    /// The searches, one for each shingle; the first is the scan that choices are compared with.
    pub searches: Vec<Search>,
    /// Tables of labels.
    pub labels: Vec<PathBuf>,
    /// What their words mean.
    pub words: LabelWords,
    /// The precision that the best choice has at least.
    pub min_precision: Option<f64>,
    /// Whether to look for valleys.
    pub suggest: bool,
    /// What to write.
    pub wanted: Vec<Wanted<Report>>,
    /// How a text looks.
    pub layout: Layout,
}

/// Choices that one search tells of.
pub struct Search {
    /// The scan that they are compared with.
    pub settings: Settings,
    /// The lowest numbers.
    pub lowest: Choice,
    /// How candidates are found for these.
    pub surfacing: Surfacing,
    /// What is tried, and how a scan would find candidates for it.
    pub choices: Vec<(Varied, Choice, Surfacing)>,
}

/// What tuning writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Report {
    Choices(TuneFormat),
    Page,
    Settings,
}

impl Named for Report {
    fn name(self) -> &'static str {
        match self {
            Report::Choices(_) => "choices",
            Report::Page => "report",
            Report::Settings => "settings",
        }
    }
}

impl Tune {
    /// Works out what the arguments mean; `colour` is that of the text.
    pub fn of(typed: TuneArguments, colour: When) -> Result<Tune, Stop> {
        let wanted = wanted(&typed)?;
        let mut searches = vec![search(&typed, typed.finding.comparing.shingle)?];
        let mut shingles = typed.shingles.clone().unwrap_or_default();
        shingles.dedup();
        for shingle in shingles {
            if shingle != typed.finding.comparing.shingle {
                searches.push(search(&typed, shingle)?);
            }
        }
        Ok(Tune {
            setup: Setup::of(typed.inputs, &typed.reading, &typed.running),
            searches,
            labels: typed.labels,
            words: LabelWords {
                copies: typed.copies,
                unsure: typed.unsure,
            },
            min_precision: typed.min_precision,
            suggest: typed.suggest,
            layout: layout::of(typed.width, colour, &wanted[0].target),
            wanted,
        })
    }
}

/// What is tried with one shingle: everything with that of the scan, and with others its choice alone.
fn search(typed: &TuneArguments, shingle: Shingle) -> Result<Search, Stop> {
    let sources = SourceArguments {
        credits: None,
        as_of: None,
    };
    let is_base = shingle == typed.finding.comparing.shingle;
    let settings = Settings {
        shingle,
        ..settings(&typed.finding.with(shingle), &sources, now())?
    };
    let base = Choice::of(&settings);
    let tried = match is_base {
        true => tried(typed, base),
        false => vec![(Varied::Shingle, base)],
    };
    if tried.len() > MOST_CHOICES {
        return Err(Stop::usage(format!(
            "{} choices are too many to show: at most {MOST_CHOICES}",
            tried.len()
        )));
    }
    let numbers: Vec<Choice> = tried.iter().map(|&(_, choice)| choice).collect();
    let lowest = Choice::lowest(&numbers).unwrap_or(base);
    let plan = |choice: Choice| surfacing(&typed.finding.comparing, choice.threshold);
    let choices: Result<Vec<_>, Stop> = tried
        .into_iter()
        .map(|(varied, choice)| Ok((varied, choice, plan(choice)?)))
        .collect();
    Ok(Search {
        surfacing: lowest_surfacing(typed, lowest)?,
        settings,
        lowest,
        choices: choices?,
    })
}

/// How candidates are found for the lowest numbers: by bands of the recall asked for, whatever bands a scan is to have.
fn lowest_surfacing(typed: &TuneArguments, lowest: Choice) -> Result<Surfacing, Stop> {
    let comparing = &typed.finding.comparing;
    if comparing.recall == 1.0 {
        return Ok(Surfacing::Prefixes);
    }
    let banding = Banding::for_recall(RecallTarget {
        threshold: lowest.threshold,
        recall: comparing.recall,
        permutations: comparing.permutations,
    });
    banding.map(Surfacing::Bands).map_err(Stop::usage)
}

/// The choices: the scan's own first, then by flag, or every combination.
fn tried(typed: &TuneArguments, base: Choice) -> Vec<(Varied, Choice)> {
    let list = |given: &Option<Vec<f64>>, usual: &[f64]| -> Vec<f64> {
        let mut list = given.clone().unwrap_or_else(|| usual.to_vec());
        list.sort_unstable_by(f64::total_cmp);
        list.dedup();
        list
    };
    let thresholds = list(&typed.thresholds, &THRESHOLDS);
    let containments = list(&typed.containments, &CONTAINMENTS);
    let mut passages = typed.passages.clone().unwrap_or_else(|| PASSAGES.to_vec());
    passages.sort_unstable();
    passages.dedup();
    let scores = list(&typed.reworded_scores, &REWORDED_SCORES);

    let mut tried = vec![(Varied::Nothing, base)];
    let with_excerpts = |excerpts: Excerpts| Choice {
        excerpts: Some(excerpts),
        ..base
    };
    let mut add = |varied, choice| {
        if choice != base {
            tried.push((varied, choice));
        }
    };
    if typed.grid {
        for &threshold in &thresholds {
            let Some(_) = base.excerpts else {
                add(Varied::Several, Choice { threshold, ..base });
                continue;
            };
            for &containment in &containments {
                for &passage in &passages {
                    let excerpts = Excerpts {
                        containment,
                        passage,
                    };
                    let choice = Choice {
                        threshold,
                        ..with_excerpts(excerpts)
                    };
                    add(Varied::Several, choice);
                }
            }
        }
        return tried;
    }
    for threshold in thresholds {
        add(Varied::Threshold, Choice { threshold, ..base });
    }
    if let Some(excerpts) = base.excerpts {
        for containment in containments {
            let excerpts = Excerpts {
                containment,
                ..excerpts
            };
            add(Varied::Containment, with_excerpts(excerpts));
        }
        for passage in passages {
            let excerpts = Excerpts {
                passage,
                ..excerpts
            };
            add(Varied::Passage, with_excerpts(excerpts));
        }
    }
    if base.reworded_score.is_some() {
        for score in scores {
            let choice = Choice {
                reworded_score: Some(score),
                ..base
            };
            add(Varied::RewordedScore, choice);
        }
    }
    tried
}

/// The outputs that were asked for; the choices are the first.
fn wanted(typed: &TuneArguments) -> Result<Vec<Wanted<Report>>, Stop> {
    let target = typed.output.as_deref().map_or(Target::Stdout, Target::of);
    let format = format(&target, typed.format)?;
    let mut wanted = vec![Wanted {
        report: Report::Choices(format),
        target,
    }];
    for (path, report) in [
        (&typed.report, Report::Page),
        (&typed.write, Report::Settings),
    ] {
        wanted.extend(path.as_deref().map(|path| Wanted {
            report,
            target: Target::of(path),
        }));
    }
    one_on_standard_output(&wanted, "name a file for one")?;
    Ok(wanted)
}

/// The format: as said, else as the name ends.
fn format(target: &Target, said: Option<TuneFormat>) -> Result<TuneFormat, Stop> {
    let Target::File(path) = target else {
        return Ok(said.unwrap_or(TuneFormat::Text));
    };
    let told = match ending(path).as_deref() {
        Some("json") => Some(TuneFormat::Json),
        Some("csv") => Some(TuneFormat::Csv),
        Some("txt" | "text") => Some(TuneFormat::Text),
        Some("html" | "htm") => {
            return Err(Stop::usage(format!(
                "--output {} ends like a page: --report writes one of choices, --sample one to label pairs on",
                path.display()
            )));
        }
        _ => None,
    };
    Ok(agreed(path, told, said)?.unwrap_or(TuneFormat::Text))
}

impl FindingArguments {
    /// The same with another shingle, whose usual containment and passage are its own.
    fn with(&self, shingle: Shingle) -> FindingArguments {
        let mut typed = self.clone();
        typed.comparing.shingle = shingle;
        typed
    }
}
