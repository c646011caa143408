//! Bodies of state and party, companies, schools, media: by table, and by a grammar of their last words.

mod words;
mod reach;
mod office;

use std::sync::LazyLock;

use crate::extract::Detector;
use crate::extract::MentionKind;
use crate::extract::Value;
use crate::extract::characters::Characters;
use crate::extract::characters::Endings;
use crate::extract::characters::Mask;
use crate::extract::characters::is_han;
use crate::extract::finding::Finding;
use crate::extract::gazetteer::Entry;
use crate::extract::gazetteer::Gazetteer;
use crate::extract::judge::TAGGER;
use crate::extract::words::Words;
use office::office;
use reach::Ground;
use reach::department;
use reach::reach;
use words::DEPARTMENT_WORDS;
use words::LEVEL_BODY_WORDS;
use words::SUFFIX_WORDS;
use words::ambiguous;
use words::continues;
pub(crate) use words::post_follows;

/// The rules whose bodies are bodies whatever a tagger makes of them: what they look for has no other use.
pub(crate) const CERTAIN: [&str; 4] =
    ["office_of_a_level", "body_of_a_level", "institution_of_a_place", "standing_meeting"];

/// Finds the bodies outside what is taken. `places` are the places in order.
pub(crate) fn find(
    text: &Characters<'_>,
    gazetteer: &Gazetteer,
    places: &[Finding],
    taken: &Mask,
) -> Vec<Finding> {
    let mut ground = Ground {
        text,
        gazetteer,
        place_end: Endings::new(text.len()),
        body_end: Endings::new(text.len()),
        known: Mask::new(text.len()),
    };
    for place in places {
        ground.place_end.set(place.end, place.start);
    }
    let mut found = Vec::new();
    for index in 0..text.len() {
        if !taken.covers(index)
            && let Some(finding) = listed(&ground, index, taken)
        {
            ground.add(finding.start, finding.end);
            ground.known.take(finding.start, finding.end);
            found.push(finding);
        }
    }
    let mut index = 0;
    while index < text.len() {
        if taken.covers(index) || !OPENINGS.may_begin(text.at(index)) {
            index += 1;
            continue;
        }
        if let Some(finding) = level_body(&ground, index, taken) {
            ground.add(finding.start, finding.end);
            found.push(finding);
        }
        if let Some(finding) = meeting(text, index, taken) {
            ground.add(finding.start, finding.end);
            ground.known.take(finding.start, finding.end);
            found.push(finding);
        }
        if let Some((start, end)) = office(&ground, index, taken) {
            ground.add(start, end);
            ground.known.take(start, end);
            found.push(named(text, start, end, "office_of_a_level", 0.85));
        }
        if let Some((start, end)) = suffixed(&ground, index, taken) {
            ground.add(start, end);
            // 北京|协和医院
            let placed = ground.begins_with_place(start)
                && text.any_before(end, INSTITUTIONS).is_some()
                && end - start >= 5;
            let (rule, confidence) =
                if placed { ("institution_of_a_place", 0.85) } else { ("body_by_suffix", 0.75) };
            found.push(named(text, start, end, rule, confidence));
        }
        index += 1;
    }
    found
}

/// Whatever the rules look for at a character, so that most characters are asked once instead of five times.
static OPENINGS: LazyLock<Words> = LazyLock::new(|| {
    let listed =
        words::LEVEL_BODIES.iter().chain(words::SUFFIXES).chain(words::DEPARTMENTS).chain(office::CHARGES);
    Words::new(listed.chain(CONVENING).chain(BETWEEN_POSTS).copied())
});

/// Bodies that hold standing meetings.
const CONVENING: &[&str] = &["国务院", "省政府", "市政府"];
static CONVENING_WORDS: LazyLock<Words> = LazyLock::new(|| Words::new(CONVENING.iter().copied()));

/// Bodies that stand without their place between two posts of one person.
const BETWEEN_POSTS: &[&str] =
    &["管委会", "政法委", "党工委", "人大常委会", "党建办", "公安局", "组织部", "宣传部"];

/// 国务院第三次常务会议: a meeting that decides as a body, under its standing name.
fn meeting(text: &Characters<'_>, index: usize, taken: &Mask) -> Option<Finding> {
    let (body, length) = CONVENING_WORDS.at(text, index)?;
    let mut at = index + length;
    if text.at(at) == '第' {
        let count = (at + 1..at + 6).find(|&at| text.at(at) == '次')?;
        at = count + 1;
    }
    let end = at + 4;
    if !text.starts_with(at, "常务会议") || taken.overlaps(index, end) {
        return None;
    }
    let mut finding = named(text, index, end, "standing_meeting", 0.85);
    finding.canonical = format!("{body}常务会议");
    Some(finding)
}

