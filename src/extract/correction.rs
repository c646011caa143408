//! What is known for certain, where a tagger marked something else.
//!
//! A tagger weighs evidence one span at a time. What tables and fixed forms know without doubt, and what the document
//! itself shows elsewhere, is put right here.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Detector;
use super::EntityType;
use super::characters::Characters;
use super::characters::Mask;
use super::characters::is_han;
use super::finding::Finding;
use super::gazetteer::Gazetteer;
use super::judge::Judged;
use super::judge::TAGGER;
use super::organization;
use super::person;
use super::person::Name;
use super::place::is_function;
use super::scan::Scan;

/// A name that is marked at least as surely is one wherever the document repeats it.
const SURE: f64 = 0.6;

/// Names of kinds of bodies.
#[rustfmt::skip]
const KINDS: &[&str] = &[
    "有限责任公司", "股份有限公司", "外国公司", "专业委员会", "专门委员会", "合伙企业", "个人独资企业", "有限合伙企业",
    "农民专业合作社", "个体工商户", "分支机构", "企业", "公司", "本报讯",
];

/// Corrects what was marked; `found` stays in order, one at a character at most.
pub(crate) fn correct(scan: &Scan<'_>, gazetteer: &Gazetteer, found: &mut Vec<Judged>) {
    numbered(&scan.text, found);
    bounded(&scan.text, found);
    acting(scan, gazetteer, found);
    addressed(scan, found);
    lengthened(scan, found);
    trimmed(scan, gazetteer, found);
    certain(scan, found);
    straddled(scan, found);
    leveled(scan, found);
    raised(scan, found);
    titled(scan, found);
    repeated(scan, found);
}

/// 第四条|本市人民政府, （三）|有限责任公司, 市卫生局|另行: bodies without the number of their clause and the adverb behind them.
fn numbered(text: &Characters<'_>, found: &mut Vec<Judged>) {
    found.retain_mut(|judged| {
        if judged.kind != EntityType::Organization {
            return true;
        }
        // 李国栋）|新华社: what a bracket closes that opened before.
        let range = text.slice(judged.start, judged.end);
        if let Some(at) = range.iter().position(|character| matches!(character, '）' | ')'))
            && !range.iter().take(at).any(|character| matches!(character, '（' | '('))
        {
            judged.start += at + 1;
        }
        judged.start += usize::from(is_circled(text.at(judged.start)));
        let opens = judged.start + usize::from(text.at(judged.start) == '第');
        let figures = text.slice(opens, judged.end).iter().take_while(|&&character| is_figure(character));
        let behind = opens + figures.count();
        let counted = behind > opens && (opens > judged.start || is_counted(text, opens));
        if counted && matches!(text.at(behind), '条' | '款' | '章' | '节' | '项') {
            judged.start = behind + 1;
        }
        judged.end -= 2 * usize::from(text.ends_with(judged.end, "另行"));
        judged.start + 1 < judged.end
    });
}

/// Whether 第 and figures stand before `index`: 第一|百二十条.
fn is_counted(text: &Characters<'_>, index: usize) -> bool {
    let mut at = index;
    while index - at < MAX_FIGURES && is_figure(text.before(at)) {
        at -= 1;
    }
    text.before(at) == '第'
}

/// Figures of the number of a clause at most: 一千二百六十.
const MAX_FIGURES: usize = 6;

/// Whether a character is a number in a circle, which opens an item.
fn is_circled(character: char) -> bool {
    matches!(character, '①'..='⑳')
}

/// Whether a character is a figure of the number of a clause.
fn is_figure(character: char) -> bool {
    character.is_ascii_digit()
        || matches!(
            character,
            '一' | '二' | '三' | '四' | '五' | '六' | '七' | '八' | '九' | '十' | '百' | '千' | '〇' | '零'
        )
}

/// 范俊|生）: a name that the rules read one character further, up to a mark, is the longer one.
fn lengthened(scan: &Scan<'_>, found: &mut [Judged]) {
    let mut next = usize::MAX;
    for judged in found.iter_mut().rev() {
        let free = next > judged.end;
        next = judged.start;
        let at = scan.names.partition_point(|name| name.start < judged.start);
        if judged.kind == EntityType::Person
            && free
            && let Some(name) = scan.names.get(at)
            && (name.start, name.end) == (judged.start, judged.end + 1)
            && !is_han(scan.text.at(name.end))
        {
            judged.end = name.end;
        }
    }
}

