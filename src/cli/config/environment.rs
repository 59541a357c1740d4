//! Settings in variables of the environment.

use std::env;
use std::ffi::OsString;

use clap::builder::BoolishValueParser;

use super::flags::{Flags, PREFIX, is_list, nearest, one_line, setting, variable};
use super::layers::{Setting, SettingOrigin};
use crate::cli::status::Stop;

/// The variable that names the settings file if no flag does.
pub const FILE_VARIABLE: &str = "WIRECOPY_CONFIG";

/// A variable that has the prefix of settings but is none.
#[derive(Debug, Clone)]
pub struct UnknownVariable {
    pub name: String,
    /// The most similar variable that is a setting.
    pub nearest: Option<String>,
}

impl Flags {
    /// The settings of the environment. Empty variables are ignored.
    pub fn environment(&self) -> Result<Vec<Setting>, Stop> {
        let mut settings = Vec::new();
        for arg in self.settings() {
            let name = variable(arg);
            let Some(value) = env::var_os(&name).filter(|value| !value.is_empty()) else {
                continue;
            };
            let values = match value.to_str() {
                Some(list) if is_list(arg) => list.split(',').map(OsString::from).collect(),
                _ => vec![value],
            };
            let arguments = self
                .arguments(arg, &values, BoolishValueParser::new())
                .map_err(|error| Stop::usage(format!("{name}: {}", one_line(&error))))?;
            settings.push(setting(arg, arguments, SettingOrigin::Environment(name)));
        }
        self.agreeing("the environment", settings)
    }

    /// The variables that have the prefix of settings but are none, sorted.
    pub fn unknown_variables(&self) -> Vec<UnknownVariable> {
        let known: Vec<String> = self.settings().map(variable).collect();
        let names = || known.iter().map(String::as_str).chain([FILE_VARIABLE]);
        let mut unknown: Vec<String> = env::vars_os()
            .filter_map(|(name, _)| name.into_string().ok())
            .filter(|name| name.starts_with(PREFIX) && names().all(|known| known != name))
            // A name can hold any character, a line feed too.
            .filter(|name| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
            .collect();
        unknown.sort();
        let described = |name: String| UnknownVariable {
            nearest: nearest(&name, names()).map(str::to_owned),
            name,
        };
        unknown.into_iter().map(described).collect()
    }
}

impl UnknownVariable {
    /// Returns true if Kubernetes or Docker makes such a variable for a service whose name begins
    /// with `wirecopy`: `WIRECOPY_SERVICE_HOST`, `WIRECOPY_PORT_80_TCP_ADDR`.
    pub fn is_service_link(&self) -> bool {
        let has_number = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit());
        let ports = self.name.split_once("_PORT_");
        ["_SERVICE_HOST", "_SERVICE_PORT", "_PORT"]
            .iter()
            .any(|end| self.name.ends_with(end))
            || self.name.contains("_SERVICE_PORT_")
            || ports.is_some_and(|(_, rest)| has_number(rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_of_a_service_are_told_from_mistakes() {
        for (name, expected) in [
            ("WIRECOPY_SERVICE_HOST", true),
            ("WIRECOPY_SERVICE_PORT", true),
            ("WIRECOPY_SERVICE_PORT_HTTP", true),
            ("WIRECOPY_PORT", true),
            ("WIRECOPY_PORT_9100_TCP", true),
            ("WIRECOPY_METRICS_PORT_9100_TCP_ADDR", true),
            ("WIRECOPY_REPORT", false),
            ("WIRECOPY_REPORTS", false),
            ("WIRECOPY_PORTS", false),
            ("WIRECOPY_PORT_", false),
            ("WIRECOPY_TRESHOLD", false),
            ("WIRECOPY_", false),
        ] {
            let variable = UnknownVariable {
                name: name.to_owned(),
                nearest: None,
            };
            assert_eq!(variable.is_service_link(), expected, "{name}");
        }
    }
}
