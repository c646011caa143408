//! Who published it, and under which headline it first ran.

use std::ops::Range;

use super::Found;
use super::Line;
use super::View;
use super::cue::Cues;

/// Labels before the medium, the surest first.
pub(super) const SOURCE_LABELS: &[&str] = &[
    "信息来源",
    "文章来源",
    "稿件来源",
    "新闻来源",
    "本文来源",
    "来源于",
    "来源",
    "來源",
    "稿源",
    "转载自",
    "转自",
    "发布机构",
    "发布单位",
];

/// Names of `<meta>` that hold the medium.
const SOURCE_META: &[&str] = &["ContentSource", "source", "mediaid", "article:source", "og:article:source"];

/// Words that begin the next entry of a line of metadata.
const NEXT_ENTRY: &[&str] = &[
    "作者",
    "编辑",
    "责编",
    "责任编辑",
    "时间",
    "日期",
    "发布",
    "发表",
    "来源",
    "浏览",
    "阅读",
    "点击",
    "字号",
    "字体",
    "分享",
    "打印",
    "评论",
    "举报",
    "关注",
    "我要",
    "扫码",
    "扫一扫",
    "微信",
    "微博",
    "记者",
    "审核",
    "校对",
    "收藏",
    "选择",
    "保护",
    "原标题",
    "通讯员",
    "频道",
    "栏目",
    "网友",
    "参与",
    "投稿",
    "撰文",
    "摄影",
    "跟贴",
    "文号",
    "索引",
    "主题",
];

/// The headline under which the text first ran: what follows 原标题.
#[must_use]
pub fn original_title(view: &View<'_>) -> Option<Found> {
    let labelled = |line: &Line| line.chars <= 150 && line.cues.hold(Cues::ORIGINAL_TITLE);
    view.lines.iter().enumerate().filter(|(_, line)| labelled(line)).find_map(|(index, _)| {
        let text = view.line(index);
        let (range, _) = original_title_in(text)?;
        view.found(index, range)
    })
}

/// Where in `text` an original headline stands, and whether the line holds nothing else.
#[must_use]
pub fn original_title_in(text: &str) -> Option<(Range<usize>, bool)> {
    let at = super::find(text, "原标题").or_else(|| super::find(text, "原題"))?;
    let before = text.get(..at)?;
    // In passing, 原标题 is a word of a sentence.
    if !before.trim_end().is_empty() && !before.trim_end().ends_with(['（', '(', '【', '[', '。', ' ']) {
        return None;
    }
    let rest = text.get(at..)?;
    let label = rest.find(['：', ':']).filter(|&found| found <= "原标题为 ".len())?;
    let value = rest.get(label..)?.trim_start_matches(['：', ':', ' ', '\u{3000}', '\u{A0}']);
    let start = text.len() - value.len();
    let enclosed = before.trim_end().ends_with(['（', '(', '【', '[']);
    let len =
        if enclosed { value.rfind(['）', ')', '】', ']']).unwrap_or(value.len()) } else { value.len() };
    let end = start + value.get(..len)?.trim_end().len();
    let rest =
        text.get(end..)?.trim_matches(|c: char| c.is_whitespace() || matches!(c, '）' | ')' | '】' | ']'));
    let alone =
        before.trim_matches(|c: char| c.is_whitespace() || matches!(c, '（' | '(' | '【' | '[')).is_empty();
    (start < end).then_some((start..end, alone && rest.is_empty()))
}

