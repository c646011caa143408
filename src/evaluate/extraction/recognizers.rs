//! Cases of Microsoft Recognizers-Text: `Input`, `Results`, `spec`, `Context.ReferenceDateTime`.
//!
//! A case is right when each result is answered with its text and value and nothing else of its kind is answered. Taken as
//! the same, because only the convention differs:
//!
//! - spaces, width, case and script of the text (`Results` give it normalised), and its offset where it contradicts the text;
//! - words at the edge of a time that only place it (从, 在, 之间, 以后): some specs count them in, others do not; which side
//!   of the time they mean is still compared wherever the case says it (`Mod`);
//! - parts of a longer answer, where a spec asks for one level only: the time of day of 今天晚上9:30, the numbers of a date;
//! - an open year or week (1月19日, 星期一), for which the suite gives the past and the future date: ours must be one of them;
//! - the hours of a part of the day (晚上 is 16 to 20 there): day and TIMEX3 code (TEV) must agree;
//! - the end of a range of years (2016到2018 ends with the first day of 2018 there), of 近三年 (to the day there, whole years here);
//! - a day of the farmers' calendar, which the suite writes with its own month and day (春节 is 01-01): ours is converted;
//! - numbers before %, and percentages between two neighbours (二三十个百分点), which the suite leaves out;
//! - 每年 as P1Y there and XXXX here; the bracket of a range that no word closes (20~100 is [20,100) there).

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde_json::Value as Json;

use super::Tally;
use super::case;
use super::case::Found;
use super::case::Item;
use super::case::plain;
use super::clock;
use super::resolution;
use super::resolution::Gold;
use super::unit;
use crate::analyze::Analyzer;
use crate::extract::Comparator;
use crate::extract::QuantityKind;
use crate::extract::QuantityValue;
use crate::extract::TimeKind;
use crate::extract::TimeValue;

/// Words at the edge of a time that place it.
const LEADING: &[&str] =
    &["截止到", "截至到", "截止", "截至", "=", "大约", "还剩", "从", "在", "自", "约", "到"];
const TRAILING: &[&str] = &[
    "或之前",
    "或以前",
    "及之前",
    "及以前",
    "或之后",
    "或以后",
    "及之后",
    "及以后",
    "之前",
    "以前",
    "之后",
    "以后",
    "之间",
    "期间",
    "左右",
    "开始",
    "间",
    "止",
    "起",
    "前",
    "后",
];

/// Scores one case; `None` when the row is none.
pub(super) fn score(analyzer: &Analyzer, row: &Json, tally: &mut Tally) -> Option<()> {
    let input = row.get("Input")?.as_str()?;
    let spec = row.get("spec")?.as_str()?;
    let results = row.get("Results")?.as_array()?;
    let reference = row
        .get("Context")
        .and_then(|context| context.get("ReferenceDateTime"))
        .and_then(Json::as_str)
        .and_then(|text| clock::instant(text.get(..19).unwrap_or(text)));
    let found = case::read(analyzer, input, reference);
    let name = spec.rsplit('/').next()?.trim_end_matches(".json");
    let kind = kind(spec, name);
    let wrong = if spec.starts_with("DateTime") {
        times(&found, name, input, results)
    } else {
        quantities(&found, name, input, results)
    };
    tally.case(kind, wrong.is_none());
    if let Some((expected, answered)) = wrong {
        tally.differs(kind, &format!("{name}: {input}"), expected, answered);
    }
    Some(())
}

/// The kind of a spec.
fn kind(spec: &str, name: &str) -> &'static str {
    if name.starts_with("DateTimeModel") || name.starts_with("Merged") {
        return "date and time";
    }
    let kinds = [
        ("DatePeriod", "period"),
        ("DateTimePeriod", "time period"),
        ("TimePeriod", "time period"),
        ("DateTime", "date with time"),
        ("Date", "date"),
        ("Time", "time"),
        ("Duration", "duration"),
        ("Set", "set"),
        ("Holiday", "holiday"),
        ("NumberRange", "range"),
        ("Number", "number"),
        ("Ordinal", "ordinal"),
        ("Percent", "percentage"),
        ("Age", "age"),
        ("Currency", "currency"),
        ("Dimension", "dimension"),
        ("Temperature", "temperature"),
    ];
    let _ = spec;
    kinds.iter().find(|(head, _)| name.starts_with(head)).map_or("other", |&(_, kind)| kind)
}

/// A text without the words at its edges that only place it.
pub(super) fn core(text: &str) -> String {
    let mut rest = plain(text);
    loop {
        let before = rest.len();
        if let Some(cut) = LEADING.iter().find_map(|word| rest.strip_prefix(word)) {
            rest = cut.to_owned();
        }
        if let Some(cut) = TRAILING.iter().find_map(|word| rest.strip_suffix(word)) {
            rest = cut.to_owned();
        }
        if rest.len() == before || rest.chars().count() < 2 {
            return rest;
        }
    }
}

