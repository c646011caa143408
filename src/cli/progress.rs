//! How far long work has come: a line on stderr, and only where somebody watches.

use std::io;
use std::io::IsTerminal as _;
use std::time::Duration;
use std::time::Instant;

use indicatif::ProgressBar;
use indicatif::ProgressDrawTarget;
use indicatif::ProgressStyle;

/// Progress over documents.
pub struct Progress {
    bar: ProgressBar,
    begun: Instant,
    quiet: bool,
    documents: u64,
    failed: u64,
}

/// Shorter work shows no bar: one that flashes up tells nobody anything.
const PATIENCE: Duration = Duration::from_millis(500);

impl Progress {
    /// Over input of `total` bytes, where that is known. The report on a terminal is its own progress, so the bar is
    /// for output that goes elsewhere.
    #[must_use]
    pub fn new(total: Option<u64>, quiet: bool) -> Self {
        let watched = !quiet && io::stderr().is_terminal() && !io::stdout().is_terminal();
        let bar = match total {
            Some(total) => ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::hidden())
                .with_style(style("{bar:32.cyan/blue} {percent:>3}%  {msg}  {bytes_per_sec}  {eta} left")),
            None => ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden())
                .with_style(style("{spinner:.cyan} {msg}  {bytes}  {elapsed}")),
        };
        if watched {
            bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        Self { bar, begun: Instant::now(), quiet, documents: 0, failed: 0 }
    }

    /// One document is done.
    pub fn done(&mut self, bytes: u64, failed: bool) {
        self.documents += 1;
        self.failed += u64::from(failed);
        if self.begun.elapsed() > PATIENCE {
            self.bar.set_message(self.counts());
        }
        self.bar.inc(bytes);
    }

    /// Documents done, and how many of them failed.
    #[must_use]
    pub fn totals(&self) -> (u64, u64) {
        (self.documents, self.failed)
    }

    /// Takes the line away and says what was done, where it was more than one document and somebody watches.
    pub fn finish(self) {
        self.bar.finish_and_clear();
        if self.documents > 1 && !self.quiet && io::stderr().is_terminal() {
            anstream::eprintln!("{} in {:.1} s", self.counts(), self.begun.elapsed().as_secs_f64());
        }
    }

    fn counts(&self) -> String {
        let noun = if self.documents == 1 { "document" } else { "documents" };
        match self.failed {
            0 => format!("{} {noun}", self.documents),
            failed => format!("{} {noun}, {failed} failed", self.documents),
        }
    }
}

/// A template; a broken one would show the default bar, which a test rules out.
fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
