//! Flags about evidence of sources.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use crate::document::Published;

use crate::cli::values;

/// Evidence of sources.
#[derive(Debug, Args)]
pub struct SourceArguments {
    /// Recognise the agencies of this table too; data/credits.toml shows the format
    #[arg(
        long,
        value_name = "FILE",
        value_hint = ValueHint::FilePath,
        hide_short_help = true,
        help_heading = "Sources"
    )]
    pub credits: Option<PathBuf>,

    /// Ignore later dates as evidence of who was first (default: now)
    ///
    /// A day without a time lasts until it has ended everywhere.
    #[arg(
        long,
        value_name = "DATE",
        value_parser = values::date,
        hide_short_help = true,
        help_heading = "Sources"
    )]
    pub as_of: Option<Published>,
}
