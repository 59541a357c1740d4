//! Outputs in every format: the ending of a name decides, values are the same, bytes repeat.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{Array, ArrayRef, BinaryArray, Int32Array, RecordBatch, StringArray};
use arrow_schema::DataType;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;
use tempfile::TempDir;

use crate::common::program::{newsroom, said};

const ENDINGS: [&str; 5] = ["csv", "tsv", "jsonl", "parquet", "jsonl.zst"];

fn wirecopy(at: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wirecopy"))
        .args(arguments)
        .current_dir(at)
        .output()
        .expect("the program runs")
}

/// A file without its compression.
fn unpacked(path: &Path) -> Vec<u8> {
    let mut bytes = fs::read(path).expect("an output");
    let name = path.to_string_lossy();
    if name.ends_with(".zst") {
        bytes = zstd::decode_all(&*bytes).expect("Zstandard");
    } else if name.ends_with(".gz") {
        let packed = std::mem::take(&mut bytes);
        let mut decoder = flate2::read::GzDecoder::new(&*packed);
        decoder.read_to_end(&mut bytes).expect("gzip");
    }
    bytes
}

fn lines(path: &Path) -> Vec<Value> {
    let text = String::from_utf8(unpacked(path)).expect("UTF-8");
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).expect("an object a line"))
        .collect()
}

/// Rows of a table of delimited text, the header first.
fn cells(path: &Path, delimiter: u8) -> Vec<Vec<String>> {
    let bytes = unpacked(path);
    let mut table = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .from_reader(&*bytes);
    let rows = table.records().map(|row| row.expect("a row"));
    rows.map(|row| row.iter().map(str::to_owned).collect())
        .collect()
}

/// The text cells of a row.
type TextCells = Vec<Option<String>>;

/// The names and types of the columns of a Parquet file, and the values of its text columns.
fn parquet(path: &Path) -> (Vec<(String, DataType)>, Vec<TextCells>) {
    let file = File::open(path).expect("an output");
    let table = ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet");
    let fields = table.schema().fields().iter();
    let columns: Vec<(String, DataType)> = fields
        .map(|field| (field.name().clone(), field.data_type().clone()))
        .collect();
    let mut rows = Vec::new();
    for batch in table.build().expect("Parquet") {
        let batch = batch.expect("rows");
        let texts: Vec<_> = batch
            .columns()
            .iter()
            .filter_map(|column| column.as_string_opt::<i32>())
            .collect();
        for row in 0..batch.num_rows() {
            let value = |column: &&arrow_array::StringArray| {
                column.iter().nth(row).flatten().map(str::to_owned)
            };
            rows.push(texts.iter().map(value).collect());
        }
    }
    (columns, rows)
}

#[test]
fn every_format_has_the_same_bytes_at_any_thread_count() {
    let outputs = |threads: &str, ending: &str| {
        let at = TempDir::new().expect("a directory");
        let name = |table: &str| format!("{table}.{ending}");
        let tables = ["pairs", "clusters", "members", "sites", "clean"].map(name);
        let [pairs, clusters, members, sites, clean] = &tables;
        let input = newsroom();
        let flags = [
            "scan",
            &*input,
            "-q",
            "--threads",
            threads,
            "-o",
            pairs,
            "--clusters",
            clusters,
            "--members",
            members,
            "--sites",
            sites,
            "--clean",
            clean,
        ];
        let ran = wirecopy(at.path(), &flags);
        assert_eq!(ran.status.code(), Some(0), "{}", said(&ran));
        tables.map(|table| fs::read(at.path().join(table)).expect("an output"))
    };
    for ending in ENDINGS {
        assert!(outputs("1", ending) == outputs("3", ending), "{ending}");
    }
}

