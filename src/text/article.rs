//! The article of a page or of a plain text: paragraphs with their kinds, and what is said about it.

use super::clean::CleanBuilder;
use super::clean::ParagraphKind;
use super::clean::SourceMap;
use super::clean::is_space;
use super::clean::lines;
use super::clean::trimmed;
use super::document::Field;
use super::document::Located;
use super::html::Page;
use super::html::Tree;
use super::html::content;
use super::page;
use super::page::Facts;
use super::page::Found;
use super::page::Line;
use super::page::PageFacts;
use super::page::View;
use super::page::attribution;
use super::page::cue::Cues;
use super::page::headline;
use super::page::headline::Headline;
use super::scan;
use super::span::Span;

/// Longest first line, in characters, that is taken for a headline.
const LONGEST_FIRST_LINE: usize = 100;

/// The draft of a plain text: every line a paragraph, nothing left out.
#[must_use]
pub fn from_plain_text(title: &str, content: &str) -> (CleanBuilder, Facts) {
    let all: Vec<Line> = lines(content).map(|span| line(content, span)).collect();
    let view = View::new(content, all, None);
    let headline = if title.trim().is_empty() { headline::first_line(&view) } else { None };
    let headline_line = headline.as_ref().and_then(|headline| headline.line);
    let facts = page::facts(&view, headline);
    let mut draft = CleanBuilder::with_capacity(title.len() + content.len() + 1, view.lines.len() + 1, 2);
    draft.field(Field::Title, title, |_| ParagraphKind::Title);
    let mut index = 0;
    draft.field(Field::Content, content, |text| {
        let kind = if headline_line == Some(index) {
            ParagraphKind::Title
        } else {
            view.lines
                .get(index)
                .and_then(|line| special_kind(text, line, &facts))
                .unwrap_or(ParagraphKind::Body)
        };
        index += 1;
        kind
    });
    (draft, facts)
}

fn line(text: &str, span: Span) -> Line {
    let chars = scan::count_visible(span.of(text));
    let cues = Cues::default();
    Line { span, node: 0, heading: false, link: false, article: true, chars, cues }
}

/// The draft of an HTML page or fragment.
#[must_use]
pub fn from_html(title: &str, content: &str) -> (CleanBuilder, Facts) {
    let tree = Tree::parse(content);
    let first_line = first_line_end(content);
    let mut page = Page::of(&tree, first_line, false);
    if page.blocks.is_empty() {
        // Some pages hide everything until a script has run.
        page = Page::of(&tree, first_line, true);
    }
    let lines = page.blocks.iter().map(|block| Line {
        span: block.span,
        node: block.node,
        heading: block.kind == ParagraphKind::Heading,
        link: block.link_chars * 2 > block.chars,
        article: false,
        chars: block.chars as usize,
        cues: Cues::default(),
    });
    let mut view = View::new(&page.text, lines.collect(), Some((&tree, &page)));
    let first = first_line.and_then(|_| headline::of_line(&view, 0));
    let headline = first.or_else(|| headline::find(&view));
    let headline_line = headline.as_ref().and_then(|headline| headline.line);
    let article = content::find(&tree, &page, headline_line);
    for &index in &article.blocks {
        if let Some(line) = view.lines.get_mut(index) {
            line.article = true;
        }
    }
    let facts = page::facts(&view, headline.clone());
    let draft = draft_of(title, &page, &view, &article, headline.as_ref(), &facts, &tree);
    (draft, facts)
}

