//! The load generator against real servers: every way of sending, both loops, and errors by their codes.

use std::process::Command;
use std::process::Output;
use std::time::Duration;

use serde_json::Value;
use wenmai::error::Error;

use crate::harness::Running;
use crate::harness::literal;
use crate::harness::literally;
use crate::harness::scripted;

async fn bench(server: &Running, arguments: &[&str]) -> Output {
    let target = format!("http://{}", server.address);
    let mut command = Command::new(env!("CARGO_BIN_EXE_wenmai"));
    command.args(["bench", "--target", &target, "--duration", "0.4"]).args(arguments);
    command.env_remove("WENMAI_API_KEY");
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

#[track_caller]
fn json(output: &Output, code: i32) -> Value {
    assert_eq!(output.status.code(), Some(code), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_mode_is_answered_and_measured() {
    let server = Running::start(literal()).await;
    for (mode, per_answer) in [("unary", 1), ("batch", 8), ("stream", 1)] {
        let output = bench(
            &server,
            &["--mode", mode, "--concurrency", "3", "--connections", "2", "--batch", "8", "--json"],
        )
        .await;
        let report = json(&output, 0);
        assert_eq!(report["mode"], mode);
        assert_eq!(report["errors"], Value::Object(serde_json::Map::new()));
        let (answers, documents) =
            (report["answers"].as_u64().unwrap(), report["documents"].as_u64().unwrap());
        assert!(answers > 3, "{report}");
        assert_eq!(documents, answers * per_answer, "{report}");
        let latency = |name: &str| report["latency"][name].as_u64().unwrap();
        let ladder = ["p50", "p90", "p99", "p999", "max"].map(latency);
        assert!(latency("p50") > 0 && ladder.is_sorted(), "{report}");
    }
    let table = bench(&server, &[]).await;
    let text = String::from_utf8(table.stdout).unwrap();
    assert!(text.contains("unary, closed loop, 16 at once") && text.contains("p99.9"), "{text}");
    server.signal();
    server.ended().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_loop_counts_from_when_calls_were_due() {
    let slow = scripted(|document, options, observer| {
        std::thread::sleep(Duration::from_millis(40));
        literally(document, options, observer)
    });
    let server = Running::start(slow).await;
    for mode in ["unary", "stream"] {
        let arguments = ["--mode", mode, "--concurrency", "1", "--batch", "1", "--rate", "200", "--json"];
        let report = json(&bench(&server, &arguments).await, 0);
        // 80 were due. One at a time takes 40 ms, so that the last ones begun were late by most of the time.
        let answers = report["answers"].as_u64().unwrap();
        assert!(answers + report["missed"].as_u64().unwrap() >= 78 && answers < 20, "{report}");
        assert!(report["latency"]["max"].as_u64().unwrap() > 200_000, "{report}");
    }
    // A rate that the server can keep is kept.
    let server = Running::start(literal()).await;
    let report = json(&bench(&server, &["--rate", "50", "--concurrency", "32", "--json"]).await, 0);
    assert_eq!((report["answers"].as_u64(), report["missed"].as_u64()), (Some(20), Some(0)), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_are_counted_by_their_codes() {
    let refusing = scripted(|_, _, _| Err(Error::EmptyDocument));
    let server = Running::start(refusing).await;
    for mode in ["unary", "batch", "stream"] {
        let report =
            json(&bench(&server, &["--mode", mode, "--concurrency", "2", "--batch", "4", "--json"]).await, 1);
        assert_eq!(report["documents"], 0, "{report}");
        let errors = report["errors"].as_object().unwrap();
        assert!(
            errors.keys().eq(["INVALID_ARGUMENT"]) && errors["INVALID_ARGUMENT"].as_u64() > Some(1),
            "{report}"
        );
    }
}

#[test]
fn wrong_arguments_and_absent_servers_have_their_codes() {
    for (arguments, code) in [
        (&["--target", "ftp://x"][..], 2),
        (&["--target", "http://localhost:1", "--rate", "0"], 2),
        (&["--target", "http://localhost:1", "--ca", "ca.pem"], 2),
        (&["--target", "http://localhost:1", "--data", "no such file"], 3),
        (&["--target", "http://127.0.0.1:1"], 6),
    ] {
        let output =
            Command::new(env!("CARGO_BIN_EXE_wenmai")).arg("bench").args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
        assert!(String::from_utf8_lossy(&output.stderr).starts_with("error: "), "{arguments:?}");
    }
}
