//! Limit to the memory of a scan, and the share of each stage.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::catalog::{BYTES_A_DOCUMENT, BlockColumns};
use crate::error::{ReadError, Size};
use crate::storage::buckets::BYTES_A_ROUND;
use crate::storage::lists::WritableStore;

/// Memory that the program needs whatever it reads: code, buffers of threads, texts that are
/// being compared.
const BASE: u64 = 112 << 20;

/// The smallest limit that can be kept.
pub const LEAST_MEMORY: u64 = 128 << 20;

/// A limit to memory, and the place for what does not fit.
#[derive(Debug, Clone)]
pub struct Memory {
    /// Limit in bytes, at least [`LEAST_MEMORY`].
    pub limit: u64,
    /// Storage for what does not fit.
    pub store: Arc<dyn WritableStore>,
}

impl Memory {
    /// Bytes of so many 24ths of the memory beyond the base.
    ///
    /// Documents may take 16 parts, the hashes that are held 2, and the hashes that are brought
    /// together 3. The allocator loses the other 3 between them.
    fn parts(&self, parts: u64) -> u64 {
        self.limit.saturating_sub(BASE) / 24 * parts
    }

    /// Bytes that documents may take, hashes excluded.
    pub(super) fn for_documents(&self) -> u64 {
        self.parts(16)
    }

    /// Bytes of hashes that may be held; further hashes go to the store.
    pub(super) fn for_hashes(&self) -> u64 {
        self.parts(2)
    }

    /// The limit that is needed by documents of so many bytes.
    pub(super) fn needed_for(&self, documents: u64) -> u64 {
        BASE + documents / 2 * 3
    }
}

/// Bytes of hashes that may be brought together at a time.
pub(super) fn bytes_per_round(memory: Option<&Memory>) -> usize {
    memory.map_or(BYTES_A_ROUND, |memory| {
        usize::try_from(memory.parts(3)).map_or(BYTES_A_ROUND, |parts| parts.min(BYTES_A_ROUND))
    })
}

/// Account of the memory that documents take while they are read, shared by all threads.
pub(super) struct MemoryAccount<'a> {
    memory: Option<&'a Memory>,
    documents: AtomicU64,
    /// Bytes of hashes, which can be moved to the store.
    hashes: AtomicU64,
    /// Bytes of everything else.
    others: AtomicU64,
}

impl<'a> MemoryAccount<'a> {
    /// An account that has the documents of earlier runs already.
    pub(super) fn new(memory: Option<&'a Memory>, seen: usize) -> MemoryAccount<'a> {
        MemoryAccount {
            memory,
            documents: AtomicU64::new(seen as u64),
            hashes: AtomicU64::new(0),
            others: AtomicU64::new((seen * BYTES_A_DOCUMENT) as u64),
        }
    }

    /// Adds a block, and moves its hashes to the store if those so far exceed their share.
    ///
    /// # Errors
    /// When the documents alone exceed their share, or when the store fails.
    pub(super) fn add(&self, columns: &mut BlockColumns, documents: u64) -> Result<(), ReadError> {
        let Some(memory) = self.memory else {
            return Ok(());
        };
        let add = |to: &AtomicU64, more: u64| to.fetch_add(more, Ordering::Relaxed) + more;
        let documents = add(&self.documents, documents);
        let others = add(&self.others, columns.bytes_kept() as u64);
        if others > memory.for_documents() {
            return Err(ReadError::TooLittleMemory {
                documents,
                needed: Size(memory.needed_for(others)),
                limit: Size(memory.limit),
            });
        }
        if add(&self.hashes, columns.bytes_held() as u64) > memory.for_hashes() {
            columns.move_to(&memory.store)?;
        }
        Ok(())
    }
}
