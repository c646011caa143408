//! Learning: corpora into models. The only place that names linfa.

pub mod folds;
pub mod heads;
pub mod svm;
pub mod thresholds;
pub mod topics;
pub mod card;
pub mod command;
pub mod vectorize;
pub mod clusters;
pub mod tagger;
