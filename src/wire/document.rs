//! One document: from the wire to the domain.

use jiff::Timestamp;
use jiff::civil;
use jiff::tz::TimeZoneDatabase;
use sha2::Digest as _;
use sha2::Sha256;

use super::options::Encoding;
use super::options::Oversize;
use super::options::Plan;
use super::pb;
use super::unit::Unit;
use super::violation::Check;
use super::violation::Excess;
use super::violation::Refusal;
use super::violation::quoted;
use crate::config::Limits;
use crate::config::MAX_DOCUMENT_ID_BYTES;
use crate::text::Content;
use crate::text::Document;
use crate::text::Format;

/// Zone in which a reference time is read when the caller names none.
const DEFAULT_TIME_ZONE: &str = "Asia/Shanghai";

/// A document that may be analysed, and what its answer needs besides.
#[derive(Clone, Debug, PartialEq)]
pub struct Accepted {
    /// The document; its content is what will be analysed.
    pub document: Document,
    /// How the spans of the answer count.
    pub unit: Unit,
    /// Set when the document was cut at the size limit.
    pub cut: Option<Cut>,
}

/// What is known of a document before it was cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Bytes of title and content as sent.
    pub size: usize,
    /// The limit.
    pub limit: usize,
    /// SHA-256 of what was sent, where the caller wants it.
    pub sha256: Option<String>,
}

impl Accepted {
    /// Path of the content in a request with one document, for what only the analysis can refuse.
    #[must_use]
    pub fn content_path(&self) -> &'static str {
        content_path(&self.document.content)
    }
}

/// Path of the content in a request with one document.
fn content_path(content: &Content) -> &'static str {
    match content {
        Content::Text(_) => "document.content",
        Content::Raw { .. } => "document.raw_content.data",
    }
}

/// Converts one document under the options of its call.
///
/// # Errors
/// [`Refusal`] with every violation, paths beginning with `document`.
pub fn accept(document: Option<pb::Document>, plan: &Plan, limits: &Limits) -> Result<Accepted, Refusal> {
    let Some(document) = document else { return Err(Refusal::one("document", "must be set")) };
    let pb::Document { id, title, source, format, language_code, reference_time, time_zone } = document;
    let mut check = Check::default();
    if id.len() > MAX_DOCUMENT_ID_BYTES {
        check.add("document.id", format!("has {} bytes, the limit is {MAX_DOCUMENT_ID_BYTES}", id.len()));
    }
    let content = match source {
        None => Content::default(),
        Some(pb::document::Source::Content(text)) => Content::Text(text),
        Some(pb::document::Source::RawContent(pb::RawContent { data, charset })) => {
            if !charset.is_empty() && encoding_rs::Encoding::for_label(charset.as_bytes()).is_none() {
                check.add(
                    "document.raw_content.charset",
                    format!("{} is not a WHATWG encoding label", quoted(&charset)),
                );
            }
            Content::Raw { data, charset }
        }
    };
    let holds_content = match &content {
        Content::Text(text) => !text.trim().is_empty(),
        Content::Raw { data, .. } => !data.trim_ascii().is_empty(),
    };
    if !holds_content && title.trim().is_empty() {
        check.add(content_path(&content), "must hold text when there is no title");
    }
    let unit = unit(plan.encoding, &content, &mut check);
    let format = match pb::ContentFormat::try_from(format) {
        Ok(pb::ContentFormat::Unspecified | pb::ContentFormat::Auto) => Format::Auto,
        Ok(pb::ContentFormat::PlainText) => Format::PlainText,
        Ok(pb::ContentFormat::Html) => Format::Html,
        Err(_) => {
            check.unknown_enum("document.format", format);
            Format::Auto
        }
    };
    if !language_code.is_empty() && !is_language_tag(&language_code) {
        check.add(
            "document.language_code",
            format!("{} is not a BCP-47 language tag", quoted(&language_code)),
        );
    }
    let reference = local(reference_time, &time_zone, &mut check);
    let mut document = Document { id, title, content, format, language: language_code, reference };
    let cut = fit(&mut document, plan, limits.max_document_bytes, &mut check);
    check.pass(Accepted { document, unit, cut })
}

