//! What is odd about a corpus before anything is learned from it: refused where nothing good can come of it, else said.

use std::path::Path;

use super::topics::LabelText;
use crate::corpus::Corpus;
use crate::corpus::duplicates;
use crate::error::Error;

/// Looks at a training corpus, at the one that is only reported on, and at the file that names labels.
///
/// # Errors
/// [`Error::Corpus`] when a label that has a name is on no document.
pub fn audit(
    corpus: &Corpus,
    dev: Option<&Corpus>,
    named: Option<(&Path, &[LabelText])>,
) -> Result<Vec<String>, Error> {
    let labels = corpus.labels();
    if let Some((path, texts)) = named {
        let empty: Vec<&str> =
            texts.iter().map(|text| text.id.as_str()).filter(|id| labels.iter().all(|l| l != id)).collect();
        if let Some(first) = empty.first() {
            let more = match empty.len() {
                1 => String::new(),
                others => format!(" and {} more", others - 1),
            };
            let file = path.file_name().unwrap_or_default().to_string_lossy();
            let reason = format!("no document has the label {first:?}{more}, which {file} names");
            return Err(Error::Corpus { path: corpus.path.clone(), reason });
        }
    }
    let mut notes = Vec::new();
    let repeated = duplicates::within(corpus);
    if repeated.documents > 0 {
        let contradicting = match repeated.contradicting {
            0 => String::new(),
            some => format!(", {some} of them with other labels"),
        };
        notes.push(format!(
            "{} of {} training documents repeat an earlier one{contradicting}",
            repeated.documents,
            corpus.rows.len()
        ));
    }
    if let Some(dev) = dev {
        let shared = duplicates::across(corpus, dev);
        if shared.same + shared.nearly > 0 {
            notes.push(format!(
                "of the {} documents that are reported on, {} also stand in the training corpus and {} nearly do; what \
                 is measured on them is too good",
                dev.rows.len(),
                shared.same,
                shared.nearly
            ));
        }
        let unknown: Vec<String> = dev.labels().into_iter().filter(|label| !labels.contains(label)).collect();
        if !unknown.is_empty() {
            notes.push(format!(
                "labels of the documents that are reported on and of no training document, which the model will miss: {}",
                unknown.join(", ")
            ));
        }
    }
    Ok(notes)
}
