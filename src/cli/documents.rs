//! `classify`, `extract` and `analyze`: one way for all three.

use std::num::NonZero;
use std::sync::Arc;
use std::thread;

use crate::wire::pb;

use super::args::AnalyzeArgs;
use super::args::BackendArgs;
use super::args::ClassifyArgs;
use super::args::Cli;
use super::args::DocumentArgs;
use super::args::ExtractArgs;
use super::args::OutputArgs;
use super::exit::Failure;
use super::input::Inputs;
use super::local::Local;
use super::output;
use super::output::Form;
use super::output::Output;
use super::pipeline;
use super::pipeline::Backend;
use super::pipeline::Parallelism;
use super::progress::Progress;
use super::remote;
use super::remote::Remote;
use super::remote::stream;
use super::remote::stream::StreamRemote;
use super::report;
use super::report::layout;
use super::report::style;
use super::request;
use super::request::Request;

/// Topics.
pub(super) fn classify(cli: &Cli, arguments: &ClassifyArgs) -> Result<(), Failure> {
    let ClassifyArgs { documents, topics, output, backend } = arguments;
    let request = Request::new(Some(topics), None, output);
    run(cli, documents, output, backend, request, topics.explain.is_some())
}

/// Facts.
pub(super) fn extract(cli: &Cli, arguments: &ExtractArgs) -> Result<(), Failure> {
    let ExtractArgs { documents, facts, output, backend } = arguments;
    let request = Request::new(None, Some(facts), output);
    run(cli, documents, output, backend, request, false)
}

/// Topics and facts.
pub(super) fn analyze(cli: &Cli, arguments: &AnalyzeArgs) -> Result<(), Failure> {
    let AnalyzeArgs { documents, topics, facts, output, backend } = arguments;
    let request = Request::new(Some(topics), Some(facts), output);
    run(cli, documents, output, backend, request, topics.explain.is_some())
}

fn run(
    cli: &Cli,
    documents: &DocumentArgs,
    output: &OutputArgs,
    backend: &BackendArgs,
    mut request: Request,
    explain: bool,
) -> Result<(), Failure> {
    let inputs = Inputs::open(documents, output.offsets)?;
    let (backend, jobs): (Arc<dyn Backend>, usize) = match &backend.target {
        Some(target) => {
            request.common.model = request::model(backend);
            let access = &backend.access;
            if backend.stream {
                let jobs = output.jobs.map_or(stream::DEFAULT_JOBS, usize::from);
                (Arc::new(StreamRemote::connect(target, access, request, jobs)?), jobs)
            } else {
                (Arc::new(Remote::connect(target, access, request)?), remote::DEFAULT_JOBS)
            }
        }
        None => {
            let cores = thread::available_parallelism().map_or(1, NonZero::get);
            (Arc::new(Local::load(backend.model.as_deref(), request)?), cores)
        }
    };
    let parallelism = Parallelism { jobs: output.jobs.map_or(jobs, usize::from), ordered: !output.unordered };
    let width = output::columns(output.width);
    let settings = report::Settings { width, explain, clean_text: output.clean_text };
    let form = if output.json { Form::Json } else { Form::Report(settings) };
    let mut results = Output::new(output::stdout(cli.color), form);
    let mut progress = Progress::new(inputs.total_bytes(), cli.quiet);
    let end = pipeline::run(inputs, &backend, parallelism, |outcome| {
        let failed = matches!(outcome.result.outcome, Some(pb::document_result::Outcome::Error(_)));
        results.write(&outcome.result)?;
        progress.done(outcome.bytes, failed);
        Ok(())
    });
    let (total, failed) = progress.totals();
    progress.finish();
    end?;
    if total == 0 && !cli.quiet {
        anstream::eprintln!("{} no documents found", layout::paint(style::WARNING, "note:"));
    }
    if failed > 0 {
        return Err(Failure::Documents { failed, total });
    }
    Ok(())
}