/// How spans count, where the caller's wish fits the kind of content.
fn unit(wanted: Encoding, content: &Content, check: &mut Check) -> Unit {
    match (content, wanted) {
        (Content::Text(_), Encoding::Natural | Encoding::Utf8Bytes) => Unit::Utf8Bytes,
        (Content::Text(_), Encoding::Utf16CodeUnits) => Unit::Utf16CodeUnits,
        (Content::Text(_), Encoding::CodePoints) => Unit::CodePoints,
        (Content::Text(_), Encoding::RawBytes) => {
            check.add("common.offset_encoding", "raw bytes can be counted in raw_content only");
            Unit::Utf8Bytes
        }
        (Content::Raw { .. }, Encoding::Natural | Encoding::RawBytes) => Unit::RawBytes,
        (Content::Raw { .. }, Encoding::Utf8Bytes | Encoding::Utf16CodeUnits | Encoding::CodePoints) => {
            check.add("common.offset_encoding", "raw_content can be counted in raw bytes only");
            Unit::RawBytes
        }
    }
}

/// The reference time as local time of its zone.
fn local(
    instant: Option<prost_types::Timestamp>,
    time_zone: &str,
    check: &mut Check,
) -> Option<civil::DateTime> {
    let name = if time_zone.is_empty() { DEFAULT_TIME_ZONE } else { time_zone };
    let zone = TimeZoneDatabase::bundled().get(name);
    if zone.is_err() {
        check.add("document.time_zone", format!("{} is not an IANA time zone", quoted(name)));
    }
    let prost_types::Timestamp { seconds, nanos } = instant?;
    // The protobuf range, years 1 to 9999, is narrower than what jiff holds at its lower end.
    const FIRST: i64 = -62_135_596_800;
    let instant = match Timestamp::new(seconds, nanos) {
        Ok(instant) if seconds >= FIRST && nanos >= 0 => Some(instant),
        Ok(_) | Err(_) => None,
    };
    if instant.is_none() {
        check.add("document.reference_time", "is not between the years 1 and 9999");
    }
    Some(zone.ok()?.to_datetime(instant?))
}

/// Holds the document to the size limit: refuses it, or cuts it.
fn fit(document: &mut Document, plan: &Plan, limit: usize, check: &mut Check) -> Option<Cut> {
    let content = match &document.content {
        Content::Text(text) => text.len(),
        Content::Raw { data, .. } => data.len(),
    };
    let size = document.title.len() + content;
    if size <= limit {
        return None;
    }
    match plan.oversize {
        Oversize::Reject => {
            let message = format!("title and content have {size} bytes, the limit is {limit}");
            let excess = Excess::DocumentBytes { size, limit };
            check.exceeded(content_path(&document.content), message, excess);
            None
        }
        Oversize::Truncate => {
            let sha256 = plan.include_digest.then(|| sha256(document));
            document.title.truncate(text_boundary(&document.title, limit));
            let left = limit - document.title.len();
            match &mut document.content {
                Content::Text(text) => text.truncate(text_boundary(text, left)),
                Content::Raw { data, .. } => data.truncate(raw_boundary(data, left)),
            }
            Some(Cut { size, limit, sha256 })
        }
    }
}

