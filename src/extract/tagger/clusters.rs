//! Classes of words and characters that stand among the same neighbours, learned from plain text.
//!
//! What a tagger learns about 张家口 it then knows of 保定. The table also serves as a lexicon: a run of characters that
//! has a class is a word.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use crate::extract::gazetteer::PackedHasher;

/// The classes of a word: one of many, one of few.
pub(crate) type Classes = (u16, u16);

/// A word, by hash, with its classes.
pub(crate) type WordClasses = (u32, Classes);

/// Identifies a word: a 32-bit hash of its characters.
pub(crate) fn word_hash(word: &[char]) -> u32 {
    let hash = word.iter().fold(0x9e37_79b9_7f4a_7c15_u64, |hash, &character| {
        let mixed = (hash ^ u64::from(u32::from(character))).wrapping_mul(0xff51_afd7_ed55_8ccd);
        mixed ^ (mixed >> 32)
    });
    (hash.wrapping_mul(0xc4ce_b9fe_1a85_ec53) >> 32) as u32
}

/// Classes by word and by character.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Clusters {
    words: HashMap<u32, Classes, BuildHasherDefault<PackedHasher>>,
    /// Sorted by character.
    characters: Vec<(char, u16)>,
}

impl Clusters {
    /// A table of words, by hash, and characters, in order.
    pub(crate) fn new(words: impl IntoIterator<Item = (u32, Classes)>, characters: Vec<(char, u16)>) -> Self {
        Self { words: words.into_iter().collect(), characters }
    }

    /// The classes of a word; none for a word that the table does not know.
    pub(crate) fn word(&self, word: &[char]) -> Option<Classes> {
        self.words.get(&word_hash(word)).copied()
    }

    /// The class of a character; 0 for one that the table does not know.
    pub(crate) fn character(&self, character: char) -> u16 {
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
        let mut words: Vec<WordClasses> =
            self.words.iter().map(|(&hash, &classes)| (hash, classes)).collect();
        words.sort_unstable();
        (words, &self.characters)
    }
}
