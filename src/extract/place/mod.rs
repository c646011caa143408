//! Places: divisions with their codes, composites, natural regions, countries and places abroad.
//!
//! A name that several divisions share is resolved by the document itself: by the place written right before it, by the
//! cities and provinces that the document names, and only then by rank. Short forms that are ordinary words need such
//! support to be places at all.

mod grammar;
mod township;
mod setting;

use crate::extract::Detector;
use crate::extract::Division;
use crate::extract::MentionKind;
use crate::extract::PlaceKind;
use crate::extract::Value;
use crate::extract::characters::Characters;
use crate::extract::characters::Mask;
use crate::extract::characters::is_han;
use crate::extract::finding::Finding;
use crate::extract::gazetteer::Code;
use crate::extract::gazetteer::Entry;
use crate::extract::gazetteer::Gazetteer;
use crate::extract::gazetteer::level;
use crate::extract::gazetteer::lies_in;
use grammar::grammar;
pub(crate) use grammar::is_function;
use grammar::letters;
pub(crate) use setting::Setting;
use setting::setting;
use std::collections::BTreeSet;
use township::townships;

/// Words after a place name that make it part of another name.
#[rustfmt::skip]
const NAME_GOES_ON: &[&str] = &[
    "特色", "梦", "式现代化", "冬奥会", "冬残奥会", "奥运会", "冬奥", "亚运会", "世博会", "精神", "经验",
    "共产党", "人民解放军", "国际航空", "国际服务贸易", "国际进口", "国际智能", "进出口", "制造2025", "故事",
    "方案", "智慧", "力量", "声音", "模式", "速度", "时报", "日报", "晚报", "青年报", "周刊",
];

/// Short forms of cities that are words first.
const WORDS_FIRST: &[&str] =
    &["白银", "日照", "安康", "大同", "阿里", "来宾", "三明", "海北", "海西", "海东", "黄南", "和田", "安顺"];

/// One reading of a stretch of text.
#[derive(Clone, Debug)]
struct Candidate {
    start: usize,
    end: usize,
    name: &'static str,
    entries: Vec<Entry>,
    /// The level behind a short form: 县 in 康保县委书记.
    level: char,
}

/// Finds the places outside what is taken, and where the document is set.
pub(crate) fn find(text: &Characters<'_>, gazetteer: &Gazetteer, taken: &Mask) -> (Vec<Finding>, Setting) {
    let candidates = candidates(text, gazetteer, taken);
    let setting = setting(&candidates);
    let mut found: Vec<Finding> = Vec::new();
    for candidate in &candidates {
        let chain =
            found.last().filter(|last| last.end == candidate.start).and_then(|last| code_of(&last.value));
        let Some((value, kind, confidence)) = read(gazetteer, &setting, candidate, chain) else { continue };
        // 澄海 of a firm's name is no place of the text, unless the text knows the place as such.
        if kind == MentionKind::Abbreviation
            && code_of(&value)
                .is_some_and(|code| level(code) == 2 && !setting.named.contains_key(&code) && chain.is_none())
            && in_name(text, candidate.end)
        {
            continue;
        }
        let (name, detector) = (canonical(&value, candidate.name), Detector::Dictionary("divisions"));
        let span = text.span(candidate.start, candidate.end);
        let range = (candidate.start, candidate.end);
        found.push(Finding::new(span, range, &name, value, detector, confidence).referring(kind));
    }
    let counties: BTreeSet<Code> = found
        .iter()
        .filter_map(|finding| code_of(&finding.value))
        .filter(|&code| level(code) == 2 || level(code) == 1)
        .collect();
    let mut more = townships(text, gazetteer, taken, &counties, &setting);
    more.extend(letters(text, gazetteer, taken));
    more.extend(grammar(text, gazetteer, taken));
    // What the tables know wins over what the grammar guesses on the same characters.
    let mut covered = Mask::new(text.len());
    for finding in &found {
        covered.take(finding.start, finding.end);
    }
    more.retain(|finding| !covered.overlaps(finding.start, finding.end));
    found.extend(more);
    found.sort_by(|one, other| one.start.cmp(&other.start).then(other.end.cmp(&one.end)));
    let mut end = 0;
    found.retain(|finding| {
        let free = finding.start >= end;
        if free {
            end = finding.end;
        }
        free
    });
    (found, setting)
}

