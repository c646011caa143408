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
    /// Features that keep a weight at most; as many as 10 MB hold when not given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_features: Option<u32>,
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
