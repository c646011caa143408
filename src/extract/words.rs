//! Word lists that are asked at every character.

use super::characters::Characters;

/// A list of words, asked for the first that stands at a character.
///
/// Nearly all characters begin none of them; one bit per character, folded to 4,096, says so at once.
#[derive(Debug)]
pub(crate) struct Words {
    filter: [u64; 64],
    /// First character, word, length; stable by first character, so that the caller's order holds among words that
    /// begin alike.
    words: Vec<(char, &'static str, usize)>,
}

impl Words {
    /// The list, longest first where one word begins another.
    pub(crate) fn new(list: impl IntoIterator<Item = &'static str>) -> Self {
        let mut words: Vec<(char, &'static str, usize)> = list
            .into_iter()
            .filter_map(|word| Some((word.chars().next()?, word, word.chars().count())))
            .collect();
        words.sort_by_key(|&(first, ..)| first);
        let mut filter = [0; 64];
        for &(first, ..) in &words {
            let (slot, bit) = position(first);
            if let Some(slot) = filter.get_mut(slot) {
                *slot |= bit;
            }
        }
        Self { filter, words }
    }

    /// The first word that stands at `index`, with its length in characters.
    pub(crate) fn at(&self, text: &Characters<'_>, index: usize) -> Option<(&'static str, usize)> {
        let character = text.at(index);
        let (slot, bit) = position(character);
        if self.filter.get(slot).is_none_or(|slot| slot & bit == 0) {
            return None;
        }
        let from = self.words.partition_point(|&(first, ..)| first < character);
        let alike =
            self.words.get(from..).unwrap_or_default().iter().take_while(|&&(first, ..)| first == character);
        alike.map(|&(_, word, length)| (word, length)).find(|(word, _)| text.starts_with(index, word))
    }
}

/// Where the filter keeps a character's bit.
fn position(character: char) -> (usize, u64) {
    let folded = u32::from(character) & 4095;
    ((folded >> 6) as usize, 1 << (folded & 63))
}
