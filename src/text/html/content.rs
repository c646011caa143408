//! Which blocks are the article.
//!
//! A fragment is taken whole. On a page, the prose of every block counts for all elements around it, weighed by what
//! their names say; from the root inwards, the way follows the child that holds nearly all of it. Where no child does,
//! the article is; within it, what is navigation by its links, names or wording is left out.

use super::block::Block;
use super::block::Page;
use super::element::Element;
use super::hint;
use super::hint::Hint;
use super::phrase;
use super::tree::NodeIndex;
use super::tree::Tree;
use crate::text::clean::ParagraphKind;

/// Share of an element's prose that a child must hold for the article to lie within it.
const DOMINANT: f32 = 0.7;

/// The article among the blocks of a page.
#[derive(Clone, Debug, Default)]
pub struct Article {
    /// Indices of its blocks, in order.
    pub blocks: Vec<usize>,
    /// Whether the source was a whole page, so that there is something around the article.
    pub whole_page: bool,
}

/// Whether `tree` is a whole page rather than a fragment of one.
fn is_whole_page(tree: &Tree<'_>, page: &Page) -> bool {
    let structure = [Element::Html, Element::Body, Element::Head, Element::Meta, Element::Title];
    if structure.into_iter().any(|element| tree.holds(element)) {
        return true;
    }
    let (chars, links) = page.blocks.iter().fold((0, 0), |(chars, links), block| {
        (chars + u64::from(block.chars), links + u64::from(block.link_chars))
    });
    page.blocks.len() > 60 && links * 3 > chars
}

/// Finds the article; `headline` is the index of its block where it is known.
#[must_use]
pub fn find(tree: &Tree<'_>, page: &Page, headline: Option<usize>) -> Article {
    if !is_whole_page(tree, page) {
        return Article { blocks: (0..page.blocks.len()).collect(), whole_page: false };
    }
    let scene = Scene::of(tree, page, headline);
    let root = scene.article_root();
    Article { blocks: scene.blocks_of(root), whole_page: true }
}

/// Prose of an element.
#[derive(Clone, Copy, Debug, Default)]
struct Weight {
    /// Of its blocks and of the elements in it, each weighed by its name.
    inside: f32,
    /// The same, weighed by the element's own name.
    named: f32,
}

/// A page with what is known of its elements.
struct Scene<'p> {
    tree: &'p Tree<'p>,
    page: &'p Page,
    headline: Option<usize>,
    hints: Vec<Hint>,
    /// For each element, the innermost boilerplate element around it, itself included; 0 where there is none.
    boilerplate: Vec<NodeIndex>,
    /// Weighed prose of each block.
    prose: Vec<f32>,
}

impl<'p> Scene<'p> {
    fn of(tree: &'p Tree<'p>, page: &'p Page, headline: Option<usize>) -> Self {
        let hints: Vec<Hint> = (0..tree.nodes.len()).map(|index| hint::of(tree, index)).collect();
        let prose: Vec<f32> = page.blocks.iter().map(|block| prose(page, block)).collect();
        let hints = overruled(tree, page, hints, &prose);
        let mut boilerplate = vec![0; tree.nodes.len()];
        for (index, node) in tree.nodes.iter().enumerate().skip(1) {
            let around = boilerplate.get(node.parent).copied().unwrap_or(0);
            let own = if hints.get(index) == Some(&Hint::Boilerplate) { index } else { 0 };
            if let Some(slot) = boilerplate.get_mut(index) {
                *slot = if own > 0 { own } else { around };
            }
        }
        Self { tree, page, headline, hints, boilerplate, prose }
    }

    fn hint(&self, index: NodeIndex) -> Hint {
        self.hints.get(index).copied().unwrap_or(Hint::None)
    }

    /// The element that the article lies in.
    fn article_root(&self) -> NodeIndex {
        let weights = self.weights();
        let weight = |index: NodeIndex| weights.get(index).copied().unwrap_or_default();
        let mut root = 0;
        while let Some(node) = self.tree.node(root) {
            let mut best = None;
            let mut child = root + 1;
            while child < node.end {
                if weight(child).named > best.map_or(0.0, |best| weight(best).named) {
                    best = Some(child);
                }
                child = self.tree.node(child).map_or(node.end, |node| node.end);
            }
            match best {
                Some(child) if weight(child).named >= DOMINANT * weight(root).inside => root = child,
                Some(_) | None => break,
            }
        }
        root
    }

