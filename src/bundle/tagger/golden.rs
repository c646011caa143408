//! Documents with the spans that a tagger must find, checked on demand.

use serde::Deserialize;
use serde::Serialize;

use crate::error::Error;
use crate::extract::Anchors;
use crate::extract::Extractor;
use crate::extract::extractor::Input;
use crate::extract::tagger::Tagger;
use crate::segment::Segmenter;
use crate::text;
use crate::text::Content;
use crate::text::Document;
use crate::text::normalize;

/// The documents that every bundle is tested on, of our own writing.
const DOCUMENTS: &str = include_str!("../../../models/golden/documents.jsonl");

/// One document and its spans.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Golden {
    /// Headline.
    pub title: String,
    /// Body, plain text or HTML.
    pub content: String,
    /// What is marked.
    pub spans: Vec<GoldenSpan>,
}

/// One span: bytes of the clean text, its type, and its probability in millionths.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoldenSpan(pub u32, pub u32, pub String, pub u32);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    title: String,
    content: String,
}

/// The golden documents with the spans that this tagger finds.
///
/// # Errors
/// [`Error::Bundle`] when the built-in documents cannot be read.
pub fn make(segmenter: &Segmenter, extractor: &Extractor, tagger: &Tagger) -> Result<Vec<Golden>, Error> {
    DOCUMENTS
        .lines()
        .map(|line| {
            let Source { title, content } = serde_json::from_str(line).map_err(|error| Error::Bundle {
                path: "golden documents".to_owned(),
                reason: error.to_string(),
            })?;
            let spans = spans(segmenter, extractor, tagger, &title, &content)?;
            Ok(Golden { title, content, spans })
        })
        .collect()
}

/// Checks that a tagger marks every golden document as recorded.
///
/// # Errors
/// A sentence that names the first document that is marked otherwise.
pub fn verify(
    segmenter: &Segmenter,
    extractor: &Extractor,
    tagger: &Tagger,
    golden: &[Golden],
) -> Result<(), String> {
    for (index, golden) in golden.iter().enumerate() {
        let found = spans(segmenter, extractor, tagger, &golden.title, &golden.content)
            .map_err(|error| error.to_string())?;
        if found != golden.spans {
            return Err(format!(
                "self-test failed: golden document {} is marked otherwise than when the bundle was made",
                index + 1
            ));
        }
    }
    Ok(())
}

fn spans(
    segmenter: &Segmenter,
    extractor: &Extractor,
    tagger: &Tagger,
    title: &str,
    content: &str,
) -> Result<Vec<GoldenSpan>, Error> {
    let document = Document {
        title: title.to_owned(),
        content: Content::Text(content.to_owned()),
        ..Document::default()
    };
    let prepared = text::prepare(&document)?;
    let folded = normalize::fold(&prepared.clean.text);
    let tokens = segmenter.segment(&folded);
    let input = Input { prepared: &prepared, folded: &folded, tokens: &tokens, anchors: Anchors::default() };
    let marked = extractor.mark(&input, tagger);
    Ok(marked
        .into_iter()
        .map(|marked| {
            let probability = libm::round(marked.probability * 1e6) as u32;
            GoldenSpan(marked.span.start, marked.span.end, marked.kind.to_owned(), probability)
        })
        .collect())
}
