//! Posts: titles, the body or place that they belong to, and the people who hold them.

mod title;

use crate::extract::characters::Characters;
use crate::extract::characters::Mask;
use crate::extract::characters::is_han;
use crate::extract::finding::Finding;
use crate::extract::gazetteer::Gazetteer;
use crate::extract::person;
use crate::extract::person::Name;
use crate::extract::person::Support;
use std::borrow::Cow;
use std::collections::BTreeMap;
pub(crate) use title::Title;
use title::titles;

/// Titles that stand for their holder without a name.
const ALWAYS: &[&str] = &["总书记"];

/// Heads that are posts only beside a name; other words hold the same characters.
const WEAK_HEADS: &[&str] =
    &["代表", "成员", "老师", "运动员", "高管", "领导", "经理", "流行病学家", "大使", "委员", "常委", "主任"];

/// A title with the person who holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Holding {
    /// Index into the titles.
    pub(crate) title: usize,
    /// The name, in character indices.
    pub(crate) name: (usize, usize),
    /// Rule that tied them.
    pub(crate) rule: &'static str,
}

/// Posts found in a document.
#[derive(Clone, Debug, Default)]
pub(crate) struct Posts {
    /// Every title, in order.
    pub(crate) titles: Vec<Title>,
    /// Who holds which, in order of the titles.
    pub(crate) holdings: Vec<Holding>,
    /// The names beside titles.
    pub(crate) names: Vec<Name>,
}

/// Finds titles, their holders and the names beside them.
pub(crate) fn find(
    text: &Characters<'_>,
    gazetteer: &Gazetteer,
    places: &[Finding],
    bodies: &[Finding],
    taken: &Mask,
) -> Posts {
    let mut posts = Posts { titles: titles(text, places, bodies, taken), ..Posts::default() };
    for chain in chains(&posts.titles) {
        if let Some(title) = chain.clone().next_back().and_then(|last| posts.titles.get(last)).cloned() {
            after(text, gazetteer, &mut posts, chain, &title);
        }
    }
    before(text, gazetteer, &mut posts);
    posts
}

/// Ties titles to people where the ranges of both are known.
pub(crate) fn link(
    text: &Characters<'_>,
    ranges: &[(usize, usize)],
    names: &[Name],
    places: &[Finding],
    bodies: &[Finding],
) -> Posts {
    let titles = title::titles_at(text, ranges, places, bodies);
    let starting: BTreeMap<usize, usize> = names.iter().map(|name| (name.start, name.end)).collect();
    let ending: BTreeMap<usize, usize> = names.iter().map(|name| (name.end, name.start)).collect();
    let mut holdings = Vec::new();
    for chain in chains(&titles) {
        let (Some(first), Some(last)) = (titles.get(chain.start), titles.get(chain.end - 1)) else {
            continue;
        };
        let mut at = last.end;
        if text.at(at) == ' ' {
            at += 1;
        }
        let office = chain.clone().filter_map(|number| titles.get(number)).any(|title| {
            title.former || text.ends_with(title.whole, "时任") || text.ends_with(title.whole, "作为")
        });
        if text.at(at) == '的' && (office || text.ends_with(last.whole, "任")) {
            at += 1;
        }
        if let Some(&end) = starting.get(&at) {
            holdings.extend(chain.clone().map(|title| Holding {
                title,
                name: (at, end),
                rule: "post_before_name",
            }));
            // 市领导甲某、乙某、丙某: the title is shared until another one stands.
            let shared = ["领导", "成员", "副主席", "委员", "代表", "队员"]
                .iter()
                .any(|head| text.ends_with(last.end, head));
            let mut from = end;
            while shared
                && text.at(from) == '、'
                && let Some(&next) = starting.get(&(from + 1))
            {
                let name = (from + 1, next);
                holdings.push(Holding { title: chain.end - 1, name, rule: "shared_post" });
                from = next;
            }
            continue;
        }
        if let Some(&start) = ending.get(&first.start).filter(|_| first.whole == first.start) {
            let name = (start, first.start);
            let rule = if first.start - start == 1 { "surname_before_post" } else { "name_before_post" };
            holdings.extend(chain.clone().map(|title| Holding { title, name, rule }));
            continue;
        }
        if let Some((name, rule)) = subject(text, names, first, last) {
            let name = (name.start, name.end);
            holdings.extend(chain.map(|title| Holding { title, name, rule }));
        }
    }
    Posts { titles, holdings, names: Vec::new() }
}

/// Ranges of titles that one person holds together.
fn chains(titles: &[Title]) -> Vec<std::ops::Range<usize>> {
    let mut chains: Vec<std::ops::Range<usize>> = Vec::new();
    for (number, title) in titles.iter().enumerate() {
        match chains.last_mut() {
            Some(chain) if title.joined => chain.end = number + 1,
            Some(_) | None => chains.push(number..number + 1),
        }
    }
    chains
}

