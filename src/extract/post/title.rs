//! The form of titles: 市委副书记, 贸易和农业部长, 驻澳大利亚大使.

use std::sync::LazyLock;

use crate::extract::characters::Characters;
use crate::extract::characters::Endings;
use crate::extract::characters::Mask;
use crate::extract::characters::is_han;
use crate::extract::finding::Finding;
use crate::extract::words::Words;

/// Heads of titles, longest first where one begins another.
#[rustfmt::skip]
pub(super) const HEADS: &[&str] = &[
    "总统新闻秘书", "专职副书记", "常务副书记", "常务副主任", "常务副省长", "常务副市长", "常务副县长",
    "常务副区长", "常务副部长", "候补委员", "候补中央委员", "中央委员", "国家副主席", "国家主席", "国务委员",
    "总书记", "第一书记", "副书记", "书记", "副委员长", "委员长", "名誉主席", "执行主席", "副主席", "主席",
    "执行主任", "副主任", "主任", "党组成员", "委员", "常委", "第一副总理", "副总理", "总理", "副总统", "总统",
    "副首相", "首相", "国王", "女王", "元首", "亲王", "王储", "大公", "议长", "副部长", "部长", "副局长",
    "局长", "副厅长", "厅长", "副处长", "处长", "副司长", "司长", "署长", "副省长", "代省长", "省长", "副市长",
    "代市长", "市长", "副县长", "县长", "副区长", "区长", "副州长", "州长", "副镇长", "镇长", "副乡长", "乡长",
    "副旗长", "旗长", "省督", "副院长", "院长", "副校长", "小学校长", "校长", "副所长", "所长", "副行长",
    "行长", "副理事长", "理事长", "董事会主席", "副董事长", "董事长", "副总裁", "总裁", "副总经理", "总经理",
    "副经理", "经理", "首席执行官", "首席内容官", "业务总监", "总监", "副秘书长", "秘书长", "总检察长",
    "检察长", "特命全权大使", "大使", "总领事", "公使", "参赞", "发言人", "新闻秘书", "代表", "议员",
    "副司令员", "司令员", "司令", "政委", "参谋长", "副总指挥", "总指挥", "副组长", "组长", "副会长", "会长",
    "总干事", "干事长", "总编辑", "主编", "台长", "社长", "馆长", "园长", "站长", "团长", "师长", "军长",
    "连长", "一级调研员", "二级调研员", "调研员", "巡视员", "高级代表", "特别代表", "外长", "防长", "财长",
    "领导", "高管", "老师", "流行病学家", "成员", "运动员", "党代表",
];

/// The heads, for asking at every character.
static HEAD_WORDS: LazyLock<Words> = LazyLock::new(|| Words::new(HEADS.iter().copied()));

/// Parts in front of a head that belong to the title: 市委|书记, 政法委|书记.
#[rustfmt::skip]
pub(super) const LEADS: &[&str] = &[
    "省委", "市委", "县委", "区委", "州委", "旗委", "镇委", "自治区党委", "省政府", "市政府", "县政府",
    "区政府", "省纪委", "市纪委", "县纪委", "区纪委", "省监委", "市监委", "县监委", "政法委", "党支部",
    "党总支", "党委", "党组", "前委", "纪委", "监委", "人大", "外交", "财政", "国防", "总统", "纪检", "省",
    "市", "县", "区", "州", "董事会",
];

/// A title in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Title {
    /// First character of the title itself.
    pub(crate) start: usize,
    /// First character no longer covered.
    pub(crate) end: usize,
    /// First character of the body, place or 原 before it.
    pub(crate) whole: usize,
    /// Body or place right before it, in character indices.
    pub(crate) holder: Option<(usize, usize)>,
    /// The holder is a body rather than a place.
    pub(crate) of_body: bool,
    /// 原, 前, 时任
    pub(crate) former: bool,
    /// The title before this one, when one person holds both and the other stands right before.
    pub(crate) joined: bool,
}

/// Whether two titles are held by one person: 市委副书记、市长.
pub(super) fn joins(text: &Characters<'_>, end: usize, start: usize) -> bool {
    match start.checked_sub(end) {
        Some(0) => true,
        Some(1) => matches!(text.at(end), '、' | '兼' | '，' | '和' | ' '),
        Some(2) => {
            text.starts_with(end, "，兼") || text.starts_with(end, "兼任") || text.starts_with(end, "、兼")
        }
        Some(_) | None => false,
    }
}

