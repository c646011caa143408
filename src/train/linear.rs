//! A linear model of many labels over sparse documents, as the learners leave it.

use linfa::dataset::Records;
use linfa::traits::PredictInplace;
use ndarray::Array2;

use super::vectorize::Matrix;

impl Records for Matrix {
    type Elem = f32;

    fn nsamples(&self) -> usize {
        self.height()
    }

    fn nfeatures(&self) -> usize {
        self.width
    }
}

/// Labels are walked in groups of this size, which the machine handles at once.
pub(super) const LANES: usize = 4;
pub(super) type Lanes = [f32; LANES];

/// Weights of all labels, side by side for each feature.
#[derive(Clone, Debug, PartialEq)]
pub struct LinearModel {
    labels: usize,
    /// Per feature as many groups as the labels fill; what they do not fill stays 0.
    pub(super) weights: Vec<Lanes>,
    pub(super) bias: Vec<Lanes>,
}

impl LinearModel {
    pub(super) fn new(labels: usize, features: usize) -> Self {
        let groups = labels.div_ceil(LANES);
        Self { labels, weights: vec![[0.0; LANES]; features * groups], bias: vec![[0.0; LANES]; groups] }
    }

    /// Number of labels.
    #[must_use]
    pub fn labels(&self) -> usize {
        self.labels
    }

    /// What every document gets, per label.
    pub fn bias(&self) -> impl Iterator<Item = &f32> {
        self.bias.as_flattened().iter().take(self.labels)
    }

    /// Weights of each feature in turn, per label.
    pub fn features(&self) -> impl Iterator<Item = &[f32]> {
        let groups = self.bias.len().max(1);
        self.weights.chunks_exact(groups).map(|row| row.as_flattened().get(..self.labels).unwrap_or_default())
    }

    /// Adds `factor` times the weights of another model of the same labels and features: the scores add up likewise.
    pub(super) fn add(&mut self, factor: f32, other: &Self) {
        add(&mut self.weights, factor, &other.weights);
        add(&mut self.bias, factor, &other.bias);
    }

    /// Adds the scores of one row to `scores`.
    pub(super) fn add_scores(&self, columns: &[u32], values: &[f32], scores: &mut [Lanes]) {
        for (&column, &value) in columns.iter().zip(values) {
            let weights = row(&self.weights, column, self.bias.len());
            for (score, weight) in scores.iter_mut().zip(weights) {
                for (score, weight) in score.iter_mut().zip(weight) {
                    *score += value * weight;
                }
            }
        }
    }
}

/// The groups of one feature.
pub(super) fn row(table: &[Lanes], column: u32, groups: usize) -> &[Lanes] {
    let at = column as usize * groups;
    table.get(at..at + groups).unwrap_or_default()
}

/// The groups of one feature, to be changed.
pub(super) fn row_mut(table: &mut [Lanes], column: u32, groups: usize) -> &mut [Lanes] {
    let at = column as usize * groups;
    table.get_mut(at..at + groups).unwrap_or_default()
}

/// 1 where a document has a label, -1 where it has not, 0 where a group is not filled.
pub(super) fn signs(targets: &Array2<f32>, groups: usize) -> Vec<Lanes> {
    let mut signs = vec![[0.0; LANES]; targets.nrows() * groups];
    for (targets, signs) in targets.rows().into_iter().zip(signs.chunks_exact_mut(groups.max(1))) {
        for (target, sign) in targets.iter().zip(signs.as_flattened_mut()) {
            *sign = if *target > 0.0 { 1.0 } else { -1.0 };
        }
    }
    signs
}

/// Adds `factor` times `terms` to `sums`.
pub(super) fn add(sums: &mut [Lanes], factor: f32, terms: &[Lanes]) {
    for (sums, terms) in sums.iter_mut().zip(terms) {
        for (sum, term) in sums.iter_mut().zip(terms) {
            *sum += factor * term;
        }
    }
}

impl PredictInplace<Matrix, Array2<f32>> for LinearModel {
    fn predict_inplace(&self, rows: &Matrix, scores: &mut Array2<f32>) {
        let mut lanes = self.bias.clone();
        for (i, mut row) in scores.rows_mut().into_iter().enumerate() {
            let (columns, values) = rows.row(i);
            lanes.copy_from_slice(&self.bias);
            self.add_scores(columns, values, &mut lanes);
            row.iter_mut().zip(lanes.as_flattened()).for_each(|(score, sum)| *score = *sum);
        }
    }

    fn default_target(&self, rows: &Matrix) -> Array2<f32> {
        Array2::zeros((rows.height(), self.labels()))
    }
}
