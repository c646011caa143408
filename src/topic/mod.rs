//! Which topics a document is about.

pub mod key;
pub mod makeup;
pub mod placement;
pub mod pages;
pub mod features;
pub mod tally;
pub mod values;
pub mod weights;
pub mod lexicon;
pub mod calibration;
pub mod model;
pub mod familiarity;
pub mod classify;
pub mod explain;

use crate::text::Span;

pub use classify::Classifier;

/// Why no label was selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AbstainReason {
    /// Every label stayed under its threshold.
    LowConfidence,
    /// Input unlike what the model was trained on.
    OutOfDomain,
    /// Too little text.
    TooShort,
}

/// How much reasoning to return.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExplanationLevel {
    /// None.
    #[default]
    None,
    /// Strongest features.
    Features,
    /// As above, sentences ranked, and a counterfactual.
    Sentences,
}

/// What to return of the topics.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClassifyOptions {
    /// At most this many labels; 0: all that qualify.
    pub top_k: usize,
    /// Replaces the model's thresholds, in [0, 1].
    pub min_probability: Option<f64>,
    /// Only these label ids; empty: all.
    pub label_ids: Vec<String>,
    /// Also labels under their threshold.
    pub include_unselected: bool,
    /// How much reasoning.
    pub explanation: ExplanationLevel,
    /// Features per explanation; 0: 10.
    pub max_features: usize,
    /// Also every paragraph by itself.
    pub include_paragraphs: bool,
}

/// One label and how likely it applies.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelScore {
    /// Stable id.
    pub id: String,
    /// Name for people.
    pub display_name: String,
    /// Calibrated, in [0, 1].
    pub probability: f64,
    /// Sum of the contributions, which the probability follows from; a multiple of 2^-32.
    pub decision_value: f64,
    /// Probability from which it is selected.
    pub threshold: f64,
    /// Whether it was reached and, where labels exclude one another, no other label is likelier.
    pub selected: bool,
}

/// One additive term of a decision value.
#[derive(Clone, Debug, PartialEq)]
pub struct FeatureContribution {
    /// As it reads in the text.
    pub feature: String,
    /// Signed share of the decision value.
    pub contribution: f64,
    /// Where it stands.
    pub spans: Vec<Span>,
}

/// What one sentence contributes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SentenceContribution {
    /// The sentence.
    pub span: Span,
    /// Sum over the features in it.
    pub contribution: f64,
}

/// Sentences whose removal changes the verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct Counterfactual {
    /// The sentences, in order.
    pub sentences: Vec<Span>,
    /// Probability of the rest.
    pub probability_without: f64,
}

/// bias + Σ features + remainder = decision value, exactly.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelExplanation {
    /// The label.
    pub id: String,
    /// What every document gets.
    pub bias: f64,
    /// Strongest first.
    pub features: Vec<FeatureContribution>,
    /// Sum of those left out.
    pub remainder: f64,
    /// By descending contribution.
    pub sentences: Vec<SentenceContribution>,
    /// Where one was found.
    pub counterfactual: Option<Counterfactual>,
}

/// Topics of one paragraph by itself.
#[derive(Clone, Debug, PartialEq)]
pub struct ParagraphClassification {
    /// The paragraph.
    pub span: Span,
    /// Selected labels, best first.
    pub labels: Vec<LabelScore>,
}

/// Topics of one document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Classification {
    /// By descending probability, then id.
    pub labels: Vec<LabelScore>,
    /// Set exactly when no label was selected.
    pub abstain: Option<AbstainReason>,
    /// One per returned label, on request.
    pub explanations: Vec<LabelExplanation>,
    /// One per paragraph, on request.
    pub paragraphs: Vec<ParagraphClassification>,
    /// Share of Chinese words absent from the vocabulary, in [0, 1].
    pub out_of_vocabulary_ratio: f64,
    /// How much the words are those of the training documents: above 0 more than those of Chinese at large.
    pub familiarity: f64,
}
