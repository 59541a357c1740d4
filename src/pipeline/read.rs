//! First reading of the corpus: every document once.

use rayon::prelude::*;

use super::memory::MemoryAccount;
use super::observer::{Observer, Stage};
use super::settings::Settings;
use super::tracer::Tracer;
use crate::catalog::{BlockColumns, Catalog, ReadTally, SeenDocuments, SourceFacts, Traces};
use crate::document::{BlockTally, Corpus};
use crate::error::ReadError;
use crate::text::shingle::Shingler;

/// A block that was read: the number of its source, its documents, and what was counted.
type ReadBlock = (usize, BlockColumns, BlockTally);

/// ReadTools of one thread.
type ReadTools = (Shingler, Tracer, Traces);

/// Reads every block. Words, content and traces go to the catalogue, after the documents of
/// earlier runs; texts are not kept.
pub(super) fn read<C: Corpus>(
    corpus: &C,
    seen: SeenDocuments,
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<(Catalog, ReadTally), ReadError> {
    observer.begin(Stage::Read, None);
    let make_tools = || {
        (
            Shingler::default(),
            Tracer::new(settings),
            Traces::default(),
        )
    };
    let account = MemoryAccount::new(settings.memory.as_ref(), seen.len());
    let read_block = |(shingler, tracer, traces): &mut ReadTools,
                      source,
                      block|
     -> Result<ReadBlock, ReadError> {
        let mut columns = BlockColumns::default();
        let mut documents = 0;
        let tally = corpus.parse(block?, &mut |record| {
            shingler.read(&record.document.text, settings.shingle);
            tracer.trace(shingler, settings.boilerplate, traces);
            tracer.trace_anchors([&*record.document.text], traces);
            columns.push(&record, &shingler.words, traces);
            documents += 1;
        });
        account.add(&mut columns, documents)?;
        columns.shrink();
        observer.advance(tally.bytes);
        observer.documents(documents);
        Ok((source, columns, tally))
    };
    let sources: Result<Vec<Vec<(usize, ReadBlock)>>, ReadError> = (0..corpus.sources())
        .into_par_iter()
        .map(|source| {
            let blocks = corpus.blocks(source).enumerate().par_bridge();
            let read = blocks.map_init(make_tools, |tools, (at, block)| {
                Ok((at, read_block(tools, source, block)?))
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
    };
    let sources: Vec<SourceFacts<'_>> = (0..corpus.sources()).map(facts).collect();
    Ok(Catalog::join(seen, blocks, &sources))
}
