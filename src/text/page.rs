//! Facts about the page itself: headline, original headline, source, byline, publish time.
//!
//! ```text
//! lines of the page ─headline→ where the article begins ─┬─publish_time
//!                                                        └─attribution→ source, byline, original headline
//! ```

pub mod cue;
pub mod headline;
pub mod publish_time;
pub mod name;
pub mod attribution;
pub mod byline;

use std::ops::Range;

use cue::Cues;
use jiff::civil;

use super::document::Located;
use super::html::Page;
use super::html::Tree;
use super::html::element::Element;
use super::html::tree::NodeIndex;
use super::span::Span;

/// The publish time as far as the page states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PublishTime {
    /// A day.
    Date(civil::Date),
    /// A day and a time of day.
    DateTime(civil::DateTime),
}

/// Facts about the page itself. Each points into the caller's own string, which may be an attribute
/// (`<meta content="…">`) rather than text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageFacts {
    /// Headline.
    pub title: Option<Located>,
    /// Headline under which it first ran, without the word 原标题.
    pub original_title: Option<Located>,
    /// Medium.
    pub source: Option<Located>,
    /// Authors.
    pub byline: Vec<Located>,
    /// The publish time as written.
    pub published: Option<Located>,
    /// The same, read. Only where day, month and year are stated as publish time.
    pub publish_time: Option<PublishTime>,
}

impl PublishTime {
    /// As an instant of local time; a day alone is its first moment.
    #[must_use]
    pub fn at(self) -> civil::DateTime {
        match self {
            Self::Date(day) => day.to_datetime(civil::Time::midnight()),
            Self::DateTime(instant) => instant,
        }
    }

    /// The day.
    #[must_use]
    pub fn date(self) -> civil::Date {
        self.at().date()
    }
}

/// A piece of the decoded content and its clean text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Bytes of the decoded content.
    pub source: Range<usize>,
    /// What they read as.
    pub text: String,
}

/// What a page says about itself, in places of the decoded content.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Headline.
    pub title: Option<Found>,
    /// Original headline.
    pub original_title: Option<Found>,
    /// Medium.
    pub source: Option<Found>,
    /// Authors.
    pub byline: Vec<Found>,
    /// Publish time as written, and read.
    pub published: Option<(Found, PublishTime)>,
}

/// One line of the page, as a reader sees it.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// Where in the text.
    pub span: Span,
    /// Its innermost element; the root for plain text.
    pub node: NodeIndex,
    /// A heading by its markup.
    pub heading: bool,
    /// Mostly links.
    pub link: bool,
    /// Part of the article.
    pub article: bool,
    /// Characters other than white space.
    pub chars: usize,
    /// Which of the words that the rules go by it holds.
    pub cues: Cues,
}

/// The lines of a page or of a plain text.
pub struct View<'a> {
    /// What the lines' spans count.
    pub text: &'a str,
    /// In order.
    pub lines: Vec<Line>,
    /// The elements, and the text with its source; none for plain text.
    pub html: Option<(&'a Tree<'a>, &'a Page)>,
}

impl<'a> View<'a> {
    /// A view of lines in order, whose cues are still to be found.
    #[must_use]
    pub fn new(text: &'a str, mut lines: Vec<Line>, html: Option<(&'a Tree<'a>, &'a Page)>) -> Self {
        let mut later = lines.iter_mut().peekable();
        cue::each(text, |at, kind| {
            while later.next_if(|line| (line.span.end as usize) <= at).is_some() {}
            if let Some(line) = later.peek_mut() {
                line.cues.add(kind);
            }
        });
        Self { text, lines, html }
    }

    /// Whether line `index` holds cues of a kind.
    fn holds(&self, index: usize, kind: Cues) -> bool {
        self.lines.get(index).is_some_and(|line| line.cues.hold(kind))
    }

    /// The text of line `index`.
    #[must_use]
    pub fn line(&self, index: usize) -> &'a str {
        self.lines.get(index).map_or("", |line| line.span.of(self.text))
    }

    /// The piece of line `index` at `range` of its text.
    #[must_use]
    pub fn found(&self, index: usize, range: Range<usize>) -> Option<Found> {
        let line = self.lines.get(index)?;
        let start = line.span.start as usize;
        let span = Span::new(start + range.start, start + range.end);
        let text = span.of(self.text);
        let lead = text.len() - text.trim_start().len();
        let span = Span::new(span.start as usize + lead, span.start as usize + lead + text.trim().len());
        if span.is_empty() {
            return None;
        }
        let source = match self.html {
            Some((_, page)) => page.source_of(span)?,
            None => span.range(),
        };
        Some(Found { source, text: span.of(self.text).to_owned() })
    }

    /// The first `<meta>` whose name, property or itemprop is the first of `names` that occurs, with a value.
    #[must_use]
    pub fn meta(&self, names: &[&str]) -> Option<Found> {
        let (tree, _) = self.html.filter(|(tree, _)| tree.holds(Element::Meta))?;
        let named = |index: NodeIndex, wanted: &str| {
            ["name", "property", "itemprop"].iter().any(|attribute| {
                tree.attribute(index, attribute).is_some_and(|name| name.trim().eq_ignore_ascii_case(wanted))
            })
        };
        let metas: Vec<NodeIndex> = tree.of(Element::Meta).take(200).collect();
        names.iter().find_map(|wanted| {
            let mut of_name = metas.iter().filter(|&&index| named(index, wanted));
            of_name.find_map(|&index| self.value(tree.attribute_bytes(index, "content")?))
        })
    }

    /// A stretch of the source without tags as clean text.
    #[must_use]
    pub fn value(&self, source: Range<usize>) -> Option<Found> {
        let (tree, _) = self.html?;
        let page = Page::of_value(tree, source);
        self.part_of_value(&page, 0..page.text.len())
    }

    /// The part of a value at `range` of its clean text.
    fn part_of_value(&self, page: &Page, range: Range<usize>) -> Option<Found> {
        let text = page.text.get(range.clone())?;
        let lead = text.len() - text.trim_start().len();
        let span = Span::new(range.start + lead, range.start + lead + text.trim().len());
        let source = page.source_of(span)?;
        Some(Found { source, text: span.of(&page.text).to_owned() })
    }
}

/// Letters and digits of `text`, folded, for comparing what is printed in two places.
pub(super) fn letters(text: &str) -> String {
    // Nearly all are Chinese; the rest takes several look-ups.
    let is_letter = |c: &char| matches!(c, '\u{4E00}'..='\u{9FFF}') || c.is_alphanumeric();
    text.chars().filter(is_letter).map(super::normalize::fold_char).collect()
}

/// Where `word` first stands in `text`. Labels are looked for in every line of a page; the standard library prepares
/// each search at greater length than a line takes to read.
fn find(text: &str, word: &str) -> Option<usize> {
    memchr::memmem::find(text.as_bytes(), word.as_bytes())
}

/// The facts that the lines of `view` state; `headline` as found before.
#[must_use]
pub fn facts(view: &View<'_>, headline: Option<headline::Headline>) -> Facts {
    let at = headline.as_ref().and_then(|headline| headline.line);
    let published = publish_time::find(view, at);
    let byline = byline::find(view, at);
    Facts {
        original_title: attribution::original_title(view),
        source: attribution::source(view, at, published.as_ref().map(|(found, _)| found)),
        byline,
        published,
        title: headline.map(|headline| headline.found),
    }
}
