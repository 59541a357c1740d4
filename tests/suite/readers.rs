//! The readers from the outside: the same records give the same documents, however they are stored
//! and cut.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::Write;
use std::path::Path;

use proptest::prelude::*;
use rayon::prelude::*;
use wirecopy::document::{BlockTally, Corpus, Document, Fetch, SourcePlace};
use wirecopy::error::ReadError;
use wirecopy::read::{FieldNames, Inputs, LeftOut, ReadSettings, SkippedInputs, SourceFormat};

/// The fields of a document, in a form that can be compared.
type DocumentFields = Vec<Option<String>>;

/// Result of reading, numbered as the pipeline numbers it.
#[derive(Debug, Default, PartialEq, Eq, Clone)]
struct ReadResult {
    /// Source, record, line, place, document.
    documents: Vec<(String, u64, u64, SourcePlace, DocumentFields)>,
    /// Source, record, line, id, reason.
    rejects: Vec<(String, u64, u64, Option<String>, String)>,
    records: u64,
    lines: u64,
    bytes: u64,
    lossy: u64,
    bad_dates: u64,
}

fn fields_of(document: &Document<'_>) -> DocumentFields {
    let own = |text: &Option<std::borrow::Cow<'_, str>>| text.as_ref().map(|text| text.to_string());
    vec![
        own(&document.id),
        Some(document.text.to_string()),
        own(&document.url),
        own(&document.site),
        document.published.map(|published| format!("{published:?}")),
        own(&document.title),
        own(&document.author),
        own(&document.canonical),
    ]
}

/// Reads everything, blocks in parallel, and reads each document a second time.
fn read(inputs: &Inputs) -> Result<ReadResult, ReadError> {
    let mut all = ReadResult::default();
    for source in 0..inputs.sources() {
        let name = inputs.source_name(source).to_owned();
        let blocks: Vec<_> = inputs.blocks(source).collect::<Result<_, _>>()?;
        let parsed: Vec<(Vec<_>, BlockTally)> = blocks
            .into_par_iter()
            .map(|block| {
                let mut documents = Vec::new();
                let tally = inputs.parse(block, &mut |record| {
                    documents.push((
                        record.record,
                        record.line,
                        record.place,
                        fields_of(&record.document),
                    ));
                });
                (documents, tally)
            })
            .collect();
        let (mut records, mut lines) = (0, 0);
        for (documents, tally) in parsed {
            assert_eq!(
                tally.records,
                (documents.len() + tally.rejects.len()) as u64,
                "every record is a document or a reject"
            );
            for (record, line, place, said) in documents {
                let mut again = None;
                inputs
                    .fetch(place, &mut |document| again = Some(fields_of(document)))
                    .unwrap();
                assert_eq!(again.as_ref(), Some(&said), "fetched as parsed");
                all.documents.push((
                    name.clone(),
                    records + record + 1,
                    lines + line + 1,
                    place,
                    said,
                ));
            }
            for reject in tally.rejects {
                assert_eq!(reject.source as usize, source);
                assert!(
                    !reject.reason.chars().any(char::is_control),
                    "one line: {}",
                    reject.reason
                );
                all.rejects.push((
                    name.clone(),
                    records + reject.record + 1,
                    lines + reject.line + 1,
                    reject.id,
                    reject.reason,
                ));
            }
            records += tally.records;
            lines += tally.lines;
            all.bytes += tally.bytes;
            all.lossy += tally.lossy;
            all.bad_dates += tally.bad_dates;
        }
        all.records += records;
        all.lines += lines;
    }
    Ok(all)
}

fn of_bytes(bytes: &[u8], format: SourceFormat, settings: &ReadSettings) -> ReadResult {
    read(&Inputs::of_reader(
        "x",
        format,
        std::io::Cursor::new(bytes.to_vec()),
        settings.clone(),
    ))
    .unwrap()
}

