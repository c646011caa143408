//! Who said what: cue verbs, their subjects, and how far what was said reaches.

mod cue;

use crate::extract::EntityIndex;
use crate::extract::EntityType;
use crate::extract::Speech;
use crate::extract::characters::Block;
use crate::extract::characters::Characters;
use crate::extract::characters::is_clause_end;
use crate::text::ParagraphKind;
use std::collections::BTreeSet;

/// A mention that a speech may refer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Actor {
    /// First character.
    pub(crate) start: usize,
    /// First character no longer covered.
    pub(crate) end: usize,
    /// What it is.
    pub(crate) kind: EntityType,
    /// Its entity.
    pub(crate) entity: EntityIndex,
}

/// A pronoun that was resolved on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pronoun {
    /// First character.
    pub(crate) start: usize,
    /// First character no longer covered.
    pub(crate) end: usize,
    /// The person meant.
    pub(crate) entity: EntityIndex,
}

/// Beginnings of sentences that tell, and are not told.
#[rustfmt::skip]
const NARRATION: &[&str] = &[
    "双方还", "双方就", "双方共同", "双方达成", "双方签署", "双方一致", "双方决定", "据", "近日", "会上",
    "会后", "会谈后", "会见后", "随后", "此外，", "另据", "来自", "记者", "会议还", "会议通过", "会议审议",
    "会议研究", "会议决定", "会议听取", "会前", "期间，", "当天", "同日", "两国元首", "调研期间", "座谈会上",
    "截至", "这为", "为此，", "访问期间", "出席",
];

/// Predicates of people beside the speaker: a sentence of theirs tells, and ends what was said before it.
#[rustfmt::skip]
const ATTENDING: &[&str] = &[
    "一同", "一起", "参加", "陪同", "出席", "主持", "随同", "列席", "作了汇报", "作汇报", "汇报了",
    "参与调研", "参与检查", "介绍了", "致辞", "作说明", "作交流", "作了说明", "作了交流", "通报了", "传达了",
    "宣读了", "讲话", "作了讲话", "发言", "作了发言", "作发言", "作表态", "先后发言",
];

/// Longest closing bracket that names who wrote a text, in characters.
const MAX_BYLINE: usize = 40;

/// Numbered paragraphs that one cue may introduce.
const MAX_ITEMS: usize = 64;

/// Cues of a sentence that may cut short what an earlier one introduces.
const MAX_LATER: usize = 16;

/// Everything the rules look at.
#[derive(Debug)]
pub(crate) struct Scene<'a> {
    text: &'a Characters<'a>,
    actors: &'a [Actor],
    /// Times, which may stand between subject and cue.
    times: &'a [(usize, usize)],
    /// First characters of the divisions named: a sentence that begins with one tells of it.
    grounds: &'a [usize],
    /// People whom others quote at length: 总书记, 主席, 总理.
    leaders: BTreeSet<EntityIndex>,
}

/// Who spoke last: where that was written, and which entity it is.
type Speaker = (Option<(usize, usize)>, Option<EntityIndex>);

/// One cue with its subject.
#[derive(Clone, Debug)]
struct Hit {
    subject: Option<(usize, usize)>,
    entity: Option<EntityIndex>,
    carried: bool,
    pronoun: bool,
    cue: (usize, usize),
    content: usize,
    goes_on: bool,
    clause: usize,
    /// What was said, where it stands before who said it.
    quote: Option<(usize, usize)>,
}

