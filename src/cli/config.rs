//! Configuration: what `wirecopy.toml` and the environment say, beside what was typed.
//!
//! Every key of the file and every variable becomes an argument in front of those that were typed, and clap parses, checks and explains all of them
//! alike. So a flag that is added to [`ScanArguments`](super::args::ScanArguments) is a key and a variable at once, with the same values and the same
//! errors. What clap cannot know is who speaks louder: a setting of a lower layer is dropped where a higher one has the same flag, or one that
//! conflicts with it.

use std::ffi::{OsStr, OsString};
use std::io::ErrorKind;
use std::ops::Range;
use std::path::Path;
use std::{env, fmt, fs};

use clap::builder::{BoolValueParser, BoolishValueParser, Resettable, TypedValueParser};
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command, CommandFactory, FromArgMatches, ValueEnum};
use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

use super::args::{Arguments, LogFormat, When};
use super::status::Stop;

/// The file that is read where none is named, if it is there.
pub const USUAL_FILE: &str = "wirecopy.toml";

/// What variables of the environment begin with.
const PREFIX: &str = "WIRECOPY_";

/// The variable that names the file where no flag does.
const FILE_VARIABLE: &str = "WIRECOPY_CONFIG";

/// The command that can be configured.
const CONFIGURED: &str = "scan";

/// Flags that only make sense where they are typed.
const NO_SETTINGS: [&str; 4] = ["help", "version", "config", "print_config"];

/// How alike two names are at least, of which one may be meant by the other: what clap asks of flags.
const ALIKE: f64 = 0.7;

/// What the command line, the environment and the file say together.
pub struct Configured {
    pub arguments: Arguments,
    /// The files and variables that had a say, for hints.
    pub sources: Vec<String>,
    /// The settings as a `wirecopy.toml`, if that is what was asked for.
    pub printed: Option<String>,
}

/// Why there are no arguments.
pub enum Refused {
    /// What was typed alone cannot be meant, or asks for help: clap says it best.
    Typed(clap::Error),
    /// A setting of the file or the environment cannot be meant.
    Set(Stop),
}

/// Where a setting comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Origin {
    Flag,
    Environment(String),
    File { path: String, line: usize },
    Default,
}

/// What the file or the environment says about one flag.
#[derive(Debug, Clone)]
struct Setting {
    /// The flag, as clap calls it.
    id: String,
    /// What to type for it; nothing where it says no, which outweighs a lower layer all the same.
    arguments: Vec<OsString>,
    origin: Origin,
}

/// Works out the arguments; `argv` begins with the program's name.
pub fn configured(argv: &[OsString]) -> Result<Configured, Refused> {
    let flags = Flags::new();
    // Whether all that is needed was given only shows once the other layers are in.
    let typed = match flags.relaxed.clone().try_get_matches_from(argv) {
        Ok(typed) => typed,
        Err(relaxed) => {
            let strict = Arguments::command().try_get_matches_from(argv);
            return Err(Refused::Typed(strict.err().unwrap_or(relaxed)));
        }
    };
    let Some((CONFIGURED, typed)) = typed.subcommand() else {
        let matches = Arguments::command().try_get_matches_from(argv);
        return Ok(Configured {
            arguments: arguments(&matches.map_err(Refused::Typed)?)?,
            sources: Vec::new(),
            printed: None,
        });
    };

    let typed_ids: Vec<&str> = flags
        .settings()
        .map(id)
        .filter(|id| typed.value_source(id) == Some(ValueSource::CommandLine))
        .collect();
    let environment = flags.environment().map_err(Refused::Set)?;
    let file = flags.file(typed).map_err(Refused::Set)?;
    let layers = flags.layered(&typed_ids, [environment, file]);

    // No flag in front of the command takes a value that reads like the command.
    let command_at = argv.iter().position(|word| word == CONFIGURED).unwrap_or(1);
    let (program, rest) = argv.split_at((command_at + 1).min(argv.len()));
    let set = layers.kept.iter().rev().flat_map(|set| &set.arguments);
    let whole: Vec<&OsString> = program.iter().chain(set).chain(rest).collect();
    let print = typed.get_flag("print_config");
    let mut strict = Arguments::command();
    if print {
        strict = strict.mut_subcommand(CONFIGURED, |scan| scan.mut_args(|arg| arg.required(false)));
    }
    let matches = strict
        .try_get_matches_from(whole)
        .map_err(|error| match layers.sources() {
            none if none.is_empty() => Refused::Typed(error),
            sources => Refused::Set(hinted(Stop::usage(one_line(&error)), &sources)),
        })?;
    let printed = match matches.subcommand() {
        Some((_, scan)) if print => Some(flags.printed(scan, &typed_ids, &layers)),
        _ => None,
    };
    Ok(Configured {
        arguments: arguments(&matches)?,
        sources: layers.sources(),
        printed: printed.transpose().map_err(Refused::Set)?,
    })
}

