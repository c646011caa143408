//! What shall be done: clauses of reported speech, and of the text itself where they bind by their own words.
//!
//! A clause is a directive by its mark (要, 必须, 不得), by its form (an opening verb after someone who commands), or
//! because a clause before it in the same sentence is one. Clauses that set the scene (围绕…的要求) and clauses that
//! describe (…是…, 已…) are none.

mod action;
mod agent;
mod clause;
mod program;
mod words;

use crate::extract::Directive;
use crate::extract::EntityIndex;
use crate::extract::Modality;
use crate::extract::Speech;
use crate::extract::characters::Characters;
use crate::extract::finding::Finding;
use crate::extract::gazetteer::Gazetteer;
use clause::Clause;
use clause::clauses;

/// Words before a mark, its subject among them.
const MAX_SUBJECT: usize = 14;

/// What the rules look at.
#[derive(Debug)]
struct Scene<'a> {
    text: &'a Characters<'a>,
    gazetteer: &'a Gazetteer,
    mentions: &'a [(Finding, EntityIndex)],
    /// The text of a law or rules: 可以 gives a right there, elsewhere it tells what is possible.
    normative: bool,
}

/// Who speaks, and what has been told so far.
#[derive(Clone, Debug, Default)]
struct State {
    speaker: Option<EntityIndex>,
    /// In reported speech.
    spoken: bool,
    /// Plain verbs are told to someone.
    commands: bool,
    /// The cue itself tells someone to do something.
    tells: bool,
    /// In a text that is nothing but tasks: a plan, a decision, a programme of work.
    program: bool,
    /// A clause of this sentence is a directive.
    in_force: bool,
    /// A clause of this sentence tells what was done.
    narrated: bool,
    /// 到2030年底，: a time before the comma holds for the clause after it.
    deadline: Option<EntityIndex>,
    /// Who this sentence tells to do it.
    addressee: Option<(usize, usize)>,
}

/// A mark with its place among the words.
#[derive(Clone, Copy, Debug)]
struct Mark {
    modality: Modality,
    start: usize,
    end: usize,
    index: usize,
    verb_too: bool,
}

/// Finds the directives, in order of the text.
pub(crate) fn find(
    text: &Characters<'_>,
    gazetteer: &Gazetteer,
    mentions: &[(Finding, EntityIndex)],
    speeches: &[Speech],
) -> Vec<Directive> {
    let scene = Scene { text, gazetteer, mentions, normative: program::is_normative(text) };
    let mut found = Vec::new();
    let mut reached = 0;
    let mut order: Vec<&Speech> = speeches.iter().collect();
    // What is quoted inside a speech is read with it.
    order.sort_by_key(|speech| (speech.content.start, std::cmp::Reverse(speech.content.end)));
    let mut spoken = Vec::with_capacity(order.len());
    for speech in order {
        let start = text.index_of(speech.content.start).max(reached);
        let end = text.index_of(speech.content.end);
        if start >= end {
            continue;
        }
        reached = end;
        spoken.push((start, end));
        let cue = text.index_of(speech.cue.start);
        let cue = text.folded(cue, text.index_of(speech.cue.end));
        let state = State {
            speaker: speech.speaker_entity.or_else(|| scene.convener(speech)),
            spoken: true,
            commands: words::commands(&cue),
            tells: words::tells(&cue),
            ..State::default()
        };
        scene.read(start, end, state, speech.confidence, &mut found);
    }
    let mut next = 0;
    let programs = scene.programs();
    for (number, sentence) in text.sentences().iter().enumerate() {
        while spoken.get(next).is_some_and(|&(_, end)| end <= sentence.start) {
            next += 1;
        }
        let quoted = spoken.get(next).is_some_and(|&(start, _)| start < sentence.end);
        if !quoted {
            let program = programs.get(number).copied().unwrap_or(false) || scene.rules(sentence);
            let state = State { program, commands: program, ..State::default() };
            scene.read(sentence.start, sentence.end, state, 0.75, &mut found);
        }
    }
    found.sort_by_key(|directive| directive.span);
    found
}

