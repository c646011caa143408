//! Every row of the error table, produced by a client against the program itself and decoded. Rows that need keys,
//! queues or deadlines stand with those.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;

use prost::Message as _;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Code;
use tonic::Status;
use tonic_types::StatusExt as _;
use wenmai::wire::pb;
use wenmai::wire::pb::document_result::Outcome;
use wenmai::wire::pb::document_service_client::DocumentServiceClient;

use crate::grpc::violations;
use crate::harness::soon;
use crate::harness::text;
use crate::harness::topics;
use crate::raw;
use crate::raw::field;
use crate::raw::framed;
use crate::served::Served;
use crate::served::bundle;
use crate::served::free_port;
use crate::served::select;

fn served(arguments: &[&str]) -> (tempfile::TempDir, Served) {
    let folder = tempfile::tempdir().unwrap();
    bundle(folder.path(), "1", "alpha");
    let path = folder.path().to_str().unwrap().to_owned();
    let server = Served::start(&[&["--model", &path], arguments].concat());
    (folder, server)
}

async fn analyze(server: &Served, request: pb::AnalyzeRequest) -> Status {
    let mut client = server.documents().await.max_encoding_message_size(usize::MAX);
    soon(client.analyze(request)).await.unwrap_err()
}

fn request(document: Option<pb::Document>) -> pb::AnalyzeRequest {
    pb::AnalyzeRequest { document, features: topics(), common: None }
}

#[track_caller]
fn blames(status: &Status, fields: &[&str]) {
    assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
    let told: BTreeSet<String> = violations(status).into_keys().collect();
    assert_eq!(told.iter().map(String::as_str).collect::<Vec<_>>(), fields, "{status:?}");
}

