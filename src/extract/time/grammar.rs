//! Reads time expressions; knows nothing about when "now" is.

use super::calendar::FESTIVALS;
use super::expression::Day;
use super::expression::DayPart;
use super::expression::Direction;
use super::expression::Expression;
use super::expression::Meaning;
use super::expression::Month;
use super::expression::Point;
use super::expression::Segment;
use super::expression::Unit;
use super::expression::Year;
use crate::extract::characters::Characters;
use crate::extract::characters::is_han;
use crate::extract::number;

/// Words for a year, longest first.
const YEARS: &[(&str, Year)] = &[
    ("本年度", Year::Relative(0)),
    ("今年", Year::Relative(0)),
    ("去年", Year::Relative(-1)),
    ("明年", Year::Relative(1)),
    ("前年", Year::Relative(-2)),
    ("后年", Year::Relative(2)),
    ("本年", Year::Relative(0)),
    ("当年", Year::Context(0)),
    ("同年", Year::Context(0)),
    ("上年", Year::Relative(-1)),
    ("次年", Year::Context(1)),
    ("翌年", Year::Context(1)),
];

/// Words for a day, longest first.
const DAYS: &[(&str, Day)] = &[
    ("前一天", Day::Context(-1)),
    ("同一天", Day::Context(0)),
    ("这一天", Day::Context(0)),
    ("大前天", Day::Relative(-3)),
    ("今天", Day::Relative(0)),
    ("今日", Day::Relative(0)),
    ("昨天", Day::Relative(-1)),
    ("昨日", Day::Relative(-1)),
    ("前天", Day::Relative(-2)),
    ("明天", Day::Relative(1)),
    ("明日", Day::Relative(1)),
    ("后天", Day::Relative(2)),
    ("当天", Day::Context(0)),
    ("当日", Day::Context(0)),
    ("同日", Day::Context(0)),
    ("次日", Day::Context(1)),
    ("翌日", Day::Context(1)),
    ("即日起", Day::Relative(0)),
    ("即日", Day::Relative(0)),
];

/// Words for months against this one.
const MONTHS: &[(&str, i32)] = &[
    ("上个月", -1),
    ("下个月", 1),
    ("这个月", 0),
    ("本月", 0),
    ("上月", -1),
    ("下月", 1),
    ("当月", 0),
    ("次月", 1),
];

/// Parts of the day, longest first.
const PARTS: &[(&str, DayPart)] = &[
    ("凌晨", DayPart { code: "TNI", from: 0, to: 6 }),
    ("清晨", DayPart { code: "TMO", from: 5, to: 9 }),
    ("早晨", DayPart { code: "TMO", from: 5, to: 9 }),
    ("早上", DayPart { code: "TMO", from: 5, to: 9 }),
    ("上午", DayPart { code: "TMO", from: 0, to: 12 }),
    ("中午", DayPart { code: "TMI", from: 11, to: 13 }),
    ("午后", DayPart { code: "TAF", from: 12, to: 18 }),
    ("下午", DayPart { code: "TAF", from: 12, to: 18 }),
    ("傍晚", DayPart { code: "TEV", from: 17, to: 19 }),
    ("晚上", DayPart { code: "TEV", from: 18, to: 24 }),
    ("晚间", DayPart { code: "TEV", from: 18, to: 24 }),
    ("深夜", DayPart { code: "TNI", from: 22, to: 24 }),
    ("夜间", DayPart { code: "TNI", from: 18, to: 24 }),
    ("晚", DayPart { code: "TEV", from: 18, to: 24 }),
];

/// Reads the expression that begins at `index`.
pub(crate) fn read(text: &Characters<'_>, index: usize) -> Option<Expression> {
    if !may_begin(text.at(index)) {
        return None;
    }
    let expression = plan(text, index)
        .or_else(|| century(text, index))
        .or_else(|| relative_span(text, index))
        .or_else(|| festival(text, index))
        .or_else(|| calendar(text, index))
        .or_else(|| week(text, index))
        .or_else(|| set(text, index))
        .or_else(|| vague(text, index))?;
    Some(closed(text, expression))
}

