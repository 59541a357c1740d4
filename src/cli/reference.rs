//! The reference of a run: files and indexes whose documents the inputs are compared with.

use std::io::{self, Write};
use std::path::Path;

use crate::document::Corpus;
use crate::index::{Index, IndexError};
use crate::pipeline::Counts;
use crate::read::{Inputs, ReadSettings, SourceFormat};
use anyhow::{Context, anyhow};

use super::args::reference::ReferenceArguments;
use super::figures::{count, counted};
use super::inputs::{none_left_out, unreadable, unseen_names};
use super::status::Stop;

/// A reference to open.
#[derive(Debug, Clone)]
pub struct ReferencePlan {
    /// Files, directories, addresses and indexes, as given.
    names: Vec<String>,
    /// Settings of the readers.
    reading: ReadSettings,
    /// Names of fields that it has of its own.
    own_fields: Vec<String>,
}

/// An opened reference.
#[derive(Debug, Default)]
pub struct Reference {
    /// The files as one part, and each index as one.
    pub parts: Vec<Inputs>,
    /// Names of fields that it has of its own. Others that the inputs have may be missing.
    own_fields: Vec<String>,
}

impl ReferencePlan {
    /// Takes the reference from the arguments, if one is named. It is read like the inputs, apart
    /// from the fields that it has of its own.
    pub fn of(typed: &ReferenceArguments, reading: &ReadSettings) -> Result<Option<Self>, Stop> {
        let own = typed.against_text_field.is_some() || typed.against_id_field.is_some();
        if typed.against.is_empty() {
            return match own {
                true => Err(Stop::usage(
                    "--against-text-field and --against-id-field need --against",
                )),
                false => Ok(None),
            };
        }
        let mut reading = reading.clone();
        reading.whole_records = false;
        for (name, field) in [
            (&typed.against_text_field, &mut reading.fields.text),
            (&typed.against_id_field, &mut reading.fields.id),
        ] {
            if let Some(name) = name {
                *field = vec![name.clone()];
            }
        }
        Ok(Some(ReferencePlan {
            names: typed.against.clone(),
            reading,
            own_fields: typed
                .against_text_field
                .iter()
                .chain(&typed.against_id_field)
                .cloned()
                .collect(),
        }))
    }

    /// Opens the reference.
    pub fn open(self) -> Result<Reference, Stop> {
        let (mut files, mut parts) = (Vec::new(), Vec::new());
        for name in self.names {
            match Path::new(&name)
                .is_dir()
                .then(|| Index::open(Path::new(&name)))
            {
                None | Some(Err(IndexError::Missing { .. })) => files.push(name),
                Some(Ok(index)) => parts.push(of_index(&name, &index, &self.reading)?),
                Some(Err(error)) => return Err(error.into()),
            }
        }
        if !files.is_empty() {
            let files = Inputs::open(&files, self.reading).map_err(unreadable)?;
            none_left_out(&files)?;
            parts.insert(0, files);
        }
        Ok(Reference {
            parts,
            own_fields: self.own_fields,
        })
    }
}

impl Reference {
    /// Fails if no record of the reference has a field that a flag names for it.
    pub fn unseen_names(&self) -> Result<(), Stop> {
        let files = self.parts.iter().filter(|part| part.sources() > 0);
        for part in files {
            unseen_names(part, "against-", |name| {
                self.own_fields.iter().any(|own| own == name)
            })?;
        }
        Ok(())
    }
}

/// The documents of an index, copied to a temporary file so that they are read like any others.
fn of_index(name: &str, index: &Index, reading: &ReadSettings) -> Result<Inputs, Stop> {
    let settings = ReadSettings {
        temp_dir: reading.temp_dir.clone(),
        ..ReadSettings::default()
    };
    let export = |out: &mut dyn Write| {
        let exported = index.export(&mut |line| out.write_all(line));
        exported.map_err(io::Error::other)
    };
    Inputs::of_written(name, SourceFormat::Jsonl, export, settings)
        .with_context(|| format!("cannot copy the index {name} to a temporary file"))
        .map_err(Stop::Failed)
}

/// The error for a reference of which no document can be compared. Without it, the run would find
/// nothing and look like a success.
pub fn nothing_to_compare(reference: &[Inputs], counts: &Counts) -> Option<Stop> {
    let documents = &counts.documents;
    if reference.is_empty() || documents.reference > documents.reference_not_compared {
        return None;
    }
    let files: usize = reference.iter().map(Corpus::sources).sum();
    Some(Stop::Failed(anyhow!(
        "no document of the reference can be compared: {} of {} read from {} of --against; nothing \
         was written",
        count(documents.reference_not_compared),
        counted(documents.reference, "document"),
        counted(files as u64, "file"),
    )))
}
