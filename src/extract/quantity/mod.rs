//! Amounts with their units: counts, money, percentages, measures, durations.

mod unit;

use crate::extract::ChangeDirection;
use crate::extract::Comparator;
use crate::extract::Detector;
use crate::extract::QuantityKind;
use crate::extract::QuantityValue;
use crate::extract::Value;
use crate::extract::characters::Characters;
use crate::extract::characters::Mask;
use crate::extract::characters::is_clause_end;
use crate::extract::characters::is_han;
use crate::extract::finding::Finding;
use crate::extract::number;
use crate::extract::number::Figures;
use crate::extract::number::Number;
use rust_decimal::Decimal;
use unit::unit;

/// Words in front that bound an amount, longest first.
#[rustfmt::skip]
const BOUNDS_BEFORE: &[(&str, Comparator)] = &[
    ("不少于", Comparator::AtLeast), ("不低于", Comparator::AtLeast), ("至少", Comparator::AtLeast),
    ("不超过", Comparator::AtMost), ("不高于", Comparator::AtMost), ("最多", Comparator::AtMost),
    ("大约", Comparator::About), ("将近", Comparator::About), ("接近", Comparator::About),
    ("超过", Comparator::MoreThan), ("突破", Comparator::MoreThan), ("多达", Comparator::AtLeast),
    ("高于", Comparator::MoreThan), ("不足", Comparator::LessThan), ("不到", Comparator::LessThan),
    ("低于", Comparator::LessThan), ("约", Comparator::About), ("近", Comparator::About),
    ("超", Comparator::MoreThan), ("逾", Comparator::MoreThan),
];

/// Words behind that bound an amount.
const BOUNDS_AFTER: &[(&str, Comparator)] = &[
    ("以上", Comparator::AtLeast),
    ("以下", Comparator::AtMost),
    ("以内", Comparator::AtMost),
    ("左右", Comparator::About),
    ("上下", Comparator::About),
];

/// Verbs of rising and falling.
#[rustfmt::skip]
const CHANGES: &[(&str, ChangeDirection)] = &[
    ("增长", ChangeDirection::Up), ("上升", ChangeDirection::Up), ("提高", ChangeDirection::Up),
    ("增加", ChangeDirection::Up), ("提升", ChangeDirection::Up), ("上涨", ChangeDirection::Up),
    ("增收", ChangeDirection::Up), ("增幅", ChangeDirection::Up), ("下降", ChangeDirection::Down),
    ("减少", ChangeDirection::Down), ("降低", ChangeDirection::Down), ("回落", ChangeDirection::Down),
    ("下跌", ChangeDirection::Down), ("缩短", ChangeDirection::Down), ("压缩", ChangeDirection::Down),
    ("下滑", ChangeDirection::Down),
];

/// Finds the amounts outside what is taken.
pub(crate) fn find(text: &Characters<'_>, taken: &Mask) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut index = 0;
    while index < text.len() {
        if taken.covers(index) || !number::begins(text.at(index)) {
            index += 1;
            continue;
        }
        match at(text, index) {
            Some((start, end, value)) if !taken.overlaps(start, end) => {
                found.push(Finding::new(
                    text.span(start, end),
                    (start, end),
                    text.text(start, end),
                    Value::Quantity(value),
                    Detector::Rule("quantity"),
                    0.9,
                ));
                index = end;
            }
            Some(_) | None => {
                // A run of digits that is no amount is stepped over as a whole: its tail would be read anew each time.
                let arabic = text.at(index).is_ascii_digit();
                index += 1;
                while arabic && (text.at(index).is_ascii_digit() || text.at(index) == '.')
                    || !arabic && is_figure(text.at(index))
                {
                    index += 1;
                }
            }
        }
    }
    found
}

/// Whether a character writes Chinese numbers.
fn is_figure(character: char) -> bool {
    number::digit(character).is_some() || matches!(character, '十' | '百' | '千' | '万' | '亿')
}

/// The amount that begins at `index`.
fn at(text: &Characters<'_>, index: usize) -> Option<(usize, usize, QuantityValue)> {
    let before = text.before(index);
    if before.is_ascii_alphanumeric()
        || matches!(before, '.' | '第' | '-' | '+' | '/') && !is_range_mark(text, index)
    {
        return None;
    }
    if let Some(share) = percentage_in_words(text, index) {
        return Some(share);
    }
    let number = number::parse(text, index)?;
    if number.figures == Figures::Digits {
        return None;
    }
    if text.at(number.end).is_ascii_alphabetic() && unit(text, &number).is_none() {
        return None;
    }
    if let Some(fraction) = fraction(text, &number) {
        return Some(fraction);
    }
    if let Some(range) = range(text, &number) {
        return Some(range);
    }
    let unit = unit(text, &number)?;
    let end = unit.end;
    let amount = number.value.checked_mul(unit.factor)?;
    let mut value = describe(text, index, end, unit.kind, unit.name);
    value.amount = amount.normalize().to_string();
    if number.vague && value.comparator == Comparator::Exactly {
        value.comparator = Comparator::MoreThan;
    }
    Some((index, end, value))
}

/// Whether the mark before `index` joins two amounts rather than parts of a name (C-919).
fn is_range_mark(text: &Characters<'_>, index: usize) -> bool {
    text.before(index) == '-' && index >= 2 && is_han(text.before(index - 1))
}

