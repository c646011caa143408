//! Cases of Duckling: `text`, `expected_haskell` (the value as a Haskell term), read against 2013-02-12 04:30.
//!
//! Many of them are Cantonese or name festivals of other countries; they stand here beside the suites for a second look. A
//! number must agree; an amount in value and unit (bounds in both ends); a length of time in value and unit; of a time the
//! first day, where an hour is said the hour, and of an interval of whole days the last day. An open date, which Duckling
//! puts into the future, may be that of another year, month or week.

use jiff::civil::Date;
use jiff::civil::DateTime;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde_json::Value as Json;

use super::Tally;
use super::case;
use super::case::Found;
use super::case::Item;
use super::clock;
use super::clock::interval;
use super::resolution::part;
use super::unit;
use crate::analyze::Analyzer;
use crate::extract::QuantityKind;
use crate::extract::QuantityValue;
use crate::extract::TimeKind;
use crate::extract::TimeValue;

/// Scores one case; `None` when the row is none.
pub(super) fn score(analyzer: &Analyzer, row: &Json, tally: &mut Tally) -> Option<()> {
    let text = row.get("text")?.as_str()?.replace("\\\"", "\"");
    let term = row.get("expected_haskell")?.as_str()?;
    let found = case::read(analyzer, &text, clock::instant("2013-02-12T04:30:00"));
    let numbers = numbers(term);
    let words: Vec<&str> =
        term.trim_matches(['(', ')']).split([' ', '(', ')', ',']).filter(|word| !word.is_empty()).collect();
    let head = words.first().copied().unwrap_or_default();
    let (kind, right) = match head {
        "NumeralValue" => ("number", number(&found, &numbers)),
        "OrdinalData" => ("ordinal", ordinal(&found, &numbers)),
        "DurationData" => ("duration", duration(&found, &numbers, words.last().copied().unwrap_or_default())),
        "simple" | "above" | "under" | "between" => {
            let unit = words.get(1).copied().unwrap_or_default();
            (if currency(unit).is_some() { "currency" } else { "measure" }, amount(&found, unit, &numbers))
        }
        _ if head.contains("Holiday") => ("holiday", time(&found, &numbers)),
        _ => ("date and time", time(&found, &numbers)),
    };
    tally.case(kind, right);
    if !right {
        let times = found.times.iter().map(|item| {
            format!("{} = {} {}..{}", item.text, item.value.timex, item.value.start, item.value.end)
        });
        let amounts = found.quantities.iter().map(|item| {
            format!("{} = {}..{} {}", item.text, item.value.amount, item.value.upper_amount, item.value.unit)
        });
        let answered: Vec<String> = times.chain(amounts).collect();
        tally.differs(kind, &text, term, answered.join("; "));
    }
    Some(())
}

/// The numbers of a term, in order.
fn numbers(term: &str) -> Vec<f64> {
    term.split(|character: char| !(character.is_ascii_digit() || matches!(character, '.' | '-' | 'e')))
        .filter(|piece| piece.chars().any(|character| character.is_ascii_digit()))
        .filter_map(|piece| piece.parse().ok())
        .collect()
}

fn close(text: &str, wanted: f64) -> bool {
    let value = match text.split_once('/') {
        Some((above, below)) => above.parse::<f64>().ok().zip(below.parse::<f64>().ok()).map(|(a, b)| a / b),
        None => text.parse().ok(),
    };
    value.is_some_and(|value| (value - wanted).abs() <= 1e-9 * wanted.abs().max(1.0))
}

fn number(found: &Found, numbers: &[f64]) -> bool {
    let Some(&wanted) = numbers.first() else { return false };
    let whole = found.quantities.iter().max_by_key(|item| item.end - item.start);
    whole.is_some_and(|item| close(&item.value.amount, wanted))
        || found.quantities.iter().any(|item| close(&item.value.amount, wanted))
}

fn ordinal(found: &Found, numbers: &[f64]) -> bool {
    let Some(&wanted) = numbers.first() else { return false };
    found
        .quantities
        .iter()
        .any(|item| item.value.kind == QuantityKind::Ordinal && close(&item.value.amount, wanted))
}

fn duration(found: &Found, numbers: &[f64], unit: &str) -> bool {
    let Some(&count) = numbers.first() else { return false };
    let seconds = |unit: char, time: bool| match (unit, time) {
        ('Y', _) => 31_536_000.0,
        ('M', false) => 2_592_000.0,
        ('W', _) => 604_800.0,
        ('D', _) => 86_400.0,
        ('H', _) => 3_600.0,
        ('M', true) => 60.0,
        _ => 1.0,
    };
    let wanted = count
        * match unit {
            "Year" => 31_536_000.0,
            "Month" => 2_592_000.0,
            "Week" => 604_800.0,
            "Day" => 86_400.0,
            "Hour" => 3_600.0,
            "Minute" => 60.0,
            _ => 1.0,
        };
    let length = |timex: &str| {
        let (mut total, mut time, mut figure) = (0.0, false, String::new());
        for character in timex.trim_start_matches('P').chars() {
            match character {
                'T' => time = true,
                character if character.is_ascii_digit() || character == '.' => figure.push(character),
                unit => {
                    total += figure.parse::<f64>().unwrap_or_default() * seconds(unit, time);
                    figure.clear();
                }
            }
        }
        total
    };
    let answer = found
        .times
        .iter()
        .filter(|item| item.value.kind == TimeKind::Duration)
        .max_by_key(|item| item.end - item.start);
    answer.is_some_and(|item| (length(&item.value.timex) - wanted).abs() < 1e-6 * wanted)
}

