//! Cases of JioNLP's own tests: `fn`, `case` = arguments and the expected result.
//!
//! Times are compared as intervals to the second. Taken as the same, because only the convention differs:
//!
//! - a time of day or part of the day without a day, which the suite puts on the base's day;
//! - the hours of 早上 or 晚上, the months of 年底, the days of a season (from 立春 there): the same day, year or season must
//!   be meant, and both intervals must overlap;
//! - where a bound stands (以前, 以后, 以来, 起): the suite closes the other side with the base or leaves it infinite, we keep the
//!   side in the modifier; the bound itself must agree;
//! - 6个小时前, which is the hour before that moment there; a base that is a day, which lasts to its end there;
//! - a range that ends with a time of day (到3点), which ends with its instant, minute or hour;
//! - 近三个月 from day to day there, in whole months here; an open year, month or week (9月30日, 周一), which the suite always
//!   completes from the base and we to the nearest: the same day of another year, month or week;
//! - a base of which only the year or month is given may stand anywhere in it;
//! - an upper bound for 几 and 十几, which the suite sets to the next order; 元 where no currency is said.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::Value as Json;

use super::Tally;
use super::case;
use super::case::Item;
use super::clock;
use super::clock::interval;
use super::clock::time_of_day;
use super::recognizers::core;
use super::resolution::part;
use super::unit;
use crate::analyze::Analyzer;
use crate::extract::Comparator;
use crate::extract::QuantityKind;
use crate::extract::QuantityValue;
use crate::extract::TimeAnchor;
use crate::extract::TimeKind;
use crate::extract::TimeValue;

/// Scores one case; `None` when the row is none. Cases about places are not of these kinds and are left out.
pub(super) fn score(analyzer: &Analyzer, row: &Json, tally: &mut Tally) -> Option<()> {
    let function = row.get("fn")?.as_str()?;
    let case = row.get("case")?.as_array()?;
    let text = case.first()?.as_str()?;
    let expected = case.last()?;
    let (kind, wrong) = match function {
        "test_time_parser" => time(analyzer, text, case.get(1)?, expected),
        "test_time_extractor" => ("time extraction", mentions(analyzer, text, expected, true)),
        "test_money_parser" => ("currency", money(analyzer, text, expected)),
        "test_money_extractor" => ("currency extraction", mentions(analyzer, text, expected, false)),
        _ => return Some(()),
    };
    tally.case(kind, wrong.is_none());
    if let Some((expected, answered)) = wrong {
        tally.differs(kind, text, expected, answered);
    }
    Some(())
}

type Wrong = Option<(String, String)>;

/// The bases that a case allows: the one given, or the first and the middle day of what is given of it.
fn bases(given: &Json) -> Vec<Option<DateTime>> {
    let fields: Vec<Option<i64>> = match given {
        Json::Number(stamp) => {
            let seconds = stamp.as_f64().unwrap_or_default() as i64;
            let at = Timestamp::from_second(seconds).ok().zip(TimeZone::get("Asia/Shanghai").ok());
            return vec![at.map(|(stamp, zone)| stamp.to_zoned(zone).datetime())];
        }
        Json::Array(fields) => fields.iter().map(Json::as_i64).collect(),
        Json::Object(fields) => ["year", "month", "day", "hour", "minute", "second"]
            .iter()
            .map(|name| fields.get(*name).and_then(Json::as_i64))
            .collect(),
        Json::Null | Json::Bool(_) | Json::String(_) => return vec![None],
    };
    let field = |at: usize| fields.get(at).copied().flatten();
    let made = |month: i64, day: i64| {
        let small = |value: i64| i8::try_from(value).ok();
        let date = Date::new(
            i16::try_from(field(0)?).ok()?,
            small(field(1).unwrap_or(month))?,
            small(field(2).unwrap_or(day))?,
        )
        .ok()?;
        let time = |at: usize| small(field(at).unwrap_or(0));
        Some(date.at(time(3)?, time(4)?, time(5)?, 0))
    };
    vec![made(1, 1), made(7, 15), made(12, 31)]
}

