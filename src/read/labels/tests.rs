//! Labels in the forms that people have them.

use super::*;

/// The judgements of a file, each as `a|b label`, with the annotator unless that is the file.
fn judged(content: &str, settings: &LabelSettings) -> Result<Vec<String>, LabelError> {
    let mut found = Judgements::default();
    read("labels.csv", content.as_bytes(), settings, &mut found)?;
    let pairs = found.pairs.iter().flat_map(|([a, b], judgements)| {
        judgements.iter().map(move |one| {
            let person = match &*one.annotator {
                "labels.csv" => String::new(),
                person => format!(" by {person}"),
            };
            format!("{a}|{b} {}{person}", one.label.name())
        })
    });
    let clusters = found
        .clusters
        .iter()
        .map(|(id, cluster)| format!("{id} in {cluster}"));
    Ok(pairs.chain(clusters).collect())
}

fn labels(content: &str) -> Result<Vec<String>, LabelError> {
    judged(content, &LabelSettings::default())
}

/// Settings with these columns for ids and labels.
fn columns(ids: &[&str], labels: &[&str], annotator: Option<&str>) -> LabelSettings {
    let owned = |names: &[&str]| {
        names
            .iter()
            .map(|&name| name.to_owned())
            .collect::<Vec<String>>()
    };
    LabelSettings {
        columns: LabelColumns {
            ids: <[String; 2]>::try_from(owned(ids)).ok(),
            labels: owned(labels),
            annotator: annotator.map(str::to_owned),
        },
        ..LabelSettings::default()
    }
}

#[test]
fn unknown_labels_are_listed_together() {
    let table = "id_a,id_b,label\na,b,yes\na,c,Wholly\na,d,topic\na,e,Wholly\n";
    let error = labels(table).expect_err("two are unknown");
    let said = error.to_string();
    assert!(
        said.starts_with(
            "labels.csv: 2 labels are not known: \"Wholly\" (line 3), \"topic\" (line 4). \
             Name"
        ),
        "{said}"
    );
    let table = "id_a,id_b,label\na,b,wholly\n";
    let error = labels(table).expect_err("it is unknown");
    let said = error.to_string();
    assert!(
        said.starts_with("labels.csv: one label is not known: \"wholly\""),
        "{said}"
    );
    let rows: Vec<String> = (0..12).map(|at| format!("a,b{at},w{at}\n")).collect();
    let table = format!("id_a,id_b,label\n{}", rows.concat());
    let said = labels(&table).expect_err("all are unknown");
    assert!(
        said.to_string().contains("\"w9\" (line 11) and 2 more"),
        "{said}"
    );
}

#[test]
fn columns_are_found_by_name_in_any_order() {
    let table = "\u{feff}Same,jaccard,ID_B,id_a\n1,0.5,\"x, y\",'=a\n";
    let read = labels(table).expect("a label");
    assert_eq!(read, ["=a|x, y copy"]);
}

#[test]
fn errors_name_the_column_or_the_line() {
    for (table, said) in [
        ("", "labels.csv has no column id_a"),
        ("id_a,id_b\na,b\n", "labels.csv has no column label"),
        (
            "id_a,id_b,label\na,b,y\na,,y\n",
            "labels.csv:3: a label needs the ids of two",
        ),
        (
            "id_a,id_b,label\na,a,y\n",
            "labels.csv:2: a label needs the ids of two",
        ),
        (
            "id_a,id_b,label\na,b,y\nc,d\n",
            "labels.csv:3: the row has 2 of the 3 columns",
        ),
    ] {
        let error = labels(table).expect_err(table);
        assert!(error.to_string().starts_with(said), "{error}");
    }
}

#[test]
fn tables_of_any_separator() {
    for table in [
        "id_a,id_b,label\r\nn1,n2,yes\r\nn3,\"n;4\",no\r\n",
        "id_a;id_b;label\nn1;n2;yes\nn3;\"n;4\";no\n",
        "sep=;\nid_a;id_b;label\nn1;n2;yes\nn3;\"n;4\";no",
        "id_a\tid_b\tlabel\nn1\tn2\tyes\nn3\tn;4\tno\n",
        "note|id_b|label|id_a\n|n2|yes|n1\nwell|n;4|no|n3\n",
    ] {
        let found = labels(table).expect(table);
        assert_eq!(found, ["n1|n2 copy", "n3|n;4 no copy"], "{table}");
    }
    let utf16: Vec<u8> = "\u{feff}id_a,id_b,label\nn1,n2,yes\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let mut found = Judgements::default();
    read("x", &utf16[..], &LabelSettings::default(), &mut found).expect("UTF-16");
    assert_eq!(found.pairs.len(), 1);
    let error = read(
        "x",
        &b"id_a,id_b,label\na,b,\xff"[..],
        &LabelSettings::default(),
        &mut found,
    );
    assert!(
        error
            .expect_err("no UTF-8")
            .to_string()
            .contains("save it as UTF-8")
    );
}

