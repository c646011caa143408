//! Counts the features of a document that a model has weights for, and adds their weights up.
//!
//! Features are looked up many at a time, so that no look-up waits for another one's memory. What is found is counted, and
//! added up apart by how often it was found before: first times together, second times together, and so on. A feature
//! that occurs three times has then been added up three times, each weighing as much as the count that it makes does more
//! than the one before.

use std::cell::Cell;

use super::features::Block;
use super::features::FeatureOptions;
use super::features::Ngrams;
use super::features::Segmented;
use super::features::Sink;
use super::key::Key;
use super::values::MAX_COUNT;
use super::values::Totals;
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
        let mut reader = Reader { weights, weight: 1, words, characters };
        options.read(text, kept, &mut reader);
        reader.flush();
        let mut totals = Totals::default();
        totals.add(Block::Words, words.total);
        totals.add(Block::Characters, characters.total);
        let mut sums = vec![0; scores.len()];
        let mut known = 0;
        for (block, batch) in [(Block::Words, words), (Block::Characters, characters)] {
            known += batch.settle(weights, |count| totals.value(block, count).0, &mut sums);
        }
        for (score, sum) in scores.iter_mut().zip(sums) {
            score.0 = score.0.saturating_add(sum);
        }
        SPARE.set(Some(tally));
        known
    }
}

/// Fills the batches of a document.
struct Reader<'a> {
    weights: &'a Weights,
    /// How often the features in the batches count.
    weight: u32,
    words: &'a mut Batch,
    characters: &'a mut Batch,
}

impl Reader<'_> {
    #[inline(never)]
    fn flush(&mut self) {
        self.words.flush(self.weights, self.weight);
        self.characters.flush(self.weights, self.weight);
    }

    #[inline(always)]
    fn weigh(&mut self, weight: u32) {
        if weight != self.weight {
            self.flush();
            self.weight = weight;
        }
    }
}

impl Sink for Reader<'_> {
    #[inline(always)]
    fn word(&mut self, key: Key, weight: u32, _: Span) {
        self.weigh(weight);
        if self.words.push([key, 0, 0, 0], 1) {
            self.words.flush(self.weights, weight);
        }
    }

    #[inline(always)]
    fn characters(&mut self, ngrams: &Ngrams, weight: u32) {
        self.weigh(weight);
        if self.characters.push(ngrams.keys, ngrams.count) {
            self.characters.flush(self.weights, weight);
        }
    }
}

/// Features of a block to be looked up together, and the counts of those before.
#[derive(Debug)]
struct Batch {
    filled: usize,
    keys: Box<[Key; MAX_ADDED]>,
    found: Box<[u32; MAX_ADDED]>,
    /// For each row the document that its feature was last found in, and how often: the low byte.
    marks: Vec<u16>,
    /// Number of the document, in the upper byte; starts again when there are no more numbers.
    document: u16,
    /// What was found for the first time, for the second time, and so on.
    levels: Vec<Level>,
    /// Occurrences so far.
    total: u64,
    /// Features found so far, each once.
    known: u32,
}

impl Default for Batch {
    fn default() -> Self {
        Self {
            filled: 0,
            keys: Box::new([0; MAX_ADDED]),
            found: Box::new([0; MAX_ADDED]),
            marks: Vec::new(),
            document: 0,
            levels: std::iter::repeat_with(Level::default).take(usize::from(MAX_COUNT)).collect(),
            total: 0,
            known: 0,
        }
    }
}

/// Low bits of a mark.
const COUNT: u16 = 0xff;

impl Batch {
    /// Makes ready for a document.
    fn begin(&mut self, weights: &Weights) {
        (self.filled, self.total, self.known) = (0, 0, 0);
        self.document = self.document.wrapping_add(COUNT + 1);
        if self.document == 0 {
            self.marks.fill(0);
            self.document = COUNT + 1;
        }
        if self.marks.len() < weights.places() {
            self.marks.resize(weights.places(), 0);
        }
    }

    /// Takes so many of the keys; whether there may be no room for more.
    #[inline(always)]
    fn push(&mut self, keys: [Key; Ngrams::LONGEST], count: usize) -> bool {
        if let Some(slots) = self.keys.get_mut(self.filled..).and_then(<[Key]>::first_chunk_mut) {
            *slots = keys;
        }
        self.filled += count;
        self.filled > MAX_ADDED - Ngrams::LONGEST
    }

    /// Counts those features that have rows, each `weight` times, and empties the batch.
    #[inline(never)]
    fn flush(&mut self, weights: &Weights, weight: u32) {
        let filled = std::mem::take(&mut self.filled);
        self.total += filled as u64 * u64::from(weight);
        let found = weights.find(self.keys.get_mut(..filled).unwrap_or_default(), &mut self.found);
        let found = self.found.get(..found).unwrap_or_default();
        for _ in 0..weight.min(u32::from(MAX_COUNT)) {
            for &row in found {
                let Some(mark) = self.marks.get_mut(row as usize) else { continue };
                let count = if *mark & !COUNT == self.document { *mark & COUNT } else { 0 };
                if count == u16::from(MAX_COUNT) {
                    continue;
                }
                *mark = self.document | (count + 1);
                self.known += u32::from(count == 0);
                let Some(level) = self.levels.get_mut(usize::from(count)) else { continue };
                level.push(row, weights);
            }
        }
    }

    /// Adds to the sums what was found, weighed by the `value` of each count, and returns how many features were.
    fn settle(&mut self, weights: &Weights, value: impl Fn(u8) -> u32, sums: &mut [i64]) -> u32 {
        let mut before = 0;
        // What was found three times was found twice.
        for (level, count) in self.levels.iter_mut().zip(1..).take_while(|(level, _)| !level.is_empty()) {
            let value = i64::from(value(count));
            level.empty(weights, |level| {
                sums.iter_mut().zip(level).for_each(|(sum, level)| *sum += level * (value - before));
            });
            before = value;
        }
        self.known
    }
}

/// Rows that were found for the same time.
#[derive(Debug)]
struct Level {
    filled: usize,
    rows: Box<[u32; MAX_ADDED]>,
    /// Sums of the rows before; none while there were none.
    sums: Vec<i64>,
}

impl Default for Level {
    fn default() -> Self {
        Self { filled: 0, rows: Box::new([0; MAX_ADDED]), sums: Vec::new() }
    }
}

impl Level {
    #[inline(always)]
    fn push(&mut self, row: u32, weights: &Weights) {
        if let Some(slot) = self.rows.get_mut(self.filled % MAX_ADDED) {
            *slot = row;
        }
        self.filled += 1;
        if self.filled == MAX_ADDED {
            self.add_up(weights);
        }
    }

    #[inline(never)]
    fn add_up(&mut self, weights: &Weights) {
        self.sums.resize(weights.labels(), 0);
        weights.add_up(self.rows.get(..self.filled).unwrap_or_default(), &mut self.sums);
        self.filled = 0;
    }

    fn is_empty(&self) -> bool {
        self.filled == 0 && self.sums.is_empty()
    }

    /// Hands out the sums and forgets them.
    fn empty(&mut self, weights: &Weights, take: impl FnOnce(&[i64])) {
        if self.filled > 0 {
            self.add_up(weights);
        }
        if !self.sums.is_empty() {
            take(&self.sums);
            self.sums.clear();
        }
    }
}
