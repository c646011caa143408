//! What is wrong with a request, all of it at once.

use std::fmt;

/// One thing wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Path of the field, e.g. `documents[3].content`.
    pub field: String,
    /// What is wrong, in English, without text of the document.
    pub message: String,
}

/// A limit that was exceeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Excess {
    /// One document is too large.
    DocumentBytes {
        /// Bytes of title and content.
        size: usize,
        /// The limit.
        limit: usize,
    },
    /// A list is too long.
    BatchDocuments {
        /// Documents sent.
        size: usize,
        /// The limit.
        limit: usize,
    },
}

/// Why a request, or one document of it, is not taken on.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
pub struct Refusal {
    /// Every violation, in order of the fields; never empty.
    pub violations: Vec<Violation>,
    /// The limit that was exceeded, if that is among them.
    pub excess: Option<Excess>,
}

impl Refusal {
    /// A refusal for one thing.
    #[must_use]
    pub fn one(field: impl Into<String>, message: impl Into<String>) -> Self {
        let violation = Violation { field: field.into(), message: message.into() };
        Self { violations: vec![violation], excess: None }
    }

    /// Both refusals in one.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        let Self { violations, excess } = other;
        self.violations.extend(violations);
        self.excess = self.excess.or(excess);
        self
    }

    /// The same with `from` at the start of every path replaced by `to`.
    #[must_use]
    pub fn renamed(mut self, from: &str, to: &str) -> Self {
        for violation in &mut self.violations {
            if let Some(rest) = violation.field.strip_prefix(from)
                && (rest.is_empty() || rest.starts_with('.'))
            {
                violation.field = format!("{to}{rest}");
            }
        }
        self
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, Violation { field, message }) in self.violations.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(out, "{separator}{field}: {message}")?;
        }
        Ok(())
    }
}

/// Collects violations while a request is converted.
#[derive(Debug, Default)]
pub(super) struct Check {
    found: Refusal,
}

impl Check {
    /// Notes a violation.
    pub(super) fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.found.violations.push(Violation { field: field.into(), message: message.into() });
    }

    /// Notes an enum number that the contract does not have.
    pub(super) fn unknown_enum(&mut self, field: impl Into<String>, number: i32) {
        self.add(field, format!("{number} is not a value of this enum"));
    }

    /// Notes an exceeded limit.
    pub(super) fn exceeded(&mut self, field: impl Into<String>, message: impl Into<String>, excess: Excess) {
        self.add(field, message);
        self.found.excess.get_or_insert(excess);
    }

    /// Takes over what was found elsewhere.
    pub(super) fn absorb(&mut self, refusal: Refusal) {
        self.found = std::mem::take(&mut self.found).and(refusal);
    }

    /// Whether nothing was found so far.
    pub(super) fn is_clean(&self) -> bool {
        self.found.violations.is_empty()
    }

    /// What was found, by someone who knows that something was.
    pub(super) fn refuse(self) -> Refusal {
        self.found
    }

    /// The value if nothing was found.
    pub(super) fn pass<T>(self, value: T) -> Result<T, Refusal> {
        if self.is_clean() { Ok(value) } else { Err(self.found) }
    }
}

/// A caller's string for a message, shortened: messages travel in headers, which are small.
pub(crate) fn quoted(text: &str) -> String {
    const SHOWN: usize = 40;
    match text.char_indices().nth(SHOWN).and_then(|(cut, _)| text.get(..cut)) {
        Some(head) => format!("{head:?}…"),
        None => format!("{text:?}"),
    }
}
