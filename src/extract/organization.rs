//! Bodies of state and party, companies, schools, media: by table, and by a grammar of their last words.

use super::Detector;
use super::MentionKind;
use super::Value;
use super::characters::Characters;
use super::characters::Mask;
use super::characters::is_han;
use super::finding::Finding;
use super::gazetteer::Entry;
use super::gazetteer::Gazetteer;
use super::place::is_function;

/// Last words of names of bodies, longest first where one ends another.
const SUFFIXES: &[&str] = &[
    "有限责任公司",
    "股份有限公司",
    "人大常委会",
    "人民代表大会",
    "人民检察院",
    "人民法院",
    "人民政府",
    "纪律检查委员会",
    "监督管理局",
    "管理委员会",
    "领导小组",
    "工作委员会",
    "联合工作组",
    "有限公司",
    "总参谋部",
    "电视台",
    "通讯社",
    "出版社",
    "代表团",
    "委员会",
    "研究院",
    "研究所",
    "检察院",
    "联合会",
    "基金会",
    "管理局",
    "办公室",
    "办公厅",
    "管委会",
    "常委会",
    "党工委",
    "分公司",
    "总公司",
    "村委会",
    "居委会",
    "合作社",
    "植物园",
    "卫生部",
    "国防部",
    "外交部",
    "财政部",
    "内政部",
    "教育部",
    "安全部",
    "司法部",
    "商务部",
    "能源部",
    "交通部",
    "农业部",
    "国务院",
    "专班",
    "督导组",
    "协调小组",
    "工作组",
    "联盟",
    "公司",
    "集团",
    "银行",
    "大学",
    "学院",
    "医院",
    "法院",
    "协会",
    "学会",
    "总局",
    "政府",
    "警方",
    "军方",
    "军区",
    "部队",
    "使馆",
    "小学",
    "中学",
    "学校",
    "幼儿园",
    "支行",
    "分行",
    "商会",
    "工会",
    "妇联",
    "政协",
    "党委",
    "党组",
    "纪委",
    "监委",
    "书院",
    "报社",
    "杂志社",
    "电台",
    "议会",
    "国会",
    "法庭",
    "财政局",
    "公安局",
    "公安厅",
    "教育局",
    "气象局",
    "水利局",
    "统计局",
    "发改局",
    "房管局",
    "工商局",
    "税务局",
    "安监局",
    "质监局",
    "规划局",
    "交通局",
    "林业局",
    "农业局",
    "民政局",
    "司法局",
    "审计局",
    "卫健委",
    "发改委",
    "住建局",
    "商务局",
    "文旅局",
    "信访局",
    "环保局",
    "人社局",
    "农业农村局",
    "组委会",
    "仲裁委",
    "公司党委",
    "工作站",
    "科技公司",
    "局",
    "厅",
    "署",
];

/// Bodies that follow a place name directly, or stand alone as the body of the place the text is about.
const LEVEL_BODIES: &[&str] = &[
    "省人大常委会",
    "市人大常委会",
    "县人大常委会",
    "区人大常委会",
    "省委常委会",
    "市委常委会",
    "省委组织部",
    "市委组织部",
    "县委组织部",
    "省委宣传部",
    "市委宣传部",
    "省委中心组",
    "市委中心组",
    "党委常委会",
    "人大常委会",
    "省政府",
    "市政府",
    "县政府",
    "区政府",
    "州政府",
    "镇政府",
    "乡政府",
    "省政协",
    "市政协",
    "县政协",
    "区政协",
    "省纪委",
    "市纪委",
    "县纪委",
    "区纪委",
    "省监委",
    "市监委",
    "省委",
    "市委",
    "县委",
    "区委",
    "州委",
    "旗委",
    "党委",
    "纪委",
    "政协",
    "政府",
    "人大",
];