/// Whether a scan takes a file with that text.
pub fn check(text: &str, path: &str) -> Result<(), Stop> {
    Flags::new().keys(text, path).map(|_| ())
}

fn arguments(matches: &ArgMatches) -> Result<Arguments, Refused> {
    Arguments::from_arg_matches(matches).map_err(Refused::Typed)
}

/// The usage error, with a word on what counted beside what was typed.
pub fn hinted(stop: Stop, sources: &[String]) -> Stop {
    match stop {
        Stop::Usage(error) if !sources.is_empty() => Stop::usage(format!(
            "{error:#} (settings of {} count too; --print-config shows all)",
            sources.join(", ")
        )),
        stop => stop,
    }
}

/// The flags of the command, as clap knows them.
struct Flags {
    /// The program, asking for nothing that another layer may give.
    relaxed: Command,
    scan: Command,
}

/// The settings of the lower layers, weighed against each other and what was typed.
struct Layers {
    /// Those in force, the highest layer first.
    kept: Vec<Setting>,
    /// Those that had to give way to another flag, and to which.
    set_aside: Vec<(Setting, String)>,
}

impl Flags {
    fn new() -> Flags {
        let relax = |arg: Arg| {
            arg.required(false)
                .requires(Resettable::Reset)
                .required_unless_present(Resettable::Reset)
        };
        let relaxed = Arguments::command().mut_subcommand(CONFIGURED, |scan| scan.mut_args(relax));
        let mut built = relaxed.clone();
        // Hands what is said for all commands down to each.
        built.build();
        let scan = built.find_subcommand(CONFIGURED).cloned();
        Flags {
            relaxed,
            scan: scan.unwrap_or_default(),
        }
    }

    /// The flags that can be set, in the order of the help.
    fn settings(&self) -> impl Iterator<Item = &Arg> {
        let all = self.scan.get_arguments();
        all.filter(|arg| !NO_SETTINGS.contains(&id(arg)))
    }

    fn find(&self, wanted: &str) -> Option<&Arg> {
        self.settings().find(|arg| id(arg) == wanted)
    }

    /// What the environment says. An empty variable says nothing, one that is no flag's may belong to something else.
    fn environment(&self) -> Result<Vec<Setting>, Stop> {
        let mut settings = Vec::new();
        for arg in self.settings() {
            let name = variable(arg);
            let Some(value) = env::var_os(&name).filter(|value| !value.is_empty()) else {
                continue;
            };
            let truth = BoolishValueParser::new().parse_ref(&self.scan, Some(arg), &value);
            let read = match truth {
                Ok(truth) if takes_no_value(arg) || may_stand_alone(arg) => Ok(switch(arg, truth)),
                Err(error) if takes_no_value(arg) => Err(error),
                Ok(_) | Err(_) => Ok(listed(arg, &value)),
            };
            let arguments = read
                .and_then(|arguments| self.checked(arguments))
                .map_err(|error| Stop::usage(format!("{name}: {}", one_line(&error))))?;
            settings.push(Setting {
                id: id(arg).to_owned(),
                arguments,
                origin: Origin::Environment(name),
            });
        }
        self.agreeing("the environment", settings)
    }

