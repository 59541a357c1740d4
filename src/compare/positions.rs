//! Positions: finds where each hash occurs in a sequence.
//!
//! An open-addressing table holds the first position of each hash, and a chain leads from each
//! position to the next one with the same hash. `common` looks up the shingles of one text in the
//! other, so this is the inner loop of all comparisons: measure the benchmark `stages` before and
//! after a change.

/// Spreads hashes over the table: the high bits of the product with an odd number (Dietzfelbinger,
/// Hagerup, Katajainen and Penttonen 1997, "A reliable randomized algorithm for the closest-pair
/// problem", multiply-shift).
const SLOT_FACTOR: u64 = 0xD6E8_FEB8_6659_FD93;

/// The positions of each hash of a sequence. Stored positions count from 1, and 0 is none.
#[derive(Debug, Default)]
pub(super) struct Positions {
    hashes: Vec<u64>,
    /// First position of the hash in each slot.
    slots: Vec<u32>,
    /// By position: the next one with the same hash.
    next: Vec<u32>,
    /// By position: true if an earlier one has the same hash.
    repeats: Vec<bool>,
    /// Positions whose hash has another one, in order.
    manifold: Vec<u32>,
    shift: u32,
    distinct: u32,
}

impl Positions {
    pub(super) fn new(hashes: Vec<u64>) -> Positions {
        // At most a quarter full, so that probes beyond the first slot, and with them mispredicted
        // branches, are rare.
        let size = (4 * hashes.len()).next_power_of_two().max(2);
        let mut positions = Positions {
            slots: vec![0; size],
            next: vec![0; hashes.len()],
            repeats: vec![false; hashes.len()],
            shift: 64 - size.trailing_zeros(),
            manifold: Vec::new(),
            distinct: 0,
            hashes,
        };
        // From the end, so that each slot keeps the first position and chains ascend.
        for at in (0..positions.hashes.len()).rev() {
            let slot = positions.slot(positions.hashes[at]);
            let later = std::mem::replace(&mut positions.slots[slot], at as u32 + 1);
            positions.next[at] = later;
            match later.checked_sub(1) {
                Some(later) => positions.repeats[later as usize] = true,
                None => positions.distinct += 1,
            }
        }
        if (positions.distinct as usize) < positions.hashes.len() {
            let all = 0..positions.hashes.len() as u32;
            positions.manifold = all
                .filter(|&at| !positions.is_unique(at as usize))
                .collect();
        }
        positions
    }

    /// The sequence.
    #[inline]
    pub(super) fn hashes(&self) -> &[u64] {
        &self.hashes
    }

    /// Number of distinct hashes.
    #[inline]
    pub(super) fn distinct(&self) -> u32 {
        self.distinct
    }

    /// The first position of a hash.
    #[inline]
    pub(super) fn first(&self, hash: u64) -> Option<usize> {
        (self.slots[self.slot(hash)] as usize).checked_sub(1)
    }

    /// The positions of a hash, in order.
    pub(super) fn all(&self, hash: u64) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(self.first(hash), |&at| self.next(at))
    }

    /// The next position with the same hash.
    #[inline]
    pub(super) fn next(&self, at: usize) -> Option<usize> {
        (self.next[at] as usize).checked_sub(1)
    }

    /// True if an earlier position has the same hash.
    #[inline]
    pub(super) fn is_repeat(&self, at: usize) -> bool {
        self.repeats[at]
    }

    /// True if no other position has the same hash.
    #[inline]
    pub(super) fn is_unique(&self, at: usize) -> bool {
        self.next[at] == 0 && !self.repeats[at]
    }

    /// Number of positions from this one to the next that is not unique, or to the end.
    #[inline]
    pub(super) fn unique_from(&self, at: usize) -> usize {
        let before = self
            .manifold
            .partition_point(|&other| (other as usize) < at);
        let end = self.manifold.get(before);
        end.map_or(self.hashes.len(), |&end| end as usize) - at
    }

    /// Number of distinct hashes that both sequences have.
    pub(super) fn shared(&self, other: &Positions) -> u32 {
        let (walked, other) = match self.hashes.len() <= other.hashes.len() {
            true => (self, other),
            false => (other, self),
        };
        let (mut shared, mut at) = (0, 0);
        while let Some(&hash) = walked.hashes.get(at) {
            let Some(first) = other.first(hash) else {
                at += 1;
                continue;
            };
            // Copied text continues.
            let stretch = common_prefix(&walked.hashes[at..], &other.hashes[first..]);
            let repeats = &walked.repeats[at..at + stretch];
            shared += repeats.iter().filter(|&&repeat| !repeat).count() as u32;
            at += stretch;
        }
        shared
    }

    /// The positions of hashes that both sequences have, in order.
    pub(super) fn shared_places<'p>(&'p self, other: &'p Positions) -> impl Iterator<Item = usize> {
        let mut expected = usize::MAX;
        let mut is_shared = move |hash: u64| {
            // Copied text continues, so most hashes are found at the next position.
            let found = match other.hashes.get(expected) == Some(&hash) {
                true => Some(expected),
                false => other.first(hash),
            };
            expected = found.map_or(usize::MAX, |at| at + 1);
            found.is_some()
        };
        let places = self.hashes.iter().enumerate();
        places.filter_map(move |(at, &hash)| is_shared(hash).then_some(at))
    }

    /// The slot that holds a hash, or the empty one where it would go.
    #[inline]
    fn slot(&self, hash: u64) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = (hash.wrapping_mul(SLOT_FACTOR) >> self.shift) as usize;
        loop {
            match self.slots[slot & mask] {
                0 => return slot & mask,
                first if self.hashes[first as usize - 1] == hash => return slot & mask,
                _ => slot += 1,
            }
        }
    }
}

/// Number of entries with which both sequences begin.
#[inline]
pub(super) fn common_prefix(a: &[u64], b: &[u64]) -> usize {
    const AT_ONCE: usize = 8;
    let blocks = a.chunks_exact(AT_ONCE).zip(b.chunks_exact(AT_ONCE));
    // Without a branch for each entry, the comparison of a block is a few vector instructions.
    let differs = |(x, y): (&[u64], &[u64])| x.iter().zip(y).fold(0, |bits, (x, y)| bits | (x ^ y));
    let same = AT_ONCE * blocks.take_while(|&block| differs(block) == 0).count();
    let rest = a[same..].iter().zip(&b[same..]);
    same + rest.take_while(|(x, y)| x == y).count()
}