/// Last words of names of firms and papers that begin with a place.
#[rustfmt::skip]
const NAME_ENDS: &[&str] = &[
    "药业", "酒业", "乳业", "矿业", "置业", "实业", "股份", "科技", "控股", "集团", "公司", "银行", "证券", "传媒",
    "经济观察", "观察报", "商报", "晨报", "早报", "新闻网", "电子", "地产", "食品", "钢铁", "重工", "电器", "能源",
];

/// Whether a name of a firm or paper goes on for at most two words: 康明|药业, 经济观察.
fn in_name(text: &Characters<'_>, end: usize) -> bool {
    let mut at = end;
    for _ in 0..3 {
        if !is_han(text.at(at)) || is_function(text.at(at)) {
            return false;
        }
        if let Some((word, length)) = text.any_of(at, NAME_ENDS) {
            // 通州科技: of the place; a firm has a word of its own before its trade.
            return (at > end || word.chars().count() > 2) && !is_function(text.at(at + length - 1));
        }
        at = text.word_end(at);
    }
    false
}

/// Whether a name of the tables stands at the head of a firm's name.
pub(crate) fn is_of_a_firm(
    text: &Characters<'_>,
    gazetteer: &Gazetteer,
    (start, end): (usize, usize),
) -> bool {
    in_name(text, end)
        && gazetteer
            .names_at(text, start)
            .any(|(length, _, entries)| start + length == end && entries.iter().any(is_place))
}

/// Code of a place that is one division.
pub(crate) fn code_of(value: &Value) -> Option<Code> {
    match value {
        Value::Place { kind: PlaceKind::Division, divisions } => {
            divisions.first().and_then(|division| division.code.parse().ok())
        }
        Value::Place { .. }
        | Value::Person { .. }
        | Value::Organization { .. }
        | Value::Zone { .. }
        | Value::Time(_)
        | Value::Quantity(_)
        | Value::DocumentReference { .. }
        | Value::Post { .. } => None,
    }
}

/// The name under which mentions of a place are joined.
fn canonical(value: &Value, name: &str) -> String {
    match value {
        Value::Place { kind: PlaceKind::Division, divisions } => divisions
            .first()
            .and_then(|division| division.path.last())
            .map_or_else(|| name.to_owned(), Clone::clone),
        Value::Place { .. }
        | Value::Person { .. }
        | Value::Organization { .. }
        | Value::Zone { .. }
        | Value::Time(_)
        | Value::Quantity(_)
        | Value::DocumentReference { .. }
        | Value::Post { .. } => name.to_owned(),
    }
}

/// Every stretch that is a name of the tables and stands as a word of its own, the longest at each place.
fn candidates(text: &Characters<'_>, gazetteer: &Gazetteer, taken: &Mask) -> Vec<Candidate> {
    let mut found = Vec::new();
    let mut index = 0;
    while index < text.len() {
        let mut next = index + 1;
        for (length, name, entries) in gazetteer.names_at(text, index) {
            let end = index + length;
            if taken.overlaps(index, end) {
                continue;
            }
            if entries.contains(&Entry::Skip) {
                next = end;
                break;
            }
            let places: Vec<Entry> = entries.iter().copied().filter(is_place).collect();
            let chained = found.last().is_some_and(|last: &Candidate| last.end == index);
            if places.is_empty()
                || !stands_alone(text, index, end, &places)
                    && !shares_word(text, gazetteer, index, end, chained)
            {
                continue;
            }
            if text.any_of(end, NAME_GOES_ON).is_some() || text.before(index) == '“' && text.at(end) == '”'
            {
                continue;
            }
            // 西藏地区, 佛罗里达群岛
            let named_region = places
                .iter()
                .all(|entry| !matches!(entry, Entry::Division(_) | Entry::China | Entry::Country(_)));
            let wider = text.any_of(end, &["地区", "群岛", "半岛"]).map_or(0, |(_, length)| length);
            let end = if named_region && !text.starts_with(end, "地区生产") { end + wider } else { end };
            found.push(Candidate { start: index, end, name, entries: places, level: text.at(end) });
            next = end;
            break;
        }
        index = next;
    }
    found
}

