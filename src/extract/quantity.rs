//! Amounts with their units: counts, money, percentages, measures, durations.

use rust_decimal::Decimal;

use super::ChangeDirection;
use super::Comparator;
use super::Detector;
use super::QuantityKind;
use super::QuantityValue;
use super::Value;
use super::characters::Characters;
use super::characters::Mask;
use super::characters::is_clause_end;
use super::characters::is_han;
use super::finding::Finding;
use super::number;
use super::number::Figures;
use super::number::Number;

/// Currency words and ISO 4217 codes, longest first.
const CURRENCIES: &[(&str, &str)] = &[
    ("元人民币", "CNY"),
    ("人民币", "CNY"),
    ("美元", "USD"),
    ("欧元", "EUR"),
    ("日元", "JPY"),
    ("英镑", "GBP"),
    ("港元", "HKD"),
    ("港币", "HKD"),
    ("卢布", "RUB"),
    ("韩元", "KRW"),
    ("澳元", "AUD"),
    ("加元", "CAD"),
    ("澳门元", "MOP"),
    ("新台币", "TWD"),
    ("瑞士法郎", "CHF"),
    ("卢比", "INR"),
    ("泰铢", "THB"),
    ("新元", "SGD"),
    ("块钱", "CNY"),
    ("元", "CNY"),
];

/// Units of time, longest first.
const DURATIONS: &[&str] = &[
    "个小时",
    "个星期",
    "个季度",
    "个世纪",
    "个月",
    "周年",
    "小时",
    "分钟",
    "秒钟",
    "星期",
    "礼拜",
    "年",
    "周",
    "天",
    "秒",
    "日",
];

/// Physical units, longest first.
const MEASURES: &[&str] = &[
    "平方公里",
    "平方千米",
    "平方米",
    "立方米",
    "公里",
    "千米",
    "厘米",
    "毫米",
    "微米",
    "纳米",
    "海里",
    "英里",
    "英尺",
    "平米",
    "公顷",
    "公斤",
    "千克",
    "毫克",
    "毫升",
    "摄氏度",
    "千瓦时",
    "兆瓦时",
    "千瓦",
    "兆瓦",
    "标准箱",
    "标箱",
    "周岁",
    "光年",
    "米",
    "亩",
    "吨",
    "斤",
    "克",
    "升",
    "岁",
    "度",
    "℃",
    "里",
    "级",
    "方",
    "km",
    "kg",
    "gb",
    "tb",
    "mw",
    "kw",
];

/// Measure words, longest first.
const COUNTERS: &[&str] = &[
    "个批次",
    "个批",
    "个亿",
    "人次",
    "人份",
    "批次",
    "架次",
    "班次",
    "场次",
    "车次",
    "方面",
    "部门",
    "大类",
    "辆次",
    "件次",
    "席位",
    "个",
    "名",
    "位",
    "人",
    "家",
    "项",
    "条",
    "件",
    "次",
    "套",
    "辆",
    "架",
    "艘",
    "座",
    "所",
    "处",
    "起",
    "例",
    "户",
    "头",
    "只",
    "台",
    "篇",
    "份",
    "种",
    "类",
    "批",
    "场",
    "届",
    "对",
    "双",
    "张",
    "片",
    "部",
    "门",
    "支",
    "列",
    "颗",
    "枚",
    "株",
    "棵",
    "本",
    "册",
    "章",
    "款",
    "栋",
    "幢",
    "间",
    "层",
    "尾",
    "锅",
    "字",
    "点",
    "轮",
    "任",
    "口",
    "堂",
    "大",
    "票",
    "笔",
    "单",
    "席",
    "根",
    "盏",
    "组",
    "幅",
    "箱",
    "盒",
    "袋",
    "瓶",
    "桶",
    "趟",
    "宗",
    "尊",
    "匹",
    "顶",
    "包",
    "粒",
    "支队",
    "国",
    "省",
    "区",
    "市",
    "县",
    "步",
    "道",
    "块",
    "家次",
    "度",
];

