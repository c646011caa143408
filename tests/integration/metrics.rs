//! What a scrape answers, read by a Prometheus parser, and health over HTTP.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::io::Write as _;
use std::net::TcpStream;
use std::time::Duration;

use prometheus_parse::Scrape;
use prometheus_parse::Value;
use wenmai::wire::pb;
use wenmai::wire::pb::model_selector::Choice;

use crate::served::Served;
use crate::served::bundle;
use crate::served::classify;
use crate::served::fetch;
use crate::served::free_port;
use crate::served::reload;
use crate::served::select;
use crate::served::until;

/// Samples of a scrape by name and labels.
struct Page {
    scrape: Scrape,
    text: String,
}

impl Page {
    fn of(address: &str) -> Self {
        let (status, text) = fetch(address, "/metrics");
        assert_eq!(status, 200);
        let lines = text.lines().map(|line| Ok(line.to_owned()));
        Self { scrape: Scrape::parse(lines).unwrap(), text }
    }

    /// The value of the one sample with this name and these labels.
    #[track_caller]
    fn value(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        match self.sample(name, labels) {
            Value::Counter(value) | Value::Gauge(value) | Value::Untyped(value) => value,
            Value::Histogram(_) | Value::Summary(_) => panic!("{name} is no number"),
        }
    }

    /// Count of a histogram's observations, from its last bucket.
    #[track_caller]
    fn count(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let Value::Histogram(buckets) = self.sample(name, labels) else { panic!("{name} is no histogram") };
        assert!(buckets.is_sorted_by(|a, b| a.less_than < b.less_than && a.count <= b.count), "{buckets:?}");
        let last = buckets.last().unwrap();
        assert_eq!(last.less_than, f64::INFINITY);
        last.count
    }

    #[track_caller]
    fn sample(&self, name: &str, labels: &[(&str, &str)]) -> Value {
        let fits = |sample: &&prometheus_parse::Sample| {
            sample.metric == name && labels.iter().all(|(key, value)| sample.labels.get(key) == Some(value))
        };
        let found: Vec<_> = self.scrape.samples.iter().filter(fits).collect();
        assert_eq!(found.len(), 1, "{name} {labels:?} in {}", self.text);
        found[0].value.clone()
    }

    fn names(&self) -> BTreeMap<String, usize> {
        let mut names = BTreeMap::new();
        for sample in &self.scrape.samples {
            *names.entry(sample.metric.clone()).or_default() += 1;
        }
        names
    }
}

