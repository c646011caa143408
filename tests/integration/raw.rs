//! Clients that do what a proper one would not: bytes that are no message, and deadlines kept by the server alone.

use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::mpsc;
use std::time::Duration;

use http::HeaderMap;
use http::Request;
use proptest::prelude::any;
use proptest::test_runner::Config as Cases;
use proptest::test_runner::TestRunner;
use prost::Message as _;
use prost::bytes::Bytes;
use tokio::net::TcpStream;
use tonic::Code;
use tonic::Status;
use tonic_types::StatusExt as _;
use wenmai::analyze::Stage;
use wenmai::config::Config;
use wenmai::config::Limits;
use wenmai::config::Server;
use wenmai::error::Error;
use wenmai::wire::pb;

use crate::grpc::violations;
use crate::harness::Running;
use crate::harness::SOON;
use crate::harness::analyze;
use crate::harness::literal;
use crate::harness::scripted;
use crate::harness::soon;
use crate::harness::text;

const METHODS: [&str; 6] = [
    "DocumentService/Classify",
    "DocumentService/Extract",
    "DocumentService/Analyze",
    "DocumentService/BatchAnalyze",
    "DocumentService/StreamAnalyze",
    "ModelService/ListModels",
];

/// A message with the five bytes that stand before it.
pub(crate) fn framed(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    [&[0], &length[..], message].concat()
}

/// Sends `body` as it is and reads the status, with how many bytes came before it.
pub(crate) async fn send(
    address: SocketAddr,
    method: &str,
    timeout: Option<&str>,
    body: Vec<u8>,
) -> (Status, usize) {
    exchange(address, method, timeout, body, true).await
}

/// Sends the beginning of a request and never its end.
pub(crate) async fn unfinished(address: SocketAddr, method: &str, body: Vec<u8>) -> Status {
    exchange(address, method, None, body, false).await.0
}

async fn exchange(
    address: SocketAddr,
    method: &str,
    timeout: Option<&str>,
    body: Vec<u8>,
    ends: bool,
) -> (Status, usize) {
    soon(async {
        let (client, connection) =
            h2::client::handshake(TcpStream::connect(address).await.unwrap()).await.unwrap();
        tokio::spawn(connection);
        let mut request = Request::post(format!("http://{address}/wenmai.v1.{method}"))
            .header("content-type", "application/grpc")
            .header("te", "trailers");
        if let Some(timeout) = timeout {
            request = request.header("grpc-timeout", timeout);
        }
        let (response, mut outbound) =
            client.ready().await.unwrap().send_request(request.body(()).unwrap(), false).unwrap();
        // The server may refuse before it has read everything.
        let _ = outbound.send_data(Bytes::from(body), ends);
        let (parts, mut inbound) = response.await.unwrap().into_parts();
        let mut size = 0;
        while let Some(data) = inbound.data().await {
            let data = data.unwrap();
            size += data.len();
            inbound.flow_control().release_capacity(data.len()).unwrap();
        }
        let trailers: Option<HeaderMap> = inbound.trailers().await.unwrap();
        let status = Status::from_header_map(&trailers.unwrap_or(parts.headers));
        (status.expect("every answer ends with a status"), size)
    })
    .await
}

/// A length-delimited field.
pub(crate) fn field(number: u8, value: &[u8]) -> Vec<u8> {
    let mut out = vec![number << 3 | 2];
    prost::encoding::encode_varint(value.len() as u64, &mut out);
    out.extend_from_slice(value);
    out
}

#[tokio::test]
async fn invalid_utf8_is_the_callers_mistake() {
    let server = Running::start(literal()).await;
    // ClassifyRequest.document = 1, Document.title = 2
    let message = field(1, &field(2, b"\xff\xfe\x41"));
    let (status, _) = send(server.address, "DocumentService/Classify", None, framed(&message)).await;
    let told = violations(&status);
    let told = told.iter().map(|(field, message)| format!("{field}: {message}")).collect::<Vec<_>>();
    assert_eq!(told, ["document.title: invalid string value: data is not UTF-8 encoded"]);

    // As a document of a stream: what came before is answered.
    let config = pb::StreamAnalyzeRequest {
        message: Some(pb::stream_analyze_request::Message::Config(crate::stream::config(true))),
    };
    let good = pb::StreamAnalyzeRequest {
        message: Some(pb::stream_analyze_request::Message::Document(text("", "京"))),
    };
    let bad = field(2, &field(2, b"\xff"));
    let body = [framed(&config.encode_to_vec()), framed(&good.encode_to_vec()), framed(&bad)].concat();
    let (status, size) = send(server.address, "DocumentService/StreamAnalyze", None, body).await;
    assert!(violations(&status).keys().any(|field| field.ends_with("title")), "{status:?}");
    assert!(size > 50, "the first document got its answer");
}