/// Finds the speeches, in order, and the pronouns resolved for them.
pub(crate) fn find(
    text: &Characters<'_>,
    actors: &[Actor],
    times: &[(usize, usize)],
    grounds: &[usize],
) -> (Vec<Speech>, Vec<Pronoun>) {
    let leaders = actors
        .iter()
        .filter(|actor| {
            actor.kind == EntityType::Person && text.any_of(actor.end, &["总书记", "主席", "总理"]).is_some()
        })
        .map(|actor| actor.entity)
        .collect();
    let scene = Scene { text, actors, times, grounds, leaders };
    let mut speeches = Vec::new();
    let mut pronouns = Vec::new();
    let mut last_person = None;
    let mut last_speaker: Option<Speaker> = None;
    let sentences = text.sentences();
    let mut hits: Vec<Vec<Hit>> = Vec::with_capacity(sentences.len());
    let mut paragraph_start = 0;
    let mut meeting = None;
    for sentence in sentences {
        if text.before(sentence.start) == '\n' || sentence.start == 0 {
            paragraph_start = sentence.start;
        }
        let mut found = scene.hits(
            sentence,
            last_speaker.filter(|_| sentence.start != paragraph_start),
            &mut last_person,
        );
        for hit in &mut found {
            if hit.pronoun
                && let (Some((start, end)), Some(entity)) = (hit.subject, hit.entity)
            {
                pronouns.push(Pronoun { start, end, entity });
            }
            // 会议强调 after 国务院常务会议: the meeting that was named last.
            let speaks = hit.entity.is_none()
                && hit
                    .subject
                    .is_some_and(|(start, end)| text.starts_with(start, "会议") && end == start + 2);
            if speaks {
                meeting = scene.meeting_before(hit.cue.0).or(meeting);
                hit.entity = meeting;
            }
            last_speaker = Some((hit.subject, hit.entity.filter(|_| !speaks)));
        }
        hits.push(found);
    }
    scene.headlines(&mut speeches);
    let mut reached = 0;
    for (number, _) in sentences.iter().enumerate() {
        let here = hits.get(number).map(Vec::as_slice).unwrap_or_default();
        for (order, hit) in here.iter().enumerate() {
            let later = here.get(order + 1..).unwrap_or_default();
            // What is quoted inside another speech does not take over the rest of it.
            let nested = hit.content < reached && !hit.carried && !hit.pronoun;
            if let Some(speech) = scene.speech(sentences, &hits, number, hit, later, nested) {
                let (speech, end) = speech;
                if !nested {
                    reached = end;
                }
                speeches.push(speech);
            }
        }
    }
    speeches.sort_by_key(|speech| (speech.cue.start, speech.content.start));
    (speeches, pronouns)
}

