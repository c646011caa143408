//! Years, months and their parts: 2024年, 康熙三年, 上半年, 一季度末, 上旬.

use super::numeric::short;
use crate::extract::characters::Characters;
use crate::extract::characters::is_han;
use crate::extract::number;
use crate::extract::time::calendar;
use crate::extract::time::expression::Edge;
use crate::extract::time::expression::Month;
use crate::extract::time::expression::Segment;
use crate::extract::time::expression::Year;
use crate::extract::time::length::Unit;
use crate::extract::words::Table;
use rust_decimal::prelude::ToPrimitive;
use std::sync::LazyLock;

use super::day::day_at;

/// Words for a year, longest first.
#[rustfmt::skip]
const YEARS: &[(&str, Year)] = &[
    ("本年度", Year::Relative(0)), ("大前年", Year::Relative(-3)), ("大后年", Year::Relative(3)),
    ("今年", Year::Relative(0)), ("去年", Year::Relative(-1)), ("明年", Year::Relative(1)),
    ("前年", Year::Relative(-2)), ("后年", Year::Relative(2)), ("本年", Year::Relative(0)),
    ("当年", Year::Context(0)), ("同年", Year::Context(0)), ("上年", Year::Relative(-1)),
    ("次年", Year::Context(1)), ("翌年", Year::Context(1)), ("上一年", Year::Relative(-1)),
    ("下一年", Year::Relative(1)), ("这一年", Year::Context(0)), ("下1年", Year::Relative(1)), ("上1年", Year::Relative(-1)),
    ("下年", Year::Relative(1)),
];

/// Words for months against this one, longest first.
#[rustfmt::skip]
const MONTHS: &[(&str, i32)] = &[
    ("上上个月", -2), ("下下个月", 2), ("上一个月", -1), ("下一个月", 1), ("上个月", -1), ("下个月", 1), ("这个月", 0),
    ("上1月", -1), ("下1月", 1), ("上上月", -2), ("下下月", 2), ("本月", 0), ("上月", -1), ("下月", 1), ("当月", 0), ("同月", 0), ("次月", 1),
];

/// The same, for asking at every character.
static YEAR_WORDS: LazyLock<Table<Year>> = LazyLock::new(|| Table::with_values(YEARS.iter().copied()));
static MONTH_WORDS: LazyLock<Table<i32>> = LazyLock::new(|| Table::with_values(MONTHS.iter().copied()));

/// A year at `index` and its end.
pub(super) fn year_at(text: &Characters<'_>, index: usize) -> Option<(Year, usize)> {
    if let Some((word, length, year)) = YEAR_WORDS.value_at(text, index) {
        let end = index + length;
        // 这一年, 上一年 in prose mostly name no year of the calendar.
        let loose = matches!(word, "上一年" | "下一年" | "这一年" | "下年" | "上1年" | "下1年");
        let doubtful = loose && !text.thorough() || word == "下年" && text.at(end) == '度';
        return (!doubtful).then_some((year, end));
    }
    if text.before(index).is_ascii_alphanumeric() || text.before(index) == '.' {
        return None;
    }
    // An era is followed by its number: 康熙三年, 太平兴国元年.
    let counted = |at: usize| matches!(text.at(at), '元' | '十') || number::digit(text.at(at)).is_some();
    if is_han(text.at(index))
        && (counted(index + 2) || counted(index + 4))
        && let Some((first, length)) = calendar::era(text, index)
    {
        let at = index + length;
        let (count, end) = if text.at(at) == '元' { (1, at + 1) } else { number::small(text, at)? };
        return ((1..=100).contains(&count) && text.at(end) == '年')
            .then_some((Year::Absolute(first + count - 1), end + 1));
    }
    let (value, end) = number::small(text, index)?;
    let written = end - index;
    if text.at(end) == '年' {
        if (1000..=2199).contains(&value) && written == 4 {
            return Some((Year::Absolute(value), end + 1));
        }
        if text.thorough()
            && written == 3
            && (100..1000).contains(&value)
            && !text.at(index).is_ascii_digit()
            && number::digit(text.at(index + 1)).is_some()
        {
            return Some((Year::Absolute(value), end + 1));
        }
        if written == 2 && is_short_year(text, index, end) {
            return Some((Year::Absolute(short(value)), end + 1));
        }
    }
    // 两千零四年
    if text.starts_with(index, "两千") || text.starts_with(index, "二千") || text.starts_with(index, "一千")
    {
        let number = number::parse(text, index)?;
        let value = number.value.to_i32().filter(|_| number.value.scale() == 0 && !number.vague)?;
        return ((1000..=2199).contains(&value) && text.at(number.end) == '年' && (value != 1000))
            .then_some((Year::Absolute(value), number.end + 1));
    }
    None
}