    /// What the file says: the one that was named, or the usual one if it is there.
    fn file(&self, typed: &ArgMatches) -> Result<Vec<Setting>, Stop> {
        let named = typed
            .get_raw("config")
            .and_then(|mut values| values.next_back())
            .map(OsStr::to_owned)
            .or_else(|| env::var_os(FILE_VARIABLE).filter(|value| !value.is_empty()));
        let path = Path::new(named.as_deref().unwrap_or(OsStr::new(USUAL_FILE)));
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if named.is_none() && error.kind() == ErrorKind::NotFound => {
                return Ok(Vec::new());
            }
            Err(error) => {
                return Err(Stop::usage(format!(
                    "cannot read the settings in {}: {error}",
                    path.display()
                )));
            }
        };
        self.keys(&text, &path.display().to_string())
    }

    /// The settings of a file with that text.
    fn keys(&self, text: &str, path: &str) -> Result<Vec<Setting>, Stop> {
        let line = |span: Range<usize>| {
            let before = text.get(..span.start).unwrap_or(text);
            before.matches('\n').count() + 1
        };
        let table = DeTable::parse(text).map_err(|error| {
            let line = error.span().map_or(1, line);
            Stop::usage(format!("{path}:{line}: {}", error.message()))
        })?;
        let mut keys: Vec<_> = table.get_ref().iter().collect();
        keys.sort_by_key(|(key, _)| key.span().start);
        let mut settings = Vec::new();
        for (key, value) in keys {
            let (line, name) = (line(key.span()), key.get_ref());
            let wrong = |words: String| Stop::usage(format!("{path}:{line}: {words}"));
            let arg = self
                .settings()
                .find(|arg| self::key(arg) == name)
                .ok_or_else(|| wrong(self.unknown(name)))?;
            settings.push(Setting {
                id: id(arg).to_owned(),
                arguments: self.value(arg, value).map_err(wrong)?,
                origin: Origin::File {
                    path: path.to_owned(),
                    line,
                },
            });
        }
        self.agreeing(path, settings)
    }

    /// What to type for a value of the file.
    fn value(&self, arg: &Arg, value: &Spanned<DeValue<'_>>) -> Result<Vec<OsString>, String> {
        let wrong = |error: clap::Error| one_line(&error);
        let value = value.get_ref();
        if takes_no_value(arg) {
            let text = value
                .as_bool()
                .map_or_else(|| described(value), |truth| truth.to_string());
            let truth = BoolValueParser::new().parse_ref(&self.scan, Some(arg), OsStr::new(&text));
            return truth.map(|truth| switch(arg, truth)).map_err(wrong);
        }
        if let (Some(truth), true) = (value.as_bool(), may_stand_alone(arg)) {
            return Ok(switch(arg, truth));
        }
        let values: Vec<&DeValue<'_>> = match value {
            DeValue::Array(list) => list.iter().map(Spanned::get_ref).collect(),
            one => vec![one],
        };
        let texts: Vec<OsString> = values.iter().map(|value| described(value).into()).collect();
        let typed = texts.iter().map(|text| argument(arg, text)).collect();
        let arguments = self.checked(typed).map_err(wrong)?;
        let unfit = values.iter().find(|value| {
            matches!(
                value,
                DeValue::Boolean(_) | DeValue::Array(_) | DeValue::Table(_)
            )
        });
        match unfit {
            // As a text it would do, but nobody means a file called `true`.
            Some(unfit) => Err(format!(
                "invalid value '{}' for '{arg}': it takes no {}",
                described(unfit),
                unfit.type_str()
            )),
            None => Ok(arguments),
        }
    }

    /// The arguments, if clap takes them.
    fn checked(&self, arguments: Vec<OsString>) -> Result<Vec<OsString>, clap::Error> {
        let begin = [env!("CARGO_BIN_NAME"), CONFIGURED].map(OsString::from);
        let argv = begin.iter().chain(&arguments);
        self.relaxed.clone().try_get_matches_from(argv)?;
        Ok(arguments)
    }

    /// The settings of one layer, if none of them conflicts with another.
    fn agreeing(&self, layer: &str, settings: Vec<Setting>) -> Result<Vec<Setting>, Stop> {
        let all = settings.iter().flat_map(|set| set.arguments.clone());
        self.checked(all.collect())
            .map_err(|error| Stop::usage(format!("{layer}: {}", one_line(&error))))?;
        Ok(settings)
    }

    /// What to say of a key that is no flag's.
    fn unknown(&self, name: &str) -> String {
        match nearest(name, self.settings().map(key)) {
            Some(nearest) => format!("unknown key '{name}'; did you mean '{nearest}'?"),
            None => {
                format!("unknown key '{name}'; the keys are the long flags of {CONFIGURED} --help")
            }
        }
    }

    /// Weighs the layers, the higher first.
    fn layered<const N: usize>(&self, typed: &[&str], layers: [Vec<Setting>; N]) -> Layers {
        let (mut kept, mut set_aside) = (Vec::<Setting>::new(), Vec::new());
        for layer in layers {
            let mut said: Vec<&str> = typed.to_vec();
            said.extend(kept.iter().map(|set| &*set.id));
            let mut in_force = typed.to_vec();
            let effective = kept.iter().filter(|set| !set.arguments.is_empty());
            in_force.extend(effective.map(|set| &*set.id));
            let mut fit = Vec::new();
            for set in layer {
                let against = in_force
                    .iter()
                    .find(|other| !set.arguments.is_empty() && self.conflict(&set.id, other));
                match against.and_then(|other| self.find(other)) {
                    _ if said.contains(&&*set.id) => {}
                    Some(other) => set_aside.push((set, key(other).to_owned())),
                    None => fit.push(set),
                }
            }
            kept.extend(fit);
        }
        Layers { kept, set_aside }
    }

    fn conflict(&self, one: &str, other: &str) -> bool {
        let says = |one: &str, other: &str| {
            self.scan
                .get_arguments()
                .find(|arg| id(arg) == one)
                .is_some_and(|arg| {
                    let conflicts = self.scan.get_arg_conflicts_with(arg);
                    conflicts.iter().any(|arg| id(arg) == other)
                })
        };
        says(one, other) || says(other, one)
    }

    /// The settings in force as a `wirecopy.toml`, each with where it comes from.
    fn printed(&self, scan: &ArgMatches, typed: &[&str], layers: &Layers) -> Result<String, Stop> {
        let mut sections: Vec<(&str, Vec<String>)> = Vec::new();
        for arg in self.settings() {
            let heading = arg.get_help_heading().unwrap_or("Inputs");
            let known = sections.iter().position(|(name, _)| *name == heading);
            let at = known.unwrap_or(sections.len());
            if known.is_none() {
                sections.push((heading, Vec::new()));
            }
            let (_, lines) = &mut sections[at];
            let origin = self.origin(arg, scan, typed, layers);
            let setting = match written(arg, scan)? {
                Some(value) => format!("{} = {value}", key(arg)),
                None => format!("# {} is not set", key(arg)),
            };
            lines.push(format!("{setting:<39} # {origin}"));
            let aside = layers.set_aside.iter().filter(|(set, _)| set.id == id(arg));
            lines.extend(aside.map(|(set, other)| {
                format!("# {} of {} gives way to {other}", key(arg), set.origin)
            }));
        }
        let mut out = format!(
            "# The settings of `wirecopy scan`: flag over environment over file over default. As {USUAL_FILE} in the working\n\
             # directory, or under another name by --config, this file gives them again.\n"
        );
        for (heading, lines) in &sections {
            out += &format!("\n# {heading}\n{}\n", lines.join("\n"));
        }
        let strangers = self.strangers();
        if !strangers.is_empty() {
            out += "\n# Of the environment, but no setting\n";
            out += &strangers.join("");
        }
        Ok(out)
    }

    fn origin(&self, arg: &Arg, scan: &ArgMatches, typed: &[&str], layers: &Layers) -> Origin {
        if typed.contains(&id(arg)) {
            return Origin::Flag;
        }
        let overridden = scan.value_source(id(arg)) != Some(ValueSource::CommandLine);
        let set = layers.kept.iter().find(|set| set.id == id(arg));
        match set {
            Some(set) if set.arguments.is_empty() || !overridden => set.origin.clone(),
            _ => Origin::Default,
        }
    }

    /// A line for every variable that looks like a setting and is none.
    fn strangers(&self) -> Vec<String> {
        let known: Vec<String> = self.settings().map(variable).collect();
        let mut names: Vec<String> = env::vars_os()
            .filter_map(|(name, _)| name.into_string().ok())
            .filter(|name| name.starts_with(PREFIX) && *name != FILE_VARIABLE)
            .filter(|name| !known.contains(name))
            // A name can hold anything, a line's end too.
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
    /// The files and variables in force, each once.
    fn sources(&self) -> Vec<String> {
        let mut sources: Vec<String> = Vec::new();
        for set in &self.kept {
            let source = match &set.origin {
                Origin::File { path, .. } => path.clone(),
                Origin::Environment(name) => name.clone(),
                Origin::Flag | Origin::Default => continue,
            };
            if !sources.contains(&source) {
                sources.push(source);
            }
        }
        sources
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Flag => f.write_str("flag"),
            Origin::Environment(name) => write!(f, "environment {name}"),
            Origin::File { path, line } => write!(f, "file {} line {line}", path.escape_debug()),
            Origin::Default => f.write_str("default"),
        }
    }
}

