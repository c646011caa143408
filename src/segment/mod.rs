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