fn shown(value: &TimeValue) -> String {
    let TimeValue { timex, start, end, modifier, .. } = value;
    format!("{timex} {start}..{end} {modifier}")
}

fn time(analyzer: &Analyzer, text: &str, base: &Json, expected: &Json) -> (&'static str, Wrong) {
    let kind = match expected.get("type").and_then(Json::as_str) {
        Some("time_delta") => "duration",
        Some("time_period") => "set",
        Some("time_span") => "period",
        _ => "date and time",
    };
    let gold = expected.get("time").unwrap_or(&Json::Null);
    let mut answers = Vec::new();
    for base in bases(base) {
        let found = case::read(analyzer, text, base);
        // The longest answer is what the whole text says.
        let Some(item) =
            found.times.into_iter().max_by_key(|item| (item.end - item.start, std::cmp::Reverse(item.start)))
        else {
            continue;
        };
        let right = match kind {
            "duration" => delta(&item.value, gold),
            "set" => period(&item.value, gold),
            _ => same(&item, gold, base),
        };
        if right {
            return (kind, None);
        }
        answers.push(format!("{} = {}", item.text, shown(&item.value)));
    }
    (kind, Some((gold.to_string(), answers.into_iter().next().unwrap_or_default())))
}

/// Lengths by unit, as the suite counts them: weeks in days, quarters in months.
fn lengths(timex: &str) -> Option<Vec<(&'static str, f64)>> {
    let mut out: Vec<(&'static str, f64)> = Vec::new();
    let mut time = false;
    let mut number = String::new();
    for character in timex.strip_prefix('P')?.chars() {
        let (unit, factor) = match (character, time) {
            ('T', _) => {
                time = true;
                continue;
            }
            ('Y', _) => ("year", 1.0),
            ('M', false) => ("month", 1.0),
            ('W', _) => ("day", 7.0),
            ('D', _) => ("day", 1.0),
            ('B', _) => ("workday", 1.0),
            ('H', _) => ("hour", 1.0),
            ('M', true) => ("minute", 1.0),
            ('S', _) => ("second", 1.0),
            _ => {
                number.push(character);
                continue;
            }
        };
        out.push((unit, number.parse::<f64>().ok()? * factor));
        number.clear();
    }
    Some(out)
}

fn same_length(timex: &str, gold: &Json) -> bool {
    let (Some(mine), Some(gold)) = (lengths(timex), gold.as_object()) else { return false };
    mine.len() == gold.len()
        && mine.iter().all(|(unit, count)| {
            gold.get(*unit).and_then(Json::as_f64).is_some_and(|gold| (gold - count).abs() < 1e-9)
        })
}

/// A length, or two bounds of one.
fn delta(value: &TimeValue, gold: &Json) -> bool {
    if value.kind != TimeKind::Duration {
        return false;
    }
    let Some(bounds) = gold.as_array() else { return same_length(&value.timex, gold) };
    let (Some(low), Some(high)) = (bounds.first(), bounds.get(1)) else { return false };
    match value.timex.split_once('/') {
        Some((first, last)) => same_length(first, low) && same_length(last, high),
        None if high.get("infinite").is_some() => {
            value.modifier == "EQUAL_OR_MORE" && same_length(&value.timex, low)
        }
        None => {
            low.get("zero").is_some() && value.modifier == "EQUAL_OR_LESS" && same_length(&value.timex, high)
        }
    }
}

/// What recurs: its period, and its first occurrence.
fn period(value: &TimeValue, gold: &Json) -> bool {
    if value.kind != TimeKind::Set {
        return false;
    }
    let timex = value.timex.as_str();
    let first = timex.split('/').next().unwrap_or_default();
    let date = first.split('T').next().unwrap_or_default();
    let length = match date {
        _ if timex.starts_with('P') => timex,
        "XXXX-XX-XX" => "P1D",
        "XXXX-WXX-WD" => "P1D",
        "XXXX-XX" => "P1M",
        "XXXX" => "P1Y",
        _ if date.starts_with("XXXX-W") => "P1W",
        _ if date.starts_with("XXXX-XX-") && !date.ends_with("XX") => "P1M",
        _ => "P1Y",
    };
    if !gold.get("delta").is_some_and(|gold| same_length(length, gold)) {
        return false;
    }
    let point = gold.get("point").and_then(|point| point.get("time")).and_then(Json::as_array);
    let Some(point) = point else { return true };
    let occurrence = point.first().and_then(Json::as_array).unwrap_or(point);
    let (Some(from), Some(to)) =
        (occurrence.first().and_then(Json::as_str), occurrence.get(1).and_then(Json::as_str))
    else {
        return false;
    };
    let last = timex.split_once('/').map(|(_, last)| last);
    occurs(first, from) && last.is_none_or(|last| occurs(last, to))
}

/// Whether an occurrence has the month, day and time of day that an open value names.
fn occurs(timex: &str, stamp: &str) -> bool {
    let Some(at) = clock::instant(stamp) else { return false };
    let clock = time_of_day(timex).unwrap_or_default();
    let date = timex.split('T').next().unwrap_or_default();
    let mut fields = date.split('-').skip(1);
    let number = |field: Option<&str>| field.and_then(|field| field.parse::<i8>().ok());
    let hour = clock.get(1..3).and_then(|hour| hour.parse::<i8>().ok());
    let clock_agrees = hour.is_none_or(|hour| hour == at.hour());
    if date.starts_with("XXXX-W") {
        let day = date.rsplit('-').next().and_then(|day| day.parse::<i8>().ok());
        return clock_agrees && day.is_none_or(|day| day == at.weekday().to_monday_one_offset());
    }
    let (month, day) = (number(fields.next()), number(fields.next()));
    clock_agrees && month.is_none_or(|month| month == at.month()) && day.is_none_or(|day| day == at.day())
}

/// Whether the interval of the suite is ours.
fn same(item: &Item<TimeValue>, gold: &Json, base: Option<DateTime>) -> bool {
    let value = &item.value;
    let bound = |at: usize| gold.get(at).and_then(Json::as_str).unwrap_or_default();
    let (first, last) = (bound(0), bound(1));
    if value.timex == "PRESENT_REF" {
        return clock::instant(first) == base && first == last;
    }
    let (from, to) = (clock::instant(first), clock::instant(last).map(|last| clock::after(last, 1)));
    // A time of day without a day.
    if value.timex.starts_with("XXXX-XX-XXT") {
        return open_time(&value.timex, from, to);
    }
    let Some((start, end)) = interval(&value.start, &value.end) else { return false };
    let day = |at: Option<DateTime>| at.map(|at| at.date());
    match value.modifier {
        "BEFORE" | "ON_OR_BEFORE" => {
            return to == Some(end)
                || to.is_some_and(|to| within(to, end))
                || prefix(&value.timex, first, last);
        }
        "AFTER" => {
            return from == Some(start)
                || day(from) == Some(start.date()) && !value.start.contains('T')
                || begins(&value.timex, first);
        }
        "SINCE" | "ON_OR_AFTER" => return from == Some(start),
        "START" | "MID" | "END" => {
            return from
                .zip(to)
                .is_some_and(|(from, to)| overlap((from, to), (start, end)) && same_frame(from, start));
        }
        _ => {}
    }
    let (Some(from), to) = (from, to) else { return false };
    let Some(to) = to else { return from == start || begins(&value.timex, first) };
    if start == from && end == to {
        return true;
    }
    if part(&value.timex).is_some()
        || ["SP", "SU", "FA", "WI"].iter().any(|season| value.timex.ends_with(season))
    {
        return overlap((from, to), (start, end))
            && (from.date() == start.date() || part(&value.timex).is_none());
    }
    // 6个小时前 is the hour before the moment there.
    let before = item.text.ends_with('前') && (clock::after(to, -1) == start || to == start);
    if before || prefix(&value.timex, first, last) || start == from && ends(value, item, to) {
        return true;
    }
    // 前天中午到明天晚上: parts of the day at both ends.
    if let Some((one, other)) = value.timex.split_once('/')
        && (part(one).is_some() || part(other).is_some())
    {
        let last_day = clock::after(to, -1).date() == clock::after(end, -1).date();
        return from.date() == start.date() && last_day;
    }
    completed_otherwise(value, item, (start, end), (from, to))
}

/// 15点20分到16点30: times of day on the base's day.
fn open_time(timex: &str, from: Option<DateTime>, to: Option<DateTime>) -> bool {
    let stamp = |at: DateTime| format!("T{:02}:{:02}:{:02}", at.hour(), at.minute(), at.second());
    let (first, last) = timex.split_once('/').unwrap_or((timex, timex));
    let agrees = |timex: &str, at: Option<DateTime>| match (time_of_day(timex), at) {
        (Some(mine), Some(at)) if part(timex).is_none() => {
            stamp(at).starts_with(mine) || mine == "T24" && at.hour() == 0
        }
        (Some(_), Some(at)) => match part(timex) {
            Some("TMO") => (4..12).contains(&at.hour()),
            Some("TMI") => (11..15).contains(&at.hour()),
            Some("TAF") => (12..19).contains(&at.hour()),
            Some("TEV") => at.hour() >= 17,
            _ => at.hour() >= 17 || at.hour() <= 6,
        },
        _ => false,
    };
    let ends = timex.split_once('/').is_none()
        || to.is_some_and(|to| {
            agrees(last, Some(clock::after(to, -1)))
                || agrees(last, Some(clock::after(to, -60)))
                || agrees(last, Some(to))
        });
    agrees(first, from) && ends
}

/// Whether a range ends with the instant, minute or hour that its end names.
fn ends(value: &TimeValue, item: &Item<TimeValue>, to: DateTime) -> bool {
    let Some((_, last)) = value.timex.split_once('/') else {
        // 一刻钟后: how long the point lasts is not said.
        return item.text.ends_with('后') || item.text.ends_with('前');
    };
    let named = last.get(..16).map_or_else(|| format!("{last}:00"), str::to_owned);
    clock::instant(&named).is_some_and(|named| {
        let seconds = named.until((jiff::Unit::Second, to)).map_or(-1, |span| span.get_seconds());
        // A base that is a day lasts to its end.
        let day = if base_is_day(last) { 86_400 } else { 3600 };
        (0..=day).contains(&seconds)
    })
}

/// Whether an instant is a midnight.
fn base_is_day(timex: &str) -> bool {
    timex.ends_with("T00:00")
}

fn overlap(one: (DateTime, DateTime), other: (DateTime, DateTime)) -> bool {
    one.0 < other.1 && other.0 < one.1
}

fn same_frame(one: DateTime, other: DateTime) -> bool {
    one.year() == other.year()
}

/// Whether a bound lies in the last day of ours.
fn within(to: DateTime, end: DateTime) -> bool {
    clock::after(to, -1).date() == clock::after(end, -1).date()
}

/// 近三个月 from day to day there, in whole months here.
fn prefix(timex: &str, first: &str, last: &str) -> bool {
    let (one, other) = timex.split_once('/').unwrap_or((timex, timex));
    let close = |mine: &str, gold: &str| {
        gold.get(..10).is_some_and(|gold| gold.starts_with(mine))
            || gold.replacen(' ', "T", 1).starts_with(mine)
    };
    timex.contains('/') && close(one, first) && close(other, last)
        || !timex.contains('/') && first == "-inf" && close(other, last)
}

fn begins(timex: &str, first: &str) -> bool {
    let one = timex.split('/').next().unwrap_or_default();
    first.starts_with(one) || first.replacen(' ', "T", 1).starts_with(one)
}

/// The same day of another year, month or week, where the text leaves it open.
fn completed_otherwise(
    value: &TimeValue,
    item: &Item<TimeValue>,
    mine: (DateTime, DateTime),
    gold: (DateTime, DateTime),
) -> bool {
    let text = &item.text;
    let characters: Vec<char> = text.chars().collect();
    let says_year =
        text.contains('年') || characters.windows(4).any(|run| run.iter().all(char::is_ascii_digit));
    let relative = ["今", "昨", "明", "本", "上", "下", "这", "后天", "前天", "当", "次"]
        .iter()
        .any(|word| text.starts_with(word));
    if value.anchor == TimeAnchor::Explicit || says_year || relative {
        return false;
    }
    let shift = |one: DateTime, other: DateTime| {
        one.until((jiff::Unit::Day, other)).map_or(0, |span| span.get_days())
    };
    let (start, end) = (shift(mine.0, gold.0), shift(mine.1, gold.1));
    let lunar = ["月", "节", "初", "廿", "夕", "寒", "暑"].iter().any(|mark| text.contains(mark));
    let weekly = text.contains('周') || text.contains("星期") || text.contains("礼拜");
    let yearly = lunar
        && (mine.0.month(), mine.0.day()) == (gold.0.month(), gold.0.day())
        && (364..=366).contains(&start.abs());
    let moons = lunar && (353..=385).contains(&start.abs()) && !text.contains('日') && !text.contains('号');
    let monthly = !text.contains('月') && mine.0.day() == gold.0.day() && (28..=31).contains(&start.abs());
    (start - end).abs() <= 1 && (yearly || moons || monthly || weekly && start.abs() == 7)
}

/// Texts of the mentions, and nothing else.
fn mentions(analyzer: &Analyzer, text: &str, expected: &Json, times: bool) -> Wrong {
    let found = case::read(analyzer, text, clock::instant("2021-06-14T12:00:00"));
    let mine: Vec<String> = if times {
        found.times.iter().filter(|item| !item.nested).map(|item| core(&item.text)).collect()
    } else {
        let money =
            found.quantities.iter().filter(|item| item.value.kind == QuantityKind::Money && !item.nested);
        money.map(|item| core(&item.text)).collect()
    };
    let gold: Vec<String> = expected
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|item| item.get("text").and_then(Json::as_str))
        .map(core)
        .collect();
    (mine != gold).then(|| (gold.join("; "), mine.join("; ")))
}

