//! `train`: arguments of the learners.

use std::io;
use std::io::IsTerminal as _;

use indicatif::ProgressBar;
use indicatif::ProgressDrawTarget;
use indicatif::ProgressStyle;

use crate::bundle::Manifest;
use crate::bundle::manifest::Training;
use crate::error::Error;
use crate::segment::compile::Dictionary;
use crate::segment::reference;
use crate::segment::table::Table;
use crate::topic::calibration::Assignment;
use crate::train::command;
use crate::train::command::Outcome;
use crate::train::command::Request;
use crate::train::topics::TrainOptions;

use super::args::Cli;
use super::args::TrainDictionaryArgs;
use super::args::TrainTopicsArgs;
use super::evaluate;
use super::exit::Failure;
use super::report::layout;
use super::report::style;
use super::table;

/// Learns topics.
pub(super) fn topics(cli: &Cli, arguments: &TrainTopicsArgs) -> Result<(), Failure> {
    let TrainTopicsArgs {
        train,
        out,
        dev,
        hold_out,
        name,
        version,
        seed,
        labels,
        sources,
        max_features,
        max_model_size,
        balance,
    } = arguments;
    let request = Request {
        train: train.clone(),
        out: out.clone(),
        dev: dev.clone(),
        hold_out: hold_out.map(usize::from),
        labels: labels.clone(),
        sources: sources.clone(),
        name: name.clone(),
        version: version.clone(),
        options: TrainOptions {
            seed: *seed,
            max_features: max_features.map_or(usize::MAX, |features| features as usize),
            max_bytes: *max_model_size,
            balance: *balance,
            ..TrainOptions::default()
        },
    };
    let steps = Steps::new(cli.quiet);
    let outcome = command::run(&request, &mut |name, done, total| steps.show(name, done, total));
    steps.end();
    let Outcome { bundle, dev: report, notes } = outcome?;
    for note in notes {
        let label = layout::paint(style::WARNING, "note:");
        anstream::eprintln!("{label} {}", layout::line(&note));
    }
    let training = &bundle.manifest.training;
    table::print_pairs(&[
        ("bundle", out.display().to_string()),
        ("model", format!("{} {}", bundle.manifest.name, bundle.manifest.version)),
        ("digest", bundle.digest.clone()),
        ("documents", training.documents.to_string()),
        ("labels", bundle.manifest.labels.len().to_string()),
        ("features", bundle.model.weights.keys().len().to_string()),
        ("micro-F1, cross-validated", format!("{:.4}", training.micro_f1)),
        ("macro-F1, cross-validated", format!("{:.4}", training.macro_f1)),
        ("calibration error", format!("{:.4}", training.calibration_error)),
        ("labels of a document", labels_of_a_document(bundle.model.calibration.assignment).to_owned()),
        ("settings", settings(&bundle.manifest)),
        ("lost by pruning and rounding", format!("{:.4}", training.compression_loss)),
    ])?;
    if let Some(report) = report {
        table::print_line("")?;
        evaluate::tables::report(&report)?;
    }
    Ok(())
}

/// How many labels a document has.
fn labels_of_a_document(assignment: Assignment) -> &'static str {
    match assignment {
        Assignment::Independent => "any number",
        Assignment::Exclusive => "exactly one",
    }
}

/// What the search chose.
fn settings(manifest: &Manifest) -> String {
    let Training { cost, ratio_smoothing, ratio_power, rarity, by_kind, bayes_factor, .. } =
        manifest.training;
    let scaled = match (ratio_smoothing > 0.0, ratio_power < 1.0) {
        (false, _) => "weights not scaled",
        (true, false) => "weights scaled by log-count ratios",
        (true, true) => "weights scaled by roots of log-count ratios",
    };
    let marks = if manifest.features.marks { "marks are features" } else { "marks are no features" };
    let bayes = match bayes_factor > 0.0 {
        true => format!("naive Bayes × {bayes_factor:.3}"),
        false => "no naive Bayes".to_owned(),
    };
    let kinds = if by_kind { "features scaled by kind" } else { "all features alike" };
    format!(
        "cost {cost}, {scaled}, inverse document frequency to the power {rarity}, {kinds}, {marks}, {bayes}"
    )
}

/// Compiles a dictionary, and writes it when jieba finds the same words by the same list.
pub(super) fn dictionary(arguments: &TrainDictionaryArgs) -> Result<(), Failure> {
    let TrainDictionaryArgs { words, out } = arguments;
    let refused = |reason: String| Error::Corpus { path: words.display().to_string(), reason };
    let read = std::fs::read(words).map_err(|error| Failure::io(words, error))?;
    let list = String::from_utf8(read).map_err(|_| refused("is not UTF-8".to_owned()))?;
    let table = Dictionary::parse(&list).and_then(|dictionary| dictionary.compile()).map_err(refused)?;
    let count = table.words().len();
    if count == 0 {
        return Err(refused("holds no word that text could hold".to_owned()).into());
    }
    // What is compared is what will be read. A table uses its bytes for as long as the program runs.
    let bytes: &'static [u8] = table.to_bytes().leak();
    let table = Table::parse(bytes).map_err(Failure::Internal)?;
    let compared = reference::compare(&list, table).map_err(|reason| Error::Training { reason })?;
    std::fs::write(out, bytes).map_err(|error| Failure::io(out, error))?;
    table::print_pairs(&[
        ("dictionary", out.display().to_string()),
        ("words", count.to_string()),
        ("bytes", bytes.len().to_string()),
        ("tokens compared with jieba", compared.to_string()),
    ])
}

/// The steps of training, on a terminal only.
pub(super) struct Steps {
    pub(super) bar: ProgressBar,
}

impl Steps {
    /// On standard error, where somebody watches.
    pub(super) fn new(quiet: bool) -> Self {
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template("{bar:32.cyan/blue} {percent:>3}%  {msg}  {elapsed}")
        {
            bar.set_style(style);
        }
        if !quiet && io::stderr().is_terminal() {
            bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        Self { bar }
    }

    /// Takes the line away.
    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }

    /// Shows how far a step has come.
    pub(super) fn show(&self, name: &'static str, done: usize, total: usize) {
        self.bar.set_message(name);
        self.bar.set_length(total as u64);
        self.bar.set_position(done as u64);
    }
}