/// Words in front that bound an amount, longest first.
const BOUNDS_BEFORE: &[(&str, Comparator)] = &[
    ("不少于", Comparator::AtLeast),
    ("不低于", Comparator::AtLeast),
    ("至少", Comparator::AtLeast),
    ("不超过", Comparator::AtMost),
    ("不高于", Comparator::AtMost),
    ("最多", Comparator::AtMost),
    ("大约", Comparator::About),
    ("将近", Comparator::About),
    ("接近", Comparator::About),
    ("超过", Comparator::MoreThan),
    ("突破", Comparator::MoreThan),
    ("多达", Comparator::AtLeast),
    ("高于", Comparator::MoreThan),
    ("不足", Comparator::LessThan),
    ("不到", Comparator::LessThan),
    ("低于", Comparator::LessThan),
    ("约", Comparator::About),
    ("近", Comparator::About),
    ("超", Comparator::MoreThan),
    ("逾", Comparator::MoreThan),
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
const CHANGES: &[(&str, ChangeDirection)] = &[
    ("增长", ChangeDirection::Up),
    ("上升", ChangeDirection::Up),
    ("提高", ChangeDirection::Up),
    ("增加", ChangeDirection::Up),
    ("提升", ChangeDirection::Up),
    ("上涨", ChangeDirection::Up),
    ("增收", ChangeDirection::Up),
    ("增幅", ChangeDirection::Up),
    ("下降", ChangeDirection::Down),
    ("减少", ChangeDirection::Down),
    ("降低", ChangeDirection::Down),
    ("回落", ChangeDirection::Down),
    ("下跌", ChangeDirection::Down),
    ("缩短", ChangeDirection::Down),
    ("压缩", ChangeDirection::Down),
    ("下滑", ChangeDirection::Down),
];

/// What a unit says about an amount.
struct Unit {
    kind: QuantityKind,
    name: String,
    end: usize,
    factor: Decimal,
}

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
                let first = text.at(index);
                index += 1;
                while first.is_ascii_digit() && (text.at(index).is_ascii_digit() || text.at(index) == '.') {
                    index += 1;
                }
            }
        }
    }
    found
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
    if text.starts_with(index, "一半") && !text.starts_with(index + 2, "以") {
        let mut value = describe(text, index, index + 2, QuantityKind::Fraction, String::new());
        value.amount = "0.5".to_owned();
        return Some((index, index + 2, value));
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

/// The unit that follows a number, if the two together are an amount.
fn unit(text: &Characters<'_>, number: &Number) -> Option<Unit> {
    let end = number.end;
    let made = |kind, name: &str, length: usize| Unit {
        kind,
        name: name.to_owned(),
        end: end + length,
        factor: Decimal::ONE,
    };
    match text.at(end) {
        '%' | '％' => return Some(made(QuantityKind::Percentage, "%", 1)),
        '‰' => return Some(made(QuantityKind::Percentage, "‰", 1)),
        _ => {}
    }
    if text.starts_with(end, "个百分点") {
        return Some(made(QuantityKind::Percentage, "pp", 4));
    }
    if text.starts_with(end, "个亿") {
        return Some(Unit { factor: Decimal::from(100_000_000), ..made(QuantityKind::Count, "", 2) });
    }
    if text.at(end) == '成'
        && !matches!(text.at(end + 1), '为' | '立' | '果' | '功' | '员' | '都' | '长' | '绩' | '就')
    {
        return Some(Unit { factor: Decimal::TEN, ..made(QuantityKind::Percentage, "%", 1) });
    }
    if text.at(end) == '倍' {
        return Some(made(QuantityKind::Multiple, "倍", 1));
    }
    let arabic = number.figures == Figures::Arabic;
    if let Some(&(word, code)) = CURRENCIES.iter().find(|(word, _)| text.starts_with(end, word))
        && (word != "元" || !matches!(text.at(end + 1), '旦' | '素' | '宵' | '首' | '件'))
    {
        return Some(made(QuantityKind::Money, code, word.chars().count()));
    }
    let one = !arabic && number.value == Decimal::ONE && !number.vague;
    if let Some((word, length)) = text.any_of(end, DURATIONS)
        && is_duration(text, number, word, end + length)
    {
        return Some(made(QuantityKind::Duration, word, length));
    }
    if let Some((word, length)) = text.any_of(end, MEASURES)
        && (arabic || number.scaled || !matches!(word, "级" | "方" | "度" | "里"))
        && !(word == "级" && !number.scaled && number.value.scale() == 0)
        && !(word == "方" && !text.starts_with(end, "方土"))
        && !(word == "里" && !number.scaled)
        && !one
    {
        return Some(made(QuantityKind::Measure, word, length));
    }
    if let Some((word, length)) = text.any_of(end, COUNTERS)
        && is_count(text, number, word, end + length)
    {
        return Some(made(QuantityKind::Count, word, length));
    }
    // 40万贫困人口: a scaled number may stand without a measure word.
    let last = text.before(end);
    let bare =
        matches!(last, '万' | '亿' | '多' | '余') && number.scaled && (arabic || end - number.start >= 2)
            || number.scaled && !arabic && number.end - number.start >= 3 && number::digit(last).is_some();
    (bare && !is_idiom(text, number)).then(|| made(QuantityKind::Count, "", 0))
}

/// 千方百计, 成千上万, 万亿级: scaled numbers that count nothing.
fn is_idiom(text: &Characters<'_>, number: &Number) -> bool {
    let next = text.at(number.end);
    text.ends_with(number.start, "成千") || matches!(next, '众' | '象' | '物' | '家' | '里' | '事' | '一')
}

/// Whether number and time unit are a length of time.
fn is_duration(text: &Characters<'_>, number: &Number, word: &str, end: usize) -> bool {
    let next = text.at(end);
    let (before, arabic) = (text.before(number.start), number.figures == Figures::Arabic);
    match word {
        "日" => false,
        "年" => {
            !(arabic && number.value >= Decimal::from(1000))
                && !matches!(next, '级' | '度' | '轻' | '代' | '货' | '龄' | '终')
                && !matches!(text.slice(number.start, number.end), ['百' | '千' | '万'])
                && !text.starts_with(end, "一度")
        }
        "周" => !matches!(next, '边' | '围' | '岁' | '期' | '恩' | '刊' | '末'),
        "天" => {
            !matches!(next, '然' | '空' | '地' | '气' | '津' | '下')
                && !(matches!(before, '这' | '前' | '那') && !arabic)
        }
        "秒" | "个月" | "周年" | "小时" | "个小时" | "分钟" | "秒钟" | "个星期" | "星期" | "个季度"
        | "礼拜" | "个世纪" => true,
        _ => false,
    }
}

/// Whether number and measure word count something, rather than belonging to an idiom or a name.
fn is_count(text: &Characters<'_>, number: &Number, word: &str, end: usize) -> bool {
    let next = text.at(end);
    let arabic = number.figures == Figures::Arabic;
    let chinese_small = !arabic && number.value <= Decimal::TEN && !number.vague && !number.scaled;
    let quoted = matches!(text.before(number.start), '“' | '‘' | '「');
    if number.figures == Figures::Neighbours && !number.scaled && !(word == "个" && arabic) {
        return false;
    }
    if quoted && chinese_small {
        return false;
    }
    if matches!(text.slice(number.start, number.end), ['百' | '千' | '万']) {
        return matches!(word, "名" | "家" | "人" | "户" | "亩" | "余" | "条" | "项" | "座" | "套")
            && next != '物';
    }
    if !arabic && number.value == Decimal::ONE && number.end - number.start == 1 {
        return matches!(word, "名" | "架" | "列" | "双") && !matches!(next, '副' | '副');
    }
    match word {
        "国" | "省" | "区" | "市" | "县" | "部门" => {
            arabic && !matches!(next, '道' | '家' | '级' | '长')
        }
        "大" => {
            (arabic || number.value <= Decimal::TEN)
                && !matches!(
                    next,
                    '会' | '小'
                        | '多'
                        | '家'
                        | '学'
                        | '队'
                        | '以'
                        | '代'
                        | '报'
                        | '精'
                        | '召'
                        | '、'
                        | '。'
                        | '，'
                        | '的'
                )
        }
        "届" => chinese_small && !is_session(text, end),
        "位" => !matches!(next, '一' | '数' | '于' | '居' | '置'),
        "项" => !text.starts_with(end, "规定"),
        "点" => arabic || matches!(next, '建' | '意' | '希' | '要' | '主') || !chinese_small,
        "个" => !(chinese_small && is_slogan(text, end)) && !matches!(next, '五' | '税'),
        "部" => arabic && !matches!(next, '分' | '门' | '长' | '委'),
        "门" | "道" | "块" | "步" | "度" | "单" | "口" | "字" | "区次" => {
            arabic || number.scaled || number.vague
        }
        "家" => !matches!(next, '庭' | '乡' | '长' | '属'),
        "人" => !matches!(next, '大' | '民' | '员' | '才' | '均' | '类' | '口' | '工') || arabic,
        "次" => !matches!(next, '全' | '会' | '代') || arabic,
        "起" => arabic || number.value > Decimal::ONE,
        "对" => arabic && !matches!(next, '一' | '外'),
        "场" => !matches!(next, '所' | '馆' | '地'),
        "张" => arabic || number.scaled,
        "方面" => true,
        _ => true,
    }
}

/// 四个意识, 两个维护: slogans, not counts.
fn is_slogan(text: &Characters<'_>, end: usize) -> bool {
    text.any_of(
        end,
        &[
            "意识",
            "自信",
            "维护",
            "确立",
            "毫不动摇",
            "百年",
            "结合",
            "务必",
            "必须",
            "全面",
            "坚持",
            "没有变",
            "革命",
            "文明",
            "明确",
            "牢固",
            "有利于",
            "先锋",
            "一百年",
            "不",
            "统筹",
            "方面",
        ],
    )
    .is_some()
}

/// 十三届全国人大五次会议, 十九届五中全会
fn is_session(text: &Characters<'_>, end: usize) -> bool {
    text.starts_with(end, "全国") || text.starts_with(end, "中央") || text.starts_with(end + 1, "中全会")
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
