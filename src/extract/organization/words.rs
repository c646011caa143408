//! The words that names of bodies are made of, and those that they are not.

use std::sync::LazyLock;

use crate::extract::characters::Characters;
use crate::extract::characters::is_han;
use crate::extract::words::WordSet;
use crate::extract::words::Words;

/// Last words of names of bodies, longest first where one ends another.
#[rustfmt::skip]
pub(super) const SUFFIXES: &[&str] = &[
    "有限责任公司", "股份有限公司", "人大常委会", "人民代表大会", "人民检察院", "人民法院", "人民政府",
    "纪律检查委员会", "监督管理局", "管理委员会", "领导小组", "工作委员会", "联合工作组", "有限公司",
    "总参谋部", "电视台", "通讯社", "出版社", "代表团", "委员会", "研究院", "研究所", "检察院", "联合会",
    "基金会", "管理局", "办公室", "办公厅", "管委会", "常委会", "党工委", "分公司", "总公司", "村委会",
    "居委会", "合作社", "植物园", "卫生部", "国防部", "外交部", "财政部", "内政部", "教育部", "安全部",
    "司法部", "商务部", "能源部", "交通部", "农业部", "国务院", "专班", "督导组", "协调小组", "工作组", "联盟",
    "公司", "集团", "银行", "大学", "学院", "医院", "法院", "协会", "学会", "总局", "政府", "警方", "军方",
    "军区", "使馆", "小学", "中学", "学校", "幼儿园", "支行", "分行", "商会", "工会", "妇联", "政协", "党委",
    "党组", "纪委", "监委", "书院", "报社", "杂志社", "电台", "议会", "国会", "法庭", "财政局", "公安局",
    "公安厅", "教育局", "气象局", "水利局", "统计局", "发改局", "房管局", "工商局", "税务局", "安监局",
    "质监局", "规划局", "交通局", "林业局", "农业局", "民政局", "司法局", "审计局", "卫健委", "发改委",
    "住建局", "商务局", "文旅局", "信访局", "环保局", "人社局", "农业农村局", "组委会", "仲裁委", "公司党委",
    "工作站", "科技公司", "局", "厅", "中心",
];

/// The same, for asking at every character.
pub(super) static SUFFIX_WORDS: LazyLock<Words> = LazyLock::new(|| Words::new(SUFFIXES.iter().copied()));

/// Bodies that follow a place name directly, or stand alone as the body of the place the text is about.
#[rustfmt::skip]
pub(super) const LEVEL_BODIES: &[&str] = &[
    "省人大常委会", "市人大常委会", "县人大常委会", "区人大常委会", "省委常委会", "市委常委会", "省委组织部",
    "市委组织部", "县委组织部", "省委宣传部", "市委宣传部", "省委中心组", "市委中心组", "党委常委会",
    "人大常委会", "省政府", "市政府", "县政府", "区政府", "州政府", "镇政府", "乡政府", "省政协", "市政协",
    "县政协", "区政协", "省纪委", "市纪委", "县纪委", "区纪委", "省监委", "市监委", "省委", "市委", "县委",
    "区委", "州委", "旗委", "党委", "纪委", "政协", "政府", "人大",
];

/// The same, for asking at every character.
pub(super) static LEVEL_BODY_WORDS: LazyLock<Words> =
    LazyLock::new(|| Words::new(LEVEL_BODIES.iter().copied()));

/// Words that end the reach of a name to the left: verbs and relations that stand before bodies.
#[rustfmt::skip]
const STOPS: &[&str] = &[
    "推动", "加强", "开展", "组织", "召开", "建设", "参加", "出席", "主持", "会见", "成立", "通过", "根据",
    "按照", "有关", "相关", "走进", "来到", "考察", "调研", "介绍", "表示", "以及", "包括", "支持", "帮助",
    "联合", "担任", "访问", "要求", "听取", "指导", "深化", "负责", "由于", "举行", "经过", "同时", "各级",
    "各地", "不少", "许多", "一些", "这家", "多家", "全国", "所有", "部分", "其他", "目前", "如今", "今天",
    "提出", "代表", "发布", "进入", "作为", "据", "向", "被", "称", "说", "让", "由", "等", "及", "并", "或",
    "使", "将", "其", "是", "有", "原", "因", "任", "受", "设", "达", "率", "陪", "请", "服务", "围绕", "涉及",
    "服从", "陪同", "当选", "选举", "完善", "创新", "改革", "履行", "落实", "健全", "强化", "转变", "发挥",
    "构建", "推进", "兼", "决定", "部署",
];

/// Words that act and still stand inside names of bodies.
#[rustfmt::skip]
const WITHIN: &[&str] = &[
    "开发", "投资", "保护", "控股", "运营", "运行", "应急", "储备", "进出口", "运输", "勘探", "设计", "应对",
    "调查", "仲裁", "协调", "评价", "救援", "援助", "促进", "进口", "检测", "监测", "监督", "检验", "管理",
    "综合", "联合", "国际", "公共", "高等", "中央", "地方", "人寿", "规划", "保障", "指挥", "治理", "第一",
    "第二", "第三", "中级", "高级", "社会", "新闻", "招聘", "航空", "工业", "服务", "应用", "过渡", "组织",
    "学习", "教育", "科学", "卫生", "交通",
];

/// The same, for asking of every word.
pub(super) static STOP_SET: LazyLock<WordSet> = LazyLock::new(|| WordSet::new(STOPS.iter().copied()));
pub(super) static WITHIN_SET: LazyLock<WordSet> = LazyLock::new(|| WordSet::new(WITHIN.iter().copied()));

/// Last words of parts of bodies, which need the body before them.
#[rustfmt::skip]
pub(super) const DEPARTMENTS: &[&str] = &[
    "宣传处", "规划处", "执委会", "直属库", "植物园", "建筑学院", "运行部", "奥运会部", "纠风办", "国家队",
    "分公司", "支行", "分行", "学院", "研究院", "研究所", "实验室", "中心", "委员会", "办公室", "频道",
    "工作站", "工作组", "党委", "党组", "处", "理事会", "秘书处",
];

/// The same, for asking at every character.
pub(super) static DEPARTMENT_WORDS: LazyLock<Words> =
    LazyLock::new(|| Words::new(DEPARTMENTS.iter().copied()));

/// Names that are too general to be one body.
#[rustfmt::skip]
pub(super) const GENERAL: &[&str] = &[
    "有关部门", "人民政府", "人民法院", "人民检察院", "各级政府", "地方政府", "上市公司", "商业银行",
    "中央银行", "委员会", "有限公司", "代表团", "管委会", "领导小组", "办公室", "工作组", "全国政府",
    "中国大学", "部队", "社区医院",
];

/// Whether the word after a suffix makes it part of a longer word: 政府工作报告, 公司化.
pub(super) fn continues(text: &Characters<'_>, end: usize) -> bool {
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

/// Short forms that are also ordinary words.
pub(super) fn ambiguous(text: &Characters<'_>, name: &str, start: usize, end: usize) -> bool {
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

/// Whether a body goes on as the name of a post.
pub(crate) fn post_follows(text: &Characters<'_>, end: usize) -> bool {
    text.any_of(
        end,
        &["书记", "副书记", "常委", "委员", "专职", "秘书长", "副秘书长", "第一书记", "领导", "主要"],
    )
    .is_some()
}

/// 规划和自然资源局: 和 inside the name of an office.
pub(super) fn inner_and(text: &Characters<'_>, after: usize, word: &str) -> bool {
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
