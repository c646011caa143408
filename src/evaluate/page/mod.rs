//! A report as one HTML file: its style and charts are inside, it asks for nothing from anywhere, and it runs no script.

mod markup;
mod chart;
mod summary;
mod topics;
mod confusion;
mod documents;
mod comparison;

use std::fmt;
use std::fmt::Write;

use super::cases::Case;
use super::compare::Comparison;
use super::judged::Judged;
use super::topics::TopicReport;
use markup::Text;

/// Everything that a page shows.
#[derive(Clone, Debug)]
pub struct Page<'a> {
    /// The model.
    pub model: Model,
    /// Name of the file with the documents.
    pub data: String,
    /// Hex SHA-256 of it.
    pub data_digest: String,
    /// What the model said.
    pub judged: &'a Judged,
    /// What was measured.
    pub report: &'a TopicReport,
    /// Documents that the model was most wrong about.
    pub worst: Vec<Case>,
    /// Documents that it had entirely right.
    pub best: Vec<Case>,
    /// How fast it answered, where that was measured.
    pub speed: Option<Speed>,
    /// Against another model, named, where one was given.
    pub comparison: Option<(String, &'a Comparison)>,
}

/// What a page says of the model itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Model {
    /// Its name and version.
    pub name: String,
    /// Hex SHA-256 of its manifest.
    pub digest: String,
    /// Bytes of all files that answers depend on.
    pub bytes: u64,
    /// Features with a weight.
    pub features: usize,
    /// Documents that it was trained on.
    pub training_documents: u32,
}

/// How fast documents were answered, one after another.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Speed {
    /// Documents in a second.
    pub documents_per_second: f64,
    /// Milliseconds that half of the documents stay under.
    pub median: f64,
    /// Milliseconds that all but one in twenty stay under.
    pub slow: f64,
}

/// Writes the page.
#[must_use]
pub fn render(page: &Page<'_>) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write(&mut out, page);
    out
}

fn write(out: &mut String, page: &Page<'_>) -> fmt::Result {
    let name = Text(&page.model.name);
    writeln!(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">")?;
    writeln!(out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")?;
    writeln!(out, "<meta name=\"color-scheme\" content=\"light dark\">")?;
    // What the page may load: nothing. It holds whatever a corpus held, and no escape is trusted alone.
    writeln!(
        out,
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    )?;
    writeln!(out, "<title>{name} · topics evaluated</title>")?;
    writeln!(out, "<style>\n{}</style>\n</head>\n<body>", include_str!("style.css"))?;
    summary::header(out, page)?;
    writeln!(out, "<main>")?;
    summary::tiles(out, page)?;
    if let Some((other, comparison)) = &page.comparison {
        comparison::section(out, page, other, comparison)?;
    }
    summary::overall(out, page)?;
    topics::table(out, page)?;
    topics::cards(out, page)?;
    confusion::section(out, page)?;
    documents::section(out, page)?;
    summary::groups(out, page)?;
    summary::footer(out, page)?;
    writeln!(out, "</main>\n</body>\n</html>")
}

/// A label's name for people, with its id where that is another.
fn label(out: &mut String, page: &Page<'_>, position: usize) -> fmt::Result {
    let Some(label) = page.judged.labels.get(position) else { return Ok(()) };
    write!(out, "<span class=\"name\">{}</span>", Text(&label.display_name))?;
    if label.display_name != label.id {
        write!(out, " <span class=\"id\">{}</span>", Text(&label.id))?;
    }
    Ok(())
}

/// A label's name alone, for where there is little room.
fn short<'a>(page: &'a Page<'_>, position: usize) -> Text<'a> {
    Text(page.judged.labels.get(position).map_or("", |label| label.display_name.as_str()))
}
