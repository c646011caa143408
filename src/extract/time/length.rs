//! Lengths of time: 三年半, 8天20小时.

use jiff::Span;
use jiff::civil::DateTime;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// Units of lengths, from the longest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Unit {
    /// 年
    Year,
    /// 个季度
    Quarter,
    /// 个月
    Month,
    /// 周
    Week,
    /// 天
    Day,
    /// 工作日, 交易日
    Workday,
    /// 小时
    Hour,
    /// 分钟
    Minute,
    /// 秒
    Second,
}

/// Units whose counts a [`Length`] keeps, in the order of TIMEX3.
const KEPT: [Unit; 8] =
    [Unit::Year, Unit::Month, Unit::Week, Unit::Day, Unit::Workday, Unit::Hour, Unit::Minute, Unit::Second];

/// A length of time as it is said: so many of each unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Length {
    counts: [Decimal; KEPT.len()],
}

impl Length {
    /// So many of one unit.
    pub(crate) fn of(count: Decimal, unit: Unit) -> Self {
        let mut length = Self::default();
        length.add(count, unit);
        length
    }

    /// Adds so many of one unit.
    pub(crate) fn add(&mut self, count: Decimal, unit: Unit) {
        let (count, unit) = match unit {
            Unit::Quarter => (count.saturating_mul(Decimal::from(3)), Unit::Month),
            Unit::Year
            | Unit::Month
            | Unit::Week
            | Unit::Day
            | Unit::Workday
            | Unit::Hour
            | Unit::Minute
            | Unit::Second => (count, unit),
        };
        for (kept, slot) in KEPT.iter().zip(&mut self.counts) {
            if *kept == unit {
                *slot = slot.saturating_add(count);
            }
        }
    }

    /// What is said of each unit, nothing left out.
    fn said(&self) -> impl Iterator<Item = (Unit, Decimal)> + '_ {
        KEPT.iter().copied().zip(self.counts.iter().copied()).filter(|(_, count)| !count.is_zero())
    }

    /// The finest unit said.
    pub(crate) fn finest(&self) -> Unit {
        self.said().map(|(unit, _)| unit).last().unwrap_or(Unit::Day)
    }

    /// The one unit said, with its count; `None` where several are.
    pub(crate) fn single(&self) -> Option<(Unit, Decimal)> {
        let mut said = self.said();
        said.next().filter(|_| said.next().is_none())
    }

    /// The unit to which a point so long ago is known: 三年半前 is a month, 三年前 a year.
    pub(crate) fn grain(&self) -> Unit {
        let finest = self.finest();
        let broken = self.said().last().is_some_and(|(_, count)| !count.fract().is_zero());
        match finest {
            finest if !broken => finest,
            Unit::Year | Unit::Quarter => Unit::Month,
            Unit::Month | Unit::Week => Unit::Day,
            Unit::Day | Unit::Workday => Unit::Hour,
            Unit::Hour => Unit::Minute,
            Unit::Minute | Unit::Second => Unit::Second,
        }
    }

    /// TIMEX3 value: P8DT20H.
    pub(crate) fn timex(&self) -> String {
        let mut out = String::from("P");
        for (unit, count) in self.said() {
            if unit >= Unit::Hour && !out.contains('T') {
                out.push('T');
            }
            out.push_str(&count.normalize().to_string());
            out.push(letter(unit));
        }
        out
    }

    /// `from` moved by the length, backwards where `back`. Workdays are counted from Monday to Friday.
    pub(crate) fn from(&self, from: DateTime, back: bool) -> Option<DateTime> {
        let sign = if back { -1 } else { 1 };
        let mut at = from;
        for (unit, count) in self.said() {
            let whole = count.trunc().to_i64()?.checked_mul(sign)?;
            let rest = count.fract();
            let part = |of: i64| (rest * Decimal::from(of)).round().to_i64().map(|part| part * sign);
            let span = match unit {
                Unit::Year => Span::new().try_years(whole).ok()?.try_months(part(12)?).ok()?,
                Unit::Month | Unit::Quarter => {
                    Span::new().try_months(whole).ok()?.try_days(part(30)?).ok()?
                }
                Unit::Week => Span::new().try_weeks(whole).ok()?.try_days(part(7)?).ok()?,
                Unit::Day => Span::new().try_days(whole).ok()?.try_hours(part(24)?).ok()?,
                Unit::Workday => {
                    at = workdays(at, whole)?;
                    continue;
                }
                Unit::Hour => Span::new().try_hours(whole).ok()?.try_minutes(part(60)?).ok()?,
                Unit::Minute => Span::new().try_minutes(whole).ok()?.try_seconds(part(60)?).ok()?,
                Unit::Second => Span::new().try_seconds(whole).ok()?,
            };
            at = at.checked_add(span).ok()?;
        }
        Some(at)
    }
}

/// So many days from Monday to Friday on.
fn workdays(from: DateTime, count: i64) -> Option<DateTime> {
    let step = Span::new().try_days(count.signum()).ok()?;
    let mut at = from;
    let mut left = count.unsigned_abs();
    if left > 10_000 {
        return None;
    }
    while left > 0 {
        at = at.checked_add(step).ok()?;
        if at.weekday().to_monday_zero_offset() < 5 {
            left -= 1;
        }
    }
    Some(at)
}

/// Letter of a unit in TIMEX3; B for workdays, which the standard does not have.
pub(crate) fn letter(unit: Unit) -> char {
    match unit {
        Unit::Year => 'Y',
        Unit::Quarter => 'Q',
        Unit::Month | Unit::Minute => 'M',
        Unit::Week => 'W',
        Unit::Day => 'D',
        Unit::Workday => 'B',
        Unit::Hour => 'H',
        Unit::Second => 'S',
    }
}

/// TIMEX3 duration of an unknown count.
pub(crate) fn unknown(unit: Unit) -> String {
    let time = if unit >= Unit::Hour { "T" } else { "" };
    format!("P{time}X{}", letter(unit))
}
