//! A document as the caller hands it over.

use jiff::civil;

/// How the content is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// HTML if it holds HTML tags, else plain text.
    #[default]
    Auto,
    /// Taken literally.
    PlainText,
    /// A whole page or a fragment.
    Html,
}

/// The content, decoded or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Text.
    Text(String),
    /// Bytes in some charset.
    Raw {
        /// The bytes.
        data: Vec<u8>,
        /// WHATWG label; empty: detect.
        charset: String,
    },
}

impl Default for Content {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

/// One document. Offsets of the answer refer to `title` and `content` exactly as they are here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// Caller's key.
    pub id: String,
    /// Headline as plain text, when known apart from the content.
    pub title: String,
    /// The document itself.
    pub content: Content,
    /// How the content is written.
    pub format: Format,
    /// BCP-47 tag; empty: detect.
    pub language: String,
    /// Local date and time against which relative dates are resolved. Whoever makes the document has applied the
    /// time zone; nothing in the analysis reads a clock.
    pub reference: Option<civil::DateTime>,
}

/// Which field of the document a source position lies in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// `Document::title`.
    Title,
    /// `Document::content`.
    Content,
}

/// A piece of the caller's own string or bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// The field.
    pub field: Field,
    /// First byte of the field as the caller sent it: UTF-8 bytes of text, raw bytes of raw content.
    pub start: usize,
    /// First byte no longer covered.
    pub end: usize,
    /// The covered text, cleaned.
    pub text: String,
}

/// Something the caller should know that did not prevent a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Stable reason in UPPER_SNAKE_CASE.
    pub reason: &'static str,
    /// The same for people, in English.
    pub message: String,
}