fn of_file(path: &Path, settings: &ReadSettings) -> Result<ReadResult, ReadError> {
    read(&Inputs::open(
        &[path.display().to_string()],
        settings.clone(),
    )?)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

fn texts(all: &ReadResult) -> Vec<&str> {
    all.documents
        .iter()
        .map(|document| document.4[1].as_deref().unwrap())
        .collect()
}

fn named(all: &mut ReadResult, name: &str) {
    all.documents
        .iter_mut()
        .for_each(|document| document.0 = name.to_owned());
    all.rejects
        .iter_mut()
        .for_each(|reject| reject.0 = name.to_owned());
}

/// Checks that the same bytes give the same result from a file, from compressed files and from a
/// stream, in blocks of any size.
fn same_however_read(
    bytes: &[u8],
    format: SourceFormat,
    max_record: usize,
    block_bytes: usize,
) -> ReadResult {
    let settings = ReadSettings {
        max_record,
        // Bytes are counted as they are decoded.
        encoding: Some(encoding_rs::UTF_8),
        ..ReadSettings::default()
    };
    let expected = of_bytes(bytes, format, &settings);
    assert_eq!(expected.bytes, bytes.len() as u64, "every byte is counted");
    let settings = ReadSettings {
        block_bytes,
        ..settings
    };
    assert_eq!(
        of_bytes(bytes, format, &settings),
        expected,
        "a stream in small blocks"
    );
    assert_eq!(of_bytes(&gzip(bytes), format, &settings), expected, "gzip");
    assert_eq!(of_bytes(&zstd(bytes), format, &settings), expected, "zstd");
    let directory = tempfile::tempdir().unwrap();
    let ending = format.info().endings[0];
    for (ending, bytes) in [
        (ending.to_owned(), bytes.to_vec()),
        (format!("{ending}.gz"), gzip(bytes)),
        (format!("{ending}.zst"), bytes.to_vec()),
    ] {
        let path = directory.path().join(format!("x{ending}"));
        fs::write(&path, bytes).unwrap();
        for block_bytes in [block_bytes, 1 << 20] {
            let mut found = of_file(
                &path,
                &ReadSettings {
                    block_bytes,
                    ..settings.clone()
                },
            )
            .unwrap();
            named(&mut found, "x");
            if format == SourceFormat::Text {
                found
                    .documents
                    .iter_mut()
                    .for_each(|document| document.4[0] = Some("x".to_owned()));
            }
            assert_eq!(
                found,
                expected,
                "{} in blocks of {block_bytes}",
                path.display()
            );
        }
    }
    expected
}

#[test]
fn lines_are_documents_blanks_or_rejects() {
    let bytes = concat!(
        "\u{feff}{\"id\":\"a\",\"text\":\"one\"}\r\n",
        "\n",
        "   \t\r\n",
        "{\"id\":\"b\",\"text\":\"two\",\"date\":\"never\"}\n",
        "{\"id\":\"c\"}\n",
        "nothing\n",
        "{\"id\":\"d\",\"text\":\"a long one, longer than forty bytes, so it goes\"}\n",
        "{\"text\":\"last\"}"
    );
    let all = same_however_read(bytes.as_bytes(), SourceFormat::Jsonl, 40, 7);
    let numbered: Vec<_> = all
        .documents
        .iter()
        .map(|document| (document.1, document.2, document.3.offset))
        .collect();
    assert_eq!(numbered, [(1, 1, 3), (2, 4, 35), (6, 8, 161)]);
    assert_eq!(texts(&all), ["one", "two", "last"]);
    let rejects: Vec<_> = all
        .rejects
        .iter()
        .map(|reject| (reject.1, reject.2, reject.3.as_deref(), reject.4.as_str()))
        .collect();
    assert_eq!(
        (rejects[0].0, rejects[0].1, rejects[0].2),
        (3, 5, Some("c"))
    );
    assert_eq!(
        rejects[1],
        (4, 6, None, "not JSON at column 1: a value is missing")
    );
    assert_eq!(
        rejects[2],
        (
            5,
            7,
            Some("d"),
            "longer than 40 bytes; raise --max-record to read it"
        )
    );
    assert_eq!((all.records, all.lines, all.bad_dates), (6, 8, 1));
}

#[test]
fn a_record_of_the_maximum_length_is_read_and_a_longer_one_is_not() {
    let line = "{\"text\":\"abcdef\"}";
    for block_bytes in [1, 5, line.len(), line.len() + 1, 1 << 20] {
        for end in ["", "\n", "\n{\"text\":\"b\"}\n"] {
            let bytes = format!("{line}{end}");
            let all = same_however_read(
                bytes.as_bytes(),
                SourceFormat::Jsonl,
                line.len(),
                block_bytes,
            );
            assert_eq!(all.rejects.len(), 0);
            let all = same_however_read(
                bytes.as_bytes(),
                SourceFormat::Jsonl,
                line.len() - 1,
                block_bytes,
            );
            assert_eq!(all.rejects.len(), 1);
            assert_eq!(
                all.rejects[0].4,
                "longer than 16 bytes; raise --max-record to read it"
            );
        }
    }
}

#[test]
fn broken_utf8_is_replaced_and_counted() {
    let bytes =
        b"{\"text\":\"a\xff\xfeb\",\"id\":\"1\"}\n{\"text\":\"\xc3\xa9\xc3\xa9\"}\n{\"text\":\"\\ud800\"}\n";
    let all = same_however_read(bytes, SourceFormat::Jsonl, 100, 10);
    assert_eq!(
        texts(&all),
        ["a\u{fffd}\u{fffd}b", "\u{e9}\u{e9}", "\u{fffd}"]
    );
    assert_eq!(all.lossy, 2);
    let all = same_however_read(
        b"id,text\n1,a\xffb\n2,\xc3\xa9\n",
        SourceFormat::Csv,
        100,
        3,
    );
    assert_eq!((texts(&all), all.lossy), (vec!["a\u{fffd}b", "\u{e9}"], 1));
    let all = same_however_read(b"a\xff\xc3\xa9\n", SourceFormat::Text, 100, 3);
    assert_eq!((texts(&all), all.lossy), (vec!["a\u{fffd}\u{e9}\n"], 1));
}

#[test]
fn tables_give_documents_and_rejects() {
    let bytes = concat!(
        "\u{feff}\r\nID,Published,Body,url\r\n",
        "1,2016-11-01,\"line one\r\nline \"\"two\"\"\",https://www.example.com/\r\n",
        "\r\n",
        "2,,x\r\n",
        "3,soon,,\r\n",
        "4,,\"the last\",,x"
    );
    let all = same_however_read(bytes.as_bytes(), SourceFormat::Csv, 1000, 4);
    assert_eq!(texts(&all), ["line one\r\nline \"two\"", ""]);
    assert_eq!(all.documents[0].4[3].as_deref(), Some("example.com"));
    let numbered: Vec<_> = all
        .documents
        .iter()
        .map(|document| (document.1, document.2))
        .collect();
    assert_eq!(numbered, [(1, 3), (3, 7)]);
    let rejects: Vec<_> = all
        .rejects
        .iter()
        .map(|reject| (reject.1, reject.2, reject.4.as_str()))
        .collect();
    let why = "where the header has 4; put fields that hold a separator or a line end in quotes";
    assert_eq!(
        rejects,
        [
            (2, 6, format!("3 fields {why}").as_str()),
            (4, 8, format!("5 fields {why}").as_str())
        ]
    );
    assert_eq!((all.records, all.lines, all.bad_dates), (4, 8, 1));

    let all = same_however_read(
        b"text\tid\na, b\t1\n\"c\td\"\t2\n",
        SourceFormat::Tsv,
        1000,
        4,
    );
    assert_eq!(texts(&all), ["a, b", "c\td"]);
    for nothing in ["", "\n\n", "text,id\n", "text,id"] {
        let all = same_however_read(nothing.as_bytes(), SourceFormat::Csv, 1000, 4);
        assert_eq!(all.records, 0, "{nothing:?}");
    }
}

#[test]
fn a_quote_left_open_is_rejected_in_bounded_memory() {
    let table = format!("id,text\n1,good\n2,\"open\n{}", "3,more\n".repeat(10_000));
    let all = same_however_read(table.as_bytes(), SourceFormat::Csv, 1 << 20, 100);
    assert_eq!((all.documents.len(), all.rejects.len()), (10_002, 0));
    assert_eq!(texts(&all)[..3], ["good", "\"open", "more"]);
    let bounded = same_however_read(table.as_bytes(), SourceFormat::Csv, 1000, 100);
    assert_eq!(bounded.documents.len(), 10_002);
    let all = same_however_read(
        b"id,text\n1,\"aaaaaaaaaaaaaaaaaaaaaaa\naaaaaaa\"\n2,b\n",
        SourceFormat::Csv,
        20,
        3,
    );
    assert_eq!(
        (texts(&all), all.rejects.len(), all.documents[0].2),
        (vec!["b"], 2, 4)
    );
}

#[test]
fn a_table_without_a_text_column_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("meta.csv");
    fs::write(&path, "id,sto\"ry\n1,a\n").unwrap();
    match of_file(&path, &ReadSettings::default()) {
        Err(ReadError::NoTextColumn { columns, .. }) => assert_eq!(columns, "id, sto\"ry"),
        other => panic!("{other:?}"),
    }
    // In a directory it is a reject.
    fs::write(directory.path().join("news.csv"), "id,text\n1,a\n").unwrap();
    let all = of_file(directory.path(), &ReadSettings::default()).unwrap();
    assert_eq!((texts(&all), all.rejects.len()), (vec!["a"], 1));
    assert!(all.rejects[0].4.contains("no text column"));
    // With the right name it is read.
    let fields = FieldNames {
        text: vec!["sto\"ry".to_owned()],
        ..FieldNames::default()
    };
    assert_eq!(
        texts(
            &of_file(
                &path,
                &ReadSettings {
                    fields,
                    ..ReadSettings::default()
                }
            )
            .unwrap()
        ),
        ["a"]
    );
}

