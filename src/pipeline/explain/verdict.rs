//! Verdict on two documents: their relation, and why they have no row in the pairs file.

use super::document::{ExplainedDocument, Participation};
use super::finished_scan::FinishedScan;
use super::reason::{PairMember, Reason};
use super::scores::PairScores;
use crate::candidates::families::BIG_CLUSTER;
use crate::catalog::{Catalog, DocNo, DocPair};
use crate::cluster::{Relation, ReportedPair, Selection};
use crate::compare::reworded::Rewording;
use crate::document::Corpus;
use crate::pipeline::findings::ScanResult;
use crate::pipeline::rewording::Retelling;
use crate::pipeline::settings::Settings;

/// Verdict on two documents.
pub(super) struct PairVerdict {
    pub(super) relation: Option<Relation>,
    /// True if the pairs file has a row for them.
    pub(super) written: bool,
    /// Reasons why it has none.
    pub(super) reasons: Vec<Reason>,
}

impl PairVerdict {
    pub(super) fn of<C: Corpus>(
        scan: &FinishedScan<'_, C>,
        pair: DocPair,
        documents: &[ExplainedDocument; 2],
        scores: Option<&PairScores>,
        retelling: Option<&Retelling>,
    ) -> PairVerdict {
        let row = row(&scan.result, pair);
        let mut verdict = PairVerdict {
            relation: None,
            written: row.is_some(),
            reasons: not_taking_part(documents, &scan.settings),
        };
        let Some(scores) = scores.filter(|_| verdict.reasons.is_empty()) else {
            return verdict;
        };
        let by_scores = relation(&scan.result.catalog, pair, scores, &scan.settings);
        verdict.relation = row.map(|row| row.relation).or(by_scores);
        if row.is_none() {
            verdict.reasons = match by_scores {
                None => why_unrelated(scan, pair, scores, retelling),
                Some(relation) => why_not_written(scan, pair, scores, relation),
            };
        }
        verdict
    }
}

/// The row of the pairs file; `None` if both were in the index before, because an earlier run
/// wrote it.
fn row(result: &ScanResult, pair: DocPair) -> Option<&ReportedPair> {
    let is_new = |doc| result.catalog.is_new(doc);
    if !is_new(pair.a) && !is_new(pair.b) {
        return None;
    }
    let pairs = &result.pairs;
    let found = pairs.binary_search_by_key(&(pair.a, pair.b), |found| (found.a, found.b));
    found.ok().map(|at| &pairs[at])
}

/// Reasons why documents take no part in the scan.
fn not_taking_part(documents: &[ExplainedDocument; 2], settings: &Settings) -> Vec<Reason> {
    let reason = |(member, document): (PairMember, &ExplainedDocument)| match document.part {
        Participation::Compared => None,
        Participation::Empty => Some(Reason::Empty(member)),
        Participation::TooShort => Some(Reason::TooShort {
            document: member,
            words: document.words,
            asked: settings.min_words,
        }),
        Participation::BoilerplateOnly => Some(Reason::BoilerplateOnly {
            document: member,
            left: document.words,
            removed: document.removed,
        }),
    };
    PairMember::ALL
        .into_iter()
        .zip(documents)
        .filter_map(reason)
        .collect()
}

/// Relation of two documents by their scores, whether the selection wants it or not.
pub(super) fn relation(
    catalog: &Catalog,
    pair: DocPair,
    scores: &PairScores,
    settings: &Settings,
) -> Option<Relation> {
    let is_excerpt = settings.excerpts.is_some_and(|excerpts| {
        scores.passage_words >= excerpts.passage
            && (scores.containment() >= excerpts.containment || scores.has_long_passage(excerpts))
    });
    match () {
        () if catalog.content(pair.a) == catalog.content(pair.b) => Some(Relation::Exact),
        () if scores.jaccard >= settings.threshold => Some(Relation::Near),
        () if is_excerpt => Some(Relation::Excerpt),
        () => None,
    }
}

/// Reasons why two documents have no relation.
fn why_unrelated<C: Corpus>(
    scan: &FinishedScan<'_, C>,
    pair: DocPair,
    scores: &PairScores,
    retelling: Option<&Retelling>,
) -> Vec<Reason> {
    let (catalog, settings) = (&scan.result.catalog, &scan.settings);
    let mut reasons = missed_thresholds(scores, settings);
    if let (Some(rewording), Some(retelling)) = (settings.reworded, retelling) {
        reasons.push(why_not_reworded(catalog, pair, rewording, retelling));
    }
    reasons.append(&mut rejected_by(catalog, &settings.selection, pair));
    reasons
}

