//! Random draws that are the same on every machine: xoshiro256++ and integer arithmetic, without
//! transcendental functions.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{RngCore, SeedableRng};

/// A stream of draws.
#[derive(Clone, Debug)]
pub(crate) struct Draw(Xoshiro256PlusPlus);

impl Draw {
    /// Starts stream number `stream` of `seed`. Streams are independent, so the draws of one
    /// document do not change the next.
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(mix(seed ^ mix(stream))))
    }

    pub(crate) fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Draws uniformly from `0..n`; 0 if `n` is 0. The bias of multiply-shift, under `n / 2^32`,
    /// does not matter here.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        (((self.0.next_u64() >> 32) * n as u64) >> 32) as usize
    }

    /// Draws uniformly from `low..=high`.
    pub(crate) fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high + 1 - low)
    }

    /// Draws uniformly from `0.0..1.0`, in multiples of 2^-53.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    pub(crate) fn chance(&mut self, share: f64) -> bool {
        self.unit() < share
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, items: &[&'a T]) -> &'a T {
        items[self.below(items.len())]
    }

    /// Draws a rank, 0 being the most frequent. Rank k has about 1/k of the weight of rank 0: all
    /// octaves of ranks are equally likely, and so are the ranks of an octave.
    pub(crate) fn rank(&mut self, octaves: usize) -> u64 {
        let octave = self.below(octaves);
        let first = 1u64 << octave;
        first - 1 + (self.bits() & (first - 1))
    }
}

/// A finaliser with full avalanche (splitmix64, Steele, Lea and Flood 2014).
pub(crate) fn mix(mut x: u64) -> u64 {
    x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// Draws from fixed integer weights in constant time (Walker's alias method in Vose's form).
#[derive(Debug)]
pub(crate) struct Weighted {
    /// For each slot a limit and an alias: 32 random bits under the limit give the slot itself.
    slots: Vec<(u32, u32)>,
}

impl Weighted {
    pub(crate) fn new(weights: &[u64]) -> Self {
        let n = weights.len() as u128;
        let total: u128 = weights.iter().map(|&w| u128::from(w)).sum();
        let mut scaled: Vec<u128> = weights.iter().map(|&w| u128::from(w) * n).collect();
        let mut slots: Vec<(u32, u32)> = (0..weights.len() as u32).map(|i| (u32::MAX, i)).collect();
        let (mut small, mut large): (Vec<usize>, Vec<usize>) =
            (0..weights.len()).partition(|&i| scaled[i] < total);
        while let (Some(s), Some(&l)) = (small.pop(), large.last()) {
            slots[s] = (((scaled[s] << 32) / total) as u32, l as u32);
            scaled[l] -= total - scaled[s];
            if scaled[l] < total {
                large.pop();
                small.push(l);
            }
        }
        Self { slots }
    }

    /// Makes the weights of Zipf and Mandelbrot: rank k (from 0) weighs 1 / (k + shift).
    pub(crate) fn zipf(items: usize, shift: u64) -> Self {
        let weights: Vec<u64> = (0..items as u64).map(|k| (1 << 40) / (k + shift)).collect();
        Self::new(&weights)
    }

    pub(crate) fn draw(&self, draw: &mut Draw) -> usize {
        let bits = draw.bits();
        let slot = (((bits >> 32) * self.slots.len() as u64) >> 32) as usize;
        let (keep, alias) = self.slots[slot];
        if (bits as u32) < keep {
            slot
        } else {
            alias as usize
        }
    }
}
