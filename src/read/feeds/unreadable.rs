//! Items that give no document.

/// An item that gives no document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::read) struct UnreadableItem {
    pub(in crate::read) id: Option<String>,
    pub(in crate::read) reason: String,
}
