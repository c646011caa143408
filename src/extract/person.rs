//! People: by the post beside them, by lists, by forms of address, and everywhere once they are known.

use std::collections::BTreeMap;

use super::characters::Characters;
use super::characters::Mask;
use super::characters::is_han;
use super::gazetteer::Entry;
use super::gazetteer::Gazetteer;
use super::gazetteer::PackedHasher;

/// Characters that transliterations of foreign and minority names are written with.
const TRANSLITERATION: &str = "罕兹厄侯勋孟亚亨惠丁万丘丹久乌乍乔乖买什仁仓仑代以任伊伍休伦伯伽佐佛作佩佳侬俄保修倍儒元兄克兰共其内冈冯凡凯切列利别加努劳勃勒勞包化北匈区华博卜占卡卢卫及古史叶司吉吕吐吾呼哇哈唐嘉嘎因图圣坎坚坦坤坨埃城基堂塔塞墨士声多夏大天夫奇奈奎奥妮妲妙姆娃娅娜婕孔孙孚宁安宗宾密察富尔尕尚尤尧尼居山岑崔川巴布希帕帖师帝希干平年库康廷延弗弥彭彼德恩恰悉戈戎成戴扎托扬拉拜措提措摩撒文斋斐斯新施方旺旦日明易昂普景曼朗木本札朱杉李杜来杨林柏查柯柳根格桑梅梅森楚次欣欧武毕沃汉沙法波泰泽洛洪津流海浦浩涅涛温滕潘热爱特狄玛珀珍班理琳琴瑙瑞瑟瑟璐瓦瓜甘申留登白皮盖盛直真石砂礼祖福科秘穆米纳纽维罗美翁耶聂肖肯胡腓舍舒艾芙芬芭苏若英茨茹荷莉莎莫莱菲萨蒂蒙蓬蕾蕾藤蘭血西詹诺谢费贝贡贾赖赛赞赫路车达边迈连迪逊道達邓邦邱郎郭都里金钦铁锡门阿隆雅雨雪雷霍霞露韦韩顿颇香马马高魏鲁鲍鲜麦黎黑默齐龙冬比顾拱措拉姆卓玛仁增旺堆才让扎巴桑次仁丹增洛桑伦珠达瓦普琼巴依买买提江玉素甫古丽克孜";

/// Surnames that are function words or common verbs first; they need a post beside them.
const RISKY: &str = "从于时和向相来都成常能应关后别全计连有是要就将并当到在年月日上下多大小本东方国公会主安平路门从应解生家长高光国化市";

/// Characters that follow names far more often than they end them.
const AFTER_NAMES: &str = "在到就说称与和及等主出会参带来前率于为对向今昨日同表强指要介认宣签发作致进将也还又已是的了从赴以因被把给让陪分一应抵离访见告任担曾则率听看走问代呼提回接请先多随去借违收挪搞办赶拿送写读听想做";

/// Nouns for people that stand before names without being posts.
const ROLES: &[&str] = &[
    "夫人",
    "村民",
    "名将",
    "企业主",
    "记者",
    "教授",
    "专家",
    "工程师",
    "发起人",
    "居民",
    "选手",
    "队员",
    "学者",
    "作家",
    "演员",
    "画家",
    "大使夫人",
    "负责人",
    "创始人",
    "医生",
    "护士",
    "民警",
    "司机",
    "村支书",
    "大学生",
    "科学家",
    "院士",
    "青年",
    "党员",
    "烈士",
    "英雄",
    "模范",
    "战士",
    "航天员",
    "干部",
    "创业者",
    "农民",
    "牧民",
    "志愿者",
    "讲解员",
    "导演",
    "音乐家",
    "设计师",
    "研究员",
    "汉学家",
    "流行病学家",
    "经济学家",
    "通讯员",
    "劳模",
    "同学",
    "总统候选人",
    "候选人",
    "店主",
    "老人",
    "小学生",
    "教练",
    "主播",
];

/// Words that follow lists of names.
const LIST_ENDS: &[&str] = &[
    "等参加",
    "等出席",
    "等陪同",
    "参加",
    "出席",
    "陪同",
    "一同",
    "等领导",
    "等同志",
    "等也",
    "分别",
    "等同机",
    "等到",
    "等",
];

