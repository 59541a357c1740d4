//! Tasks: orders candidates so that each text is read and shingled about once.
//!
//! Candidates that may be alike are ordered next to each other, cut into blocks that fit a worker's
//! cache, and compared block against block (a blocked join). Memory stays bounded even if a hundred
//! thousand documents are connected by candidates.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::exact::{Comparison, Criteria, Shingled};
use crate::catalog::union_find::UnionFind;
use crate::catalog::{Catalog, DocNo, DocPair};

/// Words of the documents of a block: 3 MB, at some 45 bytes a word. A worker holds two blocks.
const BLOCK_WORDS: u64 = 1 << 16;

/// Candidate pairs between the documents of at most two blocks.
#[derive(Debug, Default)]
pub struct Task {
    pairs: Vec<DocPair>,
}

impl Task {
    /// The documents to read, sorted, each once.
    pub fn documents(&self) -> Vec<DocNo> {
        let mut documents: Vec<DocNo> = self
            .pairs
            .iter()
            .flat_map(|pair| [pair.a, pair.b])
            .collect();
        documents.sort_unstable();
        documents.dedup();
        documents
    }

    /// Number of pairs to compare.
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// True if there is nothing to compare.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// Compares the pairs and returns those that meet the criteria. `texts` are those of
    /// [`Task::documents`]; pairs of which a text is missing are left out.
    pub fn compare(&self, texts: &[(DocNo, Shingled)], criteria: &Criteria) -> Vec<Comparison> {
        let text = |doc| {
            texts
                .binary_search_by_key(&doc, |entry| entry.0)
                .ok()
                .map(|at| &texts[at].1)
        };
        let compared = self
            .pairs
            .iter()
            .filter_map(|&pair| Some((pair, text(pair.a)?, text(pair.b)?)));
        compared
            .filter_map(|(pair, a, b)| a.compare(b, pair, criteria))
            .collect()
    }
}

/// Splits sorted candidates into tasks.
pub fn tasks(catalog: &Catalog, candidates: &[DocPair]) -> Vec<Task> {
    let mut documents: Vec<DocNo> = candidates
        .iter()
        .flat_map(|pair| [pair.a, pair.b])
        .collect();
    documents.par_sort_unstable();
    documents.dedup();
    let at = |doc: DocNo| documents.partition_point(|&known| known < doc);
    let mut connected = UnionFind::new(documents.len());
    for pair in candidates {
        connected.join(at(pair.a), at(pair.b));
    }
    let mut order: Vec<(usize, usize)> = (0..documents.len())
        .map(|i| (connected.root(i), i))
        .collect();
    order.par_sort_unstable();

    let mut block_of = vec![0u32; documents.len()];
    let (mut block, mut words) = (0, 0);
    for (_, i) in order {
        let more = u64::from(catalog.words(documents[i]));
        if words > 0 && words + more > BLOCK_WORDS {
            (block, words) = (block + 1, 0);
        }
        words += more;
        block_of[i] = block;
    }
    let mut tasks: BTreeMap<(u32, u32), Task> = BTreeMap::new();
    for &pair in candidates {
        let (x, y) = (block_of[at(pair.a)], block_of[at(pair.b)]);
        tasks
            .entry((x.min(y), x.max(y)))
            .or_default()
            .pairs
            .push(pair);
    }
    tasks.into_values().collect()
}
