//! Periods put together from year, month, day and segment.

use crate::extract::TimeAnchor;
use crate::extract::time::calendar;
use crate::extract::time::expression::Clock;
use crate::extract::time::expression::Edge;
use crate::extract::time::expression::Point;
use crate::extract::time::expression::Segment;
use crate::extract::time::length::Unit;
use jiff::Span;
use jiff::civil::Date;
use jiff::civil::DateTime;

/// What a period covers, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// Nothing is known.
    Open,
    /// First and last day.
    Days(Date, Date),
    /// First instant, and the first one no longer covered.
    Instants(DateTime, DateTime),
}

impl Extent {
    /// First and last day of days that may be known.
    pub(super) fn of(days: Option<(Date, Date)>) -> Self {
        days.map_or(Self::Open, |(first, last)| Self::Days(first, last))
    }

    /// The first day, where anything is known.
    pub(super) fn first_day(&self) -> Option<Date> {
        match self {
            Self::Open => None,
            Self::Days(first, _) => Some(*first),
            Self::Instants(first, _) => Some(first.date()),
        }
    }

    /// From the beginning of this to the end of `last`.
    pub(super) fn until(&self, last: &Self) -> Self {
        let midnight = |day: Date| day.at(0, 0, 0, 0);
        let joined = match (*self, *last) {
            (Self::Days(first, _), Self::Days(_, last)) => (first <= last).then_some(Self::Days(first, last)),
            (Self::Instants(first, _), Self::Instants(_, last)) => {
                (first < last).then_some(Self::Instants(first, last))
            }
            (Self::Days(first, _), Self::Instants(_, last)) => {
                (midnight(first) < last).then_some(Self::Instants(midnight(first), last))
            }
            (Self::Instants(first, _), Self::Days(_, last)) => calendar::add_days(last, 1)
                .filter(|&after| first < midnight(after))
                .map(|after| Self::Instants(first, midnight(after))),
            (Self::Open, _) | (_, Self::Open) => None,
        };
        joined.unwrap_or(Self::Open)
    }
}

/// A period with what completed it.
#[derive(Clone, Debug)]
pub(super) struct Period {
    pub(super) timex: String,
    pub(super) extent: Extent,
    pub(super) anchor: TimeAnchor,
}

impl Period {
    /// A period of which nothing is known but its open value.
    pub(super) fn open(timex: String) -> Self {
        Self { timex, extent: Extent::Open, anchor: TimeAnchor::Open }
    }
}

/// A period that needed nothing.
pub(super) fn explicit(timex: String, days: Option<(Date, Date)>) -> Period {
    Period { timex, extent: Extent::of(days), anchor: TimeAnchor::Explicit }
}

/// Year and month that bring an open date nearest to the base.
pub(super) fn nearest(
    base: Date,
    month: Option<i32>,
    day: Option<i32>,
    segment: Option<Segment>,
) -> Option<(i32, Option<i32>)> {
    let year = i32::from(base.year());
    match (month, day) {
        // 29 February may be four years away.
        (Some(month), day) => (-4..=4)
            .filter_map(|offset| {
                let there = calendar::date(year + offset, month, day.unwrap_or(15))?;
                // Of two dates equally far the past one; news tells what was.
                Some((distance(base, there), offset, year + offset))
            })
            .min()
            .map(|(_, _, year)| (year, None)),
        (None, Some(day)) => {
            let within = day <= i32::from(base.day());
            let there = if within {
                base.first_of_month()
            } else {
                (1..=2)
                    .filter_map(|back| calendar::add_months(base.first_of_month(), -back))
                    .find(|month| i32::from(month.days_in_month()) >= day)?
            };
            Some((i32::from(there.year()), Some(i32::from(there.month()))))
        }
        // 年初, 一季度, 前11月: of the year in which the text appeared, unless that part has not begun.
        (None, None) => segment.map(|segment| match segment {
            Segment::Months(from, to)
                if from > i32::from(base.month()) || to - from >= 9 && to > i32::from(base.month()) =>
            {
                (year - 1, None)
            }
            Segment::Whole
            | Segment::Within
            | Segment::Months(..)
            | Segment::Quarter(_)
            | Segment::Start
            | Segment::Middle
            | Segment::End
            | Segment::Ten(_)
            | Segment::Half(_)
            | Segment::Season(_)
            | Segment::Nth(..)
            | Segment::First(..)
            | Segment::Last(..) => (year, None),
        }),
    }
}

