//! What was typed. What it means is worked out elsewhere: [`super::request`] for documents, the subcommand's own
//! module for the rest.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use clap::Parser;
use clap::Subcommand;
use clap::ValueEnum;

use super::exit;

/// Reads Chinese documents: which topics they are about and which facts they hold.
#[derive(Debug, Parser)]
#[command(name = "wenmai", version, max_term_width = 100)]
#[command(subcommand_required = true, arg_required_else_help = true, after_help = exit::TABLE)]
#[command(after_long_help = exit::TABLE)]
pub struct Cli {
    /// When to colour the output; `auto` honours NO_COLOR, CLICOLOR and whether it goes to a terminal
    #[arg(long, value_enum, default_value_t, global = true, value_name = "WHEN")]
    pub color: Color,
    /// Show no progress and no closing summary on stderr
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// When to colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal.
    #[default]
    Auto,
    /// Also into files and pipes.
    Always,
    /// Not at all.
    Never,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Answer documents over gRPC
    #[command(after_help = SERVE_EXAMPLES)]
    Serve(ServeArgs),
    /// Tell which topics documents are about
    #[command(after_help = CLASSIFY_EXAMPLES)]
    Classify(ClassifyArgs),
    /// Find people, places, dates, quantities and speech in documents
    #[command(after_help = EXTRACT_EXAMPLES)]
    Extract(ExtractArgs),
    /// Both at once: topics and facts
    #[command(after_help = ANALYZE_EXAMPLES)]
    Analyze(AnalyzeArgs),
    /// Learn a model from labelled documents
    #[command(subcommand_required = true, arg_required_else_help = true)]
    Train(TrainArgs),
    /// Measure a model on labelled documents
    #[command(subcommand_required = true, arg_required_else_help = true)]
    Evaluate(EvaluateArgs),
    /// Look into model bundles
    #[command(subcommand_required = true, arg_required_else_help = true)]
    Model(ModelArgs),
}

const SERVE_EXAMPLES: &str = "\
Examples:
  wenmai serve
  wenmai serve --listen 0.0.0.0:50051 --log-format json --log info
  grpcurl -plaintext 127.0.0.1:50051 list";

const CLASSIFY_EXAMPLES: &str = "\
Examples:
  wenmai classify article.html
  wenmai classify --explain sentences article.html
  wenmai classify --json --top-k 3 corpus.jsonl > topics.jsonl
  curl -s https://example.org/page | wenmai classify --format html";

const EXTRACT_EXAMPLES: &str = "\
Examples:
  wenmai extract article.html
  wenmai extract --types person,place --json pages/
  wenmai extract --reference-time 2025-10-27 notes.txt";

const ANALYZE_EXAMPLES: &str = "\
Examples:
  wenmai analyze article.html
  wenmai analyze --json --jobs 8 pages/ corpus.jsonl > results.jsonl
  wenmai analyze --target https://wenmai.example.org:50051 --ca ca.pem article.html";

/// Arguments of `serve`.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Address to listen on; port 0 takes a free one, the ready line names it
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:50051")]
    pub listen: SocketAddr,
    /// Model bundle to serve instead of the built-in one
    #[arg(long, value_name = "DIR")]
    pub model: Option<PathBuf>,
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
    /// Documents that may wait for a worker, over all calls; more are turned away
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_queued_documents: Option<u32>,
    /// How log lines are written on stderr
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub log_format: LogFormat,
    /// What is logged: a level, or filter directives such as "warn,wenmai=debug"
    #[arg(long, env = "RUST_LOG", default_value = "info", value_name = "FILTER")]
    pub log: String,
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    #[default]
    Pretty,
    /// One JSON object a line.
    Json,
}

/// Arguments of `classify`.
#[derive(Debug, Args)]
pub struct ClassifyArgs {
    /// What to read.
    #[command(flatten)]
    pub documents: DocumentArgs,
    /// Which topics.
    #[command(flatten)]
    pub topics: TopicArgs,
    /// How to answer.
    #[command(flatten)]
    pub output: OutputArgs,
    /// Who answers.
    #[command(flatten)]
    pub backend: BackendArgs,
}

/// Arguments of `extract`.
#[derive(Debug, Args)]
pub struct ExtractArgs {
    /// What to read.
    #[command(flatten)]
    pub documents: DocumentArgs,
    /// Which facts.
    #[command(flatten)]
    pub facts: FactArgs,
    /// How to answer.
    #[command(flatten)]
    pub output: OutputArgs,
    /// Who answers.
    #[command(flatten)]
    pub backend: BackendArgs,
}

