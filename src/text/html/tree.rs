//! Elements and texts in document order.

use std::borrow::Cow;
use std::collections::HashMap;

use super::element::Content;
use super::element::Element;
use super::element::Role;
use super::entity;
use super::tokenizer::Bytes;
use super::tokenizer::Token;
use super::tokenizer::Tokenizer;

/// Index of a node in [`Tree::nodes`].
pub type NodeIndex = usize;

/// Attributes that say something about text; the others are not kept.
const KEPT: [&str; 12] = [
    "class", "id", "style", "hidden", "content", "name", "property", "itemprop", "datetime", "href", "role",
    "title",
];

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// An element.
    Element(Element),
    /// Text with character references.
    Text,
    /// Text without.
    RawText,
}

/// An element or a piece of text.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// The enclosing element; its own index for the root.
    pub parent: NodeIndex,
    /// One past its last descendant, so that the subtree of node `i` is `i..end`.
    pub end: NodeIndex,
    /// The text, or the start tag.
    pub source: Bytes,
    /// Indices into [`Tree::attributes`].
    attributes: std::ops::Range<u32>,
}

impl Node {
    /// The element; none for text.
    #[must_use]
    pub fn element(&self) -> Option<Element> {
        match self.kind {
            NodeKind::Element(element) => Some(element),
            NodeKind::Text | NodeKind::RawText => None,
        }
    }
}

/// Name (index into [`KEPT`]) and value of an attribute.
#[derive(Clone, Debug)]
struct KeptAttribute {
    name: u8,
    value: Bytes,
}

/// The nodes of a page in document order, below a root that has no tag.
#[derive(Clone, Debug)]
pub struct Tree<'a> {
    /// The source.
    pub source: &'a str,
    /// All nodes; the first is the root.
    pub nodes: Vec<Node>,
    attributes: Vec<KeptAttribute>,
    /// For each element, whether there is a node of it.
    present: [bool; Element::COUNT + 1],
    /// Texts with character references, and their bytes.
    text_count: usize,
    text_len: usize,
}

impl<'a> Tree<'a> {
    /// Reads `source`. Linear in its length, whatever it holds.
    #[must_use]
    pub fn parse(source: &'a str) -> Self {
        let mut builder = Builder::new(source);
        let mut tokenizer = Tokenizer::new(source);
        while let Some(token) = tokenizer.next() {
            match token {
                Token::Text(text) => builder.text(NodeKind::Text, text),
                Token::RawText(text) => builder.text(NodeKind::RawText, text),
                Token::Start { tag, name, element, self_closing } => {
                    let name = builder.name(element, name);
                    builder.start(element, name, tag, self_closing, &tokenizer);
                }
                Token::End { name, element } => {
                    let name = builder.name(element, name);
                    builder.end(element, name);
                }
            }
        }
        builder.finish()
    }

    /// The node at `index`.
    #[must_use]
    pub fn node(&self, index: NodeIndex) -> Option<&Node> {
        self.nodes.get(index)
    }

    /// The element at `index`.
    #[must_use]
    pub fn element(&self, index: NodeIndex) -> Option<Element> {
        self.node(index)?.element()
    }

    /// Where the value of attribute `name` stands in the source.
    #[must_use]
    pub fn attribute_bytes(&self, index: NodeIndex, name: &str) -> Option<Bytes> {
        let range = self.node(index)?.attributes.clone();
        let kept = self.attributes.get(range.start as usize..range.end as usize)?;
        let found = kept.iter().find(|attribute| KEPT.get(usize::from(attribute.name)) == Some(&name))?;
        Some(found.value.clone())
    }

