//! Inputs of a command: names, skipped files, memory, and errors.

use std::path::Path;
use std::sync::Arc;

use crate::catalog::ReadTally;
use crate::document::Corpus;
use crate::error::{ReadError, Size};
use crate::pipeline::{Counts, Memory};
use crate::read::{Inputs, LeftOut, SkippedInputs};
use crate::report::summary::{AssumedOfFile, FileLeftOut, FilesSkipped, InputFacts};
use crate::storage::spill::Spill;
use anyhow::anyhow;

use super::figures::counted;
use super::status::Stop;
use super::terminal::escaped;

/// Names of fields that are listed where none has the name that was given.
const NAMES_SHOWN: usize = 20;

/// Similar names that are shown at most.
const SIMILAR_SHOWN: usize = 3;

/// Least Jaro-Winkler similarity of a name that may be meant.
const SIMILAR: f64 = 0.75;

/// Names of the inputs, by number.
pub fn source_names(inputs: &Inputs) -> Vec<&str> {
    (0..inputs.sources())
        .map(|source| inputs.source_name(source))
        .collect()
}

/// Counts of what was left out and assumed, of inputs and then of a reference, for the reports.
/// Complete once everything was read.
pub fn input_facts<'i>(
    inputs: &Inputs,
    reference: impl IntoIterator<Item = &'i Inputs>,
) -> InputFacts {
    let mut facts = facts_of(inputs);
    for part in reference {
        let InputFacts {
            files_skipped,
            mut assumed,
        } = facts_of(part);
        facts.assumed.append(&mut assumed);
        let skipped = &mut facts.files_skipped;
        skipped.unknown_ending += files_skipped.unknown_ending;
        skipped.left_out.extend(files_skipped.left_out);
        skipped.hidden += files_skipped.hidden;
        skipped.same_file += files_skipped.same_file;
    }
    facts
}

fn facts_of(inputs: &Inputs) -> InputFacts {
    let SkippedInputs {
        left_out,
        named,
        hidden,
        same_file,
    } = inputs.skipped();
    let named = named.iter().map(|LeftOut { file, reason }| FileLeftOut {
        file: file.clone(),
        reason: reason.clone(),
    });
    let assumed = inputs.assumptions().map(|(source, assumed)| AssumedOfFile {
        file: inputs.source_name(source).to_owned(),
        assumed,
    });
    InputFacts {
        files_skipped: FilesSkipped {
            unknown_ending: *left_out,
            left_out: named.collect(),
            hidden: *hidden,
            same_file: *same_file,
        },
        assumed: assumed.collect(),
    }
}

/// Fails if files were found and none of them can be read.
pub fn none_left_out(inputs: &Inputs) -> Result<(), Stop> {
    let skipped = inputs.skipped();
    match skipped.named.first() {
        Some(LeftOut { file, reason }) if inputs.sources() == 0 => Err(Stop::Failed(anyhow!(
            "no input can be read: {} left out; the first: {}: {reason}",
            counted(skipped.left_out, "file"),
            escaped(file),
        ))),
        _ => Ok(()),
    }
}

/// The error that ends the program if inputs cannot be read.
pub fn unreadable(error: ReadError) -> Stop {
    match error {
        ReadError::UnknownFormat { .. } | ReadError::NoHeader { .. } => Stop::Usage(error.into()),
        _ => Stop::Failed(error.into()),
    }
}

/// The limit to memory, with a temporary file for data beyond it. Fails if the disk has too little
/// space for inputs of `input` bytes.
pub fn memory(
    limit: Option<u64>,
    temp_dir: Option<&Path>,
    input: Option<u64>,
) -> Result<Option<Memory>, Stop> {
    let Some(limit) = limit else { return Ok(None) };
    let spill = Spill::new(temp_dir)?;
    // Hashes take up to half as many bytes as the articles. Those of pages with boilerplate are
    // kept twice.
    let needed = input.map_or(0, |bytes| bytes / 4 * 3).saturating_sub(limit);
    if let Some(free) = spill.free().filter(|&free| free < needed) {
        let directory = temp_dir.map_or_else(std::env::temp_dir, Path::to_owned);
        return Err(Stop::Failed(anyhow!(
            "--memory {} may need {} of disk space in {}, which has {}; free some, or name another \
             directory with --temp-dir",
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

/// The error for a run that read no document with a word, if that is the case.
pub fn nothing_read(read: &ReadTally, counts: &Counts) -> Option<Stop> {
    if counts.documents.read != counts.documents.empty || !read.known.is_empty() {
        return None;
    }
    let reason = match (read.sources, counts.documents.read) {
        (0, _) => "there was no file to read".to_owned(),
        (files, 0) => format!("{} had no document", counted(files, "file")),
        (_, documents) => format!("{} had no word", counted(documents, "document")),
    };
    Some(Stop::Failed(anyhow!(
        "no document was read: {reason}; nothing was written"
    )))
}

/// Fails if no record has a field that a flag names. `prefix` begins the names of the flags, and
/// only the fields that are `needed` count.
pub fn unseen_names(
    inputs: &Inputs,
    prefix: &str,
    needed: impl Fn(&str) -> bool,
) -> Result<(), Stop> {
    let mut unseen = inputs.unseen_names();
    unseen.retain(|(_, name)| needed(name));
    if unseen.is_empty() {
        return Ok(());
    }
    let found = inputs.names_found();
    let named: Vec<String> = unseen
        .iter()
        .map(|(field, name)| {
            let similar = similar(name, &found);
            let similar = match similar.is_empty() {
                true => String::new(),
                false => format!("; similar: {}", similar.join(", ")),
            };
            format!("`{name}` (--{prefix}{field}-field{similar})")
        })
        .collect();
    let shown = found.iter().take(NAMES_SHOWN).map(String::as_str);
    let mut shown: Vec<&str> = shown.collect();
    if found.len() > shown.len() {
        shown.push("...");
    }
    let message = format!(
        "no record has a field called {}; the records have: {}",
        named.join(" or "),
        shown.join(", ")
    );
    Err(Stop::Failed(anyhow!("{}", escaped(&message))))
}

/// The names that are most similar to one that no record has.
fn similar<'n>(name: &str, found: &'n [String]) -> Vec<&'n str> {
    let name = name.to_lowercase();
    let likeness = |other: &str| strsim::jaro_winkler(&name, &other.to_lowercase());
    let mut similar: Vec<(f64, &str)> = found
        .iter()
        .map(|other| (likeness(other), other.as_str()))
        .filter(|(likeness, _)| *likeness >= SIMILAR)
        .collect();
    similar.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    similar.truncate(SIMILAR_SHOWN);
    similar.into_iter().map(|(_, name)| name).collect()
}
