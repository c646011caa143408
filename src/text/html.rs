//! HTML into blocks of clean text, each with the element it stands in.
//!
//! ```text
//! text ─tokenizer→ tags and text ─tree→ elements in document order ─block→ page text in blocks + source map
//!      ─content→ the blocks that are the article
//! ```
//!
//! Everything here is one pass over its input without recursion: pages come from strangers.

pub mod entity;
pub mod element;
pub mod tokenizer;
pub mod tree;
pub mod block;
pub mod content;

pub use block::Block;
pub use block::Page;
pub use tree::Tree;
