//! The likely source of a cluster: its first publisher, the evidence, and how well it agrees.
//!
//! There are three kinds of evidence: a copy has a canonical url on another site, copies credit an
//! agency, or one document is known to be published before all others. The first two are
//! *declarations*. They take precedence over dates, because an agency's own page is often not in
//! the corpus: then even the earliest document is only a copy.
//!
//! Where the evidence does not decide, no source is named, and the candidates are listed with
//! theirs: copies declare different sources, a document elsewhere is known to be earlier than the
//! declared source, or dates leave the order open.
//!
//! Only whole copies count as evidence, with three exceptions:
//!
//! - If there is only one whole copy and it declares nothing, the credits of the other documents
//!   count too.
//! - A source is called the earliest only if it is earlier than all other documents, not just than
//!   the whole copies, and a declared source must not be known later than any of them. Captures of
//!   one page are one publication.
//! - An agency that only contributed is a source if a whole copy is on its own site.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashSet;

use super::interval::PublicationInterval;
use crate::catalog::DocNo;

/// Most candidates that are listed of a cluster without a known source.
const MOST_CANDIDATES: usize = 10;

/// The likely first publisher of a cluster's story. By default it is unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LikelySource {
    /// Its document, if that is in the corpus.
    pub doc: Option<DocNo>,
    /// Its site, or the agency's name if no site of it is known; empty if the source is not known.
    pub site: String,
    /// Kinds of evidence for it.
    pub basis: Vec<Basis>,
    /// Agreement of the evidence; `None` if there is none.
    pub sureness: Option<Sureness>,
    /// What may be the source, if the evidence does not decide: first the declared sources, the
    /// most often declared first, then documents that may be the earliest, in canonical order. No
    /// more than ten.
    pub candidates: Vec<SourceCandidate>,
    /// Number of further candidates.
    pub more_candidates: usize,
}

/// A document or a site that may be the source of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceCandidate {
    /// The document; `None` if it is not in the corpus.
    pub doc: Option<DocNo>,
    /// Its site, or the agency's name if no site of it is known; empty if unknown.
    pub site: String,
    /// Kinds of evidence for it; empty for a document that is only not known to be later than
    /// others.
    pub basis: Vec<Basis>,
}

/// Kind of evidence for a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Basis {
    /// The canonical url of a copy on another site names its page or its site.
    Canonical,
    /// Copies credit it in a byline, dateline, tagline or url.
    Credit,
    /// Copies say that it contributed.
    Contributed,
    /// It is known to be published before all other documents.
    Earliest,
}

/// Agreement of the evidence for a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sureness {
    /// Several kinds of evidence, or several sites, agree and nothing contradicts them.
    Agreed,
    /// One piece of evidence, and nothing contradicts it.
    Single,
    /// The evidence conflicts, or dates leave the order open: the source is not known.
    Unsure,
}

/// Evidence that one document of a cluster gives about the source.
#[derive(Debug, Clone, PartialEq)]
pub struct Testimony {
    /// The document.
    pub doc: DocNo,
    /// Its page: two captures of one page are one publication.
    pub page: u64,
    /// Its site; empty if unknown.
    pub site: String,
    /// True for a whole copy.
    pub whole: bool,
    /// Time in which it may have been published.
    pub published: PublicationInterval,
    /// The site that its canonical url names, if that is another site.
    pub canonical: Option<String>,
    /// The sites of the agency that it credits, or only the agency's name if no site is known;
    /// empty if it credits none.
    pub credit: Vec<String>,
    /// The same of an agency that only contributed, or shares the credit with the outlet's staff.
    pub contributed: Vec<String>,
}

impl Basis {
    /// Word in the `source_basis` column.
    pub fn name(self) -> &'static str {
        match self {
            Basis::Canonical => "canonical",
            Basis::Credit => "credit",
            Basis::Contributed => "contributed",
            Basis::Earliest => "earliest",
        }
    }
}

impl Sureness {
    /// Word in the `source_sureness` column.
    pub fn name(self) -> &'static str {
        match self {
            Sureness::Agreed => "agreed",
            Sureness::Single => "single",
            Sureness::Unsure => "unsure",
        }
    }
}

impl SourceCandidate {
    /// The candidate in words, such as `post-17 on post.example (earliest)`; `id` is that of its
    /// document.
    pub fn label(&self, id: Option<&str>) -> String {
        let name = match (id, &*self.site) {
            (Some(id), "") => id.to_owned(),
            (Some(id), site) => format!("{id} on {site}"),
            (None, site) => site.to_owned(),
        };
        let basis: Vec<&str> = self.basis.iter().map(|basis| basis.name()).collect();
        match basis.is_empty() {
            true => name,
            false => format!("{name} ({})", basis.join("+")),
        }
    }
}

