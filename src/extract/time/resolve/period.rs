//! Periods put together from year, month, day and segment.

use crate::extract::TimeAnchor;
use crate::extract::time::calendar;
use crate::extract::time::expression::Point;
use crate::extract::time::expression::Segment;
use jiff::civil::Date;

/// A period with what completed it.
#[derive(Clone, Debug)]
pub(super) struct Period {
    pub(super) timex: String,
    pub(super) days: Option<(Date, Date)>,
    pub(super) anchor: TimeAnchor,
}

/// A period that needed nothing.
pub(super) fn explicit(timex: String, days: Option<(Date, Date)>) -> Period {
    Period { timex, days, anchor: TimeAnchor::Explicit }
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
        (Some(month), day) => (-1..=1)
            .filter_map(|offset| {
                let there = calendar::date(year + offset, month, day.unwrap_or(15))?;
                // Of two dates equally far the past one; news tells what was.
                Some((distance(base, there), offset, year + offset))
            })
            .min()
            .map(|(_, _, year)| (year, None)),
        (None, Some(day)) => {
            let within = day <= i32::from(base.day());
            let there =
                if within { base.first_of_month() } else { calendar::add_months(base.first_of_month(), -1)? };
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
            | Segment::Start
            | Segment::Middle
            | Segment::End
            | Segment::Ten(_)
            | Segment::Season(_) => (year, None),
        }),
    }
}

/// Days between two dates.
pub(super) fn distance(one: Date, other: Date) -> i32 {
    one.until(other).map_or(i32::MAX, |span| span.get_days().abs())
}

/// The period that year, month, day and segment name together.
pub(super) fn assemble(
    year: Option<i32>,
    month: Option<i32>,
    day: Option<i32>,
    point: &Point,
    anchor: TimeAnchor,
) -> Period {
    let year_text = year.map_or("XXXX".to_owned(), |year| format!("{year:04}"));
    let code = clock_code(point);
    let (timex, days) = match (month, day, point.segment) {
        (Some(month), Some(day), _) => {
            let date = year.and_then(|year| calendar::date(year, month, day));
            (format!("{year_text}-{month:02}-{day:02}{code}"), date.map(|date| (date, date)))
        }
        (None, Some(day), _) => (format!("{year_text}-XX-{day:02}{code}"), None),
        (Some(month), None, segment) => {
            let whole = year.and_then(|year| calendar::months(year, month, month));
            let days = match segment {
                Some(Segment::Ten(third)) => whole.and_then(|(first, last)| {
                    let from = calendar::add_days(first, (third - 1) * 10)?;
                    let to = if third == 3 { last } else { calendar::add_days(from, 9)? };
                    Some((from, to))
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
                (from, to) => format!("{year_text}-{from:02}/{year_text}-{to:02}"),
            };
            (timex, year.and_then(|year| calendar::months(year, from, to)))
        }
        (None, None, Some(Segment::Season(season))) => {
            let names = ["SP", "SU", "FA", "WI"];
            let name = names.get((season - 1) as usize).copied().unwrap_or("SP");
            let from = season * 3;
            let days =
                if season == 4 { None } else { year.and_then(|year| calendar::months(year, from, from + 2)) };
            (format!("{year_text}-{name}"), days)
        }
        (None, None, Some(Segment::Start)) => (year_text, year.and_then(|year| calendar::months(year, 1, 1))),
        (None, None, Some(Segment::End)) => (year_text, year.and_then(|year| calendar::months(year, 12, 12))),
        (None, None, Some(Segment::Whole | Segment::Within | Segment::Middle | Segment::Ten(_)) | None)
            if point.clock.is_some() || point.part.is_some() =>
        {
            (format!("XXXX-XX-XX{code}"), None)
        }
        (None, None, Some(Segment::Whole | Segment::Within | Segment::Middle | Segment::Ten(_)) | None) => {
            (year_text, year.and_then(calendar::year))
        }
    };
    Period { timex, days, anchor }
}

/// T14:46, TMO; empty where no time of day was said.
pub(super) fn clock_code(point: &Point) -> String {
    match (point.clock, point.part) {
        (Some((hour, minute)), _) if minute >= 0 => format!("T{:02}:{minute:02}", afternoon(hour, point)),
        (Some((hour, _)), _) => format!("T{:02}", afternoon(hour, point)),
        (None, Some(part)) => part.code.to_owned(),
        (None, None) => String::new(),
    }
}

/// The hour by 24, where 下午 or 晚上 stands before it.
pub(super) fn afternoon(hour: i8, point: &Point) -> i8 {
    if hour < 12 && point.part.is_some_and(|part| part.from >= 12) { hour + 12 } else { hour }
}

/// An instant of a day; hour 24 and minute 60 roll over.
pub(super) fn instant(day: Date, hour: i8, minute: i8, zone: &str) -> String {
    let minutes = i32::from(hour) * 60 + i32::from(minute);
    let day = calendar::add_days(day, minutes / 1440).unwrap_or(day);
    format!("{day}T{:02}:{:02}{zone}", minutes % 1440 / 60, minutes % 60)
}
