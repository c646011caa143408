//! What the domain refuses, told apart by what the caller can do about it.

use thiserror::Error;

/// Why a document, bundle or corpus was refused.
///
/// The domain knows no gRPC codes and no exit codes; `serve` and `cli` each hold one table from these cases to theirs.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// Neither title nor content holds anything but white space and markup.
    #[error("the document holds no text")]
    EmptyDocument,
    /// A document exceeds the limit in force.
    #[error("the document has {size} bytes, the limit is {limit}")]
    DocumentTooLarge {
        /// Bytes of title and content together.
        size: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// An encoding label that the WHATWG Encoding Standard does not know.
    #[error("unknown charset {label:?}")]
    UnknownCharset {
        /// The label as given.
        label: String,
    },
    /// A label id that the model does not have.
    #[error("the model has no label {id:?}")]
    UnknownLabel {
        /// The id as given.
        id: String,
    },
    /// A bundle that cannot be used: damaged, foreign, of another format version, or failing its own self-test.
    #[error("bundle {path}: {reason}")]
    Bundle {
        /// Where it was read from; "built-in" for the compiled-in one.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A line of a corpus that is not what it should be.
    #[error("{path}:{line}: {reason}")]
    CorpusLine {
        /// The file.
        path: String,
        /// Line number, from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// A corpus that cannot be learned from or evaluated on as a whole.
    #[error("{path}: {reason}")]
    Corpus {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A learner did not reach a usable model.
    #[error("training: {reason}")]
    Training {
        /// What went wrong.
        reason: String,
    },
    /// A file or folder could not be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The path.
        path: String,
        /// The cause.
        source: std::io::Error,
    },
    /// The observer asked to stop between two stages.
    #[error("stopped before {stage}")]
    Stopped {
        /// The stage that was not begun.
        stage: &'static str,
    },
}

impl Error {
    /// An I/O error with the path that it concerns.
    pub fn io(path: impl AsRef<std::path::Path>, source: std::io::Error) -> Self {
        Self::Io { path: path.as_ref().display().to_string(), source }
    }
}
