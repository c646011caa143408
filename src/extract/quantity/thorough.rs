//! What only a thorough reading names: numbers without a unit, ordinals, ranges of numbers.

use std::collections::BTreeSet;

use super::range::MARKS;
use super::range::shared;
use crate::extract::Comparator;
use crate::extract::MentionKind;
use crate::extract::QuantityKind;
use crate::extract::QuantityValue;
use crate::extract::Value;
use crate::extract::characters::Characters;
use crate::extract::finding::Finding;
use crate::extract::number;
use crate::extract::number::Number;
use rust_decimal::Decimal;

/// Words before a number that bound it, longest first.
#[rustfmt::skip]
const BEFORE: &[(&str, Comparator)] = &[
    ("大于或者等于", Comparator::AtLeast), ("小于或者等于", Comparator::AtMost), ("大于或等于", Comparator::AtLeast),
    ("小于或等于", Comparator::AtMost), ("大于等于", Comparator::AtLeast), ("小于等于", Comparator::AtMost),
    ("不大于", Comparator::AtMost), ("不小于", Comparator::AtLeast), ("不少于", Comparator::AtLeast),
    ("不低于", Comparator::AtLeast), ("不超过", Comparator::AtMost), ("不高于", Comparator::AtMost),
    ("不多于", Comparator::AtMost), ("至少有", Comparator::AtLeast), ("至少为", Comparator::AtLeast),
    ("至多为", Comparator::AtMost), ("最多为", Comparator::AtMost), ("最少为", Comparator::AtLeast),
    ("最多有", Comparator::AtMost), ("超过了", Comparator::MoreThan), ("高达", Comparator::AtLeast),
    ("至少", Comparator::AtLeast), ("最少", Comparator::AtLeast), ("至多", Comparator::AtMost),
    ("最多", Comparator::AtMost), ("大于", Comparator::MoreThan), ("小于", Comparator::LessThan),
    ("多于", Comparator::MoreThan), ("少于", Comparator::LessThan), ("高于", Comparator::MoreThan),
    ("低于", Comparator::LessThan), ("超过", Comparator::MoreThan), ("超出", Comparator::MoreThan),
    ("等于", Comparator::Exactly), ("不足", Comparator::LessThan), ("不到", Comparator::LessThan),
    ("<=", Comparator::AtMost), (">=", Comparator::AtLeast), ("≤", Comparator::AtMost), ("≥", Comparator::AtLeast),
    ("<", Comparator::LessThan), (">", Comparator::MoreThan), ("过", Comparator::MoreThan),
];

/// Words behind a number that bound it, longest first.
#[rustfmt::skip]
const AFTER: &[(&str, Comparator)] = &[
    ("或者更多", Comparator::AtLeast), ("或更多", Comparator::AtLeast), ("及以上", Comparator::AtLeast),
    ("或以上", Comparator::AtLeast), ("及以下", Comparator::AtMost), ("或以下", Comparator::AtMost),
    ("或者更少", Comparator::AtMost), ("或更少", Comparator::AtMost), ("次以上", Comparator::MoreThan),
    ("以上", Comparator::MoreThan), ("以下", Comparator::LessThan),
];

/// Words that join two bounds of one range.
const JOINED: &[&str] = &["并且", "而且", "并", "且", ",", "，"];

/// Adds to the amounts what only a thorough reading names.
pub(super) fn complete(
    text: &Characters<'_>,
    found: &mut Vec<Finding>,
    finding: impl Fn(usize, usize, QuantityValue, &'static str) -> Finding,
) {
    // Numbers without a unit are named by what is read below.
    found.retain(|finding| {
        let Value::Quantity(value) = &finding.value else { return true };
        value.kind != QuantityKind::Count || !value.unit.is_empty() || !value.upper_amount.is_empty()
    });
    let mut known: BTreeSet<(usize, usize)> =
        found.iter().map(|finding| (finding.start, finding.end)).collect();
    let numbers = number::all(text);
    let mut parts: Vec<Finding> = Vec::new();
    let mut add = |start: usize, end: usize, value: QuantityValue, rule: &'static str| {
        let part = finding(start, end, value, rule).referring(MentionKind::Nested);
        if known.insert((part.start, part.end)) {
            parts.push(part);
        }
    };
    for number in &numbers {
        let ordinal = text.before(number.start) == '第';
        if ordinal {
            let mut value = plain(QuantityKind::Ordinal, number);
            value.amount = number.value.normalize().to_string();
            add(number.start - 1, number.end, value, "ordinal");
        } else {
            let end = number.end - usize::from(vague_tail(text, number));
            add(number.start, end, plain(QuantityKind::Count, number), "number");
        }
    }
    let mut index = 0;
    while index < text.len() {
        if let Some(end) = text.address_end(index) {
            index = end;
            continue;
        }
        match numeric_range(text, index) {
            Some((start, end, value)) => {
                add(start, end, value, "number_range");
                index = end.max(index + 1);
            }
            None => index += 1,
        }
    }
    found.extend(parts);
    found.sort_by_key(|finding| (finding.start, std::cmp::Reverse(finding.end)));
}

/// Whether 多 or 余 closes a number without counting anything itself: 四百多.
fn vague_tail(text: &Characters<'_>, number: &Number) -> bool {
    matches!(text.before(number.end), '多' | '余' | '几') && number.vague && number.end - number.start > 1
}

fn plain(kind: QuantityKind, number: &Number) -> QuantityValue {
    QuantityValue {
        kind,
        comparator: if number.vague { Comparator::MoreThan } else { Comparator::Exactly },
        amount: number.value.normalize().to_string(),
        upper_amount: String::new(),
        unit: String::new(),
        object: String::new(),
        change: None,
        change_base: String::new(),
    }
}

