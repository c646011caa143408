//! Bytes into text, every character with the bytes it came from.

use encoding_rs::DecoderResult;
use encoding_rs::Encoding;
use encoding_rs::GB18030;
use encoding_rs::GBK;
use encoding_rs::ISO_2022_JP;
use encoding_rs::REPLACEMENT;
use encoding_rs::UTF_8;
use encoding_rs::UTF_16BE;
use encoding_rs::UTF_16LE;
use encoding_rs::WINDOWS_1252;

use super::document::Warning;
use crate::error::Error;

/// How far into a page its own charset declaration is looked for: browsers read 1 KiB, pages exceed it.
const SNIFF: usize = 4096;

/// Characters of one kind in a row: each takes `text_step` bytes of text and `raw_step` bytes of the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Run {
    text: u32,
    raw: u32,
    text_step: u32,
    raw_step: u32,
}

/// Leads from offsets of decoded text to offsets of the bytes it was decoded from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawOffsets {
    runs: Vec<Run>,
    /// Where the next character would start.
    text: u32,
    raw: u32,
}

impl RawOffsets {
    /// Appends one character of `text_len` bytes that came from `raw_len` bytes.
    fn push(&mut self, text_len: u32, raw_len: u32) {
        if self.runs.last().is_none_or(|run| run.text_step != text_len || run.raw_step != raw_len) {
            self.runs.push(Run { text: self.text, raw: self.raw, text_step: text_len, raw_step: raw_len });
        }
        self.text += text_len;
        self.raw += raw_len;
    }

    /// Appends `len` bytes that are the same on both sides.
    fn push_same(&mut self, len: u32) {
        if len > 0 {
            self.push(1, 1);
            self.text += len - 1;
            self.raw += len - 1;
        }
    }

    /// Passes over bytes that are no text, such as a byte order mark.
    fn skip(&mut self, raw_len: u32) {
        self.raw += raw_len;
        self.runs.push(Run { text: self.text, raw: self.raw, text_step: 1, raw_step: 1 });
    }

    fn run_at(&self, offset: u32) -> Option<Run> {
        let after = self.runs.partition_point(|run| run.text <= offset);
        self.runs.get(after.checked_sub(1)?).copied()
    }

    /// First source byte of the character at text offset `offset`; the end of the source past the last one.
    #[must_use]
    pub fn start(&self, offset: usize) -> usize {
        let offset = u32::try_from(offset).unwrap_or(u32::MAX);
        if offset >= self.text {
            return self.raw as usize;
        }
        self.run_at(offset)
            .map_or(0, |run| (run.raw + (offset - run.text) / run.text_step * run.raw_step) as usize)
    }

    /// First source byte after the character that ends at text offset `offset`.
    #[must_use]
    pub fn end(&self, offset: usize) -> usize {
        let offset = u32::try_from(offset).unwrap_or(u32::MAX).min(self.text);
        let Some(last) = offset.checked_sub(1) else { return self.start(0) };
        self.run_at(last)
            .map_or(0, |run| (run.raw + ((last - run.text) / run.text_step + 1) * run.raw_step) as usize)
    }
}

/// Decoded content.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// The text, without a byte order mark.
    pub text: String,
    /// WHATWG name of the encoding.
    pub charset: &'static str,
    /// The way back.
    pub offsets: RawOffsets,
    /// What the caller should know.
    pub warnings: Vec<Warning>,
}

