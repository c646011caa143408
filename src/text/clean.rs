//! The text that is analysed, and the way back to the caller's own string.

use super::decode::RawOffsets;
use super::document::Field;
use super::document::Format;
use super::scan;
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
    /// First byte in that field, decoded.
    pub source: u32,
    /// Bytes there.
    pub source_len: u32,
    /// Taken over as it is, byte by byte. Anything else (an entity, a collapsed run of white space) maps as a whole.
    pub literal: bool,
}

impl Segment {
    fn clean_end(&self) -> u32 {
        self.clean + self.clean_len
    }

    /// Source start of the character at clean offset `offset`, which lies inside.
    fn start(&self, offset: u32) -> u32 {
        if self.literal { self.source + (offset - self.clean) } else { self.source }
    }

    /// Source end of the character that ends at clean offset `offset`.
    fn end(&self, offset: u32) -> u32 {
        if self.literal { self.source + (offset - self.clean) } else { self.source + self.source_len }
    }
}

/// Leads from spans of the clean text back to the caller's own string.
///
/// Segments are in order of the clean text and do not overlap; clean bytes between segments (line breaks that join
/// paragraphs, tabs that join cells) came from nowhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceMap {
    segments: Vec<Segment>,
    /// From decoded content to the caller's bytes; none where the content came as text.
    raw: Option<RawOffsets>,
}

impl SourceMap {
    /// A map over `segments`, in order of the clean text.
    #[must_use]
    pub fn new(segments: Vec<Segment>, raw: Option<RawOffsets>) -> Self {
        debug_assert!(segments.is_sorted_by(|before, after| before.clean_end() <= after.clean));
        Self { segments, raw }
    }

    /// The runs, in order of the clean text. Their source offsets count the decoded text.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Where `span` of the clean text came from: the field, and the half-open range of bytes in it as the caller sent
    /// it.
    ///
    /// The range starts where the first covered character starts and ends where the last one ends, so that tags around
    /// them stay outside. None for a span that covers nothing that came from the source, or parts of both fields.
    #[must_use]
    pub fn source(&self, span: Span) -> Option<(Field, usize, usize)> {
        if span.is_empty() {
            return None;
        }
        let first = self.segments.partition_point(|segment| segment.clean_end() <= span.start);
        let after = self.segments.partition_point(|segment| segment.clean < span.end);
        let head = self.segments.get(first)?;
        let tail = self.segments.get(after.checked_sub(1)?)?;
        if after <= first || head.field != tail.field {
            return None;
        }
        let start = head.start(span.start.max(head.clean)) as usize;
        let end = tail.end(span.end.min(tail.clean_end())) as usize;
        // A headline moved to the top may stand anywhere in the source; a span across it and the body is no range.
        if end < start {
            return None;
        }
        let (start, end) = self.as_sent(head.field, start, end);
        Some((head.field, start, end))
    }

    /// A range of the decoded field as a range of what the caller sent.
    #[must_use]
    pub fn as_sent(&self, field: Field, start: usize, end: usize) -> (usize, usize) {
        match (&self.raw, field) {
            (Some(raw), Field::Content) => (raw.start(start), raw.end(end).max(raw.start(start))),
            (Some(_), Field::Title) | (None, _) => (start, end),
        }
    }
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

/// A clean text as it grows.
#[derive(Debug, Default)]
pub struct CleanBuilder {
    /// What is written so far.
    pub text: String,
    /// Its paragraphs.
    pub paragraphs: Vec<Paragraph>,
    segments: Vec<Segment>,
}

impl CleanBuilder {
    /// An empty text with room for `bytes`, `paragraphs` and their `segments`.
    #[must_use]
    pub fn with_capacity(bytes: usize, paragraphs: usize, segments: usize) -> Self {
        Self {
            text: String::with_capacity(bytes),
            paragraphs: Vec::with_capacity(paragraphs),
            segments: Vec::with_capacity(segments),
        }
    }

    /// Begins a new line, unless nothing is written yet.
    fn begin_line(&mut self) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
    }

    /// Appends a whole field as it is, and one paragraph per line that is not blank.
    pub fn field(&mut self, field: Field, text: &str, mut kind: impl FnMut(&str) -> ParagraphKind) {
        if text.is_empty() {
            return;
        }
        self.begin_line();
        let base = self.text.len();
        self.text.push_str(text);
        let len = text.len() as u32;
        let clean = base as u32;
        self.segments.push(Segment {
            clean,
            clean_len: len,
            field,
            source: 0,
            source_len: len,
            literal: true,
        });
        for span in lines(text) {
            let kind = kind(span.of(text));
            let span = Span::new(base + span.start as usize, base + span.end as usize);
            self.paragraphs.push(Paragraph { span, kind });
        }
    }

    /// Appends a paragraph with the segments it came from, whose clean offsets count from `origin`.
    pub fn paragraph(
        &mut self,
        text: &str,
        kind: ParagraphKind,
        origin: u32,
        segments: impl Iterator<Item = Segment>,
    ) {
        self.begin_line();
        let start = self.text.len();
        self.text.push_str(text);
        let moved =
            segments.map(|segment| Segment { clean: segment.clean - origin + start as u32, ..segment });
        self.segments.extend(moved);
        self.paragraphs.push(Paragraph { span: Span::new(start, self.text.len()), kind });
    }

    /// The text with its way back.
    #[must_use]
    pub fn finish(self, format: Format, charset: &'static str, raw: Option<RawOffsets>) -> CleanText {
        let map = SourceMap::new(self.segments, raw);
        CleanText { text: self.text, paragraphs: self.paragraphs, map, format, charset }
    }
}

/// The lines of `text` that are not blank, trimmed. A line ends with LF, CRLF, CR or a Unicode line separator.
pub fn lines(text: &str) -> impl Iterator<Item = Span> + '_ {
    let mut next = Some(0);
    std::iter::from_fn(move || {
        loop {
            let start = next?;
            let end = match scan::line_end(text.get(start..)?) {
                Some((len, after)) => {
                    next = Some(start + after);
                    start + len
                }
                None => {
                    next = None;
                    text.len()
                }
            };
            let span = trimmed(text, Span::new(start, end));
            if !span.is_empty() {
                return Some(span);
            }
        }
    })
}

/// Whether a character is trimmed from paragraphs and collapsed within them.
///
/// Unicode white space, and the byte order mark and zero-width space that editors leave behind.
#[must_use]
pub fn is_space(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{FEFF}' | '\u{200B}')
}

/// The part of `span` without white space at either end.
#[must_use]
pub fn trimmed(text: &str, span: Span) -> Span {
    let covered = span.of(text);
    let begun = covered.trim_start_matches(is_space);
    let start = span.start as usize + covered.len() - begun.len();
    Span::new(start, start + begun.trim_end_matches(is_space).len())
}
