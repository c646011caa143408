//! Findings compete for the text; what is left becomes entities.

use std::collections::BTreeMap;

use super::Detector;
use super::Entity;
use super::EntityIndex;
use super::EntityType;
use super::ExtractOptions;
use super::Extraction;
use super::HeldPost;
use super::Mention;
use super::MentionKind;
use super::Value;
use super::characters::Characters;
use super::characters::Mask;
use super::finding::Finding;
use super::judge::Judgement;
use super::judge::TAGGER;
use super::judge::rounded;
use super::person::Name;
use super::post::Posts;
use super::relation::Holds;
use super::speech::Pronoun;

/// What the layers found.
#[derive(Debug)]
pub(crate) struct Layers {
    /// Documents.
    pub(crate) documents: Vec<Finding>,
    /// Times.
    pub(crate) times: Vec<Finding>,
    /// Quantities.
    pub(crate) quantities: Vec<Finding>,
    /// Places.
    pub(crate) places: Vec<Finding>,
    /// Bodies.
    pub(crate) bodies: Vec<Finding>,
    /// Zones.
    pub(crate) zones: Vec<Finding>,
    /// Names of people.
    pub(crate) names: Vec<Name>,
    /// Titles and who holds them.
    pub(crate) posts: Posts,
    /// The full post of each title.
    pub(crate) held: Vec<HeldPost>,
    /// What the tagger holds of them; empty where there is none.
    pub(crate) judgement: Judgement,
}

/// Entities and every mention with its entity, in order of the text.
#[derive(Debug)]
pub(crate) struct Assembly {
    /// By first mention.
    pub(crate) entities: Vec<Entity>,
    /// In order of the text.
    pub(crate) mentions: Vec<(Finding, EntityIndex)>,
    /// Who holds which post.
    pub(crate) holds: Vec<Holds>,
}

/// The key under which mentions are one entity.
fn key(finding: &Finding) -> (EntityType, String) {
    let kind = finding.value.entity_type();
    let name = match &finding.value {
        Value::Place { divisions, .. } => {
            let codes: Vec<&str> = divisions.iter().map(|division| division.code.as_str()).collect();
            format!("{}/{}", finding.canonical, codes.join(","))
        }
        Value::Time(value) => format!("{}/{}/{}", finding.canonical, value.timex, value.start),
        Value::Quantity(value) => format!("{}/{}", finding.canonical, value.object),
        Value::Post { organization, .. } => format!("{}/{organization}", finding.canonical),
        Value::Person { .. }
        | Value::Organization { .. }
        | Value::Zone { .. }
        | Value::DocumentReference { .. } => finding.canonical.clone(),
    };
    (kind, name)
}

