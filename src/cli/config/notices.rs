//! Lines about the settings of a run: where they come from, and variables that are none.

use serde_json::json;

use super::merge::UsedSettings;
use crate::cli::log::LogLevel;
use crate::cli::terminal::{MessageStyle, Terminal, escaped};

impl UsedSettings {
    /// Prints where settings come from, and warns of unknown variables. With `quiet`, a file is
    /// named only if no flag names it, because its user may not know about it. `command` is the
    /// command that runs.
    pub fn tell(&self, command: &str, quiet: bool, terminal: &Terminal) {
        let is_found = self.file.as_ref().is_some_and(|file| !file.is_typed);
        let file = self.file.as_ref().map(|file| &file.path);
        let names: Vec<&str> = file
            .into_iter()
            .chain(&self.variables)
            .map(|name| &**name)
            .collect();
        if !names.is_empty() && (is_found || !quiet) {
            let mut line = format!("settings from {}", names.join(", "));
            if !self.unused.is_empty() {
                line += &format!("; not used by {command}: {}", self.unused.join(", "));
            }
            let fields = json!({
                "file": file,
                "environment": self.variables,
                "not_used": self.unused,
            });
            terminal.tell(LogLevel::Info, "settings", &escaped(&line), fields);
        }
        for unknown in self.unknown.iter().filter(|one| !one.is_service_link()) {
            let advice = match &unknown.nearest {
                Some(nearest) => format!("did you mean {nearest}?"),
                None => "the settings are the long flags of scan --help".to_owned(),
            };
            let warning = terminal.paint(MessageStyle::Warning, "warning:");
            let line = format!(
                "{warning} {} is no setting and has no effect; {advice}",
                unknown.name
            );
            let fields = json!({"variable": unknown.name, "nearest": unknown.nearest});
            terminal.tell(LogLevel::Warning, "unknown_variable", &line, fields);
        }
    }
}
