//! Rows of columns for Python.

use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;

use arrow_array::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
use arrow_array::{RecordBatch, RecordBatchIterator, RecordBatchReader};
use arrow_json::LineDelimitedWriter;
use arrow_pyarrow::FromPyArrow;
use arrow_schema::ffi::FFI_ArrowSchema;
use arrow_schema::{ArrowError, SchemaRef};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyCapsule};

use super::errors::RunError;

/// Rows of columns, in memory that readers of Arrow share.
#[pyclass(frozen)]
pub struct Rows {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
}

impl Rows {
    /// Takes all rows of a reader.
    pub fn of(reader: Box<dyn RecordBatchReader + Send>) -> PyResult<Rows> {
        let schema = reader.schema();
        let batches = reader.collect::<Result<_, _>>().map_err(unreadable)?;
        Ok(Rows { schema, batches })
    }
}

#[pymethods]
impl Rows {
    /// Names of the columns.
    #[getter]
    fn column_names(&self) -> Vec<&str> {
        let fields = self.schema.fields().iter();
        fields.map(|field| field.name().as_str()).collect()
    }

    fn __len__(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    /// The rows as a stream of the Arrow C interface, which shares the memory.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // A consumer must accept another schema than it has asked for.
        let _ = requested_schema;
        let batches = self.batches.clone().into_iter().map(Ok);
        let reader = RecordBatchIterator::new(batches, SchemaRef::clone(&self.schema));
        let stream = FFI_ArrowArrayStream::new(Box::new(reader));
        PyCapsule::new_with_value(py, stream, c"arrow_array_stream")
    }

    /// The columns as a schema of the Arrow C interface.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let schema = FFI_ArrowSchema::try_from(&*self.schema).map_err(unreadable)?;
        PyCapsule::new_with_value(py, schema, c"arrow_schema")
    }

    /// `length` rows from `start` on, as lines of JSON.
    fn json_lines<'py>(
        &self,
        py: Python<'py>,
        start: usize,
        length: usize,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let mut lines = Vec::new();
        let mut writer = writer_of_nulls(&mut lines);
        let mut before = 0;
        for batch in &self.batches {
            let from = start.max(before) - before;
            let to = (start.saturating_add(length)).min(before + batch.num_rows());
            let to = to.saturating_sub(before);
            if from < to {
                let rows = batch.slice(from, to - from);
                writer.write(&rows).map_err(unreadable)?;
            }
            before += batch.num_rows();
        }
        writer.finish().map_err(unreadable)?;
        drop(writer);
        Ok(PyBytes::new(py, &lines))
    }
}

/// Writes the rows of an object with `__arrow_c_stream__` to a file, as lines of JSON.
#[pyfunction]
pub fn write_json_lines(rows: &Bound<'_, PyAny>, path: PathBuf) -> PyResult<()> {
    let reader = stream(rows)?;
    let file = BufWriter::new(File::create(path)?);
    let mut writer = writer_of_nulls(file);
    for batch in reader {
        writer
            .write(&batch.map_err(unreadable)?)
            .map_err(unreadable)?;
    }
    writer.finish().map_err(unreadable)
}

/// The rows of an object with `__arrow_c_stream__`.
pub fn stream(rows: &Bound<'_, PyAny>) -> PyResult<Box<dyn RecordBatchReader + Send>> {
    let reader = RecordBatchStreamReader::from_pyarrow_bound(rows).map_err(|error| {
        let message = format!("the Arrow data are no rows of columns: {error}");
        PyTypeError::new_err(message)
    })?;
    Ok(Box::new(reader))
}

/// A writer of JSON in which a value that is missing is null.
fn writer_of_nulls<W: std::io::Write>(
    out: W,
) -> arrow_json::Writer<W, arrow_json::writer::LineDelimited> {
    let builder = arrow_json::WriterBuilder::new().with_explicit_nulls(true);
    let writer: LineDelimitedWriter<W> = builder.build(out);
    writer
}

fn unreadable(error: ArrowError) -> PyErr {
    RunError::new_err(error.to_string())
}
