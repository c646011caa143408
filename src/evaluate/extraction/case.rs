//! One short text, read thoroughly: the numbers and times that are found in it.

use jiff::civil::DateTime;

use crate::analyze::Analyzer;
use crate::analyze::Options;
use crate::analyze::Unobserved;
use crate::extract::Detector;
use crate::extract::EntityType;
use crate::extract::ExtractOptions;
use crate::extract::MentionKind;
use crate::extract::QuantityValue;
use crate::extract::TimeValue;
use crate::extract::Value;
use crate::text::Content;
use crate::text::Document;
use crate::text::Format;
use crate::text::normalize;

/// One mention, in characters of the text.
#[derive(Clone, Debug)]
pub(super) struct Item<V> {
    /// First character.
    pub(super) start: usize,
    /// First character no longer covered.
    pub(super) end: usize,
    /// As written, folded, without spaces.
    pub(super) text: String,
    /// Part of a longer one.
    pub(super) nested: bool,
    /// The rule that found it.
    pub(super) rule: &'static str,
    /// The value.
    pub(super) value: V,
}

/// What was found in a case, in order of the text.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    /// Times.
    pub(super) times: Vec<Item<TimeValue>>,
    /// Amounts, numbers, ordinals, ranges.
    pub(super) quantities: Vec<Item<QuantityValue>>,
}

/// Reads a text against a reference time.
pub(super) fn read(analyzer: &Analyzer, text: &str, reference: Option<DateTime>) -> Found {
    let document = Document {
        content: Content::Text(text.to_owned()),
        format: Format::PlainText,
        reference,
        ..Document::default()
    };
    let options = Options {
        classify: None,
        extract: Some(ExtractOptions {
            types: vec![EntityType::Time, EntityType::Quantity],
            omit_relations: true,
            thorough: true,
            ..ExtractOptions::default()
        }),
    };
    let mut found = Found::default();
    let Ok(analysis) = analyzer.analyze(&document, &options, &mut Unobserved) else { return found };
    let clean = &analysis.prepared.clean.text;
    let at = |byte: u32| clean.get(..byte as usize).map_or(0, |head| head.chars().count());
    for entity in analysis.extraction.iter().flat_map(|extraction| &extraction.entities) {
        for mention in &entity.mentions {
            let (start, end) = (at(mention.span.start), at(mention.span.end));
            let text = plain(mention.span.of(clean));
            let nested = mention.kind == MentionKind::Nested;
            let rule = match mention.detector {
                Detector::Rule(rule) => rule,
                Detector::Dictionary(_) | Detector::Model(_) => "",
            };
            match &entity.value {
                Value::Time(value) => {
                    found.times.push(Item { start, end, text, nested, rule, value: value.clone() });
                }
                Value::Quantity(value) => {
                    found.quantities.push(Item { start, end, text, nested, rule, value: value.clone() });
                }
                Value::Person { .. }
                | Value::Organization { .. }
                | Value::Place { .. }
                | Value::Zone { .. }
                | Value::DocumentReference { .. }
                | Value::Post { .. } => {}
            }
        }
    }
    found.times.sort_by_key(|item| (item.start, std::cmp::Reverse(item.end)));
    found.quantities.sort_by_key(|item| (item.start, std::cmp::Reverse(item.end)));
    found
}

/// A text without differences of width, case, script and spacing.
pub(super) fn plain(text: &str) -> String {
    let folded = normalize::fold(text).text;
    let marked =
        folded.chars().filter(|character| !character.is_whitespace()).map(|character| match character {
            '，' => ',',
            '：' => ':',
            '．' => '.',
            '％' => '%',
            '／' => '/',
            '－' => '-',
            '（' => '(',
            '）' => ')',
            other => other,
        });
    marked.collect()
}
