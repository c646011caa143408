//! How much is taken on at once, and who waits for whom: against the program itself.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Code;
use tonic::Status;
use tonic_types::StatusExt as _;
use wenmai::wire::pb;
use wenmai::wire::pb::stream_analyze_request::Message as In;
use wenmai::wire::pb::stream_analyze_response::Message as Out;

use crate::harness::soon;
use crate::harness::text;
use crate::harness::topics;
use crate::served::Served;
use crate::served::bundle;

/// Room for two short single documents, for two largest ones of lists, and for two short ones of streams.
const SMALL: [&str; 10] = [
    "--workers",
    "1",
    "--max-document-bytes",
    "3072",
    "--max-batch-documents",
    "2",
    "--max-admitted-bytes",
    "16384",
    "--set",
    "admission.max_wait=1h",
];

fn served(arguments: &[&str]) -> (tempfile::TempDir, Served) {
    let folder = tempfile::tempdir().unwrap();
    bundle(folder.path(), "1", "alpha");
    let path = folder.path().to_str().unwrap().to_owned();
    let server = Served::start(&[&["--model", &path], arguments].concat());
    (folder, server)
}

/// A document of 1000 bytes; with its overhead, two of them fit into 4096.
fn kilo(id: &str) -> pb::Document {
    text(id, &"a".repeat(1000))
}

async fn analyze(server: &Served, document: pb::Document) -> Result<pb::AnalyzeResponse, Status> {
    let request = pb::AnalyzeRequest { document: Some(document), features: topics(), common: None };
    server.documents().await.analyze(request).await.map(tonic::Response::into_inner)
}

async fn list(server: &Served, documents: Vec<pb::Document>) -> Result<pb::BatchAnalyzeResponse, Status> {
    let request = pb::BatchAnalyzeRequest { documents, features: topics(), common: None };
    server.documents().await.batch_analyze(request).await.map(tonic::Response::into_inner)
}

/// Sends documents on a stream and counts the results; the number of those that are no analysis.
async fn stream(server: &Served, documents: Vec<pb::Document>, counter: Arc<AtomicUsize>) -> usize {
    let (sender, receiver) = mpsc::channel(1);
    let message = |message| pb::StreamAnalyzeRequest { message: Some(message) };
    tokio::spawn(async move {
        let config = pb::StreamConfig { features: topics(), ..pb::StreamConfig::default() };
        let _ = sender.send(message(In::Config(config))).await;
        for document in documents {
            let _ = sender.send(message(In::Document(document))).await;
        }
    });
    let mut client = server.documents().await;
    let mut answers = client.stream_analyze(ReceiverStream::new(receiver)).await.unwrap().into_inner();
    let mut failed = 0;
    while let Some(answer) = answers.message().await.unwrap() {
        if let Some(Out::Result(result)) = answer.message {
            counter.fetch_add(1, Ordering::SeqCst);
            let analysed = matches!(result.outcome, Some(pb::document_result::Outcome::Analysis(_)));
            failed += usize::from(!analysed);
        }
    }
    failed
}

/// What a full queue says.
#[track_caller]
fn full(status: &Status) -> Duration {
    assert_eq!(status.code(), Code::ResourceExhausted, "{status:?}");
    assert_eq!(status.get_details_error_info().unwrap().reason, "QUEUE_FULL");
    let retry = status.get_details_retry_info().unwrap().retry_delay.unwrap();
    assert!(retry >= Duration::from_millis(50) && retry <= Duration::from_secs(30), "{retry:?}");
    let pushback = status.metadata().get("grpc-retry-pushback-ms").unwrap().to_str().unwrap().to_owned();
    assert_eq!(pushback.parse::<u128>().unwrap(), retry.as_micros().div_ceil(1000));
    retry
}

