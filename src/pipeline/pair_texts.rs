//! Texts of pairs, read again such that a document is read about once for all of its pairs.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::texts::{CorpusTexts, TextReader};
use crate::catalog::union_find::UnionFind;
use crate::catalog::{Catalog, DocNo, DocPair};
use crate::document::Document;
use crate::error::ReadError;

/// Least and greatest of the fewest pairs that a thread takes one after the other.
const PAIRS_PER_TASK: [usize; 2] = [1 << 6, 1 << 13];

/// Tasks of many pairs: enough for the threads to end at about the same time.
const TASKS: usize = 64;

/// Words of the texts that a thread keeps for the pairs that follow: up to 25 MB, at some 90 bytes
/// a word with the positions of runs.
const WORDS_KEPT: usize = 1 << 18;

/// Calls `each` with the number of every pair and with what `prepare` makes of its two texts.
/// Returns the results in order of the pairs.
///
/// # Errors
/// When a document cannot be read again.
pub(super) fn map_pairs<T, R: Send + Default + Clone>(
    texts: &CorpusTexts<'_>,
    pairs: &[DocPair],
    prepare: impl Fn(&Document<'_>, &TextReader) -> T + Sync,
    each: impl Fn(usize, [&T; 2]) -> R + Sync,
) -> Result<Vec<R>, ReadError> {
    let order = by_component(pairs);
    let made: Result<Vec<Vec<R>>, ReadError> = tasks(texts.catalog, pairs, &order)
        .into_par_iter()
        .map(|chunk| {
            let mut kept = KeptTexts::default();
            let of_pair = |&at: &usize| {
                let both = kept.of(texts, pairs[at], &prepare)?;
                Ok(both.map_or_else(R::default, |both| each(at, both)))
            };
            chunk.iter().map(of_pair).collect()
        })
        .collect();
    let mut results = vec![R::default(); pairs.len()];
    for (at, result) in order.into_iter().zip(made?.into_iter().flatten()) {
        results[at] = result;
    }
    Ok(results)
}

/// The numbers of pairs, ordered such that pairs of connected documents are next to each other.
fn by_component(pairs: &[DocPair]) -> Vec<usize> {
    let mut documents: Vec<DocNo> = pairs.iter().flat_map(|pair| [pair.a, pair.b]).collect();
    documents.par_sort_unstable();
    documents.dedup();
    let number = |doc: DocNo| documents.partition_point(|&known| known < doc);
    let mut connected = UnionFind::new(documents.len());
    for pair in pairs {
        connected.join(number(pair.a), number(pair.b));
    }
    let of_component = |(at, &pair): (usize, &DocPair)| (connected.root(number(pair.a)), pair, at);
    let mut order: Vec<(usize, DocPair, usize)> =
        pairs.iter().enumerate().map(of_component).collect();
    order.par_sort_unstable();
    order.into_iter().map(|(_, _, at)| at).collect()
}

/// Splits the ordered numbers of pairs into tasks.
///
/// The smaller documents of a task have together as many words as its largest document, so that
/// reading a giant page for each task costs no more than reading the others.
fn tasks<'o>(catalog: &Catalog, pairs: &[DocPair], order: &'o [usize]) -> Vec<&'o [usize]> {
    let [least, greatest] = PAIRS_PER_TASK;
    let fewest = (pairs.len() / TASKS).clamp(least, greatest);
    let (mut tasks, mut start) = (Vec::new(), 0);
    let (mut largest, mut smaller) = (0, 0);
    for (end, &at) in (1..).zip(order) {
        let [a, b] = [pairs[at].a, pairs[at].b].map(|doc| u64::from(catalog.words(doc)));
        largest = largest.max(a.max(b));
        smaller += a.min(b);
        if end - start >= fewest && smaller >= largest {
            tasks.push(&order[start..end]);
            (start, largest, smaller) = (end, 0, 0);
        }
    }
    tasks.push(&order[start..]);
    tasks
}

/// Values made of the texts that were read last, each with the number of words of its text.
struct KeptTexts<T> {
    reader: TextReader,
    made: FxHashMap<DocNo, (T, usize)>,
    words: usize,
}

impl<T> Default for KeptTexts<T> {
    fn default() -> Self {
        Self {
            reader: TextReader::default(),
            made: FxHashMap::default(),
            words: 0,
        }
    }
}

impl<T> KeptTexts<T> {
    /// The values that `prepare` makes of both documents of a pair; `None` if the corpus does not
    /// hand one over.
    fn of(
        &mut self,
        texts: &CorpusTexts<'_>,
        pair: DocPair,
        prepare: &impl Fn(&Document<'_>, &TextReader) -> T,
    ) -> Result<Option<[&T; 2]>, ReadError> {
        if self.words > WORDS_KEPT {
            // A text can be larger than the limit, and all pairs that follow can have it.
            self.made.retain(|&doc, _| doc == pair.a || doc == pair.b);
            self.words = self.made.values().map(|(_, words)| words).sum();
        }
        for doc in [pair.a, pair.b] {
            if !self.made.contains_key(&doc) {
                texts.read(doc, &mut self.reader, &mut |document, reader| {
                    let words = reader.shingler.words.len();
                    self.words += words;
                    self.made.insert(doc, (prepare(document, reader), words));
                })?;
            }
        }
        let of = |doc| self.made.get(&doc).map(|(made, _)| made);
        Ok(of(pair.a).zip(of(pair.b)).map(<[&T; 2]>::from))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn pairs_of_connected_documents_are_next_to_each_other(
            pairs in proptest::collection::vec((0u32..30, 0u32..30), 0..40),
        ) {
            let distinct = pairs.iter().filter(|(a, b)| a != b);
            let pairs: Vec<DocPair> = distinct
                .map(|&(a, b)| DocPair::of(DocNo(a), DocNo(b)))
                .collect();
            let order = by_component(&pairs);
            let mut sorted = order.clone();
            sorted.sort_unstable();
            prop_assert!(sorted.into_iter().eq(0..pairs.len()), "each pair once");

            let mut connected = UnionFind::new(30);
            for pair in &pairs {
                connected.join(pair.a.0 as usize, pair.b.0 as usize);
            }
            let mut roots: Vec<usize> = order
                .iter()
                .map(|&at| connected.root(pairs[at].a.0 as usize))
                .collect();
            let runs = roots.chunk_by(|x, y| x == y).count();
            roots.sort_unstable();
            roots.dedup();
            prop_assert_eq!(runs, roots.len());
        }
    }
}
