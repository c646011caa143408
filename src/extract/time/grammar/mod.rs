//! Reads time expressions; knows nothing about when "now" is.

mod point;
mod span;

use crate::extract::characters::Characters;
use crate::extract::number;
use crate::extract::time::expression::Day;
use crate::extract::time::expression::Expression;
use crate::extract::time::expression::Meaning;
use point::point;
use span::festival;
use span::relative_span;
use span::week;

/// Reads the expression that begins at `index`.
pub(crate) fn read(text: &Characters<'_>, index: usize) -> Option<Expression> {
    if !may_begin(text.at(index)) {
        return None;
    }
    let expression = plan(text, index)
        .or_else(|| century(text, index))
        .or_else(|| relative_span(text, index))
        .or_else(|| festival(text, index))
        .or_else(|| calendar(text, index))
        .or_else(|| week(text, index))
        .or_else(|| set(text, index))
        .or_else(|| vague(text, index))?;
    Some(closed(text, expression))
}

/// A quick look that spares most characters the grammar.
fn may_begin(character: char) -> bool {
    character.is_ascii_digit()
        || matches!(
            character,
            '一' | '二'
                | '三'
                | '四'
                | '五'
                | '六'
                | '七'
                | '八'
                | '九'
                | '十'
                | '〇'
                | '零'
                | '两'
                | '几'
                | '数'
                | '百'
                | '“'
                | '今'
                | '去'
                | '明'
                | '前'
                | '后'
                | '本'
                | '当'
                | '同'
                | '上'
                | '次'
                | '翌'
                | '昨'
                | '即'
                | '大'
                | '这'
                | '正'
                | '元'
                | '中'
                | '国'
                | '清'
                | '端'
                | '劳'
                | '儿'
                | '建'
                | '教'
                | '春'
                | '除'
                | '双'
                | '全'
                | '年'
                | '月'
                | '下'
                | '第'
                | '北'
                | '晚'
                | '凌'
                | '早'
                | '傍'
                | '深'
                | '过'
                | '近'
                | '最'
                | '未'
                | '周'
                | '星'
                | '每'
                | '党'
                | '岁'
                | '新'
                | '秋'
                | '夏'
                | '冬'
                | '其'
                | '农'
        )
}

/// “十四五”时期
fn plan(text: &Characters<'_>, index: usize) -> Option<Expression> {
    let quoted = text.at(index) == '“';
    let at = index + usize::from(quoted);
    if text.at(at) != '十' || text.at(at + 2) != '五' {
        return None;
    }
    let number = 10 + number::digit(text.at(at + 1))? as i32;
    let mut end = at + 3;
    if quoted {
        if text.at(end) != '”' {
            return None;
        }
        end += 1;
    }
    let period = text.any_of(end, &["时期", "期间", "开局之年", "末期", "末"]);
    if text.starts_with(end, "规划") || !quoted && period.is_none() {
        return None;
    }
    end += period.map_or(0, |(_, length)| length);
    Some(Expression { start: index, end, meaning: Meaning::Plan(number), modifier: "" })
}

/// 上世纪90年代, 21世纪, 本世纪中叶
fn century(text: &Characters<'_>, index: usize) -> Option<Expression> {
    let (century, mut end) = if text.starts_with(index, "上世纪") {
        (20, index + 3)
    } else if text.starts_with(index, "本世纪") {
        (21, index + 3)
    } else {
        let (value, end) = number::small(text, index)?;
        if (1..=30).contains(&value) && text.starts_with(end, "世纪") && !text.starts_with(end, "世纪海上")
        {
            (value, end + 2)
        } else if value < 100 && value % 10 == 0 && text.starts_with(end, "年代") {
            return Some(Expression {
                start: index,
                end: end + 2,
                meaning: Meaning::Years(1900 + value, 1909 + value),
                modifier: "",
            });
        } else {
            return None;
        }
    };
    let first = (century - 1) * 100;
    let mut years = (first + 1, first + 100);
    let mut modifier = "";
    if let Some((decade, at)) = number::small(text, end).filter(|&(_, at)| text.starts_with(at, "年代")) {
        years = (first + decade, first + decade + 9);
        end = at + 2;
        if let Some((word, length)) = text.any_of(end, &["中后期", "中期", "初期", "末期", "初", "末"])
        {
            modifier = match word {
                "初" | "初期" => "START",
                "中期" => "MID",
                _ => "END",
            };
            end += length;
        }
    } else if let Some((word, length)) = text.any_of(end, &["中叶", "初", "末"]) {
        modifier = match word {
            "中叶" => "MID",
            "初" => "START",
            _ => "END",
        };
        end += length;
    }
    Some(Expression { start: index, end, meaning: Meaning::Years(years.0, years.1), modifier })
}

