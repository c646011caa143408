//! The full post as a reader of the whole document understands it: 市委书记 in a Beijing story is 北京市委书记.

use super::HeldPost;
use super::Value;
use super::characters::Characters;
use super::characters::is_han;
use super::finding::Finding;
use super::gazetteer::Gazetteer;
use super::gazetteer::level;
use super::place;
use super::place::Setting;
use super::post::Posts;
use super::post::Title;

/// The held post of each title, in the order of the titles.
pub(crate) fn posts(
    text: &Characters<'_>,
    gazetteer: &Gazetteer,
    places: &[Finding],
    setting: &Setting,
    found: &Posts,
) -> Vec<HeldPost> {
    let mut held: Vec<HeldPost> = Vec::with_capacity(found.titles.len());
    let mut holder = String::new();
    let mut of_body = false;
    let mut former = false;
    for title in &found.titles {
        let written = text.text(title.start, title.end).to_owned();
        if !title.joined {
            holder.clear();
            former = false;
        }
        if let Some((start, end)) = title.holder {
            holder = expand(text, gazetteer, places, setting, start, end, &holder);
            if !title.of_body {
                holder = full_place(places, end, &holder, title, text);
            }
            of_body = title.of_body;
            former = title.former;
        } else if title.former {
            former = true;
        } else if !title.joined {
            of_body = false;
        }
        let mark = mark(text, title, former);
        let (post, organization) =
            compose(text, gazetteer, places, setting, title, &written, &holder, of_body, mark);
        held.push(HeldPost {
            post,
            title: written,
            organization,
            former: title.former || former && title.joined,
        });
    }
    held
}

/// 原 or 前 as it stands in the full post; 时任 is not part of it.
fn mark(text: &Characters<'_>, title: &Title, former: bool) -> &'static str {
    if !former {
        return "";
    }
    for end in [title.start, title.whole + 1, title.whole + 2] {
        if text.ends_with(end, "时任") {
            return "";
        }
    }
    if text.ends_with(title.start, "前") { "前" } else { "原" }
}

/// A level without its place takes the place of the chain or the document: 省政府 is 甘肃省政府 after 甘肃省委.
fn expand(
    text: &Characters<'_>,
    gazetteer: &Gazetteer,
    places: &[Finding],
    setting: &Setting,
    start: usize,
    end: usize,
    before: &str,
) -> String {
    let written = text.text(start, end);
    let first = text.at(start);
    let bare = matches!(first, '省' | '市' | '县' | '区' | '州')
        && matches!(text.at(start + 1), '委' | '政' | '纪' | '人' | '监' | '公');
    if !bare {
        let inside =
            matches!(first, '党' | '政' | '公' | '管') && !before.is_empty() && written.chars().count() <= 4;
        return if inside { format!("{}{written}", outer(before)) } else { written.to_owned() };
    }
    let place = outer(before);
    if place.ends_with(first) {
        let stem: String = place.chars().take(place.chars().count() - 1).collect();
        return format!("{stem}{written}");
    }
    match main_place(text, gazetteer, places, setting, start, first) {
        Some(name) => join(&name, written),
        None => written.to_owned(),
    }
}

/// The place or body that a holder belongs to: 甘肃省 of 甘肃省委, 河南省信阳市罗山县委 itself for its 政法委.
fn outer(holder: &str) -> String {
    let ends = ["委", "政府", "政协", "纪委", "人大常委会", "党工委"];
    for end in ends {
        if let Some(stem) = holder.strip_suffix(end)
            && stem.ends_with(['省', '市', '县', '区', '州', '旗'])
        {
            return stem.to_owned();
        }
    }
    holder.to_owned()
}

/// The place of a level that a reader has in mind at a character: the last one named before, else the main one.
fn main_place(
    text: &Characters<'_>,
    gazetteer: &Gazetteer,
    places: &[Finding],
    setting: &Setting,
    at: usize,
    level_name: char,
) -> Option<String> {
    let fits = |code: u32| {
        let name = gazetteer.name(code);
        name.ends_with(level_name) || level_name == '省' && level(code) == 0 && name.ends_with('省')
    };
    let before = places.partition_point(|place| place.start < at);
    let recent =
        places.get(before.saturating_sub(64)..before).unwrap_or_default().iter().rev().find_map(|place| {
            let mut code = place::code_of(&place.value)?;
            // A place of the news of abroad does not lead to a level; a division leads to those that it lies in.
            for _ in 0..3 {
                if fits(code) {
                    return Some(gazetteer.name(code).to_owned());
                }
                code = if code >= 100_000_000 {
                    code / 1000
                } else if code % 100 != 0 {
                    code / 100 * 100
                } else {
                    code / 10_000 * 10_000
                };
                if gazetteer.name(code).is_empty() {
                    code = code / 10_000 * 10_000;
                }
            }
            None
        });
    let _ = text;
    recent.or_else(|| {
        [2, 1, 0]
            .into_iter()
            .filter_map(|wanted| setting.main(wanted))
            .find(|&code| fits(code))
            .map(|code| gazetteer.name(code).to_owned())
            .or_else(|| {
                setting.main(0).filter(|&code| fits(code)).map(|code| gazetteer.name(code).to_owned())
            })
    })
}

/// 张家口市 and 市委书记 share a character, 蔚县 and 县委书记 do not; 塔什干市市长 keeps both.
fn join(place: &str, title: &str) -> String {
    let (last, first) = (place.chars().last(), title.chars().next());
    let shared = last == first
        && place.chars().count() > 2
        && title.chars().nth(1).is_some_and(|c| matches!(c, '委' | '政' | '纪' | '人' | '监' | '领'));
    if shared {
        let stem: String = place.chars().take(place.chars().count() - 1).collect();
        format!("{stem}{title}")
    } else {
        format!("{place}{title}")
    }
}

/// Whether nothing before a title says whose it is; a word there may be a place that no table knows.
fn is_open(text: &Characters<'_>, start: usize) -> bool {
    let before = text.before(start);
    !is_han(before)
        || place::is_function(before) && before != '过'
        || text.any_before(start, &["时任", "兼", "邀请", "陪同", "会见", "同志"]).is_some()
}

/// The full post and the organisation.
#[expect(
    clippy::too_many_arguments,
    reason = "what a reader knows at this point of the text, each used once"
)]
fn compose(
    text: &Characters<'_>,
    gazetteer: &Gazetteer,
    places: &[Finding],
    setting: &Setting,
    title: &Title,
    written: &str,
    holder: &str,
    of_body: bool,
    mark: &str,
) -> (String, String) {
    let whole = ["国务委员", "国家主席", "国家副主席", "全国人大代表", "中央委员", "候补中央委员"];
    let of_china = holder == "中国" || holder == "中华人民共和国";
    if (title.holder.is_none() || of_china)
        && (whole.contains(&written) || written.starts_with('驻') && holder.is_empty())
    {
        return (written.to_owned(), String::new());
    }
    if written == "总书记" && title.holder.is_none() {
        return ("中共中央总书记".to_owned(), "中国共产党中央委员会".to_owned());
    }
    let first = written.chars().next().unwrap_or(' ');
    let leveled = matches!(first, '省' | '市' | '县' | '区' | '州' | '旗')
        || ["副省长", "副市长", "副县长", "副区长", "代省长", "代市长"]
            .iter()
            .any(|title| written.ends_with(title));
    let level_name = if matches!(first, '省' | '市' | '县' | '区' | '州' | '旗') {
        first
    } else {
        written.chars().nth(written.chars().count().saturating_sub(2)).unwrap_or(' ')
    };
    let mut holder = holder.to_owned();
    let mut of_body = of_body;
    if leveled && (of_body && title.holder.is_none() || holder.is_empty()) {
        // 市长 after 中共中央政治局委员 belongs to no politburo; after 甘肃省委 it is the province's.
        let outer = outer(&holder);
        if outer.ends_with(level_name) && of_body {
            holder = outer;
        } else if is_open(text, title.whole) {
            holder =
                main_place(text, gazetteer, places, setting, title.start, level_name).unwrap_or_default();
        } else {
            holder.clear();
        }
        of_body = false;
    }
    if holder.is_empty() {
        return (format!("{mark}{written}"), String::new());
    }
    // 原浙江省义乌县委书记: the mark stands before the whole.
    if !mark.is_empty() && title.holder.is_some_and(|(from, _)| from > title.whole) {
        return (format!("{mark}{}", join(&holder, written)), organization(&join(&holder, written), written));
    }
    let post = if of_body {
        format!("{holder}{mark}{written}")
    } else if mark.is_empty() {
        join(&holder, written)
    } else {
        format!("{holder}{mark}{written}")
    };
    let organization = if of_body { holder } else { organization(&post, written) };
    (post, organization)
}

