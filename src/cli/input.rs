//! Where documents come from: files, folders, stdin; pages, plain text, JSONL. Read one at a time.

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::io::BufReader;
use std::io::IsTerminal as _;
use std::io::Read;
use std::path::Path;
use std::path::PathBuf;

use prost::Message as _;
use tonic_types::pb as rpc;

use crate::error::Error;
use crate::text::decode;
use crate::wire::pb;

use super::args::DocumentArgs;
use super::args::InputFormat;
use super::args::Offsets;
use super::exit;
use super::exit::Failure;
use super::jsonl::Rows;
use super::request::ReferenceTime;

/// Bytes above which a file is refused before it is read; no document may be larger anyway.
const MAX_FILE: u64 = 1 << 30;
/// Endings of files that are taken from folders.
const ENDINGS: [&str; 4] = ["htm", "html", "jsonl", "txt"];

/// One document, or why there is none.
#[derive(Debug)]
pub struct Item {
    /// The caller's key: a row's own id, else the path, with the line number for rows.
    pub id: String,
    /// The document, its id left empty.
    pub document: Result<pb::Document, Problem>,
    /// Bytes of input that it took, for the progress bar.
    pub bytes: u64,
}

/// Why a piece of the input is no document.
#[derive(Debug)]
pub struct Problem {
    status: rpc::Status,
}

impl Problem {
    /// A line that is not what it should be.
    #[must_use]
    pub fn line(path: &str, line: usize, message: &str) -> Self {
        let mut metadata = BTreeMap::new();
        metadata.insert("path", path.to_owned());
        metadata.insert("line", line.to_string());
        Self::new(3, "INPUT_LINE", metadata, format!("{path}:{line}: {message}"))
    }

    /// Something that could not be read.
    #[must_use]
    pub fn unreadable(path: &str, error: &io::Error) -> Self {
        // NOT_FOUND, PERMISSION_DENIED, UNKNOWN.
        let known = [(io::ErrorKind::NotFound, 5), (io::ErrorKind::PermissionDenied, 7)];
        let code = known.into_iter().find(|(kind, _)| *kind == error.kind()).map_or(2, |(_, code)| code);
        let metadata = BTreeMap::from([("path", path.to_owned())]);
        Self::new(code, "INPUT_UNREADABLE", metadata, format!("{path}: {}", exit::plain(error)))
    }

    /// Bytes that no decoder was found for.
    fn undecoded(path: &str, error: &Error) -> Self {
        let metadata = BTreeMap::from([("path", path.to_owned())]);
        Self::new(3, "INPUT_CHARSET", metadata, format!("{path}: {error}"))
    }

    /// A file above [`MAX_FILE`].
    fn too_large(path: &str) -> Self {
        let metadata = BTreeMap::from([("path", path.to_owned()), ("limit", MAX_FILE.to_string())]);
        Self::new(3, "DOCUMENT_TOO_LARGE", metadata, format!("{path}: more than {MAX_FILE} bytes"))
    }

    fn new(code: i32, reason: &str, metadata: BTreeMap<&str, String>, message: String) -> Self {
        let info = rpc::ErrorInfo {
            reason: reason.to_owned(),
            domain: "wenmai".to_owned(),
            metadata: metadata.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
        };
        let detail = prost_types::Any {
            type_url: "type.googleapis.com/google.rpc.ErrorInfo".to_owned(),
            value: info.encode_to_vec(),
        };
        Self { status: rpc::Status { code, message, details: vec![detail] } }
    }

    /// The same for people.
    #[cfg(test)]
    pub fn message(&self) -> &str {
        &self.status.message
    }

    /// The same as a result carries it.
    #[must_use]
    pub fn into_status(self) -> rpc::Status {
        self.status
    }
}

/// What is the same for all documents of one run.
#[derive(Clone, Debug)]
struct Reading {
    format: InputFormat,
    title: String,
    charset: String,
    /// Offsets shall count in the decoded text, so it is decoded here.
    decode: bool,
    reference: ReferenceTime,
}

/// The documents of one run, in order.
pub struct Inputs {
    sources: VecDeque<Source>,
    folder: Option<Walk>,
    rows: Option<Rows<Box<dyn io::BufRead + Send>>>,
    reading: Reading,
}

#[derive(Debug)]
enum Source {
    Stdin,
    File(PathBuf),
    Folder(PathBuf),
}

