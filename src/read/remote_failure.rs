//! The failure of a server or of the network.

use std::io;

/// A failure of a server or of the network, in words.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{text}")]
pub(super) struct RemoteFailure {
    text: String,
    kind: io::ErrorKind,
}

impl RemoteFailure {
    pub(super) fn new(kind: io::ErrorKind, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { text, kind }
    }

    /// Tells whether there is no such object.
    #[cfg(feature = "remote")]
    pub(super) fn is_not_found(&self) -> bool {
        self.kind == io::ErrorKind::NotFound
    }

    /// Tells whether this is behind an error of a reader.
    pub(super) fn is_behind(error: &io::Error) -> bool {
        error.get_ref().is_some_and(|inner| inner.is::<Self>())
    }
}

impl From<RemoteFailure> for io::Error {
    fn from(failure: RemoteFailure) -> Self {
        Self::new(failure.kind, failure)
    }
}
