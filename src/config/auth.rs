//! Who may call.

use std::path::PathBuf;
use std::time::Duration;

use jiff::fmt::serde::unsigned_duration::friendly::compact;
use serde::Deserialize;
use serde::Serialize;

/// `[auth]`. Without a file of keys, everyone may call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Auth {
    /// File of API keys: their names, SHA-256 digests, scopes and rates. Never the keys themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keys: Option<PathBuf>,
    /// Whether keys may travel unencrypted from other machines, because something in between, such as a service mesh,
    /// encrypts.
    pub allow_plain: bool,
    /// How often the file is looked at again. SIGHUP has it looked at once.
    #[serde(with = "compact::required")]
    pub reload_interval: Duration,
}

impl Default for Auth {
    fn default() -> Self {
        Self { keys: None, allow_plain: false, reload_interval: Duration::from_secs(30) }
    }
}
