//! Streams account for every document.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::time::Duration;

use prost::Message as _;
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Code;
use tonic::Status;
use tonic::transport::Channel;
use tonic_types::StatusExt as _;
use wenmai::config::Config;
use wenmai::config::Limits;
use wenmai::config::Server;
use wenmai::wire::pb;
use wenmai::wire::pb::document_service_client::DocumentServiceClient;
use wenmai::wire::pb::stream_analyze_request::Message as In;
use wenmai::wire::pb::stream_analyze_response::Message as Out;

use crate::grpc::violations;
use crate::harness::Running;
use crate::harness::SOON;
use crate::harness::analyze;
use crate::harness::literal;
use crate::harness::literally;
use crate::harness::scripted;
use crate::harness::soon;
use crate::harness::text;
use crate::harness::topics;

/// Topics, in that order.
pub(crate) fn config(ordered: bool) -> pb::StreamConfig {
    pb::StreamConfig { features: topics(), ordered, ..Default::default() }
}

/// Sends messages and reads all answers.
async fn exchange(
    client: &mut DocumentServiceClient<Channel>,
    messages: Vec<Option<In>>,
) -> (Vec<Out>, Option<Status>) {
    let requests = messages.into_iter().map(|message| pb::StreamAnalyzeRequest { message });
    let mut answers = match client.stream_analyze(tokio_stream::iter(requests)).await {
        Ok(answers) => answers.into_inner(),
        Err(status) => return (Vec::new(), Some(status)),
    };
    let mut read = Vec::new();
    loop {
        match soon(answers.message()).await {
            Ok(Some(answer)) => read.push(answer.message.unwrap()),
            Ok(None) => return (read, None),
            Err(status) => return (read, Some(status)),
        }
    }
}

/// Sends a configuration and documents, and reads all answers.
pub(crate) async fn all(
    client: &mut DocumentServiceClient<Channel>,
    config: pb::StreamConfig,
    documents: Vec<pb::Document>,
) -> Result<Vec<Out>, Status> {
    let messages = [In::Config(config)].into_iter().chain(documents.into_iter().map(In::Document));
    match exchange(client, messages.map(Some).collect()).await {
        (read, None) => Ok(read),
        (_, Some(status)) => Err(status),
    }
}

/// Started, the results, the summary.
fn parts(answers: Vec<Out>) -> (pb::StreamStarted, Vec<pb::DocumentResult>, pb::StreamSummary) {
    let mut answers = answers.into_iter();
    let (Some(Out::Started(started)), Some(Out::Summary(summary))) = (answers.next(), answers.next_back())
    else {
        panic!("a stream begins with its start and ends with its summary");
    };
    let results = answers.map(|answer| match answer {
        Out::Result(result) => result,
        other @ (Out::Started(_) | Out::Summary(_)) => panic!("{other:?}"),
    });
    (started, results.collect(), summary)
}

#[tokio::test]
async fn every_document_is_answered_and_counted() {
    let server = Running::start(literal()).await;
    let mut client = server.documents().await;
    for ordered in [true, false] {
        let documents: Vec<pb::Document> = (0..300)
            .map(|index| match index % 10 {
                3 => text("", ""),
                _ => text(&format!("d{index}"), "北京"),
            })
            .collect();
        let answers = all(&mut client, config(ordered), documents).await.unwrap();
        let (started, mut results, summary) = parts(answers);
        assert_eq!(started.max_in_flight as usize, Limits::default().max_in_flight_per_stream);
        let metadata = started.metadata.unwrap();
        assert_eq!(metadata.model.unwrap().digest, "d1");
        assert!(!metadata.request_id.is_empty());
        assert_eq!(summary, pb::StreamSummary { document_count: 300, failed_count: 30, draining: false });
        if !ordered {
            results.sort_by_key(|result| result.index);
        }
        for (index, result) in results.iter().enumerate() {
            assert_eq!(result.index, index as u64);
            let failed = matches!(result.outcome, Some(pb::document_result::Outcome::Error(_)));
            assert_eq!(failed, index % 10 == 3);
            assert!(failed || result.document_id == format!("d{index}"));
        }
    }
}

#[tokio::test]
async fn a_failed_document_gets_the_status_of_the_unary_call() {
    let server = Running::start(literal()).await;
    let mut client = server.documents().await;
    let bad = pb::Document { format: 42, time_zone: "Nowhere".into(), ..text("b", " ") };
    let documents = vec![text("a", "京"), bad.clone(), text("a", "京")];
    let (_, results, summary) = parts(all(&mut client, config(true), documents).await.unwrap());
    assert_eq!(summary.failed_count, 2);
    let error = |index: usize| match &results[index].outcome {
        Some(pb::document_result::Outcome::Error(status)) => {
            Status::with_details(Code::from(status.code), &status.message, status.encode_to_vec().into())
        }
        other => panic!("{other:?}"),
    };
    let alone = client.analyze(analyze(bad)).await.unwrap_err();
    assert_eq!((error(1).code(), error(1).message()), (alone.code(), alone.message()));
    assert_eq!(error(1).details(), alone.details());
    assert!(violations(&error(2)).contains_key("document.id"));
}

