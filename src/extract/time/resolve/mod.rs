//! Completes expressions from the document and the caller's dates.

mod period;

use crate::extract::Anchors;
use crate::extract::TimeAnchor;
use crate::extract::TimeKind;
use crate::extract::TimeValue;
use crate::extract::characters::Characters;
use crate::extract::time::calendar;
use crate::extract::time::expression::Day;
use crate::extract::time::expression::Direction;
use crate::extract::time::expression::Expression;
use crate::extract::time::expression::Meaning;
use crate::extract::time::expression::Month;
use crate::extract::time::expression::Point;
use crate::extract::time::expression::Segment;
use crate::extract::time::expression::Unit;
use crate::extract::time::expression::Year;
use jiff::civil::Date;
use period::Period;
use period::afternoon;
use period::assemble;
use period::clock_code;
use period::distance;
use period::explicit;
use period::instant;
use period::nearest;

/// Walks through the document's expressions in order and remembers the last dates named.
#[derive(Debug)]
pub(crate) struct Resolver {
    base: Option<(Date, TimeAnchor)>,
    last_year: Option<i32>,
    last_month: Option<i32>,
    last_day: Option<Date>,
    /// End of the last expression, for enumerations: 2017年9月、10月.
    last_end: usize,
}

impl Resolver {
    /// A resolver for one document.
    pub(crate) fn new(anchors: Anchors) -> Self {
        let base = anchors
            .reference
            .map(|at| (at.date(), TimeAnchor::ReferenceTime))
            .or_else(|| anchors.published.map(|at| (at.date(), TimeAnchor::PublishTime)));
        Self { base, last_year: None, last_month: None, last_day: None, last_end: 0 }
    }

    /// The value of the next expression.
    pub(crate) fn resolve(&mut self, text: &Characters<'_>, expression: &Expression) -> TimeValue {
        let listed = self.last_end > 0
            && expression.start >= self.last_end
            && expression.start - self.last_end <= 1
            && matches!(text.before(expression.start), '、' | '和' | '及' | '与' | '至' | '到');
        let mut kind = TimeKind::Date;
        let period = match expression.meaning {
            Meaning::Point(point) => {
                if point.clock.is_some() || point.part.is_some() {
                    kind = TimeKind::Time;
                }
                self.point(&point, listed)
            }
            Meaning::Between(first, last) => self.between(&first, &last, listed),
            Meaning::Plan(number) => {
                // The first plan began in 1953; since the sixth they run from a year ending in 1 or 6.
                let first = 1981 + (number - 6) * 5;
                explicit(
                    format!("{first}/{}", first + 4),
                    calendar::year(first).zip(calendar::year(first + 4)).map(|(a, b)| (a.0, b.1)),
                )
            }
            Meaning::Festival(festival, year) => self.festival(festival, year),
            Meaning::Years(first, last) => {
                let timex =
                    if last - first == 9 { format!("{}X", first / 10) } else { format!("{first}/{last}") };
                explicit(timex, calendar::year(first).zip(calendar::year(last)).map(|(a, b)| (a.0, b.1)))
            }
            Meaning::Span(count, unit, direction) => self.span(count, unit, direction),
            Meaning::Week(offset, day) => self.week(offset, day),
            Meaning::Set(value) => {
                kind = TimeKind::Set;
                Period { timex: value.to_owned(), days: None, anchor: TimeAnchor::Open }
            }
            Meaning::Vague => Period { timex: String::new(), days: None, anchor: TimeAnchor::Open },
        };
        self.last_end = expression.end;
        self.finish(expression, kind, period)
    }

    /// Applies time of day and modifier.
    fn finish(&self, expression: &Expression, kind: TimeKind, period: Period) -> TimeValue {
        let (mut start, mut end) = match period.days {
            Some((first, last)) => (first.to_string(), last.to_string()),
            None => (String::new(), String::new()),
        };
        if let (Meaning::Point(point), Some((day, _))) = (expression.meaning, period.days) {
            // The hour after 下午3点 is counted from noon.
            if let Some((hour, minute)) = point.clock {
                let hour = afternoon(hour, &point);
                let zone = if point.beijing { "+08:00" } else { "" };
                start = instant(day, hour, minute.max(0), zone);
                end = if minute < 0 {
                    instant(day, hour + 1, 0, zone)
                } else {
                    instant(day, hour, minute + 1, zone)
                };
            } else if let Some(part) = point.part {
                (start, end) = (instant(day, part.from, 0, ""), instant(day, part.to, 0, ""));
            }
        }
        if expression.modifier == "SINCE" {
            end = self.base.map_or(String::new(), |(base, _)| base.to_string());
        }
        let modifier = match expression.meaning {
            Meaning::Point(Point { segment: Some(segment), .. }) if expression.modifier.is_empty() => {
                match segment {
                    Segment::Start => "START",
                    Segment::Middle => "MID",
                    Segment::End => "END",
                    Segment::Whole
                    | Segment::Within
                    | Segment::Months(..)
                    | Segment::Ten(_)
                    | Segment::Season(_) => "",
                }
            }
            Meaning::Point(_)
            | Meaning::Between(..)
            | Meaning::Plan(_)
            | Meaning::Festival(..)
            | Meaning::Years(..)
            | Meaning::Span(..)
            | Meaning::Week(..)
            | Meaning::Set(_)
            | Meaning::Vague => expression.modifier,
        };
        TimeValue { timex: period.timex, kind, start, end, anchor: period.anchor, modifier }
    }

