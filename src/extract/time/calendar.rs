//! Days, months, festivals: what the calendar itself knows.

use jiff::Span as Duration;
use jiff::civil::Date;

/// New Year's Day of the farmers' calendar (正月初一) by Gregorian year, from 2000: month and day.
#[rustfmt::skip]
const SPRING_FESTIVAL: [(i8, i8); 41] = [
    (2, 5), (1, 24), (2, 12), (2, 1), (1, 22), (2, 9), (1, 29), (2, 18), (2, 7), (1, 26), (2, 14), (2, 3),
    (1, 23), (2, 10), (1, 31), (2, 19), (2, 8), (1, 28), (2, 16), (2, 5), (1, 25), (2, 12), (2, 1), (1, 22),
    (2, 10), (1, 29), (2, 17), (2, 6), (1, 26), (2, 13), (2, 3), (1, 23), (2, 11), (1, 31), (2, 19), (2, 8),
    (1, 28), (2, 15), (2, 4), (1, 24), (2, 12),
];

/// Dragon Boat Festival (五月初五), from 2010.
#[rustfmt::skip]
const DRAGON_BOAT: [(i8, i8); 21] = [
    (6, 16), (6, 6), (6, 23), (6, 12), (6, 2), (6, 20), (6, 9), (5, 30), (6, 18), (6, 7), (6, 25), (6, 14),
    (6, 3), (6, 22), (6, 10), (5, 31), (6, 19), (6, 9), (5, 28), (6, 16), (6, 5),
];

/// Mid-Autumn Festival (八月十五), from 2010.
#[rustfmt::skip]
const MID_AUTUMN: [(i8, i8); 21] = [
    (9, 22), (9, 12), (9, 30), (9, 19), (9, 8), (9, 27), (9, 15), (10, 4), (9, 24), (9, 13), (10, 1), (9, 21),
    (9, 10), (9, 29), (9, 17), (10, 6), (9, 25), (9, 15), (10, 3), (9, 22), (9, 12),
];

/// A festival.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Festival {
    /// The same Gregorian day every year.
    Fixed(i8, i8),
    /// So many days after 正月初一.
    NewYear(i32),
    /// 清明
    Qingming,
    /// 端午
    DragonBoat,
    /// 中秋
    MidAutumn,
    /// A name without a known day: 双节.
    Unknown,
}

/// Names of festivals, longest first.
#[rustfmt::skip]
pub(crate) const FESTIVALS: &[(&str, Festival)] = &[
    ("大年初一", Festival::NewYear(0)), ("正月初一", Festival::NewYear(0)),
    ("正月十五", Festival::NewYear(14)), ("中秋国庆", Festival::Unknown),
    ("大年三十", Festival::NewYear(-1)), ("元宵节", Festival::NewYear(14)),
    ("中秋节", Festival::MidAutumn), ("国庆节", Festival::Fixed(10, 1)), ("清明节", Festival::Qingming),
    ("端午节", Festival::DragonBoat), ("劳动节", Festival::Fixed(5, 1)), ("儿童节", Festival::Fixed(6, 1)),
    ("建军节", Festival::Fixed(8, 1)), ("教师节", Festival::Fixed(9, 10)), ("“五一”", Festival::Fixed(5, 1)),
    ("“十一”", Festival::Fixed(10, 1)), ("春节", Festival::NewYear(0)),
    ("除夕", Festival::NewYear(-1)), ("元宵", Festival::NewYear(14)),
    ("元旦", Festival::Fixed(1, 1)), ("清明", Festival::Qingming), ("五一", Festival::Fixed(5, 1)),
    ("端午", Festival::DragonBoat), ("中秋", Festival::MidAutumn), ("国庆", Festival::Fixed(10, 1)),
    ("双节", Festival::Unknown),
];

/// A date, where the calendar has one.
pub(crate) fn date(year: i32, month: i32, day: i32) -> Option<Date> {
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// `day` moved by so many days.
pub(crate) fn add_days(day: Date, days: i32) -> Option<Date> {
    day.checked_add(Duration::new().try_days(i64::from(days)).ok()?).ok()
}

/// `day` moved by so many months; the day of the month is held within the month.
pub(crate) fn add_months(day: Date, months: i32) -> Option<Date> {
    day.checked_add(Duration::new().try_months(i64::from(months)).ok()?).ok()
}

/// First and last day of a year.
pub(crate) fn year(year: i32) -> Option<(Date, Date)> {
    Some((date(year, 1, 1)?, date(year, 12, 31)?))
}

/// First and last day of the months `from` to `to` of a year.
pub(crate) fn months(year: i32, from: i32, to: i32) -> Option<(Date, Date)> {
    Some((date(year, from, 1)?, date(year, to, 1)?.last_of_month()))
}

/// The day of a festival in a year.
pub(crate) fn festival(festival: Festival, year: i32) -> Option<Date> {
    let listed = |table: &[(i8, i8)], first: i32| {
        let &(month, day) = table.get(usize::try_from(year - first).ok()?)?;
        date(year, i32::from(month), i32::from(day))
    };
    match festival {
        Festival::Fixed(month, day) => date(year, i32::from(month), i32::from(day)),
        Festival::NewYear(after) => add_days(listed(&SPRING_FESTIVAL, 2000)?, after),
        Festival::DragonBoat => listed(&DRAGON_BOAT, 2010),
        Festival::MidAutumn => listed(&MID_AUTUMN, 2010),
        Festival::Qingming => {
            // The common formula for the solar term in the 21st century.
            let short = year.checked_sub(2000).filter(|short| (0..100).contains(short))?;
            date(year, 4, (f64::from(short) * 0.2422 + 4.81) as i32 - short / 4)
        }
        Festival::Unknown => None,
    }
}