impl Scene<'_> {
    /// The first word that does not join the clause to what stands before, nor counts it.
    fn after_joints(&self, clause: &Clause<'_>, first: usize) -> usize {
        let mut first = first;
        loop {
            let open = clause.word(first);
            // （三） comes as three words.
            let bracket = matches!(open, "（" | "(")
                && matches!(clause.word(first + 2), "）" | ")")
                && clause.word(first + 1).chars().all(|c| "一二三四五六七八九十0123456789".contains(c));
            // 3．加强培训
            let counted = matches!(clause.word(first + 1), "." | "．" | "、")
                && !open.is_empty()
                && open.chars().all(|c| "一二三四五六七八九十0123456789".contains(c));
            if bracket {
                first += 3;
            } else if counted {
                first += 2;
            } else if clause.is(first, words::CONJUNCTION) || self.is_ordinal(clause, first) || open == " " {
                first += 1;
            } else {
                return first;
            }
        }
    }

    /// The directives of a range.
    fn read(&self, start: usize, end: usize, state: State, confidence: f64, found: &mut Vec<Directive>) {
        let mut state = state;
        for clause in clauses(self.text, start, end) {
            if clause.opens {
                state.in_force = false;
                state.narrated = false;
                state.addressee = None;
                state.deadline = None;
            }
            if let Some(deadline) = self.only_time(&clause) {
                state.deadline = deadline.or(state.deadline);
            } else if let Some(mut directive) = self.directive(&clause, &mut state) {
                directive.confidence *= confidence;
                directive.deadline = directive.deadline.or(state.deadline);
                found.push(directive);
            }
        }
    }

    /// The directive of a clause; none where it sets the scene or describes.
    fn directive(&self, clause: &Clause<'_>, state: &mut State) -> Option<Directive> {
        let article = clause.index_of(self.article(clause));
        let first = self.after_joints(clause, article);
        let asked = (article..first).any(|index| words::asks(clause.word(index)));
        // 逾期未交的，: whom a rule is for.
        let last = clause.words.last().map_or("", |word| &*word.text);
        let condition =
            last == "的" || !state.spoken && words::opens_condition(clause.word(first)) && last == "规定";
        if condition {
            state.addressee = None;
            return None;
        }
        let mark = self.mark(clause, first, state.spoken || state.program);
        if let Some(mark) = mark {
            state.commands |= state.spoken && mark.modality != Modality::Plan;
            let subject = self.agent(clause, first, mark.index);
            let subject = subject.or_else(|| self.encouraged(clause, mark));
            if subject.is_some() || clause.opens {
                state.addressee = subject;
            }
        }
        let agent = if mark.is_none() { self.leading_agent(clause, first) } else { None };
        if agent.is_some() {
            state.addressee = agent;
        }
        let led = agent.map(|(_, end)| clause.index_of(end));
        let head = mark.map_or(led.unwrap_or(first), |mark| mark.index + 1);
        if self.sets_scene(clause, first, head, mark.is_some()) {
            // What it leads to is told all the same.
            state.in_force |= mark.is_some();
            if clause.opens && mark.is_none() {
                state.addressee = self.agent(clause, first, self.framing(clause, first).unwrap_or(first));
            }
            return None;
        }
        // 由主管部门责令改正
        let imposed = !state.spoken
            && clause.word(first) == "由"
            && led.is_some_and(|index| {
                (index..clause.words.len().min(index + 4)).any(|at| words::is_imposed(clause.word(at)))
            });
        // 在重点领域开展研究
        let opens = self.opens_with_verb(clause, first)
            || state.spoken && clause.word(first) == "自" && self.starts_something(clause, first)
            || led.is_some() && (state.program || state.tells || asked)
            || asked
            || imposed
            || state.program
                && matches!(clause.word(first), "在" | "按照" | "依照" | "按")
                && (first + 2..clause.words.len()).any(|at| clause.is_verb(self.gazetteer, at));
        let rule = if mark.is_some() {
            if state.spoken { "modal_in_speech" } else { "modal_in_text" }
        } else if imposed {
            "imposed_in_text"
        } else if self.describes(clause) {
            // What was done is told, and so is what follows from it.
            let done = self.is_done(clause);
            state.in_force &= !done;
            state.narrated |= done;
            return None;
        } else if !(state.spoken || (state.in_force || state.program || asked) && opens) {
            return None;
        } else if state.in_force {
            "carried_in_sentence"
        } else if (state.commands || asked) && opens && !state.narrated {
            if state.program { "imperative_in_program" } else { "imperative_in_speech" }
        } else {
            return None;
        };
        state.in_force = true;
        let (action, object) = self.action(clause, led.unwrap_or(first), mark);
        let (deadline, targets) = self.figures(clause);
        let text = self.text;
        let span = |(start, end): (usize, usize)| text.span(start, end);
        Some(Directive {
            span: text.span(clause.at(self.after_numbers(clause, article)).min(clause.end), clause.end),
            modality: mark.map_or(Modality::Unmarked, |mark| mark.modality),
            modal: mark.map(|mark| text.span(mark.start, mark.end)),
            action: action.map(span),
            object: object.map(span),
            speaker: state.speaker,
            addressee: state.addressee.map(span),
            deadline,
            targets,
            rule,
            confidence: match rule {
                "modal_in_speech" => 1.0,
                "imperative_in_speech" => 0.95,
                _ => 0.85,
            },
        })
    }

    /// The first word that does not count the clause: 一是, （二）.
    fn after_numbers(&self, clause: &Clause<'_>, first: usize) -> usize {
        let next = self.after_joints(clause, first);
        (first..next)
            .rev()
            .find(|&index| {
                self.is_ordinal(clause, index)
                    || matches!(
                        clause.word(index),
                        "." | "．"
                            | "、"
                            | "）"
                            | ")"
                            | "希望"
                            | "一是"
                            | "二是"
                            | "三是"
                            | "四是"
                            | "五是"
                            | "六是"
                    )
            })
            .map_or(first, |index| index + 1)
    }

    /// 自1月至3月开展检查
    fn starts_something(&self, clause: &Clause<'_>, first: usize) -> bool {
        (first + 2..clause.words.len()).any(|index| {
            matches!(clause.word(index), "开展" | "实施" | "施行" | "执行" | "启动" | "组织" | "进行")
        })
    }

    /// Whether a clause tells what was done: 展现了….
    fn is_done(&self, clause: &Clause<'_>) -> bool {
        clause.words.iter().any(|word| matches!(&*word.text, "了" | "已" | "已经" | "取得"))
    }

    /// First character after 第三条 at the head of a clause.
    fn article(&self, clause: &Clause<'_>) -> usize {
        let text = self.text;
        if text.at(clause.start) != '第' {
            return clause.start;
        }
        let numeral = |c: char| "一二三四五六七八九十百千零〇0123456789".contains(c);
        let mut at = clause.start + 1;
        while at < clause.end && at - clause.start < 10 && numeral(text.at(at)) {
            at += 1;
        }
        if !matches!(text.at(at), '条' | '款' | '项') || at == clause.start + 1 {
            return clause.start;
        }
        at += 1;
        while at < clause.end && matches!(text.at(at), ' ' | '\u{3000}') {
            at += 1;
        }
        at
    }

    /// 一要, （二）, 第三 before the directive itself.
    fn is_ordinal(&self, clause: &Clause<'_>, index: usize) -> bool {
        let word = clause.word(index);
        let numeral = |word: &str| word.chars().all(|character| words::ORDINAL_SET.holds(character));
        !word.is_empty()
            && numeral(word)
            && (index > 0 || word.chars().count() > 1 || matches!(clause.word(index + 1), "要" | "是"))
    }

    /// The word that marks how strongly a clause binds.
    fn mark(&self, clause: &Clause<'_>, first: usize, spoken: bool) -> Option<Mark> {
        let mut verbs = false;
        for index in first..clause.words.len().min(first + MAX_SUBJECT) {
            let word = clause.words.get(index)?;
            if matches!(&*word.text, "如果" | "若" | "如" | "只要" | "只有" | "即使" | "把" | "将" | "是")
                && !(word.text == "将" && index == first + 1)
                && !(word.text == "是" && words::modal(clause.word(index + 1)).is_some())
            {
                // 把 with its verb comes after the mark; what is supposed is not told.
                return None;
            }
            let known = Some(index)
                .filter(|&index| clause.is(index, words::MODAL))
                .and_then(|_| words::modal(&word.text))
                .filter(|_| {
                    let before = if index > first { clause.word(index - 1) } else { "" };
                    let follows = clause.words.get(index + 1).is_some();
                    // 支持 of 政策支持, 需要 of 人民的需要
                    let noun = matches!(before, "的" | "所" | "和" | "、" | "之" | "以" | "重" | "在");
                    let weak = words::is_verb_too(&word.text)
                        || matches!(&*word.text, "可以" | "计划" | "拟" | "应" | "需" | "须" | "需要" | "将");
                    let bare = index == first
                        || !weak
                        || !verbs && (self.agent(clause, first, index).is_some() || words::is_adverb(before));
                    follows && !noun && bare && clause.word(index + 1) != "的"
                });
            if let Some((modality, length)) = known {
                let told = || index == first || self.agent(clause, first, index).is_some();
                let alone = words::binds_alone(&word.text) && (word.text != "要" || told())
                    || self.normative && word.text == "可以" && told();
                let planned = modality == Modality::Plan && self.agent(clause, first, index).is_none();
                if !spoken && !alone || planned {
                    return None;
                }
                let verb_too = words::is_verb_too(&word.text);
                return Some(Mark { modality, start: word.end - length, end: word.end, index, verb_too });
            }
            verbs |= clause.is_verb(self.gazetteer, index);
        }
        None
    }

    /// The word that opens a frame: 围绕, or 作为 after a subject.
    fn framing(&self, clause: &Clause<'_>, head: usize) -> Option<usize> {
        if clause.is(head, words::FRAME) {
            return Some(head);
        }
        // 两地企业以合作为契机
        let framed = || {
            clause.words.iter().any(|word| word.text == "为")
                && self.text.any_before(clause.end, words::FRAME_ENDS).is_some()
        };
        (head..clause.words.len().min(head + 6))
            .find(|&index| clause.word(index) == "作为" || clause.word(index) == "以" && framed())
    }

    /// Whether a clause only sets the scene.
    fn sets_scene(&self, clause: &Clause<'_>, first: usize, head: usize, marked: bool) -> bool {
        let mut head = head;
        while clause.is(head, words::ADVERB) {
            head += 1;
        }
        let taken =
            (first..clause.words.len().min(head + 8)).any(|index| matches!(clause.word(index), "把" | "将"));
        let Some(frame) = self.framing(clause, head).filter(|_| !taken) else { return false };
        if clause.word(frame) == "作为" && frame > head {
            return !marked;
        }
        let ends = self.text.any_before(clause.end, words::FRAME_ENDS).is_some();
        let acts = (frame + 2..clause.words.len())
            .any(|index| clause.is_verb(self.gazetteer, index) && index + 1 < clause.words.len());
        // 以旅游促交往 acts by whatever verb, 以合作为契机 does not.
        let by = clause.word(frame) == "以" && !clause.words.iter().any(|word| word.text == "为");
        let phrase =
            matches!(clause.word(frame), "以" | "在" | "当") && !acts && !(by && clause.words.len() >= 4);
        ends || phrase || !acts && clause.word(frame) != "以"
    }

    /// Whether a clause describes.
    fn describes(&self, clause: &Clause<'_>) -> bool {
        // 具备条件的企业: what stands before 的 only tells which.
        let attributes = clause.words.iter().rposition(|word| word.text == "的").unwrap_or(0);
        let describes = |(index, word): (usize, &clause::Word<'_>)| {
            clause.is(index, words::DESCRIBES)
                && (index >= attributes || index < 3 && word.text == "了" || word.text.ends_with('是'))
        };
        clause.words.iter().enumerate().any(describes) || clause.word(0) == "有" || clause.word(1) == "有"
    }

    /// Whether a clause begins as a command: with a verb, or with 把 and the like before one.
    fn opens_with_verb(&self, clause: &Clause<'_>, first: usize) -> bool {
        let index = clause.after_adverbs(self.gazetteer, first);
        let word = clause.word(index);
        matches!(word, "把" | "将")
            || clause.is_verb(self.gazetteer, index)
                && (index + 1 < clause.words.len() || clause::halves(word).is_some())
            || matches!(word, "向" | "为" | "与" | "给" | "从" | "以")
                && (index + 2..clause.words.len()).any(|at| clause.is_verb(self.gazetteer, at))
    }
}

#[cfg(test)]
mod tests;