/// Whether a character is used in transliterations.
pub(crate) fn is_transliteration(character: char) -> bool {
    // The table is short and its characters are all in one block; a linear look is as fast as a set.
    is_han(character) && transliteration_table().binary_search(&character).is_ok()
}

/// The characters sorted, made once.
fn transliteration_table() -> &'static [char] {
    static TABLE: std::sync::OnceLock<Vec<char>> = std::sync::OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table: Vec<char> = TRANSLITERATION.chars().collect();
        table.sort_unstable();
        table.dedup();
        table
    })
}

/// How sure a reader may be from the surroundings that a name follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Support {
    /// Right after a post.
    Post,
    /// Between list commas, after a role noun.
    Weak,
}

/// End of the personal name that begins at `index`.
pub(crate) fn name_at(
    text: &Characters<'_>,
    gazetteer: &Gazetteer,
    index: usize,
    support: Support,
) -> Option<usize> {
    if !is_han(text.at(index)) {
        return None;
    }
    let listed = gazetteer
        .names
        .names_at(text, index)
        .find(|(_, _, entries)| entries.contains(&Entry::Person))
        .map(|(length, _, _)| index + length);
    if listed.is_some() {
        return listed;
    }
    let foreign = foreign_name(text, gazetteer, index);
    let chinese = chinese_name(text, gazetteer, index, support);
    match (foreign, chinese) {
        (Some(foreign), Some(chinese)) => {
            Some(if foreign - index >= 4 || foreign > chinese && foreign - index >= 3 {
                foreign
            } else {
                chinese
            })
        }
        (Some(foreign), None) => {
            (support == Support::Post && foreign - index >= 2 || foreign - index >= 3).then_some(foreign)
        }
        (None, chinese) => chinese,
    }
}

/// 西莫内塔·迪皮波
fn foreign_name(text: &Characters<'_>, gazetteer: &Gazetteer, index: usize) -> Option<usize> {
    let mut end = index;
    let mut dotted = false;
    while end - index < 24 {
        let character = text.at(end);
        if matches!(character, '·' | '•' | '・') && end > index && is_han(text.at(end + 1)) {
            dotted = true;
            end += 1;
        } else if character == '-' && end > index && is_transliteration(text.at(end + 1)) {
            end += 1;
        } else if is_transliteration(character)
            && !(end > index + 1
                && matches!(character, '日' | '今' | '任' | '提' | '同' | '来')
                && text.word_end(end) == end + 1
                && !is_transliteration(text.at(end + 1)))
        {
            end += 1;
        } else if is_han(character) && matches!(text.before(end), '·') && text.word_end(end) > end + 1 {
            // The word after a dot belongs to the name whatever its characters.
            end = text.word_end(end);
        } else {
            break;
        }
    }
    if matches!(text.before(end), '·' | '-') {
        end -= 1;
    }
    // 科纳热情迎接: a word whose first character is used in names.
    let inner = text.word_start_before(end);
    if end > index + 2
        && !dotted
        && !text.is_word_start(end)
        && inner > index + 1
        && gazetteer.is_word(&text.folded(inner, text.word_end(inner)))
    {
        end = inner;
    }
    // 阿尔贝二世
    if matches!(text.at(end), '一' | '二' | '三' | '四' | '五')
        && text.at(end + 1) == '世'
        && text.at(end + 2) != '纪'
    {
        end += 2;
    }
    // 运动员比赛: a word of two characters is no name.
    (end - index >= 3 || end - index == 2 && !gazetteer.is_word(&text.folded(index, end))).then_some(end)
}

