//! Settings of the server: one typed tree, put together from defaults, a file, the environment and flags.
//!
//! ```text
//! defaults < file (TOML) < environment (WENMAI_SECTION_KEY) < flags ─layers→ Config ─check→ a server that can keep
//!                                                                                          what it promises
//! ```
//!
//! Each section of the file is one field of [`Config`] and one module here. What is not said keeps its default.

pub mod admin;
pub mod admission;
pub mod auth;
pub mod check;
pub mod compression;
pub mod drain;
pub mod http2;
pub mod layers;
pub mod limits;
pub mod models;
pub mod secret;
pub mod server;
pub mod show;
mod size;
pub mod telemetry;
pub mod tls;

use serde::Deserialize;
use serde::Serialize;

pub use admin::Admin;
pub use admission::Admission;
pub use auth::Auth;
pub use check::Impossible;
pub use compression::Compression;
pub use compression::Encoding;
pub use drain::Drain;
pub use http2::Http2;
pub use layers::Effective;
pub use layers::Invalid;
pub use layers::Layers;
pub use layers::Origin;
pub use limits::DOCUMENT_OVERHEAD_BYTES;
pub use limits::Limits;
pub use limits::MAX_DOCUMENT_ID_BYTES;
pub use models::Models;
pub use secret::Secret;
pub use server::Server;
pub use telemetry::LogFormat;
pub use telemetry::Telemetry;
pub use tls::ClientAuth;
pub use tls::Tls;
pub use tls::TlsVersion;

/// Settings of the server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where it listens and what it runs on.
    pub server: Server,
    /// What one call may ask for.
    pub limits: Limits,
    /// How much work is taken on at once, and from whom.
    pub admission: Admission,
    /// Encryption, and who may connect.
    pub tls: Tls,
    /// Who may call.
    pub auth: Auth,
    /// Compressed requests and answers.
    pub compression: Compression,
    /// What one connection may do.
    pub http2: Http2,
    /// What answers.
    pub models: Models,
    /// Changing the running server.
    pub admin: Admin,
    /// Metrics, traces and logs.
    pub telemetry: Telemetry,
    /// How it stops.
    pub drain: Drain,
}
