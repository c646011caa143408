//! Ten times as many calls as the server can answer.
//!
//! ```text
//! cargo bench --bench overload         60 seconds of it
//! cargo bench --bench overload -- 10   so many seconds
//! ```
//!
//! It fails when a call gets anything but its answer or a refusal that says when to come again, when nothing is answered,
//! when memory outgrows twice that of the idle server and what its queue may hold, or when the server does not answer
//! afterwards. Times are printed and decide nothing: they are the machine's, which the callers share.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a benchmark that meets the unexpected shall end, and it prints"
)]

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

use tonic::Code;
use tonic::transport::Channel;
use tonic_types::StatusExt as _;
use wenmai::wire::pb;
use wenmai::wire::pb::document_service_client::DocumentServiceClient;

#[expect(dead_code, reason = "shared with the tests, which use all of it")]
#[path = "../tests/integration/served.rs"]
mod served;

use served::Served;

/// How many times too much.
const TIMES: f64 = 10.0;

/// Connections that calls are spread over.
const CONNECTIONS: usize = 32;

/// How long the quiet measurements take.
const QUIET: Duration = Duration::from_secs(5);

const SENTENCE: &str = "全市将实施一百二十个重点工业项目，培育智能装备龙头企业，推动制造业产业链向中高端迈进，各产业园区要\
    强化要素保障，加快企业项目投产。会议强调，要落实惠企政策，帮助中小企业降低成本，年内新增贷款五十亿元。";

fn main() {
    let seconds = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(60);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(overload(Duration::from_secs(seconds)));
}

/// A document like a long report.
fn request() -> pb::AnalyzeRequest {
    let source = Some(pb::document::Source::Content(SENTENCE.repeat(40)));
    let features = pb::Features {
        classify: Some(pb::ClassifyOptions::default()),
        extract: Some(pb::ExtractOptions::default()),
    };
    pb::AnalyzeRequest {
        document: Some(pb::Document { source, ..pb::Document::default() }),
        features: Some(features),
        common: None,
    }
}

/// The share of ascending times, in milliseconds.
fn at(times: &[Duration], share: f64) -> f64 {
    let index = (times.len().saturating_sub(1) as f64 * share) as usize;
    times.get(index).map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
}

/// Calls one after the other, by so many callers, and how long each took.
async fn quietly(server: &Served, callers: usize) -> Vec<Duration> {
    let mut running = Vec::new();
    for _ in 0..callers {
        let mut client = server.documents().await;
        running.push(tokio::spawn(async move {
            let (end, mut times) = (Instant::now() + QUIET, Vec::new());
            while Instant::now() < end {
                let begun = Instant::now();
                client.analyze(request()).await.unwrap();
                times.push(begun.elapsed());
            }
            times
        }));
    }
    let mut times = Vec::new();
    for caller in running {
        times.extend(caller.await.unwrap());
    }
    times.sort_unstable();
    times
}

/// Resident memory of the server in bytes; 0 where /proc does not tell.
fn resident(server: &Served) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) * 1024
}

/// What became of a call.
enum End {
    Answered(Duration),
    Refused(Duration),
}

async fn one(mut client: DocumentServiceClient<Channel>, request: pb::AnalyzeRequest) -> End {
    let begun = Instant::now();
    match client.analyze(request).await {
        Ok(_) => End::Answered(begun.elapsed()),
        Err(status) => {
            let retry = status.get_details_retry_info().and_then(|info| info.retry_delay);
            assert!(status.code() == Code::ResourceExhausted && retry.is_some(), "{status:?}");
            End::Refused(begun.elapsed())
        }
    }
}

