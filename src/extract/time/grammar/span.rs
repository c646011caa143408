//! Spans and weeks against now: 五年来, 两天前, 未来两个月内, 上周.

use super::day::weeks_from_now;
use super::length::Read;
use super::length::length_at;
use super::length::unit_at;
use super::point::point;
use super::year::year_at;
use crate::extract::characters::Characters;
use crate::extract::characters::is_han;
use crate::extract::number::Figures;
use crate::extract::time::expression::Direction;
use crate::extract::time::expression::Expression;
use crate::extract::time::expression::Meaning;
use crate::extract::time::length::Length;
use crate::extract::time::length::Unit;
use rust_decimal::Decimal;

/// Words before a length, longest first.
const LEADS: &[&str] = &[
    "过去的",
    "过去",
    "往后",
    "上",
    "下",
    "后",
    "最近的",
    "最近",
    "未来的",
    "未来",
    "今后",
    "接下来",
    "近",
    "此前",
    "之前",
    "前",
    "再过",
    "还剩",
];

/// 五年来, 过去五年, 两天前, 未来两个月内, 近五年来
pub(super) fn relative_span(text: &Characters<'_>, index: usize) -> Option<Expression> {
    if let Some(last) = last_unit(text, index) {
        return Some(last);
    }
    let lead = text.any_of(index, LEADS);
    let loose = matches!(
        lead,
        Some(("之前" | "还剩" | "再过" | "接下来" | "最近的" | "未来的" | "往后" | "上" | "下" | "后", _))
    );
    if loose && !text.thorough() {
        return None;
    }
    let mut at = index + lead.map_or(0, |(_, length)| length);
    if lead.is_some() && text.at(at) == '这' {
        at += 1;
    }
    let read = length_at(text, at)?;
    // 上一个月 is the last month; 下半年 no half of a year.
    if matches!(lead, Some(("上" | "下" | "后", _)))
        && (text.at(at) == '半' || read.length == Length::of(Decimal::ONE, read.unit))
    {
        return None;
    }
    // 几年来 tells no length.
    if text.at(at) == '几' && lead.is_none() {
        return None;
    }
    let unit = read.unit;
    // 07年以后, 五八年前七个月: a year, not a number of years.
    if lead.is_none() && unit == Unit::Year && year_at(text, index).is_some() {
        return None;
    }
    if unit == Unit::Year && read.figures == Figures::Arabic && read.terms == 1 && length_is_year(&read) {
        return None;
    }
    if read.upper.is_some() && !(lead.is_some() || text.thorough()) && read.figures != Figures::Neighbours {
        return None;
    }
    let end = read.end;
    match lead.map(|(word, _)| word) {
        Some("过去" | "过去的" | "最近" | "最近的" | "近" | "此前" | "之前") => {
            // 近50年历史 tells a length; 近 alone needs a short span or 来 behind it.
            let tail = text.any_of(end, &["时间", "以来", "来", "里", "间"]);
            if matches!(lead, Some(("近", _)))
                && tail.is_none()
                && !text.thorough()
                && !matches!(text.slice(at, at + 1), ['两' | '三' | '几' | '五'])
            {
                return None;
            }
            Some(spanned(index, end + tail.map_or(0, |(_, length)| length), &read, Direction::UpToNow))
        }
        Some("下" | "后") if is_han(text.before(index)) && !text.is_word_start(index) => None,
        Some("上") => Some(spanned(index, end, &read, Direction::UpToNow)),
        Some("未来" | "未来的" | "今后" | "接下来" | "还剩" | "往后" | "下" | "后") => {
            let tail = text.any_of(end, &["时间内", "以内", "之内", "内", "里"]);
            Some(spanned(index, end + tail.map_or(0, |(_, length)| length), &read, Direction::FromNow))
        }
        Some("再过") => Some(spanned(index, end, &read, Direction::Later)),
        Some("前") => {
            let prose = unit == Unit::Day && text.is_word_start(index) && !is_han(text.before(index));
            let wide = text.thorough() && !is_han(text.before(index));
            (prose || wide).then(|| spanned(index, end, &read, Direction::UpToNow))
        }
        _ => after(text, index, &read),
    }
}