/// Drops bodies that are none by their form: kinds of bodies, what opens with a mark, what ends with 境内.
fn bounded(text: &Characters<'_>, found: &mut Vec<Judged>) {
    found.retain(|judged| {
        let range = (judged.start, judged.end);
        let opening = text.at(judged.start);
        let formed = (is_han(opening) || opening.is_alphanumeric() || matches!(opening, '“' | '《'))
            && text.any_before(judged.end, &["境内", "境外"]).is_none()
            && !organization::students(text, judged.end);
        let kind = text.any_of(judged.start, KINDS).is_some_and(|(_, length)| {
            range.0 + length == range.1 || is_joint(text, range.0 + length, range.1)
        });
        judged.kind != EntityType::Organization || formed && !kind && !is_general(text, range)
    });
}

/// 苏州工业园区|出台新政: what the tables know as a zone or as a division by its level, with a verb, is no body.
fn acting(scan: &Scan<'_>, gazetteer: &Gazetteer, found: &mut Vec<Judged>) {
    let text = &scan.text;
    let leveled = |end: usize| matches!(text.before(end), '省' | '市' | '县' | '区' | '州');
    let known = scan.places.iter().chain(&scan.zones).filter(|finding| leveled(finding.end));
    let known: BTreeSet<(usize, usize)> = known.map(|finding| (finding.start, finding.end)).collect();
    found.retain(|judged| {
        let verb = judged.end.saturating_sub(2);
        judged.kind != EntityType::Organization
            || !known.contains(&(judged.start, verb))
            || !gazetteer.is_verb(&text.word(verb, judged.end))
    });
}

/// Whether a body is any of its kind: 基层党组织, 城市教育部门, 地方人民政府.
fn is_general(text: &Characters<'_>, (start, end): (usize, usize)) -> bool {
    text.any_of(start, &["基层", "城市", "农村", "地方", "各级"]).is_some()
        && text.any_before(end, &["部门", "机关", "政府", "党组织", "党工委", "党委", "党支部"]).is_some()
}

/// Whether a range begins at `start` with a word for bodies in general and ends with one: …股东或者股份有限公司.
fn is_joint(text: &Characters<'_>, start: usize, end: usize) -> bool {
    start < end
        && text.any_before(end, KINDS).is_some()
        && text.slice(start, end).windows(2).any(|pair| pair == ['或', '者'])
}

/// 周明远对公司负责人说: a body that begins with a name and a preposition is the name.
fn addressed(scan: &Scan<'_>, found: &mut [Judged]) {
    for judged in found.iter_mut().filter(|judged| judged.kind == EntityType::Organization) {
        let at = scan.names.partition_point(|name| name.start < judged.start);
        if let Some(name) = scan.names.get(at)
            && name.start == judged.start
            && name.end < judged.end
            && matches!(scan.text.at(name.end), '对' | '向' | '在' | '到' | '与' | '同')
        {
            (judged.end, judged.kind) = (name.end, EntityType::Person);
        }
    }
}

/// Verbs of saying that the end of a name may run into.
#[rustfmt::skip]
const SAYING: &[&str] = &[
    "介绍", "表示", "强调", "指出", "提出", "要求", "认为", "透露", "宣布", "明确", "坦言", "回应",
];

