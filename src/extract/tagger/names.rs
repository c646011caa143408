//! Names that stood in the training texts, with the types that they had there.
//!
//! A name is found by walking from character to character as long as some name begins so. The table therefore holds,
//! by hash, every beginning of a name, and the types of those that are names; none where a beginning is only that.

use super::clusters::Prefix;
use super::features::plain;
use super::hashed::Hashed;

/// A set of types, a bit each.
pub(crate) type Types = u64;

/// Longer names are left out, in characters; bounds what is looked at from each character.
const MAX_LENGTH: usize = 40;

/// Names by hash.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Names(Hashed<Types>);

impl Names {
    /// The names with their types, folded; those of one character tell too little.
    pub(crate) fn of<'n>(names: impl IntoIterator<Item = (&'n [char], Types)>) -> Self {
        let mut entries = Vec::new();
        for (name, types) in names {
            if !(2..=MAX_LENGTH).contains(&name.len()) {
                continue;
            }
            let mut prefix = Prefix::default();
            for (at, &character) in name.iter().enumerate() {
                prefix = prefix.with(plain(character));
                entries.push((prefix.hash(), if at + 1 == name.len() { types } else { 0 }));
            }
        }
        Self::new(merged(entries))
    }

    /// A table of entries that ascend by hash.
    pub(crate) fn new(entries: Vec<(u32, Types)>) -> Self {
        Self(Hashed::new(entries))
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.entries().is_empty()
    }

    /// Everything, by hash.
    pub(crate) fn entries(&self) -> &[(u32, Types)] {
        self.0.entries()
    }

    /// The longest name at the beginning of `characters`: how long it is, and its types. `own` takes types from a
    /// name, by its hash.
    pub(crate) fn longest(
        &self,
        characters: impl IntoIterator<Item = char>,
        own: &[(u32, Types)],
    ) -> Option<(usize, Types)> {
        let mut longest = None;
        let mut prefix = Prefix::default();
        for (at, character) in characters.into_iter().take(MAX_LENGTH).enumerate() {
            prefix = prefix.with(plain(character));
            let Some(mut types) = self.0.get(prefix.hash()) else { break };
            if types != 0 {
                types &= !without(own, prefix.hash());
            }
            if types != 0 {
                longest = Some((at + 1, types));
            }
        }
        longest
    }
}

/// Entries in order, those of one hash as one with the types of all.
pub(crate) fn merged(mut entries: Vec<(u32, Types)>) -> Vec<(u32, Types)> {
    entries.sort_unstable();
    entries.dedup_by(|later, kept| {
        let same = later.0 == kept.0;
        if same {
            kept.1 |= later.1;
        }
        same
    });
    entries
}

/// Identifies a name.
pub(crate) fn name_hash(name: &[char]) -> u32 {
    name.iter().fold(Prefix::default(), |prefix, &character| prefix.with(plain(character))).hash()
}

/// The types that are taken from a name.
fn without(own: &[(u32, Types)], hash: u32) -> Types {
    match own.binary_search_by_key(&hash, |&(known, _)| known) {
        Ok(at) => own.get(at).map_or(0, |&(_, types)| types),
        Err(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn characters(text: &str) -> Vec<char> {
        text.chars().collect()
    }

    fn names() -> Names {
        let listed = [("苏州", 1), ("苏州大学", 2), ("苏州", 4), ("大学城2号", 8), ("河", 16)];
        let listed: Vec<(Vec<char>, Types)> =
            listed.iter().map(|&(name, types)| (characters(name), types)).collect();
        Names::of(listed.iter().map(|(name, types)| (name.as_slice(), *types)))
    }

    #[test]
    fn the_longest_name_counts_with_all_its_types() {
        let names = names();
        let longest = |text: &str| names.longest(text.chars(), &[]);
        assert_eq!(longest("苏州大学里"), Some((4, 2)));
        assert_eq!(longest("苏州大会"), Some((2, 5)));
        assert_eq!(longest("大学城7号"), Some((5, 8)));
        assert_eq!(longest("大学城"), None);
        assert_eq!(longest("河"), None);
        assert_eq!(Names::default().longest("苏州".chars(), &[]), None);
    }

    #[test]
    fn what_only_the_text_itself_says_is_left_out() {
        let mut own = vec![(name_hash(&characters("苏州大学")), 2), (name_hash(&characters("苏州")), 1)];
        own.sort_unstable();
        assert_eq!(names().longest("苏州大学".chars(), &own), Some((2, 4)));
    }
}
