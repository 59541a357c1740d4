//! Settings: their values from Python, and what is known of them.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use wirecopy::cli::embedded::{self, Setting, SettingKind, SettingValue};

/// Settings as the Python files pass them: a list of names and values, of which each is a truth
/// value or a list of texts.
#[derive(FromPyObject)]
pub enum GivenValue {
    /// A truth value.
    Switch(bool),
    /// Texts.
    Values(Vec<String>),
}

/// The settings for the command.
pub fn given(settings: Vec<(String, GivenValue)>) -> Vec<Setting> {
    let value = |value| match value {
        GivenValue::Switch(truth) => SettingValue::Switch(truth),
        GivenValue::Values(values) => SettingValue::Values(values),
    };
    let settings = settings.into_iter();
    settings.map(|(name, given)| (name, value(given))).collect()
}

/// The settings of a command: for each its name, heading, help, kind, choices, default, and whether
/// it takes several values.
#[pyfunction]
pub fn settings<'py>(py: Python<'py>, command: &str) -> PyResult<Bound<'py, PyList>> {
    let list = PyList::empty(py);
    for info in embedded::settings(command) {
        let kind = match info.kind {
            SettingKind::Switch => "switch",
            SettingKind::Number => "number",
            SettingKind::Count => "count",
            SettingKind::Path => "path",
            SettingKind::Text => "text",
        };
        let setting = PyDict::new(py);
        setting.set_item("name", info.name)?;
        setting.set_item("heading", info.heading)?;
        setting.set_item("help", info.help)?;
        setting.set_item("kind", kind)?;
        setting.set_item("choices", info.choices)?;
        setting.set_item("default", info.default)?;
        setting.set_item("is_list", info.is_list)?;
        list.append(setting)?;
    }
    Ok(list)
}
