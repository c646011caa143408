//! The whole way, with the analyzer that is compiled in.

use std::sync::Arc;
use std::sync::OnceLock;

use proptest::prelude::Strategy;
use proptest::prelude::any;
use proptest::sample::select;
use proptest::test_runner::Config as Cases;
use proptest::test_runner::TestRunner;
use prost::Message as _;
use tonic::Code;
use wenmai::analyze::Analyzer;
use wenmai::bundle::reader;
use wenmai::config::Config;
use wenmai::config::Server;
use wenmai::serve::Engine;
use wenmai::wire::pb;
use wenmai::wire::pb::OffsetEncoding;

use crate::harness::Running;
use crate::harness::text;

fn analyzer() -> Arc<dyn Engine> {
    static ANALYZER: OnceLock<Arc<Analyzer>> = OnceLock::new();
    let analyzer = ANALYZER.get_or_init(|| Arc::new(reader::built_in().unwrap().analyzer().unwrap()));
    Arc::<Analyzer>::clone(analyzer)
}

fn everything() -> Option<pb::Features> {
    Some(pb::Features {
        classify: Some(pb::ClassifyOptions {
            include_unselected: true,
            explanation_level: pb::ExplanationLevel::Sentences.into(),
            include_paragraphs: true,
            ..Default::default()
        }),
        extract: Some(pb::ExtractOptions::default()),
    })
}

fn common(encoding: OffsetEncoding) -> Option<pb::CommonOptions> {
    Some(pb::CommonOptions {
        offset_encoding: encoding.into(),
        include_clean_text: true,
        include_digest: true,
        ..Default::default()
    })
}

const PAGE: &str = "<html><head><title>市委书记到开发区调研</title></head><body><p>本报讯（记者 王小明）10月26日上午，\
    市委书记李建国到高新技术产业开发区调研。他强调，要优化空间布局，推动23家企业形成产业集群。</p>\
    <p>要落实《城市总体规划》，到2027年实现产值1.2万亿元，同比增长5.3%。</p></body></html>";

#[tokio::test]
async fn every_path_gives_the_same_bytes() {
    let server = Running::with(
        Config { server: Server { workers: 3, ..Server::default() }, ..Config::default() },
        analyzer(),
    )
    .await;
    let mut client = server.documents().await;
    let documents: Vec<pb::Document> = (0..12)
        .map(|index| match index % 3 {
            0 => text(&index.to_string(), PAGE),
            1 => pb::Document {
                title: "標題：國務院".into(),
                ..text(&index.to_string(), "北京😀𠀀\r\n　全角ＡＢ")
            },
            _ => text(&index.to_string(), &PAGE.replace("23", &index.to_string())),
        })
        .collect();
    let features = everything();
    let common = common(OffsetEncoding::Utf16CodeUnits);
    let batch = pb::BatchAnalyzeRequest {
        documents: documents.clone(),
        features: features.clone(),
        common: common.clone(),
    };
    let listed = client.batch_analyze(batch).await.unwrap().into_inner().results;
    let config = pb::StreamConfig {
        features: features.clone(),
        common: common.clone(),
        ordered: true,
        max_in_flight: 0,
    };
    let streamed = crate::stream::all(&mut client, config, documents.clone()).await.unwrap();
    let streamed = streamed.into_iter().filter_map(|answer| match answer {
        pb::stream_analyze_response::Message::Result(result) => Some(result),
        pb::stream_analyze_response::Message::Started(_)
        | pb::stream_analyze_response::Message::Summary(_) => None,
    });
    let bytes = |result: pb::DocumentResult| match result.outcome {
        Some(pb::document_result::Outcome::Analysis(analysis)) => analysis.encode_to_vec(),
        other => panic!("{other:?}"),
    };
    let listed: Vec<Vec<u8>> = listed.into_iter().map(bytes).collect();
    let streamed: Vec<Vec<u8>> = streamed.map(bytes).collect();
    assert_eq!(listed.len(), documents.len());
    assert_eq!(listed, streamed);
    for (document, listed) in documents.into_iter().zip(listed) {
        let request = pb::AnalyzeRequest {
            document: Some(document.clone()),
            features: features.clone(),
            common: common.clone(),
        };
        let analysis = client.analyze(request).await.unwrap().into_inner().analysis.unwrap();
        assert_eq!(analysis.encode_to_vec(), listed);
        let pb::Features { classify, extract } = features.clone().unwrap();
        let request = pb::ClassifyRequest {
            document: Some(document.clone()),
            options: classify,
            common: common.clone(),
        };
        let classified = client.classify(request).await.unwrap().into_inner();
        assert_eq!(classified.classification, analysis.classification);
        assert_eq!(classified.stats, analysis.stats);
        let request =
            pb::ExtractRequest { document: Some(document), options: extract, common: common.clone() };
        let extracted = client.extract(request).await.unwrap().into_inner();
        assert_eq!(extracted.extraction, analysis.extraction);
        assert_eq!(extracted.clean_text, analysis.clean_text);
    }
}

