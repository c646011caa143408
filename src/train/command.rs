//! Everything that `train topics` does: corpus in, verified bundle out.

use std::path::PathBuf;

use super::audit;
use super::blend::Blend;
use super::card;
use super::card::CardNotes;
use super::topics;
use super::topics::LabelText;
use super::topics::Progress;
use super::topics::TrainOptions;
use crate::bundle::Bundle;
use crate::bundle::Manifest;
use crate::bundle::manifest::FORMAT;
use crate::bundle::manifest::KIND;
use crate::bundle::manifest::Segmentation;
use crate::bundle::manifest::Training;
use crate::bundle::writer;
use crate::corpus::Corpus;
use crate::error::Error;
use crate::evaluate::topics::TopicReport;
use crate::evaluate::topics::evaluate;

/// What to train from and where to put it.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Training corpus.
    pub train: PathBuf,
    /// Folder of the bundle.
    pub out: PathBuf,
    /// Corpus that is only reported on.
    pub dev: Option<PathBuf>,
    /// One in so many documents of the training corpus is only reported on, near-duplicates together.
    pub hold_out: Option<usize>,
    /// Names and descriptions of labels, tab-separated: id, name, description.
    pub labels: Option<PathBuf>,
    /// Markdown about the sources and terms of the corpus, for the card.
    pub sources: Option<PathBuf>,
    /// Model name.
    pub name: String,
    /// Model version.
    pub version: String,
    /// How to train.
    pub options: TrainOptions,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The bundle as read back from its folder.
    pub bundle: Bundle,
    /// On the dev corpus, if one was given.
    pub dev: Option<TopicReport>,
    /// What the user should know about the corpus.
    pub notes: Vec<String>,
}

/// Trains, writes, reads back and tests a bundle.
///
/// # Errors
/// What reading the corpora, [`topics::train`], writing and the bundle's self-test refuse.
pub fn run(request: &Request, progress: Progress<'_>) -> Result<Outcome, Error> {
    check(request)?;
    let mut corpus = Corpus::read(&request.train)?;
    let mut dev = request.dev.as_deref().map(Corpus::read).transpose()?;
    if let Some(parts) = request.hold_out {
        let (rest, held_out) = topics::hold_out(corpus, parts, &request.options, &mut *progress)?;
        (corpus, dev) = (rest, Some(held_out));
    }
    let texts = request.labels.as_deref().map(label_texts).transpose()?.unwrap_or_default();
    let mut odd = audit::audit(&corpus, dev.as_ref(), request.labels.as_deref().zip(Some(texts.as_slice())))?;
    let sources = match &request.sources {
        Some(path) => std::fs::read_to_string(path).map_err(|source| Error::io(path, source))?,
        None => String::new(),
    };
    let trained = topics::train(&corpus, &texts, &request.options, progress)?;
    let held_out = trained.held_out;
    let manifest = Manifest {
        kind: KIND.to_owned(),
        format: FORMAT,
        name: request.name.clone(),
        version: request.version.clone(),
        training: Training {
            command: command(request),
            corpus_sha256: corpus.digest.clone(),
            documents: corpus.rows.len() as u32,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            micro_f1: held_out.micro_f1,
            macro_f1: held_out.macro_f1,
            calibration_error: held_out.calibration_error,
            brier_score: held_out.brier_score,
            compression_loss: held_out.compression_loss,
            cost: trained.settings.cost,
            ratio_smoothing: trained.settings.ratio_smoothing,
            ratio_power: trained.settings.ratio_power,
            rarity: trained.settings.scaling.rarity,
            by_kind: trained.settings.scaling.by_kind,
            bayes_factor: trained.blend.map_or(0.0, |blend| blend.factor),
            bayes_smoothing: trained.blend.map_or(0.0, Blend::smoothing),
        },
        features: trained.model.features.clone(),
        segmentation: Segmentation::default(),
        domain: trained.model.domain,
        calibration: trained.model.calibration.clone(),
        labels: trained.model.labels.clone(),
        files: std::collections::BTreeMap::new(),
    };
    odd.extend(trained.notes);
    let notes = CardNotes { sources, notes: odd.clone() };
    let mut files = writer::files(manifest, &trained.model)?;
    fits(&files, &request.options)?;
    files.write(&request.out)?;
    let bundle = writer::verify(&request.out)?;
    let report = match &dev {
        Some(dev) => {
            let total = dev.rows.len();
            let analyzer = bundle.clone().analyzer()?;
            Some(evaluate(&analyzer, dev, |done| progress("evaluating", done, total))?)
        }
        None => None,
    };
    let measured = dev.as_ref().zip(report.as_ref()).map(|(dev, report)| {
        let path = request.dev.as_deref().unwrap_or(&request.train);
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        (name, dev.digest.clone(), report)
    });
    let measured = measured.as_ref().map(|(name, digest, report)| (name.as_str(), digest.as_str(), *report));
    let card = card::write(&bundle.manifest, &notes, measured);
    files.0.insert("MODEL_CARD.md".to_owned(), card.into_bytes());
    files.write(&request.out)?;
    Ok(Outcome { bundle, dev: report, notes: odd })
}

