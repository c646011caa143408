//! What watches over calls and documents.

use std::sync::Arc;

use super::metrics::Metrics;
use super::trace::Traces;

/// Counts and spans; clones share everything.
#[derive(Clone)]
pub(super) struct Telemetry {
    pub(super) metrics: Arc<Metrics>,
    pub(super) traces: Traces,
}
