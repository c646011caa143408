//! A second version of a model that reads along: it answers nobody, and what it would have answered otherwise is
//! counted.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use super::model::Model;
use crate::analyze::Options;
use crate::analyze::Unobserved;
use crate::text::Document;
use crate::topic::ClassifyOptions;
use crate::wire::pb;

/// A comparison of two versions of one model.
pub(super) struct Shadow {
    current: pb::ModelRef,
    shadow: Arc<Model>,
    ratio: f64,
    counts: Mutex<Counts>,
}

#[derive(Default)]
struct Counts {
    /// What is missing to the next document that is compared, as a sum of shares.
    due: f64,
    documents: u64,
    disagreeing: u64,
    labels: BTreeMap<String, LabelCounts>,
}

#[derive(Clone, Copy, Default)]
struct LabelCounts {
    only_current: u64,
    only_shadow: u64,
    both: u64,
}

impl Shadow {
    /// A comparison of the answers of `current` with those of `shadow`, on this share of the documents.
    pub(super) fn new(current: pb::ModelRef, shadow: Arc<Model>, ratio: f64) -> Self {
        Self { current, shadow, ratio, counts: Mutex::default() }
    }

    /// Whether the answers of `model` are compared.
    pub(super) fn is_of(&self, model: &Model) -> bool {
        let info = model.info();
        info.version == self.current.version && info.digest == self.current.digest
    }

    /// Whether it needs a version.
    pub(super) fn involves(&self, version: &str) -> bool {
        self.current.version == version || self.shadow.info().version == version
    }

    /// Whether the next document is one to compare: with a share of ⅓, every third.
    pub(super) fn is_due(&self) -> bool {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.due += self.ratio;
        let due = counts.due >= 1.0;
        if due {
            counts.due -= 1.0;
        }
        due
    }

    /// Has the shadow classify a document under the options of the call, and counts where the selected labels differ
    /// from those that were answered. Returns whether it could.
    pub(super) fn compare(
        &self,
        document: &Document,
        options: &ClassifyOptions,
        answered: &pb::Classification,
    ) -> bool {
        let plain = ClassifyOptions {
            top_k: options.top_k,
            min_probability: options.min_probability,
            label_ids: options.label_ids.clone(),
            ..ClassifyOptions::default()
        };
        let options = Options { classify: Some(plain), extract: None };
        let engine = self.shadow.engine();
        let work = || engine.analyze(document, &options, &mut Unobserved);
        // A shadow that cannot read what the other could, or does not know a label, has no say.
        let Ok(Ok(analysis)) = catch_unwind(AssertUnwindSafe(work)) else { return false };
        let Some(classification) = analysis.classification else { return false };
        let selected = answered.labels.iter().filter(|label| label.selected);
        let current: BTreeSet<&str> = selected.map(|label| label.label_id.as_str()).collect();
        let selected = classification.labels.iter().filter(|label| label.selected);
        let shadow: BTreeSet<&str> = selected.map(|label| label.id.as_str()).collect();
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.documents += 1;
        counts.disagreeing += u64::from(current != shadow);
        for label in current.union(&shadow) {
            let entry = counts.labels.entry((*label).to_owned()).or_default();
            match (current.contains(label), shadow.contains(label)) {
                (true, true) => entry.both += 1,
                (true, false) => entry.only_current += 1,
                (false, _) => entry.only_shadow += 1,
            }
        }
        true
    }

    /// What was counted.
    pub(super) fn describe(&self) -> pb::GetShadowResponse {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let label = |(id, counts): (&String, &LabelCounts)| pb::LabelDisagreement {
            label_id: id.clone(),
            only_current_count: counts.only_current,
            only_shadow_count: counts.only_shadow,
            both_count: counts.both,
        };
        pb::GetShadowResponse {
            current: Some(self.current.clone()),
            shadow: Some(self.shadow.reference()),
            document_count: counts.documents,
            disagreeing_document_count: counts.disagreeing,
            labels: counts.labels.iter().map(label).collect(),
        }
    }
}
