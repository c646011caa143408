//! Columns, wrapping and shortening by the width that text takes on a terminal: a Chinese character takes two columns.

use anstyle::Style;
use unicode_width::UnicodeWidthChar as _;

/// Marks that no line begins with.
const CLOSING: &str = "，。、；：？！）》〉」』】〕”’…—,.;:?!)%]}％·";
/// Marks that no line ends with.
const OPENING: &str = "（《〈「『【〔“‘([{";

/// Columns that `text` takes.
#[must_use]
pub fn width(text: &str) -> usize {
    text.chars().map(columns).sum()
}

fn columns(character: char) -> usize {
    character.width().unwrap_or(0)
}

/// One line of `text`, safe to show: a document may hold control characters and marks that turn the direction of
/// writing, and a terminal obeys both.
#[must_use]
pub fn line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        let shown = match character {
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{feff}' => {
                continue;
            }
            _ if character.is_whitespace() || character.is_control() => ' ',
            _ => character,
        };
        if !(shown == ' ' && (out.is_empty() || out.ends_with(' '))) {
            out.push(shown);
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// `text` in at most `room` columns, its end replaced by "…" where it does not fit.
#[must_use]
pub fn shorten(text: &str, room: usize) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 1;
    for character in text.chars() {
        used += columns(character);
        if used > room {
            break;
        }
        out.push(character);
    }
    if room > 0 {
        out.push('…');
    }
    out
}

/// `text` and as many spaces as fill `room` columns.
#[must_use]
pub fn pad(text: &str, room: usize) -> String {
    let mut out = text.to_owned();
    out.extend(std::iter::repeat_n(' ', room.saturating_sub(width(text))));
    out
}

/// Breaks one line of text into lines of at most `room` columns: between Chinese characters, but only at spaces within
/// words of letters; no line begins with closing or ends with opening punctuation.
///
/// A word longer than a line is broken anywhere. A mark may hang over by its own width rather than begin a line.
#[must_use]
pub fn wrap(text: &str, room: usize) -> Vec<String> {
    let room = room.max(2);
    let mut lines = Vec::new();
    let mut current = String::new();
    let mut used = 0;
    for piece in pieces(text) {
        let piece_width = width(piece);
        let fits = used + width(piece.trim_end()) <= room;
        if !fits && !current.trim().is_empty() {
            lines.push(std::mem::take(&mut current).trim_end().to_owned());
            used = 0;
        }
        let piece = if used == 0 { piece.trim_start() } else { piece };
        if used == 0 && piece_width > room {
            for character in piece.trim_end().chars() {
                let hangs = CLOSING.contains(character) && used <= room;
                if used + columns(character) > room && !hangs && !current.trim().is_empty() {
                    lines.push(std::mem::take(&mut current).trim_end().to_owned());
                    used = 0;
                }
                // No line begins with a space.
                if !(current.is_empty() && character.is_whitespace()) {
                    current.push(character);
                    used += columns(character);
                }
            }
            current.push_str(if piece.ends_with(' ') { " " } else { "" });
            used += usize::from(piece.ends_with(' '));
            continue;
        }
        current.push_str(piece);
        used += width(piece);
    }
    if !current.trim().is_empty() {
        lines.push(current.trim_end().to_owned());
    }
    lines
}

/// The shortest pieces that stay together on a line, in order and without gaps.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut characters = rest.char_indices();
        let (_, mut last) = characters.next()?;
        let end = characters
            .find(|(_, next)| {
                let together = joined(last, *next);
                last = *next;
                !together
            })
            .map_or(rest.len(), |(position, _)| position);
        let (piece, tail) = rest.split_at_checked(end)?;
        rest = tail;
        Some(piece)
    })
}

/// Whether no line may break between the two.
fn joined(left: char, right: char) -> bool {
    let word = |character: char| !character.is_whitespace() && columns(character) < 2;
    right.is_whitespace()
        || CLOSING.contains(right)
        || OPENING.contains(left)
        || (word(left) && word(right) && !OPENING.contains(right))
}

/// One cell of a table.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    text: String,
    style: Style,
    right: bool,
}

impl Cell {
    /// A cell; `text` is made safe to show.
    #[must_use]
    pub fn new(text: &str, style: Style) -> Self {
        Self { text: line(text), style, right: false }
    }

    /// The same, set to the right.
    #[must_use]
    pub fn right(mut self) -> Self {
        self.right = true;
        self
    }
}

/// Rows of cells in columns. The last column takes what is left and wraps, the others are shortened.
#[derive(Debug)]
pub struct Table {
    rows: Vec<Vec<Cell>>,
    indent: usize,
    lines: usize,
}

/// Columns between two columns.
const GAP: usize = 2;

impl Table {
    /// An empty table, `indent` columns from the left.
    #[must_use]
    pub fn new(indent: usize) -> Self {
        Self { rows: Vec::new(), indent, lines: usize::MAX }
    }

    /// Shows at most this many lines of a last cell.
    #[must_use]
    pub fn at_most(mut self, lines: usize) -> Self {
        self.lines = lines;
        self
    }

