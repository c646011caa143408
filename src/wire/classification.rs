//! Topics: from the domain to the wire.

use super::answer::Spans;
use super::pb;
use crate::topic::AbstainReason;
use crate::topic::Classification;
use crate::topic::Counterfactual;
use crate::topic::LabelExplanation;
use crate::topic::LabelScore;

/// Topics of one document.
pub(super) fn encode(found: &Classification, spans: &Spans<'_>) -> pb::Classification {
    let Classification {
        labels,
        abstain,
        explanations,
        paragraphs,
        out_of_vocabulary_ratio: _,
        familiarity: _,
    } = found;
    let paragraphs = paragraphs.iter().map(|paragraph| pb::ParagraphClassification {
        span: spans.encode(paragraph.span),
        labels: paragraph.labels.iter().map(label).collect(),
    });
    pb::Classification {
        labels: labels.iter().map(label).collect(),
        abstain_reason: match abstain {
            None => pb::AbstainReason::Unspecified,
            Some(AbstainReason::LowConfidence) => pb::AbstainReason::LowConfidence,
            Some(AbstainReason::OutOfDomain) => pb::AbstainReason::OutOfDomain,
            Some(AbstainReason::TooShort) => pb::AbstainReason::TooShort,
        }
        .into(),
        explanations: explanations.iter().map(|of_label| explanation(of_label, spans)).collect(),
        paragraphs: paragraphs.collect(),
    }
}

fn label(score: &LabelScore) -> pb::LabelScore {
    let LabelScore { id, display_name, probability, decision_value, threshold, selected } = score;
    pb::LabelScore {
        label_id: id.clone(),
        display_name: display_name.clone(),
        probability: *probability,
        decision_value: *decision_value,
        threshold: *threshold,
        selected: *selected,
    }
}

fn explanation(explanation: &LabelExplanation, spans: &Spans<'_>) -> pb::LabelExplanation {
    let LabelExplanation { id, bias, features, remainder, sentences, counterfactual } = explanation;
    let features = features.iter().map(|term| pb::FeatureContribution {
        feature: term.feature.clone(),
        contribution: term.contribution,
        spans: spans.encode_all(&term.spans),
    });
    let sentences = sentences.iter().map(|sentence| pb::SentenceContribution {
        span: spans.encode(sentence.span),
        contribution: sentence.contribution,
    });
    let counterfactual = counterfactual.as_ref().map(|found| {
        let Counterfactual { sentences, probability_without } = found;
        pb::Counterfactual {
            sentences: spans.encode_all(sentences),
            probability_without: *probability_without,
        }
    });
    pb::LabelExplanation {
        label_id: id.clone(),
        bias: *bias,
        features: features.collect(),
        remainder: *remainder,
        sentences: sentences.collect(),
        counterfactual,
    }
}
