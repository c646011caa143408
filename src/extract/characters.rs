//! The text as the rules read it: by character, with word boundaries and paragraphs.
//!
//! Rules compare folded characters (traditional 國 reads as 国, full-width ５ as 5) and answer with spans of the clean
//! text. Positions inside this module's users are character indices; [`Characters::span`] is the only way out.

use std::borrow::Cow;

use super::extractor::Input;
use super::gazetteer::Hits;
use super::gazetteer::Lexicon;
use crate::text::ParagraphKind;
use crate::text::Span;

/// Characters that are looked at one by one before a position is searched for by halves.
const NEAR: usize = 6;

/// A paragraph or sentence in character indices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    /// First character.
    pub(crate) start: usize,
    /// First character no longer covered.
    pub(crate) end: usize,
    /// What part of the page it is.
    pub(crate) kind: ParagraphKind,
}

/// The text by character.
#[derive(Debug)]
pub(crate) struct Characters<'a> {
    clean: &'a str,
    folded: Vec<char>,
    offsets: Vec<u32>,
    word_start: Vec<bool>,
    sentences: Vec<Block>,
    paragraphs: Vec<Block>,
    /// Where spaces were left out: the end of each character, by byte.
    ends: Vec<u32>,
    thorough: bool,
    /// The folded text, of which words can be borrowed; none where characters were left out.
    source: Option<&'a str>,
    /// Where its characters begin, by byte; empty where they begin where those of the clean text do.
    places: Vec<u32>,
    /// Names of the gazetteer; none before it was asked.
    hits: Hits,
}

impl<'a> Characters<'a> {
    /// Reads the input once.
    pub(crate) fn new(input: &Input<'a>) -> Self {
        let clean = input.prepared.clean.text.as_str();
        let shifted = !input.folded.shifts.is_empty();
        let mut folded = Vec::with_capacity(clean.len() / 2);
        let mut offsets = Vec::with_capacity(clean.len() / 2 + 1);
        let mut places = Vec::with_capacity(if shifted { clean.len() / 2 + 1 } else { 0 });
        let mut source = input.folded.text.as_str();
        let mut other = source.char_indices();
        let mut in_step = true;
        for (offset, character) in clean.char_indices() {
            offsets.push(offset as u32);
            let (place, twin) = other.next().unwrap_or_else(|| {
                in_step = false;
                (offset, character)
            });
            folded.push(twin);
            if shifted {
                places.push(place as u32);
            }
        }
        offsets.push(clean.len() as u32);
        if shifted {
            places.push(source.len() as u32);
        }
        // Folding keeps the number of characters; a text that breaks this is read as it stands.
        if !in_step || other.next().is_some() {
            folded = clean.chars().collect();
            source = clean;
            places = Vec::new();
        }
        let mut characters = Self {
            clean,
            word_start: vec![false; offsets.len()],
            folded,
            offsets,
            sentences: Vec::new(),
            paragraphs: Vec::new(),
            ends: Vec::new(),
            thorough: false,
            source: Some(source),
            places,
            hits: Hits::default(),
        };
        let mut index = 0;
        for token in input.tokens {
            index = characters.advance(index, token.span.start);
            if let Some(flag) = characters.word_start.get_mut(index) {
                *flag = true;
            }
        }
        if let Some(flag) = characters.word_start.last_mut() {
            *flag = true;
        }
        let mut index = 0;
        for sentence in input.prepared.sentences() {
            let start = characters.advance(index, sentence.span.start);
            let end = characters.advance(start, sentence.span.end);
            let kind = input
                .prepared
                .clean
                .paragraphs
                .get(sentence.paragraph as usize)
                .map_or(ParagraphKind::Body, |paragraph| paragraph.kind);
            characters.sentences.push(Block { start, end, kind });
            index = start;
        }
        let mut index = 0;
        for paragraph in &input.prepared.clean.paragraphs {
            let start = characters.advance(index, paragraph.span.start);
            let end = characters.advance(start, paragraph.span.end);
            characters.paragraphs.push(Block { start, end, kind: paragraph.kind });
            index = start;
        }
        characters
    }

