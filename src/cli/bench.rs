//! `bench`: documents onto a server, as fast as it answers or at a rate of one's own, and how long the answers took.
//!
//! In a closed loop each worker begins a call when its last one is answered, so that a server that stalls is asked less
//! just then. In an open loop every call is due at a time of its own and counted from that time, however late a worker
//! is free to begin it: what callers would have waited is in the figures.

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Code;
use tonic::Status;
use tonic::metadata::Ascii;
use tonic::metadata::MetadataValue;
use tonic::transport::Certificate;
use tonic::transport::Channel;
use tonic::transport::ClientTlsConfig;
use tonic::transport::Endpoint;

use crate::wire::pb;
use crate::wire::pb::document_result::Outcome;
use crate::wire::pb::document_service_client::DocumentServiceClient;
use crate::wire::pb::stream_analyze_request::Message as Sent;
use crate::wire::pb::stream_analyze_response::Message as Received;

use super::args::BenchArgs;
use super::args::DocumentArgs;
use super::args::Mode;
use super::exit::Failure;
use super::input::Inputs;
use super::report;
use super::table;

/// Sent when there is no data: short documents of our own writing.
const SAMPLE: &str = include_str!("../../models/golden/documents.jsonl");

/// Longest time that the histogram tells apart, in microseconds.
const LONGEST: u64 = 3_600_000_000;

/// Puts a server under load and reports.
pub(super) fn run(arguments: &BenchArgs) -> Result<(), Failure> {
    let documents = documents(arguments)?;
    let endpoint = endpoint(arguments)?;
    let key = key(arguments)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Internal(format!("cannot start the network: {error}")))?;
    let report = runtime.block_on(load(arguments, documents, &endpoint, key))?;
    if arguments.json { table::print_json(&report) } else { report.print() }?;
    let failed: u64 = report.errors.values().sum();
    if failed > 0 {
        return Err(Failure::Documents { failed, total: report.documents + failed });
    }
    Ok(())
}

fn documents(arguments: &BenchArgs) -> Result<Vec<pb::Document>, Failure> {
    let Some(path) = &arguments.data else { return Ok(sample()) };
    let inputs = DocumentArgs {
        paths: vec![path.clone()],
        time_zone: "Asia/Shanghai".to_owned(),
        ..DocumentArgs::default()
    };
    let mut documents = Vec::new();
    for item in Inputs::open(&inputs, None)? {
        let document = item
            .document
            .map_err(|problem| Failure::Usage(format!("--data: {}", problem.into_status().message)))?;
        // The same document is sent many times, and ids must differ.
        documents.push(pb::Document { id: String::new(), ..document });
    }
    if documents.is_empty() {
        return Err(Failure::Usage(format!("--data {}: holds no document", path.display())));
    }
    Ok(documents)
}

fn sample() -> Vec<pb::Document> {
    let rows = SAMPLE.lines().filter_map(|line| serde_json::from_str::<BTreeMap<String, String>>(line).ok());
    rows.map(|mut row| pb::Document {
        title: row.remove("title").unwrap_or_default(),
        source: row.remove("content").map(pb::document::Source::Content),
        ..pb::Document::default()
    })
    .collect()
}

fn endpoint(arguments: &BenchArgs) -> Result<Endpoint, Failure> {
    let usage = |reason: &str| Failure::Usage(format!("--target {:?}: {reason}", arguments.target));
    let endpoint = Endpoint::from_shared(arguments.target.clone()).map_err(|_| usage("not a URL"))?;
    let endpoint = endpoint.connect_timeout(Duration::from_secs(10)).tcp_nodelay(true);
    match (endpoint.uri().scheme_str(), &arguments.ca) {
        (Some("http"), None) => Ok(endpoint),
        (Some("http"), Some(_)) => Err(usage("--ca needs https://")),
        (Some("https"), ca) => {
            let tls = match ca {
                Some(path) => {
                    let pem = std::fs::read(path).map_err(|error| Failure::io(path, error))?;
                    ClientTlsConfig::new().ca_certificate(Certificate::from_pem(pem))
                }
                None => ClientTlsConfig::new().with_native_roots(),
            };
            endpoint.tls_config(tls).map_err(|error| usage(&cause(&error)))
        }
        _ => Err(usage("must begin with http:// or https://")),
    }
}

fn key(arguments: &BenchArgs) -> Result<Option<MetadataValue<Ascii>>, Failure> {
    let Some(key) = arguments.key.as_deref().filter(|key| !key.is_empty()) else { return Ok(None) };
    let mut value: MetadataValue<Ascii> = format!("Bearer {}", key.trim())
        .parse()
        .map_err(|_| Failure::Usage("the key holds characters that no header can carry".to_owned()))?;
    value.set_sensitive(true);
    Ok(Some(value))
}