/// The medium; `published` is where the publish time stands.
#[must_use]
pub fn source(view: &View<'_>, headline: Option<usize>, published: Option<&Found>) -> Option<Found> {
    // The last lines of an article sign it; a label further up may name the source of a figure.
    let article = view.lines.iter().enumerate().rev().filter(|(_, line)| line.article);
    let signature = article.take(3).last().map_or(usize::MAX, |(index, _)| index);
    let mut labelled: Vec<(usize, usize, usize, Found)> = Vec::new();
    for (index, line) in view.lines.iter().enumerate().filter(|(_, line)| line.cues.hold(Cues::SOURCE)) {
        let text = view.line(index);
        // In a long paragraph only its end may name the medium: （来源：…）.
        let from =
            if line.chars > 120 { text.char_indices().rev().nth(40).map_or(0, |(at, _)| at) } else { 0 };
        if line.link && line.chars > 30 {
            continue;
        }
        for (rank, label) in SOURCE_LABELS.iter().enumerate() {
            let Some(found) = value_after(view, index, from, label) else { continue };
            let near = headline.is_some_and(|headline| index.abs_diff(headline) <= 14);
            let signs = line.article && index >= signature && line.chars <= 40;
            let distance =
                if signs || near && line.chars <= 120 { 0 } else { 1 + usize::from(!line.article) };
            labelled.push((distance, rank, index, found));
            break;
        }
    }
    labelled.sort_by_key(|(distance, rank, index, _)| (*distance, *rank, *index));
    let mut labelled = labelled.into_iter().peekable();
    let mut within = |limit| labelled.next_if(|(distance, ..)| *distance <= limit).map(|(.., found)| found);
    within(0)
        .or_else(|| beside_time(view, headline, published))
        .or_else(|| with_author(view, headline))
        .or_else(|| within(1))
        .or_else(|| named_so(view, headline))
        .or_else(|| view.meta(SOURCE_META))
        .or_else(|| within(2))
}

/// 张三/某某日报, under the headline.
fn with_author(view: &View<'_>, headline: Option<usize>) -> Option<Found> {
    let headline = headline?;
    (headline + 1..(headline + 1 + NEAR).min(view.lines.len())).find_map(|index| {
        let medium = super::byline::with_medium(view, index)?.medium;
        view.found(index, medium)
    })
}

/// How far below the headline the line of medium and time stands.
const NEAR: usize = 6;

/// The medium where it stands without a label beside the publish time: 2024-05-01 08:00 某某日报.
fn beside_time(view: &View<'_>, headline: Option<usize>, published: Option<&Found>) -> Option<Found> {
    let (headline, published) = (headline?, published?);
    let mut below = headline + 1..(headline + 1 + NEAR).min(view.lines.len());
    let index = below.find(|&index| super::find(view.line(index), &published.text).is_some())?;
    view.lines.get(index).filter(|line| line.chars <= 60)?;
    let text = view.line(index);
    let at = text.find(&published.text)?;
    let (before, after) = (0..at, at + published.text.len()..text.len());
    let entry = [after, before].into_iter().find_map(|range| {
        let part = text.get(range.clone())?;
        words_of(part)
            .into_iter()
            .map(|word| {
                let label = ["来源", "来自"]
                    .iter()
                    .find(|label| part.get(word.clone()).is_some_and(|w| w.starts_with(**label)));
                word.start + label.map_or(0, |label| label.len())..word.end
            })
            .map(|word| range.start + word.start..range.start + word.end)
            .find(|word| text.get(word.clone()).is_some_and(is_medium))
    });
    if let Some(entry) = entry {
        return view.found(index, entry);
    }
    // Alone in the line between headline and time.
    let above = index.checked_sub(1).filter(|&above| above > headline)?;
    let text = view.line(above);
    is_medium(text).then(|| view.found(above, 0..text.len())).flatten()
}

