//! Words and characters into features. Training and serving both come through here.
//!
//! A document is a bag of word n-grams and character n-grams, each n-gram within an unbroken run of letters,
//! digits and Chinese characters, or, where marks count, of anything but white space. Its value is sublinear in its
//! count and normalised per block:
//!
//! ```text
//! value(f) = (1 + ln count(f)) / √ Σ_{g in block} count(g)
//! ```
//!
//! The sum of the counts stands in for the sum of the squares of what is sublinear in them, to which it is nearly
//! in proportion. It is known without telling apart all the features that no model has weights for.
//!
//! Inverse document frequencies are no part of the value: they are folded into the weights when a model is trained,
//! so that serving needs no second table and every value is a function of the document alone.

use serde::Deserialize;
use serde::Serialize;

use super::key::Key;
use super::key::follow;
use super::key::spread;
use super::makeup::Makeup;
use super::makeup::Word;
use super::makeup::is_content;
use crate::segment::Token;
use crate::text::CleanText;
use crate::text::Folded;
use crate::text::ParagraphKind;
use crate::text::Span;

/// Kinds of features that are normalised together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Block {
    /// Word n-grams.
    Words,
    /// Character n-grams.
    Characters,
}

impl Block {
    /// Number of blocks.
    pub const COUNT: usize = 2;

    /// All of them, in order.
    pub const ALL: [Self; Self::COUNT] = [Self::Words, Self::Characters];

    /// Position in a table of blocks.
    #[inline(always)]
    #[must_use]
    pub fn index(self) -> usize {
        match self {
            Self::Words => 0,
            Self::Characters => 1,
        }
    }
}

/// One occurrence of a feature.
#[derive(Clone, Copy, Debug)]
pub struct Occurrence {
    /// Which feature.
    pub key: Key,
    /// What it is normalised with.
    pub block: Block,
    /// How often it counts: more in the headline.
    pub weight: u32,
    /// Where in the folded text.
    pub folded: Span,
}

/// What takes the features of a text as they are found.
pub trait Sink {
    /// Takes a word n-gram, which counts so often and stands there in the folded text.
    fn word(&mut self, key: Key, weight: u32, folded: Span);

    /// Takes the character n-grams that end with one character.
    fn characters(&mut self, ngrams: &Ngrams, weight: u32);
}

/// Character n-grams of one to [`Ngrams::LONGEST`] characters with the same end.
#[derive(Clone, Copy, Debug)]
pub struct Ngrams {
    /// By length; only the first `count` are features of the text.
    pub keys: [Key; Self::LONGEST],
    /// How many there are.
    pub count: usize,
    /// Where each begins in the folded text.
    pub starts: [u32; Self::LONGEST],
    /// Where they end.
    pub end: u32,
}

impl Ngrams {
    /// Characters of the longest one.
    pub const LONGEST: usize = 4;
}

/// Takes features one by one.
struct Each<F>(F);

impl<F: FnMut(Occurrence)> Sink for Each<F> {
    #[inline]
    fn word(&mut self, key: Key, weight: u32, folded: Span) {
        self.0(Occurrence { key, block: Block::Words, weight, folded });
    }

    #[inline]
    fn characters(&mut self, ngrams: &Ngrams, weight: u32) {
        for (&key, &start) in ngrams.keys.iter().zip(&ngrams.starts).take(ngrams.count) {
            self.0(Occurrence {
                key,
                block: Block::Characters,
                weight,
                folded: Span { start, end: ngrams.end },
            });
        }
    }
}

/// How documents become features. Saved in the bundle; nothing on a serving command line can change it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeatureOptions {
    /// Longest word n-gram, 0 to 3.
    pub word_ngrams: u8,
    /// Longest character n-gram, 0 to 4.
    pub character_ngrams: u8,
    /// How often an occurrence in the headline counts; 0: the headline is left out.
    pub title_weight: u32,
    /// Whether punctuation, and where a paragraph begins and ends, are part of n-grams: it tells kinds of headlines
    /// apart, and little else.
    pub marks: bool,
}

