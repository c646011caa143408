//! Traces reach a collector, under the span that the caller names.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::TraceService;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::TraceServiceServer;
use opentelemetry_proto::tonic::common::v1::any_value;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use tokio::net::TcpListener;
use tonic::Request;
use tonic::Response;
use tonic::Status;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use wenmai::wire::pb;

use crate::served::Served;
use crate::served::classify;

/// An OTLP collector that keeps what it gets.
#[derive(Clone, Default)]
struct Collector {
    spans: Arc<Mutex<Vec<Span>>>,
    raw: Arc<Mutex<String>>,
    keys: Arc<Mutex<Vec<String>>>,
}

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let key =
            request.metadata().get("x-collector-key").and_then(|key| key.to_str().ok()).map(str::to_owned);
        self.keys.lock().unwrap().extend(key);
        let request = request.into_inner();
        self.raw.lock().unwrap().push_str(&format!("{request:?}"));
        let spans = request.resource_spans.into_iter().flat_map(|spans| spans.scope_spans);
        self.spans.lock().unwrap().extend(spans.flat_map(|scope| scope.spans));
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

impl Collector {
    /// Starts one; returns its address.
    async fn start(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let service = TraceServiceServer::new(self.clone());
        let server = Server::builder().add_service(service);
        tokio::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));
        address
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Text attributes of a span.
fn attributes(span: &Span) -> BTreeMap<String, String> {
    let text = |value: &any_value::Value| {
        if let any_value::Value::StringValue(text) = value {
            text.clone()
        } else if let any_value::Value::IntValue(number) = value {
            number.to_string()
        } else {
            format!("{value:?}")
        }
    };
    let of = |attribute: &opentelemetry_proto::tonic::common::v1::KeyValue| {
        let value = attribute.value.as_ref()?.value.as_ref()?;
        Some((attribute.key.clone(), text(value)))
    };
    span.attributes.iter().filter_map(of).collect()
}

/// A request within a trace, recorded or not.
fn traced<T>(flags: &str, trace: &str, message: T) -> Request<T> {
    let mut request = Request::new(message);
    let parent = format!("00-{trace}-{PARENT}-{flags}");
    request.metadata_mut().insert("traceparent", parent.parse().unwrap());
    request.metadata_mut().insert("x-request-id", format!("call-{flags}").parse().unwrap());
    request
}

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_a_child_of_the_callers_span() {
    let collector = Collector::default();
    let endpoint = format!("telemetry.otlp_endpoint=\"{}\"", collector.start().await);
    let mut server = Served::start(&[
        "--set",
        &endpoint,
        "--set",
        "telemetry.otlp_headers={ x-collector-key = \"sesame\" }",
        "--set",
        "telemetry.log_format=json",
    ]);
    assert!(!server.log().contains("sesame"), "a secret was logged");
    let text = "绝不可入迹的正文，全市将实施工业项目。";
    let mut documents = server.documents().await;
    documents.classify(traced("01", TRACE, classify(text, None))).await.unwrap();
    // A caller that does not record its trace is not recorded here either.
    let other = "4bf92f3577b34da6a3ce929d0e0e4736";
    documents.classify(traced("00", other, classify(text, None))).await.unwrap();
    documents.classify(classify(text, None)).await.unwrap();
    let features =
        Some(pb::Features { classify: Some(pb::ClassifyOptions::default()), ..pb::Features::default() });
    let document = classify(text, None).document.unwrap();
    let listed = pb::BatchAnalyzeRequest { documents: vec![document; 3], features, common: None };
    documents.batch_analyze(traced("01", &"c".repeat(32), listed)).await.unwrap();
    drop(documents);
    // The last spans are sent before the program ends.
    server.signal("TERM");
    assert!(server.ended().success(), "{}", server.log());

    let spans = collector.spans.lock().unwrap().clone();
    let of = |trace: &str| spans.iter().filter(|span| hex(&span.trace_id) == trace).collect::<Vec<_>>();
    let ours = of(TRACE);
    let named =
        |name: &str| ours.iter().find(|span| span.name == name).copied().unwrap_or_else(|| panic!("{name}"));
    let call = named("wenmai.v1.DocumentService/Classify");
    assert_eq!(hex(&call.parent_span_id), PARENT);
    assert_eq!(call.kind, i32::from(SpanKind::Server));
    let said = attributes(call);
    assert_eq!(said["rpc.response.status_code"], "OK");
    assert_eq!(said["rpc.method"], "wenmai.v1.DocumentService/Classify");
    assert_eq!(said["wenmai.request_id"], "call-01");
    let document = named("document");
    assert_eq!(document.parent_span_id, call.span_id);
    assert_eq!(attributes(document)["wenmai.document.outcome"], "analyzed");
    assert_eq!(attributes(document)["wenmai.document.bytes"], text.len().to_string());
    for stage in ["queue", "text", "segmentation", "classification"] {
        let stage = named(stage);
        assert_eq!(stage.parent_span_id, document.span_id);
        assert!(stage.start_time_unix_nano <= stage.end_time_unix_nano);
        assert!(document.start_time_unix_nano <= stage.start_time_unix_nano);
    }
    assert_eq!(ours.len(), 6);
    assert!(of(other).is_empty());
    // A call without a trace begins one of its own.
    let roots = spans.iter().filter(|span| span.parent_span_id.is_empty()).count();
    assert_eq!(roots, 1);
    let indices: Vec<String> = of(&"c".repeat(32))
        .into_iter()
        .filter(|span| span.name == "document")
        .map(|span| attributes(span)["wenmai.document.index"].clone())
        .collect();
    assert_eq!(indices.len(), 3);
    assert!(["0", "1", "2"].iter().all(|index| indices.iter().any(|found| found == index)));
    assert!(collector.keys.lock().unwrap().iter().all(|key| key == "sesame"));
    assert!(!collector.keys.lock().unwrap().is_empty());

    let (raw, log) = (collector.raw.lock().unwrap().clone(), server.log());
    assert!(!raw.contains("绝不可入迹") && !log.contains("绝不可入迹"), "text of a document was told");
    // The log names the trace, recorded or not.
    for (id, trace) in [("call-01", TRACE), ("call-00", other)] {
        let line = log.lines().find(|line| line.contains(id)).unwrap_or_else(|| panic!("{log}"));
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["trace_id"], trace, "{line}");
        assert_eq!(line["request_id"], id);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_is_away_is_no_trouble() {
    let mut server = Served::start(&["--set", "telemetry.otlp_endpoint=\"http://127.0.0.1:9\""]);
    server.documents().await.classify(classify("全市将实施工业项目。", None)).await.unwrap();
    server.signal("TERM");
    let begun = std::time::Instant::now();
    assert!(server.ended().success(), "{}", server.log());
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
}
