//! A labelled corpus into a topic model.
//!
//! ```text
//! corpus ─vectorize→ matrix ─┬─ search: settings that do best on held-out folds
//!                            ├─ per fold: svm, naive Bayes on the rest → scores of the fold ─→ blend ─→ heads
//!                            └─ both on everything → weights, blended × heads ─→ pruned, rounded ─→ lines by length ─→ thresholds
//! ```

use linfa::DatasetBase;
use linfa::traits::Fit;
use ndarray::Array2;
use ndarray::Axis;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::bayes;
use super::blend;
use super::blend::Blend;
use super::blend::SMOOTHINGS;
use super::collapse;
use super::domain;
use super::domain::Background;
use super::folds;
use super::heads;
use super::heads::Head;
use super::lengths;
use super::lengths::Sample;
use super::linear::LinearModel;
use super::search;
use super::search::Settings;
use super::search::Trial;
use super::svm::SvmValidParams;
use super::thresholds;
use super::vectorize;
use super::vectorize::Bag;
use super::vectorize::Matrix;
use super::vectorize::Vocabulary;
use super::vectorize::VocabularyOptions;
use crate::corpus::Corpus;
use crate::error::Error;
use crate::evaluate::metrics::Judgement;
use crate::evaluate::metrics::Measures;
use crate::segment::Segmenter;
use crate::topic::calibration::Assignment;
use crate::topic::calibration::Calibration;
use crate::topic::features::FeatureOptions;
use crate::topic::model::Label;
use crate::topic::model::Quality;
use crate::topic::model::TopicModel;
use crate::topic::weights::Score;
use crate::topic::weights::Weights;

/// How a topic model is trained. What is not here is chosen by cross-validation on the corpus.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainOptions {
    /// How documents become features, but for marks, which are searched.
    pub features: FeatureOptions,
    /// Folds of the cross-validation.
    pub folds: usize,
    /// Features that fewer documents hold are left out, but for some that one alone holds.
    pub min_documents: u32,
    /// Features that keep a weight at most.
    pub max_features: usize,
    /// Bytes of the bundle at most; the weakest weights are left out until it fits.
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
            folds: 4,
            min_documents: 2,
            max_features: usize::MAX,
            max_bytes: 10_000_000,
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
    /// The settings that were chosen.
    pub settings: Settings,
    /// What of naive Bayes was added.
    pub blend: Option<Blend>,
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
    /// What leaving out weights and rounding the others cost, of the accuracy where labels exclude one another, else
    /// of the micro-F1.
    pub compression_loss: f64,
}

