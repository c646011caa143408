//! Arguments of `train tagger`, `train clusters`, `evaluate tagger`.

use std::path::PathBuf;

use clap::Args;

use crate::train::clusters::ClusterOptions;
use crate::train::tagger::TrainOptions;

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
    /// Classes of words and characters that `train clusters` wrote; the built-in ones when not given
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
    /// Share of everything that occurs in a text that it is learned without, anew in each pass
    #[arg(long, default_value_t = TrainOptions::default().thinning, value_name = "X")]
    pub thinning: f32,
    /// Penalty of large weights
    #[arg(long, default_value_t = TrainOptions::default().penalty, value_name = "X")]
    pub penalty: f32,
    /// Remember no names of the training texts: for long articles, whose own names say more
    #[arg(long)]
    pub no_names: bool,
    /// Constant for every span that begins, to find more at the price of precision; when not given, the one that is best on
    /// parts of the texts with weights learned from the others, which takes three times as long
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub lean: Option<f64>,
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
    /// Texts to learn from, rows with title and text or html; may be given several times
    #[arg(long, value_name = "FILE", required = true)]
    pub text: Vec<PathBuf>,
    /// File to write
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Words that get a class, the most frequent ones
    #[arg(long, value_name = "N", default_value_t = ClusterOptions::default().words)]
    pub words: usize,
    /// Classes of words
    #[arg(long, value_name = "N", default_value_t = ClusterOptions::default().fine)]
    pub classes: usize,
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
