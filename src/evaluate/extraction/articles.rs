//! Annotated articles: `text`, `published`, `spans`, `posts`, `speech`, and with some `times`, `places`, `quantities`.
//!
//! Spans count by type and exact range, adjacent places joined on both sides. A post counts when person and post agree, the
//! annotated one in full (it may end with ours); a speech when speaker, cue and exact content do; a time when first and last
//! day do; an amount when value and unit do.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde_json::Value as Json;

use super::Tally;
use super::case::plain;
use crate::analyze::Analyzer;
use crate::analyze::Options;
use crate::analyze::Unobserved;
use crate::extract::EntityType;
use crate::extract::ExtractOptions;
use crate::extract::Extraction;
use crate::extract::MentionKind;
use crate::extract::Value;
use crate::text::Content;
use crate::text::Document;
use crate::text::Format;

/// Type, first character, end.
pub(super) type Spans = BTreeSet<(String, usize, usize)>;

/// Name of a type in the annotation.
pub(super) fn label(kind: EntityType) -> &'static str {
    match kind {
        EntityType::Person => "PER",
        EntityType::Organization => "ORG",
        EntityType::Place => "LOC",
        EntityType::Zone => "ZONE",
        EntityType::Time => "TIME",
        EntityType::Quantity => "QTY",
        EntityType::DocumentReference => "DOC",
        EntityType::Post => "POST",
    }
}

/// A text with its facts.
pub(super) struct Article {
    pub(super) characters: Vec<char>,
    text: String,
    pub(super) extraction: Extraction,
}

impl Article {
    /// Reads a plain text that appeared on a day.
    pub(super) fn read(analyzer: &Analyzer, text: &str, published: Option<Date>) -> Self {
        let document = Document {
            content: Content::Text(text.to_owned()),
            format: Format::PlainText,
            reference: published.map(|day| day.at(0, 0, 0, 0)),
            ..Document::default()
        };
        let options = Options { classify: None, extract: Some(ExtractOptions::default()) };
        let analysis = analyzer.analyze(&document, &options, &mut Unobserved).ok();
        let (text, extraction) = analysis
            .map_or((String::new(), None), |analysis| (analysis.prepared.clean.text, analysis.extraction));
        Self { characters: text.chars().collect(), text, extraction: extraction.unwrap_or_default() }
    }

    /// The character at a byte offset.
    pub(super) fn at(&self, byte: u32) -> usize {
        self.text.get(..byte as usize).map_or(0, |head| head.chars().count())
    }

    pub(super) fn cut(&self, start: usize, end: usize) -> String {
        self.characters.iter().take(end).skip(start).collect()
    }

    /// A piece with what stands around it.
    pub(super) fn around(&self, start: usize, end: usize) -> String {
        format!(
            "{}[{}]{}",
            self.cut(start.saturating_sub(12), start),
            self.cut(start, end),
            self.cut(end, end + 10)
        )
    }

    /// Mentions by name.
    pub(super) fn spans(&self) -> Spans {
        let mut spans = Spans::new();
        for entity in &self.extraction.entities {
            for mention in &entity.mentions {
                if !matches!(mention.kind, MentionKind::Pronoun | MentionKind::Nested) {
                    let kind = label(entity.value.entity_type()).to_owned();
                    spans.insert((kind, self.at(mention.span.start), self.at(mention.span.end)));
                }
            }
        }
        spans
    }

    /// Texts of the mentions of an entity.
    fn mentioned<'a>(&'a self, entity: &'a crate::extract::Entity) -> impl Iterator<Item = &'a str> {
        entity.mentions.iter().map(|mention| mention.span.of(&self.text))
    }
}

/// Adjacent places become one.
pub(super) fn merged(spans: &Spans) -> Spans {
    let mut out: Vec<(String, usize, usize)> = Vec::new();
    let mut places: Vec<_> = spans.iter().filter(|span| span.0 == "LOC").cloned().collect();
    places.sort_by_key(|span| span.1);
    for span in places {
        match out.last_mut() {
            Some(last) if last.2 == span.1 => last.2 = span.2,
            _ => out.push(span),
        }
    }
    spans.iter().filter(|span| span.0 != "LOC").cloned().chain(out).collect()
}

/// Counts spans by type, and keeps the differences.
pub(super) fn compare(article: &Article, gold: &Spans, mine: &Spans, types: &[&str], tally: &mut Tally) {
    for kind in types {
        let of = |spans: &Spans| spans.iter().filter(|span| span.0 == *kind).cloned().collect::<Spans>();
        let (gold, mine) = (of(gold), of(mine));
        tally.things(kind, gold.intersection(&mine).count(), gold.len(), mine.len());
        for (_, start, end) in gold.difference(&mine) {
            tally.differs(kind, &article.around(*start, *end), article.cut(*start, *end), "");
        }
        for (_, start, end) in mine.difference(&gold) {
            tally.differs(kind, &article.around(*start, *end), "", article.cut(*start, *end));
        }
    }
}

