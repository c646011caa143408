//! Where the server listens and what it runs on.

use std::net::Ipv4Addr;
use std::net::SocketAddr;
use std::num::NonZero;
use std::time::Duration;

use jiff::fmt::serde::unsigned_duration::friendly::compact;
use serde::Deserialize;
use serde::Serialize;

/// `[server]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// Address of the public listener.
    pub listen: SocketAddr,
    /// Threads that analyse documents.
    pub workers: usize,
    /// Connections at once; more are closed as they come.
    pub max_connections: usize,
    /// How long a client may take over TLS and over its first words. One that says nothing is not a client.
    #[serde(with = "compact::required")]
    pub handshake_timeout: Duration,
    /// How long a call other than a stream may take, whatever deadline the caller names: who sends a request byte by
    /// byte does not hold the server.
    #[serde(with = "compact::required")]
    pub max_call_time: Duration,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 50051)),
            workers: std::thread::available_parallelism().map_or(1, NonZero::get),
            max_connections: 10_000,
            handshake_timeout: Duration::from_secs(10),
            max_call_time: Duration::from_secs(120),
        }
    }
}
