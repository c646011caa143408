//! The weights of a model: one row of small integers per feature.

use std::cell::Cell;

use super::key::Key;
use super::pages::Pages;
use super::placement::Placement;
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

/// Weights of one feature, a number per label: `mantissa · 2^(shift - 16)`.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// One per label, [`RAISED`] each.
    raised: &'a [u8],
    /// Common exponent, 0 to 15.
    pub shift: u8,
}

impl<'a> Row<'a> {
    /// A row from its bytes.
    fn of(bytes: &'a [u8], labels: usize) -> Self {
        let shift = bytes.last().copied().unwrap_or_default();
        Self { raised: bytes.get(..labels).unwrap_or_default(), shift }
    }

    /// The mantissas, one per label.
    pub fn mantissas(self) -> impl Iterator<Item = i8> + 'a {
        self.raised.iter().copied().map(lowered)
    }

    /// The mantissa of a label.
    #[must_use]
    pub fn mantissa(&self, label: usize) -> Option<i8> {
        self.raised.get(label).copied().map(lowered)
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
/// Lengths of rows are multiples of this many bytes, so that they are added up in few steps.
const STEP_OF_LENGTHS: usize = 8;
/// By how much mantissas are raised where they are kept: numbers from 0 to 255 are widened in fewer steps than those with
/// signs.
const RAISED: u8 = 128;
/// Rows that are added up at a time: so many bytes stay within 16 bits, and with their shifts within 32.
pub const MAX_ADDED: usize = 256;
/// Bytes that the rows of frequent features may have together: a good part of what a core has as a cache of its own.
const FREQUENT_BYTES: usize = 384 << 10;
/// Rows that are added up one by one.
const FEW: usize = 9;
/// Number of exponents.
const SHIFTS: usize = MAX_SHIFT as usize + 1;
/// Bits after the point of a row's weights at shift 0.
const WEIGHT_FRACTION_BITS: i32 = 16;

/// What weights are made of, which a bundle brings.
#[derive(Clone, Debug, Default)]
pub struct Parts<'a> {
    /// Numbers of a row.
    pub labels: usize,
    /// How many of the keys come first because documents hold their features most often.
    pub frequent: usize,
    /// One per row, each once: those of the frequent features ascending, then the others ascending.
    pub keys: Vec<Key>,
    /// One per row.
    pub shifts: &'a [u8],
    /// `labels` per row, as two's complements.
    pub mantissas: &'a [u8],
}

/// All rows, found by key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Weights {
    labels: usize,
    keys: Vec<Key>,
    /// How many of them are frequent.
    frequent_keys: usize,
    /// The rows of the frequent features lie together, so that they stay in the cache, and are looked into first: most
    /// features of a text are among them.
    frequent: Placement,
    others: Placement,
    /// Row by row its mantissas, [`RAISED`], zeros, the [`tag`] of its key, its shift: [`stride`](Self::stride) bytes in
    /// all. What tells whether a feature has a row lies in the row, so that a look-up reads one or two lines of the
    /// cache, which are read again when the rows are added up.
    rows: Pages,
}

impl Weights {
    /// How many features are worth keeping together as frequent where there are so many labels.
    #[must_use]
    pub fn most_frequent(labels: usize) -> usize {
        FREQUENT_BYTES / stride(labels)
    }

    /// Weights from their parts.
    ///
    /// # Errors
    /// [`Error::Training`] when lengths do not fit one another, keys do not ascend or are no hashes, or a shift is too
    /// large.
    pub fn new(parts: Parts<'_>) -> Result<Self, Error> {
        Self::stepwise(parts, || {})
    }

