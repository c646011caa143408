//! The weights of a model: one row of small integers per feature.

use super::features::Key;
use super::values::Value;
use crate::error::Error;

/// Sums of contributions and decision values, in fixed point: 32 bits after the point.
///
/// As floats they are multiples of 2⁻³² below 2²⁰, which `f64` adds without rounding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Score(pub i64);

impl Score {
    /// Bits after the point.
    pub const FRACTION_BITS: u32 = 32;

    /// The nearest score to a float.
    #[must_use]
    pub fn from_f64(value: f64) -> Self {
        Self((value * (1u64 << Self::FRACTION_BITS) as f64).round() as i64)
    }

    /// The same as a float, exactly.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / (1u64 << Self::FRACTION_BITS) as f64
    }
}

/// Weights of one feature, a number per label: `mantissas[label] · 2^(shift - 16)`.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// One per label.
    pub mantissas: &'a [i8],
    /// Common exponent, 0 to 15.
    pub shift: u8,
}

impl<'a> Row<'a> {
    /// A row from its bytes.
    fn of(bytes: &'a [i8], labels: usize) -> Self {
        let shift = bytes.last().copied().unwrap_or_default() as u8;
        Self { mantissas: bytes.get(..labels).unwrap_or_default(), shift }
    }

    /// What a mantissa of 1 stands for.
    #[must_use]
    pub fn unit(&self) -> f64 {
        libm::exp2(f64::from(i32::from(self.shift) - WEIGHT_FRACTION_BITS))
    }
}

/// Rows between two rests of who builds weights.
const STEP: usize = 2048;
/// Largest exponent of a row.
pub const MAX_SHIFT: u8 = 15;
/// Bits after the point of a row's weights at shift 0.
const WEIGHT_FRACTION_BITS: i32 = 16;

/// All rows, found by key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Weights {
    labels: usize,
    /// Ascending.
    keys: Vec<Key>,
    /// Row by row its mantissas, then zeros, then its shift: [`stride`](Self::stride) bytes in all, so that a row lies in
    /// one or two lines of the cache and is added up eight labels at a time.
    rows: Vec<i8>,
    /// `index[b]..index[b + 1]` are the rows whose key begins with the bits `b`.
    index: Vec<u32>,
    index_bits: u32,
    /// A bit for each row, at the place that its key points to: small enough to stay in the cache, it spares most of the
    /// look-ups that would find nothing. A power of two of words.
    present: Vec<u64>,
}

impl Weights {
    /// Weights from their parts, which a bundle brings.
    ///
    /// # Errors
    /// [`Error::Training`] when lengths do not fit one another, keys do not ascend or a shift is too large.
    pub fn new(labels: usize, keys: Vec<Key>, shifts: &[u8], mantissas: &[i8]) -> Result<Self, Error> {
        Self::stepwise(labels, keys, shifts, mantissas, || {})
    }

    /// The same with a call of `step` after every few thousand rows, so that who builds weights beside other work can
    /// rest between.
    ///
    /// # Errors
    /// Those of [`new`](Self::new).
    pub fn stepwise(
        labels: usize,
        keys: Vec<Key>,
        shifts: &[u8],
        mantissas: &[i8],
        step: impl Fn(),
    ) -> Result<Self, Error> {
        let refuse = |reason: &str| Error::Training { reason: format!("weights: {reason}") };
        if shifts.len() != keys.len() || Some(mantissas.len()) != keys.len().checked_mul(labels) {
            return Err(refuse("lengths of keys, shifts and mantissas do not fit"));
        }
        if keys.len() > u32::MAX as usize / 2 {
            return Err(refuse("more than 2³¹ rows"));
        }
        if !keys.is_sorted_by(|a, b| a < b) {
            return Err(refuse("keys do not ascend"));
        }
        if shifts.iter().any(|&shift| shift > MAX_SHIFT) {
            return Err(refuse("a shift is above 15"));
        }
        let stride = stride(labels);
        let mut rows = vec![0; keys.len() * stride];
        let parts = rows.chunks_exact_mut(stride).zip(mantissas.chunks_exact(labels.max(1))).zip(shifts);
        for (number, ((row, mantissas), &shift)) in parts.enumerate() {
            if number % STEP == 0 {
                step();
            }
            row.iter_mut().zip(mantissas).for_each(|(slot, &mantissa)| *slot = mantissa);
            if let Some(slot) = row.last_mut() {
                *slot = shift as i8;
            }
        }
        // About two keys to a bucket: a lookup reads one line of the index and one of the keys.
        let index_bits = (keys.len() / 2).max(1).ilog2().clamp(1, 24);
        let mut index = Vec::with_capacity((1 << index_bits) + 1);
        let mut at = 0;
        for bucket in 0..=(1u64 << index_bits) {
            if bucket % STEP as u64 == 0 {
                step();
            }
            while keys.get(at).is_some_and(|key| key >> (64 - index_bits) < bucket) {
                at += 1;
            }
            index.push(at as u32);
        }
        // Eight bits to a row: one look-up in eight or so is made in vain.
        let mut present = vec![0u64; (keys.len() / 8).next_power_of_two()];
        let words = present.len() - 1;
        for (number, &key) in keys.iter().enumerate() {
            if number % STEP == 0 {
                step();
            }
            let (word, bit) = place(key);
            if let Some(slot) = present.get_mut(word & words) {
                *slot |= bit;
            }
        }
        Ok(Self { labels, keys, rows, index, index_bits, present })
    }