/// Last words of bodies that are sure to be one where a place begins their name.
const INSTITUTIONS: &[&str] = &[
    "医院",
    "人民法院",
    "人民检察院",
    "公安局",
    "中学",
    "小学",
    "师范学院",
    "科学院",
    "研究院",
    "图书馆",
    "博物馆",
];

/// A body by its last word, the last word beginning at `index`.
fn suffixed(ground: &Ground<'_>, index: usize, taken: &Mask) -> Option<(usize, usize)> {
    let text = ground.text;
    if let Some((word, length)) = DEPARTMENT_WORDS.at(text, index) {
        let end = index + length;
        let whole = text.is_word_start(end) || !is_han(text.at(end));
        if whole
            && !post_follows(text, end)
            && !taken.overlaps(index, end)
            && !continues(text, end)
            && let Some(start) = department(ground, index, word)
        {
            return Some((start, end));
        }
    }
    let (word, length) = SUFFIX_WORDS.at(text, index)?;
    let end = index + length;
    let ends = text.is_word_start(end) || !is_han(text.at(end)) || length >= 3;
    if !ends || continues(text, end) || taken.overlaps(index, end) || ground.known.covers(end - 1) {
        return None;
    }
    if matches!(word, "党委" | "纪委" | "党组" | "政协" | "监委") && post_follows(text, end) {
        return None;
    }
    if word == "局"
        && matches!(
            text.before(index),
            '格' | '布'
                | '结'
                | '全'
                | '大'
                | '棋'
                | '时'
                | '当'
                | '变'
                | '破'
                | '开'
                | '残'
                | '困'
                | '出'
                | '定'
                | '僵'
        )
    {
        return None;
    }
    // 安全部队, 卫生部门
    if word.ends_with('部') && matches!(text.at(end), '门' | '队' | '分' | '长' | '署' | '位') {
        return None;
    }
    if word == "中心"
        && text
            .any_before(
                index,
                &["会展", "航展", "文化", "体育", "购物", "展览", "副", "活动", "会议", "新闻", "商业", "市"],
            )
            .is_some()
    {
        return None;
    }
    let start = reach(ground, index, word).filter(|&start| start < index)?;
    (!taken.overlaps(start, end)).then_some((start, end))
}

/// A name of the tables, a short form with its full name.
fn listed(ground: &Ground<'_>, index: usize, taken: &Mask) -> Option<Finding> {
    let (text, gazetteer) = (ground.text, ground.gazetteer);
    for (length, name, entries) in gazetteer.names_at(text, index) {
        let end = index + length;
        let body = entries
            .iter()
            .find(|entry| matches!(entry, Entry::Body | Entry::ShortBody(_) | Entry::University));
        let Some(body) = body else { continue };
        let begins = text.is_word_start(index) || !is_han(text.before(index)) || length >= 4;
        let ends = text.is_word_start(end) || !is_han(text.at(end)) || length >= 4;
        if !begins
            || !ends
            || taken.overlaps(index, end)
            || ambiguous(text, name, index, end)
            || students(text, end)
        {
            continue;
        }
        let full = match body {
            Entry::ShortBody(full) => full,
            Entry::Body | Entry::University => "",
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
            | Entry::ForeignRegion
            | Entry::Zone(..)
            | Entry::Person
            | Entry::Skip => continue,
        };
        // 西班牙卫生部 is not the ministry of the table.
        let start = if matches!(text.at(end - 1), '部' | '院' | '委' | '府') {
            ground.places(index)
        } else {
            index
        };
        let own = start == index || text.starts_with(start, "中国") || text.starts_with(start, "中华");
        // 十四届全国人大
        let start = if name.starts_with("全国") || name.starts_with("中央") || name.starts_with("联合国大会")
        {
            session(text, start)
        } else {
            start
        };
        let mut finding = named(text, start, end, "bodies", 0.95);
        finding.detector = Detector::Dictionary("bodies");
        if own && !full.is_empty() {
            finding.canonical = full.to_owned();
            finding.value = Value::Organization { full_name: full.to_owned() };
            finding.kind = MentionKind::Abbreviation;
        }
        return Some(finding);
    }
    None
}

/// Whether 大学 is cut out of 大学生 before `end`.
pub(crate) fn students(text: &Characters<'_>, end: usize) -> bool {
    text.ends_with(end, "大学")
        && text.at(end) == '生'
        && text.any_of(end, &["生命", "生物", "生态", "生产", "生活", "生源"]).is_none()
}

/// 十四届 before 全国人大.
fn session(text: &Characters<'_>, start: usize) -> usize {
    if text.before(start) != '届' {
        return start;
    }
    let mut at = start - 1;
    while start - at < 5
        && (crate::extract::number::digit(text.before(at)).is_some()
            || matches!(text.before(at), '十' | '第'))
    {
        at -= 1;
    }
    if at + 1 < start { at } else { start }
}

