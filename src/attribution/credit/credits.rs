//! Finds the credit of a document by a compiled table.

use super::address::{Address, is_host_under};
use super::byline::LineShape;
use super::ends::{HEAD_CHARS, LinePosition, first_chars, head, tail, trimmed};
use super::evidence::{Credit, CreditEvidence, CreditKind, NamedAgency};
use super::line::FoldedLine;
use super::table::{AgencyNo, CreditTable};
use super::table_file::CreditTableError;
use crate::document::Document;

/// The built-in table, `data/credits.toml`.
pub const BUILT_IN: &str = include_str!("../../../data/credits.toml");

/// Finds the agency that a document names, by a compiled table.
#[derive(Debug)]
pub struct Credits {
    pub(super) table: CreditTable,
}

impl Credits {
    /// Compiles the built-in table.
    ///
    /// # Panics
    /// Never: a test compiles the same table.
    #[must_use]
    pub fn built_in() -> Credits {
        let mut table = CreditTable::default();
        if let Err(error) = table.add(BUILT_IN) {
            panic!("the built-in {error}");
        }
        Credits { table }
    }

    /// Compiles the built-in table together with a user's. An agency of the same name gets more
    /// patterns, other agencies are new, and phrases count for all.
    ///
    /// # Errors
    /// The line and the problem, if the user's table is no TOML, or has an unknown key or an entry
    /// that cannot be used.
    pub fn extended(table: &str) -> Result<Credits, CreditTableError> {
        let mut credits = Credits::built_in();
        credits.table.add(table)?;
        Ok(credits)
    }

    /// The sites that first published a document with this credit: those of its first agency, or
    /// the agency's name if no site of it is known. Empty if the agency only contributed or shares
    /// the credit with the outlet's staff, because then the text is not its own.
    pub fn sites(&self, credit: &Credit) -> Vec<String> {
        match credit.kind {
            CreditKind::Sole => self.agency_sites(credit),
            CreditKind::Mixed | CreditKind::Contributed => Vec::new(),
        }
    }

    /// The same of an agency that only contributed or shares the credit with the outlet's staff;
    /// empty if the text is the agency's own.
    pub fn contributor_sites(&self, credit: &Credit) -> Vec<String> {
        match credit.kind {
            CreditKind::Sole => Vec::new(),
            CreditKind::Mixed | CreditKind::Contributed => self.agency_sites(credit),
        }
    }

    fn agency_sites(&self, credit: &Credit) -> Vec<String> {
        let Some(name) = credit.agencies.first() else {
            return Vec::new();
        };
        let agencies = &self.table.agencies;
        let agency = agencies.iter().find(|agency| agency.name == *name);
        agency.map_or_else(|| vec![name.clone()], |agency| agency.sites.clone())
    }

    /// Finds the agency that a document names, by its text, author, url, site and canonical url.
    #[must_use]
    pub fn find(&self, document: &Document<'_>) -> Option<Credit> {
        let url = document.url.as_deref().and_then(Address::of);
        let site = document.site.as_deref().unwrap_or_default();
        let mut named = Vec::new();
        if let Some(author) = &document.author {
            let author = first_chars(trimmed(author), HEAD_CHARS);
            if self.table.may_name(author) {
                let line = FoldedLine::new(author);
                named.extend(self.table.in_author(&line, &self.table.mentions(&line)));
            }
        }
        self.search_lines(head(&document.text), &mut named);
        self.search_lines(tail(&document.text), &mut named);
        let filed = self.table.filed(site, url.as_ref()).into_iter();
        named.extend(filed.map(|agency| NamedAgency::sole(agency, CreditEvidence::Url)));
        if let Some(canonical) = document.canonical.as_deref().and_then(Address::of) {
            let owner = self.table.hosted(&canonical.host).min();
            named.extend(owner.map(|owner| NamedAgency::sole(owner, CreditEvidence::Canonical)));
        }
        let host = url.as_ref().map_or("", |url| &url.host);
        named.retain(|named| {
            let home = &self.table.agency(named.agency).home;
            !is_under(site, home) && !is_under(host, home)
        });
        self.judge(&named)
    }

    /// Adds the agencies that the lines at one end of the text name. An agency's name alone does
    /// not count beside photo credits, or beside another such line: there it is a photo credit too.
    fn search_lines<'t>(
        &self,
        lines: impl Iterator<Item = (&'t str, LinePosition)>,
        named: &mut Vec<NamedAgency>,
    ) {
        let known = named.len();
        let (mut photo_credits, mut alone) = (0, 0);
        for (text, position) in lines {
            match self.search_line(text, position, named) {
                LineShape::PhotoCredit => photo_credits += 1,
                LineShape::Alone => alone += 1,
                LineShape::Text => {}
            }
        }
        if photo_credits > 0 || alone > 1 {
            let mut number = 0;
            named.retain(|named| {
                number += 1;
                number <= known || named.evidence != CreditEvidence::Line
            });
        }
    }

    /// Adds the agencies that one line of the text names.
    fn search_line(
        &self,
        text: &str,
        position: LinePosition,
        named: &mut Vec<NamedAgency>,
    ) -> LineShape {
        let table = &self.table;
        if !table.may_name(text) {
            return LineShape::Text;
        }
        let line = FoldedLine::new(text);
        if position.tail {
            let taglines = table.taglines_in(&line).into_iter();
            named.extend(taglines.map(|found| NamedAgency::sole(found, CreditEvidence::Tagline)));
        }
        let mentions = table.mentions(&line);
        if mentions.is_empty() {
            return LineShape::Text;
        }
        if position.dateline {
            let dateline = table.in_dateline(&line, &mentions).into_iter();
            named.extend(dateline.map(|found| NamedAgency::sole(found, CreditEvidence::Dateline)));
        }
        let (shape, alone) = table.in_line_alone(&line, &mentions);
        if position.alone {
            named.extend(alone);
        }
        let sentences = line.sentences();
        if let (true, [_, .., last]) = (position.last, &sentences[..]) {
            named.extend(table.in_signature(&line, &mentions, last.clone()));
        }
        for sentence in sentences {
            table.search_sentence(&line, &mentions, sentence, named);
        }
        shape
    }

    /// Weighs all evidence. The strongest kind names the agencies. The outlet's own work beside
    /// them counts wherever it is named. Contributions count only if there is nothing else.
    fn judge(&self, named: &[NamedAgency]) -> Option<Credit> {
        let strongest = named.iter().map(|named| named.evidence).min()?;
        let mut agencies: Vec<AgencyNo> = Vec::new();
        for named in named.iter().filter(|named| named.evidence == strongest) {
            if !agencies.contains(&named.agency) {
                agencies.push(named.agency);
            }
        }
        let of_these = || {
            named
                .iter()
                .filter(|named| agencies.contains(&named.agency))
        };
        let kind = match strongest {
            CreditEvidence::Contribution => CreditKind::Contributed,
            _ if of_these().any(|named| named.kind == CreditKind::Mixed) => CreditKind::Mixed,
            _ => CreditKind::Sole,
        };
        let mut evidence: Vec<CreditEvidence> = of_these().map(|named| named.evidence).collect();
        evidence.sort_unstable();
        evidence.dedup();
        let name = |&agency: &AgencyNo| self.table.agency(agency).name.clone();
        Some(Credit {
            agencies: agencies.iter().map(name).collect(),
            kind,
            evidence,
        })
    }
}

fn is_under(host: &str, hosts: &[String]) -> bool {
    !host.is_empty() && hosts.iter().any(|known| is_host_under(host, known))
}
