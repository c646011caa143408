//! A running server answers.
//!
//! One Analyze call per document, many at once on one HTTP/2 connection: answers keep their size limit, a document that
//! fails does so alone, and what a busy server turns away is asked again after the time it names. For long runs there
//! is [`stream`], which sends all documents on one call.

mod connection;
pub mod admin;
pub mod health;
pub mod stream;

use std::time::Duration;
use std::time::Instant;

use tonic::Code;
use tonic::Status;

use crate::wire::pb;
use crate::wire::pb::document_service_client::DocumentServiceClient;

use super::args::AccessArgs;
use super::exit::Failure;
use super::pipeline::Answer;
use super::pipeline::Backend;
use super::request::Request;
use connection::BACKOFF;
use connection::Connection;
use connection::MAX_BACKOFF;

/// Documents at once when `--jobs` is not given: enough to keep a server busy over a long line.
pub const DEFAULT_JOBS: usize = 8;

/// Answers may be as large as the server allows; its own limit is the one that counts.
const MAX_ANSWER: usize = u32::MAX as usize;

/// A server that is asked once for each document.
pub struct Remote {
    connection: Connection,
    request: Request,
}

impl Remote {
    /// Connects to `target`.
    ///
    /// # Errors
    /// [`Failure::Usage`] for what is no URL or key, [`Failure::Io`] for a file that cannot be read, and
    /// [`Failure::Server`] when nobody answers there.
    pub fn connect(target: &str, arguments: &AccessArgs, request: Request) -> Result<Self, Failure> {
        Ok(Self { connection: Connection::open(target, arguments)?, request })
    }

    async fn ask(&self, document: &pb::Document, timeout: Duration) -> Result<pb::Analysis, Status> {
        let mut client = DocumentServiceClient::new(self.connection.channel.clone())
            .max_decoding_message_size(MAX_ANSWER)
            .max_encoding_message_size(MAX_ANSWER);
        let mut call = self.connection.request(pb::AnalyzeRequest {
            document: Some(document.clone()),
            features: Some(self.request.features.clone()),
            common: Some(self.request.common.clone()),
        });
        call.set_timeout(timeout);
        let answer = client.analyze(call).await?.into_inner();
        answer.analysis.ok_or_else(|| Status::internal("the server answered without an analysis"))
    }

    /// Asks, and asks again while the server is busy or away for a moment.
    async fn insist(&self, document: &pb::Document) -> Result<pb::Analysis, Status> {
        let end = Instant::now() + self.connection.timeout;
        let mut backoff = BACKOFF;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let status = match self.ask(document, left).await {
                // This is how tonic says that the time it was given is over, on either side of the line.
                Err(status) if status.code() == Code::Cancelled => {
                    return Err(Status::deadline_exceeded("no answer in time"));
                }
                Err(status) => status,
                analysis @ Ok(_) => return analysis,
            };
            let Some(pause) = connection::pause(&status, backoff) else { return Err(status) };
            if Instant::now() + pause >= end {
                return Err(status);
            }
            tokio::time::sleep(pause).await;
            backoff = (backoff * 2).min(MAX_BACKOFF);
        }
    }
}

impl Backend for Remote {
    fn answer(&self, document: pb::Document) -> Result<Answer, Failure> {
        match self.connection.runtime.block_on(self.insist(&document)) {
            Ok(analysis) => Ok(Ok(analysis)),
            Err(status) if connection::concerns_document(&status) => Ok(Err(connection::rpc_status(&status))),
            Err(status) => Err(connection::refused(&self.connection.target, &status)),
        }
    }
}
