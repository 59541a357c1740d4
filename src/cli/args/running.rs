//! Flags of resources and of messages on standard error.

use std::path::PathBuf;

use clap::builder::RangedU64ValueParser;
use clap::{Args, ValueEnum, ValueHint};

use crate::cli::values;

/// More threads than any machine has cores. A larger number is a typing error, and each thread
/// takes memory.
const MOST_THREADS: u64 = 1024;

/// Resources of a run, and messages on standard error.
#[derive(Debug, Args)]
pub struct RunningArguments {
    /// Directory for temporary files (default: that of the system)
    ///
    /// Standard input, compressed files and data beyond --memory are kept there until the run ends.
    #[arg(
        long,
        value_name = "DIRECTORY",
        value_hint = ValueHint::DirPath,
        hide_short_help = true,
        help_heading = "Running"
    )]
    pub temp_dir: Option<PathBuf>,

    /// Maximum memory, such as 2G; the rest goes to disk (default: no limit)
    ///
    /// Data beyond the limit is written to --temp-dir.
    #[arg(
        long,
        value_name = "SIZE",
        value_parser = values::memory_size,
        help_heading = "Running"
    )]
    pub memory: Option<u64>,

    /// Number of threads, at most 1024; 0 means one per core
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        value_parser = RangedU64ValueParser::<usize>::new().range(..=MOST_THREADS),
        help_heading = "Running"
    )]
    pub threads: usize,

    /// Show progress on standard error; auto: on a terminal
    #[arg(
        long,
        value_name = "WHEN",
        default_value_t,
        value_enum,
        hide_short_help = true,
        help_heading = "Running"
    )]
    pub progress: UseWhen,

    /// Print only errors and rejected records
    #[arg(short, long, conflicts_with = "verbose", help_heading = "Running")]
    pub quiet: bool,

    /// Print what each stage did, and every rejected record
    #[arg(short, long, help_heading = "Running")]
    pub verbose: bool,
}

/// Choice to do something always, never, or on a terminal only.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum UseWhen {
    #[default]
    Auto,
    Always,
    Never,
}

/// Format of standard error.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    #[default]
    Text,
    Json,
}

impl UseWhen {
    /// The user's choice; for `Auto`, the result of `auto`.
    pub fn or_else(self, auto: impl FnOnce() -> bool) -> bool {
        match self {
            UseWhen::Auto => auto(),
            UseWhen::Always => true,
            UseWhen::Never => false,
        }
    }
}