/// Words that end the reach of a name to the left: verbs and relations that stand before bodies.
const STOPS: &[&str] = &[
    "推动", "加强", "开展", "组织", "召开", "建设", "参加", "出席", "主持", "会见", "成立", "通过", "根据",
    "按照", "有关", "相关", "走进", "来到", "考察", "调研", "介绍", "表示", "以及", "包括", "支持", "帮助",
    "联合", "担任", "访问", "要求", "听取", "指导", "深化", "负责", "由于", "举行", "经过", "同时", "各级",
    "各地", "不少", "许多", "一些", "这家", "多家", "全国", "所有", "部分", "其他", "目前", "如今", "今天",
    "提出", "代表", "发布", "进入", "作为", "据", "向", "被", "称", "说", "让", "由", "等", "及", "并", "或",
    "使", "将", "其", "是", "有", "原", "因", "任", "受", "设", "达", "率", "陪", "请", "服务", "围绕",
    "涉及", "服从", "陪同", "当选", "选举", "完善", "创新", "改革", "履行", "落实", "健全", "强化", "转变",
    "发挥", "构建", "推进",
];

/// Names that are too general to be one body.
const GENERAL: &[&str] = &[
    "有关部门",
    "人民政府",
    "人民法院",
    "人民检察院",
    "各级政府",
    "地方政府",
    "上市公司",
    "商业银行",
    "中央银行",
    "委员会",
    "有限公司",
    "代表团",
    "管委会",
    "领导小组",
    "办公室",
    "工作组",
    "全国政府",
    "中国大学",
    "部队",
    "社区医院",
];

/// Finds the bodies outside what is taken. `places` are the places in order.
pub(crate) fn find(
    text: &Characters<'_>,
    gazetteer: &Gazetteer,
    places: &[Finding],
    taken: &Mask,
) -> Vec<Finding> {
    let mut place_at = vec![None; text.len() + 1];
    let mut place_end = vec![None; text.len() + 1];
    for (number, place) in places.iter().enumerate() {
        if let (Some(start), Some(end)) = (place_at.get_mut(place.start), place_end.get_mut(place.end)) {
            *start = Some(number);
            *end = Some(number);
        }
    }
    // Start of the chain of places (广西|玉林市) that ends at a character.
    let chain = |end: usize| {
        let mut start = end;
        while let Some(place) =
            place_end.get(start).copied().flatten().and_then(|number: usize| places.get(number))
        {
            start = place.start;
        }
        start
    };
    let mut found = Vec::new();
    let mut index = 0;
    while index < text.len() {
        if taken.covers(index) {
            index += 1;
            continue;
        }
        if let Some(finding) = listed(text, gazetteer, index, taken, &chain) {
            found.push(finding);
        }
        if let Some(finding) = level_body(text, index, taken, &chain) {
            found.push(finding);
        }
        if let Some((word, length)) = text.any_of(index, SUFFIXES) {
            let end = index + length;
            let ends = text.is_word_start(end) || !is_han(text.at(end)) || length >= 3;
            if ends && !continues(text, end) && !taken.overlaps(index, end) {
                if let Some(start) = reach(text, index, word, places, &place_end, &chain) {
                    if !taken.overlaps(start, end) {
                        found.push(named(text, start, end, "body_by_suffix", 0.75));
                    }
                }
            }
        }
        index += 1;
    }
    found
}

/// Whether the word after a suffix makes it part of a longer word: 政府工作报告, 公司化.
fn continues(text: &Characters<'_>, end: usize) -> bool {
    text.any_of(
        end,
        &[
            "工作报告",
            "化",
            "制",
            "性",
            "债",
            "采购",
            "间",
            "主导",
            "引导",
            "投资",
            "型",
            "长",
            "级",
            "面",
            "票",
            "生",
            "城",
            "路",
            "校长",
            "服",
        ],
    )
    .is_some()
}

