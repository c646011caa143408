//! The tagger judges what the rules found, and finds what they missed.
//!
//! The rules' findings of people, posts, bodies and places go into the tagger as evidence. What it marks is what counts:
//! a finding of the rules with the same ends keeps its value and its detector, everything else that is marked is the
//! tagger's own. A finding that is not marked stays only where the tagger holds it possible and nothing else stands in
//! its way. Either way the confidence is the probability of exactly this span with this type.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Detector;
use super::EntityType;
use super::PlaceKind;
use super::Value;
use super::correction;
use super::finding::Finding;
use super::gazetteer::Gazetteer;
use super::organization;
use super::person;
use super::person::Name;
use super::post;
use super::scan::Scan;
use super::tagger::Scratch;
use super::tagger::Tagged;
use super::tagger::Tagger;
use super::tagger::units;

/// How the tagger is called where it is the detector, and as the rule of a name.
pub(crate) const TAGGER: &str = "tagger";

/// The probability from which a finding of the rules stays that the tagger does not mark. The rules are seldom wrong
/// about a name, and hardly ever about a title with a name beside it; what they know of places holds in texts unlike
/// those that the tagger has learned from.
fn possible(kind: EntityType) -> f64 {
    match kind {
        EntityType::Post | EntityType::Place => 0.0,
        EntityType::Person => 0.05,
        EntityType::Organization
        | EntityType::Zone
        | EntityType::Time
        | EntityType::Quantity
        | EntityType::DocumentReference => 0.02,
    }
}

/// What the tagger holds of a span.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Judged {
    /// First character.
    pub(crate) start: usize,
    /// First character no longer covered.
    pub(crate) end: usize,
    /// What it is.
    pub(crate) kind: EntityType,
    /// How probable exactly this is.
    pub(crate) probability: f64,
}

/// Judgements in order, one at a character at most.
#[derive(Clone, Debug, Default)]
pub(crate) struct Judgement(Vec<Judged>);

impl Judgement {
    /// The judgement of a span, if it was marked or let stand.
    pub(crate) fn of(&self, kind: EntityType, (start, end): (usize, usize)) -> Option<Judged> {
        let at = self.0.partition_point(|judged| judged.start < start);
        let found = self.0.get(at..).unwrap_or_default().iter();
        found
            .take_while(|judged| judged.start == start)
            .find(|judged| judged.end == end && judged.kind == kind)
            .copied()
    }

    /// Those of a type.
    pub(crate) fn of_type(&self, kind: EntityType) -> impl Iterator<Item = Judged> {
        self.0.iter().copied().filter(move |judged| judged.kind == kind)
    }

    /// Those that share a character with a range.
    fn overlapping(&self, start: usize, end: usize) -> impl Iterator<Item = Judged> {
        let from = self.0.partition_point(|judged| judged.end <= start);
        self.0.get(from..).unwrap_or_default().iter().copied().take_while(move |judged| judged.start < end)
    }
}

/// The type that a tagger's type stands for.
fn entity_type(name: &str) -> Option<EntityType> {
    match name {
        "PER" => Some(EntityType::Person),
        "POST" => Some(EntityType::Post),
        "ORG" => Some(EntityType::Organization),
        "LOC" => Some(EntityType::Place),
        _ => None,
    }
}

/// Has the tagger judge a scan: names, titles, bodies and places are what it makes of them.
pub(crate) fn judge(scan: &mut Scan<'_>, gazetteer: &Gazetteer, tagger: &Tagger) -> Judgement {
    let judgement = Judgement(mark(scan, gazetteer, tagger));
    let names = names(scan, &judgement);
    let bodies = bodies(scan, gazetteer, &judgement);
    let places = places(scan, gazetteer, &judgement);
    let titles: Vec<(usize, usize)> =
        judgement.of_type(EntityType::Post).map(|judged| (judged.start, judged.end)).collect();
    scan.posts = post::link(&scan.text, &titles, &names, &places, &bodies);
    scan.names = names;
    scan.bodies = bodies;
    scan.places = places;
    judgement
}

