//! Instants and intervals as the suites and our answers write them.

use jiff::Span;
use jiff::civil::Date;
use jiff::civil::DateTime;

/// An instant in any of the forms `2010-01-29`, `2010-01-29 07:00:00`, `2010-01-29T07:00+08:00`.
pub(super) fn instant(text: &str) -> Option<DateTime> {
    let text = text.trim().trim_end_matches("+08:00");
    if text.len() <= 10
        && let Ok(date) = text.parse::<Date>()
    {
        return Some(date.at(0, 0, 0, 0));
    }
    text.replacen(' ', "T", 1).parse().ok()
}

/// An instant moved by so many seconds.
pub(super) fn after(at: DateTime, seconds: i64) -> DateTime {
    Span::new().try_seconds(seconds).ok().and_then(|span| at.checked_add(span).ok()).unwrap_or(at)
}

/// First instant and first instant no longer covered of `start` and `end` as our answers write them: a last day is
/// covered, an instant is not.
pub(super) fn interval(start: &str, end: &str) -> Option<(DateTime, DateTime)> {
    let (from, to) = (instant(start)?, instant(end)?);
    Some((from, if end.contains('T') { to } else { after(to, 86_400) }))
}

/// The time of day of an open value: `T15:30` of `XXXX-XX-XXT15:30`.
pub(super) fn time_of_day(timex: &str) -> Option<&str> {
    let at = timex.find('T')?;
    timex.get(at..)
}
