//! Facts: one section per kind of thing, in the order in which a reader asks for them.

use crate::wire::pb;
use crate::wire::pb::entity::Value;

use super::INDENT;
use super::Settings;
use super::flow;
use super::grouped;
use super::heading;
use super::layout::Cell;
use super::layout::Table;
use super::layout::line;
use super::style;
use super::times;

/// Lines shown of what somebody said.
const SPEECH_LINES: usize = 4;

/// Writes the facts.
pub(super) fn write(extraction: &pb::Extraction, settings: Settings, out: &mut String) {
    let total = settings.width;
    let of = |kind: pb::EntityType| extraction.entities.iter().filter(move |entity| entity.r#type() == kind);
    section("人物", "People", of(pb::EntityType::Person), person, total, out);
    inline("机构", "Organisations", of(pb::EntityType::Organization).map(organization), total, out);
    section("地点", "Places", of(pb::EntityType::Place), place, total, out);
    section("园区", "Zones and projects", of(pb::EntityType::Zone), zone, total, out);
    section("时间", "Dates", of(pb::EntityType::Time), time, total, out);
    section("数量", "Quantities", of(pb::EntityType::Quantity), quantity, total, out);
    section("文件", "Documents", of(pb::EntityType::DocumentReference), document, total, out);
    inline("职务", "Posts", of(pb::EntityType::Post).map(named), total, out);
    speeches(extraction, total, out);
    directives(extraction, total, out);
    assignments(extraction, total, out);
    inline(
        "关键词",
        "Keyphrases",
        extraction.keyphrases.iter().map(|phrase| phrase.text.clone()),
        total,
        out,
    );
    key_sentences(extraction, total, out);
}

/// A table with a row per entity; nothing at all without entities.
fn section<'a>(
    chinese: &str,
    english: &str,
    entities: impl Iterator<Item = &'a pb::Entity>,
    row: impl Fn(&pb::Entity) -> Vec<Cell>,
    total: usize,
    out: &mut String,
) {
    let mut table = Table::new(INDENT);
    entities.for_each(|entity| table.row(row(entity)));
    if !table.is_empty() {
        heading(chinese, english, out);
        out.push_str(&table.render(total));
    }
}

/// Names in running lines, for what has no more to it than its name.
fn inline(chinese: &str, english: &str, names: impl Iterator<Item = String>, total: usize, out: &mut String) {
    let names: Vec<String> = names.map(|name| line(&name)).collect();
    if !names.is_empty() {
        heading(chinese, english, out);
        flow(&names.join(" · "), INDENT, total, style::PLAIN, out);
    }
}

fn strong(text: &str) -> Cell {
    Cell::new(text, style::STRONG)
}

fn plain(text: &str) -> Cell {
    Cell::new(text, style::PLAIN)
}

fn value(text: &str) -> Cell {
    Cell::new(text, style::VALUE)
}

fn dim(text: &str) -> Cell {
    Cell::new(text, style::DIM)
}

/// The name with the number of mentions.
fn named(entity: &pb::Entity) -> String {
    format!("{} {}", entity.canonical_name, times(entity.mentions.len())).trim_end().to_owned()
}

fn person(entity: &pb::Entity) -> Vec<Cell> {
    let posts = match &entity.value {
        Some(Value::Person(person)) => person.posts.iter().map(post).collect::<Vec<_>>().join("、"),
        _ => String::new(),
    };
    vec![strong(&entity.canonical_name), dim(&times(entity.mentions.len())), plain(&posts)]
}

fn post(held: &pb::HeldPost) -> String {
    let name = if held.post.is_empty() { &held.title } else { &held.post };
    if held.former { format!("{name}（former）") } else { name.clone() }
}

fn organization(entity: &pb::Entity) -> String {
    match &entity.value {
        Some(Value::Organization(organization))
            if !organization.full_name.is_empty() && organization.full_name != entity.canonical_name =>
        {
            format!("{}（{}）", named(entity), organization.full_name)
        }
        _ => named(entity),
    }
}

fn place(entity: &pb::Entity) -> Vec<Cell> {
    let (code, where_) = match &entity.value {
        Some(Value::Place(place)) => match (place.kind(), place.divisions.as_slice()) {
            (_, [division]) => (division.code.clone(), path(division)),
            (pb::PlaceKind::Natural, []) => (String::new(), "natural region".to_owned()),
            (pb::PlaceKind::Foreign, []) => (String::new(), "abroad".to_owned()),
            (_, divisions) => {
                let parts = divisions.iter().map(|division| {
                    format!("{} {}", division.path.last().map_or("", String::as_str), division.code)
                });
                (String::new(), parts.collect::<Vec<_>>().join(" + "))
            }
        },
        _ => (String::new(), String::new()),
    };
    vec![strong(&entity.canonical_name), dim(&times(entity.mentions.len())), value(&code), plain(&where_)]
}

