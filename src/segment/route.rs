//! The likeliest division of a text into words, in one pass over it from its end.
//!
//! jieba draws the graph of all words of a text first and looks for the best route through it afterwards. Here neither
//! the graph nor the route is drawn: at each character, from the last to the first, every word that begins there is
//! weighed as the dictionary is walked, and only the best one's length is kept. Sums are built in jieba's order, so that
//! they round alike, and of two equal ones the longer word wins, as there.

use std::hint::select_unpredictable;

use super::alphabet::Alphabet;
use super::table::BREAK;
use super::table::Cell;
use super::table::FIRST_LETTER;
use super::table::FIRST_OTHER;
use super::table::LONGEST;
use super::table::Table;

/// What a text is cut in before words are known: a character, or a line end of two.
#[derive(Clone, Debug, Default)]
pub struct Route {
    /// Units in use.
    len: usize,
    /// Code of each unit; two times [`BREAK`] follows the last.
    codes: Vec<u16>,
    /// First byte of each unit; the end of the text follows the last.
    starts: Vec<u32>,
    /// The prefix of two characters that begins at each unit.
    pairs: Vec<Cell>,
    /// The prefix of three characters that begins at each unit.
    triples: Vec<Cell>,
    /// Weight of the best way from each unit to the end of its block.
    best: Vec<f64>,
    /// Units of the first word on that way.
    lengths: Vec<u16>,
}

impl Route {
    /// Units beyond which the memory of a text, of 32 bytes a unit, is not kept for the next: every thread keeps one.
    const KEPT: usize = 1 << 16;

    /// Reads `text` and finds its words.
    pub fn find(&mut self, text: &str, alphabet: &Alphabet, table: &Table) {
        let room = text.len() + 3;
        if self.codes.len() < room {
            self.codes.resize(room, BREAK);
            self.starts.resize(room, 0);
            self.pairs.resize(room, Cell::EMPTY);
            self.triples.resize(room, Cell::EMPTY);
            self.best.resize(room, 0.0);
            self.lengths.resize(room, 0);
        }
        self.read(text, alphabet);
        self.pair(table);
        self.weigh(table);
    }

    /// Gives back the memory that an uncommonly long text took.
    pub fn release(&mut self) {
        if self.codes.capacity() > Self::KEPT {
            *self = Self::default();
        }
    }

    /// Characters into codes.
    fn read(&mut self, text: &str, alphabet: &Alphabet) {
        let mut units = self.codes.iter_mut().zip(&mut self.starts).enumerate();
        let mut rest = text.as_bytes();
        while !rest.is_empty() {
            let at = text.len() - rest.len();
            let code;
            (code, rest) = alphabet.next(rest);
            let Some((_, (slot, start))) = units.next() else { break };
            (*slot, *start) = (code, at as u32);
        }
        if let Some((len, (code, start))) = units.next() {
            (*code, *start) = (BREAK, text.len() as u32);
            self.len = len;
        }
        if let Some((_, (code, _))) = units.next() {
            *code = BREAK;
        }
    }

    /// Looks up every two neighbours and every three. No look-up waits for one of another unit, and nothing is decided, so
    /// that the memory answers many at once.
    fn pair(&mut self, table: &Table) {
        let codes = self.codes.get(..=self.len).unwrap_or_default();
        let thirds = self.codes.get(2..self.len + 2).unwrap_or_default();
        let seconds = codes.get(1..).unwrap_or_default();
        for ((pair, &first), &second) in self.pairs.iter_mut().zip(codes).zip(seconds) {
            *pair = table.pair(table.root(first), second);
        }
        for ((triple, &pair), &third) in self.triples.iter_mut().zip(&self.pairs).zip(thirds) {
            *triple = table.child(pair, third);
        }
    }

    /// Weighs the words that begin at each unit, from the last to the first.
    fn weigh(&mut self, table: &Table) {
        let len = self.len;
        let (Some(codes), Some(pairs), Some(triples), Some(best), Some(lengths)) = (
            self.codes.get(..len),
            self.pairs.get(..len),
            self.triples.get(..len),
            self.best.get_mut(..len + 1),
            self.lengths.get_mut(..len),
        ) else {
            return;
        };
        // The end of the text; another text may have left its sums there.
        if let Some(end) = best.last_mut() {
            *end = 0.0;
        }
        // Both read and written along the way.
        let best = std::cell::Cell::from_mut(best).as_slice_of_cells();
        let unknown = table.unknown_weight();
        // Weights of the ways from the next unit and the one after.
        let (mut next, mut after, mut third) = (0.0f64, 0.0f64, 0.0f64);
        let units = codes.iter().zip(pairs).zip(triples).zip(best).zip(lengths).enumerate().rev();
        for (at, ((((&code, &pair), &triple), slot), length)) in units {
            let (weight, units) = if code == BREAK {
                (0.0, 1)
            } else {
                // What is longer than a character rests on sums that have long been known; the last one to become known
                // comes in last.
                let two = table.weight(pair.weight()) + after;
                let three = table.weight(triple.weight()) + third;
                let wins = three >= two;
                let mut long = (larger(three, two), 2 + u16::from(wins));
                if triple.base() != 0 {
                    long = longer(table, (codes, best), (at, triple), long);
                }
                let one = table.single(code) + next;
                let weight = larger(long.0, one);
                let length = select_unpredictable(long.0 >= one, long.1, 1);
                if weight > f64::NEG_INFINITY { (weight, length) } else { (unknown + next, 1) }
            };
            (next, after, third) = (weight, next, after);
            slot.set(weight);
            *length = units;
        }
    }

    /// Calls `word` with the first and the last byte of every word, in order.
    pub fn words(&self, mut word: impl FnMut(u32, u32)) {
        let (Some(codes), Some(starts), Some(lengths)) =
            (self.codes.get(..self.len), self.starts.get(..=self.len), self.lengths.get(..self.len))
        else {
            return;
        };
        let is_letter = |code: &u16| (FIRST_LETTER..FIRST_OTHER).contains(code);
        let mut at = 0;
        let mut start = 0;
        while let Some(&length) = lengths.get(at) {
            let first = at;
            at += usize::from(length);
            // Letters and digits that stayed alone are one word together.
            if length == 1 && codes.get(first).is_some_and(is_letter) {
                while codes.get(at).is_some_and(is_letter) && lengths.get(at) == Some(&1) {
                    at += 1;
                }
            }
            let end = starts.get(at).copied().unwrap_or_default();
            word(start, end);
            start = end;
        }
    }
}

/// The larger of two sums, neither of which is not a number: one instruction, where a choice between floats that is made
/// by a condition would be a jump that is guessed wrong.
#[inline(always)]
fn larger(one: f64, other: f64) -> f64 {
    if one > other { one } else { other }
}

/// Weighs words of four characters and more.
#[inline(always)]
fn longer(
    table: &Table,
    (codes, best): (&[u16], &[std::cell::Cell<f64>]),
    (at, triple): (usize, Cell),
    mut found: (f64, u16),
) -> (f64, u16) {
    let mut cell = triple;
    let mut length: u16 = 3;
    while cell.base() != 0 && length < LONGEST {
        let Some(&code) = codes.get(at + usize::from(length)) else { break };
        cell = table.child(cell, code);
        length += 1;
        if cell.weight() != 0 {
            let Some(rest) = best.get(at + usize::from(length)) else { break };
            let weight = table.weight(cell.weight()) + rest.get();
            if weight >= found.0 {
                found = (weight, length);
            }
        }
    }
    found
}
