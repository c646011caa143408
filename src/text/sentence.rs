//! Paragraphs into sentences.

use super::span::Span;

/// One sentence of the clean text, its closing punctuation and quotes included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// Where in the clean text; trimmed, never empty, never across paragraphs.
    pub span: Span,
    /// Index of its paragraph.
    pub paragraph: u32,
}
