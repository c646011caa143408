//! Adds up the weights of a document's features.
//!
//! Most features of a document are in no model. Each is asked for in a table of bits that the cache holds; what that does
//! not rule out is looked up, and the row that it has is added. Features are looked up many at a time, so that no look-up
//! waits for another one's memory, and none is counted: the value of a feature is that of one occurrence as often as it
//! occurs.

use std::cell::Cell;

use super::features::Block;
use super::features::FeatureOptions;
use super::features::Key;
use super::features::Segmented;
use super::values::Totals;
use super::weights::MAX_ADDED;
use super::weights::Score;
use super::weights::Weights;
use crate::text::Span;

/// What a document's features add up to, kept from one document to the next: a thread reads one after the other.
#[derive(Debug, Default)]
pub struct Tally {
    words: Batch,
    characters: Batch,
}

thread_local! {
    /// What the last document of this thread was read with.
    static SPARE: Cell<Option<Box<Tally>>> = const { Cell::new(None) };
}

impl Tally {
    /// Adds to each label's score what the features of the text contribute, or of the parts of it that `kept` names, and
    /// returns how many occurrences of features have weights.
    pub fn add_up(
        weights: &Weights,
        options: &FeatureOptions,
        text: Segmented<'_>,
        kept: Option<&[Span]>,
        scores: &mut [Score],
    ) -> u32 {
        // A panic in between would leave the thread a new one, not one that is half done.
        let mut tally = SPARE.take().unwrap_or_default();
        let Tally { words, characters } = &mut *tally;
        words.begin(weights);
        characters.begin(weights);
        // All in a batch weigh alike.
        let mut weight = 1;
        options.occurrences(text, kept, |occurrence| {
            if occurrence.weight != weight {
                words.flush(weights, weight);
                characters.flush(weights, weight);
                weight = occurrence.weight;
            }
            let batch = match occurrence.block {
                Block::Words => &mut *words,
                Block::Characters => &mut *characters,
            };
            if batch.push(occurrence.key) {
                batch.flush(weights, weight);
            }
        });
        words.flush(weights, weight);
        characters.flush(weights, weight);
        let mut totals = Totals::default();
        totals.add(Block::Words, words.total);
        totals.add(Block::Characters, characters.total);
        for (block, batch) in [(Block::Words, &*words), (Block::Characters, &*characters)] {
            let once = totals.once(block).0 as i64;
            for (score, sum) in scores.iter_mut().zip(&batch.sums) {
                // Sums of a text that fits into memory stay far below 63 bits; what a forged bundle does is its own.
                score.0 = score.0.saturating_add(sum.saturating_mul(once));
            }
        }
        let known = words.known.saturating_add(characters.known);
        SPARE.set(Some(tally));
        u32::try_from(known).unwrap_or(u32::MAX)
    }
}

/// Features of a block to be looked up together, and the sums of those before.
#[derive(Debug)]
struct Batch {
    filled: usize,
    keys: Vec<Key>,
    /// Of the rows of all occurrences so far, by label.
    sums: Vec<i64>,
    /// Occurrences so far, and those that have rows.
    total: u64,
    known: u64,
}

impl Default for Batch {
    fn default() -> Self {
        Self { filled: 0, keys: vec![0; MAX_ADDED], sums: Vec::new(), total: 0, known: 0 }
    }
}

impl Batch {
    /// Makes ready for a document.
    fn begin(&mut self, weights: &Weights) {
        self.sums.clear();
        self.sums.resize(weights.labels(), 0);
        (self.filled, self.total, self.known) = (0, 0, 0);
    }

    /// Takes a feature; whether the batch is full.
    #[inline(always)]
    fn push(&mut self, key: Key) -> bool {
        if let Some(slot) = self.keys.get_mut(self.filled) {
            *slot = key;
        }
        self.filled += 1;
        self.filled >= MAX_ADDED
    }

    /// Adds the rows of the features up, each `weight` times, and empties the batch.
    #[inline(never)]
    fn flush(&mut self, weights: &Weights, weight: u32) {
        let filled = std::mem::take(&mut self.filled);
        self.total += filled as u64 * u64::from(weight);
        let Some(keys) = self.keys.get_mut(..filled) else { return };
        // Each is written down and kept where it may have a row: nothing is guessed, so no guess goes wrong.
        let cells = Cell::from_mut(&mut *keys).as_slice_of_cells();
        let mut candidates = 0;
        for key in cells {
            let key = key.get();
            if let Some(slot) = cells.get(candidates) {
                slot.set(key);
            }
            candidates += usize::from(weights.may_have(key));
        }
        let mut found = 0;
        for key in cells.iter().take(candidates) {
            let row = weights.position(key.get());
            if let Some(slot) = cells.get(found) {
                slot.set(u64::from(row));
            }
            found += usize::from(row != Weights::NO_ROW);
        }
        self.known += found as u64 * u64::from(weight);
        weights.add_up(keys.get(..found).unwrap_or_default(), weight, &mut self.sums);
    }
}
