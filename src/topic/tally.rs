//! Counts the features of a document that a model has weights for, and adds their weights up.
//!
//! Most features of a document are in no model. Each is asked for in a table of bits that the cache holds; what that does
//! not rule out is looked up, and counted where its row is. Features are looked up many at a time, so that no look-up
//! waits for another one's memory, and rows of one count are added up together.

use std::cell::Cell;

use super::features::Block;
use super::features::FeatureOptions;
use super::features::Key;
use super::features::Segmented;
use super::values::Totals;
use super::values::increased;
use super::weights::MAX_ADDED;
use super::weights::Score;
use super::weights::Weights;
use crate::text::Span;

/// What a document's features are counted with, kept from one document to the next: a thread reads one after the other.
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
    /// returns how many features have weights.
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
        let mut sums = vec![0; scores.len()];
        let mut known = 0usize;
        for (block, batch) in [(Block::Words, words), (Block::Characters, characters)] {
            known += batch.rows.len();
            batch.settle(weights, |count| totals.value(block, count).0, &mut sums);
        }
        for (score, sum) in scores.iter_mut().zip(sums) {
            score.0 = score.0.saturating_add(sum);
        }
        SPARE.set(Some(tally));
        u32::try_from(known).unwrap_or(u32::MAX)
    }
}

/// Features of a block to be looked up together, and the counts of those before.
#[derive(Debug)]
struct Batch {
    filled: usize,
    keys: Vec<Key>,
    /// How often the feature of each row occurs; 0 between documents.
    counts: Vec<u8>,
    /// The rows whose count is above 0.
    rows: Vec<u32>,
    /// Occurrences so far.
    total: u64,
}

impl Default for Batch {
    fn default() -> Self {
        Self { filled: 0, keys: vec![0; MAX_ADDED], counts: Vec::new(), rows: Vec::new(), total: 0 }
    }
}

impl Batch {
    /// Makes ready for a document.
    fn begin(&mut self, weights: &Weights) {
        if self.counts.len() < weights.keys().len() {
            self.counts.resize(weights.keys().len(), 0);
        }
        self.total = 0;
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

    /// Counts those features that have rows, each `weight` times, and empties the batch.
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
        for row in cells.iter().take(found) {
            let row = row.get() as u32;
            let Some(count) = self.counts.get_mut(row as usize) else { continue };
            if *count == 0 {
                self.rows.push(row);
            }
            *count = increased(*count, weight);
        }
    }

    /// Adds the rows up, each as often as `value` says for its count, and clears the counts.
    fn settle(&mut self, weights: &Weights, value: impl Fn(u8) -> u32, sums: &mut [i64]) {
        let mut repeated: Vec<(u8, u64)> = Vec::new();
        let once = value(1);
        for row in self.rows.drain(..) {
            let count = self.counts.get_mut(row as usize).map(std::mem::take).unwrap_or_default();
            if count != 1 {
                repeated.push((count, u64::from(row)));
                continue;
            }
            if let Some(slot) = self.keys.get_mut(self.filled) {
                *slot = u64::from(row);
            }
            self.filled += 1;
            if self.filled >= MAX_ADDED {
                self.filled = 0;
                weights.add_up(&self.keys, once, sums);
            }
        }
        let last = std::mem::take(&mut self.filled);
        weights.add_up(self.keys.get(..last).unwrap_or_default(), once, sums);
        repeated.sort_unstable_by_key(|&(count, _)| count);
        for alike in repeated.chunk_by(|a, b| a.0 == b.0) {
            let value = alike.first().map_or(0, |&(count, _)| value(count));
            for some in alike.chunks(MAX_ADDED) {
                self.keys.iter_mut().zip(some).for_each(|(slot, &(_, row))| *slot = row);
                weights.add_up(self.keys.get(..some.len()).unwrap_or_default(), value, sums);
            }
        }
    }
}