/// The greatest end of a character in `text` that is not after `limit`.
fn text_boundary(text: &str, limit: usize) -> usize {
    (0..=limit.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or_default()
}

/// The greatest end of a character in `data` that is not after `limit`, whatever the charset: UTF-8, UTF-16, and
/// those of one or two bytes per character and GB18030.
fn raw_boundary(data: &[u8], limit: usize) -> usize {
    let Some(head) = data.get(..limit).filter(|_| limit < data.len()) else { return data.len() };
    if head.starts_with(&[0xFF, 0xFE]) || head.starts_with(&[0xFE, 0xFF]) {
        let even = limit & !1;
        // Of a surrogate pair the first half would be left.
        let last = head.get(even.saturating_sub(2)..even).unwrap_or_default();
        let high = if head.first() == Some(&0xFF) { last.get(1) } else { last.first() };
        return if high.is_some_and(|byte| (0xD8..=0xDB).contains(byte)) { even - 2 } else { even };
    }
    match std::str::from_utf8(head) {
        Ok(_) => return limit,
        // Nothing wrong but a character cut in two at the end.
        Err(error) if error.error_len().is_none() => return error.valid_up_to(),
        Err(_) => {}
    }
    // These bytes end a character in every one of the charsets left; from the last of them, characters are counted.
    let is_end = |byte: &u8| matches!(byte, 0x00..=0x2F | 0x3A..=0x3F);
    let mut at = head.iter().rposition(is_end).map_or(0, |last| last + 1);
    loop {
        let length = match (data.get(at), data.get(at + 1)) {
            (Some(0x81..=0xFE), Some(b'0'..=b'9')) => 4,
            (Some(0x81..=0xFE), _) => 2,
            _ => 1,
        };
        if at + length > limit {
            return at;
        }
        at += length;
    }
}

/// Hex SHA-256 over title, NUL, content bytes.
pub(super) fn sha256(document: &Document) -> String {
    let content = match &document.content {
        Content::Text(text) => text.as_bytes(),
        Content::Raw { data, .. } => data,
    };
    let digest =
        Sha256::new().chain_update(&document.title).chain_update([0]).chain_update(content).finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether `tag` has the shape of a BCP-47 tag: a language of two to eight letters, or `x` for private use, then
/// subtags of up to eight letters and digits.
fn is_language_tag(tag: &str) -> bool {
    let mut subtags = tag.split('-');
    let primary = subtags.next().unwrap_or_default();
    let is_language =
        (2..=8).contains(&primary.len()) && primary.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_private = primary.eq_ignore_ascii_case("x") && tag.len() > 2;
    (is_language || is_private)
        && subtags.all(|subtag| {
            (1..=8).contains(&subtag.len()) && subtag.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn language_tags_have_a_shape() {
        for good in ["zh", "zh-Hans", "zh-Hant-TW", "cmn-Hans-CN", "x-mine", "ZH-hans", "de-1996"] {
            assert!(is_language_tag(good), "{good}");
        }
        for bad in ["z", "zh_CN", "zh-", "-zh", "中文", "zh-Hans Hant", "chinesisch", "x", "x-", "12"] {
            assert!(!is_language_tag(bad), "{bad}");
        }
    }

    /// Cutting at any limit, then decoding, gives a prefix of the whole decoded text.
    #[track_caller]
    fn check_boundaries(encoding: &'static encoding_rs::Encoding, data: &[u8]) {
        let (whole, _) = encoding.decode_with_bom_removal(data);
        for limit in 2..=data.len() + 1 {
            let cut = raw_boundary(data, limit);
            assert!(cut <= limit && limit.min(data.len()) - cut < 4, "cut at {cut} for {limit}");
            let (head, _) = encoding.decode_with_bom_removal(&data[..cut]);
            assert!(whole.starts_with(&*head), "{} cut at {cut}: {head:?}", encoding.name());
        }
    }

    #[test]
    fn raw_bytes_are_cut_between_characters() {
        let text = "<p>北京市通州区 2025年，䶮㐀𠀀é</p>\n城市副中心";
        check_boundaries(encoding_rs::UTF_8, text.as_bytes());
        check_boundaries(encoding_rs::GB18030, &encoding_rs::GB18030.encode(text).0);
        check_boundaries(encoding_rs::BIG5, &encoding_rs::BIG5.encode("國務院<b>發</b>布 2025").0);
        let utf16 = |bytes: fn(u16) -> [u8; 2]| {
            "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(bytes).collect::<Vec<u8>>()
        };
        check_boundaries(encoding_rs::UTF_16LE, &utf16(u16::to_le_bytes));
        check_boundaries(encoding_rs::UTF_16BE, &utf16(u16::to_be_bytes));
    }
}
