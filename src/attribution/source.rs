//! The source of a cluster: who is likely to have published it first, why, and how sure that is.
//!
//! Three kinds of evidence: a copy names its original by a canonical url on another site; copies credit an agency; one was published
//! before all others. A declaration goes before dates, because an agency's own page is often not in the corpus and its copies then are all
//! later than it. Publishers' clocks lie: a date without a time (midnight is one) is a day that it may have happened in, a date in the future, or equal
//! to the crawl, says nothing of who was first, and no page is published after it was crawled.
//!
//! Whole copies testify; who holds a part only has a say where there is but one whole copy, or in whether that was the first of all.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::DocNo;
use crate::document::{Precision, Published};

/// Seconds from midnight that a date without a time may stand for.
const DAY: i64 = 86_400;

/// A date so near to the time of the crawl is the crawl's.
const SAME_AS_CRAWL: u64 = 2;

/// Who is likely to have published a cluster's story first. By default nobody knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Source {
    /// Its document, if it is in the corpus.
    pub doc: Option<DocNo>,
    /// Its site, or the agency where no site of it is known; empty if nothing is known.
    pub site: String,
    /// What speaks for it.
    pub basis: Vec<Basis>,
    /// How much that is worth.
    pub sureness: Option<Sureness>,
}

/// What speaks for a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Basis {
    /// A copy on another site names its page, or its site, as the original.
    Canonical,
    /// Copies credit it.
    Credit,
    /// It was published before all other copies.
    Earliest,
}

/// How the evidence for a source holds together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sureness {
    /// Several kinds of evidence, or several sites, say the same and nothing speaks against it.
    Agreed,
    /// One piece of evidence, and nothing speaks against it.
    Single,
    /// Evidence conflicts, or dates do not tell who was first.
    Unsure,
}

/// What a document of a cluster tells of where the story comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Testimony {
    /// The document.
    pub doc: DocNo,
    /// Its site; empty if unknown.
    pub site: String,
    /// Whether it is a whole copy.
    pub whole: bool,
    /// When it can have been published.
    pub when: When,
    /// The site that its canonical url names, if that is another.
    pub canonical: Option<String>,
    /// The sites of the agency that it credits, or the agency's name if none is known; empty if it credits none.
    pub credit: Vec<String>,
}

/// When a document can have been published: from, and until, in seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct When {
    from: i64,
    until: i64,
}

impl When {
    /// What a date is worth, given when the page was crawled and what cannot be but the future.
    pub fn of(
        published: Option<Published>,
        crawled: Option<Published>,
        as_of: Option<i64>,
    ) -> When {
        const EVER: When = When {
            from: i64::MIN,
            until: i64::MAX,
        };
        let Some(Published { seconds, precision }) = published else {
            return EVER;
        };
        let latest = [crawled.map(|crawled| crawled.seconds), as_of]
            .into_iter()
            .flatten()
            .min();
        if latest.is_some_and(|latest| seconds > latest.saturating_add(DAY)) {
            return EVER;
        }
        if crawled.is_some_and(|crawled| {
            crawled.precision == Precision::Second
                && crawled.seconds.abs_diff(seconds) <= SAME_AS_CRAWL
        }) {
            return When {
                until: seconds,
                ..EVER
            };
        }
        let (from, until) = match precision {
            Precision::Second => (seconds, seconds),
            // The day may be that of any time zone, but nobody dates a page a day ahead.
            Precision::Day | Precision::Midnight => {
                (seconds.saturating_sub(DAY / 2), seconds.saturating_add(DAY))
            }
        };
        match crawled.filter(|crawled| crawled.precision == Precision::Second) {
            // A clock that is ahead of the crawl is wrong by an unknown amount.
            Some(crawled) if from > crawled.seconds => When {
                until: crawled.seconds,
                ..EVER
            },
            Some(crawled) => When {
                from,
                until: until.min(crawled.seconds),
            },
            None => When { from, until },
        }
    }

    /// From, where that is known, and until.
    pub fn bounds(self) -> (Option<i64>, Option<i64>) {
        let known = |moment: i64| ![i64::MIN, i64::MAX].contains(&moment);
        (
            Some(self.from).filter(|&from| known(from)),
            Some(self.until).filter(|&until| known(until)),
        )
    }

    /// Whether it was before the other for sure.
    pub fn before(self, other: When) -> bool {
        self.until < other.from
    }
}

impl Basis {
    /// The word in the `source_basis` column.
    pub fn name(self) -> &'static str {
        match self {
            Basis::Canonical => "canonical",
            Basis::Credit => "credit",
            Basis::Earliest => "earliest",
        }
    }
}

impl Sureness {
    /// The word in the `source_sureness` column.
    pub fn name(self) -> &'static str {
        match self {
            Sureness::Agreed => "agreed",
            Sureness::Single => "single",
            Sureness::Unsure => "unsure",
        }
    }
}

