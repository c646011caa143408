//! An analysis: from the domain to the wire.

use super::classification;
use super::document::Accepted;
use super::document::sha256;
use super::extraction;
use super::options::Plan;
use super::pb;
use super::unit::Ruler;
use super::unit::Unit;
use crate::analyze::Analysis;
use crate::text::CleanText;
use crate::text::Content;
use crate::text::Field;
use crate::text::Format;
use crate::text::Located;
use crate::text::ParagraphKind;
use crate::text::Prepared;
use crate::text::Span;

/// The answer for one document: a function of its arguments alone, the same bytes on every path.
#[must_use]
pub fn encode(accepted: &Accepted, plan: &Plan, analysis: &Analysis) -> pb::Analysis {
    let Analysis { prepared, classification, extraction, token_count } = analysis;
    let spans = Spans::new(accepted, &prepared.clean);
    let unknown_words = classification.as_ref().map_or(0.0, |found| found.out_of_vocabulary_ratio);
    pb::Analysis {
        classification: classification.as_ref().map(|found| classification::encode(found, &spans)),
        extraction: extraction.as_ref().map(|found| extraction::encode(found, &prepared.page, &spans)),
        clean_text: plan.include_clean_text.then(|| clean_text(&prepared.clean, &spans)),
        stats: Some(stats(accepted, plan, prepared, *token_count, unknown_words)),
        warnings: warnings(accepted, prepared),
    }
}

/// Leads spans of the clean text to the caller's own string, in the caller's unit.
#[derive(Debug)]
pub(super) struct Spans<'a> {
    clean: &'a CleanText,
    title: Ruler<'a>,
    content: Ruler<'a>,
    unit: Unit,
}

impl<'a> Spans<'a> {
    fn new(accepted: &'a Accepted, clean: &'a CleanText) -> Self {
        let Accepted { document, unit, cut: _ } = accepted;
        let content = match &document.content {
            Content::Text(text) => text,
            // Raw bytes are counted as they are.
            Content::Raw { .. } => "",
        };
        Self {
            clean,
            title: Ruler::new(&document.title, *unit),
            content: Ruler::new(content, *unit),
            unit: *unit,
        }
    }

    /// A span of the clean text; `None` where nothing of it came from the document.
    pub(super) fn encode(&self, span: Span) -> Option<pb::Span> {
        let (field, start, end) = self.clean.map.source(span)?;
        Some(self.place(field, start, end, span.of(&self.clean.text)))
    }

    /// Spans of the clean text, in order.
    pub(super) fn encode_all(&self, spans: &[Span]) -> Vec<pb::Span> {
        spans.iter().filter_map(|&span| self.encode(span)).collect()
    }

    /// A piece of the document that need not be part of the clean text.
    pub(super) fn located(&self, found: &Located) -> pb::Span {
        let Located { field, start, end, text } = found;
        self.place(*field, *start, *end, text)
    }

    /// The covered part of the clean text.
    pub(super) fn text(&self, span: Span) -> &'a str {
        span.of(&self.clean.text)
    }

    fn place(&self, field: Field, start: usize, end: usize, text: &str) -> pb::Span {
        let (field, ruler) = match field {
            Field::Title => (pb::DocumentField::Title, &self.title),
            Field::Content => (pb::DocumentField::Content, &self.content),
        };
        pb::Span { field: field.into(), start: ruler.at(start), end: ruler.at(end), text: text.to_owned() }
    }
}

fn clean_text(clean: &CleanText, spans: &Spans<'_>) -> pb::CleanText {
    let ruler = Ruler::new(&clean.text, spans.unit);
    let paragraphs = clean.paragraphs.iter().map(|paragraph| pb::Paragraph {
        span: spans.encode(paragraph.span).map(|span| pb::Span { text: String::new(), ..span }),
        start: ruler.at(paragraph.span.range().start),
        end: ruler.at(paragraph.span.range().end),
        kind: match paragraph.kind {
            ParagraphKind::Title => pb::ParagraphKind::Title,
            ParagraphKind::OriginalTitle => pb::ParagraphKind::OriginalTitle,
            ParagraphKind::Body => pb::ParagraphKind::Body,
            ParagraphKind::Heading => pb::ParagraphKind::Heading,
            ParagraphKind::ListItem => pb::ParagraphKind::ListItem,
            ParagraphKind::TableRow => pb::ParagraphKind::TableRow,
            ParagraphKind::Metadata => pb::ParagraphKind::Metadata,
        }
        .into(),
    });
    pb::CleanText { text: clean.text.clone(), paragraphs: paragraphs.collect() }
}

fn stats(
    accepted: &Accepted,
    plan: &Plan,
    prepared: &Prepared,
    token_count: usize,
    out_of_vocabulary_ratio: f64,
) -> pb::DocumentStats {
    let Accepted { document, unit, cut } = accepted;
    let Prepared { clean, folded: _, sentences: _, page: _, language, warnings: _ } = prepared;
    let sha256 = match cut {
        Some(cut) => cut.sha256.clone().unwrap_or_default(),
        None if plan.include_digest => sha256(document),
        None => String::new(),
    };
    pb::DocumentStats {
        offset_encoding: match unit {
            Unit::Utf8Bytes => pb::OffsetEncoding::Utf8Bytes,
            Unit::Utf16CodeUnits => pb::OffsetEncoding::Utf16CodeUnits,
            Unit::CodePoints => pb::OffsetEncoding::CodePoints,
            Unit::RawBytes => pb::OffsetEncoding::RawBytes,
        }
        .into(),
        format: match clean.format {
            Format::Auto => pb::ContentFormat::Auto,
            Format::PlainText => pb::ContentFormat::PlainText,
            Format::Html => pb::ContentFormat::Html,
        }
        .into(),
        charset: clean.charset.to_owned(),
        code_point_count: count(clean.text.chars().count()),
        paragraph_count: count(clean.paragraphs.len()),
        sentence_count: count(prepared.sentences().len()),
        token_count: count(token_count),
        out_of_vocabulary_ratio,
        truncated: cut.is_some(),
        detected_language_code: (*language).to_owned(),
        sha256,
    }
}

fn warnings(accepted: &Accepted, prepared: &Prepared) -> Vec<pb::Warning> {
    let found = prepared
        .warnings
        .iter()
        .map(|warning| pb::Warning { reason: warning.reason.to_owned(), message: warning.message.clone() });
    let cut = accepted.cut.as_ref().map(|cut| pb::Warning {
        reason: "TRUNCATED".to_owned(),
        message: format!("title and content have {} bytes, the first {} were read", cut.size, cut.limit),
    });
    found.chain(cut).collect()
}

/// A count of things in a text below 4 GiB.
pub(super) fn count(things: usize) -> u32 {
    u32::try_from(things).unwrap_or(u32::MAX)
}
