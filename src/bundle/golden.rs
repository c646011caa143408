//! Documents with the answers that a bundle must give, checked whenever it is loaded.

use serde::Deserialize;
use serde::Serialize;

use super::pace::Pace;
use crate::analyze::Analyzer;
use crate::analyze::Options;
use crate::analyze::Unobserved;
use crate::error::Error;
use crate::text::Content;
use crate::text::Document;
use crate::text::Format;
use crate::topic::ClassifyOptions;
use crate::topic::weights::Score;

/// The documents that every bundle is tested on, of our own writing: some of each genre, some of none.
const DOCUMENTS: &str = include_str!("../../models/golden/documents.jsonl");

/// One document and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Golden {
    /// Headline.
    pub title: String,
    /// Body, plain text or HTML.
    pub content: String,
    /// Decision value of each label in the order of the manifest, in units of 2⁻³².
    pub scores: Vec<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    title: String,
    content: String,
}

/// The golden documents with the answers of this analyzer.
///
/// # Errors
/// [`Error::Bundle`] when the built-in documents cannot be read or analysed.
pub fn make(analyzer: &Analyzer) -> Result<Vec<Golden>, Error> {
    let refuse = |reason: String| Error::Bundle { path: "golden documents".to_owned(), reason };
    DOCUMENTS
        .lines()
        .map(|line| {
            let Source { title, content } =
                serde_json::from_str(line).map_err(|error| refuse(error.to_string()))?;
            let scores = scores(analyzer, &title, &content)?;
            Ok(Golden { title, content, scores })
        })
        .collect()
}

/// Checks that an analyzer gives every golden document the recorded decision values.
///
/// # Errors
/// A sentence that names the first document that got others.
pub fn verify(analyzer: &Analyzer, golden: &[Golden], pace: &Pace) -> Result<(), String> {
    for (index, golden) in golden.iter().enumerate() {
        pace.step();
        let scores = scores(analyzer, &golden.title, &golden.content).map_err(|error| error.to_string())?;
        if scores != golden.scores {
            return Err(format!(
                "self-test failed: golden document {} got other scores than when the bundle was made",
                index + 1
            ));
        }
    }
    Ok(())
}

fn scores(analyzer: &Analyzer, title: &str, content: &str) -> Result<Vec<i64>, Error> {
    let document = Document {
        title: title.to_owned(),
        content: Content::Text(content.to_owned()),
        format: Format::Auto,
        ..Document::default()
    };
    let classify = ClassifyOptions { include_unselected: true, ..ClassifyOptions::default() };
    let options = Options { classify: Some(classify), extract: None };
    let analysis = analyzer.analyze(&document, &options, &mut Unobserved)?;
    let found = analysis.classification.map(|c| c.labels).unwrap_or_default();
    let labels = &analyzer.classifier().model().labels;
    Ok(labels
        .iter()
        .map(|label| {
            let score = found.iter().find(|score| score.id == label.id);
            score.map_or(0, |score| Score::from_f64(score.decision_value).0)
        })
        .collect())
}
