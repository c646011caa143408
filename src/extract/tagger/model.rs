//! The weights of a tagger, small and quick to look up.

use super::features::Key;
use super::features::MAX_SLOTS;
use super::features::Occurrence;
use super::features::Shape;
use super::lattice;

/// Weights are whole numbers of this size times a power of two.
pub(crate) const UNIT: f64 = 1.0 / 1024.0;

/// One row of the table before it is packed: what occurs, and the weights of each of its slots that has any.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    /// What occurs.
    pub(crate) key: Key,
    /// Slot, and one weight a tag.
    pub(crate) slots: Vec<(usize, Vec<f32>)>,
}

/// The weights of a tagger.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Weights {
    tags: usize,
    /// Ascending.
    keys: Vec<Key>,
    /// Which slots each has, a bit each.
    masks: Vec<u8>,
    /// Left shift of each slot's weights in a file.
    shifts: Vec<u8>,
    /// One a tag for each slot but the first tag's, above the first tag's, in units; padded to [`Weights::width`]. What a
    /// row adds to every tag alike tells none from another, and so many fit the registers of the machine.
    rows: Vec<i16>,
    /// The first tag's.
    outside: Vec<i16>,
    /// Open addressing by key: key, and the index of the first slot above eight bits of mask; 0 where empty.
    table: Vec<(Key, u32)>,
}

/// Slots that a table can hold.
const MAX_TOTAL: usize = 1 << 24;

/// Largest shift; a weight is 16 at most, so that the difference of two is still 16 bits wide.
const MAX_SHIFT: u8 = 7;

/// Scores are added so many at a time.
const LANES: usize = 8;

impl Weights {
    /// Rounds and packs rows; slots whose weights all round to nothing are left out.
    pub(crate) fn pack(tags: usize, mut rows: Vec<Row>) -> Self {
        rows.sort_unstable_by_key(|row| row.key);
        rows.dedup_by_key(|row| row.key);
        let (mut keys, mut masks, mut shifts, mut mantissas) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for row in rows {
            let mut mask = 0_u8;
            for (slot, weights) in &row.slots {
                let highest = weights.iter().fold(0.0_f32, |highest, weight| highest.max(weight.abs()));
                let highest = (f64::from(highest) / UNIT).min(127.0 * f64::from(1_u32 << MAX_SHIFT));
                let mut shift = 0_u8;
                while highest / f64::from(1_u32 << shift) > 127.0 {
                    shift += 1;
                }
                let scale = UNIT * f64::from(1_u32 << shift);
                let rounded = weights.iter().map(|&weight| {
                    let whole = libm::round(f64::from(weight) / scale);
                    whole.clamp(-127.0, 127.0) as i8
                });
                let from = mantissas.len();
                mantissas.extend(rounded);
                if mantissas.get(from..).is_some_and(|slot| slot.iter().all(|&value| value == 0)) {
                    mantissas.truncate(from);
                    continue;
                }
                shifts.push(shift);
                mask |= 1 << slot;
            }
            if mask != 0 {
                keys.push(row.key);
                masks.push(mask);
            }
        }
        Self::assemble(tags, keys, masks, shifts, &mantissas)
    }

    /// Weights from their parts.
    ///
    /// # Errors
    /// What does not fit together.
    pub(crate) fn new(
        types: usize,
        keys: Vec<Key>,
        masks: Vec<u8>,
        shifts: Vec<u8>,
        mantissas: &[i8],
    ) -> Result<Self, String> {
        let tags = lattice::tags(types);
        if !keys.is_sorted_by(|one, other| one < other) {
            return Err("keys do not ascend".to_owned());
        }
        let slots: usize = masks.iter().map(|mask| mask.count_ones() as usize).sum();
        if masks.len() != keys.len() || slots != shifts.len() || slots * tags != mantissas.len() {
            return Err("numbers of keys, slots and weights do not fit together".to_owned());
        }
        if slots >= MAX_TOTAL {
            return Err(format!("{slots} slots are more than this program reads"));
        }
        if masks.iter().any(|&mask| mask == 0 || mask >= 1 << MAX_SLOTS)
            || shifts.iter().any(|&shift| shift > MAX_SHIFT)
        {
            return Err("a mask or a shift is out of bounds".to_owned());
        }
        Ok(Self::assemble(tags, keys, masks, shifts, mantissas))
    }

