//! The settings of a scan, and what they are unless told otherwise.

use std::sync::{Arc, LazyLock};

use super::memory::Memory;
use super::page::PageLimits;
use crate::attribution::credit::Credits;
use crate::cluster::{DEFAULT_SAME_SITE_CONTAINMENT, Selection};
use crate::compare::exact::{Criteria, DEFAULT_CONTAINMENT, DEFAULT_PASSAGE, Excerpts};
use crate::compare::reworded::Rewording;
use crate::sketch::banding::{Banding, DEFAULT_THRESHOLD, RecallTarget};
use crate::sketch::minhash::DEFAULT_SEED;
use crate::text::shingle::{DEFAULT_SHINGLE, Shingle};

/// The fewest words of a document that takes part, unless told otherwise: only empty ones do not.
pub const DEFAULT_MIN_WORDS: u32 = 1;

/// The built-in table of news agencies; parsing it takes longer than scanning a few documents.
static BUILT_IN_CREDITS: LazyLock<Arc<Credits>> = LazyLock::new(|| Arc::new(Credits::built_in()));

/// What a scan is to do. Every field has its flag; the defaults stand beside what they set.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What a shingle is made of.
    pub shingle: Shingle,
    /// The Jaccard similarity from which a pair is reported, over 0 and at most 1.
    pub threshold: f64,
    /// How candidates for whole copies are found.
    pub surfacing: Surfacing,
    /// What makes an excerpt; `None` to look for whole copies only, and spare what passages cost.
    pub excerpts: Option<Excerpts>,
    /// Whether what a site repeats is taken out before anything is compared.
    pub boilerplate: bool,
    /// Seed of the signatures.
    pub seed: u64,
    /// Documents of fewer words take no part.
    pub min_words: u32,
    /// Which pairs are wanted.
    pub selection: Selection,
    /// Whether the passages of every pair are listed.
    pub list_passages: bool,
    /// How much is chosen for the report page, if there is to be one.
    pub page: Option<PageLimits>,
    /// How agencies are recognised.
    pub credits: Arc<Credits>,
    /// Seconds since 1970 after which nothing can have been published: later dates are no evidence.
    pub as_of: Option<i64>,
    /// Whether the hashes of documents are wanted after the scan, as an index wants them.
    pub keep_hashes: bool,
    /// What memory may be taken; `None` for as much as it needs.
    pub memory: Option<Memory>,
    /// How reworded copy is looked for; `None` not to look, and spare what it costs.
    pub reworded: Option<Rewording>,
}

impl Default for Settings {
    /// What `wirecopy scan` does unless told otherwise, but for dates: no date is in the future.
    fn default() -> Settings {
        let banding = Banding::for_recall(RecallTarget::default());
        Settings {
            shingle: DEFAULT_SHINGLE,
            threshold: DEFAULT_THRESHOLD,
            surfacing: banding.map_or(Surfacing::Prefixes, Surfacing::Bands),
            excerpts: Some(Excerpts {
                containment: DEFAULT_CONTAINMENT,
                passage: DEFAULT_PASSAGE,
            }),
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

/// How candidates are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surfacing {
    /// LSH bands of signatures: recall as planned.
    Bands(Banding),
    /// Prefix filtering: every pair at or over the threshold, by proof.
    Prefixes,
}

impl Surfacing {
    /// The bands, if there are any.
    pub fn banding(self) -> Option<Banding> {
        match self {
            Surfacing::Bands(banding) => Some(banding),
            Surfacing::Prefixes => None,
        }
    }

    /// The chance that two documents of that Jaccard similarity agree in a band; 1 where whole copies are found by proof and it is over the
    /// threshold.
    pub fn chance(self, jaccard: f64, threshold: f64) -> f64 {
        match self {
            Surfacing::Bands(banding) => banding.recall_at(jaccard),
            Surfacing::Prefixes => f64::from(u8::from(jaccard >= threshold)),
        }
    }
}
