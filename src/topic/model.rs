//! A topic model as data: what a bundle holds and a classifier works with.

use serde::Deserialize;
use serde::Serialize;

use super::calibration::Calibration;
use super::features::FeatureOptions;
use super::lexicon::Lexicon;
use super::weights::Weights;

/// One label of a model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// Stable id.
    pub id: String,
    /// Name for people; the id where none was given.
    pub display_name: String,
    /// What counts; may be empty.
    pub description: String,
    /// Decision value of an empty document, in units of 2⁻³².
    pub bias: i64,
    /// Probability from which the label is selected.
    pub threshold: f64,
    /// Training documents with the label.
    pub training_documents: u32,
    /// Quality at the threshold over documents held out in cross-validation.
    pub held_out: Quality,
}

/// Quality of one label over documents that the model did not see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quality {
    /// Share of selections that were right.
    pub precision: f64,
    /// Share of documents with the label that were selected.
    pub recall: f64,
    /// Harmonic mean of the two.
    pub f1: f64,
    /// Expected calibration error over selections, ten fixed bins.
    pub calibration_error: f64,
    /// Mean squared difference of probability and truth over all documents.
    pub brier_score: f64,
}

/// What the training documents were like, so that a document unlike them can be told.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Domain {
    /// Letters, digits and Chinese characters that a document needs at least.
    pub min_characters: u32,
    /// Share of Chinese characters among letters and digits that it needs at least.
    pub min_han_share: f64,
    /// Share of its Chinese words that may be unknown at most.
    pub max_out_of_vocabulary_ratio: f64,
    /// Familiarity of a word that no training document has, in steps of the lexicon.
    pub unknown_familiarity: i8,
    /// Mean familiarity of its words that it needs at least.
    pub min_familiarity: f64,
    /// Mean familiarity of its words that nearly all documents have. One that gets no label and has less is taken for one
    /// of another kind, not for one about nothing.
    pub usual_familiarity: f64,
}

/// A trained model.
#[derive(Clone, Debug, PartialEq)]
pub struct TopicModel {
    /// How documents become features.
    pub features: FeatureOptions,
    /// Labels by id; the order is that of the weights' columns.
    pub labels: Vec<Label>,
    /// Weights.
    pub weights: Weights,
    /// The words of the training documents.
    pub lexicon: Lexicon,
    /// What the training documents were like.
    pub domain: Domain,
    /// How decision values become probabilities.
    pub calibration: Calibration,
}
