//! Money: 3.84万亿元, 五元三毛, $20, 人民币3.14元.

use super::Amount;
use super::describe::describe;
use super::range::MARKS;
use crate::extract::Comparator;
use crate::extract::QuantityKind;
use crate::extract::QuantityValue;
use crate::extract::characters::Characters;
use crate::extract::characters::is_han;
use crate::extract::number;
use crate::extract::number::Figures;
use crate::extract::number::Number;
use crate::extract::words::Table;
use rust_decimal::Decimal;
use std::sync::LazyLock;

/// Currency words and ISO 4217 codes, longest first where one begins another.
#[rustfmt::skip]
pub(super) const CURRENCIES: &[(&str, &str)] = &[
    ("元人民币", "CNY"), ("块人民币", "CNY"), ("人民币", "CNY"), ("美元", "USD"), ("美圆", "USD"), ("美金", "USD"),
    ("美刀", "USD"), ("欧元", "EUR"), ("日元", "JPY"), ("日圆", "JPY"), ("英镑", "GBP"), ("港元", "HKD"),
    ("港币", "HKD"), ("港纸", "HKD"), ("卢布", "RUB"), ("韩元", "KRW"), ("韩币", "KRW"), ("澳元", "AUD"),
    ("澳大利亚元", "AUD"), ("加元", "CAD"), ("加拿大元", "CAD"), ("澳门元", "MOP"), ("新台币", "TWD"), ("台币", "TWD"),
    ("瑞士法郎", "CHF"), ("法郎", "CHF"), ("卢比", "INR"), ("泰铢", "THB"), ("新加坡元", "SGD"), ("新元", "SGD"),
    ("土耳其里拉", "TRY"), ("里拉", "TRY"), ("新西兰元", "NZD"), ("纽元", "NZD"), ("加币", "CAD"), ("澳币", "AUD"),
    ("澳门币", "MOP"), ("新币", "SGD"), ("坡币", "SGD"), ("印度卢比", "INR"), ("巴基斯坦卢比", "PKR"),
    ("斯里兰卡卢比", "LKR"), ("尼泊尔卢比", "NPR"), ("印尼盾", "IDR"), ("印尼卢比", "IDR"), ("印度尼西亚盾", "IDR"),
    ("令吉", "MYR"), ("缅元", "MMK"), ("基普", "LAK"), ("瑞尔", "KHR"), ("图格里克", "MNT"), ("塔卡", "BDT"),
    ("朝鲜元", "KPW"), ("韩圆", "KRW"), ("冰岛克朗", "ISK"), ("捷克克朗", "CZK"), ("兹罗提", "PLN"), ("福林", "HUF"),
    ("列伊", "RON"), ("列弗", "BGN"), ("格里夫纳", "UAH"), ("坚戈", "KZT"), ("奈拉", "NGN"), ("塞地", "GHS"),
    ("埃及镑", "EGP"), ("迪拉姆", "AED"), ("新谢克尔", "ILS"), ("谢克尔", "ILS"), ("墨西哥比索", "MXN"),
    ("阿根廷比索", "ARS"), ("智利比索", "CLP"), ("哥伦比亚比索", "COP"), ("菲律宾比索", "PHP"),
    ("沙特里亚尔", "SAR"), ("卡塔尔里亚尔", "QAR"), ("伊朗里亚尔", "IRR"), ("阿曼里亚尔", "OMR"), ("也门里亚尔", "YER"),
    ("里亚尔", "SAR"), ("伊拉克第纳尔", "IQD"), ("科威特第纳尔", "KWD"), ("约旦第纳尔", "JOD"), ("巴林第纳尔", "BHD"),
    ("南非兰特", "ZAR"), ("巴西雷亚尔", "BRL"), ("俄罗斯卢布", "RUB"), ("肯尼亚先令", "KES"), ("令吉特", "MYR"), ("雷亚尔", "BRL"), ("兰特", "ZAR"), ("比索", "PHP"), ("越南盾", "VND"), ("林吉特", "MYR"),
    ("瑞典克朗", "SEK"), ("挪威克朗", "NOK"), ("丹麦克朗", "DKK"), ("克朗", "SEK"), ("第纳尔", "KWD"),
    ("比特币", "BTC"), ("块钱", "CNY"), ("元钱", "CNY"), ("圆整", "CNY"), ("元整", "CNY"), ("元", "CNY"), ("圆", "CNY"),
];