fn path(division: &pb::Division) -> String {
    division.path.join(" › ")
}

fn zone(entity: &pb::Entity) -> Vec<Cell> {
    let (full, place) = match &entity.value {
        Some(Value::Zone(zone)) => {
            let full = Some(&zone.full_name).filter(|full| **full != entity.canonical_name);
            (full.cloned().unwrap_or_default(), zone.division.as_ref().map(path).unwrap_or_default())
        }
        _ => (String::new(), String::new()),
    };
    let mut note = vec![full, place];
    note.retain(|part| !part.is_empty());
    vec![strong(&entity.canonical_name), dim(&times(entity.mentions.len())), plain(&note.join(" · "))]
}

/// The expression as it stands in the text.
fn surface(entity: &pb::Entity) -> &str {
    let first = entity.mentions.first().and_then(|mention| mention.span.as_ref());
    first.map_or(entity.canonical_name.as_str(), |span| span.text.as_str())
}

fn time(entity: &pb::Entity) -> Vec<Cell> {
    let (timex, meaning) = match &entity.value {
        Some(Value::Time(time)) => (time.timex.as_str(), interval(time)),
        _ => ("", String::new()),
    };
    vec![strong(surface(entity)), dim(&times(entity.mentions.len())), value(timex), plain(&meaning)]
}

fn interval(time: &pb::TimeValue) -> String {
    let days = match (time.start.as_str(), time.end.as_str()) {
        ("", "") => String::new(),
        (start, end) if start == end || end.is_empty() => start.to_owned(),
        ("", end) => format!("until {end}"),
        (start, end) => {
            // Of an interval within one day the day is said once.
            let same_day = start.split_once('T').zip(end.split_once('T')).filter(|(a, b)| a.0 == b.0);
            format!("{start} – {}", same_day.map_or(end, |(_, (_, time))| time))
        }
    }
    .replace('T', " ");
    let from = match time.anchor() {
        pb::TimeAnchor::Unspecified | pb::TimeAnchor::Explicit => "",
        pb::TimeAnchor::ReferenceTime => "(by the reference time)",
        pb::TimeAnchor::PublishTime => "(by the publish time)",
        pb::TimeAnchor::Context => "(by the text)",
    };
    let mut parts = vec![time.modifier.to_lowercase(), days, from.to_owned()];
    parts.retain(|part| !part.is_empty());
    parts.join(" ")
}

fn quantity(entity: &pb::Entity) -> Vec<Cell> {
    let meaning = match &entity.value {
        Some(Value::Quantity(quantity)) => amount(quantity),
        _ => String::new(),
    };
    vec![strong(surface(entity)), dim(&times(entity.mentions.len())), plain(&meaning)]
}

fn amount(quantity: &pb::QuantityValue) -> String {
    let comparator = match quantity.comparator() {
        pb::Comparator::Unspecified | pb::Comparator::Exactly => "",
        pb::Comparator::About => "≈",
        pb::Comparator::AtLeast => "≥",
        pb::Comparator::AtMost => "≤",
        pb::Comparator::MoreThan => ">",
        pb::Comparator::LessThan => "<",
    };
    let change = match quantity.change() {
        pb::ChangeDirection::Unspecified => "",
        pb::ChangeDirection::Up => "↑",
        pb::ChangeDirection::Down => "↓",
    };
    let mut number = grouped(&quantity.amount);
    if !quantity.upper_amount.is_empty() {
        number = format!("{number}–{}", grouped(&quantity.upper_amount));
    }
    let parts = [&quantity.change_base, change, comparator, &number, &quantity.unit, &quantity.object];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

fn document(entity: &pb::Entity) -> Vec<Cell> {
    let (name, number, issuer) = match &entity.value {
        Some(Value::DocumentReference(found)) if !found.title.is_empty() => {
            (format!("《{}》", found.title), found.document_number.as_str(), found.issuer.as_str())
        }
        Some(Value::DocumentReference(found)) => {
            let repeated = found.document_number == entity.canonical_name;
            let number = if repeated { "" } else { found.document_number.as_str() };
            (entity.canonical_name.clone(), number, found.issuer.as_str())
        }
        _ => (entity.canonical_name.clone(), "", ""),
    };
    // Titles are long: they take the last column, which wraps.
    let note = [number, issuer].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
    let text = if note.is_empty() { name } else { format!("{name}  {note}") };
    vec![plain(format!("{text} {}", times(entity.mentions.len())).trim_end())]
}

/// The name of the entity with this id; empty where there is none.
fn name<'a>(extraction: &'a pb::Extraction, id: &str) -> &'a str {
    let found = extraction.entities.iter().find(|entity| !id.is_empty() && entity.id == id);
    found.map_or("", |entity| entity.canonical_name.as_str())
}