/// Verbs that tie a title to the subject of their sentence.
const TAKING_OFFICE: &[&str] =
    &["担任", "出任", "升任", "历任", "当选为", "当选", "调任", "接任", "当过", "曾任", "兼任", "任"];

/// Ties titles to people whose names do not stand beside them, now that all names are known, and drops the titles that
/// nobody holds: 尕布龙当过县委书记; 作为市长，武宏文; 廖书记.
pub(crate) fn settle(text: &Characters<'_>, posts: &mut Posts, names: &mut Vec<Name>) {
    let held: std::collections::BTreeSet<usize> =
        posts.holdings.iter().map(|holding| holding.title).collect();
    let mut more = Vec::new();
    let mut short = Vec::new();
    let surnames: std::collections::BTreeSet<char> =
        names.iter().filter(|name| name.end - name.start > 1).map(|name| text.at(name.start)).collect();
    for chain in chains(&posts.titles) {
        let (Some(first), Some(last)) = (posts.titles.get(chain.start), posts.titles.get(chain.end - 1))
        else {
            continue;
        };
        if chain.clone().any(|number| held.contains(&number)) {
            continue;
        }
        if let Some((name, rule)) = subject(text, names, first, last) {
            more.extend(chain.map(|title| Holding { title, name: (name.start, name.end), rule }));
            continue;
        }
        // 廖书记: the surname of someone whose name the text spells out.
        let surname = first
            .start
            .checked_sub(1)
            .filter(|&at| first.whole == first.start && is_han(text.at(at)) && text.word_end(at) == at + 1);
        if let Some(at) = surname
            && surnames.contains(&text.at(at))
            && names.get(names.partition_point(|name| name.end <= at)).is_none_or(|name| name.start > at)
        {
            short.push(Name { start: at, end: at + 1, rule: "surname_before_post" });
            more.push(Holding { title: chain.start, name: (at, at + 1), rule: "surname_before_post" });
        }
    }
    posts.holdings.extend(more);
    posts.holdings.sort_by_key(|holding| (holding.title, holding.name));
    names.extend(short);
    names.sort_by_key(|name| name.start);
    let linked: std::collections::BTreeSet<usize> =
        posts.holdings.iter().map(|holding| holding.title).collect();
    // A title without a person is a word; its place among the titles stays, so that the holdings keep their numbers.
    for (at, title) in posts.titles.iter_mut().enumerate() {
        if !linked.contains(&at) && !ALWAYS.contains(&&*text.word(title.start, title.end)) {
            title.end = title.start;
        }
    }
}

/// The person whose name does not stand beside a chain of titles: 尕布龙当过县委书记; 作为市长，武宏文.
fn subject(
    text: &Characters<'_>,
    names: &[Name],
    first: &Title,
    last: &Title,
) -> Option<(Name, &'static str)> {
    let sentence = text.sentences().partition_point(|sentence| sentence.end <= first.start);
    let sentence = text.sentences().get(sentence)?;
    if text.any_before(first.whole, TAKING_OFFICE).is_some() {
        let from = names.partition_point(|name| name.start < sentence.start);
        let to = names.partition_point(|name| name.start < first.whole);
        names.get(from..to).unwrap_or_default().last().copied().map(|name| (name, "office_taken"))
    } else if text.ends_with(first.whole, "作为") && text.at(last.end) == '，' {
        let next = names.partition_point(|name| name.start < last.end + 1);
        let name = names.get(next).filter(|name| name.start == last.end + 1).copied();
        name.map(|name| (name, "as_holder_of"))
    } else {
        None
    }
}

/// Ties a chain of titles to the name that follows it.
fn after(
    text: &Characters<'_>,
    gazetteer: &Gazetteer,
    posts: &mut Posts,
    chain: std::ops::Range<usize>,
    last: &Title,
) {
    let mut at = last.end;
    if text.at(at) == ' ' {
        at += 1;
    }
    // 时任浙江省委书记的习近平
    let office = chain
        .clone()
        .filter_map(|number| posts.titles.get(number))
        .any(|title| title.former || text.ends_with(title.whole, "时任"));
    if text.at(at) == '的'
        && (office || last.former || text.ends_with(last.whole, "任") || text.ends_with(last.whole, "作为"))
    {
        at += 1;
    }
    let head_weak = WEAK_HEADS.iter().any(|weak| text.ends_with(last.end, weak))
        && last.holder.is_none()
        && last.end - last.start <= 2;
    let support = if head_weak { Support::Weak } else { Support::Post };
    let Some(end) = person::name_at(text, gazetteer, at, support) else { return };
    if end - at < 2 || is_ordinary_word(text, at, end) {
        return;
    }
    let number = chain.end.saturating_sub(1);
    for number in chain {
        posts.holdings.push(Holding { title: number, name: (at, end), rule: "post_before_name" });
    }
    posts.names.push(Name { start: at, end, rule: "post_before_name" });
    // 市领导甲某、乙某、丙某: the title is shared until another one stands.
    let shared = text.ends_with(last.end, "领导")
        || text.ends_with(last.end, "成员")
        || text.ends_with(last.end, "副主席")
        || text.ends_with(last.end, "委员");
    let mut from = end;
    while shared && text.at(from) == '、' {
        let Some(next) = person::name_at(text, gazetteer, from + 1, Support::Weak) else { break };
        posts.holdings.push(Holding { title: number, name: (from + 1, next), rule: "shared_post" });
        posts.names.push(Name { start: from + 1, end: next, rule: "list_of_names" });
        from = next;
    }
}

