//! What answering costs a server: CPU time per document beside an echo of the same requests, in one run.
//!
//! ```text
//! cargo bench --bench serving              own text, and the news where they lie beside the repository
//! cargo bench --bench serving -- --echo    the echo alone, as a server: its address is the line it prints
//! ```
//!
//! The echo is a tonic server that decodes a `ClassifyRequest` and answers an empty `ClassifyResponse`. CPU time is that of
//! the server's process, all of its threads, as the kernel counts it; the callers' is left out. The ways take turns, and
//! the best of three rounds is shown.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a benchmark that meets the unexpected shall end, and it prints"
)]

use std::fs;
use std::io::BufRead as _;
use std::io::BufReader;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::Request;
use tonic::Response;
use tonic::Status;
use tonic::Streaming;
use tonic::transport::Channel;
use wenmai::wire::pb;
use wenmai::wire::pb::document_service_client::DocumentServiceClient;
use wenmai::wire::pb::document_service_server::DocumentService;
use wenmai::wire::pb::document_service_server::DocumentServiceServer;
use wenmai::wire::pb::stream_analyze_request::Message as In;
use wenmai::wire::pb::stream_analyze_response::Message as Out;

#[expect(dead_code, reason = "shared with the tests, which use all of it")]
#[path = "../tests/integration/served.rs"]
mod served;
mod texts;

use served::Served;

/// Title and content.
type Text = (String, String);

/// Calls at once, and documents of a list or in flight on a stream.
const CALLERS: usize = 8;
const LIST: usize = 64;
/// Documents of a round.
const DOCUMENTS: usize = 8 * 1024;
const ROUNDS: usize = 3;

/// Answers nothing.
struct Echo;

#[tonic::async_trait]
impl DocumentService for Echo {
    async fn classify(
        &self,
        request: Request<pb::ClassifyRequest>,
    ) -> Result<Response<pb::ClassifyResponse>, Status> {
        drop(request);
        Ok(Response::new(pb::ClassifyResponse::default()))
    }

    async fn extract(&self, _: Request<pb::ExtractRequest>) -> Result<Response<pb::ExtractResponse>, Status> {
        Err(Status::unimplemented("an echo"))
    }

    async fn analyze(&self, _: Request<pb::AnalyzeRequest>) -> Result<Response<pb::AnalyzeResponse>, Status> {
        Err(Status::unimplemented("an echo"))
    }

    async fn batch_analyze(
        &self,
        _: Request<pb::BatchAnalyzeRequest>,
    ) -> Result<Response<pb::BatchAnalyzeResponse>, Status> {
        Err(Status::unimplemented("an echo"))
    }

    type StreamAnalyzeStream = ReceiverStream<Result<pb::StreamAnalyzeResponse, Status>>;

    async fn stream_analyze(
        &self,
        _: Request<Streaming<pb::StreamAnalyzeRequest>>,
    ) -> Result<Response<Self::StreamAnalyzeStream>, Status> {
        Err(Status::unimplemented("an echo"))
    }
}

/// Serves the echo until it is killed.
async fn echo() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("http://{}", listener.local_addr().unwrap());
    let incoming = TcpListenerStream::new(listener);
    let service = DocumentServiceServer::new(Echo);
    tonic::transport::Server::builder().add_service(service).serve_with_incoming(incoming).await.unwrap();
}

/// The echo as a process of its own.
struct Echoing {
    child: Child,
    url: String,
}

impl Echoing {
    fn start() -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .arg("--echo")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut url).unwrap();
        Self { child, url: url.trim().to_owned() }
    }
}

impl Drop for Echoing {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// CPU time of a process so far, in nanoseconds: of the threads that live.
fn spent(process: u32) -> u64 {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).unwrap();
    let of_task = |task: fs::DirEntry| {
        let text = fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
        text.split(' ').next().and_then(|first| first.parse::<u64>().ok()).unwrap_or(0)
    };
    tasks.flatten().map(of_task).sum()
}

fn document(texts: &[Text], number: usize) -> pb::Document {
    let (title, content) = texts[number % texts.len()].clone();
    let source = Some(pb::document::Source::Content(content));
    pb::Document { title, source, ..pb::Document::default() }
}

fn features() -> Option<pb::Features> {
    Some(pb::Features { classify: Some(pb::ClassifyOptions::default()), ..pb::Features::default() })
}

async fn channel(url: &str) -> Channel {
    Channel::from_shared(url.to_owned()).unwrap().connect().await.unwrap()
}

