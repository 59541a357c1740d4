//! Settings of a scan and their defaults.

use std::sync::{Arc, LazyLock};

use super::memory::Memory;
use crate::attribution::credit::Credits;
use crate::cluster::{DEFAULT_SAME_SITE_CONTAINMENT, Selection};
use crate::compare::exact::{Criteria, Excerpts};
use crate::compare::reworded::Rewording;
use crate::document::Published;
use crate::sketch::banding::{Banding, BandingError, DEFAULT_THRESHOLD, RecallTarget};
use crate::sketch::minhash::DEFAULT_SEED;
use crate::text::shingle::{DEFAULT_SHINGLE, Shingle};
use crate::text::words::WordRule;

/// Default of the fewest words that a document needs to take part: only empty ones do not.
pub const DEFAULT_MIN_WORDS: u32 = 1;

/// Default of the most pairs on a page. With what is shown of their documents these are some
/// 15 MB, which a browser reads in under a second.
pub const DEFAULT_PAGE_PAIRS: u32 = 50_000;

/// Bytes of texts on a page: about two thousand articles.
const PAGE_TEXT_BYTES: usize = 8 << 20;

/// The built-in table of news agencies, parsed once: parsing takes longer than scanning a few
/// documents.
static BUILT_IN_CREDITS: LazyLock<Arc<Credits>> = LazyLock::new(|| Arc::new(Credits::built_in()));

/// Settings of a scan. Each field has a flag; each default is a constant next to what it sets.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Unit of a shingle.
    pub shingle: Shingle,
    /// Version of the definition of a word: the newest, or that of an index.
    pub word_rule: WordRule,
    /// Jaccard similarity from which a pair is near, over 0 and at most 1.
    pub threshold: f64,
    /// Method that finds candidates for whole copies.
    pub surfacing: Surfacing,
    /// Definition of an excerpt; `None` to look for whole copies only, which saves the time that
    /// passages take.
    pub excerpts: Option<Excerpts>,
    /// True if text that a site repeats is removed before documents are compared.
    pub boilerplate: bool,
    /// Seed of the signatures.
    pub seed: u64,
    /// Fewest words that a document needs to take part.
    pub min_words: u32,
    /// Pairs that are reported.
    pub selection: Selection,
    /// True if the passages of every pair are listed.
    pub list_passages: bool,
    /// Limits of the report page; `None` if there is no page.
    pub page: Option<PageLimits>,
    /// Table of news agencies.
    pub credits: Arc<Credits>,
    /// Time after which nothing can have been published: later dates are no evidence.
    pub as_of: Option<Published>,
    /// True if the hashes of documents are kept after the scan, because an index stores them.
    pub keep_hashes: bool,
    /// Limit to memory; `None` for no limit.
    pub memory: Option<Memory>,
    /// Definition of a passage of a reference document that makes a document a duplicate; `None` if
    /// only whole copies are. Scans ignore it.
    pub reference_passages: Option<ReferencePassages>,
    /// Definition of reworded copy; `None` not to look for it, which saves the time that it takes.
    pub reworded: Option<Rewording>,
}

impl Default for Settings {
    /// Defaults of `wirecopy scan`, except for dates: no date is too late to be evidence.
    fn default() -> Settings {
        Settings {
            shingle: DEFAULT_SHINGLE,
            word_rule: WordRule::default(),
            threshold: DEFAULT_THRESHOLD,
            surfacing: Surfacing::for_recall(RecallTarget::default())
                .unwrap_or(Surfacing::Prefixes),
            excerpts: Some(Excerpts::default_for(DEFAULT_SHINGLE)),
            boilerplate: true,
            seed: DEFAULT_SEED,
            min_words: DEFAULT_MIN_WORDS,
            selection: Selection {
                same_site_containment: DEFAULT_SAME_SITE_CONTAINMENT,
                ..Selection::default()
            },
            list_passages: false,
            page: None,
            credits: Arc::clone(&BUILT_IN_CREDITS),
            as_of: None,
            keep_hashes: false,
            memory: None,
            reference_passages: None,
            reworded: None,
        }
    }
}

impl Settings {
    pub(super) fn banding(&self) -> Option<Banding> {
        self.surfacing.banding()
    }

    pub(super) fn criteria(&self) -> Criteria {
        Criteria {
            threshold: self.threshold,
            excerpts: self.excerpts,
        }
    }
}

/// Method that finds candidates for whole copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surfacing {
    /// LSH bands of signatures: recall as planned.
    Bands(Banding),
    /// Prefix filtering: every pair at or over the threshold, guaranteed.
    Prefixes,
}

impl Surfacing {
    /// Bands that reach a recall below 1, or prefix filtering for a recall of 1.
    ///
    /// # Errors
    /// [`BandingError::TooFewPermutations`] if no bands reach it.
    pub fn for_recall(target: RecallTarget) -> Result<Surfacing, BandingError> {
        match target.recall == 1.0 {
            true => Ok(Surfacing::Prefixes),
            false => Banding::for_recall(target).map(Surfacing::Bands),
        }
    }

    /// The bands, if there are any.
    pub fn banding(self) -> Option<Banding> {
        match self {
            Surfacing::Bands(banding) => Some(banding),
            Surfacing::Prefixes => None,
        }
    }

    /// Probability that two documents of a Jaccard similarity become candidates.
    ///
    /// Without bands it is 1 at or over the threshold, and 0 below it.
    pub fn chance(self, jaccard: f64, threshold: f64) -> f64 {
        match self {
            Surfacing::Bands(banding) => banding.recall_at(jaccard),
            Surfacing::Prefixes => f64::from(u8::from(jaccard >= threshold)),
        }
    }
}

/// Passages of reference documents that are looked for in other documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReferencePassages {
    /// Words of a passage.
    pub words: u32,
    /// Fewest words of a reference document that is looked for as a whole because it has fewer than
    /// a passage.
    pub fewest_words: u32,
}

/// Limits of the report page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageLimits {
    /// Most pairs; also the most clusters, and half of the most members of clusters.
    pub pairs: usize,
    /// Most bytes of texts.
    pub texts: usize,
}

impl PageLimits {
    /// Limits of a page of so many pairs, with the usual limit to texts.
    pub fn of_pairs(pairs: u32) -> PageLimits {
        PageLimits {
            pairs: pairs as usize,
            texts: PAGE_TEXT_BYTES,
        }
    }
}