/// A word of the dictionary that begins with a surname: 主任务, 部长时间.
fn is_ordinary_word(text: &Characters<'_>, start: usize, end: usize) -> bool {
    // The segmenter sees a word that begins before the name.
    !text.is_word_start(start)
        && text.word_end(start) > start
        && text.word_start_before(start) + 1 < start
        && text.word_end(start) >= end
}

/// Ties a title to the name right before it: 习近平总书记.
fn before(text: &Characters<'_>, gazetteer: &Gazetteer, posts: &mut Posts) {
    let held: std::collections::BTreeSet<usize> =
        posts.holdings.iter().map(|holding| holding.title).collect();
    let named: BTreeMap<usize, usize> = posts.names.iter().map(|name| (name.end, name.start)).collect();
    let spelled: std::collections::BTreeSet<Cow<'_, str>> =
        posts.names.iter().map(|name| text.word(name.start, name.end)).collect();
    let mut more = Vec::new();
    // Between two titles of one person no name stands.
    for (number, title) in posts.titles.iter().enumerate() {
        if held.contains(&number) || title.whole != title.start {
            continue;
        }
        let known = named
            .get(&title.start)
            .copied()
            .or_else(|| {
                (2..=8)
                    .rev()
                    .filter_map(|length| title.start.checked_sub(length))
                    .find(|&start| spelled.contains(&text.word(start, title.start)))
            })
            .or_else(|| person::name_before(text, gazetteer, title.start));
        if let Some(start) = known {
            more.push((number, start, title.start));
        }
    }
    for (title, start, end) in more {
        posts.holdings.push(Holding { title, name: (start, end), rule: "name_before_post" });
        posts.names.push(Name { start, end, rule: "name_before_post" });
    }
}

#[cfg(test)]
mod tests {
    use crate::extract::Value;
    use crate::extract::fixture;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, &[&str])]) {
        let found = fixture::extract(text, None);
        let people: Vec<(&str, Vec<&str>)> = found
            .entities
            .iter()
            .filter_map(|entity| {
                if let Value::Person { posts } = &entity.value {
                    Some((
                        entity.canonical_name.as_str(),
                        posts.iter().map(|post| post.post.as_str()).collect(),
                    ))
                } else {
                    None
                }
            })
            .collect();
        let expected: Vec<(&str, Vec<&str>)> =
            expected.iter().map(|&(name, posts)| (name, posts.to_vec())).collect();
        assert_eq!(people, expected, "{text}");
    }

    #[test]
    fn posts_before_and_after_names() {
        check("河北省委书记周明远到保定调研", &[("周明远", &["河北省委书记"])]);
        check("周明远总书记强调", &[("周明远", &["中共中央总书记"])]);
        check("国务委员兼国务院秘书长周明远出席", &[("周明远", &["国务委员", "国务院秘书长"])]);
        check("中国驻新西兰大使周明远到机场送行", &[("周明远", &["中国驻新西兰大使"])]);
        check("法国外交部长卡里斯特·杜朗抵达", &[("卡里斯特·杜朗", &["法国外交部长"])]);
    }

    #[test]
    fn a_place_named_before_completes_a_post() {
        check(
            "记者从张家口市获悉，市委副书记、市长周明远到场",
            &[("周明远", &["张家口市委副书记", "张家口市市长"])],
        );
        check(
            "康保县委书记周明远，县委副书记、县长林若溪参加",
            &[("周明远", &["康保县委书记"]), ("林若溪", &["康保县委副书记", "康保县县长"])],
        );
    }

    #[test]
    fn former_and_shared_posts() {
        check("甘肃省委原常委周明远受审", &[("周明远", &["甘肃省委原常委"])]);
        check("时任浙江省委书记的周明远来到村里", &[("周明远", &["浙江省委书记"])]);
        check(
            "北京市领导周明远、林若溪、高岩参加",
            &[("周明远", &["北京市领导"]), ("林若溪", &["北京市领导"]), ("高岩", &["北京市领导"])],
        );
    }

    #[test]
    fn words_are_no_people() {
        check("落实市长负责制，各级领导干部要带头，居民代表参加", &[]);
    }
}
