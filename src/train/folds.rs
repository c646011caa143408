//! Documents into folds for cross-validation, near-duplicates together.
//!
//! A document whose twin is in the training part is no test. Twins are found by MinHash: two documents share a band of
//! their smallest feature hashes with a likelihood that grows steeply with the overlap of their features, and the
//! overlap of those that do is then measured.

use std::collections::HashMap;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::vectorize::Bag;

/// From this Jaccard overlap of features on two documents are twins.
const TWIN_OVERLAP: f64 = 0.5;
const BANDS: usize = 6;
const ROWS_PER_BAND: usize = 2;
/// Bands with more documents than this are texts of a form ("图片新闻"), compared only with their first members.
const MAX_COMPARISONS: usize = 8;

/// The fold of each document, 0 to `folds - 1`.
#[must_use]
pub fn assign(bags: &[Bag], folds: usize, seed: u64) -> Vec<usize> {
    let groups = twins(bags, (bags.len() / (4 * folds.max(1))).max(2));
    let mut order: Vec<usize> = (0..bags.len()).filter(|&i| groups.get(i) == Some(&i)).collect();
    order.shuffle(&mut Xoshiro256PlusPlus::seed_from_u64(seed));
    let mut fold_of_group: HashMap<usize, usize> = HashMap::new();
    for (position, group) in order.into_iter().enumerate() {
        fold_of_group.insert(group, position % folds.max(1));
    }
    groups.iter().map(|group| fold_of_group.get(group).copied().unwrap_or_default()).collect()
}

/// For each document the first document of its group of twins. Groups do not grow over `max_size`: in a corpus of
/// texts of one form everything is a twin of something, and one group would leave nothing to learn from.
#[must_use]
pub fn twins(bags: &[Bag], max_size: usize) -> Vec<usize> {
    let mut parents: Vec<usize> = (0..bags.len()).collect();
    let mut sizes = vec![1usize; bags.len()];
    let signatures: Vec<[u64; BANDS * ROWS_PER_BAND]> = bags.iter().map(signature).collect();
    for band in 0..BANDS {
        let mut buckets: HashMap<&[u64], Vec<usize>> = HashMap::new();
        for (i, signature) in signatures.iter().enumerate() {
            let Some(key) = signature.get(band * ROWS_PER_BAND..(band + 1) * ROWS_PER_BAND) else { continue };
            let bucket = buckets.entry(key).or_default();
            for &other in bucket.iter().take(MAX_COMPARISONS) {
                let (a, b) = (root(&mut parents, other), root(&mut parents, i));
                let (first, second) = (a.min(b), a.max(b));
                let size = |at: usize| sizes.get(at).copied().unwrap_or(1);
                let together = size(first) + size(second);
                if first != second
                    && together <= max_size
                    && overlap(bags.get(other), bags.get(i)) >= TWIN_OVERLAP
                    && let (Some(parent), Some(size)) = (parents.get_mut(second), sizes.get_mut(first))
                {
                    *parent = first;
                    *size = together;
                }
            }
            bucket.push(i);
        }
    }
    (0..bags.len()).map(|i| root(&mut parents, i)).collect()
}

fn root(parents: &mut [usize], mut at: usize) -> usize {
    while let Some(&parent) = parents.get(at) {
        if parent == at {
            break;
        }
        let above = parents.get(parent).copied().unwrap_or(parent);
        if let Some(slot) = parents.get_mut(at) {
            *slot = above;
        }
        at = parent;
    }
    at
}

fn signature(bag: &Bag) -> [u64; BANDS * ROWS_PER_BAND] {
    let mut smallest = [u64::MAX; BANDS * ROWS_PER_BAND];
    for &(key, ..) in &bag.features {
        let mut hash = key;
        for slot in &mut smallest {
            // One stream of hashes per slot: the round of SplitMix64.
            hash = hash.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut h = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            h = (h ^ (h >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            *slot = (*slot).min(h ^ (h >> 31));
        }
    }
    smallest
}

/// Jaccard overlap of the features of two documents, both sorted by key.
fn overlap(a: Option<&Bag>, b: Option<&Bag>) -> f64 {
    let (Some(a), Some(b)) = (a, b) else { return 0.0 };
    let (mut i, mut j, mut shared) = (0, 0, 0usize);
    while let (Some(x), Some(y)) = (a.features.get(i), b.features.get(j)) {
        match x.0.cmp(&y.0) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                shared += 1;
                i += 1;
                j += 1;
            }
        }
    }
    let union = a.features.len() + b.features.len() - shared;
    if union == 0 { 1.0 } else { shared as f64 / union as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::vectorize::Kind;

    fn bag(keys: impl Iterator<Item = u64>) -> Bag {
        let mut features: Vec<_> =
            keys.map(|key| (key.wrapping_mul(0x2545_f491_4f6c_dd1d), 1.0, Kind::Word)).collect();
        features.sort_unstable_by_key(|f| f.0);
        Bag { features, ..Bag::default() }
    }

    #[test]
    fn twins_stay_together_and_strangers_do_not() {
        let mut bags: Vec<Bag> = (0..50u64).map(|i| bag(i * 1000..i * 1000 + 200)).collect();
        // Nine tenths of the features of the first document.
        bags.push(bag(20..220));
        let groups = twins(&bags, 10);
        assert_eq!(groups[50], 0);
        assert_eq!(groups[..50].iter().enumerate().filter(|(i, g)| *i != **g).count(), 0);
        let folds = assign(&bags, 5, 3);
        assert_eq!(folds[50], folds[0]);
        assert!((0..5).all(|fold| folds.contains(&fold)));
    }

    #[test]
    fn a_corpus_of_twins_is_still_divided() {
        let bags: Vec<Bag> = (0..80u64).map(|i| bag(i..i + 100)).collect();
        let folds = assign(&bags, 4, 1);
        for fold in 0..4 {
            let size = folds.iter().filter(|&&f| f == fold).count();
            assert!((10..=30).contains(&size), "{size}");
        }
    }

    #[test]
    fn the_seed_decides() {
        let bags: Vec<Bag> = (0..40u64).map(|i| bag(i * 10..i * 10 + 10)).collect();
        assert_eq!(assign(&bags, 4, 1), assign(&bags, 4, 1));
        assert_ne!(assign(&bags, 4, 1), assign(&bags, 4, 2));
    }
}
