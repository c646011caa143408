//! Decision values into probabilities.
//!
//! A decision value is a sum over the features that the model knows. From a whole document there are hundreds of
//! them and they bear one another out; from a single sentence there are a few dozen, each of greater value for want of
//! company, and the same sum means less. So the slope from decision values to log-odds depends on how many known
//! features there are. The decision value itself stays a plain sum.
//!
//! However large a decision value is, some of what is said of such documents is wrong: people who label them err, and so
//! do texts. So no probability is above a ceiling, the share of the surest that is right.

use serde::Deserialize;
use serde::Serialize;

use super::weights::Score;

/// How many labels a document of the corpus has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Assignment {
    /// Any number, none included: each label is judged by itself.
    #[default]
    Independent,
    /// Exactly one: the probabilities of all labels add up to one, and at most the likeliest label is selected.
    Exclusive,
}

/// Slope and offset at a number of known features.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Knot {
    /// Known features.
    pub features: u32,
    /// What a decision value is multiplied with.
    pub slope: f64,
    /// What is added then; of no effect where labels exclude one another.
    pub offset: f64,
}

/// How decision values become probabilities.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// How many labels a document has.
    pub assignment: Assignment,
    /// By ascending number of features. Between two of them, slope and offset run straight over the logarithm of
    /// the number; before the first and after the last they stay as they are. None: slope 1, offset 0.
    pub knots: Vec<Knot>,
    /// What a probability is at most, above 0 and no more than 1. Where labels exclude one another, what is left to 1 is
    /// shared out evenly among all.
    pub ceiling: f64,
}

impl Default for Calibration {
    fn default() -> Self {
        Self { assignment: Assignment::default(), knots: Vec::new(), ceiling: 1.0 }
    }
}

impl Calibration {
    /// The probability of each label, to six decimals.
    ///
    /// libm's functions are the same on every machine, the platform's are not.
    #[must_use]
    pub fn probabilities(&self, scores: &[Score], features: u32) -> Vec<f64> {
        let (slope, offset) = self.line(features);
        match self.assignment {
            Assignment::Independent => {
                let probability = |score: &Score| self.ceiling * logistic(slope * score.to_f64() + offset);
                scores.iter().map(|score| rounded(probability(score))).collect()
            }
            Assignment::Exclusive => {
                let largest = scores.iter().copied().max().unwrap_or_default();
                let odds: Vec<f64> = scores
                    .iter()
                    .map(|&score| libm::exp(slope * (score.to_f64() - largest.to_f64())))
                    .collect();
                let sum: f64 = odds.iter().sum();
                let rest = (1.0 - self.ceiling) / odds.len().max(1) as f64;
                odds.into_iter().map(|odds| rounded(self.ceiling * odds / sum + rest)).collect()
            }
        }
    }

    /// Slope and offset at a number of features.
    #[must_use]
    pub fn line(&self, features: u32) -> (f64, f64) {
        let at = self.knots.partition_point(|knot| knot.features < features);
        let after = self.knots.get(at);
        let before = at.checked_sub(1).and_then(|at| self.knots.get(at));
        match (before, after) {
            (None, None) => (1.0, 0.0),
            (Some(only), None) | (None, Some(only)) => (only.slope, only.offset),
            (Some(before), Some(after)) => {
                let log = |features: u32| libm::log(f64::from(features.max(1)));
                let share =
                    (log(features) - log(before.features)) / (log(after.features) - log(before.features));
                let between = |a: f64, b: f64| a + (b - a) * share;
                (between(before.slope, after.slope), between(before.offset, after.offset))
            }
        }
    }
}

/// The probability whose log-odds are given.
#[must_use]
pub fn logistic(log_odds: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-log_odds))
}

fn rounded(probability: f64) -> f64 {
    (probability * 1e6).round() / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores(values: &[f64]) -> Vec<Score> {
        values.iter().map(|&value| Score::from_f64(value)).collect()
    }

    #[test]
    fn few_features_say_less() {
        let knot = |features, slope| Knot { features, slope, offset: 0.0 };
        let calibration =
            Calibration { knots: vec![knot(10, 0.5), knot(1000, 1.0)], ..Calibration::default() };
        let at = |features| calibration.probabilities(&scores(&[2.0]), features)[0];
        assert_eq!(at(0), at(10));
        assert!(at(10) < at(100) && at(100) < at(1000));
        assert_eq!(at(1000), rounded(logistic(2.0)));
        assert_eq!(at(5000), at(1000));
        assert!((calibration.line(100).0 - 0.75).abs() < 1e-12);
    }

    #[test]
    fn exclusive_labels_share_one() {
        let calibration = Calibration { assignment: Assignment::Exclusive, ..Calibration::default() };
        let even = calibration.probabilities(&scores(&[3.0, 3.0]), 7);
        assert_eq!(even, [0.5, 0.5]);
        let sum: f64 = calibration.probabilities(&scores(&[900.0, -900.0, 2.0]), 7).iter().sum();
        assert!((sum - 1.0).abs() < 1e-5);
        assert!(calibration.probabilities(&[], 7).is_empty());
    }

    #[test]
    fn nothing_is_surer_than_the_ceiling() {
        let of = |assignment| {
            let calibration = Calibration { assignment, ceiling: 0.9, ..Calibration::default() };
            calibration.probabilities(&scores(&[50.0, 0.0, -50.0, -50.0]), 7)
        };
        assert_eq!(of(Assignment::Independent), [0.9, 0.45, 0.0, 0.0]);
        assert_eq!(of(Assignment::Exclusive), [0.925, 0.025, 0.025, 0.025]);
    }
}
