//! Facts about the page itself: headline, original headline, source, byline, publish time.

use jiff::civil;

use super::document::Located;

/// The publish time as far as the page states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PublishTime {
    /// A day.
    Date(civil::Date),
    /// A day and a time of day.
    DateTime(civil::DateTime),
}

/// Facts about the page itself. Each points into the caller's own string, which may be an attribute
/// (`<meta content="…">`) rather than text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageFacts {
    /// Headline.
    pub title: Option<Located>,
    /// Headline under which it first ran, without the word 原标题.
    pub original_title: Option<Located>,
    /// Medium.
    pub source: Option<Located>,
    /// Authors.
    pub byline: Vec<Located>,
    /// The publish time as written.
    pub published: Option<Located>,
    /// The same, read. Only where day, month and year are stated as publish time.
    pub publish_time: Option<PublishTime>,
}

impl PublishTime {
    /// As an instant of local time; a day alone is its first moment.
    #[must_use]
    pub fn at(self) -> civil::DateTime {
        match self {
            Self::Date(day) => day.to_datetime(civil::Time::midnight()),
            Self::DateTime(instant) => instant,
        }
    }
}
