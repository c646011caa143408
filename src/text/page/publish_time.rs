//! The publish time: only what is stated as such, in full.

use std::ops::Range;

use jiff::civil;

use super::Found;
use super::PublishTime;
use super::View;
use super::cue::Cues;

/// Lines before and after the headline among which a date without a label is the publish time.
const BEFORE: usize = 6;
const AFTER: usize = 14;

/// Names of `<meta>` that hold the publish time, the surest first.
const META: &[&str] = &[
    "article:published_time",
    "og:published_time",
    "og:release_date",
    "datePublished",
    "PubDate",
    "publishdate",
    "publish_date",
    "publish-date",
    "pubtime",
    "publishtime",
    "weibo:article:create_at",
    "apub:time",
    "publication_date",
    "release_date",
    "article.created",
    "datePublished",
    "og:time",
    "firstpublishedtime",
    "date",
    "ptime",
];

/// Labels before a publish time, the surest first.
pub(super) const LABELS: &[&str] = &[
    "发布时间",
    "发布日期",
    "发表时间",
    "发表日期",
    "公开日期",
    "发布于",
    "发表于",
    "发稿时间",
    "时间",
    "日期",
    "發布時間",
    "發布日期",
];

/// Finds the publish time; `headline` is the line of the headline.
#[must_use]
pub fn find(view: &View<'_>, headline: Option<usize>) -> Option<(Found, PublishTime)> {
    let declared = view.meta(META).and_then(|found| {
        let (range, time) = first(&found.text)?;
        // A reference in the attribute would shift places; no date holds one.
        let exact = found.source.len() == found.text.len();
        let source = found.source.start + range.start..found.source.start + range.end;
        let text = found.text.get(range)?.to_owned();
        exact.then_some((Found { source, text }, time))
    });
    let visible = labelled(view).or_else(|| near(view, headline));
    match (visible, declared) {
        // Both are the page's own words; the visible one is what a reader takes for it, unless it knows less.
        (Some((found, PublishTime::Date(day))), Some((other, PublishTime::DateTime(time)))) => {
            if time.date() == day {
                Some((other, PublishTime::DateTime(time)))
            } else {
                Some((found, PublishTime::Date(day)))
            }
        }
        (Some(visible), _) => Some(visible),
        (None, declared) => declared.or_else(|| time_element(view)),
    }
}

fn in_line(view: &View<'_>, line: usize, from: usize) -> Option<(Found, PublishTime)> {
    let (range, time) = first(view.line(line).get(from..)?)?;
    Some((view.found(line, from + range.start..from + range.end)?, time))
}

/// A date behind a label, in the same line or as the next.
fn labelled(view: &View<'_>) -> Option<(Found, PublishTime)> {
    let mut best: Option<(usize, (Found, PublishTime))> = None;
    for (index, line) in view.lines.iter().enumerate() {
        if line.chars > 150 || line.link || !line.cues.hold(Cues::TIME) {
            continue;
        }
        let text = view.line(index);
        for (rank, label) in LABELS.iter().enumerate() {
            if best.as_ref().is_some_and(|(other, _)| *other <= rank) {
                break;
            }
            let Some(at) = super::find(text, label) else { continue };
            let after = at + label.len();
            let rest = text.get(after..).unwrap_or_default();
            let value =
                rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '：' | ':' | ']' | '】'));
            // 时间 alone is also a word; only what directly follows it is its value.
            let near = first(value).filter(|(range, _)| range.start == 0);
            let found = match near {
                Some(_) => in_line(view, index, after),
                None if value.is_empty()
                    && line.chars <= 8
                    && at + label.len() == text.trim_end_matches(['：', ':', ' ']).len() =>
                {
                    in_line(view, index + 1, 0)
                        .filter(|_| view.lines.get(index + 1).is_some_and(|l| l.chars < 30))
                }
                None => None,
            };
            if let Some(found) = found {
                best = Some((rank, found));
            }
        }
    }
    best.map(|(_, found)| found)
}

/// A date in a short line near the headline.
fn near(view: &View<'_>, headline: Option<usize>) -> Option<(Found, PublishTime)> {
    let headline = headline?;
    let after = headline + 1..(headline + 1 + AFTER).min(view.lines.len());
    let before = (headline.saturating_sub(BEFORE)..headline).rev();
    let mut prose = false;
    let after = after.take_while(|&index| {
        prose |= is_prose(view, index);
        !prose
    });
    after.chain(before).find_map(|index| {
        let line = view.lines.get(index)?;
        let short = line.chars <= 100 && !line.link && !is_prose(view, index);
        short
            .then(|| in_line(view, index, 0))
            .flatten()
            .filter(|(found, _)| stands_apart(view.line(index), &found.text))
    })
}

/// Whether a date is an entry of its own rather than part of a phrase: （2024年5月6日市人民代表大会通过）.
fn stands_apart(line: &str, date: &str) -> bool {
    let entry =
        ["来源", "作者", "编辑", "发布", "浏览", "阅读", "点击", "字号", "记者", "责任", "星期", "评论"];
    line.split_once(date).is_some_and(|(_, after)| {
        let goes_on = after.chars().next().is_some_and(char::is_alphanumeric);
        !goes_on || entry.iter().any(|word| after.starts_with(word))
    })
}

