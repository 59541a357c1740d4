//! The commands for another program that runs them, such as the Python package.
//!
//! It gives settings by the names of their flags, so that there is one definition of them. It gives
//! the inputs too, takes the messages, asks for progress, and interrupts a run. Neither the
//! environment nor a `wirecopy.toml` counts, unless the setting `config` names a file. Results stay
//! in memory and are handed over as columns of Arrow, or as the JSON and pages that the commands
//! write.

mod error;
mod results;
mod rows;
mod run;
mod stages;

pub use super::config::{SettingInfo, SettingKind, settings};
pub use super::dedup::DedupRun;
pub use super::log::LogLevel;
pub use super::progress::StageProgress;
pub use super::scan::ScanRun;
pub use super::session::OpenInputs;
pub use super::terminal::{Message, Receiver};
pub use error::CommandError;
pub use results::{ExplanationForms, ScanTable, TuningForms};
pub use rows::Rows;
pub use run::{EmbeddedRun, GivenInputs, Setting, SettingValue};
pub use stages::StageSettings;