/// Spans of a row.
pub(super) fn gold_spans(row: &Json, field: &str) -> Option<Spans> {
    row.get(field)?
        .as_array()?
        .iter()
        .map(|span| {
            let number = |name: &str| Some(span.get(name)?.as_u64()? as usize);
            Some((span.get("type")?.as_str()?.to_owned(), number("start")?, number("end")?))
        })
        .collect()
}

/// Scores one article; `None` when the row is none.
pub(super) fn score(analyzer: &Analyzer, row: &Json, tally: &mut Tally) -> Option<()> {
    let text = row.get("text")?.as_str()?;
    let published = row.get("published").and_then(Json::as_str).and_then(|date| date.parse().ok());
    let article = Article::read(analyzer, text, published);
    let gold = merged(&gold_spans(row, "spans")?);
    let mine = merged(&article.spans());
    compare(&article, &gold, &mine, &["PER", "POST", "LOC", "ORG", "TIME", "QTY", "ZONE", "DOC"], tally);
    pairs(&article, row, tally);
    speech(&article, row, tally);
    times(&article, row, tally);
    places(&article, row, tally);
    amounts(&article, row, tally);
    Some(())
}

fn strings(row: &Json, field: &str) -> Vec<Vec<String>> {
    let text = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let rows = row.get(field).and_then(Json::as_array).into_iter().flatten();
    rows.filter_map(Json::as_array).map(|row| row.iter().map(text).collect()).collect()
}

fn pairs(article: &Article, row: &Json, tally: &mut Tally) {
    let gold: BTreeSet<(String, String)> = strings(row, "posts")
        .into_iter()
        .filter_map(|pair| Some((pair.first()?.clone(), pair.get(1)?.clone())))
        .collect();
    let mut mine = BTreeSet::new();
    for entity in &article.extraction.entities {
        if let Value::Person { posts } = &entity.value {
            mine.extend(posts.iter().map(|post| (entity.canonical_name.clone(), post.post.clone())));
        }
    }
    let mut open: Vec<&(String, String)> = gold.iter().collect();
    let mut right = 0;
    for pair in &mine {
        match open.iter().position(|gold| gold.0 == pair.0 && gold.1.ends_with(&pair.1)) {
            Some(hit) => {
                open.remove(hit);
                right += 1;
            }
            None => tally.differs("person–post", &pair.0, "", &pair.1),
        }
    }
    for gold in open {
        tally.differs("person–post", &gold.0, &gold.1, "");
    }
    tally.things("person–post", right, gold.len(), mine.len());
}

/// Speaker, cue, first character and end of the content.
type Said = (String, String, usize, usize);

fn speech(article: &Article, row: &Json, tally: &mut Tally) {
    let gold: BTreeSet<Said> = row
        .get("speech")
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
        .filter_map(|said| {
            let number = |name: &str| Some(said.get(name)?.as_u64()? as usize);
            let text = |name: &str| Some(said.get(name)?.as_str()?.to_owned());
            Some((text("speaker")?, text("cue")?, number("start")?, number("end")?))
        })
        .collect();
    let mine: BTreeSet<Said> = article
        .extraction
        .speeches
        .iter()
        .map(|speech| {
            let entity = speech.speaker_entity.and_then(|entity| article.extraction.entities.get(entity));
            let name = match (entity, speech.speaker) {
                (Some(entity), _) if matches!(entity.value, Value::Person { .. }) => {
                    entity.canonical_name.clone()
                }
                (_, Some(span)) => span.of(&article.text).to_owned(),
                (Some(entity), None) => article.mentioned(entity).next().unwrap_or_default().to_owned(),
                (None, None) => String::new(),
            };
            let cue = speech.cue.of(&article.text).to_owned();
            (name, cue, article.at(speech.content.start), article.at(speech.content.end))
        })
        .collect();
    tally.things("speech", gold.intersection(&mine).count(), gold.len(), mine.len());
    let shown = |said: &Said| format!("{} {} [{}, {})", said.0, said.1, said.2, said.3);
    for said in gold.difference(&mine) {
        tally.differs("speech", &article.around(said.2, said.2 + 12), shown(said), "");
    }
    for said in mine.difference(&gold) {
        tally.differs("speech", &article.around(said.2, said.2 + 12), "", shown(said));
    }
}

