//! Points of the calendar, completed.

use super::Resolver;
use super::period::Extent;
use super::period::Period;
use super::period::assemble;
use super::period::clock_code;
use super::period::distance;
use super::period::instants;
use super::period::nearest;
use crate::extract::TimeAnchor;
use crate::extract::time::calendar;
use crate::extract::time::calendar::Festival;
use crate::extract::time::expression::Day;
use crate::extract::time::expression::Month;
use crate::extract::time::expression::Point;
use crate::extract::time::expression::Segment;
use crate::extract::time::expression::Year;
use jiff::civil::Date;
use jiff::civil::Weekday;

impl Resolver {
    /// The year meant, with what told it.
    fn year(&self, year: Year) -> (Option<i32>, TimeAnchor) {
        match year {
            Year::Absolute(value) => (Some(value), TimeAnchor::Explicit),
            Year::Relative(offset) => match self.today() {
                Some((today, anchor)) => (Some(i32::from(today.year()) + offset), anchor),
                None => (None, TimeAnchor::Open),
            },
            Year::Context(offset) => match (self.last_year, self.today()) {
                (Some(last), _) => (Some(last + offset), TimeAnchor::Context),
                (None, Some((today, anchor))) => (Some(i32::from(today.year()) + offset), anchor),
                (None, None) => (None, TimeAnchor::Open),
            },
            Year::Open => (None, TimeAnchor::Open),
        }
    }

    /// A point or period of the calendar.
    pub(super) fn point(&mut self, point: &Point, listed: bool) -> Period {
        self.point_at(point, listed, true)
    }

    /// The same; `complete` tells whether an open year may be completed from the base.
    pub(super) fn point_at(&mut self, point: &Point, listed: bool, complete: bool) -> Period {
        let mut period = self.date(point, listed, complete);
        if point.clock.is_some() || point.part.is_some() {
            period.timex.push_str(&clock_code(point));
            if let Extent::Days(first, last) = period.extent
                && first == last
            {
                period.extent = instants(first, point)
                    .map_or(Extent::Open, |(first, last)| Extent::Instants(first, last));
            }
        }
        period
    }

    /// The date of a point.
    fn date(&mut self, point: &Point, listed: bool, complete: bool) -> Period {
        match point.day {
            Some(day @ (Day::Relative(_) | Day::Context(_))) => {
                if let (None, Year::Open) = (point.month, point.year) {
                    return self.relative_day(day);
                }
            }
            Some(Day::Festival(festival)) => return self.festival(festival, point.year),
            Some(Day::Weekday(weeks, day)) => return self.weekday(weeks, day),
            Some(Day::LastWeekday(day)) => return self.last_weekday(point, day),
            Some(Day::Lunar(day)) => return self.lunar(point, Some(day)),
            Some(Day::Absolute(_)) | None => {}
        }
        if matches!(point.month, Some(Month::Lunar(..))) {
            let day = match point.day {
                Some(Day::Absolute(day)) => Some(day),
                _ => None,
            };
            return self.lunar(point, day);
        }
        if let Some(Segment::Quarter(offset)) = point.segment {
            return self.quarter(offset, point);
        }
        let (mut year, mut anchor) = self.year(point.year);
        let mut month = match point.month {
            Some(Month::Absolute(month)) => Some(month),
            Some(Month::Relative(offset)) => {
                let moved = self.today().and_then(|(today, from)| {
                    Some((calendar::add_months(today.first_of_month(), offset)?, from))
                });
                if let Some((moved, from)) = moved {
                    (year, anchor) = (Some(i32::from(moved.year())), from);
                }
                moved.map(|(moved, _)| i32::from(moved.month()))
            }
            Some(Month::Lunar(..)) | None => None,
        };
        let day = match point.day {
            Some(Day::Absolute(day)) => Some(day),
            _ => None,
        };
        if year.is_none() && point.year == Year::Open && !point.is_time_only() {
            if listed && month.is_some() && self.last_year.is_some() {
                (year, anchor) = (self.last_year, TimeAnchor::Context);
            } else if listed && month.is_none() && day.is_some() && self.last_month.is_some() {
                (year, month, anchor) = (self.last_year, self.last_month, TimeAnchor::Context);
            } else if complete && let Some((today, from)) = self.today() {
                let near = nearest(today, month, day, point.segment);
                if let Some((near_year, near_month)) = near {
                    (year, anchor) = (Some(near_year), from);
                    month = month.or(near_month);
                }
            }
        }
        let anchor = if year.is_none() { TimeAnchor::Open } else { anchor };
        if matches!(point.month, Some(Month::Relative(_))) && month.is_none() {
            let day = day.map_or(String::new(), |day| format!("-{day:02}"));
            return Period::open(format!("XXXX-XX{day}"));
        }
        let period = assemble(year, month, day, point, anchor);
        if let Some(year) = year {
            self.last_year = Some(year);
        }
        if month.is_some() {
            self.last_month = month;
        }
        if let (Some(_), Extent::Days(first, _)) = (day, period.extent) {
            self.last_day = Some(first);
        }
        period
    }

