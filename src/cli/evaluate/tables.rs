//! What was measured, as tables.

use crate::cli::exit::Failure;
use crate::cli::table;
use crate::cli::table::Side;
use crate::cli::table::Table;
use crate::evaluate::compare::Comparison;
use crate::evaluate::compare::Difference;
use crate::evaluate::topics::TopicReport;
use crate::train::genres::LeftOut;

fn share(value: f64) -> String {
    format!("{value:.4}")
}

fn signed(value: f64) -> String {
    format!("{value:+.4}")
}

/// One model on one corpus.
pub(in crate::cli) fn report(report: &TopicReport) -> Result<(), Failure> {
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
        ("average precision", Side::Right),
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
            share(label.average_precision),
            share(label.calibration_error),
            share(label.brier_score),
        ]);
    }
    rows.print()
}

/// Two models on one corpus. A star stands where the interval leaves 0 out.
pub(super) fn comparison(a: &str, b: &str, comparison: &Comparison) -> Result<(), Failure> {
    table::print_pairs(&[
        ("A", a.to_owned()),
        ("B", b.to_owned()),
        ("documents", comparison.documents.to_string()),
        ("draws", format!("{}, seed {}", comparison.resamples, comparison.seed)),
    ])?;
    table::print_line("")?;
    let columns = |first| {
        [
            (first, Side::Left),
            ("documents", Side::Right),
            ("A", Side::Right),
            ("B", Side::Right),
            ("B - A", Side::Right),
            ("95 % interval", Side::Left),
            ("", Side::Left),
            ("B better in", Side::Right),
        ]
    };
    let row = |found: &Difference| {
        [
            found.name.clone(),
            found.support.to_string(),
            share(found.a),
            share(found.b),
            signed(found.difference),
            format!("{} … {}", signed(found.low), signed(found.high)),
            (if found.is_significant() { "*" } else { "" }).to_owned(),
            format!("{:.1} %", found.better * 100.0),
        ]
    };
    let mut overall = Table::new(&columns("measure"));
    comparison.overall.iter().for_each(|found| overall.row(row(found)));
    overall.print()?;
    table::print_line("")?;
    let mut labels = Table::new(&columns("F1 of"));
    comparison.labels.iter().for_each(|found| labels.row(row(found)));
    labels.print()
}

/// Genres left out.
pub(super) fn genres(found: &[LeftOut], markdown: bool) -> Result<(), Failure> {
    let beside = found.iter().any(|genre| genre.with.is_some());
    let mut columns = vec![
        ("genre left out", Side::Left),
        ("trained on", Side::Right),
        ("scored on", Side::Right),
        ("micro-F1", Side::Right),
        ("macro-F1", Side::Right),
        ("top-1", Side::Right),
        ("calibration", Side::Right),
        ("wrongly without a topic", Side::Right),
    ];
    if beside {
        columns.push(("micro-F1 when trained on", Side::Right));
        columns.push(("difference", Side::Right));
    }
    let mut rows = Table::new(&columns);
    for LeftOut { genre, trained_on, without, with } in found {
        let mut cells = vec![
            genre.clone(),
            trained_on.to_string(),
            without.documents.to_string(),
            share(without.micro_f1),
            share(without.macro_f1),
            share(without.top1_accuracy),
            share(without.calibration_error),
            without.abstained_with_labels.to_string(),
        ];
        if let Some(with) = with {
            cells.push(share(with.micro_f1));
            cells.push(signed(without.micro_f1 - with.micro_f1));
        }
        rows.row(cells);
    }
    if markdown { rows.print_markdown() } else { rows.print() }
}
