//! How the server stops.

use std::time::Duration;

use jiff::fmt::serde::unsigned_duration::friendly::compact;
use serde::Deserialize;
use serde::Serialize;

/// `[drain]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Drain {
    /// How long after the stop signal new calls are still accepted, already reported as not serving: time for load
    /// balancers to look elsewhere.
    #[serde(with = "compact::required")]
    pub notice: Duration,
    /// How long calls that have begun may take to end after that.
    #[serde(with = "compact::required")]
    pub grace: Duration,
}

impl Default for Drain {
    fn default() -> Self {
        Self { notice: Duration::ZERO, grace: Duration::from_secs(25) }
    }
}