/// Arguments of `analyze`.
#[derive(Debug, Args)]
pub struct AnalyzeArgs {
    /// What to read.
    #[command(flatten)]
    pub documents: DocumentArgs,
    /// Which topics.
    #[command(flatten)]
    pub topics: TopicArgs,
    /// Which facts.
    #[command(flatten)]
    pub facts: FactArgs,
    /// How to answer.
    #[command(flatten)]
    pub output: OutputArgs,
    /// Who answers.
    #[command(flatten)]
    pub backend: BackendArgs,
}

/// Where documents come from and what is known about them.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Documents")]
pub struct DocumentArgs {
    /// Files and folders; "-" or nothing: stdin. Folders are walked in order for .html, .htm, .txt and .jsonl
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// How the input is written; `auto` goes by the file name's ending, then by the content
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: InputFormat,
    /// Headline, known apart from the content (for one document)
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
    /// Charset that the source declares, as a WHATWG label such as gb18030; detected when not given
    #[arg(long, value_name = "LABEL")]
    pub charset: Option<String>,
    /// What 今年, 上月 or 5月 are resolved against: an RFC 3339 instant, or a date or time in --time-zone
    #[arg(long, value_name = "TIME")]
    pub reference_time: Option<String>,
    /// IANA zone of the reference time
    #[arg(long, value_name = "ZONE", default_value = "Asia/Shanghai")]
    pub time_zone: String,
}

/// How input is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum InputFormat {
    /// By ending, then by content.
    #[default]
    Auto,
    /// A page or a fragment.
    Html,
    /// Taken literally.
    Text,
    /// One JSON object a line with id, title, and text or html.
    Jsonl,
}

/// Which topics to return.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Topics")]
pub struct TopicArgs {
    /// At most this many topics, best first
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub top_k: Option<u32>,
    /// Select from this probability instead of each topic's own threshold
    #[arg(long, value_name = "P", value_parser = share)]
    pub min_probability: Option<f64>,
    /// Only these topics, by id
    #[arg(long, value_name = "ID,…", value_delimiter = ',')]
    pub labels: Vec<String>,
    /// Also topics under their threshold
    #[arg(long)]
    pub all: bool,
    /// Say why: the strongest words, or the sentences too and what would change the verdict
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub explain: Option<Explain>,
    /// Also each paragraph by itself
    #[arg(long)]
    pub paragraphs: bool,
}

/// How much reasoning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Explain {
    /// The strongest words.
    Features,
    /// Also sentences and a counterfactual.
    Sentences,
}

/// Which facts to return.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Facts")]
pub struct FactArgs {
    /// Only these kinds
    #[arg(long, value_enum, value_name = "KIND,…", value_delimiter = ',')]
    pub types: Vec<Kind>,
    /// Leave out what is less sure than this
    #[arg(long, value_name = "C", value_parser = share)]
    pub min_confidence: Option<f64>,
}

/// Kinds of entities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// 蔡奇
    Person,
    /// 国家发展改革委
    Organization,
    /// 通州区
    Place,
    /// 开发区
    Zone,
    /// 5月
    Time,
    /// 23家
    Quantity,
    /// 《…》
    Document,
    /// 市委书记
    Post,
}

/// How to answer.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// One line of canonical protobuf JSON per document (wenmai.v1.DocumentResult)
    #[arg(long)]
    pub json: bool,
    /// What offsets count; bytes of the input as it is when not given. Any other unit counts in the decoded text
    #[arg(long, value_enum, value_name = "UNIT")]
    pub offsets: Option<Offsets>,
    /// Also the text that was analysed, with its paragraphs
    #[arg(long)]
    pub clean_text: bool,
    /// Also the SHA-256 of each document
    #[arg(long)]
    pub digest: bool,
    /// Answers in the order of the input; this is the default and undoes --unordered
    #[arg(long, overrides_with = "unordered")]
    pub ordered: bool,
    /// Answers as they are ready; "index" says where each belongs
    #[arg(long)]
    pub unordered: bool,
    /// Documents in work at once; the answers are the same at any number. All cores when not given
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: Option<u16>,
    /// Columns of the report; as wide as the terminal when not given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub width: Option<u16>,
}

/// What offsets count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Offsets {
    /// Bytes of the input as it is (files and stdin)
    Raw,
    /// Bytes of the decoded text: Rust, Go, C++
    Utf8,
    /// UTF-16 code units: Java, C#, JavaScript
    Utf16,
    /// Unicode scalar values: Python, SQL
    CodePoints,
}

