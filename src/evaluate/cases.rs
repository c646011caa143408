//! Documents that show what a model does: those that it was most wrong about and those that it had entirely right, each
//! with the words that decided.

use super::judged::Judged;
use super::judged::JudgedDocument;
use super::metrics::Judgement;
use crate::analyze::Analyzer;
use crate::analyze::Options;
use crate::analyze::Unobserved;
use crate::corpus::Corpus;
use crate::error::Error;
use crate::text::Span;
use crate::topic::AbstainReason;
use crate::topic::ClassifyOptions;
use crate::topic::ExplanationLevel;
use crate::topic::LabelExplanation;

/// Labels of one document that are explained at most, the most surprising first.
const MAX_LABELS: usize = 4;
/// Words listed for and against a label at most.
const MAX_WORDS: usize = 8;

/// A document, shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Case {
    /// Key of its row; may be empty.
    pub id: String,
    /// Where it comes from; may be empty.
    pub genre: String,
    /// The clean text, title and body.
    pub text: String,
    /// Sum of the surprises of all labels: the negative logarithm of the probability that what is true had.
    pub surprise: f64,
    /// Why no label was selected.
    pub abstained: Option<AbstainReason>,
    /// The labels that it has or got, the most surprising first.
    pub labels: Vec<CaseLabel>,
}

/// A label of a document and why it got its probability.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CaseLabel {
    /// Position in the judged labels.
    pub position: usize,
    /// The document has it.
    pub truth: bool,
    /// The model said it.
    pub selected: bool,
    /// Its probability.
    pub probability: f64,
    /// Contributions, the strongest first: what the feature reads like, and how much it adds to the log-odds. Of features
    /// that contain one another only the strongest is here.
    pub words: Vec<(String, f64)>,
    /// What each character of the text contributes, in order; 0 where nothing does.
    pub heat: Vec<f64>,
}

/// Positions of the documents that the model was most wrong about, the worst first.
#[must_use]
pub fn worst(judged: &Judged, count: usize) -> Vec<usize> {
    let mut order = by_surprise(judged, |document| document.counted().any(|(_, j)| j.selected != j.truth));
    order.reverse();
    order.truncate(count);
    order
}

/// Positions of documents with labels that the model had entirely right, the surest first; no two of them are mainly
/// about the same label.
#[must_use]
pub fn best(judged: &Judged, corpus: &Corpus, count: usize) -> Vec<usize> {
    let right = |document: &JudgedDocument| {
        document.is_labelled() && document.counted().all(|(_, j)| j.selected == j.truth)
    };
    let mut seen: Vec<&str> = Vec::new();
    let mut chosen = Vec::new();
    for at in by_surprise(judged, right) {
        let primary = corpus.rows.get(at).and_then(|row| row.labels.first()).map_or("", String::as_str);
        if chosen.len() < count && !seen.contains(&primary) {
            seen.push(primary);
            chosen.push(at);
        }
    }
    chosen
}

/// The documents that are wanted, the least surprising first.
fn by_surprise(judged: &Judged, wanted: impl Fn(&JudgedDocument) -> bool) -> Vec<usize> {
    let documents = judged.documents.iter().enumerate().filter(|(_, document)| wanted(document));
    let mut order: Vec<(f64, usize)> = documents.map(|(at, document)| (total(document), at)).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    order.into_iter().map(|(_, at)| at).collect()
}

fn total(document: &JudgedDocument) -> f64 {
    document.counted().map(|(_, judgement)| surprise(judgement)).sum()
}

/// Negative logarithm of the probability that what is true had; a probability of a millionth is as bad as none.
fn surprise(judgement: Judgement) -> f64 {
    let probability = if judgement.truth { judgement.probability } else { 1.0 - judgement.probability };
    -probability.max(1e-6).ln()
}

