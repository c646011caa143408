//! The binary files of a bundle, little-endian.
//!
//! ```text
//! weights.bin   "WMWEIGHT" u32 labels, u32 rows, u32 frequent rows, rows × u64 key, rows × u8 shift,
//!               rows × labels × i8 mantissa
//! words.bin     "WMWORDS\0" u32 count, count × u32 hash, count × i8 familiarity
//! ```

use super::pace::Pace;
use crate::topic::lexicon::Lexicon;
use crate::topic::weights::Parts;
use crate::topic::weights::Row;
use crate::topic::weights::Weights;

/// Bytes that are read in one step; a multiple of eight.
const STEP: usize = 16 * 1024;

const WEIGHTS_MAGIC: &[u8; 8] = b"WMWEIGHT";
const WORDS_MAGIC: &[u8; 8] = b"WMWORDS\0";

/// Weights as bytes.
#[must_use]
pub fn write_weights(weights: &Weights) -> Vec<u8> {
    let mut bytes = WEIGHTS_MAGIC.to_vec();
    bytes.extend((weights.labels() as u32).to_le_bytes());
    bytes.extend((weights.keys().len() as u32).to_le_bytes());
    bytes.extend((weights.frequent() as u32).to_le_bytes());
    bytes.extend(weights.keys().iter().flat_map(|key| key.to_le_bytes()));
    bytes.extend(weights.rows().map(|row| row.shift));
    bytes.extend(weights.rows().flat_map(Row::mantissas).flat_map(|mantissa| mantissa.to_le_bytes()));
    bytes
}

/// Weights from bytes.
///
/// # Errors
/// What is wrong with the bytes; nothing is reserved before lengths are known to fit.
pub fn read_weights(bytes: &[u8], pace: &Pace) -> Result<Weights, String> {
    let rest = bytes.strip_prefix(WEIGHTS_MAGIC).ok_or("does not begin like a table of weights")?;
    let (labels, rest) = u32_at(rest)?;
    let (rows, rest) = u32_at(rest)?;
    let (frequent, rest) = u32_at(rest)?;
    let row = 8 + 1 + labels;
    if rows.checked_mul(row) != Some(rest.len()) {
        return Err(format!("{rows} rows of {labels} labels do not fit into {} bytes", rest.len()));
    }
    let (keys, rest) = rest.split_at_checked(rows * 8).ok_or("cut short")?;
    let (shifts, mantissas) = rest.split_at_checked(rows).ok_or("cut short")?;
    let mut numbers = Vec::with_capacity(rows);
    for part in keys.chunks(STEP) {
        numbers.extend(part.as_chunks().0.iter().map(|&key| u64::from_le_bytes(key)));
        pace.step();
    }
    let parts = Parts { labels, frequent, keys: numbers, shifts, mantissas };
    Weights::stepwise(parts, || pace.step()).map_err(|error| error.to_string())
}

/// Words as bytes.
#[must_use]
pub fn write_words(words: &Lexicon) -> Vec<u8> {
    let mut bytes = WORDS_MAGIC.to_vec();
    bytes.extend((words.len() as u32).to_le_bytes());
    bytes.extend(words.hashes().iter().flat_map(|hash| hash.to_le_bytes()));
    bytes.extend(words.familiarities().iter().flat_map(|familiarity| familiarity.to_le_bytes()));
    bytes
}

/// Words from bytes.
///
/// # Errors
/// What is wrong with the bytes.
pub fn read_words(bytes: &[u8]) -> Result<Lexicon, String> {
    let rest = bytes.strip_prefix(WORDS_MAGIC).ok_or("does not begin like a table of words")?;
    let (count, rest) = u32_at(rest)?;
    if count.checked_mul(5) != Some(rest.len()) {
        return Err(format!("{count} words do not fit into {} bytes", rest.len()));
    }
    let (hashes, familiarities) = rest.split_at_checked(count * 4).ok_or("cut short")?;
    let hashes = hashes.as_chunks().0.iter().map(|&hash| u32::from_le_bytes(hash)).collect();
    let familiarities = familiarities.iter().map(|&byte| i8::from_le_bytes([byte])).collect();
    Lexicon::new(hashes, familiarities).map_err(|error| error.to_string())
}

fn u32_at(bytes: &[u8]) -> Result<(usize, &[u8]), String> {
    let (number, rest) = bytes.split_first_chunk().ok_or("cut short")?;
    Ok((u32::from_le_bytes(*number) as usize, rest))
}
