//! The words of the training documents, each with how much more often it stands there than in Chinese at large.

use super::key::Key;
use crate::error::Error;

/// Words by hash, each with its familiarity.
///
/// The familiarity of a word is the logarithm of the ratio of two frequencies, in steps of 1 / [`Lexicon::STEPS`]: that
/// among the words of the training documents and that in the texts that the segmenter's dictionary was counted on.
/// Above 0: it speaks for a text of the same kind; below: against one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lexicon {
    /// Upper halves of the keys of the words, ascending.
    hashes: Vec<u32>,
    familiarities: Vec<i8>,
    /// `index[b]..index[b + 1]` are the words whose hash begins with the bits `b`.
    index: Vec<u32>,
}

/// Bits of a hash that its place in the index is told by: there are hardly more words than places.
const INDEX_BITS: u32 = 16;

impl Lexicon {
    /// Steps of a familiarity in a factor of e.
    pub const STEPS: f64 = 32.0;

    /// A lexicon from its parts, which a bundle brings.
    ///
    /// # Errors
    /// [`Error::Training`] when there are not as many familiarities as words or the words do not ascend.
    pub fn new(hashes: Vec<u32>, familiarities: Vec<i8>) -> Result<Self, Error> {
        let refuse = |reason: &str| Error::Training { reason: format!("words: {reason}") };
        if hashes.len() != familiarities.len() {
            return Err(refuse("not as many familiarities as words"));
        }
        if !hashes.is_sorted_by(|a, b| a < b) {
            return Err(refuse("words do not ascend"));
        }
        let mut index = Vec::with_capacity((1 << INDEX_BITS) + 1);
        let mut at = 0;
        for bucket in 0..=(1u64 << INDEX_BITS) {
            while hashes.get(at).is_some_and(|&hash| u64::from(hash) >> (32 - INDEX_BITS) < bucket) {
                at += 1;
            }
            index.push(at as u32);
        }
        Ok(Self { hashes, familiarities, index })
    }

    /// What is kept of a word's key: enough to tell whether the word is known.
    #[must_use]
    pub fn hash(key: Key) -> u32 {
        (key >> 32) as u32
    }

    /// Steps to the nearest step of a familiarity, within what a byte holds.
    #[must_use]
    pub fn steps(familiarity: f64) -> i8 {
        (familiarity * Self::STEPS).round().clamp(-127.0, 127.0) as i8
    }

    /// Familiarity of a word by the key of its unigram, in steps; none for a word of no training document.
    #[inline]
    #[must_use]
    pub fn familiarity(&self, key: Key) -> Option<i8> {
        let hash = Self::hash(key);
        let bucket = (hash >> (32 - INDEX_BITS)) as usize;
        let (start, end) = (*self.index.get(bucket)? as usize, *self.index.get(bucket + 1)? as usize);
        let at = self.hashes.get(start..end)?.iter().position(|&candidate| candidate == hash)?;
        self.familiarities.get(start + at).copied()
    }

    /// Number of words.
    #[must_use]
    pub fn len(&self) -> usize {
        self.hashes.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// Hashes of all words, ascending.
    #[must_use]
    pub fn hashes(&self) -> &[u32] {
        &self.hashes
    }

    /// Their familiarities, in steps.
    #[must_use]
    pub fn familiarities(&self) -> &[i8] {
        &self.familiarities
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_by_the_upper_half_of_their_key() {
        let lexicon = Lexicon::new(vec![3, 7], vec![-5, 9]).unwrap();
        assert_eq!(lexicon.familiarity(7 << 32 | 1), Some(9));
        assert_eq!(lexicon.familiarity(4 << 32), None);
        assert!(Lexicon::new(vec![7, 3], vec![0, 0]).is_err());
        assert!(Lexicon::new(vec![7], vec![]).is_err());
    }

    #[test]
    fn steps_stay_in_a_byte() {
        assert_eq!([1.0, -2.5, 1e9, f64::NEG_INFINITY].map(Lexicon::steps), [32, -80, 127, -127]);
    }
}
