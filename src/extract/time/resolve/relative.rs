//! Spans and weeks against the base, completed.

use super::Resolver;
use super::instant;
use super::period::Extent;
use super::period::Period;
use super::period::instants;
use crate::extract::TimeAnchor;
use crate::extract::time::calendar;
use crate::extract::time::expression::Day;
use crate::extract::time::expression::Direction;
use crate::extract::time::expression::Month;
use crate::extract::time::expression::Point;
use crate::extract::time::expression::Year;
use crate::extract::time::length::Length;
use crate::extract::time::length::Unit;
use crate::extract::time::length::unknown;
use jiff::civil::Date;
use jiff::civil::DateTime;

impl Resolver {
    /// 五年来, 两天前
    pub(super) fn span(&self, length: Option<Length>, unit: Unit, direction: Direction) -> Period {
        let Some(length) = length else { return Period::open(unknown(unit)) };
        let open = || Period::open(length.timex());
        let Some((base, anchor)) = self.base else { return open() };
        let back = matches!(direction, Direction::UpToNow | Direction::Ago);
        let Some(there) = length.from(base, back) else { return open() };
        let grain = length.grain();
        // A page that tells only its day tells no hour to count from.
        if grain >= Unit::Hour && anchor == TimeAnchor::PublishTime && base == base.date().at(0, 0, 0, 0) {
            return open();
        }
        let (timex, extent) = match direction {
            Direction::Ago | Direction::Later => (name(there, grain), covering(there, grain)),
            Direction::UpToNow | Direction::FromNow => {
                let (from, to) = if direction == Direction::UpToNow { (there, base) } else { (base, there) };
                let extent = if grain >= Unit::Hour {
                    Extent::Instants(from, to)
                } else {
                    covering(from, grain).until(&covering(to, grain))
                };
                (format!("{}/{}", name(from, grain), name(to, grain)), extent)
            }
        };
        Period { timex, extent, anchor }
    }

    /// 六天后的3时1刻
    pub(super) fn after(&mut self, length: &Length, point: &Point) -> Period {
        let day = self.base.and_then(|(base, anchor)| Some((length.from(base, false)?.date(), anchor)));
        let Some((day, anchor)) = day else { return self.point(point, false) };
        let mut period = self.point(&on(day, point), false);
        period.anchor = anchor;
        period
    }

    /// A time of day becomes one of today.
    pub(super) fn today_if_time_only(&self, point: &Point) -> Point {
        match self.today() {
            Some((today, _)) if point.is_time_only() => {
                // 从下午到八点: a time that has passed today is the evening's.
                let point = on(today, point);
                let passed =
                    instants(today, &point).zip(self.base).is_some_and(|((at, _), (base, _))| at < base);
                match point.clock {
                    Some(mut clock) if passed && clock.hour < 12 && point.part.is_none() => {
                        clock.hour += 12;
                        Point { clock: Some(clock), ..point }
                    }
                    _ => point,
                }
            }
            _ => *point,
        }
    }

    /// A range that now closes, or opens.
    pub(super) fn with_now(&self, period: &Period, opens: bool) -> Period {
        let Some((base, anchor)) = self.base else {
            let timex = if opens {
                format!("PRESENT_REF/{}", period.timex)
            } else {
                format!("{}/PRESENT_REF", period.timex)
            };
            return Period { timex, extent: Extent::Open, anchor: TimeAnchor::Open };
        };
        let today = Extent::Days(base.date(), base.date());
        let (timex, extent) = match (opens, period.extent) {
            (true, Extent::Instants(..)) => {
                let now = Extent::Instants(base, base);
                (format!("{}/{}", instant(base, ""), period.timex), now.until(&period.extent))
            }
            (true, _) => (format!("{}/{}", base.date(), period.timex), today.until(&period.extent)),
            (false, _) => (format!("{}/{}", period.timex, base.date()), period.extent.until(&today)),
        };
        Period { timex, extent, anchor }
    }

    /// 现在, 马上
    pub(super) fn now(&self, timex: &str) -> Period {
        let Some((base, anchor)) = self.base else { return Period::open(timex.to_owned()) };
        Period { timex: timex.to_owned(), extent: Extent::Days(base.date(), base.date()), anchor }
    }

    /// 本周, 上上周
    pub(super) fn week(&self, weeks: i32) -> Period {
        let Some((monday, anchor)) = self.monday(weeks) else { return Period::open("XXXX-WXX".to_owned()) };
        let days = calendar::add_days(monday, 6).map(|sunday| (monday, sunday));
        Period { timex: week_name(monday), extent: Extent::of(days), anchor }
    }

    /// 下周末
    pub(super) fn weekend(&self, weeks: i32) -> Period {
        let Some((monday, anchor)) = self.monday(weeks) else {
            return Period::open("XXXX-WXX-WE".to_owned());
        };
        let days = calendar::add_days(monday, 5).zip(calendar::add_days(monday, 6));
        Period { timex: format!("{}-WE", week_name(monday)), extent: Extent::of(days), anchor }
    }

    /// Monday of the week so many from now.
    fn monday(&self, weeks: i32) -> Option<(Date, TimeAnchor)> {
        let (today, anchor) = self.today()?;
        Some((calendar::add_days(calendar::monday(today)?, weeks * 7)?, anchor))
    }
}

/// A time of day on a day.
fn on(day: Date, point: &Point) -> Point {
    Point {
        year: Year::Absolute(i32::from(day.year())),
        month: Some(Month::Absolute(i32::from(day.month()))),
        day: Some(Day::Absolute(i32::from(day.day()))),
        ..*point
    }
}

/// 2025-W12
fn week_name(monday: Date) -> String {
    let week = monday.iso_week_date();
    format!("{:04}-W{:02}", week.year(), week.week())
}

/// A point to the unit to which it is known.
fn name(at: DateTime, grain: Unit) -> String {
    match grain {
        Unit::Year => format!("{:04}", at.year()),
        Unit::Quarter | Unit::Month => format!("{:04}-{:02}", at.year(), at.month()),
        Unit::Week | Unit::Day | Unit::Workday => at.date().to_string(),
        Unit::Hour | Unit::Minute | Unit::Second => instant(at, ""),
    }
}

/// What a point covers to the unit to which it is known.
fn covering(at: DateTime, grain: Unit) -> Extent {
    let day = at.date();
    match grain {
        Unit::Year => Extent::of(calendar::year(i32::from(day.year()))),
        Unit::Quarter | Unit::Month => Extent::Days(day.first_of_month(), day.last_of_month()),
        Unit::Week | Unit::Day | Unit::Workday => Extent::Days(day, day),
        Unit::Hour | Unit::Minute | Unit::Second => {
            let fine = if grain == Unit::Minute { 60 } else { 1 };
            let seconds = if grain == Unit::Hour { 3600 } else { fine };
            let end = jiff::Span::new().try_seconds(seconds).ok().and_then(|span| at.checked_add(span).ok());
            Extent::Instants(at, end.unwrap_or(at))
        }
    }
}
