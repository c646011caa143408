//! From which probability on a label is selected.

use ndarray::Array2;
use ndarray::ArrayView1;

/// Candidate thresholds: 0.10, 0.11, … 0.79.
const CANDIDATES: std::ops::Range<u32> = 10..80;
/// Width, in candidates, of the kernel that smooths a label's F1 over thresholds: the best of noisy values is noise.
const SMOOTHING: f64 = 4.0;
/// How far a label's own threshold is trusted against the one that is best for all together.
const OWN_WEIGHT: f64 = 0.5;

/// Chooses one threshold per label for the best F1 on held-out probabilities, each drawn half-way to the threshold
/// that gives the best F1 over all labels together.
///
/// Both arrays have a row per document and a column per label; a target is above 0 where the document has the label.
#[must_use]
pub fn choose(probabilities: &Array2<f32>, targets: &Array2<f32>) -> Vec<f64> {
    let curves: Vec<Vec<[f64; 3]>> = probabilities
        .columns()
        .into_iter()
        .zip(targets.columns())
        .map(|(probabilities, targets)| curve(probabilities, targets))
        .collect();
    let together: Vec<f64> = (0..CANDIDATES.len())
        .map(|at| {
            let mut sum = [0.0; 3];
            for counts in curves.iter().filter_map(|curve| curve.get(at)) {
                for (total, count) in sum.iter_mut().zip(counts) {
                    *total += count;
                }
            }
            f1(sum)
        })
        .collect();
    let shared = best(&smooth(&together));
    curves
        .iter()
        .map(|curve| {
            let own = best(&smooth(&curve.iter().map(|&counts| f1(counts)).collect::<Vec<_>>()));
            let threshold = OWN_WEIGHT * own + (1.0 - OWN_WEIGHT) * shared;
            (threshold * 1e4).round() / 1e4
        })
        .collect()
}

/// Share of right answers that the floor of exclusive labels may cost.
const LOST: f64 = 0.001;

/// The floor under which not even the likeliest of labels that exclude one another is selected: the highest that
/// costs next to none of the right answers on held-out probabilities.
#[must_use]
pub fn floor(probabilities: &Array2<f32>, targets: &Array2<f32>) -> f64 {
    let mut right: Vec<f32> = probabilities
        .rows()
        .into_iter()
        .zip(targets.rows())
        .filter_map(|(probabilities, targets)| {
            let best = probabilities.iter().zip(targets).max_by(|a, b| a.0.total_cmp(b.0))?;
            (*best.1 > 0.0).then_some(*best.0)
        })
        .collect();
    right.sort_by(f32::total_cmp);
    let lost = (right.len() as f64 * LOST) as usize;
    let lowest = right.get(lost).copied().map_or(0.0, f64::from);
    ((lowest * 100.0).floor() / 100.0).min(0.5)
}

/// True positives, selections and truths at each candidate.
fn curve(probabilities: ArrayView1<'_, f32>, targets: ArrayView1<'_, f32>) -> Vec<[f64; 3]> {
    let truths = targets.iter().filter(|&&target| target > 0.0).count() as f64;
    CANDIDATES
        .map(|candidate| {
            let threshold = candidate as f32 / 100.0;
            let selected = probabilities.iter().zip(targets).filter(|&(&p, _)| p >= threshold);
            let (mut right, mut all) = (0.0, 0.0);
            for (_, &target) in selected {
                all += 1.0;
                right += f64::from(u8::from(target > 0.0));
            }
            [right, all, truths]
        })
        .collect()
}

fn f1([right, selected, truths]: [f64; 3]) -> f64 {
    if selected + truths == 0.0 { 0.0 } else { 2.0 * right / (selected + truths) }
}

fn smooth(values: &[f64]) -> Vec<f64> {
    (0..values.len())
        .map(|at| {
            let (mut sum, mut weights) = (0.0, 0.0);
            for (other, value) in values.iter().enumerate() {
                let distance = (at as f64 - other as f64) / SMOOTHING;
                let weight = libm::exp(-0.5 * distance * distance);
                sum += weight * value;
                weights += weight;
            }
            sum / weights
        })
        .collect()
}

fn best(values: &[f64]) -> f64 {
    let at = values.iter().zip(CANDIDATES).fold((f64::NEG_INFINITY, CANDIDATES.start), |top, (&value, c)| {
        if value > top.0 { (value, c) } else { top }
    });
    f64::from(at.1) / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clean_cut_is_found() {
        // 40 documents of each label at 0.7 and 0.2, none between.
        let mut probabilities = Array2::zeros((80, 1));
        let mut targets = Array2::zeros((80, 1));
        for i in 0..40 {
            probabilities[[i, 0]] = 0.7;
            targets[[i, 0]] = 1.0;
            probabilities[[i + 40, 0]] = 0.2;
        }
        let thresholds = choose(&probabilities, &targets);
        assert!(thresholds[0] > 0.2 && thresholds[0] <= 0.7, "{thresholds:?}");
    }

    #[test]
    fn the_floor_loses_next_to_nothing() {
        // 3,000 right answers from 0.3 up, and wrong ones under that.
        let mut probabilities = Array2::zeros((4000, 2));
        let mut targets = Array2::zeros((4000, 2));
        for i in 0..4000 {
            let right = i >= 1000;
            let probability = if right { 0.3 + 0.0002 * (i - 1000) as f32 } else { 0.2 };
            probabilities[[i, 0]] = probability;
            probabilities[[i, 1]] = probability / 2.0;
            targets[[i, usize::from(!right)]] = 1.0;
        }
        assert_eq!(floor(&probabilities, &targets), 0.3);
    }
}