    fn assemble(tags: usize, keys: Vec<Key>, masks: Vec<u8>, shifts: Vec<u8>, mantissas: &[i8]) -> Self {
        let capacity = (keys.len() * 2).next_power_of_two().max(2);
        let mut table = vec![(0, 0); capacity];
        let mut first = 0_u32;
        for (&key, &mask) in keys.iter().zip(&masks) {
            let mut at = position(key, capacity);
            while table.get(at).is_some_and(|&(_, entry)| entry != 0) {
                at = (at + 1) % capacity;
            }
            if let Some(entry) = table.get_mut(at) {
                *entry = (key, (first << 8) | u32::from(mask));
            }
            first += mask.count_ones();
        }
        let width = padded(tags);
        let mut rows = Vec::with_capacity(shifts.len() * width);
        let mut outside = Vec::with_capacity(shifts.len());
        for (row, &shift) in mantissas.chunks_exact(tags.max(1)).zip(&shifts) {
            let mut weights = row.iter().map(|&mantissa| i16::from(mantissa) << shift);
            let first = weights.next().unwrap_or(0);
            let from = rows.len();
            rows.extend(weights.map(|weight| weight.saturating_sub(first)));
            rows.resize(from + width, 0);
            outside.push(first);
        }
        Self { tags, keys, masks, shifts, rows, outside, table }
    }

    /// How many scores a character has in [`Weights::add`]: one a tag but the first, in order, then none that counts.
    pub(crate) fn width(&self) -> usize {
        padded(self.tags)
    }

    /// Where a key's weights are, if it has any.
    pub(crate) fn find(&self, key: Key) -> Option<Found> {
        let capacity = self.table.len();
        let mut at = position(key, capacity);
        loop {
            let &(known, entry) = self.table.get(at)?;
            if entry == 0 {
                return None;
            }
            if known == key {
                return Some(Found { first: (entry >> 8) as usize, mask: entry as u8 });
            }
            at = (at + 1) & (capacity - 1);
        }
    }

    /// Adds the weights of an occurrence to the scores of the characters that it speaks for, in units.
    pub(crate) fn add(&self, found: Found, occurrence: &Occurrence, length: usize, scores: &mut [i32]) {
        let width = self.width();
        let mut put = |at: usize, index: usize, count: usize| {
            let row = self.rows.get(index * width..(index + count) * width).unwrap_or_default();
            let slot = scores.get_mut(at * width..(at + count) * width).unwrap_or_default();
            let (slot, row) = (slot.as_chunks_mut::<LANES>().0, row.as_chunks::<LANES>().0);
            for (scores, weights) in slot.iter_mut().zip(row) {
                for (score, &weight) in scores.iter_mut().zip(weights) {
                    *score += i32::from(weight);
                }
            }
        };
        match occurrence.shape {
            Shape::Window => {
                // Slots that stand side by side are added in one go; a key that only looks like another's may have
                // fewer slots than that one.
                let slots = (occurrence.end - occurrence.start).clamp(0, MAX_SLOTS as i32);
                let mut mask = u32::from(found.mask) & ((1 << slots) - 1);
                let mut index = found.first;
                let mut at = occurrence.start;
                while mask != 0 {
                    let gap = mask.trailing_zeros();
                    mask >>= gap;
                    at += gap as i32;
                    let run = mask.trailing_ones();
                    let before = (-at).clamp(0, run as i32);
                    let behind = (at + run as i32 - length as i32).clamp(0, run as i32 - before);
                    let (skip, count) = (before as usize, run as usize - (before + behind) as usize);
                    if count > 0 {
                        put((at + before) as usize, index + skip, count);
                    }
                    index += run as usize;
                    at += run as i32;
                    mask >>= run;
                }
            }
            Shape::Span => occurrence.slots(length, |at, slot| {
                let bit = 1_u8 << slot;
                if found.mask & bit != 0 {
                    put(at, found.first + (found.mask & (bit - 1)).count_ones() as usize, 1);
                }
            }),
        }
    }

    /// Keys, masks, shifts, mantissas.
    pub(crate) fn parts(&self) -> (&[Key], &[u8], &[u8], Vec<i8>) {
        let others = self.tags.saturating_sub(1);
        let rows = self.rows.chunks_exact(self.width()).zip(&self.outside).zip(&self.shifts);
        let mantissas = rows.flat_map(|((row, &first), &shift)| {
            let weights = row.iter().take(others).map(move |&above| above.saturating_add(first));
            std::iter::once(first).chain(weights).map(move |weight| (weight >> shift) as i8)
        });
        (&self.keys, &self.masks, &self.shifts, mantissas.collect())
    }

    /// Number of keys.
    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }
}

/// The number of tags but the first, rounded up to whole registers.
fn padded(tags: usize) -> usize {
    tags.saturating_sub(1).next_multiple_of(LANES).max(LANES)
}

/// Where a key's weights are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    first: usize,
    mask: u8,
}

/// Where the table looks for a key first; its size is a power of two.
fn position(key: Key, capacity: usize) -> usize {
    (key.wrapping_mul(0x9e37_79b1) >> 7) as usize & (capacity - 1)
}
