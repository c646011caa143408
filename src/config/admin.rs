//! Changing the running server.

use std::net::SocketAddr;

use serde::Deserialize;
use serde::Serialize;

/// `[admin]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Admin {
    /// Address of the listener for `AdminService`, which is offered nowhere else. Without it, not at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen: Option<SocketAddr>,
}
