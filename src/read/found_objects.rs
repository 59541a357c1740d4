//! The objects that an address stands for.

/// The objects that were found.
#[derive(Debug)]
pub(super) struct FoundObjects<T> {
    pub(super) objects: Vec<FoundObject<T>>,
    /// Number of hidden objects, which are not read.
    pub(super) hidden: u64,
}

/// An object that was found.
#[derive(Debug)]
pub(super) struct FoundObject<T> {
    /// The address as messages show it.
    pub(super) name: String,
    /// Found below a prefix rather than named.
    pub(super) walked: bool,
    pub(super) object: T,
}

impl<T> FoundObjects<T> {
    /// The one object that was named.
    #[cfg(feature = "remote")]
    pub(super) fn one(name: String, object: T) -> Self {
        let objects = vec![FoundObject {
            name,
            walked: false,
            object,
        }];
        Self { objects, hidden: 0 }
    }
}

impl<T> Default for FoundObjects<T> {
    fn default() -> Self {
        Self {
            objects: Vec::new(),
            hidden: 0,
        }
    }
}
