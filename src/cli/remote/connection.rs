//! The way to a server: its address, encryption and key, and what its refusals mean.

use std::path::Path;
use std::time::Duration;

use prost::Message as _;
use tokio::runtime::Runtime;
use tonic::Code;
use tonic::Request;
use tonic::Status;
use tonic::metadata::Ascii;
use tonic::metadata::MetadataValue;
use tonic::transport::Certificate;
use tonic::transport::Channel;
use tonic::transport::ClientTlsConfig;
use tonic::transport::Endpoint;
use tonic::transport::Identity;
use tonic_types::StatusExt as _;
use tonic_types::pb as rpc;

use crate::cli::args::AccessArgs;
use crate::cli::exit::Failure;
use crate::cli::report;

/// Waits before a server that names no time is asked again.
pub(super) const BACKOFF: Duration = Duration::from_millis(250);
pub(super) const MAX_BACKOFF: Duration = Duration::from_secs(10);

/// How often a silent connection is tried, and how long it may take to answer that.
const KEEPALIVE: Duration = Duration::from_secs(20);

/// A connection to a server, and the runtime that it lives on.
pub(super) struct Connection {
    pub(super) runtime: Runtime,
    pub(super) channel: Channel,
    pub(super) target: String,
    pub(super) timeout: Duration,
    key: Option<MetadataValue<Ascii>>,
}

impl Connection {
    /// Connects to `target`.
    ///
    /// # Errors
    /// [`Failure::Usage`] for what is no URL or key, [`Failure::Io`] for a file that cannot be read, and
    /// [`Failure::Server`] when nobody answers there.
    pub(super) fn open(target: &str, arguments: &AccessArgs) -> Result<Self, Failure> {
        let timeout = Duration::from_secs(arguments.timeout.into());
        let endpoint = endpoint(target, arguments, timeout)?;
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
        Ok(Self { runtime, channel, target: target.to_owned(), timeout, key })
    }

    /// A request that carries the key.
    pub(super) fn request<T>(&self, message: T) -> Request<T> {
        with_key(message, self.key.as_ref())
    }

    /// The key, for requests that are made elsewhere.
    pub(super) fn key(&self) -> Option<MetadataValue<Ascii>> {
        self.key.clone()
    }

    /// Calls once, within the time that a call may take.
    ///
    /// # Errors
    /// [`Failure::Server`] with what the server says.
    pub(super) fn call<T>(
        &self,
        call: impl Future<Output = Result<tonic::Response<T>, Status>>,
    ) -> Result<T, Failure> {
        let late = || Status::deadline_exceeded("no answer in time");
        let within = async { tokio::time::timeout(self.timeout, call).await.map_err(|_| late())? };
        let answer = self.runtime.block_on(within);
        answer.map(tonic::Response::into_inner).map_err(|status| refused(&self.target, &status))
    }
}

/// A request that carries a key, if there is one.
pub(super) fn with_key<T>(message: T, key: Option<&MetadataValue<Ascii>>) -> Request<T> {
    let mut request = Request::new(message);
    if let Some(key) = key {
        request.metadata_mut().insert("authorization", key.clone());
    }
    request
}

/// What ends the run when a server says this.
pub(super) fn refused(target: &str, status: &Status) -> Failure {
    Failure::Server { target: target.to_owned(), reason: reason(status) }
}

fn endpoint(target: &str, arguments: &AccessArgs, timeout: Duration) -> Result<Endpoint, Failure> {
    let usage = |reason: &str| Failure::Usage(format!("--target {target:?}: {reason}"));
    let endpoint = Endpoint::from_shared(target.to_owned()).map_err(|_| usage("not a URL"))?;
    let scheme = endpoint.uri().scheme_str().unwrap_or_default().to_owned();
    let endpoint = endpoint
        .connect_timeout(timeout.min(Duration::from_secs(10)))
        // A server that vanished without a word is noticed within a minute, also in the middle of a long stream.
        .http2_keep_alive_interval(KEEPALIVE)
        .keep_alive_timeout(KEEPALIVE)
        .user_agent(concat!("wenmai/", env!("CARGO_PKG_VERSION")))
        .map_err(|_| usage("not a URL"))?;
    let AccessArgs { tls_ca, tls_cert, tls_key, key: _, api_key_file: _, timeout: _ } = arguments;
    match scheme.as_str() {
        "http" if tls_ca.is_some() => Err(usage("--tls-ca needs https://")),
        "http" if tls_cert.is_some() || tls_key.is_some() => Err(usage("--tls-cert needs https://")),
        "http" => Ok(endpoint),
        "https" => {
            let mut tls = match tls_ca {
                Some(path) => ClientTlsConfig::new().ca_certificate(Certificate::from_pem(read(path)?)),
                None => ClientTlsConfig::new().with_native_roots(),
            };
            if let (Some(certificate), Some(key)) = (tls_cert, tls_key) {
                tls = tls.identity(Identity::from_pem(read(certificate)?, read(key)?));
            }
            endpoint.tls_config(tls).map_err(|error| usage(&innermost(&error)))
        }
        _ => Err(usage("must begin with http:// or https://")),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| Failure::io(path, error))
}

/// The key as the header carries it.
fn key(arguments: &AccessArgs) -> Result<Option<MetadataValue<Ascii>>, Failure> {
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
pub(super) fn pause(status: &Status, backoff: Duration) -> Option<Duration> {
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
pub(super) fn concerns_document(status: &Status) -> bool {
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
pub(super) fn rpc_status(status: &Status) -> rpc::Status {
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
    let name = report::code_name(status.code().into());
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
        let arguments = AccessArgs { tls_ca: ca.map(Path::to_path_buf), ..AccessArgs::default() };
        let failure = endpoint(target, &arguments, Duration::from_secs(1)).unwrap_err();
        assert_eq!(failure.code(), code, "{failure}");
    }

    #[test]
    fn targets_are_urls() {
        for wrong in ["", "localhost:50051", "ftp://x", "http://", "http://a b"] {
            refused(wrong, None, 2);
        }
        refused("http://localhost:1", Some(Path::new("ca.pem")), 2);
        refused("https://localhost:1", Some(Path::new("no such file")), 3);
        assert!(endpoint("http://localhost:50051", &AccessArgs::default(), Duration::from_secs(1)).is_ok());
        assert!(endpoint("https://localhost:50051", &AccessArgs::default(), Duration::from_secs(1)).is_ok());
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
        let arguments = AccessArgs { key: Some(" abc\n".to_owned()), ..AccessArgs::default() };
        let value = key(&arguments).unwrap().unwrap();
        assert_eq!(value.to_str().unwrap(), "Bearer abc");
        assert!(value.is_sensitive());
        let arguments = AccessArgs { key: Some("\u{1}".to_owned()), ..AccessArgs::default() };
        assert_eq!(key(&arguments).unwrap_err().code(), 2);
    }
}
