//! What the arguments mean: the one request that local and remote answers are made from.

use jiff::Timestamp;
use jiff::civil;
use jiff::tz::TimeZone;

use crate::wire::pb;

use super::args::BackendArgs;
use super::args::DocumentArgs;
use super::args::Explain;
use super::args::FactArgs;
use super::args::Kind;
use super::args::Offsets;
use super::args::OutputArgs;
use super::args::TopicArgs;
use super::exit::Failure;

/// The zone of reference times when none is named.
const DEFAULT_ZONE: &str = "Asia/Shanghai";

/// What to do with every document.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Topics, facts or both.
    pub features: pb::Features,
    /// How to answer.
    pub common: pb::CommonOptions,
}

impl Request {
    /// The request for `topics`, `facts` or both.
    ///
    /// The report shows headline and evidence, so it asks for more than was typed; `--json` prints what was asked for
    /// and nothing else.
    #[must_use]
    pub fn new(topics: Option<&TopicArgs>, facts: Option<&FactArgs>, output: &OutputArgs) -> Self {
        let report = !output.json;
        Self {
            features: pb::Features {
                classify: topics.map(|topics| classify(topics, report)),
                extract: facts.map(extract),
            },
            common: pb::CommonOptions {
                model: None,
                offset_encoding: offset_encoding(output.offsets).into(),
                oversize_policy: pb::OversizePolicy::Unspecified.into(),
                include_clean_text: output.clean_text || report,
                include_digest: output.digest,
                max_response_bytes: 0,
            },
        }
    }
}

/// The model that was named for a server, if one was.
#[must_use]
pub fn model(backend: &BackendArgs) -> Option<pb::ModelSelector> {
    use pb::model_selector::Choice;
    let BackendArgs { model_name, model_version, model_alias, .. } = backend;
    let version = model_version.clone().map(Choice::Version);
    let choice = version.or_else(|| model_alias.clone().map(Choice::Alias));
    let name = model_name.clone().unwrap_or_default();
    (choice.is_some() || !name.is_empty()).then_some(pb::ModelSelector { name, choice })
}

fn classify(topics: &TopicArgs, report: bool) -> pb::ClassifyOptions {
    let level = match topics.explain {
        Some(Explain::Sentences) => pb::ExplanationLevel::Sentences,
        Some(Explain::Features) => pb::ExplanationLevel::Features,
        None if report => pb::ExplanationLevel::Features,
        None => pb::ExplanationLevel::Unspecified,
    };
    pb::ClassifyOptions {
        top_k: topics.top_k.unwrap_or(0),
        min_probability: topics.min_probability,
        label_ids: topics.labels.clone(),
        include_unselected: topics.all,
        explanation_level: level.into(),
        // A report shows few of them, and of those that overlap one another only one.
        max_features: if report && topics.explain.is_none() { 40 } else { 0 },
        include_paragraphs: topics.paragraphs,
    }
}

fn extract(facts: &FactArgs) -> pb::ExtractOptions {
    pb::ExtractOptions {
        types: facts.types.iter().map(|kind| entity_type(*kind).into()).collect(),
        min_confidence: facts.min_confidence.unwrap_or(0.0),
        omit_relations: false,
        max_keyphrases: 0,
        max_key_sentences: 0,
        thorough: facts.thorough,
    }
}

fn entity_type(kind: Kind) -> pb::EntityType {
    match kind {
        Kind::Person => pb::EntityType::Person,
        Kind::Organization => pb::EntityType::Organization,
        Kind::Place => pb::EntityType::Place,
        Kind::Zone => pb::EntityType::Zone,
        Kind::Time => pb::EntityType::Time,
        Kind::Quantity => pb::EntityType::Quantity,
        Kind::Document => pb::EntityType::DocumentReference,
        Kind::Post => pb::EntityType::Post,
    }
}

/// Raw offsets are what the service answers for raw bytes when nothing is asked, and JSONL rows, which are text,
/// could not be asked for them.
fn offset_encoding(offsets: Option<Offsets>) -> pb::OffsetEncoding {
    match offsets {
        None | Some(Offsets::Raw) => pb::OffsetEncoding::Unspecified,
        Some(Offsets::Utf8) => pb::OffsetEncoding::Utf8Bytes,
        Some(Offsets::Utf16) => pb::OffsetEncoding::Utf16CodeUnits,
        Some(Offsets::CodePoints) => pb::OffsetEncoding::CodePoints,
    }
}

/// What relative dates are resolved against, if anything, and the zone in which it is read.
#[derive(Clone, Debug, PartialEq)]
pub struct ReferenceTime {
    typed: Option<String>,
    zone: String,
    instant: Option<prost_types::Timestamp>,
}