/// Waits until the server says of itself that so many documents are in work.
async fn in_work(server: &Served, http: &str, documents: usize) {
    let wanted = format!("wenmai_queue_documents {documents}");
    crate::served::until(|| async {
        let (_, body) = crate::served::fetch(http, "/metrics");
        body.lines().any(|line| line == wanted).then_some(())
    })
    .await;
    assert!(!server.log().contains("panic"));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_rule_by_bytes_holds_over_all_connections() {
    let http = format!("127.0.0.1:{}", crate::served::free_port());
    let (_folder, server) = served(&[&SMALL[..], &["--http-listen", &http]].concat());
    let server = Arc::new(server);
    let slow = |id: &str| {
        let (server, document) = (Arc::clone(&server), kilo(id));
        tokio::spawn(async move { analyze(&server, document).await })
    };
    // Each call opens a connection of its own; two of them fill what there is for single calls.
    let busy = [slow("failpoint:sleep:2500"), slow("failpoint:sleep:2501")];
    in_work(&server, &http, 2).await;
    full(&analyze(&server, kilo("third")).await.unwrap_err());
    // A document that is too large for what is left is refused although a small one would do: by bytes, not by calls.
    // Lists have room of their own, by the same rule.
    let listed = {
        let server = Arc::clone(&server);
        let document = || text("", &"b".repeat(3072));
        let documents = vec![document(), document()];
        tokio::spawn(async move { list(&server, documents).await })
    };
    in_work(&server, &http, 4).await;
    full(&list(&server, vec![kilo("x")]).await.unwrap_err());
    // Streams wait instead.
    let counter = Arc::new(AtomicUsize::new(0));
    let documents = (0..8).map(|number| kilo(&number.to_string())).collect();
    assert_eq!(soon(stream(&server, documents, Arc::clone(&counter))).await, 0);
    assert_eq!(counter.load(Ordering::SeqCst), 8);
    for call in busy {
        soon(call).await.unwrap().unwrap();
    }
    assert_eq!(soon(listed).await.unwrap().unwrap().failed_count, 0);
    // What has ended has given back its place.
    in_work(&server, &http, 0).await;
    for _ in 0..20 {
        analyze(&server, kilo("again")).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bulk_streams_do_not_starve_single_calls_nor_these_them() {
    let (_folder, server) = served(&["--workers", "1"]);
    let server = Arc::new(server);
    let answered = Arc::new(AtomicUsize::new(0));
    const STREAMS: usize = 8;
    const EACH: usize = 40;
    let streams: Vec<_> = (0..STREAMS)
        .map(|_| {
            let (server, answered) = (Arc::clone(&server), Arc::clone(&answered));
            // The name must differ for an id to be taken as another document.
            let documents = (0..EACH).map(|number| kilo(&format!("failpoint:sleep:20.{number}"))).collect();
            tokio::spawn(async move { stream(&server, documents, answered).await })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let mut slowest = Duration::ZERO;
    for _ in 0..30 {
        let begun = Instant::now();
        analyze(&server, kilo("single")).await.unwrap();
        slowest = slowest.max(begun.elapsed());
    }
    let behind = STREAMS * EACH - answered.load(Ordering::SeqCst);
    assert!(behind > 0, "single calls came before the bulk was done");
    println!("slowest single call beside {STREAMS} streams: {slowest:?}; {behind} bulk documents left");
    for stream in streams {
        assert_eq!(tokio::time::timeout(crate::served::LONG, stream).await.unwrap().unwrap(), 0);
    }
    assert_eq!(answered.load(Ordering::SeqCst), STREAMS * EACH);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_would_wait_too_long_is_refused_at_once() {
    let arguments = ["--workers", "1", "--set", "admission.interactive_workers=0"];
    let (_folder, server) = served(&[&arguments[..], &["--set", "admission.max_wait=100ms"]].concat());
    let server = Arc::new(server);
    // The speed is measured: after this the server knows that a document takes about a fifth of a second.
    for _ in 0..8 {
        analyze(&server, text("failpoint:sleep:200", &"a".repeat(100_000))).await.unwrap();
    }
    let calls: Vec<_> = (0..12)
        .map(|_| {
            let server = Arc::clone(&server);
            tokio::spawn(
                async move { analyze(&server, text("failpoint:sleep:200", &"a".repeat(100_000))).await },
            )
        })
        .collect();
    let (mut answered, mut refused) = (0, 0);
    for call in calls {
        match soon(call).await.unwrap() {
            Ok(_) => answered += 1,
            Err(status) => {
                full(&status);
                refused += 1;
            }
        }
    }
    assert!(answered >= 1 && refused >= 6, "{answered} answered, {refused} refused");
}