/// Days between two dates.
pub(super) fn distance(one: Date, other: Date) -> i32 {
    one.until(other).map_or(i32::MAX, |span| span.get_days().abs())
}

/// Whether what is being put together could be found; `None` would leave it out altogether.
pub(super) fn assemble(
    year: Option<i32>,
    month: Option<i32>,
    day: Option<i32>,
    point: &Point,
    anchor: TimeAnchor,
) -> Period {
    let year_text = year.map_or("XXXX".to_owned(), |year| format!("{year:04}"));
    let whole = match month {
        Some(month) => year.and_then(|year| calendar::months(year, month, month)),
        None => year.and_then(calendar::year),
    };
    let (timex, days) = match (month, day, point.segment) {
        (Some(month), Some(day), _) => {
            let date = year.and_then(|year| calendar::date(year, month, day));
            (format!("{year_text}-{month:02}-{day:02}"), date.map(|date| (date, date)))
        }
        (None, Some(day), _) => (format!("{year_text}-XX-{day:02}"), None),
        (month, None, Some(Segment::Nth(..) | Segment::First(..) | Segment::Last(..))) => {
            let stem = month.map_or(year_text.clone(), |month| format!("{year_text}-{month:02}"));
            return portion(&stem, whole, month, point, anchor);
        }
        (Some(month), None, segment) => {
            let days = match segment {
                Some(Segment::Ten(third)) => whole.and_then(|(first, last)| {
                    let from = calendar::add_days(first, (third - 1) * 10)?;
                    let to = if third == 3 { last } else { calendar::add_days(from, 9)? };
                    Some((from, to))
                }),
                Some(Segment::Half(half)) => whole.and_then(|(first, last)| {
                    let middle = calendar::add_days(first, 14)?;
                    Some(if half == 1 { (first, middle) } else { (calendar::add_days(middle, 1)?, last) })
                }),
                Some(_) | None => whole,
            };
            (format!("{year_text}-{month:02}"), days)
        }
        (None, None, Some(Segment::Months(from, to))) => {
            let timex = match (from, to) {
                (1, 6) => format!("{year_text}-H1"),
                (7, 12) => format!("{year_text}-H2"),
                (from, to) if to == from + 2 && from % 3 == 1 => format!("{year_text}-Q{}", to / 3),
                (from, to) if from == to => format!("{year_text}-{from:02}"),
                (from, to) => format!("{year_text}-{from:02}/{year_text}-{to:02}"),
            };
            let (from, to) = match point.edge {
                Some(Edge::Start) => (from, from),
                Some(Edge::Middle) => (from + 1, from + 1),
                Some(Edge::End) => (to, to),
                None => (from, to),
            };
            (timex, year.and_then(|year| calendar::months(year, from, to)))
        }
        (None, None, Some(Segment::Season(season))) => {
            let names = ["SP", "SU", "FA", "WI"];
            let name = names.get((season - 1) as usize).copied().unwrap_or("SP");
            (format!("{year_text}-{name}"), year.and_then(|year| self::season(year, season)))
        }
        (None, None, Some(Segment::Start)) => (year_text, year.and_then(|year| calendar::months(year, 1, 1))),
        (None, None, Some(Segment::End)) => (year_text, year.and_then(|year| calendar::months(year, 12, 12))),
        (
            None,
            None,
            Some(
                Segment::Whole
                | Segment::Within
                | Segment::Middle
                | Segment::Ten(_)
                | Segment::Half(_)
                | Segment::Quarter(_),
            )
            | None,
        ) => {
            if point.is_time_only() {
                ("XXXX-XX-XX".to_owned(), None)
            } else {
                (year_text, whole)
            }
        }
    };
    Period { timex, extent: Extent::of(days), anchor }
}

/// First and last day of a season; the winter ends in the next year.
pub(super) fn season(year: i32, season: i32) -> Option<(Date, Date)> {
    if season < 4 {
        return calendar::months(year, season * 3, season * 3 + 2);
    }
    Some((calendar::date(year, 12, 1)?, calendar::date(year + 1, 2, 1)?.last_of_month()))
}

