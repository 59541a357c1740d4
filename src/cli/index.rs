//! The index commands: inspect, verify, prune, compact and export an index.

use std::path::Path;

use anyhow::anyhow;
use jiff::Timestamp;
use serde_json::{Value, json};
use wirecopy::error::Size;
use wirecopy::index::{Contents, Index, IndexError};

use super::advice::index_flags;
use super::args::index::{IndexArguments, IndexCommand, InfoFormat};
use super::args::running::UseWhen;
use super::figures::{count, counted};
use super::nightly::{open_to_write, tidy};
use super::outputs::{NamedOutput, OutputTarget, Outputs, WantedOutput};
use super::plan::now;
use super::print;
use super::session::Watch;
use super::status::{Status, Stop};
use super::terminal::{Terminal, escaped};

/// The output of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct ExportedRecords;

impl NamedOutput for ExportedRecords {
    fn name(self) -> &'static str {
        "records"
    }
}

/// Runs the command.
pub fn run(command: IndexCommand, terminal: Terminal) -> Result<Status, Stop> {
    match command {
        IndexCommand::Info(IndexArguments { directory, format }) => {
            let contents = Index::open(&directory)?.contents();
            print_facts(format, &described(&contents), json(&contents))
        }
        IndexCommand::Verify(IndexArguments { directory, format }) => verify(&directory, format),
        IndexCommand::Prune {
            index: IndexArguments { directory, format },
            older_than,
            as_of,
            wait,
        } => {
            require_index(&directory)?;
            let mut writer = open_to_write(&directory, wait, terminal)?;
            let since = as_of
                .unwrap_or_else(|| now().seconds)
                .saturating_sub(older_than);
            let pruned = writer.prune(since)?;
            tidy(&mut writer, terminal);
            let text = format!("{} removed", counted(pruned, "document"));
            print_facts(format, &text, json!({ "documents_gone": pruned }))
        }
        IndexCommand::Compact {
            index: IndexArguments { directory, format },
            wait,
        } => {
            require_index(&directory)?;
            let mut writer = open_to_write(&directory, wait, terminal)?;
            let size = |writer: &wirecopy::index::Writer| {
                let contents = writer.index().map(Index::contents);
                contents.map_or(0, |contents| contents.bytes)
            };
            let before = size(&writer);
            writer.compact()?;
            let after = size(&writer);
            let text = format!("{} before, {} now", Size(before), Size(after));
            let facts = json!({ "bytes_before": before, "bytes_after": after });
            print_facts(format, &text, facts)
        }
        IndexCommand::Export { directory, output } => {
            export(&directory, output.as_deref(), terminal)
        }
    }
}

/// Writes the documents of an index as JSON lines.
fn export(directory: &Path, output: Option<&Path>, terminal: Terminal) -> Result<Status, Stop> {
    let index = Index::open(directory)?;
    let watch = Watch::start(UseWhen::Never, terminal)?;
    let wanted = WantedOutput {
        report: ExportedRecords,
        target: OutputTarget::of_flag(output),
    };
    let outputs = Outputs::check(vec![wanted], watch.pending)?;
    // An error of the index must not be reported as one of the output.
    let mut failed = None;
    let written = outputs.write(
        |_| true,
        |_, out| {
            let exported = index.export(&mut |line| out.write_all(line));
            exported.map_err(|error| match error {
                IndexError::Write { cause, .. } => cause,
                other => {
                    let message = std::io::Error::other(other.to_string());
                    failed = Some(other);
                    message
                }
            })
        },
        None,
    );
    match failed {
        Some(error) => Err(error.into()),
        None => written.map(|()| Status::Done),
    }
}

/// Fails if there is no index. Commands that change an index must not create one.
fn require_index(directory: &Path) -> Result<(), Stop> {
    Index::open(directory)
        .map(drop)
        .or_else(|error| match error {
            // Other errors occur again when the index is opened to write.
            IndexError::Missing { .. } => Err(error.into()),
            _ => Ok(()),
        })
}

/// Checks every file of an index.
fn verify(directory: &Path, format: InfoFormat) -> Result<Status, Stop> {
    let (contents, damages) = Index::verify(directory)?;
    let listed: Vec<Value> = damages
        .iter()
        .map(|damage| json!({ "file": damage.file, "problem": damage.problem }))
        .collect();
    let mut text = match damages.len() as u64 {
        0 => format!(
            "{}; all files are intact",
            counted(contents.documents, "document")
        ),
        damaged => format!("{} damaged:", counted(damaged, "file")),
    };
    for damage in &damages {
        text += &format!("\n   {}: {}", damage.file, escaped(&damage.problem));
    }
    print_facts(
        format,
        &text,
        json!({ "whole": damages.is_empty(), "damaged": listed }),
    )?;
    if damages.is_empty() {
        return Ok(Status::Done);
    }
    Err(Stop::Failed(anyhow!(
        "the index is damaged; restore a backup, or make a new index from its documents"
    )))
}

/// Prints facts as text or as JSON.
fn print_facts(format: InfoFormat, text: &str, facts: Value) -> Result<Status, Stop> {
    let printed = match format {
        InfoFormat::Text => text.to_owned(),
        InfoFormat::Json => serde_json::to_string_pretty(&facts)?,
    };
    print::text(&(printed + "\n"))
}

/// Facts about an index as text.
fn described(contents: &Contents) -> String {
    let Contents {
        format,
        generation,
        documents,
        gone,
        ties,
        segments,
        bytes,
        first_added,
        last_added,
        settings,
    } = contents;
    let mut text = format!(
        "{}, {} among them\n{} in {}, {} bytes per document; format {format}, changed {}\n",
        counted(*documents, "document"),
        counted(*ties, "pair"),
        Size(*bytes),
        counted(*segments, "segment"),
        count(bytes.checked_div(documents + gone).unwrap_or(0)),
        counted(*generation, "time"),
    );
    if *gone > 0 {
        text += &format!(
            "{} removed; `wirecopy index compact` frees their space\n",
            counted(*gone, "document")
        );
    }
    if let (Some(first), Some(last)) = (first_added, last_added) {
        text += &format!("added from {} to {}\n", moment(*first), moment(*last));
    }
    text + "made with " + &index_flags(settings).join(" ")
}

/// Facts about an index as JSON.
fn json(contents: &Contents) -> Value {
    json!({
        "format": contents.format,
        "generation": contents.generation,
        "documents": contents.documents,
        "documents_gone": contents.gone,
        "pairs_known": contents.ties,
        "segments": contents.segments,
        "bytes": contents.bytes,
        "first_added": contents.first_added.map(moment),
        "last_added": contents.last_added.map(moment),
        "settings": contents.settings,
    })
}

fn moment(seconds: i64) -> String {
    Timestamp::from_second(seconds).map_or_else(|_| seconds.to_string(), |time| time.to_string())
}