fn id(arg: &Arg) -> &str {
    arg.get_id().as_str()
}

/// The key of the file: the long flag without its dashes.
fn key(arg: &Arg) -> &str {
    arg.get_long().unwrap_or(id(arg))
}

/// The variable of the environment.
fn variable(arg: &Arg) -> String {
    let name = key(arg).replace('-', "_").to_ascii_uppercase();
    format!("{PREFIX}{name}")
}

fn takes_no_value(arg: &Arg) -> bool {
    !arg.get_action().takes_values()
}

/// Whether the flag takes a value and needs none.
fn may_stand_alone(arg: &Arg) -> bool {
    let values = arg.get_num_args();
    !arg.is_positional() && values.is_some_and(|values| values.min_values() == 0)
}

fn is_list(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::Append)
}

/// What to type for a flag that is on or off.
fn switch(arg: &Arg, on: bool) -> Vec<OsString> {
    if on {
        vec![format!("--{}", key(arg)).into()]
    } else {
        Vec::new()
    }
}

/// What to type for a value.
fn argument(arg: &Arg, value: &OsStr) -> OsString {
    let mut typed = OsString::new();
    if !arg.is_positional() {
        typed.push(format!("--{}=", key(arg)));
    } else if value != "-" && value.as_encoded_bytes().starts_with(b"-") {
        // The name of a file, however it begins.
        typed.push("./");
    }
    typed.push(value);
    typed
}

