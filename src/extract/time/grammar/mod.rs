//! Reads time expressions; knows nothing about when "now" is.

mod clock;
mod day;
mod length;
mod numeric;
mod period;
mod point;
mod range;
mod set;
mod span;
mod year;

use crate::extract::characters::Characters;
use crate::extract::characters::is_han;
use crate::extract::time::expression::Expression;
use crate::extract::time::expression::Meaning;
use crate::extract::words::HanSet;
use length::length_at;
use period::century;
use period::decade;
use period::plan;
use period::seasons;
use period::vague;
use range::calendar;
use set::set;
use span::relative_span;
use span::week;
use std::sync::LazyLock;

/// Reads the expression that begins at `index`.
pub(crate) fn read(text: &Characters<'_>, index: usize) -> Option<Expression> {
    let first = text.at(index);
    let may_be = may_begin(first) && may_go_on(first, text.at(index + 1)) || may_be_era(text, index);
    if !may_be {
        return None;
    }
    let expression = plan(text, index)
        .or_else(|| century(text, index))
        .or_else(|| decade(text, index))
        .or_else(|| relative_span(text, index))
        .or_else(|| seasons(text, index))
        .or_else(|| calendar(text, index))
        .or_else(|| week(text, index))
        .or_else(|| set(text, index))
        .or_else(|| vague(text, index))
        .or_else(|| duration(text, index))?;
    Some(closed(text, expression))
}

/// Characters that times begin with, digits apart.
const OPENINGS: &str = "一二三四五六七八九十〇零两几数百俩仨廿半“今去明前后本当同上次翌昨即大这正腊闰元中国清端\
    劳儿建教春除双全年月下第截卅刚北晚凌早傍深过近最未周星礼每党岁新秋夏冬其农阴从现目马再还\
    接之此情女妇植愚青圣平光母父感重记护万午黎夜初小立雨惊谷芒处白寒霜q首龙";

static OPENING_SET: LazyLock<HanSet> = LazyLock::new(|| HanSet::new(OPENINGS.chars()));

/// Figures that the number of a year in an era begins with.
static COUNT_SET: LazyLock<HanSet> =
    LazyLock::new(|| HanSet::new("元十〇零一壹二两俩贰三叁仨四五六七八九".chars()));

/// A quick look that spares most characters the grammar.
fn may_begin(character: char) -> bool {
    character.is_ascii_digit() || OPENING_SET.holds(character)
}

/// A second look at characters that most often begin other words: whether the next one can belong to a time.
#[rustfmt::skip]
fn may_go_on(first: char, second: char) -> bool {
    let next = match first {
        '中' => "元共午叶后和旬期秋统",
        '新' => "中区年春的",
        '国' => "庆际",
        '大' => "业中前半历后大学寒年德暑正观运雪",
        '同' => "一年日月期治",
        '重' => "阳",
        '建' => "中元党军安文武炎隆",
        '目' => "前",
        '立' => "冬刻夏春秋",
        '小' => "寒年时暑满长雪",
        '记' => "者",
        '情' => "人",
        '首' => "个季日月",
        '接' => "下",
        '北' => "京",
        '平' => "安成",
        '马' => "上",
        '处' => "暑",
        '再' => "过",
        '现' => "在",
        '党' => "的",
        _ => return true,
    };
    next.contains(second)
}

/// Whether the number of a year may stand behind the name of an era: 康熙三年.
fn may_be_era(text: &Characters<'_>, index: usize) -> bool {
    let counted = |at: usize| COUNT_SET.holds(text.at(at));
    (counted(index + 2) || counted(index + 4)) && is_han(text.at(index))
}

