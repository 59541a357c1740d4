//! Assessment of pairs: their relation by the settings, and the threshold that decides it.

use std::collections::BTreeMap;

use super::strata::{Measure, Stratum};
use crate::catalog::identical::{IdenticalGroup, group_of};
use crate::catalog::{Catalog, DocNo, DocPair};
use crate::cluster::{Relation, RewordedPair};
use crate::compare::exact::Comparison;
use crate::compare::passage::Passage;
use crate::pipeline::settings::Settings;

/// Most pairs of documents of two groups that are looked at to find a wanted one.
const PAIRS_LOOKED_AT: usize = 1 << 10;

/// Most pairs of documents with the same words that are taken from one group.
const PAIRS_PER_GROUP: usize = 16;

/// A pair that may be sampled.
#[derive(Clone, Copy)]
pub(super) struct AssessedPair {
    pub(super) pair: DocPair,
    pub(super) compared: Comparison,
    /// Relation by the settings; `None` if the two are not a pair.
    pub(super) relation: Option<Relation>,
    /// Score of the comparison sentence by sentence, if that found the pair.
    pub(super) reworded: Option<f64>,
    pub(super) stratum: Stratum,
}

impl AssessedPair {
    /// The comparison, if a scan would know that the two share words.
    pub(super) fn known(&self) -> Option<Comparison> {
        let known = matches!(self.relation, Some(Relation::Near | Relation::Excerpt));
        known.then_some(self.compared)
    }
}

/// Assesses pairs by the settings.
pub(super) struct Assessor<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) groups: &'a [IdenticalGroup],
    pub(super) settings: &'a Settings,
}

impl Assessor<'_> {
    /// The wanted pairs of documents with the same words.
    pub(super) fn same_words(&self) -> BTreeMap<DocPair, AssessedPair> {
        let selection = &self.settings.selection;
        if !selection.takes(Relation::Exact) {
            return BTreeMap::new();
        }
        let of_group = |group: &IdenticalGroup| {
            let (first, others) = (group.representative(), group.members[1..].to_vec());
            let pairs = others
                .into_iter()
                .map(move |other| DocPair::of(first, other));
            let wanted = pairs.filter(move |pair| selection.wants(self.catalog, pair.a, pair.b));
            wanted.take(PAIRS_PER_GROUP).collect::<Vec<DocPair>>()
        };
        let exact = |pair: DocPair| AssessedPair {
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
                passage_words: self.catalog.words(pair.a),
                long_passage: false,
                near: true,
            },
            relation: Some(Relation::Exact),
            reworded: None,
            stratum: Stratum::SAME_WORDS,
        };
        let pairs = self.groups.iter().flat_map(of_group);
        pairs.map(|pair| (pair, exact(pair))).collect()
    }

    /// A comparison, assessed as that of the first wanted pair of documents that its
    /// representatives stand for.
    pub(super) fn compared(&self, compared: &Comparison) -> Option<AssessedPair> {
        let members = |doc: DocNo| &self.groups[group_of(self.groups, doc)].members;
        let (of_a, of_b) = (members(compared.pair.a), members(compared.pair.b));
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
        takes.then_some(AssessedPair {
            pair: compared.pair,
            compared,
            relation,
            reworded: None,
            stratum,
        })
    }

    /// Measure that decides about a pair, and distance to its threshold.
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
        let containment = compared.containment();
        let selection = &self.settings.selection;
        let required = match selection.holds_enough(self.catalog, containment, a, b) {
            true => excerpts.containment,
            false => selection.same_site_containment.max(excerpts.containment),
        };
        if let Some(long) = excerpts.long_passage
            && compared.long_passage
            && containment < excerpts.containment
            && required == excerpts.containment
        {
            let long = f64::from(long);
            let over = (f64::from(compared.passage_words) - long) / long;
            return Stratum::of(Measure::LongPassage, over);
        }
        let containment = containment - required;
        let passage = f64::from(excerpts.passage);
        let longest = (f64::from(compared.passage_words) - passage) / passage;
        match (containment >= 0.0, longest >= 0.0) {
            (true, true) => Stratum::of(Measure::Containment, containment),
            (true, false) => Stratum::of(Measure::Passage, longest),
            // The measure that is nearer to its threshold.
            (false, _) if jaccard > containment => Stratum::of(Measure::Jaccard, jaccard),
            (false, _) => Stratum::of(Measure::Containment, containment),
        }
    }

    /// A pair that was found by comparing sentence by sentence.
    pub(super) fn reworded(&self, reworded: &RewordedPair) -> AssessedPair {
        let score = reworded.likeness.score;
        let rewording = self.settings.reworded;
        let required = rewording.map_or(1.0, |rewording| rewording.score);
        let stratum = Stratum::of(Measure::Score, score - required);
        AssessedPair {
            pair: reworded.compared.pair,
            compared: reworded.compared,
            relation: stratum.over.then_some(Relation::Reworded),
            reworded: Some(score),
            stratum,
        }
    }
}
