//! The lattice of a sentence with only the tags that can matter.
//!
//! At most characters nearly all tags are hopeless. A tag is left out when the best path through it falls behind the best
//! of all by [`MARGIN`]; finding that out takes additions and comparisons of whole numbers only, and what is left is
//! so little that exact sums cost next to nothing. [`super::lattice::Lattice`] is the same with every tag; learning needs
//! that one.

use super::lattice::Part;
use super::lattice::Tag;
use super::lattice::Transitions;
use super::lattice::closes;
use super::lattice::opens;
use super::lattice::tag;
use super::model::UNIT;

/// How far the best path through a tag may fall behind the best of all, in units: its share is a hundred-thousandth.
const MARGIN: i32 = 12 * 1024;

/// Tags this far behind, in units, begin no path that could still win.
const LOST: i32 = 64 * 1024;

/// Below every path.
const FLOOR: i32 = i32::MIN / 4;

/// What one sentence needs, kept from one to the next so that a text costs no allocation per sentence.
#[derive(Clone, Debug, Default)]
pub(crate) struct Beam {
    /// Score of the best path up to each tag of each character.
    ahead: Vec<i32>,
    /// Score of the best path from behind it.
    behind: Vec<i32>,
    /// One row of them.
    row: Vec<i32>,
    /// End of each character among the tags.
    ends: Vec<u32>,
    /// Tags that are left, character after character.
    tags: Vec<Tag>,
    /// Their scores, in units.
    scores: Vec<i32>,
    /// The exponentials of the scores, the highest of a character being 1.
    factors: Vec<f64>,
    forward: Vec<f64>,
    backward: Vec<f64>,
    /// Sums of the forward values by character, before they were scaled to 1.
    scales: Vec<f64>,
    /// Score of the best path up to each tag.
    best: Vec<i64>,
    /// Which tag that path comes from, by its place among the tags.
    origin: Vec<u32>,
}

impl Beam {
    /// Reads scores, one a tag for each character, in units.
    pub(crate) fn read(&mut self, scores: &[i32], transitions: &Transitions) {
        let tags = transitions.tags();
        let best = self.walk(scores, transitions);
        self.ends.clear();
        self.tags.clear();
        self.scores.clear();
        let paths = self.ahead.chunks_exact(tags).zip(self.behind.chunks_exact(tags));
        for ((ahead, behind), row) in paths.zip(scores.chunks_exact(tags)) {
            for (tag, ((&ahead, &behind), &score)) in ahead.iter().zip(behind).zip(row).enumerate() {
                if ahead.saturating_add(behind) >= best - MARGIN {
                    self.tags.push(tag as Tag);
                    self.scores.push(score);
                }
            }
            self.ends.push(self.tags.len() as u32);
        }
    }

    /// The best paths to and from every tag; the score of the best of all.
    fn walk(&mut self, scores: &[i32], transitions: &Transitions) -> i32 {
        let tags = transitions.tags();
        let Self { ahead, behind, row, .. } = self;
        for table in [&mut *ahead, &mut *behind] {
            table.clear();
            table.resize(scores.len(), FLOOR);
        }
        row.clear();
        row.resize(tags, FLOOR);
        let mut before: &mut [i32] = &mut [];
        for (at, (slots, scores)) in ahead.chunks_exact_mut(tags).zip(scores.chunks_exact(tags)).enumerate() {
            if at == 0 {
                for (tag, slot) in row.iter_mut().enumerate() {
                    *slot = if opens(tag) { 0 } else { FLOOR };
                }
            } else {
                spread(before, row, |tag| transitions.units_out(tag));
            }
            for ((slot, &reached), &score) in slots.iter_mut().zip(row.iter()).zip(scores) {
                *slot = reached + score;
            }
            before = slots;
        }
        let ends = before.iter().enumerate().filter(|(tag, _)| closes(*tag)).map(|(_, &score)| score);
        let best = ends.max().unwrap_or(0);
        for (tag, slot) in row.iter_mut().enumerate() {
            *slot = if closes(tag) { 0 } else { FLOOR };
        }
        let mut after: Vec<i32> = Vec::with_capacity(tags);
        for (slots, scores) in behind.chunks_exact_mut(tags).zip(scores.chunks_exact(tags)).rev() {
            if !after.is_empty() {
                spread(&after, row, |tag| transitions.units_into(tag));
            }
            slots.copy_from_slice(row);
            after.clear();
            after.extend(row.iter().zip(scores).map(|(&reached, &score)| reached + score));
        }
        best
    }

    /// Where the tags of a character begin and end.
    fn range(&self, at: usize) -> (usize, usize) {
        let begin = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let end = self.ends.get(at).copied().unwrap_or(begin);
        (begin as usize, end as usize)
    }

