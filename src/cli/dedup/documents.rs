//! The kept documents, in the order in which they were read.

use std::io::{self, Write};

use crate::catalog::DocNo;
use crate::document::{Corpus, Fetch};
use crate::pipeline::{Duplicates, Outcome};
use crate::read::{Dialect, Header, Inputs, LineEnd, SourceFormat};
use crate::report::documents::{self, DocumentRow, DocumentSink, FIELDS};
use crate::report::records::{with_cells, with_members};
use crate::report::rows;
use crate::report::table::{FileCompression, TableEncoding, TableFormat};
use arrow_schema::SchemaRef;
use rayon::prelude::*;

use crate::cli::inputs::unreadable;
use crate::cli::status::Stop;

/// Writer of the kept or marked documents.
pub struct DocumentsWriter<'a> {
    pub inputs: &'a Inputs,
    pub found: &'a Duplicates,
    pub form: DocumentsForm,
    /// Fields that mark duplicates, if all documents are written.
    pub marks: Option<&'a MarkFields>,
    /// The documents that have duplicates, in canonical order.
    pub originals: Vec<DocNo>,
}

/// Names of the fields that mark duplicates.
#[derive(Debug, Clone)]
pub struct MarkFields {
    /// Field for the document that is duplicated.
    pub duplicate_of: String,
    /// Field for the group: the same value for a document and all its duplicates.
    pub group: String,
}

impl MarkFields {
    /// The names, in the order of the fields.
    fn names(&self) -> [&str; 2] {
        [&self.duplicate_of, &self.group]
    }
}

/// Names of the fields that mark duplicates, if there are any.
pub fn mark_names(marks: Option<&MarkFields>) -> Vec<&str> {
    let names = marks.map(MarkFields::names);
    names.into_iter().flatten().collect()
}

/// Form in which documents are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentsForm {
    /// The bytes of their records.
    Copies(CopyFormat, FileCompression),
    /// The rows of inputs with columns, all with the same ones.
    Rows(TableFormat),
    /// The fields that wirecopy knows, as a table.
    Fields(TableEncoding),
}

/// Format of copied records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyFormat {
    /// A JSON object a line.
    Json,
    /// Rows of a table, which is CSV or TSV as the input is.
    Rows(TableFormat, Dialect),
}

impl CopyFormat {
    /// The format of copies of the records of an input; `None` if records cannot be copied, because
    /// they are not ranges of bytes that stand for themselves. `marked` is true if each gets one
    /// more field.
    fn of(inputs: &Inputs, source: usize, marked: bool) -> Option<CopyFormat> {
        let table = |format: TableFormat| {
            let dialect = inputs.dialect(source)?;
            // A cell can be added to a row only if quotes can protect it.
            let is_usual = dialect == Dialect::of_delimiter(dialect.delimiter);
            (is_usual || !marked).then_some(CopyFormat::Rows(format, dialect))
        };
        match inputs.format(source)? {
            SourceFormat::Jsonl
            | SourceFormat::Json
            | SourceFormat::Parquet
            | SourceFormat::Arrow
            | SourceFormat::Xlsx => Some(CopyFormat::Json),
            SourceFormat::Csv => table(TableFormat::Csv),
            SourceFormat::Tsv => table(TableFormat::Tsv),
            SourceFormat::Text | SourceFormat::Html | SourceFormat::Warc | SourceFormat::Feed => {
                None
            }
        }
    }

    /// The format of a file that holds the copies.
    fn table_format(self) -> TableFormat {
        match self {
            CopyFormat::Json => TableFormat::Jsonl,
            CopyFormat::Rows(format, _) => format,
        }
    }
}

impl DocumentsForm {
    /// The form for an output whose name asks for `named`: copies if all inputs have that format
    /// already, else fields. `marked` is true if duplicates are marked.
    pub fn of(inputs: &Inputs, named: Option<TableEncoding>, marked: bool) -> DocumentsForm {
        let mut formats = (0..inputs.sources()).map(|at| CopyFormat::of(inputs, at, marked));
        let first = formats.next().unwrap_or(Some(CopyFormat::Json));
        let copied = first.filter(|_| formats.all(|format| format == first));
        let columnar = named.filter(|named| named.format.is_columnar());
        if let Some(named) = columnar.filter(|_| common_schema(inputs).is_some()) {
            return DocumentsForm::Rows(named.format);
        }
        match (copied, named) {
            (Some(copied), None) => DocumentsForm::Copies(copied, FileCompression::None),
            (Some(copied), Some(named)) if copied.table_format() == named.format => {
                DocumentsForm::Copies(copied, named.compression)
            }
            (_, named) => DocumentsForm::Fields(named.unwrap_or(TableFormat::Jsonl.into())),
        }
    }

