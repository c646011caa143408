//! Everything that `train tagger` does: annotated texts in, verified bundle out.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use super::Progress;
use super::Tools;
use super::TrainOptions;
use super::card;
use super::unlabelled;
use crate::bundle::manifest::Segmentation;
use crate::bundle::tagger;
use crate::bundle::tagger::FORMAT;
use crate::bundle::tagger::KIND;
use crate::bundle::tagger::Manifest;
use crate::bundle::tagger::TaggerBundle;
use crate::bundle::tagger::Training;
use crate::bundle::tagger::tables;
use crate::corpus::annotated::AnnotatedCorpus;
use crate::corpus::annotated::AnnotatedRow;
use crate::error::Error;
use crate::evaluate::tagger::Count;
use crate::evaluate::tagger::TaggerReport;
use crate::evaluate::tagger::evaluate;
use crate::extract::Extractor;
use crate::extract::tagger::Clusters;
use crate::segment::Segmenter;

/// What to train from and where to put it.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Training corpora.
    pub train: Vec<PathBuf>,
    /// Folder of the bundle.
    pub out: PathBuf,
    /// Corpus that is only reported on.
    pub dev: Option<PathBuf>,
    /// Classes of words and characters; the built-in ones when not given.
    pub clusters: Option<PathBuf>,
    /// Texts without marks, which a first tagger marks for a second to learn from.
    pub unlabelled: Option<PathBuf>,
    /// How many of them.
    pub unlabelled_texts: usize,
    /// Types to learn; empty: all that occur.
    pub types: Vec<String>,
    /// Parts of the cross-validation; below 2: none.
    pub folds: usize,
    /// Markdown about the sources and terms of the corpora, for the card.
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
    pub bundle: TaggerBundle,
    /// In cross-validation, if one was made.
    pub held_out: Option<TaggerReport>,
    /// On the dev corpus, if one was given.
    pub dev: Option<TaggerReport>,
}

/// Trains, writes, reads back and tests a bundle.
///
/// # Errors
/// What reading the corpora, training, writing and the bundle's self-test refuse.
pub fn run(request: &Request, progress: Progress<'_>) -> Result<Outcome, Error> {
    check(request)?;
    let corpora =
        request.train.iter().map(|path| AnnotatedCorpus::read(path)).collect::<Result<Vec<_>, Error>>()?;
    let dev = request.dev.as_deref().map(AnnotatedCorpus::read).transpose()?;
    let clusters = match &request.clusters {
        Some(path) => clusters(path)?,
        None => tagger::classes()?,
    };
    let sources = match &request.sources {
        Some(path) => fs::read_to_string(path).map_err(|source| Error::io(path, source))?,
        None => String::new(),
    };
    let segmenter = Segmenter::new();
    let extractor = Extractor::builtin()?;
    let tools = Tools { segmenter: &segmenter, extractor: &extractor };
    let types = types(request, &corpora)?;
    let rows: Vec<&AnnotatedRow> = corpora.iter().flat_map(|corpus| &corpus.rows).collect();
    let held_out = match request.folds {
        0 | 1 => None,
        folds => Some(cross_validate(&rows, &types, &clusters, tools, folds, &request.options, progress)?),
    };
    let mut trained = super::train(&rows, &types, &clusters, tools, &request.options, progress)?;
    if let Some(path) = &request.unlabelled {
        let known = corpora.iter().chain(&dev).flat_map(|corpus| &corpus.rows);
        let titles = known.map(|row| row.title.as_str()).filter(|title| !title.is_empty()).collect();
        let marked = unlabelled::mark(path, request.unlabelled_texts, &titles, &trained, tools, progress)?;
        let mut more: Vec<&AnnotatedRow> = Vec::new();
        // The annotated texts outweigh what a machine marked.
        for _ in 0..unlabelled::REPEATS {
            more.extend(&rows);
        }
        more.extend(&marked);
        trained = super::train(&more, &types, &clusters, tools, &request.options, progress)?;
    }
    let spans = rows.iter().flat_map(|row| &row.spans).filter(|span| types.contains(&span.kind)).count();
    let manifest = Manifest {
        kind: KIND.to_owned(),
        format: FORMAT,
        name: request.name.clone(),
        version: request.version.clone(),
        training: Training {
            command: command(request),
            corpus_sha256: corpora.iter().map(|corpus| corpus.digest.clone()).collect(),
            texts: rows.len() as u32,
            spans: spans as u32,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            held_out_f1: held_out.as_ref().map(|report| report.all.f1),
        },
        segmentation: Segmentation::default(),
        types,
        files: std::collections::BTreeMap::new(),
    };
    let mut files = tagger::files(manifest, &trained, &segmenter, &extractor)?;
    files.write(&request.out)?;
    let bundle = tagger::read(&request.out)?;
    bundle.verify()?;
    let report = match &dev {
        Some(dev) => {
            let total = dev.rows.len();
            let done = |done| progress("evaluating", done, total);
            Some(evaluate(&bundle.tagger, &segmenter, &extractor, dev, done)?)
        }
        None => None,
    };
    let measured = dev.as_ref().zip(report.as_ref());
    let card = card::write(&bundle, &sources, held_out.as_ref(), measured);
    files.0.insert("MODEL_CARD.md".to_owned(), card.into_bytes());
    files.write(&request.out)?;
    Ok(Outcome { bundle, held_out, dev: report })
}

