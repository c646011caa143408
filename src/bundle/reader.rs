//! A folder, or the files compiled into the program, into a verified bundle.

use std::fs;
use std::path::Path;

use sha2::Digest;
use sha2::Sha256;

use super::Bundle;
use super::golden::Golden;
use super::manifest::FORMAT;
use super::manifest::KIND;
use super::manifest::Manifest;
use super::tables;
use crate::error::Error;
use crate::topic::model::TopicModel;

/// The default bundle, compiled in so that serving needs no file.
const BUILT_IN: [(&str, &[u8]); 4] = [
    ("manifest.json", include_bytes!("../../models/topics/manifest.json")),
    ("weights.bin", include_bytes!("../../models/topics/weights.bin")),
    ("words.bin", include_bytes!("../../models/topics/words.bin")),
    ("golden.jsonl", include_bytes!("../../models/topics/golden.jsonl")),
];

/// The files that a manifest describes.
const FILES: [&str; 3] = ["weights.bin", "words.bin", "golden.jsonl"];

/// Log-odds of a million, in units of 2⁻³²: no sum of contributions can leave 64 bits from there.
const MAX_BIAS: u64 = 1_000_000 << 32;

/// Larger files are refused before they are read.
const MAX_FILE_BYTES: u64 = 1 << 30;

/// Reads and verifies the bundle in a folder.
///
/// # Errors
/// [`Error::Io`] when a file cannot be read; [`Error::Bundle`] when the folder holds no bundle, one of another format,
/// or a damaged one.
pub fn read(folder: &Path) -> Result<Bundle, Error> {
    let path = folder.display().to_string();
    fs::read_dir(folder).map_err(|source| Error::io(folder, source))?;
    if !folder.join("manifest.json").is_file() {
        let reason = "is no bundle: it has no manifest.json".to_owned();
        return Err(Error::Bundle { path, reason });
    }
    parse(&path, |name| {
        let file = folder.join(name);
        if !file.exists() {
            let reason = format!("is not whole: it lacks {name}");
            return Err(Error::Bundle { path: folder.display().to_string(), reason });
        }
        let size = fs::metadata(&file).map_err(|source| Error::io(&file, source))?.len();
        if size > MAX_FILE_BYTES {
            let reason = format!("{name} has {size} bytes, the limit is {MAX_FILE_BYTES}");
            return Err(Error::Bundle { path: folder.display().to_string(), reason });
        }
        fs::read(&file).map_err(|source| Error::io(&file, source))
    })
}

/// The bundle compiled into the program.
///
/// # Errors
/// [`Error::Bundle`] when it is damaged, which a build from a clean checkout cannot be.
pub fn built_in() -> Result<Bundle, Error> {
    parse("built-in", |name| {
        let file = BUILT_IN.iter().find(|(candidate, _)| *candidate == name);
        file.map(|(_, bytes)| bytes.to_vec())
            .ok_or_else(|| Error::Bundle { path: "built-in".to_owned(), reason: format!("lacks {name}") })
    })
}

/// Reads a bundle whose files `file` gives by name.
fn parse(path: &str, file: impl Fn(&str) -> Result<Vec<u8>, Error>) -> Result<Bundle, Error> {
    let refuse = |reason: String| Error::Bundle { path: path.to_owned(), reason };
    let manifest_bytes = file("manifest.json")?;
    let manifest = manifest(&manifest_bytes).map_err(refuse)?;
    if let Some(foreign) = manifest.files.keys().find(|name| !FILES.contains(&name.as_str())) {
        return Err(refuse(format!("manifest.json: {foreign:?} is no file of a bundle")));
    }
    let verified = |name: &str| -> Result<Vec<u8>, Error> {
        let entry = manifest.files.get(name).ok_or_else(|| refuse(format!("manifest lacks {name}")))?;
        let bytes = file(name)?;
        if bytes.len() as u64 != entry.size || format!("{:x}", Sha256::digest(&bytes)) != entry.sha256 {
            return Err(refuse(format!("{name} is damaged: it is not the file that the manifest describes")));
        }
        Ok(bytes)
    };
    let in_file = |name: &'static str| move |reason: String| refuse(format!("{name}: {reason}"));
    let weights = tables::read_weights(&verified("weights.bin")?).map_err(in_file("weights.bin"))?;
    let lexicon = tables::read_words(&verified("words.bin")?).map_err(in_file("words.bin"))?;
    if weights.labels() != manifest.labels.len() {
        let reason = format!(
            "weights are for {} labels, the manifest has {}",
            weights.labels(),
            manifest.labels.len()
        );
        return Err(refuse(reason));
    }
    let golden = verified("golden.jsonl")?
        .split(|&byte| byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice::<Golden>(line).map_err(|error| error.to_string()))
        .collect::<Result<Vec<Golden>, String>>()
        .map_err(in_file("golden.jsonl"))?;
    let model = TopicModel {
        features: manifest.features.clone(),
        labels: manifest.labels.clone(),
        weights,
        lexicon,
        domain: manifest.domain,
        calibration: manifest.calibration.clone(),
    };
    Ok(Bundle { digest: format!("{:x}", Sha256::digest(&manifest_bytes)), manifest, model, golden })
}

/// Reads and checks a manifest.
fn manifest(bytes: &[u8]) -> Result<Manifest, String> {
    let value: serde_json::Value =
        serde_json::from_slice(bytes).map_err(|error| format!("manifest.json: {error}"))?;
    if value.get("kind").and_then(|kind| kind.as_str()) != Some(KIND) {
        return Err("manifest.json is not that of a wenmai topic model".to_owned());
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
    if manifest.features.word_ngrams > 3 || manifest.features.character_ngrams > 4 {
        return Err("manifest.json: n-grams are longer than this program knows".to_owned());
    }
    if manifest.labels.iter().any(|label| label.bias.unsigned_abs() > MAX_BIAS) {
        return Err("manifest.json: a bias is out of all bounds".to_owned());
    }
    if !manifest.labels.is_sorted_by(|a, b| a.id < b.id) {
        return Err("manifest.json: labels are not in order of their ids".to_owned());
    }
    let thresholds = manifest.labels.iter().map(|label| label.threshold);
    if !thresholds.into_iter().all(|threshold| (0.0..=1.0).contains(&threshold)) {
        return Err("manifest.json: a threshold is not in [0, 1]".to_owned());
    }
    let knots = &manifest.calibration.knots;
    if !knots.is_sorted_by(|a, b| a.features < b.features) {
        return Err("manifest.json: the calibration's numbers of features do not ascend".to_owned());
    }
    let sound = |value: f64, bound: f64| value.abs() <= bound;
    if !knots.iter().all(|knot| knot.slope >= 0.0 && sound(knot.slope, 1e3) && sound(knot.offset, 1e3)) {
        return Err("manifest.json: the calibration is out of all bounds".to_owned());
    }
    Ok(manifest)
}