/// Whether two figures before 年 name a year rather than count years: 08年, 九零年, 98年4月.
fn is_short_year(text: &Characters<'_>, index: usize, year: usize) -> bool {
    let (first, second) = (text.at(index), text.at(index + 1));
    if second == '十' || first == '十' || matches!(first, '两' | '几') {
        return false;
    }
    let next = text.at(year + 1);
    if matches!(first, '0' | '零' | '〇') {
        return !matches!(next, '级' | '代' | '来' | '间');
    }
    let dated = number::small(text, year + 1).is_some_and(|(value, end)| {
        (1..=12).contains(&value)
            && (text.at(end) == '月' || text.starts_with(end, "季度"))
            && text.at(end + 1) != '龄'
    });
    let spoken = second == '零' || second == '〇';
    let segment = text.any_of(year + 1, &["年底", "年初", "底", "初", "末", "上半年", "下半年"]).is_some();
    if dated || spoken || segment && !text.before(index).is_ascii_digit() {
        return true;
    }
    text.thorough()
        && (text
            .any_of(year + 1, &["第", "前", "小寒", "大寒"])
            .is_some_and(|(word, _)| word != "前" || number::begins(text.at(year + 2)))
            || index == 0 && text.len() == year + 1
            || !first.is_ascii_digit() && matches!(next, '\0' | '，'))
        && (first.is_ascii_digit() || number::digit(first).is_some() && number::digit(second).is_some())
}

/// 2100 standing alone, where nothing else says that it is a year.
pub(super) fn bare_year(text: &Characters<'_>, index: usize) -> Option<(Year, usize)> {
    if !text.thorough()
        || text.before(index).is_ascii_alphanumeric()
        || matches!(text.before(index), '.' | '-' | '/' | '$' | '￥' | '第' | ',' | '，')
    {
        return None;
    }
    let (value, end) = number::small(text, index)?;
    let next = text.at(end);
    let counted = matches!(
        next,
        '.' | ','
            | '%'
            | '/'
            | '·'
            | ':'
            | '个'
            | '元'
            | '万'
            | '亿'
            | '人'
            | '名'
            | '次'
            | '号'
            | '余'
            | '多'
            | '度'
    );
    let grouped = next == '，' && text.at(end + 1).is_ascii_digit();
    let apart = !(next.is_ascii_alphanumeric() || counted || grouped);
    (text.at(index).is_ascii_digit() && end == index + 4 && (1500..=2100).contains(&value) && apart)
        .then_some((Year::Absolute(value), end))
}

