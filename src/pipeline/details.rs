//! Details of documents: what reports show of them in addition to the catalogue. They are read
//! again for the documents in clusters.

use rayon::prelude::*;

use super::observer::Observer;
use super::settings::Settings;
use super::texts::{CorpusTexts, DOCUMENTS_PER_TASK};
use crate::attribution::credit::Credit;
use crate::attribution::interval::PublicationInterval;
use crate::catalog::{Catalog, DocNo};
use crate::cluster::Cluster;
use crate::document::Document;
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

    pub(super) fn of(doc: DocNo, document: &Document<'_>, settings: &Settings) -> Details {
        let owned = |text: Option<&str>| text.unwrap_or_default().to_owned();
        Details {
            doc,
            url: owned(document.url.as_deref()),
            title: owned(document.title.as_deref()),
            credit: settings.credits.find(document),
            when: PublicationInterval::of(document.published, document.crawled, settings.as_of),
            canonical: foreign_host(document),
        }
    }
}

/// Reads the details of all documents in clusters, in canonical order of document.
pub(super) fn read_details(
    texts: &CorpusTexts<'_>,
    settings: &Settings,
    clusters: &[Cluster],
    observer: &dyn Observer,
) -> Result<Vec<Details>, ReadError> {
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
                details = Some(Details::of(doc, document, settings));
            })?;
            observer.advance(1);
            Ok(details)
        })
        .filter_map(Result::transpose)
        .collect()
}

/// Host of the canonical url of a document, if neither the site nor the url of the document
/// belongs to it.
fn foreign_host(document: &Document<'_>) -> Option<String> {
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