fn money(analyzer: &Analyzer, text: &str, expected: &Json) -> Wrong {
    let found = case::read(analyzer, text, None);
    let item = found
        .quantities
        .into_iter()
        .filter(|item| item.value.kind == QuantityKind::Money || item.value.unit.is_empty())
        .max_by_key(|item| (item.value.kind == QuantityKind::Money, item.end - item.start));
    let right = item.as_ref().is_some_and(|item| same_money(&item.value, expected));
    (!right).then(|| {
        let mine = item.map_or(String::new(), |item| {
            let QuantityValue { comparator, amount, upper_amount, unit, .. } = &item.value;
            format!("{} = {comparator:?} {amount}..{upper_amount} {unit}", item.text)
        });
        (expected.to_string(), mine)
    })
}

fn same_money(value: &QuantityValue, expected: &Json) -> bool {
    let code = expected.get("case").and_then(Json::as_str).and_then(unit::currency);
    let currency =
        code.is_some_and(|code| code == value.unit) || value.unit.is_empty() && code == Some("CNY");
    let amount = |text: &str| text.parse::<f64>().ok();
    let near = |mine: &str, gold: &Json| {
        gold.as_str()
            .and_then(amount)
            .zip(amount(mine))
            .is_some_and(|(gold, mine)| (gold - mine).abs() < 0.01)
    };
    let Some(gold) = expected.get("num") else { return false };
    let bound = match expected.get("definition").and_then(Json::as_str) {
        Some("blur+") => matches!(value.comparator, Comparator::AtLeast | Comparator::MoreThan),
        Some("blur-") => matches!(value.comparator, Comparator::AtMost | Comparator::LessThan),
        _ => true,
    };
    let numbers = match gold.as_array() {
        Some(bounds) => {
            let low = bounds.first().is_some_and(|low| near(&value.amount, low));
            let open = value.upper_amount.is_empty()
                && matches!(value.comparator, Comparator::MoreThan | Comparator::About);
            low && (open || bounds.get(1).is_some_and(|high| near(&value.upper_amount, high)))
        }
        None => near(&value.amount, gold),
    };
    currency && bound && numbers
}
