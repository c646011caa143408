//! The names of the training texts, and which of them a text may not know of itself.

use std::collections::HashMap;

use crate::corpus::annotated::AnnotatedRow;
use crate::extract::tagger::Names;
use crate::extract::tagger::Types;
use crate::extract::tagger::merged;
use crate::extract::tagger::name_hash;
use crate::text::normalize;

/// Texts that stand so near one another in a file may be of one document, and what they share is not known elsewhere.
const NEAR: usize = 10;

/// What the texts together know.
#[derive(Debug, Default)]
pub(super) struct KnownNames<'r> {
    /// All of it.
    pub(super) names: Names,
    /// The number of each text; a text that stands there several times is one.
    numbers: HashMap<&'r str, usize>,
    /// By number: types of names, by hash, that no text has but this one and those near it.
    own: Vec<Vec<(u32, Types)>>,
}

impl<'r> KnownNames<'r> {
    /// Reads the marked spans of `types`.
    pub(super) fn read(rows: &[&'r AnnotatedRow], types: &[String]) -> Self {
        let mut numbers: HashMap<&str, usize> = HashMap::new();
        let mut found: Vec<(Vec<char>, usize, usize)> = Vec::new();
        for row in rows {
            let next = numbers.len();
            let number = *numbers.entry(row.text.as_str()).or_insert(next);
            let text: Vec<char> = normalize::fold(&row.text).text.chars().collect();
            for span in &row.spans {
                let kind = types.iter().position(|kind| *kind == span.kind);
                if let (Some(kind), Some(name)) = (kind, text.get(span.start..span.end)) {
                    found.push((name.to_vec(), kind, number));
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        let mut own: Vec<Vec<(u32, Types)>> = vec![Vec::new(); numbers.len()];
        for group in found.chunk_by(|one, other| (&one.0, one.1) == (&other.0, other.1)) {
            let (Some((name, kind, first)), Some((.., last))) = (group.first(), group.last()) else {
                continue;
            };
            for (.., number) in group {
                if first + NEAR >= *number
                    && number + NEAR >= *last
                    && let Some(own) = own.get_mut(*number)
                {
                    own.push((name_hash(name), bit(*kind)));
                }
            }
        }
        let own = own.into_iter().map(merged).collect();
        let names = Names::of(found.iter().map(|(name, kind, _)| (name.as_slice(), bit(*kind))));
        Self { names, numbers, own }
    }

    /// What only this text and its neighbours know.
    pub(super) fn own(&self, row: &AnnotatedRow) -> &[(u32, Types)] {
        let number = self.numbers.get(row.text.as_str());
        number.and_then(|&number| self.own.get(number)).map_or(&[], Vec::as_slice)
    }
}

/// The bit of a type; none for types that a bundle has no room for.
fn bit(kind: usize) -> Types {
    Types::try_from(kind).ok().and_then(|kind| 1_u64.checked_shl(kind as u32)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::annotated::Annotation;

    fn row(text: &str, spans: &[(usize, usize, &str)]) -> AnnotatedRow {
        let spans = spans
            .iter()
            .map(|&(start, end, kind)| Annotation { start, end, kind: kind.to_owned() })
            .collect();
        AnnotatedRow { text: text.to_owned(), spans, ..AnnotatedRow::default() }
    }

    #[test]
    fn a_text_does_not_know_what_only_it_and_its_neighbours_say() {
        let mut rows =
            vec![row("林晓到了苏州", &[(0, 2, "PER"), (4, 6, "LOC")]), row("林晓的天气", &[(0, 2, "PER")])];
        rows.extend((0..NEAR).map(|number| row(&format!("第{number}行"), &[])));
        rows.push(row("苏州的天气", &[(0, 2, "LOC")]));
        rows.push(row("林晓到了苏州", &[(0, 2, "PER"), (4, 6, "LOC")]));
        let rows: Vec<&AnnotatedRow> = rows.iter().collect();
        let types = ["LOC".to_owned(), "PER".to_owned()];
        let known = KnownNames::read(&rows, &types);
        let longest = |text: &str, row| known.names.longest(text.chars(), known.own(row));
        assert_eq!(longest("林晓", rows[NEAR + 2]), Some((2, 2)));
        assert_eq!(longest("林晓", rows[0]), None);
        assert_eq!(longest("林晓", rows[1]), None);
        assert_eq!(longest("林晓", rows[NEAR + 3]), None);
        assert_eq!(longest("苏州", rows[0]), Some((2, 1)));
        assert_eq!(longest("苏州", rows[NEAR + 2]), Some((2, 1)));
    }
}