async fn overload(duration: Duration) {
    const LOG: [&str; 2] = ["--set", "telemetry.log=warn"];
    // How long a call takes, so that nobody shall wait for longer than that before it begins.
    let (unloaded, rate) = {
        let server = Served::start(&LOG);
        quietly(&server, 1).await;
        let unloaded = quietly(&server, 1).await;
        let rate =
            quietly(&server, 2 * std::thread::available_parallelism().map_or(1, usize::from)).await.len();
        (unloaded, rate as f64 / QUIET.as_secs_f64())
    };
    let patience = Duration::from_secs_f64((at(&unloaded, 0.5) / 1e3).max(0.002));
    let wait = format!("admission.max_wait={}us", patience.as_micros());
    let server = Served::start(&[&LOG[..], &["--set", &wait]].concat());
    quietly(&server, 1).await;
    let idle = resident(&server);
    let info = server.models().await.get_server_info(pb::GetServerInfoRequest {}).await.unwrap().into_inner();
    let bound = 2 * idle + info.limits.unwrap().max_admitted_bytes;
    println!(
        "unloaded               {:>8} calls, p50 {:>8.2} ms, p99 {:>8.2} ms; at most {rate:.0} calls/s; {wait}",
        unloaded.len(),
        at(&unloaded, 0.5),
        at(&unloaded, 0.99)
    );

    let mut clients = Vec::new();
    for _ in 0..CONNECTIONS {
        clients.push(server.documents().await);
    }
    let (prepared, peak) = (request(), Arc::new(AtomicU64::new(0)));
    let (begun, mut calls) = (Instant::now(), Vec::new());
    let mut tick = tokio::time::interval(Duration::from_millis(2));
    let mut looked = begun;
    while begun.elapsed() < duration {
        tick.tick().await;
        let due = (begun.elapsed().as_secs_f64() * rate * TIMES) as usize;
        while calls.len() < due {
            let client = clients[calls.len() % CONNECTIONS].clone();
            calls.push(tokio::spawn(one(client, prepared.clone())));
        }
        if looked.elapsed() > Duration::from_millis(250) {
            peak.fetch_max(resident(&server), Ordering::Relaxed);
            looked = Instant::now();
        }
    }
    let offered = calls.len() as f64 / begun.elapsed().as_secs_f64();
    let stopped = Instant::now();
    let (mut answered, mut refused) = (Vec::new(), Vec::new());
    for call in calls {
        match call.await.unwrap() {
            End::Answered(time) => answered.push(time),
            End::Refused(time) => refused.push(time),
        }
    }
    let drained = stopped.elapsed();
    let limit = at(&unloaded, 0.99) * 3.0;
    let mut client = server.documents().await;
    let recovered = loop {
        let called = Instant::now();
        let answer = client.analyze(request()).await;
        if answer.is_ok() && called.elapsed().as_secs_f64() * 1e3 <= limit {
            break stopped.elapsed();
        }
        assert!(stopped.elapsed() < served::LONG, "it does not recover: {answer:?}");
    };
    answered.sort_unstable();
    refused.sort_unstable();
    let times = at(&answered, 0.99) / at(&unloaded, 0.99);
    println!(
        "offered {offered:.0} calls/s for {duration:.0?} ({:.1}x)\n\
         answered               {:>8} calls, p50 {:>8.2} ms, p99 {:>8.2} ms ({times:.2}x)\n\
         refused                {:>8} calls, p50 {:>8.2} ms, p99 {:>8.2} ms, within 10 ms {:.2} %\n\
         failed                        0 calls\n\
         memory                 idle {} MiB, at most {} MiB, bound {} MiB\n\
         recovery               last call ended after {drained:.1?}, an answer as fast as before after {recovered:.1?}",
        offered / rate,
        answered.len(),
        at(&answered, 0.5),
        at(&answered, 0.99),
        refused.len(),
        at(&refused, 0.5),
        at(&refused, 0.99),
        refused.iter().filter(|time| **time <= Duration::from_millis(10)).count() as f64 * 100.0
            / refused.len().max(1) as f64,
        idle >> 20,
        peak.load(Ordering::Relaxed) >> 20,
        bound >> 20
    );
    assert!(!answered.is_empty(), "nothing was answered");
    assert!(!refused.is_empty(), "it was no overload");
    assert!(peak.load(Ordering::Relaxed) <= bound, "memory is not bounded");
}