impl Scene<'_> {
    /// The last body before a character whose name is that of a meeting.
    fn meeting_before(&self, end: usize) -> Option<EntityIndex> {
        let from = self.actors.partition_point(|actor| actor.end <= end);
        let before = self.actors.get(from.saturating_sub(cue::MAX_ACTORS)..from).unwrap_or_default();
        let meeting =
            |actor: &&Actor| actor.kind == EntityType::Organization && self.text.ends_with(actor.end, "会议");
        before.iter().rev().find(meeting).map(|actor| actor.entity)
    }

    /// Actors that begin in a range.
    fn actors_in(&self, start: usize, end: usize) -> &[Actor] {
        let from = self.actors.partition_point(|actor| actor.start < start);
        let to = self.actors.partition_point(|actor| actor.start < end);
        self.actors.get(from..to).unwrap_or_default()
    }

    /// What headlines say: 周明远：把工作做实, or 周明远在某地调研时强调 把工作做实.
    fn headlines(&self, speeches: &mut Vec<Speech>) {
        for paragraph in self.text.paragraphs() {
            match paragraph.kind {
                ParagraphKind::Title | ParagraphKind::OriginalTitle | ParagraphKind::Heading => {
                    speeches.extend(self.headline(paragraph));
                }
                ParagraphKind::Body
                | ParagraphKind::ListItem
                | ParagraphKind::TableRow
                | ParagraphKind::Metadata => {}
            }
        }
    }

    /// What one headline says.
    fn headline(&self, line: &Block) -> Option<Speech> {
        let text = self.text;
        let people = || self.actors_in(line.start, line.end).iter().filter(|a| a.kind == EntityType::Person);
        let made = |actor: &Actor, cue: (usize, usize), content: usize, end: usize, rule| {
            let end = trimmed_end(text, content, end);
            (end >= content + 2).then(|| Speech {
                speaker: Some(text.span(actor.start, actor.end)),
                speaker_entity: Some(actor.entity),
                cue: text.span(cue.0, cue.1),
                content: text.span(content, end),
                direct: false,
                rule,
                confidence: 0.85,
            })
        };
        let opening = people()
            .take(MAX_LATER)
            .find(|actor| actor.start < line.start + 12 && matches!(text.at(actor.end), '：' | ':'));
        if let Some(actor) = opening {
            return made(actor, (actor.end, actor.end + 1), actor.end + 1, line.end, "headline_colon");
        }
        // The parts of a headline are set apart by spaces.
        let gap = |from: usize| (from..line.end).find(|&at| matches!(text.at(at), ' ' | '\u{3000}'));
        let first = gap(line.start)?;
        let (_, length) = text.any_before(first, &["强调", "指出", "要求", "表示", "提出", "呼吁"])?;
        let actor = people().next().filter(|actor| actor.end <= first - length)?;
        let content = (first..line.end).find(|&at| !matches!(text.at(at), ' ' | '\u{3000}'))?;
        let end = gap(content).unwrap_or(line.end);
        made(actor, (first - length, first), content, end, "headline_cue")
    }

    /// The speech of a cue: how far it reaches.
    fn speech(
        &self,
        sentences: &[Block],
        hits: &[Vec<Hit>],
        number: usize,
        hit: &Hit,
        later: &[Hit],
        nested: bool,
    ) -> Option<(Speech, usize)> {
        let text = self.text;
        let sentence = sentences.get(number)?;
        let mut start = hit.content;
        let quote = text.at(start) == '“';
        let mut direct = false;
        let mut end = sentence.end;
        let mut closed = None;
        if let Some((from, close)) = hit.quote {
            (start, direct, closed) = (from - 1, true, Some(close));
        } else if quote {
            closed = closing_quote(text, start, start + 2000);
            if let Some(close) = closed {
                let final_mark = matches!(text.before(close), '。' | '！' | '？');
                let ends = matches!(text.at(close + 1), '。' | '！' | '？' | '；' | '\n' | '\0')
                    || close + 1 >= sentence.end;
                let term = !matches!(text.before(start), '，' | '：');
                let whole = final_mark
                    || ends
                    || term && text.at(close + 1) == '的'
                    || term && text.at(close + 1) == '等';
                direct = whole;
            }
        }
        if direct && let Some(close) = closed {
            start += 1;
            end = trimmed_end(text, start, close);
            end -= usize::from(hit.quote.is_some() && text.before(end) == '，');
        } else if let Some(list) = self.list_after(hit.content) {
            (start, end) = list;
        } else {
            // Another cue of the same speaker ends what this one introduces.
            let cut = later.iter().take(MAX_LATER).find(|next| {
                // 庄严宣告我们实现了目标, told of someone in what is said.
                let solemn = matches!(text.slice(next.cue.0, next.cue.1), ['宣', '告' | '布']);
                (next.carried || next.pronoun) && !(solemn && hit.goes_on)
            });
            if let Some(next) = cut.filter(|next| next.clause > start) {
                end = next.clause;
            } else if hit.goes_on && !nested && self.extends(hit) {
                end = self.extent(sentences, hits, number, hit);
            } else if hit.carried {
                // 要求A；审议通过B
                end = (start..end).find(|&at| text.at(at) == '；').unwrap_or(end);
            }
            end = trimmed_end(text, start, before_byline(text, start, end));
            if end > start && text.at(end - 1) == '，' {
                end -= 1;
            }
        }
        if end < start + 2 {
            return None;
        }
        let speech = Speech {
            speaker: hit
                .subject
                .filter(|&(start, _)| !hit.carried || hit.entity.is_none() || text.starts_with(start, "会议"))
                .map(|(start, end)| text.span(start, end)),
            speaker_entity: hit.entity,
            cue: text.span(hit.cue.0, hit.cue.1),
            content: text.span(start, end),
            direct,
            rule: if hit.carried {
                "carried_subject"
            } else if hit.pronoun {
                "pronoun_subject"
            } else {
                "subject_and_cue"
            },
            confidence: if hit.carried { 0.65 } else { 0.85 },
        };
        Some((speech, end))
    }

    /// The paragraphs that a colon at the end of a line introduces: 一是…, 二是….
    fn list_after(&self, content: usize) -> Option<(usize, usize)> {
        let text = self.text;
        if text.at(content) != '\n' || !matches!(text.before(content), '：' | ':') {
            return None;
        }
        let paragraphs = text.paragraphs();
        let from = paragraphs.partition_point(|paragraph| paragraph.start < content);
        let items = paragraphs.get(from..).unwrap_or_default().iter().take(MAX_ITEMS);
        let numbered = |paragraph: &&Block| {
            let (head, next) = (text.at(paragraph.start), text.at(paragraph.start + 1));
            let digit = |character: char| "一二三四五六七八九十123456789".contains(character);
            digit(head) && matches!(next, '是' | '、' | '．' | '.' | '要')
                || matches!(head, '（' | '(' | '第') && digit(next)
        };
        let (first, last) = items
            .take_while(numbered)
            .fold((None, content), |(first, _), item| (first.or(Some(item.start)), item.end));
        Some((first?, trimmed_end(text, first?, last)))
    }

    /// Whether what a cue introduces may go on over sentences.
    fn extends(&self, hit: &Hit) -> bool {
        let text = self.text;
        let marked = matches!(text.before(hit.content), '，' | '：');
        // 中央经济工作会议指出 is quoted by a reporter, 会议指出 is the minutes.
        let cited = hit
            .subject
            .is_some_and(|(start, end)| end - start > 4 && text.any_before(end, &["会议", "全会"]).is_some());
        let said = text.slice(hit.cue.0, hit.cue.1) == ['表', '示'];
        !cited && (!hit.carried || marked || said)
    }

    /// Whether a sentence opens with someone saying something.
    fn opens_with_cue(&self, sentence: &Block) -> bool {
        let text = self.text;
        let comma =
            (sentence.start..sentence.end.min(sentence.start + 20)).find(|&at| is_clause_end(text.at(at)));
        comma.is_some_and(|comma| {
            matches!(text.at(comma), '，' | '：')
                && text.any_before(comma, &["称", "表示", "指出", "强调", "说", "认为", "报道"]).is_some()
        })
    }

    /// Whether a sentence tells of other people who were there: 市长周明远一同调研.
    fn attends(&self, sentence: &Block, hit: &Hit) -> bool {
        let text = self.text;
        self.actors_in(sentence.start, sentence.end)
            .iter()
            .filter(|actor| actor.kind == EntityType::Person && Some(actor.entity) != hit.entity)
            .take(cue::MAX_ACTORS)
            .any(|actor| {
                let mut at = actor.end;
                while let Some((_, length)) = text.any_of(at, &["等", "同志", "分别", "也", "还", "先后"])
                {
                    at += length;
                }
                text.any_of(at, ATTENDING).is_some()
            })
    }

    /// End of the last sentence of the paragraph that still belongs to what was said.
    fn extent(&self, sentences: &[Block], hits: &[Vec<Hit>], number: usize, hit: &Hit) -> usize {
        let text = self.text;
        let Some(first) = sentences.get(number) else { return hit.content };
        let mut end = first.end;
        for (next, sentence) in sentences.iter().enumerate().skip(number + 1) {
            let same_paragraph = !text.slice(end, sentence.start).contains(&'\n');
            if !same_paragraph
                || text.any_of(sentence.start, NARRATION).is_some()
                || matches!(text.at(sentence.start), '他' | '她')
            {
                break;
            }
            if self.attends(sentence, hit) || matches!(text.at(sentence.start), '(' | '（') {
                break;
            }
            let begins = self.actors_in(sentence.start, sentence.start + 1).first();
            let leader = |entity: EntityIndex| Some(entity) != hit.entity && self.leaders.contains(&entity);
            let ground = sentence.start + usize::from(text.at(sentence.start) == '在');
            let quoted =
                hits.get(next).and_then(|hits| hits.first()).and_then(|hit| hit.entity).is_some_and(leader);
            // 上海要当好排头兵 is asked of 上海, not told of it.
            let asked = (ground..ground + 8)
                .take_while(|&at| !is_clause_end(text.at(at)))
                .any(|at| matches!(text.at(at), '要' | '是') && text.is_word_start(at));
            if self.grounds.binary_search(&ground).is_ok() && !asked
                || self.opens_with_cue(sentence) && !quoted
            {
                break;
            }
            let spoken = hits.get(next).and_then(|hits| hits.first()).filter(|other| {
                other.clause == sentence.start
                    || other.carried
                    || self
                        .actors_in(sentence.start, other.cue.0)
                        .iter()
                        .any(|a| Some(a.entity) == other.entity)
            });
            if let Some(other) = spoken
                && !other.entity.is_some_and(leader)
            {
                break;
            }
            if begins.is_some_and(|actor| actor.kind == EntityType::Person && !leader(actor.entity)) {
                break;
            }
            end = sentence.end;
        }
        end
    }
}

