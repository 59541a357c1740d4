//! The kept documents: the bytes of their records, in the order in which they were read.

use std::io::{self, Write};

use rayon::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value};
use wirecopy::document::{Corpus, Fetch};
use wirecopy::pipeline::{Duplicates, Outcome};
use wirecopy::read::{Header, Inputs, LineEnd, SourceFormat};
use wirecopy::report::records::{with_cell, with_member};

use super::plan::DedupOutput;
use crate::cli::inputs::unreadable;
use crate::cli::outputs::{OutputTarget, WantedOutput};
use crate::cli::status::Stop;

/// Writer of the kept or marked documents.
pub struct DocumentsWriter<'a> {
    pub inputs: &'a Inputs,
    pub found: &'a Duplicates,
    /// The format of all inputs.
    pub format: SourceFormat,
    /// Field that marks duplicates, if all documents are written.
    pub mark: Option<&'a str>,
}

/// The format of all inputs. Fails if they have several, or if the name of an output asks for
/// another one.
pub fn format_of<'w>(
    inputs: &Inputs,
    wanted: impl Iterator<Item = &'w WantedOutput<DedupOutput>>,
) -> Result<SourceFormat, Stop> {
    let mut formats = (0..inputs.sources()).filter_map(|at| Some((at, inputs.format(at)?)));
    let (first, format) = formats.next().unwrap_or((0, SourceFormat::Jsonl));
    if let Some((other, another)) = formats.find(|&(_, another)| another != format) {
        return Err(Stop::usage(format!(
            "one output cannot hold documents of two formats: {} is {}, {} is {}; name inputs of \
             one format, or convert some first",
            inputs.source_name(first),
            format.name(),
            inputs.source_name(other),
            another.name(),
        )));
    }
    let written = match format {
        SourceFormat::Text | SourceFormat::Json => SourceFormat::Jsonl,
        other => other,
    };
    for wanted in wanted {
        let (DedupOutput::Documents(_), OutputTarget::File(path)) = (wanted.report, &wanted.target)
        else {
            continue;
        };
        let named = SourceFormat::of_name(&path.to_string_lossy());
        if named.is_some_and(|named| named != written) {
            return Err(Stop::usage(format!(
                "the documents are written as {}, but --output {} has the extension of another \
                 format: change it",
                written.name(),
                path.display(),
            )));
        }
    }
    Ok(format)
}

impl DocumentsWriter<'_> {
    /// Rejects tables with different columns, and a mark that is a field already.
    pub fn check(&self) -> Result<(), Stop> {
        let headers: Vec<(usize, &Header)> = self.headers().collect();
        if let Some((first, header)) = headers.first() {
            let differs = |(_, other): &&(usize, &Header)| other.names != header.names;
            if let Some((other, another)) = headers.iter().find(differs) {
                return Err(Stop::usage(format!(
                    "one output cannot hold tables of different columns: {} has {}, {} has {}",
                    self.inputs.source_name(*first),
                    header.names.join(", "),
                    self.inputs.source_name(*other),
                    another.names.join(", "),
                )));
            }
        }
        let Some(mark) = self.mark else {
            return Ok(());
        };
        let taken = |whose: &str| {
            Stop::usage(format!(
                "{whose} already has a field {mark}: name another one with --mark-field"
            ))
        };
        match self.format {
            SourceFormat::Jsonl | SourceFormat::Json => {
                let Duplicates {
                    catalog,
                    decided,
                    read,
                    ..
                } = self.found;
                let decided = decided.par_iter().map(|&doc| (doc, catalog.place(doc)));
                let known = read.known.par_iter().map(|known| (known.doc, known.place));
                let refused = decided.chain(known).find_map_first(|(doc, place)| {
                    match self.inputs.has_field(place, mark) {
                        Ok(false) => None,
                        Ok(true) => Some(taken(&format!("the document {}", catalog.id(doc)))),
                        Err(error) => Some(unreadable(error)),
                    }
                });
                refused.map_or(Ok(()), Err)
            }
            SourceFormat::Csv | SourceFormat::Tsv => match headers.first() {
                Some((first, header)) if header.names.iter().any(|name| name == mark) => {
                    Err(taken(self.inputs.source_name(*first)))
                }
                _ => Ok(()),
            },
            SourceFormat::Text if ["id", "text"].contains(&mark) => Err(taken("every document")),
            SourceFormat::Text => Ok(()),
        }
    }

    /// Writes all documents that are kept, or all that were read if there is a mark.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        if let Some((_, header)) = self.headers().next() {
            self.write_row(&header.bytes, self.mark, out)?;
            out.write_all(header.line_end.bytes())?;
        }
        for outcome in self.found.outcomes() {
            if outcome.duplicate.is_none() || self.mark.is_some() {
                self.write_document(&outcome, out)?;
            }
        }
        Ok(())
    }

    /// The headers of all tables. The first one is written.
    fn headers(&self) -> impl Iterator<Item = (usize, &Header)> {
        (0..self.inputs.sources()).filter_map(|at| Some((at, self.inputs.header(at)?)))
    }

    fn write_document(&self, outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
        let id = |doc| self.found.catalog.id(doc);
        let of = outcome.duplicate.map(|duplicate| id(duplicate.of));
        let place = outcome.place;
        let mut done = Ok(());
        let read = match self.format {
            SourceFormat::Text => self.inputs.fetch(place, &mut |document| {
                done = self.write_text(id(outcome.doc), &document.text, of, out);
            }),
            _ => self.inputs.copy(place, &mut |record, line_end| {
                done = self.write_record(record, line_end, of, out);
            }),
        };
        read.map_err(io::Error::other)?;
        done
    }

    fn write_record(
        &self,
        record: &[u8],
        line_end: LineEnd,
        of: Option<&str>,
        mut out: &mut dyn Write,
    ) -> io::Result<()> {
        match (self.format, self.mark) {
            (SourceFormat::Jsonl | SourceFormat::Json, Some(mark)) => {
                with_member(record, mark, of, &mut out)?
            }
            (_, Some(_)) => self.write_row(record, Some(of.unwrap_or_default()), out)?,
            (_, None) => out.write_all(record)?,
        }
        out.write_all(line_end.bytes())
    }

    /// Writes a row of a table, with one more cell if it is given.
    fn write_row(&self, row: &[u8], cell: Option<&str>, mut out: &mut dyn Write) -> io::Result<()> {
        match (cell, self.format.delimiter()) {
            (Some(cell), Some(delimiter)) => with_cell(row, delimiter, cell, &mut out),
            _ => out.write_all(row),
        }
    }

    /// Writes a text file as a line of JSON.
    fn write_text(
        &self,
        id: &str,
        text: &str,
        of: Option<&str>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        #[derive(Serialize)]
        struct TextRecord<'r> {
            id: &'r str,
            text: &'r str,
            #[serde(flatten)]
            mark: Map<String, Value>,
        }
        let mark = self.mark.map(|mark| (mark.to_owned(), of.into()));
        let record = TextRecord {
            id,
            text,
            mark: mark.into_iter().collect(),
        };
        serde_json::to_writer(&mut *out, &record)?;
        out.write_all(b"\n")
    }
}
