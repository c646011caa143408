//! Real pages: `file` beside the data, `must`, `must_not`, `title`, `published`, `source`, `byline`.
//!
//! Text is compared without white space, as the data say. A fact that the data do not state is not scored.

use std::fs;
use std::path::Path;

use serde_json::Value as Json;

use super::Tally;
use crate::text;
use crate::text::Content;
use crate::text::Document;
use crate::text::Format;
use crate::text::page::PublishTime;

/// Without white space.
fn squeezed(text: &str) -> String {
    text.chars().filter(|character| !text::clean::is_space(*character)).collect()
}

/// Scores one page; `None` when the row is none or its file cannot be read.
pub(super) fn score(data: &Path, row: &Json, tally: &mut Tally) -> Option<()> {
    let file = row.get("file")?.as_str()?;
    let bytes = fs::read(data.parent()?.join(file)).ok()?;
    let document = Document {
        content: Content::Raw { data: bytes, charset: String::new() },
        format: Format::Html,
        ..Document::default()
    };
    let Ok(prepared) = text::prepare(&document) else {
        tally.differs("must", file, "", "no text");
        return Some(());
    };
    let clean = squeezed(&prepared.clean.text);
    let list = |field: &str| -> Vec<&str> {
        row.get(field).and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).collect()
    };
    let mut check = |kind: &str, right: bool, expected: &str, found: &str| {
        tally.case(kind, right);
        if !right {
            tally.differs(kind, file, expected, found);
        }
    };
    for must in list("must") {
        check("must", clean.contains(&squeezed(must)), must, "");
    }
    for leak in list("must_not") {
        check("must not", !clean.contains(&squeezed(leak)), "", leak);
    }
    let page = &prepared.page;
    let written =
        |fact: &Option<text::Located>| fact.as_ref().map_or(String::new(), |fact| fact.text.clone());
    for (kind, found) in [("title", written(&page.title)), ("source", written(&page.source))] {
        if let Some(expected) = row.get(kind).and_then(Json::as_str).filter(|expected| !expected.is_empty()) {
            check(kind, squeezed(&found) == squeezed(expected), expected, &found);
        }
    }
    if let Some(expected) =
        row.get("published").and_then(Json::as_str).filter(|expected| !expected.is_empty())
    {
        let right = page.publish_time.is_some_and(|time| is_time(time, expected));
        check("publish time", right, expected, &written(&page.published));
    }
    let authors = list("byline");
    if !authors.is_empty() {
        let found: Vec<&str> = page.byline.iter().map(|author| author.text.as_str()).collect();
        check("byline", found == authors, &authors.join(" "), &found.join(" "));
    }
    Some(())
}

fn is_time(found: PublishTime, expected: &str) -> bool {
    if expected.contains(' ') {
        found.at().strftime("%Y-%m-%d %H:%M").to_string() == expected.get(..16).unwrap_or(expected)
    } else {
        found.date().to_string() == expected
    }
}