/// 县长张|明确提出, 局长孙|介绍, 和|司马光, 高兴地|说: names without what stands around them.
fn trimmed(scan: &Scan<'_>, gazetteer: &Gazetteer, found: &mut Vec<Judged>) {
    let text = &scan.text;
    let mut titles = Vec::new();
    found.retain_mut(|judged| {
        if judged.kind == EntityType::Organization {
            let at = scan.names.partition_point(|name| name.start < judged.start);
            let known =
                scan.names.get(at).is_some_and(|name| (name.start, name.end) == (judged.start, judged.end));
            let surname = gazetteer.is_compound_surname(text.at(judged.start), text.at(judged.start + 1))
                || gazetteer.is_surname(text.at(judged.start));
            if known
                && surname
                && judged.end - judged.start <= 4
                && scan.has_title_beside(judged.start, judged.end)
            {
                judged.kind = EntityType::Person;
            }
        }
        if judged.kind != EntityType::Person {
            return true;
        }
        if let Some(end) = scan.title_at(judged.start, judged.end) {
            titles.push(Judged {
                start: judged.start,
                end,
                kind: EntityType::Post,
                probability: judged.probability,
            });
            judged.start = end;
        }
        let (first, second) = (text.at(judged.start + 1), text.at(judged.start + 2));
        if matches!(text.at(judged.start), '和' | '与' | '及')
            && judged.end - judged.start >= 3
            && (gazetteer.is_compound_surname(first, second)
                || judged.end - judged.start >= 4 && gazetteer.is_surname(first))
        {
            judged.start += 1;
        }
        let clause_ends =
            matches!(text.at(judged.end), '，' | '：' | '“') || text.any_of(judged.end, SAYING).is_some();
        if let Some((_, length)) = text.any_before(judged.end, SAYING).filter(|_| clause_ends)
            && judged.end - length > judged.start
            && gazetteer.is_surname(text.at(judged.start))
        {
            judged.end -= length;
        }
        // 陈晓燕|女士
        if let Some((_, length)) = text.any_before(judged.end, &["先生", "女士", "同志"])
            && judged.end - judged.start >= length + 2
        {
            judged.end -= length;
        }
        // 高兴地说
        let manner = text.before(judged.end) == '地'
            && text
                .any_of(judged.end, &["说", "表示", "介绍", "告诉", "指出", "讲", "问", "答", "回忆"])
                .is_some()
            && gazetteer.is_word(&text.word(judged.start, judged.end - 1));
        !manner
    });
    if !titles.is_empty() {
        found.extend(titles);
        found.sort_by_key(|judged| judged.start);
    }
}

/// Puts the bodies of rules that do not err in the place of what was marked of them.
fn certain(scan: &Scan<'_>, found: &mut Vec<Judged>) {
    let sure = |body: &&Finding| match body.detector {
        Detector::Rule(rule) => organization::CERTAIN.contains(&rule),
        Detector::Dictionary(_) | Detector::Model(_) => false,
    };
    let mut bodies: Vec<&Finding> = scan.bodies.iter().filter(sure).collect();
    bodies.sort_by_key(|body| (body.start, std::cmp::Reverse(body.end)));
    let starts: BTreeSet<usize> = bodies.iter().map(|body| body.start).collect();
    let ends: BTreeSet<usize> = bodies.iter().map(|body| body.end).collect();
    let mut more: Vec<Judged> = Vec::new();
    for body in bodies {
        let from = found.partition_point(|judged| judged.end <= body.start);
        let marks = found.get(from..).unwrap_or_default().iter();
        let mut marks = marks.take_while(|judged| judged.start < body.end);
        // A longer body that this one only begins or ends stays, unless it runs on into the next such body.
        let yields = marks.all(|judged| match judged.kind {
            EntityType::Organization => {
                (body.start <= judged.start && judged.end <= body.end)
                    || judged.start < body.start && ends.contains(&body.start)
                    || judged.end == body.end
                        && (judged.start..body.start).all(|at| is_function(scan.text.at(at)))
                    || body.end < judged.end && starts.contains(&body.end)
            }
            EntityType::Place => body.start <= judged.start && judged.end <= body.end,
            EntityType::Person
            | EntityType::Post
            | EntityType::Zone
            | EntityType::Time
            | EntityType::Quantity
            | EntityType::DocumentReference => false,
        });
        if yields && more.last().is_none_or(|last| last.end <= body.start) {
            more.push(Judged {
                start: body.start,
                end: body.end,
                kind: EntityType::Organization,
                probability: body.confidence,
            });
        }
    }
    // What was marked exactly so keeps its probability.
    more.retain(|body| {
        let at = found.partition_point(|judged| judged.start < body.start);
        found
            .get(at)
            .is_none_or(|judged| (judged.start, judged.end, judged.kind) != (body.start, body.end, body.kind))
    });
    replace(scan.text.len(), found, more);
}

/// Puts `more` into `found`, in the place of what shares characters with it.
fn replace(length: usize, found: &mut Vec<Judged>, more: Vec<Judged>) {
    if more.is_empty() {
        return;
    }
    let mut taken = Mask::new(length);
    for judged in &more {
        taken.take(judged.start, judged.end);
    }
    found.retain(|judged| !taken.overlaps(judged.start, judged.end));
    found.extend(more);
    found.sort_by_key(|judged| judged.start);
    found.dedup();
}