#[tokio::test]
async fn what_is_no_message_is_the_callers_mistake() {
    let server = Running::start(literal()).await;
    for message in
        [&b"\x0a\xff"[..], b"\x0a", b"\x00", b"\x0d\x00", b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"]
    {
        let (status, _) = send(server.address, "DocumentService/Analyze", None, framed(message)).await;
        assert_eq!(status.code(), Code::InvalidArgument, "{message:?}: {status:?}");
    }
    let (status, _) = send(server.address, "DocumentService/Analyze", None, Vec::new()).await;
    assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
    let (status, _) = send(server.address, "DocumentService/Nonsense", None, framed(b"")).await;
    assert_eq!(status.code(), Code::Unimplemented);
}

#[tokio::test]
async fn the_message_limit_is_exact() {
    let limits = Limits {
        max_document_bytes: 30,
        max_batch_documents: 4,
        max_request_bytes: 80_000,
        ..Limits::default()
    };
    let server = Running::with(Config { limits, ..Config::default() }, literal()).await;
    // An unknown field fills the message up; it is skipped.
    let padded = |size: usize| {
        let message = analyze(text("", "京")).encode_to_vec();
        let padding = size - message.len() - 4;
        let message = [message, field(15, &vec![0; padding])].concat();
        assert_eq!(message.len(), size);
        framed(&message)
    };
    let (status, _) = send(server.address, "DocumentService/Analyze", None, padded(80_000)).await;
    assert_eq!(status.code(), Code::Ok, "{status:?}");
    let (status, _) = send(server.address, "DocumentService/Analyze", None, padded(80_001)).await;
    assert_eq!(status.code(), Code::ResourceExhausted);
    let info = status.get_details_error_info().unwrap();
    assert_eq!(info.reason, "REQUEST_TOO_LARGE");
    assert_eq!((info.metadata["size"].as_str(), info.metadata["limit"].as_str()), ("80001", "80000"));
}

#[tokio::test]
async fn a_deadline_is_exceeded_not_cancelled() {
    let (stopped, told) = mpsc::channel();
    let engine = scripted(move |_, _, observer| {
        while observer.enter(Stage::Text) {
            std::thread::sleep(Duration::from_millis(1));
        }
        stopped.send(()).unwrap();
        Err(Error::Stopped { stage: "text" })
    });
    let server = Running::start(engine).await;
    let one = framed(&analyze(text("", "京")).encode_to_vec());
    let list = pb::BatchAnalyzeRequest {
        documents: vec![text("", "京"), text("", "京")],
        features: crate::harness::topics(),
        common: None,
    };
    let messages = [
        pb::stream_analyze_request::Message::Config(crate::stream::config(true)),
        pb::stream_analyze_request::Message::Document(text("", "京")),
    ];
    let stream = messages
        .map(|message| framed(&pb::StreamAnalyzeRequest { message: Some(message) }.encode_to_vec()))
        .concat();
    let told = Mutex::new(told);
    for (method, body, documents) in [
        ("Analyze", one, 1),
        ("BatchAnalyze", framed(&list.encode_to_vec()), 2),
        ("StreamAnalyze", stream, 1),
    ] {
        let method = format!("DocumentService/{method}");
        let (status, _) = send(server.address, &method, Some("80m"), body).await;
        assert_eq!(
            (status.code(), status.message()),
            (Code::DeadlineExceeded, "the deadline passed"),
            "{method}"
        );
        for _ in 0..documents {
            told.lock().unwrap().recv_timeout(SOON).unwrap();
        }
    }
}

#[tokio::test]
async fn a_deadline_that_passes_in_the_queue_costs_no_work() {
    let (release, gate) = mpsc::channel::<()>();
    let (began, begun) = mpsc::channel();
    let gate = Mutex::new(gate);
    let engine = scripted(move |document, options, observer| {
        began.send(document.id.clone()).unwrap();
        gate.lock().unwrap().recv_timeout(SOON).unwrap();
        crate::harness::literally(document, options, observer)
    });
    let server = Running::with(
        Config { server: Server { workers: 1, ..Server::default() }, ..Config::default() },
        engine,
    )
    .await;
    let mut client = server.documents().await;
    let call = tokio::spawn(async move { client.analyze(analyze(text("first", "京"))).await });
    let begun = tokio::task::spawn_blocking(move || {
        assert_eq!(begun.recv_timeout(SOON).unwrap(), "first");
        begun
    })
    .await
    .unwrap();
    let late = framed(&analyze(text("late", "京")).encode_to_vec());
    let (status, _) = send(server.address, "DocumentService/Analyze", Some("50m"), late).await;
    assert_eq!(status.code(), Code::DeadlineExceeded);
    let mut client = server.documents().await;
    let last = tokio::spawn(async move { client.analyze(analyze(text("last", "京"))).await });
    for _ in 0..2 {
        release.send(()).unwrap();
    }
    soon(call).await.unwrap().unwrap();
    soon(last).await.unwrap().unwrap();
    assert_eq!(begun.recv_timeout(SOON).unwrap(), "last", "nothing was done for the late one");
}

#[test]
fn arbitrary_bytes_get_a_status_that_blames_the_caller() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let server = runtime.block_on(Running::start(literal()));
    let mut runner = TestRunner::new(Cases { cases: 48, failure_persistence: None, ..Cases::default() });
    let input = (proptest::collection::vec(any::<u8>(), 0..200), 0..METHODS.len(), any::<bool>());
    runner
        .run(&input, |(bytes, method, is_framed)| {
            let body = if is_framed { framed(&bytes) } else { bytes };
            let (status, _) = runtime.block_on(send(server.address, METHODS[method], None, body));
            if is_framed {
                assert!(matches!(status.code(), Code::Ok | Code::InvalidArgument), "{status:?}");
            }
            assert_ne!(status.message(), "internal error");
            Ok(())
        })
        .unwrap();
    let (status, _) = runtime.block_on(send(
        server.address,
        "DocumentService/Analyze",
        None,
        framed(&analyze(text("", "京")).encode_to_vec()),
    ));
    assert_eq!(status.code(), Code::Ok);
}
