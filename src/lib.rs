//! wenmai (文脉) reads Chinese documents and answers which topics they are about and which facts they hold, every
//! answer with exact offsets into the caller's own text.
//!
//! ```text
//! bytes ─decode→ text ─html→ clean text + source map ─segment→ tokens
//!       ─┬─features→ topic scores → calibrated topics → explanation
//!        └─rules, gazetteers → entities → speech, relations
//!       ─→ Analysis ─convert→ protobuf reply
//! ```
//!
//! Modules stand in the order in which a document meets them; each uses only what stands above it.

pub mod error;
pub mod text;
pub mod segment;
pub mod topic;
pub mod extract;
pub mod analyze;
pub mod bundle;
pub mod corpus;
pub mod evaluate;
pub mod train;
pub mod config;
pub mod wire;
pub mod serve;
pub mod cli;
