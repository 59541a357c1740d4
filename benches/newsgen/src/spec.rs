//! Settings of a corpus.

/// Mix of documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// Distinct articles and every kind of copy, in the shares of [`Shares`].
    #[default]
    News,
    /// Distinct articles with chrome, no copies.
    Distinct,
    /// One page, word for word, under many urls of every site.
    OnePage,
    /// Pages of one template. Every page fills a few gaps with words of its own.
    Skeleton,
    /// Documents of 1 to 30 words.
    Short,
    /// Distinct articles, copies, and cases that fool a detector of copies, in a fixed mix.
    Traps,
    /// As [`News`](Self::News), on 948 sites, and three in ten documents are copies of stories that
    /// up to 400 sites run.
    Dense,
}

/// Shares of all documents by kind. The rest are distinct articles. Used by [`Profile::News`].
#[derive(Clone, Debug, PartialEq)]
pub struct Shares {
    /// Edited copies with a chosen Jaccard.
    pub near: f64,
    /// Word-for-word copies on another site.
    pub exact: f64,
    /// Distinct articles with a run of 40 to 200 words of another article.
    pub excerpt: f64,
    /// Pages made of parts of 5 to 30 unrelated articles.
    pub digest: f64,
    /// Independent reports of an event of another article: same facts, different sentences.
    pub event: f64,
    /// The same url published again later, slightly updated.
    pub recapture: f64,
    /// Sign-in and error pages of one site, repeated verbatim or nearly so.
    pub hot: f64,
}

impl Default for Shares {
    fn default() -> Self {
        Self {
            near: 0.08,
            exact: 0.02,
            excerpt: 0.04,
            digest: 0.005,
            event: 0.02,
            recapture: 0.015,
            hot: 0.01,
        }
    }
}

impl Shares {
    /// Lists the shares with their names, in a fixed order.
    pub(crate) fn named(&self) -> [(&'static str, f64); 7] {
        [
            ("near", self.near),
            ("exact", self.exact),
            ("excerpt", self.excerpt),
            ("digest", self.digest),
            ("event", self.event),
            ("recapture", self.recapture),
            ("hot", self.hot),
        ]
    }
}

/// Settings of a corpus. Equal specs give the same bytes on every machine, and a corpus begins with
/// every smaller corpus of the same settings.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec {
    /// Number of documents.
    pub documents: u64,
    /// Seed of all draws.
    pub seed: u64,
    /// Mix of documents.
    pub profile: Profile,
    /// Shares of copies of each kind.
    pub shares: Shares,
    /// Mean words in the body of a distinct article. The distribution keeps the shape of real news.
    pub mean_words: usize,
    /// Factor for the share of pages with chrome of their site (navigation, newsletter boxes,
    /// related links, footers). 1 puts some on about a quarter of the pages, 0 on none.
    pub chrome: f64,
    /// Share of distinct articles in a script that is not Latin.
    pub foreign: f64,
    /// Share of distinct articles in accented Latin.
    pub accented: f64,
    /// Share of copies that use the quotation marks of their site instead of those of their source.
    pub requoted: f64,
    /// Number of latest distinct articles that copies are made of. Each takes about 8 KB of memory.
    pub window: usize,
}

impl Default for Spec {
    fn default() -> Self {
        Self {
            documents: 10_000,
            seed: 1,
            profile: Profile::News,
            shares: Shares::default(),
            // With url, title and the other fields, 100,000 records take about 330 MB.
            mean_words: 448,
            chrome: 1.0,
            foreign: 0.02,
            accented: 0.01,
            requoted: 0.3,
            window: 4_096,
        }
    }
}

impl Spec {
    /// Describes what is wrong with the settings, if anything.
    pub(crate) fn complaint(&self) -> Option<String> {
        let shares = self.shares.named();
        let others = [
            ("foreign", self.foreign),
            ("accented", self.accented),
            ("requoted", self.requoted),
        ];
        if let Some((name, value)) = shares
            .iter()
            .chain(&others)
            .find(|(_, v)| !(0.0..=1.0).contains(v))
        {
            return Some(format!(
                "share `{name}` is {value}; it must be between 0 and 1"
            ));
        }
        let sum: f64 = shares.iter().map(|s| s.1).sum();
        if sum > 1.0 {
            return Some(format!(
                "the shares of copies add up to {sum}; together they may be 1 at most"
            ));
        }
        if !(0.0..=4.0).contains(&self.chrome) {
            return Some(format!(
                "`chrome` is {}; it must be between 0 and 4",
                self.chrome
            ));
        }
        if self.window == 0 {
            return Some("`window` is 0; copies need at least one article to come from".to_owned());
        }
        if self.mean_words == 0 {
            return Some("`mean_words` is 0".to_owned());
        }
        None
    }
}
