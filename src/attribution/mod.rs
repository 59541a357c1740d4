//! Attribution: the credits that documents give, and the likely source of a cluster.
//!
//! May import: `catalog`, `document`, `text`.
//! Imported by: `cluster`, `pipeline`, `report`, `scan`, `found`, `cli`.

pub mod credit;
pub mod interval;
pub mod source;