/// Every title of the text with what stands before it.
pub(super) fn titles(
    text: &Characters<'_>,
    places: &[Finding],
    bodies: &[Finding],
    taken: &Mask,
) -> Vec<Title> {
    let ends = Ends::new(text, places, bodies);
    // 书记 inside 中央书记处 is no title.
    let mut inside = Mask::new(text.len());
    for body in bodies.iter().filter(|body| matches!(body.detector, crate::extract::Detector::Dictionary(_)))
    {
        inside.take(body.start, body.end);
    }
    let mut found: Vec<Title> = Vec::new();
    let mut index = 0;
    while index < text.len() {
        let head =
            if taken.covers(index) || inside.covers(index) { None } else { HEAD_WORDS.at(text, index) };
        // 湖南省|长沙市: the level belongs to the place.
        let level =
            matches!(text.at(index), '省' | '市' | '县' | '区' | '州') && ends.place(index + 1).is_some();
        let Some((head, length)) = head.filter(|&(_, length)| !level && !goes_on(text, index + length))
        else {
            index += 1;
            continue;
        };
        let end = index + length;
        let mut start = index;
        if let Some(modifier) = text.any_before(start, &["常务", "代理", "候任", "名誉", "执行"]) {
            start -= modifier.1;
        }
        let floor = found.last().map_or(0, |last| last.end);
        // A body right before the head owns it (国务院|总理) unless the body is part of the title (省委书记).
        let body = ends.body(start).filter(|&from| from >= floor);
        if let Some(lead) = lead(text, start, head).filter(|&lead| lead >= floor)
            && body.is_none_or(|from| from >= lead)
        {
            start = lead;
        }
        found.push(complete(text, &ends, (start, end), found.last()));
        index = end;
    }
    found
}

/// Where bodies and places end.
struct Ends {
    bodies: Endings,
    places: Endings,
}

impl Ends {
    fn new(text: &Characters<'_>, places: &[Finding], bodies: &[Finding]) -> Self {
        let mut ends = Self { bodies: Endings::new(text.len()), places: Endings::new(text.len()) };
        for body in bodies {
            ends.bodies.set_smaller(body.end, body.start);
        }
        for place in places {
            ends.places.set(place.end, place.start);
        }
        ends
    }

    /// Start of the body that ends at a character.
    fn body(&self, end: usize) -> Option<usize> {
        self.bodies.at(end)
    }

    /// Start of the place that ends at a character.
    fn place(&self, end: usize) -> Option<usize> {
        self.places.at(end)
    }

    /// Start of the chain of places that ends at a character.
    fn chain(&self, end: usize) -> Option<usize> {
        let mut start = end;
        // No title names more places than fit here; a text of nothing but places stays linear.
        while let Some(from) = self.place(start).filter(|&from| end - from <= 40) {
            start = from;
        }
        (start < end).then_some(start)
    }
}

/// The titles at ranges that are known, in order, with what stands before them.
pub(super) fn titles_at(
    text: &Characters<'_>,
    ranges: &[(usize, usize)],
    places: &[Finding],
    bodies: &[Finding],
) -> Vec<Title> {
    let ends = Ends::new(text, places, bodies);
    let mut found: Vec<Title> = Vec::with_capacity(ranges.len());
    for &range in ranges {
        let title = complete(text, &ends, range, found.last());
        found.push(title);
    }
    found
}

/// A title with what stands before it.
fn complete(text: &Characters<'_>, ends: &Ends, (start, end): (usize, usize), last: Option<&Title>) -> Title {
    let floor = last.map_or(0, |last| last.end);
    let body = |end: usize| ends.body(end).filter(|&from| from >= floor).map(|from| (from, end));
    let places = |end: usize| ends.chain(end).filter(|&from| from >= floor).map(|from| (from, end));
    let mut holder = body(start);
    let mut of_body = holder.is_some();
    let mut former = false;
    let mut whole = start;
    if let Some((word, length)) = text.any_before(start, FORMER)
        && holder.is_none()
        && start - length >= floor
    {
        let at = start - length;
        let plain = word != "前" || body(at).is_some() || places(at).is_some() || begins_word(text, at);
        if plain {
            former = true;
            whole = at;
            of_body = body(at).is_some();
            holder = body(at).or(places(at));
        }
    }
    if holder.is_none() && !former {
        of_body = body(start).is_some();
        holder = body(start).or(places(start));
    }
    if let Some((from, _)) = holder {
        whole = from;
    }
    if !former
        && let Some((_, length)) = text.any_before(whole, FORMER)
        && whole - length >= floor
        && (holder.is_some() || text.ends_with(whole, "时任"))
    {
        let tail = text.before(whole - length);
        former = !is_han(tail) || text.is_word_start(whole - length);
        if former {
            whole -= length;
        }
    }
    let joined = last.is_some_and(|last| joins(text, last.end, whole));
    Title { start, end, whole, holder, of_body, former, joined }
}

