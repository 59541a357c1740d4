//! The commands that inspect and maintain an index.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum, ValueHint};

use crate::cli::values;

#[derive(Debug, Subcommand)]
pub enum IndexCommand {
    /// Show what an index contains and the settings it was made with
    Info(IndexArguments),
    /// Check every byte of an index, and list damaged files
    Verify(IndexArguments),
    /// Remove documents that were added long ago
    Prune {
        #[command(flatten)]
        index: IndexArguments,

        /// Remove documents that were added longer ago than this, such as 90d
        #[arg(long, value_name = "TIME", value_parser = values::window)]
        older_than: i64,

        /// Count back from this date (default: now)
        #[arg(long, value_name = "DATE", value_parser = values::moment)]
        as_of: Option<i64>,

        /// Wait for another run that writes to the index
        #[arg(long)]
        wait: bool,
    },
    /// Remove documents by their ids, so that no file of the index has anything of them
    ///
    /// Their texts, hashes, pairs and earlier texts go at once. What was written to other files
    /// stays there: outputs of earlier runs, backups, and files that another run is reading.
    Remove {
        #[command(flatten)]
        index: IndexArguments,

        /// Id of a document to remove; give it once for each
        #[arg(long, value_name = "ID", required_unless_present = "ids")]
        id: Vec<String>,

        /// File with the ids of documents to remove, one a line; - for standard input
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        ids: Option<PathBuf>,

        /// Wait for another run that writes to the index
        #[arg(long)]
        wait: bool,
    },
    /// Merge all segments of an index, without the removed documents
    Compact {
        #[command(flatten)]
        index: IndexArguments,

        /// Wait for another run that writes to the index
        #[arg(long)]
        wait: bool,
    },
    /// Write the documents of an index as JSON lines
    Export {
        /// The directory of the index
        #[arg(value_name = "DIRECTORY", value_hint = ValueHint::DirPath)]
        directory: PathBuf,

        /// Write to this file (default: standard output)
        #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        output: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
pub struct IndexArguments {
    /// The directory of the index
    #[arg(value_name = "DIRECTORY", value_hint = ValueHint::DirPath)]
    pub directory: PathBuf,

    /// Output format
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub format: InfoFormat,
}

/// Format of the facts about an index.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum InfoFormat {
    /// Text for people
    #[default]
    Text,
    /// JSON for programs
    Json,
}
