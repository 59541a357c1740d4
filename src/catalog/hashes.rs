//! Hashes that stand for a document's words, its page and its title.
//!
//! All are XXH3. An index stores them, so none of them may change.

use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use crate::document::{Document, Precision, Published};
use crate::text::page_address;

/// Most bytes of a url that serves as an id. Browsers and search engines use urls up to some 2,000;
/// longer ones hold data.
const LONGEST_URL: usize = 2048;

/// Hash of a document's words in order, from the hashes of the words: that of
/// [`Catalog::whole`](super::documents::Catalog::whole).
pub fn of_words(words: &[u64]) -> u128 {
    xxh3_128(bytemuck::cast_slice(words))
}

/// Hash of the address of a document's page; 0 if there is none.
///
/// That is the address (`text::page_address`) in the canonical url, unless that names only a host,
/// otherwise the one in the url. Captures of one page differ in scheme, `www.`, tracking parameters
/// and more, which the address leaves out.
pub fn of_page(document: &Document<'_>) -> u64 {
    let canonical = document.canonical.as_deref().filter(|url| has_path(url));
    canonical
        .and_then(of_url)
        .or_else(|| document.url.as_deref().and_then(of_url))
        .unwrap_or(0)
}

/// Hash of a page's address; never a small number, see
/// [`Catalog::page`](super::documents::Catalog::page).
fn of_url(url: &str) -> Option<u64> {
    let mut address = String::with_capacity(url.len());
    page_address::push(url, &mut address);
    (!address.is_empty()).then(|| xxh3_64(address.as_bytes()) >> 1 | 1 << 32)
}

fn has_path(url: &str) -> bool {
    let path = page_address::without_scheme(url).split_once('/');
    path.is_some_and(|(_, path)| !path.is_empty())
}

/// Hash of a title without case, punctuation and spaces; 0 if nothing else is in it.
pub fn of_title(document: &Document<'_>) -> u32 {
    let title = document.title.as_deref().unwrap_or_default();
    let mut letters = String::with_capacity(title.len());
    for c in title.chars() {
        match c {
            '\0'..='\x7F' if c.is_ascii_alphanumeric() => letters.push(c.to_ascii_lowercase()),
            '\0'..='\x7F' => {}
            _ if c.is_alphanumeric() => letters.extend(c.to_lowercase()),
            _ => {}
        }
    }
    if letters.is_empty() {
        return 0;
    }
    (xxh3_64(letters.as_bytes()) as u32).max(1)
}

/// Hash of what a document is: its site, its page, its time of publication and all its words.
pub fn of_identity(site: &str, page: u64, published: Option<Published>, whole: u128) -> u64 {
    let precision = |precision| match precision {
        Precision::Day => 1,
        Precision::Midnight => 2,
        Precision::Second => 3,
        Precision::Local => 4,
    };
    let mut bytes = Vec::with_capacity(33 + site.len());
    bytes.extend(page.to_le_bytes());
    bytes.extend(published.map_or(0, |at| at.seconds).to_le_bytes());
    bytes.push(published.map_or(0, |at| precision(at.precision)));
    bytes.extend(whole.to_le_bytes());
    bytes.extend(site.bytes());
    xxh3_64(&bytes)
}

/// The url of a document, if it names a page and is short enough for an id.
pub(super) fn url_as_id<'d>(document: &'d Document<'_>) -> Option<&'d str> {
    let url = document.url.as_deref()?;
    (url.len() <= LONGEST_URL && has_path(url)).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(canonical: Option<&'static str>, url: Option<&'static str>) -> u64 {
        of_page(&Document {
            canonical: canonical.map(Into::into),
            url: url.map(Into::into),
            ..Document::default()
        })
    }

    fn title(title: &'static str) -> u32 {
        of_title(&Document {
            title: Some(title.into()),
            ..Document::default()
        })
    }

    #[test]
    fn known_answers() {
        // Computed with the `xxhash` package of Python.
        assert_eq!(
            of_words(&[1, 2, 3]),
            0xd0d6_6ae2_837a_0117_026f_21f9_c50d_cf1f
        );
        let url = "https://www.one.example/story/";
        assert_eq!(page(None, Some(url)), 0x5457_8abf_d107_977e);
        assert_eq!(title("Rates rise, again!"), 0xca2b_db77);
    }

    #[test]
    fn captures_of_one_page_have_one_hash() {
        let story = page(None, Some("one.example/story"));
        for (name, canonical, url, same) in [
            ("scheme", None, Some("http://one.example/story"), true),
            ("www", None, Some("https://www.one.example/story"), true),
            ("slash", None, Some("https://one.example/story/"), true),
            (
                "fragment",
                None,
                Some("https://one.example/story#top"),
                true,
            ),
            ("query", None, Some("https://one.example/story?id=2"), false),
            (
                "tracking",
                None,
                Some("https://m.one.example/story?utm_source=mail"),
                true,
            ),
            ("case", None, Some("https://one.example/Story"), false),
            (
                "the canonical url goes first",
                Some("https://one.example/story"),
                Some("https://one.example/amp/story"),
                true,
            ),
            (
                "a canonical url that names only a host is left out",
                Some("https://one.example/"),
                Some("https://one.example/story"),
                true,
            ),
        ] {
            assert_eq!(page(canonical, url) == story, same, "{name}");
        }
    }

    #[test]
    fn documents_without_url_or_title_have_hash_zero() {
        assert_eq!(page(None, None), 0);
        assert_eq!(page(Some("https://"), Some("#top")), 0);
        assert_eq!(title(" — "), 0);
        assert_eq!(of_title(&Document::default()), 0);
    }

    #[test]
    fn titles_differ_only_in_letters_and_digits() {
        assert_eq!(title("Rates rise, again"), title("RATES RISE – AGAIN!"));
        assert_ne!(title("Rates rise"), title("Rates rise 2"));
    }
}
