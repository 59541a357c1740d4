//! Why two documents are no pair of the pairs file.

use super::super::rewording::Retelling;
use super::super::settings::Settings;
use super::{Explainer, Part, Scores, Side, Which};
use crate::candidates::families::BIG_CLUSTER;
use crate::catalog::{Catalog, DocNo, DocPair};
use crate::cluster::{Relation, ReportedPair, Selection};
use crate::compare::reworded::Rewording;
use crate::document::Corpus;

/// Something that keeps two documents from being a row of the pairs file.
#[derive(Debug, Clone, PartialEq)]
pub enum Reason {
    /// A document has no words.
    Empty(Which),
    /// A document has too few.
    TooShort {
        /// Which.
        document: Which,
        /// How many it has.
        words: u32,
        /// How many are asked for.
        asked: u32,
    },
    /// Of a document next to nothing is left without its boilerplate.
    BoilerplateOnly {
        /// Which.
        document: Which,
        /// Words that are left.
        left: u32,
        /// Words that were taken out.
        removed: u32,
    },
    /// The Jaccard similarity is under the threshold: the two are not near.
    UnderThreshold {
        /// What it is.
        jaccard: f64,
        /// The threshold.
        asked: f64,
    },
    /// Neither document holds enough of the other to be an excerpt.
    UnderContainment {
        /// The larger containment.
        containment: f64,
        /// What is asked for.
        asked: f64,
    },
    /// The longest passage is too short for an excerpt.
    PassageTooShort {
        /// Its words.
        words: usize,
        /// What is asked for.
        asked: u32,
    },
    /// Excerpts are not looked for.
    NoExcerpts,
    /// Told sentence by sentence, they are too little alike.
    NotReworded {
        /// How much.
        score: f64,
        /// The score asked for.
        asked: f64,
    },
    /// An excerpt within one site holds too little to be worth a row.
    SameSite {
        /// The larger containment.
        containment: f64,
        /// What is asked for within one site.
        asked: f64,
    },
    /// Pairs of this relation are not wanted.
    UnwantedRelation(Relation),
    /// Neither stands on a site that was asked for.
    OnNoWantedSite,
    /// One stands on a site that was ruled out.
    OnUnwantedSite(Which),
    /// Both stand on one site, and only pairs across sites are wanted.
    NotAcrossSites,
    /// The site of one is not known, and only pairs across sites are wanted.
    NoSite(Which),
    /// They are alike enough sentence by sentence, but reworded copy is looked for between sites.
    RewordedOnOneSite,
    /// They are alike enough sentence by sentence, but nothing surfaced them, or other documents of their stories stand for them.
    RewordedNotMet {
        /// How much.
        score: f64,
    },
    /// They were published too far apart.
    OutsideWindow {
        /// How far, in seconds.
        apart: u64,
        /// How far they may be.
        asked: u64,
    },
    /// One has no date, and only pairs within a window are wanted.
    NoDate(Which),
    /// Both were in the index before: if they were found, the row was written when the later one joined.
    SeenBefore,
    /// They are of a family of so many whole copies, or one is an excerpt of one, of which links are written instead of every pair.
    Linked,
    /// They qualify, but no band and no passage surfaced them, so they were not compared.
    NotSurfaced,
}

/// What the scores come to.
pub(super) struct Verdict {
    pub(super) relation: Option<Relation>,
    pub(super) reasons: Vec<Reason>,
}

impl Verdict {
    pub(super) fn of<C: Corpus>(
        explainer: &Explainer<'_, C>,
        pair: DocPair,
        documents: &[Side; 2],
        scores: Option<&Scores>,
        retelling: Option<&Retelling>,
        written: Option<&ReportedPair>,
    ) -> Verdict {
        let (settings, findings) = (&explainer.settings, &explainer.findings);
        let catalog = &findings.catalog;
        let mut reasons = no_part(documents, settings);
        let Some(scores) = scores.filter(|_| reasons.is_empty()) else {
            return Verdict {
                relation: None,
                reasons,
            };
        };
        let relation = relation(catalog, pair, scores, settings);
        if let Some(written) = written {
            return Verdict {
                relation: Some(written.relation),
                reasons,
            };
        }
        let selection = &settings.selection;
        let Some(known) = relation else {
            reasons.append(&mut misses(scores, settings));
            if let (Some(rewording), Some(retelling)) = (settings.reworded, retelling) {
                reasons.push(not_reworded(catalog, pair, rewording, retelling));
            }
            reasons.append(&mut unselected(catalog, selection, pair));
            return Verdict { relation, reasons };
        };
        if !selection.takes(known) {
            reasons.push(Reason::UnwantedRelation(known));
        }
        let same_site = known == Relation::Excerpt
            && scores.containment() < selection.same_site_containment
            && catalog.cross_site(pair.a, pair.b) == Some(false)
            && catalog.page(pair.a) != catalog.page(pair.b);
        if same_site {
            reasons.push(Reason::SameSite {
                containment: scores.containment(),
                asked: selection.same_site_containment,
            });
        }
        reasons.append(&mut unselected(catalog, selection, pair));
        let is_new = |doc| catalog.is_new(doc);
        if !is_new(pair.a) && !is_new(pair.b) {
            reasons.push(Reason::SeenBefore);
        }
        if reasons.is_empty() {
            // Everything speaks for a row: either it was bounded, or nobody saw it.
            reasons.push(match explainer.was_met(pair) {
                true => Reason::Linked,
                false => Reason::NotSurfaced,
            });
        }
        Verdict { relation, reasons }
    }
}

