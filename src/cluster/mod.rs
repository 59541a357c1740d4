//! Clusters: joins whole copies of one story and attaches excerpts and digests to them.
//!
//! May import: `attribution`, `candidates`, `catalog`, `compare`, `document`, `error`.
//! Imported by: `cli`, `found`, `pipeline`, `report`, `scan`, `stages`.
//!
//! If everything similar were joined, clusters would chain: a digest would join the thirty stories
//! that it holds parts of, and a page that changes every hour would join all its versions. So:
//!
//! - Whole copies follow a *leader*, the first document of their *story* (`leaders`, `stories`).
//! - Pairs join the documents of one story to a cluster (`whole_copies`). If a selection leaves out
//!   pairs, a story can fall into several clusters.
//! - A document that shares only a part with a story joins no cluster. It is *attached* to one, or
//!   to several (`attachment`).
//! - A document that holds parts of unrelated stories is a *digest* (`digests`).
//!
//! [`assemble`] runs these steps (`assembly`). First it writes each comparison of two
//! representatives (`group_pair`) out to pairs of documents; for big stories it writes links
//! instead of all pairs (`big_stories`, `links`). Then it forms the clusters (`formation`).
//! [`duplicates`] answers another question: which documents are dropped because another stays.

mod assembly;
mod attachment;
mod big_stories;
mod digests;
pub mod duplicates;
mod formation;
mod group_pair;
mod leaders;
mod links;
mod members;
mod numbers;
mod relation;
mod selection;
mod stories;
mod whole_copies;

pub use assembly::{Assembled, assemble};
pub use members::{COPY, Cluster, Member, Role};
pub use relation::{Relation, ReportedPair, RewordedPair};
pub use selection::{DEFAULT_SAME_SITE_CONTAINMENT, Selection};
