//! A folder, or the files compiled into the program, into a verified bundle.

use std::fs;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use sha2::Digest;
use sha2::Sha256;

use super::Bundle;
use super::golden::Golden;
use super::manifest::FORMAT;
use super::manifest::KIND;
use super::manifest::Manifest;
use super::pace::Pace;
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

/// What makes a folder a bundle.
pub const MANIFEST: &str = "manifest.json";

/// Documents and their answers.
const GOLDEN: &str = "golden.jsonl";

/// The files that a manifest describes.
pub const FILES: [&str; 3] = ["weights.bin", "words.bin", GOLDEN];

/// Log-odds of a million, in units of 2⁻³²: no sum of contributions can leave 64 bits from there.
const MAX_BIAS: u64 = 1_000_000 << 32;

/// Larger files are refused before they are read.
const MAX_FILE_BYTES: u64 = 1 << 30;

/// The same for those that are parsed as JSON, which takes several times the room. A hundred golden documents of a
/// hundred kilobytes each would fit.
const MAX_JSON_BYTES: u64 = 16 << 20;

/// Bytes that are read or hashed in one step.
const STEP: usize = 16 * 1024;

/// Bytes of a model's name and of its version.
const MAX_NAME_BYTES: usize = 64;

/// Reads and verifies the bundle in a folder.
///
/// # Errors
/// [`Error::Io`] when a file cannot be read; [`Error::Bundle`] when the folder holds no bundle, one of another format,
/// or a damaged one.
pub fn read(folder: &Path) -> Result<Bundle, Error> {
    read_at(folder, &Pace::full())
}

/// The same at some pace.
///
/// # Errors
/// As [`read`].
pub fn read_at(folder: &Path, pace: &Pace) -> Result<Bundle, Error> {
    let path = folder.display().to_string();
    fs::read_dir(folder).map_err(|source| Error::io(folder, source))?;
    if !folder.join(MANIFEST).is_file() {
        let reason = "is no bundle: it has no manifest.json".to_owned();
        return Err(Error::Bundle { path, reason });
    }
    parse(&path, pace, |name, limit| file(folder, name, limit, pace))
}

/// Hex SHA-256 of the manifest in a folder, which is the digest of the bundle if the rest is whole.
///
/// # Errors
/// As [`read`].
pub fn digest(folder: &Path) -> Result<String, Error> {
    Ok(format!("{:x}", Sha256::digest(file(folder, MANIFEST, MAX_JSON_BYTES, &Pace::full())?)))
}

/// The manifest in a folder and its digest; the other files are not looked at.
///
/// # Errors
/// As [`read`].
pub fn head(folder: &Path) -> Result<(String, Manifest), Error> {
    let bytes = file(folder, MANIFEST, MAX_JSON_BYTES, &Pace::full())?;
    let refuse = |reason| Error::Bundle { path: folder.display().to_string(), reason };
    Ok((format!("{:x}", Sha256::digest(&bytes)), manifest(&bytes).map_err(refuse)?))
}

/// Reads one file of a folder, if it is one and not larger than `limit`.
fn file(folder: &Path, name: &str, limit: u64, pace: &Pace) -> Result<Vec<u8>, Error> {
    let refuse = |reason: String| Error::Bundle { path: folder.display().to_string(), reason };
    let path = folder.join(name);
    let failed = |source| Error::io(&path, source);
    if !path.exists() {
        return Err(refuse(format!("is not whole: it lacks {name}")));
    }
    // A named pipe or a device would be read for ever, and opening a pipe waits for its writer.
    if !fs::metadata(&path).map_err(failed)?.is_file() {
        return Err(refuse(format!("{name} is no regular file")));
    }
    let mut source = File::open(&path).map_err(failed)?;
    let mut bytes = Vec::new();
    loop {
        let read = source.by_ref().take(STEP as u64).read_to_end(&mut bytes).map_err(failed)?;
        if read == 0 {
            return Ok(bytes);
        }
        // A file that grows under our eyes is not followed.
        if bytes.len() as u64 > limit {
            return Err(refuse(format!("{name} has more than {limit} bytes, the limit")));
        }
        pace.step();
    }
}