/// What is marked, and what of the rules' findings may stand beside it.
fn mark(scan: &Scan<'_>, gazetteer: &Gazetteer, tagger: &Tagger) -> Vec<Judged> {
    let kinds: Vec<Option<EntityType>> = tagger.types().iter().map(|name| entity_type(name)).collect();
    let hints = scan.hints();
    let mut candidates: Vec<(usize, usize, EntityType)> = Vec::new();
    candidates.extend(scan.names.iter().map(|name| (name.start, name.end, EntityType::Person)));
    candidates.extend(scan.bodies.iter().map(|body| (body.start, body.end, EntityType::Organization)));
    candidates.extend(scan.places.iter().map(|place| (place.start, place.end, EntityType::Place)));
    let held = scan.posts.titles.iter().filter(|title| title.start < title.end);
    candidates.extend(held.map(|title| (title.start, title.end, EntityType::Post)));
    candidates.sort_unstable();
    let mut scratch = Scratch::default();
    let mut found: Vec<Judged> = Vec::new();
    for (start, end) in units(&scan.text) {
        let marked = tagger.tag(&scan.text, gazetteer, &hints, (start, end), &mut scratch);
        let judged = |tagged: &Tagged| {
            let kind = kinds.get(tagged.kind).copied().flatten()?;
            let Tagged { start, end, probability, .. } = *tagged;
            Some(Judged { start, end, kind, probability })
        };
        let here = found.len();
        found.extend(marked.iter().filter_map(judged));
        let from = candidates.partition_point(|candidate| candidate.0 < start);
        for &(first, last, kind) in candidates.get(from..).unwrap_or_default() {
            if first >= end {
                break;
            }
            let taken = marked.iter().any(|tagged| tagged.start < last && first < tagged.end);
            let Some(number) = kinds.iter().position(|known| *known == Some(kind)) else { continue };
            if taken || last > end {
                continue;
            }
            let probability = tagger.probability((first - start, last - start), number, &mut scratch);
            if probability >= possible(kind) {
                found.push(Judged { start: first, end: last, kind, probability });
            }
        }
        if let Some(unit) = found.get_mut(here..) {
            unit.sort_by(|one, other| {
                one.start.cmp(&other.start).then(one.probability.total_cmp(&other.probability).reverse())
            });
        }
        let mut covered = start;
        let mut kept = here;
        for at in here..found.len() {
            let Some(&judged) = found.get(at) else { break };
            if judged.start >= covered {
                covered = judged.end;
                if let Some(slot) = found.get_mut(kept) {
                    *slot = judged;
                }
                kept += 1;
            }
        }
        found.truncate(kept);
    }
    let listed: BTreeSet<(usize, usize)> =
        scan.places.iter().chain(&scan.zones).map(|finding| (finding.start, finding.end)).collect();
    let named: BTreeSet<(usize, usize)> = scan.names.iter().map(|name| (name.start, name.end)).collect();
    found.retain(|judged| {
        let range = (judged.start, judged.end);
        // 宋庄 has the form of a name, but the tables know better.
        let place = listed.contains(&range) && !named.contains(&range);
        let person =
            judged.kind != EntityType::Person || !place && !person::is_doctrine(&scan.text, judged.end);
        // 澄海 of 澄海康明药业, which the tables know and the rules have left out.
        let firm = judged.kind == EntityType::Place
            && !place
            && super::place::is_of_a_firm(&scan.text, gazetteer, range);
        person && !firm
    });
    correction::correct(scan, gazetteer, &mut found);
    found
}

/// Names as judged; those that a rule found too keep the rule.
fn names(scan: &Scan<'_>, judgement: &Judgement) -> Vec<Name> {
    let rules: BTreeMap<(usize, usize), &'static str> =
        scan.names.iter().map(|name| ((name.start, name.end), name.rule)).collect();
    judgement
        .of_type(EntityType::Person)
        .map(|Judged { start, end, .. }| {
            let own = if end - start == 1 { "surname_before_post" } else { TAGGER };
            Name { start, end, rule: rules.get(&(start, end)).copied().unwrap_or(own) }
        })
        .collect()
}

