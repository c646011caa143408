//! The one way through the house: a document in, topics and facts out.
//!
//! Unary calls, batches, streams and the command line all come through [`Analyzer::analyze`], so the same document,
//! options and model give the same answer everywhere. Nothing here reads a clock, the environment or a file.

use std::sync::Arc;

use crate::error::Error;
use crate::extract::Anchors;
use crate::extract::ExtractOptions;
use crate::extract::Extraction;
use crate::extract::Extractor;
use crate::extract::extractor;
use crate::segment::Segmenter;
use crate::text;
use crate::text::Document;
use crate::text::Prepared;
use crate::topic::Classification;
use crate::topic::Classifier;
use crate::topic::ClassifyOptions;
use crate::topic::classify;
use crate::topic::makeup::Makeup;

/// What to do with a document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options {
    /// Topics, if asked for.
    pub classify: Option<ClassifyOptions>,
    /// Facts, if asked for.
    pub extract: Option<ExtractOptions>,
}

/// Everything found in one document, in spans of the clean text. [`Prepared::clean`] leads back to the source.
#[derive(Clone, Debug)]
pub struct Analysis {
    /// Clean text, page facts, warnings.
    pub prepared: Prepared,
    /// Topics, if asked for.
    pub classification: Option<Classification>,
    /// Facts, if asked for.
    pub extraction: Option<Extraction>,
    /// Words of the clean text.
    pub token_count: usize,
}

/// The stages of an analysis, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Decoding, HTML, folding.
    Text,
    /// Words.
    Segmentation,
    /// Topics.
    Classification,
    /// Facts.
    Extraction,
}

impl Stage {
    /// Lower-case name, for messages and metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Segmentation => "segmentation",
            Self::Classification => "classification",
            Self::Extraction => "extraction",
        }
    }
}

/// Watches an analysis from outside: measures its stages, or stops it between two of them.
pub trait Observer {
    /// Called before each stage; `false` stops the analysis with [`Error::Stopped`].
    fn enter(&mut self, stage: Stage) -> bool;
    /// Called after each stage.
    fn leave(&mut self, stage: Stage);
}

/// Watches nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unobserved;

impl Observer for Unobserved {
    fn enter(&mut self, _: Stage) -> bool {
        true
    }
    fn leave(&mut self, _: Stage) {}
}

/// Everything an analysis needs, immutable and shared by all threads. What does not come from the bundle can be shared
/// by the analyzers of several bundles.
#[derive(Debug)]
pub struct Analyzer {
    segmenter: Arc<Segmenter>,
    classifier: Classifier,
    extractor: Arc<Extractor>,
}

impl Analyzer {
    /// An analyzer from its parts.
    #[must_use]
    pub fn new(
        segmenter: impl Into<Arc<Segmenter>>,
        classifier: Classifier,
        extractor: impl Into<Arc<Extractor>>,
    ) -> Self {
        Self { segmenter: segmenter.into(), classifier, extractor: extractor.into() }
    }

    /// The topic model.
    #[must_use]
    pub fn classifier(&self) -> &Classifier {
        &self.classifier
    }

    /// Analyses one document.
    ///
    /// # Errors
    /// What [`text::prepare`] and [`Classifier::classify`] refuse, and [`Error::Stopped`].
    pub fn analyze(
        &self,
        document: &Document,
        options: &Options,
        observer: &mut dyn Observer,
    ) -> Result<Analysis, Error> {
        let prepared = staged(observer, Stage::Text, || text::prepare(document))?;
        let folded = &prepared.folded;
        let tokens = staged(observer, Stage::Segmentation, || Ok(self.segmenter.segment(folded)))?;
        let classification = match &options.classify {
            Some(wanted) => Some(staged(observer, Stage::Classification, || {
                let makeup = &Makeup::of(&folded.text, &tokens);
                let input = classify::Input { prepared: &prepared, folded, tokens: &tokens, makeup };
                self.classifier.classify(&input, wanted)
            })?),
            None => None,
        };
        let extraction = match &options.extract {
            Some(wanted) => Some(staged(observer, Stage::Extraction, || {
                let published = prepared.page.publish_time.map(text::page::PublishTime::at);
                let anchors = Anchors { reference: document.reference, published };
                let input = extractor::Input { prepared: &prepared, folded, tokens: &tokens, anchors };
                Ok(self.extractor.extract(&input, wanted))
            })?),
            None => None,
        };
        Ok(Analysis { token_count: tokens.len(), prepared, classification, extraction })
    }
}

/// Runs one stage under the observer's eyes.
fn staged<T>(
    observer: &mut dyn Observer,
    stage: Stage,
    work: impl FnOnce() -> Result<T, Error>,
) -> Result<T, Error> {
    if !observer.enter(stage) {
        return Err(Error::Stopped { stage: stage.name() });
    }
    let result = work();
    observer.leave(stage);
    result
}
