//! Settings from `wirecopy.toml` and the environment: their precedence, and a key and a variable
//! for every flag.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::common::program::{help_entries, root, said};
use tempfile::TempDir;

/// Flags that only make sense on the command line.
const TYPED_ONLY: [&str; 4] = ["help", "version", "config", "print-config"];

/// Flags that require another one, and the arguments that satisfy them.
const COMPANIONS: [(&str, &[&str]); 8] = [
    ("bands", &["--rows", "2"]),
    ("rows", &["--bands", "2"]),
    ("metrics-label", &["--metrics", "run.prom"]),
    ("no-add", &["--index", "index"]),
    ("keep", &["--index", "index"]),
    ("allow-replacing", &["--index", "index"]),
    (
        "replace-night",
        &["--index", "index", "--as-of", "2026-03-11"],
    ),
    ("wait", &["--index", "index"]),
];

/// A long flag in the help, with a valid value if it takes one.
#[derive(Debug)]
struct Flag {
    name: String,
    value: Option<String>,
}

fn flags() -> Vec<Flag> {
    let output = command(Path::new("."), &["--help"]).output();
    let help = String::from_utf8(output.expect("the program runs").stdout).expect("UTF-8");
    let entries = help_entries(&help);
    entries.iter().filter_map(|entry| flag(entry)).collect()
}

/// Reads `-o, --output <FILE>  Where ... [default: x] [possible values: a, b]`.
fn flag(entry: &str) -> Option<Flag> {
    let (_, rest) = entry.split_once("--")?;
    let name: String = rest
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || *c == '-')
        .collect();
    let after = rest[name.len()..].trim_start_matches(['[', '=', ' ']);
    let value_name = after
        .strip_prefix('<')
        .and_then(|value| value.split('>').next());
    let among = |mark: &str| {
        let (_, values) = entry.split_once(mark)?;
        let end = values.find([',', ']', ';'])?;
        Some(values[..end].to_owned())
    };
    let value = value_name.map(|kind| {
        among("[possible values: ")
            .or_else(|| among("[default: "))
            .unwrap_or_else(|| sample(kind).to_owned())
    });
    Some(Flag { name, value })
}

/// A valid value of the given kind.
fn sample(kind: &str) -> &'static str {
    match kind {
        "FILE" | "REFERENCE" => "file.csv",
        "DIR" | "DIRECTORY" => "directory",
        "SHARE" => "0.25",
        "N" => "7",
        "NAME" => "name",
        "NAME=VALUE" => "feed=us",
        "SITE" => "site.example",
        "TIME" => "3d",
        "DATE" => "2026-03-08",
        "SIZE" => "1G",
        "FORMAT" => "jsonl",
        "FORM" => "%d/%m/%Y",
        "RULE" => "none",
        "ZONE" => "Europe/Berlin",
        "CHAR" => ";",
        "LABEL" => "windows-1252",
        "NAMES" => "id",
        _ => panic!("the test has no value for <{kind}>: give it one here"),
    }
}

/// Output of `--print-config`. `set` are environment variables, `more` further arguments.
fn printed(at: &TempDir, arguments: &[&str], set: &[(&str, &str)], more: &[&str]) -> String {
    let mut arguments = arguments.to_vec();
    arguments.push("--print-config");
    arguments.extend(more);
    let result = scan(at, &arguments, set);
    assert_eq!(
        result.status.code(),
        Some(0),
        "{arguments:?} {set:?}: {}",
        said(&result)
    );
    String::from_utf8(result.stdout).expect("UTF-8")
}

/// Asserts the effective value of a key and its origin.
fn assert_value(printed: &str, key: &str, value: &str, origin: &str) {
    let begin = format!("{key} = ");
    let line = printed.lines().find(|line| line.starts_with(&begin));
    let line = line.unwrap_or_else(|| panic!("no {key} in {printed}"));
    let (setting, comment) = line.rsplit_once(" # ").expect("a comment");
    let given = setting[begin.len()..].trim().trim_matches(['[', ']']);
    let given = given.strip_prefix('"').unwrap_or(given);
    let given = given.strip_suffix('"').unwrap_or(given);
    assert_eq!((given, comment), (value, origin), "{key}");
}

fn scan(at: &TempDir, arguments: &[&str], set: &[(&str, &str)]) -> Output {
    let mut command = command(at.path(), arguments);
    command.envs(set.iter().copied());
    command.output().expect("the program runs")
}

fn command(at: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wirecopy"));
    command
        .arg("scan")
        .args(arguments)
        .current_dir(at)
        .env_clear()
        .stdin(Stdio::null());
    command
}