/// 百分之五十, 三分之一, 一半
fn percentage_in_words(text: &Characters<'_>, index: usize) -> Option<(usize, usize, QuantityValue)> {
    if text.starts_with(index, "百分之") {
        let number = number::parse(text, index + 3)?;
        let mut value = describe(text, index, number.end, QuantityKind::Percentage, "%".to_owned());
        value.amount = number.value.normalize().to_string();
        return Some((index, number.end, value));
    }
    if text.starts_with(index, "一半") {
        let mut value = describe(text, index, index + 2, QuantityKind::Fraction, String::new());
        value.amount = "0.5".to_owned();
        return Some((index, index + 2, value));
    }
    None
}

/// 三分之一
fn fraction(text: &Characters<'_>, below: &Number) -> Option<(usize, usize, QuantityValue)> {
    if !text.starts_with(below.end, "分之") {
        return None;
    }
    let above = number::parse(text, below.end + 2)?;
    let share = above.value.checked_div(below.value)?;
    let mut value = describe(text, below.start, above.end, QuantityKind::Fraction, String::new());
    // A fraction that no decimal holds keeps its two terms.
    value.amount = if share.checked_mul(below.value) == Some(above.value) && share.scale() <= 12 {
        share.normalize().to_string()
    } else {
        format!("{}/{}", above.value, below.value)
    };
    Some((below.start, above.end, value))
}

/// 3至5年, 25万到30万人, 85%到90%, 五、六十人
fn range(text: &Characters<'_>, low: &Number) -> Option<(usize, usize, QuantityValue)> {
    let low_unit = unit(text, low);
    let low_end = low_unit.as_ref().map_or(low.end, |unit| unit.end);
    let connected = [low.end, low_end].into_iter().find_map(|end| {
        let mark = text.any_of(end, &["至", "到", "—", "–", "~", "～", "－", "-"])?;
        let next = end + mark.1;
        text.at(next).is_ascii_digit().then_some(next).or_else(|| {
            (matches!(mark.0, "至" | "到") && number::digit(text.at(next)).is_some()).then_some(next)
        })
    });
    let next = match connected {
        Some(next) => next,
        // 五、六十人: the first digit shares the scale of the second number.
        None if text.at(low.end) == '、'
            && low.end == low.start + 1
            && low.figures == Figures::Chinese
            && number::digit(text.at(low.end + 1)).is_some()
            && text.at(low.end + 2) == '十' =>
        {
            low.end + 1
        }
        None => return None,
    };
    let high = number::parse(text, next)?;
    if high.figures == Figures::Digits {
        return None;
    }
    let high_unit = unit(text, &high)?;
    let mut least = low.value;
    if text.before(next) == '、' {
        least = least.checked_mul(Decimal::TEN)?;
    } else if !low.scaled && high.scaled && low_unit.is_none() {
        // 3至5万 is 30,000 to 50,000.
        let scale = [100_000_000_u64, 10_000].into_iter().map(Decimal::from).find(|&s| high.value >= s);
        least = least.checked_mul(scale.unwrap_or(Decimal::ONE))?;
    }
    if least > high.value {
        return None;
    }
    let mut value = describe(text, low.start, high_unit.end, high_unit.kind, high_unit.name);
    value.amount = least.checked_mul(high_unit.factor)?.normalize().to_string();
    value.upper_amount = high.value.checked_mul(high_unit.factor)?.normalize().to_string();
    Some((low.start, high_unit.end, value))
}

/// Everything about an amount that stands around it.
fn describe(
    text: &Characters<'_>,
    start: usize,
    end: usize,
    kind: QuantityKind,
    unit: String,
) -> QuantityValue {
    let mut comparator = BOUNDS_BEFORE
        .iter()
        .find(|(word, _)| text.ends_with(start, word))
        .map_or(Comparator::Exactly, |&(_, comparator)| comparator);
    if let Some(&(_, after)) = BOUNDS_AFTER.iter().find(|(word, _)| text.starts_with(end, word)) {
        comparator = after;
    }
    let mut clause = start;
    while clause > 0
        && start - clause < 16
        && !is_clause_end(text.before(clause))
        && text.before(clause) != '、'
    {
        clause -= 1;
    }
    let mut change = None;
    let mut change_base = String::new();
    let mut nearest = clause;
    for at in clause..start {
        if let Some(&(_, direction)) = CHANGES.iter().find(|(word, _)| text.starts_with(at, word)) {
            change = Some(direction);
            nearest = at;
        }
    }
    if change.is_some() {
        for at in clause..nearest {
            if text.starts_with(at, "同比") || text.starts_with(at, "环比") {
                change_base = text.folded(at, at + 2);
            } else if matches!(text.at(at), '比' | '较') && change_base.is_empty() && nearest - at > 1 {
                change_base = text.folded(at, nearest);
            }
        }
    }
    QuantityValue {
        kind,
        comparator,
        amount: String::new(),
        upper_amount: String::new(),
        unit,
        object: if kind == QuantityKind::Count { object(text, end) } else { String::new() },
        change,
        change_base,
    }
}

/// What is counted: the word of two characters or more that follows.
fn object(text: &Characters<'_>, end: usize) -> String {
    let stop = text.word_end(end);
    let counted = text.slice(end, stop);
    let usual = counted.len() >= 2 && counted.iter().all(|&character| is_han(character));
    let functional = text
        .any_of(end, &["以上", "以下", "以内", "左右", "上下", "以来", "分别", "已经", "因为", "共同"])
        .is_some();
    if usual && !functional { text.text(end, stop).to_owned() } else { String::new() }
}