#[track_caller]
fn reason(status: &Status, code: Code, reason: &str) -> std::collections::HashMap<String, String> {
    assert_eq!(status.code(), code, "{status:?}");
    let info = status.get_details_error_info().unwrap();
    assert_eq!((info.domain.as_str(), info.reason.as_str()), ("wenmai", reason));
    info.metadata
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_caller_asked_wrongly() {
    let (_folder, server) = served(&[
        "--max-document-bytes",
        "1000",
        "--max-batch-documents",
        "3",
        "--max-request-bytes",
        "200000",
    ]);
    let address: SocketAddr = server.address.parse().unwrap();
    blames(&analyze(&server, request(None)).await, &["document"]);
    blames(&analyze(&server, request(Some(text("", "  ")))).await, &["document.content"]);
    let nothing = pb::AnalyzeRequest { features: None, ..request(Some(text("", "京"))) };
    assert_eq!(analyze(&server, nothing).await.code(), Code::InvalidArgument);
    let label = pb::ClassifyOptions { label_ids: vec!["nonsense".to_owned()], ..Default::default() };
    let unknown = pb::AnalyzeRequest {
        features: Some(pb::Features { classify: Some(label), extract: None }),
        ..request(Some(text("", "京")))
    };
    blames(&analyze(&server, unknown).await, &["features.classify.label_ids[0]"]);
    // Enums of every kind with numbers that do not exist, and all violations at once.
    let extract = pb::ExtractOptions { types: vec![9999, -1], ..Default::default() };
    let unknown = pb::AnalyzeRequest {
        features: Some(pb::Features { classify: None, extract: Some(extract) }),
        common: Some(pb::CommonOptions { offset_encoding: 77, ..Default::default() }),
        ..request(None)
    };
    let status = analyze(&server, unknown).await;
    assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
    let told: Vec<String> = violations(&status).into_keys().collect();
    assert!(told.len() >= 3 && told.contains(&"document".to_owned()), "{told:?}");
    assert!(told.contains(&"common.offset_encoding".to_owned()), "{told:?}");

    let status = analyze(&server, request(Some(text("", &"a".repeat(1001))))).await;
    let told = reason(&status, Code::InvalidArgument, "DOCUMENT_TOO_LARGE");
    assert_eq!((told["limit"].as_str(), told["size"].as_str()), ("1000", "1001"));
    blames(&status, &["document.content"]);

    let documents = vec![text("", "京"); 4];
    let list = pb::BatchAnalyzeRequest { documents, features: topics(), common: None };
    let status = soon(server.documents().await.batch_analyze(list)).await.unwrap_err();
    assert_eq!(reason(&status, Code::InvalidArgument, "BATCH_TOO_LARGE")["limit"], "3");

    let status = analyze(&server, request(Some(text("", &"a".repeat(200_000))))).await;
    assert_eq!(reason(&status, Code::ResourceExhausted, "REQUEST_TOO_LARGE")["limit"], "200000");

    // document.content, which the library itself knows by the name of its oneof only.
    let number = {
        let with = text("", "AAAA").encode_to_vec();
        with[0] >> 3
    };
    let message = field(1, &field(number, b"\xff\xfeA"));
    let (status, _) = raw::send(address, "DocumentService/Analyze", None, framed(&message)).await;
    blames(&status, &["document.content"]);
    assert!(!status.message().contains("source"), "{status:?}");

    let selector = select(pb::model_selector::Choice::Version("404".to_owned()));
    let common = Some(pb::CommonOptions { model: selector, ..Default::default() });
    let status = analyze(&server, pb::AnalyzeRequest { common, ..request(Some(text("", "京"))) }).await;
    assert_eq!(status.code(), Code::NotFound);
    assert_eq!(status.get_details_resource_info().unwrap().resource_type, "wenmai.v1.Model");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_too_large_is_not_sent() {
    let (_folder, server) = served(&["--max-response-bytes", "10000"]);
    let common = Some(pb::CommonOptions { include_clean_text: true, ..Default::default() });
    let long = request(Some(text("", &"京".repeat(5000))));
    let status = analyze(&server, pb::AnalyzeRequest { common, ..long }).await;
    let told = reason(&status, Code::ResourceExhausted, "RESPONSE_TOO_LARGE");
    assert!(told["size"].parse::<usize>().unwrap() > told["limit"].parse::<usize>().unwrap());
    assert!(status.get_details_retry_info().is_none(), "asking again would not help");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fits_of_a_list_is_sent() {
    let (_folder, server) = served(&[]);
    let long = "京".repeat(5000);
    let documents: Vec<_> = (0..10).map(|index| text(&format!("d{index}"), &long)).collect();
    let list = |max_response_bytes| pb::BatchAnalyzeRequest {
        documents: documents.clone(),
        features: topics(),
        common: Some(pb::CommonOptions {
            include_clean_text: true,
            max_response_bytes,
            ..Default::default()
        }),
    };
    let mut client = server.documents().await;
    let all = soon(client.batch_analyze(list(0))).await.unwrap().into_inner();
    assert_eq!((all.results.len(), all.failed_count), (10, 0));
    // Each answer has over 15,000 bytes.
    let some = soon(client.batch_analyze(list(64 * 1024))).await.unwrap().into_inner();
    assert!(some.encoded_len() <= 64 * 1024, "{}", some.encoded_len());
    assert_eq!((some.results.len(), some.failed_count), (10, 7));
    for (index, (result, whole)) in some.results.iter().zip(&all.results).enumerate() {
        assert_eq!((result.index, &result.document_id), (index as u64, &format!("d{index}")));
        match result.outcome.as_ref().unwrap() {
            Outcome::Error(error) => assert_eq!(error.code, Code::ResourceExhausted as i32),
            Outcome::Analysis(_) => assert_eq!(result.outcome, whole.outcome),
        }
    }
    // A single answer keeps to it, too.
    let bounded = |max_response_bytes| pb::AnalyzeRequest {
        common: Some(pb::CommonOptions {
            include_clean_text: true,
            max_response_bytes,
            ..Default::default()
        }),
        ..request(Some(text("", &long.repeat(5))))
    };
    let status = analyze(&server, bounded(64 * 1024)).await;
    assert_eq!(reason(&status, Code::ResourceExhausted, "RESPONSE_TOO_LARGE")["limit"], "61440");
    let status = analyze(&server, bounded(1000)).await;
    assert!(violations(&status).contains_key("common.max_response_bytes"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_tells_the_request_id_and_nothing_else() {
    let (_folder, server) = served(&[]);
    let secret = "机密内容不得外泄";
    for _ in 0..3 {
        let mut bad = tonic::Request::new(request(Some(text("failpoint:panic", secret))));
        bad.metadata_mut().insert("x-request-id", "call-17".parse().unwrap());
        let status = soon(server.documents().await.analyze(bad)).await.unwrap_err();
        assert_eq!((status.code(), status.message()), (Code::Internal, "internal error"));
        assert_eq!(status.get_details_request_info().unwrap().request_id, "call-17");
        assert_eq!(status.get_error_details_vec().len(), 1);
    }
    // The others of a list are answered.
    let documents = vec![text("a", "京"), text("failpoint:panic", secret), text("b", "京")];
    let list = pb::BatchAnalyzeRequest { documents, features: topics(), common: None };
    let answer = soon(server.documents().await.batch_analyze(list)).await.unwrap().into_inner();
    assert_eq!((answer.results.len(), answer.failed_count), (3, 1));
    let log = server.log();
    assert!(log.contains("call-17") && log.contains("panic"), "{log}");
    assert!(!log.contains("机密") && !log.contains("backtrace"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopping_server_says_so() {
    let (_folder, mut server) = served(&["--set", "drain.notice=0s"]);
    let (sender, receiver) = mpsc::channel::<pb::StreamAnalyzeRequest>(1);
    let mut client = server.documents().await;
    let waiting = tokio::spawn(async move {
        let mut answers = client.stream_analyze(ReceiverStream::new(receiver)).await?.into_inner();
        answers.message().await
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    server.signal("TERM");
    let status = soon(waiting).await.unwrap().unwrap_err();
    reason(&status, Code::Unavailable, "DRAINING");
    drop(sender);
    assert!(server.ended().success(), "{}", server.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_is_still_loading_is_asked_for_again() {
    // It listens before it loads; reading the built-in model takes long enough for a call to come first.
    for _ in 0..20 {
        let address = format!("127.0.0.1:{}", free_port());
        let mut server = Command::new(env!("CARGO_BIN_EXE_wenmai"))
            .args(["serve", "--listen", &address])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut client = loop {
            match DocumentServiceClient::connect(format!("http://{address}")).await {
                Ok(client) => break client,
                Err(_) => tokio::time::sleep(Duration::from_millis(1)).await,
            }
        };
        let answer = soon(client.analyze(request(Some(text("", "京"))))).await;
        server.kill().unwrap();
        server.wait().unwrap();
        if let Err(status) = answer {
            reason(&status, Code::Unavailable, "MODEL_LOADING");
            assert!(status.get_details_retry_info().unwrap().retry_delay.unwrap() > Duration::ZERO);
            return;
        }
    }
    panic!("it was always there first");
}