    /// The value of attribute `name`, references decoded.
    #[must_use]
    pub fn attribute(&self, index: NodeIndex, name: &str) -> Option<Cow<'a, str>> {
        let bytes = self.attribute_bytes(index, name)?;
        Some(entity::decode_attribute(self.source.get(bytes)?))
    }

    /// Whether there is a node of an element.
    #[must_use]
    pub fn holds(&self, element: Element) -> bool {
        self.present.get(element as usize).copied().unwrap_or_default()
    }

    /// How many texts with character references there are.
    #[must_use]
    pub fn text_count(&self) -> usize {
        self.text_count
    }

    /// Their bytes as written.
    #[must_use]
    pub fn text_len(&self) -> usize {
        self.text_len
    }

    /// Nodes of one element, in order.
    pub fn of(&self, element: Element) -> impl Iterator<Item = NodeIndex> + '_ {
        let nodes = if self.holds(element) { self.nodes.as_slice() } else { &[] };
        let nodes = nodes.iter().enumerate();
        nodes.filter(move |(_, node)| node.element() == Some(element)).map(|(index, _)| index)
    }

    /// Elements of HTML, as opposed to names that merely stand in angle brackets.
    #[must_use]
    pub fn holds_html(&self) -> bool {
        self.nodes.iter().skip(1).any(|node| node.element().is_some_and(|element| element != Element::Other))
    }
}

/// Key of an element's name: those that are told apart first, then the others as they come.
type Name = usize;

/// An open element.
#[derive(Clone, Copy, Debug)]
struct Open {
    index: NodeIndex,
    name: Name,
    /// Where in [`Builder::open`] the next one outwards of the same name stands.
    outer: Option<u32>,
}

/// The tree as it grows.
struct Builder<'a> {
    tree: Tree<'a>,
    /// Open elements from the outside in, with their names.
    open: Vec<Open>,
    /// For each name, where in `open` the innermost of it stands.
    innermost: Vec<Option<u32>>,
    /// Where in `open` the scopes stand: cells, tables, templates.
    scopes: Vec<usize>,
    /// Where in `open` the blocks stand.
    blocks: Vec<usize>,
    others: HashMap<Cow<'a, str>, Name>,
}

impl<'a> Builder<'a> {
    fn new(source: &'a str) -> Self {
        let root = Node {
            kind: NodeKind::Element(Element::Other),
            parent: 0,
            end: 0,
            source: 0..0,
            attributes: 0..0,
        };
        // Each "<" begins about a node or ends one, and follows a text; where it is none of the kind, memory that is not
        // written is not taken either.
        let marks = memchr::memchr_iter(b'<', source.as_bytes()).count().min(1 << 12);
        let mut nodes = Vec::with_capacity(marks + 2);
        nodes.push(root);
        Self {
            tree: Tree {
                source,
                nodes,
                attributes: Vec::new(),
                present: [false; Element::COUNT + 1],
                text_count: 0,
                text_len: 0,
            },
            open: Vec::with_capacity(16),
            innermost: vec![None; Element::COUNT],
            scopes: Vec::new(),
            blocks: Vec::new(),
            others: HashMap::new(),
        }
    }

    fn parent(&self) -> NodeIndex {
        self.open.last().map_or(0, |open| open.index)
    }

    fn push_node(&mut self, kind: NodeKind, source: Bytes, attributes: std::ops::Range<u32>) -> NodeIndex {
        let index = self.tree.nodes.len();
        if let NodeKind::Element(element) = kind
            && let Some(present) = self.tree.present.get_mut(element as usize)
        {
            *present = true;
        }
        self.tree.nodes.push(Node { kind, parent: self.parent(), end: index + 1, source, attributes });
        index
    }

    fn text(&mut self, kind: NodeKind, source: Bytes) {
        if kind == NodeKind::Text {
            self.tree.text_count += 1;
            self.tree.text_len += source.len();
        }
        self.push_node(kind, source, 0..0);
    }

    /// The key of a name as written.
    fn name(&mut self, element: Element, name: Bytes) -> Name {
        if element != Element::Other {
            return element as Name;
        }
        let written = self.tree.source.get(name).unwrap_or_default();
        let lower = if written.bytes().any(|byte| byte.is_ascii_uppercase()) {
            Cow::Owned(written.to_ascii_lowercase())
        } else {
            Cow::Borrowed(written)
        };
        let next = self.innermost.len();
        let name = *self.others.entry(lower).or_insert(next);
        if name == next {
            self.innermost.push(None);
        }
        name
    }

