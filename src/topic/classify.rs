//! Features to calibrated labels.

use super::Classification;
use super::ClassifyOptions;
use super::ExplanationLevel;
use super::LabelScore;
use super::ParagraphClassification;
use super::calibration::Assignment;
use super::explain;
use super::features::Segmented;
use super::key::Key;
use super::makeup::Makeup;
use super::model::Label;
use super::model::TopicModel;
use super::tally::Tally;
use super::values::Counts;
use super::values::Value;
use super::weights::Row;
use super::weights::Score;
use crate::error::Error;
use crate::segment::Token;
use crate::text::Folded;
use crate::text::Prepared;
use crate::text::Span;

/// What classification works on.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// Clean text, paragraphs, sentences.
    pub prepared: &'a Prepared,
    /// The folded text.
    pub folded: &'a Folded,
    /// Its words.
    pub tokens: &'a [Token],
    /// What they are made of.
    pub makeup: &'a Makeup,
}

impl<'a> Input<'a> {
    /// The part that features are made of.
    #[must_use]
    pub fn segmented(&self) -> Segmented<'a> {
        let &Self { prepared, folded, tokens, makeup } = self;
        Segmented { clean: &prepared.clean, folded, tokens, makeup }
    }
}

/// Decision values of all labels for a text, and what they rest on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scores {
    /// One per label.
    pub values: Vec<Score>,
    /// Distinct features of the text that have weights.
    pub features: u32,
}

/// Scores documents against the labels of one model.
#[derive(Clone, Debug)]
pub struct Classifier {
    model: TopicModel,
}

impl Classifier {
    /// A classifier for a model.
    #[must_use]
    pub fn new(model: TopicModel) -> Self {
        Self { model }
    }

    /// The model.
    #[must_use]
    pub fn model(&self) -> &TopicModel {
        &self.model
    }

    /// Scores one document.
    ///
    /// # Errors
    /// [`Error::UnknownLabel`] when the options name a label that the model does not have.
    pub fn classify(&self, input: &Input<'_>, options: &ClassifyOptions) -> Result<Classification, Error> {
        let wanted = self.wanted(&options.label_ids)?;
        let makeup = input.makeup;
        let domain = &self.model.domain;
        let known = makeup.known(&self.model.lexicon, domain.unknown_familiarity);
        let refusal = makeup.refusal(domain, known);
        let scores = self.scores(input, None);
        let verdicts = self.verdicts(&scores, options.min_probability, refusal.is_some());
        let abstain = match verdicts.iter().any(|verdict| verdict.selected) {
            true => None,
            false => Some(refusal.unwrap_or_else(|| known.doubt(domain))),
        };
        let mut returned: Vec<(usize, LabelScore)> = verdicts
            .into_iter()
            .filter(|verdict| {
                wanted.get(verdict.column).copied().unwrap_or_default()
                    && (verdict.selected || options.include_unselected)
            })
            .filter_map(|verdict| Some((verdict.column, verdict.score(&self.model.labels)?)))
            .collect();
        returned.sort_by(|(_, a), (_, b)| by_probability(a, b));
        if options.top_k > 0 {
            returned.truncate(options.top_k);
        }
        let columns: Vec<usize> = returned.iter().map(|&(index, _)| index).collect();
        let explanations = match options.explanation {
            ExplanationLevel::None => Vec::new(),
            level @ (ExplanationLevel::Features | ExplanationLevel::Sentences) => {
                let thresholds: Vec<Option<f64>> =
                    returned.iter().map(|(_, label)| label.selected.then_some(label.threshold)).collect();
                let asked = explain::Asked { columns: &columns, thresholds: &thresholds, level };
                explain::explain(self, input, asked, options.max_features)
            }
        };
        let paragraphs = match options.include_paragraphs {
            true => self.paragraphs(input, options, &wanted),
            false => Vec::new(),
        };
        Ok(Classification {
            labels: returned.into_iter().map(|(_, label)| label).collect(),
            abstain,
            explanations,
            paragraphs,
            out_of_vocabulary_ratio: known.out_of_vocabulary_ratio,
            familiarity: known.familiarity,
        })
    }