/// Lets findings compete and joins what is left.
pub(crate) fn assemble(text: &Characters<'_>, layers: Layers) -> Assembly {
    let Layers { documents, times, quantities, places, bodies, zones, names, posts, held, judgement } =
        layers;
    let mut won = Mask::new(text.len());
    let mut mentions: Vec<Finding> = Vec::new();
    let mut keep = |findings: Vec<Finding>, won: &mut Mask| {
        for finding in findings {
            if !won.overlaps(finding.start, finding.end) {
                won.take(finding.start, finding.end);
                mentions.push(finding);
            }
        }
    };
    keep(documents, &mut won);
    // A post or a person stands on the words around it; a body is only a run of words and gives way.
    let titles = titles(text, &posts, &held, &judgement);
    keep(titles, &mut won);
    let people: Vec<Finding> = people(text, &names, &judgement);
    keep(people, &mut won);
    // Times and quantities inside names of bodies (十四届全国人大) belong to them.
    let mut runs: Vec<Finding> = bodies.into_iter().chain(zones).chain(places).collect();
    let (parts, mut numbers): (Vec<Finding>, Vec<Finding>) =
        times.into_iter().chain(quantities).partition(|finding| finding.kind == MentionKind::Nested);
    numbers.sort_by_key(|finding| finding.start);
    keep(numbers, &mut won);
    runs.sort_by(|one, other| {
        other
            .len()
            .cmp(&one.len())
            .then(rank(one).cmp(&rank(other)))
            .then(one.start.cmp(&other.start))
            .then(one.confidence.total_cmp(&other.confidence).reverse())
    });
    let mut nested = Vec::new();
    for finding in runs {
        if won.overlaps(finding.start, finding.end) {
            nested.push(finding);
        } else {
            won.take(finding.start, finding.end);
            mentions.push(finding);
        }
    }
    mentions.sort_by_key(|finding| finding.start);
    nested.sort_by_key(|finding| finding.start);
    // A place inside the name of a body or zone is mentioned, but not on its own.
    nested.retain(|finding| {
        let at = mentions.partition_point(|mention| mention.end <= finding.start);
        mentions.get(at).is_some_and(|outer| {
            outer.start <= finding.start
                && finding.end <= outer.end
                && outer.len() > finding.len()
                && finding.value.entity_type() == EntityType::Place
                && matches!(outer.value.entity_type(), EntityType::Organization | EntityType::Zone)
        })
    });
    // Numbers in amounts and days in points of time are named only when nothing may be left out.
    mentions.extend(parts);
    mentions.extend(nested.into_iter().map(|finding| finding.referring(MentionKind::Nested)));
    mentions.sort_by(|one, other| one.start.cmp(&other.start).then(other.end.cmp(&one.end)));
    join(mentions, &posts, &held)
}

/// Order of types where findings are equally long.
fn rank(finding: &Finding) -> u8 {
    match finding.value.entity_type() {
        EntityType::DocumentReference => 0,
        EntityType::Time => 1,
        EntityType::Quantity => 2,
        EntityType::Person => 3,
        EntityType::Post => 4,
        EntityType::Zone => 5,
        EntityType::Organization => 6,
        EntityType::Place => 7,
    }
}

/// Titles as findings.
fn titles(text: &Characters<'_>, posts: &Posts, held: &[HeldPost], judgement: &Judgement) -> Vec<Finding> {
    posts
        .titles
        .iter()
        .zip(held)
        .filter(|(title, _)| title.end > title.start)
        .map(|(title, held)| {
            let value = Value::Post { title: held.title.clone(), organization: held.organization.clone() };
            let range = (title.start, title.end);
            let judged = judgement.of(EntityType::Post, range);
            let confidence = judged.map_or(0.9, |judged| rounded(judged.probability));
            let detector =
                if judged.is_some() { Detector::Model(TAGGER) } else { Detector::Rule("post_title") };
            Finding::new(text.span(title.start, title.end), range, &held.title, value, detector, confidence)
        })
        .collect()
}

/// Names as findings; 迪皮波 joins 西莫内塔·迪皮波.
fn people(text: &Characters<'_>, names: &[Name], judgement: &Judgement) -> Vec<Finding> {
    let mut full: BTreeMap<&str, &str> = BTreeMap::new();
    for name in names {
        let written = text.text(name.start, name.end);
        if let Some((_, last)) = written.rsplit_once(['·', '•', '・']) {
            full.entry(last).or_insert(written);
        }
    }
    let mut by_surname: BTreeMap<char, &str> = BTreeMap::new();
    for name in names.iter().filter(|name| name.rule != "surname_before_post") {
        by_surname.entry(text.at(name.start)).or_insert_with(|| text.text(name.start, name.end));
    }
    names
        .iter()
        .map(|name| {
            let written = text.text(name.start, name.end);
            let surname = (name.rule == "surname_before_post")
                .then(|| by_surname.get(&text.at(name.start)).copied())
                .flatten();
            let canonical = surname.or(full.get(written).copied()).unwrap_or(written);
            let value = Value::Person { posts: Vec::new() };
            let range = (name.start, name.end);
            let kind = if canonical == written { MentionKind::Name } else { MentionKind::Abbreviation };
            let confidence =
                if name.rule == "role_before_name" || name.rule == "list_of_names" { 0.75 } else { 0.9 };
            let confidence = judgement
                .of(EntityType::Person, range)
                .map_or(confidence, |judged| rounded(judged.probability));
            let detector =
                if name.rule == TAGGER { Detector::Model(TAGGER) } else { Detector::Rule(name.rule) };
            Finding::new(text.span(name.start, name.end), range, canonical, value, detector, confidence)
                .referring(kind)
        })
        .collect()
}