/// Smaller coins: word, hundredths of the currency.
const COINS: &[(&str, i64)] = &[
    ("角钱", 10),
    ("毛钱", 10),
    ("分钱", 1),
    ("美分", 1),
    ("日本銭", 1),
    ("日本钱", 1),
    ("角", 10),
    ("毛", 10),
    ("分", 1),
];

/// Marks and words that stand before an amount, longest first.
const PREFIXES: &[(&str, &str)] = &[
    ("us$", "USD"),
    ("hk$", "HKD"),
    ("人民币", "CNY"),
    ("新台币", "TWD"),
    ("港币", "HKD"),
    ("美元", "USD"),
    ("美金", "USD"),
    ("欧元", "EUR"),
    ("$", "USD"),
    ("￥", "CNY"),
    ("¥", "CNY"),
    ("€", "EUR"),
    ("£", "GBP"),
];

/// The same, for asking behind every number.
static CURRENCY_WORDS: LazyLock<Table<&str>> =
    LazyLock::new(|| Table::with_values(CURRENCIES.iter().copied()));
static COIN_WORDS: LazyLock<Table<i64>> = LazyLock::new(|| Table::with_values(COINS.iter().copied()));

/// The currency at `index`, with its length.
pub(super) fn currency(text: &Characters<'_>, index: usize) -> Option<(&'static str, &'static str, usize)> {
    let (word, length, code) = CURRENCY_WORDS.value_at(text, index)?;
    let other = matches!(word, "元" | "圆")
        && matches!(text.at(index + length), '旦' | '素' | '宵' | '首' | '件' | '月' | '形' | '满');
    (!other).then_some((word, code, length))
}

/// $20, ￥300, 人民币3.14元
pub(super) fn prefixed(text: &Characters<'_>, index: usize) -> Option<Amount> {
    let &(word, code) = PREFIXES.iter().find(|(word, _)| text.starts_with(index, word))?;
    let named = word.chars().all(is_han);
    if named && !text.thorough() {
        return None;
    }
    let number = number::parse(text, index + word.chars().count())
        .filter(|number| !matches!(number.figures, Figures::Digits))?;
    let mut end = number.end;
    if named && let Some((_, _, length)) = currency(text, end) {
        end += length;
    }
    let mut value = describe(text, index, end, QuantityKind::Money, code.to_owned());
    value.amount = number.value.normalize().to_string();
    Some((index, end, value))
}

