//! Precision against recall at every threshold.

use super::metrics::Judgement;

/// Precision and recall if everything from one probability on were selected.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// The probability.
    pub probability: f64,
    /// Share of selections that are right.
    pub precision: f64,
    /// Share of truths that are selected.
    pub recall: f64,
}

/// A precision-recall curve.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curve {
    /// One point per probability that occurs, descending; recall never falls along it.
    pub points: Vec<Point>,
    /// Mean over the truths of the precision at the point that selects them; 0 where there are none.
    pub average_precision: f64,
}

impl Curve {
    /// The curve of judgements, in any order; equal probabilities make one point.
    #[must_use]
    pub fn of(judgements: impl Iterator<Item = Judgement>) -> Self {
        let mut ranked: Vec<(f64, bool)> =
            judgements.map(|judgement| (judgement.probability, judgement.truth)).collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
        let truths = ranked.iter().filter(|(_, truth)| *truth).count();
        if truths == 0 {
            return Self::default();
        }
        let (mut selected, mut right) = (0usize, 0usize);
        let mut curve = Self::default();
        for tied in ranked.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
            let Some(&(probability, _)) = tied.first() else { continue };
            let newly = tied.iter().filter(|(_, truth)| *truth).count();
            selected += tied.len();
            right += newly;
            let precision = right as f64 / selected as f64;
            curve.average_precision += precision * newly as f64 / truths as f64;
            curve.points.push(Point { probability, precision, recall: right as f64 / truths as f64 });
        }
        curve
    }

    /// The point of a threshold: the last one at or above it.
    #[must_use]
    pub fn at(&self, threshold: f64) -> Option<Point> {
        let after = self.points.partition_point(|point| point.probability >= threshold);
        self.points.get(after.checked_sub(1)?).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::metrics::Tally;
    use proptest::prelude::*;

    fn judgements(pairs: &[(f64, bool)]) -> impl Iterator<Item = Judgement> + Clone {
        pairs.iter().map(|&(probability, truth)| Judgement { probability, selected: false, truth })
    }

    #[test]
    fn average_precision_by_hand() {
        let curve = Curve::of(judgements(&[(0.9, true), (0.8, false), (0.7, true), (0.1, false)]));
        assert!((curve.average_precision - (1.0 + 2.0 / 3.0) / 2.0).abs() < 1e-12);
        assert_eq!(curve.at(0.75).map(|point| (point.precision, point.recall)), Some((0.5, 0.5)));
        assert_eq!(curve.at(0.95), None);
        assert_eq!(Curve::of(judgements(&[(0.4, false)])), Curve::default());
    }

    #[test]
    fn a_perfect_ranking_has_average_precision_1() {
        let curve = Curve::of(judgements(&[(0.2, false), (0.6, true), (0.5, true), (0.3, false)]));
        assert!((curve.average_precision - 1.0).abs() < 1e-12);
    }

    /// Few probabilities, so that ties are common.
    fn any_judgements() -> impl Strategy<Value = Vec<(f64, bool)>> {
        prop::collection::vec((0u8..=20, any::<bool>()), 1..60)
            .prop_map(|pairs| pairs.into_iter().map(|(p, truth)| (f64::from(p) / 20.0, truth)).collect())
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_point_is_what_its_threshold_selects(pairs in any_judgements()) {
            let curve = Curve::of(judgements(&pairs));
            for point in &curve.points {
                let mut tally = Tally::default();
                for mut judgement in judgements(&pairs) {
                    judgement.selected = judgement.probability >= point.probability;
                    tally.add(judgement);
                }
                prop_assert!((tally.precision() - point.precision).abs() < 1e-12);
                prop_assert!((tally.recall() - point.recall).abs() < 1e-12);
                prop_assert_eq!(curve.at(point.probability), Some(*point));
            }
        }

        #[test]
        fn curves_keep_their_laws(mut pairs in any_judgements(), turn in any::<prop::sample::Index>()) {
            let curve = Curve::of(judgements(&pairs));
            prop_assert!((0.0..=1.0 + 1e-12).contains(&curve.average_precision));
            prop_assert!(curve.points.is_sorted_by(|a, b| a.probability > b.probability && a.recall <= b.recall));
            if pairs.iter().any(|(_, truth)| *truth) {
                prop_assert_eq!(curve.points.last().unwrap().recall, 1.0);
                // No ranking is worse than the one that has every truth last.
                let truths = pairs.iter().filter(|(_, truth)| *truth).count();
                let worst: f64 = (1..=truths)
                    .map(|i| i as f64 / (pairs.len() - truths + i) as f64)
                    .sum::<f64>() / truths as f64;
                prop_assert!(curve.average_precision >= worst - 1e-12);
            }
            let middle = turn.index(pairs.len());
            pairs.rotate_left(middle);
            prop_assert_eq!(Curve::of(judgements(&pairs)), curve);
        }
    }
}