/// Words that say that a post is no longer held.
const FORMER: &[&str] = &["时任", "原任", "原", "前"];

/// 前省委书记 at the beginning of a clause, not 会前市长.
fn begins_word(text: &Characters<'_>, at: usize) -> bool {
    !is_han(text.before(at))
}

/// Start of the part in front of a head that belongs to the title.
pub(super) fn lead(text: &Characters<'_>, start: usize, head: &str) -> Option<usize> {
    // 驻澳大利亚大使
    if head.ends_with("大使") || head == "总领事" || head == "代表" {
        let post = (start.saturating_sub(10)..start).rev().find(|&at| text.at(at) == '驻');
        if let Some(at) = post.filter(|&at| text.slice(at, start).iter().all(|&character| is_han(character)))
        {
            return Some(at);
        }
    }
    if head == "部长" || head == "副部长" {
        return ministry(text, start);
    }
    let (word, length) = text.any_before(start, LEADS)?;
    let suits = match word {
        "外交" | "财政" | "国防" => false,
        "总统" => head == "新闻秘书",
        "纪检" => head == "组长",
        "董事会" => head == "主席",
        "省" | "市" | "县" | "区" | "州" => head == "领导" || head == "人大代表",
        "人大" => matches!(head, "主席" | "副主席"),
        "省政府" | "市政府" | "县政府" | "区政府" => {
            matches!(head, "秘书长" | "副秘书长" | "领导")
        }
        _ => matches!(
            head,
            "书记"
                | "副书记"
                | "第一书记"
                | "常委"
                | "委员"
                | "秘书长"
                | "副秘书长"
                | "成员"
                | "专职副书记"
                | "常务副书记"
                | "常务副主任"
                | "主任"
                | "副主任"
                | "领导"
        ),
    };
    let suits = suits && (word.ends_with("监委") || !matches!(head, "主任" | "副主任"));
    if !suits {
        return None;
    }
    let at = start - length;
    // 省委政法委书记 has two parts in front.
    let more = text.any_before(at, LEADS).filter(|&(more, _)| {
        matches!(more, "省委" | "市委" | "县委" | "区委" | "州委") && matches!(word, "政法委" | "党组")
    });
    Some(more.map_or(at, |(_, length)| at - length))
}

/// 外交部长, 贸易和农业部长: the ministry belongs to the title where 部 is said once.
pub(super) fn ministry(text: &Characters<'_>, start: usize) -> Option<usize> {
    const FIELDS: &[&str] = &[
        "外交",
        "财政",
        "国防",
        "教育",
        "商务",
        "卫生",
        "内政",
        "经济",
        "司法",
        "能源",
        "农业",
        "环境",
        "文化",
        "科技",
        "交通",
        "劳工",
        "贸易",
        "工业",
        "旅游",
        "信息",
        "安全",
        "住房",
        "体育",
        "国土安全",
        "通信",
        "发展",
        "规划",
        "外贸",
        "青年",
        "统战",
        "宣传",
        "组织",
    ];
    let mut at = start;
    while let Some((_, length)) = text.any_before(at, FIELDS) {
        at -= length;
        if matches!(text.before(at), '和' | '与' | '、') && text.any_before(at - 1, FIELDS).is_some() {
            at -= 1;
        }
    }
    (at < start).then_some(at)
}

/// Whether a head is the beginning of another word: 市长负责制, 主席团, 代表团.
pub(super) fn goes_on(text: &Characters<'_>, end: usize) -> bool {
    text.any_of(
        end,
        &[
            "负责制",
            "责任制",
            "团",
            "会",
            "性",
            "论坛",
            "级",
            "们",
            "国",
            "官邸",
            "府",
            "令",
            "办公",
            "专访",
            "寄语",
            "期",
            "大会",
            "热线",
            "接待日",
            "信箱",
            "室",
            "候选",
            "选举",
            "大选",
            "竞选",
            "制",
            "了",
            "着",
            "作品",
            "人物",
            "作",
        ],
    )
    .is_some()
}
