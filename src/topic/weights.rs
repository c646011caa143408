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
/// Bytes that are added at once.
const WORD: usize = 8;
/// Turns mantissas into numbers from 0 to 255, 128 more each: no sum of them borrows from its neighbour.
const SIGNS: u64 = 0x8080_8080_8080_8080;
const LOW_BYTES: u64 = 0x00ff_00ff_00ff_00ff;
/// Rows that are added up at a time: so many mantissas of eight bits stay within 16, and with their shifts within 32.
pub const MAX_ADDED: usize = 256;
/// Number of exponents.
const SHIFTS: usize = MAX_SHIFT as usize + 1;
/// Bits after the point of a row's weights at shift 0.
const WEIGHT_FRACTION_BITS: i32 = 16;

/// All rows, found by key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Weights {
    labels: usize,
    /// Ascending, and then the largest number four times more, so that four can be read from the end of a bucket on.
    keys: Vec<Key>,
    /// Number of rows.
    len: usize,
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
        mut keys: Vec<Key>,
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
        let len = keys.len();
        keys.extend([Key::MAX; 4]);
        Ok(Self { labels, keys, len, rows, index, index_bits, present })
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
        self.keys.get(..self.len).unwrap_or_default()
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
        let stride = self.stride();
        let start = usize::try_from(self.position(key)).ok()?.checked_mul(stride)?;
        Some(Row::of(self.rows.get(start..)?.get(..stride)?, self.labels))
    }

    /// Stands for the number of a row where a feature has none.
    pub const NO_ROW: u32 = u32::MAX;

    /// The number of the row of a feature, or [`NO_ROW`](Self::NO_ROW).
    #[inline(always)]
    #[must_use]
    pub fn position(&self, key: Key) -> u32 {
        let bucket = (key >> (64 - self.index_bits)) as usize;
        let Some(&start) = self.index.get(bucket) else { return Self::NO_ROW };
        // Most buckets hold no more than four: all are compared, and nothing is guessed.
        let Some(&[one, two, three, four]) =
            self.keys.get(start as usize..).and_then(|keys| keys.first_chunk())
        else {
            return Self::NO_ROW;
        };
        let mut row = if four == key { start + 3 } else { Self::NO_ROW };
        row = if three == key { start + 2 } else { row };
        row = if two == key { start + 1 } else { row };
        row = if one == key { start } else { row };
        match row == Self::NO_ROW {
            true => self.position_beyond(key, bucket),
            // The fill at the end is no row.
            false if row as usize >= self.len => Self::NO_ROW,
            false => row,
        }
    }

    /// The same for the keys of a bucket after the first four.
    fn position_beyond(&self, key: Key, bucket: usize) -> u32 {
        let range = match (self.index.get(bucket), self.index.get(bucket + 1)) {
            (Some(&start), Some(&end)) => start.saturating_add(4) as usize..end as usize,
            _ => return Self::NO_ROW,
        };
        let start = range.start as u32;
        let at = self.keys.get(range).and_then(|keys| keys.iter().position(|&candidate| candidate == key));
        at.map_or(Self::NO_ROW, |at| start + at as u32)
    }

    /// Adds the rows of these numbers to the sums, each `weight` times: in units of 2⁻¹⁶, one sum per label. At most
    /// [`MAX_ADDED`] of them.
    pub fn add_up(&self, rows: &[u64], weight: u32, sums: &mut [i64]) {
        // Lengths that are known when this is compiled are added up without loops.
        match self.stride() / WORD {
            1 => self.sum::<1>(rows, weight, sums),
            2 => self.sum::<2>(rows, weight, sums),
            3 => self.sum::<3>(rows, weight, sums),
            4 => self.sum::<4>(rows, weight, sums),
            5 => self.sum::<5>(rows, weight, sums),
            _ => self.sum_long(rows, weight, sums),
        }
    }

    /// The same for rows of so many words of eight bytes: shift by shift, four labels at once.
    fn sum<const WORDS: usize>(&self, rows: &[u64], weight: u32, sums: &mut [i64]) {
        let all = self.rows.as_chunks::<WORD>().0.as_chunks::<WORDS>().0;
        // Of each word, the bytes at even places and those at odd ones, each in 16 bits.
        let mut by_shift = [[[0u64; 2]; WORDS]; SHIFTS];
        let mut added = [0i32; SHIFTS];
        for &row in rows.iter().take(MAX_ADDED) {
            let Some(row) = all.get(row as usize) else { continue };
            let shift = usize::from(row.as_flattened().last().copied().unwrap_or_default() as u8 & MAX_SHIFT);
            #[expect(clippy::indexing_slicing, reason = "there are as many sums as the mask lets through")]
            let (halves, added) = (&mut by_shift[shift], &mut added[shift]);
            for ([even, odd], bytes) in halves.iter_mut().zip(row) {
                let word = u64::from_le_bytes(bytes.map(i8::cast_unsigned)) ^ SIGNS;
                *even += word & LOW_BYTES;
                *odd += word >> 8 & LOW_BYTES;
            }
            *added += 1;
        }
        let mut by_label = [[0i32; WORD]; WORDS];
        for (shift, (halves, added)) in by_shift.iter().zip(added).enumerate().filter(|(_, (_, n))| *n > 0) {
            for (labels, halves) in by_label.iter_mut().zip(halves) {
                for (label, place) in labels.iter_mut().zip(0..) {
                    let [even, odd] = halves;
                    let half = if place % 2 == 0 { even } else { odd };
                    let sum = (half >> (place / 2 * 16) & 0xffff) as i32 - added * 128;
                    *label += sum << shift;
                }
            }
        }
        for (sum, all) in sums.iter_mut().zip(by_label.as_flattened()) {
            *sum += i64::from(*all) * i64::from(weight);
        }
    }

    /// The same for rows of any length.
    fn sum_long(&self, rows: &[u64], weight: u32, sums: &mut [i64]) {
        let stride = self.stride();
        for &row in rows {
            let start = (row as usize).saturating_mul(stride);
            let Some(row) = self.rows.get(start..).and_then(|rows| rows.get(..stride)) else { continue };
            let shift = row.last().copied().unwrap_or_default() as u8 & MAX_SHIFT;
            for (sum, &mantissa) in sums.iter_mut().zip(row) {
                *sum += (i64::from(mantissa) << shift) * i64::from(weight);
            }
        }
    }
}

