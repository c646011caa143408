//! The dictionary as one block of bytes that is used where it lies: nothing is built or copied to start.
//!
//! ```text
//! "WMDICT\0\1"  u32 alphabet, u32 weights, u32 families, u32 cells, u64 total
//! alphabet x u32   characters; the code of each is its place, the first FIRST_LETTER places are not letters
//! weights x u64    frequency of each weight, ascending; the first is that of no word
//! weights x f64    ln(frequency) - ln(total), the first minus infinity
//! alphabet x u64   the roots: prefixes of one character
//! families x u32   bases of the families of the roots
//! cells x u64      the cells of longer prefixes
//! ```
//!
//! A double array over characters: the cell of the prefix `pc` lies at `base(p) XOR code(c)` and is labelled with
//! `code(c)`. No two prefixes share a base, so a label that fits proves whose cell it is, and no cell is labelled 0 or
//! 1, so that a walk ends at a character that is in no word.
//!
//! Some characters begin words with hundreds of others; a place for so many cells at once is hard to find, and a table of
//! such places is mostly empty. The children of a root are therefore split into small families by the low bits of their
//! codes, each with a base of its own: that of the child `c` of root `r` is `families[first(r) + (code(c) & mask(r))]`.
//! All numbers are little-endian.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::hint::select_unpredictable;

/// Begins every table.
const MAGIC: &[u8; 8] = b"WMDICT\0\x01";
/// Bytes before the sections.
const HEADER: usize = 32;
/// Code of characters that jieba cuts a text at; each stands alone.
pub const BREAK: u16 = 0;
/// Code of characters that words could hold but none does.
pub const UNKNOWN: u16 = 1;
/// Code of the digit 0; nine digits and twenty-six small letters follow, whether words hold them or not.
pub const FIRST_LETTER: u16 = 2;
/// The first code that is no ASCII letter or digit.
pub const FIRST_OTHER: u16 = FIRST_LETTER + 36;

/// Characters that a word has at most; far more than any word, and a bound on the work that a prefix can cause.
pub const LONGEST: u16 = 1_000;

/// A prefix of words, with what is known of it in one word of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell(u64);

impl Cell {
    /// No prefix.
    pub const EMPTY: Self = Self(0);

    /// A cell from its parts; `base` 0 for a prefix that nothing continues, `weight` 0 for one that is no word.
    #[must_use]
    pub fn new(label: u16, weight: u16, base: u32) -> Self {
        Self(u64::from(base) << 32 | u64::from(weight) << 16 | u64::from(label))
    }

    /// Code of the last character.
    #[must_use]
    pub fn label(self) -> u16 {
        self.0 as u16
    }

    /// Which weight the word has.
    #[must_use]
    pub fn weight(self) -> u16 {
        (self.0 >> 16) as u16
    }

    /// Where the cells of longer prefixes are; 0 where there are none.
    #[must_use]
    pub fn base(self) -> u32 {
        (self.0 >> 32) as u32
    }
}

/// A prefix of one character.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Root(u64);

impl Root {
    /// A root from its parts; `first` and `mask` choose among the families.
    #[must_use]
    pub fn new(weight: u16, mask: u16, first: u32) -> Self {
        Self(u64::from(first) << 32 | u64::from(weight) << 16 | u64::from(mask))
    }

    /// Which weight the character has as a word.
    #[inline(always)]
    #[must_use]
    pub fn weight(self) -> u16 {
        (self.0 >> 16) as u16
    }

    /// Which family holds the child of `code`.
    #[inline(always)]
    fn family(self, code: u16) -> usize {
        (self.0 >> 32) as usize + usize::from(self.0 as u16 & code)
    }
}

/// A dictionary, ready to be walked.
#[derive(Clone, Debug)]
pub struct Table {
    /// Character of each code.
    alphabet: Vec<char>,
    /// Sum of all frequencies, those of words that folded text cannot hold included.
    total: u64,
    frequencies: Vec<u64>,
    /// By number; there are as many as numbers, so that no look-up can miss.
    weights: Box<[f64; 1 << 16]>,
    /// Of the characters as words, by code, likewise.
    singles: Box<[f64; 1 << 16]>,
    /// By code, likewise.
    roots: Box<[Root; 1 << 16]>,
    families: Vec<u32>,
    cells: Cow<'static, [[u8; 8]]>,
}

