//! Dates in figures: 2010-01-29, 2019/4/19, 13.5.2015, 1999.08.

use crate::extract::characters::Characters;
use crate::extract::time::calendar;
use crate::extract::time::expression::Day;
use crate::extract::time::expression::Month;
use crate::extract::time::expression::Point;
use crate::extract::time::expression::Year;

/// One group of digits: value, first character, end.
type Group = (i32, usize, usize);

/// At most four digits from `index`.
fn group(text: &Characters<'_>, index: usize) -> Option<Group> {
    let mut at = index;
    let mut value = 0;
    while let Some(digit) = text.at(at).to_digit(10) {
        if at - index >= 4 {
            return None;
        }
        value = value * 10 + digit as i32;
        at += 1;
    }
    (at > index).then_some((value, index, at))
}

/// The date in figures at `index`, with its end.
pub(super) fn date_at(text: &Characters<'_>, index: usize) -> Option<(Point, usize)> {
    let joined =
        text.thorough() && text.before(index) == '-' && index > 1 && text.before(index - 1).is_ascii_digit();
    if text.before(index).is_ascii_alphanumeric()
        || matches!(text.before(index), '.' | '/' | '-' | '第') && !joined
    {
        return None;
    }
    let first = group(text, index)?;
    let is_mark = |at: usize| {
        matches!(text.at(at), '-' | '/' | '.' | '．' | '·') || text.thorough() && text.at(at) == ' '
    };
    if !is_mark(first.2) {
        return None;
    }
    let second = group(text, first.2 + 1)?;
    let wide = first.2 - first.1 == 4;
    if is_mark(second.2)
        && (text.at(second.2) == text.at(first.2) || wide)
        && let Some(third) = day_group(text, second.2 + 1)
        && let Some(date) = three(text, first, second, third)
    {
        return Some(date);
    }
    let plain =
        !text.at(second.2).is_ascii_alphanumeric() && !matches!(text.at(second.2), '.' | '/' | '%' | '．');
    if !plain || !text.thorough() {
        return None;
    }
    // 1999.08, 6·30, 12/1, 11/3号
    let mark = text.at(first.2);
    if wide
        && (1500..=2199).contains(&first.0)
        && (1..=12).contains(&second.0)
        && second.2 - second.1 == 2
        && mark != ' '
    {
        return Some((made(Some(first.0), second.0, None)?, second.2));
    }
    let listed = matches!(mark, '/' | '·')
        || mark == '-' && (second.2 - second.1, first.2 - first.1) == (2, 2) && clocked(text, second.2);
    let fraction = mark == '/'
        && text.at(second.2) != '号'
        && text.at(second.2) != '日'
        && !(matches!(text.at(second.2), '\0' | ',' | '，' | '。')
            && matches!(text.before(index), '\0' | '，' | '。'));
    if listed && !wide && !fraction && (1..=12).contains(&first.0) && (1..=31).contains(&second.0) {
        let end = second.2 + usize::from(matches!(text.at(second.2), '号' | '日'));
        return Some((made(None, first.0, Some(second.0))?, end));
    }
    None
}

/// Whether a time of day follows: 09-01 20:01.
fn clocked(text: &Characters<'_>, index: usize) -> bool {
    text.at(index) == ' '
        && group(text, index + 1).is_some_and(|(hour, _, end)| hour < 24 && text.at(end) == ':')
}

/// The last group; of 0910:09 only the day.
fn day_group(text: &Characters<'_>, index: usize) -> Option<Group> {
    let (_, _, end) = group(text, index)?;
    if end == index + 4 && text.at(end) == ':' {
        let digit = |at: usize| text.at(at).to_digit(10).map(|digit| digit as i32);
        return Some((digit(index)? * 10 + digit(index + 1)?, index, index + 2));
    }
    group(text, index)
}

/// Year, month and day in the order that makes a date.
fn three(text: &Characters<'_>, first: Group, second: Group, third: Group) -> Option<(Point, usize)> {
    let end = third.2;
    if text.at(end).is_ascii_alphabetic()
        || matches!(text.at(end), '.' | '/' | '-') && text.at(end + 1).is_ascii_digit()
    {
        // 10/1/2018-10/7/2018 is a range, 192.168.255.255 nothing.
        let range = text.at(end) == '-' && third.2 - third.1 == 4;
        if !range {
            return None;
        }
    }
    let length = |group: Group| group.2 - group.1;
    let date = |year: i32, month: i32, day: i32| {
        calendar::date(year, month, day)?;
        Some((made(Some(year), month, Some(day))?, end))
    };
    if length(first) == 4 {
        return (1000..=2199).contains(&first.0).then(|| date(first.0, second.0, third.0)).flatten();
    }
    if length(third) == 4 {
        return (1000..=2199)
            .contains(&third.0)
            .then(|| date(third.0, second.0, first.0).or_else(|| date(third.0, first.0, second.0)))
            .flatten();
    }
    if !text.thorough() || length(first) > 2 || length(third) > 2 {
        return None;
    }
    // 27-7-3 begins with the year, 3-7-27 ends with it.
    let year_first = || date(short(first.0), second.0, third.0);
    let year_last =
        || date(short(third.0), second.0, first.0).or_else(|| date(short(third.0), first.0, second.0));
    if length(first) == 2 && text.at(first.2) == '-' {
        year_first().or_else(year_last)
    } else {
        year_last().or_else(year_first)
    }
}

/// The year that two digits stand for.
pub(super) fn short(year: i32) -> i32 {
    if year < 30 { 2000 + year } else { 1900 + year }
}

fn made(year: Option<i32>, month: i32, day: Option<i32>) -> Option<Point> {
    if !(1..=12).contains(&month) || day.is_some_and(|day| !(1..=31).contains(&day)) {
        return None;
    }
    Some(Point {
        year: year.map_or(Year::Open, Year::Absolute),
        month: Some(Month::Absolute(month)),
        day: day.map(Day::Absolute),
        ..Point::default()
    })
}
