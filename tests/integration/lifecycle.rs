//! From the first connection to the last.

use std::io;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::OnceLock;
use std::sync::mpsc;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_types::StatusExt as _;
use tracing_subscriber::fmt::MakeWriter;
use wenmai::config::Config;
use wenmai::config::Drain;
use wenmai::config::Limits;
use wenmai::error::Error;
use wenmai::serve::RunError;
use wenmai::wire::pb;

use crate::harness::Running;
use crate::harness::SOON;
use crate::harness::analyze;
use crate::harness::literal;
use crate::harness::literally;
use crate::harness::model;
use crate::harness::scripted;
use crate::harness::soon;
use crate::harness::text;
use crate::harness::topics;

const SERVICES: [&str; 4] =
    ["", "wenmai.v1.DocumentService", "wenmai.v1.ModelService", "wenmai.v1.AdminService"];

#[tokio::test]
async fn health_follows_the_model_and_the_stop_signal() {
    let (ready, loading) = oneshot::channel();
    let server = Running::loading(Config::default(), async move { Ok(loading.await.unwrap()) }).await;
    let mut health = server.health().await;
    let mut watched = Vec::new();
    for service in SERVICES {
        let request = HealthCheckRequest { service: service.into() };
        let checked = health.check(request.clone()).await.unwrap().into_inner();
        assert_eq!(checked.status(), ServingStatus::NotServing, "{service:?}");
        let mut watch = health.watch(request).await.unwrap().into_inner();
        assert_eq!(soon(watch.message()).await.unwrap().unwrap().status(), ServingStatus::NotServing);
        watched.push(watch);
    }
    let mut client = server.documents().await;
    let status = client.analyze(analyze(text("", "京"))).await.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable);
    assert_eq!(status.get_details_error_info().unwrap().reason, "MODEL_LOADING");
    assert_eq!(status.get_details_retry_info().unwrap().retry_delay, Some(Duration::from_secs(1)));
    let in_stream = crate::stream::all(&mut client, crate::stream::config(true), Vec::new()).await;
    assert_eq!(in_stream.unwrap_err().code(), Code::Unavailable);
    let mut models = server.models().await;
    assert!(
        models.list_models(pb::ListModelsRequest::default()).await.unwrap().into_inner().models.is_empty()
    );

    ready.send(model(literal())).unwrap_or_else(|_| panic!("the server has gone"));
    for watch in &mut watched {
        assert_eq!(soon(watch.message()).await.unwrap().unwrap().status(), ServingStatus::Serving);
    }
    client.analyze(analyze(text("", "京"))).await.unwrap();

    server.signal();
    for watch in &mut watched {
        assert_eq!(soon(watch.message()).await.unwrap().unwrap().status(), ServingStatus::NotServing);
        assert!(soon(watch.message()).await.unwrap().is_none(), "the stream would hold the connection");
    }
    server.ended().await.unwrap();
}

