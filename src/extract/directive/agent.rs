//! Who is told, and who tells.

use super::MAX_SUBJECT;
use super::Mark;
use super::Scene;
use super::clause::Clause;
use super::words;
use crate::extract::EntityIndex;
use crate::extract::EntityType;
use crate::extract::Modality;
use crate::extract::Speech;
use crate::extract::characters::is_clause_end;

/// Mentions before a speech among which the body that convened is looked for.
const MAX_BEFORE: usize = 200;

/// Characters after a body within which it convenes.
const MAX_CONVENED: usize = 24;

impl Scene<'_> {
    /// Who is told, among the words before the mark.
    pub(super) fn agent(&self, clause: &Clause<'_>, first: usize, mark: usize) -> Option<(usize, usize)> {
        let mut last = mark;
        while last > first && (clause.is(last - 1, words::ADVERB) || clause.is(last - 1, words::CONJUNCTION))
        {
            last -= 1;
        }
        if last <= first || clause.is(first, words::PREPOSITION) || clause.is(first, words::FRAME) {
            return None;
        }
        let (start, end) = (clause.at(first), clause.words.get(last - 1)?.end);
        let named = self.mention_ending(start, end).is_some_and(|kind| {
            matches!(
                kind,
                EntityType::Organization
                    | EntityType::Zone
                    | EntityType::Place
                    | EntityType::Person
                    | EntityType::Post
            )
        });
        (named || words::ends_with_agent(self.text, end)).then_some((start, end))
    }

    /// Who opens an unmarked clause: 市里选派干部, 通州区加大投入.
    pub(super) fn leading_agent(&self, clause: &Clause<'_>, first: usize) -> Option<(usize, usize)> {
        self.acting_agent(clause, first).or_else(|| {
            let start = clause.at(first);
            let (_, length) = self.text.any_of(start, words::LEADING_AGENTS)?;
            Some((start, start + length)).filter(|&(_, end)| end < clause.end)
        })
    }

    /// Whoever opens a clause right before what is done.
    pub(super) fn acting_agent(&self, clause: &Clause<'_>, first: usize) -> Option<(usize, usize)> {
        let by = clause.word(first) == "由";
        let first = first + usize::from(by);
        let start = clause.at(first);
        let named = |start: usize, end: usize| {
            self.mention_ending(start, end).is_some_and(|kind| {
                matches!(kind, EntityType::Organization | EntityType::Zone | EntityType::Place)
            })
        };
        if by {
            let verb = (first + 1..clause.words.len().min(first + MAX_SUBJECT))
                .find(|&index| words::is_imposed(clause.word(index)))?;
            let end = clause.at(verb);
            let agent = words::ends_with_agent(self.text, end) || named(start, end);
            return agent.then_some((start, end));
        }
        if clause.is_verb(self.gazetteer, first)
            || clause.is(first, words::ADVERB)
            || clause.is(first, words::PREPOSITION)
            || clause.is(first, words::FRAME)
        {
            return None;
        }
        // 各级领导班子和党员领导干部|带头学习: the subject ends where something is done.
        let acts = |index: usize| clause.is_verb(self.gazetteer, index) || clause.is(index, words::ADVERB);
        (first..clause.words.len().min(first + MAX_SUBJECT))
            .take_while(|&index| !acts(index))
            .filter(|&index| {
                let next = index + 1;
                acts(next) && !clause.word(next).is_empty()
            })
            .find_map(|index| {
                let end = clause.words.get(index)?.end;
                (words::ends_with_agent(self.text, end) || named(start, end)).then_some((start, end))
            })
    }

    /// Whom a clause encourages: 支持企业扩大投入.
    pub(super) fn encouraged(&self, clause: &Clause<'_>, mark: Mark) -> Option<(usize, usize)> {
        if !mark.verb_too || mark.modality != Modality::Encouragement {
            return None;
        }
        let start = clause.at(mark.index + 1);
        (mark.index + 1..clause.words.len().min(mark.index + MAX_SUBJECT))
            .take_while(|&index| !clause.is_verb(self.gazetteer, index))
            .filter(|&index| clause.is_verb(self.gazetteer, index + 1) || clause.is(index + 1, words::ADVERB))
            .filter_map(|index| clause.words.get(index).map(|word| word.end))
            .find(|&end| words::ends_with_agent(self.text, end))
            .map(|end| (start, end))
    }

    /// The kind of the mention that ends at a character and begins after another.
    pub(super) fn mention_ending(&self, start: usize, end: usize) -> Option<EntityType> {
        let from = self.mentions.partition_point(|(finding, _)| finding.start < start);
        self.mentions
            .get(from..)
            .unwrap_or_default()
            .iter()
            .take_while(|(finding, _)| finding.start < end)
            .take(16)
            .find(|(finding, _)| finding.end == end)
            .map(|(finding, _)| finding.value.entity_type())
    }

    /// The body that convened what a speech calls the meeting: the last one before it that 召开 or 举行 follows.
    pub(super) fn convener(&self, speech: &Speech) -> Option<EntityIndex> {
        let text = self.text;
        let cue = text.index_of(speech.cue.start);
        let said =
            speech.speaker.map(|span| text.folded(text.index_of(span.start), text.index_of(span.end)))?;
        if !matches!(said.as_str(), "会议" | "全会" | "与会人员" | "会上") {
            return None;
        }
        let before = self.mentions.partition_point(|(finding, _)| finding.start < cue);
        let bodies = self.mentions.get(..before).unwrap_or_default().iter().rev().take(MAX_BEFORE);
        bodies
            .filter(|(finding, _)| finding.value.entity_type() == EntityType::Organization)
            .find(|(finding, _)| {
                let near = finding.end..text.len().min(finding.end + MAX_CONVENED);
                near.take_while(|&at| !is_clause_end(text.at(at)))
                    .any(|at| text.any_of(at, &["召开", "举行", "会议"]).is_some())
            })
            .map(|&(_, entity)| entity)
    }
}
