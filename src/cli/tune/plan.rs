//! Checked settings of tuning.

use std::path::PathBuf;

use crate::compare::exact::Excerpts;
use crate::pipeline::{Choice, Settings, Surfacing};
use crate::read::DialectSettings;
use crate::read::labels::{LabelColumns, LabelSettings, LabelWords};
use crate::report::tune::Varied;
use crate::text::shingle::Shingle;

use crate::cli::args::matching::FindingArguments;
use crate::cli::args::running::UseWhen;
use crate::cli::args::sources::SourceArguments;
use crate::cli::args::tune::{TuneArguments, TuneFormat};
use crate::cli::layout::{self, TextLayout};
use crate::cli::outputs::{NamedOutput, OutputTarget, WantedOutput};
use crate::cli::plan::{
    RunSetup, agreed, ending, now, one_on_standard_output, settings, surfacing,
    surfacing_for_recall,
};
use crate::cli::status::Stop;
use crate::cli::values::{
    TRIED_CONTAINMENTS, TRIED_PASSAGES, TRIED_REWORDED_SCORES, TRIED_THRESHOLDS,
};

/// Maximum number of choices; nobody reads more.
const MOST_CHOICES: usize = 2000;

/// Choices to compare.
pub struct TunePlan {
    /// Inputs and resources.
    pub setup: RunSetup,
    /// One search for each shingle. The first one includes the choice that others are compared
    /// with.
    pub searches: Vec<TuneSearch>,
    /// Tables of labels.
    pub labels: Vec<PathBuf>,
    /// Settings of the reader of labels.
    pub label_settings: LabelSettings,
    /// True if the majority decides on pairs with different labels.
    pub majority: bool,
    /// Minimum precision of the best choice.
    pub min_precision: Option<f64>,
    /// True to suggest numbers from valleys in the scores.
    pub suggest: bool,
    /// Outputs to write; the choices come first.
    pub wanted: Vec<WantedOutput<TuneOutput>>,
    /// Width and colour of a text.
    pub layout: TextLayout,
}

/// A search and the choices that it covers.
pub struct TuneSearch {
    /// Settings of the scan that the choices are compared with.
    pub settings: Settings,
    /// Lowest numbers of all choices.
    pub lowest: Choice,
    /// Method that finds the candidates for the lowest numbers.
    pub surfacing: Surfacing,
    /// Each choice, with the flag that it varies and the method of a scan for its candidates.
    pub choices: Vec<(Varied, Choice, Surfacing)>,
}

/// An output of tuning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TuneOutput {
    Choices(TuneFormat),
    Page,
    Settings,
}

impl NamedOutput for TuneOutput {
    fn name(self) -> &'static str {
        match self {
            TuneOutput::Choices(_) => "choices",
            TuneOutput::Page => "report",
            TuneOutput::Settings => "settings",
        }
    }
}

impl TunePlan {
    /// Checks the arguments. `colour` is that of the text.
    pub fn of(typed: TuneArguments, colour: UseWhen) -> Result<TunePlan, Stop> {
        let wanted = wanted(&typed)?;
        let mut searches = vec![search(&typed, typed.finding.comparing.shingle)?];
        let mut shingles = typed.shingles.clone().unwrap_or_default();
        shingles.dedup();
        for shingle in shingles {
            if shingle != typed.finding.comparing.shingle {
                searches.push(search(&typed, shingle)?);
            }
        }
        Ok(TunePlan {
            setup: RunSetup::of(typed.inputs, &typed.reading, &typed.running),
            searches,
            labels: typed.labels,
            label_settings: LabelSettings {
                words: LabelWords {
                    copies: typed.copies,
                    unsure: typed.unsure,
                },
                columns: LabelColumns {
                    ids: two(typed.id_columns)?,
                    labels: typed.label_column,
                    annotator: typed.annotator_column,
                },
                dialect: DialectSettings::default(),
            },
            majority: typed.majority,
            min_precision: typed.min_precision,
            suggest: typed.suggest,
            layout: layout::of(typed.width, colour, &wanted[0].target),
            wanted,
        })
    }
}

