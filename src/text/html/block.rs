//! The text of a page in blocks: what a reader sees as one paragraph each.

use std::ops::Range;

use super::element::Element;
use super::element::Role;
use super::entity;
use super::tree::NodeIndex;
use super::tree::NodeKind;
use super::tree::Tree;
use crate::text::clean::ParagraphKind;
use crate::text::clean::Segment;
use crate::text::clean::is_space;
use crate::text::document::Field;
use crate::text::scan;
use crate::text::span::Span;

/// One paragraph of a page.
#[derive(Clone, Copy, Debug)]
pub struct Block {
    /// Where in [`Page::text`]; trimmed, never empty.
    pub span: Span,
    /// The innermost element around its first character that is not inline; the root where there is none.
    pub node: NodeIndex,
    /// As its element says.
    pub kind: ParagraphKind,
    /// Characters other than white space.
    pub chars: u32,
    /// Of those, the ones that are links.
    pub link_chars: u32,
}

/// All visible text of a page.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The blocks one after another, separated by "\n".
    pub text: String,
    /// From there to the source, in order of both.
    pub segments: Vec<Segment>,
    /// In order.
    pub blocks: Vec<Block>,
}

impl Page {
    /// Collects the text of `tree`. What is hidden by `hidden` or `display:none` is left out unless `with_hidden`.
    /// A first line of the source before any markup, ending at `first_line`, is a block of its own.
    #[must_use]
    pub fn of(tree: &Tree<'_>, first_line: Option<usize>, with_hidden: bool) -> Self {
        let mut writer = Writer { rows: rows(tree), ..Writer::new(tree, first_line) };
        writer.page.text.reserve(tree.text_len());
        let texts = tree.text_count();
        writer.page.segments.reserve(texts);
        writer.page.blocks.reserve(texts);
        writer.write(with_hidden);
        writer.page
    }

    /// The text of one stretch of the source that holds character references but no tags: a title, an attribute.
    #[must_use]
    pub fn of_value(tree: &Tree<'_>, source: Range<usize>) -> Self {
        let mut writer = Writer::new(tree, None);
        writer.run(source, true);
        writer.flush();
        writer.page
    }

    /// The text of a block.
    #[must_use]
    pub fn text_of(&self, block: &Block) -> &str {
        block.span.of(&self.text)
    }

    /// Segments of the source that `span` is made of, clipped to it where they are literal.
    pub fn segments_of(&self, span: Span) -> impl Iterator<Item = Segment> + '_ {
        let first = self.segments.partition_point(|segment| segment.clean + segment.clean_len <= span.start);
        let rest = self.segments.get(first..).unwrap_or_default();
        rest.iter().take_while(move |segment| segment.clean < span.end).map(move |segment| {
            let from = span.start.max(segment.clean) - segment.clean;
            let until = (segment.clean + segment.clean_len).min(span.end) - segment.clean;
            if segment.literal {
                Segment {
                    clean: segment.clean + from,
                    clean_len: until - from,
                    source: segment.source + from,
                    source_len: until - from,
                    ..*segment
                }
            } else {
                *segment
            }
        })
    }

    /// The range of the source that `span` came from.
    #[must_use]
    pub fn source_of(&self, span: Span) -> Option<Range<usize>> {
        let mut segments = self.segments_of(span);
        let first = segments.next()?;
        let last = segments.last().unwrap_or(first);
        Some(first.source as usize..(last.source + last.source_len) as usize)
    }
}

/// Whether an element is hidden by its own attributes.
fn is_hidden(tree: &Tree<'_>, index: NodeIndex) -> bool {
    if tree.attribute_bytes(index, "hidden").is_some() {
        return true;
    }
    let Some(style) = tree.attribute_bytes(index, "style") else { return false };
    let style = tree.source.get(style).unwrap_or_default();
    style.split(';').any(|rule| {
        rule.split_once(':').is_some_and(|(property, value)| {
            let value = value.trim();
            let value = value.get(.."none".len()).unwrap_or_default();
            property.trim().eq_ignore_ascii_case("display") && value.eq_ignore_ascii_case("none")
        })
    })
}