    /// The same with a call of `step` after every few thousand rows, so that who builds weights beside other work can
    /// rest between.
    ///
    /// # Errors
    /// Those of [`new`](Self::new).
    pub fn stepwise(parts: Parts<'_>, step: impl Fn()) -> Result<Self, Error> {
        let Parts { labels, frequent, keys, shifts, mantissas } = parts;
        let refuse = |reason: &str| Error::Training { reason: format!("weights: {reason}") };
        if shifts.len() != keys.len() || Some(mantissas.len()) != keys.len().checked_mul(labels) {
            return Err(refuse("lengths of keys, shifts and mantissas do not fit"));
        }
        if keys.len() > u32::MAX as usize / 2 {
            return Err(refuse("more than 2³¹ rows"));
        }
        let Some((first, rest)) = keys.split_at_checked(frequent) else {
            return Err(refuse("more frequent features than features"));
        };
        if [first, rest].iter().any(|keys| !keys.is_sorted_by(|a, b| a < b)) {
            return Err(refuse("keys do not ascend"));
        }
        if first.iter().any(|key| rest.binary_search(key).is_ok()) {
            return Err(refuse("a key comes twice"));
        }
        if shifts.iter().any(|&shift| shift > MAX_SHIFT) {
            return Err(refuse("a shift is above 15"));
        }
        let (Some(first), Some(rest)) = (Placement::of(first, &step), Placement::of(rest, &step)) else {
            return Err(refuse("keys are too much alike"));
        };
        let stride = stride(labels);
        let rows = Pages::zeroed((first.slots() + rest.slots()) * stride);
        let mut weights = Self { labels, keys, frequent_keys: frequent, frequent: first, others: rest, rows };
        let parts = mantissas.chunks_exact(labels.max(1)).chain(std::iter::repeat(&[][..])).zip(shifts);
        for (number, (mantissas, &shift)) in parts.enumerate() {
            if number % STEP == 0 {
                step();
            }
            let Some(&key) = weights.keys.get(number) else { break };
            let place = match number < frequent {
                true => weights.frequent.slot(key) as usize,
                false => weights.frequent.slots() + weights.others.slot(key) as usize,
            };
            let row = weights.rows.get_mut(place * stride..(place + 1) * stride);
            let Some((row, last)) = row.and_then(<[u8]>::split_last_chunk_mut) else { continue };
            row.iter_mut().zip(mantissas).for_each(|(slot, &mantissa)| *slot = mantissa ^ RAISED);
            *last = (tag(key) | u32::from(shift) << 24).to_le_bytes();
        }
        Ok(weights)
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

    /// Keys of all rows: those of the frequent features ascending, then the others.
    #[must_use]
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// How many of them are frequent.
    #[must_use]
    pub fn frequent(&self) -> usize {
        self.frequent_keys
    }

    /// All rows, in the order of the keys.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.keys.iter().filter_map(|&key| self.row(key))
    }

    /// Places for rows: the number of each is below this.
    #[must_use]
    pub fn places(&self) -> usize {
        self.frequent.slots() + self.others.slots()
    }

    /// The row of a feature, if it has one. Of those that have none, one in four millions is taken for another.
    #[must_use]
    pub fn row(&self, key: Key) -> Option<Row<'_>> {
        let stride = self.stride();
        let candidates =
            [self.frequent.slot(key) as usize, self.frequent.slots() + self.others.slot(key) as usize];
        candidates.into_iter().find_map(|number| {
            let row = self.rows.get(number.checked_mul(stride)?..)?.get(..stride)?;
            is_tagged(row, key).then(|| Row::of(row, self.labels))
        })
    }

    /// Writes the numbers of the rows of features to the beginning of `rows`, and returns how many have one: the same
    /// features as those that have a [`row`](Self::row). What is left of the keys is of no use.
    pub fn find(&self, keys: &mut [Key], rows: &mut [u32; MAX_ADDED]) -> usize {
        match self.stride() {
            8 => self.find_in::<8>(keys, rows),
            16 => self.find_in::<16>(keys, rows),
            24 => self.find_in::<24>(keys, rows),
            32 => self.find_in::<32>(keys, rows),
            40 => self.find_in::<40>(keys, rows),
            stride => self.find_by(keys, rows, |number| {
                self.rows.get((number as usize).saturating_mul(stride)..)?.get(..stride)
            }),
        }
    }

    fn find_in<const STRIDE: usize>(&self, keys: &mut [Key], rows: &mut [u32; MAX_ADDED]) -> usize {
        let all = self.rows.as_chunks::<STRIDE>().0;
        self.find_by(keys, rows, |number| all.get(number as usize).map(<[u8; STRIDE]>::as_slice))
    }

    #[inline(always)]
    fn find_by<'a>(
        &self,
        keys: &mut [Key],
        rows: &mut [u32; MAX_ADDED],
        row: impl Fn(u32) -> Option<&'a [u8]>,
    ) -> usize {
        let keys = keys.get_mut(..keys.len().min(MAX_ADDED)).unwrap_or_default();
        let keys = Cell::from_mut(keys).as_slice_of_cells();
        let rows = Cell::from_mut(&mut rows[..]).as_slice_of_cells();
        // That rows are asked for in a loop that does little else lets many be under way at once.
        for (key, place) in keys.iter().zip(rows) {
            place.set(self.frequent.slot(key.get()));
        }
        let (mut found, mut left) = (0, 0);
        for (key, place) in keys.iter().zip(rows) {
            let (key, number) = (key.get(), place.get());
            let own = row(number).is_some_and(|row| is_tagged(row, key));
            // Each is written down both where it was found and where it was not, and kept in one of the two: nothing is
            // guessed, so no guess goes wrong.
            if let Some(slot) = rows.get(found) {
                slot.set(number);
            }
            if let Some(slot) = keys.get(left) {
                slot.set(key);
            }
            found += usize::from(own);
            left += usize::from(!own);
        }
        let first = self.frequent.slots() as u32;
        let places = rows.get(found..).unwrap_or_default();
        for (key, place) in keys.iter().zip(places).take(left) {
            place.set(first + self.others.slot(key.get()));
        }
        for (key, place) in keys.iter().zip(places).take(left) {
            let (key, number) = (key.get(), place.get());
            if let Some(slot) = rows.get(found) {
                slot.set(number);
            }
            found += usize::from(row(number).is_some_and(|row| is_tagged(row, key)));
        }
        found
    }

    /// Adds the rows of these numbers to the sums, one sum per label in units of 2⁻¹⁶. At most [`MAX_ADDED`] of them.
    pub fn add_up(&self, rows: &[u32], sums: &mut [i64]) {
        // Lengths that are known when this is compiled are added up without loops.
        match self.stride() {
            8 => self.sum::<8>(rows, sums),
            16 => self.sum::<16>(rows, sums),
            24 => self.sum::<24>(rows, sums),
            32 => self.sum::<32>(rows, sums),
            40 => self.sum::<40>(rows, sums),
            stride => {
                for &row in rows {
                    let start = (row as usize).saturating_mul(stride);
                    let Some(row) = self.rows.get(start..).and_then(|rows| rows.get(..stride)) else {
                        continue;
                    };
                    let row = Row::of(row, self.labels);
                    for (sum, mantissa) in sums.iter_mut().zip(row.mantissas()) {
                        *sum += i64::from(mantissa) << row.shift;
                    }
                }
            }
        }
    }

    fn sum<const STRIDE: usize>(&self, rows: &[u32], sums: &mut [i64]) {
        let all = self.rows.as_chunks::<STRIDE>().0;
        let rows = rows.get(..MAX_ADDED).unwrap_or(rows);
        let by_label = if rows.len() > FEW { by_shift(all, rows) } else { one_by_one(all, rows) };
        for (sum, all) in sums.iter_mut().zip(by_label) {
            *sum += i64::from(all);
        }
    }
}