#[test]
fn a_text_file_is_one_document() {
    let all = same_however_read(
        "\u{feff}Line one.\r\nLine two.".as_bytes(),
        SourceFormat::Text,
        100,
        3,
    );
    assert_eq!(texts(&all), ["Line one.\r\nLine two."]);
    assert_eq!((all.records, all.lines), (1, 2));
    assert_eq!(
        texts(&same_however_read(b"", SourceFormat::Text, 100, 3)),
        [""]
    );
    assert_eq!(
        texts(&same_however_read(b"0123456789", SourceFormat::Text, 10, 3)),
        ["0123456789"]
    );
    let all = same_however_read(b"0123456789a", SourceFormat::Text, 10, 3);
    assert_eq!((all.rejects.len(), all.documents.len()), (1, 0));
}

#[test]
fn a_truncated_compressed_file_gives_its_first_records() {
    let bytes: String = (0..5000)
        .map(|n| format!("{{\"id\":{n},\"text\":\"{}\"}}\n", n * 7919))
        .collect();
    for packed in [gzip(bytes.as_bytes()), zstd(bytes.as_bytes())] {
        let half = &packed[..packed.len() / 2];
        let mut before = None;
        for block_bytes in [100, 1 << 20] {
            let all = of_bytes(
                half,
                SourceFormat::Jsonl,
                &ReadSettings {
                    block_bytes,
                    ..ReadSettings::default()
                },
            );
            assert_eq!(all.rejects.len(), 1);
            assert!(
                all.rejects[0]
                    .4
                    .contains("stream ends in the middle (byte "),
                "{}",
                all.rejects[0].4
            );
            assert_eq!(all.rejects[0].1, all.documents.len() as u64 + 1);
            assert_eq!(before.get_or_insert_with(|| all.clone()), &all);
        }
    }
}

