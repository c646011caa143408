//! `train`: arguments of the learners.

use super::args::Cli;
use super::args::TrainTopicsArgs;
use super::exit::Failure;

/// Learns topics.
pub(super) fn topics(cli: &Cli, arguments: &TrainTopicsArgs) -> Result<(), Failure> {
    let _ = (cli, arguments);
    Err(Failure::Internal("train topics: not built yet".to_owned()))
}