/// Bytes of a row with so many labels: room for the shift, in steps of eight.
fn stride(labels: usize) -> usize {
    (labels + 1).next_multiple_of(WORD)
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
        /// Sums in 16 and 32 bits are those in 64, whatever the mantissas, shifts and numbers of rows and labels.
        #[test]
        fn sums_do_not_overflow(
            labels in 1usize..48,
            rows in prop::collection::vec(
                (prop_oneof![prop::collection::vec(any::<i8>(), 48), Just(vec![i8::MIN; 48])], 0..=MAX_SHIFT),
                1..40,
            ),
            added in prop::collection::vec(0u64..50, 0..=MAX_ADDED),
            weight in 0u32..4,
        ) {
            let keys: Vec<Key> = (0..rows.len() as u64).map(|row| row << 58 | row).collect();
            let shifts: Vec<u8> = rows.iter().map(|row| row.1).collect();
            let mantissas: Vec<i8> = rows.iter().flat_map(|row| row.0.iter().take(labels)).copied().collect();
            let weights = Weights::new(labels, keys, &shifts, &mantissas).unwrap();
            let mut sums = vec![5; labels];
            weights.add_up(&added, weight, &mut sums);
            let mut expected = vec![5i64; labels];
            for &row in &added {
                if let Some((mantissas, shift)) = rows.get(row as usize) {
                    for (sum, &mantissa) in expected.iter_mut().zip(mantissas) {
                        *sum += i64::from(weight) * (i64::from(mantissa) << shift);
                    }
                }
            }
            prop_assert_eq!(sums, expected);
        }

        /// Also where many keys begin alike.
        #[test]
        fn rows_are_found_by_their_keys(
            keys in prop::collection::btree_set(prop_oneof![any::<u64>(), 0u64..20, Just(u64::MAX)], 0..60),
            others in prop::collection::vec(prop_oneof![any::<u64>(), 0u64..40], 0..20),
        ) {
            let shifts = vec![0; keys.len()];
            let weights = Weights::new(0, keys.iter().copied().collect(), &shifts, &[]).unwrap();
            for (row, &key) in (0u32..).zip(&keys) {
                prop_assert_eq!(weights.position(key), row);
                prop_assert!(weights.may_have(key));
            }
            for key in others.into_iter().filter(|key| !keys.contains(key)) {
                prop_assert_eq!(weights.position(key), Weights::NO_ROW);
            }
        }
    }
}
