//! The words around what is said, and who says it.

use std::sync::LazyLock;

use super::Hit;
use super::Scene;
use super::Speaker;
use crate::extract::EntityIndex;
use crate::extract::EntityType;
use crate::extract::characters::Block;
use crate::extract::characters::is_clause_end;
use crate::extract::characters::is_han;
use crate::extract::speech::Actor;
use crate::extract::words::Words;

/// Cue verbs, longest first; whether what they introduce goes on over sentences; whether they need no comma.
#[rustfmt::skip]
pub(super) const CUES: &[(&str, bool, bool)] = &[
    ("报道称", false, true), ("回应称", false, true), ("回应说", false, true), ("汇报说", false, true),
    ("强调指出", true, true), ("警告称", false, true), ("警告说", false, true), ("评论称", false, true),
    ("评论说", false, true), ("介绍说", false, true), ("补充说", false, true), ("坦言", false, false), ("直言", false, false),
    ("指出", true, true), ("强调", true, true), ("表示", true, true), ("要求", true, true),
    ("提出", true, false), ("认为", true, true), ("介绍", true, false), ("透露", false, false),
    ("宣布", false, true), ("宣告", false, true), ("呼吁", false, true), ("重申", false, true),
    ("声称", false, true), ("预计", false, false), ("预测", false, false), ("提到", false, false),
    ("写道", false, false), ("叮嘱", false, true), ("嘱咐", false, true), ("嘱托", true, false),
    ("提醒", false, false), ("告诉", false, false), ("念叨", false, false), ("感慨", false, false),
    ("解释", false, false), ("建议", false, false), ("规定", true, true), ("警告", false, true),
    ("承认", false, true), ("提议", false, true), ("指控", false, true), ("批评", false, true),
    ("报道", false, false), ("希望", true, true), ("反映", false, true), ("觉得", false, false),
    ("下令", false, true), ("公布", false, false), ("说", true, true), ("称", false, true),
];

/// The cues, for asking at every character.
static CUE_WORDS: LazyLock<Words> = LazyLock::new(|| Words::new(CUES.iter().map(|&(word, ..)| word)));

/// Nouns that speak without a name.
#[rustfmt::skip]
pub(super) const SPEAKERS: &[&str] = &[
    "会议", "通知", "报告", "通报", "意见", "公报", "大家", "人士", "负责人", "专家", "代表", "代表们", "官员",
    "媒体", "方面", "群众", "村民", "居民", "发言人", "警方", "军方", "有人", "民众", "分析", "声明", "公告",
    "文章", "评论", "社论", "国际组织", "委员们", "干部", "学者", "部门", "双方", "各方", "中方", "美方",
    "俄方", "乌方", "记者", "老人", "受访者", "数据", "代表团", "议员", "学生", "市民", "企业家", "中心",
    "全会", "倡议", "方", "网友", "同志", "同学", "主席", "总书记", "总理", "总统", "省长", "市长", "书记", "领导人",
    "州长", "县长", "区长", "镇长", "部长", "局长", "厅长", "外长", "首相", "议长", "主任", "校长", "院长", "会长", "秘书长",
];

/// Adverbs between subject and cue.
#[rustfmt::skip]
pub(super) const ADVERBS: &[&str] = &[
    "纷纷", "再次", "也", "还", "又", "明确", "特别", "进一步", "多次", "曾经", "曾", "近日", "日前", "当天",
    "同时", "已", "均", "都", "一致", "则", "并", "反复", "就此", "对此", "说", "则", "庄严", "今天", "同一天",
    "率先", "公开", "随后", "经常", "会后", "共同", "分别", "亲自", "第一次", "首次",
];

/// Words before a body that stands beside what is told and does not tell: 向法院提起诉讼, 在文章中.
const BESIDE: &[&str] = &["向", "在", "到", "对", "由", "于", "从", "给", "与", "和", "经", "受"];

/// Longest quotation that may stand before who said it, in characters.
const MAX_QUOTE_BEFORE: usize = 400;

/// Longest clause in characters that a cue may close.
const MAX_CLAUSE: usize = 120;

/// Actors of a sentence among which a subject is looked for.
pub(super) const MAX_ACTORS: usize = 64;

