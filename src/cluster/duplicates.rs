//! Duplicates: which documents go because another stays.
//!
//! The rule is that of a leader. In order of preference each document stays, unless it is a whole copy of one that stays already;
//! then it goes, as a duplicate of that one. So every document that goes is known to be at or over the threshold with one that
//! stays, and no two that stay are. Nothing chains: where B is like A and C like B, C goes only if it is like A itself, or if B stays.
//!
//! Comparisons are between representatives of documents of the same words ([`IdenticalGroup`]), not written pairs, of which big families have only some.

use std::cmp::Reverse;

use rayon::prelude::*;

use super::relation::Relation;
use crate::catalog::identical::{IdenticalGroup, group_of};
use crate::catalog::{Catalog, DocNo, DocPair};
use crate::compare::exact::Comparison;

/// The Jaccard similarity from which a document is a duplicate, unless told otherwise: a word or a tagline changed. Of real news below it much is
/// revised copy, which a corpus may want to hold beside the first.
pub const DEFAULT_THRESHOLD: f64 = 0.8;

/// Where a document has no place.
const NOWHERE: u32 = u32::MAX;

/// Which of several duplicates stays.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Keep {
    /// The one published first, undated ones last, ties by id: the one that others are likely to be copies of.
    #[default]
    FirstPublished,
    /// The one with the most words that are not boilerplate; of equals the one published first.
    Longest,
    /// The one that was read first: by name of its input, then by place.
    FirstRead,
}

/// Which documents are preferred to which.
#[derive(Clone, Copy)]
pub struct Preference<'a> {
    /// Of documents that are to be decided on.
    pub keep: Keep,
    /// Whether an earlier run kept the document. It stays, and leads before all that were not seen; nothing is asked about two that were seen.
    pub seen: &'a (dyn Fn(&Catalog, DocNo) -> bool + Sync),
}

impl Default for Preference<'_> {
    fn default() -> Self {
        Preference {
            keep: Keep::default(),
            seen: &|_, _| false,
        }
    }
}

/// A document that goes, and why.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Duplicate {
    /// The document.
    pub doc: DocNo,
    /// The document that stays: one of the same words, or the most similar of those that stay and are preferred.
    pub of: DocNo,
    /// [`Relation::Exact`] or [`Relation::Near`].
    pub relation: Relation,
    /// Exact Jaccard similarity of the two; 1 if they were the same before boilerplate was taken out.
    pub jaccard: f64,
}

/// The documents to decide on, in order of preference.
pub(crate) struct Candidacy<'a> {
    twins: &'a [IdenticalGroup],
    /// Documents that may stay or go, the most preferred first.
    ranked: Vec<DocNo>,
    /// By document, its place in `ranked`.
    ranks: Vec<u32>,
    /// By document, its group among `twins`; [`NOWHERE`] if nothing is left of it to compare.
    groups: Vec<u32>,
    /// By document, which of those texts it is that several documents have as they were read.
    as_read: Vec<u32>,
    /// How many such texts there are.
    texts: usize,
    seen: Vec<bool>,
}

/// What was decided, as far as comparisons are known.
#[derive(Debug, Default)]
pub(crate) struct Decided {
    /// In canonical order.
    pub(crate) duplicates: Vec<Duplicate>,
    /// By group of twins, its member that stays.
    leaders: Vec<Option<DocNo>>,
}