/// Decodes `data`, at most 1 GiB, by byte order mark, validity as UTF-8, the declared WHATWG `label` (may be empty),
/// the page's own `<meta>`, and last GB18030.
///
/// # Errors
/// [`Error::UnknownCharset`] when a label is declared that the WHATWG Encoding Standard does not know or only lets
/// decode to nothing.
pub fn decode(data: &[u8], label: &str) -> Result<Decoded, Error> {
    let declared = declared(label)?;
    let choice = choose(data, declared);
    let mut warnings = Vec::new();
    if let Some(name) = choice.overruled {
        warnings.push(Warning {
            reason: "CHARSET_MISMATCH",
            message: format!("declared as {name}, but the bytes are {}", choice.encoding.name()),
        });
    }
    let mut output = Output::default();
    let body = data.get(choice.mark..).unwrap_or_default();
    output.text.reserve(body.len() + body.len() / 2);
    if choice.mark > 0 {
        output.offsets.skip(choice.mark as u32);
    }
    if choice.encoding == UTF_8 {
        output.utf8(body);
    } else if choice.encoding == UTF_16LE {
        output.utf16(body, u16::from_le_bytes);
    } else if choice.encoding == UTF_16BE {
        output.utf16(body, u16::from_be_bytes);
    } else {
        output.incremental(body, choice.encoding);
    }
    if output.malformed > 0 {
        let (count, name) = (output.malformed, choice.encoding.name());
        let message = format!("{count} malformed byte sequences of {name} became U+FFFD");
        warnings.push(Warning { reason: "MALFORMED_BYTES", message });
    }
    Ok(Decoded { text: output.text, charset: choice.encoding.name(), offsets: output.offsets, warnings })
}

/// Whether [`decode`] knows an encoding label; it takes the empty one for "detect".
#[must_use]
pub fn is_known(label: &str) -> bool {
    declared(label).is_ok()
}

/// The encoding a label stands for; none for the empty label.
fn declared(label: &str) -> Result<Option<&'static Encoding>, Error> {
    if label.trim().is_empty() {
        return Ok(None);
    }
    Encoding::for_label(label.as_bytes())
        .filter(|&encoding| encoding != REPLACEMENT)
        .map(|encoding| Some(widened(encoding)))
        .ok_or_else(|| Error::UnknownCharset { label: label.to_owned() })
}

/// GBK and GB 2312 are parts of GB18030, and pages that declare them hold characters beyond them.
fn widened(encoding: &'static Encoding) -> &'static Encoding {
    if encoding == GBK { GB18030 } else { encoding }
}

/// What was chosen and why a caller may want to know.
struct Choice {
    encoding: &'static Encoding,
    /// Bytes of the byte order mark.
    mark: usize,
    /// The declaration that the bytes contradict.
    overruled: Option<&'static str>,
}

fn choose(data: &[u8], declared: Option<&'static Encoding>) -> Choice {
    let against = |encoding: &'static Encoding, named: Option<&'static Encoding>| {
        named.filter(|&named| named != encoding).map(Encoding::name)
    };
    if let Some((encoding, mark)) = byte_order_mark(data) {
        return Choice { encoding, mark, overruled: against(encoding, declared) };
    }
    let plain = |encoding, overruled| Choice { encoding, mark: 0, overruled };
    let census = Utf8Census::of(data);
    if census.only_ascii() {
        // Every encoding but UTF-16 and ISO-2022-JP reads these bytes alike, so no declaration is contradicted.
        let encoding = declared.or_else(|| unmarked_utf16(data)).or_else(|| sniff(data)).unwrap_or(UTF_8);
        return plain(encoding, None);
    }
    if census.is_utf8() {
        let named = declared.filter(|&named| named != UTF_16LE && named != UTF_16BE || !has_nul(data));
        return match (named, declared) {
            (None, Some(wide)) => plain(wide, None),
            _ => plain(UTF_8, against(UTF_8, declared)),
        };
    }
    let page = sniff(data);
    if let Some(named) = declared.or_else(|| unmarked_utf16(data)).or(page) {
        let best = contradicted_by(data, named, &census, page).unwrap_or(named);
        return plain(best, against(best, Some(named)));
    }
    plain(GB18030, None)
}

/// The encoding that the bytes speak for when they speak against `named`.
fn contradicted_by(
    data: &[u8],
    named: &'static Encoding,
    census: &Utf8Census,
    page: Option<&'static Encoding>,
) -> Option<&'static Encoding> {
    if named == UTF_16LE || named == UTF_16BE {
        return None;
    }
    if named == WINDOWS_1252 {
        // What servers declare when nobody told them; it decodes anything, so only the page can speak against it.
        return page.filter(|&page| !page.is_single_byte() && malformed(data, page) == 0);
    }
    if named == GB18030 || named.is_single_byte() {
        return None;
    }
    let bad = malformed(data, named);
    // A truncated character or a few damaged ones are no contradiction; a text in another encoding is full of them.
    let rare = if named == UTF_8 { census.mostly_utf8() } else { bad * 50 <= data.len() };
    (bad > 0 && !rare && malformed(data, GB18030) * 4 < bad).then_some(GB18030)
}

