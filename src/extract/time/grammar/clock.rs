//! Parts of the day and times of day: 下午3点半, 14时46分, 8:30.

use crate::extract::characters::Characters;
use crate::extract::number;
use crate::extract::time::expression::Clock;
use crate::extract::time::expression::DayPart;
use crate::extract::words::Table;
use std::sync::LazyLock;

const fn part(code: &'static str, from: i8, to: i8) -> DayPart {
    DayPart { code, from, to }
}

/// Parts of the day, longest first where one begins another.
#[rustfmt::skip]
const PARTS: &[(&str, DayPart)] = &[
    ("凌晨", part("TNI", 0, 6)), ("清晨", part("TMO", 5, 9)), ("清早", part("TMO", 5, 9)),
    ("早晨", part("TMO", 5, 9)), ("早上", part("TMO", 5, 9)), ("早间", part("TMO", 5, 9)),
    ("一大早", part("TMO", 5, 9)), ("一早", part("TMO", 5, 9)), ("黎明", part("TMO", 4, 7)),
    ("上午", part("TMO", 0, 12)), ("中午", part("TMI", 11, 13)), ("正午", part("TMI", 11, 13)),
    ("午后", part("TAF", 12, 18)), ("午间", part("TMI", 11, 13)), ("下午", part("TAF", 12, 18)),
    ("傍晚", part("TEV", 17, 19)), ("晚上", part("TEV", 18, 24)), ("晚间", part("TEV", 18, 24)),
    ("上半夜", part("TNI", 0, 3)), ("前半夜", part("TNI", 0, 3)), ("下半夜", part("TNI", 2, 5)),
    ("后半夜", part("TNI", 2, 5)), ("深夜", part("TNI", 22, 24)), ("午夜", part("TNI", 0, 1)),
    ("半夜", part("TNI", 0, 5)), ("夜间", part("TNI", 18, 24)), ("夜里", part("TNI", 18, 24)),
    ("晚", part("TEV", 18, 24)), ("早", part("TMO", 5, 9)),
];

/// The same, for asking at every character.
static PART_WORDS: LazyLock<Table<DayPart>> = LazyLock::new(|| Table::with_values(PARTS.iter().copied()));

/// The part of the day that stands at `index`, with its end. `dated`: a day stands before it.
pub(super) fn part_at(text: &Characters<'_>, index: usize, dated: bool) -> Option<(DayPart, usize)> {
    let (word, length, part) = PART_WORDS.value_at(text, index)?;
    let end = index + length;
    if matches!(word, "晚" | "早") {
        let other = matches!(
            text.at(end),
            '会' | '报' | '期' | '些' | '宴' | '已' | '日' | '在' | '就' | '年' | '稻'
        );
        let clocked = clock_at(text, end, true).is_some();
        return (!other && (dated || clocked)).then_some((part, end));
    }
    if matches!(word, "一早" | "一大早") && !dated {
        return None;
    }
    let clocked = || clock_at(text, end, true).is_some();
    (dated || text.thorough() || clocked()).then_some((part, end))
}