/// 五元三毛, 123元1角1分, 三块五, 两毛
pub(super) fn composed(text: &Characters<'_>, first: &Number) -> Option<Amount> {
    let mut total = first.value;
    let mut end;
    let mut code = "CNY";
    let mut terms = 1;
    if let Some((word, currency, length)) = currency(text, first.end) {
        code = currency;
        end = first.end + length;
        if word.ends_with('整') {
            terms = 2;
        }
    } else if text.at(first.end) == '块' {
        end = first.end + 1;
    } else {
        let (_, coin) = coin(text, first)?;
        let before = matches!(text.at(first.end), '分') && !text.thorough();
        let alone = first.figures == Figures::Arabic || text.thorough();
        if before || !alone {
            return None;
        }
        return coins(text, first, coin);
    }
    let block = text.at(first.end) == '块';
    let mut finest = 100;
    loop {
        let link = usize::from(matches!(text.at(end), '又' | '零') && terms == 1);
        let Some(next) = number::parse(text, end + link)
            .filter(|next| next.value < Decimal::ONE_HUNDRED && next.value.scale() == 0)
        else {
            break;
        };
        if let Some((length, hundredths)) = coin(text, &next).filter(|&(_, hundredths)| hundredths < finest) {
            total = total.checked_add(next.value.checked_mul(Decimal::new(hundredths, 2))?)?;
            finest = hundredths;
            end = next.end + length;
            terms += 1;
            continue;
        }
        // 三块五, 三块零四
        if block && terms == 1 && next.end == next.start + 1 && !is_han(text.at(next.end)) {
            let coin =
                if link > 0 && text.at(end) == '零' { Decimal::new(1, 2) } else { Decimal::new(1, 1) };
            total = total.checked_add(next.value.checked_mul(coin)?)?;
            end = next.end;
            terms += 1;
        }
        break;
    }
    let spoken = block
        && text.thorough()
        && (!is_han(text.at(end)) || matches!(text.at(end), '以' | '左' | '到' | '至' | '的' | '和'));
    if terms == 1 && !spoken || first.vague && terms > 1 {
        return None;
    }
    let mut value = describe(text, first.start, end, QuantityKind::Money, code.to_owned());
    value.amount = total.normalize().to_string();
    if let Some(upper) = first.upper {
        value.upper_amount = upper.normalize().to_string();
        value.comparator = Comparator::About;
    } else if first.vague && value.comparator == Comparator::Exactly {
        value.comparator = Comparator::MoreThan;
    }
    Some((first.start, end, value))
}

/// The coin behind a number: length and hundredths.
fn coin(text: &Characters<'_>, number: &Number) -> Option<(usize, i64)> {
    let (_, length, hundredths) = COIN_WORDS.value_at(text, number.end)?;
    let next = text.at(number.end + length);
    let other = length == 1
        && matches!(next, '度' | '钟' | '之' | '落' | '色' | '别' | '公' | '部' | '会' | '利' | '形');
    (!other).then_some((length, hundredths))
}

/// 两毛五, 五分钱
fn coins(text: &Characters<'_>, first: &Number, hundredths: i64) -> Option<Amount> {
    let (length, _) = coin(text, first)?;
    let word_end = first.end + length;
    let spoken = text.at(word_end - 1) == '钱' || matches!(text.at(first.end), '角' | '毛' | '美');
    if !spoken
        || is_han(text.at(word_end))
            && text.at(word_end - 1) != '钱'
            && number::digit(text.at(word_end)).is_none()
    {
        return None;
    }
    let mut total = first.value.checked_mul(Decimal::new(hundredths, 2))?;
    let mut end = word_end;
    if let Some(next) = number::parse(text, end).filter(|next| hundredths == 10 && next.value < Decimal::TEN)
    {
        let after = coin(text, &next).filter(|&(_, hundredths)| hundredths == 1);
        total = total.checked_add(next.value.checked_mul(Decimal::new(1, 2))?)?;
        end = next.end + after.map_or(0, |(length, _)| length);
    }
    let code = if text.at(first.end) == '美' { "USD" } else { "CNY" };
    let mut value = describe(text, first.start, end, QuantityKind::Money, code.to_owned());
    value.amount = total.normalize().to_string();
    Some((first.start, end, value))
}

/// 五元六角到五元七角: the range that an amount opens, or the amount.
pub(super) fn range(text: &Characters<'_>, first: Amount) -> Amount {
    let (start, end, value) = first;
    let second = text.any_of(end, MARKS).and_then(|(_, length)| {
        let number = number::parse(text, end + length)?;
        composed(text, &number)
    });
    match second {
        Some((_, end, upper)) if upper.unit == value.unit => {
            (start, end, QuantityValue { upper_amount: upper.amount, ..value })
        }
        Some(_) | None => (start, end, value),
    }
}
