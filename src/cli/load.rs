//! The model that answers: the built-in one or a bundle from disk.

use std::path::Path;
use std::sync::Arc;

use crate::analyze::Analyzer;
use crate::error::Error;
use crate::extract::Extractor;
use crate::segment::Segmenter;
use crate::serve::Model;
use crate::serve::ModelInfo;
use crate::topic::Classifier;

/// Loads the bundle at `model`, or the built-in one.
///
/// # Errors
/// [`Error::Bundle`] for one that cannot be used.
pub fn analyzer(model: Option<&Path>) -> Result<Analyzer, Error> {
    if let Some(path) = model {
        let reason = "bundles cannot be read yet".to_owned();
        return Err(Error::Bundle { path: path.display().to_string(), reason });
    }
    Ok(Analyzer::new(Segmenter::new(), Classifier {}, Extractor::builtin()?))
}

/// The same with what is known of it, for the server.
///
/// # Errors
/// As [`analyzer`].
pub fn model(path: Option<&Path>) -> Result<Model, Error> {
    Ok(Model::new(Arc::new(analyzer(path)?), ModelInfo::default()))
}
