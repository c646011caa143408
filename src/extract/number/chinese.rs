//! Numbers in Chinese figures: 一万二千亿, 十几, 二〇二四, 一百零三点五.

use rust_decimal::Decimal;

use super::Figures;
use super::MAX_DIGITS;
use super::MAX_FIGURES;
use super::Number;
use super::digit;
use super::figure;
use super::is_mega;
use super::scale;
use crate::extract::characters::Characters;

const MYRIAD: u64 = 10_000;

/// What has been read of a number so far.
#[derive(Default)]
struct Sum {
    /// 亿 and above.
    total: Decimal,
    /// 万, not yet closed by 亿.
    middle: Decimal,
    /// Below 万.
    section: Decimal,
    /// A digit that waits for its unit.
    current: Option<Decimal>,
    last_scale: Option<Decimal>,
    vague: bool,
    scaled: bool,
}

impl Sum {
    /// Takes in a unit of counting.
    fn scale(&mut self, factor: Decimal) -> Option<()> {
        if factor < Decimal::from(MYRIAD) {
            let count = self.current.take().unwrap_or(Decimal::ONE);
            self.section = self.section.checked_add(count.checked_mul(factor)?)?;
        } else {
            let count = self.section.checked_add(self.current.take().unwrap_or(Decimal::ZERO))?;
            self.section = Decimal::ZERO;
            let nothing = count.is_zero() && self.total.is_zero() && self.middle.is_zero();
            let count = if nothing { Decimal::ONE } else { count };
            if factor == Decimal::from(MYRIAD) {
                // 四万万
                self.middle = match (count.is_zero(), self.middle.is_zero()) {
                    (true, false) => self.middle.checked_mul(factor)?,
                    _ => self.middle.checked_add(count.checked_mul(factor)?)?,
                };
            } else {
                let below = self.middle.checked_add(count)?;
                self.middle = Decimal::ZERO;
                self.total = if below.is_zero() {
                    self.total.checked_mul(factor)?
                } else {
                    self.total.checked_add(below.checked_mul(factor)?)?
                };
            }
        }
        self.last_scale = Some(factor);
        self.scaled |= factor > Decimal::TEN;
        Some(())
    }
}

