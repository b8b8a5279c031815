//! Chance with a seed: the same seed makes the same choices.

use std::io::Write as _;

/// A generator of numbers (xorshift64*, seeded through splitmix64).
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// One for each seed, 0 included.
    pub fn new(seed: u64) -> Self {
        let mut mixed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Self((mixed ^ (mixed >> 31)) | 1)
    }

    /// With the seed of `SMTP_CERTCHECK_SEED`, or the usual one; it is printed, and shown where the
    /// test fails.
    ///
    /// # Panics
    /// If the seed is not a number.
    pub fn thrown(usual: u64) -> Self {
        let seed = std::env::var("SMTP_CERTCHECK_SEED");
        let seed = seed.map_or(usual, |seed| seed.parse().expect("a number"));
        let _ = writeln!(std::io::stderr(), "SMTP_CERTCHECK_SEED={seed}");
        Self::new(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    /// A number below `bound`, which is not 0.
    pub fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).expect("64 bits");
        usize::try_from(self.next() % bound).expect("below a usize")
    }

    /// True in so many of a hundred cases.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of them.
    pub fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    /// One of them by its weight.
    pub fn weighted<'a, T>(&mut self, all: &'a [(usize, T)]) -> &'a T {
        let total = all.iter().map(|(weight, _)| weight).sum();
        let mut left = self.below(total);
        for (weight, one) in all {
            if left < *weight {
                return one;
            }
            left -= weight;
        }
        &all[0].1
    }

    /// Another order.
    pub fn shuffle<T>(&mut self, all: &mut [T]) {
        for last in (1..all.len()).rev() {
            all.swap(last, self.below(last + 1));
        }
    }
}
