//! What was seen before: documents, the ties between them and the names of their clusters, as an archive hands them over, and what of
//! them a scan of further documents needs.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::boilerplate::KnownBoilerplate;
use crate::catalog::identical::{IdenticalGroup, group_of};
use crate::catalog::union_find::UnionFind;
use crate::catalog::{Catalog, DocNo, DocPair, SeenDocuments};
use crate::cluster::Cluster;
use crate::compare::exact::Comparison;
use crate::document::{Corpus, Document, Fetch, SourcePlace};
use crate::error::ReadError;

/// What was seen before; nothing by default.
#[derive(Default)]
pub struct Before {
    /// The documents.
    pub seen: SeenDocuments,
    /// What was found of them.
    pub ties: Vec<KnownTie>,
    /// The clusters that they are in as whole copies, by their numbers in the archive.
    pub names: HashMap<u64, Arc<str>>,
    /// What their sites repeat.
    pub boilerplate: KnownBoilerplate,
    /// Whence they can be read again.
    pub archive: Option<Arc<dyn Fetch + Send>>,
    /// Ids of those that the run is about, as if it had read them.
    pub asked: Vec<String>,
}

/// A comparison of two documents that were seen before, called by their numbers in the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownTie {
    /// The earlier document in canonical order.
    pub a: u64,
    /// The later one.
    pub b: u64,
    /// What was found; its own documents mean nothing.
    pub found: Comparison,
}

/// A cluster that is no more.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Merged {
    /// What it was called.
    pub from: Arc<str>,
    /// The cluster that its documents, or most of them, are in now.
    pub into: Arc<str>,
}

/// Reads documents of this run from its corpus and others from the archive, whose sources are numbered behind those of the corpus.
pub(super) struct Sources<'a> {
    pub(super) corpus: &'a dyn Fetch,
    pub(super) of_corpus: u32,
    pub(super) archive: Option<Arc<dyn Fetch + Send>>,
}

impl<'a> Sources<'a> {
    /// Of a corpus, and of what was seen before if there is anything.
    pub(super) fn of<C: Corpus>(corpus: &'a C, archive: Option<Arc<dyn Fetch + Send>>) -> Self {
        Sources {
            corpus,
            of_corpus: corpus.sources() as u32,
            archive,
        }
    }
}

impl Fetch for Sources<'_> {
    fn fetch(
        &self,
        place: SourcePlace,
        sink: &mut dyn FnMut(&Document<'_>),
    ) -> Result<(), ReadError> {
        match (place.source.checked_sub(self.of_corpus), &self.archive) {
            (Some(source), Some(archive)) => archive.fetch(SourcePlace { source, ..place }, sink),
            _ => self.corpus.fetch(place, sink),
        }
    }
}

/// The ties of documents that are still here, as comparisons of their representatives in canonical order, each once.
pub(super) fn comparisons(
    catalog: &Catalog,
    twins: &[IdenticalGroup],
    ties: &[KnownTie],
) -> Vec<Comparison> {
    if ties.is_empty() {
        return Vec::new();
    }
    let mut representatives: FxHashMap<u64, DocNo> = FxHashMap::default();
    for twins in twins {
        let serials = twins.members.iter().filter_map(|&doc| catalog.serial(doc));
        representatives.extend(serials.map(|serial| (serial, twins.members[0])));
    }
    let mut known: Vec<Comparison> = ties
        .iter()
        .filter_map(|tie| {
            let (a, b) = (*representatives.get(&tie.a)?, *representatives.get(&tie.b)?);
            (a != b).then(|| tie.found.between(a, b))
        })
        .collect();
    known.sort_unstable_by_key(|known| known.pair);
    known.dedup_by_key(|known| known.pair);
    known
}