/// Whether an entry is a place.
fn is_place(entry: &Entry) -> bool {
    match entry {
        Entry::Division(_)
        | Entry::ShortDivision(_)
        | Entry::FormerDivision(_)
        | Entry::Township(_)
        | Entry::ShortTownship(_)
        | Entry::Country(_)
        | Entry::Abroad(_)
        | Entry::China
        | Entry::Composite(_)
        | Entry::Natural
        | Entry::ForeignRegion => true,
        Entry::Body
        | Entry::ShortBody(_)
        | Entry::University
        | Entry::Zone(..)
        | Entry::Person
        | Entry::Skip => false,
    }
}

/// 吉林长春 is one word of the segmenter and two places.
fn shares_word(
    text: &Characters<'_>,
    gazetteer: &Gazetteer,
    start: usize,
    end: usize,
    chained: bool,
) -> bool {
    if chained && !text.is_word_start(start) {
        return text.is_word_start(end);
    }
    let word = text.word_end(start);
    text.is_word_start(start)
        && end < word
        && gazetteer
            .names_at(text, end)
            .any(|(length, _, entries)| end + length == word && entries.iter().any(is_place))
}

/// Whether the segmenter's words let a name begin and end here.
fn stands_alone(text: &Characters<'_>, start: usize, end: usize, entries: &[Entry]) -> bool {
    let begins = text.is_word_start(start) || !is_han(text.before(start));
    let ends = text.is_word_start(end) || !is_han(text.at(end));
    let full = entries.iter().any(|entry| {
        matches!(
            entry,
            Entry::Division(_)
                | Entry::FormerDivision(_)
                | Entry::Township(_)
                | Entry::Country(_)
                | Entry::Abroad(_)
        )
    });
    let long = end - start >= 3;
    // 上海市委书记 is of 上海 and 市委书记; in 湖南省长沙市 the next name begins.
    let level_goes_on = matches!(text.before(end), '省' | '市' | '县' | '区' | '州')
        && (text.starts_with(end, "领导")
            || text.at(end) == '委' && text.at(end + 1) != '员'
            || text.at(end) == '长' && !text.is_word_start(end));
    if long && level_goes_on {
        return false;
    }
    if full && long {
        // 北京市区 is not 北京市 and 区.
        return begins || ends;
    }
    // 省委 and 市委 are words that eat the last character of 浙江省 and the like.
    let level = matches!(text.at(end), '省' | '市' | '县' | '区' | '州')
        && matches!(text.at(end + 1), '委' | '政' | '长' | '纪' | '人' | '领');
    begins && (ends || level) || ends && long && !is_han(text.before(start))
}

/// Code of an entry that is a division.
fn division_code(entry: &Entry) -> Option<Code> {
    match *entry {
        Entry::Division(code)
        | Entry::ShortDivision(code)
        | Entry::FormerDivision(code)
        | Entry::Township(code)
        | Entry::ShortTownship(code) => Some(code),
        Entry::Country(_)
        | Entry::Abroad(_)
        | Entry::China
        | Entry::Composite(_)
        | Entry::Natural
        | Entry::ForeignRegion
        | Entry::Body
        | Entry::ShortBody(_)
        | Entry::University
        | Entry::Zone(..)
        | Entry::Person
        | Entry::Skip => None,
    }
}

