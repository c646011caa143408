//! One document's result for people.
//!
//! Made from the same protobuf result that `--json` prints, so a report of a server's answer and one of our own read
//! alike. Nothing of the document reaches the terminal without going through [`layout::line`].

pub mod layout;
pub mod style;
mod facts;
mod topics;

use tonic_types::pb as rpc;

use crate::serve::status;
use crate::wire::pb;

use layout::Cell;
use layout::Table;
use layout::line;
use layout::paint;
use layout::shorten;
use layout::width;
use layout::wrap;

/// How reports are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Columns of a line.
    pub width: usize,
    /// The whole explanation of each topic rather than its strongest words.
    pub explain: bool,
    /// The whole text.
    pub clean_text: bool,
}

/// Everything stands this far from the left, under its heading.
const INDENT: usize = 2;

/// The report of one document; ends with a line break.
#[must_use]
pub fn document(result: &pb::DocumentResult, settings: Settings) -> String {
    let mut out = rule(&result.document_id, settings.width);
    match &result.outcome {
        Some(pb::document_result::Outcome::Analysis(analysis)) => body(analysis, settings, &mut out),
        Some(pb::document_result::Outcome::Error(status)) => out.push_str(&failure(status, settings.width)),
        None => {}
    }
    out
}

/// The line that begins a report and names its document.
fn rule(id: &str, total: usize) -> String {
    let name = shorten(&line(id), total.saturating_sub(8));
    let rest = "─".repeat(total.saturating_sub(width(&name) + 5));
    format!("{} {} {}\n", paint(style::DIM, "───"), paint(style::STRONG, &name), paint(style::DIM, &rest))
}

fn body(analysis: &pb::Analysis, settings: Settings, out: &mut String) {
    let page = analysis.extraction.as_ref().and_then(|extraction| extraction.page.as_ref());
    head(analysis, page, settings.width, out);
    if let Some(classification) = &analysis.classification {
        let unknown = analysis.stats.as_ref().map_or(0.0, |stats| stats.out_of_vocabulary_ratio);
        topics::write(classification, unknown, settings, out);
    }
    if let Some(extraction) = &analysis.extraction {
        facts::write(extraction, settings, out);
    }
    if settings.clean_text
        && let Some(clean) = &analysis.clean_text
    {
        heading("正文", "Text", out);
        for paragraph in clean.text.lines().filter(|paragraph| !paragraph.trim().is_empty()) {
            flow(&line(paragraph), INDENT, settings.width, style::PLAIN, out);
        }
    }
    warnings(&analysis.warnings, settings.width, out);
}

/// Headline, page facts, and what was seen.
fn head(analysis: &pb::Analysis, page: Option<&pb::PageFacts>, total: usize, out: &mut String) {
    let stated = page.and_then(|page| page.title.as_ref()).map(|title| title.text.clone());
    let headline = stated.or_else(|| headline(analysis.clean_text.as_ref()?)).unwrap_or_default();
    flow(&line(&headline), 0, total, style::TITLE, out);
    if let Some(page) = page {
        let mut table = Table::new(0);
        let mut row = |label: &str, text: &str| {
            if !text.is_empty() {
                table.row(vec![Cell::new(label, style::DIM), Cell::new(text, style::PLAIN)]);
            }
        };
        let text = |span: &Option<pb::Span>| span.as_ref().map(|span| span.text.clone()).unwrap_or_default();
        row("原标题", &text(&page.original_title));
        row("来源", &text(&page.source));
        row("作者", &page.byline.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(" "));
        let published = text(&page.published);
        let time = page.publish_time.replace('T', " ");
        row("发布", if time.is_empty() { &published } else { &time });
        out.push_str(&table.render(total));
    }
    if let Some(stats) = &analysis.stats {
        flow(&seen(stats), 0, total, style::DIM, out);
    }
}

/// The first paragraph of kind title of the clean text.
fn headline(clean: &pb::CleanText) -> Option<String> {
    clean.paragraphs.iter().find(|paragraph| paragraph.kind() == pb::ParagraphKind::Title)?;
    clean.text.lines().find(|text| !text.trim().is_empty()).map(str::to_owned)
}

fn seen(stats: &pb::DocumentStats) -> String {
    let format = match stats.format() {
        pb::ContentFormat::Html => "HTML",
        pb::ContentFormat::PlainText => "text",
        pb::ContentFormat::Unspecified | pb::ContentFormat::Auto => "",
    };
    let mut parts = vec![
        counted(stats.code_point_count, "character"),
        counted(stats.paragraph_count, "paragraph"),
        counted(stats.sentence_count, "sentence"),
        stats.detected_language_code.clone(),
        format!("{} {format}", stats.charset).trim().to_owned(),
    ];
    if stats.truncated {
        parts.push("truncated".to_owned());
    }
    if !stats.sha256.is_empty() {
        parts.push(format!("sha256 {}", stats.sha256));
    }
    parts.retain(|part| !part.is_empty());
    line(&parts.join(" · "))
}

