//! Tables: columns as wide as their widest cell, a Chinese character being two columns wide.

use std::io;
use std::io::Write as _;

use super::exit::Failure;
use super::report::layout;
use super::report::style;

/// How a column stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// Text.
    Left,
    /// Numbers.
    Right,
}

/// Rows of cells under a heading.
#[derive(Clone, Debug)]
pub(super) struct Table {
    columns: Vec<(&'static str, Side)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table without rows.
    pub(super) fn new(columns: &[(&'static str, Side)]) -> Self {
        Self { columns: columns.to_vec(), rows: Vec::new() }
    }

    /// Adds a row.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().map(|cell| layout::line(&cell)).collect());
    }

    /// The lines of the table, the heading first.
    fn lines(&self) -> Vec<String> {
        let headings: Vec<String> = self.columns.iter().map(|(name, _)| (*name).to_owned()).collect();
        let all = || std::iter::once(&headings).chain(&self.rows);
        let widths: Vec<usize> = (0..self.columns.len())
            .map(|at| all().filter_map(|row| row.get(at)).map(|cell| layout::width(cell)).max().unwrap_or(0))
            .collect();
        all()
            .map(|row| {
                let cells = row.iter().zip(&widths).zip(&self.columns).map(|((cell, &width), (_, side))| {
                    let space = " ".repeat(width.saturating_sub(layout::width(cell)));
                    match side {
                        Side::Left => format!("{cell}{space}"),
                        Side::Right => format!("{space}{cell}"),
                    }
                });
                cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
            })
            .collect()
    }

    /// Prints the table in Markdown.
    pub(super) fn print_markdown(&self) -> Result<(), Failure> {
        let mut out = anstream::stdout().lock();
        let line = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
        let headings = line(self.columns.iter().map(|(name, _)| (*name).to_owned()).collect());
        let sides = self.columns.iter().map(|(_, side)| match side {
            Side::Left => "---".to_owned(),
            Side::Right => "---:".to_owned(),
        });
        let rows =
            self.rows.iter().map(|row| line(row.iter().map(|cell| cell.replace('|', "\\|")).collect()));
        for line in [headings, line(sides.collect())].into_iter().chain(rows) {
            writeln!(out, "{line}").map_err(Failure::output)?;
        }
        Ok(())
    }

    /// Prints the table on standard output.
    pub(super) fn print(&self) -> Result<(), Failure> {
        let mut out = anstream::stdout().lock();
        for (index, line) in self.lines().iter().enumerate() {
            let line = if index == 0 { layout::paint(style::HEADING, line) } else { line.clone() };
            writeln!(out, "{line}").map_err(Failure::output)?;
        }
        Ok(())
    }
}

/// Prints lines of a name and a value.
pub(super) fn print_pairs(pairs: &[(&str, String)]) -> Result<(), Failure> {
    let width = pairs.iter().map(|(name, _)| layout::width(name)).max().unwrap_or(0);
    let mut out = anstream::stdout().lock();
    for (name, value) in pairs {
        let space = " ".repeat(width.saturating_sub(layout::width(name)));
        let name = layout::paint(style::DIM, name);
        writeln!(out, "{name}{space}  {}", layout::line(value)).map_err(Failure::output)?;
    }
    Ok(())
}

/// Prints one line, empty or not.
pub(super) fn print_line(line: &str) -> Result<(), Failure> {
    writeln!(anstream::stdout().lock(), "{line}").map_err(Failure::output)
}

/// Prints one JSON value on a line.
pub(super) fn print_json(value: &impl serde::Serialize) -> Result<(), Failure> {
    let json =
        serde_json::to_string(value).map_err(|error| Failure::output(io::Error::other(error.to_string())))?;
    print_line(&json)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_by_width() {
        let mut table = Table::new(&[("label", Side::Left), ("n", Side::Right)]);
        table.row(["产业".to_owned(), "7".to_owned()]);
        table.row(["ab".to_owned(), "10".to_owned()]);
        assert_eq!(table.lines(), ["label   n", "产业    7", "ab     10"]);
    }
}
