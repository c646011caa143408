//! Completes expressions from the document and the caller's dates.

mod period;
mod point;
mod relative;

use crate::extract::Anchors;
use crate::extract::TimeAnchor;
use crate::extract::TimeKind;
use crate::extract::TimeValue;
use crate::extract::characters::Characters;
use crate::extract::time::calendar;
use crate::extract::time::expression::Day;
use crate::extract::time::expression::Edge;
use crate::extract::time::expression::Expression;
use crate::extract::time::expression::Meaning;
use crate::extract::time::expression::Month;
use crate::extract::time::expression::Point;
use crate::extract::time::expression::Segment;
use crate::extract::time::expression::Year;
use crate::extract::time::length::Length;
use crate::extract::time::length::Unit;
use jiff::civil::Date;
use jiff::civil::DateTime;
use period::Extent;
use period::Period;
use period::clock_code;
use period::explicit;

/// Walks through the document's expressions in order and remembers the last dates named.
#[derive(Debug)]
pub(crate) struct Resolver {
    base: Option<(DateTime, TimeAnchor)>,
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
            .map(|at| (at, TimeAnchor::ReferenceTime))
            .or_else(|| anchors.published.map(|at| (at, TimeAnchor::PublishTime)));
        Self { base, last_year: None, last_month: None, last_day: None, last_end: 0 }
    }

    /// The day to count from, with where it comes from.
    fn today(&self) -> Option<(Date, TimeAnchor)> {
        self.base.map(|(at, anchor)| (at.date(), anchor))
    }

    /// The value of the next expression.
    pub(crate) fn resolve(&mut self, text: &Characters<'_>, expression: &Expression) -> TimeValue {
        let listed = self.last_end > 0
            && expression.start >= self.last_end
            && expression.start - self.last_end <= 1
            && matches!(text.before(expression.start), '、' | '和' | '及' | '与' | '至' | '到');
        let mut kind = TimeKind::Date;
        let is_time = |point: &Point| point.clock.is_some() || point.part.is_some();
        let period = match expression.meaning {
            Meaning::Point(point) => {
                if is_time(&point) {
                    kind = TimeKind::Time;
                }
                self.point(&point, listed)
            }
            Meaning::Between(first, last) => {
                if is_time(&first) || is_time(&last) {
                    kind = TimeKind::Time;
                }
                self.between(&first, &last, listed)
            }
            Meaning::Seasons(first, last) => self.between(&first, &last, false),
            Meaning::UntilNow(first) => {
                let start = self.point(&first, listed);
                self.with_now(&start, false)
            }
            Meaning::FromNow(last) => {
                kind = TimeKind::Time;
                let end = self.point(&self.today_if_time_only(&last), listed);
                self.with_now(&end, true)
            }
            Meaning::Plan(number) => {
                // The first plan began in 1953; since the sixth they run from a year ending in 1 or 6.
                let first = 1981 + (number - 6) * 5;
                years(format!("{first}/{}", first + 4), first, first + 4)
            }
            Meaning::Years(first, last) => {
                let timex =
                    if last - first == 9 { format!("{}X", first / 10) } else { format!("{first}/{last}") };
                years(timex, first, last)
            }
            // Without a century the twentieth is meant, but for the decades of this one.
            Meaning::Decade(decade) => {
                let first = if decade < 20 { 2000 } else { 1900 } + decade;
                years(format!("{}X", first / 10), first, first + 9)
            }
            Meaning::Span(length, unit, direction) => {
                if length.is_some_and(|length| length.grain() >= Unit::Hour) {
                    kind = TimeKind::Time;
                }
                self.span(length, unit, direction)
            }
            Meaning::After(length, point) => {
                kind = TimeKind::Time;
                self.after(&length, &point)
            }
            Meaning::Week(weeks) => self.week(weeks),
            Meaning::Weekend(weeks) => self.weekend(weeks),
            Meaning::Duration(length, upper) => {
                kind = TimeKind::Duration;
                let upper = upper.map_or(String::new(), |upper| format!("/{}", upper.timex()));
                explicit(format!("{}{upper}", length.timex()), None)
            }
            Meaning::Every(length) => {
                kind = TimeKind::Set;
                Period::open(every(&length))
            }
            Meaning::EveryPoint(unit, point) => {
                kind = TimeKind::Set;
                Period::open(recurring(unit, &point))
            }
            Meaning::EveryBetween(unit, first, last) => {
                kind = TimeKind::Set;
                Period::open(format!("{}/{}", recurring(unit, &first), recurring(unit, &last)))
            }
            Meaning::Now => self.now("PRESENT_REF"),
            Meaning::Soon => self.now("FUTURE_REF"),
            Meaning::Just => self.now("PAST_REF"),
            Meaning::Vague => Period::open(String::new()),
        };
        self.last_end = expression.end;
        self.finish(expression, kind, period)
    }

    /// Writes the value down, with its modifier.
    fn finish(&self, expression: &Expression, kind: TimeKind, period: Period) -> TimeValue {
        let point = match expression.meaning {
            Meaning::Point(point) => Some(point),
            Meaning::Between(first, _) => Some(first),
            Meaning::Seasons(..)
            | Meaning::UntilNow(_)
            | Meaning::FromNow(_)
            | Meaning::Plan(_)
            | Meaning::Years(..)
            | Meaning::Decade(_)
            | Meaning::Span(..)
            | Meaning::After(..)
            | Meaning::Week(_)
            | Meaning::Weekend(_)
            | Meaning::Duration(..)
            | Meaning::Every(_)
            | Meaning::EveryPoint(..)
            | Meaning::EveryBetween(..)
            | Meaning::Now
            | Meaning::Soon
            | Meaning::Just
            | Meaning::Vague => None,
        };
        let zone = if point.is_some_and(|point| point.beijing) { "+08:00" } else { "" };
        let (start, mut end) = match period.extent {
            Extent::Open => (String::new(), String::new()),
            Extent::Days(first, last) => (first.to_string(), last.to_string()),
            Extent::Instants(first, last) => (instant(first, zone), instant(last, zone)),
        };
        if expression.modifier == "SINCE" {
            end = self.today().map_or(String::new(), |(today, _)| today.to_string());
        }
        let mut modifier = expression.modifier;
        if modifier.is_empty()
            && let Meaning::Point(point) = expression.meaning
        {
            modifier = match (point.segment, point.edge) {
                (Some(Segment::Start | Segment::Ten(1)), _) | (_, Some(Edge::Start)) => "START",
                (Some(Segment::Middle | Segment::Ten(2)), _) | (_, Some(Edge::Middle)) => "MID",
                (Some(Segment::End | Segment::Ten(_)), _) | (_, Some(Edge::End)) => "END",
                _ => "",
            };
        }
        TimeValue { timex: period.timex, kind, start, end, anchor: period.anchor, modifier }
    }

    /// 9月6日至7日: the later point takes over what it leaves out.
    fn between(&mut self, first: &Point, last: &Point, listed: bool) -> Period {
        let start = self.point(first, listed);
        let mut last = *last;
        let known = start.extent.first_day();
        if last.is_time_only() && (first.day.is_some() || first.segment.is_some()) {
            last = Point { clock: last.clock, part: last.part, beijing: last.beijing, ..*first };
            if let Some(day) = known {
                last.year = Year::Absolute(i32::from(day.year()));
                last.month = Some(Month::Absolute(i32::from(day.month())));
                last.day = Some(Day::Absolute(i32::from(day.day())));
                last.segment = None;
            }
        } else if last.year == Year::Open && matches!(last.day, None | Some(Day::Absolute(_))) {
            if last.month.is_none() && last.segment.is_none() {
                last.month = known.map(|day| Month::Absolute(i32::from(day.month()))).or(first.month);
            }
            match known {
                Some(day) => last.year = Year::Absolute(i32::from(day.year())),
                None if matches!(first.year, Year::Absolute(_)) => last.year = first.year,
                None => {}
            }
        }
        let year = last.year;
        let mut end = self.point_at(&last, false, known.is_none());
        if let (Extent::Open, Some(_), Year::Absolute(value)) = (start.extent.until(&end.extent), known, year)
            && first.year == Year::Open
            && end.extent != Extent::Open
        {
            // 8月至2月 ends in the next year.
            last.year = Year::Absolute(value + 1);
            end = self.point(&last, false);
        }
        let extent = start.extent.until(&end.extent);
        let explicit =
            matches!(start.anchor, TimeAnchor::Explicit) && matches!(first.year, Year::Absolute(_));
        let anchor = match (start.anchor, end.anchor) {
            (TimeAnchor::Open, _) => TimeAnchor::Open,
            (start, TimeAnchor::Explicit | TimeAnchor::Open) => start,
            (TimeAnchor::Explicit, end) if !explicit => end,
            (start, _) => start,
        };
        Period { timex: format!("{}/{}", start.timex, end.timex), extent, anchor }
    }
}

