//! What callers are told: every row of the status table, decoded from the details.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::time::Duration;

use prost::Message as _;
use tonic::Code;
use tonic::Request;
use tonic::Status;
use tonic_types::StatusExt as _;
use wenmai::analyze::Stage;
use wenmai::config::Admission;
use wenmai::config::Config;
use wenmai::config::Limits;
use wenmai::config::Server;
use wenmai::error::Error;
use wenmai::text::Content;
use wenmai::wire::pb;

use crate::harness::Running;
use crate::harness::SOON;
use crate::harness::analyze;
use crate::harness::literal;
use crate::harness::literally;
use crate::harness::scripted;
use crate::harness::soon;
use crate::harness::text;
use crate::harness::topics;

/// Fields and messages of a `BadRequest`.
pub(crate) fn violations(status: &Status) -> BTreeMap<String, String> {
    assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
    let details = status.get_details_bad_request().expect("INVALID_ARGUMENT comes with BadRequest");
    details.field_violations.into_iter().map(|it| (it.field, it.description)).collect()
}

#[track_caller]
fn check_fields(status: &Status, expected: &[&str]) {
    let found = violations(status);
    let fields: Vec<&str> = found.keys().map(String::as_str).collect();
    assert_eq!(fields, expected, "{found:#?}");
    assert!(status.message().starts_with("invalid request: "), "{}", status.message());
}

/// Reason and metadata of an `ErrorInfo`.
#[track_caller]
fn check_info(status: &Status, reason: &str, metadata: &[(&str, &str)]) {
    let info = status.get_details_error_info().expect("ErrorInfo");
    assert_eq!((info.domain.as_str(), info.reason.as_str()), ("wenmai", reason));
    for (key, value) in metadata {
        assert_eq!(info.metadata.get(*key).map(String::as_str), Some(*value), "{key}");
    }
}

fn small() -> Config {
    let limits = Limits {
        max_document_bytes: 30,
        max_batch_documents: 4,
        max_request_bytes: 80_000,
        ..Limits::default()
    };
    Config { limits, ..Config::default() }
}

#[tokio::test]
async fn all_violations_of_a_request_are_told_at_once() {
    let server = Running::start(literal()).await;
    let mut client = server.documents().await;

    let status = client.classify(pb::ClassifyRequest::default()).await.unwrap_err();
    check_fields(&status, &["document"]);
    let status = client.extract(pb::ExtractRequest::default()).await.unwrap_err();
    check_fields(&status, &["document"]);
    let status = client.analyze(pb::AnalyzeRequest::default()).await.unwrap_err();
    check_fields(&status, &["document", "features"]);

    let everything = pb::ClassifyRequest {
        document: Some(pb::Document {
            id: "x".repeat(257),
            title: "　\n".into(),
            source: Some(pb::document::Source::RawContent(pb::RawContent {
                data: b" \r\n".to_vec(),
                charset: "utf-99".into(),
            })),
            format: 99,
            language_code: "zh_CN".into(),
            reference_time: Some(prost_types::Timestamp { seconds: i64::MAX, nanos: -1 }),
            time_zone: "Mars/Olympus".into(),
        }),
        options: Some(pb::ClassifyOptions {
            min_probability: Some(f64::NAN),
            label_ids: vec!["industry".into(), "nonsense".into()],
            explanation_level: -1,
            ..Default::default()
        }),
        common: Some(pb::CommonOptions {
            offset_encoding: 77,
            oversize_policy: i32::MIN,
            ..Default::default()
        }),
    };
    let status = client.classify(everything).await.unwrap_err();
    check_fields(
        &status,
        &[
            "common.offset_encoding",
            "common.oversize_policy",
            "document.format",
            "document.id",
            "document.language_code",
            "document.raw_content.charset",
            "document.raw_content.data",
            "document.reference_time",
            "document.time_zone",
            "options.explanation_level",
            "options.label_ids[1]",
            "options.min_probability",
        ],
    );
    let told = violations(&status);
    assert_eq!(told["document.format"], "99 is not a value of this enum");
    assert_eq!(told["options.min_probability"], "NaN is not in [0, 1]");
    assert_eq!(told["document.id"], "has 257 bytes, the limit is 256");

    let facts = pb::ExtractRequest {
        document: Some(text("", "北京")),
        options: Some(pb::ExtractOptions {
            types: vec![1, 0, 9, -3],
            min_confidence: 1.01,
            ..Default::default()
        }),
        common: None,
    };
    let status = client.extract(facts).await.unwrap_err();
    check_fields(
        &status,
        &["options.min_confidence", "options.types[1]", "options.types[2]", "options.types[3]"],
    );
}

