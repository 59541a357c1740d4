//! Errors as exceptions.

use pyo3::create_exception;
use pyo3::exceptions::{PyException, PyKeyboardInterrupt};
use pyo3::prelude::*;
use wirecopy::cli::embedded::CommandError;

create_exception!(
    wirecopy,
    WirecopyError,
    PyException,
    "An error of wirecopy; the message says what to do."
);
create_exception!(
    wirecopy,
    SettingError,
    WirecopyError,
    "A setting that cannot be; the message says what is valid."
);
create_exception!(
    wirecopy,
    RunError,
    WirecopyError,
    "A run that failed; no file was changed."
);
/// The exception for an error.
pub fn exception(error: CommandError) -> PyErr {
    let message = error.to_string();
    match error {
        CommandError::Setting(_) => SettingError::new_err(message),
        CommandError::Failed(_) | CommandError::Internal(_) => RunError::new_err(message),
        CommandError::Interrupted => PyKeyboardInterrupt::new_err(message),
    }
}