impl Default for FeatureOptions {
    fn default() -> Self {
        Self { word_ngrams: 2, character_ngrams: 3, title_weight: 2, marks: false }
    }
}

/// The text of one document, segmented, ready to be read for features.
#[derive(Clone, Copy, Debug)]
pub struct Segmented<'a> {
    /// Clean text with its paragraphs.
    pub clean: &'a CleanText,
    /// The same, folded.
    pub folded: &'a Folded,
    /// Its words.
    pub tokens: &'a [Token],
    /// What the words are made of, one by one.
    pub makeup: &'a Makeup,
}

/// A stretch of the text and how its features count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stretch {
    /// In the clean text.
    clean: Span,
    weight: u32,
    /// It begins where its paragraph does.
    opens: bool,
    /// It ends where its paragraph does.
    closes: bool,
}

/// What tells characters from words: a bit that no packed characters have.
const CHARACTER: u64 = 1 << 63;
/// Stand in n-grams for the beginning and the end of a paragraph; no character has such a number.
const OPENING: u64 = 0x11_0000;
const CLOSING: u64 = 0x11_0001;

/// Bits of a character; three of them fit into a key.
const UNIT_BITS: u32 = 21;
const ONE_UNIT: u64 = (1 << UNIT_BITS) - 1;
const TWO_UNITS: u64 = (1 << (2 * UNIT_BITS)) - 1;
const THREE_UNITS: u64 = (1 << (3 * UNIT_BITS)) - 1;

impl FeatureOptions {
    /// Calls `sink` for every occurrence of every feature of the text, or of the parts of it that `kept` names: spans of
    /// the clean text in order, apart from one another. No feature reaches from one part into the next.
    pub fn occurrences(&self, text: Segmented<'_>, kept: Option<&[Span]>, sink: impl FnMut(Occurrence)) {
        self.read(text, kept, &mut Each(sink));
    }

    /// The same, into whatever takes features.
    #[inline]
    pub fn read(&self, text: Segmented<'_>, kept: Option<&[Span]>, sink: &mut impl Sink) {
        for stretch in self.stretches(text.clean, kept) {
            let first = text.tokens.partition_point(|token| token.span.start < stretch.clean.start);
            let last = text.tokens.partition_point(|token| token.span.start < stretch.clean.end);
            let tokens = text.tokens.get(first..last).unwrap_or_default();
            if self.word_ngrams > 0 {
                let words = text.makeup.words.get(first..last).unwrap_or_default();
                self.words(tokens, words, stretch, sink);
            }
            if self.character_ngrams > 0 {
                self.characters(&text.folded.text, tokens, stretch, sink);
            }
        }
    }

    /// The paragraphs, or what of them is kept; no n-gram reaches from one stretch into the next.
    fn stretches(&self, clean: &CleanText, kept: Option<&[Span]>) -> Vec<Stretch> {
        let all = [Span::new(0, clean.text.len())];
        let kept = kept.unwrap_or(&all);
        let mut stretches = Vec::new();
        for paragraph in &clean.paragraphs {
            let weight = match paragraph.kind {
                ParagraphKind::Title => self.title_weight,
                ParagraphKind::OriginalTitle
                | ParagraphKind::Body
                | ParagraphKind::Heading
                | ParagraphKind::ListItem
                | ParagraphKind::TableRow
                | ParagraphKind::Metadata => 1,
            };
            if weight == 0 {
                continue;
            }
            let span = paragraph.span;
            let first = kept.partition_point(|part| part.end <= span.start);
            for part in kept.iter().skip(first).take_while(|part| part.start < span.end) {
                let clean = Span { start: part.start.max(span.start), end: part.end.min(span.end) };
                let (opens, closes) = (clean.start == span.start, clean.end == span.end);
                stretches.push(Stretch { clean, weight, opens, closes });
            }
        }
        stretches
    }

