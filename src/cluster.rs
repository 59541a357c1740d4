//! Findings: verified pairs of representatives become pairs and clusters of documents.

use std::collections::HashMap;

use rayon::prelude::*;

use crate::candidates::Pair;
use crate::catalog::{Catalog, DocNo};
use crate::links::{Group, Links};
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
    /// Whether every pair is wanted.
    pub fn takes_all(&self) -> bool {
        !self.cross_site_only && self.window.is_none()
    }

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
/// A family of up to [`BIG_CLUSTER`] documents gives every pair. A larger one gives about one link a document: a spanning forest of the wanted pairs
/// among those compared, the strongest first (Kruskal; ties go to the earlier pair), which joins the same documents as all of them would.
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

    let (mut of_big, of_small): (Vec<&Edge<'_>>, Vec<&Edge<'_>>) =
        edges.iter().partition(|edge| big[edge.x]);
    for group in twins
        .iter()
        .zip(&big)
        .filter(|(_, big)| !**big)
        .map(|(group, _)| group)
    {
        for (at, &b) in group.members.iter().enumerate() {
            let wanted = group.members[..at]
                .iter()
                .filter(|&&a| selection.wants(catalog, a, b));
            assembled
                .pairs
                .extend(wanted.map(|&a| exact(catalog, a, b)));
        }
    }
    for edge in of_small {
        for &x in &twins[edge.x].members {
            let wanted = twins[edge.y]
                .members
                .iter()
                .filter(|&&y| selection.wants(catalog, x, y));
            assembled.pairs.extend(wanted.map(|&y| edge.finding(x, y)));
        }
    }

    let mut known = 0;
    let every_pair = assembled.pairs.len();
    let mut links = Links::new(catalog, selection);
    let mut groups: HashMap<usize, Group<'_>> = HashMap::new();
    for (at, group) in twins.iter().enumerate().filter(|&(at, _)| big[at]) {
        known += pairs_of(group.members.len());
        let mut group = Group::new(catalog, &group.members);
        links.within(&mut group, |x, y| {
            assembled.pairs.push(exact(catalog, x.min(y), x.max(y)))
        });
        groups.insert(at, group);
    }
    of_big.sort_by(|s, t| {
        t.found
            .jaccard()
            .total_cmp(&s.found.jaccard())
            .then(s.found.pair.cmp(&t.found.pair))
    });
    for edge in of_big {
        known += twins[edge.x].members.len() * twins[edge.y].members.len();
        if let [Some(x), Some(y)] = groups.get_disjoint_mut([&edge.x, &edge.y]) {
            links.between(x, y, |one, other| {
                let in_order = twins[edge.x].members.binary_search(&one).is_ok();
                let (x, y) = if in_order { (one, other) } else { (other, one) };
                assembled.pairs.push(edge.finding(x, y));
            });
        }
    }
    assembled.not_written = known.saturating_sub(assembled.pairs.len() - every_pair) as u64;
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
    /// The comparison as it holds for a member of group `x` and one of group `y`.
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

    /// The families as they are, and their sizes.
    pub fn settle(mut self) -> Settled {
        let roots: Vec<usize> = (0..self.sizes.len())
            .map(|at| self.forest.root(at))
            .collect();
        let mut sizes = vec![0; roots.len()];
        for (at, size) in self.sizes.iter().enumerate() {
            sizes[roots[at]] += size;
        }
        Settled { roots, sizes }
    }
}

/// Families that do not change any more; by default there are none.
#[derive(Debug, Default)]
pub struct Settled {
    roots: Vec<usize>,
    sizes: Vec<usize>,
}

impl Settled {
    /// The number of a representative's family, if that is of more than [`BIG_CLUSTER`] documents.
    pub fn big(&self, doc: DocNo) -> Option<usize> {
        let root = *self.roots.get(doc.0 as usize)?;
        (self.sizes[root] > BIG_CLUSTER).then_some(root)
    }

    /// Whether two representatives are of one such family.
    pub fn one_big(&self, pair: Pair) -> bool {
        self.big(pair.a)
            .is_some_and(|family| self.big(pair.b) == Some(family))
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
