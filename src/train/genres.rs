//! How a model does on a kind of document that it never saw: each genre in turn is left out of training and scored.

use serde::Serialize;

use super::topics;
use super::topics::Progress;
use super::topics::TrainOptions;
use super::topics::Trained;
use crate::analyze::Analyzer;
use crate::corpus::Corpus;
use crate::error::Error;
use crate::evaluate::topics::TopicReport;
use crate::evaluate::topics::evaluate;
use crate::extract::Extractor;
use crate::segment::Segmenter;
use crate::topic::Classifier;

/// What one genre got from a model that was trained on the others.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LeftOut {
    /// As the corpus names it.
    pub genre: String,
    /// Documents that the model was trained on.
    pub trained_on: usize,
    /// On the documents of the genre.
    pub without: TopicReport,
    /// On the same documents, from a model that was trained on the whole corpus; only where they were not part of it.
    pub with: Option<TopicReport>,
}

/// Trains once per genre on all documents of the others. Each model is scored on the documents of the genre left out, or,
/// where `apart` is given, on its documents of that genre, and there beside a model that was trained on everything.
///
/// # Errors
/// [`Error::Corpus`] when the corpus names fewer than two genres; what [`topics::train`] refuses.
pub fn leave_one_out(
    corpus: &Corpus,
    apart: Option<&Corpus>,
    options: &TrainOptions,
    progress: Progress<'_>,
) -> Result<Vec<LeftOut>, Error> {
    let genres = corpus.genres();
    if genres.len() < 2 {
        let reason =
            "names fewer than two genres in its rows' \"genre\", so that none can be left out".to_owned();
        return Err(Error::Corpus { path: corpus.path.clone(), reason });
    }
    let whole = match apart {
        Some(_) => Some(analyzer(topics::train(corpus, &[], options, progress)?)?),
        None => None,
    };
    let mut found = Vec::new();
    for &genre in &genres {
        let scored = only(apart.unwrap_or(corpus), |other| other == genre);
        if scored.rows.is_empty() {
            continue;
        }
        let rest = only(corpus, |other| other != genre);
        let model = analyzer(topics::train(&rest, &[], options, progress)?)?;
        let total = scored.rows.len();
        let without = evaluate(&model, &scored, |done| progress("evaluating", done, total))?;
        let with = whole.as_ref().map(|model| evaluate(model, &scored, |_| ())).transpose()?;
        found.push(LeftOut { genre: genre.to_owned(), trained_on: rest.rows.len(), without, with });
    }
    Ok(found)
}

fn analyzer(trained: Trained) -> Result<Analyzer, Error> {
    Ok(Analyzer::new(Segmenter::new(), Classifier::new(trained.model), Extractor::builtin()?))
}

/// The rows whose genre is wanted.
fn only(corpus: &Corpus, wanted: impl Fn(&str) -> bool) -> Corpus {
    let rows = corpus.rows.iter().filter(|row| wanted(&row.genre)).cloned().collect();
    Corpus { path: corpus.path.clone(), digest: corpus.digest.clone(), rows }
}