impl LikelySource {
    /// The candidates in words, and the number of those that are not listed; `id` gives the id of
    /// a document.
    pub fn candidate_labels<'i>(&self, id: impl Fn(DocNo) -> &'i str) -> Vec<String> {
        let label = |candidate: &SourceCandidate| candidate.label(candidate.doc.map(&id));
        let more = (self.more_candidates > 0).then(|| format!("{} more", self.more_candidates));
        self.candidates.iter().map(label).chain(more).collect()
    }

    /// Weighs the evidence of all documents of a cluster, given in canonical order.
    pub fn of(documents: &[Testimony]) -> LikelySource {
        let whole: Vec<&Testimony> = documents.iter().filter(|document| document.whole).collect();
        let of_whole = |kinds| Declaration::all(whole.iter().copied(), kinds);
        let mut declared = of_whole(&[Basis::Canonical, Basis::Credit]);
        if declared.is_empty() && whole.len() == 1 {
            declared = Declaration::all(documents, &[Basis::Credit]);
        }
        let mut contributors = Vec::new();
        if declared.is_empty() {
            let is_on_own_site = |agency: &Declaration| whole.iter().any(|copy| agency.is_of(copy));
            (declared, contributors) = of_whole(&[Basis::Contributed])
                .into_iter()
                .partition(is_on_own_site);
        }
        match &declared[..] {
            [] => LikelySource::by_date(documents, &contributors),
            [declaration] => LikelySource::by_declaration(documents, declaration),
            _ => LikelySource::not_known(documents, &declared),
        }
    }

    /// The source that the copies declare, unless a document elsewhere is known to be earlier.
    fn by_declaration(documents: &[Testimony], declared: &Declaration) -> LikelySource {
        let source = declared.document(documents);
        let is_late = source.is_some_and(|source| {
            let mut elsewhere = documents
                .iter()
                .filter(|document| !declared.is_of(document));
            elsewhere.any(|document| document.published.is_before(source.published))
        });
        if is_late {
            return LikelySource::not_known(documents, std::slice::from_ref(declared));
        }
        let mut basis = declared.basis.clone();
        let first = first(documents).map(|first| first.doc);
        if source.is_some_and(|source| first == Some(source.doc)) {
            basis.push(Basis::Earliest);
        }
        let SourceCandidate { doc, site, .. } = declared.candidate(documents);
        LikelySource {
            doc,
            site,
            sureness: Some(match basis.len() {
                1 if declared.declaring_sites == 1 => Sureness::Single,
                _ => Sureness::Agreed,
            }),
            basis,
            ..LikelySource::default()
        }
    }

    /// The whole copy that is known to be earlier than all other documents.
    fn by_date(documents: &[Testimony], contributors: &[Declaration]) -> LikelySource {
        match first(documents).filter(|first| first.whole) {
            Some(first) => LikelySource {
                doc: Some(first.doc),
                site: first.site.clone(),
                basis: vec![Basis::Earliest],
                sureness: Some(Sureness::Single),
                ..LikelySource::default()
            },
            None => LikelySource::not_known(documents, contributors),
        }
    }

    /// No source, but what may be it.
    fn not_known(documents: &[Testimony], declared: &[Declaration]) -> LikelySource {
        let is_dated = |document: &Testimony| document.published.bounds() != (None, None);
        let has_order = documents.iter().any(is_dated) && !is_one_page(documents);
        if declared.is_empty() && !has_order {
            return LikelySource::default();
        }
        let listed = declared.iter().take(MOST_CANDIDATES);
        let mut candidates: Vec<SourceCandidate> = listed
            .map(|declaration| declaration.candidate(documents))
            .collect();
        let of_declared: BTreeSet<Option<DocNo>> =
            candidates.iter().map(|candidate| candidate.doc).collect();
        let first = first(documents).map(|first| first.doc);
        let ends = documents.iter().map(|document| document.published.end());
        let earliest_end = ends.min().unwrap_or(i64::MAX);
        let may_be_first = |copy: &&Testimony| {
            copy.whole
                && copy.published.start() <= earliest_end
                && !of_declared.contains(&Some(copy.doc))
        };
        let mut more_candidates = declared.len() - candidates.len();
        let mut pages = FxHashSet::default();
        for copy in documents.iter().filter(may_be_first) {
            if !pages.insert(copy.page) {
                continue;
            }
            if candidates.len() == MOST_CANDIDATES {
                more_candidates += 1;
                continue;
            }
            let earliest = (first == Some(copy.doc)).then_some(Basis::Earliest);
            candidates.push(SourceCandidate {
                doc: Some(copy.doc),
                site: copy.site.clone(),
                basis: earliest.into_iter().collect(),
            });
        }
        LikelySource {
            sureness: Some(Sureness::Unsure),
            candidates,
            more_candidates,
            ..LikelySource::default()
        }
    }
}

