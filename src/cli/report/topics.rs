//! Topics: a bar each, and why.

use crate::wire::pb;

use super::INDENT;
use super::Settings;
use super::heading;
use super::layout::Cell;
use super::layout::Table;
use super::layout::line;
use super::layout::pad;
use super::layout::paint;
use super::layout::shorten;
use super::layout::width;
use super::style;

/// Columns of a bar.
const BAR: usize = 16;
/// Parts of a column, from one eighth on.
const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
/// Words shown beside a bar.
const EVIDENCE: usize = 6;

/// Writes the topics; `unknown` is the share of words that the model does not know.
pub(super) fn write(classification: &pb::Classification, unknown: f64, settings: Settings, out: &mut String) {
    let abstention = abstention(classification.abstain_reason(), unknown);
    if !classification.labels.is_empty() || abstention.is_some() {
        heading("主题", "Topics", out);
    }
    let names = widest(classification.labels.iter().map(|label| label.display_name.as_str()));
    let ids = widest(classification.labels.iter().map(|label| label.label_id.as_str()));
    for label in &classification.labels {
        let explanation = classification.explanations.iter().find(|found| found.label_id == label.label_id);
        score(label, explanation, (names, ids), settings, out);
        if let Some(explanation) = explanation.filter(|_| settings.explain) {
            reasons(label, explanation, settings.width, out);
        }
    }
    if let Some(reason) = abstention {
        out.push_str(&format!("{}{}\n", " ".repeat(INDENT), paint(style::WARNING, &reason)));
    }
    paragraphs(&classification.paragraphs, settings.width, out);
}

fn widest<'a>(texts: impl Iterator<Item = &'a str>) -> usize {
    texts.map(|text| width(&line(text))).max().unwrap_or(0)
}

/// One line: name, id, bar, percent, words.
fn score(
    label: &pb::LabelScore,
    explanation: Option<&pb::LabelExplanation>,
    (names, ids): (usize, usize),
    settings: Settings,
    out: &mut String,
) {
    // On a narrow screen first the id goes, then the bar.
    let essential = INDENT + names + 2 + "100%".len();
    let with_bar = essential + BAR + 2 <= settings.width;
    let with_id = essential + BAR + 2 + ids + 2 <= settings.width;
    let colour = if label.selected { style::GOOD } else { style::DIM };
    let name_style = if label.selected { style::STRONG } else { style::DIM };
    let name = pad(&line(&label.display_name), names);
    let id = pad(&line(&label.label_id), ids);
    let percent = format!("{:>3.0}%", label.probability * 100.0);
    out.push_str(&" ".repeat(INDENT));
    out.push_str(&paint(name_style, &name));
    if with_id {
        out.push_str(&format!("  {}", paint(style::DIM, &id)));
    }
    if with_bar {
        out.push_str(&format!("  {}", bar(label, colour)));
    }
    out.push_str(&format!("  {}", paint(colour, &percent)));
    let used = INDENT + names + 2 + ids + 2 + BAR + 2 + percent.len() + 2;
    let room = if with_id { settings.width.saturating_sub(used) } else { 0 };
    let words = explanation.filter(|_| !settings.explain).map(evidence).unwrap_or_default();
    if room >= 8 && !words.is_empty() {
        out.push_str(&format!("  {}", paint(style::DIM, &fitting(&words, room))));
    }
    out.push('\n');
}

/// The probability as a bar; a thin mark stands at the threshold where the bar does not reach it.
fn bar(label: &pb::LabelScore, colour: anstyle::Style) -> String {
    let eighths = cells(label.probability, BAR * 8);
    let mut filled = "█".repeat(eighths / 8);
    filled.push_str(EIGHTHS.get(eighths % 8).copied().unwrap_or_default());
    let rest = BAR.saturating_sub(width(&filled));
    let before = cells(label.threshold, BAR).min(BAR - 1).checked_sub(width(&filled));
    let empty = match before.filter(|before| !label.selected && *before < rest) {
        Some(before) => format!("{}┊{}", "·".repeat(before), "·".repeat(rest - before - 1)),
        None => "·".repeat(rest),
    };
    format!("{}{}", paint(colour, &filled), paint(style::DIM, &empty))
}

/// `share` of `whole`, rounded; the contract keeps shares in [0, 1], but a server may be any.
fn cells(share: f64, whole: usize) -> usize {
    (share.clamp(0.0, 1.0) * whole as f64).round() as usize
}