fn warnings(warnings: &[pb::Warning], total: usize, out: &mut String) {
    if warnings.is_empty() {
        return;
    }
    heading("注意", "Warnings", out);
    let mut table = Table::new(INDENT);
    for warning in warnings {
        let reason = Cell::new(&warning.reason, style::WARNING);
        table.row(vec![reason, Cell::new(&warning.message, style::PLAIN)]);
    }
    out.push_str(&table.render(total));
}

/// An error as a person reads it: the sentence, and every field at fault.
fn failure(status: &rpc::Status, total: usize) -> String {
    let mut out = String::new();
    let name = code_name(status.code);
    // What is wrong with single fields stands in a table of its own below.
    let fields = status.details.iter().any(|detail| detail.type_url.ends_with("/google.rpc.BadRequest"));
    let sentence = match status.message.split_once(": ") {
        Some((sentence, _)) if fields => sentence,
        _ => &status.message,
    };
    for (number, text) in wrap(&line(sentence), total.saturating_sub(name.len() + 4)).iter().enumerate() {
        let label = if number == 0 { format!("✗ {name}") } else { String::new() };
        let label = layout::pad(&label, name.len() + 4);
        out.push_str(&format!("{}{text}\n", paint(style::ERROR, &label)));
    }
    let mut table = Table::new(INDENT);
    for detail in &status.details {
        if detail.type_url.ends_with("/google.rpc.BadRequest")
            && let Ok(request) = <rpc::BadRequest as prost::Message>::decode(detail.value.as_slice())
        {
            for violation in request.field_violations {
                let field = Cell::new(&violation.field, style::VALUE);
                table.row(vec![field, Cell::new(&violation.description, style::PLAIN)]);
            }
        }
    }
    out.push_str(&table.render(total));
    out
}

/// Name of a `google.rpc.Code`.
#[must_use]
pub fn code_name(code: i32) -> &'static str {
    status::code_name(code.into())
}

/// A section heading, with an empty line before it.
fn heading(chinese: &str, english: &str, out: &mut String) {
    let english = paint(style::DIM, english);
    out.push_str(&format!("\n{} {english}\n", paint(style::HEADING, chinese)));
}

/// Wrapped text, `indent` columns from the left.
fn flow(text: &str, indent: usize, total: usize, style: anstyle::Style, out: &mut String) {
    for text in wrap(text, total.saturating_sub(indent)) {
        out.push_str(&" ".repeat(indent));
        out.push_str(&paint(style, &text));
        out.push('\n');
    }
}

/// Digits before the decimal point in groups of three.
fn grouped(number: &str) -> String {
    let (whole, fraction) = number.split_once('.').map_or((number, None), |(w, f)| (w, Some(f)));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    if !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return number.to_owned();
    }
    let mut out = sign.to_owned();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// "1 sentence", "1,234 sentences".
fn counted(count: u32, noun: &str) -> String {
    format!("{} {noun}{}", grouped(&count.to_string()), if count == 1 { "" } else { "s" })
}

/// "×3", or nothing for one.
fn times(count: usize) -> String {
    if count > 1 { format!("×{count}") } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        for (number, expected) in [
            ("0", "0"),
            ("123", "123"),
            ("1234", "1,234"),
            ("1200000000000", "1,200,000,000,000"),
            ("-1234.5678", "-1,234.5678"),
            ("三", "三"),
            ("", ""),
        ] {
            assert_eq!(grouped(number), expected);
        }
    }

    #[test]
    fn failures_name_every_field() {
        let violation = |field: &str| rpc::bad_request::FieldViolation {
            field: field.to_owned(),
            description: "is wrong".to_owned(),
            ..Default::default()
        };
        let request = rpc::BadRequest { field_violations: vec![violation("a.b"), violation("c")] };
        let detail = prost_types::Any {
            type_url: "type.googleapis.com/google.rpc.BadRequest".to_owned(),
            value: prost::Message::encode_to_vec(&request),
        };
        let status = rpc::Status { code: 3, message: "two things".to_owned(), details: vec![detail] };
        let text = anstream::adapter::strip_str(&failure(&status, 60)).to_string();
        assert_eq!(text, "✗ INVALID_ARGUMENT  two things\n  a.b  is wrong\n  c    is wrong\n");
    }

    #[test]
    fn a_document_cannot_write_to_the_terminal() {
        let result = pb::DocumentResult {
            document_id: "\u{1b}]0;x\u{7}".to_owned(),
            outcome: Some(pb::document_result::Outcome::Error(rpc::Status {
                message: "\u{1b}[2J".to_owned(),
                ..Default::default()
            })),
            ..Default::default()
        };
        let settings = Settings { width: 60, explain: false, clean_text: false };
        let text = anstream::adapter::strip_str(&document(&result, settings)).to_string();
        assert!(text.contains("]0;x") && text.contains("[2J"), "{text:?}");
    }
}
