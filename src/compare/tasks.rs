//! Tasks: orders candidates so that each text is read and shingled about once.
//!
//! Candidates that may be alike are ordered next to each other, cut into blocks that fit a worker's
//! cache, and compared block against block (a blocked join). Memory stays bounded even if a hundred
//! thousand documents are connected by candidates. A document larger than a block is compared with
//! as many words of others at once as it has itself.

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
    let at = |doc: DocNo| documents.partition_point(|&known| known < doc) as u32;
    let places: Vec<[u32; 2]> = candidates
        .par_iter()
        .map(|pair| [at(pair.a), at(pair.b)])
        .collect();
    let places_of = |number: usize| places[number].map(|place| place as usize);
    let mut connected = UnionFind::new(documents.len());
    for &[a, b] in &places {
        connected.join(a as usize, b as usize);
    }
    let mut order: Vec<(usize, usize)> = (0..documents.len())
        .map(|i| (connected.root(i), i))
        .collect();
    order.par_sort_unstable();

    let words = |i: usize| u64::from(catalog.words(documents[i]));
    let mut block_of = vec![0u32; documents.len()];
    let (mut block, mut of_block) = (0, 0);
    for (_, i) in order {
        let more = words(i);
        if of_block > 0 && of_block + more > BLOCK_WORDS {
            (block, of_block) = (block + 1, 0);
        }
        of_block += more;
        block_of[i] = block;
    }
    let mut tasks: BTreeMap<(u32, u32), Task> = BTreeMap::new();
    let mut with_giant: Vec<(usize, u32, usize)> = Vec::new();
    for (number, &pair) in candidates.iter().enumerate() {
        let [a, b] = places_of(number);
        let (larger, other) = if words(a) >= words(b) { (a, b) } else { (b, a) };
        if words(larger) > BLOCK_WORDS {
            with_giant.push((larger, block_of[other], number));
            continue;
        }
        let (x, y) = (block_of[a], block_of[b]);
        let task = tasks.entry((x.min(y), x.max(y))).or_default();
        task.pairs.push(pair);
    }
    with_giant.par_sort_unstable();
    let mut all = Vec::new();
    for same in with_giant.chunk_by(|x, y| x.0 == y.0) {
        let giant = same[0].0;
        let others = same.iter().map(|&(_, _, number)| {
            let [a, b] = places_of(number);
            (candidates[number], words(if a == giant { b } else { a }))
        });
        all.extend(beside_a_giant(words(giant), others));
    }
    all.extend(tasks.into_values());
    all
}

/// Splits the pairs of one giant, each with the words of its other document, into tasks whose other
/// documents have about as many words as the giant. So reading the giant again for each task costs
/// no more than reading the others.
fn beside_a_giant(giant: u64, pairs: impl Iterator<Item = (DocPair, u64)>) -> Vec<Task> {
    let mut tasks = Vec::new();
    let (mut task, mut words) = (Task::default(), 0);
    for (pair, more) in pairs {
        if words > 0 && words + more > giant {
            tasks.push(std::mem::take(&mut task));
            words = 0;
        }
        words += more;
        task.pairs.push(pair);
    }
    tasks.push(task);
    tasks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_giant_is_read_no_more_often_than_its_parts_allow() {
        let pair = |part| DocPair::of(DocNo(0), DocNo(part));
        for (name, words, tasks) in [
            ("as large as the giant together", 100, 1),
            ("twice as large", 200, 2),
            ("each as large", 100_000, 1000),
        ] {
            let parts = (1..=1000).map(|part| (pair(part), words));
            let split = beside_a_giant(100_000, parts);
            assert_eq!(split.len(), tasks, "{name}");
            assert_eq!(split.iter().map(Task::len).sum::<usize>(), 1000, "{name}");
        }
    }
}
