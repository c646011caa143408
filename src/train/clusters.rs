//! Classes of words and characters from plain text: exchange clustering (Kneser and Ney 1993).
//!
//! Every word is in one class. What a class costs is how badly it predicts the words that stand beside its members;
//! each word in turn moves to the class where it costs least, until few move. Words are visited by falling frequency
//! and ties keep the word where it is, so that the same text gives the same classes.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use serde::Deserialize;
use sha2::Digest;
use sha2::Sha256;

use crate::bundle::tagger::tables;
use crate::error::Error;
use crate::extract::tagger::Classes;
use crate::extract::tagger::Clusters;
use crate::extract::tagger::word_hash;
use crate::segment::Segmenter;
use crate::text;
use crate::text::Content;
use crate::text::Document;
use crate::text::normalize;

/// How classes are learned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClusterOptions {
    /// Words that get a class, the most frequent ones.
    pub words: usize,
    /// Words that occur less often get none.
    pub min_count: u32,
    /// Classes of words, many.
    pub fine: usize,
    /// Classes of words, few.
    pub coarse: usize,
    /// Classes of characters.
    pub characters: usize,
    /// Rounds in which words may move.
    pub rounds: usize,
}

impl Default for ClusterOptions {
    fn default() -> Self {
        Self { words: 30_000, min_count: 5, fine: 256, coarse: 40, characters: 100, rounds: 10 }
    }
}

/// Classes at most; tables keep them in two bytes, and the counts of their neighbours grow with them.
const MAX_CLASSES: usize = 4096;

impl ClusterOptions {
    /// Refuses what no classes could be learned with.
    fn check(&self) -> Result<(), Error> {
        let counts = [self.fine, self.coarse, self.characters];
        let reason = if self.words == 0 {
            "no words are to get a class".to_owned()
        } else if counts.iter().any(|count| !(1..=MAX_CLASSES).contains(count)) {
            format!("there must be 1 to {MAX_CLASSES} classes")
        } else {
            return Ok(());
        };
        Err(Error::Training { reason })
    }
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Documents read.
    pub documents: usize,
    /// Words with a class.
    pub words: usize,
    /// Hex SHA-256 of each corpus.
    pub corpus_sha256: Vec<String>,
    /// Bytes of the table.
    pub bytes: usize,
}

/// A line of a corpus: whatever of these it has.
#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    title: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    html: String,
}

/// The steps, for progress: name, done, out of.
pub type Progress<'a> = &'a mut dyn FnMut(&'static str, usize, usize);

/// Learns classes from JSONL with `title` and `text` or `html`, and writes the table that `train tagger` reads.
///
/// # Errors
/// [`Error::Io`], [`Error::CorpusLine`], [`Error::Training`] for options that nothing could be learned with, and
/// [`Error::Corpus`] for a corpus without words.
pub fn run(
    corpora: &[PathBuf],
    out: &Path,
    options: &ClusterOptions,
    progress: Progress<'_>,
) -> Result<Outcome, Error> {
    options.check()?;
    let segmenter = Segmenter::new();
    let mut words = Stream::default();
    let mut characters = Stream::default();
    let (mut documents, mut corpus_sha256) = (0, Vec::new());
    for corpus in corpora {
        let bytes = fs::read(corpus).map_err(|source| Error::io(corpus, source))?;
        documents += read(corpus, &bytes, &segmenter, (&mut words, &mut characters), progress)?;
        corpus_sha256.push(format!("{:x}", Sha256::digest(&bytes)));
    }
    if words.names.is_empty() {
        let paths: Vec<String> = corpora.iter().map(|path| path.display().to_string()).collect();
        return Err(Error::Corpus { path: paths.join(", "), reason: "holds no words".to_owned() });
    }
    let clusters = learn(&words, &characters, options, progress);
    let written = tables::write_clusters(&clusters);
    fs::write(out, &written).map_err(|source| Error::io(out, source))?;
    Ok(Outcome { documents, words: clusters.len(), corpus_sha256, bytes: written.len() })
}

/// Reads the words and the characters of a corpus; the number of its rows.
fn read(
    corpus: &Path,
    bytes: &[u8],
    segmenter: &Segmenter,
    (words, characters): (&mut Stream, &mut Stream),
    progress: Progress<'_>,
) -> Result<usize, Error> {
    let lines: Vec<&[u8]> = bytes.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).collect();
    for (index, line) in lines.iter().enumerate() {
        let line: Line = serde_json::from_slice(line).map_err(|error| Error::CorpusLine {
            path: corpus.display().to_string(),
            line: index + 1,
            reason: error.to_string(),
        })?;
        let content = if line.html.is_empty() { line.text } else { line.html };
        let document = Document { title: line.title, content: Content::Text(content), ..Document::default() };
        let prepared = match text::prepare(&document) {
            Ok(prepared) => prepared,
            Err(Error::EmptyDocument) => continue,
            Err(other) => return Err(other),
        };
        let folded = normalize::fold(&prepared.clean.text);
        for token in segmenter.segment(&folded) {
            let word = token.folded.of(&folded.text);
            if word.contains('\n') {
                words.end();
                characters.end();
                continue;
            }
            words.push(word);
            let mut buffer = [0; 4];
            for character in word.chars() {
                characters.push(character.encode_utf8(&mut buffer));
            }
        }
        words.end();
        characters.end();
        progress("reading texts", index + 1, lines.len());
    }
    Ok(lines.len())
}

