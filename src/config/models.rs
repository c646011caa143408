//! What answers.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use jiff::fmt::serde::unsigned_duration::friendly::compact;
use serde::Deserialize;
use serde::Serialize;

/// `[models]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Models {
    /// Bundle to serve instead of the built-in one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bundle: Option<PathBuf>,
    /// Folder of bundles that can be loaded while the server runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub directory: Option<PathBuf>,
    /// Whether new bundles in the folder are loaded by themselves.
    pub watch: bool,
    /// How often a watched folder is looked at.
    #[serde(with = "compact::required")]
    pub watch_interval: Duration,
    /// Version that each alias names at the start, such as `stable` and `canary`.
    pub aliases: BTreeMap<String, String>,
}

impl Default for Models {
    fn default() -> Self {
        Self {
            bundle: None,
            directory: None,
            watch: false,
            watch_interval: Duration::from_secs(10),
            aliases: BTreeMap::new(),
        }
    }
}
