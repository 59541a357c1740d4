//! Monitoring of unattended runs: metrics, the log in JSON, and `--fail-if-empty`.

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use std::{fs, thread};

use crate::common::program::{bad, files_in, newsroom, said};
use serde_json::Value;
use tempfile::TempDir;

type Labels = BTreeMap<String, String>;

/// Metrics, parsed as strictly as the format allows.
struct Metrics {
    samples: BTreeMap<(String, Labels), f64>,
}

impl Metrics {
    /// Panics at anything that the format or its conventions do not allow.
    fn read(at: &TempDir, name: &str) -> Metrics {
        let text = read(at, name);
        assert!(text.ends_with('\n'), "the last line has a line end");
        let mut samples = BTreeMap::new();
        let mut helped = BTreeSet::new();
        // The metric that the last comments named, and whether its type was given.
        let mut current: Option<(String, bool)> = None;
        for line in text.lines() {
            if let Some(help) = line.strip_prefix("# HELP ") {
                let (name, help) = help.split_once(' ').expect("a name and a description");
                assert!(help.ends_with('.') && !help.contains('\\'), "{line}");
                assert!(helped.insert(name.to_owned()), "{name} is described twice");
                assert!(
                    name.strip_prefix("wirecopy_").is_some_and(is_name),
                    "{name}"
                );
                // These endings are for counters and histograms; all metrics here are gauges.
                assert!(
                    !["_total", "_count", "_sum", "_bucket"]
                        .iter()
                        .any(|end| name.ends_with(end))
                );
                current = Some((name.to_owned(), false));
            } else if let Some(kind) = line.strip_prefix("# TYPE ") {
                let (name, typed) = current.as_mut().expect("HELP comes first");
                assert_eq!(kind, format!("{name} gauge"));
                *typed = true;
            } else {
                let (name, labels, value) = sample(line);
                assert_eq!(current, Some((name.clone(), true)), "{line}");
                let name = name["wirecopy_".len()..].to_owned();
                assert!(
                    samples.insert((name, labels), value).is_none(),
                    "{line} is repeated"
                );
            }
        }
        Metrics { samples }
    }

    fn names(&self) -> BTreeSet<&str> {
        self.samples.keys().map(|(name, _)| &**name).collect()
    }

    /// The value of `name` or `name label=value`.
    fn value(&self, metric: &str) -> f64 {
        let (name, label) = match metric.split_once(' ') {
            None => (metric, None),
            Some((name, label)) => (name, label.split_once('=')),
        };
        let labels: Labels = label
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let found = self.samples.get(&(name.to_owned(), labels));
        *found.unwrap_or_else(|| panic!("no {metric} in {:?}", self.samples))
    }
}

/// The events of the log, one object per line, checked for the common fields.
fn log(result: &Output) -> Vec<Value> {
    let text = said(result);
    let lines = text.lines().map(|line| {
        let event: Value =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        let time = event["time"].as_str().expect("a time");
        assert!(time.parse::<jiff::Timestamp>().is_ok(), "{time}");
        assert!(line.starts_with("{\"time\":\""), "{line}");
        for name in ["level", "event", "message"] {
            assert!(event[name].is_string(), "{line}");
        }
        assert!(["info", "warning", "error"].contains(&event["level"].as_str().unwrap_or("")));
        assert!(!line.contains('\x1b'), "{line}");
        event
    });
    lines.collect()
}

fn is_name(name: &str) -> bool {
    let fit = |c: char| c.is_ascii_lowercase() || c == '_';
    !name.is_empty() && name.chars().all(fit)
}

