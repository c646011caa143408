//! Values by hash, for look-ups most of which find nothing.

/// Values by 32-bit hash.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Hashed<T> {
    /// Sorted by hash.
    entries: Vec<(u32, T)>,
    /// Open addressing by hash: the place among the entries plus one, 0 where empty; a power of two in size, at most a
    /// quarter of it taken, so that what is not there, as most is, is told by one look.
    table: Vec<u32>,
}

impl<T: Copy> Hashed<T> {
    /// A table of entries that ascend by hash.
    pub(super) fn new(entries: Vec<(u32, T)>) -> Self {
        if entries.is_empty() {
            return Self { entries, table: Vec::new() };
        }
        let capacity = (entries.len() * 4).next_power_of_two();
        let mut table = vec![0; capacity];
        for (number, &(hash, _)) in entries.iter().enumerate() {
            let mut at = position(hash, capacity);
            while table.get(at).is_some_and(|&taken| taken != 0) {
                at = (at + 1) & (capacity - 1);
            }
            if let Some(slot) = table.get_mut(at) {
                *slot = number as u32 + 1;
            }
        }
        Self { entries, table }
    }

    /// The value of what has this hash.
    #[inline]
    pub(super) fn get(&self, hash: u32) -> Option<T> {
        let capacity = self.table.len();
        let mut at = position(hash, capacity);
        loop {
            let number = *self.table.get(at)?;
            let &(known, value) = self.entries.get((number as usize).checked_sub(1)?)?;
            if known == hash {
                return Some(value);
            }
            at = (at + 1) & (capacity - 1);
        }
    }

    /// Everything, by hash.
    pub(super) fn entries(&self) -> &[(u32, T)] {
        &self.entries
    }
}

/// Where the table looks for a hash first; its size is a power of two.
#[inline]
fn position(hash: u32, capacity: usize) -> usize {
    (hash.wrapping_mul(0x9e37_79b1) >> 7) as usize & capacity.wrapping_sub(1)
}
