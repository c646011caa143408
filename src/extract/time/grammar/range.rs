//! From one point to another: 9月6日至7日, 10月26—28日, 2024—2025年, 下午5点到6点.

use super::clock::clock_at;
use super::numeric::date_at;
use super::point::point;
use crate::extract::characters::Characters;
use crate::extract::number;
use crate::extract::time::expression::Clock;
use crate::extract::time::expression::Day;
use crate::extract::time::expression::Expression;
use crate::extract::time::expression::Meaning;
use crate::extract::time::expression::Month;
use crate::extract::time::expression::Point;
use crate::extract::time::expression::Year;

/// Marks that join two points, longest first.
const MARKS: &[&str] = &["——", "—", "--", "至", "到", "-", "–", "~", "～", "－"];

/// 2024年10月26日上午, 今年1—7月, 9月6日至7日
pub(super) fn calendar(text: &Characters<'_>, index: usize) -> Option<Expression> {
    // 截止到2018年
    if text.thorough()
        && let Some((_, length)) = text.any_of(index, &["截止到", "截至到", "截止", "截至"])
        && let Some((point, end)) = point(text, index + length)
    {
        return Some(Expression { modifier: "BEFORE", ..Expression::new(index, end, Meaning::Point(point)) });
    }
    let begun = if text.thorough() && text.at(index) == '从' { index + 1 } else { index };
    if text.thorough()
        && let Some((_, length)) = text.any_of(begun, &["现在到", "现在至"])
        && let Some((last, end)) = point(text, begun + length)
    {
        return Some(Expression::new(index, end, Meaning::FromNow(last)));
    }
    if let Some(expression) = headless(text, begun) {
        return Some(Expression { start: begun, ..expression });
    }
    let (first, end) = point(text, begun)?;
    if let Some(range) = between(text, begun, &first, end) {
        return Some(Expression { start: index, ..range });
    }
    if begun > index {
        return None;
    }
    Some(Expression::new(index, end, Meaning::Point(first)))
}

/// The range that the point from `index` to `end` opens.
pub(super) fn between(text: &Characters<'_>, index: usize, first: &Point, end: usize) -> Option<Expression> {
    let made =
        |first: Point, last: Point, end| Some(Expression::new(index, end, Meaning::Between(first, last)));
    // 10月26—28日, 一月19到20日: the first day goes without its unit.
    if first.day.is_none()
        && first.month.is_some()
        && first.segment.is_none()
        && let Some((low, low_end)) = number::small(text, end).filter(|(value, _)| (1..=31).contains(value))
        && let Some((_, length)) = text.any_of(low_end, MARKS)
        && let Some((last, last_end)) = point(text, low_end + length)
        && matches!(last.day, Some(Day::Absolute(_)))
    {
        return made(Point { day: Some(Day::Absolute(low)), ..*first }, last, last_end);
    }
    // 凌晨四到六点
    if (first.part.is_some() || first.day.is_some())
        && first.clock.is_none()
        && let Some((low, high, last_end)) = hours(text, end)
    {
        let last = Point { part: first.part, clock: Some(high), ..Point::default() };
        return made(
            Point { clock: Some(low), split: first.split.or(first.day.map(|_| end)), ..*first },
            last,
            last_end,
        );
    }
    if let Some((_, length)) = text.any_of(end, MARKS) {
        let at = end + length;
        if let Some((_, now)) = text
            .any_of(at, &["现在", "目前", "如今", "今"])
            .filter(|_| text.at(end + 1) != '今' || text.at(end) == '至')
        {
            let kept = text.thorough()
                || matches!(text.at(at), '今')
                    && !matches!(text.at(at + 1), '年' | '天' | '日' | '后' | '晚');
            if kept && !matches!(text.at(at + 1), '年' | '天' | '日' | '晚') {
                return Some(Expression::new(index, at + now, Meaning::UntilNow(*first)));
            }
        }
        let clock = || {
            let (clock, end) = first.clock.and_then(|_| clock_at(text, at, true))?;
            Some((Point { clock: Some(clock), ..Point::default() }, end))
        };
        if let Some((last, last_end)) = point(text, at).or_else(|| bare(text, first, at)).or_else(clock) {
            let last = inherit(first, last);
            let clocks = first.clock.is_some() && last.clock.is_some();
            let comparable =
                last.part.is_none() || first.day.is_some() || last.day.is_some() || clocks || text.thorough();
            if comparable
                && last.day.is_none_or(|day| !matches!(day, Day::Context(_)) || text.thorough())
                && !(first.is_time_only() && last.year != Year::Open)
            {
                let closed = text.any_of(last_end, &["之间", "止"]).filter(|_| text.thorough());
                return made(*first, last, last_end + closed.map_or(0, |(_, length)| length));
            }
        }
        return None;
    }
    // 2007年与2009年之间
    if text.thorough()
        && let Some((_, length)) = text.any_of(end, &["与", "和", "跟"])
        && let Some((last, last_end)) = point(text, end + length)
        && let Some((_, closed)) = text.any_of(last_end, &["之间", "期间", "间"])
    {
        return made(*first, inherit(first, last), last_end + closed);
    }
    // 2010年之后2018年之前
    if text.thorough()
        && let Some((_, length)) = text.any_of(end, &["之后", "以后"])
        && let Some((last, last_end)) = point(text, end + length)
        && let Some((_, closed)) = text.any_of(last_end, &["之前", "以前"])
    {
        return made(*first, inherit(first, last), last_end + closed);
    }
    None
}

