//! Annotated texts as what the learner walks over: the slots that speak for each character, and its right tag.

use std::collections::BTreeMap;
use std::collections::HashMap;

use super::Progress;
use super::Tools;
use super::names::KnownNames;
use crate::corpus::annotated::AnnotatedRow;
use crate::error::Error;
use crate::extract::Anchors;
use crate::extract::extractor::Input;
use crate::extract::scan::Scan;
use crate::extract::tagger::Clusters;
use crate::extract::tagger::GROUPS;
use crate::extract::tagger::Key;
use crate::extract::tagger::Occurrence;
use crate::extract::tagger::Part;
use crate::extract::tagger::Reader;
use crate::extract::tagger::Tag;
use crate::extract::tagger::tag;
use crate::extract::tagger::units;
use crate::text;
use crate::text::normalize;

/// One unit before features are numbered.
struct Unit {
    occurrences: Vec<Occurrence>,
    tags: Vec<Tag>,
}

/// Everything to learn from.
#[derive(Debug, Default)]
pub(super) struct Sequences {
    /// Number of types.
    pub(super) types: usize,
    /// Features that are kept, by group, each with the number of its first slot.
    pub(super) keys: Vec<(Key, u32)>,
    /// Which slots each feature has, a bit each.
    pub(super) masks: Vec<u8>,
    /// Number of the first slot of each group.
    pub(super) groups: [u32; GROUPS],
    /// How often each slot speaks.
    pub(super) counts: Vec<u32>,
    /// Right tag of every character, unit after unit.
    pub(super) tags: Vec<Tag>,
    /// End of each unit among the characters.
    pub(super) ends: Vec<usize>,
    /// The text of each unit.
    pub(super) texts: Vec<u32>,
    /// Slots, character after character.
    pub(super) slots: Vec<u32>,
    /// End of each character among the slots.
    pub(super) slot_ends: Vec<usize>,
}

impl Sequences {
    /// Reads texts. Features that occur less often than `min_count` are left out.
    pub(super) fn read(
        rows: &[&AnnotatedRow],
        types: &[String],
        clusters: &Clusters,
        known: &KnownNames<'_>,
        tools: Tools<'_>,
        min_count: u32,
        progress: Progress<'_>,
    ) -> Result<Self, Error> {
        let mut read = Vec::new();
        let mut texts = Vec::new();
        for (done, row) in rows.iter().enumerate() {
            match units_of(row, types, clusters, known, tools) {
                Ok(found) => {
                    texts.resize(texts.len() + found.len(), done as u32);
                    read.extend(found);
                }
                Err(Error::EmptyDocument) => {}
                Err(other) => return Err(other),
            }
            progress("reading texts", done + 1, rows.len());
        }
        if read.is_empty() || read.iter().all(|unit| unit.tags.iter().all(|&tag| tag == 0)) {
            return Err(Error::Training { reason: "no text holds a span to learn from".to_owned() });
        }
        Ok(Self { texts, ..Self::number(&read, types.len(), min_count) })
    }

