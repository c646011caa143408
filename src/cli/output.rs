//! Results onto standard output: as reports for people or as lines of JSON for programs.

use std::io;
use std::io::Write;

use anstream::AutoStream;
use anstream::ColorChoice;

use crate::wire::json;
use crate::wire::pb;

use super::args::Color;
use super::exit::Failure;
use super::report;

/// Where results go.
pub struct Output<W: Write> {
    writer: W,
    form: Form,
    written: u64,
}

/// How results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One line of canonical protobuf JSON each.
    Json,
    /// A report each.
    Report(report::Settings),
}

/// What colours come to in the end.
#[must_use]
pub fn choice(color: Color) -> ColorChoice {
    match color {
        Color::Auto => ColorChoice::Auto,
        Color::Always => ColorChoice::AlwaysAnsi,
        Color::Never => ColorChoice::Never,
    }
}

/// Standard output, which takes colours away where they are not wanted.
#[must_use]
pub fn stdout(color: Color) -> AutoStream<io::Stdout> {
    AutoStream::new(io::stdout(), choice(color))
}

/// Columns that reports have: as asked for, else the terminal's, else 100. Long lines tire the eye, so no more than 120
/// are taken from a terminal.
#[must_use]
pub fn columns(asked: Option<u16>) -> usize {
    let terminal = || terminal_size::terminal_size().map(|(width, _)| width.0.min(120));
    usize::from(asked.or_else(terminal).unwrap_or(100)).max(40)
}

impl<W: Write> Output<W> {
    /// Results onto `writer`.
    pub fn new(writer: W, form: Form) -> Self {
        Self { writer, form, written: 0 }
    }

    /// Writes one result, and sees it off: whoever reads along gets whole results.
    ///
    /// # Errors
    /// [`Failure::BrokenPipe`] when nobody reads any more.
    pub fn write(&mut self, result: &pb::DocumentResult) -> Result<(), Failure> {
        let text = match self.form {
            Form::Json => {
                let mut line = json::write("wenmai.v1.DocumentResult", result)
                    .map_err(|error| Failure::Internal(format!("JSON of a result: {error}")))?;
                line.push('\n');
                line
            }
            Form::Report(settings) => {
                let between = if self.written > 0 { "\n" } else { "" };
                format!("{between}{}", report::document(result, settings))
            }
        };
        self.written += 1;
        self.writer.write_all(text.as_bytes()).and_then(|()| self.writer.flush()).map_err(Failure::output)
    }
}