    /// Bytes of a row.
    fn stride(&self) -> usize {
        stride(self.labels)
    }

    /// Rounds one feature's weights to a row: mantissas and shift.
    #[must_use]
    pub fn quantize(weights: &[f64]) -> (Vec<i8>, u8) {
        let largest = weights.iter().fold(0.0f64, |max, weight| max.max(weight.abs()));
        let unit = |shift: u8| libm::exp2(f64::from(i32::from(shift) - WEIGHT_FRACTION_BITS));
        let shift = (0..MAX_SHIFT).find(|&shift| largest <= 127.0 * unit(shift)).unwrap_or(MAX_SHIFT);
        let round = |weight: &f64| (weight / unit(shift)).round().clamp(-127.0, 127.0) as i8;
        (weights.iter().map(round).collect(), shift)
    }

    /// Number of labels.
    #[must_use]
    pub fn labels(&self) -> usize {
        self.labels
    }

    /// Keys of all rows, ascending.
    #[must_use]
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// All rows, in the order of their keys.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.chunks_exact(self.stride()).map(|row| Row::of(row, self.labels))
    }

    /// Whether a feature may have a row. It has none where this says no.
    #[inline(always)]
    #[must_use]
    pub fn may_have(&self, key: Key) -> bool {
        let (word, bit) = place(key);
        self.present.get(word & self.present.len().wrapping_sub(1)).is_some_and(|present| present & bit != 0)
    }

    /// The row of a feature, if it has one.
    #[must_use]
    pub fn row(&self, key: Key) -> Option<Row<'_>> {
        self.bytes(key).map(|row| Row::of(row, self.labels))
    }

    /// The bytes of the row of a feature, if it has one.
    #[inline(always)]
    fn bytes(&self, key: Key) -> Option<&[i8]> {
        let bucket = (key >> (64 - self.index_bits)) as usize;
        let (&start, &end) = (self.index.get(bucket)?, self.index.get(bucket + 1)?);
        let (start, end) = (start as usize, end as usize);
        let at = start + self.keys.get(start..end)?.iter().position(|&candidate| candidate == key)?;
        let stride = self.stride();
        self.rows.get(at * stride..(at + 1) * stride)
    }

    /// Adds to each label's score what the features contribute, and returns how many of them have weights.
    ///
    /// Products are summed in 32 bits shift by shift, which the processor does eight at a time, and carried over to 64
    /// before they could overflow.
    pub fn add_up(&self, features: impl Iterator<Item = (Key, Value)>, scores: &mut [Score]) -> u32 {
        // Three passes, each with many look-ups that do not wait for one another.
        let features: Vec<(Key, Value)> = features.filter(|&(key, _)| self.may_have(key)).collect();
        let found: Vec<(Value, &[i8])> =
            features.iter().filter_map(|&(key, value)| self.bytes(key).map(|row| (value, row))).collect();
        let mut sums = Sums::new(self.stride());
        found.iter().for_each(|&(value, row)| sums.add(value, row));
        sums.carry();
        for (score, sum) in scores.iter_mut().zip(&sums.totals) {
            score.0 += sum;
        }
        found.len() as u32
    }
}

/// Sums of products of values and mantissas.
struct Sums {
    stride: usize,
    /// Shift by shift, label by label.
    partial: Vec<i32>,
    /// Which shifts have sums, a bit for each.
    used: u32,
    /// Products in each partial sum at most.
    added: u32,
    totals: Vec<i64>,
}

impl Sums {
    /// A value has 15 bits here, a mantissa 7: so many products and one more stay within 31 bits.
    const MOST: u32 = 1 << 8;

    fn new(stride: usize) -> Self {
        Self {
            stride,
            partial: vec![0; stride * (usize::from(MAX_SHIFT) + 1)],
            used: 0,
            added: 0,
            totals: vec![0; stride],
        }
    }

    #[inline(always)]
    fn add(&mut self, value: Value, row: &[i8]) {
        let shift = row.last().copied().unwrap_or_default() as u8;
        let Ok(small) = i16::try_from(value.0) else {
            for (total, &mantissa) in self.totals.iter_mut().zip(row) {
                *total += i64::from(value.0) * (i64::from(mantissa) << shift);
            }
            return;
        };
        let start = usize::from(shift) * self.stride;
        let Some(sums) = self.partial.get_mut(start..start + self.stride) else { return };
        for (sums, mantissas) in sums.as_chunks_mut::<8>().0.iter_mut().zip(row.as_chunks::<8>().0) {
            for (sum, &mantissa) in sums.iter_mut().zip(mantissas) {
                *sum += i32::from(i16::from(mantissa)) * i32::from(small);
            }
        }
        self.used |= 1 << shift;
        self.added += 1;
        if self.added == Self::MOST {
            self.carry();
        }
    }

