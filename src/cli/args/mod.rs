//! What was typed. What it means is worked out elsewhere: [`super::request`] for documents, the subcommand's own
//! module for the rest.

mod bench;
mod document;
mod model;
mod serve;
mod tagger;

use clap::Args;
use clap::Parser;
use clap::Subcommand;
use clap::ValueEnum;

pub use bench::BenchArgs;
pub use bench::Mode;
pub use document::AccessArgs;
pub use document::BackendArgs;
pub use document::DocumentArgs;
pub use document::Explain;
pub use document::FactArgs;
pub use document::InputFormat;
pub use document::Kind;
pub use document::Offsets;
pub use document::OutputArgs;
pub use document::TopicArgs;
pub use model::EvaluateArgs;
pub use model::EvaluateCommand;
pub use model::EvaluateExtractionArgs;
pub use model::EvaluateGenresArgs;
pub use model::EvaluateTopicsArgs;
pub use model::HealthArgs;
pub use model::ModelAliasArgs;
pub use model::ModelArgs;
pub use model::ModelCommand;
pub use model::ModelListArgs;
pub use model::ModelLoadArgs;
pub use model::ModelShadowArgs;
pub use model::ModelShowArgs;
pub use model::ModelUnloadArgs;
pub use model::ModelVerifyArgs;
pub use model::ServerArgs;
pub use model::ShadowCommand;
pub use model::ShadowNameArgs;
pub use model::ShadowStartArgs;
pub use model::TrainArgs;
pub use model::TrainCommand;
pub use model::TrainDictionaryArgs;
pub use model::TrainTopicsArgs;
pub use serve::ConfigArgs;
pub use serve::ConfigCommand;
pub use serve::LogFormat;
pub use serve::ServeArgs;
pub use tagger::EvaluateTaggerArgs;
pub use tagger::TrainClustersArgs;
pub use tagger::TrainTaggerArgs;

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
    /// Look into the settings of the server
    #[command(subcommand_required = true, arg_required_else_help = true)]
    Config(ConfigArgs),
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
    /// Look into model bundles, and change the models of a running server
    #[command(subcommand_required = true, arg_required_else_help = true)]
    Model(ModelArgs),
    /// Put a running server under load and measure how long its answers take
    #[command(after_help = BENCH_EXAMPLES)]
    Bench(BenchArgs),
    /// Ask a running server whether it serves
    Health(HealthArgs),
}

const BENCH_EXAMPLES: &str = "\
Examples:
  wenmai bench --target http://127.0.0.1:50051
  wenmai bench --target http://127.0.0.1:50051 --rate 500 --duration 30 --data corpus.jsonl
  wenmai bench --target http://127.0.0.1:50051 --mode stream --concurrency 4 --json";

const SERVE_EXAMPLES: &str = "\
Examples:
  wenmai serve
  wenmai serve --listen 0.0.0.0:50051 --log-format json --log info
  wenmai serve --config wenmai.toml --set drain.grace=40s
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
  wenmai analyze --json --stream --target http://127.0.0.1:50051 corpus.jsonl > results.jsonl
  wenmai analyze --target https://wenmai.example.org:50051 --tls-ca ca.pem article.html";

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

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn arguments_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn last_of_ordered_and_unordered_wins() {
        let parse = |arguments: &[&str]| {
            let Command::Analyze(arguments) = Cli::parse_from(arguments).command else { panic!() };
            arguments.output.unordered
        };
        assert!(parse(&["wenmai", "analyze", "--unordered"]));
        assert!(!parse(&["wenmai", "analyze", "--unordered", "--ordered"]));
    }
}
