//! The integration tests, one module per subject, in one binary: linking dozens of binaries would
//! take longer than running them.
//!
//! The tests share a process and run at the same time, so no test may change an environment
//! variable, the working directory or a limit of the process. A test that needs its own runs the
//! program as a child process.

mod common;

mod boilerplate;
mod clusters;
mod dedup;
mod explain;
mod front_door;
mod hot_buckets;
mod labelling;
mod layering;
mod makers;
mod nights;
mod oracle;
mod passages;
mod readers;
mod recall;
mod reference;
mod reworded;
mod sample;
mod tune;

#[cfg(feature = "cli")]
mod config;
#[cfg(feature = "cli")]
mod config_commands;
#[cfg(feature = "cli")]
mod dates;
#[cfg(feature = "cli")]
mod dedup_cli;
#[cfg(feature = "cli")]
mod deploy;
#[cfg(feature = "cli")]
mod docs;
#[cfg(feature = "cli")]
mod explain_cli;
#[cfg(feature = "cli")]
mod monitoring;
#[cfg(feature = "cli")]
mod order;
mod outputs;
#[cfg(feature = "cli")]
mod reference_cli;
#[cfg(feature = "cli")]
mod removal;
#[cfg(feature = "cli")]
mod repeats;
#[cfg(feature = "cli")]
mod report;
#[cfg(feature = "cli")]
mod tune_cli;

#[cfg(all(unix, feature = "cli"))]
mod bad_inputs;
#[cfg(all(unix, feature = "cli"))]
mod cli;
#[cfg(all(unix, feature = "cli"))]
mod concurrent;
#[cfg(all(unix, feature = "cli"))]
mod containers;
#[cfg(all(unix, feature = "cli"))]
mod examples;
#[cfg(all(unix, feature = "cli"))]
mod faults;
#[cfg(all(unix, feature = "cli"))]
mod flips;
#[cfg(all(unix, feature = "cli"))]
mod fuzz;
#[cfg(all(unix, feature = "cli"))]
mod ids;
#[cfg(all(unix, feature = "cli"))]
mod path_fields;
#[cfg(all(unix, feature = "cli", feature = "remote"))]
mod remote;
#[cfg(all(unix, feature = "cli"))]
mod survival;
#[cfg(all(unix, feature = "cli"))]
mod tables;

/// A file without a `mod` line is not compiled, so its tests would silently be missing.
#[test]
fn every_file_here_is_a_module() {
    let here = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/suite");
    let declared = include_str!("main.rs");
    for entry in std::fs::read_dir(here).expect("a directory") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().expect("a file").to_string_lossy();
        assert!(
            name == "main" || declared.lines().any(|line| line == format!("mod {name};")),
            "tests/suite/main.rs has no `mod {name};`"
        );
    }
}