fn draft_of(
    title: &str,
    page: &Page,
    view: &View<'_>,
    article: &content::Article,
    headline: Option<&Headline>,
    facts: &Facts,
    tree: &Tree<'_>,
) -> CleanBuilder {
    let (bytes, segments) = (title.len() + page.text.len() + 1, page.segments.len() + 1);
    let mut draft = CleanBuilder::with_capacity(bytes, page.blocks.len() + 1, segments);
    draft.field(Field::Title, title, |_| ParagraphKind::Title);
    let shown = headline.and_then(|headline| headline.line);
    let repeated = headline.is_some_and(|headline| {
        article.whole_page && page::letters(&headline.found.text) == page::letters(title)
    });
    if let Some(headline) = headline
        && !repeated
        && !shown.is_some_and(|line| article.blocks.contains(&line))
    {
        match shown.and_then(|line| page.blocks.get(line)) {
            Some(block) => {
                let segments = page.segments_of(block.span);
                draft.paragraph(page.text_of(block), ParagraphKind::Title, block.span.start, segments);
            }
            None => {
                let value = Page::of_value(tree, headline.found.source.clone());
                let segments = value.segments.iter().copied();
                draft.paragraph(&value.text, ParagraphKind::Title, 0, segments);
            }
        }
    }
    // Bars that stick to the window repeat the headline.
    let repeatable = headline.filter(|headline| article.whole_page && headline.line.is_some());
    let headline_letters = repeatable.map(|headline| page::letters(&headline.found.text));
    for &index in &article.blocks {
        let Some(block) = page.blocks.get(index) else { continue };
        if let Some(letters) = &headline_letters
            && (shown != Some(index) && block.chars <= 200)
            && page::letters(page.text_of(block)) == *letters
        {
            continue;
        }
        let kind = if shown == Some(index) {
            if repeated {
                continue;
            }
            ParagraphKind::Title
        } else {
            let line = view.lines.get(index);
            line.and_then(|line| special_kind(page.text_of(block), line, facts)).unwrap_or(block.kind)
        };
        let segments = page.segments_of(block.span);
        draft.paragraph(page.text_of(block), kind, block.span.start, segments);
    }
    draft
}

/// Where the first line of an HTML source ends, if it holds text and no tag, and reads like a headline.
fn first_line_end(content: &str) -> Option<usize> {
    let start = content.len() - content.trim_start_matches(is_space).len();
    let line = content.get(start..)?;
    let len = memchr::memchr2(b'\n', b'\r', line.as_bytes())?;
    let line = line.get(..len)?;
    let chars = line.chars().count();
    let reads_so = chars <= LONGEST_FIRST_LINE && !line.ends_with('。') && !line.contains('<');
    (chars > 0 && reads_so).then_some(start + len)
}

/// The kind that a paragraph has by what it says.
fn special_kind(text: &str, line: &Line, facts: &Facts) -> Option<ParagraphKind> {
    if line.cues.hold(Cues::ORIGINAL_TITLE)
        && attribution::original_title_in(text).is_some_and(|(_, alone)| alone)
    {
        return Some(ParagraphKind::OriginalTitle);
    }
    let chars = line.chars;
    if attribution::is_metadata(text, chars) {
        return Some(ParagraphKind::Metadata);
    }
    // A line of nothing but page facts: 2024-05-01 08:00 某某日报 张三. The medium alone may as well sign the text.
    if chars > 60 {
        return None;
    }
    let known = facts.byline.iter().chain(facts.published.iter().map(|(found, _)| found));
    let holds = |found: &&Found| text.contains(&found.text);
    if !known.clone().any(|found| holds(&found)) {
        return None;
    }
    let covered: usize =
        known.chain(&facts.source).filter(holds).map(|found| found.text.chars().count()).sum();
    (covered * 2 > chars).then_some(ParagraphKind::Metadata)
}

/// The facts in places of what the caller sent.
#[must_use]
pub fn located(title: &str, facts: Facts, map: &SourceMap) -> PageFacts {
    let place = |found: Found| {
        let (start, end) = map.as_sent(Field::Content, found.source.start, found.source.end);
        Located { field: Field::Content, start, end, text: found.text }
    };
    let given = trimmed(title, Span::new(0, title.len()));
    let title = if given.is_empty() {
        facts.title.map(place)
    } else {
        let (start, end) = (given.start as usize, given.end as usize);
        Some(Located { field: Field::Title, start, end, text: given.of(title).to_owned() })
    };
    let (published, publish_time) = facts.published.map(|(found, time)| (place(found), time)).unzip();
    PageFacts {
        title,
        original_title: facts.original_title.map(place),
        source: facts.source.map(place),
        byline: facts.byline.into_iter().map(place).collect(),
        published,
        publish_time,
    }
}
