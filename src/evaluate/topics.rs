//! A topic model against a labelled corpus.

use serde::Serialize;

use super::curve::Curve;
use super::judged::Judged;
use super::judged::JudgedLabel;
use super::metrics::Measures;
use super::metrics::Tally;
use crate::analyze::Analyzer;
use crate::corpus::Corpus;
use crate::error::Error;

/// What was measured for one label.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
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
    /// Precision averaged over recall: how well the label's probabilities rank documents, whatever the threshold.
    pub average_precision: f64,
    /// Expected calibration error over its selections, ten fixed bins.
    pub calibration_error: f64,
    /// Mean squared difference of probability and truth.
    pub brier_score: f64,
}

/// What was measured over the documents of one genre.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct GenreReport {
    /// As the corpus names it.
    pub genre: String,
    /// Documents.
    pub documents: usize,
    /// F1 over all their judgements together.
    pub micro_f1: f64,
    /// Documents with labels for which none was selected.
    pub abstained_with_labels: usize,
}

/// What was measured over a corpus.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
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
    /// Per genre, in order of the corpus; empty where it names fewer than two.
    pub genres: Vec<GenreReport>,
}

/// Classifies every document of a corpus and compares, as [`Judged::of`] says.
///
/// # Errors
/// As [`Judged::of`].
pub fn evaluate(
    analyzer: &Analyzer,
    corpus: &Corpus,
    progress: impl FnMut(usize),
) -> Result<TopicReport, Error> {
    Ok(report(&Judged::of(analyzer, corpus, progress)?, corpus))
}

/// Everything measured over a judged corpus.
#[must_use]
pub fn report(judged: &Judged, corpus: &Corpus) -> TopicReport {
    let mut all = Measures::default();
    let mut labels = Vec::new();
    let mut f1 = Vec::new();
    for (at, label) in judged.labels.iter().enumerate() {
        let measures = measures(judged, at, label);
        all.merge(&measures);
        let tally = measures.tally;
        if tally.support() > 0 {
            f1.push(tally.f1());
        }
        labels.push(LabelReport {
            label: label.id.clone(),
            support: tally.support(),
            precision: tally.precision(),
            recall: tally.recall(),
            f1: tally.f1(),
            average_precision: Curve::of(judged.column(at).map(|(_, judgement)| judgement)).average_precision,
            calibration_error: measures.selected.error(),
            brier_score: measures.brier_score(),
        });
    }
    let abstained = || judged.documents.iter().filter(|document| document.abstained.is_some());
    let labelled = || judged.documents.iter().filter(|document| document.is_labelled());
    let right = labelled().filter(|document| document.is_right_first()).count();
    TopicReport {
        documents: judged.documents.len(),
        abstained: abstained().count(),
        abstained_with_labels: abstained().filter(|document| document.is_labelled()).count(),
        micro_f1: all.tally.f1(),
        micro_precision: all.tally.precision(),
        micro_recall: all.tally.recall(),
        macro_f1: f1.iter().sum::<f64>() / f1.len().max(1) as f64,
        top1_accuracy: right as f64 / labelled().count().max(1) as f64,
        calibration_error: all.selected.error(),
        brier_score: all.brier_score(),
        labels,
        unknown_labels: judged.labels.iter().filter(|label| !label.known).map(|l| l.id.clone()).collect(),
        genres: by_genre(judged, corpus),
    }
}

/// What the model said of one label. Of a label that it does not have it said nothing, so that only misses count.
fn measures(judged: &Judged, at: usize, label: &JudgedLabel) -> Measures {
    let mut measures = Measures::default();
    for (_, judgement) in judged.column(at) {
        match label.known {
            true => measures.add(judgement),
            false => measures.tally.add(judgement),
        }
    }
    measures
}

fn by_genre(judged: &Judged, corpus: &Corpus) -> Vec<GenreReport> {
    let genres = corpus.genres();
    if genres.len() < 2 {
        return Vec::new();
    }
    let report = |genre: &str| {
        let mut tally = Tally::default();
        let (mut documents, mut abstained_with_labels) = (0, 0);
        for (row, document) in corpus.rows.iter().zip(&judged.documents) {
            if row.genre == genre {
                documents += 1;
                abstained_with_labels += usize::from(document.abstained.is_some() && document.is_labelled());
                document.counted().for_each(|(_, judgement)| tally.add(judgement));
            }
        }
        GenreReport { genre: genre.to_owned(), documents, micro_f1: tally.f1(), abstained_with_labels }
    };
    genres.into_iter().map(report).collect()
}
