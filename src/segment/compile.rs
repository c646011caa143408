//! A list of words into a [`Table`].

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashSet;

use super::table::Cell;
use super::table::FIRST_LETTER;
use super::table::FIRST_OTHER;
use super::table::LONGEST;
use super::table::Root;
use super::table::Table;
use crate::text::normalize::fold_char;

/// Words with their frequencies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dictionary {
    words: BTreeMap<String, u64>,
    /// Frequencies of words that folded text cannot hold: they are never found, but they count.
    unreachable: u64,
}

impl Dictionary {
    /// The words of a table.
    #[must_use]
    pub fn of(table: &Table) -> Self {
        let words: BTreeMap<String, u64> = table.words().into_iter().collect();
        let unreachable = table.total().saturating_sub(words.values().sum());
        Self { words, unreachable }
    }

    /// Reads jieba's format: a word, its frequency and its part of speech to a line, separated by spaces.
    ///
    /// # Errors
    /// The first line that is none of the kind, and why.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut dictionary = Self::default();
        for (index, line) in text.lines().enumerate() {
            let mut fields = line.split_ascii_whitespace();
            let Some(word) = fields.next() else { continue };
            let frequency = fields.next().and_then(|field| field.parse().ok());
            let frequency: u64 = frequency.ok_or_else(|| format!("line {}: no frequency", index + 1))?;
            if word.chars().all(|character| fold_char(character) == character) {
                if !dictionary.add(word, frequency) {
                    let line = index + 1;
                    return Err(format!(
                        "line {line}: the word must have at most {LONGEST} characters and a frequency in 1 to 2^40"
                    ));
                }
            } else {
                dictionary.unreachable = dictionary.unreachable.saturating_add(frequency);
            }
        }
        Ok(dictionary)
    }

    /// Adds a word in its folded spelling, or gives it another frequency. False where the word is empty or longer than
    /// [`LONGEST`], or the frequency is none a word can have: 0, or above 2⁴⁰.
    pub fn add(&mut self, word: &str, frequency: u64) -> bool {
        let length = word.chars().take(usize::from(LONGEST) + 1).count();
        let fit = (1..=usize::from(LONGEST)).contains(&length) && (1..=1 << 40).contains(&frequency);
        if fit {
            self.words.insert(word.chars().map(fold_char).collect(), frequency);
        }
        fit
    }

    /// Compiles the words. Words beyond what a table can hold (65,000 different characters, 65,000 different frequencies)
    /// are refused.
    ///
    /// # Errors
    /// What is too much.
    pub fn compile(&self) -> Result<Table, String> {
        let total =
            self.words.values().fold(self.unreachable, |sum, &frequency| sum.saturating_add(frequency));
        let alphabet = self.alphabet();
        let distinct: BTreeSet<u64> = self.words.values().copied().collect();
        let frequencies: Vec<u64> = std::iter::once(0).chain(distinct).collect();
        if alphabet.len().max(frequencies.len()) > usize::from(u16::MAX) {
            return Err("holds more characters or frequencies than 16 bits can tell apart".to_owned());
        }
        let codes: BTreeMap<char, u16> = alphabet
            .iter()
            .enumerate()
            .skip(usize::from(FIRST_LETTER))
            .map(|(code, &c)| (c, code as u16))
            .collect();
        let code = |character: char| codes.get(&character).copied().unwrap_or_default();
        let weight = |frequency: u64| frequencies.binary_search(&frequency).unwrap_or_default() as u16;
        let mut words: Vec<(Vec<u16>, u16, u64)> = self
            .words
            .iter()
            .map(|(word, &frequency)| (word.chars().map(code).collect(), weight(frequency), frequency))
            .collect();
        words.sort_unstable();
        let trie = Trie::of(&words);
        let Placed { roots, families, cells } = trie.place(alphabet.len())?;
        Table::from_parts(alphabet, (frequencies, total), (roots, families), &cells)
    }

    /// Characters by code: the fixed ones, then those of the words, the commonest first so that what is used together
    /// lies together.
    fn alphabet(&self) -> Vec<char> {
        let fixed: Vec<char> = ['\0', '\0'].into_iter().chain('0'..='9').chain('a'..='z').collect();
        debug_assert_eq!(fixed.len(), usize::from(FIRST_OTHER));
        let mut common: BTreeMap<char, u64> = BTreeMap::new();
        for (word, &frequency) in &self.words {
            for character in word.chars().filter(|character| !fixed.contains(character)) {
                *common.entry(character).or_default() += frequency;
            }
        }
        let mut others: Vec<(char, u64)> = common.into_iter().collect();
        others.sort_by_key(|&(character, frequency)| (std::cmp::Reverse(frequency), character));
        fixed.into_iter().chain(others.into_iter().map(|(character, _)| character)).collect()
    }
}

