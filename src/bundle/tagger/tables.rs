//! The binary files of a tagger bundle, little-endian.
//!
//! ```text
//! weights.bin    "WMTAGGER" u32 types, u32 keys, u32 slots, tags² × i32 transition, keys × u32 key, keys × u8 mask,
//!                slots × u8 shift, slots × tags × i8 mantissa        (tags = 4 × types + 1)
//! clusters.bin   "WMCLUSTR" u32 words, u32 characters, words × (u32 hash, u16 class of many, u16 class of few),
//!                characters × (u32 code point, u16 class)
//! names.bin      "WMTNAMES" u32 entries, entries × (u32 hash, u64 types, a bit each)
//! ```

use crate::extract::tagger::Clusters;
use crate::extract::tagger::MAX_TYPES;
use crate::extract::tagger::Names;
use crate::extract::tagger::Tagger;
use crate::extract::tagger::Weights;
use crate::extract::tagger::tags;

const WEIGHTS_MAGIC: &[u8; 8] = b"WMTAGGER";
const CLUSTERS_MAGIC: &[u8; 8] = b"WMCLUSTR";
const NAMES_MAGIC: &[u8; 8] = b"WMTNAMES";

/// Weights and transitions as bytes.
#[must_use]
pub fn write_weights(tagger: &Tagger) -> Vec<u8> {
    let (weights, transitions) = tagger.parts();
    let (keys, masks, shifts, mantissas) = weights.parts();
    let mut bytes = WEIGHTS_MAGIC.to_vec();
    for number in [tagger.types().len(), keys.len(), shifts.len()] {
        bytes.extend((number as u32).to_le_bytes());
    }
    bytes.extend(transitions.iter().flat_map(|score| score.to_le_bytes()));
    bytes.extend(keys.iter().flat_map(|key| key.to_le_bytes()));
    bytes.extend(masks);
    bytes.extend(shifts);
    bytes.extend(mantissas.iter().flat_map(|mantissa| mantissa.to_le_bytes()));
    bytes
}

/// Names as bytes.
#[must_use]
pub fn write_names(tagger: &Tagger) -> Vec<u8> {
    let entries = tagger.names().entries();
    let mut bytes = NAMES_MAGIC.to_vec();
    bytes.extend((entries.len() as u32).to_le_bytes());
    for (hash, types) in entries {
        bytes.extend(hash.to_le_bytes());
        bytes.extend(types.to_le_bytes());
    }
    bytes
}

/// Names from bytes.
///
/// # Errors
/// What is wrong with the bytes; nothing is reserved before lengths are known to fit.
pub(crate) fn read_names(bytes: &[u8]) -> Result<Names, String> {
    let rest = bytes.strip_prefix(NAMES_MAGIC).ok_or("does not begin like a table of names")?;
    let (count, rest) = u32_at(rest)?;
    if count.checked_mul(12) != Some(rest.len()) {
        return Err(format!("{count} names do not fit into {} bytes", rest.len()));
    }
    let entries = rest.as_chunks().0.iter().map(|&[a, b, c, d, types @ ..]: &[u8; 12]| {
        (u32::from_le_bytes([a, b, c, d]), u64::from_le_bytes(types))
    });
    let entries: Vec<(u32, u64)> = entries.collect();
    if !entries.is_sorted_by(|one, other| one.0 < other.0) {
        return Err("names do not ascend".to_owned());
    }
    Ok(Names::new(entries))
}

/// A tagger for `types` from the bytes of its weights.
///
/// # Errors
/// What is wrong with the bytes; nothing is reserved before lengths are known to fit.
pub(crate) fn read_weights(
    types: Vec<String>,
    clusters: Clusters,
    names: Names,
    bytes: &[u8],
) -> Result<Tagger, String> {
    let rest = bytes.strip_prefix(WEIGHTS_MAGIC).ok_or("does not begin like the weights of a tagger")?;
    let (count, rest) = u32_at(rest)?;
    if count != types.len() || count > MAX_TYPES {
        return Err(format!("is for {count} types, the manifest has {}", types.len()));
    }
    let tags = tags(count);
    let (keys, rest) = u32_at(rest)?;
    let (slots, rest) = u32_at(rest)?;
    let (transitions, rest) = rest.split_at_checked(tags * tags * 4).ok_or("cut short")?;
    let wanted = keys.checked_mul(5).zip(slots.checked_mul(1 + tags)).and_then(|(a, b)| a.checked_add(b));
    if wanted != Some(rest.len()) {
        return Err(format!("{keys} keys and {slots} slots do not fit into {} bytes", rest.len()));
    }
    let (key_bytes, rest) = rest.split_at_checked(keys * 4).ok_or("cut short")?;
    let (masks, rest) = rest.split_at_checked(keys).ok_or("cut short")?;
    let (shifts, mantissas) = rest.split_at_checked(slots).ok_or("cut short")?;
    let keys = key_bytes.as_chunks().0.iter().map(|&key| u32::from_le_bytes(key)).collect();
    let mantissas: Vec<i8> = mantissas.iter().map(|&byte| i8::from_le_bytes([byte])).collect();
    let weights = Weights::new(count, keys, masks.to_vec(), shifts.to_vec(), &mantissas)?;
    let transitions: Vec<i32> =
        transitions.as_chunks().0.iter().map(|&score| i32::from_le_bytes(score)).collect();
    Tagger::new(types, weights, &transitions, clusters, names)
}

