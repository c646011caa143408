//! `evaluate`: arguments of the measurements.

use super::args::Cli;
use super::args::EvaluateTopicsArgs;
use super::exit::Failure;

/// Measures topics.
pub(super) fn topics(cli: &Cli, arguments: &EvaluateTopicsArgs) -> Result<(), Failure> {
    let _ = (cli, arguments);
    Err(Failure::Internal("evaluate topics: not built yet".to_owned()))
}
