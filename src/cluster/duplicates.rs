//! Duplicates: decides which documents are dropped because another one stays.
//!
//! In order of preference each document stays, unless it is a whole copy of one that stays already;
//! then it is a duplicate of that one. So every duplicate is at or over the threshold with a
//! document that stays, and no two documents that stay are. Nothing chains: where B is like A and C
//! is like B, C is dropped only if it is like A itself, or if B stays.
//!
//! If there are reference documents, they all stay, and only they have duplicates: documents that
//! are copies of each other alone all stay.
//!
//! Decisions rest on comparisons of representatives of identical documents ([`IdenticalGroup`]),
//! not on written pairs, which are incomplete for big clusters.

use std::cmp::{Ordering, Reverse};

use rayon::prelude::*;

use super::numbers::GroupNo;
use super::relation::Relation;
use crate::catalog::identical::{IdenticalGroup, group_of};
use crate::catalog::{Catalog, DocNo, DocPair, SiteNo};
use crate::compare::exact::Comparison;
use crate::document::SourcePlace;
use crate::error::ReadError;

/// Jaccard similarity from which a document is a duplicate, by default. At 0.8 only a word or a
/// tagline differs (`docs/method/thresholds-us11.md`); below it much of real news is revised copy,
/// which a corpus may want to keep beside the first version.
pub const DEFAULT_THRESHOLD: f64 = 0.8;

/// Entry of a document that has none, in lists by document.
const NONE: u32 = u32::MAX;

/// Rule for which of several duplicates stays.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Keep {
    /// The one published first, undated ones last, ties by id: the others are likely copies of it.
    #[default]
    FirstPublished,
    /// The one published last, undated ones last, ties by id: of several versions of a text the
    /// newest.
    LastPublished,
    /// The one with the most words besides boilerplate; of equals the one published first.
    Longest,
    /// The one read first: by the name of its input, then by its position there.
    FirstRead,
}

/// Number in a field of the record at a place, if it has one.
pub type RecordNumber<'a> = dyn Fn(SourcePlace) -> Result<Option<f64>, ReadError> + Sync + 'a;

/// Order of preference between documents: of those that no earlier run has seen, by site, then by
/// number, then by the rule.
#[derive(Clone, Copy)]
pub struct Preference<'a> {
    /// Rule for documents that no earlier run has seen.
    pub keep: Keep,
    /// Names of sites that are preferred to all others, the most preferred first.
    pub sites: &'a [String],
    /// Reader of a number of each record; larger ones are preferred, and records without one come
    /// last.
    pub number: Option<&'a RecordNumber<'a>>,
    /// Returns true for documents that an earlier run kept. They stay, and are preferred to all
    /// others; two of them are never compared.
    pub seen: &'a (dyn Fn(&Catalog, DocNo) -> bool + Sync),
}

impl Default for Preference<'_> {
    fn default() -> Self {
        Preference {
            keep: Keep::default(),
            sites: &[],
            number: None,
            seen: &|_, _| false,
        }
    }
}

/// A document to drop, with the reason.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Duplicate {
    /// The document.
    pub doc: DocNo,
    /// The document that stays: one with the same words, or the most similar of those that stay and
    /// are preferred.
    pub of: DocNo,
    /// [`Relation::Exact`] or [`Relation::Near`]; [`Relation::Excerpt`] if the document holds a
    /// passage of a reference document and is no copy of one.
    pub relation: Relation,
    /// Exact Jaccard similarity of the two; 1 if they were the same before boilerplate was removed.
    pub jaccard: f64,
    /// Number of words of the longest passage of the two, of an excerpt.
    pub longest_passage: Option<u32>,
}

/// The documents to decide on, in order of preference.
pub(crate) struct Ranking<'a> {
    identical: &'a [IdenticalGroup],
    /// All documents to decide on, the most preferred first.
    ranked: Vec<DocNo>,
    /// By document: its index in `ranked`.
    ranks: Vec<u32>,
    /// By document: its group in `identical`; [`NONE`] if boilerplate left nothing to compare.
    groups: Vec<u32>,
    /// By document: number of its text, before boilerplate was removed, among texts that several
    /// documents have; [`NONE`] for other texts.
    raw_texts: Vec<u32>,
    /// Number of such texts.
    raw_text_count: usize,
    /// By document: kept by an earlier run, or a reference document.
    seen: Vec<bool>,
    /// True if there are reference documents, so that no other document has duplicates.
    against_reference: bool,
}

