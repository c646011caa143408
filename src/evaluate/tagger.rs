//! A tagger against annotated texts.

use std::collections::BTreeMap;

use serde::Serialize;

use super::metrics::Tally;
use crate::corpus::annotated::AnnotatedCorpus;
use crate::corpus::annotated::AnnotatedRow;
use crate::error::Error;
use crate::extract::Anchors;
use crate::extract::Extractor;
use crate::extract::extractor::Input;
use crate::extract::tagger::Tagger;
use crate::segment::Segmenter;
use crate::text;
use crate::text::normalize;

/// What was measured for one type.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TypeReport {
    /// The type; empty for all together.
    #[serde(rename = "type")]
    pub kind: String,
    /// Spans that are marked in the corpus.
    pub support: usize,
    /// Share of the spans found that are right.
    pub precision: f64,
    /// Share of the marked spans that were found.
    pub recall: f64,
    /// Harmonic mean of the two.
    pub f1: f64,
}

/// A span found or missed, with the words around it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SpanError {
    /// Row of the corpus, from 1.
    pub row: usize,
    /// `missed` or `spurious`.
    pub error: &'static str,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// The span.
    pub text: String,
    /// What stands before and behind it.
    pub context: (String, String),
}

/// What was measured over a corpus: a span is right when its ends and its type are.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TaggerReport {
    /// Texts.
    pub texts: usize,
    /// All types together.
    pub all: TypeReport,
    /// Each type, by name.
    pub types: Vec<TypeReport>,
    /// Every error, in order.
    pub errors: Vec<SpanError>,
}

/// Spans as compared: start, end, type.
type Span<'a> = (usize, usize, &'a str);

/// Counts over texts.
#[derive(Clone, Debug, Default)]
pub struct Count {
    texts: usize,
    tallies: BTreeMap<String, Tally>,
    errors: Vec<SpanError>,
}

impl Count {
    /// Tags a text and compares. Marked spans of types that the tagger does not know do not count.
    ///
    /// # Errors
    /// What [`text::prepare`] refuses, an empty text apart.
    pub fn add(
        &mut self,
        row: &AnnotatedRow,
        tagger: &Tagger,
        segmenter: &Segmenter,
        extractor: &Extractor,
    ) -> Result<(), Error> {
        self.texts += 1;
        let prepared = match text::prepare(&row.document()) {
            Ok(prepared) => prepared,
            Err(Error::EmptyDocument) => return Ok(()),
            Err(other) => return Err(other),
        };
        let folded = normalize::fold(&prepared.clean.text);
        let tokens = segmenter.segment(&folded);
        let input =
            Input { prepared: &prepared, folded: &folded, tokens: &tokens, anchors: Anchors::default() };
        let characters: Vec<char> = row.text.chars().collect();
        // The content of plain text is taken over as it is and comes last.
        let shift = prepared.clean.text.chars().count() - characters.len();
        let marked = extractor.mark(&input, tagger);
        let found: Vec<Span<'_>> = marked
            .iter()
            .filter(|marked| marked.start >= shift)
            .map(|marked| (marked.start - shift, marked.end - shift, marked.kind))
            .collect();
        let mut right: Vec<Span<'_>> = row
            .spans
            .iter()
            .filter(|span| tagger.types().contains(&span.kind))
            .map(|span| (span.start, span.end, span.kind.as_str()))
            .collect();
        right.sort_unstable();
        right.dedup();
        for span in &found {
            let tally = self.tallies.entry(span.2.to_owned()).or_default();
            if right.binary_search(span).is_ok() {
                tally.true_positives += 1;
            } else {
                tally.false_positives += 1;
                self.errors.push(error(self.texts, "spurious", *span, &characters));
            }
        }
        for span in &right {
            if !found.contains(span) {
                self.tallies.entry(span.2.to_owned()).or_default().false_negatives += 1;
                self.errors.push(error(self.texts, "missed", *span, &characters));
            }
        }
        Ok(())
    }

    /// What was counted.
    #[must_use]
    pub fn report(self) -> TaggerReport {
        let mut all = Tally::default();
        let mut types = Vec::new();
        for (kind, tally) in &self.tallies {
            all.merge(*tally);
            types.push(report(kind, *tally));
        }
        TaggerReport { texts: self.texts, all: report("", all), types, errors: self.errors }
    }
}

fn report(kind: &str, tally: Tally) -> TypeReport {
    TypeReport {
        kind: kind.to_owned(),
        support: tally.true_positives + tally.false_negatives,
        precision: tally.precision(),
        recall: tally.recall(),
        f1: tally.f1(),
    }
}

fn error(row: usize, error: &'static str, (start, end, kind): Span<'_>, text: &[char]) -> SpanError {
    let part = |start: usize, end: usize| {
        text.get(start..end.min(text.len())).unwrap_or_default().iter().collect::<String>()
    };
    SpanError {
        row,
        error,
        kind: kind.to_owned(),
        text: part(start, end),
        context: (part(start.saturating_sub(8), start), part(end, end + 8)),
    }
}

/// Tags every text of a corpus and compares.
///
/// # Errors
/// [`Error::Corpus`] when the tagger knows none of the types of the corpus.
pub fn evaluate(
    tagger: &Tagger,
    segmenter: &Segmenter,
    extractor: &Extractor,
    corpus: &AnnotatedCorpus,
    mut progress: impl FnMut(usize),
) -> Result<TaggerReport, Error> {
    if !corpus.types().iter().any(|kind| tagger.types().contains(kind)) {
        let reason = format!("the tagger knows none of its types, only {}", tagger.types().join(", "));
        return Err(Error::Corpus { path: corpus.path.clone(), reason });
    }
    let mut count = Count::default();
    for (done, row) in corpus.rows.iter().enumerate() {
        count.add(row, tagger, segmenter, extractor)?;
        progress(done + 1);
    }
    Ok(count.report())
}
