//! Damage: a flipped bit or a wrong length of any index file is found, the file is named, and no
//! command panics or hangs.
//!
//! `WIRECOPY_FLIPS` is the number of bits to flip in each file (default 24), `WIRECOPY_SEED`
//! selects them.

use std::fs;
use std::path::Path;

use crate::common::nights::{Nights, SCAN, names_in, newsroom, number_from, said};
use wirecopy::index::{Index, IndexError, Writer};
use xxhash_rust::xxh3::{xxh3_64_with_seed, xxh3_128};

const ASK: &[&str] = &[
    "scan",
    "copies.jsonl",
    "--index",
    "index",
    "--no-add",
    "-o",
    "out/pairs.csv",
    "-q",
];
const ADD: &[&str] = &[
    "scan",
    "copies.jsonl",
    "--index",
    "index",
    "-o",
    "out/pairs.csv",
    "-q",
];
const KEEP: &[&str] = &[
    "scan",
    "copies.jsonl",
    "--index",
    "index",
    "--keep",
    "12h",
    "--as-of",
    "2026-03-11T06:00:00Z",
    "-o",
    "out/pairs.csv",
    "-q",
];
const DEDUP: &[&str] = &[
    "dedup",
    "copies.jsonl",
    "--index",
    "index",
    "-o",
    "out/kept.jsonl",
    "-q",
];

/// Every command that uses an index; those that change it come last.
const COMMANDS: &[&[&str]] = &[
    &["index", "info", "index"],
    &["index", "verify", "index"],
    &["index", "export", "index", "-o", "out/all.jsonl"],
    ASK,
    &[
        "index",
        "prune",
        "index",
        "--older-than",
        "12h",
        "--as-of",
        "2026-03-11T06:00:00Z",
    ],
    &["index", "compact", "index"],
    KEEP,
    ADD,
    DEDUP,
];

/// Two nights in an index called `kept`, and copies of the articles of the first night as input.
fn nights() -> Nights {
    let nights = Nights::new();
    nights.index("kept", 1);
    nights.reset("kept");
    nights.must(SCAN);
    fs::remove_dir_all(nights.path("kept")).expect("the file exists");
    fs::rename(nights.path("index"), nights.path("kept")).expect("the file exists");
    let copies = newsroom()[..24].join("\n");
    nights.put(
        "copies.jsonl",
        copies.replace("{\"id\": \"", "{\"id\": \"copy-of-"),
    );
    nights
}

/// The files of an index, without its lock, and their contents.
fn files(index: &Path) -> Vec<(String, Vec<u8>)> {
    let names = names_in(index).into_iter().filter(|name| name != "lock");
    names
        .map(|name| {
            (
                name.clone(),
                fs::read(index.join(&name)).expect("the file exists"),
            )
        })
        .collect()
}

/// Asserts that `verify` finds the damage and names the file.
fn assert_named(index: &Path, name: &str, what: &str) {
    let named = match Index::verify(index) {
        Ok((_, damages)) => damages.iter().any(|damage| damage.file == name),
        Err(error) => error.to_string().contains(name),
    };
    assert!(named, "{name}, {what}: {:?}", Index::verify(index));
}

/// Reads everything in an index and returns the first error.
fn read(index: &Path) -> Result<(), IndexError> {
    let index = Index::open(index)?;
    let before = index.before(None, None).map(drop);
    let exported = index.export(&mut |_| Ok(()));
    before.and(exported)
}

/// True for files that are read completely when the index is opened. Hashes and records are read
/// when they are used.
fn is_read_whole(name: &str) -> bool {
    name == "manifest.json" || name.ends_with(".arrow")
}

/// Asserts that every command ends with an ordinary exit status, and explains a failure.
fn assert_no_panic(nights: &Nights, what: &str, damage: &dyn Fn()) {
    for command in COMMANDS {
        // No command sees what an earlier one has repaired.
        nights.reset("kept");
        damage();
        let ran = nights.run(command);
        let code = ran.status.code();
        assert!(
            matches!(code, Some(0..=2)),
            "{what}: {command:?}: {code:?} {}",
            said(&ran)
        );
        assert!(
            code == Some(0) || !said(&ran).is_empty(),
            "{what}: {command:?}"
        );
    }
}

/// A manifest with its checksum.
fn sealed(body: &str) -> String {
    format!("{body}\n{:032x}\n", xxh3_128(body.as_bytes()))
}

