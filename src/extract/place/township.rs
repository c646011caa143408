//! Townships, of which there are too many to believe without the county.

use super::canonical;
use super::division_code;
use super::setting::Setting;
use crate::extract::Detector;
use crate::extract::MentionKind;
use crate::extract::PlaceKind;
use crate::extract::Value;
use crate::extract::characters::Characters;
use crate::extract::characters::Mask;
use crate::extract::characters::is_han;
use crate::extract::finding::Finding;
use crate::extract::gazetteer::Code;
use crate::extract::gazetteer::Entry;
use crate::extract::gazetteer::Gazetteer;
use std::collections::BTreeSet;

/// Townships of the counties that the document names; others only by their full name.
pub(super) fn townships(
    text: &Characters<'_>,
    gazetteer: &Gazetteer,
    taken: &Mask,
    counties: &BTreeSet<Code>,
    setting: &Setting,
) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut index = 0;
    while index < text.len() {
        let mut next = index + 1;
        for (length, name, entries) in gazetteer.townships.names_at(text, index) {
            let end = index + length;
            if taken.overlaps(index, end) || length < 2 {
                continue;
            }
            let begins = text.is_word_start(index)
                || !is_han(text.before(index))
                || matches!(text.before(index), '县' | '区' | '市' | '省' | '州');
            let ends = text.is_word_start(end) || !is_han(text.at(end));
            let known: Vec<Code> = entries
                .iter()
                .filter_map(|entry| Some((entry, division_code(entry)?)))
                .filter(|&(_, code)| {
                    counties.contains(&(code / 1000))
                        || counties.contains(&(code / 100_000 * 100))
                            && matches!(entries, [Entry::Township(_), ..])
                })
                .filter(|(entry, _)| {
                    matches!(entry, Entry::Township(_))
                        || ends && !gazetteer.is_ordinary(name) && name.chars().count() >= 2
                })
                .map(|(_, code)| code)
                .collect();
            let full = entries.iter().any(|entry| matches!(entry, Entry::Township(_)));
            let best = known
                .iter()
                .copied()
                .max_by_key(|&code| (setting.weight(code / 1000), std::cmp::Reverse(code)));
            let divisions = match best {
                Some(code) if begins => vec![gazetteer.division(code)],
                None if full && length >= 3 && begins && ends && !gazetteer.is_ordinary(name) => {
                    // Only one township of the country bears the name, and the document names its province.
                    match entries {
                        [Entry::Township(code)] if setting.weight(code / 10_000_000 * 10_000) > 0 => {
                            vec![gazetteer.division(*code)]
                        }
                        _ => Vec::new(),
                    }
                }
                _ => continue,
            };
            let (kind, confidence) =
                if full { (MentionKind::Name, 0.9) } else { (MentionKind::Abbreviation, 0.75) };
            let value = Value::Place { kind: PlaceKind::Division, divisions };
            let name = canonical(&value, name);
            let detector = Detector::Dictionary("townships");
            found.push(
                Finding::new(text.span(index, end), (index, end), &name, value, detector, confidence)
                    .referring(kind),
            );
            next = end;
            break;
        }
        index = next;
    }
    found
}