/// The cause that says something: transport errors wrap theirs several times over.
fn cause(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

async fn load(
    arguments: &BenchArgs,
    documents: Vec<pb::Document>,
    endpoint: &Endpoint,
    key: Option<MetadataValue<Ascii>>,
) -> Result<Report, Failure> {
    let mut channels = Vec::new();
    for _ in 0..arguments.connections.min(arguments.concurrency) {
        channels.push(endpoint.connect().await.map_err(|error| Failure::Server {
            target: arguments.target.clone(),
            reason: format!("cannot connect: {}", cause(&error)),
        })?);
    }
    let begun = Instant::now();
    let shared = Arc::new(Shared {
        documents,
        sent: AtomicU64::new(0),
        pace: Pace {
            begun,
            end: begun + Duration::from_secs_f64(arguments.duration),
            rate: arguments.rate,
            taken: AtomicU64::new(0),
        },
        features: pb::Features {
            classify: Some(pb::ClassifyOptions::default()),
            extract: arguments.facts.then(pb::ExtractOptions::default),
        },
        batch: arguments.batch as usize,
        timeout: Duration::from_secs(arguments.timeout.into()),
        key,
    });
    let mut workers = Vec::new();
    for (_, channel) in (0..arguments.concurrency).zip(channels.iter().cycle()) {
        let client = DocumentServiceClient::new(channel.clone())
            .max_decoding_message_size(usize::MAX)
            .max_encoding_message_size(usize::MAX);
        let worker = Worker { shared: Arc::clone(&shared), client, tally: Tally::new()? };
        workers.push(tokio::spawn(worker.run(arguments.mode)));
    }
    let mut tally = Tally::new()?;
    for worker in workers {
        let part = worker.await.map_err(|error| Failure::Internal(format!("a worker ended: {error}")))?;
        tally.add(&part)?;
    }
    Ok(Report::new(arguments, &shared.pace, &tally))
}

/// When calls are due.
struct Pace {
    begun: Instant,
    end: Instant,
    rate: Option<f64>,
    taken: AtomicU64,
}

impl Pace {
    /// When the next call is due; none when time is up.
    fn next(&self) -> Option<Instant> {
        let now = Instant::now();
        if now >= self.end {
            return None;
        }
        let Some(rate) = self.rate else { return Some(now) };
        let number = self.taken.fetch_add(1, Ordering::Relaxed);
        Some(self.begun + Duration::from_secs_f64(number as f64 / rate)).filter(|due| *due < self.end)
    }

    /// Calls that were due and that nobody was free to begin.
    fn missed(&self) -> u64 {
        let due = |rate: f64| ((self.end - self.begun).as_secs_f64() * rate).ceil() as u64;
        self.rate.map_or(0, |rate| due(rate).saturating_sub(self.taken.load(Ordering::Relaxed)))
    }
}

/// What all workers share.
struct Shared {
    documents: Vec<pb::Document>,
    sent: AtomicU64,
    pace: Pace,
    features: pb::Features,
    batch: usize,
    timeout: Duration,
    key: Option<MetadataValue<Ascii>>,
}

impl Shared {
    fn document(&self) -> pb::Document {
        let number = self.sent.fetch_add(1, Ordering::Relaxed) as usize;
        self.documents.get(number % self.documents.len().max(1)).cloned().unwrap_or_default()
    }

    fn request<T>(&self, message: T) -> tonic::Request<T> {
        let mut request = tonic::Request::new(message);
        if let Some(key) = &self.key {
            request.metadata_mut().insert("authorization", key.clone());
        }
        request
    }

    fn call<T>(&self, message: T) -> tonic::Request<T> {
        let mut request = self.request(message);
        request.set_timeout(self.timeout);
        request
    }
}

/// What came back.
struct Tally {
    /// Microseconds of calls, on streams of documents, that were answered.
    times: Histogram<u64>,
    documents: u64,
    bytes: u64,
    errors: BTreeMap<&'static str, u64>,
}

impl Tally {
    fn new() -> Result<Self, Failure> {
        let times = Histogram::new_with_bounds(1, LONGEST, 3)
            .map_err(|error| Failure::Internal(format!("histogram: {error}")))?;
        Ok(Self { times, documents: 0, bytes: 0, errors: BTreeMap::new() })
    }

    fn add(&mut self, other: &Self) -> Result<(), Failure> {
        self.times.add(&other.times).map_err(|error| Failure::Internal(format!("histogram: {error}")))?;
        self.documents += other.documents;
        self.bytes += other.bytes;
        for (code, count) in &other.errors {
            *self.errors.entry(code).or_default() += count;
        }
        Ok(())
    }

    fn answered(&mut self, since: Instant) {
        self.times.saturating_record(u64::try_from(since.elapsed().as_micros()).unwrap_or(LONGEST));
    }

    fn document(&mut self, bytes: u64) {
        self.documents += 1;
        self.bytes += bytes;
    }

    fn failed(&mut self, code: i32, count: u64) {
        *self.errors.entry(report::code_name(code)).or_default() += count;
    }

    fn status(&mut self, status: &Status, count: u64) {
        // This is how tonic says that the time it was given is over.
        let code = if status.code() == Code::Cancelled { Code::DeadlineExceeded } else { status.code() };
        self.failed(code.into(), count);
    }

    fn result(&mut self, result: &pb::DocumentResult, bytes: u64) {
        match &result.outcome {
            Some(Outcome::Analysis(_)) => self.document(bytes),
            Some(Outcome::Error(status)) => self.failed(status.code, 1),
            None => self.failed(Code::Internal.into(), 1),
        }
    }
}

fn size(document: &pb::Document) -> u64 {
    let content = match &document.source {
        Some(pb::document::Source::Content(text)) => text.len(),
        Some(pb::document::Source::RawContent(raw)) => raw.data.len(),
        None => 0,
    };
    (document.title.len() + content) as u64
}

struct Worker {
    shared: Arc<Shared>,
    client: DocumentServiceClient<Channel>,
    tally: Tally,
}

impl Worker {
    async fn run(mut self, mode: Mode) -> Tally {
        match mode {
            Mode::Unary | Mode::Batch => {
                while let Some(due) = self.shared.pace.next() {
                    tokio::time::sleep_until(due).await;
                    if mode == Mode::Unary { self.unary(due).await } else { self.batch(due).await }
                }
            }
            Mode::Stream => {
                let mut due = self.shared.pace.next();
                while due.is_some() {
                    due = self.stream(due).await;
                }
            }
        }
        self.tally
    }

    async fn unary(&mut self, due: Instant) {
        let document = self.shared.document();
        let bytes = size(&document);
        let request = pb::AnalyzeRequest {
            document: Some(document),
            features: Some(self.shared.features.clone()),
            common: None,
        };
        match self.client.analyze(self.shared.call(request)).await {
            Ok(_) => {
                self.tally.answered(due);
                self.tally.document(bytes);
            }
            Err(status) => self.tally.status(&status, 1),
        }
    }

    async fn batch(&mut self, due: Instant) {
        let documents: Vec<pb::Document> =
            std::iter::repeat_with(|| self.shared.document()).take(self.shared.batch).collect();
        let sizes: Vec<u64> = documents.iter().map(size).collect();
        let request =
            pb::BatchAnalyzeRequest { documents, features: Some(self.shared.features.clone()), common: None };
        match self.client.batch_analyze(self.shared.call(request)).await {
            Ok(answer) => {
                self.tally.answered(due);
                for (result, bytes) in answer.into_inner().results.iter().zip(sizes) {
                    self.tally.result(result, bytes);
                }
            }
            Err(status) => self.tally.status(&status, sizes.len() as u64),
        }
    }

    /// One stream, from the first document, which is due, until time is up or the stream ends. When the next document is
    /// due, for another stream.
    async fn stream(&mut self, first: Option<Instant>) -> Option<Instant> {
        let mut due = first;
        let mut flying: VecDeque<(Instant, u64)> = VecDeque::new();
        if let Err(status) = self.flow(&mut due, &mut flying).await {
            // The document that was due has not been sent where the stream could not be opened.
            let unsent = u64::from(flying.is_empty() && due.take().is_some());
            self.tally.status(&status, flying.len() as u64 + unsent);
            return due.or_else(|| self.shared.pace.next());
        }
        due
    }

    async fn flow(
        &mut self,
        due: &mut Option<Instant>,
        flying: &mut VecDeque<(Instant, u64)>,
    ) -> Result<(), Status> {
        let ended = || Status::unavailable("the stream ended");
        let config = pb::StreamConfig {
            features: Some(self.shared.features.clone()),
            ordered: true,
            max_in_flight: u32::try_from(self.shared.batch).unwrap_or(u32::MAX),
            ..pb::StreamConfig::default()
        };
        let (sender, receiver) = mpsc::channel(self.shared.batch + 1);
        let message = |message| pb::StreamAnalyzeRequest { message: Some(message) };
        sender.send(message(Sent::Config(config))).await.map_err(|_| ended())?;
        let request = self.shared.request(ReceiverStream::new(receiver));
        let mut answers = self.client.stream_analyze(request).await?.into_inner();
        let Some(Received::Started(started)) = answers.message().await?.and_then(|answer| answer.message)
        else {
            return Err(Status::internal("the stream did not begin as it should"));
        };
        let window = self.shared.batch.min(started.max_in_flight as usize).max(1);
        loop {
            if due.is_none() && flying.len() < window {
                *due = self.shared.pace.next();
            }
            let ready = due.filter(|_| flying.len() < window);
            let answer = match ready {
                None if flying.is_empty() => break,
                None => answers.message().await?,
                Some(at) => {
                    let wait = tokio::time::sleep_until(at);
                    tokio::select! {
                        biased;
                        () = wait => {
                            let document = self.shared.document();
                            flying.push_back((at, size(&document)));
                            *due = None;
                            sender.send(message(Sent::Document(document))).await.map_err(|_| ended())?;
                            continue;
                        }
                        answer = answers.message() => answer?,
                    }
                }
            };
            match answer.and_then(|answer| answer.message) {
                Some(Received::Result(result)) => {
                    if let Some((since, bytes)) = flying.pop_front() {
                        if matches!(result.outcome, Some(Outcome::Analysis(_))) {
                            self.tally.answered(since);
                        }
                        self.tally.result(&result, bytes);
                    }
                }
                // A server that drains ends its streams; what it has not answered counts as an error.
                Some(Received::Summary(_)) | None => return Err(ended()),
                Some(Received::Started(_)) => {}
            }
        }
        drop(sender);
        while answers.message().await?.is_some() {}
        Ok(())
    }
}

/// What was measured.
#[derive(Debug, Serialize)]
struct Report {
    target: String,
    mode: &'static str,
    /// Calls or documents a second that were to be begun; none in a closed loop.
    rate: Option<f64>,
    concurrency: u32,
    /// From the first call to the last answer.
    seconds: f64,
    /// Answered calls, on streams answered documents.
    answers: u64,
    documents: u64,
    documents_per_second: f64,
    megabytes_per_second: f64,
    /// Calls that were due and not begun in time.
    missed: u64,
    /// Documents that failed, by gRPC code.
    errors: BTreeMap<&'static str, u64>,
    /// Microseconds of the answers.
    latency: Latency,
}

#[derive(Debug, Serialize)]
struct Latency {
    mean: f64,
    p50: u64,
    p90: u64,
    p99: u64,
    p999: u64,
    max: u64,
}

impl Report {
    fn new(arguments: &BenchArgs, pace: &Pace, tally: &Tally) -> Self {
        let seconds = pace.begun.elapsed().as_secs_f64();
        let at = |share: f64| tally.times.value_at_quantile(share);
        Self {
            target: arguments.target.clone(),
            mode: match arguments.mode {
                Mode::Unary => "unary",
                Mode::Batch => "batch",
                Mode::Stream => "stream",
            },
            rate: arguments.rate,
            concurrency: arguments.concurrency,
            seconds,
            answers: tally.times.len(),
            documents: tally.documents,
            documents_per_second: tally.documents as f64 / seconds,
            megabytes_per_second: tally.bytes as f64 / seconds / 1e6,
            missed: pace.missed(),
            errors: tally.errors.clone(),
            latency: Latency {
                mean: tally.times.mean(),
                p50: at(0.5),
                p90: at(0.9),
                p99: at(0.99),
                p999: at(0.999),
                max: tally.times.max(),
            },
        }
    }

    fn print(&self) -> Result<(), Failure> {
        let pace = self.rate.map_or("closed loop".to_owned(), |rate| format!("open loop, {rate} a second"));
        let milliseconds = |micros: f64| format!("{:.2} ms", micros / 1e3);
        let errors: Vec<String> = self.errors.iter().map(|(code, count)| format!("{code} {count}")).collect();
        table::print_pairs(&[
            ("target", self.target.clone()),
            ("mode", format!("{}, {pace}, {} at once", self.mode, self.concurrency)),
            ("seconds", format!("{:.2}", self.seconds)),
            ("answers", self.answers.to_string()),
            ("documents", format!("{} ({:.0} a second)", self.documents, self.documents_per_second)),
            ("megabytes a second", format!("{:.2}", self.megabytes_per_second)),
            ("missed", self.missed.to_string()),
            ("errors", if errors.is_empty() { "none".to_owned() } else { errors.join(", ") }),
            ("mean", milliseconds(self.latency.mean)),
            ("p50", milliseconds(self.latency.p50 as f64)),
            ("p90", milliseconds(self.latency.p90 as f64)),
            ("p99", milliseconds(self.latency.p99 as f64)),
            ("p99.9", milliseconds(self.latency.p999 as f64)),
            ("max", milliseconds(self.latency.max as f64)),
        ])
    }
}
