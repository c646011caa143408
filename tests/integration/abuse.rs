//! Clients that mean harm: the program lives, stays small, and serves the others.

use std::net::SocketAddr;
use std::time::Duration;
use std::time::Instant;

use http::Request;
use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tonic::Code;
use tonic::codec::CompressionEncoding;
use tonic_types::StatusExt as _;
use wenmai::wire::pb;

use crate::harness::soon;
use crate::harness::text;
use crate::harness::topics;
use crate::raw;
use crate::served::Served;
use crate::served::bundle;
use crate::served::fetch;
use crate::served::free_port;

const MEBI: u64 = 1 << 20;

fn served(arguments: &[&str]) -> (tempfile::TempDir, Served) {
    let folder = tempfile::tempdir().unwrap();
    bundle(folder.path(), "1", "alpha");
    let path = folder.path().to_str().unwrap().to_owned();
    let server = Served::start(&[&["--model", &path], arguments].concat());
    (folder, server)
}

/// Bytes of memory that it has had at most; none where the system does not say.
fn peak(server: &Served) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024)
}

/// An honest caller is answered.
async fn serves(server: &Served) {
    let request = pb::AnalyzeRequest { document: Some(text("", "全市")), features: topics(), common: None };
    soon(async { server.documents().await.analyze(request).await }).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gigabyte_that_is_only_announced_costs_nothing() {
    let (_folder, server) = served(&[]);
    serves(&server).await;
    let before = peak(&server);
    let address: SocketAddr = server.address.parse().unwrap();
    for method in ["Analyze", "Classify", "BatchAnalyze", "StreamAnalyze"] {
        for compressed in [0, 1] {
            let body = [&[compressed, 0x40, 0, 0, 0][..], &[7; 100]].concat();
            let (status, _) = raw::send(address, &format!("DocumentService/{method}"), None, body).await;
            let code = status.code();
            let wanted = if compressed == 0 { Code::ResourceExhausted } else { Code::InvalidArgument };
            assert_eq!(code, wanted, "{method}: {status:?}");
            if compressed == 0 {
                assert_eq!(status.get_details_error_info().unwrap().reason, "REQUEST_TOO_LARGE");
            }
        }
    }
    serves(&server).await;
    if let (Some(before), Some(after)) = (before, peak(&server)) {
        assert!(after < before + 32 * MEBI, "{before} {after}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn compression_bombs_are_not_blown_up() {
    let (_folder, server) = served(&["--max-document-bytes", "100000", "--max-request-bytes", "4000000"]);
    serves(&server).await;
    let before = peak(&server);
    for encoding in [CompressionEncoding::Gzip, CompressionEncoding::Zstd] {
        // Half a gigabyte that compresses to half a megabyte and less.
        let content = "\0".repeat(512 * MEBI as usize / 4);
        let request =
            pb::AnalyzeRequest { document: Some(text("", &content)), features: topics(), common: None };
        let mut client =
            server.documents().await.max_encoding_message_size(usize::MAX).send_compressed(encoding);
        let status = tokio::time::timeout(crate::served::LONG, client.analyze(request)).await.unwrap();
        let status = status.unwrap_err();
        assert_eq!(status.code(), Code::ResourceExhausted, "{encoding:?}: {status:?}");
        assert_eq!(status.get_details_error_info().unwrap().metadata["limit"], "4000000");
        // What is small enough may come compressed, and its answer too.
        let request = pb::AnalyzeRequest {
            document: Some(text("", &"全市".repeat(5000))),
            features: topics(),
            common: None,
        };
        let mut client = server.documents().await.send_compressed(encoding).accept_compressed(encoding);
        soon(client.analyze(request)).await.unwrap();
    }
    serves(&server).await;
    if let (Some(before), Some(after)) = (before, peak(&server)) {
        assert!(after < before + 48 * MEBI, "{before} {after}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_says_nothing_is_shown_the_door() {
    let (_folder, server) =
        served(&["--set", "server.handshake_timeout=500ms", "--set", "server.max_connections=200"]);
    let mut idle = Vec::new();
    for index in 0..100 {
        let mut stream = TcpStream::connect(&server.address).await.unwrap();
        let words: &[u8] = if index % 2 == 0 { b"" } else { b"PRI * HTTP" };
        stream.write_all(words).await.unwrap();
        idle.push(stream);
    }
    serves(&server).await;
    let begun = Instant::now();
    for stream in &mut idle {
        let mut rest = Vec::new();
        // An end or a reset, but no waiting.
        let _ = soon(stream.read_to_end(&mut rest)).await;
    }
    assert!(begun.elapsed() < Duration::from_secs(10));
    serves(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rapid_resets_end_the_connection_of_who_sends_them() {
    let (_folder, server) = served(&[]);
    let mut ended = 0;
    for _ in 0..4 {
        let stream = TcpStream::connect(&server.address).await.unwrap();
        let (mut client, connection) = h2::client::handshake(stream).await.unwrap();
        let connection = tokio::spawn(connection);
        for _ in 0..20_000 {
            let Ok(ready) = client.ready().await else { break };
            client = ready;
            let request =
                Request::post(format!("http://{}/wenmai.v1.DocumentService/Analyze", server.address))
                    .header("content-type", "application/grpc")
                    .body(())
                    .unwrap();
            let Ok((response, mut outbound)) = client.send_request(request, false) else { break };
            outbound.send_reset(h2::Reason::CANCEL);
            drop(response);
        }
        if let Ok(Ok(Err(_))) = tokio::time::timeout(Duration::from_secs(5), connection).await {
            ended += 1;
        }
        serves(&server).await;
    }
    println!("{ended} of 4 connections were ended by the server");
    assert!(ended > 0, "the server put up with it");
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_beyond_the_limit_are_refused() {
    let (_folder, server) = served(&[]);
    let stream = TcpStream::connect(&server.address).await.unwrap();
    let (client, connection) = h2::client::handshake(stream).await.unwrap();
    let connection = tokio::spawn(connection);
    let mut request = Request::post(format!("http://{}/wenmai.v1.DocumentService/Analyze", server.address))
        .header("content-type", "application/grpc");
    for index in 0..64 {
        request = request.header(format!("x-filler-{index}"), "f".repeat(1000));
    }
    let (response, _) = client.ready().await.unwrap().send_request(request.body(()).unwrap(), true).unwrap();
    match soon(response).await {
        Ok(response) => assert!(response.status().is_client_error(), "{response:?}"),
        Err(error) => assert!(error.is_reset() || error.is_go_away() || error.is_remote(), "{error:?}"),
    }
    connection.abort();
    serves(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_connections_are_held_and_more_than_allowed_are_not() {
    const MANY: usize = 10_000;
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    if limit.current.is_some_and(|files| files < MANY as u64 + 500) {
        println!("skipped: {limit:?} files are too few to hold {MANY} connections");
        return;
    }
    let http = format!("127.0.0.1:{}", free_port());
    let allowed = format!("server.max_connections={}", MANY - 100);
    let arguments = ["--http-listen", &http, "--set", &allowed, "--set", "server.handshake_timeout=60s"];
    let (_folder, server) = served(&arguments);
    // This one came first and stays.
    let mut early = server.documents().await;
    let mut held = Vec::with_capacity(MANY);
    for index in 0..MANY {
        let mut stream = soon(TcpStream::connect(&server.address)).await.unwrap();
        // Half of them speak HTTP/2 as far as its first words, the others say nothing.
        if index % 2 == 0 {
            let _ = stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await;
        }
        held.push(stream);
    }
    let refused = "wenmai_connections_refused_total{reason=\"full\"} ";
    let refused = crate::served::until(|| async {
        let (_, body) = fetch(&http, "/metrics");
        let count: usize = body.lines().find_map(|line| line.strip_prefix(refused)).unwrap().parse().unwrap();
        (count >= 100).then_some(count)
    })
    .await;
    assert!(refused <= 110, "{refused}");
    let request = pb::AnalyzeRequest { document: Some(text("", "全市")), features: topics(), common: None };
    soon(early.analyze(request)).await.unwrap();
    drop(held);
    // Room that was left is given to others.
    crate::served::until(|| async {
        let request =
            pb::AnalyzeRequest { document: Some(text("", "全市")), features: topics(), common: None };
        let mut client =
            pb::document_service_client::DocumentServiceClient::connect(server.url()).await.ok()?;
        client.analyze(request).await.ok()
    })
    .await;
    if let Some(peak) = peak(&server) {
        println!("{} connections, {} MiB at most", MANY, peak / MEBI);
        assert!(peak < 1024 * MEBI, "{peak}");
    }
}
