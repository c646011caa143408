//! A document for the tables: each line a paragraph, each full stop a sentence.

use std::sync::OnceLock;

use jiff::civil;

use super::Anchors;
use super::EntityType;
use super::ExtractOptions;
use super::Extraction;
use super::Extractor;
use super::extractor::Input;
use crate::segment::Segmenter;
use crate::text::CleanText;
use crate::text::Folded;
use crate::text::Format;
use crate::text::PageFacts;
use crate::text::Paragraph;
use crate::text::ParagraphKind;
use crate::text::Prepared;
use crate::text::Sentence;
use crate::text::SourceMap;
use crate::text::Span;

/// Paragraphs and sentences of plain text.
fn prepare(text: &str) -> Prepared {
    let mut paragraphs = Vec::new();
    let mut sentences = Vec::new();
    let mut start = 0;
    for line in text.split('\n') {
        if !line.is_empty() {
            let paragraph = paragraphs.len() as u32;
            paragraphs
                .push(Paragraph { span: Span::new(start, start + line.len()), kind: ParagraphKind::Body });
            let mut from = start;
            for sentence in line.split_inclusive('。') {
                sentences.push(Sentence { span: Span::new(from, from + sentence.len()), paragraph });
                from += sentence.len();
            }
        }
        start += line.len() + 1;
    }
    Prepared {
        clean: CleanText {
            text: text.to_owned(),
            paragraphs,
            map: SourceMap::default(),
            format: Format::PlainText,
            charset: "UTF-8",
        },
        folded: Folded { text: text.to_owned(), ..Folded::default() },
        sentences: OnceLock::from(sentences),
        page: PageFacts::default(),
        language: "zh-Hans",
        warnings: Vec::new(),
    }
}

/// Extracts from plain text, folded as it stands, against a reference day.
pub(crate) fn extract(text: &str, reference: Option<civil::Date>) -> Extraction {
    extract_with(text, reference, &ExtractOptions::default())
}

/// The same with options.
pub(crate) fn extract_with(
    text: &str,
    reference: Option<civil::Date>,
    options: &ExtractOptions,
) -> Extraction {
    static MACHINE: OnceLock<(Extractor, Segmenter)> = OnceLock::new();
    let (extractor, segmenter) = MACHINE.get_or_init(|| (tests::extractor(), Segmenter::new()));
    let prepared = prepare(text);
    let folded = Folded { text: text.to_owned(), ..Folded::default() };
    let tokens = segmenter.segment(&folded);
    let anchors = Anchors { reference: reference.map(|day| day.at(12, 0, 0, 0)), published: None };
    extractor.extract(&Input { prepared: &prepared, folded: &folded, tokens: &tokens, anchors }, options)
}

/// Hands the characters of a text to `look`.
pub(crate) fn characters(text: &str, look: impl FnOnce(&super::characters::Characters<'_>)) {
    let prepared = prepare(text);
    let folded = Folded { text: text.to_owned(), ..Folded::default() };
    let input = Input { prepared: &prepared, folded: &folded, tokens: &[], anchors: Anchors::default() };
    look(&super::characters::Characters::new(&input));
}

/// Mentions of a type in the order of the text, nested ones and pronouns left out.
pub(crate) fn mentions(text: &str, wanted: EntityType) -> Vec<String> {
    let extraction = extract(text, None);
    let mut found: Vec<(Span, String)> = extraction
        .entities
        .iter()
        .filter(|entity| entity.value.entity_type() == wanted)
        .flat_map(|entity| &entity.mentions)
        .filter(|mention| !matches!(mention.kind, super::MentionKind::Nested | super::MentionKind::Pronoun))
        .map(|mention| (mention.span, mention.span.of(text).to_owned()))
        .collect();
    found.sort();
    found.into_iter().map(|(_, covered)| covered).collect()
}

/// The extractor that serves, which comes from a bundle: only tests may look that far down.
#[cfg(test)]
mod tests {
    pub(super) fn extractor() -> super::Extractor {
        crate::bundle::tagger::extractor().unwrap()
    }
}
