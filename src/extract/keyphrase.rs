//! What a document is about: its own phrases, weighed by how often, how early and how prominently they stand.
//!
//! A candidate is a run of words without function words inside; one that occurs once has to be a whole noun phrase, one
//! that repeats may be any part of it. Nothing is looked up in a list of topics: all phrases are the document's own.

use std::sync::LazyLock;

use super::EntityIndex;
use super::EntityType;
use super::Keyphrase;
use super::characters::Characters;
use super::characters::Mask;
use super::characters::is_han;
use super::finding::Finding;
use super::gazetteer::Gazetteer;
use super::place::is_function;
use super::words::WordSet;
use crate::text::ParagraphKind;

/// How many are answered where the caller does not say.
const DEFAULT_MAX: usize = 20;

/// Longest phrase in words.
const MAX_WORDS: usize = 6;

/// Shortest and longest phrase in characters.
const LENGTHS: std::ops::RangeInclusive<usize> = 2..=14;

/// Candidates that are weighed against each other, per phrase asked for; the rest is weaker than all of them.
const RIVALS: usize = 16;

/// Words of dates, counting and talk that no phrase contains.
#[rustfmt::skip]
const STOPS: &[&str] = &[
    "我们", "他们", "这个", "这些", "那些", "这种", "一个", "一批", "一些", "一种", "一项", "什么", "如何", "怎么",
    "等等", "其中", "以及", "进行", "问题", "情况", "方面", "工作", "可以", "能够", "必须", "应当", "应该", "需要",
    "已经", "正在", "将", "要", "不", "更", "最", "很", "再", "多", "大", "小", "好", "着", "过", "来", "去", "上",
    "下", "中", "里", "做", "抓", "有", "无", "是", "说", "强调", "指出", "要求", "表示", "叮嘱", "介绍", "认为",
    "记者", "今天", "今年", "去年", "明年", "目前", "近日", "日前", "以来", "同时", "此外", "具有", "成为", "作为",
    "进一步", "不断", "积极", "切实", "全面", "深入", "有效", "主动", "优先", "更加", "坚持", "围绕", "通过", "推动",
    "推进", "加强", "加快", "促进", "提升", "提高", "完善", "实现", "开展", "发挥", "形成", "打造", "建立", "增强",
    "扩大", "抓好", "做好", "落实", "继续", "持续", "努力", "着力", "一同", "参加", "出席", "主持", "调研", "检查",
    "来到", "走进", "造成", "了解", "察看", "听取", "参观", "座谈", "一定", "各种", "各类", "有关", "相关", "领导",
];

/// Verbs that are nouns at the end of a phrase: 科技创新.
#[rustfmt::skip]
const NOMINAL: &[&str] = &[
    "发展", "创新", "建设", "改革", "合作", "融合", "服务", "管理", "疏解", "布局", "治理", "开放", "保护", "转型",
    "升级", "协同", "投资", "消费", "生产", "教育", "监管", "规划", "设计", "保障", "就业", "贸易", "研发", "应用",
    "安全", "运行", "生活", "振兴", "改造", "防控", "预警", "救援", "供给", "增长", "减排", "转化", "监督", "执法",
];

/// Verbs that open no noun phrase, though the dictionary of relating words lacks them.
#[rustfmt::skip]
const OPENERS: &[&str] = &[
    "优化", "培育", "深化", "盘活", "谋划", "严格", "瞄准", "引入", "对接", "研究", "探索", "构建", "强化", "支持",
    "鼓励", "立足", "向", "为", "与", "把", "给", "使", "让", "由", "从", "以", "发现", "从事", "贯彻", "认真", "突出", "改善", "调整",
    "审议", "营造", "共同", "严肃", "日益", "广泛", "大力", "扎实", "统筹", "紧紧", "牢牢", "更好", "奋力", "彰显",
    "保持", "改进", "维护", "弘扬", "深刻", "依法", "参与", "出台", "制定", "决定", "称", "明确",
];

/// Words of one character that end a phrase.
#[rustfmt::skip]
const TAILS: &[&str] = &[
    "率", "力", "性", "地", "化", "业", "区", "园", "县", "镇", "链", "网", "法", "权", "税", "村", "圈", "带", "群", "体", "量",
    "城", "路", "港", "岛", "湾", "河", "江", "湖", "山", "站", "线", "车", "船", "机", "器", "院", "校", "馆", "品", "费",
];

