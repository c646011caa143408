//! Settings of the learner, chosen by cross-validation on the training corpus alone.

use linfa::DatasetBase;
use linfa::ParamGuard;
use linfa::traits::Fit;
use linfa::traits::PredictInplace;
use ndarray::Array2;
use ndarray::Axis;

use super::linear::LinearModel;
use super::svm::SvmParams;
use super::svm::SvmValidParams;
use super::vectorize::Bag;
use super::vectorize::Matrix;
use super::vectorize::Scaling;
use super::vectorize::Vocabulary;
use super::vectorize::VocabularyOptions;
use crate::error::Error;
use crate::topic::calibration::Assignment;

/// What the learner can be told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Cost of an error of the support vector machine against the size of its weights.
    pub cost: f32,
    /// Smoothing of the log-count ratios that weights are scaled by; 0 leaves them unscaled.
    pub ratio_smoothing: f32,
    /// The power of those that is taken.
    pub ratio_power: f32,
    /// Whether punctuation, and where a text begins and ends, become features.
    pub marks: bool,
    /// What features are scaled by.
    pub scaling: Scaling,
}

impl Settings {
    /// Where the search begins.
    pub const START: Self =
        Self { cost: 0.01, ratio_smoothing: 0.5, ratio_power: 1.0, marks: false, scaling: Scaling::START };

    /// The learner with these settings, and errors on rare labels dearer where `balance` is wanted.
    ///
    /// # Errors
    /// [`Error::Training`] when one is out of its bounds.
    pub fn learner(self, balance: bool, seed: u64) -> Result<SvmValidParams, Error> {
        let params = SvmParams::new()
            .cost(self.cost)
            .ratio_smoothing(self.ratio_smoothing)
            .ratio_power(self.ratio_power);
        Ok(params.balanced(balance).seed(seed).check()?)
    }
}

/// Powers of the inverse document frequency that are tried after 1, as long as it helps: from many short texts it is better
/// learned which features tell more than presumed.
const RARITIES: [f32; 2] = [0.5, 0.0];
/// Costs that are tried, from the one that the search begins with up and down as long as it helps.
const COSTS: [f32; 7] = [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3];
/// What the best of them is multiplied with at last.
const FINER: [f32; 2] = [0.6, 1.7];
/// Held-out documents that a comparison rests on at least, where there are so many.
const JUDGED: usize = 3000;
/// Documents that a comparison uses at most; the best settings change little with more.
const USED: usize = 32_000;
/// Gain from which on another setting is taken.
pub(super) const GAIN: f64 = 5e-4;

/// A corpus to try settings on.
#[derive(Clone, Copy, Debug)]
pub struct Trial<'a> {
    /// A row per document, a column per label.
    pub targets: &'a Array2<f32>,
    /// Fold of each document.
    pub folds: &'a [usize],
    /// How many labels a document has.
    pub assignment: Assignment,
    /// Whether errors on rare labels cost more.
    pub balance: bool,
    /// Which features are looked at.
    pub vocabulary: VocabularyOptions,
    /// Of every draw.
    pub seed: u64,
}

/// Chooses settings. `plain` and `marked` are the documents without and with marks as features; the latter only where
/// they are short enough for marks to matter.
///
/// # Errors
/// What the learner refuses.
pub fn search(
    trial: Trial<'_>,
    plain: &[Bag],
    marked: Option<&[Bag]>,
    mut progress: impl FnMut(),
) -> Result<Settings, Error> {
    let mut best = Settings::START;
    let mut documents = Prepared::of(trial, plain, best.scaling);
    let mut top = documents.judge(trial, best)?;
    progress();
    if let Some(marked) = marked {
        let other = Settings { marks: true, ..best };
        let with_marks = Prepared::of(trial, marked, best.scaling);
        let quality = with_marks.judge(trial, other)?;
        progress();
        if quality > top + GAIN {
            (best, top, documents) = (other, quality, with_marks);
        }
    }
    let source = if best.marks { marked.unwrap_or(plain) } else { plain };
    let even = Settings { scaling: Scaling { by_kind: false, ..best.scaling }, ..best };
    let scaled = Prepared::of(trial, source, even.scaling);
    let quality = scaled.judge(trial, even)?;
    progress();
    if quality > top + GAIN {
        (best, top, documents) = (even, quality, scaled);
    }
    for rarity in RARITIES {
        let other = Settings { scaling: Scaling { rarity, ..best.scaling }, ..best };
        let scaled = Prepared::of(trial, source, other.scaling);
        let quality = scaled.judge(trial, other)?;
        progress();
        if quality <= top + GAIN {
            break;
        }
        (best, top, documents) = (other, quality, scaled);
    }
    let rooted = Settings { ratio_power: 0.5, ..best };
    let unscaled = Settings { ratio_smoothing: 0.0, ..best };
    for other in [rooted, unscaled] {
        let quality = documents.judge(trial, other)?;
        progress();
        if quality > top + GAIN {
            (best, top) = (other, quality);
        }
    }
    let start = best.cost;
    let (lower, higher): (Vec<f32>, Vec<f32>) =
        COSTS.iter().copied().filter(|&cost| cost != start).partition(|&cost| cost < start);
    let mut climb = |costs: &mut dyn Iterator<Item = f32>| -> Result<bool, Error> {
        let mut moved = false;
        for cost in costs {
            let other = Settings { cost, ..best };
            let quality = documents.judge(trial, other)?;
            progress();
            if quality <= top + GAIN {
                break;
            }
            (best, top, moved) = (other, quality, true);
        }
        Ok(moved)
    };
    if !climb(&mut lower.into_iter().rev())? {
        climb(&mut higher.into_iter())?;
    }
    // Between two that were tried.
    let coarse = best.cost;
    for factor in FINER {
        let other = Settings { cost: coarse * factor, ..best };
        let quality = documents.judge(trial, other)?;
        progress();
        if quality > top + GAIN {
            (best, top) = (other, quality);
        }
    }
    Ok(best)
}

