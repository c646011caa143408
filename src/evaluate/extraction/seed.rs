//! The complete annotation of one article, with the article beside it as `article.html`.
//!
//! Scored by recall: the annotation is read as what must be found. Traps are what must not be.

use std::fs;
use std::path::Path;

use serde_json::Value as Json;

use super::Tally;
use crate::analyze::Analyzer;
use crate::analyze::Options;
use crate::analyze::Unobserved;
use crate::error::Error;
use crate::extract::ExtractOptions;
use crate::extract::Extraction;
use crate::extract::Value;
use crate::text::Content;
use crate::text::Document;
use crate::text::Format;

/// The article with its facts.
struct Found {
    text: String,
    extraction: Extraction,
}

impl Found {
    fn at(&self, byte: u32) -> usize {
        self.text.get(..byte as usize).map_or(0, |head| head.chars().count())
    }

    /// Values of the entities that are mentioned as `text` at a character.
    fn at_place(&self, text: &str, start: usize) -> impl Iterator<Item = &Value> {
        let text = text.to_owned();
        self.extraction
            .entities
            .iter()
            .filter(move |entity| {
                entity.mentions.iter().any(|mention| {
                    mention.span.of(&self.text) == text && self.at(mention.span.start) == start
                })
            })
            .map(|entity| &entity.value)
    }
}

/// Text and first character of every mention of a gold item, or of the item itself.
fn mentions(item: &Json) -> Vec<(String, usize)> {
    let one =
        |item: &Json| Some((item.get("text")?.as_str()?.to_owned(), item.get("start")?.as_u64()? as usize));
    match item.get("mentions").and_then(Json::as_array) {
        Some(mentions) => mentions.iter().filter_map(one).collect(),
        None => one(item).into_iter().collect(),
    }
}

fn items<'a>(gold: &'a Json, field: &str) -> impl Iterator<Item = &'a Json> {
    gold.get(field).and_then(Json::as_array).into_iter().flatten()
}

/// Scores the article.
pub(super) fn score(analyzer: &Analyzer, data: &Path, gold: &Json, tally: &mut Tally) -> Result<(), Error> {
    let path = data.with_file_name("article.html");
    let html = fs::read_to_string(&path).map_err(|source| Error::io(&path, source))?;
    let document = Document { content: Content::Text(html), format: Format::Html, ..Document::default() };
    let options = Options { classify: None, extract: Some(ExtractOptions::default()) };
    let analysis = analyzer.analyze(&document, &options, &mut Unobserved)?;
    let found =
        Found { text: analysis.prepared.clean.text, extraction: analysis.extraction.unwrap_or_default() };
    people(&found, gold, tally);
    dates(&found, gold, tally);
    quantities(&found, gold, tally);
    places(&found, gold, tally);
    sentences(&found, gold, tally);
    directives(&found, gold, tally);
    Ok(())
}

fn people(found: &Found, gold: &Json, tally: &mut Tally) {
    for person in items(gold, "people") {
        for (name, start) in mentions(person) {
            let right = found.at_place(&name, start).any(|value| matches!(value, Value::Person { .. }));
            tally.case("people", right);
            if !right {
                tally.differs("people", &format!("{name} at {start}"), &name, "");
            }
        }
    }
}

fn dates(found: &Found, gold: &Json, tally: &mut Tally) {
    for date in items(gold, "dates") {
        let Some(expected) = date.get("iso_no_ref").and_then(Json::as_str) else { continue };
        let modifier = date.get("modifier").and_then(Json::as_str).unwrap_or_default();
        for (text, start) in mentions(date) {
            let longer = format!("{text}{modifier}");
            let mut answers = found.at_place(&text, start).chain(found.at_place(&longer, start));
            let answer = answers.find_map(|value| {
                let Value::Time(value) = value else { return None };
                Some(value.timex.clone())
            });
            tally.case("dates", answer.as_deref() == Some(expected));
            if answer.as_deref() != Some(expected) {
                tally.differs("dates", &text, expected, answer.unwrap_or_default());
            }
        }
    }
}