/// Whether a line is a sentence of the article, whose dates are those of events.
fn is_prose(view: &View<'_>, index: usize) -> bool {
    let text = view.line(index);
    text.ends_with(['。', '！', '？', '”', '；']) || (text.contains('，') && text.chars().count() > 40)
}

/// `<time datetime>`
fn time_element(view: &View<'_>) -> Option<(Found, PublishTime)> {
    use crate::text::html::element::Element;
    let (tree, _) = view.html?;
    tree.of(Element::Time).take(20).find_map(|index| {
        let found = view.value(tree.attribute_bytes(index, "datetime")?)?;
        let (range, time) = first(&found.text)?;
        let source = found.source.start + range.start..found.source.start + range.end;
        Some((Found { source, text: found.text.get(range)?.to_owned() }, time))
    })
}

/// The first full date of `text`, with the time of day that follows it.
fn first(text: &str) -> Option<(Range<usize>, PublishTime)> {
    let mut from = 0;
    while let Some(at) = text.get(from..)?.find(|c: char| c.is_ascii_digit()).map(|at| from + at) {
        let mut reader = Reader { text, at };
        if let Some(time) = reader.date() {
            return Some((at..reader.at, time));
        }
        let rest = text.get(at..)?;
        from = at + rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    }
    None
}

/// Reads a date from the left.
struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// A number of `min` to `max` digits.
    fn number(&mut self, min: usize, max: usize) -> Option<i16> {
        let digits = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        if !(min..=max).contains(&digits) {
            return None;
        }
        let value = self.rest().get(..digits)?.parse().ok()?;
        self.at += digits;
        Some(value)
    }

    fn skip(&mut self, wanted: &[char]) -> Option<char> {
        let first = self.rest().chars().next().filter(|first| wanted.contains(first))?;
        self.at += first.len_utf8();
        Some(first)
    }

    fn spaces(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn date(&mut self) -> Option<PublishTime> {
        let year = self.number(4, 4).filter(|year| (1980..=2100).contains(year))?;
        self.spaces();
        let separator = self.skip(&['-', '/', '.', '年', '－', '—'])?;
        self.spaces();
        let month = self.number(1, 2)?;
        self.spaces();
        self.skip(if separator == '年' { &['月'] } else { &['-', '/', '.', '－', '—'] })?;
        self.spaces();
        let day = self.number(1, 2)?;
        if separator == '年' {
            let end = self.at;
            self.spaces();
            if self.skip(&['日', '号']).is_none() {
                self.at = end;
            }
        }
        let day = civil::Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
        let end = self.at;
        Some(match self.time() {
            Some(time) => PublishTime::DateTime(day.to_datetime(time)),
            None => {
                self.at = end;
                PublishTime::Date(day)
            }
        })
    }

    fn time(&mut self) -> Option<civil::Time> {
        self.skip(&['T']);
        while self.skip(&['/', '|', '，', ',']).is_some() || self.rest().starts_with(char::is_whitespace) {
            self.spaces();
        }
        let hour = self.number(1, 2)?;
        self.skip(&[':', '：', '时'])?;
        let minute = self.number(1, 2)?;
        let before_seconds = self.at;
        let second = self.skip(&[':', '：', '分']).and_then(|_| self.number(2, 2));
        if second.is_none() {
            self.at = before_seconds;
            self.skip(&['分']);
        }
        let [hour, minute, second] =
            [hour, minute, second.unwrap_or(0)].map(|part| i8::try_from(part).unwrap_or(-1));
        civil::Time::new(hour, minute, second, 0).ok()
    }
}

#[cfg(test)]
#[expect(clippy::string_slice, reason = "a test that cuts a character shall fail")]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, covered: &str, time: &str) {
        let found = first(text).map(|(range, time)| (&text[range], time.at().to_string()));
        assert_eq!(found, Some((covered, time.to_owned())), "{text}");
    }

    #[test]
    fn full_dates_in_the_ways_pages_write_them() {
        check("时间：2019-09-07 13:43:20　来源", "2019-09-07 13:43:20", "2019-09-07T13:43:20");
        check("2020年1月3日 18:13", "2020年1月3日 18:13", "2020-01-03T18:13:00");
        check("2019/9/7", "2019/9/7", "2019-09-07T00:00:00");
        check("2020-03-09T18:14:00+08:00", "2020-03-09T18:14:00", "2020-03-09T18:14:00");
        check("于2021年10月04日", "2021年10月04日", "2021-10-04T00:00:00");
    }

    #[test]
    fn partial_and_impossible_dates_are_none() {
        for text in
            ["10月26日上午", "5月20日至31日", "2019年9月", "2019-13-01", "2019-02-30", "12019-01-01", "1.2.3"]
        {
            assert_eq!(first(text), None, "{text}");
        }
    }
}