/// A prefix before it has a place.
#[derive(Clone, Debug, Default)]
struct Node {
    label: u16,
    weight: u16,
    /// Frequency of all words that begin so.
    common: u64,
    children: Vec<u32>,
}

/// Prefixes; the first is the empty one.
struct Trie {
    nodes: Vec<Node>,
}

impl Trie {
    /// The prefixes of `words`, which are in order.
    fn of(words: &[(Vec<u16>, u16, u64)]) -> Self {
        let mut nodes = vec![Node::default()];
        // Nodes of the word before, from the empty prefix on.
        let mut path: Vec<u32> = vec![0];
        let mut before: &[u16] = &[];
        for (word, weight, frequency) in words {
            let shared = word.iter().zip(before).take_while(|(a, b)| a == b).count();
            path.truncate(shared + 1);
            for &label in word.iter().skip(shared) {
                let index = nodes.len() as u32;
                nodes.push(Node { label, ..Node::default() });
                if let Some(parent) = path.last().and_then(|&parent| nodes.get_mut(parent as usize)) {
                    parent.children.push(index);
                }
                path.push(index);
            }
            for &index in &path {
                if let Some(node) = nodes.get_mut(index as usize) {
                    node.common = node.common.saturating_add(*frequency);
                }
            }
            if let Some(node) = path.last().and_then(|&last| nodes.get_mut(last as usize)) {
                node.weight = *weight;
            }
            before = word;
        }
        Self { nodes }
    }

    fn node(&self, index: u32) -> Option<&Node> {
        self.nodes.get(index as usize)
    }

    /// Gives every prefix its cell.
    fn place(&self, alphabet: usize) -> Result<Placed, String> {
        let mut families = self.families(alphabet);
        // Large families first while there is room for them; of equal ones the commonest, so that what is read most lies
        // close together.
        families.members.sort_by_key(|family| {
            (std::cmp::Reverse(family.children.len()), std::cmp::Reverse(family.common), family.owner)
        });
        let mut bases = vec![0u32; self.nodes.len()];
        let mut room = Room::new(alphabet);
        for family in &families.members {
            let labels: Vec<u16> =
                family.children.iter().filter_map(|&child| Some(self.node(child)?.label)).collect();
            let base = room.take(&labels).ok_or("holds more prefixes than 32 bits can tell apart")?;
            let slot = match family.owner {
                Owner::Root(place) => families.bases.get_mut(place as usize),
                Owner::Longer(index) => bases.get_mut(index as usize),
            };
            if let Some(slot) = slot {
                *slot = base;
            }
        }
        let mut cells = vec![Cell::EMPTY; room.len()];
        for family in &families.members {
            let base = match family.owner {
                Owner::Root(place) => families.bases.get(place as usize),
                Owner::Longer(index) => bases.get(index as usize),
            };
            for &child in &family.children {
                let Some(below) = self.node(child) else { continue };
                let next = bases.get(child as usize).copied().unwrap_or_default();
                let at = base.copied().unwrap_or_default() ^ u32::from(below.label);
                if let Some(slot) = cells.get_mut(at as usize) {
                    *slot = Cell::new(below.label, below.weight, next);
                }
            }
        }
        Ok(Placed { roots: families.roots, families: families.bases, cells })
    }

