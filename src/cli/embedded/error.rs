//! The reason why a command gives no result.

use std::any::Any;

use crate::cli::progress::Interrupted;
use crate::cli::status::Stop;

/// The reason why a command gives no result.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// A setting is wrong; the message says what is valid.
    #[error("{0}")]
    Setting(String),
    /// The work failed.
    #[error("{0}")]
    Failed(String),
    /// The run was interrupted.
    #[error("interrupted; no output is incomplete")]
    Interrupted,
    /// There is an error in wirecopy itself.
    #[error("internal error: {0}")]
    Internal(String),
}

impl From<Stop> for CommandError {
    fn from(stop: Stop) -> CommandError {
        let message = stop.to_string();
        match stop {
            Stop::Usage(_) => CommandError::Setting(message),
            Stop::Failed(_) => CommandError::Failed(message),
        }
    }
}

/// The error of a run that unwound.
pub fn unwound(payload: Box<dyn Any + Send>) -> CommandError {
    if payload.is::<Interrupted>() {
        return CommandError::Interrupted;
    }
    let message = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned());
    let message = message.or_else(|| payload.downcast_ref::<String>().cloned());
    CommandError::Internal(message.unwrap_or_else(|| "unknown".to_owned()))
}
