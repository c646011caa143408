//! What the documents of a corpus are like, so that one unlike them can be told.

use std::collections::HashMap;

use super::vectorize::Bag;
use crate::topic::features::Key;
use crate::topic::model::Domain;
use crate::topic::model::word_hash;

/// Of a text with more unknown words than this nothing is said by any model.
const MOST_UNKNOWN: f64 = 0.9;
/// Words from which on a corpus's vocabulary tells its domain from others.
const MIN_WORDS: usize = 5000;

/// Every word of the corpus, and the bounds that nearly all of its documents keep.
#[must_use]
pub fn domain(bags: &[Bag]) -> (Vec<u32>, Domain) {
    let mut documents_with: HashMap<u32, u32> = HashMap::new();
    for bag in bags {
        let mut words: Vec<u32> = bag.makeup.words.iter().map(|&key| word_hash(key)).collect();
        words.sort_unstable();
        words.dedup();
        for word in words {
            *documents_with.entry(word).or_default() += 1;
        }
    }
    // A document's own words are known to a model that learned from it; words of no other document stand for those
    // that a new document would bring.
    let shared = |key: Key| documents_with.get(&word_hash(key)).is_some_and(|&count| count > 1);
    let makeups = || bags.iter().map(|bag| &bag.makeup).filter(|makeup| makeup.characters > 0);
    let unknown = quantile(makeups().map(|makeup| makeup.out_of_vocabulary_ratio(shared)).collect(), 0.995);
    let han = quantile(makeups().map(|makeup| makeup.han_share()).collect(), 0.005);
    let characters = quantile(makeups().map(|makeup| makeup.characters as f64).collect(), 0.005);
    let round = |value: f64| (value * 1e3).round() / 1e3;
    let domain = Domain {
        min_characters: (characters / 2.0).clamp(2.0, 8.0) as u32,
        min_han_share: round((han / 2.0).min(0.4)),
        // A corpus of few words does not know most words of its own domain either.
        max_out_of_vocabulary_ratio: match documents_with.len() {
            0..MIN_WORDS => MOST_UNKNOWN,
            _ => round((unknown * 1.5 + 0.1).min(MOST_UNKNOWN)),
        },
    };
    let mut words: Vec<u32> = documents_with.into_keys().collect();
    words.sort_unstable();
    (words, domain)
}

/// The value below which a share of the values lies; 0 where there are none.
fn quantile(mut values: Vec<f64>, share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let at = (values.len().saturating_sub(1) as f64 * share).round() as usize;
    values.get(at).copied().unwrap_or_default()
}
