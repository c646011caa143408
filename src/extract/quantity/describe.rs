//! What stands around an amount: bounds, direction of a change, what is counted.

use crate::extract::ChangeDirection;
use crate::extract::Comparator;
use crate::extract::QuantityKind;
use crate::extract::QuantityValue;
use crate::extract::characters::Characters;
use crate::extract::characters::is_clause_end;
use crate::extract::characters::is_han;

/// Words in front that bound an amount, longest first.
#[rustfmt::skip]
pub(super) const BOUNDS_BEFORE: &[(&str, Comparator)] = &[
    ("不少于", Comparator::AtLeast), ("不低于", Comparator::AtLeast), ("至少", Comparator::AtLeast),
    ("不超过", Comparator::AtMost), ("不高于", Comparator::AtMost), ("最多", Comparator::AtMost),
    ("大约", Comparator::About), ("将近", Comparator::About), ("接近", Comparator::About),
    ("超过", Comparator::MoreThan), ("突破", Comparator::MoreThan), ("多达", Comparator::AtLeast),
    ("高于", Comparator::MoreThan), ("不足", Comparator::LessThan), ("不到", Comparator::LessThan),
    ("低于", Comparator::LessThan), ("小于", Comparator::LessThan), ("大于", Comparator::MoreThan),
    ("少于", Comparator::LessThan), ("多于", Comparator::MoreThan), ("约", Comparator::About),
    ("近", Comparator::About), ("超", Comparator::MoreThan), ("逾", Comparator::MoreThan),
];

/// Words behind that bound an amount.
const BOUNDS_AFTER: &[(&str, Comparator)] = &[
    ("（含）以上", Comparator::AtLeast),
    ("及以上", Comparator::AtLeast),
    ("以上", Comparator::AtLeast),
    ("以下", Comparator::AtMost),
    ("以内", Comparator::AtMost),
    ("左右", Comparator::About),
    ("上下", Comparator::About),
];

/// Verbs of rising and falling.
#[rustfmt::skip]
const CHANGES: &[(&str, ChangeDirection)] = &[
    ("增长", ChangeDirection::Up), ("上升", ChangeDirection::Up), ("提高", ChangeDirection::Up),
    ("增加", ChangeDirection::Up), ("提升", ChangeDirection::Up), ("上涨", ChangeDirection::Up),
    ("增收", ChangeDirection::Up), ("增幅", ChangeDirection::Up), ("涨幅", ChangeDirection::Up),
    ("下降", ChangeDirection::Down), ("减少", ChangeDirection::Down), ("降低", ChangeDirection::Down),
    ("回落", ChangeDirection::Down), ("下跌", ChangeDirection::Down), ("缩短", ChangeDirection::Down),
    ("压缩", ChangeDirection::Down), ("下滑", ChangeDirection::Down), ("降幅", ChangeDirection::Down),
    ("跌幅", ChangeDirection::Down), ("收窄", ChangeDirection::Down),
];

/// Adjectives and verbs of one character that tell a difference right before it: 低0.2个百分点.
const DIFFERENCES: &[(char, ChangeDirection)] = &[
    ('高', ChangeDirection::Up),
    ('多', ChangeDirection::Up),
    ('快', ChangeDirection::Up),
    ('升', ChangeDirection::Up),
    ('涨', ChangeDirection::Up),
    ('增', ChangeDirection::Up),
    ('低', ChangeDirection::Down),
    ('少', ChangeDirection::Down),
    ('慢', ChangeDirection::Down),
    ('降', ChangeDirection::Down),
    ('跌', ChangeDirection::Down),
    ('减', ChangeDirection::Down),
];

/// Everything about an amount that stands around it.
pub(super) fn describe(
    text: &Characters<'_>,
    start: usize,
    end: usize,
    kind: QuantityKind,
    unit: String,
) -> QuantityValue {
    let mut comparator = BOUNDS_BEFORE
        .iter()
        .find(|(word, _)| text.ends_with(start, word))
        .map_or(Comparator::Exactly, |&(_, comparator)| comparator);
    if let Some(&(_, after)) = BOUNDS_AFTER.iter().find(|(word, _)| text.starts_with(end, word)) {
        comparator = after;
    }
    let (change, change_base) = change(text, start);
    QuantityValue {
        kind,
        comparator,
        amount: String::new(),
        upper_amount: String::new(),
        unit,
        object: if kind == QuantityKind::Count { object(text, end) } else { String::new() },
        change,
        change_base,
    }
}