/// Mentions of the same thing become one entity.
fn join(findings: Vec<Finding>, posts: &Posts, held: &[HeldPost]) -> Assembly {
    let mut numbers: BTreeMap<(EntityType, String), EntityIndex> = BTreeMap::new();
    let mut entities: Vec<Entity> = Vec::new();
    let mut mentions: Vec<(Finding, EntityIndex)> = Vec::with_capacity(findings.len());
    for finding in findings {
        let index = *numbers.entry(key(&finding)).or_insert_with(|| {
            entities.push(Entity {
                canonical_name: finding.canonical.clone(),
                mentions: Vec::new(),
                value: finding.value.clone(),
            });
            entities.len() - 1
        });
        if let Some(entity) = entities.get_mut(index) {
            entity.mentions.push(Mention {
                span: finding.span,
                kind: finding.kind,
                detector: finding.detector,
                confidence: finding.confidence,
            });
        }
        mentions.push((finding, index));
    }
    let at = |start: usize, kind: EntityType| {
        let from = mentions.partition_point(|(finding, _)| finding.start < start);
        mentions
            .get(from)
            .filter(|(finding, _)| finding.start == start && finding.value.entity_type() == kind)
            .map(|(_, entity)| *entity)
    };
    let mut holds = Vec::new();
    let mut held_by: BTreeMap<EntityIndex, Vec<(usize, HeldPost)>> = BTreeMap::new();
    // Full posts first: 总书记 in the headline is what the text below says in full.
    let bare =
        |holding: &&super::post::Holding| held.get(holding.title).is_some_and(|held| held.post == held.title);
    let ordered =
        posts.holdings.iter().filter(|holding| !bare(holding)).chain(posts.holdings.iter().filter(bare));
    for holding in ordered {
        let (Some(title), Some(held)) = (posts.titles.get(holding.title), held.get(holding.title)) else {
            continue;
        };
        let (Some(person), Some(post)) =
            (at(holding.name.0, EntityType::Person), at(title.start, EntityType::Post))
        else {
            continue;
        };
        let body =
            title.holder.filter(|_| title.of_body).and_then(|(start, _)| at(start, EntityType::Organization));
        let mut full = held.clone();
        if let Some(entity) = entities.get(person) {
            let posts = held_by.entry(person).or_default();
            // 总统普京 beside 俄罗斯总统普京 is the same post.
            let known = posts.iter_mut().map(|(_, known)| known).find(|known| {
                known.title == full.title
                    && (known.post.ends_with(&full.post) || full.post.ends_with(&known.post))
                    || full.post == full.title && known.post.ends_with(&full.title)
            });
            if full.post == "主席"
                && known.is_none()
                && holding.rule == "name_before_post"
                && entity.canonical_name.chars().count() <= 3
            {
                // 习近平主席 by itself: the office that takes no country before it.
                full.post = "国家主席".to_owned();
            }
            match known {
                Some(known) if known.post.len() >= full.post.len() => full = known.clone(),
                Some(known) => *known = full.clone(),
                None => posts.push((holding.title, full.clone())),
            }
        }
        let evidence = (title.whole.min(holding.name.0), title.end.max(holding.name.1));
        holds.push(Holds { person, post, body, full: full.post, evidence, rule: holding.rule });
    }
    for (person, mut held) in held_by {
        held.sort_by_key(|&(title, _)| title);
        if let Some(Value::Person { posts }) = entities.get_mut(person).map(|entity| &mut entity.value) {
            posts.extend(held.into_iter().map(|(_, post)| post));
        }
    }
    holds.sort_by_key(|hold: &Holds| hold.evidence);
    Assembly { entities, mentions, holds }
}

