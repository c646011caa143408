//! A corpus into a sparse matrix.

use std::collections::HashMap;

use super::domain::Background;
use crate::error::Error;
use crate::segment::Segmenter;
use crate::text;
use crate::text::Document;
use crate::text::Span;
use crate::topic::features::FeatureOptions;
use crate::topic::features::Segmented;
use crate::topic::key::Key;
use crate::topic::makeup::Makeup;
use crate::topic::values::Counts;

/// The features of one document as the serving side would see them: key and value.
#[derive(Clone, Debug, Default)]
pub struct Bag {
    /// By key.
    pub features: Vec<(Key, f32)>,
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
pub fn values(text: Segmented<'_>, options: &FeatureOptions, kept: Option<&[Span]>) -> Vec<(Key, f32)> {
    let mut counts = Counts::default();
    options.occurrences(text, kept, |occurrence| counts.add(occurrence));
    counts.sorted_values().into_iter().map(|(key, value)| (key, value.to_f32())).collect()
}

/// Which features get a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VocabularyOptions {
    /// All that at least so many documents hold.
    pub min_documents: u32,
    /// Of those that one document alone holds, from each document as many as there is room for when all are to be no
    /// more than this. By them a document that comes again nearly as it was is known; and what is odd about it is laid on
    /// them rather than on what it shares with others.
    pub room: usize,
}

/// The features that have a column, and how rare each is.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    /// The most frequent first, so that training finds the rows it needs most close together; the position is the
    /// column.
    pub keys: Vec<Key>,
    /// Documents that hold the feature of each column.
    pub documents: Vec<u32>,
    /// Inverse document frequency of each column: `1 + ln((1 + documents) / (1 + documents with the feature))`.
    pub idf: Vec<f32>,
}

impl Vocabulary {
    /// The features of `bags` by these options.
    #[must_use]
    pub fn of<'a>(bags: impl Iterator<Item = &'a Bag> + Clone, options: VocabularyOptions) -> Self {
        let VocabularyOptions { min_documents, room } = options;
        let mut frequency: HashMap<Key, u32> = HashMap::new();
        let mut documents = 0u32;
        for bag in bags.clone() {
            documents += 1;
            for &(key, ..) in &bag.features {
                *frequency.entry(key).or_default() += 1;
            }
        }
        let shared = frequency.iter().map(|(&key, &count)| (key, count));
        let mut columns: Vec<(Key, u32)> = shared.filter(|&(_, count)| count >= min_documents).collect();
        if min_documents > 1 {
            let each = room.saturating_sub(columns.len()) / (documents as usize).max(1);
            let alone = |key: &Key| frequency.get(key) == Some(&1);
            // Keys are hashes, so that the first of a document's are drawn from all.
            columns.extend(bags.flat_map(|bag| {
                bag.features.iter().map(|&(key, ..)| key).filter(alone).take(each).map(|key| (key, 1))
            }));
        }
        columns.sort_unstable_by_key(|&(key, count)| (std::cmp::Reverse(count), key));
        let total = f64::from(documents) + 1.0;
        Self {
            keys: columns.iter().map(|&(key, _)| key).collect(),
            documents: columns.iter().map(|&(_, count)| count).collect(),
            idf: columns
                .iter()
                .map(|&(_, n)| (1.0 + libm::log(total / (f64::from(n) + 1.0))) as f32)
                .collect(),
        }
    }
}

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
    /// The rows of `bags` in the columns of `vocabulary`, each value weighted with its inverse document frequency.
    #[must_use]
    pub fn of<'a>(bags: impl Iterator<Item = &'a Bag>, vocabulary: &Vocabulary) -> Self {
        let index: HashMap<Key, u32> = vocabulary.keys.iter().copied().zip(0..).collect();
        let mut matrix = Self { starts: vec![0], width: vocabulary.keys.len(), ..Self::default() };
        for bag in bags {
            for (key, value) in &bag.features {
                if let Some(&column) = index.get(key) {
                    let idf = vocabulary.idf.get(column as usize).copied().unwrap_or_default();
                    matrix.columns.push(column);
                    matrix.values.push(value * idf);
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
                Bag { features: keys.map(|key| (key, 1.0)).collect(), ..Bag::default() }
            })
            .collect();
        let width = |min_documents, room| {
            let vocabulary = Vocabulary::of(bags.iter(), VocabularyOptions { min_documents, room });
            assert_eq!(&vocabulary.documents[..3], &[4, 4, 4]);
            vocabulary.keys.len()
        };
        assert_eq!([width(2, 0), width(2, 14), width(2, 15), width(2, 1000)], [3, 3 + 8, 3 + 12, 3 + 40]);
        assert_eq!(width(1, 0), 43);
    }
}
