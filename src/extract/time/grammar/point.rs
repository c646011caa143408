//! Points of the calendar: 2024年10月26日上午.

use crate::extract::characters::Characters;
use crate::extract::characters::is_han;
use crate::extract::number;
use crate::extract::time::expression::Day;
use crate::extract::time::expression::DayPart;
use crate::extract::time::expression::Month;
use crate::extract::time::expression::Point;
use crate::extract::time::expression::Segment;
use crate::extract::time::expression::Year;

/// Words for a year, longest first.
#[rustfmt::skip]
pub(super) const YEARS: &[(&str, Year)] = &[
    ("本年度", Year::Relative(0)), ("今年", Year::Relative(0)), ("去年", Year::Relative(-1)),
    ("明年", Year::Relative(1)), ("前年", Year::Relative(-2)), ("后年", Year::Relative(2)),
    ("本年", Year::Relative(0)), ("当年", Year::Context(0)), ("同年", Year::Context(0)),
    ("上年", Year::Relative(-1)), ("次年", Year::Context(1)), ("翌年", Year::Context(1)),
];

/// Words for a day, longest first.
#[rustfmt::skip]
pub(super) const DAYS: &[(&str, Day)] = &[
    ("前一天", Day::Context(-1)), ("同一天", Day::Context(0)), ("这一天", Day::Context(0)),
    ("大前天", Day::Relative(-3)), ("今天", Day::Relative(0)), ("今日", Day::Relative(0)),
    ("昨天", Day::Relative(-1)), ("昨日", Day::Relative(-1)), ("前天", Day::Relative(-2)),
    ("明天", Day::Relative(1)), ("明日", Day::Relative(1)), ("后天", Day::Relative(2)),
    ("当天", Day::Context(0)), ("当日", Day::Context(0)), ("同日", Day::Context(0)), ("次日", Day::Context(1)),
    ("翌日", Day::Context(1)), ("即日", Day::Relative(0)),
];

/// Words for months against this one.
pub(super) const MONTHS: &[(&str, i32)] = &[
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
#[rustfmt::skip]
pub(super) const PARTS: &[(&str, DayPart)] = &[
    ("凌晨", DayPart { code: "TNI", from: 0, to: 6 }), ("清晨", DayPart { code: "TMO", from: 5, to: 9 }),
    ("早晨", DayPart { code: "TMO", from: 5, to: 9 }), ("早上", DayPart { code: "TMO", from: 5, to: 9 }),
    ("上午", DayPart { code: "TMO", from: 0, to: 12 }), ("中午", DayPart { code: "TMI", from: 11, to: 13 }),
    ("午后", DayPart { code: "TAF", from: 12, to: 18 }), ("下午", DayPart { code: "TAF", from: 12, to: 18 }),
    ("傍晚", DayPart { code: "TEV", from: 17, to: 19 }), ("晚上", DayPart { code: "TEV", from: 18, to: 24 }),
    ("晚间", DayPart { code: "TEV", from: 18, to: 24 }), ("深夜", DayPart { code: "TNI", from: 22, to: 24 }),
    ("夜间", DayPart { code: "TNI", from: 18, to: 24 }), ("晚", DayPart { code: "TEV", from: 18, to: 24 }),
];

/// A year at `index` and its end.
pub(super) fn year_at(text: &Characters<'_>, index: usize) -> Option<(Year, usize)> {
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

/// One point: year, month, day, part of the day, as far as they follow one another.
pub(super) fn point(text: &Characters<'_>, index: usize) -> Option<(Point, usize)> {
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
pub(super) fn is_event(text: &Characters<'_>, end: usize) -> bool {
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
pub(super) fn bracketed(text: &Characters<'_>, open: usize) -> Option<(Point, usize)> {
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
pub(super) fn year_segment(text: &Characters<'_>, index: usize, named: bool) -> Option<(Segment, usize)> {
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
pub(super) fn month_at(text: &Characters<'_>, index: usize) -> Option<(Month, usize)> {
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
pub(super) fn month_segment(text: &Characters<'_>, index: usize) -> Option<(Segment, usize)> {
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
pub(super) fn day_at(text: &Characters<'_>, index: usize, after_month: bool) -> Option<(Day, usize)> {
    if let Some(&(word, day)) = DAYS.iter().find(|(word, _)| text.starts_with(index, word)) {
        let end = index + word.chars().count();
        let figurative = matches!(word, "今天" | "明天")
            && (text.at(end) == '的' || matches!(text.before(index), '到' | '惜'))
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
pub(super) fn clock_at(text: &Characters<'_>, index: usize, placed: bool) -> Option<((i8, i8), usize)> {
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
