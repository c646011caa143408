//! Compressed requests and answers.

use serde::Deserialize;
use serde::Serialize;

use super::size;

/// `[compression]`. Limits count bytes after decompression, and decompression stops at them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Compression {
    /// What requests may be compressed with.
    pub accept: Vec<Encoding>,
    /// What answers are compressed with, where the client accepts it.
    pub send: Vec<Encoding>,
    /// Answers to single calls below this many bytes are sent as they are.
    #[serde(with = "size")]
    pub min_bytes: usize,
}

impl Default for Compression {
    fn default() -> Self {
        let both = vec![Encoding::Gzip, Encoding::Zstd];
        Self { accept: both.clone(), send: both, min_bytes: 1024 }
    }
}

/// Ways to compress.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// Understood by every client.
    Gzip,
    /// Faster and smaller.
    Zstd,
}
