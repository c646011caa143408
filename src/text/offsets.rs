//! One position counted three ways.

/// Bytes between two checkpoints: a lookup reads at most this much text.
const STRIDE: usize = 256;

/// Counts before a checkpoint.
#[derive(Clone, Copy, Debug, Default)]
struct Checkpoint {
    utf16: u32,
    code_points: u32,
}

/// Translates byte offsets of a string to UTF-16 code units and code points.
///
/// Built in one pass; a lookup starts at the nearest checkpoint before it, so its cost does not grow with the text.
#[derive(Clone, Debug)]
pub struct OffsetIndex<'a> {
    text: &'a str,
    /// Counts before byte `i * STRIDE`; empty for ASCII, where all three counts agree.
    checkpoints: Vec<Checkpoint>,
}

impl<'a> OffsetIndex<'a> {
    /// An index over `text`, which is below 4 GiB.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        let mut checkpoints = Vec::new();
        if !text.is_ascii() {
            checkpoints.reserve(text.len() / STRIDE + 1);
            let mut at = Checkpoint::default();
            for chunk in text.as_bytes().chunks(STRIDE) {
                checkpoints.push(at);
                at = advance(at, chunk);
            }
        }
        Self { text, checkpoints }
    }

    /// UTF-16 code units before byte `offset`. An offset within a character counts that character; one past the end
    /// counts them all.
    #[must_use]
    pub fn utf16(&self, offset: usize) -> usize {
        self.at(offset).map_or(offset.min(self.text.len()), |at| at.utf16 as usize)
    }

    /// Code points before byte `offset`, with the same rules.
    #[must_use]
    pub fn code_points(&self, offset: usize) -> usize {
        self.at(offset).map_or(offset.min(self.text.len()), |at| at.code_points as usize)
    }

    /// The counts before `offset`; none for ASCII.
    fn at(&self, offset: usize) -> Option<Checkpoint> {
        let last = self.checkpoints.len().checked_sub(1)?;
        let offset = offset.min(self.text.len());
        let index = (offset / STRIDE).min(last);
        let checkpoint = *self.checkpoints.get(index)?;
        let rest = self.text.as_bytes().get(index * STRIDE..offset)?;
        Some(advance(checkpoint, rest))
    }
}

/// Counts characters by their first bytes, so that a chunk may begin anywhere.
fn advance(at: Checkpoint, bytes: &[u8]) -> Checkpoint {
    bytes.iter().fold(at, |at, &byte| match byte {
        0x80..=0xBF => at,
        0xF0.. => Checkpoint { utf16: at.utf16 + 2, code_points: at.code_points + 1 },
        _ => Checkpoint { utf16: at.utf16 + 1, code_points: at.code_points + 1 },
    })
}

#[cfg(test)]
#[expect(clippy::string_slice, reason = "a test that cuts a character shall fail")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn agrees_with_counting_from_the_start(text in "[a中𠮷😀\r\n]{0,900}") {
            let index = OffsetIndex::new(&text);
            for (offset, _) in text.char_indices().chain([(text.len(), ' ')]) {
                let before = &text[..offset];
                prop_assert_eq!(index.utf16(offset), before.encode_utf16().count());
                prop_assert_eq!(index.code_points(offset), before.chars().count());
            }
        }
    }

    #[test]
    fn offsets_past_the_end_count_everything() {
        assert_eq!(OffsetIndex::new("中a").utf16(99), 2);
        assert_eq!(OffsetIndex::new("ab").code_points(99), 2);
        assert_eq!(OffsetIndex::new("").code_points(1), 0);
    }
}
