//! `evaluate`: arguments of the measurements.

use crate::corpus::Corpus;
use crate::evaluate::topics::TopicReport;
use crate::evaluate::topics::evaluate;

use super::args::Cli;
use super::args::EvaluateTopicsArgs;
use super::exit::Failure;
use super::load;
use super::progress::Progress;
use super::table;
use super::table::Side;
use super::table::Table;

/// Measures topics.
pub(super) fn topics(cli: &Cli, arguments: &EvaluateTopicsArgs) -> Result<(), Failure> {
    let EvaluateTopicsArgs { model, data, json } = arguments;
    let corpus = Corpus::read(data)?;
    let analyzer = load::analyzer(model.as_deref())?;
    let mut progress = Progress::new(Some(corpus.rows.len() as u64), cli.quiet);
    let report = evaluate(&analyzer, &corpus, |_| progress.done(1, false))?;
    drop(progress);
    if *json { table::print_json(&report) } else { print(&report) }
}

/// Prints what was measured.
pub(super) fn print(report: &TopicReport) -> Result<(), Failure> {
    let share = |value: f64| format!("{value:.4}");
    table::print_pairs(&[
        ("documents", report.documents.to_string()),
        ("micro-F1", share(report.micro_f1)),
        ("  precision", share(report.micro_precision)),
        ("  recall", share(report.micro_recall)),
        ("macro-F1", share(report.macro_f1)),
        ("top-1 accuracy", share(report.top1_accuracy)),
        ("calibration error", share(report.calibration_error)),
        ("Brier score", share(report.brier_score)),
        (
            "without a topic",
            format!("{} ({} of them have one)", report.abstained, report.abstained_with_labels),
        ),
    ])?;
    if !report.unknown_labels.is_empty() {
        table::print_pairs(&[("unknown to the model", report.unknown_labels.join(", "))])?;
    }
    table::print_line("")?;
    let mut rows = Table::new(&[
        ("label", Side::Left),
        ("documents", Side::Right),
        ("precision", Side::Right),
        ("recall", Side::Right),
        ("F1", Side::Right),
        ("calibration", Side::Right),
        ("Brier", Side::Right),
    ]);
    for label in &report.labels {
        rows.row([
            label.label.clone(),
            label.support.to_string(),
            share(label.precision),
            share(label.recall),
            share(label.f1),
            share(label.calibration_error),
            share(label.brier_score),
        ]);
    }
    rows.print()
}
