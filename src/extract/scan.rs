//! What the rules and dictionaries find, layer by layer, before anything competes.

use super::characters::Characters;
use super::characters::Mask;
use super::document_reference;
use super::extractor::Input;
use super::finding::Finding;
use super::gazetteer::Gazetteer;
use super::organization;
use super::person;
use super::person::Name;
use super::place;
use super::place::Setting;
use super::post;
use super::post::Posts;
use super::quantity;
use super::tagger::Hint;
use super::time;
use super::zone;
use std::collections::BTreeSet;

/// The findings of every layer.
#[derive(Debug)]
pub(crate) struct Scan<'a> {
    /// The text by character.
    pub(crate) text: Characters<'a>,
    /// Documents.
    pub(crate) documents: Vec<Finding>,
    /// Times.
    pub(crate) times: Vec<Finding>,
    /// Quantities.
    pub(crate) quantities: Vec<Finding>,
    /// Places.
    pub(crate) places: Vec<Finding>,
    /// Where the document is set.
    pub(crate) setting: Setting,
    /// Bodies.
    pub(crate) bodies: Vec<Finding>,
    /// Zones.
    pub(crate) zones: Vec<Finding>,
    /// Titles and who holds them.
    pub(crate) posts: Posts,
    /// Names of people.
    pub(crate) names: Vec<Name>,
    /// Where anything has the form of a title, whether or not anyone holds it.
    forms: Vec<(usize, usize)>,
}

impl<'a> Scan<'a> {
    /// Runs the layers.
    pub(crate) fn new(input: &Input<'a>, gazetteer: &Gazetteer, thorough: bool) -> Self {
        let mut text = Characters::new(input);
        text.look_up(&gazetteer.names);
        let text = text;
        let squeezed = (thorough || text.has_loose_gap()).then(|| text.squeezed(thorough));
        let squeezed = squeezed.as_ref();
        let mut taken = Mask::new(text.len());
        let documents = document_reference::find(&text);
        for finding in &documents {
            taken.take(finding.start, finding.end);
        }
        let times = time::find(&text, input.anchors, &taken, squeezed, thorough);
        let mut figures = taken.clone();
        for finding in &times {
            figures.take(finding.start, finding.end);
        }
        let quantities = quantity::find(&text, &figures, squeezed, thorough);
        let (places, setting) = place::find(&text, gazetteer, &figures);
        let bodies = organization::find(&text, gazetteer, &places, &taken);
        let zones = zone::find(&text, gazetteer, &places, &taken);
        let mut posts = post::find(&text, gazetteer, &places, &bodies, &figures);
        let mut names = person::find(&text, gazetteer, &posts.names, &figures);
        let mut forms: Vec<(usize, usize)> =
            posts.titles.iter().map(|title| (title.start, title.end)).collect();
        forms.sort_unstable();
        post::settle(&text, &mut posts, &mut names);
        Self { text, documents, times, quantities, places, setting, bodies, zones, posts, names, forms }
    }

    /// End of the longest title that begins at a character and ends before another.
    pub(crate) fn title_at(&self, start: usize, before: usize) -> Option<usize> {
        let from = self.forms.partition_point(|&(first, _)| first < start);
        let forms = self.forms.get(from..).unwrap_or_default().iter();
        forms.take_while(|&&(first, _)| first == start).map(|&(_, end)| end).filter(|&end| end < before).max()
    }

    /// Whether a title begins or ends at a character.
    pub(crate) fn has_title_beside(&self, start: usize, end: usize) -> bool {
        let from = self.forms.partition_point(|&(first, _)| first < end);
        self.forms.get(from).is_some_and(|&(first, _)| first == end)
            || self.forms.iter().take(from).rev().take(4).any(|&(_, last)| last == start)
    }

    /// What was found as evidence for the tagger, by start.
    pub(crate) fn hints(&self) -> Vec<Hint> {
        let mut hints = Vec::new();
        let layers = [
            ("document", &self.documents),
            ("time", &self.times),
            ("quantity", &self.quantities),
            ("place", &self.places),
            ("body", &self.bodies),
            ("zone", &self.zones),
        ];
        for (kind, findings) in layers {
            hints.extend(findings.iter().map(|finding| Hint {
                start: finding.start,
                end: finding.end,
                kind,
                rule: finding.detector.name(),
            }));
        }
        hints.extend(self.names.iter().map(|name| Hint {
            start: name.start,
            end: name.end,
            kind: "name",
            rule: name.rule,
        }));
        let held: BTreeSet<(usize, usize)> = self
            .posts
            .holdings
            .iter()
            .filter_map(|holding| self.posts.titles.get(holding.title))
            .map(|title| (title.start, title.end))
            .collect();
        hints.extend(self.forms.iter().map(|&(start, end)| Hint {
            start,
            end,
            kind: "title",
            rule: if held.contains(&(start, end)) { "title_held" } else { "title_free" },
        }));
        hints.sort_by_key(|hint| (hint.start, hint.end));
        hints
    }
}