    /// Carries the partial sums over.
    fn carry(&mut self) {
        for (shift, sums) in self.partial.chunks_exact_mut(self.stride).enumerate() {
            if self.used & 1 << shift != 0 {
                for (total, sum) in self.totals.iter_mut().zip(sums) {
                    *total += i64::from(std::mem::take(sum)) << shift;
                }
            }
        }
        (self.used, self.added) = (0, 0);
    }
}

/// Bytes of a row with so many labels: room for the shift, in steps of eight.
fn stride(labels: usize) -> usize {
    (labels + 1).next_multiple_of(8)
}

/// Where the presence of a key is noted: a word, which is still to be cut to their number, and a bit of it. The bits of
/// the key that place it in the table of rows have no part in it.
fn place(key: Key) -> (usize, u64) {
    (key as usize >> 6, 1 << (key & 63))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn weights(rows: &[(Key, &[f64])]) -> Weights {
        let (mut keys, mut shifts, mut mantissas) = (Vec::new(), Vec::new(), Vec::new());
        for &(key, row) in rows {
            let (mantissa, shift) = Weights::quantize(row);
            keys.push(key);
            shifts.push(shift);
            mantissas.extend(mantissa);
        }
        Weights::new(rows.first().map_or(0, |(_, row)| row.len()), keys, &shifts, &mantissas).unwrap()
    }

    #[test]
    fn every_key_is_found_and_no_other() {
        let keys: Vec<Key> = (0..1000u64).map(|i| i.wrapping_mul(0x9e37_79b9_7f4a_7c15)).collect();
        let mut sorted = keys.clone();
        sorted.sort_unstable();
        let rows: Vec<(Key, &[f64])> = sorted.iter().map(|&key| (key, [1.0, -0.5].as_slice())).collect();
        let weights = weights(&rows);
        assert!(keys.iter().all(|&key| weights.row(key).is_some()));
        assert!(keys.iter().all(|&key| weights.may_have(key)));
        assert!(keys.iter().all(|&key| weights.row(key.wrapping_add(1)).is_none()));
        assert!(weights.row(0).is_some() && weights.row(u64::MAX).is_none());
    }

    #[test]
    fn quantisation_keeps_seven_bits() {
        for scale in [1e-3, 0.02, 0.7, 3.0, 40.0] {
            let row = [scale, -scale * 0.3, scale * 0.01];
            let (mantissas, shift) = Weights::quantize(&row);
            for (weight, mantissa) in row.iter().zip(&mantissas) {
                let back = f64::from(*mantissa) * libm::exp2(f64::from(shift) - 16.0);
                assert!((weight - back).abs() <= scale / 120.0, "{weight} {back}");
            }
        }
    }

    #[test]
    fn no_rows_are_no_trouble() {
        assert!(Weights::new(3, vec![], &[], &[]).unwrap().row(7).is_none());
    }

    proptest! {
        /// Sums in 32 bits are those in 64, whatever the values, shifts and number of features.
        #[test]
        fn sums_do_not_overflow(
            rows in prop::collection::vec((prop::array::uniform20(-127i8..=127), 0..=MAX_SHIFT), 1..40),
            values in prop::collection::vec((0usize..50, prop_oneof![0u32..=65_536, Just(32_767)]), 0..900),
        ) {
            let keys: Vec<Key> = (0..rows.len() as u64).map(|row| row << 58 | row).collect();
            let shifts: Vec<u8> = rows.iter().map(|row| row.1).collect();
            let mantissas: Vec<i8> = rows.iter().flat_map(|row| row.0).collect();
            let weights = Weights::new(20, keys.clone(), &shifts, &mantissas).unwrap();
            let features: Vec<(Key, Value)> = values
                .iter()
                .map(|&(row, value)| (keys.get(row).copied().unwrap_or(7), Value(value)))
                .collect();
            let mut sums = vec![Score(5); 20];
            let found = weights.add_up(features.iter().copied(), &mut sums);
            let mut expected = vec![5i64; 20];
            let mut known = 0;
            for &(row, value) in &values {
                if let Some((mantissas, shift)) = rows.get(row) {
                    known += 1;
                    for (sum, &mantissa) in expected.iter_mut().zip(mantissas) {
                        *sum += i64::from(value) * (i64::from(mantissa) << shift);
                    }
                }
            }
            prop_assert_eq!(found, known);
            prop_assert_eq!(sums.iter().map(|sum| sum.0).collect::<Vec<_>>(), expected);
        }
    }
}