/// A name of the tables, a short form with its full name.
fn listed(
    text: &Characters<'_>,
    gazetteer: &Gazetteer,
    index: usize,
    taken: &Mask,
    chain: &impl Fn(usize) -> usize,
) -> Option<Finding> {
    for (length, name, entries) in gazetteer.names.names_at(text, index) {
        let end = index + length;
        let body = entries
            .iter()
            .find(|entry| matches!(entry, Entry::Body | Entry::ShortBody(_) | Entry::University));
        let Some(body) = body else { continue };
        let begins = text.is_word_start(index) || !is_han(text.before(index)) || length >= 4;
        let ends = text.is_word_start(end) || !is_han(text.at(end)) || length >= 4;
        if !begins || !ends || taken.overlaps(index, end) || ambiguous(text, name, index, end) {
            continue;
        }
        let full = match body {
            Entry::ShortBody(full) => full,
            Entry::Body | Entry::University => "",
            Entry::Division(_)
            | Entry::ShortDivision(_)
            | Entry::FormerDivision(_)
            | Entry::Township(_)
            | Entry::ShortTownship(_)
            | Entry::Country(_)
            | Entry::Abroad(_)
            | Entry::China
            | Entry::Composite(_)
            | Entry::Natural
            | Entry::ForeignRegion
            | Entry::Zone(..)
            | Entry::Person
            | Entry::Skip => continue,
        };
        // 西班牙卫生部 is not the ministry of the table.
        let start =
            if matches!(text.at(end - 1), '部' | '院' | '委' | '府') { chain(index) } else { index };
        let own = start == index || text.starts_with(start, "中国") || text.starts_with(start, "中华");
        let mut finding = named(text, start, end, "bodies", 0.95);
        finding.detector = Detector::Dictionary("bodies");
        if own && !full.is_empty() {
            finding.canonical = full.to_owned();
            finding.value = Value::Organization { full_name: full.to_owned() };
            finding.kind = MentionKind::Abbreviation;
        }
        return Some(finding);
    }
    None
}

/// Short forms that are also ordinary words.
fn ambiguous(text: &Characters<'_>, name: &str, start: usize, end: usize) -> bool {
    match name {
        "中央" => {
            let alone = matches!(
                text.at(end),
                '，' | '。' | '、' | '；' | '和' | '对' | '关' | '决' | '部' | '提' | '要' | '在'
            ) && !text.starts_with(end, "部门");
            !alone || is_han(text.before(start)) && !text.is_word_start(start)
        }
        "总台" | "京东" | "小米" | "联想" | "曙光" | "清华" | "解放军" | "红军" | "中车" | "中兴"
        | "百度" | "中国建筑" | "民革" | "民建" | "民进" => {
            matches!(name, "联想" | "小米") && !matches!(text.at(end), '、' | '等' | '集' | '公')
        }
        "联大" | "社科院" | "工程院" => false,
        "金砖国家" => text.any_of(end, &["领导人", "合作", "外长", "峰会", "工商"]).is_some(),
        "中国共产党" => text.any_of(end, &["人", "第", "章程", "成立", "领导", "中央"]).is_some(),
        _ => false,
    }
}

/// 河北省委, 张家口市政府, and 省委 by itself.
fn level_body(
    text: &Characters<'_>,
    index: usize,
    taken: &Mask,
    chain: &impl Fn(usize) -> usize,
) -> Option<Finding> {
    let (word, length) = text.any_of(index, LEVEL_BODIES)?;
    let mut end = index + length;
    for part in ["组织部", "宣传部", "统战部", "政法委", "办公厅", "办公室", "中心组", "党校", "常委会"]
    {
        if text.starts_with(end, part) && word.ends_with('委') {
            end += part.chars().count();
        }
    }
    if taken.overlaps(index, end) || !text.is_word_start(end) && is_han(text.at(end)) && length < 3 {
        return None;
    }
    let mut start = chain(index);
    // 河北省|委: the level belongs to the place, the body takes it along.
    if start == index
        && matches!(text.at(index), '党' | '纪' | '政' | '人')
        && matches!(word, "人大" | "政协" | "政府" | "党委" | "纪委")
    {
        return None;
    }
    if start == index && matches!(text.at(index), '市' | '省' | '县' | '区' | '州') {
        let with_level = chain(index + 1);
        if with_level < index {
            start = with_level;
        } else if !text.is_word_start(index) {
            return None;
        }
    }
    // A post or a part of it follows: 省委书记, 县委常委.
    if post_follows(text, end) {
        return None;
    }
    (end - start >= 2).then(|| named(text, start, end, "body_of_a_level", 0.85))
}

