//! Encryption of the program itself, with certificates that openssl made.

use std::io::Write as _;
use std::process::Command;
use std::process::Output;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tonic::transport::Certificate;
use tonic::transport::Channel;
use tonic::transport::ClientTlsConfig;
use wenmai::wire::pb::document_service_client::DocumentServiceClient;

use crate::certificates::Authority;
use crate::certificates::Term;
use crate::served::Served;
use crate::served::bundle;
use crate::served::classify;
use crate::served::fetch;
use crate::served::free_port;

/// A server with `server.pem`, and where it tells its metrics.
fn served(authority: &Authority, arguments: &[&str]) -> (tempfile::TempDir, Served, String) {
    let folder = tempfile::tempdir().unwrap();
    bundle(folder.path(), "1", "alpha");
    let path = folder.path().to_str().unwrap().to_owned();
    let http = format!("127.0.0.1:{}", free_port());
    let (certificate, key) = (authority.file("server.pem"), authority.file("server.key"));
    let tls = ["--model", &path, "--http-listen", &http, "--tls-cert", &certificate, "--tls-key", &key];
    let server = Served::start(&[&tls[..], arguments].concat());
    (folder, server, http)
}

fn port(server: &Served) -> &str {
    server.address.rsplit(':').next().unwrap()
}

/// `wenmai health`, as `localhost`.
fn health(server: &Served, arguments: &[&str]) -> Output {
    let target = format!("https://localhost:{}", port(server));
    Command::new(env!("CARGO_BIN_EXE_wenmai"))
        .args(["health", "--target", &target, "--timeout", "10"])
        .args(arguments)
        .output()
        .unwrap()
}

#[track_caller]
fn is_let_in(output: &Output, wanted: bool) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(if wanted { 0 } else { 6 }), "{said}");
}

/// A handshake by openssl: whether it came about, and what it said.
fn shake(server: &Served, arguments: &str) -> (bool, String) {
    let mut child = Command::new("openssl")
        .args(["s_client", "-connect", &format!("localhost:{}", port(server)), "-alpn", "h2"])
        .args(arguments.split(' '))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let _ = child.stdin.take().unwrap().write_all(b"Q\n");
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    (output.status.success() && said.contains("ALPN protocol: h2"), said.into_owned())
}

/// A counter of the server.
fn counted(http: &str, series: &str) -> u64 {
    let (_, body) = fetch(http, "/metrics");
    let line = body.lines().find_map(|line| line.strip_prefix(series)).unwrap_or_else(|| panic!("{body}"));
    line.trim().parse().unwrap()
}

const LOADED: &str = "wenmai_file_reload_total{files=\"certificates\",outcome=\"loaded\"}";
const REFUSED: &str = "wenmai_file_reload_total{files=\"certificates\",outcome=\"refused\"}";

/// Has the files looked at, until the counter moved.
async fn reloaded(server: &Served, http: &str, series: &str) {
    let before = counted(http, series);
    server.signal("HUP");
    crate::served::until(|| async { (counted(http, series) > before).then_some(()) }).await;
}

#[test]
fn only_tls_1_2_and_1_3_are_spoken() {
    let Some(authority) = Authority::new("one") else { return };
    authority.issue("server", "localhost", Term::Now);
    let (_folder, server, _) = served(&authority, &[]);
    for (version, wanted) in [
        ("-tls1_3", true),
        ("-tls1_2", true),
        ("-tls1_1 -cipher DEFAULT@SECLEVEL=0", false),
        ("-tls1 -cipher DEFAULT@SECLEVEL=0", false),
    ] {
        let (came, said) = shake(&server, version);
        assert_eq!(came, wanted, "{version}: {said}");
    }
    let (_folder, server, _) = served(&authority, &["--set", "tls.min_version=1.3"]);
    assert!(shake(&server, "-tls1_3").0);
    assert!(!shake(&server, "-tls1_2").0);
}

