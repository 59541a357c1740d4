//! Inputs of a run: paths, tables and streams of Arrow, and records of Python.

use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::RecordBatchReader;
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};
use wirecopy::cli::embedded::GivenInputs;
use wirecopy::error::ReadError;
use wirecopy::read::{Inputs, ReadSettings, SourceFormat};

use super::table;

/// Name of records in messages.
const RECORDS: &str = "records";

/// Takes inputs from Python: a list of paths, an object with `__arrow_c_stream__`, or a function
/// that gives an iterator over pieces of JSON lines each time it is called.
pub fn given(inputs: &Bound<'_, PyAny>) -> PyResult<GivenInputs> {
    let py = inputs.py();
    if let Ok(names) = inputs.cast::<PyList>() {
        return Ok(GivenInputs::Named(names.extract()?));
    }
    if inputs.hasattr(intern!(py, "__arrow_c_stream__"))? {
        let stream = Mutex::new(Some(table::stream(inputs)?));
        let open = move |_: &[String], settings| rows(&stream, settings);
        return Ok(GivenInputs::Records(Arc::new(open)));
    }
    if inputs.is_callable() {
        let pieces = inputs.clone().unbind();
        let open = move |_: &[String], settings| records(&pieces, settings);
        return Ok(GivenInputs::Records(Arc::new(open)));
    }
    Err(PyTypeError::new_err("no inputs"))
}

/// The inputs of a table or a stream, which can be taken once.
fn rows(
    stream: &Mutex<Option<Box<dyn RecordBatchReader + Send>>>,
    settings: ReadSettings,
) -> Result<Inputs, ReadError> {
    let taken = stream.lock().unwrap_or_else(PoisonError::into_inner).take();
    let stream = taken.ok_or_else(|| open_error(io::Error::other("it was read already")))?;
    Inputs::of_batches(RECORDS, stream, settings)
}

/// The inputs of lines of JSON.
fn records(pieces: &Py<PyAny>, settings: ReadSettings) -> Result<Inputs, ReadError> {
    let pieces = Python::attach(|py| {
        let pieces = pieces.bind(py).call0()?.try_iter()?;
        Ok(pieces.into_any().unbind())
    });
    let pieces = pieces.map_err(|error: PyErr| open_error(io::Error::other(error)))?;
    let reader = PieceReader {
        pieces,
        current: Vec::new(),
        read: 0,
    };
    Ok(Inputs::of_reader(
        RECORDS,
        SourceFormat::Jsonl,
        reader,
        settings,
    ))
}

fn open_error(cause: io::Error) -> ReadError {
    ReadError::Open {
        input: RECORDS.to_owned(),
        cause,
    }
}

/// Reads the bytes that an iterator of Python gives.
struct PieceReader {
    pieces: Py<PyAny>,
    current: Vec<u8>,
    /// Bytes of the current piece that were read.
    read: usize,
}

impl Read for PieceReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.read == self.current.len() {
            self.read = 0;
            self.current.clear();
            let current = &mut self.current;
            let next = Python::attach(|py| -> PyResult<()> {
                let mut pieces = self.pieces.bind(py).try_iter()?;
                if let Some(piece) = pieces.next() {
                    current.extend_from_slice(piece?.cast::<PyBytes>()?.as_bytes());
                }
                Ok(())
            });
            next.map_err(io::Error::other)?;
        }
        let left = &self.current[self.read..];
        let length = left.len().min(buffer.len());
        buffer[..length].copy_from_slice(&left[..length]);
        self.read += length;
        Ok(length)
    }
}
