//! How much work is taken on at once, and from whom.

use std::time::Duration;

use jiff::fmt::serde::unsigned_duration::friendly::compact;
use serde::Deserialize;
use serde::Serialize;

use super::size;

/// `[admission]`. Work is counted in bytes of text, the same for single calls, lists and streams, over all
/// connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Admission {
    /// Bytes of text that may wait or be analysed at once, 1024 bytes for each document included. Half of it is for
    /// lists, a quarter each for single calls and for streams, so that none can crowd out another. Single calls and
    /// lists beyond are refused, streams wait.
    #[serde(with = "size")]
    pub max_bytes: usize,
    /// Bytes of requests that may be held at once, from their first byte until their documents are admitted or
    /// refused. Calls beyond are refused.
    #[serde(with = "size")]
    pub max_inbound_bytes: usize,
    /// A single call is refused when the work before it would take longer than this, at the speed measured so far.
    /// Waiting longer than a caller would is of no use to anyone.
    #[serde(with = "compact::required")]
    pub max_wait: Duration,
    /// When single calls and bulk work (lists and streams) both wait, bytes of the former that are taken up for each
    /// byte of the latter. Neither ever starves the other.
    pub interactive_weight: u32,
    /// Threads beside the workers that take up single calls only, so that these never wait for a large document of a
    /// stream to end.
    pub interactive_workers: usize,
}

impl Default for Admission {
    fn default() -> Self {
        Self {
            max_bytes: 80 * 1024 * 1024,
            max_inbound_bytes: 256 * 1024 * 1024,
            max_wait: Duration::from_millis(250),
            interactive_weight: 4,
            interactive_workers: 1,
        }
    }
}

impl Admission {
    /// Bytes of single calls.
    #[must_use]
    pub fn single_bytes(&self) -> usize {
        self.max_bytes / 4
    }

    /// Bytes of lists.
    #[must_use]
    pub fn list_bytes(&self) -> usize {
        self.max_bytes / 2
    }

    /// Bytes of streams.
    #[must_use]
    pub fn stream_bytes(&self) -> usize {
        self.max_bytes / 4
    }
}