/// Words of a line of metadata.
fn words_of(text: &str) -> Vec<Range<usize>> {
    let separator = |c: char| {
        c.is_whitespace()
            || matches!(c, '|' | '｜' | '丨' | '[' | '【' | ']' | '】' | '(' | '（' | ')' | '）' | '/' | '·')
    };
    let mut from = 0;
    let mut words = Vec::new();
    for word in text.split(separator) {
        words.push(from..from + word.len());
        from += word.len();
        from += text.get(from..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    }
    words
}

/// Whether a word that stands where the medium does can be its name.
fn is_medium(word: &str) -> bool {
    const NOT: &[&str] = &[
        "原创",
        "转载",
        "阅读",
        "评论",
        "浏览",
        "分享",
        "正文",
        "首页",
        "字体",
        "字号",
        "编辑",
        "作者",
        "收藏",
        "举报",
        "人参与",
        "跟贴",
        "打印",
        "关闭",
        "热度",
        "听新闻",
        "查看",
        "更新",
        "发布",
        "时间",
        "点击",
        "关注",
        "大",
        "中",
        "小",
        "视频",
        "图片",
        "条",
    ];
    let chars = word.chars().count();
    (2..=16).contains(&chars)
        && word.chars().all(|c| c.is_alphanumeric() || matches!(c, '+' | '-' | '_' | '.'))
        && word.chars().any(|c| c.is_alphabetic())
        && !word.starts_with(|c: char| c.is_ascii_digit())
        && !NOT.iter().any(|not| word.starts_with(not) || word.ends_with(not))
        && !super::name::is_name(word)
}

/// The medium or account by the name of its element: `<a id="js_name">`, `<p class="author-name">`.
fn named_so(view: &View<'_>, headline: Option<usize>) -> Option<Found> {
    const NAMES: &[&str] = &[
        "source",
        "media",
        "nickname",
        "laiyuan",
        "author-name",
        "authorname",
        "js_name",
        "account",
        "profilename",
    ];
    let (tree, page) = view.html?;
    let headline = headline?;
    let near = headline.saturating_sub(4)..(headline + 1 + NEAR).min(view.lines.len());
    let lines = view.lines.get(near)?;
    let (first, last) = (lines.first()?.span.start, lines.last()?.span.end);
    let area = page.source_of(super::Span { start: first, end: last })?;
    tree.nodes.iter().enumerate().filter(|(_, node)| area.contains(&node.source.start)).find_map(
        |(index, node)| {
            let named = ["id", "class"].iter().any(|attribute| {
                tree.attribute(index, attribute).is_some_and(|value| {
                    value
                        .split_ascii_whitespace()
                        .any(|name| NAMES.iter().any(|wanted| ends_as(name, wanted)))
                })
            });
            let text = named.then(|| {
                tree.nodes.get(index + 1..node.end)?.iter().find(|node| {
                    node.element().is_none()
                        && !tree.source.get(node.source.clone()).unwrap_or_default().trim().is_empty()
                })
            })??;
            let found = view.value(text.source.clone())?;
            (is_medium(&found.text) || super::name::is_name(&found.text)).then_some(found)
        },
    )
}

/// Whether a class name or id is `wanted`, or ends with it as a word of its own, in any case.
fn ends_as(name: &str, wanted: &str) -> bool {
    let Some((before, last)) = name.len().checked_sub(wanted.len()).and_then(|at| name.split_at_checked(at))
    else {
        return false;
    };
    last.eq_ignore_ascii_case(wanted) && (before.is_empty() || before.ends_with(['-', '_']))
}

/// What follows `label` and a colon in line `index`, or stands in the next line.
pub(super) fn value_after(view: &View<'_>, index: usize, from: usize, label: &str) -> Option<Found> {
    let text = view.line(index);
    let at = from + super::find(text.get(from..)?, label)?;
    // Pictures and figures have sources of their own.
    let of_picture = ["图片", "图", "照片", "数据", "资料", "视频", "素材", "封面"];
    if text.get(..at).is_some_and(|before| of_picture.iter().any(|word| before.ends_with(word))) {
        return None;
    }
    let rest = text.get(at + label.len()..)?;
    let spaced = rest.trim_start();
    let value = spaced.strip_prefix(['：', ':', '/', '丨', '|', '｜'])?;
    let value = value.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '：' | ':'));
    let start = text.len() - value.len();
    if value.is_empty() {
        let next = view.lines.get(index + 1)?;
        if !(2..=25).contains(&next.chars) {
            return None;
        }
        return view.found(index + 1, 0..entry_len(view.line(index + 1)));
    }
    let len = entry_len(value);
    let medium = value.get(..len)?;
    if matches!(medium, "网络" | "互联网" | "未知" | "本站" | "不详" | "综合" | "原创" | "转载")
    {
        return None;
    }
    let chars = medium.chars().count();
    (2..=45).contains(&chars).then(|| view.found(index, start..start + len)).flatten()
}