#[test]
fn pairs_have_the_same_columns_in_every_format() {
    let at = TempDir::new().expect("a directory");
    let path = |ending: &str| at.path().join(format!("pairs.{ending}"));
    for ending in ENDINGS {
        let name = format!("pairs.{ending}");
        let ran = wirecopy(at.path(), &["scan", &newsroom(), "-q", "-o", &name]);
        assert_eq!(ran.status.code(), Some(0), "{}", said(&ran));
    }
    let table = cells(&path("csv"), b',');
    let header = &table[0];
    let rows = &table[1..];
    assert!(!rows.is_empty());
    assert_eq!(cells(&path("tsv"), b'\t'), table);
    assert_eq!(unpacked(&path("jsonl.zst")), unpacked(&path("jsonl")));
    let (columns, texts) = parquet(&path("parquet"));
    let names: Vec<&String> = columns.iter().map(|(name, _)| name).collect();
    assert_eq!(names, header.iter().collect::<Vec<_>>());
    for (row, object) in rows.iter().zip(lines(&path("jsonl"))) {
        let object = object.as_object().expect("an object").clone();
        assert_eq!(object.len(), header.len());
        for (name, cell) in header.iter().zip(row) {
            let value = match &object[name] {
                Value::Null => String::new(),
                Value::String(text) => text.clone(),
                Value::Number(number) if name == "lag_hours" => {
                    format!("{:.2}", number.as_f64().expect("a number"))
                }
                Value::Number(number) if number.is_f64() => {
                    format!("{:.4}", number.as_f64().expect("a number"))
                }
                other => other.to_string(),
            };
            assert_eq!(value, *cell, "{name}");
        }
    }
    let is_text = |name: &str| {
        let column = columns.iter().find(|(column, _)| column == name);
        column.is_some_and(|(_, kind)| *kind == DataType::Utf8)
    };
    for (row, texts) in rows.iter().zip(&texts) {
        let cells = header.iter().zip(row).filter(|(name, _)| is_text(name));
        let cells: Vec<Option<String>> = cells
            .map(|(_, cell)| Some(cell.clone()).filter(|cell| !cell.is_empty()))
            .collect();
        assert_eq!(cells, *texts);
    }
}

#[test]
fn times_have_one_form_and_a_precision() {
    let at = TempDir::new().expect("a directory");
    let text = "Three tugs pulled the ferry off the sandbank before the evening tide came in";
    let record = |id: &str, published: &str| {
        format!("{{\"id\":\"{id}\",\"text\":\"{text}\",\"published\":\"{published}\"}}\n")
    };
    let records = [
        record("bare", "2026-03-04"),
        record("exact", "2026-03-04T09:30:00+01:00"),
        record("midnight", "2026-03-05T00:00:00+01:00"),
        record("undated", ""),
    ];
    fs::write(at.path().join("in.jsonl"), records.concat()).expect("a file");
    let ran = wirecopy(
        at.path(),
        &[
            "scan",
            "in.jsonl",
            "-q",
            "-o",
            "p.csv",
            "--members",
            "m.csv",
            "--clean",
            "c.jsonl",
        ],
    );
    assert_eq!(ran.status.code(), Some(0), "{}", said(&ran));
    let members = cells(&at.path().join("m.csv"), b',');
    let times: Vec<[&str; 3]> = members[1..]
        .iter()
        .map(|row| [&*row[1], &*row[3], &*row[7]])
        .collect();
    assert_eq!(
        times,
        [
            ["bare", "2026-03-04T00:00:00Z", "day"],
            ["exact", "2026-03-04T08:30:00Z", "second"],
            ["midnight", "2026-03-04T23:00:00Z", "midnight"],
            ["undated", "", ""],
        ]
    );
    let clean = lines(&at.path().join("c.jsonl"));
    let dates: Vec<&Value> = clean.iter().map(|record| &record["published"]).collect();
    let expected = [
        Value::from("2026-03-04"),
        Value::from("2026-03-04T08:30:00Z"),
        Value::from("2026-03-05T00:00:00+01:00"),
        Value::Null,
    ];
    assert_eq!(dates, expected.iter().collect::<Vec<_>>());
}

#[test]
fn the_clean_corpus_has_the_same_pairs() {
    let at = TempDir::new().expect("a directory");
    let pairs = |input: &str, name: &str, more: &[&str]| {
        let mut flags = vec!["scan", input, "-q", "-o", name];
        flags.extend(more);
        let ran = wirecopy(at.path(), &flags);
        assert_eq!(ran.status.code(), Some(0), "{}", said(&ran));
        let rows = cells(&at.path().join(name), b',');
        // Ids to urls, without the credits, which boilerplate can hold.
        let kept = rows.into_iter().map(|mut row| {
            row.drain(13..15);
            row.truncate(16);
            row
        });
        kept.collect::<Vec<_>>()
    };
    let original = pairs(&newsroom(), "pairs.csv", &["--clean", "clean.jsonl"]);
    assert!(original.len() > 10);
    let again = pairs("clean.jsonl", "again.csv", &["--keep-boilerplate"]);
    assert_eq!(again, original);
    pairs(&newsroom(), "pairs.csv", &["--clean", "clean.parquet"]);
    let again = pairs("clean.parquet", "again.csv", &["--keep-boilerplate"]);
    assert_eq!(again, original);

    let clean = lines(&at.path().join("clean.jsonl"));
    let read = fs::read_to_string(newsroom()).expect("the sample");
    let read: Vec<Value> = read
        .lines()
        .map(|line| serde_json::from_str(line).expect("an object a line"))
        .collect();
    let ids = |records: &[Value]| -> Vec<Value> {
        records.iter().map(|record| record["id"].clone()).collect()
    };
    assert_eq!(ids(&clean), ids(&read));
    let shorter = clean.iter().zip(&read).filter(|(clean, read)| {
        let text = |record: &Value| record["text"].as_str().expect("a text").len();
        text(clean) < text(read)
    });
    assert!(shorter.count() > 3);
}