#[test]
fn a_huge_compressed_line_does_not_fill_memory_or_disk() {
    // 40 MB in one line, from 40 kB.
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(b"{\"id\":\"bomb\",\"text\":\"").unwrap();
    let piece = vec![b'a'; 1 << 20];
    for _ in 0..40 {
        encoder.write_all(&piece).unwrap();
    }
    encoder.write_all(b"\"}\n{\"text\":\"after\"}\n").unwrap();
    let packed = encoder.finish().unwrap();
    let settings = ReadSettings {
        max_record: 1 << 20,
        ..ReadSettings::default()
    };
    let all = of_bytes(&packed, SourceFormat::Jsonl, &settings);
    assert_eq!(texts(&all), ["after"]);
    assert_eq!(all.rejects[0].3.as_deref(), Some("bomb"));
    assert_eq!(all.lines, 2);
}

#[test]
fn directories_are_walked() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    fs::create_dir_all(root.join("b/.git")).unwrap();
    for (name, content) in [
        ("z.jsonl", "{\"text\":\"z\"}\n"),
        ("b/a.TXT", "b a"),
        ("b/.git/x.txt", "hidden"),
        (".hidden.txt", "hidden"),
        ("b/x.pdf", "unknown"),
        ("a.csv", "text\na\n"),
        ("b.text", "b"),
        ("noending", "unknown"),
    ] {
        fs::write(root.join(name), content).unwrap();
    }
    let inputs = |names: &[&Path], format| {
        let names: Vec<_> = names
            .iter()
            .map(|name| name.display().to_string())
            .collect();
        Inputs::open(
            &names,
            ReadSettings {
                format,
                ..ReadSettings::default()
            },
        )
        .unwrap()
    };
    let found = inputs(&[root], None);
    let names: Vec<_> = (0..found.sources())
        .map(|n| {
            Path::new(found.source_name(n))
                .strip_prefix(root)
                .unwrap()
                .display()
                .to_string()
        })
        .collect();
    assert_eq!(names, ["a.csv", "b.text", "b/a.TXT", "z.jsonl"]);
    let left_out = |name: &str| LeftOut {
        file: root.join(name).display().to_string(),
        reason: "of no format that is known".to_owned(),
    };
    assert_eq!(
        *found.skipped(),
        SkippedInputs {
            left_out: 2,
            named: vec![left_out("b/x.pdf"), left_out("noending")],
            hidden: 2,
            same_file: 0
        }
    );
    assert_eq!(found.total_bytes(), Some(7 + 1 + 3 + 13));
    let all = read(&found).unwrap();
    assert_eq!(texts(&all), ["a", "b", "b a", "z"]);
    assert_eq!(
        all.documents[2].4[0].as_deref(),
        Some(root.join("b/a.TXT").display().to_string().as_str())
    );

    // The order of the names does not matter, nor does a name given twice.
    let (z, b) = (root.join("z.jsonl"), root.join("b"));
    assert_eq!(read(&inputs(&[&z, &b, root, root], None)).unwrap(), all);
    assert_eq!(
        read(&inputs(&[&root.join("b/../z.jsonl"), &z], None))
            .unwrap()
            .documents
            .len(),
        1
    );

    // A given format applies to every file that is not hidden.
    assert_eq!(inputs(&[root], Some(SourceFormat::Text)).sources(), 6);
}

