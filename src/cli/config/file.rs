//! Settings in a file.

use std::ffi::{OsStr, OsString};
use std::io::ErrorKind;
use std::path::Path;
use std::{env, fs};

use clap::builder::BoolValueParser;
use clap::{Arg, ArgMatches};
use toml::de::{DeTable, DeValue};

use super::environment::FILE_VARIABLE;
use super::flags::{Flags, SCAN, is_switch, key, nearest, one_line, setting};
use super::layers::{Setting, SettingOrigin};
use crate::cli::status::Stop;

/// The file that is read if none is named and it exists.
pub const USUAL_FILE: &str = "wirecopy.toml";

/// A settings file that was read.
pub struct SettingsFile {
    /// The path, as given.
    pub path: String,
    /// True if `--config` names it.
    pub is_typed: bool,
    pub settings: Vec<Setting>,
}

impl Flags {
    /// The named file, or the usual one if it exists.
    pub fn file(&self, typed: &ArgMatches) -> Result<Option<SettingsFile>, Stop> {
        let flag = typed
            .get_raw("config")
            .and_then(|mut values| values.next_back())
            .map(OsStr::to_owned);
        let is_typed = flag.is_some();
        let variable = || env::var_os(FILE_VARIABLE).filter(|value| !value.is_empty());
        let named = flag.or_else(variable);
        let path = Path::new(named.as_deref().unwrap_or(OsStr::new(USUAL_FILE)));
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if named.is_none() && error.kind() == ErrorKind::NotFound => {
                return Ok(None);
            }
            Err(error) => {
                return Err(Stop::usage(format!(
                    "cannot read the settings in {}: {error}",
                    path.display()
                )));
            }
        };
        let path = path.display().to_string();
        let settings = self.keys(&text, &path)?;
        if named.is_some() && settings.is_empty() {
            // `--config /dev/null` asks for no settings file.
            return Ok(None);
        }
        Ok(Some(SettingsFile {
            path,
            is_typed,
            settings,
        }))
    }

    /// The settings of a file with this text.
    pub fn keys(&self, text: &str, path: &str) -> Result<Vec<Setting>, Stop> {
        let line = |at: usize| text.bytes().take(at).filter(|&byte| byte == b'\n').count() + 1;
        let table = DeTable::parse(text).map_err(|error| {
            let line = error.span().map_or(1, |span| line(span.start));
            Stop::usage(format!("{path}:{line}: {}", error.message()))
        })?;
        let mut keys: Vec<_> = table.get_ref().iter().collect();
        keys.sort_by_key(|(name, _)| name.span().start);
        let mut settings = Vec::new();
        for (name, value) in keys {
            let line = line(name.span().start);
            let wrong = |message: String| Stop::usage(format!("{path}:{line}: {message}"));
            let arg = self.settings().find(|arg| key(arg) == name.get_ref());
            let arg = arg.ok_or_else(|| wrong(self.unknown_key(name.get_ref())))?;
            let arguments = self.value(arg, value.get_ref()).map_err(wrong)?;
            let path = path.to_owned();
            settings.push(setting(arg, arguments, SettingOrigin::File { path, line }));
        }
        self.agreeing(path, settings)
    }

    /// The arguments for a value of the file.
    fn value(&self, arg: &Arg, value: &DeValue<'_>) -> Result<Vec<OsString>, String> {
        let values: Vec<&DeValue<'_>> = match value {
            DeValue::Array(list) if !is_switch(arg) => {
                list.iter().map(|one| one.get_ref()).collect()
            }
            one => vec![one],
        };
        let texts: Vec<OsString> = values.iter().map(|value| described(value).into()).collect();
        let arguments = self
            .arguments(arg, &texts, BoolValueParser::new())
            .map_err(|error| one_line(&error))?;
        // clap would take a file called `true`, but nobody means one.
        let unfit = values
            .iter()
            .find(|value| value.is_bool() || value.is_array() || value.is_table());
        match unfit {
            Some(unfit) if !is_switch(arg) => Err(format!(
                "invalid value '{}' for '{arg}': it takes no {}",
                described(unfit),
                unfit.type_str()
            )),
            _ => Ok(arguments),
        }
    }

    /// The message for a key that belongs to no flag.
    fn unknown_key(&self, name: &str) -> String {
        if let Some(nearest) = nearest(name, self.settings().map(key)) {
            return format!("unknown key '{name}'; did you mean '{nearest}'?");
        }
        format!("unknown key '{name}'; the keys are the long flags of {SCAN} --help")
    }
}

/// The value as a user would type it.
pub fn described(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(number) => match u64::from_str_radix(number.as_str(), number.radix()) {
            Ok(value) if number.radix() != 10 => value.to_string(),
            _ => number.as_str().to_owned(),
        },
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Boolean(truth) => truth.to_string(),
        DeValue::Datetime(moment) => moment.to_string(),
        DeValue::Array(list) => {
            let values: Vec<String> = list.iter().map(|one| described(one.get_ref())).collect();
            format!("[{}]", values.join(", "))
        }
        DeValue::Table(table) => {
            let keys: Vec<&str> = table.keys().map(|key| &**key.get_ref()).collect();
            format!("{{{}}}", keys.join(", "))
        }
    }
}
