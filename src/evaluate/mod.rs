//! How good a model is, on labelled documents.
//!
//! ```text
//! corpus ─model→ judged ─┬─ topics: the measures
//!                        ├─ curve, confusion, cases ─page→ one HTML file
//!                        └─ with another model: compare
//! ```

pub mod metrics;
pub mod judged;
pub mod curve;
pub mod confusion;
pub mod topics;
pub mod weakest;
pub mod tagger;
pub mod cases;
pub mod compare;
pub mod page;
pub mod extraction;
