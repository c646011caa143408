//! Measures of multi-label classification.

use serde::Serialize;

/// What a model said of one label of one document, and what is true.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judgement {
    /// Probability of the label.
    pub probability: f64,
    /// The model selected it.
    pub selected: bool,
    /// The document has it.
    pub truth: bool,
}

/// Right and wrong selections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Selected and true.
    pub true_positives: usize,
    /// Selected and not true.
    pub false_positives: usize,
    /// Not selected and true.
    pub false_negatives: usize,
}

impl Tally {
    /// Counts one judgement.
    pub fn add(&mut self, judgement: Judgement) {
        self.add_times(judgement, 1);
    }

    /// Counts one judgement several times.
    pub fn add_times(&mut self, judgement: Judgement, times: usize) {
        match (judgement.selected, judgement.truth) {
            (true, true) => self.true_positives += times,
            (true, false) => self.false_positives += times,
            (false, true) => self.false_negatives += times,
            (false, false) => {}
        }
    }

    /// Counts what another tally has counted.
    pub fn merge(&mut self, other: Self) {
        self.true_positives += other.true_positives;
        self.false_positives += other.false_positives;
        self.false_negatives += other.false_negatives;
    }

    /// Truths counted, selected or not.
    #[must_use]
    pub fn support(self) -> usize {
        self.true_positives + self.false_negatives
    }

    /// Share of selections that are true; 0 where there are none.
    #[must_use]
    pub fn precision(self) -> f64 {
        ratio(self.true_positives, self.true_positives + self.false_positives)
    }

    /// Share of truths that were selected; 0 where there are none.
    #[must_use]
    pub fn recall(self) -> f64 {
        ratio(self.true_positives, self.true_positives + self.false_negatives)
    }

    /// Harmonic mean of precision and recall.
    #[must_use]
    pub fn f1(self) -> f64 {
        ratio(2 * self.true_positives, 2 * self.true_positives + self.false_positives + self.false_negatives)
    }
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// Bins of the calibration error.
pub const BINS: usize = 10;

/// The bin of a probability: the lower end belongs to it, the upper one to the next, but for 1.
#[must_use]
pub fn bin(probability: f64) -> usize {
    ((probability * BINS as f64) as usize).min(BINS - 1)
}

/// Probabilities against truth, in ten fixed bins of width 0.1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Calibration {
    /// Per bin: how many, sum of probabilities, how many true.
    pub bins: [(usize, f64, usize); BINS],
}

impl Calibration {
    /// Counts one probability.
    pub fn add(&mut self, probability: f64, truth: bool) {
        if let Some((count, sum, right)) = self.bins.get_mut(bin(probability)) {
            *count += 1;
            *sum += probability;
            *right += usize::from(truth);
        }
    }

    /// Counts what another has counted.
    pub fn merge(&mut self, other: &Self) {
        for (bin, more) in self.bins.iter_mut().zip(&other.bins) {
            bin.0 += more.0;
            bin.1 += more.1;
            bin.2 += more.2;
        }
    }

    /// Expected calibration error: mean distance of probability and frequency over the bins, weighted by their size.
    #[must_use]
    pub fn error(&self) -> f64 {
        let total: usize = self.bins.iter().map(|bin| bin.0).sum();
        let distance: f64 = self.bins.iter().map(|&(_, sum, right)| (sum - right as f64).abs()).sum();
        if total == 0 { 0.0 } else { distance / total as f64 }
    }
}

/// Everything measured of one label, or of all together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Measures {
    /// Right and wrong selections.
    pub tally: Tally,
    /// Calibration of what was selected.
    pub selected: Calibration,
    /// Sum of squared differences of probability and truth.
    squares: f64,
    /// Judgements counted.
    count: usize,
}

impl Measures {
    /// Counts one judgement.
    pub fn add(&mut self, judgement: Judgement) {
        self.tally.add(judgement);
        if judgement.selected {
            self.selected.add(judgement.probability, judgement.truth);
        }
        let truth = if judgement.truth { 1.0 } else { 0.0 };
        self.squares += (judgement.probability - truth) * (judgement.probability - truth);
        self.count += 1;
    }

    /// Counts what other measures have counted.
    pub fn merge(&mut self, other: &Self) {
        self.tally.merge(other.tally);
        self.selected.merge(&other.selected);
        self.squares += other.squares;
        self.count += other.count;
    }

    /// Mean squared difference of probability and truth; 0 where nothing was counted.
    #[must_use]
    pub fn brier_score(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.squares / self.count as f64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-12, "{a} {b}");
    }

    #[test]
    fn f1_by_hand() {
        let tally = Tally { true_positives: 6, false_positives: 2, false_negatives: 4 };
        close(tally.precision(), 0.75);
        close(tally.recall(), 0.6);
        close(tally.f1(), 12.0 / 18.0);
        close(Tally::default().f1(), 0.0);
    }

    #[test]
    fn calibration_by_hand() {
        let mut calibration = Calibration::default();
        // 0.9 twice, right once: off by 0.4. 0.6 twice, right once: off by 0.1. 1.0 falls into the last bin.
        for (probability, truth) in [(0.9, true), (0.9, false), (0.6, true), (0.6, false)] {
            calibration.add(probability, truth);
        }
        close(calibration.error(), (0.8 + 0.2) / 4.0);
        calibration.add(1.0, true);
        assert_eq!(calibration.bins[9].0, 3);
    }

    #[test]
    fn brier_by_hand() {
        let mut measures = Measures::default();
        measures.add(Judgement { probability: 0.8, selected: true, truth: true });
        measures.add(Judgement { probability: 0.3, selected: false, truth: false });
        close(measures.brier_score(), (0.04 + 0.09) / 2.0);
    }
}