/// 陈吉宁, 欧阳修
fn chinese_name(
    text: &Characters<'_>,
    gazetteer: &Gazetteer,
    index: usize,
    support: Support,
) -> Option<usize> {
    let (first, second) = (text.at(index), text.at(index + 1));
    let compound = gazetteer.is_compound_surname(first, second) && is_han(text.at(index + 2));
    if !compound && !gazetteer.is_surname(first) {
        return None;
    }
    if support == Support::Weak && !compound && RISKY.contains(first) {
        return None;
    }
    let given = index + if compound { 2 } else { 1 };
    if !is_han(text.at(given)) || is_never_given(text.at(given)) {
        return None;
    }
    let one = given + 1;
    let two = given + 2;
    let third = text.at(one);
    let end = if !is_han(third) || is_never_given(third) {
        one
    } else if !is_han(text.at(two)) {
        // 殷勇等。 is not a name of three.
        if matches!(third, '等' | '说' | '称') { one } else { two }
    } else if text.is_word_start(one) && text.word_end(one) > two {
        one
    } else if text.is_word_start(one) && AFTER_NAMES.contains(third) {
        one
    } else {
        two
    };
    if gazetteer.is_word(&text.folded(index, end)) {
        return None;
    }
    // 主席和夫人, 书记从全国: a surname that is a function word, and a word behind it.
    if end == index + 3
        && gazetteer.is_word(&text.folded(index + 1, end))
        && (RISKY.contains(first) || text.is_word_start(index + 1))
    {
        return None;
    }
    if matches!(first, '和' | '向' | '于' | '应' | '全' | '有' | '要' | '将' | '党' | '居')
        && support == Support::Weak
    {
        return None;
    }
    // 干部做好工作: a word and what follows it.
    let word = text.word_end(index);
    if end == index + 3
        && gazetteer.is_word(&text.folded(index, index + 2))
        && (support == Support::Weak || AFTER_NAMES.contains(third))
    {
        return None;
    }
    // A word that reaches over the end is no name where nothing but a surname speaks for one.
    if support == Support::Weak && word > end {
        return None;
    }
    Some(end)
}

/// Characters that no given name holds.
fn is_never_given(character: char) -> bool {
    matches!(
        character,
        '的' | '了'
            | '是'
            | '在'
            | '、'
            | '这'
            | '那'
            | '们'
            | '我'
            | '你'
            | '他'
            | '她'
            | '它'
            | '等'
            | '着'
            | '吗'
            | '呢'
            | '或'
            | '被'
            | '把'
            | '很'
            | '都'
    )
}

/// Whether a name is closed by punctuation or the end of a list.
fn is_clear_end(text: &Characters<'_>, end: usize) -> bool {
    !is_han(text.at(end))
        || text.any_of(end, LIST_ENDS).is_some()
        || text.any_of(end, &["和", "与", "同志", "先生", "女士"]).is_some()
}

/// One person's name in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    /// First character.
    pub(crate) start: usize,
    /// First character no longer covered.
    pub(crate) end: usize,
    /// Rule that found it.
    pub(crate) rule: &'static str,
}

/// Finds the names that stand in lists, after role nouns, before forms of address, and those in the news, given the
/// names found beside posts; then every other place where a name found stands again.
pub(crate) fn find(
    text: &Characters<'_>,
    gazetteer: &Gazetteer,
    beside_posts: &[Name],
    taken: &Mask,
) -> Vec<Name> {
    let mut names: Vec<Name> = beside_posts.to_vec();
    listed(text, gazetteer, &mut names);
    for index in 0..text.len() {
        if taken.covers(index) {
            continue;
        }
        let known = gazetteer
            .names
            .names_at(text, index)
            .find(|(length, _, entries)| {
                let whole = *length >= 3 || text.is_word_start(index) && text.is_word_start(index + length);
                entries.contains(&Entry::Person) && whole && !is_doctrine(text, index + length)
            })
            .map(|(length, _, _)| length);
        if let Some(length) = known {
            names.push(Name { start: index, end: index + length, rule: "person_in_the_news" });
        }
        if let Some((role, length)) = text.any_of(index, ROLES)
            && text.is_word_start(index)
        {
            let start = index + length;
            let end = name_at(text, gazetteer, start, Support::Weak);
            if let Some(end) = end
                .filter(|&end| end - start >= 2 && text.is_word_start(end) && role != text.folded(start, end))
            {
                names.push(Name { start, end, rule: "role_before_name" });
            }
        }
        if text.any_of(index, &["同志", "先生", "女士"]).is_some()
            && let Some(start) = name_before(text, gazetteer, index)
        {
            names.push(Name { start, end: index, rule: "form_of_address" });
        }
    }
    sentence_lists(text, gazetteer, &mut names);
    speakers(text, gazetteer, &mut names);
    recurrent(text, gazetteer, &mut names);
    names.retain(|name| !taken.overlaps(name.start, name.end) && !is_doctrine(text, name.end));
    everywhere(text, &mut names, taken);
    names.sort_by(|one, other| one.start.cmp(&other.start).then(other.end.cmp(&one.end)));
    let mut end = 0;
    names.retain(|name| {
        let free = name.start >= end;
        if free {
            end = name.end;
        }
        free
    });
    names
}

