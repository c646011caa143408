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
    "中心",
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
    "发挥", "构建", "推进", "兼", "决定", "部署",
];

/// Words that act and still stand inside names of bodies.
const WITHIN: &[&str] = &[
    "开发",
    "投资",
    "保护",
    "控股",
    "运营",
    "运行",
    "应急",
    "储备",
    "进出口",
    "运输",
    "勘探",
    "设计",
    "应对",
    "调查",
    "仲裁",
    "协调",
    "评价",
    "救援",
    "援助",
    "促进",
    "进口",
    "检测",
    "监测",
    "监督",
    "检验",
    "管理",
    "综合",
    "联合",
    "国际",
    "公共",
    "高等",
    "中央",
    "地方",
    "人寿",
    "规划",
    "保障",
    "指挥",
    "治理",
    "第一",
    "第二",
    "第三",
    "中级",
    "高级",
    "社会",
    "新闻",
    "招聘",
    "航空",
    "工业",
    "服务",
    "应用",
    "过渡",
    "组织",
    "学习",
    "教育",
    "科学",
    "卫生",
    "交通",
];

/// Last words of parts of bodies, which need the body before them.
const DEPARTMENTS: &[&str] = &[
    "宣传处",
    "规划处",
    "执委会",
    "直属库",
    "植物园",
    "建筑学院",
    "运行部",
    "奥运会部",
    "纠风办",
    "国家队",
    "分公司",
    "支行",
    "分行",
    "学院",
    "研究院",
    "研究所",
    "实验室",
    "中心",
    "委员会",
    "办公室",
    "频道",
    "工作站",
    "工作组",
    "党委",
    "党组",
    "处",
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

/// What stands where, for the reach of names to the left.
struct Ground<'a> {
    text: &'a Characters<'a>,
    gazetteer: &'a Gazetteer,
    /// Start of the place that ends at a character.
    place_end: Vec<Option<usize>>,
    /// Start of the body that ends at a character.
    body_end: Vec<Option<usize>>,
    /// Characters inside bodies of the tables.
    known: Mask,
}

impl Ground<'_> {
    /// Start of the chain of places (广西|玉林市) that ends at a character.
    fn places(&self, end: usize) -> usize {
        let mut start = end;
        while let Some(from) = self.place_end.get(start).copied().flatten() {
            start = from;
        }
        if start == end && !self.text.is_word_start(end) {
            // 美国政府 is one word of the segmenter.
            let from = self.text.word_start_before(end);
            let named = self.gazetteer.names.names_at(self.text, from).any(|(length, _, entries)| {
                from + length == end
                    && entries.iter().any(|entry| {
                        matches!(
                            entry,
                            Entry::Country(_) | Entry::China | Entry::Division(_) | Entry::ShortDivision(_)
                        )
                    })
            });
            if named {
                return from;
            }
        }
        start
    }

    /// Start of the body that ends at a character.
    fn body(&self, end: usize) -> Option<usize> {
        self.body_end.get(end).copied().flatten()
    }

    /// Remembers a body.
    fn add(&mut self, start: usize, end: usize) {
        if let Some(slot) = self.body_end.get_mut(end) {
            *slot = Some(slot.map_or(start, |known| known.min(start)));
        }
    }
}

/// Finds the bodies outside what is taken. `places` are the places in order.
pub(crate) fn find(
    text: &Characters<'_>,
    gazetteer: &Gazetteer,
    places: &[Finding],
    taken: &Mask,
) -> Vec<Finding> {
    let mut ground = Ground {
        text,
        gazetteer,
        place_end: vec![None; text.len() + 1],
        body_end: vec![None; text.len() + 1],
        known: Mask::new(text.len()),
    };
    for place in places {
        if let Some(slot) = ground.place_end.get_mut(place.end) {
            *slot = Some(place.start);
        }
    }
    let mut found = Vec::new();
    for index in 0..text.len() {
        if !taken.covers(index)
            && let Some(finding) = listed(&ground, index, taken)
        {
            ground.add(finding.start, finding.end);
            ground.known.take(finding.start, finding.end);
            found.push(finding);
        }
    }
    let mut index = 0;
    while index < text.len() {
        if taken.covers(index) {
            index += 1;
            continue;
        }
        if let Some(finding) = level_body(&ground, index, taken) {
            ground.add(finding.start, finding.end);
            found.push(finding);
        }
        if let Some((start, end)) = suffixed(&ground, index, taken) {
            ground.add(start, end);
            found.push(named(text, start, end, "body_by_suffix", 0.75));
        }
        index += 1;
    }
    found
}