fn byte_order_mark(data: &[u8]) -> Option<(&'static Encoding, usize)> {
    if data.starts_with(&[0x84, 0x31, 0x95, 0x33]) {
        return Some((GB18030, 4));
    }
    Encoding::for_bom(data)
}

fn has_nul(data: &[u8]) -> bool {
    data.contains(&0)
}

/// UTF-16 without a mark shows by the zero halves of its markup and line breaks, all on one side.
fn unmarked_utf16(data: &[u8]) -> Option<&'static Encoding> {
    if !data.len().is_multiple_of(2) || !has_nul(data) {
        return None;
    }
    let (mut even, mut odd) = (0_usize, 0_usize);
    for pair in data.chunks_exact(2) {
        if let [first, second] = pair {
            even += usize::from(*first == 0);
            odd += usize::from(*second == 0);
        }
    }
    let enough = 2.max(data.len() / 200);
    match (even, odd) {
        (0, odd) if odd >= enough => Some(UTF_16LE),
        (even, 0) if even >= enough => Some(UTF_16BE),
        _ => None,
    }
}

/// Characters of the bytes read as UTF-8.
#[derive(Debug, Default)]
struct Utf8Census {
    /// Of two bytes: by chance also common in GB18030.
    short: usize,
    /// Of three or four bytes.
    long: usize,
    malformed: usize,
}

impl Utf8Census {
    fn of(data: &[u8]) -> Self {
        let mut census = Self::default();
        for chunk in data.utf8_chunks() {
            for byte in chunk.valid().bytes() {
                census.short += usize::from((0xC0..0xE0).contains(&byte));
                census.long += usize::from(byte >= 0xE0);
            }
            census.malformed += usize::from(!chunk.invalid().is_empty());
        }
        census
    }

    fn only_ascii(&self) -> bool {
        self.short == 0 && self.long == 0 && self.malformed == 0
    }

    /// UTF-8 beyond doubt: valid, or damaged in so few places that nothing else explains the rest.
    fn is_utf8(&self) -> bool {
        self.long > self.malformed * 20
    }

    /// More UTF-8 than anything else; enough where UTF-8 was declared.
    fn mostly_utf8(&self) -> bool {
        self.long + self.short > self.malformed * 2
    }
}

/// The encoding that the page's own `<meta>` declares.
fn sniff(data: &[u8]) -> Option<&'static Encoding> {
    let head = data.get(..SNIFF.min(data.len()))?.to_ascii_lowercase();
    let mut rest = head.as_slice();
    while let Some(at) = find(rest, b"charset") {
        let (before, after) = rest.split_at_checked(at)?;
        rest = after.get(b"charset".len()..)?;
        let value = rest.trim_ascii_start();
        let in_meta = before.iter().rposition(|&byte| byte == b'<').is_some_and(|open| {
            before.get(open..).is_some_and(|tag| tag.starts_with(b"<meta") || tag.starts_with(b"<?xml"))
        });
        let Some(value) = value.strip_prefix(b"=").filter(|_| in_meta) else { continue };
        let value = value.trim_ascii_start();
        let value = value.strip_prefix(b"\"").or_else(|| value.strip_prefix(b"'")).unwrap_or(value);
        let end = value.iter().position(|byte| !byte.is_ascii_alphanumeric() && !b"-_:.".contains(byte));
        let label = value.get(..end.unwrap_or(value.len()))?;
        match Encoding::for_label(label).map(widened) {
            // The declaration itself was read as ASCII, so it cannot be true; the standard says the same.
            Some(wide) if wide == UTF_16LE || wide == UTF_16BE => return Some(UTF_8),
            Some(encoding) if encoding != REPLACEMENT => return Some(encoding),
            Some(_) | None => {}
        }
    }
    None
}