/// Every span of an answer.
fn spans(analysis: &pb::Analysis) -> Vec<&pb::Span> {
    let topics = analysis.classification.iter().flat_map(|found| {
        let explained = found.explanations.iter().flat_map(|it| {
            let features = it.features.iter().flat_map(|term| &term.spans);
            let removed = it.counterfactual.iter().flat_map(|found| &found.sentences);
            features.chain(it.sentences.iter().filter_map(|sentence| sentence.span.as_ref())).chain(removed)
        });
        explained.chain(found.paragraphs.iter().filter_map(|it| it.span.as_ref()))
    });
    let facts = analysis.extraction.iter().flat_map(|found| {
        let mentions = found.entities.iter().flat_map(|it| &it.mentions).filter_map(|it| it.span.as_ref());
        let speech = found.speeches.iter().flat_map(|it| [&it.speaker, &it.cue, &it.content]).flatten();
        let relations = found.relations.iter().filter_map(|it| it.evidence.as_ref());
        let directives =
            found.directives.iter().flat_map(|it| [&it.span, &it.modal, &it.addressee]).flatten();
        let phrases = found.keyphrases.iter().flat_map(|it| &it.spans);
        let sentences = found.key_sentences.iter().filter_map(|it| it.span.as_ref());
        mentions.chain(speech).chain(relations).chain(directives).chain(phrases).chain(sentences)
    });
    topics.chain(facts).collect()
}

#[test]
fn spans_of_plain_text_cover_their_text_in_every_unit() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let server = runtime.block_on(Running::start(analyzer()));
    let pieces = [
        "市委书记蔡奇",
        "10月26日上午",
        "通州区",
        "😀",
        "𠀀㐀",
        "\r\n",
        "　",
        "ＡＢ１２３",
        "強調指出，",
        "《规划》",
        "。",
        "“要优化布局”",
        "é",
        "\u{feff}",
        "<p>",
        "&nbsp;",
        "2025年",
        "企业23家",
        "\u{0}",
        "国务院",
    ];
    let piece = select(pieces.to_vec()).prop_map(str::to_owned);
    let any_text = proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat());
    let encoding =
        select(&[OffsetEncoding::Utf8Bytes, OffsetEncoding::Utf16CodeUnits, OffsetEncoding::CodePoints][..]);
    let mut runner = TestRunner::new(Cases { cases: 96, failure_persistence: None, ..Cases::default() });
    runner
        .run(&(any_text.clone(), any_text, encoding, any::<bool>()), |(title, content, encoding, is_html)| {
            let format = if is_html { pb::ContentFormat::Html } else { pb::ContentFormat::PlainText };
            let document = pb::Document { title: title.clone(), format: format.into(), ..text("", &content) };
            let request = pb::AnalyzeRequest {
                document: Some(document),
                features: everything(),
                common: common(encoding),
            };
            let answer = runtime.block_on(async { server.documents().await.analyze(request).await });
            let analysis = match answer {
                Ok(answer) => answer.into_inner().analysis.unwrap(),
                Err(status) => {
                    assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
                    return Ok(());
                }
            };
            for span in spans(&analysis) {
                let source = match span.field() {
                    pb::DocumentField::Title => &title,
                    pb::DocumentField::Content => &content,
                    pb::DocumentField::Unspecified => panic!("a span lies in a field"),
                };
                let covered = crate::offsets::cut(source, encoding, span.start, span.end);
                assert!(!covered.is_empty());
                if !is_html || span.field() == pb::DocumentField::Title {
                    assert_eq!(covered, span.text);
                }
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn arbitrary_raw_content_is_never_the_servers_fault() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let server = runtime.block_on(Running::start(analyzer()));
    let charset = select(&["", "gb18030", "utf-8", "big5", "utf-16le", "shift_jis"][..]);
    let input = (proptest::collection::vec(any::<u8>(), 1..400), charset, 0..4);
    let mut runner = TestRunner::new(Cases { cases: 96, failure_persistence: None, ..Cases::default() });
    runner
        .run(&input, |(data, charset, format)| {
            let size = data.len();
            let raw = pb::RawContent { data, charset: charset.into() };
            let document = pb::Document {
                source: Some(pb::document::Source::RawContent(raw)),
                format,
                ..Default::default()
            };
            let request = pb::AnalyzeRequest {
                document: Some(document),
                features: everything(),
                common: common(OffsetEncoding::RawBytes),
            };
            match runtime.block_on(async { server.documents().await.analyze(request).await }) {
                Ok(answer) => {
                    let analysis = answer.into_inner().analysis.unwrap();
                    for span in spans(&analysis) {
                        assert!(span.start <= span.end && span.end as usize <= size, "{span:?}");
                    }
                }
                Err(status) => assert_eq!(status.code(), Code::InvalidArgument, "{status:?}"),
            }
            Ok(())
        })
        .unwrap();
}