fn quantities(found: &Found, gold: &Json, tally: &mut Tally) {
    for quantity in items(gold, "quantities") {
        let (Some((text, start)), Some(value)) =
            (mentions(quantity).into_iter().next(), quantity.get("value"))
        else {
            continue;
        };
        let object = quantity.get("object").and_then(Json::as_str).unwrap_or_default();
        let answer = found.extraction.entities.iter().find_map(|entity| {
            let Value::Quantity(answer) = &entity.value else { return None };
            let here = entity.mentions.iter().any(|mention| found.at(mention.span.start) == start);
            here.then(|| (answer.amount.clone(), answer.object.clone()))
        });
        let expected = value.to_string();
        let right = answer.as_ref().is_some_and(|(amount, of)| *amount == expected && of == object);
        tally.case("quantities", right);
        if !right {
            tally.differs("quantities", &text, format!("{value} {object}"), format!("{answer:?}"));
        }
    }
}

fn places(found: &Found, gold: &Json, tally: &mut Tally) {
    for place in items(gold, "places") {
        let codes: Vec<&str> = items(place, "codes").filter_map(Json::as_str).collect();
        for (name, start) in mentions(place) {
            let right = found.at_place(&name, start).any(|value| match value {
                Value::Place { divisions, .. } => {
                    let mut mine: Vec<&str> =
                        divisions.iter().map(|division| division.code.as_str()).collect();
                    let mut gold = codes.clone();
                    mine.sort_unstable();
                    gold.sort_unstable();
                    mine == gold
                }
                Value::Zone { division, .. } => {
                    codes.is_empty()
                        || division.as_ref().is_some_and(|division| codes.contains(&division.code.as_str()))
                }
                Value::Person { .. }
                | Value::Organization { .. }
                | Value::Time(_)
                | Value::Quantity(_)
                | Value::DocumentReference { .. }
                | Value::Post { .. } => false,
            });
            tally.case("divisions", right);
            if !right {
                tally.differs("divisions", &format!("{name} at {start}"), codes.join(" "), "");
            }
        }
    }
}

fn sentences(found: &Found, gold: &Json, tally: &mut Tally) {
    let first: Vec<&str> =
        found.extraction.key_sentences.iter().take(5).map(|sentence| sentence.span.of(&found.text)).collect();
    let must =
        gold.get("summary").and_then(|summary| summary.get("must")).or_else(|| gold.get("key_sentences"));
    for sentence in must.and_then(Json::as_array).into_iter().flatten() {
        let Some(text) = sentence.get("text").and_then(Json::as_str).or_else(|| sentence.as_str()) else {
            continue;
        };
        let right = first.iter().any(|mine| mine.contains(text.trim()) || text.contains(mine.trim()));
        tally.case("key sentences", right);
        if !right {
            tally.differs("key sentences", text, text, "");
        }
    }
}

fn directives(found: &Found, gold: &Json, tally: &mut Tally) {
    for directive in items(gold, "directives") {
        if directive.get("kind").and_then(Json::as_str) == Some("frame") {
            continue;
        }
        let Some((text, start)) = mentions(directive).into_iter().next() else { continue };
        let speaker = directive.get("speaker").and_then(Json::as_str).unwrap_or_default();
        let end = start + text.chars().count();
        let right = found.extraction.directives.iter().any(|mine| {
            let (from, to) = (found.at(mine.span.start), found.at(mine.span.end));
            let name = mine.speaker.and_then(|speaker| found.extraction.entities.get(speaker));
            from < end
                && start < to
                && name.is_none_or(|name| speaker.is_empty() || name.canonical_name == speaker)
        });
        tally.case("directives", right);
        if !right {
            tally.differs("directives", &text, speaker, "");
        }
    }
}