/// The later time of day stands in the same part of the day, where it says none: 下午5点到6点.
fn inherit(first: &Point, last: Point) -> Point {
    let same = last.is_time_only() && last.part.is_none();
    if same && last.clock.is_some_and(|clock| clock.hour <= 12) {
        Point { part: first.part, ..last }
    } else {
        last
    }
}

/// 2016到2018, 15点20分到16点30: what follows is of the kind that stands before.
fn bare(text: &Characters<'_>, first: &Point, at: usize) -> Option<(Point, usize)> {
    if !text.thorough() {
        return None;
    }
    if first.month.is_none() && matches!(first.year, Year::Absolute(_)) {
        let (value, end) = number::small(text, at).filter(|&(value, _)| (1500..=2199).contains(&value))?;
        return Some((Point { year: Year::Absolute(value), ..Point::default() }, end));
    }
    if first.day.is_none()
        && matches!(first.month, Some(Month::Absolute(_)))
        && matches!(first.year, Year::Absolute(_))
    {
        let (value, end) = number::small(text, at).filter(|&(value, _)| (1500..=2199).contains(&value))?;
        return Some((Point { year: Year::Absolute(value), ..Point::default() }, end));
    }
    None
}

/// 四到六点, 9~12点半: two times of day, the unit behind the second.
fn hours(text: &Characters<'_>, index: usize) -> Option<(Clock, Clock, usize)> {
    let (low, end) = number::small(text, index).filter(|(hour, _)| (0..=24).contains(hour))?;
    let (_, length) = text.any_of(end, MARKS)?;
    let (high, end) = clock_at(text, end + length, true)?;
    (i32::from(high.hour) > low).then_some((
        Clock { hour: low as i8, minute: None, second: None, until: None },
        high,
        end,
    ))
}

/// 26—28日, 2024—2025年, 9~12点半: a range whose first number takes the unit of the second.
fn headless(text: &Characters<'_>, index: usize) -> Option<Expression> {
    if text.before(index).is_ascii_alphanumeric() || matches!(text.before(index), '.' | '-' | '第' | '/') {
        return None;
    }
    if date_at(text, index).is_some() {
        return None;
    }
    let (low, end) = number::small(text, index)?;
    let (_, length) = text.any_of(end, MARKS)?;
    let made = |first, last, end| Some(Expression::new(index, end, Meaning::Between(first, last)));
    if text.thorough()
        && let Some((low, high, end)) = hours(text, index)
    {
        let at = |clock| Point { clock: Some(clock), ..Point::default() };
        return made(at(low), at(high), end);
    }
    let begun = text.thorough() && text.before(index) == '从';
    let (last, last_end) = point(text, end + length)?;
    let four = end - index == 4 && (1500..=2199).contains(&low);
    match (last.year, last.month, last.day) {
        (Year::Absolute(year), None, None)
            if four
                && year >= low
                && (text.before(last_end) == '年' || begun || last.segment.is_some() || text.thorough()) =>
        {
            made(Point { year: Year::Absolute(low), ..Point::default() }, last, last_end)
        }
        (Year::Open, None, Some(Day::Absolute(day)))
            if (1..day).contains(&low) && text.at(index).is_ascii_digit() =>
        {
            made(Point { day: Some(Day::Absolute(low)), ..Point::default() }, last, last_end)
        }
        _ => None,
    }
}
