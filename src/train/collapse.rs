//! Base model, heads and scales of features into one row of small integers per feature.

use ndarray::Array2;
use ndarray::ArrayView1;

use super::heads::Head;
use super::linear::LinearModel;
use super::vectorize::Matrix;
use super::vectorize::Vocabulary;
use crate::error::Error;
use crate::topic::calibration::Assignment;
use crate::topic::weights::Parts;
use crate::topic::weights::Weights;

/// Log-odds of each label for a document without features.
#[must_use]
pub fn biases(model: &LinearModel, heads: &[Head]) -> Vec<f64> {
    let base: Vec<f32> = model.bias().copied().collect();
    heads.iter().map(|head| head.log_odds(ArrayView1::from(&base))).collect()
}

/// Merges everything linear into one row per feature; the `max_features` strongest rows are kept.
///
/// # Errors
/// As [`Weights::new`].
pub fn collapse(
    model: &LinearModel,
    heads: &[Head],
    vocabulary: &Vocabulary,
    (max_features, assignment): (usize, Assignment),
) -> Result<Weights, Error> {
    let rows: Vec<(&[f32], f64)> =
        model.features().zip(vocabulary.scales.iter().map(|&scale| f64::from(scale))).collect();
    let merged = |&(base, scale): &(&[f32], f64)| -> Vec<f64> {
        let mut row: Vec<f64> =
            heads.iter().map(|head| scale * head.dot(|at| base.get(at).copied())).collect();
        if assignment == Assignment::Exclusive {
            // What moves all labels alike moves no probability.
            let mean = row.iter().sum::<f64>() / row.len().max(1) as f64;
            row.iter_mut().for_each(|weight| *weight -= mean);
        }
        row
    };
    // What a feature moves over a corpus: its weights, squared, as often as it occurs.
    let strength = |row: &[f64], documents: u32| {
        f64::from(documents) * row.iter().map(|weight| weight * weight).sum::<f64>()
    };
    let mut order: Vec<(f64, usize)> = rows
        .iter()
        .zip(&vocabulary.documents)
        .enumerate()
        .map(|(at, (row, &documents))| (strength(&merged(row), documents), at))
        .collect();
    order.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut kept: Vec<usize> = order.into_iter().take(max_features).map(|(_, at)| at).collect();
    // The columns are by frequency.
    kept.sort_unstable();
    let frequent = kept.len().min(Weights::most_frequent(heads.len()));
    if let Some((first, rest)) = kept.split_at_mut_checked(frequent) {
        first.sort_unstable_by_key(|&at| vocabulary.keys.get(at));
        rest.sort_unstable_by_key(|&at| vocabulary.keys.get(at));
    }
    let mut weighty_frequent = 0;
    let (mut keys, mut shifts, mut mantissas) = (Vec::new(), Vec::new(), Vec::new());
    for (number, at) in kept.into_iter().enumerate() {
        let (Some(row), Some(&key)) = (rows.get(at), vocabulary.keys.get(at)) else { continue };
        let (rounded, shift) = Weights::quantize(&merged(row));
        if rounded.iter().any(|&mantissa| mantissa != 0) {
            weighty_frequent += usize::from(number < frequent);
            keys.push(key);
            shifts.push(shift);
            mantissas.extend(rounded.into_iter().map(i8::cast_unsigned));
        }
    }
    let parts = Parts {
        labels: heads.len(),
        frequent: weighty_frequent,
        keys,
        shifts: &shifts,
        mantissas: &mantissas,
    };
    Weights::new(parts)
}

/// Log-odds of the documents by collapsed weights.
#[must_use]
pub fn score(weights: &Weights, biases: &[f64], (rows, vocabulary): (&Matrix, &Vocabulary)) -> Array2<f32> {
    let mut scores = Array2::zeros((rows.height(), biases.len()));
    for (i, mut scores) in scores.rows_mut().into_iter().enumerate() {
        let mut sums = biases.to_vec();
        let (columns, values) = rows.row(i);
        for (&column, &value) in columns.iter().zip(values) {
            let at = column as usize;
            let (Some(&key), Some(&scale)) = (vocabulary.keys.get(at), vocabulary.scales.get(at)) else {
                continue;
            };
            let Some(row) = weights.row(key) else { continue };
            let factor = f64::from(value / scale) * row.unit();
            sums.iter_mut().zip(row.mantissas()).for_each(|(sum, m)| *sum += factor * f64::from(m));
        }
        scores.iter_mut().zip(sums).for_each(|(score, sum)| *score = sum as f32);
    }
    scores
}
