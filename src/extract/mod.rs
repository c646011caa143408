//! Facts: who, where, when, how much, under which document, who said what.
//!
//! The types here are what extraction answers; the modules below each find one kind of thing.

pub(crate) mod characters;
mod words;
mod finding;
pub(crate) mod gazetteer;
mod number;
mod document_reference;
mod time;
mod quantity;
mod person;
mod place;
mod organization;
mod zone;
mod post;
mod incumbency;
mod speech;
mod relation;
mod function;
mod directive;
mod keyphrase;
mod summary;
mod entity;
pub mod tagger;
pub(crate) mod scan;
mod judge;
mod correction;
pub mod extractor;
#[cfg(test)]
mod cost;
#[cfg(test)]
mod fixture;

use jiff::civil;

use crate::text::Span;

pub use extractor::Extractor;

/// Kinds of things that are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EntityType {
    /// 蔡奇
    Person,
    /// 国家发展改革委
    Organization,
    /// Administrative divisions, composites of them, natural regions.
    Place,
    /// Development zones, parks, clusters, projects.
    Zone,
    /// Dates, times, periods, durations, recurring times.
    Time,
    /// Counts, money, percentages, measures.
    Quantity,
    /// Laws, plans, papers.
    DocumentReference,
    /// 市委书记
    Post,
}

/// What produced a finding, with the rule or dictionary that fired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detector {
    /// A rule, by id.
    Rule(&'static str),
    /// A dictionary, by name.
    Dictionary(&'static str),
    /// A trained tagger, by name.
    Model(&'static str),
}

impl Detector {
    /// The rule, dictionary or tagger.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rule(name) | Self::Dictionary(name) | Self::Model(name) => name,
        }
    }
}

/// How a mention refers to its entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MentionKind {
    /// By its name or full expression.
    Name,
    /// By a short form.
    Abbreviation,
    /// By a pronoun.
    Pronoun,
    /// Inside a longer name.
    Nested,
}

/// One place where an entity is mentioned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mention {
    /// Where in the clean text.
    pub span: Span,
    /// How it refers.
    pub kind: MentionKind,
    /// What found it.
    pub detector: Detector,
    /// In [0, 1].
    pub confidence: f64,
}

/// One post of a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeldPost {
    /// Full post as a reader understands it: 北京市委书记.
    pub post: String,
    /// As written: 市委书记.
    pub title: String,
    /// Organisation, when known.
    pub organization: String,
    /// No longer held.
    pub former: bool,
}

/// One administrative division.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Division {
    /// Six digits, or nine for a township.
    pub code: String,
    /// Names from the outside in.
    pub path: Vec<String>,
}

/// Kinds of places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceKind {
    /// One division.
    Division,
    /// Several taken together.
    Composite,
    /// Region, river, mountain, sea.
    Natural,
    /// Abroad.
    Foreign,
}

/// Kinds of times, as in TIMEX3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeKind {
    /// Calendar date or period.
    Date,
    /// Time of day.
    Time,
    /// Length of time.
    Duration,
    /// Recurring.
    Set,
}

/// What completed a relative or partial time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeAnchor {
    /// Open parts stay open.
    Open,
    /// Complete by itself.
    Explicit,
    /// The caller's reference time.
    ReferenceTime,
    /// The page's own publish time.
    PublishTime,
    /// Another date of the document.
    Context,
}

/// Value of a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeValue {
    /// TIMEX3 value with its open parts.
    pub timex: String,
    /// What kind.
    pub kind: TimeKind,
    /// First day or instant, ISO 8601; empty where unknown.
    pub start: String,
    /// Last day (included) or end instant (not included), ISO 8601; empty where unknown.
    pub end: String,
    /// What completed it.
    pub anchor: TimeAnchor,
    /// TIMEX3 modifier; empty where none.
    pub modifier: &'static str,
}

/// How an amount bounds the truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparator {
    /// Exactly.
    Exactly,
    /// 约
    About,
    /// 不少于
    AtLeast,
    /// 不超过
    AtMost,
    /// 超过
    MoreThan,
    /// 不足
    LessThan,
}