/// 江阴市长泾镇 holds two places and no 市长泾镇: a title that runs into a place of the tables gives way to it, and so
/// does a name behind it.
fn straddled(scan: &Scan<'_>, found: &mut Vec<Judged>) {
    let mut places: Vec<Judged> = Vec::new();
    for post in found.iter().filter(|judged| judged.kind == EntityType::Post) {
        let from = scan.places.partition_point(|place| place.end <= post.start);
        let touching = scan.places.get(from..).unwrap_or_default().iter();
        let touching = touching.take_while(|place| place.start < post.end);
        if touching.clone().any(|place| place.start > post.start && place.end > post.end) {
            places.extend(touching.map(|place| Judged {
                start: place.start,
                end: place.end,
                kind: EntityType::Place,
                probability: place.confidence,
            }));
        }
    }
    replace(scan.text.len(), found, places);
}

/// 北京市|领导 where the rules read 北京|市领导 and a name follows: the level stays with the place.
fn leveled(scan: &Scan<'_>, found: &mut Vec<Judged>) {
    let mut more = Vec::new();
    for holding in &scan.posts.holdings {
        let Some(title) = scan.posts.titles.get(holding.title) else { continue };
        let at = found.partition_point(|judged| judged.end <= title.start);
        let place = found.get(at).filter(|judged| {
            judged.kind == EntityType::Place && judged.end == title.start + 1 && judged.end < title.end
        });
        let free = found.get(at + 1).is_none_or(|judged| judged.start >= title.end);
        if let Some(place) = place.filter(|_| free) {
            more.push(Judged {
                start: title.start + 1,
                end: title.end,
                kind: EntityType::Post,
                probability: place.probability,
            });
        }
    }
    if !more.is_empty() {
        found.extend(more);
        found.sort_by_key(|judged| judged.start);
        found.dedup_by_key(|judged| judged.start);
    }
}

/// 市|领导 where the rules read 市领导, a name follows and nothing else holds the level: it belongs to the title.
fn raised(scan: &Scan<'_>, found: &mut [Judged]) {
    for holding in &scan.posts.holdings {
        let Some(title) = scan.posts.titles.get(holding.title) else { continue };
        let at = found.partition_point(|judged| judged.end <= title.start);
        if let Some(post) = found.get_mut(at)
            && (post.kind, post.start, post.end) == (EntityType::Post, title.start + 1, title.end)
            && matches!(scan.text.at(title.start), '省' | '市' | '县' | '区' | '州')
        {
            post.start = title.start;
        }
    }
}

/// 市政府秘书长 is one title where the level stands without its place.
fn titled(scan: &Scan<'_>, found: &mut Vec<Judged>) {
    let mut dropped = BTreeSet::new();
    for holding in &scan.posts.holdings {
        let Some(title) = scan.posts.titles.get(holding.title) else { continue };
        let at = found.partition_point(|judged| judged.start < title.start);
        if let Some([body, post, ..]) = found.get_mut(at..)
            && (body.kind, body.start, body.end) == (EntityType::Organization, title.start, post.start)
            && (post.kind, post.end) == (EntityType::Post, title.end)
            && scan.text.ends_with(body.end, "政府")
            && title.holder.is_none()
        {
            post.start = title.start;
            dropped.insert((body.start, body.end));
        }
    }
    found.retain(|judged| {
        judged.kind != EntityType::Organization || !dropped.contains(&(judged.start, judged.end))
    });
}

/// Adds the places where a sure name stands again unmarked.
fn repeated(scan: &Scan<'_>, found: &mut Vec<Judged>) {
    let mut taken = Mask::new(scan.text.len());
    let mut sure: BTreeMap<&[char], f64> = BTreeMap::new();
    for judged in found.iter() {
        taken.take(judged.start, judged.end);
        if judged.kind == EntityType::Person && judged.probability >= SURE && judged.end - judged.start >= 2 {
            let known = sure.entry(scan.text.slice(judged.start, judged.end)).or_default();
            *known = known.max(judged.probability);
        }
    }
    let names: Vec<Name> = found
        .iter()
        .filter(|judged| judged.kind == EntityType::Person && judged.end - judged.start >= 2)
        .filter(|judged| sure.contains_key(scan.text.slice(judged.start, judged.end)))
        .map(|judged| Name { start: judged.start, end: judged.end, rule: TAGGER })
        .collect();
    let more: Vec<Judged> = person::again(&scan.text, &names, &taken)
        .into_iter()
        .map(|name| {
            let known = sure.get(scan.text.slice(name.start, name.end)).copied().unwrap_or(SURE);
            Judged { start: name.start, end: name.end, kind: EntityType::Person, probability: known }
        })
        .collect();
    if !more.is_empty() {
        found.extend(more);
        found.sort_by_key(|judged| judged.start);
    }
}