/// Reasons why two documents with a relation have no row.
fn why_not_written<C: Corpus>(
    scan: &FinishedScan<'_, C>,
    pair: DocPair,
    scores: &PairScores,
    relation: Relation,
) -> Vec<Reason> {
    let (catalog, selection) = (&scan.result.catalog, &scan.settings.selection);
    let mut reasons = Vec::new();
    if !selection.takes(relation) {
        reasons.push(Reason::UnwantedRelation(relation));
    }
    let is_small_on_same_site = relation == Relation::Excerpt
        && scores.containment() < selection.same_site_containment
        && catalog.cross_site(pair.a, pair.b) == Some(false)
        && catalog.page(pair.a) != catalog.page(pair.b);
    if is_small_on_same_site {
        reasons.push(Reason::SameSite {
            containment: scores.containment(),
            asked: selection.same_site_containment,
        });
    }
    if let (Relation::Excerpt, Some(share), Some(asked)) =
        (relation, scores.quoted_share, selection.max_quoted)
        && share > asked
    {
        reasons.push(Reason::TooQuoted { share, asked });
    }
    reasons.append(&mut rejected_by(catalog, selection, pair));
    let is_new = |doc| catalog.is_new(doc);
    if !is_new(pair.a) && !is_new(pair.b) {
        reasons.push(Reason::SeenBefore);
    }
    if reasons.is_empty() {
        // The pair qualifies and is wanted, so it was bounded or was never a candidate.
        reasons.push(match was_found(scan, pair) {
            true => Reason::Linked,
            false => Reason::NotSurfaced,
        });
    }
    reasons
}

/// True if the two were found, or are known to belong to one big family.
fn was_found<C: Corpus>(scan: &FinishedScan<'_, C>, pair: DocPair) -> bool {
    let (a, b) = (scan.representative(pair.a), scan.representative(pair.b));
    let compared = &scan.result.compared;
    a == b
        || compared
            .binary_search_by_key(&DocPair::of(a, b), |found| found.pair)
            .is_ok()
        || are_in_one_big_family(&scan.result, pair)
}

fn are_in_one_big_family(result: &ScanResult, pair: DocPair) -> bool {
    result.clusters.iter().any(|cluster| {
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

/// Thresholds that scores do not reach.
fn missed_thresholds(scores: &PairScores, settings: &Settings) -> Vec<Reason> {
    let mut reasons = vec![Reason::UnderThreshold {
        jaccard: scores.jaccard,
        asked: settings.threshold,
    }];
    match settings.excerpts {
        None => reasons.push(Reason::NoExcerpts),
        Some(excerpts) => {
            if scores.containment() < excerpts.containment && !scores.has_long_passage(excerpts) {
                reasons.push(Reason::UnderContainment {
                    containment: scores.containment(),
                    asked: excerpts.containment,
                    unquoted_passage: scores.unquoted_passage,
                    long_passage: excerpts.long_passage,
                });
            }
            if scores.passage_words < excerpts.passage {
                reasons.push(Reason::PassageTooShort {
                    words: scores.passage_words,
                    asked: excerpts.passage,
                });
            }
        }
    }
    reasons
}

/// Reason why two documents are not a reworded pair.
fn why_not_reworded(
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
        () => Reason::RewordedNotCompared { score },
    }
}

/// Reasons why a selection rejects two documents; none if it accepts them.
fn rejected_by(catalog: &Catalog, selection: &Selection, pair: DocPair) -> Vec<Reason> {
    if selection.wants(catalog, pair.a, pair.b) {
        return Vec::new();
    }
    let mut reasons = Vec::new();
    let members = [(PairMember::A, pair.a), (PairMember::B, pair.b)];
    let is_on = |doc, sites: &[String]| {
        let name = catalog.site_name(catalog.site(doc));
        sites.iter().any(|site| site == name)
    };
    if !selection.sites.is_empty() && !members.iter().any(|&(_, doc)| is_on(doc, &selection.sites))
    {
        reasons.push(Reason::OnNoWantedSite);
    }
    let unwanted = members
        .iter()
        .filter(|&&(_, doc)| is_on(doc, &selection.not_sites));
    reasons.extend(unwanted.map(|&(member, _)| Reason::OnUnwantedSite(member)));
    if selection.cross_site_only {
        match catalog.cross_site(pair.a, pair.b) {
            Some(true) => {}
            Some(false) => reasons.push(Reason::NotAcrossSites),
            None => {
                let unknown = members
                    .iter()
                    .filter(|&&(_, doc)| catalog.site_name(catalog.site(doc)).is_empty());
                reasons.extend(unknown.map(|&(member, _)| Reason::NoSite(member)));
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
                let undated = members
                    .iter()
                    .filter(|&&(_, doc)| catalog.published(doc).is_none());
                reasons.extend(undated.map(|&(member, _)| Reason::NoDate(member)));
            }
        }
    }
    reasons
}
