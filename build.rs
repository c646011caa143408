//! Compiles `proto/` into `$OUT_DIR` and writes the descriptor set that reflection and JSON need.
//!
//! protox is a protobuf compiler in Rust, so no `protoc` is looked for.

use std::{env, error::Error, fs, path::PathBuf};

use prost::Message as _;

const PROTOS: [&str; 7] = [
    "proto/wenmai/v1/document.proto",
    "proto/wenmai/v1/classification.proto",
    "proto/wenmai/v1/extraction.proto",
    "proto/wenmai/v1/model.proto",
    "proto/wenmai/v1/document_service.proto",
    "proto/wenmai/v1/model_service.proto",
    "proto/wenmai/v1/admin_service.proto",
];

/// Linked into the descriptor set so that clients can read error details through reflection.
const DETAILS: [&str; 2] = ["proto/google/rpc/status.proto", "proto/google/rpc/error_details.proto"];

fn main() -> Result<(), Box<dyn Error>> {
    // tonic-prost-build 0.14 names no inputs; without this every edit would generate the code anew.
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=proto");
    let descriptors = protox::compile(PROTOS.iter().chain(&DETAILS), ["proto"])?;
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    fs::write(out.join("wenmai_descriptor.bin"), descriptors.encode_to_vec())?;
    tonic_prost_build::configure()
        // Hash maps have no order of their own; the same answer shall be the same bytes.
        .btree_map(".")
        .extern_path(".google.rpc", "::tonic_types::pb")
        .compile_fds(descriptors)?;
    Ok(())
}
