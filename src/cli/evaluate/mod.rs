//! `evaluate`: arguments of the measurements.

pub(super) mod tables;

use std::path::Path;
use std::time::Instant;

use serde_json::json;

use crate::analyze::Analyzer;
use crate::bundle::Bundle;
use crate::corpus::Corpus;
use crate::error::Error;
use crate::evaluate::cases;
use crate::evaluate::compare;
use crate::evaluate::compare::Comparison;
use crate::evaluate::judged::Judged;
use crate::evaluate::page;
use crate::evaluate::page::Page;
use crate::evaluate::page::Speed;
use crate::evaluate::topics;
use crate::evaluate::topics::TopicReport;
use crate::train::genres;
use crate::train::topics::TrainOptions;

use super::args::Cli;
use super::args::EvaluateGenresArgs;
use super::args::EvaluateTopicsArgs;
use super::exit::Failure;
use super::load;
use super::progress::Progress;
use super::table;
use super::train::Steps;

/// Documents shown on a page, of each kind.
const SHOWN: usize = 10;

/// Measures topics.
pub(super) fn topics(cli: &Cli, arguments: &EvaluateTopicsArgs) -> Result<(), Failure> {
    let EvaluateTopicsArgs { model, data, compare: two, report, resamples, seed, json } = arguments;
    let corpus = Corpus::read(data)?;
    let (older, newer) = match two.as_deref() {
        Some([a, b]) => (Some(a.as_path()), Some(b.as_path())),
        Some(_) | None => (None, model.as_deref()),
    };
    let older = older.map(|path| Measured::of(Some(path), &corpus, cli.quiet)).transpose()?;
    let newer = Measured::of(newer, &corpus, cli.quiet)?;
    let options = compare::Options { resamples: *resamples as usize, seed: *seed };
    let comparison = match &older {
        Some(older) => Some(compare::compare(&older.judged, &newer.judged, options)?),
        None => None,
    };
    let compared = older.as_ref().map(|older| older.name.clone()).zip(comparison.as_ref());
    if let Some(path) = report {
        write_page(path, &corpus, &newer, compared.clone())?;
    }
    match (compared, *json) {
        (None, true) => table::print_json(&newer.report),
        (None, false) => tables::report(&newer.report),
        (Some((a, comparison)), true) => {
            table::print_json(&json!({ "a": a, "b": newer.name, "comparison": comparison }))
        }
        (Some((a, comparison)), false) => tables::comparison(&a, &newer.name, comparison),
    }
}

/// A model and what it said of a corpus.
struct Measured {
    /// Name and version.
    name: String,
    bundle: Bundle,
    analyzer: Analyzer,
    judged: Judged,
    report: TopicReport,
    /// Milliseconds that each document took, ascending.
    times: Vec<f64>,
}

impl Measured {
    fn of(path: Option<&Path>, corpus: &Corpus, quiet: bool) -> Result<Self, Failure> {
        let bundle = load::bundle(path)?;
        let analyzer = bundle.clone().analyzer()?;
        let mut progress = Progress::new(Some(corpus.rows.len() as u64), quiet);
        let mut times = Vec::with_capacity(corpus.rows.len());
        let mut begun = Instant::now();
        let judged = Judged::of(&analyzer, corpus, |_| {
            times.push(begun.elapsed().as_secs_f64() * 1e3);
            progress.done(1, false);
            begun = Instant::now();
        })?;
        drop(progress);
        times.sort_by(f64::total_cmp);
        let report = topics::report(&judged, corpus);
        let name = format!("{} {}", bundle.manifest.name, bundle.manifest.version);
        Ok(Self { name, bundle, analyzer, judged, report, times })
    }

    fn speed(&self) -> Option<Speed> {
        let at = |share: f64| self.times.get(((self.times.len() - 1) as f64 * share) as usize).copied();
        let total: f64 = self.times.iter().sum();
        (total > 0.0).then(|| Speed {
            documents_per_second: self.times.len() as f64 / total * 1e3,
            median: at(0.5).unwrap_or_default(),
            slow: at(0.95).unwrap_or_default(),
        })
    }
}

fn write_page(
    path: &Path,
    corpus: &Corpus,
    measured: &Measured,
    comparison: Option<(String, &Comparison)>,
) -> Result<(), Failure> {
    let Measured { name, bundle, analyzer, judged, report, times: _ } = measured;
    let explain = |positions: Vec<usize>| -> Result<Vec<_>, Error> {
        positions.into_iter().map(|at| cases::explain(analyzer, corpus, judged, at)).collect()
    };
    let page = Page {
        model: page::Model {
            name: name.clone(),
            digest: bundle.digest.clone(),
            bytes: bundle.manifest.files.values().map(|file| file.size).sum(),
            features: bundle.model.weights.keys().len(),
            training_documents: bundle.manifest.training.documents,
        },
        data: Path::new(&corpus.path)
            .file_name()
            .map_or_else(|| corpus.path.clone(), |name| name.to_string_lossy().into_owned()),
        data_digest: corpus.digest.clone(),
        judged,
        report,
        worst: explain(cases::worst(judged, SHOWN))?,
        best: explain(cases::best(judged, corpus, SHOWN))?,
        speed: measured.speed(),
        comparison,
    };
    std::fs::write(path, page::render(&page)).map_err(|source| Error::io(path, source))?;
    Ok(())
}

/// Measures genres that were left out of training.
pub(super) fn genres(cli: &Cli, arguments: &EvaluateGenresArgs) -> Result<(), Failure> {
    let EvaluateGenresArgs { train, data, seed, markdown, json } = arguments;
    let corpus = Corpus::read(train)?;
    let apart = data.as_deref().map(Corpus::read).transpose()?;
    let options = TrainOptions { seed: *seed, ..TrainOptions::default() };
    let steps = Steps::new(cli.quiet);
    let found = genres::leave_one_out(&corpus, apart.as_ref(), &options, &mut |name, done, total| {
        steps.show(name, done, total);
    });
    steps.end();
    let found = found?;
    match (*json, *markdown) {
        (true, _) => table::print_json(&found),
        (false, markdown) => tables::genres(&found, markdown),
    }
}
