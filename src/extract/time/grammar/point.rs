//! Points of the calendar: 2024年10月26日上午.

use super::clock::clock_at;
use super::clock::part_at;
use super::day::day_at;
use super::day::festival_at;
use super::day::lunar_day_at;
use super::day::national_day;
use super::day::weekday_at;
use super::numeric;
use super::year::bare_year;
use super::year::edge_at;
use super::year::month_at;
use super::year::month_segment;
use super::year::nth_segment;
use super::year::year_at;
use super::year::year_segment;
use crate::extract::characters::Characters;
use crate::extract::time::expression::Day;
use crate::extract::time::expression::Month;
use crate::extract::time::expression::Point;
use crate::extract::time::expression::Segment;
use crate::extract::time::expression::Year;

/// One point: year, month, day, part of the day, as far as they follow one another.
pub(super) fn point(text: &Characters<'_>, index: usize) -> Option<(Point, usize)> {
    let mut point = Point::default();
    let mut at = index;
    if let Some((word, length)) = text.any_of(at, &["当地时间", "北京时间"]) {
        point.beijing = word == "北京时间";
        at += length;
    }
    let start = at;
    if let Some((date, end)) = numeric::date_at(text, at) {
        point = Point { beijing: point.beijing, ..date };
        at = end;
    } else {
        at = date(text, at, &mut point)?;
    }
    if point.day.is_some()
        && text.at(at) == '（'
        && let Some((inner, end)) = bracketed(text, at)
    {
        // 今天（3月7日）: the bracket says which day it is.
        point.month = inner.month.or(point.month);
        point.day = inner.day.or(point.day);
        if inner.year != Year::Open {
            point.year = inner.year;
        }
        at = end;
    }
    // 10月12号，星期一: the day of the week adds nothing.
    if text.thorough() && matches!(point.day, Some(Day::Absolute(_))) {
        let mark = usize::from(matches!(text.at(at), ',' | '，'));
        if let Some((Day::Weekday(None, _), end)) = weekday_at(text, at + mark) {
            at = end;
        }
    }
    let dated = at > start;
    at = time_of_day(text, at, dated, &mut point);
    if point.is_empty() || at == index {
        return None;
    }
    Some((point, at - usize::from(text.before(at) == '的')))
}

/// The date of a point; the end is where it began when there is none.
fn date(text: &Characters<'_>, index: usize, point: &mut Point) -> Option<usize> {
    let mut at = index;
    let mut lunar = text.any_of(at, &["农历", "阴历", "旧历"]);
    at += lunar.map_or(0, |(_, length)| length);
    if let Some((year, end)) = year_at(text, at) {
        point.year = year;
        at = end;
        at += text.any_of(at, &["全年", "一年", "同期"]).map_or(0, |(_, length)| length);
    }
    let named = point.year != Year::Open;
    let before_segment = at;
    if lunar.is_none() {
        lunar = text.any_of(at, &["农历", "阴历", "旧历"]);
        at += lunar.map_or(0, |(_, length)| length);
    }
    at += usize::from(named && text.at(at) == '的' && (text.thorough() || matches!(text.at(at + 1), '第')));
    if lunar.is_none()
        && let Some((segment, end)) = year_segment(text, at, named)
    {
        point.segment = Some(segment);
        at = end;
        let edged = matches!(segment, Segment::Months(from, to) if (from % 3, to % 3) == (1, 0))
            || matches!(segment, Segment::Quarter(_));
        if edged && let Some((edge, end)) = edge_at(text, at) {
            point.edge = Some(edge);
            at = end;
        }
        return finish_date(text, at, index, before_segment, point);
    }
    if named
        && (text.thorough() || text.at(at) == '第')
        && let Some((segment, end)) = nth_segment(text, at)
    {
        point.segment = Some(segment);
        return finish_date(text, end, index, before_segment, point);
    }
    if let Some((month, end)) = month_at(text, at) {
        point.month = Some(month);
        at = end;
        if lunar.is_some()
            && let Month::Absolute(month) = month
        {
            point.month = Some(Month::Lunar(month, false));
        }
        if let Some((day, end)) = moon_day(text, at, point) {
            point.day = Some(day);
            if let Some(Month::Absolute(month)) = point.month {
                point.month = Some(Month::Lunar(month, false));
            }
            return finish_date(text, end, index, before_segment, point);
        }
        if let Some((segment, end)) = month_segment(text, at) {
            point.segment = Some(segment);
            at = end;
        } else if let Some((segment, end)) =
            nth_segment(text, at).filter(|_| text.thorough() || text.at(at) == '第')
        {
            point.segment = Some(segment);
            at = end;
        } else if text.at(at) == '的'
            && text.thorough()
            && let Some((day, end)) = weekday_at(text, at + 1)
        {
            point.day = Some(day);
            at = end;
        }
    } else if !named
        && text.is_word_start(at)
        && let Some((word, length)) = text.any_of(at, &["月底", "月初", "月中", "月末"])
        && (text.thorough() || word == "月底")
    {
        point.month = Some(Month::Relative(0));
        point.segment = Some(match word {
            "月初" => Segment::Start,
            "月中" => Segment::Middle,
            _ => Segment::End,
        });
        at += length;
    } else if !named
        && text.thorough()
        && let Some((word, length)) = text.any_of(at, &["上半月", "下半月"])
    {
        point.month = Some(Month::Relative(0));
        point.segment = Some(Segment::Half(if word == "上半月" { 1 } else { 2 }));
        at += length;
    } else if !named
        && text.starts_with(at, "这个")
        && let Some((festival, end)) = festival_at(text, at + 2, true)
    {
        point.day = Some(Day::Festival(festival));
        return finish_date(text, end, index, before_segment, point);
    } else if lunar.is_none()
        && let Some((festival, end)) = festival_at(text, at, named).or_else(|| national_day(text, at))
    {
        point.day = Some(Day::Festival(festival));
        return finish_date(text, end, index, before_segment, point);
    } else if let Some((festival, end)) = lunar.and_then(|_| festival_at(text, at, true)) {
        point.day = Some(Day::Festival(festival));
        return finish_date(text, end, index, before_segment, point);
    } else if let Some((day, end)) = lunar_day_at(text, at, lunar.is_some()) {
        point.day = Some(day);
        at = end;
    } else if !named && let Some((day, end)) = weekday_at(text, at) {
        point.day = Some(day);
        return finish_date(text, end, index, before_segment, point);
    }
    if point.segment.is_none()
        && point.day.is_none()
        && let Some((day, end)) = day_at(text, at, point.month.is_some())
    {
        if let (Day::Lunar(_), Some(Month::Absolute(month))) = (day, point.month) {
            point.month = Some(Month::Lunar(month, false));
        }
        point.day = Some(day);
        at = end;
    }
    if at == index
        && let Some((year, end)) = bare_year(text, index)
    {
        point.year = year;
        return Some(end);
    }
    finish_date(text, at, index, before_segment, point)
}

