//! First reading of the corpus: every document once.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::memory::MemoryAccount;
use super::observer::{Observer, Stage};
use super::settings::Settings;
use super::signing::TextSigner;
use crate::attribution::interval::PublicationInterval;
use crate::catalog::{BlockColumns, Catalog, ReadTally, SeenDocuments, SourceFacts};
use crate::document::{BlockTally, Corpus, MOST_REJECTS};
use crate::error::ReadError;

/// A block that was read: the number of its source, its documents, and what was counted.
type ReadBlock = (usize, BlockColumns, BlockTally);

/// Bounds the rejects that are held until all blocks are read.
///
/// The first [`MOST_REJECTS`] of a run are kept. A block that comes after so many that are known
/// already keeps none.
#[derive(Default)]
struct RejectBound {
    kept: Mutex<KeptRejects>,
}

#[derive(Default)]
struct KeptRejects {
    /// Rejects of the blocks that were read, by source and place in it.
    by_block: BTreeMap<(usize, usize), usize>,
    /// Sum of them.
    total: usize,
    /// The block in which the last reject of those to keep is, at the latest.
    last: Option<(usize, usize)>,
}

impl RejectBound {
    /// Forgets the rejects of a block if enough come before them.
    fn admit(&self, block: (usize, usize), tally: &mut BlockTally) {
        if tally.rejects.is_empty() {
            return;
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.last.is_some_and(|last| block > last) {
            return tally.forget_rejects();
        }
        kept.by_block.insert(block, tally.rejects.len());
        kept.total += tally.rejects.len();
        if kept.total >= 2 * MOST_REJECTS {
            kept.tighten();
        }
    }
}

impl KeptRejects {
    /// Finds the block that ends the first [`MOST_REJECTS`].
    fn tighten(&mut self) {
        let mut sum = 0;
        let reached = self.by_block.iter().find_map(|(&block, &rejects)| {
            sum += rejects;
            (sum >= MOST_REJECTS).then_some(block)
        });
        if let Some(last) = reached {
            self.last = Some(last);
            self.by_block.retain(|&block, _| block <= last);
            self.total = sum;
        }
    }
}

/// Reads every block. Words, content and traces go to the catalogue, after the documents of
/// earlier runs; texts are not kept.
pub(super) fn read<C: Corpus>(
    corpus: &C,
    seen: SeenDocuments,
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<(Catalog, ReadTally), ReadError> {
    observer.begin(Stage::Read, None);
    let id_scope = seen.id_scope();
    let account = MemoryAccount::new(settings.memory.as_ref(), seen.len());
    let read_block = |signer: &mut TextSigner, source, block| -> Result<ReadBlock, ReadError> {
        let mut columns = BlockColumns::with_ids(id_scope);
        let mut documents = 0;
        let tally = corpus.parse(block?, &mut |record| {
            let text = &record.document.text;
            signer.read(text);
            signer.trace(text, settings.boilerplate);
            columns.push(&record, signer.words(), signer.traces());
            documents += 1;
        });
        account.add(&mut columns, documents)?;
        columns.shrink();
        observer.advance(tally.bytes);
        observer.documents(documents);
        Ok((source, columns, tally))
    };
    let rejects = RejectBound::default();
    let sources: Result<Vec<Vec<(usize, ReadBlock)>>, ReadError> = (0..corpus.sources())
        .into_par_iter()
        .map(|source| {
            let blocks = corpus.blocks(source).enumerate().par_bridge();
            let make_signer = || TextSigner::new(settings);
            let read = blocks.map_init(make_signer, |signer, (at, block)| {
                let mut block = read_block(signer, source, block)?;
                rejects.admit((source, at), &mut block.2);
                Ok((at, block))
            });
            let mut read: Vec<(usize, ReadBlock)> = read.collect::<Result<_, ReadError>>()?;
            // Threads finish blocks in any order.
            read.sort_unstable_by_key(|(at, _)| *at);
            Ok(read)
        })
        .collect();
    let blocks = sources?
        .into_iter()
        .flatten()
        .map(|(_, read)| read)
        .collect();
    let facts = |source| SourceFacts {
        name: corpus.source_name(source),
        date_order: corpus.date_order(source),
        is_reference: source >= corpus.first_reference(),
    };
    let sources: Vec<SourceFacts<'_>> = (0..corpus.sources()).map(facts).collect();
    let (catalog, mut tally) = Catalog::join(seen, blocks, &sources);
    tally.dated_ahead = dated_ahead(&catalog, settings);
    Ok((catalog, tally))
}

/// Number of documents of this run whose date is after the run.
fn dated_ahead(catalog: &Catalog, settings: &Settings) -> u64 {
    let Some(as_of) = settings.as_of else {
        return 0;
    };
    let of_run = catalog.documents().filter(|&doc| catalog.is_new(doc));
    let dates = of_run.filter_map(|doc| catalog.published(doc));
    let ahead = dates.filter(|&date| PublicationInterval::is_ahead(date, as_of));
    ahead.count() as u64
}
