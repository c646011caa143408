//! One spelling for what is the same word: case, width, traditional and simplified characters.

use std::sync::LazyLock;

use super::span::Span;

/// The clean text with every character folded, character by character.
///
/// The folded text has as many characters as the clean text; where their lengths in bytes differ, `shifts` keeps count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folded {
    /// The folded text.
    pub text: String,
    /// `(folded offset, clean offset)` right after every character whose length changed, ascending; between two of
    /// them both texts run in step.
    pub shifts: Vec<(u32, u32)>,
    /// Whether a character that is only written in traditional text was folded.
    pub traditional: bool,
}

impl Folded {
    /// The span of the clean text that a span of the folded text, at character boundaries, stands for.
    #[must_use]
    pub fn clean_span(&self, folded: Span) -> Span {
        Span { start: self.clean_offset(folded.start), end: self.clean_offset(folded.end) }
    }

    fn clean_offset(&self, folded: u32) -> u32 {
        let after = self.shifts.partition_point(|&(offset, _)| offset <= folded);
        match after.checked_sub(1).and_then(|last| self.shifts.get(last)) {
            Some(&(offset, clean)) => clean + (folded - offset),
            None => folded,
        }
    }
}

/// Folds `text`: ASCII case, full-width letters, digits and space, traditional characters.
#[must_use]
pub fn fold(text: &str) -> Folded {
    let changing = &*CHANGING;
    let mut folded = Folded { text: String::with_capacity(text.len()), ..Folded::default() };
    let mut rest = text;
    loop {
        let (same, after) = rest.split_at_checked(changing.unchanged_len(rest)).unwrap_or((rest, ""));
        folded.text.push_str(same);
        let mut characters = after.chars();
        let Some(character) = characters.next() else { return folded };
        rest = characters.as_str();
        let other = fold_char(character);
        folded.text.push(other);
        folded.traditional |= simplified(character).is_some();
        if other.len_utf8() != character.len_utf8() {
            folded.shifts.push((folded.text.len() as u32, (text.len() - rest.len()) as u32));
        }
    }
}

/// Folds one character: ASCII capitals, full-width letters and digits, the ideographic space, traditional characters.
/// Everything else, full-width punctuation included, stays as it is.
#[must_use]
pub fn fold_char(character: char) -> char {
    match character {
        '\0'..='\u{7F}' => character.to_ascii_lowercase(),
        '\u{3000}' => ' ',
        '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' => {
            // Full-width forms stand in the order of ASCII, 0xFEE0 further up.
            char::from_u32(character as u32 - 0xFEE0).map_or(character, |half| half.to_ascii_lowercase())
        }
        _ => simplified(character).unwrap_or(character),
    }
}

/// The simplified form of a character that is only written in traditional text.
#[must_use]
pub fn simplified(character: char) -> Option<char> {
    TRADITIONAL.get(character)
}

/// Whether traditional characters are folded to this one. Some of them (后, 里) are traditional characters too.
#[must_use]
pub fn has_traditional_form(character: char) -> bool {
    SIMPLIFIED.get(character).is_some()
}

/// A sparse map over characters in pages of 256, so that a lookup is two reads.
#[derive(Debug, Default)]
struct CharacterTable {
    /// Page of each block of 256 code points; 0 where there is none.
    index: Vec<u16>,
    pages: Vec<[char; 256]>,
}

/// Stands for "no entry"; NUL is never one.
const NONE: char = '\0';

impl CharacterTable {
    fn insert(&mut self, from: char, to: char) {
        let (block, cell) = Self::split(from);
        if self.pages.is_empty() {
            self.index = vec![0; 0x11_00];
            self.pages.push([NONE; 256]);
        }
        let Some(page) = self.index.get_mut(block) else { return };
        if *page == 0 {
            *page = self.pages.len() as u16;
            self.pages.push([NONE; 256]);
        }
        if let Some(slot) = self.pages.get_mut(usize::from(*page)).and_then(|page| page.get_mut(cell)) {
            *slot = to;
        }
    }

    fn get(&self, character: char) -> Option<char> {
        let (block, cell) = Self::split(character);
        let page = self.index.get(block)?;
        self.pages.get(usize::from(*page))?.get(cell).copied().filter(|&to| to != NONE)
    }

    fn split(character: char) -> (usize, usize) {
        let code = character as usize;
        (code >> 8, code & 0xFF)
    }
}

/// Lines of a simplified character, a tab, its traditional forms. See `models/fold/README.md`.
const PAIRS: &str = include_str!("../../models/fold/traditional_simplified.tsv");

/// `(traditional, simplified)`, all of them.
fn pairs() -> impl Iterator<Item = (char, char)> {
    PAIRS.lines().flat_map(|line| {
        let mut characters = line.chars();
        let simplified = characters.next();
        characters.skip(1).zip(simplified.into_iter().cycle())
    })
}

/// All characters that [`simplified`] knows.
pub fn traditional() -> impl Iterator<Item = char> {
    pairs().map(|(traditional, _)| traditional)
}

static TRADITIONAL: LazyLock<CharacterTable> = LazyLock::new(|| {
    let mut table = CharacterTable::default();
    pairs().for_each(|(traditional, simplified)| table.insert(traditional, simplified));
    table
});

static SIMPLIFIED: LazyLock<CharacterTable> = LazyLock::new(|| {
    let mut table = CharacterTable::default();
    pairs().for_each(|(traditional, simplified)| table.insert(simplified, traditional));
    table
});

