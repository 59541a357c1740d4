//! Tables whose quotes go wrong: rows are never lost in silence.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::process::Command;

use super::common::program::said;

/// Runs a scan of a table and gives the exit status, the messages and the ids read.
fn scan(table: &str, arguments: &[&str]) -> (Option<i32>, String, Vec<String>) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("table.csv");
    fs::write(&path, table).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_wirecopy"))
        .args(["dedup", "table.csv", "-o", "kept.jsonl", "--min-words", "1"])
        .args(arguments)
        .current_dir(directory.path())
        .output()
        .unwrap();
    let kept = fs::read_to_string(directory.path().join("kept.jsonl")).unwrap_or_default();
    let ids = kept.lines().map(|line| {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        record["id"].as_str().unwrap().to_owned()
    });
    (output.status.code(), said(&output), ids.collect())
}

/// A table of so many rows, in which a quote is put before the text of some.
fn rows(number: usize, stray: &[usize]) -> String {
    let mut table = "id,text\n".to_owned();
    for row in 0..number {
        let quote = if stray.contains(&row) { "\"" } else { "" };
        table.push_str(&format!(
            "r{row},{quote}story {row} of the ferry and the {row} gulls\n"
        ));
    }
    table
}

#[test]
fn stray_quotes_cost_no_other_row() {
    for stray in [&[][..], &[11], &[11, 190], &[0, 1, 2], &[199], &[150, 199]] {
        let (status, said, ids) = scan(&rows(200, stray), &[]);
        assert_eq!((status, ids.len()), (Some(0), 200), "{stray:?}: {said}");
    }
}

#[test]
fn text_after_a_closing_quote_stays_in_its_row() {
    let (status, said, ids) = scan(
        "id,text,url\n\
         a,\"The mayor said \"no\" twice, loudly\",https://one.example/\n\
         b,\"Prose with \"quotes\" inside\n\nand a second paragraph, with a comma\",https://two.example/\n\
         c,plain words,https://three.example/\n",
        &[],
    );
    assert_eq!(
        (status, ids.join(" ").as_str()),
        (Some(0), "a b c"),
        "{said}"
    );
}

#[test]
fn rows_that_cannot_be_told_apart_fail_the_run() {
    let table = "id,text,url\n\
        a,first story of the day,https://one.example/\n\
        b,\"a story that is never closed\nand goes on, and on, without an end\nfor ever\n\
        c,\"third story\",https://three.example/\n";
    let (status, said, ids) = scan(table, &[]);
    assert_eq!((status, ids.len()), (Some(1), 0), "{said}");
    assert!(
        said.contains("an unknown number of records is lost"),
        "{said}"
    );
    assert!(said.contains("table.csv:3: a quote goes wrong"), "{said}");
    let (status, said, ids) = scan(table, &["--allow-loss"]);
    assert_eq!((status, ids.join(" ").as_str()), (Some(3), "a c"), "{said}");
}

#[test]
fn a_table_cut_off_within_a_field_is_a_loss() {
    let table = "id,text\na,first story\nb,\"second story\n\nthat breaks o";
    let (status, said, _) = scan(table, &[]);
    assert_eq!(status, Some(1), "{said}");
    let (status, said, ids) = scan("id,text\na,first story\nb,\"second sto", &["--allow-loss"]);
    assert_eq!((status, ids.join(" ").as_str()), (Some(3), "a"), "{said}");
}

#[test]
fn raw_tabs_need_no_quotes() {
    let table = "id\ttext\n\
        a\t\"We won,\" said the coach of the ferry crew\n\
        b\tThe gulls left\n\
        c\t\"Nobody knows\n";
    for arguments in [&[][..], &["--quote", "none"]] {
        let (status, said, ids) = scan(table, arguments);
        assert_eq!(
            (status, ids.join(" ").as_str()),
            (Some(0), "a b c"),
            "{said}"
        );
    }
}

#[test]
fn tables_without_a_header_are_refused_or_read_as_asked() {
    let table = "a,https://one.example/1,The ferry came late and left early on that day\n\
        b,https://two.example/2,The gulls came early and left late on the next day\n";
    let (status, said, _) = scan(table, &[]);
    assert_eq!(status, Some(2), "{said}");
    assert!(
        said.contains("no header line") && said.contains("--no-header"),
        "{said}"
    );
    for arguments in [&["--no-header"][..], &["--columns", "id,url,text"]] {
        let (status, said, ids) = scan(table, arguments);
        assert_eq!((status, ids.join(" ").as_str()), (Some(0), "a b"), "{said}");
    }
}

#[test]
fn a_delimiter_can_be_given() {
    let table = "id~text\na~The ferry came late, and left\nb~The gulls came early, and stayed\n";
    let (status, said, ids) = scan(table, &["--delimiter", "~"]);
    assert_eq!((status, ids.join(" ").as_str()), (Some(0), "a b"), "{said}");
}

#[test]
fn millions_of_separators_take_little_memory() {
    let table = format!(
        "id,text\na,the ferry\nb,{}\nc,the gulls\n",
        ",".repeat(3_000_000)
    );
    let (status, said, ids) = scan(&table, &[]);
    assert_eq!((status, ids.join(" ").as_str()), (Some(3), "a c"), "{said}");
    assert!(
        said.contains("3000002 fields where the header has 2"),
        "{said}"
    );
}