/// Whole years.
fn years(timex: String, first: i32, last: i32) -> Period {
    explicit(timex, calendar::year(first).zip(calendar::year(last)).map(|(first, last)| (first.0, last.1)))
}

/// 2025-03-19T14:46, the seconds only where there are some.
fn instant(at: DateTime, zone: &str) -> String {
    let time = format!("{}T{:02}:{:02}", at.date(), at.hour(), at.minute());
    if at.second() == 0 { format!("{time}{zone}") } else { format!("{time}:{:02}{zone}", at.second()) }
}

/// 每年, 每两天
fn every(length: &Length) -> String {
    match length.single() {
        Some((unit, count)) if count == rust_decimal::Decimal::ONE => match unit {
            Unit::Year => "XXXX".to_owned(),
            Unit::Month => "XXXX-XX".to_owned(),
            Unit::Week => "XXXX-WXX".to_owned(),
            Unit::Day => "XXXX-XX-XX".to_owned(),
            Unit::Workday => "XXXX-WXX-WD".to_owned(),
            Unit::Hour => "XXXX-XX-XXTXX".to_owned(),
            Unit::Quarter | Unit::Minute | Unit::Second => length.timex(),
        },
        _ => length.timex(),
    }
}

/// 每周一下午八点: the point with nothing completed.
fn recurring(unit: Unit, point: &Point) -> String {
    let code = clock_code(point);
    match unit {
        Unit::Week if point.is_time_only() => format!("XXXX-WXX-WE{code}"),
        Unit::Workday => format!("XXXX-WXX-WD{code}"),
        Unit::Year
        | Unit::Quarter
        | Unit::Month
        | Unit::Week
        | Unit::Day
        | Unit::Hour
        | Unit::Minute
        | Unit::Second => {
            let timex = Resolver::new(Anchors::default()).point(point, false).timex;
            // 每年春节: no day that TIMEX3 could name, but once a year.
            if unit == Unit::Year && timex == "XXXX-XX-XX" { "XXXX".to_owned() } else { timex }
        }
    }
}
