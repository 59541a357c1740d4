//! The `dedup` command: records are written with the bytes that were read.

use std::fs;
use std::io::{Read, Write};
use std::process::{Command, Output, Stdio};

use crate::common::program::{newsroom, said};
use serde_json::Value;
use tempfile::TempDir;
use wirecopy::document::Corpus;
use wirecopy::read::{self, Inputs, LineEnd, SourceFormat};

/// Two copies and three other records, in JSON with unusual spacing, escapes and line ends.
const HOSTILE: &[u8] = b"\xef\xbb\xbf\
{\"id\":\"a\",\"text\":\"one two three four five six\",\
\"text\":\"seven eight nine ten eleven twelve\"}\r\n\
\r\n  \n\
  {\"id\" : \"b\" , \"text\":\"seven eight nine ten eleven twelve\" ,\x20\
\"n\":[1, {\"x\":\"}\"}] }  \n\
\t{\"id\":\"c\",\"x\":\"\\ud83d\\ude00 \\u00e9\",\
\"text\":\"something else that no one else says here\"}\n\
{\"id\":\"d\",\"text\":\"broken \xff utf8 in a text of its own words\"}\n\
{\"id\":\"e\",\"text\":\"the last line has no end and is its own\"}";

fn dedup(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wirecopy"));
    command
        .arg("dedup")
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Deduplicates a file of these bytes to standard output.
fn dedup_of(bytes: &[u8], name: &str, flags: &[&str]) -> Output {
    let at = TempDir::new().expect("a directory");
    fs::write(at.path().join(name), bytes).expect("a file");
    let mut command = dedup(&[name, "-q"]);
    command.args(flags).current_dir(at.path());
    run(command)
}

fn run(mut command: Command) -> Output {
    let child = command.spawn().expect("the program starts");
    child.wait_with_output().expect("the program ends")
}

/// The bytes as text, one character per byte.
fn shown(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|&byte| char::from(byte))
        .collect::<String>()
}

#[test]
fn json_records_are_written_byte_for_byte() {
    let result = dedup_of(HOSTILE, "in.jsonl", &[]);
    assert_eq!(result.status.code(), Some(0), "{}", said(&result));
    let expected: &[&[u8]] = &[
        b"{\"id\":\"a\",\"text\":\"one two three four five six\",\
          \"text\":\"seven eight nine ten eleven twelve\"}\r\n",
        b"\t{\"id\":\"c\",\"x\":\"\\ud83d\\ude00 \\u00e9\",\
          \"text\":\"something else that no one else says here\"}\n",
        b"{\"id\":\"d\",\"text\":\"broken \xff utf8 in a text of its own words\"}\n",
        b"{\"id\":\"e\",\"text\":\"the last line has no end and is its own\"}\n",
    ];
    assert_eq!(shown(&result.stdout), shown(&expected.concat()));
}

#[test]
fn only_the_mark_is_added() {
    let result = dedup_of(HOSTILE, "in.jsonl", &["--mark"]);
    assert_eq!(result.status.code(), Some(0), "{}", said(&result));
    let marked = result.stdout;
    let without = shown(&marked)
        .replace(",\"duplicate_of\":null", "")
        .replace(",\"duplicate_of\":\"a\"", "")
        .replace(",\"duplicate_group\":null", "")
        .replace(",\"duplicate_group\":\"a\"", "");
    let records: Vec<&[u8]> = HOSTILE
        .strip_prefix(b"\xef\xbb\xbf")
        .expect("a byte order mark")
        .split_inclusive(|&byte| byte == b'\n')
        .filter(|line| !line.trim_ascii().is_empty())
        .collect();
    assert_eq!(without, shown(&[&records.concat()[..], b"\n"].concat()));
    let of: Vec<Value> = shown(&marked)
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON")["duplicate_of"].clone())
        .collect();
    let kept = Value::Null;
    assert_eq!(
        of,
        [kept.clone(), "a".into(), kept.clone(), kept.clone(), kept]
    );
}

