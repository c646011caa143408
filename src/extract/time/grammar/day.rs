//! Days: 26日, 今天, 上周五, 正月初一, 春节假期.

use crate::extract::characters::Characters;
use crate::extract::characters::is_han;
use crate::extract::number;
use crate::extract::time::calendar::FESTIVALS;
use crate::extract::time::calendar::Festival;
use crate::extract::time::expression::Day;
use crate::extract::words::Table;
use crate::extract::words::Words;
use std::sync::LazyLock;

/// Names of festivals, asked for at every character.
static NAMES: LazyLock<Words> = LazyLock::new(|| Words::new(FESTIVALS.iter().map(|&(name, _)| name)));

/// Words for a day, longest first.
#[rustfmt::skip]
const DAYS: &[(&str, Day)] = &[
    ("前一天", Day::Context(-1)), ("同一天", Day::Context(0)), ("这一天", Day::Context(0)),
    ("大大前天", Day::Relative(-4)), ("大大后天", Day::Relative(4)), ("大前天", Day::Relative(-3)),
    ("大后天", Day::Relative(3)), ("今天", Day::Relative(0)), ("今日", Day::Relative(0)),
    ("昨天", Day::Relative(-1)), ("昨日", Day::Relative(-1)), ("前天", Day::Relative(-2)),
    ("前日", Day::Relative(-2)), ("明天", Day::Relative(1)), ("明日", Day::Relative(1)),
    ("后天", Day::Relative(2)), ("大后日", Day::Relative(3)), ("后日", Day::Relative(2)), ("当天", Day::Context(0)), ("当日", Day::Context(0)),
    ("本日", Day::Relative(0)), ("同日", Day::Context(0)), ("次日", Day::Context(1)), ("翌日", Day::Context(1)),
    ("第二天", Day::Context(1)), ("即日起", Day::Relative(0)), ("即日", Day::Relative(0)),
];

/// The same, for asking at every character.
static DAY_WORDS: LazyLock<Table<Day>> = LazyLock::new(|| Table::with_values(DAYS.iter().copied()));

/// Words that are a day when a part of the day follows: 今晚, 当晚.
const EVENINGS: &[(char, Day)] = &[
    ('今', Day::Relative(0)),
    ('昨', Day::Relative(-1)),
    ('明', Day::Relative(1)),
    ('前', Day::Relative(-2)),
    ('后', Day::Relative(2)),
    ('当', Day::Context(0)),
    ('次', Day::Context(1)),
    ('翌', Day::Context(1)),
];

/// 26日, 15号, 今天
pub(super) fn day_at(text: &Characters<'_>, index: usize, after_month: bool) -> Option<(Day, usize)> {
    if let Some((word, length, day)) = DAY_WORDS.value_at(text, index) {
        let end = index + length;
        if word == "第二天" && (!text.thorough() || after_month) {
            return None;
        }
        let figurative = matches!(word, "今天" | "明天")
            && (text.at(end) == '的' || matches!(text.before(index), '到' | '惜'))
            || matches!(word, "今日" | "明日") && text.at(end) == '之'
            || matches!(word, "前日" | "后日") && !text.is_word_start(index);
        return (!figurative || text.thorough() && word != "后日").then_some((day, end));
    }
    if let Some(&(_, day)) = EVENINGS.iter().find(|&&(word, _)| text.at(index) == word)
        && matches!(text.at(index + 1), '晚' | '早' | '晨')
        && !(matches!(text.at(index), '次' | '前' | '后') && text.at(index + 1) != '晚')
        && (text.thorough() || !matches!(text.at(index), '前' | '后'))
        && !matches!(text.at(index + 2), '餐' | '会' | '报' | '期' | '年')
    {
        return Some((day, index + 1));
    }
    if text.before(index).is_ascii_alphanumeric() || matches!(text.before(index), '.' | '第') {
        return None;
    }
    let (value, end) = number::small(text, index)?;
    if !(1..=31).contains(&value) {
        return None;
    }
    if after_month && !matches!(text.at(end), '日' | '号') {
        return bare_day(text, index, value, end);
    }
    let next = text.at(end + 1);
    match text.at(end) {
        '日' if after_month
            || !matches!(next, '本' | '语' | '元' | '均' | '圆' | '益' | '游' | '内' | '后' | '前')
                && text.at(index).is_ascii_digit()
            || text.thorough() && !matches!(next, '内' | '后' | '前' | '元') && value > 10 => {}
        '号' if after_month
            || text.at(index).is_ascii_digit() && !names_thing(next) && text.before(index) != '“'
            || text.thorough() && !names_thing(next) => {}
        _ => return None,
    }
    Some((Day::Absolute(value), end + 1))
}