#[tokio::test]
async fn results_come_in_order_where_order_is_wanted() {
    let (release, gate) = mpsc::channel::<()>();
    let (gate, release) = (Mutex::new(gate), Mutex::new(release));
    let engine = scripted(move |document, options, observer| {
        // The first document is not done before the second.
        if document.id == "first" {
            gate.lock().unwrap().recv_timeout(SOON).unwrap();
            literally(document, options, observer)
        } else {
            let answer = literally(document, options, observer);
            release.lock().unwrap().send(()).unwrap();
            answer
        }
    });
    let server = Running::with(
        Config { server: Server { workers: 2, ..Server::default() }, ..Config::default() },
        engine,
    )
    .await;
    let mut client = server.documents().await;
    let documents = vec![text("first", "京"), text("second", "京")];
    let (_, results, _) = parts(all(&mut client, config(true), documents).await.unwrap());
    let ids: Vec<&str> = results.iter().map(|result| result.document_id.as_str()).collect();
    assert_eq!(ids, ["first", "second"]);
}

#[tokio::test]
async fn a_slow_document_does_not_hold_up_others_unless_order_is_wanted() {
    let (release, gate) = mpsc::channel::<()>();
    let gate = Mutex::new(gate);
    let engine = scripted(move |document, options, observer| {
        if document.id == "slow" {
            gate.lock().unwrap().recv_timeout(SOON).unwrap();
        }
        literally(document, options, observer)
    });
    let server = Running::with(
        Config { server: Server { workers: 2, ..Server::default() }, ..Config::default() },
        engine,
    )
    .await;
    let mut client = server.documents().await;
    let messages =
        [In::Config(config(false)), In::Document(text("slow", "京")), In::Document(text("quick", "京"))];
    let requests = messages.map(|message| pb::StreamAnalyzeRequest { message: Some(message) });
    let mut answers = client.stream_analyze(tokio_stream::iter(requests)).await.unwrap().into_inner();
    let mut next = async || soon(answers.message()).await.unwrap().unwrap().message.unwrap();
    assert!(matches!(next().await, Out::Started(_)));
    let Out::Result(first) = next().await else { panic!() };
    assert_eq!(first.document_id, "quick");
    release.send(()).unwrap();
    let Out::Result(second) = next().await else { panic!() };
    assert_eq!(second.document_id, "slow");
    let Out::Summary(summary) = next().await else { panic!() };
    assert_eq!(summary.document_count, 2);
}

#[tokio::test]
async fn the_configuration_comes_first_and_once() {
    let server = Running::start(literal()).await;
    let mut client = server.documents().await;
    let document = || Some(In::Document(text("", "京")));
    let wrong_starts = [vec![document()], vec![None], Vec::new()];
    for messages in wrong_starts {
        let (read, status) = exchange(&mut client, messages).await;
        assert!(read.is_empty());
        assert!(violations(&status.unwrap()).contains_key("config"));
    }

    let twice = vec![Some(In::Config(config(true))), document(), document(), Some(In::Config(config(true)))];
    let (read, status) = exchange(&mut client, twice).await;
    let results = read.iter().filter(|answer| matches!(answer, Out::Result(_))).count();
    assert_eq!(results, 2, "what was taken on is answered first");
    assert!(!read.iter().any(|answer| matches!(answer, Out::Summary(_))));
    assert_eq!(violations(&status.unwrap())["config"], "must be sent once only");

    let (_, status) = exchange(&mut client, vec![Some(In::Config(config(true))), None]).await;
    assert!(violations(&status.unwrap()).contains_key("document"));
}

#[tokio::test]
async fn a_wrong_configuration_is_refused_with_every_violation() {
    let server = Running::start(literal()).await;
    let mut client = server.documents().await;
    let extract = pb::ExtractOptions { types: vec![99], ..Default::default() };
    let wrong = pb::StreamConfig {
        features: Some(pb::Features { classify: None, extract: Some(extract) }),
        common: Some(pb::CommonOptions { offset_encoding: 9, oversize_policy: 9, ..Default::default() }),
        ..Default::default()
    };
    let status = all(&mut client, wrong, Vec::new()).await.unwrap_err();
    let fields: Vec<String> = violations(&status).into_keys().collect();
    assert_eq!(
        fields,
        [
            "config.common.offset_encoding",
            "config.common.oversize_policy",
            "config.features.extract.types[0]"
        ]
    );
    let status = all(&mut client, pb::StreamConfig::default(), Vec::new()).await.unwrap_err();
    assert!(violations(&status).contains_key("config.features"));
    let selector = pb::ModelSelector { name: "nobody".into(), choice: None };
    let common = pb::CommonOptions { model: Some(selector), ..Default::default() };
    let unknown = pb::StreamConfig { common: Some(common), ..config(true) };
    assert_eq!(all(&mut client, unknown, Vec::new()).await.unwrap_err().code(), Code::NotFound);
}