#[test]
fn clean_documents_come_in_the_order_of_the_inputs_and_only_those_of_the_run() {
    let at = TempDir::new().expect("a directory");
    let write = |name: &str, ids: &[&str]| {
        let record = |id: &&str| format!("{{\"id\":\"{id}\",\"text\":\"the text of {id}\"}}\n");
        let records: String = ids.iter().map(record).collect();
        fs::write(at.path().join(name), records).expect("a file");
    };
    write("first.jsonl", &["c", "a"]);
    write("second.jsonl", &["b", "c", "0"]);
    let run = |input: &str, clean: &str| {
        let flags = [
            "scan",
            input,
            "-q",
            "-o",
            "pairs.csv",
            "--index",
            "index",
            "--clean",
            clean,
        ];
        let ran = wirecopy(at.path(), &flags);
        assert_eq!(ran.status.code(), Some(0), "{}", said(&ran));
        let ids = lines(&at.path().join(clean));
        ids.iter()
            .map(|record| record["id"].as_str().expect("an id").to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(run("first.jsonl", "first.clean.jsonl"), ["c", "a"]);
    assert_eq!(run("second.jsonl", "second.clean.jsonl"), ["b", "c", "0"]);
}

#[test]
fn dedup_writes_what_the_ending_says() {
    let at = TempDir::new().expect("a directory");
    let records = "{\"id\":\"=a\",\"text\":\"one, \\\"two\\\"\\nthree\",\"extra\":1}\n\
                   {\"id\":\"b\",\"text\":\"One two three\",\"date\":\"2026-03-04\"}\n\
                   {\"id\":\"c\",\"text\":\"\",\"title\":\"T\"}\n";
    fs::write(at.path().join("in.jsonl"), records).expect("a file");
    let header = [
        "id",
        "text",
        "url",
        "site",
        "published",
        "title",
        "author",
        "canonical",
        "crawled",
    ];
    let run = |flags: &[&str]| {
        let mut all = vec!["dedup", "in.jsonl"];
        all.extend(flags);
        let ran = wirecopy(at.path(), &all);
        assert_eq!(ran.status.code(), Some(0), "{}", said(&ran));
        said(&ran)
    };
    for (name, delimiter) in [
        ("out.csv", b','),
        ("out.tsv.gz", b'\t'),
        ("out.csv.zst", b','),
    ] {
        assert!(run(&["-o", name]).contains("other fields are left out"));
        let rows = cells(&at.path().join(name), delimiter);
        assert_eq!(rows[0], header, "{name}");
        let documents: Vec<[&str; 3]> = rows[1..]
            .iter()
            .map(|row| [&*row[0], &*row[1], &*row[5]])
            .collect();
        // Without a date "=a" comes after "b".
        assert_eq!(
            documents,
            [["b", "One two three", ""], ["c", "", "T"]],
            "{name}"
        );
    }
    run(&["-o", "out.parquet", "--mark"]);
    let (columns, rows) = parquet(&at.path().join("out.parquet"));
    let names: Vec<&str> = columns.iter().map(|(name, _)| &**name).collect();
    assert_eq!(names[..9], header);
    assert_eq!(names[9..], ["duplicate_of", "duplicate_group"]);
    let marks: Vec<[Option<&str>; 3]> = rows
        .iter()
        .map(|row| [0, 9, 10].map(|column| row[column].as_deref()))
        .collect();
    assert_eq!(
        marks,
        [
            [Some("=a"), Some("b"), Some("b")],
            [Some("b"), None, Some("b")],
            [Some("c"), None, None]
        ]
    );
    // The same format is copied.
    let closing = run(&["-o", "out.jsonl.gz", "--prefer", "first-read"]);
    assert!(!closing.contains("left out"), "{closing}");
    let copied = String::from_utf8(unpacked(&at.path().join("out.jsonl.gz"))).expect("UTF-8");
    let kept: Vec<&str> = records.lines().collect();
    assert_eq!(copied, format!("{}\n{}\n", kept[0], kept[2]));
}

#[test]
fn strings_that_are_stored_as_bytes_are_texts() {
    let at = tempfile::tempdir().expect("a directory");
    let text = "The council of Sandholm votes on Monday on a new roof for the market hall.";
    let column = |value: &str| Arc::new(BinaryArray::from_iter_values([value; 2])) as ArrayRef;
    let ids: ArrayRef = Arc::new(StringArray::from_iter_values(["a", "b"]));
    let columns = [
        ("id", ids),
        ("text", column(text)),
        ("note", column("kept")),
    ];
    let batch = RecordBatch::try_from_iter(columns).expect("columns of one length");
    let file = File::create(at.path().join("hive.parquet")).expect("a file");
    let mut writer = ArrowWriter::try_new(file, batch.schema(), None).expect("a writer");
    writer.write(&batch).expect("rows");
    writer.close().expect("a file");
    let ran = wirecopy(
        at.path(),
        &["dedup", "hive.parquet", "-o", "out.jsonl", "-q"],
    );
    assert_eq!(ran.status.code(), Some(0), "{}", said(&ran));
    let out = std::fs::read_to_string(at.path().join("out.jsonl")).expect("an output");
    let expected = format!("{{\"id\":\"a\",\"text\":\"{text}\",\"note\":\"kept\"}}\n");
    assert_eq!(out, expected);
}

#[test]
fn dedup_keeps_all_columns_and_types_of_parquet() {
    let at = TempDir::new().expect("a directory");
    let path = |name: &str| at.path().join(name);
    // Every tenth row repeats the text of row 5; several batches and blocks of lines.
    let rows = 0..3000_i32;
    let text = |n: i32| match n % 10 {
        0 => "a ferry with no name".to_owned(),
        _ => format!("story {n} about pier {n}"),
    };
    let batch = RecordBatch::try_from_iter([
        (
            "n",
            Arc::new(Int32Array::from_iter_values(rows.clone())) as ArrayRef,
        ),
        (
            "text",
            Arc::new(StringArray::from_iter_values(rows.clone().map(text))),
        ),
        (
            "blob",
            Arc::new(BinaryArray::from_iter_values(
                rows.clone().map(i32::to_le_bytes),
            )),
        ),
    ])
    .expect("columns of one length");
    let file = File::create(path("in.parquet")).expect("a file");
    let mut writer = ArrowWriter::try_new(file, batch.schema(), None).expect("a writer");
    writer.write(&batch).expect("rows");
    writer.close().expect("a file");

    let read = |name: &str| -> Vec<RecordBatch> {
        let file = File::open(path(name)).expect("an output");
        let table = ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet");
        let batches = table.build().expect("Parquet");
        batches.map(|batch| batch.expect("rows")).collect()
    };
    let numbers = |batches: &[RecordBatch]| -> Vec<i32> {
        let column = |batch: &RecordBatch| batch.column(0).as_primitive::<Int32Type>().clone();
        let columns = batches.iter().map(column);
        columns
            .flat_map(|column| column.values().to_vec())
            .collect()
    };
    let flags = ["--threshold", "1", "--prefer", "first-read"];
    let run = |more: &[&str]| {
        let all = [&["dedup", "in.parquet"], &flags[..], more].concat();
        let ran = wirecopy(at.path(), &all);
        assert_eq!(ran.status.code(), Some(0), "{}", said(&ran));
        assert!(!said(&ran).contains("left out"), "{}", said(&ran));
    };
    run(&["-o", "out.parquet"]);
    let kept = read("out.parquet");
    assert_eq!(kept[0].schema().fields(), batch.schema().fields());
    let expected: Vec<i32> = rows.clone().filter(|n| n % 10 != 0 || *n == 0).collect();
    assert_eq!(numbers(&kept), expected);
    for batch in &kept {
        let blobs = batch.column(2).as_binary::<i32>();
        let of_rows = batch.column(0).as_primitive::<Int32Type>().values().iter();
        assert!(
            blobs.iter().eq(of_rows
                .map(|n| n.to_le_bytes())
                .collect::<Vec<_>>()
                .iter()
                .map(|bytes| Some(&bytes[..])))
        );
    }
    run(&["-o", "marked.parquet", "--mark"]);
    let marked = read("marked.parquet");
    assert_eq!(numbers(&marked), rows.collect::<Vec<_>>());
    let marks: usize = marked
        .iter()
        .map(|batch| batch.num_rows() - batch.column(3).null_count())
        .sum();
    assert_eq!(marks, 299);
    let taken = wirecopy(
        at.path(),
        &[
            "dedup",
            "in.parquet",
            "-o",
            "x.parquet",
            "--mark",
            "--mark-field",
            "blob",
        ],
    );
    assert_eq!(taken.status.code(), Some(2), "{}", said(&taken));
}

#[test]
fn dedup_converts_inputs_of_several_formats_and_refuses_what_it_cannot_write() {
    let at = TempDir::new().expect("a directory");
    fs::write(at.path().join("a.csv"), "id,text,more\na,\"one\ntwo\",x\n").expect("a file");
    fs::write(at.path().join("b.txt"), "three four").expect("a file");
    let both = wirecopy(at.path(), &["dedup", "a.csv", "b.txt", "-q"]);
    assert_eq!(both.status.code(), Some(0), "{}", said(&both));
    let found: Vec<Value> = String::from_utf8(both.stdout)
        .expect("UTF-8")
        .lines()
        .map(|line| serde_json::from_str(line).expect("an object a line"))
        .collect();
    let texts: Vec<(&Value, &Value)> = found
        .iter()
        .map(|record| (&record["id"], &record["text"]))
        .collect();
    let expected = [
        (Value::from("a"), Value::from("one\ntwo")),
        (Value::from("b.txt"), Value::from("three four")),
    ];
    assert!(
        texts
            .into_iter()
            .eq(expected.iter().map(|(id, text)| (id, text)))
    );
    for (flags, reason) in [
        (&["a.csv", "-o", "out.txt"][..], ".parquet"),
        (&["a.csv", "-o", "out.parquet.gz"], ".parquet"),
        (
            &[
                "a.csv",
                "-o",
                "out.jsonl",
                "--mark",
                "--mark-field",
                "title",
            ],
            "already has a field title",
        ),
    ] {
        let mut all = vec!["dedup"];
        all.extend(flags);
        let ran = wirecopy(at.path(), &all);
        assert_eq!(ran.status.code(), Some(2), "{flags:?}");
        assert!(said(&ran).contains(reason), "{}", said(&ran));
        assert!(!at.path().join(flags[2]).exists());
    }
}

#[test]
fn an_unknown_ending_is_refused_with_a_list_of_endings() {
    let at = TempDir::new().expect("a directory");
    for flags in [
        &["-o", "pairs.xlsx"][..],
        &["-o", "pairs.parquet.gz"],
        &["-o", "pairs"],
        &["-o", "p.csv", "--members", "members.json"],
        &["-o", "p.csv", "--clean", "clean.txt"],
    ] {
        let input = newsroom();
        let mut all = vec!["scan", &*input];
        all.extend(flags);
        let ran = wirecopy(at.path(), &all);
        assert_eq!(ran.status.code(), Some(2), "{flags:?}");
        let endings = ".csv, .tsv, .tab, .jsonl, .ndjson (also with .gz or .zst), .parquet, .arrow \
            or .feather";
        assert!(said(&ran).contains(endings), "{}", said(&ran));
    }
    let ran = wirecopy(
        at.path(),
        &[
            "scan",
            &newsroom(),
            "-q",
            "-o",
            "pairs.gz",
            "--format",
            "tsv",
        ],
    );
    assert_eq!(ran.status.code(), Some(0), "{}", said(&ran));
    assert!(unpacked(&at.path().join("pairs.gz")).starts_with(b"id_a\tid_b\t"));
}

#[test]
fn tables_for_excel_begin_with_a_byte_order_mark() {
    let directory = TempDir::new().expect("a directory");
    let at = directory.path();
    let corpus = newsroom();
    let scan = |flags: &[&str]| wirecopy(at, &[&["scan", &corpus], flags].concat());
    let tables = [
        "-o",
        "p.csv",
        "--clusters",
        "c.tsv.gz",
        "--members",
        "m.jsonl",
    ];
    for (flags, mark) in [(&[][..], ""), (&["--bom"], "\u{FEFF}")] {
        let output = scan(&[&tables, flags].concat());
        assert!(output.status.success(), "{}", said(&output));
        for (name, start) in [("p.csv", "id_a,"), ("c.tsv.gz", "cluster\t")] {
            let table = String::from_utf8(unpacked(&at.join(name))).expect("UTF-8");
            assert!(table.starts_with(&format!("{mark}{start}")), "{table:.40}");
        }
        assert!(unpacked(&at.join("m.jsonl")).starts_with(b"{"));
    }
    let none = scan(&["--bom", "-o", "p.parquet"]);
    assert_eq!(none.status.code(), Some(2));
    assert!(said(&none).contains("--bom is for tables in .csv or .tsv"));
}