/// Explains one document of a judged corpus.
///
/// # Errors
/// What [`Analyzer::analyze`] refuses.
pub fn explain(analyzer: &Analyzer, corpus: &Corpus, judged: &Judged, at: usize) -> Result<Case, Error> {
    let (Some(row), Some(document)) = (corpus.rows.get(at), judged.documents.get(at)) else {
        return Ok(Case::default());
    };
    let mut shown: Vec<(usize, Judgement)> =
        document.counted().filter(|(_, judgement)| judgement.truth || judgement.selected).collect();
    // Of a document that has none and got none, what came nearest.
    if shown.is_empty() {
        let nearest = document.counted().max_by(|a, b| a.1.probability.total_cmp(&b.1.probability));
        shown.extend(nearest);
    }
    shown.sort_by(|a, b| surprise(b.1).total_cmp(&surprise(a.1)).then(a.0.cmp(&b.0)));
    shown.truncate(MAX_LABELS);
    let id = |position: usize| judged.labels.get(position).filter(|label| label.known).map(|l| l.id.clone());
    let classify = ClassifyOptions {
        label_ids: shown.iter().filter_map(|&(position, _)| id(position)).collect(),
        include_unselected: true,
        explanation: ExplanationLevel::Features,
        max_features: usize::MAX,
        ..ClassifyOptions::default()
    };
    let options = Options { classify: Some(classify), extract: None };
    let analysis = match analyzer.analyze(&row.document(), &options, &mut Unobserved) {
        Ok(analysis) => Some(analysis),
        Err(Error::EmptyDocument) => None,
        Err(other) => return Err(other),
    };
    let text = analysis.as_ref().map(|found| found.prepared.clean.text.clone()).unwrap_or_default();
    let explanations =
        analysis.and_then(|found| found.classification).map(|found| found.explanations).unwrap_or_default();
    let labels = shown.into_iter().map(|(position, judgement)| {
        let explanation = explanations.iter().find(|found| Some(&found.id) == id(position).as_ref());
        CaseLabel {
            position,
            truth: judgement.truth,
            selected: judgement.selected,
            probability: judgement.probability,
            words: explanation.map(strongest).unwrap_or_default(),
            heat: explanation.map(|found| heat(&text, found)).unwrap_or_default(),
        }
    });
    Ok(Case {
        id: row.id.clone(),
        genre: row.genre.clone(),
        surprise: total(document),
        abstained: document.abstained,
        labels: labels.collect(),
        text,
    })
}

/// The strongest features of more than one character, none of them part of another.
fn strongest(explanation: &LabelExplanation) -> Vec<(String, f64)> {
    let mut words: Vec<(String, f64)> = Vec::new();
    for found in &explanation.features {
        let word = found.feature.split_whitespace().collect::<Vec<_>>().join(" ");
        let apart = |(other, _): &(String, f64)| !other.contains(&word) && !word.contains(other.as_str());
        if word.chars().count() > 1 && words.iter().all(apart) {
            words.push((word, found.contribution));
        }
        if words.len() == MAX_WORDS {
            break;
        }
    }
    words
}

/// What each character contributes: a feature's contribution is shared out evenly over its occurrences, and there over
/// its characters.
fn heat(text: &str, explanation: &LabelExplanation) -> Vec<f64> {
    let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    let mut heat = vec![0.0; starts.len()];
    for feature in &explanation.features {
        let share = feature.contribution / feature.spans.len().max(1) as f64;
        for &Span { start, end } in &feature.spans {
            let place = |offset: u32| starts.partition_point(|&at| at < offset as usize);
            let covered = heat.get_mut(place(start)..place(end)).unwrap_or_default();
            let part = share / covered.len().max(1) as f64;
            covered.iter_mut().for_each(|slot| *slot += part);
        }
    }
    heat
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::Row;
    use crate::topic::FeatureContribution;

    fn document(said: &[(f64, bool, bool)]) -> JudgedDocument {
        let judgement = |&(probability, selected, truth): &(f64, bool, bool)| {
            Some(Judgement { probability, selected, truth })
        };
        JudgedDocument { judgements: said.iter().map(judgement).collect(), abstained: None }
    }

    #[test]
    fn the_worst_are_wrong_and_the_best_are_not() {
        let documents = vec![
            document(&[(0.9, true, true), (0.1, false, false)]),
            document(&[(0.2, false, true), (0.1, false, false)]),
            document(&[(0.9, true, false), (0.9, true, true)]),
            document(&[(0.99, true, true), (0.01, false, false)]),
            document(&[(0.1, false, false), (0.8, true, true)]),
            document(&[(0.0, false, false), (0.0, false, false)]),
        ];
        let judged = Judged { labels: Vec::new(), documents };
        let row = |label: &str| Row { labels: vec![label.to_owned()], ..Row::default() };
        let rows = vec![row("a"), row("a"), row("b"), row("a"), row("b"), Row::default()];
        let corpus = Corpus { path: String::new(), digest: String::new(), rows };
        assert_eq!(worst(&judged, 9), [2, 1]);
        // The first is as right as the fourth, but about the same; the last has no label.
        assert_eq!(best(&judged, &corpus, 9), [3, 4]);
        assert_eq!((worst(&judged, 1), best(&judged, &corpus, 1)), (vec![2], vec![3]));
    }

    #[test]
    fn heat_adds_up_to_the_contributions() {
        let feature = |contribution: f64, spans: &[(u32, u32)]| FeatureContribution {
            feature: "x".to_owned(),
            contribution,
            spans: spans.iter().map(|&(start, end)| Span { start, end }).collect(),
        };
        let explanation = LabelExplanation {
            id: "a".to_owned(),
            bias: -1.0,
            features: vec![feature(2.0, &[(0, 3), (6, 9)]), feature(-0.5, &[(3, 9)])],
            remainder: 0.0,
            sentences: Vec::new(),
            counterfactual: None,
        };
        let heat = heat("产业园A", &explanation);
        assert_eq!(heat, [1.0, -0.25, 0.75, 0.0]);
    }
}
