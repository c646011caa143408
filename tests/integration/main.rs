//! One test binary; a module per behaviour.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that meets the unexpected shall fail, and helper functions are not marked as tests"
)]

mod architecture;
mod harness;
mod served;
mod streams;
mod text;
mod segment;
mod extract;
mod reported;
mod directives;
mod topics;
mod abstention;
mod evaluation;
mod contract;
mod reflection;
mod grpc;
mod offsets;
mod raw;
mod stream;
mod tagger;
mod lifecycle;
mod end_to_end;
mod cli;
mod remote;
mod report;
mod bench;
mod models;
mod metrics;
mod traces;
mod drain;
mod resume;
mod config;
mod admission;
mod deadline;
mod errors;
mod certificates;
mod tls;
mod auth;
mod abuse;