/// A quick look that spares most characters the grammar.
fn may_begin(character: char) -> bool {
    character.is_ascii_digit()
        || matches!(
            character,
            '一' | '二'
                | '三'
                | '四'
                | '五'
                | '六'
                | '七'
                | '八'
                | '九'
                | '十'
                | '〇'
                | '零'
                | '两'
                | '几'
                | '数'
                | '百'
                | '“'
                | '今'
                | '去'
                | '明'
                | '前'
                | '后'
                | '本'
                | '当'
                | '同'
                | '上'
                | '次'
                | '翌'
                | '昨'
                | '即'
                | '大'
                | '这'
                | '正'
                | '元'
                | '中'
                | '国'
                | '清'
                | '端'
                | '劳'
                | '儿'
                | '建'
                | '教'
                | '春'
                | '除'
                | '双'
                | '全'
                | '年'
                | '月'
                | '下'
                | '第'
                | '北'
                | '晚'
                | '凌'
                | '早'
                | '傍'
                | '深'
                | '过'
                | '近'
                | '最'
                | '未'
                | '周'
                | '星'
                | '每'
                | '党'
                | '岁'
                | '新'
                | '秋'
                | '夏'
                | '冬'
                | '其'
                | '农'
        )
}

/// “十四五”时期
fn plan(text: &Characters<'_>, index: usize) -> Option<Expression> {
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
    Some(Expression { start: index, end, meaning: Meaning::Plan(number), modifier: "" })
}

/// 上世纪90年代, 21世纪, 本世纪中叶
fn century(text: &Characters<'_>, index: usize) -> Option<Expression> {
    let (century, mut end) = if text.starts_with(index, "上世纪") {
        (20, index + 3)
    } else if text.starts_with(index, "本世纪") {
        (21, index + 3)
    } else {
        let (value, end) = number::small(text, index)?;
        if (1..=30).contains(&value) && text.starts_with(end, "世纪") {
            (value, end + 2)
        } else if value < 100 && value % 10 == 0 && text.starts_with(end, "年代") {
            return Some(Expression {
                start: index,
                end: end + 2,
                meaning: Meaning::Years(1900 + value, 1909 + value),
                modifier: "",
            });
        } else {
            return None;
        }
    };
    let first = (century - 1) * 100;
    let mut years = (first + 1, first + 100);
    let mut modifier = "";
    if let Some((decade, at)) = number::small(text, end).filter(|&(_, at)| text.starts_with(at, "年代")) {
        years = (first + decade, first + decade + 9);
        end = at + 2;
        if let Some((word, length)) = text.any_of(end, &["中后期", "中期", "初期", "末期", "初", "末"])
        {
            modifier = match word {
                "初" | "初期" => "START",
                "中期" => "MID",
                _ => "END",
            };
            end += length;
        }
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

/// 五年来, 过去五年, 两天前, 未来两个月内, 近五年来
fn relative_span(text: &Characters<'_>, index: usize) -> Option<Expression> {
    let lead = text.any_of(index, &["过去的", "过去", "最近", "未来", "今后", "近", "此前", "前"]);
    let mut at = index + lead.map_or(0, |(_, length)| length);
    if lead.is_some() && text.at(at) == '这' {
        at += 1;
    }
    let number = number::parse(text, at)?;
    let (word, length) =
        text.any_of(number.end, &["个多月", "个月", "个小时", "小时", "分钟", "周年", "年", "周", "天"])?;
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
            let tail = text.any_of(end, &["时间", "以来", "来", "里", "内", "间"]);
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
            } else if text.starts_with(end, "来")
                && !matches!(text.at(end + 1), '自' | '到' | '访' | '华' | '源' | '说' | '临')
            {
                done(end + 1, Direction::UpToNow)
            } else if text.starts_with(end, "年间")
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
            } else if text.starts_with(end, "以后") || text.starts_with(end, "之后") {
                done(end + 2, Direction::Later)
            } else if next == '后' && !matches!(text.at(end + 1), '续' | '来' | '期' | '备' | '勤') {
                done(end + 1, Direction::Later)
            } else {
                None
            }
        }
    }
}

