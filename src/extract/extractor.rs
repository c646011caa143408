//! The order of the layers.

use super::Anchors;
use super::ExtractOptions;
use super::Extraction;
use crate::error::Error;
use crate::segment::Token;
use crate::text::Folded;
use crate::text::Prepared;

/// What extraction works on.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// Clean text, paragraphs, sentences, page facts.
    pub prepared: &'a Prepared,
    /// The folded text.
    pub folded: &'a Folded,
    /// Its words.
    pub tokens: &'a [Token],
    /// Dates to resolve against.
    pub anchors: Anchors,
}

/// Finds facts; holds the gazetteers.
#[derive(Debug)]
pub struct Extractor {}

impl Extractor {
    /// The extractor over the gazetteers compiled into the program.
    ///
    /// # Errors
    /// [`Error::Bundle`] when they are damaged.
    pub fn builtin() -> Result<Self, Error> {
        Ok(Self {})
    }

    /// Finds the facts of one document.
    #[must_use]
    pub fn extract(&self, input: &Input<'_>, options: &ExtractOptions) -> Extraction {
        let _ = (input, options);
        Extraction::default()
    }
}
