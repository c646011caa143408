//! A trained tagger of names: a linear-chain conditional random field over characters.
//!
//! ```text
//! sentence + what the rules found ─features→ occurrences ─model→ a score for each tag of each character
//!   ─lattice→ the best spans, each with its marginal probability
//! ```
//!
//! It reads what the rules found as evidence among other evidence, so that it learns from annotated articles which rule
//! to believe where.

mod beam;
mod clusters;
mod features;
mod hashed;
mod lattice;
mod model;
mod names;
mod unit;

use super::characters::Characters;
use super::gazetteer::Gazetteer;

pub(crate) use beam::Beam;
pub(crate) use clusters::Classes;
pub use clusters::Clusters;
pub(crate) use clusters::word_hash;
pub(crate) use features::GROUPS;
pub(crate) use features::Hint;
pub(crate) use features::Key;
pub(crate) use features::MAX_SLOTS;
pub(crate) use features::Occurrence;
pub(crate) use features::Reader;
pub(crate) use lattice::Lattice;
pub(crate) use lattice::Part;
pub(crate) use lattice::Tag;
pub(crate) use lattice::Tagged;
pub(crate) use lattice::Transitions;
pub(crate) use lattice::part;
pub(crate) use lattice::spans;
pub(crate) use lattice::tag;
pub(crate) use lattice::tags;
pub(crate) use model::Row;
pub(crate) use model::UNIT;
pub(crate) use model::Weights;
pub(crate) use names::Names;
pub(crate) use names::Types;
pub(crate) use names::merged;
pub(crate) use names::name_hash;
pub(crate) use unit::units;

/// Types that a tagger can have.
pub(crate) const MAX_TYPES: usize = 64;

/// A tagger: what it can find and how it scores.
#[derive(Clone, Debug)]
pub struct Tagger {
    /// Types of spans, by index.
    types: Vec<String>,
    weights: Weights,
    transitions: Transitions,
    clusters: Clusters,
    names: Names,
}

/// What tagging needs from sentence to sentence.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    occurrences: Vec<Occurrence>,
    /// Scores as they are added up, the first tag's being 0 and left out.
    sums: Vec<i32>,
    scores: Vec<i32>,
    beam: Beam,
    path: Vec<Tag>,
    summed: bool,
}

impl Tagger {
    /// A tagger from its parts; `transitions` are scores by tag before and tag after, in units.
    ///
    /// # Errors
    /// What does not fit together.
    pub(crate) fn new(
        types: Vec<String>,
        weights: Weights,
        transitions: &[i32],
        clusters: Clusters,
        names: Names,
    ) -> Result<Self, String> {
        let tags = tags(types.len());
        if types.is_empty() || transitions.len() != tags * tags {
            return Err("types and transitions do not fit together".to_owned());
        }
        let scores = transitions.iter().map(|&score| f64::from(score) * UNIT).collect();
        Ok(Self { transitions: Transitions::new(types.len(), scores), types, weights, clusters, names })
    }

    /// Types of spans, by index.
    #[must_use]
    pub fn types(&self) -> &[String] {
        &self.types
    }

    /// Number of things that it has weights for.
    #[must_use]
    pub fn feature_count(&self) -> usize {
        self.weights.len()
    }

    /// Classes of words and characters.
    pub(crate) fn clusters(&self) -> &Clusters {
        &self.clusters
    }

    /// Names that it has learned from.
    pub(crate) fn names(&self) -> &Names {
        &self.names
    }

    /// Its weights, and its transitions in units.
    pub(crate) fn parts(&self) -> (&Weights, Vec<i32>) {
        let units = self.transitions.scores().iter().map(|score| libm::round(score / UNIT) as i32);
        (&self.weights, units.collect())
    }

    /// The spans of the sentence from `start` to `end`, in positions of the text. `hints` are what the rules found in
    /// the text, by start.
    pub(crate) fn tag(
        &self,
        text: &Characters<'_>,
        gazetteer: &Gazetteer,
        hints: &[Hint],
        (start, end): (usize, usize),
        scratch: &mut Scratch,
    ) -> Vec<Tagged> {
        let Scratch { occurrences, sums, scores, beam, path, summed } = scratch;
        let length = end - start;
        let tags = self.transitions.tags();
        let reader =
            Reader { text, gazetteer, clusters: &self.clusters, names: &self.names, own: &[], hints };
        reader.occurrences(start, end, occurrences);
        let width = self.weights.width();
        sums.clear();
        sums.resize(length * width, 0);
        for occurrence in occurrences.iter() {
            if let Some(found) = self.weights.find(occurrence.key) {
                self.weights.add(found, occurrence, length, sums);
            }
        }
        scores.clear();
        scores.resize(length * tags, 0);
        for (row, sums) in scores.chunks_exact_mut(tags).zip(sums.chunks_exact(width)) {
            for (score, &sum) in row.iter_mut().skip(1).zip(sums) {
                *score = sum;
            }
        }
        beam.read(scores, &self.transitions);
        beam.viterbi(&self.transitions, path);
        let mut found = spans(path);
        *summed = !found.is_empty();
        if *summed {
            beam.sum(&self.transitions);
        }
        for tagged in &mut found {
            tagged.probability = beam.span(&self.transitions, tagged.start, tagged.end, tagged.kind);
            tagged.start += start;
            tagged.end += start;
        }
        found
    }

    /// Probability of one more span of the unit that was tagged last, in positions of the unit.
    pub(crate) fn probability(
        &self,
        (start, end): (usize, usize),
        kind: usize,
        scratch: &mut Scratch,
    ) -> f64 {
        if !scratch.summed {
            scratch.beam.sum(&self.transitions);
            scratch.summed = true;
        }
        scratch.beam.span(&self.transitions, start, end, kind)
    }
}
