//! Two models on the same documents, and how much of the difference is chance.
//!
//! The documents at hand are a sample of those that will come. Drawing as many of them again and again, with
//! replacement, and measuring both models on each draw shows how far the difference moves when only the sample changes
//! (the paired bootstrap, percentile intervals; Efron and Tibshirani, "An Introduction to the Bootstrap", 1993).

use rand::Rng;
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;
use serde::Serialize;

use super::judged::Judged;
use super::metrics::BINS;
use super::metrics::Judgement;
use super::metrics::Tally;
use super::metrics::bin;
use crate::error::Error;

/// How to compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Draws.
    pub resamples: usize,
    /// Seed of all draws.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { resamples: 2000, seed: 1 }
    }
}

/// Share of draws that an interval leaves out at each end.
const TAIL: f64 = 0.025;

/// One measure of both models.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// What was measured: a measure, or the id of a label whose F1 it is.
    pub name: String,
    /// Documents that have the label; all of them for a measure over all labels.
    pub support: usize,
    /// Of the first model.
    pub a: f64,
    /// Of the second.
    pub b: f64,
    /// Second less first.
    pub difference: f64,
    /// Lower end of the 95 % interval of the difference.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Share of draws in which the second is better; draws in which both are equal count half.
    pub better: f64,
}

impl Difference {
    /// The interval leaves 0 out.
    #[must_use]
    pub fn is_significant(&self) -> bool {
        self.low > 0.0 || self.high < 0.0
    }
}

/// Two models compared.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// Documents.
    pub documents: usize,
    /// Draws.
    pub resamples: usize,
    /// Seed.
    pub seed: u64,
    /// Over all labels.
    pub overall: Vec<Difference>,
    /// F1 per label of either model or the corpus, by id.
    pub labels: Vec<Difference>,
}

/// Compares what two models said of the same documents in the same order.
///
/// # Errors
/// [`Error::Corpus`] when they were not judged on as many documents or on none, or when no draw is asked for.
pub fn compare(a: &Judged, b: &Judged, options: Options) -> Result<Comparison, Error> {
    let refuse = |reason: &str| Error::Corpus { path: "comparison".to_owned(), reason: reason.to_owned() };
    if a.documents.len() != b.documents.len() || a.documents.is_empty() {
        return Err(refuse("both models must be measured on the same documents, at least one"));
    }
    if options.resamples == 0 {
        return Err(refuse("at least one draw is needed"));
    }
    let names = names(a, b);
    let (a, b) = (Answers::of(a, &names), Answers::of(b, &names));
    let documents = a.documents.len();
    let whole = vec![1u32; documents];
    let point = (a.measure(&whole), b.measure(&whole));
    let mut random = Xoshiro256PlusPlus::seed_from_u64(options.seed);
    let mut weights = vec![0u32; documents];
    let mut draws: Vec<(Vec<f64>, Vec<f64>)> = Vec::with_capacity(options.resamples);
    for _ in 0..options.resamples {
        weights.fill(0);
        for _ in 0..documents {
            if let Some(weight) = weights.get_mut(random.gen_range(0..documents)) {
                *weight += 1;
            }
        }
        draws.push((a.measure(&weights), b.measure(&weights)));
    }
    let value = |of: &[f64], at: usize| of.get(at).copied().unwrap_or_default();
    let difference = |at: usize, name: &str, support: usize, smaller_is_better: bool| {
        let (a, b) = (value(&point.0, at), value(&point.1, at));
        let mut moved: Vec<f64> = draws.iter().map(|(a, b)| value(b, at) - value(a, at)).collect();
        moved.sort_by(f64::total_cmp);
        let above = moved.iter().filter(|&&moved| moved > 0.0).count() as f64;
        let level = moved.iter().filter(|&&moved| moved == 0.0).count() as f64;
        let share = (above + level / 2.0) / moved.len() as f64;
        Difference {
            name: name.to_owned(),
            support,
            a,
            b,
            difference: b - a,
            low: quantile(&moved, TAIL),
            high: quantile(&moved, 1.0 - TAIL),
            better: if smaller_is_better { 1.0 - share } else { share },
        }
    };
    let overall = MEASURES.iter().enumerate();
    let labels = names.iter().zip(a.supports()).enumerate();
    Ok(Comparison {
        documents,
        resamples: options.resamples,
        seed: options.seed,
        overall: overall.map(|(at, (name, smaller))| difference(at, name, documents, *smaller)).collect(),
        labels: labels
            .map(|(at, (name, support))| difference(MEASURES.len() + at, name, support, false))
            .collect(),
    })
}

/// The measures over all labels, in the order of [`Answers::measure`], and whether less is better.
const MEASURES: [(&str, bool); 5] = [
    ("micro-F1", false),
    ("macro-F1", false),
    ("top-1 accuracy", false),
    ("calibration error", true),
    ("Brier score", true),
];

