//! All documents on one call, which is taken up again when it breaks.
//!
//! ```text
//! answer() ─jobs→ driver ─documents→ server
//!    ↑              │ ↑
//!    └──one reply───┘ └──results───── server
//! ```
//!
//! The driver keeps every document until its result is there. A stream that ends early, because the server drains or
//! the line is cut, is opened anew and what is unanswered is sent again; a result is handed over once and its document
//! forgotten, so a second one for it finds nobody. Every method of the service is free of side effects, so sending a
//! document twice changes nothing.

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::time::Duration;
use std::time::Instant;

use prost::Message as _;
use tokio::sync::mpsc;
use tokio::sync::oneshot;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Code;
use tonic::Status;
use tonic::metadata::Ascii;
use tonic::metadata::MetadataValue;
use tonic::transport::Channel;
use tonic_types::StatusExt as _;
use tonic_types::pb as rpc;

use crate::cli::args::AccessArgs;
use crate::cli::exit::Failure;
use crate::cli::pipeline::Answer;
use crate::cli::pipeline::Backend;
use crate::cli::request::Request;
use crate::wire::pb;
use crate::wire::pb::document_result::Outcome;
use crate::wire::pb::document_service_client::DocumentServiceClient;
use crate::wire::pb::stream_analyze_request::Message as In;
use crate::wire::pb::stream_analyze_response::Message as Out;

use super::MAX_ANSWER;
use super::connection;
use super::connection::BACKOFF;
use super::connection::Connection;
use super::connection::MAX_BACKOFF;

/// Documents in flight when `--jobs` is not given.
pub const DEFAULT_JOBS: usize = 32;

/// Documents that wait to be written to the connection.
const OUTBOUND: usize = 4;

/// A server that is asked on one stream.
pub struct StreamRemote {
    connection: Connection,
    jobs: mpsc::Sender<Job>,
}

/// A document and who waits for its answer.
struct Job {
    document: pb::Document,
    reply: oneshot::Sender<Result<Answer, Status>>,
}

impl StreamRemote {
    /// Connects to `target`; `jobs` documents are in flight at most.
    ///
    /// # Errors
    /// As [`super::Remote::connect`].
    pub fn connect(
        target: &str,
        access: &AccessArgs,
        request: Request,
        jobs: usize,
    ) -> Result<Self, Failure> {
        let connection = Connection::open(target, access)?;
        let (sender, receiver) = mpsc::channel(jobs.max(1));
        let config = pb::StreamConfig {
            features: Some(request.features),
            common: Some(request.common),
            // Who prints the results puts them in order; a slow document then holds up no other.
            ordered: false,
            max_in_flight: u32::try_from(jobs).unwrap_or(u32::MAX),
        };
        let driver = Driver {
            client: DocumentServiceClient::new(connection.channel.clone())
                .max_decoding_message_size(MAX_ANSWER)
                .max_encoding_message_size(MAX_ANSWER),
            key: connection.key(),
            config,
            patience: connection.timeout,
            jobs: receiver,
            unanswered: BTreeMap::new(),
            next: 0,
            sent: 0,
            progress: Instant::now(),
        };
        connection.runtime.spawn(driver.run());
        Ok(Self { connection, jobs: sender })
    }

    async fn ask(&self, document: pb::Document) -> Result<Answer, Status> {
        let (reply, answer) = oneshot::channel();
        let gone = || Status::unavailable("the stream ended");
        self.jobs.send(Job { document, reply }).await.map_err(|_| gone())?;
        match tokio::time::timeout(self.connection.timeout, answer).await {
            Ok(answered) => answered.map_err(|_| gone())?,
            Err(_) => Err(Status::deadline_exceeded("no answer in time")),
        }
    }
}

impl Backend for StreamRemote {
    fn answer(&self, document: pb::Document) -> Result<Answer, Failure> {
        match self.connection.runtime.block_on(self.ask(document)) {
            Ok(answer) => Ok(answer),
            Err(status) if connection::concerns_document(&status) => Ok(Err(connection::rpc_status(&status))),
            Err(status) => Err(connection::refused(&self.connection.target, &status)),
        }
    }
}

