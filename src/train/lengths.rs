//! Slopes from decision values to log-odds by how much of a text the model knows.
//!
//! The heads are fitted on whole documents. What they say of a headline or a single sentence is too sure, so documents
//! are cut into such pieces, the pieces are scored by the model that has not seen their document, and for each number
//! of known features a line is fitted from decision values to the truth. A piece counts as having the labels of its
//! document: a sentence that does not show a topic of its document is a reason to be less sure of it.

use linfa::DatasetBase;
use linfa::traits::Fit;
use linfa_logistic::LogisticRegression;
use ndarray::Array1;
use ndarray::Array2;

use super::heads::softmax;
use crate::error::Error;
use crate::segment::Segmenter;
use crate::text;
use crate::text::Document;
use crate::text::ParagraphKind;
use crate::text::Prepared;
use crate::text::Span;
use crate::text::normalize;
use crate::topic::calibration::Assignment;
use crate::topic::calibration::Calibration;
use crate::topic::calibration::Knot;
use crate::topic::calibration::logistic;
use crate::topic::features::FeatureOptions;
use crate::topic::features::Segmented;
use crate::topic::makeup::Makeup;

use super::vectorize;
use super::vectorize::Bag;

/// A text or a piece of one, scored.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Features in it that have weights.
    pub features: u32,
    /// A document, not a piece of one.
    pub is_whole: bool,
    /// Its log-odds by the heads, one per label.
    pub log_odds: Vec<f64>,
    /// One per label.
    pub truth: Vec<bool>,
}

/// Samples that a line is fitted on at least, and at most.
const SAMPLES: std::ops::Range<usize> = 400..4000;
/// Labels that the samples of a line have at least, all together.
const MIN_LABELS: usize = 200;

/// The pieces of a document: single sentences, its beginning, its headline. None of a document of one sentence.
///
/// # Errors
/// What [`text::prepare`] refuses.
pub fn pieces(
    document: &Document,
    segmenter: &Segmenter,
    options: &FeatureOptions,
    draw: usize,
) -> Result<Vec<Bag>, Error> {
    let prepared = text::prepare(document)?;
    let folded = normalize::fold(&prepared.clean.text);
    let tokens = segmenter.segment(&folded);
    let makeup = Makeup::of(&folded.text, &tokens);
    let text = Segmented { clean: &prepared.clean, folded: &folded, tokens: &tokens, makeup: &makeup };
    let bag =
        |kept: &Vec<Span>| Bag { features: vectorize::values(text, options, Some(kept)), ..Bag::default() };
    Ok(cuts(&prepared, draw).iter().map(bag).collect())
}

fn cuts(prepared: &Prepared, draw: usize) -> Vec<Vec<Span>> {
    let sentences: Vec<Span> = prepared.sentences().iter().map(|sentence| sentence.span).collect();
    if sentences.len() < 2 {
        return Vec::new();
    }
    let title = prepared.clean.paragraphs.first().filter(|first| first.kind == ParagraphKind::Title);
    let lead = |count: usize| -> Vec<Span> { sentences.iter().take(count).copied().collect() };
    let mut cuts = vec![lead(1), lead(2), lead(sentences.len() / 2)];
    cuts.extend(sentences.get(draw % sentences.len()).map(|&sentence| vec![sentence]));
    cuts.extend(sentences.get(draw / 7 % sentences.len()).map(|&sentence| vec![sentence]));
    if let Some(title) = title {
        cuts.push(vec![title.span]);
        let mut opening = vec![title.span];
        opening.extend(lead(1).into_iter().filter(|first| first.start >= title.span.end));
        cuts.push(opening);
    }
    cuts
}

/// Fits a line for each range of numbers of features; the ranges double in width.
///
/// # Errors
/// [`Error::Training`] when linfa cannot fit one.
pub fn fit(mut samples: Vec<Sample>, assignment: Assignment) -> Result<Calibration, Error> {
    samples.retain(|sample| sample.features > 0);
    samples.sort_by_key(|sample| sample.features);
    let mut knots = Vec::new();
    let mut rest = samples.as_slice();
    while !rest.is_empty() {
        let (group, after) = rest.split_at_checked(group(rest)).unwrap_or((rest, &[]));
        // What is left over at the end is too little for a line of its own.
        if knots.is_empty() || enough(group.iter()) {
            // Documents show best how sure to be of documents: a piece of one says less than its labels promise.
            let documents: Vec<&Sample> = group.iter().filter(|sample| sample.is_whole).collect();
            let fitted = if enough(documents.iter().copied()) { documents } else { group.iter().collect() };
            // A group of one size holds many: they are thinned out evenly.
            let step = fitted.len().div_ceil(SAMPLES.end).max(1);
            let thinned: Vec<&Sample> = fitted.iter().step_by(step).copied().collect();
            let features = fitted.get(fitted.len() / 2).map_or(1, |sample| sample.features);
            let (slope, offset) = match assignment {
                Assignment::Independent => line(&thinned)?,
                Assignment::Exclusive => (temperature(&thinned), 0.0),
            };
            let round = |value: f64| (value * 1e4).round() / 1e4;
            let knot = Knot {
                features,
                slope: round(slope.clamp(0.05, 3.0)),
                offset: round(offset.clamp(-3.0, 3.0)),
            };
            if knots.last().is_none_or(|last: &Knot| last.features < features) {
                knots.push(knot);
            }
        }
        rest = after;
    }
    let calibration = Calibration { assignment, knots, ..Calibration::default() };
    Ok(capped(&calibration, &samples))
}

