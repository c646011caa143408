//! Metrics, traces and logs.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use serde::Deserialize;
use serde::Serialize;

use super::secret::Secret;

/// `[telemetry]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Telemetry {
    /// Address of the plain HTTP listener for metrics and health. Without it, there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_listen: Option<SocketAddr>,
    /// OTLP collector for traces, over gRPC: `http://host:4317`. Without it, none are recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub otlp_endpoint: Option<String>,
    /// Headers for the collector, such as the key that it asks for.
    pub otlp_headers: BTreeMap<String, Secret>,
    /// One trace in this many is recorded, of those whose caller has not decided already; 0 counts as 1.
    pub trace_one_in: u32,
    /// How log lines are written on stderr.
    pub log_format: LogFormat,
    /// What is logged: a level, or filter directives such as `warn,wenmai=debug`.
    pub log: String,
}

impl Default for Telemetry {
    fn default() -> Self {
        Self {
            http_listen: None,
            otlp_endpoint: None,
            otlp_headers: BTreeMap::new(),
            trace_one_in: 1,
            log_format: LogFormat::Pretty,
            log: "info".to_owned(),
        }
    }
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    /// For people.
    #[default]
    Pretty,
    /// One JSON object a line.
    Json,
}