impl<'a> Ranking<'a> {
    /// Ranks documents: `identical` can be compared, of `bare` boilerplate left nothing.
    ///
    /// Texts that were the same when read are duplicates, whatever boilerplate left of them,
    /// because sites differ in what they repeat. `numbers` are those of all documents, by
    /// [`Preference::number`].
    pub(crate) fn new(
        catalog: &Catalog,
        identical: &'a [IdenticalGroup],
        bare: &[DocNo],
        preference: Preference<'_>,
        numbers: &[Option<f64>],
    ) -> Ranking<'a> {
        let members = identical.iter().flat_map(|group| &group.members);
        let mut ranked: Vec<DocNo> = members.chain(bare).copied().collect();
        let seen: Vec<bool> = catalog
            .documents()
            .map(|doc| (preference.seen)(catalog, doc) || catalog.is_reference(doc))
            .collect();
        let order = PreferenceOrder::of(catalog, preference, numbers);
        let is_new = |doc: DocNo| !seen[doc.0 as usize];
        ranked.par_sort_unstable_by(|&x, &y| {
            let by_run = is_new(x).cmp(&is_new(y));
            by_run
                .then_with(|| order.compare(x, y))
                .then_with(|| x.cmp(&y))
        });
        let mut ranks = vec![NONE; catalog.len()];
        for (rank, doc) in ranked.iter().enumerate() {
            ranks[doc.0 as usize] = rank as u32;
        }
        let mut groups = vec![NONE; catalog.len()];
        for (number, group) in identical.iter().enumerate() {
            for member in &group.members {
                groups[member.0 as usize] = number as u32;
            }
        }
        let (raw_texts, raw_text_count) = number_raw_texts(catalog, &ranked);
        Ranking {
            identical,
            ranked,
            ranks,
            groups,
            raw_texts,
            raw_text_count,
            seen,
            against_reference: catalog.has_reference(),
        }
    }

    /// Decides by the comparisons known so far; only near ones count.
    pub(crate) fn decide(&self, compared: &[Comparison]) -> Decided {
        let neighbours = NearGroups::new(self.identical, compared);
        let mut kept = vec![None; self.identical.len()];
        let mut kept_with_text = vec![None; self.raw_text_count];
        let mut duplicates = Vec::new();
        for &doc in &self.ranked {
            let group = entry(&self.groups, doc);
            let text = entry(&self.raw_texts, doc);
            let same_words = group.and_then(|group| kept[group]);
            let same_text = text.and_then(|text| kept_with_text[text]);
            let exact = [same_words, same_text]
                .into_iter()
                .flatten()
                .filter(|&leader| self.may_have_duplicates(leader))
                .min_by_key(|&leader| self.rank(leader));
            let near = || {
                let with_leader = |&(_, other, jaccard): &(GroupNo, GroupNo, f64)| {
                    let leader = kept[other.0]?;
                    self.may_have_duplicates(leader)
                        .then_some((jaccard, leader))
                };
                let leaders = neighbours.of(GroupNo(group?)).filter_map(with_leader);
                leaders.max_by(|x, y| {
                    let closer = x.0.total_cmp(&y.0);
                    closer.then(Reverse(self.rank(x.1)).cmp(&Reverse(self.rank(y.1))))
                })
            };
            let duplicate_of = match exact {
                _ if self.seen[doc.0 as usize] => None,
                Some(of) => Some((of, Relation::Exact, 1.0)),
                None => near().map(|(jaccard, of)| (of, Relation::Near, jaccard)),
            };
            if let Some((of, relation, jaccard)) = duplicate_of {
                duplicates.push(Duplicate {
                    doc,
                    of,
                    relation,
                    jaccard,
                    longest_passage: None,
                });
                continue;
            }
            if let Some(group) = group {
                kept[group].get_or_insert(doc);
            }
            if let Some(text) = text {
                kept_with_text[text].get_or_insert(doc);
            }
        }
        duplicates.par_sort_unstable_by_key(|duplicate| duplicate.doc);
        Decided { duplicates, kept }
    }

    fn rank(&self, doc: DocNo) -> u32 {
        self.ranks[doc.0 as usize]
    }

    /// True if other documents can be duplicates of a document that stays.
    fn may_have_duplicates(&self, doc: DocNo) -> bool {
        !self.against_reference || self.seen[doc.0 as usize]
    }

    /// True if other documents can be duplicates of the one that stays of a representative's group.
    /// If not, no document that comes later in order of preference has duplicates either.
    pub(crate) fn may_lead(&self, decided: &Decided, representative: DocNo) -> bool {
        let group = group_of(self.identical, representative);
        decided.kept[group].is_some_and(|kept| self.may_have_duplicates(kept))
    }
}

/// Order of documents that no earlier run has seen.
struct PreferenceOrder<'a> {
    catalog: &'a Catalog,
    keep: Keep,
    /// The preferred sites, the most preferred first; `None` for sites without documents.
    sites: Vec<Option<SiteNo>>,
    numbers: &'a [Option<f64>],
}

