//! A labelled corpus into a topic model.
//!
//! ```text
//! corpus ─vectorize→ matrix ─┬─ per fold: svm on the rest → scores of the fold ─→ heads ─→ thresholds
//!                            └─ svm on everything ────────────────────────────→ weights × heads ─→ pruned, rounded
//! ```

use linfa::DatasetBase;
use linfa::ParamGuard;
use linfa::traits::Fit;
use linfa::traits::PredictInplace;
use ndarray::Array2;
use ndarray::Axis;

use super::domain;
use super::domain::Background;
use super::folds;
use super::heads;
use super::heads::Head;
use super::svm::LinearModel;
use super::svm::SvmParams;
use super::thresholds;
use super::vectorize;
use super::vectorize::Bag;
use super::vectorize::Matrix;
use super::vectorize::Vocabulary;
use crate::corpus::Corpus;
use crate::error::Error;
use crate::evaluate::metrics::Judgement;
use crate::evaluate::metrics::Measures;
use crate::segment::Segmenter;
use crate::topic::features::FeatureOptions;
use crate::topic::model::Label;
use crate::topic::model::Quality;
use crate::topic::model::TopicModel;
use crate::topic::weights::Score;
use crate::topic::weights::Weights;

/// How a topic model is trained.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainOptions {
    /// How documents become features.
    pub features: FeatureOptions,
    /// Cost of an error of the support vector machine against the size of its weights.
    pub cost: f32,
    /// Smoothing of the log-count ratios that weights are scaled by; 0 leaves them unscaled.
    pub ratio_smoothing: f32,
    /// Folds of the cross-validation.
    pub folds: usize,
    /// Features that fewer documents hold are left out.
    pub min_documents: u32,
    /// Features that keep a weight at most.
    pub max_features: usize,
    /// Bytes of the bundle at most.
    pub max_bytes: usize,
    /// Whether errors on rare labels cost more.
    pub balance: bool,
    /// Seed of every draw.
    pub seed: u64,
}

impl Default for TrainOptions {
    fn default() -> Self {
        Self {
            features: FeatureOptions::default(),
            cost: 0.3,
            ratio_smoothing: 0.5,
            folds: 4,
            min_documents: 2,
            max_features: 200_000,
            max_bytes: usize::MAX,
            balance: false,
            seed: 1,
        }
    }
}

/// A label's name and description, from outside the corpus.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabelText {
    /// Label id as in the corpus.
    pub id: String,
    /// Name for people.
    pub display_name: String,
    /// What counts.
    pub description: String,
}

/// A model and how good it was in cross-validation.
#[derive(Clone, Debug)]
pub struct Trained {
    /// The model.
    pub model: TopicModel,
    /// Over held-out documents, at the chosen thresholds.
    pub held_out: HeldOut,
    /// What the user should know about the corpus.
    pub notes: Vec<String>,
}

/// Quality in cross-validation, over all labels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct HeldOut {
    /// F1 over all judgements together.
    pub micro_f1: f64,
    /// Mean F1 over labels.
    pub macro_f1: f64,
    /// Expected calibration error over selected labels.
    pub calibration_error: f64,
    /// Brier score over all labels.
    pub brier_score: f64,
}