impl Default for ReferenceTime {
    fn default() -> Self {
        Self { typed: None, zone: DEFAULT_ZONE.to_owned(), instant: None }
    }
}

impl ReferenceTime {
    /// The reference time of the arguments.
    ///
    /// # Errors
    /// [`Failure::Usage`] for an unknown zone or an unreadable time.
    pub fn from_args(arguments: &DocumentArgs) -> Result<Self, Failure> {
        Self::default()
            .overridden(arguments.reference_time.as_deref(), Some(&arguments.time_zone))
            .map_err(Failure::Usage)
    }

    /// The same with what one document states about itself. A time without a zone is read in the zone of the document.
    ///
    /// # Errors
    /// What is wrong, for people.
    pub fn overridden(&self, time: Option<&str>, zone: Option<&str>) -> Result<Self, String> {
        if time.is_none() && zone.is_none_or(|zone| zone == self.zone) {
            return Ok(self.clone());
        }
        let zone = zone.filter(|zone| !zone.is_empty()).unwrap_or(&self.zone);
        let known = TimeZone::get(zone).map_err(|_| format!("unknown time zone {zone:?}"))?;
        let typed = time.map(str::to_owned).or_else(|| self.typed.clone());
        let instant = typed.as_deref().map(|typed| instant(typed, &known)).transpose()?;
        Ok(Self { typed, zone: zone.to_owned(), instant })
    }

    /// For [`pb::Document::reference_time`].
    #[must_use]
    pub fn instant(&self) -> Option<prost_types::Timestamp> {
        self.instant
    }

    /// For [`pb::Document::time_zone`].
    #[must_use]
    pub fn zone(&self) -> &str {
        &self.zone
    }
}

fn instant(typed: &str, zone: &TimeZone) -> Result<prost_types::Timestamp, String> {
    let unreadable =
        || format!("reference time {typed:?} is neither an RFC 3339 instant nor a date or date-time");
    let instant = match typed.parse::<Timestamp>() {
        Ok(instant) => instant,
        Err(_) => {
            let local: civil::DateTime = typed.parse().map_err(|_| unreadable())?;
            local.to_zoned(zone.clone()).map_err(|_| unreadable())?.timestamp()
        }
    };
    let seconds = instant.as_nanosecond().div_euclid(1_000_000_000);
    let nanos = instant.as_nanosecond().rem_euclid(1_000_000_000);
    Ok(prost_types::Timestamp {
        seconds: i64::try_from(seconds).map_err(|_| unreadable())?,
        nanos: i32::try_from(nanos).map_err(|_| unreadable())?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(time: &str, zone: &str, seconds: i64) {
        let read = ReferenceTime::default().overridden(Some(time), Some(zone)).unwrap();
        assert_eq!(read.instant().unwrap().seconds, seconds, "{time} {zone}");
        assert_eq!(read.zone(), zone);
    }

    #[test]
    fn times_are_read_in_their_zone() {
        check("2025-10-26", "Asia/Shanghai", 1_761_408_000);
        check("2025-10-26T08:00", "Asia/Shanghai", 1_761_436_800);
        check("2025-10-26", "UTC", 1_761_436_800);
        check("2025-10-26T00:00:00Z", "Asia/Shanghai", 1_761_436_800);
        check("2025-10-26T08:00:00+08:00", "UTC", 1_761_436_800);
        check("1969-12-31T23:59:59.5Z", "UTC", -1);
    }

    #[test]
    fn a_document_may_change_the_zone_alone() {
        let typed = ReferenceTime::default().overridden(Some("2025-10-26"), None).unwrap();
        let moved = typed.overridden(None, Some("UTC")).unwrap();
        assert_eq!(moved.instant().unwrap().seconds, 1_761_436_800);
    }

    #[test]
    fn nonsense_is_refused() {
        for (time, zone) in [("gestern", "UTC"), ("2025-13-01", "UTC"), ("2025-10-26", "Mars/Base")] {
            assert!(ReferenceTime::default().overridden(Some(time), Some(zone)).is_err(), "{time} {zone}");
        }
    }

    #[test]
    fn json_asks_for_nothing_that_was_not_typed() {
        let output = OutputArgs { json: true, ..OutputArgs::default() };
        let request = Request::new(Some(&TopicArgs::default()), None, &output);
        assert_eq!(request.features.classify, Some(pb::ClassifyOptions::default()));
        assert_eq!(request.features.extract, None);
        assert_eq!(request.common, pb::CommonOptions::default());
    }
}
