//! Lengths of time in words: 三年半, 8天20小时, 一个半小时, 半年.

use crate::extract::characters::Characters;
use crate::extract::number;
use crate::extract::number::Figures;
use crate::extract::time::length::Length;
use crate::extract::time::length::Unit;
use crate::extract::words::Table;
use rust_decimal::Decimal;
use std::sync::LazyLock;

/// Units, longest first where one begins another.
#[rustfmt::skip]
const UNITS: &[(&str, Unit)] = &[
    ("个工作日", Unit::Workday), ("工作日", Unit::Workday), ("个交易日", Unit::Workday), ("交易日", Unit::Workday),
    ("个小时", Unit::Hour), ("个钟头", Unit::Hour), ("小时", Unit::Hour), ("钟头", Unit::Hour),
    ("个星期", Unit::Week), ("个礼拜", Unit::Week), ("星期", Unit::Week), ("礼拜", Unit::Week),
    ("个季度", Unit::Quarter), ("个月", Unit::Month), ("个钟", Unit::Hour), ("分钟", Unit::Minute), ("秒钟", Unit::Second),
    ("周年", Unit::Year), ("年", Unit::Year), ("周", Unit::Week), ("天", Unit::Day), ("秒", Unit::Second),
];

/// The same, for asking behind every number.
static UNIT_WORDS: LazyLock<Table<Unit>> = LazyLock::new(|| Table::with_values(UNITS.iter().copied()));

/// A length that was read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Read {
    pub(super) length: Length,
    /// The unit said first.
    pub(super) unit: Unit,
    /// 多, 几
    pub(super) vague: bool,
    /// Of 三五天 and 3—5天 the upper end.
    pub(super) upper: Option<Length>,
    /// How many terms it has.
    pub(super) terms: usize,
    pub(super) end: usize,
    /// 几年: no number is known.
    pub(super) unknown: bool,
    /// How the first number is written.
    pub(super) figures: Figures,
}

/// One number with one unit.
struct Term {
    count: Decimal,
    upper: Option<Decimal>,
    unit: Unit,
    vague: bool,
    end: usize,
    figures: Figures,
}

/// The length that begins at `index`.
pub(super) fn length_at(text: &Characters<'_>, index: usize) -> Option<Read> {
    let first = range(text, index).or_else(|| half(text, index)).or_else(|| term(text, index))?;
    let mut read = Read {
        length: Length::of(first.count, first.unit),
        unit: first.unit,
        vague: first.vague,
        upper: first.upper.map(|upper| Length::of(upper, first.unit)),
        terms: 1,
        end: first.end,
        unknown: first.figures == Figures::Neighbours && first.upper.is_none(),
        figures: first.figures,
    };
    if read.upper.is_some() {
        return Some(read);
    }
    let mut finest = first.unit;
    while read.terms < 8 {
        let link = usize::from(matches!(text.at(read.end), '零' | '又' | '余' | '加'));
        let Some(next) = half(text, read.end + link).or_else(|| term(text, read.end + link)) else { break };
        // 两天又一个月: units may stand in any order where 又 joins them.
        if next.unit == finest || next.unit < finest && link == 0 || next.upper.is_some() {
            break;
        }
        read.length.add(next.count, next.unit);
        read.vague |= next.vague;
        finest = next.unit;
        read.end = next.end;
        read.terms += 1;
    }
    // 36天5小时30分
    let link = usize::from(matches!(text.at(read.end), '零' | '又'));
    if finest == Unit::Hour
        && let Some((minutes, end)) = number::small(text, read.end + link).filter(|&(value, end)| {
            value < 60 && text.at(end) == '分' && !matches!(text.at(end + 1), '之' | '钟')
        })
    {
        read.length.add(Decimal::from(minutes), Unit::Minute);
        read.end = end + 1;
        read.terms += 1;
    }
    // 6天5晚
    if finest == Unit::Day
        && let Some((_, end)) =
            number::small(text, read.end).filter(|&(_, end)| matches!(text.at(end), '晚' | '夜'))
    {
        read.end = end + 1;
    }
    Some(read)
}