impl Scene<'_> {
    /// The cues of one sentence.
    pub(super) fn hits(
        &self,
        sentence: &Block,
        last: Option<Speaker>,
        last_person: &mut Option<EntityIndex>,
    ) -> Vec<Hit> {
        let text = self.text;
        let mut found: Vec<Hit> = Vec::new();
        let mut clause = sentence.start;
        let mut index = sentence.start;
        let mut quoted = 0_i32;
        while index < sentence.end {
            let character = text.at(index);
            if is_clause_end(character) || matches!(character, '“' | '”') {
                quoted += i32::from(character == '“') - i32::from(character == '”');
                index += 1;
                clause = index;
                continue;
            }
            if let Some(hit) = self.cue(sentence, clause, index, quoted > 0, last, *last_person, found.last())
            {
                index = hit.content.max(hit.cue.1);
                if !hit.pronoun
                    && let Some(actor) = hit.entity.filter(|_| !hit.carried)
                {
                    let person = self
                        .actors_in(clause, hit.cue.0)
                        .iter()
                        .any(|known| known.entity == actor && known.kind == EntityType::Person);
                    if person {
                        *last_person = Some(actor);
                    }
                }
                found.push(hit);
                continue;
            }
            index += 1;
        }
        if let Some(actor) =
            self.actors_in(sentence.start, sentence.end).iter().find(|actor| actor.kind == EntityType::Person)
        {
            // The subject of a sentence is what a pronoun after it means.
            if found.is_empty() {
                *last_person = Some(actor.entity);
            }
        }
        found
    }

    /// The cue at `index`, if it is one with a subject.
    #[expect(clippy::too_many_arguments, reason = "the state of reading a sentence")]
    fn cue(
        &self,
        sentence: &Block,
        clause: usize,
        index: usize,
        quoted: bool,
        last: Option<Speaker>,
        last_person: Option<EntityIndex>,
        previous: Option<&Hit>,
    ) -> Option<Hit> {
        let text = self.text;
        // Nobody reads a subject out of a longer run of words, and a text of nothing but cues stays linear.
        if index - clause > MAX_CLAUSE {
            return None;
        }
        let (word, _) = CUE_WORDS.at(text, index)?;
        let &(_, mut goes_on, bare) = CUES.iter().find(|&&(cue, ..)| cue == word)?;
        let end = index + word.chars().count();
        let single = word.chars().count() == 1;
        // 时说，: the segmenter joins the two; before a comma only these make another word of it.
        let comma = matches!(text.at(end), '，' | '：');
        let joined = matches!(
            text.before(index),
            '小' | '传'
                | '听'
                | '如'
                | '虽'
                | '再'
                | '难'
                | '学'
                | '话'
                | '来'
                | '俗'
                | '号'
                | '简'
                | '名'
                | '职'
                | '统'
                | '堪'
                | '自'
                | '宣'
                | '谎'
                | '据'
        ) || word == "称" && text.before(index) == '人';
        if single && (if comma { joined } else { !text.is_word_start(index) || text.word_end(index) != end })
        {
            return None;
        }
        if !text.is_word_start(index) && !single && text.word_start_before(index + 1) < clause {
            return None;
        }
        if matches!(text.before(index), '的' | '所' | '以' | '据' | '项' | '等' | '按' | '不' | '可' | '受')
            && word != "表示"
            && word != "说"
        {
            return None;
        }
        let mut after = end;
        // 提出4点建议：
        if word == "提出" && !comma {
            let colon = (end..end + 12).find(|&at| is_clause_end(text.at(at)) || text.at(at) == '、');
            after = colon.filter(|&at| text.at(at) == '：').unwrap_or(after);
        }
        if text.at(after) == '过' {
            after += 1;
            goes_on = false;
        }
        let quote = self.quote_before(clause, end);
        // 介绍说、告诉记者、叮嘱代表: a short receiver before the comma.
        if !matches!(text.at(after), '，' | '：' | '“')
            && matches!(word, "告诉" | "叮嘱" | "提醒" | "嘱咐" | "表示" | "要求")
        {
            let comma = (after..after + 7).find(|&at| matches!(text.at(at), '，' | '：'));
            let receiver = comma.filter(|&comma| {
                word != "表示"
                    && text.slice(after, comma).iter().all(|&character| is_han(character))
                    && (if word == "要求" {
                        self.is_asked(after, comma)
                    } else {
                        self.is_receiver(after, comma)
                    })
            });
            after = receiver.unwrap_or(after);
        }
        let marked = matches!(text.at(after), '，' | '：')
            || text.at(after) == '“' && (bare || matches!(word, "提出" | "写道"));
        if !marked
            && quote.is_none()
            && (!bare
                || is_clause_end(text.at(after))
                || matches!(text.at(after), '的' | '、' | '”' | '》' | '了' | '为' | '）'))
        {
            return None;
        }
        // 群众反映强烈的问题
        if word == "反映" && matches!(text.at(after), '强' | '出' | '了' | '的') {
            return None;
        }
        if matches!(word, "要求" | "希望" | "建议" | "提出" | "规定") && !marked && text.at(after) == '”'
        {
            return None;
        }
        let subject = self.subject(sentence, clause, index, last, last_person, previous)?;
        let (range, entity, carried, pronoun) = subject;
        if let Some(quote) = quote {
            let beside = range.is_some_and(|(_, end)| self.only_adverbs(end, index));
            let cue = (index, end);
            let hit = Hit {
                subject: range,
                entity,
                carried,
                pronoun,
                cue,
                content: end,
                goes_on: false,
                clause,
                quote: Some(quote),
            };
            return (beside && !carried).then_some(hit);
        }
        // 州长11日说: news of the day, a sentence of each.
        let dated = range.is_some_and(|(_, end)| {
            self.times.binary_search_by_key(&end, |&(from, _)| from).is_ok() && self.only_adverbs(end, index)
        });
        goes_on &= !dated;
        // 落实中央部署要求，: a noun, unless its subject opens the clause.
        // 根据某通知要求，: what is gone by is not told here.
        let opening = (clause..index).find(|&at| !matches!(text.at(at), ' ' | '\u{3000}')).unwrap_or(clause);
        let gone_by =
            &["根据", "按照", "依据", "依照", "遵照", "贯彻", "落实", "为贯彻", "为落实", "为了", "对照"];
        if matches!(word, "要求" | "规定" | "希望") && comma && text.any_of(opening, gone_by).is_some()
        {
            return None;
        }
        // 卢方希望深化合作: a guest goes on speaking for his side.
        let side = range.is_some_and(|(start, end)| end - start == 2 && text.before(end) == '方');
        if side && word == "希望" && !marked && !carried {
            return None;
        }
        let noun = matches!(
            word,
            "要求" | "希望" | "建议" | "规定" | "报道" | "批评" | "反映" | "呼吁" | "提议" | "警告"
        );
        let opens = range.is_some_and(|(start, _)| start <= clause + 3);
        let beside = range.is_some_and(|(_, end)| self.only_adverbs(end, index));
        if noun && comma && !(opens && !carried && beside || word == "报道" && text.at(clause) == '据') {
            return None;
        }
        if noun
            && comma
            && range.is_some_and(|(start, _)| {
                text.any_of(clause, &["要", "按", "依", "准", "把", "全面", "认真", "落实"]).is_some()
                    && start > clause
            })
        {
            return None;
        }
        if !marked {
            // Without a comma only a subject right beside the cue makes it one.
            let near = if carried {
                matches!(
                    word,
                    "指出"
                        | "强调"
                        | "要求"
                        | "表示"
                        | "呼吁"
                        | "提议"
                        | "指控"
                        | "宣布"
                        | "规定"
                        | "宣告"
                        | "叮嘱"
                        | "嘱咐"
                ) && index - clause <= 4
                    || word == "希望"
                        && index - clause <= 1
                        && previous.is_none()
                        && self.actors_in(sentence.start, index).iter().any(|a| a.kind == EntityType::Person)
            } else {
                range.is_some_and(|(_, end)| self.only_adverbs(end, index))
            };
            let empty_talk = text
                .any_of(
                    after,
                    &[
                        "感谢", "祝贺", "欢迎", "慰问", "赞赏", "敬意", "反对", "哀悼", "担忧", "关切",
                        "满意", "支持", "肯定", "同意", "诚挚", "热烈", "衷心", "遗憾", "诚挚",
                    ],
                )
                .is_some()
                && word == "表示";
            if !near || empty_talk || quoted {
                return None;
            }
        }
        let content = if matches!(text.at(after), '，' | '：') { after + 1 } else { after };
        let cue = (index, end);
        Some(Hit { subject: range, entity, carried, pronoun, cue, content, goes_on, clause, quote: None })
    }

    /// The end of the bodies that are joined to one: 教育部、财政部, 教育部与财政部.
    fn joint_end(&self, inside: &[Actor], first: &Actor) -> usize {
        let text = self.text;
        let mut end = first.end;
        for next in inside.iter().skip_while(|actor| actor.start < first.end).take(MAX_ACTORS) {
            let joined = matches!(text.at(end), '、' | '和' | '与' | '及') && next.start == end + 1
                || text.starts_with(end, "以及") && next.start == end + 2;
            if !joined || next.kind != EntityType::Organization {
                break;
            }
            end = next.end;
        }
        if end > first.end
            && let Some((_, length)) =
                text.any_of(end, &["等部门", "等两部门", "等三部门", "等四部门", "等五部门", "等多部门"])
        {
            end += length;
        }
        end
    }

    /// What stands in quotation marks before a clause that ends with its cue: “…”，周明远说。
    fn quote_before(&self, clause: usize, end: usize) -> Option<(usize, usize)> {
        let text = self.text;
        let end = end + usize::from(text.at(end) == '道');
        let close = clause.checked_sub(1)?;
        let ends = matches!(text.at(end), '。' | '；' | '！' | '\n' | '\0')
            || text.at(end) == '，' && text.at(end + 1) != '“';
        if text.at(close) != '”' || !ends || !matches!(text.before(close), '，' | '。' | '！' | '？' | '…')
        {
            return None;
        }
        let mut depth = 0;
        for at in (close.saturating_sub(MAX_QUOTE_BEFORE)..=close).rev() {
            match text.at(at) {
                '”' => depth += 1,
                '“' => depth -= 1,
                '\n' => return None,
                _ => {}
            }
            if depth == 0 {
                return Some((at + 1, close));
            }
        }
        None
    }

    /// Who stands before the cue: span, entity, carried over, pronoun.
    #[expect(clippy::type_complexity, reason = "four answers of one look")]
    fn subject(
        &self,
        sentence: &Block,
        clause: usize,
        index: usize,
        last: Option<Speaker>,
        last_person: Option<EntityIndex>,
        previous: Option<&Hit>,
    ) -> Option<(Option<(usize, usize)>, Option<EntityIndex>, bool, bool)> {
        let text = self.text;
        let mut start = clause;
        while let Some((_, length)) = text.any_of(
            start,
            &["另据", "据", "对此", "此前", "同时", "不过", "此外", "并且", "并", "比如", "但", "而"],
        ) {
            start += length;
        }
        // 他、她
        let mut at = start;
        while let Some((_, length)) = text.any_of(at, &["同时", "近日", "日前"]) {
            at += length;
        }
        if matches!(text.at(at), '他' | '她') && !matches!(text.at(at + 1), '的' | '所') {
            if text.at(at + 1) == '们' {
                return Some((Some((at, at + 2)), None, false, false));
            }
            let within = self
                .actors_in(sentence.start, at)
                .iter()
                .rev()
                .take(MAX_ACTORS)
                .find(|actor| actor.kind == EntityType::Person)
                .map(|actor| actor.entity);
            let entity = previous.and_then(|hit| hit.entity).or(within).or(last_person);
            return Some((Some((at, at + 1)), entity, false, entity.is_some()));
        }
        let people = |actor: &&Actor| actor.kind == EntityType::Person;
        let bodies =
            |actor: &&Actor| matches!(actor.kind, EntityType::Organization | EntityType::DocumentReference);
        let inside = self.actors_in(start, index);
        if let Some(actor) = inside.iter().find(people) {
            let object = matches!(text.before(actor.start), '对' | '向' | '给' | '为') && actor.start > start;
            if !object {
                return Some((Some((actor.start, actor.end)), Some(actor.entity), false, false));
            }
        }
        if self.only_adverbs(start, index) {
            // The subject was named before the last comma, or in the sentence before.
            if let Some(hit) = previous {
                return Some((None, hit.entity, true, false)).filter(|_| hit.entity.is_some()).or(Some((
                    hit.subject,
                    None,
                    true,
                    false,
                )));
            }
            let named = self.actors_in(sentence.start, index);
            let named = named.get(..named.len().min(MAX_ACTORS)).unwrap_or_default();
            let tells = |actor: &&Actor| bodies(actor) && text.any_before(actor.start, BESIDE).is_none();
            let named = named.iter().find(people).or_else(|| named.iter().find(tells));
            return match (named, last) {
                (Some(actor), _) => Some((None, Some(actor.entity), true, false)),
                (None, Some((range, entity))) => {
                    Some((if entity.is_some() { None } else { range }, entity, true, false))
                }
                (None, None) => None,
            };
        }
        let within = |actor: &&Actor| {
            actor.kind == EntityType::DocumentReference
                && matches!(text.before(actor.start), '在' | '从')
                && matches!(text.at(actor.end), '中' | '里' | '上')
        };
        if let Some(actor) = inside.iter().find(|actor| bodies(actor) && !within(actor)) {
            let mut end = actor.end;
            // 多名黎巴嫩政府官员
            let many =
                text.any_before(actor.start, &["多名", "多位", "一名", "一位", "部分", "有关", "一些"]);
            let begin = many.map_or(actor.start, |(_, length)| actor.start - length).max(start);
            let tail = text.any_of(
                end,
                &[
                    "相关负责人",
                    "有关负责人",
                    "负责人",
                    "新闻发言人",
                    "发言人",
                    "官员",
                    "方面",
                    "报告",
                    "部门官员",
                    "媒体",
                    "专家",
                    "代表",
                    "通报",
                    "数据",
                ],
            );
            // 教育部、财政部等三部门: several issue together, and the first is who they are known by.
            let joint = if tail.is_none() { self.joint_end(inside, actor) } else { end };
            if let Some((_, length)) = tail {
                end += length;
            }
            return Some((
                Some((if end > actor.end { begin } else { actor.start }, end.max(joint))),
                Some(actor.entity).filter(|_| end == actor.end),
                false,
                false,
            ));
        }
        // A noun that speaks: 会议, 与会代表们, 国际人士.
        let mut end = index;
        loop {
            if let Some((_, length)) =
                text.any_before(end, ADVERBS).filter(|(_, length)| end - length > start)
            {
                end -= length;
            } else if let Some((from, _)) = self.time_before(end).filter(|&(from, _)| from > start) {
                end = from;
            } else {
                break;
            }
        }
        if let Some(at) = (start + 1..end).find(|&at| {
            matches!(text.at(at), '在' | '就' | '向' | '对' | '于')
                && text.is_word_start(at)
                && text.is_word_start(at + 1)
        }) {
            end = at;
        }
        // 75%的受访者, 没几天有人: how many, and since when, does not say who.
        let share =
            (start..end).rev().find(|&at| text.at(at) == '的' && matches!(text.before(at), '%' | '成'));
        start = share.map_or(start, |at| at + 1);
        if text.ends_with(end, "有人") && end - start > 2 {
            start = end - 2;
        }
        let reported = text.ends_with(start, "据") && end - start <= 16;
        let noun = reported || text.any_before(end, SPEAKERS).is_some();
        (noun && end - start <= 24 && end > start).then_some((Some((start, end)), None, false, false))
    }

    /// Whether words name whom something is asked of: 要求江西，
    fn is_asked(&self, start: usize, end: usize) -> bool {
        end - start <= 5
            && (self.grounds.binary_search(&start).is_ok()
                || self.actors_in(start, start + 1).iter().any(|actor| actor.end == end))
    }

    /// Whether words name who is spoken to: 记者, 村民们; 盘活厂房 is what is said.
    fn is_receiver(&self, start: usize, end: usize) -> bool {
        let text = self.text;
        let person = self.actors_in(start, end).iter().any(|actor| actor.end == end);
        person
            || text.any_before(end, SPEAKERS).is_some()
            || text
                .any_before(
                    end,
                    &[
                        "们", "他", "她", "我", "你", "您", "者", "员", "长", "师", "生", "孩子", "家属",
                        "工人", "家人", "儿子", "女儿",
                    ],
                )
                .is_some()
    }

    /// The time that ends right before a character.
    fn time_before(&self, end: usize) -> Option<(usize, usize)> {
        let at = self.times.partition_point(|&(_, to)| to < end);
        self.times.get(at).copied().filter(|&(_, to)| to == end)
    }

    /// Whether only adverbs and times stand between two characters.
    fn only_adverbs(&self, start: usize, end: usize) -> bool {
        let mut at = start;
        while at < end {
            if let Some((_, length)) = self.text.any_of(at, ADVERBS).or_else(|| {
                self.text.any_of(
                    at,
                    &["重要指示", "，", "时", "在会上", "主席", "总书记", "总理", "总统", "代表", "同志"],
                )
            }) {
                at += length;
            } else if let Ok(found) = self.times.binary_search_by_key(&at, |&(from, _)| from) {
                at = self.times.get(found).map_or(end, |&(_, to)| to);
            } else {
                return false;
            }
        }
        at == end
    }
}
