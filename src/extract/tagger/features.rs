//! What a tagger looks at. Training and tagging both come through here.
//!
//! An [`Occurrence`] is something that stands somewhere in a sentence: a character, a pair of characters, a word, a
//! name of the gazetteer, a finding of the rules. It speaks for the tags of the characters in and around it, with
//! weights of its own for each of them (its *slots*). Looking something up once and adding its weights to several
//! characters is what keeps tagging cheap.

use super::clusters::Clusters;
use super::clusters::Prefix;
use super::names::Names;
use super::names::Types;
use crate::extract::characters::Characters;
use crate::extract::characters::is_han;
use crate::extract::gazetteer::Entry;
use crate::extract::gazetteer::Gazetteer;

/// Identifies what occurs: a 32-bit hash of its kind and characters, the same on every machine.
pub(crate) type Key = u32;

/// Slots of one occurrence at most.
pub(crate) const MAX_SLOTS: usize = 7;

/// Which characters an occurrence speaks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// So many characters in a row, a slot for each.
    Window,
    /// The characters of a span by their part in it, the one before and the one after.
    Span,
}

/// Something that stands in a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Occurrence {
    /// What.
    pub(crate) key: Key,
    /// First character that it speaks for, before the sentence where negative; of a span, its first character.
    pub(crate) start: i32,
    /// First character that it no longer speaks for; of a span, the first it no longer covers.
    pub(crate) end: i32,
    /// Which slots.
    pub(crate) shape: Shape,
    /// Whose word it is: 0 for the text itself, else a group of rules, below [`GROUPS`].
    pub(crate) group: u8,
}

/// Groups that occurrences fall into: the text, and findings of names, titles, bodies, places.
pub(crate) const GROUPS: usize = 5;

/// The group of a finding.
fn group(kind: &str) -> u8 {
    match kind {
        "name" => 1,
        "title" => 2,
        "body" => 3,
        "place" | "zone" => 4,
        _ => 0,
    }
}

impl Occurrence {
    /// Calls `sink` with each character of a sentence that it speaks for, and the slot.
    pub(crate) fn slots(&self, length: usize, mut sink: impl FnMut(usize, usize)) {
        let length = length as i32;
        let mut put = |at: i32, slot: usize| {
            if (0..length).contains(&at) {
                sink(at as usize, slot);
            }
        };
        match self.shape {
            Shape::Window => {
                for (slot, at) in (self.start..self.end).enumerate() {
                    put(at, slot);
                }
            }
            Shape::Span => {
                put(self.start - 1, 4);
                if self.end - self.start == 1 {
                    put(self.start, 3);
                } else {
                    put(self.start, 0);
                    for at in self.start + 1..self.end - 1 {
                        put(at, 1);
                    }
                    put(self.end - 1, 2);
                }
                put(self.end, 5);
            }
        }
    }
}

/// Something that the rules found, as the tagger sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hint {
    /// First character.
    pub(crate) start: usize,
    /// First character no longer covered.
    pub(crate) end: usize,
    /// Kind of thing.
    pub(crate) kind: &'static str,
    /// Rule or dictionary.
    pub(crate) rule: &'static str,
}

/// Kinds of occurrences; part of every key.
#[derive(Clone, Copy)]
enum Kind {
    Character = 1,
    Pair,
    Triple,
    Around,
    Types,
    ManyTypes,
    Word,
    WordPair,
    WordLength,
    WordCluster,
    WordClusterPair,
    CharacterCluster,
    CharacterClusterPair,
    CharacterClusterTriple,
    Lexicon,
    LexiconCluster,
    Gazetteer,
    Surname,
    Finding,
    FindingRule,
    FindingHead,
    Known,
}

/// Mixes one more unit into a hash (the multiply-xorshift round of MurmurHash3's finaliser).
fn mix(hash: u64, unit: u64) -> u64 {
    let mut h = (hash ^ unit).wrapping_mul(0xff51_afd7_ed55_8ccd);
    h ^= h >> 32;
    h = h.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    h ^ (h >> 29)
}

/// A key over a kind and what it consists of.
fn key(kind: Kind, units: impl IntoIterator<Item = u64>) -> Key {
    let hash = units.into_iter().fold(kind as u64, mix);
    (mix(hash, 0x9e37_79b9) >> 32) as Key
}

/// A key over a kind and a name.
fn name_key(kind: Kind, name: &str) -> Key {
    key(kind, name.bytes().map(u64::from))
}

/// Stands for what is before and behind a sentence.
const EDGE: char = '\u{2}';

