//! Days, months, festivals, the farmers' calendar: what the calendar itself knows.

use super::almanac::FIRST_YEAR;
use super::almanac::LUNAR_YEARS;
use super::almanac::TERM_BASE;
use super::almanac::TERM_DAYS;
use crate::extract::characters::Characters;
use crate::extract::words::Table;
use jiff::Span as Duration;
use jiff::civil::Date;
use jiff::civil::Weekday;
use std::sync::LazyLock;

/// A festival or another day that the calendar names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Festival {
    /// The same Gregorian day every year.
    Fixed(i8, i8),
    /// Month and day of the farmers' calendar.
    Lunar(i32, i32),
    /// The last day of the farmers' year.
    NewYearsEve,
    /// A solar term, 小寒 being 0.
    Term(i32),
    /// Month, which one, day of the week from 1: the second Sunday of May.
    Weekday(i8, i8, i8),
    /// A name without a known day: 双节.
    Unknown,
}

/// Names of festivals, longest first where one begins another.
#[rustfmt::skip]
pub(crate) const FESTIVALS: &[(&str, Festival)] = &[
    ("大年三十", Festival::NewYearsEve), ("年三十", Festival::NewYearsEve), ("除夕夜", Festival::NewYearsEve),
    ("除夕", Festival::NewYearsEve), ("中秋国庆", Festival::Unknown),
    ("元宵节", Festival::Lunar(1, 15)), ("元宵", Festival::Lunar(1, 15)), ("上元节", Festival::Lunar(1, 15)),
    ("中秋节", Festival::Lunar(8, 15)), ("中秋", Festival::Lunar(8, 15)), ("中元节", Festival::Lunar(7, 15)),
    ("重阳节", Festival::Lunar(9, 9)), ("重阳", Festival::Lunar(9, 9)), ("七夕节", Festival::Lunar(7, 7)),
    ("七夕", Festival::Lunar(7, 7)), ("端午节", Festival::Lunar(5, 5)), ("端午", Festival::Lunar(5, 5)),
    ("腊八节", Festival::Lunar(12, 8)), ("腊八", Festival::Lunar(12, 8)), ("龙抬头", Festival::Lunar(2, 2)),
    ("春节", Festival::Lunar(1, 1)), ("小年", Festival::Lunar(12, 23)), ("清明节", Festival::Term(6)),
    ("元旦节", Festival::Fixed(1, 1)), ("元旦", Festival::Fixed(1, 1)), ("新年", Festival::Fixed(1, 1)),
    ("情人节", Festival::Fixed(2, 14)), ("女生节", Festival::Fixed(3, 7)), ("三八妇女节", Festival::Fixed(3, 8)),
    ("妇女节", Festival::Fixed(3, 8)), ("三八节", Festival::Fixed(3, 8)), ("“三八”", Festival::Fixed(3, 8)),
    ("植树节", Festival::Fixed(3, 12)), ("愚人节", Festival::Fixed(4, 1)),
    ("五一国际劳动节", Festival::Fixed(5, 1)), ("五一劳动节", Festival::Fixed(5, 1)),
    ("国际劳动节", Festival::Fixed(5, 1)), ("劳动节", Festival::Fixed(5, 1)), ("“五一”", Festival::Fixed(5, 1)),
    ("五一", Festival::Fixed(5, 1)), ("五四青年节", Festival::Fixed(5, 4)), ("青年节", Festival::Fixed(5, 4)),
    ("“五四”", Festival::Fixed(5, 4)), ("护士节", Festival::Fixed(5, 12)),
    ("六一儿童节", Festival::Fixed(6, 1)), ("儿童节", Festival::Fixed(6, 1)), ("“六一”", Festival::Fixed(6, 1)),
    ("建党节", Festival::Fixed(7, 1)), ("“七一”", Festival::Fixed(7, 1)), ("八一建军节", Festival::Fixed(8, 1)),
    ("建军节", Festival::Fixed(8, 1)), ("“八一”", Festival::Fixed(8, 1)), ("教师节", Festival::Fixed(9, 10)),
    ("国庆节", Festival::Fixed(10, 1)), ("国庆日", Festival::Fixed(10, 1)), ("国庆", Festival::Fixed(10, 1)),
    ("“十一”", Festival::Fixed(10, 1)), ("万圣节前夜", Festival::Fixed(10, 31)),
    ("万圣节", Festival::Fixed(10, 31)), ("记者节", Festival::Fixed(11, 8)),
    ("光棍节", Festival::Fixed(11, 11)), ("双十一", Festival::Fixed(11, 11)), ("双11", Festival::Fixed(11, 11)),
    ("“双11”", Festival::Fixed(11, 11)), ("“双十一”", Festival::Fixed(11, 11)),
    ("双十二", Festival::Fixed(12, 12)), ("平安夜", Festival::Fixed(12, 24)), ("圣诞节", Festival::Fixed(12, 25)),
    ("圣诞", Festival::Fixed(12, 25)), ("母亲节", Festival::Weekday(5, 2, 7)),
    ("父亲节", Festival::Weekday(6, 3, 7)), ("感恩节", Festival::Weekday(11, 4, 4)),
    ("双节", Festival::Unknown),
    ("小寒", Festival::Term(0)), ("大寒", Festival::Term(1)), ("立春", Festival::Term(2)),
    ("雨水", Festival::Term(3)), ("惊蛰", Festival::Term(4)), ("春分", Festival::Term(5)),
    ("清明", Festival::Term(6)), ("谷雨", Festival::Term(7)), ("立夏", Festival::Term(8)),
    ("小满", Festival::Term(9)), ("芒种", Festival::Term(10)), ("夏至", Festival::Term(11)),
    ("小暑", Festival::Term(12)), ("大暑", Festival::Term(13)), ("立秋", Festival::Term(14)),
    ("处暑", Festival::Term(15)), ("白露", Festival::Term(16)), ("秋分", Festival::Term(17)),
    ("寒露", Festival::Term(18)), ("霜降", Festival::Term(19)), ("立冬", Festival::Term(20)),
    ("小雪", Festival::Term(21)), ("大雪", Festival::Term(22)), ("冬至", Festival::Term(23)),
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

/// Monday of the week in which a day lies.
pub(crate) fn monday(day: Date) -> Option<Date> {
    add_days(day, -i32::from(day.weekday().to_monday_zero_offset()))
}

/// Monday of the first week that begins in the period from `first` on.
pub(crate) fn first_monday(first: Date) -> Option<Date> {
    add_days(first, (7 - i32::from(first.weekday().to_monday_zero_offset())) % 7)
}

/// What the tables hold of a year of the farmers' calendar: months of 30 days, leap month, New Year.
fn lunar_year(year: i32) -> Option<(u32, i32, Date)> {
    let &packed = LUNAR_YEARS.get(usize::try_from(year.checked_sub(FIRST_YEAR)?).ok()?)?;
    let first = add_days(date(year, 1, 1)?, i32::try_from(packed >> 17).ok()?)?;
    Some((packed, ((packed >> 13) & 15) as i32, first))
}

/// First and last day of a month of the farmers' calendar; `None` where that year has no such month.
pub(crate) fn lunar_month(year: i32, month: i32, leap: bool) -> Option<(Date, Date)> {
    let (packed, leap_month, new_year) = lunar_year(year)?;
    if !(1..=12).contains(&month) || leap && month != leap_month {
        return None;
    }
    let place = month - 1 + i32::from(leap || leap_month > 0 && month > leap_month);
    let length = |at: i32| 29 + (packed >> at & 1) as i32;
    let before: i32 = (0..place).map(length).sum();
    let first = add_days(new_year, before)?;
    Some((first, add_days(first, length(place) - 1)?))
}

/// A day of the farmers' calendar, from 1900 to 2100.
pub(crate) fn lunar_date(year: i32, month: i32, leap: bool, day: i32) -> Option<Date> {
    let (first, last) = lunar_month(year, month, leap)?;
    add_days(first, day - 1).filter(|&found| day >= 1 && found <= last)
}

/// Year, month and whether it is the leap month, of the farmers' calendar, in which a day lies.
pub(crate) fn lunar_month_of(day: Date) -> Option<(i32, i32, bool)> {
    let year = i32::from(day.year());
    let year = if lunar_year(year)?.2 <= day { year } else { year - 1 };
    (1..=12).flat_map(|month| [(month, false), (month, true)]).find_map(|(month, leap)| {
        let (first, last) = lunar_month(year, month, leap)?;
        (first <= day && day <= last).then_some((year, month, leap))
    })
}

/// Day of a solar term, 小寒 being 0.
pub(crate) fn solar_term(year: i32, term: i32) -> Option<Date> {
    let &packed = TERM_DAYS.get(usize::try_from(year.checked_sub(FIRST_YEAR)?).ok()?)?;
    let &base = TERM_BASE.get(usize::try_from(term).ok()?)?;
    date(year, term / 2 + 1, i32::from(base) + (packed >> (2 * term) & 3) as i32)
}

/// The day of a festival in a year.
pub(crate) fn festival(festival: Festival, year: i32) -> Option<Date> {
    match festival {
        Festival::Fixed(month, day) => date(year, i32::from(month), i32::from(day)),
        Festival::Lunar(month, day) => lunar_date(year, month, false, day),
        // The eve closes the farmers' year that began in `year`.
        Festival::NewYearsEve => add_days(lunar_year(year + 1)?.2, -1),
        Festival::Term(term) => solar_term(year, term),
        Festival::Weekday(month, which, weekday) => date(year, i32::from(month), 1)?
            .nth_weekday_of_month(which, Weekday::from_monday_one_offset(weekday).ok()?)
            .ok(),
        Festival::Unknown => None,
    }
}

/// First year of an era of the emperors, and of two of Japan's.
#[rustfmt::skip]
const ERAS: &[(&str, i32)] = &[
    ("建元", -140), ("元光", -134), ("元狩", -122), ("太初", -104), ("建武", 25), ("永平", 58), ("建安", 196),
    ("黄初", 220), ("太和", 227), ("泰始", 265), ("太康", 280), ("永和", 345), ("太元", 376), ("元嘉", 424),
    ("开皇", 581), ("仁寿", 601), ("大业", 605), ("武德", 618), ("贞观", 627), ("永徽", 650), ("显庆", 656),
    ("龙朔", 661), ("麟德", 664), ("总章", 668), ("咸亨", 670), ("仪凤", 676), ("垂拱", 685), ("天授", 690),
    ("神功", 697), ("圣历", 698), ("长安", 701), ("神龙", 705), ("景龙", 707), ("景云", 710), ("先天", 712),
    ("开元", 713), ("天宝", 742), ("至德", 756), ("乾元", 758), ("宝应", 762), ("广德", 763), ("大历", 766),
    ("建中", 780), ("贞元", 785), ("元和", 806), ("长庆", 821), ("宝历", 825), ("会昌", 841), ("大中", 847),
    ("咸通", 860), ("乾符", 874), ("广明", 880), ("中和", 881), ("光启", 885), ("天祐", 904), ("开平", 907),
    ("显德", 954), ("建隆", 960), ("乾德", 963), ("开宝", 968), ("太平兴国", 976), ("雍熙", 984), ("端拱", 988),
    ("淳化", 990), ("至道", 995), ("咸平", 998), ("景德", 1004), ("大中祥符", 1008), ("天禧", 1017),
    ("乾兴", 1022), ("天圣", 1023), ("明道", 1032), ("景祐", 1034), ("宝元", 1038), ("康定", 1040),
    ("庆历", 1041), ("皇祐", 1049), ("至和", 1054), ("嘉祐", 1056), ("治平", 1064), ("熙宁", 1068),
    ("元丰", 1078), ("元祐", 1086), ("绍圣", 1094), ("元符", 1098), ("崇宁", 1102), ("大观", 1107),
    ("政和", 1111), ("宣和", 1119), ("靖康", 1126), ("建炎", 1127), ("绍兴", 1131), ("隆兴", 1163),
    ("乾道", 1165), ("淳熙", 1174), ("绍熙", 1190), ("庆元", 1195), ("嘉泰", 1201), ("开禧", 1205),
    ("嘉定", 1208), ("宝庆", 1225), ("绍定", 1228), ("端平", 1234), ("嘉熙", 1237), ("淳祐", 1241),
    ("宝祐", 1253), ("开庆", 1259), ("景定", 1260), ("咸淳", 1265), ("德祐", 1275), ("景炎", 1276),
    ("祥兴", 1278), ("中统", 1260), ("至元", 1264), ("元贞", 1295), ("大德", 1297), ("至大", 1308),
    ("皇庆", 1312), ("延祐", 1314), ("至治", 1321), ("泰定", 1324), ("天历", 1328), ("至顺", 1330),
    ("至正", 1341), ("洪武", 1368), ("建文", 1399), ("永乐", 1403), ("洪熙", 1425), ("宣德", 1426),
    ("正统", 1436), ("景泰", 1450), ("天顺", 1457), ("成化", 1465), ("弘治", 1488), ("正德", 1506),
    ("嘉靖", 1522), ("隆庆", 1567), ("万历", 1573), ("泰昌", 1620), ("天启", 1621), ("崇祯", 1628),
    ("天命", 1616), ("天聪", 1627), ("崇德", 1636), ("顺治", 1644), ("康熙", 1662), ("雍正", 1723),
    ("乾隆", 1736), ("嘉庆", 1796), ("道光", 1821), ("咸丰", 1851), ("同治", 1862), ("光绪", 1875),
    ("宣统", 1909), ("民国", 1912), ("明治", 1868), ("大正", 1912), ("昭和", 1926), ("平成", 1989),
    ("令和", 2019),
];

/// The same, for asking at every character.
static ERA_NAMES: LazyLock<Table<i32>> = LazyLock::new(|| Table::with_values(ERAS.iter().copied()));

/// First year of the era whose name stands at `index`, with the length of the name.
pub(crate) fn era(text: &Characters<'_>, index: usize) -> Option<(i32, usize)> {
    ERA_NAMES.value_at(text, index).map(|(_, length, year)| (year, length))
}

#[cfg(test)]
mod tests {
    use super::Festival;
    use super::date;
    use super::festival;
    use super::lunar_date;
    use super::solar_term;

    #[test]
    fn the_farmers_calendar_gives_known_days() {
        for (year, month, leap, day, expected) in [
            (2025, 1, false, 1, date(2025, 1, 29)),
            (2020, 4, true, 1, date(2020, 5, 23)),
            (2020, 5, false, 5, date(2020, 6, 25)),
            (1900, 1, false, 1, date(1900, 1, 31)),
            (2100, 1, false, 1, date(2100, 2, 9)),
            (2022, 12, false, 10, date(2023, 1, 1)),
            (2021, 4, true, 1, None),
            (2021, 1, false, 31, None),
            (1899, 1, false, 1, None),
        ] {
            assert_eq!(lunar_date(year, month, leap, day), expected, "{year} {month} {day}");
        }
    }

    #[test]
    fn festivals_fall_on_known_days() {
        assert_eq!(festival(Festival::NewYearsEve, 2023), date(2024, 2, 9));
        assert_eq!(festival(Festival::Weekday(5, 2, 7), 2021), date(2021, 5, 9));
        assert_eq!(festival(Festival::Weekday(11, 4, 4), 2019), date(2019, 11, 28));
        assert_eq!(festival(Festival::Term(6), 2024), date(2024, 4, 4));
        assert_eq!(solar_term(2018, 1), date(2018, 1, 20));
        assert_eq!(solar_term(2101, 1), None);
    }
}