/// The lists, for asking of every word.
static STOP_SET: LazyLock<WordSet> = LazyLock::new(|| WordSet::new(STOPS.iter().copied()));
static NOMINAL_SET: LazyLock<WordSet> = LazyLock::new(|| WordSet::new(NOMINAL.iter().copied()));
static OPENER_SET: LazyLock<WordSet> = LazyLock::new(|| WordSet::new(OPENERS.iter().copied()));
static TAIL_SET: LazyLock<WordSet> = LazyLock::new(|| WordSet::new(TAILS.iter().copied()));

/// Candidates where they stand, in order of the text.
type Candidates = Vec<Occurrence>;

/// One place of a candidate.
#[derive(Clone, Copy, Debug)]
struct Occurrence {
    start: usize,
    /// The first three characters in one number, by which most candidates are told apart at once.
    head: u64,
    length: u8,
    words: u8,
    /// A whole phrase here, not only a part of one.
    whole: bool,
    headline: bool,
    /// A name of something.
    named: bool,
}

impl Occurrence {
    fn new(text: &Characters<'_>, start: usize, end: usize, headline: bool, words: usize) -> Self {
        let head = (start..start + 3).fold(0, |head, at| {
            let character = if at < end { text.at(at) } else { '\0' };
            head << 21 | u64::from(u32::from(character))
        });
        let (length, words) = ((end - start) as u8, words as u8);
        Self { start, head, length, words, whole: false, headline, named: false }
    }

    fn end(&self) -> usize {
        self.start + usize::from(self.length)
    }
}

/// A word of a run, and what it may be in a phrase.
#[derive(Clone, Copy, Debug)]
struct Word {
    start: usize,
    end: usize,
    verb: bool,
    opens: bool,
    closes: bool,
}

/// A phrase and where it stands, in characters.
#[derive(Clone, Debug, Default)]
struct Candidate {
    places: Vec<(usize, usize)>,
    /// A whole phrase somewhere, not only a part of one.
    whole: bool,
    /// In a headline.
    headline: bool,
    /// A name of something.
    named: bool,
    words: usize,
}

/// The strongest phrases, by descending score.
pub(crate) fn find(
    text: &Characters<'_>,
    gazetteer: &Gazetteer,
    mentions: &[(Finding, EntityIndex)],
    max: usize,
) -> Vec<Keyphrase> {
    let max = if max == 0 { DEFAULT_MAX } else { max };
    let mut candidates = Candidates::new();
    for block in text.paragraphs() {
        let headline = matches!(block.kind, ParagraphKind::Title | ParagraphKind::OriginalTitle);
        if block.kind != ParagraphKind::Metadata {
            read(text, gazetteer, mentions, (block.start, block.end), headline, &mut candidates);
        }
    }
    let candidates = gathered(text, candidates);
    let mut scored: Vec<(f64, &[char], &Candidate)> = candidates
        .iter()
        .map(|(phrase, candidate)| (score(text, phrase.len(), candidate), *phrase, candidate))
        .filter(|&(score, ..)| score > 0.0)
        .collect();
    let first = |candidate: &Candidate| candidate.places.first().map_or(0, |&(start, _)| start);
    scored.sort_by(|one, other| {
        other.0.total_cmp(&one.0).then(first(one.2).cmp(&first(other.2))).then(one.1.cmp(other.1))
    });
    scored.truncate(max.saturating_mul(RIVALS));
    let mut kept: Vec<(f64, &[char], &Candidate)> = Vec::new();
    let mut covered = Mask::new(text.len());
    for rival in scored {
        if kept.len() == max {
            break;
        }
        // 副中心 says nothing beside 城市副中心, nor the other way round.
        let apart = kept.iter().all(|(_, phrase, _)| !within(rival.1, phrase) && !within(phrase, rival.1));
        // 淡化产业 beside 海水淡化: every place of it begins or ends inside a stronger phrase.
        if apart && rival.2.places.iter().any(|&(start, end)| !covered.overlaps(start, end)) {
            for &(start, end) in &rival.2.places {
                covered.take(start, end);
            }
            kept.push(rival);
        }
    }
    let strongest = kept.first().map_or(1.0, |&(score, ..)| score);
    kept.into_iter()
        .map(|(score, _, candidate)| {
            let spans: Vec<_> = candidate.places.iter().map(|&(start, end)| text.span(start, end)).collect();
            let written = candidate.places.first().map_or("", |&(start, end)| text.text(start, end));
            Keyphrase { text: written.to_owned(), score: (score / strongest).clamp(0.0, 1.0), spans }
        })
        .collect()
}