/// What holds the documents and speaks with the server.
struct Driver {
    client: DocumentServiceClient<Channel>,
    key: Option<MetadataValue<Ascii>>,
    config: pb::StreamConfig,
    /// How long the server may be away before the run is given up.
    patience: Duration,
    jobs: mpsc::Receiver<Job>,
    /// By their number.
    unanswered: BTreeMap<u64, Job>,
    next: u64,
    /// Documents sent so far, those sent again included: part of their id on the wire, which is new each time.
    sent: u64,
    /// When something last went well.
    progress: Instant,
}

/// Why a stream ended.
enum End {
    /// There is nothing more to ask.
    Done,
    /// The server is stopping, or the line was cut: go on with the next one.
    Broken(Status),
    /// Asking again would not help.
    Refused(Status),
}

impl Driver {
    /// Answers jobs until nobody has more, or the server cannot be had.
    async fn run(mut self) {
        let mut backoff = BACKOFF;
        loop {
            let before = self.progress;
            let status = match self.converse().await {
                End::Done => return,
                End::Refused(status) => return self.give_up(&status),
                End::Broken(status) => status,
            };
            if self.progress > before {
                backoff = BACKOFF;
            }
            let pause = connection::pause(&status, backoff).unwrap_or(backoff);
            if self.progress.elapsed() + pause >= self.patience {
                return self.give_up(&status);
            }
            tokio::time::sleep(pause).await;
            backoff = (backoff * 2).min(MAX_BACKOFF);
        }
    }

    /// Tells everyone who waits, and everyone still to come, what the server said.
    fn give_up(mut self, status: &Status) {
        self.jobs.close();
        for (_, job) in std::mem::take(&mut self.unanswered) {
            let _ = job.reply.send(Err(status.clone()));
        }
        while let Ok(job) = self.jobs.try_recv() {
            let _ = job.reply.send(Err(status.clone()));
        }
    }

    /// One stream, from its configuration to its end.
    async fn converse(&mut self) -> End {
        // Nothing is opened before there is something to send.
        if self.unanswered.is_empty() {
            match self.jobs.recv().await {
                Some(job) => {
                    self.keep(job);
                }
                None => return End::Done,
            }
        }
        let (outbound, requests) = mpsc::channel(OUTBOUND);
        let config = pb::StreamAnalyzeRequest { message: Some(In::Config(self.config.clone())) };
        if outbound.send(config).await.is_err() {
            return End::Broken(Status::unavailable("the stream ended"));
        }
        let call = connection::with_key(ReceiverStream::new(requests), self.key.as_ref());
        let mut inbound = match self.client.stream_analyze(call).await {
            Ok(response) => response.into_inner(),
            Err(status) => return ended(status),
        };
        let mut outbound = Some(outbound);
        let mut more = true;
        // Whoever gave up waiting needs no answer.
        self.unanswered.retain(|_, job| !job.reply.is_closed());
        let mut waiting: VecDeque<u64> = self.unanswered.keys().copied().collect();
        let mut later: Vec<(Instant, u64)> = Vec::new();
        loop {
            if !more && self.unanswered.is_empty() {
                // Closing our side asks for the summary.
                outbound = None;
            }
            let wake = later.iter().map(|(at, _)| *at).min();
            tokio::select! {
                message = inbound.message() => match self.received(message, &mut later) {
                    Some(_) if !more && self.unanswered.is_empty() => return End::Done,
                    Some(end) => return end,
                    None => self.progress = Instant::now(),
                },
                place = reserve(outbound.clone()), if outbound.is_some() && !waiting.is_empty() => match place {
                    Some(place) => if let Some(number) = waiting.pop_front()
                        && let Some(request) = self.request(number)
                    {
                        place.send(request);
                    },
                    // The server reads no more; what it still has to say comes on the other way.
                    None => outbound = None,
                },
                job = self.jobs.recv(), if more => match job {
                    Some(job) => waiting.push_back(self.keep(job)),
                    None => more = false,
                },
                () = until(wake) => {
                    let now = Instant::now();
                    waiting.extend(later.extract_if(.., |(at, _)| *at <= now).map(|(_, number)| number));
                }
            }
        }
    }

