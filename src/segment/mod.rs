//! Text into words. The only place that names jieba.

use crate::text::Folded;
use crate::text::Span;

/// One word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// Where in the clean text.
    pub span: Span,
    /// Where in the folded text.
    pub folded: Span,
}

/// The frequencies of jieba's dictionary added up; jieba-rs knows the sum but does not tell it.
const TOTAL_FREQUENCY: u64 = 60_101_964;

/// Splits text into words by jieba's dictionary, without guessing unknown words (no HMM).
#[derive(Debug)]
pub struct Segmenter {
    jieba: jieba_rs::Jieba,
}

impl Segmenter {
    /// A segmenter over jieba's own dictionary.
    #[must_use]
    pub fn new() -> Self {
        Self { jieba: jieba_rs::Jieba::new() }
    }

    /// How often the dictionary's own texts hold a word, about: counts are exact to one; 0 for what it does not know.
    #[must_use]
    pub fn frequency(&self, word: &str) -> u64 {
        if self.jieba.has_word(word) { self.jieba.suggest_freq(word) as u64 } else { 0 }
    }

    /// How many words those texts have together.
    #[must_use]
    pub fn total_frequency(&self) -> u64 {
        TOTAL_FREQUENCY
    }

    /// Splits `folded` into words, white space and punctuation included, in order and without gaps.
    #[must_use]
    pub fn segment(&self, folded: &Folded) -> Vec<Token> {
        self.jieba
            .cut(&folded.text, false)
            .into_iter()
            .map(|word| {
                let span = Span::new(word.byte_start, word.byte_end);
                Token { span: folded.clean_span(span), folded: span }
            })
            .collect()
    }
}

impl Default for Segmenter {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frequencies_are_those_of_the_dictionary() {
        let segmenter = Segmenter::new();
        let (common, rare) = (segmenter.frequency("我们"), segmenter.frequency("饕餮"));
        assert!(common > 100 * rare && rare > 0, "{common} {rare}");
        assert_eq!(segmenter.frequency("没有这个词的词"), 0);
        // jieba reckons that two words stand side by side as often as chance has it: f(a) · f(b) / sum.
        let (a, b) = (segmenter.frequency("了") as f64, segmenter.frequency("是") as f64);
        let sum = a * b / segmenter.jieba.suggest_freq("了是") as f64;
        assert!((sum / TOTAL_FREQUENCY as f64 - 1.0).abs() < 1e-3, "{sum}");
    }
}
