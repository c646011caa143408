//! Numbers that begin with an Arabic digit: 1,567, 3.84万亿, 5万4千6百.

use rust_decimal::Decimal;

use super::Figures;
use super::MAX_DIGITS;
use super::Number;
use super::digit;
use super::is_mega;
use super::scale;
use crate::extract::characters::Characters;

/// Arabic digits from `index`, thousands separators left out: value and end.
pub(super) fn digits(text: &Characters<'_>, index: usize) -> Option<(Decimal, usize)> {
    let mut digits = String::new();
    let mut at = index;
    loop {
        let character = text.at(at);
        if character.is_ascii_digit() {
            digits.push(character);
            at += 1;
        } else if (character == ',' || character == '，' && text.thorough())
            && at > index
            && at - index <= 3 + 4 * (digits.len() / 3)
            && groups(text, at)
        {
            at += 1;
        } else {
            break;
        }
        if digits.len() > MAX_DIGITS {
            return None;
        }
    }
    if matches!(text.at(at), '.' | '．') && text.at(at + 1).is_ascii_digit() {
        digits.push('.');
        at += 1;
        while text.at(at).is_ascii_digit() {
            digits.push(text.at(at));
            at += 1;
            if digits.len() > MAX_DIGITS {
                return None;
            }
        }
    }
    Some((digits.parse().ok()?, at))
}

/// Whether exactly three digits follow a separator.
fn groups(text: &Characters<'_>, separator: usize) -> bool {
    (1..=3).all(|offset| text.at(separator + offset).is_ascii_digit())
        && !text.at(separator + 4).is_ascii_digit()
}

/// Whether 千 before a character begins a unit: 323千卡.
fn is_kilo(next: char) -> bool {
    matches!(next, '卡' | '克' | '米' | '瓦' | '赫' | '帕' | '焦' | '字' | '比' | '伏' | '升')
}

/// 3.84万亿, 1万8千, 200多亿
pub(super) fn read(text: &Characters<'_>, index: usize) -> Option<Number> {
    let mut total = Decimal::ZERO;
    let mut at = index;
    let mut vague = false;
    let mut scaled = false;
    let mut above: Option<Decimal> = None;
    loop {
        let bridged = usize::from(above.is_some() && text.at(at) == '零');
        let (value, mut end) = digits(text, at + bridged)?;
        if matches!(text.at(end), '多' | '余' | '几')
            && scale(text.at(end + 1)).is_some_and(|s| s > Decimal::TEN)
        {
            vague = true;
            end += 1;
        }
        let mut factor = Decimal::ONE;
        while let Some(next) = scale(text.at(end)).filter(|_| !is_mega(text, end)) {
            // 十 never follows Arabic digits as a scale, and a smaller one after a larger begins something else.
            let unit = text.at(end) == '千' && is_kilo(text.at(end + 1));
            if next == Decimal::TEN
                || unit
                || factor >= Decimal::from(10_000) && next < Decimal::from(100_000_000)
            {
                break;
            }
            factor = factor.checked_mul(next)?;
            end += 1;
            if matches!(text.at(end), '多' | '余') && text.at(end + 1) == '亿' {
                vague = true;
                end += 1;
            }
        }
        if above.is_some_and(|above| factor >= above || factor == Decimal::ONE && !scaled) {
            break;
        }
        total = total.checked_add(value.checked_mul(factor)?)?;
        at = end;
        scaled |= factor > Decimal::ONE;
        above = Some(factor);
        let next = at + usize::from(text.at(at) == '零');
        let goes_on = text.at(next).is_ascii_digit()
            && factor >= Decimal::ONE_HUNDRED
            && digits(text, next).is_some_and(|(_, end)| {
                matches!(text.at(end), '万' | '千' | '百')
                    || next > at && !text.at(end).is_ascii_alphanumeric() && scale(text.at(end)).is_none()
            });
        if !goes_on {
            break;
        }
    }
    if matches!(text.at(at), '多' | '余') {
        vague = true;
        at += 1;
    }
    // 40k, 2.5 M
    if text.thorough() && !scaled {
        let mark = at + usize::from(text.at(at) == ' ');
        let factor = match text.at(mark) {
            'k' => 1_000,
            'm' if mark > at => 1_000_000,
            _ => 0,
        };
        if factor > 0 && !text.at(mark + 1).is_ascii_alphanumeric() {
            total = total.checked_mul(Decimal::from(factor))?;
            scaled = true;
            at = mark + 1;
        }
    }
    // 1万五 is 15,000.
    if above.is_some_and(|above| above >= Decimal::ONE_HUNDRED)
        && !vague
        && digit(text.at(at)).is_some_and(|rest| rest > 0)
        && text.thorough()
        && digit(text.at(at + 1)).is_none()
        && scale(text.at(at + 1)).is_none()
    {
        let rest = Decimal::from(digit(text.at(at))?);
        total = total.checked_add(rest.checked_mul(above?.checked_div(Decimal::TEN)?)?)?;
        at += 1;
    }
    Some(Number { start: index, end: at, value: total, upper: None, figures: Figures::Arabic, vague, scaled })
}
