//! What the training documents are like, so that a document of another kind can be told when it comes.
//!
//! No example of another kind is needed: how often words stand in Chinese at large is what the segmenter's dictionary
//! says. A word's familiarity is the logarithm of the ratio of its share of the words of the training documents to its
//! share there. Words that no training document has are one word for this purpose: they are expected as often as words
//! of a single training document are found (after Good and Turing), against all that the dictionary has beside.

use std::collections::BTreeMap;
use std::collections::HashMap;

use super::vectorize::Bag;
use crate::error::Error;
use crate::segment::Segmenter;
use crate::topic::familiarity::Knowledge;
use crate::topic::features::Segmented;
use crate::topic::key::Key;
use crate::topic::lexicon::Lexicon;
use crate::topic::model::Domain;

/// Of a text with more unknown words than this nothing is said by any model.
const MOST_UNKNOWN: f64 = 0.9;
/// Words from which on a corpus's vocabulary tells its domain from others.
const MIN_WORDS: usize = 5000;
/// Familiarities stay within these bounds, so that no single word decides over a short text.
const FAMILIARITIES: (f64, f64) = (-3.0, 2.5);
/// Share of the training documents that may be less familiar than the least familiar text that is still answered.
const STRANGE_SHARE: f64 = 0.005;
/// How much stranger than that a text may be: new documents are a little stranger than those that were at hand.
const STRANGE_MARGIN: f64 = 0.05;
/// Share of the training documents that are less familiar than is usual.
const UNUSUAL_SHARE: f64 = 0.05;
/// Below every familiarity: nothing is refused.
const NO_BOUND: f64 = -4.0;

/// How often the words of a corpus stand in Chinese at large.
#[derive(Clone, Debug, Default)]
pub struct Background {
    frequencies: HashMap<Key, u64>,
    total: u64,
}

impl Background {
    /// Looks up the words of one more document.
    pub fn read(&mut self, text: Segmented<'_>, segmenter: &Segmenter) {
        self.total = segmenter.total_frequency();
        for (token, read) in text.tokens.iter().zip(&text.makeup.words) {
            let word = token.folded.of(&text.folded.text);
            // A word outside the dictionary has been seen as often as one that was seen once.
            let frequency = || segmenter.frequency(word).max(1);
            self.frequencies.entry(read.key).or_insert_with(frequency);
        }
    }

    fn frequency(&self, key: Key) -> f64 {
        self.frequencies.get(&key).map_or(1.0, |&frequency| frequency as f64)
    }
}

/// A word of the corpus.
#[derive(Clone, Copy, Debug, Default)]
struct Word {
    /// Sum over the documents of `1 + ln(count)`: a document that repeats a word says little more of its kind.
    weight: f64,
    documents: u32,
    key: Key,
}

/// Familiarities of words, and those that make it up.
struct Ratios<'a> {
    background: &'a Background,
    total: f64,
    /// Share of the words of a new document that no document at hand has.
    unseen: f64,
    unknown: i8,
}

impl Ratios<'_> {
    fn steps(&self, weight: f64, key: Key) -> i8 {
        let here = (1.0 - self.unseen) * weight / self.total;
        let anywhere = self.background.frequency(key) / (self.background.total.max(1) as f64);
        bounded(libm::log(here / anywhere))
    }
}

fn bounded(familiarity: f64) -> i8 {
    Lexicon::steps(familiarity.clamp(FAMILIARITIES.0, FAMILIARITIES.1))
}

/// Learns the words of a corpus and the bounds that nearly all of its documents keep.
///
/// # Errors
/// None that a corpus could cause; what [`Lexicon::new`] refuses.
pub fn learn(bags: &[Bag], background: &Background) -> Result<(Lexicon, Domain), Error> {
    let words = words(bags);
    let total: f64 = words.values().map(|word| word.weight).sum::<f64>().max(1.0);
    let single: f64 = words.values().filter(|word| word.documents == 1).map(|word| word.weight).sum();
    let known: f64 = words.values().map(|word| background.frequency(word.key)).sum();
    let anywhere = background.total.max(1) as f64;
    let unseen = (single / total).clamp(0.5 / total, 0.5);
    let unknown = bounded(libm::log(unseen / ((anywhere - known) / anywhere).clamp(1e-6, 1.0)));
    let ratios = Ratios { background, total, unseen, unknown };

    let makeups = || bags.iter().map(|bag| &bag.makeup).filter(|makeup| makeup.characters > 0);
    let known = |bag: &&Bag| left_out(bag, &words, &ratios).familiarity;
    let familiar: Vec<f64> =
        bags.iter().filter(|bag| bag.makeup.telling().next().is_some()).map(|bag| known(&bag)).collect();
    let han = quantile(makeups().map(|makeup| makeup.han_share()).collect(), 0.005);
    let characters = quantile(makeups().map(|makeup| makeup.characters as f64).collect(), 0.005);
    let round = |value: f64| (value * 1e3).round() / 1e3;
    // A corpus of few words does not know most words of its own domain either.
    let bound = |share, margin| match words.len() {
        0..MIN_WORDS => NO_BOUND,
        _ => round(quantile(familiar.clone(), share) - margin),
    };
    let domain = Domain {
        min_characters: (characters / 2.0).clamp(2.0, 8.0) as u32,
        min_han_share: round((han / 2.0).min(0.4)),
        max_out_of_vocabulary_ratio: MOST_UNKNOWN,
        unknown_familiarity: unknown,
        min_familiarity: bound(STRANGE_SHARE, STRANGE_MARGIN),
        usual_familiarity: bound(UNUSUAL_SHARE, 0.0),
    };
    let familiarities = words.values().map(|word| ratios.steps(word.weight, word.key)).collect();
    Ok((Lexicon::new(words.into_keys().collect(), familiarities)?, domain))
}

/// The words of all documents by hash. Where two words share one, the later stands for both.
fn words(bags: &[Bag]) -> BTreeMap<u32, Word> {
    let mut words: HashMap<u32, Word> = HashMap::new();
    for bag in bags {
        for (key, count) in counted(bag) {
            let word = words.entry(Lexicon::hash(key)).or_default();
            word.weight += damped(count);
            word.documents += 1;
            word.key = key;
        }
    }
    words.into_iter().collect()
}

/// What the rest of the corpus knows of one of its documents.
fn left_out(bag: &Bag, words: &BTreeMap<u32, Word>, ratios: &Ratios<'_>) -> Knowledge {
    let counts: HashMap<Key, usize> = counted(bag).into_iter().collect();
    bag.makeup.knowledge(ratios.unknown, |key| {
        let word = words.get(&Lexicon::hash(key)).filter(|word| word.documents > 1)?;
        let own = damped(counts.get(&key).copied().unwrap_or_default());
        Some(ratios.steps((word.weight - own).max(1.0), key))
    })
}

/// Each word of a document once, by key, and how often it stands there.
fn counted(bag: &Bag) -> Vec<(Key, usize)> {
    let mut keys: Vec<Key> = bag.makeup.telling().collect();
    keys.sort_unstable();
    keys.chunk_by(|a, b| a == b).filter_map(|run| Some((*run.first()?, run.len()))).collect()
}

fn damped(count: usize) -> f64 {
    if count == 0 { 0.0 } else { 1.0 + libm::log(count as f64) }
}

/// The value below which a share of the values lies; 0 where there are none.
fn quantile(mut values: Vec<f64>, share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let at = (values.len().saturating_sub(1) as f64 * share).round() as usize;
    values.get(at).copied().unwrap_or_default()
}
