//! Records whose id names another document of the index: messages about them.

use crate::catalog::{ConflictWith, IdConflict, ReadTally};
use anyhow::anyhow;
use serde_json::json;

use super::figures::counted;
use super::log::LogLevel;
use super::status::Stop;
use super::terminal::{MessageStyle, Terminal, escaped};

/// Number of conflicts shown without --verbose.
const CONFLICTS_SHOWN: usize = 5;

/// Prints the first conflicts, or all that are known.
pub fn show(read: &ReadTally, source_names: &[&str], all: bool, terminal: &Terminal) {
    let conflicts = &read.conflicts;
    let shown = if all {
        conflicts.len()
    } else {
        CONFLICTS_SHOWN
    };
    let title = || terminal.paint(MessageStyle::Warning, "id conflict:");
    for conflict in conflicts.iter().take(shown) {
        let file = source_names.get(conflict.source as usize).unwrap_or(&"");
        let line = format!("{file}:{}: {}", conflict.line, described(conflict));
        terminal.tell(
            LogLevel::Warning,
            "id_conflict",
            &format!("{} {}", title(), escaped(&line)),
            json!({
                "file": file,
                "line": conflict.line,
                "id": conflict.id,
                "kept_as": conflict.kept_as,
            }),
        );
    }
    let more = read.conflicting().saturating_sub(shown as u64);
    if more > 0 {
        terminal.tell(
            LogLevel::Warning,
            "id_conflicts",
            &format!("{} {}", title(), counted(more, "more record")),
            json!({ "more": more, "all": read.conflicting() }),
        );
    }
}

/// A conflict in words.
fn described(conflict: &IdConflict) -> String {
    let IdConflict {
        id, kept_as, with, ..
    } = conflict;
    let (with, advice) = match with {
        ConflictWith::Seen => ("a document of the index on another page or site", ""),
        ConflictWith::SeenUnidentified => (
            "a document of the index with other words, and without url and site nothing tells \
             that they are the same",
            " (--allow-replacing replaces it)",
        ),
        ConflictWith::Record => ("another record of this run", ""),
    };
    format!("the id {id} is that of {with}; this one is kept as {kept_as}{advice}")
}

/// The error for conflicts in a strict run.
pub fn not_permitted(conflicts: u64) -> Stop {
    let has = if conflicts == 1 { "has" } else { "have" };
    let conflicts = counted(conflicts, "record");
    Stop::Failed(anyhow!(
        "{conflicts} {has} the id of another document, which --strict does not allow; nothing was \
         written (name a field with ids of its own with --id-field)"
    ))
}