#[tokio::test]
async fn calls_that_have_begun_end_and_new_ones_are_not_taken() {
    let (release, gate) = mpsc::channel::<()>();
    let (began, begun) = mpsc::channel();
    let gate = Mutex::new(gate);
    let engine = scripted(move |document, options, observer| {
        began.send(()).unwrap();
        gate.lock().unwrap().recv_timeout(SOON).unwrap();
        literally(document, options, observer)
    });
    let server = Running::start(engine).await;
    let address = server.address;
    let mut client = server.documents().await;
    let call = tokio::spawn(async move { client.analyze(analyze(text("", "京"))).await });
    tokio::task::spawn_blocking(move || begun.recv_timeout(SOON).unwrap()).await.unwrap();
    server.signal();
    soon(async {
        while TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    release.send(()).unwrap();
    soon(call).await.unwrap().unwrap();
    server.ended().await.unwrap();
}

#[tokio::test]
async fn idle_connections_do_not_hold_up_the_end() {
    let server = Running::start(literal()).await;
    let mut client = server.documents().await;
    client.analyze(analyze(text("", "京"))).await.unwrap();
    let silent = TcpStream::connect(server.address).await.unwrap();
    server.signal();
    let begun = std::time::Instant::now();
    server.ended().await.unwrap();
    assert!(begun.elapsed() < Config::default().drain.grace / 5, "{:?}", begun.elapsed());
    drop((client, silent));
}

#[tokio::test]
async fn the_drain_has_an_end() {
    let (stuck, gate) = mpsc::channel::<()>();
    let (began, begun) = mpsc::channel();
    let gate = Mutex::new(gate);
    let engine = scripted(move |document, options, observer| {
        began.send(()).unwrap();
        let _ = gate.lock().unwrap().recv();
        literally(document, options, observer)
    });
    let config =
        Config { drain: Drain { grace: Duration::from_millis(50), ..Drain::default() }, ..Config::default() };
    let server = Running::with(config, engine).await;
    let mut client = server.documents().await;
    let call = tokio::spawn(async move { client.analyze(analyze(text("", "京"))).await });
    tokio::task::spawn_blocking(move || begun.recv_timeout(SOON).unwrap()).await.unwrap();
    server.signal();
    server.ended().await.unwrap();
    assert!(!call.is_finished());
    drop(stuck);
}

#[tokio::test]
async fn the_notice_leaves_time_to_look_elsewhere() {
    let config = Config {
        drain: Drain { notice: Duration::from_millis(300), ..Drain::default() },
        ..Config::default()
    };
    let server = Running::with(config, literal()).await;
    let mut client = server.documents().await;
    let mut health = server.health().await;
    server.signal();
    soon(async {
        let request = || HealthCheckRequest::default();
        while health.check(request()).await.unwrap().into_inner().status() == ServingStatus::Serving {}
    })
    .await;
    client.analyze(analyze(text("", "京"))).await.unwrap();
    server.ended().await.unwrap();
}

#[tokio::test]
async fn a_server_that_cannot_start_says_why() {
    let failed = async { Err(Error::Bundle { path: "here".into(), reason: "damaged".into() }) };
    let server = Running::loading(Config::default(), failed).await;
    let error = server.ended().await.unwrap_err();
    assert!(matches!(error, RunError::Model(_)));
    assert_eq!(error.to_string(), "bundle here: damaged");

    let limits = Limits { max_request_bytes: 1, ..Limits::default() };
    let server = Running::loading(Config { limits, ..Config::default() }, std::future::pending()).await;
    let error = server.ended().await.unwrap_err();
    assert!(matches!(error, RunError::Settings(_)));
    assert!(error.to_string().starts_with("impossible settings: limits.max_request_bytes is 1, but"));

    // A stop signal is heard while the model is still being loaded.
    let server = Running::loading(Config::default(), std::future::pending()).await;
    server.signal();
    server.ended().await.unwrap();
}

/// Collects what is logged in this process.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

fn log() -> &'static Log {
    static LOG: OnceLock<Log> = OnceLock::new();
    LOG.get_or_init(|| {
        let log = Log::default();
        let subscriber = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_max_level(tracing::Level::TRACE)
            .with_writer(log.clone())
            .finish();
        tracing::subscriber::set_global_default(subscriber).unwrap();
        log
    })
}

#[tokio::test]
async fn the_log_tells_of_calls_and_not_of_documents() {
    let log = log();
    let secret = "绝不可入日志的正文";
    let engine = scripted(move |document, options, observer| {
        assert!(document.title != "boom", "{:?}", document.content);
        literally(document, options, observer)
    });
    let server = Running::start(engine).await;
    let mut client = server.documents().await;
    let mut request = tonic::Request::new(analyze(text("id-of-it", secret)));
    request.metadata_mut().insert("x-request-id", "logged-call".parse().unwrap());
    client.analyze(request).await.unwrap();
    let bad = pb::Document { title: "boom".into(), ..text("", secret) };
    let mut request = tonic::Request::new(analyze(bad));
    request.metadata_mut().insert("x-request-id", "panicking-call".parse().unwrap());
    client.analyze(request).await.unwrap_err();
    let refused = pb::Document { format: 99, ..text("", secret) };
    client.analyze(analyze(refused.clone())).await.unwrap_err();
    crate::stream::all(&mut client, crate::stream::config(true), vec![refused, text("", secret)])
        .await
        .unwrap();
    let listed =
        pb::BatchAnalyzeRequest { documents: vec![text("", secret)], features: topics(), common: None };
    client.batch_analyze(listed).await.unwrap();
    drop(client);

    let lines = soon(async {
        loop {
            let lines = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
            if lines.contains("/BatchAnalyze") && lines.contains("/StreamAnalyze") {
                break lines;
            }
            tokio::task::yield_now().await;
        }
    })
    .await;
    let of_call = |id: &str| lines.lines().filter(|line| line.contains(id)).collect::<Vec<_>>().join("\n");
    let logged = of_call("logged-call");
    for fact in
        ["/wenmai.v1.DocumentService/Analyze", "code=Ok", "duration_ms=", "request_bytes=", "response_bytes="]
    {
        assert!(logged.contains(fact), "{fact} in {logged}");
    }
    assert!(!logged.contains("request_bytes=0") && !logged.contains("response_bytes=0"), "{logged}");
    let panicking = of_call("panicking-call");
    assert!(
        panicking.contains("panic in the analysis") && panicking.contains("code=Internal"),
        "{panicking}"
    );
    for word in ["绝不可入日志", "7EDD", "7edd", "\\xe7\\xbb\\x9d"] {
        assert!(!lines.contains(word), "text of a document was logged");
    }
}
