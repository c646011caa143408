//! Facts: from the domain to the wire.

use super::answer::Spans;
use super::pb;
use crate::extract::ChangeDirection;
use crate::extract::Comparator;
use crate::extract::Detector;
use crate::extract::Directive;
use crate::extract::Division;
use crate::extract::Entity;
use crate::extract::EntityIndex;
use crate::extract::EntityType;
use crate::extract::Extraction;
use crate::extract::FunctionAssignment;
use crate::extract::HeldPost;
use crate::extract::KeySentence;
use crate::extract::Keyphrase;
use crate::extract::Mention;
use crate::extract::MentionKind;
use crate::extract::Modality;
use crate::extract::PlaceKind;
use crate::extract::QuantityKind;
use crate::extract::QuantityValue;
use crate::extract::Relation;
use crate::extract::RelationType;
use crate::extract::Speech;
use crate::extract::TimeAnchor;
use crate::extract::TimeKind;
use crate::extract::TimeValue;
use crate::extract::Value;
use crate::text::PageFacts;
use crate::text::page::PublishTime;

/// Facts of one document.
pub(super) fn encode(found: &Extraction, page: &PageFacts, spans: &Spans<'_>) -> pb::Extraction {
    let Extraction {
        entities,
        relations,
        speeches,
        directives,
        function_assignments,
        keyphrases,
        key_sentences,
    } = found;
    let ids = Ids { count: entities.len() };
    pb::Extraction {
        page: Some(page_facts(page, spans)),
        entities: entities.iter().enumerate().map(|(index, it)| entity(it, ids.of(index), spans)).collect(),
        relations: relations.iter().map(|it| relation(it, ids, spans)).collect(),
        speeches: speeches.iter().map(|it| speech(it, ids, spans)).collect(),
        directives: directives.iter().map(|it| directive(it, ids, spans)).collect(),
        function_assignments: function_assignments.iter().map(|it| assignment(it, ids, spans)).collect(),
        keyphrases: keyphrases.iter().map(|it| keyphrase(it, spans)).collect(),
        key_sentences: key_sentences.iter().map(|it| key_sentence(it, spans)).collect(),
    }
}

/// Ids of the entities of one answer: "e1", "e2", ….
#[derive(Clone, Copy)]
struct Ids {
    count: usize,
}

impl Ids {
    fn of(self, index: EntityIndex) -> String {
        if index < self.count { format!("e{}", index + 1) } else { String::new() }
    }

    fn maybe(self, index: Option<EntityIndex>) -> String {
        index.map_or_else(String::new, |index| self.of(index))
    }
}

fn page_facts(page: &PageFacts, spans: &Spans<'_>) -> pb::PageFacts {
    let PageFacts { title, original_title, source, byline, published, publish_time } = page;
    let located = |found: &Option<_>| found.as_ref().map(|found| spans.located(found));
    pb::PageFacts {
        title: located(title),
        original_title: located(original_title),
        source: located(source),
        byline: byline.iter().map(|author| spans.located(author)).collect(),
        published: located(published),
        publish_time: match publish_time {
            None => String::new(),
            Some(PublishTime::Date(day)) => day.to_string(),
            // Pages state minutes; seconds are shown only where there are any.
            Some(PublishTime::DateTime(instant)) if instant.second() == 0 => {
                instant.strftime("%Y-%m-%dT%H:%M").to_string()
            }
            Some(PublishTime::DateTime(instant)) => instant.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
        },
    }
}

/// What found something, and the id of the rule, dictionary or tagger.
fn detector(detector: Detector) -> (i32, String) {
    let (kind, id) = match detector {
        Detector::Rule(id) => (pb::Detector::Rule, id),
        Detector::Dictionary(id) => (pb::Detector::Dictionary, id),
        Detector::Model(id) => (pb::Detector::Model, id),
    };
    (kind.into(), id.to_owned())
}

fn entity(entity: &Entity, id: String, spans: &Spans<'_>) -> pb::Entity {
    let Entity { canonical_name, mentions, value } = entity;
    pb::Entity {
        id,
        r#type: match value.entity_type() {
            EntityType::Person => pb::EntityType::Person,
            EntityType::Organization => pb::EntityType::Organization,
            EntityType::Place => pb::EntityType::Place,
            EntityType::Zone => pb::EntityType::Zone,
            EntityType::Time => pb::EntityType::Time,
            EntityType::Quantity => pb::EntityType::Quantity,
            EntityType::DocumentReference => pb::EntityType::DocumentReference,
            EntityType::Post => pb::EntityType::Post,
        }
        .into(),
        canonical_name: canonical_name.clone(),
        mentions: mentions.iter().map(|it| mention(it, spans)).collect(),
        confidence: mentions.iter().map(|it| it.confidence).fold(0.0, f64::max),
        value: Some(entity_value(value, canonical_name)),
    }
}