/// The steps of training, for progress: name, done, out of.
pub type Progress<'a> = &'a mut dyn FnMut(&'static str, usize, usize);

/// Texts whose middle one has fewer characters than this are headlines and the like.
const SHORT: usize = 120;
/// Documents that are cut into pieces.
const CUT: usize = 2500;

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
    let assignment = match corpus.rows.iter().all(|row| row.labels.len() == 1) {
        true => Assignment::Exclusive,
        false => Assignment::Independent,
    };
    let segmenter = Segmenter::new();
    let (mut bags, background) = read(corpus, &segmenter, &options.features, progress)?;
    let empty = bags.iter().filter(|bag| bag.features.is_empty()).count();
    if empty > 0 {
        notes.push(format!("{empty} documents hold no Chinese text, letters or digits and teach nothing"));
    }
    let targets = targets(corpus, &names);
    let assigned = folds::assign(&bags, options.folds, options.seed);
    let (lexicon, domain) = domain::learn(&bags, &background)?;
    let mut features = options.features.clone();
    let places = room(options, names.len(), lexicon.len());
    // What has no place in the bundle later on is still of use for the learner.
    let kept = VocabularyOptions {
        min_documents: options.min_documents,
        room: places.saturating_mul(2),
        scaling: Settings::START.scaling,
    };
    let settings = {
        let mut lengths: Vec<usize> = bags.iter().map(|bag| bag.makeup.characters).collect();
        lengths.sort_unstable();
        let short = lengths.get(lengths.len() / 2).is_some_and(|&median| median < SHORT);
        let with_marks = FeatureOptions { marks: true, ..options.features.clone() };
        let mut marked = match short {
            true => Some(read(corpus, &segmenter, &with_marks, progress)?.0),
            false => None,
        };
        let trial = Trial {
            targets: &targets,
            folds: &assigned,
            assignment,
            balance: options.balance,
            vocabulary: kept,
            seed: options.seed,
        };
        let mut tried = 0;
        let settings = search::search(trial, &bags, marked.as_deref(), || {
            tried += 1;
            progress("choosing settings", tried, tried + 2);
        })?;
        if let (true, Some(marked)) = (settings.marks, marked.take()) {
            bags = marked;
            features = with_marks;
        }
        settings
    };
    let vocabulary = Vocabulary::of(bags.iter(), VocabularyOptions { scaling: settings.scaling, ..kept });
    let matrix = Matrix::of(bags.iter(), &vocabulary);
    drop(bags);
    let (cut, pieces) = pieces(corpus, &segmenter, &features, (&vocabulary, options.seed))?;

    let steps = options.folds + 2;
    let learner = settings.learner(options.balance, options.seed)?;
    let mut held_out = Array2::<f32>::zeros(targets.raw_dim());
    let mut held_out_pieces = Array2::<f32>::zeros((pieces.height(), names.len()));
    // The same by naive Bayes, for each smoothing of it.
    let mut by_bayes = SMOOTHINGS.map(|_| (held_out.clone(), held_out_pieces.clone()));
    let mut first = None;
    for fold in 0..options.folds {
        progress("cross-validating", fold, steps);
        let (inside, outside): (Vec<usize>, Vec<usize>) =
            (0..matrix.height()).partition(|&i| assigned.get(i) == Some(&fold));
        let of_fold: Vec<usize> = (0..cut.len())
            .filter(|&piece| cut.get(piece).and_then(|&i| assigned.get(i)) == Some(&fold))
            .collect();
        let rest = DatasetBase::new(matrix.select(&outside), targets.select(Axis(0), &outside));
        let (rows, of_pieces) = (matrix.select(&inside), pieces.select(&of_fold));
        let judge = |model: &LinearModel, documents: &mut Array2<f32>, pieces: &mut Array2<f32>| {
            scatter(&search::predict(model, &rows), &inside, documents);
            scatter(&search::predict(model, &of_pieces), &of_fold, pieces);
        };
        for ((documents, pieces), smoothing) in by_bayes.iter_mut().zip(SMOOTHINGS) {
            judge(&bayes::fit(&rest.records, &rest.targets, smoothing), documents, pieces);
        }
        let model = learner.fit(&rest)?;
        judge(&model, &mut held_out, &mut held_out_pieces);
        if fold == 0 {
            first = Some((model, rest, rows, inside));
        }
    }
    let (documents_by_bayes, pieces_by_bayes): (Vec<_>, Vec<_>) = by_bayes.into_iter().unzip();
    let blend = blend::choose(&held_out, &documents_by_bayes, &targets, assignment);
    if let Some(Blend { candidate, factor }) = blend
        && let (Some(documents), Some(pieces)) =
            (documents_by_bayes.get(candidate), pieces_by_bayes.get(candidate))
    {
        held_out.scaled_add(factor, documents);
        held_out_pieces.scaled_add(factor, pieces);
    }
    let add_bayes = |model: &mut LinearModel, rows: &Matrix, targets: &Array2<f32>| {
        if let Some(blend) = blend {
            model.add(blend.factor, &bayes::fit(rows, targets, blend.smoothing()));
        }
    };
    progress("fitting probabilities", options.folds, steps);
    let heads = heads::fit(&held_out, &targets, &names, assignment)?;
    let log_odds = cross_fitted(&held_out, &targets, &assigned, options.folds, (&heads, &names, assignment));
    progress("fitting weights", options.folds + 1, steps);
    let room = (places, assignment);
    let compression_loss = match first {
        Some((mut model, rest, rows, inside)) => {
            add_bayes(&mut model, &rest.records, &rest.targets);
            drop(rest);
            let weights = collapse::collapse(&model, &heads, &vocabulary, room)?;
            let biases = collapse::biases(&model, &heads);
            let exact = head_scores(&search::predict(&model, &rows), &heads);
            let rounded = collapse::score(&weights, &biases, (&rows, &vocabulary));
            let truth = targets.select(Axis(0), &inside);
            search::quality(&exact, &truth, assignment) - search::quality(&rounded, &truth, assignment)
        }
        None => 0.0,
    };
    let mut model = whole(&learner, &matrix, &targets)?;
    add_bayes(&mut model, &matrix, &targets);
    let weights = collapse::collapse(&model, &heads, &vocabulary, room)?;
    let biases = collapse::biases(&model, &heads);

    let known = |rows: &Matrix| known(&weights, rows, &vocabulary);
    let (of_documents, of_pieces) = (known(&matrix), known(&pieces));
    let sample = |features: u32, odds: ndarray::ArrayView1<'_, f32>, document: usize| Sample {
        features,
        is_whole: false,
        log_odds: odds.iter().map(|&odds| f64::from(odds)).collect(),
        truth: targets.row(document).iter().map(|&target| target > 0.0).collect(),
    };
    let piece_odds = head_scores(&held_out_pieces, &heads);
    let samples = (0..matrix.height())
        .zip(&of_documents)
        .map(|(i, &features)| Sample { is_whole: true, ..sample(features, log_odds.row(i), i) })
        .chain(
            cut.iter()
                .zip(&of_pieces)
                .zip(piece_odds.rows())
                .map(|((&i, &features), odds)| sample(features, odds, i)),
        )
        .collect();
    let calibration = lengths::fit(samples, assignment)?;
    let probabilities = probabilities(&log_odds, &of_documents, &calibration);
    let thresholds = match assignment {
        Assignment::Independent => thresholds::choose(&probabilities, &targets),
        Assignment::Exclusive => vec![thresholds::floor(&probabilities, &targets); names.len()],
    };
    let (qualities, overall) = quality(&probabilities, &targets, &thresholds, assignment);
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
    progress("fitting weights", steps, steps);
    let model = TopicModel { features, labels, weights, lexicon, domain, calibration };
    let compression_loss = (compression_loss * 1e4).round() / 1e4;
    Ok(Trained { model, settings, blend, held_out: HeldOut { compression_loss, ..overall }, notes })
}

