//! The order of the layers.
//!
//! ```text
//! titles in 《》 → times → quantities → places → bodies, zones → posts → people
//!   → competition → entities → speech → directives → relations, functions → keyphrases → key sentences
//! ```
//!
//! Each layer sees what those before it took. A trained tagger, where there is one, judges
//! the places, bodies, posts and people before the competition, see `judge`.

use super::Anchors;
use super::EntityType;
use super::ExtractOptions;
use super::Extraction;
use super::directive;
use super::entity;
use super::function;
use super::gazetteer::Gazetteer;
use super::incumbency;
use super::judge;
use super::judge::Judgement;
use super::keyphrase;
use super::place;
use super::relation;
use super::scan::Scan;
use super::speech;
use super::summary;
use super::tagger::Scratch;
use super::tagger::Tagger;
use super::tagger::units;
use crate::error::Error;
use crate::segment::Token;
use crate::text::Folded;
use crate::text::Prepared;
use crate::text::Span;

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

/// A span that a tagger found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Marked<'a> {
    /// Where in the clean text.
    pub span: Span,
    /// The same in characters of the clean text.
    pub start: usize,
    /// First character no longer covered.
    pub end: usize,
    /// Type.
    pub kind: &'a str,
    /// Marginal probability of exactly this span with this type.
    pub probability: f64,
}

/// Finds facts; holds the gazetteers.
#[derive(Debug)]
pub struct Extractor {
    gazetteer: Gazetteer,
    tagger: Option<Tagger>,
}

impl Extractor {
    /// The extractor over the gazetteers compiled into the program, without a tagger.
    ///
    /// # Errors
    /// [`Error::Bundle`] when they are damaged.
    pub fn builtin() -> Result<Self, Error> {
        Ok(Self { gazetteer: Gazetteer::builtin()?, tagger: None })
    }

    /// The same with a tagger that judges what the rules find.
    #[must_use]
    pub fn with_tagger(self, tagger: Tagger) -> Self {
        Self { tagger: Some(tagger), ..self }
    }

    /// The spans that a tagger finds by itself, in order. Facts come from [`Extractor::extract`].
    #[must_use]
    pub fn mark<'a>(&self, input: &Input<'_>, tagger: &'a Tagger) -> Vec<Marked<'a>> {
        let scan = Scan::new(input, &self.gazetteer, false);
        let mut scratch = Scratch::default();
        let hints = scan.hints();
        let mut found = Vec::new();
        for unit in units(&scan.text) {
            for tagged in tagger.tag(&scan.text, &self.gazetteer, &hints, unit, &mut scratch) {
                found.push(Marked {
                    span: scan.text.span(tagged.start, tagged.end),
                    start: tagged.start,
                    end: tagged.end,
                    kind: tagger.types().get(tagged.kind).map_or("", String::as_str),
                    probability: tagged.probability,
                });
            }
        }
        found
    }

    /// The gazetteers, for whoever trains a tagger.
    pub(crate) fn gazetteer(&self) -> &Gazetteer {
        &self.gazetteer
    }

    /// Finds the facts of one document.
    #[must_use]
    pub fn extract(&self, input: &Input<'_>, options: &ExtractOptions) -> Extraction {
        let mut scan = Scan::new(input, &self.gazetteer, options.thorough);
        let judgement = match &self.tagger {
            Some(tagger) => judge::judge(&mut scan, &self.gazetteer, tagger),
            None => Judgement::default(),
        };
        let Scan { text, documents, times, quantities, places, setting, bodies, zones, posts, names, .. } =
            scan;
        let text = &text;
        let gazetteer = &self.gazetteer;
        let held = incumbency::posts(text, gazetteer, &places, &setting, &posts);
        let mut assembly = entity::assemble(
            text,
            entity::Layers {
                documents,
                times,
                quantities,
                places,
                bodies,
                zones,
                names,
                posts,
                held,
                judgement,
            },
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