    /// The year meant, with what told it.
    fn year(&self, year: Year) -> (Option<i32>, TimeAnchor) {
        match year {
            Year::Absolute(value) => (Some(value), TimeAnchor::Explicit),
            Year::Relative(offset) => match self.base {
                Some((base, anchor)) => (Some(i32::from(base.year()) + offset), anchor),
                None => (None, TimeAnchor::Open),
            },
            Year::Context(offset) => match (self.last_year, self.base) {
                (Some(last), _) => (Some(last + offset), TimeAnchor::Context),
                (None, Some((base, anchor))) => (Some(i32::from(base.year()) + offset), anchor),
                (None, None) => (None, TimeAnchor::Open),
            },
            Year::Open => (None, TimeAnchor::Open),
        }
    }

    /// A point or period of the calendar.
    fn point(&mut self, point: &Point, listed: bool) -> Period {
        if let Some(day) = point.day.filter(|day| !matches!(day, Day::Absolute(_))) {
            return self.relative_day(day, point);
        }
        let (mut year, mut anchor) = self.year(point.year);
        let mut month = match point.month {
            Some(Month::Absolute(month)) => Some(month),
            Some(Month::Relative(offset)) => {
                let moved = self.base.and_then(|(base, from)| {
                    Some((calendar::add_months(base.first_of_month(), offset)?, from))
                });
                if let Some((moved, from)) = moved {
                    (year, anchor) = (Some(i32::from(moved.year())), from);
                }
                moved.map(|(moved, _)| i32::from(moved.month()))
            }
            None => None,
        };
        let day = match point.day {
            Some(Day::Absolute(day)) => Some(day),
            Some(Day::Relative(_) | Day::Context(_)) | None => None,
        };
        if year.is_none() && point.year == Year::Open {
            if listed && month.is_some() && self.last_year.is_some() {
                (year, anchor) = (self.last_year, TimeAnchor::Context);
            } else if listed && month.is_none() && day.is_some() && self.last_month.is_some() {
                (year, month, anchor) = (self.last_year, self.last_month, TimeAnchor::Context);
            } else if let Some((base, from)) = self.base {
                let near = nearest(base, month, day, point.segment);
                if let Some((near_year, near_month)) = near {
                    (year, anchor) = (Some(near_year), from);
                    month = month.or(near_month);
                }
            }
        }
        let anchor = if year.is_none() { TimeAnchor::Open } else { anchor };
        let period = assemble(year, month, day, point, anchor);
        if let Some(year) = year {
            self.last_year = Some(year);
        }
        if month.is_some() {
            self.last_month = month;
        }
        if let (Some(_), Some((first, _))) = (day, period.days) {
            self.last_day = Some(first);
        }
        period
    }

    /// 今天, 次日
    fn relative_day(&mut self, day: Day, point: &Point) -> Period {
        let (from, offset, anchor) = match day {
            Day::Context(offset) => match (self.last_day, self.base) {
                (Some(last), _) => (Some(last), offset, TimeAnchor::Context),
                (None, Some((base, anchor))) => (Some(base), offset, anchor),
                (None, None) => (None, 0, TimeAnchor::Open),
            },
            Day::Relative(offset) | Day::Absolute(offset) => match self.base {
                Some((base, anchor)) => (Some(base), offset, anchor),
                None => (None, 0, TimeAnchor::Open),
            },
        };
        let date = from.and_then(|from| calendar::add_days(from, offset));
        let Some(date) = date else {
            return Period {
                timex: format!("XXXX-XX-XX{}", clock_code(point)),
                days: None,
                anchor: TimeAnchor::Open,
            };
        };
        self.last_day = Some(date);
        self.last_year = Some(i32::from(date.year()));
        self.last_month = Some(i32::from(date.month()));
        Period { timex: format!("{date}{}", clock_code(point)), days: Some((date, date)), anchor }
    }

