//! `--target` against servers that behave on purpose: slow, busy, locked, gone, behind TLS.

use std::collections::VecDeque;
use std::path::Path;
use std::process::Command;
use std::process::Output;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tonic::Code;
use tonic::Request;
use tonic::Response;
use tonic::Status;
use tonic::Streaming;
use tonic::transport::Identity;
use tonic::transport::Server;
use tonic::transport::ServerTlsConfig;
use tonic::transport::server::TcpIncoming;
use tonic_types::ErrorDetails;
use tonic_types::StatusExt as _;
use wenmai::wire::pb;
use wenmai::wire::pb::document_service_server::DocumentService;
use wenmai::wire::pb::document_service_server::DocumentServiceServer;

/// Answers from a list, then with an empty analysis; remembers what it was asked.
#[derive(Clone, Default)]
struct Scripted {
    answers: Arc<Mutex<VecDeque<Status>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Asked {
    id: String,
    key: Option<String>,
}

#[tonic::async_trait]
impl DocumentService for Scripted {
    async fn analyze(
        &self,
        request: Request<pb::AnalyzeRequest>,
    ) -> Result<Response<pb::AnalyzeResponse>, Status> {
        let key = request.metadata().get("authorization").map(|key| key.to_str().unwrap().to_owned());
        let id = request.into_inner().document.unwrap().id;
        let asked = Asked { id: id.clone(), key };
        self.asked.lock().unwrap().push(asked);
        if id == "slow" {
            tokio::time::sleep(Duration::from_secs(30)).await;
        }
        match self.answers.lock().unwrap().pop_front() {
            Some(status) => Err(status),
            None => Ok(Response::new(pb::AnalyzeResponse {
                analysis: Some(pb::Analysis::default()),
                ..Default::default()
            })),
        }
    }

    async fn classify(
        &self,
        _: Request<pb::ClassifyRequest>,
    ) -> Result<Response<pb::ClassifyResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn extract(&self, _: Request<pb::ExtractRequest>) -> Result<Response<pb::ExtractResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn batch_analyze(
        &self,
        _: Request<pb::BatchAnalyzeRequest>,
    ) -> Result<Response<pb::BatchAnalyzeResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    type StreamAnalyzeStream = tokio_stream::Empty<Result<pb::StreamAnalyzeResponse, Status>>;

    async fn stream_analyze(
        &self,
        _: Request<Streaming<pb::StreamAnalyzeRequest>>,
    ) -> Result<Response<Self::StreamAnalyzeStream>, Status> {
        Err(Status::unimplemented(""))
    }
}

/// A scripted server that lives as long as this.
struct Running {
    script: Scripted,
    port: u16,
    _runtime: Runtime,
}

impl Running {
    fn start(answers: impl IntoIterator<Item = Status>, tls: Option<ServerTlsConfig>) -> Self {
        let script = Scripted::default();
        script.answers.lock().unwrap().extend(answers);
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let port = listener.local_addr().unwrap().port();
        let service = DocumentServiceServer::new(script.clone());
        let mut server = Server::builder();
        if let Some(tls) = tls {
            server = server.tls_config(tls).unwrap();
        }
        runtime.spawn(server.add_service(service).serve_with_incoming(TcpIncoming::from(listener)));
        Self { script, port, _runtime: runtime }
    }