#[tokio::test]
async fn a_scrape_counts_what_was_done() {
    let folder = tempfile::tempdir().unwrap();
    bundle(&folder.path().join("v1"), "1", "alpha");
    let watch = format!("127.0.0.1:{}", free_port());
    let http = format!("telemetry.http_listen={watch}");
    let models = folder.path().to_str().unwrap();
    let server = Served::start(&["--models", models, "--set", &http]);
    let text = "全市将实施一百二十个重点工业项目。";
    let mut documents = server.documents().await;
    for _ in 0..3 {
        documents.classify(classify(text, None)).await.unwrap();
    }
    documents.classify(classify(" ", None)).await.unwrap_err();
    documents.classify(classify(text, select(Choice::Version("9".to_owned())))).await.unwrap_err();
    let sure = pb::ClassifyRequest {
        options: Some(pb::ClassifyOptions { min_probability: Some(1.0), ..Default::default() }),
        ..classify(text, None)
    };
    documents.classify(sure).await.unwrap();
    bundle(&folder.path().join("v2"), "2", "beta");
    bundle(&folder.path().join("bad"), "3", "beta");
    std::fs::write(folder.path().join("bad/words.bin"), b"").unwrap();
    let mut admin = server.admin().await;
    reload(&mut admin, "v2").await;
    let bad = pb::LoadModelRequest { path: "bad".to_owned(), expected_digest: String::new() };
    admin.load_model(bad).await.unwrap_err();
    let mut raw = tonic::client::Grpc::new(server.channel().await);
    raw.ready().await.unwrap();
    let path = http::uri::PathAndQuery::from_static("/wenmai.v1.Secret/Method");
    let codec: tonic_prost::ProstCodec<pb::GetModelRequest, pb::GetModelResponse> = Default::default();
    raw.unary(tonic::Request::new(pb::GetModelRequest::default()), path, codec).await.unwrap_err();

    // A call is counted when its answer has been written, which may be a moment after it was read.
    let classify = ("rpc_method", "wenmai.v1.DocumentService/Classify");
    let name = "rpc_server_call_duration_seconds";
    until(async || {
        let page = Page::of(&watch);
        let loads = ("rpc_method", "wenmai.v1.AdminService/LoadModel");
        let done = page.text.contains(loads.1)
            && page.text.contains("UNIMPLEMENTED")
            && page.text.contains("FAILED_PRECONDITION")
            && page.count(name, &[classify, ("rpc_response_status_code", "OK")]) >= 4.0;
        done.then_some(())
    })
    .await;
    let page = Page::of(&watch);
    assert_eq!(page.count(name, &[classify, ("rpc_response_status_code", "OK")]), 4.0);
    assert_eq!(page.count(name, &[classify, ("rpc_response_status_code", "INVALID_ARGUMENT")]), 1.0);
    assert_eq!(page.count(name, &[classify, ("rpc_response_status_code", "NOT_FOUND")]), 1.0);
    let other = [("rpc_method", "_OTHER"), ("rpc_response_status_code", "UNIMPLEMENTED")];
    assert_eq!(page.count(name, &other), 1.0);
    assert!(!page.text.contains("Secret"), "callers make up labels");
    assert_eq!(page.value("wenmai_documents_total", &[("outcome", "analyzed")]), 4.0);
    assert_eq!(page.value("wenmai_labels_total", &[("label", "alpha")]), 3.0);
    assert_eq!(page.value("wenmai_abstentions_total", &[("reason", "low_confidence")]), 1.0);
    assert_eq!(page.count("wenmai_oov_ratio", &[]), 4.0);
    assert_eq!(page.count("wenmai_document_characters", &[]), 4.0);
    for stage in ["queue", "text", "segmentation", "classification"] {
        assert!(page.count("wenmai_stage_duration_seconds", &[("stage", stage)]) >= 4.0, "{stage}");
    }
    assert_eq!(page.count("wenmai_stage_duration_seconds", &[("stage", "extraction")]), 0.0);
    assert_eq!(page.value("wenmai_model_info", &[("name", "topics"), ("version", "2")]), 1.0);
    assert_eq!(page.names()["wenmai_model_info"], 1, "what was unloaded lingers");
    assert_eq!(page.value("wenmai_model_alias_info", &[("alias", "stable"), ("version", "2")]), 1.0);
    assert_eq!(page.names()["wenmai_model_training_label_share"], 2);
    for (outcome, count) in [("loaded", 2.0), ("refused", 1.0), ("alias_moved", 1.0), ("unloaded", 1.0)] {
        assert_eq!(page.value("wenmai_reload_total", &[("outcome", outcome)]), count, "{outcome}");
    }
    assert_eq!(page.value("wenmai_ready", &[]), 1.0);
    assert_eq!(page.value("wenmai_draining", &[]), 0.0);
    assert_eq!(page.value("wenmai_queue_documents", &[]), 0.0);
    assert!(!page.text.contains("项目"), "text of a document was measured");
    for name in page.names().keys() {
        // The sum and the count of a histogram stand under its name.
        let name = ["_sum", "_count"].iter().find_map(|part| name.strip_suffix(part)).unwrap_or(name);
        assert!(page.scrape.docs.contains_key(name), "{name} does not say what it is");
    }
    if cfg!(target_os = "linux") {
        assert!(page.value("process_resident_memory_bytes", &[]) > 1e6);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn health_over_http_follows_the_server() {
    let watch = format!("127.0.0.1:{}", free_port());
    let http = format!("telemetry.http_listen={watch}");
    let mut server = Served::start(&["--set", &http, "--set", "drain.notice=2s"]);
    assert_eq!(fetch(&watch, "/livez"), (200, "ok\n".to_owned()));
    assert_eq!(fetch(&watch, "/readyz"), (200, "ready\n".to_owned()));
    let (status, version) = fetch(&watch, "/version");
    let version: serde_json::Value = serde_json::from_str(&version).unwrap();
    assert_eq!((status, &version["version"]), (200, &env!("CARGO_PKG_VERSION").into()));
    assert_eq!(version["models"][0]["name"], "topics");
    assert_eq!(version["models"][0]["aliases"][0], "stable");
    assert_eq!(fetch(&watch, "/metrics/../etc/passwd").0, 404);
    let mut post = TcpStream::connect(&watch).unwrap();
    post.write_all(b"POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        .unwrap();
    let mut answer = String::new();
    post.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 405 "), "{answer}");
    // Whoever says nothing, or no HTTP, holds up nobody.
    let silent: Vec<TcpStream> = (0..20).map(|_| TcpStream::connect(&watch).unwrap()).collect();
    let mut nonsense = TcpStream::connect(&watch).unwrap();
    nonsense.write_all(&[0; 1000]).unwrap();
    assert_eq!(fetch(&watch, "/livez").0, 200);

    server.signal("TERM");
    until(async || (fetch(&watch, "/readyz") == (503, "draining\n".to_owned())).then_some(())).await;
    assert_eq!(fetch(&watch, "/livez").0, 200);
    tokio::time::sleep(Duration::from_millis(10)).await;
    assert!(server.ended().success(), "{}", server.log());
    drop(silent);
}
