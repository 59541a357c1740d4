//! The output of `--print-config`: a `wirecopy.toml` that names the origin of each value.

use crate::compare::exact::Excerpts;
use crate::text::shingle::Shingle;
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches};
use toml::de::DeValue;

use super::environment::UnknownVariable;
use super::file::{USUAL_FILE, described};
use super::flags::{Flags, id, is_list, is_switch, key};
use super::layers::{Layers, SettingOrigin};
use crate::cli::status::Stop;

impl Flags {
    /// The settings in force as a `wirecopy.toml`, each with its origin. `matches` has the merged
    /// arguments of the command.
    pub fn printed(&self, matches: &ArgMatches, layers: &Layers) -> Result<String, Stop> {
        let mut sections: Vec<(&str, String)> = Vec::new();
        for arg in self.settings().filter(|arg| self.takes(id(arg))) {
            let heading = arg.get_help_heading().unwrap_or("Inputs");
            let known = sections.iter().position(|(name, _)| *name == heading);
            let at = known.unwrap_or(sections.len());
            if known.is_none() {
                sections.push((heading, format!("\n# {heading}\n")));
            }
            let section = &mut sections[at].1;
            let setting = match in_force(arg, matches)? {
                Some(value) => format!("{} = {value}", key(arg)),
                None => format!("# {} is not set", key(arg)),
            };
            *section += &line(&setting, layers.origin(arg, matches));
            for (set, other) in layers.set_aside.iter().filter(|(set, _)| set.id == id(arg)) {
                *section += &format!("# {} of {} gives way to {other}\n", key(arg), set.origin);
            }
        }
        let mut printed = format!(
            "# The settings of `wirecopy {}`: flag over environment over file over default.\n\
             # To use them again, name a file with these lines with --config.\n",
            self.name
        );
        printed.extend(sections.into_iter().map(|(_, section)| section));
        printed += &self.own_flags(matches)?;
        for set in &layers.unused {
            let (key, origin) = (&set.key, &set.origin);
            printed += &format!("\n# {key} of {origin} is not used by {}\n", self.name);
        }
        let unknown = self.unknown_variables();
        if !unknown.is_empty() {
            printed += "\n# Environment variables that are no setting\n";
            printed.extend(unknown.iter().map(UnknownVariable::line));
        }
        Ok(printed)
    }

    /// Comments with the values of the flags that only this command has, which are no keys.
    fn own_flags(&self, matches: &ArgMatches) -> Result<String, Stop> {
        let mut lines = String::new();
        for arg in self.own() {
            if let Some(value) = written(arg, matches)? {
                let origin = match matches.value_source(id(arg)) {
                    Some(ValueSource::CommandLine) => SettingOrigin::Flag,
                    _ => SettingOrigin::Default,
                };
                lines += &line(&format!("# --{} {value}", key(arg)), &origin);
            }
        }
        if !lines.is_empty() {
            let name = self.name;
            lines.insert_str(
                0,
                &format!("\n# Flags of {name} that are no settings: type them\n"),
            );
        }
        Ok(lines)
    }
}

impl UnknownVariable {
    /// The variable as a comment.
    fn line(&self) -> String {
        match &self.nearest {
            Some(nearest) => format!("# {}; did you mean {nearest}?\n", self.name),
            None => format!("# {}\n", self.name),
        }
    }
}

impl Layers {
    /// The origin of the value that the command has for the flag.
    fn origin(&self, arg: &Arg, matches: &ArgMatches) -> &SettingOrigin {
        let set = self.kept.iter().find(|set| set.id == id(arg));
        let in_force = matches.value_source(id(arg)) == Some(ValueSource::CommandLine);
        // A flag that overrides this one, such as --links, leaves it at its default.
        set.filter(|set| in_force || set.arguments.is_empty())
            .map_or(&SettingOrigin::Default, |set| &set.origin)
    }
}

/// A setting with its origin as a comment.
fn line(setting: &str, origin: &SettingOrigin) -> String {
    format!("{setting:<39} # {origin}\n")
}

/// The value in force as TOML, if there is one: that of the flag, or the default that depends on
/// another flag.
fn in_force(arg: &Arg, matches: &ArgMatches) -> Result<Option<String>, Stop> {
    let usual = || {
        let shingle = matches.get_one::<Shingle>("shingle")?;
        let usual = Excerpts::default_for(*shingle);
        match id(arg) {
            "containment" => Some(usual.containment.to_string()),
            "passage" => Some(usual.passage.to_string()),
            _ => None,
        }
    };
    Ok(written(arg, matches)?.or_else(usual))
}

/// The value of a flag as TOML, if it has one.
fn written(arg: &Arg, matches: &ArgMatches) -> Result<Option<String>, Stop> {
    let mut values = Vec::new();
    for value in matches.get_raw(id(arg)).into_iter().flatten() {
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
