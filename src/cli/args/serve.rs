//! Arguments of the server.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use clap::Subcommand;
use clap::ValueEnum;

/// Arguments of `serve`. Every setting can be given by `--set`; those most often changed have a flag of their own.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Settings as TOML; flags and WENMAI_SECTION_KEY variables go before it
    #[arg(long, value_name = "FILE", env = "WENMAI_CONFIG")]
    pub config: Option<PathBuf>,
    /// Any setting, such as limits.max_document_bytes=2MiB; `wenmai config show` lists them
    #[arg(long, value_name = "SECTION.KEY=VALUE")]
    pub set: Vec<String>,
    /// Address to listen on; port 0 takes a free one, the ready line names it [127.0.0.1:50051]
    #[arg(long, value_name = "ADDR:PORT")]
    pub listen: Option<SocketAddr>,
    /// Model bundle to serve instead of the built-in one
    #[arg(long, value_name = "DIR")]
    pub model: Option<PathBuf>,
    /// Folder of bundles that can be loaded while the server runs
    #[arg(long, value_name = "DIR")]
    pub models: Option<PathBuf>,
    /// Documents computed at once; all cores when not given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub workers: Option<u32>,
    /// Bytes of one document's title and content together
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_document_bytes: Option<u32>,
    /// Bytes of one request message
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_request_bytes: Option<u32>,
    /// Bytes of one answer message
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_response_bytes: Option<u32>,
    /// Documents of one BatchAnalyze
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_batch_documents: Option<u32>,
    /// Documents in flight on one stream
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_in_flight: Option<u32>,
    /// Bytes of text that may wait or be analysed at once, over all calls; more is turned away
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u64).range(1..))]
    pub max_admitted_bytes: Option<u64>,
    /// Certificate chain for TLS, PEM; reloaded when it changes
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// Private key of the certificate, PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// Authorities whose certificates clients must show, PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_client_ca: Option<PathBuf>,
    /// API keys that callers must bring, as digests; reloaded when it changes
    #[arg(long, value_name = "FILE")]
    pub api_keys: Option<PathBuf>,
    /// Address of AdminService, which is offered nowhere else
    #[arg(long, value_name = "ADDR:PORT")]
    pub admin_listen: Option<SocketAddr>,
    /// Address of plain HTTP for metrics and health
    #[arg(long, value_name = "ADDR:PORT")]
    pub http_listen: Option<SocketAddr>,
    /// OTLP collector for traces, such as http://127.0.0.1:4317
    #[arg(long, value_name = "URL")]
    pub otlp_endpoint: Option<String>,
    /// How log lines are written on stderr; pretty when not given
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,
    /// What is logged: a level, or filter directives such as "warn,wenmai=debug"; info when not given
    #[arg(long, env = "RUST_LOG", value_name = "FILTER")]
    pub log: Option<String>,
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
}

/// Arguments of `config`.
#[derive(Debug, Args)]
pub struct ConfigArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: ConfigCommand,
}

/// The subcommands of `config`.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print every setting in force and where it came from, as TOML; secrets are hidden
    Show(ServeArgs),
    /// Tell whether a server could start with these settings
    Check(ServeArgs),
}
