//! How much memory a scan may take, and what of it each stage gets.

use std::sync::Arc;

use crate::storage::buckets::BYTES_A_ROUND;
use crate::storage::lists::WritableStore;

/// What the program takes whatever it reads: code, buffers of threads, texts that are being compared.
const BASE: u64 = 112 << 20;

/// The least that can be kept to.
pub const LEAST_MEMORY: u64 = 128 << 20;

/// A limit to memory, and where to put what is over it.
#[derive(Debug, Clone)]
pub struct Memory {
    /// How many bytes may be taken, [`LEAST_MEMORY`] at least.
    pub limit: u64,
    /// Takes what does not fit.
    pub store: Arc<dyn WritableStore>,
}

impl Memory {
    /// What there is beside the base, in 24ths: documents may take 16, the hashes that are held 2, and those that are brought together 3. The rest is
    /// what an allocator loses between them.
    fn parts(&self, parts: u64) -> u64 {
        self.limit.saturating_sub(BASE) / 24 * parts
    }

    /// Bytes that documents may take beside their hashes.
    pub(super) fn for_documents(&self) -> u64 {
        self.parts(16)
    }

    /// Bytes of hashes that may be held; more are put away.
    pub(super) fn for_hashes(&self) -> u64 {
        self.parts(2)
    }

    /// The limit that documents would need which take so many bytes.
    pub(super) fn asked_for(&self, documents: u64) -> u64 {
        BASE + documents / 2 * 3
    }
}

/// Bytes of hashes that may be brought together at a time.
pub(super) fn bytes_a_round(memory: Option<&Memory>) -> usize {
    memory.map_or(BYTES_A_ROUND, |memory| {
        usize::try_from(memory.parts(3)).map_or(BYTES_A_ROUND, |parts| parts.min(BYTES_A_ROUND))
    })
}