    fn start(
        &mut self,
        element: Element,
        name: Name,
        tag: Bytes,
        self_closing: bool,
        tokenizer: &Tokenizer<'_>,
    ) {
        self.imply_ends(element);
        let attributes = self.keep_attributes(tokenizer);
        let index = self.push_node(NodeKind::Element(element), tag, attributes);
        // Other vocabularies close their own elements so; of HTML only void ones may.
        let foreign = matches!(element, Element::Other | Element::Svg | Element::Math);
        if element.content() == Content::Void || (foreign && self_closing) {
            return;
        }
        let place = self.open.len();
        let innermost = self.innermost.get_mut(name);
        let outer = innermost.and_then(|innermost| innermost.replace(place as u32));
        self.open.push(Open { index, name, outer });
        if element.is_scope() {
            self.scopes.push(place);
        }
        if element.role() == Role::Block {
            self.blocks.push(place);
        }
    }

    fn keep_attributes(&mut self, tokenizer: &Tokenizer<'_>) -> std::ops::Range<u32> {
        let first = self.tree.attributes.len() as u32;
        for attribute in tokenizer.attributes() {
            let written = self.tree.source.get(attribute.name.clone()).unwrap_or_default();
            if let Some(name) = KEPT.iter().position(|kept| written.eq_ignore_ascii_case(kept)) {
                let kept = KeptAttribute { name: name as u8, value: attribute.value.clone() };
                self.tree.attributes.push(kept);
            }
        }
        first..self.tree.attributes.len() as u32
    }

    /// Innermost open element of `name`, by its place in `open`.
    fn innermost(&self, name: Name) -> Option<usize> {
        self.innermost.get(name).copied().flatten().map(|place| place as usize)
    }

    fn innermost_scope(&self) -> usize {
        self.scopes.last().copied().unwrap_or(0)
    }

    /// Closes what a start tag of `element` ends without an end tag.
    fn imply_ends(&mut self, element: Element) {
        if element.ends_paragraph() {
            self.close_within(Element::P, &[]);
        }
        #[expect(clippy::wildcard_enum_match_arm, reason = "of a hundred elements, these end others")]
        match element {
            Element::Li => self.close_within(Element::Li, &[Element::Ul, Element::Ol, Element::Menu]),
            Element::Dt | Element::Dd => {
                self.close_within(Element::Dt, &[Element::Dl]);
                self.close_within(Element::Dd, &[Element::Dl]);
            }
            Element::Td | Element::Th => self.close_parts(&[Element::Td, Element::Th]),
            Element::Tr => self.close_parts(&[Element::Tr, Element::Caption]),
            Element::Thead | Element::Tbody | Element::Tfoot => {
                self.close_parts(&[Element::Thead, Element::Tbody, Element::Tfoot, Element::Caption]);
            }
            Element::Option => self.close_within(Element::Option, &[Element::Select]),
            Element::A => self.close_within(Element::A, &[]),
            _ if element.is_heading() => {
                let level = self.open.last().and_then(|open| self.tree.element(open.index));
                if level.is_some_and(Element::is_heading) {
                    self.pop();
                }
            }
            Element::Body => self.close_within(Element::Head, &[]),
            _ => {}
        }
    }

    /// Closes the innermost `element` unless one of `fences` or a scope stands inside it.
    fn close_within(&mut self, element: Element, fences: &[Element]) {
        let fence = fences.iter().filter_map(|&fence| self.innermost(fence as Name)).max().unwrap_or(0);
        let Some(place) = self.innermost(element as Name) else { return };
        if place >= fence && place >= self.innermost_scope() {
            self.close(place);
        }
    }

    /// Closes the innermost parts of the innermost table.
    fn close_parts(&mut self, parts: &[Element]) {
        let Some(table) = self.innermost(Element::Table as Name) else { return };
        let outermost =
            parts.iter().filter_map(|&part| self.innermost(part as Name)).filter(|&part| part > table);
        if let Some(place) = outermost.min() {
            self.close(place);
        }
    }

    fn end(&mut self, element: Element, name: Name) {
        if element == Element::P && self.innermost(name).is_none_or(|place| place < self.innermost_scope()) {
            // Browsers make an empty paragraph of it: it separates what is around it.
            self.push_node(NodeKind::Element(Element::Br), 0..0, 0..0);
            return;
        }
        let Some(place) = self.innermost(name) else { return };
        // Nothing outside a cell is closed from within, except by the parts of a table themselves.
        let structural = element.is_scope()
            || matches!(
                element,
                Element::Tr
                    | Element::Tbody
                    | Element::Thead
                    | Element::Tfoot
                    | Element::Body
                    | Element::Html
            );
        if place < self.innermost_scope() && !structural {
            return;
        }
        // A stray end tag of an inline element does not close the blocks opened since.
        if element.role() == Role::Inline && self.blocks.last().is_some_and(|&block| block > place) {
            return;
        }
        self.close(place);
    }

