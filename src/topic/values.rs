//! Counts of features into their values, in integers.

use std::collections::HashMap;

use super::features::Block;
use super::features::Key;
use super::features::Occurrence;

/// A feature's value in fixed point: 16 bits after the point.
///
/// Being integers, values have products with integer weights that add up to the same sum in every order and on every
/// machine; and a feature's value is its count times that of a single occurrence, exactly, so that the occurrences can be
/// added up one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Value(pub u64);

impl Value {
    /// Bits after the point.
    pub const FRACTION_BITS: u32 = 16;

    /// The same as a float.
    #[must_use]
    pub fn to_f32(self) -> f32 {
        self.0 as f32 / (1u32 << Self::FRACTION_BITS) as f32
    }
}

/// How many occurrences of features a document has in all, by block: what their values are normalised by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals([u64; Block::COUNT]);

impl Totals {
    /// Counts occurrences of any features that weigh so much in all.
    #[inline(always)]
    pub fn add(&mut self, block: Block, weight: u64) {
        if let Some(total) = self.0.get_mut(block.index()) {
            *total += weight;
        }
    }

    /// The value of a feature of a block that occurs once.
    #[must_use]
    pub fn once(&self, block: Block) -> Value {
        let total = self.0.get(block.index()).copied().unwrap_or_default().max(1);
        // IEEE square roots and divisions are exact to the last bit everywhere.
        Value((f64::from(1u32 << Value::FRACTION_BITS) / (total as f64).sqrt()).round() as u64)
    }
}

/// Counts all features of a document, to learn from it or to explain what was said of it. Where scores alone are wanted,
/// a [`Tally`](super::tally::Tally) is faster.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    features: HashMap<Key, (Block, u32)>,
    totals: Totals,
}

impl Counts {
    /// Counts one occurrence.
    pub fn add(&mut self, occurrence: Occurrence) {
        let Occurrence { key, block, weight, folded: _ } = occurrence;
        self.totals.add(block, u64::from(weight));
        let (_, count) = self.features.entry(key).or_insert((block, 0));
        *count = count.saturating_add(weight);
    }

    /// Each feature once, with its count and its value, by key.
    #[must_use]
    pub fn sorted_values(&self) -> Vec<(Key, u32, Value)> {
        let mut values: Vec<(Key, u32, Value)> = self
            .features
            .iter()
            .map(|(&key, &(block, count))| (key, count, Value(self.totals.once(block).0 * u64::from(count))))
            .collect();
        values.sort_unstable_by_key(|&(key, ..)| key);
        values
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Span;

    fn counted(keys: &[(Key, u32)]) -> Vec<(Key, u32, u64)> {
        let mut counts = Counts::default();
        for &(key, weight) in keys {
            let folded = Span { start: 0, end: 1 };
            counts.add(Occurrence { key, block: Block::Words, weight, folded });
        }
        counts.sorted_values().into_iter().map(|(key, count, value)| (key, count, value.0)).collect()
    }

    #[test]
    fn values_are_counts_over_the_root_of_the_length() {
        assert_eq!(counted(&[(1, 1)]), [(1, 1, 65_536)]);
        assert_eq!(counted(&[(9, 1), (1, 1), (5, 1), (7, 1)]), [1, 5, 7, 9].map(|key| (key, 1, 32_768)));
        assert_eq!(counted(&[(1, 1), (2, 1), (1, 2)]), [(1, 3, 98_304), (2, 1, 32_768)]);
    }

    #[test]
    fn each_block_has_a_length_of_its_own() {
        let mut totals = Totals::default();
        totals.add(Block::Words, 4);
        totals.add(Block::Characters, 16);
        assert_eq!([Block::Words, Block::Characters].map(|block| totals.once(block).0), [32_768, 16_384]);
        assert_eq!(Totals::default().once(Block::Words).0, 65_536);
    }
}