/// A body by its last word, the last word beginning at `index`.
fn suffixed(ground: &Ground<'_>, index: usize, taken: &Mask) -> Option<(usize, usize)> {
    let text = ground.text;
    if let Some((word, length)) = text.any_of(index, DEPARTMENTS) {
        let end = index + length;
        let whole = text.is_word_start(end) || !is_han(text.at(end));
        if whole
            && !post_follows(text, end)
            && !taken.overlaps(index, end)
            && !continues(text, end)
            && let Some(start) = department(ground, index, word)
        {
            return Some((start, end));
        }
    }
    let (word, length) = text.any_of(index, SUFFIXES)?;
    let end = index + length;
    let ends = text.is_word_start(end) || !is_han(text.at(end)) || length >= 3;
    if !ends || continues(text, end) || taken.overlaps(index, end) || ground.known.covers(end - 1) {
        return None;
    }
    if matches!(word, "党委" | "纪委" | "党组" | "政协" | "监委") && post_follows(text, end) {
        return None;
    }
    if word == "局"
        && matches!(
            text.before(index),
            '格' | '布'
                | '结'
                | '全'
                | '大'
                | '棋'
                | '时'
                | '当'
                | '变'
                | '破'
                | '开'
                | '残'
                | '困'
                | '出'
                | '定'
                | '僵'
        )
    {
        return None;
    }
    // 安全部队, 卫生部门
    if word.ends_with('部') && matches!(text.at(end), '门' | '队' | '分' | '长' | '署' | '位') {
        return None;
    }
    if word == "中心"
        && text
            .any_before(
                index,
                &["会展", "航展", "文化", "体育", "购物", "展览", "副", "活动", "会议", "新闻", "商业", "市"],
            )
            .is_some()
    {
        return None;
    }
    let start = reach(ground, index, word).filter(|&start| start < index)?;
    (!taken.overlaps(start, end)).then_some((start, end))
}

