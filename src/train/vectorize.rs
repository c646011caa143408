//! A corpus into a sparse matrix.

use std::collections::HashMap;
use std::collections::HashSet;

use super::domain::Background;
use crate::error::Error;
use crate::segment::Segmenter;
use crate::text;
use crate::text::Document;
use crate::text::Span;
use crate::topic::features::Block;
use crate::topic::features::FeatureOptions;
use crate::topic::features::Occurrence;
use crate::topic::features::Segmented;
use crate::topic::key::Key;
use crate::topic::makeup::Makeup;
use crate::topic::values::Counts;

/// What a feature is a sequence of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// One word.
    Word,
    /// Several words.
    Words,
    /// One or two characters.
    Characters,
    /// More characters.
    LongCharacters,
}

impl Kind {
    fn of(occurrence: &Occurrence, folded: &str, words: &HashSet<Key>) -> Self {
        match occurrence.block {
            Block::Words if words.contains(&occurrence.key) => Self::Word,
            Block::Words => Self::Words,
            Block::Characters if occurrence.folded.of(folded).chars().nth(2).is_none() => Self::Characters,
            Block::Characters => Self::LongCharacters,
        }
    }

    /// What the learner sees its values multiplied with. The penalty on a weight is the larger, the smaller the values of
    /// its feature are: what is longer is rarer and says much of the documents at hand, and what a word tells its
    /// characters tell of other words too.
    #[must_use]
    pub fn share(self) -> f32 {
        match self {
            Self::Word | Self::LongCharacters => 0.7,
            Self::Words => 0.5,
            Self::Characters => 1.0,
        }
    }
}

/// The features of one document as the serving side would see them: key, value and what they are.
#[derive(Clone, Debug, Default)]
pub struct Bag {
    /// By key.
    pub features: Vec<(Key, f32, Kind)>,
    /// What the text is made of.
    pub makeup: Makeup,
}

/// Reads one document for its features, and how common its words are.
///
/// # Errors
/// What [`text::prepare`] refuses.
pub fn bag(
    document: &Document,
    segmenter: &Segmenter,
    options: &FeatureOptions,
    background: &mut Background,
) -> Result<Bag, Error> {
    let prepared = text::prepare(document)?;
    let folded = &prepared.folded;
    let tokens = segmenter.segment(folded);
    let makeup = Makeup::of(&folded.text, &tokens);
    let text = Segmented { clean: &prepared.clean, folded, tokens: &tokens, makeup: &makeup };
    background.read(text, segmenter);
    let features = values(text, options, None);
    Ok(Bag { features, makeup })
}

/// The features of a text, or of the parts of it that `kept` names, with their values.
#[must_use]
pub fn values(text: Segmented<'_>, options: &FeatureOptions, kept: Option<&[Span]>) -> Vec<(Key, f32, Kind)> {
    let words: HashSet<Key> = text.makeup.words.iter().map(|word| word.key).collect();
    let mut counts = Counts::default();
    let mut kinds: Vec<(Key, Kind)> = Vec::new();
    options.occurrences(text, kept, |occurrence| {
        counts.add(occurrence);
        kinds.push((occurrence.key, Kind::of(&occurrence, &text.folded.text, &words)));
    });
    kinds.sort_unstable();
    kinds.dedup_by_key(|&mut (key, _)| key);
    let counted = counts.sorted_values().into_iter().zip(kinds);
    counted.map(|((key, value), (_, kind))| (key, value.to_f32(), kind)).collect()
}

/// Which features get a column, and how they count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VocabularyOptions {
    /// All that at least so many documents hold.
    pub min_documents: u32,
    /// Of those that one document alone holds, from each document as many as there is room for when all are to be no
    /// more than this. By them a document that comes again nearly as it was is known; and what is odd about it is laid on
    /// them rather than on what it shares with others.
    pub room: usize,
    /// What values are multiplied with.
    pub scaling: Scaling,
}

/// What the values of features are multiplied with before anything is learned of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scaling {
    /// The power of the inverse document frequency; 0: rare features count like frequent ones.
    pub rarity: f32,
    /// Whether the [share](Kind::share) of their kind counts, too.
    pub by_kind: bool,
}

impl Scaling {
    /// What is tried first.
    pub const START: Self = Self { rarity: 1.0, by_kind: true };

