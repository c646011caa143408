//! The authors: named under the headline, at the opening of the text, or at its end.

use std::ops::Range;

use super::Found;
use super::Line;
use super::View;
use super::cue::Cues;
use super::name;

/// Roles of authors. Editors, proofreaders and photographers are none.
pub(super) const ROLES: &[&str] =
    &["记者", "作者", "采写", "撰文", "撰稿", "通讯员", "评论员", "記者", "文字"];

/// Labels before authors.
pub(super) const LABELS: &[&str] = &["作者", "撰文", "撰稿", "采写"];

/// Longest line, in characters, that is nothing but a byline.
const LINE: usize = 40;

/// How far from the headline a byline stands.
const NEAR: usize = 8;

/// Finds the authors, one piece each; `headline` is the line of the headline.
#[must_use]
pub fn find(view: &View<'_>, headline: Option<usize>) -> Vec<Found> {
    let below = headline
        .map(|headline| headline + 1..(headline + 1 + NEAR).min(view.lines.len()))
        .unwrap_or_default();
    let article = || (0..view.lines.len()).filter(|&index| view.lines.get(index).is_some_and(|l| l.article));
    let head = || article().take(6);
    let tail = |count: usize| article().rev().take(count);
    None.or_else(|| in_any(view, below.clone(), labelled))
        .or_else(|| in_any(view, below.clone(), line))
        .or_else(|| {
            in_any(view, below.clone(), |view, index| pieces(view, index, 0, with_medium(view, index)?.names))
        })
        .or_else(|| in_any(view, head(), line))
        .or_else(|| in_any(view, head(), opening))
        .or_else(|| in_any(view, tail(8), line))
        .or_else(|| in_any(view, tail(4), closing))
        .or_else(|| in_any(view, article(), labelled))
        .unwrap_or_default()
}

