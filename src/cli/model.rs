//! `model`: what a bundle holds and whether it is whole.

use super::args::Cli;
use super::args::ModelShowArgs;
use super::args::ModelVerifyArgs;
use super::exit::Failure;

/// Says what a bundle holds.
pub(super) fn show(cli: &Cli, arguments: &ModelShowArgs) -> Result<(), Failure> {
    let _ = (cli, arguments);
    Err(Failure::Internal("model show: not built yet".to_owned()))
}

/// Checks a bundle.
pub(super) fn verify(cli: &Cli, arguments: &ModelVerifyArgs) -> Result<(), Failure> {
    let _ = (cli, arguments);
    Err(Failure::Internal("model verify: not built yet".to_owned()))
}
