//! What to generate.

/// The mix of documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// Distinct articles and every kind of copy, in the shares of [`Shares`].
    #[default]
    News,
    /// Distinct articles with chrome, no copies.
    Distinct,
    /// One page, verbatim, under many urls of every site.
    OnePage,
    /// One skeleton of which every page fills a few gaps with words of its own.
    Skeleton,
    /// Documents of 1 to 30 words.
    Short,
    /// Distinct articles, copies, and what fools a detector of copies, in a fixed mix.
    Traps,
}

/// Shares of all documents, by what they are; the rest are distinct articles. Used by
/// [`Profile::News`].
#[derive(Clone, Debug, PartialEq)]
pub struct Shares {
    /// Edited copies at a chosen Jaccard.
    pub near: f64,
    /// Copies word for word, on another site.
    pub exact: f64,
    /// Own articles with a run of 40 to 200 words of another.
    pub excerpt: f64,
    /// Pages made of parts of 5 to 30 unrelated articles.
    pub digest: f64,
    /// Independent reports of an event that another article reports: same facts, own sentences.
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
    /// In a fixed order, with the name of each.
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

/// The settings of a corpus. Two equal specs give the same bytes on every machine, and a corpus
/// begins with every smaller corpus of the same settings.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec {
    /// How many documents.
    pub documents: u64,
    /// Everything drawn comes of this number.
    pub seed: u64,
    /// The mix of documents.
    pub profile: Profile,
    /// How much of the mix is copies of each kind.
    pub shares: Shares,
    /// Mean words of a distinct article's body; the distribution keeps the shape measured on real
    /// news.
    pub mean_words: usize,
    /// Scales how many pages carry their site's chrome (navigation, newsletter boxes, related
    /// links, footers); 1 puts some on about a quarter of the pages, 0 none.
    pub chrome: f64,
    /// Share of distinct articles in a script that is not Latin.
    pub foreign: f64,
    /// Share of distinct articles in accented Latin.
    pub accented: f64,
    /// Share of copies that take the quotation marks of their new site instead of their source's.
    pub requoted: f64,
    /// Copies are made of the last so many distinct articles; memory grows with it, about 8 KB
    /// each.
    pub window: usize,
}

impl Default for Spec {
    fn default() -> Self {
        Self {
            documents: 10_000,
            seed: 1,
            profile: Profile::News,
            shares: Shares::default(),
            // With url, title and the rest, 100,000 records then take about 330 MB.
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
    /// What is wrong with the settings, if anything is.
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
