//! The commands and their results.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use wirecopy::cli::embedded::{
    CommandError, DedupRun, ExplanationForms, GivenInputs, ScanRun, ScanTable,
};

use super::errors::exception;
use super::inputs;
use super::run::run;
use super::settings::{self, GivenValue};
use super::table::Rows;

/// Settings of a run.
type Given = Vec<(String, GivenValue)>;

/// Findings of a scan.
#[pyclass(frozen)]
pub struct Found {
    found: Arc<Mutex<ScanRun>>,
}

/// Result of a dedup.
#[pyclass(frozen)]
pub struct Kept {
    kept: Mutex<DedupRun>,
}

/// Two documents, compared.
#[pyclass(frozen, get_all)]
pub struct Explanation {
    /// As text.
    text: String,
    /// As JSON.
    json: String,
    /// As a page.
    html: String,
}

impl From<ExplanationForms> for Explanation {
    fn from(forms: ExplanationForms) -> Explanation {
        let ExplanationForms { text, json, html } = forms;
        Explanation { text, json, html }
    }
}

/// Scans inputs.
#[pyfunction]
pub fn scan(
    py: Python<'_>,
    inputs: &Bound<'_, PyAny>,
    settings: Given,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<Found> {
    let settings = settings::given(settings);
    let found = run(py, inputs::given(inputs)?, progress, move |run| {
        run.scan(&settings)
    })?;
    Ok(Found {
        found: Arc::new(Mutex::new(found)),
    })
}

/// Finds duplicates among inputs.
#[pyfunction]
pub fn dedup(
    py: Python<'_>,
    inputs: &Bound<'_, PyAny>,
    settings: Given,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<Kept> {
    let settings = settings::given(settings);
    let kept = run(py, inputs::given(inputs)?, progress, move |run| {
        run.dedup(&settings)
    })?;
    Ok(Kept {
        kept: Mutex::new(kept),
    })
}

/// Explains two documents of inputs.
#[pyfunction]
pub fn explain(
    py: Python<'_>,
    a: String,
    b: String,
    inputs: &Bound<'_, PyAny>,
    settings: Given,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<Explanation> {
    let settings = settings::given(settings);
    let forms = run(py, inputs::given(inputs)?, progress, move |run| {
        run.explain([&a, &b], &settings)
    })?;
    Ok(forms.into())
}

/// Compares thresholds on inputs. Returns the comparison as JSON and as a page.
#[pyfunction]
pub fn tune(
    py: Python<'_>,
    inputs: &Bound<'_, PyAny>,
    settings: Given,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<(String, String)> {
    let settings = settings::given(settings);
    let forms = run(py, inputs::given(inputs)?, progress, move |run| {
        run.tune(&settings)
    })?;
    Ok((forms.json, forms.html))
}

/// The page on which a sample of pairs is labelled.
#[pyfunction]
pub fn sample(
    py: Python<'_>,
    inputs: &Bound<'_, PyAny>,
    pairs: u32,
    settings: Given,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<String> {
    let settings = settings::given(settings);
    run(py, inputs::given(inputs)?, progress, move |run| {
        run.sample(pairs, &settings)
    })
}

/// Inspects or changes an index. Returns the answer as JSON.
#[pyfunction]
pub fn index(
    py: Python<'_>,
    command: String,
    directory: String,
    settings: Given,
) -> PyResult<String> {
    let settings = settings::given(settings);
    run(py, GivenInputs::Named(Vec::new()), None, move |run| {
        run.index(&command, &directory, &settings)
    })
}

impl Found {
    /// Asks for something while Python goes on.
    fn ask<T: Send>(
        &self,
        py: Python<'_>,
        ask: impl FnOnce(&mut ScanRun) -> Result<T, CommandError> + Send,
    ) -> PyResult<T> {
        let answer = || ask(&mut self.found.lock().unwrap_or_else(PoisonError::into_inner));
        py.detach(answer).map_err(exception)
    }
}

#[pymethods]
impl Found {
    /// A table by its name.
    fn table(&self, py: Python<'_>, name: &str) -> PyResult<Rows> {
        let table = match name {
            "pairs" => ScanTable::Pairs,
            "clusters" => ScanTable::Clusters,
            "members" => ScanTable::Members,
            "sites" => ScanTable::Sites,
            "rejects" => ScanTable::Rejects,
            "clean" => ScanTable::Clean,
            _ => return Err(PyValueError::new_err(format!("there is no table {name}"))),
        };
        Rows::of(self.ask(py, |found| found.table(table))?)
    }

    /// The summary as JSON.
    fn summary(&self, py: Python<'_>) -> PyResult<String> {
        self.ask(py, |found| found.summary())
    }

    /// Writes the report page.
    fn write_page(&self, py: Python<'_>, path: PathBuf, limit: Option<u32>) -> PyResult<()> {
        self.ask(py, move |found| found.write_page(&path, limit))
    }

    /// Explains two documents.
    fn explain(
        &self,
        py: Python<'_>,
        a: String,
        b: String,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Explanation> {
        let found = Arc::clone(&self.found);
        let forms = run(py, GivenInputs::Named(Vec::new()), progress, move |run| {
            let found = found.lock().unwrap_or_else(PoisonError::into_inner);
            run.explain_found(&found, [&a, &b])
        })?;
        Ok(forms.into())
    }
}

impl Kept {
    /// Asks for something while Python goes on.
    fn ask<T: Send>(
        &self,
        py: Python<'_>,
        ask: impl FnOnce(&DedupRun) -> Result<T, CommandError> + Send,
    ) -> PyResult<T> {
        let answer = || ask(&self.kept.lock().unwrap_or_else(PoisonError::into_inner));
        py.detach(answer).map_err(exception)
    }
}

#[pymethods]
impl Kept {
    /// The documents that stay, or all with their marks.
    fn documents(&self, py: Python<'_>) -> PyResult<Rows> {
        Rows::of(self.ask(py, DedupRun::documents_table)?)
    }

    /// The documents that were removed.
    fn removed(&self, py: Python<'_>) -> PyResult<Rows> {
        Rows::of(self.ask(py, DedupRun::removed_table)?)
    }

    /// The rejected records.
    fn rejects(&self, py: Python<'_>) -> PyResult<Rows> {
        Rows::of(self.ask(py, DedupRun::rejects_table)?)
    }
}