    /// The best path.
    pub(crate) fn viterbi(&mut self, transitions: &Transitions, path: &mut Vec<Tag>) {
        let length = self.ends.len();
        path.clear();
        path.resize(length, 0);
        self.best.clear();
        self.best.extend(self.scores.iter().map(|&score| i64::from(score)));
        self.origin.clear();
        self.origin.resize(self.tags.len(), 0);
        for at in 1..length {
            let (from, middle) = self.range(at - 1);
            let (_, end) = self.range(at);
            let tags_before = self.tags.get(from..middle).unwrap_or_default();
            let Some((known, open)) = self.best.split_at_mut_checked(middle) else { break };
            let known = known.get(from..).unwrap_or_default();
            for here in middle..end {
                let after = self.tags.get(here).copied().unwrap_or(0);
                let into = transitions.units_into(after);
                let mut highest = i64::MIN;
                let mut origin = from;
                for ((&before, &score), place) in tags_before.iter().zip(known).zip(from..) {
                    let step = into.get(usize::from(before)).copied().unwrap_or(0);
                    let candidate = score + i64::from(step);
                    if candidate > highest {
                        (highest, origin) = (candidate, place);
                    }
                }
                if let (Some(slot), Some(known)) = (self.origin.get_mut(here), open.get_mut(here - middle)) {
                    *slot = origin as u32;
                    *known += highest;
                }
            }
        }
        let (from, end) = self.range(length.saturating_sub(1));
        let mut place = from;
        for candidate in from..end {
            if self.best.get(candidate) > self.best.get(place) {
                place = candidate;
            }
        }
        for slot in path.iter_mut().rev() {
            *slot = self.tags.get(place).copied().unwrap_or(0);
            place = self.origin.get(place).map_or(0, |&before| before as usize);
        }
    }

    /// Forward and backward sums, scaled by character.
    pub(crate) fn sum(&mut self, transitions: &Transitions) {
        let length = self.ends.len();
        for table in [&mut self.forward, &mut self.backward, &mut self.factors] {
            table.clear();
            table.resize(self.tags.len(), 0.0);
        }
        self.scales.clear();
        for at in 0..length {
            let (begin, end) = self.range(at);
            let (before, _) = if at == 0 { (0, 0) } else { self.range(at - 1) };
            let scores = self.scores.get(begin..end).unwrap_or_default();
            let highest = scores.iter().copied().max().unwrap_or(0);
            let factors = self.factors.get_mut(begin..end).unwrap_or_default();
            for (factor, &score) in factors.iter_mut().zip(scores) {
                let below = score.saturating_sub(highest);
                *factor = if below == 0 { 1.0 } else { libm::exp(f64::from(below) * UNIT) };
            }
            let tags_before = self.tags.get(before..begin).unwrap_or_default();
            let Some((known, open)) = self.forward.split_at_mut_checked(begin) else { break };
            let known = known.get(before..).unwrap_or_default();
            let tags = self.tags.get(begin..end).unwrap_or_default();
            let mut total = 0.0;
            for ((slot, &after), &factor) in open.iter_mut().zip(tags).zip(factors.iter()) {
                let reached = if at == 0 {
                    1.0
                } else {
                    let into = transitions.factors_into(after);
                    let steps = tags_before
                        .iter()
                        .zip(known)
                        .map(|(&tag, &value)| value * into.get(usize::from(tag)).copied().unwrap_or(0.0));
                    steps.sum()
                };
                *slot = reached * factor;
                total += *slot;
            }
            let scale = if total > 0.0 { total } else { 1.0 };
            for slot in open.iter_mut().take(end - begin) {
                *slot /= scale;
            }
            self.scales.push(scale);
        }
        for at in (0..length).rev() {
            let (begin, end) = self.range(at);
            let (_, next) = if at + 1 < length { self.range(at + 1) } else { (end, end) };
            let Some((open, known)) = self.backward.split_at_mut_checked(end) else { break };
            let tags_after = self.tags.get(end..next).unwrap_or_default();
            let factors_after = self.factors.get(end..next).unwrap_or_default();
            let scale = self.scales.get(at + 1).copied().unwrap_or(1.0);
            let tags = self.tags.get(begin..end).unwrap_or_default();
            for (slot, &before) in open.iter_mut().skip(begin).zip(tags) {
                *slot = if at + 1 == length {
                    1.0
                } else {
                    let steps = tags_after.iter().zip(factors_after).zip(known.iter());
                    steps
                        .map(|((&after, &factor), &value)| {
                            let into = transitions.factors_into(after);
                            into.get(usize::from(before)).copied().unwrap_or(0.0) * factor * value
                        })
                        .sum::<f64>()
                        / scale
                };
            }
        }
    }

    /// Where a tag of a character stands among the tags.
    fn place(&self, at: usize, wanted: usize) -> Option<usize> {
        let (begin, end) = self.range(at);
        let tags = self.tags.get(begin..end)?;
        tags.iter().position(|&tag| usize::from(tag) == wanted).map(|place| begin + place)
    }