/// The strongest words that speak for the label. Words and character sequences overlap one another in the text: one that
/// stands nowhere but in a longer one is shown as that, and one that says nothing beside those shown is left out.
fn evidence(explanation: &pb::LabelExplanation) -> Vec<String> {
    let speaking = || explanation.features.iter().filter(|feature| feature.contribution > 0.0);
    let mut shown: Vec<(&pb::FeatureContribution, String)> = Vec::new();
    for feature in speaking() {
        let around = speaking().filter(|other| always(feature, other, is_within));
        let whole = around.max_by_key(|other| other.feature.chars().count()).unwrap_or(feature);
        let word = line(&whole.feature);
        let news = |(other, text): &(&pb::FeatureContribution, String)| {
            !text.contains(&word) && !word.contains(text.as_str()) && !always(whole, other, laps)
        };
        if word.chars().count() > 1 && shown.len() < EVIDENCE && shown.iter().all(news) {
            shown.push((whole, word));
        }
    }
    shown.into_iter().map(|(_, word)| word).collect()
}

/// Whether a feature stands nowhere in the text but `there`, seen from another one.
fn always(
    feature: &pb::FeatureContribution,
    other: &pb::FeatureContribution,
    there: fn(&pb::Span, &pb::Span) -> bool,
) -> bool {
    let stands_there = |span: &pb::Span| other.spans.iter().any(|around| there(span, around));
    !feature.spans.is_empty() && feature.spans.iter().all(stands_there)
}

fn is_within(span: &pb::Span, around: &pb::Span) -> bool {
    around.start <= span.start && span.end <= around.end
}

fn laps(span: &pb::Span, other: &pb::Span) -> bool {
    span.start < other.end && other.start < span.end
}

/// As many of `words` as fit in `room` columns, at least the first.
fn fitting(words: &[String], room: usize) -> String {
    let mut out = String::new();
    for word in words {
        let next = if out.is_empty() { word.clone() } else { format!("{out} · {word}") };
        if width(&next) > room && !out.is_empty() {
            break;
        }
        out = next;
    }
    shorten(&out, room)
}

fn abstention(reason: pb::AbstainReason, unknown: f64) -> Option<String> {
    let sentence = match reason {
        pb::AbstainReason::Unspecified => return None,
        pb::AbstainReason::LowConfidence => "no topic reached its threshold",
        pb::AbstainReason::OutOfDomain => "no topic: the text is unlike what the model has learned from",
        pb::AbstainReason::TooShort => "no topic: too little text to decide on",
    };
    let percent = (unknown * 100.0).round();
    Some(match percent > 0.0 {
        true => format!("{sentence} ({percent:.0}% of its words are new to the model)"),
        false => sentence.to_owned(),
    })
}

/// Columns of the bar of one contribution, either side.
const SIDE: usize = 8;

/// The sum that a decision value is, term by term.
fn reasons(label: &pb::LabelScore, explanation: &pb::LabelExplanation, total: usize, out: &mut String) {
    let pb::LabelExplanation { label_id: _, bias, features, remainder, sentences, counterfactual } =
        explanation;
    let most = features.iter().map(|feature| feature.contribution.abs()).fold(f64::MIN_POSITIVE, f64::max);
    let mut table = Table::new(INDENT * 2);
    let mut term = |value: f64, text: &str, note: &str| {
        let colour = if value < 0.0 { style::BAD } else { style::GOOD };
        let length = cells(value.abs() / most, SIDE);
        table.row(vec![
            Cell::new(&format!("{value:+.3}"), colour).right(),
            Cell::new(&"█".repeat(length), colour),
            Cell::new(text, style::PLAIN),
            Cell::new(note, style::DIM),
        ]);
    };
    for feature in features {
        term(feature.contribution, &feature.feature, &super::times(feature.spans.len()));
    }
    if *remainder != 0.0 {
        term(*remainder, "(other words)", "");
    }
    term(*bias, "(baseline)", "");
    term(label.decision_value, "= log-odds", &format!("{:.1}%", label.probability * 100.0));
    out.push_str(&table.render(total));
    let mut table = Table::new(INDENT * 2).at_most(2);
    for sentence in sentences.iter().filter(|sentence| sentence.contribution > 0.0).take(3) {
        let text = sentence.span.as_ref().map(|span| span.text.as_str()).unwrap_or_default();
        let value = Cell::new(&format!("{:+.3}", sentence.contribution), style::GOOD).right();
        table.row(vec![value, Cell::new(&format!("“{text}”"), style::PLAIN)]);
    }
    if let Some(counterfactual) = counterfactual {
        let count = counterfactual.sentences.len();
        let noun = if count == 1 { "sentence" } else { "sentences" };
        let text =
            counterfactual.sentences.iter().map(|span| span.text.as_str()).collect::<Vec<_>>().join(" ");
        let without = format!("{:.0}%", counterfactual.probability_without * 100.0);
        let text = format!("without {count} {noun}: “{text}”");
        table.row(vec![Cell::new(&without, style::WARNING).right(), Cell::new(&text, style::PLAIN)]);
    }
    out.push_str(&table.render(total));
}