/// Reads `name{label="value",...} 12.5`.
fn sample(line: &str) -> (String, Labels, f64) {
    let end = line.find(['{', ' ']).expect("a value");
    let (name, mut rest) = line.split_at(end);
    let mut labels = Labels::new();
    if let Some(inside) = rest.strip_prefix('{') {
        rest = inside;
        loop {
            let (label, value) = rest.split_once("=\"").expect("a label");
            assert!(is_name(label), "{line}");
            let mut text = String::new();
            let mut chars = value.char_indices();
            let close = loop {
                match chars.next().expect("a closing quote") {
                    (at, '"') => break at,
                    (_, '\\') => text.push(match chars.next() {
                        Some((_, 'n')) => '\n',
                        Some((_, c @ ('"' | '\\'))) => c,
                        other => panic!("{other:?} is no escape: {line}"),
                    }),
                    (_, c) => text.push(c),
                }
            };
            assert!(labels.insert(label.to_owned(), text).is_none(), "{line}");
            rest = &value[close + 1..];
            match rest.strip_prefix(',') {
                Some(more) => rest = more,
                None => break,
            }
        }
        rest = rest.strip_prefix('}').expect("a closing brace");
    }
    let value = rest.strip_prefix(' ').expect("one space");
    let number: f64 = value.parse().expect("a number");
    assert!(number.is_finite() && number >= 0.0, "{line}");
    (name.to_owned(), labels, number)
}

fn scan(at: &TempDir, arguments: &[&str]) -> Output {
    let mut command = command(at, arguments);
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    child
        .and_then(Child::wait_with_output)
        .expect("the program runs")
}

fn command(at: &TempDir, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wirecopy"));
    command
        .arg("scan")
        .args(arguments)
        .current_dir(at.path())
        .env_clear()
        .stdin(Stdio::null());
    command
}

fn read(at: &TempDir, name: &str) -> String {
    fs::read_to_string(at.path().join(name)).expect("a file")
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.expect("a time after 1970").as_secs()
}

#[test]
fn metrics_agree_with_the_summary() {
    let at = TempDir::new().expect("a directory");
    let began = now();
    let result = scan(
        &at,
        &[
            &newsroom(),
            "-q",
            "-o",
            "pairs.csv",
            "--summary",
            "run.json",
            "--metrics",
            "run.prom",
        ],
    );
    assert_eq!(result.status.code(), Some(0), "{}", said(&result));
    assert_eq!(files_in(at.path()), ["pairs.csv", "run.json", "run.prom"]);
    let metrics = Metrics::read(&at, "run.prom");
    let summary: Value = serde_json::from_str(&read(&at, "run.json")).expect("JSON");
    for (metric, fields) in [
        ("documents", "read documents"),
        ("records", "read records"),
        ("rejected_records", "read rejected"),
        ("read_files", "read sources"),
        ("read_bytes", "read bytes"),
        ("skipped_documents reason=empty", "skipped empty"),
        ("pairs relation=exact", "found exact"),
        ("pairs relation=near", "found near"),
        ("pairs relation=excerpt", "found excerpt"),
        ("cross_site_pairs", "found cross_site"),
        ("clusters", "found clusters"),
        ("clustered_documents", "found clustered_documents"),
        ("identical_documents", "compared identical"),
        ("candidate_pairs", "compared candidates"),
        ("boilerplate_documents", "boilerplate documents"),
        ("boilerplate_words", "boilerplate words"),
        ("bounded_pairs reason=hot_bucket", "bounded not_compared"),
    ] {
        let field = fields
            .split(' ')
            .fold(&summary, |object, name| &object[name]);
        assert_eq!(Some(metrics.value(metric)), field.as_f64(), "{metric}");
    }
    let ended = metrics.value("last_run_timestamp_seconds");
    assert!((began..=now()).contains(&(ended as u64)), "{ended}");
    assert_eq!(metrics.value("last_run_success"), 1.0);
    assert_eq!(metrics.value("last_run_exit_status"), 0.0);
    let stages: f64 = [
        "read",
        "boilerplate",
        "candidates",
        "verify",
        "cluster",
        "reports",
    ]
    .map(|stage| metrics.value(&format!("last_run_stage_duration_seconds stage={stage}")))
    .iter()
    .sum();
    let whole = metrics.value("last_run_duration_seconds");
    assert!((stages - whole).abs() < 1e-6, "{stages} {whole}");
    assert!(metrics.value("last_run_peak_memory_bytes") > 1e6);
}

#[test]
fn metrics_report_success_for_a_run_with_rejects() {
    let at = TempDir::new().expect("a directory");
    let result = scan(
        &at,
        &[&bad("not-json.jsonl"), "-q", "--metrics", "run.prom"],
    );
    assert_eq!(result.status.code(), Some(3));
    let metrics = Metrics::read(&at, "run.prom");
    assert_eq!(metrics.value("last_run_success"), 1.0);
    assert_eq!(metrics.value("last_run_exit_status"), 3.0);
    assert_eq!(metrics.value("rejected_records"), 4.0);
}

