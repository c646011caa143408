//! Wiring.

use std::process::ExitCode;

/// Threads free what others have allocated: a document is read on one, analysed on another and answered on a third.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    wenmai::cli::run()
}
