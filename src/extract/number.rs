//! Numbers in Arabic and Chinese figures and mixtures of both, as exact decimals.

use rust_decimal::Decimal;

use super::characters::Characters;

/// Longest run of digits that is read as one number: what a decimal holds exactly.
const MAX_DIGITS: usize = 24;

/// How a number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Figures {
    /// 1,567 or 3.84万亿
    Arabic,
    /// 一百二十
    Chinese,
    /// 二〇二四: digits in a row
    Digits,
    /// 三四: two neighbours, about so many
    Neighbours,
}

/// One number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Number {
    /// First character.
    pub(crate) start: usize,
    /// First character no longer covered.
    pub(crate) end: usize,
    /// Its value; of a vague number the least.
    pub(crate) value: Decimal,
    /// How it is written.
    pub(crate) figures: Figures,
    /// 几, 数, 多, 余: more than the value.
    pub(crate) vague: bool,
    /// Closed by 百, 千, 万 or 亿.
    pub(crate) scaled: bool,
}

/// Value of a Chinese digit.
pub(crate) fn digit(character: char) -> Option<u32> {
    Some(match character {
        '〇' | '零' => 0,
        '一' | '壹' => 1,
        '二' | '两' | '俩' | '贰' => 2,
        '三' | '叁' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        _ => return None,
    })
}

/// Value of a Chinese unit of counting.
fn scale(character: char) -> Option<Decimal> {
    Some(Decimal::from(match character {
        '十' => 10_u64,
        '百' => 100,
        '千' => 1_000,
        '万' => 10_000,
        '亿' => 100_000_000,
        _ => return None,
    }))
}

/// Whether a number may begin with this character.
pub(crate) fn begins(character: char) -> bool {
    character.is_ascii_digit()
        || digit(character).is_some()
        || matches!(character, '十' | '百' | '千' | '万' | '几' | '数' | '上')
}

/// Reads the number that begins at `index`.
pub(crate) fn parse(text: &Characters<'_>, index: usize) -> Option<Number> {
    let first = text.at(index);
    if first.is_ascii_digit() {
        return arabic(text, index);
    }
    if matches!(first, '几' | '数' | '上') {
        let next = text.at(index + 1);
        let scaled = matches!(next, '十' | '百' | '千' | '万' | '亿');
        if scaled && (first != '上' || matches!(next, '百' | '千' | '万' | '亿')) {
            let mut number = chinese(text, index + 1)?;
            number.start = index;
            number.vague = true;
            return Some(number);
        }
        if first == '几' {
            return Some(Number {
                start: index,
                end: index + 1,
                value: Decimal::ONE,
                figures: Figures::Neighbours,
                vague: true,
                scaled: false,
            });
        }
        return None;
    }
    chinese(text, index)
}