    fn keep(&mut self, job: Job) -> u64 {
        if self.unanswered.is_empty() {
            // Until now there was nothing to wait for.
            self.progress = Instant::now();
        }
        let number = self.next;
        self.next += 1;
        self.unanswered.insert(number, job);
        number
    }

    /// The message that sends a document. Servers refuse an id that comes twice on one stream, and documents may share
    /// theirs or have none, so each sending has its own.
    fn request(&mut self, number: u64) -> Option<pb::StreamAnalyzeRequest> {
        let job = self.unanswered.get(&number)?;
        let mut document = job.document.clone();
        document.id = format!("{number}.{}", self.sent);
        self.sent += 1;
        Some(pb::StreamAnalyzeRequest { message: Some(In::Document(document)) })
    }

    /// Takes what the server said; tells when that was the last.
    fn received(
        &mut self,
        message: Result<Option<pb::StreamAnalyzeResponse>, Status>,
        later: &mut Vec<(Instant, u64)>,
    ) -> Option<End> {
        let message = match message {
            Ok(Some(message)) => message.message,
            Ok(None) => return Some(End::Broken(Status::unavailable("the server ended the stream"))),
            Err(status) => return Some(ended(status)),
        };
        match message {
            Some(Out::Result(result)) => self.landed(result, later),
            Some(Out::Summary(pb::StreamSummary { draining, .. })) => {
                let why = if draining { "the server is stopping" } else { "the server ended the stream" };
                return Some(End::Broken(Status::unavailable(why)));
            }
            // A message of a later version of the contract.
            Some(Out::Started(_)) | None => {}
        }
        None
    }

    /// Hands a result over, or notes when its document shall be sent again.
    fn landed(&mut self, result: pb::DocumentResult, later: &mut Vec<(Instant, u64)>) {
        let number = result.document_id.split_once('.').and_then(|(number, _)| number.parse().ok());
        let Some(number) = number else { return };
        let answer = match result.outcome {
            Some(Outcome::Analysis(analysis)) => Ok(analysis),
            Some(Outcome::Error(error)) => {
                if let Some(pause) = retry(&error)
                    && self.unanswered.contains_key(&number)
                {
                    later.push((Instant::now() + pause, number));
                    return;
                }
                Err(error)
            }
            None => Err(rpc::Status {
                code: Code::Internal.into(),
                message: "the server answered without an outcome".to_owned(),
                details: Vec::new(),
            }),
        };
        if let Some(job) = self.unanswered.remove(&number) {
            let _ = job.reply.send(Ok(answer));
        }
    }
}

/// A place for one more message; none once the server reads no more.
async fn reserve(
    outbound: Option<mpsc::Sender<pb::StreamAnalyzeRequest>>,
) -> Option<mpsc::OwnedPermit<pb::StreamAnalyzeRequest>> {
    outbound?.reserve_owned().await.ok()
}

async fn until(wake: Option<Instant>) {
    match wake {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}

/// What a status at the end of a stream means.
fn ended(status: Status) -> End {
    // What has a source did not come from the server but from the way to it.
    let transport = std::error::Error::source(&status).is_some();
    if transport || connection::pause(&status, BACKOFF).is_some() {
        End::Broken(status)
    } else {
        End::Refused(status)
    }
}

/// When a document that was turned away for now shall be sent again; none when that would not help.
fn retry(error: &rpc::Status) -> Option<Duration> {
    let code = Code::from(error.code);
    if code != Code::ResourceExhausted && code != Code::Unavailable {
        return None;
    }
    let status = Status::with_details(code, "", error.encode_to_vec().into());
    status.get_details_retry_info()?.retry_delay.map(|delay| delay.min(MAX_BACKOFF))
}
