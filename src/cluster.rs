//! Findings: verified pairs of representatives become pairs and clusters of documents.

use rayon::prelude::*;

use crate::candidates::Pair;
use crate::catalog::{Catalog, DocNo};
use crate::verify::Comparison;

/// Most documents of a cluster whose every pair is written unless all are asked for.
pub const BIG_CLUSTER: usize = 256;

/// How two documents of a pair relate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// The same normalised words in the same order.
    Exact,
    /// Jaccard similarity at or over the threshold.
    Near,
}

impl Relation {
    /// The word in the `relation` column.
    pub fn name(self) -> &'static str {
        match self {
            Relation::Exact => "exact",
            Relation::Near => "near",
        }
    }
}

/// A pair to report.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Finding {
    /// The earlier document in canonical order.
    pub a: DocNo,
    /// The later one.
    pub b: DocNo,
    /// How they relate.
    pub relation: Relation,
    /// Exact Jaccard similarity of the shingle sets.
    pub jaccard: f64,
    /// Share of `a`'s shingles that `b` has.
    pub containment_a: f64,
    /// Share of `b`'s shingles that `a` has.
    pub containment_b: f64,
    /// Words in the longest run that stands in both.
    pub longest_passage: u32,
    /// Index of their cluster.
    pub cluster: u32,
}

/// Documents joined by pairs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// The documents, in canonical order; the first names the cluster.
    pub members: Vec<DocNo>,
}

/// Which pairs are wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Selection {
    /// Only pairs whose documents stand on different, known sites.
    pub cross_site_only: bool,
    /// Only pairs published at most that many seconds apart; a pair with an unknown date is not.
    pub window: Option<i64>,
    /// Every pair of clusters over [`BIG_CLUSTER`] too, instead of one link a document, and every pair of hot buckets.
    pub all_pairs: bool,
}

impl Selection {
    /// Whether this pair is wanted.
    pub fn wants(&self, catalog: &Catalog, a: DocNo, b: DocNo) -> bool {
        let apart = || match (catalog.published(a), catalog.published(b)) {
            (Some(a), Some(b)) => Some(a.seconds.abs_diff(b.seconds)),
            _ => None,
        };
        (!self.cross_site_only || catalog.cross_site(a, b) == Some(true))
            && self
                .window
                .is_none_or(|window| apart().is_some_and(|apart| apart <= window.unsigned_abs()))
    }
}

/// Documents of the same words, in canonical order; the first stands for all while candidates are found and verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Twins {
    /// The documents, in canonical order.
    pub members: Vec<DocNo>,
}

/// Groups documents of the same words, in canonical order of their first members.
pub fn twins(catalog: &Catalog, documents: impl Iterator<Item = DocNo>) -> Vec<Twins> {
    let mut by_content: Vec<(u128, DocNo)> =
        documents.map(|doc| (catalog.content(doc), doc)).collect();
    by_content.par_sort_unstable();
    let mut twins: Vec<Twins> = by_content
        .chunk_by(|x, y| x.0 == y.0)
        .map(|run| Twins {
            members: run.iter().map(|&(_, doc)| doc).collect(),
        })
        .collect();
    twins.par_sort_unstable_by_key(|twins| twins.members[0]);
    twins
}

/// The pairs and clusters to report, and what big clusters left out.
#[derive(Debug, Default)]
pub struct Assembled {
    /// In canonical order of `a`, then `b`.
    pub pairs: Vec<Finding>,
    /// In canonical order of their first documents.
    pub clusters: Vec<Cluster>,
    /// Clusters over [`BIG_CLUSTER`] whose pairs were bounded.
    pub big_clusters: u64,
    /// Pairs known to qualify (before selection) that such clusters did not write.
    pub not_written: u64,
}