#[test]
fn columns_by_other_names() {
    let table = "left,right,verdict,who\nn1,n2,yes,ann\nn1,n2,no,ben\n";
    let named = columns(&["left", "right"], &["verdict"], Some("who"));
    let found = judged(table, &named).expect("a table");
    assert_eq!(found, ["n1|n2 copy by ann", "n1|n2 no copy by ben"]);
    let wide = "id1,id2,ann,ben\nn1,n2,same,different\nn3,n4,?,1.0\n";
    let found = judged(wide, &columns(&[], &["ann", "ben"], None)).expect("a table");
    assert_eq!(
        found,
        [
            "n1|n2 copy by ann",
            "n1|n2 no copy by ben",
            "n3|n4 unsure by ann",
            "n3|n4 copy by ben"
        ]
    );
    let error = judged(table, &columns(&["left", "other"], &["verdict"], None));
    let said = error.expect_err("no such column").to_string();
    assert!(said.starts_with("labels.csv has no column other"), "{said}");
}

#[test]
fn label_studio() {
    let tasks = r#"[
        {"id": 1, "data": {"id_a": "n1", "id_b": "n2", "text_a": "one"}, "annotations": [
            {"completed_by": {"id": 7, "email": "ann@desk.example"}, "result": [
                {"from_name": "pair", "type": "choices", "value": {"choices": ["Same"]}}]},
            {"completed_by": 8, "result": [
                {"from_name": "pair", "type": "choices", "value": {"choices": ["Different"]}}]},
            {"completed_by": 9, "was_cancelled": true, "result": []}]},
        {"id": 2, "data": {"id_a": "n3", "id_b": "n4"}, "annotations": []}
    ]"#;
    assert_eq!(
        labels(tasks).expect("tasks"),
        [
            "n1|n2 copy by ann@desk.example",
            "n1|n2 no copy by 8",
            "n1|n2 unsure by 9",
            "n3|n4 unsure"
        ]
    );
    // As the converter writes the tasks of one file.
    let of_file = format!("[{tasks}]");
    assert_eq!(labels(&of_file).ok(), labels(tasks).ok());
    let two = r#"[{"data": {"id_a": "n1", "id_b": "n2"}, "completions": [{"result": [
        {"from_name": "pair", "value": {"choices": ["same"]}},
        {"from_name": "sure", "value": {"choices": ["no"]}}]}]}]"#;
    let said = labels(two).expect_err("two controls").to_string();
    assert!(
        said.contains("record 1: the annotation has choices of pair and sure"),
        "{said}"
    );
    let found = judged(two, &columns(&[], &["pair"], None)).expect("one control");
    assert_eq!(found, ["n1|n2 copy"]);
    // JSON_MIN and CSV.
    let flat = r#"[{"id_a": "n1", "id_b": "n2", "id": 4, "choice": "same", "annotator": 3},
        {"id_a": "n3", "id_b": "n4", "id": 5, "choice": {"choices": ["different"]}}]"#;
    assert_eq!(
        labels(flat).expect("records"),
        ["n1|n2 copy by 3", "n3|n4 no copy"]
    );
    let table = "annotation_id,annotator,choice,created_at,id,id_a,id_b,lead_time\n\
                 1,3,same,2026-03-02T10:00:00Z,4,n1,n2,3.5\n";
    assert_eq!(labels(table).expect("a table"), ["n1|n2 copy by 3"]);
}

#[test]
fn prodigy() {
    let lines = r#"
{"id_a": "n1", "id_b": "n2", "answer": "accept", "_session_id": "pairs-ann"}
{"meta": {"id_a": "n1", "id_b": "n3"}, "answer": "reject", "_annotator_id": "ben"}
{"id_a": "n1", "id_b": "n4", "label": "DUPLICATE", "answer": "reject"}
{"id_a": "n1", "id_b": "n5", "label": "DUPLICATE", "answer": "ignore"}
{"id_a": "n1", "id_b": "n6", "accept": ["different"], "answer": "accept"}
{"id_a": "n1", "id_b": "n7", "accept": [], "answer": "accept"}
{"id_a": "n1", "id_b": "n8", "accept": ["same"], "answer": "reject"}
"#;
    assert_eq!(
        labels(lines).expect("lines"),
        [
            "n1|n2 copy by pairs-ann",
            "n1|n3 no copy by ben",
            "n1|n4 no copy",
            "n1|n5 unsure",
            "n1|n6 no copy",
            "n1|n7 unsure",
            "n1|n8 unsure"
        ]
    );
}