    /// A line about fields of the inputs that are left out, if there can be any.
    pub fn note(self, inputs: &Inputs) -> Option<String> {
        let DocumentsForm::Fields(encoding) = self else {
            return None;
        };
        let mut formats = (0..inputs.sources()).filter_map(|at| inputs.format(at));
        formats.any(|format| format != SourceFormat::Text).then(|| {
            format!(
                "converted to {} with the fields {}; other fields are left out",
                encoding.format.name(),
                FIELDS.join(", ")
            )
        })
    }
}

/// The columns of all inputs, if their rows can be copied and have the same columns.
fn common_schema(inputs: &Inputs) -> Option<SchemaRef> {
    let mut schemas = (0..inputs.sources()).map(|source| inputs.row_schema(source));
    let first = schemas.next()??;
    schemas
        .all(|schema| schema.as_ref() == Some(&first))
        .then_some(first)
}

impl DocumentsWriter<'_> {
    /// Rejects tables with different columns, and a mark that is a field already.
    pub fn check(&self) -> Result<(), Stop> {
        if let (DocumentsForm::Copies(CopyFormat::Rows(..), _), None) = (self.form, self.marks) {
            self.common_header()?;
        }
        let Some(marks) = self.marks else {
            return Ok(());
        };
        for (mark, flag) in marks
            .names()
            .into_iter()
            .zip(["--mark-field", "--group-field"])
        {
            if let Some(whose) = self.owner_of(mark)? {
                return Err(Stop::usage(format!(
                    "{whose} already has a field {mark}: name another one with {flag}"
                )));
            }
        }
        match marks.duplicate_of == marks.group {
            true => Err(Stop::usage(
                "--mark-field and --group-field name the same field",
            )),
            false => Ok(()),
        }
    }

    /// A source or document that has a field of that name, in words; `None` if there is none.
    fn owner_of(&self, mark: &str) -> Result<Option<String>, Stop> {
        let has_column = |schema: SchemaRef| schema.column_with_name(mark).is_some();
        match self.form {
            DocumentsForm::Fields(_) if FIELDS.contains(&mark) => {
                Ok(Some("every document".to_owned()))
            }
            DocumentsForm::Fields(_) => Ok(None),
            DocumentsForm::Rows(_) => Ok(common_schema(self.inputs)
                .is_some_and(has_column)
                .then(|| "every document".to_owned())),
            DocumentsForm::Copies(CopyFormat::Json, _) => {
                let id = self.document_with(mark)?;
                Ok(id.map(|id| format!("the document {id}")))
            }
            DocumentsForm::Copies(CopyFormat::Rows(..), _) => {
                let owner = self.common_header()?.filter(|(_, header)| {
                    let mut names = header.names.iter();
                    names.any(|name| name == mark)
                });
                Ok(owner.map(|(first, _)| self.inputs.source_name(first).to_owned()))
            }
        }
    }

    /// Id of the first document found that has a field of that name in its record.
    fn document_with(&self, field: &str) -> Result<Option<&str>, Stop> {
        let Duplicates {
            catalog,
            decided,
            read,
            ..
        } = self.found;
        let decided = decided.par_iter().map(|&doc| (doc, catalog.place(doc)));
        let known = read.known.par_iter().map(|known| (known.doc, known.place));
        let found = decided.chain(known).find_map_first(|(doc, place)| {
            match self.inputs.has_field(place, field) {
                Ok(false) => None,
                Ok(true) => Some(Ok(catalog.id(doc))),
                Err(error) => Some(Err(unreadable(error))),
            }
        });
        found.transpose()
    }

    /// The header of all tables, and the first source that has it. Fails if they differ.
    fn common_header(&self) -> Result<Option<(usize, &Header)>, Stop> {
        let headers: Vec<(usize, &Header)> = self.headers().collect();
        let Some(&(first, header)) = headers.first() else {
            return Ok(None);
        };
        let differs = |(_, other): &&(usize, &Header)| other.names != header.names;
        match headers.iter().find(differs) {
            Some((other, another)) => Err(Stop::usage(format!(
                "one output cannot hold tables of different columns: {} has {}, {} has {}",
                self.inputs.source_name(first),
                header.names.join(", "),
                self.inputs.source_name(*other),
                another.names.join(", "),
            ))),
            None => Ok(Some((first, header))),
        }
    }

    /// Writes all documents that are kept, or all that were read if there is a mark.
    pub fn write(&self, out: &mut (dyn Write + Send)) -> io::Result<()> {
        match self.form {
            DocumentsForm::Copies(format, compression) => {
                compression.write(out, |out| self.write_copies(format, out))
            }
            DocumentsForm::Rows(format) => self.write_rows(format, out),
            DocumentsForm::Fields(encoding) => {
                let marks = self.mark_names();
                documents::write(encoding, &marks, out, |sink| self.write_fields(sink))
            }
        }
    }

    /// Writes rows, source after source.
    fn write_rows(&self, format: TableFormat, out: &mut (dyn Write + Send)) -> io::Result<()> {
        let schema = common_schema(self.inputs)
            .ok_or_else(|| io::Error::other("a Parquet file has changed since it was read"))?;
        let mut outcomes = self.written().peekable();
        rows::write(format, &schema, &self.mark_names(), out, |sink| {
            while let Some(next) = outcomes.peek() {
                let source = next.place.source;
                let (mut places, mut marks) = (Vec::new(), Vec::new());
                while let Some(outcome) = outcomes.next_if(|one| one.place.source == source) {
                    places.push(outcome.place);
                    marks.push(self.marks_of(&outcome).to_vec());
                }
                let mut marks = marks.as_slice();
                self.inputs
                    .copy_rows(source as usize, &places, &mut |rows| {
                        let (these, rest) = marks.split_at(rows.num_rows());
                        marks = rest;
                        sink(rows, these)
                    })?;
            }
            Ok(())
        })
    }

    fn write_copies(&self, format: CopyFormat, out: &mut dyn Write) -> io::Result<()> {
        self.write_header(format, out)?;
        for outcome in self.written() {
            let mut done = Ok(());
            let marks = self.marks_of(&outcome);
            let copied = self.inputs.copy(outcome.place, &mut |record, line_end| {
                done = self.write_copy(format, record, line_end, marks, out);
            });
            copied.map_err(io::Error::other)?;
            done?;
        }
        Ok(())
    }

    /// Writes the header of the first table, unless it has none.
    fn write_header(&self, format: CopyFormat, mut out: &mut dyn Write) -> io::Result<()> {
        let (CopyFormat::Rows(_, dialect), Some((_, header))) = (format, self.headers().next())
        else {
            return Ok(());
        };
        match self.marks {
            _ if header.bytes.is_empty() => return Ok(()),
            Some(marks) => {
                with_cells(&header.bytes, dialect.delimiter, &marks.names(), &mut out)?;
            }
            None => out.write_all(&header.bytes)?,
        }
        out.write_all(header.line_end.bytes())
    }

    fn write_fields(&self, sink: DocumentSink<'_>) -> io::Result<()> {
        for outcome in self.written() {
            let mut done = Ok(());
            let read = self.inputs.fetch(outcome.place, &mut |document| {
                done = sink(&DocumentRow {
                    id: self.found.catalog.id(outcome.doc).to_owned(),
                    document: document.with_text(document.text.clone().into_owned()),
                    marks: self
                        .marks_of(&outcome)
                        .map(|mark| mark.map(str::to_owned))
                        .to_vec(),
                });
            });
            read.map_err(io::Error::other)?;
            done?;
        }
        Ok(())
    }

    /// The documents to write.
    fn written(&self) -> impl Iterator<Item = Outcome> {
        let all = self.marks.is_some();
        let outcomes = self.found.outcomes();
        outcomes.filter(move |outcome| all || outcome.duplicate.is_none())
    }

    /// Ids of the document that a document duplicates, and of the one that its group is named
    /// after.
    fn marks_of(&self, outcome: &Outcome) -> [Option<&str>; 2] {
        let id = |doc| self.found.catalog.id(doc);
        let of = outcome.duplicate.map(|duplicate| duplicate.of);
        let is_original = self.originals.binary_search(&outcome.doc).is_ok();
        let group = of.or_else(|| is_original.then_some(outcome.doc));
        [of.map(id), group.map(id)]
    }

    /// Names of the fields that mark duplicates, if there are any.
    fn mark_names(&self) -> Vec<&str> {
        mark_names(self.marks)
    }

    /// The headers of all tables. The first one is written.
    fn headers(&self) -> impl Iterator<Item = (usize, &Header)> {
        (0..self.inputs.sources()).filter_map(|at| Some((at, self.inputs.header(at)?)))
    }

    fn write_copy(
        &self,
        format: CopyFormat,
        record: &[u8],
        line_end: LineEnd,
        values: [Option<&str>; 2],
        mut out: &mut dyn Write,
    ) -> io::Result<()> {
        match (format, self.marks) {
            (CopyFormat::Json, Some(marks)) => {
                let [of, group] = marks.names();
                let members = [(of, values[0]), (group, values[1])];
                with_members(record, &members, &mut out)?;
            }
            (CopyFormat::Rows(_, dialect), Some(_)) => {
                let cells = values.map(Option::unwrap_or_default);
                with_cells(record, dialect.delimiter, &cells, &mut out)?;
            }
            (_, None) => out.write_all(record)?,
        }
        out.write_all(line_end.bytes())
    }
}