/// Classes as bytes.
#[must_use]
pub fn write_clusters(clusters: &Clusters) -> Vec<u8> {
    let (words, characters) = clusters.sorted();
    let mut bytes = CLUSTERS_MAGIC.to_vec();
    bytes.extend((words.len() as u32).to_le_bytes());
    bytes.extend((characters.len() as u32).to_le_bytes());
    for (hash, (fine, coarse)) in words {
        bytes.extend(hash.to_le_bytes());
        bytes.extend(fine.to_le_bytes());
        bytes.extend(coarse.to_le_bytes());
    }
    for &(character, class) in characters {
        bytes.extend(u32::from(character).to_le_bytes());
        bytes.extend(class.to_le_bytes());
    }
    bytes
}

/// Classes from bytes.
///
/// # Errors
/// What is wrong with the bytes.
pub fn read_clusters(bytes: &[u8]) -> Result<Clusters, String> {
    let rest = bytes.strip_prefix(CLUSTERS_MAGIC).ok_or("does not begin like a table of classes")?;
    let (words, rest) = u32_at(rest)?;
    let (characters, rest) = u32_at(rest)?;
    let split = words.checked_mul(8).ok_or("is too long")?;
    if split.checked_add(characters.checked_mul(6).ok_or("is too long")?) != Some(rest.len()) {
        return Err(format!(
            "{words} words and {characters} characters do not fit into {} bytes",
            rest.len()
        ));
    }
    let (words, characters) = rest.split_at_checked(split).ok_or("cut short")?;
    let words = words.as_chunks().0.iter().map(|&[a, b, c, d, e, f, g, h]| {
        (u32::from_le_bytes([a, b, c, d]), (u16::from_le_bytes([e, f]), u16::from_le_bytes([g, h])))
    });
    let characters = characters
        .as_chunks()
        .0
        .iter()
        .map(|&[a, b, c, d, e, f]| {
            let character = char::from_u32(u32::from_le_bytes([a, b, c, d]));
            Some((character?, u16::from_le_bytes([e, f])))
        })
        .collect::<Option<Vec<(char, u16)>>>()
        .ok_or("holds what is no character")?;
    if !characters.is_sorted_by(|one, other| one.0 < other.0) {
        return Err("characters do not ascend".to_owned());
    }
    Ok(Clusters::new(words, characters))
}

fn u32_at(bytes: &[u8]) -> Result<(usize, &[u8]), String> {
    let (number, rest) = bytes.split_first_chunk().ok_or("cut short")?;
    Ok((u32::from_le_bytes(*number) as usize, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::tagger::Row;
    use crate::extract::tagger::Weights;

    fn tagger() -> Tagger {
        let slots = vec![(0, vec![0.5, -1.0, 0.25, 0.0, 3.0]), (3, vec![90.0, 0.001, -40.0, 0.0, 0.0])];
        let rows = vec![Row { key: 7, slots: slots.clone() }, Row { key: 3, slots }];
        let clusters = Clusters::new([(9, (1, 2))], vec![('中', 3)]);
        let transitions: Vec<i32> = (0..25).collect();
        let names = Names::of([(['苏', '州'].as_slice(), 1)]);
        Tagger::new(vec!["PER".to_owned()], Weights::pack(5, rows), &transitions, clusters, names).unwrap()
    }

    #[test]
    fn what_is_written_is_read() {
        let tagger = tagger();
        let clusters = read_clusters(&write_clusters(tagger.clusters())).unwrap();
        let names = read_names(&write_names(&tagger)).unwrap();
        assert_eq!(&names, tagger.names());
        let bytes = write_weights(&tagger);
        let read = read_weights(vec!["PER".to_owned()], clusters, names, &bytes).unwrap();
        assert_eq!(write_weights(&read), bytes);
        assert_eq!(write_clusters(read.clusters()), write_clusters(tagger.clusters()));
    }

    #[test]
    fn bytes_that_do_not_fit_are_refused() {
        let tagger = tagger();
        let bytes = write_weights(&tagger);
        for cut in 0..bytes.len() {
            let types = vec!["PER".to_owned()];
            assert!(read_weights(types, Clusters::default(), Names::default(), &bytes[..cut]).is_err());
        }
        let clusters = write_clusters(tagger.clusters());
        for cut in 0..clusters.len() {
            assert!(read_clusters(&clusters[..cut]).is_err());
        }
        let names = write_names(&tagger);
        for cut in 0..names.len() {
            assert!(read_names(&names[..cut]).is_err());
        }
    }
}