fn write(at: &TempDir, name: &str, text: &str) {
    fs::write(at.path().join(name), text).expect("a file");
}

#[test]
fn every_flag_is_a_key_and_a_variable() {
    let at = TempDir::new().expect("a directory");
    let flags = flags();
    assert!(flags.len() > 40, "{flags:?}");
    for Flag { name, value } in flags {
        if TYPED_ONLY.contains(&&*name) {
            continue;
        }
        let companions = COMPANIONS.iter().find(|(flag, _)| *flag == name);
        let companions = companions.map_or(&[][..], |(_, typed)| typed);
        let in_file = value.as_deref().unwrap_or("true");
        let quoted = match value {
            Some(_) => format!("\"{in_file}\""),
            None => in_file.to_owned(),
        };
        write(&at, "one.toml", &format!("{name} = {quoted}\n"));
        let from_file = printed(&at, &["--config", "one.toml"], &[], companions);
        assert_value(&from_file, &name, in_file, "file one.toml line 1");

        if name == "index" {
            // A variable cannot ask for an index.
            continue;
        }
        let variable = format!("WIRECOPY_{}", name.replace('-', "_").to_uppercase());
        let from_environment = printed(&at, &[], &[(&variable, in_file)], companions);
        assert_value(
            &from_environment,
            &name,
            in_file,
            &format!("environment {variable}"),
        );
    }
    // The inputs have no flag, but a key and a variable like every flag.
    write(&at, "one.toml", "inputs = [\"a.jsonl\", \"-b.csv\"]\n");
    let from_file = printed(&at, &["--config", "one.toml"], &[], &[]);
    assert_value(
        &from_file,
        "inputs",
        "a.jsonl\", \"./-b.csv",
        "file one.toml line 1",
    );
    let from_environment = printed(&at, &[], &[("WIRECOPY_INPUTS", "a.jsonl,b.csv")], &[]);
    assert_value(
        &from_environment,
        "inputs",
        "a.jsonl\", \"b.csv",
        "environment WIRECOPY_INPUTS",
    );
}

#[test]
fn flags_override_the_environment_then_the_file_then_the_default() {
    let at = TempDir::new().expect("a directory");
    let set = [("WIRECOPY_THRESHOLD", "0.7")];
    assert_value(&printed(&at, &[], &[], &[]), "threshold", "0.5", "default");
    write(
        &at,
        "wirecopy.toml",
        "# nightly\n\nthreshold = 0.60\nsite = [\"a.example\", \"b.example\"]\n",
    );
    let from_file = printed(&at, &[], &[], &[]);
    assert_value(&from_file, "threshold", "0.60", "file wirecopy.toml line 3");
    let from_environment = printed(&at, &[], &set, &[]);
    assert_value(
        &from_environment,
        "threshold",
        "0.7",
        "environment WIRECOPY_THRESHOLD",
    );
    let typed = printed(&at, &["--threshold", "0.8"], &set, &[]);
    assert_value(&typed, "threshold", "0.8", "flag");

    // A list replaces a list of lower precedence.
    let typed = printed(&at, &["--site", "c.example"], &[], &[]);
    assert!(typed.contains("site = [\"c.example\"] "), "{typed}");
    // An empty variable is ignored.
    let empty = printed(&at, &[], &[("WIRECOPY_THRESHOLD", "")], &[]);
    assert_value(&empty, "threshold", "0.60", "file wirecopy.toml line 3");
}

#[test]
fn the_layer_of_higher_precedence_wins_a_conflict() {
    let at = TempDir::new().expect("a directory");
    write(
        &at,
        "wirecopy.toml",
        "strict = true\nquiet = true\nall-pairs = true\n",
    );
    let typed = printed(
        &at,
        &["--max-rejects", "3", "--verbose", "--links"],
        &[],
        &[],
    );
    assert_value(&typed, "max-rejects", "3", "flag");
    assert_value(&typed, "strict", "false", "default");
    assert_value(&typed, "verbose", "true", "flag");
    assert_value(&typed, "quiet", "false", "default");
    assert_value(&typed, "links", "true", "flag");
    assert_value(&typed, "all-pairs", "false", "default");
    assert!(
        typed.contains("# strict of file wirecopy.toml line 1 gives way to max-rejects"),
        "{typed}"
    );

    let set = printed(&at, &[], &[("WIRECOPY_MAX_REJECTS", "3")], &[]);
    assert_value(&set, "max-rejects", "3", "environment WIRECOPY_MAX_REJECTS");
    assert_value(&set, "strict", "false", "default");

    // A false value conflicts with nothing and overrides a true one of lower precedence.
    let off = [("WIRECOPY_STRICT", "no"), ("WIRECOPY_VERBOSE", "0")];
    let off = printed(&at, &[], &off, &[]);
    assert_value(&off, "strict", "false", "environment WIRECOPY_STRICT");
    assert_value(&off, "quiet", "true", "file wirecopy.toml line 2");
}