/// Whether a character behind 15号 makes it the number of a thing: 15号线.
fn names_thing(next: char) -> bool {
    matches!(
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
    )
}

/// 一月二十三, 1月3: the day without its unit.
fn bare_day(text: &Characters<'_>, index: usize, value: i32, end: usize) -> Option<(Day, usize)> {
    // 8月十五 is a day of the farmers' calendar, and so are 廿三 and 初三; 一月二十三 is not.
    if !text.at(index).is_ascii_digit() && value == 15 && text.thorough() && end == index + 2 {
        return Some((Day::Lunar(15), end));
    }
    if text.at(index) == '廿' {
        return Some((Day::Lunar(value), end));
    }
    let next = text.at(end);
    let joined = matches!(next, '—' | '–' | '至' | '到' | '~' | '～' | '－' | '-')
        && number::small(text, end + 1 + usize::from(text.at(end + 1) == '—'))
            .is_some_and(|(_, after)| matches!(text.at(after), '日' | '号'));
    let ends =
        !is_han(next) && !next.is_ascii_alphanumeric() && !matches!(next, '.' | '%' | ':' | '：' | '℃' | '‰');
    (joined || ends && text.thorough()).then_some((Day::Absolute(value), end))
}

/// 初八, 廿一, 十五 of a month of the farmers' calendar.
pub(super) fn lunar_day_at(text: &Characters<'_>, index: usize, after_month: bool) -> Option<(Day, usize)> {
    if text.at(index) == '初' {
        let (value, end) = number::small(text, index + 1).filter(|(value, _)| (1..=10).contains(value))?;
        let unit = usize::from(after_month && matches!(text.at(end), '日' | '号'));
        return (after_month || text.thorough() && !is_han(text.before(index)))
            .then_some((Day::Lunar(value), end + unit));
    }
    let twenty = matches!(text.at(index), '廿' | '卅');
    let alone = twenty
        && text.thorough()
        && !is_han(text.before(index))
        && number::small(text, index).is_some_and(|(_, end)| !is_han(text.at(end)) || text.at(end) == '的');
    if !after_month && !alone {
        return None;
    }
    let (value, end) = number::small(text, index).filter(|(value, _)| (1..=30).contains(value))?;
    Some((Day::Lunar(value), end + usize::from(matches!(text.at(end), '日' | '号'))))
}

/// 星期一, 上周五, 下下周日, 上个礼拜天, 最后一个周三
pub(super) fn weekday_at(text: &Characters<'_>, index: usize) -> Option<(Day, usize)> {
    let (weeks, mut at) = weeks_from_now(text, index);
    // 上周星期三
    if weeks.is_some() && text.any_of(at, &["周星期", "周礼拜", "周的星期"]).is_some() {
        at += if text.at(at + 1) == '的' { 2 } else { 1 };
    }
    let leads: &[&str] =
        &["最后一个的", "最后一个", "上一个", "下一个", "上次的", "上次", "下次的", "下次", "这次的", "这次"];
    let last = text.any_of(index, leads).filter(|_| text.thorough());
    let mut offset = weeks;
    if let Some((word, length)) = last
        && weeks.is_none()
    {
        at = index + length;
        offset = match word {
            "上一个" | "上次" | "上次的" => Some(-1),
            "下一个" | "下次" | "下次的" => Some(1),
            "这次" | "这次的" => Some(0),
            _ => None,
        };
    }
    let (_, length) = text.any_of(at, &["星期", "礼拜", "周"])?;
    let single = length == 1;
    at += length;
    let day = match text.at(at) {
        '日' | '天' => 7,
        other => number::digit(other).filter(|day| (1..=6).contains(day))? as i8,
    };
    let end = at + 1;
    if at > index + length {
        let days = !matches!(text.at(end), '年' | '岁' | '次' | '个' | '天' | '小' | '后' | '来' | '内' if number::digit(text.at(at)).is_some());
        let last_day = matches!(last, Some(("最后一个的" | "最后一个", _)));
        return days
            .then_some((if last_day { Day::LastWeekday(day) } else { Day::Weekday(offset, day) }, end));
    }
    // 周三 may begin a name or count weeks; 星期三 does not.
    if single
        && (is_han(text.before(index))
            && !text.is_word_start(index)
            && !matches!(text.before(index), '每' | '个')
            || !text.is_word_start(end) && !text.thorough() && text.before(index) != '每'
            || matches!(text.at(end), '年' | '岁' | '围' | '边' | '方'))
    {
        return None;
    }
    if !single && matches!(text.at(end), '个' | '内' | '天') {
        return None;
    }
    Some((Day::Weekday(None, day), end))
}

