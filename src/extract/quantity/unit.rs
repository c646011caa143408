//! Units and measure words, and when a number before one is an amount.

use super::money::currency;
use crate::extract::QuantityKind;
use crate::extract::characters::Characters;
use crate::extract::characters::is_han;
use crate::extract::number;
use crate::extract::number::Figures;
use crate::extract::number::Number;
use crate::extract::words::Words;
use rust_decimal::Decimal;
use std::sync::LazyLock;

/// Units of time, longest first.
#[rustfmt::skip]
pub(super) const DURATIONS: &[&str] = &[
    "个多小时", "个多月", "个小时", "个星期", "个季度", "个世纪", "个月", "周年", "小时", "分钟", "秒钟",
    "星期", "礼拜", "年", "周", "天", "秒", "日",
];

/// Physical units, longest first where one begins another.
#[rustfmt::skip]
pub(super) const MEASURES: &[&str] = &[
    "平方公里", "平方千米", "平方英里", "平方英尺", "平方厘米", "平方分米", "平方毫米", "平方米", "立方米", "立方厘米", "立方分米",
    "立方英尺", "公里每小时", "千米每小时", "米每秒", "公里", "千米", "厘米", "分米", "毫米", "微米", "纳米", "海里", "英里", "英尺",
    "英寸", "英亩", "平米", "公顷", "公分", "公尺", "公斤", "千克", "毫克", "微克", "公吨", "毫升", "公升", "加仑", "摄氏度", "华氏度",
    "千瓦时", "兆瓦时", "千瓦", "兆瓦", "吉瓦", "千卡", "大卡", "卡路里", "千焦", "焦耳", "兆赫兹", "千兆赫", "吉赫兹", "千赫兹",
    "兆赫", "千赫", "赫兹", "千字节", "兆字节", "吉字节", "太字节", "字节", "千比特", "兆比特", "吉比特", "比特", "千帕", "兆帕", "帕斯卡", "伏特", "毫安",
    "安培", "分贝", "克拉", "盎司", "英镑", "标准箱", "标箱", "周岁", "光年", "马力", "米", "亩", "吨", "斤", "克", "升", "岁", "度",
    "℃", "°c", "℉", "°f", "里", "级", "方", "磅", "两", "尺", "寸", "丈", "码", "瓦", "伏", "顷", "钱",
    "英吋", "英呎", "呎", "吋", "foot", "feet", "inches", "inch", "miles", "mile", "cc", "ft", "lb", "oz", "°", "km/h", "km", "cm", "mm", "nm", "kg", "mg", "ml", "kb", "mb", "gb", "tb", "mw", "kw", "ghz", "mhz", "khz", "hz", "m", "g", "l", "w",
];

/// Units that are words or names more often than units, read only behind Arabic digits or when nothing may be left out.
const DOUBTFUL: &[&str] = &[
    "磅", "两", "尺", "寸", "丈", "码", "瓦", "伏", "顷", "m", "g", "l", "w", "钱", "呎", "吋", "°", "cc",
    "ft", "lb", "oz",
];

/// Measure words, longest first.
#[rustfmt::skip]
pub(super) const COUNTERS: &[&str] = &[
    "个批次", "个批", "个亿", "人次", "人份", "批次", "架次", "班次", "场次", "车次", "方面", "部门", "大类",
    "辆次", "件次", "席位", "个", "名", "位", "人", "家", "项", "条", "件", "次", "套", "辆", "架", "艘", "座",
    "所", "处", "起", "例", "户", "头", "只", "台", "篇", "份", "种", "类", "批", "场", "届", "对", "双", "张",
    "片", "部", "门", "支", "列", "颗", "枚", "株", "棵", "本", "册", "章", "款", "栋", "幢", "间", "层", "尾",
    "锅", "字", "点", "轮", "任", "口", "堂", "大", "票", "笔", "单", "席", "根", "盏", "组", "幅", "箱", "盒",
    "袋", "瓶", "桶", "趟", "宗", "尊", "匹", "顶", "包", "粒", "支队", "国", "省", "区", "市", "县", "步",
    "道", "块", "家次", "度",
];

