//! Who said what: cue verbs, their subjects, and how far what was said reaches.

use std::collections::BTreeSet;

use super::EntityIndex;
use super::EntityType;
use super::Speech;
use super::characters::Block;
use super::characters::Characters;
use super::characters::is_clause_end;
use super::characters::is_han;
use crate::text::ParagraphKind;

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

/// Cue verbs, longest first; whether what they introduce goes on over sentences; whether they need no comma.
const CUES: &[(&str, bool, bool)] = &[
    ("报道称", false, true),
    ("回应称", false, true),
    ("回应说", false, true),
    ("汇报说", false, true),
    ("介绍说", false, true),
    ("补充说", false, true),
    ("坦言", false, false),
    ("直言", false, false),
    ("指出", true, true),
    ("强调", true, true),
    ("表示", true, true),
    ("要求", true, true),
    ("提出", true, false),
    ("认为", true, true),
    ("介绍", true, false),
    ("透露", false, false),
    ("宣布", false, true),
    ("宣告", false, true),
    ("呼吁", false, true),
    ("重申", false, true),
    ("声称", false, true),
    ("预计", false, false),
    ("预测", false, false),
    ("提到", false, false),
    ("写道", false, false),
    ("叮嘱", false, true),
    ("嘱咐", false, true),
    ("嘱托", false, false),
    ("提醒", false, false),
    ("告诉", false, false),
    ("念叨", false, false),
    ("感慨", false, false),
    ("解释", false, false),
    ("建议", false, false),
    ("规定", true, true),
    ("警告", false, true),
    ("承认", false, true),
    ("提议", false, true),
    ("指控", false, true),
    ("批评", false, true),
    ("报道", false, false),
    ("希望", true, true),
    ("反映", false, true),
    ("觉得", false, false),
    ("下令", false, true),
    ("公布", false, false),
    ("说", true, true),
    ("称", true, true),
];

/// Nouns that speak without a name.
const SPEAKERS: &[&str] = &[
    "会议",
    "通知",
    "报告",
    "通报",
    "意见",
    "公报",
    "大家",
    "人士",
    "负责人",
    "专家",
    "代表",
    "代表们",
    "官员",
    "媒体",
    "方面",
    "群众",
    "村民",
    "居民",
    "发言人",
    "警方",
    "军方",
    "有人",
    "民众",
    "分析",
    "声明",
    "公告",
    "文章",
    "评论",
    "社论",
    "国际组织",
    "委员们",
    "干部",
    "学者",
    "部门",
    "双方",
    "各方",
    "中方",
    "美方",
    "俄方",
    "乌方",
    "记者",
    "老人",
    "受访者",
    "数据",
    "代表团",
    "议员",
    "学生",
    "市民",
    "企业家",
    "中心",
    "全会",
    "倡议",
    "方",
    "网友",
    "同志",
    "同学",
    "主席",
    "总书记",
    "总理",
    "总统",
    "省长",
    "市长",
    "书记",
];

/// Adverbs between subject and cue.
const ADVERBS: &[&str] = &[
    "纷纷",
    "再次",
    "也",
    "还",
    "又",
    "明确",
    "特别",
    "进一步",
    "多次",
    "曾经",
    "曾",
    "近日",
    "日前",
    "当天",
    "同时",
    "已",
    "均",
    "都",
    "一致",
    "则",
    "并",
    "反复",
    "就此",
    "对此",
    "说",
    "则",
    "庄严",
    "今天",
    "同一天",
    "率先",
    "公开",
    "随后",
    "经常",
    "会后",
    "共同",
    "分别",
    "亲自",
];