/// How much of `value` is one entry: up to white space, punctuation, a digit that begins a date, or the next label.
fn entry_len(value: &str) -> usize {
    let mut end = value.len();
    let mut open = 0_u32;
    for (at, character) in value.char_indices() {
        if at == 0 {
            continue;
        }
        let rest = value.get(at..).unwrap_or_default();
        match character {
            '（' | '(' if rest.contains(['）', ')']) => open += 1,
            '）' | ')' if open > 0 => {
                open -= 1;
                continue;
            }
            _ => {}
        }
        let stop = matches!(
            character,
            '|' | '｜'
                | '】'
                | '）'
                | ')'
                | ']'
                | '，'
                | ','
                | '。'
                | '；'
                | ';'
                | '\t'
                | '丨'
                | '》'
                | '/'
                | '['
                | '【'
        ) || (character.is_ascii_digit() && rest.len() >= 8 && is_date(rest))
            || NEXT_ENTRY
                .iter()
                .any(|label| rest.starts_with(label) && follows_as_entry(value, at, rest, label));
        if stop || (character.is_whitespace() && !goes_on(rest)) {
            end = at;
            break;
        }
    }
    value.get(..end).unwrap_or_default().trim_end().len()
}

/// 编辑 is an entry when it stands apart or has a colon, not inside 中国编辑学会.
fn follows_as_entry(value: &str, at: usize, rest: &str, label: &str) -> bool {
    let apart = value.get(..at).is_some_and(|before| before.ends_with(char::is_whitespace));
    apart || rest.get(label.len()..).is_some_and(|after| after.trim_start().starts_with(['：', ':']))
}

fn is_date(text: &str) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    digits == 4 && text.get(digits..).is_some_and(|rest| rest.starts_with(['-', '/', '.', '年']))
}

/// Whether a name goes on behind white space: another part of an authority's name.
fn goes_on(rest: &str) -> bool {
    let next = rest.trim_start();
    let word = next.split(|c: char| c.is_whitespace()).next().unwrap_or_default();
    let chars = word.chars().count();
    (2..=20).contains(&chars)
        && word.chars().all(|c| !c.is_ascii() && c.is_alphabetic())
        && word.ends_with(['局', '委', '部', '院', '中', '心', '处', '办', '厅', '会', '站', '府'])
}

/// Whether a line of `chars` characters says who made the text rather than being part of it.
#[must_use]
pub fn is_metadata(text: &str, chars: usize) -> bool {
    const OPENINGS: &[&str] = &[
        "来源",
        "稿源",
        "信息来源",
        "文章来源",
        "作者",
        "记者",
        "责任编辑",
        "编辑",
        "责编",
        "审核",
        "校对",
        "发布时间",
        "发布日期",
        "时间",
        "日期",
        "撰文",
        "供稿",
        "图片来源",
        "监制",
        "值班",
        "发布机构",
        "通讯员",
        "浏览",
        "文/",
        "文／",
        "文｜",
    ];
    if chars > 80 || text.ends_with('。') {
        return false;
    }
    let bare = text.trim_start_matches(['（', '(', '【', '[', ' ', '\u{3000}']);
    OPENINGS.iter().any(|opening| {
        bare.strip_prefix(opening).is_some_and(|rest| {
            opening.ends_with(['/', '／', '｜']) || rest.trim_start().starts_with(['：', ':', '丨', '|', '/'])
        })
    })
}