/// A failed run leaves its outputs unchanged and writes metrics of the failure, without the numbers
/// that it never counted.
#[test]
fn metrics_report_the_failure_of_a_run() {
    let empty = "{\"id\": \"1\", \"text\": \" \"}\n";
    for (input, flags, read_known) in [
        (bad("not-json.jsonl"), &["--strict"][..], true),
        (bad("not-json.jsonl"), &["--max-rejects", "3"], true),
        (bad("no-text-field.jsonl"), &[], true),
        ("empty.jsonl".to_owned(), &["--fail-if-empty"], true),
        ("missing.jsonl".to_owned(), &[], false),
        (newsroom(), &["--clusters", "nowhere/clusters.csv"], false),
    ] {
        let at = TempDir::new().expect("a directory");
        fs::write(at.path().join("empty.jsonl"), empty).expect("a file");
        fs::write(at.path().join("pairs.csv"), "precious").expect("a file");
        fs::write(at.path().join("run.prom"), "# of the last run\n").expect("a file");
        let mut arguments = vec![&*input, "-q", "-o", "pairs.csv", "--metrics", "run.prom"];
        arguments.extend(flags);
        let result = scan(&at, &arguments);
        assert_eq!(result.status.code(), Some(1), "{arguments:?}");
        assert_eq!(read(&at, "pairs.csv"), "precious", "{arguments:?}");
        assert_eq!(
            files_in(at.path()),
            ["empty.jsonl", "pairs.csv", "run.prom"]
        );
        let metrics = Metrics::read(&at, "run.prom");
        assert_eq!(metrics.value("last_run_success"), 0.0, "{arguments:?}");
        assert_eq!(metrics.value("last_run_exit_status"), 1.0, "{arguments:?}");
        let names = metrics.names();
        assert_eq!(names.contains("documents"), read_known, "{arguments:?}");
        assert!(!names.contains("pairs"), "{arguments:?}");
    }
}

#[test]
fn an_invalid_command_line_leaves_the_metrics_unchanged() {
    let at = TempDir::new().expect("a directory");
    fs::write(at.path().join("run.prom"), "# of the last run\n").expect("a file");
    for flags in [
        &["--threshold", "2"][..],
        &["-o", "pairs.xlsx"],
        &["--metrics-label", "stage=x"],
        &["--metrics-label", "a=1", "--metrics-label", "a=2"],
    ] {
        let newsroom = newsroom();
        let mut arguments = vec![&*newsroom, "-q", "--metrics", "run.prom"];
        arguments.extend(flags);
        let result = scan(&at, &arguments);
        assert_eq!(result.status.code(), Some(2), "{flags:?}");
        assert_eq!(read(&at, "run.prom"), "# of the last run\n");
    }
    let alone = scan(&at, &[&newsroom(), "--metrics-label", "a=1"]);
    assert_eq!(alone.status.code(), Some(2), "{}", said(&alone));
}

#[test]
fn metrics_never_replace_an_input() {
    let at = TempDir::new().expect("a directory");
    fs::copy(newsroom(), at.path().join("in.jsonl")).expect("a copy");
    let before = read(&at, "in.jsonl");
    // One input is missing, so the run fails before the outputs are checked against the inputs.
    for inputs in [&["in.jsonl"][..], &["in.jsonl", "missing.jsonl"]] {
        let mut arguments = inputs.to_vec();
        arguments.extend(["-q", "--metrics", "./in.jsonl"]);
        let result = scan(&at, &arguments);
        assert_ne!(result.status.code(), Some(0), "{}", said(&result));
        assert_eq!(read(&at, "in.jsonl"), before);
    }
}

