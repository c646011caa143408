//! From the caller's bytes to clean text: the seed article, the laws of spans, real pages.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;
use serde_json::Value;
use wenmai::text;
use wenmai::text::Content;
use wenmai::text::Document;
use wenmai::text::Field;
use wenmai::text::Format;
use wenmai::text::ParagraphKind;
use wenmai::text::Prepared;
use wenmai::text::Span;
use wenmai::text::offsets::OffsetIndex;
use wenmai::text::page::PublishTime;

/// A file of the shared data, which only developers have.
fn shared(path: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared").join(path);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {} is absent", path.display());
    None
}

fn html(content: &str) -> Document {
    Document { content: Content::Text(content.to_owned()), format: Format::Html, ..Document::default() }
}

fn plain(content: &str) -> Document {
    Document { content: Content::Text(content.to_owned()), format: Format::PlainText, ..Document::default() }
}

fn paragraphs(prepared: &Prepared) -> Vec<(ParagraphKind, &str)> {
    let text = &prepared.clean.text;
    prepared.clean.paragraphs.iter().map(|paragraph| (paragraph.kind, paragraph.span.of(text))).collect()
}

/// Every `{start, end, src_start, src_end}` of the gold, wherever it stands.
fn gold_spans<'g>(value: &'g Value, found: &mut Vec<&'g Value>) {
    match value {
        Value::Object(fields) => {
            if fields.contains_key("src_start") {
                found.push(value);
            }
            fields.values().for_each(|value| gold_spans(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| gold_spans(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn offset(value: &Value, name: &str) -> usize {
    usize::try_from(value[name].as_u64().unwrap()).unwrap()
}

#[test]
fn the_seed_article_is_read_as_its_gold_says() {
    let (Some(article), Some(gold)) = (shared("seed/article.html"), shared("seed/gold.json")) else { return };
    let source = fs::read_to_string(article).unwrap();
    let gold: Value = serde_json::from_str(&fs::read_to_string(gold).unwrap()).unwrap();
    let document = Document { content: Content::Text(source.clone()), ..Document::default() };
    let prepared = text::prepare(&document).unwrap();
    let clean = &prepared.clean;
    assert_eq!((clean.format, prepared.language), (Format::Html, "zh-Hans"));
    assert!(prepared.warnings.is_empty(), "{:?}", prepared.warnings);

    let (clean_index, source_index) = (OffsetIndex::new(&clean.text), OffsetIndex::new(&source));
    assert_eq!(clean.text.chars().count(), offset(&gold, "clean_len"));
    let points = |span: Span| {
        (clean_index.code_points(span.start as usize), clean_index.code_points(span.end as usize))
    };
    let expected: Vec<_> = gold["paragraphs"].as_array().unwrap().iter().collect();
    assert_eq!(clean.paragraphs.len(), expected.len());
    for (paragraph, gold) in clean.paragraphs.iter().zip(expected) {
        assert_eq!(points(paragraph.span), (offset(gold, "start"), offset(gold, "end")));
        let kind = match gold["kind"].as_str().unwrap() {
            "title" => ParagraphKind::Title,
            "original_title" => ParagraphKind::OriginalTitle,
            _ => ParagraphKind::Body,
        };
        assert_eq!(paragraph.kind, kind);
    }
    let sentences: Vec<_> = prepared.sentences.iter().map(|sentence| points(sentence.span)).collect();
    let expected: Vec<_> = gold["sentences"]
        .as_array()
        .unwrap()
        .iter()
        .map(|gold| (offset(gold, "start"), offset(gold, "end")))
        .collect();
    assert_eq!(sentences, expected);

    let bytes: Vec<usize> = clean.text.char_indices().map(|(at, _)| at).chain([clean.text.len()]).collect();
    let mut spans = Vec::new();
    gold_spans(&gold, &mut spans);
    assert!(spans.len() >= 432, "{}", spans.len());
    for gold in spans {
        let span = Span::new(bytes[offset(gold, "start")], bytes[offset(gold, "end")]);
        if let Some(text) = gold["text"].as_str() {
            assert_eq!(span.of(&clean.text), text);
        }
        let (field, start, end) = clean.map.source(span).unwrap();
        assert_eq!(field, Field::Content);
        let found = (source_index.code_points(start), source_index.code_points(end));
        assert_eq!(found, (offset(gold, "src_start"), offset(gold, "src_end")), "{gold}");
    }

    let page = &prepared.page;
    assert_eq!(page.title.as_ref().unwrap().text, gold["title"]["text"].as_str().unwrap());
    let original = page.original_title.as_ref().unwrap();
    assert_eq!(original.text, gold["original_title"]["text"].as_str().unwrap());
    assert_eq!(source_index.code_points(original.start), offset(&gold["original_title"], "src_start"));
    let byline: Vec<_> = page.byline.iter().map(|name| source[name.start..name.end].to_owned()).collect();
    assert_eq!(byline, ["徐飞鹏", "范俊生"]);
    assert_eq!((&page.source, &page.published, page.publish_time), (&None, &None, None));
}

/// Without white space.
fn squeezed(text: &str) -> String {
    text.chars().filter(|character| !text::clean::is_space(*character)).collect()
}

/// Hits and possible hits.
#[derive(Default)]
struct Score(usize, usize);

impl Score {
    fn add(&mut self, hit: bool) {
        self.0 += usize::from(hit);
        self.1 += 1;
    }

    fn ratio(&self) -> f64 {
        self.0 as f64 / self.1.max(1) as f64
    }
}

fn is_time(found: Option<PublishTime>, expected: &str) -> bool {
    let Some(found) = found else { return false };
    match expected.split_once(' ') {
        None => found.date().to_string() == expected,
        Some(_) => found.at().strftime("%Y-%m-%d %H:%M").to_string() == expected,
    }
}

#[test]
fn real_pages_are_read() {
    let Some(folder) = shared("corpus/html") else { return };
    let expected = fs::read_to_string(folder.join("expected.jsonl")).unwrap();
    let mut scores: BTreeMap<&str, Score> = BTreeMap::new();
    for line in expected.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let file = row["file"].as_str().unwrap();
        let data = fs::read(folder.join(file)).unwrap();
        let document = Document {
            content: Content::Raw { data, charset: String::new() },
            format: Format::Html,
            ..Document::default()
        };
        let prepared = text::prepare(&document).unwrap();
        let clean = squeezed(&prepared.clean.text);
        let page = &prepared.page;
        let mut check = |name: &'static str, hit: bool, detail: String| {
            scores.entry(name).or_default().add(hit);
            if !hit {
                println!("{file}: {name}: {detail}");
            }
        };
        for must in row["must"].as_array().unwrap() {
            let must = must.as_str().unwrap();
            check("must", clean.contains(&squeezed(must)), must.to_owned());
        }
        for must_not in row["must_not"].as_array().unwrap() {
            let must_not = must_not.as_str().unwrap();
            check("must not", !clean.contains(&squeezed(must_not)), must_not.to_owned());
        }
        let mut fact = |name, expected: &Value, found: Option<&str>, hit: Option<bool>| {
            if let Some(expected) = expected.as_str() {
                let same = found.is_some_and(|found| squeezed(found) == squeezed(expected));
                check(name, hit.unwrap_or(same), format!("{expected} != {found:?}"));
            } else {
                check("nothing invented", found.is_none(), format!("{name} {found:?}"));
            }
        };
        fact("title", &row["title"], page.title.as_ref().map(|title| title.text.as_str()), None);
        fact("source", &row["source"], page.source.as_ref().map(|source| source.text.as_str()), None);
        let published = page.published.as_ref().map(|published| published.text.as_str());
        let time = row["published"].as_str().map(|expected| is_time(page.publish_time, expected));
        fact("published", &row["published"], published, time);
        let authors: Vec<&str> = row["byline"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        let found: Vec<&str> = page.byline.iter().map(|author| author.text.as_str()).collect();
        let name = if authors.is_empty() { "nothing invented" } else { "byline" };
        check(name, authors == found, format!("byline {authors:?} != {found:?}"));
    }
    for (name, score) in &scores {
        println!("{name:16} {:4} of {:4}  {:5.1} %", score.0, score.1, score.ratio() * 100.0);
    }
    for (name, floor) in FLOORS {
        assert!(scores[name].ratio() >= floor, "{name} {}", scores[name].ratio());
    }
}

/// What the rules reach on the pages that are there to learn from.
const FLOORS: [(&str, f64); 1] = [("must", 0.5)];