/// What a candidate means in this document; none where it is no place.
fn read(
    gazetteer: &Gazetteer,
    setting: &Setting,
    candidate: &Candidate,
    chain: Option<Code>,
) -> Option<(Value, MentionKind, f64)> {
    let divisions: Vec<Entry> =
        candidate.entries.iter().copied().filter(|entry| division_code(entry).is_some()).collect();
    if !divisions.is_empty() {
        if let Some(reading) = division(gazetteer, setting, candidate, &divisions, chain) {
            return Some(reading);
        }
        if divisions.len() == candidate.entries.len() {
            return None;
        }
    }
    let made = |kind, codes: Vec<Code>, mention| {
        let divisions = codes.into_iter().map(|code| gazetteer.division(code)).collect();
        Some((Value::Place { kind, divisions }, mention, 0.9))
    };
    candidate.entries.iter().find_map(|entry| match *entry {
        Entry::Composite(codes) => made(
            PlaceKind::Composite,
            codes.split(' ').filter_map(|code| code.parse().ok()).collect(),
            MentionKind::Abbreviation,
        ),
        Entry::Natural => made(PlaceKind::Natural, Vec::new(), MentionKind::Name),
        Entry::Country(name) if name == candidate.name => {
            made(PlaceKind::Foreign, Vec::new(), MentionKind::Name)
        }
        Entry::Country(_) => made(PlaceKind::Foreign, Vec::new(), MentionKind::Abbreviation),
        Entry::Abroad(_) | Entry::ForeignRegion => made(PlaceKind::Foreign, Vec::new(), MentionKind::Name),
        Entry::China => Some((
            Value::Place {
                kind: PlaceKind::Division,
                divisions: vec![Division {
                    code: String::new(), path: vec!["中华人民共和国".to_owned()]
                }],
            },
            if candidate.name == "中国" { MentionKind::Abbreviation } else { MentionKind::Name },
            0.9,
        )),
        Entry::Division(_)
        | Entry::ShortDivision(_)
        | Entry::FormerDivision(_)
        | Entry::Township(_)
        | Entry::ShortTownship(_)
        | Entry::Body
        | Entry::ShortBody(_)
        | Entry::University
        | Entry::Zone(..)
        | Entry::Person
        | Entry::Skip => None,
    })
}

/// The division meant, weighed by the document.
fn division(
    gazetteer: &Gazetteer,
    setting: &Setting,
    candidate: &Candidate,
    entries: &[Entry],
    chain: Option<Code>,
) -> Option<(Value, MentionKind, f64)> {
    let ranked = |entry: &Entry| {
        let code = division_code(entry).unwrap_or(0);
        let chained = chain.is_some_and(|outer| outer != code && lies_in(code, outer));
        (chained, setting.support(code).saturating_add(setting.weight(code)), 3 - level(code).min(3))
    };
    let best = entries.iter().copied().max_by(|one, other| {
        ranked(one).cmp(&ranked(other)).then(division_code(other).cmp(&division_code(one)))
    })?;
    // 淮安 is the city before it is the district in it.
    let best = entries
        .iter()
        .copied()
        .filter(|entry| {
            let (outer, inner) = (division_code(entry).unwrap_or(0), division_code(&best).unwrap_or(0));
            outer != inner && lies_in(inner, outer)
        })
        .min_by_key(|entry| division_code(entry).map(level))
        .unwrap_or(best);
    let code = division_code(&best)?;
    let (chained, support, _) = ranked(&best);

    let short = matches!(best, Entry::ShortDivision(_));
    let top = level(code);
    let rivals = entries.iter().filter(|entry| {
        ranked(entry).1 == support
            && division_code(entry) != Some(code)
            && level(division_code(entry).unwrap_or(0)) == top
    });
    let alone = rivals.count() == 0;
    let around = setting.support(code);
    let ordinary = |name: &str| gazetteer.is_ordinary(name) || gazetteer.is_word(name);
    if top == 2 && !chained && !short && around == 0 {
        // 老城区, 港口区: a county of the table, and a common noun.
        let stem: String = candidate.name.chars().take(candidate.name.chars().count() - 1).collect();
        if ordinary(&stem) || stem.chars().count() < 2 && candidate.name.ends_with('区') {
            return None;
        }
    }
    if short && !chained && top >= 2 {
        let spelled = gazetteer
            .name(code)
            .strip_prefix(candidate.name)
            .is_some_and(|rest| rest.chars().eq([candidate.level]));
        let full = spelled || setting.named.contains_key(&code);
        let long = candidate.name.chars().count() >= 3;
        if ordinary(candidate.name) || !full && around == 0 && !long {
            return None;
        }
    }
    if short && !chained && top == 1 && WORDS_FIRST.contains(&candidate.name) && around == 0 {
        return None;
    }
    let kind = if short { MentionKind::Abbreviation } else { MentionKind::Name };
    if !alone && !chained {
        // Several of this name and nothing to tell them apart: a place, but none in particular.
        return Some((Value::Place { kind: PlaceKind::Division, divisions: Vec::new() }, kind, 0.5));
    }
    let confidence = if chained || support > 2 { 0.95 } else { 0.85 };
    Some((
        Value::Place { kind: PlaceKind::Division, divisions: vec![gazetteer.division(code)] },
        kind,
        confidence,
    ))
}

