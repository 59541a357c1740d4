//! The flags of `wirecopy scan` as keys of a file and variables of the environment.

use std::ffi::{OsStr, OsString};
use std::io::ErrorKind;
use std::path::Path;
use std::{env, fs};

use clap::builder::{BoolValueParser, BoolishValueParser, Resettable, TypedValueParser};
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command, CommandFactory};
use toml::de::{DeTable, DeValue};

use crate::cli::args::Arguments;
use crate::cli::status::Stop;

/// The file that is read if none is named and it exists.
pub const USUAL_FILE: &str = "wirecopy.toml";

/// Prefix of the environment variables.
pub const PREFIX: &str = "WIRECOPY_";

/// The variable that names the file if no flag does.
pub const FILE_VARIABLE: &str = "WIRECOPY_CONFIG";

/// The command that takes settings.
pub const CONFIGURED: &str = "scan";

/// Flags that can only be typed.
const TYPED_ONLY: [&str; 4] = ["help", "version", "config", "print_config"];

/// The least similarity of a suggested name, the same as clap's for flags.
const SIMILAR: f64 = 0.7;

/// The place where a setting comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingOrigin {
    Flag,
    Environment(String),
    File { path: String, line: usize },
    Default,
}

/// One flag as one layer sets it.
#[derive(Debug)]
pub struct Setting {
    /// clap's id of the flag.
    pub id: String,
    /// The arguments to insert. Empty for a typed flag, and for a flag that is switched off, which
    /// still overrides the lower layers.
    pub arguments: Vec<OsString>,
    pub origin: SettingOrigin,
}

/// All layers, after precedence.
#[derive(Default)]
pub struct Layers {
    /// The settings in force, the highest layer first.
    pub kept: Vec<Setting>,
    /// The settings that conflict with a flag of a higher layer, and the key of that flag.
    pub set_aside: Vec<(Setting, String)>,
}

/// The flags of the command, as clap knows them.
pub struct Flags {
    /// The program without its required flags.
    pub relaxed: Command,
    scan: Command,
}

impl Flags {
    /// Reads the flags from the definition of the command line.
    pub fn new() -> Flags {
        let relax = |arg: Arg| {
            arg.required(false)
                .requires(Resettable::Reset)
                .required_unless_present(Resettable::Reset)
        };
        let relaxed = Arguments::command().mut_subcommand(CONFIGURED, |scan| scan.mut_args(relax));
        let mut built = relaxed.clone();
        // Passes the global flags on to each command.
        built.build();
        let scan = built.find_subcommand(CONFIGURED).cloned();
        Flags {
            relaxed,
            scan: scan.unwrap_or_default(),
        }
    }

    /// The flags that can be set, in the order of the help.
    pub fn settings(&self) -> impl Iterator<Item = &Arg> {
        let all = self.scan.get_arguments();
        all.filter(|arg| !TYPED_ONLY.contains(&id(arg)))
    }

    /// The flags on the command line.
    pub fn typed(&self, typed: &ArgMatches) -> Vec<Setting> {
        let source = |arg: &&Arg| typed.value_source(id(arg));
        self.settings()
            .filter(|arg| source(arg) == Some(ValueSource::CommandLine))
            .map(|arg| Setting::new(arg, Vec::new(), SettingOrigin::Flag))
            .collect()
    }

