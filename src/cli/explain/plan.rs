//! Checked settings of an explanation.

use std::path::Path;

use crate::pipeline::Settings;
use crate::read;

use crate::cli::args::explain::{ExplainArguments, ExplainFormat};
use crate::cli::args::running::UseWhen;
use crate::cli::layout::{self, TextLayout};
use crate::cli::outputs::{NamedOutput, OutputTarget, WantedOutput};
use crate::cli::plan::{IndexPlan, RunSetup, agreed, ending, now, settings};
use crate::cli::status::Stop;

/// An explanation to write.
pub struct ExplainPlan {
    /// Ids of the two documents.
    pub ids: [String; 2],
    /// Inputs and resources.
    pub setup: RunSetup,
    /// Settings of the scan to explain.
    pub settings: Settings,
    /// Output to write, if any.
    pub wanted: Vec<WantedOutput<ExplainOutput>>,
    /// Width and colour of a text.
    pub layout: TextLayout,
    /// Index to search.
    pub index: Option<IndexPlan>,
}

/// The output of the command, in its format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExplainOutput(pub ExplainFormat);

impl NamedOutput for ExplainOutput {
    fn name(self) -> &'static str {
        "explanation"
    }
}

impl ExplainPlan {
    /// Checks the arguments. `colour` is that of the text.
    pub fn of(typed: ExplainArguments, colour: UseWhen) -> Result<ExplainPlan, Stop> {
        if typed.a == typed.b {
            return Err(Stop::usage(
                "A and B are the same document: name two different ones",
            ));
        }
        let now = typed.sources.as_of.unwrap_or_else(now);
        let mut setup = RunSetup::of(typed.inputs, &typed.reading, &typed.running);
        let ids = [typed.a, typed.b];
        if setup.inputs.is_empty() && typed.index.is_none() {
            let [a, b] = &ids;
            require_texts([a, b], setup.reading.format)?;
            setup.reading.format = Some(read::SourceFormat::Text);
            setup.inputs = ids.to_vec();
        }
        let target = OutputTarget::of_flag(typed.output.as_deref());
        let wanted = WantedOutput {
            report: ExplainOutput(format(&target, typed.format)?),
            target,
        };
        Ok(ExplainPlan {
            setup,
            settings: settings(&typed.finding, &typed.sources, now)?,
            layout: layout::of(typed.width, colour, &wanted.target),
            wanted: vec![wanted],
            index: typed.index.map(|directory| IndexPlan {
                directory,
                adds: false,
                since: None,
                now: now.seconds,
                again: None,
                wait: false,
                replace_night: false,
                allow_replacing: false,
            }),
            ids,
        })
    }
}

/// Fails unless both names are text files, which they must be without inputs and index.
fn require_texts(names: [&String; 2], requested: Option<read::SourceFormat>) -> Result<(), Stop> {
    for name in names {
        let path = Path::new(name);
        if !path.exists() || path.is_dir() {
            return Err(Stop::usage(format!(
                "there is no file {name}: if A and B are ids, add the inputs that contain them, or \
                 --index; if they are text files, check their names"
            )));
        }
        let format = requested.or_else(|| read::SourceFormat::of_name(name));
        if format.is_some_and(|format| format != read::SourceFormat::Text) {
            return Err(Stop::usage(format!(
                "{name} contains records, not a text: name two of them by their ids, as in \
                 `wirecopy explain A B {name}`"
            )));
        }
    }
    Ok(())
}

/// The format: that of --format, or of the file name.
fn format(target: &OutputTarget, requested: Option<ExplainFormat>) -> Result<ExplainFormat, Stop> {
    let OutputTarget::File(path) = target else {
        return Ok(requested.unwrap_or(ExplainFormat::Text));
    };
    let of_name = match ending(path).as_deref() {
        Some("json") => Some(ExplainFormat::Json),
        Some("html" | "htm") => Some(ExplainFormat::Html),
        Some("txt" | "text") => Some(ExplainFormat::Text),
        _ => None,
    };
    Ok(agreed(path, of_name, requested)?.unwrap_or(ExplainFormat::Text))
}
