//! Labelled documents in, one JSON object a line.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use sha2::Digest;
use sha2::Sha256;

use crate::error::Error;
use crate::text::Content;
use crate::text::Document;
use crate::text::Format;

/// One labelled document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Row {
    /// Key; may be empty.
    #[serde(default)]
    pub id: String,
    /// Where the document comes from; may be empty.
    #[serde(default)]
    pub genre: String,
    /// Headline; may be empty.
    #[serde(default)]
    pub title: String,
    /// Body as plain text.
    #[serde(default)]
    pub text: String,
    /// Body as HTML, instead of `text`.
    #[serde(default)]
    pub html: String,
    /// Topics, the primary one first; empty: none of the topics.
    pub labels: Vec<String>,
    /// Labels that count neither as right nor as wrong.
    #[serde(default)]
    pub optional: Vec<String>,
}

impl Row {
    /// The document without its labels.
    #[must_use]
    pub fn document(&self) -> Document {
        let (content, format) = match self.html.is_empty() {
            true => (self.text.clone(), Format::PlainText),
            false => (self.html.clone(), Format::Html),
        };
        Document {
            id: self.id.clone(),
            title: self.title.clone(),
            content: Content::Text(content),
            format,
            ..Document::default()
        }
    }
}

/// A labelled corpus.
#[derive(Clone, Debug)]
pub struct Corpus {
    /// Where it was read from.
    pub path: String,
    /// Hex SHA-256 of the file.
    pub digest: String,
    /// The documents, in order of the file.
    pub rows: Vec<Row>,
}

impl Corpus {
    /// Reads a JSONL file.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::CorpusLine`] at the first line that is no object with `labels` and with a title, text
    /// or HTML; [`Error::Corpus`] when there is no line at all.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let bytes = fs::read(path).map_err(|source| Error::io(path, source))?;
        Self::parse(&path.display().to_string(), &bytes)
    }

    /// Reads JSONL from memory; `path` is for messages.
    ///
    /// # Errors
    /// As [`Corpus::read`].
    pub fn parse(path: &str, bytes: &[u8]) -> Result<Self, Error> {
        let mut rows = Vec::new();
        for (index, line) in bytes.split(|&byte| byte == b'\n').enumerate() {
            let line = line.trim_ascii();
            if line.is_empty() {
                continue;
            }
            let refuse =
                |reason: String| Error::CorpusLine { path: path.to_owned(), line: index + 1, reason };
            let row: Row = serde_json::from_slice(line).map_err(|error| refuse(error.to_string()))?;
            if row.title.trim().is_empty() && row.text.trim().is_empty() && row.html.trim().is_empty() {
                return Err(refuse("neither title nor text nor html holds anything".to_owned()));
            }
            if row.labels.iter().chain(&row.optional).any(|label| label.trim().is_empty()) {
                return Err(refuse("a label is empty".to_owned()));
            }
            rows.push(row);
        }
        if rows.is_empty() {
            return Err(Error::Corpus { path: path.to_owned(), reason: "holds no documents".to_owned() });
        }
        let digest = format!("{:x}", Sha256::digest(bytes));
        Ok(Self { path: path.to_owned(), digest, rows })
    }

    /// Every label that occurs, sorted.
    #[must_use]
    pub fn labels(&self) -> Vec<String> {
        let mut labels: Vec<String> = self.rows.iter().flat_map(|row| row.labels.iter().cloned()).collect();
        labels.sort_unstable();
        labels.dedup();
        labels
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_line_is_named() {
        let error = Corpus::parse("c.jsonl", b"{\"text\":\"\xe5\xa5\xbd\",\"labels\":[]}\n\n{\"text\":1}\n");
        assert!(error.unwrap_err().to_string().starts_with("c.jsonl:3: "));
    }

    #[test]
    fn a_row_without_text_is_refused() {
        let error = Corpus::parse("c.jsonl", br#"{"title":" ","labels":["a"]}"#).unwrap_err();
        assert_eq!(error.to_string(), "c.jsonl:1: neither title nor text nor html holds anything");
    }

    #[test]
    fn an_empty_file_is_refused() {
        assert!(matches!(Corpus::parse("c.jsonl", b"\n"), Err(Error::Corpus { .. })));
    }
}