/// Takes one in `parts` documents out of a corpus, near-duplicates together: what is left, and what was taken.
///
/// # Errors
/// What reading the documents refuses; [`Error::Corpus`] when one part of the two is empty.
pub fn hold_out(
    mut corpus: Corpus,
    parts: usize,
    options: &TrainOptions,
    progress: Progress<'_>,
) -> Result<(Corpus, Corpus), Error> {
    let (bags, _) = read(&corpus, &Segmenter::new(), &options.features, progress)?;
    let assigned = folds::assign(&bags, parts, options.seed);
    let mut held_out = Corpus { rows: Vec::new(), ..corpus.clone() };
    let rows = std::mem::take(&mut corpus.rows);
    for (row, part) in rows.into_iter().zip(assigned) {
        match part {
            0 => held_out.rows.push(row),
            _ => corpus.rows.push(row),
        }
    }
    if corpus.rows.is_empty() || held_out.rows.is_empty() {
        let reason = format!("its documents cannot be divided into {parts} parts");
        return Err(Error::Corpus { path: corpus.path, reason });
    }
    Ok((corpus, held_out))
}

/// The documents as features, and how common their words are.
fn read(
    corpus: &Corpus,
    segmenter: &Segmenter,
    features: &FeatureOptions,
    progress: Progress<'_>,
) -> Result<(Vec<Bag>, Background), Error> {
    let mut background = Background::default();
    let mut bags = Vec::with_capacity(corpus.rows.len());
    for (done, row) in corpus.rows.iter().enumerate() {
        match vectorize::bag(&row.document(), segmenter, features, &mut background) {
            Ok(bag) => bags.push(bag),
            Err(Error::EmptyDocument) => bags.push(Bag::default()),
            Err(other) => return Err(other),
        }
        progress("reading documents", done + 1, corpus.rows.len());
    }
    Ok((bags, background))
}

/// Pieces of some of the documents, drawn: of which document each is, and their rows.
fn pieces(
    corpus: &Corpus,
    segmenter: &Segmenter,
    features: &FeatureOptions,
    (vocabulary, seed): (&Vocabulary, u64),
) -> Result<(Vec<usize>, Matrix), Error> {
    let mut order: Vec<usize> = (0..corpus.rows.len()).collect();
    order.shuffle(&mut Xoshiro256PlusPlus::seed_from_u64(seed));
    let (mut cut, mut bags) = (Vec::new(), Vec::new());
    for (draw, &i) in order.iter().take(CUT).enumerate() {
        let Some(row) = corpus.rows.get(i) else { continue };
        match lengths::pieces(&row.document(), segmenter, features, draw) {
            Ok(pieces) => {
                cut.extend(pieces.iter().map(|_| i));
                bags.extend(pieces);
            }
            Err(Error::EmptyDocument) => {}
            Err(other) => return Err(other),
        }
    }
    Ok((cut, Matrix::of(bags.iter(), vocabulary)))
}

/// Puts each row into the place that `to` names for it.
fn scatter(scores: &Array2<f32>, to: &[usize], all: &mut Array2<f32>) {
    for (row, &i) in scores.rows().into_iter().zip(to) {
        all.row_mut(i).assign(&row);
    }
}