    /// The text without the spaces that only part figures from what belongs to them (2024 年 10 月, 三 成), to be read
    /// thoroughly or not; with the place of each character that is left. Sentences and paragraphs stay behind.
    pub(crate) fn squeezed(&self, thorough: bool) -> (Self, Vec<usize>) {
        let mut other = Self {
            clean: self.clean,
            folded: Vec::with_capacity(self.folded.len()),
            offsets: Vec::with_capacity(self.offsets.len()),
            word_start: Vec::with_capacity(self.word_start.len()),
            sentences: Vec::new(),
            paragraphs: Vec::new(),
            ends: Vec::with_capacity(self.offsets.len()),
            thorough,
            source: None,
            places: Vec::new(),
            hits: Hits::default(),
        };
        let mut places = Vec::with_capacity(self.folded.len() + 1);
        let mut index = 0;
        let mut kept = 0;
        let mut opened = false;
        let gap = |from: usize| {
            let rest = self.folded.get(from..).unwrap_or_default();
            rest.iter().position(|&character| is_gap(character)).map(|at| from + at)
        };
        while let Some(start) = gap(index) {
            index = start + 1;
            while is_gap(self.at(index)) {
                index += 1;
            }
            if is_loose(self.before(start), self.at(index)) {
                other.copy(self, kept, start, opened);
                places.extend(kept..start);
                opened = (start..index).any(|at| self.is_word_start(at));
                kept = index;
            }
        }
        other.copy(self, kept, self.len(), opened);
        places.extend(kept..=self.len());
        other.offsets.extend(self.offsets.last());
        other.word_start.push(true);
        (other, places)
    }

    /// Copies characters of another text; a word begins with the first of them where it does there, or is to.
    fn copy(&mut self, other: &Self, start: usize, end: usize, opened: bool) {
        let first = self.word_start.len();
        self.folded.extend_from_slice(other.folded.get(start..end).unwrap_or_default());
        self.offsets.extend_from_slice(other.offsets.get(start..end).unwrap_or_default());
        self.ends.extend_from_slice(other.offsets.get(start + 1..=end).unwrap_or_default());
        self.word_start.extend_from_slice(other.word_start.get(start..end).unwrap_or_default());
        if let Some(flag) = self.word_start.get_mut(first) {
            *flag |= opened;
        }
    }

    /// Whether [`Characters::squeezed`] would leave anything out.
    pub(crate) fn has_loose_gap(&self) -> bool {
        let mut letters = self.folded.iter().enumerate();
        letters.any(|(index, &character)| {
            is_gap(character) && {
                let end = (index..).find(|&at| !is_gap(self.at(at))).unwrap_or(index);
                is_loose(self.before(index), self.at(end))
            }
        })
    }

    /// Asks the gazetteer once which of its names stand where.
    pub(crate) fn look_up(&mut self, names: &Lexicon) {
        self.hits = names.hits(self);
    }

    /// The names that stand in the text, where the gazetteer was asked.
    #[inline]
    pub(crate) fn hits(&self) -> &Hits {
        &self.hits
    }

    /// Whether nothing is too small to be named: times of day without a day, numbers without a unit.
    pub(crate) fn thorough(&self) -> bool {
        self.thorough
    }

    /// The end of the web address that begins at `index`.
    pub(crate) fn address_end(&self, index: usize) -> Option<usize> {
        if self.at(index) != 'h' || self.any_of(index, &["http://", "https://"]).is_none() {
            return None;
        }
        let rest = self.folded.get(index..).unwrap_or_default();
        Some(index + rest.iter().take_while(|character| character.is_ascii_graphic()).count())
    }

    /// The first character at or after a byte offset, searched from `from` on.
    fn advance(&self, from: usize, offset: u32) -> usize {
        let tail = self.offsets.get(from..).unwrap_or_default();
        // What is asked for is the next word most often.
        let near = tail.iter().take(NEAR).position(|&at| at >= offset);
        let ahead = near.unwrap_or_else(|| tail.partition_point(|&at| at < offset));
        (from + ahead).min(self.folded.len())
    }

    /// Number of characters.
    pub(crate) fn len(&self) -> usize {
        self.folded.len()
    }

    /// The folded character; NUL past the end, so that rules may look ahead freely.
    #[inline]
    pub(crate) fn at(&self, index: usize) -> char {
        #[cfg(test)]
        count_reads(1);
        self.folded.get(index).copied().unwrap_or('\0')
    }

    /// The folded character before `index`; NUL before the beginning.
    #[inline]
    pub(crate) fn before(&self, index: usize) -> char {
        index.checked_sub(1).map_or('\0', |previous| self.at(previous))
    }

