//! Deduplication: decides which documents are removed because another one stays.
//!
//! Only pairs of documents that may both stay have to be compared. So hot buckets come first. The
//! most preferred document of a bucket is compared with all others, and documents like it are
//! removed. Then the next one is compared with the rest, until the bucket is small. At last all
//! documents that still stay and share a bucket are compared with each other. That may remove a
//! document for which others were removed. These stay after all, and the next turn compares what
//! was not compared.
//!
//! At the end every two documents that stay and share a bucket have been compared. By induction in
//! order of preference, the result is what the leader rule gives with every pair of those buckets
//! known. A family of 100,000 copies costs some 100,000 comparisons.
//!
//! Passages of reference documents are looked for afterwards, in the documents that stay.

mod excerpts;
mod outcome;
mod run;
mod turns;

pub use excerpts::ReferenceCounts;
pub use outcome::{Duplicates, Outcome};
pub(super) use run::{decide, for_duplicates};
pub use run::{duplicates, duplicates_after};
