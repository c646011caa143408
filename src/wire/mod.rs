//! The wire contract: generated types, conversions to and from the domain, canonical JSON.

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
