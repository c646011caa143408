//! Word lists that are asked at every character, or of every word.

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
    #[inline]
    pub(crate) fn at(&self, text: &Characters<'_>, index: usize) -> Option<(&'static str, usize)> {
        let character = text.at(index);
        if self.may_begin(character) { self.find(text, index, character) } else { None }
    }

    /// Whether one of the words may begin with a character.
    #[inline]
    pub(crate) fn may_begin(&self, character: char) -> bool {
        let (slot, bit) = position(character);
        self.filter.get(slot).is_some_and(|slot| slot & bit != 0)
    }

    #[inline(never)]
    fn find(&self, text: &Characters<'_>, index: usize, character: char) -> Option<(&'static str, usize)> {
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

/// A list of words, asked whether it holds a whole word.
#[derive(Debug)]
pub(crate) struct WordSet {
    /// Open addressing by hash; its size is a power of two, and at most half of it is taken.
    slots: Vec<&'static str>,
}

impl WordSet {
    /// The words of a list; empty ones are left out.
    pub(crate) fn new(list: impl IntoIterator<Item = &'static str>) -> Self {
        let words: Vec<&'static str> = list.into_iter().filter(|word| !word.is_empty()).collect();
        let mut slots = vec![""; (words.len() * 2).next_power_of_two().max(2)];
        for word in words {
            let mut at = hash(word.chars());
            loop {
                at &= slots.len() - 1;
                match slots.get_mut(at) {
                    Some(slot) if slot.is_empty() => *slot = word,
                    Some(slot) if *slot != word => {
                        at += 1;
                        continue;
                    }
                    Some(_) | None => {}
                }
                break;
            }
        }
        Self { slots }
    }

    /// Whether a word is in the list.
    pub(crate) fn has(&self, word: &str) -> bool {
        self.holds(hash(word.chars()), |known| known == word)
    }

    /// The same of a word by its characters.
    pub(crate) fn has_letters(&self, word: &[char]) -> bool {
        self.holds(hash(word.iter().copied()), |known| known.chars().eq(word.iter().copied()))
    }

    fn holds(&self, hash: usize, is: impl Fn(&str) -> bool) -> bool {
        let mut at = hash;
        loop {
            at &= self.slots.len() - 1;
            match self.slots.get(at) {
                Some(&"") => return false,
                Some(known) if is(known) => return true,
                Some(_) => at += 1,
                None => return false,
            }
        }
    }
}

/// Where a word is looked for first.
fn hash(word: impl Iterator<Item = char>) -> usize {
    let hash = word.fold(0_u64, |hash, character| {
        (hash.rotate_left(5) ^ u64::from(u32::from(character))).wrapping_mul(0x517c_c1b7_2722_0a95)
    });
    (hash >> 32) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_its_words_and_no_others() {
        let set = WordSet::new(["推动", "加快", "抓", "推动", ""]);
        for word in ["推动", "加快", "抓"] {
            assert!(set.has(word) && set.has_letters(&word.chars().collect::<Vec<char>>()), "{word}");
        }
        for word in ["", "推", "推动力", "快"] {
            assert!(!set.has(word) && !set.has_letters(&word.chars().collect::<Vec<char>>()), "{word}");
        }
        assert!(!WordSet::new([]).has("推动"));
    }
}
