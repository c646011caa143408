//! Where the few characters stand that text is cut at, found without decoding the many others.
//!
//! Nearly all of a Chinese text is characters of three bytes that no rule asks about. The searches here look at bytes,
//! many at a time where the compiler can make it so, and decode nothing.

use super::clean::is_space;

/// Bytes that are looked at together.
const CHUNK: usize = 32;

/// Bytes of the longest white space: what is looked at together overlaps by all but one.
const LONGEST: usize = 3;

/// The length of what comes before the first white space (see [`is_space`]) of `text`, or before the first "&" where
/// `references` are looked for, too.
#[must_use]
pub fn plain_len(text: &str, references: bool) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(window) = bytes.get(at..).and_then(|rest| rest.first_chunk()) {
        if may_hold_space(window)
            && let Some(found) = (at..at + CHUNK).find(|&at| is_cut(bytes, at, references))
        {
            return found;
        }
        at += CHUNK;
    }
    // What is left is looked at once more together, followed by what is no white space.
    let mut window = [0x7F; CHUNK + LONGEST - 1];
    let rest = bytes.get(at..).unwrap_or_default();
    if let Some(start) = window.get_mut(..rest.len()) {
        start.copy_from_slice(rest);
    }
    if !may_hold_space(&window) && rest.len() <= CHUNK {
        return bytes.len();
    }
    (at..bytes.len()).find(|&at| is_cut(bytes, at, references)).unwrap_or(bytes.len())
}

/// Whether white space or "&" may begin in the first [`CHUNK`] bytes of `window`. No branch but the last depends on a
/// byte.
fn may_hold_space(window: &[u8; CHUNK + LONGEST - 1]) -> bool {
    let (first, second, third) = (window.iter(), window.iter().skip(1), window.iter().skip(2));
    let marks = first.zip(second).zip(third).fold(0, |found, ((&a, &b), &c)| {
        // Of U+2000 to U+207F, quotation marks, dashes and the ellipsis are common and no white space.
        let general = (a == 0xE2) & ((c.wrapping_sub(0x90) >= 0x18) | (b == 0x81));
        let ideographic = (a == 0xE3) & (b | c == 0x80);
        let mark = (a == 0xEF) & (b == 0xBB);
        let single = (a <= b' ') | (a == b'&') | (a == 0xC2) | (a == 0xE1);
        found | u8::from(general | ideographic | mark | single)
    });
    marks != 0
}

/// Whether the character whose first byte stands at `at` is white space, or "&" where that is looked for.
fn is_cut(bytes: &[u8], at: usize, references: bool) -> bool {
    match bytes.get(at..).unwrap_or_default() {
        [b'\t'..=b'\r' | b' ', ..]
        | [0xC2, 0x85 | 0xA0, ..]
        | [0xE1, 0x9A, 0x80, ..]
        | [0xE2, 0x80, 0x80..=0x8B | 0xA8 | 0xA9 | 0xAF, ..]
        | [0xE2, 0x81, 0x9F, ..]
        | [0xE3, 0x80, 0x80, ..]
        | [0xEF, 0xBB, 0xBF, ..] => true,
        [b'&', ..] => references,
        _ => false,
    }
}

/// Characters of `text` other than white space.
#[must_use]
pub fn count_visible(text: &str) -> usize {
    let mut rest = text;
    let mut count = 0;
    loop {
        let (plain, after) = rest.split_at_checked(plain_len(rest, false)).unwrap_or((rest, ""));
        count += plain.chars().count();
        rest = after.trim_start_matches(is_space);
        if rest.is_empty() {
            return count;
        }
    }
}

/// The first line end of `text`: where it begins, and what follows it. A line ends with LF, CR or a Unicode line
/// separator.
#[must_use]
pub fn line_end(text: &str) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let mut from = 0;
    loop {
        let rest = bytes.get(from..)?;
        let at = from + memchr::memchr3(b'\n', b'\r', 0xE2, rest)?;
        match bytes.get(at..)? {
            [b'\n' | b'\r', ..] => return Some((at, at + 1)),
            [0xE2, 0x80, 0xA8 | 0xA9, ..] => return Some((at, at + 3)),
            _ => from = at + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_white_space_is_found_and_nothing_else() {
        for character in '\0'..=char::MAX {
            let plain = if is_space(character) { 3 } else { 3 + character.len_utf8() };
            let text = format!("中{character}");
            assert_eq!(plain_len(&text, false), plain, "{character:?}");
            let text = format!("中{character}{}", "文".repeat(40));
            let plain = if is_space(character) { 3 } else { text.len() };
            assert_eq!(plain_len(&text, false), plain, "{character:?}");
        }
    }

    proptest! {
        #[test]
        fn searches_agree_with_reading_character_by_character(
            text in "([中，。“”—…·a&é𠮷]{0,50}[ 　\n\r\u{A0}\u{85}\u{1680}\u{2003}\u{200B}\u{2028}\u{2029}\u{202F}\u{205F}\u{FEFF}]?){0,4}"
        ) {
            let cut = |references| text.find(|c| is_space(c) || references && c == '&').unwrap_or(text.len());
            prop_assert_eq!((plain_len(&text, false), plain_len(&text, true)), (cut(false), cut(true)));
            prop_assert_eq!(count_visible(&text), text.chars().filter(|&c| !is_space(c)).count());
            let line = text.match_indices(['\n', '\r', '\u{2028}', '\u{2029}']).next();
            prop_assert_eq!(line_end(&text), line.map(|(at, end)| (at, at + end.len())));
        }
    }
}
