//! Results of a run: tables as rows of columns, the rest as JSON, pages and text.

use std::io::{self, Write};
use std::path::Path;

use super::error::CommandError;
use super::rows::{Rows, rows_of_file, rows_of_json};
use crate::cli::dedup::{DedupRun, DedupTable};
use crate::cli::explain;
use crate::cli::outputs::{OutputTarget, ScanReport};
use crate::cli::scan::ScanRun;
use crate::cli::status::Stop;
use crate::pipeline::Explanation;
use crate::report::table::{TableEncoding, TableFormat};
use crate::report::tune::Tuned;
use crate::report::{explain as explain_report, tune as tune_report};

/// A table that a scan found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScanTable {
    /// The pairs.
    Pairs,
    /// The clusters.
    Clusters,
    /// The documents of clusters.
    Members,
    /// The pairs of sites.
    Sites,
    /// The rejected records.
    Rejects,
    /// The documents without boilerplate.
    Clean,
}

/// An explanation of two documents, in several forms.
pub struct ExplanationForms {
    /// As text, for a terminal.
    pub text: String,
    /// As JSON.
    pub json: String,
    /// As a page.
    pub html: String,
}

/// Choices of thresholds and what they would find, in several forms.
pub struct TuningForms {
    /// As JSON.
    pub json: String,
    /// As a page.
    pub html: String,
}

impl ScanRun {
    /// A table of what was found.
    ///
    /// # Errors
    /// When a document cannot be read again.
    pub fn table(&self, table: ScanTable) -> Result<Rows, CommandError> {
        let encoding = TableEncoding::from(TableFormat::Arrow);
        let report = match table {
            ScanTable::Pairs => ScanReport::Pairs(encoding),
            ScanTable::Clusters => ScanReport::Clusters(encoding),
            ScanTable::Members => ScanReport::Members(encoding),
            ScanTable::Sites => ScanReport::Sites(encoding),
            ScanTable::Rejects => ScanReport::Rejects(encoding),
            ScanTable::Clean => ScanReport::Clean(encoding),
        };
        Ok(rows_of_file(written(|out| self.render(report, out))?)?)
    }

    /// The summary, as JSON.
    ///
    /// # Errors
    /// None that is known.
    pub fn summary(&self) -> Result<String, CommandError> {
        Ok(text_of(|out| self.render(ScanReport::Summary, out))?)
    }

    /// Writes the report page to a file, with this many pairs at most.
    ///
    /// # Errors
    /// When a text cannot be read again or the file cannot be written.
    pub fn write_page(&mut self, path: &Path, limit: Option<u32>) -> Result<(), CommandError> {
        Ok(self.page(OutputTarget::of(path), limit)?)
    }
}

impl DedupRun {
    /// The documents that stay, or all of them with their marks. Rows of columns keep theirs;
    /// objects of JSON become rows; other documents have the fields that wirecopy knows.
    ///
    /// # Errors
    /// When a document cannot be read again, or a field of JSON has values that no column can hold.
    pub fn documents_table(&self) -> Result<Rows, CommandError> {
        if self.copies_json() {
            let lines = written(|out| self.render(DedupTable::Copies, out))?;
            return Ok(rows_of_json(lines, &self.mark_names())?);
        }
        Ok(rows_of_file(written(|out| {
            self.render(DedupTable::Documents, out)
        })?)?)
    }

    /// The documents that were removed, with reasons.
    ///
    /// # Errors
    /// None that is known.
    pub fn removed_table(&self) -> Result<Rows, CommandError> {
        Ok(rows_of_file(written(|out| {
            self.render(DedupTable::Removed, out)
        })?)?)
    }

    /// The rejected records.
    ///
    /// # Errors
    /// None that is known.
    pub fn rejects_table(&self) -> Result<Rows, CommandError> {
        Ok(rows_of_file(written(|out| {
            self.render(DedupTable::Rejects, out)
        })?)?)
    }
}

impl ExplanationForms {
    pub fn of(explained: &Explanation) -> Result<ExplanationForms, Stop> {
        Ok(ExplanationForms {
            text: text_of(|mut out| explain::plain_text(explained, &mut out))?,
            json: text_of(|mut out| explain_report::json::write(explained, &mut out))?,
            html: text_of(|mut out| explain_report::html::write(explained, &mut out))?,
        })
    }
}

impl TuningForms {
    pub fn of(tuned: &Tuned) -> Result<TuningForms, Stop> {
        Ok(TuningForms {
            json: text_of(|mut out| tune_report::json::write(tuned, &mut out))?,
            html: text_of(|mut out| tune_report::html::write(tuned, &mut out))?,
        })
    }
}

/// Bytes that `write` writes.
fn written(write: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>) -> Result<Vec<u8>, Stop> {
    let mut bytes = Vec::new();
    write(&mut bytes)?;
    Ok(bytes)
}

/// Text that `write` writes.
fn text_of(write: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>) -> Result<String, Stop> {
    Ok(String::from_utf8(written(write)?)?)
}
