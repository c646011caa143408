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
mod cli;
mod contract;
mod end_to_end;
mod extract;
mod grpc;
mod harness;
mod lifecycle;
mod offsets;
mod raw;
mod reflection;
mod remote;
mod report;
mod stream;
mod text;
