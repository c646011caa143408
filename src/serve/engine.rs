//! What answers documents.

use crate::analyze::Analysis;
use crate::analyze::Analyzer;
use crate::analyze::Observer;
use crate::analyze::Options;
use crate::error::Error;
use crate::text::Content;
use crate::text::Document;
use crate::topic::ClassifyOptions;
use crate::topic::ExplanationLevel;

/// Bytes up to which a document that is asked for topics only is analysed in less time than waking a thread is worth:
/// about a tenth of a millisecond.
const QUICK_BYTES: usize = 4 * 1024;

/// Answers documents. The server sees no more of an [`Analyzer`] than this, so that its own behaviour can be tested
/// with an engine that is slow, or fails, on purpose.
pub trait Engine: Send + Sync + 'static {
    /// Analyses one document.
    ///
    /// # Errors
    /// What [`Analyzer::analyze`] refuses.
    fn analyze(
        &self,
        document: &Document,
        options: &Options,
        observer: &mut dyn Observer,
    ) -> Result<Analysis, Error>;

    /// Whether the analysis takes so little time that no other thread need be woken for it.
    fn is_quick(&self, _: &Document, _: &Options) -> bool {
        false
    }
}

impl Engine for Analyzer {
    fn analyze(
        &self,
        document: &Document,
        options: &Options,
        observer: &mut dyn Observer,
    ) -> Result<Analysis, Error> {
        Self::analyze(self, document, options, observer)
    }

    fn is_quick(&self, document: &Document, options: &Options) -> bool {
        let plain = |options: &ClassifyOptions| {
            options.explanation == ExplanationLevel::None && !options.include_paragraphs
        };
        let bytes = match &document.content {
            Content::Text(text) => text.len(),
            Content::Raw { data, .. } => data.len(),
        };
        options.extract.is_none()
            && options.classify.as_ref().is_none_or(plain)
            && bytes + document.title.len() <= QUICK_BYTES
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::ExtractOptions;

    #[test]
    fn topics_of_short_documents_are_quick() {
        let analyzer = crate::bundle::reader::built_in().and_then(|bundle| bundle.analyzer()).unwrap();
        let document =
            |bytes: usize| Document { content: Content::Text("a".repeat(bytes)), ..Document::default() };
        let topics = Options { classify: Some(ClassifyOptions::default()), extract: None };
        assert!(Engine::is_quick(&analyzer, &document(QUICK_BYTES), &topics));
        assert!(!Engine::is_quick(&analyzer, &document(QUICK_BYTES + 1), &topics));
        let facts = Options { extract: Some(ExtractOptions::default()), ..topics };
        assert!(!Engine::is_quick(&analyzer, &document(10), &facts));
        let reasons =
            ClassifyOptions { explanation: ExplanationLevel::Features, ..ClassifyOptions::default() };
        let reasons = Options { classify: Some(reasons), extract: None };
        assert!(!Engine::is_quick(&analyzer, &document(10), &reasons));
    }
}
