//! What one connection may do.

use std::time::Duration;

use jiff::fmt::serde::unsigned_duration::friendly::compact;
use serde::Deserialize;
use serde::Serialize;

use super::size;

/// `[http2]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Http2 {
    /// Calls at once on one connection; more wait in the client.
    pub max_concurrent_streams: u32,
    /// Calls that a client may have taken back before the server looked at them. One more, and the connection is
    /// closed: nobody does that by chance (CVE-2023-44487).
    pub max_pending_accept_reset_streams: usize,
    /// Calls that the server may have to take back because of the client's mistakes, on one connection.
    pub max_local_error_reset_streams: usize,
    /// Bytes of a call's headers.
    #[serde(with = "size")]
    pub max_header_list_bytes: usize,
    /// A connection that says nothing for this long is asked whether it still lives, …
    #[serde(with = "compact::required")]
    pub keepalive_interval: Duration,
    /// … and closed when it does not answer within this.
    #[serde(with = "compact::required")]
    pub keepalive_timeout: Duration,
    /// A connection this old takes no more calls; the client opens another, perhaps to another server. Up to a tenth
    /// is added, another at each start, so that servers started together are not left by their clients together.
    #[serde(with = "compact::required")]
    pub max_connection_age: Duration,
    /// How long calls that have begun on it may take to end.
    #[serde(with = "compact::required")]
    pub max_connection_age_grace: Duration,
}

impl Default for Http2 {
    fn default() -> Self {
        Self {
            max_concurrent_streams: 256,
            max_pending_accept_reset_streams: 64,
            max_local_error_reset_streams: 256,
            max_header_list_bytes: 16 * 1024,
            keepalive_interval: Duration::from_secs(60),
            keepalive_timeout: Duration::from_secs(20),
            max_connection_age: Duration::from_secs(30 * 60),
            max_connection_age_grace: Duration::from_secs(10 * 60),
        }
    }
}
