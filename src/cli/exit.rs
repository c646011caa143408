//! How a run ends: one sentence for people, one code for scripts.

use std::io;
use std::path::Path;

use thiserror::Error;

use crate::error;

/// The table of `--help` and of the README; a test holds the two and [`Failure::code`] together.
pub const TABLE: &str = "\
Exit codes:
  0  done; also when the reader of a pipe closes it early
  1  some documents failed; every other result was printed
  2  wrong usage
  3  a file, folder or address could not be read, written or opened
  4  a corpus line is not what it should be
  5  a model bundle is damaged, foreign or of another version
  6  the server cannot be reached or refuses the caller
  7  training did not reach a usable model
  8  a fault of the program";

/// Why a run ends before its end.
#[derive(Debug, Error)]
pub enum Failure {
    /// Some documents failed; their errors stand among the results.
    #[error("{failed} of {total} {noun} failed", noun = if *total == 1 { "document" } else { "documents" })]
    Documents {
        /// How many failed.
        failed: u64,
        /// Of how many.
        total: u64,
    },
    /// Arguments that fit each other badly; clap finds the rest.
    #[error("{0}")]
    Usage(String),
    /// Something could not be read, written or opened.
    #[error("{path}: {reason}", reason = plain(source))]
    Io {
        /// The file, folder or address.
        path: String,
        /// The cause.
        source: io::Error,
    },
    /// The reader of our output went away.
    #[error("the output was closed")]
    BrokenPipe,
    /// The server cannot be reached or refuses the caller.
    #[error("{target}: {reason}")]
    Server {
        /// Where it should be.
        target: String,
        /// What it, or the way to it, says.
        reason: String,
    },
    /// What the domain refuses.
    #[error(transparent)]
    Domain(#[from] error::Error),
    /// What should not have happened.
    #[error("{0}")]
    Internal(String),
}

impl Failure {
    /// A failure with the path that it concerns.
    pub fn io(path: impl AsRef<Path>, source: io::Error) -> Self {
        Self::Io { path: path.as_ref().display().to_string(), source }
    }

    /// A failure to write the output.
    #[must_use]
    pub fn output(source: io::Error) -> Self {
        if source.kind() == io::ErrorKind::BrokenPipe {
            return Self::BrokenPipe;
        }
        Self::io("standard output", source)
    }

    /// The exit code, as in [`TABLE`].
    #[must_use]
    pub fn code(&self) -> u8 {
        match self {
            Self::BrokenPipe => 0,
            Self::Documents { .. } => 1,
            Self::Usage(_) => 2,
            Self::Io { .. } => 3,
            Self::Server { .. } => 6,
            Self::Internal(_) => 8,
            Self::Domain(error) => domain_code(error),
        }
    }
}

/// The one table from what the domain refuses to exit codes.
fn domain_code(error: &error::Error) -> u8 {
    match error {
        error::Error::EmptyDocument | error::Error::DocumentTooLarge { .. } => 1,
        error::Error::UnknownCharset { .. } | error::Error::UnknownLabel { .. } => 2,
        error::Error::Io { .. } => 3,
        error::Error::CorpusLine { .. } | error::Error::Corpus { .. } => 4,
        error::Error::Bundle { .. } => 5,
        error::Error::Training { .. } => 7,
        error::Error::Stopped { .. } => 8,
    }
}

/// An I/O error as people say it, without the "(os error 2)".
#[must_use]
pub fn plain(source: &io::Error) -> String {
    let known = [
        (io::ErrorKind::NotFound, "no such file or folder"),
        (io::ErrorKind::PermissionDenied, "permission denied"),
        (io::ErrorKind::IsADirectory, "is a folder"),
        (io::ErrorKind::AddrInUse, "the address is in use"),
    ];
    let found = known.into_iter().find(|(kind, _)| *kind == source.kind());
    found.map_or_else(|| source.to_string(), |(_, text)| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_in_the_table() {
        let failures = [
            Failure::Documents { failed: 1, total: 2 },
            Failure::Usage("x".into()),
            Failure::io("x", io::ErrorKind::NotFound.into()),
            Failure::Domain(error::Error::Corpus { path: "x".into(), reason: "y".into() }),
            Failure::Domain(error::Error::Bundle { path: "x".into(), reason: "y".into() }),
            Failure::Server { target: "x".into(), reason: "y".into() },
            Failure::Domain(error::Error::Training { reason: "y".into() }),
            Failure::Internal("x".into()),
        ];
        for (failure, code) in failures.iter().zip(1..) {
            assert_eq!(failure.code(), code, "{failure}");
            assert!(TABLE.contains(&format!("\n  {code}  ")), "{code}");
        }
        assert_eq!(Failure::output(io::ErrorKind::BrokenPipe.into()).code(), 0);
    }

    #[test]
    fn sentences_are_plain() {
        let missing = Failure::io("a.html", io::Error::from_raw_os_error(2));
        assert_eq!(missing.to_string(), "a.html: no such file or folder");
        assert_eq!(Failure::Documents { failed: 1, total: 1 }.to_string(), "1 of 1 document failed");
    }
}
