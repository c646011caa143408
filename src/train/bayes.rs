//! Naive Bayes, one label against the rest: the weight of a feature is the logarithm of the ratio in which it is found
//! with and without the label.
//!
//! On its own it is weaker than the support vector machine, but it errs elsewhere: it believes every feature by itself,
//! so that a rare one counts in full where the machine leaves it to those beside it. A little of it, added to the
//! machine's weights, makes the sum better than either. It takes one pass over the documents.

use ndarray::Array2;

use super::linear::LANES;
use super::linear::Lanes;
use super::linear::LinearModel;
use super::linear::row_mut;
use super::vectorize::Matrix;

/// Fits all labels. Targets are one row per document and one column per label: above 0 where the document has it.
#[must_use]
pub fn fit(rows: &Matrix, targets: &Array2<f32>, smoothing: f32) -> LinearModel {
    let mut model = LinearModel::new(targets.ncols(), rows.width);
    model.weights = ratios(rows, targets, smoothing, |log| log.unwrap_or_default());
    for (bias, targets) in model.bias.as_flattened_mut().iter_mut().zip(targets.columns()) {
        let with = targets.iter().filter(|&&target| target > 0.0).count() as f32;
        let without = targets.len() as f32 - with;
        *bias = libm::logf((with + 0.5) / (without + 0.5));
    }
    model
}

/// Logarithm of the ratio in which each feature is found with and without each label, laid out like the weights; none
/// where every document has the label or none has, so that no feature tells more than another.
pub(super) fn ratios(
    rows: &Matrix,
    targets: &Array2<f32>,
    smoothing: f32,
    of: impl Fn(Option<f32>) -> f32,
) -> Vec<Lanes> {
    let groups = targets.ncols().div_ceil(LANES);
    let mut with = vec![[smoothing; LANES]; rows.width * groups];
    let mut total = vec![2.0 * smoothing; rows.width];
    let mut all_with = vec![[0.0f32; LANES]; groups];
    let mut all = 0.0f32;
    for (i, truth) in targets.rows().into_iter().enumerate() {
        let (columns, values) = rows.row(i);
        let has: Vec<usize> = truth.iter().enumerate().filter(|&(_, &t)| t > 0.0).map(|(at, _)| at).collect();
        for (&column, &value) in columns.iter().zip(values) {
            all += value;
            if let Some(total) = total.get_mut(column as usize) {
                *total += value;
            }
            let with = row_mut(&mut with, column, groups).as_flattened_mut();
            for &label in &has {
                if let (Some(with), Some(all)) =
                    (with.get_mut(label), all_with.as_flattened_mut().get_mut(label))
                {
                    *with += value;
                    *all += value;
                }
            }
        }
    }
    for (with, total) in with.chunks_exact_mut(groups.max(1)).zip(total) {
        for (ratio, all_with) in with.as_flattened_mut().iter_mut().zip(all_with.as_flattened()) {
            // The smoothing keeps both counts above 0 but for rounding.
            let without = (total - *ratio).max(smoothing);
            let all_without = all - *all_with;
            let known = *all_with > 0.0 && all_without > 0.0;
            let log = libm::logf((*ratio / *all_with) / (without / all_without));
            *ratio = of((known && log.is_finite()).then_some(log));
        }
    }
    with
}

#[cfg(test)]
mod tests {
    use super::*;
    use linfa::traits::PredictInplace;

    #[test]
    fn weights_are_log_ratios() {
        // Feature 0 is three times as frequent with the label, feature 1 without; feature 2 tells nothing.
        let mut matrix = Matrix { starts: vec![0], width: 3, ..Matrix::default() };
        let mut targets = Array2::zeros((80, 1));
        for i in 0..80usize {
            let with = i % 2 == 0;
            targets[[i, 0]] = if with { 1.0 } else { 0.0 };
            matrix.columns.extend([u32::from((i / 2 % 4 == 0) == with), 2]);
            matrix.values.extend([1.0, 1.0]);
            matrix.starts.push(matrix.columns.len());
        }
        let model = fit(&matrix, &targets, 1e-3);
        let weights: Vec<f32> = model.features().flatten().copied().collect();
        assert!((weights[0] - 3f32.ln()).abs() < 0.01, "{weights:?}");
        assert!((weights[1] + 3f32.ln()).abs() < 0.01, "{weights:?}");
        assert!(weights[2].abs() < 1e-3, "{weights:?}");
        let mut scores = model.default_target(&matrix);
        model.predict_inplace(&matrix, &mut scores);
        assert!(scores.iter().all(|score| score.is_finite()));
    }

    #[test]
    fn a_label_of_all_or_of_none_has_no_weights() {
        let matrix = Matrix { starts: vec![0, 1, 2], columns: vec![0, 0], values: vec![1.0, 1.0], width: 1 };
        let mut targets = Array2::zeros((2, 2));
        targets.column_mut(1).fill(1.0);
        let model = fit(&matrix, &targets, 0.1);
        assert!(model.features().flatten().all(|&weight| weight == 0.0));
        assert!(model.bias().all(|bias| bias.is_finite()));
    }
}
