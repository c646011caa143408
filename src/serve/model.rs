//! A model that answers, and what is known of it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::SystemTime;

use super::engine::Engine;
use crate::analyze::Options;
use crate::analyze::Unobserved;
use crate::bundle::Bundle;
use crate::bundle::Pace;
use crate::bundle::Resources;
use crate::bundle::golden::Golden;
use crate::error::Error;
use crate::extract::ExtractOptions;
use crate::text::Content;
use crate::text::Document;
use crate::topic::calibration::Assignment;
use crate::topic::model::Label;
use crate::wire::pb;

/// What is known of a model. What is not known stays empty and is reported as such.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ModelInfo {
    /// Name.
    pub name: String,
    /// Version, unique under the name.
    pub version: String,
    /// Hex SHA-256 of the bundle.
    pub digest: String,
    /// Labels; empty: their ids are not known outside the model, which then checks them itself.
    pub labels: Vec<LabelInfo>,
    /// Micro-averaged F1, held out.
    pub micro_f1: Option<f64>,
    /// Macro-averaged F1, held out.
    pub macro_f1: Option<f64>,
    /// Expected calibration error over selected labels.
    pub calibration_error: Option<f64>,
    /// Brier score over all labels.
    pub brier_score: Option<f64>,
    /// Hex SHA-256 of the training corpus.
    pub training_data_digest: String,
    /// Documents in the training corpus.
    pub training_document_count: u32,
    /// Features with a weight.
    pub feature_count: u32,
    /// Every document has exactly one label.
    pub single_label: bool,
    /// What segmentation and extraction rest on.
    pub resources: Vec<ResourceInfo>,
}

/// What is known of one label.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LabelInfo {
    /// Stable id.
    pub id: String,
    /// Name for people.
    pub display_name: String,
    /// What counts.
    pub description: String,
    /// Probability from which it is selected.
    pub threshold: f64,
    /// Share of selections that were right, held out.
    pub precision: Option<f64>,
    /// Share of true documents selected, held out.
    pub recall: Option<f64>,
    /// Documents with this label in the training data.
    pub training_document_count: u32,
    /// Expected calibration error over held-out selections.
    pub calibration_error: Option<f64>,
    /// Brier score over held-out documents.
    pub brier_score: Option<f64>,
}

/// Something besides the weights that answers depend on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResourceInfo {
    /// What it is.
    pub name: String,
    /// Edition.
    pub version: String,
    /// Hex SHA-256.
    pub digest: String,
    /// Where the facts come from.
    pub source: String,
}

/// A model that answers.
pub struct Model {
    engine: Arc<dyn Engine>,
    info: ModelInfo,
    label_ids: Option<BTreeSet<String>>,
    loaded_at: SystemTime,
}

impl Model {
    /// A model that is ready to answer.
    #[must_use]
    pub fn new(engine: Arc<dyn Engine>, info: ModelInfo) -> Self {
        let ids: BTreeSet<String> = info.labels.iter().map(|label| label.id.clone()).collect();
        let label_ids = (!ids.is_empty()).then_some(ids);
        Self { engine, info, label_ids, loaded_at: SystemTime::now() }
    }

    /// The model of a bundle, once that has passed its self-test and, at full pace, analysed its golden documents for
    /// facts, too. So what is read for the first time is not read for the first caller. Beside other work there is a model
    /// already, whose callers have read what facts need.
    ///
    /// # Errors
    /// As [`Bundle::analyzer`].
    pub fn from_bundle(bundle: Bundle, resources: &Resources, pace: &Pace) -> Result<Self, Error> {
        let info = ModelInfo::of(&bundle);
        let golden = if pace.is_gentle() { Vec::new() } else { bundle.golden.clone() };
        let analyzer = bundle.analyzer_over(resources, pace)?;
        let options = Options { classify: None, extract: Some(ExtractOptions::default()) };
        for Golden { title, content, .. } in golden {
            let document = Document { title, content: Content::Text(content), ..Document::default() };
            analyzer.analyze(&document, &options, &mut Unobserved)?;
        }
        Ok(Self::new(Arc::new(analyzer), info))
    }

    /// What answers.
    pub(super) fn engine(&self) -> Arc<dyn Engine> {
        Arc::clone(&self.engine)
    }

    /// Label ids, where they are known.
    pub(super) fn label_ids(&self) -> Option<&BTreeSet<String>> {
        self.label_ids.as_ref()
    }

    /// Name, version, digest.
    pub(super) fn reference(&self) -> pb::ModelRef {
        let ModelInfo { name, version, digest, .. } = &self.info;
        pb::ModelRef { name: name.clone(), version: version.clone(), digest: digest.clone() }
    }

    /// What is known.
    pub(super) fn info(&self) -> &ModelInfo {
        &self.info
    }

    /// Everything that is known, for callers; `aliases` are those that name it.
    pub(super) fn describe(&self, aliases: Vec<String>) -> pb::Model {
        let ModelInfo {
            name: _,
            version: _,
            digest: _,
            labels,
            micro_f1,
            macro_f1,
            calibration_error,
            brier_score,
            training_data_digest,
            training_document_count,
            feature_count,
            single_label,
            resources,
        } = &self.info;
        let mut labels: Vec<pb::Label> = labels.iter().map(label).collect();
        labels.sort_by(|a, b| a.id.cmp(&b.id));
        pb::Model {
            r#ref: Some(self.reference()),
            state: pb::ModelState::Ready.into(),
            aliases,
            labels,
            loaded_at: Some(self.loaded_at.into()),
            micro_f1: *micro_f1,
            macro_f1: *macro_f1,
            calibration_error: *calibration_error,
            brier_score: *brier_score,
            training_data_digest: training_data_digest.clone(),
            training_document_count: *training_document_count,
            feature_count: *feature_count,
            resources: resources.iter().map(resource).collect(),
            failure: String::new(),
            single_label: *single_label,
        }
    }
}

fn label(label: &LabelInfo) -> pb::Label {
    let LabelInfo {
        id,
        display_name,
        description,
        threshold,
        precision,
        recall,
        training_document_count,
        calibration_error,
        brier_score,
    } = label;
    pb::Label {
        id: id.clone(),
        display_name: display_name.clone(),
        description: description.clone(),
        threshold: *threshold,
        precision: *precision,
        recall: *recall,
        training_document_count: *training_document_count,
        calibration_error: *calibration_error,
        brier_score: *brier_score,
    }
}

fn resource(resource: &ResourceInfo) -> pb::Resource {
    let ResourceInfo { name, version, digest, source } = resource;
    pb::Resource {
        name: name.clone(),
        version: version.clone(),
        digest: digest.clone(),
        source: source.clone(),
    }
}

impl ModelInfo {
    /// What a bundle says of itself.
    #[must_use]
    pub fn of(bundle: &Bundle) -> Self {
        let manifest = &bundle.manifest;
        let training = &manifest.training;
        Self {
            name: manifest.name.clone(),
            version: manifest.version.clone(),
            digest: bundle.digest.clone(),
            labels: manifest.labels.iter().map(label_info).collect(),
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
}

fn label_info(label: &Label) -> LabelInfo {
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