    /// Where each unit begins and ends among the characters.
    pub(super) fn units(&self) -> Vec<(usize, usize)> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(self.ends.iter().copied()).collect()
    }

    /// The slots that speak for a character.
    pub(super) fn slots_of(&self, at: usize) -> &[u32] {
        let from = at.checked_sub(1).and_then(|before| self.slot_ends.get(before)).copied().unwrap_or(0);
        let to = self.slot_ends.get(at).copied().unwrap_or(from);
        self.slots.get(from..to).unwrap_or_default()
    }

    /// Numbers the features and lists the slots of each character.
    fn number(units: &[Unit], types: usize, min_count: u32) -> Self {
        let mut counts: HashMap<(u8, Key), (u32, u8)> = HashMap::new();
        for unit in units {
            for occurrence in &unit.occurrences {
                let entry = counts.entry((occurrence.group, occurrence.key)).or_default();
                entry.0 += 1;
                occurrence.slots(unit.tags.len(), |_, slot| entry.1 |= 1 << slot);
            }
        }
        let kept: BTreeMap<(u8, Key), u8> = counts
            .into_iter()
            .filter(|&(_, (count, mask))| count >= min_count && mask != 0)
            .map(|(key, (_, mask))| (key, mask))
            .collect();
        let mut made = Self { types, ..Self::default() };
        let mut index: HashMap<Key, (u32, u8)> = HashMap::with_capacity(kept.len());
        let mut first = 0_u32;
        made.groups = [u32::MAX; GROUPS];
        for ((group, key), mask) in kept {
            for slot in made.groups.iter_mut().take(usize::from(group) + 1) {
                *slot = (*slot).min(first);
            }
            index.insert(key, (first, mask));
            made.keys.push((key, first));
            made.masks.push(mask);
            first += mask.count_ones();
        }
        made.counts = vec![0; first as usize];
        let mut lists: Vec<Vec<u32>> = Vec::new();
        for unit in units {
            let length = unit.tags.len();
            lists.iter_mut().for_each(Vec::clear);
            lists.resize_with(length.max(lists.len()), Vec::new);
            for occurrence in &unit.occurrences {
                let Some(&(first, mask)) = index.get(&occurrence.key) else { continue };
                occurrence.slots(length, |at, slot| {
                    let number = first + (mask & ((1_u8 << slot) - 1)).count_ones();
                    if let Some(list) = lists.get_mut(at) {
                        list.push(number);
                    }
                });
            }
            for list in lists.iter_mut().take(length) {
                // Overlapping names may say the same twice; once is enough.
                list.sort_unstable();
                list.dedup();
                for &number in list.iter() {
                    if let Some(count) = made.counts.get_mut(number as usize) {
                        *count += 1;
                    }
                }
                made.slots.extend_from_slice(list);
                made.slot_ends.push(made.slots.len());
            }
            made.tags.extend_from_slice(&unit.tags);
            made.ends.push(made.tags.len());
        }
        made
    }
}

/// The units of one text.
fn units_of(
    row: &AnnotatedRow,
    types: &[String],
    clusters: &Clusters,
    known: &KnownNames<'_>,
    tools: Tools<'_>,
) -> Result<Vec<Unit>, Error> {
    let prepared = text::prepare(&row.document())?;
    let folded = normalize::fold(&prepared.clean.text);
    let tokens = tools.segmenter.segment(&folded);
    let input = Input { prepared: &prepared, folded: &folded, tokens: &tokens, anchors: Anchors::default() };
    let gazetteer = tools.extractor.gazetteer();
    let scan = Scan::new(&input, gazetteer, false);
    let hints = scan.hints();
    // The content of plain text is taken over as it is and comes last.
    let shift = scan.text.len().saturating_sub(row.text.chars().count());
    let mut tags: Vec<Tag> = vec![0; scan.text.len()];
    let mut covered = shift;
    for span in &row.spans {
        let Some(kind) = types.iter().position(|kind| *kind == span.kind) else { continue };
        let (start, end) = (span.start + shift, span.end + shift);
        if start < covered {
            continue;
        }
        covered = end;
        let Some(slots) = tags.get_mut(start..end) else { continue };
        if let [single] = slots {
            *single = tag(Part::Single, kind) as Tag;
            continue;
        }
        slots.fill(tag(Part::Middle, kind) as Tag);
        if let Some(first) = slots.first_mut() {
            *first = tag(Part::Begin, kind) as Tag;
        }
        if let Some(last) = slots.last_mut() {
            *last = tag(Part::End, kind) as Tag;
        }
    }
    let (names, own) = (&known.names, known.own(row));
    let reader = Reader { text: &scan.text, gazetteer, clusters, names, own, hints: &hints };
    let mut found = Vec::new();
    for (start, end) in units(&scan.text) {
        // Nothing is marked in headlines.
        if start < shift {
            continue;
        }
        let mut unit =
            Unit { occurrences: Vec::new(), tags: tags.get(start..end).unwrap_or_default().to_vec() };
        whole(&mut unit.tags);
        reader.occurrences(start, end, &mut unit.occurrences);
        found.push(unit);
    }
    Ok(found)
}

/// Takes back spans that reach over an end of the unit.
fn whole(tags: &mut [Tag]) {
    use crate::extract::tagger::part;
    let open = |tag: Tag, parts: [Part; 2]| parts.contains(&part(usize::from(tag)).0);
    for slot in tags.iter_mut() {
        if !open(*slot, [Part::Middle, Part::End]) {
            break;
        }
        *slot = 0;
    }
    for slot in tags.iter_mut().rev() {
        if !open(*slot, [Part::Middle, Part::Begin]) {
            break;
        }
        *slot = 0;
    }
}
