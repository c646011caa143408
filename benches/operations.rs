//! What operating costs: calls while models are replaced, and streams while a server stops.
//!
//! ```text
//! cargo bench --bench operations             both
//! cargo bench --bench operations -- reload   10,000 calls and more during 100 reloads, and for as long without
//! cargo bench --bench operations -- drain    kill -TERM under 64 streams
//! ```
//!
//! It fails when a call fails, an answer names a version that did not make it, or a document is lost or answered twice.
//! Times are printed and decide nothing: they are the machine's.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a benchmark that meets the unexpected shall end, and it prints"
)]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

use wenmai::bundle::reader;
use wenmai::bundle::writer;
use wenmai::wire::pb;

#[expect(dead_code, reason = "shared with the tests, which use all of it")]
#[path = "../tests/integration/served.rs"]
mod served;
#[path = "../tests/integration/streams.rs"]
mod streams;

use served::Served;
use streams::Tally;

/// Callers at once.
const CALLERS: usize = 4;
const CALLS: usize = 10_000;
const RELOADS: usize = 100;
const STREAMS: usize = 64;
const DOCUMENTS_OF_A_STREAM: usize = 200;

/// A document as long as a short report.
const TEXT: &str = "全市将实施一百二十个重点工业项目，培育智能装备龙头企业，推动制造业产业链向中高端迈进，各产业园区要强化\
    要素保障，加快企业项目投产。会议强调，要落实惠企政策，帮助中小企业降低成本，年内新增贷款五十亿元。";

/// The built-in model under another version, with one label that every document gets.
fn bundle(folder: &Path, version: &str, label: &str) {
    let mut bundle = reader::built_in().unwrap();
    bundle.manifest.version = version.to_owned();
    bundle.manifest.files = BTreeMap::new();
    for labels in [&mut bundle.manifest.labels, &mut bundle.model.labels] {
        labels.iter_mut().find(|found| found.id == label).unwrap().bias = 100 << 32;
    }
    writer::files(bundle.manifest, &bundle.model).unwrap().write(folder).unwrap();
}

fn main() {
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let runs = |name: &str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == name);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    if runs("reload") {
        runtime.block_on(reload());
    }
    if runs("drain") {
        runtime.block_on(drain());
    }
}

/// Calls until there were enough of them and `done` says so; latencies in microseconds, ascending.
async fn call(server: &Served, enough: usize, done: &Arc<AtomicBool>) -> Vec<u128> {
    let count = Arc::new(AtomicUsize::new(0));
    let mut callers = Vec::new();
    for _ in 0..CALLERS {
        let (mut client, count, done) = (server.documents().await, Arc::clone(&count), Arc::clone(done));
        callers.push(tokio::spawn(async move {
            let mut latencies = Vec::new();
            while count.fetch_add(1, Ordering::Relaxed) < enough || !done.load(Ordering::Relaxed) {
                let begun = Instant::now();
                let answer = client.classify(served::classify(TEXT, None)).await;
                latencies.push(begun.elapsed().as_micros());
                let (version, labels) = served::answered(&answer.unwrap().into_inner());
                let label = if version == "1" { "defense" } else { "health" };
                assert!(labels.contains(label), "{version} did not make this answer: {labels}");
            }
            latencies
        }));
    }
    let mut latencies = Vec::new();
    for caller in callers {
        latencies.extend(caller.await.unwrap());
    }
    latencies.sort_unstable();
    latencies
}

fn told(what: &str, latencies: &[u128]) -> f64 {
    let at = |share: f64| latencies[((latencies.len() - 1) as f64 * share) as usize] as f64 / 1e3;
    println!(
        "{what:<22} {:>7} calls, 0 failures, p50 {:>7.2} ms, p99 {:>7.2} ms, longest {:>7.2} ms",
        latencies.len(),
        at(0.5),
        at(0.99),
        at(1.0)
    );
    at(0.99)
}

async fn reload() {
    let folder = tempfile::tempdir().unwrap();
    bundle(&folder.path().join("v1"), "1", "defense");
    bundle(&folder.path().join("v2"), "2", "health");
    std::fs::write(folder.path().join("aliases.json"), r#"{"topics":{"stable":"1"}}"#).unwrap();
    let server = Served::start(&["--models", folder.path().to_str().unwrap(), "--set", "telemetry.log=warn"]);
    let mut admin = server.admin().await;
    let unload = pb::UnloadModelRequest { name: "topics".to_owned(), version: "2".to_owned() };
    admin.unload_model(unload).await.unwrap();
    call(&server, CALLS / 10, &Arc::new(AtomicBool::new(true))).await;
    let memory = resident(&server);

    let done = Arc::new(AtomicBool::new(false));
    let begun = Instant::now();
    let reloads = async {
        let mut took = Vec::new();
        for round in 0..RELOADS {
            let begun = Instant::now();
            served::reload(&mut admin, if round % 2 == 0 { "v2" } else { "v1" }).await;
            took.push(begun.elapsed().as_micros());
        }
        done.store(true, Ordering::Relaxed);
        took.sort_unstable();
        took
    };
    let (busy, took) = tokio::join!(call(&server, CALLS, &done), reloads);
    let duration = begun.elapsed();
    // For as long: what else the machine has to do falls on both alike.
    let done = Arc::new(AtomicBool::new(false));
    let timer = async {
        tokio::time::sleep(duration).await;
        done.store(true, Ordering::Relaxed);
    };
    let (quiet, ()) = tokio::join!(call(&server, CALLS, &done), timer);
    let busy = told("during 100 reloads", &busy);
    let quiet = told("for as long without", &quiet);
    println!(
        "p99 during / without   {:>7.2}; a reload took {:.0} ms at the median; {:.1} s; RSS {} -> {} MiB",
        busy / quiet,
        took[took.len() / 2] as f64 / 1e3,
        duration.as_secs_f64(),
        memory,
        resident(&server)
    );
}

/// Resident memory of the server in MiB; 0 where /proc does not tell.
fn resident(server: &Served) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) / 1024
}

async fn drain() {
    let mut first = Served::start(&["--set", "telemetry.log=warn"]);
    let second = Served::start(&["--set", "telemetry.log=warn"]);
    let pace = Duration::from_millis(10);
    let urls = || vec![first.url(), second.url()];
    let streams: Vec<_> =
        (0..STREAMS).map(|_| tokio::spawn(streams::converse(urls(), DOCUMENTS_OF_A_STREAM, pace))).collect();
    tokio::time::sleep(pace * u32::try_from(DOCUMENTS_OF_A_STREAM / 3).unwrap()).await;
    first.signal("TERM");
    let begun = Instant::now();
    assert!(first.ended().success(), "{}", first.log());
    let ended = begun.elapsed();
    let mut total = Tally::default();
    for stream in streams {
        total.add(&stream.await.unwrap());
    }
    println!(
        "kill -TERM under {STREAMS} streams: {} of {} documents answered, {} twice, {} unaccounted for; {} streams \
         told; the server ended after {:.2} s",
        total.answered,
        STREAMS * DOCUMENTS_OF_A_STREAM,
        total.twice,
        total.unaccounted,
        total.drained,
        ended.as_secs_f64()
    );
    assert_eq!((total.answered, total.twice, total.unaccounted), (STREAMS * DOCUMENTS_OF_A_STREAM, 0, 0));
}