/// 半年, 半个小时, 大半天
fn half(text: &Characters<'_>, index: usize) -> Option<Term> {
    let more = text.starts_with(index, "大半");
    let at = index + usize::from(more);
    if text.at(at) != '半' {
        return None;
    }
    let (unit, end) = match text.at(at + 1) {
        '月' => (Unit::Month, at + 2),
        '日' => (Unit::Day, at + 2),
        _ => unit_at(text, at + 1).filter(|&(unit, _)| unit != Unit::Week)?,
    };
    let half = Decimal::new(5, 1);
    let upper = more.then(|| Decimal::new(9, 1));
    Some(Term { count: half, upper, unit, vague: more, end, figures: Figures::Chinese })
}

/// 三年半, 一个半小时, 四个多星期, 27分钟
fn term(text: &Characters<'_>, index: usize) -> Option<Term> {
    let number = number::parse(text, index).filter(|number| number.figures != Figures::Digits)?;
    let mut count = number.value;
    let made = |count, unit, vague, end| Term {
        count,
        upper: number.upper,
        unit,
        vague: vague || number.vague && number.upper.is_none(),
        end,
        figures: number.figures,
    };
    // 一个半小时, 两个半月, 一分半钟
    if text.starts_with(number.end, "个半") || text.starts_with(number.end, "个多") {
        let is_half = text.at(number.end + 1) == '半';
        let (unit, end) = if text.at(number.end + 2) == '月' {
            (Unit::Month, number.end + 3)
        } else {
            unit_at(text, number.end + 2)?
        };
        count += if is_half { Decimal::new(5, 1) } else { Decimal::ZERO };
        return Some(made(count, unit, !is_half, end));
    }
    if text.starts_with(number.end, "分半钟") {
        return Some(made(count + Decimal::new(5, 1), Unit::Minute, false, number.end + 3));
    }
    // 五分三十秒
    if text.at(number.end) == '分'
        && text.thorough()
        && number::small(text, number.end + 1).is_some_and(|(_, end)| text.at(end) == '秒')
    {
        return Some(made(count, Unit::Minute, false, number.end + 1));
    }
    if text.starts_with(number.end, "刻钟") {
        return Some(made(count.checked_mul(Decimal::from(15))?, Unit::Minute, false, number.end + 2));
    }
    let (unit, mut end) = match text.at(number.end) {
        '日' if text.thorough() && !matches!(text.at(number.end + 1), '元' | '圆' | '本') => {
            (Unit::Day, number.end + 1)
        }
        '月' if text.before(number.end) == '仨' => (Unit::Month, number.end + 1),
        '晚' | '夜' if text.thorough() && number.figures != Figures::Arabic => return None,
        _ => unit_at(text, number.end)?,
    };
    if text.at(end) == '半'
        && !matches!(text.at(end + 1), '载' | '年' | '个' | '天' | '月' | '小' | '数' | '以' if text.at(end + 1) != '以')
    {
        count += Decimal::new(5, 1);
        end += 1;
    }
    let more = matches!(text.at(end), '多')
        && !matches!(text.at(end + 1), '次' | '个' | '地' | '数' | '家' | '名' | '项');
    Some(made(count, unit, more, end + usize::from(more)))
}

/// 3—5年, 100到200个小时
fn range(text: &Characters<'_>, index: usize) -> Option<Term> {
    let low = number::parse(text, index)
        .filter(|number| number.upper.is_none() && number.figures != Figures::Digits)?;
    let (mark, length) = text.any_of(low.end, &["——", "—", "--", "-", "–", "~", "～", "－", "至", "到"])?;
    let high = number::parse(text, low.end + length).filter(|number| number.figures != Figures::Digits)?;
    let (unit, end) = unit_at(text, high.end)?;
    if low.value >= high.value || low.value >= Decimal::from(1000) || mark == "-" && low.value.is_zero() {
        return None;
    }
    Some(Term { count: low.value, upper: Some(high.value), unit, vague: false, end, figures: high.figures })
}

/// The unit at `index`, with its end.
pub(super) fn unit_at(text: &Characters<'_>, index: usize) -> Option<(Unit, usize)> {
    let (word, length, unit) = UNIT_WORDS.value_at(text, index)?;
    if word == "周" && matches!(text.at(index + 1), '岁' | '边' | '围' | '期' | '刊') {
        return None;
    }
    Some((unit, index + length))
}
