//! Memory for tables that are read all over.
//!
//! A table of megabytes in pages of four kilobytes costs a search for the page with nearly every look-up. Linux gives
//! pages of two megabytes to those who ask for them; where they are not to be had, nothing is lost.

use std::fmt;
use std::ops::Deref;
use std::ops::DerefMut;

use memmap2::MmapMut;

/// Bytes of a large page, the multiple that is asked for.
const LARGE: usize = 2 << 20;

/// Bytes in large pages.
#[derive(Default)]
pub struct Pages {
    memory: Memory,
    len: usize,
}

enum Memory {
    Mapped(MmapMut),
    Allocated(Vec<u8>),
}

impl Default for Memory {
    fn default() -> Self {
        Self::Allocated(Vec::new())
    }
}

impl Pages {
    /// So many zeros.
    #[must_use]
    pub fn zeroed(len: usize) -> Self {
        // What is shorter than a large page is none.
        let mapped = len.checked_next_multiple_of(LARGE).filter(|_| len >= LARGE);
        let memory = match mapped.map(MmapMut::map_anon) {
            Some(Ok(mapped)) => {
                #[cfg(target_os = "linux")]
                // A kernel that has none says so, and gives small ones.
                drop(mapped.advise(memmap2::Advice::HugePage));
                Memory::Mapped(mapped)
            }
            _ => Memory::Allocated(vec![0; len]),
        };
        Self { memory, len }
    }
}

impl Deref for Pages {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        let all: &[u8] = match &self.memory {
            Memory::Mapped(mapped) => mapped,
            Memory::Allocated(bytes) => bytes,
        };
        all.get(..self.len).unwrap_or(all)
    }
}

impl DerefMut for Pages {
    fn deref_mut(&mut self) -> &mut [u8] {
        let all: &mut [u8] = match &mut self.memory {
            Memory::Mapped(mapped) => mapped,
            Memory::Allocated(bytes) => bytes,
        };
        let len = self.len.min(all.len());
        all.get_mut(..len).unwrap_or_default()
    }
}

impl Clone for Pages {
    fn clone(&self) -> Self {
        let mut copy = Self::zeroed(self.len);
        copy.copy_from_slice(self);
        copy
    }
}

impl PartialEq for Pages {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Pages {}

impl fmt::Debug for Pages {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} bytes", self.len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_there_in_any_number() {
        for len in [0, 1, LARGE - 1, LARGE, LARGE + 1, 3 * LARGE + 7] {
            let mut pages = Pages::zeroed(len);
            assert!(pages.len() == len && pages.iter().all(|&byte| byte == 0), "{len}");
            if let Some(last) = pages.last_mut() {
                *last = 9;
            }
            let copy = pages.clone();
            assert_eq!(copy, pages);
            assert_eq!(copy.last().copied(), (len > 0).then_some(9));
        }
    }
}
