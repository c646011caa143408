//! Classes of words and characters that stand among the same neighbours, learned from plain text.
//!
//! What a tagger learns about 张家口 it then knows of 保定. The table also serves as a lexicon: a run of characters that
//! has a class is a word.

/// The classes of a word: one of many, one of few.
pub(crate) type Classes = (u16, u16);

/// A word, by hash, with its classes.
pub(crate) type WordClasses = (u32, Classes);

/// Identifies a word: a 32-bit hash of its characters.
pub(crate) fn word_hash(word: &[char]) -> u32 {
    word.iter().fold(Prefix::default(), |prefix, &character| prefix.with(character)).hash()
}

/// The beginning of a word, for looking up longer and longer ones.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Prefix(u64);

impl Default for Prefix {
    fn default() -> Self {
        Self(0x9e37_79b9_7f4a_7c15)
    }
}

impl Prefix {
    /// One character more.
    #[inline]
    pub(crate) fn with(self, character: char) -> Self {
        let mixed = (self.0 ^ u64::from(u32::from(character))).wrapping_mul(0xff51_afd7_ed55_8ccd);
        Self(mixed ^ (mixed >> 32))
    }

    /// [`word_hash`] of what was read.
    #[inline]
    pub(crate) fn hash(self) -> u32 {
        (self.0.wrapping_mul(0xc4ce_b9fe_1a85_ec53) >> 32) as u32
    }
}

/// Classes by word and by character.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Clusters {
    /// Sorted by hash.
    words: Vec<WordClasses>,
    /// Open addressing by hash: the place among the words plus one, 0 where empty; a power of two in size, at most a
    /// quarter of it taken, so that a run of characters that is no word, as most are, is told by one look.
    table: Vec<u32>,
    /// Sorted by character.
    characters: Vec<(char, u16)>,
    /// The classes of the characters from [`DENSE`] on, where all but a few lie.
    dense: Vec<u16>,
}

/// The first Chinese character that is looked up by its number alone.
const DENSE: u32 = 0x4e00;

/// How many are.
const DENSE_COUNT: usize = 0x5200;

impl Clusters {
    /// A table of words, by hash, and characters, in order.
    pub(crate) fn new(words: impl IntoIterator<Item = (u32, Classes)>, characters: Vec<(char, u16)>) -> Self {
        let mut words: Vec<WordClasses> = words.into_iter().collect();
        // Of two with the same hash the later one counts.
        words.reverse();
        words.sort_by_key(|&(hash, _)| hash);
        words.dedup_by_key(|&mut (hash, _)| hash);
        let capacity = (words.len() * 4).next_power_of_two().max(2);
        let mut table = vec![0; capacity];
        for (number, &(hash, _)) in words.iter().enumerate() {
            let mut at = position(hash, capacity);
            while table.get(at).is_some_and(|&taken| taken != 0) {
                at = (at + 1) & (capacity - 1);
            }
            if let Some(slot) = table.get_mut(at) {
                *slot = number as u32 + 1;
            }
        }
        let mut dense = vec![0; DENSE_COUNT];
        for &(character, class) in &characters {
            let number = u32::from(character).checked_sub(DENSE).map(|number| number as usize);
            if let Some(slot) = number.and_then(|number| dense.get_mut(number)) {
                *slot = class;
            }
        }
        Self { words, table, characters, dense }
    }

    /// The classes of a word; none for a word that the table does not know.
    pub(crate) fn word(&self, word: &[char]) -> Option<Classes> {
        self.hashed(word_hash(word))
    }

    /// The classes of a word by its hash.
    #[inline]
    pub(crate) fn hashed(&self, hash: u32) -> Option<Classes> {
        let capacity = self.table.len();
        let mut at = position(hash, capacity);
        loop {
            let number = *self.table.get(at)?;
            let &(known, classes) = self.words.get((number as usize).checked_sub(1)?)?;
            if known == hash {
                return Some(classes);
            }
            at = (at + 1) & (capacity - 1);
        }
    }

    /// The class of a character; 0 for one that the table does not know.
    pub(crate) fn character(&self, character: char) -> u16 {
        let dense = u32::from(character).checked_sub(DENSE).map(|number| number as usize);
        if let Some(&class) = dense.and_then(|number| self.dense.get(number)) {
            return class;
        }
        match self.characters.binary_search_by_key(&character, |&(known, _)| known) {
            Ok(at) => self.characters.get(at).map_or(0, |&(_, class)| class),
            Err(_) => 0,
        }
    }

    /// Number of words.
    pub(crate) fn len(&self) -> usize {
        self.words.len()
    }

    /// Everything, words sorted by hash.
    pub(crate) fn sorted(&self) -> (Vec<WordClasses>, &[(char, u16)]) {
        (self.words.clone(), &self.characters)
    }
}

/// Where the table looks for a hash first; its size is a power of two.
#[inline]
fn position(hash: u32, capacity: usize) -> usize {
    (hash.wrapping_mul(0x9e37_79b1) >> 7) as usize & capacity.wrapping_sub(1)
}
