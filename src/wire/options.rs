//! Options of a call: from the wire to the domain.

use std::collections::BTreeSet;

use super::pb;
use super::violation::Check;
use super::violation::quoted;
use crate::analyze;
use crate::config::Limits;
use crate::extract::EntityType;
use crate::extract::ExtractOptions;
use crate::topic::ClassifyOptions;
use crate::topic::ExplanationLevel;

/// What requests are checked against.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// Limits in force.
    pub limits: &'a Limits,
    /// Label ids of the model that will answer; `None` leaves their check to the model.
    pub labels: Option<&'a BTreeSet<String>>,
}

/// How the caller wants spans to count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// Not said: UTF-8 bytes for text, raw bytes for raw content.
    #[default]
    Natural,
    /// UTF-8 bytes.
    Utf8Bytes,
    /// UTF-16 code units.
    Utf16CodeUnits,
    /// Unicode scalar values.
    CodePoints,
    /// Bytes as sent.
    RawBytes,
}

/// What to do with a document above the size limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Oversize {
    /// Refuse it.
    #[default]
    Reject,
    /// Analyse the leading part.
    Truncate,
}

/// Version of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// An exact version.
    Version(String),
    /// A movable name.
    Alias(String),
}

/// Which model shall answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selector {
    /// Model name; empty: the default model.
    pub name: String,
    /// `None`: the alias "stable".
    pub choice: Option<Choice>,
}

/// Checked options of one call, the same for all its documents.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// What to do with each document.
    pub options: analyze::Options,
    /// How spans count.
    pub encoding: Encoding,
    /// What to do with large documents.
    pub oversize: Oversize,
    /// Return the clean text.
    pub include_clean_text: bool,
    /// Return the SHA-256.
    pub include_digest: bool,
    /// Largest answer that the caller takes, in bytes; `None`: what the server sends at most.
    pub max_response_bytes: Option<usize>,
    /// Which model shall answer.
    pub model: Selector,
    /// Path of the classification options in the request, for what only the model can refuse.
    pub classify_path: &'static str,
}

/// Bytes of an answer that every caller must be able to take: room for an error for each document of a list.
const MIN_RESPONSE_BYTES: u32 = 64 * 1024;

/// Options of every method into `plan`.
pub(super) fn common(common: Option<pb::CommonOptions>, plan: &mut Plan, check: &mut Check) {
    let Some(common) = common else { return };
    let pb::CommonOptions {
        model,
        offset_encoding,
        oversize_policy,
        include_clean_text,
        include_digest,
        max_response_bytes,
    } = common;
    plan.model = selector(model);
    plan.encoding = match pb::OffsetEncoding::try_from(offset_encoding) {
        Ok(pb::OffsetEncoding::Unspecified) => Encoding::Natural,
        Ok(pb::OffsetEncoding::Utf8Bytes) => Encoding::Utf8Bytes,
        Ok(pb::OffsetEncoding::Utf16CodeUnits) => Encoding::Utf16CodeUnits,
        Ok(pb::OffsetEncoding::CodePoints) => Encoding::CodePoints,
        Ok(pb::OffsetEncoding::RawBytes) => Encoding::RawBytes,
        Err(_) => {
            check.unknown_enum("common.offset_encoding", offset_encoding);
            Encoding::Natural
        }
    };
    plan.oversize = match pb::OversizePolicy::try_from(oversize_policy) {
        Ok(pb::OversizePolicy::Unspecified | pb::OversizePolicy::Reject) => Oversize::Reject,
        Ok(pb::OversizePolicy::Truncate) => Oversize::Truncate,
        Err(_) => {
            check.unknown_enum("common.oversize_policy", oversize_policy);
            Oversize::Reject
        }
    };
    plan.include_clean_text = include_clean_text;
    plan.include_digest = include_digest;
    if (1..MIN_RESPONSE_BYTES).contains(&max_response_bytes) {
        let least = format!("must be 0 or at least {MIN_RESPONSE_BYTES}, not {max_response_bytes}");
        check.add("common.max_response_bytes", least);
    }
    plan.max_response_bytes = usize::try_from(max_response_bytes).ok().filter(|&bytes| bytes > 0);
}

