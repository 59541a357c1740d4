//! Details of documents: what reports show of them in addition to the catalogue. They are read
//! again for the documents in clusters.

use rayon::prelude::*;

use super::observer::Observer;
use super::settings::Settings;
use super::texts::{CorpusTexts, DOCUMENTS_PER_TASK};
use crate::attribution::credit::Credit;
use crate::attribution::interval::PublicationInterval;
use crate::attribution::placeholders::PlaceholderTimes;
use crate::catalog::{Catalog, DocNo, NO_SITE};
use crate::cluster::Cluster;
use crate::document::{Document, Published};
use crate::error::ReadError;
use crate::text::domain;

/// Facts about a document that reports show in addition to the catalog.
#[derive(Debug, Clone, PartialEq)]
pub struct Details {
    /// The document.
    pub doc: DocNo,
    /// Its url; empty if unknown.
    pub url: String,
    /// Its headline; empty if unknown.
    pub title: String,
    /// News agency that it names as its source.
    pub credit: Option<Credit>,
    /// Time in which it can have been published.
    pub when: PublicationInterval,
    /// Host of its canonical url, if that belongs to another site.
    pub(super) canonical: Option<String>,
}

impl Details {
    /// Details of a document among those of many, in canonical order of document.
    pub fn find(among: &[Details], doc: DocNo) -> Option<&Details> {
        let at = among
            .binary_search_by_key(&doc, |details| details.doc)
            .ok()?;
        among.get(at)
    }

    /// Publication interval of a document among those of many; unknown if it is not among them.
    pub(super) fn when_among(among: &[Details], doc: DocNo) -> PublicationInterval {
        Details::interval(Details::find(among, doc))
    }

    /// Publication interval of a document; unknown without details.
    pub fn interval(details: Option<&Details>) -> PublicationInterval {
        details.map_or(PublicationInterval::UNKNOWN, |details| details.when)
    }

    pub(super) fn of(
        doc: DocNo,
        document: &Document<'_>,
        dating: &Dating<'_>,
        settings: &Settings,
    ) -> Details {
        let owned = |text: Option<&str>| text.unwrap_or_default().to_owned();
        Details {
            doc,
            url: owned(document.url.as_deref()),
            title: owned(document.title.as_deref()),
            credit: settings.credits.find(document),
            when: dating.interval(doc, document),
            canonical: foreign_host(document),
        }
    }
}

/// Tells whether reports name these two documents in this order: the one known to be published
/// earlier first, else the one with the smaller id.
pub(super) fn are_in_order(
    catalog: &Catalog,
    (a, when_a): (DocNo, PublicationInterval),
    (b, when_b): (DocNo, PublicationInterval),
) -> bool {
    let by_id = || catalog.id(a) < catalog.id(b);
    when_a.is_before(when_b) || !when_b.is_before(when_a) && by_id()
}

/// What tells the publication intervals of documents from their dates.
pub(super) struct Dating<'a> {
    catalog: &'a Catalog,
    placeholders: &'a PlaceholderTimes,
    as_of: Option<Published>,
}

impl<'a> Dating<'a> {
    /// `placeholders` are those of the catalogue.
    pub(super) fn of(
        catalog: &'a Catalog,
        placeholders: &'a PlaceholderTimes,
        settings: &Settings,
    ) -> Dating<'a> {
        Dating {
            catalog,
            placeholders,
            as_of: settings.as_of,
        }
    }

    fn interval(&self, doc: DocNo, document: &Document<'_>) -> PublicationInterval {
        let site = self.catalog.site(doc);
        let published = self.placeholders.without(site, document.published);
        let crawled = self.placeholders.without(NO_SITE, document.crawled);
        PublicationInterval::of(published, crawled, self.as_of)
    }
}

/// Reads the details of all documents in clusters, in canonical order of document.
pub(super) fn read_details(
    texts: &CorpusTexts<'_>,
    settings: &Settings,
    clusters: &[Cluster],
    placeholders: &PlaceholderTimes,
    observer: &dyn Observer,
) -> Result<Vec<Details>, ReadError> {
    let dating = Dating::of(texts.catalog, placeholders, settings);
    let mut documents: Vec<DocNo> = clusters.iter().flat_map(Cluster::documents).collect();
    documents.par_sort_unstable();
    documents.dedup();
    documents
        .into_par_iter()
        .with_min_len(DOCUMENTS_PER_TASK)
        .map(|doc| {
            let mut details = None;
            let place = texts.catalog.place(doc);
            texts.corpus.fetch(place, &mut |document| {
                details = Some(Details::of(doc, document, &dating, settings));
            })?;
            observer.advance(1);
            Ok(details)
        })
        .filter_map(Result::transpose)
        .collect()
}

/// Host of the canonical url of a document, if neither the site nor the url of the document
/// belongs to it.
pub fn foreign_host(document: &Document<'_>) -> Option<String> {
    let canonical = document
        .canonical
        .as_deref()
        .filter(|&canonical| document.url.as_deref() != Some(canonical))?;
    let host = domain::host(canonical)?;
    let is_own = |site: &str| {
        host.strip_suffix(site)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    if document.site.as_deref().is_some_and(is_own) {
        return None;
    }
    let url = document.url.as_deref().and_then(domain::registrable);
    (url.is_none() || url != domain::registrable(canonical)).then_some(host)
}

/// Name of the site of a host: the name that the corpus uses, or else the registrable domain.
pub(super) fn site_of(catalog: &Catalog, host: &str) -> String {
    let parents = host.match_indices('.').map(|(at, _)| &host[at + 1..]);
    let known = std::iter::once(host)
        .chain(parents)
        .find(|name| catalog.site_called(name).is_some());
    known
        .map(str::to_owned)
        .or_else(|| domain::registrable(host))
        .unwrap_or_else(|| host.to_owned())
}
