//! Spans, festivals and weeks: 五年来, 春节假期, 上周五.

use super::point::year_at;
use crate::extract::characters::Characters;
use crate::extract::characters::is_han;
use crate::extract::number;
use crate::extract::time::calendar::FESTIVALS;
use crate::extract::time::expression::Direction;
use crate::extract::time::expression::Expression;
use crate::extract::time::expression::Meaning;
use crate::extract::time::expression::Unit;
use crate::extract::time::expression::Year;

/// 五年来, 过去五年, 两天前, 未来两个月内, 近五年来
pub(super) fn relative_span(text: &Characters<'_>, index: usize) -> Option<Expression> {
    let lead = text.any_of(index, &["过去的", "过去", "最近", "未来", "今后", "近", "此前", "前"]);
    let mut at = index + lead.map_or(0, |(_, length)| length);
    if lead.is_some() && text.at(at) == '这' {
        at += 1;
    }
    let number = number::parse(text, at)?;
    let (word, length) =
        text.any_of(number.end, &["个多月", "个月", "个小时", "小时", "分钟", "周年", "年", "周", "天"])?;
    // 几年来 tells no length.
    if text.at(at) == '几' && lead.is_none() {
        return None;
    }
    let unit = match word {
        "年" => Unit::Year,
        "个月" | "个多月" => Unit::Month,
        "周" => Unit::Week,
        "天" => Unit::Day,
        "个小时" | "小时" => Unit::Hour,
        "分钟" => Unit::Minute,
        _ => return None,
    };
    let mut end = number.end + length;
    let vague = number.vague || word == "个多月" || text.at(end) == '多';
    if text.at(end) == '多' {
        end += 1;
    }
    if unit == Unit::Year && number.value.scale() == 0 && number.value >= rust_decimal::Decimal::from(1000) {
        return None;
    }
    let count: Option<i32> = (number.figures != number::Figures::Neighbours)
        .then(|| number.value.trunc().to_string().parse().ok())
        .flatten();
    let done = |end, direction| {
        let modifier = if vague { "APPROX" } else { "" };
        Some(Expression { start: index, end, meaning: Meaning::Span(count, unit, direction), modifier })
    };
    match lead.map(|(word, _)| word) {
        Some("过去" | "过去的" | "最近" | "近" | "此前") => {
            // 近50年历史 tells a length; 近 alone needs a short span or 来 behind it.
            let tail = text.any_of(end, &["时间", "以来", "来", "里", "间"]);
            if lead.is_some_and(|(word, _)| word == "近")
                && tail.is_none()
                && !matches!(text.slice(number.start, number.end), ['两' | '三' | '几' | '五'])
            {
                return None;
            }
            done(end + tail.map_or(0, |(_, length)| length), Direction::UpToNow)
        }
        Some("未来" | "今后") => {
            let tail = text.any_of(end, &["时间内", "内", "里"]);
            done(end + tail.map_or(0, |(_, length)| length), Direction::FromNow)
        }
        Some("前") => (unit == Unit::Day && text.is_word_start(index) && !is_han(text.before(index)))
            .then(|| done(end, Direction::UpToNow))
            .flatten(),
        _ => {
            let next = text.at(end);
            if text.starts_with(end, "以来") {
                done(end + 2, Direction::UpToNow)
            } else if next == '来'
                && !matches!(text.at(end + 1), '自' | '到' | '访' | '华' | '源' | '说' | '临')
                || next == '间' && text.at(end + 1) != '接' && unit == Unit::Year
            {
                done(end + 1, Direction::UpToNow)
            } else if text.starts_with(end, "前的今天") {
                done(end + 4, Direction::Ago)
            } else if text.starts_with(end, "以前") || text.starts_with(end, "之前") {
                done(end + 2, Direction::Ago)
            } else if next == '前' && !matches!(text.at(end + 1), '往' | '来' | '期' | '后' | '列' | '沿')
            {
                done(end + 1, Direction::Ago)
            } else if next == '后' && !matches!(text.at(end + 1), '续' | '来' | '期' | '备' | '勤') {
                done(end + 1, Direction::Later)
            } else {
                None
            }
        }
    }
}

/// 春节, 2019年春节假期首日
pub(super) fn festival(text: &Characters<'_>, index: usize) -> Option<Expression> {
    let mut at = index;
    let mut year = Year::Open;
    if let Some((word, length)) = text.any_of(index, &["这个"]) {
        at += length;
        let _ = word;
    } else if let Some((value, end)) = year_at(text, index) {
        (year, at) = (value, end);
    }
    let &(name, day) = FESTIVALS.iter().find(|(name, _)| text.starts_with(at, name))?;
    let mut end = at + name.chars().count();
    if matches!(name, "五一")
        && text.any_of(end, &["假期", "期间", "小长假", "长假", "劳动节", "节"]).is_none()
    {
        return None;
    }
    if text
        .any_of(end, &["联欢", "晚会", "档", "诗会", "庙会", "上河", "文化", "奖", "路", "村", "新区"])
        .is_some()
        || is_han(text.before(index)) && !text.is_word_start(at) && name != "五一"
    {
        return None;
    }
    for words in [
        &["小长假", "长假", "假期", "假日", "时节", "黄金周", "当天", "节"][..],
        &["期间", "首日", "前夕", "来临之际", "这几天", "这两天"][..],
    ] {
        if let Some((_, length)) = text.any_of(end, words) {
            end += length;
        }
    }
    if text.at(end) == '前' && text.at(end + 1).is_ascii_digit() && text.at(end + 2) == '天' {
        end += 3;
    }
    Some(Expression { start: index, end, meaning: Meaning::Festival(day, year), modifier: "" })
}

/// 本周五, 上周, 周末
pub(super) fn week(text: &Characters<'_>, index: usize) -> Option<Expression> {
    let lead: &[(&str, i32)] = &[("上周", -1), ("本周", 0), ("下周", 1), ("这周", 0), ("周", 0), ("星期", 0)];
    let &(word, offset) = lead.iter().find(|(word, _)| text.starts_with(index, word))?;
    let at = index + word.chars().count();
    if text.starts_with(index, "周末") {
        return None;
    }
    let day = match text.at(at) {
        '日' | '天' => Some(7),
        other => number::digit(other).filter(|day| (1..=6).contains(day)).map(|day| day as i8),
    };
    let bare = matches!(word, "周" | "星期");
    if bare
        && (day.is_none()
            || is_han(text.before(index)) && !text.is_word_start(index)
            || !text.is_word_start(at + 1))
    {
        return None;
    }
    let end = at + usize::from(day.is_some());
    Some(Expression { start: index, end, meaning: Meaning::Week(offset, day), modifier: "" })
}
