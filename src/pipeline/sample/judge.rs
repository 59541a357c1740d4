//! What the settings in force make of a pair, and how near it comes to being another.

use std::collections::BTreeMap;

use super::super::settings::Settings;
use super::strata::{Measure, Stratum};
use crate::catalog::identical::IdenticalGroup;
use crate::catalog::{Catalog, DocNo, DocPair, identical};
use crate::cluster::{Relation, RewordedPair};
use crate::compare::exact::Comparison;
use crate::compare::passage::Passage;

/// Pairs of documents that are looked at for a wanted one where two stand for others of the same words.
const PAIRS_LOOKED_AT: usize = 1 << 10;

/// Pairs of documents with the same words that are taken of one text.
const TWINS_A_TEXT: usize = 16;

/// A pair that may be sampled.
#[derive(Clone, Copy)]
pub(super) struct Found {
    pub(super) pair: DocPair,
    pub(super) compared: Comparison,
    pub(super) relation: Option<Relation>,
    pub(super) reworded: Option<f64>,
    pub(super) stratum: Stratum,
}

/// Tells what the settings in force make of pairs.
pub(super) struct Judge<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) twins: &'a [IdenticalGroup],
    pub(super) settings: &'a Settings,
}

impl Judge<'_> {
    /// The wanted pairs of the same words.
    pub(super) fn same_words(&self) -> BTreeMap<DocPair, Found> {
        let selection = &self.settings.selection;
        if !selection.takes(Relation::Exact) {
            return BTreeMap::new();
        }
        let of_text = |twins: &IdenticalGroup| {
            let (first, others) = (twins.members[0], twins.members[1..].to_vec());
            let pairs = others
                .into_iter()
                .map(move |other| DocPair::of(first, other));
            let wanted = pairs.filter(move |pair| selection.wants(self.catalog, pair.a, pair.b));
            wanted.take(TWINS_A_TEXT).collect::<Vec<DocPair>>()
        };
        let exact = |pair: DocPair| Found {
            pair,
            compared: Comparison {
                pair,
                shared: 1,
                shingles_a: 1,
                shingles_b: 1,
                longest: Passage {
                    words: self.catalog.words(pair.a) as usize,
                    ..Passage::default()
                },
                near: true,
            },
            relation: Some(Relation::Exact),
            reworded: None,
            stratum: Stratum::SAME_WORDS,
        };
        let pairs = self.twins.iter().flat_map(of_text);
        pairs.map(|pair| (pair, exact(pair))).collect()
    }

    /// A comparison, as it is of the first two documents that are wanted.
    pub(super) fn compared(&self, compared: &Comparison) -> Option<Found> {
        let group = |doc: DocNo| &self.twins[identical::group_of(self.twins, doc)].members;
        let (of_a, of_b) = (group(compared.pair.a), group(compared.pair.b));
        let (a, b) = of_a
            .iter()
            .flat_map(|&a| of_b.iter().map(move |&b| (a, b)))
            .take(PAIRS_LOOKED_AT)
            .find(|&(a, b)| self.settings.selection.wants(self.catalog, a, b))?;
        let compared = Comparison {
            near: compared.jaccard() >= self.settings.threshold,
            ..compared.between(a, b)
        };
        let stratum = self.stratum(&compared);
        let relation = match (stratum.over, compared.near) {
            (false, _) => None,
            (true, true) => Some(Relation::Near),
            (true, false) => Some(Relation::Excerpt),
        };
        let takes = relation.is_none_or(|relation| self.settings.selection.takes(relation));
        takes.then_some(Found {
            pair: compared.pair,
            compared,
            relation,
            reworded: None,
            stratum,
        })
    }

    /// By which measure a pair is in or out, and by how much.
    fn stratum(&self, compared: &Comparison) -> Stratum {
        let threshold = self.settings.threshold;
        let jaccard = compared.jaccard() - threshold;
        if jaccard >= 0.0 {
            return Stratum::of(Measure::Jaccard, jaccard);
        }
        let Some(excerpts) = self.settings.excerpts else {
            return Stratum::of(Measure::Jaccard, jaccard);
        };
        let DocPair { a, b } = compared.pair;
        let held = compared.containment_a().max(compared.containment_b());
        let selection = &self.settings.selection;
        let asked = match selection.holds_enough(self.catalog, held, a, b) {
            true => excerpts.containment,
            false => selection.same_site_containment.max(excerpts.containment),
        };
        let containment = held - asked;
        let passage = f64::from(excerpts.passage);
        let longest = (compared.longest.words as f64 - passage) / passage;
        match (containment >= 0.0, longest >= 0.0) {
            (true, true) => Stratum::of(Measure::Containment, containment),
            (true, false) => Stratum::of(Measure::Passage, longest),
            // Whichever it came nearer to.
            (false, _) if jaccard > containment => Stratum::of(Measure::Jaccard, jaccard),
            (false, _) => Stratum::of(Measure::Containment, containment),
        }
    }

    pub(super) fn reworded(&self, reworded: &RewordedPair) -> Found {
        let score = reworded.likeness.score;
        let asked = self.settings.reworded.map_or(1.0, |asked| asked.score);
        let stratum = Stratum::of(Measure::Score, score - asked);
        Found {
            pair: reworded.compared.pair,
            compared: reworded.compared,
            relation: stratum.over.then_some(Relation::Reworded),
            reworded: Some(score),
            stratum,
        }
    }
}

impl Found {
    /// The comparison, if a scan would know the two as sharing words.
    pub(super) fn known(&self) -> Option<Comparison> {
        let known = matches!(self.relation, Some(Relation::Near | Relation::Excerpt));
        known.then_some(self.compared)
    }
}
