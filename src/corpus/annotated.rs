//! Texts with marked spans in, one JSON object a line.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use sha2::Digest;
use sha2::Sha256;

use super::complaint;
use crate::error::Error;
use crate::text::Content;
use crate::text::Document;
use crate::text::Format;

/// A marked span: half-open, in code points of the text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct Annotation {
    /// First code point.
    pub start: usize,
    /// First code point no longer covered.
    pub end: usize,
    /// What it is.
    #[serde(rename = "type")]
    pub kind: String,
}

/// One text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct AnnotatedRow {
    /// Key; may be empty.
    #[serde(default)]
    pub id: String,
    /// Headline, in which nothing is marked; may be empty.
    #[serde(default)]
    pub title: String,
    /// The text.
    pub text: String,
    /// Its spans.
    #[serde(alias = "entities")]
    pub spans: Vec<Annotation>,
}

impl AnnotatedRow {
    /// The document without its spans.
    #[must_use]
    pub fn document(&self) -> Document {
        Document {
            id: self.id.clone(),
            title: self.title.clone(),
            content: Content::Text(self.text.clone()),
            format: Format::PlainText,
            ..Document::default()
        }
    }
}

/// Texts with marked spans.
#[derive(Clone, Debug)]
pub struct AnnotatedCorpus {
    /// Where it was read from.
    pub path: String,
    /// Hex SHA-256 of the file.
    pub digest: String,
    /// The texts, in order of the file.
    pub rows: Vec<AnnotatedRow>,
}

impl AnnotatedCorpus {
    /// Reads a JSONL file.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::CorpusLine`] at the first line that is no object with `text` and `entities` or `spans`,
    /// or has a span that does not lie in its text; [`Error::Corpus`] when there is no line at all.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let bytes = fs::read(path).map_err(|source| Error::io(path, source))?;
        Self::parse(&path.display().to_string(), &bytes)
    }

    /// Reads JSONL from memory; `path` is for messages.
    ///
    /// # Errors
    /// As [`AnnotatedCorpus::read`].
    pub fn parse(path: &str, bytes: &[u8]) -> Result<Self, Error> {
        let mut rows = Vec::new();
        for (index, line) in bytes.split(|&byte| byte == b'\n').enumerate() {
            let line = line.trim_ascii();
            if line.is_empty() {
                continue;
            }
            let refuse =
                |reason: String| Error::CorpusLine { path: path.to_owned(), line: index + 1, reason };
            let mut row: AnnotatedRow =
                serde_json::from_slice(line).map_err(|error| refuse(complaint(&error)))?;
            let length = row.text.chars().count();
            for Annotation { start, end, kind } in &row.spans {
                if start >= end || *end > length {
                    return Err(refuse(format!("the span {start}..{end} does not lie in the text")));
                }
                if kind.is_empty() {
                    return Err(refuse("a span has no type".to_owned()));
                }
            }
            row.spans.sort();
            rows.push(row);
        }
        if rows.is_empty() {
            return Err(Error::Corpus { path: path.to_owned(), reason: "holds no texts".to_owned() });
        }
        Ok(Self { path: path.to_owned(), digest: format!("{:x}", Sha256::digest(bytes)), rows })
    }

    /// Every type that occurs, sorted.
    #[must_use]
    pub fn types(&self) -> Vec<String> {
        let mut types: Vec<String> =
            self.rows.iter().flat_map(|row| row.spans.iter().map(|span| span.kind.clone())).collect();
        types.sort_unstable();
        types.dedup();
        types
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_and_spans_are_the_same() {
        let lines = "{\"text\":\"在苏州\",\"entities\":[{\"start\":1,\"end\":3,\"type\":\"LOC\"}]}\n\
                     {\"text\":\"在苏州\",\"spans\":[{\"start\":1,\"end\":3,\"type\":\"LOC\",\"text\":\"苏州\"}]}";
        let corpus = AnnotatedCorpus::parse("c.jsonl", lines.as_bytes()).unwrap();
        assert_eq!(corpus.rows[0], corpus.rows[1]);
        assert_eq!(corpus.types(), ["LOC"]);
    }

    #[test]
    fn a_span_outside_its_text_is_refused() {
        let line = r#"{"text":"苏州","entities":[{"start":1,"end":3,"type":"LOC"}]}"#;
        let error = AnnotatedCorpus::parse("c.jsonl", line.as_bytes()).unwrap_err().to_string();
        assert_eq!(error, "c.jsonl:1: the span 1..3 does not lie in the text");
    }
}