/// The steps of training, for progress: name, done, out of.
pub type Progress<'a> = &'a mut dyn FnMut(&'static str, usize, usize);

/// Trains a topic model.
///
/// # Errors
/// [`Error::Corpus`] when there are fewer than two documents per fold or no labels; [`Error::Training`] when a label
/// is on every document or the learner fails.
pub fn train(
    corpus: &Corpus,
    texts: &[LabelText],
    options: &TrainOptions,
    progress: Progress<'_>,
) -> Result<Trained, Error> {
    let (names, mut notes) = labels(corpus, options)?;
    let segmenter = Segmenter::new();
    let mut background = Background::default();
    let mut bags = Vec::with_capacity(corpus.rows.len());
    for (done, row) in corpus.rows.iter().enumerate() {
        match vectorize::bag(&row.document(), &segmenter, &options.features, &mut background) {
            Ok(bag) => bags.push(bag),
            Err(Error::EmptyDocument) => bags.push(Bag::default()),
            Err(other) => return Err(other),
        }
        progress("reading documents", done + 1, corpus.rows.len());
    }
    let empty = bags.iter().filter(|bag| bag.features.is_empty()).count();
    if empty > 0 {
        notes.push(format!("{empty} documents hold no Chinese text, letters or digits and teach nothing"));
    }
    let targets = targets(corpus, &names);
    let vocabulary = Vocabulary::of(bags.iter(), options.min_documents);
    let matrix = Matrix::of(bags.iter(), &vocabulary);
    let (lexicon, domain) = domain::learn(&bags, &background)?;
    let assigned = folds::assign(&bags, options.folds, options.seed);
    drop(bags);

    let params = SvmParams::new()
        .cost(options.cost)
        .ratio_smoothing(options.ratio_smoothing)
        .balanced(options.balance)
        .seed(options.seed)
        .check()?;
    let steps = options.folds + 2;
    let mut held_out = Array2::<f32>::zeros(targets.raw_dim());
    for fold in 0..options.folds {
        progress("cross-validating", fold, steps);
        let (inside, outside): (Vec<usize>, Vec<usize>) =
            (0..matrix.height()).partition(|&i| assigned.get(i) == Some(&fold));
        let model =
            params.fit(&DatasetBase::new(matrix.select(&outside), targets.select(Axis(0), &outside)))?;
        let rows = matrix.select(&inside);
        let mut scores = model.default_target(&rows);
        model.predict_inplace(&rows, &mut scores);
        for (row, &i) in scores.rows().into_iter().zip(&inside) {
            held_out.row_mut(i).assign(&row);
        }
    }
    progress("fitting probabilities", options.folds, steps);
    let heads = heads::fit(&held_out, &targets, &names)?;
    let probabilities = cross_fitted(&held_out, &targets, &assigned, options.folds, (&heads, &names));
    let thresholds = thresholds::choose(&probabilities, &targets);
    progress("fitting weights", options.folds + 1, steps);
    let model = params.fit(&DatasetBase::new(matrix, targets.clone()))?;

    let (qualities, overall) = quality(&probabilities, &targets, &thresholds);
    let biases = biases(&model, &heads);
    let labels = names
        .iter()
        .zip(targets.columns())
        .zip(thresholds.iter().zip(&qualities))
        .zip(&biases)
        .map(|(((id, column), (&threshold, &held_out)), &bias)| {
            let text = texts.iter().find(|text| text.id == *id);
            Label {
                id: id.clone(),
                display_name: text.map_or_else(|| id.clone(), |text| text.display_name.clone()),
                description: text.map(|text| text.description.clone()).unwrap_or_default(),
                bias: Score::from_f64(bias).0,
                threshold,
                training_documents: column.iter().filter(|&&target| target > 0.0).count() as u32,
                held_out,
            }
        })
        .collect();
    let weights = collapse(&model, &heads, &vocabulary, room(options, names.len(), lexicon.len()))?;
    progress("fitting weights", steps, steps);
    let model = TopicModel { features: options.features.clone(), labels, weights, lexicon, domain };
    Ok(Trained { model, held_out: overall, notes })
}

/// Rows of weights that fit into the bundle.
fn room(options: &TrainOptions, labels: usize, words: usize) -> usize {
    // A key, a shift and a mantissa per label; what a manifest and golden documents take is small beside them.
    let others = 5 * words + 600 * labels + 40_000;
    let rows = options.max_bytes.saturating_sub(others) / (9 + labels);
    rows.min(options.max_features)
}

/// The labels of the corpus, and what is odd about it.
fn labels(corpus: &Corpus, options: &TrainOptions) -> Result<(Vec<String>, Vec<String>), Error> {
    let refuse = |reason: String| Error::Corpus { path: corpus.path.clone(), reason };
    let names = corpus.labels();
    if names.is_empty() {
        return Err(refuse("no document has a label".to_owned()));
    }
    if corpus.rows.len() < 2 * options.folds.max(2) {
        let reason = match corpus.rows.len() {
            1 => "one document is too few to learn from".to_owned(),
            documents => format!("{documents} documents are too few to learn from"),
        };
        return Err(refuse(reason));
    }
    let mut notes = Vec::new();
    for name in &names {
        let count = corpus.rows.iter().filter(|row| row.labels.contains(name)).count();
        if count == corpus.rows.len() {
            let reason =
                format!("every document has the label {name:?}, so there is nothing to tell it from");
            return Err(refuse(reason));
        }
        if count < 2 * options.folds {
            let documents = if count == 1 { "document" } else { "documents" };
            notes.push(format!("label {name:?} is on {count} {documents} only; expect little of it"));
        }
    }
    Ok((names, notes))
}

fn targets(corpus: &Corpus, names: &[String]) -> Array2<f32> {
    let mut targets = Array2::zeros((corpus.rows.len(), names.len()));
    for (mut target, row) in targets.rows_mut().into_iter().zip(&corpus.rows) {
        for (slot, name) in target.iter_mut().zip(names) {
            if row.labels.contains(name) {
                *slot = 1.0;
            }
        }
    }
    targets
}

/// Probabilities of each document from heads that were fitted without its fold.
fn cross_fitted(
    scores: &Array2<f32>,
    targets: &Array2<f32>,
    assigned: &[usize],
    folds: usize,
    (whole, names): (&[Head], &[String]),
) -> Array2<f32> {
    let mut probabilities = Array2::zeros(scores.raw_dim());
    for fold in 0..folds {
        let outside: Vec<usize> =
            (0..scores.nrows()).filter(|&i| assigned.get(i).is_some_and(|&f| f != fold)).collect();
        let rest = (scores.select(Axis(0), &outside), targets.select(Axis(0), &outside));
        // A label whose few documents all lie in this fold has no head without it.
        let heads = heads::fit(&rest.0, &rest.1, names).unwrap_or_else(|_| whole.to_vec());
        for (i, mut row) in probabilities.rows_mut().into_iter().enumerate() {
            if assigned.get(i) == Some(&fold) {
                for (slot, head) in row.iter_mut().zip(&heads) {
                    *slot = Score::from_f64(head.log_odds(scores.row(i).iter())).probability() as f32;
                }
            }
        }
    }
    probabilities
}

fn quality(
    probabilities: &Array2<f32>,
    targets: &Array2<f32>,
    thresholds: &[f64],
) -> (Vec<Quality>, HeldOut) {
    let round = |value: f64| (value * 1e4).round() / 1e4;
    let mut all = Measures::default();
    let mut qualities = Vec::new();
    for ((probabilities, targets), &threshold) in
        probabilities.columns().into_iter().zip(targets.columns()).zip(thresholds)
    {
        let mut measures = Measures::default();
        for (&probability, &target) in probabilities.iter().zip(targets) {
            let probability = f64::from(probability);
            let judgement =
                Judgement { probability, selected: probability >= threshold, truth: target > 0.0 };
            measures.add(judgement);
            all.add(judgement);
        }
        qualities.push(Quality {
            precision: round(measures.tally.precision()),
            recall: round(measures.tally.recall()),
            f1: round(measures.tally.f1()),
            calibration_error: round(measures.selected.error()),
            brier_score: round(measures.brier_score()),
        });
    }
    let macro_f1 = qualities.iter().map(|quality| quality.f1).sum::<f64>() / qualities.len().max(1) as f64;
    let overall = HeldOut {
        micro_f1: round(all.tally.f1()),
        macro_f1: round(macro_f1),
        calibration_error: round(all.selected.error()),
        brier_score: round(all.brier_score()),
    };
    (qualities, overall)
}

/// Log-odds of each label for a document without features.
fn biases(model: &LinearModel, heads: &[Head]) -> Vec<f64> {
    heads.iter().map(|head| head.log_odds(model.bias())).collect()
}

/// Base model, heads and inverse document frequencies into one row per feature; the strongest rows are kept.
fn collapse(
    model: &LinearModel,
    heads: &[Head],
    vocabulary: &Vocabulary,
    max_features: usize,
) -> Result<Weights, Error> {
    let labels = heads.len();
    let rows: Vec<(&[f32], f64)> =
        model.features().zip(vocabulary.idf.iter().map(|&idf| f64::from(idf))).collect();
    let merged = |&(base, idf): &(&[f32], f64)| -> Vec<f64> {
        heads
            .iter()
            .map(|head| idf * head.coefficients.iter().zip(base).map(|(c, w)| c * f64::from(*w)).sum::<f64>())
            .collect()
    };
    // What a feature moves over a corpus: its weights, squared, as often as it occurs.
    let strength = |row: &[f64], documents: u32| {
        f64::from(documents) * row.iter().map(|weight| weight * weight).sum::<f64>()
    };
    let documents = vocabulary.documents.iter();
    let mut order: Vec<(f64, usize)> = rows
        .iter()
        .zip(documents)
        .enumerate()
        .map(|(at, (row, &documents))| (strength(&merged(row), documents), at))
        .collect();
    order.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut kept: Vec<usize> = order.into_iter().take(max_features).map(|(_, at)| at).collect();
    kept.sort_unstable_by_key(|&at| vocabulary.keys.get(at));
    let (mut keys, mut shifts, mut mantissas) = (Vec::new(), Vec::new(), Vec::new());
    for at in kept {
        let (Some(row), Some(&key)) = (rows.get(at), vocabulary.keys.get(at)) else { continue };
        let (rounded, shift) = Weights::quantize(&merged(row));
        if rounded.iter().any(|&mantissa| mantissa != 0) {
            keys.push(key);
            shifts.push(shift);
            mantissas.extend(rounded);
        }
    }
    Weights::new(labels, keys, shifts, mantissas)
}