#[tokio::test]
async fn values_at_the_edges_are_taken() {
    let server = Running::start(literal()).await;
    let mut client = server.documents().await;
    for bound in [0.0, 1.0] {
        let document = pb::Document {
            id: "京".repeat(85) + "1",
            title: "题".into(),
            source: None,
            format: 2,
            language_code: "zh-Hant-TW".into(),
            reference_time: Some(prost_types::Timestamp { seconds: -62_135_596_800, nanos: 999_999_999 }),
            time_zone: "America/Argentina/Buenos_Aires".into(),
        };
        let options = pb::ClassifyOptions {
            top_k: u32::MAX,
            min_probability: Some(bound),
            label_ids: vec!["capital".into()],
            max_features: u32::MAX,
            ..Default::default()
        };
        let request =
            pb::ClassifyRequest { document: Some(document.clone()), options: Some(options), common: None };
        assert_eq!(client.classify(request).await.unwrap().into_inner().document_id, document.id);
    }
    let mut document = text("", "京");
    for seconds in [-62_135_596_801, 253_402_300_800] {
        document.reference_time = Some(prost_types::Timestamp { seconds, nanos: 0 });
        let status = client.analyze(analyze(document.clone())).await.unwrap_err();
        check_fields(&status, &["document.reference_time"]);
    }
}

#[tokio::test]
async fn the_reference_time_is_read_in_its_zone() {
    let (seen, read) = mpsc::channel();
    let engine = scripted(move |document, options, observer| {
        seen.send(document.reference.unwrap().to_string()).unwrap();
        literally(document, options, observer)
    });
    let server = Running::start(engine).await;
    let mut client = server.documents().await;
    let zones = [
        ("", "2025-10-27T00:30:00"),
        ("UTC", "2025-10-26T16:30:00"),
        ("America/New_York", "2025-10-26T12:30:00"),
    ];
    for (zone, local) in zones {
        let mut document = text("", "北京");
        document.reference_time = Some(prost_types::Timestamp { seconds: 1_761_496_200, nanos: 0 });
        document.time_zone = zone.into();
        client.analyze(analyze(document)).await.unwrap();
        assert_eq!(read.recv_timeout(SOON).unwrap(), local, "{zone}");
    }
}

#[tokio::test]
async fn what_only_the_analysis_can_refuse_is_a_violation_too() {
    let engine = scripted(|document, options, observer| match &document.content {
        Content::Text(text) if text == "label" => Err(Error::UnknownLabel { id: "capital".into() }),
        Content::Text(text) if text == "large" => Err(Error::DocumentTooLarge { size: 9, limit: 8 }),
        Content::Text(text) if text == "<p>" => Err(Error::EmptyDocument),
        Content::Raw { .. } => Err(Error::UnknownCharset { label: "utf-7".into() }),
        Content::Text(_) => literally(document, options, observer),
    });
    let server = Running::start(engine).await;
    let mut client = server.documents().await;
    let label_ids = vec!["industry".to_owned(), "capital".to_owned()];
    let options = pb::ClassifyOptions { label_ids, ..Default::default() };
    let features = Some(pb::Features { classify: Some(options.clone()), extract: None });
    let request =
        pb::AnalyzeRequest { document: Some(text("", "label")), features: features.clone(), common: None };
    check_fields(&client.analyze(request).await.unwrap_err(), &["features.classify.label_ids[1]"]);
    let request =
        pb::ClassifyRequest { document: Some(text("", "label")), options: Some(options), common: None };
    check_fields(&client.classify(request).await.unwrap_err(), &["options.label_ids[1]"]);
    let status = client.analyze(analyze(text("", "<p>"))).await.unwrap_err();
    check_fields(&status, &["document.content"]);
    let status = client.analyze(analyze(text("", "large"))).await.unwrap_err();
    check_info(&status, "DOCUMENT_TOO_LARGE", &[("size", "9"), ("limit", "8")]);
    let raw = pb::RawContent { data: b"x".to_vec(), charset: String::new() };
    let document = pb::Document { source: Some(pb::document::Source::RawContent(raw)), ..Default::default() };
    let status = client.analyze(analyze(document)).await.unwrap_err();
    check_fields(&status, &["document.raw_content.charset"]);
}

