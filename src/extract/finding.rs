//! What a rule found, before findings compete and mentions become entities.

use super::Detector;
use super::MentionKind;
use super::Value;
use crate::text::Span;

/// One mention of one thing.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Finding {
    /// Where in the clean text.
    pub(crate) span: Span,
    /// First character.
    pub(crate) start: usize,
    /// First character no longer covered.
    pub(crate) end: usize,
    /// Name under which mentions are joined.
    pub(crate) canonical: String,
    /// How it refers.
    pub(crate) kind: MentionKind,
    /// The value.
    pub(crate) value: Value,
    /// What found it.
    pub(crate) detector: Detector,
    /// In [0, 1].
    pub(crate) confidence: f64,
}

impl Finding {
    /// A finding under its own name.
    pub(crate) fn new(
        span: Span,
        (start, end): (usize, usize),
        canonical: &str,
        value: Value,
        detector: Detector,
        confidence: f64,
    ) -> Self {
        Self {
            span,
            start,
            end,
            canonical: canonical.to_owned(),
            kind: MentionKind::Name,
            value,
            detector,
            confidence,
        }
    }

    /// The same, referring in another way.
    pub(crate) fn referring(mut self, kind: MentionKind) -> Self {
        self.kind = kind;
        self
    }

    /// Length in characters.
    pub(crate) fn len(&self) -> usize {
        self.end - self.start
    }

    /// Whether at least one character is shared.
    pub(crate) fn overlaps(&self, start: usize, end: usize) -> bool {
        self.start < end && start < self.end
    }
}
