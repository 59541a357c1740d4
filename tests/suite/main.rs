//! The integration tests, one module a subject, in one binary: linking dozens of binaries would take longer than running them.
//!
//! The tests share a process and run at the same time. None may set an environment variable, the working directory or
//! another limit of the process; what needs its own runs the program as a child.

mod common;

mod boilerplate;
mod clusters;
mod dedup;
mod explain;
mod labelling;
mod layering;
mod nights;
mod oracle;
mod passages;
mod readers;
mod recall;
mod reworded;
mod sample;
mod tune;

#[cfg(feature = "cli")]
mod config;
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
mod report;
#[cfg(feature = "cli")]
mod tune_cli;

#[cfg(all(unix, feature = "cli"))]
mod cli;
#[cfg(all(unix, feature = "cli"))]
mod concurrent;
#[cfg(all(unix, feature = "cli"))]
mod examples;
#[cfg(all(unix, feature = "cli"))]
mod faults;
#[cfg(all(unix, feature = "cli"))]
mod flips;
#[cfg(all(unix, feature = "cli"))]
mod survival;

/// A file that no `mod` names is not compiled, and its tests would be missing without a word.
#[test]
fn every_file_here_is_a_module() {
    let here = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/suite");
    let declared = include_str!("main.rs");
    for entry in std::fs::read_dir(here).expect("a directory") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().expect("a file").to_string_lossy();
        assert!(
            name == "main" || declared.lines().any(|line| line == format!("mod {name};")),
            "tests/suite/main.rs lacks `mod {name};`"
        );
    }
}