/// Ceilings that are tried, in thousandths, and what slopes and offsets are multiplied with beside each, in tenths: where
/// the surest are not all right, a line alone has to be too flat.
const CEILINGS: std::ops::RangeInclusive<u32> = 850..=1000;
const STRETCHES: std::ops::RangeInclusive<u32> = 10..=20;

/// The same with the ceiling under which the documents are likeliest, or all samples where there are too few documents.
fn capped(calibration: &Calibration, samples: &[Sample]) -> Calibration {
    let documents: Vec<&Sample> = samples.iter().filter(|sample| sample.is_whole).collect();
    let judged = if enough(documents.iter().copied()) { documents } else { samples.iter().collect() };
    let step = judged.len().div_ceil(SAMPLES.end).max(1);
    // Log-odds by the lines; of labels that exclude one another, shares.
    let lines: Vec<(Vec<f64>, &Sample)> = judged
        .into_iter()
        .step_by(step)
        .map(|sample| {
            let (slope, offset) = calibration.line(sample.features);
            (sample.log_odds.iter().map(|odds| slope * odds + offset).collect(), sample)
        })
        .collect();
    let mut best = (f64::NEG_INFINITY, 1.0, 1.0);
    for stretch in STRETCHES.map(|tenths| f64::from(tenths) / 10.0) {
        // The likelihood rests on these alone: the probability without a ceiling, whether it is so, and how many share.
        let mut shares = Vec::new();
        for (line, sample) in &lines {
            let mut probabilities = vec![0.0; line.len()];
            match calibration.assignment {
                Assignment::Independent => {
                    let stretched = line.iter().map(|odds| logistic(stretch * odds));
                    probabilities.iter_mut().zip(stretched).for_each(|(slot, p)| *slot = p);
                    shares.extend(probabilities.into_iter().zip(sample.truth.iter().copied()));
                }
                Assignment::Exclusive => {
                    softmax(&mut probabilities, line.iter().map(|odds| stretch * odds));
                    let of_truth = probabilities.iter().zip(&sample.truth).filter(|(_, has)| **has);
                    shares.extend(of_truth.map(|(&p, _)| (p, true)));
                }
            }
        }
        let floor = match calibration.assignment {
            Assignment::Independent => 0.0,
            Assignment::Exclusive => 1.0 / lines.first().map_or(1, |(line, _)| line.len().max(1)) as f64,
        };
        for ceiling in CEILINGS.step_by(5).map(|thousandths| f64::from(thousandths) / 1000.0) {
            let likelihood = shares
                .iter()
                .map(|&(share, has)| {
                    let p = ceiling * share + (1.0 - ceiling) * floor;
                    libm::log(if has { p } else { 1.0 - p }.max(1e-9))
                })
                .sum::<f64>();
            if likelihood > best.0 {
                best = (likelihood, ceiling, stretch);
            }
        }
    }
    let (_, ceiling, stretch) = best;
    let round = |value: f64| (value * 1e4).round() / 1e4;
    let stretched = |knot: &Knot| Knot {
        slope: round(knot.slope * stretch),
        offset: round(knot.offset * stretch),
        ..*knot
    };
    let knots = calibration.knots.iter().map(stretched).collect();
    Calibration { assignment: calibration.assignment, knots, ceiling }
}

fn enough<'a>(samples: impl ExactSizeIterator<Item = &'a Sample>) -> bool {
    let count = samples.len();
    let labels = samples.flat_map(|sample| &sample.truth).filter(|&&has| has).count();
    count >= SAMPLES.start && labels >= MIN_LABELS
}

/// How many of the samples, which are by size, make the next group: those of up to twice the size of the first, and
/// more where these are too few.
fn group(samples: &[Sample]) -> usize {
    let first = samples.first().map_or(1, |sample| sample.features);
    let mut end = samples.partition_point(|sample| sample.features < 2 * first);
    while end < samples.len() && !enough(samples.iter().take(end)) {
        end = (end + end / 4 + 1).min(samples.len());
    }
    end
}

