//! What a time expression says, before anything completes it.

use super::calendar::Festival;
use super::length::Length;
use super::length::Unit;

/// Which year.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Year {
    /// Not said.
    #[default]
    Open,
    /// 2024年
    Absolute(i32),
    /// 今年 is 0, 去年 -1.
    Relative(i32),
    /// 当年、同年 is 0, 上年 -1: against the last year named.
    Context(i32),
}

/// Which month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Month {
    /// 5月
    Absolute(i32),
    /// 本月 is 0, 上月 -1.
    Relative(i32),
    /// 腊月; whether it is the leap month: 闰四月
    Lunar(i32, bool),
}

/// Which day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Day {
    /// 26日
    Absolute(i32),
    /// 今天 is 0, 昨天 -1.
    Relative(i32),
    /// 当天、同日 is 0, 次日 1: against the last day named.
    Context(i32),
    /// 初八
    Lunar(i32),
    /// 春节
    Festival(Festival),
    /// 上周五: weeks from now where said, day of the week from 1.
    Weekday(Option<i32>, i8),
    /// 最后一个周三: the last such day that has passed, or of the month named.
    LastWeekday(i8),
}

/// A part of a year or month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Segment {
    /// 全年
    Whole,
    /// 年内
    Within,
    /// Months of the year: 上半年, 一季度, 1—11月, 前三季度.
    Months(i32, i32),
    /// 上个季度: quarters from now.
    Quarter(i32),
    /// 年初、月初
    Start,
    /// 年中
    Middle,
    /// 年底、月底
    End,
    /// 上旬 is 1, 中旬 2, 下旬 3.
    Ten(i32),
    /// 上半月 is 1, 下半月 2.
    Half(i32),
    /// 春 is 1.
    Season(i32),
    /// 第三周, 第十天
    Nth(i32, Unit),
    /// 前10天
    First(i32, Unit),
    /// 最后五天
    Last(i32, Unit),
}

/// Beginning, middle or end of a segment: 一季度末.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edge {
    /// 初
    Start,
    /// 中
    Middle,
    /// 末
    End,
}

/// A part of the day: TIMEX3 code, first hour, hour after the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DayPart {
    /// TMO, TAF …
    pub(crate) code: &'static str,
    /// First hour.
    pub(crate) from: i8,
    /// First hour no longer in it.
    pub(crate) to: i8,
}

/// A time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Clock {
    /// 0 to 24.
    pub(crate) hour: i8,
    /// Where said.
    pub(crate) minute: Option<i8>,
    /// Where said.
    pub(crate) second: Option<i8>,
    /// 七八点: the later hour.
    pub(crate) until: Option<i8>,
}

/// A point or period of the calendar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Point {
    /// Year.
    pub(crate) year: Year,
    /// Month.
    pub(crate) month: Option<Month>,
    /// Day.
    pub(crate) day: Option<Day>,
    /// Part of year or month.
    pub(crate) segment: Option<Segment>,
    /// Part of that part.
    pub(crate) edge: Option<Edge>,
    /// Part of the day.
    pub(crate) part: Option<DayPart>,
    /// Time of day.
    pub(crate) clock: Option<Clock>,
    /// 北京时间 was said.
    pub(crate) beijing: bool,
    /// First character of the part of the day or time of day, where a date stands before it.
    pub(crate) split: Option<usize>,
}

impl Point {
    /// Whether nothing was said.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self { beijing: self.beijing, ..Self::default() }
    }

    /// Whether only a time of day was said.
    pub(crate) fn is_time_only(&self) -> bool {
        self.year == Year::Open && self.month.is_none() && self.day.is_none() && self.segment.is_none()
    }
}

/// Where a relative span lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// 五年来、过去五年: the span up to now.
    UpToNow,
    /// 未来五年: the span from now on.
    FromNow,
    /// 五年前: the point so long ago.
    Ago,
    /// 五年后: the point so long from now.
    Later,
}

/// What an expression means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// 2024年10月26日上午
    Point(Point),
    /// 9月6日至7日
    Between(Point, Point),
    /// 去年到现在
    UntilNow(Point),
    /// 从现在到八点
    FromNow(Point),
    /// “十四五”: number of the plan
    Plan(i32),
    /// First and last year: 上世纪90年代
    Years(i32, i32),
    /// 九十年代, the century not said
    Decade(i32),
    /// 五年来; `None` for 几年来
    Span(Option<Length>, Unit, Direction),
    /// 六天后的3时1刻
    After(Length, Point),
    /// 本周, 上周
    Week(i32),
    /// 下周末
    Weekend(i32),
    /// 8天20小时, and the upper end of 3到5天
    Duration(Length, Option<Length>),
    /// 每年; every so many
    Every(Length),
    /// 每周一下午八点
    EveryPoint(Unit, Point),
    /// 每年9月到11月
    EveryBetween(Unit, Point, Point),
    /// 现在
    Now,
    /// 马上
    Soon,
    /// 刚才
    Just,
    /// 今冬明春: from the season of one year to that of another.
    Seasons(Point, Point),
    /// A time that the calendar cannot hold: 党的十八大以来
    Vague,
}

/// One expression of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Expression {
    /// First character.
    pub(crate) start: usize,
    /// First character no longer covered.
    pub(crate) end: usize,
    /// What it means.
    pub(crate) meaning: Meaning,
    /// TIMEX3 modifier; empty where none.
    pub(crate) modifier: &'static str,
}

impl Expression {
    /// An expression without a modifier.
    pub(crate) fn new(start: usize, end: usize, meaning: Meaning) -> Self {
        Self { start, end, meaning, modifier: "" }
    }
}
