//! Arguments of everything that makes, measures and inspects models.

use std::path::PathBuf;

use clap::Args;
use clap::Subcommand;

use super::document::AccessArgs;
use super::tagger::EvaluateTaggerArgs;
use super::tagger::TrainClustersArgs;
use super::tagger::TrainTaggerArgs;

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
    /// Compile a word list in jieba's format into the dictionary that text is segmented by
    #[command(after_help = "Examples:\n  wenmai train dictionary --words dict.txt --out dictionary.bin")]
    Dictionary(TrainDictionaryArgs),
    /// A tagger of names, from JSONL rows with text and entities or spans
    #[command(
        after_help = "Examples:\n  wenmai train tagger --train train.jsonl --dev dev.jsonl --out my-tagger"
    )]
    Tagger(TrainTaggerArgs),
    /// Classes of words and characters for a tagger, from JSONL rows with title and text or html
    #[command(after_help = "Examples:\n  wenmai train clusters --text news.jsonl --out clusters.bin")]
    Clusters(TrainClustersArgs),
}

/// Arguments of `train dictionary`.
#[derive(Debug, Args)]
pub struct TrainDictionaryArgs {
    /// Words: lines of a word, its frequency and, if any, its part of speech, separated by spaces
    #[arg(long, value_name = "FILE")]
    pub words: PathBuf,
    /// File to write the compiled dictionary to; only when it segments as jieba does
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

/// Arguments of `train topics`.
#[derive(Debug, Args)]
pub struct TrainTopicsArgs {
    /// Labelled documents to learn from
    #[arg(long, value_name = "FILE")]
    pub train: PathBuf,
    /// Folder to write the bundle to; made when missing, replaced when it holds a bundle
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Labelled documents to report on; nothing is learned from them
    #[arg(long, value_name = "FILE")]
    pub dev: Option<PathBuf>,
    /// Report on one in N of the documents instead, near-duplicates together, and do not learn from them
    #[arg(long, value_name = "N", conflicts_with = "dev", value_parser = clap::value_parser!(u8).range(2..))]
    pub hold_out: Option<u8>,
    /// Name of the model
    #[arg(long, default_value = "topics")]
    pub name: String,
    /// Version of the model
    #[arg(long, default_value = "1", value_name = "VERSION")]
    pub version: String,
    /// Seed of every random draw
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub seed: u64,
    /// Names of the labels: lines of id, name and what counts, separated by tabs
    #[arg(long, value_name = "FILE")]
    pub labels: Option<PathBuf>,
    /// Markdown about the sources of the corpus and their terms, for the model card
    #[arg(long, value_name = "FILE")]
    pub sources: Option<PathBuf>,
    /// Features that keep a weight at most; as many as fit when not given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_features: Option<u32>,
    /// Bytes of the bundle at most; the weakest weights are left out until it fits
    #[arg(long, default_value_t = 10_000_000, value_name = "BYTES")]
    pub max_model_size: usize,
    /// Let errors on rare labels cost more: fewer documents of theirs are missed, more wrongly said
    #[arg(long)]
    pub balance: bool,
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
    #[command(after_help = EVALUATE_EXAMPLES)]
    Topics(EvaluateTopicsArgs),
    /// A tagger, against JSONL rows with text and entities or spans
    #[command(after_help = "Examples:\n  wenmai evaluate tagger --model my-tagger --data dev.jsonl")]
    Tagger(EvaluateTaggerArgs),
    /// Genres never seen: train without each in turn, and score on it
    #[command(
        after_help = "Examples:\n  wenmai evaluate genres --train train.jsonl --data dev.jsonl --markdown"
    )]
    Genres(EvaluateGenresArgs),
    /// Extraction, against annotated articles, pages, suites of numbers and times, sets of names
    #[command(after_help = "Examples:\n  wenmai evaluate extraction --data dev.jsonl --errors\n  \
        wenmai evaluate extraction --data clue.jsonl --type name=PER --type company=ORG")]
    Extraction(EvaluateExtractionArgs),
}

