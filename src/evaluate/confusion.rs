//! Which labels are taken for which.
//!
//! Where a document may have several labels there is no one wrong answer for one right one. What is counted instead:
//! for a label that was missed, the labels that were wrongly said of the same document, and the labels that were missed
//! together with it.

use serde::Serialize;

use super::judged::Judged;

/// Counts of documents, by position of the label.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Confusion {
    /// `instead[missed][said]`: documents that have the first, did not get it, and wrongly got the second.
    pub instead: Vec<Vec<usize>>,
    /// Documents in which the label was missed and nothing was wrongly said.
    pub missed_alone: Vec<usize>,
    /// Documents of which the label was wrongly said and nothing was missed.
    pub said_alone: Vec<usize>,
    /// `together[a][b]`: documents that have both and got neither; the same both ways round, 0 on the diagonal.
    pub together: Vec<Vec<usize>>,
}

/// Two labels and how many documents they share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Pair {
    /// Position of the first.
    pub first: usize,
    /// Position of the second.
    pub second: usize,
    /// Documents.
    pub documents: usize,
}

impl Confusion {
    /// Counts over a judged corpus.
    #[must_use]
    pub fn of(judged: &Judged) -> Self {
        let size = judged.labels.len();
        let mut confusion = Self {
            instead: vec![vec![0; size]; size],
            missed_alone: vec![0; size],
            said_alone: vec![0; size],
            together: vec![vec![0; size]; size],
        };
        for document in &judged.documents {
            let positions = |wanted: fn(bool, bool) -> bool| -> Vec<usize> {
                document.counted().filter(|(_, j)| wanted(j.selected, j.truth)).map(|(at, _)| at).collect()
            };
            let missed = positions(|selected, truth| truth && !selected);
            let said = positions(|selected, truth| selected && !truth);
            for &a in &missed {
                said.iter().for_each(|&b| count(confusion.instead.get_mut(a), b));
                missed.iter().filter(|&&b| a != b).for_each(|&b| count(confusion.together.get_mut(a), b));
            }
            if said.is_empty() {
                missed.iter().for_each(|&a| count(Some(&mut confusion.missed_alone), a));
            }
            if missed.is_empty() {
                said.iter().for_each(|&b| count(Some(&mut confusion.said_alone), b));
            }
        }
        confusion
    }

    /// The commonest pairs of a label missed and a label said instead, the commonest first.
    #[must_use]
    pub fn commonest(&self) -> Vec<Pair> {
        pairs(&self.instead, |_, _| true)
    }

    /// The commonest pairs of labels missed together, each pair once.
    #[must_use]
    pub fn commonest_together(&self) -> Vec<Pair> {
        pairs(&self.together, |a, b| a < b)
    }
}

fn count(row: Option<&mut Vec<usize>>, at: usize) {
    if let Some(slot) = row.and_then(|row| row.get_mut(at)) {
        *slot += 1;
    }
}

fn pairs(table: &[Vec<usize>], wanted: impl Fn(usize, usize) -> bool) -> Vec<Pair> {
    let mut pairs: Vec<Pair> = table
        .iter()
        .enumerate()
        .flat_map(|(first, row)| {
            row.iter().enumerate().map(move |(second, &documents)| Pair { first, second, documents })
        })
        .filter(|pair| pair.documents > 0 && wanted(pair.first, pair.second))
        .collect();
    pairs.sort_by_key(|pair| (std::cmp::Reverse(pair.documents), pair.first, pair.second));
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::judged::JudgedDocument;
    use crate::evaluate::judged::JudgedLabel;
    use crate::evaluate::metrics::Judgement;

    /// A document by its labels: "T" true and selected, "m" missed, "x" wrongly said, "-" neither, "o" optional.
    fn document(marks: &str) -> JudgedDocument {
        let judgement = |mark| {
            let (selected, truth) = match mark {
                'T' => (true, true),
                'm' => (false, true),
                'x' => (true, false),
                '-' => (false, false),
                _ => return None,
            };
            Some(Judgement { probability: 0.5, selected, truth })
        };
        JudgedDocument { judgements: marks.chars().map(judgement).collect(), abstained: None }
    }

    #[test]
    fn each_kind_of_error_is_counted_once() {
        let labels = vec![JudgedLabel::default(); 3];
        let documents = ["mx-", "mx-", "m-T", "-x-", "mmx", "TTT", "oox"].map(document).to_vec();
        let confusion = Confusion::of(&Judged { labels, documents });
        assert_eq!(confusion.instead, [[0, 2, 1], [0, 0, 1], [0, 0, 0]]);
        assert_eq!(
            (confusion.missed_alone.as_slice(), confusion.said_alone.as_slice()),
            (&[1, 0, 0][..], &[0, 1, 1][..])
        );
        assert_eq!(confusion.together, [[0, 1, 0], [1, 0, 0], [0, 0, 0]]);
        assert_eq!(confusion.commonest()[0], Pair { first: 0, second: 1, documents: 2 });
        assert_eq!(confusion.commonest_together(), [Pair { first: 0, second: 1, documents: 1 }]);
    }
}