    /// Probability that exactly this span has this type, after [`Beam::sum`].
    pub(crate) fn span(&self, transitions: &Transitions, start: usize, end: usize, kind: usize) -> f64 {
        self.product(transitions, start, end, kind).unwrap_or(0.0).clamp(0.0, 1.0)
    }

    fn product(&self, transitions: &Transitions, start: usize, end: usize, kind: usize) -> Option<f64> {
        let value = |table: &[f64], place: usize| table.get(place).copied().unwrap_or(0.0);
        if end == start + 1 {
            let place = self.place(start, tag(Part::Single, kind))?;
            return Some(value(&self.forward, place) * value(&self.backward, place));
        }
        let (middle, last) = (tag(Part::Middle, kind), tag(Part::End, kind));
        let mut before = tag(Part::Begin, kind);
        let mut place = self.place(start, before)?;
        let mut product = value(&self.forward, place);
        for at in start + 1..end {
            let after = if at + 1 == end { last } else { middle };
            place = self.place(at, after)?;
            let scale = self.scales.get(at).copied().unwrap_or(1.0);
            let into = transitions.factors_into(after as Tag);
            product *= into.get(before).copied().unwrap_or(0.0) * value(&self.factors, place) / scale;
            before = after;
        }
        Some(product * value(&self.backward, place))
    }
}

/// The best step to each tag of one character from those of the next, into `row`; `steps` scores the steps from a tag.
fn spread<'a>(known: &[i32], row: &mut [i32], steps: impl Fn(Tag) -> &'a [i32]) {
    let lost = known.iter().copied().max().unwrap_or(0) - LOST;
    row.fill(FLOOR);
    for (tag, &score) in known.iter().enumerate().filter(|&(_, &score)| score >= lost) {
        for (slot, &step) in row.iter_mut().zip(steps(tag as Tag)) {
            *slot = (*slot).max(score + step);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::lattice::tags;
    use super::super::lattice::tests::paths;
    use super::*;

    #[test]
    fn the_best_path_and_spans_are_those_over_all_paths() {
        let types = 2;
        let n = tags(types);
        let noise = |at: usize| ((at * 7919 + 13) % 10_007) as i32 / 2 - 2_500;
        let reals = |units: &[i32]| units.iter().map(|&score| f64::from(score) * UNIT).collect::<Vec<f64>>();
        let units: Vec<i32> = (0..n * n).map(|at| noise(at + 3) / 2).collect();
        let transitions = Transitions::new(types, reals(&units));
        let scores: Vec<i32> = (0..5 * n).map(noise).collect();
        let all = paths(&reals(&scores), &transitions);
        let total: f64 = all.iter().map(|(_, score)| score.exp()).sum();

        let mut beam = Beam::default();
        beam.read(&scores, &transitions);
        let mut path = Vec::new();
        beam.viterbi(&transitions, &mut path);
        let best = all.iter().max_by(|one, other| one.1.total_cmp(&other.1)).unwrap();
        assert_eq!(path.iter().map(|&tag| usize::from(tag)).collect::<Vec<_>>(), best.0);

        beam.sum(&transitions);
        for (start, end, kind, tags) in [(1, 4, 1, vec![5, 6, 7]), (0, 2, 0, vec![1, 3]), (4, 5, 1, vec![8])]
        {
            let with = all.iter().filter(|(path, _)| path[start..end] == tags);
            let of_span: f64 = with.map(|(_, score)| score.exp() / total).sum();
            let found = beam.span(&transitions, start, end, kind);
            assert!((found - of_span).abs() < 1e-4, "{found} {of_span}");
        }
    }

    #[test]
    fn what_is_hopeless_is_left_out() {
        let transitions = Transitions::new(1, vec![0.0; tags(1) * tags(1)]);
        let mut scores = vec![0; 2 * tags(1)];
        scores[4] = 3 * MARGIN;
        let mut beam = Beam::default();
        beam.read(&scores, &transitions);
        assert_eq!((beam.range(0), beam.range(1)), ((0, 1), (1, 3)));
        let mut path = Vec::new();
        beam.viterbi(&transitions, &mut path);
        assert_eq!(path.len(), 2);
        assert_eq!(path[0], 4);
        beam.read(&[], &transitions);
        beam.viterbi(&transitions, &mut path);
        beam.sum(&transitions);
        assert!(path.is_empty());
    }

    #[test]
    fn a_long_sentence_stays_in_bounds() {
        let n = tags(1);
        let transitions = Transitions::new(1, vec![-20.0; n * n]);
        let scores: Vec<i32> = (0..400 * n).map(|at| if at % 2 == 0 { -60_000 } else { 60_000 }).collect();
        let mut beam = Beam::default();
        beam.read(&scores, &transitions);
        let mut path = Vec::new();
        beam.viterbi(&transitions, &mut path);
        beam.sum(&transitions);
        assert_eq!(path.len(), 400);
        assert!((0..400).all(|at| beam.range(at).0 < beam.range(at).1));
    }
}
