//! Models on disk: one folder, self-contained, verified before use.
//!
//! ```text
//! manifest.json   what the model is, and the size and SHA-256 of every other file
//! weights.bin     rows of weights by feature key
//! words.bin       the words of the training documents, hashed
//! golden.jsonl    documents with the decision values that this model must give them
//! MODEL_CARD.md   for people
//! ```
//!
//! The digest of a bundle is the SHA-256 of its manifest, which covers every byte that answers depend on. A bundle is a
//! function of its corpus and command: no time of day, no host, no hash-map order is in it.

pub mod golden;
pub mod manifest;
pub mod pace;
pub mod reader;
pub mod resources;
pub mod tables;
pub mod writer;
pub mod tagger;

use crate::analyze::Analyzer;
use crate::error::Error;
use crate::topic::Classifier;
use crate::topic::model::TopicModel;

pub use manifest::Manifest;
pub use pace::Pace;
pub use resources::Resources;

/// A bundle, read and verified.
#[derive(Clone, Debug)]
pub struct Bundle {
    /// Hex SHA-256 of the manifest.
    pub digest: String,
    /// What the model is.
    pub manifest: Manifest,
    /// The model.
    pub model: TopicModel,
    /// Documents and what the model must answer.
    pub golden: Vec<golden::Golden>,
}

impl Bundle {
    /// An analyzer for this model, tested on the bundle's own golden documents.
    ///
    /// # Errors
    /// [`Error::Bundle`] when a golden document gets other decision values than the bundle says, which means that this
    /// program does not compute what the program that wrote the bundle did.
    pub fn analyzer(self) -> Result<Analyzer, Error> {
        self.analyzer_over(&Resources::load()?, &Pace::full())
    }

    /// The same over resources that other analyzers use too.
    ///
    /// # Errors
    /// As [`Bundle::analyzer`].
    pub fn analyzer_over(self, resources: &Resources, pace: &Pace) -> Result<Analyzer, Error> {
        let Self { digest: _, manifest, model, golden } = self;
        let analyzer = resources.analyzer(Classifier::new(model));
        golden::verify(&analyzer, &golden, pace).map_err(|reason| Error::Bundle {
            path: format!("{} {}", manifest.name, manifest.version),
            reason,
        })?;
        Ok(analyzer)
    }
}