impl<'a> PreferenceOrder<'a> {
    fn of(
        catalog: &'a Catalog,
        preference: Preference<'_>,
        numbers: &'a [Option<f64>],
    ) -> PreferenceOrder<'a> {
        let sites = preference.sites.iter();
        PreferenceOrder {
            catalog,
            keep: preference.keep,
            sites: sites.map(|name| catalog.site_called(name)).collect(),
            numbers,
        }
    }

    /// Order of two documents; the preferred one comes first.
    fn compare(&self, x: DocNo, y: DocNo) -> Ordering {
        let by_site = self.by_site(x).cmp(&self.by_site(y));
        by_site
            .then_with(|| self.number(y).total_cmp(&self.number(x)))
            .then_with(|| self.by_rule(x).cmp(&self.by_rule(y)))
    }

    /// Place of the site of a document among the preferred ones.
    fn by_site(&self, doc: DocNo) -> usize {
        let site = Some(self.catalog.site(doc));
        let place = self.sites.iter().position(|&other| other == site);
        place.unwrap_or(self.sites.len())
    }

    /// Number of a document, which is finite; minus infinity if it has none.
    fn number(&self, doc: DocNo) -> f64 {
        let number = self.numbers.get(doc.0 as usize).copied().flatten();
        // Minus zero equals zero.
        number.map_or(f64::NEG_INFINITY, |number| number + 0.0)
    }

    /// Key of a document by the rule; the smallest is preferred.
    fn by_rule(&self, doc: DocNo) -> [i128; 2] {
        let catalog = self.catalog;
        match self.keep {
            Keep::FirstPublished => [0, 0],
            Keep::LastPublished => match catalog.published(doc) {
                Some(published) => [0, -i128::from(published.seconds)],
                None => [1, 0],
            },
            Keep::Longest => [-i128::from(catalog.words(doc)), 0],
            Keep::FirstRead => {
                let place = catalog.place(doc);
                [place.source.into(), place.offset.into()]
            }
        }
    }
}

/// Decisions, as far as comparisons are known.
#[derive(Debug, Default)]
pub(crate) struct Decided {
    /// In canonical order.
    pub(crate) duplicates: Vec<Duplicate>,
    /// By group of identical documents: the member that stays.
    kept: Vec<Option<DocNo>>,
}

impl Decided {
    /// Representatives of the groups of which a document stays, in canonical order.
    pub(crate) fn staying(&self, ranking: &Ranking<'_>) -> Vec<DocNo> {
        let groups = ranking.identical.iter().zip(&self.kept);
        groups
            .filter(|(_, kept)| kept.is_some())
            .map(|(group, _)| group.members[0])
            .collect()
    }

    /// True if there is nothing to decide between the documents that stay of both representatives'
    /// groups: both were kept by an earlier run or are reference documents, or neither may have
    /// duplicates.
    pub(crate) fn is_settled(&self, ranking: &Ranking<'_>, pair: DocPair) -> bool {
        let kept = |representative| self.kept[group_of(ranking.identical, representative)];
        let is_seen =
            |representative| kept(representative).is_some_and(|kept| ranking.seen[kept.0 as usize]);
        match (is_seen(pair.a), is_seen(pair.b)) {
            (true, true) => true,
            (false, false) => ranking.against_reference,
            _ => false,
        }
    }

    /// Rank of the document that stays of a representative's group.
    pub(crate) fn rank(&self, ranking: &Ranking<'_>, representative: DocNo) -> u32 {
        let group = group_of(ranking.identical, representative);
        self.kept[group].map_or(NONE, |kept| ranking.rank(kept))
    }
}

/// Near groups with their Jaccard similarity, in both directions, sorted.
struct NearGroups(Vec<(GroupNo, GroupNo, f64)>);

impl NearGroups {
    fn new(identical: &[IdenticalGroup], compared: &[Comparison]) -> NearGroups {
        let near = compared.iter().filter(|compared| compared.near);
        let mut groups: Vec<(GroupNo, GroupNo, f64)> = near
            .flat_map(|compared| {
                let DocPair { a, b } = compared.pair;
                let group = |doc| GroupNo(group_of(identical, doc));
                let (x, y) = (group(a), group(b));
                [(x, y, compared.jaccard()), (y, x, compared.jaccard())]
            })
            .collect();
        groups.par_sort_unstable_by_key(|&(of, other, _)| (of, other));
        NearGroups(groups)
    }

    fn of(&self, group: GroupNo) -> impl Iterator<Item = &(GroupNo, GroupNo, f64)> {
        let first = self.0.partition_point(|&(of, ..)| of < group);
        self.0[first..]
            .iter()
            .take_while(move |&&(of, ..)| of == group)
    }
}

/// Numbers the texts, before boilerplate was removed, that several documents have. Returns the
/// number of each document's text, [`NONE`] for other texts, and the number of texts.
fn number_raw_texts(catalog: &Catalog, documents: &[DocNo]) -> (Vec<u32>, usize) {
    let mut numbers = vec![NONE; catalog.len()];
    let mut by_text: Vec<(u128, DocNo)> = documents
        .iter()
        .map(|&doc| (catalog.whole(doc), doc))
        .collect();
    by_text.par_sort_unstable();
    let mut texts = 0;
    for run in by_text.chunk_by(|x, y| x.0 == y.0) {
        if run.len() > 1 {
            for (_, doc) in run {
                numbers[doc.0 as usize] = texts as u32;
            }
            texts += 1;
        }
    }
    (numbers, texts)
}

/// Entry of a document in a list by document, if it has one.
fn entry(list: &[u32], doc: DocNo) -> Option<usize> {
    let value = list[doc.0 as usize];
    (value != NONE).then_some(value as usize)
}
