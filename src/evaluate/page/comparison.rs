//! The model against another one.

use std::fmt::Result;
use std::fmt::Write;

use super::Page;
use super::chart;
use super::label;
use super::markup::Share;
use super::markup::Signed;
use super::markup::Text;
use crate::evaluate::compare::Comparison;
use crate::evaluate::compare::Difference;

/// Both tables.
pub(super) fn section(out: &mut String, page: &Page<'_>, other: &str, comparison: &Comparison) -> Result {
    writeln!(out, "<section id=\"comparison\"><h2>Compared with {}</h2>", Text(other))?;
    writeln!(
        out,
        "<p class=\"lead\">Differences on the same {} documents, {} less {}. Intervals hold 95 % of {} draws of as many \
         documents with replacement (seed {}); where one leaves 0 out, it is coloured.</p>",
        comparison.documents,
        Text(&page.model.name),
        Text(other),
        comparison.resamples,
        comparison.seed
    )?;
    writeln!(out, "<div class=\"pair wide\">")?;
    table(out, "measure", &comparison.overall, |out, found| write!(out, "{}", Text(&found.name)))?;
    table(out, "F1 of", &comparison.labels, |out, found| {
        match page.judged.labels.iter().position(|label| label.id == found.name) {
            Some(position) => label(out, page, position),
            None => write!(out, "{}", Text(&found.name)),
        }
    })?;
    writeln!(out, "</div></section>")
}

fn table(
    out: &mut String,
    what: &str,
    differences: &[Difference],
    name: impl Fn(&mut String, &Difference) -> Result,
) -> Result {
    let bound = differences.iter().fold(0.0f64, |most, d| most.max(d.low.abs()).max(d.high.abs()));
    writeln!(out, "<div class=\"scroll\"><table><thead><tr><th>{what}</th><th>before</th><th>now</th>")?;
    writeln!(out, "<th>difference</th><th>95 % interval</th><th>better in</th></tr></thead><tbody>")?;
    for found in differences {
        write!(out, "<tr><th scope=\"row\">")?;
        name(out, found)?;
        let strong = if found.is_significant() { " class=\"sure\"" } else { "" };
        write!(out, "</th><td>{}</td><td>{}</td>", Share(found.a), Share(found.b))?;
        write!(out, "<td{strong}>{}</td><td class=\"range\">", Signed(found.difference))?;
        // A calibration error that falls is a gain: what counts is which of the two is better.
        let better = found.is_significant().then_some(found.better > 0.5);
        chart::interval(out, (found.low, found.difference, found.high), bound, better)?;
        write!(out, "<span>{} … {}</span></td>", Signed(found.low), Signed(found.high))?;
        writeln!(out, "<td>{:.0} %</td></tr>", 100.0 * found.better)?;
    }
    writeln!(out, "</tbody></table></div>")
}
