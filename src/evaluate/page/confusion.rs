//! What was said instead of what.

use std::fmt::Result;
use std::fmt::Write;

use super::Page;
use super::label;
use super::short;
use crate::evaluate::confusion::Confusion;
use crate::evaluate::confusion::Pair;

/// Pairs listed in words.
const LISTED: usize = 8;
/// A cell of the matrix is dark from here on at the earliest: of few errors none stands out.
const FEW: usize = 6;
/// Labels up to which a matrix can be read.
const MATRIX: usize = 40;

/// The matrix and the commonest pairs.
pub(super) fn section(out: &mut String, page: &Page<'_>) -> Result {
    let confusion = Confusion::of(page.judged);
    writeln!(out, "<section id=\"confusion\"><h2>Confusion between topics</h2>")?;
    writeln!(
        out,
        "<p class=\"lead\">A document may have several topics, so there is no one wrong answer for a right one. Counted \
         are documents in which the topic of the row was missed and the topic of the column was wrongly said.</p>"
    )?;
    writeln!(out, "<div class=\"pair\">")?;
    list(out, page, "Most often said instead", &confusion.commonest(), "missed, said")?;
    list(out, page, "Most often missed together", &confusion.commonest_together(), "and")?;
    writeln!(out, "</div>")?;
    if page.judged.labels.len() <= MATRIX {
        matrix(out, page, &confusion)?;
    }
    writeln!(out, "</section>")
}

fn list(out: &mut String, page: &Page<'_>, title: &str, pairs: &[Pair], between: &str) -> Result {
    writeln!(out, "<div><h3>{title}</h3>")?;
    if pairs.is_empty() {
        return writeln!(out, "<p>None.</p></div>");
    }
    writeln!(out, "<ol class=\"pairs\">")?;
    for pair in pairs.iter().take(LISTED).filter(|pair| pair.documents > 1 || pairs.len() <= LISTED) {
        let (first, second) = (short(page, pair.first), short(page, pair.second));
        let between = match between.split_once(", ") {
            Some((before, after)) => format!(" <i>{before},</i> {second} <i>{after}</i>"),
            None => format!(" <i>{between}</i> {second}"),
        };
        writeln!(out, "<li>{first}{between}<b>{}</b></li>", pair.documents)?;
    }
    writeln!(out, "</ol></div>")
}

fn matrix(out: &mut String, page: &Page<'_>, confusion: &Confusion) -> Result {
    let size = page.judged.labels.len();
    let most = confusion.instead.iter().flatten().max().copied().unwrap_or_default().max(FEW);
    let cell = |out: &mut String, count: usize, class: &str| match count {
        0 => write!(out, "<td class=\"{class}\"></td>"),
        _ if class == "sum" => write!(out, "<td class=\"{class}\">{count}</td>"),
        _ => {
            // The eye reads steps of area, not of a count: the root spreads the small ones.
            let level = ((count as f64 / most as f64).sqrt() * 6.0).ceil().clamp(1.0, 6.0);
            write!(out, "<td class=\"h{level}\">{count}</td>")
        }
    };
    writeln!(out, "<div class=\"scroll\"><table class=\"matrix\"><thead><tr><th>missed ↓ said →</th>")?;
    for at in 0..size {
        write!(out, "<th class=\"turned\"><span>{}</span></th>", short(page, at))?;
    }
    writeln!(out, "<th class=\"turned sum\"><span>nothing instead</span></th></tr></thead><tbody>")?;
    for (at, row) in confusion.instead.iter().enumerate() {
        write!(out, "<tr><th scope=\"row\">")?;
        label(out, page, at)?;
        write!(out, "</th>")?;
        for (column, &count) in row.iter().enumerate() {
            cell(out, count, if at == column { "self" } else { "" })?;
        }
        cell(out, confusion.missed_alone.get(at).copied().unwrap_or_default(), "sum")?;
        writeln!(out, "</tr>")?;
    }
    write!(out, "<tr><th scope=\"row\" class=\"sum\">nothing was missed</th>")?;
    for &count in &confusion.said_alone {
        cell(out, count, "sum")?;
    }
    writeln!(out, "<td class=\"self\"></td></tr></tbody></table></div>")
}