/// Who answers.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Model and server")]
pub struct BackendArgs {
    /// Model bundle to use instead of the built-in one
    #[arg(long, value_name = "DIR", conflicts_with = "target")]
    pub model: Option<PathBuf>,
    /// Ask a running server instead: http://host:port or https://host:port
    #[arg(long, value_name = "URL")]
    pub target: Option<String>,
    /// Certificate authority that signed the server's certificate, as PEM; the system's own when not given
    #[arg(long, value_name = "FILE", requires = "target")]
    pub ca: Option<PathBuf>,
    /// Key that the server asks for; a file is safer, arguments can be seen by other users
    #[arg(long = "key", env = "WENMAI_API_KEY", hide_env_values = true, value_name = "KEY")]
    pub key: Option<String>,
    /// File that holds the key
    #[arg(long, value_name = "FILE", requires = "target")]
    pub api_key_file: Option<PathBuf>,
    /// Seconds that one document may take on the server, waiting included
    #[arg(long, value_name = "SECONDS", default_value = "60")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=3600))]
    pub timeout: u32,
}

/// Arguments of `train`.
#[derive(Debug, Args)]
pub struct TrainArgs {
    /// What to learn.
    #[command(subcommand)]
    pub command: TrainCommand,
}

/// What can be learned.
#[derive(Debug, Subcommand)]
pub enum TrainCommand {
    /// Topics, from JSONL rows with title, text and labels
    #[command(
        after_help = "Examples:\n  wenmai train topics --train train.jsonl --dev dev.jsonl --out my-model"
    )]
    Topics(TrainTopicsArgs),
}

/// Arguments of `train topics`.
#[derive(Debug, Args)]
pub struct TrainTopicsArgs {
    /// Labelled documents to learn from
    #[arg(long, value_name = "FILE")]
    pub train: PathBuf,
    /// Folder to write the bundle to; made when missing
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Labelled documents to report on; nothing is learned from them
    #[arg(long, value_name = "FILE")]
    pub dev: Option<PathBuf>,
    /// Name of the model
    #[arg(long, default_value = "topics")]
    pub name: String,
    /// Version of the model
    #[arg(long, default_value = "1", value_name = "VERSION")]
    pub version: String,
    /// Seed of every random draw
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub seed: u64,
    /// Threads; the bundle is the same at any number
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
}

/// Arguments of `evaluate`.
#[derive(Debug, Args)]
pub struct EvaluateArgs {
    /// What to measure.
    #[command(subcommand)]
    pub command: EvaluateCommand,
}

/// What can be measured.
#[derive(Debug, Subcommand)]
pub enum EvaluateCommand {
    /// Topics, against JSONL rows with title, text and labels
    #[command(after_help = "Examples:\n  wenmai evaluate topics --model my-model --data dev.jsonl")]
    Topics(EvaluateTopicsArgs),
}

/// Arguments of `evaluate topics`.
#[derive(Debug, Args)]
pub struct EvaluateTopicsArgs {
    /// Model bundle; the built-in one when not given
    #[arg(long, value_name = "DIR")]
    pub model: Option<PathBuf>,
    /// Labelled documents
    #[arg(long, value_name = "FILE")]
    pub data: PathBuf,
    /// One JSON object instead of tables
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `model`.
#[derive(Debug, Args)]
pub struct ModelArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: ModelCommand,
}

/// What can be done with bundles.
#[derive(Debug, Subcommand)]
pub enum ModelCommand {
    /// Say what a bundle holds, where it comes from and how good it is
    Show(ModelShowArgs),
    /// Check every checksum of a bundle and run its golden documents
    Verify(ModelVerifyArgs),
}

/// Arguments of `model show`.
#[derive(Debug, Args)]
pub struct ModelShowArgs {
    /// Bundle folder, or "built-in"
    #[arg(value_name = "DIR", default_value = "built-in")]
    pub bundle: PathBuf,
    /// One JSON object instead of a table
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `model verify`.
#[derive(Debug, Args)]
pub struct ModelVerifyArgs {
    /// Bundle folder, or "built-in"
    #[arg(value_name = "DIR")]
    pub bundle: PathBuf,
}

/// Parses a number in [0, 1].
fn share(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if (0.0..=1.0).contains(&value) => Ok(value),
        Ok(_) | Err(_) => Err("a number from 0 to 1 is needed".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn arguments_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn shares_are_bounded() {
        assert_eq!(share("0.5"), Ok(0.5));
        for wrong in ["-0.1", "1.01", "NaN", "inf", "x", ""] {
            assert!(share(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn last_of_ordered_and_unordered_wins() {
        let parse = |arguments: &[&str]| match Cli::parse_from(arguments).command {
            Command::Analyze(arguments) => arguments.output.unordered,
            other => panic!("{other:?}"),
        };
        assert!(parse(&["wenmai", "analyze", "--unordered"]));
        assert!(!parse(&["wenmai", "analyze", "--unordered", "--ordered"]));
    }
}
