//! Learning: corpora into models. The only place that names linfa.

pub mod audit;
pub mod bayes;
pub mod blend;
pub mod collapse;
pub mod domain;
pub mod folds;
pub mod heads;
pub mod lengths;
pub mod linear;
pub mod search;
pub mod svm;
pub mod thresholds;
pub mod topics;
pub mod genres;
pub mod card;
pub mod command;
pub mod vectorize;
pub mod clusters;
pub mod tagger;