impl Table {
    /// A table from bytes, which it keeps using.
    ///
    /// # Errors
    /// What is wrong with the bytes.
    pub fn parse(bytes: &'static [u8]) -> Result<Self, String> {
        let rest = bytes.strip_prefix(MAGIC).ok_or("does not begin like a dictionary")?;
        let (counts, rest) = rest.split_at_checked(HEADER - MAGIC.len()).ok_or("cut short")?;
        let mut counts = counts.as_chunks::<4>().0.iter().map(|&bytes| u32::from_le_bytes(bytes));
        let mut count = || counts.next().unwrap_or_default() as usize;
        let (alphabet, weights, families, cells) = (count(), count(), count(), count());
        let total = count() as u64 | (count() as u64) << 32;
        let (letters, rest) = section::<4>(rest, alphabet)?;
        let (frequencies, rest) = section::<8>(rest, weights)?;
        let (logarithms, rest) = section::<8>(rest, weights)?;
        let (roots, rest) = section::<8>(rest, alphabet)?;
        let (families, rest) = section::<4>(rest, families)?;
        let (cells, rest) = section::<8>(rest, cells)?;
        if !rest.is_empty() {
            return Err(format!("{} bytes too many", rest.len()));
        }
        let letters: Option<Vec<char>> =
            letters.iter().map(|&letter| char::from_u32(u32::from_le_bytes(letter))).collect();
        let roots: Vec<Root> = roots.iter().map(|&bytes| Root(u64::from_le_bytes(bytes))).collect();
        Self::new(
            letters.ok_or("a letter is no character")?,
            frequencies.iter().map(|&bytes| u64::from_le_bytes(bytes)).collect(),
            total,
            &logarithms.iter().map(|&bytes| f64::from_le_bytes(bytes)).collect::<Vec<f64>>(),
            (roots, families.iter().map(|&bytes| u32::from_le_bytes(bytes)).collect()),
            Cow::Borrowed(cells),
        )
    }

    fn new(
        alphabet: Vec<char>,
        frequencies: Vec<u64>,
        total: u64,
        logarithms: &[f64],
        (roots, families): (Vec<Root>, Vec<u32>),
        cells: Cow<'static, [[u8; 8]]>,
    ) -> Result<Self, String> {
        let too_many = || "holds more characters or frequencies than 16 bits can tell apart".to_owned();
        let weights = full(logarithms, f64::NEG_INFINITY).ok_or_else(too_many)?;
        let singles: Vec<f64> = roots
            .iter()
            .map(|root| logarithms.get(usize::from(root.weight())).copied().unwrap_or(f64::NEG_INFINITY))
            .collect();
        let singles = full(&singles, f64::NEG_INFINITY).ok_or_else(too_many)?;
        let roots = full(&roots, Root::default()).ok_or_else(too_many)?;
        Ok(Self { alphabet, total, frequencies, weights, singles, roots, families, cells })
    }

    /// A table from its parts.
    ///
    /// # Errors
    /// When there are more characters or frequencies than 16 bits can tell apart.
    pub(super) fn from_parts(
        alphabet: Vec<char>,
        (frequencies, total): (Vec<u64>, u64),
        prefixes: (Vec<Root>, Vec<u32>),
        cells: &[Cell],
    ) -> Result<Self, String> {
        let log_total = (total as f64).ln();
        // Evaluated as jieba does: the difference first, then the sum along the route.
        let weights: Vec<f64> =
            frequencies.iter().map(|&frequency| (frequency as f64).ln() - log_total).collect();
        let cells = cells.iter().map(|cell| cell.0.to_le_bytes()).collect();
        Self::new(alphabet, frequencies, total, &weights, prefixes, cells)
    }