/// Which model.
#[must_use]
pub fn selector(selector: Option<pb::ModelSelector>) -> Selector {
    let Some(pb::ModelSelector { name, choice }) = selector else { return Selector::default() };
    let choice = choice.map(|choice| match choice {
        pb::model_selector::Choice::Version(version) => Choice::Version(version),
        pb::model_selector::Choice::Alias(alias) => Choice::Alias(alias),
    });
    Selector { name, choice }
}

/// What to do with each document.
pub(super) fn features(
    features: Option<pb::Features>,
    at: &str,
    rules: Rules<'_>,
    check: &mut Check,
) -> analyze::Options {
    let pb::Features { classify: wants_topics, extract: wants_facts } = features.unwrap_or_default();
    if wants_topics.is_none() && wants_facts.is_none() {
        check.add(at, "at least one of classify and extract must be set");
    }
    analyze::Options {
        classify: wants_topics.map(|options| classify(options, &format!("{at}.classify"), rules, check)),
        extract: wants_facts.map(|options| extract(options, &format!("{at}.extract"), check)),
    }
}

/// What to return of the topics.
pub(super) fn classify(
    options: pb::ClassifyOptions,
    at: &str,
    rules: Rules<'_>,
    check: &mut Check,
) -> ClassifyOptions {
    let pb::ClassifyOptions {
        top_k,
        min_probability,
        label_ids,
        include_unselected,
        explanation_level,
        max_features,
        include_paragraphs,
    } = options;
    if let Some(bound) = min_probability {
        share(bound, &format!("{at}.min_probability"), check);
    }
    if let Some(known) = rules.labels {
        for (index, id) in label_ids.iter().enumerate().filter(|(_, id)| !known.contains(id.as_str())) {
            check.add(format!("{at}.label_ids[{index}]"), format!("the model has no label {}", quoted(id)));
        }
    }
    let explanation = match pb::ExplanationLevel::try_from(explanation_level) {
        Ok(pb::ExplanationLevel::Unspecified | pb::ExplanationLevel::None) => ExplanationLevel::None,
        Ok(pb::ExplanationLevel::Features) => ExplanationLevel::Features,
        Ok(pb::ExplanationLevel::Sentences) => ExplanationLevel::Sentences,
        Err(_) => {
            check.unknown_enum(format!("{at}.explanation_level"), explanation_level);
            ExplanationLevel::None
        }
    };
    ClassifyOptions {
        top_k: top_k as usize,
        min_probability,
        label_ids,
        include_unselected,
        explanation,
        max_features: max_features as usize,
        include_paragraphs,
    }
}

/// What to return of the facts.
pub(super) fn extract(options: pb::ExtractOptions, at: &str, check: &mut Check) -> ExtractOptions {
    let pb::ExtractOptions {
        types,
        min_confidence,
        omit_relations,
        max_keyphrases,
        max_key_sentences,
        thorough,
    } = options;
    share(min_confidence, &format!("{at}.min_confidence"), check);
    let types = types.into_iter().enumerate().filter_map(|(index, number)| {
        let field = || format!("{at}.types[{index}]");
        match pb::EntityType::try_from(number) {
            Ok(pb::EntityType::Unspecified) => {
                check.add(field(), "ENTITY_TYPE_UNSPECIFIED names no kind of entity");
                None
            }
            Ok(pb::EntityType::Person) => Some(EntityType::Person),
            Ok(pb::EntityType::Organization) => Some(EntityType::Organization),
            Ok(pb::EntityType::Place) => Some(EntityType::Place),
            Ok(pb::EntityType::Zone) => Some(EntityType::Zone),
            Ok(pb::EntityType::Time) => Some(EntityType::Time),
            Ok(pb::EntityType::Quantity) => Some(EntityType::Quantity),
            Ok(pb::EntityType::DocumentReference) => Some(EntityType::DocumentReference),
            Ok(pb::EntityType::Post) => Some(EntityType::Post),
            Err(_) => {
                check.unknown_enum(field(), number);
                None
            }
        }
    });
    ExtractOptions {
        types: types.collect(),
        min_confidence,
        omit_relations,
        max_keyphrases: max_keyphrases as usize,
        max_key_sentences: max_key_sentences as usize,
        thorough,
    }
}

/// Checks a bound in [0, 1]; NaN lies nowhere.
fn share(value: f64, field: &str, check: &mut Check) {
    if !(0.0..=1.0).contains(&value) {
        check.add(field, format!("{value} is not in [0, 1]"));
    }
}