fn whole(learner: &SvmValidParams, matrix: &Matrix, targets: &Array2<f32>) -> Result<LinearModel, Error> {
    Ok(learner.fit(&DatasetBase::new(matrix.clone(), targets.clone()))?)
}

/// Rows of weights that fit into the bundle.
fn room(options: &TrainOptions, labels: usize, words: usize) -> usize {
    // A key, a shift and a mantissa per label; what a manifest and golden documents take is small beside them.
    let others = 5 * words + 600 * labels + 40_000;
    let rows = options.max_bytes.saturating_sub(others) / (9 + labels);
    rows.min(options.max_features).max(1)
}

/// How many features of each row have weights.
fn known(weights: &Weights, rows: &Matrix, vocabulary: &Vocabulary) -> Vec<u32> {
    let kept: Vec<bool> = vocabulary.keys.iter().map(|&key| weights.row(key).is_some()).collect();
    let has = |column: &&u32| kept.get(**column as usize).copied().unwrap_or_default();
    (0..rows.height()).map(|i| rows.row(i).0.iter().filter(has).count() as u32).collect()
}

/// Log-odds of all rows.
fn head_scores(scores: &Array2<f32>, heads: &[Head]) -> Array2<f32> {
    let mut odds = Array2::zeros(scores.raw_dim());
    for (mut odds, scores) in odds.rows_mut().into_iter().zip(scores.rows()) {
        odds.iter_mut().zip(heads).for_each(|(slot, head)| *slot = head.log_odds(scores) as f32);
    }
    odds
}

/// Calibrated probabilities, as serving would give them.
fn probabilities(log_odds: &Array2<f32>, known: &[u32], calibration: &Calibration) -> Array2<f32> {
    let mut probabilities = Array2::zeros(log_odds.raw_dim());
    for ((mut row, odds), &known) in probabilities.rows_mut().into_iter().zip(log_odds.rows()).zip(known) {
        let scores: Vec<Score> = odds.iter().map(|&odds| Score::from_f64(f64::from(odds))).collect();
        let given = calibration.probabilities(&scores, known);
        row.iter_mut().zip(given).for_each(|(slot, probability)| *slot = probability as f32);
    }
    probabilities
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

/// Log-odds of each document from heads that were fitted without its fold.
fn cross_fitted(
    scores: &Array2<f32>,
    targets: &Array2<f32>,
    assigned: &[usize],
    folds: usize,
    (whole, names, assignment): (&[Head], &[String], Assignment),
) -> Array2<f32> {
    let mut log_odds = Array2::zeros(scores.raw_dim());
    for fold in 0..folds {
        let (inside, outside): (Vec<usize>, Vec<usize>) =
            (0..scores.nrows()).partition(|&i| assigned.get(i) == Some(&fold));
        let rest = (scores.select(Axis(0), &outside), targets.select(Axis(0), &outside));
        // A label whose few documents all lie in this fold has no head without it.
        let heads = heads::fit(&rest.0, &rest.1, names, assignment).unwrap_or_else(|_| whole.to_vec());
        let odds = head_scores(&scores.select(Axis(0), &inside), &heads);
        for (odds, &i) in odds.rows().into_iter().zip(&inside) {
            log_odds.row_mut(i).assign(&odds);
        }
    }
    log_odds
}

fn quality(
    probabilities: &Array2<f32>,
    targets: &Array2<f32>,
    thresholds: &[f64],
    assignment: Assignment,
) -> (Vec<Quality>, HeldOut) {
    let round = |value: f64| (value * 1e4).round() / 1e4;
    // Where labels exclude one another, the likeliest of each document, the first of equals.
    let likeliest: Vec<usize> = probabilities
        .rows()
        .into_iter()
        .map(|row| {
            let best = row
                .iter()
                .enumerate()
                .fold((f32::NEG_INFINITY, 0), |best, (at, &p)| if p > best.0 { (p, at) } else { best });
            best.1
        })
        .collect();
    let mut all = Measures::default();
    let mut qualities = Vec::new();
    for (column, ((probabilities, targets), &threshold)) in
        probabilities.columns().into_iter().zip(targets.columns()).zip(thresholds).enumerate()
    {
        let mut measures = Measures::default();
        for ((&probability, &target), &likeliest) in probabilities.iter().zip(targets).zip(&likeliest) {
            let probability = f64::from(probability);
            let selectable = assignment == Assignment::Independent || likeliest == column;
            let selected = selectable && probability >= threshold;
            let judgement = Judgement { probability, selected, truth: target > 0.0 };
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
        compression_loss: 0.0,
    };
    (qualities, overall)
}