    /// Whether a character can be part of an n-gram.
    fn joins(&self, c: char) -> bool {
        self.marks || is_content(c)
    }

    #[inline(always)]
    fn words(&self, tokens: &[Token], words: &[Word], stretch: Stretch, sink: &mut impl Sink) {
        // Hashes and starts of the words before the current one, nearest first, within an unbroken run.
        let mut before: [Option<(u64, u32)>; 2] = [None, None];
        if self.marks && stretch.opens {
            before[0] = tokens.first().map(|token| (OPENING, token.folded.start));
        }
        for (token, word) in tokens.iter().zip(words) {
            if !(word.is_content || self.marks) {
                before = [None, None];
                continue;
            }
            let hash = word.key;
            let weight = stretch.weight;
            sink.word(hash, weight, token.folded);
            let end = token.folded.end;
            if let (2.., [Some((one, start)), _]) = (self.word_ngrams, before) {
                sink.word(follow(one, hash), weight, Span { start, end });
            }
            if let (3.., [Some((one, _)), Some((two, start))]) = (self.word_ngrams, before) {
                sink.word(follow(follow(two, one), hash), weight, Span { start, end });
            }
            before = [Some((hash, token.folded.start)), before[0]];
        }
        if let (true, true, 2.., Some((one, start)), Some(last)) =
            (self.marks, stretch.closes, self.word_ngrams, before[0], tokens.last())
        {
            sink.word(follow(one, CLOSING), stretch.weight, Span { start, end: last.folded.end });
        }
    }

    #[inline(always)]
    fn characters(&self, folded: &str, tokens: &[Token], stretch: Stretch, sink: &mut impl Sink) {
        let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { return };
        let run = Span { start: first.folded.start, end: last.folded.end };
        let longest = usize::from(self.character_ngrams);
        // The characters before the current one within an unbroken run, as many as are known, the nearest in the lowest
        // bits; a fourth one is kept apart. Where they begin, nearest first.
        let (mut window, mut fourth) = (0u64, 0u64);
        let mut starts = [run.start; Ngrams::LONGEST - 1];
        let mut known = 0usize;
        if self.marks && stretch.opens {
            (window, known) = (OPENING, 1);
        }
        let mut rest = run.of(folded).chars();
        let mut start = run.start;
        while let Some(c) = rest.next() {
            let end = run.end - rest.as_str().len() as u32;
            if !self.joins(c) {
                (known, start) = (0, end);
                continue;
            }
            let packed = window << UNIT_BITS | u64::from(u32::from(c));
            let [one, two, three] = starts;
            let keys = keys(packed, fourth, longest);
            let count = 1 + known.min(longest - 1);
            sink.characters(&Ngrams { keys, count, starts: [start, one, two, three], end }, stretch.weight);
            fourth = window >> UNIT_BITS & ONE_UNIT;
            window = packed & TWO_UNITS;
            (starts, start) = ([start, one, two], end);
            known = (known + 1).min(Ngrams::LONGEST - 1);
        }
        if self.marks && stretch.closes {
            // The end is part of n-grams, and none of its own.
            let [_, keys @ ..] = keys(window << UNIT_BITS | CLOSING, fourth, longest);
            for (key, start) in keys.into_iter().zip(starts).take(known.min(longest - 1)) {
                let ngrams = Ngrams { keys: [key, 0, 0, 0], count: 1, starts: [start; 4], end: run.end };
                sink.characters(&ngrams, stretch.weight);
            }
        }
    }
}

/// Keys of the n-grams that end with the last one of three packed characters, whose fourth is kept apart.
#[inline(always)]
fn keys(packed: u64, fourth: u64, longest: usize) -> [Key; Ngrams::LONGEST] {
    let [one, two, three] =
        [ONE_UNIT, TWO_UNITS, THREE_UNITS].map(|units| spread(CHARACTER | packed & units));
    [one, two, three, if longest >= Ngrams::LONGEST { follow(three, fourth) } else { 0 }]
}