/// The candidates that stand more than once or are whole phrases, each with its places in order.
fn gathered<'a>(text: &'a Characters<'_>, mut found: Candidates) -> Vec<(&'a [char], Candidate)> {
    let phrase = |at: &Occurrence| text.slice(at.start, at.end());
    // Most stand once and are parts of phrases only; counted by where they fall in a table, they need no order.
    let mut counts = vec![0_u8; (found.len() * 4).next_power_of_two()];
    let slot = |at: &Occurrence, slots: usize| {
        let last = u64::from(u32::from(text.before(at.end()))) << 40 | u64::from(at.length) << 24;
        ((at.head ^ last).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize & (slots - 1)
    };
    for at in &found {
        let slot = slot(at, counts.len());
        if let Some(count) = counts.get_mut(slot) {
            *count = count.saturating_add(1);
        }
    }
    found.retain(|at| at.whole || counts.get(slot(at, counts.len())).is_some_and(|&count| count > 1));
    // What stands alike comes together, in order of the text.
    found.sort_by(|one, other| one.head.cmp(&other.head).then_with(|| phrase(one).cmp(phrase(other))));
    let alike = found.chunk_by(|one, other| one.head == other.head && phrase(one) == phrase(other));
    let gathered = alike.filter_map(|places| {
        let first = places.first().filter(|first| first.whole || places.len() > 1)?;
        let mut candidate = Candidate::default();
        for at in places {
            // Overlapping repeats of one word do not count twice.
            if at.named || candidate.places.last().is_none_or(|&(_, before)| before <= at.start) {
                candidate.places.push((at.start, at.end()));
            }
            candidate.whole |= at.whole;
            candidate.headline |= at.headline;
            candidate.named |= at.named;
            candidate.words = candidate.words.max(usize::from(at.words));
        }
        (candidate.places.len() > 1 || candidate.whole).then(|| (phrase(first), candidate))
    });
    gathered.collect()
}

/// Whether one phrase stands in another.
fn within(part: &[char], whole: &[char]) -> bool {
    !part.is_empty() && whole.windows(part.len()).any(|window| window == part)
}

/// Collects the candidates of one paragraph.
fn read(
    text: &Characters<'_>,
    gazetteer: &Gazetteer,
    mentions: &[(Finding, EntityIndex)],
    (start, end): (usize, usize),
    headline: bool,
    candidates: &mut Candidates,
) {
    let mut run: Vec<Word> = Vec::new();
    let mut next = mentions.partition_point(|(finding, _)| finding.start < start);
    let mut at = start;
    while at < end {
        while mentions.get(next).is_some_and(|(finding, _)| finding.start < at) {
            next += 1;
        }
        let mention = mentions.get(next).map(|(finding, _)| finding).filter(|finding| finding.start == at);
        if let Some(finding) = mention.filter(|finding| finding.end <= end) {
            match finding.value.entity_type() {
                EntityType::Zone | EntityType::Organization | EntityType::DocumentReference => {
                    flush(text, mentions, &mut run, headline, candidates);
                    name(text, finding, headline, candidates);
                    at = finding.end;
                    continue;
                }
                EntityType::Person | EntityType::Time | EntityType::Quantity | EntityType::Post => {
                    flush(text, mentions, &mut run, headline, candidates);
                    at = finding.end;
                    continue;
                }
                // 北京发展新高地 begins with a place.
                EntityType::Place => {}
            }
        }
        // 北京市|委书记 of the segmenter is 北京 and a post.
        let after = mentions.get(next + usize::from(mention.is_some())).map(|(finding, _)| finding);
        let post = after.filter(|finding| {
            matches!(finding.value.entity_type(), EntityType::Person | EntityType::Post) && finding.start > at
        });
        let stop = text.word_end(at).min(end).min(post.map_or(end, |finding| finding.start));
        if stops(text, at, stop) {
            flush(text, mentions, &mut run, headline, candidates);
        } else {
            run.push(word(text, gazetteer, at, stop));
        }
        at = stop;
    }
    flush(text, mentions, &mut run, headline, candidates);
}

/// A zone, body or document is a phrase by itself.
fn name(text: &Characters<'_>, finding: &Finding, headline: bool, candidates: &mut Candidates) {
    if !LENGTHS.contains(&finding.len()) || finding.len() < 3 {
        return;
    }
    let here = Occurrence::new(text, finding.start, finding.end, headline, 2);
    candidates.push(Occurrence { whole: true, named: true, ..here });
}

/// Whether no phrase goes over a word.
fn stops(text: &Characters<'_>, start: usize, end: usize) -> bool {
    let letters = text.slice(start, end);
    let written = letters.iter().all(|&character| is_han(character) || character.is_ascii_alphanumeric());
    let function = letters.len() == 1 && letters.first().is_some_and(|&character| is_function(character));
    !written
        || function
        || letters.iter().all(|character| character.is_ascii_digit())
        || STOP_SET.has(&text.word(start, end))
}

/// What a word may be in a phrase.
fn word(text: &Characters<'_>, gazetteer: &Gazetteer, start: usize, end: usize) -> Word {
    let letters = text.slice(start, end);
    let written = text.word(start, end);
    let verb = OPENER_SET.has(&written) || gazetteer.is_relating(&written) && !NOMINAL_SET.has(&written);
    // 副中心 and 新城 begin with one character; 打|造成 is a verb cut in two.
    let opens = letters.len() > 1
        || matches!(text.at(start), '副' | '新' | '非' | '高' | '总' | '双' | '超' | '云' | '老');
    // 检查和, 审议时: the segmenter's words may end with what is no part of a name.
    let last = text.before(end);
    let cut = letters.len() == 1 && !TAIL_SET.has(&written)
        || matches!(last, '和' | '与' | '及' | '或' | '时' | '得' | '说');
    Word { start, end, verb, opens, closes: !verb && !cut }
}

/// Makes candidates of a run of words.
fn flush(
    text: &Characters<'_>,
    mentions: &[(Finding, EntityIndex)],
    run: &mut Vec<Word>,
    headline: bool,
    candidates: &mut Candidates,
) {
    // What is left of the run once the verbs at its ends are gone is a whole phrase.
    let left = run.iter().position(|word| !word.verb).unwrap_or(run.len());
    let right = run.iter().rposition(|word| !word.verb).map_or(0, |last| last + 1);
    let place = |range: (usize, usize)| {
        let at = mentions.partition_point(|(finding, _)| finding.start < range.0);
        mentions.get(at).is_some_and(|(finding, _)| {
            (finding.start, finding.end) == range && super::place::code_of(&finding.value).is_some()
        })
    };
    for (first, opening) in run.iter().enumerate().filter(|(_, word)| word.opens) {
        let start = opening.start;
        for (last, closing) in run.iter().enumerate().skip(first).take(MAX_WORDS) {
            let end = closing.end;
            if end - start > *LENGTHS.end() {
                break;
            }
            let count = last + 1 - first;
            // A division by itself is where, not what.
            if !closing.closes || end - start < 2 || count == 1 && place((start, end)) {
                continue;
            }
            let whole = first == left && last + 1 == right && count >= 2;
            candidates.push(Occurrence { whole, ..Occurrence::new(text, start, end, headline, count) });
        }
    }
    run.clear();
}

/// Weight of a candidate: repetition, length, place, headline, name.
fn score(text: &Characters<'_>, length: usize, candidate: &Candidate) -> f64 {
    let often = candidate.places.len() as f64;
    if candidate.words < 2 && (often < 3.0 || length < 2) {
        return 0.0;
    }
    let sized = match length {
        0..=2 => 0.35,
        3 => 0.7,
        4 => 1.0,
        5..=8 => 1.15,
        _ => 0.95,
    };
    let first = candidate.places.first().map_or(0, |&(start, _)| start);
    let early = 1.0 - first as f64 / text.len().max(1) as f64;
    let single = if candidate.words < 2 { 0.7 } else { 1.0 };
    let headline = if candidate.headline { 1.6 } else { 1.0 };
    let named = if candidate.named { 1.2 } else { 1.0 };
    (1.0 + often.ln()) * sized * (1.0 + 0.4 * early) * single * headline * named
}

#[cfg(test)]
mod tests {
    use crate::extract::fixture;

    #[test]
    fn repeated_and_early_phrases_lead() {
        let text = "发展海水淡化产业。海水淡化产业前景广阔，海水淡化装备出口增加。天气晴朗。";
        let found = fixture::extract(text, None);
        let phrases: Vec<&str> = found.keyphrases.iter().map(|phrase| phrase.text.as_str()).collect();
        assert_eq!(phrases.first().copied(), Some("海水淡化"), "{phrases:?}");
        let first = &found.keyphrases[0];
        assert!((first.score - 1.0).abs() < 1e-9);
        assert_eq!(first.spans.len(), 3);
        assert!(first.spans.iter().all(|span| span.of(text) == "海水淡化"));
        assert!(!phrases.contains(&"淡化产业"), "{phrases:?}");
    }

    #[test]
    fn names_of_people_and_times_are_none() {
        let found = fixture::extract("省长周明远5月10日到场。省长周明远5月10日离开。", None);
        assert!(
            found.keyphrases.iter().all(|phrase| !phrase.text.contains("周明远")),
            "{:?}",
            found.keyphrases
        );
    }
}