/// 第三周, 前10天, 最后4个月 of a year or month.
fn portion(
    stem: &str,
    whole: Option<(Date, Date)>,
    month: Option<i32>,
    point: &Point,
    anchor: TimeAnchor,
) -> Period {
    let days = whole.and_then(|whole| portion_days(whole, month.is_some(), point));
    let timex = match (point.segment, days) {
        (Some(Segment::Nth(count, Unit::Week)), _) => format!("{stem}-W{count:02}"),
        (Some(Segment::Nth(count, Unit::Month)), _) if month.is_none() => format!("{stem}-{count:02}"),
        (Some(Segment::Nth(..)), Some((first, last))) if first == last => first.to_string(),
        (_, Some((first, last))) => format!("{first}/{last}"),
        (_, None) => stem.to_owned(),
    };
    Period { timex, extent: Extent::of(days), anchor }
}

fn portion_days((first, last): (Date, Date), in_month: bool, point: &Point) -> Option<(Date, Date)> {
    let step = |from: Date, count: i32, unit: Unit| match unit {
        Unit::Year => calendar::add_months(from, count.checked_mul(12)?),
        Unit::Quarter => calendar::add_months(from, count.checked_mul(3)?),
        Unit::Month => calendar::add_months(from, count),
        Unit::Week => calendar::add_days(from, count.checked_mul(7)?),
        Unit::Day | Unit::Workday => calendar::add_days(from, count),
        Unit::Hour | Unit::Minute | Unit::Second => None,
    };
    let days = match point.segment? {
        Segment::Nth(count, Unit::Week) => {
            let monday = if in_month || first.weekday().to_monday_zero_offset() > 3 {
                calendar::first_monday(first)?
            } else {
                calendar::monday(first)?
            };
            let from = calendar::add_days(monday, (count - 1).checked_mul(7)?)?;
            return Some((from, calendar::add_days(from, 6)?));
        }
        Segment::Nth(count, unit) => {
            (step(first, count - 1, unit)?, calendar::add_days(step(first, count, unit)?, -1)?)
        }
        Segment::First(count, unit) => (first, calendar::add_days(step(first, count, unit)?, -1)?),
        Segment::Last(count, unit) => (step(calendar::add_days(last, 1)?, -count, unit)?, last),
        Segment::Whole
        | Segment::Within
        | Segment::Months(..)
        | Segment::Quarter(_)
        | Segment::Start
        | Segment::Middle
        | Segment::End
        | Segment::Ten(_)
        | Segment::Half(_)
        | Segment::Season(_) => return None,
    };
    (days.0 >= first && days.1 <= last).then_some(days)
}

/// T14:46, TMO; empty where no time of day was said.
pub(super) fn clock_code(point: &Point) -> String {
    let Some(clock) = point.clock else {
        return point.part.map_or(String::new(), |part| part.code.to_owned());
    };
    let hour = afternoon(clock.hour, point);
    match (clock.minute, clock.second) {
        (Some(minute), Some(second)) => format!("T{hour:02}:{minute:02}:{second:02}"),
        (Some(minute), None) => format!("T{hour:02}:{minute:02}"),
        (None, _) => format!("T{hour:02}"),
    }
}

/// The hour by 24, where 下午 or 晚上 stands before it.
pub(super) fn afternoon(hour: i8, point: &Point) -> i8 {
    let Some(part) = point.part else { return hour };
    match (part.code, hour) {
        ("TAF", 1..12) | ("TMI", 1..6) | ("TEV", 5..12) => hour + 12,
        // 凌晨 and 半夜 begin at midnight, 深夜 and 夜里 before it.
        ("TNI", 6..12) => hour + 12,
        ("TNI", 12) if part.from == 0 && part.to > 3 => 0,
        ("TNI" | "TEV", 12) => 24,
        _ => hour,
    }
}

/// The instants of a time of day; hour 24 rolls over.
pub(super) fn instants(day: Date, point: &Point) -> Option<(DateTime, DateTime)> {
    let midnight = day.at(0, 0, 0, 0);
    let after = |seconds: i64| midnight.checked_add(Span::new().try_seconds(seconds).ok()?).ok();
    if let Some(Clock { hour, minute, second, until }) = point.clock {
        let hours = |hour: i8| i64::from(afternoon(hour, point)) * 3600;
        let from = hours(hour) + i64::from(minute.unwrap_or(0)) * 60 + i64::from(second.unwrap_or(0));
        let length = match (minute, second) {
            (None, _) => 3600,
            (Some(_), None) => 60,
            (Some(_), Some(_)) => 1,
        };
        let end = until.map_or(from, hours) + length;
        return Some((after(from)?, after(end)?));
    }
    let part = point.part?;
    Some((after(i64::from(part.from) * 3600)?, after(i64::from(part.to) * 3600)?))
}
