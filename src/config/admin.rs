//! Changing the running server.

use std::net::SocketAddr;

use serde::Deserialize;
use serde::Serialize;

/// `[admin]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Admin {
    /// Address of the listener for `AdminService`, which is then offered nowhere else. Without it, the public listener
    /// offers it where only this machine can connect or callers need a key, and otherwise nobody does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen: Option<SocketAddr>,
}
