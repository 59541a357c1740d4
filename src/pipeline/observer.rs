//! Progress of a run, reported to an observer.

/// A stage that takes time, in the order of a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Reading, normalising, shingling and signing; measured in bytes.
    Read,
    /// Reading documents again to remove their boilerplate; measured in documents.
    Boilerplate,
    /// Finding candidates; measured in documents.
    Candidates,
    /// Comparing candidates exactly; measured in pairs.
    Verify,
    /// Joining pairs to clusters and reading what the reports show; measured in documents.
    Cluster,
}

/// Receiver of progress; called from many threads.
pub trait Observer: Sync {
    /// Called when a stage begins; `total` is its whole amount in its own unit, if known.
    fn begin(&self, stage: Stage, total: Option<u64>);
    /// Called when a further amount of the current stage is done.
    fn advance(&self, amount: u64);
    /// Called when further documents have been read.
    fn documents(&self, _read: u64) {}
}

/// An observer that ignores progress.
pub struct Unobserved;

impl Observer for Unobserved {
    fn begin(&self, _: Stage, _: Option<u64>) {}
    fn advance(&self, _: u64) {}
}
