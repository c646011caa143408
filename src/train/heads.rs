//! Scores into calibrated probabilities: one logistic regression of linfa's per label, over the scores of all labels.
//!
//! The regressions are fitted on scores that the base model gave to documents it had not seen. A topic's probability
//! may lean on other topics' scores (a document about ports is rarely also about defence); being linear in the scores,
//! which are linear in the features, head and base model collapse into one row of weights per feature.

use linfa::DatasetBase;
use linfa::traits::Fit;
use linfa_logistic::LogisticRegression;
use ndarray::Array1;
use ndarray::Array2;

use crate::error::Error;

/// Strength of the heads' L2 penalty.
const PENALTY: f64 = 1.0;
/// Coefficients are rounded to multiples of this, so that the last bits of a platform's exponential do not reach the
/// bundle.
const GRID: f64 = 1.0 / 65536.0;

/// One head: the log-odds of a label as a linear function of all scores.
#[derive(Clone, Debug, PartialEq)]
pub struct Head {
    /// One per score.
    pub coefficients: Vec<f64>,
    /// Log-odds where all scores are 0.
    pub intercept: f64,
}

impl Head {
    /// Log-odds for one document's scores.
    #[must_use]
    pub fn log_odds<'a>(&self, scores: impl Iterator<Item = &'a f32>) -> f64 {
        self.coefficients.iter().zip(scores).map(|(c, score)| c * f64::from(*score)).sum::<f64>()
            + self.intercept
    }
}

/// Fits one head per label. `scores` and `targets` have a row per document and a column per label; a target is above
/// 0 where the document has the label.
///
/// # Errors
/// [`Error::Training`] when a label is on no document or on all, or when a head did not become better than the
/// label's frequency alone.
pub fn fit(scores: &Array2<f32>, targets: &Array2<f32>, names: &[String]) -> Result<Vec<Head>, Error> {
    let records = scores.mapv(f64::from);
    targets
        .columns()
        .into_iter()
        .zip(names)
        .map(|(column, name)| {
            let truth: Array1<bool> = column.mapv(|target| target > 0.0);
            fit_one(&records, &truth, scores).map_err(|reason| Error::Training {
                reason: format!("the probabilities of label {name:?}: {reason}"),
            })
        })
        .collect()
}

fn fit_one(records: &Array2<f64>, truth: &Array1<bool>, scores: &Array2<f32>) -> Result<Head, String> {
    let positive = truth.iter().filter(|&&has| has).count();
    if positive == 0 || positive == truth.len() {
        return Err("no documents to tell it from others by".to_owned());
    }
    let dataset = DatasetBase::new(records.view(), truth.view());
    let model = LogisticRegression::default()
        .alpha(PENALTY)
        .max_iterations(300)
        .gradient_tolerance(1e-5)
        .fit(&dataset)
        .map_err(|error| error.to_string())?;
    // linfa 0.8 calls the more frequent class positive; for most labels that is "does not have it".
    let sign = if model.labels().pos.class { 1.0 } else { -1.0 };
    let round = |value: f64| (sign * value / GRID).round() * GRID;
    let head = Head {
        coefficients: model.params().iter().map(|&value| round(value)).collect(),
        intercept: round(model.intercept()),
    };
    let frequency = positive as f64 / truth.len() as f64;
    let chance = -frequency * frequency.ln() - (1.0 - frequency) * (1.0 - frequency).ln();
    let loss = scores.rows().into_iter().zip(truth).fold(0.0, |sum, (row, &has)| {
        let odds = head.log_odds(row.iter());
        sum + (if has { -odds } else { odds }).exp().ln_1p()
    }) / truth.len() as f64;
    if !(loss.is_finite() && loss < chance * 1.001 + 1e-9) {
        return Err(format!(
            "the regression did not converge (log loss {loss:.4}, by frequency alone {chance:.4})"
        ));
    }
    Ok(head)
}
