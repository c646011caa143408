//! Scores into calibrated log-odds.
//!
//! Where labels are independent: one logistic regression of linfa's per label. A topic's probability may lean on other
//! topics' scores (a document about ports is rarely also about defence). Where a document has exactly one label: one
//! slope for all labels and an intercept for each, so that the softmax of the log-odds is the probability.
//!
//! Both are fitted on scores that the base model gave to documents it had not seen. Being linear in the scores, which
//! are linear in the features, head and base model collapse into one row of weights per feature.

use linfa::DatasetBase;
use linfa::traits::Fit;
use linfa_logistic::LogisticRegression;
use ndarray::Array1;
use ndarray::Array2;
use ndarray::ArrayView1;
use ndarray::Axis;

use crate::error::Error;
use crate::topic::calibration::Assignment;

/// Strength of the heads' L2 penalty.
const PENALTY: f64 = 1.0;
/// Coefficients are rounded to multiples of this, so that the last bits of a platform's exponential do not reach the
/// bundle.
const GRID: f64 = 1.0 / 65536.0;
/// Up to so many labels each head reads the scores of all: above, time and memory would grow with their square.
const ALL_SCORES: usize = 24;
/// Above that it reads its own and so many others'.
const OTHER_SCORES: usize = 8;

/// One head: the log-odds of a label as a linear function of scores.
#[derive(Clone, Debug, PartialEq)]
pub struct Head {
    /// Position and coefficient of the scores that it reads.
    pub terms: Vec<(usize, f64)>,
    /// Log-odds where all scores are 0.
    pub intercept: f64,
}

impl Head {
    /// Log-odds for one document's scores.
    #[must_use]
    pub fn log_odds(&self, scores: ArrayView1<'_, f32>) -> f64 {
        self.dot(|at| scores.get(at).copied()) + self.intercept
    }

    /// The same without the intercept, for scores or weights by position.
    #[must_use]
    pub fn dot(&self, score: impl Fn(usize) -> Option<f32>) -> f64 {
        self.terms.iter().map(|&(at, c)| c * f64::from(score(at).unwrap_or_default())).sum()
    }
}

/// Fits one head per label. `scores` and `targets` have a row per document and a column per label; a target is above
/// 0 where the document has the label.
///
/// # Errors
/// [`Error::Training`] when a label is on no document or on all, or when a head did not become better than the
/// label's frequency alone.
pub fn fit(
    scores: &Array2<f32>,
    targets: &Array2<f32>,
    names: &[String],
    assignment: Assignment,
) -> Result<Vec<Head>, Error> {
    match assignment {
        Assignment::Exclusive => Ok(exclusive(scores, targets)),
        Assignment::Independent => independent(scores, targets, names),
    }
}

fn round(value: f64) -> f64 {
    (value / GRID).round() * GRID
}

fn independent(scores: &Array2<f32>, targets: &Array2<f32>, names: &[String]) -> Result<Vec<Head>, Error> {
    let records = scores.mapv(f64::from);
    let labels = targets.ncols();
    targets
        .columns()
        .into_iter()
        .zip(names)
        .enumerate()
        .map(|(own, (column, name))| {
            let truth: Array1<bool> = column.mapv(|target| target > 0.0);
            let read = match labels {
                ..=ALL_SCORES => (0..labels).collect(),
                _ => helpful(scores, column, own),
            };
            one(&records, &truth, &read).map_err(|reason| Error::Training {
                reason: format!("the probabilities of label {name:?}: {reason}"),
            })
        })
        .collect()
}

/// The label itself, and those whose scores tell most about what its own score does not: the score's own line through
/// the truth leaves an error, and the others' scores are ranked by their correlation with it.
fn helpful(scores: &Array2<f32>, truth: ArrayView1<'_, f32>, own: usize) -> Vec<usize> {
    let centred = |column: ArrayView1<'_, f32>| -> Vec<f64> {
        let mean = column.iter().map(|&value| f64::from(value)).sum::<f64>() / column.len().max(1) as f64;
        column.iter().map(|&value| f64::from(value) - mean).collect()
    };
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let own_scores = centred(scores.index_axis(Axis(1), own));
    let mut error = centred(truth);
    let slope = dot(&error, &own_scores) / dot(&own_scores, &own_scores).max(f64::MIN_POSITIVE);
    error.iter_mut().zip(&own_scores).for_each(|(error, score)| *error -= slope * score);
    let mut others: Vec<(f64, usize)> = (0..scores.ncols())
        .filter(|&other| other != own)
        .map(|other| {
            let theirs = centred(scores.index_axis(Axis(1), other));
            (dot(&error, &theirs).abs() / dot(&theirs, &theirs).sqrt().max(f64::MIN_POSITIVE), other)
        })
        .collect();
    others.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut read: Vec<usize> = others.into_iter().take(OTHER_SCORES).map(|(_, at)| at).collect();
    read.push(own);
    read.sort_unstable();
    read
}