    /// Who needs a base.
    fn families(&self, alphabet: usize) -> Families {
        /// Children of a root for each of its families, about.
        const CHILDREN: usize = 8;
        // The first base is that of the roots that nothing continues.
        let mut found =
            Families { roots: vec![Root::default(); alphabet], bases: vec![0], members: Vec::new() };
        let roots = self.node(0).map_or(&[][..], |empty| &empty.children);
        for &index in roots {
            let Some(root) = self.node(index) else { continue };
            let split = (root.children.len() / CHILDREN).max(1).next_power_of_two();
            let first = if root.children.is_empty() { 0 } else { found.bases.len() as u32 };
            if let Some(slot) = found.roots.get_mut(usize::from(root.label)) {
                *slot = Root::new(root.weight, (split - 1) as u16, first);
            }
            if root.children.is_empty() {
                continue;
            }
            found.bases.resize(found.bases.len() + split, 0);
            let mut members: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
            for &child in &root.children {
                let label = self.node(child).map_or(0, |child| child.label);
                let place = first + u32::from(label & (split - 1) as u16);
                members.entry(place).or_default().push(child);
            }
            for (place, children) in members {
                let common =
                    children.iter().filter_map(|&child| self.node(child)).map(|child| child.common).sum();
                found.members.push(Family { owner: Owner::Root(place), children, common });
            }
        }
        for (index, node) in self.nodes.iter().enumerate().skip(1) {
            if !node.children.is_empty() && roots.binary_search(&(index as u32)).is_err() {
                let owner = Owner::Longer(index as u32);
                found.members.push(Family { owner, children: node.children.clone(), common: node.common });
            }
        }
        found
    }
}

/// The sections of a table that hold prefixes.
struct Placed {
    roots: Vec<Root>,
    families: Vec<u32>,
    cells: Vec<Cell>,
}

/// Children that share a base.
struct Family {
    owner: Owner,
    children: Vec<u32>,
    common: u64,
}

/// Whose base it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Owner {
    /// One of a root's: its place among the bases of roots.
    Root(u32),
    /// That of a longer prefix: its node.
    Longer(u32),
}

struct Families {
    roots: Vec<Root>,
    bases: Vec<u32>,
    members: Vec<Family>,
}

/// Free cells, by blocks within which exclusive-or with a code stays.
struct Room {
    /// Cells of a block.
    size: usize,
    taken: Vec<bool>,
    bases: HashSet<u32>,
    blocks: Vec<Block>,
}

/// What is known of the free cells of a block.
struct Block {
    /// No cell before this one is free.
    first_free: usize,
    /// Families of this size and above were found not to fit.
    too_large: usize,
}

impl Room {
    fn new(alphabet: usize) -> Self {
        let size = alphabet.next_power_of_two();
        Self { size, taken: Vec::new(), bases: HashSet::from([0]), blocks: Vec::new() }
    }

    fn len(&self) -> usize {
        self.taken.len()
    }

    /// Takes a cell for each label under a base that no other prefix has.
    fn take(&mut self, labels: &[u16]) -> Option<u32> {
        let block = (0..self.blocks.len()).find_map(|block| self.base_in(block, labels));
        let base = match block {
            Some(base) => base,
            None => {
                let first_free = self.taken.len();
                self.taken.resize(first_free + self.size, false);
                self.blocks.push(Block { first_free, too_large: usize::MAX });
                self.base_in(self.blocks.len() - 1, labels)?
            }
        };
        self.bases.insert(base);
        for &label in labels {
            if let Some(slot) = self.taken.get_mut((base ^ u32::from(label)) as usize) {
                *slot = true;
            }
        }
        Some(base)
    }

    /// A base in a block under which every label has a free cell.
    fn base_in(&mut self, block: usize, labels: &[u16]) -> Option<u32> {
        let end = (block + 1) * self.size;
        let known = self.blocks.get_mut(block).filter(|known| labels.len() < known.too_large)?;
        let is_free = |at: usize| self.taken.get(at).is_some_and(|&taken| !taken);
        while known.first_free < end && !is_free(known.first_free) {
            known.first_free += 1;
        }
        let first = u32::from(*labels.first()?);
        let base = (known.first_free..end).filter(|&at| is_free(at)).find_map(|at| {
            let base = u32::try_from(at).ok()? ^ first;
            let fits = labels.iter().all(|&label| is_free((base ^ u32::from(label)) as usize));
            (fits && !self.bases.contains(&base)).then_some(base)
        });
        if base.is_none() {
            known.too_large = labels.len();
        }
        base
    }
}
