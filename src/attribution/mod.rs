//! Who a story is from: the credits that documents give, and the likely source among the documents of a cluster.
//!
//! May import: `document`, `catalog`, `text`.
//! Imported by: `cluster`, `pipeline`, `report`.

pub mod credit;
pub mod source;