/// Kinds of quantities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuantityKind {
    /// So many of something.
    Count,
    /// Money.
    Money,
    /// Percent or percentage points.
    Percentage,
    /// A measure with a physical unit.
    Measure,
    /// Rank.
    Ordinal,
    /// 3倍
    Multiple,
    /// 三分之一
    Fraction,
    /// 3年
    Duration,
}

/// Direction of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeDirection {
    /// 增长
    Up,
    /// 下降
    Down,
}

/// Value of a quantity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuantityValue {
    /// What kind.
    pub kind: QuantityKind,
    /// How the amount bounds the truth.
    pub comparator: Comparator,
    /// Exact decimal as text.
    pub amount: String,
    /// Upper end of a range; empty where it is none.
    pub upper_amount: String,
    /// ISO 4217 code, "%", "pp", or the Chinese unit.
    pub unit: String,
    /// What is counted; empty where not said.
    pub object: String,
    /// Direction, where the amount is a change.
    pub change: Option<ChangeDirection>,
    /// Base of the change.
    pub change_base: String,
}

/// The normalised value of an entity; the variant fixes its [`EntityType`].
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A person's posts.
    Person {
        /// In order of appearance.
        posts: Vec<HeldPost>,
    },
    /// An organisation.
    Organization {
        /// Full name when an abbreviation was resolved.
        full_name: String,
    },
    /// A place.
    Place {
        /// What kind.
        kind: PlaceKind,
        /// The divisions meant.
        divisions: Vec<Division>,
    },
    /// A zone.
    Zone {
        /// Full name where the mention is short.
        full_name: String,
        /// Head word: 产业园.
        kind: String,
        /// Where it lies.
        division: Option<Division>,
    },
    /// A time.
    Time(TimeValue),
    /// A quantity.
    Quantity(QuantityValue),
    /// A document.
    DocumentReference {
        /// Without 《》.
        title: String,
        /// 国发〔2024〕1号
        number: String,
        /// Who issued it.
        issuer: String,
    },
    /// A post.
    Post {
        /// 书记
        title: String,
        /// Organisation, when known.
        organization: String,
    },
}

impl Value {
    /// The type of entity that has such a value.
    #[must_use]
    pub fn entity_type(&self) -> EntityType {
        match self {
            Self::Person { .. } => EntityType::Person,
            Self::Organization { .. } => EntityType::Organization,
            Self::Place { .. } => EntityType::Place,
            Self::Zone { .. } => EntityType::Zone,
            Self::Time(_) => EntityType::Time,
            Self::Quantity(_) => EntityType::Quantity,
            Self::DocumentReference { .. } => EntityType::DocumentReference,
            Self::Post { .. } => EntityType::Post,
        }
    }
}

/// One thing with every place where it is mentioned.
#[derive(Clone, Debug, PartialEq)]
pub struct Entity {
    /// Name under which the mentions are joined.
    pub canonical_name: String,
    /// In order of the text; never empty.
    pub mentions: Vec<Mention>,
    /// What it is.
    pub value: Value,
}

/// Index of an entity in [`Extraction::entities`].
pub type EntityIndex = usize;

/// Kinds of relations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelationType {
    /// Person holds post.
    HoldsPost,
    /// Post belongs to organisation.
    PostOf,
    /// Organisation, zone or place lies in place.
    LocatedIn,
    /// Organisation or person issued document.
    Issued,
    /// Due by time.
    DueBy,
    /// Targets quantity.
    Targets,
}

/// A fact that ties two entities together.
#[derive(Clone, Debug, PartialEq)]
pub struct Relation {
    /// What kind.
    pub kind: RelationType,
    /// Subject.
    pub subject: EntityIndex,
    /// Object.
    pub object: EntityIndex,
    /// Detail.
    pub qualifier: String,
    /// The words that say so.
    pub evidence: Span,
    /// What found it.
    pub detector: Detector,
    /// In [0, 1].
    pub confidence: f64,
}

/// Who said what.
#[derive(Clone, Debug, PartialEq)]
pub struct Speech {
    /// Who, as written; none where the subject is carried over.
    pub speaker: Option<Span>,
    /// Who, resolved.
    pub speaker_entity: Option<EntityIndex>,
    /// The verb of saying.
    pub cue: Span,
    /// What was said.
    pub content: Span,
    /// In quotation marks.
    pub direct: bool,
    /// Rule id.
    pub rule: &'static str,
    /// In [0, 1].
    pub confidence: f64,
}