/// What `read` finds in the first of `lines` where it finds anything.
fn in_any(
    view: &View<'_>,
    mut lines: impl Iterator<Item = usize>,
    read: impl Fn(&View<'_>, usize) -> Option<Vec<Found>>,
) -> Option<Vec<Found>> {
    lines.find_map(|index| read(view, index).filter(|found| !found.is_empty()))
}

/// The pieces of line `index` at the names of a list that begins at `start`.
fn pieces(view: &View<'_>, index: usize, start: usize, names: Vec<Range<usize>>) -> Option<Vec<Found>> {
    names.into_iter().map(|name| view.found(index, start + name.start..start + name.end)).collect()
}

/// 作者：张三
fn labelled(view: &View<'_>, index: usize) -> Option<Vec<Found>> {
    const NOBODY: &[&str] = &["未知", "佚名", "匿名", "admin", "网络", "管理员", "本站"];
    let wanted = |line: &&Line| line.cues.hold(Cues::AUTHOR) && !line.link && line.chars <= 120;
    view.lines.get(index).filter(wanted)?;
    let text = view.line(index);
    let at = LABELS.iter().find_map(|label| {
        let at = super::find(text, label)? + label.len();
        let rest = text.get(at..)?;
        let value = rest.trim_start().strip_prefix(['：', ':', '/', '｜', '丨'])?;
        let value = value.trim_start();
        let role = after_role(value.split_whitespace().next()?);
        // 采写：某报记者 张三; a word that is all role is passed over whole.
        let skip = if role.is_empty() { value.len() - after_role(value).len() } else { 0 };
        Some(text.len() - value.len() + skip)
    });
    let bare = || {
        // 作者张三, at the end of the line of medium and time.
        let at = text.rfind("作者")? + "作者".len();
        let names = name::list(text.get(at..)?);
        (text.chars().count() <= LINE * 2 && !names.is_empty()).then_some(at)
    };
    let at = at.or_else(bare)?;
    let value = text.get(at..)?;
    let listed = longest_list(value);
    if !listed.is_empty() {
        return pieces(view, index, at, listed);
    }
    // A pen name is one word.
    let word = value
        .split(|c: char| c.is_whitespace() || matches!(c, '，' | ',' | '|' | '；' | '）' | ')' | '】'))
        .next()?;
    let chars = word.chars().count();
    let organization = word.ends_with([
        '社', '报', '网', '局', '委', '部', '院', '会', '室', '组', '处', '办', '台', '司', '厅', '府', '心',
    ]);
    let pen_name = (2..=8).contains(&chars) && word.chars().all(char::is_alphanumeric) && !organization;
    (pen_name && !NOBODY.contains(&word))
        .then(|| view.found(index, at..at + word.len()).map(|name| vec![name]))
        .flatten()
}

/// The names that `value` begins with, up to what is none.
fn longest_list(value: &str) -> Vec<Range<usize>> {
    let mut best = Vec::new();
    let ends = value.char_indices().filter(|(_, c)| {
        c.is_whitespace() || matches!(c, '、' | '，' | ',' | '；' | '|' | '）' | ')' | '】' | '/')
    });
    for end in ends.map(|(at, _)| at).chain([value.len()]).take(12) {
        let names = name::list(value.get(..end).unwrap_or_default());
        if names.len() > best.len() {
            best = names;
        }
    }
    best
}

/// A line of its own: 本报记者 张三 李四, 采写：见习记者 张三, 【文/某某网专栏作者 张三】.
fn line(view: &View<'_>, index: usize) -> Option<Vec<Found>> {
    view.lines.get(index).filter(|line| !line.link && (3..=LINE).contains(&line.chars))?;
    let text = view.line(index);
    let bare = text.trim_matches(|c: char| {
        c.is_whitespace()
            || matches!(
                c,
                '【' | '】' | '（' | '）' | '(' | ')' | '[' | ']' | '|' | '■' | '□' | '◎' | '●' | '▲'
            )
    });
    // Without a role, what follows a mark that can stand behind one is still read.
    let marked = bare.starts_with(['文', '：', ':', '/', '／', '｜', '|', '丨']);
    if !marked && !view.holds(index, Cues::ROLE) {
        return None;
    }
    let start = text.find(bare)?;
    let pictures = ["图", "摄", "摄影", "供图", "绘"];
    if pictures.iter().any(|word| bare.ends_with(word) || bare.starts_with(word)) {
        return None;
    }
    if let Some(value) =
        ["文/", "文／", "文｜", "文|", "文丨"].iter().find_map(|label| bare.strip_prefix(label))
    {
        let names = longest_list(after_role(value));
        let skipped = bare.len() - after_role(value).len();
        return pieces(view, index, start + skipped, names);
    }
    let value = after_role(bare);
    if value.len() == bare.len() {
        return None;
    }
    // Before the role stands at most the medium's name.
    let before = bare.get(..bare.len() - value.len())?;
    if before.chars().count() > 20 || before.contains(['，', '。', '、', '；', '了']) {
        return None;
    }
    pieces(view, index, start + bare.len() - value.len(), name::list(value))
}

/// What follows the first role of `text`; all of it where there is none.
fn after_role(text: &str) -> &str {
    let found = ROLES
        .iter()
        .filter_map(|role| super::find(text, role).map(|at| at + role.len()))
        .max_by_key(|&at| std::cmp::Reverse(at));
    let value = found.and_then(|at| text.get(at..)).unwrap_or(text);
    value.trim_start_matches(|c: char| {
        c.is_whitespace() || matches!(c, '：' | ':' | '/' | '／' | '｜' | '|' | '丨')
    })
}

/// Authors and medium in one line, by place in it.
pub(super) struct Signature {
    /// The authors.
    pub(super) names: Vec<Range<usize>>,
    /// The medium.
    pub(super) medium: Range<usize>,
}

/// 张三/某某日报, under the headline.
pub(super) fn with_medium(view: &View<'_>, index: usize) -> Option<Signature> {
    view.lines.get(index).filter(|line| !line.link && line.chars <= 24)?;
    let text = view.line(index);
    let at = text.find(['/', '／'])?;
    let names = name::list(text.get(..at)?);
    let medium = at + text.get(at..)?.chars().next()?.len_utf8();
    let media = ['报', '社', '网', '台', '刊', '闻', '讯', '志', '经', '点'];
    let named = text.get(medium..)?.trim().ends_with(media);
    (named && !names.is_empty()).then_some(Signature { names, medium: medium..text.len() })
}

/// 某某网10月4日讯（记者张三）… at the opening of a paragraph.
fn opening(view: &View<'_>, index: usize) -> Option<Vec<Found>> {
    if !view.holds(index, Cues::ROLE) {
        return None;
    }
    let text = view.line(index);
    let (at, _) = text.char_indices().take(25).find(|(_, character)| matches!(character, '（' | '('))?;
    let inner = at + text.get(at..)?.chars().next()?.len_utf8();
    let value = text.get(inner..)?;
    let value = value.get(..value.find(['）', ')'])?)?;
    let role = ROLES.iter().any(|role| super::find(value, role).is_some());
    if !role || value.chars().count() > LINE {
        return None;
    }
    let names = after_role(value);
    pieces(view, index, inner + value.len() - names.len(), name::list(names))
}

/// …。(张三 李四) at the end of a paragraph.
fn closing(view: &View<'_>, index: usize) -> Option<Vec<Found>> {
    let text = view.line(index);
    let bare = text.trim_end_matches(|c: char| c.is_whitespace() || c == '。');
    let inner = bare.strip_suffix(['）', ')'])?;
    let open = inner.rfind(['（', '('])?;
    let bracket = inner.get(open..)?.chars().next()?.len_utf8();
    let value = inner.get(open + bracket..)?;
    let before = inner.get(..open)?.trim_end();
    // Within a sentence a parenthesis explains; behind its end, it signs.
    let signs = before.is_empty() || before.ends_with(['。', '！', '？', '”', '…', '」']);
    if !signs || value.chars().count() > LINE {
        return None;
    }
    let names = after_role(value);
    pieces(view, index, open + bracket + value.len() - names.len(), name::list(names))
}