    /// Folded characters of a range.
    pub(crate) fn slice(&self, start: usize, end: usize) -> &[char] {
        #[cfg(test)]
        count_reads(end.saturating_sub(start));
        self.folded.get(start..end.min(self.folded.len())).unwrap_or_default()
    }

    /// Whether the folded text continues with `word` at `index`.
    #[inline]
    pub(crate) fn starts_with(&self, index: usize, word: &str) -> bool {
        may_begin(word, packed(self.at(index))) && self.continues(index, word)
    }

    fn continues(&self, index: usize, word: &str) -> bool {
        word.chars().zip(index..).all(|(character, at)| self.at(at) == character)
    }

    /// Whether the folded text before `index` ends with `word`.
    #[inline]
    pub(crate) fn ends_with(&self, index: usize, word: &str) -> bool {
        may_end(word, packed(self.before(index))) && self.ends(index, word)
    }

    fn ends(&self, index: usize, word: &str) -> bool {
        index.checked_sub(word.chars().count()).is_some_and(|start| self.continues(start, word))
    }

    /// The first of `words`, longest first by the caller's order, that stands at `index`; its length in characters.
    #[inline]
    pub(crate) fn any_of(&self, index: usize, words: &[&'static str]) -> Option<(&'static str, usize)> {
        let first = packed(self.at(index));
        let mut alike = words.iter().filter(|word| may_begin(word, first));
        alike.find(|word| self.continues(index, word)).map(|word| (*word, word.chars().count()))
    }

    /// The same right before `index`.
    pub(crate) fn any_before(&self, index: usize, words: &[&'static str]) -> Option<(&'static str, usize)> {
        let last = packed(self.before(index));
        let mut alike = words.iter().filter(|word| may_end(word, last));
        alike.find(|word| self.ends(index, word)).map(|word| (*word, word.chars().count()))
    }

    /// Whether a word of the segmenter begins at `index`.
    #[inline]
    pub(crate) fn is_word_start(&self, index: usize) -> bool {
        self.word_start.get(index).copied().unwrap_or(true)
    }

    /// End of the word that begins at or covers `index`.
    pub(crate) fn word_end(&self, index: usize) -> usize {
        let mut end = index + 1;
        while end < self.len() && !self.is_word_start(end) {
            end += 1;
        }
        end.min(self.len())
    }

    /// Start of the word that ends right before `index`, at most 12 characters back.
    pub(crate) fn word_start_before(&self, index: usize) -> usize {
        let mut start = index.saturating_sub(1);
        while start > 0 && index - start < 12 && !self.is_word_start(start) {
            start -= 1;
        }
        start
    }

    /// The span of the clean text.
    pub(crate) fn span(&self, start: usize, end: usize) -> Span {
        let offset = |index: usize| self.offsets.get(index).copied().unwrap_or(self.clean.len() as u32);
        let (start, end) = match end.checked_sub(1).and_then(|last| self.ends.get(last)) {
            Some(&last) if end > start => (offset(start), last),
            Some(_) | None => (offset(start), offset(end)),
        };
        Span { start: start.min(end), end }
    }

    /// The first character at or after a byte offset of the clean text.
    pub(crate) fn index_of(&self, offset: u32) -> usize {
        self.advance(0, offset)
    }

    /// The clean text of a range.
    pub(crate) fn text(&self, start: usize, end: usize) -> &'a str {
        self.span(start, end).of(self.clean)
    }

    /// The folded text of a range.
    pub(crate) fn folded(&self, start: usize, end: usize) -> String {
        self.slice(start, end).iter().collect()
    }

    /// The folded text of a range, borrowed unless characters were left out.
    pub(crate) fn word(&self, start: usize, end: usize) -> Cow<'a, str> {
        let places = if self.places.is_empty() { &self.offsets } else { &self.places };
        if let Some(source) = self.source
            && let Some(&from) = places.get(start.min(self.len()))
            && let Some(&to) = places.get(end.min(self.len()))
            && let Some(word) = source.get(from as usize..to as usize)
        {
            return Cow::Borrowed(word);
        }
        Cow::Owned(self.folded(start, end))
    }

    /// Paragraphs in order, headlines among them, which hold no sentences.
    pub(crate) fn paragraphs(&self) -> &[Block] {
        &self.paragraphs
    }

    /// Sentences in order.
    pub(crate) fn sentences(&self) -> &[Block] {
        &self.sentences
    }
}

