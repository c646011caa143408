//! Features as numbers: what tells one from another, the same on every machine.

/// Identifies a feature across documents: a 64-bit hash of its kind and characters.
pub type Key = u64;

/// What the hash of a word begins with.
pub(super) const WORD: u64 = 0x9e37_79b9_7f4a_7c15;

/// Spreads a number over all bits of a key, no two to the same one.
#[inline(always)]
pub(super) fn spread(number: u64) -> Key {
    let h = number.wrapping_mul(0xff51_afd7_ed55_8ccd);
    h ^ (h >> 32)
}

/// Adds a character to the hash of a word, which is still to be [`spread`].
#[inline(always)]
pub(super) fn mix(hash: u64, c: char) -> u64 {
    (hash.rotate_left(23) ^ u64::from(u32::from(c))).wrapping_mul(0xc4ce_b9fe_1a85_ec53)
}

/// Key of a sequence of two features: of the words before, and of the next one.
#[inline(always)]
pub(super) fn follow(before: Key, next: Key) -> Key {
    spread(before.rotate_left(23) ^ next)
}
