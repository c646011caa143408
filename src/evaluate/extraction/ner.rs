//! Public sets: `text`, `entities` of `start`, `end`, `type`, under a mapping of their types to ours.

use serde_json::Value as Json;

use super::NER_TYPES;
use super::Tally;
use super::articles::Article;
use super::articles::Spans;
use super::articles::compare;
use super::articles::gold_spans;
use crate::analyze::Analyzer;

/// Scores one row; `None` when the row is none. Types that the mapping does not name are left out on both sides.
pub(super) fn score(
    analyzer: &Analyzer,
    row: &Json,
    types: &[(String, String)],
    tally: &mut Tally,
) -> Option<()> {
    let text = row.get("text")?.as_str()?;
    let article = Article::read(analyzer, text, None);
    let ours = |theirs: &str| -> Option<String> {
        if types.is_empty() {
            return NER_TYPES.iter().find(|(name, _)| *name == theirs).map(|&(_, ours)| ours.to_owned());
        }
        types.iter().find(|(name, _)| name == theirs).map(|(_, ours)| ours.clone())
    };
    let gold: Spans = gold_spans(row, "entities")?
        .into_iter()
        .filter_map(|(kind, start, end)| Some((ours(&kind)?, start, end)))
        .collect();
    let mut wanted: Vec<String> = if types.is_empty() {
        gold.iter().map(|span| span.0.clone()).collect()
    } else {
        types.iter().map(|(_, ours)| ours.clone()).collect()
    };
    wanted.sort();
    wanted.dedup();
    let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
    compare(&article, &gold, &article.spans(), &wanted, tally);
    Some(())
}
