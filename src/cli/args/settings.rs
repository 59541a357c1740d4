//! Flags about the settings file.

use std::path::PathBuf;

use clap::{Args, ValueHint};

/// The settings file.
#[derive(Debug, Args)]
pub struct SettingsArguments {
    /// Read settings from this file
    ///
    /// Without this flag, wirecopy.toml in the working directory is read if it exists. Its keys are
    /// the long flags of scan. dedup, explain and tune use those that they have too, except the
    /// names of outputs. Only a file that this flag names can ask for an index.
    #[arg(
        long,
        value_name = "FILE",
        value_hint = ValueHint::FilePath,
        help_heading = "Running"
    )]
    pub config: Option<PathBuf>,

    /// Print every setting and its origin as a wirecopy.toml, and exit
    #[arg(long, hide_short_help = true, help_heading = "Running")]
    pub print_config: bool,
}
