//! The order of the layers.
//!
//! ```text
//! titles in 《》 → times → quantities → places → bodies, zones → posts → people
//!   → competition → entities → speech → directives → relations, functions → keyphrases → key sentences
//! ```
//!
//! Each layer sees what those before it took. A trained tagger joins as one more source of findings before the
//! competition: it adds findings and changes nothing else.

use super::Anchors;
use super::EntityType;
use super::ExtractOptions;
use super::Extraction;
use super::characters::Characters;
use super::characters::Mask;
use super::directive;
use super::document_reference;
use super::entity;
use super::function;
use super::gazetteer::Gazetteer;
use super::incumbency;
use super::keyphrase;
use super::organization;
use super::person;
use super::place;
use super::post;
use super::quantity;
use super::relation;
use super::speech;
use super::summary;
use super::time;
use super::zone;
use crate::error::Error;
use crate::segment::Token;
use crate::text::Folded;
use crate::text::Prepared;

/// What extraction works on.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// Clean text, paragraphs, sentences, page facts.
    pub prepared: &'a Prepared,
    /// The folded text.
    pub folded: &'a Folded,
    /// Its words.
    pub tokens: &'a [Token],
    /// Dates to resolve against.
    pub anchors: Anchors,
}

/// Finds facts; holds the gazetteers.
#[derive(Debug)]
pub struct Extractor {
    gazetteer: Gazetteer,
}

impl Extractor {
    /// The extractor over the gazetteers compiled into the program.
    ///
    /// # Errors
    /// [`Error::Bundle`] when they are damaged.
    pub fn builtin() -> Result<Self, Error> {
        Ok(Self { gazetteer: Gazetteer::builtin()? })
    }

    /// Finds the facts of one document.
    #[must_use]
    pub fn extract(&self, input: &Input<'_>, options: &ExtractOptions) -> Extraction {
        let text = &Characters::new(input);
        let gazetteer = &self.gazetteer;
        let mut taken = Mask::new(text.len());
        let documents = document_reference::find(text);
        for finding in &documents {
            taken.take(finding.start, finding.end);
        }
        let times = time::find(text, input.anchors, &taken, options.thorough);
        let mut figures = taken.clone();
        for finding in &times {
            figures.take(finding.start, finding.end);
        }
        let quantities = quantity::find(text, &figures, options.thorough);
        let (places, setting) = place::find(text, gazetteer, &figures);
        let bodies = organization::find(text, gazetteer, &places, &taken);
        let zones = zone::find(text, gazetteer, &places, &taken);
        let mut posts = post::find(text, gazetteer, &places, &bodies, &figures);
        let mut names = person::find(text, gazetteer, &posts.names, &figures);
        post::settle(text, &mut posts, &mut names);
        let held = incumbency::posts(text, gazetteer, &places, &setting, &posts);
        let mut assembly = entity::assemble(
            text,
            entity::Layers { documents, times, quantities, places, bodies, zones, names, posts, held },
        );
        let times: Vec<(usize, usize)> = assembly
            .mentions
            .iter()
            .filter(|(finding, _)| finding.value.entity_type() == EntityType::Time)
            .map(|(finding, _)| (finding.start, finding.end))
            .collect();
        // 总书记 by itself is whoever the document calls so.
        let secretary =
            assembly.holds.iter().find(|hold| hold.full == "中共中央总书记").map(|hold| hold.person);
        let mut actors: Vec<speech::Actor> = assembly
            .mentions
            .iter()
            .filter(|(finding, _)| {
                matches!(
                    finding.value.entity_type(),
                    EntityType::Person | EntityType::Organization | EntityType::DocumentReference
                )
            })
            .map(|(finding, entity)| speech::Actor {
                start: finding.start,
                end: finding.end,
                kind: finding.value.entity_type(),
                entity: *entity,
            })
            .collect();
        if let Some(entity) = secretary {
            let alone = assembly.mentions.windows(2).filter_map(|pair| match pair {
                [(before, _), (post, _)] if post.canonical == "总书记" && before.end != post.start => {
                    Some(post)
                }
                _ => None,
            });
            actors.extend(alone.map(|post| speech::Actor {
                start: post.start,
                end: post.end,
                kind: EntityType::Person,
                entity,
            }));
            actors.sort_by_key(|actor| actor.start);
        }
        let grounds: Vec<usize> = assembly
            .mentions
            .iter()
            .filter(|(finding, _)| place::code_of(&finding.value).is_some())
            .map(|(finding, _)| finding.start)
            .collect();
        let (speeches, pronouns) = speech::find(text, &actors, &times, &grounds);
        assembly.add_pronouns(text, &pronouns);
        let directives = directive::find(text, gazetteer, &assembly.mentions, &speeches);
        let mut relations = relation::find(text, &assembly.entities, &assembly.mentions, &assembly.holds);
        relation::add_directives(&mut relations, &assembly.entities, &assembly.mentions, &directives);
        relation::name_issuers(&mut assembly.entities, &relations);
        let function_assignments = function::find(text, &assembly.mentions, &speeches);
        let keyphrases = keyphrase::find(text, gazetteer, &assembly.mentions, options.max_keyphrases);
        let key_sentences = summary::find(
            text,
            &assembly.mentions,
            &speeches,
            &function_assignments,
            &keyphrases,
            options.max_key_sentences,
        );
        let extraction = Extraction {
            entities: assembly.entities,
            relations,
            speeches,
            directives,
            function_assignments,
            keyphrases,
            key_sentences,
        };
        entity::select(extraction, options)
    }
}
