//! A running server answers.
//!
//! One Analyze call per document, many at once on one HTTP/2 connection: answers keep their size limit, a document that
//! fails does so alone, and what a busy server turns away is asked again after the time it names.

use std::path::Path;
use std::time::Duration;
use std::time::Instant;

use prost::Message as _;
use tokio::runtime::Runtime;
use tonic::Code;
use tonic::Status;
use tonic::metadata::Ascii;
use tonic::metadata::MetadataValue;
use tonic::transport::Certificate;
use tonic::transport::Channel;
use tonic::transport::ClientTlsConfig;
use tonic::transport::Endpoint;
use tonic_types::StatusExt as _;
use tonic_types::pb as rpc;

use crate::wire::pb;
use crate::wire::pb::document_service_client::DocumentServiceClient;

use super::args::BackendArgs;
use super::exit::Failure;
use super::pipeline::Answer;
use super::pipeline::Backend;
use super::request::Request;

/// Documents at once when `--jobs` is not given: enough to keep a server busy over a long line.
pub const DEFAULT_JOBS: usize = 8;

/// Answers may be as large as the server allows; its own limit is the one that counts.
const MAX_ANSWER: usize = u32::MAX as usize;

/// Waits before a server that names no time is asked again.
const BACKOFF: Duration = Duration::from_millis(250);
const MAX_BACKOFF: Duration = Duration::from_secs(10);

/// A connection to a server.
pub struct Remote {
    runtime: Runtime,
    channel: Channel,
    target: String,
    key: Option<MetadataValue<Ascii>>,
    timeout: Duration,
    request: Request,
}

impl Remote {
    /// Connects to `target`.
    ///
    /// # Errors
    /// [`Failure::Usage`] for what is no URL or key, [`Failure::Io`] for a file that cannot be read, and
    /// [`Failure::Server`] when nobody answers there.
    pub fn connect(target: &str, arguments: &BackendArgs, request: Request) -> Result<Self, Failure> {
        let timeout = Duration::from_secs(arguments.timeout.into());
        let endpoint = endpoint(target, arguments.ca.as_deref(), timeout)?;
        let key = key(arguments)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(|error| Failure::Internal(format!("cannot start the network: {error}")))?;
        let channel = runtime.block_on(endpoint.connect()).map_err(|error| Failure::Server {
            target: target.to_owned(),
            reason: format!("cannot connect: {}", innermost(&error)),
        })?;
        Ok(Self { runtime, channel, target: target.to_owned(), key, timeout, request })
    }

    async fn ask(&self, document: &pb::Document, timeout: Duration) -> Result<pb::Analysis, Status> {
        let mut client = DocumentServiceClient::new(self.channel.clone())
            .max_decoding_message_size(MAX_ANSWER)
            .max_encoding_message_size(MAX_ANSWER);
        let mut call = tonic::Request::new(pb::AnalyzeRequest {
            document: Some(document.clone()),
            features: Some(self.request.features.clone()),
            common: Some(self.request.common.clone()),
        });
        call.set_timeout(timeout);
        if let Some(key) = &self.key {
            call.metadata_mut().insert("authorization", key.clone());
        }
        let answer = client.analyze(call).await?.into_inner();
        answer.analysis.ok_or_else(|| Status::internal("the server answered without an analysis"))
    }

    /// Asks, and asks again while the server is busy or away for a moment.
    async fn insist(&self, document: &pb::Document) -> Result<pb::Analysis, Status> {
        let end = Instant::now() + self.timeout;
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
            let Some(pause) = pause(&status, backoff) else { return Err(status) };
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
        match self.runtime.block_on(self.insist(&document)) {
            Ok(analysis) => Ok(Ok(analysis)),
            Err(status) if concerns_document(&status) => Ok(Err(rpc_status(&status))),
            Err(status) => Err(Failure::Server { target: self.target.clone(), reason: reason(&status) }),
        }
    }
}

fn endpoint(target: &str, ca: Option<&Path>, timeout: Duration) -> Result<Endpoint, Failure> {
    let usage = |reason: &str| Failure::Usage(format!("--target {target:?}: {reason}"));
    let endpoint = Endpoint::from_shared(target.to_owned()).map_err(|_| usage("not a URL"))?;
    let scheme = endpoint.uri().scheme_str().unwrap_or_default().to_owned();
    let endpoint = endpoint
        .connect_timeout(timeout.min(Duration::from_secs(10)))
        .user_agent(concat!("wenmai/", env!("CARGO_PKG_VERSION")))
        .map_err(|_| usage("not a URL"))?;
    match (scheme.as_str(), ca) {
        ("http", None) => Ok(endpoint),
        ("http", Some(_)) => Err(usage("--ca needs https://")),
        ("https", ca) => {
            let mut tls = ClientTlsConfig::new();
            tls = match ca {
                Some(path) => {
                    let pem = std::fs::read(path).map_err(|error| Failure::io(path, error))?;
                    tls.ca_certificate(Certificate::from_pem(pem))
                }
                None => tls.with_native_roots(),
            };
            endpoint.tls_config(tls).map_err(|error| usage(&innermost(&error)))
        }
        _ => Err(usage("must begin with http:// or https://")),
    }
}

