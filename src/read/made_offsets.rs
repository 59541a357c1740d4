//! Offsets of records that are made when their block is parsed, or stay in memory: they tell the
//! block, and the place in it.

/// Bits of an offset for what is made from one block.
const MADE_BITS: u32 = 36;

/// Number of blocks of a source that have such offsets.
pub(super) const MOST_BLOCKS: u64 = 1 << (u64::BITS - MADE_BITS);

/// Offset of a block whose bytes are made when it is parsed. It leaves 64 GiB for them.
pub(super) fn offset_of_made(block: u64) -> u64 {
    block << MADE_BITS
}

/// The number of the block in which a record at an offset was made.
pub(super) fn block_of_made(offset: u64) -> u64 {
    offset >> MADE_BITS
}
