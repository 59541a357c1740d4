//! Advice that follows an error of the library: which flag or command helps.

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
        ReadError::NoTextColumn { .. } => Some("name the right one with --text-field"),
        ReadError::UnknownFormat { .. } => Some("say it with --input-format"),
        ReadError::Spool { .. } | ReadError::Spill { .. } => {
            Some("free some room or choose another place with --temp-dir")
        }
        ReadError::Damaged { .. } => Some(
            "`wirecopy index verify` looks at all of it, and a copy of it or a new index is the way out",
        ),
        ReadError::TooLittleMemory { .. } => {
            Some("allow more with --memory, or scan less at a time")
        }
        _ => None,
    }
}