/// The classes.
fn learn(words: &Stream, characters: &Stream, options: &ClusterOptions, progress: Progress<'_>) -> Clusters {
    let table = Neighbours::of(words, options.words, options.min_count);
    let fine = exchange(&table, options.fine, options.rounds, &mut |done| {
        progress("many classes of words", done, options.rounds);
    });
    let coarse = exchange(&table, options.coarse, options.rounds, &mut |done| {
        progress("few classes of words", done, options.rounds);
    });
    let mut classes: BTreeMap<u32, Classes> = BTreeMap::new();
    for ((word, &fine), &coarse) in table.words.iter().zip(&fine).zip(&coarse) {
        let spelled: Vec<char> = words.name(*word).chars().collect();
        classes.entry(word_hash(&spelled)).or_insert((fine, coarse));
    }
    let table = Neighbours::of(characters, 60_000, options.min_count);
    let found = exchange(&table, options.characters, options.rounds, &mut |done| {
        progress("classes of characters", done, options.rounds);
    });
    let mut letters: Vec<(char, u16)> = table
        .words
        .iter()
        .zip(&found)
        .filter_map(|(&word, &class)| Some((characters.name(word).chars().next()?, class)))
        .collect();
    letters.sort_unstable();
    Clusters::new(classes, letters)
}

/// Stands between two texts.
const EDGE: u32 = u32::MAX;

/// A corpus as numbers.
#[derive(Default)]
struct Stream {
    numbers: HashMap<String, u32>,
    names: Vec<String>,
    tokens: Vec<u32>,
}

impl Stream {
    fn push(&mut self, name: &str) {
        // One number is like another.
        let spelled;
        let name = if name.bytes().any(|byte| byte.is_ascii_digit()) {
            spelled = name.replace(|c: char| c.is_ascii_digit(), "0");
            spelled.as_str()
        } else {
            name
        };
        let number = match self.numbers.get(name) {
            Some(&number) => number,
            None => {
                let number = self.names.len() as u32;
                self.names.push(name.to_owned());
                self.numbers.insert(name.to_owned(), number);
                number
            }
        };
        self.tokens.push(number);
    }

    fn end(&mut self) {
        if self.tokens.last().is_some_and(|&last| last != EDGE) {
            self.tokens.push(EDGE);
        }
    }

    fn name(&self, number: u32) -> &str {
        self.names.get(number as usize).map_or("", String::as_str)
    }
}

/// Words that serve as neighbours, the most frequent ones; all others are alike.
const NEIGHBOURS: usize = 6_000;

/// Who stands beside whom how often.
struct Neighbours {
    /// Words to be classed, by falling frequency.
    words: Vec<u32>,
    /// Times each stands anywhere.
    totals: Vec<u32>,
    /// What stands beside each, and how often: numbers of neighbours before, then those behind.
    beside: Vec<Vec<(u32, u32)>>,
    /// Number of different neighbours.
    count: usize,
}

impl Neighbours {
    fn of(stream: &Stream, most: usize, min_count: u32) -> Self {
        let mut counts = vec![0_u32; stream.names.len()];
        for &token in &stream.tokens {
            if let Some(count) = counts.get_mut(token as usize) {
                *count += 1;
            }
        }
        let frequency = |word: u32| counts.get(word as usize).copied().unwrap_or(0);
        let mut words: Vec<u32> = (0..stream.names.len() as u32).collect();
        words.sort_by_key(|&word| (std::cmp::Reverse(frequency(word)), stream.name(word)));
        words.retain(|&word| frequency(word) >= min_count);
        words.truncate(most);
        let mut position: Vec<Option<u32>> = vec![None; stream.names.len()];
        for (at, &word) in words.iter().enumerate() {
            if let Some(slot) = position.get_mut(word as usize) {
                *slot = Some(at as u32);
            }
        }
        // All rare words are one neighbour, the edge another.
        let side = NEIGHBOURS.min(words.len()) as u32 + 2;
        let neighbour = |token: Option<u32>| match token {
            None | Some(EDGE) => side - 1,
            Some(token) => {
                let at = position.get(token as usize).copied().flatten();
                at.filter(|&at| at < side - 2).unwrap_or(side - 2)
            }
        };
        let mut pairs: Vec<u64> = Vec::with_capacity(stream.tokens.len() * 2);
        let mut before = None;
        let mut tokens = stream.tokens.iter().copied().peekable();
        while let Some(token) = tokens.next() {
            if let Some(at) = position.get(token as usize).copied().flatten() {
                let behind = neighbour(tokens.peek().copied());
                pairs.push(u64::from(at) << 32 | u64::from(neighbour(before)));
                pairs.push(u64::from(at) << 32 | u64::from(side + behind));
            }
            before = Some(token);
        }
        pairs.sort_unstable();
        let mut beside: Vec<Vec<(u32, u32)>> = vec![Vec::new(); words.len()];
        for group in pairs.chunk_by(|one, other| one == other) {
            if let Some(&pair) = group.first()
                && let Some(list) = beside.get_mut((pair >> 32) as usize)
            {
                list.push((pair as u32, group.len() as u32));
            }
        }
        let totals = words.iter().map(|&word| frequency(word)).collect();
        Self { words, totals, beside, count: 2 * side as usize }
    }
}

