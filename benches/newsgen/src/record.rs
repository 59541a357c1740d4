//! Documents, and the rows of the truth and stories files.

use std::cell::OnceCell;

use crate::corpus::{Agency, Article};
use crate::shingles::{Shingles, count_words};
use crate::sites::SiteNumber;

/// A record of the corpus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Unique, in order of writing: `n` and nine digits.
    pub id: String,
    /// Url of the page.
    pub url: String,
    /// The registrable domain of `url`.
    pub site: String,
    /// Publication time in RFC 3339, in the offset of the site.
    pub published: String,
    /// Headline.
    pub title: String,
    /// Byline; empty if there is none.
    pub author: String,
    /// Paragraphs separated by an empty line, including chrome.
    pub text: String,
}

/// Kind of a [`DocPair`], of a [`Holding`], or of a document in the [`Tally`](crate::Tally).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A distinct article; never in a pair.
    Own,
    /// An edited copy.
    Near,
    /// A word-for-word copy.
    Exact,
    /// A copied run of paragraphs in a distinct article.
    Excerpt,
    /// A copied part in a digest.
    Digest,
    /// Two independent reports of one event: same names and numbers, but not copies.
    Event,
    /// One url published twice.
    Recapture,
    /// Two sign-in or error pages.
    Hot,
    /// Two copies of one source; the pair of copies, not of source and copy.
    Sibling,
    /// Two pages of one template.
    Skeleton,
    /// Two instances of one page.
    OnePage,
    /// A story that a site published again under another url, word for word or lightly edited.
    Rerun,
    /// A passage that documents quote from outside the corpus; never in a pair.
    Quote,
}

impl Kind {
    /// Name in the truth file.
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
            Kind::Rerun => "rerun",
            Kind::Quote => "quote",
        }
    }
}

/// A row of the stories file: a document and a story that it holds. A story is one text, named
/// after its first document. A report of the same event in other words is another story.
#[derive(Clone, Debug, PartialEq)]
pub struct Holding {
    /// The document.
    pub id: String,
    /// Way in which it holds the story. [`Kind::Own`] and [`Kind::Event`] are the first document of
    /// a story. [`Kind::Excerpt`], [`Kind::Digest`] and [`Kind::Quote`] hold a passage next to text
    /// of their own, which has another row.
    pub kind: Kind,
    /// Name of the story: `s` and nine digits, or the kind for pages that a site repeats.
    pub story: String,
    /// Document in which the story was first published; `None` if no document of the corpus is the
    /// source.
    pub source: Option<String>,
    /// Story whose event this story reports in other words.
    pub event: Option<String>,
    /// Short name of the agency that the story comes from.
    pub agency: Option<&'static str>,
    /// Places where this document names that agency.
    pub credit: Credit,
    /// Words of the document that belong to the story. For an edited copy, words in runs of five or
    /// more that are in the source.
    pub words: usize,
    /// Number of words of the source before the passage; `None` if this is not a passage.
    pub first_word: Option<usize>,
    /// Longest run of words of the document of which every five are in the source; `None` if the
    /// corpus has no earlier text of the story.
    pub run: Option<usize>,
    /// Containment of this body in the body of the source, and the other way; exact, without
    /// chrome.
    pub containments: Option<(f64, f64)>,
    /// Words of chrome on the page.
    pub chrome_words: usize,
}

/// Places where a document names the agency of a story that it holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Credit {
    /// The text of the story begins with `PLACE (AP) — `.
    pub dateline: bool,
    /// The author is the agency.
    pub byline: bool,
    /// The copyright line of the agency is at the end.
    pub tagline: bool,
}

/// A document with its rows of the truth and stories files.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) document: Document,
    pub(crate) pairs: Vec<DocPair>,
    pub(crate) holdings: Vec<Holding>,
    pub(crate) kind: Kind,
}

/// Identity of a story.
#[derive(Clone, Copy, Debug)]
pub(crate) enum StoryNumber {
    /// Text of the document with this number.
    Text(u64),
    /// Page that a site repeats, by its kind and family.
    Page(Kind, usize),
}

impl StoryNumber {
    pub(crate) fn name(self) -> String {
        match self {
            StoryNumber::Text(number) => format!("s{number:09}"),
            StoryNumber::Page(kind, family) => format!("{}-{family}", kind.name()),
        }
    }
}

impl Credit {
    /// Finds the credits of a document. `piece` is its text of the story.
    fn of(agency: Option<&Agency>, document: &Document, piece: &str) -> Self {
        let Some(agency) = agency else {
            return Self::default();
        };
        let opening = piece.split('—').next().unwrap_or_default();
        let named = format!("({})", agency.short);
        Self {
            dateline: opening.len() < piece.len() && opening.trim_end().ends_with(&named),
            byline: document.author == agency.long,
            tagline: document.text.contains(&agency.tagline()),
        }
    }
}

