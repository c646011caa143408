//! Facts that tie two entities together.

use super::Detector;
use super::Directive;
use super::Entity;
use super::EntityIndex;
use super::Relation;
use super::RelationType;
use super::Value;
use super::characters::Characters;
use super::finding::Finding;
use crate::text::Span;

/// A held post among the entities.
#[derive(Clone, Debug)]
pub(crate) struct Holds {
    /// The person.
    pub(crate) person: EntityIndex,
    /// The post.
    pub(crate) post: EntityIndex,
    /// The body, where it stands in the text.
    pub(crate) body: Option<EntityIndex>,
    /// The full post.
    pub(crate) full: String,
    /// First and last character of the words that say so.
    pub(crate) evidence: (usize, usize),
    /// Rule that tied them.
    pub(crate) rule: &'static str,
}

/// Adds what is due by when, and what is to reach how much.
///
/// The subject is what the clause acts on where that is an entity, else who is told, else who tells.
pub(crate) fn add_directives(
    relations: &mut Vec<Relation>,
    entities: &[Entity],
    mentions: &[(Finding, EntityIndex)],
    directives: &[Directive],
) {
    for directive in directives {
        if directive.deadline.is_none() && directive.targets.is_empty() {
            continue;
        }
        let inside = |range: Option<Span>| {
            let range = range?;
            let from = mentions.partition_point(|(finding, _)| finding.span.start < range.start);
            mentions
                .get(from..)
                .unwrap_or_default()
                .iter()
                .take_while(|(finding, _)| finding.span.start < range.end)
                .find(|(finding, _)| {
                    matches!(
                        finding.value,
                        Value::Zone { .. }
                            | Value::Organization { .. }
                            | Value::DocumentReference { .. }
                            | Value::Place { .. }
                    )
                })
                .map(|(_, entity)| *entity)
        };
        let subject = inside(directive.object).or_else(|| inside(directive.addressee)).or(directive.speaker);
        let Some(subject) = subject.filter(|&subject| entities.get(subject).is_some()) else { continue };
        let due = directive.deadline.map(|deadline| (RelationType::DueBy, deadline));
        let targets = directive.targets.iter().map(|&target| (RelationType::Targets, target));
        for (kind, object) in due.into_iter().chain(targets) {
            relations.push(Relation {
                kind,
                subject,
                object,
                qualifier: String::new(),
                evidence: directive.span,
                detector: Detector::Rule("directive"),
                confidence: directive.confidence * 0.9,
            });
        }
    }
    relations.sort_by_key(|relation| (relation.evidence, relation.subject, relation.object));
}

/// A document is issued by whom the text says so.
pub(crate) fn name_issuers(entities: &mut [Entity], relations: &[Relation]) {
    for relation in relations.iter().filter(|relation| relation.kind == RelationType::Issued) {
        let name = entities.get(relation.subject).map(|issuer| issuer.canonical_name.clone());
        let document = entities.get_mut(relation.object).map(|document| &mut document.value);
        if let (Some(name), Some(Value::DocumentReference { issuer, .. })) = (name, document)
            && issuer.is_empty()
        {
            *issuer = name;
        }
    }
}

/// All relations, by evidence.
pub(crate) fn find(
    text: &Characters<'_>,
    entities: &[Entity],
    mentions: &[(Finding, EntityIndex)],
    holds: &[Holds],
) -> Vec<Relation> {
    let mut relations = Vec::new();
    for hold in holds {
        let evidence = text.span(hold.evidence.0, hold.evidence.1);
        relations.push(Relation {
            kind: RelationType::HoldsPost,
            subject: hold.person,
            object: hold.post,
            qualifier: hold.full.clone(),
            evidence,
            detector: Detector::Rule(hold.rule),
            confidence: 0.9,
        });
        if let Some(body) = hold.body {
            relations.push(Relation {
                kind: RelationType::PostOf,
                subject: hold.post,
                object: body,
                qualifier: String::new(),
                evidence,
                detector: Detector::Rule("body_before_post"),
                confidence: 0.9,
            });
        }
    }
    relations.extend(located(text, entities, mentions));
    relations.extend(issued(text, entities, mentions));
    relations.sort_by_key(|relation| (relation.evidence, relation.subject, relation.object));
    relations.dedup_by(|one, other| {
        one.kind == other.kind && one.subject == other.subject && one.object == other.object
    });
    relations
}

/// 地处某镇的某产业园; 示范区位于青浦区
fn located(text: &Characters<'_>, entities: &[Entity], mentions: &[(Finding, EntityIndex)]) -> Vec<Relation> {
    let is = |entity: EntityIndex, wanted: fn(&Value) -> bool| {
        entities.get(entity).is_some_and(|entity| wanted(&entity.value))
    };
    let place = |value: &Value| matches!(value, Value::Place { .. });
    let thing = |value: &Value| {
        matches!(value, Value::Zone { .. } | Value::Organization { .. } | Value::Place { .. })
    };
    let mut found = Vec::new();
    for (number, (mention, entity)) in mentions.iter().enumerate() {
        let Some((_, length)) = text.any_before(mention.start, &["坐落于", "坐落在", "地处", "位于", "落户"])
        else {
            continue;
        };
        if !is(*entity, place) {
            continue;
        }
        let verb = mention.start - length;
        let next = mentions.get(number + 1).filter(|(next, entity)| {
            is(*entity, thing)
                && next.start >= mention.end
                && next.start - mention.end <= 6
                && text.slice(mention.end, next.start).contains(&'的')
        });
        let previous =
            number.checked_sub(1).and_then(|number| mentions.get(number)).filter(|(previous, entity)| {
                is(*entity, thing) && previous.end <= verb && verb - previous.end <= 1
            });
        let Some((other, subject)) = next.or(previous) else { continue };
        let evidence = text.span(other.start.min(verb), other.end.max(mention.end));
        found.push(Relation {
            kind: RelationType::LocatedIn,
            subject: *subject,
            object: *entity,
            qualifier: text.text(verb, mention.start).to_owned(),
            evidence,
            detector: Detector::Rule("located_in"),
            confidence: 0.85,
        });
    }
    found
}

/// 国务院办公厅印发《…》
fn issued(text: &Characters<'_>, entities: &[Entity], mentions: &[(Finding, EntityIndex)]) -> Vec<Relation> {
    let mut found = Vec::new();
    for (number, (mention, entity)) in mentions.iter().enumerate() {
        if !matches!(mention.value, Value::DocumentReference { .. }) {
            continue;
        }
        let issuer = mentions.get(number.saturating_sub(4)..number).unwrap_or_default().iter().rev().find(
            |(before, _)| {
                matches!(before.value, Value::Organization { .. })
                    && mention.start - before.end <= 12
                    && ISSUING
                        .iter()
                        .any(|verb| (before.end..mention.start).any(|at| text.starts_with(at, verb)))
            },
        );
        let Some((body, subject)) = issuer else { continue };
        if entities.get(*subject).is_none() {
            continue;
        }
        found.push(Relation {
            kind: RelationType::Issued,
            subject: *subject,
            object: *entity,
            qualifier: String::new(),
            evidence: text.span(body.start, mention.end),
            detector: Detector::Rule("issuer_before_title"),
            confidence: 0.85,
        });
    }
    found
}

/// Verbs of issuing.
const ISSUING: &[&str] = &["印发", "发布", "出台", "公布", "下发", "制定", "颁布", "联合印发", "发出"];