/// A part of a body: 河南省人民检察院|五部, 清华大学|建筑学院.
fn department(ground: &Ground<'_>, suffix: usize, word: &str) -> Option<usize> {
    let text = ground.text;
    let mut start = suffix;
    let mut words = 0;
    while suffix - start <= 14 && words <= 6 {
        if let Some(body) = ground.body(start) {
            let near =
                start < suffix || matches!(word, "执委会" | "党委" | "党组" | "总参谋部" | "办公室" | "学院");
            return near.then_some(body);
        }
        let before = text.before(start);
        if !is_han(before) || matches!(before, '的' | '在' | '向' | '原' | '对' | '了') {
            return None;
        }
        let chain = ground.places(start);
        if chain < start {
            start = chain;
            continue;
        }
        start = text.word_start_before(start);
        let token = text.folded(start, text.word_end(start));
        if STOPS.contains(&token.as_str())
            || ground.gazetteer.is_relating(&token) && !WITHIN.contains(&token.as_str())
        {
            return None;
        }
        words += 1;
    }
    None
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
fn listed(ground: &Ground<'_>, index: usize, taken: &Mask) -> Option<Finding> {
    let (text, gazetteer) = (ground.text, ground.gazetteer);
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
        let start = if matches!(text.at(end - 1), '部' | '院' | '委' | '府') {
            ground.places(index)
        } else {
            index
        };
        let own = start == index || text.starts_with(start, "中国") || text.starts_with(start, "中华");
        // 十四届全国人大
        let start = if name.starts_with("全国") || name.starts_with("中央") || name.starts_with("联合国大会")
        {
            session(text, start)
        } else {
            start
        };
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

/// 十四届 before 全国人大.
fn session(text: &Characters<'_>, start: usize) -> usize {
    if text.before(start) != '届' {
        return start;
    }
    let mut at = start - 1;
    while start - at < 5
        && (crate::extract::number::digit(text.before(at)).is_some()
            || matches!(text.before(at), '十' | '第'))
    {
        at -= 1;
    }
    if at + 1 < start { at } else { start }
}

/// Short forms that are also ordinary words.
fn ambiguous(text: &Characters<'_>, name: &str, start: usize, end: usize) -> bool {
    match name {
        "中央" => {
            let alone = matches!(
                text.at(end),
                '，' | '。'
                    | '、'
                    | '；'
                    | '对'
                    | '关'
                    | '决'
                    | '部'
                    | '提'
                    | '要'
                    | '在'
                    | '的'
                    | '确'
                    | '发'
                    | '交'
            ) && !text.starts_with(end, "部门");
            !alone || is_han(text.before(start)) && !text.is_word_start(start)
        }
        "总台" | "京东" | "小米" | "联想" | "曙光" | "清华" | "解放军" | "红军" | "中车" | "中兴"
        | "百度" | "中国建筑" | "民革" | "民建" | "民进" => {
            matches!(name, "联想" | "小米") && !matches!(text.at(end), '、' | '等' | '集' | '公')
        }
        "联大" | "社科院" | "工程院" => false,
        "金砖国家" => text.any_of(end, &["领导人", "合作", "外长", "峰会", "工商"]).is_some(),
        "中国共产党" => text.any_of(end, &["第", "章程", "中央", "国际"]).is_some(),
        _ => false,
    }
}

/// 河北省委, 张家口市政府, and 省委 by itself.
fn level_body(ground: &Ground<'_>, index: usize, taken: &Mask) -> Option<Finding> {
    let text = ground.text;
    // 党工委委员、管委会副主任: a bare body between two posts of one person.
    if matches!(text.before(index), '、' | '，' | '兼')
        && let Some((_, length)) = text.any_of(
            index,
            &["管委会", "政法委", "党工委", "人大常委会", "党建办", "公安局", "组织部", "宣传部"],
        )
        && (text
            .any_of(index + length, &["副主任", "主任", "原", "副局长", "局长", "副部长", "部长"])
            .is_some())
    {
        return Some(named(text, index, index + length, "body_between_posts", 0.8));
    }
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
    let mut start = ground.places(index);
    // 河北省|委: the level belongs to the place, the body takes it along.
    if start == index
        && matches!(text.at(index), '党' | '纪' | '政' | '人')
        && matches!(word, "人大" | "政协" | "政府" | "党委" | "纪委")
    {
        return None;
    }
    if start == index && matches!(text.at(index), '市' | '省' | '县' | '区' | '州') {
        let with_level = ground.places(index + 1);
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
fn reach(ground: &Ground<'_>, suffix: usize, word: &str) -> Option<usize> {
    let text = ground.text;
    let mut start = suffix;
    let mut anchored = false;
    let mut words = 0;
    while start > 0 && suffix - start < 22 && words < 9 {
        if let Some(body) = ground.body(start).filter(|_| start < suffix) {
            start = body;
            anchored = true;
            break;
        }
        let chain = ground.places(start);
        if chain < start {
            start = ground.body(chain).filter(|_| chain < start).unwrap_or(chain);
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
                Some(_) | None => break,
            }
        }
        let and = matches!(before, '和' | '与') && suffix > start && inner_and(text, start, word);
        let function = is_function(before) && text.word_start_before(start) + 1 == start && !and;
        if !is_han(before) && !before.is_ascii_alphanumeric() && before != '·' || function {
            break;
        }
        let previous = text.word_start_before(start);
        let token = text.folded(previous, start);
        if STOPS.contains(&token.as_str())
            || token.ends_with('届')
            || ground.gazetteer.is_relating(&token) && !WITHIN.contains(&token.as_str())
        {
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
    if matches!(text.slice(start, suffix), ['省' | '市' | '县' | '区' | '州'])
        && word.ends_with(['局', '厅', '委', '院'])
        && word.chars().count() > 1
    {
        return Some(start);
    }
    // 保险公司, 高科技公司: kinds of companies, not one.
    let first = text.folded(start, text.word_end(start));
    let free = matches!(
        word,
        "出版社"
            | "电视台"
            | "委员会"
            | "研究院"
            | "领导小组"
            | "督导组"
            | "报社"
            | "基金会"
            | "联合会"
            | "协会"
    );
    if !anchored && !free && (ground.gazetteer.is_word(&first) || first.chars().count() == 1) {
        return (whole == "当地政府").then_some(start);
    }
    let short_suffix = word.chars().count() == 1;
    let public = matches!(
        word,
        "政府"
            | "警方"
            | "军方"
            | "联盟"
            | "中心"
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