/// Documents of a trial as rows, those left out that it has too many of.
struct Prepared {
    rows: Matrix,
    /// Position in the corpus of each row.
    documents: Vec<usize>,
    folds: usize,
}

impl Prepared {
    fn of(trial: Trial<'_>, bags: &[Bag], scaling: Scaling) -> Self {
        let step = bags.len().div_ceil(USED).max(1);
        // Corpora are sorted by label now and then, so that every n-th document may be of one kind only; folds are drawn.
        let mut seen = vec![0usize; trial.folds.iter().max().map_or(1, |last| last + 1)];
        let documents: Vec<usize> = (0..bags.len())
            .filter(|&i| {
                let count = trial.folds.get(i).and_then(|&fold| seen.get_mut(fold));
                count.is_some_and(|count| {
                    *count += 1;
                    *count % step == 0
                })
            })
            .collect();
        let chosen = || documents.iter().filter_map(|&i| bags.get(i));
        let rows = Matrix::of(
            chosen(),
            &Vocabulary::of(chosen(), VocabularyOptions { scaling, ..trial.vocabulary }),
        );
        Self { rows, documents, folds: seen.len() }
    }

    /// Quality over as many folds as are needed.
    fn judge(&self, trial: Trial<'_>, settings: Settings) -> Result<f64, Error> {
        let learner = settings.learner(trial.balance, trial.seed)?;
        let used = (JUDGED * self.folds).div_ceil(self.documents.len().max(1)).clamp(1, self.folds);
        let mut sum = 0.0;
        for fold in 0..used {
            let (inside, outside): (Vec<usize>, Vec<usize>) = (0..self.documents.len())
                .partition(|&row| self.documents.get(row).and_then(|&i| trial.folds.get(i)) == Some(&fold));
            let targets = |rows: &[usize]| {
                let documents: Vec<usize> =
                    rows.iter().filter_map(|&row| self.documents.get(row).copied()).collect();
                trial.targets.select(Axis(0), &documents)
            };
            let model = learner.fit(&DatasetBase::new(self.rows.select(&outside), targets(&outside)))?;
            sum += quality(&predict(&model, &self.rows.select(&inside)), &targets(&inside), trial.assignment);
        }
        Ok(sum / used as f64)
    }
}

/// Scores of all rows.
#[must_use]
pub fn predict(model: &LinearModel, rows: &Matrix) -> Array2<f32> {
    let mut scores = model.default_target(rows);
    model.predict_inplace(rows, &mut scores);
    scores
}

/// Share of documents whose highest score is right, or the best F1 over all judgements that one threshold can give.
#[must_use]
pub fn quality(scores: &Array2<f32>, targets: &Array2<f32>, assignment: Assignment) -> f64 {
    match assignment {
        Assignment::Exclusive => {
            let right = scores.rows().into_iter().zip(targets.rows()).filter(|(scores, targets)| {
                let best =
                    scores.iter().zip(targets).fold((f32::NEG_INFINITY, 0.0), |best, (&score, &target)| {
                        if score > best.0 { (score, target) } else { best }
                    });
                best.1 > 0.0
            });
            right.count() as f64 / scores.nrows().max(1) as f64
        }
        Assignment::Independent => {
            let mut judged: Vec<(f32, bool)> =
                scores.iter().zip(targets).map(|(&score, &target)| (score, target > 0.0)).collect();
            judged.sort_by(|a, b| b.0.total_cmp(&a.0));
            let truths = judged.iter().filter(|(_, has)| *has).count() as f64;
            let (mut right, mut best) = (0.0, 0.0f64);
            for (selected, (_, has)) in judged.iter().enumerate() {
                right += f64::from(u8::from(*has));
                best = best.max(2.0 * right / (selected as f64 + 1.0 + truths));
            }
            best
        }
    }
}
