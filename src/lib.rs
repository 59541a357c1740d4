//! wirecopy finds who republished whose copy: exact near-duplicate and syndication detection for
//! news and crawls.
//!
//! A [`Scan`] reads documents, proposes pairs that may share text, compares each pair exactly, and
//! joins the pairs to clusters of one story each:
//!
//! ```
//! use wirecopy::{Document, Scan};
//!
//! let agency = "The port of Halden closed on Monday after a crane fell across the only rail line \
//!     into the harbour. Nobody was hurt. The harbour master said that two ships with grain wait \
//!     in the roads, and that the line will be open again on Thursday if the weather holds.";
//! let local = format!("{agency} The town council meets tonight to discuss the accident.");
//! let documents = [
//!     Document::new("agency-1", agency)
//!         .url("https://wire.example/halden-port")
//!         .published("2026-03-02T06:10:00Z".parse()?),
//!     Document::new("local-7", local)
//!         .url("https://coast.example/news/crane")
//!         .published("2026-03-02T09:40:00Z".parse()?),
//!     Document::new("other-3", "Rain is expected along the whole coast until the weekend.")
//!         .url("https://coast.example/weather"),
//! ];
//!
//! let found = Scan::new().threshold(0.7).run(&documents)?;
//!
//! for pair in found.pairs() {
//!     let (a, b) = (pair.a.id(), pair.b.id());
//!     println!("{a} and {b}: {}, {:.4}", pair.relation.name(), pair.jaccard);
//!     assert_eq!((a, b), ("agency-1", "local-7"));
//!     assert_eq!(pair.containment_a, 1.0); // all of the agency's text is in the other
//! }
//! for cluster in found.clusters() {
//!     for (document, role) in cluster.members() {
//!         println!("{}: {} on {:?}", cluster.name(), role.name(), document.site());
//!     }
//! }
//! assert_eq!((found.pairs().len(), found.clusters().len()), (1, 1));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`Scan::run_paths`] does the same for files and directories, and [`Scan::index`] compares with
//! the documents of earlier runs. Every similarity is exact: it is computed from whole shingle
//! sets, and signatures only propose what to compare. The same documents and settings give the
//! same findings at any number of threads.
//!
//! The program `wirecopy` and the Python package are built on the modules below. They are public
//! for these, hidden here, and may change in any release.

mod found;
mod in_memory;
mod scan;

pub mod document;
pub mod error;

#[doc(hidden)]
pub mod attribution;
#[doc(hidden)]
pub mod boilerplate;
#[doc(hidden)]
pub mod candidates;
#[doc(hidden)]
pub mod catalog;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
#[doc(hidden)]
pub mod cluster;
#[doc(hidden)]
pub mod compare;
#[doc(hidden)]
pub mod index;
#[doc(hidden)]
pub mod pipeline;
#[doc(hidden)]
pub mod platform;
#[doc(hidden)]
pub mod read;
#[doc(hidden)]
pub mod report;
#[doc(hidden)]
pub mod sketch;
#[doc(hidden)]
pub mod stages;
#[doc(hidden)]
pub mod storage;
#[doc(hidden)]
pub mod text;
#[doc(hidden)]
pub mod tuning;

pub use attribution::credit::{CreditTableError, Credits};
pub use attribution::source::{Basis, LikelySource, Sureness};
pub use cluster::{Relation, Role, Selection};
pub use document::{Document, Precision, Published, Reject};
pub use error::ReadError;
pub use found::{Findings, FoundCluster, FoundDocument, Pair};
pub use index::IndexError;
pub use pipeline::Counts;
pub use read::FieldNames;
pub use scan::{Scan, ScanError};
pub use sketch::banding::BandingError;
pub use text::shingle::Shingle;