/// Arguments of `evaluate extraction`.
#[derive(Debug, Args)]
pub struct EvaluateExtractionArgs {
    /// Gold data; the format is told by its rows
    #[arg(long, value_name = "FILE")]
    pub data: PathBuf,
    /// A tagger that `train tagger` wrote, in the place of the built-in one
    #[arg(long, value_name = "FOLDER")]
    pub tagger: Option<PathBuf>,
    /// List every difference with its context
    #[arg(long)]
    pub errors: bool,
    /// Only this kind of differences
    #[arg(long, value_name = "KIND")]
    pub kind: Option<String>,
    /// A type of a public set and what it is called here: name=PER
    #[arg(long = "type", value_name = "THEIRS=OURS", value_parser = pair)]
    pub types: Vec<(String, String)>,
    /// One JSON object instead of tables
    #[arg(long)]
    pub json: bool,
}

/// Reads `theirs=ours`.
fn pair(text: &str) -> Result<(String, String), String> {
    let (theirs, ours) = text.split_once('=').ok_or_else(|| format!("{text:?} has no ="))?;
    Ok((theirs.to_owned(), ours.to_owned()))
}

const EVALUATE_EXAMPLES: &str = "\
Examples:
  wenmai evaluate topics --model my-model --data dev.jsonl
  wenmai evaluate topics --data dev.jsonl --report report.html
  wenmai evaluate topics --compare built-in my-model --data dev.jsonl";

/// Arguments of `evaluate topics`.
#[derive(Debug, Args)]
pub struct EvaluateTopicsArgs {
    /// Model bundle; the built-in one when not given
    #[arg(long, value_name = "DIR")]
    pub model: Option<PathBuf>,
    /// Labelled documents
    #[arg(long, value_name = "FILE")]
    pub data: PathBuf,
    /// Two bundles to compare, the older one first; "built-in" is one
    #[arg(long, num_args = 2, value_names = ["A", "B"], conflicts_with = "model")]
    pub compare: Option<Vec<PathBuf>>,
    /// Write a page with curves, calibration, confusion and documents here; of the second model in a comparison
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Draws of the bootstrap that intervals of a comparison come from
    #[arg(long, default_value_t = 2000, value_name = "N", requires = "compare", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub resamples: u32,
    /// Seed of the bootstrap
    #[arg(long, default_value_t = 1, value_name = "N", requires = "compare")]
    pub seed: u64,
    /// One JSON object instead of tables
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `evaluate genres`.
#[derive(Debug, Args)]
pub struct EvaluateGenresArgs {
    /// Labelled documents to learn from, with a genre each
    #[arg(long, value_name = "FILE")]
    pub train: PathBuf,
    /// Score on the genres of these documents instead, beside a model that was trained on all genres
    #[arg(long, value_name = "FILE")]
    pub data: Option<PathBuf>,
    /// Seed of every random draw
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub seed: u64,
    /// A table in Markdown
    #[arg(long)]
    pub markdown: bool,
    /// One JSON list instead of a table
    #[arg(long, conflicts_with = "markdown")]
    pub json: bool,
}

/// Arguments of `model`.
#[derive(Debug, Args)]
pub struct ModelArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: ModelCommand,
}

/// What can be done with bundles, on disk and on a running server.
#[derive(Debug, Subcommand)]
pub enum ModelCommand {
    /// Say what a bundle holds, where it comes from and how good it is
    Show(ModelShowArgs),
    /// Check the files of a bundle against its manifest, and score its golden documents
    Verify(ModelVerifyArgs),
    /// List the models of a running server
    List(ModelListArgs),
    /// Have a running server load a bundle of its model directory beside what answers
    #[command(after_help = LOAD_EXAMPLES)]
    Load(ModelLoadArgs),
    /// Have a running server give out a version no longer; what has begun with it ends with it
    Unload(ModelUnloadArgs),
    /// Let an alias of a running server name another version; says how to go back
    #[command(after_help = ALIAS_EXAMPLES)]
    Alias(ModelAliasArgs),
    /// Have a second version read along on a running server, and count where it disagrees
    #[command(subcommand_required = true, arg_required_else_help = true)]
    Shadow(ModelShadowArgs),
}