impl<C: Corpus> Explainer<'_, C> {
    /// Whether the two were found, or were known to be of one big family.
    fn was_met(&self, pair: DocPair) -> bool {
        let (a, b) = (self.representative(pair.a), self.representative(pair.b));
        let compared = &self.findings.compared;
        a == b
            || compared
                .binary_search_by_key(&DocPair::of(a, b), |found| found.pair)
                .is_ok()
            || self.in_big_family(pair)
    }

    fn in_big_family(&self, pair: DocPair) -> bool {
        self.findings.clusters.iter().any(|cluster| {
            let whole: Vec<DocNo> = cluster
                .members
                .iter()
                .filter(|member| member.whole)
                .map(|member| member.doc)
                .collect();
            whole.len() > BIG_CLUSTER
                && [pair.a, pair.b]
                    .iter()
                    .all(|doc| whole.binary_search(doc).is_ok())
        })
    }
}

fn no_part(documents: &[Side; 2], settings: &Settings) -> Vec<Reason> {
    let reason = |(document, side): (Which, &Side)| match side.part {
        Part::Compared => None,
        Part::Empty => Some(Reason::Empty(document)),
        Part::TooShort => Some(Reason::TooShort {
            document,
            words: side.words,
            asked: settings.min_words,
        }),
        Part::BoilerplateOnly => Some(Reason::BoilerplateOnly {
            document,
            left: side.words,
            removed: side.removed,
        }),
    };
    Which::ALL
        .into_iter()
        .zip(documents)
        .filter_map(reason)
        .collect()
}

/// How the two relate, whoever wants it.
pub(super) fn relation(
    catalog: &Catalog,
    pair: DocPair,
    scores: &Scores,
    settings: &Settings,
) -> Option<Relation> {
    let is_excerpt = settings.excerpts.is_some_and(|excerpts| {
        scores.containment() >= excerpts.containment
            && scores.longest_passage >= excerpts.passage as usize
    });
    match () {
        () if catalog.content(pair.a) == catalog.content(pair.b) => Some(Relation::Exact),
        () if scores.jaccard >= settings.threshold => Some(Relation::Near),
        () if is_excerpt => Some(Relation::Excerpt),
        () => None,
    }
}

/// What scores fall short of.
fn misses(scores: &Scores, settings: &Settings) -> Vec<Reason> {
    let mut reasons = vec![Reason::UnderThreshold {
        jaccard: scores.jaccard,
        asked: settings.threshold,
    }];
    match settings.excerpts {
        None => reasons.push(Reason::NoExcerpts),
        Some(excerpts) => {
            if scores.containment() < excerpts.containment {
                reasons.push(Reason::UnderContainment {
                    containment: scores.containment(),
                    asked: excerpts.containment,
                });
            }
            if scores.longest_passage < excerpts.passage as usize {
                reasons.push(Reason::PassageTooShort {
                    words: scores.longest_passage,
                    asked: excerpts.passage,
                });
            }
        }
    }
    reasons
}

/// Why two documents are no reworded pair.
fn not_reworded(
    catalog: &Catalog,
    pair: DocPair,
    rewording: Rewording,
    retelling: &Retelling,
) -> Reason {
    let score = retelling.evidence.score();
    let dates = catalog.published(pair.a).zip(catalog.published(pair.b));
    let apart = dates.map_or(0, |(a, b)| a.seconds.abs_diff(b.seconds));
    let asked = rewording.window.unsigned_abs();
    match () {
        () if score < rewording.score => Reason::NotReworded {
            score,
            asked: rewording.score,
        },
        () if catalog.cross_site(pair.a, pair.b) == Some(false) => Reason::RewordedOnOneSite,
        () if apart > asked => Reason::OutsideWindow { apart, asked },
        () => Reason::RewordedNotMet { score },
    }
}

/// Why a selection does not want two documents; nothing if it does.
fn unselected(catalog: &Catalog, selection: &Selection, pair: DocPair) -> Vec<Reason> {
    if selection.wants(catalog, pair.a, pair.b) {
        return Vec::new();
    }
    let mut reasons = Vec::new();
    let each = [(Which::A, pair.a), (Which::B, pair.b)];
    let is_on = |doc, sites: &[String]| {
        let name = catalog.site_name(catalog.site(doc));
        sites.iter().any(|site| site == name)
    };
    if !selection.sites.is_empty() && !each.iter().any(|&(_, doc)| is_on(doc, &selection.sites)) {
        reasons.push(Reason::OnNoWantedSite);
    }
    let unwanted = each
        .iter()
        .filter(|&&(_, doc)| is_on(doc, &selection.not_sites));
    reasons.extend(unwanted.map(|&(which, _)| Reason::OnUnwantedSite(which)));
    if selection.cross_site_only {
        match catalog.cross_site(pair.a, pair.b) {
            Some(true) => {}
            Some(false) => reasons.push(Reason::NotAcrossSites),
            None => {
                let unknown = each
                    .iter()
                    .filter(|&&(_, doc)| catalog.site_name(catalog.site(doc)).is_empty());
                reasons.extend(unknown.map(|&(which, _)| Reason::NoSite(which)));
            }
        }
    }
    if let Some(window) = selection.window {
        let asked = window.unsigned_abs();
        match (catalog.published(pair.a), catalog.published(pair.b)) {
            (Some(a), Some(b)) => {
                let apart = a.seconds.abs_diff(b.seconds);
                if apart > asked {
                    reasons.push(Reason::OutsideWindow { apart, asked });
                }
            }
            _ => {
                let undated = each
                    .iter()
                    .filter(|&&(_, doc)| catalog.published(doc).is_none());
                reasons.extend(undated.map(|&(which, _)| Reason::NoDate(which)));
            }
        }
    }
    reasons
}
