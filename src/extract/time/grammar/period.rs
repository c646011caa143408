//! Periods that the calendar does not number by itself: “十四五”时期, 上世纪90年代, 今冬明春.

use crate::extract::characters::Characters;
use crate::extract::characters::is_han;
use crate::extract::number;
use crate::extract::time::expression::Day;
use crate::extract::time::expression::Expression;
use crate::extract::time::expression::Meaning;
use crate::extract::time::expression::Month;
use crate::extract::time::expression::Point;
use crate::extract::time::expression::Segment;
use crate::extract::time::expression::Year;

/// “十四五”时期
pub(super) fn plan(text: &Characters<'_>, index: usize) -> Option<Expression> {
    let quoted = text.at(index) == '“';
    let at = index + usize::from(quoted);
    if text.at(at) != '十' || text.at(at + 2) != '五' {
        return None;
    }
    let number = 10 + number::digit(text.at(at + 1))? as i32;
    let mut end = at + 3;
    if quoted {
        if text.at(end) != '”' {
            return None;
        }
        end += 1;
    }
    let period = text.any_of(end, &["时期", "期间", "开局之年", "末期", "末"]);
    if text.starts_with(end, "规划") || !quoted && period.is_none() {
        return None;
    }
    end += period.map_or(0, |(_, length)| length);
    Some(Expression::new(index, end, Meaning::Plan(number)))
}

/// 上世纪90年代, 21世纪, 本世纪中叶
pub(super) fn century(text: &Characters<'_>, index: usize) -> Option<Expression> {
    let (century, mut end) = if text.starts_with(index, "上世纪") {
        (20, index + 3)
    } else if text.starts_with(index, "本世纪") {
        (21, index + 3)
    } else {
        let (value, end) = number::small(text, index)?;
        if !(1..=30).contains(&value) || !text.starts_with(end, "世纪") || text.starts_with(end, "世纪海上")
        {
            return None;
        }
        (value, end + 2)
    };
    let first = (century - 1) * 100;
    let mut years = (first + 1, first + 100);
    let mut modifier = "";
    if let Some((decade, at)) = number::small(text, end).filter(|&(_, at)| text.starts_with(at, "年代")) {
        years = (first + decade, first + decade + 9);
        (modifier, end) = stage(text, at + 2);
    } else if let Some((word, length)) = text.any_of(end, &["中叶", "初", "末"]) {
        modifier = match word {
            "中叶" => "MID",
            "初" => "START",
            _ => "END",
        };
        end += length;
    }
    Some(Expression { start: index, end, meaning: Meaning::Years(years.0, years.1), modifier })
}

/// 90年代, 八十年代初
pub(super) fn decade(text: &Characters<'_>, index: usize) -> Option<Expression> {
    if text.before(index).is_ascii_alphanumeric() {
        return None;
    }
    let (value, end) = number::small(text, index)?;
    if (1000..2200).contains(&value) && value % 10 == 0 && end == index + 4 && text.starts_with(end, "年代")
    {
        let (modifier, end) = stage(text, end + 2);
        return Some(Expression { start: index, end, meaning: Meaning::Years(value, value + 9), modifier });
    }
    if !(value < 100 && value % 10 == 0 && text.starts_with(end, "年代")) {
        return None;
    }
    let (modifier, end) = stage(text, end + 2);
    Some(Expression { start: index, end, meaning: Meaning::Decade(value), modifier })
}

/// 初期, 末 behind a decade: modifier and end.
fn stage(text: &Characters<'_>, index: usize) -> (&'static str, usize) {
    let Some((word, length)) =
        text.any_of(index, &["中后期", "前期", "中期", "后期", "初期", "末期", "初", "末"])
    else {
        return ("", index);
    };
    let modifier = match word {
        "初" | "初期" | "前期" => "START",
        "中期" => "MID",
        _ => "END",
    };
    (modifier, index + length)
}

/// 今冬明春: from one season to another.
pub(super) fn seasons(text: &Characters<'_>, index: usize) -> Option<Expression> {
    let season = |at: usize| {
        let year = match text.at(at) {
            '今' => 0,
            '去' => -1,
            '明' => 1,
            _ => return None,
        };
        let season = match text.at(at + 1) {
            '春' => 1,
            '夏' => 2,
            '秋' => 3,
            '冬' => 4,
            _ => return None,
        };
        Some(Point { year: Year::Relative(year), segment: Some(Segment::Season(season)), ..Point::default() })
    };
    let (first, last) = (season(index)?, season(index + 2)?);
    Some(Expression::new(index, index + 4, Meaning::Seasons(first, last)))
}

/// National congresses of the Party with the day on which each began.
const CONGRESSES: &[(&str, i32, i32, i32)] = &[
    ("十六大", 2002, 11, 8),
    ("十七大", 2007, 10, 15),
    ("十八大", 2012, 11, 8),
    ("十九大", 2017, 10, 18),
    ("二十大", 2022, 10, 16),
];

/// 党的十八大以来
fn congress(text: &Characters<'_>, index: usize) -> Option<Expression> {
    let led = text.any_of(index, &["党的", "中共"]).map_or(0, |(_, length)| length);
    let at = index + led;
    let &(_, year, month, day) = CONGRESSES.iter().find(|(name, ..)| text.starts_with(at, name))?;
    let point = Point {
        year: Year::Absolute(year),
        month: Some(Month::Absolute(month)),
        day: Some(Day::Absolute(day)),
        ..Point::default()
    };
    let since = text.starts_with(at + 3, "以来");
    since.then(|| Expression { modifier: "SINCE", ..Expression::new(index, at + 5, Meaning::Point(point)) })
}

/// 改革开放以来, 岁末年初, 现在
pub(super) fn vague(text: &Characters<'_>, index: usize) -> Option<Expression> {
    let words: &[&str] =
        &["改革开放以来", "新中国成立以来", "岁末年初", "新的一年", "新年伊始", "这个周末", "新春佳节"];
    if let Some((_, length)) = text.any_of(index, words) {
        return Some(Expression::new(index, index + length, Meaning::Vague));
    }
    if !text.thorough() {
        return None;
    }
    if let Some(since) = congress(text, index) {
        return Some(since);
    }
    let now =
        |word: &str| is_han(text.before(index)) && !text.is_word_start(index) && word.chars().count() == 2;
    if let Some((word, length)) =
        text.any_of(index, &["现在", "目前", "此刻", "此时", "最近", "如今", "当下", "这会儿"])
    {
        return (!now(word)).then(|| Expression::new(index, index + length, Meaning::Now));
    }
    if let Some((_, length)) = text.any_of(index, &["刚刚才", "刚刚", "刚才"]) {
        return Some(Expression::new(index, index + length, Meaning::Just));
    }
    let (_, length) = text.any_of(index, &["马上", "立刻", "很快"])?;
    Some(Expression::new(index, index + length, Meaning::Soon))
}