/// 康保 as the holder of 县长 is 康保县, where the gazetteer knows it and the title speaks of that level.
fn full_place(places: &[Finding], end: usize, holder: &str, title: &Title, text: &Characters<'_>) -> String {
    let at = places.partition_point(|place| place.end < end);
    let Some(place) = places.get(at).filter(|place| place.end == end) else { return holder.to_owned() };
    let written = text.text(place.start, place.end);
    let level_name = text
        .slice(title.start, title.end)
        .iter()
        .copied()
        .find(|c| matches!(c, '省' | '市' | '县' | '区' | '州' | '旗'));
    let fits = level_name.is_some_and(|level_name| place.canonical.ends_with(level_name));
    // 福建|省长 is written 福建省长.
    if level_name == Some('省') && text.at(title.start) == '省' {
        return holder.to_owned();
    }
    match (&place.value, holder.strip_suffix(written)) {
        (Value::Place { divisions, .. }, Some(before))
            if divisions.len() == 1 && place.canonical.starts_with(written) && fits =>
        {
            format!("{before}{}", place.canonical)
        }
        (
            Value::Place { .. }
            | Value::Person { .. }
            | Value::Organization { .. }
            | Value::Zone { .. }
            | Value::Time(_)
            | Value::Quantity(_)
            | Value::DocumentReference { .. }
            | Value::Post { .. },
            _,
        ) => holder.to_owned(),
    }
}

/// 上海市委 of 上海市委书记.
fn organization(post: &str, title: &str) -> String {
    let bodies = ["书记", "副书记", "常委", "委员", "秘书长", "副秘书长"];
    let head = bodies.iter().filter(|head| title.ends_with(**head)).max_by_key(|head| head.len());
    match head.and_then(|head| post.strip_suffix(head)) {
        Some(body) if body.ends_with(['委', '府', '组', '部', '局']) => body.to_owned(),
        Some(_) | None => String::new(),
    }
}
