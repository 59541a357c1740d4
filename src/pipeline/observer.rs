//! How far the pipeline is, told to whoever watches.

/// A stage that takes time, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Reading, normalising, shingling and signing; counts bytes.
    Read,
    /// Reading again the documents that hold boilerplate; counts documents.
    Boilerplate,
    /// Finding candidates; counts documents.
    Candidates,
    /// Comparing candidates exactly; counts pairs.
    Verify,
    /// Joining pairs to clusters and fetching what the reports show; counts documents.
    Cluster,
}

/// Told how far the pipeline is; called from many threads.
pub trait Observer: Sync {
    /// A stage begins; `total` in its own unit where known.
    fn begin(&self, stage: Stage, total: Option<u64>);
    /// So much more of the current stage is done.
    fn advance(&self, amount: u64);
    /// So many more documents have been read.
    fn documents(&self, _read: u64) {}
}

/// Sees nothing.
pub struct Unobserved;

impl Observer for Unobserved {
    fn begin(&self, _: Stage, _: Option<u64>) {}
    fn advance(&self, _: u64) {}
}
