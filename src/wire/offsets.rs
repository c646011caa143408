//! Bytes to the units that callers count in.

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

/// Bytes between two checkpoints. Smaller costs memory, larger costs time per lookup.
const STRIDE: usize = 256;

/// Converts byte offsets of one UTF-8 string, in constant time after one pass.
#[derive(Clone, Debug)]
pub struct OffsetIndex<'a> {
    bytes: &'a [u8],
    unit: Unit,
    /// Units before every `STRIDE`-th byte; empty where bytes are the unit.
    checkpoints: Vec<u32>,
}

impl<'a> OffsetIndex<'a> {
    /// An index over `text`.
    #[must_use]
    pub fn new(text: &'a str, unit: Unit) -> Self {
        let bytes = text.as_bytes();
        let checkpoints = match unit {
            Unit::Utf8Bytes | Unit::RawBytes => Vec::new(),
            Unit::Utf16CodeUnits | Unit::CodePoints => {
                let blocks = bytes.chunks(STRIDE).scan(0, |before, block| {
                    let here = *before;
                    *before += width(block, unit);
                    Some(here)
                });
                blocks.collect()
            }
        };
        Self { bytes, unit, checkpoints }
    }

    /// Units before byte `offset`; for an offset past the end, units of the whole text.
    #[must_use]
    pub fn at(&self, offset: usize) -> u32 {
        match self.unit {
            Unit::Utf8Bytes | Unit::RawBytes => u32::try_from(offset).unwrap_or(u32::MAX),
            Unit::Utf16CodeUnits | Unit::CodePoints => {
                let offset = offset.min(self.bytes.len());
                // At an end that is a multiple of the stride there is no block any more.
                let block = (offset / STRIDE).min(self.checkpoints.len().saturating_sub(1));
                let before = self.checkpoints.get(block).copied().unwrap_or_default();
                before + width(self.bytes.get(block * STRIDE..offset).unwrap_or_default(), self.unit)
            }
        }
    }
}

/// Units of the characters that begin in `bytes`, a piece of UTF-8.
fn width(bytes: &[u8], unit: Unit) -> u32 {
    let of = |byte: u8| match byte {
        0x80..=0xBF => 0,
        0xF0..=0xFF if unit == Unit::Utf16CodeUnits => 2,
        0x00..=0x7F | 0xC0..=0xFF => 1,
    };
    bytes.iter().map(|&byte| of(byte)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str) {
        let utf16 = OffsetIndex::new(text, Unit::Utf16CodeUnits);
        let points = OffsetIndex::new(text, Unit::CodePoints);
        let bytes = OffsetIndex::new(text, Unit::Utf8Bytes);
        for offset in (0..=text.len()).filter(|&offset| text.is_char_boundary(offset)) {
            let head = &text[..offset];
            assert_eq!(utf16.at(offset) as usize, head.encode_utf16().count(), "UTF-16 at {offset}");
            assert_eq!(points.at(offset) as usize, head.chars().count(), "code points at {offset}");
            assert_eq!(bytes.at(offset) as usize, offset);
        }
        assert_eq!(points.at(text.len() + 7) as usize, text.chars().count());
    }

    #[test]
    fn agrees_with_the_naive_count() {
        check("");
        check("a");
        check("北京𠀀😀\r\n　ＡＢ");
        check(&"文".repeat(1000));
        check(&"𠀀a文é".repeat(300));
        check(&"x".repeat(STRIDE));
        check(&"x".repeat(2 * STRIDE));
    }
}