#[test]
fn labels_are_on_every_metric_and_escaped() {
    let at = TempDir::new().expect("a directory");
    let feed = "us \"east\"\\1\n2";
    let result = scan(
        &at,
        &[
            &newsroom(),
            "-q",
            "--metrics",
            "run.prom",
            "--metrics-label",
            &format!("feed={feed}"),
            "--metrics-label",
            "job_name=",
        ],
    );
    assert_eq!(result.status.code(), Some(0), "{}", said(&result));
    let metrics = Metrics::read(&at, "run.prom");
    assert!(metrics.samples.len() > 20);
    for labels in metrics.samples.keys().map(|(_, labels)| labels) {
        assert_eq!(labels.get("feed").map(String::as_str), Some(feed));
        assert_eq!(labels.get("job_name").map(String::as_str), Some(""));
    }
}

#[test]
fn a_json_log_holds_only_objects() {
    let at = TempDir::new().expect("a directory");
    let (newsroom, rejected) = (newsroom(), bad("not-json.jsonl"));
    fs::write(at.path().join("empty.jsonl"), "").expect("a file");
    fs::write(
        at.path().join("set.toml"),
        "log-format = \"json\"\ntreshold = 1\n",
    )
    .expect("a file");
    for (arguments, status, events) in [
        (&[&*newsroom][..], 0, &["done"][..]),
        (&[&*newsroom, "-q"], 0, &[]),
        (&[&*rejected], 3, &["reject", "done"]),
        (&[&*rejected, "-q"], 3, &["reject"]),
        (&[&*rejected, "--strict"], 1, &["reject", "error"]),
        (&["empty.jsonl", "--fail-if-empty"], 1, &["error"]),
        (&["missing.jsonl"], 1, &["error"]),
        (&["README.md"], 1, &["error"]),
        (&[&*newsroom, "--threshold", "2"], 2, &["error"]),
        (&[&*newsroom, "--no-such-flag"], 2, &["error"]),
        (&[], 2, &["error"]),
        (
            &[&*newsroom, "--progress", "always"],
            0,
            &["progress", "done"],
        ),
        (&[&*newsroom, "--color", "always"], 0, &["done"]),
    ] {
        let mut arguments = arguments.to_vec();
        arguments.extend(["--log-format", "json"]);
        let result = scan(&at, &arguments);
        assert_eq!(result.status.code(), Some(status), "{}", said(&result));
        let log = log(&result);
        let seen: BTreeSet<&str> = log
            .iter()
            .filter_map(|line| line["event"].as_str())
            .collect();
        assert_eq!(seen, events.iter().copied().collect(), "{arguments:?}");
    }

    // The same if the format comes from a file or the environment, and another setting is invalid.
    let result = scan(&at, &[&newsroom, "--config", "set.toml"]);
    assert_eq!(result.status.code(), Some(2));
    assert_eq!(log(&result).len(), 1);
    let mut command = command(&at, &["--threshold", "2"]);
    let result = command.env("WIRECOPY_LOG_FORMAT", "json").output();
    assert_eq!(log(&result.expect("the program runs")).len(), 1);
}

#[test]
fn a_json_log_has_the_facts_as_fields() {
    let at = TempDir::new().expect("a directory");
    let rejected = bad("not-json.jsonl");
    let arguments = [
        &*rejected,
        "-o",
        "pairs.csv",
        "--log-format",
        "json",
        "--progress",
        "always",
    ];
    let result = scan(&at, &arguments);
    let log = log(&result);
    let of = |event: &str| -> Vec<&Value> {
        log.iter().filter(|line| line["event"] == *event).collect()
    };
    let rejects = of("reject");
    assert_eq!(rejects.len(), 4);
    assert_eq!(rejects[0]["level"], "warning");
    assert_eq!(rejects[0]["file"], *rejected);
    assert_eq!(rejects[0]["line"], 2);
    assert!(
        rejects[0]["reason"]
            .as_str()
            .is_some_and(|reason| reason.starts_with("not JSON"))
    );
    let stages: Vec<&Value> = of("progress").iter().map(|line| &line["stage"]).collect();
    assert!(stages.contains(&&Value::from("read")), "{stages:?}");
    let [done] = of("done")[..] else {
        panic!("one closing event: {log:?}");
    };
    assert_eq!(done["level"], "info");
    assert_eq!(done["exit_status"], 3);
    assert_eq!(done["read"]["documents"], 3);
    assert_eq!(done["read"]["rejected"], 4);
    assert_eq!(done["outputs"][0]["path"], "pairs.csv");
    assert!(done["seconds"].is_number() && done["found"]["pairs"].is_number());

    let failed = scan(&at, &[&rejected, "--strict", "-q", "--log-format", "json"]);
    let log = self::log(&failed);
    let error = log.last().expect("a line");
    assert_eq!(error["level"], "error");
    assert_eq!(error["exit_status"], 1);
    assert_eq!(
        error["message"],
        "4 records were rejected and none is allowed; nothing was written"
    );
}