#[tokio::test]
async fn the_window_is_capped_and_an_empty_stream_is_fine() {
    let server = Running::start(literal()).await;
    let mut client = server.documents().await;
    for (wanted, given) in [(0, 64), (3, 3), (1_000_000, 64)] {
        let config = pb::StreamConfig { max_in_flight: wanted, ..config(true) };
        let (started, results, summary) = parts(all(&mut client, config, Vec::new()).await.unwrap());
        assert_eq!(started.max_in_flight, given);
        assert!(results.is_empty());
        assert_eq!(summary, pb::StreamSummary::default());
    }
}

#[tokio::test]
async fn who_does_not_read_is_not_read_from() {
    let count = Arc::new(AtomicUsize::new(0));
    let analysed = Arc::clone(&count);
    let engine = scripted(move |document, options, observer| {
        analysed.fetch_add(1, Ordering::Relaxed);
        literally(document, options, observer)
    });
    let server = Running::start(engine).await;
    let mut client = server.documents().await;
    let common = pb::CommonOptions { include_clean_text: true, ..Default::default() };
    let config = pb::StreamConfig { max_in_flight: 2, common: Some(common), ..config(true) };
    const SENT: usize = 120;
    let content = "x".repeat(200_000);
    let documents = (0..SENT).map(move |_| In::Document(text("", &content)));
    let messages = [In::Config(config)].into_iter().chain(documents);
    let requests = messages.map(|message| pb::StreamAnalyzeRequest { message: Some(message) });
    let mut answers = client.stream_analyze(tokio_stream::iter(requests)).await.unwrap().into_inner();
    // Until nothing moves any more.
    let mut before = usize::MAX;
    while before != count.load(Ordering::Relaxed) {
        before = count.load(Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    assert!(before < SENT / 2, "{before} documents were analysed for nobody");
    let mut results = 0;
    while let Some(answer) = soon(answers.next()).await {
        results += usize::from(matches!(answer.unwrap().message, Some(Out::Result(_))));
    }
    assert_eq!(results, SENT);
}

#[tokio::test]
async fn a_stream_that_is_open_at_shutdown_ends_with_its_summary() {
    let (release, gate) = mpsc::channel::<()>();
    let (began, begun) = mpsc::channel();
    let gate = Mutex::new(gate);
    let engine = scripted(move |document, options, observer| {
        if document.id == "running" {
            began.send(()).unwrap();
            gate.lock().unwrap().recv_timeout(SOON).unwrap();
        }
        literally(document, options, observer)
    });
    let server = Running::start(engine).await;
    let mut client = server.documents().await;
    let (send, requests) = tokio::sync::mpsc::channel(8);
    for message in
        [In::Config(config(true)), In::Document(text("done", "京")), In::Document(text("running", "京"))]
    {
        send.send(pb::StreamAnalyzeRequest { message: Some(message) }).await.unwrap();
    }
    let mut answers = client.stream_analyze(ReceiverStream::new(requests)).await.unwrap().into_inner();
    let mut next = async || soon(answers.message()).await.unwrap();
    assert!(matches!(next().await.unwrap().message, Some(Out::Started(_))));
    assert!(matches!(next().await.unwrap().message, Some(Out::Result(_))));
    tokio::task::spawn_blocking(move || begun.recv_timeout(SOON).unwrap()).await.unwrap();
    server.signal();
    release.send(()).unwrap();
    let Some(Out::Result(result)) = next().await.unwrap().message else { panic!() };
    assert_eq!(result.document_id, "running");
    let Some(Out::Summary(summary)) = next().await.unwrap().message else { panic!() };
    assert_eq!(summary, pb::StreamSummary { document_count: 2, failed_count: 0, draining: true });
    assert!(next().await.is_none());
    server.ended().await.unwrap();
    // The caller's half was open all the time.
    drop(send);
}

#[tokio::test]
async fn a_stream_without_configuration_does_not_hold_up_a_shutdown() {
    let server = Running::start(literal()).await;
    let mut client = server.documents().await;
    let (send, requests) = tokio::sync::mpsc::channel::<pb::StreamAnalyzeRequest>(1);
    let mut answers = client.stream_analyze(ReceiverStream::new(requests)).await.unwrap().into_inner();
    server.signal();
    let status = soon(answers.message()).await.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable);
    assert_eq!(status.get_details_error_info().unwrap().reason, "DRAINING");
    server.ended().await.unwrap();
    drop(send);
}
