//! HTML into blocks of clean text, each with the element it stands in.
//!
//! ```text
//! text ─tokenizer→ tags and text ─tree→ elements in document order ─block→ page text in blocks + source map
//!      ─content→ the blocks that are the article
//! ```
//!
//! Everything here is one pass over its input without recursion: pages come from strangers.

pub mod entity;
pub mod element;
pub mod tokenizer;
pub mod tree;
pub mod block;
pub mod hint;
pub mod phrase;
pub mod content;

pub use block::Block;
pub use block::Page;
pub use content::Article;
pub use tree::Tree;

use element::Content;
use element::Element;
use element::Role;
use tokenizer::Token;
use tokenizer::Tokenizer;

/// Whether `text` holds tags of HTML, as opposed to text in angle brackets.
///
/// A start tag counts when browsers would see an element that structures text, or one that is closed again; so
/// `a<b>c`, `1<p and q>0` and 《》 are plain text.
#[must_use]
pub fn is_html(text: &str) -> bool {
    let mut tokenizer = Tokenizer::new(text);
    let mut opened = [false; Element::COUNT];
    while let Some(token) = tokenizer.next() {
        let (element, closing) = match token {
            Token::Text(_) | Token::RawText(_) => continue,
            Token::Start { element, .. } => (element, false),
            Token::End { element, .. } => (element, true),
        };
        if element == Element::Other {
            continue;
        }
        let Some(opened) = opened.get_mut(element as usize) else { continue };
        let assigned = tokenizer.attributes().iter().all(|attribute| !attribute.value.is_empty());
        if closing {
            if *opened {
                return true;
            }
        } else if assigned {
            let alone = element.role() == Role::Block || element.content() == Content::Void;
            if alone || !tokenizer.attributes().is_empty() {
                return true;
            }
            *opened = true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::is_html;

    #[test]
    fn only_real_tags_make_html() {
        for text in [
            "a<br>b",
            "<p>a",
            "x <b>y</b>",
            "<a href=x>y",
            "<!DOCTYPE html><html>",
            "<IMG SRC=a.png>",
            "a</p><p>b",
        ] {
            assert!(is_html(text), "{text}");
        }
        for text in [
            "a < b",
            "<5%",
            "《通知》",
            "a<b>c",
            "1<p and q>0",
            "</p>",
            "a &lt; b &nbsp;",
            "<通知>",
            "<foo>x</foo>",
            "",
            "<",
        ] {
            assert!(!is_html(text), "{text}");
        }
    }
}
