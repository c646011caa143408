//! Times: found by grammar, completed by what is known, open where nothing is.
//!
//! A value is completed from the expression itself, from an earlier date of the document where the text says so
//! (当年, 同日), from the caller's reference time or from the publish time of the page, in this order. No clock is read
//! and no year is invented.

mod almanac;
pub(crate) mod calendar;
mod expression;
mod grammar;
mod length;
mod resolve;

use super::Anchors;
use super::Detector;
use super::MentionKind;
use super::Value;
use super::characters::Characters;
use super::characters::Mask;
use super::finding::Finding;
use expression::Expression;
use expression::Meaning;
use expression::Point;
use resolve::Resolver;

/// Finds the times outside what is taken; thoroughly, times of day without a day and lengths of time as well.
/// `squeezed` is the text
/// without the spaces that say nothing, where it holds any.
pub(crate) fn find(
    text: &Characters<'_>,
    anchors: Anchors,
    taken: &Mask,
    squeezed: Option<&(Characters<'_>, Vec<usize>)>,
    thorough: bool,
) -> Vec<Finding> {
    let (squeezed, places) =
        squeezed.map_or((text, None), |(squeezed, places)| (squeezed, Some(places.as_slice())));
    let reader = Reader { text, squeezed, places };
    let mut found = Vec::new();
    let mut resolver = Resolver::new(anchors);
    let mut index = 0;
    while index < squeezed.len() {
        let expression =
            if taken.covers(reader.place(index)) { None } else { grammar::read(squeezed, index) };
        let Some(expression) = expression.filter(|expression| {
            let (start, end) = reader.range(expression);
            !taken.overlaps(start, end)
        }) else {
            index += 1;
            continue;
        };
        let value = resolver.resolve(squeezed, &expression);
        found.push(reader.finding(&expression, Value::Time(value)));
        if thorough {
            found.extend(reader.parts(&expression, anchors));
        }
        index = expression.end.max(index + 1);
    }
    found
}

/// Leads from the characters that are read back to those of the text.
struct Reader<'a, 'b> {
    text: &'b Characters<'a>,
    squeezed: &'b Characters<'a>,
    /// The place of each character in the text, where some were left out.
    places: Option<&'b [usize]>,
}

impl Reader<'_, '_> {
    fn place(&self, index: usize) -> usize {
        match self.places {
            Some(places) => places.get(index).copied().unwrap_or(self.text.len()),
            None => index.min(self.text.len()),
        }
    }

    /// Where an expression stands in the text.
    fn range(&self, expression: &Expression) -> (usize, usize) {
        let last = expression.end.saturating_sub(1).max(expression.start);
        (self.place(expression.start), self.place(last) + 1)
    }

    fn finding(&self, expression: &Expression, value: Value) -> Finding {
        let (start, end) = self.range(expression);
        Finding::new(
            self.text.span(start, end),
            (start, end),
            self.text.text(start, end),
            value,
            Detector::Rule("time"),
            0.9,
        )
    }

    /// The date and the time of day of an expression that has both, as mentions of their own.
    fn parts(&self, expression: &Expression, anchors: Anchors) -> Vec<Finding> {
        if let Meaning::Span(Some(length), ..) = expression.meaning {
            // 还剩8天20小时: the length by itself.
            let Some((from, end)) = grammar::length_within(self.squeezed, expression) else {
                return Vec::new();
            };
            let part = Expression::new(from, end, Meaning::Duration(length, None));
            let value = Resolver::new(anchors).resolve(self.squeezed, &part);
            return vec![self.finding(&part, Value::Time(value)).referring(MentionKind::Nested)];
        }
        let Meaning::Point(point @ Point { split: Some(split), .. }) = expression.meaning else {
            return Vec::new();
        };
        let end = expression.end - grammar::tail(self.squeezed, split, expression.end);
        let date = Point { part: None, clock: None, split: None, ..point };
        let time = Point { part: point.part, clock: point.clock, ..Point::default() };
        let date_end = split - usize::from(self.squeezed.before(split) == '的');
        [(expression.start, date_end, date), (split, end, time)]
            .into_iter()
            .map(|(start, end, point)| {
                let part = Expression::new(start, end, Meaning::Point(point));
                let value = Resolver::new(anchors).resolve(self.squeezed, &part);
                self.finding(&part, Value::Time(value)).referring(MentionKind::Nested)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use crate::extract::TimeAnchor;
    use crate::extract::TimeKind;
    use crate::extract::TimeValue;
    use crate::extract::Value;
    use crate::extract::fixture;

    fn values(text: &str, reference: Option<jiff::civil::Date>) -> Vec<(String, TimeValue)> {
        let entities = fixture::extract(text, reference).entities;
        let found = entities.into_iter().filter_map(|entity| {
            if let Value::Time(value) = entity.value { Some((entity.canonical_name, value)) } else { None }
        });
        found.collect()
    }

    #[track_caller]
    fn open(text: &str, covered: &str, timex: &str) {
        let found = values(text, None);
        let (name, value) = found.first().unwrap_or_else(|| panic!("nothing in {text}"));
        assert_eq!((name.as_str(), value.timex.as_str()), (covered, timex), "{text}");
        let complete = value.anchor == TimeAnchor::Explicit;
        assert!(complete || value.start.is_empty(), "{text}: a date was invented: {value:?}");
    }

    #[track_caller]
    fn resolved(text: &str, covered: &str, start: &str, end: &str) {
        let found = values(text, Some(date(2025, 3, 20)));
        let (name, value) = found.first().unwrap_or_else(|| panic!("nothing in {text}"));
        assert_eq!(
            (name.as_str(), value.start.as_str(), value.end.as_str()),
            (covered, start, end),
            "{text}"
        );
    }

    #[test]
    fn open_parts_stay_open() {
        open("10月26日上午到企业调研", "10月26日上午", "XXXX-10-26TMO");
        open("5月正式运营", "5月", "XXXX-05");
        open("今年完成改造", "今年", "XXXX");
        open("昨天抵达", "昨天", "XXXX-XX-XX");
        open("定于12日开幕", "12日", "XXXX-XX-12");
        open("每年都来", "每年", "XXXX");
    }

    #[test]
    fn complete_expressions_need_nothing() {
        open("2024年10月26日通车", "2024年10月26日", "2024-10-26");
        open("二〇二三年九月动工", "二〇二三年九月", "2023-09");
        open("上世纪90年代建成", "上世纪90年代", "199X");
        open("“十四五”时期将投用", "“十四五”时期", "2021/2025");
        open("2024年一季度开工", "2024年一季度", "2024-Q1");
    }

    #[test]
    fn relative_expressions_count_from_the_reference() {
        resolved("今年将完成", "今年", "2025-01-01", "2025-12-31");
        resolved("去年前三季度", "去年前三季度", "2024-01-01", "2024-09-30");
        resolved("昨天上午开会", "昨天上午", "2025-03-19T00:00", "2025-03-19T12:00");
        resolved("18日抵达", "18日", "2025-03-18", "2025-03-18");
        resolved("28日曾到访", "28日", "2025-02-28", "2025-02-28");
        resolved("11月开工", "11月", "2024-11-01", "2024-11-30");
        resolved("今年1—2月出口", "今年1—2月", "2025-01-01", "2025-02-28");
        resolved("近五年来投入", "近五年来", "2020-01-01", "2025-12-31");
        resolved("两天前报到", "两天前", "2025-03-18", "2025-03-18");
        resolved("春节期间接待", "春节期间", "2025-01-29", "2025-01-29");
        resolved("上周五签约", "上周五", "2025-03-14", "2025-03-14");
        resolved("3月6日至8日举行", "3月6日至8日", "2025-03-06", "2025-03-08");
        resolved(
            "北京时间18日14时46分发射",
            "北京时间18日14时46分",
            "2025-03-18T14:46+08:00",
            "2025-03-18T14:47+08:00",
        );
        resolved("下午3点半出发", "下午3点半", "", "");
        resolved("今年以来新增", "今年以来", "2025-01-01", "2025-03-20");
    }

    #[test]
    fn an_earlier_date_completes_a_later_one() {
        let found = values("2017年9月、10月两次检查", None);
        assert_eq!((found[1].1.timex.as_str(), found[1].1.anchor), ("2017-10", TimeAnchor::Context));
        let found = values("2015年他到村里任职，当年收入翻番", Some(date(2025, 3, 20)));
        assert_eq!((found[1].1.timex.as_str(), found[1].1.anchor), ("2015", TimeAnchor::Context));
    }

    #[test]
    fn ranges_keep_both_ends() {
        open("10月26—28日举办", "10月26—28日", "XXXX-10-26/XXXX-10-28");
        open("2024—2025年实施", "2024—2025年", "2024/2025");
        open("2023年11月28日至12月2日举行", "2023年11月28日至12月2日", "2023-11-28/2023-12-02");
        open("今冬明春开展", "今冬明春", "XXXX-WI/XXXX-SP");
        resolved("26日至28日举行", "26日至28日", "2025-02-26", "2025-02-28");
        resolved("3月10日9时至12日18时", "3月10日9时至12日18时", "2025-03-10T09:00", "2025-03-12T19:00");
        resolved("11月至次年2月", "11月至次年2月", "2024-11-01", "2025-02-28");
        resolved("2024年11月至2025年2月", "2024年11月至2025年2月", "2024-11-01", "2025-02-28");
        resolved("昨天下午5点到6点", "昨天下午5点到6点", "2025-03-19T17:00", "2025-03-19T19:00");
    }

    #[test]
    fn sets_recur() {
        open("每年举办一次", "每年", "XXXX");
        open("每周一召开例会", "每周一", "XXXX-WXX-1");
        open("每年9月开学", "每年9月", "XXXX-09");
        open("每月15日公布", "每月15日", "XXXX-XX-15");
        let found = values("每天晚上8点播出", None);
        assert_eq!((found[0].1.timex.as_str(), found[0].1.kind), ("XXXX-XX-XXT20", TimeKind::Set));
    }

    #[test]
    fn the_farmers_calendar_is_resolved() {
        resolved("正月初一拜年", "正月初一", "2025-01-29", "2025-01-29");
        resolved("2020年闰四月初一", "2020年闰四月初一", "2020-05-23", "2020-05-23");
        resolved("除夕团圆", "除夕", "2025-01-28", "2025-01-28");
        resolved("今年端午", "今年端午", "2025-05-31", "2025-05-31");
        resolved("2024年清明节", "2024年清明节", "2024-04-04", "2024-04-04");
        resolved("去年重阳节", "去年重阳节", "2024-10-11", "2024-10-11");
        resolved("三八妇女节", "三八妇女节", "2025-03-08", "2025-03-08");
        resolved("今年冬至当天", "今年冬至当天", "2025-12-21", "2025-12-21");
        resolved("“双11”期间", "“双11”期间", "2024-11-11", "2024-11-11");
        resolved("去年母亲节", "去年母亲节", "2024-05-12", "2024-05-12");
    }

    #[test]
    fn days_and_weeks_count_from_the_reference() {
        resolved("前天抵达", "前天", "2025-03-18", "2025-03-18");
        resolved("年底前完成", "年底前", "2025-12-01", "2025-12-31");
        resolved("上上周出发", "上上周", "2025-03-03", "2025-03-09");
        resolved("上季度增长", "上季度", "2024-10-01", "2024-12-31");
        resolved("今年第三周", "今年第三周", "2025-01-13", "2025-01-19");
        resolved("2024 年 10 月 26 日启动", "2024 年 10 月 26 日", "2024-10-26", "2024-10-26");
    }

    #[test]
    fn other_words_are_no_times() {
        for text in
            ["用时12年的努力", "15号线开通", "日本企业", "提出4点建议", "月球探测", "在2022年冬奥会上夺冠"]
        {
            assert_eq!(values(text, None), [], "{text}");
        }
    }
}
