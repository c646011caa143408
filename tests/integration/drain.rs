//! A server that is told to stop loses no document.

use std::collections::BTreeMap;
use std::io::BufRead as _;
use std::io::BufReader;
use std::io::Read as _;
use std::io::Write as _;
use std::process::Command;
use std::process::Stdio;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use wenmai::wire::pb;
use wenmai::wire::pb::stream_analyze_request::Message as In;

use crate::served::Served;
use crate::served::bundle;
use crate::served::free_port;
use crate::served::until;
use crate::streams::Tally;
use crate::streams::converse;

#[tokio::test(flavor = "multi_thread")]
async fn every_document_of_many_streams_is_accounted_for() {
    let folder = tempfile::tempdir().unwrap();
    bundle(&folder.path().join("v1"), "1", "alpha");
    let models = folder.path().to_str().unwrap();
    let mut first = Served::start(&["--models", models]);
    let second = Served::start(&["--models", models]);
    let streams: Vec<_> = (0..64)
        .map(|_| tokio::spawn(converse(vec![first.url(), second.url()], 40, Duration::from_millis(20))))
        .collect();
    tokio::time::sleep(Duration::from_millis(400)).await;
    first.signal("TERM");
    let mut total = Tally::default();
    for stream in streams {
        total.add(&stream.await.unwrap());
    }
    assert_eq!(total.unaccounted, 0, "{total:?}");
    assert_eq!((total.answered, total.twice), (64 * 40, 0), "{total:?}");
    assert_eq!(total.drained, 64, "every stream was told why it ends: {total:?}");
    assert!(first.ended().success(), "{}", first.log());
}

/// A stream whose caller sends and never reads, so that it cannot end.
async fn stuck(server: &Served) -> tonic::Streaming<pb::StreamAnalyzeResponse> {
    let (sender, receiver) = mpsc::channel(1);
    let features =
        Some(pb::Features { classify: Some(pb::ClassifyOptions::default()), ..pb::Features::default() });
    let common = Some(pb::CommonOptions { include_clean_text: true, ..pb::CommonOptions::default() });
    let config = pb::StreamConfig { features, common, ..pb::StreamConfig::default() };
    let message = |message| pb::StreamAnalyzeRequest { message: Some(message) };
    sender.send(message(In::Config(config))).await.unwrap();
    let answers = server.documents().await.stream_analyze(ReceiverStream::new(receiver)).await.unwrap();
    let long = "全市将实施一百二十个重点工业项目。".repeat(2000);
    for number in 0.. {
        let source = Some(pb::document::Source::Content(long.clone()));
        let document = pb::Document { id: number.to_string(), source, ..pb::Document::default() };
        let sent = sender.send(message(In::Document(document)));
        if tokio::time::timeout(Duration::from_secs(1), sent).await.is_err() {
            break;
        }
    }
    // The sending half ends here, the stream does not.
    answers.into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_cannot_end_does_not_hold_the_server_for_ever() {
    let mut bounded = Served::start(&["--set", "drain.grace=1s"]);
    let _answers = stuck(&bounded).await;
    bounded.signal("TERM");
    let begun = Instant::now();
    assert!(bounded.ended().success(), "{}", bounded.log());
    assert!(begun.elapsed() >= Duration::from_secs(1), "what had begun was given no time");
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());

    let mut patient = Served::start(&["--set", "drain.grace=10min"]);
    let _answers = stuck(&patient).await;
    patient.signal("TERM");
    until(async || patient.log().contains("draining").then_some(())).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    patient.signal("TERM");
    assert!(patient.ended().success(), "{}", patient.log());
}

#[test]
fn the_command_line_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    bundle(&folder.path().join("v1"), "1", "alpha");
    let models = folder.path().to_str().unwrap();
    let port = free_port();
    let serve = || Served::on(port, &["--models", models]);
    let mut server = serve();
    let mut client = Command::new(env!("CARGO_BIN_EXE_wenmai"))
        .args(["classify", "--json", "--stream", "--unordered", "--target", &server.url()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = client.stdin.take().unwrap();
    let count = 3000;
    let writer = thread::spawn(move || {
        for number in 0..count {
            // Every third has the name of another, which is nobody's business but the caller's.
            let id = if number % 3 == 0 { "same".to_owned() } else { format!("d{number}") };
            let row = format!("{{\"id\":\"{id}\",\"text\":\"第{number}个工业项目。\"}}\n");
            stdin.write_all(row.as_bytes()).unwrap();
            if number % 100 == 0 {
                thread::sleep(Duration::from_millis(10));
            }
        }
    });
    let mut answers = BufReader::new(client.stdout.take().unwrap()).lines();
    let mut indices: BTreeMap<u64, usize> = BTreeMap::new();
    let mut take = |line: String| {
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(line["analysis"]["classification"]["labels"][0]["labelId"], "alpha", "{line}");
        let index = line["index"].as_str().unwrap_or("0").parse().unwrap();
        *indices.entry(index).or_default() += 1;
    };
    for line in answers.by_ref().take(100) {
        take(line.unwrap());
    }
    // Once in good order, once without a word, and both times another server comes a little later.
    for signal in ["TERM", "KILL"] {
        server.signal(signal);
        server.ended();
        drop(server);
        thread::sleep(Duration::from_millis(200));
        server = serve();
        for line in answers.by_ref().take(100) {
            take(line.unwrap());
        }
    }
    for line in answers {
        take(line.unwrap());
    }
    writer.join().unwrap();
    let mut complaint = String::new();
    client.stderr.take().unwrap().read_to_string(&mut complaint).unwrap();
    assert!(client.wait().unwrap().success(), "{complaint}");
    assert_eq!(indices.len(), count, "documents were left out");
    assert!(indices.values().all(|times| *times == 1), "documents were answered twice");
}

#[test]
fn a_server_that_stays_away_ends_the_run() {
    let output = |target: &str| {
        let mut client = Command::new(env!("CARGO_BIN_EXE_wenmai"))
            .args(["classify", "--json", "--stream", "--timeout", "1", "--target", target])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let _ = client.stdin.take().unwrap().write_all(b"{\"id\":\"a\",\"text\":\"x\"}\n");
        client.wait_with_output().unwrap()
    };
    let away = output("http://127.0.0.1:9");
    assert_eq!((away.status.code(), away.stdout.as_slice()), (Some(6), &b""[..]));
    // What is wrong with the options is said once, as without a stream.
    let server = Served::start(&[]);
    let mut client = Command::new(env!("CARGO_BIN_EXE_wenmai"))
        .args(["classify", "--json", "--stream", "--labels", "no_such", "--target", &server.url()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let _ = client.stdin.take().unwrap().write_all(b"{\"id\":\"a\",\"text\":\"x\"}\n");
    let wrong = client.wait_with_output().unwrap();
    assert_eq!(wrong.status.code(), Some(2), "{}", String::from_utf8_lossy(&wrong.stderr));
}
