//! Features to calibrated labels.

use super::Classification;
use super::ClassifyOptions;
use crate::error::Error;
use crate::segment::Token;
use crate::text::Folded;
use crate::text::Prepared;

/// What classification works on.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// Clean text, paragraphs, sentences.
    pub prepared: &'a Prepared,
    /// The folded text.
    pub folded: &'a Folded,
    /// Its words.
    pub tokens: &'a [Token],
}

/// Scores documents against the labels of one model.
#[derive(Debug)]
pub struct Classifier {}

impl Classifier {
    /// Scores one document.
    ///
    /// # Errors
    /// [`Error::UnknownLabel`] when the options name a label that the model does not have.
    pub fn classify(&self, input: &Input<'_>, options: &ClassifyOptions) -> Result<Classification, Error> {
        let _ = (input, options);
        Ok(Classification::default())
    }
}
