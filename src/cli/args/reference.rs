//! Flags that name a reference.

use clap::{Args, ValueHint};

/// Documents to compare the inputs with.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Reference")]
pub struct ReferenceArguments {
    /// Compare only with these files or this index; can be repeated
    ///
    /// Documents of the inputs are not compared with each other, and those of the reference are not
    /// either. The reference may have ids that the inputs have, and it is never written.
    #[arg(
        long,
        value_name = "REFERENCE",
        value_hint = ValueHint::AnyPath,
        conflicts_with = "index"
    )]
    pub against: Vec<String>,

    /// Field of the reference with the text, if the inputs call it otherwise
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    pub against_text_field: Option<String>,

    /// Field of the reference with the id, if the inputs call it otherwise
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    pub against_id_field: Option<String>,
}
