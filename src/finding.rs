//! Findings: verified pairs of representatives become pairs of documents.

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;

use crate::candidates::pairs_of;
use crate::catalog::{Catalog, DocNo};
use crate::cluster::{self, Cluster, Stories, Tie};
use crate::links::{Group, Links};
use crate::passage::Passage;
use crate::reworded::Likeness;
use crate::verify::Comparison;

/// The containment from which two pages of one site are an excerpt, unless told otherwise: sites reuse the background of their own stories, which
/// is no syndication; a page that stands nearly whole in another is worth a row all the same.
pub const DEFAULT_SAME_SITE_CONTAINMENT: f64 = 0.8;

/// Most documents of a cluster whose every pair is written unless all are asked for.
pub const BIG_CLUSTER: usize = 256;

/// How two documents of a pair relate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// The same normalised words in the same order.
    Exact,
    /// Jaccard similarity at or over the threshold.
    Near,
    /// Jaccard similarity below the threshold, but one document holds enough of the other, and a long enough run of it.
    Excerpt,
    /// The same story sentence by sentence in other words, and none of the above.
    Reworded,
}

impl Relation {
    /// Every relation of texts that share words, in the order in which they are offered.
    pub const ALL: [Relation; 3] = [Relation::Exact, Relation::Near, Relation::Excerpt];

    /// The word in the `relation` column.
    pub fn name(self) -> &'static str {
        match self {
            Relation::Exact => "exact",
            Relation::Near => "near",
            Relation::Excerpt => "excerpt",
            Relation::Reworded => "reworded",
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
    /// The longest run that stands in both, in words of what is left of the texts.
    pub longest: Passage,
    /// Of an excerpt, the share of the words in common that stand within quotation marks, in the text where that is more; `None` until the texts were looked at.
    pub quoted_share: Option<f64>,
    /// Index of their cluster.
    pub cluster: u32,
    /// Of a reworded pair, how alike the two are sentence by sentence.
    pub likeness: Option<Likeness>,
}

/// Two documents of which one tells the other's story in other words.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reworded {
    /// What they share word by word.
    pub compared: Comparison,
    /// What they share sentence by sentence.
    pub likeness: Likeness,
}

/// Which pairs are wanted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Selection {
    /// Only pairs of these relations; of every one if none is named.
    pub relations: Vec<Relation>,
    /// The containment from which two pages of one site are an excerpt, if that is more than is asked for anyway. Two captures of one page are asked
    /// for no more than documents of two sites.
    pub same_site_containment: f64,
    /// Only pairs with a document on one of these sites; on any if none is named.
    pub sites: Vec<String>,
    /// Only pairs with no document on any of these sites.
    pub not_sites: Vec<String>,
    /// Only pairs whose documents stand on different, known sites.
    pub cross_site_only: bool,
    /// Only pairs published at most that many seconds apart; a pair with an unknown date is not.
    pub window: Option<i64>,
    /// Every pair of clusters over [`BIG_CLUSTER`] too, instead of one link a document, and every pair of hot buckets.
    pub all_pairs: bool,
}

impl Selection {
    /// Whether pairs of all documents are wanted.
    pub fn takes_all(&self) -> bool {
        let Selection {
            relations: _,
            same_site_containment: _,
            sites,
            not_sites,
            cross_site_only,
            window,
            all_pairs: _,
        } = self;
        sites.is_empty() && not_sites.is_empty() && !cross_site_only && window.is_none()
    }

    /// Whether pairs of this relation are wanted.
    pub fn takes(&self, relation: Relation) -> bool {
        self.relations.is_empty() || self.relations.contains(&relation)
    }

    /// Whether a pair of these documents is wanted.
    pub fn wants(&self, catalog: &Catalog, a: DocNo, b: DocNo) -> bool {
        let apart = || match (catalog.published(a), catalog.published(b)) {
            (Some(a), Some(b)) => Some(a.seconds.abs_diff(b.seconds)),
            _ => None,
        };
        let on = |sites: &[String]| {
            [a, b].iter().any(|&doc| {
                sites
                    .iter()
                    .any(|site| site == catalog.site_name(catalog.site(doc)))
            })
        };
        (!self.cross_site_only || catalog.cross_site(a, b) == Some(true))
            && (self.sites.is_empty() || on(&self.sites))
            && (self.not_sites.is_empty() || !on(&self.not_sites))
            && self
                .window
                .is_none_or(|window| apart().is_some_and(|apart| apart <= window.unsigned_abs()))
    }

    /// Whether an excerpt of this containment is worth a row: on one site only if one page is in the other nearly whole, or is the same page.
    pub(crate) fn holds_enough(
        &self,
        catalog: &Catalog,
        containment: f64,
        a: DocNo,
        b: DocNo,
    ) -> bool {
        containment >= self.same_site_containment
            || catalog.cross_site(a, b) != Some(false)
            || catalog.page(a) == catalog.page(b)
    }
}

/// Documents of the same words, in canonical order; the first stands for all while candidates are found and verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Twins {
    /// The documents, in canonical order.
    pub members: Vec<DocNo>,
}