/// Arabic digits from `index`, thousands separators left out: value and end.
fn arabic_digits(text: &Characters<'_>, index: usize) -> Option<(Decimal, usize)> {
    let mut digits = String::new();
    let mut at = index;
    loop {
        let character = text.at(at);
        if character.is_ascii_digit() {
            digits.push(character);
            at += 1;
        } else if character == ','
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

/// 3.84万亿, 1万8千, 200多亿
fn arabic(text: &Characters<'_>, index: usize) -> Option<Number> {
    let mut total = Decimal::ZERO;
    let mut at = index;
    let mut vague = false;
    let mut scaled = false;
    let mut above: Option<Decimal> = None;
    loop {
        let (value, mut end) = arabic_digits(text, at)?;
        if matches!(text.at(end), '多' | '余' | '几')
            && scale(text.at(end + 1)).is_some_and(|s| s > Decimal::TEN)
        {
            vague = true;
            end += 1;
        }
        let mut factor = Decimal::ONE;
        while let Some(next) = scale(text.at(end)) {
            // 十 never follows Arabic digits as a scale, and a smaller one after a larger begins something else.
            if next == Decimal::TEN || factor >= Decimal::from(10_000) && next < Decimal::from(100_000_000) {
                break;
            }
            factor = factor.checked_mul(next)?;
            end += 1;
        }
        if above.is_some_and(|above| factor >= above || factor == Decimal::ONE && !scaled) {
            break;
        }
        total = total.checked_add(value.checked_mul(factor)?)?;
        at = end;
        scaled |= factor > Decimal::ONE;
        above = Some(factor);
        let next_scaled = text.at(at).is_ascii_digit()
            && factor >= Decimal::from(10_000)
            && arabic_digits(text, at).is_some_and(|(_, end)| matches!(text.at(end), '万' | '千' | '百'));
        if !next_scaled {
            break;
        }
    }
    if matches!(text.at(at), '多' | '余') {
        vague = true;
        at += 1;
    }
    Some(Number { start: index, end: at, value: total, figures: Figures::Arabic, vague, scaled })
}

/// 一万二千亿, 十几, 二〇二四, 一百零三点五
fn chinese(text: &Characters<'_>, index: usize) -> Option<Number> {
    if digit(text.at(index)).is_some() && digit(text.at(index + 1)).is_some() && text.at(index) != '零' {
        return digits_in_a_row(text, index);
    }
    let mut at = index;
    let (mut total, mut section, mut current) = (Decimal::ZERO, Decimal::ZERO, None);
    let (mut vague, mut scaled) = (false, false);
    let mut last_scale: Option<Decimal> = None;
    while at < index + MAX_DIGITS {
        let character = text.at(at);
        if let Some(value) = digit(character) {
            if current.is_some() {
                break;
            }
            // 零 only bridges; it counts nothing.
            if value != 0 || at == index {
                current = Some(Decimal::from(value));
            }
            at += 1;
            continue;
        }
        if matches!(character, '几' | '多' | '余')
            && at > index
            && scale(text.at(at + 1)).is_some_and(|s| s > Decimal::TEN)
        {
            vague = true;
            at += 1;
            continue;
        }
        let Some(factor) = scale(character) else { break };
        if factor < Decimal::from(10_000) {
            section = section.checked_add(current.take().unwrap_or(Decimal::ONE).checked_mul(factor)?)?;
        } else {
            let count = section.checked_add(current.take().unwrap_or(Decimal::ZERO))?;
            let count = if count.is_zero() && total.is_zero() { Decimal::ONE } else { count };
            if total.is_zero() || factor < Decimal::from(100_000_000) {
                total = total.checked_add(count.checked_mul(factor)?)?;
            } else {
                total = total.checked_add(count)?.checked_mul(factor)?;
            }
            section = Decimal::ZERO;
        }
        last_scale = Some(factor);
        scaled |= factor > Decimal::TEN;
        at += 1;
    }
    if at == index {
        return None;
    }
    // 三万五 is 35,000: a last digit right after a scale counts one scale lower.
    if let Some(rest) = current {
        let right_after = last_scale.filter(|&s| {
            s > Decimal::TEN && text.before(at - 1) != '零' && scale(text.before(at - 1)).is_some()
        });
        let unit = right_after.map_or(Decimal::ONE, |s| {
            if s == Decimal::from(100_000_000) { Decimal::from(10_000_000) } else { s / Decimal::TEN }
        });
        section = section.checked_add(rest.checked_mul(unit)?)?;
    }
    let mut value = total.checked_add(section)?;
    if text.at(at) == '点'
        && digit(text.at(at + 1)).is_some()
        && last_scale.is_none_or(|s| s < Decimal::from(10_000))
    {
        let mut fraction = format!("{value}.");
        let mut end = at + 1;
        while let Some(value) = digit(text.at(end)).filter(|_| end < at + MAX_DIGITS) {
            fraction.push_str(&value.to_string());
            end += 1;
        }
        value = fraction.parse().ok()?;
        at = end;
        while let Some(factor) = scale(text.at(at)).filter(|&s| s >= Decimal::from(10_000)) {
            value = value.checked_mul(factor)?;
            scaled = true;
            at += 1;
        }
    }
    if matches!(text.at(at), '几' | '多' | '余') && last_scale.is_some() {
        vague = true;
        at += 1;
    }
    Some(Number { start: index, end: at, value: value.normalize(), figures: Figures::Chinese, vague, scaled })
}

/// 二〇二四, 三四, 七八十
fn digits_in_a_row(text: &Characters<'_>, index: usize) -> Option<Number> {
    let mut value = Decimal::ZERO;
    let mut at = index;
    while let Some(next) = digit(text.at(at)) {
        if at - index >= MAX_DIGITS {
            return None;
        }
        value = value.checked_mul(Decimal::TEN)?.checked_add(Decimal::from(next))?;
        at += 1;
    }
    if at - index == 2 && digit(text.at(index)) != Some(0) && text.at(index + 1) != '〇' {
        let mut least = Decimal::from(digit(text.at(index))?);
        let mut scaled = false;
        while let Some(factor) = scale(text.at(at)) {
            least = least.checked_mul(factor)?;
            scaled = true;
            at += 1;
        }
        return Some(Number {
            start: index,
            end: at,
            value: least,
            figures: Figures::Neighbours,
            vague: true,
            scaled,
        });
    }
    Some(Number { start: index, end: at, value, figures: Figures::Digits, vague: false, scaled: false })
}

/// A whole number of at most four Arabic or Chinese digits, for calendars: value and end.
pub(crate) fn small(text: &Characters<'_>, index: usize) -> Option<(i32, usize)> {
    if text.at(index).is_ascii_digit() {
        let mut at = index;
        let mut value = 0;
        while let Some(digit) = text.at(at).to_digit(10) {
            if at - index >= 4 {
                return None;
            }
            value = value * 10 + digit as i32;
            at += 1;
        }
        return Some((value, at));
    }
    if digit(text.at(index)).is_none() && text.at(index) != '十' {
        return None;
    }
    let mut at = index;
    let (mut total, mut current, mut plain) = (0, None::<i32>, 0);
    while at - index < 5 {
        if let Some(value) = digit(text.at(at)) {
            current = Some(current.unwrap_or(0) * 10 + value as i32);
            plain += 1;
        } else if text.at(at) == '十' && total == 0 && plain <= 1 {
            total = current.take().unwrap_or(1) * 10;
        } else {
            break;
        }
        at += 1;
    }
    Some((total + current.unwrap_or(0), at))
}

#[cfg(test)]
mod tests {
    use super::small;
    use crate::extract::characters::Characters;
    use crate::extract::fixture;

    #[test]
    fn calendar_numbers_are_read_in_both_scripts() {
        let cases = [
            ("2024年", 2024, 4),
            ("二〇二四年", 2024, 4),
            ("十二月", 12, 2),
            ("二十六日", 26, 3),
            ("三十日", 30, 2),
        ];
        for (text, value, end) in cases {
            fixture::characters(text, |characters: &Characters<'_>| {
                assert_eq!(small(characters, 0), Some((value, end)), "{text}");
            });
        }
    }

    #[test]
    fn a_run_of_digits_is_no_number() {
        let text = "9".repeat(5000);
        fixture::characters(&text, |characters: &Characters<'_>| {
            assert_eq!(super::parse(characters, 0), None);
        });
    }
}
