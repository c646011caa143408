//! The colours of the report: few, and each with one meaning.

use anstyle::AnsiColor;
use anstyle::Color;
use anstyle::Style;

const fn colour(colour: AnsiColor) -> Style {
    Style::new().fg_color(Some(Color::Ansi(colour)))
}

/// Ordinary text.
pub const PLAIN: Style = Style::new();
/// Names that the eye looks for.
pub const STRONG: Style = Style::new().bold();
/// What explains rather than tells.
pub const DIM: Style = Style::new().dimmed();
/// The headline.
pub const TITLE: Style = Style::new().bold();
/// Section headings.
pub const HEADING: Style = colour(AnsiColor::Cyan).bold();
/// What was selected, what adds.
pub const GOOD: Style = colour(AnsiColor::Green);
/// What was not, what takes away.
pub const BAD: Style = colour(AnsiColor::Red);
/// Verbs that bind: of saying, of ordering.
pub const VERB: Style = colour(AnsiColor::Magenta);
/// Codes and normalised values.
pub const VALUE: Style = colour(AnsiColor::Blue);
/// What the reader should mind.
pub const WARNING: Style = colour(AnsiColor::Yellow);
/// What failed.
pub const ERROR: Style = colour(AnsiColor::Red).bold();