/// 8天20小时, where it is to be named as a time rather than as an amount.
fn duration(text: &Characters<'_>, index: usize) -> Option<Expression> {
    if !text.thorough()
        || text.before(index).is_ascii_alphanumeric()
        || matches!(text.before(index), '.' | '第' | '$' | '￥')
    {
        return None;
    }
    let mut read = length_at(text, index).filter(|read| !read.unknown)?;
    let mut meaning = Meaning::Duration(read.length, read.upper);
    let mut modifier = if read.vague { "MORE_THAN" } else { "" };
    if let Some((word, length)) = text.any_of(read.end, &["以上", "以下"]) {
        read.end += length;
        modifier = if word == "以上" { "EQUAL_OR_MORE" } else { "EQUAL_OR_LESS" };
        let mark = usize::from(matches!(text.at(read.end), ',' | '，'));
        // 3年以上7年以下
        if word == "以上"
            && let Some(upper) =
                length_at(text, read.end + mark).filter(|upper| text.starts_with(upper.end, "以下"))
        {
            meaning = Meaning::Duration(read.length, Some(upper.length));
            modifier = "";
            read.end = upper.end + 2;
        }
    }
    // 90天大 is an age.
    if matches!(text.at(read.end), '大' | '级' | '代' | '龄')
        || is_han(text.before(index)) && text.before(index) == '满'
    {
        return None;
    }
    Some(Expression { start: index, end: read.end, meaning, modifier })
}

/// Words behind an expression that tell on which side of it the time lies.
const TAILS: &[(&str, &str)] = &[
    ("以来", "SINCE"),
    ("期间", ""),
    ("前后", "APPROX"),
    ("或之前", "ON_OR_BEFORE"),
    ("或以前", "ON_OR_BEFORE"),
    ("及之前", "ON_OR_BEFORE"),
    ("及以前", "ON_OR_BEFORE"),
    ("或之后", "ON_OR_AFTER"),
    ("或以后", "ON_OR_AFTER"),
    ("及之后", "ON_OR_AFTER"),
    ("及以后", "ON_OR_AFTER"),
    ("之前", "BEFORE"),
    ("以前", "BEFORE"),
    ("之后", "AFTER"),
    ("以后", "AFTER"),
    ("左右", "APPROX"),
    ("开始", "ON_OR_AFTER"),
    ("起", "ON_OR_AFTER"),
    ("前", "BEFORE"),
    ("后", "AFTER"),
];

/// Where the length of a span stands in it.
pub(crate) fn length_within(text: &Characters<'_>, expression: &Expression) -> Option<(usize, usize)> {
    (expression.start..expression.end.min(expression.start + 4)).find_map(|from| {
        let read = length_at(text, from)?;
        (read.end <= expression.end && (from, read.end) != (expression.start, expression.end))
            .then_some((from, read.end))
    })
}

/// Length of the word that closes the expression from `start` to `end` and tells on which side of it the time lies.
pub(crate) fn tail(text: &Characters<'_>, start: usize, end: usize) -> usize {
    let word = TAILS.iter().map(|(word, _)| word).find(|word| text.ends_with(end, word));
    word.map_or(0, |word| word.chars().count()).min(end.saturating_sub(start + 1))
}

/// Words behind that belong to the expression: 以来, 前后, 前.
fn closed(text: &Characters<'_>, mut expression: Expression) -> Expression {
    match expression.meaning {
        Meaning::Span(..)
        | Meaning::After(..)
        | Meaning::Every(_)
        | Meaning::EveryPoint(..)
        | Meaning::EveryBetween(..)
        | Meaning::Duration(..)
        | Meaning::UntilNow(_)
        | Meaning::FromNow(_)
        | Meaning::Vague => return expression,
        Meaning::Point(_)
        | Meaning::Between(..)
        | Meaning::Plan(_)
        | Meaning::Years(..)
        | Meaning::Decade(_)
        | Meaning::Week(_)
        | Meaning::Weekend(_)
        | Meaning::Now
        | Meaning::Soon
        | Meaning::Just
        | Meaning::Seasons(..) => {}
    }
    if let Some(&(word, modifier)) = TAILS.iter().find(|(word, _)| text.starts_with(expression.end, word)) {
        let length = word.chars().count();
        let end = expression.end + length;
        // 春节前往: the word goes on.
        let since = word == "起" && matches!(text.before(expression.start), '自' | '从');
        let whole = length > 1
            || text.word_end(expression.end) == end
            || text.thorough() && (text.at(end) == '\0' || since);
        let thorough_only = matches!(word, "左右" | "开始" | "起") || modifier.starts_with("ON_");
        if whole && (text.thorough() || !thorough_only) {
            expression.end = end;
            expression.modifier = modifier;
        }
    }
    expression
}