/// The same, for asking behind every number.
static DURATION_WORDS: LazyLock<Words> = LazyLock::new(|| Words::new(DURATIONS.iter().copied()));
static MEASURE_WORDS: LazyLock<Words> = LazyLock::new(|| Words::new(MEASURES.iter().copied()));
static COUNTER_WORDS: LazyLock<Words> = LazyLock::new(|| Words::new(COUNTERS.iter().copied()));

/// What a unit says about an amount.
pub(super) struct Unit {
    pub(super) kind: QuantityKind,
    pub(super) name: String,
    pub(super) end: usize,
    pub(super) factor: Decimal,
    /// Half a unit more: 三斤半.
    pub(super) more: Decimal,
}

/// The unit that follows a number, if the two together are an amount.
pub(super) fn unit(text: &Characters<'_>, number: &Number) -> Option<Unit> {
    let end = number.end;
    let made = |kind, name: &str, length: usize| Unit {
        kind,
        name: name.to_owned(),
        end: end + length,
        factor: Decimal::ONE,
        more: Decimal::ZERO,
    };
    let half = |length: usize| {
        let half = text.at(end + length) == '半'
            && !matches!(text.at(end + length + 1), '年' | '天' | '月' | '个' | '导');
        if half { (Decimal::new(5, 1), 1) } else { (Decimal::ZERO, 0) }
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
        && !matches!(text.at(end + 1), '为' | '立' | '果' | '功' | '员' | '长' | '绩' | '就')
    {
        let (more, length) = half(1);
        return Some(Unit { factor: Decimal::TEN, more, ..made(QuantityKind::Percentage, "%", 1 + length) });
    }
    if text.at(end) == '折'
        && !matches!(text.at(end + 1), '旧' | '叠' | '腾' | '射' | '合' | '扣' | '返' | '磨' | '戟')
    {
        // 七五折 is 75 %, 九折 90 %, 9.9折 99 %.
        let tenths = number.value < Decimal::TEN;
        let factor = if tenths { Decimal::TEN } else { Decimal::ONE };
        let sane = number.value > Decimal::ZERO
            && number.value < Decimal::ONE_HUNDRED
            && number.value != Decimal::TEN;
        return sane.then(|| Unit { factor, ..made(QuantityKind::Percentage, "%", 1) });
    }
    if text.at(end) == '分'
        && number.figures == Figures::Arabic
        && !matches!(text.at(end + 1), '钟' | '之' | '别' | '公' | '局' | '店' | '行')
        && !is_han(text.at(end + 1))
    {
        return Some(made(QuantityKind::Count, "分", 1));
    }
    if text.at(end) == '分'
        && number.figures == Figures::Arabic
        && text.any_of(end + 1, &["以上", "以下", "左右"]).is_some()
    {
        return Some(made(QuantityKind::Count, "分", 1));
    }
    if text.at(end) == '倍' {
        return Some(made(QuantityKind::Multiple, "倍", 1));
    }
    let arabic = number.figures == Figures::Arabic;
    if let Some((_, code, length)) = currency(text, end) {
        return Some(made(QuantityKind::Money, code, length));
    }
    if text.at(end) == '个'
        && let Some((_, code, length)) = currency(text, end + 1)
        && length > 1
    {
        return Some(made(QuantityKind::Money, code, 1 + length));
    }
    let one = !arabic && number.value == Decimal::ONE && !number.vague;
    // 90天大: an age
    if let Some((word, length)) = text.any_of(end, &["个月大", "岁大", "周大", "天大", "年大"])
        && !matches!(text.at(end + length), '会' | '学' | '小' | '队')
        && (arabic || text.thorough())
    {
        return Some(made(QuantityKind::Measure, word.trim_end_matches('大'), length));
    }
    if let Some((word, length)) = DURATION_WORDS.at(text, end)
        && is_duration(text, number, word, end + length)
    {
        // 一年多
        let more = usize::from(text.at(end + length) == '多' && matches!(word, "年" | "天" | "小时"));
        let name = word.replace('多', "");
        return Some(Unit { name, ..made(QuantityKind::Duration, "", length + more) });
    }
    // 一米八
    if text.at(end) == '米'
        && let Some(digit) =
            number::digit(text.at(end + 1)).filter(|&digit| digit > 0 && number.value.scale() == 0)
        && !is_han(text.at(end + 2))
        && number::digit(text.at(end + 2)).is_none()
    {
        return Some(Unit {
            more: Decimal::new(i64::from(digit), 1),
            ..made(QuantityKind::Measure, "米", 2)
        });
    }
    // 3 km
    if text.thorough()
        && arabic
        && text.at(end) == ' '
        && let Some(unit) = measure(text, end + 1, number).filter(|unit| unit.is_ascii() && *unit != "m")
    {
        return Some(made(QuantityKind::Measure, unit, 1 + unit.chars().count()));
    }
    if text.thorough()
        && let Some(unit) = measure(text, end, number)
    {
        let (more, length) = half(unit.chars().count());
        return Some(Unit { more, ..made(QuantityKind::Measure, unit, unit.chars().count() + length) });
    }
    if let Some((word, length)) = MEASURE_WORDS.at(text, end)
        && !DOUBTFUL.contains(&word)
        && !(word.is_ascii() && text.at(end + length).is_ascii_alphanumeric())
        && (arabic || number.scaled || !matches!(word, "级" | "方" | "度" | "里"))
        && !(word == "级" && !number.scaled && number.value.scale() == 0)
        && (word != "方" || text.starts_with(end, "方土"))
        && (word != "里" || number.scaled)
        && !one
        && (!matches!(text.slice(number.start, number.end), ['百' | '千' | '万'])
            || matches!(word, "亩" | "吨" | "公里"))
        && !(number.figures == Figures::Neighbours && text.at(number.start) == '几' && word == "米")
    {
        let (more, half) = half(length);
        return Some(Unit { more, ..made(QuantityKind::Measure, word, length + half) });
    }
    if let Some((word, length)) = COUNTER_WORDS.at(text, end)
        && is_count(text, number, word, end + length)
    {
        return Some(made(QuantityKind::Count, word, length));
    }
    // 40万贫困人口: a scaled number may stand without a measure word.
    let last = text.before(end);
    let only_scales =
        text.slice(number.start, end).iter().all(|&figure| matches!(figure, '百' | '千' | '万' | '亿'));
    let bare = matches!(last, '万' | '亿') && number.scaled && (arabic || end - number.start >= 2)
        || matches!(last, '多' | '余') && (number.scaled || arabic && number.value >= Decimal::TEN)
        || number.scaled && !arabic && number.end - number.start >= 3 && number::digit(last).is_some();
    let bare = bare && !only_scales;
    (bare && !is_idiom(text, number)).then(|| made(QuantityKind::Count, "", 0))
}

/// The physical unit at `index` where nothing may be left out; letters only where no further letter follows.
fn measure(text: &Characters<'_>, index: usize, number: &Number) -> Option<&'static str> {
    let (word, length) = MEASURE_WORDS.at(text, index)?;
    let next = text.at(index + length);
    if word.is_ascii() && next.is_ascii_alphanumeric() {
        return None;
    }
    let other = match word {
        "级" | "方" | "里" | "两" | "码" | "钱" | "度" | "寸" | "尺" | "丈" | "伏" | "瓦" => {
            is_han(next)
                && !matches!(next, '的' | '到' | '至' | '和' | '左' | '以' | '半')
                && !(word == "度" && text.is_word_start(index + 1))
                || number.end - number.start == 1 && matches!(word, "级" | "方" | "里" | "码")
        }
        _ => false,
    };
    (!other).then_some(word)
}

/// 千方百计, 成千上万, 万亿级: scaled numbers that count nothing.
pub(super) fn is_idiom(text: &Characters<'_>, number: &Number) -> bool {
    let next = text.at(number.end);
    text.ends_with(number.start, "成千")
        || text.ends_with(number.start, "千家")
        || matches!(next, '众' | '象' | '物' | '家' | '里' | '事' | '一')
}

/// Whether number and time unit are a length of time.
pub(super) fn is_duration(text: &Characters<'_>, number: &Number, word: &str, end: usize) -> bool {
    let next = text.at(end);
    let (before, arabic) = (text.before(number.start), number.figures == Figures::Arabic);
    match word {
        "日" => false,
        _ if number.figures == Figures::Neighbours && !number.scaled && text.at(number.start) == '几' => {
            false
        }
        "年" => {
            before != '这'
                && (number.value != Decimal::ONE_HUNDRED || arabic)
                && !(arabic && number.value >= Decimal::from(1000))
                && !matches!(next, '级' | '度' | '轻' | '代' | '货' | '龄' | '终')
                && !matches!(text.slice(number.start, number.end), ['百' | '千' | '万'])
                && !text.starts_with(end, "一度")
        }
        "周" => !matches!(next, '边' | '围' | '岁' | '期' | '恩' | '刊' | '末'),
        "天" => {
            !matches!(next, '然' | '空' | '地' | '气' | '津' | '下')
                && (!matches!(before, '这' | '前' | '那') || arabic)
        }
        "秒" | "个月" | "周年" | "个多月" | "个多小时" | "小时" | "个小时" | "分钟" | "秒钟" | "个星期"
        | "星期" | "个季度" | "礼拜" | "个世纪" => true,
        _ => false,
    }
}

/// Whether number and measure word count something, rather than belonging to an idiom or a name.
pub(super) fn is_count(text: &Characters<'_>, number: &Number, word: &str, end: usize) -> bool {
    let next = text.at(end);
    let arabic = number.figures == Figures::Arabic;
    let chinese_small = !arabic && number.value <= Decimal::TEN && !number.vague && !number.scaled;
    let quoted = matches!(text.before(number.start), '“' | '‘' | '「');
    if number.figures == Figures::Neighbours
        && !number.scaled
        && !(number.upper.is_some()
            && matches!(word, "个" | "名" | "位" | "家" | "人" | "次" | "项" | "条" | "件"))
    {
        return false;
    }
    if quoted && chinese_small {
        return false;
    }
    // 十项目, 3000亿支持: the measure word begins another word.
    let unit = end - word.chars().count();
    let straddles = word.chars().count() == 1 && text.is_word_start(unit) && text.word_end(unit) > end;
    if straddles
        && !matches!(word, "个" | "名" | "位" | "家" | "人" | "户" | "件" | "次" | "大")
        && (!arabic
            || number.scaled
            || matches!(word, "支" | "场" | "处" | "所" | "部" | "点" | "市" | "区" | "县" | "国" | "省"))
    {
        return false;
    }
    if matches!(text.slice(number.start, number.end), ['百' | '千' | '万']) {
        return !is_idiom(text, number)
            && matches!(word, "名" | "家" | "人" | "户" | "亩" | "余" | "条" | "项" | "座" | "套")
            && next != '物';
    }
    if !arabic && number.value == Decimal::ONE && number.end - number.start == 1 {
        return matches!(word, "名" | "架" | "列" | "双");
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
        "个" => !(matches!(next, '五' | '税') || chinese_small && is_slogan(text, end)),
        "部" => arabic && !matches!(next, '分' | '门' | '长' | '委'),
        "门" | "道" | "块" | "步" | "度" | "单" | "口" | "字" | "区次" => {
            arabic || number.scaled || number.vague
        }
        "家" => !matches!(next, '庭' | '长' | '属') && (next != '乡' || text.at(end + 1) == '村'),
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
pub(super) fn is_slogan(text: &Characters<'_>, end: usize) -> bool {
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
            "大局",
            "明确",
            "牢固",
            "有利于",
            "先锋",
            "一百年",
            "不",
            "统筹",
        ],
    )
    .is_some()
}

/// 十三届全国人大五次会议, 十九届五中全会
pub(super) fn is_session(text: &Characters<'_>, end: usize) -> bool {
    text.starts_with(end, "全国") || text.starts_with(end, "中央") || text.starts_with(end + 1, "中全会")
}
