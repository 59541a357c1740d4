//! Results of earlier runs, as an archive hands them over, and the part of them that a scan of
//! further documents needs.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::boilerplate::KnownBoilerplate;
use crate::catalog::identical::{IdenticalGroup, group_of};
use crate::catalog::union_find::UnionFind;
use crate::catalog::{Catalog, DocNo, DocPair, IdScope, Reread, SeenDocuments};
use crate::compare::exact::Comparison;
use crate::document::Fetch;

/// Results of earlier runs; none by default.
#[derive(Default)]
pub struct EarlierRuns {
    /// Documents of these runs.
    pub seen: SeenDocuments,
    /// Pairs that these runs found among their documents.
    pub pairs: Vec<KnownPair>,
    /// Names of the clusters in which documents are whole copies, by their numbers in the archive.
    pub cluster_names: HashMap<u64, Arc<str>>,
    /// Text that sites repeat.
    pub boilerplate: KnownBoilerplate,
    /// Reader of the documents of these runs.
    pub archive: Option<Arc<dyn Fetch + Send>>,
    /// Ids of earlier documents that this run treats as if it had read them itself.
    pub requested_ids: Vec<String>,
}

impl EarlierRuns {
    /// No runs yet, but an index that will keep the documents of this one.
    pub fn of_new_index() -> EarlierRuns {
        let mut none = EarlierRuns::default();
        none.replace_by_id_alone(false);
        none
    }

    /// Sets what becomes of documents that the run reads again.
    pub fn set_reread(&mut self, reread: Reread) {
        self.seen.set_reread(reread);
    }

    /// Sets whether a record replaces the document with its id even if neither has a url or a site.
    pub fn replace_by_id_alone(&mut self, by_id_alone: bool) {
        self.seen.set_id_scope(IdScope::Index { by_id_alone });
    }
}

/// A pair that an earlier run found, by the numbers of its documents in the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownPair {
    /// The first document in canonical order.
    pub a: u64,
    /// The second document.
    pub b: u64,
    /// Result of the comparison. The document numbers in it are those of the earlier run and have
    /// no meaning in this one.
    pub found: Comparison,
}

/// Comparisons of the representatives of known pairs, each once, in canonical order.
///
/// Pairs with a document that the catalogue no longer has are left out.
pub(super) fn comparisons(
    catalog: &Catalog,
    groups: &[IdenticalGroup],
    pairs: &[KnownPair],
) -> Vec<Comparison> {
    if pairs.is_empty() {
        return Vec::new();
    }
    let mut representatives: FxHashMap<u64, DocNo> = FxHashMap::default();
    for group in groups {
        let serials = group.members.iter().filter_map(|&doc| catalog.serial(doc));
        representatives.extend(serials.map(|serial| (serial, group.representative())));
    }
    // Pairs are stored for one of several identical documents. If it is replaced or withdrawn, they
    // pass on to the others.
    let has_earlier =
        |group: &&IdenticalGroup| group.members.iter().any(|&doc| !catalog.is_new(doc));
    let by_content: FxHashMap<u128, DocNo> = groups
        .iter()
        .filter(has_earlier)
        .map(|group| {
            (
                catalog.content(group.representative()),
                group.representative(),
            )
        })
        .collect();
    let inherited = catalog.refused_earlier();
    representatives.extend(inherited.filter_map(|(serial, content)| {
        let substitute = by_content.get(&content)?;
        Some((serial, *substitute))
    }));
    let mut known: Vec<Comparison> = pairs
        .iter()
        .filter_map(|pair| {
            let a = *representatives.get(&pair.a)?;
            let b = *representatives.get(&pair.b)?;
            (a != b).then(|| pair.found.between(a, b))
        })
        .collect();
    known.sort_unstable_by_key(|known| known.pair);
    known.dedup_by_key(|known| known.pair);
    known
}

/// Groups and comparisons, old and new, that clusters of this run are made of.
///
/// These are the groups that are connected with a document of this run, through any number of
/// pairs, and the comparisons between them.
pub(super) fn concerned<'c>(
    catalog: &Catalog,
    groups: Vec<IdenticalGroup>,
    known: &[Comparison],
    compared: &'c [Comparison],
    has_earlier: bool,
) -> (Vec<IdenticalGroup>, Cow<'c, [Comparison]>) {
    if !has_earlier {
        return (groups, Cow::Borrowed(compared));
    }
    let mut all = [known, compared].concat();
    all.par_sort_unstable_by_key(|found| found.pair);
    let is_concerned = concerned_groups(catalog, &groups, &all);
    all.retain(|found| is_concerned[group_of(&groups, found.pair.a)]);
    let groups = groups.into_iter().zip(is_concerned);
    let groups = groups.filter_map(|(group, concerned)| concerned.then_some(group));
    (groups.collect(), Cow::Owned(all))
}

/// For each group, whether pairs connect it with a group that has a document of this run.
fn concerned_groups(
    catalog: &Catalog,
    groups: &[IdenticalGroup],
    compared: &[Comparison],
) -> Vec<bool> {
    let mut connected = UnionFind::new(groups.len());
    for found in compared {
        let DocPair { a, b } = found.pair;
        connected.join(group_of(groups, a), group_of(groups, b));
    }
    let mut concerned_roots = vec![false; groups.len()];
    for (number, group) in groups.iter().enumerate() {
        if group.members.iter().any(|&doc| catalog.is_of_run(doc)) {
            concerned_roots[connected.root(number)] = true;
        }
    }
    (0..groups.len())
        .map(|number| concerned_roots[connected.root(number)])
        .collect()
}
