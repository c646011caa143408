//! What comes first and last: which model on which documents, the measures over all labels, genres, how it was done.

use std::fmt::Result;
use std::fmt::Write;

use super::Page;
use super::chart;
use super::markup::Count;
use super::markup::Share;
use super::markup::Text;
use crate::evaluate::curve::Curve;
use crate::evaluate::metrics::Calibration;
use crate::evaluate::metrics::Judgement;
use crate::topic::AbstainReason;

/// Title, model, data, and where to go.
pub(super) fn header(out: &mut String, page: &Page<'_>) -> Result {
    let Page { model, report, .. } = page;
    writeln!(out, "<header>\n<p class=\"kind\">文脉 wenmai · topics evaluated</p>")?;
    writeln!(out, "<h1>{}</h1>", Text(&model.name))?;
    write!(out, "<p class=\"of\">on <strong>{}</strong>, ", Text(&page.data))?;
    writeln!(out, "{} documents, {} topics</p>", Count(report.documents as u64), page.judged.labels.len())?;
    write!(out, "<nav>")?;
    let mut links = vec![("overall", "Overall"), ("topics", "Topics"), ("curves", "Curves")];
    if page.comparison.is_some() {
        links.insert(0, ("comparison", "Comparison"));
    }
    links.extend([("confusion", "Confusion"), ("documents", "Documents"), ("method", "Method")]);
    for (id, name) in links {
        write!(out, "<a href=\"#{id}\">{name}</a>")?;
    }
    writeln!(out, "</nav>\n</header>")
}

/// The measures that say most, large.
pub(super) fn tiles(out: &mut String, page: &Page<'_>) -> Result {
    let Page { report, model, .. } = page;
    let percent = |part: usize, whole: usize| 100.0 * part as f64 / whole.max(1) as f64;
    let labelled = page.judged.documents.iter().filter(|document| document.is_labelled()).count();
    let mut tiles = vec![
        (
            Share(report.micro_f1).to_string(),
            "micro-F1",
            format!("precision {} · recall {}", Share(report.micro_precision), Share(report.micro_recall)),
        ),
        (Share(report.macro_f1).to_string(), "macro-F1", "every topic counts alike".to_owned()),
        (
            Share(report.top1_accuracy).to_string(),
            "top-1 accuracy",
            "the likeliest topic is right".to_owned(),
        ),
        (Share(report.calibration_error).to_string(), "calibration error", "of selected topics".to_owned()),
        (format!("{:.4}", report.brier_score), "Brier score", "over all probabilities".to_owned()),
        (
            format!("{:.1} %", percent(report.abstained_with_labels, labelled)),
            "wrongly without a topic",
            format!("{} of {} that have one", report.abstained_with_labels, Count(labelled as u64)),
        ),
        (
            format!("{:.1} MB", model.bytes as f64 / 1e6),
            "bundle",
            format!("{} features", Count(model.features as u64)),
        ),
    ];
    if let Some(speed) = page.speed {
        tiles.push((
            Count(speed.documents_per_second.round() as u64).to_string(),
            "documents a second",
            format!("half under {:.2} ms, 95 % under {:.2} ms", speed.median, speed.slow),
        ));
    }
    writeln!(out, "<section class=\"tiles\" aria-label=\"measures\">")?;
    for (value, what, note) in tiles {
        write!(out, "<div class=\"tile\"><div class=\"value\">{value}</div>")?;
        writeln!(out, "<div class=\"what\">{what}</div><div class=\"note\">{note}</div></div>")?;
    }
    writeln!(out, "</section>")
}

