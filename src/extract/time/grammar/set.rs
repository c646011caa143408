//! What recurs: 每年, 每周一下午八点, 每隔3天.

use super::length::length_at;
use super::length::unit_at;
use super::point::point;
use super::range::between;
use crate::extract::characters::Characters;
use crate::extract::time::expression::Expression;
use crate::extract::time::expression::Meaning;
use crate::extract::time::length::Length;
use crate::extract::time::length::Unit;
use rust_decimal::Decimal;

/// 每年, 每周一
pub(super) fn set(text: &Characters<'_>, index: usize) -> Option<Expression> {
    let (_, length) = text.any_of(index, &["每逢", "每隔", "每"])?;
    let mut at = index + length;
    if text.starts_with(at, "年度") || text.starts_with(at, "周边") {
        return None;
    }
    let (unit, every, end) =
        if matches!(text.at(at), '晚' | '早') && !matches!(text.at(at + 1), '会' | '报' | '餐') {
            (Unit::Day, Length::of(Decimal::ONE, Unit::Day), at)
        } else if let Some(read) = length_at(text, at).filter(|read| read.upper.is_none() && !read.unknown) {
            // 每两年
            let one = !text.at(at).is_ascii_digit() && read.length == Length::of(Decimal::ONE, read.unit);
            let common = text.thorough() || read.unit <= Unit::Day && !one;
            return common.then(|| Expression::new(index, read.end, Meaning::Every(read.length)));
        } else {
            at += usize::from(text.at(at) == '个');
            let (unit, end) = match text.at(at) {
                '月' => (Unit::Month, at + 1),
                '日' if text.is_word_start(at + 1) => (Unit::Day, at + 1),
                '季' => (Unit::Quarter, at + 1 + usize::from(text.at(at + 1) == '度')),
                _ => unit_at(text, at)?,
            };
            (unit, Length::of(Decimal::ONE, unit), end)
        };
    // 每周一, 每个周末: the day of the week is one word with what recurs.
    let whole = if unit == Unit::Week { at } else { end };
    let weekend = unit == Unit::Week && text.at(end) == '末';
    let from = if weekend { end + 1 } else { whole };
    let linked = from + usize::from(text.at(from) == '的');
    let point_read = point(text, linked).filter(|(point, _)| fits(unit, weekend, point));
    if let Some((point, point_end)) = point_read {
        if let Some(expression) = between(text, linked, &point, point_end)
            && let Meaning::Between(first, last) = expression.meaning
        {
            return Some(Expression::new(index, expression.end, Meaning::EveryBetween(unit, first, last)));
        }
        return Some(Expression::new(index, point_end, Meaning::EveryPoint(unit, point)));
    }
    if weekend {
        return Some(Expression::new(index, end + 1, Meaning::Every(every)));
    }
    // 每天, 每小时 are rates rather than times in prose.
    (text.thorough() || unit <= Unit::Month).then(|| Expression::new(index, end, Meaning::Every(every)))
}

/// Whether a point says which part of what recurs is meant: 每年9月, not 每年今天.
fn fits(unit: Unit, weekend: bool, point: &crate::extract::time::expression::Point) -> bool {
    use crate::extract::time::expression::Day;
    use crate::extract::time::expression::Month;
    use crate::extract::time::expression::Year;
    if point.year != Year::Open || matches!(point.month, Some(Month::Relative(_))) {
        return false;
    }
    match unit {
        Unit::Year => {
            !matches!(point.day, Some(Day::Relative(_) | Day::Context(_) | Day::Weekday(..)))
                && !point.is_time_only()
        }
        Unit::Month => point.month.is_none() && matches!(point.day, Some(Day::Absolute(_))),
        Unit::Week if weekend => point.is_time_only(),
        Unit::Week => matches!(point.day, Some(Day::Weekday(..))),
        Unit::Day | Unit::Workday => point.is_time_only(),
        Unit::Quarter | Unit::Hour | Unit::Minute | Unit::Second => false,
    }
}
