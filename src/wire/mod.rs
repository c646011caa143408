//! The wire contract: generated types, conversions to and from the domain, canonical JSON.
//!
//! ```text
//! pb request ─request→ Plan + Accepted ─analyze→ Analysis ─answer→ pb::Analysis ─json→ text
//! ```

/// Types generated from `proto/wenmai/v1`; documented there.
#[allow(
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    clippy::all,
    clippy::pedantic,
    reason = "generated code"
)]
pub mod pb {
    tonic::include_proto!("wenmai.v1");
}

/// The contract as an encoded `google.protobuf.FileDescriptorSet`, the types of `google.rpc` error details included.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/wenmai_descriptor.bin"));

pub mod unit;
pub mod violation;
pub mod options;
pub mod document;
pub mod request;
pub mod answer;
mod classification;
mod extraction;
pub mod json;

pub use document::Accepted;
pub use options::Plan;
pub use violation::Refusal;
pub use violation::Violation;