#[test]
fn an_existing_mark_field_is_refused_and_nothing_is_written() {
    let taken = b"{\"text\":\"one\"}\n{\"text\":\"two\",\"duplicate\\u005fof\":1}\n";
    let result = dedup_of(taken, "in.jsonl", &["--mark"]);
    assert_eq!(result.status.code(), Some(2), "{}", said(&result));
    assert_eq!(result.stdout, b"");
    assert!(said(&result).contains("--mark-field"), "{}", said(&result));
    let other = dedup_of(taken, "in.jsonl", &["--mark", "--mark-field", "copy_of"]);
    assert_eq!(other.status.code(), Some(0), "{}", said(&other));
    // Without marks the field is not touched.
    assert_eq!(dedup_of(taken, "in.jsonl", &[]).stdout, taken);

    let taken = b"text,duplicate_of\none,\n";
    let result = dedup_of(taken, "in.csv", &["--mark"]);
    assert_eq!(result.status.code(), Some(2), "{}", said(&result));
    assert_eq!(result.stdout, b"");
}

#[test]
fn table_rows_are_written_byte_for_byte() {
    let table = "\u{feff}id,\"text\",x\r\n\
                 a,\"one two\r\nthree \"\"four\"\" five six\",\"1,5\"\r\n\r\n\
                 b,one two three four five six,=2\n\
                 c,alone in all the world,";
    let plain = dedup_of(table.as_bytes(), "in.csv", &[]);
    assert_eq!(
        shown(&plain.stdout),
        "id,\"text\",x\r\n\
         a,\"one two\r\nthree \"\"four\"\" five six\",\"1,5\"\r\n\
         c,alone in all the world,\n"
    );
    let marked = dedup_of(table.as_bytes(), "in.csv", &["--mark"]);
    assert_eq!(
        shown(&marked.stdout),
        "id,\"text\",x,duplicate_of,duplicate_group\r\n\
         a,\"one two\r\nthree \"\"four\"\" five six\",\"1,5\",,a\r\n\
         b,one two three four five six,=2,a,a\n\
         c,alone in all the world,,,\n"
    );
    let tabs = dedup_of(b"id\ttext\na\tone\nb\tone\n", "in.tsv", &["--mark"]);
    assert_eq!(
        shown(&tabs.stdout),
        "id\ttext\tduplicate_of\tduplicate_group\na\tone\t\ta\nb\tone\ta\ta\n"
    );
    // A header alone is a table too.
    assert_eq!(dedup_of(b"id,text", "in.csv", &[]).stdout, b"id,text\n");
}