/// One bound of a range of numbers.
struct Bound {
    comparator: Comparator,
    value: Decimal,
    end: usize,
}

/// 大于10小于20, 20~100, 1000以上, 一到五
fn numeric_range(text: &Characters<'_>, index: usize) -> Option<(usize, usize, QuantityValue)> {
    if let Some(range) = two_sided(text, index) {
        return Some(range);
    }
    let first = bound(text, index)?;
    let value = |comparator: Comparator, amount: Decimal, upper: Option<Decimal>| QuantityValue {
        kind: QuantityKind::Count,
        comparator,
        amount: amount.normalize().to_string(),
        upper_amount: upper.map_or(String::new(), |upper| upper.normalize().to_string()),
        unit: String::new(),
        object: String::new(),
        change: None,
        change_base: String::new(),
    };
    let link = text.any_of(first.end, JOINED).map_or(0, |(_, length)| length);
    let link = link + usize::from(link > 0 && text.at(first.end + link) == ' ');
    if let Some(second) = bound(text, first.end + link) {
        let (low, high) = if below(second.comparator) { (&first, &second) } else { (&second, &first) };
        if below(high.comparator) && above(low.comparator) && low.value < high.value {
            let comparator = match (low.comparator, high.comparator) {
                (Comparator::AtLeast, Comparator::AtMost) => Comparator::Exactly,
                (Comparator::AtLeast, _) => Comparator::AtLeast,
                (_, Comparator::AtMost) => Comparator::AtMost,
                _ => Comparator::MoreThan,
            };
            return Some((index, second.end, value(comparator, low.value, Some(high.value))));
        }
    }
    Some((index, first.end, value(first.comparator, first.value, None)))
}

fn above(comparator: Comparator) -> bool {
    matches!(comparator, Comparator::MoreThan | Comparator::AtLeast)
}

fn below(comparator: Comparator) -> bool {
    matches!(comparator, Comparator::LessThan | Comparator::AtMost)
}

/// 大于10, 1000以上, 比三十大
fn bound(text: &Characters<'_>, index: usize) -> Option<Bound> {
    if let Some(&(word, comparator)) = BEFORE.iter().find(|(word, _)| text.starts_with(index, word)) {
        if word == "过" && !text.is_word_start(index) {
            return None;
        }
        let number = number::signed(text, index + word.chars().count())?;
        return Some(Bound { comparator, value: number.value, end: number.end });
    }
    if text.at(index) == '比' {
        let number = number::signed(text, index + 1)?;
        let comparator = match text.at(number.end) {
            '大' | '多' | '高' => Comparator::MoreThan,
            '小' | '少' | '低' => Comparator::LessThan,
            _ => return None,
        };
        return Some(Bound { comparator, value: number.value, end: number.end + 1 });
    }
    if text.before(index).is_ascii_alphanumeric() || matches!(text.before(index), '.' | '-' | '第') {
        return None;
    }
    let number = number::signed(text, index)?;
    if let Some(&(word, comparator)) = AFTER.iter().find(|(word, _)| text.starts_with(number.end, word)) {
        return Some(Bound { comparator, value: number.value, end: number.end + word.chars().count() });
    }
    // 十几万, 三十万多亿
    let inner =
        (number.start..number.end.saturating_sub(1)).any(|at| matches!(text.at(at), '几' | '多' | '余'));
    (number.vague && inner && text.at(number.start) != '几').then_some(Bound {
        comparator: Comparator::MoreThan,
        value: number.value,
        end: number.end,
    })
}

/// 20~100, 一到五, 10000与20000间, 在第十和第十五之间
fn two_sided(text: &Characters<'_>, index: usize) -> Option<(usize, usize, QuantityValue)> {
    let led = usize::from(matches!(text.at(index), '在' | '从'));
    let from = index + led;
    let before = text.before(index);
    if before.is_ascii_alphanumeric() || matches!(before, '.' | '第' | '/' | '-') {
        return None;
    }
    let ordinal = usize::from(text.at(from) == '第');
    if ordinal + led == 0 && !number::begins(text.at(from)) && !matches!(text.at(from), '-' | '负' | '.') {
        return None;
    }
    let low = number::signed(text, from + ordinal)?;
    let value = |low: Decimal, high: Decimal| QuantityValue {
        kind: QuantityKind::Count,
        comparator: Comparator::Exactly,
        amount: low.normalize().to_string(),
        upper_amount: high.normalize().to_string(),
        unit: String::new(),
        object: String::new(),
        change: None,
        change_base: String::new(),
    };
    let second = |at: usize| {
        let skip = if ordinal > 0 { usize::from(text.at(at) == '第') } else { 0 };
        number::signed(text, at + skip)
    };
    // 20个到100个
    let counted =
        usize::from(matches!(text.at(low.end), '个' | '位' | '人' | '名' | '只' | '次' | '岁' | '家'));
    let marked = [low.end, low.end + counted].into_iter().find_map(|at| Some((at, text.any_of(at, MARKS)?)));
    if let Some((at, (mark, length))) = marked {
        let high = second(at + length)?;
        let dated = mark == "-" && matches!(text.at(high.end), '-' | '.' | '/' | ':' | '年' | '月');
        let low_value = low.value.checked_mul(shared(text, &low, &high))?;
        let closed = text.any_of(high.end, &["之间"]).filter(|_| led > 0).map_or(0, |(_, length)| length);
        return (low_value < high.value && !dated)
            .then(|| (from, high.end + closed, value(low_value, high.value)));
    }
    let (_, length) = text.any_of(low.end, &["和", "与", "跟", "至"])?;
    let high = second(low.end + length)?;
    let (_, closed) = text.any_of(high.end, &["之间", "间"])?;
    (low.value < high.value).then(|| (index, high.end + closed, value(low.value, high.value)))
}