/// The labels of both, sorted.
fn names(a: &Judged, b: &Judged) -> Vec<String> {
    let mut names: Vec<String> = a.labels.iter().chain(&b.labels).map(|label| label.id.clone()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// One document as one model answered it, with all that is counted and nothing else.
#[derive(Clone, Debug, Default)]
struct Answer {
    /// Position of the label and what was said: only what is true, selected or both.
    said: Vec<(usize, Judgement)>,
    /// Sum of squared differences of probability and truth, and over how many labels.
    squares: f64,
    judged: usize,
    labelled: bool,
    right_first: bool,
}

/// What one model answered.
#[derive(Clone, Debug, Default)]
struct Answers {
    labels: usize,
    documents: Vec<Answer>,
}

impl Answers {
    fn of(judged: &Judged, names: &[String]) -> Self {
        let positions: Vec<usize> =
            judged.labels.iter().map(|label| names.partition_point(|name| *name < label.id)).collect();
        let documents = judged.documents.iter().map(|document| {
            let mut answer = Answer {
                labelled: document.is_labelled(),
                right_first: document.is_right_first(),
                ..Answer::default()
            };
            for (at, judgement) in document.counted() {
                let known = judged.labels.get(at).is_some_and(|label| label.known);
                let truth = if judgement.truth { 1.0 } else { 0.0 };
                if known {
                    answer.squares += (judgement.probability - truth) * (judgement.probability - truth);
                    answer.judged += 1;
                }
                if judgement.selected || judgement.truth {
                    answer.said.extend(positions.get(at).map(|&at| (at, judgement)));
                }
            }
            answer
        });
        Self { labels: names.len(), documents: documents.collect() }
    }

    /// Documents that have each label.
    fn supports(&self) -> Vec<usize> {
        let mut supports = vec![0; self.labels];
        for (at, judgement) in self.documents.iter().flat_map(|document| &document.said) {
            if let Some(support) = supports.get_mut(*at) {
                *support += usize::from(judgement.truth);
            }
        }
        supports
    }

    /// [`MEASURES`], then the F1 of each label, each document counted as often as its weight says.
    fn measure(&self, weights: &[u32]) -> Vec<f64> {
        let mut tallies = vec![Tally::default(); self.labels];
        let mut bins = [(0.0f64, 0.0f64); BINS];
        let (mut squares, mut judged, mut labelled, mut right, mut selected) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for (document, &weight) in self.documents.iter().zip(weights).filter(|(_, weight)| **weight > 0) {
            let times = f64::from(weight);
            squares += times * document.squares;
            judged += times * document.judged as f64;
            labelled += times * f64::from(u8::from(document.labelled));
            right += times * f64::from(u8::from(document.labelled && document.right_first));
            for &(at, judgement) in &document.said {
                if let Some(tally) = tallies.get_mut(at) {
                    tally.add_times(judgement, weight as usize);
                }
                if judgement.selected
                    && let Some((sum, truths)) = bins.get_mut(bin(judgement.probability))
                {
                    selected += times;
                    *sum += times * judgement.probability;
                    *truths += times * f64::from(u8::from(judgement.truth));
                }
            }
        }
        let mut all = Tally::default();
        tallies.iter().for_each(|tally| all.merge(*tally));
        let with_support: Vec<f64> = tallies.iter().filter(|t| t.support() > 0).map(|t| t.f1()).collect();
        let off: f64 = bins.iter().map(|(sum, truths)| (sum - truths).abs()).sum();
        let ratio = |part: f64, whole: f64| if whole == 0.0 { 0.0 } else { part / whole };
        let overall = [
            all.f1(),
            ratio(with_support.iter().sum(), with_support.len() as f64),
            ratio(right, labelled),
            ratio(off, selected),
            ratio(squares, judged),
        ];
        overall.into_iter().chain(tallies.iter().map(|tally| tally.f1())).collect()
    }
}

/// The value under which a share of the sorted values lies, between two of them in proportion; 0 where there are none.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = sorted.len().saturating_sub(1) as f64 * share;
    let value = |at: f64| sorted.get(at as usize).copied().unwrap_or_default();
    let (below, above) = (value(place.floor()), value(place.ceil()));
    below + (above - below) * (place - place.floor())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::judged::JudgedDocument;
    use crate::evaluate::judged::JudgedLabel;
    use proptest::prelude::*;

    fn judged(documents: &[Vec<(u8, bool)>]) -> Judged {
        let labels = ["a", "b", "c"].map(|id| JudgedLabel {
            id: id.to_owned(),
            threshold: 0.5,
            known: true,
            ..JudgedLabel::default()
        });
        let document = |said: &Vec<(u8, bool)>| JudgedDocument {
            judgements: said
                .iter()
                .map(|&(p, truth)| {
                    let probability = f64::from(p) / 10.0;
                    Some(Judgement { probability, selected: p >= 5, truth })
                })
                .collect(),
            abstained: None,
        };
        Judged { labels: labels.to_vec(), documents: documents.iter().map(document).collect() }
    }

    const FEW: Options = Options { resamples: 200, seed: 7 };

    #[test]
    fn measures_are_those_of_the_report() {
        let a = judged(&[
            vec![(9, true), (6, false), (1, false)],
            vec![(3, true), (7, true), (2, false)],
            vec![(0, false), (5, true), (1, false)],
        ]);
        let compared = compare(&a, &a, FEW).unwrap();
        let at = |name: &str| compared.overall.iter().find(|d| d.name == name).unwrap().a;
        // 3 right, 1 wrong, 1 missed.
        assert!((at("micro-F1") - 6.0 / 8.0).abs() < 1e-12);
        // a: 1 right, 1 missed; b: 2 right, 1 wrong; c is on no document.
        assert!((at("macro-F1") - (2.0 / 3.0 + 4.0 / 5.0) / 2.0).abs() < 1e-12);
        assert!((at("top-1 accuracy") - 1.0).abs() < 1e-12);
        assert_eq!(compared.labels.iter().map(|d| d.support).collect::<Vec<_>>(), [2, 2, 0]);
    }

    #[test]
    fn a_clear_gain_is_told_from_chance() {
        let truth = |i: usize| i.is_multiple_of(2);
        let good: Vec<_> = (0..80).map(|i| vec![(if truth(i) { 9 } else { 1 }, truth(i))]).collect();
        let poor: Vec<_> =
            (0..80).map(|i| vec![(if truth(i) != i.is_multiple_of(5) { 9 } else { 1 }, truth(i))]).collect();
        let compared = compare(&judged(&poor), &judged(&good), FEW).unwrap();
        let micro = &compared.overall[0];
        assert!(micro.is_significant() && micro.low > 0.0 && micro.better == 1.0, "{micro:?}");
        // Which of the two a single document of eighty favours is chance.
        let mut nearly = good.clone();
        nearly[0] = vec![(1, true)];
        let compared = compare(&judged(&nearly), &judged(&good), FEW).unwrap();
        assert!(!compared.overall[0].is_significant(), "{:?}", compared.overall[0]);
    }

    #[test]
    fn what_cannot_be_compared_is_refused() {
        let (one, two) = (judged(&[vec![(9, true)]]), judged(&[vec![(9, true)], vec![(1, false)]]));
        assert!(compare(&one, &two, FEW).is_err());
        assert!(compare(&judged(&[]), &judged(&[]), FEW).is_err());
        assert!(compare(&one, &one, Options { resamples: 0, seed: 1 }).is_err());
    }

    /// The same documents, as two models might answer them.
    fn two_models() -> impl Strategy<Value = (Judged, Judged)> {
        let label = (0u8..=10, 0u8..=10, any::<bool>());
        prop::collection::vec(prop::collection::vec(label, 3), 1..40).prop_map(|documents| {
            let of = |first: bool| -> Vec<Vec<(u8, bool)>> {
                let pick = |&(a, b, truth): &(u8, u8, bool)| (if first { a } else { b }, truth);
                documents.iter().map(|labels| labels.iter().map(pick).collect()).collect()
            };
            (judged(&of(true)), judged(&of(false)))
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_model_does_not_differ_from_itself((a, _) in two_models()) {
            let compared = compare(&a, &a, FEW).unwrap();
            for found in compared.overall.iter().chain(&compared.labels) {
                prop_assert_eq!((found.difference, found.low, found.high, found.better), (0.0, 0.0, 0.0, 0.5));
            }
        }

        #[test]
        fn turned_round_it_is_the_same_with_the_other_sign((a, b) in two_models()) {
            let (there, back) = (compare(&a, &b, FEW).unwrap(), compare(&b, &a, FEW).unwrap());
            let all = |c: &Comparison| [c.overall.clone(), c.labels.clone()].concat();
            for (there, back) in all(&there).iter().zip(&all(&back)) {
                prop_assert!((there.difference + back.difference).abs() < 1e-12);
                prop_assert!((there.low + back.high).abs() < 1e-12 && (there.high + back.low).abs() < 1e-12);
                prop_assert!((there.better + back.better - 1.0).abs() < 1e-12);
                prop_assert!(there.low <= there.high);
                prop_assert!((-1.0..=1.0).contains(&there.low) && (-1.0..=1.0).contains(&there.high));
            }
        }

        #[test]
        fn the_seed_decides((a, b) in two_models()) {
            prop_assert_eq!(compare(&a, &b, FEW).unwrap(), compare(&a, &b, FEW).unwrap());
        }

        #[test]
        fn of_one_document_many_times_no_draw_differs((a, b) in two_models(), times in 1usize..20) {
            let repeat = |judged: &Judged| Judged {
                documents: vec![judged.documents[0].clone(); times],
                ..judged.clone()
            };
            let compared = compare(&repeat(&a), &repeat(&b), FEW).unwrap();
            for found in compared.overall.iter().chain(&compared.labels) {
                prop_assert!((found.low - found.difference).abs() < 1e-9 && (found.high - found.difference).abs() < 1e-9);
            }
        }

        #[test]
        fn quantiles_lie_between_the_ends(mut values in prop::collection::vec(-1.0f64..1.0, 1..50), share in 0.0f64..=1.0) {
            values.sort_by(f64::total_cmp);
            let found = quantile(&values, share);
            prop_assert!(values[0] <= found && found <= values[values.len() - 1]);
            let below = values.iter().filter(|&&value| value < found).count();
            prop_assert!(below as f64 <= share * values.len() as f64 + 1.0);
        }
    }
}