#[tokio::test]
async fn a_document_above_the_limit_is_refused_or_cut() {
    let server = Running::with(small(), literal()).await;
    let mut client = server.documents().await;
    let fits = "京".repeat(10);
    let document = pb::Document { title: "京".into(), ..text("big", &fits) };
    let status = client.analyze(analyze(document.clone())).await.unwrap_err();
    check_fields(&status, &["document.content"]);
    check_info(&status, "DOCUMENT_TOO_LARGE", &[("size", "33"), ("limit", "30")]);
    client.analyze(analyze(text("", &fits))).await.unwrap();

    // 4 + 26 bytes would cut the ninth character of the content in two.
    let document = pb::Document { title: "题a".into(), ..document };
    let common = pb::CommonOptions {
        oversize_policy: pb::OversizePolicy::Truncate.into(),
        include_clean_text: true,
        include_digest: true,
        ..Default::default()
    };
    let request = pb::AnalyzeRequest { common: Some(common), ..analyze(document) };
    let analysis = client.analyze(request).await.unwrap().into_inner().analysis.unwrap();
    assert_eq!(analysis.clean_text.unwrap().text, format!("题a\n{}", "京".repeat(8)));
    let stats = analysis.stats.unwrap();
    assert!(stats.truncated);
    // Of what was sent, not of what was read: printf '题a\0京京京京京京京京京京' | sha256sum
    assert_eq!(stats.sha256, "6f5570ba2d252102e435db7bc1cf21a4529915769b545771079f54e61144939f");
    let warning = analysis.warnings.last().unwrap();
    assert_eq!(warning.reason, "TRUNCATED");
    assert_eq!(warning.message, "title and content have 34 bytes, the first 30 were read");

    let plain = client.analyze(analyze(text("", "京"))).await.unwrap().into_inner().analysis.unwrap();
    let stats = plain.stats.unwrap();
    assert!(!stats.truncated && stats.sha256.is_empty() && plain.clean_text.is_none());
}

#[tokio::test]
async fn one_bad_document_of_a_list_does_not_fail_the_others() {
    let server = Running::with(small(), literal()).await;
    let mut client = server.documents().await;
    let documents = vec![text("a", "京"), text("b", " "), text("a", "again"), text("", &"x".repeat(31))];
    let request = pb::BatchAnalyzeRequest { documents, features: topics(), common: None };
    let answer = client.batch_analyze(request).await.unwrap().into_inner();
    assert_eq!(answer.failed_count, 3);
    let ids: Vec<(u64, &str)> = answer.results.iter().map(|it| (it.index, it.document_id.as_str())).collect();
    assert_eq!(ids, [(0, "a"), (1, "b"), (2, "a"), (3, "")]);
    assert!(matches!(answer.results[0].outcome, Some(pb::document_result::Outcome::Analysis(_))));
    let error = |index: usize| match &answer.results[index].outcome {
        Some(pb::document_result::Outcome::Error(status)) => {
            Status::with_details(Code::from(status.code), &status.message, status.encode_to_vec().into())
        }
        other => panic!("{other:?}"),
    };
    check_fields(&error(1), &["document.content"]);
    check_fields(&error(2), &["document.id"]);
    check_info(&error(3), "DOCUMENT_TOO_LARGE", &[("size", "31"), ("limit", "30")]);
    // The same as by itself.
    let alone = client.analyze(analyze(text("b", " "))).await.unwrap_err();
    assert_eq!((error(1).code(), error(1).message()), (alone.code(), alone.message()));
    assert_eq!(violations(&error(1)), violations(&alone));
}

#[tokio::test]
async fn a_list_that_is_refused_names_its_documents() {
    let server = Running::with(small(), literal()).await;
    let mut client = server.documents().await;
    let documents = vec![text("", "京"), text("", ""), text("", "京"), text("", "\t")];
    let request = pb::BatchAnalyzeRequest { documents: documents.clone(), features: None, common: None };
    let status = client.batch_analyze(request).await.unwrap_err();
    check_fields(&status, &["documents[1].content", "documents[3].content", "features"]);

    let documents = documents.iter().cycle().take(5).cloned().collect();
    let request = pb::BatchAnalyzeRequest { documents, features: topics(), common: None };
    let status = client.batch_analyze(request).await.unwrap_err();
    check_fields(&status, &["documents"]);
    check_info(&status, "BATCH_TOO_LARGE", &[("size", "5"), ("limit", "4")]);

    let request = pb::BatchAnalyzeRequest { documents: Vec::new(), features: topics(), common: None };
    check_fields(&client.batch_analyze(request).await.unwrap_err(), &["documents"]);
}

