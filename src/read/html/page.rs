//! One page as a record.

use scraper::Html;
use url::Url;

use super::dom;
use super::error::PageError;
use super::json_ld::{self, JsonLdArticle};
use super::main_text::main_text;
use super::metadata::{PageMetadata, metadata};
use crate::read::raw_document::RawDocument;
use crate::text::domain::registrable;

/// Reads a page. `address` is where it was fetched, if that is known.
///
/// The text is `None` if the page has no article. The site is set only if no url is known: the
/// pages of one host may differ in what they call their site, or say nothing.
pub(in crate::read) fn page(html: &str, address: Option<&str>) -> Result<RawDocument, PageError> {
    let tree: Html = dom::parse(html)?;
    let found = metadata(&tree);
    // The extractor builds trees of its own.
    drop(tree);
    let article = json_ld::article(&found.json_ld, address).unwrap_or_default();
    let text = main_text(html)?;
    let urls = Urls::of(&found, &article, address);
    let site = match urls.url {
        Some(_) => None,
        None => found.site.or(article.publisher),
    };
    Ok(RawDocument {
        id: None,
        text,
        url: urls.url,
        site,
        published: article.published.or(found.published),
        title: article.title.or(found.title),
        author: article.author.or(found.author),
        canonical: urls.canonical,
        crawled: None,
    })
}

/// The addresses of a page.
struct Urls {
    url: Option<String>,
    canonical: Option<String>,
}

impl Urls {
    /// Without an address, the url for sharing comes before the canonical one: on a page that
    /// republishes, the former is the page itself, and the latter may be the original.
    fn of(found: &PageMetadata, article: &JsonLdArticle, address: Option<&str>) -> Self {
        let base = address.and_then(|address| Url::parse(address).ok());
        let absolute = |link: &String| {
            let url = match &base {
                Some(base) => base.join(link).ok()?,
                None => Url::parse(link).ok()?,
            };
            matches!(url.scheme(), "http" | "https").then(|| url.to_string())
        };
        let shared = found.shared.as_ref().and_then(absolute);
        let linked = found.canonical.as_ref().and_then(absolute);
        let described = article.url.as_ref().and_then(absolute);
        let url = address
            .map(str::to_owned)
            .or_else(|| shared.clone())
            .or_else(|| linked.clone())
            .or_else(|| described.clone());
        let own_site = url.as_deref().and_then(registrable);
        let elsewhere = |link: &String| {
            let site = registrable(link);
            site.is_some() && own_site.is_some() && site != own_site
        };
        let origin = found
            .origins
            .iter()
            .chain(&article.based_on)
            .filter_map(absolute)
            .find(elsewhere);
        Self {
            canonical: origin.or(linked).or(shared).or(described),
            url,
        }
    }
}
