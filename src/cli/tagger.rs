//! `train tagger`, `train clusters`, `evaluate tagger`: arguments of what learns and measures names.

use crate::bundle::tagger;
use crate::corpus::annotated::AnnotatedCorpus;
use crate::evaluate::tagger as measure;
use crate::evaluate::tagger::TaggerReport;
use crate::extract::Extractor;
use crate::segment::Segmenter;
use crate::train::clusters as classes;
use crate::train::clusters::ClusterOptions;
use crate::train::tagger::TrainOptions;
use crate::train::tagger::command;
use crate::train::tagger::command::Outcome;
use crate::train::tagger::command::Request;

use super::args::Cli;
use super::args::EvaluateTaggerArgs;
use super::args::TrainClustersArgs;
use super::args::TrainTaggerArgs;
use super::exit::Failure;
use super::progress::Progress;
use super::table;
use super::table::Side;
use super::table::Table;
use super::train::Steps;

/// Learns a tagger.
pub(super) fn train(cli: &Cli, arguments: &TrainTaggerArgs) -> Result<(), Failure> {
    let TrainTaggerArgs {
        train,
        out,
        dev,
        clusters,
        unlabelled,
        unlabelled_texts,
        types,
        folds,
        sources,
        name,
        version,
        epochs,
        rate,
        dropout,
        thinning,
        penalty,
        no_names,
        lean,
        min_count,
        prune,
        seed,
    } = arguments;
    let request = Request {
        train: train.clone(),
        out: out.clone(),
        dev: dev.clone(),
        clusters: clusters.clone(),
        unlabelled: unlabelled.clone(),
        unlabelled_texts: *unlabelled_texts,
        types: types.clone(),
        folds: *folds,
        sources: sources.clone(),
        name: name.clone(),
        version: version.clone(),
        options: TrainOptions {
            epochs: *epochs,
            rate: *rate,
            dropout: *dropout,
            thinning: *thinning,
            penalty: *penalty,
            names: !no_names,
            lean: *lean,
            min_count: *min_count,
            prune: *prune,
            seed: *seed,
        },
    };
    let steps = Steps::new(cli.quiet);
    let outcome = command::run(&request, &mut |name, done, total| steps.show(name, done, total));
    steps.bar.finish_and_clear();
    let Outcome { bundle, held_out, dev } = outcome?;
    let training = &bundle.manifest.training;
    let size: u64 = bundle.manifest.files.values().map(|file| file.size).sum();
    table::print_pairs(&[
        ("bundle", out.display().to_string()),
        ("model", format!("{} {}", bundle.manifest.name, bundle.manifest.version)),
        ("digest", bundle.digest.clone()),
        ("texts", training.texts.to_string()),
        ("spans", training.spans.to_string()),
        ("types", bundle.manifest.types.join(", ")),
        ("features", bundle.tagger.feature_count().to_string()),
        ("bytes", size.to_string()),
    ])?;
    for (title, report) in [("cross-validated", &held_out), ("dev", &dev)] {
        if let Some(report) = report {
            table::print_line(&format!("\n{title}"))?;
            print(report)?;
        }
    }
    Ok(())
}

/// Learns classes of words.
pub(super) fn clusters(cli: &Cli, arguments: &TrainClustersArgs) -> Result<(), Failure> {
    let TrainClustersArgs { text, out, words, classes } = arguments;
    let steps = Steps::new(cli.quiet);
    let options = ClusterOptions { words: *words, fine: *classes, ..ClusterOptions::default() };
    let outcome = classes::run(text, out, &options, &mut |name, done, total| {
        steps.show(name, done, total);
    });
    steps.bar.finish_and_clear();
    let outcome = outcome?;
    table::print_pairs(&[
        ("table", out.display().to_string()),
        ("documents", outcome.documents.to_string()),
        ("corpus SHA-256", outcome.corpus_sha256.join(", ")),
        ("words", outcome.words.to_string()),
        ("bytes", outcome.bytes.to_string()),
    ])
}

/// Measures a tagger.
pub(super) fn evaluate(cli: &Cli, arguments: &EvaluateTaggerArgs) -> Result<(), Failure> {
    let EvaluateTaggerArgs { model, data, errors, json } = arguments;
    let corpus = AnnotatedCorpus::read(data)?;
    let bundle = tagger::read(model)?;
    bundle.verify()?;
    let (segmenter, extractor) = (Segmenter::new(), Extractor::builtin()?);
    let mut progress = Progress::new(Some(corpus.rows.len() as u64), cli.quiet);
    let report = measure::evaluate(&bundle.tagger, &segmenter, &extractor, &corpus, |_| {
        progress.done(1, false);
    })?;
    drop(progress);
    if *json {
        return table::print_json(&report);
    }
    print(&report)?;
    if *errors {
        table::print_line("")?;
        let mut rows = Table::new(&[
            ("row", Side::Right),
            ("error", Side::Left),
            ("type", Side::Left),
            ("before", Side::Right),
            ("span", Side::Left),
            ("behind", Side::Left),
        ]);
        for error in &report.errors {
            let (before, behind) = error.context.clone();
            let row = [error.row.to_string(), error.error.to_owned(), error.kind.clone()];
            rows.row(row.into_iter().chain([before, error.text.clone(), behind]));
        }
        rows.print()?;
    }
    Ok(())
}

/// Prints what was measured.
fn print(report: &TaggerReport) -> Result<(), Failure> {
    let share = |value: f64| format!("{value:.4}");
    let mut rows = Table::new(&[
        ("type", Side::Left),
        ("spans", Side::Right),
        ("precision", Side::Right),
        ("recall", Side::Right),
        ("F1", Side::Right),
    ]);
    for row in report.types.iter().chain(std::iter::once(&report.all)) {
        let name = if row.kind.is_empty() { "all" } else { &row.kind };
        rows.row([
            name.to_owned(),
            row.support.to_string(),
            share(row.precision),
            share(row.recall),
            share(row.f1),
        ]);
    }
    rows.print()
}