/// The currency that a unit stands for, and its size.
fn currency(unit: &str) -> Option<(&'static str, f64)> {
    Some(match unit {
        "Dollar" | "CNY" => ("CNY", 1.0),
        "Cent" => ("CNY", 0.01),
        "HKD" => ("HKD", 1.0),
        _ => return None,
    })
}

fn amount(found: &Found, unit: &str, numbers: &[f64]) -> bool {
    let sized = |size: Option<(&'static str, Decimal)>| {
        size.and_then(|(quantity, size)| Some((quantity, size.to_f64()?)))
    };
    let wanted = match unit {
        "Celsius" | "Fahrenheit" | "Degree" => Some((unit, 1.0)),
        _ => currency(unit).or_else(|| {
            sized(unit::english(match unit {
                "Metre" => "Meter",
                "Kilometre" => "Kilometer",
                "Centimetre" => "Centimeter",
                "Litre" => "Liter",
                "Millilitre" => "Milliliter",
                other => other,
            }))
        }),
    };
    let Some((wanted, size)) = wanted else { return false };
    // The mass units of China: 斤 is half a kilogram there.
    let ours = |item: &Item<QuantityValue>| match item.value.unit.as_str() {
        "CNY" => Some(("CNY", 1.0)),
        "HKD" => Some(("HKD", 1.0)),
        "℃" | "°c" | "摄氏度" => Some(("Celsius", 1.0)),
        "℉" | "°f" | "华氏度" => Some(("Fahrenheit", 1.0)),
        "度" | "°" => Some(("Degree", 1.0)),
        "斤" => Some(("mass", 0.5)),
        "两" => Some(("mass", 0.05)),
        other => sized(unit::chinese(other)),
    };
    found.quantities.iter().any(|item| {
        let bounds = [item.value.amount.as_str(), item.value.upper_amount.as_str()];
        ours(item).is_some_and(|(quantity, mine)| {
            quantity == wanted
                && numbers.iter().zip(bounds).all(|(number, bound)| {
                    bound.parse::<f64>().is_ok_and(|bound| {
                        (bound * mine - number * size).abs() <= 1e-9 * (number * size).abs().max(1e-6)
                    })
                })
        })
    })
}

/// The instants of a term.
fn instants(numbers: &[f64]) -> Vec<DateTime> {
    let small = |value: f64| value as i8;
    numbers
        .chunks_exact(6)
        .filter_map(|fields| {
            let [year, month, day, hour, minute, second] = fields.try_into().ok()?;
            let date = Date::new(year as i16, small(month), small(day)).ok()?;
            Some(date.at(small(hour), small(minute), small(second), 0))
        })
        .collect()
}

fn time(found: &Found, numbers: &[f64]) -> bool {
    let gold = instants(numbers);
    let Some(&from) = gold.first() else { return false };
    let Some(item) = found.times.iter().max_by_key(|item| item.end - item.start) else { return false };
    let value = &item.value;
    if value.timex.starts_with("XXXX-XX-XXT") {
        let clock = clock::time_of_day(&value.timex).unwrap_or_default();
        return part(&value.timex).is_some()
            || clock
                .get(1..3)
                .and_then(|hour| hour.parse::<i8>().ok())
                .is_some_and(|hour| hour % 12 == from.hour() % 12);
    }
    let Some((start, end)) = interval(&value.start, &value.end) else { return value.timex == "PRESENT_REF" };
    same_start(value, start, from) && gold.get(1).is_none_or(|&to| ends(value, end, to, from))
}

fn same_start(value: &TimeValue, start: DateTime, from: DateTime) -> bool {
    let hour = !value.start.contains('T')
        || part(&value.timex).is_some()
        || (start.hour(), start.minute()) == (from.hour(), from.minute());
    let days = start.until((jiff::Unit::Day, from)).map_or(i32::MAX, |span| span.get_days());
    let yearly = (start.month(), start.day()) == (from.month(), from.day());
    hour && (start.date() == from.date()
        || yearly
        || days.abs() == 7
        || start.day() == from.day() && (28..=31).contains(&days.abs())
        || (353..=385).contains(&days.abs()))
}

fn ends(value: &TimeValue, end: DateTime, to: DateTime, from: DateTime) -> bool {
    let whole_days = from.hour() == 0 && to.hour() == 0 && !value.start.contains('T');
    !whole_days || end.day() == to.day() || clock::after(end, 86_400).day() == to.day()
}
