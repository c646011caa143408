//! Counts of features into their values, in integers.

use std::sync::LazyLock;

use super::features::Block;
use super::features::Key;
use super::features::Occurrence;

/// A feature's value in fixed point: 16 bits after the point.
///
/// Values lie in (0, 1]. Being integers, their products with integer weights add up to the same sum in every order
/// and on every machine.
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

/// Counts from here on weigh no more.
const MAX_COUNT: u32 = 255;

/// `1 + ln(count)` with ten bits after the point. libm's logarithm is the same on every machine, the platform's is not.
static DAMPED: LazyLock<Vec<u32>> = LazyLock::new(|| {
    (0..=MAX_COUNT)
        .map(|count| match count {
            0 => 0,
            _ => libm::round((1.0 + libm::log(f64::from(count))) * 1024.0) as u32,
        })
        .collect()
});

fn damped(count: u32) -> u32 {
    DAMPED.get(count.min(MAX_COUNT) as usize).copied().unwrap_or_default()
}

/// A feature of a document and how often it occurs there.
#[derive(Clone, Copy, Debug)]
struct Counted {
    key: Key,
    count: u32,
    block: Block,
}

/// Counts the occurrences of a document's features.
#[derive(Clone, Debug)]
pub struct Counts {
    features: Vec<Counted>,
    /// One more than the place of a feature, at the first free place from where its key points; a power of two of them,
    /// and at least twice as many as features.
    slots: Vec<u32>,
}

impl Default for Counts {
    fn default() -> Self {
        Self::with_capacity(256)
    }
}

impl Counts {
    /// Room for so many occurrences; it grows where there are more.
    #[must_use]
    pub fn with_capacity(occurrences: usize) -> Self {
        let occurrences = occurrences.clamp(64, 1 << 24);
        Self {
            features: Vec::with_capacity(occurrences),
            slots: vec![0; (2 * occurrences).next_power_of_two()],
        }
    }

    /// Counts one occurrence.
    #[inline]
    pub fn add(&mut self, occurrence: Occurrence) {
        let Occurrence { key, block, weight, folded: _ } = occurrence;
        let mask = self.slots.len() - 1;
        let mut at = key as usize & mask;
        while let Some(slot) = self.slots.get_mut(at) {
            match self.features.get_mut((*slot as usize).wrapping_sub(1)) {
                Some(feature) if feature.key == key => {
                    feature.count = feature.count.saturating_add(weight);
                    return;
                }
                Some(_) => at = (at + 1) & mask,
                None => {
                    self.features.push(Counted { key, count: weight, block });
                    *slot = self.features.len() as u32;
                    if self.features.len() * 2 > self.slots.len() {
                        self.grow();
                    }
                    return;
                }
            }
        }
    }

    #[cold]
    fn grow(&mut self) {
        let mask = self.slots.len() * 2 - 1;
        self.slots = vec![0; mask + 1];
        for (feature, number) in self.features.iter().zip(1u32..) {
            let mut at = feature.key as usize & mask;
            while let Some(slot) = self.slots.get_mut(at) {
                if *slot == 0 {
                    *slot = number;
                    break;
                }
                at = (at + 1) & mask;
            }
        }
    }

    /// Each feature once, with its value, in the order of first occurrences.
    pub fn values(&self) -> impl Iterator<Item = (Key, Block, Value)> {
        let mut squares = [0u64; Block::COUNT];
        let mut largest = 0;
        for feature in &self.features {
            let damped = u64::from(damped(feature.count));
            if let Some(sum) = squares.get_mut(feature.block.index()) {
                *sum += damped * damped;
            }
            largest = feature.count.min(MAX_COUNT).max(largest);
        }
        // IEEE square roots and divisions are exact to the last bit everywhere.
        let scale = squares.map(|sum| f64::from(1u32 << Value::FRACTION_BITS) / (sum as f64).sqrt());
        // Counts are few, so that their values need no rounding feature by feature.
        let values: Vec<[Value; Block::COUNT]> = (0..=largest)
            .map(|count| scale.map(|scale| Value((f64::from(damped(count)) * scale).round() as u32)))
            .collect();
        self.features.iter().map(move |feature| {
            let of_count = values.get(feature.count.min(MAX_COUNT) as usize);
            let value = of_count.and_then(|blocks| blocks.get(feature.block.index()));
            (feature.key, feature.block, value.copied().unwrap_or(Value(0)))
        })
    }

    /// The same by key.
    #[must_use]
    pub fn sorted_values(&self) -> Vec<(Key, Block, Value)> {
        let mut values: Vec<(Key, Block, Value)> = self.values().collect();
        values.sort_unstable_by_key(|&(key, ..)| key);
        values
    }
}