#[cfg(test)]
thread_local! {
    /// Characters that the thread has read.
    static READS: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

#[cfg(test)]
fn count_reads(count: usize) {
    READS.set(READS.get() + count as u64);
}

/// Characters that this thread has read so far.
#[cfg(test)]
pub(crate) fn reads() -> u64 {
    READS.get()
}

/// Which characters are already spoken for.
#[derive(Clone, Debug)]
pub(crate) struct Mask(Vec<bool>);

impl Mask {
    /// Nothing taken yet.
    pub(crate) fn new(len: usize) -> Self {
        Self(vec![false; len])
    }

    /// Takes a range.
    pub(crate) fn take(&mut self, start: usize, end: usize) {
        if let Some(range) = self.0.get_mut(start..end) {
            range.fill(true);
        }
    }

    /// Whether one character is taken.
    pub(crate) fn covers(&self, index: usize) -> bool {
        self.0.get(index).copied().unwrap_or(false)
    }

    /// Whether any character of a range is taken.
    pub(crate) fn overlaps(&self, start: usize, end: usize) -> bool {
        self.0.get(start..end).is_some_and(|range| range.contains(&true))
    }
}

/// A number for each position where something ends, such as where it begins.
#[derive(Clone, Debug)]
pub(crate) struct Endings(Vec<u32>);

impl Endings {
    /// Nothing ends in a text of so many characters yet.
    pub(crate) fn new(len: usize) -> Self {
        Self(vec![0; len + 1])
    }

    /// Keeps the number of what ends at a position, instead of that of any other.
    pub(crate) fn set(&mut self, end: usize, number: usize) {
        // 0 is where nothing ends; no text is as long as that it could come by wrapping.
        if let (Some(slot), Ok(number)) = (self.0.get_mut(end), u32::try_from(number + 1)) {
            *slot = number;
        }
    }

    /// Keeps the number of what ends at a position, unless that of another is smaller.
    pub(crate) fn set_smaller(&mut self, end: usize, number: usize) {
        if self.at(end).is_none_or(|known| number < known) {
            self.set(end, number);
        }
    }

    /// The number of what ends at a position.
    #[inline]
    pub(crate) fn at(&self, end: usize) -> Option<usize> {
        self.0.get(end).and_then(|&number| number.checked_sub(1)).map(|number| number as usize)
    }
}

/// The three bytes of a character that UTF-8 writes in so many, as Chinese ones are; `None` for any other.
#[inline]
fn packed(character: char) -> Option<[u8; 3]> {
    let code = u32::from(character);
    (0x800..0x1_0000).contains(&code).then_some([
        0xe0 | (code >> 12) as u8,
        0x80 | (code >> 6 & 0x3f) as u8,
        0x80 | (code & 0x3f) as u8,
    ])
}

/// Whether a word may begin with a character; decoding it only to find that it does not would cost far more.
#[inline]
fn may_begin(word: &str, packed: Option<[u8; 3]>) -> bool {
    packed.is_none_or(|bytes| word.as_bytes().first_chunk() == Some(&bytes))
}

/// Whether a word may end with a character.
#[inline]
fn may_end(word: &str, packed: Option<[u8; 3]>) -> bool {
    packed.is_none_or(|bytes| word.as_bytes().last_chunk() == Some(&bytes))
}

/// Whether a character is a space within a line.
fn is_gap(character: char) -> bool {
    matches!(character, ' ' | '\u{a0}')
}

/// Whether a space between two characters says nothing: at least one of them is Chinese or joins figures.
fn is_loose(before: char, after: char) -> bool {
    let joins = |character: char| {
        is_han(character) || matches!(character, '~' | '～' | '—' | '–' | '-' | '%' | '℃' | '<' | '>' | '=')
    };
    let figures = |character: char| {
        character.is_ascii_digit() || joins(character) || matches!(character, '$' | '￥' | '.')
    };
    before != '\0' && after != '\0' && (joins(before) || joins(after)) && figures(before) && figures(after)
}

/// Whether a character ends a clause.
pub(crate) fn is_clause_end(character: char) -> bool {
    matches!(character, '，' | '。' | '；' | '！' | '？' | '：' | '\n' | '\0' | ',' | ';' | '!' | '?' | ':')
}

/// Whether a character is a Chinese ideograph.
pub(crate) fn is_han(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{323af}' | '〇')
}