#[tokio::test]
async fn unknown_models_are_not_found() {
    let server = Running::start(literal()).await;
    let mut client = server.documents().await;
    let mut models = server.models().await;
    let version = |name: &str, version: &str| pb::ModelSelector {
        name: name.into(),
        choice: Some(pb::model_selector::Choice::Version(version.into())),
    };
    let alias = |alias: &str| pb::ModelSelector {
        name: String::new(),
        choice: Some(pb::model_selector::Choice::Alias(alias.into())),
    };
    let name = |name: &str| pb::ModelSelector { name: name.into(), choice: None };
    for unknown in [name("nobody"), version("topics", "8"), version("nobody", "7"), alias("canary")] {
        let common = pb::CommonOptions { model: Some(unknown.clone()), ..Default::default() };
        let request = pb::AnalyzeRequest { common: Some(common), ..analyze(text("", "京")) };
        let by_analyze = client.analyze(request).await.unwrap_err();
        let by_get = models.get_model(pb::GetModelRequest { model: Some(unknown) }).await.unwrap_err();
        for status in [by_analyze, by_get] {
            assert_eq!(status.code(), Code::NotFound);
            let resource = status.get_details_resource_info().unwrap();
            assert_eq!(resource.resource_type, "wenmai.v1.Model");
            assert!(status.message().contains(&resource.resource_name));
        }
    }
    for known in [name(""), name("topics"), version("", "7"), version("topics", "7"), alias("stable")] {
        let common = pb::CommonOptions { model: Some(known), ..Default::default() };
        let request = pb::AnalyzeRequest { common: Some(common), ..analyze(text("", "京")) };
        let metadata = client.analyze(request).await.unwrap().into_inner().metadata.unwrap();
        assert_eq!(metadata.model.unwrap().digest, "d1");
    }
}