#[cfg(test)]
mod tests {
    use crate::extract::PlaceKind;
    use crate::extract::Value;
    use crate::extract::fixture;

    /// (mention, codes) of the places in order.
    fn places(text: &str) -> Vec<(String, String)> {
        let found = fixture::extract(text, None);
        let mut places: Vec<_> = found
            .entities
            .iter()
            .filter_map(|entity| {
                if let Value::Place { divisions, .. } = &entity.value {
                    Some((entity, divisions))
                } else {
                    None
                }
            })
            .flat_map(|(entity, divisions)| {
                let codes: Vec<&str> = divisions.iter().map(|division| division.code.as_str()).collect();
                entity
                    .mentions
                    .iter()
                    .map(move |mention| (mention.span, mention.span.of(text).to_owned(), codes.join(" ")))
            })
            .collect();
        places.sort();
        places.into_iter().map(|(_, name, codes)| (name, codes)).collect()
    }

    #[track_caller]
    fn check(text: &str, expected: &[(&str, &str)]) {
        let found = places(text);
        let found: Vec<(&str, &str)> =
            found.iter().map(|(name, codes)| (name.as_str(), codes.as_str())).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn the_document_tells_namesakes_apart() {
        check("北京市通州区的企业", &[("北京市", "110000"), ("通州区", "110112")]);
        check(
            "北京今天发布消息，通州区西集的产业园投产",
            &[("北京", "110000"), ("通州区", "110112"), ("西集", "110112110")],
        );
        check("江苏南通通州区的企业", &[("江苏", "320000"), ("南通", "320600"), ("通州区", "320612")]);
        check("吉林长春朝阳区的学校", &[("吉林", "220000"), ("长春", "220100"), ("朝阳区", "220104")]);
    }

    #[test]
    fn short_and_former_names() {
        check("会议在京举行", &[("京", "110000")]);
        check("推动京津冀协同", &[("京津冀", "110000 120000 130000")]);
        check("原宣武区的胡同", &[("宣武区", "110102")]);
        check("东莞和湘西州结对", &[("东莞", "441900"), ("湘西州", "433100")]);
    }

    #[test]
    fn words_are_no_places() {
        check("打造新高地，用好平台资源，在解放路和平安大街之间", &[]);
        check("上海西站改造", &[("上海", "310000")]);
    }

    #[test]
    fn places_abroad_and_natural_regions() {
        check("从维也纳到长江", &[("维也纳", ""), ("长江", "")]);
        let found = fixture::extract("从维也纳到长江", None);
        let kinds: Vec<PlaceKind> = found
            .entities
            .iter()
            .filter_map(|entity| if let Value::Place { kind, .. } = entity.value { Some(kind) } else { None })
            .collect();
        assert_eq!(kinds, [PlaceKind::Foreign, PlaceKind::Natural]);
    }
}
