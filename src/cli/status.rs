//! Exit statuses, and the errors that lead to them.

use std::fmt;
use std::process::ExitCode;

use super::advice;

/// Outcome of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Success.
    Done,
    /// Failure; the error was printed.
    Failed,
    /// The command line or the configuration is wrong.
    Usage,
    /// Success with complete outputs, but some records were rejected.
    SomeRejected,
    /// This signal ended the program.
    Interrupted(u8),
}

impl Status {
    /// The exit code.
    pub fn code(self) -> u8 {
        match self {
            Status::Done => 0,
            Status::Failed => 1,
            Status::Usage => 2,
            Status::SomeRejected => 3,
            // The convention of shells.
            Status::Interrupted(signal) => 128 + signal,
        }
    }
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> ExitCode {
        ExitCode::from(status.code())
    }
}

/// Error that ends the program.
#[derive(Debug)]
pub enum Stop {
    /// The command line is wrong. The message says what is valid.
    Usage(anyhow::Error),
    /// The work failed.
    Failed(anyhow::Error),
}

impl Stop {
    /// A usage error with this message.
    pub fn usage(message: impl fmt::Display) -> Stop {
        Stop::Usage(anyhow::anyhow!("{message}"))
    }

    /// The exit status for the error.
    pub fn status(&self) -> Status {
        match self {
            Stop::Usage(_) => Status::Usage,
            Stop::Failed(_) => Status::Failed,
        }
    }
}

/// The error, its causes and advice, on one line.
impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Stop::Usage(error) | Stop::Failed(error)) = self;
        write!(f, "{error:#}")?;
        match advice::for_error(error) {
            Some(advice) => write!(f, "; {advice}"),
            None => Ok(()),
        }
    }
}

impl<E: std::error::Error + Send + Sync + 'static> From<E> for Stop {
    fn from(error: E) -> Stop {
        Stop::Failed(error.into())
    }
}
