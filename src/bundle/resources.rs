//! What analyses need beside a bundle.

use std::sync::Arc;
use std::sync::OnceLock;

use super::tagger;
use super::tagger::TaggerBundle;
use crate::analyze::Analyzer;
use crate::error::Error;
use crate::extract::Extractor;
use crate::segment::Segmenter;
use crate::topic::Classifier;

/// Dictionary, gazetteers and tagger, which are compiled into the program and the same for every bundle. They are larger than
/// a bundle and take longer to read, so whoever holds several bundles holds these once.
#[derive(Clone, Debug)]
pub struct Resources {
    segmenter: Arc<Segmenter>,
    extractor: Arc<Extractor>,
}

/// They never change, and are large: a process reads them once.
static READ: OnceLock<Resources> = OnceLock::new();

impl Resources {
    /// Reads them, or finds them read.
    ///
    /// # Errors
    /// [`Error::Bundle`] when they are damaged, which a build from a clean checkout cannot be.
    pub fn load() -> Result<Self, Error> {
        if let Some(read) = READ.get() {
            return Ok(read.clone());
        }
        let extractor = Arc::new(tagger::extractor()?);
        Ok(READ.get_or_init(|| Self { segmenter: Arc::new(Segmenter::new()), extractor }).clone())
    }

    /// The same with another tagger.
    ///
    /// # Errors
    /// [`Error::Bundle`] when the gazetteers are damaged, which a build from a clean checkout cannot be.
    pub fn with_tagger(mut self, bundle: TaggerBundle) -> Result<Self, Error> {
        self.extractor = Arc::new(Extractor::builtin()?.with_tagger(bundle.tagger));
        Ok(self)
    }

    /// An analyzer that classifies with `classifier`.
    #[must_use]
    pub fn analyzer(&self, classifier: Classifier) -> Analyzer {
        Analyzer::new(Arc::clone(&self.segmenter), classifier, Arc::clone(&self.extractor))
    }
}