/// Sums of rows of so many bytes, a label after the other.
fn one_by_one<const STRIDE: usize>(all: &[[u8; STRIDE]], rows: &[u32]) -> [i32; STRIDE] {
    let mut by_label = [0i32; STRIDE];
    for &row in rows {
        let Some(row) = all.get(row as usize) else { continue };
        let shift = shift(row);
        for (sum, &byte) in by_label.iter_mut().zip(row) {
            *sum += (i32::from(byte) - i32::from(RAISED)) << shift;
        }
    }
    by_label
}

/// The same, those of one shift together in 16 bits a label: worth its while for more than a [`FEW`].
fn by_shift<const STRIDE: usize>(all: &[[u8; STRIDE]], rows: &[u32]) -> [i32; STRIDE] {
    let mut by_shift = [[0u16; STRIDE]; SHIFTS];
    let mut added = [0i32; SHIFTS];
    for &row in rows {
        let Some(row) = all.get(row as usize) else { continue };
        let shift = shift(row);
        #[expect(clippy::indexing_slicing, reason = "there are as many sums as shifts")]
        let (labels, added) = (&mut by_shift[shift], &mut added[shift]);
        for (label, &byte) in labels.iter_mut().zip(row) {
            *label += u16::from(byte);
        }
        *added += 1;
    }
    let mut by_label = [0i32; STRIDE];
    for (shift, (labels, added)) in by_shift.iter().zip(added).enumerate().filter(|(_, (_, n))| *n > 0) {
        for (sum, &label) in by_label.iter_mut().zip(labels) {
            *sum += (i32::from(label) - added * i32::from(RAISED)) << shift;
        }
    }
    by_label
}

/// The shift of a row: its last byte, below [`SHIFTS`].
#[inline(always)]
fn shift<const STRIDE: usize>(row: &[u8; STRIDE]) -> usize {
    usize::from(row.last().copied().unwrap_or_default() & MAX_SHIFT)
}

/// Bytes of a row with so many labels: room for the tag and the shift, in steps of eight.
fn stride(labels: usize) -> usize {
    (labels + 4).next_multiple_of(STEP_OF_LENGTHS)
}