/// Which characters folding changes: one bit for each below U+10000.
#[derive(Debug)]
struct Changing {
    words: [u64; Self::WORDS],
}

impl Changing {
    const WORDS: usize = 0x1_0000 / 64;

    fn insert(&mut self, character: char) {
        let Ok(point) = u16::try_from(u32::from(character)) else { return };
        let (a, b, c) = (0xE0 | point >> 12, 0x80 | point >> 6 & 0x3F, 0x80 | point & 0x3F);
        if let Some(word) = self.words.get_mut(Self::word(a as u8, b as u8)) {
            *word |= 1 << (c & 0x3F);
        }
    }

    /// Which word holds the bits of the characters of three bytes that begin with these two.
    #[inline(always)]
    fn word(a: u8, b: u8) -> usize {
        (usize::from(a) << 6 ^ usize::from(b)) & (Self::WORDS - 1)
    }

    /// The length of what comes before the first character of `text` that folding changes, or that stands beyond
    /// U+FFFF and may be one.
    fn unchanged_len(&self, text: &str) -> usize {
        let mut rest = text.as_bytes();
        'text: loop {
            // Four characters of three bytes, as nearly all are, decide together.
            while let Some((&[a, b, c, d, e, f, g, h, i, j, k, l], after)) = rest.split_first_chunk() {
                let others = (a ^ 0xE0) | (d ^ 0xE0) | (g ^ 0xE0) | (j ^ 0xE0);
                let changed = self.bit(a, b, c) | self.bit(d, e, f) | self.bit(g, h, i) | self.bit(j, k, l);
                if others >= 0x10 || changed {
                    break;
                }
                rest = after;
            }
            // One by one past what is none of the kind.
            let mut passed = false;
            loop {
                let (changes, after) = match rest {
                    [0xE0..0xF0, _, _, ..] if passed => continue 'text,
                    &[a @ 0xE0..0xF0, b, c, ref after @ ..] => (self.bit(a, b, c), after),
                    // Spelt in three bytes, U+0000 to U+07FF begin with 0xE0.
                    &[a @ ..0x80, ref after @ ..] => {
                        passed = true;
                        (self.bit(0xE0, 0x80 | a >> 6, a), after)
                    }
                    &[a @ 0xC0..0xE0, b, ref after @ ..] => {
                        passed = true;
                        (self.bit(0xE0, 0x80 | a & 0x1F, b), after)
                    }
                    _ => break 'text,
                };
                if changes {
                    break 'text;
                }
                rest = after;
            }
        }
        text.len() - rest.len()
    }

    /// The bit of a character of three bytes.
    #[inline(always)]
    fn bit(&self, a: u8, b: u8, c: u8) -> bool {
        #[expect(clippy::indexing_slicing, reason = "what is cut to ten bits cannot leave 1024 places")]
        let word = self.words[Self::word(a, b)];
        word >> (c & 0x3F) & 1 != 0
    }
}

static CHANGING: LazyLock<Changing> = LazyLock::new(|| {
    let mut changing = Changing { words: [0; Changing::WORDS] };
    // Beside the traditional ones, only ASCII and full-width forms change.
    let forms = ('\0'..='\u{7F}').chain('\u{3000}'..='\u{3000}').chain('\u{FF00}'..='\u{FFEF}');
    for character in forms.chain(traditional()).filter(|&character| fold_char(character) != character) {
        changing.insert(character);
    }
    changing
});

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(fold(text).text, expected, "{text}");
    }

    #[test]
    fn one_spelling() {
        check("國務院發佈５Ｇ　Plan", "国务院发布5g plan");
        check("，。（）％《》“”", "，。（）％《》“”");
        check("乾坤 著名 皇后", "乾坤 著名 皇后");
        check("𠮷😀é", "𠮷😀é");
    }

    #[test]
    fn every_character_that_folding_changes_is_stopped_at() {
        for character in '\0'..=char::MAX {
            let text = format!("中{character}");
            let same = fold_char(character) == character && (character as u32) < 0x1_0000;
            let expected = if same { text.len() } else { 3 };
            assert_eq!(CHANGING.unchanged_len(&text), expected, "{character:?}");
        }
    }

    #[test]
    fn the_table_is_whole_and_idempotent() {
        assert!(pairs().count() > 3900);
        for (traditional, simplified) in pairs() {
            assert_eq!(fold_char(traditional), simplified);
            assert_eq!(fold_char(simplified), simplified, "{traditional}");
        }
    }

    proptest! {
        #[test]
        fn every_character_leads_back_to_its_own(text in "[A-Ca-c０-９Ａ-Ｃ　，國務院发é😀𠮷𧝞䮄\u{2B74F}]{0,60}") {
            let folded = fold(&text);
            prop_assert_eq!(folded.text.chars().count(), text.chars().count());
            let clean: Vec<(usize, char)> = text.char_indices().collect();
            for (index, (at, character)) in folded.text.char_indices().enumerate() {
                let span = folded.clean_span(Span::new(at, at + character.len_utf8()));
                let (start, original) = clean[index];
                prop_assert_eq!(span, Span::new(start, start + original.len_utf8()));
                prop_assert_eq!(fold_char(original), character);
            }
            prop_assert_eq!(folded.clean_span(Span::new(0, folded.text.len())), Span::new(0, text.len()));
            prop_assert_eq!(folded.traditional, text.chars().any(|c| simplified(c).is_some()));
            prop_assert_eq!(fold(&folded.text).text, folded.text);
        }
    }
}
