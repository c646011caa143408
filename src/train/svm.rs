//! A linear classifier for sparse documents with many labels, behind linfa's traits.
//!
//! Solves, for each label on its own, the L2-regularised squared-hinge support vector machine in its dual by coordinate
//! descent (Hsieh et al., "A Dual Coordinate Descent Method for Large-scale Linear SVM", ICML 2008), but walks all
//! labels together: their weights lie side by side, so that a document's features are read once per pass rather than
//! once per pass and label.
//!
//! Before that, each feature may be scaled, for each label, by the root of a power of the absolute logarithm of the ratio in which
//! it is found with and without the label (after Wang and Manning, "Baselines and Bigrams", ACL 2012, who scale by the
//! ratio itself): features that tell little are held back by the penalty on their weights, features that tell much are
//! let go. The scale ends up in the weights; predicting knows nothing of it.

use linfa::ParamGuard;
use linfa::dataset::DatasetBase;
use linfa::traits::Fit;
use ndarray::Array2;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::bayes::ratios;
use super::linear::LANES;
use super::linear::Lanes;
use super::linear::LinearModel;
use super::linear::add;
use super::linear::row;
use super::linear::row_mut;
use super::linear::signs;
use super::vectorize::Matrix;
use crate::error::Error;

/// Hyper-parameters, not yet checked.
#[derive(Clone, Debug, PartialEq)]
pub struct SvmParams(SvmValidParams);

/// Hyper-parameters within their bounds.
#[derive(Clone, Debug, PartialEq)]
pub struct SvmValidParams {
    cost: f32,
    ratio_smoothing: f32,
    ratio_power: f32,
    balanced: bool,
    max_passes: u32,
    tolerance: f32,
    seed: u64,
}

impl SvmParams {
    /// Cost 1, unscaled, at most 8 passes, tolerance 0.05.
    #[must_use]
    pub fn new() -> Self {
        Self(SvmValidParams {
            cost: 1.0,
            ratio_smoothing: 0.0,
            ratio_power: 1.0,
            balanced: false,
            max_passes: 8,
            tolerance: 0.05,
            seed: 1,
        })
    }

    /// Cost of an error against the size of the weights; above 0.
    #[must_use]
    pub fn cost(mut self, cost: f32) -> Self {
        self.0.cost = cost;
        self
    }

    /// What is added to both counts of a feature before their ratio is taken; 0: features are not scaled.
    #[must_use]
    pub fn ratio_smoothing(mut self, smoothing: f32) -> Self {
        self.0.ratio_smoothing = smoothing;
        self
    }

    /// The power of the ratio's logarithm that features are scaled by, above 0: the smaller, the less they differ.
    #[must_use]
    pub fn ratio_power(mut self, power: f32) -> Self {
        self.0.ratio_power = power;
        self
    }

    /// Whether an error on a document that has a label costs more, the rarer the label: as many times as the root of how
    /// many documents are without it for each that is with it, at most [`MAX_BALANCE`] times.
    #[must_use]
    pub fn balanced(mut self, balanced: bool) -> Self {
        self.0.balanced = balanced;
        self
    }

    /// Passes over the documents at most; above 0.
    #[must_use]
    pub fn max_passes(mut self, passes: u32) -> Self {
        self.0.max_passes = passes;
        self
    }

    /// Ends when no projected gradient spans more than this; above 0.
    #[must_use]
    pub fn tolerance(mut self, tolerance: f32) -> Self {
        self.0.tolerance = tolerance;
        self
    }

    /// Seed of the order in which documents are visited.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.0.seed = seed;
        self
    }
}

impl Default for SvmParams {
    fn default() -> Self {
        Self::new()
    }
}

