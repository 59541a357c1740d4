//! Word breaks in plain text, 64 bytes at a time, by rules WB5 to WB13b of UAX #29.
//!
//! A *block* is 64 bytes of [plain text](super::plain), so one bit for each byte of a block fits
//! a `u64`. [`WordMasks::classify`] marks the bytes that belong to words, and [`word_edges`] lists
//! the places at which words start and end.
//!
//! This is one of the few files with `unsafe` code: on x86-64 the classes of a block come from
//! SSE2 instructions. The call is sound because SSE2 is a part of x86-64 itself, and the function
//! takes and gives plain values and dereferences no pointer. Tests compare it with
//! `classes_one_by_one`, which other processors use.

/// Bytes of a block.
const BLOCK: usize = 64;

/// Marks on the bytes of a plain text: one bit for each byte, 64 to an entry.
#[derive(Debug, Default)]
pub(super) struct WordMasks {
    /// Bytes of words: alphanumeric, or a joiner.
    pub(super) word: Vec<u64>,
    /// Joiners: bytes within a word that are no part of its spelling, such as the apostrophe in
    /// `can't` or the comma in `1,000`.
    joiner: Vec<u64>,
}

impl WordMasks {
    /// Marks the bytes of a plain text, in place of those of the last one.
    pub(super) fn classify(&mut self, text: &[u8]) {
        let blocks = text.len().div_ceil(BLOCK);
        self.word.clear();
        self.joiner.clear();
        self.word.reserve(blocks + 1);
        self.joiner.reserve(blocks + 1);
        let mut classes = BreakClasses::default();
        // Both neighbours decide what a joiner is, so a block is marked once the next is known.
        let mut before = BreakClasses::default();
        let mut chunks = text.chunks_exact(BLOCK);
        for (i, chunk) in (&mut chunks).enumerate() {
            if let Some(chunk) = chunk.first_chunk::<BLOCK>() {
                let next = BreakClasses::of(chunk);
                if i > 0 {
                    self.mark(before, classes, next);
                }
                (before, classes) = (classes, next);
            }
        }
        let mut tail = [b' '; BLOCK];
        tail[..chunks.remainder().len()].copy_from_slice(chunks.remainder());
        let tail = BreakClasses::of(&tail);
        if text.len() >= BLOCK {
            self.mark(before, classes, tail);
            before = classes;
        }
        self.mark(before, tail, BreakClasses::default());
    }

    /// Marks the block `this`, which stands between two others.
    fn mark(&mut self, before: BreakClasses, this: BreakClasses, next: BreakClasses) {
        let between = |of: fn(BreakClasses) -> u64| {
            let left = of(this) << 1 | of(before) >> 63;
            let right = of(this) >> 1 | of(next) << 63;
            left & right
        };
        let letters = between(|c| c.letter);
        let digits = between(|c| c.digit);
        let joiner = this.letter_joiner & letters | this.digit_joiner & digits | this.underscore;
        self.word.push(this.letter | this.digit | joiner);
        self.joiner.push(joiner);
    }

    /// Returns true if there is a joiner in `start..end`, which must be at most 16 bytes long.
    #[inline]
    pub(super) fn has_joiner(&self, start: usize, end: usize) -> bool {
        let (block, bit) = (start / BLOCK, start % BLOCK);
        let here = self.joiner[block] >> bit;
        let next = if bit == 0 {
            0
        } else {
            self.joiner.get(block + 1).map_or(0, |m| m << (BLOCK - bit))
        };
        (here | next) & ((1 << (end - start)) - 1) != 0
    }
}

/// Lists in `out` where each run of set bits starts and where it ends, in turn. Returns the number
/// of entries that count; `out` can be longer.
///
/// Edges are written eight at a time, even if fewer are left: a loop that stops at the last one
/// would be mispredicted once a block.
pub(super) fn word_edges(mask: &[u64], out: &mut Vec<u32>) -> usize {
    let most = (mask.len() + 1) * BLOCK;
    if out.len() < most {
        out.resize(most, 0);
    }
    let (mut carry, mut count) = (0, 0);
    for (block, &bits) in mask.iter().enumerate() {
        let mut edges = bits ^ (bits << 1 | carry);
        carry = bits >> 63;
        let (first, here) = ((block * BLOCK) as u32, edges.count_ones() as usize);
        let mut written = 0;
        while written < here {
            if let Some(eight) = out
                .get_mut(count + written..)
                .and_then(|rest| rest.first_chunk_mut::<8>())
            {
                for edge in eight {
                    *edge = first + edges.trailing_zeros();
                    edges &= edges.wrapping_sub(1);
                }
            }
            written += 8;
        }
        count += here;
    }
    if carry != 0 {
        out[count] = (mask.len() * BLOCK) as u32;
        count += 1;
    }
    count
}

