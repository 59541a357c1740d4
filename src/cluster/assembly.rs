//! Writes verified pairs of representatives out to pairs of documents, and joins these to clusters.

use rayon::prelude::*;

use super::big_families::BigFamilies;
use super::edge::Edge;
use super::forming::clusters;
use super::hanging::Stories;
use super::leaders::{Tie, cores};
use super::members::Cluster;
use super::relation::{Relation, ReportedPair, Reworded, exact};
use super::selection::Selection;
use crate::candidates::families::BIG_CLUSTER;
use crate::catalog::identical::{IdenticalGroup, group_of};
use crate::catalog::{Catalog, DocNo};
use crate::compare::exact::Comparison;

/// The pairs and clusters to report, and what big clusters left out.
#[derive(Debug, Default)]
pub struct Assembled {
    /// In canonical order of `a`, then `b`.
    pub pairs: Vec<ReportedPair>,
    /// In canonical order of their first documents.
    pub clusters: Vec<Cluster>,
    /// Clusters over [`BIG_CLUSTER`] whose pairs were bounded.
    pub big_clusters: u64,
    /// Pairs known to qualify (before selection) that such clusters did not write.
    pub not_written: u64,
    /// Excerpts within one site that hold too little to be written.
    pub same_site_excerpts: u64,
}

/// Writes comparisons of representatives out to all documents they stand for, and joins documents to clusters.
///
/// `reworded` pairs are written as they are; they join nothing.
///
/// Within a family of whole copies of up to [`BIG_CLUSTER`] documents that is every pair. A larger one gives about one link a document: a spanning
/// forest of the wanted pairs among those compared, the strongest first (Kruskal; ties go to the earlier pair), which joins the same
/// documents as all of them would. An excerpt of a larger family has one link with it.
pub fn assemble(
    catalog: &Catalog,
    twins: &[IdenticalGroup],
    compared: &[Comparison],
    hot: &[DocNo],
    reworded: &[Reworded],
    selection: &Selection,
) -> Assembled {
    let group = |doc: DocNo| group_of(twins, doc);
    let mut edges: Vec<Edge<'_>> = compared
        .iter()
        .map(|found| Edge {
            x: group(found.pair.a),
            y: group(found.pair.b),
            found,
        })
        .collect();
    let ties: Vec<Tie> = edges.iter().map(Edge::tie).collect();
    let cores = cores(twins.len(), &ties, &|at| {
        hot.binary_search(&twins[at].members[0]).is_ok()
    });
    let mut size = vec![0; twins.len()];
    for (group, &core) in twins.iter().zip(&cores) {
        size[core] += group.members.len();
    }
    let is_big = |at: usize| !selection.all_pairs && size[cores[at]] > BIG_CLUSTER;
    let mut assembled = Assembled {
        big_clusters: (0..twins.len())
            .filter(|&at| cores[at] == at && is_big(at))
            .count() as u64,
        ..Assembled::default()
    };
    edges.retain(|edge| selection.takes(edge.relation()));
    let (of_big, of_small): (Vec<&Edge<'_>>, Vec<&Edge<'_>>) = edges
        .iter()
        .partition(|edge| is_big(edge.x) || is_big(edge.y));
    let (big_twins, small_twins): (Vec<usize>, Vec<usize>) =
        (0..twins.len()).partition(|&at| is_big(at));
    if selection.takes(Relation::Exact) {
        for at in small_twins {
            assembled.add_twins(catalog, &twins[at].members, selection);
        }
    }
    for edge in of_small {
        assembled.add_edge(catalog, twins, edge, selection);
    }

    let mut big = BigFamilies::new(catalog, twins, selection);
    big_twins.into_iter().for_each(|at| big.add_twins(at));
    big.add_edges(of_big, &cores, &is_big);
    assembled.not_written = big.known.saturating_sub(big.pairs.len()) as u64;
    assembled.pairs.append(&mut big.pairs);
    // A pair of stories, not of groups: it is written as it was found.
    assembled
        .pairs
        .extend(reworded.iter().map(Reworded::finding));
    assembled
        .pairs
        .par_sort_unstable_by_key(|pair| (pair.a, pair.b));

    let mut groups = vec![usize::MAX; catalog.len()];
    for (number, group) in twins.iter().enumerate() {
        group
            .members
            .iter()
            .for_each(|doc| groups[doc.0 as usize] = number);
    }
    let tied = ties
        .iter()
        .flat_map(|tie| [(tie.x, tie.y), (tie.y, tie.x)])
        .collect();
    let stories = Stories {
        groups,
        cores,
        sizes: size,
        tied,
    };
    assembled.clusters = clusters(catalog, &mut assembled.pairs, &stories);
    assembled
}

impl Assembled {
    /// Leaves out the clusters that have nothing to do with a document of the run, and their pairs.
    pub(crate) fn leave_old(&mut self, catalog: &Catalog) {
        let is_of_run = |cluster: &Cluster| cluster.documents().any(|doc| catalog.is_of_run(doc));
        let mut kept: Vec<bool> = self.clusters.iter().map(is_of_run).collect();
        for pair in &self.pairs {
            kept[pair.cluster as usize] |= catalog.is_of_run(pair.a) || catalog.is_of_run(pair.b);
        }
        let numbers: Vec<u32> = kept
            .iter()
            .scan(0, |next, &kept| {
                let number = *next;
                *next += u32::from(kept);
                Some(number)
            })
            .collect();
        self.pairs.retain(|pair| kept[pair.cluster as usize]);
        for pair in &mut self.pairs {
            pair.cluster = numbers[pair.cluster as usize];
        }
        let mut kept = kept.into_iter();
        self.clusters.retain(|_| kept.next() == Some(true));
    }

    /// Adds every wanted pair of documents of the same words.
    fn add_twins(&mut self, catalog: &Catalog, members: &[DocNo], selection: &Selection) {
        for (at, &b) in members.iter().enumerate() {
            let wanted = members[..at]
                .iter()
                .filter(|&&a| selection.wants(catalog, a, b));
            self.pairs.extend(wanted.map(|&a| exact(catalog, a, b)));
        }
    }

    /// Adds every wanted pair of a comparison.
    fn add_edge(
        &mut self,
        catalog: &Catalog,
        twins: &[IdenticalGroup],
        edge: &Edge<'_>,
        selection: &Selection,
    ) {
        for &x in &twins[edge.x].members {
            let others = twins[edge.y].members.iter();
            for &y in others.filter(|&&y| selection.wants(catalog, x, y)) {
                if edge.holds_enough(catalog, selection, x, y) {
                    self.pairs.push(edge.finding(x, y));
                } else {
                    self.same_site_excerpts += 1;
                }
            }
        }
    }
}