#[tokio::test]
async fn a_full_queue_refuses_and_says_when_to_return() {
    let (release, gate) = mpsc::channel::<()>();
    let gate = std::sync::Mutex::new(gate);
    let (began, begun) = mpsc::channel();
    let engine = scripted(move |document, options, observer| {
        let _ = began.send(());
        gate.lock().unwrap().recv().unwrap();
        literally(document, options, observer)
    });
    let limits = Limits { max_document_bytes: 2000, max_batch_documents: 2, ..Limits::default() };
    // A quarter is for single calls: room for three documents of 3 bytes, which cost 1027 each.
    let admission =
        Admission { max_bytes: 4 * 3100, max_wait: Duration::from_secs(3600), ..Admission::default() };
    let server = Server { workers: 1, ..Server::default() };
    let server = Running::with(Config { server, limits, admission, ..Config::default() }, engine).await;
    let client = server.documents().await;
    let call = || {
        let mut client = client.clone();
        async move { client.analyze(analyze(text("", "京"))).await }
    };
    let first = tokio::spawn(call());
    tokio::task::spawn_blocking(move || begun.recv_timeout(SOON).unwrap()).await.unwrap();
    // One runs and two may wait: of three more one is refused, and nothing else can end before the gate opens.
    let mut others = tokio::task::JoinSet::from_iter([call(), call(), call()]);
    let refused = soon(others.join_next()).await.unwrap().unwrap().unwrap_err();
    assert_eq!(refused.code(), Code::ResourceExhausted);
    check_info(&refused, "QUEUE_FULL", &[("limit", "3100")]);
    let retry = refused.get_details_retry_info().unwrap().retry_delay.unwrap();
    assert!(retry >= Duration::from_millis(50) && retry <= Duration::from_secs(30));
    let pushback = refused.metadata().get("grpc-retry-pushback-ms").unwrap().to_str().unwrap();
    assert_eq!(pushback.parse::<u128>().unwrap(), retry.as_micros().div_ceil(1000));
    for _ in 0..3 {
        release.send(()).unwrap();
    }
    soon(first).await.unwrap().unwrap();
    while let Some(call) = soon(others.join_next()).await {
        call.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_panic_is_an_internal_error_and_nothing_more() {
    let engine = scripted(|document, options, observer| {
        assert!(document.title != "boom", "secret of the document");
        literally(document, options, observer)
    });
    let server = Running::start(engine).await;
    let mut client = server.documents().await;
    let bad = pb::Document { title: "boom".into(), ..text("", "京") };
    let mut request = Request::new(analyze(bad.clone()));
    request.metadata_mut().insert("x-request-id", "job-7".parse().unwrap());
    let status = client.analyze(request).await.unwrap_err();
    assert_eq!((status.code(), status.message()), (Code::Internal, "internal error"));
    assert_eq!(status.get_details_request_info().unwrap().request_id, "job-7");
    assert!(!format!("{status:?}").contains("secret"));

    let documents = vec![text("", "京"), bad, text("", "京")];
    let request = pb::BatchAnalyzeRequest { documents, features: topics(), common: None };
    let answer = client.batch_analyze(request).await.unwrap().into_inner();
    assert_eq!(answer.failed_count, 1);
    let Some(pb::document_result::Outcome::Error(error)) = &answer.results[1].outcome else { panic!() };
    assert_eq!(Code::from(error.code), Code::Internal);
}

#[tokio::test]
async fn a_caller_that_leaves_stops_its_work() {
    let (began, begun) = mpsc::channel();
    let (stopped, told) = mpsc::channel();
    let engine = scripted(move |_, _, observer| {
        began.send(()).unwrap();
        while observer.enter(Stage::Text) {
            std::thread::sleep(Duration::from_millis(1));
        }
        stopped.send(()).unwrap();
        Err(Error::Stopped { stage: "text" })
    });
    let server = Running::start(engine).await;
    let mut client = server.documents().await;
    let call = tokio::spawn(async move { client.analyze(analyze(text("", "京"))).await });
    tokio::task::spawn_blocking(move || begun.recv_timeout(SOON).unwrap()).await.unwrap();
    call.abort();
    tokio::task::spawn_blocking(move || told.recv_timeout(SOON).unwrap()).await.unwrap();
}

#[tokio::test]
async fn an_answer_above_the_limit_is_refused_with_the_limit() {
    let limits = Limits { max_response_bytes: 10_000, ..Limits::default() };
    let server = Running::with(Config { limits, ..Config::default() }, literal()).await;
    let mut client = server.documents().await;
    let status = client.analyze(analyze(text("", &"京".repeat(2000)))).await.unwrap_err();
    assert_eq!(status.code(), Code::ResourceExhausted);
    check_info(&status, "RESPONSE_TOO_LARGE", &[("limit", "5904")]);
    // A list is refused as a whole only when not even the errors of its documents fit.
    let documents = vec![text("", &"京".repeat(200)); 10];
    let request = pb::BatchAnalyzeRequest { documents, features: topics(), common: None };
    let answer = client.batch_analyze(request).await.unwrap().into_inner();
    assert!((1..10).contains(&answer.failed_count), "{}", answer.failed_count);
    assert!(answer.encoded_len() <= 10_000, "{}", answer.encoded_len());
    let documents = vec![text(&"i".repeat(256), ""); 30];
    let request = pb::BatchAnalyzeRequest { documents, features: topics(), common: None };
    let status = client.batch_analyze(request).await.unwrap_err();
    check_info(&status, "RESPONSE_TOO_LARGE", &[("limit", "5904")]);
}

#[tokio::test]
async fn request_ids_go_out_as_they_came_in() {
    let server = Running::start(literal()).await;
    let mut client = server.documents().await;
    let mut request = Request::new(analyze(text("", "京")));
    request.metadata_mut().insert("x-request-id", "abc/123".parse().unwrap());
    let answer = client.analyze(request).await.unwrap();
    assert_eq!(answer.metadata().get("x-request-id").unwrap(), "abc/123");
    assert_eq!(answer.into_inner().metadata.unwrap().request_id, "abc/123");

    let mut made = Vec::new();
    for _ in 0..2 {
        let answer = client.analyze(analyze(text("", "京"))).await.unwrap();
        let in_header = answer.metadata().get("x-request-id").unwrap().to_str().unwrap().to_owned();
        assert_eq!(answer.into_inner().metadata.unwrap().request_id, in_header);
        made.push(in_header);
    }
    assert_ne!(made[0], made[1]);
    let status = client.analyze(pb::AnalyzeRequest::default()).await.unwrap_err();
    assert!(status.metadata().get("x-request-id").is_some());
}

#[tokio::test]
async fn unary_list_and_stream_give_the_same_bytes() {
    let server = Running::start(literal()).await;
    let mut client = server.documents().await;
    let document = text("same", "北京😀京");
    let unary = client.analyze(analyze(document.clone())).await.unwrap().into_inner().analysis.unwrap();
    assert!(!unary.classification.as_ref().unwrap().explanations[0].features[0].spans.is_empty());
    let request =
        pb::BatchAnalyzeRequest { documents: vec![document.clone()], features: topics(), common: None };
    let listed = client.batch_analyze(request).await.unwrap().into_inner().results.remove(0);
    let answers = crate::stream::all(&mut client, crate::stream::config(true), vec![document]).await.unwrap();
    let streamed = answers.into_iter().find_map(|answer| match answer {
        pb::stream_analyze_response::Message::Result(result) => Some(result),
        pb::stream_analyze_response::Message::Started(_)
        | pb::stream_analyze_response::Message::Summary(_) => None,
    });
    for result in [listed, streamed.unwrap()] {
        let Some(pb::document_result::Outcome::Analysis(analysis)) = result.outcome else { panic!() };
        assert_eq!(analysis.encode_to_vec(), unary.encode_to_vec());
    }
}

#[tokio::test]
async fn the_server_describes_itself_and_its_model() {
    let server = Running::start(literal()).await;
    let mut models = server.models().await;
    let info = models.get_server_info(pb::GetServerInfoRequest {}).await.unwrap().into_inner();
    assert_eq!(info.version, env!("CARGO_PKG_VERSION"));
    assert!(info.started_at.is_some());
    let limits = info.limits.unwrap();
    let defaults = Limits::default();
    assert_eq!(limits.max_document_bytes as usize, defaults.max_document_bytes);
    assert_eq!(limits.max_document_id_bytes, 256);
    assert!(limits.max_request_bytes >= limits.max_batch_documents * limits.max_document_bytes);

    let got =
        models.get_model(pb::GetModelRequest { model: None }).await.unwrap().into_inner().model.unwrap();
    assert_eq!(got.r#ref.as_ref().unwrap().name, "topics");
    assert_eq!((got.micro_f1, got.macro_f1), (Some(0.25), None));
    let ids: Vec<&str> = got.labels.iter().map(|label| label.id.as_str()).collect();
    assert_eq!(ids, ["capital", "industry"]);
    let listed = models.list_models(pb::ListModelsRequest::default()).await.unwrap().into_inner();
    assert_eq!((listed.models, listed.next_page_token.as_str()), (vec![got], ""));
    let request = pb::ListModelsRequest { page_token: "forged".into(), page_size: 1 };
    check_fields(&models.list_models(request).await.unwrap_err(), &["page_token"]);
}

#[tokio::test]
async fn administration_says_what_is_missing() {
    let server = Running::start(literal()).await;
    let mut admin = server.admin().await;
    let status = admin.load_model(pb::LoadModelRequest::default()).await.unwrap_err();
    assert_eq!(status.get_details_error_info().unwrap().reason, "NO_MODEL_DIRECTORY");
    let status = admin.unload_model(pb::UnloadModelRequest::default()).await.unwrap_err();
    check_fields(&status, &["name", "version"]);
    check_fields(&admin.set_alias(pb::SetAliasRequest::default()).await.unwrap_err(), &["alias"]);
    let status = admin.start_shadow(pb::StartShadowRequest::default()).await.unwrap_err();
    check_fields(&status, &["name", "version"]);
    let status = admin.get_shadow(pb::GetShadowRequest::default()).await.unwrap_err();
    assert_eq!(status.code(), Code::NotFound);
    let status = admin.stop_shadow(pb::StopShadowRequest::default()).await.unwrap_err();
    assert_eq!(status.code(), Code::NotFound);
}

#[tokio::test]
async fn label_ids_are_left_to_a_model_that_does_not_tell_them() {
    let asked = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&asked);
    let engine = scripted(move |_, options, _| {
        flag.store(true, Ordering::Relaxed);
        Err(Error::UnknownLabel { id: options.classify.as_ref().unwrap().label_ids[0].clone() })
    });
    let model = wenmai::serve::Model::new(engine, wenmai::serve::ModelInfo::default());
    let server = Running::loading(Config::default(), async { Ok(model) }).await;
    let mut client = server.documents().await;
    let options = pb::ClassifyOptions { label_ids: vec!["新".repeat(100_000)], ..Default::default() };
    let request =
        pb::ClassifyRequest { document: Some(text("", "京")), options: Some(options), common: None };
    let status = loop {
        match client.classify(request.clone()).await.unwrap_err() {
            status if status.code() == Code::Unavailable => tokio::task::yield_now().await,
            status => break status,
        }
    };
    check_fields(&status, &["options.label_ids[0]"]);
    assert!(status.message().len() < 300, "{}", status.message().len());
    assert!(asked.load(Ordering::Relaxed));
}
