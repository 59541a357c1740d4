//! Title, url, credit and date evidence of documents, for the reports that show them.

use crate::catalog::DocNo;
use crate::pipeline::{Details, ScanResult};

/// The details of a document, if it was fetched.
pub(super) fn details(findings: &ScanResult, doc: DocNo) -> Option<&Details> {
    Details::find(&findings.details, doc)
}

/// The url of a document; empty if it is unknown.
pub(super) fn url(details: Option<&Details>) -> &str {
    details.map_or("", |details| details.url.as_str())
}

/// The title of a document; empty if it is unknown.
pub(super) fn title(details: Option<&Details>) -> &str {
    details.map_or("", |details| details.title.as_str())
}