    /// One day, remembered.
    fn day(&mut self, day: Date, anchor: TimeAnchor) -> Period {
        self.last_day = Some(day);
        self.last_year = Some(i32::from(day.year()));
        self.last_month = Some(i32::from(day.month()));
        Period { timex: day.to_string(), extent: Extent::Days(day, day), anchor }
    }

    /// 今天, 次日
    fn relative_day(&mut self, day: Day) -> Period {
        let from = match day {
            Day::Context(offset) => match (self.last_day, self.today()) {
                (Some(last), _) => Some((last, offset, TimeAnchor::Context)),
                (None, Some((today, anchor))) => Some((today, offset, anchor)),
                (None, None) => None,
            },
            Day::Relative(offset) => self.today().map(|(today, anchor)| (today, offset, anchor)),
            Day::Absolute(_) | Day::Lunar(_) | Day::Festival(_) | Day::Weekday(..) | Day::LastWeekday(_) => {
                None
            }
        };
        match from.and_then(|(from, offset, anchor)| Some((calendar::add_days(from, offset)?, anchor))) {
            Some((date, anchor)) => self.day(date, anchor),
            None => Period::open("XXXX-XX-XX".to_owned()),
        }
    }

    /// 春节 of the named year, else the one nearest to the base.
    fn festival(&mut self, festival: Festival, year: Year) -> Period {
        let (mut known, mut anchor) = self.year(year);
        if known.is_none()
            && year == Year::Open
            && let Some((today, from)) = self.today()
        {
            known = (-1..=1)
                .map(|offset| i32::from(today.year()) + offset)
                .filter_map(|year| Some((distance(today, calendar::festival(festival, year)?), year)))
                .min()
                .map(|(_, year)| year);
            anchor = from;
        }
        // The two terms of January close the farmers' year that is named.
        let shift = i32::from(year != Year::Open && matches!(festival, Festival::Term(0 | 1)));
        if let Some(day) = known.and_then(|year| calendar::festival(festival, year + shift)) {
            self.last_day = Some(day);
            return Period { timex: day.to_string(), extent: Extent::Days(day, day), anchor };
        }
        let year = known.map_or("XXXX".to_owned(), |year| format!("{year:04}"));
        Period::open(match festival {
            Festival::Fixed(month, day) => format!("{year}-{month:02}-{day:02}"),
            Festival::Weekday(month, which, day) => format!("{year}-{month:02}-WXX-{day}-{which}"),
            Festival::Lunar(..) | Festival::NewYearsEve | Festival::Term(_) | Festival::Unknown => {
                format!("{year}-XX-XX")
            }
        })
    }