fn mention(mention: &Mention, spans: &Spans<'_>) -> pb::Mention {
    let Mention { span, kind, detector: found_by, confidence } = mention;
    let (detector, detector_id) = detector(*found_by);
    pb::Mention {
        span: spans.encode(*span),
        kind: match kind {
            MentionKind::Name => pb::MentionKind::Name,
            MentionKind::Abbreviation => pb::MentionKind::Abbreviation,
            MentionKind::Pronoun => pb::MentionKind::Pronoun,
            MentionKind::Nested => pb::MentionKind::Nested,
        }
        .into(),
        detector,
        detector_id,
        confidence: *confidence,
    }
}

fn entity_value(value: &Value, name: &str) -> pb::entity::Value {
    use pb::entity::Value as Out;
    match value {
        Value::Person { posts } => Out::Person(pb::PersonValue {
            name: name.to_owned(),
            posts: posts.iter().map(held_post).collect(),
        }),
        Value::Organization { full_name } => {
            Out::Organization(pb::OrganizationValue { full_name: full_name.clone() })
        }
        Value::Place { kind, divisions } => Out::Place(pb::PlaceValue {
            kind: match kind {
                PlaceKind::Division => pb::PlaceKind::Division,
                PlaceKind::Composite => pb::PlaceKind::Composite,
                PlaceKind::Natural => pb::PlaceKind::Natural,
                PlaceKind::Foreign => pb::PlaceKind::Foreign,
            }
            .into(),
            divisions: divisions.iter().map(division).collect(),
        }),
        Value::Zone { full_name, kind, division: lies_in } => Out::Zone(pb::ZoneValue {
            full_name: full_name.clone(),
            kind: kind.clone(),
            division: lies_in.as_ref().map(division),
        }),
        Value::Time(value) => Out::Time(time(value)),
        Value::Quantity(value) => Out::Quantity(quantity(value)),
        Value::DocumentReference { title, number, issuer } => {
            Out::DocumentReference(pb::DocumentReferenceValue {
                title: title.clone(),
                document_number: number.clone(),
                issuer: issuer.clone(),
            })
        }
        Value::Post { title, organization } => {
            Out::Post(pb::PostValue { title: title.clone(), organization: organization.clone() })
        }
    }
}

fn held_post(held: &HeldPost) -> pb::HeldPost {
    let HeldPost { post, title, organization, former } = held;
    pb::HeldPost {
        post: post.clone(),
        title: title.clone(),
        organization: organization.clone(),
        former: *former,
    }
}

fn division(division: &Division) -> pb::Division {
    let Division { code, path } = division;
    pb::Division { code: code.clone(), path: path.clone() }
}

fn time(value: &TimeValue) -> pb::TimeValue {
    let TimeValue { timex, kind, start, end, anchor, modifier } = value;
    pb::TimeValue {
        timex: timex.clone(),
        kind: match kind {
            TimeKind::Date => pb::TimeKind::Date,
            TimeKind::Time => pb::TimeKind::Time,
            TimeKind::Duration => pb::TimeKind::Duration,
            TimeKind::Set => pb::TimeKind::Set,
        }
        .into(),
        start: start.clone(),
        end: end.clone(),
        anchor: match anchor {
            TimeAnchor::Open => pb::TimeAnchor::Unspecified,
            TimeAnchor::Explicit => pb::TimeAnchor::Explicit,
            TimeAnchor::ReferenceTime => pb::TimeAnchor::ReferenceTime,
            TimeAnchor::PublishTime => pb::TimeAnchor::PublishTime,
            TimeAnchor::Context => pb::TimeAnchor::Context,
        }
        .into(),
        modifier: (*modifier).to_owned(),
    }
}

fn quantity(value: &QuantityValue) -> pb::QuantityValue {
    let QuantityValue { kind, comparator, amount, upper_amount, unit, object, change, change_base } = value;
    pb::QuantityValue {
        kind: match kind {
            QuantityKind::Count => pb::QuantityKind::Count,
            QuantityKind::Money => pb::QuantityKind::Money,
            QuantityKind::Percentage => pb::QuantityKind::Percentage,
            QuantityKind::Measure => pb::QuantityKind::Measure,
            QuantityKind::Ordinal => pb::QuantityKind::Ordinal,
            QuantityKind::Multiple => pb::QuantityKind::Multiple,
            QuantityKind::Fraction => pb::QuantityKind::Fraction,
            QuantityKind::Duration => pb::QuantityKind::Duration,
        }
        .into(),
        comparator: match comparator {
            Comparator::Exactly => pb::Comparator::Exactly,
            Comparator::About => pb::Comparator::About,
            Comparator::AtLeast => pb::Comparator::AtLeast,
            Comparator::AtMost => pb::Comparator::AtMost,
            Comparator::MoreThan => pb::Comparator::MoreThan,
            Comparator::LessThan => pb::Comparator::LessThan,
        }
        .into(),
        amount: amount.clone(),
        upper_amount: upper_amount.clone(),
        unit: unit.clone(),
        object: object.clone(),
        change: match change {
            None => pb::ChangeDirection::Unspecified,
            Some(ChangeDirection::Up) => pb::ChangeDirection::Up,
            Some(ChangeDirection::Down) => pb::ChangeDirection::Down,
        }
        .into(),
        change_base: change_base.clone(),
    }
}

