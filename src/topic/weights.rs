//! The weights of a model: one row of small integers per feature.

use super::features::Key;
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

impl Row<'_> {
    /// What a mantissa of 1 stands for.
    #[must_use]
    pub fn unit(&self) -> f64 {
        libm::exp2(f64::from(i32::from(self.shift) - WEIGHT_FRACTION_BITS))
    }
}

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
    shifts: Vec<u8>,
    mantissas: Vec<i8>,
    /// `index[b]..index[b + 1]` are the rows whose key begins with the bits `b`.
    index: Vec<u32>,
    index_bits: u32,
}

impl Weights {
    /// Weights from their parts, which a bundle brings.
    ///
    /// # Errors
    /// [`Error::Training`] when lengths do not fit one another, keys do not ascend or a shift is too large.
    pub fn new(labels: usize, keys: Vec<Key>, shifts: Vec<u8>, mantissas: Vec<i8>) -> Result<Self, Error> {
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
        // About two keys to a bucket: a lookup reads one line of the index and one of the keys.
        let index_bits = (keys.len() / 2).max(1).ilog2().clamp(1, 24);
        let mut index = Vec::with_capacity((1 << index_bits) + 1);
        let mut at = 0;
        for bucket in 0..=(1u64 << index_bits) {
            while keys.get(at).is_some_and(|key| key >> (64 - index_bits) < bucket) {
                at += 1;
            }
            index.push(at as u32);
        }
        Ok(Self { labels, keys, shifts, mantissas, index, index_bits })
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

    /// Exponents of all rows.
    #[must_use]
    pub fn shifts(&self) -> &[u8] {
        &self.shifts
    }

    /// Mantissas of all rows, label by label.
    #[must_use]
    pub fn mantissas(&self) -> &[i8] {
        &self.mantissas
    }

    /// The row of a feature, if it has one.
    #[must_use]
    pub fn row(&self, key: Key) -> Option<Row<'_>> {
        let bucket = (key >> (64 - self.index_bits)) as usize;
        let (&start, &end) = (self.index.get(bucket)?, self.index.get(bucket + 1)?);
        let (start, end) = (start as usize, end as usize);
        let at = start + self.keys.get(start..end)?.iter().position(|&candidate| candidate == key)?;
        let mantissas = self.mantissas.get(at * self.labels..(at + 1) * self.labels)?;
        Some(Row { mantissas, shift: *self.shifts.get(at)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weights(rows: &[(Key, &[f64])]) -> Weights {
        let (mut keys, mut shifts, mut mantissas) = (Vec::new(), Vec::new(), Vec::new());
        for &(key, row) in rows {
            let (mantissa, shift) = Weights::quantize(row);
            keys.push(key);
            shifts.push(shift);
            mantissas.extend(mantissa);
        }
        Weights::new(rows.first().map_or(0, |(_, row)| row.len()), keys, shifts, mantissas).unwrap()
    }

    #[test]
    fn every_key_is_found_and_no_other() {
        let keys: Vec<Key> = (0..1000u64).map(|i| i.wrapping_mul(0x9e37_79b9_7f4a_7c15)).collect();
        let mut sorted = keys.clone();
        sorted.sort_unstable();
        let rows: Vec<(Key, &[f64])> = sorted.iter().map(|&key| (key, [1.0, -0.5].as_slice())).collect();
        let weights = weights(&rows);
        assert!(keys.iter().all(|&key| weights.row(key).is_some()));
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
        assert!(Weights::new(3, vec![], vec![], vec![]).unwrap().row(7).is_none());
    }
}
