//! Numbers with a sign, fractions, powers, dozens; and every number of a text.

use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;
use rust_decimal::prelude::ToPrimitive;

use super::Figures;
use super::Number;
use super::arabic;
use super::begins;
use super::digit;
use super::parse;
use super::scale;
use crate::extract::characters::Characters;
use crate::extract::characters::is_han;

/// Greatest power that is worked out.
const MAX_POWER: i32 = 300;

/// A number as it is read aloud: with its sign, as a fraction, a power or in dozens. Where only the exact value is known to
/// so many digits, it is rounded to fifteen.
pub(crate) fn signed(text: &Characters<'_>, index: usize) -> Option<Number> {
    let sign = sign(text, index);
    let mut number = unsigned(text, index + sign.unwrap_or(0))?;
    if sign.is_some() {
        number.value = -number.value;
        number.start = index;
    }
    Some(number)
}

/// Length of a minus sign that stands before a number.
fn sign(text: &Characters<'_>, index: usize) -> Option<usize> {
    let next = text.at(index + 1);
    match text.at(index) {
        '负' => (begins(next) || next == '.').then_some(1),
        '-' | '－' | '−' => {
            let before = text.before(index);
            let joins = before.is_ascii_alphanumeric() || matches!(before, '-' | '－' | '.' | ')' | '）');
            (!joins && (next.is_ascii_digit() || next == '.' && text.at(index + 2).is_ascii_digit()))
                .then_some(1)
        }
        _ => None,
    }
}

fn unsigned(text: &Characters<'_>, index: usize) -> Option<Number> {
    let first = text.at(index);
    if first == '半' {
        // 半百
        let factor = scale(text.at(index + 1)).filter(|&factor| factor >= Decimal::ONE_HUNDRED)?;
        let value = factor.checked_div(Decimal::TWO)?;
        return Some(whole(index, index + 2, value, Figures::Chinese));
    }
    let number =
        if first == '.' && text.at(index + 1).is_ascii_digit() && !text.before(index).is_ascii_digit() {
            let (digits, end) = arabic::digits(text, index + 1)?;
            let value = format!("0.{}", digits.trunc()).parse().ok()?;
            whole(index, end, value, Figures::Arabic)
        } else {
            parse(text, index)?
        };
    if let Some(mixed) = fraction(text, &number) {
        return Some(mixed);
    }
    if number.figures == Figures::Arabic && !number.scaled {
        if let Some(power) = power(text, &number) {
            return Some(power);
        }
        if let Some(slashed) = slashed(text, &number) {
            return Some(slashed);
        }
    }
    if text.at(number.end) == '打' && !matches!(text.at(number.end + 1), '击' | '造' | '破' | '开') {
        return Some(Number {
            end: number.end + 1,
            value: number.value.checked_mul(Decimal::from(12))?,
            ..number
        });
    }
    Some(number)
}

fn whole(start: usize, end: usize, value: Decimal, figures: Figures) -> Number {
    Number { start, end, value, upper: None, figures, vague: false, scaled: false }
}

/// 五分之一, 三百五十又三分之一
fn fraction(text: &Characters<'_>, first: &Number) -> Option<Number> {
    let (whole_part, below) = if text.at(first.end) == '又' {
        (first.value, parse(text, first.end + 1)?)
    } else {
        (Decimal::ZERO, *first)
    };
    let at = below.end + text.any_of(below.end, &["分之"])?.1;
    let sign = usize::from(text.at(at) == '负');
    let above = parse(text, at + sign)?;
    let above_value = if sign > 0 { -above.value } else { above.value };
    let share = above_value.checked_div(below.value)?;
    Some(Number {
        start: first.start,
        end: above.end,
        value: whole_part.checked_add(share)?,
        upper: None,
        figures: Figures::Chinese,
        vague: false,
        scaled: false,
    })
}