/// The day behind a month, where it is one of the farmers' calendar.
fn moon_day(text: &Characters<'_>, at: usize, point: &Point) -> Option<(Day, usize)> {
    let lunar = matches!(point.month, Some(Month::Lunar(..)));
    if !lunar && text.at(at) != '初' {
        return None;
    }
    lunar_day_at(text, at, true)
}

/// Refuses what is no date after all: 北京2022年冬奥会, the year in a name.
fn finish_date(
    text: &Characters<'_>,
    at: usize,
    index: usize,
    before_segment: usize,
    point: &Point,
) -> Option<usize> {
    let year_alone = matches!(point.year, Year::Absolute(_)) && at == before_segment && at > index;
    (!(year_alone && !text.thorough() && is_event(text, at))).then_some(at)
}

/// 上午, 3点半 behind a date or alone; the end.
fn time_of_day(text: &Characters<'_>, from: usize, dated: bool, point: &mut Point) -> usize {
    let mut at = from;
    let whole_day = point.day.is_some()
        || matches!(point.segment, Some(Segment::Nth(_, crate::extract::time::length::Unit::Day)));
    let linked = usize::from(whole_day && text.at(at) == '的' && text.thorough())
        + usize::from(whole_day && text.at(at) == ' ');
    if whole_day || !dated {
        if let Some((part, end)) = part_at(text, at + linked, whole_day) {
            point.part = Some(part);
            if dated {
                point.split = Some(at + linked);
            }
            at = end;
        }
        if text.starts_with(at, "晚些时候") && whole_day {
            at += 4;
        }
    }
    if whole_day || point.part.is_some() || !dated {
        let gap = if point.part.is_some() { usize::from(text.at(at) == ' ') } else { linked };
        if let Some((clock, end)) =
            clock_at(text, at + gap, point.part.is_some() || whole_day || point.beijing)
        {
            point.clock = Some(clock);
            if dated && point.split.is_none() {
                point.split = Some(at + gap);
            }
            at = end;
        }
    }
    at
}

/// 北京2022年冬奥会: the year is part of a name.
fn is_event(text: &Characters<'_>, end: usize) -> bool {
    text.any_of(
        end,
        &[
            "冬奥会",
            "冬残奥会",
            "奥运会",
            "冬季奥",
            "亚运会",
            "世界杯",
            "世博会",
            "夏奥会",
            "青奥会",
            "大运会",
            "亚洲杯",
        ],
    )
    .is_some()
}

/// （3月7日）, （星期一）
fn bracketed(text: &Characters<'_>, open: usize) -> Option<(Point, usize)> {
    let mut inner = Point::default();
    let mut at = open + 1;
    if let Some((_, end)) = weekday_at(text, at).filter(|&(_, end)| text.at(end) == '）') {
        return Some((inner, end + 1));
    }
    if let Some((year, end)) = year_at(text, at) {
        inner.year = year;
        at = end;
    }
    if let Some((month, end)) = month_at(text, at) {
        inner.month = Some(month);
        at = end;
    }
    let (day, end) = day_at(text, at, true)?;
    inner.day = Some(day);
    (text.at(end) == '）').then_some((inner, end + 1))
}
