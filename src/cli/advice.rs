//! Advice for errors of the library: the flag or command that solves the problem.

use crate::error::ReadError;
use crate::index::{IndexError, IndexSettings};

/// Advice for damaged files of an index.
const DAMAGED: &str =
    "`wirecopy index verify` lists damaged files; restore a backup or make a new index";

/// The advice for an error or for one of its causes, if there is any.
pub fn for_error(error: &anyhow::Error) -> Option<String> {
    error.chain().find_map(|cause| {
        let read = cause.downcast_ref::<ReadError>();
        let index_advice = || cause.downcast_ref::<IndexError>().and_then(for_index_error);
        read.and_then(for_read_error)
            .map(str::to_owned)
            .or_else(index_advice)
    })
}

fn for_read_error(error: &ReadError) -> Option<&'static str> {
    match error {
        ReadError::NoTextColumn { .. } => Some("name the right column with --text-field"),
        ReadError::UnknownFormat { .. } => Some("name its format with --input-format"),
        ReadError::NoHeader { .. } => Some(
            "name the columns with --columns id,url,text, or pass --no-header to tell them by what \
             they hold",
        ),
        ReadError::Spool { .. } | ReadError::Spill { .. } => {
            Some("free disk space, or name another directory with --temp-dir")
        }
        ReadError::Damaged { .. } => Some(DAMAGED),
        ReadError::TooLittleMemory { .. } => {
            Some("allow more with --memory, or scan fewer documents at a time")
        }
        _ => None,
    }
}

fn for_index_error(error: &IndexError) -> Option<String> {
    match error {
        IndexError::Missing { .. } => Some("a scan with --index creates one".to_owned()),
        IndexError::Lost { directory } => Some(format!(
            "restore it from a backup, or move the files away and let a scan with --index make a \
             new index (zstd -dc {directory}/*.records.jsonl.zst prints the documents)"
        )),
        IndexError::TooNew { .. } => {
            Some("use the version of wirecopy that wrote it, or a later one".to_owned())
        }
        IndexError::Settings { made, asked } => {
            let mut both = index_flags(made).into_iter().zip(index_flags(asked));
            let (made, _) = both.find(|(made, asked)| made != asked)?;
            let same = match made.strip_prefix("no ") {
                Some(flag) => format!("leave {flag} out"),
                None => format!("pass {made} again"),
            };
            Some(format!(
                "{same}, or make another index (wirecopy index export writes its documents)"
            ))
        }
        IndexError::Busy { .. } => Some("wait for it with --wait, or try again later".to_owned()),
        _ => None,
    }
}

/// The flags with which a scan has the settings of an index, one for each setting.
pub fn index_flags(settings: &IndexSettings) -> [String; 7] {
    let excerpts = match (settings.containment, settings.passage) {
        (Some(containment), Some(passage)) => {
            format!("--containment {containment} --passage {passage}")
        }
        _ => "--relations exact,near".to_owned(),
    };
    let candidates = match settings.bands {
        0 => "--recall 1".to_owned(),
        bands => format!("--bands {bands} --rows {}", settings.rows),
    };
    let boilerplate = match settings.keep_boilerplate {
        true => "--keep-boilerplate",
        false => "no --keep-boilerplate",
    };
    [
        format!("--shingle {}", settings.shingle),
        format!("--threshold {}", settings.threshold),
        candidates,
        format!("--seed {}", settings.seed),
        excerpts,
        boilerplate.to_owned(),
        format!("--min-words {}", settings.min_words),
    ]
}