/// Slope and offset over the judgements of all labels.
fn line(samples: &[&Sample]) -> Result<(f64, f64), Error> {
    let judgements = || samples.iter().flat_map(|sample| sample.log_odds.iter().zip(&sample.truth));
    let records: Vec<f64> = judgements().map(|(&odds, _)| odds).collect();
    let truth: Array1<bool> = judgements().map(|(_, &has)| has).collect();
    if truth.iter().all(|&has| has) || !truth.iter().any(|&has| has) {
        return Ok((1.0, 0.0));
    }
    let failed = |error: String| Error::Training { reason: format!("calibration by length: {error}") };
    let records = Array2::from_shape_vec((records.len(), 1), records).map_err(|e| failed(e.to_string()))?;
    let model = LogisticRegression::default()
        .alpha(1.0)
        .max_iterations(200)
        .gradient_tolerance(1e-4)
        .fit(&DatasetBase::new(records, truth))
        .map_err(|error| failed(error.to_string()))?;
    // linfa 0.8 calls the more frequent class positive.
    let sign = if model.labels().pos.class { 1.0 } else { -1.0 };
    let slope = sign * model.params().iter().next().copied().unwrap_or(1.0);
    Ok((slope, sign * model.intercept()))
}

/// The slope by the likelihood of the truth under the softmax, in Newton steps.
fn temperature(samples: &[&Sample]) -> f64 {
    let mut slope = 1.0;
    let mut probabilities = Vec::new();
    for _ in 0..30 {
        let (mut gradient, mut curvature) = (0.0, 1e-9);
        for sample in samples {
            probabilities.resize(sample.log_odds.len(), 0.0);
            softmax(&mut probabilities, sample.log_odds.iter().map(|odds| slope * odds));
            let (mut mean, mut square, mut right) = (0.0, 0.0, 0.0);
            for ((p, odds), &has) in probabilities.iter().zip(&sample.log_odds).zip(&sample.truth) {
                mean += p * odds;
                square += p * odds * odds;
                right += if has { *odds } else { 0.0 };
            }
            gradient += right - mean;
            curvature += square - mean * mean;
        }
        slope = (slope + (gradient / curvature).clamp(-slope / 2.0, slope)).clamp(1e-2, 1e2);
    }
    slope
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topic::weights::Score;

    #[test]
    fn pieces_that_are_wrong_more_often_get_a_flatter_line() {
        // Of the small ones every third contradicts its decision value, of the large ones every twentieth.
        let sample = |features: u32, i: usize, every: usize| {
            let has = i.is_multiple_of(2);
            let sign = if has != i.is_multiple_of(every) { 1.0 } else { -1.0 };
            let (log_odds, truth) = (vec![3.0 * sign, -3.0 * sign], vec![has, !has]);
            Sample { features, is_whole: false, log_odds, truth }
        };
        for assignment in [Assignment::Independent, Assignment::Exclusive] {
            let mut samples: Vec<Sample> = (0..900).map(|i| sample(20, i, 3)).collect();
            samples.extend((0..900).map(|i| sample(500, i, 21)));
            let calibration = fit(samples, assignment).unwrap();
            let [small, large] = [calibration.line(20), calibration.line(500)];
            assert!(small.0 < large.0, "{assignment:?} {small:?} {large:?}");
        }
    }

    #[test]
    fn whole_documents_count_where_there_are_enough() {
        // Of the pieces every third contradicts its decision value, of the documents of the same length none but a few.
        let sample = |i: usize, is_whole: bool| {
            let has = i.is_multiple_of(2);
            let sign = if has != i.is_multiple_of(if is_whole { 30 } else { 3 }) { 1.0 } else { -1.0 };
            let (log_odds, truth) = (vec![3.0 * sign, -3.0 * sign], vec![has, !has]);
            Sample { features: 300, is_whole, log_odds, truth }
        };
        let slope = |documents: usize| {
            let pieces = (0..3000).map(|i| sample(i, false));
            let samples = pieces.chain((0..documents).map(|i| sample(i, true))).collect();
            fit(samples, Assignment::Independent).unwrap().line(300).0
        };
        assert!(slope(600) > 1.5 * slope(100), "{} {}", slope(600), slope(100));
    }

    #[test]
    fn the_surest_are_as_sure_as_they_are_right() {
        // One in twenty of the surest is wrong; those in the middle are what their log-odds say.
        let sure = |i: usize| (i.is_multiple_of(2), 9.0, i.is_multiple_of(20));
        let middling = |i: usize| (i.is_multiple_of(2), 1.0, i % 100 < 27);
        let sample = |(has, odds, is_wrong): (bool, f64, bool)| {
            let sign = if has != is_wrong { 1.0 } else { -1.0 };
            let (log_odds, truth) = (vec![odds * sign, -odds * sign], vec![has, !has]);
            Sample { features: 300, is_whole: true, log_odds, truth }
        };
        for assignment in [Assignment::Independent, Assignment::Exclusive] {
            let samples = (0..2000).map(|i| sample(if i < 1000 { sure(i) } else { middling(i) })).collect();
            let calibration = fit(samples, assignment).unwrap();
            let scores = [9.0, -9.0].map(Score::from_f64);
            let surest = calibration.probabilities(&scores, 300)[0];
            assert!((surest - 0.95).abs() < 0.02, "{assignment:?} {calibration:?}: {surest}");
        }
    }

    #[test]
    fn nothing_to_fit_leaves_things_as_they_are() {
        let calibration = fit(Vec::new(), Assignment::Independent).unwrap();
        assert_eq!(calibration.line(50), (1.0, 0.0));
    }
}
