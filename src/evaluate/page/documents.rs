//! Documents with what decided marked in their text.

use std::fmt::Result;
use std::fmt::Write;

use super::Page;
use super::label;
use super::markup::Character;
use super::markup::Text;
use crate::evaluate::cases::Case;
use crate::evaluate::cases::CaseLabel;
use crate::topic::AbstainReason;

/// Characters of a text that are shown.
const SHOWN: usize = 720;
/// Steps of colour, for and against.
const STEPS: f64 = 4.0;
/// Share of the strongest character's contribution under which nothing is marked.
const FAINT: f64 = 0.06;
/// Documents that stand open.
const OPEN: usize = 2;

/// Both lists.
pub(super) fn section(out: &mut String, page: &Page<'_>) -> Result {
    writeln!(out, "<section id=\"documents\"><h2>Documents</h2>")?;
    writeln!(
        out,
        "<p class=\"lead\">What speaks <mark class=\"f3\">for</mark> a topic and what speaks <mark \
         class=\"a3\">against</mark> it: the marks are the model's own weights, added up per character.</p>"
    )?;
    list(out, page, "The worst", "w", &page.worst, "Nothing was missed or wrongly said.")?;
    list(out, page, "The best, one of each main topic", "b", &page.best, "No document was entirely right.")?;
    writeln!(out, "</section>")
}

fn list(out: &mut String, page: &Page<'_>, title: &str, key: &str, cases: &[Case], none: &str) -> Result {
    writeln!(out, "<h3>{title}</h3>")?;
    if cases.is_empty() {
        return writeln!(out, "<p>{none}</p>");
    }
    for (at, case) in cases.iter().enumerate() {
        document(out, page, &format!("{key}{at}"), case, at < OPEN)?;
    }
    Ok(())
}

fn document(out: &mut String, page: &Page<'_>, key: &str, case: &Case, open: bool) -> Result {
    let title = case.text.lines().next().unwrap_or_default();
    let head: String = title.chars().take(60).collect();
    writeln!(out, "<details class=\"case\"{}>", if open { " open" } else { "" })?;
    write!(out, "<summary><span class=\"title\">{}</span> <span class=\"verdicts\">", Text(&head))?;
    for found in &case.labels {
        let (class, sign) = verdict(found);
        write!(out, "<span class=\"{class}\">{sign} {}</span> ", super::short(page, found.position))?;
    }
    writeln!(out, "</span></summary>")?;
    write!(out, "<p class=\"about\">")?;
    if !case.id.is_empty() {
        write!(out, "<code>{}</code> ", Text(&case.id))?;
    }
    if !case.genre.is_empty() {
        write!(out, "{} ", Text(&case.genre))?;
    }
    match case.abstained {
        None | Some(AbstainReason::LowConfidence) => {}
        Some(AbstainReason::OutOfDomain) => write!(out, "· taken for a text of another kind ")?,
        Some(AbstainReason::TooShort) => write!(out, "· taken for too short ")?,
    }
    writeln!(out, "· surprise {:.1}</p><div class=\"tabs\">", case.surprise)?;
    for (at, found) in case.labels.iter().enumerate() {
        let checked = if at == 0 { " checked" } else { "" };
        write!(out, "<input type=\"radio\" name=\"{key}\" id=\"{key}-{at}\" class=\"t{at}\"{checked}>")?;
        let (class, sign) = verdict(found);
        write!(out, "<label for=\"{key}-{at}\" class=\"{class}\">{sign} ")?;
        label(out, page, found.position)?;
        writeln!(out, "</label>")?;
    }
    for (at, found) in case.labels.iter().enumerate() {
        panel(out, page, at, case, found)?;
    }
    writeln!(out, "</div></details>")
}

/// How a label did, as a class and a sign.
fn verdict(found: &CaseLabel) -> (&'static str, &'static str) {
    match (found.truth, found.selected) {
        (true, true) => ("right", "✓"),
        (true, false) => ("missed", "○"),
        (false, true) => ("wrong", "✕"),
        (false, false) => ("nearest", "·"),
    }
}

/// One label of a document: what was said, the words, the text.
fn panel(out: &mut String, page: &Page<'_>, at: usize, case: &Case, found: &CaseLabel) -> Result {
    let threshold = page.judged.labels.get(found.position).filter(|l| l.known).map(|label| label.threshold);
    let said = match (found.truth, found.selected) {
        (true, true) => "rightly said",
        (true, false) => "missed",
        (false, true) => "wrongly said",
        (false, false) => "nearest, rightly not said",
    };
    write!(out, "<div class=\"panel p{at}\"><p class=\"said\"><b>{said}</b>")?;
    match threshold {
        Some(threshold) => {
            let said = percent(found.probability);
            write!(out, " at {said}, threshold {:.0} %</p>", 100.0 * threshold)?;
        }
        None => write!(out, ": the model does not know this label</p>")?,
    }
    if !found.words.is_empty() {
        write!(out, "<p class=\"words\">")?;
        for (word, contribution) in &found.words {
            let class = if *contribution > 0.0 { "f2" } else { "a2" };
            let sign = if *contribution > 0.0 { "+" } else { "−" };
            write!(
                out,
                "<span class=\"word {class}\">{} <i>{sign}{:.1}</i></span> ",
                Text(word),
                contribution.abs()
            )?;
        }
        write!(out, "</p>")?;
    }
    text(out, &case.text, &found.heat)?;
    writeln!(out, "</div>")
}

/// A probability in percent; none but the surest reads like certainty.
fn percent(probability: f64) -> String {
    match 100.0 * probability {
        under if under < 1.0 => "under 1 %".to_owned(),
        over if over > 99.0 => "over 99 %".to_owned(),
        percent => format!("{percent:.0} %"),
    }
}

/// The text, runs of characters of one step of colour together.
fn text(out: &mut String, text: &str, heat: &[f64]) -> Result {
    let strongest = heat.iter().take(SHOWN).fold(0.0f64, |most, value| most.max(value.abs()));
    let step = |at: usize| {
        let value = heat.get(at).copied().unwrap_or_default() / strongest.max(f64::MIN_POSITIVE);
        if value.abs() < FAINT { 0 } else { ((value.abs().sqrt() * STEPS).ceil() * value.signum()) as i32 }
    };
    write!(out, "<div class=\"text\"><p>")?;
    let mut open = 0;
    let mut close = |out: &mut String, to: i32| {
        if open != to && open != 0 {
            out.push_str("</mark>");
        }
        let changed = open != to;
        open = to;
        changed
    };
    for (at, character) in text.chars().enumerate().take(SHOWN) {
        if character == '\n' {
            close(out, 0);
            write!(out, "</p><p>")?;
            continue;
        }
        let to = step(at);
        if close(out, to) && to != 0 {
            write!(out, "<mark class=\"{}{}\">", if to > 0 { 'f' } else { 'a' }, to.abs())?;
        }
        write!(out, "{}", Character(character))?;
    }
    close(out, 0);
    let left = text.chars().count().saturating_sub(SHOWN);
    if left > 0 {
        write!(out, " <span class=\"left\">… {left} more characters</span>")?;
    }
    writeln!(out, "</p></div>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_open_and_close_around_escaped_text() {
        let mut out = String::new();
        text(&mut out, "a<b\nc", &[1.0, 1.0, -0.5, 0.0, 0.01]).unwrap();
        assert_eq!(
            out,
            "<div class=\"text\"><p><mark class=\"f4\">a&lt;</mark><mark class=\"a3\">b</mark></p><p>c</p></div>\n"
        );
    }
}
