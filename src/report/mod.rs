//! Reports: each is a pure function from findings to bytes, one file a report.
//!
//! A tabular report says what its columns and rows are; [`table`] knows how a format writes them. Nothing here opens a file.

pub mod bounded;
pub mod clusters;
pub mod duplicates;
pub mod explain;
pub mod labelling;
pub mod members;
pub mod metrics;
pub mod page;
pub mod pairs;
pub mod records;
pub mod rejects;
pub mod sites;
pub mod summary;
pub mod table;
pub mod tune;

mod html;
mod moment;

pub use html::count;

use crate::catalog::DocNo;
use crate::pipeline::{Details, ScanResult};

/// What the reports know of a document beside the catalogue, if it was fetched.
fn details(findings: &ScanResult, doc: DocNo) -> Option<&Details> {
    Details::find(&findings.details, doc)
}