const LOAD_EXAMPLES: &str = "\
Examples:
  wenmai model load topics-2026.12 --target http://127.0.0.1:50052
  wenmai model shadow start topics 2026.12 --ratio 0.1 --target http://127.0.0.1:50052
  wenmai model alias topics stable 2026.12 --target http://127.0.0.1:50052";

const ALIAS_EXAMPLES: &str = "\
Examples:
  wenmai model alias topics canary 2026.12 --target http://127.0.0.1:50052
  wenmai model alias topics stable 2026.11 --target http://127.0.0.1:50052";

/// A running server.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Server")]
pub struct ServerArgs {
    /// Where it listens: http://host:port or https://host:port; changes go to its administration listener
    #[arg(long, value_name = "URL", env = "WENMAI_TARGET", default_value = "http://127.0.0.1:50051")]
    pub target: String,
    /// How to get there.
    #[command(flatten)]
    pub access: AccessArgs,
}

/// Arguments of `health`.
#[derive(Debug, Args)]
pub struct HealthArgs {
    /// Service to ask about, such as wenmai.v1.DocumentService; the server as a whole when not given
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    pub service: String,
    /// Which server.
    #[command(flatten)]
    pub server: ServerArgs,
}

/// Arguments of `model list`.
#[derive(Debug, Args)]
pub struct ModelListArgs {
    /// JSON instead of a table
    #[arg(long)]
    pub json: bool,
    /// Which server.
    #[command(flatten)]
    pub server: ServerArgs,
}

/// Arguments of `model load`.
#[derive(Debug, Args)]
pub struct ModelLoadArgs {
    /// Folder of the bundle, relative to the server's model directory
    #[arg(value_name = "PATH")]
    pub path: String,
    /// Refuse the bundle when its digest is another
    #[arg(long, value_name = "SHA256")]
    pub digest: Option<String>,
    /// Which server.
    #[command(flatten)]
    pub server: ServerArgs,
}

/// Arguments of `model unload`.
#[derive(Debug, Args)]
pub struct ModelUnloadArgs {
    /// Name of the model
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Version to let go
    #[arg(value_name = "VERSION")]
    pub version: String,
    /// Which server.
    #[command(flatten)]
    pub server: ServerArgs,
}

/// Arguments of `model alias`.
#[derive(Debug, Args)]
pub struct ModelAliasArgs {
    /// Name of the model
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Alias to move or make, such as "stable" or "canary"
    #[arg(value_name = "ALIAS")]
    pub alias: String,
    /// Version that it shall name
    #[arg(value_name = "VERSION")]
    pub version: String,
    /// Which server.
    #[command(flatten)]
    pub server: ServerArgs,
}

/// Arguments of `model shadow`.
#[derive(Debug, Args)]
pub struct ModelShadowArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: ShadowCommand,
}

/// What can be done with a comparison.
#[derive(Debug, Subcommand)]
pub enum ShadowCommand {
    /// Begin to compare, or begin anew
    Start(ShadowStartArgs),
    /// Show what was counted so far
    Show(ShadowNameArgs),
    /// End the comparison
    Stop(ShadowNameArgs),
}

/// Arguments of `model shadow start`.
#[derive(Debug, Args)]
pub struct ShadowStartArgs {
    /// Name of the model
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Version that shall read along
    #[arg(value_name = "VERSION")]
    pub version: String,
    /// Share of the documents, above 0 and at most 1
    #[arg(long, value_name = "R", default_value_t = 1.0)]
    pub ratio: f64,
    /// Which server.
    #[command(flatten)]
    pub server: ServerArgs,
}

/// Arguments of `model shadow show` and `stop`.
#[derive(Debug, Args)]
pub struct ShadowNameArgs {
    /// Name of the model
    #[arg(value_name = "NAME")]
    pub name: String,
    /// One JSON object instead of a table
    #[arg(long)]
    pub json: bool,
    /// Which server.
    #[command(flatten)]
    pub server: ServerArgs,
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
