//! The likely source of a cluster: its first publisher, the evidence, and how well it agrees.
//!
//! There are three kinds of evidence: a copy has a canonical url on another site, copies credit an
//! agency, or one document was published before all others. The first two are *declarations*. They
//! take precedence over dates, because an agency's own page is often not in the corpus: then even
//! the earliest document is only a copy.
//!
//! Only whole copies count as evidence, with two exceptions:
//!
//! - If there is only one whole copy and it declares nothing, the credits of the other documents
//!   count too.
//! - A source is called the earliest only if it is earlier than all other documents, not just than
//!   the whole copies.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::interval::PublicationInterval;
use crate::catalog::DocNo;

/// The likely first publisher of a cluster's story. By default it is unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LikelySource {
    /// Its document, if that is in the corpus.
    pub doc: Option<DocNo>,
    /// Its site, or the agency's name if no site of it is known; empty if nothing is known.
    pub site: String,
    /// Kinds of evidence for it.
    pub basis: Vec<Basis>,
    /// Agreement of the evidence; `None` if there is none.
    pub sureness: Option<Sureness>,
}

/// Kind of evidence for a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Basis {
    /// The canonical url of a copy on another site names its page or its site.
    Canonical,
    /// Copies credit it in a byline, dateline, tagline or url.
    Credit,
    /// It was published before all other copies.
    Earliest,
}

/// Agreement of the evidence for a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sureness {
    /// Several kinds of evidence, or several sites, agree and nothing contradicts them.
    Agreed,
    /// One piece of evidence, and nothing contradicts it.
    Single,
    /// The evidence conflicts, or dates leave the order open.
    Unsure,
}

/// Evidence that one document of a cluster gives about the source.
#[derive(Debug, Clone, PartialEq)]
pub struct Testimony {
    /// The document.
    pub doc: DocNo,
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
}

impl Basis {
    /// Word in the `source_basis` column.
    pub fn name(self) -> &'static str {
        match self {
            Basis::Canonical => "canonical",
            Basis::Credit => "credit",
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

impl LikelySource {
    /// Weighs the evidence of all documents of a cluster, given in canonical order.
    pub fn of(documents: &[Testimony]) -> LikelySource {
        let whole: Vec<&Testimony> = documents.iter().filter(|document| document.whole).collect();
        let by_excerpts = || {
            (whole.len() == 1)
                .then(|| Declaration::strongest(documents, Basis::Credit))
                .flatten()
        };
        let declared = Declaration::strongest(whole.iter().copied(), Basis::Canonical);
        match declared.or_else(by_excerpts) {
            Some(declared) => LikelySource::by_declaration(documents, declared),
            None => LikelySource::by_date(documents),
        }
    }

    fn by_declaration(documents: &[Testimony], declared: Declaration) -> LikelySource {
        let is_of = |document: &&Testimony| declared.sites.contains(&document.site);
        let mut on_site = documents.iter().filter(is_of);
        let source = on_site
            .clone()
            .find(|document| document.whole)
            .or_else(|| on_site.next());
        let is_late = source.is_some_and(|source| {
            let mut others = documents
                .iter()
                .filter(|document| document.whole && !is_of(document));
            others.any(|copy| copy.published.is_before(source.published))
        });
        let mut basis = declared.basis;
        if source.is_some_and(|source| is_first(source, documents)) {
            basis.push(Basis::Earliest);
        }
        LikelySource {
            doc: source.map(|source| source.doc),
            site: source.map_or_else(|| declared.sites[0].clone(), |source| source.site.clone()),
            sureness: Some(match basis.len() {
                _ if declared.disputed || is_late => Sureness::Unsure,
                1 if declared.declaring_sites == 1 => Sureness::Single,
                _ => Sureness::Agreed,
            }),
            basis,
        }
    }

    fn by_date(documents: &[Testimony]) -> LikelySource {
        let earliest = documents
            .iter()
            .filter(|document| document.whole)
            .filter_map(|copy| Some((copy.published.latest()?, copy.doc, copy)))
            .min_by_key(|&(latest, doc, _)| (latest, doc));
        let Some((.., earliest)) = earliest else {
            return LikelySource::default();
        };
        // If all documents are from one site, it is the source whatever the order of the captures.
        let one_site = !earliest.site.is_empty()
            && documents
                .iter()
                .all(|document| document.site == earliest.site);
        LikelySource {
            doc: Some(earliest.doc),
            site: earliest.site.clone(),
            basis: vec![Basis::Earliest],
            sureness: Some(if one_site || is_first(earliest, documents) {
                Sureness::Single
            } else {
                Sureness::Unsure
            }),
        }
    }
}

/// True if a document was certainly published before all others.
fn is_first(source: &Testimony, documents: &[Testimony]) -> bool {
    documents.iter().all(|document| {
        document.doc == source.doc || source.published.is_before(document.published)
    })
}

/// The source that most copies declare.
struct Declaration {
    /// The sites of the source, or its own name if no site is known; not empty.
    sites: Vec<String>,
    basis: Vec<Basis>,
    /// Number of sites that declare it.
    declaring_sites: usize,
    /// True if other copies declare another source.
    disputed: bool,
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
    /// Finds the declared source with the most weight. Credits always count; canonical urls count
    /// only if `from` is [`Basis::Canonical`].
    fn strongest<'a>(
        copies: impl IntoIterator<Item = &'a Testimony>,
        from: Basis,
    ) -> Option<Declaration> {
        let mut by_source: BTreeMap<&[String], Declarations<'_>> = BTreeMap::new();
        for (order, copy) in copies.into_iter().enumerate() {
            let canonical = copy.canonical.as_slice();
            let is_elsewhere =
                from == Basis::Canonical && canonical.iter().any(|site| *site != copy.site);
            let declared = [
                (canonical, Basis::Canonical, is_elsewhere),
                (&copy.credit, Basis::Credit, !copy.credit.is_empty()),
            ];
            for (sites, basis, _) in declared.into_iter().filter(|&(.., made)| made) {
                let known = by_source.entry(sites).or_insert_with(|| Declarations {
                    first: order,
                    ..Declarations::default()
                });
                known.by.insert((&copy.site, basis));
            }
        }
        merge_agency_sites(&mut by_source);
        let disputed = by_source.len() > 1;
        // Canonical urls weigh more, because they name a page, and a credit names only an agency.
        // If the weights are equal, the first declaration wins.
        let weight = |(_, declarations): &(&[String], Declarations<'_>)| {
            let mut by = declarations.by.iter();
            let has_canonical = by.any(|&(_, basis)| basis == Basis::Canonical);
            (
                has_canonical,
                declarations.by.len(),
                Reverse(declarations.first),
            )
        };
        let (sites, Declarations { by, .. }) = by_source.into_iter().max_by_key(weight)?;
        let basis: BTreeSet<Basis> = by.iter().map(|&(_, basis)| basis).collect();
        let declaring: BTreeSet<&str> = by.iter().map(|&(site, _)| site).collect();
        Some(Declaration {
            sites: sites.to_vec(),
            basis: basis.into_iter().collect(),
            declaring_sites: declaring.len(),
            disputed,
        })
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
