//! Numbers of documents and sites.

/// A document's number in canonical order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocNo(pub u32);

/// A site's number in a list of site names; the list of a catalog is in order of name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SiteNo(pub u32);

/// Site of documents that name none.
pub const NO_SITE: SiteNo = SiteNo(u32::MAX);

/// A document's row in the columns. Rows are in order of reading, [`DocNo`]s in canonical order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Slot(pub(super) u32);

impl Slot {
    /// The slot as an index into a column.
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// Returns `Some(true)` if the two sites differ, `None` if one of them is unknown.
pub fn cross_site(a: SiteNo, b: SiteNo) -> Option<bool> {
    (a != NO_SITE && b != NO_SITE).then_some(a != b)
}
