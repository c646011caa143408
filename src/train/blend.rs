//! How much of naive Bayes the support vector machine gets added, chosen on what both say of documents that they had not
//! seen.

use ndarray::Array2;
use ndarray::Axis;

use super::search;
use super::search::GAIN;
use crate::topic::calibration::Assignment;

/// Smoothings of naive Bayes that are tried: the larger suits many documents, the smaller few.
pub const SMOOTHINGS: [f32; 2] = [0.1, 0.01];
/// Weights of its scores against the machine's that are tried, both scaled to one spread.
const WEIGHTS: [f64; 3] = [0.25, 0.5, 1.0];

/// What is added to the machine's weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Blend {
    /// Place in [`SMOOTHINGS`].
    pub candidate: usize,
    /// What the weights of naive Bayes are multiplied with.
    pub factor: f32,
}

impl Blend {
    /// The smoothing of this blend's naive Bayes.
    #[must_use]
    pub fn smoothing(self) -> f32 {
        SMOOTHINGS.get(self.candidate).copied().unwrap_or_default()
    }
}

/// The blend that does best by the scores of documents that were held out; none where none is better than the machine
/// alone. There is one array of scores for each of [`SMOOTHINGS`].
#[must_use]
pub fn choose(
    machine: &Array2<f32>,
    bayes: &[Array2<f32>],
    targets: &Array2<f32>,
    assignment: Assignment,
) -> Option<Blend> {
    let mut top = search::quality(machine, targets, assignment) + GAIN;
    let mut best = None;
    for (candidate, scores) in bayes.iter().enumerate() {
        let ratio = spread(machine, assignment) / spread(scores, assignment).max(1e-9);
        for weight in WEIGHTS {
            // Rounded, so that the last bits of a sum do not reach the bundle.
            let factor = libm::exp2((libm::log2(weight * ratio) * 32.0).round() / 32.0) as f32;
            let quality = search::quality(&(machine + &(scores * factor)), targets, assignment);
            if factor.is_finite() && quality > top {
                (best, top) = (Some(Blend { candidate, factor }), quality);
            }
        }
    }
    best
}

/// Standard deviation of the scores, without what moves no decision: what all labels of a document have in common where
/// they exclude one another, else what all documents have in common.
fn spread(scores: &Array2<f32>, assignment: Assignment) -> f64 {
    let across = match assignment {
        Assignment::Exclusive => Axis(0),
        Assignment::Independent => Axis(1),
    };
    let mut sum = 0.0;
    for scores in scores.axis_iter(across) {
        let mean = scores.iter().map(|&score| f64::from(score)).sum::<f64>() / scores.len().max(1) as f64;
        sum += scores.iter().map(|&score| (f64::from(score) - mean).powi(2)).sum::<f64>();
    }
    (sum / scores.len().max(1) as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scores of 300 documents with one of three labels: right but for noise that differs from seed to seed.
    fn scores(mut seed: u32, noise: f32) -> (Array2<f32>, Array2<f32>) {
        let mut targets = Array2::zeros((300, 3));
        let scores = Array2::from_shape_fn((300, 3), |(i, label)| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let drawn = (seed >> 8) as f32 / (1 << 24) as f32 - 0.5;
            f32::from(u8::from(i % 3 == label)) + noise * drawn
        });
        targets
            .indexed_iter_mut()
            .for_each(|((i, label), target)| *target = f32::from(u8::from(i % 3 == label)));
        (scores, targets)
    }

    #[test]
    fn scores_that_err_elsewhere_are_added() {
        let (machine, targets) = scores(1, 3.0);
        let (other, _) = scores(2, 3.0);
        let candidates = [other.mapv(|score| 40.0 * score)];
        let blend = choose(&machine, &candidates, &targets, Assignment::Exclusive).unwrap();
        assert!(blend.factor > 0.2 / 40.0 && blend.factor < 1.2 / 40.0, "{blend:?}");
    }

    #[test]
    fn what_knows_nothing_new_is_left_out() {
        let (machine, targets) = scores(1, 3.0);
        let nothing = [machine.clone(), Array2::zeros(machine.raw_dim())];
        for assignment in [Assignment::Exclusive, Assignment::Independent] {
            assert_eq!(choose(&machine, &nothing, &targets, assignment), None);
        }
    }
}