/// Bodies as judged.
fn bodies(scan: &Scan<'_>, gazetteer: &Gazetteer, judgement: &Judgement) -> Vec<Finding> {
    let known: BTreeMap<(usize, usize), &Finding> =
        scan.bodies.iter().map(|finding| ((finding.start, finding.end), finding)).collect();
    judgement
        .of_type(EntityType::Organization)
        .map(|judged| {
            let range = (judged.start, judged.end);
            match known.get(&range) {
                Some(&finding) => Finding { confidence: rounded(judged.probability), ..finding.clone() },
                None => organization::marked(&scan.text, gazetteer, range, rounded(judged.probability)),
            }
        })
        .collect()
}

/// Places as judged: what the tables know of a place is kept, cut to what is marked.
fn places(scan: &Scan<'_>, gazetteer: &Gazetteer, judgement: &Judgement) -> Vec<Finding> {
    let mut kept: Vec<Finding> = Vec::new();
    for place in &scan.places {
        let mut inside = false;
        let mut place = place.clone();
        for judged in judgement.overlapping(place.start, place.end) {
            if judged.kind == EntityType::Place {
                // 辽宁省|长: the level belongs to the post, of which 辽宁 is the place.
                let start = place.start.max(judged.start);
                let end = place.end.min(judged.end);
                if (start, end) != (place.start, place.end) {
                    place.span = scan.text.span(start, end);
                    (place.start, place.end) = (start, end);
                }
                place.confidence = rounded(judged.probability);
                inside = true;
                break;
            }
            if judged.start <= place.start && place.end <= judged.end {
                inside = true;
            }
        }
        let in_zone = scan.zones.iter().any(|zone| zone.start <= place.start && place.end <= zone.end);
        if inside || in_zone {
            kept.push(place);
        }
    }
    // What is marked beyond what the tables know.
    for judged in judgement.of_type(EntityType::Place) {
        let from = kept.partition_point(|place| place.end <= judged.start);
        let inner: Vec<(usize, usize)> = kept
            .get(from..)
            .unwrap_or_default()
            .iter()
            .take_while(|place| place.start < judged.end)
            .map(|place| (place.start, place.end))
            .collect();
        // Places at the beginning are levels of their own; the rest is one more.
        let mut start = judged.start;
        for &(first, last) in &inner {
            if first == start {
                start = last;
            }
        }
        if start >= judged.end {
            continue;
        }
        let whole = (start, judged.end);
        kept.retain(|place| place.end <= whole.0 || place.start >= whole.1);
        let at = kept.partition_point(|place| place.start < whole.0);
        kept.insert(at, unlisted(scan, gazetteer, whole, judged.probability));
    }
    kept
}

/// A place that only the tagger knows.
fn unlisted(
    scan: &Scan<'_>,
    gazetteer: &Gazetteer,
    (start, end): (usize, usize),
    probability: f64,
) -> Finding {
    let _ = gazetteer;
    let divisional = matches!(
        scan.text.before(end),
        '省' | '市' | '县' | '区' | '州' | '旗' | '盟' | '镇' | '乡' | '村' | '屯' | '道'
    );
    let kind = if divisional { PlaceKind::Division } else { PlaceKind::Natural };
    Finding::new(
        scan.text.span(start, end),
        (start, end),
        scan.text.text(start, end),
        Value::Place { kind, divisions: Vec::new() },
        Detector::Model(TAGGER),
        rounded(probability),
    )
}

/// Three digits of a probability, more are noise; what was learned is never certain.
pub(crate) fn rounded(probability: f64) -> f64 {
    (libm::round(probability * 1e3) / 1e3).min(0.999)
}
