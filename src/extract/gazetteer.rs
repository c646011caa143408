//! Names that are known beforehand: divisions, foreign places, bodies, zones, surnames.
//!
//! The tables under `models/gazetteer` are compiled into the program; each says where it comes from in the README
//! beside it. Lookup answers every name that begins at a character, since rules may have to fall back to a shorter one
//! when the longest stands inside another word; an Aho-Corasick automaton over 80,000 names would cost ten times the
//! start-up time for the same answers.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::hash::Hasher;

use super::Division;
use super::characters::Characters;
use super::words::Classes;
use super::words::HanSet;
use crate::error::Error;

const DIVISIONS: &str = include_str!("../../models/gazetteer/divisions.tsv");
const TOWNSHIPS: &str = include_str!("../../models/gazetteer/townships.tsv");
const FORMER: &str = include_str!("../../models/gazetteer/former_divisions.tsv");
const ORDINARY: &str = include_str!("../../models/gazetteer/ordinary_words.txt");
const FOREIGN: &str = include_str!("../../models/gazetteer/foreign.tsv");
const REGIONS: &str = include_str!("../../models/gazetteer/regions.tsv");
const ORGANIZATIONS: &str = include_str!("../../models/gazetteer/organizations.tsv");
const BODIES: &str = include_str!("../../models/gazetteer/bodies.txt");
const UNIVERSITIES: &str = include_str!("../../models/gazetteer/universities.txt");
const ZONES: &str = include_str!("../../models/gazetteer/zones.tsv");
const ZONES_KEPT: &str = include_str!("../../models/gazetteer/zones_kept.tsv");
const SURNAMES: &str = include_str!("../../models/gazetteer/surnames.txt");
const WORDS: &str = include_str!("../../models/gazetteer/words.tsv");
const PEOPLE: &str = include_str!("../../models/gazetteer/people.txt");

/// A word of the dictionary that acts: 推动.
const ACTING: u16 = 1;
/// One that acts or relates: 来自, 这样.
const RELATING: u16 = 2;
/// One that names a kind of thing.
const THING: u16 = 4;

/// One that is also the short name of a place.
const COMMON: u16 = 8;

/// Bits of the filter of a [`Lexicon`], as a power of two.
const FILTER: u32 = 20;