/// What is known of a table row before it is written.
#[derive(Clone, Copy, Debug, Default)]
struct Row {
    cells: u32,
    /// Bytes of the longest cell.
    longest: usize,
    /// Blocks inside.
    blocks: u32,
    /// Holds a table.
    nested: bool,
}

impl Row {
    /// Whether the row is data rather than a way to lay out a page: then it is one paragraph.
    fn is_data(self) -> bool {
        self.cells >= 2 && !self.nested && (self.longest <= 600 || self.blocks <= self.cells * 3)
    }
}

/// Measures every row from the inside out, one step per node.
fn rows(tree: &Tree<'_>) -> Vec<Row> {
    if !tree.holds(Element::Tr) {
        return Vec::new();
    }
    let mut rows = vec![Row::default(); tree.nodes.len()];
    for (index, node) in tree.nodes.iter().enumerate().skip(1).rev() {
        let own = rows.get(index).copied().unwrap_or_default();
        let Some(parent) = rows.get_mut(node.parent) else { continue };
        match node.kind {
            NodeKind::Text => parent.longest += node.source.len(),
            NodeKind::RawText => {}
            // In a row, `longest` holds its longest cell; everywhere else, all text.
            NodeKind::Element(Element::Td | Element::Th) => {
                parent.cells += 1;
                parent.blocks += own.blocks;
                parent.longest = parent.longest.max(own.longest);
                parent.nested |= own.nested;
            }
            NodeKind::Element(element) => {
                parent.longest += own.longest;
                parent.blocks += own.blocks + u32::from(element.role() == Role::Block);
                parent.nested |= own.nested || element == Element::Table;
            }
        }
    }
    rows
}

/// An element that is open while the text is written.
#[derive(Clone, Copy, Debug)]
struct Open {
    index: NodeIndex,
    end: NodeIndex,
    element: Element,
    /// Begins and ends a paragraph here, which inside a data row nothing but the row does.
    block: bool,
}

/// Writes text into blocks.
struct Writer<'t, 'a> {
    tree: &'t Tree<'a>,
    rows: Vec<Row>,
    first_line: Option<usize>,
    page: Page,
    open: Vec<Open>,
    /// Those of them that are not inline; inline ones can be a million deep.
    blocks: Vec<NodeIndex>,
    /// Open elements by what they mean for the text inside them.
    links: usize,
    headings: usize,
    items: usize,
    verbatim: usize,
    /// The data row that is open.
    row: Option<NodeIndex>,
    /// The block being written: where it starts, and its counts so far.
    block: Option<Block>,
    /// White space not yet written: its place in the source.
    space: Option<Range<usize>>,
    /// Cell borders not yet written.
    tabs: usize,
}

impl<'t, 'a> Writer<'t, 'a> {
    fn new(tree: &'t Tree<'a>, first_line: Option<usize>) -> Self {
        Self {
            tree,
            rows: Vec::new(),
            first_line,
            page: Page::default(),
            open: Vec::new(),
            blocks: Vec::new(),
            links: 0,
            headings: 0,
            items: 0,
            verbatim: 0,
            row: None,
            block: None,
            space: None,
            tabs: 0,
        }
    }

    fn write(&mut self, with_hidden: bool) {
        let mut index = 1;
        while let Some(node) = self.tree.node(index) {
            self.leave_until(index);
            match node.kind {
                NodeKind::Text => self.text(node.source.clone(), true),
                NodeKind::RawText => self.text(node.source.clone(), false),
                NodeKind::Element(element) => {
                    if element.role() == Role::Dropped || (!with_hidden && is_hidden(self.tree, index)) {
                        if element.role() == Role::Block && self.row.is_none() {
                            self.flush();
                        }
                        index = node.end;
                        continue;
                    }
                    self.enter(index, node.end, element);
                }
            }
            index += 1;
        }
        self.leave_until(index);
        self.flush();
    }

    fn enter(&mut self, index: NodeIndex, end: NodeIndex, element: Element) {
        let mut block = element.role() == Role::Block;
        if self.row.is_some() {
            if matches!(element, Element::Td | Element::Th) {
                self.tabs += usize::from(self.block.is_some());
                self.space = None;
            } else if block {
                self.boundary_in_row();
            }
            block = false;
        } else if element == Element::Tr && self.rows.get(index).is_some_and(|row| row.is_data()) {
            self.flush();
            self.row = Some(index);
        } else if block {
            self.flush();
        }
        self.count(element, 1);
        if element.role() == Role::Block {
            self.blocks.push(index);
        }
        self.open.push(Open { index, end, element, block });
    }