impl Source {
    /// Weighs what the documents of a story (in canonical order) testify.
    pub fn of(documents: &[Testimony]) -> Source {
        let whole: Vec<&Testimony> = documents.iter().filter(|document| document.whole).collect();
        let alone = || {
            (whole.len() == 1)
                .then(|| Declared::of(documents, Basis::Credit))
                .flatten()
        };
        match Declared::of(whole.iter().copied(), Basis::Canonical).or_else(alone) {
            Some(declared) => Source::declared(documents, declared),
            None => Source::by_date(documents),
        }
    }

    fn declared(documents: &[Testimony], declared: Declared) -> Source {
        let is_of = |document: &&Testimony| declared.sites.contains(&document.site);
        let mut on_site = documents.iter().filter(is_of);
        let source = on_site
            .clone()
            .find(|document| document.whole)
            .or_else(|| on_site.next());
        let first = source.is_some_and(|source| is_first(source, documents));
        let late = source.is_some_and(|source| {
            let mut others = documents
                .iter()
                .filter(|document| document.whole && !is_of(document));
            others.any(|copy| copy.when.before(source.when))
        });
        let mut basis = declared.basis;
        if first {
            basis.push(Basis::Earliest);
        }
        Source {
            doc: source.map(|source| source.doc),
            site: source.map_or_else(|| declared.sites[0].clone(), |source| source.site.clone()),
            sureness: Some(match basis.len() {
                _ if declared.disputed || late => Sureness::Unsure,
                1 if declared.voices == 1 => Sureness::Single,
                _ => Sureness::Agreed,
            }),
            basis,
        }
    }

    fn by_date(documents: &[Testimony]) -> Source {
        let whole = documents.iter().filter(|document| document.whole);
        let Some(earliest) = whole.min_by_key(|copy| (copy.when.until, copy.doc)) else {
            return Source::default();
        };
        if earliest.when.until == i64::MAX {
            return Source::default();
        }
        // Which capture of a page was the first does not matter to whose it is.
        let one_site = !earliest.site.is_empty()
            && documents
                .iter()
                .all(|document| document.site == earliest.site);
        Source {
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

fn is_first(source: &Testimony, documents: &[Testimony]) -> bool {
    documents
        .iter()
        .all(|document| document.doc == source.doc || source.when.before(document.when))
}

/// What most copies declare to be their source.
struct Declared {
    /// The sites of the source, its own name if none is known; not empty.
    sites: Vec<String>,
    basis: Vec<Basis>,
    /// How many sites say so.
    voices: usize,
    /// Whether others declare another.
    disputed: bool,
}

/// What copies say of one source.
#[derive(Default)]
struct Said<'a> {
    /// Who says it, and in which way.
    voices: BTreeSet<(&'a str, Basis)>,
    /// Which copy was the first to.
    first: usize,
}

impl Declared {
    /// Weighs declarations of that kind, and of those after it.
    fn of<'a>(copies: impl IntoIterator<Item = &'a Testimony>, from: Basis) -> Option<Declared> {
        let mut said: BTreeMap<&[String], Said<'_>> = BTreeMap::new();
        for (order, copy) in copies.into_iter().enumerate() {
            let canonical = copy.canonical.as_slice();
            let elsewhere =
                from == Basis::Canonical && canonical.iter().any(|site| *site != copy.site);
            let declarations = [
                (canonical, Basis::Canonical, elsewhere),
                (&copy.credit, Basis::Credit, !copy.credit.is_empty()),
            ];
            for (sites, basis, _) in declarations.into_iter().filter(|&(.., made)| made) {
                let known = said.entry(sites).or_insert_with(|| Said {
                    first: order,
                    ..Said::default()
                });
                known.voices.insert((&copy.site, basis));
            }
        }
        // A canonical url on one of an agency's sites says what a credit of it says.
        let agencies: Vec<&[String]> = said
            .keys()
            .copied()
            .filter(|sites| sites.len() > 1)
            .collect();
        for agency in agencies {
            for site in agency {
                if let Some(one) = said.remove(std::slice::from_ref(site))
                    && let Some(known) = said.get_mut(agency)
                {
                    known.voices.extend(one.voices);
                    known.first = known.first.min(one.first);
                }
            }
        }
        let declarations = said.len();
        // A canonical url names one page, a credit only an agency; of as many voices the first.
        let weight = |(_, said): &(&[String], Said<'_>)| {
            let canonical = said
                .voices
                .iter()
                .any(|&(_, basis)| basis == Basis::Canonical);
            (canonical, said.voices.len(), Reverse(said.first))
        };
        let (sites, Said { voices, .. }) = said.into_iter().max_by_key(weight)?;
        let basis: BTreeSet<Basis> = voices.iter().map(|&(_, basis)| basis).collect();
        let by: BTreeSet<&str> = voices.iter().map(|&(site, _)| site).collect();
        Some(Declared {
            sites: sites.to_vec(),
            basis: basis.into_iter().collect(),
            voices: by.len(),
            disputed: declarations > 1,
        })
    }
}
