//! The headline: what the page shows as such, checked against what it declares.

use super::Found;
use super::View;
use super::letters;
use crate::text::html::Page;
use crate::text::html::element::Element;

/// Longest headline in characters.
const LONGEST: usize = 120;

/// The headline and where it was found.
#[derive(Clone, Debug)]
pub struct Headline {
    /// Text and place.
    pub found: Found,
    /// The line that shows it; none where only the page's head declares it.
    pub line: Option<usize>,
}

/// What a page declares as its headline.
struct Declared {
    /// Letters of the headline without the site's name.
    letters: String,
    /// Letters of all of it.
    all: String,
    found: Found,
}

impl Declared {
    fn of(found: Found) -> Option<Self> {
        // Nothing that long is a headline, and every line is compared with it.
        if found.text.len() > 2000 {
            return None;
        }
        let letters = letters(&without_site(&found.text));
        (!letters.is_empty()).then(|| Self { letters, all: super::letters(&found.text), found })
    }
}

/// Finds the headline of a page.
#[must_use]
pub fn find(view: &View<'_>) -> Option<Headline> {
    let exact = view.meta(&["ArticleTitle", "og:title", "twitter:title", "headline"]);
    let exact = exact.and_then(Declared::of);
    let title = title_element(view);
    let declared: Vec<&Declared> = exact.iter().chain(&title).collect();
    shown(view, &declared).or_else(|| sole_heading(view)).or_else(|| {
        let best = declared.into_iter().next()?;
        let found = shortened(view, &best.found).unwrap_or_else(|| best.found.clone());
        Some(Headline { found, line: None })
    })
}

/// Line `line` as headline.
#[must_use]
pub fn of_line(view: &View<'_>, line: usize) -> Option<Headline> {
    let found = view.found(line, 0..view.line(line).len())?;
    Some(Headline { found, line: Some(line) })
}

/// The first line of a plain text, where it reads like a headline: short, no sentence, and prose comes after it.
#[must_use]
pub fn first_line(view: &View<'_>) -> Option<Headline> {
    let (first, rest) = view.lines.split_first()?;
    let text = view.line(0);
    let sentence = text.contains(['。', '；', '…']) || text.ends_with(['，', '、', '：', ':', ',', ';', '.']);
    let numbered = text.starts_with(['一', '（', '(', '第', '•', '·', '-', '*'])
        || text.starts_with(|c: char| c.is_ascii_digit());
    let labelled = text.chars().take(6).any(|c| matches!(c, '：' | ':'))
        && ["来源", "作者", "时间", "发布"].iter().any(|label| text.starts_with(label));
    let prose = rest
        .iter()
        .any(|line| line.chars > first.chars && line.span.of(view.text).contains(['。', '！', '？', '，']));
    ((4..=60).contains(&first.chars) && !sentence && !numbered && !labelled && prose)
        .then(|| of_line(view, 0))
        .flatten()
}

/// The line that shows what is declared.
fn shown(view: &View<'_>, declared: &[&Declared]) -> Option<Headline> {
    if declared.is_empty() {
        return None;
    }
    let mut best: Option<((bool, bool, usize), usize)> = None;
    for (index, line) in view.lines.iter().enumerate().filter(|(_, line)| (4..=LONGEST).contains(&line.chars))
    {
        let text = letters(view.line(index));
        if text.chars().count() < 4 {
            continue;
        }
        let whole = declared.iter().any(|declared| declared.letters == text);
        let part = declared.iter().any(|declared| {
            // A headline is declared with the site's name behind it, or cut short.
            declared.all.starts_with(&text) && text.len() * 2 >= declared.letters.len()
                || text.starts_with(&declared.letters) && declared.letters.chars().count() >= 8
        });
        if !whole && (!part || line.link) {
            continue;
        }
        let rank = (line.heading, !line.link, text.len());
        if best.is_none_or(|(other, _)| rank > other) {
            best = Some((rank, index));
        }
    }
    let (_, line) = best?;
    of_line(view, line)
}

/// The only first-level heading.
fn sole_heading(view: &View<'_>) -> Option<Headline> {
    let (tree, _) = view.html.filter(|(tree, _)| tree.holds(Element::H1))?;
    let mut headings = view.lines.iter().enumerate().filter(|(_, line)| {
        tree.element(line.node) == Some(Element::H1) && (6..=LONGEST).contains(&line.chars) && !line.link
    });
    let (line, _) = headings.next()?;
    if headings.next().is_some() {
        return None;
    }
    of_line(view, line)
}

fn title_element(view: &View<'_>) -> Option<Declared> {
    let (tree, _) = view.html?;
    // Pictures have titles too; the page's own comes first.
    let title = tree.of(Element::Title).next()?;
    let text = tree.node(title + 1).filter(|text| text.parent == title && text.element().is_none())?;
    let found = view.value(text.source.clone())?;
    Declared::of(found)
}

/// The declared headline without the site's name, with its place.
fn shortened(view: &View<'_>, found: &Found) -> Option<Found> {
    let (tree, _) = view.html?;
    let page = Page::of_value(tree, found.source.clone());
    let len = without_site(&page.text).len();
    view.part_of_value(&page, 0..len)
}

/// A title without the names of site and section behind it.
fn without_site(title: &str) -> String {
    const SEPARATORS: [&str; 9] = ["_", "|", "｜", "丨", " - ", " – ", " — ", "-", "—"];
    let mut rest = title.trim();
    for _ in 0..5 {
        let cut = SEPARATORS
            .iter()
            .filter_map(|separator| rest.rfind(separator).map(|at| (at, separator.len())))
            .max();
        let Some((at, len)) = cut else { break };
        let (head, tail) = (rest.get(..at).unwrap_or_default(), rest.get(at + len..).unwrap_or_default());
        let (head_chars, tail_chars) = (head.trim().chars().count(), tail.trim().chars().count());
        if head_chars < 5 || tail_chars > 16 || tail_chars * 3 > head_chars * 4 {
            break;
        }
        rest = head.trim();
    }
    rest.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_sites_are_cut_off() {
        assert_eq!(without_site("市政府发布新规划_某某新闻_某某网"), "市政府发布新规划");
        assert_eq!(without_site("市政府发布新规划 - 某市人民政府网站"), "市政府发布新规划");
        assert_eq!(without_site("棱镜|数据业大整顿的来龙去脉"), "棱镜|数据业大整顿的来龙去脉");
    }
}