impl Inputs {
    /// The documents that the arguments name.
    ///
    /// # Errors
    /// [`Failure::Io`] for a path that is not there, before anything is read; [`Failure::Usage`] when nothing is named
    /// and stdin is a terminal, and for an unreadable reference time.
    pub fn open(arguments: &DocumentArgs, offsets: Option<Offsets>) -> Result<Self, Failure> {
        let mut sources = VecDeque::new();
        for path in &arguments.paths {
            if path.as_os_str() == "-" {
                sources.push_back(Source::Stdin);
            } else if path.metadata().map_err(|error| Failure::io(path, error))?.is_dir() {
                sources.push_back(Source::Folder(path.clone()));
            } else {
                sources.push_back(Source::File(path.clone()));
            }
        }
        if sources.is_empty() {
            if io::stdin().is_terminal() {
                let message = "nothing to read: name files or folders, or pipe a document in";
                return Err(Failure::Usage(message.to_owned()));
            }
            sources.push_back(Source::Stdin);
        }
        if arguments.title.is_some()
            && (sources.len() > 1 || matches!(sources.front(), Some(Source::Folder(_))))
        {
            let message = "--title is the title of one document, and more are named";
            return Err(Failure::Usage(message.to_owned()));
        }
        if let Some(charset) = arguments.charset.as_ref().filter(|charset| !decode::is_known(charset)) {
            return Err(Failure::Usage(format!("--charset {charset:?} is no encoding that is known here")));
        }
        let reading = Reading {
            format: arguments.format,
            title: arguments.title.clone().unwrap_or_default(),
            charset: arguments.charset.clone().unwrap_or_default(),
            decode: match offsets {
                None | Some(Offsets::Raw) => false,
                Some(Offsets::Utf8 | Offsets::Utf16 | Offsets::CodePoints) => true,
            },
            reference: ReferenceTime::from_args(arguments)?,
        };
        Ok(Self { sources, folder: None, rows: None, reading })
    }

    /// Bytes to read in all; none where stdin is among it.
    #[must_use]
    pub fn total_bytes(&self) -> Option<u64> {
        self.sources.iter().map(Source::bytes).sum()
    }

    fn open_file(&mut self, path: &Path) -> Option<Item> {
        let name = path.display().to_string();
        match File::open(path) {
            Ok(file) => self.read(Box::new(BufReader::new(file)), name, format_of(path)),
            Err(error) => {
                Some(Item { document: Err(Problem::unreadable(&name, &error)), id: name, bytes: 0 })
            }
        }
    }

    /// Makes a document of the whole of `reader`, or begins to read its rows and gives none yet.
    fn read(
        &mut self,
        mut reader: Box<dyn io::BufRead + Send>,
        name: String,
        by_name: InputFormat,
    ) -> Option<Item> {
        let typed = match self.reading.format {
            InputFormat::Auto => by_name,
            format @ (InputFormat::Html | InputFormat::Text | InputFormat::Jsonl) => format,
        };
        let read = match typed {
            InputFormat::Auto => sniff(&mut reader),
            format @ (InputFormat::Html | InputFormat::Text | InputFormat::Jsonl) => Ok(format),
        };
        let read = match read {
            Ok(InputFormat::Jsonl) => {
                self.rows = Some(Rows::new(reader, name, self.reading.reference.clone()));
                return None;
            }
            Ok(InputFormat::Html) => contents(reader, pb::ContentFormat::Html),
            Ok(InputFormat::Text) => contents(reader, pb::ContentFormat::PlainText),
            Ok(InputFormat::Auto) => contents(reader, pb::ContentFormat::Auto),
            Err(error) => Err(error),
        };
        let (document, bytes) = match read {
            Ok((data, _)) if data.len() as u64 > MAX_FILE => (Err(Problem::too_large(&name)), MAX_FILE),
            Ok((data, format)) => {
                let bytes = data.len() as u64;
                (self.reading.document(&name, data, format), bytes)
            }
            Err(error) => (Err(Problem::unreadable(&name, &error)), 0),
        };
        Some(Item { id: name, document, bytes })
    }
}