/// 春节, 2019年春节假期首日
fn festival(text: &Characters<'_>, index: usize) -> Option<Expression> {
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
    if text.any_of(end, &["联欢", "晚会", "档", "诗会", "庙会", "文化", "奖", "路", "村", "新区"]).is_some()
        || is_han(text.before(index)) && !text.is_word_start(at) && name != "五一"
    {
        return None;
    }
    for words in [
        &["小长假", "长假", "假期", "假日", "佳节", "时节", "黄金周", "当天", "节"][..],
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

/// A year at `index` and its end.
fn year_at(text: &Characters<'_>, index: usize) -> Option<(Year, usize)> {
    if let Some(&(word, year)) = YEARS.iter().find(|(word, _)| text.starts_with(index, word)) {
        // 当年 and 本年 inside other words, 今年 never.
        return Some((year, index + word.chars().count()));
    }
    if text.before(index).is_ascii_alphanumeric() || text.before(index) == '.' {
        return None;
    }
    let (value, end) = number::small(text, index)?;
    ((1000..=2199).contains(&value) && end - index == 4 && text.at(end) == '年')
        .then_some((Year::Absolute(value), end + 1))
}

/// 2024年10月26日上午, 今年1—7月, 9月6日至7日
fn calendar(text: &Characters<'_>, index: usize) -> Option<Expression> {
    let (first, end) = point(text, index)?;
    let Some((_, length)) = text.any_of(end, &["—", "至", "到", "-", "–", "~", "～", "－"]) else {
        return Some(Expression { start: index, end, meaning: Meaning::Point(first), modifier: "" });
    };
    if let Some((last, last_end)) = point(text, end + length) {
        let comparable = last.part.is_none() || first.day.is_some() || last.day.is_some();
        if comparable && last.day.is_none_or(|day| matches!(day, Day::Absolute(_) | Day::Relative(_))) {
            return Some(Expression {
                start: index,
                end: last_end,
                meaning: Meaning::Between(first, last),
                modifier: "",
            });
        }
    }
    Some(Expression { start: index, end, meaning: Meaning::Point(first), modifier: "" })
}

/// One point: year, month, day, part of the day, as far as they follow one another.
fn point(text: &Characters<'_>, index: usize) -> Option<(Point, usize)> {
    let mut point = Point::default();
    let mut at = index;
    if let Some((word, length)) = text.any_of(at, &["当地时间", "北京时间"]) {
        point.beijing = word == "北京时间";
        at += length;
    }
    if let Some((year, end)) = year_at(text, at) {
        point.year = year;
        at = end;
        at += text.any_of(at, &["全年", "一年", "同期"]).map_or(0, |(_, length)| length);
    }
    let named = point.year != Year::Open;
    let before_segment = at;
    if let Some((segment, end)) = year_segment(text, at, named) {
        point.segment = Some(segment);
        at = end;
    }
    if point.segment.is_none() {
        if let Some((month, end)) = month_at(text, at) {
            point.month = Some(month);
            at = end;
            if let Some((segment, end)) = month_segment(text, at) {
                point.segment = Some(segment);
                at = end;
            }
        } else if !named && text.starts_with(at, "月底") && text.is_word_start(at) {
            point.month = Some(Month::Relative(0));
            point.segment = Some(Segment::End);
            at += 2;
        }
    }
    if point.segment.is_none()
        && let Some((day, end)) = day_at(text, at, point.month.is_some())
    {
        point.day = Some(day);
        at = end;
    }
    if point.day.is_some()
        && text.at(at) == '（'
        && let Some((inner, end)) = bracketed(text, at)
    {
        // 今天（3月7日）: the bracket says which day it is.
        point.month = inner.month.or(point.month);
        point.day = inner.day;
        if inner.year != Year::Open {
            point.year = inner.year;
        }
        at = end;
    }
    if point.day.is_some() || at == index {
        if let Some(&(word, part)) = PARTS.iter().find(|(word, _)| text.starts_with(at, word)) {
            let end = at + word.chars().count();
            let clear = word != "晚"
                || point.day.is_some() && !matches!(text.at(end), '会' | '报' | '期' | '些' | '宴');
            let clocked = clock_at(text, end, true).is_some();
            if clear && (point.day.is_some() || clocked) {
                point.part = Some(part);
                at = end;
            }
        }
        if text.starts_with(at, "晚些时候") && point.day.is_some() {
            at += 4;
        }
    }
    if (point.day.is_some()
        || point.part.is_some()
        || at == index
        || text.at(at).is_ascii_digit() && point.beijing)
        && let Some((clock, end)) = clock_at(text, at, point.part.is_some() || point.day.is_some())
    {
        point.clock = Some(clock);
        at = end;
    }
    if point.is_empty() || at == index {
        return None;
    }
    if matches!(point.year, Year::Absolute(_)) && at == before_segment && is_event(text, at) {
        return None;
    }
    Some((point, at))
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

/// （3月7日）
fn bracketed(text: &Characters<'_>, open: usize) -> Option<(Point, usize)> {
    let mut inner = Point::default();
    let mut at = open + 1;
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

/// 上半年, 一季度, 前三季度, 1—11月份, 年底
fn year_segment(text: &Characters<'_>, index: usize, named: bool) -> Option<(Segment, usize)> {
    let fixed: &[(&str, Segment)] = &[
        ("上半年", Segment::Months(1, 6)),
        ("下半年", Segment::Months(7, 12)),
        ("前三季度", Segment::Months(1, 9)),
        ("前两季度", Segment::Months(1, 6)),
        ("前两个月", Segment::Months(1, 2)),
        ("全年", Segment::Whole),
        ("年内", Segment::Within),
        ("年初", Segment::Start),
        ("年中", Segment::Middle),
        ("年底", Segment::End),
        ("年末", Segment::End),
    ];
    if let Some(&(word, segment)) = fixed.iter().find(|(word, _)| text.starts_with(index, word)) {
        let begins = matches!(text.at(index), '年');
        let apart = named || !begins || !is_han(text.before(index)) || text.is_word_start(index);
        let apart = apart
            && !(begins
                && (text.before(index).is_ascii_digit() || number::digit(text.before(index)).is_some()));
        if apart && !matches!(text.at(index + word.chars().count()), '值' | '产' if word == "年中") {
            return Some((segment, index + word.chars().count()));
        }
    }
    if named {
        let short: &[(&str, Segment)] = &[
            ("底", Segment::End),
            ("末", Segment::End),
            ("初", Segment::Start),
            ("春天", Segment::Season(1)),
            ("春季", Segment::Season(1)),
            ("夏天", Segment::Season(2)),
            ("夏季", Segment::Season(2)),
            ("秋天", Segment::Season(3)),
            ("秋季", Segment::Season(3)),
            ("冬天", Segment::Season(4)),
            ("冬季", Segment::Season(4)),
            ("年底", Segment::End),
            ("年初", Segment::Start),
        ];
        if let Some(&(word, segment)) = short.iter().find(|(word, _)| text.starts_with(index, word)) {
            return Some((segment, index + word.chars().count()));
        }
    }
    let at = index + usize::from(text.at(index) == '第');
    let first = text.at(index) == '前';
    let (value, end) = number::small(text, at + usize::from(first))?;
    if (1..=4).contains(&value) && text.starts_with(end, "季度") {
        let from = if first { 1 } else { value * 3 - 2 };
        return Some((Segment::Months(from, value * 3), end + 2));
    }
    if first && (1..=12).contains(&value) {
        let month = text.any_of(end, &["个月", "月"])?;
        return Some((Segment::Months(1, value), end + month.1));
    }
    if !(1..=12).contains(&value) {
        return None;
    }
    let (_, length) =
        text.any_of(end, &["—", "-", "–", "~", "～", "－", "至", "到", "月至", "月到", "月—", "月-"])?;
    let (last, end) = number::small(text, end + length)?;
    if !(value + 1..=12).contains(&last) || text.at(end) != '月' || day_at(text, end + 1, true).is_some() {
        return None;
    }
    Some((Segment::Months(value, last), end + 1 + usize::from(text.at(end + 1) == '份')))
}

/// 5月, 11月份, 本月
fn month_at(text: &Characters<'_>, index: usize) -> Option<(Month, usize)> {
    if let Some(&(word, offset)) = MONTHS.iter().find(|(word, _)| text.starts_with(index, word)) {
        return Some((Month::Relative(offset), index + word.chars().count()));
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

/// 上旬, 月底
fn month_segment(text: &Characters<'_>, index: usize) -> Option<(Segment, usize)> {
    let segments: &[(&str, Segment)] = &[
        ("上旬", Segment::Ten(1)),
        ("中旬", Segment::Ten(2)),
        ("下旬", Segment::Ten(3)),
        ("初", Segment::Start),
        ("底", Segment::End),
        ("末", Segment::End),
    ];
    segments
        .iter()
        .find(|(word, _)| text.starts_with(index, word))
        .map(|&(word, segment)| (segment, index + word.chars().count()))
}

/// 26日, 15号, 今天
fn day_at(text: &Characters<'_>, index: usize, after_month: bool) -> Option<(Day, usize)> {
    if let Some(&(word, day)) = DAYS.iter().find(|(word, _)| text.starts_with(index, word)) {
        let end = index + word.chars().count();
        let figurative = matches!(word, "今天" | "明天") && text.at(end) == '的'
            || matches!(word, "今日" | "明日") && text.at(end) == '之';
        return (!figurative).then_some((day, end));
    }
    if text.before(index).is_ascii_alphanumeric() || matches!(text.before(index), '.' | '第' | '-') {
        return None;
    }
    let (value, end) = number::small(text, index)?;
    if !(1..=31).contains(&value) {
        return None;
    }
    let next = text.at(end + 1);
    match text.at(end) {
        '日' if after_month
            || !matches!(next, '本' | '语' | '元' | '均' | '圆' | '益' | '游')
                && text.at(index).is_ascii_digit() => {}
        '号' if after_month
            || text.at(index).is_ascii_digit()
                && !matches!(
                    next,
                    '线' | '楼'
                        | '文'
                        | '院'
                        | '馆'
                        | '令'
                        | '公'
                        | '机'
                        | '井'
                        | '厅'
                        | '门'
                        | '码'
                        | '卫'
                        | '提'
                        | '车'
                        | '航'
                        | '桥'
                        | '台'
                        | '高'
                        | '）'
                        | '’'
                        | '”'
                ) => {}
        _ => return None,
    }
    Some((Day::Absolute(value), end + 1))
}

/// 14时46分, 7点多, 24时, 零时, 8:30
fn clock_at(text: &Characters<'_>, index: usize, placed: bool) -> Option<((i8, i8), usize)> {
    if text.before(index).is_ascii_alphanumeric() && !placed {
        return None;
    }
    let (mut hour, mut end) = number::small(text, index)?;
    if text.at(end) == '-'
        && placed
        && let Some((last, last_end)) = number::small(text, end + 1)
    {
        // 0-24时: the whole day
        if text.at(last_end) == '时' {
            (hour, end) = (last, last_end);
        }
    }
    if !(0..=24).contains(&hour) {
        return None;
    }
    let hour = hour as i8;
    match text.at(end) {
        ':' | '：' if placed && text.at(index).is_ascii_digit() => {
            let (minute, minute_end) = number::small(text, end + 1)?;
            return ((0..60).contains(&minute) && minute_end == end + 3)
                .then_some(((hour, minute as i8), minute_end));
        }
        '时' if matches!(text.at(end + 1), '代' | '间' | '候' | '节' | '而' | '尚' | '有') => {
            return None;
        }
        '时' if !placed && !text.at(index).is_ascii_digit() => return None,
        '点' if !placed && !number::begins(text.at(end + 1)) => return None,
        '时' | '点' => {}
        _ => return None,
    }
    end += 1;
    if let Some((minute, minute_end)) = number::small(text, end)
        .filter(|&(minute, at)| (0..60).contains(&minute) && text.at(at) == '分' && text.at(at + 1) != '钟')
    {
        return Some(((hour, minute as i8), minute_end + 1));
    }
    if text.before(end) == '点' {
        if !placed {
            return None;
        }
        if text.at(end) == '半' {
            return Some(((hour, 30), end + 1));
        }
        end += usize::from(matches!(text.at(end), '多' | '整' | '钟'));
    } else {
        end += usize::from(text.at(end) == '许');
    }
    Some(((hour, -1), end))
}

/// 本周五, 上周, 周末
fn week(text: &Characters<'_>, index: usize) -> Option<Expression> {
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

/// 每年, 每周一
fn set(text: &Characters<'_>, index: usize) -> Option<Expression> {
    let sets: &[(&str, &str)] = &[
        ("每年", "XXXX"),
        ("每季度", "XXXX-QX"),
        ("每个月", "XXXX-XX"),
        ("每月", "XXXX-XX"),
        ("每周一", "XXXX-WXX-1"),
        ("每周二", "XXXX-WXX-2"),
        ("每周三", "XXXX-WXX-3"),
        ("每周四", "XXXX-WXX-4"),
        ("每周五", "XXXX-WXX-5"),
        ("每周六", "XXXX-WXX-6"),
        ("每周日", "XXXX-WXX-7"),
        ("每日", "XXXX-XX-XX"),
    ];
    let &(word, value) = sets.iter().find(|(word, _)| text.starts_with(index, word))?;
    Some(Expression {
        start: index,
        end: index + word.chars().count(),
        meaning: Meaning::Set(value),
        modifier: "",
    })
}

/// 党的十八大以来, 岁末年初
fn vague(text: &Characters<'_>, index: usize) -> Option<Expression> {
    let words: &[&str] = &[
        "党的十八大以来",
        "党的十九大以来",
        "党的二十大以来",
        "十八大以来",
        "十九大以来",
        "二十大以来",
        "改革开放以来",
        "新中国成立以来",
        "岁末年初",
        "新的一年",
        "新年伊始",
        "这个周末",
        "今冬明春",
        "新春佳节",
    ];
    // 党的十八大以来 after another word of the same kind stays whole.
    let (_, length) = text.any_of(index, words)?;
    Some(Expression { start: index, end: index + length, meaning: Meaning::Vague, modifier: "" })
}

/// Words behind that belong to the expression: 以来, 前后, 前.
fn closed(text: &Characters<'_>, mut expression: Expression) -> Expression {
    let spanned = matches!(expression.meaning, Meaning::Span(..) | Meaning::Set(_) | Meaning::Vague);
    if spanned {
        return expression;
    }
    let tails: &[(&str, &'static str)] = &[
        ("以来", "SINCE"),
        ("期间", ""),
        ("前后", "APPROX"),
        ("之前", "BEFORE"),
        ("以前", "BEFORE"),
        ("之后", "AFTER"),
        ("以后", "AFTER"),
        ("前", "BEFORE"),
        ("后", "AFTER"),
    ];
    if let Some(&(word, modifier)) = tails.iter().find(|(word, _)| text.starts_with(expression.end, word)) {
        let end = expression.end + word.chars().count();
        // 春节前往: the word goes on.
        let whole = word.chars().count() > 1 || text.word_end(expression.end) == end;
        if whole {
            expression.end = end;
            expression.modifier = modifier;
        }
    }
    expression
}
