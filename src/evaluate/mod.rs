//! How good a model is, on labelled documents.

pub mod metrics;
pub mod topics;
pub mod tagger;
pub mod extraction;
