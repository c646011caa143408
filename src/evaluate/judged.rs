//! What a model said of every document of a corpus, and what is true: everything else here is arithmetic on this.

use super::metrics::Judgement;
use crate::analyze::Analyzer;
use crate::analyze::Options;
use crate::analyze::Unobserved;
use crate::corpus::Corpus;
use crate::error::Error;
use crate::topic::AbstainReason;
use crate::topic::Classification;
use crate::topic::ClassifyOptions;

/// A label of the model or of the corpus.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JudgedLabel {
    /// Its id.
    pub id: String,
    /// Name for people; the id where the model does not have the label.
    pub display_name: String,
    /// Probability from which the model selects it.
    pub threshold: f64,
    /// The model has it. One that only the corpus has is missed wherever it stands.
    pub known: bool,
}

/// One document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JudgedDocument {
    /// One per label; none where it counts neither way.
    pub judgements: Vec<Option<Judgement>>,
    /// Why no label was selected.
    pub abstained: Option<AbstainReason>,
}

/// A corpus, judged.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Judged {
    /// By id.
    pub labels: Vec<JudgedLabel>,
    /// In order of the corpus.
    pub documents: Vec<JudgedDocument>,
}

impl Judged {
    /// Classifies every document of a corpus. A label in a row's `optional` that is not among its `labels` counts
    /// neither way. Documents without any text count as unclassified.
    ///
    /// `progress` is called after each document with how many are done.
    ///
    /// # Errors
    /// [`Error::Corpus`] when the model and the corpus have no label in common.
    pub fn of(analyzer: &Analyzer, corpus: &Corpus, mut progress: impl FnMut(usize)) -> Result<Self, Error> {
        let labels = labels(analyzer, corpus)?;
        let options = Options {
            classify: Some(ClassifyOptions { include_unselected: true, ..ClassifyOptions::default() }),
            extract: None,
        };
        let mut documents = Vec::with_capacity(corpus.rows.len());
        for (done, row) in corpus.rows.iter().enumerate() {
            let found = match analyzer.analyze(&row.document(), &options, &mut Unobserved) {
                Ok(analysis) => analysis.classification.unwrap_or_default(),
                Err(Error::EmptyDocument) => {
                    Classification { abstain: Some(AbstainReason::TooShort), ..Classification::default() }
                }
                Err(other) => return Err(other),
            };
            let judgements = labels
                .iter()
                .map(|label| {
                    let truth = row.labels.contains(&label.id);
                    let score = found.labels.iter().find(|score| score.id == label.id);
                    let (probability, selected) =
                        score.map_or((0.0, false), |score| (score.probability, score.selected));
                    let counts = truth || !row.optional.contains(&label.id);
                    counts.then_some(Judgement { probability, selected, truth })
                })
                .collect();
            documents.push(JudgedDocument { judgements, abstained: found.abstain });
            progress(done + 1);
        }
        Ok(Self { labels, documents })
    }

    /// The judgements of one label, with the positions of their documents.
    pub fn column(&self, label: usize) -> impl Iterator<Item = (usize, Judgement)> {
        let judgement = move |(at, document): (usize, &JudgedDocument)| {
            document.judgements.get(label).copied().flatten().map(|judgement| (at, judgement))
        };
        self.documents.iter().enumerate().filter_map(judgement)
    }
}

impl JudgedDocument {
    /// The labels that count, by position, with what was said of them.
    pub fn counted(&self) -> impl Iterator<Item = (usize, Judgement)> {
        self.judgements.iter().enumerate().filter_map(|(at, judgement)| judgement.map(|found| (at, found)))
    }

    /// The document has a label.
    #[must_use]
    pub fn is_labelled(&self) -> bool {
        self.counted().any(|(_, judgement)| judgement.truth)
    }

    /// The most probable label is one of the document's own. Of equally probable ones the first by id counts, as in an
    /// answer.
    #[must_use]
    pub fn is_right_first(&self) -> bool {
        let best = self.counted().fold(None, |best: Option<Judgement>, (_, judgement)| match best {
            Some(top) if top.probability >= judgement.probability => best,
            Some(_) | None => Some(judgement),
        });
        best.is_some_and(|judgement| judgement.truth && judgement.probability > 0.0)
    }
}

/// The labels of both, by id.
fn labels(analyzer: &Analyzer, corpus: &Corpus) -> Result<Vec<JudgedLabel>, Error> {
    let known = &analyzer.classifier().model().labels;
    let mut labels: Vec<JudgedLabel> = known
        .iter()
        .map(|label| JudgedLabel {
            id: label.id.clone(),
            display_name: label.display_name.clone(),
            threshold: label.threshold,
            known: true,
        })
        .collect();
    let own = corpus.labels();
    let foreign = || own.iter().filter(|id| known.iter().all(|label| label.id != **id));
    if let Some(example) = foreign().next().filter(|_| foreign().count() == own.len()) {
        let reason = format!("none of its labels is known to the model (for example {example:?})");
        return Err(Error::Corpus { path: corpus.path.clone(), reason });
    }
    labels.extend(foreign().map(|id| JudgedLabel {
        id: id.clone(),
        display_name: id.clone(),
        threshold: 1.0,
        known: false,
    }));
    labels.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(labels)
}
