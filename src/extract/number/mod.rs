//! Numbers in Arabic and Chinese figures and mixtures of both, as exact decimals.

mod arabic;
mod chinese;
mod compound;

use rust_decimal::Decimal;

use super::characters::Characters;

pub(crate) use compound::all;
pub(crate) use compound::signed;

/// Longest run of digits that is read as one number: what a decimal holds exactly.
const MAX_DIGITS: usize = 24;

/// Most characters of one number in Chinese figures.
const MAX_FIGURES: usize = 40;

/// How a number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Figures {
    /// 1,567 or 3.84万亿
    Arabic,
    /// 一百二十
    Chinese,
    /// 二〇二四: digits in a row
    Digits,
    /// 三四: two neighbours, about so many
    Neighbours,
}

/// One number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Number {
    /// First character.
    pub(crate) start: usize,
    /// First character no longer covered.
    pub(crate) end: usize,
    /// Its value; of a vague number the least.
    pub(crate) value: Decimal,
    /// Of two neighbours the greater: 两三天.
    pub(crate) upper: Option<Decimal>,
    /// How it is written.
    pub(crate) figures: Figures,
    /// 几, 数, 多, 余: more than the value.
    pub(crate) vague: bool,
    /// Closed by 百, 千, 万 or 亿.
    pub(crate) scaled: bool,
}

/// Value of a Chinese digit.
pub(crate) fn digit(character: char) -> Option<u32> {
    Some(match character {
        '〇' | '零' => 0,
        '一' | '壹' => 1,
        '二' | '两' | '俩' | '贰' => 2,
        '三' | '叁' | '仨' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        _ => return None,
    })
}

/// Value of a Chinese digit at `index`, the forms of cheques and ledgers included: 伍 and 陆 are digits only before a unit
/// of counting or behind one, for they are surnames and words as well.
fn figure(text: &Characters<'_>, index: usize) -> Option<u32> {
    let value = match text.at(index) {
        '肆' => 4,
        '伍' => 5,
        '陆' => 6,
        '柒' => 7,
        '捌' => 8,
        '玖' => 9,
        '参' => 3,
        other => return digit(other),
    };
    let beside = |character: char| {
        scale(character).is_some()
            || matches!(character, '零' | '点' | '肆' | '柒' | '捌' | '玖') && text.at(index) != '参'
            || text.thorough() && matches!(character, '之')
    };
    (beside(text.at(index + 1)) || index > 0 && beside(text.before(index))).then_some(value)
}

/// Value of a Chinese unit of counting.
pub(crate) fn scale(character: char) -> Option<Decimal> {
    Some(Decimal::from(match character {
        '十' | '拾' => 10_u64,
        '百' | '佰' => 100,
        '千' | '仟' => 1_000,
        '万' => 10_000,
        '亿' => 100_000_000,
        '兆' => 1_000_000_000_000,
        _ => return None,
    }))
}

/// Whether 兆 at `index` begins a unit: 兆字节, 兆瓦.
fn is_mega(text: &Characters<'_>, index: usize) -> bool {
    text.at(index) == '兆'
        && !(digit(text.at(index + 1)).is_some()
            || scale(text.at(index + 1)).is_some()
            || text.at(index + 1) == '元')
}

/// Whether a number may begin with this character.
pub(crate) fn begins(character: char) -> bool {
    character.is_ascii_digit()
        || digit(character).is_some()
        || matches!(
            character,
            '十' | '百'
                | '千'
                | '万'
                | '几'
                | '数'
                | '上'
                | '拾'
                | '佰'
                | '仟'
                | '肆'
                | '伍'
                | '陆'
                | '柒'
                | '捌'
                | '玖'
                | '廿'
                | '卅'
                | '参'
        )
}

