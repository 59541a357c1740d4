//! Flags of a run that uses an index.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use crate::cli::values;

/// Use of an index.
#[derive(Debug, Args)]
pub struct SeenArguments {
    /// Compare with this index too, then add the documents of this run
    ///
    /// The index is a directory, which is created if it does not exist. A repeated run with the
    /// same --as-of writes the same outputs. Without it, a run whose documents are all in the index
    /// fails and leaves its outputs as they were.
    #[arg(
        long,
        value_name = "DIRECTORY",
        value_hint = ValueHint::DirPath,
        help_heading = "Index"
    )]
    pub index: Option<PathBuf>,

    /// Compare with the index, but do not change it
    #[arg(
        long,
        requires = "index",
        conflicts_with_all = ["keep", "wait"],
        hide_short_help = true,
        help_heading = "Index"
    )]
    pub no_add: bool,

    /// Withdraw documents of the same night that the input no longer has
    ///
    /// Documents that a run with the same --as-of added and that this one does not read again leave
    /// the index, as if they had never been in the input.
    #[arg(
        long,
        requires = "index",
        requires = "as_of",
        conflicts_with = "no_add",
        hide_short_help = true,
        help_heading = "Index"
    )]
    pub replace_night: bool,

    /// Remove documents from the index this long after they were added, such as 90d
    ///
    /// They are not compared either.
    #[arg(
        long,
        value_name = "TIME",
        requires = "index",
        value_parser = values::window,
        hide_short_help = true,
        help_heading = "Index"
    )]
    pub keep: Option<i64>,

    /// Allow most documents to replace one of the index
    ///
    /// A document with the id of another replaces it if both are on one page or, without urls, on
    /// one site. Otherwise it gets another id, which is reported. With this flag it also replaces
    /// one if neither has a url or a site. Without it, a run that would replace more documents than
    /// it adds or finds again fails before it changes anything.
    #[arg(
        long,
        requires = "index",
        conflicts_with = "no_add",
        hide_short_help = true,
        help_heading = "Index"
    )]
    pub allow_replacing: bool,

    /// Wait for another run that writes to the index
    #[arg(
        long,
        requires = "index",
        hide_short_help = true,
        help_heading = "Index"
    )]
    pub wait: bool,
}

impl SeenArguments {
    /// Returns true if the documents of the run are added to an index.
    pub fn adds(&self) -> bool {
        self.index.is_some() && !self.no_add
    }
}
