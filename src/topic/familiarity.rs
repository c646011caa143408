//! How much of a text a model can know.

use super::AbstainReason;
use super::features::Key;
use super::features::Segmented;
use super::features::is_content;
use super::features::word_key;
use super::model::Domain;

/// What a text is made of, before asking what a model knows of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Makeup {
    /// Letters, digits and Chinese characters.
    pub characters: usize,
    /// Chinese characters.
    pub han: usize,
    /// Keys of the words with Chinese characters, in order, repeated where they are.
    pub words: Vec<Key>,
}

impl Makeup {
    /// Looks at a whole text.
    #[must_use]
    pub fn of(text: Segmented<'_>) -> Self {
        let mut makeup = Self::default();
        for token in text.tokens {
            let word = token.folded.of(&text.folded.text);
            let han = word.chars().filter(|&c| is_han(c)).count();
            makeup.characters += word.chars().filter(|&c| is_content(c)).count();
            makeup.han += han;
            if han > 0 {
                makeup.words.push(word_key(word));
            }
        }
        makeup
    }

    /// Share of Chinese characters among letters and digits; 1 where there are none.
    #[must_use]
    pub fn han_share(&self) -> f64 {
        share(self.han, self.characters, 1.0)
    }

    /// Share of Chinese words that `knows` denies; 0 where there are none.
    #[must_use]
    pub fn out_of_vocabulary_ratio(&self, knows: impl Fn(Key) -> bool) -> f64 {
        share(self.words.iter().filter(|&&key| !knows(key)).count(), self.words.len(), 0.0)
    }

    /// Why no label should be trusted for such a text, if so.
    #[must_use]
    pub fn refusal(&self, domain: &Domain, out_of_vocabulary_ratio: f64) -> Option<AbstainReason> {
        if self.han_share() < domain.min_han_share {
            return Some(AbstainReason::OutOfDomain);
        }
        if self.characters < domain.min_characters as usize {
            return Some(AbstainReason::TooShort);
        }
        (out_of_vocabulary_ratio > domain.max_out_of_vocabulary_ratio).then_some(AbstainReason::OutOfDomain)
    }
}

/// A share to six decimals.
fn share(part: usize, whole: usize, of_nothing: f64) -> f64 {
    if whole == 0 { of_nothing } else { (part as f64 / whole as f64 * 1e6).round() / 1e6 }
}

/// Whether a character is a Chinese one.
#[must_use]
pub fn is_han(c: char) -> bool {
    matches!(c,
        '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}'
        | '〇')
}
