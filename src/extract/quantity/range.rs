//! From one amount to another: 3至5年, 25万到30万人, 85%到90%, 五、六十人.

use super::Amount;
use super::describe::describe;
use super::unit::unit;
use crate::extract::characters::Characters;
use crate::extract::number;
use crate::extract::number::Figures;
use crate::extract::number::Number;
use rust_decimal::Decimal;

/// Marks that join two amounts, longest first.
pub(super) const MARKS: &[&str] = &["——", "--", "至", "到", "—", "–", "~", "～", "－", "-"];

/// The range that the amount `low` opens.
pub(super) fn range(text: &Characters<'_>, low: &Number) -> Option<Amount> {
    let low_unit = unit(text, low);
    let low_end = low_unit.as_ref().map_or(low.end, |unit| unit.end);
    let included = |end: usize| end + text.any_of(end, &["（含）", "(含)"]).map_or(0, |(_, length)| length);
    let connected = [low.end, low_end, included(low.end), included(low_end)].into_iter().find_map(|end| {
        let mark = text.any_of(end, MARKS)?;
        let next = end + mark.1;
        text.at(next).is_ascii_digit().then_some(next).or_else(|| {
            (matches!(mark.0, "至" | "到")
                && number::begins(text.at(next))
                && !matches!(text.at(next), '上' | '数' | '几'))
            .then_some(next)
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
    } else if low_unit.as_ref().is_none_or(|unit| unit.name.is_empty()) {
        least = least.checked_mul(shared(text, low, &high))?;
    }
    if least > high.value {
        return None;
    }
    let mut value = describe(text, low.start, high_unit.end, high_unit.kind, high_unit.name);
    value.amount = least.checked_mul(high_unit.factor)?.normalize().to_string();
    value.upper_amount =
        high.value.checked_add(high_unit.more)?.checked_mul(high_unit.factor)?.normalize().to_string();
    Some((low.start, high_unit.end, value))
}

/// The scale that the first number of a range shares with the second: 3至5万 is 30,000 to 50,000, 七千到九千亿 are both
/// hundreds of millions. 8500到3万 shares none.
pub(super) fn shared(text: &Characters<'_>, low: &Number, high: &Number) -> Decimal {
    let mut end = high.end;
    let mut scale = Decimal::ONE;
    while end > high.start {
        let factor = match text.before(end) {
            '万' => Decimal::from(10_000),
            '亿' => Decimal::from(100_000_000),
            '千' | '仟' if scale == Decimal::ONE && low.end == low.start + 1 => Decimal::from(1_000),
            '百' | '佰' if scale == Decimal::ONE && low.end == low.start + 1 => Decimal::ONE_HUNDRED,
            'k' => Decimal::from(1_000),
            _ => break,
        };
        scale = scale.saturating_mul(factor);
        end -= 1;
    }
    let own = matches!(text.before(low.end), '万' | '亿' | 'k');
    let shared = low.value.checked_mul(scale).is_some_and(|scaled| scaled <= high.value);
    if own || !shared { Decimal::ONE } else { scale }
}