impl Holding {
    /// Makes the row of the first document of a story.
    pub(crate) fn first(
        document: &Document,
        page: &Page,
        kind: Kind,
        number: u64,
        agency: Option<&Agency>,
    ) -> Self {
        Self {
            id: document.id.clone(),
            kind,
            story: StoryNumber::Text(number).name(),
            source: Some(document.id.clone()),
            event: None,
            agency: agency.map(|a| a.short),
            credit: Credit::of(agency, document, &page.body),
            words: page.body_words(),
            first_word: None,
            run: None,
            containments: None,
            chrome_words: page.chrome_words(),
        }
    }

    /// Makes the row of a page that a site repeats. All of the page is `story`.
    pub(crate) fn of_page(
        document: &Document,
        page: &Page,
        kind: Kind,
        story: StoryNumber,
        first: Option<&Page>,
    ) -> Self {
        Self {
            story: story.name(),
            source: None,
            run: first.map(|first| first.body().shared_words(&page.body).1),
            containments: first.and_then(|first| page.body().containments(first.body())),
            ..Self::first(document, page, kind, page.number, None)
        }
    }
}

impl Article {
    /// Makes the row of a document that copies the whole article.
    pub(crate) fn held_by(&self, document: &Document, page: &Page, kind: Kind) -> Holding {
        let (words, run) = self.page.body().shared_words(&page.body);
        Holding {
            id: document.id.clone(),
            kind,
            story: StoryNumber::Text(self.page.number).name(),
            source: Some(self.page.id()),
            event: (self.event != self.page.number).then(|| StoryNumber::Text(self.event).name()),
            agency: self.wire.map(|a| a.short),
            credit: Credit::of(self.wire, document, &page.body),
            words,
            first_word: None,
            run: Some(run),
            containments: page.body().containments(self.page.body()),
            chrome_words: page.chrome_words(),
        }
    }

    /// Makes the row of a document that holds `run`, which begins at word `from` of the article.
    pub(crate) fn part_in(
        &self,
        document: &Document,
        page: &Page,
        kind: Kind,
        from: usize,
        run: &str,
    ) -> Holding {
        Holding {
            words: count_words(run),
            first_word: Some(from),
            // Byline and tagline belong to the page that holds the run.
            credit: Credit {
                dateline: Credit::of(self.wire, document, run).dateline,
                ..Credit::default()
            },
            ..self.held_by(document, page, kind)
        }
    }
}

/// A row of the truth file.
#[derive(Clone, Debug, PartialEq)]
pub struct DocPair {
    /// Document published earlier, or the smaller id.
    pub id_a: String,
    /// The other document.
    pub id_b: String,
    /// Kind of the pair.
    pub kind: Kind,
    /// Jaccard that was aimed at.
    pub target: Option<f64>,
    /// Exact Jaccard of word 5-shingles of the two texts; `None` if one has no shingle.
    pub jaccard: Option<f64>,
    /// Exact Jaccard of the two bodies, without chrome.
    pub body_jaccard: Option<f64>,
    /// Words of the copied run.
    pub passage_words: Option<usize>,
}

/// Data of a document for truth rows. Shingles are computed on demand, because most documents are
/// never copied.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) number: u64,
    pub(crate) second: u64,
    pub(crate) site: SiteNumber,
    /// Body with typographic quotation marks and typewriter apostrophes, before the site sets its
    /// own. Shingles do not depend on them.
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

    /// Returns the same page with the text that its site made from the body.
    pub(crate) fn with_text(self, text: String) -> Self {
        let dressed = (text.len() != self.body.len()).then_some(text);
        Self::new(self.number, self.second, self.site, self.body, dressed)
    }

    pub(crate) fn body_words(&self) -> usize {
        count_words(&self.body)
    }

    /// Counts the words of chrome. Chrome has paragraphs of its own, so the counts add up.
    pub(crate) fn chrome_words(&self) -> usize {
        let words = self.text.as_deref().map(count_words);
        words.map_or(0, |words| words - self.body_words())
    }

    pub(crate) fn body(&self) -> &Shingles {
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

    /// Drops the strings and keeps the shingles.
    pub(crate) fn without_text(mut self) -> Self {
        self.both();
        self.body = String::new();
        self.text = None;
        self
    }

    pub(crate) fn pair(&self, other: &Page, kind: Kind) -> DocPair {
        let (a, b) = if (self.second, self.number) <= (other.second, other.number) {
            (self, other)
        } else {
            (other, self)
        };
        DocPair {
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