    fn asked(&self) -> Vec<Asked> {
        self.script.asked.lock().unwrap().clone()
    }
}

fn analyze(target: &str, arguments: &[&str], rows: &str) -> Output {
    use std::io::Write as _;
    let mut child = Command::new(env!("CARGO_BIN_EXE_wenmai"))
        .args(["analyze", "--json", "--jobs", "1", "--target", target])
        .args(arguments)
        .env_remove("WENMAI_API_KEY")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The program may end before it has read everything.
    let _ = child.stdin.take().unwrap().write_all(rows.as_bytes());
    child.wait_with_output().unwrap()
}

const TWO: &str = "{\"id\":\"a\",\"text\":\"甲\"}\n{\"id\":\"b\",\"text\":\"乙\"}\n";

#[track_caller]
fn check(output: &Output, code: i32, lines: &[&str], complaint: &str) {
    assert_eq!(String::from_utf8_lossy(&output.stderr), complaint);
    let out = String::from_utf8_lossy(&output.stdout);
    assert_eq!(out.lines().collect::<Vec<_>>(), lines);
    assert_eq!(output.status.code(), Some(code));
}

const BOTH: [&str; 2] =
    [r#"{"documentId":"a","analysis":{}}"#, r#"{"documentId":"b","index":"1","analysis":{}}"#];

#[test]
fn busy_servers_are_asked_again_after_the_time_they_name() {
    let retry = ErrorDetails::with_retry_info(Some(Duration::from_millis(300)));
    let busy = Status::with_error_details(Code::ResourceExhausted, "busy", retry);
    let server = Running::start([busy, Status::unavailable("loading")], None);
    let begun = std::time::Instant::now();
    let output = analyze(&format!("http://127.0.0.1:{}", server.port), &[], TWO);
    check(&output, 0, &BOTH, "");
    assert!(begun.elapsed() >= Duration::from_millis(300));
    let ids: Vec<_> = server.asked().into_iter().map(|asked| asked.id).collect();
    assert_eq!(ids, ["a", "a", "a", "b"]);
}

#[test]
fn what_concerns_one_document_stops_no_other() {
    let server = Running::start([Status::invalid_argument("too strange")], None);
    let output = analyze(&format!("http://127.0.0.1:{}", server.port), &[], TWO);
    let error = r#"{"documentId":"a","error":{"code":3,"message":"too strange"}}"#;
    check(&output, 1, &[error, BOTH[1]], "error: 1 of 2 documents failed\n");
}

#[test]
fn wrong_options_are_said_once() {
    let details = ErrorDetails::with_bad_request_violation("features.classify.label_ids[0]", "no such label");
    let wrong = Status::with_error_details(Code::InvalidArgument, "invalid request", details);
    let server = Running::start([wrong], None);
    let output = analyze(&format!("http://127.0.0.1:{}", server.port), &["--labels", "x"], TWO);
    check(&output, 2, &[], "error: no such label\n");
}

#[test]
fn callers_who_are_refused_end_with_code_6() {
    let server = Running::start([Status::unauthenticated("no key")], None);
    let target = format!("http://127.0.0.1:{}", server.port);
    let output = analyze(&target, &[], TWO);
    check(&output, 6, &[], &format!("error: {target}: UNAUTHENTICATED: no key\n"));
}

#[test]
fn slow_documents_fail_alone() {
    let server = Running::start([], None);
    let rows = "{\"id\":\"slow\",\"text\":\"甲\"}\n{\"id\":\"b\",\"text\":\"乙\"}\n";
    let output = analyze(&format!("http://127.0.0.1:{}", server.port), &["--timeout", "1"], rows);
    assert_eq!(output.status.code(), Some(1));
    let out = String::from_utf8_lossy(&output.stdout);
    assert!(out.starts_with(r#"{"documentId":"slow","error":{"code":4,"#), "{out}");
    assert!(out.lines().nth(1) == Some(BOTH[1]), "{out}");
}

/// A certificate authority and a certificate for localhost in `folder`; none without openssl.
fn certificates(folder: &Path) -> Option<ServerTlsConfig> {
    let openssl = |arguments: &str| {
        let run = Command::new("openssl")
            .args(arguments.split(' '))
            .current_dir(folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        run.is_ok_and(|status| status.success()).then_some(())
    };
    std::fs::write(folder.join("ext"), "subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n").unwrap();
    openssl("req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=ca -keyout ca.key -out ca.pem")?;
    openssl("req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout server.key -out server.csr")?;
    openssl(
        "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -days 2 -set_serial 1 -extfile ext -out server.pem",
    )?;
    let read = |name| std::fs::read(folder.join(name)).unwrap();
    Some(ServerTlsConfig::new().identity(Identity::from_pem(read("server.pem"), read("server.key"))))
}

#[test]
fn tls_and_keys_reach_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let Some(tls) = certificates(folder.path()) else {
        println!("skipped: no openssl here to make certificates with");
        return;
    };
    let server = Running::start([], Some(tls));
    let target = format!("https://localhost:{}", server.port);
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(file("key"), "sesame\n").unwrap();
    let output = analyze(&target, &["--ca", &file("ca.pem"), "--api-key-file", &file("key")], TWO);
    check(&output, 0, &BOTH, "");
    assert!(server.asked().iter().all(|asked| asked.key.as_deref() == Some("Bearer sesame")));
    // The system's own authorities do not know ours, and the certificate does not know the other name.
    for (target, ca) in [(&target, None), (&target.replace("localhost", "127.0.0.1"), Some(file("ca.pem")))] {
        let arguments: Vec<&str> = ca.as_deref().map_or(Vec::new(), |ca| vec!["--ca", ca]);
        let output = analyze(target, &arguments, TWO);
        assert_eq!(output.status.code(), Some(6), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(output.stdout.is_empty());
    }
}
