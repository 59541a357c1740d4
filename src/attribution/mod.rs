//! Attribution: the credits that documents give, and the likely source of a cluster.
//!
//! May import: `document`, `catalog`, `text`.
//! Imported by: `cluster`, `pipeline`, `report`, `cli`.

pub mod credit;
pub mod interval;
pub mod source;
