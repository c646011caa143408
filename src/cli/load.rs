//! The model that answers: the built-in one or a bundle from disk.

use std::path::Path;

use crate::analyze::Analyzer;
use crate::bundle::Bundle;
use crate::bundle::Pace;
use crate::bundle::Resources;
use crate::bundle::reader;
use crate::bundle::tagger;
use crate::error::Error;
use crate::serve::Model;

/// How the built-in bundle is called where a folder could stand.
pub const BUILT_IN: &str = "built-in";

/// The same of the built-in tagger.
pub const BUILT_IN_TAGGER: &str = "built-in-tagger";

/// Reads and verifies the bundle at `path`, or the built-in one.
///
/// # Errors
/// [`Error::Io`] and [`Error::Bundle`] for one that cannot be used.
pub fn bundle(path: Option<&Path>) -> Result<Bundle, Error> {
    match path {
        Some(path) if path != Path::new(BUILT_IN) => reader::read(path),
        Some(_) | None => reader::built_in(),
    }
}

/// Loads the bundle at `path`, or the built-in one, and runs its self-test.
///
/// # Errors
/// As [`bundle`], and when the self-test fails.
pub fn analyzer(path: Option<&Path>) -> Result<Analyzer, Error> {
    bundle(path)?.analyzer()
}

/// The built-in model, with the tagger of a folder where one is given.
///
/// # Errors
/// As [`analyzer`], for the tagger too.
pub fn analyzer_with(tagger: Option<&Path>) -> Result<Analyzer, Error> {
    let mut resources = Resources::load()?;
    if let Some(folder) = tagger {
        resources = resources.with_tagger(tagger::read(folder)?)?;
    }
    bundle(None)?.analyzer_over(&resources, &Pace::full())
}

/// The model at `path`, or the built-in one, with what is known of it, for the server.
///
/// # Errors
/// As [`analyzer`].
pub fn model(path: Option<&Path>) -> Result<Model, Error> {
    Model::from_bundle(bundle(path)?, &Resources::load()?, &Pace::full())
}