    /// The bytes that [`Self::parse`] reads.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        for count in [self.alphabet.len(), self.frequencies.len(), self.families.len(), self.cells.len()] {
            bytes.extend((count as u32).to_le_bytes());
        }
        bytes.extend(self.total.to_le_bytes());
        bytes.extend(self.alphabet.iter().flat_map(|&letter| u32::from(letter).to_le_bytes()));
        bytes.extend(self.frequencies.iter().flat_map(|frequency| frequency.to_le_bytes()));
        bytes
            .extend(self.weights.iter().take(self.frequencies.len()).flat_map(|weight| weight.to_le_bytes()));
        bytes.extend(self.roots.iter().take(self.alphabet.len()).flat_map(|root| root.0.to_le_bytes()));
        bytes.extend(self.families.iter().flat_map(|base| base.to_le_bytes()));
        bytes.extend(self.cells.iter().flatten());
        bytes
    }

    /// Character of each code.
    #[must_use]
    pub fn alphabet(&self) -> &[char] {
        &self.alphabet
    }

    /// Sum of all frequencies.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total
    }

    /// What a character in no word counts: that of a word with frequency 1.
    #[must_use]
    pub fn unknown_weight(&self) -> f64 {
        0.0 - (self.total as f64).ln()
    }

    /// The prefix of one character.
    #[inline(always)]
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "16 bits cannot leave 65,536 places")]
    pub fn root(&self, code: u16) -> Root {
        self.roots[usize::from(code)]
    }

    /// The prefix of two characters, [`Cell::EMPTY`] where no word begins so.
    #[inline(always)]
    #[must_use]
    pub fn pair(&self, root: Root, code: u16) -> Cell {
        let base = self.families.get(root.family(code)).copied().unwrap_or_default();
        self.at(base, code)
    }

    /// The prefix that goes on with the character of `code`, [`Cell::EMPTY`] where no word does.
    #[inline(always)]
    #[must_use]
    pub fn child(&self, parent: Cell, code: u16) -> Cell {
        self.at(parent.base(), code)
    }

    #[inline(always)]
    fn at(&self, base: u32, code: u16) -> Cell {
        let at = (base ^ u32::from(code)) as usize;
        let cell = self.cells.get(at).map_or(0, |&bytes| u64::from_le_bytes(bytes));
        // About as often as not; a wrong guess would cost more than the look-up.
        Cell(select_unpredictable(cell as u16 == code, cell, 0))
    }

    /// What a word adds to a route; minus infinity where the prefix is no word.
    #[inline(always)]
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "16 bits cannot leave 65,536 places")]
    pub fn weight(&self, number: u16) -> f64 {
        self.weights[usize::from(number)]
    }

    /// The same of a character as a word.
    #[inline(always)]
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "16 bits cannot leave 65,536 places")]
    pub fn single(&self, code: u16) -> f64 {
        self.singles[usize::from(code)]
    }

    /// Frequency of the word of these codes, 0 where they are none.
    #[must_use]
    pub fn frequency(&self, codes: impl IntoIterator<Item = u16>) -> u64 {
        let mut codes = codes.into_iter();
        let Some(root) = codes.next().map(|code| self.root(code)) else { return 0 };
        let number = match codes.next() {
            None => root.weight(),
            Some(second) => codes
                .try_fold(self.pair(root, second), |cell, code| {
                    (cell != Cell::EMPTY).then(|| self.child(cell, code))
                })
                .map_or(0, Cell::weight),
        };
        // The first is that of no word.
        if number == 0 { 0 } else { self.frequencies.get(usize::from(number)).copied().unwrap_or_default() }
    }

    /// All words with their frequencies, in no useful order.
    #[must_use]
    pub fn words(&self) -> Vec<(String, u64)> {
        let letter = |code: u16| self.alphabet.get(usize::from(code)).copied().unwrap_or('\0');
        // Every cell under the base it stands under, which is that of one prefix.
        let mut cells: Vec<(u32, Cell)> = self
            .cells
            .iter()
            .zip(0u32..)
            .map(|(&bytes, at)| (at, Cell(u64::from_le_bytes(bytes))))
            .filter(|&(_, cell)| cell != Cell::EMPTY)
            .map(|(at, cell)| (at ^ u32::from(cell.label()), cell))
            .collect();
        cells.sort_unstable_by_key(|&(base, cell)| (base, cell.label()));
        let under = |base: u32| {
            let first = cells.partition_point(|&(other, _)| other < base);
            cells.iter().skip(first).take_while(move |&&(other, _)| other == base).map(|&(_, cell)| cell)
        };
        let mut words = Vec::new();
        let mut add = |prefix: &str, weight: u16| {
            if let Some(&frequency) = self.frequencies.get(usize::from(weight)).filter(|_| weight > 0) {
                words.push((prefix.to_owned(), frequency));
            }
        };
        // Prefixes whose longer ones are still to be read. No two share a base, unless the table is damaged; then each
        // base is read once.
        let mut open: Vec<(String, u32)> = Vec::new();
        let mut seen: BTreeSet<u32> = BTreeSet::from([0]);
        for first in FIRST_LETTER..u16::try_from(self.alphabet.len()).unwrap_or(u16::MAX) {
            let root = self.root(first);
            let prefix = String::from(letter(first));
            add(&prefix, root.weight());
            let bases = self.bases(root).iter().filter(|&&base| seen.insert(base));
            open.extend(bases.map(|&base| (prefix.clone(), base)));
        }
        while let Some((prefix, base)) = open.pop() {
            for cell in under(base) {
                let longer = format!("{prefix}{}", letter(cell.label()));
                add(&longer, cell.weight());
                if seen.insert(cell.base()) {
                    open.push((longer, cell.base()));
                }
            }
        }
        words
    }

    /// Bases of the families of a root.
    fn bases(&self, root: Root) -> &[u32] {
        let first = root.family(0);
        let bases = self.families.get(first..=first + usize::from(root.0 as u16));
        bases.filter(|_| first > 0).unwrap_or_default()
    }
}

/// The next `count` records of `N` bytes, and what follows them.
fn section<const N: usize>(
    bytes: &'static [u8],
    count: usize,
) -> Result<(&'static [[u8; N]], &'static [u8]), String> {
    let len = count.checked_mul(N).ok_or("a count is out of all bounds")?;
    let (section, rest) = bytes.split_at_checked(len).ok_or("cut short")?;
    Ok((section.as_chunks().0, rest))
}

/// As many values as 16 bits can number: those given, then the same one.
fn full<T: Copy>(values: &[T], rest: T) -> Option<Box<[T; 1 << 16]>> {
    let missing = (1usize << 16).checked_sub(values.len())?;
    let all: Vec<T> = values.iter().copied().chain(std::iter::repeat_n(rest, missing)).collect();
    all.into_boxed_slice().try_into().ok()
}