/// The word-break classes of a block, one bit for each byte. Class names are those of UAX #29.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct BreakClasses {
    /// ALetter, and every byte that is not ASCII.
    letter: u64,
    /// Numeric.
    digit: u64,
    /// MidLetter and MidNumLetQ: `:`, `.`, `'`.
    letter_joiner: u64,
    /// MidNum and MidNumLetQ: `,`, `;`, `.`, `'`.
    digit_joiner: u64,
    /// ExtendNumLet.
    underscore: u64,
}

impl BreakClasses {
    #[cfg(target_arch = "x86_64")]
    #[inline]
    #[allow(unsafe_code)]
    fn of(block: &[u8; BLOCK]) -> BreakClasses {
        // SAFETY: the function needs SSE2, which every x86-64 processor has.
        unsafe { classes_by_sse2(block) }
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn of(block: &[u8; BLOCK]) -> BreakClasses {
        classes_one_by_one(block)
    }
}

#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "sse2")]
fn classes_by_sse2(block: &[u8; BLOCK]) -> BreakClasses {
    use std::arch::x86_64::{
        __m128i, _mm_add_epi8, _mm_cmpeq_epi8, _mm_min_epu8, _mm_movemask_epi8, _mm_or_si128,
        _mm_set_epi64x, _mm_set1_epi8,
    };
    let mut classes = BreakClasses::default();
    for (quarter, bytes) in block.chunks_exact(16).enumerate() {
        let mut halves = bytes.chunks_exact(8).map(|half| {
            half.first_chunk::<8>()
                .map_or(0, |h| i64::from_le_bytes(*h))
        });
        let (low, high) = (halves.next().unwrap_or(0), halves.next().unwrap_or(0));
        let text = _mm_set_epi64x(high, low);
        let byte = |b: u8| _mm_set1_epi8(b as i8);
        // SSE2 has no unsigned comparison: `x <= n` is `min(x, n) == x`. Subtracting `first`
        // makes a test for a range of it.
        let within = |x: __m128i, first: u8, count: u8| {
            let shifted = _mm_add_epi8(x, byte(first.wrapping_neg()));
            _mm_cmpeq_epi8(_mm_min_epu8(shifted, byte(count - 1)), shifted)
        };
        let bits = |x: __m128i| u64::from(_mm_movemask_epi8(x) as u16) << (16 * quarter);
        let is = |b: u8| _mm_cmpeq_epi8(text, byte(b));
        let both = _mm_or_si128(is(b'.'), is(b'\''));
        // The high bit of a byte marks it as not ASCII; 0x20 makes a letter lower-case.
        classes.letter |= bits(_mm_or_si128(
            text,
            within(_mm_or_si128(text, byte(0x20)), b'a', 26),
        ));
        classes.digit |= bits(within(text, b'0', 10));
        classes.letter_joiner |= bits(_mm_or_si128(both, is(b':')));
        classes.digit_joiner |= bits(_mm_or_si128(both, _mm_or_si128(is(b','), is(b';'))));
        classes.underscore |= bits(is(b'_'));
    }
    classes
}

#[cfg(any(test, not(target_arch = "x86_64")))]
fn classes_one_by_one(block: &[u8; BLOCK]) -> BreakClasses {
    let mut classes = BreakClasses::default();
    for (i, b) in block.iter().enumerate() {
        classes.letter |= u64::from(b.is_ascii_alphabetic() || !b.is_ascii()) << i;
        classes.digit |= u64::from(b.is_ascii_digit()) << i;
        classes.letter_joiner |= u64::from(matches!(b, b'.' | b'\'' | b':')) << i;
        classes.digit_joiner |= u64::from(matches!(b, b'.' | b'\'' | b',' | b';')) << i;
        classes.underscore |= u64::from(*b == b'_') << i;
    }
    classes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn classes_of_a_block_equal_those_found_one_by_one(
            first in proptest::array::uniform32(any::<u8>()),
            second in proptest::array::uniform32(any::<u8>()),
        ) {
            let mut block = [0; BLOCK];
            block[..32].copy_from_slice(&first);
            block[32..].copy_from_slice(&second);
            prop_assert_eq!(BreakClasses::of(&block), classes_one_by_one(&block));
        }
    }
}