#[test]
fn compressed_or_piped_input_gives_the_same_output() {
    let table: String = (0..300)
        .map(|n| format!("{n},\"text {}\r\nof two lines\"\r\n", n % 200))
        .collect();
    let table = format!("id,text\r\n{table}");
    let plain = dedup_of(table.as_bytes(), "in.csv", &["--threshold", "1"]).stdout;
    assert_eq!(shown(&plain).matches("of two lines").count(), 200);
    let packed = |level| zstd::encode_all(table.as_bytes(), level).expect("a vector");
    let unpacked = dedup_of(&packed(1), "in.csv.zst", &["--threshold", "1"]).stdout;
    assert_eq!(shown(&unpacked), shown(&plain));

    let mut child = dedup(&["-", "--input-format", "csv", "--threshold", "1", "-q"])
        .stdin(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut pipe = child.stdin.take().expect("a pipe");
    pipe.write_all(table.as_bytes())
        .expect("the program reads its input");
    drop(pipe);
    let piped = child.wait_with_output().expect("the program ends");
    assert_eq!(shown(&piped.stdout), shown(&plain));
}

/// Records are copied from their place in the input, independent of the blocks they were read in.
#[test]
fn output_does_not_depend_on_the_block_size() {
    let table = b"\xef\xbb\xbfid,\"text\"\r\na,\"one\r\ntwo\"\r\n\r\nb,three\nc,four\r\nd,five";
    let table_rows: &[&[u8]] = &[
        b"a,\"one\r\ntwo\"\r\n",
        b"b,three\n",
        b"c,four\r\n",
        b"d,five\n",
    ];
    let mut lines = HOSTILE
        .strip_prefix(b"\xef\xbb\xbf")
        .expect("a byte order mark")
        .to_vec();
    lines.push(b'\n');
    let lines: Vec<&[u8]> = lines
        .split_inclusive(|&byte| byte == b'\n')
        .filter(|line| !line.trim_ascii().is_empty())
        .collect();
    let at = TempDir::new().expect("a directory");
    for (format, bytes, expected) in [
        (SourceFormat::Jsonl, HOSTILE, &lines[..]),
        (SourceFormat::Csv, table, table_rows),
    ] {
        let file = at.path().join("in");
        fs::write(&file, bytes).expect("a file");
        for block_bytes in [1, 2, 3, 5, 7, 16, 31, 64, 1 << 20] {
            let settings = read::ReadSettings {
                format: Some(format),
                block_bytes,
                ..read::ReadSettings::default()
            };
            let named = [file.display().to_string()];
            let of_file = Inputs::open(&named, settings.clone()).expect("a file");
            let of_pipe = Inputs::of_reader("-", format, bytes, settings);
            for inputs in [of_file, of_pipe] {
                let mut places = Vec::new();
                for block in inputs.blocks(0) {
                    let block = block.expect("a block");
                    inputs.parse(block, &mut |record| places.push(record.place));
                }
                let mut copied = Vec::new();
                for place in places {
                    let mut copy = |record: &[u8], line_end: LineEnd| {
                        copied.extend_from_slice(record);
                        copied.extend_from_slice(line_end.bytes());
                    };
                    inputs.copy(place, &mut copy).expect("the record is there");
                }
                assert_eq!(shown(&copied), shown(&expected.concat()), "{block_bytes}");
                let header = inputs.header(0).map(|header| header.line_end);
                let expected = (format == SourceFormat::Csv).then_some(LineEnd::CrLf);
                assert_eq!(header, expected, "{block_bytes}");
            }
        }
    }
}

#[test]
fn outputs_are_compressed_by_the_ending_of_their_names() {
    let at = TempDir::new().expect("a directory");
    let plain = run(dedup(&[&newsroom(), "-q"])).stdout;
    assert_eq!(shown(&plain).lines().count(), 47);
    for name in ["out.jsonl", "out.jsonl.gz", "out.JSONL.zst", "out"] {
        let path = at.path().join(name);
        let write = || {
            let result = run(dedup(&[
                &newsroom(),
                "-q",
                "-o",
                &path.display().to_string(),
            ]));
            assert_eq!(result.status.code(), Some(0), "{}", said(&result));
            fs::read(&path).expect("an output")
        };
        let bytes = write();
        let mut unpacked = Vec::new();
        match path.extension().and_then(|ending| ending.to_str()) {
            Some("gz") => {
                let mut decoder = flate2::read::GzDecoder::new(&bytes[..]);
                decoder.read_to_end(&mut unpacked).expect("gzip");
            }
            Some("zst") => unpacked = zstd::decode_all(&bytes[..]).expect("zstd"),
            _ => unpacked.clone_from(&bytes),
        }
        assert_eq!(shown(&unpacked), shown(&plain), "{name}");
        assert_eq!(write(), bytes, "{name}: the same again");
    }
}

#[test]
fn output_is_the_same_at_any_thread_count() {
    let outputs = |threads: &str, keep: &str| {
        let at = TempDir::new().expect("a directory");
        let mut dedup = dedup(&[&newsroom(), "-q", "--prefer", keep, "--threads", threads]);
        dedup.current_dir(at.path());
        dedup.args(["-o", "clean.jsonl", "--removed", "removed.csv"]);
        assert_eq!(run(dedup).status.code(), Some(0));
        ["clean.jsonl", "removed.csv"]
            .map(|file| fs::read_to_string(at.path().join(file)).expect("an output"))
    };
    for keep in ["first-published", "longest", "first-read"] {
        let alone = outputs("1", keep);
        assert_eq!(alone, outputs("2", keep));
        assert_eq!(alone, outputs("7", keep));
    }
}

#[test]
fn every_record_is_either_kept_or_listed_as_removed() {
    let at = TempDir::new().expect("a directory");
    let removed = at.path().join("removed.jsonl");
    let kept = run(dedup(&[
        &newsroom(),
        "-q",
        "--removed",
        &removed.display().to_string(),
    ]));
    let ids = |lines: &str| -> Vec<String> {
        let id = |line| serde_json::from_str::<Value>(line).expect("JSON")["id"].to_string();
        lines.lines().map(id).collect()
    };
    let removed = fs::read_to_string(removed).expect("the list");
    let mut all = ids(&shown(&kept.stdout));
    let staying = all.clone();
    all.extend(ids(&removed));
    all.sort();
    let mut read = ids(&fs::read_to_string(newsroom()).expect("the newsroom can be read"));
    read.sort();
    assert_eq!(all, read);
    for line in removed.lines() {
        let row: Value = serde_json::from_str(line).expect("JSON");
        let of = row["duplicate_of"].to_string();
        assert!(staying.contains(&of), "{of} is kept");
        assert!(row["jaccard"].as_f64() >= Some(0.8), "{row}");
    }
}

#[test]
fn several_inputs_of_one_format_go_to_one_output() {
    let at = TempDir::new().expect("a directory");
    let write = |name: &str, text: &str| fs::write(at.path().join(name), text).expect("a file");
    write("b.csv", "id,text\nb,one two\n");
    write("a.csv", "id,text\r\na,one two");
    write("c.csv", "id,text\nc,\"three\n\"\n");
    let mut both = dedup(&[".", "-q", "--prefer", "first-read"]);
    both.current_dir(at.path());
    assert_eq!(
        shown(&run(both).stdout),
        "id,text\r\na,one two\nc,\"three\n\"\n"
    );

    write("d.csv", "text,id\nfour,d\n");
    let mut all = dedup(&[".", "-q"]);
    all.current_dir(at.path());
    let result = run(all);
    assert_eq!(result.status.code(), Some(2), "{}", said(&result));
    assert_eq!(result.stdout, b"");
    assert!(
        said(&result).contains("different columns"),
        "{}",
        said(&result)
    );
}

#[test]
fn text_files_are_written_as_json_lines() {
    let at = TempDir::new().expect("a directory");
    let write = |name: &str, text: &str| fs::write(at.path().join(name), text).expect("a file");
    write("a.txt", "one \"two\"\nthree\n");
    write("b.txt", "One two three");
    write("c.txt", "");
    let texts = |flags: &[&str]| {
        let mut texts = dedup(&["a.txt", "b.txt", "c.txt", "-q"]);
        texts.args(flags).current_dir(at.path());
        run(texts)
    };
    let unknown = "\"url\":null,\"site\":null,\"published\":null,\"title\":null,\"author\":null,\
                   \"canonical\":null,\"crawled\":null";
    assert_eq!(
        shown(&texts(&[]).stdout),
        format!(
            "{{\"id\":\"a.txt\",\"text\":\"one \\\"two\\\"\\nthree\\n\",{unknown}}}\n\
             {{\"id\":\"c.txt\",\"text\":\"\",{unknown}}}\n"
        )
    );
    assert!(shown(&texts(&["--mark"]).stdout).contains(&format!(
        "{{\"id\":\"b.txt\",\"text\":\"One two three\",{unknown},\"duplicate_of\":\"a.txt\",\
         \"duplicate_group\":\"a.txt\"}}\n"
    )));
    assert_eq!(texts(&["-o", "clean.txt"]).status.code(), Some(2));
    let taken = texts(&["--mark", "--mark-field", "text"]);
    assert_eq!(taken.status.code(), Some(2), "{}", said(&taken));
}

#[test]
fn rejected_records_are_not_written() {
    let lines = b"{\"id\":1,\"text\":\"one\"}\nnot JSON\n{\"id\":1,\"text\":\"two\"}\n";
    let result = dedup_of(lines, "in.jsonl", &[]);
    assert_eq!(result.status.code(), Some(3), "{}", said(&result));
    assert_eq!(shown(&result.stdout), "{\"id\":1,\"text\":\"one\"}\n");
    let strict = dedup_of(lines, "in.jsonl", &["--strict"]);
    assert_eq!(strict.status.code(), Some(1), "{}", said(&strict));
    assert_eq!(strict.stdout, b"");
    let none = dedup_of(b"not JSON\n", "in.jsonl", &[]);
    assert_eq!(none.status.code(), Some(1), "{}", said(&none));
    assert_eq!(none.stdout, b"");
    let empty = dedup_of(b"", "in.jsonl", &[]);
    assert_eq!(empty.status.code(), Some(0), "{}", said(&empty));
    assert_eq!(empty.stdout, b"");
}

#[test]
fn a_record_already_in_the_index_is_a_duplicate_of_itself() {
    let directory = TempDir::new().expect("a temporary directory can be created");
    let path = |name: &str| directory.path().join(name).display().to_string();
    let (index, input, clean, removed) = (
        path("index"),
        path("tonight.jsonl"),
        path("clean.jsonl"),
        path("removed.csv"),
    );
    let a = r#"{"id":"a","site":"x.example","text":"seven eight nine ten eleven twelve"}"#;
    let b = r#"{"id":"b","text":"something else that no one else says here"}"#;
    let night = |records: &[&str], flags: &[&str]| {
        fs::write(&input, records.join("\n") + "\n").expect("the test directory is writable");
        let outputs = ["-o", &clean, "--removed", &removed, "--index", &index];
        let mut command = dedup(&[&input]);
        command.args(outputs).args(flags);
        let result = run(command);
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        (result, read(&clean), read(&removed))
    };
    let (first, out, _) = night(&[a, b], &[]);
    assert_eq!(first.status.code(), Some(0), "{}", said(&first));
    assert_eq!(out, format!("{a}\n{b}\n"));

    // The same records again, with a copy, a record that cannot be read, and one with a known id on
    // another site, which is another document.
    let moved = a.replace("x.example", "y.example");
    let copy = a.replace(r#""a""#, r#""c""#);
    let changed = b.replace("else", "other");
    let (again, out, list) = night(&[&copy, &moved, "no record", b], &["--no-add"]);
    assert_eq!(again.status.code(), Some(3), "{}", said(&again));
    assert_eq!(out, "");
    let rows: Vec<&str> = list.lines().skip(1).collect();
    let file = &input;
    let moved_id = rows[1].split(',').next().unwrap_or_default();
    assert!(moved_id.starts_with("a#"), "{moved_id}");
    assert!(said(&again).contains(&format!("kept as {moved_id}")));
    assert_eq!(
        rows,
        [
            format!("c,a,exact,1.0000,false,x.example,x.example,,,{file},,,"),
            format!("{moved_id},a,exact,1.0000,true,y.example,x.example,,,{file},,,"),
            format!("b,b,exact,1.0000,,,,,,{file},,,"),
        ]
    );
    assert!(
        said(&again).contains("3 removed: 3 exact, 0 near"),
        "{}",
        said(&again)
    );

    let (_, out, _) = night(&[&copy, &moved, &changed], &["--mark", "--no-add"]);
    let mark = |record: &str, of: &str| {
        let marks = format!("\",\"duplicate_of\":{of},\"duplicate_group\":{of}}}");
        record.replace("\"}", &marks)
    };
    let marked = [
        mark(&copy, "\"a\""),
        mark(&moved, "\"a\""),
        mark(&changed, "null"),
    ];
    assert_eq!(out, marked.join("\n") + "\n");

    // An existing mark field is refused with an index too.
    let taken = a.replace("\"site\"", "\"duplicate_of\":1,\"site\"");
    let (refused, _, _) = night(&[&taken], &["--mark", "--no-add"]);
    assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));

    // A known record and one that cannot be read: not every record was rejected.
    let asked = ["--fail-if-empty", "--no-add"];
    let (rejected, out, _) = night(&[a, "no record"], &asked);
    assert_eq!(rejected.status.code(), Some(3), "{}", said(&rejected));
    assert_eq!(out, "");
    let (_, out, list) = night(&[a, &changed], &[]);
    assert_eq!((out, list.lines().count()), (format!("{changed}\n"), 2));
    // The same night again is a question, or leaves the outputs as they were.
    let (again, out, list) = night(&[a, &changed], &[]);
    assert_eq!(again.status.code(), Some(1), "{}", said(&again));
    assert_eq!((out, list.lines().count()), (format!("{changed}\n"), 2));
    let (_, out, list) = night(&[a, &changed], &["--no-add"]);
    assert_eq!((out.as_str(), list.lines().count()), ("", 3));
}