/// First position of `needle`; `haystack` is at most [`SNIFF`] long.
fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

/// Malformed sequences of `data` read as `encoding`.
fn malformed(data: &[u8], encoding: &'static Encoding) -> usize {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut scratch = [0_u8; 4096];
    let (mut rest, mut count) = (data, 0);
    loop {
        let (result, read, _) = decoder.decode_to_utf8_without_replacement(rest, &mut scratch, true);
        rest = rest.get(read..).unwrap_or_default();
        match result {
            DecoderResult::InputEmpty => return count,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => count += 1,
        }
    }
}

/// Decoded text as it grows.
#[derive(Debug, Default)]
struct Output {
    text: String,
    offsets: RawOffsets,
    malformed: usize,
}

impl Output {
    fn character(&mut self, character: char, raw_len: usize) {
        self.text.push(character);
        self.offsets.push(character.len_utf8() as u32, raw_len as u32);
    }

    fn replacement(&mut self, raw_len: usize) {
        self.malformed += 1;
        self.character(char::REPLACEMENT_CHARACTER, raw_len);
    }

    fn utf8(&mut self, data: &[u8]) {
        for chunk in data.utf8_chunks() {
            self.text.push_str(chunk.valid());
            self.offsets.push_same(chunk.valid().len() as u32);
            if !chunk.invalid().is_empty() {
                self.replacement(chunk.invalid().len());
            }
        }
    }

    fn utf16(&mut self, data: &[u8], unit: fn([u8; 2]) -> u16) {
        let read = |pair: &[u8]| <[u8; 2]>::try_from(pair).map_or(0, unit);
        // A source that ends within a character ends in one replacement for what there is of it.
        let odd = data.len() % 2;
        let cut = data.get(..data.len() - odd).unwrap_or_default();
        let high = odd == 1
            && cut.rchunks_exact(2).next().is_some_and(|last| (0xD800..0xDC00).contains(&read(last)));
        let whole = if high { cut.len() - 2 } else { cut.len() };
        let units = cut.get(..whole).unwrap_or_default().chunks_exact(2).map(read);
        for decoded in char::decode_utf16(units) {
            match decoded {
                Ok(character) => self.character(character, character.len_utf16() * 2),
                Err(_) => self.replacement(2),
            }
        }
        if odd == 1 {
            self.replacement(data.len() - whole);
        }
    }

    /// Feeds a streaming decoder byte by byte, which tells for any encoding which bytes made which character.
    fn incremental(&mut self, data: &[u8], encoding: &'static Encoding) {
        let mut feed = Feed { decoder: encoding.new_decoder_without_bom_handling(), pending: 0 };
        // Only here do bytes below 0x80 mean something else than ASCII.
        let stateful = encoding == ISO_2022_JP;
        for byte in data {
            if feed.pending == 0 && byte.is_ascii() && !stateful {
                self.character(char::from(*byte), 1);
            } else {
                feed.pending += 1;
                feed.step(self, std::slice::from_ref(byte), false, stateful);
            }
        }
        feed.step(self, &[], true, stateful);
        if feed.pending > 0 {
            self.offsets.skip(feed.pending as u32);
        }
    }
}

/// A streaming decoder and the bytes that it holds back.
struct Feed {
    decoder: encoding_rs::Decoder,
    pending: usize,
}

