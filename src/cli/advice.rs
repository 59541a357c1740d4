//! Advice for an error of the library: the flag or command that helps.

use wirecopy::error::ReadError;

/// The advice for an error, if there is any.
pub fn for_error(error: &anyhow::Error) -> Option<&'static str> {
    error.chain().find_map(|cause| {
        let read = cause.downcast_ref::<ReadError>();
        read.and_then(for_read_error)
    })
}

fn for_read_error(error: &ReadError) -> Option<&'static str> {
    match error {
        ReadError::NoTextColumn { .. } => Some("name the right column with --text-field"),
        ReadError::UnknownFormat { .. } => Some("name it with --input-format"),
        ReadError::Spool { .. } | ReadError::Spill { .. } => {
            Some("free disk space, or name another directory with --temp-dir")
        }
        ReadError::Damaged { .. } => Some(
            "`wirecopy index verify` lists damaged files; restore a backup or make a new index",
        ),
        ReadError::TooLittleMemory { .. } => {
            Some("allow more with --memory, or scan fewer documents at a time")
        }
        _ => None,
    }
}
