//! The credit of a document, and the evidence for it.

use std::borrow::Cow;

use super::table::AgencyNo;

/// The agency or agencies that a document names as its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credit {
    /// Short names, in the order in which the document names them; usually one, never none.
    pub agencies: Vec<String>,
    /// The agency's part in the document.
    pub kind: CreditKind,
    /// Places in the document that say so: strongest first, each once, never none.
    pub evidence: Vec<CreditEvidence>,
}

/// An agency's part in a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CreditKind {
    /// The agency's own copy.
    Sole,
    /// The outlet or its staff are named beside the agency: `CBS; AP`, `Le Monde avec AFP`.
    Mixed,
    /// Somebody else's report with the agency's help: `The Associated Press contributed to this
    /// report`.
    Contributed,
}

/// A kind of place in a document that names an agency, strongest first.
///
/// If two kinds of evidence name different agencies, the stronger kind wins: a line above the text
/// says who wrote it, an address only where it was filed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CreditEvidence {
    /// The author field, or a byline in the text.
    Byline,
    /// `LONDON (AP) —`.
    Dateline,
    /// A line that is only the agency's name.
    Line,
    /// An ending that only the agency's own copy has: `Roe writes for the Associated Press`.
    Tagline,
    /// `Copyright 2016 The Associated Press`.
    Copyright,
    /// A url on the agency's own site, or where another site files the agency's copy.
    Url,
    /// A canonical url on the agency's site.
    Canonical,
    /// A sentence that says that the agency contributed.
    Contribution,
}

impl Credit {
    /// Text for the credit column: `AP`, `AP; AFP`, `AP (with staff)`, `AP (contributed)`.
    #[must_use]
    pub fn label(&self) -> Cow<'_, str> {
        let names = match &self.agencies[..] {
            [agency] => Cow::Borrowed(&**agency),
            agencies => Cow::Owned(agencies.join("; ")),
        };
        match self.kind {
            CreditKind::Sole => names,
            CreditKind::Mixed => Cow::Owned(names.into_owned() + " (with staff)"),
            CreditKind::Contributed => Cow::Owned(names.into_owned() + " (contributed)"),
        }
    }
}

impl CreditEvidence {
    /// Name of the place, in a word.
    pub fn name(self) -> &'static str {
        match self {
            CreditEvidence::Byline => "byline",
            CreditEvidence::Dateline => "dateline",
            CreditEvidence::Line => "line",
            CreditEvidence::Tagline => "tagline",
            CreditEvidence::Copyright => "copyright",
            CreditEvidence::Url => "url",
            CreditEvidence::Canonical => "canonical",
            CreditEvidence::Contribution => "contribution",
        }
    }
}

/// An agency that one place of a document names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NamedAgency {
    pub(super) agency: AgencyNo,
    pub(super) kind: CreditKind,
    pub(super) evidence: CreditEvidence,
}

impl NamedAgency {
    /// An agency named as the only source.
    pub(super) fn sole(agency: AgencyNo, evidence: CreditEvidence) -> NamedAgency {
        NamedAgency {
            agency,
            kind: CreditKind::Sole,
            evidence,
        }
    }
}