/// The direction of a change and what it is measured against. 下降到3% tells a level, not a change.
fn change(text: &Characters<'_>, start: usize) -> (Option<ChangeDirection>, String) {
    let mut clause = start;
    while clause > 0
        && start - clause < 16
        && !is_clause_end(text.before(clause))
        && text.before(clause) != '、'
    {
        clause -= 1;
    }
    let mut change = None;
    let mut nearest = clause;
    let compared = (clause..start)
        .any(|at| matches!(text.at(at), '比' | '较') || text.any_of(at, &["同比", "环比"]).is_some());
    let difference = DIFFERENCES.iter().find(|&&(word, _)| text.before(start) == word).filter(|_| compared);
    if let Some(&(_, direction)) = difference {
        change = Some(direction);
        nearest = start - 1;
    }
    for at in clause..if difference.is_some() { clause } else { start } {
        if let Some(&(word, direction)) = CHANGES.iter().find(|(word, _)| text.starts_with(at, word)) {
            let after = at + word.chars().count();
            let level = matches!(text.at(after), '到' | '至' | '为') && after < start;
            change = (!level).then_some(direction);
            nearest = at;
        }
    }
    let mut base = String::new();
    if change.is_some() {
        for at in clause..nearest {
            if text.starts_with(at, "同比") || text.starts_with(at, "环比") {
                base = text.folded(at, at + 2);
            } else if matches!(text.at(at), '比' | '较') && base.is_empty() && nearest - at > 1 {
                base = text.folded(at, nearest);
            }
        }
    }
    (change, base)
}

/// Most words of what is counted.
const MAX_WORDS: usize = 5;

/// Words that begin something else than what is counted.
const FUNCTIONAL: &[&str] = &[
    "以上", "以下", "以内", "左右", "上下", "以来", "分别", "已经", "因为", "共同", "之间", "不等", "以外",
    "同时", "其中",
];

/// What is counted: the word that follows, with those that only describe it (国家级创新平台).
fn object(text: &Characters<'_>, end: usize) -> String {
    if text.any_of(end, FUNCTIONAL).is_some() {
        return String::new();
    }
    let mut stop = text.word_end(end);
    let han = |from: usize, to: usize| text.slice(from, to).iter().all(|&character| is_han(character));
    if stop - end < 2 || !han(end, stop) {
        return String::new();
    }
    let mut words = 1;
    while words < MAX_WORDS && describes(text, end, stop) {
        let next = text.word_end(stop);
        if next > text.len() || next == stop || !han(stop, next) || text.any_of(stop, FUNCTIONAL).is_some() {
            break;
        }
        stop = next;
        words += 1;
    }
    text.text(end, stop).to_owned()
}

/// Whether the words so far only describe what follows.
fn describes(text: &Characters<'_>, start: usize, stop: usize) -> bool {
    if stop >= text.len()
        || !is_han(text.at(stop))
        || matches!(text.at(stop), '的' | '和' | '与' | '及' | '在' | '是' | '等')
    {
        return false;
    }
    let last = text.before(stop);
    let long = stop - start >= 2;
    long && matches!(last, '级' | '型' | '性' | '类' | '式' | '化' | '制' | '色')
        || text
            .any_before(
                stop,
                &[
                    "重点",
                    "重大",
                    "主要",
                    "优质",
                    "先进",
                    "现代",
                    "国家",
                    "创新",
                    "大型",
                    "中小",
                    "民营",
                    "外资",
                    "骨干",
                    "龙头",
                    "新增",
                    "贫困",
                    "农村",
                    "城镇",
                    "特色",
                    "绿色",
                    "智能",
                    "高新技术",
                    "产业",
                    "工业",
                    "农业",
                    "科技",
                    "公共",
                    "专业",
                    "基层",
                    "示范",
                    "试点",
                    "核心",
                    "关键",
                    "规模以上",
                ],
            )
            .is_some()
}