/// 河北省委, 张家口市政府, and 省委 by itself.
fn level_body(ground: &Ground<'_>, index: usize, taken: &Mask) -> Option<Finding> {
    let text = ground.text;
    // 党工委委员、管委会副主任: a bare body between two posts of one person.
    if matches!(text.before(index), '、' | '，' | '兼')
        && let Some((_, length)) = text.any_of(index, BETWEEN_POSTS)
        && (text
            .any_of(index + length, &["副主任", "主任", "原", "副局长", "局长", "副部长", "部长"])
            .is_some())
    {
        return Some(named(text, index, index + length, "body_between_posts", 0.8));
    }
    let (word, length) = LEVEL_BODY_WORDS.at(text, index)?;
    let mut end = index + length;
    for part in ["组织部", "宣传部", "统战部", "政法委", "办公厅", "办公室", "中心组", "党校", "常委会"]
    {
        if text.starts_with(end, part) && word.ends_with('委') {
            end += part.chars().count();
        }
    }
    if taken.overlaps(index, end) || !text.is_word_start(end) && is_han(text.at(end)) && length < 3 {
        return None;
    }
    let mut start = ground.places(index);
    // 河北省|委: the level belongs to the place, the body takes it along.
    let alone = word == "政协"
        && start == index
        && text.is_word_start(index)
        && !matches!(text.before(index), '届' | '次' | '级')
        && text.any_of(end, &["第", "主席", "副主席", "委员会", "常委", "党组"]).is_none();
    if start == index
        && !alone
        && matches!(text.at(index), '党' | '纪' | '政' | '人')
        && matches!(word, "人大" | "政协" | "政府" | "党委" | "纪委")
    {
        return None;
    }
    if start == index && matches!(text.at(index), '市' | '省' | '县' | '区' | '州') {
        let with_level = ground.places(index + 1);
        if with_level < index {
            start = with_level;
        } else if !text.is_word_start(index) {
            return None;
        }
    }
    // A post or a part of it follows: 省委书记, 县委常委; 省政府家属楼 is a building.
    let building = text.any_of(end, &["家属", "住宅", "大院", "大楼", "宿舍", "门口", "招待所", "广场"]);
    if post_follows(text, end) && !(alone && text.starts_with(end, "委员")) || building.is_some() {
        return None;
    }
    (end - start >= 2).then(|| named(text, start, end, "body_of_a_level", 0.85))
}

/// A body that the tagger marked, with what the tables know of it.
pub(crate) fn marked(
    text: &Characters<'_>,
    gazetteer: &Gazetteer,
    (start, end): (usize, usize),
    confidence: f64,
) -> Finding {
    let mut finding = named(text, start, end, TAGGER, confidence);
    finding.detector = Detector::Model(TAGGER);
    let entry = gazetteer.names_at(text, start).find(|(length, ..)| start + length == end);
    let full = entry.and_then(|(_, _, entries)| {
        entries.iter().find_map(|entry| if let Entry::ShortBody(full) = entry { Some(*full) } else { None })
    });
    if let Some(full) = full {
        finding.canonical = full.to_owned();
        finding.value = Value::Organization { full_name: full.to_owned() };
        finding.kind = MentionKind::Abbreviation;
    }
    finding
}

/// A body under its own name.
fn named(text: &Characters<'_>, start: usize, end: usize, rule: &'static str, confidence: f64) -> Finding {
    let value = Value::Organization { full_name: String::new() };
    Finding::new(
        text.span(start, end),
        (start, end),
        text.text(start, end),
        value,
        Detector::Rule(rule),
        confidence,
    )
}

#[cfg(test)]
mod tests {
    use crate::extract::EntityType;
    use crate::extract::Value;
    use crate::extract::fixture;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(fixture::mentions(text, EntityType::Organization), expected, "{text}");
    }

    #[test]
    fn bodies_by_table_and_by_form() {
        check("工信部和国家发展改革委联合发文", &["工信部", "国家发展改革委"]);
        check("河北省委、省政府高度重视", &["河北省委", "省政府"]);
        check("江苏省南京市规划和自然资源局负责", &["江苏省南京市规划和自然资源局"]);
        check("清华大学建筑学院的师生", &["清华大学建筑学院"]);
        check("美国政府宣布", &["美国政府"]);
        check("参观山东文远科技有限公司", &["山东文远科技有限公司"]);
    }

    #[test]
    fn kinds_of_bodies_are_no_bodies() {
        check("鼓励保险公司和商业银行支持有关部门", &[]);
        check("形成新发展格局", &[]);
    }

    #[test]
    fn short_forms_have_full_names() {
        let found = fixture::extract("工信部发布", None);
        let Value::Organization { full_name } = &found.entities[0].value else { panic!("{found:?}") };
        assert_eq!(full_name, "工业和信息化部");
    }
}