#[test]
fn the_newer_text_of_a_page_wins_if_documents_are_named_by_their_urls() {
    let page = |id: &str, url: &str, text: &str| format!("{id},https://a.example/{url},{text}\n");
    let bridge = "the old harbour bridge is closed for repairs until the end of the summer and \
                  ferries run every ten minutes in the meantime";
    let revised = format!("{bridge} while buses are free");
    let [bees, choir] = [
        "a swarm of bees has settled",
        "the choir has won its third contest",
    ];
    for (flags, comes_out) in [(&[][..], false), (&["--id-field", "url"], true)] {
        let at = TempDir::new().expect("a directory");
        let night = |records: &[String]| {
            let table = "id,url,text\n".to_owned() + &records.concat();
            fs::write(at.path().join("tonight.csv"), table).expect("a file");
            let mut command = dedup(&["tonight.csv", "-q", "--index", "ix"]);
            command.args(flags).current_dir(at.path());
            let output = run(command);
            assert_eq!(output.status.code(), Some(0), "{}", said(&output));
            String::from_utf8(output.stdout).expect("UTF-8")
        };
        night(&[page("1", "bridge", bridge), page("2", "bees", bees)]);
        let second = night(&[page("7", "bridge", &revised), page("8", "choir", choir)]);
        assert_eq!(second.contains("buses"), comes_out, "{second}");
        assert!(second.contains("choir"));
    }
}

#[test]
fn documents_without_words_and_short_ones_are_kept() {
    let lines = b"{\"id\":1,\"text\":\"\"}\n{\"id\":2,\"text\":\"\"}\n\
                  {\"id\":3,\"text\":\"a b\"}\n{\"id\":4,\"text\":\"a b\"}\n";
    let stays = |flags: &[&str]| {
        shown(&dedup_of(lines, "in.jsonl", flags).stdout)
            .lines()
            .count()
    };
    assert_eq!(stays(&[]), 3);
    assert_eq!(stays(&["--min-words", "3"]), 4);
}

#[test]
fn an_output_that_is_an_input_is_refused() {
    let at = TempDir::new().expect("a directory");
    let input = at.path().join("in.jsonl");
    fs::copy(newsroom(), &input).expect("a copy");
    let path = input.display().to_string();
    let result = run(dedup(&[&path, "-q", "-o", &path]));
    assert_eq!(result.status.code(), Some(2), "{}", said(&result));
    assert_eq!(fs::read(&input).ok(), fs::read(newsroom()).ok());
}
