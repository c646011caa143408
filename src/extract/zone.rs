//! Development zones, parks, new areas, projects: by table, and by a grammar of their last words.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::Detector;
use super::Division;
use super::MentionKind;
use super::Value;
use super::characters::Characters;
use super::characters::Endings;
use super::characters::Mask;
use super::characters::is_han;
use super::finding::Finding;
use super::gazetteer::Code;
use super::gazetteer::Entry;
use super::gazetteer::Gazetteer;
use super::gazetteer::level;
use super::place::is_function;
use crate::extract::words::Words;

/// Last words of names of zones and projects, longest first where one ends another.
#[rustfmt::skip]
const SUFFIXES: &[&str] = &[
    "高新技术产业开发区", "经济技术开发区", "自由贸易试验区", "自主创新示范区", "自由贸易港", "综合保税区",
    "先行示范区", "创新示范区", "国家公园", "主题公园", "世界公园", "文化旅游区", "自贸试验区", "经济开发区",
    "产业园区", "工业园区", "科技园区", "软件园", "示范园区", "旅游度假区", "博览园", "开发区", "高新区",
    "经开区", "示范区", "试验区", "先导区", "保税区", "合作区", "商务区", "旅游区", "度假区", "风貌区",
    "产业园", "科技园", "创业园", "工业园", "示范园", "创新园", "文化园", "科学城", "科技城", "大学城",
    "生态城", "新城", "新区", "小镇", "板块", "组团", "走廊", "片区", "湿地公园", "森林公园", "公园", "大观园",
    "国际机场", "机场", "博物馆", "纪念馆", "展览馆", "会展中心", "航展中心", "文化中心", "创新中心", "高铁",
    "铁路", "大桥", "隧道", "水电站", "核电站", "发射中心", "核电基地", "园区", "港区",
];

/// The same, for asking at every character.
static SUFFIX_WORDS: LazyLock<Words> = LazyLock::new(|| Words::new(SUFFIXES.iter().copied()));

/// Names that are kinds, not zones.
#[rustfmt::skip]
const GENERAL: &[&str] = &[
    "产业园区", "工业园区", "国家公园", "自由贸易试验区", "自贸试验区", "高新技术产业开发区", "经济技术开发区",
    "城市公园", "城市新区", "特色小镇", "主题公园", "中国铁路", "中国高铁", "国家级新区", "各大公园", "大公园",
    "综合保税区", "湿地公园", "森林公园", "高新区", "开发区", "经开区", "中国大桥",
];

/// Finds the zones outside what is taken. `places` are the places in order.
pub(crate) fn find(
    text: &Characters<'_>,
    gazetteer: &Gazetteer,
    places: &[Finding],
    taken: &Mask,
) -> Vec<Finding> {
    let mut place_end = Endings::new(text.len());
    for (number, place) in places.iter().enumerate() {
        place_end.set(place.end, number);
    }
    let mut found = Vec::new();
    // 副中心 is Beijing's only where the document is set there and says 城市副中心.
    let beijing = places
        .iter()
        .filter_map(|place| super::place::code_of(&place.value))
        .any(|code| super::gazetteer::lies_in(code, 110_000));
    let beijing = beijing && (0..text.len()).any(|index| text.starts_with(index, "城市副中心"));
    let mut index = 0;
    while index < text.len() {
        if taken.covers(index) {
            index += 1;
            continue;
        }
        if let Some(finding) = listed(text, gazetteer, places, index, taken)
            && (beijing || !finding.canonical.ends_with("城市副中心") || finding.kind == MentionKind::Name)
        {
            found.push(finding);
        }
        if let Some((word, length)) = SUFFIX_WORDS.at(text, index) {
            let mut end = index + length;
            let whole = text.is_word_start(end) || !is_han(text.at(end));
            if let Some(start) = reach(text, gazetteer, index, word, places, &place_end).filter(|_| whole)
                && !taken.overlaps(start, end)
            {
                end = bracketed(text, end);
                let division = places
                    .iter()
                    .skip(places.partition_point(|place| place.start < start))
                    .take_while(|place| place.end <= end)
                    .filter_map(division_of)
                    .last();
                found.push(made(text, start, end, word, division, "zone_by_suffix"));
                if word == "板块" {
                    elided(text, start, word, places, &mut found);
                }
            }
        }
        index += 1;
    }
    rejoin(&mut found);
    found
}

