//! Places: divisions with their codes, composites, natural regions, countries and places abroad.
//!
//! A name that several divisions share is resolved by the document itself: by the place written right before it, by the
//! cities and provinces that the document names, and only then by rank. Short forms that are ordinary words need such
//! support to be places at all.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Detector;
use super::Division;
use super::MentionKind;
use super::PlaceKind;
use super::Value;
use super::characters::Characters;
use super::characters::Mask;
use super::characters::is_han;
use super::finding::Finding;
use super::gazetteer::Code;
use super::gazetteer::Entry;
use super::gazetteer::Gazetteer;
use super::gazetteer::level;
use super::gazetteer::lies_in;
use super::gazetteer::lineage;
use super::person::is_transliteration;

/// Words after a place name that make it part of another name.
const NAME_GOES_ON: &[&str] = &[
    "特色",
    "梦",
    "式现代化",
    "冬奥会",
    "冬残奥会",
    "奥运会",
    "冬奥",
    "亚运会",
    "世博会",
    "精神",
    "经验",
    "共产党",
    "人民解放军",
    "国际航空",
    "国际服务贸易",
    "国际进口",
    "国际智能",
    "进出口",
    "制造2025",
    "故事",
    "方案",
    "智慧",
    "力量",
    "声音",
    "模式",
    "速度",
    "时报",
    "日报",
    "晚报",
    "青年报",
    "周刊",
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
}

/// What the document says about where it is set.
#[derive(Debug, Default)]
pub(crate) struct Setting {
    /// How often each division is named, directly or through something in it.
    weights: BTreeMap<Code, u32>,
    /// How often each is named itself.
    named: BTreeMap<Code, u32>,
}

impl Setting {
    /// Weight of a division.
    fn weight(&self, code: Code) -> u32 {
        self.weights.get(&code).copied().unwrap_or(0)
    }

    /// Weight of what a division lies in, its own mentions apart.
    fn support(&self, code: Code) -> u32 {
        let own = self.named.get(&code).copied().unwrap_or(0);
        lineage(code)
            .filter(|&outer| outer != code)
            .map(|outer| self.weight(outer).saturating_sub(own) * (1 + u32::from(level(outer))))
            .sum()
    }

    fn add(&mut self, code: Code) {
        *self.named.entry(code).or_default() += 1;
        for outer in lineage(code) {
            *self.weights.entry(outer).or_default() += 1;
        }
    }

