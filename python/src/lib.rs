//! The native part of the Python package `wirecopy`: the command, and its runs on Arrow data.
//!
//! It only converts: settings to those of the command, Python objects to inputs, results to tables
//! of Arrow, errors to exceptions. The rest is in the crate `wirecopy`, and what users see is in
//! the Python files.

mod errors;
mod inputs;
mod results;
mod run;
mod settings;
mod stages;
mod table;

use std::ffi::OsString;

use pyo3::prelude::*;

/// Compiled parts of wirecopy.
#[pymodule(gil_used = false)]
mod _native {
    #[pymodule_export]
    use super::errors::{RunError, SettingError, WirecopyError};
    #[pymodule_export]
    use super::results::{Explanation, Found, Kept, dedup, explain, index, sample, scan, tune};
    #[pymodule_export]
    use super::settings::settings;
    #[pymodule_export]
    use super::stages::{
        Profiles, Stages, entries, evidence, judge, not_repeated, placeholder_times, propose,
        settle, shared, sharing_sites, sites, sites_schema,
    };
    #[pymodule_export]
    use super::table::{Rows, write_json_lines};
    #[pymodule_export]
    use super::{main, version};
}

/// Runs the command. `argv` begins with the name of the program. Returns the exit status.
#[pyfunction]
fn main(py: Python<'_>, argv: Vec<OsString>) -> u8 {
    py.detach(|| wirecopy::cli::run(argv).code())
}

/// Version of the package.
#[pyfunction]
fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}
