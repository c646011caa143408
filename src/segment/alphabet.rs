//! Characters into the codes of a table, folded on the way.

use super::table::BREAK;
use super::table::FIRST_LETTER;
use super::table::Table;
use super::table::UNKNOWN;
use crate::text::normalize::fold_char;

/// The code of every character, in its folded spelling.
#[derive(Clone, Debug)]
pub struct Alphabet {
    /// Of the characters below U+10000.
    codes: Box<[u16; 1 << 16]>,
    /// Of those above that words hold, ascending.
    above: Vec<(char, u16)>,
}

impl Alphabet {
    /// The codes of a table.
    #[must_use]
    pub fn of(table: &Table) -> Self {
        let mut codes = Box::new([BREAK; 1 << 16]);
        for range in IN_WORDS.into_iter().filter(|range| *range.end() <= '\u{FFFF}') {
            let range = *range.start() as usize..=*range.end() as usize;
            codes.get_mut(range).unwrap_or_default().fill(UNKNOWN);
        }
        for mark in MARKS_IN_WORDS {
            if let Some(slot) = codes.get_mut(mark as usize) {
                *slot = UNKNOWN;
            }
        }
        let mut above = Vec::new();
        let letters = table.alphabet().iter().enumerate().skip(usize::from(FIRST_LETTER));
        for (code, &letter) in letters.filter(|&(_, &letter)| is_in_words(letter)) {
            match codes.get_mut(letter as usize) {
                Some(slot) => *slot = code as u16,
                None => above.push((letter, code as u16)),
            }
        }
        above.sort_unstable();
        let mut alphabet = Self { codes, above };
        // A character has the code of what it is folded to.
        for character in FOLDED.into_iter().flatten().chain(crate::text::normalize::traditional()) {
            let code = alphabet.code(fold_char(character));
            match alphabet.codes.get_mut(character as usize) {
                Some(slot) => *slot = code,
                None => alphabet.above.push((character, code)),
            }
        }
        alphabet.above.sort_unstable();
        alphabet
    }

    /// The code of a character.
    #[inline(always)]
    #[must_use]
    pub fn code(&self, character: char) -> u16 {
        match self.codes.get(character as usize) {
            Some(&code) => code,
            None => self.code_above(character),
        }
    }

    /// The code of the first unit of `text`, which is UTF-8 and not empty, and what follows it. A line end of two
    /// characters is one unit.
    #[inline(always)]
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "what is cut to 16 bits cannot leave 65,536 places")]
    pub fn next<'t>(&self, text: &'t [u8]) -> (u16, &'t [u8]) {
        match text {
            &[a @ 0xE0..0xF0, b, c, ref rest @ ..] => {
                let point = usize::from(a & 0x0F) << 12 | usize::from(b & 0x3F) << 6 | usize::from(c & 0x3F);
                (self.codes[point & 0xFFFF], rest)
            }
            [b'\r', b'\n', rest @ ..] => (BREAK, rest),
            &[a @ 0..0x80, ref rest @ ..] => (self.codes[usize::from(a)], rest),
            &[a @ 0xC0..0xE0, b, ref rest @ ..] => {
                (self.codes[usize::from(a & 0x1F) << 6 | usize::from(b & 0x3F)], rest)
            }
            &[a, b, c, d, ref rest @ ..] => {
                let point = u32::from(a & 0x07) << 18
                    | u32::from(b & 0x3F) << 12
                    | u32::from(c & 0x3F) << 6
                    | u32::from(d & 0x3F);
                (char::from_u32(point).map_or(BREAK, |character| self.code_above(character)), rest)
            }
            _ => (BREAK, &[]),
        }
    }

    #[cold]
    fn code_above(&self, character: char) -> u16 {
        match self.above.binary_search_by_key(&character, |&(letter, _)| letter) {
            Ok(at) => self.above.get(at).map_or(UNKNOWN, |&(_, code)| code),
            Err(_) if is_in_words(character) => UNKNOWN,
            Err(_) => BREAK,
        }
    }
}

/// Characters that jieba looks for words in; at all others it cuts.
const IN_WORDS: [std::ops::RangeInclusive<char>; 12] = [
    '0'..='9',
    'A'..='Z',
    'a'..='z',
    '\u{3400}'..='\u{4DBF}',
    '\u{4E00}'..='\u{9FFF}',
    '\u{F900}'..='\u{FAFF}',
    '\u{20000}'..='\u{2A6DF}',
    '\u{2A700}'..='\u{2B73F}',
    '\u{2B740}'..='\u{2B81F}',
    '\u{2B820}'..='\u{2CEAF}',
    '\u{2CEB0}'..='\u{2EBEF}',
    '\u{2F800}'..='\u{2FA1F}',
];

/// Marks that jieba takes for letters.
const MARKS_IN_WORDS: [char; 7] = ['+', '#', '&', '.', '_', '%', '-'];

/// Characters that fold to others, but for traditional ones.
const FOLDED: [std::ops::RangeInclusive<char>; 5] =
    ['A'..='Z', '０'..='９', 'Ａ'..='Ｚ', 'ａ'..='ｚ', '\u{3000}'..='\u{3000}'];

/// Whether jieba looks for words at a character.
fn is_in_words(character: char) -> bool {
    IN_WORDS.iter().any(|range| range.contains(&character)) || MARKS_IN_WORDS.contains(&character)
}