    /// The division of a level that the document names most.
    pub(crate) fn main(&self, wanted: u8) -> Option<Code> {
        self.weights
            .iter()
            .filter(|&(&code, _)| level(code) == wanted)
            .max_by(|one, other| one.1.cmp(other.1).then(other.0.cmp(one.0)))
            .map(|(&code, _)| code)
    }
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
        for (length, name, entries) in gazetteer.names.names_at(text, index) {
            let end = index + length;
            if taken.overlaps(index, end) {
                continue;
            }
            if entries.contains(&Entry::Skip) {
                next = end;
                break;
            }
            let places: Vec<Entry> = entries.iter().copied().filter(is_place).collect();
            if places.is_empty() || !stands_alone(text, index, end, &places) {
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
            found.push(Candidate { start: index, end, name, entries: places });
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
        && (text.at(end) == '委' && text.at(end + 1) != '员'
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
        && matches!(text.at(end + 1), '委' | '政' | '长' | '纪' | '人');
    begins && (ends || level) || ends && long && !is_han(text.before(start))
}

/// Counts what the document names without doubt.
fn setting(candidates: &[Candidate]) -> Setting {
    let mut setting = Setting::default();
    for candidate in candidates {
        let codes: Vec<Code> = candidate.entries.iter().filter_map(division_code).collect();
        let top = codes.iter().copied().find(|&code| level(code) == 0);
        match (top, codes.as_slice()) {
            (Some(code), _) => setting.add(code),
            (None, [code])
                if level(*code) <= 1 || candidate.entries.iter().any(|e| matches!(e, Entry::Division(_))) =>
            {
                setting.add(*code)
            }
            (None, [_, ..]) => {
                let city = codes.iter().copied().find(|&code| level(code) == 1);
                if let Some(code) = city {
                    setting.add(code);
                }
            }
            (None, _) => {}
        }
        for entry in &candidate.entries {
            if let Entry::Composite(list) = entry {
                for code in list.split(' ').filter_map(|code| code.parse().ok()) {
                    setting.weights.entry(code).or_default();
                }
            }
        }
    }
    setting
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
        let full = setting.named.contains_key(&code);
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

/// Townships of the counties that the document names; others only by their full name.
fn townships(
    text: &Characters<'_>,
    gazetteer: &Gazetteer,
    taken: &Mask,
    counties: &BTreeSet<Code>,
    setting: &Setting,
) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut index = 0;
    while index < text.len() {
        let mut next = index + 1;
        for (length, name, entries) in gazetteer.townships.names_at(text, index) {
            let end = index + length;
            if taken.overlaps(index, end) || length < 2 {
                continue;
            }
            let begins = text.is_word_start(index)
                || !is_han(text.before(index))
                || matches!(text.before(index), '县' | '区' | '市' | '省' | '州');
            let ends = text.is_word_start(end) || !is_han(text.at(end));
            let known: Vec<Code> = entries
                .iter()
                .filter(|entry| {
                    matches!(entry, Entry::Township(_))
                        || ends && !gazetteer.is_ordinary(name) && name.chars().count() >= 2
                })
                .filter_map(division_code)
                .filter(|&code| {
                    counties.contains(&(code / 1000))
                        || counties.contains(&(code / 100_000 * 100))
                            && matches!(entries, [Entry::Township(_), ..])
                })
                .collect();
            let full = entries.iter().any(|entry| matches!(entry, Entry::Township(_)));
            let best = known
                .iter()
                .copied()
                .max_by_key(|&code| (setting.weight(code / 1000), std::cmp::Reverse(code)));
            let divisions = match best {
                Some(code) if begins => vec![gazetteer.division(code)],
                None if full && length >= 3 && begins && ends && !gazetteer.is_ordinary(name) => {
                    // Only one township of the country bears the name, and the document names its province.
                    match entries {
                        [Entry::Township(code)] if setting.weight(code / 10_000_000 * 10_000) > 0 => {
                            vec![gazetteer.division(*code)]
                        }
                        _ => Vec::new(),
                    }
                }
                _ => continue,
            };
            let (kind, confidence) =
                if full { (MentionKind::Name, 0.9) } else { (MentionKind::Abbreviation, 0.75) };
            let value = Value::Place { kind: PlaceKind::Division, divisions };
            let name = canonical(&value, name);
            let detector = Detector::Dictionary("townships");
            found.push(
                Finding::new(text.span(index, end), (index, end), &name, value, detector, confidence)
                    .referring(kind),
            );
            next = end;
            break;
        }
        index = next;
    }
    found
}

/// 在京, 赴粤: one-character names of provinces where the grammar says so.
fn letters(text: &Characters<'_>, gazetteer: &Gazetteer, taken: &Mask) -> Vec<Finding> {
    let mut found = Vec::new();
    for index in 1..text.len() {
        let verb = matches!(text.before(index), '在' | '赴' | '来' | '进' | '抵' | '离' | '返' | '驻');
        let letter = text.at(index);
        if !verb
            || taken.covers(index)
            || !text.is_word_start(index + 1)
            || matches!(letter, '新' | '台' | '青' | '宁' | '甘' | '黑' | '吉' | '藏' | '港' | '澳')
        {
            continue;
        }
        if let Some(code) = gazetteer.letter(letter) {
            let value = Value::Place { kind: PlaceKind::Division, divisions: vec![gazetteer.division(code)] };
            let (span, name) = (text.span(index, index + 1), gazetteer.name(code));
            let detector = Detector::Rule("province_letter");
            found.push(
                Finding::new(span, (index, index + 1), name, value, detector, 0.85)
                    .referring(MentionKind::Abbreviation),
            );
        }
    }
    found
}

/// Names by their last character: 花茂村, 哈塞克省.
fn grammar(text: &Characters<'_>, gazetteer: &Gazetteer, taken: &Mask) -> Vec<Finding> {
    let mut found = Vec::new();
    for index in 2..text.len() {
        let start = match text.at(index) {
            '村' if !matches!(
                text.at(index + 1),
                '民' | '里'
                    | '庄'
                    | '委'
                    | '官'
                    | '党'
                    | '支'
                    | '两'
                    | '干'
                    | '级'
                    | '企'
                    | '集'
                    | '口'
                    | '主'
            ) =>
            {
                village(text, gazetteer, index)
            }
            '州' | '省' | '市' | '县' if !matches!(text.at(index + 1), '场' | '委' | '级') => {
                abroad(text, index)
            }
            _ => None,
        };
        let Some(start) = start.filter(|&start| !taken.overlaps(start, index + 1)) else { continue };
        // 杰克逊市长: the level belongs to the post.
        let end = index + usize::from(!(text.at(index + 1) == '长' && !text.is_word_start(index + 1)));
        let kind = if text.at(index) == '村' { PlaceKind::Division } else { PlaceKind::Foreign };
        let value = Value::Place { kind, divisions: Vec::new() };
        let detector =
            Detector::Rule(if kind == PlaceKind::Foreign { "transliterated_division" } else { "village" });
        found.push(Finding::new(
            text.span(start, end),
            (start, end),
            text.text(start, end),
            value,
            detector,
            0.7,
        ));
    }
    found
}

/// Start of the village name that ends with 村 at `index`.
fn village(text: &Characters<'_>, gazetteer: &Gazetteer, index: usize) -> Option<usize> {
    let mut start = text.word_start_before(index);
    if text.word_end(start) > index {
        start = index;
    }
    // A name of two characters is the rule; single characters join until there are two.
    while index - start < 2 && start > 0 && is_han(text.before(start)) && !is_function(text.before(start)) {
        start = text.word_start_before(start);
    }
    let length = index - start;
    let name = text.slice(start, index);
    if gazetteer.is_word(&text.folded(start, index)) || matches!(text.before(index), '乡' | '农') {
        return None;
    }
    let clean = name.iter().all(|&character| is_han(character) && !is_function(character));
    let generic = text
        .any_of(
            start,
            &[
                "农村",
                "乡村",
                "全村",
                "山村",
                "新村",
                "贫困",
                "行政",
                "自然",
                "这个",
                "美丽",
                "一个",
                "小山",
                "该村",
                "每个",
                "各",
                "奥运",
                "冬奥",
                "运动员",
                "特色",
                "示范",
                "明星",
                "传统",
                "古",
            ],
        )
        .is_some();
    ((2..=4).contains(&length) && clean && !generic).then_some(start)
}

/// Start of the transliterated name that ends at `index`.
fn abroad(text: &Characters<'_>, index: usize) -> Option<usize> {
    let mut start = index;
    while start > 0 && index - start < 8 && is_transliteration(text.before(start)) {
        start -= 1;
    }
    (index - start >= 3 && text.is_word_start(start)).then_some(start)
}

/// Characters that hold sentences together and end names.
pub(crate) fn is_function(character: char) -> bool {
    matches!(
        character,
        '的' | '在'
            | '和'
            | '与'
            | '及'
            | '是'
            | '了'
            | '到'
            | '从'
            | '对'
            | '向'
            | '个'
            | '这'
            | '该'
            | '各'
            | '每'
            | '座'
            | '为'
            | '等'
            | '于'
            | '由'
            | '把'
            | '被'
            | '将'
            | '让'
            | '给'
            | '使'
            | '以'
            | '其'
            | '此'
            | '之'
            | '他'
            | '她'
            | '它'
            | '们'
            | '我'
            | '你'
            | '您'
            | '也'
            | '都'
            | '还'
            | '又'
            | '就'
            | '才'
            | '只'
            | '很'
            | '更'
            | '最'
            | '不'
            | '没'
            | '有'
            | '着'
            | '过'
            | '来'
            | '去'
            | '上'
            | '下'
            | '里'
            | '中'
            | '内'
            | '外'
            | '前'
            | '后'
            | '时'
            | '当'
            | '全'
            | '本'
            | '并'
            | '或'
            | '而'
            | '但'
            | '则'
            | '所'
            | '者'
            | '即'
            | '进'
            | '入'
            | '出'
            | '走'
            | '多'
    )
}