/// The type of a character.
fn character_type(character: char) -> u64 {
    match character {
        EDGE => 0,
        '0'..='9' => 1,
        'a'..='z' | 'A'..='Z' => 2,
        '一' | '二' | '三' | '四' | '五' | '六' | '七' | '八' | '九' | '十' | '百' | '千' | '万' | '亿' => {
            3
        }
        '年' | '月' | '日' => 4,
        '，' | '。' | '；' | '！' | '？' | '：' | ',' | ';' | '!' | '?' | ':' => 5,
        '、' => 6,
        '·' | '•' | '・' => 7,
        '“' | '《' | '（' | '(' => 8,
        '”' | '》' | '）' | ')' => 9,
        _ if is_han(character) => 10,
        _ if character.is_whitespace() => 11,
        _ if character.is_alphabetic() => 12,
        _ => 13,
    }
}

/// One digit is like another.
pub(super) fn plain(character: char) -> char {
    if character.is_ascii_digit() { '0' } else { character }
}

/// A character as n-grams know it.
fn spelled(character: char) -> u64 {
    u64::from(u32::from(plain(character)))
}

/// Longest word whose occurrence is looked at, in characters; keeps a text of one endless word linear.
const MAX_WORD: usize = 24;

/// Longest word of the lexicon that is looked for.
const MAX_LEXICON: usize = 5;

/// Reads sentences for what occurs in them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    /// The document.
    pub(crate) text: &'a Characters<'a>,
    /// Names.
    pub(crate) gazetteer: &'a Gazetteer,
    /// Classes of words and characters.
    pub(crate) clusters: &'a Clusters,
    /// Names that the tagger has learned from.
    pub(crate) names: &'a Names,
    /// What this text alone says of them, by hash: in training a name counts as known where it would be without the
    /// text, so that the tagger learns how far to trust it elsewhere.
    pub(crate) own: &'a [(u32, Types)],
    /// What the rules found, by start.
    pub(crate) hints: &'a [Hint],
}

