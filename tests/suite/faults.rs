//! Files that cannot be written: the exit status is correct, and a failed run can be repeated.
//! `scripts/fault-index` does the same for every system call.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Output;
use std::time::Instant;

use crate::common::nights::{BEFORE, Nights, SCAN, SCAN_FEW, number_from, said};
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// Runs the program with a limit of `blocks` blocks of 512 bytes per file; writes beyond it fail
/// with EFBIG.
fn run_in_little_room(nights: &Nights, blocks: u64, arguments: &[&str]) -> Output {
    let limited = r#"trap "" XFSZ; ulimit -f "$0"; exec "$@""#;
    nights.run_by(&["/bin/sh", "-c", limited, &blocks.to_string()], arguments)
}

#[test]
fn a_run_that_cannot_write_changes_nothing() {
    let nights = Nights::new();
    nights.index("kept", 1);
    nights.reset("kept");
    let before = nights.state();
    nights.must(SCAN);
    let clean = nights.state();
    let (mut failed, mut done) = (0, 0);
    for blocks in (0..60).step_by(4) {
        nights.reset("kept");
        let ran = run_in_little_room(&nights, blocks, SCAN);
        let what = format!("{blocks} blocks: {}", said(&ran));
        nights.assert_tidy(&what);
        if ran.status.code() == Some(0) {
            assert_eq!(nights.state(), clean, "{what}");
            done += 1;
            continue;
        }
        assert_eq!(ran.status.code(), Some(1), "{what}");
        assert!(said(&ran).contains("cannot write"), "{what}");
        assert_eq!(nights.state(), before, "{what}");
        nights.must(SCAN);
        assert_eq!(nights.state(), clean, "{what}");
        nights.assert_tidy(&what);
        failed += 1;
    }
    assert!(
        failed > 3 && done > 0,
        "{failed} runs failed and {done} succeeded"
    );
}

/// A rerun would find all documents in the index and write a pairs file without any pairs.
#[test]
fn a_run_succeeds_although_segments_cannot_be_merged() {
    let nights = Nights::new();
    nights.index("kept", 7);
    nights.reset("kept");
    nights.must(SCAN_FEW);
    let clean = nights.state();
    let (mut warned, mut merged) = (0, 0);
    for blocks in (8..56).step_by(4) {
        nights.reset("kept");
        let ran = run_in_little_room(&nights, blocks, SCAN_FEW);
        let what = format!("{blocks} blocks: {}", said(&ran));
        if ran.status.code() != Some(0) {
            continue;
        }
        assert_eq!(nights.state(), clean, "{what}");
        nights.assert_tidy(&what);
        let warning = "warning: segments of the index were not merged";
        if said(&ran).contains(warning) {
            warned += 1;
            nights.must(&["index", "prune", "index", "--older-than", "10000d"]);
        } else {
            merged += 1;
        }
        let contents = nights.must(&["index", "info", "index"]);
        assert!(contents.contains("in 1 segment,"), "{what}{contents}");
    }
    assert!(
        warned > 0 && merged > 0,
        "{warned} runs warned and {merged} merged"
    );
}

#[test]
fn prune_and_compact_that_cannot_write_change_nothing() {
    let nights = Nights::new();
    nights.index("one", 1);
    nights.reset("one");
    nights.must(SCAN);
    fs::rename(nights.path("index"), nights.path("kept")).expect("the file exists");
    let prune = &["index", "prune", "index", "--older-than", "10h"][..];
    let prune = [prune, &["--as-of", "2026-03-11"]].concat();
    for command in [&prune[..], &["index", "compact", "index"]] {
        nights.reset("kept");
        let before = nights.state();
        nights.must(command);
        let clean = nights.state();
        for blocks in [0, 2, 8, 40] {
            nights.reset("kept");
            let ran = run_in_little_room(&nights, blocks, command);
            let what = format!("{command:?}, {blocks} blocks: {}", said(&ran));
            let (status, expected) = match ran.status.code() {
                Some(0) => (0, &clean),
                _ => (1, &before),
            };
            assert_eq!(ran.status.code(), Some(status), "{what}");
            assert_eq!(&nights.state(), expected, "{what}");
            nights.assert_tidy(&what);
            nights.must(command);
            assert_eq!(nights.state(), clean, "{what}");
            nights.assert_tidy(&what);
        }
    }
}

#[test]
fn a_full_device_leaves_the_index_unchanged() {
    let nights = Nights::new();
    nights.index("kept", 1);
    nights.reset("kept");
    let before = nights.state();
    let full = SCAN.iter().map(|&word| match word {
        "out/pairs.csv" => "/dev/full",
        other => other,
    });
    let ran = nights.run(&full.collect::<Vec<&str>>());
    assert_eq!(ran.status.code(), Some(1), "{}", said(&ran));
    assert!(
        said(&ran).contains("cannot write /dev/full"),
        "{}",
        said(&ran)
    );
    assert_eq!(nights.state(), before);
    nights.assert_tidy("afterwards");
}

#[test]
fn read_only_directories_are_reported() {
    let nights = Nights::new();
    nights.index("kept", 1);
    for (closed, named) in [("index", "index"), ("out", "out")] {
        nights.reset("kept");
        let mode = |mode| {
            let changed = fs::set_permissions(nights.path(closed), PermissionsExt::from_mode(mode));
            changed.expect("permissions can be changed");
        };
        mode(0o555);
        // Root may write anywhere; scripts/kill-index uses a read-only file system.
        let is_open = fs::write(nights.path(closed).join("mine"), "").is_ok();
        if !is_open {
            let ran = nights.run(SCAN);
            assert_eq!(ran.status.code(), Some(1), "{closed}");
            let message = said(&ran);
            assert!(
                message.contains("cannot") && message.contains(named),
                "{closed}: {message}"
            );
        }
        mode(0o755);
        let pairs = fs::read_to_string(nights.path("out/pairs.csv")).expect("the file exists");
        assert_eq!(pairs, BEFORE, "{closed}");
    }
}

/// A user who sees that a run was interrupted repeats it.
#[test]
fn an_interrupted_run_changes_nothing() {
    let seed = number_from("WIRECOPY_SEED", 1);
    let nights = Nights::new();
    nights.index("kept", 1);
    nights.reset("kept");
    let before = nights.state();
    let began = Instant::now();
    nights.must(SCAN);
    let lasted = began.elapsed();
    let clean = nights.state();
    for attempt in 0..number_from("WIRECOPY_SIGNALS", 24) {
        nights.reset("kept");
        let share = xxh3_64_with_seed(&attempt.to_le_bytes(), seed) as f64 / u64::MAX as f64;
        let delay = lasted.mul_f64(share);
        let interrupted = r#""$@" & sleep "$0"; kill -TERM $!; wait $!"#;
        let seconds = delay.as_secs_f64().to_string();
        let ran = nights.run_by(&["/bin/sh", "-c", interrupted, &seconds], SCAN);
        let what = format!("after {delay:?}: {}", said(&ran));
        let state = nights.state();
        match ran.status.code() {
            Some(0) => assert_eq!(state, clean, "{what}"),
            Some(143) => assert_eq!(state, before, "{what}"),
            code => panic!("{what}: {code:?}"),
        }
        nights.must(SCAN);
        nights.assert_tidy(&what);
    }
}