/// The groups that hang together with a document of the run, however many ties away, and the ties between them.
pub(super) fn concerned(
    catalog: &Catalog,
    twins: Vec<IdenticalGroup>,
    compared: &[Comparison],
) -> (Vec<IdenticalGroup>, Vec<Comparison>) {
    let mut together = UnionFind::new(twins.len());
    for found in compared {
        let DocPair { a, b } = found.pair;
        together.join(group_of(&twins, a), group_of(&twins, b));
    }
    let is_of_run =
        |twins: &IdenticalGroup| twins.members.iter().any(|&doc| catalog.is_of_run(doc));
    let mut concerned = vec![false; twins.len()];
    for (group, _) in twins
        .iter()
        .enumerate()
        .filter(|(_, twins)| is_of_run(twins))
    {
        concerned[together.root(group)] = true;
    }
    let is_concerned: Vec<bool> = (0..twins.len())
        .map(|group| concerned[together.root(group)])
        .collect();
    let ties = compared
        .iter()
        .filter(|found| is_concerned[group_of(&twins, found.pair.a)]);
    let ties = ties.copied().collect();
    let groups = twins.into_iter().zip(is_concerned);
    let groups = groups.filter_map(|(twins, concerned)| concerned.then_some(twins));
    (groups.collect(), ties)
}

/// Names clusters: after their first documents, or as they were called before. Returns those that were merged into others.
///
/// Of a cluster that fell apart the part with most of its documents keeps the name; of several that became one, the one with most documents gives it.
pub(super) fn name(
    catalog: &Catalog,
    clusters: &mut [Cluster],
    names: &HashMap<u64, Arc<str>>,
) -> Vec<Merged> {
    let whole = |cluster: &Cluster| -> Vec<DocNo> {
        let whole = cluster.members.iter().filter(|member| member.whole);
        whole.map(|member| member.doc).collect()
    };
    // By name and cluster: how many documents of that name the cluster has.
    let mut shares: BTreeMap<&Arc<str>, BTreeMap<usize, usize>> = BTreeMap::new();
    if !names.is_empty() {
        for (number, cluster) in clusters.iter().enumerate() {
            let serials = whole(cluster).into_iter();
            let serials = serials.filter_map(|doc| catalog.serial(doc));
            for name in serials.filter_map(|serial| names.get(&serial)) {
                *shares.entry(name).or_default().entry(number).or_default() += 1;
            }
        }
    }
    let mut heirs: BTreeMap<usize, Vec<(usize, &Arc<str>)>> = BTreeMap::new();
    for (name, clusters) in &shares {
        let most = clusters
            .iter()
            .max_by_key(|&(&cluster, &share)| (share, usize::MAX - cluster));
        if let Some((&cluster, &share)) = most {
            heirs.entry(cluster).or_default().push((share, name));
        }
    }
    let taken: FxHashSet<&Arc<str>> = names.values().collect();
    let mut merged = Vec::new();
    for (number, cluster) in clusters.iter_mut().enumerate() {
        let mut heirlooms = heirs.remove(&number).unwrap_or_default();
        heirlooms.sort_by(|x, y| y.0.cmp(&x.0).then(x.1.cmp(y.1)));
        let mut heirlooms = heirlooms.into_iter().map(|(_, name)| Arc::clone(name));
        cluster.name = heirlooms.next().unwrap_or_else(|| {
            let ids = whole(cluster).into_iter();
            let mut ids = ids.map(|doc| Arc::from(catalog.id(doc)));
            let free = ids.find(|id| !taken.contains(id));
            free.unwrap_or_else(|| Arc::from(catalog.id(cluster.first)))
        });
        merged.extend(heirlooms.map(|from| Merged {
            from,
            into: Arc::clone(&cluster.name),
        }));
    }
    merged.sort_unstable();
    merged
}

/// The documents of groups that had a name and are in none of the clusters that were `named`.
pub(super) fn without_cluster(
    catalog: &Catalog,
    twins: &[IdenticalGroup],
    named: &[(DocNo, Arc<str>)],
    names: &HashMap<u64, Arc<str>>,
) -> Vec<DocNo> {
    if names.is_empty() {
        return Vec::new();
    }
    let named: FxHashSet<DocNo> = named.iter().map(|&(doc, _)| doc).collect();
    let had_one = |doc: DocNo| {
        let serial = catalog.serial(doc);
        serial.is_some_and(|serial| names.contains_key(&serial))
    };
    let documents = twins.iter().flat_map(|twins| &twins.members).copied();
    documents
        .filter(|&doc| had_one(doc) && !named.contains(&doc))
        .collect()
}
