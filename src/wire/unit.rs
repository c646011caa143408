//! The units that callers count in.

use crate::text::offsets::OffsetIndex;

/// How the spans of one answer count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Bytes of the UTF-8 string.
    Utf8Bytes,
    /// UTF-16 code units.
    Utf16CodeUnits,
    /// Unicode scalar values.
    CodePoints,
    /// Bytes as sent, whatever their charset.
    RawBytes,
}

/// Byte offsets of one string in the unit of the answer.
#[derive(Debug)]
pub(super) enum Ruler<'a> {
    /// Bytes are the unit.
    Bytes,
    /// UTF-16 code units.
    Utf16CodeUnits(OffsetIndex<'a>),
    /// Unicode scalar values.
    CodePoints(OffsetIndex<'a>),
}

impl<'a> Ruler<'a> {
    /// A ruler along `text`.
    pub(super) fn new(text: &'a str, unit: Unit) -> Self {
        match unit {
            Unit::Utf8Bytes | Unit::RawBytes => Self::Bytes,
            Unit::Utf16CodeUnits => Self::Utf16CodeUnits(OffsetIndex::new(text)),
            Unit::CodePoints => Self::CodePoints(OffsetIndex::new(text)),
        }
    }

    /// Units before byte `offset`.
    pub(super) fn at(&self, offset: usize) -> u32 {
        let units = match self {
            Self::Bytes => offset,
            Self::Utf16CodeUnits(index) => index.utf16(offset),
            Self::CodePoints(index) => index.code_points(offset),
        };
        // Texts are below 4 GiB.
        u32::try_from(units).unwrap_or(u32::MAX)
    }
}
