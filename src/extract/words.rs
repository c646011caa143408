//! Word lists that are asked at every character, or of every word.

use super::characters::Characters;

/// 一, the first of the common Chinese characters.
const FIRST_HAN: u32 = 0x4e00;

/// A list of words, asked for the first that stands at a character.
pub(crate) type Words = Table<()>;

/// A list of words with what each means, asked for the first that stands at a character.
///
/// Nearly all characters begin none of them; one bit per character, folded to 4,096, says so at once.
#[derive(Debug)]
pub(crate) struct Table<T> {
    filter: [u64; 64],
    /// Where the words of a first character begin; open addressing, and at most half of it is taken.
    heads: Vec<(char, usize)>,
    /// By first character; stable, so that the caller's order holds among words that begin alike.
    words: Vec<Listed<T>>,
}

/// A word of a list.
#[derive(Clone, Copy, Debug)]
struct Listed<T> {
    first: char,
    /// NUL for a word of one character.
    second: char,
    word: &'static str,
    length: usize,
    value: T,
}

impl Words {
    /// The list, longest first where one word begins another.
    pub(crate) fn new(list: impl IntoIterator<Item = &'static str>) -> Self {
        Self::with_values(list.into_iter().map(|word| (word, ())))
    }

    /// The first word that stands at `index`, with its length in characters.
    #[inline]
    pub(crate) fn at(&self, text: &Characters<'_>, index: usize) -> Option<(&'static str, usize)> {
        self.value_at(text, index).map(|(word, length, ())| (word, length))
    }
}

