//! Callers that wait no longer, and callers that leave: against the program itself.

use std::net::SocketAddr;
use std::time::Duration;

use prost::Message as _;
use tonic::Code;
use wenmai::wire::pb;

use crate::harness::soon;
use crate::harness::text;
use crate::harness::topics;
use crate::raw;
use crate::raw::framed;
use crate::served::Served;
use crate::served::bundle;

fn served(arguments: &[&str]) -> (tempfile::TempDir, Served) {
    let folder = tempfile::tempdir().unwrap();
    bundle(folder.path(), "1", "alpha");
    let path = folder.path().to_str().unwrap().to_owned();
    let one = ["--model", &path, "--workers", "1", "--set", "admission.interactive_workers=0"];
    let server = Served::start(&[&one[..], arguments].concat());
    (folder, server)
}

fn analyze(id: &str) -> pb::AnalyzeRequest {
    pb::AnalyzeRequest { document: Some(text(id, "全市")), features: topics(), common: None }
}

fn bodies(id: &str) -> [(&'static str, Vec<u8>); 3] {
    use pb::stream_analyze_request::Message;
    let documents = vec![text(id, "全市"), text("", "全市")];
    let list = pb::BatchAnalyzeRequest { documents, features: topics(), common: None };
    let config = pb::StreamConfig { features: topics(), ..pb::StreamConfig::default() };
    let stream = [Message::Config(config), Message::Document(text(id, "全市"))]
        .map(|message| framed(&pb::StreamAnalyzeRequest { message: Some(message) }.encode_to_vec()));
    [
        ("DocumentService/Analyze", framed(&analyze(id).encode_to_vec())),
        ("DocumentService/BatchAnalyze", framed(&list.encode_to_vec())),
        ("DocumentService/StreamAnalyze", stream.concat()),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_ends_work_and_is_not_called_cancelled() {
    let (_folder, server) = served(&[]);
    let address: SocketAddr = server.address.parse().unwrap();
    for (method, body) in bodies("failpoint:sleep:600000") {
        let (status, _) = raw::send(address, method, Some("150m"), body).await;
        assert_eq!(status.code(), Code::DeadlineExceeded, "{method}: {status:?}");
    }
    // The only worker is free again: nothing goes on for those who left.
    let mut client = server.documents().await;
    soon(client.analyze(analyze("after"))).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_counts_in_the_queue() {
    let (_folder, server) = served(&["--set", "admission.max_wait=1h"]);
    let address: SocketAddr = server.address.parse().unwrap();
    let mut client = server.documents().await;
    let slow = tokio::spawn(async move { client.analyze(analyze("failpoint:sleep:3000")).await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    for (method, body) in bodies("waits") {
        let begun = std::time::Instant::now();
        let (status, _) = raw::send(address, method, Some("200m"), body).await;
        assert_eq!(status.code(), Code::DeadlineExceeded, "{method}: {status:?}");
        assert!(begun.elapsed() < Duration::from_secs(2), "{method}: while the other call still runs");
    }
    assert!(!slow.is_finished());
    soon(slow).await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_that_leave_stop_their_work() {
    let (_folder, server) = served(&["--set", "admission.max_wait=1h"]);
    for _ in 0..20 {
        let mut client = server.documents().await;
        let call = client.analyze(analyze("failpoint:sleep:600000"));
        assert!(tokio::time::timeout(Duration::from_millis(40), call).await.is_err());
    }
    let mut client = server.documents().await;
    soon(client.analyze(analyze("after"))).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn no_call_other_than_a_stream_lasts_for_ever() {
    let (_folder, server) = served(&["--set", "server.max_call_time=300ms"]);
    let mut client = server.documents().await;
    let status = soon(client.analyze(analyze("failpoint:sleep:600000"))).await.unwrap_err();
    assert_eq!(status.code(), Code::DeadlineExceeded);
    // Nor does one whose request never ends.
    let address: SocketAddr = server.address.parse().unwrap();
    let status = raw::unfinished(address, "DocumentService/Analyze", vec![0, 0, 0, 1, 0, 1, 2]).await;
    assert_eq!(status.code(), Code::DeadlineExceeded);
}