/// Whether a body goes on as the name of a post.
pub(crate) fn post_follows(text: &Characters<'_>, end: usize) -> bool {
    text.any_of(
        end,
        &["书记", "副书记", "常委", "委员", "专职", "秘书长", "副秘书长", "第一书记", "领导", "主要"],
    )
    .is_some()
}

/// How far to the left the name that ends with a suffix reaches.
fn reach(
    text: &Characters<'_>,
    suffix: usize,
    word: &str,
    places: &[Finding],
    place_end: &[Option<usize>],
    chain: &impl Fn(usize) -> usize,
) -> Option<usize> {
    let mut start = suffix;
    let mut anchored = false;
    let mut words = 0;
    while start > 0 && suffix - start < 22 && words < 8 {
        let place = place_end.get(start).copied().flatten().and_then(|number| places.get(number));
        if place.is_some() {
            start = chain(start);
            anchored = true;
            break;
        }
        let before = text.before(start);
        if before == '）' || before == ')' {
            let open =
                (start.saturating_sub(10)..start - 1).rev().find(|&at| matches!(text.at(at), '（' | '('));
            match open {
                Some(open) if open > 0 => {
                    start = open;
                    continue;
                }
                _ => break,
            }
        }
        let and = matches!(before, '和' | '与') && suffix > start && inner_and(text, start, word);
        if !is_han(before) && !before.is_ascii_alphanumeric() && before != '·'
            || is_function(before) && text.word_start_before(start) + 1 == start && !and
        {
            break;
        }
        let previous = text.word_start_before(start);
        let token = text.folded(previous, start);
        if STOPS.contains(&token.as_str()) {
            break;
        }
        start = previous;
        words += 1;
    }
    let length = suffix - start;
    let whole: String = text.folded(start, suffix) + word;
    if length == 0 || GENERAL.contains(&whole.as_str()) {
        return (whole == "当地政府").then_some(start);
    }
    if whole.ends_with("当地政府") {
        return Some(suffix - 2);
    }
    let short_suffix = word.chars().count() == 1;
    let public = matches!(
        word,
        "政府"
            | "部队"
            | "警方"
            | "军方"
            | "联盟"
            | "党委"
            | "纪委"
            | "银行"
            | "公司"
            | "集团"
            | "学校"
            | "医院"
            | "大学"
            | "学院"
            | "小学"
            | "中学"
            | "办公室"
            | "工作组"
            | "领导小组"
            | "法院"
            | "党组"
    );
    let enough = anchored
        || !public && !short_suffix && length >= 2
        || matches!(word, "公司" | "集团" | "银行" | "大学" | "学院" | "委员会") && length >= 2 && words <= 3;
    (enough && (length >= 2 || anchored)).then_some(start)
}

/// 规划和自然资源局: 和 inside the name of an office.
fn inner_and(text: &Characters<'_>, after: usize, word: &str) -> bool {
    let offices = matches!(word, "局" | "厅" | "委员会" | "总局" | "管理局" | "部" | "办公室" | "监督管理局");
    offices
        && text
            .any_before(
                after - 1,
                &[
                    "规划",
                    "住房",
                    "发展",
                    "文化",
                    "工业",
                    "市场",
                    "人力资源",
                    "粮食",
                    "医疗",
                    "教育",
                    "经济",
                    "科技",
                    "林业",
                    "广播电视",
                    "住房保障",
                    "纪律",
                    "统计",
                    "安全",
                    "新闻",
                    "理论研究",
                ],
            )
            .is_some()
}

/// A body under its own name.
fn named(text: &Characters<'_>, start: usize, end: usize, rule: &'static str, confidence: f64) -> Finding {
    let value = Value::Organization { full_name: String::new() };
    Finding::new(
        text.span(start, end),
        (start, end),
        text.text(start, end),
        value,
        Detector::Rule(rule),
        confidence,
    )
}
