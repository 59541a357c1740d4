//! Words that were removed from documents as boilerplate.

use std::ops::Range;

use super::numbers::Slot;

/// Regions of documents that were removed, as word positions in the whole text.
#[derive(Debug, Default)]
pub(super) struct RemovedRegions {
    /// In order of slot and position.
    regions: Vec<(Slot, Range<u32>)>,
}

impl RemovedRegions {
    /// Adds the regions of one document and returns how many words they have.
    ///
    /// Slots that do not come in order need [`RemovedRegions::sort`] afterwards.
    pub(super) fn push(&mut self, slot: Slot, regions: Vec<Range<u32>>) -> u32 {
        let words = regions.iter().map(|region| region.end - region.start).sum();
        let of_slot = regions.into_iter().map(|region| (slot, region));
        self.regions.extend(of_slot);
        words
    }

    /// Puts the regions in the order that [`RemovedRegions::of`] relies on.
    pub(super) fn sort(&mut self) {
        self.regions
            .sort_unstable_by_key(|(slot, words)| (*slot, words.start));
    }

    /// Regions of one document, in order.
    pub(super) fn of(&self, slot: Slot) -> impl Iterator<Item = Range<usize>> + '_ {
        let first = self.regions.partition_point(|region| region.0 < slot);
        let own = self.regions[first..]
            .iter()
            .take_while(move |region| region.0 == slot);
        own.map(|(_, words)| words.start as usize..words.end as usize)
    }
}
