//! Where settings come from, what is refused, and what is shown of them.

use std::path::Path;
use std::process::Command;
use std::process::Output;

use wenmai::wire::pb;

use crate::served::Served;
use crate::served::bundle;

fn wenmai(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wenmai"))
        .args(arguments)
        .envs(variables.iter().copied())
        .output()
        .unwrap()
}

fn written(folder: &Path, text: &str) -> String {
    let path = folder.join("wenmai.toml");
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn flags_go_before_the_environment_before_the_file_before_defaults() {
    let folder = tempfile::tempdir().unwrap();
    let file = written(
        folder.path(),
        "[server]\nworkers = 2\nmax_connections = 5\n[limits]\nmax_document_bytes = \"2KiB\"\n\
         [telemetry]\notlp_headers = { authorization = \"hunter2\" }\n",
    );
    let variables = [("WENMAI_SERVER_WORKERS", "3"), ("WENMAI_SERVER_MAX_CONNECTIONS", "6")];
    let shown = wenmai(&["config", "show", "--config", &file, "--workers", "4"], &variables);
    assert_eq!(shown.status.code(), Some(0), "{}", String::from_utf8_lossy(&shown.stderr));
    let shown = String::from_utf8(shown.stdout).unwrap();
    for line in [
        "workers = 4  # flag",
        "max_connections = 6  # environment",
        "max_document_bytes = 2048  # file",
        "max_batch_documents = 32  # default",
    ] {
        assert!(shown.lines().any(|shown| shown == line), "{line}: {shown}");
    }
    assert!(!shown.contains("hunter2"), "{shown}");
    // What is shown is itself a file that gives the same.
    let again = written(folder.path(), &shown.replace("\"(hidden)\"", "\"hunter2\""));
    let shown_again = String::from_utf8(wenmai(&["config", "show", "--config", &again], &[]).stdout).unwrap();
    let bare = |text: &str| -> Vec<String> {
        text.lines().map(|line| line.split("  # ").next().unwrap().to_owned()).collect()
    };
    assert_eq!(bare(&shown_again), bare(&shown));
}

#[test]
fn settings_that_cannot_go_together_are_refused_with_every_reason() {
    let arguments = [
        "--max-document-bytes",
        "9000000",
        "--set",
        "tls.client_crl=crl.pem",
        "--admin-listen",
        "0.0.0.0:50052",
        "--set",
        "server.workers=0",
    ];
    for command in [&["config", "check"][..], &["serve"]] {
        let refused = wenmai(&[command, &arguments].concat(), &[]);
        let told = String::from_utf8(refused.stderr).unwrap();
        assert_eq!(refused.status.code(), Some(2), "{command:?}: {told}");
        for reason in [
            "limits.max_request_bytes is",
            "could never be admitted",
            "tls.client_crl is set, but without tls.client_ca",
            "neither auth.keys nor tls.client_ca says who may change the server",
            "server.workers is 0",
        ] {
            assert!(told.contains(reason), "{command:?}: {reason}: {told}");
        }
    }
    let checked = wenmai(&["config", "check"], &[]);
    assert_eq!(checked.status.code(), Some(0), "{}", String::from_utf8_lossy(&checked.stderr));
}

#[test]
fn what_cannot_be_read_names_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let file = written(folder.path(), "[limits]\n\nmax_document_byte = 1\n");
    let refused = wenmai(&["config", "check", "--config", &file], &[]);
    let told = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(told.contains(&format!("{file}:3: limits.max_document_byte: unknown field")), "{told}");
    let refused = wenmai(&["config", "check"], &[("WENMAI_DRAIN_GRACE", "soon")]);
    let told = String::from_utf8(refused.stderr).unwrap();
    assert!(told.contains("WENMAI_DRAIN_GRACE: drain.grace: "), "{told}");
    let refused = wenmai(&["config", "check", "--config", "/no/such/file"], &[]);
    assert_eq!(refused.status.code(), Some(3));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_tells_its_settings_and_publishes_its_limits() {
    let folder = tempfile::tempdir().unwrap();
    bundle(folder.path(), "1", "alpha");
    let server = Served::start(&[
        "--model",
        folder.path().to_str().unwrap(),
        "--max-document-bytes",
        "5000",
        "--set",
        "telemetry.otlp_headers={ authorization = \"hunter2\" }",
        "--set",
        "server.max_call_time=7s",
    ]);
    let log = server.log();
    assert!(log.contains("max_document_bytes=5000"), "{log}");
    assert!(!log.contains("hunter2"), "{log}");
    let info = server.models().await.get_server_info(pb::GetServerInfoRequest {}).await.unwrap().into_inner();
    let limits = info.limits.unwrap();
    assert_eq!(limits.max_document_bytes, 5000);
    assert_eq!(limits.max_call_time.unwrap().seconds, 7);
    let list = u64::from(limits.max_batch_documents) * u64::from(limits.max_document_bytes + 1024);
    assert!(limits.max_admitted_bytes >= list && u64::from(limits.max_request_bytes) >= list, "{limits:?}");
}