    /// The factor of a feature of this kind with this inverse document frequency.
    fn factor(self, idf: f64, kind: Kind) -> f32 {
        let power = libm::pow(idf / USUAL_IDF, f64::from(self.rarity)) * USUAL_IDF;
        power as f32 * if self.by_kind { kind.share() } else { 1.0 }
    }
}

/// The features that have a column, and how rare each is.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    /// The most frequent first, so that training finds the rows it needs most close together; the position is the
    /// column.
    pub keys: Vec<Key>,
    /// Documents that hold the feature of each column.
    pub documents: Vec<u32>,
    /// What the values of each column are multiplied with, by its kind and its inverse document frequency,
    /// `1 + ln((1 + documents) / (1 + documents with the feature))`.
    pub scales: Vec<f32>,
}

impl Vocabulary {
    /// The features of `bags` by these options.
    #[must_use]
    pub fn of<'a>(bags: impl Iterator<Item = &'a Bag> + Clone, options: VocabularyOptions) -> Self {
        let VocabularyOptions { min_documents, room, scaling } = options;
        let mut frequency: HashMap<Key, (u32, Kind)> = HashMap::new();
        let mut documents = 0u32;
        for bag in bags.clone() {
            documents += 1;
            for &(key, _, kind) in &bag.features {
                frequency.entry(key).or_insert((0, kind)).0 += 1;
            }
        }
        let shared = frequency.iter().map(|(&key, &(count, kind))| (key, count, kind));
        let mut columns: Vec<(Key, u32, Kind)> =
            shared.filter(|&(_, count, _)| count >= min_documents).collect();
        if min_documents > 1 {
            let each = room.saturating_sub(columns.len()) / (documents as usize).max(1);
            let alone = |key: Key| frequency.get(&key).is_some_and(|&(count, _)| count == 1);
            // Keys are hashes, so that the first of a document's are drawn from all.
            columns.extend(bags.flat_map(|bag| {
                let own = bag.features.iter().filter(|&&(key, ..)| alone(key));
                own.take(each).map(|&(key, _, kind)| (key, 1, kind))
            }));
        }
        columns.sort_unstable_by_key(|&(key, count, _)| (std::cmp::Reverse(count), key));
        let total = f64::from(documents) + 1.0;
        Self {
            keys: columns.iter().map(|&(key, ..)| key).collect(),
            documents: columns.iter().map(|&(_, count, _)| count).collect(),
            scales: columns
                .iter()
                .map(|&(_, count, kind)| {
                    scaling.factor(1.0 + libm::log(total / (f64::from(count) + 1.0)), kind)
                })
                .collect(),
        }
    }
}

/// Powers of the inverse document frequency meet at this one, which is near the middle of them: costs that suit one power
/// suit the others.
const USUAL_IDF: f64 = 8.0;

/// Rows of sparse columns and values.
#[derive(Clone, Debug, Default)]
pub struct Matrix {
    /// Where each row begins in `columns`; one more than there are rows.
    pub starts: Vec<usize>,
    /// Column of each entry.
    pub columns: Vec<u32>,
    /// Value of each entry.
    pub values: Vec<f32>,
    /// Number of columns.
    pub width: usize,
}

