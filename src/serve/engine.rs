//! What answers documents.

use crate::analyze::Analysis;
use crate::analyze::Analyzer;
use crate::analyze::Observer;
use crate::analyze::Options;
use crate::error::Error;
use crate::text::Document;

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
}
