//! Rejected records: what they mean for a run, and how they are told.

use anyhow::anyhow;
use serde_json::json;
use wirecopy::catalog::ReadTally;
use wirecopy::document::Reject;

use super::figures::counted;
use super::log::Level;
use super::status::{Status, Stop};
use super::terminal::{Style, Terminal, escaped};

/// Rejects that are shown where all are not asked for.
const REJECTS_SHOWN: usize = 5;

/// What the rejects mean for the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// None.
    Clean,
    /// Some, which is put up with.
    SomeRejected,
    /// More than that many.
    TooMany(u64),
    /// There were records, and every one was rejected.
    NothingLeft,
}

impl Verdict {
    /// What the rejects mean beside so many documents, and those that were seen before.
    pub fn of(read: &ReadTally, documents: u64, most_rejects: Option<u64>) -> Verdict {
        let rejected = read.rejects.len() as u64;
        match most_rejects {
            _ if rejected == 0 => Verdict::Clean,
            Some(most) if rejected > most => Verdict::TooMany(most),
            _ if documents == 0 && read.known.is_empty() => Verdict::NothingLeft,
            _ => Verdict::SomeRejected,
        }
    }

    /// How a run ends that has only this to tell.
    pub fn status(self) -> Status {
        match self {
            Verdict::Clean => Status::Done,
            Verdict::SomeRejected => Status::SomeRejected,
            Verdict::TooMany(_) | Verdict::NothingLeft => Status::Failed,
        }
    }
}

/// Shows the first rejects, or all of them.
pub fn show(rejects: &[Reject], source_names: &[&str], all: bool, kept: bool, terminal: Terminal) {
    let shown = if all { rejects.len() } else { REJECTS_SHOWN };
    for reject in rejects.iter().take(shown) {
        terminal.tell(
            Level::Warning,
            "reject",
            &format!(
                "{} {}",
                terminal.paint(Style::Warning, "rejected:"),
                described(reject, source_names)
            ),
            json!({
                "file": source_names.get(reject.source as usize),
                "line": reject.line,
                "reason": reject.reason.to_string(),
            }),
        );
    }
    let more = rejects.len().saturating_sub(shown) as u64;
    let where_all = if kept {
        ""
    } else {
        "; --rejects FILE keeps them all"
    };
    if more > 0 {
        terminal.tell(
            Level::Warning,
            "rejects",
            &format!(
                "{} {}{where_all}",
                terminal.paint(Style::Warning, "rejected:"),
                counted(more, "more record")
            ),
            json!({"more": more, "all": rejects.len()}),
        );
    }
}

/// `file:line: reason`, fit for a terminal.
fn described(reject: &Reject, source_names: &[&str]) -> String {
    let file = source_names.get(reject.source as usize).unwrap_or(&"");
    escaped(&format!("{file}:{}: {}", reject.line, reject.reason))
}

/// There are more rejects than are put up with.
pub fn too_many(rejects: &[Reject], most: u64) -> Stop {
    let rejected = counted(rejects.len() as u64, "record");
    let was = if rejects.len() == 1 { "was" } else { "were" };
    Stop::Failed(match most {
        0 => anyhow!("{rejected} {was} rejected and none may be; nothing was written"),
        most => anyhow!("{rejected} {was} rejected and at most {most} may be; nothing was written"),
    })
}

/// Every record was rejected.
pub fn nothing_left(rejects: &[Reject], source_names: &[&str]) -> Stop {
    let first = rejects
        .first()
        .map(|reject| described(reject, source_names))
        .unwrap_or_default();
    Stop::Failed(match rejects.len() as u64 {
        1 => anyhow!("the only record was rejected: {first}"),
        all => anyhow!(
            "all {} were rejected; the first: {first}",
            counted(all, "record")
        ),
    })
}