    /// A month or day of the farmers' calendar.
    fn lunar(&mut self, point: &Point, day: Option<i32>) -> Period {
        let (month, leap) = match point.month {
            Some(Month::Lunar(month, leap)) => (Some(month), leap),
            Some(Month::Absolute(month)) => (Some(month), false),
            Some(Month::Relative(_)) | None => (None, false),
        };
        let (mut year, mut anchor) = self.year(point.year);
        let today = self.today();
        let found = |year: i32, month: i32, leap: bool| match day {
            Some(day) => calendar::lunar_date(year, month, leap, day).map(|day| (day, day)),
            None => calendar::lunar_month(year, month, leap),
        };
        let days = match (month, year, today) {
            (Some(month), Some(year), _) => found(year, month, leap),
            (Some(month), None, Some((today, from))) => {
                let this = i32::from(today.year());
                let near = (this - 1..=this + 1)
                    .filter_map(|year| Some((distance(today, found(year, month, leap)?.0), year)))
                    .min();
                (year, anchor) = (near.map(|(_, year)| year), from);
                near.and_then(|(_, year)| found(year, month, leap))
            }
            (None, _, Some((today, from))) => {
                anchor = from;
                calendar::lunar_month_of(today).and_then(|(year, month, leap)| found(year, month, leap))
            }
            (_, _, None) => None,
        };
        match days {
            Some((first, last)) => {
                self.last_day = Some(first);
                let timex = if first == last { first.to_string() } else { format!("{first}/{last}") };
                Period { timex, extent: Extent::Days(first, last), anchor }
            }
            None => {
                Period::open(format!("{}-XX-XX", year.map_or("XXXX".to_owned(), |year| format!("{year:04}"))))
            }
        }
    }

    /// 上周五; 周五 by itself is that of this week.
    fn weekday(&mut self, weeks: Option<i32>, day: i8) -> Period {
        let date = self.today().and_then(|(today, anchor)| {
            let monday = calendar::monday(today)?;
            Some((calendar::add_days(monday, weeks.unwrap_or(0) * 7 + i32::from(day) - 1)?, anchor))
        });
        match date {
            Some((date, anchor)) => {
                self.last_day = Some(date);
                Period { timex: date.to_string(), extent: Extent::Days(date, date), anchor }
            }
            None => Period::open(format!("XXXX-WXX-{day}")),
        }
    }

    /// 最后一个周三: of the month named, else the last that has passed.
    fn last_weekday(&mut self, point: &Point, day: i8) -> Period {
        let open = || Period::open(format!("XXXX-WXX-{day}"));
        let Ok(weekday) = Weekday::from_monday_one_offset(day) else { return open() };
        let (from, anchor) = if point.month.is_some() {
            let month = self.date(&Point { day: None, ..*point }, false, true);
            match month.extent {
                Extent::Days(_, last) => (last.tomorrow().ok(), month.anchor),
                Extent::Open | Extent::Instants(..) => (None, TimeAnchor::Open),
            }
        } else {
            self.today().map_or((None, TimeAnchor::Open), |(today, anchor)| (Some(today), anchor))
        };
        match from.and_then(|from| from.nth_weekday(-1, weekday).ok()) {
            Some(date) => Period { timex: date.to_string(), extent: Extent::Days(date, date), anchor },
            None => open(),
        }
    }

    /// 上个季度
    fn quarter(&mut self, offset: i32, point: &Point) -> Period {
        let Some((today, anchor)) = self.today() else { return Period::open("XXXX-QX".to_owned()) };
        let first = calendar::date(i32::from(today.year()), (i32::from(today.month()) - 1) / 3 * 3 + 1, 1)
            .and_then(|first| calendar::add_months(first, offset * 3));
        let Some(first) = first else { return Period::open("XXXX-QX".to_owned()) };
        let month = i32::from(first.month());
        let point = Point { segment: Some(Segment::Months(month, month + 2)), ..*point };
        assemble(Some(i32::from(first.year())), None, None, &point, anchor)
    }
}
