//! Title, url, credit and date evidence of documents, for the reports that show them.

use crate::catalog::DocNo;
use crate::pipeline::{Details, ScanResult};

/// The details of a document, if it was fetched.
pub(super) fn details(findings: &ScanResult, doc: DocNo) -> Option<&Details> {
    Details::find(&findings.details, doc)
}
