//! A trained model into a folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use sha2::Digest;
use sha2::Sha256;

use super::Bundle;
use super::golden;
use super::manifest::FileEntry;
use super::manifest::Manifest;
use super::resources::Resources;
use super::tables;
use crate::error::Error;
use crate::topic::Classifier;
use crate::topic::model::TopicModel;

/// A bundle in memory, ready to be written: files by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files(pub BTreeMap<String, Vec<u8>>);

/// Makes the files of a bundle from a model and a manifest whose `files` are still empty; golden answers are computed.
///
/// # Errors
/// [`Error::Bundle`] when the golden documents cannot be analysed.
pub fn files(mut manifest: Manifest, model: &TopicModel) -> Result<Files, Error> {
    let analyzer = Resources::load()?.analyzer(Classifier::new(model.clone()));
    let refuse = |error: serde_json::Error| Error::Bundle {
        path: format!("{} {}", manifest.name, manifest.version),
        reason: error.to_string(),
    };
    let mut golden = Vec::new();
    for line in golden::make(&analyzer)? {
        golden.extend(serde_json::to_vec(&line).map_err(refuse)?);
        golden.push(b'\n');
    }
    let mut files = BTreeMap::from([
        ("weights.bin".to_owned(), tables::write_weights(&model.weights)),
        ("words.bin".to_owned(), tables::write_words(&model.lexicon)),
        ("golden.jsonl".to_owned(), golden),
    ]);
    manifest.files = files
        .iter()
        .map(|(name, bytes)| {
            let sha256 = format!("{:x}", Sha256::digest(bytes));
            (name.clone(), FileEntry { size: bytes.len() as u64, sha256 })
        })
        .collect();
    let mut json = serde_json::to_vec_pretty(&manifest).map_err(refuse)?;
    json.push(b'\n');
    files.insert("manifest.json".to_owned(), json);
    Ok(Files(files))
}

impl Files {
    /// Writes the files into `folder`, which is made if need be. The manifest comes last, so that a folder that was
    /// left half-way is no bundle.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn write(&self, folder: &Path) -> Result<(), Error> {
        let manifest = folder.join("manifest.json");
        fs::create_dir_all(folder).map_err(|source| Error::io(folder, source))?;
        if manifest.exists() {
            fs::remove_file(&manifest).map_err(|source| Error::io(&manifest, source))?;
        }
        let last = |name: &&String| name.as_str() == "manifest.json";
        let names = self.0.keys().filter(|name| !last(name)).chain(self.0.keys().filter(last));
        for name in names {
            let file = folder.join(name);
            let bytes = self.0.get(name).map(Vec::as_slice).unwrap_or_default();
            let temporary = folder.join(format!(".{name}.part"));
            fs::write(&temporary, bytes).map_err(|source| Error::io(&temporary, source))?;
            fs::rename(&temporary, &file).map_err(|source| Error::io(&file, source))?;
        }
        Ok(())
    }
}

/// Reads back what was written and runs its self-test.
///
/// # Errors
/// As [`super::reader::read`] and [`Bundle::analyzer`].
pub fn verify(folder: &Path) -> Result<Bundle, Error> {
    let bundle = super::reader::read(folder)?;
    bundle.clone().analyzer()?;
    Ok(bundle)
}
