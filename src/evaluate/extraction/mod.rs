//! Extraction against gold data in the formats in which it is shared.
//!
//! | format | is told by | what is scored |
//! | --- | --- | --- |
//! | articles | rows with `spans` | F1 of spans by type, person and post pairs, speech; accuracy of times, places, amounts |
//! | seed | one object with `clean_len` | recall of the complete annotation of one article |
//! | pages | rows with `must` | text that must and must not be left, headline, time, source, byline |
//! | recognizers | rows with `Input` and `spec` | share of cases that agree wholly |
//! | jionlp | rows with `fn` and `case` | share of cases that agree wholly |
//! | duckling | rows with `expected_haskell` | share of cases that agree |
//! | ner | rows with `entities` | F1 of spans by type, under a mapping of its types |
//!
//! Suites have their own conventions for the same value. What is taken as the same is written down where it is compared:
//! `recognizers`, `jionlp`. It never makes another value right.

mod articles;
mod case;
mod clock;
mod duckling;
mod jionlp;
mod ner;
mod pages;
mod recognizers;
mod resolution;
mod seed;
mod unit;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Serialize;
use serde_json::Value as Json;

use crate::analyze::Analyzer;
use crate::error::Error;

/// One kind of thing that was measured.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct KindReport {
    /// PER, date, must …
    pub kind: String,
    /// What `score` is: `F1`, or `accuracy` where each case is right or wrong as a whole.
    pub measure: &'static str,
    /// Right answers.
    pub right: usize,
    /// Things or cases in the gold data.
    pub gold: usize,
    /// Things that were answered; the cases, where they are judged as wholes.
    pub found: usize,
    /// Share of answers that are right.
    pub precision: f64,
    /// Share of the gold data that was answered right.
    pub recall: f64,
    /// As `measure` says.
    pub score: f64,
}

/// One difference between gold data and answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Kind of thing.
    pub kind: String,
    /// Where: the text around, or the whole of a short case.
    pub context: String,
    /// What the gold data say; empty where they say nothing.
    pub expected: String,
    /// What was answered; empty where nothing was.
    pub found: String,
}

/// What was measured.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ExtractionReport {
    /// Format of the data.
    pub format: &'static str,
    /// Rows.
    pub rows: usize,
    /// By name of the kind.
    pub kinds: Vec<KindReport>,
    /// Every difference, in order of the data.
    pub errors: Vec<Difference>,
}

/// Right, gold and found things of one kind.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    right: usize,
    gold: usize,
    found: usize,
    whole: bool,
}

/// Counts by kind, and the differences.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    counts: BTreeMap<String, Count>,
    errors: Vec<Difference>,
}

impl Tally {
    /// Counts things of which some were found.
    fn things(&mut self, kind: &str, right: usize, gold: usize, found: usize) {
        let count = self.counts.entry(kind.to_owned()).or_default();
        count.right += right;
        count.gold += gold;
        count.found += found;
    }

    /// Counts one case that is right or wrong as a whole.
    fn case(&mut self, kind: &str, right: bool) {
        let count = self.counts.entry(kind.to_owned()).or_default();
        count.whole = true;
        count.right += usize::from(right);
        count.gold += 1;
        count.found += 1;
    }

    /// Keeps a difference.
    fn differs(&mut self, kind: &str, context: &str, expected: impl Into<String>, found: impl Into<String>) {
        self.errors.push(Difference {
            kind: kind.to_owned(),
            context: context.replace('\n', "⏎"),
            expected: expected.into(),
            found: found.into(),
        });
    }

    fn report(self, format: &'static str, rows: usize) -> ExtractionReport {
        let share = |part: usize, of: usize| if of == 0 { 0.0 } else { part as f64 / of as f64 };
        let kinds = self.counts.into_iter().map(|(kind, count)| {
            let precision = share(count.right, count.found);
            let recall = share(count.right, count.gold);
            let f1 = share(2 * count.right, count.gold + count.found);
            KindReport {
                kind,
                measure: if count.whole { "accuracy" } else { "F1" },
                right: count.right,
                gold: count.gold,
                found: count.found,
                precision,
                recall,
                score: if count.whole { recall } else { f1 },
            }
        });
        ExtractionReport { format, rows, kinds: kinds.collect(), errors: self.errors }
    }
}