/// The quote that closes the one at `open`.
fn closing_quote(text: &Characters<'_>, open: usize, limit: usize) -> Option<usize> {
    let mut depth = 0;
    for at in open..text.len().min(limit) {
        match text.at(at) {
            '“' => depth += 1,
            '”' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            '\n' => return None,
            _ => {}
        }
    }
    None
}

/// `end` before a closing bracket that stands after the last sentence: 。（记者 周明远）
fn before_byline(text: &Characters<'_>, start: usize, end: usize) -> usize {
    let mut last = end;
    while last > start && matches!(text.before(last), ' ' | '\n' | '\u{3000}') {
        last -= 1;
    }
    if !matches!(text.before(last), ')' | '）') {
        return end;
    }
    let open = (start.max(last.saturating_sub(MAX_BYLINE))..last)
        .rev()
        .find(|&at| matches!(text.at(at), '(' | '（' | '。' | '；'));
    match open {
        Some(open)
            if matches!(text.at(open), '(' | '（')
                && matches!(text.before(open), '。' | '！' | '？' | '”' | ' ' | '\n') =>
        {
            open
        }
        Some(_) | None => end,
    }
}

/// `end` without white space and the mark that closes the sentence.
fn trimmed_end(text: &Characters<'_>, start: usize, end: usize) -> usize {
    let mut end = end;
    while end > start
        && matches!(text.at(end - 1), '。' | '！' | '？' | '；' | '\n' | ' ' | '!' | '?' | ';' | '\u{3000}')
    {
        end -= 1;
    }
    end
}