/// The document that is known to be published before all others, not counting other captures of its
/// own page unless there is no other page.
fn first(documents: &[Testimony]) -> Option<&Testimony> {
    // No other can be: the others end later.
    let first = documents
        .iter()
        .min_by_key(|document| document.published.end())?;
    let is_one_page = is_one_page(documents);
    let counts = |other: &&Testimony| match is_one_page {
        true => other.doc != first.doc,
        false => other.page != first.page,
    };
    let mut others = documents.iter().filter(counts);
    let is_first = others.all(|other| first.published.is_before(other.published));
    is_first.then_some(first)
}

/// Tells whether all documents are captures of one page.
fn is_one_page(documents: &[Testimony]) -> bool {
    let mut pages = documents.iter().map(|document| document.page);
    let first = pages.next();
    pages.all(|page| Some(page) == first)
}

/// A source that copies declare.
struct Declaration {
    /// The sites of the source, or its own name if no site is known; not empty.
    sites: Vec<String>,
    basis: Vec<Basis>,
    /// Number of sites that declare it.
    declaring_sites: usize,
}

/// Declarations of one source.
#[derive(Default)]
struct Declarations<'a> {
    /// The sites that declare it, and the kind of their declarations.
    by: BTreeSet<(&'a str, Basis)>,
    /// Index of the first copy that declares it.
    first: usize,
}

impl Declaration {
    /// Finds the sources that copies declare by these kinds of evidence, those with the most weight
    /// first.
    fn all<'a>(
        copies: impl IntoIterator<Item = &'a Testimony>,
        kinds: &[Basis],
    ) -> Vec<Declaration> {
        let mut by_source: BTreeMap<&[String], Declarations<'_>> = BTreeMap::new();
        for (order, copy) in copies.into_iter().enumerate() {
            let elsewhere = copy.canonical.as_ref().filter(|site| **site != copy.site);
            let declared = [
                (
                    elsewhere.map_or(&[][..], std::slice::from_ref),
                    Basis::Canonical,
                ),
                (&copy.credit, Basis::Credit),
                (&copy.contributed, Basis::Contributed),
            ];
            let declared = declared
                .into_iter()
                .filter(|(_, basis)| kinds.contains(basis));
            for (sites, basis) in declared.filter(|(sites, _)| !sites.is_empty()) {
                let known = by_source.entry(sites).or_insert_with(|| Declarations {
                    first: order,
                    ..Declarations::default()
                });
                known.by.insert((&copy.site, basis));
            }
        }
        merge_agency_sites(&mut by_source);
        // Canonical urls weigh more, because they name a page, and a credit names only an agency.
        // If the weights are equal, the first declaration wins.
        let weight = |(_, declarations): &(&[String], Declarations<'_>)| {
            let mut by = declarations.by.iter();
            let has_canonical = by.any(|&(_, basis)| basis == Basis::Canonical);
            let number = declarations.by.len();
            Reverse((has_canonical, number, Reverse(declarations.first)))
        };
        let mut by_source: Vec<_> = by_source.into_iter().collect();
        by_source.sort_by_key(weight);
        let declaration = |(sites, Declarations { by, .. }): (&[String], Declarations<'_>)| {
            let basis: BTreeSet<Basis> = by.iter().map(|&(_, basis)| basis).collect();
            let declaring: BTreeSet<&str> = by.iter().map(|&(site, _)| site).collect();
            Declaration {
                sites: sites.to_vec(),
                basis: basis.into_iter().collect(),
                declaring_sites: declaring.len(),
            }
        };
        by_source.into_iter().map(declaration).collect()
    }

    /// Tells whether a document is on a site of the source.
    fn is_of(&self, document: &Testimony) -> bool {
        self.sites.contains(&document.site)
    }

    /// The document of the source: the first whole copy on its sites, else the first document.
    fn document<'a>(&self, documents: &'a [Testimony]) -> Option<&'a Testimony> {
        let mut on_site = documents.iter().filter(|document| self.is_of(document));
        let whole = on_site.clone().find(|document| document.whole);
        whole.or_else(|| on_site.next())
    }

    fn candidate(&self, documents: &[Testimony]) -> SourceCandidate {
        let document = self.document(documents);
        SourceCandidate {
            doc: document.map(|document| document.doc),
            site: document.map_or_else(|| self.sites[0].clone(), |document| document.site.clone()),
            basis: self.basis.clone(),
        }
    }
}

/// Merges declarations of one site of an agency with those of the agency: a canonical url on one of
/// the agency's sites and a credit to the agency declare the same source.
fn merge_agency_sites(by_source: &mut BTreeMap<&[String], Declarations<'_>>) {
    let agencies: Vec<&[String]> = by_source
        .keys()
        .copied()
        .filter(|sites| sites.len() > 1)
        .collect();
    for agency in agencies {
        for site in agency {
            if let Some(one) = by_source.remove(std::slice::from_ref(site))
                && let Some(known) = by_source.get_mut(agency)
            {
                known.by.extend(one.by);
                known.first = known.first.min(one.first);
            }
        }
    }
}
