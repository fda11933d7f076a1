//! Chance that can be played again: everything random follows from the seed.

use std::sync::atomic::{AtomicU64, Ordering};

/// Mixes three numbers into one that looks random (the finaliser of SplitMix64).
#[must_use]
pub fn mix(seed: u64, what: u64, which: u64) -> u64 {
    let mut z = seed
        ^ what.wrapping_mul(0x9E37_79B9_7F4A_7C15)
        ^ which.wrapping_add(1).wrapping_mul(0xD1B5_4A32_D192_ED03);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Turns words into a number, to give each account and phone a sequence of its own (FNV-1a).
#[must_use]
pub fn fold(words: &str) -> u64 {
    words
        .bytes()
        .fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3))
}

const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// A source of ids and secrets. Not for anything that must be hard to guess: this is a rehearsal stage.
pub struct Chance {
    seed: u64,
    drawn: AtomicU64,
}

impl Chance {
    /// The same seed draws the same values in the same order.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed, drawn: AtomicU64::new(0) }
    }

    /// The seed it began with.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The next number.
    pub fn number(&self) -> u64 {
        mix(self.seed, 0x5EED, self.drawn.fetch_add(1, Ordering::Relaxed))
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&self, low: u64, high: u64) -> u64 {
        low + self.number() % (high.saturating_sub(low).saturating_add(1)).max(1)
    }

    /// So many letters and digits.
    pub fn letters(&self, count: usize) -> String {
        (0..count)
            .map(|_| {
                let at = usize::try_from(self.number() % 62).unwrap_or_default();
                char::from(LETTERS.get(at).copied().unwrap_or(b'x'))
            })
            .collect()
    }

    /// So many decimal digits, the first not zero: the shape of Meta's ids.
    pub fn digits(&self, count: usize) -> String {
        (0..count)
            .map(|at| {
                let digit = if at == 0 { self.between(1, 9) } else { self.between(0, 9) };
                char::from(b'0' + u8::try_from(digit).unwrap_or_default())
            })
            .collect()
    }
}