/// x ln x of small numbers, which are nearly all.
struct Entropy(Vec<f32>);

impl Entropy {
    fn new() -> Self {
        Self((0..1 << 16).map(Self::exact).collect())
    }

    fn exact(count: u32) -> f32 {
        if count == 0 { 0.0 } else { (f64::from(count) * libm::log(f64::from(count))) as f32 }
    }

    fn of(&self, count: u32) -> f32 {
        self.0.get(count as usize).copied().unwrap_or_else(|| Self::exact(count))
    }
}

/// The class of each word.
fn exchange(table: &Neighbours, classes: usize, rounds: usize, progress: &mut dyn FnMut(usize)) -> Vec<u16> {
    let entropy = Entropy::new();
    let mut class: Vec<u16> = (0..table.words.len()).map(|at| (at % classes) as u16).collect();
    // Times each neighbour stands beside each class, neighbour after neighbour.
    let mut counts = vec![0_u32; table.count * classes];
    let mut totals = vec![0_u32; classes];
    for ((beside, &class), &total) in table.beside.iter().zip(&class).zip(&table.totals) {
        add(&mut counts, &mut totals, classes, beside, usize::from(class), total);
    }
    let mut gains = vec![0.0_f64; classes];
    for round in 0..rounds {
        let mut moved = 0;
        for ((beside, slot), &total) in table.beside.iter().zip(&mut class).zip(&table.totals) {
            let home = usize::from(*slot);
            remove(&mut counts, &mut totals, classes, beside, home, total);
            for (gain, &members) in gains.iter_mut().zip(&totals) {
                *gain = -2.0 * f64::from(entropy.of(members + total) - entropy.of(members));
            }
            for &(neighbour, count) in beside {
                let from = neighbour as usize * classes;
                let row = counts.get(from..from + classes).unwrap_or_default();
                for (gain, &known) in gains.iter_mut().zip(row) {
                    // Most classes have never met most neighbours.
                    let gained = if known == 0 {
                        entropy.of(count)
                    } else {
                        entropy.of(known + count) - entropy.of(known)
                    };
                    *gain += f64::from(gained);
                }
            }
            let mut best = home;
            let mut highest = gains.get(home).copied().unwrap_or(0.0) + 1e-3;
            for (candidate, &gain) in gains.iter().enumerate() {
                if gain > highest {
                    (best, highest) = (candidate, gain);
                }
            }
            if best != home {
                moved += 1;
                *slot = best as u16;
            }
            add(&mut counts, &mut totals, classes, beside, best, total);
        }
        progress(round + 1);
        if moved * 200 < table.words.len() {
            break;
        }
    }
    // 0 stands for what has no class.
    class.iter().map(|class| class + 1).collect()
}

fn add(
    counts: &mut [u32],
    totals: &mut [u32],
    classes: usize,
    beside: &[(u32, u32)],
    class: usize,
    total: u32,
) {
    for &(neighbour, count) in beside {
        if let Some(slot) = counts.get_mut(neighbour as usize * classes + class) {
            *slot += count;
        }
    }
    if let Some(slot) = totals.get_mut(class) {
        *slot += total;
    }
}

fn remove(
    counts: &mut [u32],
    totals: &mut [u32],
    classes: usize,
    beside: &[(u32, u32)],
    class: usize,
    total: u32,
) {
    for &(neighbour, count) in beside {
        if let Some(slot) = counts.get_mut(neighbour as usize * classes + class) {
            *slot -= count;
        }
    }
    if let Some(slot) = totals.get_mut(class) {
        *slot -= total;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_with_the_same_neighbours_share_a_class() {
        let mut stream = Stream::default();
        for at in 0..400 {
            let (subject, verb, object) = match at % 4 {
                0 => ("猫", "吃", "鱼"),
                1 => ("狗", "吃", "肉"),
                2 => ("猫", "看", "肉"),
                _ => ("狗", "看", "鱼"),
            };
            for word in [subject, verb, object] {
                stream.push(word);
            }
            stream.end();
        }
        let table = Neighbours::of(&stream, 100, 1);
        let classes = exchange(&table, 3, 10, &mut |_| {});
        let class = |name: &str| {
            let at = table.words.iter().position(|&word| stream.name(word) == name).unwrap();
            classes[at]
        };
        assert_eq!(class("猫"), class("狗"));
        assert_eq!(class("吃"), class("看"));
        assert_eq!(class("鱼"), class("肉"));
        assert_ne!(class("猫"), class("鱼"));
    }
}