/// Writes comparisons of representatives out to all documents they stand for.
///
/// A family of up to [`BIG_CLUSTER`] documents gives every pair. A larger one gives one link a document: the maximum spanning tree of
/// its wanted pairs by Jaccard similarity (Kruskal; ties go to the earlier pair), which joins the same documents with the strongest links.
pub fn assemble(
    catalog: &Catalog,
    twins: &[Twins],
    compared: &[Comparison],
    selection: &Selection,
) -> Assembled {
    let group = |doc: DocNo| twins.partition_point(|twins| twins.members[0] < doc);
    let edges: Vec<Edge<'_>> = compared
        .iter()
        .map(|found| Edge {
            x: group(found.pair.a),
            y: group(found.pair.b),
            found,
        })
        .collect();
    let mut families = Forest::new(twins.len());
    for edge in &edges {
        families.join(edge.x, edge.y);
    }
    let mut size = vec![0; twins.len()];
    for (at, group) in twins.iter().enumerate() {
        size[families.root(at)] += group.members.len();
    }
    let mut assembled = Assembled::default();
    let mut big = vec![false; twins.len()];
    for (at, is_big) in big.iter_mut().enumerate() {
        *is_big = !selection.all_pairs && size[families.root(at)] > BIG_CLUSTER;
        assembled.big_clusters += u64::from(*is_big && families.root(at) == at);
    }

    let mut known = 0;
    let mut links = 0;
    for (group, &is_big) in twins.iter().zip(&big) {
        let members = &group.members;
        if is_big {
            let before = assembled.pairs.len();
            assembled
                .pairs
                .extend(chain(catalog, members, selection).map(|(a, b)| exact(catalog, a, b)));
            known += pairs_of(members.len());
            links += assembled.pairs.len() - before;
        } else {
            for (at, &b) in members.iter().enumerate() {
                let wanted = members[..at]
                    .iter()
                    .filter(|&&a| selection.wants(catalog, a, b));
                assembled
                    .pairs
                    .extend(wanted.map(|&a| exact(catalog, a, b)));
            }
        }
    }
    let (mut of_big, of_small): (Vec<&Edge<'_>>, Vec<&Edge<'_>>) =
        edges.iter().partition(|edge| big[edge.x]);
    for edge in of_small {
        for &x in &twins[edge.x].members {
            let wanted = twins[edge.y]
                .members
                .iter()
                .filter(|&&y| selection.wants(catalog, x, y));
            assembled.pairs.extend(wanted.map(|&y| edge.finding(x, y)));
        }
    }
    of_big.sort_by(|s, t| {
        t.found
            .jaccard()
            .total_cmp(&s.found.jaccard())
            .then(s.found.pair.cmp(&t.found.pair))
    });
    let mut tree = Forest::new(twins.len());
    for edge in of_big {
        known += twins[edge.x].members.len() * twins[edge.y].members.len();
        if tree.root(edge.x) == tree.root(edge.y) {
            continue;
        }
        if let Some((x, y)) = nearest(
            catalog,
            &twins[edge.x].members,
            &twins[edge.y].members,
            selection,
        ) {
            tree.join(edge.x, edge.y);
            assembled.pairs.push(edge.finding(x, y));
            links += 1;
        }
    }
    assembled.not_written = (known - links) as u64;
    assembled
        .pairs
        .par_sort_unstable_by_key(|pair| (pair.a, pair.b));
    assembled.clusters = clusters(&mut assembled.pairs);
    assembled
}

/// A comparison between two groups of twins.
struct Edge<'a> {
    x: usize,
    y: usize,
    found: &'a Comparison,
}

impl Edge<'_> {
    /// The comparison as it holds for a member of each group.
    fn finding(&self, x: DocNo, y: DocNo) -> Finding {
        let (of_x, of_y) = (self.found.containment_a(), self.found.containment_b());
        let (containment_a, containment_b) = if x < y { (of_x, of_y) } else { (of_y, of_x) };
        Finding {
            a: x.min(y),
            b: x.max(y),
            relation: Relation::Near,
            jaccard: self.found.jaccard(),
            containment_a,
            containment_b,
            longest_passage: self.found.longest_passage,
            cluster: 0,
        }
    }
}

fn exact(catalog: &Catalog, a: DocNo, b: DocNo) -> Finding {
    let longest_passage = catalog.words(a);
    Finding {
        a,
        b,
        relation: Relation::Exact,
        jaccard: 1.0,
        containment_a: 1.0,
        containment_b: 1.0,
        longest_passage,
        cluster: 0,
    }
}

fn pairs_of(members: usize) -> usize {
    members * members.saturating_sub(1) / 2
}

/// Links each member to the first one where that is wanted, else to the nearest wanted one before it.
fn chain<'a>(
    catalog: &'a Catalog,
    members: &'a [DocNo],
    selection: &'a Selection,
) -> impl Iterator<Item = (DocNo, DocNo)> + 'a {
    let elsewhere = last_elsewhere(catalog, members);
    (1..members.len()).filter_map(move |at| {
        let tried = [Some(0), Some(at - 1), elsewhere[at]];
        let before = tried
            .into_iter()
            .flatten()
            .map(|i| members[i])
            .find(|&a| selection.wants(catalog, a, members[at]))?;
        Some((before, members[at]))
    })
}

/// For each member the last one before it that stands on another site.
fn last_elsewhere(catalog: &Catalog, members: &[DocNo]) -> Vec<Option<usize>> {
    let mut elsewhere: Vec<Option<usize>> = vec![None; members.len()];
    for at in 1..members.len() {
        let same = catalog.site(members[at]) == catalog.site(members[at - 1]);
        elsewhere[at] = if same {
            elsewhere[at - 1]
        } else {
            Some(at - 1)
        };
    }
    elsewhere
}