    /// Adds a row.
    pub fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }

    /// Whether there is nothing to show.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The table in `total` columns.
    #[must_use]
    pub fn render(&self, total: usize) -> String {
        let total = total.saturating_sub(self.indent).max(8);
        let count = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let cap = if count > 2 { total / 3 } else { total / 2 }.max(4);
        let mut widths = vec![0; count.saturating_sub(1)];
        for row in &self.rows {
            for (column, cell) in widths.iter_mut().zip(row) {
                *column = (*column).max(width(&cell.text)).min(cap);
            }
        }
        // A column that holds nothing takes no gap either.
        let fixed: usize = widths.iter().filter(|width| **width > 0).map(|width| width + GAP).sum();
        let room = total.saturating_sub(fixed).max(8);
        let mut out = String::new();
        for row in &self.rows {
            self.render_row(row, &widths, room, &mut out);
        }
        out
    }

    fn render_row(&self, row: &[Cell], widths: &[usize], room: usize, out: &mut String) {
        let mut left = " ".repeat(self.indent);
        let mut hang = self.indent;
        for (cell, column) in row.iter().zip(widths).filter(|(_, column)| **column > 0) {
            let text = shorten(&cell.text, *column);
            let fill = " ".repeat(column.saturating_sub(width(&text)));
            let text = paint(cell.style, &text);
            left.push_str(&if cell.right { fill + &text } else { text + &fill });
            left.push_str("  ");
            hang += column + GAP;
        }
        let Some(last) = row.get(widths.len()).filter(|cell| !cell.text.is_empty()) else {
            out.push_str(left.trim_end());
            out.push('\n');
            return;
        };
        let mut lines = wrap(&last.text, room);
        if lines.len() > self.lines {
            let rest = lines.split_off(self.lines.saturating_sub(1)).concat();
            lines.push(shorten(&rest, room));
        }
        for (number, text) in lines.iter().enumerate() {
            if number == 0 {
                out.push_str(&left);
            } else {
                out.push_str(&" ".repeat(hang));
            }
            out.push_str(&paint(last.style, text));
            out.push('\n');
        }
    }
}

/// `text` in `style`.
#[must_use]
pub fn paint(style: Style, text: &str) -> String {
    if text.is_empty() || style == Style::new() {
        return text.to_owned();
    }
    format!("{style}{text}{style:#}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, room: usize, expected: &[&str]) {
        assert_eq!(wrap(text, room), expected, "{text}");
    }

    #[test]
    fn chinese_wraps_between_characters_and_words_at_spaces() {
        check("发展新高地建设", 8, &["发展新高", "地建设"]);
        check("the quick brown fox", 10, &["the quick", "brown fox"]);
        check("加速5G、人工智能", 8, &["加速5G、", "人工智能"]);
        check("", 8, &[]);
        check("   ", 8, &[]);
        check("   ", 2, &[]);
        check("abcdef gh", 4, &["abcd", "ef", "gh"]);
    }

    #[test]
    fn marks_keep_their_sides() {
        check("新高地，发展", 6, &["新高", "地，发", "展"]);
        check("印发《条例》后", 6, &["印发", "《条", "例》后"]);
        check("antidisestablishment", 6, &["antidi", "sestab", "lishme", "nt"]);
    }

    #[test]
    fn shortening_counts_columns() {
        assert_eq!(shorten("北京日报", 8), "北京日报");
        assert_eq!(shorten("北京日报", 7), "北京日…");
        assert_eq!(shorten("北京日报", 6), "北京…");
        assert_eq!(shorten("北京", 0), "");
        assert_eq!(pad("北京", 6), "北京  ");
    }

    #[test]
    fn terminal_commands_do_not_pass() {
        assert_eq!(line("a\u{1b}[31mb\u{202e}c\r\n\t d"), "a [31mbc d");
        assert_eq!(line("  \u{7} "), "");
    }

    #[test]
    fn tables_align_chinese() {
        let plain = |text| Cell::new(text, Style::new());
        let mut table = Table::new(2).at_most(2);
        table.row(vec![plain("蔡奇"), plain("市委书记")]);
        table.row(vec![plain("陈吉宁"), plain("市委副书记、市长、党组书记、组长、主任")]);
        assert_eq!(table.render(22), "  蔡奇    市委书记\n  陈吉宁  市委副书记、\n          市长、党组…\n");
    }

    proptest! {
        #[test]
        fn wrapping_loses_nothing_but_space(text in "[a-z 北京，。《》“”0-9]{0,60}", room in 1usize..30) {
            let squeeze = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            let lines = wrap(&text, room);
            prop_assert_eq!(squeeze(&lines.concat()), squeeze(&text));
            prop_assert!(lines.iter().all(|line| !line.trim().is_empty()));
            prop_assert!(lines.iter().all(|line| width(line) <= room.max(2) + 2), "{:?}", lines);
        }

        #[test]
        fn nothing_shown_is_wider_than_asked(text in "\\PC{0,40}", room in 0usize..40) {
            prop_assert!(width(&shorten(&text, room)) <= room);
        }
    }
}
