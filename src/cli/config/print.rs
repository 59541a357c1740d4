//! The output of `--print-config`: a `wirecopy.toml` that names the origin of each value.

use std::{env, fmt};

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches};
use toml::de::DeValue;

use super::flags::{
    FILE_VARIABLE, Flags, Layers, PREFIX, SettingOrigin, USUAL_FILE, described, id, is_list,
    is_switch, key, nearest, variable,
};
use crate::cli::status::Stop;

impl Flags {
    /// The settings in force as a `wirecopy.toml`, each with its origin.
    pub fn printed(&self, scan: &ArgMatches, layers: &Layers) -> Result<String, Stop> {
        let mut sections: Vec<(&str, String)> = Vec::new();
        for arg in self.settings() {
            let heading = arg.get_help_heading().unwrap_or("Inputs");
            let known = sections.iter().position(|(name, _)| *name == heading);
            let at = known.unwrap_or(sections.len());
            if known.is_none() {
                sections.push((heading, format!("\n# {heading}\n")));
            }
            let setting = match written(arg, scan)? {
                Some(value) => format!("{} = {value}", key(arg)),
                None => format!("# {} is not set", key(arg)),
            };
            let section = &mut sections[at].1;
            *section += &format!("{setting:<39} # {}\n", layers.origin(arg, scan));
            for (set, other) in layers.set_aside.iter().filter(|(set, _)| set.id == id(arg)) {
                *section += &format!("# {} of {} gives way to {other}\n", key(arg), set.origin);
            }
        }
        let unknown_variables = self.unknown_variables();
        if !unknown_variables.is_empty() {
            let title = "\n# Environment variables that are no setting\n";
            sections.push(("", format!("{title}{}", unknown_variables.concat())));
        }
        let sections: String = sections.into_iter().map(|(_, section)| section).collect();
        Ok(format!(
            "# The settings of `wirecopy scan`: flag over environment over file over default.\n\
             # To use them again, save this as {USUAL_FILE} in the working directory, or name it\n\
             # with --config.\n{sections}"
        ))
    }

    /// A line for each variable that has the prefix of settings but is none.
    fn unknown_variables(&self) -> Vec<String> {
        let known: Vec<String> = self.settings().map(variable).collect();
        let mut names: Vec<String> = env::vars_os()
            .filter_map(|(name, _)| name.into_string().ok())
            .filter(|name| name.starts_with(PREFIX) && *name != FILE_VARIABLE)
            .filter(|name| !known.contains(name))
            // A name can hold any character, a line feed too.
            .filter(|name| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
            .collect();
        names.sort();
        let line = |name: String| match nearest(&name, known.iter().map(String::as_str)) {
            Some(nearest) => format!("# {name}; did you mean {nearest}?\n"),
            None => format!("# {name}\n"),
        };
        names.into_iter().map(line).collect()
    }
}

impl Layers {
    /// The origin of the value that `scan` has for the flag.
    fn origin(&self, arg: &Arg, scan: &ArgMatches) -> &SettingOrigin {
        let set = self.kept.iter().find(|set| set.id == id(arg));
        let in_force = scan.value_source(id(arg)) == Some(ValueSource::CommandLine);
        // A flag that overrides this one, such as --links, leaves it at its default.
        set.filter(|set| in_force || set.arguments.is_empty())
            .map_or(&SettingOrigin::Default, |set| &set.origin)
    }
}

impl fmt::Display for SettingOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SettingOrigin::Flag => f.write_str("flag"),
            SettingOrigin::Environment(name) => write!(f, "environment {name}"),
            SettingOrigin::File { path, line } => {
                write!(f, "file {} line {line}", path.escape_debug())
            }
            SettingOrigin::Default => f.write_str("default"),
        }
    }
}

/// The value in force as TOML, if there is one.
fn written(arg: &Arg, scan: &ArgMatches) -> Result<Option<String>, Stop> {
    let mut values = Vec::new();
    for value in scan.get_raw(id(arg)).into_iter().flatten() {
        values.push(value.to_str().ok_or_else(|| {
            let value = value.to_string_lossy();
            Stop::usage(format!(
                "{value} is not UTF-8, so it cannot be a value of {USUAL_FILE}"
            ))
        })?);
    }
    // Without quotes, a number is still the text that was given.
    let is_number = |text: &str| {
        DeValue::parse(text).is_ok_and(|value| {
            let value = value.into_inner();
            (value.is_integer() || value.is_float()) && described(&value) == text
        })
    };
    Ok(match &values[..] {
        values if is_list(arg) => Some(toml::Value::from(values.to_vec()).to_string()),
        [] => None,
        [text] if is_switch(arg) || is_number(text) => Some((*text).to_owned()),
        texts => Some(toml::Value::from(texts.concat()).to_string()),
    })
}