/// Types of public sets that mean one of ours, by default.
pub const NER_TYPES: &[(&str, &str)] = &[
    ("name", "PER"),
    ("NAME", "PER"),
    ("PER", "PER"),
    ("PER.NAM", "PER"),
    ("person_name", "PER"),
    ("government", "ORG"),
    ("organization", "ORG"),
    ("company", "ORG"),
    ("ORG", "ORG"),
    ("ORG.NAM", "ORG"),
    ("org_name", "ORG"),
    ("company_name", "ORG"),
    ("position", "POST"),
    ("TITLE", "POST"),
    ("address", "LOC"),
    ("LOC", "LOC"),
    ("LOC.NAM", "LOC"),
    ("GPE.NAM", "LOC"),
    ("location", "LOC"),
    ("time", "TIME"),
];

/// Extracts from every row of the data and compares. `types` maps types of a public set (`name=PER`) to ours; none: the
/// usual names. `progress` is called after each row.
///
/// # Errors
/// [`Error::Io`] when a file cannot be read, [`Error::Corpus`] for a format that is none of those above,
/// [`Error::CorpusLine`] for a row that is not of its format.
pub fn evaluate(
    analyzer: &Analyzer,
    path: &Path,
    types: &[(String, String)],
    mut progress: impl FnMut(),
) -> Result<ExtractionReport, Error> {
    let text = fs::read_to_string(path).map_err(|source| Error::io(path, source))?;
    let name = path.display().to_string();
    let refuse = |reason: &str| Error::Corpus { path: name.clone(), reason: reason.to_owned() };
    let mut tally = Tally::default();
    if let Ok(whole) = serde_json::from_str::<Json>(&text)
        && whole.get("clean_len").is_some()
    {
        seed::score(analyzer, path, &whole, &mut tally)?;
        progress();
        return Ok(tally.report("seed", 1));
    }
    let mut rows = Vec::new();
    for (line, row) in text.lines().enumerate().filter(|(_, row)| !row.trim().is_empty()) {
        let row: Json = serde_json::from_str(row).map_err(|error| Error::CorpusLine {
            path: name.clone(),
            line: line + 1,
            reason: error.to_string(),
        })?;
        rows.push((line + 1, row));
    }
    let Some((_, first)) = rows.first() else { return Err(refuse("there is no row")) };
    let has = |field: &str| first.get(field).is_some();
    let format = if has("spans") {
        "articles"
    } else if has("must") {
        "pages"
    } else if has("Input") && has("spec") {
        "recognizers"
    } else if has("fn") && has("case") {
        "jionlp"
    } else if has("expected_haskell") {
        "duckling"
    } else if has("entities") {
        "ner"
    } else {
        return Err(refuse(
            "its first row is of no known format: it has none of spans, must, Input and spec, fn and case, expected_haskell, entities",
        ));
    };
    let count = rows.len();
    for (line, row) in rows {
        let scored = match format {
            "articles" => articles::score(analyzer, &row, &mut tally),
            "pages" => pages::score(path, &row, &mut tally),
            "recognizers" => recognizers::score(analyzer, &row, &mut tally),
            "duckling" => duckling::score(analyzer, &row, &mut tally),
            "jionlp" => jionlp::score(analyzer, &row, &mut tally),
            _ => ner::score(analyzer, &row, types, &mut tally),
        };
        match scored {
            Some(()) => {}
            None => {
                return Err(Error::CorpusLine {
                    path: name,
                    line,
                    reason: format!("is no row of the format {format}, which its first row has"),
                });
            }
        }
        progress();
    }
    if matches!(format, "recognizers" | "jionlp" | "duckling") {
        total(&mut tally);
    }
    Ok(tally.report(format, count))
}

/// Adds all cases together.
fn total(tally: &mut Tally) {
    let all = tally.counts.values().fold(Count { whole: true, ..Count::default() }, |sum, count| Count {
        right: sum.right + count.right,
        gold: sum.gold + count.gold,
        found: sum.found + count.found,
        whole: true,
    });
    tally.counts.insert("all cases".to_owned(), all);
}
