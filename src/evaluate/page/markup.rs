//! Text into HTML. Whatever comes from a corpus or a bundle goes through here.

use std::fmt;
use std::fmt::Display;

/// Text with the characters escaped that mean something in HTML, in elements and in quoted attributes. Control characters
/// that no page may hold become replacement characters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text<'a>(pub(super) &'a str);

impl Display for Text<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|character| write!(out, "{}", Character(character)))
    }
}

/// One character, escaped.
#[derive(Clone, Copy, Debug)]
pub(super) struct Character(pub(super) char);

impl Display for Character {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            '&' => out.write_str("&amp;"),
            '<' => out.write_str("&lt;"),
            '>' => out.write_str("&gt;"),
            '"' => out.write_str("&quot;"),
            '\'' => out.write_str("&#39;"),
            '\n' | '\t' => write!(out, "{}", self.0),
            control if control.is_control() => out.write_str("\u{fffd}"),
            other => write!(out, "{other}"),
        }
    }
}

/// A share with three digits and no leading zero, as tables of measures have it: ".873", "1.00".
#[derive(Clone, Copy, Debug)]
pub(super) struct Share(pub(super) f64);

impl Display for Share {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{:.3}", self.0);
        match text.strip_prefix('0') {
            Some(rest) => out.write_str(rest),
            None => write!(out, "{:.2}", self.0),
        }
    }
}

/// A difference with its sign: "+.012", "−.004".
#[derive(Clone, Copy, Debug)]
pub(super) struct Signed(pub(super) f64);

impl Display for Signed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.0.abs();
        match (size < 0.0005, self.0 < 0.0) {
            (true, _) => out.write_str("±.000"),
            (false, true) => write!(out, "−{}", Share(size)),
            (false, false) => write!(out, "+{}", Share(size)),
        }
    }
}

/// A whole number in groups of three digits, divided by narrow spaces.
#[derive(Clone, Copy, Debug)]
pub(super) struct Count(pub(super) u64);

impl Display for Count {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                out.write_str("\u{202f}")?;
            }
            write!(out, "{digit}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_corpus_becomes_markup() {
        let text = Text("<b title=\"x\">&amp;'\u{0}\u{1b}").to_string();
        assert_eq!(text, "&lt;b title=&quot;x&quot;&gt;&amp;amp;&#39;\u{fffd}\u{fffd}");
    }

    #[test]
    fn numbers_read_like_a_table() {
        assert_eq!(
            [0.8734, 1.0, 0.0, 0.9999].map(|n| Share(n).to_string()),
            [".873", "1.00", ".000", "1.00"]
        );
        assert_eq!(
            [0.0123, -0.004, 0.0001, -1.0].map(|n| Signed(n).to_string()),
            ["+.012", "−.004", "±.000", "−1.00"]
        );
        assert_eq!(
            [7, 1000, 12_345_678].map(|n| Count(n).to_string()),
            ["7", "1\u{202f}000", "12\u{202f}345\u{202f}678"]
        );
    }
}
