//! Amounts with their units: counts, money, percentages, measures, durations.

mod unit;

use crate::extract::ChangeDirection;
use crate::extract::Comparator;
use crate::extract::Detector;
use crate::extract::QuantityKind;
use crate::extract::QuantityValue;
use crate::extract::Value;
use crate::extract::characters::Characters;
use crate::extract::characters::Mask;
use crate::extract::characters::is_clause_end;
use crate::extract::characters::is_han;
use crate::extract::finding::Finding;
use crate::extract::number;
use crate::extract::number::Figures;
use crate::extract::number::Number;
use rust_decimal::Decimal;
use unit::unit;

/// Words in front that bound an amount, longest first.
#[rustfmt::skip]
const BOUNDS_BEFORE: &[(&str, Comparator)] = &[
    ("不少于", Comparator::AtLeast), ("不低于", Comparator::AtLeast), ("至少", Comparator::AtLeast),
    ("不超过", Comparator::AtMost), ("不高于", Comparator::AtMost), ("最多", Comparator::AtMost),
    ("大约", Comparator::About), ("将近", Comparator::About), ("接近", Comparator::About),
    ("超过", Comparator::MoreThan), ("突破", Comparator::MoreThan), ("多达", Comparator::AtLeast),
    ("高于", Comparator::MoreThan), ("不足", Comparator::LessThan), ("不到", Comparator::LessThan),
    ("低于", Comparator::LessThan), ("约", Comparator::About), ("近", Comparator::About),
    ("超", Comparator::MoreThan), ("逾", Comparator::MoreThan),
];

/// Words behind that bound an amount.
const BOUNDS_AFTER: &[(&str, Comparator)] = &[
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
    ("增收", ChangeDirection::Up), ("增幅", ChangeDirection::Up), ("下降", ChangeDirection::Down),
    ("减少", ChangeDirection::Down), ("降低", ChangeDirection::Down), ("回落", ChangeDirection::Down),
    ("下跌", ChangeDirection::Down), ("缩短", ChangeDirection::Down), ("压缩", ChangeDirection::Down),
    ("下滑", ChangeDirection::Down),
];

/// Finds the amounts outside what is taken.
pub(crate) fn find(text: &Characters<'_>, taken: &Mask) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut index = 0;
    while index < text.len() {
        if taken.covers(index) || !number::begins(text.at(index)) {
            index += 1;
            continue;
        }
        match at(text, index) {
            Some((start, end, value)) if !taken.overlaps(start, end) => {
                found.push(Finding::new(
                    text.span(start, end),
                    (start, end),
                    text.text(start, end),
                    Value::Quantity(value),
                    Detector::Rule("quantity"),
                    0.9,
                ));
                index = end;
            }
            Some(_) | None => {
                // A run of digits that is no amount is stepped over as a whole: its tail would be read anew each time.
                let arabic = text.at(index).is_ascii_digit();
                index += 1;
                while arabic && (text.at(index).is_ascii_digit() || text.at(index) == '.')
                    || !arabic && is_figure(text.at(index))
                {
                    index += 1;
                }
            }
        }
    }
    found
}

/// Whether a character writes Chinese numbers.
fn is_figure(character: char) -> bool {
    number::digit(character).is_some() || matches!(character, '十' | '百' | '千' | '万' | '亿')
}

/// The amount that begins at `index`.
fn at(text: &Characters<'_>, index: usize) -> Option<(usize, usize, QuantityValue)> {
    let before = text.before(index);
    if before.is_ascii_alphanumeric()
        || matches!(before, '.' | '第' | '-' | '+' | '/') && !is_range_mark(text, index)
    {
        return None;
    }
    if let Some(share) = percentage_in_words(text, index) {
        return Some(share);
    }
    let number = number::parse(text, index)?;
    if number.figures == Figures::Digits {
        return None;
    }
    if text.at(number.end).is_ascii_alphabetic() && unit(text, &number).is_none() {
        return None;
    }
    if let Some(fraction) = fraction(text, &number) {
        return Some(fraction);
    }
    if let Some(range) = range(text, &number) {
        return Some(range);
    }
    let unit = unit(text, &number)?;
    let end = unit.end;
    let amount = number.value.checked_mul(unit.factor)?;
    let mut value = describe(text, index, end, unit.kind, unit.name);
    value.amount = amount.normalize().to_string();
    if number.vague && value.comparator == Comparator::Exactly {
        value.comparator = Comparator::MoreThan;
    }
    Some((index, end, value))
}

/// Whether the mark before `index` joins two amounts rather than parts of a name (C-919).
fn is_range_mark(text: &Characters<'_>, index: usize) -> bool {
    text.before(index) == '-' && index >= 2 && is_han(text.before(index - 1))
}

