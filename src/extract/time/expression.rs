//! What a time expression says, before anything completes it.

use super::calendar::Festival;

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
    /// 年初、月初
    Start,
    /// 年中
    Middle,
    /// 年底、月底
    End,
    /// 上旬 is 1, 中旬 2, 下旬 3.
    Ten(i32),
    /// 春 is 1.
    Season(i32),
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
    /// Part of the day.
    pub(crate) part: Option<DayPart>,
    /// Hour and minute, the minute -1 where not said.
    pub(crate) clock: Option<(i8, i8)>,
    /// 北京时间 was said.
    pub(crate) beijing: bool,
}

impl Point {
    /// Whether nothing was said.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self { beijing: self.beijing, ..Self::default() }
    }
}

/// Units of relative spans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// 年
    Year,
    /// 个月
    Month,
    /// 周
    Week,
    /// 天
    Day,
    /// 小时
    Hour,
    /// 分钟
    Minute,
}

impl Unit {
    /// TIMEX3 duration of so many.
    pub(crate) fn duration(self, count: &str) -> String {
        match self {
            Self::Year => format!("P{count}Y"),
            Self::Month => format!("P{count}M"),
            Self::Week => format!("P{count}W"),
            Self::Day => format!("P{count}D"),
            Self::Hour => format!("PT{count}H"),
            Self::Minute => format!("PT{count}M"),
        }
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
    /// “十四五”: number of the plan
    Plan(i32),
    /// 春节, in which year
    Festival(Festival, Year),
    /// First and last year: 上世纪90年代
    Years(i32, i32),
    /// 五年来; `None` for 几年来
    Span(Option<i32>, Unit, Direction),
    /// 本周五: weeks from now, day of the week from 1
    Week(i32, Option<i8>),
    /// 每年: TIMEX3 value
    Set(&'static str),
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