/// Bits of a key that tell whether a row is its own; never 0, which rows have that are no key's.
#[inline(always)]
fn tag(key: Key) -> u32 {
    key as u32 & 0x00ff_ffff | 1
}

#[inline(always)]
fn is_tagged(row: &[u8], key: Key) -> bool {
    row.last_chunk().is_some_and(|&last| (u32::from_le_bytes(last) ^ tag(key)) << 8 == 0)
}

fn lowered(raised: u8) -> i8 {
    (raised ^ RAISED).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topic::key::spread;
    use proptest::prelude::*;

    fn weights(rows: &[(Key, &[f64])]) -> Weights {
        let (mut keys, mut shifts, mut mantissas) = (Vec::new(), Vec::new(), Vec::new());
        for &(key, row) in rows {
            let (mantissa, shift) = Weights::quantize(row);
            keys.push(key);
            shifts.push(shift);
            mantissas.extend(mantissa.into_iter().map(i8::cast_unsigned));
        }
        let labels = rows.first().map_or(0, |(_, row)| row.len());
        let frequent = keys.len() / 3;
        Weights::new(Parts { labels, frequent, keys, shifts: &shifts, mantissas: &mantissas }).unwrap()
    }

    #[test]
    fn every_key_is_found_and_no_other() {
        let keys: Vec<Key> = (0..1000u64).map(spread).collect();
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
        assert!(Weights::new(Parts { labels: 3, ..Parts::default() }).unwrap().row(7).is_none());
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
            added in prop::collection::vec(0usize..50, 0..=MAX_ADDED),
        ) {
            // Frequent ones and others, each ascending.
            let mut keys: Vec<Key> = (0..rows.len() as u64).map(spread).collect();
            let frequent = keys.len() / 2;
            keys[..frequent].sort_unstable();
            keys[frequent..].sort_unstable();
            let shifts: Vec<u8> = rows.iter().map(|row| row.1).collect();
            let mantissas: Vec<u8> =
                rows.iter().flat_map(|row| row.0.iter().take(labels)).map(|m| m.cast_unsigned()).collect();
            let parts =
                Parts { labels, frequent, keys: keys.clone(), shifts: &shifts, mantissas: &mantissas };
            let weights = Weights::new(parts).unwrap();
            let mut found = [0; MAX_ADDED];
            let key = |row: &usize| keys.get(*row).copied().unwrap_or_else(|| spread(1000 + *row as u64));
            let count = weights.find(&mut added.iter().map(key).collect::<Vec<_>>(), &mut found);
            let mut sums = vec![5; labels];
            weights.add_up(&found[..count], &mut sums);
            let mut expected = vec![5i64; labels];
            for &row in &added {
                if let Some((mantissas, shift)) = rows.get(row) {
                    for (sum, &mantissa) in expected.iter_mut().zip(mantissas) {
                        *sum += i64::from(mantissa) << shift;
                    }
                }
            }
            prop_assert_eq!(sums, expected);
        }

        /// One key after the other as many at once.
        #[test]
        fn rows_are_found_by_their_keys(
            keys in prop::collection::btree_set(any::<u64>(), 0..60),
            others in prop::collection::vec(any::<u64>(), 0..20),
            labels in 0usize..50,
        ) {
            // The first ones as others, the last ones as frequent.
            let frequent = keys.len() / 3;
            let split = keys.len() - frequent;
            let keys: Vec<Key> = keys.iter().copied().skip(split).chain(keys.iter().copied().take(split)).collect();
            let shifts: Vec<u8> = keys.iter().map(|key| (key % 16) as u8).collect();
            let mantissas = vec![(-3i8).cast_unsigned(); keys.len() * labels];
            let parts = Parts { labels, frequent, keys: keys.clone(), shifts: &shifts, mantissas: &mantissas };
            let weights = Weights::new(parts).unwrap();
            prop_assert_eq!(weights.frequent(), frequent);
            for (key, row) in keys.iter().zip(weights.rows()) {
                prop_assert_eq!(u64::from(row.shift), key % 16);
                prop_assert_eq!(row.mantissas().collect::<Vec<_>>(), vec![-3; labels]);
            }
            let asked: Vec<Key> = keys.iter().chain(&others).copied().collect();
            let mut found = [0; MAX_ADDED];
            let count = weights.find(&mut asked.clone(), &mut found);
            let with_rows = asked.iter().filter(|&&key| weights.row(key).is_some()).count();
            prop_assert_eq!(count, with_rows);
            prop_assert!(count >= keys.len() && found.iter().all(|&row| (row as usize) < weights.places()));
        }
    }
}
