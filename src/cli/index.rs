//! The index commands: inspect, verify, prune, remove from, compact and export an index.

use std::path::Path;
use std::sync::Arc;

use crate::error::Size;
use crate::index::{Contents, Index, IndexError, Removal, Writer};
use crate::read::Inputs;
use anyhow::{Context, anyhow};
use jiff::Timestamp;
use serde_json::{Value, json};

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

/// Answer of a command.
pub struct Answer {
    /// The answer for people.
    text: String,
    /// The answer for programs.
    pub facts: Value,
    status: Status,
    /// The reason to fail after the answer.
    stop: Option<Stop>,
}

/// Runs the command.
pub fn run(command: IndexCommand, terminal: &Terminal) -> Result<Status, Stop> {
    let format = match &command {
        IndexCommand::Export { directory, output } => {
            let watch = Watch::start(UseWhen::Never, terminal)?;
            return export(directory, output.as_deref(), watch);
        }
        IndexCommand::Info(index)
        | IndexCommand::Verify(index)
        | IndexCommand::Prune { index, .. }
        | IndexCommand::Remove { index, .. }
        | IndexCommand::Compact { index, .. } => index.format,
    };
    let answer = answer(command, terminal)?;
    let printed = match format {
        InfoFormat::Text => answer.text,
        InfoFormat::Json => serde_json::to_string_pretty(&answer.facts)?,
    };
    print::text(&(printed + "\n"))?;
    match answer.stop {
        Some(stop) => Err(stop),
        None => Ok(answer.status),
    }
}

/// Does what a command asks for. An export has no answer.
pub fn answer(command: IndexCommand, terminal: &Terminal) -> Result<Answer, Stop> {
    match command {
        IndexCommand::Info(IndexArguments { directory, .. }) => {
            let contents = Index::open(&directory)?.contents();
            Ok(Answer::of(described(&contents), json(&contents)))
        }
        IndexCommand::Verify(IndexArguments { directory, .. }) => verify(&directory),
        IndexCommand::Prune {
            index: IndexArguments { directory, .. },
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
            Ok(Answer::of(text, json!({ "documents_gone": pruned })))
        }
        IndexCommand::Remove {
            index: IndexArguments { directory, .. },
            id,
            ids,
            wait,
        } => {
            require_index(&directory)?;
            let all = wanted_ids(id, ids.as_deref())?;
            removed(&open_to_write(&directory, wait, terminal)?.remove(&all)?)
        }
        IndexCommand::Compact {
            index: IndexArguments { directory, .. },
            wait,
        } => {
            require_index(&directory)?;
            let mut writer = open_to_write(&directory, wait, terminal)?;
            let size = |writer: &Writer| {
                let contents = writer.index().map(Index::contents);
                contents.map_or(0, |contents| contents.bytes)
            };
            let before = size(&writer);
            writer.compact()?;
            let after = size(&writer);
            let text = format!("{} before, {} now", Size(before), Size(after));
            let facts = json!({ "bytes_before": before, "bytes_after": after });
            Ok(Answer::of(text, facts))
        }
        IndexCommand::Export { directory, output } => {
            let watch = Watch::embedded(terminal.clone(), Arc::new(Inputs::open));
            export(&directory, output.as_deref(), watch)?;
            Ok(Answer::of(String::new(), Value::Null))
        }
    }
}

impl Answer {
    fn of(text: String, facts: Value) -> Answer {
        Answer {
            text,
            facts,
            status: Status::Done,
            stop: None,
        }
    }
}

/// Writes the documents of an index as JSON lines.
fn export(directory: &Path, output: Option<&Path>, watch: Watch) -> Result<Status, Stop> {
    let index = Index::open(directory)?;
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

/// The ids of documents to remove: those given, and those in a file.
fn wanted_ids(mut ids: Vec<String>, file: Option<&Path>) -> Result<Vec<String>, Stop> {
    let Some(file) = file else { return Ok(ids) };
    let read = match file.as_os_str() == "-" {
        true => std::io::read_to_string(std::io::stdin()),
        false => std::fs::read_to_string(file),
    };
    let read = read.with_context(|| format!("cannot read the ids in {}", file.display()));
    let read = read.map_err(Stop::Failed)?;
    let lines = read.trim_start_matches('\u{feff}').lines();
    ids.extend(lines.filter(|line| !line.is_empty()).map(str::to_owned));
    if ids.is_empty() {
        return Err(Stop::Failed(anyhow!("{} has no id", file.display())));
    }
    Ok(ids)
}

/// Tells what was removed and what was not.
fn removed(removal: &Removal) -> Result<Answer, Stop> {
    let Removal {
        documents,
        old_texts,
        unknown,
        of_other_documents,
        renamed_clusters,
    } = removal;
    if *documents + *old_texts == 0 {
        return Err(Stop::Failed(match &unknown[..] {
            [id] => anyhow!("no document of the index has the id {}", escaped(id)),
            all => anyhow!("no document of the index has one of the {} ids", all.len()),
        }));
    }
    let mut text = format!("{} removed", counted(*documents, "document"));
    if *old_texts > 0 {
        text += &format!(", with {}", counted(*old_texts, "earlier text"));
    }
    for (old, new) in renamed_clusters {
        text += &format!("\ncluster {} is called {} now", escaped(old), escaped(new));
    }
    let listed = |ids: &[String]| {
        let ids = ids.iter().map(|id| format!("\n   {}", escaped(id)));
        ids.collect::<String>()
    };
    if !of_other_documents.is_empty() {
        text += "\nstill there, under ids that other documents got because these were taken:";
        text += &listed(of_other_documents);
    }
    if !unknown.is_empty() {
        text += &format!(
            "\n{} not in the index:",
            counted(unknown.len() as u64, "id")
        );
        text += &listed(unknown);
    }
    let clusters = renamed_clusters.iter();
    let clusters = clusters.map(|(from, to)| json!({ "from": from, "to": to }));
    let facts = json!({
        "documents_removed": documents,
        "earlier_texts_removed": old_texts,
        "unknown_ids": unknown,
        "ids_of_other_documents": of_other_documents,
        "clusters_renamed": clusters.collect::<Vec<Value>>(),
    });
    let status = match unknown.is_empty() {
        true => Status::Done,
        false => Status::SomeRejected,
    };
    Ok(Answer {
        status,
        ..Answer::of(text, facts)
    })
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
fn verify(directory: &Path) -> Result<Answer, Stop> {
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
    let facts = json!({ "whole": damages.is_empty(), "damaged": listed });
    let stop = (!damages.is_empty()).then(|| {
        Stop::Failed(anyhow!(
            "the index is damaged; restore a backup, or make a new index from its documents"
        ))
    });
    Ok(Answer {
        stop,
        ..Answer::of(text, facts)
    })
}

/// Facts about an index as text.
fn described(contents: &Contents) -> String {
    let Contents {
        format,
        generation,
        documents,
        gone,
        replaced,
        removed,
        conflicts,
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
            "{} dropped or replaced; `wirecopy index compact` frees their space\n",
            counted(*gone, "document")
        );
    }
    for (number, what) in [
        (*replaced, "replaced by one with the same id"),
        (*removed, "removed by id"),
        (*conflicts, "read with the id of another one"),
    ] {
        if number > 0 {
            text += &format!("{} {what} so far\n", counted(number, "document"));
        }
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
        "documents_replaced": contents.replaced,
        "documents_removed": contents.removed,
        "id_conflicts": contents.conflicts,
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