/// 百分之五十, 三分之一, 一半
fn percentage_in_words(text: &Characters<'_>, index: usize) -> Option<(usize, usize, QuantityValue)> {
    if text.starts_with(index, "百分之") {
        let number = number::parse(text, index + 3)?;
        let mut value = describe(text, index, number.end, QuantityKind::Percentage, "%".to_owned());
        value.amount = number.value.normalize().to_string();
        return Some((index, number.end, value));
    }
    if text.starts_with(index, "一半") {
        let mut value = describe(text, index, index + 2, QuantityKind::Fraction, String::new());
        value.amount = "0.5".to_owned();
        return Some((index, index + 2, value));
    }
    None
}

/// 三分之一
fn fraction(text: &Characters<'_>, below: &Number) -> Option<(usize, usize, QuantityValue)> {
    if !text.starts_with(below.end, "分之") {
        return None;
    }
    let above = number::parse(text, below.end + 2)?;
    let share = above.value.checked_div(below.value)?;
    let mut value = describe(text, below.start, above.end, QuantityKind::Fraction, String::new());
    // A fraction that no decimal holds keeps its two terms.
    value.amount = if share.checked_mul(below.value) == Some(above.value) && share.scale() <= 12 {
        share.normalize().to_string()
    } else {
        format!("{}/{}", above.value, below.value)
    };
    Some((below.start, above.end, value))
}

/// 3至5年, 25万到30万人, 85%到90%, 五、六十人
fn range(text: &Characters<'_>, low: &Number) -> Option<(usize, usize, QuantityValue)> {
    let low_unit = unit(text, low);
    let low_end = low_unit.as_ref().map_or(low.end, |unit| unit.end);
    let connected = [low.end, low_end].into_iter().find_map(|end| {
        let mark = text.any_of(end, &["至", "到", "—", "–", "~", "～", "－", "-"])?;
        let next = end + mark.1;
        text.at(next).is_ascii_digit().then_some(next).or_else(|| {
            (matches!(mark.0, "至" | "到") && number::digit(text.at(next)).is_some()).then_some(next)
        })
    });
    let next = match connected {
        Some(next) => next,
        // 五、六十人: the first digit shares the scale of the second number.
        None if text.at(low.end) == '、'
            && low.end == low.start + 1
            && low.figures == Figures::Chinese
            && number::digit(text.at(low.end + 1)).is_some()
            && text.at(low.end + 2) == '十' =>
        {
            low.end + 1
        }
        None => return None,
    };
    let high = number::parse(text, next)?;
    if high.figures == Figures::Digits {
        return None;
    }
    let high_unit = unit(text, &high)?;
    let mut least = low.value;
    if text.before(next) == '、' {
        least = least.checked_mul(Decimal::TEN)?;
    } else if !low.scaled && high.scaled && low_unit.is_none() {
        // 3至5万 is 30,000 to 50,000.
        let scale = [100_000_000_u64, 10_000].into_iter().map(Decimal::from).find(|&s| high.value >= s);
        least = least.checked_mul(scale.unwrap_or(Decimal::ONE))?;
    }
    if least > high.value {
        return None;
    }
    let mut value = describe(text, low.start, high_unit.end, high_unit.kind, high_unit.name);
    value.amount = least.checked_mul(high_unit.factor)?.normalize().to_string();
    value.upper_amount = high.value.checked_mul(high_unit.factor)?.normalize().to_string();
    Some((low.start, high_unit.end, value))
}

