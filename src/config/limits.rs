//! What one call may ask for.

use serde::Deserialize;
use serde::Serialize;

use super::size;

/// Bytes of `Document.id`.
pub const MAX_DOCUMENT_ID_BYTES: usize = 256;

/// Bytes of one document beside its title and content: in a request for id, language, zone, charset and framing, in the
/// queue for what it costs however short it is.
pub const DOCUMENT_OVERHEAD_BYTES: usize = 1024;

/// Bytes of one request beside its documents: options, label ids, framing.
const REQUEST_OVERHEAD_BYTES: usize = 64 * 1024;

/// `[limits]`. All of them are published by `GetServerInfo`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Bytes of one document's title and content together.
    #[serde(with = "size")]
    pub max_document_bytes: usize,
    /// Documents of one list.
    pub max_batch_documents: usize,
    /// Bytes of one request message, after decompression.
    #[serde(with = "size")]
    pub max_request_bytes: usize,
    /// Bytes of one answer message, before compression. Of these, 4096 are kept for what an answer holds beside its
    /// results. Client libraries commonly refuse answers above 4 MiB unless told otherwise.
    #[serde(with = "size")]
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
pub(super) fn request_bytes(document: usize, count: usize) -> usize {
    document
        .saturating_add(DOCUMENT_OVERHEAD_BYTES)
        .saturating_mul(count)
        .saturating_add(REQUEST_OVERHEAD_BYTES)
}