/// Each part of the corpus tagged by a tagger that has not seen it.
fn cross_validate(
    rows: &[&AnnotatedRow],
    types: &[String],
    clusters: &Clusters,
    tools: Tools<'_>,
    folds: usize,
    options: &TrainOptions,
    progress: Progress<'_>,
) -> Result<TaggerReport, Error> {
    let mut count = Count::default();
    for fold in 0..folds {
        let part = |inside: bool| -> Vec<&AnnotatedRow> {
            let numbered = rows.iter().enumerate();
            numbered.filter(|(at, _)| (at % folds == fold) == inside).map(|(_, row)| *row).collect()
        };
        let trained = super::train(&part(false), types, clusters, tools, options, progress)?;
        for row in part(true) {
            count.add(row, &trained, tools.segmenter, tools.extractor)?;
        }
        progress("cross-validating", fold + 1, folds);
    }
    Ok(count.report())
}

/// The classes in a file that `train clusters` wrote.
fn clusters(path: &Path) -> Result<Clusters, Error> {
    let bytes = fs::read(path).map_err(|source| Error::io(path, source))?;
    tables::read_clusters(&bytes)
        .map_err(|reason| Error::Corpus { path: path.display().to_string(), reason: format!("it {reason}") })
}

/// The types to learn.
fn types(request: &Request, corpora: &[AnnotatedCorpus]) -> Result<Vec<String>, Error> {
    let mut known: Vec<String> = corpora.iter().flat_map(AnnotatedCorpus::types).collect();
    known.sort_unstable();
    known.dedup();
    if request.types.is_empty() {
        return Ok(known);
    }
    if let Some(unknown) = request.types.iter().find(|kind| !known.contains(kind)) {
        let reason = format!("no text has a span of type {unknown:?}, only {}", known.join(", "));
        return Err(Error::Training { reason });
    }
    known.retain(|kind| request.types.contains(kind));
    Ok(known)
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
    let Ok(mut entries) = fs::read_dir(out) else { return Ok(()) };
    if entries.next().is_some() && !out.join("manifest.json").exists() {
        let reason = "is not empty and holds no bundle to replace".to_owned();
        return Err(Error::Bundle { path: out.display().to_string(), reason });
    }
    Ok(())
}

/// The command as it can be given again, file names without their folders.
fn command(request: &Request) -> String {
    let name = |path: &Path| path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let mut command = "wenmai train tagger".to_owned();
    for path in &request.train {
        command.push_str(&format!(" --train {}", name(path)));
    }
    if let Some(path) = &request.clusters {
        command.push_str(&format!(" --clusters {}", name(path)));
    }
    if let Some(path) = &request.unlabelled {
        let texts = request.unlabelled_texts;
        command.push_str(&format!(" --unlabelled {} --unlabelled-texts {texts}", name(path)));
    }
    if !request.types.is_empty() {
        command.push_str(&format!(" --types {}", request.types.join(",")));
    }
    let TrainOptions { epochs, rate, dropout, thinning, penalty, names, lean, min_count, prune, seed } =
        &request.options;
    command.push_str(&format!(
        " --name {} --version {} --epochs {epochs} --rate {rate} --dropout {dropout} --penalty {penalty} --min-count {min_count} --prune {prune} --seed {seed}",
        request.name, request.version
    ));
    if *thinning > 0.0 {
        command.push_str(&format!(" --thinning {thinning}"));
    }
    if !names {
        command.push_str(" --no-names");
    }
    if let Some(lean) = lean {
        command.push_str(&format!(" --lean {lean}"));
    }
    if request.folds > 1 {
        command.push_str(&format!(" --folds {}", request.folds));
    }
    command
}