/// What the learner refuses.
#[derive(Debug, thiserror::Error)]
pub enum SvmError {
    /// A hyper-parameter outside its bounds.
    #[error("{0}")]
    Params(&'static str),
    /// As many rows of targets as of records are needed.
    #[error("{records} documents but {targets} rows of labels")]
    Shape {
        /// Rows of records.
        records: usize,
        /// Rows of targets.
        targets: usize,
    },
    /// linfa's own.
    #[error(transparent)]
    Linfa(#[from] linfa::Error),
}

impl From<SvmError> for Error {
    fn from(error: SvmError) -> Self {
        Self::Training { reason: error.to_string() }
    }
}

impl ParamGuard for SvmParams {
    type Checked = SvmValidParams;
    type Error = SvmError;

    fn check_ref(&self) -> Result<&Self::Checked, Self::Error> {
        let SvmValidParams {
            cost,
            ratio_smoothing,
            ratio_power,
            balanced: _,
            max_passes,
            tolerance,
            seed: _,
        } = self.0;
        if !(cost > 0.0 && cost.is_finite()) {
            return Err(SvmError::Params("cost must be above 0"));
        }
        if !(ratio_smoothing >= 0.0 && ratio_smoothing.is_finite()) {
            return Err(SvmError::Params("ratio_smoothing must not be below 0"));
        }
        if !(ratio_power > 0.0 && ratio_power.is_finite()) {
            return Err(SvmError::Params("ratio_power must be above 0"));
        }
        if max_passes == 0 {
            return Err(SvmError::Params("max_passes must be above 0"));
        }
        if !(tolerance > 0.0 && tolerance.is_finite()) {
            return Err(SvmError::Params("tolerance must be above 0"));
        }
        Ok(&self.0)
    }

    fn check(self) -> Result<Self::Checked, Self::Error> {
        self.check_ref()?;
        Ok(self.0)
    }
}

/// Targets are one row per document and one column per label: above 0 where the document has it.
impl Fit<Matrix, Array2<f32>, SvmError> for SvmValidParams {
    type Object = LinearModel;

    fn fit(&self, dataset: &DatasetBase<Matrix, Array2<f32>>) -> Result<Self::Object, SvmError> {
        let (rows, targets) = (&dataset.records, &dataset.targets);
        if rows.height() != targets.nrows() {
            return Err(SvmError::Shape { records: rows.height(), targets: targets.nrows() });
        }
        let labels = targets.ncols();
        let scales = match self.ratio_smoothing {
            0.0 => None,
            smoothing => Some(ratios(rows, targets, smoothing, |log| match (log, self.ratio_power) {
                (None, _) => 1.0,
                (Some(log), 1.0) => log.abs(),
                (Some(log), 0.5) => log.abs().sqrt(),
                (Some(log), power) => libm::powf(log.abs(), power),
            })),
        };
        let model = LinearModel::new(labels, rows.width);
        let groups = model.bias.len();
        let mut solver = Solver {
            duals: vec![[0.0; LANES]; rows.height() * groups],
            norms: norms(rows, scales.as_deref(), groups),
            scales,
            slope: 0.5 / self.cost,
            slopes_with: self.slopes_with(targets, groups),
            signs: signs(targets, groups),
            scores: vec![[0.0; LANES]; groups],
            steps: vec![[0.0; LANES]; groups],
            model,
        };
        let mut order: Vec<usize> = (0..rows.height()).collect();
        let mut random = Xoshiro256PlusPlus::seed_from_u64(self.seed);
        for _ in 0..self.max_passes {
            order.shuffle(&mut random);
            let mut worst = 0.0f32;
            for &i in &order {
                worst = worst.max(solver.visit(i, rows.row(i)));
            }
            if worst < self.tolerance {
                break;
            }
        }
        Ok(solver.model)
    }
}

/// An error on a rare label costs this many times more at most.
pub const MAX_BALANCE: f32 = 10.0;

impl SvmValidParams {
    /// Per label, the slope that the squared hinge adds where a document has it.
    fn slopes_with(&self, targets: &Array2<f32>, groups: usize) -> Vec<Lanes> {
        let mut slopes = vec![[0.5 / self.cost; LANES]; groups];
        if self.balanced {
            for (slope, targets) in slopes.as_flattened_mut().iter_mut().zip(targets.columns()) {
                let with = targets.iter().filter(|&&target| target > 0.0).count().max(1) as f32;
                let without = targets.len() as f32 - with;
                *slope /= (without / with).sqrt().clamp(1.0, MAX_BALANCE);
            }
        }
        slopes
    }
}

/// Squared length of each document, as each label scales it, the bias counted as a feature of value 1.
fn norms(rows: &Matrix, scales: Option<&[Lanes]>, groups: usize) -> Vec<Lanes> {
    let mut norms = vec![[1.0; LANES]; rows.height() * groups];
    for (i, norms) in norms.chunks_exact_mut(groups.max(1)).enumerate() {
        let (columns, values) = rows.row(i);
        match scales {
            Some(scales) => {
                for (&column, &value) in columns.iter().zip(values) {
                    add(norms, value * value, row(scales, column, groups));
                }
            }
            None => {
                let length: f32 = values.iter().map(|value| value * value).sum();
                norms.as_flattened_mut().iter_mut().for_each(|norm| *norm += length);
            }
        }
    }
    norms
}

/// The state of the descent.
struct Solver {
    model: LinearModel,
    /// One per document and label, not below 0.
    duals: Vec<Lanes>,
    norms: Vec<Lanes>,
    signs: Vec<Lanes>,
    scales: Option<Vec<Lanes>>,
    /// The slope that the squared hinge adds to a dual coordinate where a document does not have the label.
    slope: f32,
    /// The same per label where it has.
    slopes_with: Vec<Lanes>,
    scores: Vec<Lanes>,
    steps: Vec<Lanes>,
}

impl Solver {
    /// Moves the dual coordinates of one document, of every label at once; gives the largest projected gradient.
    fn visit(&mut self, i: usize, (columns, values): (&[u32], &[f32])) -> f32 {
        self.scores.copy_from_slice(&self.model.bias);
        self.model.add_scores(columns, values, &mut self.scores);
        let groups = self.model.bias.len();
        let own = i * groups..(i + 1) * groups;
        let (Some(duals), Some(norms), Some(signs)) =
            (self.duals.get_mut(own.clone()), self.norms.get(own.clone()), self.signs.get(own))
        else {
            return 0.0;
        };
        let mut worst = 0.0f32;
        let mut moved = false;
        let duals = duals.as_flattened_mut().iter_mut();
        let given =
            norms.as_flattened().iter().zip(signs.as_flattened()).zip(self.slopes_with.as_flattened());
        let state = duals.zip(given).zip(self.steps.as_flattened_mut());
        for (((dual, ((norm, &sign), &slope_with)), step), score) in state.zip(self.scores.as_flattened()) {
            *step = 0.0;
            if sign == 0.0 {
                continue;
            }
            let slope = if sign > 0.0 { slope_with } else { self.slope };
            let gradient = sign * score - 1.0 + *dual * slope;
            let projected = if *dual > 0.0 { gradient } else { gradient.min(0.0) };
            worst = worst.max(projected.abs());
            if projected.abs() > 1e-6 {
                let before = *dual;
                *dual = (before - gradient / (norm + slope)).max(0.0);
                *step = (*dual - before) * sign;
                moved |= *step != 0.0;
            }
        }
        if moved {
            self.step(columns, values);
        }
        worst
    }

    fn step(&mut self, columns: &[u32], values: &[f32]) {
        let groups = self.model.bias.len();
        add(&mut self.model.bias, 1.0, &self.steps);
        for (&column, &value) in columns.iter().zip(values) {
            let weights = row_mut(&mut self.model.weights, column, groups);
            match &self.scales {
                Some(scales) => {
                    for ((weights, steps), scales) in
                        weights.iter_mut().zip(&self.steps).zip(row(scales, column, groups))
                    {
                        for ((weight, step), scale) in weights.iter_mut().zip(steps).zip(scales) {
                            *weight += value * step * scale;
                        }
                    }
                }
                None => add(weights, value, &self.steps),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use linfa::traits::PredictInplace;

    /// Documents of five features; a label is on those with feature 0, another on those with feature 1.
    fn corpus() -> (Matrix, Array2<f32>) {
        let mut matrix = Matrix { starts: vec![0], width: 5, ..Matrix::default() };
        let mut targets = Array2::zeros((40, 2));
        for i in 0..40usize {
            let mut features = vec![2 + (i % 3) as u32];
            for label in [0, 1] {
                if i % (label + 2) == 0 {
                    features.push(label as u32);
                    targets[[i, label]] = 1.0;
                }
            }
            matrix.values.extend(features.iter().map(|_| 1.0));
            matrix.columns.extend(features);
            matrix.starts.push(matrix.columns.len());
        }
        (matrix, targets)
    }

    #[test]
    fn what_can_be_separated_is() {
        for smoothing in [0.0, 0.5] {
            let (matrix, targets) = corpus();
            let params = SvmParams::new().cost(10.0).ratio_smoothing(smoothing).max_passes(100);
            let model = params.fit(&DatasetBase::new(matrix.clone(), targets.clone())).unwrap();
            let mut scores = model.default_target(&matrix);
            model.predict_inplace(&matrix, &mut scores);
            for (score, target) in scores.iter().zip(&targets) {
                assert_eq!(*score > 0.0, *target > 0.0, "smoothing {smoothing}");
            }
        }
    }

    #[test]
    fn a_rare_label_gains_by_balance() {
        // One document in ten has the label; its feature is on as many others.
        let mut matrix = Matrix { starts: vec![0], width: 2, ..Matrix::default() };
        let mut targets = Array2::zeros((100, 1));
        for i in 0..100usize {
            matrix.columns.push(u32::from(i % 5 == 0));
            matrix.values.push(1.0);
            matrix.starts.push(matrix.columns.len());
            targets[[i, 0]] = if i % 10 == 0 { 1.0 } else { 0.0 };
        }
        let score = |balanced| {
            let params = SvmParams::new().balanced(balanced).max_passes(200).tolerance(1e-4);
            let model = params.fit(&DatasetBase::new(matrix.clone(), targets.clone())).unwrap();
            let mut scores = model.default_target(&matrix);
            model.predict_inplace(&matrix, &mut scores);
            scores[[0, 0]]
        };
        // An even chance without balance, three times as dear to miss with it: (3 - 1) / (3 + 1).
        assert!(score(false).abs() < 0.1, "{}", score(false));
        assert!((score(true) - 0.5).abs() < 0.1, "{}", score(true));
    }

    #[test]
    fn a_label_without_documents_stays_finite() {
        let (matrix, mut targets) = corpus();
        targets.column_mut(1).fill(0.0);
        targets.column_mut(0).fill(1.0);
        let params = SvmParams::new().ratio_smoothing(0.5);
        let model = params.fit(&DatasetBase::new(matrix, targets)).unwrap();
        assert!(model.features().flatten().chain(model.bias()).all(|weight| weight.is_finite()));
    }

    #[test]
    fn the_same_seed_gives_the_same_bits() {
        let (matrix, targets) = corpus();
        let fit = |seed| {
            let params = SvmParams::new().seed(seed).max_passes(3);
            params.fit(&DatasetBase::new(matrix.clone(), targets.clone())).unwrap()
        };
        assert_eq!(fit(1), fit(1));
        assert_ne!(fit(1), fit(2));
    }

    #[test]
    fn what_is_out_of_bounds_is_refused() {
        for params in [
            SvmParams::new().cost(0.0),
            SvmParams::new().cost(f32::NAN),
            SvmParams::new().ratio_smoothing(-1.0),
            SvmParams::new().ratio_power(0.0),
            SvmParams::new().max_passes(0),
            SvmParams::new().tolerance(0.0),
        ] {
            assert!(params.check().is_err());
        }
    }
}