#[test]
fn certificates_that_are_wrong_let_nobody_in() {
    let (Some(one), Some(other)) = (Authority::new("one"), Authority::new("other")) else { return };
    one.issue("server", "localhost", Term::Now);
    one.issue("elsewhere", "elsewhere.example", Term::Now);
    one.issue("client", "client", Term::Now);
    one.issue("ended", "client", Term::Ended);
    other.issue("client", "client", Term::Now);
    let (ca, stranger) = (one.file("ca.pem"), other.file("ca.pem"));
    {
        let (_folder, server, _) = served(&one, &[]);
        is_let_in(&health(&server, &["--tls-ca", &ca]), true);
        is_let_in(&health(&server, &["--tls-ca", &stranger]), false);
        is_let_in(&health(&server, &[]), false);
        // Without encryption there is nobody.
        let plain = Command::new(env!("CARGO_BIN_EXE_wenmai"))
            .args(["health", "--timeout", "5", "--target", &server.url()])
            .output()
            .unwrap();
        is_let_in(&plain, false);
    }
    // With authorities of its own the server asks who is calling, on either listener.
    {
        let (_folder, server, _) = served(&one, &["--tls-client-ca", &ca]);
        let ask = |authority: &Authority, name: &str| {
            let (certificate, key) =
                (authority.file(&format!("{name}.pem")), authority.file(&format!("{name}.key")));
            health(&server, &["--tls-ca", &ca, "--tls-cert", &certificate, "--tls-key", &key])
        };
        is_let_in(&ask(&one, "client"), true);
        is_let_in(&ask(&one, "ended"), false);
        is_let_in(&ask(&other, "client"), false);
        is_let_in(&health(&server, &["--tls-ca", &ca]), false);
    }
    // A name that is not the server's.
    one.replace("server", "elsewhere");
    {
        let (_folder, server, _) = served(&one, &[]);
        is_let_in(&health(&server, &["--tls-ca", &ca]), false);
    }
    // What no client would accept is not even begun with.
    one.issue("past", "localhost", Term::Ended);
    one.replace("server", "past");
    let refused = Command::new(env!("CARGO_BIN_EXE_wenmai"))
        .args(["serve", "--listen", "127.0.0.1:0"])
        .args(["--tls-cert", &one.file("server.pem"), "--tls-key", &one.file("server.key")])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(3), "{said}");
    assert!(said.contains("it ended at 2020-02-01"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_revoked_is_shut_out_by_rotation() {
    let Some(authority) = Authority::new("one") else { return };
    authority.issue("server", "localhost", Term::Now);
    authority.issue("client", "client", Term::Now);
    authority.issue("lost", "client", Term::Now);
    authority.revoke(None);
    let (ca, list) = (authority.file("ca.pem"), authority.file("crl.pem"));
    let revoked = format!("tls.client_crl={list}");
    let (_folder, server, http) = served(&authority, &["--tls-client-ca", &ca, "--set", &revoked]);
    let ask = |name: &str| {
        let (certificate, key) =
            (authority.file(&format!("{name}.pem")), authority.file(&format!("{name}.key")));
        health(&server, &["--tls-ca", &ca, "--tls-cert", &certificate, "--tls-key", &key])
    };
    is_let_in(&ask("client"), true);
    is_let_in(&ask("lost"), true);
    authority.revoke(Some("lost"));
    reloaded(&server, &http, LOADED).await;
    is_let_in(&ask("client"), true);
    is_let_in(&ask("lost"), false);
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_change_under_load_and_no_call_fails() {
    let Some(authority) = Authority::new("one") else { return };
    const ROUNDS: usize = 4;
    for name in
        ["server", "bad"].into_iter().map(str::to_owned).chain((0..ROUNDS).map(|n| format!("next{n}")))
    {
        authority.issue(&name, "localhost", if name == "bad" { Term::Ended } else { Term::Now });
    }
    let (_folder, server, http) = served(&authority, &[]);
    let connect = {
        let target = format!("https://localhost:{}", port(&server));
        let ca = Certificate::from_pem(authority.read("ca.pem"));
        move || {
            let tls = ClientTlsConfig::new().ca_certificate(ca.clone());
            let endpoint = Channel::from_shared(target.clone()).unwrap().tls_config(tls).unwrap();
            async move { DocumentServiceClient::new(endpoint.connect().await.unwrap()) }
        }
    };
    let done = Arc::new(AtomicBool::new(false));
    let calls = Arc::new(AtomicUsize::new(0));
    let callers: Vec<_> = (0..4)
        .map(|caller| {
            let (connect, done, calls) = (connect.clone(), Arc::clone(&done), Arc::clone(&calls));
            tokio::spawn(async move {
                let mut client = connect().await;
                while !done.load(Ordering::Relaxed) {
                    // Half of them keep the connection that they began with, the others always take a new one.
                    if caller % 2 == 0 {
                        client = connect().await;
                    }
                    client.classify(classify("全市将实施重点工业项目。", None)).await.unwrap();
                    calls.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    let shown = || {
        let (_, said) = shake(&server, "-tls1_3 -showcerts");
        let certificate = said.split("-----BEGIN").nth(1).and_then(|rest| rest.split("-----END").next());
        certificate.unwrap_or_else(|| panic!("{said}")).to_owned()
    };
    let mut seen = shown();
    for round in 0..ROUNDS {
        authority.replace("server", &format!("next{round}"));
        reloaded(&server, &http, LOADED).await;
        let now = shown();
        assert_ne!(seen, now, "the new certificate is shown");
        seen = now;
        // One that is bad is not taken over, and neither is one that does not fit its key.
        authority.replace("server", "bad");
        reloaded(&server, &http, REFUSED).await;
        assert_eq!(seen, shown());
        std::fs::copy(authority.path(&format!("next{round}.pem")), authority.path("server.pem")).unwrap();
        reloaded(&server, &http, REFUSED).await;
        assert_eq!(seen, shown());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(counted(&http, "wenmai_certificate_expiry_timestamp_seconds") > 1_700_000_000);
    let log = server.log();
    assert!(log.contains("cannot reload; what was in force stays in force"), "{log}");
    assert!(callers.iter().all(|caller| !caller.is_finished()), "no call failed");
    done.store(true, Ordering::Relaxed);
    for caller in callers {
        caller.await.unwrap();
    }
    assert!(calls.load(Ordering::Relaxed) > 4 * ROUNDS);
    println!("{} calls during {ROUNDS} rotations, none failed", calls.load(Ordering::Relaxed));
}