/// Whether the result lies where it says, unless its offset contradicts its text.
fn placed(input: &str, result: &Json, text: &str, start: usize) -> bool {
    let Some(said) = result.get("Start").and_then(Json::as_u64) else { return true };
    let length = text.chars().count();
    let there: String = input.chars().skip(said as usize).take(length).collect();
    plain(&there) != plain(text) || start.abs_diff(said as usize) <= 4
}

type Wrong = Option<(String, String)>;

fn shown(time: &Item<TimeValue>) -> String {
    let TimeValue { timex, start, end, modifier, .. } = &time.value;
    format!("{} = {timex} {start}..{end} {modifier}", time.text)
}

fn times(found: &Found, name: &str, input: &str, results: &[Json]) -> Wrong {
    let whole = name.starts_with("DateTimeModel") || name.starts_with("Merged");
    let mut used = vec![false; found.times.len()];
    let all = || found.times.iter().map(shown).collect::<Vec<_>>().join("; ");
    for result in results {
        let text = result.get("Text").and_then(Json::as_str).unwrap_or_default();
        let wanted = core(text);
        let hit = found.times.iter().position(|item| {
            core(&item.text) == wanted
                && placed(input, result, text, item.start)
                && (name.ends_with("Extractor") || resolution::agrees(&item.value, result, &item.text))
        });
        let Some(hit) = hit else { return Some((result_text(result), all())) };
        for (slot, item) in used.iter_mut().zip(&found.times) {
            let inside =
                found.times.get(hit).is_some_and(|hit| item.start >= hit.start && item.end <= hit.end);
            *slot |= inside;
        }
    }
    let kinds: Vec<&str> =
        results.iter().filter_map(|result| result.get("Type").and_then(Json::as_str)).collect();
    let extra = found.times.iter().zip(&used).find(|(item, used)| {
        let same = whole && !item.nested || !whole && kinds.iter().any(|kind| is_kind(&item.value, kind));
        // A part that the case asks for may stand in a longer answer.
        let around = results.iter().any(|result| {
            let text = plain(result.get("Text").and_then(Json::as_str).unwrap_or_default());
            item.text.contains(&text)
        });
        !**used && !item.nested && same && !around
    });
    extra.map(|(item, _)| (String::new(), shown(item)))
}

/// Whether a value is of a type of the suite that tells parts of time apart.
fn is_kind(value: &TimeValue, kind: &str) -> bool {
    match kind {
        "duration" => value.kind == TimeKind::Duration,
        "set" => value.kind == TimeKind::Set,
        "time" => value.kind == TimeKind::Time && value.timex.starts_with("XXXX-XX-XXT"),
        "timerange" => value.kind == TimeKind::Time && value.timex.contains("/XXXX-XX-XXT"),
        "datetime" | "datetimerange" => {
            value.kind == TimeKind::Time && !value.timex.starts_with("XXXX-XX-XXT")
        }
        "daterange" => value.kind == TimeKind::Date && value.timex.contains('/'),
        _ => false,
    }
}

fn result_text(result: &Json) -> String {
    let text = result.get("Text").and_then(Json::as_str).unwrap_or_default();
    let value = result.get("Value").or_else(|| result.get("Resolution"));
    let golds = Gold::all(result);
    match (value, golds.first()) {
        (_, Some(gold)) => format!("{text} = {} {}..{} {}", gold.timex, gold.start, gold.end, gold.modifier),
        (Some(value), None) => format!("{text} = {value}"),
        (None, None) => text.to_owned(),
    }
}

/// Whether an amount is of the kind that a model recognises.
fn wanted(name: &str, item: &Item<QuantityValue>) -> bool {
    let QuantityValue { kind, unit, upper_amount, .. } = &item.value;
    match name {
        "NumberModel" => item.rule == "number" || *kind == QuantityKind::Fraction,
        "OrdinalModel" => *kind == QuantityKind::Ordinal,
        "PercentModel" => *kind == QuantityKind::Percentage && unit != "‰" && upper_amount.is_empty(),
        "CurrencyModel" => *kind == QuantityKind::Money,
        "AgeModel" => {
            *kind == QuantityKind::Measure
                && (matches!(unit.as_str(), "岁" | "周岁") || item.text.ends_with('大'))
        }
        "TemperatureModel" => {
            *kind == QuantityKind::Measure
                && matches!(unit.as_str(), "度" | "℃" | "°c" | "℉" | "°f" | "摄氏度" | "华氏度")
        }
        "DimensionModel" => {
            *kind == QuantityKind::Measure
                && !matches!(
                    unit.as_str(),
                    "岁" | "周岁" | "度" | "℃" | "°c" | "℉" | "°f" | "摄氏度" | "华氏度"
                )
                && !item.text.ends_with('大')
        }
        // 十几万 is a number and a range that is open above.
        _ => {
            let open =
                item.value.comparator == Comparator::MoreThan && item.text.contains(['几', '多', '余']);
            item.rule == "number_range" || item.rule == "number" && open
        }
    }
}