/// A wanted pair of one member of each group, if there is one: of each member of the smaller group, in order, with the members of the other
/// that stand nearest to it in time on either side, on whatever site and on another.
fn nearest(
    catalog: &Catalog,
    xs: &[DocNo],
    ys: &[DocNo],
    selection: &Selection,
) -> Option<(DocNo, DocNo)> {
    let (few, many) = if xs.len() <= ys.len() {
        (xs, ys)
    } else {
        (ys, xs)
    };
    few.iter().find_map(|&one| {
        let at = many.partition_point(|&doc| doc < one);
        let (before, after) = many.split_at(at);
        let neighbours = before.last().into_iter().chain(after.first());
        let elsewhere = || {
            let other_site = |doc: &&DocNo| catalog.site(**doc) != catalog.site(one);
            before
                .iter()
                .rev()
                .find(other_site)
                .into_iter()
                .chain(after.iter().find(other_site))
        };
        let wanted = |other: &&DocNo| selection.wants(catalog, one, **other);
        let found = neighbours
            .into_iter()
            .find(wanted)
            .or_else(|| elsewhere().find(wanted))?;
        Some(if std::ptr::eq(few, xs) {
            (one, *found)
        } else {
            (*found, one)
        })
    })
}

/// Numbers the clusters that the pairs make, in canonical order of their first documents.
fn clusters(pairs: &mut [Finding]) -> Vec<Cluster> {
    let mut documents: Vec<DocNo> = pairs.iter().flat_map(|pair| [pair.a, pair.b]).collect();
    documents.sort_unstable();
    documents.dedup();
    let at = |doc: DocNo| documents.partition_point(|&known| known < doc);
    let mut joined = Forest::new(documents.len());
    for pair in pairs.iter() {
        joined.join(at(pair.a), at(pair.b));
    }
    let mut number = vec![0; documents.len()];
    let mut clusters: Vec<Cluster> = Vec::new();
    for (i, &doc) in documents.iter().enumerate() {
        let root = joined.root(i);
        if root == i {
            number[i] = clusters.len();
            clusters.push(Cluster {
                members: Vec::new(),
            });
        }
        clusters[number[root]].members.push(doc);
    }
    for pair in pairs {
        pair.cluster = number[joined.root(at(pair.a))] as u32;
    }
    clusters
}

/// Which representatives hang together so far, and how many documents they stand for.
#[derive(Debug)]
pub struct Families {
    /// By [`DocNo`]; documents that represent none stay alone.
    forest: Forest,
    sizes: Vec<usize>,
}

impl Families {
    /// Each group of twins on its own.
    pub fn new(catalog: &Catalog, twins: &[Twins]) -> Families {
        let mut sizes = vec![0; catalog.len()];
        for twins in twins {
            sizes[twins.members[0].0 as usize] = twins.members.len();
        }
        Families {
            forest: Forest::new(catalog.len()),
            sizes,
        }
    }

    /// The two hang together.
    pub fn join(&mut self, pair: Pair) {
        self.forest.join(pair.a.0 as usize, pair.b.0 as usize);
    }

    /// The family of each representative, by its first member.
    pub fn flat(&mut self) -> impl Fn(DocNo) -> usize + Sync + use<> {
        let roots: Vec<usize> = (0..self.sizes.len())
            .map(|at| self.forest.root(at))
            .collect();
        move |doc| roots[doc.0 as usize]
    }

    /// Whether two representatives are of one family of more than [`BIG_CLUSTER`] documents.
    pub fn big(&mut self) -> impl Fn(Pair) -> bool + Sync + use<> {
        let mut sizes = vec![0; self.sizes.len()];
        for (at, size) in self.sizes.iter().enumerate() {
            sizes[self.forest.root(at)] += size;
        }
        let family = self.flat();
        move |pair| family(pair.a) == family(pair.b) && sizes[family(pair.a)] > BIG_CLUSTER
    }
}

/// Union-find with path halving (Tarjan and van Leeuwen 1984); the smallest member is the root, so roots do not depend on order.
#[derive(Debug)]
pub(crate) struct Forest {
    parents: Vec<u32>,
}

impl Forest {
    pub(crate) fn new(size: usize) -> Forest {
        Forest {
            parents: (0..size as u32).collect(),
        }
    }

    pub(crate) fn root(&mut self, of: usize) -> usize {
        let mut at = of as u32;
        while self.parents[at as usize] != at {
            let above = self.parents[self.parents[at as usize] as usize];
            self.parents[at as usize] = above;
            at = above;
        }
        at as usize
    }

    pub(crate) fn join(&mut self, x: usize, y: usize) {
        let (x, y) = (self.root(x), self.root(y));
        self.parents[x.max(y)] = x.min(y) as u32;
    }
}
