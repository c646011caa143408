//! Times: found by grammar, completed by what is known, open where nothing is.
//!
//! A value is completed from the expression itself, from an earlier date of the document where the text says so
//! (当年, 同日), from the caller's reference time or from the publish time of the page, in this order. No clock is read
//! and no year is invented.

mod calendar;
mod expression;
mod grammar;
mod resolve;

use super::Anchors;
use super::Detector;
use super::Value;
use super::characters::Characters;
use super::characters::Mask;
use super::finding::Finding;

/// Finds the times outside what is taken.
pub(crate) fn find(text: &Characters<'_>, anchors: Anchors, taken: &Mask) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut resolver = resolve::Resolver::new(anchors);
    let mut index = 0;
    while index < text.len() {
        let expression = if taken.covers(index) { None } else { grammar::read(text, index) };
        let Some(expression) =
            expression.filter(|expression| !taken.overlaps(expression.start, expression.end))
        else {
            index += 1;
            continue;
        };
        let (start, end) = (expression.start, expression.end);
        let value = resolver.resolve(text, &expression);
        let detector = Detector::Rule("time");
        found.push(Finding::new(
            text.span(start, end),
            (start, end),
            text.text(start, end),
            Value::Time(value),
            detector,
            0.9,
        ));
        index = end;
    }
    found
}