/// 上半年, 一季度, 前三季度, 1—11月份, 年底
pub(super) fn year_segment(text: &Characters<'_>, index: usize, named: bool) -> Option<(Segment, usize)> {
    static FIXED_WORDS: LazyLock<Table<Segment>> =
        LazyLock::new(|| Table::with_values(FIXED.iter().copied()));
    const FIXED: &[(&str, Segment)] = &[
        ("上半年度", Segment::Months(1, 6)),
        ("下半年度", Segment::Months(7, 12)),
        ("上半年", Segment::Months(1, 6)),
        ("下半年", Segment::Months(7, 12)),
        ("前半年", Segment::Months(1, 6)),
        ("后半年", Segment::Months(7, 12)),
        ("前三季度", Segment::Months(1, 9)),
        ("前三个季度", Segment::Months(1, 9)),
        ("前两季度", Segment::Months(1, 6)),
        ("前两个季度", Segment::Months(1, 6)),
        ("前两个月", Segment::Months(1, 2)),
        ("全年", Segment::Whole),
        ("年内", Segment::Within),
        ("年初", Segment::Start),
        ("年中", Segment::Middle),
        ("年底", Segment::End),
        ("年末", Segment::End),
    ];
    if let Some((word, length, segment)) = FIXED_WORDS.value_at(text, index) {
        let begins = matches!(text.at(index), '年');
        let apart = named || !begins || !is_han(text.before(index)) || text.is_word_start(index);
        let apart = apart
            && !(begins
                && (text.before(index).is_ascii_digit() || number::digit(text.before(index)).is_some()));
        if apart && !matches!(text.at(index + length), '值' | '产' if word == "年中") {
            return Some((segment, index + length));
        }
    }
    if named {
        let short: &[(&str, Segment)] = &[
            ("底", Segment::End),
            ("末", Segment::End),
            ("初", Segment::Start),
            ("年底", Segment::End),
            ("年初", Segment::Start),
            ("内", Segment::Within),
            ("暑假", Segment::Months(7, 8)),
            ("寒假", Segment::Months(1, 2)),
        ];
        if let Some(&(word, segment)) = short.iter().find(|(word, _)| text.starts_with(index, word)) {
            let inner = word == "内"
                && !text.thorough()
                && matches!(text.at(index + 1), '部' | '外' | '容' | '在' | '地');
            if !inner {
                return Some((segment, index + word.chars().count()));
            }
        }
    }
    if let Some(season) = season_at(text, index, named) {
        return Some(season);
    }
    if let Some((offset, end)) = quarter_from_now(text, index) {
        return Some((Segment::Quarter(offset), end));
    }
    if text.at(index) == 'q' && text.thorough() {
        let value = text.at(index + 1).to_digit(10).filter(|value| (1..=4).contains(value))? as i32;
        let unit = text.any_of(index + 2, &["季度"]).map_or(0, |(_, length)| length);
        return (!text.at(index + 2).is_ascii_alphanumeric())
            .then_some((Segment::Months(value * 3 - 2, value * 3), index + 2 + unit));
    }
    if text.starts_with(index, "首季度") && text.thorough() {
        return Some((Segment::Months(1, 3), index + 3));
    }
    if named && (text.starts_with(index, "首月") || text.starts_with(index, "首个月")) {
        return Some((Segment::Months(1, 1), index + if text.at(index + 1) == '月' { 2 } else { 3 }));
    }
    if let Some(months) = neighbours(text, index) {
        return Some(months);
    }
    let at = index + usize::from(text.at(index) == '第');
    let first = text.at(index) == '前';
    let (value, end) = number::small(text, at + usize::from(first))?;
    if (1..=4).contains(&value)
        && let Some((_, length)) =
            text.any_of(end, &["季度", "个季度"]).filter(|&(word, _)| word == "季度" || first || at > index)
    {
        let from = if first { 1 } else { value * 3 - 2 };
        return Some((Segment::Months(from, value * 3), end + length));
    }
    if first && (1..=12).contains(&value) {
        let month = text.any_of(end, &["个月", "月"])?;
        return Some((Segment::Months(1, value), end + month.1));
    }
    if !(1..=12).contains(&value) {
        return None;
    }
    let (_, length) = text.any_of(
        end,
        &[
            "——",
            "—",
            "--",
            "-",
            "–",
            "~",
            "～",
            "－",
            "至",
            "到",
            "月份至",
            "月份到",
            "月——",
            "月至",
            "月到",
            "月—",
            "月-",
            "月~",
            "月－",
        ],
    )?;
    let (last, end) = number::small(text, end + length)?;
    if !(value + 1..=12).contains(&last) || text.at(end) != '月' || day_at(text, end + 1, true).is_some() {
        return None;
    }
    Some((Segment::Months(value, last), end + 1 + usize::from(text.at(end + 1) == '份')))
}

/// 七八月, 6、7月份
fn neighbours(text: &Characters<'_>, index: usize) -> Option<(Segment, usize)> {
    let digit = |at: usize| match text.at(at) {
        character if character.is_ascii_digit() => character.to_digit(10),
        character => number::digit(character),
    };
    let (low, listed) = (digit(index)?, usize::from(text.at(index + 1) == '、'));
    let high = digit(index + 1 + listed)?;
    let spoken = listed > 0 || !text.at(index).is_ascii_digit();
    let end = index + 2 + listed;
    let apart = !text.before(index).is_ascii_digit() && number::digit(text.before(index)).is_none();
    (spoken && apart && low > 0 && high == low + 1 && text.at(end) == '月' && text.at(end + 1) != '龄')
        .then_some((
            Segment::Months(low as i32, high as i32),
            end + 1 + usize::from(text.at(end + 1) == '份'),
        ))
}

/// 春天, 夏季
fn season_at(text: &Characters<'_>, index: usize, named: bool) -> Option<(Segment, usize)> {
    let season = match text.at(index) {
        '春' => 1,
        '夏' => 2,
        '秋' => 3,
        '冬' => 4,
        _ => return None,
    };
    let head = match text.at(index + 1) {
        '天' | '季' => named || text.thorough(),
        '日' => named,
        _ => false,
    };
    head.then_some((Segment::Season(season), index + 2))
}

/// 上个季度, 本季度
fn quarter_from_now(text: &Characters<'_>, index: usize) -> Option<(i32, usize)> {
    let step = match text.at(index) {
        '上' => -1,
        '下' => 1,
        '本' | '这' => 0,
        _ => return None,
    };
    let mut at = index + 1;
    let mut offset = step;
    while step != 0 && text.at(at) == text.at(index) && at < index + 4 {
        offset += step;
        at += 1;
    }
    at += text.any_of(at, &["一个", "个", "一"]).map_or(0, |(_, length)| length);
    text.starts_with(at, "季度").then_some((offset, at + 2))
}

