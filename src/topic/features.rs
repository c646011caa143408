//! Words and characters into features. Training and serving both come through here.
//!
//! A document is a bag of word n-grams and character n-grams, each n-gram within an unbroken run of letters,
//! digits and Chinese characters, or, where marks count, of anything but white space. Its value is sublinear in its
//! count and normalised per block:
//!
//! ```text
//! value(f) = (1 + ln count(f)) / √ Σ_{g in block} (1 + ln count(g))²
//! ```
//!
//! Inverse document frequencies are no part of the value: they are folded into the weights when a model is trained,
//! so that serving needs no second table and every value is a function of the document alone.

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

    /// Position in a table of blocks.
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
    /// How often an occurrence in the headline counts.
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

const WORD: u64 = 0x9e37_79b9_7f4a_7c15;
const CHARACTER: u64 = 0xc2b2_ae3d_27d4_eb4f;
/// Stand in n-grams for the beginning and the end of a paragraph; no character has such a number.
const OPENING: u64 = 0x11_0000;
const CLOSING: u64 = 0x11_0001;

/// Mixes one more unit into a hash (the multiply-xorshift round of MurmurHash3's finaliser).
fn mix(hash: u64, unit: u64) -> u64 {
    let mut h = (hash ^ unit).wrapping_mul(0xff51_afd7_ed55_8ccd);
    h ^= h >> 32;
    h = h.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    h ^ (h >> 29)
}

/// Whether a character can be part of a feature; all others break n-grams.
#[must_use]
pub fn is_content(c: char) -> bool {
    // Nearly all are Chinese; the rest takes several look-ups.
    matches!(c, '\u{4e00}'..='\u{9fff}') || c.is_alphanumeric()
}

/// Key of a single word, in its folded spelling.
#[must_use]
pub fn word_key(word: &str) -> Key {
    word.chars().fold(WORD, |hash, c| mix(hash, u64::from(u32::from(c))))
}

impl FeatureOptions {
    /// Calls `sink` for every occurrence of every feature of the text, or of the parts of it that `kept` names: spans of
    /// the clean text in order, apart from one another. No feature reaches from one part into the next.
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
                sink(Occurrence { key: mix(one, hash), block, weight, folded: Span { start, end } });
            }
            if let (3.., [Some((one, _)), Some((two, start))]) = (self.word_ngrams, before) {
                let key = mix(mix(two, one), hash);
                sink(Occurrence { key, block, weight, folded: Span { start, end } });
            }
            before = [Some((hash, token.folded.start)), before[0]];
        }
        if let (true, true, 2.., Some((one, start)), Some(last)) =
            (self.marks, stretch.closes, self.word_ngrams, before[0], tokens.last())
        {
            let folded = Span { start, end: last.folded.end };
            sink(Occurrence { key: mix(one, CLOSING), block: Block::Words, weight: stretch.weight, folded });
        }
    }

    fn characters(
        &self,
        folded: &str,
        tokens: &[Token],
        stretch: Stretch,
        sink: &mut impl FnMut(Occurrence),
    ) {
        let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { return };
        let run = Span { start: first.folded.start, end: last.folded.end };
        let longest = usize::from(self.character_ngrams).min(4);
        // The characters before the current one, oldest first, within an unbroken run.
        let mut window: [(u64, u32); 4] = [(0, 0); 4];
        let mut filled = 0;
        if self.marks && stretch.opens {
            window[3] = (OPENING, run.start);
            filled = 1;
        }
        for (at, c) in run.of(folded).char_indices() {
            if !self.joins(c) {
                filled = 0;
                continue;
            }
            window.rotate_left(1);
            window[3] = (u64::from(u32::from(c)), run.start + at as u32);
            filled = (filled + 1).min(longest);
            let end = run.start + (at + c.len_utf8()) as u32;
            // Up to three characters fit into a key as they are; no hash, no collision.
            let mut key = CHARACTER;
            for &(unit, start) in window.iter().rev().take(filled) {
                key = mix(key, unit);
                let folded = Span { start, end };
                sink(Occurrence { key, block: Block::Characters, weight: stretch.weight, folded });
            }
        }
        if self.marks && stretch.closes {
            let mut key = mix(CHARACTER, CLOSING);
            for &(unit, start) in window.iter().rev().take(filled.min(longest.saturating_sub(1))) {
                key = mix(key, unit);
                let folded = Span { start, end: run.end };
                sink(Occurrence { key, block: Block::Characters, weight: stretch.weight, folded });
            }
        }
    }
}
