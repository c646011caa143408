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
pub mod scan;
pub mod normalize;
pub mod html;
pub mod page;
pub mod article;
pub mod sentence;
pub mod language;
pub mod offsets;

use std::sync::OnceLock;

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
    /// The same in one spelling.
    pub folded: Folded,
    /// Its sentences once they were asked for, see [`Prepared::sentences`].
    pub sentences: OnceLock<Vec<Sentence>>,
    /// About the page itself.
    pub page: PageFacts,
    /// "zh-Hans", "zh-Hant", "ja", "ko", "en", …, "und".
    pub language: &'static str,
    /// What the caller should know.
    pub warnings: Vec<Warning>,
}

impl Prepared {
    /// Its sentences, found when they are first asked for: topics without an explanation need none.
    #[must_use]
    pub fn sentences(&self) -> &[Sentence] {
        self.sentences.get_or_init(|| sentence::sentences(&self.clean))
    }
}

/// Largest title or content: clean text, with its own line breaks, must stay countable in 32 bits.
const LARGEST: usize = 1 << 30;

/// Decodes, cleans and folds a document.
///
/// # Errors
/// [`Error::EmptyDocument`] when nothing but white space and markup is there; [`Error::UnknownCharset`] for an
/// encoding label that the WHATWG standard does not know; [`Error::DocumentTooLarge`] above 1 GiB.
pub fn prepare(document: &Document) -> Result<Prepared, Error> {
    let content_len = match &document.content {
        Content::Text(text) => text.len(),
        Content::Raw { data, .. } => data.len(),
    };
    let size = document.title.len() + content_len;
    if size > LARGEST {
        return Err(Error::DocumentTooLarge { size, limit: LARGEST });
    }
    let mut warnings = Vec::new();
    let decoded;
    let (content, charset, raw) = match &document.content {
        Content::Text(text) => (text.as_str(), "UTF-8", None),
        Content::Raw { data, charset } => {
            decoded = decode::decode(data, charset)?;
            warnings.extend(decoded.warnings);
            (decoded.text.as_str(), decoded.charset, Some(decoded.offsets))
        }
    };
    let is_html = match document.format {
        Format::Auto => html::is_html(content),
        Format::PlainText => false,
        Format::Html => true,
    };
    let (draft, facts, format) = if is_html {
        let (draft, facts) = article::from_html(&document.title, content);
        (draft, facts, Format::Html)
    } else {
        let (draft, facts) = article::from_plain_text(&document.title, content);
        (draft, facts, Format::PlainText)
    };
    let clean = draft.finish(format, charset, raw);
    if clean.paragraphs.is_empty() {
        return Err(Error::EmptyDocument);
    }
    let page = article::located(&document.title, facts, &clean.map);
    let folded = normalize::fold(&clean.text);
    let language = language::detect(&clean.text, &folded, &document.language, &mut warnings);
    Ok(Prepared { clean, folded, sentences: OnceLock::new(), page, language, warnings })
}
