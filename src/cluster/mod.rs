//! Clusters: whole copies of one story, and the excerpts and digests that hang on it.
//!
//! Joining whatever is alike chains: a digest that holds parts of thirty stories would make one cluster of them, and so would a page that changes
//! a little every hour. So whole copies are joined with a *leader*: in order of time a document joins the first document of a
//! cluster that it is near to, or, where it is only near to others of the cluster, that it shares copy with, as with at least half of the
//! others. A document that holds no more than a part of a story joins nobody: it hangs on the cluster, on several if need be, and
//! whatever hangs on several that have nothing to do with each other is a *digest*.

//!
//! May import: `candidates`, `compare`, `attribution` and what these may import.
//! Imported by: `pipeline`, `index`, `report`, `cli`.

mod assembly;
mod big_families;
pub mod duplicates;
mod edge;
mod forming;
mod hanging;
mod leaders;
mod links;
mod members;
mod relation;
mod selection;

pub use assembly::{Assembled, assemble};
pub use members::{COPY, Cluster, Member, Role};
pub use relation::{Relation, ReportedPair, Reworded};
pub use selection::{DEFAULT_SAME_SITE_CONTAINMENT, Selection};
