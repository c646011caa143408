//! What a bundle says of itself.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;

use crate::topic::calibration::Calibration;
use crate::topic::features::FeatureOptions;
use crate::topic::model::Domain;
use crate::topic::model::Label;

/// The format that this program writes and reads.
pub const FORMAT: u32 = 4;
/// First field of every manifest, so that foreign JSON is told apart from a damaged one.
pub const KIND: &str = "wenmai topic model";

/// `manifest.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`KIND`].
    pub kind: String,
    /// [`FORMAT`].
    pub format: u32,
    /// Model name.
    pub name: String,
    /// Version, unique under the name.
    pub version: String,
    /// Where it comes from.
    pub training: Training,
    /// How documents become features.
    pub features: FeatureOptions,
    /// How text becomes words.
    pub segmentation: Segmentation,
    /// What the training documents were like.
    pub domain: Domain,
    /// How decision values become probabilities.
    pub calibration: Calibration,
    /// Labels by id.
    pub labels: Vec<Label>,
    /// Size and digest of every other file that answers depend on, by name.
    pub files: BTreeMap<String, FileEntry>,
}

/// Where a model comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Training {
    /// The command that gives this bundle again, paths aside.
    pub command: String,
    /// Hex SHA-256 of the training corpus.
    pub corpus_sha256: String,
    /// Documents in it.
    pub documents: u32,
    /// Version of the program that trained.
    pub program: String,
    /// F1 over all judgements, in cross-validation on the training corpus.
    pub micro_f1: f64,
    /// Mean F1 over labels, likewise.
    pub macro_f1: f64,
    /// Expected calibration error over selected labels, likewise.
    pub calibration_error: f64,
    /// Brier score over all labels, likewise.
    pub brier_score: f64,
    /// What leaving out weights and rounding the others cost: accuracy where labels exclude one another, else
    /// micro-F1, on documents held out.
    pub compression_loss: f64,
    /// Cost of an error of the support vector machine, chosen by cross-validation.
    pub cost: f32,
    /// Smoothing of the log-count ratios that weights are scaled by, chosen likewise; 0: unscaled.
    pub ratio_smoothing: f32,
    /// The power of those that is taken, chosen likewise.
    #[serde(default = "whole")]
    pub ratio_power: f32,
    /// The power of the inverse document frequency that features were scaled by, chosen likewise.
    #[serde(default = "whole")]
    pub rarity: f32,
    /// Whether single words, sequences of words and sequences of characters were scaled differently, chosen likewise.
    #[serde(default)]
    pub by_kind: bool,
    /// What the weights of naive Bayes are multiplied with before they are added, chosen likewise; 0: it has no part.
    #[serde(default)]
    pub bayes_factor: f32,
    /// Smoothing of its counts, chosen likewise.
    #[serde(default)]
    pub bayes_smoothing: f32,
}

/// The powers that bundles were trained with that name none.
fn whole() -> f32 {
    1.0
}

/// How text becomes words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Segmentation {
    /// Dictionary.
    pub dictionary: String,
    /// Whether unknown words are guessed by a hidden Markov model. Always false: a model trained on one setting must
    /// be served with the same.
    pub hmm: bool,
}

impl Default for Segmentation {
    fn default() -> Self {
        Self { dictionary: "jieba-rs 0.11 default".to_owned(), hmm: false }
    }
}

/// A file of the bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// Bytes.
    pub size: u64,
    /// Hex SHA-256.
    pub sha256: String,
}