/// The number of the group that a document represents.
pub(crate) fn group_of(twins: &[Twins], representative: DocNo) -> usize {
    twins.partition_point(|twins| twins.members[0] < representative)
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
    twins: &[Twins],
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
    let cores = cluster::cores(twins.len(), &ties, &|at| {
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
    assembled.clusters = cluster::clusters(catalog, &mut assembled.pairs, &stories);
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
        twins: &[Twins],
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

/// Families of over [`BIG_CLUSTER`] documents, written as links.
struct BigFamilies<'a> {
    catalog: &'a Catalog,
    twins: &'a [Twins],
    selection: &'a Selection,
    groups: HashMap<usize, Group<'a>>,
    links: Links<'a>,
    /// Pairs known to qualify.
    known: usize,
    pairs: Vec<Finding>,
}

impl<'a> BigFamilies<'a> {
    fn new(catalog: &'a Catalog, twins: &'a [Twins], selection: &'a Selection) -> BigFamilies<'a> {
        BigFamilies {
            catalog,
            twins,
            selection,
            groups: HashMap::new(),
            links: Links::new(catalog, selection),
            known: 0,
            pairs: Vec::new(),
        }
    }

    fn add_twins(&mut self, at: usize) {
        let members = &self.twins[at].members;
        let mut group = Group::new(self.catalog, members);
        if self.selection.takes(Relation::Exact) {
            self.known += pairs_of(members.len()) as usize;
            self.links.within(&mut group, |x, y| {
                self.pairs.push(exact(self.catalog, x.min(y), x.max(y)))
            });
        }
        self.groups.insert(at, group);
    }

    /// Adds comparisons with groups of big families, those within a family as links.
    fn add_edges(
        &mut self,
        mut edges: Vec<&Edge<'_>>,
        cores: &[usize],
        is_big: &dyn Fn(usize) -> bool,
    ) {
        edges.sort_by(|s, t| {
            t.found
                .jaccard()
                .total_cmp(&s.found.jaccard())
                .then(s.found.pair.cmp(&t.found.pair))
        });
        // Who was linked with a big family that it is not of: a document, or another big family by its first. Not who was looked at: the
        // selection may want no pair with one group of the family, and some with the next.
        let mut linked: HashSet<(DocNo, usize)> = HashSet::new();
        for edge in edges {
            let (x, y) = (edge.x, edge.y);
            self.known += self.twins[x].members.len() * self.twins[y].members.len();
            if cores[x] == cores[y] {
                if let [Some(some), Some(others)] = self.groups.get_disjoint_mut([&x, &y]) {
                    self.links.between(some, others, |one, other| {
                        let in_order = self.twins[x].members.binary_search(&one).is_ok();
                        let (x, y) = if in_order { (one, other) } else { (other, one) };
                        self.pairs.push(edge.finding(x, y));
                    });
                }
                continue;
            }
            // Every document of the smaller side with the nearest in time of the other.
            let (few, many) = if is_big(x) { (y, x) } else { (x, y) };
            let family = is_big(few).then(|| self.twins[cores[few]].members[0]);
            let ends = |one: DocNo| (family.unwrap_or(one), cores[many]);
            let few = match family {
                Some(_) => &self.twins[few].members[..1],
                None => &self.twins[few].members[..],
            };
            if few.iter().all(|&one| linked.contains(&ends(one))) {
                continue;
            }
            let of_many = Group::new(self.catalog, &self.twins[many].members);
            for &one in few {
                let nearest = of_many.around(self.catalog, one).find(|&other| {
                    self.selection.wants(self.catalog, one, other)
                        && edge.holds_enough(self.catalog, self.selection, one, other)
                });
                if let Some(other) = nearest
                    && linked.insert(ends(one))
                {
                    let (x, y) = if many == y {
                        (one, other)
                    } else {
                        (other, one)
                    };
                    self.pairs.push(edge.finding(x, y));
                }
            }
        }
    }
}

/// A comparison between two groups of twins.
struct Edge<'a> {
    x: usize,
    y: usize,
    found: &'a Comparison,
}

impl Edge<'_> {
    fn relation(&self) -> Relation {
        if self.found.near {
            Relation::Near
        } else {
            Relation::Excerpt
        }
    }

    fn holds_enough(&self, catalog: &Catalog, selection: &Selection, x: DocNo, y: DocNo) -> bool {
        let containment = self.found.containment_a().max(self.found.containment_b());
        self.found.near || selection.holds_enough(catalog, containment, x, y)
    }

    fn tie(&self) -> Tie {
        Tie {
            x: self.x,
            y: self.y,
            jaccard: self.found.jaccard(),
            near: self.found.near,
        }
    }

    /// The comparison as it holds for a member of group `x` and one of group `y`.
    fn finding(&self, x: DocNo, y: DocNo) -> Finding {
        let (of_x, of_y) = (self.found.containment_a(), self.found.containment_b());
        let longest = self.found.longest;
        let (containment_a, containment_b, longest) = if x < y {
            (of_x, of_y, longest)
        } else {
            (of_y, of_x, longest.turned())
        };
        Finding {
            a: x.min(y),
            b: x.max(y),
            relation: self.relation(),
            jaccard: self.found.jaccard(),
            containment_a,
            containment_b,
            longest,
            quoted_share: None,
            cluster: 0,
            likeness: None,
        }
    }
}

impl Reworded {
    fn finding(&self) -> Finding {
        Finding {
            a: self.compared.pair.a,
            b: self.compared.pair.b,
            relation: Relation::Reworded,
            jaccard: self.compared.jaccard(),
            containment_a: self.compared.containment_a(),
            containment_b: self.compared.containment_b(),
            longest: self.compared.longest,
            quoted_share: None,
            cluster: 0,
            likeness: Some(self.likeness),
        }
    }
}

fn exact(catalog: &Catalog, a: DocNo, b: DocNo) -> Finding {
    let longest = Passage {
        words: catalog.words(a) as usize,
        ..Passage::default()
    };
    Finding {
        a,
        b,
        relation: Relation::Exact,
        jaccard: 1.0,
        containment_a: 1.0,
        containment_b: 1.0,
        longest,
        quoted_share: None,
        cluster: 0,
        likeness: None,
    }
}
