//! Character references.

use std::borrow::Cow;

/// Longest name of a character reference without a closing semicolon.
const LONGEST_BARE: usize = "&frac12".len();

/// Longest reference that is looked at; the longest name in the standard has 33 bytes.
const LONGEST: usize = 40;

/// Decodes the character reference at the start of `text`, which begins with "&": what it stands for and how many bytes
/// it takes. None where it is none.
///
/// Outside attributes a few names need no semicolon; inside (`in_attribute`) only where no letter, digit or "="
/// follows, so that addresses keep their parameters.
#[must_use]
pub fn decode(text: &str, in_attribute: bool) -> Option<(Cow<'static, str>, usize)> {
    let rest = text.strip_prefix('&')?;
    if rest.starts_with('#') {
        return numeric(text);
    }
    let name = rest.bytes().take(LONGEST).take_while(u8::is_ascii_alphanumeric).count() + 1;
    if text.as_bytes().get(name) == Some(&b';')
        && let Some(found) = named(text.get(..=name)?)
    {
        return Some((found, name + 1));
    }
    let longest = name.min(LONGEST_BARE);
    let bare = (3..=longest).rev().find_map(|len| named(text.get(..len)?).map(|found| (found, len)))?;
    let next = text.as_bytes().get(bare.1);
    let parameter = next.is_some_and(|&next| next == b'=' || next.is_ascii_alphanumeric());
    (!in_attribute || !parameter).then_some(bare)
}

/// What one whole reference stands for.
fn named(reference: &str) -> Option<Cow<'static, str>> {
    let found = htmlize::ENTITIES.get(reference.as_bytes())?;
    std::str::from_utf8(found).ok().map(Cow::Borrowed)
}

/// `&#8220;` or `&#x201C;`, with or without the semicolon.
fn numeric(text: &str) -> Option<(Cow<'static, str>, usize)> {
    let digits = text.get("&#".len()..)?;
    let hexadecimal = digits.starts_with(['x', 'X']);
    let digits = if hexadecimal { digits.get(1..)? } else { digits };
    let radix = if hexadecimal { 16 } else { 10 };
    let count = digits.chars().take_while(|digit| digit.is_digit(radix)).count();
    if count == 0 {
        return None;
    }
    let written = text.len() - digits.len() + count;
    let len = written + usize::from(text.as_bytes().get(written) == Some(&b';'));
    let significant = digits.get(..count)?.trim_start_matches('0');
    // Longer numbers are beyond Unicode; the library need not read a megabyte of digits to say so.
    let found = if significant.len() > 8 {
        Cow::Borrowed("\u{FFFD}")
    } else {
        let mark = if hexadecimal { "x" } else { "" };
        Cow::Owned(htmlize::unescape(format!("&#{mark}0{significant};")).into_owned())
    };
    Some((found, len))
}

/// Decodes every character reference of an attribute's value.
#[must_use]
pub fn decode_attribute(value: &str) -> Cow<'_, str> {
    htmlize::unescape_attribute(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<(&str, usize)>) {
        let found = decode(text, false);
        assert_eq!(found.as_ref().map(|(found, len)| (found.as_ref(), *len)), expected, "{text}");
    }

    #[test]
    fn names_with_and_without_semicolon() {
        check("&nbsp;中", Some(("\u{A0}", 6)));
        check("&nbsp中", Some(("\u{A0}", 5)));
        check("&ldquo;", Some(("“", 7)));
        check("&ldquo x", None);
        check("&ampfoo", Some(("&", 4)));
        check("&", None);
        check("& b", None);
        check("&nGt;", Some(("≫⃒", 5)));
    }

    #[test]
    fn numbers_with_the_remaps_of_windows_1252() {
        check("&#8220;x", Some(("“", 7)));
        check("&#x4E2D;", Some(("中", 8)));
        check("&#146;", Some(("’", 6)));
        check("&#20013文", Some(("中", 7)));
        check("&#0;", Some(("\u{FFFD}", 4)));
        check("&#xD800;", Some(("\u{FFFD}", 8)));
        check("&#;", None);
        check("&#x;", None);
        assert_eq!(decode(&format!("&#{};", "9".repeat(100_000)), false).unwrap().1, 100_003);
    }

    #[test]
    fn addresses_in_attributes_keep_their_parameters() {
        assert_eq!(decode("&copy=1", true), None);
        assert!(decode("&copy=1", false).is_some());
        assert_eq!(decode_attribute("a?b=1&copy=2&amp;c"), "a?b=1&copy=2&c");
    }
}