/// What to type for the value of a variable, which may hold a list.
fn listed(arg: &Arg, value: &OsStr) -> Vec<OsString> {
    match value.to_str() {
        Some(list) if is_list(arg) => list
            .split(',')
            .map(|one| argument(arg, OsStr::new(one)))
            .collect(),
        _ => vec![argument(arg, value)],
    }
}

/// The value as it would be typed.
fn described(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(number) => decimal(number),
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

fn decimal(number: &DeInteger<'_>) -> String {
    match u64::from_str_radix(number.as_str(), number.radix()) {
        Ok(value) if number.radix() != 10 => value.to_string(),
        _ => number.as_str().to_owned(),
    }
}

/// The value in force, as TOML; none where there is none.
fn written(arg: &Arg, scan: &ArgMatches) -> Result<Option<String>, Stop> {
    let Some(values) = scan.get_raw(id(arg)) else {
        return Ok(is_list(arg).then(|| "[]".to_owned()));
    };
    let mut texts = Vec::new();
    for value in values {
        texts.push(value.to_str().ok_or_else(|| {
            let value = value.to_string_lossy();
            Stop::usage(format!(
                "{value} is not UTF-8, so it cannot be a value of {USUAL_FILE}"
            ))
        })?);
    }
    Ok(Some(match &texts[..] {
        _ if is_list(arg) => {
            let quoted: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
            format!("[{}]", quoted.join(", "))
        }
        [text] if reads_back(arg, text) => (*text).to_owned(),
        texts => quoted(&texts.concat()),
    }))
}

/// Whether TOML needs no quotes to give the same text again.
fn reads_back(arg: &Arg, text: &str) -> bool {
    let number = DeValue::parse(text).is_ok_and(|value| {
        let value = value.into_inner();
        (value.is_integer() || value.is_float()) && described(&value) == text
    });
    takes_no_value(arg) || number
}

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// The one of the names that is most likely meant by a name that is none of them.
fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // What all of them begin with makes none of them more likely.
    let bare = |name: &'a str| name.strip_prefix(PREFIX).unwrap_or(name);
    let wanted = name.strip_prefix(PREFIX).unwrap_or(name);
    names
        .map(|name| (strsim::jaro(wanted, bare(name)), name))
        .filter(|(alike, _)| *alike >= ALIKE)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, name)| name)
}

