//! `--stream` against servers that break off, turn away and answer twice.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::Command;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Code;
use tonic::Request;
use tonic::Response;
use tonic::Status;
use tonic::Streaming;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic_types::ErrorDetails;
use tonic_types::StatusExt as _;
use wenmai::wire::pb;
use wenmai::wire::pb::document_result::Outcome;
use wenmai::wire::pb::document_service_server::DocumentService;
use wenmai::wire::pb::document_service_server::DocumentServiceServer;
use wenmai::wire::pb::stream_analyze_request::Message as In;
use wenmai::wire::pb::stream_analyze_response::Message as Out;

/// Behaves worse on its first streams than on later ones.
#[derive(Clone, Default)]
struct Rude {
    streams: Arc<AtomicUsize>,
    received: Arc<AtomicUsize>,
}

type Answer = Result<pb::StreamAnalyzeResponse, Status>;

/// A result, or the status that stands in its place.
fn result(document: &pb::Document, error: Option<&Status>) -> Answer {
    use prost::Message as _;
    let outcome = match error {
        Some(status) => Outcome::Error(tonic_types::pb::Status::decode(status.details()).unwrap()),
        None => Outcome::Analysis(pb::Analysis::default()),
    };
    let result = pb::DocumentResult { document_id: document.id.clone(), index: 0, outcome: Some(outcome) };
    Ok(pb::StreamAnalyzeResponse { message: Some(Out::Result(result)) })
}

impl Rude {
    async fn converse(
        &self,
        mut inbound: Streaming<pb::StreamAnalyzeRequest>,
        answers: mpsc::Sender<Answer>,
    ) {
        let stream = self.streams.fetch_add(1, Ordering::SeqCst);
        let first = inbound.message().await.unwrap().unwrap();
        assert!(matches!(first.message, Some(In::Config(_))));
        let started = Out::Started(pb::StreamStarted::default());
        let _ = answers.send(Ok(pb::StreamAnalyzeResponse { message: Some(started) })).await;
        let details = ErrorDetails::with_retry_info(Some(Duration::from_millis(50)));
        let busy = Status::with_error_details(Code::ResourceExhausted, "busy", details);
        let mut count = 0;
        while let Ok(Some(request)) = inbound.message().await {
            let Some(In::Document(document)) = request.message else { panic!() };
            self.received.fetch_add(1, Ordering::SeqCst);
            count += 1;
            let mut out = vec![result(&document, None)];
            match (stream, count) {
                // An answer that comes twice, and one to a question that nobody asked.
                (0, 1) => out.push(result(&document, None)),
                (0, 2) => out.push(result(&pb::Document { id: "999.7".into(), ..document.clone() }, None)),
                (0, 3) => out.push(result(&pb::Document { id: "nonsense".into(), ..document.clone() }, None)),
                // Turned away for now.
                (0, 4) | (3, 2) => out = vec![result(&document, Some(&busy))],
                (0, 8) => out = vec![Err(Status::unavailable("going away"))],
                (1, 5) => {
                    let summary = pb::StreamSummary { document_count: 4, failed_count: 0, draining: true };
                    out = vec![Ok(pb::StreamAnalyzeResponse { message: Some(Out::Summary(summary)) })];
                }
                // Just ends.
                (2, 5) => return,
                _ => {}
            }
            let last = (stream, count) == (0, 8) || (stream, count) == (1, 5);
            for answer in out {
                if answers.send(answer).await.is_err() {
                    return;
                }
            }
            if last {
                return;
            }
        }
        let summary = pb::StreamSummary { document_count: count, ..pb::StreamSummary::default() };
        let _ = answers.send(Ok(pb::StreamAnalyzeResponse { message: Some(Out::Summary(summary)) })).await;
    }
}

#[tonic::async_trait]
impl DocumentService for Rude {
    async fn analyze(&self, _: Request<pb::AnalyzeRequest>) -> Result<Response<pb::AnalyzeResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn classify(
        &self,
        _: Request<pb::ClassifyRequest>,
    ) -> Result<Response<pb::ClassifyResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn extract(&self, _: Request<pb::ExtractRequest>) -> Result<Response<pb::ExtractResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn batch_analyze(
        &self,
        _: Request<pb::BatchAnalyzeRequest>,
    ) -> Result<Response<pb::BatchAnalyzeResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    type StreamAnalyzeStream = ReceiverStream<Answer>;

    async fn stream_analyze(
        &self,
        request: Request<Streaming<pb::StreamAnalyzeRequest>>,
    ) -> Result<Response<Self::StreamAnalyzeStream>, Status> {
        let (sender, receiver) = mpsc::channel(4);
        let server = self.clone();
        tokio::spawn(async move { server.converse(request.into_inner(), sender).await });
        Ok(Response::new(ReceiverStream::new(receiver)))
    }
}

#[test]
fn every_document_is_answered_once_whatever_the_server_does() {
    let server = Rude::default();
    let runtime = Runtime::new().unwrap();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let target = format!("http://{}", listener.local_addr().unwrap());
    let service = DocumentServiceServer::new(server.clone());
    runtime.spawn(Server::builder().add_service(service).serve_with_incoming(TcpIncoming::from(listener)));
    for ordered in ["--ordered", "--unordered"] {
        server.streams.store(0, Ordering::SeqCst);
        let mut client = Command::new(env!("CARGO_BIN_EXE_wenmai"))
            .args(["analyze", "--json", "--stream", "--jobs", "4", ordered, "--target", &target])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let rows: String =
            (0..40).map(|number| format!("{{\"id\":\"d{number}\",\"text\":\"甲\"}}\n")).collect();
        client.stdin.take().unwrap().write_all(rows.as_bytes()).unwrap();
        let output = client.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let mut times: BTreeMap<String, usize> = BTreeMap::new();
        let mut order = Vec::new();
        for line in String::from_utf8(output.stdout).unwrap().lines() {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            assert!(line["error"].is_null(), "{line}");
            let id = line["documentId"].as_str().unwrap().to_owned();
            order.push(id.clone());
            *times.entry(id).or_default() += 1;
        }
        assert_eq!(times.len(), 40);
        assert!(times.values().all(|times| *times == 1), "{times:?}");
        if ordered == "--ordered" {
            assert_eq!(order, (0..40).map(|number| format!("d{number}")).collect::<Vec<_>>());
        }
        assert!(server.streams.load(Ordering::SeqCst) >= 4, "the streams that break off were not needed");
    }
    // 40 twice, and what had to be sent again.
    assert!(server.received.load(Ordering::SeqCst) > 80);
}