    /// Adds an element to, or takes it from, the open ones that matter to text.
    fn count(&mut self, element: Element, by: isize) {
        #[expect(clippy::wildcard_enum_match_arm, reason = "of a hundred elements, these are counted")]
        let counter = match element {
            Element::A => &mut self.links,
            Element::Li => &mut self.items,
            Element::Pre | Element::Xmp => &mut self.verbatim,
            _ if element.is_heading() => &mut self.headings,
            _ => return,
        };
        *counter = counter.saturating_add_signed(by);
    }

    fn leave_until(&mut self, index: NodeIndex) {
        while let Some(open) = self.open.pop_if(|open| open.end <= index) {
            if self.row == Some(open.index) {
                self.row = None;
                self.flush_as(Some(ParagraphKind::TableRow));
            } else if open.block {
                self.flush();
            } else if self.row.is_some() && open.element.role() == Role::Block {
                self.boundary_in_row();
            }
            if open.element.role() == Role::Block {
                self.blocks.pop();
            }
            self.count(open.element, -1);
        }
    }

    /// Lines within a cell are separated by a space that came from nowhere.
    fn boundary_in_row(&mut self) {
        if self.block.is_some() && self.space.is_none() {
            self.space = Some(0..0);
        }
    }

    fn text(&mut self, source: Range<usize>, references: bool) {
        match self.first_line.take() {
            Some(end) if source.contains(&end) => {
                self.run(source.start..end, references);
                self.flush();
                self.run(end..source.end, references);
            }
            _ => self.run(source, references),
        }
    }

    fn run(&mut self, source: Range<usize>, references: bool) {
        let mut at = source.start;
        let text = self.tree.source.get(..source.end).unwrap_or_default();
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            let plain = scan::plain_len(rest, references);
            if plain > 0 {
                self.literal(rest.get(..plain).unwrap_or_default(), at);
                at += plain;
                continue;
            }
            let first = rest.chars().next().unwrap_or_default();
            if is_space(first) {
                if first == '\n' && self.verbatim > 0 && self.row.is_none() {
                    self.flush();
                } else {
                    self.white(at..at + first.len_utf8());
                }
                at += first.len_utf8();
                continue;
            }
            match entity::decode(rest, false) {
                Some((decoded, len)) => {
                    if decoded.chars().all(is_space) {
                        self.white(at..at + len);
                    } else {
                        self.begin();
                        self.push(&decoded, scan::count_visible(&decoded), at..at + len, false);
                    }
                    at += len;
                }
                None => {
                    self.literal("&", at);
                    at += 1;
                }
            }
        }
    }

    fn white(&mut self, source: Range<usize>) {
        self.space = Some(match self.space.take() {
            Some(space) if !space.is_empty() => space.start..source.end,
            Some(_) | None => source,
        });
    }

    /// Writes text without white space as it stands in the source at `at`.
    fn literal(&mut self, text: &str, at: usize) {
        self.begin();
        self.push(text, text.chars().count(), at..at + text.len(), true);
    }

    /// Makes ready for a character: begins a block, or writes the white space before it.
    fn begin(&mut self) {
        let space = self.space.take();
        if self.block.is_none() {
            if !self.page.text.is_empty() {
                self.page.text.push('\n');
            }
            let node = self.row.or_else(|| self.blocks.last().copied()).unwrap_or(0);
            let kind = if self.headings > 0 {
                ParagraphKind::Heading
            } else if self.items > 0 {
                ParagraphKind::ListItem
            } else {
                ParagraphKind::Body
            };
            let start = self.page.text.len();
            self.block = Some(Block { span: Span::new(start, start), node, kind, chars: 0, link_chars: 0 });
            self.tabs = 0;
        } else if self.tabs > 0 {
            self.page.text.extend(std::iter::repeat_n('\t', std::mem::take(&mut self.tabs)));
        } else if let Some(space) = space {
            if space.is_empty() {
                self.page.text.push(' ');
            } else {
                let literal = self.tree.source.get(space.clone()) == Some(" ");
                self.push(" ", 0, space, literal);
            }
        }
    }

    /// Writes text that has `chars` characters other than white space.
    fn push(&mut self, text: &str, chars: usize, source: Range<usize>, literal: bool) {
        let clean = self.page.text.len() as u32;
        self.page.text.push_str(text);
        if let Some(block) = &mut self.block {
            let chars = chars as u32;
            block.chars += chars;
            block.link_chars += if self.links > 0 { chars } else { 0 };
        }
        let (len, start, source_len) = (text.len() as u32, source.start as u32, source.len() as u32);
        if let Some(last) = self.page.segments.last_mut()
            && (last.literal && literal)
            && last.clean + last.clean_len == clean
            && last.source + last.source_len == start
        {
            last.clean_len += len;
            last.source_len += source_len;
            return;
        }
        let field = Field::Content;
        self.page.segments.push(Segment { clean, clean_len: len, field, source: start, source_len, literal });
    }

    fn flush(&mut self) {
        self.flush_as(None);
    }

    fn flush_as(&mut self, kind: Option<ParagraphKind>) {
        self.space = None;
        self.tabs = 0;
        if let Some(mut block) = self.block.take() {
            block.span = Span::new(block.span.start as usize, self.page.text.len());
            block.kind = kind.unwrap_or(block.kind);
            self.page.blocks.push(block);
        }
    }
}

