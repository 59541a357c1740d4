//! Settings from `wirecopy.toml` and the environment, merged with the command line.
//!
//! A flag overrides the environment, which overrides the file, which overrides the default. Each
//! key and each variable is turned into the argument that a user would type, and clap parses and
//! checks all of them. A flag added to [`ScanArguments`](super::args::scan::ScanArguments) is
//! therefore a key and a variable at once, with the same values and the same errors. This module
//! only decides precedence: a setting is dropped if a higher layer sets the same flag, or a flag
//! that conflicts with it.
//!
//! The settings are the flags of scan. Another command takes those that are flags of its own too,
//! except the names of outputs, and reports the others as not used.
//!
//! clap's own `env` feature cannot replace this (clap 4.6). A variable that conflicts with a typed
//! flag is an error there instead of being overridden, errors do not name the variable, and an
//! empty variable is a value. Its `default_values`, the other place for the values of a file, do
//! not count for `requires`, and `overrides_with` would accept two conflicting flags on one
//! command line.

mod environment;
mod file;
mod flags;
mod layers;
mod merge;
mod messages;
mod names;
mod notices;
mod print;

pub use flags::one_line;
pub use merge::{ConfigError, Configured, UsedSettings, check, configured, configured_alone};
pub use messages::message_format;
pub use names::{SettingInfo, SettingKind, check_settings, settings};
