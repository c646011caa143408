//! Documents that stand in a corpus twice, or in two corpora.
//!
//! Two documents are the same when nothing but spacing, marks, case and width tells them apart, and nearly the same when
//! most of their sequences of characters are. A document that was trained on is no test: what is measured on it is too
//! good.

use std::collections::HashMap;

use super::Corpus;
use super::Row;
use crate::text::normalize;

/// Characters of the sequences that documents are compared by.
const SHINGLE: usize = 5;
/// Share of the sequences of two documents, taken together, that both must have to be nearly the same.
const NEARLY: f64 = 0.6;
/// Characters of a document that are looked at.
const MOST: usize = 6000;
/// Groups of smallest hashes: two documents are compared when they agree on all hashes of one group. Of documents that
/// share 0.6 of their sequences, 99 in 100 do.
const BANDS: usize = 12;
const ROWS: usize = 2;
/// Documents with the same group that are compared at most: texts of a form share groups by the hundred.
const COMPARED: usize = 16;

/// What was found within a corpus.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Repeated {
    /// Documents that are the same as an earlier one.
    pub documents: usize,
    /// Of those, the ones whose labels differ from the earlier one's.
    pub contradicting: usize,
}

/// What was found of one corpus in another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shared {
    /// Documents that also stand in the other.
    pub same: usize,
    /// Other documents that nearly do.
    pub nearly: usize,
}

/// Documents of a corpus that repeat an earlier one.
#[must_use]
pub fn within(corpus: &Corpus) -> Repeated {
    let mut first: HashMap<Vec<char>, &Row> = HashMap::new();
    let mut found = Repeated::default();
    for row in &corpus.rows {
        match first.entry(bare(row)) {
            std::collections::hash_map::Entry::Vacant(entry) => {
                entry.insert(row);
            }
            std::collections::hash_map::Entry::Occupied(entry) => {
                found.documents += 1;
                found.contradicting += usize::from(!same_labels(entry.get(), row));
            }
        }
    }
    found
}

/// Documents of `apart` that also stand in `corpus`.
#[must_use]
pub fn across(corpus: &Corpus, apart: &Corpus) -> Shared {
    let texts: Vec<Vec<char>> = apart.rows.iter().map(bare).collect();
    let shingles: Vec<Vec<u64>> = texts.iter().map(|text| hashes(text)).collect();
    let mut bands: HashMap<(usize, [u64; ROWS]), Vec<usize>> = HashMap::new();
    for (at, shingles) in shingles.iter().enumerate() {
        for key in keys(shingles) {
            let members = bands.entry(key).or_default();
            if members.len() < COMPARED {
                members.push(at);
            }
        }
    }
    let mut by_text: HashMap<&[char], Vec<usize>> = HashMap::new();
    for (at, text) in texts.iter().enumerate() {
        by_text.entry(text).or_default().push(at);
    }
    let mut same = vec![false; texts.len()];
    let mut nearly = vec![false; texts.len()];
    for row in &corpus.rows {
        let text = bare(row);
        for &at in by_text.get(text.as_slice()).into_iter().flatten() {
            same.get_mut(at).into_iter().for_each(|flag| *flag = true);
        }
        let own = hashes(&text);
        for key in keys(&own) {
            for &at in bands.get(&key).into_iter().flatten() {
                let (Some(flag), Some(other)) = (nearly.get_mut(at), shingles.get(at)) else { continue };
                *flag = *flag || overlap(&own, other) >= NEARLY;
            }
        }
    }
    let nearly = same.iter().zip(&nearly).filter(|(same, nearly)| !**same && **nearly).count();
    Shared { same: same.iter().filter(|same| **same).count(), nearly }
}

fn same_labels(a: &Row, b: &Row) -> bool {
    let sorted = |row: &Row| {
        let mut labels = row.labels.clone();
        labels.sort_unstable();
        labels
    };
    sorted(a) == sorted(b)
}