/// Beginnings of sentences that tell, and are not told.
const NARRATION: &[&str] = &[
    "双方还",
    "双方就",
    "双方共同",
    "双方达成",
    "双方签署",
    "双方一致",
    "双方决定",
    "据",
    "近日",
    "会上",
    "会后",
    "会谈后",
    "会见后",
    "随后",
    "此外，",
    "另据",
    "来自",
    "记者",
    "会议还",
    "会议通过",
    "会议审议",
    "会议研究",
    "会议决定",
    "会议听取",
    "会前",
    "期间，",
    "当天",
    "同日",
    "两国元首",
    "调研期间",
    "座谈会上",
    "截至",
    "这为",
    "为此，",
    "访问期间",
    "出席",
];

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
    let mut last_speaker: Option<(Option<(usize, usize)>, Option<EntityIndex>)> = None;
    let sentences = text.sentences();
    let mut hits: Vec<Vec<Hit>> = Vec::with_capacity(sentences.len());
    let mut paragraph_start = 0;
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
            last_speaker = Some((hit.subject, hit.entity));
        }
        hits.push(found);
    }
    let mut reached = 0;
    for (number, sentence) in sentences.iter().enumerate() {
        if let Some(speech) = scene.headline(sentence) {
            speeches.push(speech);
        }
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
    /// Actors that begin in a range.
    fn actors_in(&self, start: usize, end: usize) -> &[Actor] {
        let from = self.actors.partition_point(|actor| actor.start < start);
        let to = self.actors.partition_point(|actor| actor.start < end);
        self.actors.get(from..to).unwrap_or_default()
    }

    /// 蔡奇：把城市副中心打造成北京发展新高地
    fn headline(&self, sentence: &Block) -> Option<Speech> {
        if !matches!(
            sentence.kind,
            ParagraphKind::Title | ParagraphKind::OriginalTitle | ParagraphKind::Heading
        ) {
            return None;
        }
        let actor = self
            .actors_in(sentence.start, sentence.start + 12)
            .iter()
            .find(|actor| self.text.at(actor.end) == '：' && actor.kind == EntityType::Person)?;
        let content = actor.end + 1;
        let end = trimmed_end(self.text, content, sentence.end);
        (end > content).then(|| Speech {
            speaker: Some(self.text.span(actor.start, actor.end)),
            speaker_entity: Some(actor.entity),
            cue: self.text.span(actor.end, actor.end + 1),
            content: self.text.span(content, end),
            direct: false,
            rule: "headline_colon",
            confidence: 0.85,
        })
    }

    /// The cues of one sentence.
    fn hits(
        &self,
        sentence: &Block,
        last: Option<(Option<(usize, usize)>, Option<EntityIndex>)>,
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
        last: Option<(Option<(usize, usize)>, Option<EntityIndex>)>,
        last_person: Option<EntityIndex>,
        previous: Option<&Hit>,
    ) -> Option<Hit> {
        let text = self.text;
        let &(word, goes_on, bare) = CUES.iter().find(|(word, ..)| text.starts_with(index, word))?;
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
                | '人'
                | '统'
                | '堪'
                | '自'
                | '宣'
                | '谎'
                | '据'
        );
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
        }
        // 介绍说、告诉记者、叮嘱代表: a short receiver before the comma.
        if !matches!(text.at(after), '，' | '：' | '“')
            && matches!(word, "告诉" | "叮嘱" | "提醒" | "嘱咐" | "表示")
        {
            let comma = (after..after + 7).find(|&at| matches!(text.at(at), '，' | '：'));
            let receiver = comma.filter(|&comma| {
                word != "表示" && text.slice(after, comma).iter().all(|&character| is_han(character))
            });
            after = receiver.unwrap_or(after);
        }
        let marked = matches!(text.at(after), '，' | '：')
            || text.at(after) == '“' && (bare || matches!(word, "提出" | "写道"));
        if !marked
            && (!bare
                || is_clause_end(text.at(after))
                || matches!(text.at(after), '的' | '、' | '”' | '》' | '了' | '为' | '）'))
        {
            return None;
        }
        if matches!(word, "要求" | "希望" | "建议" | "提出" | "规定") && !marked && text.at(after) == '”'
        {
            return None;
        }
        let subject = self.subject(sentence, clause, index, last, last_person, previous)?;
        let (range, entity, carried, pronoun) = subject;
        // 落实中央部署要求，: a noun, unless its subject opens the clause.
        let noun = matches!(
            word,
            "要求" | "希望" | "建议" | "规定" | "报道" | "批评" | "反映" | "呼吁" | "提议" | "警告"
        );
        let opens = range.is_some_and(|(start, _)| start <= clause + 3);
        if noun && comma && !(opens && !carried || word == "报道" && text.at(clause) == '据') {
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
                    "指出" | "强调" | "要求" | "表示" | "呼吁" | "提议" | "指控" | "宣布" | "规定" | "宣告"
                ) && index - clause <= 4
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
        Some(Hit { subject: range, entity, carried, pronoun, cue: (index, end), content, goes_on, clause })
    }

    /// Who stands before the cue: span, entity, carried over, pronoun.
    #[expect(clippy::type_complexity, reason = "four answers of one look")]
    fn subject(
        &self,
        sentence: &Block,
        clause: usize,
        index: usize,
        last: Option<(Option<(usize, usize)>, Option<EntityIndex>)>,
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
            let named = named.iter().find(people).or_else(|| named.iter().find(bodies));
            return match (named, last) {
                (Some(actor), _) => Some((None, Some(actor.entity), true, false)),
                (None, Some((range, entity))) => {
                    Some((if entity.is_some() { None } else { range }, entity, true, false))
                }
                (None, None) => None,
            };
        }
        if let Some(actor) = inside.iter().find(bodies) {
            let mut end = actor.end;
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
            if let Some((_, length)) = tail {
                end += length;
            }
            return Some((
                Some((actor.start, end)),
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
            } else if let Some(&(from, _)) = self.times.iter().find(|&&(from, to)| to == end && from > start)
            {
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
        let reported = text.ends_with(start, "据") && end - start <= 16;
        let noun = reported || text.any_before(end, SPEAKERS).is_some();
        (noun && end - start <= 24 && end > start).then_some((Some((start, end)), None, false, false))
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

    /// The speech of a cue: how far it reaches.
    #[expect(clippy::too_many_arguments, reason = "the surroundings that decide the reach of one speech")]
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
        if quote {
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
        } else {
            // Another cue of the same speaker ends what this one introduces.
            let cut = later.iter().find(|next| next.carried || next.pronoun);
            if let Some(next) = cut.filter(|next| next.clause > start) {
                end = next.clause;
            } else if hit.goes_on && !nested && self.extends(hit) {
                end = self.extent(sentences, hits, number, hit);
            } else if hit.carried {
                // 要求A；审议通过B
                end = (start..end).find(|&at| text.at(at) == '；').unwrap_or(end);
            }
            end = trimmed_end(text, start, end);
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
                .filter(|_| !hit.carried || hit.entity.is_none())
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
            let begins = self.actors_in(sentence.start, sentence.start + 1).first();
            let leader = |entity: EntityIndex| Some(entity) != hit.entity && self.leaders.contains(&entity);
            let ground = sentence.start + usize::from(text.at(sentence.start) == '在');
            let quoted =
                hits.get(next).and_then(|hits| hits.first()).and_then(|hit| hit.entity).is_some_and(leader);
            if self.grounds.binary_search(&ground).is_ok() || self.opens_with_cue(sentence) && !quoted {
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
