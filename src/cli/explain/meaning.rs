//! What is meant by what was typed of an explanation.

use std::path::Path;

use wirecopy::pipeline::Settings;
use wirecopy::read;

use crate::cli::args::{ExplainArguments, ExplainFormat, When};
use crate::cli::layout::{self, Layout};
use crate::cli::meaning::{IndexPlan, Setup, agreed, ending, now, settings};
use crate::cli::outputs::{Named, Target, Wanted};
use crate::cli::status::Stop;

/// An explanation as it is meant.
pub struct Explain {
    /// The two documents.
    pub ids: [String; 2],
    /// What it reads, and how it runs.
    pub setup: Setup,
    /// The scan to explain.
    pub settings: Settings,
    /// What to write.
    pub wanted: Wanted<Report>,
    /// How a text looks.
    pub layout: Layout,
    /// The index to look in.
    pub index: Option<IndexPlan>,
}

/// What an explanation writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Report(pub ExplainFormat);

impl Named for Report {
    fn name(self) -> &'static str {
        "explanation"
    }
}

impl Explain {
    /// Works out what the arguments mean.
    pub fn of(typed: ExplainArguments, colour: When) -> Result<Explain, Stop> {
        if typed.a == typed.b {
            return Err(Stop::usage("A and B are the same document: name two"));
        }
        let now = typed.sources.as_of.unwrap_or_else(now);
        let mut setup = Setup::of(typed.inputs, &typed.reading, &typed.running);
        let ids = [typed.a, typed.b];
        if setup.inputs.is_empty() && typed.index.is_none() {
            let [a, b] = &ids;
            are_texts([a, b], setup.reading.format)?;
            setup.reading.format = Some(read::SourceFormat::Text);
            setup.inputs = ids.to_vec();
        }
        let target = typed.output.as_deref().map_or(Target::Stdout, Target::of);
        let wanted = Wanted {
            report: Report(format(&target, typed.format)?),
            target,
        };
        Ok(Explain {
            setup,
            settings: settings(&typed.finding, &typed.sources, now)?,
            layout: layout::of(typed.width, colour, &wanted.target),
            wanted,
            index: typed.index.map(|directory| IndexPlan {
                directory,
                adds: false,
                since: None,
                now,
                again: None,
                wait: false,
            }),
            ids,
        })
    }
}

/// Refuses what are no two text files, where nothing else was named.
fn are_texts(names: [&String; 2], said: Option<read::SourceFormat>) -> Result<(), Stop> {
    for name in names {
        let path = Path::new(name);
        if !path.exists() || path.is_dir() {
            return Err(Stop::usage(format!(
                "there is no file {name}: where A and B are ids, name the inputs that hold them after the two, or --index; where they are text files, name both"
            )));
        }
        let told = said.or_else(|| read::SourceFormat::of_name(name));
        if told.is_some_and(|format| format != read::SourceFormat::Text) {
            return Err(Stop::usage(format!(
                "{name} holds records, not a text: name two of them by their ids, as in `wirecopy explain A B {name}`"
            )));
        }
    }
    Ok(())
}

/// The format: as said, else as the name ends.
fn format(target: &Target, said: Option<ExplainFormat>) -> Result<ExplainFormat, Stop> {
    let Target::File(path) = target else {
        return Ok(said.unwrap_or(ExplainFormat::Text));
    };
    let told = match ending(path).as_deref() {
        Some("json") => Some(ExplainFormat::Json),
        Some("html" | "htm") => Some(ExplainFormat::Html),
        Some("txt" | "text") => Some(ExplainFormat::Text),
        _ => None,
    };
    Ok(agreed(path, told, said)?.unwrap_or(ExplainFormat::Text))
}
