//! The place of an object, and its identity, which shows that two answers are of the same object.

use std::fmt;
use std::sync::{Arc, OnceLock};

use object_store::path::Path;
use object_store::{GetOptions, GetRange, GetResult, ObjectStore};

use super::super::addresses::Service;
use super::connector::UNKNOWN_LENGTH;

/// The place of an object.
pub(super) struct RemotePlace {
    pub(super) service: Service,
    store: Arc<dyn ObjectStore>,
    path: Path,
    /// The address as it was given, which may hold secrets.
    address: String,
    /// Set by the first answer.
    identity: OnceLock<Identity>,
}

/// Properties of an answer that show that it is of the same object as another.
#[derive(Debug, Clone)]
pub(super) struct Identity {
    pub(super) e_tag: Option<String>,
    /// Time of the last change in seconds; 0 if the server does not give it.
    pub(super) modified: i64,
    /// Number of bytes, if the server gives it.
    pub(super) size: Option<u64>,
    /// True if the server sends parts of the object.
    pub(super) ranges: bool,
}

impl RemotePlace {
    pub(super) fn new(
        service: Service,
        store: Arc<dyn ObjectStore>,
        path: Path,
        address: String,
    ) -> Self {
        Self {
            service,
            store,
            path,
            address,
            identity: OnceLock::new(),
        }
    }

    pub(super) fn address(&self) -> &str {
        &self.address
    }

    pub(super) fn identity(&self) -> Option<&Identity> {
        self.identity.get()
    }

    pub(super) fn size(&self) -> Option<u64> {
        self.identity.get()?.size
    }

    /// Notes what the first answer shows.
    pub(super) fn note(&self, identity: Identity) {
        let _ = self.identity.set(identity);
    }

    pub(super) async fn get(&self, range: Option<GetRange>) -> object_store::Result<GetResult> {
        let options = GetOptions::new().with_range(range);
        self.store.get_opts(&self.path, options).await
    }
}

impl fmt::Debug for RemotePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {}", self.service, self.path)
    }
}

impl Identity {
    /// The identity that an answer shows.
    pub(super) fn of(result: &GetResult, ranges: bool) -> Self {
        let meta = &result.meta;
        Self {
            e_tag: meta.e_tag.clone(),
            modified: meta.last_modified.timestamp(),
            size: Some(meta.size).filter(|size| *size != UNKNOWN_LENGTH),
            ranges,
        }
    }

    /// Tells whether it can be proven that another answer is of the same object.
    pub(super) fn is_proven(&self) -> bool {
        self.e_tag.is_some() || self.modified != 0
    }

    /// Tells whether another answer may be of the same object.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let unchanged = match (&self.e_tag, &other.e_tag) {
            (None, None) => self.modified == other.modified,
            (mine, other) => mine == other,
        };
        unchanged && self.size == other.size
    }
}