/// The key as the header carries it.
fn key(arguments: &BackendArgs) -> Result<Option<MetadataValue<Ascii>>, Failure> {
    let key = match (&arguments.api_key_file, &arguments.key) {
        (Some(path), _) => std::fs::read_to_string(path).map_err(|error| Failure::io(path, error))?,
        (None, Some(key)) if !key.is_empty() => key.clone(),
        (None, _) => return Ok(None),
    };
    let mut value: MetadataValue<Ascii> = format!("Bearer {}", key.trim())
        .parse()
        .map_err(|_| Failure::Usage("the key holds characters that no header can carry".to_owned()))?;
    value.set_sensitive(true);
    Ok(Some(value))
}

/// How long to wait before asking again; none where that would not help.
fn pause(status: &Status, backoff: Duration) -> Option<Duration> {
    match status.code() {
        Code::Unavailable => {}
        Code::ResourceExhausted => {
            // Without a time to wait, it is the document that is too large and not the server that is busy.
            status.get_details_retry_info()?;
        }
        Code::Ok
        | Code::Cancelled
        | Code::Unknown
        | Code::InvalidArgument
        | Code::DeadlineExceeded
        | Code::NotFound
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::FailedPrecondition
        | Code::Aborted
        | Code::OutOfRange
        | Code::Unimplemented
        | Code::Internal
        | Code::DataLoss
        | Code::Unauthenticated => return None,
    }
    let named = status.get_details_retry_info().and_then(|info| info.retry_delay);
    Some(named.unwrap_or(backoff).min(MAX_BACKOFF))
}

/// Whether other documents may fare better, so that the run goes on.
fn concerns_document(status: &Status) -> bool {
    match status.code() {
        Code::InvalidArgument
        | Code::DeadlineExceeded
        | Code::OutOfRange
        | Code::ResourceExhausted
        | Code::Internal
        | Code::DataLoss
        | Code::Aborted
        | Code::FailedPrecondition
        | Code::AlreadyExists => true,
        Code::Ok
        | Code::Cancelled
        | Code::Unknown
        | Code::NotFound
        | Code::PermissionDenied
        | Code::Unimplemented
        | Code::Unavailable
        | Code::Unauthenticated => false,
    }
}

/// The status with its details as a result carries it.
fn rpc_status(status: &Status) -> rpc::Status {
    rpc::Status::decode(status.details())
        .ok()
        .filter(|decoded| decoded.code == i32::from(status.code()))
        .unwrap_or_else(|| rpc::Status {
            code: status.code().into(),
            message: status.message().to_owned(),
            details: Vec::new(),
        })
}

fn reason(status: &Status) -> String {
    let name = super::report::code_name(status.code().into());
    match std::error::Error::source(status) {
        Some(source) if status.message().is_empty() || status.code() == Code::Unavailable => {
            format!("{name}: {}", innermost(source))
        }
        _ => format!("{name}: {}", status.message()),
    }
}

/// The cause that says something: transport errors wrap theirs several times over.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(target: &str, ca: Option<&Path>, code: u8) {
        let failure = endpoint(target, ca, Duration::from_secs(1)).unwrap_err();
        assert_eq!(failure.code(), code, "{failure}");
    }

    #[test]
    fn targets_are_urls() {
        for wrong in ["", "localhost:50051", "ftp://x", "http://", "http://a b"] {
            refused(wrong, None, 2);
        }
        refused("http://localhost:1", Some(Path::new("ca.pem")), 2);
        refused("https://localhost:1", Some(Path::new("no such file")), 3);
        assert!(endpoint("http://localhost:50051", None, Duration::from_secs(1)).is_ok());
        assert!(endpoint("https://localhost:50051", None, Duration::from_secs(1)).is_ok());
    }

    #[test]
    fn only_busy_servers_are_asked_again() {
        let details = tonic_types::ErrorDetails::with_retry_info(Some(Duration::from_secs(2)));
        let busy = Status::with_error_details(Code::ResourceExhausted, "busy", details);
        assert_eq!(pause(&busy, BACKOFF), Some(Duration::from_secs(2)));
        assert_eq!(pause(&Status::unavailable("loading"), BACKOFF), Some(BACKOFF));
        assert_eq!(pause(&Status::resource_exhausted("too large"), BACKOFF), None);
        assert_eq!(pause(&Status::invalid_argument("empty"), BACKOFF), None);
    }

    #[test]
    fn details_survive() {
        let details = tonic_types::ErrorDetails::with_bad_request_violation("document", "must be set");
        let status = Status::with_error_details(Code::InvalidArgument, "document: must be set", details);
        let carried = rpc_status(&status);
        assert_eq!((carried.code, carried.details.len()), (3, 1));
        assert_eq!(rpc_status(&Status::internal("x")).message, "x");
    }

    #[test]
    fn keys_become_bearer_tokens_that_do_not_show() {
        let arguments = BackendArgs { key: Some(" abc\n".to_owned()), ..BackendArgs::default() };
        let value = key(&arguments).unwrap().unwrap();
        assert_eq!(value.to_str().unwrap(), "Bearer abc");
        assert!(value.is_sensitive());
        let arguments = BackendArgs { key: Some("\u{1}".to_owned()), ..BackendArgs::default() };
        assert_eq!(key(&arguments).unwrap_err().code(), 2);
    }
}