/// Reads the number that begins at `index`.
pub(crate) fn parse(text: &Characters<'_>, index: usize) -> Option<Number> {
    let first = text.at(index);
    if first.is_ascii_digit() {
        return arabic::read(text, index);
    }
    if matches!(first, '几' | '数' | '上') {
        let next = text.at(index + 1);
        let scaled = matches!(next, '十' | '百' | '千' | '万' | '亿');
        if scaled && (first != '上' || matches!(next, '百' | '千' | '万' | '亿')) {
            let mut number = chinese::read(text, index + 1)?;
            number.start = index;
            number.vague = true;
            return Some(number);
        }
        if first == '几' {
            return Some(Number {
                start: index,
                end: index + 1,
                value: Decimal::ONE,
                upper: None,
                figures: Figures::Neighbours,
                vague: true,
                scaled: false,
            });
        }
        return None;
    }
    chinese::read(text, index)
}

/// A whole number of at most four Arabic or Chinese digits, for calendars: value and end.
pub(crate) fn small(text: &Characters<'_>, index: usize) -> Option<(i32, usize)> {
    if text.at(index).is_ascii_digit() {
        let mut at = index;
        let mut value = 0;
        while let Some(digit) = text.at(at).to_digit(10) {
            if at - index >= 4 {
                return None;
            }
            value = value * 10 + digit as i32;
            at += 1;
        }
        return Some((value, at));
    }
    if matches!(text.at(index), '廿' | '卅') {
        let tens = if text.at(index) == '廿' { 20 } else { 30 };
        let ones = digit(text.at(index + 1)).filter(|&ones| ones > 0);
        return Some((tens + ones.unwrap_or(0) as i32, index + 1 + usize::from(ones.is_some())));
    }
    if digit(text.at(index)).is_none() && text.at(index) != '十' {
        return None;
    }
    let mut at = index;
    let (mut total, mut current, mut plain) = (0, None::<i32>, 0);
    while at - index < 5 {
        if let Some(value) = digit(text.at(at)) {
            current = Some(current.unwrap_or(0) * 10 + value as i32);
            plain += 1;
        } else if text.at(at) == '十' && total == 0 && plain <= 1 {
            total = current.take().unwrap_or(1) * 10;
        } else {
            break;
        }
        at += 1;
    }
    Some((total + current.unwrap_or(0), at))
}

#[cfg(test)]
mod tests {
    use super::parse;
    use super::small;
    use crate::extract::characters::Characters;
    use crate::extract::fixture;

    #[test]
    fn calendar_numbers_are_read_in_both_scripts() {
        let cases = [
            ("2024年", 2024, 4),
            ("二〇二四年", 2024, 4),
            ("十二月", 12, 2),
            ("二十六日", 26, 3),
            ("三十日", 30, 2),
            ("廿三", 23, 2),
        ];
        for (text, value, end) in cases {
            fixture::characters(text, |characters: &Characters<'_>| {
                assert_eq!(small(characters, 0), Some((value, end)), "{text}");
            });
        }
    }

    #[test]
    fn numbers_are_exact_in_every_script() {
        for (text, value) in [
            ("3.84万亿", "3840000000000"),
            ("1万8千", "18000"),
            ("5亿1万4千6百", "500014600"),
            ("1千零1", "1001"),
            ("一百零三点五", "103.5"),
            ("两千万点五五四四", "20000000.5544"),
            ("三万五", "35000"),
            ("四百五", "450"),
            ("五亿零六", "500000006"),
            ("壹仟玖佰", "1900"),
            ("四万万", "400000000"),
            ("五兆六十二亿四万五千二", "5006200045200"),
            ("四千五百六十九万八千三百一十一亿", "4569831100000000"),
        ] {
            fixture::characters(text, |characters: &Characters<'_>| {
                let number =
                    parse(characters, 0).map(|number| (number.value.normalize().to_string(), number.end));
                assert_eq!(number, Some((value.to_owned(), text.chars().count())), "{text}");
            });
        }
    }

    #[test]
    fn a_run_of_digits_is_no_number() {
        let text = "9".repeat(5000);
        fixture::characters(&text, |characters: &Characters<'_>| {
            assert_eq!(parse(characters, 0), None);
        });
    }
}