fn relation(relation: &Relation, ids: Ids, spans: &Spans<'_>) -> pb::Relation {
    let Relation { kind, subject, object, qualifier, evidence, detector: found_by, confidence } = relation;
    let (detector, detector_id) = detector(*found_by);
    pb::Relation {
        r#type: match kind {
            RelationType::HoldsPost => pb::RelationType::HoldsPost,
            RelationType::PostOf => pb::RelationType::PostOf,
            RelationType::LocatedIn => pb::RelationType::LocatedIn,
            RelationType::Issued => pb::RelationType::Issued,
            RelationType::DueBy => pb::RelationType::DueBy,
            RelationType::Targets => pb::RelationType::Targets,
        }
        .into(),
        subject_id: ids.of(*subject),
        object_id: ids.of(*object),
        qualifier: qualifier.clone(),
        evidence: spans.encode(*evidence),
        detector,
        detector_id,
        confidence: *confidence,
    }
}

fn speech(speech: &Speech, ids: Ids, spans: &Spans<'_>) -> pb::Speech {
    let Speech { speaker, speaker_entity, cue, content, direct, rule, confidence } = speech;
    pb::Speech {
        speaker: speaker.and_then(|span| spans.encode(span)),
        speaker_id: ids.maybe(*speaker_entity),
        cue: spans.encode(*cue),
        content: spans.encode(*content),
        direct: *direct,
        detector_id: (*rule).to_owned(),
        confidence: *confidence,
    }
}

fn directive(directive: &Directive, ids: Ids, spans: &Spans<'_>) -> pb::Directive {
    let Directive {
        span,
        modality,
        modal,
        action,
        object,
        speaker,
        addressee,
        deadline,
        targets,
        rule,
        confidence,
    } = directive;
    let words = |span: &Option<_>| span.map_or_else(String::new, |span| spans.text(span).to_owned());
    pb::Directive {
        span: spans.encode(*span),
        modality: match modality {
            Modality::Unmarked => pb::Modality::Unspecified,
            Modality::Obligation => pb::Modality::Obligation,
            Modality::Prohibition => pb::Modality::Prohibition,
            Modality::Encouragement => pb::Modality::Encouragement,
            Modality::Permission => pb::Modality::Permission,
            Modality::Goal => pb::Modality::Goal,
            Modality::Plan => pb::Modality::Plan,
        }
        .into(),
        modal: modal.and_then(|span| spans.encode(span)),
        action: words(action),
        object: words(object),
        speaker_id: ids.maybe(*speaker),
        addressee: addressee.and_then(|span| spans.encode(span)),
        deadline_id: ids.maybe(*deadline),
        target_ids: targets.iter().map(|&target| ids.of(target)).collect(),
        detector_id: (*rule).to_owned(),
        confidence: *confidence,
    }
}

fn assignment(assignment: &FunctionAssignment, ids: Ids, spans: &Spans<'_>) -> pb::FunctionAssignment {
    let FunctionAssignment { function, zone, zone_name, zone_entity, evidence, speaker, confidence } =
        assignment;
    pb::FunctionAssignment {
        function: spans.encode(*function),
        zone: spans.encode(*zone),
        zone_name: zone_name.clone(),
        zone_id: ids.maybe(*zone_entity),
        evidence: spans.encode(*evidence),
        speaker_id: ids.maybe(*speaker),
        confidence: *confidence,
    }
}

fn keyphrase(phrase: &Keyphrase, spans: &Spans<'_>) -> pb::Keyphrase {
    let Keyphrase { text, score, spans: places } = phrase;
    pb::Keyphrase { text: text.clone(), score: *score, spans: spans.encode_all(places) }
}

fn key_sentence(sentence: &KeySentence, spans: &Spans<'_>) -> pb::KeySentence {
    let KeySentence { span, score, components } = sentence;
    pb::KeySentence {
        span: spans.encode(*span),
        score: *score,
        components: components.iter().map(|&(name, share)| (name.to_owned(), share)).collect(),
    }
}
