//! Why a label got its decision value.
//!
//! The model is additive, so the reasons are exact: the bias and every feature's contribution sum to the decision
//! value, in integers.
//!
//! A counterfactual says what the verdict hangs on: a set of sentences without which the rest of the document, scored
//! again, does not get the label, while it does as soon as any one of them is put back.

use std::collections::HashMap;

use super::Counterfactual;
use super::ExplanationLevel;
use super::FeatureContribution;
use super::LabelExplanation;
use super::SentenceContribution;
use super::classify::Classifier;
use super::classify::Input;
use super::classify::contribution;
use super::key::Key;
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

/// Which labels are explained, and how far.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    /// Columns of the labels, in the order of the answer.
    pub(super) columns: &'a [usize],
    /// The threshold of each that was selected.
    pub(super) thresholds: &'a [Option<f64>],
    /// How far.
    pub(super) level: ExplanationLevel,
}

/// Explains labels, in the order in which they are asked for.
pub(super) fn explain(
    classifier: &Classifier,
    input: &Input<'_>,
    asked: Asked<'_>,
    max_features: usize,
) -> Vec<LabelExplanation> {
    let Asked { columns, thresholds, level } = asked;
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
            let (sentences, counterfactual) = match level {
                ExplanationLevel::Sentences => {
                    let ranked = sentences(input, &reasons, of);
                    let threshold = thresholds.get(position).copied().flatten();
                    let counterfactual = threshold.and_then(|threshold| {
                        counterfactual(classifier, input, &ranked, (column, threshold))
                    });
                    (ranked, counterfactual)
                }
                ExplanationLevel::None | ExplanationLevel::Features => (Vec::new(), None),
            };
            Some(LabelExplanation {
                id: label.id.clone(),
                bias: Score(label.bias).to_f64(),
                features,
                remainder,
                sentences,
                counterfactual,
            })
        })
        .collect()
}

/// Every feature of the document that has weights, in order of its key.
fn reasons(classifier: &Classifier, input: &Input<'_>, columns: &[usize]) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let mut positions: HashMap<Key, usize> = HashMap::new();
    for (key, value, row) in classifier.weighted(input) {
        let contributions = columns
            .iter()
            .map(|&column| row.mantissa(column).map_or(0, |mantissa| contribution(value, row, mantissa)))
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
    let all = input.prepared.sentences();
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

/// Sentences that are taken out at most: more of them explain nothing, and each costs a scoring.
const MAX_REMOVED: usize = 12;

/// Takes sentences out, the one that contributes most first, until the label falls under its threshold, at most half of
/// them; then puts back each that is not needed for that. What is left is minimal: without any one of them the label
/// would stand.
fn counterfactual(
    classifier: &Classifier,
    input: &Input<'_>,
    ranked: &[SentenceContribution],
    (column, threshold): (usize, f64),
) -> Option<Counterfactual> {
    // The probability of the label for what is left, and whether it would be selected for it.
    let verdict = |removed: &[Span]| {
        let kept = complement(removed, input.prepared.clean.text.len());
        let scores = classifier.scores(input, Some(&kept));
        let probability = classifier.probabilities(&scores).get(column).copied().unwrap_or_default();
        let likeliest = classifier.only(&scores).is_none_or(|only| only == column);
        (probability, likeliest && probability >= threshold)
    };
    let stands = |removed: &[Span]| verdict(removed).1;
    let limit = MAX_REMOVED.min(ranked.len() / 2);
    let mut removed: Vec<Span> = Vec::new();
    let mut flipped = false;
    for sentence in ranked.iter().filter(|sentence| sentence.contribution > 0.0).take(limit) {
        let at = removed.partition_point(|span| *span < sentence.span);
        removed.insert(at, sentence.span);
        if !stands(&removed) {
            flipped = true;
            break;
        }
    }
    if !flipped {
        return None;
    }
    // The weakest first: the strongest are the likeliest to be needed.
    for sentence in ranked.iter().take(limit).rev() {
        let Some(at) = removed.iter().position(|span| *span == sentence.span) else { continue };
        let span = removed.remove(at);
        if removed.is_empty() || stands(&removed) {
            removed.insert(at, span);
        }
    }
    Some(Counterfactual { probability_without: verdict(&removed).0, sentences: removed })
}

/// What lies between the spans, which are in order and apart from one another.
fn complement(spans: &[Span], len: usize) -> Vec<Span> {
    let mut kept = Vec::with_capacity(spans.len() + 1);
    let mut at = 0;
    for span in spans {
        kept.push(Span { start: at, end: span.start.max(at) });
        at = span.end;
    }
    kept.push(Span::new(at as usize, len.max(at as usize)));
    kept.retain(|span| !span.is_empty());
    kept
}
