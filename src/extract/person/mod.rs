//! People: by the post beside them, by lists, by forms of address, and everywhere once they are known.

mod name;

use std::sync::LazyLock;

use crate::extract::characters::Characters;
use crate::extract::characters::Mask;
use crate::extract::characters::is_han;
use crate::extract::gazetteer::Entry;
use crate::extract::gazetteer::Gazetteer;
use crate::extract::words::HanSet;
use crate::extract::words::Words;
use name::AFTER_NAMES;
use name::RISKY;
pub(crate) use name::Support;
pub(crate) use name::is_transliteration;
pub(crate) use name::name_at;
pub(crate) use name::name_before;
use std::collections::BTreeMap;

/// Nouns for people that stand before names without being posts.
#[rustfmt::skip]
const ROLES: &[&str] = &[
    "夫人", "村民", "名将", "企业主", "记者", "教授", "专家", "工程师", "发起人", "居民", "选手", "队员",
    "学者", "作家", "演员", "画家", "大使夫人", "负责人", "创始人", "医生", "护士", "民警", "司机", "村支书",
    "大学生", "科学家", "院士", "青年", "党员", "烈士", "英雄", "模范", "战士", "航天员", "干部", "创业者",
    "农民", "牧民", "志愿者", "讲解员", "导演", "音乐家", "设计师", "研究员", "汉学家", "流行病学家",
    "经济学家", "通讯员", "劳模", "同学", "总统候选人", "候选人", "店主", "老人", "小学生", "教练", "主播",
];

/// The roles, for asking at every character.
static ROLE_WORDS: LazyLock<Words> = LazyLock::new(|| Words::new(ROLES.iter().copied()));

/// Words that follow lists of names.
#[rustfmt::skip]
const LIST_ENDS: &[&str] = &[
    "等参加", "等出席", "等陪同", "参加", "出席", "陪同", "一同", "等领导", "等同志", "等也", "分别", "等同机",
    "等到", "等",
];

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
            .names_at(text, index)
            .find(|(length, _, entries)| {
                let whole = *length >= 3 || text.is_word_start(index) && text.is_word_start(index + length);
                entries.contains(&Entry::Person) && whole && !is_doctrine(text, index + length)
            })
            .map(|(length, _, _)| length);
        if let Some(length) = known {
            names.push(Name { start: index, end: index + length, rule: "person_in_the_news" });
        }
        if let Some((role, length)) = ROLE_WORDS.at(text, index)
            && text.is_word_start(index)
        {
            let start = index + length;
            let end = name_at(text, gazetteer, start, Support::Weak);
            if let Some(end) = end
                .filter(|&end| end - start >= 2 && text.is_word_start(end) && role != text.word(start, end))
            {
                names.push(Name { start, end, rule: "role_before_name" });
            }
        }
        if matches!(text.at(index), '同' | '先' | '女' | '涉')
            && text.any_of(index, &["同志", "先生", "女士", "涉黑", "涉恶"]).is_some()
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
pub(crate) fn is_doctrine(text: &Characters<'_>, end: usize) -> bool {
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
                    "记得",
                    "感叹",
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
        let bounded = [0, 1, 3].into_iter().all(|offset| text.is_word_start(start + offset));
        if !bounded || !gazetteer.is_surname(text.at(start)) || RISKY.contains(text.at(start)) {
            continue;
        }
        let given = [start + 1, start + 2].into_iter().all(|at| {
            let character = text.at(at);
            is_han(character) && !super::place::is_function(character) && !AFTER_NAMES.contains(character)
        });
        let place = "村镇县市区省州乡山河湖江岛港路桥城改局".contains(text.at(start + 2));
        let known = !text.is_word_start(start + 2) && gazetteer.is_word(&text.word(start + 1, start + 3));
        if given && !place && !known {
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

/// Where names stand again outside what is taken.
pub(crate) fn again(text: &Characters<'_>, names: &[Name], taken: &Mask) -> Vec<Name> {
    let mut all = names.to_vec();
    everywhere(text, &mut all, taken);
    all.split_off(names.len())
}

/// A name found once is a name wherever it stands.
fn everywhere(text: &Characters<'_>, names: &mut Vec<Name>, taken: &Mask) {
    let mut known: BTreeMap<u64, Vec<Vec<char>>> = BTreeMap::new();
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
    let firsts = HanSet::new(known.values().flatten().filter_map(|name| name.first().copied()));
    let mut index = 0;
    while index + 1 < text.len() {
        if !firsts.holds(text.at(index)) {
            index += 1;
            continue;
        }
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
