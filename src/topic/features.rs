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

use std::sync::LazyLock;

use serde::Deserialize;
use serde::Serialize;

use crate::segment::Token;
use crate::text::CleanText;
use crate::text::Folded;
use crate::text::ParagraphKind;
use crate::text::Span;

/// Identifies a feature across documents: a 64-bit hash of its kind and characters, the same on every machine.
pub type Key = u64;

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

/// What tells the kinds of features apart: a bit that no packed characters have, and what words begin with.
const CHARACTER: u64 = 1 << 63;
pub(super) const WORD: u64 = 0x9e37_79b9_7f4a_7c15;
/// Stand in n-grams for the beginning and the end of a paragraph; no character has such a number.
const OPENING: u64 = 0x11_0000;
const CLOSING: u64 = 0x11_0001;

/// Bits of a character; three of them fit into a key.
const UNIT_BITS: u32 = 21;
const TWO_UNITS: u64 = (1 << (2 * UNIT_BITS)) - 1;
const THREE_UNITS: u64 = (1 << (3 * UNIT_BITS)) - 1;

/// Spreads a number over all bits of a key, no two to the same one.
#[inline(always)]
pub(super) fn spread(number: u64) -> Key {
    let h = number.wrapping_mul(0xff51_afd7_ed55_8ccd);
    h ^ (h >> 32)
}

/// Adds a character to the hash of a word, which is still to be [`spread`].
#[inline(always)]
pub(super) fn mix(hash: u64, c: char) -> u64 {
    (hash.rotate_left(23) ^ u64::from(u32::from(c))).wrapping_mul(0xc4ce_b9fe_1a85_ec53)
}

/// Key of a sequence of two features: of the words before, and of the next one.
#[inline(always)]
fn follow(before: Key, next: Key) -> Key {
    spread(before.rotate_left(23) ^ next)
}

/// Which of the characters up to U+FFFF are letters or digits, a bit for each.
static ALPHANUMERIC: LazyLock<Vec<u64>> = LazyLock::new(|| {
    let bit = |code: u32| u64::from(char::from_u32(code).is_some_and(char::is_alphanumeric)) << (code & 63);
    (0..0x1_0000u32 / 64).map(|word| (word * 64..word * 64 + 64).map(bit).sum()).collect()
});

/// Whether a character can be part of a feature; all others break n-grams.
#[inline]
#[must_use]
pub fn is_content(c: char) -> bool {
    // Nearly all are Chinese; the rest takes a look-up.
    matches!(c, '\u{4e00}'..='\u{9fff}')
        || match ALPHANUMERIC.get(c as usize >> 6) {
            Some(word) => word >> (c as u32 & 63) & 1 != 0,
            None => c.is_alphanumeric(),
        }
}

/// Key of a single word, in its folded spelling.
#[inline]
#[must_use]
pub fn word_key(word: &str) -> Key {
    spread(word.chars().fold(WORD, mix))
}

impl FeatureOptions {
    /// Calls `sink` for every occurrence of every feature of the text, or of the parts of it that `kept` names: spans of
    /// the clean text in order, apart from one another. No feature reaches from one part into the next.
    #[inline]
    pub fn occurrences(&self, text: Segmented<'_>, kept: Option<&[Span]>, mut sink: impl FnMut(Occurrence)) {
        for stretch in self.stretches(text.clean, kept) {
            let first = text.tokens.partition_point(|token| token.span.start < stretch.clean.start);
            let last = text.tokens.partition_point(|token| token.span.start < stretch.clean.end);
            let tokens = text.tokens.get(first..last).unwrap_or_default();
            if self.word_ngrams > 0 {
                self.words(&text.folded.text, tokens, stretch, &mut sink);
            }
            if self.character_ngrams > 0 {
                self.characters(&text.folded.text, tokens, stretch, &mut sink);
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
    fn words(&self, folded: &str, tokens: &[Token], stretch: Stretch, sink: &mut impl FnMut(Occurrence)) {
        // Hashes and starts of the words before the current one, nearest first, within an unbroken run.
        let mut before: [Option<(u64, u32)>; 2] = [None, None];
        if self.marks && stretch.opens {
            before[0] = tokens.first().map(|token| (OPENING, token.folded.start));
        }
        for token in tokens {
            let word = token.folded.of(folded);
            if !word.chars().next().is_some_and(|c| self.joins(c)) {
                before = [None, None];
                continue;
            }
            let hash = word_key(word);
            let block = Block::Words;
            let weight = stretch.weight;
            sink(Occurrence { key: hash, block, weight, folded: token.folded });
            let end = token.folded.end;
            if let (2.., [Some((one, start)), _]) = (self.word_ngrams, before) {
                sink(Occurrence { key: follow(one, hash), block, weight, folded: Span { start, end } });
            }
            if let (3.., [Some((one, _)), Some((two, start))]) = (self.word_ngrams, before) {
                let key = follow(follow(two, one), hash);
                sink(Occurrence { key, block, weight, folded: Span { start, end } });
            }
            before = [Some((hash, token.folded.start)), before[0]];
        }
        if let (true, true, 2.., Some((one, start)), Some(last)) =
            (self.marks, stretch.closes, self.word_ngrams, before[0], tokens.last())
        {
            let folded = Span { start, end: last.folded.end };
            sink(Occurrence {
                key: follow(one, CLOSING),
                block: Block::Words,
                weight: stretch.weight,
                folded,
            });
        }
    }

    #[inline(always)]
    fn characters(
        &self,
        folded: &str,
        tokens: &[Token],
        stretch: Stretch,
        sink: &mut impl FnMut(Occurrence),
    ) {
        let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { return };
        let run = Span { start: first.folded.start, end: last.folded.end };
        let (block, weight) = (Block::Characters, stretch.weight);
        let longest = self.character_ngrams;
        // The characters before the current one within an unbroken run, as many as are known, the nearest in the lowest
        // bits; a fourth one is kept apart. Where they begin, nearest first.
        let (mut window, mut fourth) = (0u64, 0u64);
        let mut starts = [run.start; 3];
        let mut known = 0u8;
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
            let key = spread(CHARACTER | packed & ((1 << UNIT_BITS) - 1));
            sink(Occurrence { key, block, weight, folded: Span { start, end } });
            if longest >= 2 && known >= 1 {
                let key = spread(CHARACTER | packed & TWO_UNITS);
                sink(Occurrence { key, block, weight, folded: Span { start: one, end } });
                if longest >= 3 && known >= 2 {
                    let key = spread(CHARACTER | packed & THREE_UNITS);
                    sink(Occurrence { key, block, weight, folded: Span { start: two, end } });
                    if longest >= 4 && known >= 3 {
                        let key = follow(key, fourth);
                        sink(Occurrence { key, block, weight, folded: Span { start: three, end } });
                    }
                }
            }
            fourth = window >> UNIT_BITS & ((1 << UNIT_BITS) - 1);
            window = packed & TWO_UNITS;
            (starts, start) = ([start, one, two], end);
            known = (known + 1).min(3);
        }
        if self.marks && stretch.closes {
            let packed = window << UNIT_BITS | CLOSING;
            let four = (longest >= 4).then(|| follow(spread(CHARACTER | packed & THREE_UNITS), fourth));
            let keys = [spread(CHARACTER | packed & TWO_UNITS), spread(CHARACTER | packed & THREE_UNITS)];
            let count = usize::from(known.min(longest.saturating_sub(1)));
            for (key, start) in keys.into_iter().chain(four).zip(starts).take(count) {
                sink(Occurrence { key, block, weight, folded: Span { start, end: run.end } });
            }
        }
    }
}
