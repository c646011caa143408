//! The model that answers: the built-in one or a bundle from disk.

use std::path::Path;
use std::sync::Arc;

use crate::analyze::Analyzer;
use crate::bundle::Bundle;
use crate::bundle::reader;
use crate::error::Error;
use crate::serve::LabelInfo;
use crate::serve::Model;
use crate::serve::ModelInfo;
use crate::topic::calibration::Assignment;
use crate::topic::model::Label;

/// How the built-in bundle is called where a folder could stand.
pub const BUILT_IN: &str = "built-in";

/// Reads and verifies the bundle at `path`, or the built-in one.
///
/// # Errors
/// [`Error::Io`] and [`Error::Bundle`] for one that cannot be used.
pub fn bundle(path: Option<&Path>) -> Result<Bundle, Error> {
    match path {
        Some(path) if path != Path::new(BUILT_IN) => reader::read(path),
        Some(_) | None => reader::built_in(),
    }
}

/// Loads the bundle at `path`, or the built-in one, and runs its self-test.
///
/// # Errors
/// As [`bundle`], and when the self-test fails.
pub fn analyzer(path: Option<&Path>) -> Result<Analyzer, Error> {
    bundle(path)?.analyzer()
}

/// The same with what is known of it, for the server.
///
/// # Errors
/// As [`analyzer`].
pub fn model(path: Option<&Path>) -> Result<Model, Error> {
    let bundle = bundle(path)?;
    let info = info(&bundle);
    Ok(Model::new(Arc::new(bundle.analyzer()?), info))
}

fn info(bundle: &Bundle) -> ModelInfo {
    let manifest = &bundle.manifest;
    let training = &manifest.training;
    ModelInfo {
        name: manifest.name.clone(),
        version: manifest.version.clone(),
        digest: bundle.digest.clone(),
        labels: manifest.labels.iter().map(label).collect(),
        micro_f1: Some(training.micro_f1),
        macro_f1: Some(training.macro_f1),
        calibration_error: Some(training.calibration_error),
        brier_score: Some(training.brier_score),
        training_data_digest: training.corpus_sha256.clone(),
        training_document_count: training.documents,
        feature_count: bundle.model.weights.keys().len() as u32,
        single_label: bundle.model.calibration.assignment == Assignment::Exclusive,
        resources: Vec::new(),
    }
}

fn label(label: &Label) -> LabelInfo {
    let Label { id, display_name, description, bias: _, threshold, training_documents, held_out } = label;
    LabelInfo {
        id: id.clone(),
        display_name: display_name.clone(),
        description: description.clone(),
        threshold: *threshold,
        precision: Some(held_out.precision),
        recall: Some(held_out.recall),
        training_document_count: *training_documents,
        calibration_error: Some(held_out.calibration_error),
        brier_score: Some(held_out.brier_score),
    }
}
