//! A place of its own for each of a set of keys, found in one step: a perfect hash by hashing and displacing.
//!
//! Keys fall into small buckets by their first bits. Each bucket has a pilot, a number that is mixed into its keys such
//! that they fall on slots which no other key has. The pilots are found when the set is known, the largest buckets
//! first while most slots are free. (Belazzougui, Botelho and Dietzfelbinger, Hash, displace, and compress, 2009.)

use super::key::Key;

/// Slots of a set of keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Placement {
    /// One for each bucket; a power of two of them.
    pilots: Vec<u16>,
    bucket_bits: u32,
    slots: u32,
}

/// Keys of a bucket on average, at most.
const BUCKET: usize = 4;
/// Keys of a bucket at most. Keys are hashes: more fall into one where they are none.
const LARGEST: usize = 48;
/// Buckets between two rests of who places keys.
const STEP: usize = 1024;

impl Placement {
    /// Finds places for these keys, which ascend; none where keys are so alike that they cannot be told apart. Calls
    /// `step` every now and then, so that who places keys beside other work can rest between.
    #[must_use]
    pub fn of(keys: &[Key], step: impl Fn()) -> Option<Self> {
        let buckets = (keys.len() / BUCKET + 1).next_power_of_two();
        // A fifth of the slots stay free, or the last buckets would have to try for long.
        let slots = u32::try_from(keys.len() + keys.len() / 4 + 1).ok()?;
        let mut placement = Self { pilots: vec![0; buckets], bucket_bits: buckets.trailing_zeros(), slots };
        let mut by_size: [Vec<&[Key]>; LARGEST] = std::array::from_fn(|_| Vec::new());
        for bucket in keys.chunk_by(|a, b| placement.bucket(*a) == placement.bucket(*b)) {
            by_size.get_mut(bucket.len() - 1)?.push(bucket);
        }
        let mut taken = vec![false; slots as usize];
        for (number, bucket) in by_size.iter().rev().flatten().enumerate() {
            if number % STEP == 0 {
                step();
            }
            placement.place(bucket, &mut taken)?;
        }
        Some(placement)
    }

    /// Number of slots.
    #[must_use]
    pub fn slots(&self) -> usize {
        self.slots as usize
    }

    /// The slot of a key, if it is one of the set; any slot if it is not.
    #[inline(always)]
    #[must_use]
    pub fn slot(&self, key: Key) -> u32 {
        let pilot = self.pilots.get(self.bucket(key)).copied().unwrap_or_default();
        self.displaced(key, pilot)
    }

    #[inline(always)]
    fn bucket(&self, key: Key) -> usize {
        // The first bits; in two steps, for there may be none.
        (key >> 1 >> (63 - self.bucket_bits)) as usize
    }

    #[inline(always)]
    fn displaced(&self, key: Key, pilot: u16) -> u32 {
        let mixed =
            (key ^ u64::from(pilot).wrapping_mul(0x9e37_79b9_7f4a_7c15)).wrapping_mul(0xd6e8_feb8_6659_fd93);
        (((mixed >> 32) * u64::from(self.slots)) >> 32) as u32
    }

    /// Finds the pilot of a bucket.
    fn place(&mut self, bucket: &[Key], taken: &mut [bool]) -> Option<()> {
        let at = self.bucket(*bucket.first()?);
        let pilot = (0..=u16::MAX).find(|&pilot| {
            for (number, &key) in bucket.iter().enumerate() {
                let slot = taken.get_mut(self.displaced(key, pilot) as usize);
                if slot.as_deref() == Some(&false) {
                    slot.into_iter().for_each(|slot| *slot = true);
                    continue;
                }
                // One that is taken, perhaps by a key of the same bucket: those before it are freed again.
                for &key in bucket.iter().take(number) {
                    taken
                        .get_mut(self.displaced(key, pilot) as usize)
                        .into_iter()
                        .for_each(|slot| *slot = false);
                }
                return false;
            }
            true
        })?;
        *self.pilots.get_mut(at)? = pilot;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topic::key::spread;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn is_perfect(keys: &BTreeSet<Key>) -> bool {
        let keys: Vec<Key> = keys.iter().copied().collect();
        let placement = Placement::of(&keys, || ()).unwrap();
        let slots: BTreeSet<u32> = keys.iter().map(|&key| placement.slot(key)).collect();
        slots.len() == keys.len() && slots.iter().all(|&slot| (slot as usize) < placement.slots())
    }

    #[test]
    fn many_keys_have_slots_of_their_own() {
        assert!(is_perfect(&(0..100_000).map(spread).collect()));
        assert!(is_perfect(&BTreeSet::new()));
    }

    #[test]
    fn keys_that_are_no_hashes_are_refused() {
        let keys: Vec<Key> = (0..1000).collect();
        assert_eq!(Placement::of(&keys, || ()), None);
    }

    proptest! {
        #[test]
        fn keys_have_slots_of_their_own(
            keys in prop::collection::btree_set(prop_oneof![any::<u64>(), 0u64..20, Just(u64::MAX)], 0..60),
            others in prop::collection::vec(any::<u64>(), 0..20),
        ) {
            prop_assert!(is_perfect(&keys));
            let placement = Placement::of(&keys.into_iter().collect::<Vec<_>>(), || ()).unwrap();
            prop_assert!(others.into_iter().all(|key| (placement.slot(key) as usize) < placement.slots()));
        }
    }
}