#[test]
fn doccano() {
    let lines = r#"{"id": 1, "text": "one", "id_a": "n1", "id_b": "n2", "label": ["same"]}
{"id": 2, "text": "two", "metadata": {"id_a": "n3", "id_b": "n4"}, "label": []}
{"id": 3, "text": "two", "id_a": "n5", "id_b": "n6", "label": ["same", "copy"]}
{"id": 4, "text": "two", "id_a": "n5", "id_b": "n7", "label": ["same", "different"]}
"#;
    let said = labels(lines)
        .expect_err("the last contradicts itself")
        .to_string();
    assert!(
        said.starts_with("labels.csv:4: the labels same and different of one person"),
        "{said}"
    );
    let all = lines.lines().take(3).collect::<Vec<_>>().join("\n");
    let found = labels(&all).expect("lines");
    assert_eq!(found, ["n1|n2 copy", "n3|n4 unsure", "n5|n6 copy"]);
}

#[test]
fn dedupe() {
    let training = r#"{"distinct": [[{"id": "n1", "text": "one"}, {"id": "n2"}],
            {"__class__": "tuple", "__value__": [{"doc_id": 3}, {"doc_id": 4}]}],
        "match": [[{"body": "the tram stops"}, {"body": "the tram stopped"}]]}"#;
    assert_eq!(
        labels(training).expect("pairs"),
        [
            "3|4 no copy",
            "n1|n2 no copy",
            "“the tram stopped”|“the tram stops” copy"
        ]
    );
    let other = r#"{"distinct": [], "match": [[{"key": "n1"}, {"key": "n2"}]]}"#;
    let said = labels(other)
        .expect_err("no name of a document")
        .to_string();
    assert!(
        said.contains("record 1: in match: a record has neither an id nor"),
        "{said}"
    );
    let found = judged(other, &columns(&["key", "key"], &[], None)).expect("ids");
    assert_eq!(found, ["n1|n2 copy"]);
}

#[test]
fn splink() {
    let table = "source_dataset_l,unique_id_l,source_dataset_r,unique_id_r,clerical_match_score\n\
                 a,n1,a,n2,1.0\na,n3,a,n4,0.0\na,n5,a,n6,0.5\na,n7,a,n8,0.95\na,n8,a,n9,\n";
    assert_eq!(
        labels(table).expect("a table"),
        [
            "n1|n2 copy",
            "n3|n4 no copy",
            "n5|n6 unsure",
            "n7|n8 copy",
            "n8|n9 unsure"
        ]
    );
    let wrong = "unique_id_l,unique_id_r,clerical_match_score\nn1,n2,12\n";
    let said = labels(wrong).expect_err("no probability").to_string();
    assert!(
        said.contains("one label is not known: \"12\" (line 2)"),
        "{said}"
    );
}

#[test]
fn clusters() {
    for content in [
        "id,cluster,title\nn1,c1,One\nn2,c1,\nn3,,\n",
        "cluster;id\nc1;n1\nc1;n2\n;n3\n",
        "{\"id\": \"n1\", \"duplicate_group\": \"c1\"}\n{\"id\": \"n2\", \
         \"duplicate_group\": \"c1\"}\n{\"id\": \"n3\", \"duplicate_group\": null}",
    ] {
        assert_eq!(
            labels(content).expect(content),
            ["n1 in c1", "n2 in c1", "n3 in "]
        );
    }
    let said = labels("id,cluster\nn1,c1\nn1,c2\n")
        .expect_err("two clusters")
        .to_string();
    assert!(
        said.starts_with("labels.csv:3: n1 is in another cluster already"),
        "{said}"
    );
}

#[test]
fn hostile_files_are_errors() {
    for content in [
        "[".repeat(100_000),
        format!("{}1", "{\"a\":".repeat(100_000)),
        "{\"id_a\": \"n1\", ".to_owned(),
        "[1, 2]".to_owned(),
        "\"id_a".to_owned(),
        "{\"match\": [1]}".to_owned(),
        "{\"match\": [[{\"id\": 1}, {\"id\": 1}]]}".to_owned(),
    ] {
        assert!(
            labels(&content).is_err(),
            "{}",
            &content[..content.len().min(40)]
        );
    }
    assert_eq!(labels("[]").expect("an empty list"), [""; 0]);
}

#[test]
fn the_majority_settles_what_people_contradict() {
    let table = "id_a,id_b,label,annotator\n\
                 n1,n2,y,ann\nn2,n1,y,ben\nn1,n2,n,cat\n\
                 n3,n4,y,ann\nn3,n4,n,ben\n\
                 n5,n6,?,ann\nn5,n6,n,ben\n";
    let mut found = Judgements::default();
    read("x", table.as_bytes(), &LabelSettings::default(), &mut found).expect("a table");
    let (labels, conflicts) = found.settle();
    let settled: Vec<PairLabel> = labels.values().copied().collect();
    assert_eq!(
        settled,
        [PairLabel::Copy, PairLabel::Unsure, PairLabel::Other]
    );
    let said: Vec<String> = conflicts.iter().map(Conflict::to_string).collect();
    assert_eq!(
        said,
        [
            "n1 and n2: ann copy, ben copy, cat no copy",
            "n3 and n4: ann copy, ben no copy"
        ]
    );
    assert_eq!(found.annotators(), ["ann", "ben", "cat"]);
    assert_eq!(found.decided().len(), 2);
}
