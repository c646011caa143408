//! Labelled documents in, one JSON object a line.

pub mod annotated;
pub mod duplicates;

use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde::Deserializer;
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
    /// Topics, the primary one first; empty: none of the topics. A single one may stand without brackets, and the
    /// field may be called `label`.
    #[serde(alias = "label", deserialize_with = "one_or_many")]
    pub labels: Vec<String>,
    /// Whoever labelled `text` saw only its first [`CUT_HEAD`] and last [`CUT_TAIL`] characters.
    #[serde(default)]
    pub cut: bool,
    /// Labels that count neither as right nor as wrong.
    #[serde(default)]
    pub optional: Vec<String>,
}

/// A string or a list of strings.
fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "labels must be a string or a list of strings")]
    enum Labels {
        One(String),
        Many(Vec<String>),
    }
    Ok(match Labels::deserialize(deserializer)? {
        Labels::One(label) => vec![label],
        Labels::Many(labels) => labels,
    })
}

impl Row {
    /// The document without its labels: the text that was labelled, which of a `cut` row is its head and its tail.
    #[must_use]
    pub fn document(&self) -> Document {
        let (content, format) = match self.html.is_empty() {
            true if self.cut => (head_and_tail(&self.text), Format::PlainText),
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

/// Characters that are left of the beginning of a `cut` text.
pub const CUT_HEAD: usize = 370;
/// Characters that are left of its end.
pub const CUT_TAIL: usize = 100;

/// The beginning and the end of a long text, a line each; a short one as it is.
fn head_and_tail(text: &str) -> String {
    let at = |position: Option<(usize, char)>| position.map(|(at, _)| at);
    let head = at(text.char_indices().nth(CUT_HEAD));
    let tail = at(text.char_indices().nth_back(CUT_TAIL - 1));
    match (head, tail) {
        (Some(head), Some(tail)) if head < tail => {
            let (begin, end) = (text.get(..head).unwrap_or_default(), text.get(tail..).unwrap_or_default());
            format!("{begin}\n{end}")
        }
        _ => text.to_owned(),
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
            let row: Row = serde_json::from_slice(line).map_err(|error| refuse(complaint(&error)))?;
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

    /// The genres that rows name, in order of the first document of each.
    #[must_use]
    pub fn genres(&self) -> Vec<&str> {
        let mut genres: Vec<&str> = Vec::new();
        for row in &self.rows {
            if !row.genre.is_empty() && !genres.contains(&row.genre.as_str()) {
                genres.push(&row.genre);
            }
        }
        genres
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

/// What JSON complains of, without a line number of its own: it only ever sees one line.
fn complaint(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.split_once(" at line ") {
        Some((complaint, _)) => format!("{complaint} (column {})", error.column()),
        None => text,
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
    fn one_label_needs_no_brackets() {
        let corpus = Corpus::parse("c.jsonl", br#"{"text":"x","label":"a"}"#).unwrap();
        assert_eq!(corpus.rows[0].labels, ["a"]);
        let error = Corpus::parse("c.jsonl", br#"{"text":"x","labels":3}"#).unwrap_err().to_string();
        assert!(error.starts_with("c.jsonl:1: labels must be a string or a list of strings"), "{error}");
    }

    #[test]
    fn a_row_without_text_is_refused() {
        let error = Corpus::parse("c.jsonl", br#"{"title":" ","labels":["a"]}"#).unwrap_err();
        assert_eq!(error.to_string(), "c.jsonl:1: neither title nor text nor html holds anything");
    }

    #[test]
    fn a_cut_row_is_what_was_labelled() {
        let text: String = ('一'..).take(600).collect();
        let row = Row { text: text.clone(), cut: true, ..Row::default() };
        let Content::Text(cut) = row.document().content else { panic!("text stays text") };
        assert_eq!(cut.chars().count(), CUT_HEAD + 1 + CUT_TAIL);
        assert!(cut.starts_with('一') && cut.chars().last() == text.chars().last());
        let short = Row { text: "短".to_owned(), cut: true, ..Row::default() };
        assert_eq!(short.document().content, Content::Text("短".to_owned()));
    }

    #[test]
    fn an_empty_file_is_refused() {
        assert!(matches!(Corpus::parse("c.jsonl", b"\n"), Err(Error::Corpus { .. })));
    }
}