    /// Which labels the options ask for, one flag per label.
    fn wanted(&self, ids: &[String]) -> Result<Vec<bool>, Error> {
        let mut wanted = vec![ids.is_empty(); self.model.labels.len()];
        for id in ids {
            let at = self.model.labels.iter().position(|label| label.id == *id);
            match at.and_then(|at| wanted.get_mut(at)) {
                Some(flag) => *flag = true,
                None => return Err(Error::UnknownLabel { id: id.clone() }),
            }
        }
        Ok(wanted)
    }

    /// Decision values of all labels for the whole text, or for the parts of it that `kept` names: spans of the clean
    /// text in order, apart from one another.
    #[must_use]
    pub fn scores(&self, input: &Input<'_>, kept: Option<&[Span]>) -> Scores {
        let mut values: Vec<Score> = self.model.labels.iter().map(|label| Score(label.bias)).collect();
        let TopicModel { weights, features, .. } = &self.model;
        let features = Tally::add_up(weights, features, input.segmented(), kept, &mut values);
        Scores { values, features }
    }

    /// The probability of each label.
    #[must_use]
    pub fn probabilities(&self, scores: &Scores) -> Vec<f64> {
        self.model.calibration.probabilities(&scores.values, scores.features)
    }

    /// The label that is likelier than all others, the first of equals, where only one can be right.
    #[must_use]
    pub fn only(&self, scores: &Scores) -> Option<usize> {
        match self.model.calibration.assignment {
            Assignment::Independent => None,
            Assignment::Exclusive => {
                let best = scores.values.iter().copied().max()?;
                scores.values.iter().position(|&score| score == best)
            }
        }
    }

    /// The features that have weights, each once, by key: key, value, row.
    pub(super) fn weighted<'s>(&'s self, input: &Input<'_>) -> impl Iterator<Item = (Key, Value, Row<'s>)> {
        let mut counts = Counts::default();
        self.model.features.occurrences(input.segmented(), None, |occurrence| counts.add(occurrence));
        counts
            .sorted_values()
            .into_iter()
            .filter_map(|(key, value)| self.model.weights.row(key).map(|row| (key, value, row)))
    }

    /// What is said of each label, in order.
    fn verdicts(&self, scores: &Scores, min_probability: Option<f64>, refused: bool) -> Vec<Verdict> {
        let only = self.only(scores);
        let probabilities = self.probabilities(scores);
        let labels = self.model.labels.iter().zip(&scores.values).zip(probabilities).enumerate();
        labels
            .map(|(column, ((label, &score), probability))| {
                let threshold = min_probability.unwrap_or(label.threshold);
                let likeliest = only.is_none_or(|only| only == column);
                let selected = !refused && likeliest && probability >= threshold;
                Verdict { column, score, probability, threshold, selected }
            })
            .collect()
    }

    fn paragraphs(
        &self,
        input: &Input<'_>,
        options: &ClassifyOptions,
        wanted: &[bool],
    ) -> Vec<ParagraphClassification> {
        let classify = |span: Span| {
            let scores = self.scores(input, Some(&[span]));
            let mut labels: Vec<LabelScore> = self
                .verdicts(&scores, options.min_probability, false)
                .into_iter()
                .zip(wanted)
                .filter(|(verdict, wanted)| verdict.selected && **wanted)
                .filter_map(|(verdict, _)| verdict.score(&self.model.labels))
                .collect();
            labels.sort_by(by_probability);
            ParagraphClassification { span, labels }
        };
        input.prepared.clean.paragraphs.iter().map(|paragraph| classify(paragraph.span)).collect()
    }
}

/// What is said of a label.
#[derive(Clone, Copy, Debug)]
struct Verdict {
    column: usize,
    score: Score,
    probability: f64,
    threshold: f64,
    selected: bool,
}

impl Verdict {
    /// The same with the label's names.
    fn score(self, labels: &[Label]) -> Option<LabelScore> {
        let label = labels.get(self.column)?;
        Some(LabelScore {
            id: label.id.clone(),
            display_name: label.display_name.clone(),
            probability: self.probability,
            decision_value: self.score.to_f64(),
            threshold: self.threshold,
            selected: self.selected,
        })
    }
}

/// What one feature adds to one label.
pub(super) fn contribution(value: Value, row: Row<'_>, mantissa: i8) -> i64 {
    i64::from(value.0) * (i64::from(mantissa) << row.shift)
}

fn by_probability(a: &LabelScore, b: &LabelScore) -> std::cmp::Ordering {
    b.probability.total_cmp(&a.probability).then_with(|| a.id.cmp(&b.id))
}
