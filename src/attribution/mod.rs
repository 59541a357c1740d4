//! Attribution: the credits that documents give, and the likely source of a cluster.
//!
//! May import: `catalog`, `document`, `text`.
//! Imported by: `cli`, `cluster`, `found`, `pipeline`, `report`, `scan`, `stages`.

pub mod credit;
pub mod interval;
pub mod placeholders;
pub mod source;