/// The letters and digits of a document, folded.
fn bare(row: &Row) -> Vec<char> {
    let text = format!("{}\n{}{}", row.title, row.text, row.html);
    normalize::fold(&text).text.chars().filter(|c| c.is_alphanumeric()).take(MOST).collect()
}

/// Hashes of all sequences of characters, ascending, each once; of a shorter text that of the whole.
fn hashes(text: &[char]) -> Vec<u64> {
    let hash = |part: &[char]| part.iter().fold(0u64, |hash, &c| mixed(hash ^ u64::from(u32::from(c))));
    let mut hashes: Vec<u64> = match text.len() {
        0 => Vec::new(),
        1..SHINGLE => vec![hash(text)],
        _ => text.windows(SHINGLE).map(hash).collect(),
    };
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

/// The groups of smallest hashes of a document, with their places.
fn keys(shingles: &[u64]) -> Vec<(usize, [u64; ROWS])> {
    if shingles.is_empty() {
        return Vec::new();
    }
    let mut smallest = [u64::MAX; BANDS * ROWS];
    for &shingle in shingles {
        let mut hash = shingle;
        for slot in &mut smallest {
            hash = mixed(hash);
            *slot = (*slot).min(hash);
        }
    }
    smallest.as_chunks().0.iter().copied().enumerate().collect()
}

/// The round of SplitMix64.
fn mixed(hash: u64) -> u64 {
    let mut h = hash.wrapping_add(0x9e37_79b9_7f4a_7c15);
    h = (h ^ (h >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    h = (h ^ (h >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    h ^ (h >> 31)
}

/// Share of what either has that both have; both ascend.
fn overlap(a: &[u64], b: &[u64]) -> f64 {
    let shared = a.iter().filter(|hash| b.binary_search(hash).is_ok()).count();
    let either = a.len() + b.len() - shared;
    if either == 0 { 0.0 } else { shared as f64 / either as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn corpus(rows: &[(&str, &str)]) -> Corpus {
        let row = |&(text, label): &(&str, &str)| Row {
            text: text.to_owned(),
            labels: vec![label.to_owned()],
            ..Row::default()
        };
        Corpus { path: String::new(), digest: String::new(), rows: rows.iter().map(row).collect() }
    }

    const LONG: &str = "市政府昨天召开会议，研究部署全市秋季学校开学工作，要求各区县做好校园食品安全、消防安全和校车安全检查，\
        确保十二万名新生按时入学。";

    #[test]
    fn spacing_marks_case_and_width_make_no_other_document() {
        let found = within(&corpus(&[
            ("产业 园区ABC。", "a"),
            ("产业园区abc", "a"),
            ("產業園區ＡＢＣ！", "b"),
            ("产业园", "a"),
        ]));
        assert_eq!(found, Repeated { documents: 2, contradicting: 1 });
    }

    #[test]
    fn documents_of_the_other_corpus_are_found() {
        let changed = LONG.replace("十二万", "十三万");
        let other = "气象台发布大风蓝色预警，请市民减少外出，注意高空坠物。";
        let found = across(&corpus(&[(LONG, "a")]), &corpus(&[(LONG, "b"), (&changed, "a"), (other, "a")]));
        assert_eq!(found, Shared { same: 1, nearly: 1 });
        assert_eq!(across(&corpus(&[(other, "a")]), &corpus(&[(LONG, "a")])), Shared::default());
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_document_stands_in_its_own_corpus(texts in prop::collection::vec("[一-龥。，a-z]{1,80}", 1..12)) {
            let rows: Vec<(&str, &str)> = texts.iter().map(|text| (text.as_str(), "a")).collect();
            let corpus = corpus(&rows);
            let found = across(&corpus, &corpus);
            prop_assert_eq!(found.same + found.nearly, corpus.rows.len());
            prop_assert_eq!(within(&corpus).contradicting, 0);
        }
    }
}
