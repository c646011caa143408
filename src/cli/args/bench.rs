//! Arguments of the load generator.

use std::path::PathBuf;

use clap::Args;
use clap::ValueEnum;

/// Arguments of `bench`.
#[derive(Debug, Args)]
pub struct BenchArgs {
    /// The server: http://host:port or https://host:port
    #[arg(long, value_name = "URL")]
    pub target: String,
    /// How documents are sent
    #[arg(long, value_enum, default_value_t, value_name = "MODE")]
    pub mode: Mode,
    /// Calls, or streams, at once
    #[arg(long, default_value_t = 16, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub concurrency: u32,
    /// Connections that they share
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub connections: u32,
    /// Seconds in which calls are begun
    #[arg(long, default_value_t = 10.0, value_name = "SECONDS", value_parser = positive)]
    pub duration: f64,
    /// Begin this many calls (on streams: documents) a second, answered or not, and count each one's time from when it
    /// was due. When not given, each is begun as soon as the one before is answered
    #[arg(long, value_name = "R", value_parser = positive)]
    pub rate: Option<f64>,
    /// Documents of a batch, and documents in flight on a stream
    #[arg(long, default_value_t = 32, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub batch: u32,
    /// Documents to send, over and over: a file or folder as `analyze` reads it; short invented ones when not given
    #[arg(long, value_name = "FILE")]
    pub data: Option<PathBuf>,
    /// Ask for facts too, not for topics only
    #[arg(long)]
    pub facts: bool,
    /// Seconds that a call may take
    #[arg(long, default_value_t = 60, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..=3600))]
    pub timeout: u32,
    /// Certificate authority that signed the server's certificate, as PEM; the system's own when not given
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// Key that the server asks for
    #[arg(long = "key", env = "WENMAI_API_KEY", hide_env_values = true, value_name = "KEY")]
    pub key: Option<String>,
    /// One JSON object instead of a table
    #[arg(long)]
    pub json: bool,
}

/// How documents are sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// One Analyze call each
    #[default]
    Unary,
    /// BatchAnalyze calls
    Batch,
    /// StreamAnalyze streams that stay open
    Stream,
}

/// Parses a number above 0 that is at most a million.
fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value > 0.0 && value <= 1e6 => Ok(value),
        Ok(_) | Err(_) => Err("a number above 0 and up to 1000000 is needed".to_owned()),
    }
}
