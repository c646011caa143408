//! What a directive does: its verb and object, until when, how much.

use super::Mark;
use super::Scene;
use super::clause;
use super::clause::Clause;
use super::words;
use crate::extract::EntityIndex;
use crate::extract::EntityType;
use crate::extract::QuantityKind;
use crate::extract::Value;

impl Scene<'_> {
    /// The governing verb and what it acts on.
    #[expect(clippy::type_complexity, reason = "two ranges, each perhaps absent")]
    pub(super) fn action(
        &self,
        clause: &Clause<'_>,
        first: usize,
        mark: Option<Mark>,
    ) -> (Option<(usize, usize)>, Option<(usize, usize)>) {
        if let Some(mark) = mark.filter(|mark| mark.verb_too) {
            return (Some((mark.start, mark.end)), range(mark.end, clause.end));
        }
        let head = clause.after_adverbs(self.gazetteer, mark.map_or(first, |mark| mark.index + 1));
        let is_verb = |index: &usize| clause.is_verb(self.gazetteer, *index);
        let count = clause.words.len();
        let opening = clause.word(head);
        if matches!(opening, "把" | "将") {
            return self.after_ba(clause, head);
        }
        let verb = if matches!(opening, "向" | "与" | "同" | "和" | "给") {
            let last = (head + 2..count).rev().find(is_verb);
            // 融合发展
            if let Some(last) = last.filter(|&last| last > head + 2 && is_verb(&(last - 1))) {
                let end = clause.words.get(last).map_or(clause.end, |word| word.end);
                return (Some((clause.at(last - 1), end)), range(end, clause.end));
            }
            last
        } else if clause.is(head, words::PREPOSITION | words::FRAME) || opening == "瞄准" {
            let rest = || head + 2..count;
            // 为全市发展作出贡献, 在落实上下功夫: what is done comes last.
            let last = rest().find(|&index| {
                words::closes_purpose(clause.word(index))
                    && (opening == "为"
                        || matches!(clause.word(index - 1), "上" | "中" | "下" | "里" | "方面"))
            });
            if let Some(last) = last {
                let action = self.verb(clause, last);
                return (action, action.and_then(|action| range(action.1, clause.end)));
            }
            rest().find(|index| is_verb(index) && !words::is_nominal(clause.word(*index))).or_else(|| {
                // 为全市发展添秤: a word that no list knows after one that is a noun here.
                let nominal = rest().find(is_verb)?;
                let next = nominal + 1;
                Some(if clause.word(next).chars().count() == 1 && next + 1 < count { next } else { nominal })
            })
        } else if is_verb(&head) {
            Some(head)
        } else if mark.is_none() {
            // 商务功能向运河商务区集中
            let goal = (head..count).find(|&index| matches!(clause.word(index), "向" | "在" | "到"));
            goal.and_then(|goal| (goal + 1..count).rev().find(is_verb))
                .or_else(|| (head..count).find(is_verb))
        } else {
            Some(head).filter(|&head| head < count)
        };
        match verb.and_then(|verb| self.verb(clause, verb)) {
            // What is joined by 、 is no object.
            Some(action) if self.text.at(action.1) == '、' => (Some(action), None),
            Some(action) => (Some(action), range(action.1, clause.end)),
            None => (None, None),
        }
    }

    /// 把城市副中心打造成高地: the verb after what it acts on.
    #[expect(clippy::type_complexity, reason = "two ranges, each perhaps absent")]
    fn after_ba(&self, clause: &Clause<'_>, ba: usize) -> (Option<(usize, usize)>, Option<(usize, usize)>) {
        let start = clause.at(ba + 1);
        let last = clause.words.last().map_or(clause.end, |word| word.end);
        let known = (start + 1..last).find_map(|at| {
            let (word, length) = self.text.any_of(at, words::AFTER_BA)?;
            let action = (at, at + length - words::direction(word));
            Some(action).filter(|&(_, end)| end <= clause.end)
        });
        let action = known.or_else(|| {
            let verb = (ba + 2..clause.words.len()).find(|&index| clause.is_verb(self.gazetteer, index))?;
            self.verb(clause, verb)
        });
        match action {
            Some(action) => {
                let mut end = action.0;
                while let Some((_, length)) =
                    self.text.any_before(end, words::MANNERS).filter(|_| end > start)
                {
                    end -= length;
                }
                (Some(action), range(start, end))
            }
            None => (None, range(start, clause.end)),
        }
    }

    /// A verb with what completes it (抓好), and the verb joined to it (完善和理顺, 优化整合).
    fn verb(&self, clause: &Clause<'_>, index: usize) -> Option<(usize, usize)> {
        let word = clause.words.get(index)?;
        let (start, mut end) = (word.start, word.end);
        if !words::is_verb(&word.text)
            && let Some((one, other)) = clause::halves(&word.text)
        {
            let acts = |word: &str| words::is_verb(word) || self.gazetteer.is_verb(word);
            return Some(if words::is_adverb(one) && !words::is_verb(one) {
                (start + 2, end)
            } else if acts(one) && (words::are_paired(one, other) || acts(other) && !words::is_nominal(other))
            {
                (start, end)
            } else {
                (start, start + 2)
            });
        }
        let next = clause.word(index + 1);
        if words::are_paired(&word.text, next) {
            return Some((start, clause.words.get(index + 1)?.end));
        }
        let second = index + 1 + usize::from(matches!(next, "和" | "并"));
        let pair = second > index + 1
            || !words::takes_verbs(&word.text)
                && !words::is_completed(&word.text)
                && words::is_verb(next)
                && !words::is_nominal(next)
                && next.chars().count() == 2;
        let goes_on = second + 1 < clause.words.len() && !matches!(clause.word(second + 1), "的" | "、");
        let stressed = matches!(&*word.text, "做") && matches!(next, "强" | "优" | "大" | "精");
        if (words::completes(next) || stressed) && next.chars().count() == 1 {
            end = clause.words.get(index + 1)?.end;
        } else if pair && goes_on && clause.is_verb(self.gazetteer, second) {
            end = clause.words.get(second)?.end;
        }
        Some((start, end))
    }

    /// The deadline of a clause that is nothing but a time; none where it is more, or no time at all.
    pub(super) fn only_time(&self, clause: &Clause<'_>) -> Option<Option<EntityIndex>> {
        let from = self.mentions.partition_point(|(finding, _)| finding.start < clause.start);
        let (finding, _) = self.mentions.get(from).filter(|(finding, _)| finding.end <= clause.end)?;
        let around = (finding.start - clause.start) + (clause.end - finding.end);
        (finding.value.entity_type() == EntityType::Time && around <= 2).then(|| self.figures(clause).0)
    }

    /// Until when, and how much.
    pub(super) fn figures(&self, clause: &Clause<'_>) -> (Option<EntityIndex>, Vec<EntityIndex>) {
        let text = self.text;
        let from = self.mentions.partition_point(|(finding, _)| finding.start < clause.start);
        let inside = self.mentions.get(from..).unwrap_or_default();
        let mut deadline = None;
        let mut targets: Vec<EntityIndex> = Vec::new();
        for (finding, entity) in inside.iter().take_while(|(finding, _)| finding.end <= clause.end) {
            match &finding.value {
                Value::Time(_) if deadline.is_none() => {
                    let by =
                        text.any_of(finding.end, &["前", "底前", "底", "之前", "以前", "年底", "内", "末"]);
                    let until = text.any_before(finding.start, &["到", "至", "截至", "截止", "于", "在"]);
                    let limit = matches!(text.before(finding.end), '底' | '前' | '末' | '内');
                    if by.is_some() || until.is_some() || limit {
                        deadline = Some(*entity);
                    }
                }
                Value::Quantity(value) => {
                    let near = (clause.start..finding.start)
                        .rev()
                        .take(12)
                        .any(|at| text.any_of(at, words::REACHING).is_some());
                    let counted = match value.kind {
                        QuantityKind::Count
                        | QuantityKind::Measure
                        | QuantityKind::Multiple
                        | QuantityKind::Fraction => near && value.amount != "1",
                        QuantityKind::Money | QuantityKind::Percentage => true,
                        QuantityKind::Duration => {
                            // 四十八小时内报告
                            if deadline.is_none() && matches!(text.at(finding.end), '内' | '之') {
                                deadline = Some(*entity);
                            }
                            false
                        }
                        QuantityKind::Ordinal => false,
                    };
                    if counted && !targets.contains(entity) {
                        targets.push(*entity);
                    }
                }
                Value::Time(_)
                | Value::Person { .. }
                | Value::Organization { .. }
                | Value::Place { .. }
                | Value::Zone { .. }
                | Value::DocumentReference { .. }
                | Value::Post { .. } => {}
            }
        }
        (deadline, targets)
    }
}

/// A range that holds something.
fn range(start: usize, end: usize) -> Option<(usize, usize)> {
    (start < end).then_some((start, end))
}
