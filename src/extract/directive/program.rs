//! Which sentences belong to a text of tasks or of rules, where plain verbs tell.

use super::Scene;
use super::clause;
use super::clause::clauses;
use crate::extract::characters::Block;
use crate::extract::characters::Characters;
use crate::text::ParagraphKind;

/// Clauses that have to open with a verb, most of their paragraph, for it to be one of tasks.
const MANY_TASKS: usize = 5;

/// Sentences that have to open with a verb, in a row of as many, for a text to be one of tasks.
const TASKS: usize = 3;

/// Characters of a sentence among which its first clause is looked for.
const MAX_TASK: usize = 80;

/// Whether a text binds by its own words often enough to be one of rules.
pub(super) fn is_normative(text: &Characters<'_>) -> bool {
    let binding = |at: usize| {
        matches!(text.at(at), '应' | '不' | '责')
            && text.any_of(at, &["应当", "不得", "责令"]).is_some()
            && text.is_word_start(at)
    };
    let count = (0..text.len()).filter(|&at| binding(at)).count();
    count >= 3 && count * 300 >= text.len()
}

impl Scene<'_> {
    /// For each sentence, whether it stands in a paragraph of tasks: nobody is named, most sentences open with a verb, as
    /// in 优化…。加强…。推进….
    pub(super) fn programs(&self) -> Vec<bool> {
        let sentences = self.text.sentences();
        let mut found = Vec::with_capacity(sentences.len());
        while let Some(first) = sentences.get(found.len()) {
            let from = found.len();
            let rest = sentences.get(from..).unwrap_or_default();
            let cut = |pair: &[Block]| match pair {
                [one, other] => self.text.slice(one.end, other.start).contains(&'\n'),
                _ => false,
            };
            let count = rest.windows(2).position(cut).map_or(rest.len(), |at| at + 1);
            let paragraph = rest.get(..count).unwrap_or_default();
            let tasks = paragraph.iter().filter(|sentence| self.opens_a_task(sentence)).count();
            let prose = matches!(first.kind, ParagraphKind::Body | ParagraphKind::ListItem);
            let program = prose
                && (tasks >= TASKS && tasks * 3 >= count * 2
                    || tasks > 0 && tasks * 3 >= count && self.lists_tasks(paragraph));
            found.resize(from + count.max(1), program);
        }
        found
    }

    /// Whether a sentence stands in a text of rules and does not give the reasons for them: 为了…，制定本条例。
    pub(super) fn rules(&self, sentence: &Block) -> bool {
        self.normative
            && self.text.any_of(sentence.start, &["为", "根据", "本条例所称", "本法所称"]).is_none()
    }

    /// Whether most clauses of a paragraph begin with a verb, and none tells what was done or said.
    pub(super) fn lists_tasks(&self, paragraph: &[Block]) -> bool {
        let (mut tasks, mut clauses_read) = (0, 0);
        for sentence in paragraph {
            for clause in clauses(self.text, sentence.start, sentence.end) {
                let past = |word: &clause::Word| {
                    matches!(&*word.text, "了" | "过" | "已" | "已经" | "记者" | "说" | "去年" | "同比")
                };
                if clause.words.iter().any(past) {
                    return false;
                }
                clauses_read += 1;
                let first = self.after_joints(&clause, 0);
                tasks += usize::from(self.opens_with_verb(&clause, first) && !self.describes(&clause));
            }
        }
        tasks >= MANY_TASKS && tasks * 5 >= clauses_read * 3
    }

    /// Whether the first clause of a sentence begins with a verb and tells nothing that was done.
    pub(super) fn opens_a_task(&self, sentence: &Block) -> bool {
        let Some(clause) = clauses(self.text, sentence.start, sentence.end.min(sentence.start + MAX_TASK))
            .into_iter()
            .find(|clause| clause.words.len() > 1)
        else {
            return false;
        };
        let first = self.after_joints(&clause, 0);
        self.opens_with_verb(&clause, first)
            && !self.describes(&clause)
            && !clause.words.iter().any(|word| matches!(&*word.text, "了" | "过" | "记者"))
    }
}
