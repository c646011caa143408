//! Self-training: what a tagger marks in plain texts becomes material for the next one.
//!
//! A hundred annotated articles hold few names. In thousands of others the rules find names beside posts, the first
//! tagger follows them, and the second learns, from units in which it may not see the rules' findings, what surrounds
//! such names.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde::Deserialize;

use super::Progress;
use super::Tools;
use crate::corpus::annotated::AnnotatedRow;
use crate::corpus::annotated::Annotation;
use crate::error::Error;
use crate::extract::Anchors;
use crate::extract::EntityType;
use crate::extract::ExtractOptions;
use crate::extract::Extractor;
use crate::extract::MentionKind;
use crate::extract::extractor::Input;
use crate::extract::tagger::Tagger;
use crate::text;
use crate::text::Content;
use crate::text::Document;
use crate::text::normalize;
use crate::text::offsets::OffsetIndex;

/// How often the annotated texts stand beside those that a tagger marked.
pub(super) const REPEATS: usize = 3;

/// Shorter texts hold little, longer ones are speeches and reports that hold little of everything else.
const LENGTHS: std::ops::Range<usize> = 150..1500;

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

/// What annotated articles call a type of entity.
fn kind(of: EntityType) -> Option<&'static str> {
    match of {
        EntityType::Person => Some("PER"),
        EntityType::Post => Some("POST"),
        EntityType::Organization => Some("ORG"),
        EntityType::Place => Some("LOC"),
        EntityType::Zone | EntityType::Time | EntityType::Quantity | EntityType::DocumentReference => None,
    }
}

/// Marks `wanted` texts of a file, taken evenly from all of it; those under a title of `known` are left out.
///
/// # Errors
/// [`Error::Io`] and [`Error::CorpusLine`].
pub(super) fn mark(
    path: &Path,
    wanted: usize,
    known: &BTreeSet<&str>,
    tagger: &Tagger,
    tools: Tools<'_>,
    progress: Progress<'_>,
) -> Result<Vec<AnnotatedRow>, Error> {
    let bytes = fs::read(path).map_err(|source| Error::io(path, source))?;
    let lines: Vec<&[u8]> = bytes.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).collect();
    let step = (lines.len() / wanted.max(1)).max(1);
    let extractor = Extractor::builtin()?.with_tagger(tagger.clone());
    let mut marked = Vec::new();
    for (index, line) in lines.iter().enumerate().step_by(step) {
        let line: Line = serde_json::from_slice(line).map_err(|error| Error::CorpusLine {
            path: path.display().to_string(),
            line: index + 1,
            reason: error.to_string(),
        })?;
        if known.contains(line.title.as_str()) {
            continue;
        }
        let content = if line.html.is_empty() { line.text } else { line.html };
        let prepared =
            match text::prepare(&Document { content: Content::Text(content), ..Document::default() }) {
                Ok(prepared) => prepared,
                Err(Error::EmptyDocument) => continue,
                Err(other) => return Err(other),
            };
        if !LENGTHS.contains(&prepared.clean.text.chars().count()) {
            continue;
        }
        let folded = normalize::fold(&prepared.clean.text);
        let tokens = tools.segmenter.segment(&folded);
        let input =
            Input { prepared: &prepared, folded: &folded, tokens: &tokens, anchors: Anchors::default() };
        let facts = extractor.extract(&input, &ExtractOptions::default());
        let offsets = OffsetIndex::new(&prepared.clean.text);
        let mut spans: Vec<Annotation> = Vec::new();
        for entity in &facts.entities {
            let Some(kind) = kind(entity.value.entity_type()) else { continue };
            if !tagger.types().iter().any(|known| known == kind) {
                continue;
            }
            for mention in &entity.mentions {
                if matches!(mention.kind, MentionKind::Nested | MentionKind::Pronoun) {
                    continue;
                }
                let start = offsets.code_points(mention.span.start as usize);
                let end = offsets.code_points(mention.span.end as usize);
                spans.push(Annotation { start, end, kind: kind.to_owned() });
            }
        }
        spans.sort();
        marked.push(AnnotatedRow { text: prepared.clean.text.clone(), spans, ..AnnotatedRow::default() });
        progress("marking texts", index + 1, lines.len());
    }
    Ok(marked)
}
