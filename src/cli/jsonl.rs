//! Documents as JSON objects, one a line.
//!
//! A line that is not what it should be becomes a problem with its number, and the lines after it are read all the
//! same.

use std::io;
use std::io::BufRead;

use serde::Deserialize;

use crate::wire::pb;

use super::input::Item;
use super::input::Problem;
use super::request::ReferenceTime;

/// Bytes above which a line is refused, so that a file without line breaks does not fill the memory.
const MAX_LINE: usize = 64 << 20;

/// A row; members beyond these are ignored, so that corpora with labels can be read as they are.
#[derive(Debug, Deserialize)]
struct Row {
    id: Option<Id>,
    title: Option<String>,
    text: Option<String>,
    html: Option<String>,
    reference_time: Option<String>,
    time_zone: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Id {
    Text(String),
    Number(serde_json::Number),
}

/// Reads rows off `reader`.
pub struct Rows<R> {
    reader: R,
    name: String,
    line: usize,
    reference: ReferenceTime,
    done: bool,
}

impl<R: BufRead> Rows<R> {
    /// Rows of the file called `name`; `reference` goes for those that bring no time of their own.
    pub fn new(reader: R, name: String, reference: ReferenceTime) -> Self {
        Self { reader, name, line: 0, reference, done: false }
    }

    fn item(&self, line: &[u8]) -> Item {
        let place = format!("{}:{}", self.name, self.line);
        let bytes = line.len() as u64;
        match document(line, &self.reference) {
            Ok((id, document)) => Item { id: id.unwrap_or(place), document: Ok(document), bytes },
            Err(message) => {
                let problem = Problem::line(&self.name, self.line, &message);
                Item { id: place, document: Err(problem), bytes }
            }
        }
    }

