//! Settings of the server: defaults, and what cannot go together.

use std::fmt;
use std::net::Ipv4Addr;
use std::net::SocketAddr;
use std::num::NonZero;
use std::time::Duration;

/// Bytes of `Document.id`.
pub const MAX_DOCUMENT_ID_BYTES: usize = 256;

/// Bytes of one document in a request beside its title and content: id, language, zone, charset, framing.
const DOCUMENT_OVERHEAD_BYTES: usize = 1024;

/// Bytes of one request beside its documents: options, label ids, framing.
const REQUEST_OVERHEAD_BYTES: usize = 64 * 1024;

/// What one call may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one document's title and content together.
    pub max_document_bytes: usize,
    /// Documents of one list.
    pub max_batch_documents: usize,
    /// Bytes of one request message.
    pub max_request_bytes: usize,
    /// Bytes of one answer message.
    pub max_response_bytes: usize,
    /// Documents in flight on one stream.
    pub max_in_flight_per_stream: usize,
}

impl Default for Limits {
    /// A full list of largest documents fits into one request.
    fn default() -> Self {
        let max_document_bytes = 1024 * 1024;
        let max_batch_documents = 32;
        Self {
            max_document_bytes,
            max_batch_documents,
            max_request_bytes: request_bytes(max_document_bytes, max_batch_documents),
            max_response_bytes: 64 * 1024 * 1024,
            max_in_flight_per_stream: 64,
        }
    }
}

/// Bytes that a list of `count` documents of `document` bytes each may need on the wire.
fn request_bytes(document: usize, count: usize) -> usize {
    document
        .saturating_add(DOCUMENT_OVERHEAD_BYTES)
        .saturating_mul(count)
        .saturating_add(REQUEST_OVERHEAD_BYTES)
}

/// Settings of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// What one call may ask for.
    pub limits: Limits,
    /// Threads that analyse documents.
    pub workers: usize,
    /// Documents that may wait for a thread, over all calls.
    pub max_queued_documents: usize,
    /// How long after the stop signal new calls are still accepted, already reported as not serving: time for load
    /// balancers to look elsewhere.
    pub drain_notice: Duration,
    /// How long calls that have begun may take to end after that.
    pub drain_grace: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 50051)),
            limits: Limits::default(),
            workers: std::thread::available_parallelism().map_or(1, NonZero::get),
            max_queued_documents: 256,
            drain_notice: Duration::ZERO,
            drain_grace: Duration::from_secs(25),
        }
    }
}

/// Settings that cannot go together, every one of them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Impossible {
    /// One sentence each, naming the settings and their values.
    pub problems: Vec<String>,
}

impl fmt::Display for Impossible {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.problems.join("; "))
    }
}

impl Config {
    /// Refuses settings under which some promised call could never succeed.
    ///
    /// # Errors
    /// [`Impossible`] with every problem at once.
    pub fn check(&self) -> Result<(), Impossible> {
        let Self { listen: _, limits, workers, max_queued_documents, drain_notice: _, drain_grace: _ } = self;
        let Limits {
            max_document_bytes,
            max_batch_documents,
            max_request_bytes,
            max_response_bytes,
            max_in_flight_per_stream,
        } = limits;
        let mut problems = Vec::new();
        for (name, value) in [
            ("max_document_bytes", max_document_bytes),
            ("max_batch_documents", max_batch_documents),
            ("max_request_bytes", max_request_bytes),
            ("max_response_bytes", max_response_bytes),
            ("max_in_flight_per_stream", max_in_flight_per_stream),
            ("workers", workers),
            ("max_queued_documents", max_queued_documents),
        ] {
            if *value == 0 {
                problems.push(format!("{name} is 0"));
            }
        }
        for (name, value) in [
            ("max_document_bytes", max_document_bytes),
            ("max_request_bytes", max_request_bytes),
            ("max_response_bytes", max_response_bytes),
        ] {
            // Offsets are 32 bits wide, and so are gRPC message lengths.
            if u32::try_from(*value).is_err() {
                problems.push(format!("{name} is {value}, more than 32 bits hold"));
            }
        }
        let needed = request_bytes(*max_document_bytes, *max_batch_documents);
        if needed > *max_request_bytes {
            problems.push(format!(
                "max_request_bytes is {max_request_bytes}, but a list of {max_batch_documents} documents \
                 (max_batch_documents) of {max_document_bytes} bytes (max_document_bytes) needs {needed}"
            ));
        }
        if max_queued_documents < max_batch_documents {
            problems.push(format!(
                "max_queued_documents is {max_queued_documents}, so a list of {max_batch_documents} documents \
                 (max_batch_documents) could never be admitted"
            ));
        }
        if problems.is_empty() { Ok(()) } else { Err(Impossible { problems }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_go_together() {
        assert_eq!(Config::default().check(), Ok(()));
    }

    #[test]
    fn every_problem_is_named_at_once() {
        let limits = Limits { max_batch_documents: 1000, max_response_bytes: 0, ..Limits::default() };
        let problems = Config { limits, workers: 0, ..Config::default() }.check().unwrap_err().problems;
        assert_eq!(problems.len(), 4, "{problems:?}");
        assert!(problems.iter().any(|problem| problem.starts_with("max_request_bytes is 33652736, but")));
        assert!(problems.iter().any(|problem| problem.contains("could never be admitted")));
        assert!(problems.contains(&"workers is 0".to_owned()));
        assert!(problems.contains(&"max_response_bytes is 0".to_owned()));
    }
}