/// Everything about an amount that stands around it.
fn describe(
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
    let mut clause = start;
    while clause > 0
        && start - clause < 16
        && !is_clause_end(text.before(clause))
        && text.before(clause) != '、'
    {
        clause -= 1;
    }
    let mut change = None;
    let mut change_base = String::new();
    let mut nearest = clause;
    for at in clause..start {
        if let Some(&(_, direction)) = CHANGES.iter().find(|(word, _)| text.starts_with(at, word)) {
            change = Some(direction);
            nearest = at;
        }
    }
    if change.is_some() {
        for at in clause..nearest {
            if text.starts_with(at, "同比") || text.starts_with(at, "环比") {
                change_base = text.folded(at, at + 2);
            } else if matches!(text.at(at), '比' | '较') && change_base.is_empty() && nearest - at > 1 {
                change_base = text.folded(at, nearest);
            }
        }
    }
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

/// What is counted: the word of two characters or more that follows.
fn object(text: &Characters<'_>, end: usize) -> String {
    let stop = text.word_end(end);
    let counted = text.slice(end, stop);
    let usual = counted.len() >= 2 && counted.iter().all(|&character| is_han(character));
    let functional = text
        .any_of(end, &["以上", "以下", "以内", "左右", "上下", "以来", "分别", "已经", "因为", "共同"])
        .is_some();
    if usual && !functional { text.text(end, stop).to_owned() } else { String::new() }
}

#[cfg(test)]
mod tests {
    use crate::extract::ChangeDirection;
    use crate::extract::Comparator;
    use crate::extract::QuantityKind;
    use crate::extract::QuantityValue;
    use crate::extract::Value;
    use crate::extract::fixture;

    fn values(text: &str) -> Vec<(String, QuantityValue)> {
        let entities = fixture::extract(text, None).entities;
        let found = entities.into_iter().filter_map(|entity| {
            if let Value::Quantity(value) = entity.value {
                Some((entity.canonical_name, value))
            } else {
                None
            }
        });
        found.collect()
    }

    #[track_caller]
    fn check(text: &str, covered: &str, kind: QuantityKind, amount: &str, upper: &str, unit: &str) {
        let found = values(text);
        let (name, value) = found.first().unwrap_or_else(|| panic!("nothing in {text}"));
        assert_eq!((name.as_str(), value.kind), (covered, kind), "{text}");
        assert_eq!(
            (value.amount.as_str(), value.upper_amount.as_str(), value.unit.as_str()),
            (amount, upper, unit),
            "{text}"
        );
    }

    #[test]
    fn amounts_are_exact() {
        check("园区聚集了1,567家企业", "1,567家", QuantityKind::Count, "1567", "", "家");
        check("总投资3.84万亿元", "3.84万亿元", QuantityKind::Money, "3840000000000", "", "CNY");
        check("债务一万二千亿美元", "一万二千亿美元", QuantityKind::Money, "1200000000000", "", "USD");
        check("贷款30个亿", "30个亿", QuantityKind::Count, "3000000000", "", "");
        check("接待1万8千人次", "1万8千人次", QuantityKind::Count, "18000", "", "人次");
        check("占地三万五千亩", "三万五千亩", QuantityKind::Measure, "35000", "", "亩");
        check("同比增长5.50%", "5.50%", QuantityKind::Percentage, "5.5", "", "%");
        check("提高1.2个百分点", "1.2个百分点", QuantityKind::Percentage, "1.2", "", "pp");
        check("占百分之三十五", "百分之三十五", QuantityKind::Percentage, "35", "", "%");
        check("约占四分之三", "四分之三", QuantityKind::Fraction, "0.75", "", "");
        check("约占三分之一", "三分之一", QuantityKind::Fraction, "1/3", "", "");
        check("达到原来的2.5倍", "2.5倍", QuantityKind::Multiple, "2.5", "", "倍");
        check("建设周期18个月", "18个月", QuantityKind::Duration, "18", "", "个月");
    }

    #[test]
    fn ranges_share_scale_and_unit() {
        check("需要25万到30万人", "25万到30万人", QuantityKind::Count, "250000", "300000", "人");
        check("投入3至5万元", "3至5万元", QuantityKind::Money, "30000", "50000", "CNY");
        check("占比85%到90%", "85%到90%", QuantityKind::Percentage, "85", "90", "%");
        check("有五、六十人", "五、六十人", QuantityKind::Count, "50", "60", "人");
    }

    #[test]
    fn words_around_bound_and_direct() {
        let bound = |text: &str| values(text).first().map(|(_, value)| value.comparator);
        assert_eq!(bound("超过200名学生"), Some(Comparator::MoreThan));
        assert_eq!(bound("不少于12个"), Some(Comparator::AtLeast));
        assert_eq!(bound("近80公里"), Some(Comparator::About));
        assert_eq!(bound("不足3吨"), Some(Comparator::LessThan));
        assert_eq!(bound("60岁以上"), Some(Comparator::AtLeast));
        let (_, change) = values("出口额同比下降7.1%").remove(0);
        assert_eq!((change.change, change.change_base.as_str()), (Some(ChangeDirection::Down), "同比"));
        let (_, counted) = values("新增就业岗位12个，吸引23家企业入驻").remove(1);
        assert_eq!(counted.object, "企业");
    }

    #[test]
    fn names_and_idioms_are_no_amounts() {
        for text in [
            "5G网络覆盖全城",
            "共建一带一路",
            "增强“四个意识”",
            "三农工作",
            "两会期间",
            "第十二届博览会",
            "十九届五中全会",
            "一批项目开工",
            "一同参加活动",
            "千方百计增收",
            "PM2.5来源",
            "C919客机",
            "百姓生活",
            "党的二十大精神",
            "一是抓落实",
        ] {
            assert_eq!(values(text), [], "{text}");
        }
    }
}
