//! Taggers on disk: one folder, self-contained, verified before use.
//!
//! ```text
//! manifest.json   what the tagger is, and the size and SHA-256 of every other file
//! weights.bin     weights by feature key, and transitions
//! clusters.bin    classes of words and characters
//! names.bin       names of the training texts; a bundle may lack it, and its tagger then knows none
//! golden.jsonl    documents with the spans that this tagger must find in them
//! MODEL_CARD.md   for people
//! ```

pub mod golden;
pub mod tables;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde::Serialize;
use sha2::Digest;
use sha2::Sha256;

use super::manifest::FileEntry;
use super::manifest::Segmentation;
use super::writer::Files;
use crate::error::Error;
use crate::extract::Extractor;
use crate::extract::tagger::Clusters;
use crate::extract::tagger::Names;
use crate::extract::tagger::Tagger;
use crate::segment::Segmenter;

/// The format that this program writes and reads.
pub const FORMAT: u32 = 1;
/// First field of every manifest.
pub const KIND: &str = "wenmai tagger";

/// The default tagger, compiled in so that serving needs no file.
const BUILT_IN: [(&str, &[u8]); 4] = [
    ("manifest.json", include_bytes!("../../../models/tagger/manifest.json")),
    ("weights.bin", include_bytes!("../../../models/tagger/weights.bin")),
    ("clusters.bin", include_bytes!("../../../models/tagger/clusters.bin")),
    ("golden.jsonl", include_bytes!("../../../models/tagger/golden.jsonl")),
];

/// Classes of words and characters of more than news, compiled in for taggers that are yet to be trained.
const CLASSES: &[u8] = include_bytes!("../../../models/classes/clusters.bin");

/// The files that a manifest describes.
const FILES: [&str; 4] = ["weights.bin", "clusters.bin", "names.bin", "golden.jsonl"];

/// Larger files are refused before they are read.
const MAX_FILE_BYTES: u64 = 1 << 30;

/// `manifest.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`KIND`].
    pub kind: String,
    /// [`FORMAT`].
    pub format: u32,
    /// Model name.
    pub name: String,
    /// Version, unique under the name.
    pub version: String,
    /// Where it comes from.
    pub training: Training,
    /// How text becomes words.
    pub segmentation: Segmentation,
    /// Types of spans, in the order of the weights.
    pub types: Vec<String>,
    /// Size and digest of every other file that answers depend on, by name.
    pub files: BTreeMap<String, FileEntry>,
}

/// Where a tagger comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Training {
    /// The command that gives this bundle again, paths aside.
    pub command: String,
    /// Hex SHA-256 of each training file, in the order of the command.
    pub corpus_sha256: Vec<String>,
    /// Texts in them.
    pub texts: u32,
    /// Spans in them.
    pub spans: u32,
    /// Version of the program that trained.
    pub program: String,
    /// F1 over exact spans with their types in cross-validation on the training corpus; absent where none was made.
    pub held_out_f1: Option<f64>,
}

/// A bundle, read and verified.
#[derive(Clone, Debug)]
pub struct TaggerBundle {
    /// Hex SHA-256 of the manifest.
    pub digest: String,
    /// What the tagger is.
    pub manifest: Manifest,
    /// The tagger.
    pub tagger: Tagger,
    /// Documents and the spans that it must find.
    pub golden: Vec<golden::Golden>,
}

impl TaggerBundle {
    /// Runs the golden documents.
    ///
    /// # Errors
    /// [`Error::Bundle`] when the tagger marks one otherwise than the bundle says.
    pub fn verify(&self) -> Result<(), Error> {
        let segmenter = Segmenter::new();
        let extractor = Extractor::builtin()?;
        golden::verify(&segmenter, &extractor, &self.tagger, &self.golden).map_err(|reason| Error::Bundle {
            path: format!("{} {}", self.manifest.name, self.manifest.version),
            reason,
        })
    }
}

/// Makes the files of a bundle from a tagger and a manifest whose `files` are still empty; golden answers are computed.
///
/// # Errors
/// [`Error::Bundle`] when the golden documents cannot be tagged.
pub fn files(
    mut manifest: Manifest,
    tagger: &Tagger,
    segmenter: &Segmenter,
    extractor: &Extractor,
) -> Result<Files, Error> {
    let refuse = |error: serde_json::Error| Error::Bundle {
        path: format!("{} {}", manifest.name, manifest.version),
        reason: error.to_string(),
    };
    let mut golden = Vec::new();
    for line in golden::make(segmenter, extractor, tagger)? {
        golden.extend(serde_json::to_vec(&line).map_err(refuse)?);
        golden.push(b'\n');
    }
    let mut files = BTreeMap::from([
        ("weights.bin".to_owned(), tables::write_weights(tagger)),
        ("clusters.bin".to_owned(), tables::write_clusters(tagger.clusters())),
        ("golden.jsonl".to_owned(), golden),
    ]);
    if !tagger.names().is_empty() {
        files.insert("names.bin".to_owned(), tables::write_names(tagger));
    }
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

/// Reads and verifies the bundle in a folder.
///
/// # Errors
/// [`Error::Io`] when a file cannot be read; [`Error::Bundle`] when the folder holds no tagger, one of another format,
/// or a damaged one.
pub fn read(folder: &Path) -> Result<TaggerBundle, Error> {
    let path = folder.display().to_string();
    parse(&path, |name| {
        let file = folder.join(name);
        let size = fs::metadata(&file).map_err(|source| Error::io(&file, source))?.len();
        if size > MAX_FILE_BYTES {
            let reason = format!("{name} has {size} bytes, the limit is {MAX_FILE_BYTES}");
            return Err(Error::Bundle { path: folder.display().to_string(), reason });
        }
        fs::read(&file).map_err(|source| Error::io(&file, source))
    })
}

/// Whether a folder says of itself that it holds a tagger, whole or not.
#[must_use]
pub fn is_tagger(folder: &Path) -> bool {
    let kind = fs::read(folder.join("manifest.json"))
        .ok()
        .and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).ok());
    kind.is_some_and(|manifest| manifest.get("kind").and_then(serde_json::Value::as_str) == Some(KIND))
}