/// 2024年10月26日上午, 今年1—7月, 9月6日至7日
fn calendar(text: &Characters<'_>, index: usize) -> Option<Expression> {
    let (first, end) = point(text, index)?;
    let Some((_, length)) = text.any_of(end, &["—", "至", "到", "-", "–", "~", "～", "－"]) else {
        return Some(Expression { start: index, end, meaning: Meaning::Point(first), modifier: "" });
    };
    if let Some((last, last_end)) = point(text, end + length) {
        let comparable = last.part.is_none() || first.day.is_some() || last.day.is_some();
        if comparable && last.day.is_none_or(|day| matches!(day, Day::Absolute(_) | Day::Relative(_))) {
            return Some(Expression {
                start: index,
                end: last_end,
                meaning: Meaning::Between(first, last),
                modifier: "",
            });
        }
    }
    Some(Expression { start: index, end, meaning: Meaning::Point(first), modifier: "" })
}

/// 每年, 每周一
fn set(text: &Characters<'_>, index: usize) -> Option<Expression> {
    let sets: &[(&str, &str)] = &[
        ("每年", "XXXX"),
        ("每季度", "XXXX-QX"),
        ("每月", "XXXX-XX"),
        ("每周一", "XXXX-WXX-1"),
        ("每周二", "XXXX-WXX-2"),
        ("每周三", "XXXX-WXX-3"),
        ("每周四", "XXXX-WXX-4"),
        ("每周五", "XXXX-WXX-5"),
        ("每周六", "XXXX-WXX-6"),
        ("每周日", "XXXX-WXX-7"),
    ];
    let &(word, value) = sets.iter().find(|(word, _)| text.starts_with(index, word))?;
    Some(Expression {
        start: index,
        end: index + word.chars().count(),
        meaning: Meaning::Set(value),
        modifier: "",
    })
}

/// 党的十八大以来, 岁末年初
fn vague(text: &Characters<'_>, index: usize) -> Option<Expression> {
    let words: &[&str] = &[
        "改革开放以来",
        "新中国成立以来",
        "岁末年初",
        "新的一年",
        "新年伊始",
        "这个周末",
        "今冬明春",
        "新春佳节",
    ];
    // 党的十八大以来 after another word of the same kind stays whole.
    let (_, length) = text.any_of(index, words)?;
    Some(Expression { start: index, end: index + length, meaning: Meaning::Vague, modifier: "" })
}

/// Words behind that belong to the expression: 以来, 前后, 前.
fn closed(text: &Characters<'_>, mut expression: Expression) -> Expression {
    let spanned = matches!(expression.meaning, Meaning::Span(..) | Meaning::Set(_) | Meaning::Vague);
    if spanned {
        return expression;
    }
    let tails: &[(&str, &'static str)] = &[
        ("以来", "SINCE"),
        ("期间", ""),
        ("前后", "APPROX"),
        ("之前", "BEFORE"),
        ("以前", "BEFORE"),
        ("之后", "AFTER"),
        ("以后", "AFTER"),
        ("前", "BEFORE"),
        ("后", "AFTER"),
    ];
    if let Some(&(word, modifier)) = tails.iter().find(|(word, _)| text.starts_with(expression.end, word)) {
        let end = expression.end + word.chars().count();
        // 春节前往: the word goes on.
        let whole = word.chars().count() > 1 || text.word_end(expression.end) == end;
        if whole {
            expression.end = end;
            expression.modifier = modifier;
        }
    }
    expression
}