    /// Closes everything from `place` inwards.
    fn close(&mut self, place: usize) {
        while self.open.len() > place {
            self.pop();
        }
    }

    fn pop(&mut self) {
        let Some(Open { index, name, outer }) = self.open.pop() else { return };
        let end = self.tree.nodes.len();
        if let Some(node) = self.tree.nodes.get_mut(index) {
            node.end = end;
        }
        if let Some(innermost) = self.innermost.get_mut(name) {
            *innermost = outer;
        }
        let place = self.open.len();
        self.scopes.pop_if(|scope| *scope == place);
        self.blocks.pop_if(|block| *block == place);
    }

    fn finish(mut self) -> Tree<'a> {
        self.close(0);
        let end = self.tree.nodes.len();
        if let Some(root) = self.tree.nodes.first_mut() {
            root.end = end;
        }
        self.tree
    }
}

#[cfg(test)]
#[expect(clippy::string_slice, reason = "a test that cuts a character shall fail")]
mod tests {
    use super::*;

    /// The tree as nested names.
    fn outline(source: &str) -> String {
        let tree = Tree::parse(source);
        let mut text = String::new();
        let mut ends: Vec<usize> = Vec::new();
        for (index, node) in tree.nodes.iter().enumerate().skip(1) {
            while ends.last().is_some_and(|&end| end <= index) {
                ends.pop();
                text.push(')');
            }
            if !text.is_empty() && !text.ends_with('(') {
                text.push(' ');
            }
            match node.kind {
                NodeKind::Element(Element::Other) => text.push_str("other"),
                NodeKind::Element(element) => text.push_str(element.name()),
                NodeKind::Text | NodeKind::RawText => text.push_str(&source[node.source.clone()]),
            }
            if node.end > index + 1 {
                text.push('(');
                ends.push(node.end);
            }
        }
        text + &")".repeat(ends.len())
    }

    #[track_caller]
    fn check(source: &str, expected: &str) {
        assert_eq!(outline(source), expected, "{source}");
    }

    #[test]
    fn elements_end_where_browsers_end_them() {
        check("<p>a<p>b<div>c</div>d", "p(a) p(b) div(c) d");
        check("<ul><li>a<ul><li>b</ul><li>c</ul>d", "ul(li(a ul(li(b))) li(c)) d");
        check("<table><tr><td>a<td>b<tr><td>c</table>d", "table(tr(td(a) td(b)) tr(td(c))) d");
        check("<dl><dt>a<dd>b<dt>c</dl>", "dl(dt(a) dd(b) dt(c))");
        check("<a>b<a>c</a>", "a(b) a(c)");
        check("<br/>a<x/>b", "br a other b");
    }

    #[test]
    fn stray_end_tags_do_no_harm() {
        check("</div>a</p>b", "a br b");
        check("<div><b>a<p>b</b>c</p></div>d", "div(b(a p(b c))) d");
        check("<div><table><tr><td>a</div>b</td></tr></table></div>c", "div(table(tr(td(a b)))) c");
        check("<section>a</x-y></section>b", "section(a) b");
    }

    #[test]
    fn bombs_take_linear_time() {
        for (bomb, nodes) in [
            ("<div>".repeat(1_000_000), 1_000_001),
            (
                "<li><table>".to_owned()
                    + &"<span>".repeat(300_000)
                    + &"<li></li></b></td></div>".repeat(300_000),
                900_003,
            ),
            ("<a-b>".repeat(300_000) + &"</c-d>".repeat(300_000), 300_001),
            ("<p title='".to_owned() + &"a ".repeat(500_000) + "'>", 2),
            ("<p ".to_owned() + &"a=b ".repeat(500_000) + ">", 2),
            ("<".repeat(2_000_000), 2),
            ("<title>".repeat(300_000), 300_001),
            ("<!-".repeat(500_000), 1),
        ] {
            let tree = Tree::parse(&bomb);
            assert!(tree.nodes.len() <= nodes, "{} {}", &bomb[..9], tree.nodes.len());
        }
    }
}
