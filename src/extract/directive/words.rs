//! The words that directives are told by.

use std::sync::LazyLock;

use crate::extract::Modality;
use crate::extract::characters::Characters;
use crate::extract::words::Classes;
use crate::extract::words::HanSet;
use crate::extract::words::Words;

/// Words that mark how strongly a clause binds, as the segmenter gives them: the word, what it means, and how many of
/// its last characters are the mark itself.
#[rustfmt::skip]
const MODALS: &[(&str, Modality, usize)] = &[
    ("要", Modality::Obligation, 1), ("还要", Modality::Obligation, 1), ("也要", Modality::Obligation, 1),
    ("都要", Modality::Obligation, 1), ("就要", Modality::Obligation, 1), ("更要", Modality::Obligation, 1),
    ("既要", Modality::Obligation, 1), ("又要", Modality::Obligation, 1), ("则要", Modality::Obligation, 1),
    ("均要", Modality::Obligation, 1), ("必须", Modality::Obligation, 2), ("须", Modality::Obligation, 1),
    ("应", Modality::Obligation, 1), ("应当", Modality::Obligation, 2), ("应该", Modality::Obligation, 2),
    ("理应", Modality::Obligation, 2), ("务必", Modality::Obligation, 2), ("务须", Modality::Obligation, 2),
    ("需", Modality::Obligation, 1), ("需要", Modality::Obligation, 2), ("一定要", Modality::Obligation, 3),
    ("严禁", Modality::Prohibition, 2), ("不得", Modality::Prohibition, 2), ("禁止", Modality::Prohibition, 2),
    ("不准", Modality::Prohibition, 2), ("不许", Modality::Prohibition, 2), ("不要", Modality::Prohibition, 2),
    ("不能", Modality::Prohibition, 2), ("绝不能", Modality::Prohibition, 3),
    ("决不能", Modality::Prohibition, 3), ("不可", Modality::Prohibition, 2), ("不应", Modality::Prohibition, 2),
    ("鼓励", Modality::Encouragement, 2), ("支持", Modality::Encouragement, 2),
    ("提倡", Modality::Encouragement, 2), ("倡导", Modality::Encouragement, 2), ("可以", Modality::Permission, 2),
    ("允许", Modality::Permission, 2), ("力争", Modality::Goal, 2), ("力求", Modality::Goal, 2),
    ("将", Modality::Plan, 1), ("拟", Modality::Plan, 1), ("计划", Modality::Plan, 2),
];

/// What a word marks.
pub(super) fn modal(word: &str) -> Option<(Modality, usize)> {
    MODALS.iter().find(|(known, ..)| *known == word).map(|&(_, modality, length)| (modality, length))
}

