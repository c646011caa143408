//! How much of a text a model can know, and when it knows too little to say anything.
//!
//! A text is of the kind that a model has learned from when its words are: each word of the training documents has a
//! familiarity ([`Lexicon`]), each other word the one that unknown words have, and the familiarity of a text is the mean
//! over its words. Reports and news about policy score about 1, a poem, a recipe or a chat about -1.5, whatever words
//! of a topic stand in it.

use super::AbstainReason;
use super::key::Key;
use super::lexicon::Lexicon;
use super::makeup::Makeup;
use super::model::Domain;

/// What a model knows of a text.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Knowledge {
    /// Share of words that the lexicon does not have; 0 where there are no words.
    pub out_of_vocabulary_ratio: f64,
    /// Mean familiarity of the words; 0 where there are none.
    pub familiarity: f64,
}

impl Makeup {
    /// Share of Chinese characters among letters and digits; 1 where there are none.
    #[must_use]
    pub fn han_share(&self) -> f64 {
        share(self.han, self.characters, 1.0)
    }

    /// Asks a lexicon what it knows of the words; one that it does not have is as familiar as `unknown`, in steps.
    #[must_use]
    pub fn known(&self, lexicon: &Lexicon, unknown: i8) -> Knowledge {
        self.knowledge(unknown, |key| lexicon.familiarity(key))
    }

    /// The same with a lexicon that is only asked for.
    #[must_use]
    pub fn knowledge(&self, unknown: i8, familiarity: impl Fn(Key) -> Option<i8>) -> Knowledge {
        let (mut words, mut strange, mut steps) = (0, 0, 0i64);
        for key in self.telling() {
            words += 1;
            let found = familiarity(key);
            strange += usize::from(found.is_none());
            steps += i64::from(found.unwrap_or(unknown));
        }
        let mean = match words {
            0 => 0.0,
            _ => rounded(steps as f64 / words as f64 / Lexicon::STEPS),
        };
        Knowledge { out_of_vocabulary_ratio: share(strange, words, 0.0), familiarity: mean }
    }

    /// Why no label should be trusted for such a text, if so.
    #[must_use]
    pub fn refusal(&self, domain: &Domain, known: Knowledge) -> Option<AbstainReason> {
        if self.han_share() < domain.min_han_share {
            return Some(AbstainReason::OutOfDomain);
        }
        if self.characters < domain.min_characters as usize {
            return Some(AbstainReason::TooShort);
        }
        let strange = known.out_of_vocabulary_ratio > domain.max_out_of_vocabulary_ratio
            || known.familiarity < domain.min_familiarity;
        strange.then_some(AbstainReason::OutOfDomain)
    }
}

impl Knowledge {
    /// Why a text got no label although none was refused: it is not quite of the kind, or it is and is about nothing
    /// that the labels are for.
    #[must_use]
    pub fn doubt(self, domain: &Domain) -> AbstainReason {
        match self.familiarity < domain.usual_familiarity {
            true => AbstainReason::OutOfDomain,
            false => AbstainReason::LowConfidence,
        }
    }
}

/// A share to six decimals.
fn share(part: usize, whole: usize, of_nothing: f64) -> f64 {
    if whole == 0 { of_nothing } else { rounded(part as f64 / whole as f64) }
}

/// To six decimals.
fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topic::makeup::Word;

    fn makeup(words: &[Key]) -> Makeup {
        let word = |&key| Word { key, is_content: true, tells: true };
        Makeup { characters: 20, han: 20, words: words.iter().map(word).collect() }
    }

    fn domain() -> Domain {
        Domain {
            min_characters: 8,
            min_han_share: 0.4,
            max_out_of_vocabulary_ratio: 0.9,
            unknown_familiarity: -64,
            min_familiarity: -0.5,
            usual_familiarity: 0.25,
        }
    }

    #[test]
    fn familiarity_is_the_mean_over_the_words() {
        let lexicon = Lexicon::new(vec![1, 2], vec![32, -16]).unwrap();
        let known = makeup(&[1 << 32, 1 << 32, 2 << 32, 9 << 32]).known(&lexicon, -64);
        assert_eq!(
            known,
            Knowledge { out_of_vocabulary_ratio: 0.25, familiarity: (32 + 32 - 16 - 64) as f64 / 128.0 }
        );
        assert_eq!(Makeup::default().known(&lexicon, -64), Knowledge::default());
    }

    #[test]
    fn reasons_come_in_order() {
        #[track_caller]
        fn check(characters: usize, han: usize, familiarity: f64, expected: Option<AbstainReason>) {
            let known = Knowledge { familiarity, out_of_vocabulary_ratio: 0.1 };
            let makeup = Makeup { characters, han, words: Vec::new() };
            assert_eq!(makeup.refusal(&domain(), known), expected, "{characters} {han} {familiarity}");
        }
        check(30, 2, 1.0, Some(AbstainReason::OutOfDomain));
        check(4, 0, 1.0, Some(AbstainReason::OutOfDomain));
        check(4, 4, -3.0, Some(AbstainReason::TooShort));
        check(30, 30, -0.6, Some(AbstainReason::OutOfDomain));
        check(30, 30, -0.5, None);
        let doubt = |familiarity| Knowledge { familiarity, ..Knowledge::default() }.doubt(&domain());
        assert_eq!(doubt(0.2), AbstainReason::OutOfDomain);
        assert_eq!(doubt(0.3), AbstainReason::LowConfidence);
    }
}
