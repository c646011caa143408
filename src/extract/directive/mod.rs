//! What shall be done: clauses of reported speech, and of the text itself where they bind by their own words.
//!
//! A clause is a directive by its mark (要, 必须, 不得), by its form (an opening verb after someone who commands), or
//! because a clause before it in the same sentence is one. Clauses that set the scene (围绕…的要求) and clauses that
//! describe (…是…, 已…) are none.

mod action;
mod clause;
mod words;

use crate::extract::Directive;
use crate::extract::EntityIndex;
use crate::extract::EntityType;
use crate::extract::Modality;
use crate::extract::Speech;
use crate::extract::characters::Block;
use crate::extract::characters::Characters;
use crate::extract::characters::is_clause_end;
use crate::extract::finding::Finding;
use crate::extract::gazetteer::Gazetteer;
use crate::text::ParagraphKind;
use clause::Clause;
use clause::clauses;

/// Characters of a sentence among which its first clause is looked for.
const MAX_TASK: usize = 80;

/// Mentions before a speech among which the body that convened is looked for.
const MAX_BEFORE: usize = 200;

/// Characters after a body within which it convenes.
const MAX_CONVENED: usize = 24;

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
    let scene = Scene { text, gazetteer, mentions, normative: is_normative(text) };
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

/// Whether a text binds by its own words often enough to be one of rules.
fn is_normative(text: &Characters<'_>) -> bool {
    let binding = |at: usize| {
        matches!(text.at(at), '应' | '不' | '责')
            && text.any_of(at, &["应当", "不得", "责令"]).is_some()
            && text.is_word_start(at)
    };
    let count = (0..text.len()).filter(|&at| binding(at)).count();
    count >= 3 && count * 300 >= text.len()
}

/// Clauses that have to open with a verb, most of their paragraph, for it to be one of tasks.
const MANY_TASKS: usize = 5;

/// Sentences that have to open with a verb, in a row of as many, for a text to be one of tasks.
const TASKS: usize = 3;

impl Scene<'_> {
    /// For each sentence, whether it stands in a paragraph of tasks: nobody is named, most sentences open with a verb, as
    /// in 优化…。加强…。推进….
    fn programs(&self) -> Vec<bool> {
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
    fn rules(&self, sentence: &Block) -> bool {
        self.normative
            && self.text.any_of(sentence.start, &["为", "根据", "本条例所称", "本法所称"]).is_none()
    }

    /// Whether most clauses of a paragraph begin with a verb, and none tells what was done or said.
    fn lists_tasks(&self, paragraph: &[Block]) -> bool {
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
            } else if words::is_conjunction(open) || self.is_ordinal(clause, first) || open == " " {
                first += 1;
            } else {
                return first;
            }
        }
    }

    /// Whether the first clause of a sentence begins with a verb and tells nothing that was done.
    fn opens_a_task(&self, sentence: &Block) -> bool {
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
                && clause.word(first) == "在"
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

    /// The body that convened what a speech calls the meeting: the last one before it that 召开 or 举行 follows.
    fn convener(&self, speech: &Speech) -> Option<EntityIndex> {
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
        let numeral = |word: &str| word.chars().all(|c| "一二三四五六七八九十第（）()、".contains(c));
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
            let known = words::modal(&word.text).filter(|_| {
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

    /// Who is told, among the words before the mark.
    fn agent(&self, clause: &Clause<'_>, first: usize, mark: usize) -> Option<(usize, usize)> {
        let mut last = mark;
        while last > first
            && (words::is_adverb(clause.word(last - 1)) || words::is_conjunction(clause.word(last - 1)))
        {
            last -= 1;
        }
        if last <= first
            || words::is_preposition(clause.word(first))
            || words::opens_frame(clause.word(first))
        {
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
    fn leading_agent(&self, clause: &Clause<'_>, first: usize) -> Option<(usize, usize)> {
        self.acting_agent(clause, first).or_else(|| {
            let start = clause.at(first);
            let (_, length) = self.text.any_of(start, words::LEADING_AGENTS)?;
            Some((start, start + length)).filter(|&(_, end)| end < clause.end)
        })
    }

    /// Whoever opens a clause right before what is done.
    fn acting_agent(&self, clause: &Clause<'_>, first: usize) -> Option<(usize, usize)> {
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
        let word = clause.word(first);
        if clause.is_verb(self.gazetteer, first)
            || words::is_adverb(word)
            || words::is_preposition(word)
            || words::opens_frame(word)
        {
            return None;
        }
        // 各级领导班子和党员领导干部|带头学习: the subject ends where something is done.
        let acts =
            |index: usize| clause.is_verb(self.gazetteer, index) || words::is_adverb(clause.word(index));
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
    fn encouraged(&self, clause: &Clause<'_>, mark: Mark) -> Option<(usize, usize)> {
        if !mark.verb_too || mark.modality != Modality::Encouragement {
            return None;
        }
        let start = clause.at(mark.index + 1);
        (mark.index + 1..clause.words.len().min(mark.index + MAX_SUBJECT))
            .take_while(|&index| !clause.is_verb(self.gazetteer, index))
            .filter(|&index| {
                clause.is_verb(self.gazetteer, index + 1) || words::is_adverb(clause.word(index + 1))
            })
            .filter_map(|index| clause.words.get(index).map(|word| word.end))
            .find(|&end| words::ends_with_agent(self.text, end))
            .map(|end| (start, end))
    }

    /// The kind of the mention that ends at a character and begins after another.
    fn mention_ending(&self, start: usize, end: usize) -> Option<EntityType> {
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

    /// The word that opens a frame: 围绕, or 作为 after a subject.
    fn framing(&self, clause: &Clause<'_>, head: usize) -> Option<usize> {
        if words::opens_frame(clause.word(head)) {
            return Some(head);
        }
        (head..clause.words.len().min(head + 6)).find(|&index| clause.word(index) == "作为")
    }

    /// Whether a clause only sets the scene.
    fn sets_scene(&self, clause: &Clause<'_>, first: usize, head: usize, marked: bool) -> bool {
        let mut head = head;
        while words::is_adverb(clause.word(head)) {
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
            words::describes(&word.text)
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
