//! The gRPC server: services, admission, status codes, life cycle.
//!
//! ```text
//! connection (TLS) → call (request id, key, deadline, log) → document_service ─wire→ Plan + Accepted
//!            → pool (admission, lanes, threads) → task → engine → answer or Failure ─status→ google.rpc.Status
//! ```

pub mod engine;
pub mod model;
pub mod status;
mod shadow;
mod registry;
mod metrics;
pub mod trace;
mod telemetry;
mod rate;
mod keys;
mod gate;
mod inbound;
mod call;
mod lanes;
mod pool;
#[cfg(debug_assertions)]
pub mod failpoint;
mod task;
mod document_service;
mod stream;
mod model_service;
mod catalog;
mod watch;
mod admin_service;
mod monitor;
mod reload;
mod tally;
mod tls;
mod connection;
mod lifecycle;

pub use engine::Engine;
pub use lifecycle::RunError;
pub use lifecycle::hide_panics;
pub use lifecycle::run;
pub use lifecycle::stop_signal;
pub use model::LabelInfo;
pub use model::Model;
pub use model::ModelInfo;
