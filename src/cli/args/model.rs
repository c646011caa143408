//! Arguments of everything that makes, measures and inspects models.

use std::path::PathBuf;

use clap::Args;
use clap::Subcommand;

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

/// What can be done with bundles.
#[derive(Debug, Subcommand)]
pub enum ModelCommand {
    /// Say what a bundle holds, where it comes from and how good it is
    Show(ModelShowArgs),
    /// Check the files of a bundle against its manifest, and score its golden documents
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
