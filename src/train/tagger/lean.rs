//! How far a tagger leans towards marking.
//!
//! Likelihood makes each tag as probable as it is. Where spans are few and each is rare, most of them then stay below
//! even, and the best path misses many for each that it would get wrong. A constant for every span that begins moves
//! that balance. Which is best for precision and recall together is measured on parts of the texts, each tagged with
//! weights learned from the others.

use super::Progress;
use super::crf;
use super::crf::Learned;
use super::crf::TrainOptions;
use super::sequences::Sequences;
use crate::evaluate::metrics::Tally;
use crate::extract::tagger::Beam;
use crate::extract::tagger::Part;
use crate::extract::tagger::Tag;
use crate::extract::tagger::Tagged;
use crate::extract::tagger::Transitions;
use crate::extract::tagger::UNIT;
use crate::extract::tagger::part;
use crate::extract::tagger::spans;
use crate::extract::tagger::tags;

/// Parts of the texts, in runs of so many: those that stand near one another may be of one document.
const PARTS: usize = 3;
const RUN: usize = 25;

/// What is tried: so many steps of this size.
const STEPS: usize = 9;
const STEP: f64 = 0.25;

/// A larger constant has to be better by this.
const WORTH: f64 = 0.001;

/// The constant that gives the best F1; none where there are too few texts to tell.
pub(super) fn choose(sequences: &Sequences, options: &TrainOptions, progress: Progress<'_>) -> f64 {
    let leans: Vec<f64> = (0..STEPS).map(|step| step as f64 * STEP).collect();
    let mut tallies = vec![Tally::default(); leans.len()];
    let texts = sequences.texts.last().map_or(0, |&last| last as usize + 1);
    if texts < PARTS {
        return 0.0;
    }
    let run = texts.div_ceil(PARTS).min(RUN);
    for held_out in 0..PARTS {
        let units = |inside: bool| -> Vec<(usize, usize)> {
            let numbered = sequences.units().into_iter().zip(&sequences.texts);
            let wanted = numbered.filter(|&(_, &text)| (text as usize / run % PARTS == held_out) == inside);
            wanted.map(|(unit, _)| unit).collect()
        };
        let learned = crf::learn(sequences, units(false), options, progress);
        measure(sequences, &learned, &units(true), &leans, &mut tallies);
    }
    let scores: Vec<f64> = tallies.iter().map(|tally| tally.f1()).collect();
    let best = scores.iter().copied().fold(0.0, f64::max);
    let first = leans.iter().zip(&scores).find(|&(_, &score)| score >= best - WORTH);
    first.map_or(0.0, |(&lean, _)| lean)
}

/// Adds a constant to every step into a span.
pub(super) fn apply(transitions: &mut [f64], types: usize, lean: f64) {
    let tags = tags(types);
    for row in transitions.chunks_exact_mut(tags) {
        for (after, score) in row.iter_mut().enumerate() {
            if matches!(part(after).0, Part::Begin | Part::Single) {
                *score += lean;
            }
        }
    }
}

/// Tags units with each constant and compares.
fn measure(
    sequences: &Sequences,
    learned: &Learned,
    units: &[(usize, usize)],
    leans: &[f64],
    tallies: &mut [Tally],
) {
    let tags = tags(sequences.types);
    let tables: Vec<Transitions> = leans
        .iter()
        .map(|&lean| {
            let mut scores = learned.transitions.clone();
            apply(&mut scores, sequences.types, lean);
            Transitions::new(sequences.types, scores)
        })
        .collect();
    let mut beam = Beam::default();
    let mut path: Vec<Tag> = Vec::new();
    let mut row = vec![0.0_f32; tags];
    let mut scores: Vec<i32> = Vec::new();
    for &(start, end) in units {
        scores.clear();
        for at in start..end {
            row.fill(0.0);
            learned.score(sequences.slots_of(at), &mut row);
            scores.extend(row.iter().map(|&score| libm::round(f64::from(score) / UNIT) as i32));
        }
        let right = spans(sequences.tags.get(start..end).unwrap_or_default());
        for (transitions, tally) in tables.iter().zip(tallies.iter_mut()) {
            beam.read(&scores, transitions);
            beam.viterbi(transitions, &mut path);
            compare(&spans(&path), &right, tally);
        }
    }
}

/// Counts which spans are right, missed and made up; both lists are in order.
fn compare(found: &[Tagged], right: &[Tagged], tally: &mut Tally) {
    let same =
        |one: &Tagged, other: &Tagged| (one.start, one.end, one.kind) == (other.start, other.end, other.kind);
    let hits = found.iter().filter(|one| right.iter().any(|other| same(one, other))).count();
    tally.true_positives += hits;
    tally.false_positives += found.len() - hits;
    tally.false_negatives += right.len() - hits;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_constant_is_for_steps_into_spans() {
        let types = 1;
        let mut scores = vec![0.0; tags(types) * tags(types)];
        apply(&mut scores, types, 0.5);
        let steps: Vec<f64> = scores.chunks_exact(tags(types)).flat_map(|row| row.to_vec()).collect();
        assert!(steps.chunks_exact(5).all(|row| row == [0.0, 0.5, 0.0, 0.0, 0.5]));
    }
}