/// What stands behind a length that nothing precedes.
fn after(text: &Characters<'_>, index: usize, read: &Read) -> Option<Expression> {
    let (end, next) = (read.end, text.at(read.end));
    let done = |end, direction| Some(spanned(index, end, read, direction));
    let bounded =
        |end, direction, modifier| Some(Expression { modifier, ..spanned(index, end, read, direction) });
    if text.starts_with(end, "以来") {
        done(end + 2, Direction::UpToNow)
    } else if next == '来' && !matches!(text.at(end + 1), '自' | '到' | '访' | '华' | '源' | '说' | '临')
        || next == '间' && text.at(end + 1) != '接' && read.unit == Unit::Year
    {
        done(end + 1, Direction::UpToNow)
    } else if text.starts_with(end, "前的今天") {
        done(end + 4, Direction::Ago)
    } else if text.starts_with(end, "以前") || text.starts_with(end, "之前") {
        bounded(end + 2, Direction::Ago, if text.at(end) == '以' { "BEFORE" } else { "" })
    } else if text.thorough() && (text.starts_with(end, "以后") || text.starts_with(end, "之后")) {
        bounded(end + 2, Direction::Later, "AFTER")
    } else if text.thorough() && text.any_of(end, &["以内", "之内", "内"]).is_some() {
        done(end + if next == '内' { 1 } else { 2 }, Direction::FromNow)
    } else if next == '前' && !matches!(text.at(end + 1), '往' | '来' | '期' | '后' | '列' | '沿') {
        done(end + 1, Direction::Ago)
    } else if next == '后' && !matches!(text.at(end + 1), '续' | '来' | '期' | '备' | '勤') {
        let linked = text.thorough() && text.at(end + 1) == '的';
        if linked
            && let Some((point, point_end)) = point(text, end + 2)
            && point.is_time_only()
        {
            return Some(Expression::new(index, point_end, Meaning::After(read.length, point)));
        }
        done(end + 1, Direction::Later)
    } else {
        None
    }
}

/// 上个小时
fn last_unit(text: &Characters<'_>, index: usize) -> Option<Expression> {
    let direction = match text.at(index) {
        '上' => Direction::UpToNow,
        '下' => Direction::FromNow,
        _ => return None,
    };
    let (_, length) = text.any_of(index + 1, &["一个", "个"]).filter(|_| text.thorough())?;
    let (unit, end) = unit_at(text, index + 1 + length)?;
    matches!(unit, Unit::Hour | Unit::Minute).then(|| {
        Expression::new(index, end, Meaning::Span(Some(Length::of(Decimal::ONE, unit)), unit, direction))
    })
}

/// Whether an Arabic number before 年 names a year: 2024年.
fn length_is_year(read: &Read) -> bool {
    read.length.single().is_some_and(|(_, count)| count >= Decimal::from(1000))
}

fn spanned(start: usize, end: usize, read: &Read, direction: Direction) -> Expression {
    let known = !read.unknown;
    Expression {
        start,
        end,
        meaning: Meaning::Span(known.then_some(read.length), read.unit, direction),
        modifier: if read.vague || read.upper.is_some() { "APPROX" } else { "" },
    }
}

/// 本周, 上上周, 下周末, 周末
pub(super) fn week(text: &Characters<'_>, index: usize) -> Option<Expression> {
    let (weeks, at) = weeks_from_now(text, index);
    let (_, length) = text.any_of(at, &["星期", "礼拜", "周"])?;
    let end = at + length;
    let Some(weeks) = weeks else {
        let weekend = text.starts_with(index, "周末") && text.thorough();
        return weekend.then(|| Expression::new(index, index + 2, Meaning::Weekend(0)));
    };
    if text.at(end) == '末' {
        let usual =
            text.at(index + 1) == text.at(index) || matches!(text.at(index), '上' | '下' | '本' | '这');
        return (usual && (text.thorough() || !matches!(text.at(index), '这')))
            .then(|| Expression::new(index, end + 1, Meaning::Weekend(weeks)));
    }
    let other = matches!(text.at(end), '边' | '围' | '期' | '刊' | '年' | '长')
        || is_han(text.before(index)) && !text.is_word_start(index)
        || text.at(index + 1) == '一' && !text.thorough();
    (!other).then(|| Expression::new(index, end, Meaning::Week(weeks)))
}