    /// Weighed prose in each element.
    fn weights(&self) -> Vec<Weight> {
        let mut weights = vec![Weight::default(); self.tree.nodes.len()];
        for (index, (block, prose)) in self.page.blocks.iter().zip(&self.prose).enumerate() {
            let mut weight = *prose;
            if self.boilerplate.get(block.node).is_some_and(|&around| around > 0) {
                weight *= 0.15;
            }
            if self.headline.is_some_and(|headline| index < headline) {
                weight *= 0.3;
            }
            if let Some(slot) = weights.get_mut(block.node) {
                slot.inside += weight;
            }
        }
        for index in (0..weights.len()).rev() {
            let factor = match self.hint(index) {
                Hint::ArticleText => 4.0,
                Hint::Boilerplate | Hint::None | Hint::Content => 1.0,
            };
            let Some(slot) = weights.get_mut(index) else { continue };
            slot.named = slot.inside * factor;
            let named = slot.named;
            let parent = self.tree.node(index).map_or(0, |node| node.parent);
            if let Some(around) = weights.get_mut(parent).filter(|_| index > 0) {
                around.inside += named;
            }
        }
        weights
    }

    /// The blocks of the article in `root`.
    fn blocks_of(&self, root: NodeIndex) -> Vec<usize> {
        let end = self.tree.node(root).map_or(0, |node| node.end);
        let inside = |block: &Block| (root..end).contains(&block.node);
        let mut found: Vec<usize> = Vec::new();
        for (index, block) in self.page.blocks.iter().enumerate().filter(|(_, block)| inside(block)) {
            let text = self.page.text_of(block);
            let chars = block.chars as usize;
            if phrase::opens_tail(text, chars) && self.is_tail(index, end, &found) {
                break;
            }
            if !self.is_beside_article(index, block, root) && !phrase::is_of_page(text, chars) {
                found.push(index);
            }
        }
        // An article does not end with a heading; what it headed was left out.
        while found
            .last()
            .and_then(|&last| self.page.blocks.get(last))
            .is_some_and(|b| b.kind == ParagraphKind::Heading)
            && found.len() > 1
        {
            found.pop();
        }
        found
    }

    /// Whether what follows block `index` within the article's element is less prose than what came before.
    fn is_tail(&self, index: usize, end: NodeIndex, found: &[usize]) -> bool {
        let prose = |index: usize| self.prose.get(index).copied().unwrap_or(0.0);
        let before: f32 = found.iter().map(|&index| prose(index)).sum();
        let rest = self.page.blocks.iter().enumerate().skip(index);
        let after: f32 = rest.take_while(|(_, block)| block.node < end).map(|(index, _)| prose(index)).sum();
        before > after
    }

    /// Whether a block in the article's element is not part of the article.
    fn is_beside_article(&self, index: usize, block: &Block, root: NodeIndex) -> bool {
        // Names outside the root were overruled by its prose; only those within it count.
        if self.boilerplate.get(block.node).is_some_and(|&around| around > root) {
            return true;
        }
        let linked = |block: &Block| block.link_chars * 2 > block.chars;
        let heads_links =
            block.kind == ParagraphKind::Heading && self.page.blocks.get(index + 1).is_some_and(linked);
        linked(block) || heads_links
    }
}

/// Hints without those that what the elements hold speaks against: a part that holds nearly all prose of the page, or
/// the named text of an article, is no boilerplate whatever it is called.
fn overruled(tree: &Tree<'_>, page: &Page, mut hints: Vec<Hint>, prose: &[f32]) -> Vec<Hint> {
    let mut inside = vec![(0.0_f32, 0.0_f32); tree.nodes.len()];
    for (block, prose) in page.blocks.iter().zip(prose) {
        if let Some((all, _)) = inside.get_mut(block.node) {
            *all += prose;
        }
    }
    for index in (1..tree.nodes.len()).rev() {
        let (all, mut named) = inside.get(index).copied().unwrap_or_default();
        if hints.get(index) == Some(&Hint::ArticleText) {
            named = all;
        }
        let parent = tree.node(index).map_or(0, |node| node.parent);
        if let Some((around, around_named)) = inside.get_mut(parent) {
            *around += all;
            *around_named += named;
        }
    }
    let total = inside.first().map_or(0.0, |(all, _)| *all);
    for (hint, (all, named)) in hints.iter_mut().zip(&inside) {
        if *hint == Hint::Boilerplate && (*all > total * 0.75 || *named > total * 0.3) {
            *hint = Hint::None;
        }
    }
    hints
}

/// How much a block reads like prose: its characters outside links, where it has the marks of sentences.
fn prose(page: &Page, block: &Block) -> f32 {
    let text = page.text_of(block);
    let marks = text.chars().filter(|&character| phrase::is_prose_mark(character)).count();
    let own = block.chars.saturating_sub(block.link_chars) as f32;
    if block.link_chars * 5 > block.chars * 2 || phrase::is_of_page(text, block.chars as usize) {
        return 0.0;
    }
    let table = if block.kind == ParagraphKind::TableRow { 0.5 } else { 1.0 };
    match marks {
        0 if block.chars < 30 => own * 0.1,
        0 => own * 0.4,
        _ => own * table,
    }
}
