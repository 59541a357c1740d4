//! Assembly: writes compared representatives out to pairs of documents and forms the clusters.

use rayon::prelude::*;

use super::big_stories::BigStories;
use super::formation::form_clusters;
use super::group_pair::GroupPair;
use super::members::Cluster;
use super::numbers::GroupNo;
use super::relation::{Relation, ReportedPair, RewordedPair};
use super::selection::Selection;
use super::stories::StoryMap;
use crate::candidates::families::BIG_CLUSTER;
use crate::catalog::identical::IdenticalGroup;
use crate::catalog::{Catalog, DocNo};
use crate::compare::exact::Comparison;

/// Pairs of groups that one task writes.
const PAIRS_PER_TASK: usize = 1 << 12;

/// Pairs and clusters to report, and counts of the pairs left out.
#[derive(Debug, Default)]
pub struct Assembled {
    /// In canonical order of `a`, then `b`.
    pub pairs: Vec<ReportedPair>,
    /// In canonical order of their first documents.
    pub clusters: Vec<Cluster>,
    /// Number of clusters over [`BIG_CLUSTER`], whose pairs were bounded.
    pub big_clusters: u64,
    /// Pairs of such clusters that are known to qualify (before selection) and were not written.
    pub not_written: u64,
    /// Excerpts within one site that hold too little to be written.
    pub same_site_excerpts: u64,
}

/// Writes comparisons of representatives out to all documents of their groups, and joins documents
/// to clusters.
///
/// Of a story with up to [`BIG_CLUSTER`] documents every pair is written. Of a larger one, about
/// one link a document is: a spanning forest of the wanted pairs among those compared, the
/// strongest first (Kruskal 1956, "On the shortest spanning subtree of a graph and the traveling
/// salesman problem"; of equals the earlier pair), which joins the same documents as all pairs
/// would. An excerpt of a larger story has one link with it.
///
/// `hot` are the representatives in hot buckets, sorted. `reworded` pairs are written as they are;
/// they join no clusters.
pub fn assemble(
    catalog: &Catalog,
    groups: &[IdenticalGroup],
    compared: &[Comparison],
    hot: &[DocNo],
    reworded: &[RewordedPair],
    selection: &Selection,
) -> Assembled {
    let mut pairs: Vec<GroupPair<'_>> = compared
        .par_iter()
        .map(|compared| GroupPair::new(groups, compared))
        .collect();
    let stories = StoryMap::new(catalog, groups, &pairs, hot);
    pairs.retain(|pair| selection.takes(pair.relation()));

    let mut writer = PairWriter {
        catalog,
        groups,
        selection,
        stories: &stories,
        assembled: Assembled::default(),
    };
    writer.write_small_stories(&pairs);
    writer.write_big_stories(&pairs);
    let mut assembled = writer.assembled;
    assembled
        .pairs
        .extend(reworded.iter().map(RewordedPair::reported));
    assembled
        .pairs
        .par_sort_unstable_by_key(|pair| (pair.a, pair.b));
    assembled.clusters = form_clusters(catalog, &mut assembled.pairs, &stories);
    assembled
}

impl Assembled {
    /// Drops clusters without any document or pair of this run, and their pairs.
    pub(crate) fn drop_earlier(&mut self, catalog: &Catalog) {
        let has_new = |cluster: &Cluster| cluster.documents().any(|doc| catalog.is_of_run(doc));
        let mut kept: Vec<bool> = self.clusters.iter().map(has_new).collect();
        for pair in &self.pairs {
            kept[pair.cluster as usize] |= catalog.is_of_run(pair.a) || catalog.is_of_run(pair.b);
        }
        let new_indices: Vec<u32> = kept
            .iter()
            .scan(0, |next, &kept| {
                let index = *next;
                *next += u32::from(kept);
                Some(index)
            })
            .collect();
        self.pairs.retain(|pair| kept[pair.cluster as usize]);
        for pair in &mut self.pairs {
            pair.cluster = new_indices[pair.cluster as usize];
        }
        let mut kept = kept.into_iter();
        self.clusters.retain(|_| kept.next() == Some(true));
    }
}

/// Pairs written by one task.
#[derive(Default)]
struct WrittenPairs {
    pairs: Vec<ReportedPair>,
    same_site_excerpts: u64,
}

/// Writes pairs of groups as pairs of their documents.
struct PairWriter<'a> {
    catalog: &'a Catalog,
    groups: &'a [IdenticalGroup],
    selection: &'a Selection,
    stories: &'a StoryMap,
    assembled: Assembled,
}

impl PairWriter<'_> {
    /// Writes every wanted pair that has no document in a big story.
    fn write_small_stories(&mut self, pairs: &[GroupPair<'_>]) {
        if self.selection.takes(Relation::Exact) {
            for group in (0..self.groups.len()).map(GroupNo) {
                if !self.is_big(group) {
                    self.write_identical(group);
                }
            }
        }
        let small = pairs.par_chunks(PAIRS_PER_TASK).map(|pairs| {
            let mut written = WrittenPairs::default();
            for pair in pairs {
                if !self.is_big(pair.x) && !self.is_big(pair.y) {
                    self.write_pair(pair, &mut written);
                }
            }
            written
        });
        for written in small.collect::<Vec<WrittenPairs>>() {
            self.assembled.pairs.extend(written.pairs);
            self.assembled.same_site_excerpts += written.same_site_excerpts;
        }
    }

    /// Writes links for big stories, and counts the pairs that they stand for.
    fn write_big_stories(&mut self, pairs: &[GroupPair<'_>]) {
        let is_big = |group| self.is_big(group);
        let mut big = BigStories::new(self.catalog, self.groups, self.selection, self.stories);
        (0..self.groups.len())
            .map(GroupNo)
            .filter(|&group| is_big(group))
            .for_each(|group| big.add_identical(group));
        let of_big = pairs.iter().filter(|pair| is_big(pair.x) || is_big(pair.y));
        big.add_pairs(of_big.collect(), &is_big);
        let big_clusters = self
            .stories
            .leaders()
            .filter(|leader| is_big(leader.0))
            .count();
        self.assembled.big_clusters = big_clusters as u64;
        self.assembled.not_written = big.qualifying.saturating_sub(big.pairs.len()) as u64;
        self.assembled.pairs.append(&mut big.pairs);
    }

    fn is_big(&self, group: GroupNo) -> bool {
        let leader = self.stories.leader(group);
        !self.selection.all_pairs && self.stories.size(leader) > BIG_CLUSTER
    }

    /// Writes every wanted pair of a group of identical documents.
    fn write_identical(&mut self, group: GroupNo) {
        let members = &self.groups[group.0].members;
        for (at, &b) in members.iter().enumerate() {
            let wanted = members[..at]
                .iter()
                .filter(|&&a| self.selection.wants(self.catalog, a, b));
            let pairs = wanted.map(|&a| ReportedPair::exact(self.catalog, a, b));
            self.assembled.pairs.extend(pairs);
        }
    }

    /// Writes every wanted pair of a document of one group and a document of the other.
    fn write_pair(&self, pair: &GroupPair<'_>, written: &mut WrittenPairs) {
        for &x in &self.groups[pair.x.0].members {
            for &y in &self.groups[pair.y.0].members {
                if !self.selection.wants(self.catalog, x, y) {
                    continue;
                }
                if pair.holds_enough(self.catalog, self.selection, x, y) {
                    written.pairs.push(pair.between(x, y));
                } else {
                    written.same_site_excerpts += 1;
                }
            }
        }
    }
}
