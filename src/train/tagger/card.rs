//! The model card of a tagger: what it is, where it comes from, how good it is.

use std::fmt;
use std::fmt::Write as _;

use crate::bundle::tagger::TaggerBundle;
use crate::corpus::annotated::AnnotatedCorpus;
use crate::evaluate::tagger::TaggerReport;

/// The card.
pub(super) fn write(
    bundle: &TaggerBundle,
    sources: &str,
    held_out: Option<&TaggerReport>,
    dev: Option<(&AnnotatedCorpus, &TaggerReport)>,
) -> String {
    let mut card = String::new();
    // Writing to a string does not fail.
    let _ = fill(&mut card, bundle, sources, held_out, dev);
    card
}

fn fill(
    card: &mut String,
    bundle: &TaggerBundle,
    sources: &str,
    held_out: Option<&TaggerReport>,
    dev: Option<(&AnnotatedCorpus, &TaggerReport)>,
) -> fmt::Result {
    let manifest = &bundle.manifest;
    let training = &manifest.training;
    writeln!(card, "# Model card: {} {}\n", manifest.name, manifest.version)?;
    writeln!(card, "Written by `wenmai train tagger`; every number below comes from that command.\n")?;
    writeln!(
        card,
        "## What it is\n\nA linear-chain conditional random field over characters. It looks at characters, jieba words, \
         classes of both learned from plain text, names of the gazetteer, and at what the rules found; weights are \
         learned by AdaGrad and rounded to small integers. Every span comes with its marginal probability.\n"
    )?;
    writeln!(card, "| | |\n| --- | --- |")?;
    writeln!(card, "| types | {} |", manifest.types.join(", "))?;
    writeln!(card, "| training texts | {} |", training.texts)?;
    writeln!(card, "| training spans | {} |", training.spans)?;
    writeln!(card, "| features | {} |", bundle.tagger.feature_count())?;
    for digest in &training.corpus_sha256 {
        writeln!(card, "| corpus SHA-256 | `{digest}` |")?;
    }
    writeln!(card, "| trained by | wenmai {} |", training.program)?;
    writeln!(card, "| command | `{}` |\n", training.command)?;
    if !sources.is_empty() {
        writeln!(card, "## Sources and terms\n\n{}\n", sources.trim())?;
    }
    if held_out.is_some() || dev.is_some() {
        writeln!(card, "## Quality\n\nA span is right when both ends and the type are.\n")?;
    }
    if let Some(report) = held_out {
        writeln!(card, "In cross-validation on the training corpus:\n")?;
        table(card, report)?;
    }
    if let Some((corpus, report)) = dev {
        let name = corpus.path.rsplit('/').next().unwrap_or_default();
        writeln!(
            card,
            "On `{name}` ({} texts, SHA-256 `{}`), none of them trained on:\n",
            report.texts, corpus.digest
        )?;
        table(card, report)?;
    }
    Ok(())
}

fn table(card: &mut String, report: &TaggerReport) -> fmt::Result {
    writeln!(card, "| type | spans | precision | recall | F1 |\n| --- | --- | --- | --- | --- |")?;
    for row in report.types.iter().chain(std::iter::once(&report.all)) {
        let name = if row.kind.is_empty() { "all" } else { &row.kind };
        writeln!(
            card,
            "| {name} | {} | {:.4} | {:.4} | {:.4} |",
            row.support, row.precision, row.recall, row.f1
        )?;
    }
    writeln!(card)
}
