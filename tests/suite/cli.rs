//! The command line: arguments in; exit status, standard output, standard error and files out.
//!
//! Each file in `tests/golden` holds one run and everything it printed. To write them again, run
//! `TRYCMD=overwrite cargo test --test suite cli::golden`. Read the difference before you commit
//! it, and put `[..]` where a new case shows a time or an amount of memory.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};
use std::{fs, thread};

use crate::common::program::{bad, files_in, newsroom, root, said};
use serde_json::Value;
use tempfile::TempDir;

/// Panics unless the value conforms to the schema. Knows the keywords of our schema and panics at
/// any other.
fn assert_conforms(value: &Value, schema: &Value, at: &str) {
    for (keyword, rule) in schema.as_object().expect("a schema is an object") {
        match keyword.as_str() {
            "$schema" | "$id" | "title" | "description" => {}
            "type" => {
                let types = rule
                    .as_array()
                    .cloned()
                    .unwrap_or_else(|| vec![rule.clone()]);
                let is = |name: &Value| match name.as_str() {
                    Some("object") => value.is_object(),
                    Some("array") => value.is_array(),
                    Some("string") => value.is_string(),
                    Some("boolean") => value.is_boolean(),
                    Some("integer") => value.is_u64() || value.is_i64(),
                    Some("number") => value.is_number(),
                    Some("null") => value.is_null(),
                    _ => panic!("{at}: unknown type {name}"),
                };
                assert!(types.iter().any(is), "{at}: {value} is not {rule}");
            }
            "const" => assert_eq!(value, rule, "{at}"),
            "enum" => assert!(
                rule.as_array().expect("values").contains(value),
                "{at}: {value}"
            ),
            "minimum" => assert!(
                value
                    .as_f64()
                    .is_none_or(|value| rule.as_f64().is_some_and(|rule| value >= rule)),
                "{at}: {value}"
            ),
            "maximum" => assert!(
                value
                    .as_f64()
                    .is_none_or(|value| rule.as_f64().is_some_and(|rule| value <= rule)),
                "{at}: {value}"
            ),
            // JSON Schema applies these two to objects only.
            "required" | "additionalProperties" if !value.is_object() => {}
            "required" => {
                for name in rule.as_array().expect("names") {
                    assert!(
                        value.get(name.as_str().expect("a name")).is_some(),
                        "{at} has no {name}"
                    );
                }
            }
            "additionalProperties" if rule.is_object() => value
                .as_object()
                .expect("an object")
                .values()
                .for_each(|value| assert_conforms(value, rule, &format!("{at}.*"))),
            "additionalProperties" => {
                assert_eq!(rule, &Value::Bool(false), "{at}");
                for name in value.as_object().expect("an object").keys() {
                    assert!(
                        schema["properties"].get(name).is_some(),
                        "{at}.{name} is not in the schema"
                    );
                }
            }
            "properties" => {
                for (name, schema) in rule.as_object().expect("schemas") {
                    if let Some(value) = value.get(name) {
                        assert_conforms(value, schema, &format!("{at}.{name}"));
                    }
                }
            }
            "maxItems" => {
                let items = value.as_array().expect("an array").len() as u64;
                assert!(
                    items <= rule.as_u64().expect("a number"),
                    "{at}: {items} items"
                );
            }
            "items" => value
                .as_array()
                .expect("an array")
                .iter()
                .for_each(|item| assert_conforms(item, rule, &format!("{at}[]"))),
            other => panic!("{at}: the schema has a keyword that this test does not know: {other}"),
        }
    }
}