fn paragraphs(paragraphs: &[pb::ParagraphClassification], total: usize, out: &mut String) {
    if paragraphs.is_empty() {
        return;
    }
    heading("分段主题", "Topics by paragraph", out);
    let mut table = Table::new(INDENT).at_most(1);
    for paragraph in paragraphs {
        let labels = paragraph.labels.iter().map(|label| label.display_name.as_str()).collect::<Vec<_>>();
        let labels = if labels.is_empty() { "—".to_owned() } else { labels.join(" · ") };
        let text = paragraph.span.as_ref().map(|span| span.text.as_str()).unwrap_or_default();
        table.row(vec![Cell::new(&labels, style::STRONG), Cell::new(text, style::DIM)]);
    }
    out.push_str(&table.render(total));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(probability: f64, threshold: f64) -> String {
        let selected = probability >= threshold;
        let label = pb::LabelScore { probability, threshold, selected, ..Default::default() };
        anstream::adapter::strip_str(&bar(&label, style::GOOD)).to_string()
    }

    #[test]
    fn bars_are_as_long_as_they_say() {
        assert_eq!(drawn(1.0, 0.5), "████████████████");
        assert_eq!(drawn(0.5, 0.5), "████████········");
        assert_eq!(drawn(0.25, 0.5), "████····┊·······");
        assert_eq!(drawn(0.0, 1.0), "···············┊");
        assert_eq!(drawn(0.03, 0.5), "▌·······┊·······");
        for odd in [f64::NAN, -1.0, 7.0] {
            assert_eq!(width(&drawn(odd, odd)), BAR, "{odd}");
        }
    }

    #[test]
    fn evidence_does_not_repeat_itself() {
        let feature = |feature: &str, contribution: f64| pb::FeatureContribution {
            feature: feature.to_owned(),
            contribution,
            spans: Vec::new(),
        };
        let explanation = pb::LabelExplanation {
            features: vec![
                feature("城市", 0.9),
                feature("城市副", 0.8),
                feature("市", 0.7),
                feature("外交", -0.6),
                feature("规划", 0.5),
            ],
            ..Default::default()
        };
        assert_eq!(evidence(&explanation), ["城市", "规划"]);
    }

    #[test]
    fn evidence_is_shown_as_the_word_that_it_always_stands_in() {
        let feature = |feature: &str, contribution: f64, starts: &[u32]| pb::FeatureContribution {
            feature: feature.to_owned(),
            contribution,
            spans: starts
                .iter()
                .map(|&start| pb::Span {
                    start,
                    end: start + feature.chars().count() as u32,
                    ..Default::default()
                })
                .collect(),
        };
        // 港区 stands in 新港区 both times; 港口 also stands alone, and 口群 says nothing beside it.
        let explanation = pb::LabelExplanation {
            features: vec![
                feature("港区", 0.9, &[1, 11]),
                feature("港口", 0.8, &[20, 30]),
                feature("新港区", 0.7, &[0, 10]),
                feature("港口群", 0.6, &[30]),
                feature("口群", 0.6, &[31]),
                feature("货", 0.5, &[41]),
                feature("货物", -0.4, &[41]),
            ],
            ..Default::default()
        };
        assert_eq!(evidence(&explanation), ["新港区", "港口"]);
    }

    #[test]
    fn evidence_fits_its_room() {
        let words = ["产业园".to_owned(), "招商引资".to_owned(), "入驻".to_owned()];
        assert_eq!(fitting(&words, 40), "产业园 · 招商引资 · 入驻");
        assert_eq!(fitting(&words, 18), "产业园 · 招商引资");
        assert_eq!(fitting(&words, 5), "产业…");
    }
}