/// A division's code: six digits, or nine for a township.
pub(crate) type Code = u32;

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Entry {
    /// A division by its full name.
    Division(Code),
    /// A division by a short form.
    ShortDivision(Code),
    /// A division under a name that it no longer has.
    FormerDivision(Code),
    /// A township by its full name.
    Township(Code),
    /// A township by a short form.
    ShortTownship(Code),
    /// A country; the name is its own.
    Country(&'static str),
    /// A place in a country.
    Abroad(&'static str),
    /// China itself.
    China,
    /// Several divisions, codes separated by spaces.
    Composite(&'static str),
    /// A river, mountain, region.
    Natural,
    /// A region beyond China.
    ForeignRegion,
    /// A body by its full name.
    Body,
    /// A body by a short form of this full name.
    ShortBody(&'static str),
    /// A university or college.
    University,
    /// A zone: division code or 0, full name where the name is short.
    Zone(Code, &'static str),
    /// A person in the news.
    Person,
    /// No name at all, whatever shorter names it holds.
    Skip,
}

/// Hashes one integer; the keys are packed characters, not under anyone's control beyond the text itself, and the
/// buckets they lead to are of bounded size.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PackedHasher(u64);

impl Hasher for PackedHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(u64::from(byte));
        }
    }
    fn write_u64(&mut self, value: u64) {
        self.0 = (self.0.rotate_left(5) ^ value).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
}

/// One name with what it may stand for.
#[derive(Clone, Copy, Debug)]
struct Name {
    text: &'static str,
    /// In characters.
    length: u32,
    first: u32,
    count: u32,
}

/// Finds names by their beginning.
#[derive(Debug, Default)]
pub(crate) struct Lexicon {
    names: Vec<Name>,
    entries: Vec<Entry>,
    /// A bit for each pair of characters that may begin a name; hardly any pair of a text does.
    filter: Vec<u64>,
    buckets: HashMap<u64, (u32, u32), BuildHasherDefault<PackedHasher>>,
}

/// Where the filter keeps a pair's bit.
#[inline]
fn position(pair: u64) -> (usize, u64) {
    let hash = pair.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - FILTER);
    ((hash / 64) as usize, 1 << (hash % 64))
}

/// Packs the first two characters of a name.
fn pack(first: char, second: char) -> u64 {
    (u64::from(u32::from(first)) << 32) | u64::from(u32::from(second))
}

impl Lexicon {
    fn build(mut pairs: Vec<(&'static str, Entry)>) -> Self {
        pairs.sort_unstable();
        pairs.dedup();
        let mut lexicon = Self { filter: vec![0; (1 << FILTER) / 64], ..Self::default() };
        lexicon.entries.reserve(pairs.len());
        for (text, entry) in pairs {
            let mut characters = text.chars();
            let (Some(first), Some(second)) = (characters.next(), characters.next()) else { continue };
            let at = lexicon.entries.len() as u32;
            lexicon.entries.push(entry);
            if let Some(last) = lexicon.names.last_mut()
                && last.text == text
            {
                last.count += 1;
                continue;
            }
            let number = lexicon.names.len() as u32;
            lexicon.names.push(Name { text, length: text.chars().count() as u32, first: at, count: 1 });
            let (slot, bit) = position(pack(first, second));
            if let Some(slot) = lexicon.filter.get_mut(slot) {
                *slot |= bit;
            }
            lexicon.buckets.entry(pack(first, second)).or_insert((number, number)).1 = number + 1;
        }
        lexicon
    }

    /// Every name that begins at `index`, longest first, as (length in characters, name, what it may stand for).
    pub(crate) fn names_at<'a>(
        &'a self,
        text: &'a Characters<'_>,
        index: usize,
    ) -> impl Iterator<Item = (usize, &'static str, &'a [Entry])> {
        self.names_in(self.bucket(text.at(index), text.at(index + 1)), text, index)
    }

    /// The names that begin with two characters, as a range.
    #[inline]
    fn bucket(&self, first: char, second: char) -> (u32, u32) {
        let pair = pack(first, second);
        let (slot, bit) = position(pair);
        if self.filter.get(slot).is_none_or(|slot| slot & bit == 0) {
            return (0, 0);
        }
        self.buckets.get(&pair).copied().unwrap_or((0, 0))
    }

    /// The names that stand in a text, each by its number.
    pub(crate) fn hits(&self, text: &Characters<'_>) -> Hits {
        let mut hits = Hits { ends: Vec::with_capacity(text.len()), names: Vec::new() };
        let mut first = text.at(0);
        for index in 0..text.len() {
            let second = text.at(index + 1);
            let (from, to) = self.bucket(first, second);
            for number in (from..to).rev() {
                if self.names.get(number as usize).is_some_and(|name| text.starts_with(index, name.text)) {
                    hits.names.push(number);
                }
            }
            hits.ends.push(hits.names.len() as u32);
            first = second;
        }
        hits
    }

    /// A name by its number.
    #[inline]
    fn numbered(&self, number: u32) -> Option<(usize, &'static str, &[Entry])> {
        self.names.get(number as usize).map(|name| self.named(name))
    }

    fn named(&self, name: &Name) -> (usize, &'static str, &[Entry]) {
        let entries = self.entries.get(name.first as usize..(name.first + name.count) as usize);
        (name.length as usize, name.text, entries.unwrap_or_default())
    }

    /// The names of a range that stand at `index`, longest first.
    fn names_in<'a>(
        &'a self,
        bucket: (u32, u32),
        text: &'a Characters<'_>,
        index: usize,
    ) -> impl Iterator<Item = (usize, &'static str, &'a [Entry])> {
        let names = self.names.get(bucket.0 as usize..bucket.1 as usize).unwrap_or_default();
        // Within one bucket names are sorted, so a name comes after its own beginnings.
        let found = names.iter().rev().filter(move |name| text.starts_with(index, name.text));
        found.map(|name| self.named(name))
    }
}

/// The names of a lexicon that stand in a text, by their numbers.
#[derive(Debug, Default)]
pub(crate) struct Hits {
    /// Of each character, where the names that begin with it end.
    ends: Vec<u32>,
    /// Longest first at each character.
    names: Vec<u32>,
}

impl Hits {
    /// The names that begin at a character.
    #[inline]
    pub(crate) fn at(&self, index: usize) -> &[u32] {
        let end = self.ends.get(index).copied().unwrap_or(0);
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        if start == end { &[] } else { self.names.get(start as usize..end as usize).unwrap_or_default() }
    }
}

/// All tables.
#[derive(Debug)]
pub(crate) struct Gazetteer {
    /// Every name above the township.
    pub(crate) names: Lexicon,
    /// Townships, apart because only those of counties that the text mentions count.
    pub(crate) townships: Lexicon,
    divisions: Vec<(Code, &'static str)>,
    letters: Vec<(char, Code)>,
    /// Words of the dictionary that are no names, see [`ACTING`] and the like.
    words: Classes,
    surnames: HanSet,
    /// Characters of provinces, and the first ones of cities.
    line_ends: HanSet,
    compound_surnames: Vec<(char, char)>,
}

/// Lines of a table without comments.
fn lines(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

impl Gazetteer {
    /// Reads the tables that are compiled in.
    ///
    /// # Errors
    /// [`Error::Bundle`] when one is damaged.
    pub(crate) fn builtin() -> Result<Self, Error> {
        let damaged = |line: &str| Error::Bundle {
            path: "built-in".to_owned(),
            reason: format!("gazetteer: cannot read the line {line:?}"),
        };
        let mut names = Vec::with_capacity(20_000);
        let mut divisions = Vec::with_capacity(45_000);
        let mut letters = Vec::new();
        for line in lines(DIVISIONS) {
            let mut fields = line.split('\t');
            let (Some(code), Some(name), Some(forms), Some(letter)) =
                (fields.next(), fields.next(), fields.next(), fields.next())
            else {
                return Err(damaged(line));
            };
            let code: Code = code.parse().map_err(|_| damaged(line))?;
            divisions.push((code, name));
            names.push((name, Entry::Division(code)));
            names.extend(forms.split(' ').map(|form| (form, Entry::ShortDivision(code))));
            letters.extend(letter.chars().map(|letter| (letter, code)));
        }
        let mut townships = Vec::with_capacity(80_000);
        for line in lines(TOWNSHIPS) {
            let (county, list) = line.split_once('\t').ok_or_else(|| damaged(line))?;
            let county: Code = county.parse().map_err(|_| damaged(line))?;
            for township in list.split(' ') {
                let (digits, name) = township.split_at_checked(3).ok_or_else(|| damaged(line))?;
                let code = county * 1000 + digits.parse::<Code>().map_err(|_| damaged(line))?;
                divisions.push((code, name));
                townships.push((name, Entry::Township(code)));
                if let Some(short) =
                    ["镇", "乡", "街道", "苏木"].iter().find_map(|end| name.strip_suffix(end))
                {
                    townships.push((short, Entry::ShortTownship(code)));
                }
            }
        }
        divisions.sort_unstable();
        for line in lines(FORMER) {
            let (name, code) = line.split_once('\t').ok_or_else(|| damaged(line))?;
            names.push((name, Entry::FormerDivision(code.parse().map_err(|_| damaged(line))?)));
        }
        for line in lines(FOREIGN) {
            let mut fields = line.split('\t');
            let country = fields.next().ok_or_else(|| damaged(line))?;
            names.push((country, Entry::Country(country)));
            names.extend(
                fields.next().into_iter().flat_map(|f| f.split(' ')).map(|f| (f, Entry::Country(country))),
            );
            names.extend(
                fields.next().into_iter().flat_map(|f| f.split(' ')).map(|f| (f, Entry::Abroad(country))),
            );
        }
        for line in lines(REGIONS) {
            let mut fields = line.split('\t');
            let (Some(name), Some(kind), codes) = (fields.next(), fields.next(), fields.next().unwrap_or(""))
            else {
                return Err(damaged(line));
            };
            names.push((
                name,
                match kind {
                    "country" => Entry::China,
                    "composite" => Entry::Composite(codes),
                    "natural" | "region" => Entry::Natural,
                    "foreign" => Entry::ForeignRegion,
                    "skip" => Entry::Skip,
                    _ => return Err(damaged(line)),
                },
            ));
        }
        for line in lines(ORGANIZATIONS) {
            let (full, forms) = line.split_once('\t').ok_or_else(|| damaged(line))?;
            names.push((full, Entry::Body));
            names.extend(forms.split(' ').map(|form| (form, Entry::ShortBody(full))));
        }
        names.extend(lines(BODIES).map(|name| (name, Entry::Body)));
        names.extend(lines(UNIVERSITIES).map(|name| (name, Entry::University)));
        for line in lines(ZONES).chain(lines(ZONES_KEPT)) {
            let mut fields = line.split('\t');
            let (Some(name), code) = (fields.next(), fields.next().unwrap_or("")) else {
                return Err(damaged(line));
            };
            let code = if code.is_empty() { 0 } else { code.parse().map_err(|_| damaged(line))? };
            names.push((name, Entry::Zone(code, fields.next().unwrap_or(""))));
        }
        names.extend(lines(PEOPLE).flat_map(|line| line.split(' ')).map(|name| (name, Entry::Person)));
        let mut words: Vec<(&'static str, u16)> = lines(ORDINARY).map(|word| (word, COMMON)).collect();
        for line in lines(WORDS) {
            let (bits, list) = match line.split_once('\t') {
                Some(("acting", list)) => (ACTING | RELATING, list),
                Some(("relating", list)) => (RELATING, list),
                Some(("thing", list)) => (THING, list),
                Some(_) | None => return Err(damaged(line)),
            };
            words.extend(list.split(' ').map(|word| (word, bits)));
        }
        let mut surnames = Vec::new();
        let mut compound_surnames = Vec::new();
        for name in lines(SURNAMES).flat_map(|line| line.split(' ')) {
            let mut characters = name.chars();
            if let (Some(first), Some(second), None) =
                (characters.next(), characters.next(), characters.next())
            {
                compound_surnames.push((first, second));
            } else {
                surnames.extend(name.chars());
            }
        }
        compound_surnames.sort_unstable();
        let cities = divisions.iter().filter(|&&(code, _)| code < 1_000_000 && code.is_multiple_of(100));
        let firsts = cities.filter_map(|(_, name)| name.chars().next());
        // 雄 of 京雄 is 雄安, which is no division of its own.
        let line_ends = HanSet::new(firsts.chain(letters.iter().map(|&(letter, _)| letter)).chain(['雄']));
        Ok(Self {
            line_ends,
            names: Lexicon::build(names),
            townships: Lexicon::build(townships),
            divisions,
            letters,
            words: Classes::new(words),
            surnames: HanSet::new(surnames),
            compound_surnames,
        })
    }

    /// Every name above the township that begins at `index`, longest first, as (length in characters, name, what it may
    /// stand for); none in a text that was not looked through.
    #[inline]
    pub(crate) fn names_at<'a>(
        &'a self,
        text: &'a Characters<'_>,
        index: usize,
    ) -> impl Iterator<Item = (usize, &'static str, &'a [Entry])> {
        text.hits().at(index).iter().filter_map(|&number| self.names.numbered(number))
    }

    /// Name of a division; empty for an unknown code.
    pub(crate) fn name(&self, code: Code) -> &'static str {
        match self.divisions.binary_search_by_key(&code, |&(known, _)| known) {
            Ok(at) => self.divisions.get(at).map_or("", |&(_, name)| name),
            Err(_) => "",
        }
    }

    /// The division with its path from the outside in.
    pub(crate) fn division(&self, code: Code) -> Division {
        let mut path = Vec::new();
        for level in lineage(code) {
            let name = self.name(level);
            if !name.is_empty() {
                path.push(name.to_owned());
            }
        }
        Division { code: code.to_string(), path }
    }

    /// The province of a one-character name.
    pub(crate) fn letter(&self, letter: char) -> Option<Code> {
        self.letters.iter().find(|&&(known, _)| known == letter).map(|&(_, code)| code)
    }

    /// Whether a character may name the end of a railway line: a province, or the first character of a city.
    pub(crate) fn is_end_of_line(&self, character: char) -> bool {
        self.line_ends.holds(character)
    }

    /// Whether a short place name is also an ordinary word.
    pub(crate) fn is_ordinary(&self, word: &str) -> bool {
        self.words.of(word) & COMMON != 0
    }

    /// Whether a word of the dictionary acts or relates: 推动, 来自, 这样.
    pub(crate) fn is_relating(&self, word: &str) -> bool {
        self.words.of(word) & RELATING != 0
    }

    /// Whether a word of the dictionary is a verb: 推动.
    pub(crate) fn is_verb(&self, word: &str) -> bool {
        self.words.of(word) & ACTING != 0
    }

    /// Whether a word of the dictionary is common and no name.
    pub(crate) fn is_word(&self, word: &str) -> bool {
        self.words.of(word) & (RELATING | THING) != 0
    }

    /// Whether a character is a surname.
    pub(crate) fn is_surname(&self, character: char) -> bool {
        self.surnames.holds(character)
    }

    /// Whether two characters are a compound surname.
    pub(crate) fn is_compound_surname(&self, first: char, second: char) -> bool {
        self.compound_surnames.binary_search(&(first, second)).is_ok()
    }
}

/// Codes of a division and everything that it lies in, from the outside in.
pub(crate) fn lineage(code: Code) -> impl Iterator<Item = Code> {
    let county = if code >= 100_000_000 { code / 1000 } else { code };
    let province = county / 10_000 * 10_000;
    let city = county / 100 * 100;
    let township = (code >= 100_000_000).then_some(code);
    [Some(province), (city != province).then_some(city), (county != city).then_some(county), township]
        .into_iter()
        .flatten()
}

/// Whether `outer` is `code` itself or something that it lies in.
pub(crate) fn lies_in(code: Code, outer: Code) -> bool {
    lineage(code).any(|level| level == outer)
}

/// 0 province, 1 city, 2 county, 3 township.
pub(crate) fn level(code: Code) -> u8 {
    if code >= 100_000_000 {
        3
    } else if code.is_multiple_of(10_000) {
        0
    } else if code.is_multiple_of(100) {
        1
    } else {
        2
    }
}