#[test]
fn flags_and_the_settings_file_together_control_the_run() {
    let at = TempDir::new().expect("a directory");
    write(
        &at,
        "wirecopy.toml",
        "rows = 2\nrelations = [\"exact\"]\noutput = \"pairs.csv\"\n",
    );
    let newsroom = root().join("data/newsroom.jsonl").display().to_string();
    let result = scan(&at, &[&newsroom, "--bands", "20", "-v"], &[]);
    let said = said(&result);
    assert_eq!(result.status.code(), Some(0), "{said}");
    assert!(said.starts_with("settings from wirecopy.toml\n"), "{said}");
    assert!(said.contains("20 bands of 2 rows"), "{said}");
    let pairs = fs::read_to_string(at.path().join("pairs.csv")).expect("the pairs");
    assert!(pairs.lines().skip(1).all(|line| line.contains(",exact,")));

    write(
        &at,
        "wirecopy.toml",
        &format!("inputs = {newsroom:?}\nquiet = true\n"),
    );
    let result = scan(&at, &["--threshold=0.9"], &[]);
    assert_eq!(result.status.code(), Some(0));
    assert!(result.stdout.starts_with(b"id_a,"));
}

#[test]
fn the_settings_file_is_chosen_by_flag_then_variable_then_name() {
    let at = TempDir::new().expect("a directory");
    write(&at, "wirecopy.toml", "min-words = 1000\n");
    write(&at, "other.toml", "min-words = 2000\n");
    let usual = printed(&at, &[], &[], &[]);
    assert_value(&usual, "min-words", "1000", "file wirecopy.toml line 1");
    let other = [("WIRECOPY_CONFIG", "other.toml")];
    let set = printed(&at, &[], &other, &[]);
    assert_value(&set, "min-words", "2000", "file other.toml line 1");
    let typed = printed(&at, &["--config", "/dev/null"], &other, &[]);
    assert_value(&typed, "min-words", "1", "default");

    let missing = scan(&at, &["x.jsonl", "--config", "missing.toml"], &[]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(
        said(&missing).starts_with("error: cannot read the settings in missing.toml: "),
        "{}",
        said(&missing)
    );
}

#[test]
fn invalid_settings_are_reported_with_their_place() {
    let at = TempDir::new().expect("a directory");
    for (file, words) in [
        (
            "\ntreshold = 0.6",
            "bad.toml:2: unknown key 'treshold'; did you mean 'threshold'?",
        ),
        (
            "cross_site_only = true",
            "bad.toml:1: unknown key 'cross_site_only'; did you mean 'cross-site-only'?",
        ),
        (
            "input = \"a\"",
            "bad.toml:1: unknown key 'input'; did you mean 'inputs'?",
        ),
        (
            "config = \"a\"",
            "bad.toml:1: unknown key 'config'; did you mean 'encoding'?",
        ),
        (
            "[matching]\nthreshold = 0.6",
            "bad.toml:1: unknown key 'matching'; the keys are the long flags of scan --help",
        ),
        (
            "threshold = 2",
            "bad.toml:1: invalid value '2' for '--threshold <SHARE>': it must be over 0 and at most 1",
        ),
        (
            "threshold = \"much\"",
            "bad.toml:1: invalid value 'much' for '--threshold <SHARE>': not a number",
        ),
        (
            "threshold = true",
            "bad.toml:1: invalid value 'true' for '--threshold <SHARE>': not a number",
        ),
        (
            "threshold = [0.5, 0.6]",
            "bad.toml:1: the argument '--threshold <SHARE>' cannot be used multiple times",
        ),
        (
            "summary = true",
            "bad.toml:1: invalid value 'true' for '--summary <FILE>': it takes no boolean",
        ),
        (
            "site = [[\"a\"]]",
            "bad.toml:1: invalid value '[a]' for '--site <SITE>': it takes no array",
        ),
        (
            "strict = \"yes\"",
            "bad.toml:1: invalid value 'yes' for '--strict' [possible values: true, false]",
        ),
        (
            "format = \"jsonlines\"",
            "bad.toml:1: invalid value 'jsonlines' for '--format <FORMAT>' [possible values: csv, tsv, jsonl, parquet, arrow]; tip: a similar value exists: 'jsonl'",
        ),
        (
            "strict = true\nmax-rejects = 3",
            "bad.toml: the argument '--strict' cannot be used with '--max-rejects <N>'",
        ),
        (
            "bands = 3",
            "the following required arguments were not provided: --rows <N> (settings of bad.toml count too; --print-config shows all)",
        ),
        ("seed = 1\nseed = 2", "bad.toml:2: duplicate key"),
        ("seed =", "bad.toml:1: "),
        (
            "passages = true\noutput = \"pairs.csv\"",
            "--passages needs pairs in .jsonl: name such a file with --output, or add --format jsonl \
             (settings of bad.toml count too; --print-config shows all)",
        ),
    ] {
        write(&at, "bad.toml", file);
        let result = scan(&at, &["x.jsonl", "--config", "bad.toml"], &[]);
        assert_eq!(result.status.code(), Some(2), "{file}");
        let said = said(&result);
        let said = said
            .strip_prefix("settings from bad.toml\n")
            .unwrap_or(&said);
        assert!(
            said.starts_with(&format!("error: {words}")),
            "{file}: {said}"
        );
    }
    for (name, value, words) in [
        (
            "WIRECOPY_THRESHOLD",
            "2",
            "WIRECOPY_THRESHOLD: invalid value '2' for '--threshold <SHARE>': it must be over 0 and at most 1",
        ),
        (
            "WIRECOPY_STRICT",
            "perhaps",
            "WIRECOPY_STRICT: invalid value 'perhaps' for '--strict': value was not a boolean",
        ),
    ] {
        let result = scan(&at, &["x.jsonl"], &[(name, value)]);
        assert_eq!(result.status.code(), Some(2), "{name}");
        assert!(
            said(&result).starts_with(&format!("error: {words}")),
            "{}",
            said(&result)
        );
    }
}

#[test]
fn values_in_a_file_mean_the_same_as_on_the_command_line() {
    let at = TempDir::new().expect("a directory");
    for (key, value, in_force) in [
        ("seed", "0x10", "16"),
        ("seed", "18446744073709551615", "18446744073709551615"),
        ("seed", "1_000", "1000"),
        ("threshold", "\"0.6\"", "0.6"),
        ("as-of", "2026-03-08T12:00:00Z", "2026-03-08T12:00:00Z"),
        ("text-field", "5", "5"),
        ("text-field", "'say \"so\"\\'", "say \\\"so\\\"\\\\"),
        ("relations", "\"exact,near\"", "exact\", \"near"),
        ("relations", "[\"exact\", \"near\"]", "exact\", \"near"),
    ] {
        write(&at, "one.toml", &format!("{key} = {value}\n"));
        let first = printed(&at, &["--config", "one.toml"], &[], &[]);
        let line = first
            .lines()
            .find(|line| line.starts_with(&format!("{key} =")));
        let line = line.unwrap_or_else(|| panic!("{key}: {first}"));
        let plain = line.replace('\'', "\"");
        assert!(
            plain.contains(in_force) || line.contains(value),
            "{key} = {value}: {line}"
        );
        // The printed settings give the same settings again.
        write(&at, "two.toml", &first);
        let second = printed(&at, &["--config", "two.toml"], &[], &[]);
        let values = |text: &str| -> Vec<String> {
            let settings = text.lines().filter(|line| !line.starts_with('#'));
            settings
                .map(|line| {
                    line.rsplit_once('#')
                        .map_or(line, |(value, _)| value)
                        .trim()
                        .to_owned()
                })
                .collect()
        };
        assert_eq!(values(&first), values(&second));
    }
}

#[test]
fn settings_files_in_the_manual_are_valid() {
    let at = TempDir::new().expect("a directory");
    let manual = fs::read_to_string(root().join("docs/pipelines.md")).expect("the manual");
    let files: Vec<&str> = manual
        .split("```toml\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .collect();
    assert_eq!(files.len(), 2);
    for file in files {
        write(&at, "shown.toml", file);
        let printed = printed(&at, &["--config", "shown.toml"], &[], &[]);
        let set = printed
            .lines()
            .filter(|line| line.contains("# file shown.toml line "));
        assert_eq!(set.count(), file.lines().count(), "{printed}");
    }
}

#[test]
fn an_unknown_variable_is_ignored_and_shown() {
    let at = TempDir::new().expect("a directory");
    let set = [
        ("WIRECOPY_TRESHOLD", "0.6"),
        ("WIRECOPY_SERVICE_HOST", "10.0.0.1"),
    ];
    let printed = printed(&at, &[], &set, &[]);
    assert_value(&printed, "threshold", "0.5", "default");
    assert!(
        printed.contains("# WIRECOPY_TRESHOLD; did you mean WIRECOPY_THRESHOLD?\n"),
        "{printed}"
    );
    assert!(printed.contains("# WIRECOPY_SERVICE_HOST"), "{printed}");
}