#[cfg(unix)]
#[test]
fn looping_and_broken_links_are_handled() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    fs::create_dir(root.join("a")).unwrap();
    fs::write(root.join("a/one.txt"), "one").unwrap();
    std::os::unix::fs::symlink(root, root.join("a/up")).unwrap();
    std::os::unix::fs::symlink(root.join("a/one.txt"), root.join("same.txt")).unwrap();
    std::os::unix::fs::symlink(root.join("gone"), root.join("gone.txt")).unwrap();
    std::os::unix::fs::symlink(root.join("gone"), root.join("gone.pdf")).unwrap();
    let inputs = Inputs::open(&[root.display().to_string()], ReadSettings::default()).unwrap();
    let skipped = inputs.skipped();
    assert_eq!(
        (skipped.left_out, skipped.hidden, skipped.same_file),
        (1, 0, 1)
    );
    assert!(skipped.named[0].reason.starts_with("cannot be opened: "));
    let all = read(&inputs).unwrap();
    assert_eq!(texts(&all), ["one"]);
    assert_eq!(all.rejects.len(), 1);
    let (name, record, line, _, reason) = &all.rejects[0];
    assert!(
        name.ends_with("gone.txt") && reason.starts_with("cannot be opened: "),
        "{name}: {reason}"
    );
    assert_eq!((*record, *line), (1, 1));
}

#[test]
fn an_input_that_cannot_be_opened_is_an_error_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.doc");
    let name = path.display().to_string();
    let missing = Inputs::open(std::slice::from_ref(&name), ReadSettings::default());
    assert!(matches!(missing, Err(ReadError::Open { input, .. }) if input == name));
    fs::write(&path, "no record").unwrap();
    let unknown = Inputs::open(std::slice::from_ref(&name), ReadSettings::default())
        .unwrap_err()
        .to_string();
    assert!(unknown.ends_with("of no format that is known"), "{unknown}");
    assert!(
        Inputs::open(
            &[name],
            ReadSettings {
                format: Some(SourceFormat::Csv),
                ..ReadSettings::default()
            }
        )
        .is_ok()
    );
}

#[test]
fn a_stream_that_cannot_be_spooled_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let settings = ReadSettings {
        temp_dir: Some(directory.path().join("gone")),
        ..ReadSettings::default()
    };
    let inputs = Inputs::of_reader(
        "-",
        SourceFormat::Jsonl,
        &b"{\"text\":\"a\"}\n"[..],
        settings,
    );
    let failure = read(&inputs).unwrap_err();
    assert!(matches!(failure, ReadError::Spool { .. }), "{failure}");
    assert!(failure.to_string().contains("gone"), "{failure}");
}