#[cfg(test)]
#[expect(clippy::string_slice, reason = "a test that cuts a character shall fail")]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: &str, expected: &[(ParagraphKind, &str)]) -> Page {
        let page = Page::of(&Tree::parse(source), None, false);
        let blocks: Vec<_> = page.blocks.iter().map(|block| (block.kind, page.text_of(block))).collect();
        assert_eq!(blocks, expected, "{source}");
        page
    }

    use ParagraphKind::Body;
    use ParagraphKind::Heading;
    use ParagraphKind::ListItem;
    use ParagraphKind::TableRow;

    #[test]
    fn blocks_end_paragraphs_and_inline_elements_vanish() {
        check("<div>a<b>b</b> \n c<br>d</div>e", &[(Body, "ab c"), (Body, "d"), (Body, "e")]);
        check(
            "<h2>一、总则</h2><ul><li>甲<li>乙</ul>",
            &[(Heading, "一、总则"), (ListItem, "甲"), (ListItem, "乙")],
        );
        check("<p>　　甲&nbsp;&nbsp;乙&emsp;</p><p>&nbsp;</p>", &[(Body, "甲 乙")]);
        check("<pre>a\n b</pre>", &[(Body, "a"), (Body, "b")]);
    }

    #[test]
    fn data_rows_are_one_paragraph_and_layout_tables_are_not() {
        check(
            "<table><tr><th>区<th>产值<tr><td><p>东区</p><p>新区</p><td><td>5</table>",
            &[(TableRow, "区\t产值"), (TableRow, "东区 新区\t\t5")],
        );
        check("<table><tr><td><p>a</p><p>b</p></td></tr></table>", &[(Body, "a"), (Body, "b")]);
    }

    #[test]
    fn scripts_and_hidden_elements_are_no_text() {
        check(
            "a<script>b</script><p style='color:red; DISPLAY : none'>c</p><p hidden>d</p>e",
            &[(Body, "a"), (Body, "e")],
        );
        assert_eq!(Page::of(&Tree::parse("<p hidden>d</p>"), None, true).text, "d");
    }

    #[test]
    fn every_character_knows_its_source() {
        let source = "<p>一<b>二&amp;三</b>  \n 四</p>";
        let page = check(source, &[(Body, "一二&三 四")]);
        for (text, raw) in
            [("一", "一"), ("二", "二"), ("&", "&amp;"), ("三", "三"), (" ", "  \n "), ("二&三", "二&amp;三")]
        {
            let start = page.text.find(text).unwrap();
            let span = Span::new(start, start + text.len());
            let range = page.source_of(span).unwrap();
            let covered = &source[range];
            assert_eq!(covered.replace("</b>", ""), raw, "{text}");
        }
    }
}
