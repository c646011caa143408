//! Arguments of everything that makes, measures and inspects models.

use std::path::PathBuf;

use clap::Args;
use clap::Subcommand;

use crate::train::tagger::TrainOptions;

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
    /// A tagger of names, from JSONL rows with text and entities or spans
    #[command(
        after_help = "Examples:\n  wenmai train tagger --train train.jsonl --dev dev.jsonl --out my-tagger"
    )]
    Tagger(TrainTaggerArgs),
    /// Classes of words and characters for a tagger, from JSONL rows with title and text or html
    #[command(after_help = "Examples:\n  wenmai train clusters --text news.jsonl --out clusters.bin")]
    Clusters(TrainClustersArgs),
}

/// Arguments of `train tagger`.
#[derive(Debug, Args)]
pub struct TrainTaggerArgs {
    /// Annotated texts to learn from; may be given several times
    #[arg(long, value_name = "FILE", required = true)]
    pub train: Vec<PathBuf>,
    /// Folder to write the bundle to; made when missing, replaced when it holds a bundle
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Annotated texts to report on; nothing is learned from them
    #[arg(long, value_name = "FILE")]
    pub dev: Option<PathBuf>,
    /// Classes of words and characters that `train clusters` wrote
    #[arg(long, value_name = "FILE")]
    pub clusters: Option<PathBuf>,
    /// Texts without marks, rows with title and text or html: a first tagger marks them, a second learns from them too
    #[arg(long, value_name = "FILE")]
    pub unlabelled: Option<PathBuf>,
    /// How many of them
    #[arg(long, value_name = "N", default_value_t = 1500)]
    pub unlabelled_texts: usize,
    /// Types to learn, separated by commas; all that occur when not given
    #[arg(long, value_name = "TYPES", value_delimiter = ',')]
    pub types: Vec<String>,
    /// Parts of a cross-validation on the training texts; none when not given
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub folds: usize,
    /// Markdown about the sources of the corpora and their terms, for the model card
    #[arg(long, value_name = "FILE")]
    pub sources: Option<PathBuf>,
    /// Name of the model
    #[arg(long, default_value = "tagger")]
    pub name: String,
    /// Version of the model
    #[arg(long, default_value = "1", value_name = "VERSION")]
    pub version: String,
    /// Passes over the texts
    #[arg(long, default_value_t = TrainOptions::default().epochs, value_name = "N")]
    pub epochs: usize,
    /// Length of the steps
    #[arg(long, default_value_t = TrainOptions::default().rate, value_name = "X")]
    pub rate: f32,
    /// Share of the texts learned without what a group of rules found in them
    #[arg(long, default_value_t = TrainOptions::default().dropout, value_name = "X")]
    pub dropout: f32,
    /// Penalty of large weights
    #[arg(long, default_value_t = TrainOptions::default().penalty, value_name = "X")]
    pub penalty: f32,
    /// What occurs less often is no feature
    #[arg(long, default_value_t = TrainOptions::default().min_count, value_name = "N")]
    pub min_count: u32,
    /// Weights smaller than this are left out
    #[arg(long, default_value_t = TrainOptions::default().prune, value_name = "X")]
    pub prune: f32,
    /// Seed of every random draw
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub seed: u64,
}

/// Arguments of `train clusters`.
#[derive(Debug, Args)]
pub struct TrainClustersArgs {
    /// Texts to learn from
    #[arg(long, value_name = "FILE")]
    pub text: PathBuf,
    /// File to write
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
    /// Features that keep a weight; fewer make a smaller bundle
    #[arg(long, default_value_t = 200_000, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_features: u32,
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
    /// A tagger, against JSONL rows with text and entities or spans
    #[command(after_help = "Examples:\n  wenmai evaluate tagger --model my-tagger --data dev.jsonl")]
    Tagger(EvaluateTaggerArgs),
}

/// Arguments of `evaluate tagger`.
#[derive(Debug, Args)]
pub struct EvaluateTaggerArgs {
    /// Tagger bundle
    #[arg(long, value_name = "DIR")]
    pub model: PathBuf,
    /// Annotated texts
    #[arg(long, value_name = "FILE")]
    pub data: PathBuf,
    /// List every error with the words around it
    #[arg(long)]
    pub errors: bool,
    /// One JSON object instead of tables
    #[arg(long)]
    pub json: bool,
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