impl Reader<'_> {
    /// Everything that occurs in the sentence from `start` to `end`, in positions of the sentence, into `found`.
    pub(crate) fn occurrences(&self, start: usize, end: usize, found: &mut Vec<Occurrence>) {
        found.clear();
        self.characters(start, end, found);
        self.words(start, end, found);
        self.names(start, end, found);
        self.known(start, end, found);
        self.hints(start, end, found);
    }

    fn characters(&self, start: usize, end: usize, found: &mut Vec<Occurrence>) {
        let length = (end - start) as i32;
        let at = |position: i32| {
            if (0..length).contains(&position) { self.text.at(start + position as usize) } else { EDGE }
        };
        let mut put = |key: Key, start: i32, slots: i32| {
            found.push(Occurrence { key, start, end: start + slots, shape: Shape::Window, group: 0 });
        };
        let class = |character: char| u64::from(self.clusters.character(character));
        let mut window = [EDGE, EDGE, EDGE, at(0), at(1)];
        let mut classes = window.map(class);
        let mut types = window.map(character_type);
        for position in -1..=length {
            // The character at `position` is in the middle, two on either side.
            window.rotate_left(1);
            classes.rotate_left(1);
            types.rotate_left(1);
            window[4] = at(position + 2);
            classes[4] = class(window[4]);
            types[4] = character_type(window[4]);
            let [_, near, here, next, beyond] = window;
            let [_, _, type_here, type_next, type_beyond] = types;
            let [_, _, class_here, class_next, class_beyond] = classes;
            if (0..length).contains(&position) {
                put(key(Kind::Character, [spelled(here)]), position - 2, 5);
                put(key(Kind::Around, [spelled(near), spelled(next)]), position, 1);
                put(key(Kind::CharacterCluster, [class_here]), position - 2, 5);
                put(key(Kind::ManyTypes, types), position, 1);
                if self.gazetteer.is_surname(here) {
                    put(key(Kind::Surname, []), position, 3);
                }
            }
            if position < length {
                put(key(Kind::Pair, [spelled(here), spelled(next)]), position - 1, 4);
                put(key(Kind::CharacterClusterPair, [class_here, class_next]), position - 1, 4);
            }
            if position + 1 < length {
                put(key(Kind::Triple, [spelled(here), spelled(next), spelled(beyond)]), position, 3);
                put(key(Kind::CharacterClusterTriple, [class_here, class_next, class_beyond]), position, 3);
                put(key(Kind::Types, [type_here, type_next, type_beyond]), position, 3);
            }
        }
    }

    fn words(&self, start: usize, end: usize, found: &mut Vec<Occurrence>) {
        let mut before: Option<(u64, u64)> = None;
        let mut at = start;
        while at < end {
            let mut next = at + 1;
            while next < end && next - at < MAX_WORD && !self.text.is_word_start(next) {
                next += 1;
            }
            let span = |key: Key| Occurrence {
                key,
                start: (at - start) as i32,
                end: (next - start) as i32,
                shape: Shape::Span,
                group: 0,
            };
            let characters = self.text.slice(at, next);
            let hash = characters.iter().fold(1, |hash, &character| mix(hash, spelled(character)));
            let (fine, coarse) = self.clusters.word(characters).unwrap_or_default();
            let fine = u64::from(fine);
            found.push(span(key(Kind::Word, [hash])));
            found.push(span(key(Kind::WordLength, [(next - at).min(5) as u64])));
            found.push(span(key(Kind::WordCluster, [0, fine])));
            found.push(span(key(Kind::WordCluster, [1, u64::from(coarse)])));
            if let Some((word, class)) = before {
                let border = (at - start) as i32;
                let pair = |key: Key| Occurrence {
                    key,
                    start: border - 1,
                    end: border + 1,
                    shape: Shape::Window,
                    group: 0,
                };
                found.push(pair(key(Kind::WordPair, [word, hash])));
                found.push(pair(key(Kind::WordClusterPair, [class, fine])));
            }
            before = Some((hash, fine));
            at = next;
        }
    }

    fn names(&self, start: usize, end: usize, found: &mut Vec<Occurrence>) {
        for at in start..end {
            let position = (at - start) as i32;
            let span = |key: Key, length: usize| Occurrence {
                key,
                start: position,
                end: position + length as i32,
                shape: Shape::Span,
                group: 0,
            };
            let mut prefix = Prefix::default().with(self.text.at(at));
            for length in 2..=MAX_LEXICON.min(end - at) {
                prefix = prefix.with(self.text.at(at + length - 1));
                if let Some((_, coarse)) = self.clusters.hashed(prefix.hash()) {
                    found.push(span(key(Kind::Lexicon, [length as u64]), length));
                    found.push(span(
                        key(Kind::LexiconCluster, [length.min(3) as u64, u64::from(coarse)]),
                        length,
                    ));
                }
            }
            let longest = self.gazetteer.names_at(self.text, at).find(|(length, ..)| at + length <= end);
            if let Some((length, _, entries)) = longest {
                let mut last = 0;
                for entry in entries {
                    let number = entry_number(entry);
                    if number != last {
                        found.push(span(key(Kind::Gazetteer, [number]), length));
                        last = number;
                    }
                }
            }
        }
    }

    fn known(&self, start: usize, end: usize, found: &mut Vec<Occurrence>) {
        if self.names.is_empty() {
            return;
        }
        let mut covered = start;
        for at in start..end {
            let rest = self.text.slice(at, end).iter().copied();
            let Some((length, mut types)) = self.names.longest(rest, self.own) else { continue };
            let behind = at + length;
            if behind <= covered {
                continue;
            }
            covered = behind;
            let whole = |position: usize| position == end || self.text.is_word_start(position);
            let ends = u64::from(whole(at)) + 2 * u64::from(whole(behind));
            while types != 0 {
                let kind = u64::from(types.trailing_zeros());
                types &= types - 1;
                for key in
                    [key(Kind::Known, [kind, 0, length.min(6) as u64]), key(Kind::Known, [kind, 1, ends])]
                {
                    found.push(Occurrence {
                        key,
                        start: (at - start) as i32,
                        end: (behind - start) as i32,
                        shape: Shape::Span,
                        group: 0,
                    });
                }
            }
        }
    }

    fn hints(&self, start: usize, end: usize, found: &mut Vec<Occurrence>) {
        let from = self.hints.partition_point(|hint| hint.start < start);
        for hint in self.hints.get(from..).unwrap_or_default() {
            if hint.start >= end {
                break;
            }
            if hint.end > end {
                continue;
            }
            let span = |key: Key| Occurrence {
                key,
                start: (hint.start - start) as i32,
                end: (hint.end - start) as i32,
                shape: Shape::Span,
                group: group(hint.kind),
            };
            found.push(span(name_key(Kind::Finding, hint.kind)));
            found.push(span(name_key(Kind::FindingRule, hint.rule)));
            let head = self.text.slice(hint.end.saturating_sub(2).max(hint.start), hint.end);
            let units = hint.kind.bytes().map(u64::from).chain(head.iter().copied().map(spelled));
            found.push(span(key(Kind::FindingHead, units)));
        }
    }
}

/// What an entry of the gazetteer stands for, as a number.
fn entry_number(entry: &Entry) -> u64 {
    match entry {
        Entry::Division(code) => 1 + u64::from(crate::extract::gazetteer::level(*code)),
        Entry::ShortDivision(_) => 6,
        Entry::FormerDivision(_) => 7,
        Entry::Township(_) => 8,
        Entry::ShortTownship(_) => 9,
        Entry::Country(_) => 10,
        Entry::Abroad(_) => 11,
        Entry::China => 12,
        Entry::Composite(_) => 13,
        Entry::Natural => 14,
        Entry::ForeignRegion => 15,
        Entry::Body => 16,
        Entry::ShortBody(_) => 17,
        Entry::University => 18,
        Entry::Zone(..) => 19,
        Entry::Person => 20,
        Entry::Skip => 21,
    }
}
