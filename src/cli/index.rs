//! The index commands: what is in an index, whether it is whole, and what is to go.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, anyhow};
use jiff::Timestamp;
use serde_json::{Value, json};
use wirecopy::error::Size;
use wirecopy::index::{Contents, Index, IndexError};

use super::advice::index_flags;
use super::args::{IndexArguments, IndexCommand, InfoFormat};
use super::figures::{count, counted};
use super::meaning::now;
use super::nightly::{open_to_write, tidy};
use super::outputs::{Named, Outputs, Pending, Target, Wanted};
use super::progress::Progress;
use super::status::{Status, Stop};
use super::terminal::{Terminal, escaped};
use super::{args::When, print, signals};

/// What an export writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Records;

impl Named for Records {
    fn name(self) -> &'static str {
        "records"
    }
}

/// Does what the command says.
pub fn run(command: IndexCommand, terminal: Terminal) -> Result<Status, Stop> {
    match command {
        IndexCommand::Info(IndexArguments { directory, format }) => {
            let contents = Index::open(&directory)?.contents();
            say(format, &described(&contents), json(&contents))
        }
        IndexCommand::Verify(IndexArguments { directory, format }) => verify(&directory, format),
        IndexCommand::Prune {
            index: IndexArguments { directory, format },
            older_than,
            as_of,
            wait,
        } => {
            there_is(&directory)?;
            let mut writer = open_to_write(&directory, wait, terminal)?;
            let since = as_of.unwrap_or_else(now).saturating_sub(older_than);
            let pruned = writer.prune(since)?;
            tidy(&mut writer, terminal);
            let text = format!("{} gone", counted(pruned, "document"));
            say(format, &text, json!({ "documents_gone": pruned }))
        }
        IndexCommand::Compact {
            index: IndexArguments { directory, format },
            wait,
        } => {
            there_is(&directory)?;
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
            say(format, &text, facts)
        }
        IndexCommand::Export { directory, output } => {
            let index = Index::open(&directory)?;
            let target = output.as_deref().map_or(Target::Stdout, Target::of);
            let pending = Arc::new(Pending::default());
            let progress = Arc::new(Progress::new(When::Never, terminal));
            signals::watch(Arc::clone(&pending), progress, terminal)
                .context("cannot listen for signals")
                .map_err(Stop::Failed)?;
            let wanted = Wanted {
                report: Records,
                target,
            };
            let outputs = Outputs::check(vec![wanted], &[], pending)?;
            let mut failed = None;
            let written = outputs.write(
                |_| true,
                |_, out| {
                    let exported = index.export(&mut |line| out.write_all(line));
                    exported.map_err(|error| match error {
                        IndexError::Write { cause, .. } => cause,
                        other => {
                            let told = std::io::Error::other(other.to_string());
                            failed = Some(other);
                            told
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
    }
}

/// Commands that change an index do not make one.
fn there_is(directory: &Path) -> Result<(), Stop> {
    Index::open(directory)
        .map(drop)
        .or_else(|error| match error {
            // Its writer will say more.
            IndexError::Missing { .. } => Err(error.into()),
            _ => Ok(()),
        })
}

fn verify(directory: &Path, format: InfoFormat) -> Result<Status, Stop> {
    let (contents, damages) = Index::verify(directory)?;
    let listed: Vec<Value> = damages
        .iter()
        .map(|damage| json!({ "file": damage.file, "problem": damage.problem }))
        .collect();
    let mut text = match damages.len() as u64 {
        0 => format!(
            "{} and all files are whole",
            counted(contents.documents, "document")
        ),
        damaged => format!("{} damaged:", counted(damaged, "file")),
    };
    for damage in &damages {
        text += &format!("\n   {}: {}", damage.file, escaped(&damage.problem));
    }
    say(
        format,
        &text,
        json!({ "whole": damages.is_empty(), "damaged": listed }),
    )?;
    if damages.is_empty() {
        return Ok(Status::Done);
    }
    Err(Stop::Failed(anyhow!(
        "the index is damaged; put a copy of it in its place, or make another from its documents"
    )))
}

fn say(format: InfoFormat, text: &str, facts: Value) -> Result<Status, Stop> {
    print(|out| match format {
        InfoFormat::Text => writeln!(out, "{text}"),
        InfoFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, &facts)?;
            out.write_all(b"\n")
        }
    })
}

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
        "{}, {} known of them\n{} in {}, {} bytes a document; format {format}, changed {}\n",
        counted(*documents, "document"),
        counted(*ties, "pair"),
        Size(*bytes),
        counted(*segments, "segment"),
        count(bytes.checked_div(documents + gone).unwrap_or(0)),
        counted(*generation, "time"),
    );
    if *gone > 0 {
        text += &format!(
            "{} gone, whose room is not free yet\n",
            counted(*gone, "document")
        );
    }
    if let (Some(first), Some(last)) = (first_added, last_added) {
        text += &format!("joined from {} to {}\n", moment(*first), moment(*last));
    }
    text + "made with " + &index_flags(settings).join(" ")
}

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
