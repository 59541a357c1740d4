//! Documents, and what the truth says of two of them.

use std::cell::OnceCell;

use crate::shingles::Shingles;
use crate::sites::SiteNumber;

/// A record of the corpus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Unique, in order of writing: `n` and nine digits.
    pub id: String,
    /// Where it was published.
    pub url: String,
    /// The registrable domain of `url`.
    pub site: String,
    /// RFC 3339, in the offset of the site.
    pub published: String,
    /// The headline.
    pub title: String,
    /// The byline; empty when there is none.
    pub author: String,
    /// Paragraphs parted by an empty line, chrome included.
    pub text: String,
}

/// What joins the two documents of a [`Pair`], and what a document is in the
/// [`Tally`](crate::Tally).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A distinct article; never in a pair.
    Own,
    /// An edited copy.
    Near,
    /// A copy word for word.
    Exact,
    /// A copied run of paragraphs in an own article.
    Excerpt,
    /// A copied part in a digest.
    Digest,
    /// Two independent reports of one event: alike in names and numbers, not copies.
    Event,
    /// One url published twice.
    Recapture,
    /// Two sign-in or error pages.
    Hot,
    /// Two copies of one source; the pair of copies, not of source and copy.
    Sibling,
    /// Two pages of one skeleton.
    Skeleton,
    /// Two instances of one page.
    OnePage,
}

impl Kind {
    /// As written in the truth file.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Own => "own",
            Kind::Near => "near",
            Kind::Exact => "exact",
            Kind::Excerpt => "excerpt",
            Kind::Digest => "digest",
            Kind::Event => "event",
            Kind::Recapture => "recapture",
            Kind::Hot => "hot",
            Kind::Sibling => "sibling",
            Kind::Skeleton => "skeleton",
            Kind::OnePage => "one-page",
        }
    }
}

/// A row of the truth file.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// The earlier published, then the smaller id.
    pub id_a: String,
    /// The other document.
    pub id_b: String,
    /// What joins them.
    pub kind: Kind,
    /// The Jaccard that was aimed at.
    pub target: Option<f64>,
    /// Exact Jaccard of word 5-shingles of the two texts; `None` if one has no shingle.
    pub jaccard: Option<f64>,
    /// The same of the two bodies, without chrome.
    pub body_jaccard: Option<f64>,
    /// Words of the copied run.
    pub passage_words: Option<usize>,
}

/// What a truth row needs of a document. Most are never copied, so shingles are made when asked
/// for.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) number: u64,
    pub(crate) second: u64,
    pub(crate) site: SiteNumber,
    /// With typographic quotation marks and typewriter apostrophes, before the site sets its own;
    /// no shingle depends on them.
    pub(crate) body: String,
    /// Body and chrome, if there is chrome.
    pub(crate) text: Option<String>,
    shingles: OnceCell<(Shingles, Option<Shingles>)>,
}

impl Page {
    pub(crate) fn new(
        number: u64,
        second: u64,
        site: SiteNumber,
        body: String,
        text: Option<String>,
    ) -> Self {
        Self {
            number,
            second,
            site,
            body,
            text,
            shingles: OnceCell::new(),
        }
    }

    pub(crate) fn id(&self) -> String {
        id(self.number)
    }

    fn body(&self) -> &Shingles {
        &self.both().0
    }

    fn text(&self) -> &Shingles {
        let (body, text) = self.both();
        text.as_ref().unwrap_or(body)
    }

    fn both(&self) -> &(Shingles, Option<Shingles>) {
        self.shingles.get_or_init(|| {
            (
                Shingles::of(&self.body),
                self.text.as_deref().map(Shingles::of),
            )
        })
    }

    /// The same without its strings: shingles remain.
    pub(crate) fn without_text(mut self) -> Self {
        self.both();
        self.body = String::new();
        self.text = None;
        self
    }

    pub(crate) fn pair(&self, other: &Page, kind: Kind) -> Pair {
        let (a, b) = if (self.second, self.number) <= (other.second, other.number) {
            (self, other)
        } else {
            (other, self)
        };
        Pair {
            id_a: a.id(),
            id_b: b.id(),
            kind,
            target: None,
            jaccard: a.text().jaccard(b.text()),
            body_jaccard: a.body().jaccard(b.body()),
            passage_words: None,
        }
    }
}

fn id(number: u64) -> String {
    format!("n{number:09}")
}