/// First and last day of an ISO expression of the annotation.
fn interval(iso: &str) -> Option<(Date, Date)> {
    let bound = |part: &str, last: bool| -> Option<Date> {
        let mut fields = part.split('T').next()?.split('-');
        let year = fields.next()?.parse().ok()?;
        let month: Option<i8> = fields.next().and_then(|field| field.parse().ok());
        let day: Option<i8> = fields.next().and_then(|field| field.parse().ok());
        match (month, day) {
            (Some(month), Some(day)) => Date::new(year, month, day).ok(),
            (Some(month), None) => {
                let first = Date::new(year, month, 1).ok()?;
                Some(if last { first.last_of_month() } else { first })
            }
            (None, _) => Date::new(year, if last { 12 } else { 1 }, if last { 31 } else { 1 }).ok(),
        }
    };
    let (from, to) = iso.split_once('/').unwrap_or((iso, iso));
    Some((bound(from, false)?, bound(to, true)?))
}

fn times(article: &Article, row: &Json, tally: &mut Tally) {
    for time in strings(row, "times") {
        let (Some(surface), Some(iso)) = (time.first(), time.get(1)) else { continue };
        let answers: Vec<(&str, &str)> = article
            .extraction
            .entities
            .iter()
            .filter_map(|entity| {
                let Value::Time(value) = &entity.value else { return None };
                let here = article.mentioned(entity).any(|text| text == surface);
                here.then_some((value.start.as_str(), value.end.as_str()))
            })
            .collect();
        let day = |stamp: &str| stamp.split('T').next().and_then(|day| day.parse::<Date>().ok());
        let right = interval(iso).is_some_and(|(from, to)| {
            answers
                .iter()
                .any(|(start, end)| day(start) == Some(from) && (day(end) == Some(to) || start.contains('T')))
        });
        tally.case("time values", right);
        if !right {
            tally.differs("time values", surface, iso, format!("{answers:?}"));
        }
    }
}

fn places(article: &Article, row: &Json, tally: &mut Tally) {
    for place in strings(row, "places") {
        let (Some(surface), Some(path)) = (place.first(), place.get(1)) else { continue };
        let wanted: Vec<&str> = path.split(';').filter_map(|path| path.split('-').next_back()).collect();
        // Places that are not found at all count as spans, not as values.
        let hit = article.extraction.entities.iter().find_map(|entity| {
            let Value::Place { divisions, .. } = &entity.value else { return None };
            let here = article.mentioned(entity).any(|text| surface.ends_with(text));
            here.then_some((divisions, &entity.canonical_name))
        });
        let Some((divisions, name)) = hit else { continue };
        let last = |division: &crate::extract::Division| division.path.last().cloned().unwrap_or_default();
        let right = divisions.iter().any(|division| wanted.contains(&last(division).as_str()))
            || wanted.contains(&name.as_str())
            || name == "中国";
        tally.case("place values", right);
        if !right {
            let found: Vec<String> = divisions.iter().map(last).collect();
            tally.differs("place values", surface, path, found.join("; "));
        }
    }
}

fn amounts(article: &Article, row: &Json, tally: &mut Tally) {
    for quantity in strings(row, "quantities") {
        let (Some(surface), Some(amount), Some(unit)) = (quantity.first(), quantity.get(1), quantity.get(2))
        else {
            continue;
        };
        let answers: Vec<String> = article
            .extraction
            .entities
            .iter()
            .filter_map(|entity| {
                let Value::Quantity(value) = &entity.value else { return None };
                if !article.mentioned(entity).any(|text| text == surface) {
                    return None;
                }
                let upper = match value.upper_amount.as_str() {
                    "" => String::new(),
                    upper => format!("-{upper}"),
                };
                // The annotation writes units in Chinese.
                let unit = match value.unit.as_str() {
                    "CNY" => "元",
                    "USD" => "美元",
                    "pp" => "个百分点",
                    "平米" => "平方米",
                    unit => unit,
                };
                Some(format!("{}{upper} {unit}", value.amount))
            })
            .collect();
        // The annotation writes amounts as numbers and leaves a measure word out now and then; the value must agree.
        let number = |text: &str| text.replace(',', "").trim_end_matches('%').parse::<f64>().ok();
        let right = answers.iter().any(|answer| {
            let (mine, my_unit) = answer.split_once(' ').unwrap_or((answer, ""));
            let same = match (number(mine), number(amount)) {
                (Some(mine), Some(gold)) => (mine - gold).abs() < 1e-9 * gold.abs().max(1.0),
                _ => plain(mine).replace(['~', '—'], "-") == plain(amount).replace(['~', '—', '/'], "-"),
            };
            same && (my_unit == unit
                || unit.is_empty()
                || my_unit.is_empty()
                || unit.contains(my_unit)
                || my_unit.contains(unit.as_str()))
        });
        tally.case("quantity values", right);
        if !right {
            tally.differs("quantity values", surface, format!("{amount} {unit}"), answers.join("; "));
        }
    }
}
