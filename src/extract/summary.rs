//! Sentences that stand for the document, each with what its score is made of.

use super::FunctionAssignment;
use super::KeySentence;
use super::Keyphrase;
use super::QuantityKind;
use super::Speech;
use super::Value;
use super::characters::Block;
use super::characters::Characters;
use super::characters::is_han;
use super::finding::Finding;
use super::words::HanSet;
use crate::text::ParagraphKind;
use crate::text::Span;

use super::EntityIndex;

/// How many are answered where the caller does not say.
const DEFAULT_MAX: usize = 5;

/// Shortest sentence that can stand for anything, in characters.
const MIN_LENGTH: usize = 12;

/// Weights of the components; they sum to one.
const WEIGHTS: [(&str, f64); 6] = [
    ("position", 0.26),
    ("title_overlap", 0.2),
    ("keyphrases", 0.2),
    ("speech", 0.1),
    ("assignments", 0.18),
    ("figures", 0.06),
];

/// The strongest sentences, by descending score.
pub(crate) fn find(
    text: &Characters<'_>,
    mentions: &[(Finding, EntityIndex)],
    speeches: &[Speech],
    assignments: &[FunctionAssignment],
    keyphrases: &[Keyphrase],
    max: usize,
) -> Vec<KeySentence> {
    let max = if max == 0 { DEFAULT_MAX } else { max };
    let body: Vec<Block> = text
        .sentences()
        .iter()
        .copied()
        .filter(|sentence| {
            matches!(sentence.kind, ParagraphKind::Body | ParagraphKind::ListItem)
                && sentence.end - sentence.start >= MIN_LENGTH
        })
        .collect();
    let titles = TitlePairs::new(text);
    let mut phrases: Vec<(u32, f64)> = keyphrases
        .iter()
        .flat_map(|phrase| phrase.spans.iter().map(|span| (span.start, phrase.score)))
        .collect();
    phrases.sort_by(|one, other| one.0.cmp(&other.0).then(one.1.total_cmp(&other.1)));
    let cues: Vec<u32> = sorted(speeches.iter().map(|speech| speech.cue.start));
    let assigned: Vec<u32> = sorted(assignments.iter().map(|assignment| assignment.zone.start));
    let figures: Vec<u32> =
        sorted(mentions.iter().filter(|(finding, _)| counts(finding)).map(|(f, _)| f.span.start));
    let count = |list: &[u32], span: Span| {
        let from = list.partition_point(|&at| at < span.start);
        let to = list.partition_point(|&at| at < span.end);
        (to - from) as f64
    };
    let mut raw: Vec<(Span, [f64; 6])> = Vec::with_capacity(body.len());
    let mut paragraph_start = 0;
    for (order, sentence) in body.iter().enumerate() {
        if text.before(sentence.start) == '\n' || sentence.start == 0 {
            paragraph_start = sentence.start;
        }
        let span = text.span(sentence.start, sentence.end);
        let opens = if paragraph_start == sentence.start { 0.15 } else { 0.0 };
        let position = (1.0 / (1.0 + order as f64 * 0.5) + opens).min(1.0);
        let from = phrases.partition_point(|&(at, _)| at < span.start);
        let covered: f64 =
            phrases.iter().skip(from).take_while(|&&(at, _)| at < span.end).map(|&(_, score)| score).sum();
        raw.push((
            span,
            [
                position,
                overlap(text, sentence, &titles),
                covered,
                count(&cues, span).min(1.0),
                count(&assigned, span).min(4.0) / 4.0,
                count(&figures, span).min(3.0) / 3.0,
            ],
        ));
    }
    // Coverage has no scale of its own: it is read against the fullest sentence.
    let fullest = raw.iter().map(|(_, [_, _, covered, ..])| *covered).fold(0.0, f64::max).max(1e-9);
    let mut scored: Vec<KeySentence> = raw
        .into_iter()
        .map(|(span, mut parts)| {
            if let Some(covered) = parts.get_mut(2) {
                *covered /= fullest;
            }
            let components: Vec<(&'static str, f64)> =
                WEIGHTS.iter().zip(parts).map(|(&(name, weight), part)| (name, weight * part)).collect();
            let score = components.iter().map(|&(_, share)| share).sum();
            KeySentence { span, score, components }
        })
        .collect();
    scored.sort_by(|one, other| other.score.total_cmp(&one.score).then(one.span.cmp(&other.span)));
    scored.truncate(max);
    let strongest = scored.first().map_or(1.0, |sentence| sentence.score).max(1e-9);
    for sentence in &mut scored {
        sentence.score = (sentence.score / strongest).clamp(0.0, 1.0);
        for (_, share) in &mut sentence.components {
            *share /= strongest;
        }
        sentence.components.retain(|&(_, share)| share > 0.0);
    }
    scored
}

/// Positions in order.
fn sorted(positions: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut positions: Vec<u32> = positions.collect();
    positions.sort_unstable();
    positions
}

/// Whether a mention is a figure that news is about.
fn counts(finding: &Finding) -> bool {
    match &finding.value {
        Value::Quantity(value) => match value.kind {
            QuantityKind::Count
            | QuantityKind::Money
            | QuantityKind::Percentage
            | QuantityKind::Measure
            | QuantityKind::Multiple
            | QuantityKind::Fraction => true,
            QuantityKind::Ordinal | QuantityKind::Duration => false,
        },
        Value::Person { .. }
        | Value::Organization { .. }
        | Value::Place { .. }
        | Value::Zone { .. }
        | Value::Time(_)
        | Value::DocumentReference { .. }
        | Value::Post { .. } => false,
    }
}

/// Pairs of neighbouring characters of the headlines.
struct TitlePairs {
    /// In order.
    pairs: Vec<(char, char)>,
    /// Their first characters, which few pairs of a text begin with.
    firsts: HanSet,
}

impl TitlePairs {
    fn new(text: &Characters<'_>) -> Self {
        let titles = text
            .paragraphs()
            .iter()
            .filter(|line| matches!(line.kind, ParagraphKind::Title | ParagraphKind::OriginalTitle));
        let mut pairs: Vec<(char, char)> = titles.flat_map(|line| neighbours(text, line)).collect();
        pairs.sort_unstable();
        pairs.dedup();
        let firsts = HanSet::new(pairs.iter().map(|&(first, _)| first));
        Self { pairs, firsts }
    }
}

/// Pairs of neighbouring Chinese characters.
fn neighbours<'a>(text: &'a Characters<'_>, block: &Block) -> impl Iterator<Item = (char, char)> + 'a {
    let (start, end) = (block.start, block.end);
    (start..end.saturating_sub(1))
        .map(|at| (text.at(at), text.at(at + 1)))
        .filter(|&(one, other)| is_han(one) && is_han(other))
}

/// Share of the headlines' pairs that a sentence holds.
fn overlap(text: &Characters<'_>, sentence: &Block, titles: &TitlePairs) -> f64 {
    if titles.pairs.is_empty() {
        return 0.0;
    }
    let alike = neighbours(text, sentence).filter(|&(first, _)| titles.firsts.holds(first));
    let mut shared: Vec<usize> = alike.filter_map(|pair| titles.pairs.binary_search(&pair).ok()).collect();
    shared.sort_unstable();
    shared.dedup();
    shared.len() as f64 / titles.pairs.len() as f64
}

#[cfg(test)]
mod tests {
    use crate::extract::fixture;

    #[test]
    fn scores_are_the_sum_of_their_components() {
        let text = "5月10日，省长周明远到北京市通州区调研。周明远强调，展览服务功能向滨河商务区集中。天气晴朗，道路十分通畅，没有拥堵。";
        let found = fixture::extract(text, None);
        assert_eq!(found.key_sentences.len(), 3);
        for sentence in &found.key_sentences {
            let sum: f64 = sentence.components.iter().map(|&(_, share)| share).sum();
            assert!((sum - sentence.score).abs() < 1e-9, "{sentence:?}");
        }
        let last = found.key_sentences.last().unwrap();
        assert!(last.span.of(text).starts_with("天气"), "{:?}", found.key_sentences);
        let named: Vec<&str> =
            found.key_sentences.iter().flat_map(|s| &s.components).map(|&(name, _)| name).collect();
        assert!(named.contains(&"assignments") && named.contains(&"speech"));
    }
}