/// How to talk where the arguments are not known: as far as can be told from what was typed, the environment and the file.
pub fn talk_wanted(argv: &[OsString]) -> (When, LogFormat) {
    let value = |flag: &str| {
        let typed = argv.iter().enumerate().find_map(|(at, word)| {
            let word = word.to_str()?;
            match word.strip_prefix(flag)? {
                "" => argv.get(at + 1)?.to_str().map(str::to_owned),
                rest => rest.strip_prefix('=').map(str::to_owned),
            }
        });
        let name = flag
            .trim_start_matches('-')
            .replace('-', "_")
            .to_uppercase();
        typed.or_else(|| env::var(format!("{PREFIX}{name}")).ok())
    };
    let file = value("--config").unwrap_or_else(|| USUAL_FILE.to_owned());
    let text = fs::read_to_string(file).unwrap_or_default();
    let (table, _) = DeTable::parse_recoverable(&text);
    let key = |name: &str| {
        table
            .get_ref()
            .get(name)?
            .get_ref()
            .as_str()
            .map(str::to_owned)
    };
    let color = value("--color").or_else(|| key("color"));
    let format = value("--log-format").or_else(|| key("log-format"));
    (
        color
            .and_then(|name| When::from_str(&name, false).ok())
            .unwrap_or_default(),
        format
            .and_then(|name| LogFormat::from_str(&name, false).ok())
            .unwrap_or_default(),
    )
}

/// What clap says, without its framing, on one line.
pub fn one_line(error: &clap::Error) -> String {
    let said = error.render().to_string();
    let said = said.strip_prefix("error: ").unwrap_or(&said);
    let told = said
        .split("\n\nUsage:")
        .next()
        .and_then(|said| said.split("\n\nFor more").next())
        .unwrap_or(said);
    let lines = told.lines().map(str::trim).filter(|line| !line.is_empty());
    let joined = lines.collect::<Vec<_>>().join(" ");
    joined.replace(" tip: ", "; tip: ")
}