/// The time of day at `index`, with its end. `placed`: a day or a part of the day stands before it.
pub(super) fn clock_at(text: &Characters<'_>, index: usize, placed: bool) -> Option<(Clock, usize)> {
    if text.before(index).is_ascii_alphanumeric() && !placed {
        return None;
    }
    let free = placed || text.thorough();
    let (mut hour, mut end) = number::small(text, index)?;
    if text.at(end) == '-'
        && placed
        && let Some((last, last_end)) = number::small(text, end + 1)
    {
        // 0-24时: the whole day
        if hour == 0 && text.at(last_end) == '时' {
            (hour, end) = (last, last_end);
        }
    }
    let mut until = None;
    if !text.at(index).is_ascii_digit() && end == index + 2 && free {
        // 七八点
        let (low, high) = (number::digit(text.at(index)), number::digit(text.at(index + 1)));
        if let (Some(low), Some(high)) = (low, high)
            && high == low + 1
            && low > 0
        {
            (hour, until) = (low as i32, Some(high as i8));
        }
    }
    if !(0..=24).contains(&hour) {
        return None;
    }
    let made = |minute: Option<i32>, second: Option<i32>| Clock {
        hour: hour as i8,
        minute: minute.map(|minute| minute as i8),
        second: second.map(|second| second as i8),
        until,
    };
    match text.at(end) {
        ':' | '：' if free && text.at(index).is_ascii_digit() => {
            let (minute, minute_end) = sixtieth(text, end + 1).filter(|&(_, at)| at == end + 3)?;
            let mut clock = made(Some(minute), None);
            let mut at = minute_end;
            if matches!(text.at(at), ':' | '：')
                && let Some((second, second_end)) = sixtieth(text, at + 1).filter(|&(_, end)| end == at + 3)
            {
                clock = made(Some(minute), Some(second));
                at = second_end;
            }
            if text.at(at).is_ascii_digit() {
                return None;
            }
            return Some(noon(text, clock, at));
        }
        '时' if matches!(text.at(end + 1), '代' | '间' | '候' | '节' | '而' | '尚' | '有' | '装') => {
            return None;
        }
        '时' if !placed && (!text.at(index).is_ascii_digit() && hour != 0 || text.before(index) == '第') => {
            return None;
        }
        '点' if text.before(index) == '第' => return None,
        '点' if !free && !is_clock(text, end) => return None,
        '点' if !placed && !is_whole(text, index, end) => return None,
        '时' | '点' => {}
        'p' | 'a' if text.thorough() && text.at(end + 1) == 'm' => {
            return Some(noon(text, made(None, None), end));
        }
        _ => return None,
    }
    end += 1;
    if text.before(end) == '点' {
        end += usize::from(text.at(end) == '钟' && text.at(end + 1) != '头');
    }
    if let Some((minute, minute_end)) =
        sixtieth(text, end).filter(|&(_, at)| text.at(at) == '分' && text.at(at + 1) != '钟')
    {
        let mut at = minute_end + 1;
        let mut second = None;
        if let Some((value, second_end)) = sixtieth(text, at).filter(|&(_, end)| text.at(end) == '秒') {
            second = Some(value);
            at = second_end + 1;
        }
        return Some((made(Some(minute), second), at));
    }
    let quarter =
        number::small(text, end).filter(|&(count, at)| (1..=3).contains(&count) && text.at(at) == '刻');
    if let Some((count, at)) = quarter {
        return Some((made(Some(count * 15), None), at + 1));
    }
    if text.before(end) != '时' && text.at(end) == '半' {
        return Some((made(Some(30), None), end + 1));
    }
    // 9点20, 九点零九: minutes without their unit, unless they count something.
    if text.thorough()
        && text.before(end) == '点'
        && let Some((minute, minute_end)) = sixtieth(text, end)
        && (minute_end - end == 2 || minute >= 10)
        && !begins_unit(text.at(minute_end))
    {
        return Some((made(Some(minute), None), minute_end));
    }
    end += usize::from(matches!(text.at(end), '多' | '整' | '许'));
    Some((made(None, None), end))
}

/// A number below 60, with its end.
fn sixtieth(text: &Characters<'_>, index: usize) -> Option<(i32, usize)> {
    number::small(text, index).filter(|&(value, _)| (0..60).contains(&value))
}

/// 2:00pm
fn noon(text: &Characters<'_>, clock: Clock, end: usize) -> (Clock, usize) {
    let at = end + usize::from(text.at(end) == ' ');
    if !matches!(text.at(at), 'p' | 'a') || text.at(at + 1) != 'm' || text.at(at + 2).is_ascii_alphabetic() {
        return (clock, end);
    }
    let hour = match (text.at(at), clock.hour) {
        ('p', hour) if hour < 12 => hour + 12,
        ('a', 12) => 0,
        (_, hour) => hour,
    };
    (Clock { hour, ..clock }, at + 2)
}

/// Whether 点 behind a number tells the time rather than a point of a list or a decimal: 3点半, 7点整.
fn is_clock(text: &Characters<'_>, point: usize) -> bool {
    matches!(text.at(point + 1), '半' | '整' | '钟')
        || number::small(text, point + 1).is_some_and(|(_, end)| matches!(text.at(end), '分' | '刻'))
}

/// Whether 点 closes a time of day: not 二十点六, 10点五度, 3点建议.
fn is_whole(text: &Characters<'_>, index: usize, point: usize) -> bool {
    if is_clock(text, point) {
        return true;
    }
    let after = text.at(point + 1);
    if let Some((minute, end)) = number::small(text, point + 1) {
        let written = text.at(index).is_ascii_digit() == after.is_ascii_digit() || minute >= 10;
        return written && (minute >= 10 || end - point == 3) && !begins_unit(text.at(end));
    }
    !matches!(text.at(point), '\0')
        && !matches!(
            after,
            '要' | '建' | '意' | '希' | '主' | '是' | '原' | '看' | '认' | '体' | '经' | '共' | '内' | '、'
        )
        && !matches!(text.before(index), '这' | '几' | '以' | '有' | '共' | '出' if after != '\0' && !matches!(after, '的' | '以' | '前' | '后' | '之'))
}

/// Whether a character begins a unit that makes the figures before it an amount.
fn begins_unit(character: char) -> bool {
    matches!(
        character,
        '个' | '名'
            | '人'
            | '元'
            | '度'
            | '万'
            | '亿'
            | '千'
            | '百'
            | '倍'
            | '%'
            | '米'
            | '斤'
            | '次'
            | '家'
            | '.'
            | '点'
            | '天'
            | '年'
            | '月'
            | '吨'
    )
}
