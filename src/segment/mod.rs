//! Text into words.
//!
//! The words are those of jieba without its guesses (no HMM), boundary for boundary: its dictionary, compiled ahead of
//! time into a [`Table`], and its choice among the words of the dictionary, made in one pass. jieba itself is what the
//! table is compared with when it is compiled, and what the tests compare every text with.

pub mod table;
pub mod compile;
pub mod alphabet;
pub mod route;
pub mod reference;

use std::cell::Cell;
use std::sync::Arc;
use std::sync::LazyLock;

use crate::text::Folded;
use crate::text::Span;
use alphabet::Alphabet;
use compile::Dictionary;
use route::Route;
use table::Table;

/// The dictionary of jieba-rs, compiled. See `models/segmentation/README.md`.
const BUILT_IN: &[u8] = include_bytes!("../../models/segmentation/dictionary.bin");

/// One word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// Where in the clean text.
    pub span: Span,
    /// Where in the folded text.
    pub folded: Span,
}

/// Splits text into words by jieba's dictionary, without guessing unknown words (no HMM).
#[derive(Clone, Debug)]
pub struct Segmenter {
    words: Arc<Words>,
}

#[derive(Debug)]
struct Words {
    table: Table,
    alphabet: Alphabet,
}

impl Words {
    fn of(table: Table) -> Arc<Self> {
        Arc::new(Self { alphabet: Alphabet::of(&table), table })
    }
}

static DEFAULT: LazyLock<Arc<Words>> = LazyLock::new(|| {
    #[expect(clippy::panic, reason = "the bytes are compiled in and tested")]
    let table = Table::parse(BUILT_IN).unwrap_or_else(|reason| panic!("built-in dictionary: {reason}"));
    Words::of(table)
});

thread_local! {
    /// What the last text of this thread was segmented with, so that its memory is cleared but once.
    static SPARE: Cell<Option<Box<Route>>> = const { Cell::new(None) };
}

impl Segmenter {
    /// A segmenter over jieba's own dictionary.
    #[must_use]
    pub fn new() -> Self {
        Self { words: Arc::clone(&DEFAULT) }
    }

    /// A segmenter over a dictionary of one's own.
    ///
    /// # Errors
    /// As [`Dictionary::compile`].
    pub fn with_dictionary(dictionary: &Dictionary) -> Result<Self, String> {
        Ok(Self { words: Words::of(dictionary.compile()?) })
    }

    /// The dictionary.
    #[must_use]
    pub fn table(&self) -> &Table {
        &self.words.table
    }

    /// How often the dictionary's own texts hold a word, in its folded spelling; 0 for what it does not know.
    #[must_use]
    pub fn frequency(&self, word: &str) -> u64 {
        let Words { table, alphabet } = &*self.words;
        table.frequency(word.chars().map(|character| alphabet.code(character)))
    }

    /// How many words those texts have together.
    #[must_use]
    pub fn total_frequency(&self) -> u64 {
        self.words.table.total()
    }

    /// Splits `folded` into words, white space and punctuation included, in order and without gaps.
    #[must_use]
    pub fn segment(&self, folded: &Folded) -> Vec<Token> {
        // A word has two characters of three bytes, on average.
        let mut tokens = Vec::with_capacity(folded.text.len() / 5 + 1);
        let mut route = SPARE.take().unwrap_or_default();
        self.segment_into(folded, &mut route, &mut tokens);
        SPARE.set(Some(route));
        tokens
    }

    /// The same, into memory that was used before: nothing is allocated where it suffices.
    pub fn segment_into(&self, folded: &Folded, route: &mut Route, tokens: &mut Vec<Token>) {
        route.find(&folded.text, &self.words.alphabet, &self.words.table);
        tokens.clear();
        if folded.shifts.is_empty() {
            route.words(|start, end| {
                let span = Span { start, end };
                tokens.push(Token { span, folded: span });
            });
        } else {
            route.words(|start, end| {
                let span = Span { start, end };
                tokens.push(Token { span: folded.clean_span(span), folded: span });
            });
        }
        route.release();
    }
}

impl Default for Segmenter {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frequencies_are_those_of_the_dictionary() {
        let segmenter = Segmenter::new();
        let (common, rare) = (segmenter.frequency("我们"), segmenter.frequency("饕餮"));
        assert!(common > 100 * rare && rare > 0, "{common} {rare}");
        for strange in ["没有这个词的词", "", "我们\u{1F600}", "中华人民共和国国歌歌"] {
            assert_eq!(segmenter.frequency(strange), 0, "{strange}");
        }
        let words = segmenter.table().words();
        // jieba cuts at some characters that its dictionary has words with; those words are never looked up.
        let whole = |word: &str| word.chars().all(|c| matches!(c, '\u{4e00}'..='\u{9fff}'));
        for (word, frequency) in words.iter().filter(|(word, _)| whole(word)) {
            assert_eq!(segmenter.frequency(word), *frequency, "{word}");
        }
        assert!(segmenter.total_frequency() > words.iter().map(|(_, frequency)| frequency).sum::<u64>() / 2);
    }
}