/// 习近平新时代中国特色社会主义思想 names a doctrine.
fn is_doctrine(text: &Characters<'_>, end: usize) -> bool {
    text.any_of(
        end,
        &[
            "新时代中国特色",
            "法治思想",
            "经济思想",
            "生态文明思想",
            "外交思想",
            "强军思想",
            "文化思想",
            "思想",
        ],
    )
    .is_some()
}

/// Start of the Chinese name that ends at `end`, where its beginning is clear.
pub(crate) fn name_before(text: &Characters<'_>, gazetteer: &Gazetteer, end: usize) -> Option<usize> {
    let known = (2..=6).rev().filter_map(|length| end.checked_sub(length)).find(|&start| {
        gazetteer
            .names
            .names_at(text, start)
            .any(|(length, _, entries)| start + length == end && entries.contains(&Entry::Person))
    });
    if known.is_some() {
        return known;
    }
    [3, 2, 4].into_iter().filter_map(|length| end.checked_sub(length)).find(|&start| {
        let (first, second) = (text.at(start), text.at(start + 1));
        let compound = gazetteer.is_compound_surname(first, second) && end - start >= 3;
        let surname = compound || end - start <= 3 && gazetteer.is_surname(first) && !RISKY.contains(first);
        let clear = !is_han(text.before(start))
            || matches!(text.before(start), '和' | '与' | '同' | '对' | '的') && text.is_word_start(start);
        let given = text
            .slice(start + 1, end)
            .iter()
            .all(|&character| is_han(character) && !is_never_given(character));
        // A dictionary word is no name, nor is one that reaches over the beginning.
        let clear = clear && !gazetteer.is_word(&text.folded(start, end));
        surname && given && clear && text.is_word_start(start)
    })
}

/// 林克庆、崔述强、殷勇: names after names.
fn listed(text: &Characters<'_>, gazetteer: &Gazetteer, names: &mut Vec<Name>) {
    let mut index = 0;
    while let Some(name) = names.get(index).copied() {
        index += 1;
        let joined = matches!(text.at(name.end), '、' | ' ') || text.at(name.end) == '和';
        if !joined {
            continue;
        }
        let start = name.end + 1;
        if let Some(end) = name_at(text, gazetteer, start, Support::Weak)
            && is_clear_end(text, end)
            && !names.iter().rev().take(8).any(|known| known.start == start)
        {
            names.push(Name { start, end, rule: "list_of_names" });
        }
    }
}

/// 王毅、何立峰等参加会见: a sentence that begins with names.
fn sentence_lists(text: &Characters<'_>, gazetteer: &Gazetteer, names: &mut Vec<Name>) {
    for sentence in text.sentences() {
        let mut at = sentence.start;
        let mut found = Vec::new();
        while at < sentence.end
            && let Some(end) = name_at(text, gazetteer, at, Support::Weak)
        {
            found.push(Name { start: at, end, rule: "list_of_names" });
            if text.at(end) != '、' {
                at = end;
                break;
            }
            at = end + 1;
        }
        let ended = text.any_of(at, LIST_ENDS).is_some();
        if ended
            && !found.is_empty()
            && (found.len() > 1 || text.any_of(at, &["参加会见", "出席", "参加", "陪同"]).is_some())
        {
            names.extend(found);
        }
    }
}

/// 陈泓宇告诉记者: a clause that begins with a name and a verb of saying.
fn speakers(text: &Characters<'_>, gazetteer: &Gazetteer, names: &mut Vec<Name>) {
    for start in 0..text.len() {
        if is_han(text.before(start)) || !is_han(text.at(start)) {
            continue;
        }
        let Some(end) = name_at(text, gazetteer, start, Support::Weak) else { continue };
        let verb = end + text.any_of(end, &["也", "还", "就"]).map_or(0, |(_, length)| length);
        if text
            .any_of(
                verb,
                &[
                    "告诉",
                    "说，",
                    "说：",
                    "表示，",
                    "介绍，",
                    "介绍说",
                    "坦言",
                    "感慨",
                    "回忆",
                    "认为，",
                    "觉得，",
                ],
            )
            .is_some()
        {
            names.push(Name { start, end, rule: "name_before_saying" });
        }
    }
}

