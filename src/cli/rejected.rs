//! Rejected records: their effect on the run, and messages about them.

use crate::catalog::ReadTally;
use crate::document::Reject;
use anyhow::anyhow;
use serde_json::json;

use super::figures::counted;
use super::log::LogLevel;
use super::status::{Status, Stop};
use super::terminal::{MessageStyle, Terminal, escaped};

/// Number of rejects shown without --verbose.
const REJECTS_SHOWN: usize = 5;

/// Rejects with which a run goes on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PermittedRejects {
    /// Most of them; `None` for any number.
    pub most: Option<u64>,
    /// An unknown number of records may be lost.
    pub unknown_loss: bool,
}

/// Effect of rejected records on the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RejectVerdict {
    /// No record was rejected.
    Clean,
    /// Some were rejected, which is permitted.
    SomeRejected,
    /// More were rejected than this permitted number.
    TooMany(u64),
    /// Nobody can count the records that are lost.
    UnknownLoss,
    /// Every record was rejected, and there was at least one.
    NothingLeft,
}

impl RejectVerdict {
    /// Judges the rejects of a run that read this many documents. Documents that the index has
    /// already count as read.
    pub fn of(read: &ReadTally, documents: u64, permitted: PermittedRejects) -> RejectVerdict {
        let rejected = read.rejected();
        let unknown = read.unknown_loss;
        match permitted.most {
            _ if rejected == 0 => RejectVerdict::Clean,
            Some(most) if rejected > most => RejectVerdict::TooMany(most),
            _ if unknown && !permitted.unknown_loss => RejectVerdict::UnknownLoss,
            _ if documents == 0 && read.known.is_empty() => RejectVerdict::NothingLeft,
            _ => RejectVerdict::SomeRejected,
        }
    }

    /// The exit status of a run that nothing else went wrong in.
    pub fn status(self) -> Status {
        match self {
            RejectVerdict::Clean => Status::Done,
            RejectVerdict::SomeRejected => Status::SomeRejected,
            RejectVerdict::TooMany(_) | RejectVerdict::UnknownLoss | RejectVerdict::NothingLeft => {
                Status::Failed
            }
        }
    }
}

/// Prints the first rejects, or all of them. `kept` is true if a rejects file lists them.
pub fn show(read: &ReadTally, source_names: &[&str], all: bool, kept: bool, terminal: &Terminal) {
    let rejects = &read.rejects;
    let shown = if all { rejects.len() } else { REJECTS_SHOWN };
    for reject in rejects.iter().take(shown) {
        terminal.tell(
            LogLevel::Warning,
            "reject",
            &format!(
                "{} {}",
                terminal.paint(MessageStyle::Warning, "rejected:"),
                described(reject, source_names)
            ),
            json!({
                "file": source_names.get(reject.source as usize),
                "line": reject.line,
                "reason": reject.reason.to_string(),
            }),
        );
    }
    let more = read.rejected().saturating_sub(shown as u64);
    let advice = if kept {
        ""
    } else {
        "; --rejects FILE lists all"
    };
    if more > 0 {
        terminal.tell(
            LogLevel::Warning,
            "rejects",
            &format!(
                "{} {}{advice}",
                terminal.paint(MessageStyle::Warning, "rejected:"),
                counted(more, "more record")
            ),
            json!({"more": more, "all": read.rejected()}),
        );
    }
}

/// `file:line: reason`, escaped for the terminal.
fn described(reject: &Reject, source_names: &[&str]) -> String {
    let file = source_names.get(reject.source as usize).unwrap_or(&"");
    escaped(&format!("{file}:{}: {}", reject.line, reject.reason))
}

/// The error for more rejects than permitted.
pub fn too_many(rejected: u64, most: u64) -> Stop {
    let was = if rejected == 1 { "was" } else { "were" };
    let rejected = counted(rejected, "record");
    Stop::Failed(match most {
        0 => anyhow!("{rejected} {was} rejected and none is allowed; nothing was written"),
        most => {
            anyhow!("{rejected} {was} rejected and at most {most} are allowed; nothing was written")
        }
    })
}

/// The error for a run that lost records that nobody can count.
pub fn unknown_loss(rejects: &[Reject], source_names: &[&str]) -> Stop {
    let first = rejects.iter().find(|reject| reject.unknown_loss);
    let first = first
        .map(|reject| described(reject, source_names))
        .unwrap_or_default();
    Stop::Failed(anyhow!(
        "an unknown number of records is lost: {first}; nothing was written (mend the input, or \
         pass --allow-loss to go on without them)"
    ))
}

/// The error for a run in which every record was rejected.
pub fn nothing_left(read: &ReadTally, source_names: &[&str]) -> Stop {
    let first = read
        .rejects
        .first()
        .map(|reject| described(reject, source_names))
        .unwrap_or_default();
    Stop::Failed(match read.rejected() {
        1 => anyhow!("the only record was rejected: {first}"),
        all => anyhow!(
            "all {} were rejected; the first: {first}",
            counted(all, "record")
        ),
    })
}
