//! Classes of words and characters that stand among the same neighbours, learned from plain text.
//!
//! What a tagger learns about 张家口 it then knows of 保定. The table also serves as a lexicon: a run of characters that
//! has a class is a word.

use super::hashed::Hashed;

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
    words: Hashed<Classes>,
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
        let mut dense = vec![0; DENSE_COUNT];
        for &(character, class) in &characters {
            let number = u32::from(character).checked_sub(DENSE).map(|number| number as usize);
            if let Some(slot) = number.and_then(|number| dense.get_mut(number)) {
                *slot = class;
            }
        }
        Self { words: Hashed::new(words), characters, dense }
    }

    /// The classes of a word; none for a word that the table does not know.
    pub(crate) fn word(&self, word: &[char]) -> Option<Classes> {
        self.hashed(word_hash(word))
    }

    /// The classes of a word by its hash.
    #[inline]
    pub(crate) fn hashed(&self, hash: u32) -> Option<Classes> {
        self.words.get(hash)
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
        self.words.entries().len()
    }

    /// Everything, words sorted by hash.
    pub(crate) fn sorted(&self) -> (Vec<WordClasses>, &[(char, u16)]) {
        (self.words.entries().to_vec(), &self.characters)
    }
}