#[test]
fn a_signal_is_logged_and_leaves_the_metrics_unchanged() {
    let at = TempDir::new().expect("a directory");
    fs::write(at.path().join("run.prom"), "# of the last run\n").expect("a file");
    let mut child = command(
        &at,
        &["-", "--input-format", "jsonl", "--metrics", "run.prom"],
    )
    .args(["-o", "pairs.csv", "--log-format", "json"])
    .stdin(Stdio::piped())
    .stderr(Stdio::piped())
    .spawn()
    .expect("the program starts");
    let pipe = child.stdin.take();
    let terminate = 15;
    let is_caught = || {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
        mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
            .is_some_and(|mask| mask >> (terminate - 1) & 1 == 1)
    };
    while !is_caught() {
        thread::sleep(Duration::from_millis(10));
    }
    let sent = Command::new("kill").arg(child.id().to_string()).status();
    assert!(sent.expect("kill").success());
    let result = child.wait_with_output().expect("the program ends");
    drop(pipe);
    assert_eq!(result.status.code(), Some(143));
    let log = log(&result);
    assert_eq!(log.len(), 1);
    assert_eq!(log[0]["event"], "interrupted");
    assert_eq!(log[0]["exit_status"], 143);
    assert_eq!(files_in(at.path()), ["run.prom"]);
    assert_eq!(read(&at, "run.prom"), "# of the last run\n");
}

#[test]
fn empty_input_is_a_failure_only_on_request() {
    let wordless = "{\"text\": \"\"}\n{\"text\": \"...\"}\n";
    for (content, words) in [
        (None, "there was no file to read"),
        (Some(""), "1 file had no document"),
        (Some(wordless), "2 documents had no word"),
    ] {
        let at = TempDir::new().expect("a directory");
        fs::create_dir(at.path().join("in")).expect("a directory");
        if let Some(content) = content {
            fs::write(at.path().join("in/tonight.jsonl"), content).expect("a file");
        }
        let arguments = ["in", "-q", "-o", "pairs.csv", "--summary", "run.json"];
        let mut asked = arguments.to_vec();
        asked.push("--fail-if-empty");
        let result = scan(&at, &asked);
        assert_eq!(result.status.code(), Some(1), "{content:?}");
        assert_eq!(
            said(&result),
            format!("error: no document was read: {words}; nothing was written\n")
        );
        assert_eq!(files_in(at.path()), ["in"], "{content:?}");
        let result = scan(&at, &arguments);
        assert_eq!(result.status.code(), Some(0), "{}", said(&result));
    }
}

#[test]
fn documents_without_pairs_are_no_failure_and_rejects_follow_their_own_rules() {
    let at = TempDir::new().expect("a directory");
    fs::write(
        at.path().join("one.jsonl"),
        "{\"text\": \"one document alone\"}\n",
    )
    .expect("a file");
    let result = scan(&at, &["one.jsonl", "-q", "--fail-if-empty"]);
    assert_eq!(result.status.code(), Some(0), "{}", said(&result));
    // Documents below --min-words are excluded on request, which is no failure.
    let result = scan(
        &at,
        &["one.jsonl", "-q", "--fail-if-empty", "--min-words", "30"],
    );
    assert_eq!(result.status.code(), Some(0), "{}", said(&result));
    for (flags, words) in [
        (&["--strict"][..], "none is allowed"),
        (&["--max-rejects", "0"], "none is allowed"),
        (&[], "record"),
    ] {
        let input = bad("no-text-field.jsonl");
        let mut arguments = vec![&*input, "-q", "--fail-if-empty"];
        arguments.extend(flags);
        let result = scan(&at, &arguments);
        assert_eq!(result.status.code(), Some(1));
        let said = said(&result);
        assert!(
            said.contains(words) && !said.contains("no document was read"),
            "{said}"
        );
    }
}