impl Iterator for Inputs {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        loop {
            if let Some(rows) = &mut self.rows {
                match rows.next() {
                    Some(item) => return Some(item),
                    None => self.rows = None,
                }
            }
            let found = if let Some(folder) = &mut self.folder {
                match folder.next() {
                    Some(Ok(entry)) if wanted(&entry) => self.open_file(entry.path()),
                    Some(Ok(_)) => None,
                    Some(Err(error)) => Some(unreadable_entry(&error)),
                    None => {
                        self.folder = None;
                        None
                    }
                }
            } else {
                match self.sources.pop_front()? {
                    Source::Stdin => {
                        let stdin = Box::new(BufReader::new(io::stdin()));
                        self.read(stdin, "-".to_owned(), InputFormat::Auto)
                    }
                    Source::File(path) => self.open_file(&path),
                    Source::Folder(path) => {
                        self.folder = Some(walk(&path));
                        None
                    }
                }
            };
            if found.is_some() {
                return found;
            }
        }
    }
}

impl Reading {
    fn document(
        &self,
        name: &str,
        data: Vec<u8>,
        format: pb::ContentFormat,
    ) -> Result<pb::Document, Problem> {
        let source = if self.decode {
            let decoded =
                decode::decode(&data, &self.charset).map_err(|error| Problem::undecoded(name, &error))?;
            pb::document::Source::Content(decoded.text)
        } else {
            pb::document::Source::RawContent(pb::RawContent { data, charset: self.charset.clone() })
        };
        Ok(pb::Document {
            id: String::new(),
            title: self.title.clone(),
            source: Some(source),
            format: format.into(),
            language_code: String::new(),
            reference_time: self.reference.instant(),
            time_zone: self.reference.zone().to_owned(),
        })
    }
}

impl Source {
    fn bytes(&self) -> Option<u64> {
        match self {
            Self::Stdin => None,
            Self::File(path) => {
                path.metadata().ok().filter(std::fs::Metadata::is_file).map(|file| file.len())
            }
            Self::Folder(path) => Some(
                walk(path)
                    .filter_map(Result::ok)
                    .filter(wanted)
                    .filter_map(|entry| entry.metadata().ok())
                    .map(|file| file.len())
                    .sum(),
            ),
        }
    }
}

/// Everything below `folder`, sorted by name so that two runs agree; what is hidden stays so.
fn walk(folder: &Path) -> Walk {
    walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().filter_entry(is_shown)
}

/// A folder's entries that are not hidden.
type Walk = walkdir::FilterEntry<walkdir::IntoIter, fn(&walkdir::DirEntry) -> bool>;

/// Whether an entry is not hidden; the folder that was named may be.
fn is_shown(entry: &walkdir::DirEntry) -> bool {
    entry.depth() == 0 || !entry.file_name().as_encoded_bytes().starts_with(b".")
}

/// Whether a folder's entry is a document.
fn wanted(entry: &walkdir::DirEntry) -> bool {
    let ending = entry.path().extension().unwrap_or_default().to_ascii_lowercase();
    entry.file_type().is_file() && ENDINGS.iter().any(|known| ending == *known)
}

fn unreadable_entry(error: &walkdir::Error) -> Item {
    let name = error.path().map_or_else(|| "folder".to_owned(), |path| path.display().to_string());
    let cause = error.io_error().map_or_else(
        || io::Error::other(error.to_string()),
        |cause| io::Error::new(cause.kind(), cause.to_string()),
    );
    Item { document: Err(Problem::unreadable(&name, &cause)), id: name, bytes: 0 }
}

fn format_of(path: &Path) -> InputFormat {
    let ending = path.extension().unwrap_or_default().to_ascii_lowercase();
    match ending.to_str() {
        Some("html" | "htm" | "xhtml") => InputFormat::Html,
        Some("txt") => InputFormat::Text,
        Some("jsonl" | "ndjson") => InputFormat::Jsonl,
        _ => InputFormat::Auto,
    }
}

/// Tells rows from a document by how the input begins: an object with a member.
fn sniff(reader: &mut dyn io::BufRead) -> io::Result<InputFormat> {
    let beginning = reader.fill_buf()?;
    let beginning = beginning.strip_prefix(b"\xef\xbb\xbf").unwrap_or(beginning).trim_ascii_start();
    let rows =
        beginning.strip_prefix(b"{").is_some_and(|inside| inside.trim_ascii_start().starts_with(b"\""));
    Ok(if rows { InputFormat::Jsonl } else { InputFormat::Auto })
}

fn contents(reader: impl Read, format: pb::ContentFormat) -> io::Result<(Vec<u8>, pb::ContentFormat)> {
    let mut data = Vec::new();
    reader.take(MAX_FILE + 1).read_to_end(&mut data)?;
    Ok((data, format))
}