#[test]
fn a_file_that_changes_during_a_run_is_detected() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.jsonl");
    let bytes = "{\"text\":\"one\"}\n{\"text\":\"two\"}\n";
    fs::write(&path, bytes).unwrap();
    let inputs = Inputs::open(
        &[path.display().to_string()],
        ReadSettings {
            block_bytes: 20,
            ..ReadSettings::default()
        },
    )
    .unwrap();
    let place = |offset, length| SourcePlace {
        source: 0,
        length,
        offset,
    };
    let fetch = |place| inputs.fetch(place, &mut |_| {});
    assert!(fetch(place(0, 14)).is_ok());
    // Places that hold no record.
    for wrong in [
        place(0, 13),
        place(15, 20),
        place(1000, 5),
        place(u64::MAX, 5),
        SourcePlace {
            source: 1,
            length: 1,
            offset: 0,
        },
    ] {
        assert!(fetch(wrong).is_err(), "{wrong}");
    }
    let blocks: Vec<_> = inputs.blocks(0).collect::<Result<_, _>>().unwrap();
    fs::OpenOptions::new()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(10)
        .unwrap();
    assert!(matches!(
        fetch(place(0, 14)),
        Err(ReadError::Changed { offset: 0, .. })
    ));
    let mut rejects = Vec::new();
    for block in blocks {
        rejects.extend(
            inputs
                .parse(block, &mut |_| panic!("nothing is whole"))
                .rejects,
        );
    }
    assert_eq!(rejects.len(), 2);
    assert!(
        rejects[0]
            .reason
            .starts_with("the file is shorter than it was")
    );
}

#[test]
fn a_sink_may_fetch_records() {
    let inputs = Inputs::of_reader(
        "-",
        SourceFormat::Jsonl,
        &b"{\"text\":\"a\"}\n{\"text\":\"b\"}\n"[..],
        ReadSettings::default(),
    );
    let mut fetched = Vec::new();
    for block in inputs.blocks(0) {
        inputs.parse(block.unwrap(), &mut |record| {
            inputs
                .fetch(record.place, &mut |document| {
                    fetched.push(document.text.to_string())
                })
                .unwrap();
            assert_eq!(fetched.last().unwrap(), record.document.text.as_ref());
        });
    }
    assert_eq!(fetched, ["a", "b"]);
    assert_eq!(inputs.blocks(0).count(), 0, "a stream is read once");
}

/// A carriage return and no line feed: a file is read as values that are no lines.
#[test]
fn a_last_line_without_an_end_is_counted_whatever_becomes_of_its_record() {
    for (record, lines) in [
        ("\n\n{\"text\": \"boat\rbridge\"}", 3),
        ("{\"text\": \"a record that is too\rlong\"}", 1),
    ] {
        for block_bytes in [1, 7, 100] {
            let all = same_however_read(record.as_bytes(), SourceFormat::Jsonl, 30, block_bytes);
            assert_eq!(all.lines, lines, "{record:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn lines_are_the_same_however_read(
        lines in proptest::collection::vec(
            prop_oneof![
                "[ \t]{0,3}",
                "\\{\"id\":\"[a-c]\",\"text\":\"[a-zé\\\\n]{0,60}\"\\}",
                "\\{\"text\":5, \"url\":\"https://a[.\r]example/\"\\}",
                "[{}\":,a]{0,12}",
            ],
            0..12,
        ),
        end in "\r?\n|",
        bom in any::<bool>(),
        max_record in 1usize..80,
        block_bytes in 1usize..100,
    ) {
        let text = format!("{}{}{end}", if bom { "\u{feff}" } else { "" }, lines.join("\n"));
        same_however_read(text.as_bytes(), SourceFormat::Jsonl, max_record, block_bytes);
    }

    #[test]
    fn any_bytes_are_the_same_however_read(
        bytes in proptest::collection::vec(
            prop_oneof![any::<u8>(), Just(b'\n'), Just(b'"')],
            0..200,
        ),
        block_bytes in 1usize..100,
    ) {
        // Skips bytes that look like a compressed file.
        if !matches!(bytes.first(), Some(0x1f | 0x28 | 0x50..=0x5f)) {
            same_however_read(&bytes, SourceFormat::Jsonl, 50, block_bytes);
            same_however_read(&bytes, SourceFormat::Text, 50, block_bytes);
        }
    }

    #[test]
    fn tables_are_the_same_however_read(
        body in "([aé,\n\r]|\"\"|\"|,\"|\"\n){0,60}",
        max_record in 10usize..80,
        block_bytes in 1usize..40,
    ) {
        let table = format!("text,id\n{body}");
        same_however_read(table.as_bytes(), SourceFormat::Csv, max_record, block_bytes);
    }
}