/// 人力资源服务产业园 beside 国家级人力资源服务产业园 is the same park, its rank left out.
fn rejoin(found: &mut [Finding]) {
    let ranked: BTreeMap<String, String> = found
        .iter()
        .filter_map(|finding| {
            let bare = ["国家级", "省级", "市级", "区级"]
                .iter()
                .find_map(|rank| finding.canonical.strip_prefix(rank))?;
            Some((bare.to_owned(), finding.canonical.clone()))
        })
        .collect();
    for finding in found {
        if let Some(full) = ranked.get(&finding.canonical) {
            finding.canonical.clone_from(full);
            finding.kind = MentionKind::Abbreviation;
            if let Value::Zone { full_name, .. } = &mut finding.value {
                full_name.clone_from(full);
            }
        }
    }
}

/// The division of a place that is one.
fn division_of(place: &Finding) -> Option<Division> {
    match &place.value {
        Value::Place { divisions, .. } => {
            divisions.last().filter(|division| !division.code.is_empty()).cloned()
        }
        Value::Person { .. }
        | Value::Organization { .. }
        | Value::Zone { .. }
        | Value::Time(_)
        | Value::Quantity(_)
        | Value::DocumentReference { .. }
        | Value::Post { .. } => None,
    }
}

/// A name of the tables.
fn listed(
    text: &Characters<'_>,
    gazetteer: &Gazetteer,
    places: &[Finding],
    index: usize,
    taken: &Mask,
) -> Option<Finding> {
    for (length, name, entries) in gazetteer.names_at(text, index) {
        let zone = entries.iter().find_map(|entry| match *entry {
            Entry::Zone(code, full) => Some((code, full)),
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
            | Entry::Body
            | Entry::ShortBody(_)
            | Entry::University
            | Entry::Person
            | Entry::Skip => None,
        });
        let Some((code, full)) = zone else { continue };
        let mut end = index + length;
        if taken.overlaps(index, end)
            || !text.is_word_start(index) && is_han(text.before(index)) && length < 4
        {
            continue;
        }
        // 中关村通州园: a park of the zone.
        if let Some(park) = (end + 2..=end + 4)
            .find(|&at| text.at(at) == '园' && (text.is_word_start(at + 1) || !is_han(text.at(at + 1))))
            .filter(|_| name == "中关村" || name == "亦庄")
        {
            end = park + 1;
        }
        // The park names its own place: 中关村通州园 does not lie where 中关村 lies.
        let own = places
            .iter()
            .skip(places.partition_point(|place| place.start < index + length))
            .take_while(|place| place.end <= end)
            .find_map(division_of);
        let division = own.or_else(|| (code > 0).then(|| ground(gazetteer, code, name)));
        let mut finding = made(text, index, end, head_of(name), division, "zones");
        finding.detector = Detector::Dictionary("zones");
        finding.confidence = 0.95;
        if !full.is_empty() && end == index + length {
            finding.canonical = full.to_owned();
            finding.kind = MentionKind::Abbreviation;
            if let Value::Zone { full_name, .. } = &mut finding.value {
                full.clone_into(full_name);
            }
        }
        return Some(finding);
    }
    None
}

/// Where a zone of the tables lies. A new area right under a province is of no county or city: it has a path of its own
/// and no code.
fn ground(gazetteer: &Gazetteer, code: Code, name: &str) -> Division {
    let mut division = gazetteer.division(code);
    if level(code) == 0 && name.ends_with("新区") {
        let short = division.path.last().and_then(|province| province.get(.."河北".len()));
        let own = short.and_then(|short| name.strip_prefix(short)).unwrap_or(name);
        division.code.clear();
        division.path.push(own.to_owned());
    }
    division
}