fn one(records: &Array2<f64>, truth: &Array1<bool>, read: &[usize]) -> Result<Head, String> {
    let positive = truth.iter().filter(|&&has| has).count();
    if positive == 0 || positive == truth.len() {
        return Err("no documents to tell it from others by".to_owned());
    }
    let records = records.select(Axis(1), read);
    let dataset = DatasetBase::new(records.view(), truth.view());
    let model = LogisticRegression::default()
        .alpha(PENALTY)
        .max_iterations(300)
        .gradient_tolerance(1e-5)
        .fit(&dataset)
        .map_err(|error| error.to_string())?;
    // linfa 0.8 calls the more frequent class positive; for most labels that is "does not have it".
    let sign = if model.labels().pos.class { 1.0 } else { -1.0 };
    let terms = read.iter().copied().zip(model.params().iter().map(|&value| round(sign * value))).collect();
    let head = Head { terms, intercept: round(sign * model.intercept()) };
    let frequency = positive as f64 / truth.len() as f64;
    let chance = -frequency * frequency.ln() - (1.0 - frequency) * (1.0 - frequency).ln();
    let loss = records.rows().into_iter().zip(truth).fold(0.0, |sum, (row, &has)| {
        let odds = row.iter().zip(&head.terms).map(|(score, (_, c))| score * c).sum::<f64>() + head.intercept;
        sum + (if has { -odds } else { odds }).exp().ln_1p()
    }) / truth.len() as f64;
    if !(loss.is_finite() && loss < chance * 1.001 + 1e-9) {
        return Err(format!(
            "the regression did not converge (log loss {loss:.4}, by frequency alone {chance:.4})"
        ));
    }
    Ok(head)
}

/// Rounds of fitting slope and intercepts in turn; both settle within a few.
const ROUNDS: usize = 30;

/// One slope and an intercept per label by the likelihood of the truth under the softmax: in turn a Newton step of the
/// slope, and of each intercept the step after which the label is expected as often as it is found.
fn exclusive(scores: &Array2<f32>, targets: &Array2<f32>) -> Vec<Head> {
    let labels = scores.ncols();
    let found: Vec<f64> =
        targets.columns().into_iter().map(|column| column.iter().map(|&t| f64::from(t)).sum()).collect();
    let mut slope = 1.0;
    let mut intercepts = vec![0.0; labels];
    let mut odds = vec![0.0; labels];
    for _ in 0..ROUNDS {
        let mut expected = vec![0.0; labels];
        let (mut gradient, mut curvature) = (0.0, 1e-9);
        for (row, truth) in scores.rows().into_iter().zip(targets.rows()) {
            softmax(&mut odds, row.iter().zip(&intercepts).map(|(&s, b)| slope * f64::from(s) + b));
            let (mut mean, mut square, mut right) = (0.0, 0.0, 0.0);
            for (((p, &score), &target), expected) in odds.iter().zip(row).zip(truth).zip(&mut expected) {
                let score = f64::from(score);
                mean += p * score;
                square += p * score * score;
                right += f64::from(target) * score;
                *expected += p;
            }
            gradient += right - mean;
            curvature += square - mean * mean;
        }
        slope = (slope + (gradient / curvature).clamp(-slope / 2.0, slope)).clamp(1e-3, 1e3);
        for ((intercept, found), expected) in intercepts.iter_mut().zip(&found).zip(expected) {
            *intercept += libm::log((found + 1.0) / (expected + 1.0));
        }
    }
    let mean = intercepts.iter().sum::<f64>() / labels.max(1) as f64;
    intercepts
        .into_iter()
        .enumerate()
        .map(|(own, intercept)| Head { terms: vec![(own, round(slope))], intercept: round(intercept - mean) })
        .collect()
}

/// Log-odds into probabilities that add up to 1.
pub(super) fn softmax(probabilities: &mut [f64], log_odds: impl Iterator<Item = f64>) {
    let mut largest = f64::NEG_INFINITY;
    for (slot, odds) in probabilities.iter_mut().zip(log_odds) {
        *slot = odds;
        largest = largest.max(odds);
    }
    let mut sum = 0.0;
    for slot in probabilities.iter_mut() {
        *slot = libm::exp(*slot - largest);
        sum += *slot;
    }
    probabilities.iter_mut().for_each(|slot| *slot /= sum);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scores of 400 documents that tell, with noise, which of three labels each has.
    fn documents(labels: usize) -> (Array2<f32>, Array2<f32>) {
        let mut scores = Array2::zeros((400, labels));
        let mut targets = Array2::zeros((400, labels));
        let mut noise = 1u32;
        for i in 0..400 {
            targets[[i, i % labels]] = 1.0;
            for label in 0..labels {
                noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let drawn = (noise >> 8) as f32 / (1 << 24) as f32 - 0.5;
                scores[[i, label]] = targets[[i, label]] - 0.5 + 1.5 * drawn;
            }
        }
        (scores, targets)
    }

    #[test]
    fn probabilities_of_exclusive_labels_are_as_often_right_as_they_say() {
        let (scores, targets) = documents(3);
        let heads = exclusive(&scores, &targets);
        let mut sums = [0.0; 3];
        let mut probabilities = [0.0; 3];
        for row in scores.rows() {
            softmax(&mut probabilities, heads.iter().map(|head| head.log_odds(row)));
            sums.iter_mut().zip(probabilities).for_each(|(sum, p)| *sum += p);
        }
        for (sum, column) in sums.iter().zip(targets.columns()) {
            assert!((sum - f64::from(column.sum())).abs() < 0.5, "{sums:?}");
        }
        assert!(heads[0].terms[0].1 > 1.0, "{heads:?}");
    }

    #[test]
    fn a_head_among_many_labels_reads_few_scores() {
        let (scores, targets) = documents(40);
        let names: Vec<String> = (0..40).map(|i| i.to_string()).collect();
        let heads = fit(&scores, &targets, &names, Assignment::Independent).unwrap();
        for (own, head) in heads.iter().enumerate() {
            assert_eq!(head.terms.len(), 1 + OTHER_SCORES);
            assert!(head.terms.iter().any(|&(at, c)| at == own && c > 0.0), "{head:?}");
        }
    }
}