/// The extractor that serves: the built-in gazetteers and the built-in tagger.
///
/// # Errors
/// [`Error::Bundle`] when either is damaged.
pub fn extractor() -> Result<Extractor, Error> {
    Ok(Extractor::builtin()?.with_tagger(built_in()?.tagger))
}

/// The bundle compiled into the program.
///
/// # Errors
/// [`Error::Bundle`] when it is damaged, which a build from a clean checkout cannot be.
pub fn built_in() -> Result<TaggerBundle, Error> {
    parse("built-in tagger", |name| {
        let file = BUILT_IN.iter().find(|(candidate, _)| *candidate == name);
        file.map(|(_, bytes)| bytes.to_vec()).ok_or_else(|| Error::Bundle {
            path: "built-in tagger".to_owned(),
            reason: format!("lacks {name}"),
        })
    })
}

/// Classes of words and characters for a tagger that is to be trained and brings none of its own.
///
/// # Errors
/// [`Error::Bundle`] when they are damaged, which a build from a clean checkout cannot be.
pub(crate) fn classes() -> Result<Clusters, Error> {
    tables::read_clusters(CLASSES)
        .map_err(|reason| Error::Bundle { path: "built-in classes".to_owned(), reason })
}

/// Reads a bundle whose files `file` gives by name.
fn parse(path: &str, file: impl Fn(&str) -> Result<Vec<u8>, Error>) -> Result<TaggerBundle, Error> {
    let refuse = |reason: String| Error::Bundle { path: path.to_owned(), reason };
    let manifest_bytes = file("manifest.json")?;
    let manifest = manifest(&manifest_bytes).map_err(refuse)?;
    let verified = |name: &str| -> Result<Vec<u8>, Error> {
        let entry = manifest.files.get(name).ok_or_else(|| refuse(format!("manifest lacks {name}")))?;
        let bytes = file(name)?;
        if bytes.len() as u64 != entry.size || format!("{:x}", Sha256::digest(&bytes)) != entry.sha256 {
            return Err(refuse(format!("{name} is damaged: it is not the file that the manifest describes")));
        }
        Ok(bytes)
    };
    let in_file = |name: &'static str| move |reason: String| refuse(format!("{name}: {reason}"));
    let clusters = tables::read_clusters(&verified("clusters.bin")?).map_err(in_file("clusters.bin"))?;
    let names = match manifest.files.contains_key("names.bin") {
        true => tables::read_names(&verified("names.bin")?).map_err(in_file("names.bin"))?,
        false => Names::default(),
    };
    let tagger = tables::read_weights(manifest.types.clone(), clusters, names, &verified("weights.bin")?)
        .map_err(in_file("weights.bin"))?;
    let golden = verified("golden.jsonl")?
        .split(|&byte| byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice::<golden::Golden>(line).map_err(|error| error.to_string()))
        .collect::<Result<Vec<golden::Golden>, String>>()
        .map_err(in_file("golden.jsonl"))?;
    Ok(TaggerBundle { digest: format!("{:x}", Sha256::digest(&manifest_bytes)), manifest, tagger, golden })
}

/// Reads and checks a manifest.
fn manifest(bytes: &[u8]) -> Result<Manifest, String> {
    let value: serde_json::Value =
        serde_json::from_slice(bytes).map_err(|error| format!("manifest.json: {error}"))?;
    if value.get("kind").and_then(|kind| kind.as_str()) != Some(KIND) {
        return Err("manifest.json is not that of a wenmai tagger".to_owned());
    }
    let format = value.get("format").and_then(serde_json::Value::as_u64);
    if format != Some(u64::from(FORMAT)) {
        return Err(format!(
            "format {} is not the one this program reads ({FORMAT})",
            format.map_or_else(|| "unknown".to_owned(), |format| format.to_string())
        ));
    }
    let manifest: Manifest =
        serde_json::from_value(value).map_err(|error| format!("manifest.json: {error}"))?;
    if manifest.segmentation.hmm {
        return Err("it was trained with guessed words (HMM), which this program does not serve".to_owned());
    }
    if let Some(foreign) = manifest.files.keys().find(|name| !FILES.contains(&name.as_str())) {
        return Err(format!("manifest.json: {foreign:?} is no file of a tagger"));
    }
    Ok(manifest)
}