impl Assembly {
    /// Adds pronouns to the people they mean.
    pub(crate) fn add_pronouns(&mut self, text: &Characters<'_>, pronouns: &[Pronoun]) {
        for pronoun in pronouns {
            if let Some(entity) = self.entities.get_mut(pronoun.entity) {
                entity.mentions.push(Mention {
                    span: text.span(pronoun.start, pronoun.end),
                    kind: MentionKind::Pronoun,
                    detector: Detector::Rule("pronoun_of_speaker"),
                    confidence: 0.75,
                });
                entity.mentions.sort_by_key(|mention| mention.span);
            }
        }
    }
}

/// Leaves what the caller asked for; whatever refers to an entity that went goes too.
pub(crate) fn select(mut extraction: Extraction, options: &ExtractOptions) -> Extraction {
    let wanted = |kind: EntityType| options.types.is_empty() || options.types.contains(&kind);
    let mut renumbered: Vec<Option<EntityIndex>> = Vec::with_capacity(extraction.entities.len());
    let mut kept = Vec::new();
    for mut entity in extraction.entities {
        entity.mentions.retain(|mention| mention.confidence >= options.min_confidence);
        if entity.mentions.is_empty() || !wanted(entity.value.entity_type()) {
            renumbered.push(None);
        } else {
            renumbered.push(Some(kept.len()));
            kept.push(entity);
        }
    }
    // Losing its first mention may move an entity behind another.
    let mut order: Vec<usize> = (0..kept.len()).collect();
    order.sort_by_key(|&index| {
        kept.get(index)
            .and_then(|entity| entity.mentions.first())
            .map(|mention| (mention.span.start, std::cmp::Reverse(mention.span.end)))
    });
    let mut place = vec![0; kept.len()];
    for (new, &old) in order.iter().enumerate() {
        if let Some(slot) = place.get_mut(old) {
            *slot = new;
        }
    }
    let moved = |index: EntityIndex| {
        renumbered.get(index).copied().flatten().and_then(|index| place.get(index).copied())
    };
    let mut slots: Vec<Option<Entity>> = kept.into_iter().map(Some).collect();
    extraction.entities = order.iter().filter_map(|&old| slots.get_mut(old).and_then(Option::take)).collect();
    if options.omit_relations {
        extraction.relations.clear();
        extraction.speeches.clear();
        extraction.directives.clear();
        extraction.function_assignments.clear();
        return extraction;
    }
    extraction.relations = extraction
        .relations
        .into_iter()
        .filter(|relation| relation.confidence >= options.min_confidence)
        .filter_map(|mut relation| {
            relation.subject = moved(relation.subject)?;
            relation.object = moved(relation.object)?;
            Some(relation)
        })
        .collect();
    extraction.speeches.retain(|speech| speech.confidence >= options.min_confidence);
    for speech in &mut extraction.speeches {
        speech.speaker_entity = speech.speaker_entity.and_then(moved);
    }
    extraction.directives.retain(|directive| directive.confidence >= options.min_confidence);
    for directive in &mut extraction.directives {
        directive.speaker = directive.speaker.and_then(moved);
        directive.deadline = directive.deadline.and_then(moved);
        directive.targets = directive.targets.iter().copied().filter_map(moved).collect();
    }
    extraction.function_assignments.retain(|assignment| assignment.confidence >= options.min_confidence);
    for assignment in &mut extraction.function_assignments {
        assignment.zone_entity = assignment.zone_entity.and_then(moved);
        assignment.speaker = assignment.speaker.and_then(moved);
    }
    extraction
}
