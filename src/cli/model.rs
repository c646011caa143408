//! `model`: what a bundle holds and whether it is whole.

use std::path::Path;

use serde_json::json;

use super::args::Cli;
use super::args::ModelShowArgs;
use super::args::ModelVerifyArgs;
use super::exit::Failure;
use super::load;
use super::table;
use super::table::Side;
use super::table::Table;
use crate::bundle::tagger;
use crate::bundle::tagger::TaggerBundle;

/// Says what a bundle holds.
pub(super) fn show(_: &Cli, arguments: &ModelShowArgs) -> Result<(), Failure> {
    if let Some(bundle) = tagger_at(&arguments.bundle)? {
        return show_tagger(&bundle, arguments.json);
    }
    let bundle = load::bundle(Some(&arguments.bundle))?;
    let manifest = &bundle.manifest;
    if arguments.json {
        return table::print_json(&json!({ "digest": bundle.digest, "manifest": manifest }));
    }
    let training = &manifest.training;
    table::print_pairs(&[
        ("model", format!("{} {}", manifest.name, manifest.version)),
        ("digest", bundle.digest.clone()),
        ("trained by", format!("wenmai {}: {}", training.program, training.command)),
        ("corpus", format!("{} documents, SHA-256 {}", training.documents, training.corpus_sha256)),
        ("features", bundle.model.weights.keys().len().to_string()),
        ("words", bundle.model.lexicon.len().to_string()),
        ("micro-F1, cross-validated", format!("{:.4}", training.micro_f1)),
        ("macro-F1, cross-validated", format!("{:.4}", training.macro_f1)),
        ("calibration error", format!("{:.4}", training.calibration_error)),
    ])?;
    table::print_line("")?;
    let mut rows = Table::new(&[
        ("label", Side::Left),
        ("name", Side::Left),
        ("threshold", Side::Right),
        ("documents", Side::Right),
        ("precision", Side::Right),
        ("recall", Side::Right),
        ("F1", Side::Right),
    ]);
    for label in &manifest.labels {
        let quality = label.held_out;
        rows.row([
            label.id.clone(),
            label.display_name.clone(),
            format!("{:.3}", label.threshold),
            label.training_documents.to_string(),
            format!("{:.3}", quality.precision),
            format!("{:.3}", quality.recall),
            format!("{:.3}", quality.f1),
        ]);
    }
    rows.print()
}

/// Checks a bundle.
pub(super) fn verify(_: &Cli, arguments: &ModelVerifyArgs) -> Result<(), Failure> {
    if let Some(bundle) = tagger_at(&arguments.bundle)? {
        bundle.verify()?;
        let manifest = &bundle.manifest;
        return table::print_line(&format!(
            "{} {}: {} files whole, {} golden documents marked as recorded, digest {}",
            manifest.name,
            manifest.version,
            manifest.files.len(),
            bundle.golden.len(),
            bundle.digest
        ));
    }
    let bundle = load::bundle(Some(&arguments.bundle))?;
    let golden = bundle.golden.len();
    let manifest = bundle.manifest.clone();
    let digest = bundle.digest.clone();
    bundle.analyzer()?;
    let files = manifest.files.len();
    table::print_line(&format!(
        "{} {}: {files} files whole, {golden} golden documents scored as recorded, digest {digest}",
        manifest.name, manifest.version
    ))
}

/// The tagger in a folder, or the built-in one by its name; `None` for what is no tagger.
fn tagger_at(path: &Path) -> Result<Option<TaggerBundle>, Failure> {
    Ok(if path == Path::new(load::BUILT_IN_TAGGER) {
        Some(tagger::built_in()?)
    } else if tagger::is_tagger(path) {
        Some(tagger::read(path)?)
    } else {
        None
    })
}

/// Says what a tagger holds.
fn show_tagger(bundle: &TaggerBundle, json: bool) -> Result<(), Failure> {
    let manifest = &bundle.manifest;
    if json {
        return table::print_json(&json!({ "digest": bundle.digest, "manifest": manifest }));
    }
    let training = &manifest.training;
    let texts = format!("{} texts, {} spans", training.texts, training.spans);
    let mut pairs = vec![
        ("tagger", format!("{} {}", manifest.name, manifest.version)),
        ("digest", bundle.digest.clone()),
        ("types", manifest.types.join(", ")),
        ("trained by", format!("wenmai {}: {}", training.program, training.command)),
        ("corpus", format!("{texts}, SHA-256 {}", training.corpus_sha256.join(", "))),
        ("features", bundle.tagger.feature_count().to_string()),
    ];
    if let Some(f1) = training.held_out_f1 {
        pairs.push(("F1, cross-validated", format!("{f1:.4}")));
    }
    table::print_pairs(&pairs)
}