/// 上周 is -1, 下下个 2, 本 0: weeks from now, with the place where 周 must stand.
pub(super) fn weeks_from_now(text: &Characters<'_>, index: usize) -> (Option<i32>, usize) {
    let step = match text.at(index) {
        '上' => -1,
        '下' => 1,
        '本' | '这' => 0,
        _ => return (None, index),
    };
    let mut at = index + 1;
    let mut weeks = step;
    while step != 0 && text.at(at) == text.at(index) && at < index + 4 {
        weeks += step;
        at += 1;
    }
    if text.starts_with(at, "一个") && step != 0 {
        at += 2;
    } else if text.at(at) == '个' || text.at(at) == '一' && (step != 0 || text.thorough()) {
        at += 1;
    }
    if text.any_of(at, &["星期", "礼拜", "周"]).is_some() { (Some(weeks), at) } else { (None, index) }
}

/// 春节, 国庆节假期首日. `after_year`: a year stands before it.
pub(super) fn festival_at(
    text: &Characters<'_>,
    index: usize,
    after_year: bool,
) -> Option<(Festival, usize)> {
    let (name, length) = NAMES.at(text, index)?;
    let &(_, day) = FESTIVALS.iter().find(|(known, _)| *known == name)?;
    let mut end = index + length;
    let pure_term = matches!(day, Festival::Term(_)) && !name.starts_with("清明");
    if name == "五一"
        && !text.thorough()
        && text.any_of(end, &["假期", "期间", "小长假", "长假", "劳动节", "节"]).is_none()
    {
        return None;
    }
    if pure_term && !text.thorough() && text.any_of(end, &["节气", "时节", "当天", "前后"]).is_none()
    {
        return None;
    }
    // 新年 wishes and 小雪 weather are told apart by what stands around them.
    if name == "新年" && (!text.thorough() || text.any_of(end, &["快乐", "好", "伊始"]).is_some()) {
        return None;
    }
    if name.starts_with("双1") && text.at(end).is_ascii_digit() {
        return None;
    }
    if text
        .any_of(
            end,
            &[
                "联欢", "晚会", "档", "诗会", "庙会", "上河", "文化", "奖", "路", "村", "新区", "礼物",
                "大学", "公司", "号",
            ],
        )
        .is_some()
        || is_han(text.before(index))
            && !text.is_word_start(index)
            && !after_year
            && name != "五一"
            && !text.thorough()
    {
        return None;
    }
    for words in [
        &["小长假", "长假", "假期", "假日", "时节", "节气", "黄金周", "当天", "当日", "这天", "节"][..],
        &["期间", "首日", "前夕", "来临之际", "这几天", "这两天"][..],
    ] {
        if text.thorough() && words.contains(&"期间") {
            continue;
        }
        if let Some((_, length)) = text.any_of(end, words) {
            end += length;
        }
    }
    if text.at(end) == '前' && text.at(end + 1).is_ascii_digit() && text.at(end + 2) == '天' {
        end += 3;
    }
    Some((day, end))
}

/// 十一, where it is the whole of what is said.
pub(super) fn national_day(text: &Characters<'_>, index: usize) -> Option<(Festival, usize)> {
    let alone = !is_han(text.before(index))
        && !is_han(text.at(index + 2))
        && !text.at(index + 2).is_ascii_alphanumeric();
    let followed = text.any_of(index + 2, &["假期", "长假", "黄金周", "期间"]).is_some();
    (text.starts_with(index, "十一") && text.thorough() && (alone && text.len() == 2 || followed))
        .then_some((Festival::Fixed(10, 1), index + 2))
}
