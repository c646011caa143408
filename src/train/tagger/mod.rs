//! Annotated texts into a tagger.
//!
//! ```text
//! texts ─rules, features→ sequences of slots ─crf→ weights ─round→ tagger
//! ```

mod card;
pub mod command;
mod crf;
mod lean;
mod names;
mod sequences;
mod unlabelled;

pub use crf::TrainOptions;

use crate::corpus::annotated::AnnotatedRow;
use crate::error::Error;
use crate::extract::Extractor;
use crate::extract::tagger::Clusters;
use crate::extract::tagger::MAX_TYPES;
use crate::extract::tagger::Row;
use crate::extract::tagger::Tagger;
use crate::extract::tagger::UNIT;
use crate::extract::tagger::Weights;
use crate::segment::Segmenter;
use names::KnownNames;
use sequences::Sequences;

/// The steps of training, for progress: name, done, out of.
pub type Progress<'a> = &'a mut dyn FnMut(&'static str, usize, usize);

/// Trains a tagger for `types` on texts; spans of other types are text.
///
/// # Errors
/// [`Error::Training`] when nothing is left to learn from.
pub(crate) fn train(
    rows: &[&AnnotatedRow],
    types: &[String],
    clusters: &Clusters,
    tools: Tools<'_>,
    options: &TrainOptions,
    progress: Progress<'_>,
) -> Result<Tagger, Error> {
    options.check()?;
    if types.len() > MAX_TYPES {
        let reason = format!("{} types of spans; a tagger has {MAX_TYPES} at most", types.len());
        return Err(Error::Training { reason });
    }
    let known = if options.names { KnownNames::read(rows, types) } else { KnownNames::default() };
    let sequences = Sequences::read(rows, types, clusters, &known, tools, options.min_count, progress)?;
    if sequences.keys.is_empty() {
        let reason = format!("nothing occurs {} times, so that there is no feature", options.min_count);
        return Err(Error::Training { reason });
    }
    let lean = options.lean.unwrap_or_else(|| lean::choose(&sequences, options, progress));
    let mut learned = crf::learn(&sequences, sequences.units(), options, progress);
    lean::apply(&mut learned.transitions, types.len(), lean);
    let tags = crate::extract::tagger::tags(types.len());
    let mut rows = Vec::with_capacity(sequences.keys.len());
    for (&(key, first), mask) in sequences.keys.iter().zip(&sequences.masks) {
        let mut slots = Vec::new();
        let mut at = first as usize;
        for slot in 0..crate::extract::tagger::MAX_SLOTS {
            if mask & (1 << slot) == 0 {
                continue;
            }
            let weights = learned.weights.get(at * tags..(at + 1) * tags).unwrap_or_default();
            at += 1;
            if weights.iter().any(|weight| weight.abs() >= options.prune) {
                slots.push((slot, weights.to_vec()));
            }
        }
        rows.push(Row { key, slots });
    }
    if rows.iter().all(|row: &Row| row.slots.is_empty()) {
        let reason = format!("no weight is as large as {}, so that nothing is left", options.prune);
        return Err(Error::Training { reason });
    }
    let transitions: Vec<i32> =
        learned.transitions.iter().map(|score| libm::round(score / UNIT) as i32).collect();
    Tagger::new(types.to_vec(), Weights::pack(tags, rows), &transitions, clusters.clone(), known.names)
        .map_err(|reason| Error::Training { reason })
}

/// What turns texts into sentences with findings.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tools<'a> {
    /// Splits words.
    pub(crate) segmenter: &'a Segmenter,
    /// Finds what the rules find.
    pub(crate) extractor: &'a Extractor,
}