/// The lists, for asking of every word.
static CLASSES: LazyLock<Classes> = LazyLock::new(|| {
    let class = |words: &[&'static str], bit: u16| words.iter().map(|&word| (word, bit)).collect::<Vec<_>>();
    let modals: Vec<&'static str> = MODALS.iter().map(|&(word, ..)| word).collect();
    let lists = [
        class(&modals, MODAL),
        class(CONJUNCTIONS, CONJUNCTION),
        class(ADVERBS, ADVERB),
        class(VERBS, VERB),
        class(PREPOSITIONS, PREPOSITION),
        class(FRAMES, FRAME),
        class(DESCRIBING, DESCRIBES),
    ];
    Classes::new(lists.concat())
});

/// A word marks how strongly a clause binds.
pub(super) const MODAL: u16 = 1;
/// It joins a clause to what stands before.
pub(super) const CONJUNCTION: u16 = 2;
/// It only colours the verb after it.
pub(super) const ADVERB: u16 = 4;
/// It opens a directive.
pub(super) const VERB: u16 = 8;
/// It is a preposition before the verb.
pub(super) const PREPOSITION: u16 = 16;
/// It opens a clause that sets the scene.
pub(super) const FRAME: u16 = 32;
/// It stands in clauses that describe.
pub(super) const DESCRIBES: u16 = 64;

/// What a word can be by the lists, a bit each.
pub(super) fn classes(word: &str) -> u16 {
    CLASSES.of(word)
}

/// Whether a mark is a verb with an object of its own: 鼓励企业创新.
pub(super) fn is_verb_too(word: &str) -> bool {
    matches!(word, "鼓励" | "支持" | "提倡" | "倡导" | "允许" | "严禁" | "禁止")
}

/// Whether a mark binds also where nobody is quoted; the others are everyday words of any report.
pub(super) fn binds_alone(word: &str) -> bool {
    matches!(
        word,
        "必须"
            | "应当"
            | "应"
            | "务必"
            | "不得"
            | "严禁"
            | "禁止"
            | "力争"
            | "鼓励"
            | "要"
            | "须"
            | "力求"
    )
}

/// Words that join a clause to what stands before.
#[rustfmt::skip]
const CONJUNCTIONS: &[&str] = &[
    "并", "并且", "而且", "同时", "此外", "另外", "因此", "所以", "但", "但是", "而", "又", "还", "也", "首先",
    "其次", "再次", "最后", "一是", "二是", "三是", "四是", "五是", "六是", "其中", "为此", "今后", "希望", "下一步",
    "接下来", "与此同时", "既", "以及", "和", "及", "请",
];

/// Words between a subject or mark and its verb.
#[rustfmt::skip]
const ADVERBS: &[&str] = &[
    "则", "也", "都", "还", "就", "更", "均", "又", "再", "一定", "同样", "特别", "尤其", "进一步", "积极", "不断",
    "主动", "更加", "优先", "有效", "坚定不移", "坚定", "深入", "全面", "切实", "加快", "持续", "继续", "认真", "扎实",
    "大力", "努力", "充分", "始终", "着力", "统筹", "紧紧", "牢牢", "坚决", "及时", "尽快", "抓紧", "深刻", "严格",
    "精准", "科学", "合理", "稳步", "稳妥", "有序", "逐步", "率先", "共同", "一起", "首先", "自觉", "真正", "高质量",
    "高标准", "高水平", "高效", "毫不动摇", "毫不松懈", "依法", "依规", "妥善", "快速", "迅速", "广泛", "密切", "多",
    "先", "只", "一律", "一切", "不", "只能", "必", "集中", "系统", "整体", "久久为功", "千方百计", "想方设法", "适时",
    "适当", "因地制宜", "分类", "分级", "健康", "持久", "原则上", "从严", "从快", "最大限度", "最大程度", "带头",
    "长期", "定期", "按时", "如期", "按期", "重点", "强力", "紧密", "奋力", "严肃", "更好", "更好地", "毫不", "准确",
    "全力以赴", "全力", "着重", "深度", "如实", "限期", "先行", "视情", "牢固", "坚持不懈", "驰而不息", "齐心协力",
    "一以贯之", "持之以恒", "旗帜鲜明", "超前", "提前", "同步", "随时", "时刻", "永远", "用心", "精心", "稳慎", "审慎",
    "实事求是", "扎扎实实", "脚踏实地",
];

/// Whether a word only colours the verb after it.
pub(super) fn is_adverb(word: &str) -> bool {
    CLASSES.of(word) & ADVERB != 0
}

/// Whether an adverb acts where no verb follows: 集中资源.
pub(super) fn acts_too(word: &str) -> bool {
    matches!(word, "集中" | "强化" | "加快" | "统筹" | "坚定" | "抓紧")
}

/// Verbs that stand as nouns beside another verb: 为企业发展提供平台.
pub(super) fn is_nominal(word: &str) -> bool {
    matches!(
        word,
        "发展"
            | "创新"
            | "建设"
            | "改革"
            | "服务"
            | "合作"
            | "融合"
            | "运营"
            | "治理"
            | "开放"
            | "保护"
            | "转型"
            | "升级"
            | "规划"
            | "保障"
            | "改造"
            | "协同"
            | "供给"
            | "转化"
            | "学习"
            | "教育"
            | "宣传"
            | "监督"
            | "贡献"
            | "需求"
            | "工作"
            | "举措"
            | "审查"
            | "审核"
            | "评价"
            | "管理"
            | "监管"
            | "检查"
            | "考核"
    )
}

/// Verbs whose object may be a verb, so that two of them in a row are no pair.
pub(super) fn takes_verbs(word: &str) -> bool {
    matches!(
        word,
        "坚持"
            | "推动"
            | "推进"
            | "促进"
            | "加强"
            | "引导"
            | "实现"
            | "注重"
            | "增强"
            | "加快"
            | "开展"
            | "参与"
            | "防止"
            | "避免"
            | "确保"
            | "做好"
            | "抓好"
            | "组织"
            | "提升"
            | "提高"
            | "强化"
            | "深化"
            | "保持"
    )
}

/// How something is done, between what stands after 把 and its verb.
#[rustfmt::skip]
pub(super) const MANNERS: &[&str] = &[
    "更好地", "更好", "更加", "真正", "切实", "进一步", "紧密", "有机", "全面", "充分", "自觉", "始终", "牢牢", "紧紧",
];

/// Verbs after 把, wherever the segmenter cuts them: 打造成 comes as 打 and 造成.
#[rustfmt::skip]
pub(super) const AFTER_BA: &[&str] = &[
    "打造成为", "打造成", "打造", "建设成为", "建设成", "建成", "作为", "摆在", "摆到", "放在", "放到", "抓在", "转化为",
    "落实到", "落到", "纳入", "列为", "列入", "变成", "变为", "用在", "用到", "融入", "贯穿到", "贯穿于", "贯穿", "办成",
    "做成", "做深", "做实", "做细", "做好", "抓好", "抓实", "抓细", "办好", "落实好", "落实", "守住", "管好", "用好",
    "挺在", "置于", "压实", "统一到", "结合起来", "统一起来", "传导到", "控制在", "降到", "推向", "引向",
];

/// Verbs that open a directive and that the list of relating words does not hold, since they are nouns as often.
#[rustfmt::skip]
const VERBS: &[&str] = &[
    "盘活", "优化", "完善", "引入", "培育", "谋划", "深化", "研究", "管控", "选派", "找准", "服务", "强化", "统筹", "规划", "建设",
    "发展", "改革", "创新", "整合", "筛选", "配强", "规范", "健全", "落实", "贯彻", "改善", "改进", "提高", "扩大",
    "拓展", "开展", "组织", "制定", "编制", "出台", "实施", "执行", "监督", "检查", "排查", "整治", "治理", "保护",
    "保障", "防范", "化解", "防止", "严防", "查处", "打击", "降低", "压减", "减少", "控制", "淘汰", "关停", "推广",
    "宣传", "培养", "引进", "布局", "集聚", "投放", "投入", "安排", "部署", "协调", "配合", "合作", "协同", "联动",
    "融合", "转化", "转型", "升级", "改造", "修复", "完成", "形成", "构建", "搭建", "畅通", "激发", "释放", "壮大",
    "做大", "做强", "做优", "做实", "做细", "做精", "抓实", "抓细", "抓", "做", "用好", "管好", "守住", "守好", "筑牢",
    "压实", "明确", "突出", "聚焦", "紧扣", "锚定", "把握", "牢记", "弘扬", "传承", "学习", "领会", "树立", "增进",
    "尊重", "反对", "抵制", "维护", "捍卫", "巩固", "践行", "遵守", "遵循", "恪守", "履行", "秉持", "摒弃", "走好",
    "走", "办好", "办", "办理", "开放", "对标", "补齐", "补", "拿出", "严把", "动员", "发动", "号召", "召开", "举办",
    "参与", "加大", "加强", "加快", "推动", "推进", "调整", "调动", "探索", "试点", "确保", "保证", "避免", "杜绝",
    "争取", "追究", "问责", "公开", "公示", "报告", "报送", "提交", "备案", "审核", "审批", "核查", "清理", "清查",
    "储备", "供应", "供给", "救治", "救援", "安置", "慰问", "帮助", "帮扶", "扶持", "资助", "补贴", "减免", "降",
    "收", "建", "种", "看齐", "落地", "设立", "成立", "组建", "划定", "列入", "纳入", "实行", "推行", "采取", "运用",
    "利用", "用足", "挖掘", "攻克", "突破", "赋能", "引领", "带动", "辐射", "承担", "担当", "干", "落细", "夯实",
    "凝聚", "汇聚", "团结", "依靠", "倾听", "回应", "解决", "破解", "疏解", "疏通", "打通", "打好", "打赢", "抢抓",
    "领悟", "书写", "营造", "投身", "建言", "履职", "助力", "助推", "提振", "擘画", "提质", "纠治", "深耕", "拓宽",
    "充实", "调配", "调度", "绘就", "紧盯", "行使", "普及", "织密", "树牢", "构筑", "细化", "凝心", "驱动", "赓续",
    "肩负", "厚植", "铸就", "铸牢", "铭记", "惠及", "查摆", "研判", "治军", "追责", "净化", "剖析", "重塑", "施策",
    "永葆", "直面", "摸排", "扎根", "崇尚", "画好", "校正", "力戒", "忠于", "汇总", "反馈", "责令", "教育", "引导",
    "激励", "指导", "总结", "关心", "审查", "评估", "检验", "节约", "启动", "宣介", "传播", "重温", "乘势", "献计",
    "发力", "稳岗", "联系", "下功夫", "聚力", "凝心聚力", "献计出力", "打", "讲", "繁荣", "促使",
];

/// Whether a word opens a directive, apart from the verbs of the gazetteer.
pub(super) fn is_verb(word: &str) -> bool {
    classes(word) & VERB != 0 || is_completed(word)
}

/// Characters of numbers before a directive.
pub(super) static ORDINAL_SET: LazyLock<HanSet> =
    LazyLock::new(|| HanSet::new("一二三四五六七八九十第（）()、".chars()));

/// Verbs of one character that are completed by another, and those others.
static COMPLETED_SET: LazyLock<HanSet> = LazyLock::new(|| {
    HanSet::new(
        "抓讲找打扛守兜压拧织树筑立跑画唱用管办做种养走稳把盯扭绷夯端摸理查补站握啃护保扎读学谋".chars(),
    )
});
static COMPLEMENT_SET: LazyLock<HanSet> = LazyLock::new(|| HanSet::new("好准牢实住起稳紧透深细足".chars()));

/// Whether a word is a verb of one character with what completes it: 讲好, 扛起, 守牢.
pub(super) fn is_completed(word: &str) -> bool {
    if word.len() != "讲好".len() {
        return false;
    }
    let mut characters = word.chars();
    let (Some(verb), Some(complement), None) = (characters.next(), characters.next(), characters.next())
    else {
        return false;
    };
    are_completed(verb, complement)
}

/// The same for a word of two characters.
pub(super) fn are_completed(verb: char, complement: char) -> bool {
    COMPLEMENT_SET.holds(complement) && COMPLETED_SET.holds(verb)
}

/// Whether two verbs in a row are one action, though either may be a noun elsewhere: 学习贯彻, 布局建设.
pub(super) fn are_paired(one: &str, other: &str) -> bool {
    match one {
        "学习" => other == "贯彻",
        "贯彻" => other == "落实",
        "组织" => matches!(other, "开展" | "实施" | "动员" | "建设"),
        "布局" => other == "建设",
        "规划" => other == "建设",
        "谋划" => other == "推进",
        "研究" => matches!(other, "制定" | "解决"),
        "巩固" => matches!(other, "提升" | "拓展"),
        "培育" => other == "壮大",
        "改造" => other == "提升",
        "教育" => other == "引导",
        "宣传" => other == "贯彻",
        "传承" => other == "弘扬",
        "协调" => matches!(other, "解决" | "推进"),
        "建立" => matches!(other, "健全" | "完善"),
        "健全" => other == "完善",
        "修订" => other == "完善",
        "督促" => other == "指导",
        "引导" => other == "支持",
        "鼓励" => matches!(other, "支持" | "引导"),
        "优化" => other == "提升",
        "发展" => other == "壮大",
        _ => false,
    }
}

/// What a body does to those who break a rule, or shall do by one.
pub(super) fn is_imposed(word: &str) -> bool {
    matches!(
        word,
        "责令"
            | "处"
            | "处以"
            | "给予"
            | "没收"
            | "吊销"
            | "撤销"
            | "负责"
            | "依照"
            | "承担"
            | "予以"
            | "追究"
    )
}

/// Words that ask someone: 希望各位代表…, 请各单位….
pub(super) fn asks(word: &str) -> bool {
    matches!(word, "希望" | "请" | "恳请" | "敬请")
}

/// Words that open a condition of a rule.
pub(super) fn opens_condition(word: &str) -> bool {
    matches!(word, "违反" | "逾期" | "未按" | "因" | "对" | "凡" | "构成")
}

/// Prepositions before the verb.
#[rustfmt::skip]
const PREPOSITIONS: &[&str] = &[
    "向", "为", "与", "同", "和", "给", "从", "对", "在", "以", "由", "用", "于", "按", "就", "使", "让",
    "通过", "针对", "会同", "经",
];

/// Verbs after 把 with what completes them.
pub(super) fn completes(word: &str) -> bool {
    matches!(word, "成" | "好" | "实" | "细" | "深" | "透" | "准" | "牢" | "紧" | "起" | "住" | "稳")
}

/// Openings of clauses that set the scene for the directive after them.
#[rustfmt::skip]
const FRAMES: &[&str] = &[
    "作为", "立足", "立足于", "围绕", "结合", "根据", "按照", "依据", "依照", "面对", "随着", "通过", "针对", "站在",
    "面向", "对照", "以", "基于", "鉴于", "遵照", "本着", "秉承", "沿着", "在", "当", "对于", "关于", "依托", "聚焦",
    "适应", "着眼",
];

/// Last words of clauses that set the scene.
#[rustfmt::skip]
pub(super) const FRAME_ENDS: &[&str] = &[
    "要求", "特点", "趋势", "目标", "指导", "统领", "引领", "抓手", "契机", "核心", "导向", "基础", "主线", "重点",
    "实际", "形势", "定位", "中心", "根本", "遵循", "牵引", "载体", "动力", "支撑", "突破口", "切入点", "着力点",
    "精神", "部署", "方针", "原则", "下", "中", "上", "时", "后", "前", "过程中", "基础上", "机遇", "挑战", "优势",
    "禀赋", "问题", "需求", "需要", "情况",
];

/// Words of clauses that describe.
#[rustfmt::skip]
const DESCRIBING: &[&str] = &[
    "是", "就是", "正是", "不是", "已", "已经", "正", "正在", "取得", "呈现", "标志", "标志着", "意味着", "表明",
    "体现", "体现了", "面临", "拥有", "迎来", "源于", "在于", "属于", "愿", "愿意", "曾", "曾经", "一直", "来自",
    "取决于", "有着", "具备", "达成", "高度重视", "了", "很", "非常", "十分", "仍", "仍然", "至今", "如果", "如", "若",
    "只有", "只要", "因为", "由于", "虽然", "尽管", "即使",
];

/// Last words of those who are told to do something.
#[rustfmt::skip]
const AGENTS: &[&str] = &[
    "市里", "区里", "县里", "省里", "镇里", "村里", "各地", "各地区", "各部门", "有关部门", "相关部门", "部门", "各级",
    "各方", "双方", "单位", "地区", "干部", "党员", "企业", "政府", "党委", "党组", "机关", "街道", "乡镇", "街乡镇",
    "管委会", "党组织", "队伍", "院校", "高校", "学校", "医院", "银行", "机构", "组织", "委员会", "我们", "大家", "各国",
    "我国", "中国", "同志", "代表", "委员", "青年", "群众", "人员", "负责人", "负责同志", "公司", "平台", "协会",
    "各区", "各县", "各市", "各省", "区市", "县区", "工作者", "教师", "医生", "官兵", "民警", "经营者", "生产者",
    "用人单位", "申请人", "居民", "村民", "市民", "国家", "省份", "城市", "国际社会", "两国", "中方", "美方", "俄方",
    "方面", "专班", "工作组", "领导小组", "班子", "书记", "主任", "局长", "县长", "市长", "者", "党工委",
    "媒体", "全党", "全社会", "各界", "法院", "检察院", "团体", "军队", "部队", "人民", "员工", "职工", "用户", "业主", "人",
    "主体", "登记机关", "经营者", "所有人", "当事人",
];

/// Last characters of those words, of which most words have none.
static AGENT_ENDS: LazyLock<Words> = LazyLock::new(|| {
    Words::new(AGENTS.iter().filter_map(|word| word.get(word.char_indices().next_back()?.0..)))
});

/// Whether the text before `end` ends with those who are told to do something.
pub(super) fn ends_with_agent(text: &Characters<'_>, end: usize) -> bool {
    AGENT_ENDS.may_begin(text.before(end)) && text.any_before(end, AGENTS).is_some()
}

/// Words that open an unmarked clause as its subject.
#[rustfmt::skip]
pub(super) const LEADING_AGENTS: &[&str] = &[
    "市里", "区里", "县里", "省里", "镇里", "村里", "各地区各部门", "各地各部门", "各地区", "各部门", "各地",
    "各有关部门", "有关部门", "相关部门", "各级党委政府", "各级党委和政府", "各级党组织", "各级", "各单位", "双方",
];

/// Words after the openings of quantities that are to be reached.
#[rustfmt::skip]
pub(super) const REACHING: &[&str] = &[
    "达到", "达", "增长", "提高", "提升", "突破", "超过", "建成", "新增", "完成", "培育", "引进", "打造", "降低",
    "压减", "减少", "下降", "控制", "新建", "改造", "实现", "增加", "种植", "不少于", "不低于", "不超过", "高于", "低于",
    "力争", "确保", "落实", "投入", "安排", "建设", "形成", "培养", "开工", "投资", "保持", "稳定", "扩大", "完工",
];

/// Cues after which plain verbs are already told to someone.
pub(super) fn commands(cue: &str) -> bool {
    matches!(
        cue,
        "强调"
            | "要求"
            | "叮嘱"
            | "嘱咐"
            | "嘱托"
            | "希望"
            | "指出"
            | "提出"
            | "呼吁"
            | "建议"
            | "："
            | "规定"
            | "下令"
            | "提议"
    )
}

/// Cues that tell someone by themselves: 要求各区加快进度.
pub(super) fn tells(cue: &str) -> bool {
    matches!(cue, "要求" | "叮嘱" | "嘱咐" | "嘱托" | "希望" | "建议" | "呼吁" | "提议" | "下令")
}

/// How many last characters of a verb after 把 tell where to: 打造成, 统一到; those of 建成 belong to the verb.
pub(super) fn direction(verb: &str) -> usize {
    let length = verb.chars().count();
    if verb.ends_with("成为") {
        2
    } else if verb.ends_with(['到', '在', '于']) || length > 2 && verb.ends_with(['成', '为']) {
        1
    } else if verb.ends_with("起来") && length > 2 {
        2
    } else {
        0
    }
}

/// Verbs that close a clause whose purpose stands before them.
pub(super) fn closes_purpose(verb: &str) -> bool {
    matches!(
        verb,
        "作出"
            | "做出"
            | "注入"
            | "提供"
            | "奠定"
            | "创造"
            | "贡献力量"
            | "凝心"
            | "添"
            | "下功夫"
            | "发力"
            | "凝聚"
    )
}