/// How strongly a directive binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Modality {
    /// Not marked.
    Unmarked,
    /// 要、必须
    Obligation,
    /// 严禁、不得
    Prohibition,
    /// 鼓励、支持
    Encouragement,
    /// 可以、允许
    Permission,
    /// 力争
    Goal,
    /// 将、拟
    Plan,
}

/// Something that shall be done.
#[derive(Clone, Debug, PartialEq)]
pub struct Directive {
    /// The whole clause.
    pub span: Span,
    /// How strongly it binds.
    pub modality: Modality,
    /// The word that marks it.
    pub modal: Option<Span>,
    /// Governing verb.
    pub action: Option<Span>,
    /// What the verb acts on.
    pub object: Option<Span>,
    /// Who said so.
    pub speaker: Option<EntityIndex>,
    /// Who shall do it.
    pub addressee: Option<Span>,
    /// Until when.
    pub deadline: Option<EntityIndex>,
    /// How much.
    pub targets: Vec<EntityIndex>,
    /// Rule id.
    pub rule: &'static str,
    /// In [0, 1].
    pub confidence: f64,
}

/// A function assigned to a zone.
#[derive(Clone, Debug, PartialEq)]
pub struct FunctionAssignment {
    /// The function.
    pub function: Span,
    /// The zone as written.
    pub zone: Span,
    /// With an elided head completed.
    pub zone_name: String,
    /// The zone among the entities.
    pub zone_entity: Option<EntityIndex>,
    /// The words that say so.
    pub evidence: Span,
    /// Who said so.
    pub speaker: Option<EntityIndex>,
    /// In [0, 1].
    pub confidence: f64,
}

/// A phrase that tells what the document is about.
#[derive(Clone, Debug, PartialEq)]
pub struct Keyphrase {
    /// The phrase.
    pub text: String,
    /// Relative to the strongest, in [0, 1].
    pub score: f64,
    /// Where it stands.
    pub spans: Vec<Span>,
}

/// A sentence that stands for the document.
#[derive(Clone, Debug, PartialEq)]
pub struct KeySentence {
    /// The sentence.
    pub span: Span,
    /// Relative to the strongest, in [0, 1].
    pub score: f64,
    /// What the score is made of, by name.
    pub components: Vec<(&'static str, f64)>,
}

/// What to return of the facts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExtractOptions {
    /// Kinds of entities; empty: all.
    pub types: Vec<EntityType>,
    /// Leave out what is less sure, in [0, 1].
    pub min_confidence: f64,
    /// Leave out relations, speech, directives and assignments.
    pub omit_relations: bool,
    /// At most this many; 0: 20.
    pub max_keyphrases: usize,
    /// At most this many; 0: 5.
    pub max_key_sentences: usize,
    /// Leave out nothing that is a number or a time, however small: numbers without a unit, ordinals, times of day
    /// without a day, lengths of time (as times). For questions, commands and cells of tables; in prose they are mostly
    /// no facts.
    pub thorough: bool,
}

/// The dates that relative expressions may be resolved against.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Anchors {
    /// The caller's reference time.
    pub reference: Option<civil::DateTime>,
    /// The publish time stated by the page.
    pub published: Option<civil::DateTime>,
}

/// Facts of one document. Page facts are found with the text, see [`crate::text::page`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Extraction {
    /// By first mention.
    pub entities: Vec<Entity>,
    /// By evidence.
    pub relations: Vec<Relation>,
    /// By place.
    pub speeches: Vec<Speech>,
    /// By place.
    pub directives: Vec<Directive>,
    /// By place.
    pub function_assignments: Vec<FunctionAssignment>,
    /// By descending score.
    pub keyphrases: Vec<Keyphrase>,
    /// By descending score.
    pub key_sentences: Vec<KeySentence>,
}

/// A day of the farmers' calendar (农历) as a Gregorian date; `None` outside 1900 to 2100 and for days that no month has.
#[must_use]
pub fn lunar_date(year: i32, month: i32, day: i32) -> Option<civil::Date> {
    time::calendar::lunar_date(year, month, false, day)
}
