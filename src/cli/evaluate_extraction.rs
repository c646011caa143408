//! `evaluate extraction`: arguments of the measurement.

use crate::evaluate::extraction;

use super::args::Cli;
use super::args::EvaluateExtractionArgs;
use super::exit::Failure;
use super::load;
use super::progress::Progress;
use super::table;
use super::table::Side;
use super::table::Table;

/// Measures extraction.
pub(super) fn run(cli: &Cli, arguments: &EvaluateExtractionArgs) -> Result<(), Failure> {
    let EvaluateExtractionArgs { data, tagger, errors, kind, types, json } = arguments;
    let analyzer = load::analyzer_with(tagger.as_deref())?;
    let mut progress = Progress::new(None, cli.quiet);
    let mut report = extraction::evaluate(&analyzer, data, types, || progress.done(1, false))?;
    drop(progress);
    if let Some(kind) = kind {
        report.errors.retain(|error| error.kind == *kind);
    }
    if *json {
        if !*errors {
            report.errors.clear();
        }
        return table::print_json(&report);
    }
    table::print_pairs(&[("format", report.format.to_owned()), ("rows", report.rows.to_string())])?;
    table::print_line("")?;
    let mut rows = Table::new(&[
        ("kind", Side::Left),
        ("right", Side::Right),
        ("gold", Side::Right),
        ("found", Side::Right),
        ("precision", Side::Right),
        ("recall", Side::Right),
        ("score", Side::Right),
        ("of", Side::Left),
    ]);
    let share = |value: f64| format!("{value:.4}");
    for kind in &report.kinds {
        rows.row([
            kind.kind.clone(),
            kind.right.to_string(),
            kind.gold.to_string(),
            kind.found.to_string(),
            share(kind.precision),
            share(kind.recall),
            share(kind.score),
            kind.measure.to_owned(),
        ]);
    }
    rows.print()?;
    if *errors {
        table::print_line("")?;
        for error in &report.errors {
            let extraction::Difference { kind, context, expected, found } = error;
            table::print_line(&format!("{kind}\t{context}\texpected {expected:?}\tfound {found:?}"))?;
        }
    }
    Ok(())
}
