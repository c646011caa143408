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

/// Gathers the occurrences of a document's features.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    occurrences: Vec<(Key, Block, u32)>,
}

impl Counts {
    /// Counts one occurrence.
    pub fn add(&mut self, occurrence: Occurrence) {
        self.occurrences.push((occurrence.key, occurrence.block, occurrence.weight));
    }

    /// Each feature once, by key, with its value.
    pub fn values(mut self) -> impl Iterator<Item = (Key, Block, Value)> {
        self.occurrences.sort_unstable_by_key(|&(key, ..)| key);
        let mut features: Vec<(Key, Block, u32)> = Vec::with_capacity(self.occurrences.len());
        let mut squares = [0u64; Block::COUNT];
        for chunk in self.occurrences.chunk_by(|a, b| a.0 == b.0) {
            let count = chunk.iter().fold(0u32, |sum, &(.., weight)| sum.saturating_add(weight));
            if let Some(&(key, block, _)) = chunk.first() {
                let damped = damped(count);
                features.push((key, block, damped));
                if let Some(sum) = squares.get_mut(block.index()) {
                    *sum += u64::from(damped) * u64::from(damped);
                }
            }
        }
        // IEEE square roots and divisions are exact to the last bit everywhere.
        let scale = squares.map(|sum| f64::from(1u32 << Value::FRACTION_BITS) / (sum as f64).sqrt());
        features.into_iter().map(move |(key, block, damped)| {
            let scale = scale.get(block.index()).copied().unwrap_or_default();
            (key, block, Value((f64::from(damped) * scale).round() as u32))
        })
    }
}
