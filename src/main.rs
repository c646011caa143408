//! Wiring.

use std::process::ExitCode;

fn main() -> ExitCode {
    wenmai::cli::run()
}