/// Refuses a bundle that is too large although nothing more can be left out.
fn fits(files: &writer::Files, options: &TrainOptions) -> Result<(), Error> {
    let size: usize = files.0.values().map(Vec::len).sum();
    match size <= options.max_bytes {
        true => Ok(()),
        false => {
            let reason = format!(
                "the bundle has {size} bytes even with the fewest weights, {} are allowed",
                options.max_bytes
            );
            Err(Error::Training { reason })
        }
    }
}

/// Refuses a name or version that could not be told apart in a list, and a folder that holds something else.
fn check(request: &Request) -> Result<(), Error> {
    for (what, text) in [("name", &request.name), ("version", &request.version)] {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        if !(1..=64).contains(&text.len()) || !text.chars().all(plain) {
            let reason =
                format!("the {what} {text:?} must be 1 to 64 letters, digits, dots, dashes or underscores");
            return Err(Error::Training { reason });
        }
    }
    let out = &request.out;
    let Ok(mut entries) = std::fs::read_dir(out) else { return Ok(()) };
    if entries.next().is_some() && !out.join("manifest.json").exists() {
        let reason = "is not empty and holds no bundle to replace".to_owned();
        return Err(Error::Bundle { path: out.display().to_string(), reason });
    }
    Ok(())
}

/// The command as it can be given again, file names without their folders. What only the model card shows is left out:
/// the digest of a bundle shall not depend on it.
fn command(request: &Request) -> String {
    let name =
        |path: &PathBuf| path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let mut command = format!("wenmai train topics --train {}", name(&request.train));
    if let Some(labels) = &request.labels {
        command.push_str(&format!(" --labels {}", name(labels)));
    }
    if let Some(parts) = request.hold_out {
        command.push_str(&format!(" --hold-out {parts}"));
    }
    let options = &request.options;
    command
        .push_str(&format!(" --name {} --version {} --seed {}", request.name, request.version, options.seed));
    let default = TrainOptions::default();
    if options.max_features != default.max_features {
        command.push_str(&format!(" --max-features {}", options.max_features));
    }
    if options.max_bytes != default.max_bytes {
        command.push_str(&format!(" --max-model-size {}", options.max_bytes));
    }
    if options.balance {
        command.push_str(" --balance");
    }
    command
}

/// Reads names and descriptions of labels; lines that begin with "#" are comments.
fn label_texts(path: &std::path::Path) -> Result<Vec<LabelText>, Error> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::io(path, source))?;
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'))
        .map(|(index, line)| {
            let mut fields = line.split('\t').map(str::trim);
            match (fields.next(), fields.next(), fields.next()) {
                (Some(id), Some(display_name), description) if !id.is_empty() && !display_name.is_empty() => {
                    Ok(LabelText {
                        id: id.to_owned(),
                        display_name: display_name.to_owned(),
                        description: description.unwrap_or_default().to_owned(),
                    })
                }
                _ => Err(Error::CorpusLine {
                    path: path.display().to_string(),
                    line: index + 1,
                    reason: "needs a label id and a name, separated by a tab".to_owned(),
                }),
            }
        })
        .collect()
}