impl<T: Copy> Table<T> {
    /// The list, longest first where one word begins another.
    pub(crate) fn with_values(list: impl IntoIterator<Item = (&'static str, T)>) -> Self {
        let listed = |(word, value): (&'static str, T)| {
            let mut characters = word.chars();
            let (first, second) = (characters.next()?, characters.next().unwrap_or('\0'));
            Some(Listed { first, second, word, length: word.chars().count(), value })
        };
        let mut words: Vec<Listed<T>> = list.into_iter().filter_map(listed).collect();
        words.sort_by_key(|listed| listed.first);
        let mut filter = [0; 64];
        let mut heads = vec![('\0', 0); (words.len() * 2).next_power_of_two().max(2)];
        for (number, &Listed { first, .. }) in words.iter().enumerate() {
            let (slot, bit) = position(first);
            if let Some(slot) = filter.get_mut(slot) {
                *slot |= bit;
            }
            let mut at = spread(first);
            loop {
                at &= heads.len() - 1;
                match heads.get_mut(at) {
                    Some(head) if head.0 == '\0' => *head = (first, number),
                    Some(head) if head.0 != first => {
                        at += 1;
                        continue;
                    }
                    Some(_) | None => {}
                }
                break;
            }
        }
        Self { filter, heads, words }
    }

    /// The first word that stands at `index`, with its length in characters and what it means.
    #[inline]
    pub(crate) fn value_at(&self, text: &Characters<'_>, index: usize) -> Option<(&'static str, usize, T)> {
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
    fn find(&self, text: &Characters<'_>, index: usize, first: char) -> Option<(&'static str, usize, T)> {
        let from = self.head(first)?;
        let alike = self.words.get(from..)?.iter().take_while(|listed| listed.first == first);
        let second = text.at(index + 1);
        alike
            .filter(|listed| listed.second == second || listed.second == '\0')
            .find(|listed| listed.length <= 2 || text.starts_with(index, listed.word))
            .map(|listed| (listed.word, listed.length, listed.value))
    }

    /// Where the words of a first character begin.
    fn head(&self, first: char) -> Option<usize> {
        let mut at = spread(first);
        loop {
            at &= self.heads.len() - 1;
            match *self.heads.get(at)? {
                ('\0', _) => return None,
                (known, number) if known == first => return Some(number),
                _ => at += 1,
            }
        }
    }
}

/// Where the filter keeps a character's bit.
#[inline]
fn position(character: char) -> (usize, u64) {
    let folded = u32::from(character) & 4095;
    ((folded >> 6) as usize, 1 << (folded & 63))
}

/// Where a character is looked for first.
#[inline]
fn spread(character: char) -> usize {
    (u32::from(character).wrapping_mul(0x9e37_79b1) >> 16) as usize
}

/// A set of characters, a bit for each from 一 on and a list of the few others.
#[derive(Debug)]
pub(crate) struct HanSet {
    bits: Vec<u64>,
    others: Vec<char>,
}

impl HanSet {
    /// The set of so many characters.
    pub(crate) fn new(characters: impl IntoIterator<Item = char>) -> Self {
        let mut set = Self { bits: vec![0; 0x5200 / 64], others: Vec::new() };
        for character in characters {
            let number = u32::from(character).wrapping_sub(FIRST_HAN);
            match set.bits.get_mut((number / 64) as usize) {
                Some(slot) => *slot |= 1 << (number % 64),
                None => set.others.push(character),
            }
        }
        set
    }

    /// Whether a character is in the set.
    #[inline]
    pub(crate) fn holds(&self, character: char) -> bool {
        let number = u32::from(character).wrapping_sub(FIRST_HAN);
        match self.bits.get((number / 64) as usize) {
            Some(slot) => slot >> (number % 64) & 1 == 1,
            None => self.others.contains(&character),
        }
    }
}

/// A list of words, asked whether it holds a whole word.
#[derive(Debug)]
pub(crate) struct WordSet(Classes);

impl WordSet {
    /// The words of a list; empty ones are left out.
    pub(crate) fn new(list: impl IntoIterator<Item = &'static str>) -> Self {
        Self(Classes::new(list.into_iter().map(|word| (word, 1))))
    }

    /// Whether a word is in the list.
    #[inline]
    pub(crate) fn has(&self, word: &str) -> bool {
        self.0.of(word) != 0
    }
}

/// Lists of words that are asked together: a bit for each list that holds a word.
#[derive(Debug)]
pub(crate) struct Classes {
    /// Open addressing by hash; its size is a power of two, and at most half of it is taken.
    slots: Vec<Slot>,
}

/// A word with its [`key`] and the bits of its lists; the empty word where none is.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    key: u64,
    word: &'static str,
    bits: u16,
}

impl Classes {
    /// The words with the bits of their lists; empty ones are left out.
    pub(crate) fn new(list: impl IntoIterator<Item = (&'static str, u16)>) -> Self {
        let words: Vec<(&'static str, u16)> = list.into_iter().filter(|(word, _)| !word.is_empty()).collect();
        let mut slots = vec![Slot::default(); (words.len() * 2).next_power_of_two().max(2)];
        for (word, bits) in words {
            let key = key(word.as_bytes());
            let mut at = hash(key);
            loop {
                at &= slots.len() - 1;
                match slots.get_mut(at) {
                    Some(slot) if slot.word.is_empty() => *slot = Slot { key, word, bits },
                    Some(slot) if slot.word == word => slot.bits |= bits,
                    Some(_) => {
                        at += 1;
                        continue;
                    }
                    None => {}
                }
                break;
            }
        }
        Self { slots }
    }

    /// The bits of the lists that hold a word.
    #[inline]
    pub(crate) fn of(&self, word: &str) -> u16 {
        let key = key(word.as_bytes());
        let mut at = hash(key);
        loop {
            at &= self.slots.len() - 1;
            match self.slots.get(at) {
                Some(slot) if slot.word.is_empty() => return 0,
                // The key of a short word is the word.
                Some(slot)
                    if slot.key == key
                        && slot.word.len() == word.len()
                        && (word.len() <= 8 || slot.word == word) =>
                {
                    return slot.bits;
                }
                Some(_) => at += 1,
                None => return 0,
            }
        }
    }
}

/// Both ends of a word in one number: all of it up to eight bytes.
#[inline]
fn key(word: &[u8]) -> u64 {
    match (word.first_chunk::<4>(), word.last_chunk::<4>()) {
        (Some(&first), Some(&last)) => {
            u64::from(u32::from_le_bytes(first)) | u64::from(u32::from_le_bytes(last)) << 32
        }
        _ => word.iter().fold(0, |key, &byte| key << 8 | u64::from(byte)),
    }
}

/// Where a word is looked for first.
#[inline]
fn hash(key: u64) -> usize {
    (key.wrapping_mul(0x517c_c1b7_2722_0a95) >> 32) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_its_words_and_no_others() {
        let set = WordSet::new(["推动", "加快", "抓", "推动", ""]);
        for word in ["推动", "加快", "抓"] {
            assert!(set.has(word), "{word}");
        }
        for word in ["", "推", "推动力", "快"] {
            assert!(!set.has(word), "{word}");
        }
        assert!(!WordSet::new([]).has("推动"));
    }

    #[test]
    fn a_word_of_several_lists_has_the_bits_of_all() {
        let classes = Classes::new([("推动", 1), ("加快", 2), ("加快", 4), ("", 8)]);
        assert_eq!(["推动", "加快", "抓", ""].map(|word| classes.of(word)), [1, 6, 0, 0]);
    }
}
