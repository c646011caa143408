//! The command line: arguments in, results and one exit code out.
//!
//! ```text
//! paths, stdin ─input→ documents ─pipeline→ backend: local or remote ─→ results ─output→ report or JSON
//! ```

pub mod exit;
pub mod args;
pub mod request;
pub mod input;
pub mod jsonl;
pub mod pipeline;
pub mod load;
pub mod local;
pub mod remote;
pub mod report;
pub mod output;
pub mod progress;
mod table;
pub mod documents;
pub mod config;
pub mod serve;
pub mod train;
pub mod tagger;
pub mod evaluate;
mod evaluate_extraction;
pub mod model;
pub mod bench;

use std::process::ExitCode;

use clap::Parser as _;

use args::Cli;
use args::Command;
use args::ConfigCommand;
use args::EvaluateCommand;
use args::ModelCommand;
use args::TrainCommand;
use exit::Failure;

/// Runs the program with the arguments of the process.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    // What clap and indicatif do not print goes through anstream, which asks this.
    output::choice(cli.color).write_global();
    match dispatch(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            complain(&failure);
            ExitCode::from(failure.code())
        }
    }
}

fn dispatch(cli: &Cli) -> Result<(), Failure> {
    match &cli.command {
        Command::Serve(arguments) => serve::run(arguments),
        Command::Config(arguments) => match &arguments.command {
            ConfigCommand::Show(arguments) => config::show(arguments),
            ConfigCommand::Check(arguments) => config::check(arguments),
        },
        Command::Classify(arguments) => documents::classify(cli, arguments),
        Command::Extract(arguments) => documents::extract(cli, arguments),
        Command::Analyze(arguments) => documents::analyze(cli, arguments),
        Command::Train(arguments) => match &arguments.command {
            TrainCommand::Topics(arguments) => train::topics(cli, arguments),
            TrainCommand::Dictionary(arguments) => train::dictionary(arguments),
            TrainCommand::Tagger(arguments) => tagger::train(cli, arguments),
            TrainCommand::Clusters(arguments) => tagger::clusters(cli, arguments),
        },
        Command::Evaluate(arguments) => match &arguments.command {
            EvaluateCommand::Topics(arguments) => evaluate::topics(cli, arguments),
            EvaluateCommand::Tagger(arguments) => tagger::evaluate(cli, arguments),
            EvaluateCommand::Genres(arguments) => evaluate::genres(cli, arguments),
            EvaluateCommand::Extraction(arguments) => evaluate_extraction::run(cli, arguments),
        },
        Command::Model(arguments) => match &arguments.command {
            ModelCommand::Show(arguments) => model::show(cli, arguments),
            ModelCommand::Verify(arguments) => model::verify(cli, arguments),
            ModelCommand::List(arguments) => remote::admin::list(arguments),
            ModelCommand::Load(arguments) => remote::admin::load(arguments),
            ModelCommand::Unload(arguments) => remote::admin::unload(arguments),
            ModelCommand::Alias(arguments) => remote::admin::alias(arguments),
            ModelCommand::Shadow(arguments) => remote::admin::shadow(&arguments.command),
        },
        Command::Bench(arguments) => bench::run(arguments),
        Command::Health(arguments) => remote::health::run(arguments),
    }
}

/// Says in one sentence what went wrong; a reader that went away is nothing wrong.
fn complain(failure: &Failure) {
    if matches!(failure, Failure::BrokenPipe) {
        return;
    }
    let label = report::layout::paint(report::style::ERROR, "error:");
    let sentence = report::layout::line(&failure.to_string());
    anstream::eprintln!("{label} {sentence}");
}