/// Precision, recall and calibration of all judgements together.
pub(super) fn overall(out: &mut String, page: &Page<'_>) -> Result {
    let known = |(at, _): &(usize, Judgement)| page.judged.labels.get(*at).is_some_and(|label| label.known);
    let all = || page.judged.documents.iter().flat_map(|document| document.counted().filter(known));
    let mut calibration = Calibration::default();
    all().for_each(|(_, judgement)| calibration.add(judgement.probability, judgement.truth));
    writeln!(out, "<section id=\"overall\"><h2>All topics together</h2><div class=\"pair\">")?;
    write!(out, "<figure>")?;
    chart::precision_recall(out, &Curve::of(all().map(|(_, judgement)| judgement)), None)?;
    writeln!(
        out,
        "<figcaption><b>Precision against recall</b> if one threshold were used for every topic. The model's own \
         thresholds reach precision {} at recall {}.</figcaption></figure>",
        Share(page.report.micro_precision),
        Share(page.report.micro_recall)
    )?;
    write!(out, "<figure>")?;
    chart::reliability(out, &calibration)?;
    writeln!(
        out,
        "<figcaption><b>Reliability</b> of every probability of every topic: on the dashed line, of what is given \
         70 % seven in ten are true. Bars: how many there are, logarithmic.</figcaption></figure>"
    )?;
    writeln!(out, "</div></section>")
}

/// Documents by genre, and those without a topic by reason.
pub(super) fn groups(out: &mut String, page: &Page<'_>) -> Result {
    let reasons = [
        (AbstainReason::LowConfidence, "no topic reached its threshold"),
        (AbstainReason::OutOfDomain, "unlike what the model has learned from"),
        (AbstainReason::TooShort, "too short"),
    ];
    writeln!(
        out,
        "<section id=\"groups\"><h2>Documents without a topic, and genres</h2><div class=\"pair\">"
    )?;
    writeln!(out, "<div class=\"scroll\"><table><thead><tr><th>no topic because</th><th>documents</th>")?;
    writeln!(out, "<th>that have one</th></tr></thead><tbody>")?;
    for (reason, name) in reasons {
        let of = || page.judged.documents.iter().filter(|document| document.abstained == Some(reason));
        let wrongly = of().filter(|document| document.is_labelled()).count();
        writeln!(out, "<tr><td>{name}</td><td>{}</td><td>{wrongly}</td></tr>", of().count())?;
    }
    writeln!(out, "</tbody></table></div>")?;
    if !page.report.genres.is_empty() {
        writeln!(out, "<div class=\"scroll\"><table><thead><tr><th>genre</th><th>documents</th>")?;
        writeln!(out, "<th>micro-F1</th><th>wrongly without a topic</th></tr></thead><tbody>")?;
        for genre in &page.report.genres {
            writeln!(
                out,
                "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
                Text(&genre.genre),
                genre.documents,
                Share(genre.micro_f1),
                genre.abstained_with_labels
            )?;
        }
        writeln!(out, "</tbody></table></div>")?;
    }
    writeln!(out, "</div></section>")
}

/// How it was measured.
pub(super) fn footer(out: &mut String, page: &Page<'_>) -> Result {
    let Page { model, report, .. } = page;
    writeln!(out, "<section id=\"method\"><h2>How this was measured</h2><dl>")?;
    let mut item = |name: &str, text: String| writeln!(out, "<dt>{name}</dt><dd>{text}</dd>");
    item("Model", format!("{}, digest <code>{}</code>", Text(&model.name), Text(&model.digest)))?;
    item("Documents", format!("{}, SHA-256 <code>{}</code>", Text(&page.data), Text(&page.data_digest)))?;
    item("Precision, recall, F1", "of the topics that the model selected at its own thresholds; labels that \
        annotators called optional count neither way. Micro: over all judgements; macro: the mean over topics."
        .to_owned())?;
    item(
        "Average precision",
        "mean over a topic's documents of the precision at the threshold that just \
        selects them: what the ranking is worth, whatever the threshold."
            .to_owned(),
    )?;
    item(
        "Calibration error",
        "of selected topics, in ten bins of width 0.1: the mean distance between the \
        probability and the share that is true, weighted by the size of the bin."
            .to_owned(),
    )?;
    item("Brier score", "mean squared difference of probability and truth, over all topics.".to_owned())?;
    if !report.unknown_labels.is_empty() {
        let names: Vec<String> = report.unknown_labels.iter().map(|id| Text(id).to_string()).collect();
        item("Unknown to the model", format!("{}; each occurrence counts as missed.", names.join(", ")))?;
    }
    if page.speed.is_some() {
        item(
            "Speed",
            "one document after another on one thread of the machine that wrote this page: text, \
            words and all topics."
                .to_owned(),
        )?;
    }
    writeln!(out, "</dl></section>")
}
