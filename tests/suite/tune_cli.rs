//! The `tune` command: its choices, labels, and the settings it stores.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::common::program::said;
use tempfile::TempDir;

const NEWSROOM: &str = "data/newsroom.jsonl";

struct Place(TempDir);

impl Place {
    fn new() -> Place {
        Place(TempDir::new().expect("a temporary directory can be created"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn name(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    fn put(&self, name: &str, text: &str) -> String {
        fs::write(self.path(name), text).expect("the test directory is writable");
        self.name(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("the file exists")
    }

    /// The documents of the newsroom.
    fn documents(&self) -> Vec<BTreeMap<String, String>> {
        let (clean, pairs) = (self.name("all.csv"), self.name("pairs.csv"));
        must(&["scan", NEWSROOM, "-q", "--clean", &clean, "-o", &pairs]);
        rows(&self.read("all.csv"))
    }

    /// Writes labels for the pairs of the newsroom: excerpts are different, other pairs the same.
    fn labels(&self) -> String {
        let pairs = must(&["scan", NEWSROOM, "-q", "--as-of", "2026-03-09"]);
        let label = |row: &BTreeMap<String, String>| match &*row["relation"] {
            "excerpt" => "different",
            _ => "same",
        };
        let lines = rows(&pairs);
        let lines = lines
            .iter()
            .map(|row| format!("{},{},{}\n", row["id_a"], row["id_b"], label(row)));
        let table = format!(
            "id_a,id_b,label\n{}nowhere,else,same\n",
            lines.collect::<String>()
        );
        self.put("labels.csv", &table)
    }
}

/// Runs the program in the directory of the package.
fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wirecopy"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).env_clear();
    command.args(arguments).output().expect("the program runs")
}

fn must(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    String::from_utf8(output.stdout).expect("the output is UTF-8")
}

/// The rows of a table, each a map from column to cell.
fn rows(table: &str) -> Vec<BTreeMap<String, String>> {
    let mut table = csv::Reader::from_reader(table.as_bytes());
    let rows = table.deserialize();
    rows.map(|row| row.expect("a row")).collect()
}

#[test]
fn every_row_agrees_with_a_scan() {
    let place = Place::new();
    let table = must(&["tune", NEWSROOM, "--format", "csv", "--recall", "1", "-q"]);
    let rows_of_tune = rows(&table);
    assert_eq!(rows_of_tune.len(), 17);
    for row in rows_of_tune {
        let clusters = place.name("clusters.csv");
        let pairs = must(&[
            "scan",
            NEWSROOM,
            "-q",
            "--recall",
            "1",
            "--threshold",
            &row["threshold"],
            "--containment",
            &row["containment"],
            "--passage",
            &row["passage"],
            "--clusters",
            &clusters,
        ]);
        let (pairs, clusters) = (rows(&pairs), rows(&place.read("clusters.csv")));
        let of = |column: &str, value: &str| {
            let those = pairs.iter().filter(|pair| pair[column] == value);
            those.count().to_string()
        };
        assert_eq!(row["pairs"], pairs.len().to_string(), "{row:?}");
        assert_eq!(row["cross_site"], of("cross_site", "true"), "{row:?}");
        for relation in ["exact", "near", "excerpt"] {
            assert_eq!(row[relation], of("relation", relation), "{row:?}");
        }
        assert_eq!(row["clusters"], clusters.len().to_string(), "{row:?}");
    }
}

#[test]
fn the_best_choice_by_labels_is_stored_and_used_by_scan() {
    let place = Place::new();
    let labels = place.labels();
    let settings = place.put(
        "wirecopy.toml",
        "# Ours.\nthreshold = 0.9 # too high\nlong-passage = 0\n",
    );
    let json = must(&[
        "tune",
        NEWSROOM,
        "--long-passage",
        "0",
        "--labels",
        &labels,
        "--write",
        &settings,
        "--format",
        "json",
        "-q",
        "--containments",
        "0.3,0.9",
        "--thresholds",
        "0.5,0.9",
    ]);
    let tuned: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let best = tuned["best"]["choice"].as_u64().expect("a best choice") as usize;
    let best = &tuned["choices"][best];
    // Without excerpts no pair is left that is labelled as different.
    assert_eq!(best["containment"], 0.9, "{tuned}");
    assert_eq!(best["labelled"]["precision"]["value"], 1.0);
    assert_eq!(best["labelled"]["recall"]["value"], 1.0);
    assert_eq!(tuned["labels"]["missing"], 1);
    assert_eq!(
        place.read("wirecopy.toml"),
        "# Ours.\nthreshold = 0.5 # too high\nlong-passage = 0\n\
         containment = 0.9\npassage = 25\nshingle = \"word:5\"\n"
    );
    let pairs = must(&["scan", NEWSROOM, "-q", "--config", &settings]);
    assert_eq!(
        rows(&pairs).len() as u64,
        best["pairs"].as_u64().expect("a count")
    );
}

/// Six labels cannot tell choices apart that differ in one of them.
#[test]
fn few_labels_keep_the_flags_as_given() {
    let place = Place::new();
    let table = place.labels();
    let all = place.read("labels.csv");
    let of = |label: &str| {
        let end = format!(",{label}");
        let lines = all.lines().filter(move |line| line.ends_with(&end));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let few = [
        &["id_a,id_b,label".to_owned()],
        &of("same")[..5],
        &of("different")[..1],
    ];
    let labels = place.put("few.csv", &(few.concat().join("\n") + "\n"));
    let tune = [
        "tune",
        NEWSROOM,
        "-q",
        "--long-passage",
        "0",
        "--containments",
        "0.3,0.9",
        "--labels",
    ];
    let settings = place.name("wirecopy.toml");
    let json = ["--format", "json", "--write", &settings];
    let tuned = must(&[&tune[..], &[&labels], &json].concat());
    let tuned: serde_json::Value = serde_json::from_str(&tuned).expect("JSON");
    assert_eq!(tuned["best"]["choice"], 0);
    let why = "the flags as given are kept: --containment 0.9 has a higher F1 (1.000 instead of \
               0.909), but the intervals overlap, so these labels cannot tell the two apart";
    assert_eq!(tuned["best"]["why"], why);
    assert_eq!(
        place.read("wirecopy.toml"),
        "threshold = 0.5\ncontainment = 0.3\npassage = 25\nshingle = \"word:5\"\n"
    );
    let text = must(&[&tune[..], &[&labels], &["--width", "250"]].concat());
    assert!(text.contains("* as asked for"), "{text}");
    assert!(text.contains(why), "{text}");

    // All labels can, and a precision that the flags miss is a reason of its own.
    let text = must(&[&tune[..], &[&table], &["--width", "250"]].concat());
    let proven = "the highest F1 against the labels, with an interval above that of the flags";
    assert!(
        text.contains("* --containment 0.9") && text.contains(proven),
        "{text}"
    );
    let precise = ["--min-precision", "0.95", "--width", "250"];
    let text = must(&[&tune[..], &[&labels], &precise].concat());
    assert!(text.contains("* --containment 0.9"), "{text}");
    let doubt = "the flags as given have 0.833, but these labels do not prove that they miss it";
    assert!(text.contains(doubt), "{text}");
}

#[test]
fn an_unreachable_precision_changes_nothing() {
    let place = Place::new();
    let (a, b) = ("mn-0303-ruling", "tp-0304-ruling");
    // No choice finds the pair that is labelled as a copy.
    let table = format!("id_a,id_b,same\n{a},{b},no\n{a},mn-0302-strike,yes\n");
    let labels = place.put("labels.csv", &table);
    let settings = place.put("wirecopy.toml", "threshold = 0.9\n");
    let choices = place.name("choices.csv");
    let output = run(&[
        "tune",
        NEWSROOM,
        "--labels",
        &labels,
        "--min-precision",
        "0.5",
        "--write",
        &settings,
        "-o",
        &choices,
        "-q",
    ]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said(&output).contains("no choice has a precision of 0.5"),
        "{}",
        said(&output)
    );
    assert_eq!(place.read("wirecopy.toml"), "threshold = 0.9\n");
    assert!(!Path::new(&choices).exists());
}

/// Labels of one kind cannot rank the choices: nothing is recommended or stored, and a message says
/// which labels are missing.
#[test]
fn labels_of_one_kind_recommend_no_choice() {
    let place = Place::new();
    // An excerpt that --containment 0.2 finds and 0.3 does not.
    let (a, b) = ("mn-0304-storm", "tp-0306-morning");
    for (pair, label, said_of_it) in [
        (format!("{a},{b}"), "no", "labelled as a copy"),
        (format!("{a},{b}"), "yes", "labelled as different"),
        ("nowhere,else".to_owned(), "yes", "No labelled pair"),
    ] {
        let labels = place.put("labels.csv", &format!("id_a,id_b,label\n{pair},{label}\n"));
        let tune = ["tune", NEWSROOM, "-q", "--labels", &labels];
        let json = must(&[&tune[..], &["--format", "json"]].concat());
        let tuned: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        assert!(tuned["best"].is_null(), "{label}: {tuned}");
        for choice in tuned["choices"].as_array().expect("choices") {
            assert!(choice["labelled"]["f1"].is_null(), "{choice}");
        }
        if label == "yes" {
            let judged = &tuned["choices"][0]["labelled"];
            assert!(judged["precision"].is_null(), "{judged}");
        }
        let text = must(&[&tune[..], &["--width", "120"]].concat());
        assert!(text.contains(said_of_it), "{text}");
        assert!(!text.contains("Best:"), "{text}");
        for more in [["--min-precision", "0.5"], ["--write", "SETTINGS"]] {
            let settings = place.put("wirecopy.toml", "threshold = 0.9\n");
            let more = more.map(|word| word.replace("SETTINGS", &settings));
            let more: Vec<&str> = more.iter().map(String::as_str).collect();
            let output = run(&[&tune[..], &more].concat());
            assert_eq!(output.status.code(), Some(1), "{label} {more:?}");
            assert!(said(&output).contains(said_of_it), "{}", said(&output));
            assert_eq!(place.read("wirecopy.toml"), "threshold = 0.9\n");
        }
    }
}

/// Counts are called exact only if nothing was bounded.
#[test]
fn pairs_that_a_scan_may_miss_are_reported() {
    let place = Place::new();
    let words =
        |subject: usize| -> String { (0..40).map(|n| format!("w{subject}x{n} ")).collect() };
    let record = |n: usize| {
        let text = format!("{} {}", words(n), words(1000));
        serde_json::json!({ "id": format!("p{n}"), "text": text }).to_string() + "\n"
    };
    for (documents, bounded) in [(32, false), (33, true)] {
        let input = place.put(
            "some.jsonl",
            &(0..documents).map(record).collect::<String>(),
        );
        let page = place.name("tune.html");
        let text = must(&["tune", &input, "-q", "--width", "200", "--report", &page]);
        let json = must(&["tune", &input, "-q", "--format", "json"]);
        let tuned: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        assert_eq!(tuned["searched"]["bounded"], bounded, "{documents}");
        let caution = "a scan may find slightly more or less";
        assert_eq!(text.contains(caution), bounded, "{documents}: {text}");
        let page = place.read("tune.html");
        assert_eq!(page.contains(caution), bounded, "{documents}");
        assert_eq!(page.contains("Counts are exact."), !bounded, "{documents}");
    }
}

#[test]
fn no_valley_stores_nothing() {
    let place = Place::new();
    let settings = place.put("wirecopy.toml", "threshold = 0.9\n");
    let output = run(&["tune", NEWSROOM, "-q", "--suggest", "--write", &settings]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("no valley"), "{}", said(&output));
    assert_eq!(place.read("wirecopy.toml"), "threshold = 0.9\n");
}

/// Two groups of pairs with a valley between them: the valley is stored, and no row is called the
/// best.
#[test]
fn a_valley_is_stored_and_used_by_scan() {
    let place = Place::new();
    let story = |subject: usize, words: std::ops::Range<usize>| -> String {
        words.map(|n| format!("w{subject}x{n} ")).collect()
    };
    let mut records = Vec::new();
    let mut add = |id: String, text: String| {
        records.push(serde_json::json!({ "id": id, "text": text }).to_string());
    };
    for subject in 0..60 {
        add(format!("a{subject}"), story(subject, 0..200));
        // Every second story has a copy of nearly the same length; the copies of the others end
        // differently.
        let other = match subject % 2 {
            0 => story(subject, 0..192),
            _ => story(subject, 0..140) + &story(subject + 1000, 0..60),
        };
        add(format!("b{subject}"), other);
    }
    let input = place.put("two.jsonl", &(records.join("\n") + "\n"));
    let settings = place.name("wirecopy.toml");
    let arguments = ["tune", &input, "-q", "--suggest", "--write", &settings];
    let json = must(&[&arguments[..], &["--format", "json"]].concat());
    let tuned: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let at = tuned["suggested"]["threshold"]["at"]
        .as_f64()
        .unwrap_or_else(|| panic!("there is a valley: {}", tuned["suggested"]));
    assert!((0.55..0.95).contains(&at), "{at}");
    assert!(tuned["best"].is_null(), "{}", tuned["best"]);
    assert!(
        place
            .read("wirecopy.toml")
            .contains(&format!("threshold = {at}\n"))
    );
    let pairs = rows(&must(&["scan", &input, "-q", "--config", &settings]));
    let near = pairs.iter().filter(|pair| pair["relation"] == "near");
    assert_eq!(near.count(), 30);
}

#[test]
fn invalid_settings_files_are_left_unchanged() {
    let place = Place::new();
    for before in [
        "[scan]\nthreshold = 0.9\n",
        "threshold = = 2\n",
        "treshold = 0.9\n",
    ] {
        let settings = place.put("wirecopy.toml", before);
        let output = run(&["tune", NEWSROOM, "-q", "--write", &settings]);
        assert_eq!(output.status.code(), Some(2), "{before}");
        assert!(
            said(&output).contains("wirecopy.toml:"),
            "{}",
            said(&output)
        );
        assert_eq!(place.read("wirecopy.toml"), before);
    }
}

/// In 80 columns no word in the table of the default choices is broken, even with labels.
#[test]
fn default_choices_fit_in_eighty_columns() {
    let place = Place::new();
    let labels = place.labels();
    let text = must(&["tune", NEWSROOM, "-q", "--labels", &labels, "--width", "80"]);
    for line in text.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    for flag in ["--threshold 0.3", "--containment 0.8", "--passage 60"] {
        let lines = text.lines().filter(|line| line.contains(flag));
        assert!(lines.count() >= 2, "{flag}: {text}");
    }
    assert!(text.contains("clusters biggest docs"), "{text}");
}

#[test]
fn unusable_labels_are_explained() {
    let place = Place::new();
    let labels = place.put("labels.csv", "id_a,id_b,label\na,\u{1b}[31mb,y\na,a,y\n");
    let output = run(&["tune", NEWSROOM, "--labels", &labels, "-q"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said(&output).contains("labels.csv:3: a label needs the ids of two"),
        "{}",
        said(&output)
    );
}

#[test]
fn other_shingles_are_tried() {
    let table = must(&[
        "tune",
        NEWSROOM,
        "--shingles",
        "word:3,char:9",
        "--format",
        "csv",
        "-q",
    ]);
    let rows = rows(&table);
    let tried: Vec<(&str, &str)> = rows
        .iter()
        .filter(|row| row["varied"] == "shingle")
        .map(|row| (&*row["shingle"], &*row["containment"]))
        .collect();
    // Each kind of shingle has its own default containment.
    assert_eq!(tried, [("word:3", "0.3000"), ("char:9", "0.5000")]);
    let pairs = must(&["scan", NEWSROOM, "-q", "--shingle", "char:9"]);
    let row = rows
        .iter()
        .find(|row| row["shingle"] == "char:9")
        .expect("the shingle was tried");
    assert_eq!(row["pairs"], (pairs.lines().count() - 1).to_string());
}

#[test]
fn rejected_records_show_in_the_status() {
    let place = Place::new();
    let newsroom = fs::read_to_string(NEWSROOM).expect("the file exists");
    let input = place.put("some.jsonl", &format!("{newsroom}no record\n"));
    let output = run(&["tune", &input, "-q"]);
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert!(said(&output).contains("some.jsonl:62"), "{}", said(&output));
    assert!(String::from_utf8_lossy(&output.stdout).contains("as asked for"));
    assert_eq!(
        run(&["tune", &input, "-q", "--strict"]).status.code(),
        Some(1)
    );
}

#[test]
fn the_page_loads_nothing_and_runs_no_script() {
    let place = Place::new();
    let page = place.name("tune.html");
    must(&[
        "tune",
        NEWSROOM,
        "-q",
        "--labels",
        &place.labels(),
        "--report",
        &page,
    ]);
    let page = place.read("tune.html");
    assert!(page.contains("default-src 'none'; style-src 'sha256-"));
    for sign in ["<script", "http:", "https:", "url(", "onload"] {
        assert!(!page.contains(sign), "{sign}");
    }
    for chart in [
        "What --threshold finds",
        "--containment against the labels",
        "bands of",
    ] {
        assert!(page.contains(chart), "{chart}");
    }
}

#[test]
fn output_is_the_same_at_any_thread_count() {
    let table = |threads| {
        must(&[
            "tune",
            NEWSROOM,
            "--format",
            "csv",
            "-q",
            "--threads",
            threads,
        ])
    };
    assert_eq!(table("1"), table("3"));
}

#[test]
fn text_output_fits_its_width() {
    for width in ["60", "90", "140"] {
        let text = must(&["tune", NEWSROOM, "-q", "--width", width]);
        let widest = text.lines().map(|line| line.chars().count()).max();
        assert!(widest <= width.parse().ok(), "{width}: {text}");
    }
}

#[test]
fn labels_from_a_page_are_read_again_for_any_ids() {
    let place = Place::new();
    let story: String = (0..60).map(|n| format!("word{n} ")).collect();
    let ids = [
        "=1+1",
        "'@a",
        "a,\"b\"",
        "two\nlines",
        "\u{200b}+x",
        "plain",
        "'quoted'",
    ];
    let record = |(n, id): (usize, &&str)| {
        serde_json::json!({
            "id": id,
            "site": format!("{n}.example"),
            "text": format!("{story}{n}"),
        })
    };
    let records = ids.iter().enumerate().map(record);
    let corpus = records
        .map(|record| format!("{record}\n"))
        .collect::<String>();
    let corpus = place.put("corpus.jsonl", &corpus);
    let page = place.name("sample.html");
    let output = run(&["tune", &corpus, "--sample", "50", "-o", &page]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(output.stdout.is_empty());
    let message = "21 pairs to label, of 21 found among 7 documents; 50 were asked for";
    assert!(said(&output).contains(message), "{}", said(&output));

    let page = place.read("sample.html");
    let (_, data) = page.split_once("id=\"data\">").expect("data");
    let (data, _) = data.split_once("</script>").expect("its end");
    let data: serde_json::Value = serde_json::from_str(data).expect("JSON");
    let mut labels = format!("{}\n", data["header"].as_str().expect("a header"));
    for (n, pair) in data["pairs"].as_array().expect("pairs").iter().enumerate() {
        let label = data["labels"][n % 3].as_str().expect("a label");
        labels += &format!("{}{label}\n", pair["row"].as_str().expect("a row"));
    }
    let labels = place.put("labels.csv", &labels);
    let tuned = must(&[
        "tune", &corpus, "--labels", &labels, "--format", "json", "-q",
    ]);
    let tuned: serde_json::Value = serde_json::from_str(&tuned).expect("JSON");
    let known = serde_json::json!({"copies": 7, "others": 7, "unsure": 7, "missing": 0});
    assert_eq!(tuned["labels"], known);
}

#[test]
fn a_sample_is_the_same_at_any_thread_count_and_in_little_memory() {
    let sample =
        |flags: &[&str]| must(&[&["tune", NEWSROOM, "--sample", "20", "-q"], flags].concat());
    let once = sample(&["--threads", "1"]);
    assert!(once.starts_with("<!doctype html>"), "{once}");
    assert_eq!(once, sample(&["--threads", "3"]));
    assert_eq!(once, sample(&["--memory", "256M"]));
    assert_ne!(once, sample(&["--seed", "2"]));
}

#[test]
fn a_run_without_words_fails_on_request() {
    let place = Place::new();
    let corpus = place.put("corpus.jsonl", "{\"id\": \"1\", \"text\": \"\"}\n");
    for more in [&["--format", "csv"][..], &["--sample", "5"]] {
        let arguments = [&["tune", &corpus, "-q"], more].concat();
        assert_eq!(run(&arguments).status.code(), Some(0));
        let output = run(&[&arguments[..], &["--fail-if-empty"]].concat());
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn the_manual_shows_the_printed_table() {
    let manual = fs::read_to_string("docs/tuning.md").expect("the file exists");
    let table = manual
        .split("```text\n")
        .find(|block| block.contains("as asked for"));
    let (table, _) = table
        .and_then(|block| block.split_once("```"))
        .expect("a table");
    let printed = must(&["tune", NEWSROOM, "-q"]);
    let mut lines = 0;
    for line in table.lines() {
        assert!(
            printed.lines().any(|printed| printed.trim() == line.trim()),
            "{line}: {printed}"
        );
        lines += 1;
    }
    assert_eq!(lines, 6);
}

/// The story of a document of the newsroom, as its id tells it.
fn story_of(id: &str) -> &str {
    id.split('-').nth(2).unwrap_or_default()
}

#[test]
fn clusters_that_people_made_are_judged_by_pairs_and_documents() {
    let place = Place::new();
    let ids: Vec<String> = place
        .documents()
        .into_iter()
        .map(|row| row["id"].clone())
        .collect();
    let lines = ids.iter().map(|id| format!("{id};{}\n", story_of(id)));
    let table = format!("id;cluster\n{}gone;strike\n", lines.collect::<String>());
    let gold = place.put("gold.csv", &table);
    let out = must(&[
        "tune", NEWSROOM, "-q", "--recall", "1", "--labels", &gold, "--format", "json",
    ]);
    let tuned: serde_json::Value = serde_json::from_str(&out).expect("JSON");

    let (mut together, mut apart) = (0, 0);
    for (at, a) in ids.iter().enumerate() {
        for b in &ids[..at] {
            match story_of(a) == story_of(b) {
                true => together += 1,
                false => apart += 1,
            }
        }
    }
    assert_eq!(tuned["labels"]["copies"], together);
    assert_eq!(tuned["labels"]["others"], apart);
    assert_eq!(tuned["labels"]["missing"], 1);
    assert_eq!(tuned["labels"]["clustered_documents"], ids.len());
    let found = rows(&must(&["scan", NEWSROOM, "-q", "--recall", "1"]));
    let is_right =
        |row: &&BTreeMap<String, String>| story_of(&row["id_a"]) == story_of(&row["id_b"]);
    let right = found.iter().filter(is_right).count();
    let judged = &tuned["choices"][0]["labelled"];
    assert_eq!(judged["true_positives"], right);
    assert_eq!(judged["false_positives"], found.len() - right);
    assert_eq!(judged["false_negatives"], together - right);
    let clustered = &tuned["choices"][0]["clustered"];
    for measure in ["bcubed_precision", "bcubed_recall", "adjusted_rand"] {
        let value = clustered[measure].as_f64().expect("a number");
        assert!(value > 0.0 && value <= 1.0, "{measure} {value}");
    }
    let text = must(&["tune", NEWSROOM, "-q", "--labels", &gold, "--width", "100"]);
    assert!(text.contains("B3 precision"), "{text}");
    let both = run(&[
        "tune",
        NEWSROOM,
        "-q",
        "--labels",
        &gold,
        "--labels",
        &place.labels(),
    ]);
    assert_eq!(both.status.code(), Some(2), "{}", said(&both));
}

#[test]
fn people_who_contradict_each_other_are_named() {
    let place = Place::new();
    let ann = "id_a,id_b,label\n\
               mn-0302-strike,vd-0302-strike,same\n\
               mn-0303-ruling,mn-0302-strike,different\n\
               mn-0303-ruling,hl-0303-ruling,same\n";
    let ben = ann.replace("hl-0303-ruling,same", "hl-0303-ruling,different");
    let (ann, ben) = (place.put("ann.csv", ann), place.put("ben.csv", &ben));
    let cat = place.put(
        "cat.csv",
        "id_a,id_b,label\nmn-0303-ruling,hl-0303-ruling,same\n",
    );
    let two = ["tune", NEWSROOM, "-q", "--labels", &ann, "--labels", &ben];
    let refused = run(&two);
    assert_eq!(refused.status.code(), Some(2));
    let listed = format!("hl-0303-ruling and mn-0303-ruling: {ann} copy, {ben} no copy");
    assert!(said(&refused).contains(&listed), "{}", said(&refused));
    assert!(
        said(&refused).contains("1 pair with labels that contradict"),
        "{}",
        said(&refused)
    );

    let json = |more: &[&str]| -> serde_json::Value {
        let flags = [&two[..], &["--majority", "--format", "json"], more].concat();
        serde_json::from_str(&must(&flags)).expect("JSON")
    };
    let tuned = json(&[]);
    let people = &tuned["people"];
    assert_eq!(people["agreement"]["percent"], 0.6667);
    assert_eq!(people["agreement"]["cohen_kappa"], 0.4);
    assert_eq!(people["undecided"], 1);
    assert_eq!(people["conflicts"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        (&tuned["labels"]["copies"], &tuned["labels"]["unsure"]),
        (&1.into(), &1.into())
    );
    let tuned = json(&["--labels", &cat]);
    assert_eq!(tuned["people"]["undecided"], 0);
    assert_eq!(
        tuned["people"]["agreement"]["cohen_kappa"],
        serde_json::Value::Null
    );
    assert_eq!(tuned["labels"]["copies"], 2);
    let text = must(&[&two[..], &["--majority"]].concat());
    assert!(text.contains("Cohen's kappa 0.400"), "{text}");
    assert!(text.contains(&listed), "{text}");
}

#[test]
fn sites_with_enough_labels_are_judged_by_themselves() {
    let place = Place::new();
    let documents = place.documents();
    let mut labels = "id_a,id_b,label\n".to_owned();
    let mut of_site: BTreeMap<&str, u64> = BTreeMap::new();
    for (at, a) in documents.iter().enumerate() {
        for b in &documents[..at] {
            let same = story_of(&a["id"]) == story_of(&b["id"]);
            labels += &format!("{},{},{}\n", a["id"], b["id"], i32::from(same));
            let mut sites = vec![&*a["site"], &*b["site"]];
            sites.dedup();
            sites
                .iter()
                .for_each(|site| *of_site.entry(site).or_default() += 1);
        }
    }
    let labels = place.put("labels.csv", &labels);
    let out = must(&[
        "tune", NEWSROOM, "-q", "--labels", &labels, "--format", "json",
    ]);
    let tuned: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    let sites = tuned["sites"].as_array().expect("sites");
    let expected = of_site
        .iter()
        .filter(|(site, pairs)| **pairs >= 30 && !site.is_empty());
    assert_eq!(sites.len(), expected.count());
    for site in sites {
        let name = site["site"].as_str().expect("a name");
        assert_eq!(site["pairs"], of_site[name]);
    }
    let text = must(&["tune", NEWSROOM, "-q", "--labels", &labels]);
    assert!(
        text.contains("Sites with at least 30 labelled pairs"),
        "{text}"
    );
}

#[test]
fn pairs_without_ids_are_found_by_their_texts() {
    let place = Place::new();
    let text = |number: u64| crate::common::story(number, 40);
    let corpus: String = (0..4)
        .map(|number| format!("d{number},{}\n", text(number / 2)))
        .collect();
    let corpus = place.put(
        "all.csv",
        &format!("id,text\n{corpus}d9,{} more\n", text(0)),
    );
    let (a, b, c) = (format!("{} more", text(0)), text(0).to_uppercase(), text(1));
    let training = serde_json::json!({
        "match": [[{"text": a}, {"text": b}]],
        "distinct": [[{"text": a}, {"text": c}], [{"text": a}, {"text": "elsewhere"}]],
    });
    let training = place.put("training.json", &training.to_string());
    let out = must(&[
        "tune", &corpus, "-q", "--labels", &training, "--format", "json",
    ]);
    let labels = &serde_json::from_str::<serde_json::Value>(&out).expect("JSON")["labels"];
    assert_eq!(
        (&labels["copies"], &labels["others"]),
        (&1.into(), &1.into())
    );
    assert_eq!(labels["missing"], 1);
}
