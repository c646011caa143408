//! Topic by topic: a table, the weakest first, and a card each with its curves.

use std::fmt::Result;
use std::fmt::Write;

use super::Page;
use super::chart;
use super::label;
use super::markup::Share;
use crate::evaluate::curve::Curve;
use crate::evaluate::metrics::Calibration;
use crate::evaluate::metrics::Tally;
use crate::evaluate::topics::LabelReport;

/// Positions of the labels that the corpus has, the one with the lowest F1 first; then those without a document.
fn weakest_first<'a>(page: &Page<'a>) -> Vec<(usize, &'a LabelReport)> {
    let mut order: Vec<(usize, &LabelReport)> = page.report.labels.iter().enumerate().collect();
    order.sort_by(|(_, a), (_, b)| {
        (a.support == 0).cmp(&(b.support == 0)).then(a.f1.total_cmp(&b.f1)).then(a.label.cmp(&b.label))
    });
    order
}

/// One row per topic.
pub(super) fn table(out: &mut String, page: &Page<'_>) -> Result {
    writeln!(out, "<section id=\"topics\"><h2>Topic by topic</h2>")?;
    writeln!(out, "<p class=\"lead\">The weakest first. {}</p>", holding_back(page))?;
    writeln!(
        out,
        "<div class=\"scroll\"><table class=\"topics\"><thead><tr><th>topic</th><th>documents</th>"
    )?;
    write!(out, "<th>F1</th><th>precision</th><th>recall</th><th title=\"average precision\">AP</th>")?;
    write!(out, "<th>threshold</th><th title=\"expected calibration error\">ECE</th><th>Brier</th>")?;
    writeln!(out, "<th>missed</th><th>wrongly said</th></tr></thead><tbody>")?;
    for (at, found) in weakest_first(page) {
        let tally = tally(page, at);
        let threshold = page.judged.labels.get(at).filter(|label| label.known).map(|label| label.threshold);
        write!(out, "<tr><th scope=\"row\">")?;
        label(out, page, at)?;
        write!(out, "</th><td>{}</td>", found.support)?;
        let width = 100.0 * found.f1;
        write!(
            out,
            "<td class=\"meter\"><span><i style=\"width:{width:.0}%\"></i></span><b>{}</b></td><td>{}</td><td>{}</td><td>{}</td>",
            Share(found.f1),
            Share(found.precision),
            Share(found.recall),
            Share(found.average_precision)
        )?;
        match threshold {
            Some(threshold) => write!(out, "<td>{}</td>", Share(threshold))?,
            None => write!(out, "<td>unknown</td>")?,
        }
        write!(out, "<td>{}</td><td>{:.4}</td>", Share(found.calibration_error), found.brier_score)?;
        writeln!(out, "<td>{}</td><td>{}</td></tr>", tally.false_negatives, tally.false_positives)?;
    }
    writeln!(out, "</tbody></table></div></section>")
}

/// Which topics make most of the errors, in a sentence.
fn holding_back(page: &Page<'_>) -> String {
    let errors = |at: usize| {
        let tally = tally(page, at);
        tally.false_negatives + tally.false_positives
    };
    let mut order: Vec<(usize, usize)> = (0..page.report.labels.len()).map(|at| (errors(at), at)).collect();
    order.sort_by_key(|&(errors, at)| (std::cmp::Reverse(errors), at));
    let all: usize = order.iter().map(|(errors, _)| errors).sum();
    let few = order.iter().take(order.len().div_ceil(4)).filter(|(errors, _)| *errors > 0);
    let (mut names, mut theirs) = (Vec::new(), 0);
    for &(errors, at) in few {
        names.push(super::short(page, at).to_string());
        theirs += errors;
    }
    if names.is_empty() {
        return "Nothing was missed or wrongly said.".to_owned();
    }
    let share = 100.0 * theirs as f64 / all as f64;
    format!(
        "{share:.0} % of all errors are made on {} of {} topics: {}.",
        names.len(),
        order.len(),
        names.join("、")
    )
}

fn tally(page: &Page<'_>, at: usize) -> Tally {
    let mut tally = Tally::default();
    page.judged.column(at).for_each(|(_, judgement)| tally.add(judgement));
    tally
}

/// A card per topic that documents have: both curves.
pub(super) fn cards(out: &mut String, page: &Page<'_>) -> Result {
    writeln!(out, "<section id=\"curves\"><h2>Curves of each topic</h2>")?;
    writeln!(
        out,
        "<p class=\"lead\">Left: precision against recall, the dot is the model's threshold. Right: how often the topic \
         is true of what was given a probability, with 95 % intervals; the bars count.</p><div class=\"cards\">"
    )?;
    for (at, found) in weakest_first(page).into_iter().filter(|(_, found)| found.support > 0) {
        let Some(judged) = page.judged.labels.get(at).filter(|label| label.known) else { continue };
        let judgements = || page.judged.column(at).map(|(_, judgement)| judgement);
        let curve = Curve::of(judgements());
        let mut calibration = Calibration::default();
        judgements().for_each(|judgement| calibration.add(judgement.probability, judgement.truth));
        write!(out, "<article class=\"card\"><h3>")?;
        label(out, page, at)?;
        write!(out, "</h3><p class=\"numbers\"><b>F1 {}</b> ", Share(found.f1))?;
        write!(out, "P {} · R {} · AP ", Share(found.precision), Share(found.recall))?;
        write!(out, "{} · ECE {} · ", Share(found.average_precision), Share(found.calibration_error))?;
        write!(out, "{} documents</p><div class=\"two\">", found.support)?;
        chart::precision_recall(
            out,
            &curve,
            curve.at(judged.threshold).map(|point| (judged.threshold, point)),
        )?;
        chart::reliability(out, &calibration)?;
        writeln!(out, "</div></article>")?;
    }
    writeln!(out, "</div></section>")
}