/// The bundle compiled into the program.
///
/// # Errors
/// [`Error::Bundle`] when it is damaged, which a build from a clean checkout cannot be.
pub fn built_in() -> Result<Bundle, Error> {
    parse("built-in", &Pace::full(), |name, _| {
        let file = BUILT_IN.iter().find(|(candidate, _)| *candidate == name);
        file.map(|(_, bytes)| bytes.to_vec())
            .ok_or_else(|| Error::Bundle { path: "built-in".to_owned(), reason: format!("lacks {name}") })
    })
}

/// Reads a bundle whose files `file` gives by name.
fn parse(
    path: &str,
    pace: &Pace,
    file: impl Fn(&str, u64) -> Result<Vec<u8>, Error>,
) -> Result<Bundle, Error> {
    let refuse = |reason: String| Error::Bundle { path: path.to_owned(), reason };
    let manifest_bytes = file(MANIFEST, MAX_JSON_BYTES)?;
    let manifest = manifest(&manifest_bytes).map_err(refuse)?;
    if let Some(foreign) = manifest.files.keys().find(|name| !FILES.contains(&name.as_str())) {
        return Err(refuse(format!("manifest.json: {foreign:?} is no file of a bundle")));
    }
    let verified = |name: &str| -> Result<Vec<u8>, Error> {
        let entry = manifest.files.get(name).ok_or_else(|| refuse(format!("manifest lacks {name}")))?;
        let most = if name == GOLDEN { MAX_JSON_BYTES } else { MAX_FILE_BYTES };
        if entry.size > most {
            return Err(refuse(format!("{name} has {} bytes, the limit is {most}", entry.size)));
        }
        let bytes = file(name, most)?;
        if bytes.len() as u64 != entry.size || sha256(&bytes, pace) != entry.sha256 {
            return Err(refuse(format!("{name} is damaged: it is not the file that the manifest describes")));
        }
        Ok(bytes)
    };
    let in_file = |name: &'static str| move |reason: String| refuse(format!("{name}: {reason}"));
    let weights = tables::read_weights(&verified("weights.bin")?, pace).map_err(in_file("weights.bin"))?;
    let lexicon = tables::read_words(&verified("words.bin")?).map_err(in_file("words.bin"))?;
    if weights.labels() != manifest.labels.len() {
        let reason = format!(
            "weights are for {} labels, the manifest has {}",
            weights.labels(),
            manifest.labels.len()
        );
        return Err(refuse(reason));
    }
    let golden = verified(GOLDEN)?
        .split(|&byte| byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice::<Golden>(line).map_err(|error| error.to_string()))
        .collect::<Result<Vec<Golden>, String>>()
        .map_err(in_file(GOLDEN))?;
    // Without them nothing would be tested when the bundle is loaded.
    if golden.is_empty() {
        return Err(refuse(format!("{GOLDEN} holds no document")));
    }
    if let Some(short) = golden.iter().find(|golden| golden.scores.len() != manifest.labels.len()) {
        let reason = format!("{GOLDEN}: {} scores for {} labels", short.scores.len(), manifest.labels.len());
        return Err(refuse(reason));
    }
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

/// Hex SHA-256.
fn sha256(bytes: &[u8], pace: &Pace) -> String {
    let mut hash = Sha256::new();
    for part in bytes.chunks(STEP) {
        hash.update(part);
        pace.step();
    }
    format!("{:x}", hash.finalize())
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
    for (what, value) in [("name", &manifest.name), ("version", &manifest.version)] {
        if !is_name(value) {
            return Err(format!(
                "manifest.json: the {what} is not 1 to {MAX_NAME_BYTES} letters, digits, '.', '_', '+' or '-'"
            ));
        }
    }
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
    if !(manifest.calibration.ceiling > 0.0 && manifest.calibration.ceiling <= 1.0) {
        return Err("manifest.json: the calibration's ceiling is not above 0 and at most 1".to_owned());
    }
    Ok(manifest)
}

/// Whether this can be a model's name, version or alias: it stands in addresses, file names, metrics and logs.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._+-".contains(&byte);
    !text.is_empty()
        && text.len() <= MAX_NAME_BYTES
        && !text.starts_with(['.', '-'])
        && text.bytes().all(allowed)
}