/// Each document by a call of its own.
async fn unary(url: &str, texts: &Arc<Vec<Text>>) {
    let next = Arc::new(AtomicUsize::new(0));
    let mut callers = Vec::new();
    for _ in 0..CALLERS {
        let (mut client, next, texts) =
            (DocumentServiceClient::new(channel(url).await), Arc::clone(&next), Arc::clone(texts));
        callers.push(tokio::spawn(async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= DOCUMENTS {
                    return;
                }
                let request = pb::ClassifyRequest {
                    document: Some(document(&texts, number)),
                    ..pb::ClassifyRequest::default()
                };
                client.classify(request).await.unwrap();
            }
        }));
    }
    for caller in callers {
        caller.await.unwrap();
    }
}

/// Lists of documents, two at a time.
async fn lists(url: &str, texts: &Arc<Vec<Text>>) {
    let mut callers = Vec::new();
    for caller in 0..2 {
        let (client, texts) = (DocumentServiceClient::new(channel(url).await), Arc::clone(texts));
        let mut client = client.max_decoding_message_size(64 << 20);
        callers.push(tokio::spawn(async move {
            for list in 0..DOCUMENTS / LIST / 2 {
                let first = (2 * list + caller) * LIST;
                let request = pb::BatchAnalyzeRequest {
                    documents: (first..first + LIST).map(|number| document(&texts, number)).collect(),
                    features: features(),
                    ..pb::BatchAnalyzeRequest::default()
                };
                let answer = client.batch_analyze(request).await.unwrap().into_inner();
                assert_eq!(answer.results.len(), LIST);
            }
        }));
    }
    for caller in callers {
        caller.await.unwrap();
    }
}

/// One stream with so many documents in flight.
async fn stream(url: &str, texts: &Arc<Vec<Text>>) {
    let mut client = DocumentServiceClient::new(channel(url).await);
    let (sender, receiver) = mpsc::channel(LIST);
    let sent = Arc::clone(texts);
    tokio::spawn(async move {
        let config = pb::StreamConfig { features: features(), ..pb::StreamConfig::default() };
        let message = |message| pb::StreamAnalyzeRequest { message: Some(message) };
        sender.send(message(In::Config(config))).await.unwrap();
        for number in 0..DOCUMENTS {
            sender.send(message(In::Document(document(&sent, number)))).await.unwrap();
        }
    });
    let mut answers = client.stream_analyze(ReceiverStream::new(receiver)).await.unwrap().into_inner();
    let mut results = 0;
    while let Some(answer) = answers.message().await.unwrap() {
        results += usize::from(matches!(answer.message, Some(Out::Result(_))));
    }
    assert_eq!(results, DOCUMENTS);
}

async fn table(name: &str, texts: Vec<Text>) {
    let bytes: usize = (0..DOCUMENTS).map(|number| texts[number % texts.len()].1.len()).sum();
    let texts = Arc::new(texts);
    let echo = Echoing::start();
    // A list of so many documents of the largest size has to fit into what is admitted.
    let lists_of_64 = format!("limits.max_batch_documents={LIST}");
    let server = Served::start(&[
        "--set",
        "telemetry.log=warn",
        "--set",
        &lists_of_64,
        "--set",
        "limits.max_document_bytes=262144",
    ]);
    let mut best = [u64::MAX; 4];
    // The first round warms both up.
    for round in 0..=ROUNDS {
        for (way, best) in best.iter_mut().enumerate() {
            let process = if way == 0 { echo.child.id() } else { server.id() };
            let before = spent(process);
            match way {
                0 => unary(&echo.url, &texts).await,
                1 => unary(&server.url(), &texts).await,
                2 => lists(&server.url(), &texts).await,
                _ => stream(&server.url(), &texts).await,
            }
            if round > 0 {
                *best = (*best).min(spent(process) - before);
            }
        }
    }
    println!("\n{name}: {DOCUMENTS} documents, {} bytes each on average", bytes / DOCUMENTS);
    println!("{:<28} {:>16} {:>16}", "server", "CPU µs/document", "x unary echo");
    let ways = ["echo, unary", "Classify, unary", "BatchAnalyze, lists of 64", "StreamAnalyze, 64 in flight"];
    for (way, nanos) in ways.iter().zip(best) {
        let micros = nanos as f64 / 1e3 / DOCUMENTS as f64;
        println!("{way:<28} {micros:>16.1} {:>16.2}", nanos as f64 / best[0] as f64);
    }
}

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    if std::env::args().any(|argument| argument == "--echo") {
        return runtime.block_on(echo());
    }
    runtime.block_on(table("own text", texts::own()));
    match texts::news(50) {
        Some(texts) => runtime.block_on(table("news", texts)),
        None => println!("\nskip: no news beside the repository"),
    }
}