/// Reads the number that begins at `index`.
pub(super) fn read(text: &Characters<'_>, index: usize) -> Option<Number> {
    if figure(text, index).is_some() && figure(text, index + 1).is_some() && text.at(index) != '零' {
        return digits_in_a_row(text, index);
    }
    let mut at = index;
    let mut sum = Sum::default();
    while at < index + MAX_FIGURES {
        let character = text.at(at);
        if let Some(value) = figure(text, at) {
            // 三十两 weighs; 两 counts only before a unit of counting.
            let measure =
                matches!(character, '两' | '俩' | '仨') && at > index && scale(text.at(at + 1)).is_none();
            if sum.current.is_some() || measure {
                break;
            }
            // 零 only bridges; it counts nothing.
            if value != 0 || at == index {
                sum.current = Some(Decimal::from(value));
            }
            at += 1;
            continue;
        }
        if matches!(character, '廿' | '卅') {
            if at > index && text.before(at) != '百' && text.before(at) != '零' {
                break;
            }
            sum.section = sum.section.checked_add(Decimal::from(if character == '廿' { 20 } else { 30 }))?;
            sum.last_scale = Some(Decimal::TEN);
            at += 1;
            continue;
        }
        if matches!(character, '几' | '多' | '余')
            && at > index
            && scale(text.at(at + 1)).is_some_and(|s| s > Decimal::TEN)
        {
            sum.vague = true;
            at += 1;
            continue;
        }
        let Some(factor) = scale(character).filter(|_| !is_mega(text, at)) else { break };
        // 五十千: a unit below 万 does not follow a greater one without a digit.
        if sum.current.is_none() && at > index && factor < Decimal::from(MYRIAD) && text.before(at) != '零' {
            break;
        }
        sum.scale(factor)?;
        at += 1;
    }
    // A bridge that leads nowhere is no part of the number.
    while at > index + 1 && text.before(at) == '零' && sum.current.is_none() {
        at -= 1;
    }
    if at == index {
        return None;
    }
    let Sum { total, middle, mut section, current, last_scale, mut vague, mut scaled } = sum;
    // 三万五 is 35,000: a last digit right after a scale counts one scale lower.
    if let Some(rest) = current {
        let right_after = last_scale.filter(|&s| {
            s > Decimal::TEN && text.before(at - 1) != '零' && scale(text.before(at - 1)).is_some()
        });
        let unit = match right_after {
            Some(scale) => scale.checked_div(Decimal::TEN)?,
            None => Decimal::ONE,
        };
        section = section.checked_add(rest.checked_mul(unit)?)?;
    }
    let mut value = total.checked_add(middle)?.checked_add(section)?;
    if text.at(at) == '点' && is_fraction_digit(text.at(at + 1)) {
        let mut fraction = format!("{value}.");
        let mut end = at + 1;
        while let Some(digit) =
            figure(text, end).filter(|_| end < at + MAX_DIGITS && is_fraction_digit(text.at(end)))
        {
            fraction.push_str(&digit.to_string());
            end += 1;
        }
        value = fraction.parse().ok()?;
        at = end;
        while let Some(factor) =
            scale(text.at(at)).filter(|&s| s >= Decimal::from(MYRIAD) && !is_mega(text, at))
        {
            value = value.checked_mul(factor)?;
            scaled = true;
            at += 1;
        }
    }
    if matches!(text.at(at), '几' | '多' | '余') && last_scale.is_some() {
        vague = true;
        at += 1;
    }
    Some(Number {
        start: index,
        end: at,
        value: value.normalize(),
        upper: None,
        figures: Figures::Chinese,
        vague,
        scaled,
    })
}

/// Whether a character may stand behind the decimal point; 两 counts, it is no digit.
fn is_fraction_digit(character: char) -> bool {
    (digit(character).is_some() || matches!(character, '肆' | '伍' | '陆' | '柒' | '捌' | '玖'))
        && !matches!(character, '两' | '俩' | '仨')
}

/// 二〇二四, 三四, 七八十
fn digits_in_a_row(text: &Characters<'_>, index: usize) -> Option<Number> {
    let mut value = Decimal::ZERO;
    let mut at = index;
    while let Some(next) = figure(text, at) {
        if at - index >= MAX_DIGITS {
            return None;
        }
        value = value.checked_mul(Decimal::TEN)?.checked_add(Decimal::from(next))?;
        at += 1;
    }
    let (low, high) = (figure(text, index)?, figure(text, index + 1)?);
    if at - index == 2 && low != 0 && text.at(index + 1) != '〇' {
        let (mut least, mut most) = (Decimal::from(low), Decimal::from(high));
        let mut scaled = false;
        while let Some(factor) = scale(text.at(at)).filter(|_| !is_mega(text, at)) {
            least = least.checked_mul(factor)?;
            most = most.checked_mul(factor)?;
            scaled = true;
            at += 1;
        }
        let upper = (high == low + 1 || (low, high) == (3, 5)).then_some(most);
        return Some(Number {
            start: index,
            end: at,
            value: least,
            upper,
            figures: Figures::Neighbours,
            vague: true,
            scaled,
        });
    }
    let mut end = at;
    // 二三点五 is no number that anybody writes; 三六点五 is.
    if text.at(end) == '点' && is_fraction_digit(text.at(end + 1)) && text.thorough() {
        let mut fraction = format!("{value}.");
        end += 1;
        while let Some(digit) = figure(text, end).filter(|_| end < at + MAX_DIGITS) {
            fraction.push_str(&digit.to_string());
            end += 1;
        }
        value = fraction.parse().ok()?;
    }
    Some(Number {
        start: index,
        end,
        value,
        upper: None,
        figures: Figures::Digits,
        vague: false,
        scaled: false,
    })
}
