//! Counts of features into their values, in integers.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::features::Block;
use super::features::Occurrence;
use super::key::Key;

/// A feature's value in fixed point: 16 bits after the point.
///
/// Values lie between 0 and 1.25. Being integers, their products with integer weights add up to the same sum in every
/// order and on every machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Value(pub u32);

impl Value {
    /// Bits after the point.
    pub const FRACTION_BITS: u32 = 16;

    /// The same as a float, exactly.
    #[must_use]
    pub fn to_f32(self) -> f32 {
        self.0 as f32 / (1u32 << Self::FRACTION_BITS) as f32
    }
}

/// Larger counts weigh no more.
pub const MAX_COUNT: u8 = u8::MAX;

/// `1 + ln(count)` with ten bits after the point. libm's logarithm is the same on every
/// machine, the platform's is not.
static DAMPED: LazyLock<Vec<u32>> = LazyLock::new(|| {
    (0..=MAX_COUNT)
        .map(|count| match count {
            0 => 0,
            _ => libm::round((1.0 + libm::log(f64::from(count))) * 1024.0) as u32,
        })
        .collect()
});

/// How many occurrences of features a document has in all, by block: what their values are normalised by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals([u64; Block::COUNT]);

impl Totals {
    /// Counts occurrences of any features that weigh so much in all.
    #[inline(always)]
    pub fn add(&mut self, block: Block, weight: u64) {
        if let Some(total) = self.0.get_mut(block.index()) {
            *total = total.saturating_add(weight);
        }
    }

    /// The value of a feature of a block that occurs so often.
    #[must_use]
    pub fn value(&self, block: Block, count: u8) -> Value {
        let total = self.0.get(block.index()).copied().unwrap_or_default().max(1);
        let damped = DAMPED.get(usize::from(count)).copied().unwrap_or_default();
        // IEEE square roots and divisions are exact to the last bit everywhere.
        Value((f64::from(damped << 6) / (total as f64).sqrt()).round() as u32)
    }
}

/// Counts all features of a document, to learn from it or to explain what was said of it. Where scores alone are wanted,
/// a [`Tally`](super::tally::Tally) is faster.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    features: HashMap<Key, (Block, u8)>,
    totals: Totals,
}

impl Counts {
    /// Counts one occurrence.
    pub fn add(&mut self, occurrence: Occurrence) {
        let Occurrence { key, block, weight, folded: _ } = occurrence;
        self.totals.add(block, u64::from(weight));
        let (_, count) = self.features.entry(key).or_insert((block, 0));
        *count = increased(*count, weight);
    }

    /// Each feature once, with its value, by key.
    #[must_use]
    pub fn sorted_values(&self) -> Vec<(Key, Value)> {
        let mut values: Vec<(Key, Value)> = self
            .features
            .iter()
            .map(|(&key, &(block, count))| (key, self.totals.value(block, count)))
            .collect();
        values.sort_unstable_by_key(|&(key, ..)| key);
        values
    }
}

/// A count and `weight` more.
fn increased(count: u8, weight: u32) -> u8 {
    count.saturating_add(weight.min(u32::from(MAX_COUNT)) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Span;

    fn counted(keys: &[(Key, u32)]) -> Vec<(Key, u32)> {
        let mut counts = Counts::default();
        for &(key, weight) in keys {
            let folded = Span { start: 0, end: 1 };
            counts.add(Occurrence { key, block: Block::Words, weight, folded });
        }
        counts.sorted_values().into_iter().map(|(key, value)| (key, value.0)).collect()
    }

    #[test]
    fn values_are_sublinear_and_fall_with_the_length() {
        assert_eq!(counted(&[(1, 1)]), [(1, 65_536)]);
        assert_eq!(counted(&[(9, 1), (1, 1), (5, 1), (7, 1)]), [1, 5, 7, 9].map(|key| (key, 32_768)));
        // (1 + ln 3) / √4
        assert_eq!(counted(&[(1, 1), (2, 1), (1, 2)]), [(1, 68_768), (2, 32_768)]);
    }

    #[test]
    fn counts_stay_in_a_byte() {
        assert_eq!([increased(250, 9), increased(0, u32::MAX), increased(3, 4)], [255, 255, 7]);
    }

    #[test]
    fn each_block_has_a_length_of_its_own() {
        let mut totals = Totals::default();
        totals.add(Block::Words, 4);
        totals.add(Block::Characters, 16);
        assert_eq!([Block::Words, Block::Characters].map(|block| totals.value(block, 1).0), [32_768, 16_384]);
        assert_eq!(Totals::default().value(Block::Words, 1).0, 65_536);
    }
}
