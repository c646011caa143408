//! The model card: what a user must know before trusting a bundle.

use std::fmt::Write as _;

use crate::bundle::Manifest;
use crate::evaluate::topics::TopicReport;
use crate::evaluate::weakest;
use crate::topic::calibration::Assignment;

/// What the card says that neither the manifest nor a report knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CardNotes {
    /// Where the training documents come from and on what terms, in Markdown.
    pub sources: String,
    /// What the user should know about the corpus, a line each.
    pub notes: Vec<String>,
}

/// Writes the card in Markdown. `report` is an evaluation on documents apart from the training corpus, with the name
/// and digest of its file.
#[must_use]
pub fn write(manifest: &Manifest, notes: &CardNotes, report: Option<(&str, &str, &TopicReport)>) -> String {
    let mut card = String::new();
    // Writing to a string cannot fail.
    let _ = render(&mut card, manifest, notes, report);
    card
}

fn render(
    card: &mut String,
    manifest: &Manifest,
    notes: &CardNotes,
    report: Option<(&str, &str, &TopicReport)>,
) -> std::fmt::Result {
    let training = &manifest.training;
    writeln!(card, "# Model card: {} {}\n", manifest.name, manifest.version)?;
    writeln!(card, "Written by `wenmai train topics`; every number below comes from that command.\n")?;
    writeln!(card, "## What it is\n")?;
    writeln!(
        card,
        "A sparse linear model over jieba words and character n-grams, {}. The n-gram weights are trained by our own \
         solver (dual coordinate descent, squared hinge) behind linfa's `Fit` and `PredictInplace` traits; {}. Both \
         collapse into one row of small integers per feature. Probabilities rise with these decision values, the \
         more steeply the more of a text the model knows; those lines are fitted by cross-validation on documents \
         and on pieces cut from them.\n",
        match manifest.calibration.assignment {
            Assignment::Independent => "any number of labels per document",
            Assignment::Exclusive => "exactly one label per document",
        },
        match manifest.calibration.assignment {
            Assignment::Independent => {
                "the probability of each label is a logistic regression trained by linfa-logistic on held-out scores"
            }
            Assignment::Exclusive => {
                "the probabilities of all labels are a softmax whose slope and intercepts are fitted on held-out scores"
            }
        }
    )?;
    writeln!(card, "| | |\n| --- | --- |")?;
    writeln!(card, "| labels | {} |", manifest.labels.len())?;
    writeln!(card, "| training documents | {} |", training.documents)?;
    writeln!(card, "| corpus SHA-256 | `{}` |", training.corpus_sha256)?;
    writeln!(card, "| trained by | wenmai {} |", training.program)?;
    writeln!(card, "| command | `{}` |", training.command)?;
    writeln!(
        card,
        "| chosen by cross-validation | cost {}, log-count ratio smoothing {} and power {}, inverse document frequency to the power {}, features scaled by kind: {}, naive Bayes × {} (smoothing {}), \
         marks as features: {} |\n",
        training.cost,
        training.ratio_smoothing,
        training.ratio_power,
        training.rarity,
        if training.by_kind { "yes" } else { "no" },
        training.bayes_factor,
        training.bayes_smoothing,
        if manifest.features.marks { "yes" } else { "no" }
    )?;
    if !notes.sources.is_empty() {
        writeln!(card, "## Sources and terms\n\n{}\n", notes.sources.trim())?;
    }
    writeln!(card, "## Quality\n")?;
    writeln!(
        card,
        "On the training corpus, each document judged by a model that had not seen it nor its near-duplicates:\n"
    )?;
    writeln!(card, "| micro-F1 | macro-F1 | calibration error | Brier score |\n| --- | --- | --- | --- |")?;
    writeln!(
        card,
        "| {:.4} | {:.4} | {:.4} | {:.4} |\n",
        training.micro_f1, training.macro_f1, training.calibration_error, training.brier_score
    )?;
    writeln!(
        card,
        "Leaving out weak weights and rounding the others costs {:.2} points of {} on documents held out.\n",
        training.compression_loss * 100.0,
        match manifest.calibration.assignment {
            Assignment::Independent => "micro-F1",
            Assignment::Exclusive => "accuracy",
        }
    )?;
    if let Some((name, digest, report)) = report {
        writeln!(
            card,
            "On `{name}` ({} documents, SHA-256 `{digest}`), none of them trained on:\n",
            report.documents
        )?;
        writeln!(card, "| micro-F1 | macro-F1 | top-1 accuracy | calibration error | Brier score |")?;
        writeln!(card, "| --- | --- | --- | --- | --- |")?;
        writeln!(
            card,
            "| {:.4} | {:.4} | {:.4} | {:.4} | {:.4} |\n",
            report.micro_f1,
            report.macro_f1,
            report.top1_accuracy,
            report.calibration_error,
            report.brier_score
        )?;
        let named = |id: &str| {
            let label = manifest.labels.iter().find(|label| label.id == id);
            label.map_or_else(|| id.to_owned(), |label| format!("{} ({id})", label.display_name))
        };
        if let Some(sentence) = weakest::sentence(report, named) {
            writeln!(card, "{sentence}\n")?;
        }
    }
    writeln!(card, "| label | name | threshold | documents | precision | recall | F1 | calibration error |")?;
    writeln!(card, "| --- | --- | --- | --- | --- | --- | --- | --- |")?;
    for label in &manifest.labels {
        let quality = label.held_out;
        writeln!(
            card,
            "| {} | {} | {:.3} | {} | {:.3} | {:.3} | {:.3} | {:.3} |",
            label.id,
            label.display_name,
            label.threshold,
            label.training_documents,
            quality.precision,
            quality.recall,
            quality.f1,
            quality.calibration_error
        )?;
    }
    writeln!(card, "\n(held out in cross-validation, at the thresholds above)\n")?;
    writeln!(card, "## Limits\n")?;
    let domain = manifest.domain;
    writeln!(
        card,
        "- It abstains on texts with under {} letters, digits and Chinese characters, under {:.0} % Chinese characters \
         among them, or whose words are not those of the training documents: under {:.2} on average, in logarithms \
         of how much more often a word stands there than in Chinese at large.",
        domain.min_characters,
        domain.min_han_share * 100.0,
        domain.min_familiarity
    )?;
    for note in &notes.notes {
        writeln!(card, "- {note}.")?;
    }
    Ok(())
}