    /// The next line without its line break; none at the end. A line above the limit is skipped to its end.
    fn next_line(&mut self) -> io::Result<Option<Result<Vec<u8>, u64>>> {
        let mut line = Vec::new();
        let mut size = 0_u64;
        loop {
            let buffer = match self.reader.fill_buf() {
                Ok(buffer) => buffer,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if buffer.is_empty() {
                break;
            }
            let (part, ended) = match buffer.iter().position(|byte| *byte == b'\n') {
                Some(end) => (buffer.get(..=end).unwrap_or(buffer), true),
                None => (buffer, false),
            };
            size += part.len() as u64;
            if line.len() + part.len() <= MAX_LINE {
                line.extend_from_slice(part);
            }
            let used = part.len();
            self.reader.consume(used);
            if ended {
                break;
            }
        }
        if size == 0 {
            return Ok(None);
        }
        self.line += 1;
        Ok(Some(if size > MAX_LINE as u64 { Err(size) } else { Ok(line) }))
    }
}

impl<R: BufRead> Iterator for Rows<R> {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        while !self.done {
            match self.next_line() {
                Ok(None) => self.done = true,
                Ok(Some(Ok(line))) => {
                    let text = match line.as_slice().strip_prefix(b"\xef\xbb\xbf") {
                        Some(rest) if self.line == 1 => rest,
                        _ => &line,
                    };
                    // Without the line break, so that columns are counted in this line.
                    let text = text.trim_ascii_end();
                    if !text.is_empty() {
                        return Some(self.item(text));
                    }
                }
                Ok(Some(Err(size))) => {
                    let message = format!("the line has {size} bytes, the limit is {MAX_LINE}");
                    let problem = Problem::line(&self.name, self.line, &message);
                    let id = format!("{}:{}", self.name, self.line);
                    return Some(Item { id, document: Err(problem), bytes: size });
                }
                Err(error) => {
                    self.done = true;
                    let problem = Problem::unreadable(&self.name, &error);
                    return Some(Item { id: self.name.clone(), document: Err(problem), bytes: 0 });
                }
            }
        }
        None
    }
}

/// The document of one line, with its id if it has one; else what is wrong.
fn document(line: &[u8], reference: &ReferenceTime) -> Result<(Option<String>, pb::Document), String> {
    let line = std::str::from_utf8(line)
        .map_err(|error| format!("not UTF-8 from byte {} on", error.valid_up_to() + 1))?;
    // serde would read an array as the members in order.
    if !line.trim_start().starts_with('{') {
        return Err("not a JSON object".to_owned());
    }
    let Row { id, title, text, html, reference_time, time_zone } =
        serde_json::from_str(line).map_err(|error| complaint(&error))?;
    let (content, format) = match (text, html) {
        (Some(_), Some(_)) => return Err("both \"text\" and \"html\" are given".to_owned()),
        (Some(text), None) => (Some(text), pb::ContentFormat::PlainText),
        (None, Some(html)) => (Some(html), pb::ContentFormat::Html),
        (None, None) if title.is_some() => (None, pb::ContentFormat::PlainText),
        (None, None) => return Err("none of \"text\", \"html\" and \"title\" is given".to_owned()),
    };
    let reference = reference.overridden(reference_time.as_deref(), time_zone.as_deref())?;
    let id = id.map(|id| match id {
        Id::Text(text) => text,
        Id::Number(number) => number.to_string(),
    });
    let document = pb::Document {
        id: String::new(),
        title: title.unwrap_or_default(),
        source: content.map(pb::document::Source::Content),
        format: format.into(),
        language_code: String::new(),
        reference_time: reference.instant(),
        time_zone: reference.zone().to_owned(),
    };
    Ok((id.filter(|id| !id.is_empty()), document))
}

/// What serde_json says, without its own count of lines, which is always 1 here.
fn complaint(error: &serde_json::Error) -> String {
    let full = error.to_string();
    let said = full.split(" at line ").next().unwrap_or(&full);
    match error.classify() {
        serde_json::error::Category::Data => said.to_owned(),
        serde_json::error::Category::Io
        | serde_json::error::Category::Syntax
        | serde_json::error::Category::Eof => format!("broken JSON at column {}: {said}", error.column()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(text: &[u8]) -> Vec<Item> {
        Rows::new(text, "c.jsonl".to_owned(), ReferenceTime::default()).collect()
    }

    fn problem(text: &str) -> String {
        match items(text.as_bytes()).remove(0).document {
            Ok(document) => panic!("{document:?}"),
            Err(problem) => problem.message().to_owned(),
        }
    }

    #[test]
    fn rows_become_documents() {
        let read = items(
            "\u{feff}{\"id\":7,\"title\":\"题\",\"text\":\"文\",\"labels\":[\"x\"]}\r\n\n{\"html\":\"<p>文</p>\"}".as_bytes(),
        );
        let ids: Vec<_> = read.iter().map(|item| item.id.as_str()).collect();
        assert_eq!(ids, ["7", "c.jsonl:3"]);
        let formats: Vec<_> = read.iter().map(|item| item.document.as_ref().unwrap().format()).collect();
        assert_eq!(formats, [pb::ContentFormat::PlainText, pb::ContentFormat::Html]);
        assert_eq!(read[0].document.as_ref().unwrap().title, "题");
    }

    #[test]
    fn broken_lines_are_named_and_the_rest_goes_on() {
        let read = items(b"{\"text\":\n{\"text\":\"a\"}\n\xff\n{\"text\":\"b\"}");
        let failed: Vec<_> = read.iter().map(|item| item.document.is_err()).collect();
        assert_eq!(failed, [true, false, true, false]);
        assert_eq!(problem("{\"text\":"), "c.jsonl:1: broken JSON at column 8: EOF while parsing a value");
        assert_eq!(problem("{}x"), "c.jsonl:1: broken JSON at column 3: trailing characters");
        assert_eq!(problem("[\"a\",\"b\",\"c\"]"), "c.jsonl:1: not a JSON object");
        assert_eq!(problem("{\"text\":5}"), "c.jsonl:1: invalid type: integer `5`, expected a string");
        assert_eq!(problem("{\"id\":\"a\"}"), "c.jsonl:1: none of \"text\", \"html\" and \"title\" is given");
        assert_eq!(
            problem("{\"text\":\"a\",\"html\":\"b\"}"),
            "c.jsonl:1: both \"text\" and \"html\" are given"
        );
        assert_eq!(
            problem("{\"text\":\"a\",\"reference_time\":\"soon\"}"),
            "c.jsonl:1: reference time \"soon\" is neither an RFC 3339 instant nor a date or date-time"
        );
    }

    #[test]
    fn a_row_brings_its_own_time() {
        let read = items(br#"{"text":"a","reference_time":"2025-10-26","time_zone":"UTC"}"#);
        let document = read[0].document.as_ref().unwrap();
        assert_eq!(document.time_zone, "UTC");
        assert_eq!(document.reference_time.unwrap().seconds, 1_761_436_800);
    }

    #[test]
    fn endless_lines_do_not_fill_the_memory() {
        let reader = io::BufReader::new(io::Read::chain(
            io::Read::take(io::repeat(b'x'), MAX_LINE as u64 + 1),
            &b"\n{\"text\":\"a\"}\n"[..],
        ));
        let read: Vec<_> = Rows::new(reader, "c".to_owned(), ReferenceTime::default()).collect();
        assert!(read[0].document.as_ref().unwrap_err().message().contains("the limit is"));
        assert!(read[1].document.is_ok());
    }
}