/// The head word of a name.
fn head_of(name: &'static str) -> &'static str {
    SUFFIXES.iter().find(|suffix| name.ends_with(**suffix)).copied().unwrap_or("")
}

/// How far to the left the name that ends with a suffix reaches.
fn reach(
    text: &Characters<'_>,
    gazetteer: &Gazetteer,
    suffix: usize,
    word: &str,
    places: &[Finding],
    place_end: &Endings,
) -> Option<usize> {
    let mut start = suffix;
    let mut anchored = false;
    let mut words = 0;
    while start > 0 && suffix - start < 16 && words < 6 {
        if let Some(place) = place_end.at(start).and_then(|number| places.get(number)) {
            // Only what is right beside the kind belongs to the name: 张家湾|设计|小镇.
            if words <= 3 {
                // 南平市|武夷新区: a zone with a name of its own does without the division before it.
                if !has_own_name(text, gazetteer, start, suffix) {
                    start = place.start;
                }
                anchored = true;
            }
            break;
        }
        let before = text.before(start);
        if !is_han(before) || is_function(before) && text.word_start_before(start) + 1 == start {
            break;
        }
        let previous = text.word_start_before(start);
        let token = text.word(previous, start);
        let acts = gazetteer.is_relating(&token)
            && !matches!(
                &*token,
                "开发"
                    | "保护"
                    | "合作"
                    | "示范"
                    | "创新"
                    | "创意"
                    | "国际"
                    | "综合"
                    | "国家级"
                    | "出口"
                    | "进口"
            );
        if is_stop(&token) || acts {
            break;
        }
        start = previous;
        words += 1;
    }
    let whole: String = text.folded(start, suffix) + word;
    if start == suffix || GENERAL.contains(&whole.as_str()) {
        return None;
    }
    let strong = matches!(
        word,
        "产业园"
            | "商务区"
            | "旅游区"
            | "文化旅游区"
            | "科学城"
            | "主题公园"
            | "开发区"
            | "高新区"
            | "经开区"
            | "经济开发区"
            | "工业园区"
            | "产业园区"
            | "科技园"
            | "自贸试验区"
            | "综合保税区"
            | "板块"
            | "小镇"
            | "创新中心"
            | "纪念馆"
            | "博物馆"
            | "国际机场"
            | "大桥"
            | "生态城"
            | "大观园"
            | "风貌区"
    );
    // 银西高铁: the ends of a line, a character each.
    let ends = suffix.checked_sub(2).filter(|&from| {
        matches!(word, "高铁" | "铁路")
            && !anchored
            && words <= 2
            && text.is_word_start(from)
            && text.slice(from, suffix).iter().all(|&end| is_han(end) && gazetteer.is_end_of_line(end))
    });
    if ends.is_some() {
        return ends;
    }
    // 武夷新区: a name of its own makes a new area of the kind, wherever it lies; 省级新区 is a rank.
    let area = word == "新区"
        && words == 1
        && text.is_word_start(suffix)
        && text.before(suffix) != '级'
        && places.binary_search_by_key(&start, |place| place.start).is_err()
        && has_own_name(text, gazetteer, start, suffix);
    let named = text.starts_with(start, "国家") || text.starts_with(start, "中国") || words >= 1;
    (anchored || area || strong && named && suffix - start >= 2).then_some(start)
}

/// Whether a word that no dictionary of ordinary words holds stands in a range.
fn has_own_name(text: &Characters<'_>, gazetteer: &Gazetteer, start: usize, end: usize) -> bool {
    let mut at = start;
    while at < end {
        let next = text.word_end(at).min(end);
        if next - at >= 2 && !gazetteer.is_word(&text.word(at, next)) {
            return true;
        }
        at = next;
    }
    false
}

/// Words before a zone that do not belong to its name.
fn is_stop(word: &str) -> bool {
    matches!(
        word,
        "好" | "谋划"
            | "建设"
            | "打造"
            | "推动"
            | "推进"
            | "发展"
            | "地处"
            | "位于"
            | "来到"
            | "走进"
            | "入驻"
            | "转型"
            | "转型为"
            | "加快"
            | "优先"
            | "抓好"
            | "高水平"
            | "一批"
            | "规划"
            | "落户"
            | "支持"
            | "作为"
            | "成为"
            | "参观"
            | "考察"
            | "优质"
            | "升级"
            | "高标准"
            | "大"
            | "小"
            | "新"
            | "一个"
            | "多个"
            | "全国"
            | "重点"
            | "特色"
            | "传统"
            | "相关"
            | "我国"
            | "房地产"
            | "消费"
            | "金融"
            | "三大"
            | "四大"
            | "五大"
            | "两大"
            | "概念"
            | "各"
            | "各大"
            | "就"
            | "据"
            | "向"
            | "到"
    )
}

/// 国家网络安全产业园（通州园）: a part named in brackets.
fn bracketed(text: &Characters<'_>, end: usize) -> usize {
    if !matches!(text.at(end), '（' | '(') {
        return end;
    }
    let close = (end + 2..end + 10).find(|&at| matches!(text.at(at), '）' | ')'));
    match close {
        Some(close) if matches!(text.before(close), '园' | '区' | '港' | '城') => close + 1,
        Some(_) | None => end,
    }
}

/// 台马、张家湾、西集板块: each place of the list is a zone of the kind that the last one names.
fn elided(
    text: &Characters<'_>,
    start: usize,
    word: &'static str,
    places: &[Finding],
    found: &mut Vec<Finding>,
) {
    let mut at = start;
    while text.before(at) == '、' {
        let end = at - 1;
        let place = places.partition_point(|place| place.end < end);
        let begin = match places.get(place).filter(|place| place.end == end) {
            Some(place) => place.start,
            None => {
                let begin = text.word_start_before(end);
                let first = if end - begin == 1 { text.word_start_before(begin) } else { begin };
                if end - first != 2 || !text.slice(first, end).iter().all(|&character| is_han(character)) {
                    return;
                }
                first
            }
        };
        let ground = places.get(place).filter(|place| place.start == begin).and_then(division_of);
        let mut finding = made(text, begin, end, word, ground, "elided_head");
        finding.canonical = format!("{}{word}", text.text(begin, end));
        finding.kind = MentionKind::Abbreviation;
        finding.confidence = 0.7;
        if let Value::Zone { full_name, .. } = &mut finding.value {
            full_name.clone_from(&finding.canonical);
        }
        found.push(finding);
        at = begin;
    }
}

/// A zone under its own name.
fn made(
    text: &Characters<'_>,
    start: usize,
    end: usize,
    head: &str,
    division: Option<Division>,
    rule: &'static str,
) -> Finding {
    let value = Value::Zone { full_name: String::new(), kind: head.to_owned(), division };
    Finding::new(
        text.span(start, end),
        (start, end),
        text.text(start, end),
        value,
        Detector::Rule(rule),
        0.75,
    )
}

#[cfg(test)]
mod tests {
    use crate::extract::EntityType;
    use crate::extract::fixture;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(fixture::mentions(text, EntityType::Zone), expected, "{text}");
    }

    #[test]
    fn zones_by_table_and_by_form() {
        check("雄安新区和浦东新区", &["雄安新区", "浦东新区"]);
        check("地处通州的国家数据安全产业园（通州园）开园", &["国家数据安全产业园（通州园）"]);
        check("谋划好滨河文化旅游区", &["滨河文化旅游区"]);
    }

    #[test]
    fn railways_are_named_by_their_ends() {
        check("银西高铁正式开通运营。", &["银西高铁"]);
        check("银西高铁、西成高铁通车后，两地更近了。", &["银西高铁", "西成高铁"]);
        check("沿着京雄高铁一路向南。", &["京雄高铁"]);
        check("高铁开通了，铁路局加开列车。", &[]);
    }

    #[test]
    fn new_areas_have_names_of_their_own() {
        check("武夷新区建设提速。", &["武夷新区"]);
        check("他到武夷新区调研时强调，要加快建设。", &["武夷新区"]);
        check("福建省南平市武夷新区新开工项目20个。", &["武夷新区"]);
        check("各省级新区、城市新区要规划建设新区。", &[]);
    }

    #[test]
    fn railways_and_new_areas_are_typed_by_their_heads() {
        let kind = |text: &str| {
            let found = fixture::extract(text, None);
            found.entities.into_iter().find_map(|entity| {
                if let crate::extract::Value::Zone { kind, .. } = entity.value { Some(kind) } else { None }
            })
        };
        assert_eq!(kind("银西高铁正式开通运营。").as_deref(), Some("高铁"));
        assert_eq!(kind("武夷新区建设提速。").as_deref(), Some("新区"));
        assert_eq!(kind("兰州新区加快发展。").as_deref(), Some("新区"));
    }

    #[test]
    fn each_place_of_a_list_is_a_zone_of_its_kind() {
        check("北京通州区要求，产业向宋庄、西集板块集中", &["宋庄", "西集板块"]);
    }

    #[test]
    fn parks_lie_where_they_say() {
        let ground = |text: &str| {
            let found = fixture::extract(text, None);
            found.entities.into_iter().find_map(|entity| {
                if let crate::extract::Value::Zone { division, .. } = entity.value { division } else { None }
            })
        };
        let park = ground("北京市通州区举行会议，中关村通州园开园").unwrap();
        assert_eq!((park.code.as_str(), park.path.join("/").as_str()), ("110112", "北京市/通州区"));
        let area = ground("考察雄安新区").unwrap();
        assert_eq!((area.code.as_str(), area.path.join("/").as_str()), ("", "河北省/雄安新区"));
    }

    #[test]
    fn kinds_are_no_zones() {
        check("建设一批产业园区和特色小镇", &[]);
    }
}
