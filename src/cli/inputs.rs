//! Inputs as the program speaks of them: what was left alone, and what cannot be read.

use std::path::Path;
use std::sync::Arc;

use anyhow::anyhow;
use wirecopy::catalog::ReadTally;
use wirecopy::document::Corpus;
use wirecopy::error::{ReadError, Size};
use wirecopy::pipeline::{Counts, Memory};
use wirecopy::read::{Inputs, SkippedInputs};
use wirecopy::report::summary::FilesSkipped;
use wirecopy::storage::spill::Spill;

use super::figures::counted;
use super::status::Stop;

/// What inputs are called, by number.
pub fn source_names(inputs: &Inputs) -> Vec<&str> {
    (0..inputs.sources())
        .map(|source| inputs.source_name(source))
        .collect()
}

/// What directories held beside inputs, as the reports know it.
pub fn files_skipped(
    SkippedInputs {
        unknown_ending,
        hidden,
        same_file,
    }: SkippedInputs,
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

/// The memory that may be taken, if there is room for what does not fit.
pub fn memory(
    limit: Option<u64>,
    temp_dir: Option<&Path>,
    input: Option<u64>,
) -> Result<Option<Memory>, Stop> {
    let Some(limit) = limit else { return Ok(None) };
    let spill = Spill::new(temp_dir)?;
    // Hashes take up to half of what articles take, and those of pages that lose boilerplate are kept twice.
    let needed = input.map_or(0, |bytes| bytes / 4 * 3).saturating_sub(limit);
    if let Some(free) = spill.free().filter(|&free| free < needed) {
        let directory = temp_dir.map_or_else(std::env::temp_dir, Path::to_owned);
        return Err(Stop::Failed(anyhow!(
            "--memory {} may need {} of room in {}, and there is {}; free some, or choose another place with --temp-dir",
            Size(limit),
            Size(needed),
            directory.display(),
            Size(free)
        )));
    }
    Ok(Some(Memory {
        limit,
        store: Arc::new(spill),
    }))
}

/// Whether there was nothing to read: no document, or none with a word.
pub fn is_empty(read: &ReadTally, counts: &Counts) -> bool {
    counts.documents.read == counts.documents.empty && read.known.is_empty()
}

/// Says so.
pub fn empty(read: &ReadTally, counts: &Counts) -> Stop {
    let what = match (read.sources, counts.documents.read) {
        (0, _) => "there was no file to read".to_owned(),
        (files, 0) => format!("{} held none", counted(files, "file")),
        (_, documents) => format!("{} had no word", counted(documents, "document")),
    };
    Stop::Failed(anyhow!("no document was read: {what}; nothing was written"))
}
