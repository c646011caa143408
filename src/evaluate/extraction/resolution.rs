//! Values of times of Recognizers-Text beside ours.

use serde_json::Value as Json;

use super::clock;
use super::clock::interval;
use super::clock::time_of_day;
use crate::extract::TimeKind;
use crate::extract::TimeValue;
use crate::extract::lunar_date;

/// One value that a case allows.
#[derive(Clone, Debug, Default)]
pub(super) struct Gold {
    pub(super) timex: String,
    /// First day or instant, or the only one.
    pub(super) start: String,
    /// Where it ends; empty for a point.
    pub(super) end: String,
    pub(super) modifier: String,
    /// Whether the suite compares on which side of the time something lies.
    pub(super) modal: bool,
}

impl Gold {
    /// The values that a result allows: past and future ones.
    pub(super) fn all(result: &Json) -> Vec<Self> {
        let text = |value: &Json, field: &str| {
            value.get(field).and_then(Json::as_str).unwrap_or_default().to_owned()
        };
        if let Some(values) = result.get("Resolution").and_then(|r| r.get("values")).and_then(Json::as_array)
        {
            return values
                .iter()
                .map(|value| {
                    let single = text(value, "value");
                    Self {
                        timex: text(value, "timex"),
                        start: if single.is_empty() { text(value, "start") } else { single },
                        end: text(value, "end"),
                        modifier: text(value, "Mod"),
                        modal: true,
                    }
                })
                .collect();
        }
        let Some(value) = result.get("Value") else { return Vec::new() };
        let timex = text(value, "Timex");
        ["FutureResolution", "PastResolution"]
            .iter()
            .filter_map(|side| value.get(side)?.as_object())
            .map(|side| {
                let field = |names: &[&str]| {
                    names.iter().find_map(|name| side.get(*name)?.as_str()).unwrap_or_default().to_owned()
                };
                Self {
                    timex: timex.clone(),
                    start: field(&[
                        "date",
                        "dateTime",
                        "time",
                        "startDate",
                        "startDateTime",
                        "startTime",
                        "duration",
                    ]),
                    end: field(&["endDate", "endDateTime", "endTime"]),
                    modifier: String::new(),
                    modal: false,
                }
            })
            .collect()
    }
}

/// Whether our value is one that the result allows. A result that gives none asks only for the text.
pub(super) fn agrees(value: &TimeValue, result: &Json, text: &str) -> bool {
    let golds = Gold::all(result);
    golds.is_empty() || golds.iter().any(|gold| same(value, gold, text))
}

/// TIMEX3 modifiers for those of the suite.
fn modifier(gold: &str) -> &'static [&'static str] {
    match gold {
        "before" => &["BEFORE"],
        "after" => &["AFTER"],
        "until" => &["ON_OR_BEFORE"],
        "since" => &["ON_OR_AFTER", "SINCE"],
        "start" => &["START"],
        "mid" => &["MID"],
        "end" => &["END"],
        "approx" => &["APPROX"],
        _ => &[""],
    }
}

fn same(value: &TimeValue, gold: &Gold, text: &str) -> bool {
    match value.kind {
        TimeKind::Duration => return value.timex == gold.timex,
        TimeKind::Set => {
            let period = match value.timex.as_str() {
                "XXXX" => "P1Y",
                "XXXX-XX" => "P1M",
                "XXXX-WXX" => "P1W",
                "XXXX-XX-XX" => "P1D",
                other => other,
            };
            return period == gold.timex || value.timex == gold.timex;
        }
        TimeKind::Date | TimeKind::Time => {}
    }
    let sided = matches!(gold.modifier.as_str(), "before" | "after" | "until" | "since");
    if gold.modal && sided {
        return modifier(&gold.modifier).contains(&value.modifier) && timex(&value.timex, &gold.timex);
    }
    timex(&value.timex, &gold.timex) || resolved(value, gold) || lunar(value, gold, text)
}

