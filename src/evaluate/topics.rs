//! A topic model against a labelled corpus.

use serde::Serialize;

use super::metrics::Judgement;
use super::metrics::Measures;
use super::metrics::Tally;
use crate::analyze::Analyzer;
use crate::analyze::Options;
use crate::analyze::Unobserved;
use crate::corpus::Corpus;
use crate::corpus::Row;
use crate::error::Error;
use crate::topic::ClassifyOptions;

/// What was measured for one label.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LabelReport {
    /// Label id.
    pub label: String,
    /// Documents that have it.
    pub support: usize,
    /// Share of selections that were right.
    pub precision: f64,
    /// Share of documents with the label that were selected.
    pub recall: f64,
    /// Harmonic mean of the two.
    pub f1: f64,
    /// Expected calibration error over its selections, ten fixed bins.
    pub calibration_error: f64,
    /// Mean squared difference of probability and truth.
    pub brier_score: f64,
}

/// What was measured over a corpus.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TopicReport {
    /// Documents.
    pub documents: usize,
    /// Documents for which no label was selected.
    pub abstained: usize,
    /// Documents with labels for which none was selected.
    pub abstained_with_labels: usize,
    /// F1 over all judgements together.
    pub micro_f1: f64,
    /// Precision over all judgements together.
    pub micro_precision: f64,
    /// Recall over all judgements together.
    pub micro_recall: f64,
    /// Mean F1 over the labels of the corpus.
    pub macro_f1: f64,
    /// Share of documents with labels whose most probable label is one of them.
    pub top1_accuracy: f64,
    /// Expected calibration error over selected labels, ten fixed bins.
    pub calibration_error: f64,
    /// Mean squared difference of probability and truth over all labels.
    pub brier_score: f64,
    /// Per label, by id: the model's labels and those that only the corpus has.
    pub labels: Vec<LabelReport>,
    /// Labels of the corpus that the model does not have; each occurrence counts as missed.
    pub unknown_labels: Vec<String>,
}

/// Classifies every document of a corpus and compares. A label in a row's `optional` that is not among its `labels`
/// counts neither way. Documents without any text count as unclassified.
///
/// `progress` is called after each document with how many are done.
///
/// # Errors
/// [`Error::Corpus`] when the model and the corpus have no label in common.
pub fn evaluate(
    analyzer: &Analyzer,
    corpus: &Corpus,
    mut progress: impl FnMut(usize),
) -> Result<TopicReport, Error> {
    let model = analyzer.classifier().model();
    let ids: Vec<&str> = model.labels.iter().map(|label| label.id.as_str()).collect();
    let unknown: Vec<String> = corpus.labels().into_iter().filter(|id| !ids.contains(&id.as_str())).collect();
    if let Some(example) = unknown.first().filter(|_| corpus.labels().len() == unknown.len()) {
        let reason = format!("none of its labels is known to the model (for example {example:?})");
        return Err(Error::Corpus { path: corpus.path.clone(), reason });
    }
    let options = Options {
        classify: Some(ClassifyOptions { include_unselected: true, ..ClassifyOptions::default() }),
        extract: None,
    };
    let mut sums = Sums { per_label: vec![Measures::default(); ids.len()], ..Sums::default() };
    for (done, row) in corpus.rows.iter().enumerate() {
        let judged = match analyzer.analyze(&row.document(), &options, &mut Unobserved) {
            Ok(analysis) => {
                let labels = analysis.classification.map(|c| c.labels).unwrap_or_default();
                ids.iter()
                    .map(|id| {
                        let score = labels.iter().find(|label| label.id == *id);
                        score.map_or((0.0, false), |score| (score.probability, score.selected))
                    })
                    .collect()
            }
            Err(Error::EmptyDocument) => vec![(0.0, false); ids.len()],
            Err(other) => return Err(other),
        };
        sums.add(row, &ids, &judged, &unknown);
        progress(done + 1);
    }
    Ok(sums.report(corpus, &ids, unknown))
}

#[derive(Default)]
struct Sums {
    per_label: Vec<Measures>,
    all: Measures,
    missed_unknown: usize,
    abstained: usize,
    abstained_with_labels: usize,
    labelled: usize,
    right_first: usize,
}

impl Sums {
    fn add(&mut self, row: &Row, ids: &[&str], judged: &[(f64, bool)], unknown: &[String]) {
        for ((id, &(probability, selected)), measures) in ids.iter().zip(judged).zip(&mut self.per_label) {
            let truth = row.labels.iter().any(|label| label == id);
            if truth || !row.optional.iter().any(|label| label == id) {
                let judgement = Judgement { probability, selected, truth };
                measures.add(judgement);
                self.all.add(judgement);
            }
        }
        self.missed_unknown += row.labels.iter().filter(|label| unknown.contains(label)).count();
        let abstained = !judged.iter().any(|&(_, selected)| selected);
        self.abstained += usize::from(abstained);
        if !row.labels.is_empty() {
            self.labelled += 1;
            self.abstained_with_labels += usize::from(abstained);
            // Of equally probable labels the first by id, as in an answer.
            let best =
                judged.iter().zip(ids).fold(None, |best: Option<(f64, &str)>, (&(p, _), id)| match best {
                    Some((top, _)) if top >= p => best,
                    _ => Some((p, id)),
                });
            let right = best.is_some_and(|(p, id)| p > 0.0 && row.labels.iter().any(|label| label == id));
            self.right_first += usize::from(right);
        }
    }

    fn report(self, corpus: &Corpus, ids: &[&str], unknown: Vec<String>) -> TopicReport {
        let mut labels: Vec<LabelReport> = Vec::new();
        let mut f1 = Vec::new();
        for (id, measures) in ids.iter().zip(&self.per_label) {
            let tally = measures.tally;
            let support = tally.true_positives + tally.false_negatives;
            if support > 0 {
                f1.push(tally.f1());
            }
            labels.push(LabelReport {
                label: (*id).to_owned(),
                support,
                precision: tally.precision(),
                recall: tally.recall(),
                f1: tally.f1(),
                calibration_error: measures.selected.error(),
                brier_score: measures.brier_score(),
            });
        }
        for id in &unknown {
            let support = corpus.rows.iter().filter(|row| row.labels.contains(id)).count();
            f1.push(0.0);
            let report = LabelReport {
                label: id.clone(),
                support,
                precision: 0.0,
                recall: 0.0,
                f1: 0.0,
                calibration_error: 0.0,
                brier_score: 0.0,
            };
            labels.push(report);
        }
        labels.sort_by(|a, b| a.label.cmp(&b.label));
        let mut tally = self.all.tally;
        tally.merge(Tally { false_negatives: self.missed_unknown, ..Tally::default() });
        TopicReport {
            documents: corpus.rows.len(),
            abstained: self.abstained,
            abstained_with_labels: self.abstained_with_labels,
            micro_f1: tally.f1(),
            micro_precision: tally.precision(),
            micro_recall: tally.recall(),
            macro_f1: f1.iter().sum::<f64>() / f1.len().max(1) as f64,
            top1_accuracy: self.right_first as f64 / self.labelled.max(1) as f64,
            calibration_error: self.all.selected.error(),
            brier_score: self.all.brier_score(),
            labels,
            unknown_labels: unknown,
        }
    }
}