#[test]
fn a_flipped_bit_is_found_and_named() {
    let flips = number_from("WIRECOPY_FLIPS", 24);
    let seed = number_from("WIRECOPY_SEED", 1);
    let nights = nights();
    nights.reset("kept");
    let index = nights.path("index");
    let files = files(&index);
    assert!(files.len() > 13, "the index has two segments");
    for (name, whole) in &files {
        for at in 0..flips {
            let lot = xxh3_64_with_seed(
                &at.to_le_bytes(),
                seed ^ xxh3_64_with_seed(name.as_bytes(), 0),
            );
            let bit = lot as usize % (whole.len() * 8);
            let what = format!("bit {bit} of {} bytes", whole.len());
            let mut flipped = whole.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            fs::write(index.join(name), &flipped).expect("the test directory is writable");
            assert_named(&index, name, &what);
            assert!(
                read(&index).is_err() || !is_read_whole(name),
                "{name}, {what}"
            );
            if at % 8 == 0 {
                if let Ok(mut writer) = Writer::open(&index, false, &|_| {}) {
                    let _ = writer.compact();
                }
                nights.reset("kept");
            }
        }
        fs::write(index.join(name), whole).expect("the test directory is writable");
    }
    assert!(read(&index).is_ok());
}

#[test]
fn no_command_panics_on_a_flipped_bit() {
    let flips = number_from("WIRECOPY_FLIPS", 24).div_ceil(24);
    let seed = number_from("WIRECOPY_SEED", 1);
    let nights = nights();
    for (name, whole) in files(&nights.path("kept")) {
        for at in 0..flips {
            let lot = xxh3_64_with_seed(
                &at.to_le_bytes(),
                !seed ^ xxh3_64_with_seed(name.as_bytes(), 0),
            );
            let bit = lot as usize % (whole.len() * 8);
            let mut flipped = whole.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let path = nights.path("index").join(&name);
            assert_no_panic(&nights, &format!("{name}, bit {bit}"), &|| {
                fs::write(&path, &flipped).expect("the test directory is writable");
            });
        }
    }
}

#[test]
fn files_of_the_wrong_length_are_named() {
    let nights = nights();
    nights.reset("kept");
    let index = nights.path("index");
    for (name, whole) in files(&index) {
        let path = index.join(&name);
        let longer = [&whole[..], b"\n"].concat();
        let lengths = [0, 1, whole.len() / 2, whole.len() - 1];
        let cut = lengths.iter().map(|&length| whole[..length].to_vec());
        for broken in cut.chain([longer, [&whole[..], &whole].concat()]) {
            fs::write(&path, &broken).expect("the test directory is writable");
            assert_named(&index, &name, &format!("{} bytes", broken.len()));
            assert!(
                read(&index).is_err() || !is_read_whole(&name),
                "{name}, {} bytes",
                broken.len()
            );
        }
        fs::remove_file(&path).expect("the file exists");
        assert_named(&index, &name, "missing");
        fs::write(&path, &whole).expect("the test directory is writable");
    }
    assert!(read(&index).is_ok());
}

#[test]
fn an_invalid_manifest_is_named() {
    let nights = nights();
    nights.reset("kept");
    let manifest = nights.path("index/manifest.json");
    let sealed_whole = fs::read_to_string(&manifest).expect("the file exists");
    let whole = sealed_whole
        .lines()
        .next()
        .expect("the manifest has two lines");
    for body in [
        "",
        "this is no JSON",
        "[]",
        "null",
        "{}",
        "{\"format\":1}",
        "{\"format\":-1}",
        "{\"format\":\"1\"}",
        "{\"format\":1,\"segments\":{}}",
        &whole.replace("\"documents\":", "\"documents\":9999999999999999"),
        &whole.replace("\"bytes\":", "\"bytes\":9999999999999999"),
        &whole.replace(
            "\"gone\":[]",
            "\"gone\":[{\"start\":0,\"end\":18446744073709551615}]",
        ),
        &whole.replace("\"gone\":[]", "\"gone\":[{\"start\":3,\"end\":1}]"),
    ] {
        fs::write(&manifest, sealed(body)).expect("the test directory is writable");
        assert_named(&nights.path("index"), "manifest.json", body);
        assert_no_panic(&nights, body, &|| {
            fs::write(&manifest, sealed(body)).expect("the test directory is writable");
        });
    }
}