#[cfg(test)]
mod tests {
    use crate::extract::fixture;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, &str, &str)]) {
        let found = fixture::extract(text, None);
        let spoken: Vec<(&str, &str, &str)> = found
            .speeches
            .iter()
            .map(|speech| {
                let entity =
                    speech.speaker_entity.map(|entity| found.entities[entity].canonical_name.as_str());
                let written = speech.speaker.map(|span| span.of(text));
                (entity.or(written).unwrap_or(""), speech.cue.of(text), speech.content.of(text))
            })
            .collect();
        assert_eq!(spoken, expected, "{text}");
    }

    #[test]
    fn indirect_speech_goes_on_to_the_next_speaker() {
        check(
            "省长周明远指出，河流要治理。湖泊也要治理。周明远强调，责任要落实。",
            &[("周明远", "指出", "河流要治理。湖泊也要治理"), ("周明远", "强调", "责任要落实")],
        );
    }

    #[test]
    fn pronouns_and_carried_subjects_are_resolved() {
        check("省长周明远到村里调研。他表示，道路要修好。", &[("周明远", "表示", "道路要修好")]);
        check("省长周明远听取汇报，要求加快进度。", &[("周明远", "要求", "加快进度")]);
    }

    #[test]
    fn who_attended_and_who_wrote_is_not_said() {
        check("省长周明远强调，河流要治理。副省长陈国栋一同调研。", &[("周明远", "强调", "河流要治理")]);
        check("省长周明远强调，河流要治理。（赵文 钱武）", &[("周明远", "强调", "河流要治理")]);
        check("省长周明远走访工厂，叮嘱盘活厂房，完善服务。", &[("周明远", "叮嘱", "盘活厂房，完善服务")]);
    }

    #[test]
    fn quotation_marks_stay_outside() {
        check("省长周明远说：“今年要见效。”", &[("周明远", "说", "今年要见效")]);
    }

    #[test]
    fn quotations_may_come_first() {
        check("“桥今年一定修通。”县长周明远说。", &[("周明远", "说", "桥今年一定修通")]);
        check("“水清了，”村民赵文告诉记者。", &[]);
        check("“水清了，鱼也回来了，”县长周明远表示。", &[("周明远", "表示", "水清了，鱼也回来了")]);
    }

    #[test]
    fn news_of_the_day_is_a_sentence_of_each() {
        check("州长赵文11日说，大桥已经关闭。当地居民绕道出行。", &[("赵文", "说", "大桥已经关闭")]);
        check("警方称，两人受伤。道路随后恢复通行。", &[("警方", "称", "两人受伤")]);
        check("县长周明远对车间负责人说，设备要检修。", &[("周明远", "说", "设备要检修")]);
    }

    #[test]
    fn numbered_paragraphs_belong_to_the_colon() {
        check(
            "县长周明远提出三点建议：\n一是修路。\n二是种树。\n三是通水。\n会议结束。",
            &[("周明远", "提出", "一是修路。\n二是种树。\n三是通水")],
        );
    }

    #[test]
    fn nouns_that_speak() {
        check("会议认为，条件已经具备。", &[("会议", "认为", "条件已经具备")]);
        check("据当地媒体报道，道路已经恢复。", &[("当地媒体", "报道", "道路已经恢复")]);
    }

    #[test]
    fn nouns_are_no_cues() {
        check("落实中央部署要求，把工作做好。", &[]);
    }
}
