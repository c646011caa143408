//! Why a label got its decision value.
//!
//! The model is additive, so the reasons are exact: the bias and every feature's contribution sum to the decision
//! value, in integers.

use std::collections::HashMap;

use super::ExplanationLevel;
use super::FeatureContribution;
use super::LabelExplanation;
use super::SentenceContribution;
use super::classify::Classifier;
use super::classify::Input;
use super::classify::contribution;
use super::features::Key;
use super::weights::Score;
use crate::text::Span;

/// Features per explanation where the caller does not say.
const DEFAULT_FEATURES: usize = 10;

/// A feature of the document with its weights' contributions to the labels explained.
struct Reason {
    /// Where it stands in the clean text, in order.
    spans: Vec<Span>,
    /// One per label explained.
    contributions: Vec<i64>,
}

/// Explains the labels at `columns`, in that order.
pub(super) fn explain(
    classifier: &Classifier,
    input: &Input<'_>,
    columns: &[usize],
    level: ExplanationLevel,
    max_features: usize,
) -> Vec<LabelExplanation> {
    let reasons = reasons(classifier, input, columns);
    let shown = if max_features == 0 { DEFAULT_FEATURES } else { max_features };
    columns
        .iter()
        .enumerate()
        .filter_map(|(position, &column)| {
            let label = classifier.model().labels.get(column)?;
            let of = |reason: &Reason| reason.contributions.get(position).copied().unwrap_or_default();
            let mut order: Vec<&Reason> = reasons.iter().filter(|reason| of(reason) != 0).collect();
            // Equal contributions stand in order of the text; of two features at one place the longer one first.
            order.sort_by_key(|reason| {
                let first = reason.spans.first().copied().unwrap_or(Span { start: 0, end: 0 });
                (-of(reason).abs(), first.start, std::cmp::Reverse(first.end))
            });
            let (top, rest) = order.split_at_checked(shown).unwrap_or((&order, &[]));
            let features = top
                .iter()
                .map(|reason| FeatureContribution {
                    feature: reason
                        .spans
                        .first()
                        .map(|span| span.of(&input.prepared.clean.text).to_owned())
                        .unwrap_or_default(),
                    contribution: Score(of(reason)).to_f64(),
                    spans: reason.spans.clone(),
                })
                .collect();
            let remainder = Score(rest.iter().map(|reason| of(reason)).sum()).to_f64();
            let sentences = match level {
                ExplanationLevel::Sentences => sentences(input, &reasons, of),
                ExplanationLevel::None | ExplanationLevel::Features => Vec::new(),
            };
            Some(LabelExplanation {
                id: label.id.clone(),
                bias: Score(label.bias).to_f64(),
                features,
                remainder,
                sentences,
                counterfactual: None,
            })
        })
        .collect()
}

/// Every feature of the document that has weights, in order of its key.
fn reasons(classifier: &Classifier, input: &Input<'_>, columns: &[usize]) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let mut positions: HashMap<Key, usize> = HashMap::new();
    for (key, _, value, row) in classifier.weighted(input) {
        let contributions = columns
            .iter()
            .map(|&column| row.mantissas.get(column).map_or(0, |&m| contribution(value, row, m)))
            .collect();
        positions.insert(key, reasons.len());
        reasons.push(Reason { spans: Vec::new(), contributions });
    }
    classifier.model().features.occurrences(input.segmented(), None, |occurrence| {
        if let Some(reason) = positions.get(&occurrence.key).and_then(|&at| reasons.get_mut(at)) {
            reason.spans.push(input.folded.clean_span(occurrence.folded));
        }
    });
    for reason in &mut reasons {
        reason.spans.sort_unstable();
        reason.spans.dedup();
    }
    reasons
}

/// The sentences by descending contribution; a feature's contribution is shared out evenly over its occurrences.
fn sentences(
    input: &Input<'_>,
    reasons: &[Reason],
    of: impl Fn(&Reason) -> i64,
) -> Vec<SentenceContribution> {
    let all = &input.prepared.sentences;
    let mut sums = vec![0i64; all.len()];
    for reason in reasons {
        let count = i64::try_from(reason.spans.len()).unwrap_or(i64::MAX).max(1);
        let share = of(reason) / count;
        for span in &reason.spans {
            let at = all.partition_point(|sentence| sentence.span.end <= span.start);
            if let Some(sum) = sums.get_mut(at) {
                *sum += share;
            }
        }
    }
    let mut ranked: Vec<(i64, Span)> = sums.into_iter().zip(all.iter().map(|s| s.span)).collect();
    ranked.sort_by_key(|&(sum, span)| (std::cmp::Reverse(sum), span));
    ranked
        .into_iter()
        .map(|(sum, span)| SentenceContribution { span, contribution: Score(sum).to_f64() })
        .collect()
}
