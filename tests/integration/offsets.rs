//! Spans fit the caller's own string in every unit.

use wenmai::wire::pb;
use wenmai::wire::pb::OffsetEncoding;

use crate::harness::Running;
use crate::harness::analyze;
use crate::harness::literal;

const TITLE: &str = "😀京題";
const CONTENT: &str = "a京😀京\r\né𠀀京　全角ＡＢ京";

/// What a caller in the language of that unit would cut out of its string.
pub(crate) fn cut(text: &str, encoding: OffsetEncoding, start: u32, end: u32) -> String {
    let (start, end) = (start as usize, end as usize);
    match encoding {
        OffsetEncoding::Utf16CodeUnits => {
            let units: Vec<u16> = text.encode_utf16().collect();
            String::from_utf16(&units[start..end]).unwrap()
        }
        OffsetEncoding::CodePoints => text.chars().skip(start).take(end - start).collect(),
        OffsetEncoding::Utf8Bytes | OffsetEncoding::Unspecified | OffsetEncoding::RawBytes => {
            text[start..end].to_owned()
        }
    }
}

async fn spans(document: pb::Document, wanted: OffsetEncoding) -> (Vec<pb::Span>, pb::Analysis) {
    let server = Running::start(literal()).await;
    let common =
        pb::CommonOptions { offset_encoding: wanted.into(), include_clean_text: true, ..Default::default() };
    let request = pb::AnalyzeRequest { common: Some(common), ..analyze(document) };
    let answer = server.documents().await.analyze(request).await.unwrap().into_inner();
    let analysis = answer.analysis.unwrap();
    let spans = analysis.classification.as_ref().unwrap().explanations[0].features[0].spans.clone();
    (spans, analysis)
}

#[tokio::test]
async fn text_is_counted_in_the_unit_that_was_asked_for() {
    for (wanted, given) in [
        (OffsetEncoding::Unspecified, OffsetEncoding::Utf8Bytes),
        (OffsetEncoding::Utf8Bytes, OffsetEncoding::Utf8Bytes),
        (OffsetEncoding::Utf16CodeUnits, OffsetEncoding::Utf16CodeUnits),
        (OffsetEncoding::CodePoints, OffsetEncoding::CodePoints),
    ] {
        let document = pb::Document {
            title: TITLE.into(),
            source: Some(pb::document::Source::Content(CONTENT.into())),
            ..Default::default()
        };
        let (spans, analysis) = spans(document, wanted).await;
        assert_eq!(analysis.stats.unwrap().offset_encoding(), given);
        let fields: Vec<_> = spans.iter().map(pb::Span::field).collect();
        use pb::DocumentField::Content;
        use pb::DocumentField::Title;
        assert_eq!(fields, [Title, Content, Content, Content, Content]);
        for span in spans {
            let source = if span.field() == Title { TITLE } else { CONTENT };
            assert_eq!(cut(source, given, span.start, span.end), span.text);
            assert_eq!(span.text, "京");
        }
        let clean = analysis.clean_text.unwrap();
        let paragraphs: Vec<_> =
            clean.paragraphs.iter().map(|it| cut(&clean.text, given, it.start, it.end)).collect();
        let lines: Vec<&str> = [TITLE].into_iter().chain(CONTENT.lines()).collect();
        assert_eq!(paragraphs, lines);
        for (paragraph, line) in clean.paragraphs.iter().zip(lines) {
            let span = paragraph.span.as_ref().unwrap();
            let source = if span.field() == Title { TITLE } else { CONTENT };
            assert_eq!(cut(source, given, span.start, span.end), line);
            assert_eq!(span.text, "");
        }
    }
}

#[tokio::test]
async fn raw_content_is_counted_in_its_own_bytes() {
    let data = encoding_rs::GB18030.encode(CONTENT).0.into_owned();
    let raw = pb::RawContent { data: data.clone(), charset: "gb18030".into() };
    let document = pb::Document {
        title: TITLE.into(),
        source: Some(pb::document::Source::RawContent(raw)),
        ..Default::default()
    };
    for wanted in [OffsetEncoding::Unspecified, OffsetEncoding::RawBytes] {
        let (spans, analysis) = spans(document.clone(), wanted).await;
        assert_eq!(analysis.stats.unwrap().offset_encoding(), OffsetEncoding::RawBytes);
        assert_eq!(spans.len(), 5);
        for span in spans {
            let bytes = span.start as usize..span.end as usize;
            if span.field() == pb::DocumentField::Title {
                assert_eq!(&TITLE[bytes], span.text);
            } else {
                assert_eq!(encoding_rs::GB18030.decode(&data[bytes]).0, span.text);
            }
        }
    }
}

#[tokio::test]
async fn units_that_do_not_fit_the_content_are_refused() {
    let server = Running::start(literal()).await;
    let raw = pb::RawContent { data: b"x".to_vec(), charset: String::new() };
    let raw = pb::document::Source::RawContent(raw);
    let text = pb::document::Source::Content("京".into());
    for (source, wanted) in [
        (&text, OffsetEncoding::RawBytes),
        (&raw, OffsetEncoding::Utf8Bytes),
        (&raw, OffsetEncoding::Utf16CodeUnits),
        (&raw, OffsetEncoding::CodePoints),
    ] {
        let document = pb::Document { source: Some(source.clone()), ..Default::default() };
        let common = pb::CommonOptions { offset_encoding: wanted.into(), ..Default::default() };
        let request = pb::AnalyzeRequest { common: Some(common), ..analyze(document) };
        let status = server.documents().await.analyze(request).await.unwrap_err();
        let fields: Vec<String> = crate::grpc::violations(&status).into_keys().collect();
        assert_eq!(fields, ["common.offset_encoding"]);
    }
}