impl<'a> Candidacy<'a> {
    /// `twins` are the documents that can be compared, `bare` those of which boilerplate left nothing.
    ///
    /// Texts that are the same as they were read are duplicates whatever is left of them: sites differ in what they repeat.
    pub(crate) fn new(
        catalog: &Catalog,
        twins: &'a [IdenticalGroup],
        bare: &[DocNo],
        preference: Preference<'_>,
    ) -> Candidacy<'a> {
        let members = twins.iter().flat_map(|twins| &twins.members);
        let mut ranked: Vec<DocNo> = members.chain(bare).copied().collect();
        let seen: Vec<bool> = catalog
            .documents()
            .map(|doc| (preference.seen)(catalog, doc))
            .collect();
        ranked.par_sort_unstable_by_key(|&doc| {
            let place = catalog.place(doc);
            let own = match preference.keep {
                Keep::FirstPublished => (0, 0),
                Keep::Longest => (u64::from(u32::MAX - catalog.words(doc)), 0),
                Keep::FirstRead => (u64::from(place.source), place.offset),
            };
            (!seen[doc.0 as usize], own, doc)
        });
        let by_document = || vec![NOWHERE; catalog.len()];
        let (mut ranks, mut groups, mut as_read) = (by_document(), by_document(), by_document());
        for (rank, doc) in ranked.iter().enumerate() {
            ranks[doc.0 as usize] = rank as u32;
        }
        for (group, twins) in twins.iter().enumerate() {
            for member in &twins.members {
                groups[member.0 as usize] = group as u32;
            }
        }
        let mut by_content: Vec<(u128, DocNo)> = ranked
            .iter()
            .map(|&doc| (catalog.whole(doc), doc))
            .collect();
        by_content.par_sort_unstable();
        let mut texts = 0;
        for run in by_content.chunk_by(|x, y| x.0 == y.0) {
            if run.len() > 1 {
                for (_, doc) in run {
                    as_read[doc.0 as usize] = texts as u32;
                }
                texts += 1;
            }
        }
        Candidacy {
            twins,
            ranked,
            ranks,
            groups,
            as_read,
            texts,
            seen,
        }
    }

    /// Decides by these comparisons, of which those that are near count.
    pub(crate) fn decide(&self, compared: &[Comparison]) -> Decided {
        let near = compared.iter().filter(|found| found.near);
        let mut neighbours: Vec<(usize, usize, f64)> = near
            .flat_map(|found| {
                let DocPair { a, b } = found.pair;
                let (x, y) = (group_of(self.twins, a), group_of(self.twins, b));
                [(x, y, found.jaccard()), (y, x, found.jaccard())]
            })
            .collect();
        neighbours.par_sort_unstable_by_key(|&(of, other, _)| (of, other));
        let neighbours_of = |group: usize| {
            let first = neighbours.partition_point(|&(of, ..)| of < group);
            neighbours[first..]
                .iter()
                .take_while(move |&&(of, ..)| of == group)
        };

        let mut leaders = vec![None; self.twins.len()];
        let mut first_with = vec![None; self.texts];
        let mut duplicates = Vec::new();
        for &doc in &self.ranked {
            let group = at(&self.groups, doc);
            let text = at(&self.as_read, doc);
            let same_words = group.and_then(|group| leaders[group]);
            let same_text = text.and_then(|text| first_with[text]);
            let exact = [same_words, same_text]
                .into_iter()
                .flatten()
                .min_by_key(|&leader| self.rank(leader));
            let near = || {
                let leads = |&(_, other, jaccard): &(usize, usize, f64)| {
                    leaders[other].map(|leader| (jaccard, leader))
                };
                let leading = neighbours_of(group?).filter_map(leads);
                leading.max_by(|x, y| {
                    let closer = x.0.total_cmp(&y.0);
                    closer.then(Reverse(self.rank(x.1)).cmp(&Reverse(self.rank(y.1))))
                })
            };
            let goes = match exact {
                _ if self.seen[doc.0 as usize] => None,
                Some(of) => Some((of, Relation::Exact, 1.0)),
                None => near().map(|(jaccard, of)| (of, Relation::Near, jaccard)),
            };
            match goes {
                Some((of, relation, jaccard)) => duplicates.push(Duplicate {
                    doc,
                    of,
                    relation,
                    jaccard,
                }),
                None => {
                    if let Some(group) = group {
                        leaders[group].get_or_insert(doc);
                    }
                    if let Some(text) = text {
                        first_with[text].get_or_insert(doc);
                    }
                }
            }
        }
        duplicates.par_sort_unstable_by_key(|duplicate| duplicate.doc);
        Decided {
            duplicates,
            leaders,
        }
    }

    fn rank(&self, doc: DocNo) -> u32 {
        self.ranks[doc.0 as usize]
    }
}

impl Decided {
    /// The representatives of groups of which a document stays, in canonical order.
    pub(crate) fn staying(&self, candidacy: &Candidacy<'_>) -> Vec<DocNo> {
        let led = candidacy.twins.iter().zip(&self.leaders);
        led.filter(|(_, leader)| leader.is_some())
            .map(|(twins, _)| twins.members[0])
            .collect()
    }

    /// Whether an earlier run kept both of those that stay of these representatives' groups: then there is nothing to decide.
    pub(crate) fn settled(&self, candidacy: &Candidacy<'_>, pair: DocPair) -> bool {
        [pair.a, pair.b].into_iter().all(|representative| {
            let leader = self.leaders[group_of(candidacy.twins, representative)];
            leader.is_some_and(|leader| candidacy.seen[leader.0 as usize])
        })
    }

    /// How early the document that stays of this representative's group stands in order of preference.
    pub(crate) fn rank(&self, candidacy: &Candidacy<'_>, representative: DocNo) -> u32 {
        let group = group_of(candidacy.twins, representative);
        self.leaders[group].map_or(NOWHERE, |leader| candidacy.rank(leader))
    }
}

/// What a list by document says, if anything.
fn at(list: &[u32], doc: DocNo) -> Option<usize> {
    let value = list[doc.0 as usize];
    (value != NOWHERE).then_some(value as usize)
}