    /// 9月6日至7日: the later point takes over what it leaves out.
    fn between(&mut self, first: &Point, last: &Point, listed: bool) -> Period {
        let start = self.point(first, listed);
        let mut last = *last;
        if last.year == Year::Open && (last.month.is_some() || last.day.is_some()) {
            last.year = self.last_year.map_or(Year::Open, Year::Absolute);
            if last.month.is_none() && last.segment.is_none() {
                last.month = self.last_month.map(Month::Absolute);
            }
        }
        let later = self.last_year.is_some()
            && last.year != Year::Open
            && matches!(first.year, Year::Open | Year::Relative(_) | Year::Context(_));
        let end = self.point(&last, false);
        let days =
            start.days.zip(end.days).map(|(start, end)| (start.0, end.1)).filter(|(start, end)| start <= end);
        let anchor =
            if later || matches!(start.anchor, TimeAnchor::Open) { start.anchor } else { end.anchor };
        Period { timex: format!("{}/{}", start.timex, end.timex), days, anchor }
    }

    /// 春节 of the named year, else the one nearest to the base.
    fn festival(&mut self, festival: calendar::Festival, year: Year) -> Period {
        let (mut known, mut anchor) = self.year(year);
        if known.is_none()
            && year == Year::Open
            && let Some((base, from)) = self.base
        {
            known = (-1..=1)
                .map(|offset| i32::from(base.year()) + offset)
                .filter_map(|year| Some((distance(base, calendar::festival(festival, year)?), year)))
                .min()
                .map(|(_, year)| year);
            anchor = from;
        }
        match known.and_then(|year| calendar::festival(festival, year)) {
            Some(day) => {
                self.last_day = Some(day);
                Period { timex: day.to_string(), days: Some((day, day)), anchor }
            }
            None => {
                let timex = match festival {
                    calendar::Festival::Fixed(month, day) => format!("XXXX-{month:02}-{day:02}"),
                    calendar::Festival::NewYear(_)
                    | calendar::Festival::Qingming
                    | calendar::Festival::DragonBoat
                    | calendar::Festival::MidAutumn
                    | calendar::Festival::Unknown => {
                        known.map_or("XXXX-XX-XX".to_owned(), |year| format!("{year}-XX-XX"))
                    }
                };
                Period { timex, days: None, anchor: TimeAnchor::Open }
            }
        }
    }

    /// 五年来, 两天前
    fn span(&self, count: Option<i32>, unit: Unit, direction: Direction) -> Period {
        let length = unit.duration(&count.map_or("X".to_owned(), |count| count.to_string()));
        let (Some((base, anchor)), Some(count)) = (self.base, count) else {
            return Period { timex: length, days: None, anchor: TimeAnchor::Open };
        };
        let signed = match direction {
            Direction::UpToNow | Direction::Ago => -count,
            Direction::FromNow | Direction::Later => count,
        };
        let there = match unit {
            Unit::Year => calendar::add_months(base, signed.saturating_mul(12)),
            Unit::Month => calendar::add_months(base, signed),
            Unit::Week => calendar::add_days(base, signed.saturating_mul(7)),
            Unit::Day => calendar::add_days(base, signed),
            Unit::Hour | Unit::Minute => None,
        };
        let Some(there) = there else {
            return Period { timex: length, days: None, anchor: TimeAnchor::Open };
        };
        let whole = |day: Date| match unit {
            Unit::Year => calendar::year(i32::from(day.year())).unwrap_or((day, day)),
            Unit::Month => (day.first_of_month(), day.last_of_month()),
            Unit::Week | Unit::Day | Unit::Hour | Unit::Minute => (day, day),
        };
        let name = |day: Date| match unit {
            Unit::Year => format!("{:04}", day.year()),
            Unit::Month => format!("{:04}-{:02}", day.year(), day.month()),
            Unit::Week | Unit::Day | Unit::Hour | Unit::Minute => day.to_string(),
        };
        let (timex, days) = match direction {
            Direction::Ago | Direction::Later => (name(there), whole(there)),
            Direction::UpToNow => {
                (format!("{}/{}", name(there), name(base)), (whole(there).0, whole(base).1))
            }
            Direction::FromNow => {
                (format!("{}/{}", name(base), name(there)), (whole(base).0, whole(there).1))
            }
        };
        Period { timex, days: Some(days), anchor }
    }

    /// 本周五, 上周
    fn week(&mut self, offset: i32, day: Option<i8>) -> Period {
        let monday = self.base.and_then(|(base, anchor)| {
            let back = i32::from(base.weekday().to_monday_zero_offset());
            Some((calendar::add_days(base, offset * 7 - back)?, anchor))
        });
        let Some((monday, anchor)) = monday else {
            let timex = day.map_or("XXXX-WXX".to_owned(), |day| format!("XXXX-WXX-{day}"));
            return Period { timex, days: None, anchor: TimeAnchor::Open };
        };
        match day {
            Some(day) => {
                let date = calendar::add_days(monday, i32::from(day) - 1).unwrap_or(monday);
                self.last_day = Some(date);
                Period { timex: date.to_string(), days: Some((date, date)), anchor }
            }
            None => {
                let week = monday.iso_week_date();
                let timex = format!("{:04}-W{:02}", week.year(), week.week());
                Period { timex, days: calendar::add_days(monday, 6).map(|sunday| (monday, sunday)), anchor }
            }
        }
    }
}
