//! The command line as it is typed. [`plan`](super::plan) turns it into checked settings.
//!
//! The first paragraph of a doc comment is the line that `-h` prints for a flag; `--help` prints
//! all paragraphs. `-h` leaves out flags that are `hide_short_help`, so that it fits a screen.
//!
//! - Commands: [`scan`], [`dedup`], [`explain`], [`tune`] and [`index`] have a file each, with the
//!   end of its help.
//! - Flags that commands share: [`reading`], [`reference`], [`matching`], [`sources`], [`nightly`],
//!   [`settings`] and [`running`].
//! - The program itself: this file.

pub mod dedup;
pub mod explain;
pub mod index;
pub mod matching;
pub mod nightly;
pub mod reading;
pub mod reference;
pub mod running;
pub mod scan;
pub mod settings;
pub mod sources;
pub mod tune;

use clap::{Parser, Subcommand};
use clap_complete::Shell;

use dedup::DedupArguments;
use explain::ExplainArguments;
use index::IndexCommand;
use running::{LogFormat, RunningArguments, UseWhen};
use scan::ScanArguments;
use tune::TuneArguments;

/// Version, optional features and license, for `--version`. `-V` prints the version alone.
const LONG_VERSION: &str = if cfg!(feature = "remote") {
    concat!(
        env!("CARGO_PKG_VERSION"),
        "\nfeatures: remote\nlicense: ",
        env!("CARGO_PKG_LICENSE")
    )
} else {
    concat!(
        env!("CARGO_PKG_VERSION"),
        "\nfeatures: none\nlicense: ",
        env!("CARGO_PKG_LICENSE")
    )
};

/// Finds who republished whose copy: exact near-duplicate and syndication detection for news and
/// crawls.
#[derive(Debug, Parser)]
#[command(
    version,
    long_version = LONG_VERSION,
    arg_required_else_help = true,
    propagate_version = true,
    max_term_width = 100
)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,

    /// Use colour on standard error; auto: on a terminal, unless NO_COLOR is set
    #[arg(
        long,
        value_name = "WHEN",
        default_value_t,
        value_enum,
        global = true,
        hide_short_help = true,
        help_heading = "Running",
        display_order = 100
    )]
    pub color: UseWhen,

    /// Format of standard error: text, or one JSON object per line
    #[arg(
        long,
        value_name = "FORMAT",
        default_value_t,
        value_enum,
        global = true,
        hide_short_help = true,
        help_heading = "Running",
        display_order = 100
    )]
    pub log_format: LogFormat,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Find the pairs of documents that share text
    Scan(Box<ScanArguments>),
    /// Remove or mark duplicates of a corpus
    Dedup(Box<DedupArguments>),
    /// Explain why two documents are a pair, or why they are not
    Explain(Box<ExplainArguments>),
    /// Show what other thresholds would find, and which of them is best
    Tune(Box<TuneArguments>),
    /// Inspect and maintain an index of earlier documents
    Index {
        #[command(subcommand)]
        command: IndexCommand,
    },
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print a manual page; read it with `man -l`
    Man {
        /// The command to describe, such as `scan` or `index info` (default: the whole program)
        command: Vec<String>,
    },
}

impl Command {
    /// Name of a command that takes settings, and its flags about resources and messages.
    pub fn running(&self) -> Option<(&'static str, &RunningArguments)> {
        match self {
            Command::Scan(scan) => Some(("scan", &scan.running)),
            Command::Dedup(dedup) => Some(("dedup", &dedup.running)),
            Command::Explain(explain) => Some(("explain", &explain.running)),
            Command::Tune(tune) => Some(("tune", &tune.running)),
            Command::Index { .. } | Command::Completions { .. } | Command::Man { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn short_help_has_one_line_for_each_flag() {
        let mut program = Arguments::command();
        program.build();
        for name in ["scan", "dedup", "explain", "tune"] {
            let command = program.find_subcommand(name).expect("a command");
            let help = command.clone().term_width(100).render_help().to_string();
            let lines = help.lines().count();
            assert!(lines <= 64, "{name} -h has {lines} lines:\n{help}");
            // A wrapped line begins in the column of the help texts. Lists of values may wrap.
            let wrapped = |line: &&str| line.starts_with("          ") && !line.ends_with(']');
            let wrapped = help.lines().find(wrapped);
            assert_eq!(wrapped, None, "{name} -h wraps a line:\n{help}");
        }
    }
}