    /// The settings of the environment. Empty and unknown variables are ignored.
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
            settings.push(Setting::new(
                arg,
                arguments,
                SettingOrigin::Environment(name),
            ));
        }
        self.agreeing("the environment", settings)
    }

    /// The settings of the named file, or of the usual one if it exists.
    pub fn file(&self, typed: &ArgMatches) -> Result<Vec<Setting>, Stop> {
        let named = typed
            .get_raw("config")
            .and_then(|mut values| values.next_back())
            .map(OsStr::to_owned)
            .or_else(|| env::var_os(FILE_VARIABLE).filter(|value| !value.is_empty()));
        let path = Path::new(named.as_deref().unwrap_or(OsStr::new(USUAL_FILE)));
        match fs::read_to_string(path) {
            Ok(text) => self.keys(&text, &path.display().to_string()),
            Err(error) if named.is_none() && error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(Stop::usage(format!(
                "cannot read the settings in {}: {error}",
                path.display()
            ))),
        }
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
            let arg = arg.ok_or_else(|| wrong(self.unknown(name.get_ref())))?;
            let arguments = self.value(arg, value.get_ref()).map_err(wrong)?;
            let path = path.to_owned();
            settings.push(Setting::new(
                arg,
                arguments,
                SettingOrigin::File { path, line },
            ));
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

    /// The arguments for values of a flag, if clap accepts them; `truth` reads a yes or a no.
    fn arguments(
        &self,
        arg: &Arg,
        values: &[OsString],
        truth: impl TypedValueParser<Value = bool>,
    ) -> Result<Vec<OsString>, clap::Error> {
        let arguments = match values {
            [value] if is_switch(arg) => match truth.parse_ref(&self.scan, Some(arg), value)? {
                true => vec![format!("--{}", key(arg)).into()],
                false => Vec::new(),
            },
            values => values.iter().map(|value| argument(arg, value)).collect(),
        };
        self.check(&arguments)?;
        Ok(arguments)
    }

    fn check(&self, arguments: &[OsString]) -> Result<(), clap::Error> {
        let begin = [env!("CARGO_BIN_NAME"), CONFIGURED].map(OsString::from);
        let argv = begin.iter().chain(arguments);
        self.relaxed.clone().try_get_matches_from(argv).map(|_| ())
    }

    /// The settings of one layer, if none of them conflicts with another.
    fn agreeing(&self, layer: &str, settings: Vec<Setting>) -> Result<Vec<Setting>, Stop> {
        let all: Vec<_> = settings
            .iter()
            .flat_map(|set| set.arguments.clone())
            .collect();
        self.check(&all)
            .map_err(|error| Stop::usage(format!("{layer}: {}", one_line(&error))))?;
        Ok(settings)
    }

    /// The message for a key that belongs to no flag.
    fn unknown(&self, name: &str) -> String {
        match nearest(name, self.settings().map(key)) {
            Some(nearest) => format!("unknown key '{name}'; did you mean '{nearest}'?"),
            None => {
                format!("unknown key '{name}'; the keys are the long flags of {CONFIGURED} --help")
            }
        }
    }

    /// Merges the layers; they come highest first.
    pub fn by_precedence(&self, layers: [Vec<Setting>; 3]) -> Layers {
        let mut merged = Layers::default();
        for layer in layers {
            let mut fit = Vec::new();
            for set in layer {
                let higher = &merged.kept;
                if higher.iter().any(|higher| higher.id == set.id) {
                    continue;
                }
                match higher.iter().find(|higher| self.conflict(higher, &set)) {
                    Some(higher) => {
                        let other = self.settings().find(|arg| id(arg) == higher.id);
                        merged
                            .set_aside
                            .push((set, other.map_or("", key).to_owned()));
                    }
                    None => fit.push(set),
                }
            }
            merged.kept.extend(fit);
        }
        merged
    }

    fn conflict(&self, one: &Setting, other: &Setting) -> bool {
        let excludes = |one: &Setting, other: &Setting| {
            let arg = self.settings().find(|arg| id(arg) == one.id);
            let conflicts = arg.map(|arg| self.scan.get_arg_conflicts_with(arg));
            conflicts.is_some_and(|all| all.iter().any(|arg| id(arg) == other.id))
        };
        !one.is_off() && !other.is_off() && (excludes(one, other) || excludes(other, one))
    }
}

impl Setting {
    fn new(arg: &Arg, arguments: Vec<OsString>, origin: SettingOrigin) -> Setting {
        Setting {
            id: id(arg).to_owned(),
            arguments,
            origin,
        }
    }

    fn is_off(&self) -> bool {
        self.arguments.is_empty() && self.origin != SettingOrigin::Flag
    }
}

impl Layers {
    /// The files and variables in force, each once.
    pub fn sources(&self) -> Vec<String> {
        let mut sources: Vec<String> = Vec::new();
        for set in &self.kept {
            match &set.origin {
                SettingOrigin::File { path: source, .. } | SettingOrigin::Environment(source)
                    if !sources.contains(source) =>
                {
                    sources.push(source.clone());
                }
                _ => {}
            }
        }
        sources
    }
}

/// clap's id of a flag.
pub fn id(arg: &Arg) -> &str {
    arg.get_id().as_str()
}

/// The key in the file: the long flag without its dashes.
pub fn key(arg: &Arg) -> &str {
    arg.get_long().unwrap_or(id(arg))
}

/// The variable of the environment.
pub fn variable(arg: &Arg) -> String {
    variable_of(key(arg))
}

/// The variable of the environment for a key.
pub fn variable_of(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('-', "_").to_ascii_uppercase())
}

/// Returns true if a flag takes no value.
pub fn is_switch(arg: &Arg) -> bool {
    !arg.get_action().takes_values()
}

/// Returns true if a flag can be repeated.
pub fn is_list(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::Append)
}

/// The argument for a value.
fn argument(arg: &Arg, value: &OsStr) -> OsString {
    let mut typed = OsString::new();
    if !arg.is_positional() {
        typed.push(format!("--{}=", key(arg)));
    } else if value != "-" && value.as_encoded_bytes().starts_with(b"-") {
        // A file, although its name begins like a flag.
        typed.push("./");
    }
    typed.push(value);
    typed
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

/// The name that is most similar to an unknown one, if any is similar.
pub fn nearest<'a>(unknown: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // The common prefix would make all names similar.
    let bare = |name: &str| name.strip_prefix(PREFIX).unwrap_or(name).to_owned();
    names
        .map(|name| (strsim::jaro(&bare(unknown), &bare(name)), name))
        .filter(|(similarity, _)| *similarity >= SIMILAR)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, name)| name)
}

/// clap's message on one line, without the usage.
pub fn one_line(error: &clap::Error) -> String {
    let message = error.render().to_string();
    let message = message.strip_prefix("error: ").unwrap_or(&message);
    let end = ["\n\nUsage:", "\n\nFor more"]
        .iter()
        .filter_map(|mark| message.find(mark))
        .min();
    let lines = message[..end.unwrap_or(message.len())]
        .lines()
        .map(str::trim);
    let joined = lines
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    joined.replace(" tip: ", "; tip: ")
}
