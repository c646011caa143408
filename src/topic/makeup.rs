//! What a text is made of, before asking what a model knows of it.

use std::sync::LazyLock;

use super::key::Key;
use super::key::WORD;
use super::key::mix;
use super::key::spread;
use crate::segment::Token;

/// The words of a text, and how many characters of which kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Makeup {
    /// Letters, digits and Chinese characters.
    pub characters: usize,
    /// Chinese characters.
    pub han: usize,
    /// All words, in order, repeated where they are.
    pub words: Vec<Word>,
}

/// A word of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// Identifies it across documents.
    pub key: Key,
    /// It begins with a letter, a digit or a Chinese character.
    pub is_content: bool,
    /// It has Chinese characters, or letters of the scripts that stand beside them in Japanese and Korean: those are the
    /// words that tell how familiar a text is.
    pub tells: bool,
}

/// What a character counts as.
#[derive(Clone, Copy)]
struct Kind {
    is_content: bool,
    is_han: bool,
    tells: bool,
}

impl Kind {
    const HAN: Self = Self { is_content: true, is_han: true, tells: true };

    #[inline(never)]
    fn of(c: char) -> Self {
        let is_han = is_han(c);
        Self { is_content: is_content(c), is_han, tells: is_han || is_neighbour(c) }
    }
}

impl Makeup {
    /// Reads the words of a folded text, each character once for all that is asked of it later.
    #[must_use]
    pub fn of(folded: &str, tokens: &[Token]) -> Self {
        let mut makeup = Self { words: Vec::with_capacity(tokens.len()), ..Self::default() };
        for token in tokens {
            let (mut hash, mut is_content, mut tells) = (WORD, None, false);
            for c in token.folded.of(folded).chars() {
                hash = mix(hash, c);
                // Nearly all characters are common Chinese ones, which need no second look.
                let kind = if is_common(c) { Kind::HAN } else { Kind::of(c) };
                makeup.characters += usize::from(kind.is_content);
                makeup.han += usize::from(kind.is_han);
                is_content = is_content.or(Some(kind.is_content));
                tells |= kind.tells;
            }
            makeup.words.push(Word { key: spread(hash), is_content: is_content.unwrap_or_default(), tells });
        }
        makeup
    }

    /// Keys of the words that tell how familiar a text is.
    pub fn telling(&self) -> impl Iterator<Item = Key> {
        self.words.iter().filter(|word| word.tells).map(|word| word.key)
    }
}

/// Whether a character is one of those that nearly all of a Chinese text is made of.
#[inline(always)]
fn is_common(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}')
}

/// Which of the characters up to U+FFFF are letters or digits, a bit for each.
static ALPHANUMERIC: LazyLock<Vec<u64>> = LazyLock::new(|| {
    let bit = |code: u32| u64::from(char::from_u32(code).is_some_and(char::is_alphanumeric)) << (code & 63);
    (0..0x1_0000u32 / 64).map(|word| (word * 64..word * 64 + 64).map(bit).sum()).collect()
});

/// Whether a character can be part of a feature; all others break n-grams.
#[inline]
#[must_use]
pub fn is_content(c: char) -> bool {
    // Nearly all are Chinese; the rest takes a look-up.
    is_common(c)
        || match ALPHANUMERIC.get(c as usize >> 6) {
            Some(word) => word >> (c as u32 & 63) & 1 != 0,
            None => c.is_alphanumeric(),
        }
}

/// Whether a character is a Chinese one.
#[must_use]
pub fn is_han(c: char) -> bool {
    matches!(c,
        '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}'
        | '〇')
}

/// Whether a character is a letter of Japanese or Korean: among Chinese characters it shows that a text is not Chinese.
fn is_neighbour(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{30fa}' | '\u{31f0}'..='\u{31ff}' | '\u{ff66}'..='\u{ff9d}' | '\u{ac00}'..='\u{d7af}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_beside_chinese_are_told_apart() {
        assert!("カタひらｶﾅ한".chars().all(is_neighbour));
        assert!("中文A1・ー".chars().take(4).all(|c| !is_neighbour(c)));
    }
}