fn text(span: Option<&pb::Span>) -> &str {
    span.map_or("", |span| span.text.as_str())
}

fn speeches(extraction: &pb::Extraction, total: usize, out: &mut String) {
    let mut table = Table::new(INDENT).at_most(SPEECH_LINES);
    for speech in &extraction.speeches {
        let resolved = name(extraction, &speech.speaker_id);
        let speaker = if resolved.is_empty() { text(speech.speaker.as_ref()) } else { resolved };
        let content = text(speech.content.as_ref());
        let content = if speech.direct { format!("“{content}”") } else { content.to_owned() };
        let cue = Cell::new(text(speech.cue.as_ref()), style::VERB);
        table.row(vec![strong(speaker), cue, plain(&content)]);
    }
    if !table.is_empty() {
        heading("言论", "Speech", out);
        out.push_str(&table.render(total));
    }
}

fn directives(extraction: &pb::Extraction, total: usize, out: &mut String) {
    let mut table = Table::new(INDENT).at_most(2);
    for directive in &extraction.directives {
        let modality = match directive.modality() {
            pb::Modality::Unspecified => "",
            pb::Modality::Obligation => "must",
            pb::Modality::Prohibition => "must not",
            pb::Modality::Encouragement => "encourage",
            pb::Modality::Permission => "may",
            pb::Modality::Goal => "goal",
            pb::Modality::Plan => "plan",
        };
        let modality = Cell::new(modality, style::VERB);
        table.row(vec![
            modality,
            strong(text(directive.addressee.as_ref())),
            plain(text(directive.span.as_ref())),
        ]);
    }
    if !table.is_empty() {
        heading("要求", "Directives", out);
        out.push_str(&table.render(total));
    }
}

fn assignments(extraction: &pb::Extraction, total: usize, out: &mut String) {
    let mut table = Table::new(INDENT);
    for assignment in &extraction.function_assignments {
        let written = text(assignment.zone.as_ref());
        let zone = if assignment.zone_name.is_empty() { written } else { assignment.zone_name.as_str() };
        table.row(vec![plain(text(assignment.function.as_ref())), dim("→"), strong(zone)]);
    }
    if !table.is_empty() {
        heading("功能布局", "Functions assigned", out);
        out.push_str(&table.render(total));
    }
}

fn key_sentences(extraction: &pb::Extraction, total: usize, out: &mut String) {
    let mut table = Table::new(INDENT);
    for (number, sentence) in (1..).zip(&extraction.key_sentences) {
        let number = Cell::new(&format!("{number}."), style::DIM);
        table.row(vec![number, plain(text(sentence.span.as_ref()))]);
    }
    if !table.is_empty() {
        heading("要点", "Key sentences", out);
        out.push_str(&table.render(total));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_as_they_mean() {
        let money = pb::QuantityValue {
            comparator: pb::Comparator::MoreThan.into(),
            amount: "1200000000000".to_owned(),
            unit: "CNY".to_owned(),
            ..Default::default()
        };
        assert_eq!(amount(&money), "> 1,200,000,000,000 CNY");
        let change = pb::QuantityValue {
            amount: "5.3".to_owned(),
            unit: "%".to_owned(),
            change: pb::ChangeDirection::Up.into(),
            change_base: "同比".to_owned(),
            ..Default::default()
        };
        assert_eq!(amount(&change), "同比 ↑ 5.3 %");
        let range = pb::QuantityValue {
            amount: "3".to_owned(),
            upper_amount: "5".to_owned(),
            unit: "家".to_owned(),
            object: "企业".to_owned(),
            ..Default::default()
        };
        assert_eq!(amount(&range), "3–5 家 企业");
    }

    #[test]
    fn intervals_say_what_completed_them() {
        let time = |start: &str, end: &str, anchor: pb::TimeAnchor| pb::TimeValue {
            start: start.to_owned(),
            end: end.to_owned(),
            anchor: anchor.into(),
            ..Default::default()
        };
        assert_eq!(interval(&time("", "", pb::TimeAnchor::Unspecified)), "");
        assert_eq!(interval(&time("2025-10-26", "2025-10-26", pb::TimeAnchor::Explicit)), "2025-10-26");
        assert_eq!(
            interval(&time("2025-10-26T06:00", "2025-10-26T12:00", pb::TimeAnchor::Explicit)),
            "2025-10-26 06:00 – 12:00"
        );
        assert_eq!(
            interval(&time("2025-05-01", "2025-05-31", pb::TimeAnchor::ReferenceTime)),
            "2025-05-01 – 2025-05-31 (by the reference time)"
        );
    }
}