/// Waits until the process has installed its handler for the signal.
fn wait_until_caught(child: &Child, signal: &str) {
    let number = if signal == "INT" { 2 } else { 15 };
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(30) {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
        if caught
            .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
            .is_some_and(|mask| mask >> (number - 1) & 1 == 1)
        {
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("the process does not handle the signal");
}

fn scan(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wirecopy"));
    command
        .arg("scan")
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn run(mut command: Command) -> Output {
    run_with(&mut command)
}

fn run_with(command: &mut Command) -> Output {
    command
        .spawn()
        .and_then(Child::wait_with_output)
        .expect("the program runs")
}

#[test]
fn golden() {
    let cases = trycmd::TestCases::new();
    cases.env("COLUMNS", "100");
    cases
        .insert_var("[VERSION]", env!("CARGO_PKG_VERSION"))
        .expect("the name of a variable");
    cases.case("tests/golden/*.toml");
}

#[test]
fn outputs_are_the_same_at_any_thread_count_and_memory_limit() {
    let reports = |threads: &str, more: &[&str]| {
        let at = TempDir::new().expect("a directory");
        let files = ["pairs.csv", "clusters.csv", "members.jsonl", "sites.csv"];
        let flags = ["-o", "--clusters", "--members", "--sites"];
        let mut scan = scan(&[&newsroom(), "-q", "--threads", threads]);
        scan.args(more);
        for (flag, file) in flags.iter().zip(files) {
            scan.arg(flag).arg(at.path().join(file));
        }
        assert_eq!(run(scan).status.code(), Some(0));
        files.map(|file| fs::read_to_string(at.path().join(file)).expect("an output"))
    };
    let alone = reports("1", &[]);
    assert!(alone.iter().all(|report| report.lines().count() > 1));
    assert_eq!(alone, reports("2", &[]));
    assert_eq!(alone, reports("7", &[]));
    assert_eq!(alone, reports("2", &["--memory", "128M"]));
}

#[test]
fn records_already_in_the_index_are_not_rejects() {
    let at = TempDir::new().expect("a directory");
    let path = |name: &str| at.path().join(name).display().to_string();
    let (input, output, index) = (path("tonight.jsonl"), path("pairs.csv"), path("index"));
    let night = |records: &str| {
        fs::write(&input, records).expect("the test directory is writable");
        run(scan(&[&input, "-o", &output, "-q", "--index", &index]))
    };
    let known = "{\"id\":\"a\",\"text\":\"one two three\"}\n";
    assert_eq!(night(known).status.code(), Some(0));
    // Neither were all records rejected, nor is there anything new.
    let again = night(&format!("{known}no record\n"));
    assert_eq!(again.status.code(), Some(1));
    let said = String::from_utf8_lossy(&again.stderr).into_owned();
    assert!(
        said.contains("error: the only document is in the index already"),
        "{said}"
    );
    let new = "{\"id\":\"b\",\"text\":\"four five six\"}\n";
    let later = night(&format!("{known}no record\n{new}"));
    assert_eq!(later.status.code(), Some(3));
    assert_eq!(night("no record\n").status.code(), Some(1));
}

#[test]
fn too_little_memory_or_disk_space_is_reported_early() {
    let at = TempDir::new().expect("a directory");
    let (input, output) = (at.path().join("many.jsonl"), at.path().join("pairs.csv"));
    let records: String = (0..70_000)
        .map(|number| format!("{{\"id\":\"{number}\",\"text\":\"word{number}\"}}\n"))
        .collect();
    fs::write(&input, records).expect("the test directory is writable");
    let (input, output) = (input.to_string_lossy(), output.to_string_lossy());
    let small = run(scan(&[&input, "-o", &output, "-q", "--memory", "128M"]));
    assert_eq!(small.status.code(), Some(1));
    let said = String::from_utf8_lossy(&small.stderr).into_owned();
    assert!(said.contains("documents and more need over"), "{said}");
    assert!(
        said.contains("the limit is 128M; allow more with --memory"),
        "{said}"
    );
    assert!(!Path::new(&*output).exists());
    let enough = run(scan(&[&input, "-o", &output, "-q", "--memory", "160M"]));
    assert_eq!(enough.status.code(), Some(0));
    let nowhere = run(scan(&[
        &input,
        "-q",
        "--memory",
        "160M",
        "--temp-dir",
        "/nowhere",
    ]));
    assert_eq!(nowhere.status.code(), Some(1));
    let said = String::from_utf8_lossy(&nowhere.stderr).into_owned();
    assert!(
        said.contains("in /nowhere") && said.contains("--temp-dir"),
        "{said}"
    );
}

#[test]
fn standard_input_and_a_file_give_the_same_result() {
    let from_file = run(scan(&[&newsroom(), "-q"]));
    let mut child = scan(&["-", "-q"])
        .stdin(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let bytes = fs::read(newsroom()).expect("the newsroom can be read");
    child
        .stdin
        .take()
        .expect("a pipe")
        .write_all(&bytes)
        .expect("the program reads its input");
    let from_pipe = child.wait_with_output().expect("the program ends");
    assert_eq!(from_file.stdout, from_pipe.stdout);
    assert!(from_file.stdout.starts_with(b"id_a,id_b,relation,jaccard,"));
}

#[test]
fn columns_for_reworded_copy_are_written_on_request() {
    let stories = root().join("data/reworded/held-out.jsonl");
    let stories = stories.to_str().expect("a path in UTF-8");
    let header = |arguments: &[&str]| {
        let arguments = [&[stories, "-q"], arguments].concat();
        let out = String::from_utf8(run(scan(&arguments)).stdout).expect("UTF-8");
        out.lines().next().expect("a header").to_owned()
    };
    let usual = header(&[]);
    assert!(usual.ends_with(",precision_b,order_known"), "{usual}");
    let more = header(&["--reworded"]);
    assert_eq!(more, format!("{usual},reworded_score,aligned_sentences"));
    let first = header(&["--reworded", "--passages", "--format", "jsonl"]);
    let pair: Value = serde_json::from_str(&first).expect("JSON");
    assert_eq!(pair["relation"], "reworded");
    assert!(
        pair["reworded_score"]
            .as_f64()
            .is_some_and(|score| score > 0.9),
        "{first}"
    );
    assert!(pair["passages"].is_array());
}

#[test]
fn jsonl_and_csv_pairs_have_the_same_values() {
    let csv = run(scan(&[&newsroom(), "-q"])).stdout;
    let jsonl = run(scan(&[&newsroom(), "-q", "--format", "jsonl"])).stdout;
    let mut csv = csv::Reader::from_reader(&csv[..]);
    let headers = csv.headers().expect("a header").clone();
    let rows: Vec<_> = csv.records().map(|row| row.expect("a row")).collect();
    let objects: Vec<Value> = String::from_utf8_lossy(&jsonl)
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(rows.len(), objects.len());
    for (row, object) in rows.iter().zip(&objects) {
        for (column, cell) in headers.iter().zip(row) {
            match &object[column] {
                Value::Null => assert_eq!(cell, "", "{column}"),
                Value::String(text) => assert_eq!(cell, text, "{column}"),
                Value::Number(number) => {
                    assert_eq!(cell.parse::<f64>().ok(), number.as_f64(), "{column}")
                }
                other => assert_eq!(cell, other.to_string(), "{column}"),
            }
        }
    }
}

/// A passage has the same words in both texts, at the stated places and as many as stated.
#[test]
fn passages_are_at_their_stated_places() {
    let at = TempDir::new().expect("a directory");
    let pairs = at.path().join("pairs.jsonl");
    let result = run_with(scan(&[&newsroom(), "-q", "--passages", "-o"]).arg(&pairs));
    assert_eq!(result.status.code(), Some(0), "{}", said(&result));
    let objects = |path: &Path| -> Vec<Value> {
        let lines = fs::read_to_string(path).expect("a file");
        let parse = |line| serde_json::from_str(line).expect("JSON");
        lines.lines().map(parse).collect()
    };
    let texts: BTreeMap<String, String> = objects(Path::new(&newsroom()))
        .into_iter()
        .map(|page| {
            (
                page["id"].to_string(),
                page["text"].as_str().unwrap_or_default().to_owned(),
            )
        })
        .collect();
    let range = |passage: &Value, name: &str| {
        let end = |at: usize| passage[name][at].as_u64().expect("a number") as usize;
        end(0)..end(1)
    };
    let mut listed = 0;
    for pair in objects(&pairs) {
        let passages = pair["passages"].as_array().expect("passages");
        let longest = passages
            .iter()
            .filter_map(|passage| passage["words"].as_u64())
            .max();
        if pair["longest_passage"].as_u64() >= Some(8) {
            assert_eq!(longest, pair["longest_passage"].as_u64(), "{pair}");
        }
        let mut before = 0;
        for passage in passages {
            let words = passage["words"].as_u64().expect("a number") as usize;
            let read = |id: &str, words_at: &str, bytes_at: &str| {
                let (text, bytes) = (&texts[&pair[id].to_string()], range(passage, bytes_at));
                let found = wirecopy::text::words::reference(&text[bytes.clone()]);
                let place = range(passage, words_at);
                assert_eq!(found.len(), place.len(), "{passage}");
                let all = wirecopy::text::words::reference(text);
                assert_eq!(found, all[place], "{passage}");
                found
            };
            let (a, b) = (
                read("id_a", "words_a", "bytes_a"),
                read("id_b", "words_b", "bytes_b"),
            );
            // A passage with boilerplate inside is longer than its number of words.
            assert!(a.len() >= words && b.len() >= words, "{passage}");
            if a.len() == words && b.len() == words {
                assert_eq!(a, b, "{passage}");
                listed += 1;
            }
            let place = range(passage, "words_a");
            assert!(
                place.start >= before,
                "{pair}: passages are in order and do not overlap"
            );
            before = place.end;
        }
    }
    assert!(listed > 10, "{listed} passages");

    for output in [&["--format", "csv"][..], &["-o", "pairs.csv"], &[]] {
        let mut scan = scan(&[&newsroom(), "-q", "--passages"]);
        let result = run_with(scan.args(output).current_dir(at.path()));
        assert_eq!(
            result.status.code(),
            Some(2),
            "{output:?}: {}",
            said(&result)
        );
        assert!(
            said(&result).contains("--passages needs pairs in .jsonl"),
            "{}",
            said(&result)
        );
    }
    assert_eq!(files_in(at.path()), ["pairs.jsonl"]);
    let to_stdout = run(scan(&[
        &newsroom(),
        "-q",
        "--passages",
        "--format",
        "jsonl",
    ]));
    assert_eq!(to_stdout.stdout, fs::read(&pairs).expect("the pairs"));
}

#[test]
fn a_closed_output_pipe_is_not_an_error() {
    let mut child = scan(&[&newsroom(), "-q"])
        .spawn()
        .expect("the program starts");
    drop(child.stdout.take());
    assert_eq!(child.wait().expect("the program ends").code(), Some(0));
}

#[test]
fn a_full_standard_output_is_an_error_and_nothing_else_is_written() {
    let at = TempDir::new().expect("a directory");
    let Ok(full) = fs::OpenOptions::new().write(true).open("/dev/full") else {
        return;
    };
    let mut scan = scan(&[&newsroom(), "-q", "--clusters"]);
    let output = run_with(scan.arg(at.path().join("clusters.csv")).stdout(full));
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert_eq!(files_in(at.path()), [""; 0]);
}

#[test]
fn an_output_that_is_an_input_is_refused_under_any_name() {
    let at = TempDir::new().expect("a directory");
    let input = at.path().join("in.jsonl");
    fs::copy(newsroom(), &input).expect("a copy");
    let before = fs::read(&input).expect("the copy");
    std::os::unix::fs::symlink(&input, at.path().join("symlink.jsonl")).expect("a symbolic link");
    fs::hard_link(&input, at.path().join("hardlink.jsonl")).expect("a hard link");
    fs::create_dir(at.path().join("sub")).expect("a directory");
    for output in [
        "in.jsonl",
        "symlink.jsonl",
        "hardlink.jsonl",
        "sub/../in.jsonl",
    ] {
        for input in [input.as_path(), at.path()] {
            let result = run_with(scan(&["-q", "-o"]).arg(at.path().join(output)).arg(input));
            assert_eq!(result.status.code(), Some(2), "{output}: {}", said(&result));
            assert!(
                said(&result).contains("would overwrite an input"),
                "{}",
                said(&result)
            );
        }
    }
    let result = run_with(
        scan(&["-", "-q", "-o"])
            .arg(&input)
            .stdin(fs::File::open(&input).expect("the copy")),
    );
    assert_eq!(result.status.code(), Some(2), "{}", said(&result));
    assert_eq!(fs::read(&input).expect("the copy"), before);
}

#[test]
fn two_outputs_in_one_file_are_refused() {
    let at = TempDir::new().expect("a directory");
    fs::write(at.path().join("old.csv"), "old").expect("a file");
    fs::hard_link(at.path().join("old.csv"), at.path().join("older.csv")).expect("a hard link");
    for (pairs, clusters) in [
        ("new.csv", "new.csv"),
        ("new.csv", "./new.csv"),
        ("old.csv", "older.csv"),
    ] {
        let mut scan = scan(&[&newsroom(), "-q"]);
        scan.current_dir(at.path())
            .args(["-o", pairs, "--clusters", clusters]);
        let result = run(scan);
        assert_eq!(result.status.code(), Some(2), "{}", said(&result));
    }
    assert_eq!(files_in(at.path()), ["old.csv", "older.csv"]);
}

#[test]
fn an_existing_output_is_kept_on_failure_and_replaced_on_success() {
    let at = TempDir::new().expect("a directory");
    let output = at.path().join("pairs.csv");
    fs::write(&output, "precious").expect("a file");
    fs::set_permissions(&output, fs::Permissions::from_mode(0o640)).expect("permissions");
    let failed = run_with(scan(&[&bad("not-json.jsonl"), "-q", "--strict", "-o"]).arg(&output));
    assert_eq!(failed.status.code(), Some(1));
    assert_eq!(fs::read_to_string(&output).expect("the file"), "precious");

    let done = run_with(scan(&[&newsroom(), "-q", "-o"]).arg(&output));
    assert_eq!(done.status.code(), Some(0));
    assert!(
        fs::read_to_string(&output)
            .expect("the file")
            .starts_with("id_a,")
    );
    let mode = fs::metadata(&output)
        .expect("the file")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o640, "the permissions are kept");
    assert_eq!(files_in(at.path()), ["pairs.csv"]);
}

#[test]
fn a_symbolic_link_is_kept_and_its_target_replaced() {
    let at = TempDir::new().expect("a directory");
    fs::create_dir(at.path().join("real")).expect("a directory");
    let (real, link) = (
        at.path().join("real/pairs.csv"),
        at.path().join("pairs.csv"),
    );
    fs::write(&real, "old").expect("a file");
    std::os::unix::fs::symlink(&real, &link).expect("a symbolic link");
    assert_eq!(
        run_with(scan(&[&newsroom(), "-q", "-o"]).arg(&link))
            .status
            .code(),
        Some(0)
    );
    assert!(link.is_symlink());
    assert!(
        fs::read_to_string(&real)
            .expect("the file")
            .starts_with("id_a,")
    );
}

#[test]
fn outputs_that_cannot_be_written_are_reported_before_the_scan() {
    let at = TempDir::new().expect("a directory");
    fs::create_dir(at.path().join("dir.csv")).expect("a directory");
    fs::write(at.path().join("file"), "").expect("a file");
    for (output, words) in [
        ("nowhere/pairs.csv", "there is no directory"),
        ("dir.csv", "that is a directory"),
        ("file/pairs.csv", "Not a directory"),
    ] {
        // Nothing is written to standard input: a scan that began to read would not end.
        let mut child = scan(&["-", "--input-format", "jsonl", "-q", "-o"])
            .arg(at.path().join(output))
            .stdin(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let pipe = child.stdin.take();
        let result = child.wait_with_output().expect("the program ends");
        drop(pipe);
        assert_eq!(result.status.code(), Some(1), "{output}");
        assert!(said(&result).contains(words), "{output}: {}", said(&result));
    }
}

#[test]
fn a_read_only_directory_is_an_error() {
    let at = TempDir::new().expect("a directory");
    fs::set_permissions(at.path(), fs::Permissions::from_mode(0o555)).expect("permissions");
    if fs::write(at.path().join("probe"), "").is_ok() {
        // The superuser may write anywhere.
        return;
    }
    let result = run_with(scan(&[&newsroom(), "-q", "-o"]).arg(at.path().join("pairs.csv")));
    assert_eq!(result.status.code(), Some(1), "{}", said(&result));
    assert!(
        said(&result).contains("cannot create a file"),
        "{}",
        said(&result)
    );
}

#[test]
fn an_unreadable_file_in_a_directory_is_a_reject() {
    let at = TempDir::new().expect("a directory");
    fs::copy(newsroom(), at.path().join("a.jsonl")).expect("a copy");
    let closed = at.path().join("b.jsonl");
    fs::write(&closed, "{}").expect("a file");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).expect("permissions");
    if fs::File::open(&closed).is_ok() {
        // The superuser may read anything.
        return;
    }
    let result = run_with(scan(&["-q"]).arg(at.path()));
    assert_eq!(result.status.code(), Some(3), "{}", said(&result));
    assert!(said(&result).contains("b.jsonl"), "{}", said(&result));
}

#[test]
fn max_rejects_allows_the_stated_number_and_no_more() {
    // Four records of this file are rejected.
    let input = bad("not-json.jsonl");
    for (flags, status) in [
        (&["--strict"][..], 1),
        (&["--max-rejects", "3"], 1),
        (&["--max-rejects", "4"], 3),
        (&["--max-rejects", "0"], 1),
        (&[], 3),
    ] {
        let at = TempDir::new().expect("a directory");
        let mut scan = scan(&[&input, "-q"]);
        scan.args(flags)
            .arg("-o")
            .arg(at.path().join("pairs.csv"))
            .arg("--rejects")
            .arg(at.path().join("rejects.csv"));
        let result = run(scan);
        assert_eq!(
            result.status.code(),
            Some(status),
            "{flags:?}: {}",
            said(&result)
        );
        let expected: &[&str] = if status == 1 {
            &[]
        } else {
            &["pairs.csv", "rejects.csv"]
        };
        assert_eq!(files_in(at.path()), expected, "{flags:?}");
    }
}

#[test]
fn when_every_record_is_rejected_only_rejects_and_summary_are_written() {
    let at = TempDir::new().expect("a directory");
    let mut scan = scan(&[&bad("no-text-field.jsonl"), "-q"]);
    scan.current_dir(at.path()).args([
        "-o",
        "pairs.csv",
        "--clusters",
        "clusters.csv",
        "--rejects",
        "rejects.jsonl",
        "--summary",
        "summary.json",
    ]);
    let result = run(scan);
    assert_eq!(result.status.code(), Some(1));
    assert!(said(&result).contains("--text-field"), "{}", said(&result));
    assert_eq!(files_in(at.path()), ["rejects.jsonl", "summary.json"]);
}

#[test]
fn signals_leave_no_new_file_and_change_none() {
    for (signal, status) in [("INT", 130), ("TERM", 143)] {
        let at = TempDir::new().expect("a directory");
        fs::write(at.path().join("pairs.csv"), "precious").expect("a file");
        let mut scan = scan(&["-", "--input-format", "jsonl"]);
        scan.arg("-o")
            .arg(at.path().join("pairs.csv"))
            .arg("--summary")
            .arg(at.path().join("summary.json"));
        scan.arg("--temp-dir").arg(at.path());
        let mut child = scan
            .stdin(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut pipe = child.stdin.take().expect("a pipe");
        pipe.write_all(b"{\"id\": \"1\", \"text\": \"so far\"}\n")
            .expect("the program reads its input");
        wait_until_caught(&child, signal);
        let sent = Command::new("kill")
            .args(["-s", signal, &child.id().to_string()])
            .status()
            .expect("kill");
        assert!(sent.success());
        let result = child.wait_with_output().expect("the program ends");
        drop(pipe);
        assert_eq!(result.status.code(), Some(status), "{}", said(&result));
        assert!(
            said(&result).contains("no output is incomplete"),
            "{}",
            said(&result)
        );
        assert_eq!(files_in(at.path()), ["pairs.csv"]);
        assert_eq!(
            fs::read_to_string(at.path().join("pairs.csv")).expect("the file"),
            "precious"
        );
    }
}

#[test]
fn a_signal_removes_a_partly_written_report() {
    let at = TempDir::new().expect("a directory");
    // Nobody reads the pipe of the pairs, so the clusters are written to a temporary file that is
    // not yet renamed.
    let input = at.path().join("many.jsonl");
    let text = "the same words in every one of very many documents that come in a long line";
    let lines: String = (0..3000)
        .map(|n| format!("{{\"id\": \"document-{n:0100}\", \"text\": \"{text}\"}}\n"))
        .collect();
    fs::write(&input, lines).expect("a file");
    let out = at.path().join("out");
    fs::create_dir(&out).expect("a directory");
    let mut child = scan(&[])
        .arg(&input)
        .arg("--clusters")
        .arg(out.join("clusters.csv"))
        .spawn()
        .expect("the program starts");
    // When the first pairs arrive, the clusters are written. The pipe is too small for all pairs,
    // so no file is renamed.
    let mut first = [0; 1];
    child
        .stdout
        .as_mut()
        .expect("a pipe")
        .read_exact(&mut first)
        .expect("pairs come");
    assert_eq!(files_in(&out).len(), 1, "a temporary file");
    let sent = Command::new("kill")
        .args(["-s", "TERM", &child.id().to_string()])
        .status()
        .expect("kill");
    assert!(sent.success());
    assert_eq!(child.wait().expect("the program ends").code(), Some(143));
    assert_eq!(files_in(&out), [""; 0]);
}

#[test]
fn the_summary_conforms_to_its_schema() {
    let schema = fs::read_to_string(root().join("docs/summary.schema.json")).expect("the schema");
    let schema: Value = serde_json::from_str(&schema).expect("JSON");
    for flags in [
        &[][..],
        &["--recall", "1", "--window", "3d"],
        &["--bands", "5", "--rows", "2"],
    ] {
        let at = TempDir::new().expect("a directory");
        let mut scan = scan(&[&newsroom(), "-q", "--summary", "-", "-o"]);
        let summary = run_with(scan.arg(at.path().join("pairs.jsonl")).args(flags)).stdout;
        let summary: Value = serde_json::from_slice(&summary).expect("JSON");
        assert_conforms(&summary, &schema, "summary");
        assert_eq!(summary["read"]["documents"], 61);
    }
}

#[test]
fn a_violated_schema_is_detected() {
    let schema = serde_json::json!({
        "type": "object",
        "required": ["a"],
        "additionalProperties": false,
        "properties": {"a": {"type": ["integer", "null"], "minimum": 0}},
    });
    assert_conforms(&serde_json::json!({"a": null}), &schema, "");
    for wrong in [
        serde_json::json!({}),
        serde_json::json!({"a": -1}),
        serde_json::json!({"a": 1, "b": 2}),
        serde_json::json!({"a": "1"}),
    ] {
        let schema = schema.clone();
        assert!(
            thread::spawn(move || assert_conforms(&wrong, &schema, ""))
                .join()
                .is_err()
        );
    }
}
