//! One clause with its words.

use std::borrow::Cow;
use std::cell::Cell;

use crate::extract::characters::Characters;
use crate::extract::gazetteer::Gazetteer;

use super::words;

/// Words of a clause that are looked at; nobody marks a clause later than this.
const MAX_WORDS: usize = 160;

/// Longest quotation or bracket that a clause is not split inside, in characters.
const MAX_ENCLOSED: usize = 60;

/// A word by its characters.
#[derive(Clone, Debug)]
pub(super) struct Word<'a> {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) text: Cow<'a, str>,
    /// What it can be, see [`words::classes`].
    classes: u16,
    /// Whether it can be a verb, once asked.
    verb: Cell<Option<bool>>,
}

/// A clause, cut at commas and full stops.
#[derive(Clone, Debug)]
pub(super) struct Clause<'a> {
    pub(super) start: usize,
    pub(super) end: usize,
    /// First of its sentence.
    pub(super) opens: bool,
    pub(super) words: Vec<Word<'a>>,
}

impl<'a> Clause<'a> {
    /// The clause of a range, its words read.
    fn new(text: &Characters<'a>, start: usize, end: usize, opens: bool) -> Self {
        let mut words = Vec::with_capacity((end - start).min(MAX_WORDS) / 2 + 1);
        let mut at = start;
        while at < end && words.len() < MAX_WORDS {
            let next = text.word_end(at).min(end);
            let word = text.word(at, next);
            let completed = next - at == 2 && words::are_completed(text.at(at), text.at(at + 1));
            let classes = words::classes(&word) | if completed { words::VERB } else { 0 };
            words.push(Word { start: at, end: next, text: word, classes, verb: Cell::new(None) });
            at = next;
        }
        Self { start, end, opens, words }
    }

    /// The word at an index; empty past the end.
    pub(super) fn word(&self, index: usize) -> &str {
        self.words.get(index).map_or("", |word| &*word.text)
    }

    /// Whether a word is of one of some classes; none past the end.
    pub(super) fn is(&self, index: usize, classes: u16) -> bool {
        self.words.get(index).is_some_and(|word| word.classes & classes != 0)
    }

    /// First character of a word; the end of the clause past the last.
    pub(super) fn at(&self, index: usize) -> usize {
        self.words.get(index).map_or(self.end, |word| word.start)
    }

    /// First word that begins at or after a character.
    pub(super) fn index_of(&self, start: usize) -> usize {
        self.words.partition_point(|word| word.start < start)
    }

    /// Whether a word can be the verb of a directive.
    pub(super) fn is_verb(&self, gazetteer: &Gazetteer, index: usize) -> bool {
        let Some(word) = self.words.get(index) else { return false };
        word.verb.get().unwrap_or_else(|| {
            let verb = self.reads_as_verb(gazetteer, index);
            word.verb.set(Some(verb));
            verb
        })
    }

    fn reads_as_verb(&self, gazetteer: &Gazetteer, index: usize) -> bool {
        let word = self.word(index);
        // 的 makes a noun of what follows it, 这一 of what it stands before.
        let noun =
            index > 0 && matches!(self.word(index - 1), "的" | "、" | "之") || self.word(index + 1) == "的";
        !noun
            && !self.is(index, words::PREPOSITION | words::CONJUNCTION)
            && (self.is(index, words::VERB)
                || gazetteer.is_verb(word) && (!self.is(index, words::ADVERB) || words::acts_too(word))
                || halves(word).is_some_and(|(one, other)| {
                    let acts = |word: &str| words::is_verb(word) || gazetteer.is_verb(word);
                    acts(one) || words::is_adverb(one) && acts(other)
                }))
    }

    /// The first word that is no adverb; 集中 before a verb is one, 集中 before a noun acts.
    pub(super) fn after_adverbs(&self, gazetteer: &Gazetteer, index: usize) -> usize {
        let mut head = index;
        while self.is(head, words::ADVERB)
            && (!self.is_verb(gazetteer, head) || self.is(head + 1, words::VERB))
        {
            head += 1;
        }
        head
    }
}

/// The halves of a word of four characters, which the dictionary holds as one: 加快|进度, 深入|研究.
pub(super) fn halves(word: &str) -> Option<(&str, &str)> {
    let (middle, _) = word.char_indices().nth(2)?;
    (word.chars().count() == 4).then(|| word.split_at_checked(middle)).flatten()
}

/// The clauses of a range, in order.
pub(super) fn clauses<'a>(text: &Characters<'a>, start: usize, end: usize) -> Vec<Clause<'a>> {
    let mut found = Vec::new();
    let mut begin = start;
    let mut opens = true;
    let mut index = start;
    while index < end {
        let character = text.at(index);
        if let Some(close) = closing(character) {
            // Commas inside “…” do not cut a clause.
            let limit = end.min(index + MAX_ENCLOSED);
            let inside = (index + 1..limit).find(|&at| text.at(at) == close || text.at(at) == character);
            if let Some(at) = inside.filter(|&at| text.at(at) == close) {
                index = at + 1;
                continue;
            }
        }
        let stops = matches!(character, '。' | '！' | '？' | '\n' | '!' | '?');
        if stops || matches!(character, '，' | '；' | '：' | ',' | ';') {
            push(text, begin, index, opens, &mut found);
            // An empty piece does not open a sentence twice.
            opens = stops || opens && begin == index;
            begin = index + 1;
        }
        index += 1;
    }
    push(text, begin, end, opens, &mut found);
    found
}

/// What closes an opening mark.
fn closing(character: char) -> Option<char> {
    match character {
        '“' => Some('”'),
        '（' => Some('）'),
        '(' => Some(')'),
        '《' => Some('》'),
        _ => None,
    }
}

/// Keeps a clause without the white space and quotation marks around it.
fn push<'a>(text: &Characters<'a>, start: usize, end: usize, opens: bool, found: &mut Vec<Clause<'a>>) {
    let (mut start, mut end) = (start, end);
    while start < end && matches!(text.at(start), ' ' | '\u{3000}' | '”' | '\t' | '\u{a0}' | '\r') {
        start += 1;
    }
    while end > start && matches!(text.before(end), ' ' | '\u{3000}' | '\t' | '\u{a0}' | '\r') {
        end -= 1;
    }
    if end >= start + 2 {
        found.push(Clause::new(text, start, end, opens));
    }
}