/// 初, 末 behind a quarter, half-year or decade.
pub(super) fn edge_at(text: &Characters<'_>, index: usize) -> Option<(Edge, usize)> {
    let (word, length) = text.any_of(index, &["初期", "中期", "末期", "前期", "后期", "初", "末", "底"])?;
    let edge = match word {
        "初" | "初期" | "前期" => Edge::Start,
        "中期" => Edge::Middle,
        _ => Edge::End,
    };
    Some((edge, index + length))
}

/// 5月, 11月份, 本月, 正月, 闰四月
pub(super) fn month_at(text: &Characters<'_>, index: usize) -> Option<(Month, usize)> {
    if let Some((_, length, offset)) = MONTH_WORDS.value_at(text, index) {
        let end = index + length;
        return Some((Month::Relative(offset), end + usize::from(text.at(end) == '份')));
    }
    if let Some((month, length)) = lunar_name(text, index) {
        return Some((Month::Lunar(month, false), index + length));
    }
    if text.at(index) == '闰' {
        let (value, end) = number::small(text, index + 1)?;
        return ((1..=12).contains(&value) && text.at(end) == '月')
            .then_some((Month::Lunar(value, true), end + 1));
    }
    if text.before(index).is_ascii_alphanumeric() || matches!(text.before(index), '.' | '第') {
        return None;
    }
    let (value, end) = number::small(text, index)?;
    if !(1..=12).contains(&value)
        || text.at(end) != '月'
        || matches!(text.at(end + 1), '球' | '票' | '子' | '台' | '牙')
    {
        return None;
    }
    Some((Month::Absolute(value), end + 1 + usize::from(text.at(end + 1) == '份')))
}

/// Months that only the farmers' calendar names.
fn lunar_name(text: &Characters<'_>, index: usize) -> Option<(i32, usize)> {
    if text.starts_with(index, "大年")
        && !text.starts_with(index, "大年三十")
        && (text.at(index + 2) == '初' || text.thorough() && number::digit(text.at(index + 2)).is_some())
    {
        return Some((1, 2));
    }
    let month = match text.at(index) {
        '正' => 1,
        '冬' => 11,
        '腊' => 12,
        _ => return None,
    };
    (text.at(index + 1) == '月').then_some((month, 2))
}

/// 上旬, 月底
pub(super) fn month_segment(text: &Characters<'_>, index: usize) -> Option<(Segment, usize)> {
    let segments: &[(&str, Segment)] = &[
        ("上旬", Segment::Ten(1)),
        ("中旬", Segment::Ten(2)),
        ("下旬", Segment::Ten(3)),
        ("上半月", Segment::Half(1)),
        ("下半月", Segment::Half(2)),
        ("月初", Segment::Start),
        ("月底", Segment::End),
        ("月末", Segment::End),
        ("初", Segment::Start),
        ("底", Segment::End),
        ("末", Segment::End),
    ];
    let &(word, segment) = segments.iter().find(|(word, _)| text.starts_with(index, word))?;
    let numbered =
        number::digit(text.at(index + 1)).is_some_and(|digit| digit > 0) || text.at(index + 1) == '十';
    if word == "初" && numbered {
        return None;
    }
    Some((segment, index + word.chars().count()))
}

/// 第三周, 第三个月, 第十天, 前10天, 最后4个月
pub(super) fn nth_segment(text: &Characters<'_>, index: usize) -> Option<(Segment, usize)> {
    let at = index + usize::from(text.at(index) == '的');
    let (word, length) = text.any_of(at, &["第", "前", "最后", "后"])?;
    let (value, end) = number::small(text, at + length).filter(|&(value, _)| (1..=400).contains(&value))?;
    let (unit, unit_length) = text.any_of(
        end,
        &["个星期", "个礼拜", "星期", "礼拜", "周", "个季度", "季度", "个月", "月", "天", "日", "个工作日"],
    )?;
    let end = end + unit_length;
    let unit = match unit {
        "个季度" | "季度" => Unit::Quarter,
        "个月" | "月" => Unit::Month,
        "天" | "日" => Unit::Day,
        "个工作日" => Unit::Workday,
        _ => Unit::Week,
    };
    if word == "后" && !text.thorough() || matches!(text.at(end), '后' | '内') && word == "前" {
        return None;
    }
    let segment = match word {
        "第" => Segment::Nth(value, unit),
        "前" => Segment::First(value, unit),
        _ => Segment::Last(value, unit),
    };
    Some((segment, end))
}
