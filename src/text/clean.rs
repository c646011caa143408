//! The text that is analysed, and the way back to the caller's own string.

use super::document::Field;
use super::document::Format;
use super::span::Span;

/// What part of the page a paragraph is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParagraphKind {
    /// Headline.
    Title,
    /// Headline under which another medium first ran the text.
    OriginalTitle,
    /// Body text.
    Body,
    /// Heading within the body.
    Heading,
    /// Item of a list.
    ListItem,
    /// Row of a table, cells separated by a tab.
    TableRow,
    /// Source, byline, date or editor line.
    Metadata,
}

/// One paragraph of the clean text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paragraph {
    /// Where in the clean text; trimmed of white space, never empty.
    pub span: Span,
    /// What part of the page it is.
    pub kind: ParagraphKind,
}

/// One run of the clean text and the source it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// First byte in the clean text.
    pub clean: u32,
    /// Bytes in the clean text.
    pub clean_len: u32,
    /// The field it came from.
    pub field: Field,
    /// First byte in that field as the caller sent it.
    pub source: u32,
    /// Bytes there. Equal to `clean_len` for text taken over as it is; anything else (an entity, a collapsed run of
    /// white space, a decoded character) maps as a whole.
    pub source_len: u32,
}

/// Leads from spans of the clean text back to the caller's own string.
///
/// Segments are in order of the clean text and do not overlap; clean bytes between segments (the line breaks that
/// join paragraphs) came from nowhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceMap {
    /// The runs.
    pub segments: Vec<Segment>,
}

/// Title and paragraphs joined by "\n", markup and boilerplate removed.
///
/// Plain text is taken over as it is, so that covered text and source text are equal; only paragraph spans are trimmed.
#[derive(Clone, Debug)]
pub struct CleanText {
    /// The text.
    pub text: String,
    /// Its paragraphs, in order.
    pub paragraphs: Vec<Paragraph>,
    /// The way back.
    pub map: SourceMap,
    /// What the content was read as: plain text or HTML, never auto.
    pub format: Format,
    /// WHATWG name of the charset it was decoded from.
    pub charset: &'static str,
}

impl SourceMap {
    /// Where `span` of the clean text came from: the field and its bytes as sent. `None` where nothing of it came from
    /// anywhere; what spans two fields is cut to the first.
    #[must_use]
    pub fn source(&self, span: Span) -> Option<(Field, usize, usize)> {
        let first = self.segments.partition_point(|segment| segment.clean + segment.clean_len <= span.start);
        let first = self.segments.get(first).filter(|segment| segment.clean < span.end)?;
        let last = self.segments.partition_point(|segment| segment.clean < span.end);
        let last = self.segments.get(..last)?.iter().rfind(|segment| segment.field == first.field)?;
        let start = match span.start.saturating_sub(first.clean) {
            within if first.clean_len == first.source_len => first.source + within,
            _ => first.source,
        };
        let end = match (last.clean + last.clean_len).saturating_sub(span.end) {
            beyond if last.clean_len == last.source_len => last.source + last.source_len - beyond,
            _ => last.source + last.source_len,
        };
        Some((first.field, start as usize, end.max(start) as usize))
    }
}