/// The names of two columns, if there are any.
fn two(names: Vec<String>) -> Result<Option<[String; 2]>, Stop> {
    match <[String; 2]>::try_from(names) {
        Ok(names) => Ok(Some(names)),
        Err(none) if none.is_empty() => Ok(None),
        Err(_) => Err(Stop::usage(
            "--id-columns needs the names of two columns, such as left,right",
        )),
    }
}

/// The search for one shingle. With the shingle of the scan it covers all choices, with another one
/// only the choice of the scan.
fn search(typed: &TuneArguments, shingle: Shingle) -> Result<TuneSearch, Stop> {
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
            "{} choices are too many: at most {MOST_CHOICES} can be shown",
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
    Ok(TuneSearch {
        // Bands for the recall, even if --bands and --rows set those of the scan.
        surfacing: surfacing_for_recall(&typed.finding.comparing, lowest.threshold)?,
        settings,
        lowest,
        choices: choices?,
    })
}

/// The choices: that of the scan, then one flag at a time or all combinations.
fn tried(typed: &TuneArguments, base: Choice) -> Vec<(Varied, Choice)> {
    let list = |given: &Option<Vec<f64>>, usual: &[f64]| -> Vec<f64> {
        let mut list = given.clone().unwrap_or_else(|| usual.to_vec());
        list.sort_unstable_by(f64::total_cmp);
        list.dedup();
        list
    };
    let thresholds = list(&typed.thresholds, &TRIED_THRESHOLDS);
    let containments = list(&typed.containments, &TRIED_CONTAINMENTS);
    let mut passages = typed
        .passages
        .clone()
        .unwrap_or_else(|| TRIED_PASSAGES.to_vec());
    passages.sort_unstable();
    passages.dedup();
    let scores = list(&typed.reworded_scores, &TRIED_REWORDED_SCORES);

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
            let Some(excerpts) = base.excerpts else {
                add(Varied::Several, Choice { threshold, ..base });
                continue;
            };
            for &containment in &containments {
                for &passage in &passages {
                    let excerpts = Excerpts {
                        containment,
                        passage,
                        ..excerpts
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

/// The outputs to write; the choices come first.
fn wanted(typed: &TuneArguments) -> Result<Vec<WantedOutput<TuneOutput>>, Stop> {
    let target = OutputTarget::of_flag(typed.output.as_deref());
    let format = format(&target, typed.format)?;
    let mut wanted = vec![WantedOutput {
        report: TuneOutput::Choices(format),
        target,
    }];
    for (path, report) in [
        (&typed.report, TuneOutput::Page),
        (&typed.write, TuneOutput::Settings),
    ] {
        wanted.extend(path.as_deref().map(|path| WantedOutput {
            report,
            target: OutputTarget::of(path),
        }));
    }
    one_on_standard_output(&wanted, "name a file for one")?;
    Ok(wanted)
}

/// The format: that of --format, or of the file name.
fn format(target: &OutputTarget, requested: Option<TuneFormat>) -> Result<TuneFormat, Stop> {
    let OutputTarget::File(path) = target else {
        return Ok(requested.unwrap_or(TuneFormat::Text));
    };
    let of_name = match ending(path).as_deref() {
        Some("json") => Some(TuneFormat::Json),
        Some("csv") => Some(TuneFormat::Csv),
        Some("txt" | "text") => Some(TuneFormat::Text),
        Some("html" | "htm") => {
            return Err(Stop::usage(format!(
                "--output {} has the extension of a page: --report writes a page of choices, \
                 --sample a page to label pairs",
                path.display()
            )));
        }
        _ => None,
    };
    Ok(agreed(path, of_name, requested)?.unwrap_or(TuneFormat::Text))
}

impl FindingArguments {
    /// The same arguments with another shingle, and its default containment and passage.
    fn with(&self, shingle: Shingle) -> FindingArguments {
        let mut typed = self.clone();
        typed.comparing.shingle = shingle;
        typed
    }
}
