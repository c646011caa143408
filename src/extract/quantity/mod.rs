//! Amounts with their units: counts, money, percentages, measures, durations.

mod describe;
mod money;
mod range;
mod thorough;
mod unit;

use crate::extract::Comparator;
use crate::extract::Detector;
use crate::extract::QuantityKind;
use crate::extract::QuantityValue;
use crate::extract::Value;
use crate::extract::characters::Characters;
use crate::extract::characters::Mask;
use crate::extract::characters::is_han;
use crate::extract::finding::Finding;
use crate::extract::number;
use crate::extract::number::Figures;
use crate::extract::number::Number;
use describe::describe;
use rust_decimal::Decimal;
use unit::unit;

/// Characters that are looked back over for the beginning of a word.
const MAX_WORD: usize = 8;

/// An amount with its first character and end.
type Amount = (usize, usize, QuantityValue);

/// Finds the amounts outside what is taken; thoroughly, every number, ordinal and range of numbers as well.
/// `squeezed` is the text
/// without the spaces that say nothing, where it holds any.
pub(crate) fn find(
    text: &Characters<'_>,
    taken: &Mask,
    squeezed: Option<&(Characters<'_>, Vec<usize>)>,
    thorough: bool,
) -> Vec<Finding> {
    let (squeezed, places) =
        squeezed.map_or((text, None), |(squeezed, places)| (squeezed, Some(places.as_slice())));
    let place = |index: usize| match places {
        Some(places) => places.get(index).copied().unwrap_or(text.len()),
        None => index.min(text.len()),
    };
    let finding = |start: usize, end: usize, value: QuantityValue| {
        let (start, end) = (place(start), place(end.saturating_sub(1).max(start)) + 1);
        let detector = Detector::Rule("quantity");
        let written = text.text(start, end);
        Finding::new(text.span(start, end), (start, end), written, Value::Quantity(value), detector, 0.9)
    };
    let mut found = Vec::new();
    let mut index = 0;
    while index < squeezed.len() {
        if let Some(end) = squeezed.address_end(index) {
            index = end;
            continue;
        }
        if taken.covers(place(index)) || !begins(squeezed.at(index), thorough) {
            index += 1;
            continue;
        }
        match at(squeezed, index) {
            Some((start, end, value)) if !taken.overlaps(place(start), place(end.saturating_sub(1)) + 1) => {
                found.push(finding(start, end, value));
                index = end.max(index + 1);
            }
            Some(_) | None => {
                // A run of digits that is no amount is stepped over as a whole: its tail would be read anew each time.
                let arabic = squeezed.at(index).is_ascii_digit();
                let figure = !arabic && is_figure(squeezed.at(index));
                index += 1;
                while arabic && (squeezed.at(index).is_ascii_digit() || squeezed.at(index) == '.')
                    || figure && is_figure(squeezed.at(index))
                {
                    index += 1;
                }
            }
        }
    }
    if thorough {
        thorough::complete(squeezed, &mut found, |start, end, value, rule| {
            let mut finding = finding(start, end, value);
            finding.detector = Detector::Rule(rule);
            finding
        });
    }
    found
}

/// Whether an amount may begin with this character.
fn begins(character: char, thorough: bool) -> bool {
    number::begins(character)
        || matches!(character, '负' | '零' | '-' | '−' | '摄' | '华' | '半' | '对')
        || matches!(character, '$' | '￥' | '¥' | '€' | '£')
        || thorough && matches!(character, '人' | '港' | '新' | '美' | '欧' | '.' | '第')
}

/// Whether a character writes Chinese numbers.
fn is_figure(character: char) -> bool {
    number::digit(character).is_some() || matches!(character, '十' | '百' | '千' | '万' | '亿')
}

/// The amount that begins at `index`.
fn at(text: &Characters<'_>, index: usize) -> Option<Amount> {
    let before = text.before(index);
    if before.is_ascii_alphanumeric()
        || matches!(before, '.' | '第' | '-' | '+' | '/') && !is_range_mark(text, index)
    {
        return None;
    }
    if let Some(amount) = money::prefixed(text, index).or_else(|| temperature(text, index)) {
        return Some(amount);
    }
    if let Some(share) = percentage_in_words(text, index) {
        return Some(share);
    }
    if text.at(index) == '半' {
        return half(text, index).or_else(|| half_length(text, index));
    }
    let (sign, from) = sign(text, index);
    if sign.is_none() && matches!(text.at(index), '-' | '−' | '负' | '零') && !number::begins(text.at(index))
    {
        return None;
    }
    let mut number = number::parse(text, from)?;
    if let Some(tens) = tens_of_discount(text, &number) {
        number = tens;
    }
    if number.figures == Figures::Digits && !number_of_discount(text, &number) {
        return None;
    }
    if sign.is_some() {
        return negative(text, index, &number);
    }
    if text.at(number.end).is_ascii_alphabetic() && unit(text, &number).is_none() {
        return None;
    }
    if let Some(fraction) = fraction(text, &number) {
        return Some(fraction);
    }
    if let Some(range) = range::range(text, &number) {
        return Some(range);
    }
    if let Some(amount) = money::composed(text, &number) {
        return Some(money::range(text, amount));
    }
    if let Some(length) = length(text, &number).or_else(|| and_a_half(text, &number)) {
        return Some(length);
    }
    let unit = unit(text, &number)?;
    if !stands(text, &number, unit.end, unit.kind) {
        return None;
    }
    let end = unit.end;
    let amount = number.value.checked_add(unit.more)?.checked_mul(unit.factor)?;
    let mut value = describe(text, index, end, unit.kind, unit.name);
    value.amount = amount.normalize().to_string();
    if let Some(upper) = number.upper {
        value.upper_amount = upper.checked_mul(unit.factor)?.normalize().to_string();
        if value.comparator == Comparator::Exactly {
            value.comparator = Comparator::About;
        }
    } else if number.vague && value.comparator == Comparator::Exactly {
        value.comparator = Comparator::MoreThan;
    }
    Some((index, end, value))
}

/// Whether the amount is one to a reader of words: not in 三元里, 万元村, 万人空巷.
fn stands(text: &Characters<'_>, number: &Number, end: usize, kind: QuantityKind) -> bool {
    if number.figures == Figures::Arabic {
        return true;
    }
    let last = end.saturating_sub(1);
    // A word of four characters or a name swallows number and unit.
    let mut from = number.start;
    while from > 0 && number.start - from < MAX_WORD && !text.is_word_start(from) {
        from -= 1;
    }
    let word_end = text.word_end(from);
    if from <= number.start && word_end > end && word_end - from >= 3 && !text.thorough() {
        return false;
    }
    let bare = matches!(text.slice(number.start, number.end), ['百' | '千' | '万']);
    let joined = kind == QuantityKind::Money && is_han(text.at(end));
    if bare && joined && !matches!(text.at(end), '以' | '左' | '上' | '的' | '级') {
        return false;
    }
    // 三元里街: a currency that begins a longer word.
    !(kind == QuantityKind::Money
        && matches!(text.at(last), '元')
        && number.end - number.start == 1
        && matches!(
            text.at(end),
            '里' | '村'
                | '桥'
                | '店'
                | '宫'
                | '坊'
                | '镇'
                | '乡'
                | '巷'
                | '区'
                | '洞'
                | '庙'
                | '山'
                | '路'
                | '街'
        ))
}

/// 九五折: two digits in a row are no neighbours before 折.
fn tens_of_discount(text: &Characters<'_>, number: &Number) -> Option<Number> {
    let both = number.figures == Figures::Neighbours
        && number.end == number.start + 2
        && text.at(number.end) == '折';
    let digit = |at: usize| number::digit(text.at(at)).map(Decimal::from);
    let value = digit(number.start)?.checked_mul(Decimal::TEN)?.checked_add(digit(number.start + 1)?)?;
    both.then_some(Number { value, upper: None, vague: false, figures: Figures::Chinese, ..*number })
}

/// 九五折
fn number_of_discount(text: &Characters<'_>, number: &Number) -> bool {
    text.at(number.end) == '折' && number.end - number.start <= 3
}

/// Whether the mark before `index` joins two amounts rather than parts of a name (C-919).
fn is_range_mark(text: &Characters<'_>, index: usize) -> bool {
    text.before(index) == '-' && index >= 2 && is_han(text.before(index - 1))
}

/// 半公升, where nothing may be left out.
fn half(text: &Characters<'_>, index: usize) -> Option<Amount> {
    let number = Number {
        start: index,
        end: index + 1,
        value: Decimal::new(5, 1),
        upper: None,
        figures: Figures::Arabic,
        vague: false,
        scaled: false,
    };
    let unit = unit(text, &number).filter(|unit| text.thorough() && unit.kind == QuantityKind::Measure)?;
    let mut value = describe(text, index, unit.end, unit.kind, unit.name);
    value.amount = "0.5".to_owned();
    Some((index, unit.end, value))
}

/// 零下, 负: the word with where the number begins.
fn sign(text: &Characters<'_>, index: usize) -> (Option<&'static str>, usize) {
    let word = text.any_of(index, &["零下", "负", "-", "−"]);
    match word {
        Some((word, length)) if number::begins(text.at(index + length)) => {
            // 肩负9600万名, 减负2亿元: the sign is part of a word.
            let inner = word == "负" && !text.thorough() && !text.is_word_start(index);
            let joined = inner
                || matches!(word, "-" | "−")
                    && (text.before(index).is_ascii_alphanumeric()
                        || is_han(text.before(index)) && !text.thorough());
            if joined { (None, index) } else { (Some(word), index + length) }
        }
        _ => (None, index),
    }
}

/// 零下5摄氏度, 负0.2千米
fn negative(text: &Characters<'_>, index: usize, number: &Number) -> Option<Amount> {
    if let Some((start, end, mut value)) = range::range(text, number)
        && start == number.start
    {
        // 零下10到5度
        (value.amount, value.upper_amount) =
            (format!("-{}", value.amount), format!("-{}", value.upper_amount));
        return Some((index, end, value));
    }
    let unit = unit(text, number)?;
    let mut value = describe(text, index, unit.end, unit.kind, unit.name);
    let amount = number.value.checked_add(unit.more)?.checked_mul(unit.factor)?;
    value.amount = (-amount).normalize().to_string();
    Some((index, unit.end, value))
}

/// 摄氏37度, 华氏温度98.6度
fn temperature(text: &Characters<'_>, index: usize) -> Option<Amount> {
    let (scale, length) = text.any_of(index, &["摄氏温度", "华氏温度", "摄氏", "华氏"])?;
    let (sign, from) = sign(text, index + length);
    let number = number::parse(text, from)?;
    let (_, unit) = text.any_of(number.end, &["度", "°", "℃", "℉"])?;
    let end = number.end + unit;
    let name = if scale.starts_with('摄') { "℃" } else { "℉" };
    let mut value = describe(text, index, end, QuantityKind::Measure, name.to_owned());
    let amount = if sign.is_some() { -number.value } else { number.value };
    value.amount = amount.normalize().to_string();
    Some((index, end, value))
}

/// 百分之五十, 千分之三, 一半, 打对折
fn percentage_in_words(text: &Characters<'_>, index: usize) -> Option<Amount> {
    if let Some((word, length)) = text.any_of(index, BELOW) {
        let (sign, from) = sign(text, index + length);
        let number = number::parse(text, from)?;
        if number.figures == Figures::Neighbours && number.upper.is_none()
            || number.figures == Figures::Digits
        {
            return None;
        }
        let mut value = describe(text, index, number.end, QuantityKind::Percentage, "%".to_owned());
        let hundredths = |value: Decimal| value.checked_div(below(word)?)?.checked_mul(Decimal::ONE_HUNDRED);
        let amount = hundredths(if sign.is_some() { -number.value } else { number.value })?;
        value.amount = amount.normalize().to_string();
        if let Some(upper) = number.upper {
            value.upper_amount = hundredths(upper)?.normalize().to_string();
        }
        return Some((index, number.end, value));
    }
    if text.starts_with(index, "对折") && text.before(index) == '打' {
        let mut value = describe(text, index, index + 2, QuantityKind::Percentage, "%".to_owned());
        value.amount = "50".to_owned();
        return Some((index, index + 2, value));
    }
    if text.starts_with(index, "一半") {
        let mut value = describe(text, index, index + 2, QuantityKind::Fraction, String::new());
        value.amount = "0.5".to_owned();
        return Some((index, index + 2, value));
    }
    None
}

/// Denominators said without a digit.
const BELOW: &[&str] = &[
    "百分之",
    "佰分之",
    "千分之",
    "仟分之",
    "万分之",
    "十万分之",
    "百万分之",
    "千万分之",
    "万万分之",
    "亿分之",
];

/// What a denominator divides by.
fn below(word: &str) -> Option<Decimal> {
    Some(Decimal::from(match word {
        "百分之" | "佰分之" => 100_u64,
        "千分之" | "仟分之" => 1_000,
        "万分之" => 10_000,
        "十万分之" => 100_000,
        "百万分之" => 1_000_000,
        "千万分之" => 10_000_000,
        "万万分之" | "亿分之" => 100_000_000,
        _ => return None,
    }))
}

/// 三分之一
fn fraction(text: &Characters<'_>, below: &Number) -> Option<Amount> {
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

/// 2小时30分钟, 1年零3个月: one length of time in its finest unit.
fn length(text: &Characters<'_>, first: &Number) -> Option<Amount> {
    let mut total = Decimal::ZERO;
    let mut number = *first;
    let mut last: Option<(u32, &'static str)> = None;
    let mut terms = 0;
    let mut end = first.end;
    loop {
        let (word, length) = text.any_of(number.end, LENGTHS.0)?;
        let &(_, group, size) = LENGTHS.1.iter().find(|(name, ..)| *name == word)?;
        // Years and months do not turn into days.
        match last {
            Some((bigger, _)) if group / 100 != bigger / 100 || group >= bigger => break,
            Some(_) | None => {}
        }
        total = total.checked_add(number.value.checked_mul(Decimal::from(size))?)?;
        last = Some((group, word));
        terms += 1;
        end = number.end + length;
        let link = usize::from(matches!(text.at(end), '零' | '又'));
        match number::parse(text, end + link) {
            Some(next) if text.any_of(next.end, LENGTHS.0).is_some() && !next.vague => number = next,
            Some(_) | None => break,
        }
    }
    let (_, word) = last.filter(|_| terms > 1)?;
    let &(_, _, size) = LENGTHS.1.iter().find(|(name, ..)| *name == word)?;
    let mut value = describe(text, first.start, end, QuantityKind::Duration, word.to_owned());
    value.amount = total.checked_div(Decimal::from(size))?.normalize().to_string();
    Some((first.start, end, value))
}

/// Units of time of which a half is said: word behind 半, its name.
const HALVES: &[(&str, &str)] = &[
    ("个多月", "个月"),
    ("个月", "个月"),
    ("个小时", "小时"),
    ("个钟头", "小时"),
    ("个世纪", "个世纪"),
    ("小时", "小时"),
    ("年", "年"),
    ("月", "个月"),
    ("天", "天"),
];

/// 半年, 半个小时; not 上半年, 半年报.
fn half_length(text: &Characters<'_>, index: usize) -> Option<Amount> {
    if matches!(text.before(index), '上' | '下' | '前' | '后' | '大' | '多' | '过' | '一' | '天' | '年')
    {
        return None;
    }
    let &(word, unit) = HALVES.iter().find(|(word, _)| text.starts_with(index + 1, word))?;
    let end = index + 1 + word.chars().count();
    if matches!(text.at(end), '报' | '度' | '刊' | '谈' | '板' | '会' | '来')
        || word == "月" && !text.thorough()
    {
        return None;
    }
    let mut value = describe(text, index, end, QuantityKind::Duration, unit.to_owned());
    value.amount = "0.5".to_owned();
    Some((index, end, value))
}

/// 一个半小时, 三年半
fn and_a_half(text: &Characters<'_>, number: &Number) -> Option<Amount> {
    let (unit, end) = if text.starts_with(number.end, "个半") {
        let at = number.end + 2;
        let (word, unit) =
            HALVES.iter().find(|(word, _)| !word.starts_with('个') && text.starts_with(at, word))?;
        (*unit, at + word.chars().count())
    } else {
        let word = text.any_of(number.end, &["年半", "天半", "小时半"])?;
        if is_han(text.at(number.end + word.1))
            && matches!(text.at(number.end + word.1), '载' | '年' | '天' | '个' | '月')
        {
            return None;
        }
        (word.0.trim_end_matches('半'), number.end + word.1)
    };
    if number.vague
        || number.value.scale() > 0
        || matches!(text.at(end), '报' | '度' | '前' | '后' | '来' | '以')
    {
        return None;
    }
    let mut value = describe(text, number.start, end, QuantityKind::Duration, unit.to_owned());
    value.amount = number.value.checked_add(Decimal::new(5, 1))?.normalize().to_string();
    Some((number.start, end, value))
}

/// Units of composed lengths: names by length, and each with its rank and size within its group.
const LENGTHS: (&[&str], &[(&str, u32, u64)]) = (
    &["个月", "个小时", "小时", "分钟", "年", "天", "分", "秒"],
    &[
        ("年", 210, 12),
        ("个月", 201, 1),
        ("天", 140, 86_400),
        ("个小时", 130, 3_600),
        ("小时", 130, 3_600),
        ("分钟", 120, 60),
        ("分", 120, 60),
        ("秒", 110, 1),
    ],
);

#[cfg(test)]
mod tests;
