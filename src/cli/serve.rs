//! `serve`: from arguments to a running server.

use super::args::ServeArgs;
use super::exit::Failure;

/// Serves until told to stop.
pub(super) fn run(arguments: &ServeArgs) -> Result<(), Failure> {
    let _ = arguments;
    Err(Failure::Internal("serve: not built yet".to_owned()))
}
