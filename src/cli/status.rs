//! How a run ends: the exit status, and the errors that lead to each.

use std::fmt;
use std::process::ExitCode;

use super::advice;

/// How the program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// All was done; outputs are whole.
    Done,
    /// It failed; the error was told.
    Failed,
    /// The command line asks for something that cannot be meant.
    Usage,
    /// All was done and outputs are whole, but some records were rejected.
    SomeRejected,
    /// A signal of that number ended it.
    Interrupted(u8),
}

impl Status {
    /// The number that the system is told.
    pub fn code(self) -> u8 {
        match self {
            Status::Done => 0,
            Status::Failed => 1,
            Status::Usage => 2,
            Status::SomeRejected => 3,
            // As shells report a program that a signal ended.
            Status::Interrupted(signal) => 128 + signal,
        }
    }
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> ExitCode {
        ExitCode::from(status.code())
    }
}

/// Why there is no result.
#[derive(Debug)]
pub enum Stop {
    /// The command line cannot be meant; says what would do instead.
    Usage(anyhow::Error),
    /// The work failed.
    Failed(anyhow::Error),
}

impl Stop {
    /// A usage error of those words.
    pub fn usage(words: impl fmt::Display) -> Stop {
        Stop::Usage(anyhow::anyhow!("{words}"))
    }

    /// The exit status that goes with it.
    pub fn status(&self) -> Status {
        match self {
            Stop::Usage(_) => Status::Usage,
            Stop::Failed(_) => Status::Failed,
        }
    }
}

/// The error, what caused it and what to do, on one line.
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