fn quantities(found: &Found, name: &str, input: &str, results: &[Json]) -> Wrong {
    let mut items: Vec<&Item<QuantityValue>> =
        found.quantities.iter().filter(|item| wanted(name, item)).collect();
    if name == "NumberModel" {
        // The number of 2% is no number of its own there.
        items.retain(|item| !matches!(input.chars().nth(item.end), Some('%' | '％')));
    }
    // What holds a smaller one counts as a whole.
    let outer = items.clone();
    items.retain(|item| {
        !outer.iter().any(|other| {
            other.start <= item.start
                && other.end >= item.end
                && other.end - other.start > item.end - item.start
        })
    });
    let show = |item: &Item<QuantityValue>| {
        let QuantityValue { comparator, amount, upper_amount, unit, .. } = &item.value;
        format!("{} = {comparator:?} {amount}..{upper_amount} {unit}", item.text)
    };
    let all = || found.quantities.iter().map(show).collect::<Vec<_>>().join("; ");
    for result in results {
        let text = result.get("Text").and_then(Json::as_str).unwrap_or_default();
        let hit = items.iter().position(|item| {
            item.text == plain(text)
                && placed(input, result, text, item.start)
                && result.get("Resolution").is_none_or(|gold| agrees(name, item, gold))
        });
        match hit {
            Some(hit) => {
                items.remove(hit);
            }
            None => return Some((result_text(result), all())),
        }
    }
    items.first().map(|item| (String::new(), show(item)))
}

/// The number that a result gives, as text or number.
fn number(gold: &Json) -> Option<f64> {
    match gold.get("value")? {
        Json::String(text) => text.trim_end_matches('%').parse().ok(),
        Json::Number(number) => number.as_f64(),
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => None,
    }
}

/// Our amount; fractions keep their terms.
fn amount(text: &str) -> Option<f64> {
    match text.split_once('/') {
        Some((above, below)) => Some(above.parse::<f64>().ok()? / below.parse::<f64>().ok()?),
        None => text.parse().ok(),
    }
}

/// Equal to the fifteen digits that the suite keeps.
fn close(one: f64, other: f64) -> bool {
    (one - other).abs() <= 1e-12 * one.abs().max(other.abs()).max(1e-9)
}

fn agrees(name: &str, item: &Item<QuantityValue>, gold: &Json) -> bool {
    let value = &item.value;
    if name.starts_with("NumberRange") {
        return gold.get("value").and_then(Json::as_str).is_some_and(|gold| range(item, gold));
    }
    let Some(expected) = number(gold) else { return false };
    let Some(mine) = amount(&value.amount) else { return false };
    let unit = gold.get("unit").and_then(Json::as_str).unwrap_or_default();
    match name {
        "CurrencyModel" => {
            let code = gold.get("isoCurrency").and_then(Json::as_str);
            close(mine, expected)
                && code.or_else(|| unit::currency_in_english(unit)).is_some_and(|code| code == value.unit)
        }
        "DimensionModel" => {
            let sized = |amount: f64, unit: Option<(&'static str, Decimal)>| {
                unit.and_then(|(quantity, size)| Some((quantity, amount * size.to_f64()?)))
            };
            match (sized(mine, unit::chinese(&value.unit)), sized(expected, unit::english(unit))) {
                (Some((mine, one)), Some((theirs, other))) => mine == theirs && close(one, other),
                _ => false,
            }
        }
        "TemperatureModel" => {
            let scale = match value.unit.as_str() {
                "℃" | "°c" | "摄氏度" => "C",
                "℉" | "°f" | "华氏度" => "F",
                _ => "Degree",
            };
            close(mine, expected) && unit == scale
        }
        "AgeModel" => {
            let span = match value.unit.as_str() {
                "岁" | "周岁" | "年" => "Year",
                "个月" => "Month",
                "周" => "Week",
                _ => "Day",
            };
            close(mine, expected) && unit == span
        }
        _ => close(mine, expected),
    }
}

/// Whether our bounds are those of `[10,15)`.
fn range(item: &Item<QuantityValue>, gold: &str) -> bool {
    let value = &item.value;
    let inner = gold.trim_matches(['[', ']', '(', ')']);
    let Some((low, high)) = inner.split_once(',') else { return false };
    let (low, high) = (low.parse::<f64>().ok(), high.parse::<f64>().ok());
    let first = amount(&value.amount);
    let second = amount(&value.upper_amount);
    let (mine_low, mine_high) = match (second, value.comparator) {
        (Some(_), _) => (first, second),
        (None, Comparator::LessThan | Comparator::AtMost) => (None, first),
        (None, Comparator::Exactly) => (first, first),
        (None, Comparator::About | Comparator::AtLeast | Comparator::MoreThan) => (first, None),
    };
    let same = |one: Option<f64>, other: Option<f64>| match (one, other) {
        (Some(one), Some(other)) => close(one, other),
        (None, None) => true,
        _ => false,
    };
    let worded = item.text.contains("等于") || item.text.contains('不') || item.text.contains("至");
    let closed = match (second.is_some(), value.comparator) {
        (false, Comparator::AtLeast) => gold.starts_with('['),
        (false, Comparator::AtMost) => gold.ends_with(']'),
        (false, Comparator::MoreThan) => gold.starts_with('('),
        (false, Comparator::LessThan) => gold.ends_with(')'),
        _ => true,
    };
    same(low, mine_low) && same(high, mine_high) && (!worded || closed)
}