impl Matrix {
    /// The rows of `bags` in the columns of `vocabulary`, each value multiplied with the scale of its column.
    #[must_use]
    pub fn of<'a>(bags: impl Iterator<Item = &'a Bag>, vocabulary: &Vocabulary) -> Self {
        let index: HashMap<Key, u32> = vocabulary.keys.iter().copied().zip(0..).collect();
        let mut matrix = Self { starts: vec![0], width: vocabulary.keys.len(), ..Self::default() };
        for bag in bags {
            for (key, value, _) in &bag.features {
                if let Some(&column) = index.get(key) {
                    let scale = vocabulary.scales.get(column as usize).copied().unwrap_or_default();
                    matrix.columns.push(column);
                    matrix.values.push(value * scale);
                }
            }
            matrix.starts.push(matrix.columns.len());
        }
        matrix
    }

    /// Number of rows.
    #[must_use]
    pub fn height(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// Columns and values of one row; empty past the end.
    #[must_use]
    pub fn row(&self, index: usize) -> (&[u32], &[f32]) {
        match self.starts.get(index..index + 2) {
            Some(&[start, end]) => (
                self.columns.get(start..end).unwrap_or_default(),
                self.values.get(start..end).unwrap_or_default(),
            ),
            _ => (&[], &[]),
        }
    }

    /// The rows at `indices`, in that order.
    #[must_use]
    pub fn select(&self, indices: &[usize]) -> Self {
        let mut matrix = Self { starts: vec![0], width: self.width, ..Self::default() };
        for &index in indices {
            let (columns, values) = self.row(index);
            matrix.columns.extend_from_slice(columns);
            matrix.values.extend_from_slice(values);
            matrix.starts.push(matrix.columns.len());
        }
        matrix
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_document_alone_holds_fills_the_room() {
        // Three features that all hold, and ten of each document's own.
        let bags: Vec<Bag> = (0..4u64)
            .map(|i| {
                let keys = (0..3).chain(100 * (i + 1)..100 * (i + 1) + 10);
                Bag { features: keys.map(|key| (key, 1.0, Kind::Word)).collect(), ..Bag::default() }
            })
            .collect();
        let width = |min_documents, room| {
            let scaling = Scaling { rarity: 1.0, by_kind: true };
            let vocabulary = Vocabulary::of(bags.iter(), VocabularyOptions { min_documents, room, scaling });
            assert_eq!(&vocabulary.documents[..3], &[4, 4, 4]);
            vocabulary.keys.len()
        };
        assert_eq!([width(2, 0), width(2, 14), width(2, 15), width(2, 1000)], [3, 3 + 8, 3 + 12, 3 + 40]);
        assert_eq!(width(1, 0), 43);
    }

    #[test]
    fn kinds_of_features_are_told_apart() {
        let segmenter = Segmenter::new();
        let document = Document {
            title: "港口扩建".to_owned(),
            content: text::Content::Text("港口今年扩建，港口明年再扩建。".to_owned()),
            ..Document::default()
        };
        let prepared = text::prepare(&document).unwrap();
        let tokens = segmenter.segment(&prepared.folded);
        let makeup = Makeup::of(&prepared.folded.text, &tokens);
        let (clean, folded) = (&prepared.clean, &prepared.folded);
        let text = Segmented { clean, folded, tokens: &tokens, makeup: &makeup };
        let options = FeatureOptions::default();
        let kinds = |options: FeatureOptions| -> Vec<Kind> {
            let mut kinds: Vec<Kind> = values(text, &options, None).iter().map(|&(.., kind)| kind).collect();
            kinds.sort_unstable();
            kinds.dedup();
            kinds
        };
        let of = |word_ngrams, character_ngrams| FeatureOptions { word_ngrams, character_ngrams, ..options };
        assert_eq!(kinds(of(1, 0)), [Kind::Word]);
        assert_eq!(kinds(of(2, 0)), [Kind::Word, Kind::Words]);
        assert_eq!(kinds(of(0, 2)), [Kind::Characters]);
        assert_eq!(kinds(of(0, 3)), [Kind::Characters, Kind::LongCharacters]);
    }

    #[test]
    fn rarity_raises_what_few_documents_hold() {
        let bags: Vec<Bag> = (0..40u64)
            .map(|i| {
                let rare = (i % 10 == 0).then_some((2, 1.0, Kind::Characters));
                let features = [(1, 1.0, Kind::Characters), (3, 1.0, Kind::Words)].into_iter().chain(rare);
                Bag { features: features.collect(), ..Bag::default() }
            })
            .collect();
        let scales = |rarity, by_kind| {
            let options =
                VocabularyOptions { min_documents: 1, room: 0, scaling: Scaling { rarity, by_kind } };
            let vocabulary = Vocabulary::of(bags.iter(), options);
            assert_eq!(vocabulary.keys, [1, 3, 2]);
            vocabulary.scales
        };
        let (whole, none, even) = (scales(1.0, true), scales(0.0, true), scales(0.0, false));
        assert!(whole[2] > 2.0 * whole[0], "{whole:?}");
        assert!((none[2] - none[0]).abs() < 1e-6, "{none:?}");
        assert!((none[1] - 0.5 * none[0]).abs() < 1e-6, "{none:?}");
        assert!((even[1] - even[0]).abs() < 1e-6, "{even:?}");
    }
}
