//! Inputs as the program speaks of them: what was left alone, and what cannot be read.

use wirecopy::document::ReadError;
use wirecopy::read::Skipped;
use wirecopy::report::summary::FilesSkipped;

use super::status::Stop;

/// What directories held beside inputs, as the reports know it.
pub fn files_skipped(
    Skipped {
        unknown_ending,
        hidden,
        same_file,
    }: Skipped,
) -> FilesSkipped {
    FilesSkipped {
        unknown_ending,
        hidden,
        same_file,
    }
}

/// What ends a run while reading, as the program ends.
pub fn unreadable(error: ReadError) -> Stop {
    match error {
        ReadError::UnknownFormat { .. } => Stop::Usage(error.into()),
        _ => Stop::Failed(error.into()),
    }
}