/// 3/5, 1 4/3
fn slashed(text: &Characters<'_>, first: &Number) -> Option<Number> {
    if matches!(text.before(first.start), '/' | '／') {
        return None;
    }
    let share = |number: &Number| {
        if !matches!(text.at(number.end), '/' | '／') || !text.at(number.end + 1).is_ascii_digit() {
            return None;
        }
        let (below, end) = arabic::digits(text, number.end + 1)?;
        if matches!(text.at(end), '/' | '／') {
            return None;
        }
        Some((number.value.checked_div(below)?, end))
    };
    if let Some((value, end)) = share(first) {
        return Some(whole(first.start, end, value, Figures::Arabic));
    }
    if text.at(first.end) == ' ' && text.at(first.end + 1).is_ascii_digit() {
        let (value, end) = arabic::digits(text, first.end + 1)?;
        let (value, end) = share(&whole(first.end + 1, end, value, Figures::Arabic))?;
        return Some(whole(first.start, end, first.value.checked_add(value)?, Figures::Arabic));
    }
    None
}

/// 2^-1, 12.32e+14
fn power(text: &Characters<'_>, base: &Number) -> Option<Number> {
    let mark = text.at(base.end);
    if !matches!(mark, '^' | 'e') {
        return None;
    }
    let mut at = base.end + 1;
    let mut negative = false;
    while matches!(text.at(at), '+' | '-' | '－' | '＋') && at < base.end + 3 {
        negative ^= matches!(text.at(at), '-' | '－');
        at += 1;
    }
    let (exponent, end) = arabic::digits(text, at)?;
    let exponent = exponent.to_i32().filter(|exponent| (0..=MAX_POWER).contains(exponent))?;
    let exponent = if negative { -exponent } else { exponent };
    let base_value = base.value.to_f64()?;
    let value = if mark == 'e' { base_value * 10_f64.powi(exponent) } else { base_value.powi(exponent) };
    let exact =
        if mark == 'e' { base.value.to_string() + &format!("e{exponent}") } else { format!("{value:e}") };
    let value = Decimal::from_scientific(&exact).ok().or_else(|| Decimal::from_f64(value))?;
    Some(whole(base.start, end, value, Figures::Arabic))
}

/// Every number of a text, those that are parts of words left out.
pub(crate) fn all(text: &Characters<'_>) -> Vec<Number> {
    let mut found = Vec::new();
    let mut index = 0;
    while index < text.len() {
        if let Some(end) = text.address_end(index) {
            index = end;
            continue;
        }
        let first = text.at(index);
        let may = begins(first) || matches!(first, '负' | '-' | '－' | '.' | '半');
        let number = if may { signed(text, index).filter(|number| counts(text, number)) } else { None };
        match number {
            Some(number) => {
                index = number.end;
                found.push(number);
            }
            None => {
                let arabic = first.is_ascii_digit();
                index += 1;
                while arabic && text.at(index).is_ascii_digit() {
                    index += 1;
                }
            }
        }
    }
    found
}

/// Whether a number stands by itself rather than in a word: 四川, 一看, 十足.
fn counts(text: &Characters<'_>, number: &Number) -> bool {
    if text.at(number.start).is_ascii_digit() {
        return !text.before(number.start).is_ascii_alphabetic();
    }
    let (before, next) = (text.before(number.start), text.at(number.end));
    let length = number.end - number.start;
    if number.figures == Figures::Neighbours && (number.upper.is_none() || text.at(number.start) == '几') {
        return false;
    }
    if length > 1 {
        // 万万, 千万: units of counting alone count nothing.
        return !(number.start..number.end).all(|at| matches!(text.at(at), '万' | '千' | '亿'));
    }
    if matches!(text.at(number.start), '万' | '千' | '百' | '亿' | '兆' | '廿') {
        return false;
    }
    if before == '第' {
        return true;
    }
    // A digit alone is one where the segmenter leaves it alone, or a measure word follows.
    let alone = text.is_word_start(number.start) && text.word_end(number.start) == number.end;
    let measured = matches!(
        next,
        '个' | '只'
            | '条'
            | '张'
            | '块'
            | '双'
            | '对'
            | '台'
            | '位'
            | '名'
            | '家'
            | '斤'
            | '本'
            | '件'
            | '次'
            | '种'
            | '杯'
    );
    let quoted = !is_han(before) && !is_han(next);
    let said = matches!(next, '和' | '与' | '是' | '而' | '却' | '不' | '的' | '或' | '点' | '分' | '成')
        || matches!(before, '是' | '为');
    if matches!(text.at(number.start), '一' | '壹') {
        return measured || quoted || said || alone && digit(next).is_none() && !is_han(next);
    }
    measured || quoted || alone || matches!(next, '分') && text.at(number.end + 1) == '之'
}