impl Feed {
    fn step(&mut self, output: &mut Output, mut input: &[u8], last: bool, stateful: bool) {
        let mut buffer = [0_u8; 32];
        loop {
            let (result, read, written) =
                self.decoder.decode_to_utf8_without_replacement(input, &mut buffer, last);
            input = input.get(read..).unwrap_or_default();
            let decoded = buffer.get(..written).and_then(|bytes| std::str::from_utf8(bytes).ok());
            self.take(output, decoded.unwrap_or_default(), stateful);
            match result {
                DecoderResult::InputEmpty => return,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(bad, after) => {
                    let later = usize::from(after) + input.len();
                    // Before the bad bytes, only shift sequences that no character followed can be pending.
                    let bad = if stateful { self.pending.saturating_sub(later) } else { usize::from(bad) };
                    let bad = bad.min(self.pending);
                    output.replacement(bad);
                    self.pending -= bad;
                }
            }
        }
    }

    /// Shares the pending bytes out among the characters they became.
    fn take(&mut self, output: &mut Output, decoded: &str, stateful: bool) {
        let mut characters = decoded.chars().peekable();
        while let Some(character) = characters.next() {
            // After a malformed sequence its ASCII bytes are read again, one by one.
            let raw_len = if character.is_ascii() && !stateful { 1.min(self.pending) } else { self.pending };
            let combining = characters.next_if(|&next| matches!(next, '\u{304}' | '\u{30C}'));
            match combining {
                // Big5 has four letters that Unicode spells as two characters.
                Some(mark) => {
                    output.text.push(character);
                    output.text.push(mark);
                    output.offsets.push((character.len_utf8() + mark.len_utf8()) as u32, raw_len as u32);
                }
                None => output.character(character, raw_len),
            }
            self.pending -= raw_len;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::BIG5;
    use proptest::prelude::*;

    /// Decodes, and checks of every character that its own bytes decode to it.
    #[track_caller]
    fn check(data: &[u8], label: &str, charset: &str, text: &str) -> Vec<&'static str> {
        let decoded = decode(data, label).unwrap();
        assert_eq!((decoded.charset, decoded.text.as_str()), (charset, text));
        decoded.warnings.iter().map(|warning| warning.reason).collect()
    }

    #[test]
    fn utf8_is_recognised_and_a_wrong_label_overruled() {
        assert_eq!(check("通州".as_bytes(), "", "UTF-8", "通州"), [""; 0]);
        assert_eq!(check("通州".as_bytes(), "gb2312", "UTF-8", "通州"), ["CHARSET_MISMATCH"]);
        assert_eq!(check(b"plain", "big5", "Big5", "plain"), [""; 0]);
    }

    #[test]
    fn bytes_that_are_no_utf8_are_gb18030_or_what_was_declared() {
        let (bytes, ..) = GB18030.encode("国务院𠮷");
        assert_eq!(check(&bytes, "", "gb18030", "国务院𠮷"), [""; 0]);
        assert_eq!(check(&bytes, "gb2312", "gb18030", "国务院𠮷"), [""; 0]);
        assert_eq!(check(&bytes, "utf-8", "gb18030", "国务院𠮷"), ["CHARSET_MISMATCH"]);
        let (bytes, ..) = BIG5.encode("國務院");
        assert_eq!(check(&bytes, "big5", "Big5", "國務院"), [""; 0]);
    }

    #[test]
    fn the_page_declares_its_charset() {
        let (bytes, ..) = BIG5.encode("<meta http-equiv=a content='text/html; charset = big5'>國務院發布");
        assert_eq!(decode(&bytes, "").unwrap().charset, "Big5");
        assert_eq!(decode(&bytes, "iso-8859-1").unwrap().charset, "Big5");
        assert_eq!(decode(b"<meta charset=utf-16><p>\xD6\xD0\xB9\xFA", "").unwrap().charset, "gb18030");
    }

    #[test]
    fn byte_order_marks_are_counted_and_not_text() {
        let decoded = decode(b"\xEF\xBB\xBF\xE4\xB8\xAD", "").unwrap();
        assert_eq!((decoded.text.as_str(), decoded.offsets.start(0), decoded.offsets.end(3)), ("中", 3, 6));
        let decoded = decode(b"\xFF\xFE\x2D\x4Ea\0", "").unwrap();
        assert_eq!((decoded.text.as_str(), decoded.offsets.start(3), decoded.offsets.end(4)), ("中a", 4, 6));
        let decoded = decode(
            "<p>中文</p>".encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>().as_slice(),
            "",
        );
        assert_eq!(decoded.unwrap().charset, "UTF-16BE");
    }

    #[test]
    fn damage_is_counted_and_keeps_its_place() {
        assert_eq!(check(b"\xE4\xB8\xAD\xE4\xB8", "utf-8", "UTF-8", "中\u{FFFD}"), ["MALFORMED_BYTES"]);
        let decoded = decode(b"\xD6\xD0\x81\x30\x81a\xB9\xFA", "gb18030").unwrap();
        assert_eq!(decoded.text.chars().last(), Some('国'));
        assert_eq!(decoded.offsets.start(decoded.text.len() - 3), 6);
        assert!(decoded.warnings.iter().any(|warning| warning.reason == "MALFORMED_BYTES"));
    }

    #[test]
    fn a_source_cut_within_a_utf16_pair_ends_in_one_replacement() {
        let decoded = decode(b"a\0\x40\xD8\x01", "utf-16le").unwrap();
        assert_eq!(
            (decoded.text.as_str(), decoded.offsets.start(1), decoded.offsets.end(4)),
            ("a\u{FFFD}", 2, 5)
        );
    }

    #[test]
    fn unknown_labels_are_refused() {
        assert!(
            matches!(decode(b"a", "klingon"), Err(Error::UnknownCharset { label }) if label == "klingon")
        );
        assert!(decode(b"a", "hz-gb-2312").is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_decode_as_the_library_does(data in proptest::collection::vec(any::<u8>(), 0..200), label in prop_oneof!["gb18030", "big5", "shift_jis", "euc-jp", "euc-kr", "iso-2022-jp", "utf-16le"]) {
            let mut output = Output::default();
            let encoding = Encoding::for_label(label.as_bytes()).unwrap();
            if encoding == UTF_16LE { output.utf16(&data, u16::from_le_bytes) } else { output.incremental(&data, encoding) }
            prop_assert_eq!(&output.text, &encoding.decode_without_bom_handling(&data).0);
            let ends: Vec<_> = output.text.char_indices().map(|(at, c)| (output.offsets.start(at), output.offsets.end(at + c.len_utf8()))).collect();
            prop_assert!(ends.windows(2).all(|pair| pair[0].0 <= pair[1].0 && pair[0].1 <= pair[1].1), "{:?}", ends);
            prop_assert!(ends.iter().all(|(start, end)| start <= end && *end <= data.len()), "{:?}", ends);
        }

        #[test]
        fn every_character_maps_to_its_own_bytes(text in "[ -~一-龥，。　𠀀-𠀿]{0,80}", label in prop_oneof!["gb18030", "utf-16be", "utf-8"]) {
            let encoding = Encoding::for_label(label.as_bytes()).unwrap();
            let bytes = if encoding == UTF_16BE { text.encode_utf16().flat_map(u16::to_be_bytes).collect() } else { encoding.encode(&text).0.into_owned() };
            let mut output = Output::default();
            if encoding == UTF_16BE { output.utf16(&bytes, u16::from_be_bytes) } else if encoding == UTF_8 { output.utf8(&bytes) } else { output.incremental(&bytes, encoding) }
            prop_assert_eq!(&output.text, &text);
            for (at, character) in text.char_indices() {
                let raw = &bytes[output.offsets.start(at)..output.offsets.end(at + character.len_utf8())];
                let own = encoding.decode_without_bom_handling(raw).0.into_owned();
                prop_assert_eq!(own, character.to_string());
            }
        }
    }
}