/// Whether two TIMEX3 values name the same, open or not.
fn timex(mine: &str, gold: &str) -> bool {
    if mine == gold {
        return true;
    }
    let bare = |side: &str| -> String {
        let open = side.strip_prefix("XXXX-XX-XX").filter(|rest| rest.starts_with('T'));
        open.unwrap_or(side).to_owned()
    };
    let Some((first, last)) = mine.split_once('/') else {
        return bare(mine) == gold;
    };
    let Some(inner) = gold.strip_prefix('(').and_then(|gold| gold.strip_suffix(')')) else { return false };
    let mut sides = inner.split(',');
    let (Some(from), Some(to)) = (sides.next(), sides.next()) else { return false };
    let prefix = |gold: &str, mine: &str| {
        let mine = bare(mine);
        gold == mine || gold.strip_suffix(":00").is_some_and(|gold| gold == mine)
            // 近三年 from day to day there, in whole years here.
            || mine.len() >= 4 && !mine.contains('T') && gold.starts_with(&format!("{mine}-"))
    };
    prefix(from, first) && prefix(to, last)
}

/// Whether the resolved times agree.
fn resolved(value: &TimeValue, gold: &Gold) -> bool {
    // A time of day without a day.
    if gold.start.len() == 8 && gold.start.contains(':') {
        return value.timex.split('/').next().and_then(time_of_day)
            == gold.timex.split(['(', ',']).find(|part| !part.is_empty());
    }
    let Some((start, end)) = interval(&value.start, &value.end) else { return false };
    let Some(from) = clock::instant(&gold.start) else { return false };
    if gold.end.is_empty() {
        let date = gold.start.len() == 10;
        return if date {
            start == from && end == clock::after(from, 86_400)
        } else {
            minute(start) == minute(from)
        };
    }
    let Some(to) = clock::instant(&gold.end) else { return false };
    // 晚上: the day and the part of it, whatever its hours.
    if let (Some(mine), Some(theirs)) = (part(&value.timex), part(&gold.timex)) {
        return mine == theirs && start.date() == from.date();
    }
    if start == from && end == to {
        return true;
    }
    // A range is from one point to the next: the end is where the last point begins.
    value.timex.split_once('/').is_some_and(|(_, last)| {
        let begins = match last.len() {
            4 => clock::instant(&format!("{last}-01-01")),
            7 if !last.contains('W') => clock::instant(&format!("{last}-01")),
            10 => clock::instant(last),
            _ => hours(last),
        };
        start == from && begins == Some(to)
    })
}

/// 2016-11-08T04
fn hours(timex: &str) -> Option<jiff::civil::DateTime> {
    let padded = if timex.len() == 13 { format!("{timex}:00") } else { timex.to_owned() };
    clock::instant(&padded)
}

fn minute(at: jiff::civil::DateTime) -> (jiff::civil::Date, i8, i8) {
    (at.date(), at.hour(), at.minute())
}

/// The part of the day of a value: TMO.
pub(super) fn part(timex: &str) -> Option<&str> {
    let at = timex.find('T')?;
    let part = timex.get(at..)?;
    matches!(part, "TMO" | "TMI" | "TAF" | "TEV" | "TNI").then_some(part)
}

/// A day of the farmers' calendar, written with its own month and day.
fn lunar(value: &TimeValue, gold: &Gold, text: &str) -> bool {
    let marks = [
        "农历",
        "初",
        "正月",
        "腊月",
        "大年",
        "廿",
        "春节",
        "元宵",
        "端午",
        "中秋",
        "重阳",
        "七夕",
        "除夕",
        "八月十五",
    ];
    if !marks.iter().any(|mark| text.contains(mark)) {
        return false;
    }
    let Some(day) = gold.start.get(..10).and_then(|date| date.parse::<jiff::civil::Date>().ok()) else {
        return false;
    };
    let there = lunar_date(i32::from(day.year()), i32::from(day.month()), i32::from(day.day()));
    let Some(there) = there else {
        // Before the tables only what is said can be compared.
        return value.timex.starts_with(&format!("{:04}", day.year()));
    };
    clock::instant(&value.start).is_some_and(|start| {
        let clock = gold.start.get(11..).unwrap_or_default();
        let same_clock =
            clock.is_empty() || start.time().to_string().starts_with(clock.get(..5).unwrap_or_default());
        start.date() == there && same_clock
    })
}