/// 廖俊波 … 廖俊波: three characters that no dictionary knows, begun by a surname, seen again and again.
fn recurrent(text: &Characters<'_>, gazetteer: &Gazetteer, names: &mut Vec<Name>) {
    let mut seen: BTreeMap<&[char], Vec<usize>> = BTreeMap::new();
    for start in 0..text.len().saturating_sub(2) {
        let alone = [0, 1, 3].into_iter().all(|offset| text.is_word_start(start + offset))
            && (text.is_word_start(start + 2) || !gazetteer.is_word(&text.folded(start + 1, start + 3)))
            && !matches!(
                text.at(start + 2),
                '村' | '镇'
                    | '县'
                    | '市'
                    | '区'
                    | '省'
                    | '州'
                    | '乡'
                    | '山'
                    | '河'
                    | '湖'
                    | '江'
                    | '岛'
                    | '港'
                    | '路'
                    | '桥'
                    | '城'
                    | '改'
                    | '局'
            );
        let given = [start + 1, start + 2].into_iter().all(|at| {
            is_han(text.at(at))
                && !super::place::is_function(text.at(at))
                && !AFTER_NAMES.contains(text.at(at))
        });
        if alone && given && gazetteer.is_surname(text.at(start)) && !RISKY.contains(text.at(start)) {
            seen.entry(text.slice(start, start + 3)).or_default().push(start);
        }
    }
    for starts in seen.into_values().filter(|starts| {
        let split = starts.first().is_some_and(|&start| text.is_word_start(start + 2));
        starts.len() >= if split { 2 } else { 3 }
    }) {
        names.extend(starts.into_iter().map(|start| Name { start, end: start + 3, rule: "name_seen_again" }));
    }
}

/// A name found once is a name wherever it stands.
fn everywhere(text: &Characters<'_>, names: &mut Vec<Name>, taken: &Mask) {
    let mut known: std::collections::HashMap<
        u64,
        Vec<Vec<char>>,
        std::hash::BuildHasherDefault<PackedHasher>,
    > = Default::default();
    let mut unique: BTreeMap<Vec<char>, ()> = BTreeMap::new();
    for name in names.iter() {
        let characters = text.slice(name.start, name.end).to_vec();
        // 西莫内塔·迪皮波 is later 迪皮波.
        if let Some(dot) = characters.iter().rposition(|&character| matches!(character, '·' | '•' | '・'))
        {
            let last = characters.get(dot + 1..).unwrap_or_default();
            if last.len() >= 2 {
                unique.insert(last.to_vec(), ());
            }
        }
        unique.insert(characters, ());
    }
    for (characters, ()) in unique {
        if let [first, second, ..] = characters.as_slice() {
            let key = (u64::from(u32::from(*first)) << 32) | u64::from(u32::from(*second));
            known.entry(key).or_default().push(characters);
        }
    }
    for list in known.values_mut() {
        list.sort_by_key(|name| std::cmp::Reverse(name.len()));
        // Names that share two characters are few; a text made to the contrary is read in part.
        list.truncate(32);
    }
    let mut index = 0;
    while index + 1 < text.len() {
        let key = (u64::from(u32::from(text.at(index))) << 32) | u64::from(u32::from(text.at(index + 1)));
        let hit = known.get(&key).and_then(|list| {
            list.iter().find(|name| {
                let end = index + name.len();
                let inside = name.len() == 2 && (!text.is_word_start(index) || !text.is_word_start(end));
                text.slice(index, end) == name.as_slice()
                    && !inside
                    && !taken.overlaps(index, end)
                    && !is_doctrine(text, end)
            })
        });
        match hit {
            Some(name) => {
                names.push(Name { start: index, end: index + name.len(), rule: "same_name_again" });
                index += name.len();
            }
            None => index += 1,
        }
    }
}
